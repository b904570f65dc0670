/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the engine: a script while it runs, and what the engine's files ask of one another.
 *
 * Statuses say whose fault it is, and one function turns them into verdicts: HS_E_VALUE the target's (fail),
 * HS_E_REQUIRED nobody's (a value that the user must give: skip), HS_E_NOT_SUPPORTED the engine's limits (not
 * evaluated), all others the script's or ours (error). */
#pragma once

#include <conformance/engine/engine.h>
#include <conformance/engine/format.h>
#include <core/fhir/path/path.h>

/* A name that an operation gave to what it sent or got. */
struct test_name {
	struct hs_slice id;
	const struct hs_test_exchange *exchange;
	bool request;
	struct test_name *next;
};

struct test_fixture {
	const struct hs_json *tree; /* as written, before placeholders are filled in */
	bool loaded;
	struct hs_slice server_type, server_id; /* what the target made of it; empty before */
	bool created;                           /* by autocreate or an operation */
};

enum test_phase {
	PHASE_IDLE,
	PHASE_CREATE, /* autocreate of fixtures */
	PHASE_SETUP,
	PHASE_TEST,
	PHASE_TEARDOWN,
	PHASE_DELETE, /* autodelete of fixtures */
	PHASE_DONE,
};

struct test_stage {
	struct hs_test_run *run;
	const struct hs_script *script;
	struct hs_test_script_result *result;
	struct hs_arena *arena; /* everything the results point to */
	enum test_phase phase;
	struct test_fixture *fixtures;
	struct test_name *names;
	struct hs_test_exchange *last, **exchange_end;
	uint32_t *order; /* of tests */
	size_t order_count, order_at;
	uint64_t done;               /* tests that have run, by bit */
	struct hs_test_result *test; /* under way; setup and teardown too */
	size_t test_index, action;   /* its number; the next action of it */
	size_t fixture;              /* next of PHASE_CREATE or PHASE_DELETE */
	struct hs_test_exchange *pending;
	struct hs_test_exchange *made; /* while what it made is read back; else NULL */
	struct hs_http_call *call;     /* NULL when none is under way */
	struct hs_timer *again;        /* until the operation is sent again; NULL when none waits */
	uint64_t asked_ns;             /* when it was sent first */
	uint32_t asked;                /* how often */
	uint64_t began_ns, test_began_ns;
	unsigned depth;           /* of variables in variables */
	struct hs_slice defaults; /* "NAME=VALUE, ..." that a published script assumed for this request */
	bool stopping;            /* the rest of this test is not run */
	bool finished;
	struct test_stage *outer;            /* of the script that runs this one, or NULL */
	struct test_subtest *within, *inner; /* what it is part of; what is part of it and under way */
	const struct hs_pair *bound;         /* values that the outer script gives its variables */
	size_t bound_count;
	struct hs_slice inherited; /* the assumptions that these rest on, as in `defaults` */
};

struct hs_test_run {
	struct hs_arena *arena;
	struct hs_loop *loop;
	const struct hs_world *world;
	struct hs_test_options options;
	const struct hs_script *const *scripts;
	struct hs_test_script_result *results;
	struct test_stage *stages; /* one a script, by index */
	uint32_t *order;
	size_t count, next, active;
	struct hs_http_client *client;
	struct hs_http_call *probe_call;
	struct hs_test_exchange *probe;
	const struct hs_json *capability; /* NULL: the target tells nothing usable */
	enum hs_fhir_version fhir;
	enum hs_status failed;
	struct hs_error error;
	struct hs_timer *turn; /* starts scripts and finishes outside of callbacks */
	bool *expected_used;
	uint64_t nonce, random;
	uint64_t began_ns, micros;
	int64_t began_ms;
	bool careful; /* there are scripts that know nothing of one another: one after the other, in order */
	bool stopped, finished;
};

/* ---- run.c ---- */
void hs_test_stage_done(struct test_stage *stage);
bool hs_test_run_expects(struct hs_test_run *run, struct hs_slice id, enum hs_test_verdict verdict);
uint64_t hs_test_random(struct hs_test_run *run); /* of the seeded sequence */

/* A stage for a script, idle. False: there is not enough memory. */
bool hs_test_stage_init(struct test_stage *stage, struct hs_test_run *run, const struct hs_script *script,
	struct hs_test_script_result *result, struct hs_arena *arena);

/* ---- subtest.c: scripts within scripts ---- */
/* Begins what an assertion asks for. True: it is under way and hs_test_stage_resume follows; else it has its
 * verdict. */
bool hs_test_subtest_begin(struct test_stage *stage, struct hs_test_action *action);
/* The stage of a script within another has finished. */
void hs_test_subtest_done(struct test_stage *stage);
void hs_test_subtest_cancel(struct test_subtest *sub);

