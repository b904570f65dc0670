/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions as ranges of index keys. */
#include <core/store/find/finder.h>

#include <core/store/find/inner.h>
#include <math.h>

#define SYSTEMS_MAX 256u /* tried one by one for a code without system */
#define METRES_A_DEGREE 111195.0

bool hs__drivable(const struct hs__finder *finder, const struct hs__cond *cond)
{
	const struct hs_find *find = cond->find;
	bool any = false, all = true;

	if (cond->nothing)
		return true;
	for (size_t i = 0; i < cond->kid_count; i++) {
		bool can = hs__drivable(finder, &cond->kids[i]);
		any |= can;
		all &= can;
	}
	switch ((enum hs_find_op)find->op) {
	case HS_FIND_AND:
	case HS_FIND_SAME_GROUP:
		return any;
	case HS_FIND_OR:
		return all;
	case HS_FIND_NOT:
		return find->kids[0]->op == HS_FIND_MISSING && find->kids[0]->param;
	case HS_FIND_MISSING:
		return false;
	case HS_FIND_CHAIN:
		return all;
	case HS_FIND_HAS:
		return hs__inner_kept(finder, find->target_type) ? hs__inner_links(finder, find) : all;
	default:
		return true;
	}
}

/* ---- making ranges ---- */

static enum hs_status too_many(struct hs_error *err)
{
	return hs_fail(err, HS_E_TOO_COSTLY, "the search looks at too many places; narrow it");
}

static enum hs_status add(struct hs__finder *finder, struct hs__ranges *ranges, const struct hs__cond *cond,
	const struct hs__key *from, const struct hs__key *to, enum hs__check check, struct hs_error *err)
{
	if (ranges->count == ranges->room) {
		size_t room = ranges->room ? ranges->room * 2 : 8;
		struct hs__range *items = hs_arena_grow(finder->arena, ranges->items,
			ranges->count * sizeof(*items), room * sizeof(*items));
		if (!items)
			return too_many(err);
		ranges->items = items;
		ranges->room = room;
	}
	struct hs__range range = { .single = !to, .check = (uint8_t)check, .cond = cond };
	range.from = hs_arena_copy(finder->arena, hs__key_slice(from));
	if (to)
		range.to = hs_arena_copy(finder->arena, hs__key_slice(to));
	if (!range.from.ptr || (to && !range.to.ptr))
		return too_many(err);
	ranges->items[ranges->count++] = range;
	return HS_OK;
}

static enum hs_status add_single(struct hs__finder *finder, struct hs__ranges *ranges,
	const struct hs__cond *cond, const struct hs__key *key, struct hs_error *err)
{
	return add(finder, ranges, cond, key, NULL, key->exact ? HS__SURE : HS__VERIFY, err);
}

static enum hs_status add_prefix(struct hs__finder *finder, struct hs__ranges *ranges,
	const struct hs__cond *cond, const struct hs__key *prefix, enum hs__check check, struct hs_error *err)
{
	struct hs__key end = *prefix;

	hs__key_after_prefix(&end);
	return add(finder, ranges, cond, prefix, &end, prefix->exact ? check : HS__VERIFY, err);
}

/* A folded text and, behind it, those of other spelling. */
static enum hs_status add_spellings(struct hs__finder *finder, struct hs__ranges *ranges,
	const struct hs__cond *cond, const struct hs__key *folded, struct hs_error *err)
{
	struct hs__key end = *folded;

	hs__key_byte(&end, 1);
	return add(finder, ranges, cond, folded, &end, folded->exact ? HS__SURE : HS__VERIFY, err);
}

