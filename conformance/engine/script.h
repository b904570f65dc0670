/* SPDX-License-Identifier: Apache-2.0 */
/* A test script as the engine sees it: FHIR TestScript, the union of the R4, R5 and R6-preview shapes, read
 * once and then immutable.
 *
 * Owner: the arena given to hs_script_read; the text that was parsed must live as long. Thread: any, once
 * read. Decisions are made per element, not by the version a script declares: published "R4" scripts are
 * often R5-shaped. Source: http://hl7.org/fhir/R4/testscript.html, http://hl7.org/fhir/R5/testscript.html,
 * and https://build.fhir.org/ig/HL7/fhir-testing-ig. */
#pragma once

#include <core/fhir/definitions/definitions.h>

/* What an assertion looks at. */
enum hs_script_check {
	HS_CHECK_NONE, /* says nothing */
	HS_CHECK_RESPONSE,
	HS_CHECK_RESPONSE_CODE,
	HS_CHECK_CONTENT_TYPE,
	HS_CHECK_HEADER,
	HS_CHECK_EXPRESSION,
	HS_CHECK_PATH,
	HS_CHECK_MINIMUM,
	HS_CHECK_NAVIGATION,
	HS_CHECK_REQUEST_METHOD,
	HS_CHECK_REQUEST_URL,
	HS_CHECK_RESOURCE,
	HS_CHECK_PROFILE,
	HS_CHECK_MANUAL,
	HS_CHECK_SUBTEST, /* an extension of published scripts: run another script */
	HS_CHECK_RULE,    /* the same: one of the vendor's rules */
	HS_CHECK_COUNT,
};

enum hs_script_operator {
	HS_OP_ABSENT, /* equals; with an expression alone: it is true */
	HS_OP_EQUALS,
	HS_OP_NOT_EQUALS,
	HS_OP_IN,
	HS_OP_NOT_IN,
	HS_OP_GREATER,
	HS_OP_LESS,
	HS_OP_EMPTY,
	HS_OP_NOT_EMPTY,
	HS_OP_CONTAINS,
	HS_OP_NOT_CONTAINS,
	HS_OP_EVAL,
	HS_OP_MANUAL,
	HS_OP_COUNT,
};
const char *hs_script_operator_name(enum hs_script_operator op); /* as in the code system */
const char *hs_script_check_name(enum hs_script_check check);    /* the element that carries it */

struct hs_script_operation {
	struct hs_slice code;     /* "read", "expand", ...; empty with method and url */
	struct hs_slice resource; /* type; may be empty */
	struct hs_slice accept, content_type, method, params, url;
	struct hs_slice request_id, response_id, source_id, target_id;
	const struct hs_pair *headers;
	size_t header_count;
	int64_t destination; /* index, 0 when not named */
	bool raw_url;        /* encodeRequestUrl is false */
	bool awaits;         /* has an origin: the engine does not send, that system does */
	bool until_done;     /* an extension of ours: sent again while the answer is 202 */
};

/* "requirement" of R5 and R6: a canonical of Requirements and the key of a statement. */
struct hs_script_requirement {
	struct hs_slice reference, key;
};

struct hs_script_assert {
	enum hs_script_check check;
	enum hs_script_operator op;
	struct hs_slice field; /* the element's own text: a code, a name, an expression, an id */
	struct hs_slice value; /* of header, expression and path */
	struct hs_slice source_id, compare_id, compare_expression, compare_path;
	struct hs_slice key, based_on;   /* R6: a name for the result, and the key that must have passed */
	struct hs_slice manual;          /* defaultManualCompletion */
	const struct hs_json *extension; /* of a subtest or rule */
	bool request;                    /* direction */
	bool warning_only, continues;    /* stopTestOnFail is false */
	bool wants_links;                /* navigationLinks */
	const struct hs_script_requirement *requirements;
	size_t requirement_count;
};

struct hs_script_action {
	bool is_assert;
	bool crowded; /* it shares its element with another: an operation and what is asserted of it */
	union {
		struct hs_script_operation operation;
		struct hs_script_assert assertion;
	} u;
	struct hs_slice id; /* label, else id, else a number: unique in its test */
	struct hs_slice label, description;
	struct hs_slice fault;          /* why it cannot mean anything; then it counts as an assertion */
	const struct hs_pair *bindings; /* parameters of the common block it came from */
	size_t binding_count;
	uint32_t line; /* in the file */
};

struct hs_script_test {
	struct hs_slice id; /* id, else name, else a number: unique in the script */
	struct hs_slice name, description;
	struct hs_slice
		needs_true; /* an extension of ours: FHIRPath on the CapabilityStatement; else skipped */
	struct hs_script_action *actions;
	size_t count;
	uint64_t needs; /* bit i: test i makes what this one uses (the first 64 tests) */
};

struct hs_script_fixture {
	struct hs_slice id, reference;
	const struct hs_json *contained; /* when the reference is "#id" */
	struct hs_slice expression;      /* R6: only that part of it */
	bool autocreate, autodelete;
};

struct hs_script_variable {
	struct hs_slice name, fallback, description, expression, header, path, hint, source_id;
	bool has_fallback;
};

struct hs_script_profile {
	struct hs_slice id, url;
};

struct hs_script {
	struct hs_slice id;   /* of the suite and file: "rest/01-read"; unique in a library */
	struct hs_slice file; /* where it was read from; fixtures lie beside it */
	struct hs_slice url, name, title, description;
	struct hs_slice suite;   /* "" for a script given by path */
	struct hs_slice refused; /* why it cannot be run at all; empty when it can */
	const struct hs_json *tree;
	struct hs_issues
		doubtful; /* of XML: what is not as the definitions have it; unknown elements are lost */
	struct hs_script_fixture *fixtures;
	size_t fixture_count;
	struct hs_script_variable *variables;
	size_t variable_count;
	struct hs_script_profile *profiles;
	size_t profile_count;
	struct hs_script_test setup, teardown;
	struct hs_script_test *tests;
	size_t test_count;
	size_t assert_count; /* in tests */
	bool shuffled;       /* its tests may run in any order */
};

/* One assertion of a test after another. */
struct hs_script_cursor {
	const struct hs_script_test *test;
	const struct hs_script_action *action;
};
/* Moves to the next assertion; begins before the first with { NULL, NULL }, and is false behind the last. */
bool hs_script_next_assert(const struct hs_script *script, struct hs_script_cursor *at);

/* Reads a script from its text, JSON or (with the definitions, else NULL) XML. Faults that make it useless
 * fail (HS_E_STRUCTURE, HS_E_INVALID with the element); those that spoil one action are found by the linter
 * and when the action runs: an error there, and the other tests run. `id` and `file` are kept as given. */
enum hs_status hs_script_read(struct hs_arena *arena, struct hs_slice text, struct hs_slice id,
	struct hs_slice file, const struct hs_defs *defs, struct hs_script **out, struct hs_error *err);

/* Everything that is wrong or doubtful in a script, with its element and line. */
void hs_script_lint(const struct hs_script *script, struct hs_slice text, struct hs_issues *issues);
