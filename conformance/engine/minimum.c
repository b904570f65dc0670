/* SPDX-License-Identifier: Apache-2.0 */
/* minimumId: everything of one resource must be in another one.
 *
 * Order of members and of array elements does not matter and gaps are allowed, but each element of an array
 * needs a partner of its own, so duplicates must be there as often. The resource's own id is not compared.
 * All differences are reported, those of a missing array element against the element that is nearest to it.
 */
#include <conformance/engine/stage.h>

#define ARRAY_MAX 2000u /* elements that are matched one to one */
#define DEPTH_MAX 100u

struct comparison {
	struct hs_arena *arena;
	struct test_difference *first, **end;
	size_t count, max;
};

/* The number of simple values of `least` that `found` has not; 0 when it contains it. */
static size_t missing(struct comparison *c, const struct hs_json *least, const struct hs_json *found);

/* Finds a partner for element `at`, moving those that have one (augmenting paths of a bipartite matching). */
static bool find_partner(const uint8_t *fits, size_t columns, size_t at, size_t *partner_of, uint8_t *seen)
{
	for (size_t k = 0; k < columns; k++) {
		if (!fits[at * columns + k] || seen[k])
			continue;
		seen[k] = 1;
		if (partner_of[k] == SIZE_MAX ||
			find_partner(fits, columns, partner_of[k], partner_of, seen)) {
			partner_of[k] = at;
			return true;
		}
	}
	return false;
}

/* partner_of[k] is the element of `least` that element k of `found` stands for, or SIZE_MAX. NULL at a limit.
 */
static size_t *match_arrays(struct comparison *c, const struct hs_json *least, const struct hs_json *found)
{
	size_t rows = hs_json_count(least), columns = hs_json_count(found), i = 0;
	uint8_t *fits = hs_arena_array(c->arena, rows * columns + 1, 1), *seen;
	size_t *partner_of = hs_arena_array(c->arena, columns + 1, sizeof(*partner_of));

	seen = hs_arena_array(c->arena, columns + 1, 1);
	if (!fits || !partner_of || !seen)
		return NULL;
	HS_JSON_EACH(x, least) {
		size_t k = 0;
		HS_JSON_EACH(y, found)
			fits[i * columns + k++] = missing(c, x, y) == 0;
		i++;
	}
	for (size_t k = 0; k < columns; k++)
		partner_of[k] = SIZE_MAX;
	for (i = 0; i < rows; i++) {
		memset(seen, 0, columns);
		find_partner(fits, columns, i, partner_of, seen);
	}
	return partner_of;
}

static bool has_partner(const size_t *partner_of, size_t columns, size_t row)
{
	for (size_t k = 0; k < columns; k++)
		if (partner_of[k] == row)
			return true;
	return false;
}

static size_t missing_in_array(struct comparison *c, const struct hs_json *least, const struct hs_json *found)
{
	size_t sum = 0, row = 0, columns = hs_json_count(found);

	if (hs_json_count(least) > ARRAY_MAX || columns > ARRAY_MAX)
		return !hs_json_equal(least, found);
	size_t *partner_of = match_arrays(c, least, found);
	if (!partner_of)
		return 1;
	HS_JSON_EACH(x, least) {
		(void)x;
		sum += !has_partner(partner_of, columns, row++);
	}
	return sum;
}

static size_t missing(struct comparison *c, const struct hs_json *least, const struct hs_json *found)
{
	size_t sum = 0;

	if (hs_json_type(least) != hs_json_type(found))
		return 1;
	if (hs_json_is(least, HS_JSON_ARRAY))
		return missing_in_array(c, least, found);
	if (!hs_json_is(least, HS_JSON_OBJECT))
		return !hs_json_equal(least, found);
	HS_JSON_EACH(member, least) {
		const struct hs_json *other = hs_json_get(found, hs_json_key(member));
		sum += other ? missing(c, member, other) : 1;
	}
	return sum;
}

