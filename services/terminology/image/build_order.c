/* SPDX-License-Identifier: Apache-2.0 */
/* Putting concepts in preorder, so that what is below one of them is a few spans of numbers (spans.h).
 *
 * A link that leads back to a concept still being walked would close a circle: it is left out and reported.
 */
#include "../compile/spans.h"
#include "build.h"

#include <stdlib.h>

struct frame {
	uint32_t concept, child; /* the next child to be looked at */
};

struct walk {
	struct tx_build *b;
	uint32_t count, next;
	uint8_t *state; /* of each concept: 0 not met, 1 being walked, 2 done */
	struct frame *stack;
	struct tx_spans spans;
	struct hs_buf round; /* struct tx_build_link: links that were left out */
};

#define LEFT_OUT UINT32_MAX /* in a row: nothing stands here any more */

/* ---- rows of links ---- */

static void sum(uint32_t *first, uint32_t count)
{
	for (uint32_t i = 0; i < count; i++)
		first[i + 1] += first[i];
}

static bool is_doubled(const uint32_t *list, uint32_t from, uint32_t to, uint32_t value)
{
	for (uint32_t i = from; i < to; i++)
		if (list[i] == value)
			return true;
	return false;
}

/* Closes the gaps in rows of links. */
static void close_gaps(uint32_t *first, uint32_t *list, uint32_t count)
{
	uint32_t at = 0;

	for (uint32_t i = 0; i < count; i++) {
		uint32_t from = first[i];
		first[i] = at;
		for (uint32_t k = from; k < first[i + 1]; k++)
			if (list[k] != LEFT_OUT)
				list[at++] = list[k];
	}
	first[count] = at;
}

static void report(struct tx_build *b, uint32_t child, uint32_t parent)
{
	b->cycles++;
	if (b->cycle)
		b->cycle(b->cycle_arg, hs_tx_build_at(b, child)->code, hs_tx_build_at(b, parent)->code);
}

/* Compressed rows both ways, a link given twice standing once. */
static void make_rows(struct tx_build *b, uint32_t count)
{
	size_t links = TX_BUILD_COUNT(b->links, struct tx_build_link);
	const struct tx_build_link *link = (const void *)b->links.ptr;

	b->parent_first = hs_tx_build_numbers(b->arena, (size_t)count + 1);
	b->child_first = hs_tx_build_numbers(b->arena, (size_t)count + 1);
	b->parents = hs_tx_build_numbers(b->arena, links);
	b->children = hs_tx_build_numbers(b->arena, links);
	uint32_t *used = hs_tx_build_numbers(b->arena, count);
	for (size_t i = 0; i < links; i++)
		b->parent_first[link[i].child + 1]++;
	sum(b->parent_first, count);
	for (size_t i = 0; i < links; i++) {
		uint32_t first = b->parent_first[link[i].child], *n = &used[link[i].child];
		if (link[i].child == link[i].parent)
			report(b, link[i].child, link[i].parent);
		else if (!is_doubled(b->parents, first, first + *n, link[i].parent))
			b->parents[first + (*n)++] = link[i].parent;
	}
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = b->parent_first[i] + used[i]; k < b->parent_first[i + 1]; k++)
			b->parents[k] = LEFT_OUT; /* doubles */
	close_gaps(b->parent_first, b->parents, count);
	for (uint32_t i = 0; i < b->parent_first[count]; i++)
		b->child_first[b->parents[i] + 1]++;
	sum(b->child_first, count);
	memset(used, 0, count * sizeof(*used));
	for (uint32_t i = 0; i < count; i++)
		for (uint32_t k = b->parent_first[i]; k < b->parent_first[i + 1]; k++) {
			uint32_t parent = b->parents[k];
			b->children[b->child_first[parent] + used[parent]++] = i;
		}
}

static int compare_ranks(const void *a, const void *b)
{
	const struct tx_build_link *x = a, *y = b;

	if (x->parent != y->parent)
		return x->parent < y->parent ? -1 : 1;
	return x->rank < y->rank ? -1 : x->rank > y->rank;
}

