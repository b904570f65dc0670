/* SPDX-License-Identifier: Apache-2.0 */
/* A code of an expansion: its texts, its state and its properties, from code system, supplements and value
 * set. */
#include "contains.h"
#include "../compile/tree.h"

#define R5_CONTAINS_PROPERTY \
	"http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.contains.property"

/* Extensions of a concept that an expansion tells as properties, and those that it keeps. */
static const struct known {
	const char *url, *property, *uri, *key;
} known[] = {
	{ TX_EXT "codesystem-conceptOrder", "order", TX_PROP "order", "valueDecimal" },
	{ TX_EXT "valueset-conceptOrder", "order", TX_PROP "order", "valueDecimal" },
	{ TX_EXT "itemWeight", "weight", TX_PROP "itemWeight", "valueDecimal" },
	{ TX_EXT "codesystem-label", "label", TX_PROP "label", "valueString" },
	{ TX_EXT "valueset-label", "label", TX_PROP "label", "valueString" },
	{ TX_EXT "valueset-concept-definition", "definition", TX_PROP "definition", "valueString" },
	{ TX_EXT "rendering-style", NULL, NULL, NULL },
	{ TX_EXT "rendering-xhtml", NULL, NULL, NULL },
};

/* ---- properties of a code ---- */

static bool has_property(const struct hs_json *list, struct hs_slice code)
{
	HS_JSON_EACH(item, list)
		if (hs_slice_eq(hs_json_get_text(item, HS_S("code")), code))
			return true;
	return false;
}

static void note_property(struct tx_writer *w, struct hs_slice code, struct hs_slice uri)
{
	for (size_t i = 0; i < w->used_count; i++)
		if (hs_slice_eq(w->used[i].code, code))
			return;
	if (w->used_count < 64)
		w->used[w->used_count++] = (struct tx_used_property) { code, uri };
}

struct hs_json *hs_tx_property_value(struct hs_arena *arena, struct hs_slice key, struct hs_slice text)
{
	struct hs_json *tree = NULL;
	struct hs_error ignored;

	if (hs_slice_eq(key, HS_S("valueBoolean")))
		return hs_json_bool(arena, hs_slice_eq(text, HS_S("true")));
	if (hs_slice_eq(key, HS_S("valueInteger")) || hs_slice_eq(key, HS_S("valueDecimal")))
		return hs_json_number(arena, text);
	if (hs_slice_eq(key, HS_S("valueCoding")) &&
		hs_json_parse(arena, text, NULL, &tree, &ignored) == HS_OK)
		return tree;
	return hs_json_string(arena, text);
}

static void add_property(struct tx_writer *w, struct hs_json *list, struct tx_used_property property,
	struct hs_slice key, struct hs_json *value, bool many)
{
	if (!many && has_property(list, property.code))
		return;
	struct hs_json *item = hs_json_push(list, hs_json_object(w->arena));
	hs_json_add_text(w->arena, item, HS_S("code"), property.code);
	hs_json_add(item, key, value);
	note_property(w, property.code, property.uri);
}

/* What known extensions say; the first to speak of a property is right. */
static void add_extensions(struct tx_writer *w, struct hs_slice text, bool of_set, struct hs_json *properties,
	struct hs_json *kept)
{
	struct hs_json *list = NULL;
	struct hs_error ignored;

	if (!text.len || hs_json_parse(w->arena, text, NULL, &list, &ignored))
		return;
	HS_JSON_EACH(extension, list) {
		struct hs_slice url = hs_json_get_text(extension, HS_S("url"));
		bool status = hs_slice_eq(url, HS_S(TX_EXT "structuredefinition-standards-status"));
		if (status && !of_set)
			add_property(w, properties,
				(struct tx_used_property) { HS_S("status"), HS_S(TX_PROP "status") },
				HS_S("valueCode"), hs_json_clone(w->arena, hs_tx_value(extension)), false);
		else if (status || (of_set && hs_slice_eq(url, HS_S(TX_EXT "valueset-deprecated"))))
			hs_json_push(kept, hs_json_clone(w->arena, extension));
		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
			if (!hs_slice_eq(url, hs_slice_cstr(known[i].url)))
				continue;
			struct hs_json *value = hs_json_clone(w->arena, hs_tx_value(extension));
			if (!known[i].property)
				hs_json_push(kept, hs_json_clone(w->arena, extension));
			else
				add_property(w, properties,
					(struct tx_used_property) { hs_slice_cstr(known[i].property),
						hs_slice_cstr(known[i].uri) },
					hs_slice_cstr(known[i].key), value, false);
		}
	}
}

static struct hs_slice property_uri(struct tx_writer *w, const struct tx_item *item, struct hs_slice code)
{
	struct tx_system all[TX_NAMES_MAX + 1] = { item->system };
	size_t count = 1 + hs_tx_supplements_of(w->ctx, item->system, all + 1);

