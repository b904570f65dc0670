/* SPDX-License-Identifier: Apache-2.0 */
/* A long expansion in pieces, flat or as a tree: each code becomes text when its turn comes, so that 100,000
 * of them take little more memory than their list. */
#include "../sets/contains.h"
#include "operations.h"

#define LONG 2000u            /* codes from which on it pays */
#define PIECE ((size_t)32768) /* bytes */
#define HEAD_MAX ((size_t)64 << 20)
#define HEAD_USUAL 1000u /* bytes of an answer without its codes */

/* The tree of the codes: what stands below an item, and what follows it there; counted from 1, 0 ends. */
struct branches {
	const uint32_t *under;
	uint32_t *down, *next; /* down[0] is the first at the top */
};

struct stream {
	struct tx_writer *w;
	struct hs_slice head;     /* up to the list of codes */
	size_t at, to;            /* items left, when they stand in a row */
	struct branches branches; /* under NULL: they do */
	uint32_t node;            /* of the tree, the next to be written; 0: none is left */
	bool begun;
};

/* Properties that are met for the first time keep their names. */
static void write_item(struct tx_writer *w, struct hs_buf *out, size_t at)
{
	struct hs_arena_mark mark = hs_arena_mark(w->arena);
	size_t used = w->used_count;

	hs_tx_contains_write(w, &w->x->items[at], out);
	if (w->used_count == used)
		hs_arena_rollback(w->arena, mark);
}

static void write_row(struct stream *s, struct hs_buf *out, bool first)
{
	if (!first)
		hs_buf_byte(out, ',');
	write_item(s->w, out, s->at++);
}

/* Writes one code of the tree and what has to be closed behind it. */
static void write_node(struct stream *s, struct hs_buf *out)
{
	const struct branches *b = &s->branches;
	uint32_t node = s->node;

	write_item(s->w, out, node - 1);
	if (b->down[node]) {
		out->len--; /* the brace: there is more to come in it */
		hs_buf_cstr(out, ",\"contains\":[");
		s->node = b->down[node];
		return;
	}
	while (node && !b->next[node]) {
		node = b->under[node - 1];
		if (node)
			hs_buf_cstr(out, "]}");
	}
	s->node = node ? b->next[node] : 0;
	if (s->node)
		hs_buf_byte(out, ',');
}

/* Items from the last to the first, each put before those that stand beside it. */
static bool find_branches(struct tx_writer *w, struct branches *out)
{
	size_t count = w->x->count;
	uint32_t *under = hs_tx_nest(w);
	uint32_t *down = hs_arena_array(w->arena, count + 1, sizeof(*down));
	uint32_t *next = hs_arena_array(w->arena, count + 1, sizeof(*next));

	if (!under || !down || !next)
		return false;
	for (size_t i = count; i-- > 0;) {
		next[i + 1] = down[under[i]];
		down[under[i]] = (uint32_t)i + 1;
	}
	*out = (struct branches) { under, down, next };
	return true;
}

static void write_tail(struct stream *s, struct hs_buf *out)
{
	struct hs_json *rows = hs_json_object(s->w->arena);
	struct hs_buf text;

	hs_tx_property_rows(s->w, rows);
	hs_buf_init(&text, s->w->arena, HEAD_MAX);
	hs_json_write(&text, rows, 0);
	hs_buf_byte(out, ']');
	if (hs_json_count(rows)) { /* its members without the braces */
		hs_buf_byte(out, ',');
		hs_buf_add(out, hs_slice(text.ptr + 1, text.len - 2));
	}
	hs_buf_cstr(out, "}}");
}

static enum hs_status more(void *arg, struct hs_buf *out, bool *last, struct hs_error *err)
{
	struct stream *s = arg;
	size_t start = out->len;
	bool first = !s->begun;

