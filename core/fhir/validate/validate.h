/* SPDX-License-Identifier: Apache-2.0 */
/* Validates resources against the specification and against profiles (R4 section 3.4, validation.html).
 *
 * One call does all: structure and formats (core/fhir/check), then one walk with the base types' invariants,
 * bindings, extensions and special rules (rules/), and one for each profile that says more.
 * A validator is immutable and shared by all threads; a call works in the caller's arena. */
#pragma once

#include <core/fhir/profile/profile.h>

/* ---- terminology: what definitions and library hold is asked first; where they cannot tell, this ---- */

enum hs_validate_answer {
	HS_VALIDATE_YES,
	HS_VALIDATE_NO,
	HS_VALIDATE_NO_SYSTEM,    /* the code system is not known, so the code cannot be judged */
	HS_VALIDATE_NO_VALUE_SET, /* the value set is not known */
	HS_VALIDATE_UNSUPPORTED,  /* known, but it cannot be told here (filters, fragments, too large) */
};

struct hs_validate_code {
	struct hs_slice system, version, code, display;
	bool has_system; /* false: a plain code, whose system the value set implies */
	bool swedish;    /* the finding's message, else in English */
};

/* What was found out besides the answer; all may be empty. */
struct hs_validate_finding {
	struct hs_slice message;       /* what the terminology says of a wrong code */
	struct hs_slice right_display; /* set when the display given is not one of the code's */
	bool loose_display; /* its code system fixes no displays: another one is worth a warning at most */
	bool inactive;
	bool abstract; /* it groups others and is not meant to be chosen */
};

struct hs_validate_terminology {
	/* Is the code in the value set (canonical, perhaps with |version)? Texts go into `arena`. */
	enum hs_validate_answer (*in_value_set)(void *arg, struct hs_arena *arena,
		const struct hs_validate_code *code, struct hs_slice value_set,
		struct hs_validate_finding *finding);
	/* Is the code in its code system, with that display? */
	enum hs_validate_answer (*in_system)(void *arg, struct hs_arena *arena,
		const struct hs_validate_code *code, struct hs_validate_finding *finding);
	/* Does a rule of a value set (compose.include with a system and no value sets) take the code? NULL:
	 * never known. */
	enum hs_validate_answer (*in_rule)(void *arg, struct hs_arena *arena,
		const struct hs_validate_code *code, const struct hs_json *include);
	/* Is the code `above` the same as `below`, or above it? NULL: never known. */
	enum hs_validate_answer (*subsumes)(void *arg, struct hs_slice system, struct hs_slice above,
		struct hs_slice below);
	/* An operation by its name ("ValueSet/$expand"), Parameters in and out; NULL: there are none. */
	enum hs_status (*ask)(void *arg, struct hs_arena *arena, const char *operation,
		const struct hs_json *parameters, struct hs_json **out, struct hs_error *err);
	/* Would another, made now, know more than this one? NULL: never. */
	bool (*is_stale)(void *arg);
	void (*close)(void *arg); /* when the validator that has it ends; may be NULL */
	void *arg;
};

/* ---- the validator ---- */

struct hs_validator;

struct hs_validator_source {
	struct hs_profiles *profiles; /* referenced */
	/* Copied, and closed with the validator; NULL: none but what definitions and library hold. It answers
	 * the same as long as the validator lives, from any thread, and is asked each question once. */
	const struct hs_validate_terminology *terminology;
	/* The definitions of the other release, R5's beside R4's, for extensions that stand for its elements.
	 * Asked for from any thread when such a one is met; gives the same each time, and as long as the
	 * validator lives. NULL, or NULL from it: those extensions are not checked. */
	const struct hs_defs *(*other_release)(void *arg);
	void *other_arg;
};
/* Never NULL. */
struct hs_validator *hs_validator_new(const struct hs_validator_source *source);
struct hs_validator *hs_validator_ref(struct hs_validator *validator); /* thread-safe */
void hs_validator_unref(struct hs_validator *validator);
/* Those it was made with; as long as the validator. */
struct hs_profiles *hs_validator_profiles(const struct hs_validator *validator);
/* Has its terminology moved on, so that one made now would judge better? Thread-safe. */
bool hs_validator_is_stale(const struct hs_validator *validator);

