/* SPDX-License-Identifier: Apache-2.0 */
/* Rows of RF2: which files, which columns, and which row of a component counts. */
#include "rf2.h"

/* ---- maps ---- */

static size_t place_of(const struct rf2_map *map, uint64_t key)
{
	return (key * 0x9e3779b97f4a7c15ull >> 20) & (map->room - 1);
}

static struct rf2_slot *slot_of(const struct rf2_map *map, uint64_t key)
{
	struct rf2_slot *slots = (void *)map->slots.ptr;
	size_t mask = map->room - 1, at = place_of(map, key);

	while (slots[at].key && slots[at].key != key)
		at = (at + 1) & mask;
	return &slots[at];
}

#define FIRST_ROOM 65536u

static void grow(struct rf2_map *map)
{
	struct rf2_map old = *map;
	const struct rf2_slot *slots = (const void *)old.slots.ptr;
	size_t bytes;

	map->room = old.room ? old.room * 2 : FIRST_ROOM;
	bytes = map->room * sizeof(*slots);
	hs_buf_init(&map->slots, NULL, TX_BUILD_MAX);
	memset(hs_buf_reserve(&map->slots, bytes), 0, bytes);
	for (size_t i = 0; i < old.room; i++)
		if (slots[i].key)
			*slot_of(map, slots[i].key) = slots[i];
	hs_buf_free(&old.slots);
}

void hs_rf2_map_free(struct rf2_map *map)
{
	hs_buf_free(&map->slots);
	*map = (struct rf2_map) { .count = 0 };
}

struct rf2_slot *hs_rf2_slot(struct rf2_map *map, uint64_t key)
{
	if (map->count * 2 >= map->room)
		grow(map);
	struct rf2_slot *slot = slot_of(map, key);
	if (!slot->key) {
		*slot = (struct rf2_slot) { key, UINT32_MAX, 0 };
		map->count++;
	}
	return slot;
}

void hs_rf2_fetch(const struct rf2_map *map, struct hs_slice id)
{
	uint64_t key = 0;

	if (map->room && hs_slice_u64(id, &key))
		__builtin_prefetch((const struct rf2_slot *)(const void *)map->slots.ptr +
			place_of(map, key));
}

/* ---- files ---- */

bool hs_rf2_is(const struct rf2 *r, const struct tx_file *file, const char *prefix)
{
	struct hs_slice name = hs_slice_cstr(file->name);
	struct hs_slice kind = r->full ? HS_S("Full") : HS_S("Snapshot");

	if (!hs_slice_ends(name, HS_S(".txt")) || hs_slice_search(name, kind) == SIZE_MAX)
		return false;
	return hs_slice_search(name, hs_slice_cstr(prefix)) != SIZE_MAX;
}

/* What rows refer to lies all over the memory: that of some rows is fetched at once, for one after another
 * would be waited for. */
#define AHEAD 16u

struct ahead {
	uint64_t line;
	size_t count; /* columns */
	struct hs_slice column[RF2_FIELDS_MAX + 8];
};

static size_t take_rows(struct tx_lines *lines, struct ahead *rows)
{
	struct hs_slice line;
	size_t n = 0;

	while (n < AHEAD && hs_tx_lines_next(lines, &line)) {
		if (!line.len)
			continue;
		rows[n].line = lines->line;
		rows[n].count = hs_tx_split(line, rows[n].column, RF2_FIELDS_MAX + 8);
		n++;
	}
	return n;
}

static void fetch_rows(struct rf2 *r, const struct rf2_reader *reader, rf2_fetch_fn *fetch,
	const struct ahead *rows, size_t count)
{
	for (size_t i = 0; i < count && fetch; i++)
		if (rows[i].count >= reader->columns)
			fetch(r, rows[i].column);
}

