/* SPDX-License-Identifier: Apache-2.0 */
/* FHIRPath (normative release 2.0.0, http://hl7.org/fhirpath/N1) over FHIR JSON trees.
 *
 * An expression is compiled once into a compact form that is immutable and shared by threads; evaluation
 * allocates in the caller's arena only, within limits of steps and depth. */
#pragma once

#include <core/fhir/definitions/definitions.h>
#include <handslag/time.h>

struct hs_path;

enum hs_path_phase { HS_PATH_SYNTAX, HS_PATH_SEMANTIC, HS_PATH_EXECUTION };

/* Compiles; `type` is the type of the input when it is known ("Patient", "Observation.component"), and then
 * a static check refuses what cannot be (unknown elements ...); empty: no check. `defs` may be NULL: then
 * elements are taken by name alone. Errors: HS_E_INVALID with column; *phase says which kind (may be NULL).
 */
enum hs_status hs_path_compile(const struct hs_defs *defs, struct hs_slice expression, struct hs_slice type,
	struct hs_path **out, enum hs_path_phase *phase, struct hs_error *err);
/* The same for one that tells each step to the context's hook, in order; slower, with nothing left out. What
 * is too deep to be shown (300 steps within one another) is compiled as ever, and tells nothing. */
enum hs_status hs_path_compile_watched(const struct hs_defs *defs, struct hs_slice expression,
	struct hs_slice type, struct hs_path **out, enum hs_path_phase *phase, struct hs_error *err);
void hs_path_free(struct hs_path *path);
/* The first variable that neither FHIR (R4 section 2.9.1.4) nor the expression itself defines, without its %;
 * of the path, empty when there is none. Only who evaluates it may know it. */
struct hs_slice hs_path_undefined(const struct hs_path *path);

enum hs_path_kind {
	HS_PATH_NODE, /* an element of a tree that is not primitive, or a resource */
	HS_PATH_BOOLEAN,
	HS_PATH_INTEGER, /* 32 bits */
	HS_PATH_LONG,    /* 64 bits */
	HS_PATH_DECIMAL,
	HS_PATH_STRING,
	HS_PATH_DATE,
	HS_PATH_DATETIME,
	HS_PATH_TIME,
	HS_PATH_QUANTITY,
	HS_PATH_TYPE,
};

/* A value. Primitive elements of a resource have both: their system value and the node they came from. */
struct hs_path_value {
	uint8_t kind;
	bool boolean;
	int64_t integer;      /* of an integer or a long */
	struct hs_slice text; /* string; decimal, date, time and quantity's number as written (or computed);
				 name of a type */
	struct hs_slice unit; /* of a quantity: UCUM code or calendar word (day, month); of a type: its
				 namespace, FHIR or System */
	const struct hs_json *node;           /* NULL for computed values */
	const struct hs_json *shadow;         /* the "_name" sibling that holds id and extensions, or NULL */
	const struct hs_json *parent;         /* the object that has it, or NULL */
	const struct hs_def_type *type;       /* FHIR type when known, or NULL */
	const struct hs_def_element *element; /* its definition when known, or NULL */
};

struct hs_path_list {
	struct hs_path_value *items;
	size_t count;
};

/* Who answers what an evaluation cannot know by itself. Each function may be NULL: nothing is known. */
struct hs_path_oracle {
	/* memberOf(), conformsTo(), subsumes(): 1, 0, or -1 when not known. */
	int (*member_of)(void *arg, const struct hs_path_value *value, struct hs_slice value_set);
	int (*conforms_to)(void *arg, const struct hs_path_value *value, struct hs_slice profile);
	int (*subsumes)(void *arg, struct hs_slice system, struct hs_slice above, struct hs_slice below);
	/* elementDefinition(): the ElementDefinition of the value's element, good as long as the results are;
	 * NULL: there is none. */
	const struct hs_json *(*definition)(void *arg, const struct hs_path_value *value);
	/* slice(): those of the value and what is below it that are in slice `name` of the profile, into
	 * `arena`. HS_E_NOT_FOUND when there is no such profile or slice. */
	enum hs_status (*slice)(void *arg, struct hs_arena *arena, const struct hs_path_value *value,
		struct hs_slice profile, struct hs_slice name, struct hs_path_list *out,
		struct hs_error *err);
	/* The functions of %terminologies: an operation by its name ("ValueSet/$expand"), Parameters in, the
	 * answer in `arena`. NULL: they fail. */
	enum hs_status (*terminology)(void *arg, struct hs_arena *arena, const char *operation,
		const struct hs_json *parameters, struct hs_json **out, struct hs_error *err);
};

/* One step of an evaluation that is watched: a literal, a member name, a function, an operator. Everything
 * lasts during the call only. */
struct hs_path_told {
	size_t position, length; /* of its token in the expression, in UTF-16 code units, from 0 */
	struct hs_slice name;    /* "constant", "given", "where", "|", "%resource", "$this" */
	struct hs_path_list result;
	struct hs_path_list focus; /* what it was asked of: left of its dot, else $this */
	struct hs_path_list self;  /* $this */
	int64_t index;             /* $index, or -1 outside of iteration */
};

/* The hooks are called while an evaluation runs and take no memory from its arena that must outlive the call
 * of hs_path_eval: what a criterion used is given back early. */
