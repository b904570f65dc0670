/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a request: where it is on its way, what it asked, and the answer that waits to be sent.
 *
 *            handler returns DONE                        reply handed to http
 *   ASKED ------------------------------> ANSWERED ------------------------------> (gone)
 *     |  ^                                   ^
 *     |  `---- after function asks again ----|--- after function answers
 *     `--> WORKING (store or worker) --> ASKED
 *
 * A handler only records its answer or its wish for work; dispatch.c carries either out once the handler has
 * returned, so that nothing runs inside the call that asked for it and a request is never touched after its
 * reply was handed over. Thread: the loop of the connection; `cancelled` is read by others. */
#pragma once

#include <core/host/host_private.h>
#include <core/host/metrics.h>

#include <handslag/place.h>

#define HS__PARTS_MAX 6 /* as HS__ROUTE_PARTS */
#define HS__REPLY_HEADERS 24

enum hs__stage { HS__ASKED, HS__WORKING, HS__ANSWERED };
enum hs__work {
	HS__NO_WORK,
	HS__WORK_READ,
	HS__WORK_READ_SLOW,
	HS__WORK_WRITE,
	HS__WORK_COMPUTE,
	HS__WORK_CONTROL,
	HS__WORK_AWAIT, /* a commit */
	HS__WORK_INNER, /* a request within this one */
};

struct hs__fault_rule;

struct hs_request {
	struct hs_http_request *http;
	struct hs_arena *arena;
	struct hs_arena_mark mark; /* where the request began */
	struct hs__loop *loop;
	struct hs_host *host;
	struct hs_sandbox *sandbox;  /* NULL outside FHIR */
	struct hs_sandbox *kept;     /* released when the request has ended; NULL: none, or the default one */
	struct hs__edition *edition; /* NULL outside FHIR */
	struct hs__service *service; /* whose handler runs; NULL: the host's own or REST */
	struct hs_slice path;        /* below the base, decoded, without slashes at its ends */
	struct hs_slice root;        /* the path of the base as sent: "/sandbox/a/fhir/r4" */
	struct hs_slice base;        /* made when asked for */
	struct hs_slice id;          /* X-Request-Id */
	enum hs__stage stage;
	bool entered; /* counted as a user of the sandbox */
	bool pretty, query_done;
	bool cut;                           /* a fault: the connection is closed without an answer */
	struct hs_timer *delay;             /* a fault: goes on when it fires */
	const struct hs__fault_rule *fault; /* one that spoils the answer, or NULL */
	struct hs_timer *await;             /* looks whether the commit is there */
	uint64_t await_seq, await_until_ms;
	struct hs_request *outer, *inner; /* inner.c: the request that this one is within, or waits for */
	struct hs_inner *inner_asked;
	bool inner_starting;
	bool cancelled;       /* atomic access: workers look at it */
	uint64_t deadline_ms; /* monotonic, of the loop; 0 while it does not wait */

	unsigned part_count;
	const struct hs_pair *query;
	size_t query_count;
	struct hs_json *tree;
	bool xml;                 /* the answer is to be XML */
	struct hs_slice xml_body; /* as it came; empty: it was no XML */
	struct hs_json *xml_tree;
	struct hs_place xml_at; /* in xml_body, of what was told last */
	/* $validate: what the XML had that JSON cannot say, to be told with the rest; NULL: nothing. */
	struct hs_issues *xml_found;

	/* what it did, for log and metrics */
	unsigned action;
	struct hs_slice type; /* resource type, known to us; empty: none */

	/* the answer */
	struct hs_http_reply reply;
	struct hs_stream_source source;
	bool streaming;
	uint8_t varies; /* on which headers of the request it depends: bits of vary.c */

	/* work */
	enum hs__work work;
	hs_work_fn *work_fn;
	void *work_arg;
	hs_after_fn *after;
	struct hs_request *later_next, **later_link;
	struct hs_task task;
	struct hs_request *parked; /* list of a sandbox that is not open yet */

	/* What stands from here on begins as it lies in memory. */
	struct hs_pair parts[HS__PARTS_MAX]; /* of the route's template */
	struct hs_http_header headers[HS__REPLY_HEADERS];
	struct hs_store_op op; /* of the work that was started last */
	char own_id[16];       /* where none was given */
};

/* NULL when the arena is full. */
static inline struct hs_request *hs__request_new(struct hs_arena *arena)
{
	struct hs_request *req = hs_arena_raw(arena, sizeof(*req));

	if (req)
		memset(req, 0, offsetof(struct hs_request, parts));
	return req;
}

/* dispatch.c: carries out what the handler wished, until it has answered or waits. */
void hs__request_carry_on(struct hs_request *req, enum hs_verdict verdict);
/* Metrics, log line, leaving the sandbox: just before a reply is handed over, or when its stream has ended.
 */