/* ---- stage.c ---- */
/* The next action of the test under way; NULL: not of the script but the engine's own. */
struct hs_test_action *hs_test_stage_action(struct test_stage *stage, const struct hs_script_action *script);
/* Takes an action's verdict into its test's. */
void hs_test_stage_count(struct test_stage *stage, struct hs_test_action *action);
/* Runs until something was sent or everything is done. */
void hs_test_stage_go_on(struct test_stage *stage);
/* The assertion that waited for a script within this one has its verdict. */
void hs_test_stage_resume(struct test_stage *stage);
void hs_test_stage_begin(struct test_stage *stage);
void hs_test_stage_cancel(struct test_stage *stage);
enum hs_test_verdict hs_test_verdict_of(enum hs_status status);

/* ---- order.c ---- */
/* Which tests run, in which order; false when none of the script is selected. */
bool hs_test_choose(struct test_stage *stage);

/* ---- exchange.c ---- */
struct test_request {
	struct hs_slice method, url;
	struct hs_http_header *headers;
	size_t header_count, header_room;
	struct hs_slice body;
	const struct hs_json *json;
	struct hs_slice emulated, defaults; /* as in the exchange */
	bool other_format;
};
/* A new exchange for a request, linked to nothing, and the call that carries it. */
struct hs_test_exchange *hs_test_exchange_new(struct hs_test_run *run, struct hs_arena *arena,
	const struct test_request *request, struct hs_http_call **out);
/* Takes over what the call brought. */
void hs_test_exchange_take(struct hs_test_run *run, struct hs_test_exchange *exchange,
	const struct hs_http_call *call);
bool hs_test_header_add(struct hs_arena *arena, struct test_request *request, struct hs_slice name,
	struct hs_slice value);

/* ---- format.c ---- */
const struct hs_defs *hs_test_defs(const struct hs_test_run *run); /* of the target's FHIR version, or NULL */
/* The body of an answer that calls itself JSON or XML, or looks like JSON: exchange->json, fault or unread.
 */
void hs_test_read_body(const struct hs_test_run *run, struct hs_arena *arena,
	struct hs_test_exchange *exchange);

/* ---- request.c ---- */
enum hs_status hs_test_request(struct test_stage *stage, const struct hs_script_action *action,
	struct test_request *out, struct hs_error *err);
/* For autocreate and autodelete. */
enum hs_status hs_test_request_fixture(struct test_stage *stage, size_t fixture, bool create,
	struct test_request *out, struct hs_error *err);
/* After a successful operation with that source: what the target calls the fixture now. */
void hs_test_learn_id(struct test_stage *stage, size_t fixture, const struct hs_test_exchange *exchange);
/* Type and id, and version when there is one, that a response speaks of: by Location, else by its body. */
bool hs_test_identity(const struct hs_test_exchange *exchange, struct hs_reference *out);

/* A read of that resource, as the engine's own step. */
enum hs_status hs_test_request_read(struct test_stage *stage, const struct hs_reference *target,
	struct test_request *out, struct hs_error *err);

/* ---- send.c ---- */
/* Sends an operation of the script; false: the action has its verdict. */
bool hs_test_send_operation(struct test_stage *stage, const struct hs_script_action *script);
/* The same for a request that is the engine's own. */
bool hs_test_send(struct test_stage *stage, struct hs_test_action *action,
	const struct test_request *request);
void hs_test_send_cancel(struct test_stage *stage);

/* ---- made.c: answers to writes that have no resource ---- */
/* Gives such an answer a stand-in from its headers. True when the script asks for more of it than these tell,
 * so that it has to be read; *out is what. */
bool hs_test_made_lacks(struct test_stage *stage, const struct hs_script_operation *operation,
	struct hs_test_exchange *made, struct hs_reference *out);
/* Takes over what the read brought; false when that is not the resource. */
bool hs_test_made_take(struct hs_test_exchange *made, const struct hs_test_exchange *read);

/* ---- fixture.c ---- */
size_t hs_test_fixture_index(const struct test_stage *stage, struct hs_slice id); /* SIZE_MAX: none */
/* The fixture with placeholders filled in, a new tree at each call. */
enum hs_status hs_test_fixture(struct test_stage *stage, size_t index, struct hs_json **out,
	struct hs_error *err);

/* ---- variable.c ---- */
/* Where a text stands, so that ${UUID} in it is the same at every use. */
struct test_scope {
	const char *kind;
	size_t index;
	uint32_t count;
	const struct hs_script_action *action; /* its bindings; may be NULL */
};
enum hs_status hs_test_render(struct test_stage *stage, struct hs_slice text, struct test_scope *scope,
	struct hs_slice *out, struct hs_error *err);

