/* SPDX-License-Identifier: Apache-2.0 */
/* Implicit concept maps of SNOMED CT ("Using SNOMED CT with FHIR": Implicit Concept Maps): reference sets of
 * associations and of maps to other code systems, and the identifiers of other schemes. A question gets a
 * map of the codes that it asks about, never of a whole reference set. */
#include "../compile/tree.h"
#include "semantics.h"

#include <handslag/service.h>
#include <handslag/coding.h>
#include <handslag/fhir.h>

#define MARK "?fhir_cm="
#define ROWS_MAX 2000u

/* What an association says about its target, in the words of R4. */
static const struct {
	const char *refset, *equivalence;
} associations[] = {
	{ "900000000000527005", "equal" },      /* same as */
	{ "900000000000526001", "equivalent" }, /* replaced by */
	{ "900000000000524003", "equivalent" }, /* moved to */
	{ "900000000000525002", "equivalent" }, /* moved from */
	{ "900000000000528000", "wider" },      /* was a */
	{ "900000000000523009", "inexact" },    /* possibly equivalent to */
	{ "900000000000529008", "inexact" },    /* similar to */
	{ "900000000000530003", "inexact" },    /* alternative */
	{ "1186924009", "inexact" },            /* partially equivalent to */
	{ "1186921001", "inexact" },            /* possibly replaced by */
};

/* Where maps of the international release lead to. */
static const struct {
	const char *refset, *system;
} targets[] = {
	{ "447562003", "http://hl7.org/fhir/sid/icd-10" },
	{ "6011000124106", "http://hl7.org/fhir/sid/icd-10-cm" },
	{ "446608001", "http://terminology.hl7.org/CodeSystem/icd-o-3" },
	{ "450993002", "http://hl7.org/fhir/sid/icpc-2" },
	{ "900000000000497000", "http://read.info/ctv3" },
	{ "30051010000102", "http://loinc.org" },
};

/* correlationId of extended maps. */
static const struct {
	const char *correlation, *equivalence;
} correlations[] = {
	{ "447557004", "equal" },
	{ "447558009", "wider" },
	{ "447559001", "narrower" },
	{ "447560006", "inexact" },
	{ "447556008", "unmatched" },
};

struct mapping {
	struct hs_arena *arena;
	struct tx_system s;
	const struct tx_sct *sct;
	struct hs_slice refset_code;
	const struct tx_sct_refset *refset; /* NULL: a scheme of identifiers */
	uint32_t concept;                   /* of the reference set or scheme */
	uint32_t target_field, correlation_field, advice_field;
	const struct hs_slice *codes;
	size_t code_count;
	bool reverse;
	struct hs_json *elements;
	size_t rows;
};

static uint32_t find_field(const struct mapping *m, const char *name)
{
	for (uint32_t i = 0; m->refset && i < m->refset->field_count; i++)
		if (hs_slice_ieq(tx_text(m->s.layer, m->sct->field_names[m->refset->name_first + i]),
			    hs_slice_cstr(name)))
			return i;
	return UINT32_MAX;
}

static struct hs_slice field(const struct mapping *m, const struct tx_sct_member *member, uint32_t number)
{
	size_t at = (size_t)member->field_first + number;

	return number != UINT32_MAX && at < m->sct->field_count ?
		tx_text(m->s.layer, m->sct->fields[at].text) :
		HS_S_NONE;
}

static bool is_asked(const struct mapping *m, struct hs_slice code)
{
	for (size_t i = 0; i < m->code_count; i++)
		if (hs_slice_eq(m->codes[i], code))
			return true;
	return false;
}

static const char *equivalence_of(const struct mapping *m, const struct tx_sct_member *member)
{
	struct hs_slice correlation = field(m, member, m->correlation_field);

	for (size_t i = 0; i < sizeof(associations) / sizeof(associations[0]); i++)
		if (hs_slice_eq(m->refset_code, hs_slice_cstr(associations[i].refset)))
			return associations[i].equivalence;
	for (size_t i = 0; i < sizeof(correlations) / sizeof(correlations[0]); i++)
		if (hs_slice_eq(correlation, hs_slice_cstr(correlations[i].correlation)))
			return correlations[i].equivalence;
	return "relatedto";
}

static void add_row(struct mapping *m, uint32_t concept, struct hs_slice target, const char *equivalence,
	struct hs_slice comment)
{
	struct hs_arena *arena = m->arena;
	uint32_t known = hs_tx_big_code(m->s.layer, target);

	if (m->rows == ROWS_MAX || concept >= TX_BIG(m->s.layer)->concept_count || !target.len)
		return;
	m->rows++;
	struct tx_concept source = hs_tx_concept(m->s, concept);
	struct hs_json *element = hs_json_push(m->elements, hs_json_object(arena));
	hs_json_add_text(arena, element, HS_S("code"), source.code);
	if (source.display.len)
		hs_json_add_text(arena, element, HS_S("display"), source.display);
	struct hs_json *to = hs_json_push(hs_json_add_array(arena, element, HS_S("target")),
		hs_json_object(arena));
	hs_json_add_text(arena, to, HS_S("code"), target);
	if (known != UINT32_MAX)
		hs_json_add_text(arena, to, HS_S("display"), hs_tx_own_display(m->s, known));
	hs_json_add_text(arena, to, HS_S("equivalence"), hs_slice_cstr(equivalence));
	if (comment.len)
		hs_json_add_text(arena, to, HS_S("comment"), comment);
}

static void add_member(struct mapping *m, const struct tx_sct_member *member)
{
	add_row(m, member->component, field(m, member, m->target_field), equivalence_of(m, member),
		field(m, member, m->advice_field));
}

