/* SPDX-License-Identifier: Apache-2.0 */
/* A parsed constraint of ECL 2.2, in the words of its grammar, and what the files of its parser share. */
#pragma once

#include "../catalogue.h"
#include "../image/patience.h"
#include "ecl.h"

enum ecl_kind {
	ECL_CONCEPT,
	ECL_ALTERNATE,
	ECL_ANY,
	ECL_AND,
	ECL_OR,
	ECL_MINUS,
	ECL_DOT,
	ECL_REFINED,
	ECL_SUB
};

/* Where a sub-expression's operator leads from its focus. */
enum ecl_operator {
	ECL_SELF,
	ECL_DESCENDANT,      /* <   */
	ECL_DESCENDANT_SELF, /* <<  */
	ECL_CHILD,           /* <!  */
	ECL_CHILD_SELF,      /* <<! */
	ECL_ANCESTOR,        /* >   */
	ECL_ANCESTOR_SELF,   /* >>  */
	ECL_PARENT,          /* >!  */
	ECL_PARENT_SELF,     /* >>! */
	ECL_TOP,             /* !!> */
	ECL_BOTTOM           /* !!< */
};

enum ecl_comparison { ECL_EQUAL, ECL_UNEQUAL, ECL_LESS, ECL_LESS_EQUAL, ECL_MORE, ECL_MORE_EQUAL };

struct ecl_texts; /* below */
struct ecl_filter;
struct ecl_refinement;

struct ecl_node {
	enum ecl_kind kind;
	struct hs_slice code;   /* ECL_CONCEPT, ALTERNATE */
	struct hs_slice scheme; /* ECL_ALTERNATE: its alias */
	struct hs_slice term;   /* ECL_CONCEPT: what stands in pipes beside it */
	struct ecl_node *left,
		*right; /* ECL_AND, OR, MINUS; DOT: right is the attribute; SUB: left is the focus */
	struct ecl_refinement *refinement;

	/* ECL_SUB */
	enum ecl_operator operator;
	bool member_of;           /* ^ */
	bool containing;          /* ^R: the reference sets that have one of the focus */
	struct ecl_texts *fields; /* that ^ is to give; NULL: the component */
	bool all_fields;
	struct ecl_filter *filters;
	enum { ECL_NO_HISTORY, ECL_HISTORY_MIN, ECL_HISTORY_MOD, ECL_HISTORY_MAX, ECL_HISTORY_SET } history;
	struct ecl_node *history_set; /* association reference sets */
};

/* A search term, a language, an identifier: with how it is to be compared. */
struct ecl_texts {
	struct hs_slice text;
	enum { ECL_WORDS, ECL_WILD, ECL_EXACT } how;
	uint64_t number;       /* a date (0: none), an identifier, the number of a word */
	uint8_t acceptable;    /* of a dialect: 1 acceptable, 2 preferred, 3 either */
	struct ecl_node *node; /* dialects by their reference sets */
	struct tx_bits bits;   /* of `node`, found before texts are asked */
	struct ecl_texts *next;
};

enum ecl_about { ECL_ABOUT_TEXT, ECL_ABOUT_CONCEPT, ECL_ABOUT_MEMBER };
enum ecl_subject {
	ECL_ON_TERM,
	ECL_ON_LANGUAGE,
	ECL_ON_TYPE,
	ECL_ON_DIALECT,
	ECL_ON_ID,
	ECL_ON_STATUS,
	ECL_ON_MODULE,
	ECL_ON_TIME,
	ECL_ON_ACTIVE,
	ECL_ON_FIELD
};
enum ecl_value { ECL_VALUE_SET, ECL_VALUE_NUMBER, ECL_VALUE_TEXT, ECL_VALUE_BOOLEAN, ECL_VALUE_TIME };

#define ECL_ACTIVE 1u
#define ECL_RETIRED 2u

