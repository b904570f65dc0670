/* SPDX-License-Identifier: Apache-2.0 */
/* Walks a resource and the definitions of both versions in step. */
#include <core/fhir/convert/convert_private.h>

#include <stdarg.h>
#include <stdio.h>

#define DEPTH_MAX 64u

void hs__convert_tell(struct hs__convert_run *run, enum hs_severity severity, const char *code,
	struct hs_slice path, const char *format, ...)
{
	char text[400];
	va_list args;

	if (run->silent)
		return;
	va_start(args, format);
	int n = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	hs_issue_add(run->issues, severity, code, path, "%.*s",
		n < (int)sizeof(text) ? n : (int)sizeof(text) - 1, text);
}

struct hs__spot hs__convert_spot(const struct hs_defs *defs, const struct hs_def_element *element,
	const struct hs_def_use *use)
{
	bool typed = use && use->type != HS_DEF_NONE;

	return (struct hs__spot) { element, typed ? hs_defs_type_at(defs, use->type) : NULL };
}

struct hs_slice hs__convert_owner(const struct hs_defs *defs, struct hs__spot spot)
{
	uint32_t count = 0;
	const struct hs_def_element *kids = hs_defs_children(defs, spot.element, spot.type, &count);
	struct hs_slice path = count ? hs_defs_text(defs, kids->path) : HS_S_NONE;

	while (path.len && path.ptr[path.len - 1] != '.')
		path.len--;
	return path.len ? hs_slice_first(path, path.len - 1) : path;
}

const struct hs_def_element *hs__convert_named(const struct hs_defs *defs, struct hs__spot spot,
	struct hs_slice name)
{
	uint32_t count = 0;
	const struct hs_def_element *kids = hs_defs_children(defs, spot.element, spot.type, &count);

	for (uint32_t i = 0; i < count; i++)
		if (hs_slice_eq(hs_defs_text(defs, kids[i].name), name))
			return &kids[i];
	return NULL;
}

bool hs__convert_is_named(const char *const *names, struct hs_slice name)
{
	for (size_t i = 0; i < HS__CONVERT_NAMES && names[i]; i++)
		if (hs_slice_eq(hs_slice_cstr(names[i]), name))
			return true;
	return false;
}

/* ---- values ---- */

static bool is_primitive(struct hs__spot spot)
{
	return !spot.type ? !spot.element || spot.element->child_count == 0 :
			    spot.type->kind == HS_DEF_PRIMITIVE;
}

/* integer64 is a text in JSON, other numbers are not. */
static struct hs_json *convert_primitive(struct hs__convert_run *run, struct hs__spot from,
	struct hs__spot to, const struct hs_json *src)
{
	bool was = from.type && from.type->code == HS_PRIM_INTEGER64,
	     is = to.type && to.type->code == HS_PRIM_INTEGER64;

	if (is && !was && hs_json_is(src, HS_JSON_NUMBER))
		return hs_json_string(run->arena, hs_json_text(src));
	if (was && !is && hs_json_is(src, HS_JSON_STRING))
		return hs_json_number(run->arena, hs_json_text(src));
	if (to.element && to.element->codes != HS_DEF_NONE && hs_json_is(src, HS_JSON_STRING) &&
		hs_defs_code_allowed(run->to, to.element, hs_json_text(src)) == 0)
		hs__convert_tell(run, HS_SEVERITY_WARNING, "code-invalid",
			hs_defs_text(run->to, to.element->path),
			"the code '%.*s' is none of FHIR %s; it stays as it is",
			HS_S_ARG(hs_slice_first(hs_json_text(src), 60)), run->up ? "R5" : "R4");
	return hs_json_clone(run->arena, src);
}

/* A concept of a required binding, none of whose codes the other version has. */
static void check_concept(struct hs__convert_run *run, struct hs__spot to, const struct hs_json *src)
{
	const struct hs_json *list = hs_json_get(src, HS_S("coding"));
	const struct hs_json *first = list ? hs_json_first(list) : src;
	bool known = !to.element || to.element->codes == HS_DEF_NONE || !hs_json_get(first, HS_S("code"));

	for (const struct hs_json *coding = first; coding && !known;
		coding = list ? hs_json_next(coding) : NULL)
		known = hs_defs_coding_allowed(run->to, to.element, hs_json_get_text(coding, HS_S("system")),
				hs_json_get_text(coding, HS_S("code"))) != 0;
	if (!known)
		hs__convert_tell(run, HS_SEVERITY_WARNING, "code-invalid",
			hs_defs_text(run->to, to.element->path),
			"none of these codes is one that FHIR %s asks for; they stay as they are",
			run->up ? "R5" : "R4");
}

