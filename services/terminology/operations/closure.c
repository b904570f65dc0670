/* SPDX-License-Identifier: Apache-2.0 */
/* $closure: which of a client's concepts lie below which, told as the client meets them (R4 and R5,
 * terminology-service.html#closure).
 *
 * A client names a table, hands in concepts a few at a time, and gets for each time a ConceptMap with the
 * pairs that are new: child, parent. With `version` it hears again what came after that version, should an
 * answer have been lost. The table is kept here as the list of its concepts, each with the version it came
 * with: a pair came with the later of the two. It lives as long as the server: a client that is told that its
 * table is gone, or that a code system has another version now, begins it anew with the name alone, which the
 * specification provides for.
 */
#include "../compile/closures.h"
#include "../compile/source.h"
#include "../compile/tree.h"
#include "../context.h"
#include "../state.h"
#include "operations.h"

#include <handslag/time.h>

#include <stdlib.h>

#define NAME_MAX_BYTES 255u
#define PAIRS_MAX 500000u /* of an answer */

/* The concepts of the table and of the question, found. */
struct task {
	struct tx_context *ctx;
	struct hs_slice name;
	struct tx_closure_system begun[TX_CLOSURE_SYSTEMS];
	struct tx_system systems[TX_CLOSURE_SYSTEMS];
	size_t system_count;
	struct tx_closure_row *rows; /* TX_CLOSURE_CONCEPTS */
	uint32_t *concepts;          /* of the rows */
	size_t count;
	struct pair *pairs;
	size_t pair_count, pair_room;
};

struct pair {
	uint32_t child, parent; /* rows */
	bool same;
};

/* ---- concepts ---- */

static enum hs_status refuse_change(const struct task *t, const struct tx_closure_system *system,
	struct hs_error *err)
{
	return hs_tx_refuse(t->ctx, TX_MSG_OWN_CLOSURE_CHANGED, 422, HS_S_NONE,
		TX_ARGS(t->name, system->url, system->version), err);
}

/* The code system, in the version that the table was begun with. */
static enum hs_status find_system(struct task *t, struct hs_slice url, struct hs_slice version, uint32_t *out,
	struct hs_error *err)
{
	uint32_t i = 0;

	while (i < t->system_count && !hs_slice_eq(t->begun[i].url, url))
		i++;
	*out = i;
	if (i < t->system_count && t->systems[i].row && !version.len)
		return HS_OK;
	struct tx_system s = hs_tx_resolve(t->ctx, url, version).system;
	if (!s.row)
		return hs_tx_refuse(t->ctx, TX_MSG_UNKNOWN_CODESYSTEM, 404, HS_S("concept"),
			TX_ARGS(hs_tx_vurl(t->ctx->arena, url, version)), err);
	if (i == TX_CLOSURE_SYSTEMS)
		return hs_tx_fault(t->ctx, HS_E_LIMIT, TX_MSG_OWN_CLOSURE_FULL, HS_S("concept"),
			TX_ARGS(t->name), err);
	if (i == t->system_count)
		t->begun[t->system_count++] = (struct tx_closure_system) { url, TX_SYSTEM_VERSION(s) };
	else if (!hs_slice_eq(t->begun[i].version, TX_SYSTEM_VERSION(s)))
		return refuse_change(t, &t->begun[i], err);
	t->systems[i] = s;
	return HS_OK;
}

static bool is_there(const struct task *t, uint32_t system, uint32_t concept)
{
	for (size_t i = 0; i < t->count; i++)
		if (t->concepts[i] == concept && t->rows[i].system == system)
			return true;
	return false;
}

