/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of relations share: random code systems and rules of value sets, questions about them, and
 * what is noted when answers do not agree. One binary a group. */
#pragma once

#include "oracle_test.h"

#define CODES 24u /* of each system: a0 ... a23, b0 ... b23 */
#define ROUNDS 30u
#define SETS 20u /* tried in each round */

/* A set of codes of both systems, one bit each. */
typedef uint64_t codes;
#define ALL_OF(system) ((((codes)1 << CODES) - 1) << ((system)*CODES))
#define ONE(code) ((codes)1 << (code))
#define EVERY 48u /* twice as many */

#define TEXT(...) hs_arena_cstr(o.arena, hs_arena_printf(o.arena, __VA_ARGS__))
#define DRAW(limit) ((unsigned)oracle_random(&o, limit))

static inline char letter(unsigned code)
{
	return (char)('a' + code / CODES);
}

static inline const char *name_of(unsigned code)
{
	return TEXT("%c%u", letter(code), code % CODES);
}

/* ---- what is asked about ---- */

static unsigned parents[EVERY]; /* of a code; itself: it is a root */

static inline void put_concept(struct hs_buf *out, unsigned code)
{
	static const char *const words[] = { "alfa", "beta", "gamma", "delta", "epsilon" };
	static const char *const colours[] = { "red", "green", "blue" };
	unsigned colour = DRAW(4), children = 0;

	hs_buf_printf(out,
		"{'code':'%s','display':'%s %s %u','property':[{'code':'inactive','valueBoolean':%s}%s%s%s]",
		name_of(code), words[DRAW(5)], words[DRAW(5)], code, DRAW(5) ? "false" : "true",
		colour < 3 ? ",{'code':'colour','valueCode':'" : "", colour < 3 ? colours[colour] : "",
		colour < 3 ? "'}" : "");
	if (DRAW(2))
		hs_buf_printf(out, ",'designation':[{'language':'sv','value':'%s på svenska %u'}]",
			words[DRAW(5)], code);
	for (unsigned i = code + 1; i < (code / CODES + 1) * CODES; i++)
		if (parents[i] == code) {
			hs_buf_cstr(out, children++ ? "," : ",'concept':[");
			put_concept(out, i);
		}
	hs_buf_cstr(out, children ? "]}" : "}");
}

static inline const char *make_system(unsigned system)
{
	struct hs_buf out;
	unsigned first = system * CODES, count = 0;

	hs_buf_init(&out, o.arena, 1 << 16);
	hs_buf_printf(&out,
		"{'resourceType':'CodeSystem','url':'urn:r:%c','version':'1','status':'active','content':"
		"'complete',"
		"'caseSensitive':true,'language':'en','property':[{'code':'colour','type':'code'},"
		"{'code':'inactive',"
		"'uri':'http://hl7.org/fhir/concept-properties#inactive','type':'boolean'}],'concept':[",
		letter(first));
	for (unsigned i = first; i < first + CODES; i++)
		parents[i] = i == first || !DRAW(6) ? i : first + DRAW(i - first);
	for (unsigned i = first; i < first + CODES; i++)
		if (parents[i] == i) {
			hs_buf_cstr(&out, count++ ? "," : "");
			put_concept(&out, i);
		}
	hs_buf_cstr(&out, "]}");
	return hs_arena_cstr(o.arena, hs_buf_slice(&out));
}

static inline const char *filter(const char *property, const char *op, const char *value)
{
	return TEXT("{'property':'%s','op':'%s','value':'%s'}", property, op, value);
}

static inline const char *draw_filter(unsigned system)
{
	static const char *const hierarchical[] = { "is-a", "descendent-of", "is-not-a", "generalizes",
		"child-of", "descendent-leaf" };
	const char *code = name_of(system * CODES + DRAW(CODES));

	switch (DRAW(5)) {
	case 0:
		return filter("colour", DRAW(2) ? "=" : "in", DRAW(2) ? "red" : "blue");
	case 1:
		return filter("colour", "exists", DRAW(2) ? "true" : "false");
	case 2:
		return filter("code", "regex", TEXT("%c[0-%u]*", letter(system * CODES), DRAW(9)));
	case 3:
		return filter("inactive", "=", DRAW(2) ? "true" : "false");
	default:
		return filter("concept", hierarchical[DRAW(6)], code);
	}
}

