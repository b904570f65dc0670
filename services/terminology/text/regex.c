/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions as a non-deterministic automaton whose states are all followed at once (Thompson 1968).
 */
#include "regex.h"

#include "../image/patience.h"
#include "regex_tree.h"

#define STEPS_MAX 20000u

/* ---- the program ---- */

enum op { OP_CHAR, OP_ANY, OP_CLASS, OP_BEGIN, OP_END, OP_SPLIT, OP_JUMP, OP_DONE };

struct step {
	enum op op;
	uint32_t c;
	const struct regex_class *class;
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

static void write_node(struct writer *w, const struct regex_node *node);

static void write_repeat(struct writer *w, const struct regex_node *node)
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

static void write_either(struct writer *w, const struct regex_node *node)
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

static void write_node(struct writer *w, const struct regex_node *node)
{
	static const enum op plain[] = { [REGEX_CHAR] = OP_CHAR,
		[REGEX_ANY] = OP_ANY,
		[REGEX_CLASS] = OP_CLASS,
		[REGEX_BEGIN] = OP_BEGIN,
		[REGEX_END] = OP_END };

	if (w->full)
		return;
	switch (node->kind) {
	case REGEX_EMPTY:
		break;
	case REGEX_CONCAT:
		write_node(w, node->a);
		write_node(w, node->b);
		break;
	case REGEX_EITHER:
		write_either(w, node);
		break;
	case REGEX_REPEAT:
		write_repeat(w, node);
		break;
	default:
		emit(w, (struct step) { .op = plain[node->kind], .c = node->c, .class = node->class });
	}
}

const struct tx_regex *hs_tx_regex_new(struct hs_arena *arena, struct hs_slice pattern)
{
	struct tx_regex *regex = hs_arena_alloc(arena, sizeof(*regex));

	if (pattern.len > 4096 || !regex)
		return NULL;
	const struct regex_node *root = hs_tx_regex_parse(arena, pattern);
	if (!root)
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

static bool in_class(const struct regex_class *class, uint32_t c)
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
		uint32_t c = hs_tx_regex_decode(text, &width);
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