static enum hs_status add(struct task *t, const struct tx_closure_system *of, struct hs_slice code,
	uint32_t version, struct hs_error *err)
{
	uint32_t system = 0;
	enum hs_status status = find_system(t, of->url, of->version, &system, err);

	if (status)
		return status;
	struct tx_system s = t->systems[system];
	uint32_t concept = hs_tx_find_code(t->ctx->arena, s, code, NULL);
	if (concept == TX_NONE)
		return hs_tx_refuse(t->ctx, TX_MSG_Unknown_Code_in_Version, 404, HS_S("concept"),
			TX_ARGS(code, of->url, TX_SYSTEM_VERSION(s)), err);
	if (is_there(t, system, concept))
		return HS_OK;
	if (t->count == TX_CLOSURE_CONCEPTS)
		return hs_tx_fault(t->ctx, HS_E_LIMIT, TX_MSG_OWN_CLOSURE_FULL, HS_S("concept"),
			TX_ARGS(t->name), err);
	t->rows[t->count] = (struct tx_closure_row) { hs_tx_code(s, concept), system, version };
	t->concepts[t->count++] = concept;
	return HS_OK;
}

static enum hs_status load(struct task *t, const struct tx_closure *closure, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	t->rows = hs_arena_array(t->ctx->arena, TX_CLOSURE_CONCEPTS, sizeof(*t->rows));
	t->concepts = hs_arena_array(t->ctx->arena, TX_CLOSURE_CONCEPTS, sizeof(*t->concepts));
	if (!t->rows || !t->concepts)
		return hs_tx_no_room(t->ctx->swedish, err);
	t->system_count = closure->system_count;
	memcpy(t->begun, closure->systems, sizeof(t->begun));
	for (size_t i = 0; i < closure->count && !status; i++) {
		const struct tx_closure_row *row = &closure->rows[i];
		const struct tx_closure_system *of = &closure->systems[row->system];
		if (add(t, of, row->code, row->version, err))
			status = refuse_change(t, of, err);
	}
	return status;
}

/* ---- pairs ---- */

static bool add_pair(struct task *t, size_t child, size_t parent, bool same)
{
	if (t->pair_count == t->pair_room) {
		size_t room = t->pair_room ? t->pair_room * 2 : 256;
		struct pair *pairs = room > PAIRS_MAX ?
			NULL :
			hs_arena_grow(t->ctx->arena, t->pairs, t->pair_room * sizeof(*pairs),
				room * sizeof(*pairs));
		if (!pairs)
			return false;
		t->pairs = pairs;
		t->pair_room = room;
	}
	t->pairs[t->pair_count++] = (struct pair) { (uint32_t)child, (uint32_t)parent, same };
	return true;
}

static bool relate(struct task *t, size_t i, size_t k)
{
	struct tx_system s = t->systems[t->rows[i].system];
	const struct tx_source *source = hs_tx_source(s);
	uint32_t a = t->concepts[i], b = t->concepts[k];

	if (t->rows[i].system != t->rows[k].system)
		return true;
	if (source && source->same && source->same(s, a, b))
		return add_pair(t, i, k, true);
	if (hs_tx_is_below(s, a, b))
		return add_pair(t, i, k, false);
	return !hs_tx_is_below(s, b, a) || add_pair(t, k, i, false);
}

/* The pairs that came after the version `since`. Rows stand in the order in which they came. */
static bool find_pairs(struct task *t, uint32_t since)
{
	for (size_t i = 0; i < t->count; i++)
		for (size_t k = 0; t->rows[i].version > since && k < i; k++)
			if (!relate(t, i, k))
				return false;
	return true;
}

static int by_child(const void *a, const void *b)
{
	const struct pair *x = a, *y = b;

	if (x->child != y->child)
		return x->child < y->child ? -1 : 1;
	return x->parent < y->parent ? -1 : x->parent > y->parent;
}

/* ---- the answer ---- */

