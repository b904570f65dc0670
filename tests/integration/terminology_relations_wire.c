/* SPDX-License-Identifier: Apache-2.0 */
/* Relations between answers over the wire: it makes no difference whether questions come one by one, in a
 * batch or in a Bundle, by GET or by POST, about what was uploaded, sent along or kept in a cache, at the
 * base of R4 or at that of R5. */
#include "relations_test.h"

#define QUESTIONS 12u /* of a batch */

/* ---- the wire ---- */

static const char *in_json(const char *text)
{
	char *copy = hs_arena_cstr(o.arena, hs_slice_cstr(text));

	for (char *p = copy; *p; p++)
		*p = *p == '\'' ? '"' : *p;
	return copy;
}

static struct hs_json *told(struct fixture_answer a)
{
	struct hs_json *tree = NULL;
	struct hs_error err;

	/* In the arena of the round, which is emptied; that of the fixture is not. */
	if (hs_json_parse(o.arena, a.body, NULL, &tree, &err))
		fail_msg("%s in %.*s", err.text, HS_S_ARG(hs_slice_first(a.body, 300)));
	return tree;
}

static struct hs_json *post(const char *path, const char *headers, const char *list)
{
	return told(fixture_call(o.f, "POST", path,
		TEXT("Content-Type: application/fhir+json\r\n%s", headers),
		in_json(TEXT("{'resourceType':'Parameters','parameter':[%s]}", list))));
}

static struct hs_json *get(const char *path)
{
	return told(fixture_call(o.f, "GET", path, "Accept: application/fhir+json\r\n", NULL));
}

static void alike(const char *relation, const struct hs_json *a, const struct hs_json *b, const char *asked)
{
	holds(relation, a && b && hs_json_equal(a, b), asked, "");
}

/* ---- questions ---- */

/* A code of ours or none, perhaps with a display that is not its own. */
static const char *draw_question(void)
{
	unsigned code = DRAW(EVERY), kind = DRAW(5);

	return TEXT("{'name':'coding','valueCoding':{'system':'urn:r:%c','code':'%s%s'%s}}", letter(code),
		name_of(code), kind == 0 ? "x" : "", kind == 1 ? ",'display':'another'" : "");
}

static const char *item_of(const char *question)
{
	return TEXT("{'name':'validation','resource':{'resourceType':'Parameters','parameter':[%s]}}",
		question);
}

static const char *batch_of(const char *const *questions, const unsigned *order, const char *whole)
{
	struct hs_buf out;

	hs_buf_init(&out, o.arena, 1 << 20);
	hs_buf_cstr(&out, whole);
	for (unsigned i = 0; i < QUESTIONS; i++)
		hs_buf_printf(&out, ",%s", item_of(questions[order[i]]));
	return hs_arena_cstr(o.arena, hs_buf_slice(&out));
}

static const struct hs_json *answer_at(const struct hs_json *batch, unsigned index)
{
	return hs_json_get(hs_json_at(hs_json_get(batch, HS_S("parameter")), index), HS_S("resource"));
}

static const char *bundle_of(const char *operation, const char *const *questions, const char *whole)
{
	struct hs_buf out;

	hs_buf_init(&out, o.arena, 1 << 20);
	hs_buf_cstr(&out, "{'resourceType':'Bundle','type':'batch','entry':[");
	for (unsigned i = 0; i < QUESTIONS; i++)
		hs_buf_printf(&out,
			"%s{'resource':{'resourceType':'Parameters','parameter':[%s,%s]},'request':{'method':"
			"'POST','url':'%s'}}",
			i ? "," : "", whole, questions[i], operation);
	hs_buf_cstr(&out, "]}");
	return in_json(hs_arena_cstr(o.arena, hs_buf_slice(&out)));
}

static unsigned right, wrong; /* answers: of either there must be some */

