/* SPDX-License-Identifier: Apache-2.0 */
/* $expand (R4 section 4.9.16): the collected codes become a ValueSet with an expansion. */
#include "expansion.h"
#include "operations.h"
#include "tree.h"

#include <handslag/time.h>

#define R5_PROPERTY "http://hl7.org/fhir/5.0/StructureDefinition/extension-ValueSet.expansion.property"
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

struct used_property {
	struct hs_slice code, uri;
};

struct writer {
	struct tx_context *ctx;
	struct tx_expansion *x;
	struct hs_arena *arena;
	struct used_property used[64];
	size_t used_count;
	bool show_versions; /* two versions of one code system are there */
};

/* ---- properties of a code ---- */

static bool has_property(const struct hs_json *list, struct hs_slice code)
{
	HS_JSON_EACH(item, list)
		if (hs_slice_eq(hs_json_get_text(item, HS_S("code")), code))
			return true;
	return false;
}

static void note_property(struct writer *w, struct hs_slice code, struct hs_slice uri)
{
	for (size_t i = 0; i < w->used_count; i++)
		if (hs_slice_eq(w->used[i].code, code))
			return;
	if (w->used_count < 64)
		w->used[w->used_count++] = (struct used_property) { code, uri };
}

static struct hs_json *property_value(struct hs_arena *arena, struct hs_slice key, struct hs_slice text)
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

static void add_property(struct writer *w, struct hs_json *list, struct used_property property,
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
static void add_extensions(struct writer *w, struct hs_slice text, bool of_set, struct hs_json *properties,
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
				(struct used_property) { HS_S("status"), HS_S(TX_PROP "status") },
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
					(struct used_property) { hs_slice_cstr(known[i].property),
						hs_slice_cstr(known[i].uri) },
					hs_slice_cstr(known[i].key), value, false);
		}
	}
}

static struct hs_slice property_uri(struct writer *w, const struct tx_item *item, struct hs_slice code)
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

/* Parents or children, as properties, unless the concept has such properties of its own. */
static void add_kin(struct writer *w, const struct tx_item *item, struct hs_json *list, const char *name)
{
	struct used_property property = { hs_slice_cstr(name),
		hs_arena_printf(w->arena, TX_PROP "%s", name) };
	size_t count = 0;
	const uint32_t *kin = name[0] == 'p' ? hs_tx_parents(item->system, item->concept, &count) :
					       hs_tx_children(item->system, item->concept, &count);

	if (!asked_for(w->ctx, property.code) || has_property(list, property.code))
		return;
	for (size_t i = 0; i < count; i++)
		add_property(w, list, property, HS_S("valueCode"),
			hs_json_string(w->arena, hs_tx_code(item->system, kin[i])), true);
}

/* Properties that the request names. */
static void add_asked(struct writer *w, const struct tx_item *item, struct hs_json *list)
{
	struct tx_context *ctx = w->ctx;
	struct tx_system own[TX_NAMES_MAX];
	struct tx_properties all = { NULL, 0, 0 };
	struct hs_slice definition = hs_tx_concept(item->system, item->concept).definition;

	if (!ctx->params.property_count)
		return;
	if (definition.len && asked_for(ctx, HS_S("definition")))
		add_property(w, list,
			(struct used_property) { HS_S("definition"), HS_S(TX_PROP "definition") },
			HS_S("valueString"), hs_json_string(w->arena, definition), false);
	hs_tx_properties(w->arena, item->system, item->concept, own,
		hs_tx_supplements_of(ctx, item->system, own), &all);
	for (size_t i = 0; i < all.count; i++) {
		const struct tx_property *p = &all.items[i];
		if (asked_for(ctx, p->code))
			add_property(w, list,
				(struct used_property) { p->code, property_uri(w, item, p->code) }, p->key,
				property_value(w->arena, p->key, p->value), true);
	}
	add_kin(w, item, list, "parent");
	add_kin(w, item, list, "child");
}

/* Extensions of the concept in its system and supplements, and in the value set, which goes first. */
static void add_properties(struct writer *w, const struct tx_item *item, struct hs_json *properties,
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
		add_property(w, properties, (struct used_property) { HS_S("status"), HS_S(TX_PROP "status") },
			HS_S("valueCode"), hs_json_string(w->arena, concept.status), false);
}

/* R4 has no place for properties; they travel in the extension that R5 names for them. */
static void put_properties(struct writer *w, struct hs_json *contains, struct hs_json *properties,
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
		if (language ? hs_tx_language_fit(code, d->language) == 3 :
			       hs_slice_eq(system, d->use_system) && hs_slice_eq(code, d->use_code))
			return true;
	}
	return false;
}

