/* SPDX-License-Identifier: Apache-2.0 */
/* Profiles: StructureDefinitions compiled into immutable trees of elements, as the validator walks them.
 *
 * A profile is made when it is first asked for: its snapshot is read, or generated from the differential
 * (snapshot.h), and compiled with its invariants (core/fhir/path). Compiled profiles live as long as their
 * set and are shared by all threads. Source: R4 ElementDefinition, Profiling (sections 2.28 and 5.1). */
#pragma once

#include <core/fhir/definitions/definitions.h>
#include <core/fhir/path/path.h>
#include <core/fhir/profile/library.h>

struct hs_profile;
struct hs_profiles;

enum hs_discriminator_kind {
	HS_DISCRIMINATOR_VALUE, /* pattern is the same: fixed, pattern and required bindings decide */
	HS_DISCRIMINATOR_EXISTS,
	HS_DISCRIMINATOR_TYPE,
	HS_DISCRIMINATOR_PROFILE,
	HS_DISCRIMINATOR_POSITION, /* R5 */
};

struct hs_discriminator {
	enum hs_discriminator_kind kind;
	struct hs_slice path; /* "$this", "code.coding", "extension('url').value", "resolve()" ... */
};

enum hs_slicing_rules { HS_SLICING_OPEN, HS_SLICING_CLOSED, HS_SLICING_OPEN_AT_END };

struct hs_slicing {
	const struct hs_discriminator *discriminators;
	uint32_t discriminator_count;
	enum hs_slicing_rules rules;
	bool ordered;
};

/* One allowed type. */
struct hs_profile_use {
	struct hs_slice code;           /* "HumanName", "Reference"; "string" for System.String */
	const struct hs_def_type *type; /* NULL: not in the definitions */
	const struct hs_slice *profiles;
	const struct hs_slice *targets; /* targetProfile */
	uint32_t profile_count, target_count;
	uint8_t aggregation; /* HS_AGGREGATION_* together; 0: all */
	uint8_t versioning;  /* 0 either, 1 independent, 2 specific */
};
#define HS_AGGREGATION_CONTAINED 1u
#define HS_AGGREGATION_REFERENCED 2u
#define HS_AGGREGATION_BUNDLED 4u

struct hs_constraint {
	struct hs_slice key, human, expression;
	enum hs_severity severity; /* error or warning */
	bool best_practice;        /* the extension elementdefinition-bestpractice is true */
	bool inherited; /* of the base type: checked once where the type is, not again for each profile */
	uint8_t native; /* enum hs_constraint_native */
	const struct hs_path *path; /* NULL when the expression cannot be compiled, or is native */
};

/* Invariants that hold for every element, and those that FHIRPath has one function for, are written in C. */
enum hs_constraint_native {
	HS_CONSTRAINT_PATH,
	HS_CONSTRAINT_ELE_1,
	HS_CONSTRAINT_EXT_1,
	HS_CONSTRAINT_HTML, /* htmlChecks(): txt-1, which is about the tags, and txt-2, about the words */
};

struct hs_binding {
	enum hs_binding_strength strength;
	struct hs_slice value_set;     /* canonical, version kept; may be empty */
	struct hs_slice max_value_set; /* extension elementdefinition-maxValueSet; may be empty */
	struct hs_slice description;
	const struct hs_json *source; /* the binding as JSON (additional bindings ...) */
	bool inherited;               /* the same as that of the base type's element */
};

struct hs_profile_element {
	struct hs_slice id, path;   /* as in the snapshot */
	struct hs_slice name;       /* last part of the path, without [x] */
	struct hs_slice slice_name; /* empty: not a slice */
	uint32_t min, max;          /* HS_DEF_MANY for "*" */
	bool choice;                /* value[x] */
	bool is_modifier;
	bool says_more; /* it, or what is below, asks for more than the base type does */

	struct hs_profile_element *parent;   /* NULL at the root */
	struct hs_profile_element *children; /* own children: unsliced ones, in definition order */
	struct hs_profile_element *slices;   /* of this element, or re-slices of this slice */
	uint32_t child_count;
	/* Of a slice without children of its own: the element that it divides, whose children hold for it, or
	 * NULL. */
	const struct hs_profile_element *common;
	/* Siblings are linked, for they are not one array in memory. */
	struct hs_profile_element *next;
	const struct hs_slicing *slicing; /* NULL: none */

