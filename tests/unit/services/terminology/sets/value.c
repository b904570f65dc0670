/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of services/terminology/sets/value.c: values of properties by their types, in a code system that was
 * uploaded and in one that was imported. */
#include "../import_test.h"

#include <services/terminology/sets/value.h>
#include <services/terminology/text/decimal.h>

static void decimals(void **state)
{
	/* each is less than the next */
	static const char *const rising[] = { "-10", "-9.5", "-0.001", "0", "0.5", "1", "1.05", "1.5", "9",
		"10", "340282366920938463463374607431768211456" };
	static const char *const none[] = { "", "-", ".", ".5", "1.", "1e2", "1 ", "one", "1.2.3" };
	const size_t count = sizeof(rising) / sizeof(rising[0]);

	(void)state;
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < count; k++) {
			int got = hs_tx_decimal_cmp(hs_slice_cstr(rising[i]), hs_slice_cstr(rising[k]));
			if ((got > 0) - (got < 0) != (i > k) - (i < k))
				fail_msg("%s against %s: %d", rising[i], rising[k], got);
		}
	assert_int_equal(hs_tx_decimal_cmp(HS_S("-0.0"), HS_S("+00")), 0);
	assert_int_equal(hs_tx_decimal_cmp(HS_S("1.0"), HS_S("01.000")), 0);
	for (size_t i = 0; i < count; i++)
		assert_true(hs_tx_is_decimal(hs_slice_cstr(rising[i])));
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++)
		if (hs_tx_is_decimal(hs_slice_cstr(none[i])))
			fail_msg("\"%s\" is taken for a number", none[i]);
}

static void each_type(void **state)
{
#define CODING "{\"system\":\"urn:s\",\"version\":\"3\",\"code\":\"C1\",\"display\":\"5\\\" Pipe\"}"
	static const struct {
		const char *key, *value, *wanted;
		bool equal, in_any_case;
	} rows[] = {
		{ "valueCode", "1.0", "1.00", false, false },
		{ "valueCode", "Ab", "ab", false, true },
		{ "valueDecimal", "1.0", "1.00", true, true },
		{ "valueDecimal", "1.0", "1.01", false, false },
		{ "valueDecimal", "1e1", "1e1", true, true },
		{ "valueInteger", "7", "07", true, true },
		{ "valueInteger", "7", "seven", false, false },
		{ "valueCoding", CODING, "C1", true, true },
		{ "valueCoding", CODING, "c1", false, true },
		{ "valueCoding", CODING, "urn:s|C1", true, true },
		{ "valueCoding", CODING, "urn:s|c1", false, true },
		{ "valueCoding", CODING, "urn:other|C1", false, false },
		{ "valueCoding", CODING, "urn:s#C1", true, true },
		{ "valueCoding", CODING, "urn:s|3#C1", true, true },
		{ "valueCoding", CODING, "urn:s|4#C1", false, false },
		{ "valueCoding", CODING, "urn:other#C1", false, false },
		{ "valueCoding", CODING, "urn:s#C2", false, false },
		{ "valueCoding", CODING, "urn:s|", false, false },
		{ "valueCoding", CODING, "|C1", false, false },
		{ "valueCoding", CODING, "5\" PIPE", true, true },
		{ "valueCoding", CODING, "system", false, false },
	};
	struct hs_arena *arena = hs_arena_new((size_t)1 << 20);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		enum tx_value_kind kind = hs_tx_value_kind(hs_slice_cstr(rows[i].key));
		struct hs_slice value = hs_slice_cstr(rows[i].value), wanted = hs_slice_cstr(rows[i].wanted);
		if (hs_tx_value_is(arena, kind, value, wanted, false) != rows[i].equal ||
			hs_tx_value_is(arena, kind, value, wanted, true) != rows[i].in_any_case)
			fail_msg("%s %s and \"%s\"", rows[i].key, rows[i].value, rows[i].wanted);
	}
	hs_arena_free(arena);
}

#define SYSTEM \
	"{'resourceType':'CodeSystem','url':'urn:typed','version':'1','name':'Typed','status':'active'," \
	"'content':'complete','caseSensitive':true,'property':[{'code':'weight','type':'decimal'}," \
	"{'code':'rank','type':'integer'},{'code':'kind','type':'Coding'},{'code':'mark','type':'code'}]," \
	"'concept':[{'code':'a','property':[{'code':'weight','valueDecimal':1.0}," \
	"{'code':'kind','valueCoding':{'system':'urn:one','code':'k'}},{'code':'mark','valueCode':'1.0'}]}," \
	"{'code':'b','property':[{'code':'weight','valueDecimal':1.00},{'code':'rank','valueInteger':7}," \
	"{'code':'kind','valueCoding':{'system':'urn:two','code':'k'}}," \
	"{'code':'mark','valueCode':'1.00'}]}," \
	"{'code':'c','property':[{'code':'weight','valueDecimal':2.50},{'code':'rank','valueInteger':70}]}]}"

#define FILTER(url, property, op, value) \
	"{'resourceType':'ValueSet','url':'" url "','status':'active','compose':{'include':[{'system':" \
	"'urn:typed','filter':[{'property':'" property "','op':'" op "','value':'" value "'}]}]}}"

