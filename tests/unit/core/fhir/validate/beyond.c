/* SPDX-License-Identifier: Apache-2.0 */
/* The terminology beyond the library: asked where the library cannot tell, once a question, and closed with
 * the validator. */
#include "validate_test.h"

struct tally {
	unsigned sets, systems, closed;
	bool stale;
};

static enum hs_validate_answer in_value_set(void *arg, struct hs_arena *arena,
	const struct hs_validate_code *code, struct hs_slice value_set, struct hs_validate_finding *finding)
{
	struct tally *tally = arg;
	(void)arena;
	(void)finding;
	tally->sets++;
	if (hs_slice_starts(value_set, HS_S("http://x/"))) /* no system could be inferred */
		return HS_VALIDATE_NO;
	if (!hs_slice_eq(value_set, HS_S("http://far/v")))
		return HS_VALIDATE_NO_VALUE_SET;
	return hs_slice_eq(code->code, HS_S("good")) ? HS_VALIDATE_YES : HS_VALIDATE_NO;
}

/* The one system of these that is known has no codes. */
static enum hs_validate_answer in_rule(void *arg, struct hs_arena *arena, const struct hs_validate_code *code,
	const struct hs_json *include)
{
	(void)arg;
	(void)arena;
	(void)include;
	return hs_slice_eq(code->system, HS_S("http://far/empty")) ? HS_VALIDATE_NO : HS_VALIDATE_NO_SYSTEM;
}

static enum hs_validate_answer in_system(void *arg, struct hs_arena *arena,
	const struct hs_validate_code *code, struct hs_validate_finding *finding)
{
	struct tally *tally = arg;
	tally->systems++;
	if (!hs_slice_starts(code->system, HS_S("http://far/")))
		return HS_VALIDATE_NO_SYSTEM;
	if (code->display.len)
		finding->right_display = hs_arena_copy(arena, HS_S("Right"));
	finding->loose_display = hs_slice_eq(code->system, HS_S("http://far/loose"));
	finding->inactive = hs_slice_eq(code->code, HS_S("old"));
	return hs_slice_eq(code->code, HS_S("bad")) ? HS_VALIDATE_NO : HS_VALIDATE_YES;
}

static enum hs_validate_answer subsumes(void *arg, struct hs_slice system, struct hs_slice above,
	struct hs_slice below)
{
	(void)arg;
	(void)above;
	(void)below;
	return hs_slice_eq(system, HS_S("http://far/c")) ? HS_VALIDATE_YES : HS_VALIDATE_NO_SYSTEM;
}

static bool tell_stale(void *arg)
{
	return ((struct tally *)arg)->stale;
}

static void count_close(void *arg)
{
	((struct tally *)arg)->closed++;
}

#define CODE(system, code, more) \
	"{'resourceType':'Patient','maritalStatus':{'coding':[{'system':'" system "','code':'" code "'" more \
	"}]}}"
#define PROFILE \
	"{'resourceType':'StructureDefinition','url':'http://x/p','kind':'resource','type':'Patient'," \
	"'baseDefinition':'http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint'," \
	"'differential':{'element':[{'path':'Patient.maritalStatus','binding':{'strength':'required'," \
	"'valueSet':'http://far/v'}}]}}"

#define WHOLE(url, system) \
	"{'resourceType':'ValueSet','url':'" url "','compose':{'include':[{'system':'" system "'}]}}"

struct desk {
	struct tally tally;
	struct hs_arena *arena;
	struct hs_library *library;
	struct hs_profiles *profiles;
	struct hs_validator *validator;
};

static void open_desk(struct desk *desk)
{
	struct hs_error err;
	if (!validate_bench.packages[0])
		skip();
	*desk = (struct desk) { .arena = hs_arena_new((size_t)256 << 20),
		.library = hs_library_over(validate_bench.library) };
	assert_int_equal(hs_library_add(desk->library, quoted(desk->arena, PROFILE), &err), HS_OK);
	assert_int_equal(hs_library_add(desk->library,
				 quoted(desk->arena, WHOLE("http://x/unknown", "http://far/zones")), &err),
		HS_OK);
	assert_int_equal(hs_library_add(desk->library,
				 quoted(desk->arena, WHOLE("http://x/empty", "http://far/empty")), &err),
		HS_OK);
	desk->profiles = hs_profiles_new(validate_bench.defs, desk->library, validate_bench.profiles);
	struct hs_validate_terminology terminology = { .in_value_set = in_value_set,
		.in_rule = in_rule,
		.in_system = in_system,
		.subsumes = subsumes,
		.is_stale = tell_stale,
		.close = count_close,
		.arg = &desk->tally };
	struct hs_validator_source source = { .profiles = desk->profiles, .terminology = &terminology };
	desk->validator = hs_validator_new(&source);
}

static void close_desk(struct desk *desk)
{
	hs_validator_unref(desk->validator);
	assert_int_equal(desk->tally.closed, 1);
	hs_profiles_unref(desk->profiles);
	hs_library_unref(desk->library);
	hs_arena_free(desk->arena);
}

