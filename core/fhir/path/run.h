/* SPDX-License-Identifier: Apache-2.0 */
/* What an evaluation carries with it, and the helpers that operators and functions share.
 *
 * Every evaluator appends to its output list, so that select() gathers without copying. Memory is taken from
 * the arena of the context only; small lists live on the C stack. */
#pragma once

#include <core/fhir/path/values/decimal.h>
#include <core/fhir/path/node.h>

struct path_index;

/* A growing list; `items` is first a store of the caller (or NULL), then arena memory. */
struct path_list {
	struct hs_path_value *items;
	uint32_t count;
	uint32_t room;
	uint32_t want;            /* the caller looks at no more than so many; 0: at all */
	bool moved;               /* items are of the arena */
	bool tally;               /* only `count` is of interest: items are not kept */
	uint32_t searches;        /* times hs__path_found looked through it */
	struct path_index *index; /* made when it is searched often; in the arena */
};

/* A list with room for `n` items on the stack. */
#define PATH_LIST(name, n) \
	struct hs_path_value name##_store[n]; \
	struct path_list name = { .items = name##_store, .room = (n) }

struct path_variable {
	const struct path_variable *outer;
	struct hs_slice name;
	const struct hs_path_value *items;
	uint32_t count;
};

/* What $this, $index and $total mean, and the variables that defineVariable() made. */
struct path_scope {
	const struct hs_path_value *self;
	uint32_t self_count;
	int64_t index;                 /* -1 outside of iteration */
	const struct path_list *total; /* NULL outside of aggregate() */
	const struct path_variable *variables;
};

/* Where a watched node leaves what it gave, when it is the one left of the dot of another. */
struct path_focus {
	const struct path_node *of;
	struct path_list *list;
	struct path_focus *outer;
};

struct path_run {
	const struct hs_path_context *context;
	const struct hs_defs *defs;
	struct hs_arena *arena;
	const struct hs_json *resource;
	const struct hs_json *root;
	const struct hs_path_value *input;
	struct hs_slice text;     /* the expression, for positions in errors */
	uint32_t steps;           /* still allowed */
	struct path_focus *focus; /* of the innermost watched node; NULL: none */
	struct path_list **once;  /* by node->once - 1: what it gave; in the arena; NULL: nothing yet */
	uint16_t once_count;
	uint32_t lasting; /* times memory was taken that the rest of the evaluation needs */
	struct hs_error *err;
};

/* A call under evaluation; `focus` is evaluated, arguments are on demand. */
struct path_call {
	struct path_run *run;
	const struct path_node *node;
	struct path_scope *scope;
	struct path_list *focus;
	struct path_list *out;
};

typedef enum hs_status path_handler(struct path_call *call);
extern path_handler *const hs__path_handlers[PATH_FN_COUNT];

/* ---- evaluation ---- */

/* The start of an evaluation. */
struct path_run hs__path_run_of(const struct hs_path *path, const struct hs_path_context *context,
	const struct hs_path_value *input, struct hs_error *err);
enum hs_status hs__path_eval(struct path_run *run, const struct path_node *node, struct path_scope *scope,
	struct path_list *out);
enum hs_status hs__path_eval_watched(struct path_run *run, const struct path_node *node,
	struct path_scope *scope, struct path_list *out);
/* The same with the variables of `scope` as they were before. */
enum hs_status hs__path_eval_apart(struct path_run *run, const struct path_node *node,
	const struct path_scope *scope, struct path_list *out);
/* One level of a lambda: `item` is its $this. */
enum hs_status hs__path_eval_item(struct path_call *call, const struct path_node *body,
	const struct hs_path_value *item, int64_t index, struct path_list *out);
/* A lambda as a criterion: 1, 0 or -1 (empty). Memory it took is given back. */
enum hs_status hs__path_criterion(struct path_call *call, const struct path_node *body,
	const struct hs_path_value *item, int64_t index, int *out);
/* Memory taken since the mark is given back, unless some of it is to last. */
struct path_mark {
	struct hs_arena_mark arena;
	uint32_t lasting;
};
struct path_mark hs__path_mark(const struct path_run *run);
void hs__path_rollback(const struct path_run *run, struct path_mark mark);
/* Counts one operation against the limit. */
enum hs_status hs__path_tick(struct path_run *run);
/* HS_E_PROCESSING at the place of `node`. */
enum hs_status hs__path_fault(struct path_run *run, const struct path_node *node, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
enum hs_status hs__path_full(struct path_run *run); /* HS_E_LIMIT: the arena is full */

/* ---- lists and values ---- */

static inline bool hs__path_is_whole(const struct hs_path_value *value)
{
	return value->kind == HS_PATH_INTEGER || value->kind == HS_PATH_LONG;
}

static inline bool hs__path_is_number(const struct hs_path_value *value)
{
	return hs__path_is_whole(value) || value->kind == HS_PATH_DECIMAL;
}

enum hs_status hs__path_push(struct path_run *run, struct path_list *list, const struct hs_path_value *value);
enum hs_status hs__path_push_all(struct path_run *run, struct path_list *list, const struct path_list *more);
enum hs_status hs__path_push_boolean(struct path_run *run, struct path_list *list, bool value);
/* `value` is within 32 bits. */
enum hs_status hs__path_push_integer(struct path_run *run, struct path_list *list, int64_t value);
/* An integer, or with `wide` a long; nothing when it does not fit (specification, section 6.6: overflow). */
enum hs_status hs__path_push_whole(struct path_run *run, struct path_list *list, struct path_decimal value,
	bool wide);
enum hs_status hs__path_push_decimal(struct path_run *run, struct path_list *list, struct path_decimal value);
/* `text` is not copied; a NULL pointer means that the arena was full. */
enum hs_status hs__path_push_text(struct path_run *run, struct path_list *list, enum hs_path_kind kind,
	struct hs_slice text);
/* By the rule of singleton evaluation: 1, 0, -1 for empty; an error for several items. */
enum hs_status hs__path_boolean(struct path_run *run, const struct path_node *node,
	const struct path_list *list, int *out);
static inline bool hs__path_enough(const struct path_list *list)
{
	return list->want && list->count >= list->want;
}

/* ---- arguments: *there is false when the value is empty ---- */

/* The single focus; an error when there are several. NULL when empty. */
enum hs_status hs__path_focus(struct path_call *call, const struct hs_path_value **out);
enum hs_status hs__path_focus_text(struct path_call *call, struct hs_slice *out, bool *there);
enum hs_status hs__path_arg(struct path_call *call, unsigned index, struct path_list *out);
enum hs_status hs__path_arg_one(struct path_call *call, unsigned index, struct hs_path_value *out,
	bool *there);
enum hs_status hs__path_arg_text(struct path_call *call, unsigned index, struct hs_slice *out, bool *there);
enum hs_status hs__path_arg_integer(struct path_call *call, unsigned index, int64_t *out, bool *there);
/* A text that may be read as a string: system strings and FHIR's string-like primitives. */
bool hs__path_is_text(const struct hs_path_value *value);

/* ---- trees ---- */

/* What a primitive is without its element: of the language's own types. */
struct hs_path_value hs__path_system_value(const struct hs_path_value *from);

/* The members `step` (and those after it) below a value, appended in document order. */
enum hs_status hs__path_walk(struct path_run *run, const struct hs_path_value *from,
	const struct path_step *step, struct path_list *out);
enum hs_status hs__path_children(struct path_run *run, const struct hs_path_value *from,
	struct path_list *out);
/* The definition of what an element has under this key of JSON ("valueQuantity"), and its type; NULL when
 * they are not known. */
const struct hs_def_element *hs__path_define(const struct hs_defs *defs, const struct hs_def_element *element,
	const struct hs_def_type *type, struct hs_slice key, const struct hs_def_type **out_type);
/* The value that a resource is. */
void hs__path_resource(const struct hs_defs *defs, const struct hs_json *node, struct hs_path_value *out);
/* What the type that a value of type() names is derived from: "FHIR.Element", "System.Any". */
struct hs_slice hs__path_base_type(const struct path_run *run, const struct hs_path_value *value);
/* `name` as a type that exists. */
bool hs__path_type_known(const struct path_run *run, const struct path_type_name *type);
/* Is the value of that type; with `derived`, of one derived from it too. */
bool hs__path_is(const struct path_run *run, const struct hs_path_value *value,
	const struct path_type_name *type, bool derived);
/* The data type that the JSON name of a choice ends with ("Quantity" for valueQuantity after "value"). */
struct hs_slice hs__path_choice_suffix(struct hs_slice key, struct hs_slice name);

/* ---- comparison: 1 true, 0 false, -1 empty ---- */

enum hs_status hs__path_equal(struct path_run *run, const struct hs_path_value *left,
	const struct hs_path_value *right, int *out);
enum hs_status hs__path_equal_lists(struct path_run *run, const struct path_list *a,
	const struct path_list *b, int *out);
enum hs_status hs__path_equivalent_lists(struct path_run *run, const struct path_list *a,
	const struct path_list *b, bool *out);
/* Is an equal item in the list? A long list of one kind that is searched again and again gets an index. */
enum hs_status hs__path_found(struct path_run *run, struct path_list *list, const struct hs_path_value *value,
	bool *out);
/* Appends what is not yet in the list. */
enum hs_status hs__path_push_new(struct path_run *run, struct path_list *list,
	const struct hs_path_value *value);
/* -1, 0, 1; *known false for an empty answer; HS_E_PROCESSING when the types have no order. */
enum hs_status hs__path_order(struct path_run *run, const struct path_node *node,
	const struct hs_path_value *left, const struct hs_path_value *right, int *out, bool *known);

/* ---- operators ---- */

enum hs_status hs__path_arithmetic(struct path_run *run, const struct path_node *node,
	const struct hs_path_value *a, const struct hs_path_value *b, struct path_list *out);
enum hs_status hs__path_negate(struct path_run *run, const struct path_node *node,
	const struct hs_path_value *a, struct path_list *out);
enum hs_status hs__path_variable(struct path_run *run, const struct path_node *node,
	const struct path_scope *scope, struct path_list *out);

/* ---- conversions ---- */

/* The number of an integer, long or decimal value. */
bool hs__path_number(const struct hs_path_value *value, struct path_decimal *out);
/* A date, time or dateTime; FHIR strings of unknown type count when they look like one. */
struct path_moment;
bool hs__path_moment(const struct hs_path_value *value, struct path_moment *out);
