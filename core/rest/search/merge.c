/* SPDX-License-Identifier: Apache-2.0 */
/* Takes from the pages of several types, each in order, whatever comes first. */
#include <core/rest/search/merge.h>

#define CHUNK 50 /* of a type at once: few enough that all of them fit the request */

/* What is found of one type. */
struct stream {
	const struct hs__both *both; /* NULL: nothing more */
	struct hs_slice from;        /* where its page began */
	struct hs_find_page page;
	size_t taken; /* of the page */
	size_t hit;   /* of the shelf's, up to which they have passed */
	bool begun, ranked;
	struct hs__shelf_rank rank; /* of the next one, once ranked */
};

struct merge {
	struct stream *streams;
	size_t stream_count;
	struct hs_txn *txn;
	struct hs_arena *arena;
	uint32_t chunk;
};

static enum hs_status read_cursor(struct merge *merge, const struct hs__merge_query *query,
	struct hs_error *err)
{
	size_t count = query->type_count;
	struct hs_slice list = query->after;
	merge->streams = hs_arena_array(merge->arena, count + 1, sizeof *merge->streams);
	if (!merge->streams)
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	merge->stream_count = count;
	for (size_t i = 0; query->after.len == 0 && i < count; i++)
		merge->streams[i].both = query->types[i];
	while (query->after.len > 0 && list.ptr) {
		struct hs_slice cursor = hs_slice_cut(&list, '*');
		uint64_t place = 0;
		if (!hs_slice_u64(hs_slice_cut(&cursor, '~'), &place) || !cursor.ptr || place >= count)
			return hs_fail(err, HS_E_VALUE,
				"_cursor is not one that a next link of this search carried");
		merge->streams[place].both = query->types[place];
		merge->streams[place].from = cursor;
	}
	return HS_OK;
}

/* The kinds of entries that a search is sorted by, a bit each. */
static unsigned kinds_of(const struct hs_search *search)
{
	unsigned kinds = 0;
	for (size_t i = 0; i < search->sort_count; i++)
		if (search->sort[i].special == HS_SORT_PARAM)
			kinds |= HS_INDEX_KIND(search->sort[i].kind);
	return kinds;
}

/* A keeper has no entries to show: they are made of the resource. */
static enum hs_status extract(struct merge *merge, const struct hs__both *both,
	const struct hs_resource *resource, struct hs_index_row **rows, size_t *count, struct hs_error *err)
{
	const struct hs__rest_env *env = both->env;
	struct hs_search_work work = { env->rest->config.rules, &env->sandbox->numbering, merge->arena };
	struct hs_json *tree = NULL;
	enum hs_status status = hs_json_parse(merge->arena, resource->body, NULL, &tree, err);
	return status == HS_OK ? hs_search_extract(&work, tree, env->base, rows, count, err) : status;
}

static enum hs_status rank_stored(struct merge *merge, struct stream *stream,
	const struct hs_resource *resource, struct hs_error *err)
{
	const struct hs__both *both = stream->both;
	struct hs_index_row *rows = NULL;
	size_t count = 0;
	unsigned kinds = kinds_of(both->stored);
	enum hs_status status = HS_OK;
	if (kinds && both->type->row && both->type->row->keeper)
		status = extract(merge, both, resource, &rows, &count, err);
	else if (kinds)
		status = hs_txn_index(merge->txn, merge->arena, resource, kinds, &rows, &count, err);
	if (status == HS_OK)
		hs__shelf_rank(both->stored, resource->id, resource->updated_ms, rows, count, &stream->rank);
	return status;
}

/* The shelf has ranked what it found, and its pages keep that order. */
static void rank_shelved(struct stream *stream, const struct hs_resource *resource)
{
	const struct hs__both *both = stream->both;
	const struct hs__shelf_hits *hits = &both->hits;
	uint32_t at = 0;
	bool there = hs__shelf_find_id(both->env->rest->shelf, both->shelf, resource->id, &at);
	while (there && stream->hit < hits->count && hits->items[stream->hit].at != at)
		stream->hit++;
	if (there && stream->hit < hits->count)
		stream->rank = *hits->items[stream->hit].rank;
}