/* The severity of the finding, or -1 without it. */
static int severity_of(struct desk *desk, const char *profile, const char *resource, const char *id)
{
	struct found found = { .arena = desk->arena, .issues = { .arena = desk->arena } };
	struct hs_slice canonical = hs_slice_cstr(profile ? profile : "");
	struct hs_validate_options options = { .profiles = &canonical, .profile_count = profile != NULL };
	hs_validate(desk->validator, parse_json(desk->arena, quoted(desk->arena, resource)), &options,
		&found.issues);
	const struct hs_issue *issue = find_issue(&found, id);
	return issue ? (int)issue->severity : -1;
}

static void judges_what_the_library_cannot(void **state)
{
	struct desk desk;
	(void)state;
	open_desk(&desk);
	assert_int_equal(severity_of(&desk, "http://x/p", CODE("http://far/c", "good", ""),
				 "binding-required"),
		-1);
	assert_int_equal(severity_of(&desk, "http://x/p", CODE("http://far/c", "x", ""), "binding-required"),
		HS_SEVERITY_ERROR);
	assert_int_equal(severity_of(&desk, NULL, CODE("http://far/c", "bad", ""), "coding-unknown-code"),
		HS_SEVERITY_ERROR);
	assert_int_equal(severity_of(&desk, NULL, CODE("http://far/c", "a", ",'display':'W'"),
				 "coding-display"),
		HS_SEVERITY_ERROR);
	assert_int_equal(severity_of(&desk, NULL, CODE("http://far/loose", "a", ",'display':'W'"),
				 "coding-display"),
		HS_SEVERITY_WARNING);
	assert_int_equal(severity_of(&desk, NULL, CODE("http://far/c", "old", ""), "coding-inactive"),
		HS_SEVERITY_WARNING);
	close_desk(&desk);
}

static void asks_each_question_once(void **state)
{
	struct desk desk;
	(void)state;
	open_desk(&desk);
	for (unsigned i = 0; i < 3; i++)
		severity_of(&desk, "http://x/p", CODE("http://far/c", "good", ""), "");
	assert_int_equal(desk.tally.systems, 1);
	unsigned sets = desk.tally.sets;
	severity_of(&desk, "http://x/p", CODE("http://far/c", "good", ""), "");
	assert_int_equal(desk.tally.sets, sets);
	/* a system that nobody knows: one question, whatever the code */
	severity_of(&desk, NULL, CODE("http://nobody", "a", ""), "");
	severity_of(&desk, NULL, CODE("http://nobody", "b", ""), "");
	assert_int_equal(desk.tally.systems, 2);
	/* what the library knows is not asked */
	severity_of(&desk, NULL, CODE("http://terminology.hl7.org/CodeSystem/v3-MaritalStatus", "M", ""), "");
	assert_int_equal(desk.tally.systems, 2);
	close_desk(&desk);
}

static const struct hs_validator *validator_of(void *arg)
{
	const struct desk *desk = arg;
	return desk->validator;
}

static int member(struct desk *desk, const char *text, const char *value_set)
{
	struct hs_path_value value = { .kind = HS_PATH_STRING, .text = hs_slice_cstr(text) };
	struct hs_validate_asker asker = { .validator = validator_of, .arg = desk, .arena = desk->arena };
	return hs_validate_oracle.member_of(&asker, &value, hs_slice_cstr(value_set));
}

static int above(struct desk *desk, const char *system, const char *upper, const char *lower)
{
	struct hs_validate_asker asker = { .validator = validator_of, .arg = desk, .arena = desk->arena };
	return hs_validate_oracle.subsumes(&asker, hs_slice_cstr(system), hs_slice_cstr(upper),
		hs_slice_cstr(lower));
}

static void answers_expressions(void **state)
{
	struct desk desk;
	(void)state;
	open_desk(&desk);
	assert_int_equal(member(&desk, "good", "http://far/v"), 1);
	assert_int_equal(member(&desk, "x", "http://far/v"), 0);
	assert_int_equal(member(&desk, "x", "http://nobody/v"), -1);
	/* a plain code has the system of the rule: not known is not no */
	assert_int_equal(member(&desk, "x", "http://x/unknown"), -1);
	assert_int_equal(member(&desk, "x", "http://x/empty"), 0);
	assert_int_equal(member(&desk, "male", "http://hl7.org/fhir/ValueSet/administrative-gender"), 1);
	assert_int_equal(above(&desk, "http://far/c", "a", "b"), 1);
	assert_int_equal(above(&desk, "http://nobody", "a", "b"), -1);
	assert_int_equal(above(&desk, "http://hl7.org/fhir/administrative-gender", "male", "female"), 0);
	close_desk(&desk);
}

/* What it was told it keeps, so whoever holds it is told when another would be told more. */
static void grows_stale(void **state)
{
	struct desk desk;
	(void)state;
	open_desk(&desk);
	assert_false(hs_validator_is_stale(desk.validator));
	desk.tally.stale = true;
	assert_true(hs_validator_is_stale(desk.validator));
	close_desk(&desk);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(grows_stale),
		cmocka_unit_test(judges_what_the_library_cannot),
		cmocka_unit_test(asks_each_question_once),
		cmocka_unit_test(answers_expressions),
	};
	return cmocka_run_group_tests(tests, open_packages, close_packages);
}
