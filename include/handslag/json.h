/* SPDX-License-Identifier: Apache-2.0 */
/* Strict, lossless JSON (RFC 8259) in an arena: one node of 32 bytes a value, numbers keep their text,
 * duplicate keys are refused, texts are valid UTF-8 without unpaired surrogates.
 *
 * A tree can be changed in place; new nodes come from an arena. Strings without escapes point into the
 * source text, which must then outlive the tree. Thread: that of the arena. */
#pragma once

#include <handslag/arena.h>
#include <handslag/buf.h>
#include <handslag/error.h>

enum hs_json_type {
	HS_JSON_NULL,
	HS_JSON_FALSE,
	HS_JSON_TRUE,
	HS_JSON_NUMBER, /* text is the lexeme: 1.10 stays 1.10 */
	HS_JSON_STRING, /* text is decoded UTF-8 */
	HS_JSON_ARRAY,
	HS_JSON_OBJECT,
};

/* The members are for core/json; everybody else uses the functions below. While a value is in a tree `next`
 * closes the ring of its siblings. */
struct hs_json {
	const char *key; /* member name; for other values their place in the source, or NULL */
	union {
		const char *text;     /* number, string */
		struct hs_json *last; /* array, object: the last child, NULL when empty */
	} u;
	struct hs_json *next; /* next sibling; the last child points to the first */
	uint32_t len;         /* bytes of text, or number of children */
	uint16_t key_len;     /* bytes; 0 with HS_JSON_KEYED is the empty name */
	uint8_t type;         /* enum hs_json_type */
	uint8_t flags;        /* HS_JSON_LAST and friends */
};

#define HS_JSON_LAST 1u     /* last child of its parent */
#define HS_JSON_KEYED 2u    /* `key` is a member name */
#define HS_JSON_PLAIN 4u    /* the text needs no escaping when written */
#define HS_JSON_PLACED 16u  /* for core/json: `key` is as the parser left it, so the place is known */
#define HS_JSON_DECODED 32u /* for core/json: `key` had escapes; the place is in the bytes before it */

/* 0 anywhere means the default. */
struct hs_json_limits {
	uint32_t depth;   /* containers in one another; default 100, at most 10,000 */
	uint32_t members; /* children of one container; default 5,000,000 */
	uint32_t flags;   /* HS_JSON_ALLOW_DUPLICATES; default none */
};

/* RFC 8259 to the letter: a name may be there more than once, and lookup gives the first. FHIR content never
 * wants this: two readers of such a text may see two different patients. */
#define HS_JSON_ALLOW_DUPLICATES 1u

/* Parses the whole of `text` (at most 4 GiB; a UTF-8 byte-order mark is refused). On failure *err says
 * line, column and cause. `limits` may be NULL. */
enum hs_status hs_json_parse(struct hs_arena *arena, struct hs_slice text,
	const struct hs_json_limits *limits, struct hs_json **out, struct hs_error *err);
/* Line and column (place.h) of a value that was parsed from `text`; 0,0 for one that was made or has been
 * put in another place of the tree. */
void hs_json_position(struct hs_slice text, const struct hs_json *value, uint32_t *line, uint32_t *column);
/* The byte of `text` that the value begins at; SIZE_MAX when its place is not known. For who
 * needs the lines of many values. */
size_t hs_json_offset(struct hs_slice text, const struct hs_json *value);
/* The bytes of a value in the text it was parsed from; empty when its place is not known or the text is XML.
 */
struct hs_slice hs_json_source(struct hs_slice text, const struct hs_json *value);
/* For readers of other formats: `value`, in its place in the tree already, is found at `place` of the source.
 * Of a member the name must be that part of the source; else it has no place. */
void hs_json_set_place(struct hs_json *value, const char *place);

/* ---- reading; all accept NULL and give NULL, 0, false or the empty slice ---- */

static inline enum hs_json_type hs_json_type(const struct hs_json *v)
{
	return v ? (enum hs_json_type)v->type : HS_JSON_NULL;
}
static inline bool hs_json_is(const struct hs_json *v, enum hs_json_type type)
{
	return v && v->type == type;
}
static inline struct hs_json *hs_json_first(const struct hs_json *v)
{
	return v && v->type >= HS_JSON_ARRAY && v->u.last ? v->u.last->next : NULL;
}
static inline struct hs_json *hs_json_next(const struct hs_json *v)
{
	return v->flags & HS_JSON_LAST ? NULL : v->next;
}
/* for (struct hs_json *item = NULL; ...) over the children of an array or object */
#define HS_JSON_EACH(item, parent) \
	for (struct hs_json *item = hs_json_first(parent); item; item = hs_json_next(item))
