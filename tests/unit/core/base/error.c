/* SPDX-License-Identifier: Apache-2.0 */
/* The status table and the texts of errors. */
#include <handslag/error.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

static void has_a_row_for_each_status(void **state)
{
	(void)state;
	for (int status = HS_ERROR_FIRST_ + 1; status < HS_ERROR_END_; status++) {
		assert_true(status < 0);
		assert_true(strlen(hs_status_text((enum hs_status)status)) > 5);
		assert_true(strlen(hs_status_issue((enum hs_status)status)) > 3);
		assert_in_range(hs_status_http((enum hs_status)status), 400, 599);
	}
	assert_string_equal(hs_status_issue(HS_E_NOT_FOUND), "not-found");
	assert_int_equal(hs_status_http(HS_E_DELETED), 410);
	assert_int_equal(hs_status_http(HS_OK), 200);
}

static void fills_the_error(void **state)
{
	(void)state;
	struct hs_error err = { .cause = 5, .line = 7, .column = 9, .path = "old" };
	assert_int_equal(hs_fail(&err, HS_E_VALUE, "bad %d", 3), HS_E_VALUE);
	assert_string_equal(err.text, "bad 3");
	assert_string_equal(err.path, "");
	assert_int_equal(err.cause + (int)err.line + (int)err.column, 0);
	hs_fail_at(&err, HS_E_VALUE, HS_S("Patient.name"), "bad");
	/* The error may quote itself. */
	hs_fail_at(&err, HS_E_REQUIRED, hs_slice_cstr(err.path), "%s: %s, too", err.path, err.text);
	assert_string_equal(err.text, "Patient.name: bad, too");
	assert_string_equal(err.path, "Patient.name");
}

static void cuts_between_characters(void **state)
{
	(void)state;
	struct hs_error err;
	char text[1000];
	/* A three-byte character at each offset of the place where the text is cut. */
	for (size_t lead = sizeof(err.text) - 6; lead < sizeof(err.text) + 2; lead++) {
		memset(text, 'x', sizeof(text));
		memcpy(text + lead, "\xe2\x82\xac", 4);
		hs_fail(&err, HS_E_VALUE, "%s", text);
		size_t len = strlen(err.text);
		bool whole = lead + 3 < sizeof(err.text);
		assert_int_equal(len,
			whole                               ? lead + 3 :
				lead < sizeof(err.text) - 1 ? lead :
							      sizeof(err.text) - 1);
	}
	memset(text, 'p', sizeof(text));
	memcpy(text + sizeof(err.path) - 2, "\xc3\xa5", 2);
	hs_fail_at(&err, HS_E_VALUE, hs_slice(text, sizeof(text)), "bad");
	assert_int_equal(strlen(err.path), sizeof(err.path) - 2);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(has_a_row_for_each_status),
		cmocka_unit_test(fills_the_error),
		cmocka_unit_test(cuts_between_characters),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
