/* SPDX-License-Identifier: Apache-2.0 */
/* The R4 definitions for tests of core/rest, from the package cache; NULL when it is not there. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>
#include <core/rest/rest_private.h>

struct hs_defs *rest_defs(void);
/* Skips the test when the definitions are not there. */
#define NEED_DEFS(name) \
	struct hs_defs *name = rest_defs(); \
	if (!name) { \
		skip(); \
	}
