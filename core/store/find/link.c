/* SPDX-License-Identifier: Apache-2.0 */
/* Where the keys of references lead: the links of a column. */
#include <core/store/find/column.h>

#include <core/base/heap.h>

/* The id and type in the key of a reference; false when it leads to another type. */
static bool read_reference(const struct hs__column *column, uint32_t number, uint32_t type,
	struct hs_slice *id)
{
	struct hs_slice rest = hs_slice_from(hs__column_key(column, number), column->prefix.len);

	*id = hs_slice_cut(&rest, '\0');
	return hs__key_read_number(rest) == type;
}

static void lead(struct hs__link *link, uint32_t number, uint64_t row)
{
	if (row >= link->row_count)
		return;
	link->rows[number] = (uint32_t)row;
	link->keys[row] = number;
}

static void make_targets(struct hs__link *link, uint64_t last)
{
	size_t count = (size_t)last + 1;

	if (count <= link->row_count || last >= HS__COLUMN_SEVERAL)
		return;
	link->keys = hs_heap_grow(link->keys, count * sizeof(*link->keys));
	memset(link->keys + link->row_count, 0, (count - link->row_count) * sizeof(*link->keys));
	link->row_count = count;
}

static enum hs_status resolve(struct hs__finder *finder, const struct hs__column *column,
	struct hs__link *link, uint32_t number, struct hs_error *err)
{
	struct hs_slice id;
	uint64_t row = 0;

	if (!read_reference(column, number, link->type, &id))
		return HS_OK;
	int found = hs__find_row(finder, link->type, id, &row, err);
	if (found > 0)
		lead(link, number, row);
	return found < 0 ? (enum hs_status)found : HS_OK;
}

/* What came since the link was made; ids keep their rows for ever, so what leads somewhere stays right. */
static enum hs_status link_new(struct hs__finder *finder, const struct hs__column *column,
	struct hs__link *link, uint64_t last, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(finder->txn,
		"SELECT row, id FROM resource WHERE row > ?1 AND row <= ?2", err);
	int64_t base = hs__find_full_row(link->type, 0);
	int step;

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, base + (int64_t)link->last_row);
	hs_sql_int(stmt, 2, base + (int64_t)last);
	while ((step = hs_sql_step(stmt, err)) > 0) {
		struct hs__fact points = { .kind = HS_INDEX_REFERENCE, .target_type = link->type };
		struct hs__key key;
		points.param = hs__key_read_number(hs__key_slice(&column->prefix));
		points.text = hs_sql_get_text(stmt, 1);
		hs__key_of(&points, &key);
		uint32_t number = hs__column_number(column, hs__key_slice(&key));
		if (number)
			lead(link, number, (uint64_t)(hs_sql_get_int(stmt, 0) - base));
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : HS_OK;
}

size_t hs__column_leading(const struct hs__column *column, uint32_t type)
{
	size_t leading = 0;
	struct hs_slice id;

	for (size_t i = 1; i <= column->key_count; i++)
		leading += read_reference(column, (uint32_t)i, type, &id);
	return leading;
}

static size_t count_led(const struct hs__link *link)
{
	size_t led = 0;

	for (size_t i = 1; i <= link->key_count; i++)
		led += link->rows[i] != 0;
	return led;
}

static enum hs_status bring_up(struct hs__finder *finder, const struct hs__column *column,
	struct hs__link *link, uint64_t last, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	make_targets(link, last);
	if (link->key_count)
		status = link_new(finder, column, link, last, err);
	for (size_t i = link->key_count + 1; i <= column->key_count && status == HS_OK; i++) {
		link->rows[i] = 0;
		status = resolve(finder, column, link, (uint32_t)i, err);
	}
	if (status == HS_OK) {
		link->key_count = column->key_count;
		link->led = count_led(link);
		link->last_row = last;
	}
	return status;
}

const struct hs__link *hs__column_linked(const struct hs__column *column, uint32_t type, uint64_t last_row)
{
	for (unsigned i = 0; i < column->link_count; i++) {
		const struct hs__link *link = &column->links[i];
		if (link->type == type && link->last_row >= last_row && link->key_count == column->key_count)
			return link;
	}
	return NULL;
}

enum hs_status hs__column_link(struct hs__finder *finder, struct hs__column *column, uint32_t type,
	uint64_t last_row, struct hs_error *err)
{
	struct hs__link *link = column->links;
	const struct hs__link *end = column->links + column->link_count;

	while (link < end && link->type != type)
		link++;
	if (link == end) {
		if (column->link_count == HS__COLUMN_LINKS)
			return HS_OK;
		*link = (struct hs__link) { .type = type,
			.rows = hs_heap_alloc((column->key_room + 1) * sizeof(uint32_t)) };
		column->link_count++;
	}
	return bring_up(finder, column, link, last_row, err);
}
