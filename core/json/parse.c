/* SPDX-License-Identifier: Apache-2.0 */
/* The parser: one pass, no recursion, nodes from contiguous blocks.
 *
 * While a container is open its fields serve the parser: `next` is the container around it, `u.last` its
 * first child. Closing it turns the row of its children into the ring that the header promises. */
#include <core/json/parser.h>
#include <core/json/scan.h>

#define DEFAULT_DEPTH 100u
#define MOST_DEPTH 10000u
#define DEFAULT_MEMBERS 5000000u

/* Nodes of one block: as many as the rest of the text is likely to need, within limits. */
#define LEAST_NODES 16u
#define MOST_NODES 4096u
#define BYTES_PER_NODE 24u

_Static_assert(sizeof(void *) != 8 || sizeof(struct hs_json) == 32, "a node is 32 bytes");

static struct hs_json *new_block(struct hs__json_parser *parser, const char *at)
{
	size_t count = (size_t)(parser->end - at) / BYTES_PER_NODE + LEAST_NODES;
	if (count > MOST_NODES)
		count = MOST_NODES;
	struct hs_json *block = hs_arena_raw(parser->arena, count * sizeof(*block));
	if (!block) {
		hs__json_fail_memory(parser);
		return NULL;
	}
	parser->block = block;
	parser->node = block + 1;
	parser->node_end = block + count;
	return block;
}

static inline struct hs_json *new_node(struct hs__json_parser *parser, const char *at)
{
	if (__builtin_expect(parser->node == parser->node_end, 0))
		return new_block(parser, at);
	return parser->node++;
}

static inline const char *read_literal(struct hs__json_parser *parser, const char *at, struct hs_json *node)
{
	size_t left = (size_t)(parser->end - at);
	if (left >= 4 && memcmp(at, "true", 4) == 0) {
		node->type = HS_JSON_TRUE;
		return at + 4;
	}
	if (left >= 4 && memcmp(at, "null", 4) == 0) {
		node->type = HS_JSON_NULL;
		return at + 4;
	}
	if (left >= 5 && memcmp(at, "false", 5) == 0) {
		node->type = HS_JSON_FALSE;
		return at + 5;
	}
	return hs__json_fail_value(parser, at);
}

static inline const char *read_string(struct hs__json_parser *parser, const char *at, struct hs_json *node)
{
	bool high;
	const char *stop = hs__json_plain_run(at + 1, parser->end, &high);
	node->type = HS_JSON_STRING;
	if (__builtin_expect(stop < parser->end && *stop == '"' && !high, 1)) {
		node->u.text = at + 1;
		node->len = (uint32_t)(stop - at - 1);
		node->flags |= HS_JSON_PLAIN;
		return stop + 1;
	}
	struct hs__json_text text;
	at = hs__json_read_text(parser, at + 1, false, &text);
	if (!at)
		return NULL;
	node->u.text = text.slice.ptr;
	node->len = (uint32_t)text.slice.len;
	node->flags |= text.plain ? HS_JSON_PLAIN : 0u;
	return at;
}

/* A member name and the colon after it; leaves `at` where the value must start. */
static inline const char *read_name(struct hs__json_parser *parser, const char *at, struct hs_json *node)
{
	const char *end = parser->end;
	struct hs__json_text text = { .decoded = false };
	if (at == end || *at != '"')
		return hs__json_fail_name(parser, at);
	bool high;
	const char *name = at + 1;
	const char *stop = hs__json_plain_run(name, end, &high);
	if (__builtin_expect(stop < end && *stop == '"' && !high, 1)) {
		text.slice = hs_slice(name, (size_t)(stop - name));
		at = stop + 1;
	} else {
		at = hs__json_read_text(parser, name, true, &text);
		if (!at)
			return NULL;
	}
	if (text.slice.len > UINT16_MAX)
		return hs__json_fail_at(parser, HS_E_LIMIT, name, "a member name is longer than 65535 bytes");
	node->key = text.slice.ptr;
	node->key_len = (uint16_t)text.slice.len;
	node->flags = (uint8_t)(HS_JSON_KEYED | HS_JSON_PLACED | (text.decoded ? HS_JSON_DECODED : 0u));
	if (at < end && *at != ':')
		at = hs__json_skip(at, end);
	if (at == end || *at != ':')
		return hs__json_fail_colon(parser, at);
	at++;
	/* Mostly there is one blank or none. */
	if (end - at >= 2 && *at == ' ' && !hs__json_is_blank(at[1]))
		return at + 1;
	return hs__json_skip(at, end);
}

/* Ends the innermost container: the row of its children becomes a ring. */
static inline bool close_container(struct hs__json_parser *parser, struct hs_json *open, struct hs_json *last)
{
	parser->depth--;
	if (!last)
		return true;
	last->next = open->u.last;
	last->flags |= HS_JSON_LAST;
	open->u.last = last;
	return open->type == HS_JSON_ARRAY || parser->duplicates || open->len < 2 ||
		hs__json_check_names(parser, open);
}

static const char *read_scalar(struct hs__json_parser *parser, const char *at, struct hs_json *node)
{
	if (*at == '"')
		return read_string(parser, at, node);
	if (*at == '-' || hs__json_is_digit(*at)) {
		const char *stop = hs__json_scan_number(at, parser->end);
		if (!stop)
			return hs__json_fail_number(parser, at);
		node->type = HS_JSON_NUMBER;
		node->u.text = at;
		node->len = (uint32_t)(stop - at);
		node->flags |= HS_JSON_PLAIN;
		return stop;
	}
	return read_literal(parser, at, node);
}

