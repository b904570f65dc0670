/* SPDX-License-Identifier: Apache-2.0 */
/* Percent-decoding, and queries in a made request. */
#include <core/host/request/request_private.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>

#include <cmocka.h>

#include "../../../arena_test.h"

static void escapes_are_decoded(void **state)
{
	static const struct {
		const char *in, *out;
	} cases[] = {
		{ "abc", "abc" }, { "a+b%20c", "a b c" }, { "%C3%A5", "\xc3\xa5" }, { "100%", "100%" },
		{ "%4", "%4" }, { "%zz%41", "%zzA" }, { "a%00b", "a%00b" }, /* no NUL gets in */
		{ "%FF%41", "?A" },                                         /* not UTF-8 */
		{ "%ED%A0%80", "???" },                                     /* a surrogate */
		{ "%C0%AF", "??" },                                         /* overlong */
		{ "%F0%9F%98%80", "\xf0\x9f\x98\x80" }, { "%2541", "%41" }, /* once */
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hs_slice got = hs__percent_decode(arena, hs_slice_cstr(cases[i].in), true);
		if (!hs_slice_eq(got, hs_slice_cstr(cases[i].out)))
			fail_msg("%s: \"%.*s\"", cases[i].in, HS_S_ARG(got));
	}
	assert_true(hs_slice_eq(hs__percent_decode(arena, HS_S("a+b"), false), HS_S("a+b")));
}

/* Texts without any are told from others eight bytes at a time: in none of their places one is overlooked. */
static void escapes_are_found_in_every_place(void **state)
{
	static const struct {
		char in, out;
	} marks[] = { { '+', ' ' }, { '\x80', '?' }, { '\xff', '?' } };
	char text[20], wanted[20];

	(void)state;
	for (size_t len = 1; len <= sizeof(text); len++)
		for (size_t at = 0; at < len; at++)
			for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
				memset(text, "$&*,-~\x7f"[at % 7], sizeof(text));
				memcpy(wanted, text, sizeof(text));
				text[at] = marks[i].in;
				wanted[at] = marks[i].out;
				assert_true(hs_slice_eq(hs__percent_decode(arena, hs_slice(text, len), true),
					hs_slice(wanted, len)));
			}
}

static struct hs_request *make(struct hs_http_request *http, const char *query)
{
	struct hs_request *req = hs_arena_alloc(arena, sizeof(*req));

	memset(http, 0, sizeof(*http));
	http->query = hs_slice_cstr(query);
	http->arena = arena;
	req->http = http;
	req->arena = arena;
	return req;
}

static void pairs_keep_their_order(void **state)
{
	struct hs_http_request http;
	struct hs_request *req = make(&http, "a=1&b=x%26y&&a=2&c&=d");
	size_t count = 0;
	const struct hs_pair *pairs = hs_request_query(req, &count);

	(void)state;
	assert_int_equal(count, 5);
	assert_true(hs_slice_eq(pairs[1].value, HS_S("x&y")));
	assert_true(hs_slice_eq(pairs[2].name, HS_S("a")));
	assert_int_equal(pairs[3].value.len, 0);
	assert_true(hs_slice_eq(hs_request_query_value(req, HS_S("a")), HS_S("1")));
	assert_int_equal(hs_request_query_value(req, HS_S("z")).len, 0);
}

/* Each byte of a pair that means something, in the name and in the value, beside others that mean nothing. */
static void pairs_are_cut_and_decoded(void **state)
{
	static const struct {
		const char *query, *name, *value;
	} cases[] = { { "a=b=c", "a", "b=c" }, { "a%3Db=c", "a=b", "c" }, { "a+b=c+d", "a b", "c d" },
		{ "a=%26", "a", "&" }, { "&&a=1", "a", "1" }, { "a=1&", "a", "1" }, { "=1", "", "1" },
		{ "a=", "a", "" }, { "a", "a", "" }, { "a=\xff%41", "a", "?A" },
		{ "\xc3\xa5=x", "\xc3\xa5", "x" } };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hs_http_request http;
		size_t count = 0;
		const struct hs_pair *pairs = hs_request_query(make(&http, cases[i].query), &count);
		if (count != 1 || !hs_slice_eq(pairs[0].name, hs_slice_cstr(cases[i].name)) ||
			!hs_slice_eq(pairs[0].value, hs_slice_cstr(cases[i].value)))
			fail_msg("%s: %zu pairs", cases[i].query, count);
	}
}

