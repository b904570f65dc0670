/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of shapes: pointers that differ in what is their own have one shape, and shape and holes together
 * give the text that was there. */
#include <services/record-index/ledger/ledger.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>

#include <cmocka.h>

static struct hs_arena *arena;

static struct hs_ledger_split split(const char *text)
{
	struct hs_error err;
	struct hs_ledger_split made = { .arena = arena,
		.text = hs_slice_cstr(text),
		.is_pointer = true,
		.id = HS_S("7"),
		.version = HS_S("1"),
		.updated = HS_S("2026-01-01T00:00:00.000Z") };
	assert_int_equal(hs_ledger_split(&made, &err), HS_OK);
	return made;
}

/* The marks in order, one letter each. */
static const char *marks(const struct hs_ledger_split *made)
{
	static const char letters[] = "?hivuscd";
	struct hs_buf out;
	hs_buf_init(&out, arena, 4096);
	for (size_t i = 0; i < made->shape.len; i++) {
		unsigned char c = (unsigned char)made->shape.ptr[i];
		if (c < HS_LEDGER_MARKS)
			hs_buf_byte(&out, letters[c]);
	}
	return hs_arena_cstr(arena, hs_buf_slice(&out));
}

/* Puts the holes back; for texts without other marks. */
static void expect_whole(const char *text)
{
	struct hs_ledger_split made = split(text);
	struct hs_buf out;
	size_t hole = 0;
	hs_buf_init(&out, arena, 1 << 16);
	for (size_t i = 0; i < made.shape.len; i++) {
		if (made.shape.ptr[i] == HS_LEDGER_HOLE)
			hs_buf_add(&out, made.holes[hole++].raw);
		else
			hs_buf_byte(&out, made.shape.ptr[i]);
	}
	assert_int_equal(hole, made.hole_count);
	struct hs_slice back = hs_buf_slice(&out);
	assert_true(back.ptr ? hs_slice_eq(back, hs_slice_cstr(text)) : text[0] == '\0');
}

static void gives_the_text_back(void **state)
{
	(void)state;
	expect_whole("{}");
	expect_whole("{\"a\":[]}");
	expect_whole("{ \"a\" : [ 1.10 , -2e5 ,true,null,\"x\\\"y\\\\\" ] ,\"code\":\"c\"}");
	expect_whole("{\"author\":[{\"display\":\"A } ] \\\" B\"},{\"reference\":\"#x\"}]}");
	expect_whole("{\"extension\":[{\"url\":\"urn:e\",\"valueString\":\"\"}],\"n\":{\"n\":{\"n\":[["
		     "\"deep\"]]}}}");
}

static void marks_what_has_a_place_of_its_own(void **state)
{
	(void)state;
	struct hs_ledger_split made =
		split("{\"resourceType\":\"DocumentReference\",\"id\":\"7\",\"meta\":{\"versionId\":\"1\","
		      "\"lastUpdated\":\"2026-01-01T00:00:00.000Z\"},\"status\":\"current\",\"subject\":{"
		      "\"reference\":"
		      "\"Patient/1\"},\"date\":\"2020-02-03T04:05:06Z\",\"custodian\":{\"display\":\"}\"},"
		      "\"content\":[{\"attachment\":{\"url\":\"https://a/1\",\"size\":5}}]}");
	assert_string_equal(marks(&made), "ivusdchh");
	assert_true(made.has_date);
	assert_int_equal(made.date, 1580702706);
	assert_true(hs_slice_eq(made.subject, HS_S("{\"reference\":\"Patient/1\"}")));
	assert_true(hs_slice_eq(made.custodian, HS_S("{\"display\":\"}\"}")));
	/* What is not as it should be is a hole like any other. */
	made = split("{\"id\":\"8\",\"meta\":{\"versionId\":\"2\"},\"date\":\"2020-02-03T04:05:06.0Z\","
		     "\"x\":{\"subject\":{\"reference\":\"Patient/1\"}}}");
	assert_string_equal(marks(&made), "hhhh");
	assert_false(made.has_date);
}

static void gives_like_pointers_one_shape(void **state)
{
	(void)state;
	struct hs_ledger_split a =
		split("{\"type\":{\"coding\":[{\"system\":\"s\",\"code\":\"c\"}]},\"description\":"
		      "\"one\",\"author\":[{\"display\":\"A\"}]}");
	struct hs_ledger_split b =
		split("{\"type\":{\"coding\":[{\"system\":\"s\",\"code\":\"c\"}]},\"description\":"
		      "\"two\",\"author\":[{\"display\":\"B\"}]}");
	struct hs_ledger_split c =
		split("{\"type\":{\"coding\":[{\"system\":\"s\",\"code\":\"d\"}]},\"description\":"
		      "\"two\",\"author\":[{\"display\":\"B\"}]}");
	assert_true(hs_slice_eq(hs_buf_slice(&a.shape), hs_buf_slice(&b.shape)));
	assert_false(hs_slice_eq(hs_buf_slice(&b.shape), hs_buf_slice(&c.shape)));
}

static void writes_numbers_and_ids_in_few_bytes(void **state)
{
	static const uint64_t numbers[] = { 0, 1, 127, 128, 16383, 16384, UINT32_MAX, UINT64_MAX };
	struct hs_buf buf;
	unsigned char uuid[16];
	char text[36];
	(void)state;
	hs_buf_init(&buf, arena, 1024);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++)
		hs_ledger_put_number(&buf, numbers[i]);
	struct hs_slice in = hs_buf_slice(&buf);
	for (size_t i = 0; i < sizeof numbers / sizeof numbers[0]; i++) {
		uint64_t number = 1;
		assert_true(hs_ledger_take_number(&in, &number));
		assert_true(number == numbers[i]);
	}
	uint64_t none;
	assert_false(hs_ledger_take_number(&in, &none));
	struct hs_slice id = HS_S("089bc56a-b2f2-481d-8ee1-797fb8fc7dd3");
	assert_true(hs_ledger_uuid_read(id, uuid));
	hs_ledger_uuid_write(uuid, text);
	assert_memory_equal(text, id.ptr, 36);
	for (size_t i = 0; i < id.len;
		i++) /* small letters and dashes alone are written again as they were */
		for (const char *c = "AFG`g/:@-\xe1\x10"; *c; c++) {
			memcpy(text, id.ptr, 36);
			text[i] = text[i] == '-' && *c == '-' ? 'a' : *c;
			assert_false(hs_ledger_uuid_read(hs_slice(text, 36), uuid));
		}
	assert_false(hs_ledger_uuid_read(HS_S("089bc56a-b2f2-481d-8ee1-797fb8fc7dd"), uuid));
}

static int begin(void **state)
{
	(void)state;
	arena = hs_arena_new(1 << 22);
	return 0;
}

static int end(void **state)
{
	(void)state;
	hs_arena_free(arena);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(gives_the_text_back),
		cmocka_unit_test(marks_what_has_a_place_of_its_own),
		cmocka_unit_test(gives_like_pointers_one_shape),
		cmocka_unit_test(writes_numbers_and_ids_in_few_bytes),
	};
	return cmocka_run_group_tests(tests, begin, end);
}
