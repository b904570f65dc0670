/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as an expression on a small resource: refused with a place, or evaluated within the limits; what
 * was evaluated gives the same again, watched too, can be printed and explained, and there can be said why it
 * is not true. */
#include "../must.h"

#include <core/fhir/path/path.h>

#define CAP ((size_t)16 << 20)
#define STEPS 20000u
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

static void look(void *arg, const struct hs_path_told *told)
{
	size_t *values = arg;
	must(told->name.ptr != NULL && told->position <= 4096 && told->index >= -1);
	*values += told->result.count + told->focus.count + told->self.count;
}

static size_t evaluate(const struct hs_path *path, const struct hs_json *resource, enum hs_status *status)
{
	struct hs_arena *arena = hs_arena_new(CAP);
	struct hs_error err = { .status = HS_OK };
	size_t told = 0;
	struct hs_path_context context = {
		.arena = arena, .now_ms = 1715941230456, .steps = STEPS, .step = look, .arg = &told
	};
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
	struct hs_path_context context = {
		.arena = arena, .resource = resource, .now_ms = 1715941230456, .steps = STEPS
	};
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
