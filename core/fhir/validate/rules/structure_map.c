/* SPDX-License-Identifier: Apache-2.0 */
/* StructureMap (R4 section 12.4, mapping language): variables are declared before they are used, the groups
 * that rules call are there and take what they are given, transforms have their parameters. */
#include <core/fhir/validate/rules/rules_private.h>

#include <core/fhir/path/path.h>

/* Variables in sight: a rule adds its own for what stands in and below it. */
struct variable {
	const struct variable *outer;
	struct hs_slice name;
};

struct map {
	struct hs__validation *run;
	const struct hs__node *root;
	bool imports; /* groups may come from elsewhere */
};

static const struct variable *declare(struct map *map, const struct variable *outer, struct hs_slice name)
{
	struct variable *own = name.len ? hs_arena_alloc(map->run->arena, sizeof(*own)) : NULL;
	if (!own)
		return outer;
	*own = (struct variable) { outer, name };
	return own;
}

static bool is_declared(const struct variable *variables, struct hs_slice name)
{
	for (; variables; variables = variables->outer)
		if (hs_slice_eq(variables->name, name))
			return true;
	return false;
}

static void check_variable(struct map *map, const struct hs__node *at, const char *member,
	const struct variable *variables, struct hs_slice name)
{
	if (name.len && !is_declared(variables, name))
		HS__FAIL_OTHERS(map->run, at, "", "not-found", "map-variable",
			"%s '%.*s' is no variable here: name an input of the group, or a variable of this "
			"rule or one around it",
			member, HS__SHOW(name));
}

static const struct hs_json *group_named(const struct map *map, struct hs_slice name)
{
	HS_JSON_EACH(group, hs__rules_array(map->root->value, "group"))
		if (hs_slice_eq(hs_json_get_text(group, HS_S("name")), name))
			return group;
	return NULL;
}

/* ---- sources ---- */

static void check_path(struct map *map, const struct hs__node *at, const char *name)
{
	struct hs_path *path = NULL;
	struct hs_error err;
	struct hs_slice text = hs_json_get_text(at->value, hs_slice_cstr(name));
	if (text.len && hs_path_compile(map->run->defs, text, HS_S_NONE, &path, NULL, &err))
		hs__validate_add(map->run, at, hs_slice_cstr(name),
			hs_json_get(at->value, hs_slice_cstr(name)), HS_SEVERITY_ERROR, "invalid",
			"map-expression", "the expression '%.*s' is not right: %s", HS__SHOW(text), err.text);
	hs_path_free(path);
}

static void check_source(struct map *map, const struct hs__node *at, const struct variable *variables)
{
	uint64_t ignored;
	struct hs_slice max = hs_json_get_text(at->value, HS_S("max"));
	check_variable(map, at, "context", variables, hs_json_get_text(at->value, HS_S("context")));
	check_path(map, at, "condition");
	check_path(map, at, "check");
	if (max.len && !hs_slice_eq(max, HS_S("*")) && !hs_slice_u64(max, &ignored))
		HS__FAIL(map->run, at, "max", "invalid", "map-max", "max is a number or '*', not '%.*s'",
			HS__SHOW(max));
}

/* ---- targets ---- */

/* How many parameters the transforms take (R4 StructureMap, concept map-transform). */
static const struct {
	const char *name;
	unsigned min, max;
} transforms[] = { { "create", 0, 1 }, { "copy", 0, 1 }, { "truncate", 2, 2 }, { "escape", 2, 3 },
	{ "cast", 1, 2 }, { "append", 1, 100 }, { "translate", 2, 3 }, { "reference", 1, 1 },
	{ "uuid", 0, 0 }, { "pointer", 1, 1 }, { "evaluate", 1, 2 } };

