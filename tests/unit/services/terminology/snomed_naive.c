/* SPDX-License-Identifier: Apache-2.0 */
/* The evaluator of ECL that goes through the rows of the files each time. */
#include "snomed_naive.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define IS_A 116680003ull
#define COLUMNS 16
#define GROUPS 16u /* and fewer in a release that is read */

/* ---- reading ---- */

static struct naive *reading;
static int pass; /* 0: concepts, 1: what refers to them */

static void *grow(void *list, size_t count, size_t size)
{
	if (count & (count - 1)) /* room for a power of two */
		return list;
	list = realloc(list, (count ? 2 * count : 1) * size);
	if (!list)
		abort();
	return list;
}

static uint32_t number(const char *id)
{
	return naive_find(reading, strtoull(id, NULL, 10));
}

static void take_concept(char **c)
{
	struct naive *n = reading;

	n->concepts = grow(n->concepts, n->count, sizeof(*n->concepts));
	n->concepts[n->count++] = (struct naive_concept) { strtoull(c[0], NULL, 10), strcmp(c[2], "1") == 0,
		strcmp(c[4], "900000000000073002") == 0, SIZE_MAX, SIZE_MAX, SIZE_MAX };
}

/* "2.5" is 250; no release that is read has more digits. */
static long long hundredths(const char *text)
{
	char *rest;
	long long whole = strtoll(text, &rest, 10) * 100;

	if (*rest != '.' || !rest[1])
		return whole;
	return whole + 10LL * (rest[1] - '0') + (rest[2] ? rest[2] - '0' : 0);
}

static void take_row(char **c, bool concrete)
{
	struct naive *n = reading;

	if (strcmp(c[2], "1") != 0 || strcmp(c[8], "900000000000011006") != 0 || (concrete && c[5][0] != '#'))
		return;
	struct naive_row row = { number(c[4]), number(c[7]), concrete ? UINT32_MAX : number(c[5]),
		(uint32_t)strtoul(c[6], NULL, 10), concrete ? hundredths(c[5] + 1) : 0, SIZE_MAX, SIZE_MAX };
	n->rows = grow(n->rows, n->row_count, sizeof(*n->rows));
	bool attribute = row.type != naive_find(n, IS_A); /* operators are about the others */
	struct naive_concept *source = &n->concepts[row.source];
	size_t *first = attribute ? &source->first_from : &source->first_is_a;
	row.next_from = *first;
	*first = n->row_count;
	if (attribute && !concrete) {
		row.next_to = n->concepts[row.target].first_to;
		n->concepts[row.target].first_to = n->row_count;
	}
	n->rows[n->row_count++] = row;
}

static void take_member(char **c, bool association)
{
	struct naive *n = reading;

	if (strcmp(c[2], "1") != 0)
		return;
	n->members = grow(n->members, n->member_count, sizeof(*n->members));
	n->members[n->member_count++] = (struct naive_member) { number(c[4]), number(c[5]),
		association ? number(c[6]) : UINT32_MAX };
}

static void take_line(const char *file, char *line)
{
	char *c[COLUMNS] = { NULL }, *rest = line;
	size_t count = 0;

	line[strcspn(line, "\r\n")] = '\0';
	while (rest && count < COLUMNS) {
		c[count++] = rest;
		rest = strchr(rest, '\t');
		if (rest)
			*rest++ = '\0';
	}
	bool concept = strncmp(file, "sct2_Concept_", 13) == 0;
	if (pass == 0 && concept && count >= 5)
		take_concept(c);
	if (pass == 0 || concept)
		return;
	if (strncmp(file, "sct2_RelationshipConcreteValues_", 32) == 0 && count >= 10)
		take_row(c, true);
	else if (strncmp(file, "sct2_Relationship_", 18) == 0 && count >= 10)
		take_row(c, false);
	else if (strncmp(file, "der2_Refset_Simple", 18) == 0 && count >= 6)
		take_member(c, false);
	else if (strncmp(file, "der2_cRefset_Association", 24) == 0 && count >= 7)
		take_member(c, true);
}

