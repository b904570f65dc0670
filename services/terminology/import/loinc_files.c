/* SPDX-License-Identifier: Apache-2.0 */
/* The files beside LOINC's table of terms (AccessoryFiles of the release): parts and which terms have them,
 * answer lists and which terms have those, the hierarchy of components, groups, panels, and what takes the
 * place of terms that are no longer used. Columns are found by their names. */
#include "loinc.h"

static uint32_t find(const struct loinc *l, struct hs_slice code)
{
	return code.len ? hs_tx_build_find(l->run->build, code) : UINT32_MAX;
}

/* The concept with that code, made with the display when it is new; UINT32_MAX, and said: the code is empty.
 */
static uint32_t find_or_make(struct loinc *l, struct hs_slice code, struct hs_slice display)
{
	uint32_t concept = find(l, code);

	if (concept == UINT32_MAX && !hs_tx_table_concept(l->run, &l->csv.lines, code, display, &concept))
		return UINT32_MAX;
	return concept;
}

/* A term that must be there; said when it is not. */
static uint32_t term(struct loinc *l, struct hs_slice code)
{
	uint32_t concept = find(l, code);

	if (concept == UINT32_MAX)
		hs_tx_lines_skip(&l->csv.lines, "%.*s is no term of the table",
			HS_S_ARG(hs_slice_first(code, 40)));
	return concept;
}

static void put_escaped(struct hs_buf *out, struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '"' || text.ptr[i] == '\\')
			hs_buf_byte(out, '\\');
		hs_buf_byte(out, (unsigned char)text.ptr[i] < 0x20 ? ' ' : text.ptr[i]);
	}
}

static struct hs_slice loinc_coding(struct tx_build *build, struct hs_slice code, struct hs_slice display)
{
	struct hs_buf out;

	hs_buf_init(&out, build->arena, 65536);
	hs_buf_cstr(&out, "{\"system\":\"" LOINC_URL "\",\"code\":\"");
	put_escaped(&out, code);
	hs_buf_cstr(&out, "\",\"display\":\"");
	put_escaped(&out, display);
	hs_buf_cstr(&out, "\"}");
	return hs_buf_slice(&out);
}

static void add_coding(struct loinc *l, uint32_t concept, struct hs_slice property, struct hs_slice code,
	struct hs_slice display)
{
	hs_tx_table_property(l->run, concept, property, "valueCoding",
		loinc_coding(l->run->build, code, display));
}

/* ---- parts ---- */

/* PartNumber,PartTypeName,PartName,PartDisplayName,Status */
static void take_part(struct loinc *l)
{
	struct hs_slice display = LOINC_VALUE(l, "PartDisplayName"), name = LOINC_VALUE(l, "PartName"),
			status = LOINC_VALUE(l, "Status");
	uint32_t concept;

	if (!hs_tx_table_concept(l->run, &l->csv.lines, LOINC_VALUE(l, "PartNumber"),
		    display.len ? display : name, &concept))
		return;
	hs_tx_table_property(l->run, concept, HS_S("PartTypeName"), "valueString",
		LOINC_VALUE(l, "PartTypeName"));
	hs_tx_table_property(l->run, concept, HS_S("STATUS"), "valueString", status);
	if (hs_slice_ieq(status, HS_S("DEPRECATED"))) {
		hs_tx_build_at(l->run->build, concept)->flags = TX_INACTIVE | TX_DEPRECATED;
		hs_tx_build_at(l->run->build, concept)->status = "deprecated";
	}
}

static void mark_linked(struct loinc *l, uint32_t concept, struct hs_slice property)
{
	static const uint32_t none;

	for (unsigned d = 0; d < LOINC_DIMENSIONS; d++) {
		if (!hs_slice_eq(property, hs_slice_cstr(hs_loinc_dimensions[d])))
			continue;
		while (TX_BUILD_COUNT(l->linked, uint32_t) <= concept && !l->linked.overflow)
			hs_buf_add(&l->linked, hs_slice((const char *)&none, sizeof(none)));
		if (!l->linked.overflow)
			*TX_BUILD_AT(l->linked, uint32_t, concept) |= 1u << d;
	}
}