/* Puts the children of one parent that have a rank first, by it. `in_row` has the parent + 1 at its children
 * that are not put yet; `old` has room for all children. */
static void rank_row(struct tx_build *b, const struct tx_build_link *ranked, size_t count, uint32_t *in_row,
	uint32_t *old)
{
	uint32_t parent = ranked[0].parent, first = b->child_first[parent];
	uint32_t size = b->child_first[parent + 1] - first, n = first;

	memcpy(old, b->children + first, size * sizeof(*old));
	for (uint32_t i = 0; i < size; i++)
		in_row[old[i]] = parent + 1;
	for (size_t i = 0; i < count + size; i++) {
		uint32_t child = i < count ? ranked[i].child : old[i - count];
		if (in_row[child] != parent + 1)
			continue;
		in_row[child] = 0;
		b->children[n++] = child;
	}
}

static void rank_children(struct tx_build *b, uint32_t count)
{
	size_t links = TX_BUILD_COUNT(b->links, struct tx_build_link), n = 0;
	const struct tx_build_link *link = (const void *)b->links.ptr;
	struct tx_build_link *ranked = hs_arena_array(b->arena, links, sizeof(*ranked));
	uint32_t *in_row = hs_tx_build_numbers(b->arena, count), *old = hs_tx_build_numbers(b->arena, count);

	for (size_t i = 0; i < links; i++)
		if (link[i].rank)
			ranked[n++] = link[i];
	qsort(ranked, n, sizeof(*ranked), compare_ranks);
	for (size_t at = 0, end; at < n; at = end) {
		for (end = at + 1; end < n && ranked[end].parent == ranked[at].parent;)
			end++;
		rank_row(b, ranked + at, end - at, in_row, old);
	}
}

/* ---- spans ---- */

static void close_concept(struct walk *w, uint32_t concept)
{
	struct tx_build *b = w->b;
	struct tx_span own = { b->place[concept], w->next };

	b->end[own.from] = own.to;
	hs_tx_spans_begin(&w->spans, own);
	for (uint32_t i = b->child_first[concept]; i < b->child_first[concept + 1]; i++)
		if (b->children[i] != LEFT_OUT)
			hs_tx_spans_add(&w->spans, b->children[i]);
	hs_tx_spans_end(&w->spans, concept);
	w->state[concept] = 2;
}

/* ---- the walk ---- */

/* The link at `at` of the children leads to a concept that is still being walked. */
static void leave_out(struct walk *w, uint32_t at, uint32_t parent)
{
	struct tx_build_link link = { .child = w->b->children[at], .parent = parent };

	report(w->b, link.child, parent);
	hs_buf_add(&w->round, hs_slice((const char *)&link, sizeof(link)));
	w->b->children[at] = LEFT_OUT;
}

static void remove_round(struct walk *w)
{
	struct tx_build *b = w->b;
	size_t count = TX_BUILD_COUNT(w->round, struct tx_build_link);
	const struct tx_build_link *link = (const void *)w->round.ptr;

	for (size_t i = 0; i < count; i++)
		for (uint32_t k = b->parent_first[link[i].child]; k < b->parent_first[link[i].child + 1]; k++)
			if (b->parents[k] == link[i].parent)
				b->parents[k] = LEFT_OUT;
	if (count) {
		close_gaps(b->parent_first, b->parents, w->count);
		close_gaps(b->child_first, b->children, w->count);
	}
}

static void open_concept(struct walk *w, uint32_t concept, size_t *depth)
{
	w->state[concept] = 1;
	w->b->place[concept] = w->next;
	w->b->order[w->next++] = concept;
	w->stack[(*depth)++] = (struct frame) { concept, w->b->child_first[concept] };
}