static void add_designation(struct writer *w, struct hs_json *list, const struct tx_designation *d)
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

static void add_texts(struct writer *w, const struct tx_item *item, struct hs_json *out)
{
	struct tx_context *ctx = w->ctx;
	struct tx_designations texts = { NULL, 0, 0 };
	const struct tx_designation *chosen = NULL;

	if (item->pick) {
		struct hs_slice display = tx_text(item->pick_layer, item->pick->display);
		for (uint32_t i = 0; i < item->pick->designation_count; i++)
			hs_tx_add_designation_row(w->arena, item->pick_layer,
				&item->pick_layer->pick_designations[item->pick->designation_first + i],
				HS_S_NONE, &texts);
		if (display.len && !ctx->params.languages.count)
			hs_tx_add_designation(w->arena,
				(struct tx_designation) { .value = display,
					.language = tx_text(ctx->set.layer, ctx->set.row->head.language),
					.base = true },
				&texts);
	}
	hs_tx_texts(ctx, item->system, item->concept, &texts);
	chosen = hs_tx_choose_display(&texts, &ctx->params.languages);
	if (chosen)
		hs_json_add_text(w->arena, out, HS_S("display"), chosen->value);
	if (ctx->params.designations != TX_YES)
		return;
	struct hs_json *list = hs_json_array(w->arena);
	for (size_t i = 0; i < texts.count; i++)
		if (&texts.items[i] != chosen && designation_wanted(ctx, &texts.items[i]))
			add_designation(w, list, &texts.items[i]);
	if (hs_json_count(list))
		hs_json_add(out, HS_S("designation"), list);
}

static struct hs_json *make_contains(struct writer *w, const struct tx_item *item)
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
	add_texts(w, item, out);
	add_properties(w, item, properties, kept);
	put_properties(w, out, properties, kept);
	return out;
}

/* ---- parameters ---- */

static struct hs_json *add_parameter(struct writer *w, struct hs_json *list, const char *name,
	const char *key, struct hs_json *value)
{
	struct hs_json *item = hs_json_push(list, hs_json_object(w->arena));

	hs_json_add_text(w->arena, item, HS_S("name"), hs_slice_cstr(name));
	hs_json_add(item, hs_slice_cstr(key), value);
	return item;
}

static void add_uri(struct writer *w, struct hs_json *list, const char *name, struct hs_slice uri)
{
	HS_JSON_EACH(item, list)
		if (hs_slice_eq(hs_json_get_text(item, HS_S("name")), hs_slice_cstr(name)) &&
			hs_slice_eq(hs_json_get_text(item, HS_S("valueUri")), uri))
			return;
	add_parameter(w, list, name, "valueUri", hs_json_string(w->arena, uri));
}

static void add_warning(struct writer *w, struct hs_json *list, const struct tx_layer *layer,
	const struct tx_head *head, bool of_system)
{
	struct hs_slice status = tx_text(layer, head->status), standards = tx_text(layer, head->standards);
	struct hs_slice name = hs_tx_vurl(w->arena, tx_text(layer, head->url), tx_text(layer, head->version));
	bool set_is_test = w->ctx->set.row->head.flags & TX_EXPERIMENTAL;

	if (hs_slice_eq(standards, HS_S("deprecated")))
		add_uri(w, list, "warning-deprecated", name);
	else if (hs_slice_eq(standards, HS_S("withdrawn")))
		add_uri(w, list, "warning-withdrawn", name);
	else if (head->flags & TX_EXPERIMENTAL && !set_is_test)
		add_uri(w, list, "warning-experimental", name);
	else if (hs_slice_eq(status, HS_S("draft")) && of_system)
		add_uri(w, list, "warning-draft", name);
}

static const struct {
	const char *name, *key;
} echoed[] = {
	{ "excludeNested", "valueBoolean" },
	{ "includeDesignations", "valueBoolean" },
	{ "includeDefinition", "valueBoolean" },
	{ "activeOnly", "valueBoolean" },
	{ "offset", "valueInteger" },
	{ "count", "valueInteger" },
	{ "filter", "valueString" },
	{ "versionsMatch", "valueBoolean" },
	{ "designation", "valueString" },
};

/* Rules about versions are told when they decided something. */
static const char *const rule_names[] = { [TX_VERSION_DEFAULT] = "system-version",
	[TX_VERSION_CHECK] = "check-system-version",
	[TX_VERSION_FORCE] = "force-system-version",
	[TX_VERSION_SET] = "default-valueset-version" };