/* ---- source.c ---- */
struct test_source {
	const struct hs_json *json;
	const struct hs_test_exchange *exchange; /* NULL: a fixture */
	bool request;
	struct hs_slice name; /* for messages: "the response", "fixture x" */
};
enum hs_status hs_test_source(struct test_stage *stage, struct hs_slice id, bool request,
	struct test_source *out, struct hs_error *err);
/* The same and it must have JSON; otherwise says what it has instead. */
enum hs_status hs_test_source_json(struct test_stage *stage, const struct test_source *source,
	struct hs_error *err);
enum hs_status hs_test_evaluate(struct test_stage *stage, struct hs_slice expression,
	const struct hs_json *input, struct hs_path_list *out, struct hs_error *err);
/* Values as one line for a person: 'a', 'b' and 3 more. */
struct hs_slice hs_test_print_list(struct hs_arena *arena, const struct hs_path_list *list);

/* ---- explain.c ---- */
/* Lines that say which part of a condition does not hold and what is there instead. */
void hs_test_explain(struct test_stage *stage, struct hs_slice expression, const struct hs_json *input,
	struct hs_buf *out);

/* ---- xpath.c ---- */
/* XPath of child steps, or JSONPath, as FHIRPath. HS_E_NOT_SUPPORTED for more. */
enum hs_status hs_test_translate_path(struct hs_arena *arena, struct hs_slice path, struct hs_slice *out,
	struct hs_error *err);

/* ---- operate.c: operators on texts ---- */
/* 1 holds, 0 does not, -1 the operator does not fit these (reason in *err). `wanted` is a list for in, notIn.
 */
int hs_test_operate(enum hs_script_operator op, struct hs_slice found, struct hs_slice wanted,
	struct hs_error *err);

/* ---- blame.c ---- */
/* Something about this exchange does not hold, and out->verdict says fail: is that the target's fault? When
 * what was sent is wrong (error), or what was asked for is just the script's assumption (skip), verdict and
 * reason are changed. */
void hs_test_blame(struct test_stage *stage, const struct hs_test_exchange *exchange,
	struct hs_test_action *out);
/* Does a resource conform? By the caller's means, else by the core definitions. */
enum hs_status hs_test_conform(struct hs_test_run *run, const struct hs_test_conformance *asked,
	struct hs_issues *issues, struct hs_error *err);

/* ---- judge.c ---- */
/* Judges an assertion into *out: verdict, wanted, found, path, reason, exchange. */
void hs_test_judge(struct test_stage *stage, const struct hs_script_action *action,
	struct hs_test_action *out);

struct test_judgement {
	struct test_stage *stage;
	const struct hs_script_action *action;
	const struct hs_script_assert *assertion;
	struct hs_test_action *out;
	struct hs_slice field, value; /* with placeholders filled in */
	struct test_scope scope;
	struct hs_error *err;
};
/* Each returns HS_OK with out->verdict set, or a status for hs_test_verdict_of. */
enum hs_status hs_test_judge_response(struct test_judgement *j); /* response, responseCode */
enum hs_status hs_test_judge_content_type(struct test_judgement *j);
enum hs_status hs_test_judge_header(struct test_judgement *j);
enum hs_status hs_test_judge_request(struct test_judgement *j); /* requestMethod, requestURL */
enum hs_status hs_test_judge_resource(struct test_judgement *j);
enum hs_status hs_test_judge_expression(struct test_judgement *j); /* expression, path */
enum hs_status hs_test_judge_minimum(struct test_judgement *j);
enum hs_status hs_test_judge_navigation(struct test_judgement *j);
enum hs_status hs_test_judge_profile(struct test_judgement *j);
enum hs_status hs_test_judge_rule(struct test_judgement *j);
/* Where the assertion looks, with the exchange noted; its JSON must be there. */
enum hs_status hs_test_judge_find(struct test_judgement *j, struct test_source *out);
/* A text judged by the assertion's operator. */
enum hs_status hs_test_judge_text(struct test_judgement *j, struct hs_slice found, struct hs_slice wanted);
/* "equals 200", "in 200,204" ... for `wanted`. */
struct hs_slice hs_test_wanted(struct hs_arena *arena, enum hs_script_operator op, struct hs_slice value);

/* ---- minimum.c ---- */
struct test_difference {
	struct hs_slice path, text;
	struct test_difference *next;
};
/* Everything of `least` that `found` does not have; NULL when it has all. At most `max` differences. */
struct test_difference *hs_test_minimum(struct hs_arena *arena, const struct hs_json *least,
	const struct hs_json *found, size_t max);

/* ---- capability.c ---- */
/* Why an operation cannot be asked for by the CapabilityStatement; the empty slice when it can. */
struct hs_slice hs_test_undeclared(struct hs_arena *arena, const struct hs_json *capability,
	const struct hs_script_operation *operation);
