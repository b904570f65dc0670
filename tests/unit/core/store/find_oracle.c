/* SPDX-License-Identifier: Apache-2.0 */
/* Searches compared with a plain evaluator in memory: random resources, random trees of conditions, random
 * sorts and pages, from a seed that is printed. */
#include "support.h"

#include <math.h>

enum { ALPHA = 1, BETA = 2 }; /* types in the model */
enum {
	P_TOKEN = 1,
	P_STRING,
	P_URI,
	P_DATE,
	P_NUMBER,
	P_QUANTITY,
	P_REFERENCE,
	P_POINT,
	P_PART_TOKEN,
	P_PART_NUMBER,
	P_PART_STRING,
	P_PART_QUANTITY,
	P_LONG,
	P_BACK, /* of BETA */
	P_BETA_TOKEN,
	P_COUNT
};
#define ALPHAS 2400
#define BETAS 300
#define ROWS_MAX 40

struct item {
	unsigned type;
	char id[16];
	bool live;
	unsigned order; /* of creation, within the type */
	int64_t updated;
	struct hs_index_row rows[ROWS_MAX];
	size_t count;
};

static struct item alphas[ALPHAS], betas[BETAS];
static uint32_t params[P_COUNT], types[3];
static uint64_t rng;
static struct hs_arena *texts;

static uint32_t pick(uint32_t below)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)((rng >> 16) % below);
}

/* ---- random content ---- */

static struct hs_slice a_system(void)
{
	static const char *const all[] = { "", "urn:a", "urn:b", "urn:c" };
	return hs_slice_cstr(all[pick(4)]);
}

static struct hs_slice a_code(void)
{
	static const char *const all[] = { "active", "Active", "ACTIVE", "x", "Y", "y", "12", "123", "a b",
		"" };
	if (pick(8) == 0) /* mostly in one system only */
		return hs_arena_printf(texts, "%c%u", pick(2) ? 'n' : 'N', pick(500));
	return hs_slice_cstr(all[pick(pick(2) ? 2 : 10)]);
}

static struct hs_slice a_word(void)
{
	static const char *const all[] = { "and", "anders", "andersson", "bo", "b", "\xc3\xa5sa", "z", "an",
		"an bo" };
	return hs_slice_cstr(all[pick(9)]);
}

/* As it is, with capital letters where words begin, or everywhere; the fold of each is the word. */
static struct hs_slice a_spelling(struct hs_slice word)
{
	char *spelled = hs_arena_raw(texts, word.len + 1);
	uint32_t way = pick(3);

	for (size_t i = 0; i < word.len; i++) {
		char c = word.ptr[i];
		bool capital = way == 2 || (way == 1 && (i == 0 || word.ptr[i - 1] == ' '));
		spelled[i] = capital && c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
	}
	return hs_slice(spelled, word.len);
}

static struct hs_slice a_long_text(void)
{
	static char big[200];
	memset(big, 'q', sizeof(big));
	size_t len = 70 + pick(60);
	big[len - 1 - pick(30)] = 'r';
	return hs_arena_copy(texts, hs_slice(big, len));
}

static struct hs_slice a_uri(void)
{
	static const char *const all[] = { "http://a", "http://a/b", "http://a/b/c", "http://ab", "urn:x",
		"http://a/b/d", "", "http" };
	return hs_slice_cstr(all[pick(8)]);
}

static void a_span(int64_t *lo, int64_t *hi)
{
	static const int64_t lengths[] = { 1, 1000, 86400000, 86400000, 172800000, 172800001, 2678400000,
		31536000000 };
	*lo = INT64_C(1600000000000) + (int64_t)pick(60) * 43200000;
	*hi = *lo + lengths[pick(8)];
	if (pick(20) == 0)
		*lo = INT64_MIN;
	if (pick(20) == 0)
		*hi = INT64_MAX;
	if (pick(40) == 0 && *lo > INT64_MIN)
		*hi = *lo - 5;
}

static void a_reach(double *low, double *high)
{
	static const double lengths[] = { 0, 0, 1, 0.1, 30 };
	*low = (double)(int)pick(41) * 2.5 - 20;
	*high = *low + lengths[pick(5)];
	if (pick(30) == 0)
		*low = -HUGE_VAL;
	if (pick(30) == 0)
		*high = HUGE_VAL;
}

