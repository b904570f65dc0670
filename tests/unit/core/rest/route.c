/* SPDX-License-Identifier: Apache-2.0 */
/* From method and path to interaction, by the table of R4 section 3.1.0.14. */
#include "rest_defs.h"

static const struct hs_type_row all = {
	.name = "Patient", .versions = HS_ON_R4 | HS_ON_R5, .interactions = HS_CAN_ALL
};
static const struct hs_type_row some = {
	.name = "Organization", .versions = HS_ON_R4, .interactions = HS_CAN_READ | HS_CAN_SEARCH
};
static const struct hs_type_row star = { .name = "*", .versions = HS_ON_R4, .interactions = HS_CAN_ALL };

static struct hs_search_rules *rules;

static struct hs_rest *make(struct hs_defs *defs, bool with_star)
{
	struct hs_rest *rest = NULL;
	struct hs_error err = { 0 };
	assert_int_equal(hs_search_rules_new(defs, &rules, &err), HS_OK);
	struct hs_rest_config config = { .defs = defs, .rules = rules };
	assert_int_equal(hs_rest_new(&config, &rest, &err), HS_OK);
	assert_int_equal(hs_rest_add_type(rest, &all, NULL, "a", &err), HS_OK);
	if (with_star)
		assert_int_equal(hs_rest_add_type(rest, &star, NULL, "s", &err), HS_OK);
	assert_int_equal(hs_rest_add_type(rest, &some, NULL, "b", &err), HS_OK);
	return rest;
}

static void finds_the_interaction(void **state)
{
	static const struct {
		const char *method, *path;
		enum hs_interaction interaction;
		const char *id, *version;
	} rows[] = {
		{ "GET", "", HS_DO_SEARCH_SYSTEM, "", "" },
		{ "POST", "", HS_DO_BUNDLE, "", "" },
		{ "POST", "/", HS_DO_BUNDLE, "", "" },
		{ "POST", "_search", HS_DO_SEARCH_SYSTEM, "", "" },
		{ "GET", "_history", HS_DO_HISTORY_SYSTEM, "", "" },
		{ "GET", "Patient", HS_DO_SEARCH_TYPE, "", "" },
		{ "HEAD", "Patient", HS_DO_SEARCH_TYPE, "", "" },
		{ "POST", "Patient", HS_DO_CREATE, "", "" },
		{ "PUT", "Patient", HS_DO_UPDATE_CONDITIONAL, "", "" },
		{ "PATCH", "Patient", HS_DO_PATCH_CONDITIONAL, "", "" },
		{ "DELETE", "Patient", HS_DO_DELETE_CONDITIONAL, "", "" },
		{ "POST", "Patient/_search", HS_DO_SEARCH_TYPE, "", "" },
		{ "GET", "Patient/_history", HS_DO_HISTORY_TYPE, "", "" },
		{ "GET", "Patient/1", HS_DO_READ, "1", "" },
		{ "HEAD", "/Patient/1/", HS_DO_READ, "1", "" },
		{ "PUT", "Patient/1", HS_DO_UPDATE, "1", "" },
		{ "PATCH", "Patient/1", HS_DO_PATCH, "1", "" },
		{ "DELETE", "Patient/1", HS_DO_DELETE, "1", "" },
		{ "GET", "Patient/1/_history", HS_DO_HISTORY_INSTANCE, "1", "" },
		{ "GET", "Patient/1/_history/2", HS_DO_VREAD, "1", "2" },
		{ "GET", "Organization/1", HS_DO_READ, "1", "" },
	};
	NEED_DEFS(defs)
	struct hs_rest *rest = make(defs, false);
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hs_rest_target target = { 0 };
		uint32_t methods = 0;
		struct hs_error err = { 0 };
		assert_int_equal(hs_rest_route(rest, hs_http_method_of(hs_slice_cstr(rows[i].method)),
					 hs_slice_cstr(rows[i].path), &target, &methods, &err),
			HS_OK);
		assert_int_equal(target.interaction, rows[i].interaction);
		assert_true(hs_slice_eq(target.id, hs_slice_cstr(rows[i].id)));
		assert_true(hs_slice_eq(target.version, hs_slice_cstr(rows[i].version)));
	}
	hs_rest_free(rest);
	hs_search_rules_free(rules);
}

