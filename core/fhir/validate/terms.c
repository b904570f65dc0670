/* SPDX-License-Identifier: Apache-2.0 */
/* Terminology out of the library: value sets are asked by their compose, item by item; code systems are
 * indexed by code when first met. What needs more than the packages hold is answered as such, never guessed.
 */
#include <core/fhir/validate/terms.h>

#include <core/base/heap.h>

#include <stdio.h>

#define DEPTH 12 /* value sets in value sets */
#define ARENA_MAX ((size_t)2 << 30)
#define CANONICAL_MAX 512

struct hs__terms *hs__terms_new(struct hs_library *library)
{
	struct hs__terms *terms = hs_heap_alloc(sizeof(*terms));
	terms->library = hs_library_ref(library);
	terms->arena = hs_arena_new(ARENA_MAX);
	hs_map_init(&terms->systems, NULL);
	pthread_mutex_init(&terms->lock, NULL);
	return terms;
}

void hs__terms_free(struct hs__terms *terms)
{
	if (!terms)
		return;
	HS_MAP_EACH(slot, &terms->systems)
		for (struct hs__system *system = slot->value.ptr; system;
			system = system->elder ? system->elder->system : NULL)
			hs_map_free(&system->by_code);
	hs_map_free(&terms->systems);
	hs_arena_free(terms->arena);
	hs_library_unref(terms->library);
	pthread_mutex_destroy(&terms->lock);
	hs_heap_free(terms);
}

/* ---- versions ---- */

/* By the version that is named, when it is there; else by those that are, which is told. */
static const struct hs__system *system_of(struct hs__terms *terms, struct hs_slice url,
	struct hs_slice version, bool *is_other)
{
	char room[CANONICAL_MAX];
	bool exact = false;
	int length = version.len ?
		snprintf(room, sizeof(room), "%.*s|%.*s", HS_S_ARG(url), HS_S_ARG(version)) :
		0;
	struct hs_slice canonical = hs_slice(room, (size_t)length);
	if (length > 0 && (size_t)length < sizeof(room))
		hs_library_find(terms->library, HS_S("CodeSystem"), canonical, &exact);
	*is_other = version.len && !exact;
	/* Another version is found by the address alone: texts of clients are not remembered. */
	return hs__terms_system(terms, exact ? canonical : url);
}

/* ---- value sets ---- */

struct asking {
	struct hs__terms *terms;
	const struct hs_validate_code *code;
	int depth;
	const struct hs_validate_terminology *help; /* for rules that cannot be told here; NULL: none */
	struct hs_arena *arena;
};

static enum hs_validate_answer in_set(struct asking *ask, const struct hs_json *set);

static enum hs_validate_answer in_named_set(struct asking *ask, struct hs_slice canonical)
{
	bool exact;
	const struct hs_json *set = hs_library_find(ask->terms->library, HS_S("ValueSet"), canonical, &exact);
	if (ask->depth >= DEPTH)
		return HS_VALIDATE_UNSUPPORTED;
	ask->depth++;
	enum hs_validate_answer answer = set ? in_set(ask, set) : HS_VALIDATE_NO_VALUE_SET;
	ask->depth--;
	/* What another version than the one that is named does not have, that one may. */
	return answer == HS_VALIDATE_NO && !exact ? HS_VALIDATE_NO_VALUE_SET : answer;
}

static bool lists_concept(const struct hs_json *include, struct hs_slice code)
{
	HS_JSON_EACH(concept, hs_json_get(include, HS_S("concept")))
		if (hs_slice_eq(hs_json_get_text(concept, HS_S("code")), code))
			return true;
	return false;
}

/* A rule on a code system that is not known here, or by a filter that is not. Of a plain code the system is
 * that of the rule. */
static enum hs_validate_answer ask_further(const struct asking *ask, const struct hs_json *include,
	enum hs_validate_answer own)
{
	struct hs_validate_code code = *ask->code;
	code.system = hs_json_get_text(include, HS_S("system"));
	code.has_system = true;
	return ask->help ? ask->help->in_rule(ask->help->arg, ask->arena, &code, include) : own;
}

/* The codes that an include takes of one system. */
static enum hs_validate_answer in_system_part(struct asking *ask, const struct hs_json *include,
	struct hs_slice url)
{
	const struct hs_json *filters = hs_json_get(include, HS_S("filter"));
	const struct hs_validate_code *code = ask->code;
	if (code->has_system && !hs_slice_eq(code->system, url))
		return HS_VALIDATE_NO;
	if (hs_json_get(include, HS_S("concept")))
		return lists_concept(include, code->code) ? HS_VALIDATE_YES : HS_VALIDATE_NO;
	bool is_other;
	const struct hs__system *system = system_of(ask->terms, url,
		hs_json_get_text(include, HS_S("version")), &is_other);
	if (!system)
		return ask_further(ask, include, HS_VALIDATE_NO_SYSTEM);
	const struct hs__concept *concept = hs__terms_concept(system, code->code);
	if (!concept)
		return system->complete && !is_other ? HS_VALIDATE_NO :
						       ask_further(ask, include, HS_VALIDATE_NO_SYSTEM);
	HS_JSON_EACH(filter, filters) {
		enum hs_validate_answer one = hs__terms_filter(system, concept, filter);
		if (one == HS_VALIDATE_UNSUPPORTED)
			return ask_further(ask, include, one);
		if (one != HS_VALIDATE_YES)
			return one;
	}
	return HS_VALIDATE_YES;
}

