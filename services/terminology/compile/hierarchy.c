/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling the hierarchy of a code system: rows of parents, children and, unless it is a plain tree, of what
 * stands below. In a plain tree a concept's descendants are the concepts from it to its `end`. */
#include "compile.h"
#include "spans.h"

#include <stdlib.h>

/* Spans that are looked at and kept: what real code systems need several times over, and little enough that a
 * hierarchy made to be entangled cannot fill the memory or keep a worker. */
#define SPANS_MAX(concepts) (((size_t)4 << 20) + (size_t)32 * (concepts))

struct graph {
	struct tx_compile *c;
	uint32_t first, count;
	uint32_t *parent_first, *parents; /* compressed rows, by place in the system */
	uint32_t *child_first, *children;
};

static int compare_edges(const void *a, const void *b)
{
	const struct tx_edge *x = a, *y = b;

	if (x->child != y->child)
		return x->child < y->child ? -1 : 1;
	return x->parent < y->parent ? -1 : x->parent > y->parent;
}

/* Edges of nesting and of properties together, in order, each once. */
static struct tx_edge *all_edges(struct graph *g, const struct tx_edge *more, size_t more_count,
	size_t *count)
{
	const struct tx_concept_row *rows = TX_ROW(g->c, TX_CONCEPTS, const struct tx_concept_row, g->first);
	struct tx_edge *edges = hs_arena_array(g->c->scratch, g->count + more_count + 1, sizeof(*edges));
	uint32_t *open = hs_arena_array(g->c->scratch, g->count + 1, sizeof(*open));
	size_t n = 0, depth = 0, kept = 0;

	for (uint32_t i = 0; i < g->count; i++) {
		while (depth && rows[open[depth - 1]].end <= g->first + i)
			depth--;
		if (depth)
			edges[n++] = (struct tx_edge) { i, open[depth - 1] };
		open[depth++] = i;
	}
	for (size_t i = 0; i < more_count; i++)
		if (more[i].child != more[i].parent)
			edges[n++] = (struct tx_edge) { more[i].child - g->first, more[i].parent - g->first };
	if (n)
		qsort(edges, n, sizeof(*edges), compare_edges);
	for (size_t i = 0; i < n; i++)
		if (!i || compare_edges(&edges[i], &edges[kept - 1]))
			edges[kept++] = edges[i];
	*count = kept;
	return edges;
}

static void fill_rows(struct graph *g, const struct tx_edge *edges, size_t count)
{
	g->parent_first = hs_arena_array(g->c->scratch, g->count + 2, sizeof(uint32_t));
	g->child_first = hs_arena_array(g->c->scratch, g->count + 2, sizeof(uint32_t));
	g->parents = hs_arena_array(g->c->scratch, count + 1, sizeof(uint32_t));
	g->children = hs_arena_array(g->c->scratch, count + 1, sizeof(uint32_t));
	for (size_t i = 0; i < count; i++) {
		g->parent_first[edges[i].child + 1]++;
		g->child_first[edges[i].parent + 1]++;
	}
	for (uint32_t i = 0; i < g->count; i++) {
		g->parent_first[i + 1] += g->parent_first[i];
		g->child_first[i + 1] += g->child_first[i];
	}
	uint32_t *at = hs_arena_array(g->c->scratch, g->count + 1, sizeof(uint32_t));
	for (size_t i = 0; i < count; i++) {
		g->parents[i] = edges[i].parent;
		g->children[g->child_first[edges[i].parent] + at[edges[i].parent]++] = edges[i].child;
	}
}

/* ---- what stands below ---- */

/* Concepts of a circle are closed together, when the walk leaves the first of them that it met: each stands
 * below each other one (R. Tarjan, "Depth-first search and linear graph algorithms", 1972). */
