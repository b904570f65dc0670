/* SPDX-License-Identifier: Apache-2.0 */
/* What the API keeps for one sandbox: the numbers that its store has for types and index parameters. */
#include <core/base/heap.h>
#include <core/base/log.h>
#include <core/base/world.h>
#include <core/rest/shelf/shelf.h>

#include <stdatomic.h>

#define MEND_MEMORY ((size_t)64 << 20)
#define TELL_EACH_NS UINT64_C(3000000000)

static _Atomic uint64_t serials;

static uint32_t number_of(void *arg, unsigned space, struct hs_slice text)
{
	const struct hs_rest_sandbox *sandbox = arg;
	const struct hs_map_slot *slot = NULL;
	if (space == HS_SPACE_TYPE) {
		slot = hs_map_get(&sandbox->rest->by_name, text);
		return slot ? hs__rest_type_number(sandbox, slot->value.ptr) : 0;
	}
	if (space == HS_SPACE_PARAM)
		slot = hs_map_get(&sandbox->rest->param_index, text);
	return slot ? sandbox->param_numbers[slot->value.number - 1] : 0;
}

/* R5 content lives in the same store under names of its own. */
static struct hs_slice stored_name(const struct hs_rest *rest, struct hs_arena *arena, struct hs_slice name)
{
	return rest->fhir == HS_FHIR_R5 ? hs_arena_printf(arena, "r5/%.*s", HS_S_ARG(name)) : name;
}

static enum hs_status number_types(struct hs_rest_sandbox *sandbox, struct hs_arena *arena,
	struct hs_error *err)
{
	const struct hs_rest *rest = sandbox->rest;
	struct hs_slice *names = hs_arena_array(arena, rest->type_count, sizeof *names);
	for (size_t i = 0; i < rest->type_count; i++)
		names[i] = stored_name(rest, arena, rest->types[i].name);
	enum hs_status status = hs_store_numbers(sandbox->store, HS_SPACE_TYPE, names, rest->type_count,
		sandbox->type_numbers, err);
	for (size_t i = 0; status == HS_OK && i < rest->type_count; i++) {
		if (sandbox->type_numbers[i] >= sandbox->number_count)
			sandbox->number_count = sandbox->type_numbers[i] + 1;
	}
	return status;
}

static enum hs_status number_params(struct hs_rest_sandbox *sandbox, struct hs_arena *arena,
	struct hs_error *err)
{
	const struct hs_rest *rest = sandbox->rest;
	struct hs_slice *names = hs_arena_array(arena, rest->param_count, sizeof *names);
	for (size_t i = 0; i < rest->param_count; i++)
		names[i] = stored_name(rest, arena, rest->params[i]);
	return hs_store_numbers(sandbox->store, HS_SPACE_PARAM, names, rest->param_count,
		sandbox->param_numbers, err);
}

void hs_rest_sandbox_policy(struct hs_rest_sandbox *sandbox, const struct hs_rest_policy *policy)
{
	sandbox->policy = *policy;
}

void hs_rest_sandbox_terms(struct hs_rest_sandbox *sandbox, const struct hs_rest_terms *terms)
{
	sandbox->terms = *terms;
}

/* ---- what loads have put off ---- */

struct mend {
	const struct hs_keeper *keeper;
	void *state;
	struct hs_mended part;
};

static enum hs_status mend_part(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct mend *mend = arg;
	mend->part = (struct hs_mended) { .more = false };
	return mend->keeper->mend(txn, arena, mend->state, &mend->part, err);
}

enum hs_status hs_rest_sandbox_mend(const struct hs_rest_sandbox *sandbox, hs_rest_mended_fn *progress,
	void *arg, struct hs_error *err)
{
	const struct hs_rest *rest = sandbox->rest;
	struct hs_arena *arena = hs_arena_new(MEND_MEMORY);
	enum hs_status status = HS_OK;
	for (size_t i = 0; i < rest->type_count && status == HS_OK; i++) {
		const struct hs__rest_type *type = &rest->types[i];
		struct mend mend = { .keeper = type->row ? type->row->keeper : NULL, .state = type->state };
		bool again = mend.keeper && mend.keeper->mend;
		uint64_t total = 0;
		while (again && status == HS_OK) {
			status = hs_store_write_wait(sandbox->store, arena, mend_part, &mend, err);
			hs_arena_reset(arena);
			again = mend.part.more;
			total = total > mend.part.before ? total : mend.part.before;
			if (progress && total)
				progress(arg, total - (mend.part.left < total ? mend.part.left : total),
					total);
		}
	}
	hs_arena_free(arena);
	return status;
}

