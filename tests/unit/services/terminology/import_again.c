/* SPDX-License-Identifier: Apache-2.0 */
/* The same import once more: what was left out is told as it was the first time; and names that no code
 * system can have. */
#include "import_test.h"

/* A pipeline that is run again must not turn green because there was nothing to do. */
static void tells_again_what_was_left_out(void **state)
{
	const struct hs_pair options[] = { { HS_S("url"), HS_S("urn:x:fruit") } };
	struct place p;
	char said[4096];

	(void)state;
	begin(&p);
	put(&p, "fruit.csv", "code;display;parent\nF;Fruit;\n;nothing;\nF;again;\nB;Banana;X\nC;a;F;b;c\n");
	assert_int_equal(run(&p, hs_tx_import_csv, options, 1), HS_OK);
	assert_int_equal(p.import.skips, 4);
	memcpy(said, p.skipped, sizeof(said));
	uint64_t rows = p.import.rows;
	for (size_t i = 0; i < 2; i++) {
		assert_int_equal(run(&p, hs_tx_import_csv, options, 1), HS_OK);
		assert_true(p.import.unchanged);
		assert_string_equal(p.skipped, said);
		assert_int_equal(p.import.skips, 4);
		assert_int_equal(p.import.rows, rows);
	}
	end(&p);
}

/* Without the report of what was left out nobody can tell it, so the import is done again. */
static void imports_again_what_has_no_report(void **state)
{
	const struct hs_pair options[] = { { HS_S("url"), HS_S("urn:x:a") }, { HS_S("name"), HS_S("A") } };
	struct place p;
	char report[200];

	(void)state;
	begin(&p);
	put(&p, "a.csv", "code,display\n1,One\n,Two\n");
	snprintf(report, sizeof(report), "%s/A-.left-out", p.folder);
	assert_int_equal(run(&p, hs_tx_import_csv, options, 2), HS_OK);
	assert_int_equal(remove(report), 0);
	assert_int_equal(run(&p, hs_tx_import_csv, options, 2), HS_OK);
	assert_false(p.import.unchanged);
	assert_int_equal(p.import.skips, 1);
	assert_int_equal(run(&p, hs_tx_import_csv, options, 2), HS_OK);
	assert_true(p.import.unchanged);
	FILE *file = fopen(report, "r+");
	assert_non_null(file);
	fputs("cut", file);
	assert_int_equal(fclose(file), 0);
	assert_int_equal(run(&p, hs_tx_import_csv, options, 2), HS_OK);
	assert_false(p.import.unchanged);
	assert_int_equal(count_images(&p), 1);
	end(&p);
}

/* A name that is no absolute URI could never be asked for. */
static void refuses_urls_that_are_none(void **state)
{
	static const char *const wrong[] = { "nourl", ":x", "1a:x", "http:", "urn:a b", "/a:b" };
	struct place p;

	(void)state;
	begin(&p);
	put(&p, "a.csv", "code,display\n1,One\n");
	for (size_t i = 0; i < sizeof(wrong) / sizeof(wrong[0]); i++) {
		struct hs_pair url = { HS_S("url"), hs_slice_cstr(wrong[i]) };
		assert_int_equal(run(&p, hs_tx_import_csv, &url, 1), HS_E_VALUE);
		assert_non_null(strstr(p.err.text, "absolute URI"));
		assert_int_equal(run(&p, hs_tx_import_snomed, &url, 1), HS_E_VALUE);
		assert_non_null(strstr(p.err.text, "absolute URI"));
	}
	put(&p, "a.csv",
		"{\"resourceType\":\"CodeSystem\",\"url\":\"nourl\",\"status\":\"active\","
		"\"content\":\"complete\",\"concept\":[{\"code\":\"a\"}]}");
	assert_int_equal(run(&p, hs_tx_import_fhir, NULL, 0), HS_E_VALUE);
	assert_non_null(strstr(p.err.text, "absolute URI"));
	assert_int_equal(count_images(&p), 0);
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_again_what_was_left_out),
		cmocka_unit_test(imports_again_what_has_no_report),
		cmocka_unit_test(refuses_urls_that_are_none),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
