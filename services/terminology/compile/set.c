/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling a ValueSet (R4 section 4.9): its compose becomes rules, its contained sets become sets of their
 * own. */
#include "compile.h"

#include "version.h"

#include <stdlib.h>

#define NESTED_MAX 100u /* codes below codes of a stored expansion */
#define EXT_SUPPLEMENT TX_EXT "valueset-supplement"
#define EXT_PARAMETER TX_EXT "valueset-expansion-parameter"
#define EXT_PARAMETER_OLD "http://hl7.org/fhir/tools/StructureDefinition/valueset-expansion-parameter"

struct work {
	struct tx_compile *c;
	struct tx_set_row row;
	uint32_t number; /* that sets this set's contained ones apart */
};

static const char *const not_in_source[] = { "text", "contained", "compose", "expansion", NULL };

/* "#id" names a contained set of the same resource: "#IMAGE-NUMBER/id" here. */
static struct hs_slice own_name(struct work *w, struct hs_slice canonical)
{
	if (canonical.len && canonical.ptr[0] == '#')
		return hs_arena_printf(w->c->scratch, "#%llx-%u/%.*s", (unsigned long long)w->c->name,
			w->number, HS_S_ARG(hs_slice_from(canonical, 1)));
	return canonical;
}

static uint32_t put_designations(struct tx_compile *c, const struct hs_json *list)
{
	uint32_t count = 0;

	HS_JSON_EACH(item, list) {
		const struct hs_json *use = hs_json_get(item, HS_S("use"));
		struct tx_designation_row row = {
			hs_tx_put_text(c, hs_json_get_text(item, HS_S("language"))),
			hs_tx_put_text(c, hs_json_get_text(item, HS_S("value"))),
			hs_tx_put_text(c, hs_json_get_text(use, HS_S("system"))),
			hs_tx_put_text(c, hs_json_get_text(use, HS_S("code"))),
			hs_tx_put_text(c, hs_json_get_text(use, HS_S("display"))),
			hs_tx_put_json(c, hs_json_get(item, HS_S("extension"))),
		};
		TX_PUT(c, TX_PICK_DESIGNATIONS, row);
		count++;
	}
	return count;
}

static bool marked_deprecated(const struct hs_json *pick)
{
	struct hs_slice status = hs_tx_extension_text(pick,
		HS_S(TX_EXT "structuredefinition-standards-status"));
	struct hs_slice old =
		hs_tx_scalar(hs_tx_value(hs_tx_extension(pick, HS_S(TX_EXT "valueset-deprecated"))));

	return hs_slice_eq(status, HS_S("deprecated")) || hs_slice_eq(old, HS_S("true"));
}

struct sorted {
	struct hs_slice code;
	uint32_t row;
};

static int compare_picks(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;
	int order = hs_slice_cmp(x->code, y->code);

	return order ? order : x->row < y->row ? -1 : 1;
}

static void put_picks(struct work *w, const struct hs_json *list, struct tx_rule_row *rule)
{
	size_t count = hs_json_count(list), n = 0;
	struct sorted *order = hs_arena_array(w->c->scratch, count + 1, sizeof(*order));

	HS_JSON_EACH(item, list) {
		struct tx_pick_row row = {
			.code = hs_tx_put_text(w->c, hs_json_get_text(item, HS_S("code"))),
			.display = hs_tx_put_text(w->c, hs_json_get_text(item, HS_S("display"))),
			.extension = hs_tx_put_json(w->c, hs_json_get(item, HS_S("extension"))),
			.designation_first = TX_COUNT(w->c, TX_PICK_DESIGNATIONS, struct tx_designation_row),
			.flags = marked_deprecated(item) ? TX_DEPRECATED : 0,
		};
		row.designation_count = put_designations(w->c, hs_json_get(item, HS_S("designation")));
		order[n].code = hs_json_get_text(item, HS_S("code"));
		order[n++].row = TX_PUT(w->c, TX_PICKS, row);
	}
	qsort(order, n, sizeof(*order), compare_picks);
	for (size_t i = 0; i < n; i++)
		TX_PUT(w->c, TX_PICKS_BY_CODE, order[i].row);
	rule->pick_count = (uint32_t)n;
}

static void put_filters(struct work *w, const struct hs_json *list, struct tx_rule_row *rule)
{
	HS_JSON_EACH(item, list) {
		struct hs_slice op = hs_json_get_text(item, HS_S("op"));
		/* operators of R5 reach an R4 server as an extension of the operator */
		struct hs_slice newer = hs_tx_extension_text(hs_json_get(item, HS_S("_op")),
			HS_S(TX_EXT5 "ValueSet.compose.include.filter.op"));
		struct tx_filter_row row = {
			hs_tx_put_text(w->c, hs_json_get_text(item, HS_S("property"))),
			hs_tx_put_text(w->c, newer.len ? newer : op),
			hs_tx_put_text(w->c, hs_json_get_text(item, HS_S("value"))),
		};
		TX_PUT(w->c, TX_FILTERS, row);
		rule->filter_count++;
	}
}

