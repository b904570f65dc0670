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

/* ---- texts by their identifiers ---- */

#define FIRST_ROOM 65536u

static uint64_t hash_of(uint64_t id)
{
	return id * 0x9e3779b97f4a7c15ull;
}

static size_t place_of(const struct rf2_text_table *table, uint64_t hash)
{
	return (hash >> 20) & (table->room - 1);
}

/* Of the text with that identifier, or the free one that it would have. */
static struct rf2_text_slot *slot_of(const struct rf2 *r, uint64_t id)
{
	const struct rf2_text_table *table = &r->text_rows;
	struct rf2_text_slot *slots = (void *)table->slots.ptr;
	uint64_t hash = hash_of(id);
	size_t at = place_of(table, hash);

	while (slots[at].row &&
		(slots[at].tag != (uint32_t)(hash >> 32) ||
			TX_BUILD_AT(r->build->texts, struct tx_build_text, slots[at].row - 1)->id != id))
		at = (at + 1) & (table->room - 1);
	return &slots[at];
}

static void put_slot(struct rf2 *r, uint64_t id, size_t row)
{
	*slot_of(r, id) = (struct rf2_text_slot) { (uint32_t)(hash_of(id) >> 32), (uint32_t)row + 1 };
}

/* Of two places one is taken at most: new ones, as most are, are soon found free. */
static void expect_texts(struct rf2 *r, size_t count)
{
	struct rf2_text_table *table = &r->text_rows;
	size_t known = TX_BUILD_COUNT(r->build->texts, struct tx_build_text), room = FIRST_ROOM;

	while (room < count * 2)
		room *= 2;
	if (room <= table->room)
		return;
	hs_buf_free(&table->slots);
	hs_buf_init(&table->slots, NULL, TX_BUILD_MAX);
	memset(hs_buf_reserve(&table->slots, room * sizeof(struct rf2_text_slot)), 0,
		room * sizeof(struct rf2_text_slot));
	table->room = room;
	for (size_t i = 0; i < known; i++)
		put_slot(r, TX_BUILD_AT(r->build->texts, struct tx_build_text, i)->id, i);
}

static void add_text(struct rf2 *r, const struct tx_build_text *text)
{
	size_t row = TX_BUILD_COUNT(r->build->texts, struct tx_build_text);

	hs_tx_build_text(r->build, text);
	if (r->build->texts.overflow)
		return; /* which ends the import when all rows are read */
	if ((row + 1) * 2 > r->text_rows.room)
		expect_texts(r, row + 1);
	else
		put_slot(r, text->id, row);
}

void hs_rf2_text_table_free(struct rf2_text_table *table)
{
	hs_buf_free(&table->slots);
	*table = (struct rf2_text_table) { .room = 0 };
}

struct tx_build_text *hs_rf2_text(const struct rf2 *r, uint64_t id)
{
	const struct rf2_text_slot *slot = r->text_rows.room ? slot_of(r, id) : NULL;

	return slot && slot->row ? TX_BUILD_AT(r->build->texts, struct tx_build_text, slot->row - 1) : NULL;
}

void hs_rf2_text_fetch(const struct rf2 *r, uint64_t id)
{
	const struct rf2_text_slot *slots = (const void *)r->text_rows.slots.ptr;

	if (r->text_rows.room)
		__builtin_prefetch(&slots[place_of(&r->text_rows, hash_of(id))]);
}

void hs_rf2_text_fetch_row(const struct rf2 *r, uint64_t id)
{
	const struct rf2_text_slot *slots = (const void *)r->text_rows.slots.ptr;
	uint64_t hash = hash_of(id);
	size_t at = place_of(&r->text_rows, hash);

	if (!r->text_rows.room)
		return;
	while (slots[at].row && slots[at].tag != (uint32_t)(hash >> 32))
		at = (at + 1) & (r->text_rows.room - 1);
	if (slots[at].row)
		__builtin_prefetch(&TX_BUILD_AT(r->build->texts, struct tx_build_text, slots[at].row - 1)->id,
			1);
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
	struct tx_build_text *known = hs_rf2_text(r, row.id);
	if (known && known->effective >= row.effective)
		return;
	struct tx_build_text text = { .id = row.id,
		.value = column[7],
		.language = column[5],
		.concept = concept,
		.effective = row.effective,
		.module = row.module,
		.type = hs_slice_eq(column[6], HS_S("900000000000003001")) ? TX_SCT_FSN :
			hs_slice_eq(column[6], HS_S("900000000000550004")) ? TX_SCT_DEFINITION :
									     TX_SCT_SYNONYM,
		.rank = row.active ? 0 : RF2_RETIRED };
	if (known)
		*known = text;
	else
		add_text(r, &text);
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
	uint64_t id = 0;

	if (hs_slice_u64(column[0], &id))
		hs_rf2_text_fetch(r, id);
	hs_tx_build_fetch(r->build, column[4]);
}

