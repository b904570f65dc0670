/* SPDX-License-Identifier: Apache-2.0 */
/* Invariants: FHIRPath with its surroundings, and those that are written in C. */
#include <core/fhir/validate/walk.h>

#include <core/base/flag.h>
#include <core/fhir/basics/narrative.h>

/* Hooks get the run and the node at which the expression is evaluated. */
struct surroundings {
	struct hs__validation *run;
	const struct hs__node *node;
	struct hs_path_value
		extension;         /* %extension, in an invariant of its context; no node: there is none */
	struct hs_slice elsewhere; /* a reference to what nobody could find here, if there was one */
};

static bool find_variable(void *arg, struct hs_slice name, struct hs_path_list *out)
{
	struct surroundings *around = arg;
	if (!around->extension.node || !hs_slice_eq(name, HS_S("extension")))
		return false;
	*out = (struct hs_path_list) { &around->extension, 1 };
	return true;
}

static const struct hs_json *resolve(void *arg, struct hs_slice reference)
{
	struct surroundings *around = arg;
	const struct hs_json *found = hs__validate_resolve(around->run, around->node, reference);
	if (!found && !around->run->options->resolve && !hs_slice_starts(reference, HS_S("#")))
		around->elsewhere = reference;
	return found;
}

static int member_of(void *arg, const struct hs_path_value *value, struct hs_slice value_set)
{
	const struct surroundings *around = arg;
	return hs__binding_member_of(around->run, around->node, value, value_set);
}

static int subsumes(void *arg, struct hs_slice system, struct hs_slice above, struct hs_slice below)
{
	const struct surroundings *around = arg;
	const struct hs_validate_terminology *terms = around->run->terms;
	enum hs_validate_answer answer = terms->subsumes(terms->arg, system, above, below);
	return answer == HS_VALIDATE_YES ? 1 : answer == HS_VALIDATE_NO ? 0 : -1;
}

static int conforms_to(void *arg, const struct hs_path_value *value, struct hs_slice profile)
{
	struct surroundings *around = arg;
	struct hs__node node;
	if (!value->node)
		return -1;
	hs__node_of_value(around->run, around->node, value, &node);
	return hs__validate_try(around->run, &node, profile);
}

static const struct hs_path_oracle ORACLE = {
	.member_of = member_of, .conforms_to = conforms_to, .subsumes = subsumes
};

/* The resource that is not contained: %rootResource. */
static const struct hs__node *container_of(const struct hs__node *node)
{
	const struct hs__node *resource = node->resource;
	while (resource && resource->up && hs_slice_eq(resource->name, HS_S("contained")))
		resource = resource->up->resource;
	return resource;
}

/* A bundle brings what it speaks of, so there what is missing is missing. */
static bool is_bundled(const struct hs__node *node)
{
	while (node && !hs_slice_eq(node->name, HS_S("Bundle")))
		node = node->up;
	return node != NULL;
}

static void surround(struct surroundings *around, struct hs__validation *run, const struct hs__node *node,
	struct hs_path_context *out)
{
	const struct hs__node *root = container_of(node);
	*out = (struct hs_path_context) {
		.arena = run->scratch,
		.defs = run->defs,
		.resource = node->resource ? node->resource->value : NULL,
		.root = root ? root->value : NULL,
		.now_ms = run->options->now_ms,
		.nothing_is_no = true,
		.variable = find_variable,
		.resolve = resolve,
		.oracle = &ORACLE,
		.oracle_arg = around,
		.arg = around,
	};
}

int hs__check_expression(struct hs__validation *run, const struct hs__node *node, const struct hs_path *path,
	const struct hs_json *extension, struct hs_error *err)
{
	if (hs_flag_is_set(run->options->cancelled)) {
		hs_fail(err, HS_E_CANCELLED, "nobody waits for it any more");
		return -1;
	}
	struct surroundings around = { .run = run,
		.node = node,
		.extension = { .kind = HS_PATH_NODE, .node = extension, .type = run->extension } };
	struct hs_path_context context;
	struct hs_path_value input;
	struct hs_path_list list;
	struct hs_arena_mark mark = hs_arena_mark(run->scratch);
	surround(&around, run, node, &context);
	hs__node_path_value(node, &input);
	enum hs_status status = hs_path_eval_value(path, &context, &input, &list, err);
	int truth = status ? -1 : hs_path_truth(&list);
	struct hs_slice elsewhere = hs_arena_copy(run->arena, hs_slice_first(around.elsewhere, 100));
	hs_arena_rollback(run->scratch, mark);
	if (!status && truth != 1 && elsewhere.len && !is_bundled(node)) {
		hs_fail(err, HS_E_NOT_FOUND, "what '%.*s' refers to is not here", HS_S_ARG(elsewhere));
		return -1;
	}
	if (truth == -2)
		hs_fail(err, HS_E_PROCESSING, "the expression gives neither true nor false");
	return status || truth == -2 ? -1 : truth == 1;
}

/* What is wrong with this value, for those who hear of it. */
static struct hs_slice why_not(struct hs__validation *run, const struct hs__node *node,
	const struct hs_path *path)
{
	struct surroundings around = { .run = run, .node = node };
	struct hs_path_context context;
	struct hs_path_value input;
	if (run->quiet)
		return HS_S_NONE;
	struct hs_arena_mark mark = hs_arena_mark(run->scratch);
	surround(&around, run, node, &context);
	hs__node_path_value(node, &input);
	struct hs_slice why = hs_arena_copy(run->arena, hs_path_why(path, &context, &input));
	hs_arena_rollback(run->scratch, mark);
	return why;
}