	for (size_t i = 0; i < count; i++) {
		const struct tx_property_def_row *def = hs_tx_property_def(all[i], code);
		if (def && def->uri.len)
			return tx_text(all[i].layer, def->uri);
	}
	return hs_arena_printf(w->arena, TX_PROP "%.*s", HS_S_ARG(code));
}

static bool asked_for(const struct tx_context *ctx, struct hs_slice code)
{
	for (size_t i = 0; i < ctx->params.property_count; i++)
		if (hs_slice_eq(ctx->params.properties[i], code) ||
			hs_slice_eq(ctx->params.properties[i], HS_S("*")))
			return true;
	return false;
}

/* Does the hierarchy tell what the property says of the concept's kin? */
static bool is_of_hierarchy(struct tx_writer *w, const struct tx_item *item, const struct tx_property *p)
{
	bool parent = hs_slice_eq(p->code, HS_S("parent"));
	size_t count;

	if (!parent && !hs_slice_eq(p->code, HS_S("child")))
		return false;
	uint32_t other = hs_tx_find_code(w->arena, item->system, p->value, NULL);
	if (other == TX_NONE)
		return false;
	const uint32_t *list = hs_tx_parents(item->system, parent ? item->concept : other, &count);
	for (size_t i = 0; i < count; i++)
		if (list[i] == (parent ? other : item->concept))
			return true;
	return false;
}

/* Parents or children, as properties. */
static void add_kin(struct tx_writer *w, const struct tx_item *item, struct hs_json *list, const char *name)
{
	struct hs_slice code = hs_slice_cstr(name);
	size_t count = 0;
	const uint32_t *kin = name[0] == 'p' ? hs_tx_parents(item->system, item->concept, &count) :
					       hs_tx_children(item->system, item->concept, &count);

	if (!count || !asked_for(w->ctx, code))
		return;
	struct tx_used_property property = { code, property_uri(w, item, code) };
	for (size_t i = 0; i < count; i++)
		add_property(w, list, property, HS_S("valueCode"),
			hs_json_string(w->arena, hs_tx_code(item->system, kin[i])), true);
}

/* Properties that the request names. */
static void add_asked(struct tx_writer *w, const struct tx_item *item, struct hs_json *list)
{
	struct tx_context *ctx = w->ctx;
	struct tx_system own[TX_NAMES_MAX];
	struct tx_properties all = { NULL, 0, 0 };
	struct hs_slice definition = hs_tx_concept(item->system, item->concept).definition;

	if (!ctx->params.property_count)
		return;
	if (definition.len && asked_for(ctx, HS_S("definition")))
		add_property(w, list,
			(struct tx_used_property) { HS_S("definition"), HS_S(TX_PROP "definition") },
			HS_S("valueString"), hs_json_string(w->arena, definition), false);
	hs_tx_properties(w->arena, item->system, item->concept, own,
		hs_tx_supplements_of(ctx, item->system, own), &all);
	for (size_t i = 0; i < all.count; i++) {
		const struct tx_property *p = &all.items[i];
		if (asked_for(ctx, p->code) && !is_of_hierarchy(w, item, p))
			add_property(w, list,
				(struct tx_used_property) { p->code, property_uri(w, item, p->code) }, p->key,
				hs_tx_property_value(w->arena, p->key, p->value), true);
	}
	add_kin(w, item, list, "parent");
	add_kin(w, item, list, "child");
}

/* Extensions of the concept in its system and supplements, and in the value set, which goes first. */
static void add_properties(struct tx_writer *w, const struct tx_item *item, struct hs_json *properties,
	struct hs_json *kept)
{
	struct tx_concept concept = hs_tx_concept(item->system, item->concept);
	struct tx_system own[TX_NAMES_MAX];
	size_t count = hs_tx_supplements_of(w->ctx, item->system, own);

	if (item->pick)
		add_extensions(w, tx_text(item->pick_layer, item->pick->extension), true, properties, kept);
	for (size_t i = 0; i < count; i++) {
		uint32_t other = hs_tx_find_code(w->arena, own[i], hs_tx_code(item->system, item->concept),
			NULL);
		if (other != TX_NONE)
			add_extensions(w, hs_tx_concept(own[i], other).extension, false, properties, kept);
	}
	add_extensions(w, concept.extension, false, properties, kept);
	add_asked(w, item, properties);
	if (concept.status.len && concept.flags & (TX_INACTIVE | TX_DEPRECATED))
		add_property(w, properties,
			(struct tx_used_property) { HS_S("status"), HS_S(TX_PROP "status") },
			HS_S("valueCode"), hs_json_string(w->arena, concept.status), false);
}

