/* SPDX-License-Identifier: Apache-2.0 */
/* The status table and the making of errors. */
#include <handslag/error.h>

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

static const struct row {
	const char *issue;
	const char *text;
	int http;
} rows[] = {
#define X(name, http, issue, text) { issue, text, http },
#include <handslag/errors.def>
#undef X
};

static const struct row *row_of(enum hs_status status)
{
	static const struct row ok = { "informational", "all is well", 200 };
	if (status == HS_OK)
		return &ok;
	HS_ASSERT(status > HS_ERROR_FIRST_ && status < HS_ERROR_END_);
	return &rows[status - HS_ERROR_FIRST_ - 1];
}

const char *hs_status_text(enum hs_status status)
{
	return row_of(status)->text;
}

const char *hs_status_issue(enum hs_status status)
{
	return row_of(status)->issue;
}

int hs_status_http(enum hs_status status)
{
	return row_of(status)->http;
}

/* A text that was cut must not end within a UTF-8 sequence: it goes into JSON. */
static void drop_cut_sequence(char *text, size_t len)
{
	size_t start = len;
	while (start > 0 && len - start < 3 && ((unsigned char)text[start - 1] & 0xC0) == 0x80)
		start--;
	if (start == 0)
		return;
	unsigned char lead = (unsigned char)text[start - 1];
	size_t need = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1;
	if (need > len - start + 1)
		text[start - 1] = '\0';
}

static void fill(struct hs_error *err, enum hs_status status, struct hs_slice path, const char *format,
	va_list args) __attribute__((format(printf, 4, 0)));

static void fill(struct hs_error *err, enum hs_status status, struct hs_slice path, const char *format,
	va_list args)
{
	/* The text may be made of parts of *err itself (a path, an earlier text): build it aside first. */
	char text[sizeof(err->text)];
	size_t cut = path.len < sizeof(err->path) ? path.len : sizeof(err->path) - 1;
	int need = vsnprintf(text, sizeof(text), format, args);
	if (need < 0)
		text[0] = '\0';
	else if ((size_t)need >= sizeof(text))
		drop_cut_sequence(text, sizeof(text) - 1);
	err->status = status;
	err->cause = 0;
	err->where = "";
	err->line = 0;
	err->column = 0;
	if (cut)
		memmove(err->path, path.ptr, cut);
	err->path[cut] = '\0';
	if (cut < path.len)
		drop_cut_sequence(err->path, cut);
	memcpy(err->text, text, strlen(text) + 1);
}

enum hs_status hs_fail(struct hs_error *err, enum hs_status status, const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fill(err, status, HS_S_NONE, format, args);
	va_end(args);
	return status;
}

enum hs_status hs_fail_at(struct hs_error *err, enum hs_status status, struct hs_slice path,
	const char *format, ...)
{
	va_list args;
	va_start(args, format);
	fill(err, status, path, format, args);
	va_end(args);
	return status;
}

void hs_assert_failed(const char *condition, const char *file, int line, const char *function)
{
	fprintf(stderr, "handslag: %s:%d: %s: this must hold and does not: %s\n", file, line, function,
		condition);
	abort();
}
