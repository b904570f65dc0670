/* SPDX-License-Identifier: Apache-2.0 */
/* The import of classifications in ClaML (EN 14463), as WHO publishes ICD-10: classes with their kind, the
 * class above, and rubrics (preferred name, inclusions, exclusions, notes). */
#include "claml.h"
#include "importers.h"

#define TEXT_MAX 65536u

/* ---- classes ---- */

struct claml {
	struct tx_table_run *run;
	struct tx_lines lines;
	struct claml_scan scan;
	struct hs_buf text;
	bool whole;       /* </ClaML> has come */
	uint32_t concept; /* UINT32_MAX: outside a class, or in one that is left out */
	struct hs_slice rubric, language;
	bool in_character;     /* the label is that of the last character */
	bool told_language;    /* --language was given, or some label has told it */
	struct hs_slice usage; /* of the reference that is open */
	bool in_brackets;      /* it stands in brackets */
	struct hs_buf usages;  /* struct claml_usage */
	struct hs_buf links;   /* struct claml_link */
	struct claml_modifiers modifiers;
};

static bool is_tag(const struct claml_tag *tag, const char *name)
{
	return hs_slice_eq(tag->name, hs_slice_cstr(name));
}

static void begin_class(struct claml *c, const struct claml_tag *tag)
{
	struct hs_slice code = hs_claml_attribute(tag, "code"), kind = hs_claml_attribute(tag, "kind");
	bool fresh = false;

	c->concept = UINT32_MAX;
	c->run->import->rows++;
	if (!code.len) {
		hs_tx_lines_skip(&c->lines, "a class has no code");
		return;
	}
	uint32_t concept = hs_tx_build_concept(c->run->build, code, &fresh);
	if (!fresh) {
		hs_tx_lines_skip(&c->lines, "the code %.*s was there before",
			HS_S_ARG(hs_slice_first(code, 60)));
		return;
	}
	c->concept = concept;
	hs_tx_table_property(c->run, c->concept, HS_S("kind"), "valueCode", kind);
	hs_tx_table_property(c->run, c->concept, HS_S("usage"), "valueCode",
		hs_claml_attribute(tag, "usage"));
	if (hs_slice_eq(kind, HS_S("chapter")) || hs_slice_eq(kind, HS_S("block")))
		hs_tx_build_at(c->run->build, c->concept)->flags = TX_ABSTRACT;
}

/* A class names the one above it, or those below it, or both do. */
struct claml_link {
	uint32_t concept;
	bool is_above; /* the other one */
	struct hs_slice other;
	uint64_t line;
};

static void note_link(struct claml *c, const struct claml_tag *tag, bool is_above)
{
	struct claml_link link = { c->concept, is_above, hs_claml_attribute(tag, "code"), c->lines.line };

	if (c->concept != UINT32_MAX && link.other.len)
		hs_buf_add(&c->links, hs_slice((const char *)&link, sizeof(link)));
}

/* When all classes are there: one that is only named has no place in the classification. */
static void link_all(struct claml *c)
{
	struct tx_build *build = c->run->build;

	for (size_t i = 0; i < TX_BUILD_COUNT(c->links, struct claml_link); i++) {
		const struct claml_link *link = TX_BUILD_AT(c->links, struct claml_link, i);
		uint32_t other = hs_tx_build_find(build, link->other);
		c->lines.line = link->line;
		if (other == UINT32_MAX)
			hs_tx_lines_skip(&c->lines, "the class %.*s, %s %.*s, is not described",
				HS_S_ARG(hs_slice_first(link->other, 60)), link->is_above ? "above" : "below",
				HS_S_ARG(hs_slice_first(hs_tx_build_at(build, link->concept)->code, 60)));
		else
			hs_tx_build_link(build, link->is_above ? link->concept : other,
				link->is_above ? other : link->concept);
	}
}

/* ---- texts ---- */

