/* SPDX-License-Identifier: Apache-2.0 */
/* The import of classifications in ClaML (EN 14463), as WHO publishes ICD-10: classes with their kind, the
 * class above, and rubrics (preferred name, inclusions, exclusions, notes). */
#include "claml.h"
#include "importers.h"

#include <handslag/coding.h>
#include <stdio.h>

#define TEXT_MAX 65536u

/* ---- reading XML: what ClaML needs of it ---- */

struct tag {
	struct hs_slice name, attributes;
	bool end, alone;
};

struct scan {
	struct hs_slice rest;
	struct hs_buf *text; /* what stands between tags; NULL: it is passed over */
	struct hs_arena *arena;
};

static void put_reference(struct scan *s, struct hs_slice name)
{
	static const struct {
		const char *name;
		char c;
	} named[] = { { "amp", '&' }, { "lt", '<' }, { "gt", '>' }, { "quot", '"' }, { "apos", '\'' } };
	uint64_t code = 0;
	char bytes[4];

	for (size_t i = 0; i < sizeof(named) / sizeof(named[0]); i++)
		if (hs_slice_eq(name, hs_slice_cstr(named[i].name)))
			hs_buf_byte(s->text, named[i].c);
	if (name.len > 1 && name.ptr[0] == '#' && hs_slice_u64(hs_slice_from(name, 1), &code) &&
		code <= 0x10ffff)
		hs_buf_add(s->text, hs_slice(bytes, hs_utf8_put(bytes, (uint32_t)code)));
}

static void put_text(struct scan *s, struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		size_t end = text.ptr[i] == '&' ? hs_slice_find(text, ';', i) : SIZE_MAX;
		bool blank = text.ptr[i] == '\n' || text.ptr[i] == '\r' || text.ptr[i] == '\t' ||
			text.ptr[i] == ' ';
		if (end != SIZE_MAX) {
			put_reference(s, hs_slice(text.ptr + i + 1, end - i - 1));
			i = end;
		} else if (!blank)
			hs_buf_byte(s->text, text.ptr[i]);
		else if (s->text->len && s->text->ptr[s->text->len - 1] != ' ')
			hs_buf_byte(s->text, ' ');
	}
}

/* The next tag; comments, declarations and processing instructions are passed over. */
static bool next_tag(struct scan *s, struct tag *out)
{
	for (;;) {
		size_t open = hs_slice_find(s->rest, '<', 0);
		if (open == SIZE_MAX)
			return false;
		if (s->text)
			put_text(s, hs_slice_first(s->rest, open));
		s->rest = hs_slice_from(s->rest, open);
		bool comment = hs_slice_starts(s->rest, HS_S("<!--"));
		size_t end = comment ? hs_slice_search(s->rest, HS_S("-->")) : hs_slice_find(s->rest, '>', 0);
		if (end == SIZE_MAX || !s->rest.ptr)
			return false;
		struct hs_slice inside = hs_slice(s->rest.ptr + 1, end - 1);
		s->rest = hs_slice_from(s->rest, end + (comment ? 3 : 1));
		if (!inside.ptr || !inside.len || inside.ptr[0] == '!' || inside.ptr[0] == '?')
			continue;
		out->end = inside.ptr[0] == '/';
		out->alone = inside.ptr[inside.len - 1] == '/';
		inside = out->end ? hs_slice_from(inside, 1) : inside;
		size_t n = 0;
		while (n < inside.len && inside.ptr[n] != ' ' && inside.ptr[n] != '\n' &&
			inside.ptr[n] != '\r' && inside.ptr[n] != '\t' && inside.ptr[n] != '/')
			n++;
		out->name = hs_slice_first(inside, n);
		out->attributes = hs_slice_from(inside, n);
		return true;
	}
}

/* The value of an attribute, references left as they are: codes and kinds have none. */
static struct hs_slice attribute(const struct tag *tag, const char *name)
{
	struct hs_slice rest = tag->attributes, wanted = hs_slice_cstr(name);

	for (;;) {
		size_t equals = hs_slice_find(rest, '=', 0);
		if (equals == SIZE_MAX || equals + 1 >= rest.len)
			return HS_S_NONE;
		struct hs_slice key = hs_slice_trim(hs_slice_first(rest, equals));
		rest = hs_slice_trim(hs_slice_from(rest, equals + 1));
		size_t end = rest.len ? hs_slice_find(rest, rest.ptr[0], 1) : SIZE_MAX;
		if (end == SIZE_MAX)
			return HS_S_NONE;
		if (hs_slice_eq(key, wanted))
			return hs_slice(rest.ptr + 1, end - 1);
		rest = hs_slice_from(rest, end + 1);
	}
}