static void check_transform(struct map *map, const struct hs__node *at)
{
	size_t have = hs_json_count(hs__rules_array(at->value, "parameter"));
	struct hs_slice name = hs_json_get_text(at->value, HS_S("transform"));
	for (size_t i = 0; i < sizeof(transforms) / sizeof(transforms[0]); i++) {
		if (!hs_slice_eq(name, hs_slice_cstr(transforms[i].name)) ||
			(have >= transforms[i].min && have <= transforms[i].max))
			continue;
		HS__FAIL(map->run, at, "", "invalid", "map-parameters",
			"the transform '%.*s' takes %u to %u parameters, not %zu", HS_S_ARG(name),
			transforms[i].min, transforms[i].max, have);
	}
}

static void check_target(struct map *map, const struct hs__node *at, const struct variable *variables)
{
	struct hs_slice kind = hs_json_get_text(at->value, HS_S("contextType"));
	if (!hs_slice_eq(kind, HS_S("type")))
		check_variable(map, at, "context", variables, hs_json_get_text(at->value, HS_S("context")));
	HS__EACH_BELOW(parameter, at, "parameter")
		check_variable(map, &parameter, "valueId", variables,
			hs_json_get_text(parameter.value, HS_S("valueId")));
	check_transform(map, at);
}

/* ---- rules ---- */

static void check_dependent(struct map *map, const struct hs__node *at, const struct variable *variables)
{
	struct hs_slice name = hs_json_get_text(at->value, HS_S("name"));
	const struct hs_json *group = group_named(map, name);
	size_t given = hs_json_count(hs__rules_array(at->value, "variable"));
	size_t wanted = hs_json_count(hs__rules_array(group, "input"));
	if (name.len && !group && !map->imports)
		HS__FAIL(map->run, at, "name", "not-found", "map-group",
			"the map has no group '%.*s' to call, and imports none", HS__SHOW(name));
	if (group && given != wanted)
		HS__FAIL(map->run, at, "", "invalid", "map-arguments",
			"the group '%.*s' has %zu inputs, but is given %zu variables", HS__SHOW(name), wanted,
			given);
	HS__EACH_BELOW(variable, at, "variable")
		check_variable(map, &variable, "variable", variables, hs_json_text(variable.value));
}

static void check_rule(struct map *map, const struct hs__node *rule, const struct variable *variables)
{
	if (rule->depth > HS__VALIDATE_DEPTH)
		return;
	HS__EACH_BELOW(source, rule, "source") {
		check_source(map, &source, variables);
		variables = declare(map, variables, hs_json_get_text(source.value, HS_S("variable")));
	}
	HS__EACH_BELOW(target, rule, "target") {
		check_target(map, &target, variables);
		variables = declare(map, variables, hs_json_get_text(target.value, HS_S("variable")));
	}
	HS__EACH_BELOW(inner, rule, "rule")
		check_rule(map, &inner, variables);
	HS__EACH_BELOW(dependent, rule, "dependent")
		check_dependent(map, &dependent, variables);
}

/* ---- the whole ---- */

static void check_group(struct map *map, const struct hs__node *group)
{
	const struct variable *variables = NULL;
	struct hs_slice extends = hs_json_get_text(group->value, HS_S("extends"));
	if (group_named(map, hs_json_get_text(group->value, HS_S("name"))) != group->value)
		HS__FAIL(map->run, group, "name", "duplicate", "map-group-twice",
			"there is a group of that name already");
	if (extends.len && !group_named(map, extends) && !map->imports)
		HS__FAIL(map->run, group, "extends", "not-found", "map-group",
			"the map has no group '%.*s' to extend, and imports none", HS__SHOW(extends));
	HS__EACH_BELOW(input, group, "input") {
		struct hs_slice name = hs_json_get_text(input.value, HS_S("name"));
		if (is_declared(variables, name))
			HS__FAIL(map->run, &input, "name", "duplicate", "map-input-twice",
				"there is an input '%.*s' already", HS__SHOW(name));
		variables = declare(map, variables, name);
	}
	HS__EACH_BELOW(rule, group, "rule")
		check_rule(map, &rule, variables);
}

void hs__rule_structure_map(struct hs__validation *run, const struct hs__node *node)
{
	struct map map = { .run = run, .root = node };
	map.imports = hs__rules_array(node->value, "import") != NULL;
	HS__EACH_BELOW(group, node, "group")
		check_group(&map, &group);
}