static void add_end(const struct task *t, struct hs_json *group, const char *name,
	const struct tx_closure_system *system)
{
	struct hs_arena *arena = t->ctx->arena;
	bool r5 = t->ctx->fhir == HS_FHIR_R5;

	hs_json_add_text(arena, group, hs_slice_cstr(name),
		r5 ? hs_tx_vurl(arena, system->url, system->version) : system->url);
	if (!r5 && system->version.len)
		hs_json_add_text(arena, group, hs_arena_printf(arena, "%sVersion", name), system->version);
}

static void add_target(const struct task *t, struct hs_json *element, const struct pair *pair)
{
	struct hs_arena *arena = t->ctx->arena;
	bool r5 = t->ctx->fhir == HS_FHIR_R5;
	struct hs_json *target = hs_json_push(hs_json_get(element, HS_S("target")), hs_json_object(arena));

	hs_json_add_text(arena, target, HS_S("code"), t->rows[pair->parent].code);
	if (r5)
		hs_json_add_text(arena, target, HS_S("relationship"),
			pair->same ? HS_S("equivalent") : HS_S("source-is-narrower-than-target"));
	else
		hs_json_add_text(arena, target, HS_S("equivalence"),
			pair->same ? HS_S("equal") : HS_S("subsumes"));
}

static void add_groups(const struct task *t, struct hs_json *map)
{
	struct hs_arena *arena = t->ctx->arena;

	for (uint32_t system = 0; system < t->system_count; system++) {
		struct hs_json *elements = NULL, *element = NULL;
		uint32_t child = UINT32_MAX;
		for (size_t i = 0; i < t->pair_count; i++) {
			const struct pair *pair = &t->pairs[i];
			if (t->rows[pair->child].system != system)
				continue;
			if (!elements) {
				struct hs_json *groups = hs_json_get(map, HS_S("group"));
				struct hs_json *group = hs_json_push(groups ?
						groups :
						hs_json_add_array(arena, map, HS_S("group")),
					hs_json_object(arena));
				add_end(t, group, "source", &t->begun[system]);
				add_end(t, group, "target", &t->begun[system]);
				elements = hs_json_add_array(arena, group, HS_S("element"));
			}
			if (pair->child != child) {
				child = pair->child;
				element = hs_json_push(elements, hs_json_object(arena));
				hs_json_add_text(arena, element, HS_S("code"), t->rows[child].code);
				hs_json_add_array(arena, element, HS_S("target"));
			}
			add_target(t, element, pair);
		}
	}
}

static struct hs_json *answer(struct task *t, uint32_t version)
{
	struct hs_arena *arena = t->ctx->arena;
	struct hs_json *map = hs_json_object(arena);
	char instant[HS_INSTANT_LEN + 1];

	hs_time_instant(t->ctx->now_ms, instant);
	hs_json_add_text(arena, map, HS_S("resourceType"), HS_S("ConceptMap"));
	hs_json_add_text(arena, map, HS_S("version"), hs_arena_printf(arena, "%u", (unsigned)version));
	hs_json_add_text(arena, map, HS_S("name"), HS_S("ClosureUpdates"));
	hs_json_add_text(arena, map, HS_S("title"),
		hs_arena_printf(arena, "Updates for Closure Table %.*s", HS_S_ARG(t->name)));
	hs_json_add_text(arena, map, HS_S("status"), HS_S("active"));
	hs_json_add(map, HS_S("experimental"), hs_json_bool(arena, true));
	hs_json_add_text(arena, map, HS_S("date"), hs_arena_copy(arena, hs_slice_cstr(instant)));
	if (t->pair_count)
		qsort(t->pairs, t->pair_count, sizeof(*t->pairs), by_child);
	add_groups(t, map);
	return map;
}

/* ---- the question ---- */

