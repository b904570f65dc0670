/* SPDX-License-Identifier: Apache-2.0 */
/* One value set asked in every way: all answers must follow from its expansion. */
#include "oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define TRIED 5u /* codes of a set that are validated, and codes beside it */

/* ---- codes ---- */

static size_t count_codes(const struct hs_json *contains)
{
	size_t n = 0;

	HS_JSON_EACH(item, contains)
		n += 1 + count_codes(hs_json_get(item, HS_S("contains")));
	return n;
}

static void collect(const struct hs_json *contains, struct oracle_list *out)
{
	HS_JSON_EACH(item, contains) {
		if (hs_json_get(item, HS_S("code")))
			out->items[out->count++] = (struct oracle_item) { hs_json_get_text(item,
										  HS_S("system")),
				hs_json_get_text(item, HS_S("version")), hs_json_get_text(item, HS_S("code")),
				hs_json_get_text(item, HS_S("display")),
				hs_json_get_bool(item, HS_S("inactive"), false) };
		collect(hs_json_get(item, HS_S("contains")), out);
	}
}

void oracle_codes(struct oracle *o, const struct hs_json *answer, struct oracle_list *out)
{
	const struct hs_json *contains = hs_json_get(hs_json_get(answer, HS_S("expansion")),
		HS_S("contains"));

	*out = (struct oracle_list) {
		hs_arena_array(o->arena, count_codes(contains) + 1, sizeof(*out->items)), 0
	};
	assert_non_null(out->items);
	collect(contains, out);
}

const struct oracle_item *oracle_find(const struct oracle_list *list, struct hs_slice system,
	struct hs_slice code)
{
	for (size_t i = 0; i < list->count; i++)
		if (hs_slice_eq(list->items[i].code, code) && hs_slice_eq(list->items[i].system, system))
			return &list->items[i];
	return NULL;
}

static int compare_items(const void *a, const void *b)
{
	const struct oracle_item *x = a, *y = b;
	int order = hs_slice_cmp(x->system, y->system);

	order = order ? order : hs_slice_cmp(x->code, y->code);
	return order ? order : hs_slice_cmp(x->version, y->version);
}

bool oracle_same_codes(const struct oracle_list *a, const struct oracle_list *b, bool ordered)
{
	if (a->count == b->count && !ordered && a->count) {
		qsort(a->items, a->count, sizeof(*a->items), compare_items);
		qsort(b->items, b->count, sizeof(*b->items), compare_items);
	}
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++)
		if (compare_items(&a->items[i], &b->items[i]) != 0)
			return false;
	return true;
}

/* ---- sets ---- */

struct hs_json *oracle_filter_set(struct oracle *o, struct hs_slice system, struct hs_slice version,
	const char *op, struct hs_slice code)
{
	struct hs_arena *arena = o->arena;
	struct hs_json *set = hs_json_object(arena), *include = hs_json_object(arena);

	hs_json_add_text(arena, set, HS_S("resourceType"), HS_S("ValueSet"));
	hs_json_add_text(arena, set, HS_S("url"), HS_S("urn:test:oracle"));
	hs_json_add_text(arena, set, HS_S("status"), HS_S("active"));
	hs_json_push(hs_json_add_array(arena, hs_json_add_object(arena, set, HS_S("compose")),
			     HS_S("include")),
		include);
	hs_json_add_text(arena, include, HS_S("system"), system);
	if (version.len)
		hs_json_add_text(arena, include, HS_S("version"), version);
	if (!op)
		return set;
	struct hs_json *filter = hs_json_push(hs_json_add_array(arena, include, HS_S("filter")),
		hs_json_object(arena));
	hs_json_add_text(arena, filter, HS_S("property"), HS_S("concept"));
	hs_json_add_text(arena, filter, HS_S("op"), hs_slice_cstr(op));
	hs_json_add_text(arena, filter, HS_S("value"), code);
	return set;
}

/* A question about the set, with parameters of its own. */
static struct hs_json *question(struct oracle *o, const struct hs_json *set, const char *const *pairs)
{
	static const char *const none[] = { NULL };
	struct hs_json *q = oracle_parameters(o, pairs ? pairs : none);

	hs_parameters_add(o->arena, q, HS_S("valueSet"), HS_S("resource"), hs_json_clone(o->arena, set));
	return q;
}

static struct hs_json *expand(struct oracle *o, const struct hs_json *set, const char *const *pairs)
{
	struct hs_error err;

	return oracle_ask(o, "ValueSet/$expand", question(o, set, pairs), &err);
}