struct hs_json *hs__convert_value(struct hs__convert_run *run, struct hs__spot from, struct hs__spot to,
	const struct hs_json *src)
{
	bool resource = from.type && from.type->kind == HS_DEF_RESOURCE;

	if (!hs_json_is(src, HS_JSON_OBJECT))
		return convert_primitive(run, from, to, src);
	check_concept(run, to, src);
	return resource ? hs__convert_resource(run, src) : hs__convert_object(run, from, to, src);
}

/* ---- members that both versions have ---- */

struct walk {
	struct hs__convert_run *run;
	struct hs__spot from, to;
	const struct hs_json *src;
	struct hs_json *dst, *carried;
};

static bool fits(struct hs__spot from, struct hs__spot to)
{
	return is_primitive(from) == is_primitive(to);
}

static struct hs_slice shadow_of(struct hs_arena *arena, struct hs_slice key)
{
	return hs_arena_printf(arena, "_%.*s", HS_S_ARG(key));
}

/* An array where the other version has one value, or the other way round; the shadow the same way. */
static struct hs_json *shape(struct walk *w, const struct hs_json *value, bool many, struct hs__spot from,
	struct hs__spot to)
{
	struct hs_arena *arena = w->run->arena;
	bool list = hs_json_is(value, HS_JSON_ARRAY);

	if (!many)
		return hs__convert_value(w->run, from, to, list ? hs_json_first(value) : value);
	struct hs_json *out = hs_json_array(arena);
	if (!list)
		hs__tree_push(out, hs__convert_value(w->run, from, to, value));
	HS_JSON_EACH(item, list ? value : NULL)
		hs__tree_push(out, hs__convert_value(w->run, from, to, item));
	return out;
}

static struct hs_json *shape_shadow(struct walk *w, const struct hs_json *shadow, bool many)
{
	bool list = hs_json_is(shadow, HS_JSON_ARRAY);

	if (list == many)
		return hs_json_clone(w->run->arena, shadow);
	if (!many)
		return hs_json_clone(w->run->arena, hs_json_first(shadow));
	struct hs_json *out = hs_json_array(w->run->arena);
	hs__tree_push(out, hs_json_clone(w->run->arena, shadow));
	return out;
}

static bool is_list_of_many(const struct hs_json *value)
{
	return hs_json_is(value, HS_JSON_ARRAY) && hs_json_count(value) > 1;
}

static void copy_member(struct walk *w, struct hs_slice key)
{
	const struct hs_json *value = hs_json_get(w->src, key);
	struct hs_slice shadow_key = shadow_of(w->run->arena, key);
	const struct hs_json *shadow = hs_json_get(w->src, shadow_key);
	const struct hs_def_use *use = NULL, *other_use = NULL;
	const struct hs_def_element *element = hs_defs_child(w->run->from, w->from.element, w->from.type, key,
		&use);
	const struct hs_def_element *other = hs_defs_child(w->run->to, w->to.element, w->to.type, key,
		&other_use);
	struct hs__spot from = hs__convert_spot(w->run->from, element, use),
			to = hs__convert_spot(w->run->to, other, other_use);

	if (!element) { /* nothing that FHIR defines: as it is */
		struct hs_slice owner = hs__convert_owner(w->run->from, w->from);
		if (!hs_slice_eq(key, HS_S("resourceType")))
			hs__convert_tell(w->run, HS_SEVERITY_WARNING, "structure",
				hs_arena_printf(w->run->arena, "%.*s.%.*s", HS_S_ARG(owner),
					HS_S_ARG(hs_slice_first(key, 64))),
				"FHIR %s has no such element; it stays as it is", w->run->up ? "R4" : "R5");
		hs__tree_add(w->dst, key, hs_json_clone(w->run->arena, value));
		hs__tree_add(w->dst, shadow_key, hs_json_clone(w->run->arena, shadow));
		return;
	}
	if (!other || !fits(from, to)) {
		hs__convert_carry(w->run, w->from, w->src, key, w->carried);
		return;
	}
	bool many = other->max > 1;
	if (!many && (is_list_of_many(value) || is_list_of_many(shadow)))
		hs__convert_carry(w->run, w->from, w->src, key, w->carried);
	if (value)
		hs__tree_add(w->dst, key, shape(w, value, many, from, to));
	if (shadow)
		hs__tree_add(w->dst, shadow_key, shape_shadow(w, shadow, many));
}

