/* SPDX-License-Identifier: Apache-2.0 */
/* Composites asked of a column of groups: the keys that fulfil the first component lie in runs, in each run
 * those that fulfil the next one do, and so on; what is left at the end are the keys that fulfil all. Each
 * key of a component is judged once (parts.h), however many keys have it. */
#include <core/store/find/groups.h>

struct walk {
	const struct hs__column *column;
	struct hs__components components;
	const struct hs__ranges *ranges; /* of each component */
	unsigned char *verdicts;
	unsigned char *told[HS__COMPONENTS_MOST]; /* by number of part: KNOWN and a verdict; NULL: none are */
	struct hs__extent extent;
	uint64_t first;           /* keys */
	unsigned measures;        /* runs that may still be measured by what is in them */
	struct hs__combined path; /* what the keys of the run begin with */
};

static unsigned both(unsigned a, unsigned b)
{
	if (a == HS__NO || b == HS__NO)
		return HS__NO;
	return a == HS__YES && b == HS__YES ? HS__YES : HS__DOUBT;
}

static struct hs_slice key_at(const struct walk *walk, size_t place)
{
	return hs__column_key(walk->column, walk->column->order[place]);
}

/* The first place from `from` up to `end` whose component is not less than `bound`, a key with its param; or,
 * `behind`, is greater. */
static size_t place_of(struct walk *walk, unsigned level, struct hs_slice bound, bool behind, size_t from,
	size_t end)
{
	size_t len = walk->path.len;
	struct hs__key param;

	hs__key_begin(&param, walk->components.params[level]);
	if (!hs_slice_starts(bound, hs__key_slice(&param)))
		return end; /* that of a later param */
	hs__combined_add(&walk->path, hs_slice_from(bound, param.len));
	if (behind) {
		hs__combined_end(&walk->path);
		hs__combined_after(&walk->path);
	}
	size_t place = hs__column_place_between(walk->column, hs__combined_slice(&walk->path), from, end);
	walk->path.len = len;
	return place;
}

/* The places of a range, of those from *from up to *end. */
static void narrow(struct walk *walk, unsigned level, const struct hs__range *range, size_t *from,
	size_t *end)
{
	*from = place_of(walk, level, range->from, false, *from, *end);
	*end = place_of(walk, level, range->single ? range->from : range->to, range->single, *from, *end);
}

/* The end of the run of keys that begin like the one at `from` does up to `len`: looked for in ever longer
 * steps. */
static size_t end_of_run(const struct walk *walk, size_t from, size_t end, size_t len)
{
	struct hs_slice start = hs_slice_first(key_at(walk, from), len);
	size_t low = from, step = 1;

	while (low + step < end && hs_slice_starts(key_at(walk, low + step), start)) {
		low += step;
		step *= 2;
	}
	size_t high = low + step < end ? low + step : end;
	while (high - low > 1) {
		size_t middle = low + (high - low) / 2;
		if (hs_slice_starts(key_at(walk, middle), start))
			low = middle;
		else
			high = middle;
	}
	return low + 1;
}

/* The path goes on as the key does, up to `behind`. */
static void go_on(struct walk *walk, struct hs_slice whole, size_t behind)
{
	HS_ASSERT(behind <= sizeof(walk->path.bytes));
	memcpy(walk->path.bytes + walk->path.len, whole.ptr + walk->path.len, behind - walk->path.len);
	walk->path.len = behind;
}

/* ---- which ---- */

/* By itself: of a row that asks, or that came after the column was read. */
static unsigned judge_one(const void *arg, struct hs_slice whole)
{
	const struct walk *walk = arg;
	unsigned verdict = HS__YES;

	for (unsigned i = 0; i < walk->components.count && verdict != HS__NO; i++) {
		struct hs__key key;
		hs__combined_next(&whole, walk->components.params[i], &key);
		verdict = both(verdict, hs__ranges_tell(&walk->ranges[i], hs__key_slice(&key)));
	}
	return verdict;
}

#define KNOWN 0x80u
#define RANGES_MOST 16u /* of more the range of a key is not looked for */

static void make_told(struct walk *walk, struct hs_arena *arena)
{
	for (unsigned i = 1; i < walk->components.count; i++)
		walk->told[i] = walk->ranges[i].count <= RANGES_MOST ?
			hs_arena_array(arena, walk->column->parts->counts[i] + 1, 1) :
			NULL;
}

/* What is known of a key's component from there on, where that tells. */
static unsigned tell_part(struct walk *walk, unsigned level, uint32_t number)
{
	unsigned char *told = &walk->told[level][hs__part_of(walk->column->parts, number, level)];

	if (!*told) {
		struct hs_slice rest = hs__column_key(walk->column, number);
		struct hs__key key;
		for (unsigned i = 0; i < level; i++)
			hs__combined_cut(&rest);
		hs__combined_next(&rest, walk->components.params[level], &key);
		unsigned verdict = hs__ranges_tell(&walk->ranges[level], hs__key_slice(&key));
		*told = (unsigned char)(KNOWN | (verdict & HS__YES ? HS__YES : verdict));
	}
	return *told & ~KNOWN;
}

/* Keys in a range of the last component. */
static void judge_last(struct walk *walk, unsigned level, size_t from, size_t end, unsigned verdict)
{
	const struct hs__column *column = walk->column;

	for (; from < end; from++) {
		uint32_t number = column->order[from];
		walk->verdicts[number] |= (unsigned char)(number <= column->keys_read ?
				both(verdict, tell_part(walk, level, number)) :
				judge_one(walk, hs__column_key(column, number)));
	}
}