static struct hs_slice an_id(unsigned type)
{
	return hs_slice_cstr(type == ALPHA ? alphas[pick(ALPHAS)].id : betas[pick(BETAS)].id);
}

static struct hs_index_row *add_row(struct item *item, unsigned param, enum hs_index_kind kind)
{
	struct hs_index_row *row = &item->rows[item->count++];
	*row = (struct hs_index_row) { .param = params[param], .kind = (uint8_t)kind };
	return row;
}

static void fill_texts(struct item *item)
{
	struct hs_index_row *row;

	for (uint32_t n = pick(3); n; n--) {
		row = add_row(item, P_TOKEN, HS_INDEX_TOKEN);
		row->system = a_system();
		row->text = a_code();
	}
	for (uint32_t n = pick(3); n; n--) {
		row = add_row(item, P_STRING, HS_INDEX_STRING);
		row->text = a_word();
		row->exact = pick(2) ? a_spelling(row->text) : pick(8) ? HS_S("Exact") : HS_S_NONE;
	}
	if (pick(2)) {
		row = add_row(item, P_LONG, HS_INDEX_STRING);
		row->text = row->exact = a_long_text();
	}
	if (pick(2)) {
		row = add_row(item, P_URI, HS_INDEX_URI);
		row->text = a_uri();
	}
}

/* Of each group what a component has several of is in any order. */
static void fill_groups(struct item *item)
{
	struct hs_index_row *row;

	for (uint16_t n = (uint16_t)pick(4); n; n--) {
		for (uint32_t tokens = 1 + pick(3) / 2; tokens; tokens--) {
			row = add_row(item, P_PART_TOKEN, HS_INDEX_TOKEN);
			row->group = n;
			row->system = pick(3) ? HS_S_NONE : a_system();
			row->text = a_code();
		}
		row = add_row(item, P_PART_NUMBER, HS_INDEX_NUMBER);
		row->group = n;
		a_reach(&row->low, &row->high);
		row = add_row(item, P_PART_STRING, HS_INDEX_STRING);
		row->group = n;
		row->text = row->exact = pick(4) ? a_word() : a_long_text();
		row = add_row(item, P_PART_QUANTITY, HS_INDEX_QUANTITY);
		row->group = n;
		a_reach(&row->low, &row->high);
		row->system = a_system();
		row->text = a_code();
	}
}

static void fill_values(struct item *item)
{
	struct hs_index_row *row;

	for (uint32_t n = pick(3); n; n--) {
		row = add_row(item, P_DATE, HS_INDEX_DATE);
		a_span(&row->lo, &row->hi);
	}
	for (uint32_t n = pick(2); n; n--) {
		row = add_row(item, P_NUMBER, HS_INDEX_NUMBER);
		a_reach(&row->low, &row->high);
	}
	for (uint32_t n = pick(3); n; n--) {
		row = add_row(item, P_QUANTITY, HS_INDEX_QUANTITY);
		a_reach(&row->low, &row->high);
		row->system = a_system();
		row->text = a_code();
	}
	fill_groups(item);
	if (pick(3) == 0) {
		row = add_row(item, P_POINT, HS_INDEX_POINT);
		row->low = 55 + pick(1400) / 100.0;
		row->high = 11 + pick(1300) / 100.0;
	}
}

static void fill(struct item *item)
{
	struct hs_index_row *row;

	item->count = 0;
	if (item->type == BETA) {
		row = add_row(item, P_BETA_TOKEN, HS_INDEX_TOKEN);
		row->text = a_code();
		for (uint32_t n = pick(4); n; n--) {
			row = add_row(item, P_BACK, HS_INDEX_REFERENCE);
			row->target_type = types[ALPHA];
			row->text = an_id(ALPHA);
		}
		return;
	}
	fill_texts(item);
	fill_values(item);
	for (uint32_t n = pick(3); n; n--) {
		row = add_row(item, P_REFERENCE, HS_INDEX_REFERENCE);
		unsigned kind = pick(3);
		row->target_type = kind ? types[kind] : 0;
		row->text = kind ? an_id(kind) : a_uri();
	}
}

/* ---- the plain evaluator ---- */