static void echo_parameters(struct writer *w, struct hs_json *list)
{
	HS_JSON_EACH(given, hs_json_get(w->ctx->params.tree, HS_S("parameter")))
		for (size_t i = 0; i < sizeof(echoed) / sizeof(echoed[0]); i++) {
			struct hs_slice key = hs_slice_cstr(echoed[i].key),
					text = hs_tx_scalar(hs_tx_value(given));
			if (hs_slice_eq(hs_json_get_text(given, HS_S("name")), hs_slice_cstr(echoed[i].name)))
				add_parameter(w, list, echoed[i].name, echoed[i].key,
					property_value(w->arena, key, text));
		}
	for (size_t i = 0; i < w->ctx->params.rule_count; i++) {
		const struct tx_version_rule *rule = &w->ctx->params.rules[i];
		if (rule->used)
			add_uri(w, list, rule_names[rule->kind],
				hs_tx_vurl(w->arena, rule->url, rule->version));
	}
	if (w->ctx->params.languages_asked)
		add_parameter(w, list, "displayLanguage", "valueCode",
			hs_json_string(w->arena, w->ctx->params.languages.text));
	if (w->x->versions_match && !hs_parameter(w->ctx->params.tree, HS_S("versionsMatch")))
		add_parameter(w, list, "versionsMatch", "valueBoolean", hs_json_bool(w->arena, true));
}

static void add_parameters(struct writer *w, struct hs_json *expansion)
{
	struct tx_expansion *x = w->x;
	struct hs_json *list = hs_json_add_array(w->arena, expansion, HS_S("parameter"));

	echo_parameters(w, list);
	for (size_t i = 0; i < x->system_count; i++) {
		struct tx_system s = x->systems[i], own[TX_NAMES_MAX];
		add_uri(w, list, s.row->content == TX_CONTENT_FRAGMENT ? "used-fragment" : "used-codesystem",
			hs_tx_vurl(w->arena, TX_SYSTEM_URL(s), TX_SYSTEM_VERSION(s)));
		size_t count = hs_tx_supplements_of(w->ctx, s, own);
		for (size_t k = 0; k < count; k++)
			add_uri(w, list, "used-supplement",
				hs_tx_vurl(w->arena, TX_SYSTEM_URL(own[k]), TX_SYSTEM_VERSION(own[k])));
		add_warning(w, list, s.layer, &s.row->head, true);
	}
	for (size_t i = 0; i < x->set_count; i++) {
		struct tx_set set = x->sets[i];
		struct hs_slice url = TX_SET_URL(set);
		if (url.len && url.ptr[0] != '#')
			add_uri(w, list, "used-valueset", hs_tx_vurl(w->arena, url, TX_SET_VERSION(set)));
		add_warning(w, list, set.layer, &set.row->head, false);
	}
	if (x->basis.row && !x->counted)
		add_warning(w, list, x->basis.layer, &x->basis.row->head, true);
	add_warning(w, list, w->ctx->set.layer, &w->ctx->set.row->head, false);
	if (!hs_json_count(list))
		hs_json_take(expansion, HS_S("parameter"));
}

static void add_property_rows(struct writer *w, struct hs_json *expansion)
{
	struct hs_json *list = hs_json_array(w->arena);

	for (size_t i = 0; i < w->used_count; i++) {
		struct hs_json *item = hs_json_push(list, hs_json_object(w->arena));
		if (w->ctx->fhir == HS_FHIR_R5) {
			hs_json_add_text(w->arena, item, HS_S("code"), w->used[i].code);
			hs_json_add_text(w->arena, item, HS_S("uri"), w->used[i].uri);
			continue;
		}
		struct hs_json *parts = hs_json_add_array(w->arena, item, HS_S("extension"));
		struct hs_json *code = hs_json_push(parts, hs_json_object(w->arena));
		struct hs_json *uri = hs_json_push(parts, hs_json_object(w->arena));
		hs_json_add_text(w->arena, code, HS_S("url"), HS_S("code"));
		hs_json_add_text(w->arena, code, HS_S("valueCode"), w->used[i].code);
		hs_json_add_text(w->arena, uri, HS_S("url"), HS_S("uri"));
		hs_json_add_text(w->arena, uri, HS_S("valueUri"), w->used[i].uri);
		hs_json_add_text(w->arena, item, HS_S("url"), HS_S(R5_PROPERTY));
	}
	struct hs_slice key = w->ctx->fhir == HS_FHIR_R5 ? HS_S("property") : HS_S("extension");
	struct hs_json *there = hs_json_get(expansion, key);
	if (w->used_count && !there)
		hs_json_add(expansion, key, list);
	HS_JSON_EACH(item, there ? list : NULL)
		hs_json_push(there, hs_json_clone(w->arena, item));
}

