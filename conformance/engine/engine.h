/* SPDX-License-Identifier: Apache-2.0 */
/* The engine: runs test scripts against a system over HTTP, judges what it answers, and keeps every exchange.
 *
 * Terms: an *exchange* is one request and its answer; an *action* is an operation (makes an exchange) or an
 * assertion (judges one); a *check* is an assertion that names a requirement. A *run* is a set of scripts
 * against one target. The result is a tree in memory: run > script > test > action. Owner: the caller owns a
 * run until hs_test_run_free; scripts and requirements must outlive it. Thread: that of the loop. The engine
 * knows the target only over the wire. */
#pragma once

#include <conformance/engine/requirement.h>
#include <conformance/engine/script.h>
#include <core/fhir/definitions/definitions.h>
#include <core/http/client.h>

enum hs_test_verdict {
	HS_TEST_PENDING, /* has not run */
	HS_TEST_PASS,
	HS_TEST_WARNING,       /* does not hold, and need not */
	HS_TEST_SKIP,          /* was not run; `reason` says why */
	HS_TEST_NOT_EVALUATED, /* the engine cannot judge that; `reason` says why */
	HS_TEST_FAIL,
	HS_TEST_ERROR, /* a fault of the script or the engine, never of the target */
	HS_TEST_VERDICTS,
};
const char *hs_test_verdict_name(enum hs_test_verdict verdict); /* "pass", "not evaluated" ... */

/* One request and its answer. A redirect is not followed: it is an answer. */
struct hs_test_exchange {
	uint32_t number; /* in its script, from 1 */
	struct hs_slice method, url;
	const struct hs_http_header *request_headers; /* as given to the client; credentials included */
	size_t request_header_count;
	struct hs_slice request_body;
	const struct hs_json *request_json; /* NULL: none or not JSON */
	struct hs_slice failure;            /* why there is no answer; empty when there is one */
	bool timed_out, cancelled;          /* cancelled: by us */
	int status;
	const struct hs_http_header *headers;
	size_t header_count;
	struct hs_slice body;
	const struct hs_json *json; /* of JSON or FHIR XML; NULL: none, or something else */
	struct hs_slice fault;  /* "no JSON: ...": why a body that calls itself JSON or FHIR XML is none */
	struct hs_slice unread; /* why a body could not be read here though it may be right */
	/* Of an answer to a create, update or patch that has no resource: what Location and ETag tell of it,
	 * or the resource itself when the script asks for more and a read brought it. Else NULL. */
	const struct hs_json *stand_in;
	struct hs_slice tls_chain;
	struct hs_slice emulated; /* how the request differs from what the script asks for; mostly empty */
	bool other_format;        /* in that JSON stands in for XML */
	struct hs_slice defaults; /* "NAME=VALUE, ...": what the script itself assumes to be on the target */
	int64_t at_ms;            /* when it was sent */
	uint64_t micros;
	struct hs_test_exchange *next; /* of the same script */
};
/* The first header of that name; empty when absent. */
struct hs_slice hs_test_header(const struct hs_http_header *headers, size_t count, struct hs_slice name);

struct hs_test_action {
	const struct hs_script_action *script; /* NULL: made by the engine (autocreate, autodelete) */
	struct hs_slice id;                    /* "rest/01-read/R001/status" */
	struct hs_slice label, description;
	enum hs_test_verdict verdict;
	bool expected; /* its failure was announced by the caller */
	struct hs_slice reason;
	struct hs_slice wanted, found; /* for a person */
	struct hs_slice path;          /* element or expression that was judged */
	const struct hs_requirement *const *requirements;
	size_t requirement_count;
	const struct hs_test_exchange
		*exchange; /* made by the operation or judged by the assertion; may be NULL */
};

struct hs_test_result {
	const struct hs_script_test *script;
	struct hs_slice id; /* "rest/01-read/R001" */
	struct hs_slice name, description;
	enum hs_test_verdict verdict;
	bool selected; /* false: only run because another test needs it */
	struct hs_slice reason;
	struct hs_test_action *actions;
	size_t count; /* of actions that have a verdict */
	int64_t began_ms;
	uint64_t micros;
};

struct hs_test_script_result {
	const struct hs_script *script;
	enum hs_test_verdict verdict;
	struct hs_slice reason;
	struct hs_test_result setup, teardown;
	struct hs_test_result *tests; /* in the order of the script */
	size_t count;
	struct hs_test_exchange *exchanges;
	uint32_t exchange_count;
	int64_t began_ms;
	uint64_t micros;
};

struct hs_test_summary {
	uint32_t scripts[HS_TEST_VERDICTS]; /* that have a selected test */
	uint32_t tests[HS_TEST_VERDICTS];   /* selected ones */
	uint32_t asserts[HS_TEST_VERDICTS]; /* of selected tests */
	uint32_t setups_failed;             /* scripts whose tests were skipped by that */
	uint32_t exchanges;
	uint32_t emulated;        /* exchanges that differ from what their script asks for */
	uint32_t expected;        /* failures that were announced */
	uint32_t expected_unused; /* announced ones that did not come */
};

struct hs_test_run;

