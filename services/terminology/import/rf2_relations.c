/* SPDX-License-Identifier: Apache-2.0 */
/* Relationships of RF2, to concepts and to concrete values (Release File Specification 5.2.4 and 5.2.5). */
#include "rf2.h"

static void put_relation(struct rf2 *r, const struct rf2_row *row, const struct rf2_relation *relation)
{
	struct rf2_slot *slot;

	if (r->full) {
		slot = hs_rf2_slot(&r->relation_rows, row->id);
		if (slot->value != UINT32_MAX) {
			if (slot->effective < row->effective) {
				*TX_BUILD_AT(r->relations, struct rf2_relation, slot->value) = *relation;
				slot->effective = row->effective;
			}
			return;
		}
		slot->value = (uint32_t)TX_BUILD_COUNT(r->relations, struct rf2_relation);
		slot->effective = row->effective;
	} else if (!relation->active)
		return;
	hs_buf_add(&r->relations, hs_slice((const char *)relation, sizeof(*relation)));
}

static bool read_group(struct tx_lines *lines, struct hs_slice text, uint16_t *out)
{
	uint64_t group = 0;

	if (!hs_slice_u64(text, &group) || group > UINT16_MAX) {
		hs_tx_lines_skip(lines, "relationshipGroup \"%.*s\" is no small number",
			HS_S_ARG(hs_slice_first(text, 40)));
		return false;
	}
	*out = (uint16_t)group;
	return true;
}

/* id effectiveTime active moduleId sourceId destinationId relationshipGroup typeId characteristicTypeId
 * modifierId. Stated and additional relationships say no more about what a concept means. */
static void take_relation(struct rf2 *r, struct tx_lines *lines, const struct hs_slice *column)
{
	struct rf2_row row;
	struct rf2_relation relation = { .kind = TX_SCT_CONCEPT };

	if (!hs_rf2_row(r, lines, column, false, &row) || (!row.active && !r->full))
		return;
	if (!hs_slice_eq(column[8], HS_S("900000000000011006")))
		return;
	if (!hs_rf2_concept(r, lines, column[4], &relation.source) ||
		!hs_rf2_concept(r, lines, column[5], &relation.value) ||
		!hs_rf2_concept(r, lines, column[7], &relation.type) ||
		!read_group(lines, column[6], &relation.group))
		return;
	relation.active = row.active;
	put_relation(r, &row, &relation);
}

/* The same with a value in the place of destinationId: #12.5, "a text", true. */
static void take_value(struct rf2 *r, struct tx_lines *lines, const struct hs_slice *column)
{
	struct rf2_row row;
	struct rf2_relation relation = { 0 };
	struct hs_slice value = column[5];

	if (!hs_rf2_row(r, lines, column, false, &row) || (!row.active && !r->full))
		return;
	if (!hs_rf2_concept(r, lines, column[4], &relation.source) ||
		!hs_rf2_concept(r, lines, column[7], &relation.type) ||
		!read_group(lines, column[6], &relation.group))
		return;
	if (value.len > 1 && value.ptr[0] == '#') {
		relation.kind = TX_SCT_NUMBER;
		value = hs_slice_from(value, 1);
	} else if (value.len > 1 && value.ptr[0] == '"' && value.ptr[value.len - 1] == '"') {
		relation.kind = TX_SCT_STRING;
		value = hs_slice(value.ptr + 1, value.len - 2);
	} else if (hs_slice_ieq(value, HS_S("true")) || hs_slice_ieq(value, HS_S("false")))
		relation.kind = TX_SCT_BOOLEAN;
	else {
		hs_tx_lines_skip(lines, "the value \"%.*s\" is neither #number, \"text\" nor a boolean",
			HS_S_ARG(hs_slice_first(value, 60)));
		return;
	}
	relation.active = row.active;
	relation.value = (uint32_t)TX_BUILD_COUNT(r->values, struct hs_slice);
	hs_buf_add(&r->values, hs_slice((const char *)&value, sizeof(value)));
	put_relation(r, &row, &relation);
}

static void fetch_relation(struct rf2 *r, const struct hs_slice *column)
{
	hs_tx_build_fetch(r->build, column[4]);
	hs_tx_build_fetch(r->build, column[5]);
	if (r->full)
		hs_rf2_fetch(&r->relation_rows, column[0]);
}

enum hs_status hs_rf2_relations(struct rf2 *r, struct hs_error *err)
{
	static const struct rf2_reader concepts = { "_Relationship_", 10, take_relation, fetch_relation,
		NULL },
				       values = { "_RelationshipConcreteValues_", 10, take_value,
					       fetch_relation, NULL };
	enum hs_status status = hs_rf2_each(r, &concepts, err);

	return status ? status : hs_rf2_each(r, &values, err);
}