static const char *const flat[] = { "boolean:excludeNested", "true", NULL };

bool oracle_expand(struct oracle *o, const struct hs_json *set, struct oracle_list *out)
{
	struct hs_json *answer = expand(o, set, flat);

	if (answer)
		oracle_codes(o, answer, out);
	return answer != NULL;
}

#define NAME(set) HS_S_ARG(hs_json_get_text((set), HS_S("url")))

/* ---- the same codes, whatever else is asked for ---- */

/* Expands again with other parameters: the codes must be those of `wanted`. */
static void again(struct oracle *o, const struct hs_json *set, const struct oracle_list *wanted,
	const char *const *pairs, bool ordered)
{
	struct oracle_list codes = { NULL, 0 };
	struct hs_json *answer = expand(o, set, pairs);

	if (answer)
		oracle_codes(o, answer, &codes);
	if (!answer || !oracle_same_codes(wanted, &codes, ordered))
		oracle_differs(o, "%.*s: expanded with %s=%s it has %zu codes, not the %zu it should",
			NAME(set), pairs[0], pairs[1], codes.count, wanted->count);
}

static void check_wishes(struct oracle *o, const struct hs_json *set, const struct oracle_list *whole)
{
	static const char *const wishes[][5] = {
		{ "boolean:includeDesignations", "true", "boolean:excludeNested", "true", NULL },
		{ "code:displayLanguage", "sv", "boolean:excludeNested", "true", NULL },
		{ "string:property", "*", "boolean:excludeNested", "true", NULL },
		{ "boolean:includeDefinition", "true", "boolean:excludeNested", "true", NULL },
	};
	static const char *const nested[] = { "boolean:excludeNested", "false", NULL };
	static const char *const active[] = { "boolean:activeOnly", "true", "boolean:excludeNested", "true",
		NULL };
	struct oracle_list copy = { hs_arena_array(o->arena, whole->count + 1, sizeof(*copy.items)), 0 };

	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
		again(o, set, whole, wishes[i], true);
	for (size_t i = 0; i < whole->count; i++)
		if (!whole->items[i].inactive)
			copy.items[copy.count++] = whole->items[i];
	again(o, set, &copy, active, true);
	if (whole->count)
		memcpy(copy.items, whole->items, whole->count * sizeof(*copy.items));
	copy.count = whole->count;
	again(o, set, &copy, nested, false);
}

static void check_pages(struct oracle *o, const struct hs_json *set, const struct oracle_list *whole)
{
	size_t size = whole->count / 3 + 1, at = 0;

	while (at < whole->count) {
		char from[24], count[24];
		const char *pairs[] = { "integer:offset", from, "integer:count", count, NULL };
		struct oracle_list wanted = { whole->items + at,
			whole->count - at < size ? whole->count - at : size };
		snprintf(from, sizeof(from), "%zu", at);
		snprintf(count, sizeof(count), "%zu", size);
		again(o, set, &wanted, pairs, true);
		at += size;
	}
}

/* ---- search ---- */

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_plain(struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if ((unsigned char)text.ptr[i] >= 128)
			return false;
	return true;
}