	const struct hs_profile_use *uses;
	uint32_t use_count;
	bool profiled;           /* some use names profiles */
	struct hs_slice same_as; /* contentReference: the id after '#', or empty */
	/* The element that it names, in the definition that is constrained: never in the profile. NULL: none,
	 * or the definition is not here. */
	const struct hs_profile_element *content;

	const struct hs_json *fixed, *pattern; /* the value; NULL: none */
	const struct hs_json *fixed_shadow;    /* "_fixedString": id and extensions, or NULL */
	const struct hs_json *min_value, *max_value;
	struct hs_slice bound_type; /* "Date" of minValueDate */
	uint32_t min_length;        /* characters; 0: none (R5, or the extension minLength) */
	bool must_have_value;       /* an extension cannot stand for the value (R5, or by extension) */
	const struct hs_slice
		*value_alternatives; /* extensions that can; NULL: not said (R5, or by extension) */
	uint32_t value_alternative_count;
	uint32_t max_length;   /* 0: none */
	int64_t max_size;      /* bytes of an attachment or of data (extension maxSize); 0: none */
	uint32_t max_decimals; /* digits behind the point (extension maxDecimalPlaces), + 1; 0: any */
	struct hs_slice form;  /* the extension regex: what a primitive looks like; or empty */
	const void *regex;     /* the same compiled; NULL: none, or none that is right */
	const struct hs_binding *binding; /* NULL: none */
	const struct hs_constraint *constraints;
	uint32_t constraint_count;
	const struct hs_json *definition; /* the ElementDefinition */
	const struct hs_def_element *def; /* the base type's element, or NULL */
};

struct hs_profile_context {   /* where an extension may be used */
	struct hs_slice type; /* element | fhirpath | extension */
	struct hs_slice expression;
};

struct hs_profile {
	struct hs_slice url, version, name;
	struct hs_slice type; /* "Patient", "Extension"; of a logical model its own name or URL */
	struct hs_slice base; /* baseDefinition */
	const struct hs_def_type *def_type; /* NULL for a logical model */
	bool is_constraint;                 /* derivation: a profile, not a type */
	const struct hs_profile_element *root;
	const struct hs_profile_context *contexts;
	uint32_t context_count;
	const struct hs_slice *context_invariants;
	uint32_t context_invariant_count;
	/* Profiles that what conforms to this one must conform to, too (extension
	 * structuredefinition-imposeProfile). */
	const struct hs_slice *imposed;
	uint32_t imposed_count;
	const struct hs_json *source;   /* the StructureDefinition */
	const struct hs_json *snapshot; /* array of ElementDefinition, given or generated */
	bool generated;
};

/* A set over definitions and library; both are referenced. Never NULL. With `below`, profiles that are the
 * same there (nothing in this library's own part can change them: base types) are taken from it. */
struct hs_profiles *hs_profiles_new(struct hs_defs *defs, struct hs_library *library,
	struct hs_profiles *below);
struct hs_profiles *hs_profiles_ref(struct hs_profiles *profiles); /* thread-safe */
void hs_profiles_unref(struct hs_profiles *profiles);
struct hs_defs *hs_profiles_defs(const struct hs_profiles *profiles);
struct hs_library *hs_profiles_library(const struct hs_profiles *profiles);

/* The profile of the canonical, compiled when it is asked for first. NULL when it is not there
 * (HS_E_NOT_FOUND) or cannot be made; *err says why. Thread-safe. */
const struct hs_profile *hs_profiles_find(struct hs_profiles *profiles, struct hs_slice canonical,
	struct hs_error *err);
/* The base type's own. NULL when the packages lack it. */
const struct hs_profile *hs_profiles_type(struct hs_profiles *profiles, const struct hs_def_type *type);
/* The snapshot's elements alone, given or generated; NULL when there is none. As hs_snapshot_source.find. */
const struct hs_json *hs_profiles_snapshot(struct hs_profiles *profiles, struct hs_slice canonical);

/* The own child `name` ("value" for a choice); NULL when the profile does not unfold it. */
const struct hs_profile_element *hs_profile_child(const struct hs_profile_element *element,
	struct hs_slice name);
/* The element with that id, or NULL. */
const struct hs_profile_element *hs_profile_element(const struct hs_profile *profile, struct hs_slice id);

/* Compiled expressions, shared by text and type; NULL when it cannot be compiled. Thread-safe; lives as long
 * as the set. */
const struct hs_path *hs_profiles_path(struct hs_profiles *profiles, struct hs_slice expression,
	struct hs_slice type);
