/* SPDX-License-Identifier: Apache-2.0 */
/* Actions on the tree of a body: what a path finds is taken out, put in its place, doubled or turned. */
#include <conformance/mutants/fault.h>

struct hs_path_list hs__fault_find(struct hs_arena *arena, const struct hs_path *path,
	const struct hs_json *input)
{
	struct hs_path_context context = { .arena = arena };
	struct hs_path_list found = { NULL, 0 };
	struct hs_error ignored;

	if (hs_path_eval(path, &context, input, &found, &ignored) != HS_OK)
		found.count = 0;
	return found;
}

/* The container that has `node`: the object itself, or one of its arrays. NULL when it is not there. */
static struct hs_json *container_of(const struct hs_json *parent, const struct hs_json *node)
{
	HS_JSON_EACH(member, parent) {
		if (member == node)
			return (struct hs_json *)(uintptr_t)parent;
		if (!hs_json_is(member, HS_JSON_ARRAY))
			continue;
		HS_JSON_EACH(item, member)
			if (item == node)
				return member;
	}
	return NULL;
}

static size_t index_of(const struct hs_json *array, const struct hs_json *node)
{
	size_t at = 0;

	HS_JSON_EACH(item, array) {
		if (item == node)
			break;
		at++;
	}
	return at;
}

/* FHIR has no empty arrays: one that has lost its last item goes too. */
static void take_out(const struct hs_json *parent, struct hs_json *from, struct hs_json *node)
{
	hs_json_remove(from, node);
	if (from != parent && hs_json_count(from) == 0)
		hs_json_remove((struct hs_json *)(uintptr_t)parent, from);
}

static void turn(struct hs_json *array)
{
	size_t count = hs_json_count(array);

	for (size_t i = 1; i < count; i++) {
		struct hs_json *item = hs_json_at(array, i);
		hs_json_remove(array, item);
		hs_json_insert(array, 0, item);
	}
}

static struct hs_json *from_value(struct hs_arena *arena, const struct hs_path_value *value)
{
	if (value->node)
		return hs_json_clone(arena, value->node);
	if (value->kind == HS_PATH_BOOLEAN)
		return hs_json_bool(arena, value->boolean);
	if (value->kind == HS_PATH_INTEGER || value->kind == HS_PATH_LONG)
		return hs_json_int(arena, value->integer);
	if (value->kind == HS_PATH_DECIMAL)
		return hs_json_number(arena, value->text);
	return hs_json_string(arena, hs_path_print(arena, value));
}

/* The new value for `focus`; NULL when the expression finds none. */
static struct hs_json *new_value(const struct fault_action *action, struct hs_arena *arena,
	const struct hs_path_value *focus)
{
	struct hs_path_context context = { .arena = arena };
	struct hs_path_list found = { NULL, 0 };
	struct hs_error ignored;

	if (!action->by)
		return hs_json_clone(arena, action->json);
	if (hs_path_eval_value(action->by, &context, focus, &found, &ignored) || !found.count)
		return NULL;
	return from_value(arena, &found.items[0]);
}

static void set_member(const struct fault_action *action, struct fault_message *message,
	const struct hs_path_value *found)
{
	struct hs_json *value = new_value(action, message->arena, found);

	if (value && hs_json_is(found->node, HS_JSON_OBJECT))
		hs_json_set((struct hs_json *)(uintptr_t)found->node, action->name, value);
}

static void change(const struct fault_action *action, struct fault_message *message,
	const struct hs_path_value *found)
{
	struct hs_json *node = (struct hs_json *)(uintptr_t)found->node;
	struct hs_json *holder = container_of(found->parent, node), *value;

	if (!holder)
		return;
	switch (action->verb) {
	case FAULT_DELETE:
		take_out(found->parent, holder, node);
		break;
	case FAULT_REPLACE:
		value = new_value(action, message->arena, found);
		if (value)
			hs_json_replace(holder, node, value);
		break;
	case FAULT_REPEAT:
		if (hs_json_is(holder, HS_JSON_ARRAY))
			hs_json_insert(holder, index_of(holder, node) + 1,
				hs_json_clone(message->arena, node));
		break;
	default:
		break;
	}
}

void hs__fault_apply_tree(const struct fault_action *action, struct fault_message *message)
{
	struct hs_json *tree = hs__fault_tree(message);
	struct hs_path_list found;

	if (!tree)
		return;
	found = hs__fault_find(message->arena, action->path, tree);
	for (size_t i = 0; i < found.count; i++) {
		const struct hs_path_value *value = &found.items[i];
		if (!value->node)
			continue;
		message->changed = message->differs = true;
		if (action->verb == FAULT_SET)
			set_member(action, message, value);
		else if (action->verb != FAULT_REVERSE)
			change(action, message, value);
	}
	if (action->verb == FAULT_REVERSE && found.count && found.items[0].node) {
		struct hs_json *holder = container_of(found.items[0].parent, found.items[0].node);
		if (hs_json_is(holder, HS_JSON_ARRAY))
			turn(holder);
	}
}
