/* SPDX-License-Identifier: Apache-2.0 */
/* handslag import: what it says of lines that it left out, and when it has nothing to do. */
#include "workbench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define TABLE "code,display,parent\nA,Alpha,\nB,Beta,A\n"

static const char *read_file(const char *path)
{
	static char text[4096];
	FILE *file = fopen(path, "re");

	assert_non_null(file);
	text[fread(text, 1, sizeof(text) - 1, file)] = '\0';
	fclose(file);
	return text;
}

static void lines_that_are_left_out_are_named(void **state)
{
	const char *broken = workbench_file("broken.csv", TABLE ",Nameless,\nB,Again,\n");
	const char *report = workbench_path("report.txt"), *data = workbench_path("data");
	char wanted[512];

	(void)state;
	struct process_result r = WORKBENCH_RUN("import", "csv", "--url", "urn:x", "--data", data, "--report",
		report, broken);
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "5 lines read, 2 left out");
	assert_int_equal(r.err.len, 0);
	snprintf(wanted, sizeof(wanted), "%s:4: the code is empty\n%s:5: the code B was there before\n",
		broken, broken);
	assert_string_equal(read_file(report), wanted);
	/* What was right is there. */
	r = WORKBENCH_RUN("tx", "lookup", "urn:x", "B", "--data", data);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "Beta");
}

/* Some on the terminal, all in a report. */
static void many_lines_are_not_all_shown(void **state)
{
	char text[1024] = "code,display\nA,Alpha\n";

	(void)state;
	for (int i = 0; i < 30; i++)
		snprintf(text + strlen(text), sizeof(text) - strlen(text), ",row %d\n", i);
	const char *file = workbench_file("many.csv", text);
	struct process_result r = WORKBENCH_RUN("import", "csv", "--url", "urn:many", "--data",
		workbench_path("data"), file);
	assert_int_equal(r.exit, 1);
	assert_has(r.err, "many.csv:3: the code is empty");
	assert_has(r.err, "many.csv:22: the code is empty");
	assert_false(has_text(r.err, "many.csv:23:"));
	assert_has(r.err, "--report FILE names them all");
	assert_has(r.out, "30 left out");
}

static void what_is_done_is_not_done_again(void **state)
{
	const char *file = workbench_file("right.csv", TABLE);

	(void)state;
	struct process_result r = WORKBENCH_RUN("import", "csv", "--url", "urn:y", "--data",
		workbench_path("data"), "--json", file);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "{\"rows\": 3, \"left-out\": 0, \"unchanged\": false");
	r = WORKBENCH_RUN("import", "csv", "--url", "urn:y", "--data", workbench_path("data"), "--json",
		file);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "\"unchanged\": true");
}

/* A pipeline that is run again must not turn green because nothing was done. */
static void what_was_left_out_is_told_again(void **state)
{
	const char *file = workbench_file("again.csv", "code,display\n1,One\n,Nobody\n1,Uno\n");

	(void)state;
	for (size_t i = 0; i < 2; i++) {
		struct process_result r = WORKBENCH_RUN("import", "csv", "--url", "urn:again", "--data",
			workbench_path("data"), file);
		assert_int_equal(r.exit, 1);
		assert_has(r.err, "again.csv:3: the code is empty");
		assert_has(r.err, "again.csv:4: the code 1 was there before");
		assert_has(r.out, "4 lines read, 2 left out");
	}
}

/* Each importer shows how it is used, with its own options. */
static void examples_are_of_the_importer(void **state)
{
	static const char *const rows[][2] = { { "snomed", "  handslag import snomed SnomedCT_" },
		{ "loinc", "  handslag import loinc Loinc_" },
		{ "icd10", "  handslag import icd10 icd102019en.xml" },
		{ "icd10-se", "  handslag import icd10-se icd-10-se.tsv --version " },
		{ "atc", "  handslag import atc atc.csv --version " },
		{ "csv", "  handslag import csv vardform.csv --url https://" },
		{ "fhir", "  handslag import fhir CodeSystem-" } };

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct process_result r = WORKBENCH_RUN("import", rows[i][0], "--help");
		assert_int_equal(r.exit, 0);
		assert_has(r.out, rows[i][1]);
	}
}

static void mistakes_are_named(void **state)
{
	const char *file = workbench_file("right.csv", TABLE), *data = workbench_path("none");

	(void)state;
	struct process_result r = WORKBENCH_RUN("import", "csv", "--data", data, file);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "handslag import csv: the code system has no URL: give it with --url");
	r = WORKBENCH_RUN("import", "csv", "--url", "urn:z", "--codee", "x", "--data", data, file);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "did you mean \"--code\"? See handslag import csv --help");
	r = WORKBENCH_RUN("import", "csv", "--url", "urn:z", "--data", data, workbench_path("nothing.csv"));
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "nothing.csv: No such file or directory");
	r = WORKBENCH_RUN("import", "csv", "--url", "urn:z", "--data", data, "--report",
		workbench_path("no/where"), file);
	assert_int_equal(r.exit, 4);
	assert_has(r.err, "no/where cannot be written: No such file or directory");
	r = WORKBENCH_RUN("import", "csv", "--data", data);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "usage: handslag import csv FILE");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lines_that_are_left_out_are_named),
		cmocka_unit_test(many_lines_are_not_all_shown),
		cmocka_unit_test(what_is_done_is_not_done_again),
		cmocka_unit_test(what_was_left_out_is_told_again),
		cmocka_unit_test(examples_are_of_the_importer),
		cmocka_unit_test(mistakes_are_named),
	};
	return cmocka_run_group_tests(tests, workbench_start, workbench_stop);
}