void hs__request_done(struct hs_request *req, uint64_t bytes);
/* What the loops give to http; `arg` is the loop. */
void hs__http_request(struct hs_http_request *http, void *arg);
void hs__http_gone(struct hs_http_request *http, void *arg);
void hs__http_refused(int status, const char *reason, struct hs_arena *arena, struct hs_http_reply *reply,
	void *arg);
/* fhir.c: a request below a FHIR base, once it is in its sandbox. */
enum hs_verdict hs__fhir_serve(struct hs_request *req);
/* The same past limits and faults. */
enum hs_verdict hs__fhir_answer(struct hs_request *req);
/* inner.c: true when it is over already; and what an inner request has in place of sending. */
bool hs__inner_start(struct hs_request *req);
void hs__inner_answered(struct hs_request *inner);
/* fault_answer.c: does req->fault to the answer; true when it goes out by itself. */
bool hs__fault_spoil(struct hs_request *req);
/* Ends the wait of a fault's delay when the client has gone. */
void hs__fault_give_up(struct hs_request *req);
/* options.c: a browser asks before it sends: may it? Answered for every path alike. */
bool hs__is_preflight(const struct hs_request *req);
enum hs_verdict hs__preflight(struct hs_request *req);
/* The path takes these methods and the request's is none of them: 405 with Allow, and what to do instead when
 * `hint` says it (may be NULL); 204 with Allow when it was OPTIONS, which asks just that. */
enum hs_verdict hs__refuse_method(struct hs_request *req, uint32_t methods, const char *hint);
/* For a parked request, on its loop, when its sandbox was opened or could not be. */
void hs__request_resume(struct hs_request *req, const struct hs_error *failed);
/* work.c: true when the work is over already. */
bool hs__work_start(struct hs_request *req);
enum hs_verdict hs__work_ask(struct hs_request *req, enum hs__work work, void *arg, hs_after_fn *after);
void hs__work_wait(struct hs_request *req);
void hs__work_wait_end(struct hs_request *req);
void hs__work_finished(struct hs_request *req);
enum hs_verdict hs__work_after(struct hs_request *req);
void hs__work_sweep(struct hs__loop *loop);
/* vary.c: the handler has asked for this header of the request, so that its answer depends on it. */
void hs__vary_on(struct hs_request *req, struct hs_slice name);
/* The value of Vary without Accept-Encoding, which http knows of. */
struct hs_slice hs__vary_text(const struct hs_request *req);
/* query.c: once a request, first of all: what is left out of a search would widen it. HS_E_LIMIT. */
enum hs_status hs__query_parse(struct hs_request *req, struct hs_error *err);
struct hs_slice hs__percent_decode(struct hs_arena *arena, struct hs_slice text, bool plus);
/* negotiate.c: sets pretty and the reply's content type; HS_E_NOT_ACCEPTABLE. */
enum hs_status hs__negotiate(struct hs_request *req, struct hs_error *err);
/* Is the body of a type that hs_request_json reads? HS_E_MEDIA_TYPE. */
enum hs_status hs__negotiate_body(const struct hs_request *req, struct hs_error *err);
/* The parameters of Content-Type alone, where it is one of FHIR's. */
enum hs_status hs__negotiate_params(const struct hs_request *req, struct hs_error *err);
/* xml.c: is the media type one of XML? *generic: any XML, not just that of FHIR. */
bool hs__xml_is_media(struct hs_slice media, bool *generic);
/* Is the body a resource in XML that can be read? Then it is made JSON, and `next` goes on with it. */
typedef enum hs_verdict hs__next_fn(struct hs_request *req);
bool hs__xml_is_body(const struct hs_request *req);
enum hs_verdict hs__xml_take_body(struct hs_request *req, hs__next_fn *next);
/* Line and column in the XML that came, of what is at the path; untouched when nothing came as XML. */
void hs__xml_place(struct hs_request *req, struct hs_slice path, uint32_t *line, uint32_t *column);
/* An answer as XML; *status becomes 406 (and the text JSON) when it cannot be one. */
struct hs_slice hs__xml_of_tree(struct hs_request *req, const struct hs_json *tree, int *status);
enum hs_verdict hs__xml_of_text(struct hs_request *req, int status, struct hs_slice json,
	void (*release)(void *owner), void *owner);
/* stream.c */
void hs__stream_begin(struct hs_request *req);
/* reply.c: answers with bytes that are complete. */
enum hs_verdict hs__reply_made(struct hs_request *req, int status, struct hs_slice bytes);
/* An OperationOutcome as text for those who have no request. */
struct hs_slice hs__outcome_text(struct hs_arena *arena, const char *issue, const char *text);
void hs__reply_static_header(struct hs_request *req, struct hs_slice name, struct hs_slice value);
/* As hs_fail_request, with Retry-After in seconds unless that is 0. */
enum hs_verdict hs__fail_retry(struct hs_request *req, unsigned retry_s, const struct hs_error *err);