	if (first)
		hs_buf_add(out, s->head);
	s->begun = true;
	while (s->node && out->len - start < PIECE)
		write_node(s, out);
	for (; s->at < s->to && out->len - start < PIECE; first = false)
		write_row(s, out, first);
	*last = !s->node && s->at == s->to;
	if (*last)
		write_tail(s, out);
	return hs_arena_full(s->w->arena) ? hs_tx_no_room(s->w->ctx->swedish, err) : HS_OK;
}

/* The answer so far without its last two braces: the expansion is its last member, and is not empty. */
static bool begin_stream(struct tx_writer *w, const struct hs_json *answer, size_t from, size_t to,
	struct hs_stream_source *out)
{
	struct stream *s = hs_arena_alloc(w->arena, sizeof(*s));
	struct hs_buf text;

	hs_buf_init(&text, w->arena, HEAD_MAX);
	hs_json_write(&text, answer, 0);
	if (!s || text.overflow || !hs_slice_ends(hs_buf_slice(&text), HS_S("}}")))
		return false;
	text.len -= 2;
	hs_buf_cstr(&text, ",\"contains\":[");
	*s = (struct stream) { .w = w, .head = hs_buf_slice(&text), .at = from, .to = to };
	if (hs_tx_may_nest(w)) {
		if (!find_branches(w, &s->branches))
			return false;
		s->at = s->to = 0;
		s->node = s->branches.down[0];
	}
	*out = (struct hs_stream_source) { .more = more, .arg = s };
	return true;
}

/* A page as text: as it would stand in a tree, the properties before the codes that have them. */
static enum hs_status write_page(struct tx_writer *w, struct hs_json *answer, size_t from, size_t to,
	struct hs_error *err)
{
	struct hs_buf codes, text;

	hs_buf_init(&codes, w->arena, HEAD_MAX);
	for (size_t i = from; i < to; i++) {
		if (i > from)
			hs_buf_byte(&codes, ',');
		hs_tx_contains_write(w, &w->x->items[i - w->x->first], &codes);
	}
	hs_tx_property_rows(w, hs_json_get(answer, HS_S("expansion")));
	hs_buf_init(&text, w->arena, HEAD_MAX + codes.len);
	hs_buf_reserve(&text, codes.len + HEAD_USUAL);
	hs_json_write(&text, answer, 0);
	if (codes.len) {
		text.len -= 2; /* the braces of the expansion, which is the last member, and of the answer */
		hs_buf_add(&text, HS_S(",\"contains\":["));
		hs_buf_add(&text, hs_buf_slice(&codes));
		hs_buf_add(&text, HS_S("]}}"));
	}
	if (codes.overflow || text.overflow || hs_arena_full(w->arena))
		return hs_tx_expansion_too_large(w, err);
	w->ctx->written = hs_buf_slice(&text);
	return HS_OK;
}

enum hs_status hs_tx_expand_large(struct tx_context *ctx, struct hs_json **out,
	struct hs_stream_source *stream, struct hs_error *err)
{
	const struct tx_params *params = &ctx->params;
	struct tx_writer *w = NULL;
	struct hs_json *answer = NULL;
	enum hs_status status = hs_tx_expand_begin(ctx, &w, &answer, err);

	if (status || !w)
		return status;
	size_t from = params->offset > 0 ? (size_t)params->offset : 0, to = w->x->count;
	if (params->count >= 0 && (size_t)params->count < to && from < to - (size_t)params->count)
		to = from + (size_t)params->count;
	/* Of a large code system the page is all that was listed. A basis adds extensions of its own. */
	if (!w->x->unclosed.row && to > from && to - from >= LONG &&
		begin_stream(w, answer, from - w->x->first, to - w->x->first, stream))
		return HS_OK;
	if (ctx->as_text && !hs_tx_may_nest(w))
		return write_page(w, answer, from, to, err);
	status = hs_tx_expand_all(w, answer, err);
	if (status == HS_OK)
		*out = answer;
	return status;
}
