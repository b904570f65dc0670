/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an expression on a small resource, where a terminology and profiles say something: refused
 * with a place, or evaluated within the limits; what was evaluated gives the same again, watched too, can be
 * printed and explained, and there can be said why it is not true. */
#include "../must.h"

#include <core/fhir/path/path.h>

#define CAP ((size_t)16 << 20)
#define STEPS 20000u
#define ANSWER "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"result\",\"valueBoolean\":true}]}"
#define WHY_MAX 4096u /* some hundred bytes, and no more for a larger expression */

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const char RESOURCE[] =
	"{\"resourceType\":\"Patient\",\"id\":\"p\",\"active\":true,\"name\":[{\"use\":\"usual\",\"given\":["
	"\"A\xc3\xa5\",null],"
	"\"_given\":[null,{\"id\":\"x\"}]},{\"family\":\"B\"}],\"birthDate\":\"1974-12-25\",\"_gender\":{"
	"\"extension\":"
	"[{\"url\":\"http://e/x\",\"valueQuantity\":{\"value\":1.50,\"code\":\"mg\",\"system\":\"http://"
	"unitsofmeasure.org\"}}]},"
	"\"multipleBirthInteger\":2,\"contained\":[{\"resourceType\":\"Group\",\"id\":\"g\"}],"
	"\"link\":[{\"other\":{\"reference\":\"#g\"}},{\"other\":{\"reference\":\"Patient/1\"}}]}";

/* ---- what an evaluation cannot know by itself: yes, no or nothing, by the length of a name ---- */

static int by_length(struct hs_slice name)
{
	return (int)(name.len % 3) - 1;
}

static int is_in(void *arg, const struct hs_path_value *value, struct hs_slice name)
{
	(void)arg;
	must(value != NULL);
	return by_length(name);
}

static int is_above(void *arg, struct hs_slice system, struct hs_slice above, struct hs_slice below)
{
	(void)arg;
	(void)system;
	return by_length(above) > by_length(below);
}

static const struct hs_json *define(void *arg, const struct hs_path_value *value)
{
	return value->node ? arg : NULL;
}

static enum hs_status give_slice(void *arg, struct hs_arena *arena, const struct hs_path_value *value,
	struct hs_slice profile, struct hs_slice name, struct hs_path_list *out, struct hs_error *err)
{
	(void)arg;
	if (by_length(profile) < 0)
		return hs_fail(err, HS_E_NOT_FOUND, "there is no such profile");
	*out = (struct hs_path_list) { hs_arena_alloc(arena, sizeof(*out->items)), by_length(name) > 0 };
	if (!out->items)
		return hs_fail(err, HS_E_LIMIT, "too large");
	out->items[0] = *value;
	return HS_OK;
}

static enum hs_status ask(void *arg, struct hs_arena *arena, const char *operation,
	const struct hs_json *parameters, struct hs_json **out, struct hs_error *err)
{
	(void)arg;
	must(hs_json_is(parameters, HS_JSON_OBJECT));
	return operation[0] == 'V' ? hs_json_parse(arena, HS_S(ANSWER), NULL, out, err) :
				     hs_fail(err, HS_E_NOT_FOUND, "there is no such code system");
}

static const struct hs_path_oracle oracle = { is_in, is_in, is_above, define, give_slice, ask };

static void look(void *arg, const struct hs_path_told *told)
{
	size_t *values = arg;
	must(told->name.ptr != NULL && told->position <= 4096 && told->index >= -1);
	*values += told->result.count + told->focus.count + told->self.count;
}

static struct hs_path_context context_for(struct hs_arena *arena, const struct hs_json *resource)
{
	return (struct hs_path_context) { .arena = arena,
		.resource = resource,
		.now_ms = 1715941230456,
		.steps = STEPS,
		.oracle = &oracle,
		.oracle_arg = (void *)(uintptr_t)resource };
}

static size_t evaluate(const struct hs_path *path, const struct hs_json *resource, enum hs_status *status)
{
	struct hs_arena *arena = hs_arena_new(CAP);
	struct hs_error err = { .status = HS_OK };
	size_t told = 0;
	struct hs_path_context context = context_for(arena, resource);
	context.step = look;
	context.arg = &told;
	struct hs_path_list list = { .count = SIZE_MAX };
	size_t bytes = 0;
	*status = hs_path_eval(path, &context, resource, &list, &err);
	if (*status) {
		must(list.count == SIZE_MAX && err.text[0]);
		must(*status == HS_E_PROCESSING || *status == HS_E_TOO_COSTLY || *status == HS_E_LIMIT);
	} else {
		must(hs_path_truth(&list) >= -2);
		for (size_t i = 0; i < list.count && !hs_arena_full(arena); i++)
			bytes += hs_path_print(arena, &list.items[i]).len;
	}
	hs_arena_free(arena);
	return bytes;
}

static void ask_why(const struct hs_path *path, const struct hs_json *resource)
{
	struct hs_arena *arena = hs_arena_new(CAP);
	struct hs_path_context context = context_for(arena, resource);
	struct hs_path_value input = { .kind = HS_PATH_NODE };
	hs_path_value_read(&input, resource);
	must(hs_path_why(path, &context, &input).len <= WHY_MAX);
	hs_arena_free(arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_path *path = NULL;
	enum hs_path_phase phase = HS_PATH_EXECUTION;
	if (size > 4096)
		return 0;
	struct hs_slice text = hs_slice((const char *)data, size);
	if (hs_path_compile(NULL, text, HS_S_NONE, &path, &phase, &err)) {
		must(!path && err.text[0] && phase != HS_PATH_EXECUTION);
		return 0;
	}
	struct hs_arena *arena = hs_arena_new(CAP);
	struct hs_json *resource = NULL;
	must(hs_json_parse(arena, hs_slice(RESOURCE, sizeof(RESOURCE) - 1), NULL, &resource, &err) == HS_OK);
	struct hs_path_explanation told;
	must(hs_path_explain(NULL, text, HS_S("Patient"), arena, &told, &err) == HS_OK);
	must(told.tree == NULL || hs_json_get_text(told.tree, HS_S("Name")).ptr != NULL ||
		hs_arena_full(arena));
	enum hs_status first, second;
	size_t bytes = evaluate(path, resource, &first);
	must(bytes == evaluate(path, resource, &second) && first == second);
	ask_why(path, resource);
	hs_path_free(path);
	/* Watched, it does all that is written, so it may fail where the other did not come to. */
	must(hs_path_compile_watched(NULL, text, HS_S_NONE, &path, NULL, &err) == HS_OK);
	size_t seen = evaluate(path, resource, &second);
	must(first || second || bytes == seen);
	hs_path_free(path);
	hs_arena_free(arena);
	return 0;
}