static void give_rows(struct rf2 *r, struct tx_lines *lines, const struct rf2_reader *reader,
	const struct ahead *rows, size_t count)
{
	uint64_t last = lines->line;

	fetch_rows(r, reader, reader->fetch, rows, count);
	fetch_rows(r, reader, reader->fetch_more, rows, count);
	for (size_t i = 0; i < count; i++) {
		lines->line = rows[i].line;
		if (rows[i].count >= reader->columns)
			reader->take(r, lines, rows[i].column);
		else
			hs_tx_lines_skip(lines, "has %zu columns, not %zu", rows[i].count, reader->columns);
	}
	lines->line = last;
}

static enum hs_status read_file(struct rf2 *r, const struct tx_file *file, const struct rf2_reader *reader,
	struct hs_error *err)
{
	struct ahead rows[AHEAD];
	struct hs_slice line;
	struct tx_lines lines;
	size_t count;

	hs_tx_lines_begin(&lines, r->import, file);
	hs_tx_lines_next(&lines, &line); /* names of the columns */
	do {
		count = take_rows(&lines, rows);
		give_rows(r, &lines, reader, rows, count);
	} while (count == AHEAD);
	hs_tx_file_rest(file);
	return lines.stopped ? hs_fail(err, HS_E_CANCELLED, "interrupted") : HS_OK;
}

enum hs_status hs_rf2_each(struct rf2 *r, const struct rf2_reader *reader, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < r->files.count && status == HS_OK; i++)
		if (hs_rf2_is(r, &r->files.items[i], reader->prefix))
			status = read_file(r, &r->files.items[i], reader, err);
	return status;
}

#define ROW_BYTES 160u /* rows of descriptions are shorter */

size_t hs_rf2_guess(const struct rf2 *r, const char *prefix)
{
	size_t bytes = 0;

	for (size_t i = 0; i < r->files.count; i++)
		if (hs_rf2_is(r, &r->files.items[i], prefix))
			bytes += r->files.items[i].size;
	return bytes / ROW_BYTES;
}

/* ---- rows ---- */

static bool read_uuid(struct hs_slice s, uint64_t *out)
{
	uint64_t hash = hs_tx_big_hash(s);

	*out = hash ? hash : 1;
	return s.len == 36;
}

/* One that is not there yet may come among the concepts, so only what was found is remembered. */
static uint32_t find_module(struct rf2 *r, struct hs_slice code)
{
	if (r->module.code.len && hs_slice_eq(r->module.code, code))
		return r->module.number;
	uint32_t found = hs_tx_build_find(r->build, code);
	if (found != UINT32_MAX) {
		r->module.code = code;
		r->module.number = found;
	}
	return found;
}

bool hs_rf2_row(struct rf2 *r, struct tx_lines *lines, const struct hs_slice *column, bool uuid,
	struct rf2_row *out)
{
	uint64_t effective = 0;
	bool known = uuid ? read_uuid(column[0], &out->id) : hs_slice_u64(column[0], &out->id) && out->id;

	if (!known) {
		hs_tx_lines_skip(lines, "\"%.*s\" is no identifier", HS_S_ARG(hs_slice_first(column[0], 60)));
		return false;
	}
	if (!hs_slice_u64(column[1], &effective) || effective < 19000101 || effective > 99991231) {
		hs_tx_lines_skip(lines, "effectiveTime \"%.*s\" is no date",
			HS_S_ARG(hs_slice_first(column[1], 40)));
		return false;
	}
	if (column[2].len != 1 || (column[2].ptr[0] != '0' && column[2].ptr[0] != '1')) {
		hs_tx_lines_skip(lines, "active is neither 0 nor 1");
		return false;
	}
	if (effective > r->until)
		return false;
	out->effective = (uint32_t)effective;
	out->active = column[2].ptr[0] == '1';
	out->module = find_module(r, column[3]);
	if (out->effective > r->latest)
		r->latest = out->effective;
	return true;
}

bool hs_rf2_concept(struct rf2 *r, struct tx_lines *lines, struct hs_slice id, uint32_t *out)
{
	*out = hs_tx_build_find(r->build, id);
	if (*out == UINT32_MAX)
		hs_tx_lines_skip(lines, "refers to concept %.*s, which is not in the release",
			HS_S_ARG(hs_slice_first(id, 40)));
	return *out != UINT32_MAX;
}