/* ---- the tree of codes ---- */

/* Each code below its parent where that is there too; in the order found. */
static struct hs_json *nest(struct writer *w)
{
	struct tx_expansion *x = w->x;
	struct hs_json *top = hs_json_array(w->arena);
	struct hs_json **nodes = hs_arena_array(w->arena, x->count + 1, sizeof(*nodes));
	uint32_t first = TX_NONE, last = 0;

	for (size_t i = 0; i < x->count; i++) {
		first = x->items[i].concept < first ? x->items[i].concept : first;
		last = x->items[i].concept > last ? x->items[i].concept : last;
	}
	/* place of each concept among the items, 1-based */
	uint32_t *place = x->count ? hs_arena_array(w->arena, (size_t)(last - first) + 1, sizeof(*place)) :
				     NULL;
	for (size_t i = 0; place && i < x->count; i++)
		if (!x->items[i].flat)
			place[x->items[i].concept - first] = (uint32_t)i + 1;
	for (size_t i = 0; nodes && place && i < x->count; i++)
		nodes[i] = make_contains(w, &x->items[i]);
	for (size_t i = 0; nodes && place && i < x->count; i++) {
		const struct tx_item *item = &x->items[i];
		struct hs_json *under = NULL;
		size_t count;
		const uint32_t *parents = hs_tx_parents(item->system, item->concept, &count);
		for (size_t k = 0; k < count && !under && !item->flat; k++) {
			uint32_t at = parents[k] >= first && parents[k] <= last ? place[parents[k] - first] :
										  0;
			if (at && x->items[at - 1].system.row == item->system.row && at - 1 != i)
				under = nodes[at - 1];
		}
		if (!under) {
			hs_json_push(top, nodes[i]);
			continue;
		}
		struct hs_json *inner = hs_json_get(under, HS_S("contains"));
		hs_json_push(inner ? inner : hs_json_add_array(w->arena, under, HS_S("contains")), nodes[i]);
	}
	return top;
}

static struct hs_json *page(struct writer *w)
{
	const struct tx_params *params = &w->ctx->params;
	struct hs_json *list = hs_json_array(w->arena);
	size_t from = params->offset > 0 ? (size_t)params->offset : 0;
	size_t to = params->count >= 0 ? from + (size_t)params->count : w->x->count;

	for (size_t i = from; i < to && i < w->x->count; i++)
		hs_json_push(list, make_contains(w, &w->x->items[i - w->x->first]));
	return list;
}

/* A cycle of parents in a graph would leave codes out of the tree; such systems are shown flat. */
static bool may_nest(const struct writer *w)
{
	const struct tx_params *params = &w->ctx->params;

	if (params->exclude_nested == TX_YES || params->offset >= 0 || params->count >= 0 ||
		params->filter.len)
		return false;
	if (w->x->system_count != 1)
		return false;
	return !(w->x->systems[0].row->head.flags & TX_GRAPH) &&
		w->x->systems[0].row->head.flags & TX_HIERARCHY;
}

/* ---- the answer ---- */

static const char *const shown[] = { "language", "url", "version", "name", "title", "status", "experimental",
	"date", NULL };

static enum hs_status add_head(struct writer *w, struct hs_json *out, struct hs_error *err)
{
	struct tx_set set = w->ctx->set;
	struct hs_json *source = NULL, *compose = NULL;
	enum hs_status status = hs_json_parse(w->arena, tx_text(set.layer, set.row->head.source), NULL,
		&source, err);
	bool all = w->ctx->params.definition == TX_YES;

	if (status)
		return status;
	hs_json_add_text(w->arena, out, HS_S("resourceType"), HS_S("ValueSet"));
	for (size_t i = 0; shown[i] && !all; i++)
		hs_json_add(out, hs_slice_cstr(shown[i]), hs_json_take(source, hs_slice_cstr(shown[i])));
	HS_JSON_EACH(member, all ? source : NULL)
		if (!hs_slice_eq(hs_json_key(member), HS_S("resourceType")) &&
			!hs_slice_eq(hs_json_key(member), HS_S("id")) &&
			!hs_slice_eq(hs_json_key(member), HS_S("meta")))
			hs_json_add(out, hs_json_key(member), hs_json_clone(w->arena, member));
	struct hs_slice text = tx_text(set.layer, set.row->compose);
	if (all && text.len && hs_json_parse(w->arena, text, NULL, &compose, err) == HS_OK)
		hs_json_add(out, HS_S("compose"), compose);
	return HS_OK;
}

