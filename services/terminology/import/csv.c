/* SPDX-License-Identifier: Apache-2.0 */
/* Reading separated values: a row may run over several lines when a value in quotation marks does. */
#include "csv.h"

#include "../text/fold.h"

#include <handslag/coding.h>

#define ROW_LINES_MAX 1000u

/* ---- one value ---- */

enum marks {
	WHOLE,
	STRAY, /* something stands behind the closing mark, which is in a later line than the opening one */
	OPEN   /* the closing mark is missing */
};

/* The end of the value that begins at `from`: a separator, or the end of the text. A quotation mark opens a
 * value only at its beginning (RFC 4180); elsewhere it is a character like others, as in tables that quote
 * nothing. */
static size_t value_end(struct hs_slice text, size_t from, char separator, enum marks *marks)
{
	size_t at = from;

	*marks = WHOLE;
	while (at < text.len && text.ptr[at] == ' ')
		at++;
	if (at < text.len && text.ptr[at] == '"') {
		*marks = OPEN;
		for (at++; at < text.len && *marks == OPEN; at++) {
			if (text.ptr[at] != '"')
				continue;
			if (at + 1 < text.len && text.ptr[at + 1] == '"')
				at++;
			else
				*marks = WHOLE;
		}
	}
	size_t closed = at;
	while (at < text.len && text.ptr[at] != separator)
		at++;
	if (hs_slice_find(hs_slice_first(text, closed), '\n', from) != SIZE_MAX &&
		hs_slice_trim(hs_slice(text.ptr + closed, at - closed)).len)
		*marks = STRAY;
	return at;
}

/* The worst that is found in any value. */
static enum marks marks_of(struct hs_slice text, char separator)
{
	enum marks marks, worst = WHOLE;

	for (size_t at = 0; at <= text.len; at++) {
		at = value_end(text, at, separator, &marks);
		worst = marks > worst ? marks : worst;
	}
	return worst;
}

/* The one that parts the header into most columns. */
static char separator_of(struct hs_slice header)
{
	static const char candidates[] = { '\t', ';', ',', '|' };
	char best = ',';
	size_t most = 1;

	for (size_t i = 0; i < sizeof(candidates); i++) {
		size_t count = 0;
		enum marks marks;
		for (size_t at = 0; at <= header.len; at++, count++)
			at = value_end(header, at, candidates[i], &marks);
		if (count > most) {
			most = count;
			best = candidates[i];
		}
	}
	return best;
}

/* ---- rows ---- */

/* Lines stand behind one another in the mapped file, so several of them are one slice. A mark that is never
 * closed, or only by one that opens a value of a later line, takes no more than its own line. */
static bool next_text(struct csv *csv, struct hs_slice *out)
{
	struct hs_slice line, more;

	while (hs_tx_lines_next(&csv->lines, &line)) {
		struct tx_lines after = csv->lines;
		enum marks marks = marks_of(line, csv->separator);
		*out = line;
		for (unsigned i = 0;
			marks == OPEN && i < ROW_LINES_MAX && hs_tx_lines_next(&csv->lines, &more); i++) {
			out->len = (size_t)(more.ptr + more.len - out->ptr);
			marks = marks_of(*out, csv->separator);
		}
		if (csv->lines.stopped)
			return false;
		if (marks != WHOLE) {
			csv->lines = after;
			hs_tx_lines_skip(&csv->lines, "a quotation mark is opened but never closed");
		} else if (!hs_utf8_valid(*out))
			hs_tx_lines_skip(&csv->lines,
				"is not UTF-8 (a whole file is converted with iconv -f WINDOWS-1252 -t "
				"UTF-8)");
		else
			return true;
	}
	return false;
}

/* "a ""b""" is a "b". */
static struct hs_slice unquote(struct csv *csv, struct hs_slice value)
{
	value = hs_slice(value.ptr + 1, value.len - 2);
	if (hs_slice_find(value, '"', 0) == SIZE_MAX)
		return value;
	char *copy = hs_arena_raw(csv->arena, value.len);
	size_t n = 0;
	for (size_t i = 0; copy && i < value.len; i++) {
		copy[n++] = value.ptr[i];
		if (value.ptr[i] == '"' && i + 1 < value.len && value.ptr[i + 1] == '"')
			i++;
	}
	return copy ? hs_slice(copy, n) : HS_S_NONE;
}

