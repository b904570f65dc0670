/* SPDX-License-Identifier: Apache-2.0 */
/* What the terminology says in one way, held against what it says in every other: the bench of
 * terminology_oracle.c.
 *
 * Questions go to the service in process, so that ten thousands of them take seconds. A difference is noted
 * with what was asked, and the test goes on; oracle_test.h fails it at the end. Thread: the test's. */
#pragma once

#include "fixture.h"

#include <handslag/package.h>
#include <handslag/terminology.h>

/* A code as an expansion tells it; texts are those of the answer. */
struct oracle_item {
	struct hs_slice system, version, code, display;
	bool inactive;
};
struct oracle_list {
	struct oracle_item *items;
	size_t count;
};

struct oracle {
	struct fixture *f;
	struct hs_terminology_view *view;     /* what is asked */
	struct hs_terminology_view *views[2]; /* of R4 and R5 */
	/* With resources of our own, or NULL; of R5, and of R4. */
	struct hs_terminology_view *own, *own_r4;
	struct hs_arena *arena; /* emptied after each set or system */
	size_t asked, sets, refused, differences;
	uint64_t random; /* the same numbers every time */
};

/* Opens packages and views; false where the packages are missing. */
bool oracle_open(struct oracle *o);
void oracle_close(struct oracle *o);
size_t oracle_random(struct oracle *o, size_t below);
/* JSON with single quotes in the place of double ones. */
struct hs_json *oracle_json(struct oracle *o, const char *text);
/* From now on resources of our own are seen too, before all others; `texts` ends with NULL. */
void oracle_bring(struct oracle *o, const char *const *texts);

/* ---- questions ---- */

/* Parameters from pairs of name and value, which end with NULL. The name begins with the type of the value:
 * "uri:url", "code:code", "string:display", "boolean:activeOnly", "integer:count". */
struct hs_json *oracle_parameters(struct oracle *o, const char *const *pairs);
void oracle_add(struct oracle *o, struct hs_json *parameters, const char *name, const char *key,
	struct hs_slice text);
/* NULL when it is refused; *err says why. */
struct hs_json *oracle_ask(struct oracle *o, const char *operation, const struct hs_json *parameters,
	struct hs_error *err);
/* Notes a difference. */
void oracle_differs(struct oracle *o, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* ---- what is held against what (oracle_sets.c) ---- */

/* A value set by itself: its expansion against validation, pages, search, languages ... */
void oracle_check_set(struct oracle *o, const struct hs_json *set);
/* The codes of an expansion in the order of the answer, those inside others after them; in the arena. */
void oracle_codes(struct oracle *o, const struct hs_json *answer, struct oracle_list *out);
bool oracle_same_codes(const struct oracle_list *a, const struct oracle_list *b, bool ordered);
const struct oracle_item *oracle_find(const struct oracle_list *list, struct hs_slice system,
	struct hs_slice code);
/* The set of what one filter lets through, inline; `op` NULL: the whole code system. */
struct hs_json *oracle_filter_set(struct oracle *o, struct hs_slice system, struct hs_slice version,
	const char *op, struct hs_slice code);
/* Expands an inline set flat; false when it is refused. */
bool oracle_expand(struct oracle *o, const struct hs_json *set, struct oracle_list *out);
