/* SPDX-License-Identifier: Apache-2.0 */
/* A long expansion in pieces: each code becomes a tree, then text, then nothing, so that 100,000 of them take
 * no more memory than one. */
#include "contains.h"
#include "operations.h"

#define LONG 2000u            /* codes from which on it pays */
#define PIECE ((size_t)32768) /* bytes */
#define HEAD_MAX ((size_t)64 << 20)

struct stream {
	struct tx_writer *w;
	struct hs_slice head; /* up to the list of codes */
	size_t at, to;        /* items left */
	bool begun;
};

/* Properties that are met for the first time keep their names. */
static void write_code(struct stream *s, struct hs_buf *out, bool first)
{
	struct tx_writer *w = s->w;
	struct hs_arena_mark mark = hs_arena_mark(w->arena);
	size_t used = w->used_count;

	if (!first)
		hs_buf_byte(out, ',');
	hs_json_write(out, hs_tx_contains(w, &w->x->items[s->at++]), 0);
	if (w->used_count == used)
		hs_arena_rollback(w->arena, mark);
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
	for (s->begun = true; s->at < s->to && out->len - start < PIECE; first = false)
		write_code(s, out, first);
	*last = s->at == s->to;
	if (*last)
		write_tail(s, out);
	return hs_arena_full(s->w->arena) ? hs_fail(err, HS_E_LIMIT, "the answer is too large") : HS_OK;
}

/* The answer so far without its last two braces: the expansion is its last member, and is not empty. */
static bool begin_stream(struct tx_writer *w, const struct hs_json *answer, size_t to,
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
	*s = (struct stream) { .w = w, .head = hs_buf_slice(&text), .to = to };
	s->at = w->ctx->params.offset > 0 ? (size_t)w->ctx->params.offset : 0;
	*out = (struct hs_stream_source) { .more = more, .arg = s };
	return true;
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
	if (params->count >= 0 && from + (size_t)params->count < to)
		to = from + (size_t)params->count;
	/* A page of a large code system is all that was listed, and short; a basis adds extensions of its
	 * own. */
	bool plain = !w->x->first && !w->x->unclosed.row && !hs_tx_may_nest(w);
	if (plain && to > from && to - from >= LONG && begin_stream(w, answer, to, stream))
		return HS_OK;
	status = hs_tx_expand_all(w, answer, err);
	if (status == HS_OK)
		*out = answer;
	return status;
}
