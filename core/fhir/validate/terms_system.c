/* SPDX-License-Identifier: Apache-2.0 */
/* Code systems by code, their hierarchy, and the filters of value sets on them. */
#include <core/fhir/validate/terms.h>

#define CODE_MAX 200

/* In lower case where the system says that case does not matter. */
static struct hs_slice fold(const struct hs__system *system, struct hs_slice code, char *room)
{
	if (!system->folded || code.len > CODE_MAX)
		return code;
	for (size_t i = 0; i < code.len; i++)
		room[i] = (char)(code.ptr[i] >= 'A' && code.ptr[i] <= 'Z' ? code.ptr[i] + 32 : code.ptr[i]);
	return hs_slice(room, code.len);
}

static void index_concepts(struct hs__terms *terms, struct hs__system *system, const struct hs_json *list,
	const struct hs__concept *parent)
{
	HS_JSON_EACH(item, list) {
		char room[CODE_MAX];
		struct hs_slice code = fold(system, hs_json_get_text(item, HS_S("code")), room);
		struct hs__concept *concept = hs_arena_alloc(terms->arena, sizeof(*concept));
		if (code.ptr == room)
			code = hs_arena_copy(terms->arena, code);
		struct hs_map_slot *slot = concept && code.len ? hs_map_put(&system->by_code, code, NULL) :
								 NULL;
		if (!slot)
			continue;
		*concept = (struct hs__concept) { item, parent };
		slot->value.ptr = slot->value.ptr ? slot->value.ptr : concept;
		index_concepts(terms, system, hs_json_get(item, HS_S("concept")), concept);
	}
}

static struct hs__system *make_system(struct hs__terms *terms, const struct hs_json *source)
{
	struct hs__system *system = source ? hs_arena_alloc(terms->arena, sizeof(*system)) : NULL;
	struct hs_slice content = hs_json_get_text(source, HS_S("content"));
	if (!system || hs_slice_eq(content, HS_S("supplement")) || hs_slice_eq(content, HS_S("not-present")))
		return NULL;
	system->source = source;
	system->complete = hs_slice_eq(content, HS_S("complete"));
	system->folded = !hs_json_get_bool(source, HS_S("caseSensitive"), true);
	hs_map_init(&system->by_code, NULL);
	index_concepts(terms, system, hs_json_get(source, HS_S("concept")), NULL);
	return system;
}

static void add_elder(struct hs__terms *terms, struct hs__system *system, struct hs_slice url)
{
	system->elder = hs_arena_alloc(terms->arena, sizeof(*system->elder));
	if (system->elder)
		*system->elder = (struct hs__elder) { .terms = terms, .url = url };
}

static const struct hs__system *elder_of(const struct hs__system *system)
{
	struct hs__elder *elder = system->elder;
	if (!elder)
		return NULL;
	if (!elder->looked) {
		elder->looked = true;
		elder->system = make_system(elder->terms,
			hs_library_behind(elder->terms->library, HS_S("CodeSystem"), elder->url,
				system->source));
		if (elder->system)
			add_elder(elder->terms, elder->system, elder->url);
	}
	return elder->system;
}

const struct hs__system *hs__terms_system(struct hs__terms *terms, struct hs_slice url)
{
	const struct hs_map_slot *known = hs_map_get(&terms->systems, url);
	if (known)
		return known->value.ptr;
	struct hs__system *system = make_system(terms,
		hs_library_find(terms->library, HS_S("CodeSystem"), url, NULL));
	if (!system) /* an unknown one is not remembered: any text may come */
		return NULL;
	struct hs_map_slot *slot = hs_map_put(&terms->systems, hs_arena_copy(terms->arena, url), NULL);
	if (slot)
		slot->value.ptr = system;
	if (slot && hs_slice_find(url, '|', 0) == SIZE_MAX)
		add_elder(terms, system, slot->key);
	return system;
}

const struct hs__concept *hs__terms_concept(const struct hs__system *system, struct hs_slice code)
{
	char room[CODE_MAX];
	const struct hs_map_slot *slot = NULL;
	for (; system && !slot; system = slot ? system : elder_of(system))
		slot = hs_map_get(&system->by_code, fold(system, code, room));
	return slot ? slot->value.ptr : NULL;
}

/* ---- properties ---- */

static const struct hs_json *property(const struct hs__concept *concept, struct hs_slice code)
{
	HS_JSON_EACH(item, hs_json_get(concept->source, HS_S("property")))
		if (hs_slice_eq(hs_json_get_text(item, HS_S("code")), code))
			return item;
	return NULL;
}

static struct hs_slice property_text(const struct hs_json *item)
{
	HS_JSON_EACH(member, item) {
		if (!hs_slice_starts(hs_json_key(member), HS_S("value")))
			continue;
		if (hs_json_is(member, HS_JSON_OBJECT))
			return hs_json_get_text(member, HS_S("code"));
		if (hs_json_is(member, HS_JSON_TRUE))
			return HS_S("true");
		return hs_json_is(member, HS_JSON_FALSE) ? HS_S("false") : hs_json_text(member);
	}
	return HS_S_NONE;
}