/* <UsageKind name="dagger" mark="+"/> */
struct claml_usage {
	struct hs_slice name, mark;
};

static struct hs_slice mark_of(const struct claml *c, struct hs_slice usage)
{
	for (size_t i = 0; i < TX_BUILD_COUNT(c->usages, struct claml_usage); i++) {
		const struct claml_usage *kind = TX_BUILD_AT(c->usages, struct claml_usage, i);
		if (hs_slice_eq(kind->name, usage))
			return kind->mark;
	}
	return HS_S_NONE;
}

static void part_text(struct claml *c)
{
	if (c->text.len && c->text.ptr[c->text.len - 1] != ' ')
		hs_buf_byte(&c->text, ' ');
}

/* Inside a label: references in brackets and with their mark, as they are printed; parts apart. */
static void take_inside(struct claml *c, const struct claml_tag *tag)
{
	static const char *const parts[] = { "Para", "Fragment", "ListItem", "Row", "Cell", "Caption" };
	bool reference = is_tag(tag, "Reference");

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (is_tag(tag, parts[i]))
			part_text(c);
	if (reference && !tag->end && !tag->alone) {
		c->usage = hs_claml_attribute(tag, "usage");
		c->in_brackets = hs_slice_eq(hs_claml_attribute(tag, "class"), HS_S("in brackets"));
		if (c->in_brackets) {
			part_text(c);
			hs_buf_byte(&c->text, '(');
		}
	} else if (reference && tag->end) {
		hs_buf_add(&c->text, mark_of(c, c->usage));
		if (c->in_brackets)
			hs_buf_byte(&c->text, ')');
		c->in_brackets = false;
		c->usage = HS_S_NONE;
	}
}

/* ---- modifiers ---- */

#define LAST(list, type) TX_BUILD_AT(list, type, TX_BUILD_COUNT(list, type) - 1)

static void add_item(struct hs_buf *list, const void *item, size_t size)
{
	hs_buf_add(list, hs_slice(item, size));
}

static void begin_character(struct claml *c, const struct claml_tag *tag)
{
	struct claml_character character = { .modifier = hs_claml_attribute(tag, "modifier"),
		.code = hs_claml_attribute(tag, "code"),
		.usage = hs_claml_attribute(tag, "usage"),
		.note_first = TX_BUILD_COUNT(c->modifiers.notes, struct claml_note) };

	c->concept = UINT32_MAX;
	c->in_character = character.modifier.len && character.code.len;
	if (!c->in_character)
		hs_tx_lines_skip(&c->lines, "a ModifierClass has no modifier or no code");
	else
		add_item(&c->modifiers.characters, &character, sizeof(character));
}

static void use_modifier(struct claml *c, const struct claml_tag *tag, bool excluded)
{
	struct claml_use use = { .concept = c->concept,
		.modifier = hs_claml_attribute(tag, "code"),
		.position = hs_claml_attribute(tag, "position"),
		.excluded = excluded,
		.some = hs_slice_eq(hs_claml_attribute(tag, "all"), HS_S("false")),
		.valid_first = TX_BUILD_COUNT(c->modifiers.valid, struct hs_slice),
		.line = c->lines.line };

	if (c->concept != UINT32_MAX && use.modifier.len)
		add_item(&c->modifiers.uses, &use, sizeof(use));
}

static void add_valid(struct claml *c, const struct claml_tag *tag)
{
	struct hs_slice code = hs_claml_attribute(tag, "code");

	if (c->concept == UINT32_MAX || !c->modifiers.uses.len)
		return;
	add_item(&c->modifiers.valid, &code, sizeof(code));
	LAST(c->modifiers.uses, struct claml_use)->valid_count++;
}

static void keep_label(struct claml *c, struct hs_slice value)
{
	struct claml_label label = { c->concept, value };

	if (c->in_character)
		LAST(c->modifiers.characters, struct claml_character)->label = value;
	else if (c->concept != UINT32_MAX)
		add_item(&c->modifiers.labels, &label, sizeof(label));
}