static void judge_run(struct walk *walk, unsigned level, size_t from, size_t end, unsigned verdict);

/* The keys of one component in a range, and what stands behind each. */
static void judge_range(struct walk *walk, unsigned level, const struct hs__range *range, size_t from,
	size_t end, unsigned verdict)
{
	const struct hs__ranges *ranges = &walk->ranges[level];
	size_t len = walk->path.len, next;

	for (; from < end; from = next) {
		struct hs_slice whole = key_at(walk, from), rest = hs_slice_from(whole, len);
		struct hs__key key;
		hs__combined_next(&rest, walk->components.params[level], &key);
		size_t behind = whole.len - rest.len;
		next = rest.len ? end_of_run(walk, from, end, behind) : from + 1;
		unsigned told = hs__range_tells(range, ranges->verify, hs__key_slice(&key));
		if (told == HS__NO)
			continue;
		go_on(walk, whole, behind);
		judge_run(walk, level + 1, from, next, both(verdict, told));
		walk->path.len = len;
	}
}

/* Those from `from` up to `end`, which fulfil the components before `level` so. */
static void judge_run(struct walk *walk, unsigned level, size_t from, size_t end, unsigned verdict)
{
	if (level == walk->components.count) {
		for (; from < end; from++)
			walk->verdicts[walk->column->order[from]] |= (unsigned char)verdict;
		return;
	}
	for (size_t i = 0; i < walk->ranges[level].count; i++) {
		const struct hs__range *range = &walk->ranges[level].items[i];
		size_t first = from, last = end;
		narrow(walk, level, range, &first, &last);
		if (level + 1 == walk->components.count && walk->told[level])
			judge_last(walk, level, first, last, verdict);
		else
			judge_range(walk, level, range, first, last, verdict);
	}
}

/* ---- how many ---- */

#define MEASURES 64u

static void measure_run(struct walk *walk, unsigned level, size_t from, size_t end);

static void measure_range(struct walk *walk, unsigned level, size_t from, size_t end)
{
	size_t len = walk->path.len, next;

	for (; from < end && walk->measures; from = next) {
		struct hs_slice whole = key_at(walk, from), rest = hs_slice_from(whole, len);
		struct hs__key key;
		hs__combined_next(&rest, walk->components.params[level], &key);
		next = end_of_run(walk, from, end, whole.len - rest.len);
		walk->measures--;
		go_on(walk, whole, whole.len - rest.len);
		measure_run(walk, level + 1, from, next);
		walk->path.len = len;
	}
	hs__extent_add(&walk->extent, walk->column, from, end);
}

static void measure_run(struct walk *walk, unsigned level, size_t from, size_t end)
{
	bool last = level + 1 == walk->components.count;

	for (size_t i = 0; i < walk->ranges[level].count; i++) {
		size_t first = from, behind = end;
		narrow(walk, level, &walk->ranges[level].items[i], &first, &behind);
		if (!last) {
			measure_range(walk, level, first, behind);
			continue;
		}
		hs__extent_add(&walk->extent, walk->column, first, behind);
	}
}

static struct walk *new_walk(const struct hs__maker *maker, const struct hs__asked_groups *asked)
{
	struct walk *walk = hs_arena_alloc(maker->finder->arena, sizeof(*walk));

	if (walk)
		*walk = (struct walk) { .column = asked->column,
			.components = asked->components,
			.ranges = asked->ranges,
			.extent = { .keys = asked->column->key_count - asked->column->sorted },
			.measures = MEASURES };
	return walk;
}

/* The runs of keys whose first component may be in its ranges. */
static void each_first(struct walk *walk, void (*fn)(struct walk *walk, size_t from, size_t end))
{
	for (size_t i = 0; i < walk->ranges[0].count; i++) {
		size_t first = 0, end = walk->column->sorted;
		narrow(walk, 0, &walk->ranges[0].items[i], &first, &end);
		fn(walk, first, end);
	}
}

static void count_first(struct walk *walk, size_t from, size_t end)
{
	walk->first += end - from;
}

bool hs__groups_measure(const struct hs__maker *maker, const struct hs__asked_groups *asked,
	struct hs__extent *extent, uint64_t *first)
{
	struct walk *walk = new_walk(maker, asked);

	if (!walk)
		return false;
	measure_run(walk, 0, 0, asked->column->sorted);
	each_first(walk, count_first);
	*extent = walk->extent;
	*first = walk->first;
	return true;
}

/* ---- all ---- */

static void open_first(struct walk *walk, size_t from, size_t end)
{
	hs__verdicts_open(walk->column, walk->verdicts, from, end);
}

enum hs_status hs__finds_groups(struct hs__finds *finds, const struct hs__asked_groups *asked, bool by_rows,
	const struct hs__set *within, struct hs_error *err)
{
	const struct hs__column *column = asked->column;
	struct walk *walk = new_walk(finds->maker, asked);

	if (walk)
		walk->verdicts = hs__column_verdicts(finds->maker, column);
	if (!walk || !walk->verdicts)
		return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; narrow it");
	if (within && by_rows) {
		each_first(walk, open_first);
		return hs__finds_asked(finds, column, walk->verdicts, judge_one, walk, within, err);
	}
	make_told(walk, finds->maker->finder->arena);
	judge_run(walk, 0, 0, column->sorted, HS__YES);
	for (size_t i = column->sorted; i < column->key_count; i++)
		walk->verdicts[column->order[i]] = (unsigned char)judge_one(walk,
			hs__column_key(column, column->order[i]));
	return hs__finds_judged(finds, column, walk->verdicts, within, err);
}
