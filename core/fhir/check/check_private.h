/* SPDX-License-Identifier: Apache-2.0 */
/* The state of one check, shared by the walk, the issues it makes and the rules of special types. */
#pragma once

#include <core/fhir/check.h>
#include <core/fhir/definitions/layout.h>

#include <handslag/place.h>

#define HS__CHECK_DEPTH 200 /* elements in one another; trees from the parser stay below its own limit */

/* Where the walk is: a chain from the element at hand to the root, from which a path is made when needed. */
struct hs__at {
	const struct hs__at *up; /* NULL at the root */
	struct hs_slice name;    /* of the element; the resource type at the root */
	int64_t index;           /* in an array, or -1 */
	uint32_t depth;
};

struct hs__check {
	const struct hs_defs *defs;
	struct hs_slice source;
	struct hs_place place; /* in it, of the latest issue */
	struct hs_issues *issues;
	/* The resource whose contained ones a "#id" means; contained ones keep their container. */
	const struct hs_json *container;
	bool is_contained;
	bool of_xml; /* the source is XML, where values have no types and elements are no objects */
	struct hs_check_options options;
};

/* Adds an error at `at` (below it at `name`, when not empty), with the place of `value` in the source. */
void hs__check_fail(struct hs__check *check, const struct hs__at *at, struct hs_slice name,
	const struct hs_json *value, const char *code, const char *format, ...)
	__attribute__((format(printf, 6, 7)));

/* An element that the definition does not have, with the nearest that it has. */
void hs__check_unknown(struct hs__check *check, const struct hs__at *at, const struct hs_json *member,
	const struct hs_def_element *children, uint32_t count);
/* A code outside of a required binding, with the first of those inside. */
void hs__check_code(struct hs__check *check, const struct hs__at *at, const struct hs_json *value,
	const struct hs_def_element *element);
/* What a value of the primitive type looks like, for messages. */
const char *hs__check_form(enum hs_def_code code);
/* What is wrong with a date or time that is none although it has the form: "there is no such day"; else NULL.
 */
const char *hs__check_calendar(enum hs_def_code code, struct hs_slice text);
/* The JSON type that the primitive has: a string, a number, or a boolean (HS_JSON_TRUE). */
enum hs_json_type hs__check_json_type(enum hs_def_code code);

/* Rules of Reference, Extension, CodeableConcept and Coding, after their elements were checked. */
void hs__check_special(struct hs__check *check, const struct hs__at *at, const struct hs_json *value,
	const struct hs_def_type *type, const struct hs_def_element *element, const struct hs_def_use *use);