static void add_members(struct mapping *m)
{
	const struct tx_sct_member *all = m->sct->members + m->refset->member_first;

	for (uint32_t i = 0; m->reverse && i < m->refset->member_count; i++)
		if (is_asked(m, field(m, &all[i], m->target_field)))
			add_member(m, &all[i]);
	for (size_t c = 0; !m->reverse && c < m->code_count; c++) {
		size_t count = 0;
		uint32_t concept = hs_tx_big_code(m->s.layer, m->codes[c]);
		const struct tx_sct_member *list = concept == UINT32_MAX ?
			NULL :
			hs_tx_sct_members_of(m->s.layer, m->refset, concept, &count);
		for (size_t i = 0; i < count; i++)
			add_member(m, &list[i]);
	}
}

static void add_identifiers(struct mapping *m)
{
	for (size_t i = 0; i < m->sct->identifier_count; i++) {
		const struct tx_sct_identifier *row = &m->sct->identifiers[i];
		struct hs_slice code = tx_text(m->s.layer, row->code);
		bool asked = row->scheme == m->concept && row->concept < TX_BIG(m->s.layer)->concept_count &&
			is_asked(m, m->reverse ? code : hs_tx_code(m->s, row->concept));
		if (asked)
			add_row(m, row->concept, code, "equal", HS_S_NONE);
	}
}

/* The code system at the other end; empty: nobody knows. */
static struct hs_slice target_system(const struct mapping *m)
{
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++)
		if (hs_slice_eq(m->refset_code, hs_slice_cstr(targets[i].refset)))
			return hs_slice_cstr(targets[i].system);
	return find_field(m, "mapTarget") == UINT32_MAX && m->refset ? TX_SYSTEM_URL(m->s) : HS_S_NONE;
}

static struct hs_json *resource(struct mapping *m, struct hs_slice url)
{
	struct hs_arena *arena = m->arena;
	struct hs_json *map = hs_json_object(arena);
	struct hs_slice target = target_system(m);

	hs_json_add_text(arena, map, HS_S("resourceType"), HS_S("ConceptMap"));
	hs_json_add_text(arena, map, HS_S("url"), url);
	hs_json_add_text(arena, map, HS_S("name"), HS_S("SNOMEDCTImplicitConceptMap"));
	hs_json_add_text(arena, map, HS_S("status"), HS_S("active"));
	struct hs_json *group = hs_json_push(hs_json_add_array(arena, map, HS_S("group")),
		hs_json_object(arena));
	hs_json_add_text(arena, group, HS_S("source"), TX_SYSTEM_URL(m->s));
	if (target.len)
		hs_json_add_text(arena, group, HS_S("target"), target);
	m->elements = hs_json_add_array(arena, group, HS_S("element"));
	if (m->refset)
		add_members(m);
	else
		add_identifiers(m);
	return map;
}

/* The reference set or scheme that the canonical names, of the edition and version that it names. */
static bool find_map(struct tx_context *ctx, struct hs_slice url, struct mapping *m)
{
	static const char *const fields[] = { "targetComponentId", "mapTarget", "valueId" };
	struct hs_slice host = HS_S("http://snomed.info/");
	size_t mark = hs_slice_search(url, HS_S(MARK));

	if (!hs_slice_starts(url, host) || mark == SIZE_MAX)
		return false;
	struct hs_slice base = hs_slice_first(url, mark);
	size_t end = hs_slice_find(base, '/', host.len);
	struct hs_slice system = hs_slice_first(base, end == SIZE_MAX ? base.len : end);
	m->s = hs_tx_resolve(ctx, system, base.len > system.len ? base : HS_S_NONE).system;
	if (!m->s.row || !hs_tx_sct(m->s))
		return false;
	m->sct = hs_tx_sct(m->s);
	m->refset_code = hs_slice_from(url, mark + sizeof(MARK) - 1);
	m->concept = hs_tx_big_code(m->s.layer, m->refset_code);
	m->refset = m->concept == UINT32_MAX ? NULL : hs_tx_sct_refset(m->s.layer, m->concept);
	m->target_field = UINT32_MAX;
	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]) && m->target_field == UINT32_MAX; i++)
		m->target_field = find_field(m, fields[i]);
	m->correlation_field = find_field(m, "correlationId");
	m->advice_field = find_field(m, "mapAdvice");
	if (m->refset)
		return m->target_field != UINT32_MAX;
	for (size_t i = 0; i < m->sct->identifier_count; i++)
		if (m->sct->identifiers[i].scheme == m->concept)
			return true;
	return false;
}

static bool compile(const struct hs_json *resource, struct tx_layer *out)
{
	struct tx_compile *compiler = hs_tx_compile_new(0);
	struct hs_image *image = NULL;
	struct hs_error ignored;
	bool made = hs_tx_compile_add(compiler, resource, HS_ON_R4 | HS_ON_R5, NULL, &ignored) == HS_OK &&
		hs_tx_compile_finish(compiler, &image, &ignored) == HS_OK;

	hs_tx_compile_free(compiler);
	if (made)
		hs_tx_layer_init(out, image);
	return made;
}

static void release(void *arg)
{
	hs_tx_layer_fini(arg);
}

bool hs_tx_implicit_map(struct tx_context *ctx, struct hs_slice url, const struct hs_slice *codes,
	size_t count, bool reverse, struct tx_map *out)
{
	struct mapping m = { .arena = ctx->arena, .codes = codes, .code_count = count, .reverse = reverse };
	struct tx_layer *layer;

	if (!find_map(ctx, url, &m))
		return false;
	layer = hs_arena_alloc(ctx->arena, sizeof(*layer));
	if (!layer || !compile(resource(&m, url), layer))
		return false;
	*out = (struct tx_map) { layer, &layer->maps[0] };
	return hs_arena_defer(ctx->arena, release, layer);
}