enum hs_status hs__add_row(struct hs__finder *finder, struct hs__ranges *ranges, uint64_t row,
	struct hs_error *err)
{
	if (ranges->row_count == ranges->row_room) {
		size_t room = ranges->row_room ? ranges->row_room * 2 : 64;
		uint64_t *rows = room > HS__FIND_ROWS ?
			NULL :
			hs_arena_grow(finder->arena, ranges->rows, ranges->row_count * sizeof(*rows),
				room * sizeof(*rows));
		if (!rows)
			return too_many(err);
		ranges->rows = rows;
		ranges->row_room = room;
	}
	ranges->rows[ranges->row_count++] = row;
	return HS_OK;
}

int hs__end_key(struct hs__finder *finder, struct hs_slice from, struct hs_slice to, bool last,
	struct hs__key *out, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(finder->txn,
		last ? "SELECT key FROM entry WHERE key >= ?1 AND key < ?2 ORDER BY key DESC LIMIT 1" :
		       "SELECT key FROM entry WHERE key >= ?1 AND key < ?2 ORDER BY key LIMIT 1",
		err);

	if (!stmt)
		return (int)err->status;
	hs_sql_blob(stmt, 1, from);
	hs_sql_blob(stmt, 2, to);
	int step = hs_sql_step(stmt, err);
	if (step > 0) {
		struct hs_slice key = hs_sql_get_blob(stmt, 0);
		out->len = (uint16_t)(key.len < HS__KEY_MAX ? key.len : HS__KEY_MAX);
		out->exact = true;
		memcpy(out->bytes, key.ptr, out->len);
	}
	hs_sql_end(stmt);
	return step;
}

/* ---- tokens ---- */

static enum hs_status add_code(struct hs__finder *finder, struct hs__ranges *ranges,
	const struct hs__cond *cond, uint32_t system, struct hs_error *err)
{
	const struct hs_find *find = cond->find;
	struct hs__key key;

	hs__key_begin(&key, find->param);
	hs__key_number(&key, system);
	if (find->any_code)
		return add_prefix(finder, ranges, cond, &key, HS__SURE, err);
	if (find->match == HS_MATCH_STARTS) {
		hs__key_folded_prefix(&key, find->text);
		return add_prefix(finder, ranges, cond, &key, HS__VERIFY, err);
	}
	if (!find->fold_case) {
		hs__key_code(&key, find->text);
		return add_single(finder, ranges, cond, &key, err);
	}
	hs__key_folded(&key, find->text);
	return add_spellings(finder, ranges, cond, &key, err);
}

/* A code without system: as many ranges as the param has systems, which are few as a rule. */
static enum hs_status add_code_any_system(struct hs__finder *finder, struct hs__ranges *ranges,
	const struct hs__cond *cond, struct hs_error *err)
{
	const struct hs_find *find = cond->find;
	struct hs__key whole, at, end, found;
	found.len = 0;
	size_t before = ranges->count;

	hs__key_begin(&whole, find->param);
	end = at = whole;
	hs__key_after_prefix(&end);
	if (find->any_code)
		return add_prefix(finder, ranges, cond, &whole, HS__SURE, err);
	for (unsigned tried = 0; tried < SYSTEMS_MAX; tried++) {
		int got = hs__end_key(finder, hs__key_slice(&at), hs__key_slice(&end), false, &found, err);
		if (got <= 0)
			return (enum hs_status)got;
		uint32_t system = hs__key_read_number(hs_slice_from(hs__key_slice(&found), whole.len));
		enum hs_status status = add_code(finder, ranges, cond, system, err);
		if (status != HS_OK)
			return status;
		at = whole;
		hs__key_number(&at, system);
		hs__key_after_prefix(&at);
	}
	ranges->count = before;
	return add_prefix(finder, ranges, cond, &whole, HS__VERIFY, err);
}

/* ---- texts ---- */