/* R4 has no place for properties; they travel in the extension that R5 names for them. */
static void put_properties(struct tx_writer *w, struct hs_json *contains, struct hs_json *properties,
	struct hs_json *kept)
{
	if (w->ctx->fhir == HS_FHIR_R5) {
		if (hs_json_count(properties))
			hs_json_add(contains, HS_S("property"), properties);
	} else {
		HS_JSON_EACH(property, properties) {
			struct hs_json *extension = hs_json_push(kept, hs_json_object(w->arena));
			struct hs_json *parts = hs_json_add_array(w->arena, extension, HS_S("extension"));
			struct hs_json *code = hs_json_push(parts, hs_json_object(w->arena));
			struct hs_json *value = hs_json_push(parts, hs_json_object(w->arena));
			const struct hs_json *given = hs_tx_value(property);
			hs_json_add_text(w->arena, code, HS_S("url"), HS_S("code"));
			hs_json_add_text(w->arena, code, HS_S("valueCode"),
				hs_json_get_text(property, HS_S("code")));
			hs_json_add_text(w->arena, value, HS_S("url"), HS_S("value"));
			hs_json_add(value, hs_json_key(given), hs_json_clone(w->arena, given));
			hs_json_add_text(w->arena, extension, HS_S("url"), HS_S(R5_CONTAINS_PROPERTY));
		}
	}
	if (hs_json_count(kept))
		hs_json_add(contains, HS_S("extension"), kept);
}

/* ---- texts of a code ---- */

/* A filter of the request: a language, or system|code of a use or "urn:ietf:bcp:47|tag". */
static bool designation_wanted(const struct tx_context *ctx, const struct tx_designation *d)
{
	if (!ctx->params.designation_filter_count)
		return true;
	for (size_t i = 0; i < ctx->params.designation_filter_count; i++) {
		struct hs_slice code = ctx->params.designation_filters[i], system = HS_S_NONE;
		if (hs_slice_find(code, '|', 0) != SIZE_MAX)
			system = hs_slice_cut(&code, '|');
		bool language = !system.len || hs_slice_eq(system, HS_S("urn:ietf:bcp:47"));
		if (language ? hs_language_fit(code, d->language) == 3 :
			       hs_slice_eq(system, d->use_system) && hs_slice_eq(code, d->use_code))
			return true;
	}
	return false;
}

static void add_designation(struct tx_writer *w, struct hs_json *list, const struct tx_designation *d)
{
	struct hs_json *item = hs_json_push(list, hs_json_object(w->arena)), *extension = NULL, *kept = NULL;
	struct hs_error ignored;

	if (d->extension.len && hs_json_parse(w->arena, d->extension, NULL, &extension, &ignored) == HS_OK) {
		kept = hs_json_array(w->arena);
		HS_JSON_EACH(e, extension)
			if (hs_slice_starts(hs_json_get_text(e, HS_S("url")), HS_S(TX_EXT)))
				hs_json_push(kept, hs_json_clone(w->arena, e));
		if (hs_json_count(kept))
			hs_json_add(item, HS_S("extension"), kept);
	}
	if (d->language.len)
		hs_json_add_text(w->arena, item, HS_S("language"), d->language);
	if (d->base) {
		struct hs_json *use = hs_json_add_object(w->arena, item, HS_S("use"));
		hs_json_add_text(w->arena, use, HS_S("system"),
			HS_S("http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra"));
		hs_json_add_text(w->arena, use, HS_S("code"), HS_S("preferredForLanguage"));
	} else if (d->use_code.len) {
		struct hs_json *use = hs_json_add_object(w->arena, item, HS_S("use"));
		if (d->use_system.len)
			hs_json_add_text(w->arena, use, HS_S("system"), d->use_system);
		hs_json_add_text(w->arena, use, HS_S("code"), d->use_code);
		if (d->use_display.len)
			hs_json_add_text(w->arena, use, HS_S("display"), d->use_display);
	}
	hs_json_add_text(w->arena, item, HS_S("value"), d->value);
}

/* All texts of a code, those of the value set first, and the one to show; NULL: none. */
static const struct tx_designation *find_texts(struct tx_writer *w, const struct tx_item *item,
	struct tx_designations *texts)
{
	struct tx_context *ctx = w->ctx;

	if (item->pick) {
		struct hs_slice display = tx_text(item->pick_layer, item->pick->display);
		for (uint32_t i = 0; i < item->pick->designation_count; i++)
			hs_tx_add_designation_row(w->arena, item->pick_layer,
				&item->pick_layer->pick_designations[item->pick->designation_first + i],
				HS_S_NONE, texts);
		if (display.len)
			hs_tx_add_designation(w->arena,
				(struct tx_designation) { .value = display,
					.language = tx_text(ctx->set.layer, ctx->set.row->head.language),
					.base = true },
				texts);
	}
	hs_tx_texts(ctx, item->system, item->concept, texts);
	return hs_tx_choose_display(texts, &ctx->params.languages);
}

