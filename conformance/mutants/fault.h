/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the catalogue: rules and actions in their compiled form. Immutable once read. */
#pragma once

#include <conformance/mutants/mutants.h>
#include <core/fhir/path/path.h>
#include <core/http/client.h>

enum fault_verb {
	FAULT_DELETE,    /* path: takes what it finds out of the body */
	FAULT_REPLACE,   /* path, by or json: puts another value in its place */
	FAULT_SET,       /* path, name, by or json: a member of what it finds */
	FAULT_REPEAT,    /* path: puts a copy behind each */
	FAULT_REVERSE,   /* path: turns the list that has them */
	FAULT_BODY,      /* json or text: another body, or with null none */
	FAULT_TEXT,      /* text, to: in the bytes of the body */
	FAULT_HEADER,    /* name, value: sets it, or without a value takes it out */
	FAULT_METHOD,    /* request; value */
	FAULT_PATH,      /* request; text, to: in the path below the base */
	FAULT_QUERY,     /* request; name (glob), and drop, rename, value, or text and to */
	FAULT_ADD_QUERY, /* request; text: NAME=VALUE */
	FAULT_TWICE,     /* request; is sent on twice */
	FAULT_ANSWER,    /* request; is not sent on: status, and body or echo */
	FAULT_STATUS,    /* answer; number */
	FAULT_STALE,     /* answer; the first one to this URL, again and again */
	FAULT_CUT,       /* answer; number: bytes of the body that are left */
	FAULT_CLOSE,     /* answer; the connection ends instead */
	FAULT_DELAY,     /* answer; number: milliseconds */
	FAULT_VERBS,
};

struct fault_action {
	enum fault_verb verb;
	struct hs_path *path, *by;
	struct hs_slice name, text, to, value, rename;
	const struct hs_json *json; /* NULL: not given */
	int64_t number;
	bool drop, echo;
};

enum fault_side { FAULT_REQUEST, FAULT_RESPONSE };

struct hs_fault_rule {
	/* of the request; empty: any. Lists have commas, globs have * and ?. */
	struct hs_slice interactions; /* list of names, see fault_interaction */
	const char *method, *target, *query, *header;
	struct hs_path *sent; /* is true on its body */
	int64_t from;         /* only from so many such requests on, 1 is the first */
	/* of the answer; request actions do not wait for these */
	struct hs_slice statuses; /* list of 404 or 4xx */
	struct hs_path *body;
	const struct fault_action *actions[2]; /* by enum fault_side */
	size_t counts[2];
};

/* "read", "vread", "history", "create", "update", "patch", "delete", "search", "bundle", "capabilities",
 * "operation" or "other", from the method and the path below the base. */
struct hs_slice hs__fault_interaction(struct hs_slice method, struct hs_slice path);

/* Parameters of a request, decoded. */
struct fault_params {
	struct hs_pair *pairs;
	size_t count;
	bool changed;
};

/* One side of an exchange, that actions may change. */
struct fault_message {
	struct hs_arena *arena;
	struct hs_slice method, path;  /* request; path below the base */
	struct fault_params params[2]; /* request: of the URL and of a form in the body */
	int status;                    /* answer */
	struct hs_http_header *headers;
	size_t header_count, header_room;
	struct hs_slice body;
	struct hs_json *tree; /* of the body, once asked for; NULL when it is none */
	bool parsed, changed; /* the tree is newer than the body */
	bool differs;         /* an action has changed something */
};

void hs__fault_read_params(struct hs_arena *arena, struct fault_params *params, struct hs_slice text);
struct hs_slice hs__fault_write_params(struct hs_arena *arena, const struct fault_params *params);

struct hs_json *hs__fault_tree(struct fault_message *message);
/* Writes a changed tree back into the body. */
void hs__fault_settle(struct fault_message *message);
struct hs_slice hs__fault_header(const struct fault_message *message, struct hs_slice name);
/* A value with NULL pointer takes the header out. */
void hs__fault_set_header(struct fault_message *message, struct hs_slice name, struct hs_slice value);
/* Every `from` becomes `to`. */
struct hs_slice hs__fault_substitute(struct hs_arena *arena, struct hs_slice text, struct hs_slice from,
	struct hs_slice to);

/* Does the request, or the answer, meet the rule? */
bool hs__fault_meets_request(const struct hs_fault_rule *rule, struct fault_message *request);
bool hs__fault_meets_answer(const struct hs_fault_rule *rule, struct fault_message *answer);
/* Does what an action says to the message; what only the proxy can do (twice, stale ...) is left to it. */
void hs__fault_apply(const struct fault_action *action, struct fault_message *message);
/* The part of hs__fault_apply that works on the tree of the body. */
void hs__fault_apply_tree(const struct fault_action *action, struct fault_message *message);
/* What a path finds in a tree; an expression that fails finds nothing. */
struct hs_path_list hs__fault_find(struct hs_arena *arena, const struct hs_path *path,
	const struct hs_json *input);
