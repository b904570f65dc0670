/* SPDX-License-Identifier: Apache-2.0 */
/* The synthetic Sweden: same bytes for the same seed, valid numbers, references that lead back. */
#include <core/cli/seed/seed.h>

#include <core/base/map.h>
#include <handslag/identifier.h>
#include <handslag/json.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

struct seen {
	uint64_t hash;
	uint64_t count, pointers, first_patient;
	struct hs_arena *keep; /* names "Type/id" */
	struct hs_map names;
	struct hs_arena *scratch;
};

static enum hs_status hash_only(struct hs_slice text, void *arg, struct hs_error *err)
{
	(void)err;
	struct seen *seen = arg;
	seen->hash = hs_hash_seeded(text, seen->hash);
	seen->count++;
	return HS_OK;
}

static uint64_t hash_of(uint64_t pointers, uint64_t seed)
{
	struct hs_seed_options options = { pointers, seed, false };
	struct seen seen = { 0 };
	struct hs_error err;
	assert_int_equal(hs_seed_run(&options, hash_only, &seen, &err), HS_OK);
	return seen.hash;
}

static void same_seed_same_bytes(void **state)
{
	(void)state;
	assert_true(hash_of(1000, 7) == hash_of(1000, 7));
	assert_true(hash_of(1000, 7) != hash_of(1000, 8));
}

/* Walks a tree: every identifier of a known system holds, every literal reference was seen before. */
static void check_tree(struct seen *seen, const struct hs_json *node)
{
	const struct hs_identifier_system *system = hs_identifier_system(hs_json_get_text(node,
		HS_S("system")));
	struct hs_slice value = hs_json_get_text(node, HS_S("value"));
	struct hs_error err;
	if (system && value.len) {
		assert_int_equal(hs_identifier_check(system->kind, value, &err), HS_OK);
	}
	struct hs_slice reference = hs_json_get_text(node, HS_S("reference"));
	if (reference.len && !hs_map_get(&seen->names, reference)) {
		fail_msg("%.*s points to nothing", HS_S_ARG(reference));
	}
	HS_JSON_EACH(child, node) {
		if (child->type >= HS_JSON_ARRAY) {
			check_tree(seen, child);
		}
	}
}

static enum hs_status check_resource(struct hs_slice text, void *arg, struct hs_error *err)
{
	struct seen *seen = arg;
	struct hs_json *tree;
	hs_arena_reset(seen->scratch);
	assert_int_equal(hs_json_parse(seen->scratch, text, NULL, &tree, err), HS_OK);
	struct hs_slice type = hs_json_get_text(tree, HS_S("resourceType"));
	struct hs_slice id = hs_json_get_text(tree, HS_S("id"));
	/* An owner and its endpoint name each other; the endpoint comes first and does not. */
	check_tree(seen, tree);
	bool fresh = false;
	hs_map_put(&seen->names, hs_arena_printf(seen->keep, "%.*s/%.*s", HS_S_ARG(type), HS_S_ARG(id)),
		&fresh);
	assert_true(fresh);
	seen->count++;
	if (hs_slice_eq(type, HS_S("DocumentReference"))) {
		seen->pointers++;
		struct hs_slice subject = hs_json_get_text(hs_json_get(tree, HS_S("subject")),
			HS_S("reference"));
		seen->first_patient += hs_slice_eq(subject, HS_S("Patient/patient-0000000"));
	}
	return HS_OK;
}

static void every_resource_is_sound(void **state)
{
	(void)state;
	struct hs_seed_options options = { 2400, 1, false };
	struct hs_seed_counts counts;
	struct seen seen = { .keep = hs_arena_new(64 << 20), .scratch = hs_arena_new(1 << 20) };
	struct hs_error err;
	hs_map_init(&seen.names, seen.keep);
	assert_int_equal(hs_seed_run(&options, check_resource, &seen, &err), HS_OK);
	hs_seed_count(&options, &counts);
	assert_int_equal(seen.pointers, 2400);
	assert_int_equal(seen.first_patient, 12);
	assert_int_equal(seen.count,
		counts.organizations + counts.locations + counts.services + counts.endpoints +
			counts.affiliations + counts.practitioners + counts.roles + counts.patients +
			counts.pointers);
	hs_arena_free(seen.keep);
	hs_arena_free(seen.scratch);
}

static void regions_and_municipalities_are_complete(void **state)
{
	(void)state;
	unsigned of[HS_SEED_REGIONS] = { 0 };
	for (unsigned i = 0; i < HS_SEED_MUNICIPALITIES; i++) {
		unsigned region = hs_seed_region_of(&hs_seed_municipalities[i]);
		assert_int_equal(strncmp(hs_seed_regions[region].code, hs_seed_municipalities[i].code, 2), 0);
		of[region]++;
	}
	assert_int_equal(of[11], 49); /* Västra Götaland */
	assert_int_equal(of[9], 33);  /* Skåne */
	assert_int_equal(of[7], 1);   /* Gotland */
}

static void people_are_different_and_of_the_test_series(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(64 << 20);
	struct hs_map numbers;
	hs_map_init(&numbers, arena);
	for (uint64_t i = 0; i < 20000; i++) {
		struct hs_seed_person person;
		bool fresh = false;
		hs_seed_person(3, i * 44 % hs_seed_person_max(), &person);
		hs_map_put(&numbers, hs_arena_copy(arena, hs_slice(person.personnummer, 12)), &fresh);
		assert_true(fresh);
		assert_memory_equal(person.personnummer + 8, "9", 1);
		assert_true(person.personnummer[9] >= '8');
	}
	hs_arena_free(arena);
	struct hs_seed_counts most;
	hs_seed_count(&(struct hs_seed_options) { 10000000, 1, false }, &most);
	assert_true(most.patients < hs_seed_person_max());
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(same_seed_same_bytes),
		cmocka_unit_test(every_resource_is_sound),
		cmocka_unit_test(regions_and_municipalities_are_complete),
		cmocka_unit_test(people_are_different_and_of_the_test_series),
	};
	return cmocka_run_group_tests_name("seed", tests, NULL, NULL);
}
