/* SPDX-License-Identifier: Apache-2.0 */
/* What the tests of core/fhir share: cmocka, the package cache, and the definitions made from it in memory.
 */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include <core/base/world.h>
#include <core/fhir/definitions/definitions.h>

#define COUNT_OF(array) (sizeof(array) / sizeof((array)[0]))

/* The package, or NULL when it is not in the cache ($HS_PACKAGES or ~/.fhir/packages). */
static inline struct hs_package *find_package(struct hs_slice name)
{
	char root[4096];
	struct hs_error err;
	struct hs_package *package = NULL;
	const char *set = getenv("HS_PACKAGES");
	const char *home = getenv("HOME");
	if (set && set[0])
		snprintf(root, sizeof(root), "%s", set);
	else
		snprintf(root, sizeof(root), "%s/.fhir/packages", home ? home : "");
	return hs_package_find(root, name, &package, &err) ? NULL : package;
}

/* Definitions of one core package; NULL when it is missing. The package is closed again. */
static inline struct hs_defs *open_defs(enum hs_fhir_version fhir)
{
	struct hs_error err;
	struct hs_defs *defs = NULL;
	struct hs_package *packages[] = { find_package(fhir == HS_FHIR_R4 ? HS_S("hl7.fhir.r4.examples") :
									    HS_S("hl7.fhir.r5.core")),
		NULL };
	struct hs_defs_source source = { .fhir = fhir, .packages = packages, .world = hs_world_real() };
	if (!packages[0])
		return NULL;
	if (hs_defs_open(&source, &defs, &err))
		fail_msg("%s", err.text);
	hs_package_close(packages[0]);
	return defs;
}

static inline struct hs_json *parse_json(struct hs_arena *arena, struct hs_slice text)
{
	struct hs_error err;
	struct hs_json *tree = NULL;
	if (hs_json_parse(arena, text, NULL, &tree, &err))
		fail_msg("%u:%u %s", err.line, err.column, err.text);
	return tree;
}

static inline void assert_slice(struct hs_slice have, const char *want)
{
	struct hs_slice asked = hs_slice_cstr(want);
	if (have.len != asked.len || (have.ptr && asked.ptr && memcmp(have.ptr, asked.ptr, asked.len) != 0))
		fail_msg("'%.*s' is not '%s'", HS_S_ARG(have), want);
}

/* Is `part` in `text`? */
static inline void assert_in(struct hs_slice text, const char *part)
{
	if (hs_slice_search(text, hs_slice_cstr(part)) == SIZE_MAX)
		fail_msg("'%s' is not in '%.*s'", part, HS_S_ARG(text));
}