static enum hs_status add_string(struct hs__finder *finder, struct hs__ranges *ranges,
	const struct hs__cond *cond, struct hs_error *err)
{
	const struct hs_find *find = cond->find;
	struct hs__key key;

	hs__key_begin(&key, find->param);
	switch ((enum hs_find_match)find->match) {
	case HS_MATCH_EXACT:
		if (!find->folded.len)
			return add_prefix(finder, ranges, cond, &key, HS__VERIFY, err);
		hs__key_string(&key, find->folded, find->text);
		return add_single(finder, ranges, cond, &key, err);
	case HS_MATCH_FOLDED:
		hs__key_text(&key, find->text);
		return add_spellings(finder, ranges, cond, &key, err);
	case HS_MATCH_STARTS:
		hs__key_prefix(&key, find->text);
		return add_prefix(finder, ranges, cond, &key, HS__SURE, err);
	case HS_MATCH_ABOVE:
		return add_prefix(finder, ranges, cond, &key, HS__VERIFY, err);
	case HS_MATCH_CONTAINS:
	case HS_MATCH_ENDS:
		break;
	}
	return add_prefix(finder, ranges, cond, &key, HS__BY_KEY, err);
}

/* Stored texts that `text` begins with: the greatest key that is not after it either is one or tells how
 * long the next shorter one can be. */
static enum hs_status add_above(struct hs__finder *finder, struct hs__ranges *ranges,
	const struct hs__cond *cond, struct hs_error *err)
{
	struct hs_slice text = cond->find->text;
	struct hs__key first, at, found;
	found.len = 0;

	hs__key_begin(&first, cond->find->param);
	for (;;) {
		at = first;
		hs__key_text(&at, text);
		struct hs__key end = at;
		hs__key_byte(&end, 0);
		int got = hs__end_key(finder, hs__key_slice(&first), hs__key_slice(&end), true, &found, err);
		if (got <= 0)
			return (enum hs_status)got;
		size_t same = first.len;
		while (same < found.len && same < at.len && found.bytes[same] == at.bytes[same])
			same++;
		if (same == found.len) {
			struct hs_slice stored = hs_slice_from(hs__key_slice(&found), first.len);
			enum hs_status status = HS_OK;
			found.exact = at.exact;
			if (!at.exact || hs_text_matches(HS_MATCH_ABOVE, stored, cond->find->text))
				status = add_single(finder, ranges, cond, &found, err);
			if (status != HS_OK || same == first.len)
				return status;
			same--;
		}
		text = hs_slice_first(text, same - first.len);
	}
}

static enum hs_status add_uri(struct hs__finder *finder, struct hs__ranges *ranges,
	const struct hs__cond *cond, struct hs_error *err)
{
	const struct hs_find *find = cond->find;
	struct hs__key key;

	hs__key_begin(&key, find->param);
	switch ((enum hs_find_match)find->match) {
	case HS_MATCH_EXACT:
	case HS_MATCH_FOLDED:
		hs__key_text(&key, find->text);
		return add_single(finder, ranges, cond, &key, err);
	case HS_MATCH_STARTS:
		hs__key_prefix(&key, find->text);
		return add_prefix(finder, ranges, cond, &key, HS__SURE, err);
	case HS_MATCH_ABOVE:
		if (find->text.len >
			HS__KEY_CUT) /* longer ones may be cut, and a cut one may be a beginning */
			return add_prefix(finder, ranges, cond, &key, HS__VERIFY, err);
		return add_above(finder, ranges, cond, err);
	case HS_MATCH_CONTAINS:
	case HS_MATCH_ENDS:
		break;
	}
	return add_prefix(finder, ranges, cond, &key, HS__BY_KEY, err);
}

static enum hs_status add_reference(struct hs__finder *finder, struct hs__ranges *ranges,
	const struct hs__cond *cond, uint32_t type, struct hs_slice text, struct hs_error *err)
{
	struct hs__key key;

	hs__key_begin(&key, cond->find->param);
	if (cond->find->match == HS_MATCH_STARTS) {
		hs__key_prefix(&key, text);
		return add_prefix(finder, ranges, cond, &key, HS__VERIFY, err);
	}
	hs__key_text(&key, text);
	hs__key_byte(&key, 0);
	if (!type)
		return add_prefix(finder, ranges, cond, &key, HS__SURE, err);
	hs__key_number(&key, type);
	return add_single(finder, ranges, cond, &key, err);
}

