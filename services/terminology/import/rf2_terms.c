/* SPDX-License-Identifier: Apache-2.0 */
/* Concepts, descriptions and text definitions of RF2 (Release File Specification 5.2.1 to 5.2.3). */
#include "rf2.h"

static struct tx_sct_column *column_at(struct rf2 *r, uint32_t concept)
{
	return TX_BUILD_AT(r->columns, struct tx_sct_column, concept);
}

/* ---- concepts: id effectiveTime active moduleId definitionStatusId ---- */

/* Does the check digit of an identifier agree (Verhoeff's scheme, 5.8)? */
static bool digit_agrees(struct hs_slice id)
{
	static const unsigned char times[10][10] = { { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 },
		{ 1, 2, 3, 4, 0, 6, 7, 8, 9, 5 }, { 2, 3, 4, 0, 1, 7, 8, 9, 5, 6 },
		{ 3, 4, 0, 1, 2, 8, 9, 5, 6, 7 }, { 4, 0, 1, 2, 3, 9, 5, 6, 7, 8 },
		{ 5, 9, 8, 7, 6, 0, 4, 3, 2, 1 }, { 6, 5, 9, 8, 7, 1, 0, 4, 3, 2 },
		{ 7, 6, 5, 9, 8, 2, 1, 0, 4, 3 }, { 8, 7, 6, 5, 9, 3, 2, 1, 0, 4 },
		{ 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 } };
	static const unsigned char permute[8][10] = { { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 },
		{ 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 }, { 5, 8, 0, 3, 7, 9, 6, 1, 4, 2 },
		{ 8, 9, 1, 6, 0, 4, 3, 5, 2, 7 }, { 9, 4, 5, 3, 1, 2, 6, 8, 7, 0 },
		{ 4, 2, 8, 6, 5, 7, 3, 9, 0, 1 }, { 2, 7, 9, 3, 8, 0, 6, 4, 1, 5 },
		{ 7, 0, 4, 6, 9, 1, 3, 2, 5, 8 } };
	unsigned check = 0;

	for (size_t i = 0; i < id.len; i++)
		check = times[check][permute[i % 8][(unsigned)(id.ptr[id.len - 1 - i] - '0') % 10]];
	return check == 0;
}

static void take_concept(struct rf2 *r, struct tx_lines *lines, const struct hs_slice *column)
{
	struct rf2_row row;
	bool fresh = false;

	if (!hs_rf2_row(r, lines, column, false, &row))
		return;
	if (!digit_agrees(column[0])) {
		hs_tx_lines_skip(lines, "the check digit of %.*s does not agree",
			HS_S_ARG(hs_slice_first(column[0], 20)));
		return;
	}
	uint32_t concept = hs_tx_build_concept(r->build, column[0], &fresh);
	if (fresh)
		hs_buf_add(&r->columns,
			hs_slice((const char *)&(struct tx_sct_column) { 0 }, sizeof(struct tx_sct_column)));
	struct tx_sct_column *at = column_at(r, concept);
	if (!fresh && at->effective >= row.effective)
		return;
	struct tx_build_concept *c = hs_tx_build_at(r->build, concept);
	at->effective = row.effective;
	at->flags = hs_slice_eq(column[4], HS_S("900000000000073002")) ? TX_SCT_DEFINED : 0;
	c->flags = row.active ? 0 : TX_INACTIVE;
	c->status = row.active ? NULL : "inactive";
}

/* Modules are concepts too, so they are known only when all concepts are. */
static void take_module(struct rf2 *r, struct tx_lines *lines, const struct hs_slice *column)
{
	uint32_t concept = hs_tx_build_find(r->build, column[0]);
	uint64_t effective = 0;

	(void)lines;
	if (concept != UINT32_MAX && hs_slice_u64(column[1], &effective) &&
		column_at(r, concept)->effective == effective)
		column_at(r, concept)->module = hs_tx_build_find(r->build, column[3]);
}

/* ---- descriptions: id effectiveTime active moduleId conceptId languageCode typeId term caseSignificanceId
 * ---- */