/* One condition; those of one pair of braces belong together, `first` opens it. */
struct ecl_filter {
	enum ecl_about about;
	enum ecl_subject on;
	enum ecl_comparison comparison;
	struct hs_slice field; /* ECL_ON_FIELD */
	enum ecl_value value;  /* ECL_ON_FIELD */
	struct ecl_texts *texts;
	struct ecl_node *set;
	struct hs_slice number;
	bool yes;
	uint8_t states; /* ECL_ON_ACTIVE: which of them are wanted */
	bool first;
	struct tx_bits bits; /* of `set`, found before members are asked */
	struct ecl_filter *next;
};

struct ecl_attribute {
	uint32_t least, most; /* UINT32_MAX: any number */
	bool reverse;
	struct ecl_node *name;
	enum ecl_comparison comparison;
	enum ecl_value kind;
	struct ecl_node *set;
	struct hs_slice number;
	struct ecl_texts *texts;
	bool yes;
	/* Found before concepts are asked. */
	struct tx_bits types, values;
};

/* A tree of conditions on the relationships of a concept. */
struct ecl_refinement {
	enum { ECL_ATTRIBUTE, ECL_GROUP, ECL_ALL_OF, ECL_ONE_OF } kind;
	struct ecl_attribute attribute;
	uint32_t least, most; /* ECL_GROUP: how many groups */
	struct ecl_refinement *left, *right;
};

/* ---- the parser ---- */

struct ecl_parser {
	struct hs_arena *arena;
	struct hs_slice text;
	size_t at;
	unsigned depth, parts;
	enum tx_message what; /* it is, for sentences: TX_MSG_WORD_CONSTRAINT */
	bool swedish;
	struct hs_error *err;
};

/* The tree of a constraint; the text must live as long as it. */
enum hs_status hs_tx_ecl_parse(struct hs_arena *arena, struct hs_slice text, bool swedish,
	struct ecl_node **out, struct hs_error *err);

/* The character at that byte as people count them, in UTF-16 code units from 1. */
uint32_t hs_ecl_place(const struct ecl_parser *p, size_t at);
bool hs_ecl_is_letter(char c);
bool hs_ecl_is_digit(char c);
void hs_ecl_blanks(struct ecl_parser *p); /* and comments */
/* Takes the sign or the word (any case, nothing behind it that would go on with it) when it comes next, after
 * blanks. */
bool hs_ecl_sign(struct ecl_parser *p, const char *sign);
bool hs_ecl_word(struct ecl_parser *p, const char *word);
bool hs_ecl_sees(struct ecl_parser *p, const char *sign);
bool hs_ecl_sees_word(struct ecl_parser *p, const char *word);
/* Letters, digits and the signs. False: none. */
bool hs_ecl_name(struct ecl_parser *p, const char *signs, struct hs_slice *out);
/* Zeroed; NULL with the error set when there are too many. */
void *hs_ecl_new(struct ecl_parser *p, size_t size);
/* Sets the error to what was expected at this place, in words of expected.def; gives NULL. */
void *hs_ecl_expected(struct ecl_parser *p, const char *what);
bool hs_ecl_enter(struct ecl_parser *p);
bool hs_ecl_comparison(struct ecl_parser *p, enum ecl_comparison *out);
bool hs_ecl_digits(struct ecl_parser *p, struct hs_slice *out);
/* Digits that begin with 0 only when it is the only one. */
bool hs_ecl_integer(struct ecl_parser *p, struct hs_slice *out);
/* An identifier of SNOMED CT: 6 to 18 digits, the first not 0. */
bool hs_ecl_identifier(struct ecl_parser *p, struct hs_slice *out);
bool hs_ecl_quoted(struct ecl_parser *p, bool pattern, struct hs_slice *out);
bool hs_ecl_number(struct ecl_parser *p, struct hs_slice *out);
bool hs_ecl_boolean(struct ecl_parser *p, bool *out);