/* What is said of a character is said of each code that ends with it. */
static void keep_note(struct claml *c, struct hs_slice value)
{
	struct claml_note note = { c->rubric, value };

	add_item(&c->modifiers.notes, &note, sizeof(note));
	LAST(c->modifiers.characters, struct claml_character)->note_count++;
}

/* A kind of rubric or metadata is a property, which filters may name. */
static void declare(struct claml *c, struct hs_slice code)
{
	struct tx_build_def def = { .code = code, .type = HS_S("string") };

	hs_tx_build_def(c->run->build, &def);
}

/* Names and definitions are no properties. */
static void declare_rubric(struct claml *c, struct hs_slice kind)
{
	if (kind.len && !hs_slice_starts(kind, HS_S("preferred")) && !hs_slice_eq(kind, HS_S("definition")))
		declare(c, kind);
}

static void take_note(struct claml *c, struct hs_slice value)
{
	declare(c, c->rubric);
	if (c->in_character)
		keep_note(c, value);
	else
		hs_tx_table_property(c->run, c->concept, c->rubric, "valueString", value);
}

/* True when the tag speaks of modifiers. */
static bool take_modifier(struct claml *c, const struct claml_tag *tag)
{
	if (is_tag(tag, "ModifierClass") && !tag->end)
		begin_character(c, tag);
	else if (is_tag(tag, "ModifierClass"))
		c->in_character = false;
	else if (is_tag(tag, "ModifiedBy") && !tag->end)
		use_modifier(c, tag, false);
	else if (is_tag(tag, "ExcludeModifier") && !tag->end)
		use_modifier(c, tag, true);
	else if (is_tag(tag, "ValidModifierClass") && !tag->end)
		add_valid(c, tag);
	else
		return false;
	return true;
}

/* The preferred name in the language of the system is the display; in others, and in long, a designation. */
static void take_name(struct claml *c, struct hs_slice value, bool is_long)
{
	struct tx_build_head *head = &c->run->build->head;
	struct tx_build_text text = { .language = c->language, .value = value, .concept = c->concept };

	if (!c->told_language && c->language.len) {
		head->language = c->language;
		c->told_language = true;
	}
	if (is_long || !hs_slice_ieq(c->language, head->language))
		hs_tx_table_designation(c->run, c->concept, c->language, NULL, value);
	else
		hs_tx_build_text(c->run->build, &text);
}

static void end_label(struct claml *c)
{
	struct hs_slice value = hs_slice_trim(hs_arena_copy(c->run->arena, hs_buf_slice(&c->text)));
	bool preferred = hs_slice_eq(c->rubric, HS_S("preferred")),
	     longer = hs_slice_eq(c->rubric, HS_S("preferredLong"));

	c->scan.text = NULL;
	if (!value.len || (c->concept == UINT32_MAX && !c->in_character))
		return;
	if (preferred)
		keep_label(c, value);
	if (!preferred && !longer && (c->in_character || !hs_slice_eq(c->rubric, HS_S("definition"))))
		take_note(c, value);
	else if (c->concept != UINT32_MAX && (preferred || longer))
		take_name(c, value, longer);
	else if (c->concept != UINT32_MAX)
		hs_tx_build_at(c->run->build, c->concept)->definition = value;
}

/* <Meta name="..." value="..."/> of a class. */
static void take_meta(struct claml *c, const struct claml_tag *tag)
{
	struct hs_slice name = hs_claml_attribute(tag, "name");

	if (c->concept == UINT32_MAX || !name.len)
		return;
	declare(c, name);
	hs_tx_table_property(c->run, c->concept, name, "valueString", hs_claml_attribute(tag, "value"));
}

static void begin_label(struct claml *c, const struct claml_tag *tag)
{
	c->language = hs_claml_attribute(tag, "xml:lang");
	if (!c->language.len)
		c->language = c->run->build->head.language;
	hs_buf_clear(&c->text);
	c->scan.text = &c->text;
}