struct hs_path_context {
	struct hs_arena *arena;
	const struct hs_defs *defs;     /* may be NULL */
	const struct hs_json *resource; /* %resource and %rootResource; NULL: the input */
	const struct hs_json *root;     /* %rootResource when another (contained resources), or NULL */
	int64_t now_ms;                 /* now(), today() */
	int zone_min;                   /* their zone */
	uint32_t steps;                 /* most operations; 0: 1,000,000 */
	bool single_as;     /* `as` on several items is an error, as the language has it; without, it
			       filters, as FHIR's own definitions need */
	bool nothing_is_no; /* startsWith(), endsWith(), contains(), matches() and `is` say false of
			       nothing, not nothing. FHIR's invariants are written for that: ref-1
			       asks reference.startsWith('#').not() of references that may be absent */
	/* %name: true when known. May be NULL. */
	bool (*variable)(void *arg, struct hs_slice name, struct hs_path_list *out);
	/* resolve(): the resource that a reference text means, or NULL. Contained resources and entries of
	 * the bundle are found without it. May be NULL: then others give a resource that has only the type
	 * and id that the reference says, which is enough for `resolve() is Patient`. */
	const struct hs_json *(*resolve)(void *arg, struct hs_slice reference);
	/* What needs profiles or a terminology; may be NULL. Its functions get `oracle_arg`. */
	const struct hs_path_oracle *oracle;
	void *oracle_arg;
	/* Name and values last during the call: what a criterion took from the arena is taken back behind it,
	 * so nothing that is to stay may be made in that arena meanwhile. The same holds for all of these. */
	void (*trace)(void *arg, struct hs_slice name, const struct hs_path_list *values);
	/* Each step of a path that hs_path_compile_watched made, when it is done. May be NULL. */
	void (*step)(void *arg, const struct hs_path_told *told);
	void *arg;
};

/* An expression for those who look at it: its tree, and the type of what it gives as far as the definitions
 * tell ("HumanName", "string[]", "Quantity|string"; empty: not known). The tree is in the form of the
 * fhirpath-lab engine API: ExpressionType, Name, Arguments, ReturnType, Position and Length in UTF-16 code
 * units; `outline` is the same for people, a line a node, those that it asks indented below it. `focus` is
 * the same type as one to compile for, when it is one. All of `arena`; tree and outline are empty when they
 * would be deeper than 300. Errors as hs_path_compile, of syntax only. */
struct hs_path_explanation {
	struct hs_json *tree;
	struct hs_slice outline;
	struct hs_slice type, focus;
};
enum hs_status hs_path_explain(const struct hs_defs *defs, struct hs_slice expression, struct hs_slice type,
	struct hs_arena *arena, struct hs_path_explanation *out, struct hs_error *err);

/* Evaluates with `input` as focus. HS_E_PROCESSING for an error of execution, HS_E_TOO_COSTLY at the limit.
 */
enum hs_status hs_path_eval(const struct hs_path *path, const struct hs_path_context *context,
	const struct hs_json *input, struct hs_path_list *out, struct hs_error *err);
/* The same for an element inside a resource whose definition is known. */
enum hs_status hs_path_eval_value(const struct hs_path *path, const struct hs_path_context *context,
	const struct hs_path_value *input, struct hs_path_list *out, struct hs_error *err);
/* Why it does not come out true of that input: "name is 'a b', which should have the form [A-Z].*", "there is
 * no low and there is no high". The operands that make it so, as the expression names them, with their
 * values; some hundred bytes of context->arena, and empty when the expression itself says as much. Evaluates
 * parts of it again, so it is for what was found to be wrong. */
struct hs_slice hs_path_why(const struct hs_path *path, const struct hs_path_context *context,
	const struct hs_path_value *input);
/* Fills in kind, node and system value from `node`, by value->type; the other members are the caller's. */
void hs_path_value_read(struct hs_path_value *value, const struct hs_json *node);
/* A result as boolean, by the rule of singleton evaluation: 1, 0, -1 for empty, -2 for anything else. */
int hs_path_truth(const struct hs_path_list *list);
/* "HumanName", "string", "Patient": the FHIR type when it is known, else that of the system. */
struct hs_slice hs_path_type_name(const struct hs_defs *defs, const struct hs_path_value *value);
/* The value as JSON, a copy; what has no form of its own (quantities, dates) as the text that is printed. */
struct hs_json *hs_path_json(struct hs_arena *arena, const struct hs_path_value *value);
/* Where in the resource the value's node is: "Patient.name[0].given[1]"; empty for a computed value, and for
 * one of another resource. The index of nodes is made with the first question. */
struct hs_path_places {
	const struct hs_json *resource;
	const struct hs_defs *defs; /* NULL: a choice is named as in JSON, valueQuantity and not value */
	struct hs_arena *arena;     /* of index and answers */
	bool indexed;               /* [0] behind what is no list, too */
	struct hs_path_spot *spots;
	size_t count;
};
struct hs_slice hs_path_place(struct hs_path_places *places, const struct hs_path_value *value);
/* The text of a value as a FHIR primitive or literal would print it. */
struct hs_slice hs_path_print(struct hs_arena *arena, const struct hs_path_value *value);