static void refuses_what_is_not_there(void **state)
{
	static const struct {
		const char *method, *path;
		enum hs_status status;
		const char *allow;
	} rows[] = {
		{ "GET", "Nonsense", HS_E_NOT_FOUND, "" },
		{ "GET", "Observation", HS_E_NOT_FOUND, "" },
		{ "GET", "Parameters", HS_E_NOT_FOUND, "" },
		{ "GET", "Resource/1", HS_E_NOT_FOUND, "" },
		{ "GET", "patient/1", HS_E_NOT_FOUND, "" },
		{ "GET", "Patient/a_b", HS_E_NOT_FOUND, "" },
		{ "GET", "Patient/1/name", HS_E_NOT_FOUND, "" },
		{ "GET", "Patient/1/_history/2/3", HS_E_NOT_FOUND, "" },
		{ "GET", "Patient/1/history/2", HS_E_NOT_FOUND, "" },
		{ "POST", "Patient/$validate", HS_E_NOT_FOUND, "" },
		{ "POST", "Patient/1", HS_E_METHOD, "GET, HEAD, PUT, PATCH, DELETE, OPTIONS" },
		{ "POST", "Organization", HS_E_METHOD, "GET, HEAD, OPTIONS" },
		{ "PUT", "Organization/1", HS_E_METHOD, "GET, HEAD, OPTIONS" },
		{ "DELETE", "", HS_E_METHOD, "GET, HEAD, POST, OPTIONS" },
		{ "GET", "Patient/_search", HS_E_METHOD, "POST, OPTIONS" },
	};
	NEED_DEFS(defs)
	struct hs_rest *rest = make(defs, false);
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
		struct hs_rest_target target = { 0 };
		uint32_t methods = 0;
		char text[HS_HTTP_METHODS_TEXT];
		struct hs_error err = { 0 };
		enum hs_status status = hs_rest_route(rest, hs_http_method_of(hs_slice_cstr(rows[i].method)),
			hs_slice_cstr(rows[i].path), &target, &methods, &err);
		assert_int_equal(status, rows[i].status);
		assert_int_equal(err.text[0] != 0, status != HS_E_METHOD);
		if (status == HS_E_METHOD)
			assert_string_equal(hs_http_methods_text(methods, text).ptr, rows[i].allow);
	}
	hs_rest_free(rest);
	hs_search_rules_free(rules);
}

static void lets_one_service_take_the_rest(void **state)
{
	NEED_DEFS(defs)
	struct hs_rest *rest = make(defs, true);
	struct hs_error err = { 0 };
	(void)state;
	assert_string_equal(hs__rest_type(rest, HS_S("Patient"))->service, "a");
	assert_string_equal(hs__rest_type(rest, HS_S("Organization"))->service, "b");
	assert_string_equal(hs__rest_type(rest, HS_S("Observation"))->service, "s");
	assert_null(hs__rest_type(rest, HS_S("Parameters")));
	assert_int_equal(hs_rest_add_type(rest, &star, NULL, "t", &err), HS_E_DUPLICATE);
	assert_int_equal(hs_rest_add_type(rest, &all, NULL, "t", &err), HS_E_DUPLICATE);
	static const struct hs_type_row unknown = { .name = "Chair", .versions = HS_ON_R4 };
	assert_int_equal(hs_rest_add_type(rest, &unknown, NULL, "t", &err), HS_E_NOT_FOUND);
	static const struct hs_type_row other = { .name = "ActorDefinition", .versions = HS_ON_R5 };
	assert_int_equal(hs_rest_add_type(rest, &other, NULL, "t", &err), HS_OK);
	hs_rest_free(rest);
	hs_search_rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_the_interaction),
		cmocka_unit_test(refuses_what_is_not_there),
		cmocka_unit_test(lets_one_service_take_the_rest),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
