/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue of sentences (operations/messages.def) for all of the service: nothing that a client may read
 * is written anywhere else, and each is there in English and in Swedish. */
#pragma once

#include <handslag/arena.h>
#include <handslag/error.h>

enum tx_message {
#define X(id, severity, code, type, spoken, english, swedish) TX_MSG_##id,
#include "operations/messages.def"
#undef X
	TX_MSG_COUNT
};

/* What stands in the places {0} to {5}. */
struct tx_args {
	struct hs_slice a[6];
};
#define TX_ARGS(...) ((struct tx_args) { { __VA_ARGS__ } })

/* The sentence as it is written, places and all. */
const char *hs_tx_words(enum tx_message id, bool swedish);
/* The sentence with its places filled; empty at the arena's cap. */
struct hs_slice hs_tx_sentence(struct hs_arena *arena, enum tx_message id, bool swedish, struct tx_args args);
/* Fills `err` with the sentence, for what is read or made before there is a question to refuse (context.h has
 * hs_tx_refuse for those); HTTP and issue code are those of `status`. The sentence is cut at the size of
 * err->text, a part of it at TX_PART_MAX bytes. */
#define TX_PART_MAX 100u
enum hs_status hs_tx_say(struct hs_error *err, enum hs_status status, bool swedish, enum tx_message id,
	struct hs_slice path, struct tx_args args);
/* HS_E_LIMIT: the arena is at its cap. */
enum hs_status hs_tx_no_room(bool swedish, struct hs_error *err);
/* `n` in digits, in `room`. */
struct hs_slice hs_tx_digits(uint64_t n, char room[24]);