/* ---- spans ---- */

static void put_value(struct hs__key *key, const struct hs_find *find, bool upper)
{
	if (find->op == HS_FIND_DATE)
		hs__key_time(key, upper ? find->hi : find->lo);
	else
		hs__key_real(key, upper ? find->high : find->low);
}

/* Where those of a class begin at the earliest that reach beyond an end of the searched span. */
static void put_before(struct hs__key *key, const struct hs_find *find, bool upper, unsigned char class)
{
	if (find->op == HS_FIND_DATE)
		hs__key_time(key, hs__date_before(class, upper ? find->hi : find->lo));
	else
		hs__key_real(key, hs__real_before(class, upper ? find->high : find->low));
}

/* Where spans that are found begin, between ends of the searched span. */
enum end { OPEN, LOWER, UPPER, BEFORE_LOWER, BEFORE_UPPER };
static const struct part {
	uint8_t from, to;
} parts[] = {
	[HS_CMP_EQ] = { LOWER, UPPER },
	[HS_CMP_NE] = { OPEN, OPEN },
	[HS_CMP_GT] = { BEFORE_UPPER, OPEN },
	[HS_CMP_LT] = { OPEN, LOWER },
	[HS_CMP_GE] = { BEFORE_UPPER, OPEN }, /* or LOWER, if that is earlier */
	[HS_CMP_LE] = { OPEN, UPPER },
	[HS_CMP_SA] = { UPPER, OPEN },
	[HS_CMP_EB] = { OPEN, LOWER },
	[HS_CMP_AP] = { BEFORE_LOWER, UPPER },
};
/* And where those end that have no beginning, so that none lies within or after a span that has one. */
static const struct part parts_by_end[] = {
	[HS_CMP_NE] = { OPEN, OPEN },
	[HS_CMP_GT] = { UPPER, OPEN },
	[HS_CMP_LT] = { OPEN, OPEN },
	[HS_CMP_GE] = { UPPER, OPEN },
	[HS_CMP_LE] = { OPEN, OPEN },
	[HS_CMP_EB] = { OPEN, LOWER },
	[HS_CMP_AP] = { LOWER, OPEN },
};

static void put_end(struct hs__key *key, const struct hs_find *find, uint8_t end, unsigned char class)
{
	if (end == LOWER || end == UPPER)
		put_value(key, find, end == UPPER);
	else if (end != OPEN)
		put_before(key, find, end == BEFORE_UPPER, class);
}

static bool starts_open(const struct hs_find *find)
{
	return find->op == HS_FIND_DATE ? find->lo == INT64_MIN : find->low <= -HUGE_VAL;
}

static enum hs_status add_part(struct hs__finder *finder, struct hs__ranges *ranges,
	const struct hs__cond *cond, const struct hs__key *base, struct part part, struct hs_error *err)
{
	unsigned char class = base->bytes[hs__key_param_len(cond->find->param)];
	struct hs__key first = *base, last = *base;

	put_end(&first, cond->find, part.from, class);
	put_end(&last, cond->find, part.to, class);
	hs__key_after_prefix(&last);
	return add(finder, ranges, cond, &first, &last, HS__BY_KEY, err);
}

static enum hs_status add_class(struct hs__finder *finder, struct hs__ranges *ranges,
	const struct hs__cond *cond, unsigned char class, struct hs_error *err)
{
	const struct hs_find *find = cond->find;
	struct part part = parts[find->cmp];
	struct hs__key base, lower, upper;

	hs__key_begin(&base, find->param);
	hs__key_byte(&base, class);
	if (class == HS__SPAN_ODD || (class == HS__SPAN_OPEN_START && starts_open(find)))
		return add_prefix(finder, ranges, cond, &base, HS__BY_KEY, err);
	if (class == HS__SPAN_OPEN_START) {
		if (find->cmp == HS_CMP_EQ || find->cmp == HS_CMP_SA)
			return HS_OK;
		put_before(&base, find, false, class);
		return add_part(finder, ranges, cond, &base, parts_by_end[find->cmp], err);
	}
	lower = upper = base;
	put_end(&lower, find, LOWER, class);
	put_end(&upper, find, BEFORE_UPPER, class);
	if (find->cmp == HS_CMP_GE && hs_slice_cmp(hs__key_slice(&lower), hs__key_slice(&upper)) < 0)
		part.from = LOWER;
	return add_part(finder, ranges, cond, &base, part, err);
}