/* ---- classes ---- */

struct claml {
	struct tx_table_run *run;
	struct tx_lines lines;
	struct scan scan;
	struct hs_buf text;
	uint32_t concept; /* UINT32_MAX: outside a class, or in one that is left out */
	struct hs_slice rubric, language;
	bool in_character; /* the label is that of the last character */
	struct claml_modifiers modifiers;
};

static bool is_tag(const struct tag *tag, const char *name)
{
	return hs_slice_eq(tag->name, hs_slice_cstr(name));
}

static void begin_class(struct claml *c, const struct tag *tag)
{
	struct hs_slice code = attribute(tag, "code"), kind = attribute(tag, "kind");
	uint32_t known = code.len ? hs_tx_build_find(c->run->build, code) : UINT32_MAX;

	c->concept = UINT32_MAX;
	c->run->import->rows++;
	if (!code.len) {
		hs_tx_lines_skip(&c->lines, "a class has no code");
		return;
	}
	if (known != UINT32_MAX && hs_tx_build_at(c->run->build, known)->status) {
		hs_tx_lines_skip(&c->lines, "the code %.*s was there before",
			HS_S_ARG(hs_slice_first(code, 60)));
		return;
	}
	c->concept = hs_tx_build_concept(c->run->build, code, NULL);
	hs_tx_build_at(c->run->build, c->concept)->status =
		"active"; /* a class of its own, not only named above */
	hs_tx_table_property(c->run, c->concept, HS_S("kind"), "valueCode", kind);
	if (hs_slice_eq(kind, HS_S("chapter")) || hs_slice_eq(kind, HS_S("block")))
		hs_tx_build_at(c->run->build, c->concept)->flags = TX_ABSTRACT;
}

static void link_class(struct claml *c, const struct tag *tag)
{
	struct hs_slice code = attribute(tag, "code");

	if (c->concept != UINT32_MAX && code.len)
		hs_tx_build_link(c->run->build, c->concept, hs_tx_build_concept(c->run->build, code, NULL));
}

/* ---- modifiers ---- */

#define LAST(list, type) TX_BUILD_AT(list, type, TX_BUILD_COUNT(list, type) - 1)

static void add_item(struct hs_buf *list, const void *item, size_t size)
{
	hs_buf_add(list, hs_slice(item, size));
}

static void begin_character(struct claml *c, const struct tag *tag)
{
	struct claml_character character = { attribute(tag, "modifier"), attribute(tag, "code"), HS_S_NONE };

	c->concept = UINT32_MAX;
	c->in_character = character.modifier.len && character.code.len;
	if (!c->in_character)
		hs_tx_lines_skip(&c->lines, "a ModifierClass has no modifier or no code");
	else
		add_item(&c->modifiers.characters, &character, sizeof(character));
}

static void use_modifier(struct claml *c, const struct tag *tag, bool excluded)
{
	struct claml_use use = { .concept = c->concept,
		.modifier = attribute(tag, "code"),
		.excluded = excluded,
		.some = hs_slice_eq(attribute(tag, "all"), HS_S("false")),
		.valid_first = TX_BUILD_COUNT(c->modifiers.valid, struct hs_slice),
		.line = c->lines.line };

	if (c->concept != UINT32_MAX && use.modifier.len)
		add_item(&c->modifiers.uses, &use, sizeof(use));
}

