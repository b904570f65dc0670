/* SPDX-License-Identifier: Apache-2.0 */
/* What the context lends to an evaluation: variables, references, value sets, profiles and traces. */
#include "path_test.h"

struct world {
	struct hs_json *organization;
	struct hs_path_value pair[2];
	size_t traced;
	char trace_name[16];
};

static bool give_variable(void *arg, struct hs_slice name, struct hs_path_list *out)
{
	struct world *world = arg;
	if (!hs_slice_eq(name, HS_S("pair")))
		return false;
	out->items = world->pair;
	out->count = 2;
	return true;
}

static const struct hs_json *give_resource(void *arg, struct hs_slice reference)
{
	const struct world *world = arg;
	return hs_slice_eq(reference, HS_S("Organization/9")) ? world->organization : NULL;
}

static int judge_code(void *arg, const struct hs_path_value *value, struct hs_slice value_set)
{
	(void)arg;
	return hs_slice_eq(value_set, HS_S("http://known")) ? hs_slice_eq(value->text, HS_S("male")) : -1;
}

static int judge_profile(void *arg, const struct hs_path_value *value, struct hs_slice profile)
{
	(void)arg;
	return hs_slice_eq(profile, HS_S("http://known")) ? hs_json_get(value->node, HS_S("gender")) != NULL :
							    -1;
}

/* "a" is above "b" in the system that is known. */
static int judge_codes(void *arg, struct hs_slice system, struct hs_slice above, struct hs_slice below)
{
	(void)arg;
	return hs_slice_eq(system, HS_S("http://known")) ?
		hs_slice_eq(above, HS_S("a")) && hs_slice_eq(below, HS_S("b")) :
		-1;
}

static void keep_trace(void *arg, struct hs_slice name, const struct hs_path_list *values)
{
	struct world *world = arg;
	snprintf(world->trace_name, sizeof(world->trace_name), "%.*s", HS_S_ARG(name));
	world->traced += values->count;
}

static const char INPUT[] =
	"{\"resourceType\":\"Patient\",\"gender\":\"male\",\"managingOrganization\":{\"reference\":"
	"\"Organization/9\"},"
	"\"generalPractitioner\":[{\"reference\":\"Organization/8\"},{\"reference\":\"#c\"}],"
	"\"contained\":[{\"resourceType\":\"Practitioner\",\"id\":\"c\"}]}";

/* A terminology that gives back the question, and knows no operation on x. */
static enum hs_status echo(void *arg, struct hs_arena *arena, const char *operation,
	const struct hs_json *parameters, struct hs_json **out, struct hs_error *err)
{
	(void)arg;
	if (hs_slice_eq(hs_parameter_text(parameters, HS_S("url")), HS_S("http://x")))
		return hs_fail(err, HS_E_NOT_FOUND, "there is no http://x");
	*out = hs_json_clone(arena, parameters);
	hs_parameters_add(arena, *out, HS_S("outcome"), HS_S("valueString"),
		hs_json_string(arena, hs_slice_cstr(operation)));
	return HS_OK;
}

static const struct hs_path_oracle ORACLE = {
	.member_of = judge_code, .conforms_to = judge_profile, .subsumes = judge_codes, .terminology = echo
};

static const char BUNDLE[] =
	"{\"resourceType\":\"Bundle\",\"entry\":["
	"{\"fullUrl\":\"http://h/Patient/1\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"1\"}},"
	"{\"fullUrl\":\"urn:uuid:2\",\"resource\":{\"resourceType\":\"Observation\",\"id\":\"2\",\"subject\":"
	"{\"reference\":"
	"\"Patient/1\"},\"focus\":[{\"reference\":\"urn:uuid:2\"}]}}]}";