static void put_rule(struct work *w, const struct hs_json *item, uint32_t index, uint32_t flags)
{
	const struct hs_json *concepts = hs_json_get(item, HS_S("concept"));
	struct tx_rule_row rule = {
		.system = hs_tx_put_text(w->c, hs_json_get_text(item, HS_S("system"))),
		.version = hs_tx_put_text(w->c, hs_json_get_text(item, HS_S("version"))),
		.flags = flags | (concepts ? TX_RULE_ENUM : 0),
		.index = index,
		.pick_first = TX_COUNT(w->c, TX_PICKS, struct tx_pick_row),
		.filter_first = TX_COUNT(w->c, TX_FILTERS, struct tx_filter_row),
		.import_first = TX_COUNT(w->c, TX_IMPORTS, struct hs_image_text),
	};

	put_picks(w, concepts, &rule);
	put_filters(w, hs_json_get(item, HS_S("filter")), &rule);
	HS_JSON_EACH(canonical, hs_json_get(item, HS_S("valueSet"))) {
		struct hs_image_text text = hs_tx_put_text(w->c, own_name(w, hs_json_text(canonical)));
		TX_PUT(w->c, TX_IMPORTS, text);
		rule.import_count++;
	}
	TX_PUT(w->c, TX_RULES, rule);
	w->row.rule_count++;
}

/* True when `a` is the same code system as `b` in a later version, both named. */
static bool is_later(const struct hs_json *a, const struct hs_json *b)
{
	struct hs_slice x = hs_json_get_text(a, HS_S("version")), y = hs_json_get_text(b, HS_S("version"));

	return x.len && y.len && hs_tx_version_cmp(x, y) > 0 &&
		hs_slice_eq(hs_json_get_text(a, HS_S("system")), hs_json_get_text(b, HS_S("system")));
}

/* In the order of the set, but later versions of a code system before earlier ones: where two versions hold a
 * code, the later one speaks for it. */
static void put_includes(struct work *w, const struct hs_json *list)
{
	size_t count = hs_json_count(list), n = 0;
	struct rule_at {
		const struct hs_json *item;
		uint32_t index;
	} *order = hs_arena_array(w->c->scratch, count + 1, sizeof(*order));

	HS_JSON_EACH(item, list) {
		size_t at = n;
		for (size_t i = 0; i < n && n < 100; i++)
			if (is_later(item, order[i].item)) {
				at = i;
				break;
			}
		memmove(order + at + 1, order + at, (n - at) * sizeof(*order));
		order[at] = (struct rule_at) { item, (uint32_t)n };
		n++;
	}
	for (size_t i = 0; i < n; i++)
		put_rule(w, order[i].item, order[i].index, 0);
}

/* The include of that code system and version, made when it is not there. */
static struct hs_json *include_of(struct hs_arena *arena, struct hs_json *includes,
	const struct hs_json *item)
{
	static const char *const same[] = { "system", "version" };
	struct hs_json *made = NULL;

	HS_JSON_EACH(include, includes)
		if (hs_slice_eq(hs_json_get_text(include, HS_S("system")),
			    hs_json_get_text(item, HS_S("system"))) &&
			hs_slice_eq(hs_json_get_text(include, HS_S("version")),
				hs_json_get_text(item, HS_S("version"))))
			return include;
	made = hs_json_push(includes, hs_json_object(arena));
	for (size_t i = 0; i < 2; i++) {
		struct hs_slice text = hs_json_get_text(item, hs_slice_cstr(same[i]));
		if (text.len)
			hs_json_add_text(arena, made, hs_slice_cstr(same[i]), text);
	}
	hs_json_add_array(arena, made, HS_S("concept"));
	return made;
}

static void list_contained(struct hs_arena *arena, struct hs_json *includes, const struct hs_json *contains,
	unsigned depth)
{
	static const char *const kept[] = { "code", "display", "designation" };

	HS_JSON_EACH(item, contains) {
		if (hs_json_get_text(item, HS_S("system")).len && hs_json_get_text(item, HS_S("code")).len) {
			struct hs_json *concept = hs_json_push(hs_json_get(include_of(arena, includes, item),
								       HS_S("concept")),
				hs_json_object(arena));
			for (size_t i = 0; i < sizeof(kept) / sizeof(kept[0]); i++)
				if (hs_json_get(item, hs_slice_cstr(kept[i])))
					hs_json_add(concept, hs_slice_cstr(kept[i]),
						hs_json_clone(arena,
							hs_json_get(item, hs_slice_cstr(kept[i]))));
		}
		if (depth < NESTED_MAX)
			list_contained(arena, includes, hs_json_get(item, HS_S("contains")), depth + 1);
	}
}