struct walk {
	struct graph *g;
	uint32_t next;
	uint32_t *number; /* of each concept, and 1; 0: not met */
	uint32_t *low;    /* the least of these that is reached and not closed */
	bool *closed;
	uint32_t *open; /* those that are met and not closed, in the order of their numbers */
	size_t open_count;
	struct frame {
		uint32_t concept, child; /* the next child to be looked at */
	} * stack;
	size_t depth;
	struct tx_spans spans;
	size_t kept; /* spans that the image will have */
	bool circles, too_many;
};

static void open_concept(struct walk *w, uint32_t concept)
{
	w->number[concept] = w->low[concept] = ++w->next;
	w->open[w->open_count++] = concept;
	w->stack[w->depth++] = (struct frame) { concept, w->g->child_first[concept] };
}

/* The concept and those that were met after it and are open still: a circle, or the concept alone. */
static void close_circle(struct walk *w, uint32_t concept)
{
	const struct graph *g = w->g;
	size_t first = w->open_count, count;

	while (w->open[--first] != concept)
		;
	count = w->open_count - first;
	hs_tx_spans_begin(&w->spans, (struct tx_span) { w->number[concept] - 1, w->next });
	for (size_t i = first; i < w->open_count; i++)
		for (uint32_t k = g->child_first[w->open[i]]; k < g->child_first[w->open[i] + 1]; k++)
			if (w->closed[g->children[k]])
				hs_tx_spans_add(&w->spans, g->children[k]);
	hs_tx_spans_end(&w->spans, concept);
	for (size_t i = first; i < w->open_count; i++) {
		w->spans.first[w->open[i]] = w->spans.first[concept];
		w->spans.count[w->open[i]] = w->spans.count[concept];
		w->closed[w->open[i]] = true;
	}
	w->open_count = first;
	w->circles |= count > 1;
	w->kept += count * ((size_t)w->spans.count[concept] + 1);
	w->too_many = w->kept + w->spans.seen > SPANS_MAX(g->count);
}

static void lower(uint32_t *low, uint32_t reached)
{
	if (reached < *low)
		*low = reached;
}

static void walk_from(struct walk *w, uint32_t root)
{
	const struct graph *g = w->g;

	open_concept(w, root);
	while (w->depth && !w->too_many) {
		struct frame *top = &w->stack[w->depth - 1];
		if (top->child < g->child_first[top->concept + 1]) {
			uint32_t child = g->children[top->child++];
			if (!w->number[child])
				open_concept(w, child);
			else if (!w->closed[child])
				lower(&w->low[top->concept], w->number[child]);
			continue;
		}
		uint32_t concept = top->concept;
		w->depth--;
		if (w->low[concept] == w->number[concept])
			close_circle(w, concept);
		else
			lower(&w->low[w->stack[w->depth - 1].concept], w->low[concept]);
	}
}

/* First from those that have no parent, so that few concepts are met before those that hold them. */
static void walk_all(struct walk *w)
{
	const struct graph *g = w->g;

	for (int pass = 0; pass < 2; pass++)
		for (uint32_t i = 0; i < g->count && !w->too_many; i++)
			if (!w->number[i] && (pass || g->parent_first[i] == g->parent_first[i + 1]))
				walk_from(w, i);
}

/* The rows must be freed. */
static void find_below(struct walk *w, struct graph *g, struct hs_buf *rows)
{
	struct hs_arena *scratch = g->c->scratch;
	size_t room = (size_t)g->count + 1;

	*w = (struct walk) { .g = g,
		.number = hs_arena_array(scratch, room, sizeof(uint32_t)),
		.low = hs_arena_array(scratch, room, sizeof(uint32_t)),
		.closed = hs_arena_array(scratch, room, sizeof(bool)),
		.open = hs_arena_array(scratch, room, sizeof(uint32_t)),
		.stack = hs_arena_array(scratch, room, sizeof(struct frame)),
		.spans = { .first = hs_arena_array(scratch, room, sizeof(uint32_t)),
			.count = hs_arena_array(scratch, room, sizeof(uint32_t)),
			.rows = rows } };
	hs_buf_init(rows, NULL, TX_ROWS_MAX);
	hs_buf_init(&w->spans.found, NULL, TX_ROWS_MAX);
	walk_all(w);
	hs_buf_free(&w->spans.found);
}

