/* SPDX-License-Identifier: Apache-2.0 */
/* Over every resource of the R4 examples: each of its index entries is written as the search a client would
 * send for that value, and that search, parsed from its text, must find the resource again; its negation must
 * not. Skipped without the R4 package. */
#include "search_test.h"

#include <math.h>

struct oracle {
	size_t resources, rows, searches;
	size_t bytes;
	uint64_t ns;
};

#define ROWS_TRIED 150 /* of one resource; bundles have thousands alike */

static void add_escaped(struct hs_buf *out, struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (memchr(",$|\\", text.ptr[i], 4))
			hs_buf_byte(out, '\\');
		hs_buf_byte(out, text.ptr[i]);
	}
}

/* What a client would write for the value of the entry; false when it cannot be written. */
static bool value_of(const struct hs_index_row *row, bool typed, struct hs_buf *out)
{
	char instant[HS_INSTANT_LEN + 1];
	switch (row->kind) {
	case HS_INDEX_TOKEN:
		if (!row->system.len && !row->text.len)
			return false;
		add_escaped(out, row->system);
		hs_buf_byte(out, '|');
		if (typed) { /* CODE|VALUE */
			struct hs_slice value = row->text;
			add_escaped(out, hs_slice_cut(&value, '|'));
			hs_buf_byte(out, '|');
			add_escaped(out, value);
		} else {
			add_escaped(out, row->text);
		}
		return true;
	case HS_INDEX_STRING:
		add_escaped(out, row->exact);
		return row->text.len > 0;
	case HS_INDEX_URI:
		add_escaped(out, row->text);
		return true;
	case HS_INDEX_DATE:
		if (row->lo == INT64_MIN)
			return false;
		hs_time_instant(row->lo, instant);
		hs_buf_printf(out, "ge%s", instant);
		return true;
	case HS_INDEX_NUMBER:
		hs_buf_printf(out, "ge%.17g", row->low);
		return isfinite(row->low) && fabs(row->low) < 1e300;
	case HS_INDEX_QUANTITY:
		hs_buf_printf(out, "le%.17g|", row->high);
		add_escaped(out, row->system);
		hs_buf_byte(out, '|');
		add_escaped(out, row->text);
		return fabs(row->high) < 1e300;
	case HS_INDEX_REFERENCE:
		if (row->target_type && !(row->target_type & HS_TYPE_CONTAINED))
			hs_buf_printf(out, "%.*s/", HS_S_ARG(name_of(row->target_type)));
		hs_buf_add(out, row->text);
		/* Only chains lead into what the resource contains. */
		return !memchr(row->text.ptr, ',', row->text.len) && !(row->target_type & HS_TYPE_CONTAINED);
	default:
		hs_buf_printf(out, "%.17g|%.17g|1|m", row->low, row->high);
		return true;
	}
}

/* "Patient.name" -> "name"; "...:text", "...:identifier" and "...:of-type" are modifiers already; base units
 * ("...:canonical") are asked for by the unit of the value; "...$0" cannot be asked alone. */
static struct hs_slice code_of(const struct hs_index_row *row, struct hs_slice type)
{
	struct hs_slice name = name_of(row->param);
	assert_true(hs_slice_starts(name, type));
	if (hs_slice_find(name, '$', 0) != SIZE_MAX)
		return HS_S_NONE;
	if (hs_slice_ends(name, HS_S(":canonical")))
		name.len -= strlen(":canonical");
	return hs_slice_from(name, type.len + 1);
}

static void try_search(struct oracle *oracle, struct hs_arena *arena, struct hs_slice type,
	struct hs_pair pair, const struct hs_index_row *rows, size_t count, bool want)
{
	static const struct hs_search_options options = { .default_count = 20,
		.max_count = 100,
		.strict = true,
		.max_params = 10,
		.max_values = 10,
		.max_chain = 3 };
	struct hs_search search;
	struct hs_error err;
	if (hs_search_parse(&(struct hs_search_work) { rules, &numbering, arena }, type, &pair, 1, &options,
		    &search, &err))
		fail_msg("%.*s?%.*s=%.*s: %s", HS_S_ARG(type), HS_S_ARG(pair.name), HS_S_ARG(pair.value),
			err.text);
	if (hs_search_match(search.where, HS_S("x"), 0, rows, count, NULL, NULL) != want)
		fail_msg("%.*s?%.*s=%.*s %s", HS_S_ARG(type), HS_S_ARG(pair.name), HS_S_ARG(pair.value),
			want ? "does not find it" : "finds it");
	oracle->searches++;
}