/* Opening a store that much is put off in takes its time: whoever waits is told every few seconds. */
struct telling {
	const struct hs_world *world;
	uint64_t told_ns;
};

static void tell_mended(void *arg, uint64_t done, uint64_t total)
{
	struct telling *telling = arg;
	uint64_t now = telling->world->mono_ns(telling->world->ctx);
	if (now - telling->told_ns < TELL_EACH_NS)
		return;
	telling->told_ns = now;
	hs_log_text(HS_LOG_INFO, "mend", "putting in order what a load or an older program has left: %llu %%",
		(unsigned long long)(100 * done / total));
}

enum hs_status hs_rest_sandbox_open(struct hs_rest *rest, struct hs_store *store,
	struct hs_rest_sandbox **out, struct hs_error *err)
{
	struct hs_rest_sandbox *sandbox = hs_heap_alloc(sizeof *sandbox);
	struct hs_arena *arena = hs_arena_new((size_t)16 << 20);
	sandbox->rest = rest;
	sandbox->store = store;
	sandbox->serial = atomic_fetch_add(&serials, 1) + 1;
	sandbox->type_numbers = hs_heap_alloc((rest->type_count + 1) * sizeof *sandbox->type_numbers);
	sandbox->param_numbers = hs_heap_alloc((rest->param_count + 1) * sizeof *sandbox->param_numbers);
	if (rest->shelf)
		sandbox->shade = hs__shade_new(rest);
	sandbox->numbering = (struct hs_numbering) { number_of, sandbox };
	enum hs_status status = number_types(sandbox, arena, err);
	if (status == HS_OK)
		status = number_params(sandbox, arena, err);
	if (status != HS_OK)
		goto out;
	sandbox->by_number = hs_heap_alloc((sandbox->number_count + 1) * sizeof *sandbox->by_number);
	for (size_t i = 0; i < rest->type_count && status == HS_OK; i++) {
		const struct hs__rest_type *type = &rest->types[i];
		const struct hs_keeper *keeper = type->row ? type->row->keeper : NULL;
		sandbox->by_number[sandbox->type_numbers[i]] = type;
		if (keeper)
			hs_store_keep(store, sandbox->type_numbers[i], keeper, type->state);
	}
	if (status == HS_OK) {
		struct telling telling = { .world = hs_world_real() };
		telling.told_ns = telling.world->mono_ns(telling.world->ctx);
		status = hs_rest_sandbox_mend(sandbox, tell_mended, &telling, err);
	}
	if (status != HS_OK)
		goto out;
	hs_store_when_idle(store, hs__rest_words_when_idle);
	*out = sandbox;
out:
	hs_arena_free(arena);
	if (status != HS_OK)
		hs_rest_sandbox_free(sandbox);
	return status;
}

void hs_rest_sandbox_free(struct hs_rest_sandbox *sandbox)
{
	if (!sandbox)
		return;
	hs__shade_free(sandbox->rest, sandbox->shade);
	hs_heap_free(sandbox->type_numbers);
	hs_heap_free(sandbox->param_numbers);
	hs_heap_free(sandbox->by_number);
	hs_heap_free(sandbox);
}

uint32_t hs__rest_type_number(const struct hs_rest_sandbox *sandbox, const struct hs__rest_type *type)
{
	return sandbox->type_numbers[type->index];
}

uint32_t hs_rest_type_number(const struct hs_rest_sandbox *sandbox, struct hs_slice type)
{
	return sandbox->numbering.number(sandbox->numbering.arg, HS_SPACE_TYPE, type);
}

uint32_t hs_rest_param_number(const struct hs_rest_sandbox *sandbox, struct hs_slice type,
	struct hs_slice code)
{
	char name[192];
	if (type.len + 1 + code.len > sizeof name)
		return 0;
	memcpy(name, type.ptr, type.len);
	name[type.len] = '.';
	memcpy(name + type.len + 1, code.ptr, code.len);
	return sandbox->numbering.number(sandbox->numbering.arg, HS_SPACE_PARAM,
		hs_slice(name, type.len + 1 + code.len));
}
