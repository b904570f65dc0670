/* SPDX-License-Identifier: Apache-2.0 */
/* The terminology beyond the library: asked when the definitions at hand cannot tell, and never twice the
 * same.
 *
 * What a validator has been told stays as long as the validator, which is made anew when definitions change;
 * so a corpus asks about each code once, and a code system that nobody knows once in all. */
#include <core/fhir/validate/walk.h>

#include <core/base/heap.h>

#include <pthread.h>

#define ANSWERS_MAX 50000u /* then all are forgotten */
#define ARENA_MAX ((size_t)256 << 20)
#define KEY_MAX ((size_t)4096)

struct told {
	enum hs_validate_answer answer;
	struct hs_validate_finding finding;
};

struct hs__beyond {
	struct hs__terms *own;
	struct hs_validate_terminology terminology; /* members NULL: there is none */
	pthread_mutex_t lock;                       /* of what follows; not held while somebody is asked */
	struct hs_arena *arena;
	struct hs_map answers; /* question -> struct told */
};

struct hs__beyond *hs__beyond_new(struct hs_library *library,
	const struct hs_validate_terminology *terminology)
{
	struct hs__beyond *beyond = hs_heap_alloc(sizeof(*beyond));
	beyond->own = hs__terms_new(library);
	if (terminology)
		beyond->terminology = *terminology;
	beyond->arena = hs_arena_new(ARENA_MAX);
	hs_map_init(&beyond->answers, NULL);
	beyond->answers.seed = hs_hash_secret();
	pthread_mutex_init(&beyond->lock, NULL);
	return beyond;
}

void hs__beyond_free(struct hs__beyond *beyond)
{
	if (!beyond)
		return;
	if (beyond->terminology.close)
		beyond->terminology.close(beyond->terminology.arg);
	hs__terms_free(beyond->own);
	hs_map_free(&beyond->answers);
	hs_arena_free(beyond->arena);
	pthread_mutex_destroy(&beyond->lock);
	hs_heap_free(beyond);
}

bool hs__beyond_is_stale(const struct hs__beyond *beyond)
{
	const struct hs_validate_terminology *terminology = &beyond->terminology;
	return terminology->is_stale && terminology->is_stale(terminology->arg);
}

/* ---- what was told before ---- */

/* One after another with a byte between them that no text of FHIR has; empty when it is too long to keep. */
static struct hs_slice make_key(char *room, const struct hs_slice *parts, size_t count)
{
	size_t at = 0;
	for (size_t i = 0; i < count; i++) {
		if (parts[i].len >= KEY_MAX - at)
			return HS_S_NONE;
		if (parts[i].len)
			memcpy(room + at, parts[i].ptr, parts[i].len);
		at += parts[i].len;
		room[at++] = '\x1f';
		if (at == KEY_MAX)
			return HS_S_NONE;
	}
	return hs_slice(room, at);
}

static bool recall(struct hs__beyond *beyond, struct hs_slice key, struct hs_arena *arena, struct told *out)
{
	pthread_mutex_lock(&beyond->lock);
	const struct hs_map_slot *slot = key.len ? hs_map_get(&beyond->answers, key) : NULL;
	if (slot) {
		*out = *(const struct told *)slot->value.ptr;
		out->finding.message = hs_arena_copy(arena, out->finding.message);
		out->finding.right_display = hs_arena_copy(arena, out->finding.right_display);
	}
	pthread_mutex_unlock(&beyond->lock);
	return slot != NULL;
}

static void forget(struct hs__beyond *beyond)
{
	hs_map_free(&beyond->answers);
	hs_arena_free(beyond->arena);
	beyond->arena = hs_arena_new(ARENA_MAX);
	hs_map_init(&beyond->answers, NULL);
	beyond->answers.seed = hs_hash_secret();
}

static void keep(struct hs__beyond *beyond, struct hs_slice key, const struct told *told)
{
	if (!key.len)
		return;
	pthread_mutex_lock(&beyond->lock);
	if (beyond->answers.count >= ANSWERS_MAX)
		forget(beyond);
	struct told *kept = hs_arena_alloc(beyond->arena, sizeof(*kept));
	struct hs_map_slot *slot = kept ?
		hs_map_put(&beyond->answers, hs_arena_copy(beyond->arena, key), NULL) :
		NULL;
	if (slot) {
		*kept = *told;
		kept->finding.message = hs_arena_copy(beyond->arena, told->finding.message);
		kept->finding.right_display = hs_arena_copy(beyond->arena, told->finding.right_display);
		slot->value.ptr = kept;
	}
	pthread_mutex_unlock(&beyond->lock);
}

