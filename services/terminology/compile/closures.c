/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of $closure, each in an arena of its own. */
#include "closures.h"

#include "../state.h"

#define MEMORY_MAX ((size_t)64 << 20)

static struct tx_closure *closure_of(struct tx_left *left)
{
	return (struct tx_closure *)left;
}

static struct tx_left **place_of(struct tx_sandbox *sandbox, struct hs_slice name)
{
	struct tx_left **at = &sandbox->closures;

	while (*at && !hs_slice_eq(closure_of(*at)->name, name))
		at = &(*at)->next;
	return at;
}

static void forget(struct tx_left **at)
{
	struct tx_left *left = *at;

	*at = left->next;
	hs_arena_free(closure_of(left)->arena);
}

void hs_tx_closures_end(struct tx_sandbox *sandbox)
{
	while (sandbox->closures)
		forget(&sandbox->closures);
}

struct tx_closure *hs_tx_closure_find(struct tx_sandbox *sandbox, struct hs_slice name)
{
	return closure_of(*place_of(sandbox, name));
}

struct tx_closure *hs_tx_closure_begin(struct tx_sandbox *sandbox, struct hs_slice name)
{
	struct tx_left **at = place_of(sandbox, name);

	if (*at)
		forget(at);
	at = hs_tx_oldest(&sandbox->closures, TX_CLOSURES);
	if (at)
		forget(at);
	struct hs_arena *arena = hs_arena_new(MEMORY_MAX);
	struct tx_closure *closure = hs_arena_alloc(arena, sizeof(*closure));
	*closure = (struct tx_closure) {
		.arena = arena, .name = hs_arena_copy(arena, name), .left.next = sandbox->closures
	};
	sandbox->closures = &closure->left;
	return closure;
}

bool hs_tx_closure_keep(struct tx_closure *closure, const struct tx_closure_system *systems,
	size_t system_count, const struct tx_closure_row *rows, size_t count)
{
	if (count > closure->room) {
		size_t room = count * 2 < TX_CLOSURE_CONCEPTS ? count * 2 : TX_CLOSURE_CONCEPTS;
		struct tx_closure_row *grown = hs_arena_grow(closure->arena, closure->rows,
			closure->room * sizeof(*grown), room * sizeof(*grown));
		if (!grown)
			return false;
		closure->rows = grown;
		closure->room = room;
	}
	for (size_t i = closure->system_count; i < system_count; i++)
		closure->systems[i] = (struct tx_closure_system) { hs_arena_copy(closure->arena,
									   systems[i].url),
			hs_arena_copy(closure->arena, systems[i].version) };
	closure->system_count = system_count;
	for (size_t i = closure->count; i < count; i++) {
		closure->rows[i] = rows[i];
		closure->rows[i].code = hs_arena_copy(closure->arena, rows[i].code);
	}
	closure->count = count;
	return true;
}