/* Ends with NULL; behind each is what it gives. */
static const char *const filters[] = { FILTER("urn:f:0", "weight", "=", "1"), "a b",
	FILTER("urn:f:1", "weight", "in", "1.000,2.5"), "a b c", FILTER("urn:f:2", "weight", "not-in", "1.0"),
	"c", FILTER("urn:f:3", "rank", "=", "7"), "b", FILTER("urn:f:4", "kind", "=", "k"), "a b",
	FILTER("urn:f:5", "kind", "=", "urn:two#k"), "b", FILTER("urn:f:6", "kind", "in", "x, urn:one|k"),
	"a", FILTER("urn:f:7", "mark", "=", "1.0"), "a", FILTER("urn:f:8", "code", "in", "A,c"), "c",
	FILTER("urn:f:9", "rank", "exists", "false"), "a", FILTER("urn:f:10", "mark", "not-in", "1.00"),
	"a c", FILTER("urn:f:11", "mark", "regex", "1[.]0+"), "a b",
	FILTER("urn:f:12", "kind", "exists", "true"), "a b", NULL };

/* Where codes heed no case. */
#define LOOSE \
	"{'resourceType':'CodeSystem','url':'urn:typed','version':'1','name':'Loose','status':'active'," \
	"'content':'complete','caseSensitive':false,'property':[{'code':'mark','type':'code'}]," \
	"'concept':[{'code':'Ab','property':[{'code':'mark','valueCode':'X'}]}," \
	"{'code':'cd','property':[{'code':'mark','valueCode':'y'}]}]}"

static const char *const loose_filters[] = { FILTER("urn:f:0", "code", "=", "AB"), "Ab",
	FILTER("urn:f:1", "concept", "in", "aB,CD"), "Ab cd", FILTER("urn:f:2", "code", "not-in", "ab"), "cd",
	FILTER("urn:f:3", "mark", "=", "x"), "Ab", FILTER("urn:f:4", "mark", "in", "Y,z"), "cd",
	FILTER("urn:f:5", "concept", "is-a", "AB"), "Ab", NULL };

static bool is_listed(const char *codes, const char *code)
{
	struct hs_slice rest = hs_slice_cstr(codes);

	while (rest.ptr)
		if (hs_slice_eq(hs_slice_cut(&rest, ' '), hs_slice_cstr(code)))
			return true;
	return false;
}

/* One code is asked otherwise than all: each is in the set that holds it, and in no other. */
static void check_members(struct ask *b, size_t set, const char *codes, const struct tx_layer *imported)
{
	static const char *const all[] = { "a", "b", "c", "Ab", "cd" };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct hs_slice asked = hs_arena_printf(b->arena,
			"{'name':'url','valueUri':'urn:f:%zu'},{'name':'system','valueUri':'urn:typed'},"
			"{'name':'code','valueCode':'%s'}",
			set, all[i]);
		ask_prepare(b, hs_arena_cstr(b->arena, asked));
		if (imported)
			b->ctx.scope.layers[b->ctx.scope.count++] = imported;
		b->status = hs_tx_validate_in_set(&b->ctx, &b->out, &b->err);
		if (b->status || (strcmp(ask_text(b, "result"), "true") == 0) != is_listed(codes, all[i]))
			fail_msg("%s: %s in %zu: %s", imported ? "imported" : "uploaded", all[i], set,
				ask_text(b, "message"));
	}
}

/* In the code system that is imported, or (NULL) sent along as `system`. */
static void check_filters(const char *system, const char *const *list, const struct tx_layer *imported)
{
	const char *resources[sizeof(filters) / sizeof(filters[0])];
	size_t count = 0;
	struct ask b;

	for (size_t i = 0; list[i]; i += 2)
		resources[count++] = list[i];
	resources[count] = imported ? NULL : system;
	resources[imported ? count : count + 1] = NULL;
	ask_begin(&b, resources);
	for (size_t i = 0; i < count; i++) {
		struct hs_slice asked = hs_arena_printf(b.arena, "{'name':'url','valueUri':'urn:f:%zu'}", i);
		ask_prepare(&b, hs_arena_cstr(b.arena, asked));
		if (imported)
			b.ctx.scope.layers[b.ctx.scope.count++] = imported;
		if (hs_tx_expand(&b.ctx, &b.out, &b.err) || strcmp(ask_codes(&b), list[2 * i + 1]) != 0)
			fail_msg("%s %s: %s", imported ? "imported" : "uploaded", list[2 * i], ask_codes(&b));
		check_members(&b, i, list[2 * i + 1], imported);
	}
	ask_end(&b);
}

static void check_both(const char *system, const char *const *list)
{
	char text[sizeof(SYSTEM)];
	struct place p;
	struct ask a;

	check_filters(system, list, NULL);
	for (size_t i = 0; i <= strlen(system); i++)
		text[i] = system[i] == '\'' ? '"' : system[i];
	begin(&p);
	put(&p, "system.json", text);
	assert_int_equal(run(&p, hs_tx_import_fhir, NULL, 0), HS_OK);
	open_image(&p, &a);
	check_filters(system, list, &a.layer);
	close_image(&a);
	end(&p);
}

static void in_filters(void **state)
{
	(void)state;
	check_both(SYSTEM, filters);
	check_both(LOOSE, loose_filters);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(decimals),
		cmocka_unit_test(each_type),
		cmocka_unit_test(in_filters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
