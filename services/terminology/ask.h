/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a question through the service, the same for every operation. */
#pragma once

#include "operations/operations.h"
#include "state.h"

struct tx_ask;
/* Makes the answer from the layers; pure, on any thread. */
typedef enum hs_status tx_answer_fn(struct tx_ask *ask, struct hs_json **out, struct hs_error *err);

/* Where the answer is made: on the loop, on a worker, or by the number of codes that the value set has. */
enum tx_pace { TX_AT_ONCE, TX_ON_WORKER, TX_BY_SIZE };

struct tx_ask {
	struct hs_request *req;
	struct tx_service *service;
	struct tx_sandbox *sandbox;
	tx_answer_fn *answer;
	enum tx_pace pace;
	const char *type; /* of the instance named in the path, or NULL */
	struct tx_input input;
	bool brings; /* resources, in `input` */
	struct hs_slice accept_language, id;
	struct hs_slice cache; /* id of the client's cache, or empty */
	int64_t now_ms;        /* taken on the loop, whose clock is not a worker's to ask */
	uint64_t most_codes;   /* that the client wishes in one expansion; 0: it did not say */
	struct tx_uploads *uploads;
	struct tx_imports *imports;
	struct tx_kept *kept; /* what that cache holds */
	bool again;           /* the loop had no patience: all is asked anew */
	uint32_t sent_set;    /* row of the value set of the question, or TX_NONE */
	uint32_t sent_other;  /* the same of the other one of a comparison */
	uint32_t *sent_items; /* of each item of a batch */
	struct hs_json *out;
	struct hs_stream_source stream; /* in the place of `out` when its `more` is set */

	/* What stands from here on is filled in when it is needed. */
	struct tx_layer sent; /* compiled from the request; image NULL: nothing was sent */
	struct tx_context ctx;
};

enum hs_verdict hs_tx_ask(struct hs_request *req, void *state, const char *type, tx_answer_fn *answer,
	enum tx_pace pace);
/* Sets up `ask->ctx` anew for the input of one question. */
enum hs_status hs_tx_ask_begin(struct tx_ask *ask, const struct tx_input *input, uint32_t sent_set,
	struct hs_error *err);
