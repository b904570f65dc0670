/* SPDX-License-Identifier: Apache-2.0 */
/* What FHIRPath asks that takes profiles or a terminology to answer: an oracle over a validator. */
#include <core/fhir/check.h>
#include <core/fhir/validate/walk.h>

/* One question: a validation without an end, and the value as a node of it. */
struct question {
	struct hs__validation run;
	struct hs_issues issues;
	struct hs__node root, node;
};

static bool begin(struct question *question, const struct hs_validate_asker *asker,
	const struct hs_path_value *value)
{
	static const struct hs_validate_options defaults;
	const struct hs_validator *validator = asker->validator(asker->arg);
	if (!validator)
		return false;
	*question = (struct question) { .issues = { .arena = asker->arena } };
	hs__validate_begin(&question->run, validator, &defaults, &question->issues);
	if (asker->resource && !hs__node_root(&question->run, asker->resource, &question->root))
		question->root.value = NULL;
	if (value)
		hs__node_of_value(&question->run, question->root.value ? &question->root : NULL, value,
			&question->node);
	question->run.root = question->root.value ? &question->root : &question->node;
	return true;
}

static void end(struct question *question)
{
	hs_arena_free(question->run.scratch);
}

static int member_of(void *arg, const struct hs_path_value *value, struct hs_slice value_set)
{
	struct question question;
	if (!begin(&question, arg, NULL))
		return -1;
	int answer = hs__binding_member_of(&question.run, NULL, value, value_set);
	end(&question);
	return answer;
}

static int subsumes(void *arg, struct hs_slice system, struct hs_slice above, struct hs_slice below)
{
	const struct hs_validate_asker *asker = arg;
	const struct hs_validator *validator = asker->validator(asker->arg);
	enum hs_validate_answer answer = validator ?
		validator->terms.subsumes(validator->terms.arg, system, above, below) :
		HS_VALIDATE_UNSUPPORTED;
	return answer == HS_VALIDATE_YES ? 1 : answer == HS_VALIDATE_NO ? 0 : -1;
}

/* A profile says less than all that a resource must be: its structure counts too. */
static int conforms_to(void *arg, const struct hs_path_value *value, struct hs_slice profile)
{
	static const struct hs_check_options shape = { .any_reference = true };
	struct question question;
	if (!value->node || !begin(&question, arg, value))
		return -1;
	if (question.node.resource == &question.node)
		hs_check_with(question.run.defs, value->node, HS_S_NONE, &shape, &question.issues);
	int result = hs__validate_try(&question.run, &question.node, profile);
	end(&question);
	return result == 1 && question.issues.errors ? 0 : result;
}

/* Of the base definition that has the element: "Patient.contact" is in that of Patient. */
static const struct hs_json *definition(void *arg, const struct hs_path_value *value)
{
	const struct hs_validate_asker *asker = arg;
	const struct hs_validator *validator = asker->validator(asker->arg);
	if (!validator || !(value->element || value->type))
		return NULL;
	struct hs_slice path = hs_defs_text(validator->defs,
		value->element ? value->element->path : value->type->name);
	const struct hs_def_type *type = hs_defs_type(validator->defs,
		hs_slice_first(path, hs_slice_find(path, '.', 0)));
	const struct hs_profile *profile = type ? hs_profiles_type(validator->profiles, type) : NULL;
	const struct hs_profile_element *element = profile ? hs_profile_element(profile, path) : NULL;
	return element ? element->definition : NULL;
}

/* The values of nodes that were found, as they come. */
struct gathered {
	struct hs_arena *arena;
	struct hs_path_list list;
	size_t room;
	bool full;
};

static void gather(void *arg, const struct hs__node *node)
{
	struct gathered *all = arg;
	if (all->list.count == all->room) {
		size_t size = all->list.count * sizeof(*all->list.items), more = all->room ? all->room : 4;
		void *items = hs_arena_grow(all->arena, all->list.items, size,
			size + more * sizeof(*all->list.items));
		all->full = !items;
		if (!items)
			return;
		all->list.items = items;
		all->room += more;
	}
	hs__node_path_value(node, &all->list.items[all->list.count++]);
}

static enum hs_status slice(void *arg, struct hs_arena *arena, const struct hs_path_value *value,
	struct hs_slice structure, struct hs_slice name, struct hs_path_list *out, struct hs_error *err)
{
	struct gathered all = { .arena = arena };
	struct question question;
	enum hs_status status = HS_OK;
	if (!begin(&question, arg, value))
		return hs_fail(err, HS_E_NOT_SUPPORTED, "there are no profiles here");
	const struct hs_profile *profile = hs_profiles_find(question.run.profiles, structure, err);
	if (!profile)
		status = hs_fail(err, HS_E_NOT_FOUND, "there is no profile %.*s here",
			HS_S_ARG(hs_slice_first(structure, 150)));
	else if (!hs__slice_find(&question.run, &question.node, profile, name, gather, &all))
		status = hs_fail(err, HS_E_NOT_FOUND, "%.*s has no slice %.*s",
			HS_S_ARG(hs_slice_first(profile->url, 100)), HS_S_ARG(hs_slice_first(name, 80)));
	else if (all.full)
		status = hs_fail(err, HS_E_LIMIT, "out of memory");
	end(&question);
	if (!status)
		*out = all.list;
	return status;
}

static enum hs_status terminology(void *arg, struct hs_arena *arena, const char *operation,
	const struct hs_json *parameters, struct hs_json **out, struct hs_error *err)
{
	const struct hs_validate_asker *asker = arg;
	const struct hs_validator *validator = asker->validator(asker->arg);
	return validator ?
		validator->terms.ask(validator->terms.arg, arena, operation, parameters, out, err) :
		hs_fail(err, HS_E_NOT_SUPPORTED, "there is no terminology to ask here");
}

const struct hs_path_oracle hs_validate_oracle = { .member_of = member_of,
	.conforms_to = conforms_to,
	.subsumes = subsumes,
	.definition = definition,
	.slice = slice,
	.terminology = terminology };
