/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings that several types use: another name, a value within another, codes that stand for codes. */
#include <core/fhir/convert/convert_private.h>

struct hs_json *hs__map_get(const struct hs_json *src, const char *key)
{
	return hs_json_get(src, hs_slice_cstr(key));
}

void hs__map_put(struct hs__convert_run *run, struct hs_json *dst, const char *key, const struct hs_json *v)
{
	if (v)
		hs__tree_set(dst, hs_slice_cstr(key), hs_json_clone(run->arena, v));
}

struct hs_json *hs__map_list(struct hs__convert_run *run, struct hs_json *dst, const char *key)
{
	struct hs_json *list = hs__map_get(dst, key);

	return hs_json_is(list, HS_JSON_ARRAY) ? list : hs__tree_array(run->arena, dst, hs_slice_cstr(key));
}

void hs__map_push_all(struct hs__convert_run *run, struct hs_json *dst, const char *key,
	const struct hs_json *items)
{
	HS_JSON_EACH(item, items)
		hs__tree_push(hs__map_list(run, dst, key), hs_json_clone(run->arena, item));
}

/* ---- another name; of a choice with its type at the end, and the same for what stands beside a primitive
 * ---- */

static void rename_member(struct hs__convert_run *run, const char *from, const char *to,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_slice old = hs_slice_cstr(from);

	HS_JSON_EACH(member, src) {
		struct hs_slice key = hs_json_key(member);
		bool shadow = key.len && key.ptr[0] == '_';
		struct hs_slice name = shadow ? hs_slice_from(key, 1) : key;
		struct hs_slice rest = hs_slice_from(name, old.len < name.len ? old.len : name.len);
		bool choice = rest.len && rest.ptr[0] >= 'A' && rest.ptr[0] <= 'Z';
		if (hs_slice_starts(name, old) && (choice || !rest.len))
			hs__tree_set(dst,
				hs_arena_printf(run->arena, "%s%s%.*s", shadow ? "_" : "", to,
					HS_S_ARG(rest)),
				hs_json_clone(run->arena, member));
	}
}

void hs__map_rename_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	rename_member(run, rule->r4[0], rule->r5[0], src, dst);
}

void hs__map_rename_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	rename_member(run, rule->r5[0], rule->r4[0], src, dst);
}

/* ---- R5 has a backbone element around the value; words: its child ---- */

void hs__map_wrap_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	HS_JSON_EACH(item, hs__map_get(src, rule->r4[0])) {
		struct hs_json *around = hs_json_object(run->arena);
		hs__map_put(run, around, rule->words[0], item);
		hs__tree_push(hs__map_list(run, dst, rule->r5[0]), around);
	}
}

void hs__map_wrap_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	HS_JSON_EACH(item, hs__map_get(src, rule->r5[0]))
		if (hs__map_get(item, rule->words[0]))
			hs__tree_push(hs__map_list(run, dst, rule->r4[0]),
				hs_json_clone(run->arena, hs__map_get(item, rule->words[0])));
}

/* ---- R4 has a code, R5 a CodeableConcept; words: the system of the codes ---- */

void hs__map_concept_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *code = hs__map_get(src, rule->r4[0]);
	struct hs_json *concept = hs_json_object(run->arena), *coding = hs_json_object(run->arena);

	if (!code)
		return;
	hs__tree_text(run->arena, coding, HS_S("system"), hs_slice_cstr(rule->words[0]));
	hs__map_put(run, coding, "code", code);
	hs__tree_push(hs__map_list(run, concept, "coding"), coding);
	hs__tree_set(dst, hs_slice_cstr(rule->r5[0]), concept);
}

void hs__map_concept_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *concept = hs__map_get(src, rule->r5[0]);

	HS_JSON_EACH(coding, hs__map_get(concept, "coding"))
		if (hs_slice_eq(hs_json_get_text(coding, HS_S("system")), hs_slice_cstr(rule->words[0])) &&
			!hs__map_get(dst, rule->r4[0]))
			hs__map_put(run, dst, rule->r4[0], hs__map_get(coding, "code"));
}

/* ---- R4 has one Coding, R5 a list of CodeableConcepts ---- */

void hs__map_coding_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *coding = hs__map_get(src, rule->r4[0]);
	struct hs_json *concept = hs_json_object(run->arena);

	if (!coding)
		return;
	hs__tree_push(hs__map_list(run, concept, "coding"), hs_json_clone(run->arena, coding));
	hs__tree_push(hs__map_list(run, dst, rule->r5[0]), concept);
}

void hs__map_coding_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	HS_JSON_EACH(concept, hs__map_get(src, rule->r5[0]))
		if (!hs__map_get(dst, rule->r4[0]))
			hs__map_put(run, dst, rule->r4[0], hs_json_first(hs__map_get(concept, "coding")));
}

/* ---- codes that stand for codes; words: R4, R5, R4, R5 ..., NULL. The first of several is the way back ----
 */

/* A code that is not in the list stays as it is. */
static const struct hs_json *other_word(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *code)
{
	unsigned from = run->up ? 0 : 1;

	for (const char *const *word = rule->words; *word; word += 2)
		if (hs_slice_eq(hs_json_text(code), hs_slice_cstr(word[from])))
			return hs_json_string(run->arena, hs_slice_cstr(word[1 - from]));
	return code;
}

static void map_words(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const char *old = run->up ? rule->r4[0] : rule->r5[0], *new = run->up ? rule->r5[0] : rule->r4[0];
	const struct hs_json *codes = hs__map_get(src, old);

	if (!hs_json_is(codes, HS_JSON_ARRAY))
		hs__map_put(run, dst, new, other_word(run, rule, codes));
	HS_JSON_EACH(code, hs_json_is(codes, HS_JSON_ARRAY) ? codes : NULL)
		hs__tree_push(hs__map_list(run, dst, new),
			hs_json_clone(run->arena, other_word(run, rule, code)));
}

void hs__map_words_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	map_words(run, rule, src, dst);
}

void hs__map_words_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	map_words(run, rule, src, dst);
}
