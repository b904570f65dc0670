/* SPDX-License-Identifier: Apache-2.0 */
/* Relationships, reference sets and identifiers need the concepts and nothing else: they are read beside the
 * descriptions, and become the release's when these are there. */
#include "rf2.h"

#include <handslag/beside.h>

#include <stdatomic.h>

/* Shared with the other thread are the concepts and their table, which nobody changes any more (but for
 * definitions, which are not read here), and the mapped files. All else is its own until it has ended. */
struct rf2_beside {
	struct rf2 own;
	struct hs_import import, *outer;
	struct hs_arena *arena; /* of what was left out */
	struct hs_buf skips;    /* struct tx_skip */
	struct hs_beside *work;
	atomic_bool dropped; /* nobody wants it any more */
	enum hs_status status;
	struct hs_error err;
};

static bool is_stopped(void *arg)
{
	struct rf2_beside *b = arg;

	return atomic_load(&b->dropped) || (b->outer->stopped && b->outer->stopped(b->outer->arg));
}

static void note_skip(void *arg, const char *file, uint64_t line, const char *why)
{
	struct rf2_beside *b = arg;
	/* The name lives as long as the files. */
	struct tx_skip skip = { .file = hs_slice_cstr(file),
		.why = hs_slice_cstr(hs_arena_cstr(b->arena, hs_slice_cstr(why))),
		.line = line };

	hs_buf_add(&b->skips, hs_slice((const char *)&skip, sizeof(skip)));
}

static void read_all(void *arg)
{
	struct rf2_beside *b = arg;

	b->status = hs_rf2_relations(&b->own, &b->err);
	if (b->status == HS_OK)
		b->status = hs_rf2_refsets(&b->own, &b->err);
	if (b->status == HS_OK)
		b->status = hs_rf2_identifiers(&b->own, &b->err);
	hs_rf2_forget_rows(&b->own);
}

void hs_rf2_begin_beside(struct rf2 *r)
{
	struct rf2_beside *b = hs_arena_alloc(r->arena, sizeof(*b));

	b->outer = r->import;
	b->import = (struct hs_import) { .stopped = is_stopped, .skipped = note_skip, .arg = b };
	b->own = (struct rf2) {
		.import = &b->import, .build = r->build, .files = r->files, .full = r->full, .until = r->until
	};
	b->arena = hs_arena_new(TX_BUILD_MAX);
	hs_buf_init(&b->skips, NULL, TX_BUILD_MAX);
	hs_rf2_begin_lists(&b->own);
	b->work = hs_beside_begin(read_all, b);
	r->beside = b;
}

/* What was left out is told as if it had been read only now. */
static void tell_skips(struct rf2 *r, const struct rf2_beside *b)
{
	struct hs_import *import = r->import;
	size_t count = TX_BUILD_COUNT(b->skips, struct tx_skip);

	for (size_t i = 0; i < count && import->skipped; i++) {
		const struct tx_skip *skip = TX_BUILD_AT(b->skips, struct tx_skip, i);
		import->skipped(import->arg, skip->file.ptr, skip->line, skip->why.ptr);
	}
	import->skips += b->import.skips;
	import->rows += b->import.rows;
}

static void take_list(struct hs_buf *to, struct hs_buf *from)
{
	hs_buf_free(to);
	*to = *from;
	hs_buf_init(from, NULL, TX_BUILD_MAX);
}

static void end_beside(struct rf2 *r)
{
	struct rf2_beside *b = r->beside;

	r->beside = NULL;
	hs_rf2_free_lists(&b->own);
	hs_buf_free(&b->skips);
	hs_arena_free(b->arena);
}

enum hs_status hs_rf2_end_beside(struct rf2 *r, struct hs_error *err)
{
	struct rf2_beside *b = r->beside;

	hs_beside_end(b->work);
	enum hs_status status = b->status;
	tell_skips(r, b);
	if (status)
		*err = b->err;
	take_list(&r->relations, &b->own.relations);
	take_list(&r->values, &b->own.values);
	take_list(&r->members, &b->own.members);
	take_list(&r->fields, &b->own.fields);
	take_list(&r->refsets, &b->own.refsets);
	take_list(&r->identifiers, &b->own.identifiers);
	r->latest = b->own.latest > r->latest ? b->own.latest : r->latest;
	end_beside(r);
	return status;
}

void hs_rf2_drop_beside(struct rf2 *r)
{
	if (!r->beside)
		return;
	atomic_store(&r->beside->dropped, true);
	hs_beside_end(r->beside->work);
	end_beside(r);
}