static int visit(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	FILE *file = flag == FTW_F ? fopen(path, "rb") : NULL;
	char line[4096];
	bool head = true;

	(void)st;
	for (; file && fgets(line, sizeof(line), file); head = false)
		if (!head)
			take_line(path + ftw->base, line);
	if (file)
		fclose(file);
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct naive_concept *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

void naive_read(struct naive *n, const char *folder)
{
	memset(n, 0, sizeof(*n));
	reading = n;
	for (pass = 0; pass < 2; pass++) {
		if (nftw(folder, visit, 8, FTW_PHYS))
			abort();
		if (pass == 0)
			qsort(n->concepts, n->count, sizeof(*n->concepts), by_id);
	}
	reading = NULL;
}

void naive_free(struct naive *n)
{
	free(n->concepts);
	free(n->rows);
	free(n->members);
}

uint32_t naive_find(const struct naive *n, uint64_t id)
{
	const struct naive_concept key = { .id = id };
	const struct naive_concept *found = bsearch(&key, n->concepts, n->count, sizeof(key), by_id);

	return found ? (uint32_t)(found - n->concepts) : UINT32_MAX;
}

/* ---- answering ---- */

static bool *new_set(const struct naive *n)
{
	bool *out = calloc(n->count + 1, sizeof(bool));

	if (!out)
		abort();
	return out;
}

/* One step along is-a from each of the set; with `far`, as many as there are. */
static void step(const struct naive *n, const bool *from, bool up, bool far, bool *out)
{
	uint32_t is_a = naive_find(n, IS_A);

	for (bool more = true; more;) {
		more = false;
		for (size_t i = 0; i < n->row_count; i++) {
			uint32_t here = up ? n->rows[i].source : n->rows[i].target,
				 there = up ? n->rows[i].target : n->rows[i].source;
			if (n->rows[i].type != is_a || out[there] || !(from[here] || (far && out[here])))
				continue;
			out[there] = true;
			more = far;
		}
	}
}

static void follow(const struct naive *n, unsigned what, const bool *set, bool *out)
{
	bool up = what >= NAIVE_ABOVE && what <= NAIVE_PARENT_SELF;
	bool far = what == NAIVE_BELOW || what == NAIVE_BELOW_SELF || what == NAIVE_ABOVE ||
		what == NAIVE_ABOVE_SELF;
	bool self = what == NAIVE_BELOW_SELF || what == NAIVE_CHILD_SELF || what == NAIVE_ABOVE_SELF ||
		what == NAIVE_PARENT_SELF;

	if (what < NAIVE_TOP) {
		step(n, set, up, far, out);
		for (uint32_t i = 0; i < n->count && self; i++)
			out[i] |= set[i];
		return;
	}
	bool *others = new_set(n); /* that have one of the set above (or below) them */
	step(n, set, what == NAIVE_BOTTOM, true, others);
	for (uint32_t i = 0; i < n->count; i++)
		out[i] = set[i] && !others[i];
	free(others);
}

static bool number_holds(unsigned comparison, long long a, long long b)
{
	switch (comparison) {
	case 0:
		return a == b;
	case 1:
		return a != b;
	case 2:
		return a < b;
	case 3:
		return a <= b;
	case 4:
		return a > b;
	default:
		return a >= b;
	}
}

/* The sets that a condition names. */
struct named {
	const struct naive_condition *condition;
	bool *types, *values;
	struct named *left, *right;
};

static struct named *name_sets(const struct naive *n, const struct naive_condition *c)
{
	struct named *out = calloc(1, sizeof(*out));

	if (!out)
		abort();
	out->condition = c;
	if (c->kind == NAIVE_ATTRIBUTE) {
		out->types = new_set(n);
		naive_answer(n, c->name, out->types);
		if (c->value) {
			out->values = new_set(n);
			naive_answer(n, c->value, out->values);
		}
		return out;
	}
	out->left = name_sets(n, c->left);
	out->right = c->right ? name_sets(n, c->right) : NULL;
	return out;
}

static void free_named(struct named *named)
{
	if (!named)
		return;
	free_named(named->left);
	free_named(named->right);
	free(named->types);
	free(named->values);
	free(named);
}

static bool row_fits(const struct named *named, const struct naive_row *row)
{
	const struct naive_condition *c = named->condition;
	uint32_t other = c->reverse ? row->source : row->target;

	if (!named->types[row->type])
		return false;
	if (!c->value)
		return row->target == UINT32_MAX && number_holds(c->comparison, row->number, c->number);
	return row->target != UINT32_MAX && named->values[other] == !c->unequal;
}

static bool is_or_below(const struct naive *n, uint32_t a, uint32_t b)
{
	bool found = a == b;

	for (size_t i = n->concepts[a].first_is_a; i != SIZE_MAX && !found; i = n->rows[i].next_from)
		found = is_or_below(n, n->rows[i].target, b);
	return found;
}

/* Whatever has attribute x has y. */
static bool implies(const struct naive *n, const struct naive_row *x, const struct naive_row *y)
{
	if (x->source != y->source || (x->target == UINT32_MAX) != (y->target == UINT32_MAX))
		return false;
	return is_or_below(n, x->type, y->type) &&
		(x->target == UINT32_MAX ? x->number == y->number : is_or_below(n, x->target, y->target));
}

/* Attributes count that no other says too; of equal ones one does. */
static unsigned count_attributes(const struct naive *n, const size_t *list, unsigned count)
{
	unsigned found = 0;

	for (unsigned i = 0; i < count; i++) {
		const struct naive_row *row = &n->rows[list[i]];
		bool redundant = false;
		for (unsigned k = 0; k < count && !redundant; k++)
			redundant = k != i && implies(n, &n->rows[list[k]], row) &&
				(k < i || !implies(n, row, &n->rows[list[k]]));
		found += !redundant;
	}
	return found;
}

static bool has_group(const struct naive *n, uint32_t concept, uint32_t group)
{
	bool found = false;

	for (size_t i = n->concepts[concept].first_from; i != SIZE_MAX && !found; i = n->rows[i].next_from)
		found = n->rows[i].group == group;
	return found;
}

/* group 0: all rows of the concept. */
static bool holds(const struct naive *n, const struct named *named, uint32_t concept, uint32_t group)
{
	const struct naive_condition *c = named->condition;
	size_t *list = NULL;
	unsigned found = 0, count = 0;

	switch (c->kind) {
	case NAIVE_ALL_OF:
		return holds(n, named->left, concept, group) && holds(n, named->right, concept, group);
	case NAIVE_ONE_OF:
		return holds(n, named->left, concept, group) || holds(n, named->right, concept, group);
	case NAIVE_GROUP:
		for (uint32_t g = 1; g < GROUPS; g++)
			found += has_group(n, concept, g) && holds(n, named->left, concept, g);
		return found >= c->least && found <= c->most;
	default:
		for (size_t i = c->reverse ? n->concepts[concept].first_to : n->concepts[concept].first_from;
			i != SIZE_MAX; i = c->reverse ? n->rows[i].next_to : n->rows[i].next_from)
			if ((!group || n->rows[i].group == group) && row_fits(named, &n->rows[i])) {
				list = grow(list, count, sizeof(*list));
				list[count++] = i;
			}
		/* whether there is any is told without counting */
		found = c->least < 2 && (!c->most || c->most == UINT32_MAX) ?
			count :
			count_attributes(n, list, count);
		free(list);
		return found >= c->least && found <= c->most;
	}
}

static void refine(const struct naive *n, const struct naive_condition *c, bool *set)
{
	struct named *named = name_sets(n, c);

	for (uint32_t i = 0; i < n->count; i++)
		set[i] = set[i] && holds(n, named, i, 0);
	free_named(named);
}

static void add_history(const struct naive *n, unsigned how, bool *set)
{
	static const uint64_t moderate[] = { 900000000000527005, 900000000000526001, 900000000000528000,
		1186924009 };
	bool *refsets = new_set(n), *above = new_set(n), *found = new_set(n);
	uint32_t any = naive_find(n, 900000000000522004);

	for (size_t i = 0; i < (how == 0 ? 1u : 4u); i++)
		if (naive_find(n, moderate[i]) != UINT32_MAX)
			refsets[naive_find(n, moderate[i])] = true;
	above[any == UINT32_MAX ? n->count : any] = true;
	if (how == 2)
		step(n, above, false, true, refsets);
	for (size_t i = 0; i < n->member_count; i++) {
		const struct naive_member *m = &n->members[i];
		if (m->target != UINT32_MAX && refsets[m->refset] && set[m->target] &&
			!n->concepts[m->component].active)
			found[m->component] = true;
	}
	for (uint32_t i = 0; i < n->count; i++)
		set[i] |= found[i];
	free(refsets);
	free(above);
	free(found);
}

static void dot(const struct naive *n, const bool *types, const bool *sources, bool *out)
{
	for (uint32_t c = 0; c < n->count; c++)
		for (size_t i = n->concepts[c].first_from; sources[c] && i != SIZE_MAX;
			i = n->rows[i].next_from)
			if (n->rows[i].target != UINT32_MAX && types[n->rows[i].type])
				out[n->rows[i].target] = true;
}

void naive_answer(const struct naive *n, const struct naive_tree *tree, bool *out)
{
	bool *left = new_set(n), *right = new_set(n);

	memset(out, 0, n->count * sizeof(bool));
	if (tree->left)
		naive_answer(n, tree->left, left);
	if (tree->right)
		naive_answer(n, tree->right, right);
	if (tree->kind == NAIVE_OPERATOR)
		follow(n, tree->what, left, out);
	if (tree->kind == NAIVE_DOT)
		dot(n, right, left, out);
	for (size_t i = 0; tree->kind == NAIVE_MEMBERS && i < n->member_count; i++)
		if (n->members[i].refset == tree->concept && n->members[i].component != UINT32_MAX)
			out[n->members[i].component] = true;
	for (uint32_t i = 0; i < n->count; i++)
		switch (tree->kind) {
		case NAIVE_CONCEPT:
			out[i] = i == tree->concept;
			break;
		case NAIVE_ANY:
			out[i] = n->concepts[i].active;
			break;
		case NAIVE_AND:
			out[i] = left[i] && right[i];
			break;
		case NAIVE_OR:
			out[i] = left[i] || right[i];
			break;
		case NAIVE_MINUS:
			out[i] = left[i] && !right[i];
			break;
		case NAIVE_DEFINED:
			out[i] = left[i] && n->concepts[i].defined == (tree->what == 1);
			break;
		case NAIVE_REFINED:
		case NAIVE_HISTORY:
			out[i] = left[i];
			break;
		default:
			break;
		}
	if (tree->kind == NAIVE_REFINED)
		refine(n, tree->condition, out);
	if (tree->kind == NAIVE_HISTORY)
		add_history(n, tree->what, out);
	free(left);
	free(right);
}