/* A word of at least four letters, or nothing. */
static struct hs_slice word_of(struct hs_slice text)
{
	for (size_t i = 0, n = 0; i <= text.len; i++) {
		if (i < text.len && is_letter(text.ptr[i])) {
			n++;
			continue;
		}
		if (n >= 4 && (i == text.len || text.ptr[i] == ' ') && (i == n || text.ptr[i - n - 1] == ' '))
			return hs_slice(text.ptr + i - n, n);
		n = 0;
	}
	return HS_S_NONE;
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool has(struct hs_slice text, struct hs_slice word, bool at_begin)
{
	for (size_t i = 0; i + word.len <= text.len; i++) {
		size_t n = 0;
		while (n < word.len && lower(text.ptr[i + n]) == lower(word.ptr[n]))
			n++;
		if (n == word.len && (!at_begin || i == 0 || text.ptr[i - 1] == ' '))
			return true;
	}
	return false;
}

static bool has_anywhere(const struct hs_json *item, struct hs_slice word)
{
	struct hs_slice display = hs_json_get_text(item, HS_S("display"));

	if (has(display, word, false) || !is_plain(display) ||
		has(hs_json_get_text(item, HS_S("code")), word, false))
		return true;
	HS_JSON_EACH(designation, hs_json_get(item, HS_S("designation"))) {
		struct hs_slice value = hs_json_get_text(designation, HS_S("value"));
		if (has(value, word, false) || !is_plain(value))
			return true;
	}
	return false;
}

/* What a word finds: every code whose display has a word that begins so, none that has it nowhere. */
static void check_search(struct oracle *o, const struct hs_json *set, const struct oracle_list *whole)
{
	const struct oracle_item *from = &whole->items[oracle_random(o, whole->count)];
	struct hs_slice word = word_of(from->display);
	const char *pairs[] = { "string:filter", hs_arena_cstr(o->arena, word), "boolean:includeDesignations",
		"true", NULL };
	struct oracle_list found;

	if (!word.len)
		return;
	struct hs_json *answer = expand(o, set, pairs);
	if (!answer) {
		oracle_differs(o, "%.*s: cannot be searched for %s", NAME(set), pairs[1]);
		return;
	}
	oracle_codes(o, answer, &found);
	for (size_t i = 0; i < whole->count; i++) {
		const struct oracle_item *item = &whole->items[i];
		if (has(item->display, word, true) && !oracle_find(&found, item->system, item->code))
			oracle_differs(o, "%.*s: searched for %s it lacks %.*s", NAME(set), pairs[1],
				HS_S_ARG(item->code));
	}
	HS_JSON_EACH(item, hs_json_get(hs_json_get(answer, HS_S("expansion")), HS_S("contains")))
		if (!has_anywhere(item, word))
			oracle_differs(o, "%.*s: searched for %s it has %.*s", NAME(set), pairs[1],
				HS_S_ARG(hs_json_get_text(item, HS_S("code"))));
	for (size_t i = 0; i < found.count; i++)
		if (!oracle_find(whole, found.items[i].system, found.items[i].code))
			oracle_differs(o, "%.*s: searched for %s it has %.*s, which it has not", NAME(set),
				pairs[1], HS_S_ARG(found.items[i].code));
}

/* ---- validation ---- */

enum how { BY_CODE, BY_CODING, BY_CONCEPT, BY_INFERENCE, WAYS };
static const char *const hows[] = { "code", "coding", "codeableConcept", "code with inferSystem" };

static struct hs_json *validation(struct oracle *o, const struct hs_json *set, const struct oracle_item *item,
	enum how how, bool display)
{
	struct hs_json *q = question(o, set, NULL), *coding = hs_json_object(o->arena);

	if (how == BY_CODE || how == BY_INFERENCE) {
		oracle_add(o, q, "code", "valueCode", item->code);
		if (how == BY_CODE)
			oracle_add(o, q, "system", "valueUri", item->system);
		if (how == BY_CODE && item->version.len)
			oracle_add(o, q, "systemVersion", "valueString", item->version);
		if (display)
			oracle_add(o, q, "display", "valueString", item->display);
		if (how == BY_INFERENCE)
			hs_parameters_add(o->arena, q, HS_S("inferSystem"), HS_S("valueBoolean"),
				hs_json_bool(o->arena, true));
		return q;
	}
	hs_json_add_text(o->arena, coding, HS_S("system"), item->system);
	if (item->version.len)
		hs_json_add_text(o->arena, coding, HS_S("version"), item->version);
	hs_json_add_text(o->arena, coding, HS_S("code"), item->code);
	if (display)
		hs_json_add_text(o->arena, coding, HS_S("display"), item->display);
	if (how == BY_CODING) {
		hs_parameters_add(o->arena, q, HS_S("coding"), HS_S("valueCoding"), coding);
		return q;
	}
	struct hs_json *concept = hs_json_object(o->arena);
	hs_json_push(hs_json_add_array(o->arena, concept, HS_S("coding")), coding);
	hs_parameters_add(o->arena, q, HS_S("codeableConcept"), HS_S("valueCodeableConcept"), concept);
	return q;
}

/* "true", "false: why" or "refused: why". */
static const char *validate(struct oracle *o, const struct hs_json *set, const struct oracle_item *item,
	enum how how, bool display)
{
	struct hs_error err;
	struct hs_json *answer = oracle_ask(o, "ValueSet/$validate-code",
		validation(o, set, item, how, display), &err);