/* Of CodeSystem or of ValueSet; `whole` is what all questions have in common. */
static void check_batches(const char *type, const char *whole)
{
	const char *questions[QUESTIONS], *one = TEXT("%s/$validate-code", type),
					  *many = TEXT("%s/$batch-validate-code", type);
	unsigned plain[QUESTIONS], turned[QUESTIONS], doubled[QUESTIONS];
	struct hs_json *singly[QUESTIONS];

	for (unsigned i = 0; i < QUESTIONS; i++) {
		questions[i] = draw_question();
		plain[i] = i;
		turned[i] = QUESTIONS - 1 - i;
		doubled[i] = i / 2;
		singly[i] = post(one, "", TEXT("%s,%s", whole, questions[i]));
	}
	struct hs_json *batch = post(many, "", batch_of(questions, plain, whole)),
		       *back = post(many, "", batch_of(questions, turned, whole)),
		       *twice = post(many, "", batch_of(questions, doubled, whole));
	struct hs_json *bundle = told(fixture_call(o.f, "POST", "/fhir/r4",
		"Content-Type: application/fhir+json\r\n", bundle_of(one, questions, whole)));
	struct hs_json *r5 = post(TEXT("/fhir/r5/%s", many), "", batch_of(questions, plain, whole));
	holds("as many answers as questions",
		hs_json_count(hs_json_get(batch, HS_S("parameter"))) == QUESTIONS, type, "");
	for (unsigned i = 0; i < QUESTIONS; i++) {
		const struct hs_json *entry = hs_json_at(hs_json_get(bundle, HS_S("entry")), i);
		right += is_true(singly[i], HS_S("result"));
		wrong += hs_parameter(singly[i], HS_S("result")) && !is_true(singly[i], HS_S("result"));
		alike("in a batch as alone", answer_at(batch, i), singly[i], questions[i]);
		alike("in any order", answer_at(back, turned[i]), singly[i], questions[i]);
		alike("asked twice", answer_at(twice, i), singly[doubled[i]], questions[doubled[i]]);
		alike("in a Bundle", hs_json_get(entry, HS_S("resource")), singly[i], questions[i]);
		alike("at the base of R5", answer_at(r5, i), singly[i], questions[i]);
		alike("asked again", post(one, "", TEXT("%s,%s", whole, questions[i])), singly[i],
			questions[i]);
		alike("a batch of one",
			answer_at(post(many, "", TEXT("%s,%s", whole, item_of(questions[i]))), 0), singly[i],
			questions[i]);
		alike("with all that is common in the item",
			answer_at(post(many, "", item_of(TEXT("%s,%s", whole, questions[i]))), 0), singly[i],
			questions[i]);
	}
}

/* ---- uploaded, sent along, kept ---- */

static const char *draw_rules(void)
{
	unsigned system = DRAW(2);
	const char *code = name_of(system * CODES + DRAW(CODES));

	return DRAW(2) ? listed(system) : filtered(system, filter("concept", "is-a", code));
}

static void upload(const char *type, const char *id, const char *text)
{
	struct hs_json *tree = oracle_json(&o, text);
	struct hs_buf out;

	hs_json_set(tree, HS_S("id"), hs_json_string(o.arena, hs_slice_cstr(id)));
	hs_buf_init(&out, o.arena, 1 << 20);
	hs_json_write(&out, tree, 0);
	struct fixture_answer a = fixture_send(o.f, "PUT", TEXT("%s/%s", type, id),
		hs_arena_cstr(o.arena, hs_buf_slice(&out)));
	if (a.status != 200 && a.status != 201)
		fail_msg("%s: %d %.*s", id, a.status, HS_S_ARG(a.body));
}

static const char *sent(const char *resource)
{
	return TEXT("{'name':'tx-resource','resource':%s}", resource);
}

static const char *start_cache(void)
{
	struct hs_json *answer = post("$cache-control?mode=start", "", "{'name':'none','valueCode':'x'}");

	return TEXT("X-Cache-Id: %.*s\r\n", HS_S_ARG(hs_parameter_text(answer, HS_S("cache-id"))));
}

