/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the walk share: nodes and their children, and the checks of one element. */
#pragma once

#include <core/base/map.h>
#include <core/fhir/validate/validate_private.h>

#include <pthread.h>
#include <stdatomic.h>

#define HS__VALIDATE_NESTING 12u /* profiles that are tried within profiles */

struct hs_validator {
	_Atomic uint32_t refs;
	struct hs_profiles *profiles;
	const struct hs_defs *defs;
	const struct hs_defs *(*other_release)(void *arg);
	void *other_arg;
	struct hs_validate_terminology terms; /* of `beyond` */
	struct hs__beyond *beyond;
	struct hs__model_set
		*models; /* NULL: its definitions have a model already, and `beyond` is another's */
	/* One a type, by its index. */
	_Atomic(const struct hs_profile *) *types; /* its own profile, once it was asked for */
	hs__rule **rules;
	uint32_t type_count;
};

/* One of other profiles that asks the same terminology and lives at most as long. */
struct hs_validator *hs__validator_over(const struct hs_validator *validator, struct hs_profiles *profiles);
/* Of a validation that starts; its scratch arena is for the caller to free. */
void hs__validate_begin(struct hs__validation *run, const struct hs_validator *validator,
	const struct hs_validate_options *options, struct hs_issues *issues);
/* The base type's profile; NULL when the packages lack it. */
const struct hs_profile *hs__type_profile(const struct hs__validation *run, const struct hs_def_type *type);

/* ---- instances of logical models ---- */

struct hs__model_set;
struct hs__model_set *hs__models_new(void);
void hs__models_free(struct hs__model_set *set);

/* What an instance is to be judged by: the validator itself, or one that knows its logical model. */
struct hs__model {
	const struct hs_validator *validator;
	const struct hs_def_type *type; /* NULL: not known */
};
/* Of an instance that says it is `said` (empty: nothing). False when it is of a model that cannot be used;
 * *err says why. Thread-safe. */
bool hs__model_of(const struct hs_validator *validator, struct hs_slice said,
	const struct hs_validate_options *options, struct hs__model *out, struct hs_error *err);

/* ---- nodes ---- */

/* One item of a member: its JSON name, its place in an array (or -1), its value and what "_name" has for it.
 */
struct hs__item {
	struct hs_slice name;
	int64_t index;
	const struct hs_json *value, *shadow;
};
/* The item as a child of `parent`, as `element` defines it. A resource gets its own type, and is its own
 * `resource`. */
void hs__node_child(struct hs__validation *run, const struct hs__node *parent, const struct hs__item *item,
	const struct hs_profile_element *element, struct hs__node *out);
/* The outermost one. False when it is neither a resource nor of a logical model that is known. */
bool hs__node_root(const struct hs__validation *run, const struct hs_json *resource, struct hs__node *root);
/* The object that holds a node's members: itself, or a primitive's shadow. NULL when there is none. */
const struct hs_json *hs__node_object(const struct hs__node *node);
/* The use of a choice that the JSON name stands for; of another element the first. NULL when none fits. */
const struct hs_profile_use *hs__node_use(const struct hs_profile_element *element, struct hs_slice name);
/* All items of `element` in the parent, in order; NULL and 0 when there are none. */
struct hs__node *hs__node_gather(struct hs__validation *run, const struct hs__node *parent,
	const struct hs_profile_element *element, uint32_t *count);
/* A value of FHIRPath that has a node, as one within `up` (may be NULL); a resource is its own. */
void hs__node_of_value(const struct hs__validation *run, const struct hs__node *up,
	const struct hs_path_value *value, struct hs__node *out);
/* As FHIRPath sees it. */
void hs__node_path_value(const struct hs__node *node, struct hs_path_value *out);
/* "Patient", "valueQuantity's Quantity": the type's name, or empty. */
struct hs_slice hs__node_type(const struct hs__validation *run, const struct hs__node *node);

/* Where an element's children are defined: its own, those of what it refers to, or of the type it has here.
 * *profile may be NULL. NULL when they are not known. */
const struct hs_profile_element *hs__element_body(const struct hs__validation *run,
	const struct hs_profile_element *element, const struct hs_def_type *type);

/* ---- the checks of one element ---- */

void hs__walk_base(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element);
void hs__walk_element(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element);
/* Fixed value, pattern, bounds, length. */
void hs__check_values(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element);
/* Is the value equal to `fixed`; does it hold all that is in `pattern`? */
bool hs__value_fits(const struct hs_json *value, const struct hs_json *pattern, bool exactly);
/* Invariants: those of the base type, or those that the profile adds. */
void hs__check_constraints(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element, bool base);
/* A single expression: 1 true, 0 false (or empty), -1 an error of execution (*err says which). `extension` is
 * what %extension means, or NULL. */