/* ele-1: hasValue() or (children().count() > id.count()) */
static bool has_content(const struct hs__node *node)
{
	if (node->value && !hs_json_is(node->value, HS_JSON_OBJECT))
		return true;
	HS_JSON_EACH(member, hs__node_object(node))
		if (!hs_slice_eq(hs_json_key(member), HS_S("id")) &&
			!hs_slice_eq(hs_json_key(member), HS_S("fhir_comments")))
			return true;
	return false;
}

static void check_element(struct hs__validation *run, const struct hs__node *node)
{
	/* An object with nothing in it at all is told with the structure. */
	if (hs_json_is(node->value, HS_JSON_OBJECT) && !hs_json_first(node->value))
		return;
	if (!has_content(node))
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_ERROR, "invariant", "ele-1",
			"the element is empty; give it a value or children, or leave it out (ele-1)");
}

/* Narratives that nobody may store are told with the structure; here those of tags that FHIR does not list,
 * and those that say nothing: a warning, for nobody is misled by them, and FHIR's own examples have some. */
static void check_html(struct hs__validation *run, const struct hs__node *node,
	const struct hs_constraint *constraint)
{
	bool content = true;
	struct hs_slice text = hs_json_text(node->value);
	bool words = hs_slice_eq(constraint->key, HS_S("txt-2"));
	if (!text.len || hs__narrative_fault(text, false, &content))
		return;
	const char *fault = words ? NULL : hs__narrative_fault(text, true, NULL);
	if (fault)
		hs__validate_add(run, node, HS_S_NONE, NULL, constraint->severity, "invariant", "txt-1",
			"%s (%.*s)", fault, HS_S_ARG(constraint->key));
	else if (words && !content)
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_WARNING, "invariant", "txt-2",
			"the narrative has no text and no picture; leave it out, or say something (txt-2)");
}

/* ext-1 is checked with the structure. */
static void check_native(struct hs__validation *run, const struct hs__node *node,
	const struct hs_constraint *constraint)
{
	if (constraint->native == HS_CONSTRAINT_ELE_1)
		check_element(run, node);
	else if (constraint->native == HS_CONSTRAINT_HTML)
		check_html(run, node, constraint);
}

/* The author of a profile must hear of it, and everybody else that this rule protects nobody. */
static void fail_broken(struct hs__validation *run, const struct hs__node *node,
	const struct hs_constraint *constraint)
{
	struct hs_error err;
	struct hs_path *path = NULL;
	enum hs_path_phase phase = HS_PATH_SYNTAX;
	if (constraint->expression.len &&
		hs_path_compile(run->defs, constraint->expression, HS_S_NONE, &path, &phase, &err))
		hs__validate_add(run, node, HS_S_NONE, NULL,
			phase == HS_PATH_SYNTAX ? constraint->severity : HS_SEVERITY_WARNING, "processing",
			"invariant-broken", "%.*s cannot be evaluated, for its expression is not right: %s",
			HS_S_ARG(constraint->key), err.text);
	hs_path_free(path);
}

static void check_path(struct hs__validation *run, const struct hs__node *node,
	const struct hs_constraint *constraint)
{
	struct hs_error err;
	char id[80];
	enum hs_severity severity = constraint->best_practice ? HS_SEVERITY_WARNING : constraint->severity;
	if (!constraint->path)
		return;
	int truth = hs__check_expression(run, node, constraint->path, NULL, &err);
	if (truth == 1)
		return;
	size_t len = constraint->key.len < sizeof(id) ? constraint->key.len : sizeof(id) - 1;
	memcpy(id, constraint->key.len ? constraint->key.ptr : "", len);
	id[len] = '\0';
	const struct hs_issue *before = run->issues->last;
	struct hs_slice why = truth == 0 ? why_not(run, node, constraint->path) : HS_S_NONE;
	if (truth == 0)
		hs__validate_add(run, node, HS_S_NONE, NULL, severity, "invariant", id,
			why.len ? "%.*s: %.*s; here %.*s" : "%.*s: %.*s", HS_S_ARG(constraint->key),
			HS_S_ARG(hs_slice_first(constraint->human, 500)), HS_S_ARG(why));
	else /* what is wrong with the rule itself will be so for everybody */
		hs__validate_add(run, node, HS_S_NONE, NULL,
			hs_path_undefined(constraint->path).len ? severity : HS_SEVERITY_WARNING,
			"processing", "invariant-not-evaluated", "%.*s could not be evaluated: %s",
			HS_S_ARG(constraint->key), err.text);
	/* What people wrote of a rule may say little; the expression says what would be right. */
	if (run->issues->last != before)
		run->issues->last->diagnostics = hs_arena_copy(run->arena,
			hs_slice_first(constraint->expression, 2000));
}

/* DomainResource's own: no resources, references, versions or security labels of their own in what is
 * contained. */
static bool is_about_contained(const struct hs_constraint *constraint)
{
	return hs_slice_starts(constraint->key, HS_S("dom-")) && constraint->key.len == 5 &&
		constraint->key.ptr[4] >= '2' && constraint->key.ptr[4] <= '5';
}

void hs__check_constraints(struct hs__validation *run, const struct hs__node *node,
	const struct hs_profile_element *element, bool base)
{
	for (uint32_t i = 0; i < element->constraint_count; i++) {
		const struct hs_constraint *constraint = &element->constraints[i];
		if (!base && constraint->inherited)
			continue;
		if (constraint->best_practice && !run->options->best_practice)
			continue;
		if (run->options->ignore_contained && is_about_contained(constraint))
			continue;
		if (constraint->native)
			check_native(run, node, constraint);
		else if (!constraint->path && !base)
			fail_broken(run, node, constraint);
		else
			check_path(run, node, constraint);
	}
}