	if (!answer)
		return hs_arena_cstr(o->arena, hs_arena_printf(o->arena, "refused: %s", err.text));
	if (hs_json_type(hs_parameter_value(hs_parameter(answer, HS_S("result")))) == HS_JSON_TRUE)
		return "true";
	return hs_arena_cstr(o->arena,
		hs_arena_printf(o->arena, "false: %.*s",
			HS_S_ARG(hs_parameter_text(answer, HS_S("message")))));
}

static bool is_ambiguous(const struct oracle_list *whole, const struct oracle_item *item)
{
	for (size_t i = 0; i < whole->count; i++)
		if (hs_slice_eq(whole->items[i].code, item->code) &&
			!hs_slice_eq(whole->items[i].system, item->system))
			return true;
	return false;
}

static void check_members(struct oracle *o, const struct hs_json *set, const struct oracle_list *whole)
{
	for (size_t n = 0; n < TRIED && n < whole->count; n++) {
		const struct oracle_item *item =
			&whole->items[whole->count <= TRIED ? n : oracle_random(o, whole->count)];
		for (int how = 0; how < WAYS; how++) {
			bool yes = how != BY_INFERENCE || !is_ambiguous(whole, item);
			const char *said = validate(o, set, item, (enum how)how, n % 2 && item->display.len);
			if ((strcmp(said, "true") == 0) != yes)
				oracle_differs(o, "%.*s: has %.*s#%.*s, by %s: %s", NAME(set),
					HS_S_ARG(item->system), HS_S_ARG(item->code), hows[how], said);
		}
	}
}

/* What an expansion used, in the order of the answer: url|version. */
static const struct hs_json *used(const struct hs_json *answer, const struct hs_json *after)
{
	const struct hs_json *list = hs_json_get(hs_json_get(answer, HS_S("expansion")), HS_S("parameter"));

	for (const struct hs_json *p = after ? hs_json_next(after) : hs_json_first(list); p;
		p = hs_json_next(p))
		if (hs_slice_eq(hs_json_get_text(p, HS_S("name")), HS_S("used-codesystem")))
			return p;
	return NULL;
}

/* Codes of the code systems that the set takes from, but that it does not have. */
static void check_outsiders(struct oracle *o, const struct hs_json *set, const struct hs_json *answer,
	const struct oracle_list *whole)
{
	for (const struct hs_json *p = used(answer, NULL); p; p = used(answer, p)) {
		struct hs_slice version = hs_json_get_text(p, HS_S("valueUri")),
				url = hs_slice_cut(&version, '|');
		struct oracle_list all = { NULL, 0 };
		struct oracle_item none = { url, HS_S_NONE, HS_S("no-such-code"), HS_S_NONE, false };
		if (strncmp(validate(o, set, &none, BY_CODE, false), "false", 5) != 0)
			oracle_differs(o, "%.*s: has no-such-code of %.*s", NAME(set), HS_S_ARG(url));
		if (!oracle_expand(o, oracle_filter_set(o, url, version, NULL, HS_S_NONE), &all))
			continue;
		for (size_t n = 0; n < (size_t)TRIED * 2 && all.count; n++) {
			const struct oracle_item *item = &all.items[oracle_random(o, all.count)];
			bool inside = oracle_find(whole, item->system, item->code) != NULL;
			const char *said = validate(o, set, item, n % 2 ? BY_CODING : BY_CODE, false);
			if ((strcmp(said, "true") == 0) != inside)
				oracle_differs(o, "%.*s: %s %.*s#%.*s|%.*s, validated: %s", NAME(set),
					inside ? "has" : "has not", HS_S_ARG(item->system),
					HS_S_ARG(item->code), HS_S_ARG(item->version), said);
		}
	}
}

/* A set that cannot be expanded: then nothing may be said to be in it, but by a grammar. */
static void check_refused(struct oracle *o, const struct hs_json *set)
{
	struct oracle_item item = { HS_S("urn:test:nowhere"), HS_S_NONE, HS_S("x"), HS_S_NONE, false };
	const char *said = validate(o, set, &item, BY_CODE, false);

	o->refused++;
	if (strcmp(said, "true") == 0)
		oracle_differs(o, "%.*s: cannot be expanded, but has a code of nowhere", NAME(set));
}

void oracle_check_set(struct oracle *o, const struct hs_json *set)
{
	struct hs_json *answer = expand(o, set, flat);
	struct oracle_list whole;

	o->sets++;
	if (!answer) {
		check_refused(o, set);
		return;
	}
	oracle_codes(o, answer, &whole);
	/* a grammar tells a list of its codes only: there are more */
	bool closed = !hs_json_get(hs_json_get(answer, HS_S("expansion")), HS_S("extension"));
	check_members(o, set, &whole);
	check_wishes(o, set, &whole);
	check_pages(o, set, &whole);
	if (whole.count)
		check_search(o, set, &whole);
	if (closed)
		check_outsiders(o, set, answer, &whole);
}