static bool span(unsigned cmp, double vl, double vh, double ql, double qh)
{
	bool v_point = vl >= vh, q_point = ql >= qh;
	bool within = ql <= vl && vh <= qh && (q_point || !v_point || vl < qh);
	switch (cmp) {
	case HS_CMP_EQ:
		return within;
	case HS_CMP_NE:
		return !within;
	case HS_CMP_GT:
		return vh > qh;
	case HS_CMP_LT:
		return vl < ql;
	case HS_CMP_GE:
		return vh > qh || within;
	case HS_CMP_LE:
		return vl < ql || within;
	case HS_CMP_SA:
		return q_point ? vl > qh : vl >= qh;
	case HS_CMP_EB:
		return v_point ? vh < ql : vh <= ql;
	default:
		return within || (vl < qh && vh > ql);
	}
}

static bool has_prefix(struct hs_slice s, struct hs_slice prefix)
{
	return s.len >= prefix.len && (!prefix.len || memcmp(s.ptr, prefix.ptr, prefix.len) == 0);
}

static bool contains(struct hs_slice s, struct hs_slice part)
{
	for (size_t i = 0; i + part.len <= s.len; i++) {
		if (!part.len || memcmp(s.ptr + i, part.ptr, part.len) == 0)
			return true;
	}
	return part.len == 0;
}

static bool text_holds(const struct hs_find *f, struct hs_slice folded, struct hs_slice exact)
{
	switch (f->match) {
	case HS_MATCH_EXACT:
		return hs_slice_eq(exact, f->text);
	case HS_MATCH_FOLDED:
		return hs_slice_eq(folded, f->text);
	case HS_MATCH_STARTS:
		return has_prefix(folded, f->text);
	case HS_MATCH_ENDS:
		return f->text.len <= folded.len &&
			hs_slice_eq(hs_slice_from(folded, folded.len - f->text.len), f->text);
	case HS_MATCH_CONTAINS:
		return contains(folded, f->text);
	default:
		return has_prefix(f->text, folded) &&
			(folded.len == f->text.len ||
				(folded.len &&
					(f->text.ptr[folded.len] == '/' ||
						f->text.ptr[folded.len - 1] == '/')));
	}
}

static bool row_holds(const struct hs_find *f, const struct hs_index_row *r)
{
	if (r->param != f->param)
		return false;
	switch (f->op) {
	case HS_FIND_TOKEN:
		return (f->any_system || hs_slice_eq(r->system, f->system)) &&
			(f->any_code ||
				(f->fold_case ? hs_slice_ieq(r->text, f->text) :
						hs_slice_eq(r->text, f->text)));
	case HS_FIND_STRING:
		return text_holds(f, r->text, r->exact);
	case HS_FIND_URI:
		return text_holds(f, r->text, r->text);
	case HS_FIND_DATE:
		return span(f->cmp, (double)r->lo, (double)r->hi, (double)f->lo, (double)f->hi);
	case HS_FIND_NUMBER:
		return span(f->cmp, r->low, r->high, f->low, f->high);
	case HS_FIND_QUANTITY:
		return span(f->cmp, r->low, r->high, f->low, f->high) &&
			(f->any_system || hs_slice_eq(r->system, f->system)) &&
			(!f->text.len || hs_slice_eq(r->text, f->text));
	case HS_FIND_REFERENCE:
		return hs_slice_eq(r->text, f->text) && (!f->target_type || f->target_type == r->target_type);
	case HS_FIND_NEAR: {
		double rad = 3.14159265358979323846 / 180;
		double c = sin(r->low * rad) * sin(f->low * rad) +
			cos(r->low * rad) * cos(f->low * rad) * cos((r->high - f->high) * rad);
		return 6371008.8 * acos(c > 1 ? 1 : c) <= f->radius;
	}
	default:
		return false;
	}
}

static bool any_row(const struct item *item, const struct hs_find *f, int group)
{
	for (size_t i = 0; i < item->count; i++) {
		if ((group < 0 || item->rows[i].group == group) && row_holds(f, &item->rows[i]))
			return true;
	}
	return false;
}

static struct item *by_id(uint32_t type, struct hs_slice id)
{
	struct item *all = type == types[ALPHA] ? alphas : betas;
	size_t count = type == types[ALPHA] ? ALPHAS : BETAS;
	for (size_t i = 0; i < count; i++) {
		if (hs_slice_eq(id, hs_slice_cstr(all[i].id)))
			return all[i].live ? &all[i] : NULL;
	}
	return NULL;
}

static bool holds(const struct item *item, const struct hs_find *f);

