/* SPDX-License-Identifier: Apache-2.0 */
/* Reference sets of RF2 (Release File Specification 5.2.6): of languages, and all others with their fields.
 */
#include "rf2.h"

/* ---- language reference sets: ... refsetId referencedComponentId acceptabilityId ---- */

static size_t dialect_of(struct rf2 *r, uint32_t refset)
{
	for (size_t i = 0; i < r->dialect_count; i++)
		if (r->dialects[i] == refset)
			return i;
	if (r->dialect_count == TX_SCT_DIALECTS_MAX)
		return SIZE_MAX;
	r->dialects[r->dialect_count] = refset;
	return r->dialect_count++;
}

static void take_language(struct rf2 *r, struct tx_lines *lines, const struct hs_slice *column)
{
	struct rf2_row row;
	uint32_t refset;
	uint64_t id = 0;

	if (!hs_rf2_row(r, lines, column, true, &row) || (!row.active && !r->full) ||
		!hs_rf2_concept(r, lines, column[4], &refset))
		return;
	struct tx_build_text *t = hs_slice_u64(column[5], &id) ? hs_rf2_text(r, id) : NULL;
	if (!t) {
		hs_tx_lines_skip(lines, "refers to description %.*s, which is not in the release",
			HS_S_ARG(hs_slice_first(column[5], 40)));
		return;
	}
	if (r->full) {
		struct rf2_slot *slot = hs_rf2_slot(&r->member_rows, row.id);
		if (slot->effective > row.effective)
			return;
		slot->effective = row.effective;
	}
	size_t dialect = dialect_of(r, refset);
	if (dialect == SIZE_MAX) {
		hs_tx_lines_skip(lines, "there are more than %u language reference sets",
			TX_SCT_DIALECTS_MAX);
		return;
	}
	bool preferred = hs_slice_eq(column[6], HS_S("900000000000548007"));
	uint32_t how = !row.active ? 0 : preferred ? 2 : 1;
	t->dialects = (t->dialects & ~(3u << dialect * 2)) | how << dialect * 2;
}

static void fetch_slot(struct rf2 *r, const struct hs_slice *column)
{
	uint64_t id = 0;

	if (hs_slice_u64(column[5], &id))
		hs_rf2_text_fetch(r, id);
}

static void fetch_text(struct rf2 *r, const struct hs_slice *column)
{
	uint64_t id = 0;

	if (hs_slice_u64(column[5], &id))
		hs_rf2_text_fetch_row(r, id);
}

/* ---- all others ---- */

static uint32_t refset_of(struct rf2 *r, uint32_t concept, const struct hs_slice *names, size_t count)
{
	uint32_t known = (uint32_t)TX_BUILD_COUNT(r->refsets, struct rf2_refset);
	struct rf2_refset refset = { .concept = concept, .field_count = (uint32_t)count };

	for (uint32_t i = known; i > 0; i--)
		if (TX_BUILD_AT(r->refsets, struct rf2_refset, i - 1)->concept == concept)
			return i - 1;
	memcpy(refset.names, names, count * sizeof(*names));
	hs_buf_add(&r->refsets, hs_slice((const char *)&refset, sizeof(refset)));
	return known;
}

static void put_member(struct rf2 *r, const struct rf2_row *row, struct rf2_member *member,
	const struct hs_slice *fields)
{
	uint32_t count = TX_BUILD_AT(r->refsets, struct rf2_refset, member->refset)->field_count;
	uint32_t index = (uint32_t)TX_BUILD_COUNT(r->members, struct rf2_member);

	if (r->full) {
		struct rf2_slot *slot = hs_rf2_slot(&r->member_rows, row->id);
		if (slot->value != UINT32_MAX && slot->effective > row->effective)
			return;
		if (slot->value != UINT32_MAX)
			TX_BUILD_AT(r->members, struct rf2_member, slot->value)->refset = UINT32_MAX;
		slot->value = index;
		slot->effective = row->effective;
	}
	member->field_first = (uint32_t)TX_BUILD_COUNT(r->fields, struct rf2_field);
	for (uint32_t i = 0; i < count; i++)
		hs_buf_add(&r->fields,
			hs_slice((const char *)&(struct rf2_field) { fields[i] }, sizeof(struct rf2_field)));
	hs_buf_add(&r->members, hs_slice((const char *)member, sizeof(*member)));
}

static void take_member(struct rf2 *r, struct tx_lines *lines, const struct hs_slice *column,
	const struct hs_slice *names, size_t count)
{
	struct rf2_row row;
	uint32_t refset;

	if (!hs_rf2_row(r, lines, column, true, &row) || !hs_rf2_concept(r, lines, column[4], &refset))
		return;
	struct rf2_member member = { .refset = refset_of(r, refset, names, count),
		.component = hs_tx_build_find(r->build, column[5]),
		.effective = row.effective,
		.module = row.module,
		.active = row.active };
	if (TX_BUILD_AT(r->refsets, struct rf2_refset, member.refset)->field_count != count) {
		hs_tx_lines_skip(lines, "has %zu fields where other members of its reference set have %u",
			count, TX_BUILD_AT(r->refsets, struct rf2_refset, member.refset)->field_count);
		return;
	}
	put_member(r, &row, &member, column + 6);
}

/* The first line names the fields: they differ from one reference set to the next. */
static enum hs_status read_refset(struct rf2 *r, const struct tx_file *file, struct hs_error *err)
{
	struct hs_slice line, names[RF2_FIELDS_MAX + 6], column[RF2_FIELDS_MAX + 6];
	struct tx_lines lines;

	hs_tx_lines_begin(&lines, r->import, file);
	if (!hs_tx_lines_next(&lines, &line))
		return lines.stopped ? hs_fail(err, HS_E_CANCELLED, "interrupted") : HS_OK;
	size_t count = hs_tx_split(line, names, RF2_FIELDS_MAX + 6);
	if (count < 6 || count > RF2_FIELDS_MAX + 6 || !hs_slice_eq(names[4], HS_S("refsetId"))) {
		hs_tx_lines_skip(&lines, "is not the first line of a reference set: the file is left out");
		return HS_OK;
	}
	while (hs_tx_lines_next(&lines, &line)) {
		size_t here = line.len ? hs_tx_split(line, column, RF2_FIELDS_MAX + 6) : 0;
		if (line.len && here != count)
			hs_tx_lines_skip(&lines, "has %zu columns, not %zu", here, count);
		else if (line.len)
			take_member(r, &lines, column, names + 6, count - 6);
	}
	hs_tx_file_rest(file);
	return lines.stopped ? hs_fail(err, HS_E_CANCELLED, "interrupted") : HS_OK;
}

enum hs_status hs_rf2_languages(struct rf2 *r, struct hs_error *err)
{
	static const struct rf2_reader reader = { "Refset_Language", 7, take_language, fetch_slot,
		fetch_text };

	return hs_rf2_each(r, &reader, err);
}

enum hs_status hs_rf2_refsets(struct rf2 *r, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < r->files.count && status == HS_OK; i++) {
		const struct tx_file *file = &r->files.items[i];
		if (hs_rf2_is(r, file, "Refset_") && !hs_rf2_is(r, file, "Refset_Language"))
			status = read_refset(r, file, err);
	}
	return status;
}
