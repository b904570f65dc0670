/* SPDX-License-Identifier: Apache-2.0 */
/* Search parameters compiled for a resource type when it is first asked for, then shared by all threads.
 *
 * Known fault of R4 and R5: Observation "code-value-date" says value.as(DateTime), which is no type; it is
 * read as dateTime. An expression that does not compile gives no index entries; the count is kept for tests.
 */
#include <core/fhir/search/search_private.h>

#include <core/base/heap.h>
#include <core/base/map.h>

#include <stdatomic.h>
#include <stdlib.h>

#define TYPE_ARENA_MAX ((size_t)16 << 20)

bool hs__search_is_store_param(struct hs_slice code)
{
	return hs_slice_eq(code, HS_S("_id")) || hs_slice_eq(code, HS_S("_lastUpdated"));
}

bool hs__search_is_words(struct hs_slice code)
{
	return hs_slice_eq(code, HS_S("_text")) || hs_slice_eq(code, HS_S("_content"));
}

bool hs__search_is_refused(struct hs_slice code)
{
	static const char *const refused[] = { "_text", "_content", "_filter", "_list", "_query", "_type",
		"_has", "_in", "_score", "_contained", "_containedType", NULL };
	if (!hs_slice_starts(code, HS_S("_")))
		return false;
	for (const char *const *name = refused; *name; name++)
		if (hs_slice_eq(code, hs_slice_cstr(*name)))
			return true;
	return false;
}

/* By enum hs_param_type. */
static const char *const type_codes[] = { "number", "date", "string", "token", "reference", "composite",
	"quantity", "uri", "special" };

static int type_number(struct hs_slice code)
{
	for (size_t i = 0; i < sizeof(type_codes) / sizeof(type_codes[0]); i++)
		if (hs_slice_eq(code, hs_slice_cstr(type_codes[i])))
			return (int)i;
	return -1;
}

/* ---- compiling ---- */

static struct hs_slice mend(struct hs_arena *arena, struct hs_slice expression)
{
	size_t at = hs_slice_search(expression, HS_S("as(DateTime)"));
	if (at == SIZE_MAX)
		return expression;
	return hs_arena_printf(arena, "%.*sas(dateTime)%.*s", HS_S_ARG(hs_slice_first(expression, at)),
		HS_S_ARG(hs_slice_from(expression, at + sizeof("as(DateTime)") - 1)));
}

/* With the type first, so that values know their types; expressions that the static check refuses still work
 * by name. */
static struct hs_path *compile(const struct hs_defs *defs, struct hs__search_type *type,
	struct hs_slice expression, struct hs_slice focus)
{
	struct hs_error ignored;
	struct hs_path *path = NULL;
	if (hs_path_compile(defs, expression, focus, &path, NULL, &ignored) &&
		hs_path_compile(defs, expression, HS_S_NONE, &path, NULL, &ignored)) {
		type->faulty++;
		return NULL;
	}
	return path;
}

/* ---- names of index entries: from the definitions alone, nothing is compiled ---- */

static struct hs_slice with(struct hs_arena *arena, struct hs_slice name, const char *suffix)
{
	return hs_arena_printf(arena, "%.*s%s", HS_S_ARG(name), suffix);
}

/* A parameter of a resource type, before its expression is compiled. */
static void name_rule(const struct hs_defs *defs, struct hs_arena *arena, struct hs_slice type,
	const struct hs_def_param *def, struct hs__search_rule *rule)
{
	rule->def = def;
	rule->type = def->type;
	rule->code = hs_defs_text(defs, def->code);
	rule->url = hs_defs_text(defs, def->url);
	rule->text = hs_defs_text(defs, def->description);
	rule->name = hs_arena_printf(arena, "%.*s.%.*s", HS_S_ARG(type), HS_S_ARG(rule->code));
	if (hs__search_is_store_param(rule->code) || hs__search_is_refused(rule->code))
		return;
	if (rule->type == HS_PARAM_TOKEN)
		rule->text_name = with(arena, rule->name, ":text");
	if (rule->type == HS_PARAM_REFERENCE)
		rule->identifier_name = with(arena, rule->name, ":identifier");
	if (rule->type == HS_PARAM_QUANTITY)
		rule->canonical_name = with(arena, rule->name, ":canonical");
	if (rule->type == HS_PARAM_TOKEN && hs_slice_eq(rule->code, HS_S("identifier")))
		rule->of_type_name = with(arena, rule->name, ":of-type");
}