static void take_title(struct claml *c, const struct claml_tag *tag)
{
	struct tx_build_head *head = &c->run->build->head;

	if (!head->version.len)
		head->version = hs_claml_attribute(tag, "version");
	if (!head->name.len)
		head->name = hs_claml_attribute(tag, "name");
}

static void take_begin(struct claml *c, const struct claml_tag *tag)
{
	struct claml_usage usage = { hs_claml_attribute(tag, "name"), hs_claml_attribute(tag, "mark") };

	if (is_tag(tag, "Title"))
		take_title(c, tag);
	else if (is_tag(tag, "UsageKind"))
		add_item(&c->usages, &usage, sizeof(usage));
	else if (is_tag(tag, "RubricKind"))
		declare_rubric(c, hs_claml_attribute(tag, "name"));
	else if (is_tag(tag, "Class"))
		begin_class(c, tag);
	else if (is_tag(tag, "Meta"))
		take_meta(c, tag);
	else if (is_tag(tag, "SuperClass"))
		note_link(c, tag, true);
	else if (is_tag(tag, "SubClass"))
		note_link(c, tag, false);
	else if (is_tag(tag, "Rubric"))
		c->rubric = hs_claml_attribute(tag, "kind");
	else if (is_tag(tag, "Label") && !tag->alone)
		begin_label(c, tag);
}

static void take_tag(struct claml *c, const struct claml_tag *tag)
{
	if (c->scan.text && !is_tag(tag, "Label"))
		take_inside(c, tag);
	else if (take_modifier(c, tag))
		return;
	else if (!tag->end)
		take_begin(c, tag);
	else if (is_tag(tag, "Label"))
		end_label(c);
	c->whole |= tag->end && is_tag(tag, "ClaML");
	if (is_tag(tag, "Class") && (tag->end || tag->alone))
		c->concept = UINT32_MAX;
}

static bool is_utf8(const struct tx_file *file)
{
	struct hs_slice head = hs_slice_first(file->text, 200);
	size_t at = hs_slice_search(head, HS_S("encoding="));
	struct hs_slice name = at == SIZE_MAX ? HS_S_NONE : hs_slice_from(head, at + 10);

	return at == SIZE_MAX || hs_slice_ieq(hs_slice_first(name, 5), HS_S("utf-8")) ||
		hs_slice_ieq(hs_slice_first(name, 8), HS_S("us-ascii"));
}

static void add_defs(struct tx_table_run *run)
{
	static const struct {
		const char *code, *type, *description;
	} rows[] = {
		{ "kind", "code", "Chapter, block or category." },
		{ "usage", "code", "How the code is used beside another: dagger, aster, optional." },
		{ "inclusion", "string", "What the code takes in." },
		{ "exclusion", "string", "What has another code." },
		{ "note", "string", "A note." },
		{ "coding-hint", "string", "How to code." },
		{ "text", "string", "An introducing text." },
		{ "introduction", "string", "An introducing text." },
		{ "footnote", "string", "A footnote." },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct tx_build_def def = { .code = hs_slice_cstr(rows[i].code),
			.type = hs_slice_cstr(rows[i].type),
			.description = hs_slice_cstr(rows[i].description) };
		hs_tx_build_def(run->build, &def);
	}
}

