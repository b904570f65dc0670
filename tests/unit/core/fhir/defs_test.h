/* SPDX-License-Identifier: Apache-2.0 */
/* The definitions of R4 as a group fixture: `defs`, NULL when the package is missing. */
#pragma once

#include "fhir_test.h"

static struct hs_defs *defs;

static inline int open_r4(void **state)
{
	(void)state;
	defs = open_defs(HS_FHIR_R4);
	return 0;
}

static inline int close_r4(void **state)
{
	(void)state;
	hs_defs_unref(defs);
	return 0;
}

static inline void need_defs(void)
{
	if (!defs)
		skip();
}