static inline const char *of_system(unsigned system, const char *more)
{
	return TEXT("{'system':'urn:r:%c'%s}", letter(system * CODES), more);
}

static inline const char *filtered(unsigned system, const char *filters)
{
	return of_system(system, TEXT(",'filter':[%s]", filters));
}

/* Some codes by name, one that does not exist among them. */
static inline const char *listed(unsigned system)
{
	struct hs_buf out;

	hs_buf_init(&out, o.arena, 1 << 12);
	hs_buf_cstr(&out, ",'concept':[{'code':'none'}");
	for (unsigned i = system * CODES; i < (system + 1) * CODES; i++)
		if (DRAW(3) == 0)
			hs_buf_printf(&out, ",{'code':'%s'}", name_of(i));
	hs_buf_cstr(&out, "]");
	return of_system(system, hs_arena_cstr(o.arena, hs_buf_slice(&out)));
}

static inline const char *draw_rule(void)
{
	unsigned system = DRAW(2), kind = DRAW(6);

	return kind == 0  ? of_system(system, "") :
		kind == 1 ? listed(system) :
		kind == 2 ? filtered(system, TEXT("%s,%s", draw_filter(system), draw_filter(system))) :
			    filtered(system, draw_filter(system));
}

static inline const char *set_of(const char *url, const char *include, const char *exclude)
{
	return TEXT(
		"{'resourceType':'ValueSet','url':'%s','status':'active','compose':{'include':[%s]%s%s%s}}",
		url, include, *exclude ? ",'exclude':[" : "", exclude, *exclude ? "]" : "");
}

/* ---- asking ---- */

/* NULL when it is refused. */
static inline struct hs_json *ask_of(const char *operation, const char *const *pairs)
{
	struct hs_error err;

	return oracle_ask(&o, operation, oracle_parameters(&o, pairs), &err);
}

static inline struct hs_json *ask_set(const char *operation, const char *set, const char *const *pairs)
{
	struct hs_json *q = oracle_parameters(&o, pairs);
	struct hs_error err;

	hs_parameters_add(o.arena, q, HS_S("valueSet"), HS_S("resource"), oracle_json(&o, set));
	struct hs_json *answer = oracle_ask(&o, operation, q, &err);
	if (!answer)
		oracle_differs(&o, "%s refuses %s: %s", operation, set, err.text);
	return answer;
}

static inline unsigned number_of(struct hs_slice code)
{
	uint64_t number = 0;

	if (code.len < 2 || !hs_slice_u64(hs_slice_from(code, 1), &number) || number >= CODES)
		fail_msg("%.*s is no code of ours", HS_S_ARG(code));
	return (unsigned)(code.ptr[0] - 'a') * CODES + (unsigned)number;
}

static const char *const nothing[] = { NULL };

static inline codes expand_with(const char *set, const char *const *pairs, struct oracle_list *list)
{
	struct hs_json *answer = ask_set("ValueSet/$expand", set, pairs);
	codes out = 0;

	*list = (struct oracle_list) { NULL, 0 };
	if (answer)
		oracle_codes(&o, answer, list);
	for (size_t i = 0; i < list->count; i++) {
		codes one = ONE(number_of(list->items[i].code));
		if (out & one)
			oracle_differs(&o, "%.*s is told twice in %s", HS_S_ARG(list->items[i].code), set);
		out |= one;
	}
	return out;
}

static inline codes of(const char *include, const char *exclude)
{
	struct oracle_list list;

	return expand_with(set_of("urn:r:asked", include, exclude), nothing, &list);
}

static inline void same(const char *relation, codes found, codes wanted, const char *a, const char *b)
{
	if (found != wanted)
		oracle_differs(&o, "%s: %llx instead of %llx, of\n  %s\n  %s", relation,
			(unsigned long long)found, (unsigned long long)wanted, a, b);
}

static inline void within(const char *relation, codes small, codes large, const char *a, const char *b)
{
	same(relation, small & ~large, 0, a, b);
}

static inline void holds(const char *relation, bool truth, const char *a, const char *b)
{
	same(relation, truth, 1, a, b);
}

static inline bool is_true(const struct hs_json *answer, struct hs_slice name)
{
	return hs_json_type(hs_parameter_value(hs_parameter(answer, name))) == HS_JSON_TRUE;
}