/* Two servers with a Patient/1, several versions, contained resources, and an entry without a server. */
static const char SERVERS[] =
	"{\"resourceType\":\"Bundle\",\"entry\":["
	"{\"fullUrl\":\"http://a/Patient/"
	"1\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":{"
	"\"versionId\":\"2\"},\"gender\":\"male\"}},"
	"{\"fullUrl\":\"http://b/Patient/"
	"1\",\"resource\":{\"resourceType\":\"Patient\",\"id\":\"1\",\"meta\":{"
	"\"versionId\":\"3\"},\"gender\":\"female\"}},"
	"{\"fullUrl\":\"http://b/Observation/o\",\"resource\":{\"resourceType\":\"Observation\",\"id\":\"o\","
	"\"subject\":{\"reference\":\"Patient/1\"},\"performer\":[{\"reference\":\"#c\"}],"
	"\"contained\":[{\"resourceType\":\"Practitioner\",\"id\":\"c\",\"gender\":\"other\"}]}},"
	"{\"fullUrl\":\"urn:uuid:7\",\"resource\":{\"resourceType\":\"Observation\",\"id\":\"v\","
	"\"subject\":{\"reference\":\"http://a/Patient/1/_history/2\"},"
	"\"focus\":[{\"reference\":\"http://a/Patient/1/_history/9\"},{\"reference\":\"urn:uuid:7\"},"
	"{\"reference\":\"Patient/1/_history/3\"}]}}]}";

static void expect(struct world *world, const char *input, const char *expression, const char *expected)
{
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct hs_error err;
	struct hs_path *path = NULL;
	struct hs_path_list list;
	struct hs_path_context context = { .arena = arena,
		.variable = give_variable,
		.resolve = give_resource,
		.oracle = &ORACLE,
		.trace = keep_trace,
		.arg = world };
	struct hs_json *tree = parse_json(arena, hs_slice_cstr(input));
	assert_int_equal(hs_path_compile(NULL, hs_slice_cstr(expression), HS_S_NONE, &path, NULL, &err),
		HS_OK);
	enum hs_status status = hs_path_eval(path, &context, tree, &list, &err);
	if (strcmp(expected, "!execution") == 0)
		assert_int_equal(status, HS_E_PROCESSING);
	else if (status)
		fail_msg("%s: %s", expression, err.text);
	else
		assert_slice(join_results(arena, &list), expected);
	hs_path_free(path);
	hs_arena_free(arena);
}

static void hooks(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct world world = { .pair = { { .kind = HS_PATH_INTEGER, .integer = 3 },
				       { .kind = HS_PATH_STRING, .text = HS_S_INIT("x") } } };
	world.organization = parse_json(arena, HS_S("{\"resourceType\":\"Organization\",\"name\":\"Nine\"}"));
	expect(&world, INPUT, "%pair", "3; x");
	expect(&world, INPUT, "%other", "!execution");
	expect(&world, INPUT, "defineVariable('pair', 1)", "!execution");
	expect(&world, INPUT, "managingOrganization.resolve().name", "Nine");
	expect(&world, INPUT, "generalPractitioner.resolve().id", "c");
	expect(&world, INPUT, "generalPractitioner.resolve() is Practitioner", "true");
	expect(&world, INPUT, "gender.memberOf('http://known')", "true");
	expect(&world, INPUT, "gender.memberOf('http://unknown')", "");
	expect(&world, INPUT, "conformsTo('http://known')", "true");
	expect(&world, INPUT, "conformsTo('http://unknown')", "!execution");
	expect(&world, INPUT, "gender.trace('t').trace('u', $this | 1)", "male");
	assert_int_equal(world.traced, 3);
	assert_string_equal(world.trace_name, "u");
	expect(&world, BUNDLE, "entry.resource.subject.resolve().id", "1");
	expect(&world, BUNDLE, "entry.resource.focus.resolve().id", "2");
	expect(&world, SERVERS, "entry[2].resource.subject.resolve().gender", "female");
	expect(&world, SERVERS, "entry[2].resource.performer.resolve().gender", "other");
	expect(&world, SERVERS, "entry[3].resource.subject.resolve().gender", "male");
	expect(&world, SERVERS, "entry[3].resource.focus[0].resolve().gender", "");
	expect(&world, SERVERS, "entry[3].resource.focus[1].resolve().id", "v");
	expect(&world, SERVERS, "entry[3].resource.focus[2].resolve().gender", "female");
	hs_arena_free(arena);
}

#define CONCEPT(system, a, b) \
	"{\"one\":{\"system\":\"" system "\",\"code\":\"" a \
	"\"},\"two\":{\"coding\":[{\"system\":\"http://x\"," \
	"\"code\":\"" a "\"},{\"system\":\"" system "\",\"code\":\"" b "\"}]}}"

static void subsumption(void **state)
{
	(void)state;
	struct world world = { .organization = NULL };
	expect(&world, CONCEPT("http://known", "a", "b"), "one.subsumes(two)", "true");
	expect(&world, CONCEPT("http://known", "a", "b"), "two.subsumes(one)", "false");
	expect(&world, CONCEPT("http://known", "a", "b"), "two.subsumedBy(one)", "true");
	expect(&world, CONCEPT("http://known", "a", "b"), "one.subsumedBy(two)", "false");
	expect(&world, CONCEPT("http://known", "a", "b"), "one.subsumes(one)", "true");
	expect(&world, CONCEPT("http://other", "a", "b"), "one.subsumes(two)", "");
	expect(&world, CONCEPT("http://other", "a", "a"), "one.subsumes(two)", "true");
	expect(&world, CONCEPT("http://known", "a", "b"), "three.subsumes(two)", "");
	expect(&world, CONCEPT("http://known", "a", "b"), "one.subsumes(three)", "");
	expect(&world, CONCEPT("http://known", "a", "b"), "one.code.subsumes(two)", "!execution");
}

static void terminologies(void **state)
{
	(void)state;
	static const char CODED[] =
		"{\"resourceType\":\"Basic\",\"one\":{\"system\":\"http://s\",\"code\":\"a\"},"
		"\"two\":{\"coding\":[{\"code\":\"b\"}]},"
		"\"set\":{\"resourceType\":\"ValueSet\",\"id\":\"v\"}}";
	struct world world = { .organization = NULL };
	expect(&world, CODED, "%terminologies.expand('http://v').parameter.name", "url; outcome");
	expect(&world, CODED, "%terminologies.expand('http://v').parameter.value",
		"http://v; ValueSet/$expand");
	expect(&world, CODED,
		"%terminologies.expand(set, 'count=2&activeOnly=true&filter=a%20b').parameter.name",
		"valueSet; count; activeOnly; filter; outcome");
	expect(&world, CODED,
		"%terminologies.expand(set, 'count=2&activeOnly=true&filter=a%20b').parameter.value",
		"2; true; a b; ValueSet/$expand");
	expect(&world, CODED, "%terminologies.lookup(one).parameter.value.code", "a");
	expect(&world, CODED, "%terminologies.validateVS('http://v', two).parameter.name",
		"url; codeableConcept; outcome");
	expect(&world, CODED, "%terminologies.validateVS('http://v', one.code).parameter.value",
		"http://v; a; true; ValueSet/$validate-code");
	expect(&world, CODED, "%terminologies.validateCS('http://s', one.code).parameter.name",
		"url; code; outcome");
	expect(&world, CODED, "%terminologies.lookup(one, 'version=1').parameter.name",
		"coding; version; outcome");
	expect(&world, CODED, "%terminologies.validateVS('http://v', two, 'date=2026').parameter.name",
		"url; codeableConcept; date; outcome");
	expect(&world, CODED, "%terminologies.validateCS('http://s', one.code, 'version=1').parameter.value",
		"http://s; a; 1; CodeSystem/$validate-code");
	expect(&world, CODED, "%terminologies.translate('http://m', one, 'reverse=true').parameter.name",
		"url; coding; reverse; outcome");
	expect(&world, CODED, "%terminologies.translate('http://m', one).parameter.name",
		"url; coding; outcome");
	expect(&world, CODED, "%terminologies.subsumes('http://s', one.code, 'b')", "CodeSystem/$subsumes");
	expect(&world, CODED, "%terminologies.expand('http://x')", "!execution");
	expect(&world, CODED, "%terminologies.expand(one | two)", "!execution");
	expect(&world, CODED, "%terminologies.lookup(1)", "!execution");
	expect(&world, CODED, "one.expand('http://v')", "!execution");
	expect(&world, CODED, "one.subsumes('http://s', 'a', 'b')", "!execution");
	expect(&world, CODED, "defineVariable('terminologies', 1)", "!execution");
}

static void truth_of_results(void **state)
{
	(void)state;
	struct hs_path_value items[2] = { { .kind = HS_PATH_BOOLEAN, .boolean = true },
		{ .kind = HS_PATH_STRING } };
	assert_int_equal(hs_path_truth(&(struct hs_path_list) { items, 0 }), -1);
	assert_int_equal(hs_path_truth(&(struct hs_path_list) { items, 1 }), 1);
	assert_int_equal(hs_path_truth(&(struct hs_path_list) { items + 1, 1 }), 1);
	assert_int_equal(hs_path_truth(&(struct hs_path_list) { items, 2 }), -2);
	items[0].boolean = false;
	assert_int_equal(hs_path_truth(&(struct hs_path_list) { items, 1 }), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(hooks),
		cmocka_unit_test(subsumption),
		cmocka_unit_test(terminologies),
		cmocka_unit_test(truth_of_results),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