static void name_component(const struct hs_defs *defs, struct hs_arena *arena,
	const struct hs__search_rule *rule, uint32_t at, struct hs__search_component *component)
{
	const struct hs_def_component *def = &hs_defs_components(defs, rule->def)[at];
	const struct hs_def_param *target = hs_defs_param_by_url(defs, hs_defs_text(defs, def->url));
	component->type = target ? target->type : HS_PARAM_COMPOSITE; /* unknown: gives nothing */
	component->name = hs_arena_printf(arena, "%.*s$%u", HS_S_ARG(rule->name), at);
	if (component->type == HS_PARAM_QUANTITY)
		component->canonical_name = with(arena, component->name, ":canonical");
}

/* A parameter that a service has added: no targets, no components. */
static void name_extra(struct hs_arena *arena, const struct hs_search_extra *extra,
	struct hs__search_rule *rule)
{
	static const struct hs_def_param none;
	rule->def = &none;
	rule->type = (uint8_t)type_number(extra->kind);
	rule->code = extra->code;
	rule->url = extra->url;
	rule->name = hs_arena_printf(arena, "%.*s.%.*s", HS_S_ARG(extra->type), HS_S_ARG(extra->code));
	if (rule->type == HS_PARAM_TOKEN)
		rule->text_name = with(arena, rule->name, ":text");
}

/* The name of the entries, tokens, that say of which parameters (codes) a resource has an element but no
 * value that they could hold: a reference with a display only, "last spring" where a date is looked for. */
static struct hs_slice search_there(struct hs_arena *arena, struct hs_slice type)
{
	return with(arena, type, ".:there");
}

struct name_list {
	struct hs_slice *items;
	size_t count, room;
	struct hs_arena *arena;
};

static void add_name(struct name_list *list, struct hs_slice name)
{
	if (!name.len)
		return;
	if (list->count == list->room) {
		size_t room = list->room ? 2 * list->room : 64;
		struct hs_slice *items = hs_arena_grow(list->arena, list->items, list->room * sizeof(*items),
			room * sizeof(*items));
		if (!items)
			return;
		list->items = items;
		list->room = room;
	}
	list->items[list->count++] = name;
}

static void add_names(struct name_list *list, const struct hs_defs *defs, const struct hs__search_rule *rule)
{
	add_name(list, rule->name);
	add_name(list, rule->text_name);
	add_name(list, rule->identifier_name);
	add_name(list, rule->of_type_name);
	add_name(list, rule->canonical_name);
	for (uint32_t k = 0; k < rule->def->component_count; k++) {
		struct hs__search_component component = { 0 };
		name_component(defs, list->arena, rule, k, &component);
		add_name(list, component.name);
		add_name(list, component.canonical_name);
	}
}

const struct hs_slice *hs_search_names(const struct hs_search_rules *rules, struct hs_slice type,
	struct hs_arena *arena, size_t *count)
{
	struct name_list list = { .arena = arena };
	uint32_t param_count = 0;
	const struct hs_def_param *const *params = hs_defs_params(rules->defs, type, &param_count);
	for (uint32_t i = 0; i < param_count; i++) {
		struct hs__search_rule rule = { 0 };
		name_rule(rules->defs, arena, type, params[i], &rule);
		if (!hs__search_is_store_param(rule.code) && !hs__search_is_refused(rule.code))
			add_names(&list, rules->defs, &rule);
	}
	for (uint32_t i = 0; i < rules->extra_count; i++) {
		struct hs__search_rule rule = { 0 };
		if (!hs_slice_eq(rules->extras[i].type, type))
			continue;
		name_extra(arena, &rules->extras[i], &rule);
		add_names(&list, rules->defs, &rule);
	}
	if (list.count > 0)
		add_name(&list, search_there(arena, type));
	*count = list.count;
	return list.items;
}

/* ---- compiling a type ---- */

static void compile_components(const struct hs_defs *defs, struct hs__search_type *type,
	struct hs__search_rule *rule)
{
	const struct hs_def_component *components = hs_defs_components(defs, rule->def);
	rule->components = hs_arena_array(type->arena, rule->def->component_count, sizeof(*rule->components));
	if (!rule->components)
		return;
	for (uint32_t i = 0; i < rule->def->component_count; i++) {
		struct hs__search_component *component = &rule->components[rule->component_count++];
		name_component(defs, type->arena, rule, i, component);
		component->path = compile(defs, type,
			mend(type->arena, hs_defs_text(defs, components[i].expression)), HS_S_NONE);
	}
}

static void compile_rule(const struct hs_defs *defs, struct hs__search_type *type,
	const struct hs_def_param *def, struct hs__search_rule *rule)
{
	struct hs_slice type_name = hs_defs_text(defs, type->def->name);
	name_rule(defs, type->arena, type_name, def, rule);
	if (hs__search_is_store_param(rule->code) || hs__search_is_refused(rule->code))
		return;
	struct hs_slice expression = hs__search_split(defs, type->arena, type->def,
		hs_defs_text(defs, def->expression));
	rule->starts = hs__search_starts(defs, type->arena, type->def, def, expression, &rule->start_count);
	if (rule->type == HS_PARAM_REFERENCE)
		rule->only = hs__search_only(defs, expression);
	if (expression.len)
		rule->path = compile(defs, type, mend(type->arena, expression), type_name);
	if (rule->path && rule->type == HS_PARAM_COMPOSITE)
		compile_components(defs, type, rule);
}

