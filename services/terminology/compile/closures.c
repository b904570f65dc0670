/* SPDX-License-Identifier: Apache-2.0 */
/* The tables of $closure, each in an arena of its own. */
#include "closures.h"

#include "../state.h"

#define MEMORY_MAX ((size_t)64 << 20)

static struct tx_closure **place_of(struct tx_sandbox *sandbox, struct hs_slice name)
{
	struct tx_closure **at = &sandbox->closures;

	while (*at && !hs_slice_eq((*at)->name, name))
		at = &(*at)->next;
	return at;
}

static void forget(struct tx_closure **at)
{
	struct tx_closure *closure = *at;

	*at = closure->next;
	hs_arena_free(closure->arena);
}

void hs_tx_closures_end(struct tx_sandbox *sandbox)
{
	while (sandbox->closures)
		forget(&sandbox->closures);
}

struct tx_closure *hs_tx_closure_find(struct tx_sandbox *sandbox, struct hs_slice name)
{
	return *place_of(sandbox, name);
}

static void make_room(struct tx_sandbox *sandbox)
{
	struct tx_closure **oldest = &sandbox->closures;
	size_t count = 0;

	for (struct tx_closure **at = &sandbox->closures; *at; at = &(*at)->next) {
		count++;
		if ((*at)->used_ms < (*oldest)->used_ms)
			oldest = at;
	}
	if (count >= TX_CLOSURES)
		forget(oldest);
}

struct tx_closure *hs_tx_closure_begin(struct tx_sandbox *sandbox, struct hs_slice name)
{
	struct tx_closure **at = place_of(sandbox, name);

	if (*at)
		forget(at);
	make_room(sandbox);
	struct hs_arena *arena = hs_arena_new(MEMORY_MAX);
	struct tx_closure *closure = hs_arena_alloc(arena, sizeof(*closure));
	*closure = (struct tx_closure) {
		.arena = arena, .name = hs_arena_copy(arena, name), .next = sandbox->closures
	};
	sandbox->closures = closure;
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