static bool chain_holds(const struct item *item, const struct hs_find *f)
{
	for (size_t i = 0; i < item->count; i++) {
		const struct hs_index_row *r = &item->rows[i];
		if (r->param != f->param || r->target_type != f->target_type)
			continue;
		const struct item *target = by_id(r->target_type, r->text);
		if (target && holds(target, f->kids[0]))
			return true;
	}
	return false;
}

static bool has_holds(const struct item *item, const struct hs_find *f)
{
	for (size_t b = 0; b < BETAS; b++) {
		if (!betas[b].live)
			continue;
		for (size_t i = 0; i < betas[b].count; i++) {
			const struct hs_index_row *r = &betas[b].rows[i];
			if (r->param == f->param && hs_slice_eq(r->text, hs_slice_cstr(item->id)) &&
				holds(&betas[b], f->kids[0]))
				return true;
		}
	}
	return false;
}

static bool holds(const struct item *item, const struct hs_find *f)
{
	bool all = true, any = false;

	switch (f->op) {
	case HS_FIND_AND:
	case HS_FIND_OR:
		for (size_t i = 0; i < f->kid_count; i++) {
			bool kid = holds(item, f->kids[i]);
			all &= kid;
			any |= kid;
		}
		return f->op == HS_FIND_AND ? all : any;
	case HS_FIND_NOT:
		return !holds(item, f->kids[0]);
	case HS_FIND_ID:
		return hs_slice_eq(f->text, hs_slice_cstr(item->id));
	case HS_FIND_UPDATED:
		return span(f->cmp, (double)item->updated, (double)(item->updated + 1), (double)f->lo,
			(double)f->hi);
	case HS_FIND_MISSING:
		for (size_t i = 0; i < item->count; i++)
			any |= item->rows[i].param == f->param;
		return !any;
	case HS_FIND_SAME_GROUP:
		for (int group = 1; group < 4 && !any; group++) {
			all = true;
			for (size_t i = 0; i < f->kid_count; i++)
				all &= any_row(item, f->kids[i], group);
			any = all;
		}
		return any;
	case HS_FIND_CHAIN:
		return chain_holds(item, f);
	case HS_FIND_HAS:
		return has_holds(item, f);
	default:
		return any_row(item, f, -1);
	}
}

/* ---- random searches ---- */

static const struct hs_find **kids_of(size_t count)
{
	return hs_arena_array(texts, count, sizeof(struct hs_find *));
}

static struct hs_find *new_find(enum hs_find_op op, unsigned param)
{
	struct hs_find *f = hs_arena_alloc(texts, sizeof(*f));
	f->op = (uint8_t)op;
	f->param = params[param];
	f->cmp = (uint8_t)pick(9);
	return f;
}

static struct hs_find *a_text_leaf(void)
{
	struct hs_find *f;

	switch (pick(5)) {
	case 0:
	case 1:
		f = new_find(HS_FIND_TOKEN, P_TOKEN);
		f->system = a_system();
		f->text = a_code();
		f->any_system = pick(2);
		f->any_code = !f->any_system && pick(4) == 0;
		f->fold_case = pick(2);
		if (pick(20) == 0)
			f->system = HS_S("urn:unknown");
		return f;
	case 2:
		f = new_find(HS_FIND_STRING, P_STRING);
		f->match = (uint8_t)pick(6);
		f->text = f->match == HS_MATCH_EXACT && pick(2) ? HS_S("Exact") : a_word();
		if (f->match == HS_MATCH_EXACT && pick(2)) {
			f->folded = a_word();
			f->text = a_spelling(f->folded);
		}
		return f;
	case 3:
		f = new_find(HS_FIND_STRING, P_LONG);
		f->match = (uint8_t)pick(6);
		f->text = a_long_text();
		f->text.len -= f->match == HS_MATCH_EXACT ? 0 : pick(60);
		f->folded = f->match == HS_MATCH_EXACT && pick(2) ? f->text : HS_S_NONE;
		return f;
	default:
		f = new_find(HS_FIND_URI, P_URI);
		f->match = (uint8_t)pick(5);
		f->text = a_uri();
		return f;
	}
}

static struct hs_find *a_value_leaf(void)
{
	struct hs_find *f;