/* LoincNumber,LongCommonName,PartNumber,PartName,PartCodeSystem,PartTypeName,LinkTypeName,Property: the last
 * is the URI of the property. */
static void take_part_link(struct loinc *l)
{
	struct hs_slice part = LOINC_VALUE(l, "PartNumber"), property = LOINC_VALUE(l, "Property"),
			name = LOINC_VALUE(l, "PartName");
	uint32_t concept = term(l, LOINC_VALUE(l, "LoincNumber"));

	if (concept == UINT32_MAX || find_or_make(l, part, name) == UINT32_MAX)
		return;
	for (size_t slash; (slash = hs_slice_find(property, '/', 0)) != SIZE_MAX;)
		property = hs_slice_from(property, slash + 1);
	if (!property.len) {
		hs_tx_lines_skip(&l->csv.lines, "names no property that %.*s is of",
			HS_S_ARG(hs_slice_first(part, 40)));
		return;
	}
	mark_linked(l, concept, property);
	hs_loinc_add_def(l->run, property, "Coding", "A part that the term is made of.");
	add_coding(l, concept, property, part, name);
}

/* ---- answers ---- */

/* AnswerListId,AnswerListName,AnswerListOID,...,AnswerStringId,...,SequenceNumber,DisplayText,...,Score: the
 * list and its answers are codes, and an answer is below each of its lists, in the list's order. */
static void take_answer(struct loinc *l)
{
	struct hs_slice answer = LOINC_VALUE(l, "AnswerStringId", "AnswerStringID");
	uint32_t list = find_or_make(l, LOINC_VALUE(l, "AnswerListId"), LOINC_VALUE(l, "AnswerListName"));

	if (list == UINT32_MAX || !answer.len)
		return; /* without an answer it is a list that is defined elsewhere */
	bool fresh = find(l, answer) == UINT32_MAX;
	uint32_t concept = find_or_make(l, answer, LOINC_VALUE(l, "DisplayText"));
	if (fresh)
		hs_tx_table_property(l->run, concept, HS_S("Score"), "valueString", LOINC_VALUE(l, "Score"));
	uint64_t sequence = 0;
	bool placed = hs_slice_u64(LOINC_VALUE(l, "SequenceNumber"), &sequence) && sequence < UINT32_MAX;
	hs_tx_build_link_ranked(l->run->build, concept, list, placed ? (uint32_t)sequence + 1 : 0);
	hs_tx_table_property(l->run, concept, HS_S("LIST"), "valueCode", LOINC_VALUE(l, "AnswerListId"));
}

/* LoincNumber,LongCommonName,AnswerListId,AnswerListName,AnswerListLinkType,ApplicableContext */
static void take_answer_link(struct loinc *l)
{
	struct hs_slice code = LOINC_VALUE(l, "LoincNumber"), list = LOINC_VALUE(l, "AnswerListId");
	uint32_t concept = term(l, code);

	if (concept == UINT32_MAX)
		return;
	uint32_t answers = find_or_make(l, list, LOINC_VALUE(l, "AnswerListName"));
	if (answers == UINT32_MAX)
		return;
	add_coding(l, concept, HS_S("answer-list"), list, LOINC_VALUE(l, "AnswerListName"));
	add_coding(l, answers, HS_S("answers-for"), code, LOINC_VALUE(l, "LongCommonName"));
}

/* ---- what is above what ---- */

/* PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT: parts come as rows of their own before their terms.
 */
