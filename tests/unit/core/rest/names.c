/* SPDX-License-Identifier: Apache-2.0 */
/* Every name that the search rules give to index entries has a number in a sandbox. */
#include "rest_defs.h"

static const struct hs_type_row star = { .name = "*", .versions = HS_ON_R4, .interactions = HS_CAN_ALL };

static void knows_every_name_of_the_rules(void **state)
{
	NEED_DEFS(defs)
	struct hs_search_rules *rules = NULL;
	struct hs_rest *rest = NULL;
	struct hs_error err = { 0 };
	size_t names = 0;
	(void)state;
	assert_int_equal(hs_search_rules_new(defs, &rules, &err), HS_OK);
	struct hs_rest_config config = { .defs = defs, .rules = rules };
	assert_int_equal(hs_rest_new(&config, &rest, &err), HS_OK);
	assert_int_equal(hs_rest_add_type(rest, &star, NULL, "test", &err), HS_OK);
	for (size_t i = 0; i < rest->type_count; i++) {
		size_t count = 0;
		const struct hs_slice *list = hs_search_names(rules, rest->types[i].name, rest->arena,
			&count);
		for (size_t k = 0; k < count; k++) {
			if (!hs_map_get(&rest->param_index, list[k]))
				fail_msg("%.*s has no number", HS_S_ARG(list[k]));
		}
		names += count;
	}
	assert_true(names > 2000);
	hs_rest_free(rest);
	hs_search_rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(knows_every_name_of_the_rules) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