	switch (pick(6)) {
	case 0:
	case 1:
		f = new_find(HS_FIND_DATE, P_DATE);
		a_span(&f->lo, &f->hi);
		return f;
	case 2:
		f = new_find(HS_FIND_NUMBER, P_NUMBER);
		a_reach(&f->low, &f->high);
		return f;
	case 3:
		f = new_find(HS_FIND_QUANTITY, P_QUANTITY);
		a_reach(&f->low, &f->high);
		f->any_system = pick(2);
		f->system = f->any_system ? HS_S_NONE : a_system();
		f->text = pick(2) ? HS_S_NONE : a_code();
		return f;
	case 4:
		f = new_find(HS_FIND_UPDATED, 0);
		f->lo = INT64_C(1700000000000) + pick(ALPHAS + BETAS);
		f->hi = f->lo + (pick(2) ? 1 : 500);
		return f;
	default:
		f = new_find(HS_FIND_NEAR, P_POINT);
		f->low = 55 + pick(1400) / 100.0;
		f->high = 11 + pick(1300) / 100.0;
		f->radius = 1000.5 + pick(300000);
		return f;
	}
}

static const struct hs_find * not(const struct hs_find *kid)
{
	struct hs_find *f = new_find(HS_FIND_NOT, 0);
	const struct hs_find **kids = kids_of(1);

	kids[0] = kid;
	f->kids = kids;
	f->kid_count = 1;
	return f;
}

static struct hs_find *a_link_leaf(unsigned depth);
static struct hs_find *a_tree(unsigned depth);

static struct hs_find *a_beta_leaf(void)
{
	struct hs_find *f = new_find(HS_FIND_TOKEN, P_BETA_TOKEN);
	f->any_system = true;
	f->text = a_code();
	return f;
}

static struct hs_find *a_composite(void)
{
	struct hs_find *f = new_find(HS_FIND_SAME_GROUP, 0), *token = new_find(HS_FIND_TOKEN, P_PART_TOKEN),
		       *number = new_find(HS_FIND_NUMBER, P_PART_NUMBER),
		       *string = new_find(HS_FIND_STRING, P_PART_STRING),
		       *quantity = new_find(HS_FIND_QUANTITY, P_PART_QUANTITY);
	struct hs_find *parts[] = { token, quantity, number, string };
	const struct hs_find **kids = kids_of(4);
	unsigned first = pick(4);

	token->text = a_code();
	token->any_system = pick(2);
	token->fold_case = pick(2);
	a_reach(&number->low, &number->high);
	string->match = (uint8_t)pick(6);
	string->text = pick(4) ? a_word() : a_long_text();
	a_reach(&quantity->low, &quantity->high);
	quantity->any_system = pick(2);
	quantity->system = quantity->any_system ? HS_S_NONE : a_system();
	quantity->text = pick(2) ? HS_S_NONE : a_code();
	f->kid_count = 2 + pick(3);
	for (unsigned i = 0; i < f->kid_count; i++)
		kids[i] = parts[(first + i) % 4];
	f->kids = kids;
	return f;
}

static struct hs_find *a_link_leaf(unsigned depth)
{
	const struct hs_find **kids = kids_of(2);
	struct hs_find *f;

	switch (pick(6)) {
	case 0:
		f = new_find(HS_FIND_REFERENCE, P_REFERENCE);
		f->target_type = pick(2) ? types[1 + pick(2)] : 0;
		f->text = pick(3) ? an_id(1 + pick(2)) : a_uri();
		return f;
	case 1:
		f = new_find(HS_FIND_ID, 0);
		f->text = an_id(ALPHA);
		return f;
	case 2:
		return new_find(HS_FIND_MISSING, 1 + pick(P_LONG));
	case 3:
		return a_composite();
	case 4:
		f = new_find(HS_FIND_CHAIN, P_REFERENCE);
		f->target_type = types[1 + pick(2)];
		kids[0] = f->target_type == types[BETA] ? a_beta_leaf() : a_tree(depth + 2);
		f->kid_count = 1;
		break;
	default:
		f = new_find(HS_FIND_HAS, P_BACK);
		f->target_type = types[BETA];
		kids[0] = a_beta_leaf();
		f->kid_count = 1;
		break;
	}
	if (pick(3) == 0)
		kids[0] = not(kids[0]);
	f->kids = kids;
	return f;
}

static struct hs_find *a_tree(unsigned depth)
{
	unsigned what = pick(depth >= 3 ? 6 : 10);