/* What the codes of a stored expansion are worth: nothing beside a definition, all where there is none. */
static const struct hs_json *includes_of(struct work *w, const struct hs_json *set)
{
	const struct hs_json *compose = hs_json_get(set, HS_S("compose")),
			     *contains = hs_json_get(hs_json_get(set, HS_S("expansion")), HS_S("contains"));

	if (compose || !contains)
		return hs_json_get(compose, HS_S("include"));
	struct hs_json *includes = hs_json_array(w->c->scratch);
	list_contained(w->c->scratch, includes, contains, 0);
	return includes;
}

static void put_compose(struct work *w, const struct hs_json *set)
{
	const struct hs_json *compose = hs_json_get(set, HS_S("compose"));
	uint32_t index = 0;

	w->row.rule_first = TX_COUNT(w->c, TX_RULES, struct tx_rule_row);
	w->row.compose = hs_tx_put_json(w->c, compose);
	if (compose)
		w->row.head.flags |= TX_HAS_COMPOSE;
	if (hs_json_get(compose, HS_S("inactive")))
		w->row.head.flags |= TX_INACTIVE_GIVEN;
	if (hs_json_get_bool(compose, HS_S("inactive"), false))
		w->row.head.flags |= TX_INACTIVE_TRUE;
	put_includes(w, includes_of(w, set));
	index = 0;
	HS_JSON_EACH(exclude, hs_json_get(compose, HS_S("exclude")))
		put_rule(w, exclude, index++, TX_RULE_EXCLUDE);
}

/* Extensions that steer the expansion. */
static void put_extensions(struct work *w, const struct hs_json *set)
{
	struct hs_json *params = hs_json_array(w->c->scratch);

	w->row.supplement_first = TX_COUNT(w->c, TX_IMPORTS, struct hs_image_text);
	for (struct hs_json *e = hs_tx_extension(set, HS_S(EXT_SUPPLEMENT)); e;
		e = hs_tx_extension_next(e, HS_S(EXT_SUPPLEMENT))) {
		struct hs_image_text text = hs_tx_put_text(w->c, hs_json_text(hs_tx_value(e)));
		TX_PUT(w->c, TX_IMPORTS, text);
		w->row.supplement_count++;
	}
	const struct hs_json *places[] = { set, hs_json_get(set, HS_S("compose")) };
	for (size_t i = 0; i < 2; i++)
		HS_JSON_EACH(e, hs_json_get(places[i], HS_S("extension"))) {
			struct hs_slice url = hs_json_get_text(e, HS_S("url"));
			if (hs_slice_eq(url, HS_S(EXT_PARAMETER)) ||
				hs_slice_eq(url, HS_S(EXT_PARAMETER_OLD)))
				hs_json_push(params, hs_json_clone(w->c->scratch, e));
		}
	if (hs_json_count(params))
		w->row.params = hs_tx_put_json(w->c, params);
}

static enum hs_status put_contained(struct work *w, const struct hs_json *set, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	HS_JSON_EACH(item, hs_json_get(set, HS_S("contained"))) {
		uint32_t row;
		if (!hs_slice_eq(hs_json_get_text(item, HS_S("resourceType")), HS_S("ValueSet")))
			continue;
		struct hs_slice name = hs_arena_printf(w->c->scratch, "#%.*s",
			HS_S_ARG(hs_json_get_text(item, HS_S("id"))));
		name = own_name(w, name);
		struct hs_json *named = hs_json_clone(w->c->scratch, item);
		hs_json_set(named, HS_S("url"), hs_json_string(w->c->scratch, name));
		hs_json_take(named, HS_S("version"));
		status = hs_tx_compile_set(w->c, named, &row, err);
		if (status)
			break;
	}
	return status;
}

enum hs_status hs_tx_compile_set(struct tx_compile *c, const struct hs_json *set, uint32_t *index,
	struct hs_error *err)
{
	struct work w = { .c = c, .number = ++c->contained };
	struct hs_slice url = hs_json_get_text(set, HS_S("url"));

	enum hs_status status = put_contained(&w, set, err);
	if (status)
		return status;
	hs_tx_compile_head(c, set, not_in_source, &w.row.head);
	put_extensions(&w, set);
	put_compose(&w, set);
	*index = TX_PUT(c, TX_SETS, w.row);
	if (url.len)
		hs_tx_compile_canonical(c, TX_KIND_SET, set, &w.row.head, *index);
	return HS_OK;
}
