/* SPDX-License-Identifier: Apache-2.0 */
/* Compiling the hierarchy of a code system: rows of parents, children and, unless it is a plain tree, of all
 * ancestors. In a plain tree a concept's descendants are the concepts from it to its `end`. */
#include "compile.h"

#include <stdlib.h>

/* Rows of one code system: what real ones need several times over, and little enough that a hierarchy made to
 * be deep cannot fill the memory. */
#define ANCESTORS_MAX(concepts) (((size_t)8 << 20) + (size_t)64 * (concepts))

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

static int compare_numbers(const void *a, const void *b)
{
	uint32_t x = *(const uint32_t *)a, y = *(const uint32_t *)b;

	return x < y ? -1 : x > y;
}

/* All ancestors of one concept by a walk upwards; a cycle ends where it began. */
static size_t find_ancestors(const struct graph *g, uint32_t concept, uint32_t *stamp, uint32_t *found)
{
	size_t n = 0;

	stamp[concept] = concept + 1;
	for (uint32_t at = concept, next = 0;; at = found[next++]) {
		for (uint32_t i = g->parent_first[at]; i < g->parent_first[at + 1]; i++) {
			uint32_t parent = g->parents[i];
			if (stamp[parent] == concept + 1)
				continue;
			stamp[parent] = concept + 1;
			found[n++] = parent;
		}
		if (next == n)
			break;
	}
	if (n)
		qsort(found, n, sizeof(*found), compare_numbers);
	return n;
}

static void put_list(struct graph *g, enum tx_section section, const uint32_t *list, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		uint32_t concept = g->first + list[i];
		TX_PUT(g->c, section, concept);
	}
}

static enum hs_status put_rows(struct graph *g, bool closure, struct hs_error *err)
{
	uint32_t *stamp = hs_arena_array(g->c->scratch, g->count + 1, sizeof(uint32_t));
	uint32_t *found = hs_arena_array(g->c->scratch, g->count + 1, sizeof(uint32_t));
	size_t total = 0;
	char concepts[24], ancestors[24];

	for (uint32_t i = 0; i < g->count; i++) {
		struct tx_concept_row *row = TX_ROW(g->c, TX_CONCEPTS, struct tx_concept_row, g->first + i);
		row->parent_first = TX_COUNT(g->c, TX_PARENTS, uint32_t);
		row->child_first = TX_COUNT(g->c, TX_CHILDREN, uint32_t);
		row->ancestor_first = TX_COUNT(g->c, TX_ANCESTORS, uint32_t);
		put_list(g, TX_PARENTS, g->parents + g->parent_first[i],
			g->parent_first[i + 1] - g->parent_first[i]);
		put_list(g, TX_CHILDREN, g->children + g->child_first[i],
			g->child_first[i + 1] - g->child_first[i]);
		if (!closure)
			continue;
		size_t n = find_ancestors(g, i, stamp, found);
		put_list(g, TX_ANCESTORS, found, n);
		total += n;
		if (total > ANCESTORS_MAX(g->count))
			return hs_tx_say(err, HS_E_LIMIT, g->c->swedish, TX_MSG_OWN_DEEP_HIERARCHY,
				HS_S("CodeSystem.concept"),
				TX_ARGS(hs_tx_digits(g->count, concepts),
					hs_tx_digits(ANCESTORS_MAX(g->count), ancestors)));
	}
	return HS_OK;
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
	bool graph = !is_plain_tree(&g, all, count);
	if (graph)
		system->head.flags |= TX_GRAPH;
	if (count)
		system->head.flags |= TX_HIERARCHY;
	fill_rows(&g, all, count);
	return put_rows(&g, graph, err);
}
