/* SPDX-License-Identifier: Apache-2.0 */
/* A request as a service sees it, and the only ways to answer one.
 *
 * A handler gets a request and must return a verdict, and a verdict comes only from hs_reply...,
 * hs_fail_request, hs_stream_reply, hs_read and hs_write: who forgets to answer has nothing to return, and
 * who answers twice trips an assertion. Thread: the event loop of the connection; work functions run where
 * store.h says. */
#pragma once

#include <handslag/fhir.h>
#include <handslag/store.h>

struct hs_request;
struct hs_host;

enum hs_verdict { HS_VERDICT_DONE = 0x48530001, HS_VERDICT_LATER = 0x48530002 };
typedef enum hs_verdict hs_handler_fn(struct hs_request *req, void *state);

/* ---- what was asked ---- */

struct hs_arena *hs_request_arena(struct hs_request *req);
struct hs_slice hs_request_method(const struct hs_request *req); /* "GET", "POST" ... */
enum hs_fhir_version hs_request_fhir(const struct hs_request *req);
/* The part of the path that a template names: hs_request_part(req, "id"); empty when there is none. */
struct hs_slice hs_request_part(const struct hs_request *req, const char *name);
struct hs_slice hs_request_header(const struct hs_request *req, struct hs_slice name);
/* Query parameters, decoded, in order; with POST and application/x-www-form-urlencoded those of the body too.
 */
const struct hs_pair *hs_request_query(struct hs_request *req, size_t *count);
struct hs_slice hs_request_query_value(struct hs_request *req, struct hs_slice name); /* first, or empty */
struct hs_slice hs_request_body(const struct hs_request *req);
/* The body as a tree (parsed once). HS_E_REQUIRED when empty, HS_E_STRUCTURE with line and column. */
enum hs_status hs_request_json(struct hs_request *req, struct hs_json **out, struct hs_error *err);
/* Operation input in one form: a Parameters body, or the query (names and primitive values) as Parameters;
 * a bare resource body becomes parameter "resource". */
enum hs_status hs_request_parameters(struct hs_request *req, struct hs_json **out, struct hs_error *err);
/* "http://host:port/fhir/r4" as the client addresses it; no slash at the end. */
struct hs_slice hs_request_base(const struct hs_request *req);
struct hs_slice hs_request_id(const struct hs_request *req); /* X-Request-Id, given or made */
/* The preferences of the client (RFC 7240): "minimal", "representation", "OperationOutcome"; "strict",
 * "lenient". */
struct hs_slice hs_request_prefer(const struct hs_request *req, struct hs_slice name);
/* The sandbox's clock, now. */
int64_t hs_request_now(const struct hs_request *req);
const char *hs_request_sandbox(const struct hs_request *req);
/* State of the service for this sandbox (struct hs_service.sandbox_size); zeroed at first. */
void *hs_request_sandbox_state(const struct hs_request *req);
/* The number of a type in this sandbox's store, from a table made when it was opened. */
uint32_t hs_request_type_number(const struct hs_request *req, struct hs_slice type);

/* ---- answers ---- */

/* A header of the reply; before the answer. Values are copied. */
void hs_reply_header(struct hs_request *req, struct hs_slice name, struct hs_slice value);
/* A resource in the format that the client asked for (JSON or XML), _pretty honoured. */
enum hs_verdict hs_reply_json(struct hs_request *req, int status, const struct hs_json *resource);
/* JSON text that is complete already (stored resources, text made by a service). Bytes as in http: valid
 * until release(owner); release may be NULL for the request's arena and static text. */
enum hs_verdict hs_reply_text(struct hs_request *req, int status, struct hs_slice json,
	void (*release)(void *owner), void *owner);
/* Anything else. */
enum hs_verdict hs_reply_bytes(struct hs_request *req, int status, struct hs_slice media_type,
	struct hs_slice bytes);
enum hs_verdict hs_reply_empty(struct hs_request *req, int status);
/* An OperationOutcome made of the error (status from the table in errors.def) or of the issues. */
enum hs_verdict hs_fail_request(struct hs_request *req, const struct hs_error *err);
enum hs_verdict hs_reply_issues(struct hs_request *req, int status, const struct hs_issues *issues);

/* JSON text in pieces, so that a reply of any size takes little memory: `more` appends the next piece to
 * `out` (aim at 16 to 64 KiB) and sets *last with the final one. Runs on the loop, at most 1 ms a call. */
struct hs_stream_source {
	enum hs_status (*more)(void *arg, struct hs_buf *out, bool *last, struct hs_error *err);
	void (*end)(void *arg); /* once, whatever happened; may be NULL */
	void *arg;
};
enum hs_verdict hs_stream_reply(struct hs_request *req, int status, const struct hs_stream_source *source);

/* ---- work ---- */

/* Called on the loop when the work is over; status and *err are those of the work function. */
typedef enum hs_verdict hs_after_fn(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err);

/* Runs `work` in a reading transaction: at once on this loop when it is cheap, else on a worker. */
enum hs_verdict hs_read(struct hs_request *req, hs_work_fn *work, void *arg, hs_after_fn *after);
/* The same, always on a worker, for what is known to be slow. */
enum hs_verdict hs_read_slow(struct hs_request *req, hs_work_fn *work, void *arg, hs_after_fn *after);
/* Runs `work` in a writing transaction; `after` comes when it is on disk. */
enum hs_verdict hs_write(struct hs_request *req, hs_work_fn *work, void *arg, hs_after_fn *after);
/* A request within this one, as if the client had sent it by itself: an entry of a batch. Headers of the
 * request hold for it, but for those about body, answer and conditions. */
struct hs_inner {
	struct hs_slice method; /* "GET" or "POST" */
	struct hs_slice path;   /* below the FHIR base, as in a URL, no slash in front */
	struct hs_slice query;  /* as in a URL, without '?' */
	struct hs_slice body;   /* JSON; may be empty */
	/* what came of it; for `after` */
	int status;
	struct hs_slice answer; /* in the request's arena; may be empty */
	struct hs_slice media;  /* of the answer, "application/fhir+json; ..." */
};
/* `after` gets HS_OK whatever was answered. Not within an inner request. *inner lives until then. */
enum hs_verdict hs_request_inner(struct hs_request *req, struct hs_inner *inner, void *arg,
	hs_after_fn *after);

/* Goes on when a reader of the sandbox's store sees commit `seq`: `after` gets HS_OK, or HS_E_BUSY when the
 * host's limit for such a wait is over before (limits.readWaitMs). No thread waits meanwhile. */
enum hs_verdict hs_await_commit(struct hs_request *req, uint64_t seq, void *arg, hs_after_fn *after);
/* Runs `compute` on a worker without a transaction (txn is NULL there). */
enum hs_verdict hs_compute(struct hs_request *req, hs_work_fn *compute, void *arg, hs_after_fn *after);
