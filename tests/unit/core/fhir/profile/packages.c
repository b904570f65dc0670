/* SPDX-License-Identifier: Apache-2.0 */
/* Canonicals of packages: versions of one package side by side, and the image of a set of packages, which is
 * made once and again only when one of them has changed. */
#include "../package/make_package.h"

#include <core/fhir/profile/library.h>
#include <core/base/world.h>

#include <dirent.h>

#define MANIFEST(version) "{\"name\":\"t.a\",\"version\":\"" version "\",\"fhirVersions\":[\"4.0.1\"]}"
#define SET(version, name) \
	"{\"resourceType\":\"ValueSet\",\"url\":\"http://x/v\",\"version\":\"" version "\",\"name\":\"" name \
	"\"}"

#define NAMED(name) "{\"name\":\"" name "\",\"version\":\"1.0.0\",\"fhirVersions\":[\"4.0.1\"]}"
#define CODES_OF(url, version, name) \
	"{\"resourceType\":\"CodeSystem\",\"url\":\"" url "\",\"version\":\"" version "\",\"name\":\"" name \
	"\"}"
#define SYSTEM(version, name) CODES_OF("http://terminology.hl7.org/CodeSystem/s", version, name)
#define CODES(version, name) CODES_OF("http://hl7.org/fhir/s", version, name)

static char root[64];
static char cache[100];

static int set_up(void **state)
{
	static const struct made_file first[] = { { "package/package.json", MANIFEST("1.0.0") },
		{ "package/v.json", SET("1.0.0", "one") } };
	static const struct made_file second[] = { { "package/package.json", MANIFEST("2.0.0") },
		{ "package/v.json", SET("2.0.0", "two") } };
	static const struct made_file core[] = { { "package/package.json", NAMED("hl7.fhir.r4.small") },
		{ "package/s.json", SYSTEM("1", "old") }, { "package/c.json", CODES("1", "old") } };
	static const struct made_file terms[] = { { "package/package.json", NAMED("hl7.terminology.small") },
		{ "package/s.json", SYSTEM("2", "new") }, { "package/c.json", CODES("2", "new") } };
	(void)state;
	make_folder(root);
	make_package_folder(root, "hl7.fhir.r4.small#1.0.0", core, COUNT_OF(core));
	make_package_folder(root, "hl7.terminology.small#1.0.0", terms, COUNT_OF(terms));
	make_package_folder(root, "t.a#1.0.0", first, COUNT_OF(first));
	make_package_folder(root, "t.a#2.0.0", second, COUNT_OF(second));
	snprintf(cache, sizeof(cache), "%s/images", root);
	return mkdir(cache, 0700);
}

static int tear_down(void **state)
{
	(void)state;
	remove_folder(root);
	return 0;
}

struct set {
	struct hs_package *packages[3];
	struct hs_library *library;
};

/* In place: the library keeps the list of packages where it is. */
static void open_set(struct set *set, const char *first, const char *second)
{
	struct hs_error err;
	*set = (struct set) { .library = NULL };
	assert_int_equal(hs_package_find(root, hs_slice_cstr(first), &set->packages[0], &err), HS_OK);
	if (second)
		assert_int_equal(hs_package_find(root, hs_slice_cstr(second), &set->packages[1], &err),
			HS_OK);
	struct hs_library_source source = { set->packages, cache, hs_world_real() };
	assert_int_equal(hs_library_of_packages(&source, &set->library, &err), HS_OK);
}

static void close_set(struct set *set)
{
	hs_library_unref(set->library);
	for (size_t i = 0; set->packages[i]; i++)
		hs_package_close(set->packages[i]);
}

static struct hs_slice name_of(const struct set *set, const char *canonical)
{
	return hs_json_get_text(hs_library_find(set->library, HS_S("ValueSet"), hs_slice_cstr(canonical),
					NULL),
		HS_S("name"));
}