/* ---- rules ---- */

static struct hs_slice name_of(const struct walk *w, struct hs_slice key)
{
	const struct hs_def_element *element = hs_defs_child(w->run->from, w->from.element, w->from.type, key,
		NULL);

	return element ? hs_defs_text(w->run->from, element->name) : HS_S_NONE;
}

static struct hs_slice plain(struct hs_slice key)
{
	return key.len > 1 && key.ptr[0] == '_' ? hs_slice_from(key, 1) : key;
}

/* What does not come back the same is carried as a whole. */
static void check_rule(struct walk *w, const struct hs__convert_rule *rule, const struct hs_json *made)
{
	struct hs__convert_run trial = *w->run;
	struct hs_json *back = hs_json_object(w->run->arena);
	const char *const *names = w->run->up ? rule->r4 : rule->r5;
	hs__convert_fn *fn = w->run->up ? rule->to_r4 : rule->to_r5;

	trial.from = w->run->to;
	trial.to = w->run->from;
	trial.up = !w->run->up;
	trial.silent = true;
	if (fn)
		fn(&trial, rule, made, back);
	HS_JSON_EACH(member, w->src) {
		struct hs_slice key = hs_json_key(member), base = plain(key);
		bool second = base.len != key.len && hs_json_get(w->src, base);
		if (second || !hs__convert_is_named(names, name_of(w, base)))
			continue;
		struct hs_slice shadow = shadow_of(w->run->arena, base);
		const struct hs_json *a = hs_json_get(w->src, base), *b = hs_json_get(back, base);
		const struct hs_json *c = hs_json_get(w->src, shadow), *d = hs_json_get(back, shadow);
		bool same = (a && b ? hs_json_equal(a, b) : a == b) &&
			(c && d ? hs_json_equal(c, d) : c == d);
		if (!same)
			hs__convert_carry(w->run, w->from, w->src, base, w->carried);
	}
}

static void apply_rule(struct walk *w, const struct hs__convert_rule *rule)
{
	const char *const *names = w->run->up ? rule->r4 : rule->r5;
	hs__convert_fn *fn = w->run->up ? rule->to_r5 : rule->to_r4;
	struct hs_json *made = hs_json_object(w->run->arena);
	bool any = false;

	HS_JSON_EACH(member, w->src)
		any = any || hs__convert_is_named(names, name_of(w, plain(hs_json_key(member))));
	if (!any)
		return;
	if (fn)
		fn(w->run, rule, w->src, made);
	check_rule(w, rule, made);
	for (struct hs_json *member = hs_json_first(made), *next; member; member = next) {
		next = hs_json_next(member);
		struct hs_slice key = hs_json_key(member);
		hs__tree_set(w->dst, key, hs_json_take(made, key));
	}
}

static bool is_ruled(const struct walk *w, struct hs_slice owner, struct hs_slice key)
{
	struct hs_slice name = name_of(w, key);

	for (size_t i = 0; i < hs__convert_rule_count; i++) {
		const struct hs__convert_rule *rule = &hs__convert_rules[i];
		if (hs_slice_eq(owner, hs_slice_cstr(rule->path)) &&
			hs__convert_is_named(w->run->up ? rule->r4 : rule->r5, name))
			return true;
	}
	return false;
}

/* ---- extensions ---- */

static void drop_named(struct walk *w, const struct hs_def_element *element)
{
	for (struct hs_json *member = hs_json_first(w->dst), *next; member; member = next) {
		next = hs_json_next(member);
		if (hs_defs_child(w->run->to, w->to.element, w->to.type, plain(hs_json_key(member)), NULL) ==
			element)
			hs_json_remove(w->dst, member);
	}
}

