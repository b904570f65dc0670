/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a TestScript: header, fixtures, variables, profiles, and its phases. Actions are in script_action.c.
 */
#include <conformance/engine/format.h>
#include <conformance/engine/script_private.h>

#define ACTIONS_MAX 100000u

static struct hs_slice text_of(const struct hs_json *object, const char *name)
{
	return hs_json_get_text(object, hs_slice_cstr(name));
}

/* Room for the children of `list`, with the reader's mark when there is none. */
static void *room_for(struct script_reader *reader, const struct hs_json *list, size_t size)
{
	size_t count = hs_json_count(list);
	return hs_arena_array(reader->arena, count ? count : 1, size);
}

static const struct hs_json *find_contained(const struct hs_json *script, struct hs_slice reference)
{
	struct hs_slice id = hs_slice_from(reference, 1);

	if (!hs_slice_starts(reference, HS_S("#")))
		return NULL;
	HS_JSON_EACH(resource, hs_json_get(script, HS_S("contained")))
		if (hs_slice_eq(text_of(resource, "id"), id))
			return resource;
	return NULL;
}

static enum hs_status read_fixtures(struct script_reader *reader, struct hs_script *script,
	struct hs_error *err)
{
	const struct hs_json *list = hs_json_get(script->tree, HS_S("fixture"));

	script->fixtures = room_for(reader, list, sizeof(*script->fixtures));
	if (!script->fixtures)
		return hs_fail(err, HS_E_LIMIT, "the script is too large");
	HS_JSON_EACH(item, list) {
		struct hs_script_fixture *fixture = &script->fixtures[script->fixture_count++];
		fixture->id = text_of(item, "id");
		fixture->reference = text_of(hs_json_get(item, HS_S("resource")), "reference");
		fixture->contained = find_contained(script->tree, fixture->reference);
		fixture->expression = text_of(item, "expression");
		fixture->autocreate = hs_json_get_bool(item, HS_S("autocreate"), false);
		fixture->autodelete = hs_json_get_bool(item, HS_S("autodelete"), false);
	}
	return HS_OK;
}

static enum hs_status read_variables(struct script_reader *reader, struct hs_script *script,
	struct hs_error *err)
{
	const struct hs_json *list = hs_json_get(script->tree, HS_S("variable"));

	script->variables = room_for(reader, list, sizeof(*script->variables));
	if (!script->variables)
		return hs_fail(err, HS_E_LIMIT, "the script is too large");
	HS_JSON_EACH(item, list) {
		struct hs_script_variable *variable = &script->variables[script->variable_count++];
		variable->name = text_of(item, "name");
		variable->fallback = text_of(item, "defaultValue");
		variable->has_fallback = hs_json_get(item, HS_S("defaultValue")) != NULL;
		variable->description = text_of(item, "description");
		variable->expression = text_of(item, "expression");
		variable->header = text_of(item, "headerField");
		variable->path = text_of(item, "path");
		variable->hint = text_of(item, "hint");
		variable->source_id = text_of(item, "sourceId");
	}
	return HS_OK;
}

/* R4: profile is a list of References with ids. R5: a list of canonicals, the ids in _profile. */
static enum hs_status read_profiles(struct script_reader *reader, struct hs_script *script,
	struct hs_error *err)
{
	const struct hs_json *list = hs_json_get(script->tree, HS_S("profile"));
	const struct hs_json *shadows = hs_json_get(script->tree, HS_S("_profile"));

	script->profiles = room_for(reader, list, sizeof(*script->profiles));
	if (!script->profiles)
		return hs_fail(err, HS_E_LIMIT, "the script is too large");
	HS_JSON_EACH(item, list) {
		struct hs_script_profile *profile = &script->profiles[script->profile_count];
		bool plain = hs_json_is(item, HS_JSON_STRING);
		profile->url = plain ? hs_json_text(item) : text_of(item, "reference");
		profile->id = text_of(plain ? hs_json_at(shadows, script->profile_count) : item, "id");
		script->profile_count++;
	}
	return HS_OK;
}

static const struct hs_json *find_common(const struct hs_json *script, struct hs_slice key)
{
	HS_JSON_EACH(block, hs_json_get(script, HS_S("common")))
		if (hs_slice_eq(text_of(block, "key"), key))
			return block;
	return NULL;
}