	if (what < 2)
		return a_text_leaf();
	if (what < 4)
		return a_value_leaf();
	if (what < 6)
		return depth >= 3 ? a_text_leaf() : a_link_leaf(depth);
	struct hs_find *f = new_find(what < 8 ? HS_FIND_AND : what < 9 ? HS_FIND_OR : HS_FIND_NOT, 0);
	f->kid_count = f->op == HS_FIND_NOT ? 1 : pick(4);
	const struct hs_find **kids = kids_of(f->kid_count + 1);
	for (size_t i = 0; i < f->kid_count; i++)
		kids[i] = a_tree(depth + 1);
	f->kids = kids;
	return f;
}

#define SORTS 9u

static struct hs_find_sort a_sort(unsigned which, bool falling)
{
	static const struct {
		unsigned param;
		uint8_t kind;
	} all[] = { { P_STRING, HS_INDEX_STRING }, { P_DATE, HS_INDEX_DATE }, { P_NUMBER, HS_INDEX_NUMBER },
		{ P_TOKEN, HS_INDEX_TOKEN }, { P_QUANTITY, HS_INDEX_QUANTITY }, { P_URI, HS_INDEX_URI },
		{ P_REFERENCE, HS_INDEX_REFERENCE } };
	struct hs_find_sort sort = { .falling = falling };

	if (which < sizeof(all) / sizeof(all[0])) {
		sort.param = params[all[which].param];
		sort.kind = all[which].kind;
	} else {
		sort.special = which == SORTS - 1 ? HS_SORT_ID : HS_SORT_UPDATED;
	}
	return sort;
}

static size_t some_sorts(struct hs_find_sort sorts[3])
{
	size_t count = pick(2) ? 0 : 1 + pick(3);

	for (size_t i = 0; i < count; i++)
		sorts[i] = a_sort(pick(SORTS), pick(2));
	return count;
}

/* ---- plain sorting ---- */

struct value {
	bool any;
	double number;
	char text[64];
};

static struct value value_of_row(const struct hs_index_row *r)
{
	struct value v = { .any = true };
	switch (r->kind) {
	case HS_INDEX_DATE:
		v.number = (double)r->lo;
		break;
	case HS_INDEX_NUMBER:
	case HS_INDEX_QUANTITY:
		v.number = r->low;
		break;
	default:
		snprintf(v.text, sizeof(v.text), "%.*s", HS_S_ARG(r->text));
		for (char *c = v.text; r->kind == HS_INDEX_TOKEN && *c; c++)
			*c = *c >= 'A' && *c <= 'Z' ? (char)(*c + 32) : *c;
	}
	return v;
}

static int compare_values(const struct value *a, const struct value *b)
{
	if (a->number < b->number || a->number > b->number)
		return a->number < b->number ? -1 : 1;
	return strcmp(a->text, b->text);
}

static struct value sort_value(const struct item *item, const struct hs_find_sort *sort)
{
	struct value best = { .any = false };

	if (sort->special == HS_SORT_ID) {
		best.any = true;
		snprintf(best.text, sizeof(best.text), "%s", item->id);
	} else if (sort->special == HS_SORT_UPDATED) {
		best.any = true;
		best.number = (double)item->updated;
	}
	for (size_t i = 0; sort->special == HS_SORT_PARAM && i < item->count; i++) {
		if (item->rows[i].param != sort->param)
			continue;
		struct value v = value_of_row(&item->rows[i]);
		int order = best.any ? compare_values(&v, &best) : 0;
		if (!best.any || (sort->falling ? order > 0 : order < 0))
			best = v;
	}
	return best;
}

static const struct hs_find_query *sorting;

static int compare_items(const void *a, const void *b)
{
	const struct item *x = *(struct item *const *)a, *y = *(struct item *const *)b;

	for (size_t i = 0; i < sorting->sort_count; i++) {
		struct value vx = sort_value(x, &sorting->sort[i]), vy = sort_value(y, &sorting->sort[i]);
		if (vx.any != vy.any)
			return vx.any ? -1 : 1;
		int order = vx.any ? compare_values(&vx, &vy) : 0;
		if (order)
			return sorting->sort[i].falling ? -order : order;
	}
	return x->order < y->order ? -1 : x->order > y->order;
}

/* ---- the comparison ---- */

struct find_work {
	struct hs_find_query query;
	struct hs_find_page out;
};

static enum hs_status run_find(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct find_work *work = arg;
	return hs_txn_find(txn, arena, &work->query, &work->out, err);
}

