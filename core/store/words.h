/* SPDX-License-Identifier: Apache-2.0 */
/* The index of words: texts of whole resources, for conditions of kind HS_FIND_WORDS.
 *
 * It costs writers nothing: it is made for a type when it is first searched that way, and follows the log of
 * versions from then on, when no write waits, at the latest before the next such search. Types with a keeper
 * have none. It is part of the file of the store and may be dropped at any time. Thread: as transactions. */
#pragma once

#include <handslag/store.h>

/* Texts of a resource, folded to words with one blank between; the content is all but the narrative. */
struct hs_words {
	struct hs_slice narrative, content;
};
/* Both in `arena`. */
typedef enum hs_status hs_words_fn(struct hs_arena *arena, struct hs_slice body, struct hs_words *out,
	struct hs_error *err);

/* Is there anything that the index of a type does not know yet? HS_E_NOT_SUPPORTED for a type with a keeper.
 */
enum hs_status hs_txn_words_behind(struct hs_txn *txn, uint32_t type, bool *behind, struct hs_error *err);
struct hs_words_follow {
	uint32_t type;
	hs_words_fn *fn;
	uint32_t most; /* versions of one transaction */
	/* How far the index is, and the log, as commit sequences; it is up to date when they are equal. */
	uint64_t done, of;
};
/* In a writing transaction: takes up the next versions. */
enum hs_status hs_txn_words_follow(struct hs_txn *txn, struct hs_arena *arena, struct hs_words_follow *follow,
	struct hs_error *err);
/* The same for whichever type is behind of those that were ever searched; follow->type tells which, and is 0
 * when there is none. */
enum hs_status hs_txn_words_keep_up(struct hs_txn *txn, struct hs_arena *arena,
	struct hs_words_follow *follow, struct hs_error *err);