/* Parameters of a common block: what the caller gives, else what the block has as default. */
static enum hs_status bind_common(struct script_reader *reader, const struct hs_json *block,
	const struct hs_json *call, struct script_binding *out, struct hs_error *err)
{
	size_t most = hs_json_count(hs_json_get(block, HS_S("parameter"))) +
		hs_json_count(hs_json_get(call, HS_S("parameter")));
	struct hs_pair *pairs = hs_arena_array(reader->arena, most + 1, sizeof(*pairs));
	size_t count = 0;
	if (!pairs)
		return hs_fail(err, HS_E_LIMIT, "the script is too large");
	/* The first of a name wins, so the call comes before the block. */
	HS_JSON_EACH(item, hs_json_get(call, HS_S("parameter")))
		pairs[count++] = (struct hs_pair) { text_of(item, "name"), text_of(item, "value") };
	HS_JSON_EACH(item, hs_json_get(block, HS_S("parameter")))
		pairs[count++] = (struct hs_pair) { text_of(item, "name"), text_of(item, "value") };
	*out = (struct script_binding) { pairs, count };
	return HS_OK;
}

static enum hs_status read_actions(struct script_reader *reader, const struct hs_json *list,
	struct script_binding binding, unsigned depth, struct hs_error *err);

static struct hs_script_action *next_action(struct script_reader *reader)
{
	if (reader->count == reader->room) {
		size_t room = reader->room ? reader->room * 2 : 8;
		void *grown = room > ACTIONS_MAX ?
			NULL :
			hs_arena_grow(reader->arena, reader->actions, reader->room * sizeof(*reader->actions),
				room * sizeof(*reader->actions));
		if (!grown)
			return NULL;
		reader->actions = grown;
		reader->room = room;
	}
	struct hs_script_action *action = &reader->actions[reader->count++];
	memset(action, 0, sizeof(*action));
	return action;
}

/* An action that says nothing: an error where it stands, not of the whole script. */
static enum hs_status add_fault(struct script_reader *reader, const struct hs_json *item,
	struct hs_slice fault, struct hs_error *err)
{
	struct hs_script_action *action = next_action(reader);
	uint32_t column = 0;

	if (!action || !fault.ptr)
		return hs_fail(err, HS_E_LIMIT, "the script has too many actions");
	hs_json_position(reader->text, item, &action->line, &column);
	action->is_assert = true;
	action->fault = fault;
	return HS_OK;
}

static enum hs_status read_common(struct script_reader *reader, const struct hs_json *call, unsigned depth,
	struct hs_error *err)
{
	struct hs_slice key = text_of(call, "keyRef");
	const struct hs_json *block = find_common(reader->script, key);
	struct script_binding binding = { NULL, 0 };
	if (!block)
		return add_fault(reader, call,
			hs_arena_printf(reader->arena, "there is no common block \"%.*s\" in this script",
				HS_S_ARG(hs_slice_first(key, 64))),
			err);
	if (depth >= 8)
		return hs_fail(err, HS_E_INVALID, "common blocks call one another without end");
	enum hs_status status = bind_common(reader, block, call, &binding, err);
	return status ? status :
			read_actions(reader, hs_json_get(block, HS_S("action")), binding, depth + 1, err);
}

/* An action is one operation or one assertion. Published ones have both as well: what is sent, and what is
 * said of it. */
static enum hs_status read_one(struct script_reader *reader, const struct hs_json *item,
	struct script_binding binding, struct hs_error *err)
{
	const bool has[] = { hs_json_get(item, HS_S("operation")), hs_json_get(item, HS_S("assert")) };
	enum hs_status status = HS_OK;

	if (!has[0] && !has[1])
		return add_fault(reader, item, HS_S("an action is either an operation or an assert"), err);
	for (int assertion = 0; assertion < 2 && !status; assertion++) {
		struct hs_script_action *action = has[assertion] ? next_action(reader) : NULL;
		if (!has[assertion])
			continue;
		if (!action)
			return hs_fail(err, HS_E_LIMIT, "the script has too many actions");
		action->bindings = binding.pairs;
		action->binding_count = binding.count;
		action->crowded = has[0] && has[1];
		status = hs_script_read_action(reader, item, assertion, action, err);
	}
	return status;
}

static enum hs_status read_actions(struct script_reader *reader, const struct hs_json *list,
	struct script_binding binding, unsigned depth, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	HS_JSON_EACH(item, list) {
		const struct hs_json *common = hs_json_get(item, HS_S("common"));
		status = common ? read_common(reader, common, depth, err) :
				  read_one(reader, item, binding, err);
		if (status)
			return status;
	}
	return HS_OK;
}

/* Makes ids unique in their test, so that a verdict can be named: the label, or the number of the action. */
static enum hs_status name_actions(struct script_reader *reader, struct hs_script_test *test,
	struct hs_error *err)
{
	for (size_t i = 0; i < test->count; i++) {
		struct hs_script_action *action = &test->actions[i];
		bool taken = action->id.len == 0;
		for (size_t k = 0; k < i && !taken; k++)
			taken = hs_slice_eq(test->actions[k].id, action->id);
		if (taken)
			action->id = hs_arena_printf(reader->arena, "%.*s%s%zu", HS_S_ARG(action->id),
				action->id.len ? "-" : "", i + 1);
		if (!action->id.ptr)
			return hs_fail(err, HS_E_LIMIT, "the script is too large");
	}
	return HS_OK;
}