static void compare_page(struct fixture *f, struct hs_find_query query, struct item **expected, size_t count,
	unsigned which)
{
	size_t seen = 0;

	for (unsigned pages = 0; pages < 4; pages++) {
		struct find_work work = { .query = query };
		if (hs_store_read_wait(f->store, f->arena, run_find, &work, &f->err) != HS_OK)
			fail_msg("search %u: %s", which, f->err.text);
		size_t left = count - seen, wanted = left < query.count ? left : query.count;
		if (work.out.count != wanted || (query.want_total && work.out.total != count))
			fail_msg("search %u page %u: %zu of %zu, total %llu of %zu", which, pages,
				work.out.count, wanted, (unsigned long long)work.out.total, count);
		for (size_t i = 0; i < wanted; i++) {
			struct hs_slice id = work.out.items[i].id;
			if (!hs_slice_eq(id, hs_slice_cstr(expected[seen + i]->id)))
				fail_msg("search %u page %u: %.*s at %zu, not %s", which, pages, HS_S_ARG(id),
					i, expected[seen + i]->id);
		}
		seen += wanted;
		if ((work.out.next.len > 0) != (seen < count && query.count > 0))
			fail_msg("search %u page %u: wrong about more", which, pages);
		if (!work.out.next.len)
			break;
		query.after = work.out.next;
	}
}

/* What a failing search was, for whoever mends it. */
static void tell(const struct hs_find *f, int depth)
{
	printf("%*sop %u param %u cmp %u match %u any_system %d any_code %d fold %d type %u [%.*s|%.*s] %lld "
	       "%lld"
	       " %g %g %g\n",
		depth * 2, "", f->op, f->param, f->cmp, f->match, f->any_system, f->any_code, f->fold_case,
		f->target_type, HS_S_ARG(f->system), HS_S_ARG(f->text), (long long)f->lo, (long long)f->hi,
		f->low, f->high, f->radius);
	for (size_t i = 0; i < f->kid_count; i++)
		tell(f->kids[i], depth + 1);
}

static void tell_query(const struct hs_find_query *query)
{
	printf("count %u total %d\n", query->count, query->want_total);
	for (size_t i = 0; i < query->sort_count; i++)
		printf("sort param %u special %d falling %d\n", query->sort[i].param,
			(int)query->sort[i].special, query->sort[i].falling);
	if (query->where)
		tell(query->where, 0);
}

static void one_search(struct fixture *f, unsigned which)
{
	static struct item *expected[ALPHAS];
	struct hs_find_sort sorts[3];
	struct hs_arena_mark mark = hs_arena_mark(texts);
	struct hs_find_query query = { .type = types[ALPHA],
		.sort = sorts,
		.want_total = pick(2),
		.keys_only = pick(2),
		.count = pick(30) };
	size_t count = 0;

	query.sort_count = some_sorts(sorts);
	query.where = pick(12) ? a_tree(0) : NULL;
	for (size_t i = 0; i < ALPHAS; i++) {
		if (alphas[i].live && (!query.where || holds(&alphas[i], query.where)))
			expected[count++] = &alphas[i];
	}
	if (getenv("HS_TELL") && strtoul(getenv("HS_TELL"), NULL, 10) == which)
		tell_query(&query);
	sorting = &query;
	qsort(expected, count, sizeof(expected[0]), compare_items);
	compare_page(f, query, expected, count, which);
	hs_arena_rollback(texts, mark);
	hs_arena_reset(f->arena);
}

/* All of the type in each order: along the index of the sort, far into the groups of one value. */
static void every_sort(struct fixture *f)
{
	static struct item *expected[ALPHAS];
	struct hs_find_sort sorts[3];
	struct hs_find_query query = { .type = types[ALPHA], .sort = sorts, .keys_only = true, .count = 500 };

	for (unsigned which = 0; which < SORTS * 12; which++) {
		size_t count = 0;
		sorts[0] = a_sort(which % SORTS, which & 1);
		sorts[1] = a_sort(pick(SORTS), pick(2));
		sorts[2] = a_sort(pick(SORTS), pick(2));
		query.sort_count = 1 + which / SORTS % 3;
		query.count = pick(2) ? 500 : 5; /* small pages go along further sorts */
		for (size_t i = 0; i < ALPHAS; i++) {
			if (alphas[i].live)
				expected[count++] = &alphas[i];
		}
		sorting = &query;
		qsort(expected, count, sizeof(expected[0]), compare_items);
		compare_page(f, query, expected, count, 10000 + which);
		hs_arena_reset(f->arena);
	}
}

