/* SPDX-License-Identifier: Apache-2.0 */
/* The concept model's rules about one form while they are asked: what concept_model.c and concept_range.c
 * share. */
#pragma once

#include "expression.h"

/* The reference sets of a release that are of one kind are told by the fields that only they have. */
enum model_kind { MODEL_DOMAINS, MODEL_ATTRIBUTES, MODEL_RANGES, MODEL_KINDS };
#define MODEL_REFSETS_MAX 16u
#define MODEL_RULES_MAX 64u /* about one attribute */

struct model {
	struct hs_arena *arena;
	struct tx_system s;
	const struct tx_layer *layer;
	const struct tx_sct *sct;
	const struct tx_form *form;
	struct tx_remarks *remarks;
	const struct tx_sct_refset *refsets[MODEL_KINDS][MODEL_REFSETS_MAX];
	size_t refset_count[MODEL_KINDS];
};

enum model_strength { MODEL_MANDATORY, MODEL_OPTIONAL, MODEL_STRENGTHS };

struct model_rule {
	const struct tx_sct_refset *refset;
	const struct tx_sct_member *member;
	enum model_strength strength;
};

/* The rules of a kind about an attribute that hold for post-coordinated content. */
size_t hs_model_rules(const struct model *m, enum model_kind kind, uint32_t attribute,
	struct model_rule *out);
struct hs_slice hs_model_field(const struct model *m, const struct model_rule *rule, const char *name);
/* Says that a rule is not kept at character `at`: `detail` is the sentence, an error or advice by the rule's
 * strength. */
void hs_model_broken(const struct model *m, const struct model_rule *rule, uint32_t at,
	enum tx_message detail, struct tx_args args);
/* Does the form satisfy a constraint of a rule? One that cannot be read, which is said, refuses nothing. */
bool hs_model_satisfies(const struct model *m, const struct model_rule *rule, struct hs_slice constraint,
	const struct tx_form *form);

/* Is the value of an attribute in its range (concept_range.c)? */
void hs_model_check_range(const struct model *m, const struct tx_part *part);
