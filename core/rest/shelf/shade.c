/* SPDX-License-Identifier: Apache-2.0 */
/* Which resources of the shelf are hidden in a sandbox, because one with the same id is stored there. */
#include <core/rest/shelf/shelf.h>

#include <core/base/heap.h>

#define PAGE 1000u

static size_t words_of(const struct hs__shelf_type *type)
{
	return (type->item_count + 63) / 64;
}

struct hs__rest_shade *hs__shade_new(const struct hs_rest *rest)
{
	struct hs__rest_shade *shade = hs_heap_alloc((rest->type_count + 1) * sizeof *shade);
	for (size_t i = 0; i < rest->type_count; i++) {
		const struct hs__shelf_type *type = hs__shelf_type(rest, &rest->types[i]);
		if (!type)
			continue;
		shade[i].stored = hs_heap_alloc(words_of(type) * sizeof *shade[i].stored);
		shade[i].touched = hs_heap_alloc(words_of(type) * sizeof *shade[i].touched);
	}
	return shade;
}

void hs__shade_free(const struct hs_rest *rest, struct hs__rest_shade *shade)
{
	for (size_t i = 0; shade && i < rest->type_count; i++) {
		hs_heap_free((void *)(uintptr_t)shade[i].stored);
		hs_heap_free((void *)(uintptr_t)shade[i].touched);
	}
	hs_heap_free(shade);
}

static void set(_Atomic uint64_t *bits, uint32_t at)
{
	atomic_fetch_or(&bits[at / 64], UINT64_C(1) << (at % 64));
}

static bool get(_Atomic uint64_t *bits, uint32_t at)
{
	return atomic_load(&bits[at / 64]) >> (at % 64) & 1;
}

void hs__shade_touch(const struct hs__rest_env *env, const struct hs__rest_type *type, struct hs_slice id)
{
	const struct hs__shelf_type *shelved = hs__shelf_type(env->rest, type);
	uint32_t at = 0;
	if (shelved && hs__shelf_find_id(env->rest->shelf, shelved, id, &at))
		set(env->sandbox->shade[type->index].touched, at);
}

enum hs_status hs__shade_learn(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_type *type, struct hs_error *err)
{
	const struct hs__shelf_type *shelved = hs__shelf_type(env->rest, type);
	struct hs__rest_shade *shade = &env->sandbox->shade[type->index];
	struct hs_find_query query = {
		.type = hs__rest_type_number(env->sandbox, type), .count = PAGE, .keys_only = true
	};
	enum hs_status status = HS_OK;
	if (!shelved || atomic_load(&shade->known))
		return HS_OK;
	do {
		struct hs_find_page page = { 0 };
		uint32_t at = 0;
		status = hs_txn_find(txn, arena, &query, &page, err);
		for (size_t i = 0; status == HS_OK && i < page.count; i++) {
			if (hs__shelf_find_id(env->rest->shelf, shelved, page.items[i].id, &at))
				set(shade->stored, at);
		}
		query.after = page.next;
	} while (status == HS_OK && query.after.len > 0);
	if (status == HS_OK)
		atomic_store(&shade->known, true);
	return status;
}

enum hs_status hs__shade_hides(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_type *type, uint32_t at, bool *out, struct hs_error *err)
{
	const struct hs__rest_shade *shade = &env->sandbox->shade[type->index];
	struct hs_resource found = { 0 };
	if (!get(shade->touched, at)) {
		*out = get(shade->stored, at);
		return HS_OK;
	}
	const struct hs__shelf *shelf = env->rest->shelf;
	struct hs_slice id = hs_image_text(shelf->image,
		hs__shelf_item(shelf, hs__shelf_type(env->rest, type), at)->id);
	enum hs_status status = hs_txn_get(txn, arena, hs__rest_type_number(env->sandbox, type), id, &found,
		err);
	*out = status == HS_OK;
	return status == HS_E_NOT_FOUND || status == HS_E_DELETED ? HS_OK : status;
}