/* The text to show, without the others where no language is wished; empty: there is none. */
static struct hs_slice display_of(struct tx_writer *w, const struct tx_item *item,
	const struct tx_concept *concept)
{
	struct tx_designations texts = { NULL, 0, 0 };

	if (w->ctx->params.languages.count) {
		const struct tx_designation *chosen = find_texts(w, item, &texts);
		return chosen ? chosen->value : HS_S_NONE;
	}
	struct hs_slice own = item->pick ? tx_text(item->pick_layer, item->pick->display) : HS_S_NONE;
	return own.len ? own : concept->display;
}

static void add_texts(struct tx_writer *w, const struct tx_item *item, const struct tx_concept *concept,
	struct hs_json *out)
{
	struct tx_designations texts = { NULL, 0, 0 };

	if (!tx_tells_designations(&w->ctx->params)) {
		struct hs_slice display = display_of(w, item, concept);
		if (display.len)
			hs_json_add_text(w->arena, out, HS_S("display"), display);
		return;
	}
	const struct tx_designation *chosen = find_texts(w, item, &texts);
	if (chosen)
		hs_json_add_text(w->arena, out, HS_S("display"), chosen->value);
	struct hs_json *list = hs_json_array(w->arena);
	for (size_t i = 0; i < texts.count; i++)
		if (&texts.items[i] != chosen && designation_wanted(w->ctx, &texts.items[i]))
			add_designation(w, list, &texts.items[i]);
	if (hs_json_count(list))
		hs_json_add(out, HS_S("designation"), list);
}

struct hs_json *hs_tx_contains(struct tx_writer *w, const struct tx_item *item)
{
	struct tx_concept concept = hs_tx_concept(item->system, item->concept);
	struct hs_json *out = hs_json_object(w->arena);
	struct hs_json *properties = hs_json_array(w->arena), *kept = hs_json_array(w->arena);

	hs_json_add_text(w->arena, out, HS_S("system"), TX_SYSTEM_URL(item->system));
	if (concept.flags & TX_ABSTRACT)
		hs_json_add(out, HS_S("abstract"), hs_json_bool(w->arena, true));
	if (concept.flags & TX_INACTIVE)
		hs_json_add(out, HS_S("inactive"), hs_json_bool(w->arena, true));
	if (w->show_versions && TX_SYSTEM_VERSION(item->system).len)
		hs_json_add_text(w->arena, out, HS_S("version"), TX_SYSTEM_VERSION(item->system));
	hs_json_add_text(w->arena, out, HS_S("code"), concept.code);
	add_texts(w, item, &concept, out);
	add_properties(w, item, properties, kept);
	put_properties(w, out, properties, kept);
	return out;
}

/* ---- a code as text ---- */

/* Nothing but system, state, code and display: most codes of a long expansion. */
static bool is_plain(const struct tx_writer *w, const struct tx_item *item, const struct tx_concept *concept)
{
	const struct tx_context *ctx = w->ctx;

	return !ctx->params.property_count && !tx_tells_designations(&ctx->params) &&
		!ctx->supplement_count && !concept->extension.len &&
		!(item->pick && item->pick->extension.len) &&
		!(concept->status.len && concept->flags & (TX_INACTIVE | TX_DEPRECATED));
}

void hs_tx_contains_write(struct tx_writer *w, const struct tx_item *item, struct hs_buf *out)
{
	struct tx_concept concept = hs_tx_concept(item->system, item->concept);

	if (!is_plain(w, item, &concept)) {
		hs_json_write(out, hs_tx_contains(w, item), 0);
		return;
	}
	struct hs_slice display = display_of(w, item, &concept);
	hs_json_write_between(out, HS_S("{\"system\":"), TX_SYSTEM_URL(item->system), HS_S(","));
	if (concept.flags & TX_ABSTRACT)
		hs_buf_add(out, HS_S("\"abstract\":true,"));
	if (concept.flags & TX_INACTIVE)
		hs_buf_add(out, HS_S("\"inactive\":true,"));
	if (w->show_versions && TX_SYSTEM_VERSION(item->system).len)
		hs_json_write_between(out, HS_S("\"version\":"), TX_SYSTEM_VERSION(item->system), HS_S(","));
	hs_json_write_between(out, HS_S("\"code\":"), concept.code, display.len ? HS_S(",") : HS_S("}"));
	if (display.len)
		hs_json_write_between(out, HS_S("\"display\":"), display, HS_S("}"));
}