/* Ranks the next one of a type, reading on where its page is used up. */
static enum hs_status advance(struct merge *merge, struct stream *stream, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	while (stream->both && !stream->ranked && status == HS_OK) {
		if (stream->taken < stream->page.count) {
			const struct hs_resource *next = &stream->page.items[stream->taken];
			stream->ranked = true;
			if (hs__shelf_owns(next))
				rank_shelved(stream, next);
			else
				status = rank_stored(merge, stream, next, err);
		} else if (stream->begun && stream->page.next.len == 0) {
			stream->both = NULL;
		} else {
			if (stream->begun)
				stream->from = stream->page.next;
			stream->begun = true;
			stream->taken = 0;
			stream->page = (struct hs_find_page) { 0 };
			status = hs__both_page(stream->both, merge->txn, merge->arena, merge->chunk,
				stream->from, &stream->page, err);
		}
	}
	return status;
}

/* The type whose next one comes first; NULL when there is none at all. */
static enum hs_status choose(struct merge *merge, struct stream **out, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	*out = NULL;
	for (size_t i = 0; status == HS_OK && i < merge->stream_count; i++) {
		struct stream *stream = &merge->streams[i];
		status = advance(merge, stream, err);
		if (status == HS_OK && stream->both &&
			(!*out || hs__shelf_compare(stream->both->stored, &stream->rank, &(*out)->rank) < 0))
			*out = stream;
	}
	return status;
}

/* Where a type goes on: behind those that were taken of its page. */
static enum hs_status stream_cursor(struct merge *merge, const struct stream *stream, struct hs_slice *out,
	struct hs_error *err)
{
	struct hs_find_page page = { 0 };
	*out = stream->from;
	if (stream->taken == 0)
		return HS_OK;
	enum hs_status status = hs__both_page(stream->both, merge->txn, merge->arena, (uint32_t)stream->taken,
		stream->from, &page, err);
	*out = page.next;
	return status;
}

static enum hs_status write_cursor(struct merge *merge, struct hs_slice *out, struct hs_error *err)
{
	struct hs_buf buf;
	enum hs_status status = HS_OK;
	hs_buf_init(&buf, merge->arena, (size_t)64 << 10);
	for (size_t i = 0; status == HS_OK && i < merge->stream_count; i++) {
		struct hs_slice cursor = HS_S_NONE;
		if (!merge->streams[i].both)
			continue;
		status = stream_cursor(merge, &merge->streams[i], &cursor, err);
		if (buf.len > 0)
			hs_buf_byte(&buf, '*');
		hs_buf_u64(&buf, i);
		hs_buf_byte(&buf, '~');
		hs_buf_add(&buf, cursor);
	}
	if (status == HS_OK && buf.overflow)
		status = hs_fail(err, HS_E_LIMIT, "the search is too large");
	*out = hs_buf_slice(&buf);
	return status;
}

enum hs_status hs__merge_page(const struct hs__merge_query *query, struct hs_txn *txn, struct hs_arena *arena,
	struct hs_find_page *out, struct hs_error *err)
{
	struct merge merge = { .txn = txn, .arena = arena };
	struct stream *first = NULL;
	merge.chunk = query->count < CHUNK ? query->count : CHUNK;
	enum hs_status status = read_cursor(&merge, query, err);
	if (status == HS_OK)
		status = choose(&merge, &first, err);
	while (status == HS_OK && first && out->count < query->count) {
		out->items[out->count++] = first->page.items[first->taken++];
		first->ranked = false;
		status = choose(&merge, &first, err);
	}
	if (status == HS_OK && first)
		status = write_cursor(&merge, &out->next, err);
	return status;
}