static void check_sources(const char *const *systems, const char *set)
{
	const char *along = TEXT("%s,%s,%s", sent(systems[0]), sent(systems[1]), sent(set));
	const char *named = "{'name':'url','valueUri':'urn:r:wire'}", *cache = start_cache();

	upload("CodeSystem", "wire-a", systems[0]);
	upload("CodeSystem", "wire-b", systems[1]);
	upload("ValueSet", "wire", set);
	post("ValueSet/$validate-code", cache, TEXT("%s,%s,%s", along, named, draw_question()));
	for (unsigned i = 0; i < QUESTIONS; i++) {
		const char *question = draw_question();
		struct hs_json *stored = post("ValueSet/$validate-code", "", TEXT("%s,%s", named, question));
		alike("sent along as uploaded",
			post("ValueSet/$validate-code", "", TEXT("%s,%s,%s", along, named, question)), stored,
			question);
		alike("kept as uploaded",
			post("ValueSet/$validate-code", cache, TEXT("%s,%s", named, question)), stored,
			question);
		alike("of an instance", post("ValueSet/wire/$validate-code", "", question), stored, question);
		alike("of a set that is sent",
			post("ValueSet/$validate-code", "",
				TEXT("{'name':'valueSet','resource':%s},%s", set, question)),
			stored, question);
	}
}

/* ---- GET and POST ---- */

static void check_methods(unsigned code, unsigned other)
{
	const char *system = TEXT("urn:r:%c", letter(code)), *name = name_of(code), *second = name_of(other);
	const char *by_code = TEXT("{'name':'system','valueUri':'%s'},{'name':'code','valueCode':'%s'}",
		system, name);

	alike("$lookup", get(TEXT("CodeSystem/$lookup?system=%s&code=%s", system, name)),
		post("CodeSystem/$lookup", "", by_code), name);
	alike("$validate-code of a code system",
		get(TEXT("CodeSystem/$validate-code?url=%s&code=%s", system, name)),
		post("CodeSystem/$validate-code", "",
			TEXT("{'name':'url','valueUri':'%s'},{'name':'code','valueCode':'%s'}", system,
				name)),
		name);
	alike("$validate-code of a value set",
		get(TEXT("ValueSet/$validate-code?url=urn:r:wire&system=%s&code=%s", system, name)),
		post("ValueSet/$validate-code", "",
			TEXT("{'name':'url','valueUri':'urn:r:wire'},%s", by_code)),
		name);
	alike("$subsumes",
		get(TEXT("CodeSystem/$subsumes?system=%s&codeA=%s&codeB=%s", system, name, second)),
		post("CodeSystem/$subsumes", "",
			TEXT("{'name':'system','valueUri':'%s'},{'name':'codeA','valueCode':'%s'},"
			     "{'name':'codeB','valueCode':'%s'}",
				system, name, second)),
		name);
}

/* ---- rounds ---- */

static void relations_hold(void **state)
{
	(void)state;
	need_packages();
	for (unsigned round = 0; round < 3; round++) {
		const char *systems[] = { make_system(0), make_system(1) };
		const char *set = set_of("urn:r:wire", TEXT("%s,%s", draw_rules(), draw_rules()),
			draw_rules());
		const char *along = TEXT("%s,%s", sent(systems[0]), sent(systems[1]));
		check_batches("CodeSystem", along);
		check_batches("ValueSet", TEXT("%s,{'name':'valueSet','resource':%s}", along, set));
		check_sources(systems, set);
		for (unsigned i = 0; i < QUESTIONS; i++) {
			unsigned code = DRAW(EVERY);
			check_methods(code, code / CODES * CODES + DRAW(CODES));
		}
		hs_arena_reset(o.arena);
	}
	assert_true(right && wrong);
	print_message("%u right, %u wrong\n", right, wrong);
	none_differs();
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(relations_hold) };

	return cmocka_run_group_tests(tests, open_bench, close_bench);
}
