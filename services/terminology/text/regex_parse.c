/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a regular expression into its tree, by recursive descent. */
#include "regex_tree.h"

#include <handslag/coding.h>

#define DEPTH_MAX 100
#define COUNT_MAX 1000u

struct parser {
	struct hs_arena *arena;
	struct hs_slice rest;
	int depth;
	bool bad;
};

static struct regex_node *new_node(struct parser *p, enum regex_kind kind)
{
	static struct regex_node none = { .kind = REGEX_EMPTY };
	struct regex_node *node = hs_arena_alloc(p->arena, sizeof(*node));

	if (!node) {
		p->bad = true;
		return &none;
	}
	node->kind = kind;
	return node;
}

uint32_t hs_tx_regex_decode(struct hs_slice s, size_t *step)
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
	uint32_t c = hs_tx_regex_decode(p->rest, &step);
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

static void add_range(struct parser *p, struct regex_class *class, uint32_t lo, uint32_t hi)
{
	if (class->count == class->room) {
		size_t room = class->room ? class->room * 2 : 8;
		struct regex_range *ranges = hs_arena_grow(p->arena, class->ranges,
			class->room * sizeof(struct regex_range), room * sizeof(struct regex_range));
		if (!ranges) {
			p->bad = true;
			return;
		}
		class->ranges = ranges;
		class->room = room;
	}
	class->ranges[class->count++] = (struct regex_range) { lo, hi };
}

/* The ranges of \d, \w, \s and their opposites; false for other letters. */
static bool add_shorthand(struct parser *p, struct regex_class *class, uint32_t letter)
{
	static const struct regex_range digit[] = { { '0', '9' } };
	static const struct regex_range word[] = { { '0', '9' }, { 'A', 'Z' }, { '_', '_' }, { 'a', 'z' } };
	static const struct regex_range blank[] = { { '\t', '\r' }, { ' ', ' ' } };
	uint32_t lower = letter | 0x20;
	const struct regex_range *ranges = lower == 'd' ? digit : lower == 'w' ? word : blank;
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

static void parse_class_item(struct parser *p, struct regex_class *class)
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

static struct regex_node *parse_class(struct parser *p)
{
	struct regex_node *node = new_node(p, REGEX_CLASS);
	struct regex_class *class = hs_arena_alloc(p->arena, sizeof(*class));
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

static struct regex_node *parse_escape(struct parser *p)
{
	struct regex_class *class = hs_arena_alloc(p->arena, sizeof(*class));
	uint32_t c = take(p);
	struct regex_node *node = new_node(p, REGEX_CHAR);

	if (class && add_shorthand(p, class, c)) {
		node->kind = REGEX_CLASS;
		node->class = class;
	} else {
		node->c = plain_escape(p, c);
	}
	return node;
}

static struct regex_node *parse_either(struct parser *p);

static struct regex_node *parse_group(struct parser *p)
{
	if (skip(p, '?'))
		p->bad |= !skip(p, ':');
	p->bad |= ++p->depth > DEPTH_MAX;
	struct regex_node *node = p->bad ? new_node(p, REGEX_EMPTY) : parse_either(p);
	p->depth--;
	p->bad |= !skip(p, ')');
	return node;
}

static struct regex_node *parse_atom(struct parser *p)
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
		return new_node(p, REGEX_ANY);
	case '^':
		return new_node(p, REGEX_BEGIN);
	case '$':
		return new_node(p, REGEX_END);
	case '*':
	case '+':
	case '?':
		p->bad = true;
		break;
	default:
		break;
	}
	struct regex_node *node = new_node(p, REGEX_CHAR);
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

static struct regex_node *parse_repeat(struct parser *p)
{
	struct regex_node *atom = parse_atom(p);
	uint32_t min, max;

	while (!p->bad && parse_counts(p, &min, &max)) {
		struct regex_node *repeat = new_node(p, REGEX_REPEAT);
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

static struct regex_node *parse_concat(struct parser *p)
{
	struct regex_node *left = new_node(p, REGEX_EMPTY);

	while (!p->bad && p->rest.len && !next_is(p, '|') && !next_is(p, ')')) {
		struct regex_node *both = new_node(p, REGEX_CONCAT);
		both->a = left;
		both->b = parse_repeat(p);
		left = both;
	}
	return left;
}

static struct regex_node *parse_either(struct parser *p)
{
	struct regex_node *left = parse_concat(p);

	while (!p->bad && skip(p, '|')) {
		struct regex_node *both = new_node(p, REGEX_EITHER);
		both->a = left;
		both->b = parse_concat(p);
		left = both;
	}
	return left;
}

const struct regex_node *hs_tx_regex_parse(struct hs_arena *arena, struct hs_slice pattern)
{
	struct parser p = { .arena = arena, .rest = pattern };
	const struct regex_node *root = parse_either(&p);

	return p.bad || p.rest.len ? NULL : root;
}
