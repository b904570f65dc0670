/* SPDX-License-Identifier: Apache-2.0 */
/* Descriptors are checked, services sorted by their needs, and settings filled. */
#include <core/host/host_private.h>

#include <cjson/cJSON.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static const int table;

static const struct hs_feature provides_a[] = { { HS_PROVIDES, "a", &table }, { .name = NULL } };
static const struct hs_feature needs_a[] = { { HS_NEEDS, "a", NULL }, { HS_PROVIDES, "b", &table },
	{ .name = NULL } };
static const struct hs_feature needs_b[] = { { HS_NEEDS, "b", NULL }, { HS_PREFERS, "nowhere", NULL },
	{ .name = NULL } };
static const struct hs_feature circle[] = { { HS_NEEDS, "b", NULL }, { HS_PROVIDES, "a", &table },
	{ .name = NULL } };

#define SERVICE(n, f) \
	{ \
		.abi = HS_SERVICE_ABI, .name = (n), .summary = "x", .features = (f) \
	}

static const struct hs_service first = SERVICE("first", provides_a), second = SERVICE("second", needs_a),
			       third = SERVICE("third", needs_b), looped = SERVICE("looped", circle),
			       plain = SERVICE("plain", NULL);

static struct hs_host *host;
static struct hs_host_config config;

static int start(void **state)
{
	(void)state;
	host = calloc(1, sizeof(*host));
	host->config = &config;
	host->arena = hs_arena_new(1 << 20);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	hs__registry_close(host);
	hs_arena_free(host->arena);
	free(host);
	return 0;
}

static void needs_decide_the_order(void **state)
{
	const struct hs_service *const list[] = { &third, &plain, &second, &first, NULL };
	static const char *const expected[] = { "plain", "first", "second", "third" };
	struct hs_error err = { .status = HS_OK };

	(void)state;
	assert_int_equal(hs__registry_find(host, list, &err), HS_OK);
	for (unsigned i = 0; i < 4; i++) {
		assert_string_equal(host->services[i]->plug->name, expected[i]);
		assert_int_equal(host->services[i]->index, i);
	}
	assert_ptr_equal(hs_host_feature(host, "b"), &table);
	assert_null(hs_host_feature(host, "nowhere"));
	assert_int_equal(hs__registry_open(host, &err), HS_OK);
	hs__registry_serve(host);
	hs__registry_drain(host);
	assert_int_equal(host->services[0]->phase, HS__SERVICE_DRAINING);
}

static void missing_and_circular_needs_are_refused(void **state)
{
	const struct hs_service *const missing[] = { &second, NULL };
	const struct hs_service *const circular[] = { &looped, &second, NULL };
	struct hs_error err = { .status = HS_OK };

	(void)state;
	assert_int_equal(hs__registry_find(host, missing, &err), HS_E_NOT_FOUND);
	assert_non_null(strstr(err.text, "second needs a"));
	hs__registry_close(host);
	assert_int_equal(hs__registry_find(host, circular, &err), HS_E_CONFLICT);
	hs__registry_close(host);
	const struct hs_service *const twice[] = { &plain, &plain, NULL };
	assert_int_equal(hs__registry_find(host, twice, &err), HS_E_DUPLICATE);
}

static enum hs_verdict handler(struct hs_request *req, void *arg)
{
	(void)req;
	(void)arg;
	return HS_VERDICT_DONE;
}