/* Simple values of a tree. */
static size_t leaves(const struct hs_json *tree)
{
	size_t sum = 0;

	if (!hs_json_is(tree, HS_JSON_OBJECT) && !hs_json_is(tree, HS_JSON_ARRAY))
		return 1;
	HS_JSON_EACH(child, tree)
		sum += leaves(child);
	return sum;
}

static struct hs_slice print(struct hs_arena *arena, const struct hs_json *value)
{
	struct hs_buf buf;

	hs_buf_init(&buf, arena, (size_t)1 << 24);
	hs_json_write(&buf, value, 0);
	return buf.len > 200 ? hs_arena_printf(arena, "%.200s ...", buf.ptr) : hs_buf_slice(&buf);
}

static void add_difference(struct comparison *c, struct hs_slice path, const struct hs_json *least,
	const struct hs_json *found)
{
	struct test_difference *difference = hs_arena_alloc(c->arena, sizeof(*difference));

	if (!difference || c->count++ >= c->max)
		return;
	difference->path = path;
	difference->text = found ?
		hs_arena_printf(c->arena, "expected %.*s, found %.*s", HS_S_ARG(print(c->arena, least)),
			HS_S_ARG(print(c->arena, found))) :
		hs_arena_printf(c->arena, "expected %.*s, found nothing", HS_S_ARG(print(c->arena, least)));
	*c->end = difference;
	c->end = &difference->next;
}

static void report(struct comparison *c, struct hs_slice path, const struct hs_json *least,
	const struct hs_json *found, unsigned depth);

static void report_array(struct comparison *c, struct hs_slice path, const struct hs_json *least,
	const struct hs_json *found, unsigned depth)
{
	size_t columns = hs_json_count(found), row = 0;
	size_t *partner_of = match_arrays(c, least, found);

	if (!partner_of)
		return;
	HS_JSON_EACH(x, least) {
		struct hs_slice place = hs_arena_printf(c->arena, "%.*s[%zu]", HS_S_ARG(path), row);
		const struct hs_json *nearest = NULL;
		size_t best = SIZE_MAX, k = 0;
		if (has_partner(partner_of, columns, row++))
			continue;
		HS_JSON_EACH(y, found) {
			size_t distance = missing(c, x, y);
			if (partner_of[k++] == SIZE_MAX && distance < best) {
				best = distance;
				nearest = y;
			}
		}
		/* Nothing in common is told as missing, not as different. */
		if (nearest && hs_json_is(x, HS_JSON_OBJECT) && best < leaves(x))
			report(c, place, x, nearest, depth + 1);
		else
			add_difference(c, place, x, NULL);
	}
}

static void report(struct comparison *c, struct hs_slice path, const struct hs_json *least,
	const struct hs_json *found, unsigned depth)
{
	if (c->count >= c->max || depth > DEPTH_MAX)
		return;
	if (hs_json_type(least) != hs_json_type(found) || !hs_json_is(least, HS_JSON_OBJECT)) {
		bool arrays = hs_json_is(least, HS_JSON_ARRAY) && hs_json_is(found, HS_JSON_ARRAY);
		if (arrays && hs_json_count(least) <= ARRAY_MAX && hs_json_count(found) <= ARRAY_MAX)
			report_array(c, path, least, found, depth);
		else if (!hs_json_equal(least, found))
			add_difference(c, path, least, found);
		return;
	}
	HS_JSON_EACH(member, least) {
		struct hs_slice key = hs_json_key(member);
		if (depth == 0 && hs_slice_eq(key, HS_S("id")))
			continue;
		report(c, hs_arena_printf(c->arena, "%.*s.%.*s", HS_S_ARG(path), HS_S_ARG(key)), member,
			hs_json_get(found, key), depth + 1);
	}
}

struct test_difference *hs_test_minimum(struct hs_arena *arena, const struct hs_json *least,
	const struct hs_json *found, size_t max)
{
	struct comparison c = { .arena = arena, .max = max };
	struct hs_slice type = hs_json_get_text(least, HS_S("resourceType"));

	c.end = &c.first;
	report(&c, type.len ? type : HS_S("$this"), least, found, 0);
	return c.first;
}
