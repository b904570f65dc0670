/* SPDX-License-Identifier: Apache-2.0 */
/* Loading in bulk: how a keeper takes in very many resources of its type at once.
 *
 * The loader *reads* each text on a thread of its own, outside any transaction, and then has it *stored* in a
 * writing transaction together with many others. Whatever the bulk way does not know for certain it leaves to
 * the ordinary one: no resource is stored or refused otherwise than one at a time. */
#pragma once

#include <handslag/fhir.h>
#include <handslag/store.h>

/* What the ordinary way makes of a text. */
struct hs_bulk_examined {
	struct hs_json *tree;
	const struct hs_index_row *rows;
	size_t count;
	struct hs_slice stored; /* the text that would be stored as the version asked for */
};

/* What the loader lends; good until hs_bulk.close. Any thread. */
struct hs_bulk_tools {
	void *arg;
	enum hs_fhir_version fhir;
	uint32_t type;
	/* The number of a name in this store (hs_txn_number), 0 when it has none. */
	uint32_t (*number)(void *arg, unsigned space, struct hs_slice name);
	/* Parses, checks against the core definitions, makes index rows and the text of `version`. False when
	 * the ordinary way would refuse the text or memory ends. */
	bool (*examine)(void *arg, struct hs_arena *arena, struct hs_slice text,
		const struct hs_resource *version, struct hs_bulk_examined *out);
};

struct hs_bulk {
	/* NULL when settings ask for the ordinary way. `state` is the keeper's; owned by the caller, who
	 * calls close. */
	void *(*open)(void *state, const struct hs_bulk_tools *tools);
	void (*close)(void *loader);
	/* One thread at a time, which may be another than that of the rest. NULL: the ordinary way. The text
	 * must live as long as what was made of it. */
	void *(*read)(void *loader, struct hs_arena *arena, struct hs_slice text);
	/* 1: stored; 0: nothing was done, the ordinary way; else a negative status. */
	int (*store)(void *loader, struct hs_txn *txn, struct hs_arena *arena, void *read,
		struct hs_error *err);
	/* Before the transaction ends or anything else is written in it. With `ordinary`, resources of the
	 * type may be written and sought the ordinary way next; without, only `store` comes next. */
	enum hs_status (*settle)(void *loader, struct hs_txn *txn, struct hs_arena *arena, bool ordinary,
		struct hs_error *err);
};