static void bad_descriptors_are_refused(void **state)
{
	static const struct hs_route slash[] = {
		{ .method = "GET", .path = "/x", .versions = HS_ON_R4, .handler = handler },
		{ .method = NULL }
	};
	static const struct hs_route no_version[] = { { .method = "GET", .path = "x", .handler = handler },
		{ .method = NULL } };
	static const struct hs_route no_handler[] = { { .method = "GET", .path = "x", .versions = HS_ON_R4 },
		{ .method = NULL } };
	static const struct hs_migration gap[] = { { 1, "a", "x" }, { 3, "b", "y" }, { .sql = NULL } };
	static const struct hs_setting outside[] = { { "s", HS_SETTING_INT, 64, "1", "x" },
		{ .name = NULL } };
	static const struct hs_setting half_outside[] = { { "s", HS_SETTING_INT, 60, "1", "x" },
		{ .name = NULL } };
	static const struct hs_setting first_of_all[] = { { "s", HS_SETTING_INT, 0, "1", "x" },
		{ .name = NULL } };
	static const struct hs_setting between[] = { { "s", HS_SETTING_TEXT, 4, "1", "x" },
		{ .name = NULL } };
	static const struct hs_type_row idle[] = { { .name = "Basic", .versions = HS_ON_R4 },
		{ .name = NULL } };
	static const struct hs_metric named[] = { { "greeted", HS_METRIC_COUNTER, "x", 0 },
		{ .name = NULL } };
	static const struct hs_metric half_out[] = { { "handslag_x", HS_METRIC_COUNTER, "x", 8 },
		{ .name = NULL } };
	const struct hs_service bad[] = {
		{ .abi = HS_SERVICE_ABI + 1, .name = "x" },
		{ .abi = HS_SERVICE_ABI, .name = "Upper" },
		{ .abi = HS_SERVICE_ABI, .name = NULL },
		{ .abi = HS_SERVICE_ABI, .name = "x", .routes = slash },
		{ .abi = HS_SERVICE_ABI, .name = "x", .routes = no_version },
		{ .abi = HS_SERVICE_ABI, .name = "x", .routes = no_handler },
		{ .abi = HS_SERVICE_ABI, .name = "x", .migrations = gap },
		{ .abi = HS_SERVICE_ABI, .name = "x", .settings = outside, .state_size = 64 },
		{ .abi = HS_SERVICE_ABI, .name = "x", .settings = half_outside, .state_size = 64 },
		{ .abi = HS_SERVICE_ABI, .name = "x", .settings = between, .state_size = 64 },
		{ .abi = HS_SERVICE_ABI, .name = "x", .settings = first_of_all, .state_size = 4 },
		{ .abi = HS_SERVICE_ABI, .name = "x", .types = idle },
		{ .abi = HS_SERVICE_ABI, .name = "x", .metrics = named, .state_size = 8 },
		{ .abi = HS_SERVICE_ABI, .name = "x", .metrics = half_out, .state_size = 12 },
	};
	struct hs_error err = { .status = HS_OK };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (hs__descriptor_check(&bad[i], &err) == HS_OK)
			fail_msg("descriptor %zu was taken", i);
	assert_int_equal(hs__descriptor_check(&first, &err), HS_OK);
}

struct filled {
	bool yes;
	int64_t number;
	const char *text;
};

static void settings_are_filled_by_offset(void **state)
{
	static const struct hs_setting settings[] = {
		{ "yes", HS_SETTING_BOOL, offsetof(struct filled, yes), "false", "x" },
		{ "number", HS_SETTING_INT, offsetof(struct filled, number), "-5", "x" },
		{ "text", HS_SETTING_TEXT, offsetof(struct filled, text), "hej", "x" },
		{ .name = NULL },
	};
	const struct hs_service plug = {
		.name = "s", .settings = settings, .state_size = sizeof(struct filled)
	};
	struct filled filled = { 0 };
	struct hs_error err = { .status = HS_OK };

	(void)state;
	assert_int_equal(hs__settings_fill(&plug, &filled, NULL, host->arena, &err), HS_OK);
	assert_int_equal(filled.number, -5);
	assert_string_equal(filled.text, "hej");
	cJSON *values = cJSON_Parse("{\"yes\": true, \"number\": 12, \"text\": \"x\", \"enabled\": true}");
	assert_int_equal(hs__settings_fill(&plug, &filled, values, host->arena, &err), HS_OK);
	assert_true(filled.yes);
	assert_int_equal(filled.number, 12);
	cJSON_Delete(values);
	values = cJSON_Parse("{\"nummer\": 12}");
	assert_int_not_equal(hs__settings_fill(&plug, &filled, values, host->arena, &err), HS_OK);
	assert_non_null(strstr(err.text, "did you mean \"number\""));
	cJSON_Delete(values);
	values = cJSON_Parse("{\"number\": \"12\"}");
	assert_int_not_equal(hs__settings_fill(&plug, &filled, values, host->arena, &err), HS_OK);
	cJSON_Delete(values);
}

/* A service may have as many settings as it likes. */
static void a_late_setting_is_known(void **state)
{
	enum { COUNT = 100 };
	static char names[COUNT][16];
	struct hs_setting settings[COUNT + 1] = { { .name = NULL } };
	const struct hs_service plug = { .name = "s", .settings = settings, .state_size = sizeof(int64_t) };
	struct hs_error err = { .status = HS_OK };
	int64_t last = 0;

	(void)state;
	for (int i = 0; i < COUNT; i++) {
		snprintf(names[i], sizeof(names[i]), "s%d", i);
		settings[i] = (struct hs_setting) { names[i], HS_SETTING_INT, 0, "1", "x" };
	}
	cJSON *values = cJSON_Parse("{\"s99\": 7}");
	if (hs__settings_fill(&plug, &last, values, host->arena, &err))
		fail_msg("%s", err.text);
	assert_int_equal(last, 7);
	cJSON_Delete(values);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(needs_decide_the_order, start, stop),
		cmocka_unit_test_setup_teardown(missing_and_circular_needs_are_refused, start, stop),
		cmocka_unit_test_setup_teardown(bad_descriptors_are_refused, start, stop),
		cmocka_unit_test_setup_teardown(settings_are_filled_by_offset, start, stop),
		cmocka_unit_test_setup_teardown(a_late_setting_is_known, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
