/* SPDX-License-Identifier: Apache-2.0 */
/* The state of one validation, shared by the walk and the special rules in rules/. */
#pragma once

#include <core/fhir/validate/validate.h>

#include <handslag/place.h>

#define HS__VALIDATE_DEPTH 120 /* elements in one another that a walk follows */

/* An element of the tree, and with its chain of `up` the path to it. On the stack of the walk; immutable. */
struct hs__node {
	const struct hs__node *up; /* NULL at the outermost resource */
	struct hs_slice name;      /* as in the JSON ("valueQuantity"); the type's name at the root */
	int64_t index;             /* in an array, or -1 */
	uint32_t depth;
	const struct hs_json *value;  /* NULL: only `shadow` is there */
	const struct hs_json *shadow; /* "_name": id and extensions of a primitive, or NULL */
	const struct hs_json *parent; /* the object that has it, or NULL at the root */
	const struct hs_def_type
		*type; /* Observation, Quantity, code; NULL for a backbone or an unknown type */
	const struct hs_def_element
		*def; /* the base definition; the type's root for a resource; may be NULL */
	const struct hs__node *resource; /* the nearest resource that it is in (itself, for a resource) */
};

struct hs__validation {
	const struct hs_validator *validator;
	const struct hs_defs *defs;
	struct hs_profiles *profiles;
	struct hs_library *library;
	const struct hs_validate_terminology *terms;
	const struct hs_validate_options *options;
	struct hs_issues *issues;
	struct hs_arena *arena;   /* the issues' */
	struct hs_arena *scratch; /* of expressions: what is taken from it is given back at once */
	const struct hs__node *root;
	const struct hs_def_type *extension; /* the type Extension */
	uint32_t nesting;                    /* profiles within profiles, for a limit */
	bool quiet;                          /* trial: count the errors in `faults`, make no issues */
	uint32_t faults;
	struct hs_place place; /* in the source, of the latest issue */
	/* For rules/ to keep what they gather once a validation (identifiers of a bundle, ...). */
	void *rules;
	uint32_t told_packs;    /* packages of extensions that are said to be missing: bits */
	uint32_t links;         /* into narratives that were followed, for a limit */
	struct hs_map *anchors; /* what a link "#x" of a narrative may mean; NULL: not gathered yet */
};

/* Where an issue is: at the node, or at its member `below` (may be empty); `value` gives line and column
 * (NULL: the node's own). */
struct hs__spot {
	const struct hs__node *node;
	struct hs_slice below;
	const struct hs_json *value;
};
/* What it is: `code` is an issue type, `id` the message id; both static. */
struct hs__fault {
	enum hs_severity severity;
	const char *code, *id;
};
void hs__validate_say(struct hs__validation *run, const struct hs__spot *spot, const struct hs__fault *fault,
	const char *format, ...) __attribute__((format(printf, 4, 5)));
#define hs__validate_add(run, node, below, value, severity, code, id, ...) \
	hs__validate_say((run), &(struct hs__spot) { (node), (below), (value) }, \
		&(struct hs__fault) { (severity), (code), (id) }, __VA_ARGS__)

/* Is the resource of the node a definition that HL7 itself has published? Those are held to less, for the
 * rules are younger than they are. */
bool hs__published_by_hl7(const struct hs__validation *run, const struct hs__node *node);

/* The resource that a reference text within `node` means: contained, in the bundle around, or what the
 * options' resolve gives. NULL when there is none. */
const struct hs_json *hs__validate_resolve(struct hs__validation *run, const struct hs__node *node,
	struct hs_slice reference);
/* The type of what a Reference within `node` leads to: that of the resource when it is found, else what the
 * text of the reference, or its `type`, says. Empty when nothing does; it may be no type of FHIR. */
struct hs_slice hs__validate_target(struct hs__validation *run, const struct hs__node *node,
	const struct hs_json *reference);
/* Is it an entry of the bundle around? */
bool hs__validate_is_bundled(struct hs__validation *run, const struct hs__node *node,
	struct hs_slice reference);

/* Walks `node` (a value of a data type or a resource) against the profile, adding issues; with run->quiet
 * only counting. False when it has errors. */
bool hs__validate_profile(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile *profile);
/* The same without any trace: 1 conforms, 0 not, -1 the profile is not known. */
int hs__validate_try(struct hs__validation *run, const struct hs__node *node, struct hs_slice profile);

/* The bytes that base64 stands for, blanks in it aside; -1 when it is none. */
int64_t hs__base64_size(struct hs_slice data);

/* ---- rules/: the special rules. Called once a node by the base walk, never by a profile's ---- */

typedef void hs__rule(struct hs__validation *run, const struct hs__node *node);
/* The rule for values of the data type or resource, or NULL; looked up once when a validator is made. For a
 * resource it runs after its elements were walked (contained resources and entries too: each its own), for a
 * data type likewise. */
hs__rule *hs__rules_find(struct hs_slice type);
/* Rules for every resource, whatever its type, and those for the outermost one when all else is done. */
hs__rule hs__rules_resource, hs__rules_end;