static void free_type(struct hs__search_type *type)
{
	if (!type)
		return;
	for (uint32_t i = 0; i < type->count; i++) {
		hs_path_free(type->rules[i].path);
		for (uint32_t k = 0; k < type->rules[i].component_count; k++)
			hs_path_free(type->rules[i].components[k].path);
	}
	hs_arena_free(type->arena);
	hs_heap_free(type);
}

static void compile_extra(const struct hs_defs *defs, struct hs__search_type *type,
	const struct hs_search_extra *extra, struct hs__search_rule *rule)
{
	name_extra(type->arena, extra, rule);
	rule->path = compile(defs, type, extra->expression, extra->type);
}

static int by_code(const void *a, const void *b)
{
	const struct hs__search_rule *left = a, *right = b;
	return hs_slice_cmp(left->code, right->code);
}

static struct hs__search_type *compile_type(const struct hs_search_rules *search,
	const struct hs_def_type *def)
{
	const struct hs_defs *defs = search->defs;
	uint32_t count;
	const struct hs_def_param *const *params = hs_defs_params(defs, hs_defs_text(defs, def->name),
		&count);
	struct hs__search_type *type = hs_heap_alloc(sizeof(*type));
	type->def = def;
	type->arena = hs_arena_new(TYPE_ARENA_MAX);
	type->there_name = search_there(type->arena, hs_defs_text(defs, def->name));
	type->rules = hs_arena_array(type->arena, count + search->extra_count, sizeof(*type->rules));
	for (; type->rules && type->count < count; type->count++)
		compile_rule(defs, type, params[type->count], &type->rules[type->count]);
	for (uint32_t i = 0; type->rules && i < search->extra_count; i++)
		if (hs_slice_eq(search->extras[i].type, hs_defs_text(defs, def->name)))
			compile_extra(defs, type, &search->extras[i], &type->rules[type->count++]);
	if (type->rules && type->count > count)
		qsort(type->rules, type->count, sizeof(*type->rules), by_code);
	return type;
}

/* ---- the rules as a whole ---- */

static const struct hs_def_type *named(const struct hs_defs *defs, const char *name)
{
	return hs_defs_type(defs, hs_slice_cstr(name));
}

enum hs_status hs_search_rules_new(struct hs_defs *defs, struct hs_search_rules **out, struct hs_error *err)
{
	if (!named(defs, "Resource"))
		return hs_fail(err, HS_E_REQUIRED,
			"the definitions have no type Resource; search needs a core package");
	struct hs_search_rules *rules = hs_heap_alloc(sizeof(*rules));
	rules->defs = hs_defs_ref(defs);
	rules->types = (struct hs__search_types) {
		.coding = named(defs, "Coding"),
		.codeable = named(defs, "CodeableConcept"),
		.identifier = named(defs, "Identifier"),
		.contact = named(defs, "ContactPoint"),
		.reference = named(defs, "Reference"),
		.quantity = named(defs, "Quantity"),
		.money = named(defs, "Money"),
		.range = named(defs, "Range"),
		.period = named(defs, "Period"),
		.timing = named(defs, "Timing"),
		.name = named(defs, "HumanName"),
		.address = named(defs, "Address"),
		.extension = named(defs, "Extension"),
		.codeable_reference = named(defs, "CodeableReference"),
		.resource = named(defs, "Resource"),
	};
	rules->by_type = hs_heap_alloc(hs_defs_type_count(defs) * sizeof(*rules->by_type));
	*out = rules;
	return HS_OK;
}

void hs_search_rules_free(struct hs_search_rules *rules)
{
	if (!rules)
		return;
	for (uint32_t i = 0; i < hs_defs_type_count(rules->defs); i++)
		free_type(atomic_load(&rules->by_type[i]));
	hs_heap_free(rules->by_type);
	hs_heap_free(rules->extras);
	hs_defs_unref(rules->defs);
	hs_heap_free(rules);
}