/* A name for this expansion: the same for the same question at the same moment. */
static struct hs_slice identifier(struct writer *w)
{
	uint64_t a = (uint64_t)w->ctx->now_ms * 0x9e3779b97f4a7c15ull + w->x->count,
		 b = 1469598103934665603ull;

	for (size_t i = 0; i < w->ctx->set_name.len; i++)
		b = (b ^ (unsigned char)w->ctx->set_name.ptr[i]) * 1099511628211ull;
	a ^= b >> 7;
	return hs_arena_printf(w->arena, "urn:uuid:%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(a >> 32),
		(unsigned)(a >> 16) & 0xffffu, (unsigned)a & 0xfffu, (unsigned)(b >> 52) & 0xfffu,
		(unsigned long long)(b & 0xffffffffffffull));
}

static struct hs_json *add_extension(struct writer *w, struct hs_json *expansion, const char *url)
{
	struct hs_json *list = hs_json_get(expansion, HS_S("extension"));
	struct hs_json *extension =
		hs_json_push(list ? list : hs_json_add_array(w->arena, expansion, HS_S("extension")),
			hs_json_object(w->arena));

	hs_json_add_text(w->arena, extension, HS_S("url"), hs_slice_cstr(url));
	return extension;
}

/* A grammar has more codes than can be told. */
static void say_unclosed(struct writer *w, struct hs_json *expansion)
{
	struct tx_system s = w->x->unclosed;
	struct tx_set basis = w->x->basis;

	if (!s.row)
		return;
	hs_json_add(add_extension(w, expansion, TX_EXT "valueset-unclosed"), HS_S("valueBoolean"),
		hs_json_bool(w->arena, true));
	if (!basis.row)
		return;
	hs_json_add_text(w->arena, add_extension(w, expansion, TX_EXT "valueset-unclosed-reason"),
		HS_S("valueString"),
		hs_arena_printf(w->arena,
			"The code System '%.*s' has a grammar and so has infinite members. This extension is "
			"based on "
			"%.*s",
			HS_S_ARG(TX_SYSTEM_URL(s)), HS_S_ARG(TX_SET_URL(basis))));
}

static void find_doubles(struct writer *w)
{
	for (size_t i = 0; i < w->x->system_count; i++)
		for (size_t k = i + 1; k < w->x->system_count; k++)
			w->show_versions |= hs_slice_eq(TX_SYSTEM_URL(w->x->systems[i]),
				TX_SYSTEM_URL(w->x->systems[k]));
}

enum hs_status hs_tx_expand(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	struct writer *w = hs_arena_alloc(ctx->arena, sizeof(*w));
	struct hs_json *answer = hs_json_object(ctx->arena);
	char instant[HS_INSTANT_LEN + 1];

	if (!w)
		return hs_fail(err, HS_E_LIMIT, "the request is too large");
	enum hs_status status = hs_tx_choose_set(ctx, err);
	*w = (struct writer) { .ctx = ctx, .arena = ctx->arena };
	if (status == HS_OK)
		status = hs_tx_expansion_make(ctx, &w->x, err);
	if (status == HS_OK)
		status = add_head(w, answer, err);
	if (status)
		return status;
	w->show_versions = w->x->show_versions;
	find_doubles(w);
	struct hs_json *expansion = hs_json_add_object(ctx->arena, answer, HS_S("expansion"));
	struct hs_json *contains = may_nest(w) ? nest(w) : page(w);
	hs_time_instant(ctx->now_ms, instant);
	hs_json_add_text(ctx->arena, expansion, HS_S("identifier"), identifier(w));
	hs_json_add_text(ctx->arena, expansion, HS_S("timestamp"),
		hs_arena_copy(ctx->arena, hs_slice_cstr(instant)));
	say_unclosed(w, expansion);
	if (!w->x->unclosed.row || w->x->counted)
		hs_json_add(expansion, HS_S("total"), hs_json_int(ctx->arena, (int64_t)w->x->count));
	if (ctx->params.offset >= 0)
		hs_json_add(expansion, HS_S("offset"), hs_json_int(ctx->arena, ctx->params.offset));
	add_parameters(w, expansion);
	add_property_rows(w, expansion);
	if (hs_json_count(contains))
		hs_json_add(expansion, HS_S("contains"), contains);
	if (hs_arena_full(ctx->arena))
		return hs_tx_refuse(ctx, TX_MSG_VALUESET_TOO_COSTLY, 422, HS_S_NONE,
			(struct tx_args) { { ctx->set_name, hs_arena_printf(ctx->arena, "%u", ctx->limit) } },
			err);
	*out = answer;
	return HS_OK;
}