/* What a classification is called tells its URL, where --url does not. */
static void name_system(struct tx_build_head *head)
{
	static const struct {
		const char *name, *url, *title;
	} known[] = {
		{ "ICD-10-SE", "urn:oid:1.2.752.116.1.1.1", "ICD-10-SE" },
		{ "ICD-10-GM", "http://fhir.de/CodeSystem/bfarm/icd-10-gm", "ICD-10-GM" },
		{ "ICD-O-3", "http://terminology.hl7.org/CodeSystem/icd-o-3",
			"International Classification of Diseases for Oncology" },
		{ "ICD-10", "http://hl7.org/fhir/sid/icd-10", "International Classification of Diseases" },
		{ "ICD10", "http://hl7.org/fhir/sid/icd-10", "International Classification of Diseases" },
		{ "ICF", "http://hl7.org/fhir/sid/icf", "International Classification of Functioning" },
		{ "", "", "Imported classification" },
	};
	size_t i = 0;

	while (!hs_slice_ieq(hs_slice_first(head->name, strlen(known[i].name)), hs_slice_cstr(known[i].name)))
		i++;
	head->title = hs_slice_cstr(known[i].title);
	if (!head->url.len)
		head->url = hs_slice_cstr(known[i].url);
}

static enum hs_status fill(void *arg, struct hs_error *err)
{
	struct tx_table_run *run = arg;
	struct tx_build_head *head = &run->build->head;
	struct claml c = { .run = run, .concept = UINT32_MAX };
	struct hs_buf *const lists[] = { &c.modifiers.characters, &c.modifiers.notes, &c.modifiers.uses,
		&c.modifiers.valid, &c.modifiers.labels };
	struct claml_tag tag;

	if (run->files.count != 1)
		return hs_fail(err, HS_E_VALUE,
			"one ClaML file is imported at a time; the paths given hold %zu files",
			run->files.count);
	if (hs_slice_search(hs_slice_first(run->files.items[0].text, 4096), HS_S("<ClaML")) == SIZE_MAX)
		return hs_fail(err, HS_E_VALUE, "%s is no ClaML: there is no <ClaML> at its beginning",
			run->files.items[0].path);
	if (!is_utf8(&run->files.items[0]))
		return hs_fail(err, HS_E_VALUE,
			"%s is not UTF-8, which alone is read; convert it first, with iconv",
			run->files.items[0].path);
	c.told_language = head->language.len > 0;
	head->language = head->language.len ? head->language : HS_S("en");
	head->ignores_case = true;
	add_defs(run);
	hs_tx_lines_begin(&c.lines, run->import, &run->files.items[0]);
	c.lines.line = 1;
	c.scan = (struct claml_scan) { .rest = run->files.items[0].text };
	hs_buf_init(&c.text, run->arena, TEXT_MAX);
	hs_buf_init(&c.usages, run->arena, TEXT_MAX);
	hs_buf_init(&c.links, run->arena, TX_BUILD_MAX / 4);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		hs_buf_init(lists[i], run->arena, TX_BUILD_MAX / 4);
	for (const char *counted = c.scan.rest.ptr; hs_claml_next(&c.scan, &tag); counted = c.scan.rest.ptr) {
		for (const char *at = counted; at && at < c.scan.rest.ptr; at++)
			c.lines.line += *at == '\n';
		take_tag(&c, &tag);
		if (run->import->stopped && run->import->stopped(run->import->arg))
			return hs_fail(err, HS_E_CANCELLED, "interrupted");
	}
	if (!c.whole)
		return hs_fail(err, HS_E_VALUE, "%s ends before </ClaML>: it is not whole",
			run->files.items[0].path);
	name_system(head);
	link_all(&c);
	enum hs_status status = hs_claml_modify(run, &c.lines, &c.modifiers, err);
	if (status == HS_OK && !head->url.len)
		return hs_fail(err, HS_E_VALUE,
			"the title \"%.*s\" tells no code system (as ICD-10, ICD-10-SE, ICD-10-GM, ICD-O-3, "
			"ICF do): give its URL with --url",
			HS_S_ARG(hs_slice_first(head->name, 80)));
	return status ? status : hs_tx_table_named(run, err);
}

enum hs_status hs_tx_import_icd10(struct hs_import *import, struct hs_error *err)
{
	static const struct tx_stage steps[] = { { "classes", fill }, TX_TABLE_STEPS };
	const struct tx_table_importer importer = { .name = "icd10", .steps = steps };

	return hs_tx_table_import(import, &importer, err);
}