static void take_text(struct rf2 *r, struct tx_lines *lines, const struct hs_slice *column)
{
	struct rf2_row row;
	uint32_t concept;

	if (!hs_rf2_row(r, lines, column, false, &row) || !hs_rf2_concept(r, lines, column[4], &concept))
		return;
	if (!column[7].len) {
		hs_tx_lines_skip(lines, "the term is empty");
		return;
	}
	struct rf2_slot *slot = hs_rf2_slot(&r->text_rows, row.id);
	if (slot->value != UINT32_MAX && slot->effective >= row.effective)
		return;
	struct rf2_text text = { .id = row.id,
		.term = column[7],
		.language = column[5],
		.concept = concept,
		.effective = row.effective,
		.module = row.module,
		.type = hs_slice_eq(column[6], HS_S("900000000000003001")) ? TX_SCT_FSN :
			hs_slice_eq(column[6], HS_S("900000000000550004")) ? TX_SCT_DEFINITION :
									     TX_SCT_SYNONYM,
		.active = row.active };
	slot->effective = row.effective;
	if (slot->value != UINT32_MAX) {
		*TX_BUILD_AT(r->texts, struct rf2_text, slot->value) = text;
		return;
	}
	slot->value = (uint32_t)TX_BUILD_COUNT(r->texts, struct rf2_text);
	hs_buf_add(&r->texts, hs_slice((const char *)&text, sizeof(text)));
}

static void fetch_concept(struct rf2 *r, const struct hs_slice *column)
{
	hs_tx_build_fetch(r->build, column[0]);
}

enum hs_status hs_rf2_concepts(struct rf2 *r, struct hs_error *err)
{
	static const struct rf2_reader concepts = { "_Concept_", 5, take_concept, fetch_concept, NULL },
				       modules = { "_Concept_", 5, take_module, fetch_concept, NULL };
	enum hs_status status = hs_rf2_each(r, &concepts, err);
	struct hs_import kept = *r->import;

	r->import->skipped = NULL; /* the same lines again: nothing is said or counted twice */
	if (status == HS_OK)
		status = hs_rf2_each(r, &modules, err);
	*r->import = kept;
	return status;
}

static void fetch_text(struct rf2 *r, const struct hs_slice *column)
{
	hs_rf2_fetch(&r->text_rows, column[0]);
	hs_tx_build_fetch(r->build, column[4]);
}

enum hs_status hs_rf2_terms(struct rf2 *r, struct hs_error *err)
{
	static const struct rf2_reader terms = { "_Description_", 9, take_text, fetch_text, NULL },
				       definitions = { "_TextDefinition_", 9, take_text, fetch_text, NULL };

	hs_rf2_map_expect(&r->text_rows, hs_rf2_guess(r, "_Description_"));
	enum hs_status status = hs_rf2_each(r, &terms, err);

	return status ? status : hs_rf2_each(r, &definitions, err);
}

/* ---- identifiers of other schemes: alternateIdentifier effectiveTime active moduleId identifierSchemeId
 * referencedComponentId (4.2.4); older releases have identifierSchemeId first and moduleId fifth ---- */

static void take_identifier(struct rf2 *r, struct tx_lines *lines, const struct hs_slice *column)
{
	struct rf2_identifier row = { .code = column[0] };
	uint64_t effective = 0;

	if (!hs_slice_u64(column[1], &effective) || effective > r->until) {
		if (effective <= r->until)
			hs_tx_lines_skip(lines, "effectiveTime \"%.*s\" is no date",
				HS_S_ARG(hs_slice_first(column[1], 40)));
		return;
	}
	if (!row.code.len) {
		hs_tx_lines_skip(lines, "the alternate identifier is empty");
		return;
	}
	if (!hs_rf2_concept(r, lines, column[4], &row.scheme) ||
		!hs_rf2_concept(r, lines, column[5], &row.concept))
		return;
	row.effective = (uint32_t)effective;
	row.active = hs_slice_eq(column[2], HS_S("1"));
	hs_buf_add(&r->identifiers, hs_slice((const char *)&row, sizeof(row)));
}

enum hs_status hs_rf2_identifiers(struct rf2 *r, struct hs_error *err)
{
	static const struct rf2_reader reader = { "_Identifier_", 6, take_identifier, NULL, NULL };

	return hs_rf2_each(r, &reader, err);
}
