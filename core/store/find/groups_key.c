/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of groups: those of their components one behind another, each ended in a way that keeps their order.
 */
#include <core/store/find/groups.h>

#include <core/base/heap.h>
#include <stdlib.h>

/* ---- bytes ---- */

/* Within a component a zero byte is followed by ESCAPED; a component ends with a zero byte and ENDED, which
 * sorts before whatever could go on. */
#define ENDED 0u
#define BEHIND 1u
#define ESCAPED 0xffu

static void put(struct hs__combined *key, unsigned byte)
{
	HS_ASSERT(key->len < sizeof(key->bytes));
	key->bytes[key->len++] = (unsigned char)byte;
}

void hs__combined_add(struct hs__combined *key, struct hs_slice part)
{
	for (size_t i = 0; i < part.len; i++) {
		put(key, (unsigned char)part.ptr[i]);
		if (!part.ptr[i])
			put(key, ESCAPED);
	}
}

void hs__combined_end(struct hs__combined *key)
{
	put(key, 0);
	put(key, ENDED);
}

void hs__combined_after(struct hs__combined *key)
{
	key->bytes[key->len - 1] = BEHIND;
}

struct hs_slice hs__combined_cut(struct hs_slice *rest)
{
	struct hs_slice whole = *rest;
	size_t at = 0;

	while (at + 1 < whole.len && (whole.ptr[at] || (unsigned char)whole.ptr[at + 1] != ENDED))
		at += whole.ptr[at] ? 1 : 2;
	at = at + 2 < whole.len ? at + 2 : whole.len;
	*rest = hs_slice_from(whole, at);
	return hs_slice_first(whole, at);
}

void hs__combined_next(struct hs_slice *rest, uint32_t param, struct hs__key *out)
{
	size_t at = 0;

	hs__key_begin(out, param);
	for (; at + 1 < rest->len; at++) {
		unsigned char byte = (unsigned char)rest->ptr[at];
		if (!byte && (unsigned char)rest->ptr[++at] == ENDED)
			break;
		hs__key_byte(out, byte);
	}
	*rest = hs_slice_from(*rest, at + 1);
}

/* ---- components ---- */

bool hs__is_grouped(const struct hs_find *composite)
{
	bool can = composite->op == HS_FIND_SAME_GROUP && composite->kid_count > 1 &&
		composite->kid_count <= HS__COMPONENTS_MOST;

	for (size_t i = 0; can && i < composite->kid_count; i++) {
		const struct hs_find *find = composite->kids[i];
		can = find->param && find->op >= HS_FIND_TOKEN && find->op <= HS_FIND_NEAR;
	}
	return can;
}

bool hs__components_of(const struct hs__cond *composite, struct hs__components *out)
{
	if (!hs__is_grouped(composite->find))
		return false;
	out->count = (unsigned)composite->kid_count;
	for (unsigned i = 0; i < out->count; i++)
		out->params[i] = composite->kids[i].find->param;
	return true;
}

void hs__components_prefix(const struct hs__components *components, struct hs__key *out)
{
	hs__key_begin(out, components->params[0]);
	for (unsigned i = 1; i < components->count; i++)
		hs__key_number(out, components->params[i]);
}

bool hs__components_read(const struct hs__key *prefix, struct hs__components *out)
{
	struct hs_slice rest = hs__key_slice(prefix);

	out->count = 0;
	while (rest.len && out->count < HS__COMPONENTS_MOST) {
		uint32_t param = hs__key_read_number(rest);
		if (!param)
			return false;
		out->params[out->count++] = param;
		rest = hs_slice_from(rest, hs__key_param_len(param));
	}
	return out->count > 1 && !rest.len;
}

/* ---- of a resource ---- */

#define PARTS_MOST 512u /* entries of components that a resource may have */

struct part {
	uint16_t group;
	uint8_t component;
	struct hs__key key;
};

struct grouping {
	unsigned components;
	size_t count, given;
	hs__groups_fn *fn;
	void *arg;
	struct part parts[PARTS_MOST];
};

static int by_group(const void *a, const void *b)
{
	const struct part *x = a, *y = b;

	return x->group != y->group ? x->group - y->group : x->component - y->component;
}

static bool collect(struct grouping *grouping, const struct hs__components *components,
	struct hs__facts *facts)
{
	bool in_order = true;
	struct hs__fact fact;

	while (hs__facts_next(facts, &fact)) {
		uint8_t component = 0;
		while (component < components->count && components->params[component] != fact.param)
			component++;
		if (!fact.group || component == components->count)
			continue;
		if (grouping->count == PARTS_MOST)
			return false;
		struct part *part = &grouping->parts[grouping->count++];
		part->group = fact.group;
		part->component = component;
		hs__key_of(&fact, &part->key);
		in_order &= part == grouping->parts || by_group(part - 1, part) <= 0;
	}
	if (!in_order)
		qsort(grouping->parts, grouping->count, sizeof(grouping->parts[0]), by_group);
	return !facts->damaged;
}

/* All keys of the group whose parts are those from `at` up to `end`, each with one part of every component.
 */
static bool combine(struct grouping *grouping, size_t at, size_t end, unsigned component,
	struct hs__combined *key)
{
	size_t len = key->len;
	bool fits = true;

	if (component == grouping->components) {
		if (grouping->given++ == HS__GROUP_KEYS_MOST)
			return false;
		grouping->fn(hs__combined_slice(key), grouping->arg);
		return true;
	}
	while (at < end && grouping->parts[at].component < component)
		at++;
	for (; fits && at < end && grouping->parts[at].component == component; at++) {
		struct hs_slice whole = hs__key_slice(&grouping->parts[at].key);
		key->len = len;
		hs__combined_add(key, hs_slice_from(whole, hs__key_param_len(hs__key_read_number(whole))));
		hs__combined_end(key);
		fits = combine(grouping, at + 1, end, component + 1, key);
	}
	return fits;
}

bool hs__groups_each(const struct hs__components *components, struct hs__facts facts, hs__groups_fn *fn,
	void *arg)
{
	struct grouping *grouping = hs_heap_raw(sizeof(*grouping));
	struct hs__combined key = { .len = 0 };

	grouping->components = components->count;
	grouping->count = grouping->given = 0;
	grouping->fn = fn;
	grouping->arg = arg;
	bool fits = collect(grouping, components, &facts);
	for (size_t at = 0, end; fits && at < grouping->count; at = end) {
		for (end = at + 1;
			end < grouping->count && grouping->parts[end].group == grouping->parts[at].group;)
			end++;
		key.len = 0;
		fits = combine(grouping, at, end, 0, &key);
	}
	hs_heap_free(grouping);
	return fits;
}