static enum hs_status add_asked(struct task *t, uint32_t version, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	HS_JSON_EACH(p, hs_tx_parameters(t->ctx)) {
		if (!hs_slice_eq(hs_json_get_text(p, HS_S("name")), HS_S("concept")))
			continue;
		const struct hs_json *coding = hs_tx_value(p);
		struct tx_closure_system of = { hs_json_get_text(coding, HS_S("system")),
			hs_json_get_text(coding, HS_S("version")) };
		struct hs_slice code = hs_json_get_text(coding, HS_S("code"));
		if (!code.len || !of.url.len)
			return hs_tx_fault(t->ctx, HS_E_REQUIRED, TX_MSG_OWN_CODE_ALONE, HS_S("concept"),
				TX_ARGS(code), err);
		status = add(t, &of, code, version, err);
		if (status)
			break;
	}
	return status;
}

/* Adds the concepts of the question, or with `since` tells again. Nothing is kept of what fails. */
static enum hs_status go_on(struct task *t, struct tx_closure *closure, struct hs_slice since,
	struct hs_json **out, struct hs_error *err)
{
	uint64_t after = closure->version;
	uint32_t version = closure->version + !since.len;

	if (since.len && (!hs_slice_u64(since, &after) || after > closure->version))
		return hs_tx_fault(t->ctx, HS_E_VALUE, TX_MSG_OWN_CLOSURE_VERSION, HS_S("version"),
			TX_ARGS(hs_arena_printf(t->ctx->arena, "%u", (unsigned)closure->version), since),
			err);
	enum hs_status status = load(t, closure, err);
	if (status == HS_OK && !since.len)
		status = add_asked(t, version, err);
	if (status)
		return status;
	if (!find_pairs(t, (uint32_t)after))
		return hs_tx_fault(t->ctx, HS_E_TOO_COSTLY, TX_MSG_OWN_TOO_LONG, HS_S_NONE,
			TX_ARGS(HS_S_NONE), err);
	if (tx_is_spent(&t->ctx->patience))
		return tx_say_spent(err);
	if (!hs_tx_closure_keep(closure, t->begun, t->system_count, t->rows, t->count))
		return hs_tx_fault(t->ctx, HS_E_LIMIT, TX_MSG_OWN_CLOSURE_FULL, HS_S("concept"),
			TX_ARGS(t->name), err);
	closure->version = version;
	*out = answer(t, version);
	return HS_OK;
}

enum hs_status hs_tx_closure(struct tx_context *ctx, struct tx_sandbox *sandbox, struct hs_json **out,
	struct hs_error *err)
{
	struct hs_slice since = hs_tx_parameter_text(ctx, HS_S("version"));
	bool adds = hs_tx_parameter(ctx, HS_S("concept")) != NULL;
	struct task *t = hs_arena_alloc(ctx->arena, sizeof(*t));
	enum hs_status status = HS_OK;

	if (!t)
		return hs_tx_no_room(ctx->swedish, err);
	t->ctx = ctx;
	t->name = hs_tx_parameter_text(ctx, HS_S("name"));
	if (!t->name.len || t->name.len > NAME_MAX_BYTES)
		return hs_tx_fault(ctx, HS_E_REQUIRED, TX_MSG_OWN_CLOSURE_NAME, HS_S("name"),
			TX_ARGS(HS_S_NONE), err);
	if (adds && since.len)
		return hs_tx_fault(ctx, HS_E_VALUE, TX_MSG_OWN_CLOSURE_BOTH, HS_S("version"),
			TX_ARGS(HS_S_NONE), err);
	pthread_mutex_lock(&sandbox->closures_lock);
	struct tx_closure *closure = adds || since.len ? hs_tx_closure_find(sandbox, t->name) :
							 hs_tx_closure_begin(sandbox, t->name);
	if (!closure)
		status = hs_tx_refuse(ctx, TX_MSG_OWN_CLOSURE_GONE, 404, HS_S("name"), TX_ARGS(t->name), err);
	else if (adds || since.len)
		status = go_on(t, closure, since, out, err);
	else
		*out = answer(t, 0);
	if (closure)
		closure->left.used_ms = ctx->now_ms;
	pthread_mutex_unlock(&sandbox->closures_lock);
	return status;
}