static void part(struct csv *csv, struct hs_slice text, struct csv_row *row)
{
	row->count = 0;
	for (size_t from = 0, at; from <= text.len; from = at + 1) {
		enum marks marks;
		at = value_end(text, from, csv->separator, &marks);
		struct hs_slice value = hs_slice_trim(hs_slice(text.ptr + from, at - from));
		if (value.len > 1 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
			value = unquote(csv, value);
		if (row->count < TX_COLUMNS_MAX)
			row->values[row->count++] = value;
	}
}

/* Values behind those that the header names are no loss when they are empty. */
static bool fits_header(const struct csv *csv, struct csv_row *row)
{
	while (row->count > csv->header.count && !row->values[row->count - 1].len)
		row->count--;
	return row->count <= csv->header.count;
}

enum hs_status hs_csv_begin(struct csv *csv, struct hs_arena *arena, struct hs_import *import,
	const struct tx_file *file, struct hs_error *err)
{
	struct hs_slice text;

	*csv = (struct csv) { .arena = arena,
		.names = hs_arena_array(arena, CSV_NAMES, sizeof(struct csv_name)) };
	if (!csv->names)
		return hs_fail(err, HS_E_LIMIT, "%s is too large to be read", file->path);
	hs_tx_lines_begin(&csv->lines, import, file);
	struct hs_slice first = hs_slice_first(csv->lines.rest, hs_slice_find(csv->lines.rest, '\n', 0));
	if (!hs_utf8_valid(first))
		return hs_fail(err, HS_E_VALUE,
			"%s is not UTF-8; convert it first: iconv -f WINDOWS-1252 -t UTF-8 (or -f UTF-16)",
			file->path);
	csv->separator = separator_of(first);
	if (!next_text(csv, &text))
		return csv->lines.stopped ?
			hs_fail(err, HS_E_CANCELLED, "interrupted") :
			hs_fail(err, HS_E_VALUE, "%s is empty: its first line names its columns", file->path);
	part(csv, text, &csv->header);
	return HS_OK;
}

bool hs_csv_next(struct csv *csv, struct csv_row *row)
{
	struct hs_slice text;

	while (next_text(csv, &text)) {
		if (!hs_slice_trim(text).len)
			continue;
		part(csv, text, row);
		if (fits_header(csv, row))
			return true;
		hs_tx_lines_skip(&csv->lines, "has %zu values where the header names %zu columns", row->count,
			csv->header.count);
	}
	return false;
}

static bool is_of_word(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || (unsigned char)c > 0x7f;
}

/* What two ways to write a name have in common: "ATC-kod", "atc kod" and "ATC_KOD" are "atckod". */
static struct hs_slice bare_name(struct hs_arena *arena, struct hs_slice name)
{
	struct hs_slice folded = hs_tx_fold_case(arena, name);
	char *out = hs_arena_raw(arena, folded.len + 1);
	size_t n = 0;

	for (size_t i = 0; out && i < folded.len; i++)
		if (is_of_word(folded.ptr[i]))
			out[n++] = folded.ptr[i];
	return hs_slice(out, n);
}

static size_t look_for(const struct csv *csv, struct hs_slice name)
{
	struct hs_arena_mark mark = hs_arena_mark(csv->arena);
	struct hs_slice wanted = bare_name(csv->arena, name);
	size_t found = SIZE_MAX;

	for (size_t i = 0; i < csv->header.count && found == SIZE_MAX; i++)
		if (wanted.len && hs_slice_eq(bare_name(csv->arena, csv->header.values[i]), wanted))
			found = i;
	hs_arena_rollback(csv->arena, mark);
	return found;
}

/* A name that finds all places taken takes one: tables know some fifty names. */
static size_t column_of(const struct csv *csv, struct hs_slice name)
{
	size_t at = hs_tx_big_hash(name) % CSV_NAMES;

	for (size_t i = 0; i < CSV_NAMES && csv->names[at].name.ptr; i++, at = (at + 1) % CSV_NAMES)
		if (hs_slice_eq(csv->names[at].name, name))
			return csv->names[at].column;
	csv->names[at] = (struct csv_name) { name, look_for(csv, name) };
	return csv->names[at].column;
}

size_t hs_csv_column(const struct csv *csv, const char *const *names)
{
	size_t found = SIZE_MAX;

	for (; *names && found == SIZE_MAX; names++)
		found = column_of(csv, hs_slice_cstr(*names));
	return found;
}

struct hs_slice hs_csv_value(const struct csv_row *row, size_t column)
{
	return column < row->count ? row->values[column] : HS_S_NONE;
}
