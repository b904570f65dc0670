/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions as a non-deterministic automaton whose states are all followed at once (Thompson 1968).
 */
#include "regex.h"

#include "../image/patience.h"

#include <handslag/coding.h>

#define STEPS_MAX 20000u
#define DEPTH_MAX 100
#define COUNT_MAX 1000u

/* ---- the tree ---- */

enum node_kind { EMPTY, CHAR, ANY, CLASS, BEGIN, END, CONCAT, EITHER, REPEAT };

struct range {
	uint32_t lo, hi;
};
struct class
{
	struct range *ranges;
	size_t count, room;
	bool negated;
};
struct node {
	enum node_kind kind;
	uint32_t c;
	struct class *class;
	struct node *a, *b;
	uint32_t min, max; /* max 0: no end */
};

struct parser {
	struct hs_arena *arena;
	struct hs_slice rest;
	int depth;
	bool bad;
};

static struct node *new_node(struct parser *p, enum node_kind kind)
{
	static struct node none = { .kind = EMPTY };
	struct node *node = hs_arena_alloc(p->arena, sizeof(*node));

	if (!node) {
		p->bad = true;
		return &none;
	}
	node->kind = kind;
	return node;
}

/* A byte that is no part of a character stands for itself. */
static uint32_t decode(struct hs_slice s, size_t *step)
{
	size_t size = hs_utf8_size(s.ptr, s.len);

	*step = size ? size : 1;
	return size ? hs_utf8_point(s.ptr, size) : (unsigned char)s.ptr[0];
}

static uint32_t take(struct parser *p)
{
	size_t step = 0;

	if (!p->rest.len) {
		p->bad = true;
		return 0;
	}
	uint32_t c = decode(p->rest, &step);
	p->rest = hs_slice_from(p->rest, step);
	return c;
}

static bool next_is(const struct parser *p, char c)
{
	return p->rest.len && p->rest.ptr[0] == c;
}

static bool skip(struct parser *p, char c)
{
	if (!next_is(p, c))
		return false;
	p->rest = hs_slice_from(p->rest, 1);
	return true;
}

static void add_range(struct parser *p, struct class *class, uint32_t lo, uint32_t hi)
{
	if (class->count == class->room) {
		size_t room = class->room ? class->room * 2 : 8;
		struct range *ranges = hs_arena_grow(p->arena, class->ranges,
			class->room * sizeof(struct range), room * sizeof(struct range));
		if (!ranges) {
			p->bad = true;
			return;
		}
		class->ranges = ranges;
		class->room = room;
	}
	class->ranges[class->count++] = (struct range) { lo, hi };
}

/* The ranges of \d, \w, \s and their opposites; false for other letters. */
static bool add_shorthand(struct parser *p, struct class *class, uint32_t letter)
{
	static const struct range digit[] = { { '0', '9' } };
	static const struct range word[] = { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } };
	static const struct range blank[] = { { '\t', '\r' }, { ' ', ' ' } };
	uint32_t lower = letter | 0x20;
	const struct range *ranges = lower == 'd' ? digit : lower == 'w' ? word : blank;
	size_t count = lower == 'd' ? 1 : lower == 'w' ? 4 : 2;

	if (lower != 'd' && lower != 'w' && lower != 's')
		return false;
	if (letter == lower) {
		for (size_t i = 0; i < count; i++)
			add_range(p, class, ranges[i].lo, ranges[i].hi);
		return true;
	}
	uint32_t from = 0;
	for (size_t i = 0; i < count; i++) {
		if (ranges[i].lo > from)
			add_range(p, class, from, ranges[i].lo - 1);
		from = ranges[i].hi + 1;
	}
	add_range(p, class, from, 0x10ffff);
	return true;
}