/* Those that carry what this version has a place for go there, before what a mapping gave. */
static void walk_extensions(struct walk *w)
{
	struct hs_arena *arena = w->run->arena;
	const struct hs_def_type *from = hs_defs_type(w->run->from, HS_S("Extension")),
				 *to = hs_defs_type(w->run->to, HS_S("Extension"));
	const struct hs__spot from_spot = { NULL, from }, to_spot = { NULL, to };
	const struct hs_json *list = hs_json_get(w->src, HS_S("extension"));
	struct hs_json *out = hs_json_array(arena);
	const struct hs_def_element *dropped[64];
	size_t count = 0;

	HS_JSON_EACH(extension, list) {
		const struct hs_def_element *element = hs__convert_carried(w->run, w->to, extension);
		size_t i = 0;
		while (element && i < count && dropped[i] != element)
			i++;
		if (element && i == count && count < 64) {
			drop_named(w, element);
			dropped[count++] = element;
		}
		if (element)
			hs__convert_restore(w->run, element, extension, w->dst);
		else
			hs__tree_push(out, hs__convert_object(w->run, from_spot, to_spot, extension));
	}
	for (struct hs_json *item = hs_json_first(w->carried), *next; item; item = next) {
		next = hs_json_next(item);
		hs_json_remove(w->carried, item);
		hs__tree_push(out, item);
	}
	if (hs_json_count(out))
		hs__tree_set(w->dst, HS_S("extension"), out);
}

/* ---- an object ---- */

static void ask_required(struct walk *w)
{
	uint32_t count = 0;
	const struct hs_def_element *kids = hs_defs_children(w->run->to, w->to.element, w->to.type, &count);

	for (uint32_t i = 0; i < count && !w->run->silent; i++) {
		bool there = kids[i].min == 0;
		HS_JSON_EACH(member, there ? NULL : w->dst)
			there = there ||
				hs_defs_child(w->run->to, w->to.element, w->to.type,
					plain(hs_json_key(member)), NULL) == &kids[i];
		if (!there)
			hs__convert_tell(w->run, HS_SEVERITY_WARNING, "required",
				hs_defs_text(w->run->to, kids[i].path),
				"FHIR %s asks for this element, and there is nothing to make it of",
				w->run->up ? "R5" : "R4");
	}
}

/* Some elements have that name themselves (R5 Consent.provision.resourceType). */
static bool names_resource(const struct walk *w, struct hs_slice key)
{
	return hs_slice_eq(key, HS_S("resourceType")) && name_of(w, key).len == 0;
}

/* As the definitions of this version have them; what they do not know comes last. */
static struct hs_json *in_order(struct walk *w)
{
	struct hs_json *out = hs_json_object(w->run->arena);
	uint32_t count = 0;
	const struct hs_def_element *kids = hs_defs_children(w->run->to, w->to.element, w->to.type, &count);

	for (uint32_t i = 0; i <= count + 1 && out; i++)
		for (struct hs_json *member = hs_json_first(w->dst), *next; member; member = next) {
			struct hs_slice key = hs_json_key(member);
			const struct hs_def_element *child = hs_defs_child(w->run->to, w->to.element,
				w->to.type, plain(key), NULL);
			next = hs_json_next(member);
			if (i == 0 ? child || !hs_slice_eq(key, HS_S("resourceType")) :
				     i <= count && child != &kids[i - 1])
				continue;
			hs_json_remove(w->dst, member);
			hs__tree_add(out, key, member);
		}
	return out ? out : w->dst;
}

struct hs_json *hs__convert_object(struct hs__convert_run *run, struct hs__spot from, struct hs__spot to,
	const struct hs_json *src)
{
	struct walk w = { run, from, to, src, hs_json_object(run->arena), hs_json_array(run->arena) };
	struct hs_slice owner = hs__convert_owner(run->from, from);

	if (run->depth >= DEPTH_MAX || !w.dst || !w.carried)
		return hs_json_clone(run->arena, src);
	run->depth++;
	HS_JSON_EACH(member, src) {
		struct hs_slice key = hs_json_key(member), base = plain(key);
		if (names_resource(&w, base))
			hs__tree_add(w.dst, base, hs_json_clone(run->arena, member));
		else if (hs_slice_eq(key, HS_S("extension")) ||
			(base.len != key.len && hs_json_get(src, base)))
			continue; /* below; with its value */
		else if (!is_ruled(&w, owner, base))
			copy_member(&w, base);
	}
	for (size_t i = 0; i < hs__convert_rule_count; i++)
		if (hs_slice_eq(owner, hs_slice_cstr(hs__convert_rules[i].path)))
			apply_rule(&w, &hs__convert_rules[i]);
	walk_extensions(&w);
	ask_required(&w);
	run->depth--;
	return run->silent ? w.dst : in_order(&w);
}
