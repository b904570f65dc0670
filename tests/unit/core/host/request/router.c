/* SPDX-License-Identifier: Apache-2.0 */
/* The trie of routes: literals before parts, queries before none, methods, and what is refused. */
#include <core/host/request/router.h>

#include <setjmp.h>
#include <stdarg.h>

#include <cmocka.h>

static enum hs_verdict handler(struct hs_request *req, void *state)
{
	(void)req;
	(void)state;
	return HS_VERDICT_DONE;
}

#define ROUTE(m, p) \
	{ \
		.method = (m), .path = (p), .versions = HS_ON_R4, .handler = handler \
	}

static const struct hs_route rows[] = {
	ROUTE("GET POST", "$hello"),
	ROUTE("GET", "CodeSystem/$lookup"),
	ROUTE("GET", "CodeSystem/{id}/$lookup"),
	ROUTE("POST", "CodeSystem/{id}"),
	ROUTE("GET", "metadata"),
	ROUTE("GET", "metadata?mode=terminology"),
	ROUTE("POST", ""),
	ROUTE("GET", "{type}/{id}/deep/{more}"),
};

static struct hs_arena *arena;
static struct hs__router *router;

static int start(void **state)
{
	struct hs_error err = { .status = HS_OK };

	(void)state;
	arena = hs_arena_new(1 << 20);
	router = hs__router_new(arena);
	for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(hs__router_add(router, &rows[i], NULL, i, &err), HS_OK);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	hs_arena_free(arena);
	return 0;
}

static struct hs__route_match match(enum hs_http_method method, const char *path, const char *mode)
{
	struct hs_pair query = { HS_S("mode"), hs_slice_cstr(mode) };
	struct hs__route_match out;

	hs__router_match(router, method, hs_slice_cstr(path), &query, mode ? 1 : 0, &out);
	return out;
}

static void each_path_finds_its_route(void **state)
{
	static const struct {
		enum hs_http_method method;
		const char *path, *mode;
		int action; /* -1: none */
	} cases[] = {
		{ HS_HTTP_GET, "$hello", NULL, 0 },
		{ HS_HTTP_HEAD, "$hello", NULL, 0 },
		{ HS_HTTP_POST, "$hello", NULL, 0 },
		{ HS_HTTP_DELETE, "$hello", NULL, -1 },
		{ HS_HTTP_GET, "CodeSystem/$lookup", NULL, 1 },
		{ HS_HTTP_GET, "CodeSystem/a/$lookup", NULL, 2 },
		{ HS_HTTP_POST, "CodeSystem/a", NULL, 3 },
		{ HS_HTTP_GET, "CodeSystem/a", NULL, -1 },
		{ HS_HTTP_GET, "CodeSystem/a/b", NULL, -1 },
		{ HS_HTTP_GET, "metadata", NULL, 4 },
		{ HS_HTTP_GET, "metadata", "full", 4 },
		{ HS_HTTP_GET, "metadata", "terminology", 5 },
		{ HS_HTTP_POST, "", NULL, 6 },
		{ HS_HTTP_GET, "CodeSystem/a/deep/x", NULL, 7 }, /* back from the literal branch */
		{ HS_HTTP_GET, "Patient//deep/x", NULL, -1 },
		{ HS_HTTP_GET, "patient", NULL, -1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct hs__route_match m = match(cases[i].method, cases[i].path, cases[i].mode);
		int got = m.route ? (int)m.route->action : -1;
		if (got != cases[i].action)
			fail_msg("%s: route %d, expected %d", cases[i].path, got, cases[i].action);
	}
}

static void parts_are_named(void **state)
{
	(void)state;
	struct hs__route_match m = match(HS_HTTP_GET, "CodeSystem/a/deep/x", NULL);
	assert_int_equal(m.part_count, 3);
	assert_true(hs_slice_eq(m.parts[0].value, HS_S("CodeSystem")));
	assert_true(hs_slice_eq(m.parts[2].name, HS_S("more")));
	assert_true(hs_slice_eq(m.parts[2].value, HS_S("x")));
}

static void other_methods_are_told(void **state)
{
	(void)state;
	struct hs__route_match m = match(HS_HTTP_DELETE, "$hello", NULL);
	assert_null(m.route);
	assert_int_equal(m.methods,
		HS_HTTP_BIT(HS_HTTP_GET) | HS_HTTP_BIT(HS_HTTP_HEAD) | HS_HTTP_BIT(HS_HTTP_POST));
	m = match(HS_HTTP_GET, "nothing", NULL);
	assert_int_equal(m.methods, 0);
}

static void conflicts_and_nonsense_are_refused(void **state)
{
	static const struct hs_route bad[] = { ROUTE("GET", "$hello"),
		ROUTE("GET", "CodeSystem/{other}/$lookup"), ROUTE("GET", "a//b"),
		ROUTE("GET", "1/2/3/4/5/6/7/8/9/10/11/12/13") };
	struct hs_error err = { .status = HS_OK };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_not_equal(hs__router_add(router, &bad[i], NULL, 0, &err), HS_OK);
	assert_int_equal(hs__method_bits("GET FETCH"), 0);
	assert_int_equal(hs__method_bits("GET OPTIONS"), 0); /* the host's own */
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_path_finds_its_route),
		cmocka_unit_test(parts_are_named),
		cmocka_unit_test(other_methods_are_told),
		cmocka_unit_test(conflicts_and_nonsense_are_refused),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