/* ---- questions ---- */

static bool is_told(enum hs_validate_answer answer)
{
	return answer == HS_VALIDATE_YES || answer == HS_VALIDATE_NO;
}

/* As a whole; and when the set is known here only, the rules of it that cannot be told here. A code that says
 * no system is asked for rule by rule, too, with the system of each: that none could be inferred is no answer
 * when one of them is not known. */
static enum hs_validate_answer ask_value_set(struct hs__beyond *beyond, struct hs_arena *arena,
	const struct hs_validate_code *code, struct hs_slice value_set, enum hs_validate_answer own,
	struct hs_validate_finding *finding)
{
	const struct hs_validate_terminology *terminology = &beyond->terminology;
	enum hs_validate_answer answer = terminology->in_value_set(terminology->arg, arena, code, value_set,
		finding);
	bool inferred = answer == HS_VALIDATE_NO && !code->has_system;
	if ((is_told(answer) && !inferred) || own == HS_VALIDATE_NO_VALUE_SET)
		return answer;
	if (!terminology->in_rule)
		return inferred ? answer : own;
	return hs__terms_in_value_set(beyond->own, arena, code, value_set, terminology);
}

enum hs_validate_answer hs__beyond_in_value_set(void *arg, struct hs_arena *arena,
	const struct hs_validate_code *code, struct hs_slice value_set, struct hs_validate_finding *finding)
{
	struct hs__beyond *beyond = arg;
	char room[KEY_MAX];
	struct told told;
	enum hs_validate_answer own = hs__terms_in_value_set(beyond->own, arena, code, value_set, NULL);
	if (is_told(own) || !beyond->terminology.in_value_set)
		return own;
	const struct hs_slice parts[] = { HS_S("in"), value_set, code->has_system ? code->system : HS_S("-"),
		code->code };
	struct hs_slice key = make_key(room, parts, sizeof(parts) / sizeof(parts[0]));
	if (!recall(beyond, key, arena, &told)) {
		told = (struct told) { .finding = *finding };
		told.answer = ask_value_set(beyond, arena, code, value_set, own, &told.finding);
		keep(beyond, key, &told);
	}
	*finding = told.finding;
	return told.answer;
}

enum hs_validate_answer hs__beyond_in_system(void *arg, struct hs_arena *arena,
	const struct hs_validate_code *code, struct hs_validate_finding *finding)
{
	struct hs__beyond *beyond = arg;
	char room[KEY_MAX], whole_room[KEY_MAX];
	struct told told;
	enum hs_validate_answer own = hs__terms_in_system(beyond->own, code, finding);
	if (is_told(own) || !beyond->terminology.in_system)
		return own;
	const struct hs_slice parts[] = { HS_S("of"), code->system, code->version, code->code, code->display,
		code->swedish ? HS_S("sv") : HS_S_NONE };
	struct hs_slice key = make_key(room, parts, sizeof(parts) / sizeof(parts[0]));
	struct hs_slice whole = make_key(whole_room, parts, 3);
	if (!recall(beyond, whole, arena, &told) && !recall(beyond, key, arena, &told)) {
		told = (struct told) { .finding = *finding };
		told.answer = beyond->terminology.in_system(beyond->terminology.arg, arena, code,
			&told.finding);
		keep(beyond, told.answer == HS_VALIDATE_NO_SYSTEM ? whole : key, &told);
	}
	*finding = told.finding;
	return told.answer;
}

enum hs_validate_answer hs__beyond_subsumes(void *arg, struct hs_slice system, struct hs_slice above,
	struct hs_slice below)
{
	const struct hs__beyond *beyond = arg;
	enum hs_validate_answer own = hs__terms_subsumes(beyond->own, system, above, below);
	if (is_told(own) || !beyond->terminology.subsumes)
		return own;
	return beyond->terminology.subsumes(beyond->terminology.arg, system, above, below);
}

enum hs_status hs__beyond_ask(void *arg, struct hs_arena *arena, const char *operation,
	const struct hs_json *parameters, struct hs_json **out, struct hs_error *err)
{
	const struct hs__beyond *beyond = arg;
	if (!beyond->terminology.ask)
		return hs_fail(err, HS_E_NOT_SUPPORTED, "there is no terminology to ask");
	return beyond->terminology.ask(beyond->terminology.arg, arena, operation, parameters, out, err);
}
