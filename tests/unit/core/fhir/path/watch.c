/* SPDX-License-Identifier: Apache-2.0 */
/* What is told of each step of an evaluation that is watched. That watching changes no result is asserted of
 * every expression of the tables beside this file. */
#include "path_test.h"

static const char INPUT[] =
	"{\"resourceType\":\"Patient\",\"name\":[{\"given\":[\"A\",\"B\"]},{\"given\":[\"C\"]}]}";

struct log {
	struct hs_arena *arena;
	struct hs_buf text;
};

/* "4,5,name=2<1@-1": position, length, name, results, focus, $index. */
static void write_step(void *arg, const struct hs_path_told *told)
{
	struct log *log = arg;
	hs_buf_printf(&log->text, "%s%zu,%zu,%.*s=%zu<%zu@%d", log->text.len ? " " : "", told->position,
		told->length, HS_S_ARG(told->name), told->result.count, told->focus.count, (int)told->index);
}

static void expect_steps(const char *expression, const char *steps)
{
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct hs_error err = { .status = HS_OK };
	struct hs_path *path = NULL;
	struct hs_path_list list;
	struct log log = { .arena = arena };
	struct hs_path_context context = { .arena = arena, .step = write_step, .arg = &log };
	hs_buf_init(&log.text, arena, ARENA_CAP);
	if (hs_path_compile_watched(NULL, hs_slice_cstr(expression), HS_S_NONE, &path, NULL, &err) ||
		hs_path_eval(path, &context, parse_json(arena, hs_slice_cstr(INPUT)), &list, &err)) {
		fail_msg("%s: %s", expression, err.text);
	}
	assert_slice(hs_buf_slice(&log.text), steps);
	hs_path_free(path);
	hs_arena_free(arena);
}

static void tells_each_step(void **state)
{
	(void)state;
	expect_steps("1 + 2", "0,1,constant=1<1@-1 4,1,constant=1<1@-1 2,1,+=1<1@-1");
	expect_steps("Patient.name.given", "0,7,Patient=1<1@-1 8,4,name=2<1@-1 13,5,given=3<2@-1");
	/* A walk goes to its end, whatever of it is wanted. */
	expect_steps("name.first().given", "0,4,name=2<1@-1 5,5,first=1<2@-1 13,5,given=2<1@-1");
	expect_steps("name[1].given", "5,1,constant=1<1@-1 0,4,name=2<1@-1 4,1,[]=1<2@-1 8,5,given=1<1@-1");
	expect_steps("name.where(given.count() > 1)",
		"0,4,name=2<1@-1 "
		"11,5,given=2<1@0 17,5,count=1<2@0 27,1,constant=1<1@0 25,1,>=1<1@0 "
		"11,5,given=1<1@1 17,5,count=1<1@1 27,1,constant=1<1@1 25,1,>=1<1@1 "
		"5,5,where=1<2@-1");
	/* What decides is evaluated, the rest is not. */
	expect_steps("true or %nobody", "0,4,constant=1<1@-1 5,2,or=1<1@-1");
	expect_steps("$this.is(Patient)", "0,5,$this=1<1@-1 6,2,is=1<1@-1");
	expect_steps("{} | %resource", "0,1,{}=0<1@-1 5,9,%resource=1<1@-1 3,1,|=1<1@-1");
}

/* As editors in a browser count. */
static void counts_characters(void **state)
{
	(void)state;
	expect_steps("'\xC3\xA5\xF0\x9F\x98\x80' | 1",
		"0,5,constant=1<1@-1 8,1,constant=1<1@-1 6,1,|=2<1@-1");
}

/* Deeper than who shows it may recurse: evaluated as ever, without a word. */
static void keeps_silent_when_deep(void **state)
{
	char expression[1200] = "name";
	(void)state;
	for (size_t i = 4; i + 3 < 1000; i += 3)
		memcpy(expression + i, ".ab", 4);
	struct hs_error err = { .status = HS_OK };
	struct hs_path *path = NULL;
	if (hs_path_compile_watched(NULL, hs_slice_cstr(expression), HS_S_NONE, &path, NULL, &err) == HS_OK) {
		hs_path_free(path);
		expect_steps(expression, "");
	}
	assert_int_equal(hs_path_compile_watched(NULL, HS_S("a.("), HS_S_NONE, &path, NULL, &err),
		HS_E_INVALID);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_each_step),
		cmocka_unit_test(counts_characters),
		cmocka_unit_test(keeps_silent_when_deep),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