/* The character that an escape stands for; letters without a meaning are refused. */
static uint32_t plain_escape(struct parser *p, uint32_t c)
{
	switch (c) {
	case 'n':
		return '\n';
	case 'r':
		return '\r';
	case 't':
		return '\t';
	case 'f':
		return '\f';
	default:
		p->bad |= (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		return c;
	}
}

static void parse_class_item(struct parser *p, struct class *class)
{
	uint32_t lo = take(p);

	if (lo == '\\') {
		lo = take(p);
		if (add_shorthand(p, class, lo))
			return;
		lo = plain_escape(p, lo);
	}
	if (!(next_is(p, '-') && p->rest.len > 1 && p->rest.ptr[1] != ']')) {
		add_range(p, class, lo, lo);
		return;
	}
	skip(p, '-');
	uint32_t hi = take(p);
	if (hi == '\\')
		hi = plain_escape(p, take(p));
	p->bad |= hi < lo;
	add_range(p, class, lo, hi);
}

static struct node *parse_class(struct parser *p)
{
	struct node *node = new_node(p, CLASS);
	struct class *class = hs_arena_alloc(p->arena, sizeof(*class));
	bool first = true;

	if (!class) {
		p->bad = true;
		return node;
	}
	class->negated = skip(p, '^');
	while (!p->bad && (first || !next_is(p, ']'))) {
		parse_class_item(p, class);
		first = false;
	}
	p->bad |= !skip(p, ']');
	node->class = class;
	return node;
}

static struct node *parse_escape(struct parser *p)
{
	struct class *class = hs_arena_alloc(p->arena, sizeof(*class));
	uint32_t c = take(p);
	struct node *node = new_node(p, CHAR);

	if (class && add_shorthand(p, class, c)) {
		node->kind = CLASS;
		node->class = class;
	} else {
		node->c = plain_escape(p, c);
	}
	return node;
}

static struct node *parse_either(struct parser *p);

static struct node *parse_group(struct parser *p)
{
	if (skip(p, '?'))
		p->bad |= !skip(p, ':');
	p->bad |= ++p->depth > DEPTH_MAX;
	struct node *node = p->bad ? new_node(p, EMPTY) : parse_either(p);
	p->depth--;
	p->bad |= !skip(p, ')');
	return node;
}

static struct node *parse_atom(struct parser *p)
{
	uint32_t c = take(p);

	switch (c) {
	case '(':
		return parse_group(p);
	case '[':
		return parse_class(p);
	case '\\':
		return parse_escape(p);
	case '.':
		return new_node(p, ANY);
	case '^':
		return new_node(p, BEGIN);
	case '$':
		return new_node(p, END);
	case '*':
	case '+':
	case '?':
		p->bad = true;
		break;
	default:
		break;
	}
	struct node *node = new_node(p, CHAR);
	node->c = c;
	return node;
}

static uint32_t parse_count(struct parser *p)
{
	uint32_t n = 0;

	p->bad |= !p->rest.len || p->rest.ptr[0] < '0' || p->rest.ptr[0] > '9';
	while (!p->bad && p->rest.len && p->rest.ptr[0] >= '0' && p->rest.ptr[0] <= '9') {
		n = n * 10 + (uint32_t)(p->rest.ptr[0] - '0');
		p->bad |= n > COUNT_MAX;
		p->rest = hs_slice_from(p->rest, 1);
	}
	return n;
}

/* The counts after an atom; false when there is none. */
static bool parse_counts(struct parser *p, uint32_t *min, uint32_t *max)
{
	*min = *max = 0;
	if (skip(p, '*'))
		return true;
	if (skip(p, '+')) {
		*min = 1;
		return true;
	}
	if (skip(p, '?')) {
		*max = 1;
		return true;
	}
	if (!skip(p, '{'))
		return false;
	*min = *max = parse_count(p);
	if (skip(p, ','))
		*max = next_is(p, '}') ? 0 : parse_count(p);
	else if (*min == 0)
		p->bad = true; /* {0}: nobody means it */
	p->bad |= !skip(p, '}') || (*max && *max < *min);
	return true;
}

static struct node *parse_repeat(struct parser *p)
{
	struct node *atom = parse_atom(p);
	uint32_t min, max;

	while (!p->bad && parse_counts(p, &min, &max)) {
		struct node *repeat = new_node(p, REPEAT);
		repeat->a = atom;
		repeat->min = min;
		repeat->max = max;
		atom = repeat;
		if (!skip(p, '?')) /* lazy: the same texts match */
			skip(p, '+');
		p->bad |= ++p->depth > DEPTH_MAX * 100;
	}
	return atom;
}

static struct node *parse_concat(struct parser *p)
{
	struct node *left = new_node(p, EMPTY);

	while (!p->bad && p->rest.len && !next_is(p, '|') && !next_is(p, ')')) {
		struct node *both = new_node(p, CONCAT);
		both->a = left;
		both->b = parse_repeat(p);
		left = both;
	}
	return left;
}

static struct node *parse_either(struct parser *p)
{
	struct node *left = parse_concat(p);

	while (!p->bad && skip(p, '|')) {
		struct node *both = new_node(p, EITHER);
		both->a = left;
		both->b = parse_concat(p);
		left = both;
	}
	return left;
}

/* ---- the program ---- */

enum op { OP_CHAR, OP_ANY, OP_CLASS, OP_BEGIN, OP_END, OP_SPLIT, OP_JUMP, OP_DONE };

struct step {
	enum op op;
	uint32_t c;
	const struct class *class;
	uint32_t x, y;
};
struct tx_regex {
	struct step *steps;
	uint32_t count;
};

struct writer {
	struct hs_arena *arena;
	struct step *steps;
	uint32_t count, room;
	bool full;
};

static uint32_t emit(struct writer *w, struct step step)
{
	if (w->count == w->room) {
		uint32_t room = w->room ? w->room * 2 : 64;
		void *grown = w->room >= STEPS_MAX ?
			NULL :
			hs_arena_grow(w->arena, w->steps, w->room * sizeof(step), room * sizeof(step));
		if (!grown) {
			w->full = true;
			return 0;
		}
		w->steps = grown;
		w->room = room;
	}
	w->steps[w->count] = step;
	return w->count++;
}

static void write_node(struct writer *w, const struct node *node);

static void write_repeat(struct writer *w, const struct node *node)
{
	for (uint32_t i = 0; i < node->min && !w->full; i++)
		write_node(w, node->a);
	if (!node->max) {
		uint32_t split = emit(w, (struct step) { .op = OP_SPLIT });
		write_node(w, node->a);
		emit(w, (struct step) { .op = OP_JUMP, .x = split });
		if (w->full)
			return;
		w->steps[split].x = split + 1;
		w->steps[split].y = w->count;
		return;
	}
	for (uint32_t i = node->min; i < node->max && !w->full; i++) {
		uint32_t split = emit(w, (struct step) { .op = OP_SPLIT });
		write_node(w, node->a);
		if (w->full)
			return;
		w->steps[split].x = split + 1;
		w->steps[split].y = w->count;
	}
}

static void write_either(struct writer *w, const struct node *node)
{
	uint32_t split = emit(w, (struct step) { .op = OP_SPLIT });
	write_node(w, node->a);
	uint32_t jump = emit(w, (struct step) { .op = OP_JUMP });
	if (w->full)
		return;
	w->steps[split].x = split + 1;
	w->steps[split].y = w->count;
	write_node(w, node->b);
	w->steps[jump].x = w->count;
}

static void write_node(struct writer *w, const struct node *node)
{
	static const enum op plain[] = {
		[CHAR] = OP_CHAR, [ANY] = OP_ANY, [CLASS] = OP_CLASS, [BEGIN] = OP_BEGIN, [END] = OP_END
	};

	if (w->full)
		return;
	switch (node->kind) {
	case EMPTY:
		break;
	case CONCAT:
		write_node(w, node->a);
		write_node(w, node->b);
		break;
	case EITHER:
		write_either(w, node);
		break;
	case REPEAT:
		write_repeat(w, node);
		break;
	default:
		emit(w, (struct step) { .op = plain[node->kind], .c = node->c, .class = node->class });
	}
}

const struct tx_regex *hs_tx_regex_new(struct hs_arena *arena, struct hs_slice pattern)
{
	struct parser p = { .arena = arena, .rest = pattern };
	struct tx_regex *regex = hs_arena_alloc(arena, sizeof(*regex));

	if (pattern.len > 4096 || !regex)
		return NULL;
	const struct node *root = parse_either(&p);
	if (p.bad || p.rest.len)
		return NULL;
	struct writer w = { .arena = arena };
	write_node(&w, root);
	emit(&w, (struct step) { .op = OP_DONE });
	if (w.full)
		return NULL;
	regex->steps = w.steps;
	regex->count = w.count;
	return regex;
}

/* ---- the run ---- */

struct states {
	uint32_t *list;
	uint32_t count;
	uint32_t *seen; /* generation at which a step was added */
};

struct run {
	const struct tx_regex *regex;
	struct tx_patience *patience;
	size_t looked; /* at steps, since the patience was asked */
	uint32_t *stack;
	bool at_begin, at_end;
};

static bool in_class(const struct class *class, uint32_t c)
{
	for (size_t i = 0; i < class->count; i++)
		if (c >= class->ranges[i].lo && c <= class->ranges[i].hi)
			return !class->negated;
	return class->negated;
}

/* Adds a step and all that can be reached from it without a character. */
static void add_state(struct run *run, struct states *to, uint32_t generation, uint32_t first)
{
	size_t depth = 0;

	run->stack[depth++] = first;
	while (depth) {
		uint32_t at = run->stack[--depth];
		const struct step *step = &run->regex->steps[at];
		run->looked++;
		if (to->seen[at] == generation)
			continue;
		to->seen[at] = generation;
		if (step->op == OP_JUMP) {
			run->stack[depth++] = step->x;
		} else if (step->op == OP_SPLIT) {
			run->stack[depth++] = step->y;
			run->stack[depth++] = step->x;
		} else if (step->op == OP_BEGIN || step->op == OP_END) {
			if (step->op == OP_BEGIN ? run->at_begin : run->at_end)
				run->stack[depth++] = at + 1;
		} else {
			to->list[to->count++] = at;
		}
	}
}

static bool takes(const struct step *step, uint32_t c)
{
	switch (step->op) {
	case OP_CHAR:
		return step->c == c;
	case OP_ANY:
		return c != '\n';
	case OP_CLASS:
		return in_class(step->class, c);
	default:
		return false;
	}
}

static bool run_all(struct run *run, struct states *now, struct states *next, struct hs_slice text)
{
	uint32_t generation = 1;

	run->at_begin = true;
	run->at_end = !text.len;
	add_state(run, now, generation, 0);
	run->at_begin = false;
	while (text.len && now->count) {
		size_t width = 0;
		uint32_t c = decode(text, &width);
		text = hs_slice_from(text, width);
		run->at_end = !text.len;
		next->count = 0;
		generation++;
		for (uint32_t i = 0; i < now->count; i++)
			if (takes(&run->regex->steps[now->list[i]], c))
				add_state(run, next, generation, now->list[i] + 1);
		struct states swap = *now;
		*now = *next;
		*next = swap;
		if (!tx_spend(run->patience, run->looked + now->count))
			return false;
		run->looked = 0;
	}
	for (uint32_t i = 0; i < now->count && !text.len; i++)
		if (run->regex->steps[now->list[i]].op == OP_DONE)
			return true;
	return false;
}

bool hs_tx_regex_matches(const struct tx_regex *regex, struct hs_arena *arena, struct hs_slice text,
	struct tx_patience *patience)
{
	struct hs_arena_mark mark = hs_arena_mark(arena);
	size_t n = regex->count + 1;
	/* two marks and two lists, and a stack on which a step can wait twice */
	uint32_t *memory = hs_arena_array(arena, n * 6 + 2, sizeof(uint32_t));
	bool matched = false;

	if (memory) {
		struct states now = { memory, 0, memory + n }, next = { memory + 2 * n, 0, memory + 3 * n };
		struct run run = { .regex = regex, .patience = patience, .stack = memory + 4 * n };
		matched = run_all(&run, &now, &next, text);
	}
	hs_arena_rollback(arena, mark);
	return matched;
}