enum hs_validate_level {
	HS_VALIDATE_PROFILES,  /* everything */
	HS_VALIDATE_STRUCTURE, /* elements, cardinality, types, formats, codes of required bindings: hs_check
				*/
};
enum hs_validate_terms {
	HS_VALIDATE_TERMS_ALL,
	HS_VALIDATE_TERMS_NONE, /* no bindings but the compiled required ones */
};

struct hs_validate_options {             /* all zero is a good default */
	const struct hs_slice *profiles; /* canonicals beside those of meta.profile */
	size_t profile_count;
	enum hs_validate_level level;
	enum hs_validate_terms terms;
	/* An unknown extension is an error, unless its URL starts with one of these ("*": any). */
	const struct hs_slice *extension_domains;
	size_t extension_domain_count;
	bool best_practice;    /* report broken best practices, as warnings */
	bool ignore_meta;      /* do not use meta.profile */
	bool ignore_contained; /* do not validate what resources contain */
	/* Of a bundle: the resource of this place among those of its type (from 0) must conform to the
	 * profile; empty type: none. */
	struct hs_slice bundle_type, bundle_profile;
	uint32_t bundle_index;
	bool any_display;       /* another display than the code system's is a warning */
	bool swedish;           /* what is said of value sets and their codes, in Swedish */
	struct hs_slice source; /* the text `resource` was parsed from, for lines and columns; may be empty */
	int64_t now_ms;         /* 0: now() of an invariant is the start of 1970 */
	/* Set by another thread when nobody waits any more: from then on no expression is evaluated, and the
	 * issues are not to be trusted. Read atomically; NULL: never. */
	const bool *cancelled;
	/* References beyond the resource itself, or NULL. */
	const struct hs_json *(*resolve)(void *arg, struct hs_slice reference);
	void *arg;
};

/* The system of the message ids. */
#define HS_VALIDATE_MESSAGES "https://handslag.example/fhir/CodeSystem/validation-message"

/* `resource` may be an instance of a logical model, too: its resourceType says so by the model's address, by
 * its type or by the name that this ends with; without a resourceType it is of the model among
 * options->profiles.
 *
 * Adds an issue for each fault, with expression, place, and a text that says what would be right. An issue's
 * detail_code is its message id: stable, in lower case with dashes ("profile-min", "binding-required"). An
 * invariant's is its key, and its `diagnostics` the expression. Issues and their texts are in issues->arena;
 * working memory is taken from it too.
 */
void hs_validate(const struct hs_validator *validator, const struct hs_json *resource,
	const struct hs_validate_options *options, struct hs_issues *issues);

/* The logical model that an instance is of which calls itself `name` (as hs_validate finds it), for those who
 * must know its elements to read it. False when there is none. Good as long as the validator. */
struct hs_validate_model {
	const struct hs_defs *defs; /* with the model as a type */
	const struct hs_def_type *type;
	struct hs_slice space; /* XML namespace that its definition names, or empty */
};
bool hs_validator_model(const struct hs_validator *validator, struct hs_slice name,
	const struct hs_validate_options *options, struct hs_validate_model *out);

/* ---- for FHIRPath ---- */

/* Who asks. */
struct hs_validate_asker {
	/* Made when a question first needs it; NULL from it: nothing is known. */
	const struct hs_validator *(*validator)(void *arg);
	void *arg;
	const struct hs_json *resource; /* that the values are in, or NULL */
	struct hs_arena *arena;         /* working memory */
};
/* An oracle for FHIRPath (struct hs_path_oracle); its argument is a struct hs_validate_asker, its values are
 * typed by the validator's definitions. What it finds is good as long as the validator. */
extern const struct hs_path_oracle hs_validate_oracle;
