/* SPDX-License-Identifier: Apache-2.0 */
/* Telling an answer of Parameters, one after another: as a tree for who goes on with it, or at once as JSON
 * text for who sends it, which is what most questions ask for. Both have the same bytes.
 *
 * Names and keys are literals of letters and dashes; what a question or a code system says is escaped. An
 * answer has at least one parameter, and one with parts at least one of these. Everything is in the arena of
 * the question. */
#pragma once

#include "../context.h"

struct tx_told {
	struct tx_context *ctx;
	struct hs_json *tree;         /* NULL: text is written */
	struct hs_json *list, *outer; /* the list that is open, and the one around it */
	struct hs_buf text;
	bool more; /* something stands in the open list already */
};

/* As text when the context asks for it (ctx->as_text). */
void hs_tx_tell_begin(struct tx_told *told, struct tx_context *ctx);
/* The name of a parameter and the key of its value, both literals, and how they stand in an answer. */
struct tx_slot {
	struct hs_slice written, name, key;
};
#define TX_SLOT(name, key) \
	{ \
		HS_S_INIT(",{\"name\":\"" name "\",\"" key "\":"), HS_S_INIT(name), HS_S_INIT(key) \
	}
/* Nothing for an empty text. */
void hs_tx_tell_slot(struct tx_told *told, const struct tx_slot *slot, struct hs_slice text);
void hs_tx_tell_bool(struct tx_told *told, const struct tx_slot *slot, bool value);
/* Without display when that is empty. */
void hs_tx_tell_coding(struct tx_told *told, const struct tx_slot *slot, struct hs_slice system,
	struct hs_slice code, struct hs_slice display);
/* What is told between this and the close are parts of the parameter. They do not stand in one another. */
void hs_tx_tell_open(struct tx_told *told, const struct tx_slot *slot);
void hs_tx_tell_close(struct tx_told *told);
/* A value that is always the same, as the JSON text of an answer. */
void hs_tx_tell_fixed(struct tx_told *told, const struct tx_slot *slot, struct hs_slice json);
/* An OperationOutcome of the issues. */
void hs_tx_tell_outcome(struct tx_told *told, const struct tx_slot *slot, const struct tx_issues *issues);
/* These by literals: TX_TELL(told, "code", "valueCode", code). */
#define TX_TELL_(how, told, name, key, ...) \
	do { \
		static const struct tx_slot slot_ = TX_SLOT(name, key); \
		how(told, &slot_, __VA_ARGS__); \
	} while (0)
#define TX_TELL(told, name, key, text) TX_TELL_(hs_tx_tell_slot, told, name, key, text)
#define TX_TELL_BOOL(told, name, value) TX_TELL_(hs_tx_tell_bool, told, name, "valueBoolean", value)
#define TX_TELL_CODING(told, name, system, code, display) \
	TX_TELL_(hs_tx_tell_coding, told, name, "valueCoding", system, code, display)
#define TX_TELL_FIXED(told, name, key, json) TX_TELL_(hs_tx_tell_fixed, told, name, key, HS_S(json))
#define TX_TELL_OPEN(told, name) \
	do { \
		static const struct tx_slot slot_ = TX_SLOT(name, "part"); \
		hs_tx_tell_open(told, &slot_); \
	} while (0)
/* NULL: nothing. The tree becomes part of the answer. */
void hs_tx_tell_value(struct tx_told *told, const char *name, const char *key, struct hs_json *value);
/* The tree of JSON text that was written here; NULL: the arena is full. */
struct hs_json *hs_tx_tree_of(struct hs_arena *arena, struct hs_slice json);
/* Leaves the tree in *out, or the text in ctx->written and *out NULL. */
enum hs_status hs_tx_tell_end(struct tx_told *told, struct hs_json **out, struct hs_error *err);
