/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines: one write each, always whole, always valid. */
#include <core/base/log.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <stdio.h>
#include <unistd.h>

static int pipes[2];
static char line[8192];

static const char *read_line(void)
{
	ssize_t len = read(pipes[0], line, sizeof(line) - 1);
	assert_true(len > 0);
	line[len] = '\0';
	assert_int_equal(line[len - 1], '\n');
	assert_ptr_equal(strchr(line, '\n'), line + len - 1);
	return line;
}

static void writes_json(void **state)
{
	(void)state;
	const struct hs_log_field fields[] = {
		HS_LOG_TEXT("path", HS_S("/a\"b\\\n\xc3\xa5\xff")),
		HS_LOG_NUM("status", -200),
		HS_LOG_TEXT("none", HS_S_NONE),
		HS_LOG_END,
	};
	hs_log_configure(HS_LOG_INFO, true, pipes[1]);
	hs_log(HS_LOG_INFO, "request", fields);
	assert_non_null(strstr(read_line(),
		"\"level\":\"info\",\"event\":\"request\",\"path\":\"/"
		"a\\u0022b\\u005c\\u000a\xc3\xa5?\",\"status\":-200,"
		"\"none\":\"\"}\n"));
	hs_log(HS_LOG_ERROR, "bare", NULL);
	assert_non_null(strstr(read_line(), "\"event\":\"bare\"}\n"));
}

static void writes_short_text(void **state)
{
	(void)state;
	hs_log_configure(HS_LOG_INFO, false, pipes[1]);
	hs_log_text(HS_LOG_WARN, "start", "port %d is \"taken\"", 80);
	assert_string_equal(read_line() + 12, " warning start port 80 is \"taken\"\n");
}

static void keeps_to_its_level(void **state)
{
	(void)state;
	hs_log_configure(HS_LOG_WARN, true, pipes[1]);
	assert_false(hs_log_enabled(HS_LOG_INFO));
	assert_true(hs_log_enabled(HS_LOG_ERROR));
	hs_log(HS_LOG_INFO, "quiet", NULL);
	hs_log_text(HS_LOG_DEBUG, "quiet", "x");
	hs_log(HS_LOG_WARN, "loud", NULL);
	assert_non_null(strstr(read_line(), "loud"));
}

/* Texts longer than the buffer at every offset: the line ends as JSON and within a character never. */
static void cuts_what_is_too_long(void **state)
{
	(void)state;
	static char text[6000];
	hs_log_configure(HS_LOG_INFO, true, pipes[1]);
	for (size_t shift = 0; shift < 8; shift++) {
		memset(text, 'x', shift);
		for (size_t i = shift; i + 1 < sizeof(text); i += 2)
			memcpy(text + i, "\xc3\xa5", 2);
		const struct hs_log_field fields[] = {
			HS_LOG_TEXT("long", hs_slice(text, sizeof(text))),
			HS_LOG_TEXT("left_out", HS_S("x")),
			HS_LOG_END,
		};
		hs_log(HS_LOG_INFO, "x", fields);
		read_line();
		size_t len = strlen(line);
		assert_in_range(len, 4000, 4096);
		assert_string_equal(line + len - 3, "\"}\n");
		assert_int_equal((unsigned char)line[len - 4], 0xA5);
		assert_null(strstr(line, "left_out"));
	}
}

static int open_pipe(void **state)
{
	(void)state;
	return pipe(pipes);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(writes_json),
		cmocka_unit_test(writes_short_text),
		cmocka_unit_test(keeps_to_its_level),
		cmocka_unit_test(cuts_what_is_too_long),
	};
	return cmocka_run_group_tests(tests, open_pipe, NULL);
}
