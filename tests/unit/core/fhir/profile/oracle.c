/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots made from the differentials of published packages against the snapshots published with them. */
#include "profile_test.h"

#include <core/fhir/profile/snapshot.h>

struct tally {
	struct bench bench;
	size_t profiles, same_profiles, elements, found, same, faults;
	bool only_constraints;
};

static const struct hs_json *find_snapshot(void *arg, struct hs_slice canonical)
{
	struct tally *tally = arg;
	struct hs_error err;
	const struct hs_profile *profile = hs_profiles_find(tally->bench.profiles, canonical, &err);
	return profile ? profile->snapshot : NULL;
}

static bool same_member(const struct hs_json *a, const struct hs_json *b, struct hs_slice name)
{
	const struct hs_json *left = hs_json_get(a, name);
	const struct hs_json *right = hs_json_get(b, name);
	if (!left || !right)
		return left == right;
	return hs_json_equal(left, right);
}

static bool same_keys(const struct hs_json *a, const struct hs_json *b)
{
	size_t found = 0;
	HS_JSON_EACH(left, hs_json_get(a, HS_S("constraint")))
		HS_JSON_EACH(right, hs_json_get(b, HS_S("constraint")))
			found += hs_slice_eq(hs_json_get_text(left, HS_S("key")),
				hs_json_get_text(right, HS_S("key")));
	return found == hs_json_count(hs_json_get(a, HS_S("constraint"))) &&
		found == hs_json_count(hs_json_get(b, HS_S("constraint")));
}

/* The first member that differs, of those that a validator goes by; texts and mappings are not compared.
 * NULL: none. */
static const char *difference(const struct hs_json *a, const struct hs_json *b)
{
	static const char *const names[] = { "path", "sliceName", "min", "max", "type", "contentReference",
		"maxLength", "isModifier" };
	for (size_t i = 0; i < COUNT_OF(names); i++)
		if (!same_member(a, b, hs_slice_cstr(names[i])))
			return names[i];
	HS_JSON_EACH(member, a) {
		struct hs_slice key = hs_json_key(member);
		bool value = hs_slice_starts(key, HS_S("fixed")) || hs_slice_starts(key, HS_S("pattern"));
		if (value && !same_member(a, b, key))
			return "value";
	}
	const struct hs_json *left = hs_json_get(a, HS_S("binding"));
	const struct hs_json *right = hs_json_get(b, HS_S("binding"));
	bool same = same_member(left, right, HS_S("strength")) && same_member(left, right, HS_S("valueSet"));
	return !same_keys(a, b) ? "constraint" : same ? NULL : "binding";
}

static const struct hs_json *find_id(const struct hs_json *elements, struct hs_slice id)
{
	HS_JSON_EACH(element, elements)
		if (hs_slice_eq(hs_json_get_text(element, HS_S("id")), id))
			return element;
	return NULL;
}

static void compare(struct tally *tally, const struct hs_json *made, const struct hs_json *published,
	struct hs_slice file)
{
	size_t before = tally->same + hs_json_count(published);
	HS_JSON_EACH(want, published) {
		const struct hs_json *have = find_id(made, hs_json_get_text(want, HS_S("id")));
		tally->elements++;
		tally->found += have != NULL;
		const char *wrong = have ? difference(have, want) : "missing";
		if (!wrong)
			tally->same++;
		else if (getenv("HS_TEST_SHOW"))
			print_message("%.*s %.*s: %s\n", HS_S_ARG(file),
				HS_S_ARG(hs_json_get_text(want, HS_S("id"))), wrong);
	}
	tally->same_profiles += before == tally->same && hs_json_count(made) == hs_json_count(published);
}

static enum hs_status regenerate(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct tally *tally = arg;
	struct hs_json *structure;
	struct hs_json *made = NULL;
	struct hs_issues issues = { .arena = arena };
	struct hs_snapshot_source source = { find_snapshot, tally };
	(void)type;
	if (hs_json_parse(arena, text, NULL, &structure, err))
		return err->status;
	const struct hs_json *published = hs_json_get(hs_json_get(structure, HS_S("snapshot")),
		HS_S("element"));
	bool constraint = hs_slice_eq(hs_json_get_text(structure, HS_S("derivation")), HS_S("constraint"));
	if (!published || !constraint || !hs_json_get(structure, HS_S("differential")))
		return HS_OK;
	if (hs_snapshot_make(arena, structure, &source, &issues, &made, err))
		return err->status == HS_E_NOT_FOUND ? HS_OK : err->status;
	tally->profiles++;
	tally->faults += issues.errors;
	for (const struct hs_issue *issue = issues.first; issue && getenv("HS_TEST_SHOW");
		issue = issue->next)
		print_message("%.*s: %.*s\n", HS_S_ARG(file), HS_S_ARG(issue->text));
	compare(tally, made, published, file);
	return HS_OK;
}

static void regenerate_package(struct hs_slice core, struct hs_slice name, enum hs_fhir_version fhir,
	double least)
{
	static const char *const types[] = { "StructureDefinition", NULL };
	struct tally tally = { .profiles = 0 };
	struct hs_error err;
	struct hs_package *package = find_package(name);
	if (!package || !open_bench(&tally.bench, core, fhir))
		skip();
	if (hs_package_each(package, types, regenerate, &tally, &err))
		fail_msg("%s", err.text);
	double share = 100.0 * (double)tally.same / (double)(tally.elements + (tally.elements == 0));
	print_message("%.*s: %zu profiles, %zu the same; of %zu elements %zu found, %.2f %% the same; "
		      "%zu faults\n",
		HS_S_ARG(name), tally.profiles, tally.same_profiles, tally.elements, tally.found, share,
		tally.faults);
	hs_package_close(package);
	close_bench(&tally.bench);
	assert_true(share >= least);
}

static void makes_those_of_r4(void **state)
{
	(void)state;
	regenerate_package(HS_S("hl7.fhir.r4.examples"), HS_S("hl7.fhir.r4.examples"), HS_FHIR_R4, 99);
}

static void makes_those_of_the_extensions(void **state)
{
	(void)state;
	regenerate_package(HS_S("hl7.fhir.r4.examples"), HS_S("hl7.fhir.uv.extensions.r4"), HS_FHIR_R4, 98);
}

static void makes_those_of_r5(void **state)
{
	(void)state;
	regenerate_package(HS_S("hl7.fhir.r5.core"), HS_S("hl7.fhir.r5.core"), HS_FHIR_R5, 98);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_those_of_r4),
		cmocka_unit_test(makes_those_of_the_extensions),
		cmocka_unit_test(makes_those_of_r5),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