/* ---- rows ---- */

static void put_list(struct graph *g, enum tx_section section, const uint32_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t concept = g->first + list[i];
		TX_PUT(g->c, section, concept);
	}
}

static void put_spans(struct graph *g, const struct walk *w, uint32_t concept)
{
	const struct tx_span *rows = (const void *)w->spans.rows->ptr;
	struct tx_span number = { w->number[concept] - 1, w->number[concept] - 1 };

	TX_PUT(g->c, TX_SPANS, number);
	for (uint32_t i = 0; i < w->spans.count[concept]; i++)
		TX_PUT(g->c, TX_SPANS, rows[w->spans.first[concept] + i]);
}

/* Without a walk those of a plain tree, which need no spans. */
static void put_rows(struct graph *g, const struct walk *w)
{
	for (uint32_t i = 0; i < g->count; i++) {
		struct tx_concept_row *row = TX_ROW(g->c, TX_CONCEPTS, struct tx_concept_row, g->first + i);
		row->parent_first = TX_COUNT(g->c, TX_PARENTS, uint32_t);
		row->child_first = TX_COUNT(g->c, TX_CHILDREN, uint32_t);
		row->span_first = TX_COUNT(g->c, TX_SPANS, struct tx_span);
		put_list(g, TX_PARENTS, g->parents + g->parent_first[i],
			g->parent_first[i + 1] - g->parent_first[i]);
		put_list(g, TX_CHILDREN, g->children + g->child_first[i],
			g->child_first[i + 1] - g->child_first[i]);
		if (w)
			put_spans(g, w, i);
	}
}

static bool has_two_parents(const struct graph *g)
{
	for (uint32_t i = 0; i < g->count; i++)
		if (g->parent_first[i + 1] - g->parent_first[i] > 1)
			return true;
	return false;
}

/* *flags gets what there is to be said of it. */
static enum hs_status put_graph(struct graph *g, uint32_t *flags, struct hs_error *err)
{
	struct hs_buf rows;
	struct walk w;
	char concepts[24], most[24];

	find_below(&w, g, &rows);
	if (!w.too_many)
		put_rows(g, &w);
	*flags |= TX_GRAPH | (w.circles || has_two_parents(g) ? 0 : TX_FOREST);
	hs_buf_free(&rows);
	return !w.too_many ?
		HS_OK :
		hs_tx_say(err, HS_E_LIMIT, g->c->swedish, TX_MSG_OWN_ENTANGLED, HS_S("CodeSystem.concept"),
			TX_ARGS(hs_tx_digits(g->count, concepts), hs_tx_digits(SPANS_MAX(g->count), most)));
}

/* A tree in the order of the source: every parent is the concept that holds the child. */
static bool is_plain_tree(const struct graph *g, const struct tx_edge *edges, size_t count)
{
	const struct tx_concept_row *rows = TX_ROW(g->c, TX_CONCEPTS, const struct tx_concept_row, g->first);

	for (size_t i = 0; i < count; i++) {
		uint32_t parent = edges[i].parent;
		if (edges[i].child <= parent || rows[parent].end <= g->first + edges[i].child)
			return false;
		if (i && edges[i - 1].child == edges[i].child)
			return false;
	}
	return true;
}

enum hs_status hs_tx_compile_hierarchy(struct tx_compile *c, struct tx_system_row *system,
	const struct tx_edge *edges, size_t edge_count, struct hs_error *err)
{
	struct graph g = { .c = c, .first = system->concept_first, .count = system->concept_count };
	size_t count = 0;

	if (!g.count)
		return HS_OK;
	const struct tx_edge *all = all_edges(&g, edges, edge_count, &count);
	if (count)
		system->head.flags |= TX_HIERARCHY;
	fill_rows(&g, all, count);
	if (!is_plain_tree(&g, all, count))
		return put_graph(&g, &system->head.flags, err);
	put_rows(&g, NULL);
	return HS_OK;
}
