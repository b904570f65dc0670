/* SPDX-License-Identifier: Apache-2.0 */
/* A large code system that is asked many questions: the thousandth has its tables copied into memory with
 * large pages (services/terminology/image/near.h), and the answers stay as they were. */
#include "workbench.h"

#include <services/terminology/image/near.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define ROWS 30000u
#define QUESTIONS 1000u /* the one that is asked when it happens */

static struct fixture *f;

/* Code 10000N has the display "Row N" and lies below half its number. */
static void import_rows(const char *data)
{
	struct hs_buf table;

	hs_buf_init(&table, workbench_arena(), (size_t)4 << 20);
	hs_buf_cstr(&table, "code,display,parent\n");
	for (unsigned i = 1; i <= ROWS; i++) {
		hs_buf_printf(&table, "%u,Row %u,", 1000000 + i, i);
		if (i > 1)
			hs_buf_printf(&table, "%u", 1000000 + i / 2);
		hs_buf_byte(&table, '\n');
	}
	hs_buf_byte(&table, '\0');
	assert_false(table.overflow);
	struct process_result r = WORKBENCH_RUN("import", "csv", "--url", "urn:rows", "--data", data,
		workbench_file("rows.csv", table.ptr));
	assert_int_equal(r.exit, 0);
}

static int start(void **state)
{
	workbench_start(state);
	import_rows(workbench_path("data"));
	f = fixture_start(&(struct fixture_options) { .data_dir = workbench_path("data") });
	return 0;
}

static int stop(void **state)
{
	fixture_stop(f);
	return workbench_stop(state);
}

static struct hs_slice look_up(unsigned row)
{
	char path[128];

	snprintf(path, sizeof(path), "CodeSystem/$lookup?system=urn:rows&code=%u", 1000000 + row);
	struct fixture_answer a = fixture_get(f, path);
	assert_int_equal(a.status, 200);
	return a.body;
}

/* What is asked over and over: each kind that reads other tables. */
static void ask(unsigned i)
{
	unsigned row = 1 + i * 7919 % ROWS, above = row / 2;
	char path[192], display[64];

	if (i % 3 == 0 || !above) {
		snprintf(display, sizeof(display), "\"Row %u\"", row);
		assert_has(look_up(row), display);
		return;
	}
	snprintf(path, sizeof(path),
		i % 3 == 1 ? "CodeSystem/$subsumes?system=urn:rows&codeA=%u&codeB=%u" :
			     "CodeSystem/$subsumes?system=urn:rows&codeB=%u&codeA=%u",
		1000000 + above, 1000000 + row);
	struct fixture_answer a = fixture_get(f, path);
	assert_int_equal(a.status, 200);
	assert_has(a.body, i % 3 == 1 ? "\"subsumes\"" : "\"subsumed-by\"");
}

static void the_thousandth_question_changes_no_answer(void **state)
{
	struct hs_slice first = look_up(17);

	(void)state;
	for (unsigned i = 1; i < QUESTIONS - 1; i++)
		ask(i);
	assert_int_equal(hs_tx_near_taken(), 0);
	for (unsigned i = 0; i < 20; i++) {
		ask(i);
		assert_true(hs_tx_near_taken() > 0);
	}
	struct hs_slice last = look_up(17);
	assert_true(hs_slice_eq(first, last));
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(the_thousandth_question_changes_no_answer) };

	return cmocka_run_group_tests(tests, start, stop);
}