static void take_link(struct loinc *l)
{
	struct hs_slice code = LOINC_VALUE(l, "CODE"), parent = LOINC_VALUE(l, "IMMEDIATE_PARENT");
	uint32_t concept = find_or_make(l, code, LOINC_VALUE(l, "CODE_TEXT"));

	if (concept == UINT32_MAX || !parent.len)
		return;
	uint32_t above = find(l, parent);
	if (above == UINT32_MAX)
		hs_tx_lines_skip(&l->csv.lines, "the parent %.*s comes after %.*s or is missing",
			HS_S_ARG(hs_slice_first(parent, 40)), HS_S_ARG(hs_slice_first(code, 40)));
	else
		hs_tx_build_link(l->run->build, concept, above);
}

/* ParentGroupId,GroupId,Group,Archetype,Status,VersionFirstReleased */
static void take_group(struct loinc *l)
{
	uint32_t group = find_or_make(l, LOINC_VALUE(l, "GroupId"), LOINC_VALUE(l, "Group")),
		 above = find(l, LOINC_VALUE(l, "ParentGroupId"));

	if (group != UINT32_MAX && above != UINT32_MAX)
		hs_tx_build_link(l->run->build, group, above);
}

/* ParentGroupId,ParentGroup,Status */
static void take_parent_group(struct loinc *l)
{
	find_or_make(l, LOINC_VALUE(l, "ParentGroupId"), LOINC_VALUE(l, "ParentGroup"));
}

/* Category,GroupId,Archetype,LoincNumber,LongCommonName */
static void take_group_term(struct loinc *l)
{
	uint32_t concept = term(l, LOINC_VALUE(l, "LoincNumber"));

	if (concept == UINT32_MAX)
		return;
	uint32_t group = find_or_make(l, LOINC_VALUE(l, "GroupId"), LOINC_VALUE(l, "Category"));
	if (group != UINT32_MAX)
		hs_tx_build_link(l->run->build, concept, group);
}

/* ---- panels, and what takes the place of a term ---- */

/* ParentId,ParentLoinc,ParentName,ID,SEQUENCE,Loinc,LoincName,...: a panel's own row names itself. */
static void take_panel(struct loinc *l)
{
	struct hs_slice member = LOINC_VALUE(l, "Loinc"), panel = LOINC_VALUE(l, "ParentLoinc");

	if (hs_slice_eq(member, panel))
		return;
	uint32_t concept = term(l, panel);
	if (concept != UINT32_MAX && term(l, member) != UINT32_MAX)
		add_coding(l, concept, HS_S("panel-member"), member, LOINC_VALUE(l, "LoincName"));
}

/* LOINC,MAP_TO,COMMENT */
static void take_replacement(struct loinc *l)
{
	uint32_t concept = term(l, LOINC_VALUE(l, "LOINC"));

	if (concept != UINT32_MAX)
		hs_tx_table_property(l->run, concept, HS_S("MAP_TO"), "valueCode", LOINC_VALUE(l, "MAP_TO"));
}

/* Parts go first, so that the hierarchy finds its parents. */
const struct loinc_file hs_loinc_parts[] = {
	{ "Part.csv", take_part },
	{ "LoincPartLink_Primary.csv", take_part_link },
	{ "LoincPartLink_Supplementary.csv", take_part_link },
	{ "LoincPartLink.csv", take_part_link },
	{ NULL, NULL },
};

const struct loinc_file hs_loinc_answers[] = {
	{ "AnswerList.csv", take_answer },
	{ "LoincAnswerListLink.csv", take_answer_link },
	{ NULL, NULL },
};

const struct loinc_file hs_loinc_groups[] = {
	{ "ComponentHierarchyBySystem.csv", take_link },
	{ "MultiAxialHierarchy.csv", take_link },
	{ "ParentGroup.csv", take_parent_group },
	{ "Group.csv", take_group },
	{ "GroupLoincTerms.csv", take_group_term },
	{ "PanelsAndForms.csv", take_panel },
	{ "MapTo.csv", take_replacement },
	{ NULL, NULL },
};