static void add_valid(struct claml *c, const struct tag *tag)
{
	struct hs_slice code = attribute(tag, "code");

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

/* True when the tag speaks of modifiers. */
static bool take_modifier(struct claml *c, const struct tag *tag)
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

static void end_label(struct claml *c)
{
	struct hs_slice value = hs_slice_trim(hs_arena_copy(c->run->arena, hs_buf_slice(&c->text)));

	c->scan.text = NULL;
	if (value.len && hs_slice_eq(c->rubric, HS_S("preferred")))
		keep_label(c, value);
	if (c->concept == UINT32_MAX || !value.len)
		return;
	if (hs_slice_eq(c->rubric, HS_S("preferred"))) {
		struct tx_build_text text = {
			.language = c->language, .value = value, .concept = c->concept
		};
		hs_tx_build_text(c->run->build, &text);
	} else if (hs_slice_eq(c->rubric, HS_S("preferredLong")))
		hs_tx_table_designation(c->run, c->concept, c->language, NULL, value);
	else if (hs_slice_eq(c->rubric, HS_S("definition")))
		hs_tx_build_at(c->run->build, c->concept)->definition = value;
	else
		hs_tx_table_property(c->run, c->concept, c->rubric, "valueString", value);
}

static void take_tag(struct claml *c, const struct tag *tag)
{
	struct tx_build_head *head = &c->run->build->head;

	if (take_modifier(c, tag))
		return;
	if (is_tag(tag, "Title") && !tag->end) {
		if (!head->version.len)
			head->version = attribute(tag, "version");
		if (!head->name.len)
			head->name = attribute(tag, "name");
	} else if (is_tag(tag, "Class") && !tag->end)
		begin_class(c, tag);
	else if (is_tag(tag, "Class"))
	c->concept = UINT32_MAX;
	else if (is_tag(tag, "SuperClass")) link_class(c, tag);
	else if (is_tag(tag, "Rubric") && !tag->end) c->rubric = attribute(tag, "kind");
	else if (is_tag(tag, "Label") && !tag->end && !tag->alone)
	{
		c->language = attribute(tag, "xml:lang");
		if (!c->language.len)
			c->language = head->language;
		hs_buf_clear(&c->text);
		c->scan.text = &c->text;
	}
	else if (is_tag(tag, "Label") && tag->end) end_label(c);
}

/* Codes that are named as super class but never described have no place in the classification. */
static void report_undescribed(struct claml *c)
{
	size_t count = TX_BUILD_COUNT(c->run->build->concepts, struct tx_build_concept);

	for (uint32_t i = 0; i < count; i++) {
		struct tx_build_concept *concept = hs_tx_build_at(c->run->build, i);
		if (!concept->status)
			hs_tx_lines_skip(&c->lines, "the class %.*s is named above others but not described",
				HS_S_ARG(hs_slice_first(concept->code, 60)));
		concept->status = NULL;
	}
}

static enum hs_status fill(struct tx_table_run *run, struct hs_error *err)
{
	struct tx_build_head *head = &run->build->head;
	struct claml c = { .run = run, .concept = UINT32_MAX };
	struct hs_buf *const lists[] = { &c.modifiers.characters, &c.modifiers.uses, &c.modifiers.valid,
		&c.modifiers.labels };
	struct tag tag;

	if (run->files.count != 1)
		return hs_fail(err, HS_E_VALUE,
			"one ClaML file is imported at a time; the paths given hold %zu files",
			run->files.count);
	if (hs_slice_search(hs_slice_first(run->files.items[0].text, 4096), HS_S("<ClaML")) == SIZE_MAX)
		return hs_fail(err, HS_E_VALUE, "%s is no ClaML: there is no <ClaML> at its beginning",
			run->files.items[0].path);
	head->url = head->url.len ? head->url : HS_S("http://hl7.org/fhir/sid/icd-10");
	head->language = head->language.len ? head->language : HS_S("en");
	head->title = HS_S("International Classification of Diseases");
	head->ignores_case = true;
	hs_tx_lines_begin(&c.lines, run->import, &run->files.items[0]);
	c.lines.line = 1;
	c.scan = (struct scan) { .rest = run->files.items[0].text, .arena = run->arena };
	hs_buf_init(&c.text, run->arena, TEXT_MAX);
	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++)
		hs_buf_init(lists[i], run->arena, TX_BUILD_MAX / 4);
	for (const char *counted = c.scan.rest.ptr; next_tag(&c.scan, &tag); counted = c.scan.rest.ptr) {
		for (const char *at = counted; at && at < c.scan.rest.ptr; at++)
			c.lines.line += *at == '\n';
		take_tag(&c, &tag);
		if (run->import->stopped && run->import->stopped(run->import->arg))
			return hs_fail(err, HS_E_CANCELLED, "interrupted");
	}
	c.lines.line = 0; /* the file as a whole */
	report_undescribed(&c);
	return hs_claml_modify(run, &c.lines, &c.modifiers, err);
}

enum hs_status hs_tx_import_icd10(struct hs_import *import, struct hs_error *err)
{
	return hs_tx_table_import(import, fill, err);
}