enum hs_status hs_rf2_terms(struct rf2 *r, struct hs_error *err)
{
	static const struct rf2_reader terms = { "_Description_", 9, take_text, fetch_text, NULL },
				       definitions = { "_TextDefinition_", 9, take_text, fetch_text, NULL };

	expect_texts(r, hs_rf2_guess(r, "_Description_"));
	enum hs_status status = hs_rf2_each(r, &terms, err);

	return status ? status : hs_rf2_each(r, &definitions, err);
}

/* ---- what texts are for ---- */

/* Preferred terms of the wished dialect first, then of US English, then any; others stand behind these, and
 * what is in another language than the displays behind all. */
#define RANK_FSN 40u
#define RANK_OTHER 60u
#define RANK_FOREIGN 80u /* more */

static void rank_dialects(const struct rf2 *r, uint16_t *ranks)
{
	for (size_t i = 0; i < r->dialect_count; i++) {
		struct hs_slice code = hs_tx_build_at(r->build, r->dialects[i])->code;
		ranks[i] = hs_slice_eq(code, r->dialect)        ? 0 :
			hs_slice_eq(code, HS_S(RF2_US_ENGLISH)) ? 10 :
								  20;
	}
}

/* `language` is that of the displays, as sv or sv-SE. */
static uint16_t rank_of(const struct rf2 *r, const struct tx_build_text *text, const uint16_t *ranks,
	struct hs_slice language)
{
	uint16_t best = text->type == TX_SCT_FSN ? RANK_FSN : RANK_OTHER;

	for (size_t i = 0; i < r->dialect_count && text->type != TX_SCT_FSN; i++)
		if ((text->dialects >> i * 2 & 3) == 2 && ranks[i] < best)
			best = ranks[i];
	bool foreign = !hs_slice_ieq(hs_slice_first(text->language, 2), hs_slice_first(language, 2));
	return foreign && best ? best + RANK_FOREIGN : best;
}

static const struct tx_use uses[] = {
	[TX_SCT_SYNONYM] = { HS_S_INIT(TX_SCT_URL), HS_S_INIT("900000000000013009"), HS_S_INIT("Synonym") },
	[TX_SCT_FSN] = { HS_S_INIT(TX_SCT_URL), HS_S_INIT("900000000000003001"),
		HS_S_INIT("Fully specified name") },
};

void hs_rf2_rank_texts(struct rf2 *r)
{
	struct hs_buf *texts = &r->build->texts;
	size_t count = TX_BUILD_COUNT(*texts, struct tx_build_text), kept = 0;
	uint16_t ranks[TX_SCT_DIALECTS_MAX] = { 0 };
	struct hs_slice language = hs_tx_option(r->import, "language", HS_S("en"));

	rank_dialects(r, ranks);
	for (size_t i = 0; i < count; i++) {
		struct tx_build_text *text = TX_BUILD_AT(*texts, struct tx_build_text, i);
		bool retired = text->rank == RF2_RETIRED;
		if (retired || text->type == TX_SCT_DEFINITION) {
			if (!retired)
				hs_tx_build_at(r->build, text->concept)->definition = text->value;
			hs_buf_add(&r->apart, hs_slice((const char *)text, sizeof(*text)));
			continue;
		}
		text->use = hs_tx_build_use(r->build, &uses[text->type]);
		text->rank = rank_of(r, text, ranks, language);
		*TX_BUILD_AT(*texts, struct tx_build_text, kept++) = *text;
	}
	texts->len = kept * sizeof(struct tx_build_text);
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