bool hs__terms_inactive(const struct hs__concept *concept)
{
	struct hs_slice status = property_text(property(concept, HS_S("status")));
	return hs_slice_eq(property_text(property(concept, HS_S("inactive"))), HS_S("true")) ||
		hs_slice_eq(status, HS_S("retired")) || hs_slice_eq(status, HS_S("inactive"));
}

bool hs__terms_abstract(const struct hs__system *system, const struct hs__concept *concept)
{
	if (hs_slice_eq(property_text(property(concept, HS_S("notSelectable"))), HS_S("true")))
		return true;
	HS_JSON_EACH(row, hs_json_get(system->source, HS_S("property")))
		if (hs_slice_eq(hs_json_get_text(row, HS_S("uri")),
			    HS_S("http://hl7.org/fhir/concept-properties#notSelectable")))
			return hs_slice_eq(property_text(property(concept,
						   hs_json_get_text(row, HS_S("code")))),
				HS_S("true"));
	return false;
}

/* ---- filters ---- */

/* Below `code`, by nesting or by parent properties. */
static bool is_below(const struct hs__system *system, const struct hs__concept *concept, struct hs_slice code,
	int depth)
{
	if (concept->parent &&
		(hs_slice_eq(hs_json_get_text(concept->parent->source, HS_S("code")), code) ||
			is_below(system, concept->parent, code, depth + 1)))
		return true;
	HS_JSON_EACH(item, hs_json_get(concept->source, HS_S("property"))) {
		struct hs_slice name = hs_json_get_text(item, HS_S("code"));
		struct hs_slice above = property_text(item);
		if (!hs_slice_eq(name, HS_S("parent")) && !hs_slice_eq(name, HS_S("subsumedBy")))
			continue;
		if (hs_slice_eq(above, code))
			return true;
		const struct hs__concept *next = depth < 50 ? hs__terms_concept(system, above) : NULL;
		if (next && is_below(system, next, code, depth + 1))
			return true;
	}
	return false;
}

enum hs_validate_answer hs__terms_subsumes(struct hs__terms *terms, struct hs_slice url,
	struct hs_slice above, struct hs_slice below)
{
	enum hs_validate_answer answer = HS_VALIDATE_NO_SYSTEM;
	pthread_mutex_lock(&terms->lock);
	const struct hs__system *system = hs__terms_system(terms, url);
	const struct hs__concept *upper = system ? hs__terms_concept(system, above) : NULL;
	const struct hs__concept *lower = system ? hs__terms_concept(system, below) : NULL;
	if (upper && lower)
		answer = upper == lower || is_below(system, lower, above, 0) ? HS_VALIDATE_YES :
									       HS_VALIDATE_NO;
	pthread_mutex_unlock(&terms->lock);
	return answer;
}

static bool in_list(struct hs_slice list, struct hs_slice word)
{
	while (list.ptr)
		if (hs_slice_eq(hs_slice_trim(hs_slice_cut(&list, ',')), word))
			return true;
	return false;
}

enum hs_validate_answer hs__terms_filter(const struct hs__system *system, const struct hs__concept *concept,
	const struct hs_json *filter)
{
	struct hs_slice name = hs_json_get_text(filter, HS_S("property"));
	struct hs_slice op = hs_json_get_text(filter, HS_S("op"));
	struct hs_slice value = hs_json_get_text(filter, HS_S("value"));
	struct hs_slice code = hs_json_get_text(concept->source, HS_S("code"));
	bool same = hs_slice_eq(code, value);
	bool result;
	struct hs_slice own = hs_slice_eq(name, HS_S("code")) || hs_slice_eq(name, HS_S("concept")) ?
		code :
		property_text(property(concept, name));
	if (hs_slice_eq(op, HS_S("is-a")))
		result = same || is_below(system, concept, value, 0);
	else if (hs_slice_eq(op, HS_S("descendent-of")))
		result = !same && is_below(system, concept, value, 0);
	else if (hs_slice_eq(op, HS_S("is-not-a")))
		result = !same && !is_below(system, concept, value, 0);
	else if (hs_slice_eq(op, HS_S("=")))
		result = hs_slice_eq(own, value);
	else if (hs_slice_eq(op, HS_S("in")))
		result = in_list(value, own);
	else if (hs_slice_eq(op, HS_S("not-in")))
		result = !in_list(value, own);
	else if (hs_slice_eq(op, HS_S("exists")))
		result = (own.len > 0) == hs_slice_eq(value, HS_S("true"));
	else
		return HS_VALIDATE_UNSUPPORTED;
	return result ? HS_VALIDATE_YES : HS_VALIDATE_NO;
}
