/* SPDX-License-Identifier: Apache-2.0 */
/* Reading separated values: a row may run over several lines when a value in quotation marks does. */
#include "csv.h"

#define ROW_LINES_MAX 1000u

static char separator_of(struct hs_slice header)
{
	static const char candidates[] = { '\t', ';', ',' };

	for (size_t i = 0; i < sizeof(candidates); i++)
		if (hs_slice_find(header, candidates[i], 0) != SIZE_MAX)
			return candidates[i];
	return ',';
}

/* Is a quotation mark open at the end of the text? */
static bool is_open(struct hs_slice text)
{
	bool open = false;

	for (size_t i = 0; i < text.len; i++)
		open ^= text.ptr[i] == '"';
	return open;
}

/* Lines stand behind one another in the mapped file, so several of them are one slice. */
static bool next_text(struct csv *csv, struct hs_slice *out)
{
	struct hs_slice line, more;

	if (!hs_tx_lines_next(&csv->lines, &line))
		return false;
	for (unsigned i = 0; is_open(line) && i < ROW_LINES_MAX && hs_tx_lines_next(&csv->lines, &more); i++)
		line.len = (size_t)(more.ptr + more.len - line.ptr);
	*out = line;
	return true;
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
	size_t from = 0;
	bool quoted = false;

	row->count = 0;
	for (size_t at = 0; at <= text.len; at++) {
		if (at < text.len && text.ptr[at] == '"')
			quoted = !quoted;
		if (at < text.len && (quoted || text.ptr[at] != csv->separator))
			continue;
		struct hs_slice value = hs_slice_trim(hs_slice(text.ptr + from, at - from));
		if (value.len > 1 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"')
			value = unquote(csv, value);
		if (row->count < TX_COLUMNS_MAX)
			row->values[row->count++] = value;
		from = at + 1;
	}
}

enum hs_status hs_csv_begin(struct csv *csv, struct hs_arena *arena, struct hs_import *import,
	const struct tx_file *file, struct hs_error *err)
{
	struct hs_slice text;

	*csv = (struct csv) { .arena = arena };
	hs_tx_lines_begin(&csv->lines, import, file);
	if (!next_text(csv, &text))
		return csv->lines.stopped ?
			hs_fail(err, HS_E_CANCELLED, "interrupted") :
			hs_fail(err, HS_E_VALUE, "%s is empty: its first line names its columns", file->path);
	csv->separator = separator_of(text);
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
		if (row->count <= csv->header.count)
			return true;
		hs_tx_lines_skip(&csv->lines, "has %zu values where the header names %zu columns", row->count,
			csv->header.count);
	}
	return false;
}

size_t hs_csv_column(const struct csv *csv, const char *const *names)
{
	for (; *names; names++)
		for (size_t i = 0; i < csv->header.count; i++)
			if (hs_slice_ieq(csv->header.values[i], hs_slice_cstr(*names)))
				return i;
	return SIZE_MAX;
}

struct hs_slice hs_csv_value(const struct csv_row *row, size_t column)
{
	return column < row->count ? row->values[column] : HS_S_NONE;
}