/* Called on the loop, never inside hs_test_start. Any may be NULL. */
struct hs_test_events {
	void (*script_done)(struct hs_test_run *run, const struct hs_test_script_result *script, void *arg);
	void (*test_done)(struct hs_test_run *run, const struct hs_test_result *test, void *arg);
	void (*finished)(struct hs_test_run *run, void *arg); /* last */
	void *arg;
};

/* Does a resource conform to a profile? For assert.validateProfileId. */
struct hs_test_conformance {
	enum hs_fhir_version fhir;
	const struct hs_json *resource;
	struct hs_slice source;  /* the text that it was read from, or empty */
	struct hs_slice profile; /* canonical */
};

struct hs_test_options {
	struct hs_slice target;        /* base URL, without a slash at its end */
	enum hs_fhir_version fhir;     /* 0: what the CapabilityStatement says, else R4 */
	const struct hs_world *world;  /* NULL: the real one */
	const struct hs_defs *r4, *r5; /* for FHIRPath types and core profiles; may be NULL */
	struct hs_http_client_options client;
	const struct hs_http_header *headers; /* sent with every request */
	size_t header_count;
	const struct hs_pair *variables; /* values for script variables, stronger than their defaults */
	size_t variable_count;
	/* Base URLs of further systems, by the index that scripts call them by: "2" -> URL. */
	const struct hs_pair *destinations;
	size_t destination_count;
	const struct hs_requirements *requirements; /* may be NULL */
	/* Adds an issue for each fault. HS_E_NOT_SUPPORTED: the profile is not known. May be NULL: then only
	 * the types themselves are profiles, judged by their structure. */
	enum hs_status (*conform)(void *arg, const struct hs_test_conformance *asked,
		struct hs_issues *issues, struct hs_error *err);
	void *conform_arg;
	/* The text of a file that a fixture names, empty when there is none; must live as long as the run.
	 * May be NULL: then there are only contained fixtures. */
	struct hs_slice (*fixture)(void *arg, const struct hs_script *script, struct hs_slice reference);
	void *fixture_arg;
	/* Another script by its name, id or url, for a script that runs it; NULL when there is none. It must
	 * live as long as the run. May be NULL: such assertions are not evaluated. */
	const struct hs_script *(*script)(void *arg, const struct hs_script *from, struct hs_slice name);
	void *script_arg;
	const char *const *only; /* globs on test ids; NULL or empty: all */
	size_t only_count;
	const struct hs_pair
		*expected; /* glob on action or test ids -> verdict name ("fail", "warning"...) */
	size_t expected_count;
	uint64_t seed;     /* of the order */
	bool in_order;     /* no shuffling */
	bool strict;       /* a requirement of level SHOULD or MAY that does not hold is a failure */
	bool no_precheck;  /* run what the CapabilityStatement does not declare too */
	bool fail_fast;    /* start nothing more after the first failure */
	uint32_t parallel; /* scripts at once; default 8 */
	size_t memory;     /* bytes a script may keep; default 256 MiB */
	struct hs_test_events events;
};

/* Does a glob of hs_test_options.only mean a test: by its id ("rest/01-read/current"), that of its script,
 * its suite, its name within the script, or, with a # in it, a requirement it shows ("fhir-rest#read-*")? */
bool hs_test_is_meant(const char *glob, const struct hs_script *script, const struct hs_script_test *test);
/* Begins a run; *options is copied, what it points to must outlive the run. Fails only for options that make
 * no sense. When the target cannot be reached the run finishes at once with hs_test_run_failed set. */
enum hs_status hs_test_start(struct hs_loop *loop, const struct hs_test_options *options,
	const struct hs_script *const *scripts, size_t count, struct hs_test_run **out, struct hs_error *err);
/* Starts no further test and cancels what is under way; teardowns still run, and finished is called. Called
 * again it cancels those too. */
void hs_test_stop(struct hs_test_run *run);
/* After finished. */
void hs_test_run_free(struct hs_test_run *run);

const struct hs_test_options *hs_test_run_options(const struct hs_test_run *run);
/* Results in the order of the scripts given. Those of scripts under way are incomplete. */
const struct hs_test_script_result *hs_test_run_results(const struct hs_test_run *run, size_t *count);
/* HS_OK, or why nothing ran: HS_E_NETWORK and so on. *err is filled when not. */
enum hs_status hs_test_run_failed(const struct hs_test_run *run, struct hs_error *err);
bool hs_test_run_stopped(const struct hs_test_run *run);
void hs_test_run_summary(const struct hs_test_run *run, struct hs_test_summary *out);
/* Entries of options.expected that no verdict answered to. */
bool hs_test_run_expected_used(const struct hs_test_run *run, size_t index);
/* The exchange that read the CapabilityStatement, and what it says of the software; may be NULL or empty. */
const struct hs_test_exchange *hs_test_run_capability(const struct hs_test_run *run);
struct hs_slice hs_test_run_software(const struct hs_test_run *run);
enum hs_fhir_version hs_test_run_fhir(const struct hs_test_run *run);
uint64_t hs_test_run_micros(const struct hs_test_run *run);
int64_t hs_test_run_began(const struct hs_test_run *run);
