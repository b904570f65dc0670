/* SPDX-License-Identifier: Apache-2.0 */
/* The configuration: defaults, files, mistakes. */
#include <core/host/host.h>

#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

static struct hs_arena *arena;
static struct hs_host_config config;

static int start(void **state)
{
	struct hs_error err = { .status = HS_OK };

	(void)state;
	arena = hs_arena_new(1 << 20);
	assert_int_equal(hs_host_config_init(&config, arena, &err), HS_OK);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	hs_arena_free(arena);
	return 0;
}

static enum hs_status read_text(const char *text, struct hs_error *err)
{
	char path[] = "/tmp/handslag-config-XXXXXX";
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	enum hs_status status = hs_host_config_read(&config, path, err);
	unlink(path);
	return status;
}

static void defaults_are_in_the_table(void **state)
{
	struct hs_host_config_key key;
	size_t count = 0;

	(void)state;
	assert_string_equal(config.listen, "127.0.0.1:8080");
	assert_string_equal(config.cors, "*");
	assert_int_equal(config.body_kib, 32768);
	assert_false(config.tls_client_required);
	while (hs_host_config_key(count, &key)) {
		assert_true(key.name[0] && key.help[0]);
		count++;
	}
	assert_true(count > 20);
}

static void files_fill_it(void **state)
{
	struct hs_error err = { .status = HS_OK };

	(void)state;
	assert_int_equal(read_text("{\"listen\": \"[::1]:9\", \"limits\": {\"bodyKib\": 7}, \"tls\": "
				   "{\"clientRequired\": true},"
				   "\"packages\": [\"a#1\", \"b.tgz\"], \"services\": {\"x\": {\"y\": 1}}}\n",
				 &err),
		HS_OK);
	assert_string_equal(config.listen, "[::1]:9");
	assert_int_equal(config.body_kib, 7);
	assert_true(config.tls_client_required);
	assert_int_equal(config.package_count, 2);
	assert_string_equal(config.packages[1], "b.tgz");
	assert_non_null(config.services);
	assert_int_equal(config.head_kib, 16);
}

static void mistakes_are_named(void **state)
{
	static const struct {
		const char *text, *says;
	} cases[] = {
		{ "{\"lissten\": \"x\"}", "did you mean \"listen\"" },
		{ "{\"limits\": {\"bodykib\": 1}}", "did you mean \"limits.bodyKib\"" },
		{ "{\"limits\": 3}", "no key \"limits\"" },
		{ "{\"loops\": 65}", "from 0 to 64" },
		{ "{\"loops\": -1}", "from 0 to 64" },
		{ "{\"loops\": 1.5}", "whole number" },
		{ "{\"listen\": 80}", "must be a text" },
		{ "{\"tls\": {\"clientRequired\": \"yes\"}}", "true or false" },
		{ "{\"packages\": \"a\"}", "must be a list" },
		{ "{\"packages\": [1]}", "packages[0]" },
		{ "[]", "JSON object" },
		{ "{\n\n\"a\": }", "line 3" },
		{ "{} {}", "not valid JSON" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hs_error err = { .status = HS_OK };
		assert_int_not_equal(read_text(cases[i].text, &err), HS_OK);
		if (!strstr(err.text, cases[i].says))
			fail_msg("%s: \"%s\" does not say \"%s\"", cases[i].text, err.text, cases[i].says);
	}
	struct hs_error err = { .status = HS_OK };
	assert_int_not_equal(hs_host_config_read(&config, "/nonexistent", &err), HS_OK);
}

static void a_list_is_set_by_commas(void **state)
{
	struct hs_error err = { .status = HS_OK };

	(void)state;
	assert_int_equal(hs_host_config_set(&config, "packages", "a#1, b.tgz,", &err), HS_OK);
	assert_int_equal(config.package_count, 2);
	assert_string_equal(config.packages[0], "a#1");
	assert_string_equal(config.packages[1], "b.tgz");
}

/* What they are is the service's to say, so only their form is checked here. */
static void settings_of_services_are_set_too(void **state)
{
	struct hs_error err = { .status = HS_OK };

	(void)state;
	assert_int_equal(hs_host_config_set(&config, "services.x.y", "1", &err), HS_OK);
	assert_non_null(config.services);
	assert_int_equal(hs_host_config_set(&config, "services.x.enabled", "no", &err), HS_E_VALUE);
	assert_int_equal(hs_host_config_set(&config, "services.x", "1", &err), HS_E_VALUE);
	assert_non_null(strstr(err.text, "services.NAME.SETTING"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(defaults_are_in_the_table, start, stop),
		cmocka_unit_test_setup_teardown(files_fill_it, start, stop),
		cmocka_unit_test_setup_teardown(mistakes_are_named, start, stop),
		cmocka_unit_test_setup_teardown(a_list_is_set_by_commas, start, stop),
		cmocka_unit_test_setup_teardown(settings_of_services_are_set_too, start, stop),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