/* Where a document is being read. */
struct place {
	struct hs_json *open;  /* innermost open container */
	struct hs_json *last;  /* its newest child */
	struct hs_json **link; /* where the next child is linked */
};

/* Reads a value, up to its end or, of a container that is not empty, up to its first child. Sets *descended
 * in the latter case. */
static inline const char *read_value(struct hs__json_parser *parser, const char *at, struct place *place,
	bool *descended)
{
	struct hs_json *node = new_node(parser, at);
	if (!node)
		return NULL;
	if (place->open && place->open->type == HS_JSON_OBJECT) {
		at = read_name(parser, at, node);
		if (!at)
			return NULL;
	} else {
		node->key = at;
		node->key_len = 0;
		node->flags = HS_JSON_PLACED;
	}
	*place->link = node;
	place->link = &node->next;
	place->last = node;
	*descended = false;
	if (at == parser->end)
		return hs__json_fail_value(parser, at);
	if (*at != '{' && *at != '[')
		return read_scalar(parser, at, node);
	if (parser->depth == parser->depth_limit)
		return hs__json_fail_at(parser, HS_E_LIMIT, at,
			"more than %u arrays and objects are nested in one another", parser->depth_limit);
	parser->depth++;
	char closing = *at == '{' ? '}' : ']';
	node->type = *at == '{' ? HS_JSON_OBJECT : HS_JSON_ARRAY;
	node->len = 0;
	node->u.last = NULL;
	node->next = place->open;
	*place = (struct place) { .open = node, .link = &node->u.last };
	at = hs__json_skip(at + 1, parser->end);
	*descended = at == parser->end || *at != closing;
	return at;
}

/* After a value: closes what ends here. Returns where the next child starts, or the end of the document. */
static inline const char *read_after(struct hs__json_parser *parser, const char *at, struct place *place)
{
	while (place->open) {
		struct hs_json *open = place->open;
		bool in_object = open->type == HS_JSON_OBJECT;
		if (at < parser->end && hs__json_is_blank(*at))
			at = hs__json_skip(at, parser->end);
		if (at < parser->end && *at == ',') {
			at++;
			if (at < parser->end && hs__json_is_blank(*at))
				at = hs__json_skip(at, parser->end);
			return at;
		}
		if (at == parser->end || *at != (in_object ? '}' : ']'))
			return hs__json_fail_next(parser, at, in_object);
		place->open = open->next;
		if (!close_container(parser, open, place->last))
			return NULL;
		place->last = open;
		place->link = &open->next;
		at++;
	}
	return at;
}

static const char *read_document(struct hs__json_parser *parser, const char *at, struct hs_json **root)
{
	struct place place = { .link = root };
	do {
		bool descended;
		if (place.open && ++place.open->len > parser->member_limit)
			return hs__json_fail_at(parser, HS_E_LIMIT, at,
				"an array or object has more than %u children", parser->member_limit);
		at = read_value(parser, at, &place, &descended);
		if (at && !descended)
			at = read_after(parser, at, &place);
	} while (at && place.open);
	return at;
}

/* The rest of the blocks goes back to the arena when nothing came after them. */
static void give_back(struct hs__json_parser *parser)
{
	if (parser->out)
		hs_arena_grow(parser->arena, parser->out_block, (size_t)(parser->out_end - parser->out_block),
			(size_t)(parser->out - parser->out_block));
	hs_arena_grow(parser->arena, parser->block,
		(size_t)((char *)parser->node_end - (char *)parser->block),
		(size_t)((char *)parser->node - (char *)parser->block));
}

static uint32_t or_default(uint32_t limit, uint32_t otherwise)
{
	return limit ? limit : otherwise;
}

enum hs_status hs__json_run(struct hs__json_parser *parser, const struct hs_json_limits *limits,
	struct hs_json **out)
{
	static const struct hs_json_limits defaults;
	struct hs_arena_mark mark = hs_arena_mark(parser->arena);
	struct hs_json *root = NULL;
	if (!limits)
		limits = &defaults;
	if (parser->text.len == 0)
		parser->text = HS_S("");
	parser->end = parser->text.ptr + parser->text.len;
	parser->depth_limit = or_default(limits->depth, DEFAULT_DEPTH);
	parser->member_limit = or_default(limits->members, DEFAULT_MEMBERS);
	parser->duplicates = (limits->flags & HS_JSON_ALLOW_DUPLICATES) != 0;
	if (parser->depth_limit > MOST_DEPTH)
		parser->depth_limit = MOST_DEPTH;
	if (parser->text.len > UINT32_MAX)
		return hs_fail(parser->err, HS_E_LIMIT, "a JSON text may be 4 GiB long, not longer");
	const char *at = read_document(parser, hs__json_skip(parser->text.ptr, parser->end), &root);
	if (at) {
		at = hs__json_skip(at, parser->end);
		if (at < parser->end)
			at = hs__json_fail_end(parser, at);
	}
	if (!at) {
		hs_arena_rollback(parser->arena, mark);
		return parser->err->status;
	}
	give_back(parser);
	*out = root;
	return HS_OK;
}

enum hs_status hs_json_parse(struct hs_arena *arena, struct hs_slice text,
	const struct hs_json_limits *limits, struct hs_json **out, struct hs_error *err)
{
	struct hs__json_parser parser = { .arena = arena, .text = text, .err = err };
	return hs__json_run(&parser, limits, out);
}