enum hs_status hs_search_rules_add(struct hs_search_rules *rules, const struct hs_search_extra *extra,
	struct hs_error *err)
{
	struct hs_path *path = NULL;
	const struct hs_def_type *def = hs_defs_type(rules->defs, extra->type);
	int kind = type_number(extra->kind);
	if (!def || def->kind != HS_DEF_RESOURCE)
		return hs_fail(err, HS_E_INVALID,
			"the search parameter %.*s is for %.*s, which is no resource type",
			HS_S_ARG(extra->code), HS_S_ARG(extra->type));
	if (kind < 0 || kind == HS_PARAM_REFERENCE || kind == HS_PARAM_COMPOSITE || kind == HS_PARAM_SPECIAL)
		return hs_fail(err, HS_E_INVALID, "a service cannot add a search parameter of the kind %.*s",
			HS_S_ARG(extra->kind));
	enum hs_status status = hs_path_compile(rules->defs, extra->expression, HS_S_NONE, &path, NULL, err);
	if (status)
		return status;
	hs_path_free(path);
	rules->extras = hs_heap_grow(rules->extras, (rules->extra_count + 1) * sizeof(*rules->extras));
	rules->extras[rules->extra_count++] = *extra;
	return HS_OK;
}

/* Two threads may compile the same type at once; the first to be done wins, the other's is thrown away. */
const struct hs__search_type *hs__search_type(const struct hs_search_rules *rules, struct hs_slice name)
{
	const struct hs_def_type *def = hs_defs_type(rules->defs, name);
	if (!def || def->kind != HS_DEF_RESOURCE)
		return NULL;
	_Atomic(struct hs__search_type *) *slot = &rules->by_type[hs_defs_type_index(rules->defs, def)];
	struct hs__search_type *known = atomic_load_explicit(slot, memory_order_acquire);
	if (known)
		return known;
	struct hs__search_type *made = compile_type(rules, def);
	if (atomic_compare_exchange_strong(slot, &known, made))
		return made;
	free_type(made);
	return known;
}

const struct hs__search_rule *hs__search_rule(const struct hs__search_type *type, struct hs_slice code)
{
	uint32_t low = 0;
	uint32_t high = type->count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		int order = hs_slice_cmp(code, type->rules[middle].code);
		if (order == 0)
			return &type->rules[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

uint32_t hs_search_faulty(const struct hs_search_rules *rules, struct hs_slice type)
{
	const struct hs__search_type *found = hs__search_type(rules, type);
	return found ? found->faulty : 0;
}

/* ---- what packages have added ---- */

static uint64_t mix(uint64_t key, struct hs_slice text)
{
	return hs_hash_seeded(text, key ^ text.len);
}

uint64_t hs_search_additions(const struct hs_search_rules *rules, struct hs_slice type)
{
	const struct hs_defs *defs = rules->defs;
	uint32_t count = 0;
	const struct hs_def_param *const *params = hs_defs_params(defs, type, &count);
	uint64_t key = 0;
	for (uint32_t i = 0; i < count; i++) {
		const struct hs_def_param *param = params[i];
		if (!param->added)
			continue;
		key = mix(key + param->type + 1, hs_defs_text(defs, param->code));
		key = mix(key, hs_defs_text(defs, param->expression));
		for (uint32_t k = 0; k < param->component_count; k++) {
			const struct hs_def_component *component = &hs_defs_components(defs, param)[k];
			key = mix(key, hs_defs_text(defs, component->url));
			key = mix(key, hs_defs_text(defs, component->expression));
		}
	}
	return key;
}

bool hs_search_addition_faulty(const struct hs_search_rules *rules, struct hs_slice type, uint32_t number,
	struct hs_slice *url)
{
	const struct hs__search_type *found = hs__search_type(rules, type);
	for (uint32_t i = 0; found && i < found->count; i++) {
		const struct hs__search_rule *rule = &found->rules[i];
		if (!rule->def->added || rule->path || hs__search_is_refused(rule->code) || number--)
			continue;
		*url = rule->url;
		return true;
	}
	return false;
}

/* ---- the CapabilityStatement ---- */

void hs_search_describe(const struct hs_search_rules *rules, struct hs_slice type, bool words,
	struct hs_arena *arena, struct hs_json *entry)
{
	const struct hs__search_type *found = hs__search_type(rules, type);
	struct hs_json *list = NULL;
	for (uint32_t i = 0; found && i < found->count; i++) {
		const struct hs__search_rule *rule = &found->rules[i];
		if (!rule->path && !hs__search_is_store_param(rule->code) &&
			!(words && hs__search_is_words(rule->code)))
			continue;
		list = list ? list : hs_json_add_array(arena, entry, HS_S("searchParam"));
		struct hs_json *item = list ? hs_json_push(list, hs_json_object(arena)) : NULL;
		if (!item)
			return;
		struct hs_slice documentation = rule->text;
		hs_json_add_text(arena, item, HS_S("name"), rule->code);
		if (rule->url.len)
			hs_json_add_text(arena, item, HS_S("definition"), rule->url);
		hs_json_add_text(arena, item, HS_S("type"), hs_slice_cstr(type_codes[rule->type]));
		if (documentation.len && hs_slice_find(documentation, '\n', 0) == SIZE_MAX)
			hs_json_add_text(arena, item, HS_S("documentation"), documentation);
	}
}
