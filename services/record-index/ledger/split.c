/* SPDX-License-Identifier: Apache-2.0 */
/* Splits a JSON text into its shape and what fills the holes, in one pass over the bytes.
 *
 * What comes back in many pointers stays in the shape: structure, codes, systems, displays. What belongs to
 * one pointer becomes a hole: every other string and every number. Byte for byte, so that putting it
 * together again gives the text that was there. */
#include "ledger.h"

#include <handslag/time.h>

#define DEPTH 100
#define STEADY_MAX 80 /* a longer text is no word of a vocabulary */

struct level {
	struct hs_slice key; /* under which this object or array is */
	bool is_object;
};
struct scan {
	struct hs_ledger_split *split;
	struct hs_slice text;
	size_t at, from; /* `from`: first byte that is not in the shape yet */
	struct level levels[DEPTH];
	size_t depth;
	struct hs_slice key; /* of the value that comes next in an object */
	bool key_next;
	bool full;
};

/* Strings under these keys are the same in many pointers. */
static const struct hs_slice steady[] = { HS_S_INIT("resourceType"), HS_S_INIT("system"), HS_S_INIT("code"),
	HS_S_INIT("version"), HS_S_INIT("contentType"), HS_S_INIT("language"), HS_S_INIT("status"),
	HS_S_INIT("docStatus"), HS_S_INIT("use"), HS_S_INIT("type"), HS_S_INIT("profile"),
	HS_S_INIT("mode") };
/* These too, but in a subject or custodian they are names. */
static const struct hs_slice steady_words[] = { HS_S_INIT("display"), HS_S_INIT("text") };

static bool is_one_of(const struct hs_slice *list, size_t count, struct hs_slice key)
{
	for (size_t i = 0; i < count; i++) {
		if (hs_slice_eq(list[i], key))
			return true;
	}
	return false;
}

static bool is_extension(struct hs_slice key)
{
	return hs_slice_eq(key, HS_S("extension")) || hs_slice_eq(key, HS_S("modifierExtension"));
}

static bool in_extension(const struct scan *scan)
{
	return scan->depth >= 1 && is_extension(scan->levels[scan->depth - 1].key);
}

/* The key that a value is under, in an object or in an array of one. */
static struct hs_slice key_of(const struct scan *scan)
{
	if (scan->depth == 0)
		return HS_S_NONE;
	const struct level *level = &scan->levels[scan->depth - 1];
	return level->is_object ? scan->key : level->key;
}

static bool is_steady(const struct scan *scan, struct hs_slice value)
{
	struct hs_slice key = key_of(scan);

	if (value.len > STEADY_MAX && !hs_slice_eq(key, HS_S("profile")))
		return in_extension(scan) && hs_slice_eq(key, HS_S("url"));
	if (is_one_of(steady, sizeof steady / sizeof steady[0], key))
		return true;
	if (hs_slice_eq(key, HS_S("url")))
		return in_extension(scan);
	return scan->split->is_pointer &&
		is_one_of(steady_words, sizeof steady_words / sizeof steady_words[0], key);
}

/* Puts `mark` into the shape in place of text[begin, end). */
static void mark(struct scan *scan, enum hs_ledger_mark what, size_t begin, size_t end)
{
	hs_buf_add(&scan->split->shape, hs_slice(scan->text.ptr + scan->from, begin - scan->from));
	hs_buf_byte(&scan->split->shape, (char)what);
	scan->from = end;
}

static void add_hole(struct scan *scan, size_t begin, size_t end, bool whole)
{
	struct hs_ledger_split *split = scan->split;

	if (split->hole_count == split->hole_room) {
		size_t room = split->hole_room ? split->hole_room * 2 : 32;
		void *moved = hs_arena_grow(split->arena, split->holes,
			split->hole_room * sizeof *split->holes, room * sizeof *split->holes);
		if (!moved) {
			scan->full = true;
			return;
		}
		split->holes = moved;
		split->hole_room = room;
	}
	split->holes[split->hole_count++] =
		(struct hs_ledger_hole) { hs_slice(scan->text.ptr + begin, end - begin), whole };
	mark(scan, HS_LEDGER_HOLE, begin, end);
}

static bool at_path(const struct scan *scan, size_t depth, const char *parent, const char *key)
{
	return scan->depth == depth && scan->levels[depth - 1].is_object &&
		hs_slice_eq(scan->key, hs_slice_cstr(key)) &&
		(depth == 1 || hs_slice_eq(scan->levels[depth - 1].key, hs_slice_cstr(parent)));
}

bool hs_ledger_plain_date(struct hs_slice value, int64_t *seconds)
{
	char text[HS_INSTANT_LEN + 1];
	struct hs_time time;

	if (value.len != 20 || value.ptr[19] != 'Z' || !hs_time_parse(value, 0, &time) ||
		time.precision != HS_TIME_SECOND)
		return false;
	hs_time_instant(time.lo, text);
	if (memcmp(text, value.ptr, 19) != 0)
		return false;
	*seconds = time.lo / 1000;
	return true;
}