/* ---- storing ---- */

struct bulk {
	struct item *items;
	size_t count;
	bool delete;
};

static enum hs_status store_items(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct bulk *bulk = arg;
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < bulk->count && status == HS_OK; i++) {
		struct item *item = &bulk->items[i];
		struct put_work work = { .type = types[item->type],
			.id = item->id,
			.text = "",
			.index = item->rows,
			.index_count = item->count };
		status = item->live ? put_one(txn, arena, &work, err) : delete_one(txn, arena, &work, err);
		item->updated = work.out.updated_ms;
	}
	return status;
}

static void store(struct fixture *f, struct item *items, size_t count)
{
	struct bulk bulk = { .items = items, .count = count };
	if (hs_store_write_wait(f->store, f->arena, store_items, &bulk, &f->err) != HS_OK)
		fail_msg("%s", f->err.text);
	hs_arena_reset(f->arena);
	f->now_ms += 37;
}

static void make_model(struct fixture *f)
{
	static const char *const names[P_COUNT] = { "", "token", "string", "uri", "date", "number",
		"quantity", "reference", "point", "part-token", "part-number", "part-string", "part-quantity",
		"long", "back", "beta-token" };

	types[ALPHA] = number_of(f, HS_SPACE_TYPE, "Alpha");
	types[BETA] = number_of(f, HS_SPACE_TYPE, "Beta");
	for (unsigned i = 1; i < P_COUNT; i++)
		params[i] = number_of(f, HS_SPACE_PARAM, names[i]);
	for (unsigned i = 0; i < ALPHAS; i++) {
		alphas[i] = (struct item) { .type = ALPHA, .live = true, .order = i };
		snprintf(alphas[i].id, sizeof(alphas[i].id), "a%u", (i * 7919u) % 100003u);
	}
	for (unsigned i = 0; i < BETAS; i++) {
		betas[i] = (struct item) { .type = BETA, .live = true, .order = i };
		snprintf(betas[i].id, sizeof(betas[i].id), "b%u", i);
	}
	for (unsigned i = 0; i < ALPHAS; i++)
		fill(&alphas[i]);
	for (unsigned i = 0; i < BETAS; i++)
		fill(&betas[i]);
	for (unsigned i = 0; i < ALPHAS; i += 100)
		store(f, &alphas[i], 100);
	for (unsigned i = 0; i < BETAS; i += 100)
		store(f, &betas[i], 100);
}

static void change_some(struct fixture *f, unsigned count)
{
	for (unsigned i = 0; i < count; i++) {
		struct item *item = &alphas[pick(ALPHAS)];
		if (item->live && pick(4) == 0) {
			item->live = false;
		} else {
			item->live = true;
			fill(item);
		}
		store(f, item, 1);
	}
	for (unsigned i = 0; i < count / 7; i++) {
		struct item *item = &betas[pick(BETAS)];
		item->live = !item->live;
		store(f, item, 1);
	}
}

static void searches_agree(void **state)
{
	struct fixture *f = *state;
	const char *text = getenv("HS_SEED"), *rounds = getenv("HS_ROUNDS");
	uint64_t seed = text ? strtoull(text, NULL, 10) : 5;
	unsigned searches = rounds ? (unsigned)strtoul(rounds, NULL, 10) : 1000;

	printf("seed %llu\n", (unsigned long long)seed);
	rng = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	texts = hs_arena_new((size_t)256 << 20);
	make_model(f);
	for (unsigned i = 0; i < searches; i++) {
		if (i == searches / 3 || i == searches * 2 / 3) {
			change_some(f, 300);
			if (hs_store_check(f->store, &f->err) != HS_OK)
				fail_msg("%s", f->err.text);
		}
		/* Columns follow a little at a time. */
		if (f->by_columns && i % 8 == 0)
			change_some(f, 1 + pick(14));
		one_search(f, i);
	}
	every_sort(f);
	hs_arena_free(texts);
}

/* The same, of columns wherever these can answer. */
static void columns_agree(void **state)
{
	struct fixture *f = *state;

	f->by_columns = true;
	f->merging = true;
	fixture_reopen(f);
	searches_agree(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(searches_agree, fixture_setup, fixture_teardown),
		cmocka_unit_test_setup_teardown(columns_agree, fixture_setup, fixture_teardown),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
