/* SPDX-License-Identifier: Apache-2.0 */
/* A whole server inside a test, on a free port of 127.0.0.1 with a data directory of its own, and a small
 * blocking HTTP client on raw sockets.
 *
 *   struct fixture *f = fixture_start(NULL);
 *   struct fixture_answer a = fixture_send(f, "POST", "Patient", "{\"resourceType\":\"Patient\"}");
 *   assert_int_equal(a.status, 201);
 *   fixture_stop(f);
 *
 * A failure to start or connect fails the test. Answers live until fixture_stop. Thread: the test's. */
#pragma once

#include <core/host/host.h>

struct fixture;

struct fixture_options {
	const struct hs_service *const *services; /* ends with NULL; NULL: those built in */
	const char *const *settings;              /* "limits.bodyKib=64" ..., ends with NULL; may be NULL */
	const char *config;                       /* JSON text of a configuration file; may be NULL */
	const char *data_dir;                     /* NULL: a new one, removed at the end */
	bool in_memory;                           /* that new one, where the system has a place for it */
	bool usual_packages;                      /* those that are served when nobody names any */
	bool no_fhir;                             /* without definitions, as where the packages are missing */
};

struct fixture *fixture_start(const struct fixture_options *options);
/* Drains, closes, removes the directory. */
void fixture_stop(struct fixture *f);
/* Runs tests (cmocka's) that all talk to one server, which `f` holds; gives the exit code. */
#define FIXTURE_RUN(f, options, tests) \
	((f) = fixture_start(options), fixture_ended((f), cmocka_run_group_tests((tests), NULL, NULL)))
static inline int fixture_ended(struct fixture *f, int failed)
{
	fixture_stop(f);
	return failed;
}
/* Stops and starts again over the same directory. */
void fixture_restart(struct fixture *f);
/* False where the FHIR packages are missing: tests that need them then skip(). */
bool fixture_has_fhir(const struct fixture *f, enum hs_fhir_version fhir);

struct hs_host *fixture_host(struct fixture *f);
uint16_t fixture_port(const struct fixture *f);
const char *fixture_url(const struct fixture *f); /* "http://127.0.0.1:PORT" */
const char *fixture_data_dir(const struct fixture *f);
const char *fixture_token(struct fixture *f);      /* operator's */
struct hs_arena *fixture_arena(struct fixture *f); /* lives until fixture_stop */

struct fixture_answer {
	int status;           /* 0: the connection closed without an answer */
	struct hs_slice head; /* header lines */
	struct hs_slice body; /* chunks put together */
	bool complete;        /* the body came as its framing says */
};
/* `path` that begins with '/' is taken as it is, others are below /fhir/r4/. `headers` is complete lines
 * ("Accept: x\r\n") or NULL. `body` NULL: none; its Content-Type is application/fhir+json unless given. */
struct fixture_answer fixture_call(struct fixture *f, const char *method, const char *path,
	const char *headers, const char *body);
struct fixture_answer fixture_get(struct fixture *f, const char *path);
struct fixture_answer fixture_send(struct fixture *f, const char *method, const char *path, const char *body);
/* With the operator's token. */
struct fixture_answer fixture_operate(struct fixture *f, const char *method, const char *path,
	const char *body);

/* The halves of a call and of an operator's, for what a test does meanwhile: the connection on which the
 * answer will come, and that answer (not to HEAD), which ends the connection. */
int fixture_ask(struct fixture *f, const char *method, const char *path, const char *headers,
	const char *body);
int fixture_order(struct fixture *f, const char *method, const char *path, const char *body);
struct fixture_answer fixture_answered(struct fixture *f, int fd);

/* A header's value, empty when absent. */
struct hs_slice fixture_header(const struct fixture_answer *answer, const char *name);
/* The body as a tree; fails the test when it is not JSON. */
struct hs_json *fixture_json(struct fixture *f, const struct fixture_answer *answer);
/* The text of the first issue when the answer is an OperationOutcome; fails the test otherwise. */
struct hs_slice fixture_issue(struct fixture *f, const struct fixture_answer *answer);
/* A text of the body by JSON Pointer ("/entry/0/resource/id"), empty when there is none. */
struct hs_slice fixture_text(struct fixture *f, const struct fixture_answer *answer, const char *pointer);

/* A connected socket for tests that speak bytes. */
int fixture_connect(const struct fixture *f);
