/* SPDX-License-Identifier: Apache-2.0 */
/* Headers of answers: Vary names what chose the answer, a 304 says what its 200 says, HEAD says what GET says
 * (RFC 9110 sections 9.3.2, 12.5.5 and 15.4.5). */
#include "rest_test.h"

#define LONG_TEXT "a long line of text, so that compression is worth it; "
#define LONGER_TEXT LONG_TEXT LONG_TEXT LONG_TEXT LONG_TEXT LONG_TEXT LONG_TEXT LONG_TEXT LONG_TEXT

static int start_filled(void **state)
{
	start_server(state);
	if (!fixture_has_fhir(fx, HS_FHIR_R4))
		return 0;
	send_ok("PUT", "Patient/h1",
		"{'resourceType':'Patient','id':'h1','active':true,'text':{'status':'generated','div':'<div "
		"xmlns=\\'http://www.w3.org/1999/xhtml\\'>" LONGER_TEXT LONGER_TEXT LONGER_TEXT "</div>'}}",
		201);
	send_ok("PUT", "Patient/h2", "{'resourceType':'Patient','id':'h2'}", 201);
	send_ok("DELETE", "Patient/h2", NULL, 204);
	send_with("PUT", "Binary/b", "Content-Type: image/png\r\n", "no picture", 201);
	return 0;
}

static const struct {
	const char *path, *headers;
	int status;
	const char *vary;
} rows[] = {
	{ "Patient/h1", NULL, 200, "Accept, Origin, Accept-Encoding" },
	{ "Patient/h1", "Origin: http://app.example\r\n", 200, "Accept, Origin, Accept-Encoding" },
	{ "Patient/h1", "Accept-Encoding: gzip\r\n", 200, "Accept, Origin, Accept-Encoding" },
	{ "Patient/h1", "Accept: application/fhir+xml\r\n", 200, "Accept, Origin, Accept-Encoding" },
	{ "Patient/h1?_format=json", NULL, 200, "Origin, Prefer, Accept-Encoding" },
	{ "Patient/h1?_format=xml", "Accept-Encoding: gzip\r\n", 200, "Origin, Prefer, Accept-Encoding" },
	{ "Patient/h1?_summary=true", NULL, 200, "Accept, Origin, Prefer, Accept-Encoding" },
	{ "Patient/h1/_history/1", NULL, 200, "Accept, Origin, Prefer, Accept-Encoding" },
	{ "Patient/h1/_history", NULL, 200, "Accept, Origin, Prefer, Accept-Encoding" },
	{ "Patient?_id=h1", "Accept-Encoding: gzip\r\n", 200, "Accept, Origin, Prefer, Accept-Encoding" },
	{ "Patient?nonsense=1", "Prefer: handling=strict\r\n", 400,
		"Accept, Origin, Prefer, Accept-Encoding" },
	{ "Patient/none", NULL, 404, "Accept, Origin, Accept-Encoding" },
	{ "Patient/h2", NULL, 410, "Accept, Origin, Accept-Encoding" },
	{ "Patient/h1", "Accept: image/png\r\n", 406, "Accept, Origin, Accept-Encoding" },
	{ "Binary/b", NULL, 200, "Accept, Origin, Accept-Encoding" },
	{ "Binary/b", "Accept: image/png\r\n", 200, "Accept, Origin" },
	{ "metadata", "Accept-Encoding: gzip\r\n", 200, "Accept, Origin, Accept-Encoding" },
	{ "/health/live", NULL, 200, "Origin" },
	{ "/metrics", "Accept-Encoding: gzip\r\n", 200, "Origin, Accept-Encoding" },
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

static void vary_names_what_chose_the_answer(void **state)
{
	NEED_FHIR();
	for (size_t i = 0; i < ROWS; i++) {
		struct fixture_answer a = send_with("GET", rows[i].path, rows[i].headers, NULL,
			rows[i].status);
		struct hs_slice vary = fixture_header(&a, "Vary");
		if (!hs_slice_eq(vary, hs_slice_cstr(rows[i].vary)))
			fail_msg("row %zu, %s: Vary is '%.*s'", i, rows[i].path, HS_S_ARG(vary));
	}
}

static void a_304_varies_as_its_200(void **state)
{
	NEED_FHIR();
	for (size_t i = 0; i < ROWS; i++) {
		struct fixture_answer full = send_with("GET", rows[i].path, rows[i].headers, NULL,
			rows[i].status);
		struct hs_slice etag = fixture_header(&full, "ETag");
		char headers[300];
		if (full.status != 200 || etag.len == 0)
			continue;
		snprintf(headers, sizeof(headers), "%sIf-None-Match: %.*s\r\n",
			rows[i].headers ? rows[i].headers : "", HS_S_ARG(etag));
		struct fixture_answer a = send_with("GET", rows[i].path, headers, NULL, 304);
		static const char *const same[] = { "Vary", "ETag", "Last-Modified",
			"Access-Control-Allow-Origin" };
		for (size_t k = 0; k < sizeof(same) / sizeof(same[0]); k++)
			if (!hs_slice_eq(fixture_header(&a, same[k]), fixture_header(&full, same[k])))
				fail_msg("%s: %s is '%.*s'", rows[i].path, same[k],
					HS_S_ARG(fixture_header(&a, same[k])));
		assert_int_equal(a.body.len, 0);
		assert_int_equal(fixture_header(&a, "Content-Type").len, 0);
	}
}

/* The next line of a head that does not differ from one answer to the next. */
static struct hs_slice next_line(struct hs_slice *head)
{
	while (head->ptr && head->len) {
		struct hs_slice line = hs_slice_trim(hs_slice_cut(head, '\n'));
		if (line.len && !hs_slice_starts(line, HS_S("Date:")) &&
			!hs_slice_starts(line, HS_S("X-Request-Id:")))
			return line;
	}
	return HS_S("");
}

/* What has an ETag is asked for again, not guessed to be good still. */
static void a_cache_has_to_ask(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("GET", "Patient/h1", NULL, 200);
	expect_header(&a, "Cache-Control", "no-cache");
	a = send_with("GET", "Patient/h1", "If-None-Match: W/\"1\"\r\n", NULL, 304);
	expect_header(&a, "Cache-Control", "no-cache");
	a = send_ok("GET", "/health/live", NULL, 200);
	expect_header(&a, "Cache-Control", "");
}

static void head_says_what_get_says(void **state)
{
	NEED_FHIR();
	for (size_t i = 0; i < ROWS; i++) {
		if (strcmp(rows[i].path, "/metrics") == 0)
			continue; /* two of them never say the same */
		struct fixture_answer get = fixture_call(fx, "GET", rows[i].path, rows[i].headers, NULL);
		struct fixture_answer head = fixture_call(fx, "HEAD", rows[i].path, rows[i].headers, NULL);
		struct hs_slice a = get.head, b = head.head, line;
		assert_int_equal(head.body.len, 0);
		assert_int_equal(head.status, get.status);
		do {
			struct hs_slice other = next_line(&b);
			line = next_line(&a);
			if (!hs_slice_eq(line, other))
				fail_msg("%s: '%.*s' and '%.*s'", rows[i].path, HS_S_ARG(line),
					HS_S_ARG(other));
		} while (line.len);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(vary_names_what_chose_the_answer),
		cmocka_unit_test(a_304_varies_as_its_200),
		cmocka_unit_test(a_cache_has_to_ask),
		cmocka_unit_test(head_says_what_get_says),
	};
	return cmocka_run_group_tests(tests, start_filled, stop_server);
}
