/* SPDX-License-Identifier: Apache-2.0 */
/* The operations: each takes a question that has been read and makes the answer's tree; the first four its
 * text when the context asks for that (tell.h).
 *
 * All are pure: they look at the layers of the question and allocate in its arena. A status other than HS_OK
 * means that there is no answer; when ctx->failure is set it says why in the words of the terminology
 * ecosystem. */
#pragma once

#include "../context.h"

#include <handslag/request.h>

enum hs_status hs_tx_lookup(struct tx_context *ctx, struct hs_json **out, struct hs_error *err);
enum hs_status hs_tx_subsumes(struct tx_context *ctx, struct hs_json **out, struct hs_error *err);
enum hs_status hs_tx_validate_in_system(struct tx_context *ctx, struct hs_json **out, struct hs_error *err);
/* Of ctx->set. */
enum hs_status hs_tx_validate_in_set(struct tx_context *ctx, struct hs_json **out, struct hs_error *err);
enum hs_status hs_tx_expand(struct tx_context *ctx, struct hs_json **out, struct hs_error *err);
/* The same, but a long list of codes is left to *stream (its `more` is set then): the answer in pieces, made
 * while they are sent. What the context knows must live until it ends. */
enum hs_status hs_tx_expand_large(struct tx_context *ctx, struct hs_json **out,
	struct hs_stream_source *stream, struct hs_error *err);
enum hs_status hs_tx_translate(struct tx_context *ctx, const struct tx_map *map, struct hs_json **out,
	struct hs_error *err);

struct tx_sandbox;
/* Adds the concepts of the question to a closure table of the sandbox; the answer is a ConceptMap with the
 * pairs that are new. Takes the sandbox's lock of closures. */
enum hs_status hs_tx_closure(struct tx_context *ctx, struct tx_sandbox *sandbox, struct hs_json **out,
	struct hs_error *err);

/* How two value sets lie to one another. A row that is NULL is looked for by thisUrl or otherUrl. */
enum hs_status hs_tx_compare(struct tx_context *ctx, struct tx_set self, struct tx_set other,
	struct hs_json **out, struct hs_error *err);

/* A `date` that is over is refused, as is one that is none. */
enum hs_status hs_tx_refuse_past(struct tx_context *ctx, struct hs_error *err);
/* "One (and only one) of the in parameters (code, coding, codeableConcept) must be provided" (R4 sections
 * 4.8.17, 4.9.17): more than one are refused unless they mean the same code. */
enum hs_status hs_tx_refuse_two_codes(struct tx_context *ctx, struct hs_error *err);
/* Finds the value set of the question: sent with it (already in ctx->set) or named by url. Also its languages
 * and supplements. */
enum hs_status hs_tx_choose_set(struct tx_context *ctx, struct hs_error *err);

/* ---- for the makers of answers ---- */

void hs_tx_add_text(struct tx_context *ctx, struct hs_json *parameters, const char *name, const char *key,
	struct hs_slice text);
void hs_tx_add_bool(struct tx_context *ctx, struct hs_json *parameters, const char *name, bool value);
/* "00000000-0000-4000-8000-000000000000" made of two numbers: the same of the same. */
struct hs_slice hs_tx_uuid(struct hs_arena *arena, uint64_t a, uint64_t b);
/* A part of a parameter that has parts. */
void hs_tx_add_part(struct tx_context *ctx, struct hs_json *parts, const char *name, const char *key,
	struct hs_json *value);
struct hs_json *hs_tx_add_parts(struct tx_context *ctx, struct hs_json *parameters, const char *name);