static void walk_from(struct walk *w, uint32_t root)
{
	size_t depth = 0;

	open_concept(w, root, &depth);
	while (depth) {
		struct frame *top = &w->stack[depth - 1];
		if (top->child == w->b->child_first[top->concept + 1]) {
			close_concept(w, top->concept);
			depth--;
			continue;
		}
		uint32_t at = top->child++, child = w->b->children[at];
		if (w->state[child] == 0)
			open_concept(w, child, &depth);
		else if (w->state[child] == 1)
			leave_out(w, at, top->concept);
	}
}

/* Roots come as they stand in the source, or those with something below them before what stands alone. Should
 * all of a circle's concepts be left, they are last. */
static void walk_all(struct walk *w)
{
	const struct tx_build *b = w->b;
	enum { TREES, ROOTS, REST } pass = b->head.trees_first ? TREES : ROOTS;

	for (; pass <= REST; pass++)
		for (uint32_t i = 0; i < w->count; i++) {
			bool root = b->parent_first[i] == b->parent_first[i + 1];
			bool tree = b->child_first[i] < b->child_first[i + 1];
			if (w->state[i] == 0 && (pass == REST || (root && (pass == ROOTS || tree))))
				walk_from(w, i);
		}
}

/* ---- texts of a concept ---- */

static void order_texts(struct tx_build *b, uint32_t count)
{
	size_t texts = TX_BUILD_COUNT(b->texts, struct tx_build_text);
	const struct tx_build_text *text = (const void *)b->texts.ptr;

	b->text_first = hs_tx_build_numbers(b->arena, (size_t)count + 1);
	b->text_order = hs_tx_build_numbers(b->arena, texts);
	uint32_t *used = hs_tx_build_numbers(b->arena, count);
	for (size_t i = 0; i < texts; i++)
		b->text_first[text[i].concept + 1]++;
	sum(b->text_first, count);
	for (uint32_t i = 0; i < texts; i++) {
		uint32_t concept = text[i].concept;
		uint32_t *list = b->text_order + b->text_first[concept], n = used[concept]++;
		for (; n && text[i].rank < text[list[n - 1]].rank; n--)
			list[n] = list[n - 1];
		list[n] = i;
	}
}

enum hs_status hs_tx_build_order(struct tx_build *b, struct hs_error *err)
{
	uint32_t count = (uint32_t)TX_BUILD_COUNT(b->concepts, struct tx_build_concept);
	struct walk w = { .b = b, .count = count };

	if (b->concepts.overflow || b->texts.overflow || b->links.overflow || b->properties.overflow)
		return hs_fail(err, HS_E_LIMIT, "the code system is too large to be imported");
	if (!count)
		return hs_fail(err, HS_E_VALUE, "there is no concept in what was imported");
	make_rows(b, count);
	if (b->head.ordered)
		rank_children(b, count);
	b->place = hs_tx_build_numbers(b->arena, count);
	b->order = hs_tx_build_numbers(b->arena, count);
	b->end = hs_tx_build_numbers(b->arena, count);
	b->span_first = hs_tx_build_numbers(b->arena, count);
	b->span_count = hs_tx_build_numbers(b->arena, count);
	w.state = hs_arena_alloc(b->arena, count);
	w.stack = hs_arena_array(b->arena, count, sizeof(*w.stack));
	w.spans = (struct tx_spans) { .first = b->span_first, .count = b->span_count, .rows = &b->spans };
	hs_buf_init(&w.spans.found, NULL, TX_BUILD_MAX);
	hs_buf_init(&w.round, NULL, TX_BUILD_MAX);
	walk_all(&w);
	remove_round(&w);
	bool whole = !w.round.overflow;
	hs_buf_free(&w.round);
	hs_buf_free(&w.spans.found);
	order_texts(b, count);
	b->ordered = count;
	b->linked = b->parent_first[count];
	b->worded = TX_BUILD_COUNT(b->texts, struct tx_build_text);
	return b->spans.overflow || !whole ?
		hs_fail(err, HS_E_LIMIT, "the hierarchy is too large to be imported") :
		HS_OK;
}