/* Queries are looked at 16 bytes at a time: wherever a pair is cut and whatever of it is coded. */
static void pairs_are_cut_in_every_place(void **state)
{
	static const char *const marks[] = { "%41", "+", "\xff", "=", "." }, plain[] = "abcdefghijklmnopqrst";
	static const char *const decoded[] = { "A", " ", "?", "=", "." };

	(void)state;
	for (size_t name = 1; name < sizeof(plain); name++)
		for (size_t value = 0; value < sizeof(plain); value++)
			for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
				struct hs_http_request http;
				struct hs_slice text = hs_arena_printf(arena, "%.*s=%.*s%s%s&z=%s&y=1&x%c",
					(int)name, plain, (int)value, plain, marks[i], plain, plain, 0);
				struct hs_slice wanted = hs_arena_printf(arena, "%.*s%s%s", (int)value, plain,
					decoded[i], plain);
				size_t count = 0;
				const struct hs_pair *pairs = hs_request_query(make(&http, text.ptr), &count);
				assert_int_equal(count, 4);
				assert_true(hs_slice_eq(pairs[0].name, hs_slice(plain, name)));
				assert_true(hs_slice_eq(pairs[0].value, wanted));
				assert_true(hs_slice_eq(pairs[1].name, HS_S("z")));
				assert_true(hs_slice_eq(pairs[1].value, hs_slice_cstr(plain)));
				assert_true(hs_slice_eq(pairs[2].name, HS_S("y")));
				assert_true(hs_slice_eq(pairs[2].value, HS_S("1")));
				assert_true(hs_slice_eq(pairs[3].name, HS_S("x")));
			}
}

/* A search without some of its conditions would find too much, so none is left out. */
static void too_many_pairs_are_refused(void **state)
{
	enum { MOST = 2000 };
	char text[(MOST + 1) * 2 + 1];
	const size_t end = sizeof(text) - 1;
	struct hs_http_request http;
	struct hs_error err = { .status = HS_OK };
	struct hs_request *req;
	size_t count = 0;

	(void)state;
	for (size_t i = 0; i <= MOST; i++)
		memcpy(text + i * 2, "a&", 2);
	text[end - 2] = '\0';
	req = make(&http, text);
	assert_int_equal(hs__query_parse(req, &err), HS_OK);
	assert_non_null(hs_request_query(req, &count));
	assert_int_equal(count, MOST);
	text[end - 2] = 'b';
	text[end] = '\0';
	assert_int_equal(hs__query_parse(make(&http, text), &err), HS_E_LIMIT);
	assert_string_equal(err.text, "the request has more than 2000 parameters");
}

static void preferences_are_found(void **state)
{
	struct hs_http_request http;
	struct hs_request *req = make(&http, "");
	const struct hs_http_header headers[] = {
		{ HS_S("prefer"), HS_S("respond-async, handling=\"strict\"") },
		{ HS_S("Prefer"), HS_S("return=minimal; x=y") },
	};

	(void)state;
	http.headers = headers;
	http.header_count = 2;
	assert_true(hs_slice_eq(hs_request_prefer(req, HS_S("handling")), HS_S("strict")));
	assert_true(hs_slice_eq(hs_request_prefer(req, HS_S("return")), HS_S("minimal")));
	assert_true(hs_slice_eq(hs_request_prefer(req, HS_S("respond-async")), HS_S("true")));
	assert_int_equal(hs_request_prefer(req, HS_S("wait")).len, 0);
}

static void queries_become_parameters(void **state)
{
	struct hs_http_request http;
	struct hs_request *req = make(&http, "system=http%3A%2F%2Fa&_format=json&code=x");
	struct hs_json *out = NULL;
	struct hs_error err = { .status = HS_OK };

	(void)state;
	assert_int_equal(hs_request_parameters(req, &out, &err), HS_OK);
	assert_int_equal(hs_json_count(hs_json_get(out, HS_S("parameter"))), 2);
	assert_true(hs_slice_eq(hs_parameter_text(out, HS_S("system")), HS_S("http://a")));
}

static void bodies_become_parameters(void **state)
{
	static const struct hs_http_header xml[] = { { HS_S_INIT("Content-Type"),
		HS_S_INIT("application/fhir+xml") } };
	struct hs_http_request http;
	struct hs_request *req = make(&http, "");
	struct hs_json *out = NULL;
	struct hs_error err = { .status = HS_OK };

	(void)state;
	http.method = HS_HTTP_POST;
	http.body = HS_S("{\"resourceType\":\"ValueSet\",\"url\":\"u\"}");
	assert_int_equal(hs_request_parameters(req, &out, &err), HS_OK);
	assert_non_null(hs_json_get(hs_parameter(out, HS_S("resource")), HS_S("resource")));
	req = make(&http, "");
	http.body = HS_S("{\"a\":1}");
	assert_int_equal(hs_request_parameters(req, &out, &err), HS_E_STRUCTURE);
	req = make(&http, "");
	http.body = HS_S("{\"a\":");
	assert_int_equal(hs_request_parameters(req, &out, &err), HS_E_STRUCTURE);
	assert_int_equal(err.line, 1);
	req = make(&http, "");
	http.body = HS_S("<x/>");
	http.headers = xml;
	http.header_count = 1;
	assert_int_equal(hs_request_parameters(req, &out, &err), HS_E_MEDIA_TYPE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(escapes_are_decoded),
		cmocka_unit_test(escapes_are_found_in_every_place),
		cmocka_unit_test(pairs_keep_their_order),
		cmocka_unit_test(pairs_are_cut_and_decoded),
		cmocka_unit_test(pairs_are_cut_in_every_place),
		cmocka_unit_test(too_many_pairs_are_refused),
		cmocka_unit_test(preferences_are_found),
		cmocka_unit_test(queries_become_parameters),
		cmocka_unit_test(bodies_become_parameters),
	};
	return cmocka_run_group_tests(tests, begin_arena, end_arena);
}
