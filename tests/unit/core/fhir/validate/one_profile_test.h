/* SPDX-License-Identifier: Apache-2.0 */
/* One definition, http://x/p, and what a resource is found to be by it. */
#pragma once

#include "validate_test.h"

static inline void bad(const char *definition, const char *resource, const char *id, const char *path)
{
	const char *const definitions[] = { definition, NULL };
	assert_found(definitions, "http://x/p", resource, id, path);
}

static inline void good(const char *definition, const char *resource)
{
	const char *const definitions[] = { definition, NULL };
	assert_valid(definitions, "http://x/p", resource);
}
