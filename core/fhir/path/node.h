/* SPDX-License-Identifier: Apache-2.0 */
/* The compiled form of an expression: a tree of small nodes in the arena of its path, never changed after
 * compilation.
 *
 * Terms: the *focus* of a node is the collection left of its dot; a node without `left` starts from $this.
 * A run of member names (`name.given`) is one node with a list of steps, so that no intermediate collection
 * is made. */
#pragma once

#include <core/fhir/path/path.h>

#define PATH_MAX_TEXT 65536u /* bytes of an expression */
#define PATH_MAX_DEPTH 200u  /* nodes in one another; evaluation recurses no deeper */
#define PATH_MAX_SHOWN 300u  /* the same with every member name, of what is explained or watched */
#define PATH_ARENA_CAP (8u << 20)

enum path_op {
	OP_THIS,     /* $this */
	OP_INDEX,    /* $index */
	OP_TOTAL,    /* $total */
	OP_EMPTY,    /* {} */
	OP_LITERAL,  /* u.literal */
	OP_FAULT,    /* a literal that is well formed but has no value; u.name says why */
	OP_STEPS,    /* u.steps: member names */
	OP_VARIABLE, /* u.name: %name */
	OP_CALL,     /* u.call: a function; the arguments are the children */
	OP_ITEM,     /* left[first] */
	OP_IS,       /* left is u.type */
	OP_AS,       /* left as u.type */
	OP_NEGATE,   /* -left */
	OP_POSITIVE, /* +left */
	/* binary: left and first */
	OP_MULTIPLY,
	OP_DIVIDE,
	OP_DIV,
	OP_MOD,
	OP_ADD,
	OP_SUBTRACT,
	OP_JOIN,
	OP_UNION,
	OP_LESS,
	OP_LESS_EQUAL,
	OP_GREATER,
	OP_GREATER_EQUAL,
	OP_EQUAL,
	OP_NOT_EQUAL,
	OP_EQUIVALENT,
	OP_NOT_EQUIVALENT,
	OP_IN,
	OP_CONTAINS,
	OP_AND,
	OP_OR,
	OP_XOR,
	OP_IMPLIES,
	OP_WATCHED, /* first, and u.watched tells what it gave */
};

/* The functions, by the table in functions.def. */
enum path_function {
#define X(id, name, min, max, kinds, focus, result) PATH_FN_##id,
#include <core/fhir/path/functions/functions.def>
#undef X
	PATH_FN_COUNT,
};

/* What an argument is. */
#define PATH_ARG_VALUE 'v'  /* evaluated with the $this of the call */
#define PATH_ARG_LAMBDA 'l' /* evaluated for each item, which is its $this */
#define PATH_ARG_TYPE 't'   /* a type name; an OP_THIS node with u.type stands for it */

struct path_function_info {
	struct hs_slice name;
	uint8_t min, max;   /* arguments */
	const char *kinds;  /* of each argument; the last letter holds for those after it */
	char focus, result; /* for the static check */
};
extern const struct path_function_info hs__path_functions[PATH_FN_COUNT];

/* A type as written: FHIR.Patient, System.String, Quantity. */
struct path_type_name {
	struct hs_slice space; /* empty when not written */
	struct hs_slice name;
	const struct hs_def_type *type; /* of FHIR, when the definitions know it */
	bool system;                    /* `name` is a type of System */
	bool fhir;                      /* `name` may be a type of FHIR */
};

struct path_shape;

/* One member name, with what the definitions said about it at compile time. */
struct path_step {
	struct hs_slice name;
	struct path_step *next;
	uint32_t at;                       /* byte in the expression */
	bool entry;                        /* first of an expression: may be the name of the type of $this */
	const struct hs_def_element *from; /* holds for parents of this element ... */
	const struct hs_def_type *from_type;  /* ... and this type; of an entry, the type it names */
	const struct hs_def_element *element; /* NULL: nothing is known */
	const struct hs_def_type *type;       /* NULL for a choice */
	const struct path_shape *shape;       /* what it leads to, when the check was to note it */
};

/* What is told of a watched node whenever it was evaluated. */
struct path_watched {
	struct hs_slice name;
	size_t position, length; /* UTF-16 code units */
};

struct path_node {
	uint8_t op;
	uint8_t count;    /* children */
	uint8_t function; /* of OP_CALL */
	bool descending;  /* an argument of sort() that was written with a minus */
	uint16_t depth;
	uint16_t once; /* 0, or a number: it gives the same for every item of the lambda that it is in */
	uint32_t at;   /* byte in the expression */
	struct path_node *left;
	struct path_node *first;        /* first child (argument, right operand) */
	struct path_node *next;         /* next sibling among children */
	const struct path_shape *shape; /* what it gives, when the check was to note it */
	union {
		const struct hs_path_value *literal;
		struct path_step *steps;
		struct hs_slice name;
		struct path_type_name type;
		void *regex; /* of OP_CALL with a literal pattern: a compiled one */
		const struct path_watched *watched;
	} u;
};

struct hs_path {
	struct hs_arena *arena; /* owns everything, this too */
	struct hs_slice text;
	struct hs_defs *defs; /* referenced; may be NULL */
	struct path_node *root;
	uint16_t once;   /* nodes that have such a number */
	uint32_t *units; /* before each byte of the text, once hs__path_units was called; NULL: one a byte */
};

/* The kind of system value that a primitive type of FHIR has; HS_PATH_NODE of any other type. */
uint8_t hs__path_primitive_kind(const struct hs_def_type *type);
/* Parses into path->arena. HS_E_INVALID with line and column. */
enum hs_status hs__path_parse(struct hs_path *path, struct hs_error *err);
/* Line and column of a byte of the expression, put into *err. */
void hs__path_place(struct hs_slice text, size_t at, struct hs_error *err);
/* Fills in what the definitions know. */
#define PATH_CHECK_STRICT 1u /* refuse what cannot be: HS_E_INVALID */
#define PATH_CHECK_NOTE 2u   /* keep the shape of every node and step */
enum hs_status hs__path_check(struct hs_path *path, struct hs_slice type, unsigned flags,
	struct hs_error *err);
/* A path with its text, not parsed; freed with hs_path_free. */
enum hs_status hs__path_open(const struct hs_defs *defs, struct hs_slice expression, struct hs_path **out,
	struct hs_error *err);
/* Replaces operators on literals by their result. */
void hs__path_fold(struct hs_path *path);
/* Numbers the nodes that are evaluated once though they stand in a lambda. */
void hs__path_find_once(struct hs_path *path);
/* Puts a node around each node, unless they are nested deeper than PATH_MAX_SHOWN. */
void hs__path_watch(struct hs_path *path);
/* Levels of nodes, each member name one. */
size_t hs__path_depth(const struct path_node *node);
/* Counts the UTF-16 code units before each byte, so that places cost nothing; for who asks for spans. */
void hs__path_units(struct hs_path *path);
/* The token that begins at byte `at`. */
struct path_span {
	struct hs_slice text;
	size_t position, length; /* UTF-16 code units */
};
struct path_span hs__path_span(const struct hs_path *path, size_t at);
