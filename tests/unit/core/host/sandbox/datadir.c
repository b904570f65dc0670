/* SPDX-License-Identifier: Apache-2.0 */
/* Where caches are, by what the environment says. */
#include <core/host/host.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

static void set(const char *name, const char *value)
{
	if (value)
		setenv(name, value, 1);
	else
		unsetenv(name);
}

static void images_are_where_the_user_keeps_caches(void **state)
{
	static const struct {
		const char *xdg, *home, *dir;
		bool known;
	} cases[] = {
		{ "/c", "/home/a", "/c/handslag", true },
		{ "/c", NULL, "/c/handslag", true },
		{ NULL, "/home/a", "/home/a/.cache/handslag", true },
		{ "", "/home/a", "/home/a/.cache/handslag", true },
		{ "relative", "/home/a", "/home/a/.cache/handslag", true },
		{ NULL, NULL, "/.cache/handslag", false },
		{ "relative", "", "/.cache/handslag", false },
	};
	char dir[100];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		set("XDG_CACHE_HOME", cases[i].xdg);
		set("HOME", cases[i].home);
		assert_int_equal(hs_host_usual_cache(dir, sizeof(dir)), cases[i].known);
		assert_string_equal(dir, cases[i].dir);
	}
}

static void packages_are_where_it_is_said(void **state)
{
	struct hs_host_config config = { .package_cache = "" };
	char dir[100];

	(void)state;
	set("HOME", "/home/a");
	set("HS_PACKAGES", NULL);
	hs_packages_root(NULL, dir, sizeof(dir));
	assert_string_equal(dir, "/home/a/.fhir/packages");
	set("HS_PACKAGES", "/packages");
	hs_packages_root(&config, dir, sizeof(dir));
	assert_string_equal(dir, "/packages");
	config.package_cache = "/configured";
	hs_packages_root(&config, dir, sizeof(dir));
	assert_string_equal(dir, "/configured");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(images_are_where_the_user_keeps_caches),
		cmocka_unit_test(packages_are_where_it_is_said),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