static void keeps_versions_side_by_side(void **state)
{
	(void)state;
	struct set set;
	open_set(&set, "t.a#1.0.0", "t.a#2.0.0");
	assert_slice(name_of(&set, "http://x/v|1.0.0"), "one");
	assert_slice(name_of(&set, "http://x/v|2.0.0"), "two");
	assert_slice(name_of(&set, "http://x/v"), "one"); /* the package that was named first */
	close_set(&set);
	open_set(&set, "t.a#2.0.0", "t.a#1.0.0");
	assert_slice(name_of(&set, "http://x/v"), "two");
	close_set(&set);
}

static struct hs_slice system_name(const struct set *set, const char *canonical)
{
	return hs_json_get_text(hs_library_find(set->library, HS_S("CodeSystem"), hs_slice_cstr(canonical),
					NULL),
		HS_S("name"));
}

/* HL7's terminology is kept in a package of its own; what FHIR itself defines stays with FHIR. */
static void prefers_what_is_kept_up_to_date(void **state)
{
	(void)state;
	struct set set;
	struct hs_slice url = HS_S("http://terminology.hl7.org/CodeSystem/s");
	open_set(&set, "hl7.fhir.r4.small#1.0.0", "hl7.terminology.small#1.0.0");
	assert_slice(system_name(&set, "http://terminology.hl7.org/CodeSystem/s"), "new");
	assert_slice(system_name(&set, "http://terminology.hl7.org/CodeSystem/s|1"), "old");
	assert_slice(system_name(&set, "http://hl7.org/fhir/s"), "old");
	const struct hs_json *first = hs_library_find(set.library, HS_S("CodeSystem"), url, NULL);
	const struct hs_json *behind = hs_library_behind(set.library, HS_S("CodeSystem"), url, first);
	assert_slice(hs_json_get_text(behind, HS_S("name")), "old");
	assert_null(hs_library_behind(set.library, HS_S("CodeSystem"), url, behind));
	close_set(&set);
}

/* How many images there are, and when the latest was made. */
static size_t count_images(struct timespec *latest)
{
	DIR *dir = opendir(cache);
	struct dirent *entry;
	size_t count = 0;
	*latest = (struct timespec) { 0 };
	if (!dir)
		fail_msg("%s cannot be listed", cache);
	while (dir && (entry = readdir(dir))) {
		struct stat st;
		char path[400];
		if (entry->d_name[0] == '.')
			continue;
		snprintf(path, sizeof(path), "%s/%s", cache, entry->d_name);
		assert_int_equal(stat(path, &st), 0);
		if (st.st_mtim.tv_sec > latest->tv_sec ||
			(st.st_mtim.tv_sec == latest->tv_sec && st.st_mtim.tv_nsec > latest->tv_nsec))
			*latest = st.st_mtim;
		count++;
	}
	if (dir)
		closedir(dir);
	return count;
}

static void makes_an_image_once(void **state)
{
	struct timespec made;
	struct timespec again;
	char path[200];
	(void)state;
	struct set set;
	open_set(&set, "t.a#1.0.0", NULL);
	close_set(&set);
	assert_int_equal(count_images(&made), 1);
	open_set(&set, "t.a#1.0.0", NULL); /* the same packages: the image that is there */
	assert_slice(name_of(&set, "http://x/v"), "one");
	close_set(&set);
	assert_int_equal(count_images(&again), 1);
	assert_memory_equal(&made, &again, sizeof(made));
	open_set(&set, "t.a#1.0.0", "t.a#2.0.0"); /* another set has its own */
	close_set(&set);
	assert_int_equal(count_images(&again), 2);
	snprintf(path, sizeof(path), "%s/t.a#1.0.0/package/v.json", root);
	write_bytes(path, SET("1.0.1", "mended"), sizeof(SET("1.0.1", "mended")) - 1);
	open_set(&set, "t.a#1.0.0", NULL); /* a package that has changed is read again */
	assert_slice(name_of(&set, "http://x/v|1.0.1"), "mended");
	close_set(&set);
	assert_int_equal(count_images(&again), 3);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(keeps_versions_side_by_side, set_up, tear_down),
		cmocka_unit_test_setup_teardown(prefers_what_is_kept_up_to_date, set_up, tear_down),
		cmocka_unit_test_setup_teardown(makes_an_image_once, set_up, tear_down),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