/* Values of conditions (ecl_parse_value.c). */
struct ecl_texts *hs_ecl_search_terms(struct ecl_parser *p);
bool hs_ecl_sees_terms(struct ecl_parser *p);
struct ecl_texts *hs_ecl_values(struct ecl_parser *p, enum ecl_subject on, bool by_id);
struct ecl_node *hs_ecl_concepts(struct ecl_parser *p);

struct ecl_node *hs_ecl_sub(struct ecl_parser *p);
struct ecl_refinement *hs_ecl_refinement(struct ecl_parser *p);
/* The filters behind a sub-expression, as long as some come. False: an error. */
bool hs_ecl_filters(struct ecl_parser *p, struct ecl_node *sub);

/* ---- answering ---- */

struct ecl_eval {
	struct hs_arena *arena;
	struct tx_system s;
	uint32_t count;
	uint32_t few; /* concepts at most that are asked one by one rather than looked for */
	struct hs_error *err;
	struct tx_patience *patience; /* NULL: without a limit */
	struct tx_remarks
		*remarks; /* takes terms that their concepts do not have; NULL: none are looked at */
	bool swedish;     /* the language of errors */
};
/* Asks as many one by one as it pays for. */
#define ECL_EVAL(arena, s, err) \
	((struct ecl_eval) { \
		(arena), (s), (uint32_t)TX_BIG((s).layer)->concept_count, 64, (err), NULL, NULL, false })

/* hs_tx_ecl, as `e` says. */
enum hs_status hs_ecl_answer(struct ecl_eval *e, struct hs_slice text, struct tx_bits *out);
enum hs_status hs_ecl_set(struct ecl_eval *e, const struct ecl_node *node, struct tx_bits *out);
enum hs_status hs_ecl_prepare_refinement(struct ecl_eval *e, struct ecl_refinement *r);
enum hs_status hs_ecl_refine(struct ecl_eval *e, struct ecl_refinement *r, struct tx_bits set);
/* Adds the values of relationships with one of the types and one of the sources. */
enum hs_status hs_ecl_add_targets(struct ecl_eval *e, struct tx_bits types, struct tx_bits sources,
	struct tx_bits out);
/* The reference sets that have one of `components` as an active member. */
enum hs_status hs_ecl_containing(struct ecl_eval *e, struct tx_bits components, struct tx_bits out);
/* The members of the reference sets in `refsets`, or what their fields name, that pass the filters on
 * members. */
enum hs_status hs_ecl_members(struct ecl_eval *e, const struct ecl_node *sub, struct tx_bits refsets,
	struct tx_bits out);
/* Takes away what does not pass the filters on concepts and texts. */
enum hs_status hs_ecl_filter(struct ecl_eval *e, const struct ecl_node *sub, struct tx_bits set);
enum hs_status hs_ecl_prepare(struct ecl_eval *e, const struct ecl_node *sub, bool members);
enum hs_status hs_ecl_history(struct ecl_eval *e, const struct ecl_node *sub, struct tx_bits set);
/* Of the conditions on texts (or members) that belong together with `first`: which states they want; the
 * active ones when they say nothing. */
uint8_t hs_ecl_states(const struct ecl_filter *first);
bool hs_ecl_time_fits(const struct ecl_filter *f, uint32_t effective);
/* Any concept, active or not, when the filters ask for it. */
bool hs_ecl_wants_inactive(const struct ecl_node *sub);
enum hs_status hs_ecl_new_set(struct ecl_eval *e, struct tx_bits *out);
/* HS_E_BUDGET when there is not so much patience; 0 asks whether any is left. */
enum hs_status hs_ecl_spend(struct ecl_eval *e, size_t steps);
enum hs_status hs_ecl_spend_each(struct ecl_eval *e, struct tx_bits set, size_t steps);
/* Do all attributes that fit count, redundant ones too? Where it only matters whether there are any. */
bool hs_ecl_counts_all(const struct ecl_attribute *a);
bool hs_ecl_holds(enum ecl_comparison comparison, int order);
/* Does the text match one of the terms? */
bool hs_ecl_text_matches(struct hs_arena *arena, const struct ecl_texts *terms, struct hs_slice text);