enum hs_status hs__span_classes(struct hs__finder *finder, uint32_t param,
	const struct hs__span_classes **out, struct hs_error *err)
{
	struct hs__span_classes *classes = &finder->classes[finder->next_classes % HS__FIND_CLASSES];
	struct hs__key at, end, found;
	size_t prefix;
	int got;

	for (unsigned i = 0; i < HS__FIND_CLASSES; i++) {
		*out = &finder->classes[i];
		if ((*out)->param == param)
			return HS_OK;
	}
	*classes = (struct hs__span_classes) { .param = 0 };
	hs__key_begin(&at, param);
	prefix = at.len;
	end = at;
	hs__key_after_prefix(&end);
	found.len = 0;
	while ((got = hs__end_key(finder, hs__key_slice(&at), hs__key_slice(&end), false, &found, err)) > 0 &&
		found.len > prefix) {
		classes->items[classes->count++] = found.bytes[prefix];
		at = found;
		at.len = (uint16_t)(prefix + 1);
		hs__key_after_prefix(&at);
	}
	if (got < 0)
		return (enum hs_status)got;
	classes->param = param;
	finder->next_classes++;
	*out = classes;
	return HS_OK;
}

static enum hs_status add_span(struct hs__finder *finder, struct hs__ranges *ranges,
	const struct hs__cond *cond, struct hs_error *err)
{
	const struct hs__span_classes *classes = NULL;
	enum hs_status status = HS_OK;

	HS_ASSERT(cond->find->cmp <= HS_CMP_AP);
	status = hs__span_classes(finder, cond->find->param, &classes, err);
	for (unsigned i = 0; status == HS_OK && i < classes->count; i++)
		status = add_class(finder, ranges, cond, classes->items[i], err);
	return status;
}

static enum hs_status add_updated(struct hs__finder *finder, uint32_t type, struct hs__ranges *ranges,
	const struct hs__cond *cond, struct hs_error *err)
{
	const struct hs_find *find = cond->find;
	enum hs_find_cmp cmp = (enum hs_find_cmp)find->cmp;
	bool from_below = cmp == HS_CMP_NE || cmp == HS_CMP_LT || cmp == HS_CMP_LE || cmp == HS_CMP_EB;
	bool to_above = cmp == HS_CMP_NE || cmp == HS_CMP_GT || cmp == HS_CMP_GE || cmp == HS_CMP_SA;
	/* Beyond what is asked for, or from it on. */
	bool after = cmp == HS_CMP_GT || cmp == HS_CMP_SA, before = cmp == HS_CMP_LT || cmp == HS_CMP_EB;
	int64_t below = after ? find->hi : find->lo, above = before ? find->lo : find->hi;
	struct hs__key first, last;

	hs__key_updated(&first, type, from_below || below == INT64_MIN ? INT64_MIN : below - 1);
	hs__key_updated(&last, type, to_above || above == INT64_MAX ? INT64_MAX : above + 1);
	hs__key_after_prefix(&last);
	return add(finder, ranges, cond, &first, &last, HS__BY_KEY, err);
}

