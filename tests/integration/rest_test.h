/* SPDX-License-Identifier: Apache-2.0 */
/* Short forms for the tests of the REST API over the wire. */
#pragma once

#include "fixture.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

extern const struct hs_service hs_service_record_source;

static struct fixture *fx;

/* One server for all tests of a file, with every resource type; tests use ids of their own. */
static inline int start_server(void **state)
{
	static const struct hs_service *const services[] = { &hs_service_record_source, NULL };
	static const char *const settings[] = { "limits.readWaitMs=500", NULL };
	struct fixture_options options = { .services = services, .settings = settings };
	(void)state;
	fx = fixture_start(&options);
	return 0;
}

static inline int stop_server(void **state)
{
	(void)state;
	fixture_stop(fx);
	return 0;
}

#define NEED_FHIR() \
	do { \
		(void)state; \
		if (!fixture_has_fhir(fx, HS_FHIR_R4)) \
			skip(); \
	} while (0)

/* JSON is easier to read with single quotes: each becomes a double one. */
static inline const char *quoted(const char *text)
{
	char *copy = text ? hs_arena_cstr(fixture_arena(fx), hs_slice_cstr(text)) : NULL;
	for (char *c = copy; c && *c; c++)
		*c = *c == '\'' ? '"' : *c;
	return copy;
}

/* Sends; what is not `status` fails the test and shows the answer. */
static inline struct fixture_answer send_with(const char *method, const char *path, const char *headers,
	const char *body, int status)
{
	struct fixture_answer a = fixture_call(fx, method, path, headers, quoted(body));
	if (a.status != status)
		fail_msg("%s %s: %d instead of %d: %.*s", method, path, a.status, status, HS_S_ARG(a.body));
	return a;
}

static inline struct fixture_answer send_ok(const char *method, const char *path, const char *body,
	int status)
{
	return send_with(method, path, NULL, body, status);
}

static inline void expect_slice(struct hs_slice got, const char *wanted)
{
	if (!hs_slice_eq(got, hs_slice_cstr(wanted)))
		fail_msg("'%.*s' instead of '%s'", HS_S_ARG(got), wanted);
}

static inline void expect_header(const struct fixture_answer *a, const char *name, const char *value)
{
	expect_slice(fixture_header(a, name), value);
}

static inline void expect_text(const struct fixture_answer *a, const char *pointer, const char *value)
{
	expect_slice(fixture_text(fx, a, pointer), value);
}

static inline bool has(struct hs_slice text, const char *part)
{
	return hs_slice_search(text, hs_slice_cstr(part)) != SIZE_MAX;
}

/* `part` may have single quotes for double ones too. */
static inline void expect_part(struct hs_slice text, const char *part)
{
	if (!has(text, quoted(part)))
		fail_msg("no '%s' in '%.*s'", part, HS_S_ARG(text));
}

/* printf into the fixture's arena. */
#define TEXT(...) hs_arena_cstr(fixture_arena(fx), hs_arena_printf(fixture_arena(fx), __VA_ARGS__))

/* The number of entries of a Bundle, and an integer of it. */
static inline size_t entries(const struct fixture_answer *a)
{
	return hs_json_count(hs_json_get(fixture_json(fx, a), HS_S("entry")));
}

static inline int64_t number(const struct fixture_answer *a, const char *pointer)
{
	int64_t value = -1;
	hs_json_i64(hs_json_pointer(fixture_json(fx, a), hs_slice_cstr(pointer)), &value);
	return value;
}

/* The URL of a link of a Bundle without scheme and host ("/fhir/r4/Patient?..."), or NULL. */
static inline const char *link_of(const struct fixture_answer *a, const char *relation)
{
	HS_JSON_EACH(link, hs_json_get(fixture_json(fx, a), HS_S("link"))) {
		struct hs_slice url = hs_json_get_text(link, HS_S("url"));
		if (hs_slice_eq(hs_json_get_text(link, HS_S("relation")), hs_slice_cstr(relation)))
			return hs_arena_cstr(fixture_arena(fx),
				hs_slice_from(url, hs_slice_search(url, HS_S("/fhir/"))));
	}
	return NULL;
}