static enum hs_status read_phase(struct script_reader *reader, const struct hs_json *phase,
	struct hs_script_test *out, struct hs_error *err)
{
	reader->actions = NULL;
	reader->count = reader->room = 0;
	enum hs_status status = read_actions(reader, hs_json_get(phase, HS_S("action")),
		(struct script_binding) { NULL, 0 }, 0, err);
	if (status)
		return status;
	out->actions = reader->actions;
	out->count = reader->count;
	out->name = text_of(phase, "name");
	out->description = text_of(phase, "description");
	HS_JSON_EACH(extension, hs_json_get(phase, HS_S("extension")))
		if (hs_slice_eq(text_of(extension, "url"), HS_S(SCRIPT_EXTENSION "test-requires-capability")))
			out->needs_true = text_of(extension, "valueString");
	return name_actions(reader, out, err);
}

static enum hs_status read_tests(struct script_reader *reader, struct hs_script *script, struct hs_error *err)
{
	const struct hs_json *list = hs_json_get(script->tree, HS_S("test"));
	enum hs_status status = HS_OK;

	script->tests = room_for(reader, list, sizeof(*script->tests));
	if (!script->tests)
		return hs_fail(err, HS_E_LIMIT, "the script is too large");
	HS_JSON_EACH(item, list) {
		struct hs_script_test *test = &script->tests[script->test_count];
		status = read_phase(reader, item, test, err);
		if (status)
			return status;
		test->id = text_of(item, "id");
		if (!test->id.len)
			test->id = test->name;
		bool taken = test->id.len == 0;
		for (size_t k = 0; k < script->test_count && !taken; k++)
			taken = hs_slice_eq(script->tests[k].id, test->id);
		if (taken)
			test->id = hs_arena_printf(reader->arena, "%.*s%s%zu", HS_S_ARG(test->id),
				test->id.len ? "-" : "test-", script->test_count + 1);
		for (size_t i = 0; i < test->count; i++)
			script->assert_count += test->actions[i].is_assert;
		script->test_count++;
	}
	return HS_OK;
}

enum hs_status hs_script_read(struct hs_arena *arena, struct hs_slice text, struct hs_slice id,
	struct hs_slice file, const struct hs_defs *defs, struct hs_script **out, struct hs_error *err)
{
	struct hs_issues doubtful = { .arena = arena };
	struct hs_json *tree = NULL;
	struct hs_script *script = hs_arena_alloc(arena, sizeof(*script));
	if (!script)
		return hs_fail(err, HS_E_LIMIT, "the script is too large");
	enum hs_status status = hs_test_read_text(defs, arena, text, &doubtful, &tree, err);
	if (status)
		return status;
	struct hs_slice type = text_of(tree, "resourceType");
	if (!hs_slice_eq(type, HS_S("TestScript")))
		return hs_fail(err, HS_E_INVALID, "this is no TestScript but %s%.*s",
			type.len ? "" : "no resource", HS_S_ARG(type));
	struct script_reader reader = { .arena = arena, .text = text, .script = tree };
	script->tree = tree;
	script->doubtful = doubtful;
	script->id = id;
	script->file = file;
	script->url = text_of(tree, "url");
	script->name = text_of(tree, "name");
	script->title = text_of(tree, "title");
	script->description = text_of(tree, "description");
	status = read_fixtures(&reader, script, err);
	if (!status)
		status = read_variables(&reader, script, err);
	if (!status)
		status = read_profiles(&reader, script, err);
	if (!status)
		status = read_phase(&reader, hs_json_get(tree, HS_S("setup")), &script->setup, err);
	if (!status)
		status = read_tests(&reader, script, err);
	if (!status)
		status = read_phase(&reader, hs_json_get(tree, HS_S("teardown")), &script->teardown, err);
	if (status)
		return status;
	script->setup.id = script->setup.name = HS_S("setup");
	script->teardown.id = script->teardown.name = HS_S("teardown");
	hs_script_find_needs(script);
	*out = script;
	return HS_OK;
}

bool hs_script_next_assert(const struct hs_script *script, struct hs_script_cursor *at)
{
	const struct hs_script_test *end = script->tests + script->test_count;
	const struct hs_script_test *test = at->test ? at->test : script->tests;
	const struct hs_script_action *action = at->action ? at->action + 1 : NULL;

	for (; test != end; test++, action = NULL) {
		for (action = action ? action : test->actions; action != test->actions + test->count;
			action++) {
			if (!action->is_assert)
				continue;
			*at = (struct hs_script_cursor) { test, action };
			return true;
		}
	}
	return false;
}