int hs__check_expression(struct hs__validation *run, const struct hs__node *node, const struct hs_path *path,
	const struct hs_json *extension, struct hs_error *err);
void hs__check_binding(struct hs__validation *run, const struct hs__node *node,
	const struct hs_binding *binding);
/* HS_VALIDATE_YES when a code of the value is in the value set. */
enum hs_validate_answer hs__binding_answer(struct hs__validation *run, const struct hs__node *node,
	struct hs_slice value_set);
/* The same of a value of FHIRPath at `up` (may be NULL), a text that is computed too: 1, 0, or -1 when it
 * cannot be told. */
int hs__binding_member_of(struct hs__validation *run, const struct hs__node *up,
	const struct hs_path_value *value, struct hs_slice value_set);
void hs__check_extension(struct hs__validation *run, const struct hs__node *node);
/* Cuts http://hl7.org/fhir/RELEASE/StructureDefinition/extension-PATH, of an element of another release, in
 * two; false: the URL is none of these. Nothing says that there is such a release, or element. */
bool hs__cut_other_release(struct hs_slice url, struct hs_slice *release, struct hs_slice *path);
/* One that stands for an element of another release, by its url; false when it is no such one. */
bool hs__check_other_release(struct hs__validation *run, const struct hs__node *node, struct hs_slice url);
/* Profiles that the element's type names, and target profiles of a reference. */
void hs__check_uses(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element);
/* What identifiers tell of a person against what the resource says; object identifiers by country. */
void hs__check_national(struct hs__validation *run, const struct hs__node *node);
/* meta.profile and the profiles of the caller. */
void hs__check_profiles(struct hs__validation *run, const struct hs__node *node);

/* ---- slicing ---- */

/* Those of the node and what is below it that are in slice `name` of the profile: from a node of the
 * profile's type down to the element that is sliced, of other nodes those that are such an element. False
 * when the profile has no such slice. */
bool hs__slice_find(struct hs__validation *run, const struct hs__node *node, const struct hs_profile *profile,
	struct hs_slice name, void (*found)(void *arg, const struct hs__node *node), void *arg);

/* Sorts the items into the slices of `head`, checks counts and order, and walks each by its slice. */
void hs__walk_slices(struct hs__validation *run, const struct hs__node *parent,
	const struct hs_profile_element *head, struct hs__node *const *items, uint32_t count);
/* Is the item of the slice? 1, 0, or -1 when it cannot be told. */
int hs__slice_matches(struct hs__validation *run, const struct hs__node *item,
	const struct hs_profile_element *slice, const struct hs_slicing *slicing);

/* ---- terminology out of the definitions and the library ---- */

struct hs__terms;
struct hs__terms *hs__terms_new(struct hs_library *library);
void hs__terms_free(struct hs__terms *terms);
/* `help` is asked about rules that the library cannot judge; NULL: they stay open. */
enum hs_validate_answer hs__terms_in_value_set(struct hs__terms *terms, struct hs_arena *arena,
	const struct hs_validate_code *code, struct hs_slice value_set,
	const struct hs_validate_terminology *help);
enum hs_validate_answer hs__terms_in_system(struct hs__terms *terms, const struct hs_validate_code *code,
	struct hs_validate_finding *finding);
/* Is `above` the same as `below` in the code system `url` of the library, or above it? */
enum hs_validate_answer hs__terms_subsumes(struct hs__terms *terms, struct hs_slice url,
	struct hs_slice above, struct hs_slice below);

/* ---- and beyond them: a terminology that is asked where they cannot tell, each question once ---- */

struct hs__beyond;
/* `terminology` is copied and closed at the end; may be NULL. */
struct hs__beyond *hs__beyond_new(struct hs_library *library,
	const struct hs_validate_terminology *terminology);
void hs__beyond_free(struct hs__beyond *beyond);
bool hs__beyond_is_stale(const struct hs__beyond *beyond);
enum hs_validate_answer hs__beyond_in_value_set(void *arg, struct hs_arena *arena,
	const struct hs_validate_code *code, struct hs_slice value_set, struct hs_validate_finding *finding);
enum hs_validate_answer hs__beyond_in_system(void *arg, struct hs_arena *arena,
	const struct hs_validate_code *code, struct hs_validate_finding *finding);
enum hs_validate_answer hs__beyond_subsumes(void *arg, struct hs_slice system, struct hs_slice above,
	struct hs_slice below);
enum hs_status hs__beyond_ask(void *arg, struct hs_arena *arena, const char *operation,
	const struct hs_json *parameters, struct hs_json **out, struct hs_error *err);
