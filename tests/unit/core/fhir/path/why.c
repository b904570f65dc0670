/* SPDX-License-Identifier: Apache-2.0 */
/* Why an expression is not true: what is said of the operands that make it so. */
#include "path_test.h"

#define PATIENT \
	"{\"resourceType\":\"Patient\",\"gender\":\"male\",\"active\":false,\"multipleBirthInteger\":3," \
	"\"name\":[{\"family\":\"A\",\"given\":[\"B\",\"C\"]},{\"family\":\"A\",\"use\":\"old\"}]," \
	"\"contact\":[{\"gender\":\"other\"}]}"

static void expect(const char *expression, const char *want)
{
	struct hs_error err;
	struct hs_path *path = NULL;
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct hs_json *tree = parse_json(arena, HS_S(PATIENT));
	struct hs_path_value input = { .kind = HS_PATH_NODE };
	struct hs_path_context context = { .arena = arena, .resource = tree, .nothing_is_no = true };
	hs_path_value_read(&input, tree);
	if (hs_path_compile(NULL, hs_slice_cstr(expression), HS_S_NONE, &path, NULL, &err))
		fail_msg("%s: %s", expression, err.text);
	struct hs_slice why = hs_path_why(path, &context, &input);
	const char *have = hs_arena_cstr(arena, why);
	if (strcmp(have, want) != 0)
		fail_msg("%s\n gives: %s\n not: %s", expression, have, want);
	hs_path_free(path);
	hs_arena_free(arena);
}

static void tells_what_is_there_and_what_not(void **state)
{
	(void)state;
	expect("birthDate.exists()", "there is no birthDate");
	expect("birthDate.exists() or photo.exists()", "there is no birthDate and there is no photo");
	expect("gender.exists() and photo.exists() and link.exists()",
		"there is no photo and there is no link");
	expect("gender.empty()", "there is gender ('male')");
	expect("contact.trace('c').empty()", "there is contact (Patient.contact[0])");
	expect("gender.exists().not() or active.empty()",
		"there is gender ('male') and there is active (false)");
	expect("gender.exists() xor active.exists()", "there is gender ('male') and there is active (false)");
	expect("photo.exists() xor link.exists()", "there is no photo and there is no link");
	expect("gender.exists() != name.exists()",
		"there is gender ('male') and there is name (Patient.name[0])");
	expect("photo.exists() = name.exists()", "there is no photo and there is name (Patient.name[0])");
}

static void tells_values_and_what_they_should_be(void **state)
{
	(void)state;
	expect("gender.matches('[A-Z].*')", "gender is 'male', which should have the form [A-Z].*");
	expect("gender.matches('m.*').not()", "gender is 'male', which should not have the form m.*");
	expect("gender = 'female'", "gender is 'male', not 'female'");
	expect("birthDate = '2000'", "there is no birthDate, which should be '2000'");
	expect("gender != 'male'", "gender is 'male'");
	expect("multipleBirthInteger < 1 + 1", "multipleBirthInteger is 3, which should be < 2");
	expect("(multipleBirthInteger >= 0).not()", "multipleBirthInteger is 3, which should not be >= 0");
	expect("@2026-01-31 <= @2026-01",
		"@2026-01-31 is '2026-01-31', of which cannot be told whether it is <= '2026-01'");
	expect("gender in ('a' | 'b')", "gender is 'male', which should be in ('a' | 'b')");
	expect("gender.startsWith('x')", "gender is 'male', so that gender.startsWith('x') is false");
	expect("active", "active is false");
	expect("(gender.length() + 1) = 9", "gender.length() + 1 is 5, not 9");
	expect("active or (name | contact).count() = 2",
		"active is false and (name | contact).count() is 3, not 2");
}

static void tells_which_item(void **state)
{
	(void)state;
	expect("name.all(given.exists())", "at Patient.name[1] there is no given");
	expect("name.family.isDistinct()",
		"name.family is 'A' more than once, again at Patient.name[1].family");
	expect("name.where(use = 'old').empty()", "there is name.where(use = 'old') (Patient.name[1])");
	expect("name.where(use = 'old' and family = 'A' and given.count() < 1 + 2 + 3 + 4 + 5 + 6 + 7 + 8 + "
	       "9 + 10).empty()",
		"there is such name (Patient.name[1])");
	expect("gender = 'male' implies photo.exists()", "with gender = 'male' there is no photo");
}

/* The expression stands beside it. */
static void leaves_out_what_is_said_already(void **state)
{
	(void)state;
	expect("name.exists(given = 'X')", "");
	expect("name.exists(given = 'X') and active",
		"name.exists(given = 'X') does not hold and active is false");
	expect("%resource.ofType(Group)", "");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tells_what_is_there_and_what_not),
		cmocka_unit_test(tells_values_and_what_they_should_be),
		cmocka_unit_test(tells_which_item),
		cmocka_unit_test(leaves_out_what_is_said_already),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
