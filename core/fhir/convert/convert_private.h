/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of conversion: one run, places in the definitions, rules and how they are carried out.
 *
 * Terms: a *spot* is what the children of an object are defined by; a *rule* ties members of an object in R4
 * to members of the same object in R5; *up* is R4 to R5. A rule is tried both ways: what does not come back
 * the same is *carried*, in an extension of the object. */
#pragma once

#include <core/fhir/convert/convert.h>

#include <stdatomic.h>

#define HS__CONVERT_NAMES 8

struct hs_convert {
	const struct hs_defs *r4, *r5;
	_Atomic uint8_t
		*known; /* by the index of a type in R4: 0 not known yet, 1 can be converted, 2 cannot */
};

struct hs__convert_rule;

struct hs__convert_run {
	const struct hs_convert *convert;
	struct hs_arena *arena;
	const struct hs_defs *from, *to;
	bool up;
	bool silent; /* a trial: nothing is told */
	unsigned depth;
	struct hs_issues *issues;
};

struct hs__spot {
	const struct hs_def_element *element;
	const struct hs_def_type *type;
};

/* Makes members of `dst` from those of `src` that the rule names. */
typedef void hs__convert_fn(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst);

struct hs__convert_rule {
	const char *path; /* of the object in the definitions: "Endpoint", "ConceptMap.group" */
	const char *r4[HS__CONVERT_NAMES], *r5[HS__CONVERT_NAMES]; /* members, of value[x] "value" */
	hs__convert_fn *to_r5, *to_r4; /* NULL: there is no mapping, only carrying */
	const char *const *words;      /* what the functions need: codes in pairs, names; may be NULL */
};

/* rules.c */
extern const struct hs__convert_rule hs__convert_rules[];
extern const size_t hs__convert_rule_count;

/* walk.c */
struct hs_json *hs__convert_object(struct hs__convert_run *run, struct hs__spot from, struct hs__spot to,
	const struct hs_json *src);
/* A resource within a resource; NULL when it cannot be converted, which is told. */
struct hs_json *hs__convert_resource(struct hs__convert_run *run, const struct hs_json *src);
/* One value of an element (an item of an array), whose type may differ. */
struct hs_json *hs__convert_value(struct hs__convert_run *run, struct hs__spot from, struct hs__spot to,
	const struct hs_json *src);
struct hs__spot hs__convert_spot(const struct hs_defs *defs, const struct hs_def_element *element,
	const struct hs_def_use *use);
/* "ConceptMap.group" of an object's children; empty when it has none. */
struct hs_slice hs__convert_owner(const struct hs_defs *defs, struct hs__spot spot);
/* The child of that name, a choice by its name without type. */
const struct hs_def_element *hs__convert_named(const struct hs_defs *defs, struct hs__spot spot,
	struct hs_slice name);
bool hs__convert_is_named(const char *const *names, struct hs_slice name);
void hs__convert_tell(struct hs__convert_run *run, enum hs_severity severity, const char *code,
	struct hs_slice path, const char *format, ...) __attribute__((format(printf, 5, 6)));

/* carry.c: the value of `key` (with its "_key") as extensions in `list`; and back. */
void hs__convert_carry(struct hs__convert_run *run, struct hs__spot from, const struct hs_json *src,
	struct hs_slice key, struct hs_json *list);
/* Is it an extension that carries a child of `to`? Then the child's definition. */
const struct hs_def_element *hs__convert_carried(const struct hs__convert_run *run, struct hs__spot to,
	const struct hs_json *extension);
/* Puts it in place. */
void hs__convert_restore(struct hs__convert_run *run, const struct hs_def_element *element,
	const struct hs_json *extension, struct hs_json *dst);

/* map_*.c: the mappings. */
hs__convert_fn hs__map_rename_up, hs__map_rename_down, hs__map_contact_up, hs__map_contact_down,
	hs__map_hours_up, hs__map_hours_down, hs__map_wrap_up, hs__map_wrap_down, hs__map_concept_up,
	hs__map_concept_down, hs__map_coding_up, hs__map_coding_down, hs__map_payload_up,
	hs__map_payload_down, hs__map_test_up, hs__map_test_down, hs__map_master_up, hs__map_master_down,
	hs__map_attester_up, hs__map_attester_down, hs__map_format_up, hs__map_format_down,
	hs__map_context_up, hs__map_context_down, hs__map_words_up, hs__map_words_down, hs__map_version_up,
	hs__map_version_down, hs__map_depends_up, hs__map_depends_down, hs__map_targets_up,
	hs__map_targets_down, hs__map_item_type_up, hs__map_item_type_down, hs__map_samples_up,
	hs__map_samples_down, hs__map_channel_up, hs__map_channel_down, hs__map_topic_up, hs__map_topic_down,
	hs__map_classify_up, hs__map_classify_down, hs__map_inside_up, hs__map_inside_down, hs__map_single_up,
	hs__map_single_down, hs__map_typed_up, hs__map_typed_down, hs__map_event_up, hs__map_event_down,
	hs__map_outcome_up, hs__map_outcome_down, hs__map_network_up, hs__map_network_down, hs__map_day_up,
	hs__map_day_down, hs__map_source_up, hs__map_source_down, hs__map_policy_up, hs__map_policy_down,
	hs__map_class_up, hs__map_class_down, hs__map_decision_up, hs__map_decision_down;

/* tree.c: as hs_json_add and its like, and nothing where there is no object or array to add to: a full arena,
 * or a source that has something else there. A full arena is noticed at the end. */
struct hs_json *hs__tree_add(struct hs_json *object, struct hs_slice key, struct hs_json *value);
struct hs_json *hs__tree_set(struct hs_json *object, struct hs_slice key, struct hs_json *value);
struct hs_json *hs__tree_push(struct hs_json *array, struct hs_json *value);
struct hs_json *hs__tree_text(struct hs_arena *arena, struct hs_json *object, struct hs_slice key,
	struct hs_slice text);
struct hs_json *hs__tree_object(struct hs_arena *arena, struct hs_json *object, struct hs_slice key);
struct hs_json *hs__tree_array(struct hs_arena *arena, struct hs_json *object, struct hs_slice key);

/* Short forms for mappings; all accept NULL. `v` is cloned. */
void hs__map_put(struct hs__convert_run *run, struct hs_json *dst, const char *key, const struct hs_json *v);
struct hs_json *hs__map_get(const struct hs_json *src, const char *key);
/* The array member, made when missing. */
struct hs_json *hs__map_list(struct hs__convert_run *run, struct hs_json *dst, const char *key);
void hs__map_push_all(struct hs__convert_run *run, struct hs_json *dst, const char *key,
	const struct hs_json *items);
