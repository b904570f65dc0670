/* SPDX-License-Identifier: Apache-2.0 */
/* The validator: made once, shared; and one validation from its start to its end. */
#include <core/fhir/validate/walk.h>

#include <core/base/heap.h>
#include <core/fhir/check.h>

#define SCRATCH_MAX ((size_t)256 << 20)

/* All but the terminology. */
static struct hs_validator *make(struct hs_profiles *profiles)
{
	struct hs_validator *validator = hs_heap_alloc(sizeof(*validator));
	atomic_init(&validator->refs, 1);
	validator->profiles = hs_profiles_ref(profiles);
	validator->defs = hs_profiles_defs(profiles);
	validator->type_count = hs_defs_type_count(validator->defs);
	validator->types = hs_heap_alloc(((size_t)validator->type_count + 1) * sizeof(*validator->types));
	validator->rules = hs_heap_alloc(((size_t)validator->type_count + 1) * sizeof(*validator->rules));
	for (uint32_t i = 0; i < validator->type_count; i++)
		validator->rules[i] = hs__rules_find(hs_defs_text(validator->defs,
			hs_defs_type_at(validator->defs, i)->name));
	return validator;
}

struct hs_validator *hs_validator_new(const struct hs_validator_source *source)
{
	struct hs_validator *validator = make(source->profiles);
	validator->other_release = source->other_release;
	validator->other_arg = source->other_arg;
	validator->models = hs__models_new();
	validator->beyond = hs__beyond_new(hs_profiles_library(source->profiles), source->terminology);
	validator->terms = (struct hs_validate_terminology) { .in_value_set = hs__beyond_in_value_set,
		.in_system = hs__beyond_in_system,
		.subsumes = hs__beyond_subsumes,
		.ask = hs__beyond_ask,
		.arg = validator->beyond };
	return validator;
}

struct hs_validator *hs__validator_over(const struct hs_validator *validator, struct hs_profiles *profiles)
{
	struct hs_validator *made = make(profiles);
	made->other_release = validator->other_release;
	made->other_arg = validator->other_arg;
	made->beyond = validator->beyond;
	made->terms = validator->terms;
	return made;
}

struct hs_validator *hs_validator_ref(struct hs_validator *validator)
{
	atomic_fetch_add_explicit(&validator->refs, 1, memory_order_relaxed);
	return validator;
}

void hs_validator_unref(struct hs_validator *validator)
{
	if (!validator || atomic_fetch_sub_explicit(&validator->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (validator->models)
		hs__beyond_free(validator->beyond);
	hs__models_free(validator->models);
	hs_profiles_unref(validator->profiles);
	hs_heap_free(validator->rules);
	hs_heap_free(validator->types);
	hs_heap_free(validator);
}

struct hs_profiles *hs_validator_profiles(const struct hs_validator *validator)
{
	return validator->profiles;
}

const struct hs_profile *hs__type_profile(const struct hs__validation *run, const struct hs_def_type *type)
{
	uint32_t index = hs_defs_type_index(run->defs, type);
	if (index >= run->validator->type_count)
		return NULL;
	_Atomic(const struct hs_profile *) *slot = &run->validator->types[index];
	const struct hs_profile *profile = atomic_load_explicit(slot, memory_order_acquire);
	if (!profile) {
		profile = hs_profiles_type(run->profiles, type);
		atomic_store_explicit(slot, profile, memory_order_release);
	}
	return profile;
}

bool hs_validator_is_stale(const struct hs_validator *validator)
{
	return hs__beyond_is_stale(validator->beyond);
}

/* ---- one validation ---- */

void hs__validate_begin(struct hs__validation *run, const struct hs_validator *validator,
	const struct hs_validate_options *options, struct hs_issues *issues)
{
	*run = (struct hs__validation) { .validator = validator,
		.defs = validator->defs,
		.profiles = validator->profiles,
		.library = hs_profiles_library(validator->profiles),
		.terms = &validator->terms,
		.options = options,
		.issues = issues,
		.arena = issues->arena,
		.scratch = hs_arena_new(SCRATCH_MAX) };
	run->extension = hs_defs_type(run->defs, HS_S("Extension"));
}

static void say_unusable(const struct hs_json *resource, const struct hs_validate_options *options,
	struct hs_issues *issues, const struct hs_error *err)
{
	struct hs_issue *issue = hs_issue_add(issues, HS_SEVERITY_ERROR, "not-supported",
		hs_slice_first(hs_json_get_text(resource, HS_S("resourceType")), 64), "%s", err->text);
	struct hs_place place = { .line = 0 };
	if (!issue)
		return;
	issue->detail_system = HS_S(HS_VALIDATE_MESSAGES);
	issue->detail_code = HS_S("model-unusable");
	hs_place_go(options->source, 0, &place);
	issue->line = place.line;
	issue->column = place.column;
}

static void walk(const struct hs__model *model, const struct hs_json *resource,
	const struct hs_validate_options *options, struct hs_issues *issues)
{
	struct hs__validation run;
	struct hs__node root;
	hs__validate_begin(&run, model->validator, options, issues);
	bool known = hs__node_root(&run, resource, &root);
	if (model->type && model->type->kind == HS_DEF_LOGICAL) {
		known = true; /* it may say so by its address, or leave it to the caller */
		root.type = model->type;
		root.def = hs_defs_root(run.defs, model->type);
		root.name = hs_defs_text(run.defs, model->type->name);
	}
	const struct hs_profile *profile = known ? hs__type_profile(&run, root.type) : NULL;
	run.root = &root;
	if (profile) {
		hs__walk_base(&run, &root, profile->root);
		hs__rules_end(&run, &root);
	}
	hs_arena_free(run.scratch);
}

void hs_validate(const struct hs_validator *validator, const struct hs_json *resource,
	const struct hs_validate_options *options, struct hs_issues *issues)
{
	static const struct hs_validate_options defaults;
	struct hs__model model;
	struct hs_error err;
	options = options ? options : &defaults;
	if (!hs__model_of(validator, hs_json_get_text(resource, HS_S("resourceType")), options, &model,
		    &err)) {
		say_unusable(resource, options, issues, &err);
		return;
	}
	struct hs_check_options shape = { .any_reference = options->level != HS_VALIDATE_STRUCTURE,
		.skip_contained = options->ignore_contained,
		.model = model.type && model.type->kind == HS_DEF_LOGICAL ? model.type : NULL };
	hs_check_with(model.validator->defs, resource, options->source, &shape, issues);
	if (options->level != HS_VALIDATE_STRUCTURE && hs_json_is(resource, HS_JSON_OBJECT))
		walk(&model, resource, options, issues);
}