/* The values of a pointer that have a place of their own. */
static bool take_special(struct scan *scan, struct hs_slice value, size_t begin, size_t end)
{
	struct hs_ledger_split *split = scan->split;

	if (at_path(scan, 1, "", "id") && hs_slice_eq(value, split->id)) {
		mark(scan, HS_LEDGER_ID, begin, end);
	} else if (at_path(scan, 1, "", "date") && hs_ledger_plain_date(value, &split->date)) {
		split->has_date = true;
		mark(scan, HS_LEDGER_DATE, begin, end);
	} else if (at_path(scan, 2, "meta", "versionId") && hs_slice_eq(value, split->version)) {
		mark(scan, HS_LEDGER_VERSION, begin, end);
	} else if (at_path(scan, 2, "meta", "lastUpdated") && hs_slice_eq(value, split->updated)) {
		mark(scan, HS_LEDGER_UPDATED, begin, end);
	} else {
		return false;
	}
	return true;
}

/* The byte after the string that begins at `at` (a quote). */
static size_t string_end(struct hs_slice text, size_t at)
{
	for (size_t i = at + 1; i < text.len; i++) {
		if (text.ptr[i] == '\\')
			i++;
		else if (text.ptr[i] == '"')
			return i + 1;
	}
	return text.len;
}

size_t hs_ledger_object_end(struct hs_slice text, size_t at)
{
	size_t depth = 0;

	while (at < text.len) {
		char c = text.ptr[at];
		if (c == '"') {
			at = string_end(text, at);
			continue;
		}
		at++;
		depth += c == '{' || c == '[';
		depth -= c == '}' || c == ']';
		if (depth == 0)
			break;
	}
	return at;
}

/* Objects that are kept once for all pointers that have them. */
static bool take_object(struct scan *scan)
{
	struct hs_ledger_split *split = scan->split;
	size_t begin = scan->at;

	if (!split->is_pointer || scan->depth == 0)
		return false;
	bool subject = at_path(scan, 1, "", "subject");
	bool custodian = !subject && at_path(scan, 1, "", "custodian");
	bool again = at_path(scan, 1, "", "authenticator") ||
		at_path(scan, 2, "context", "sourcePatientInfo") ||
		(scan->depth == 2 && !scan->levels[1].is_object &&
			hs_slice_eq(scan->levels[1].key, HS_S("author")));
	if (!subject && !custodian && !again)
		return false;
	size_t end = hs_ledger_object_end(scan->text, begin);
	struct hs_slice value = hs_slice(scan->text.ptr + begin, end - begin);
	if (subject)
		split->subject = value;
	if (custodian)
		split->custodian = value;
	if (subject || custodian)
		mark(scan, subject ? HS_LEDGER_SUBJECT : HS_LEDGER_CUSTODIAN, begin, end);
	else
		add_hole(scan, begin, end, true);
	scan->at = end;
	return true;
}

static void take_string(struct scan *scan)
{
	size_t end = string_end(scan->text, scan->at), begin = scan->at + 1;
	struct hs_slice value = hs_slice(scan->text.ptr + begin, end - 1 - begin);

	scan->at = end;
	if (scan->key_next) {
		scan->key = value;
		scan->key_next = false;
		return;
	}
	if (scan->split->is_pointer && take_special(scan, value, begin, end - 1))
		return;
	if (value.len && !is_steady(scan, value))
		add_hole(scan, begin, end - 1, false);
}

static void take_number(struct scan *scan)
{
	size_t end = scan->at + 1;

	while (end < scan->text.len && strchr("0123456789+-.eE", scan->text.ptr[end]) && scan->text.ptr[end])
		end++;
	add_hole(scan, scan->at, end, false);
	scan->at = end;
}

static void open_level(struct scan *scan, bool is_object)
{
	struct hs_slice key = key_of(scan);

	if (scan->depth == DEPTH) {
		scan->full = true;
		return;
	}
	scan->levels[scan->depth++] = (struct level) { key, is_object };
	scan->key_next = is_object;
	scan->at++;
}

static void close_level(struct scan *scan)
{
	scan->depth -= scan->depth > 0;
	scan->key_next = false;
	scan->at++;
}

static void take_next(struct scan *scan)
{
	char c = scan->text.ptr[scan->at];

	if (c == '"') {
		take_string(scan);
	} else if (c == '{') {
		if (!take_object(scan))
			open_level(scan, true);
	} else if (c == '[') {
		open_level(scan, false);
	} else if (c == '}' || c == ']') {
		close_level(scan);
	} else if (c == '-' || (c >= '0' && c <= '9')) {
		take_number(scan);
	} else {
		if (c == ',' && scan->depth)
			scan->key_next = scan->levels[scan->depth - 1].is_object;
		scan->at++;
	}
}

enum hs_status hs_ledger_split(struct hs_ledger_split *split, struct hs_error *err)
{
	struct scan scan = { .split = split, .text = split->text };

	hs_buf_init(&split->shape, split->arena, split->text.len + 16);
	while (scan.at < scan.text.len && !scan.full)
		take_next(&scan);
	hs_buf_add(&split->shape, hs_slice_from(scan.text, scan.from));
	if (scan.full || split->shape.overflow)
		return hs_fail(err, HS_E_LIMIT, "the pointer does not fit in the memory of the request");
	return HS_OK;
}
