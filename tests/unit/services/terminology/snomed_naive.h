/* SPDX-License-Identifier: Apache-2.0 */
/* An evaluator of ECL that knows nothing of images, spans or indexes: it goes through the rows of the
 * release's files again for each question. Slow, and simple enough to be believed. */
#pragma once

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct naive_concept {
	uint64_t id;
	bool active, defined;
	size_t first_from, first_to; /* attributes from and to it, chained (next_...); SIZE_MAX ends */
	size_t first_is_a;           /* what it is, chained by next_from */
};

struct naive_row { /* an active, inferred relationship, by the numbers of its concepts */
	uint32_t source, type, target, group;
	long long number; /* in hundredths; target UINT32_MAX: a concrete value */
	size_t next_from, next_to;
};

struct naive_member {
	uint32_t refset, component, target; /* target UINT32_MAX: none */
};

struct naive {
	struct naive_concept *concepts; /* in order of their identifiers */
	uint32_t count;
	struct naive_row *rows;
	size_t row_count;
	struct naive_member *members; /* of simple reference sets and of historical associations */
	size_t member_count;
};

enum naive_kind {
	NAIVE_CONCEPT,
	NAIVE_ANY,
	NAIVE_MEMBERS,
	NAIVE_OPERATOR,
	NAIVE_AND,
	NAIVE_OR,
	NAIVE_MINUS,
	NAIVE_DOT,
	NAIVE_REFINED,
	NAIVE_HISTORY,
	NAIVE_DEFINED
};

enum naive_operator {
	NAIVE_BELOW,
	NAIVE_BELOW_SELF,
	NAIVE_CHILD,
	NAIVE_CHILD_SELF,
	NAIVE_ABOVE,
	NAIVE_ABOVE_SELF,
	NAIVE_PARENT,
	NAIVE_PARENT_SELF,
	NAIVE_TOP,
	NAIVE_BOTTOM,
	NAIVE_OPERATORS
};

struct naive_condition;

struct naive_tree {
	enum naive_kind kind;
	uint32_t concept; /* NAIVE_CONCEPT, MEMBERS */
	unsigned what;    /* NAIVE_OPERATOR: which; HISTORY: 0 MIN, 1 MOD, 2 MAX; DEFINED: 0 primitive */
	struct naive_tree *left, *right;
	struct naive_condition *condition;
};

struct naive_condition {
	enum { NAIVE_ATTRIBUTE, NAIVE_GROUP, NAIVE_ALL_OF, NAIVE_ONE_OF } kind;
	unsigned least, most; /* UINT32_MAX: any number */
	bool reverse, unequal;
	struct naive_tree *name, *value; /* value NULL: the number */
	unsigned comparison;             /* of numbers: = != < <= > >= */
	long long number;                /* in hundredths */
	struct naive_condition *left, *right;
};

/* Reads the Snapshot below `folder`; on the heap. */
void naive_read(struct naive *n, const char *folder);
void naive_free(struct naive *n);
/* UINT32_MAX: there is no such concept. */
uint32_t naive_find(const struct naive *n, uint64_t id);
/* Sets out[concept] for each of the answer and clears the others. */
void naive_answer(const struct naive *n, const struct naive_tree *tree, bool *out);