static void try_row(struct oracle *oracle, struct hs_arena *arena, struct hs_slice type,
	const struct hs_index_row *rows, size_t count, size_t at)
{
	struct hs_buf value;
	struct hs_slice code = code_of(&rows[at], type);
	hs_buf_init(&value, arena, 1 << 20);
	if (hs_slice_eq(code, HS_S(":there"))) {
		code = hs_arena_printf(arena, "%.*s:missing", HS_S_ARG(rows[at].text));
		try_search(oracle, arena, type, (struct hs_pair) { code, HS_S("true") }, rows, count, false);
		try_search(oracle, arena, type, (struct hs_pair) { code, HS_S("false") }, rows, count, true);
		return;
	}
	if (!code.len || !value_of(&rows[at], hs_slice_ends(code, HS_S(":of-type")), &value))
		return;
	struct hs_pair pair = { code, hs_buf_slice(&value) };
	try_search(oracle, arena, type, pair, rows, count, true);
	if (hs_slice_find(code, ':', 0) != SIZE_MAX)
		return;
	try_search(oracle, arena, type,
		(struct hs_pair) { hs_arena_printf(arena, "%.*s:missing", HS_S_ARG(code)), HS_S("true") },
		rows, count, false);
	if (rows[at].kind == HS_INDEX_TOKEN) {
		pair.name = hs_arena_printf(arena, "%.*s:not", HS_S_ARG(code));
		try_search(oracle, arena, type, pair, rows, count, false);
	}
	if (rows[at].kind == HS_INDEX_STRING) {
		pair.name = hs_arena_printf(arena, "%.*s:exact", HS_S_ARG(code));
		try_search(oracle, arena, type, pair, rows, count, true);
	}
}

static struct hs_search_rules *thorough; /* evaluates every parameter, whatever members a resource has */

static bool same_real(double a, double b)
{
	return a <= b && a >= b;
}

static bool same_row(const struct hs_index_row *a, const struct hs_index_row *b)
{
	return a->param == b->param && a->group == b->group && a->kind == b->kind &&
		a->target_type == b->target_type && hs_slice_eq(a->system, b->system) &&
		hs_slice_eq(a->text, b->text) && hs_slice_eq(a->exact, b->exact) && a->lo == b->lo &&
		a->hi == b->hi && same_real(a->low, b->low) && same_real(a->high, b->high);
}

static void evaluate_all(struct hs_slice type)
{
	/* The test's own copy of the rules. */
	struct hs__search_type *found = (struct hs__search_type *)(uintptr_t)hs__search_type(thorough, type);
	for (uint32_t i = 0; found && i < found->count; i++)
		found->rules[i].starts = NULL;
}

/* What is left out by looking at the members only has no entries. */
static void compare_thoroughly(struct hs_arena *arena, const struct hs_json *tree,
	const struct hs_index_row *rows, size_t count)
{
	struct hs_slice type = hs_json_get_text(tree, HS_S("resourceType"));
	struct hs_index_row *all = NULL;
	size_t all_count = 0;
	struct hs_error err;
	evaluate_all(type);
	assert_int_equal(hs_search_extract(&(struct hs_search_work) { thorough, &numbering, arena }, tree,
				 HS_S_NONE, &all, &all_count, &err),
		HS_OK);
	for (size_t i = 0; i < all_count && i < count; i++)
		if (!same_row(&rows[i], &all[i]))
			fail_msg("%.*s: entry %zu is of %.*s, not of %.*s", HS_S_ARG(type), i,
				HS_S_ARG(name_of(rows[i].param)), HS_S_ARG(name_of(all[i].param)));
	assert_int_equal(count, all_count);
}

static enum hs_status try_resource(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct oracle *oracle = arg;
	struct hs_json *tree;
	struct hs_index_row *rows = NULL;
	size_t count = 0;
	const struct hs_world *world = hs_world_real();
	(void)file;
	if (hs_json_parse(arena, text, NULL, &tree, err))
		return err->status;
	uint64_t start = world->mono_ns(world->ctx);
	if (hs_search_extract(&(struct hs_search_work) { rules, &numbering, arena }, tree, HS_S_NONE, &rows,
		    &count, err))
		return err->status;
	oracle->ns += world->mono_ns(world->ctx) - start;
	oracle->resources++;
	oracle->rows += count;
	oracle->bytes += text.len;
	compare_thoroughly(arena, tree, rows, count);
	for (size_t i = 0; i < count && i < ROWS_TRIED; i++)
		try_row(oracle, arena, hs_arena_copy(arena, type), rows, count, i);
	return HS_OK;
}

static void every_value_is_found(void **state)
{
	(void)state;
	struct hs_error err;
	struct oracle oracle = { 0 };
	struct hs_package *package = find_package(HS_S("hl7.fhir.r4.examples"));
	if (!defs || !package)
		skip();
	assert_int_equal(hs_search_rules_new(defs, &thorough, &err), HS_OK);
	if (hs_package_each(package, NULL, try_resource, &oracle, &err))
		fail_msg("%s", err.text);
	print_message("%zu resources, %zu entries, %zu searches; extraction %.0f MB/s, %.1f us a resource\n",
		oracle.resources, oracle.rows, oracle.searches,
		(double)oracle.bytes * 1e3 / (double)(oracle.ns + 1),
		(double)oracle.ns / 1e3 / (double)oracle.resources);
	assert_true(oracle.searches > 100000);
	hs_search_rules_free(thorough);
	hs_package_close(package);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_value_is_found),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