/* All value sets that an include names must have the code. */
static enum hs_validate_answer in_include(struct asking *ask, const struct hs_json *include)
{
	struct hs_slice url = hs_json_get_text(include, HS_S("system"));
	enum hs_validate_answer answer = url.len ? in_system_part(ask, include, url) : HS_VALIDATE_YES;
	HS_JSON_EACH(set, hs_json_get(include, HS_S("valueSet"))) {
		enum hs_validate_answer one = answer == HS_VALIDATE_NO ? HS_VALIDATE_NO :
									 in_named_set(ask, hs_json_text(set));
		if (one == HS_VALIDATE_NO || answer == HS_VALIDATE_YES)
			answer = one;
	}
	return answer;
}

static bool in_expansion(const struct hs_json *contains, const struct hs_validate_code *code)
{
	HS_JSON_EACH(item, contains) {
		bool same = hs_slice_eq(hs_json_get_text(item, HS_S("code")), code->code) &&
			(!code->has_system ||
				hs_slice_eq(hs_json_get_text(item, HS_S("system")), code->system));
		if (same || in_expansion(hs_json_get(item, HS_S("contains")), code))
			return true;
	}
	return false;
}

static enum hs_validate_answer in_set(struct asking *ask, const struct hs_json *set)
{
	const struct hs_json *compose = hs_json_get(set, HS_S("compose"));
	const struct hs_json *contains = hs_json_get(hs_json_get(set, HS_S("expansion")), HS_S("contains"));
	enum hs_validate_answer answer = HS_VALIDATE_NO;
	if (!compose)
		return !contains                          ? HS_VALIDATE_UNSUPPORTED :
			in_expansion(contains, ask->code) ? HS_VALIDATE_YES :
							    HS_VALIDATE_NO;
	HS_JSON_EACH(include, hs_json_get(compose, HS_S("include"))) {
		enum hs_validate_answer one = in_include(ask, include);
		if (one == HS_VALIDATE_YES || answer == HS_VALIDATE_NO)
			answer = one;
		if (one == HS_VALIDATE_YES)
			break;
	}
	if (answer != HS_VALIDATE_YES)
		return answer;
	HS_JSON_EACH(exclude, hs_json_get(compose, HS_S("exclude")))
		if (in_include(ask, exclude) == HS_VALIDATE_YES)
			return HS_VALIDATE_NO;
	return HS_VALIDATE_YES;
}

enum hs_validate_answer hs__terms_in_value_set(struct hs__terms *terms, struct hs_arena *arena,
	const struct hs_validate_code *code, struct hs_slice value_set,
	const struct hs_validate_terminology *help)
{
	struct asking ask = { .terms = terms, .code = code, .help = help, .arena = arena };
	pthread_mutex_lock(&terms->lock);
	enum hs_validate_answer answer = in_named_set(&ask, value_set);
	pthread_mutex_unlock(&terms->lock);
	return answer;
}

/* ---- code systems ---- */

/* Any of the names that the concept has; without case and doubled blanks, as displays are compared. */
static bool is_name(const struct hs__concept *concept, struct hs_slice display)
{
	const struct hs_json *source = concept->source;
	if (hs_slice_ieq(hs_slice_trim(hs_json_get_text(source, HS_S("display"))), hs_slice_trim(display)))
		return true;
	HS_JSON_EACH(other, hs_json_get(source, HS_S("designation")))
		if (hs_slice_ieq(hs_slice_trim(hs_json_get_text(other, HS_S("value"))),
			    hs_slice_trim(display)))
			return true;
	return false;
}

enum hs_validate_answer hs__terms_in_system(struct hs__terms *terms, const struct hs_validate_code *code,
	struct hs_validate_finding *finding)
{
	enum hs_validate_answer answer = HS_VALIDATE_YES;
	bool is_other;
	pthread_mutex_lock(&terms->lock);
	const struct hs__system *system = system_of(terms, code->system, code->version, &is_other);
	const struct hs__concept *concept = system ? hs__terms_concept(system, code->code) : NULL;
	struct hs_slice display = concept ? hs_json_get_text(concept->source, HS_S("display")) : HS_S_NONE;
	if (!system || (!concept && (is_other || !system->complete))) {
		answer = HS_VALIDATE_NO_SYSTEM;
	} else if (!concept) {
		answer = HS_VALIDATE_NO;
	} else {
		finding->inactive = hs__terms_inactive(concept);
		finding->abstract = hs__terms_abstract(system, concept);
		if (code->display.len && display.len && !is_name(concept, code->display)) {
			finding->right_display = display;
			finding->loose_display = is_other;
		}
	}
	pthread_mutex_unlock(&terms->lock);
	return answer;
}
