/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of search share: the rules of R4, a numbering that knows every name, and entries as text. */
#pragma once

#include "../fhir_test.h"

#include <core/base/map.h>
#include <core/fhir/search/search_private.h>

struct names {
	struct hs_arena *arena;
	struct hs_map map;
	struct hs_slice list[20000]; /* "1:Patient.name": space and name, by number */
	uint32_t count;
};

static struct hs_defs *defs;
static struct hs_search_rules *rules;
static struct names names;

static inline uint32_t number_of(void *arg, unsigned space, struct hs_slice text)
{
	struct names *all = arg;
	char key[300];
	bool fresh;
	int len = snprintf(key, sizeof(key), "%u:%.*s", space, HS_S_ARG(text));
	struct hs_map_slot *slot = hs_map_get(&all->map, hs_slice(key, (size_t)len));
	if (slot)
		return (uint32_t)slot->value.number;
	struct hs_slice kept = hs_arena_copy(all->arena, hs_slice(key, (size_t)len));
	assert_true(all->count + 1 < COUNT_OF(all->list));
	slot = hs_map_put(&all->map, kept, &fresh);
	slot->value.number = ++all->count;
	all->list[all->count] = kept;
	return all->count;
}

static const struct hs_numbering numbering = { number_of, &names };

static inline struct hs_slice name_of(uint32_t number)
{
	return number ? hs_slice_from(names.list[number], 2) : HS_S("-");
}

static inline int open_rules(void **state)
{
	struct hs_error err;
	(void)state;
	defs = open_defs(HS_FHIR_R4);
	names.arena = hs_arena_new(64 << 20);
	hs_map_init(&names.map, names.arena);
	if (defs && hs_search_rules_new(defs, &rules, &err))
		fail_msg("%s", err.text);
	return 0;
}

static inline int close_rules(void **state)
{
	(void)state;
	hs_search_rules_free(rules);
	hs_defs_unref(defs);
	hs_arena_free(names.arena);
	return 0;
}