static enum hs_status add_near(struct hs__finder *finder, struct hs__ranges *ranges,
	const struct hs__cond *cond, struct hs_error *err)
{
	const struct hs_find *find = cond->find;
	double reach = find->radius / METRES_A_DEGREE * 1.001 + 0.00001;
	struct hs__key first, last;

	hs__key_begin(&first, find->param);
	last = first;
	hs__key_degrees(&first, find->low - reach);
	hs__key_degrees(&last, find->low + reach);
	hs__key_after_prefix(&last);
	return add(finder, ranges, cond, &first, &last, HS__BY_KEY, err);
}

/* ---- the tree ---- */

static enum hs_status add_all(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	struct hs__ranges *ranges, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < cond->kid_count && status == HS_OK; i++)
		status = hs__ranges_of(finder, type, &cond->kids[i], ranges, err);
	return status;
}

/* One of the kids is enough to find candidates; they must be checked for the others. */
static enum hs_status add_best(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	struct hs__ranges *ranges, struct hs_error *err)
{
	const struct hs__cond *best = NULL;
	uint64_t fewest = 0;
	enum hs_status status = hs__choose(finder, type, cond, HS__MANY, &best, &fewest, err);

	if (status != HS_OK)
		return status;
	HS_ASSERT(best);
	if (cond->kid_count > 1 || cond->find->op == HS_FIND_SAME_GROUP)
		ranges->verify = true;
	return hs__ranges_of(finder, type, best, ranges, err);
}

static enum hs_status add_id(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	struct hs__ranges *ranges, struct hs_error *err)
{
	uint64_t row = 0;
	int found = hs__find_live_row(finder, type, cond->find->text, &row, err);

	return found > 0 ? hs__add_row(finder, ranges, row, err) : (enum hs_status)found;
}

/* Where the words were found; since then a resource may have been deleted. */
static enum hs_status add_rows(struct hs__finder *finder, const struct hs__cond *cond,
	struct hs__ranges *ranges, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < cond->row_count && status == HS_OK; i++)
		status = hs__add_row(finder, ranges, cond->rows[i], err);
	ranges->verify = true;
	return status;
}

enum hs_status hs__ranges_of(struct hs__finder *finder, uint32_t type, const struct hs__cond *cond,
	struct hs__ranges *out, struct hs_error *err)
{
	const struct hs_find *find = cond->find;
	struct hs__key key;

	if (cond->nothing)
		return HS_OK;
	switch ((enum hs_find_op)find->op) {
	case HS_FIND_AND:
	case HS_FIND_SAME_GROUP:
		return add_best(finder, type, cond, out, err);
	case HS_FIND_OR:
		return add_all(finder, type, cond, out, err);
	case HS_FIND_NOT: /* of MISSING, see hs__drivable */
		hs__key_begin(&key, find->kids[0]->param);
		return add_prefix(finder, out, cond, &key, HS__SURE, err);
	case HS_FIND_ID:
		return add_id(finder, type, cond, out, err);
	case HS_FIND_UPDATED:
		return add_updated(finder, type, out, cond, err);
	case HS_FIND_TOKEN:
		return find->any_system ? add_code_any_system(finder, out, cond, err) :
					  add_code(finder, out, cond, cond->system, err);
	case HS_FIND_STRING:
		return add_string(finder, out, cond, err);
	case HS_FIND_URI:
		return add_uri(finder, out, cond, err);
	case HS_FIND_DATE:
	case HS_FIND_NUMBER:
	case HS_FIND_QUANTITY:
		return add_span(finder, out, cond, err);
	case HS_FIND_REFERENCE:
		return add_reference(finder, out, cond, find->target_type, find->text, err);
	case HS_FIND_NEAR:
		return add_near(finder, out, cond, err);
	case HS_FIND_CHAIN:
		return hs__inner_chain(finder, type, cond, out, err);
	case HS_FIND_HAS:
		return hs__inner_has(finder, type, cond, out, err);
	case HS_FIND_WORDS:
		return add_rows(finder, cond, out, err);
	case HS_FIND_MISSING:
		break;
	}
	HS_ASSERT(find->op != HS_FIND_MISSING);
	return HS_OK;
}