static inline size_t hs_json_count(const struct hs_json *v)
{
	return v && v->type >= HS_JSON_ARRAY ? v->len : 0;
}
static inline struct hs_slice hs_json_key(const struct hs_json *v)
{
	return v && (v->flags & HS_JSON_KEYED) ? (struct hs_slice) { v->key, v->key_len } : HS_S_NONE;
}
/* The text of a string or the lexeme of a number; empty for others. */
static inline struct hs_slice hs_json_text(const struct hs_json *v)
{
	return v && (v->type == HS_JSON_STRING || v->type == HS_JSON_NUMBER) ?
		(struct hs_slice) { v->u.text, v->len } :
		HS_S_NONE;
}
struct hs_json *hs_json_get(const struct hs_json *object, struct hs_slice name);
struct hs_json *hs_json_at(const struct hs_json *array, size_t index);
/* The text of member `name` when it is a string, else empty. */
struct hs_slice hs_json_get_text(const struct hs_json *object, struct hs_slice name);
bool hs_json_get_bool(const struct hs_json *object, struct hs_slice name, bool otherwise);
/* True for an integer without fraction or exponent that fits. */
bool hs_json_i64(const struct hs_json *v, int64_t *out);
/* Same type and content; member order does not matter, number texts do. */
bool hs_json_equal(const struct hs_json *a, const struct hs_json *b);

/* ---- making and changing; NULL only when the arena is full. Texts are not copied. ---- */

struct hs_json *hs_json_object(struct hs_arena *arena);
struct hs_json *hs_json_array(struct hs_arena *arena);
struct hs_json *hs_json_string(struct hs_arena *arena, struct hs_slice text);
struct hs_json *hs_json_number(struct hs_arena *arena, struct hs_slice lexeme); /* else a string */
struct hs_json *hs_json_int(struct hs_arena *arena, int64_t value);
struct hs_json *hs_json_bool(struct hs_arena *arena, bool value);
struct hs_json *hs_json_null(struct hs_arena *arena);
/* A deep copy whose nodes (not texts) are of `arena`. */
struct hs_json *hs_json_clone(struct hs_arena *arena, const struct hs_json *v);

/* Appends; `value` must not have a parent. Both accept a NULL value and then do nothing. Return value. */
struct hs_json *hs_json_push(struct hs_json *array, struct hs_json *value);
struct hs_json *hs_json_add(struct hs_json *object, struct hs_slice key, struct hs_json *value);
/* Short forms of add with a new string, array or object. The text is not copied. */
struct hs_json *hs_json_add_text(struct hs_arena *arena, struct hs_json *object, struct hs_slice key,
	struct hs_slice text);
struct hs_json *hs_json_add_object(struct hs_arena *arena, struct hs_json *object, struct hs_slice key);
struct hs_json *hs_json_add_array(struct hs_arena *arena, struct hs_json *object, struct hs_slice key);
/* Replaces the member or appends it. */
struct hs_json *hs_json_set(struct hs_json *object, struct hs_slice key, struct hs_json *value);
/* Puts `value` before the child at `index`, which is at most the count (then: at the end). */
void hs_json_insert(struct hs_json *array, size_t index, struct hs_json *value);
/* Takes a child out; it can be put elsewhere. */
void hs_json_remove(struct hs_json *parent, struct hs_json *child);
/* Takes the member out and returns it, or NULL. */
struct hs_json *hs_json_take(struct hs_json *object, struct hs_slice key);
/* Puts `value` in the place (and under the key) of `child`. */
void hs_json_replace(struct hs_json *parent, struct hs_json *child, struct hs_json *value);

/* ---- writing ---- */

#define HS_JSON_PRETTY 1u /* two blanks a level, as the FHIR specification prints */

void hs_json_write(struct hs_buf *buf, const struct hs_json *v, unsigned flags);
/* Text as a JSON string with its quotes. */
void hs_json_write_text(struct hs_buf *buf, struct hs_slice text);
/* The same with what stands before and behind it, which is JSON already: all of it, or nothing with the mark
 * set where it does not fit. */
void hs_json_write_between(struct hs_buf *buf, struct hs_slice before, struct hs_slice text,
	struct hs_slice behind);

/* ---- JSON Pointer (RFC 6901) and JSON Patch (RFC 6902) ---- */

/* NULL when nothing is there, and for a text that is no pointer. */
struct hs_json *hs_json_pointer(const struct hs_json *root, struct hs_slice pointer);
/* Applies `patch` to *root in place; on failure *root may be half changed, so patch a clone. A failed
 * "test" gives HS_E_PROCESSING, a malformed patch HS_E_INVALID; *err names the operation by index. */
enum hs_status hs_json_patch(struct hs_arena *arena, struct hs_json **root, const struct hs_json *patch,
	struct hs_error *err);
