/* SPDX-License-Identifier: Apache-2.0 */
/* Both definitions and a converter between them as group fixtures; `convert` is NULL when a package is
 * missing. */
#pragma once

#include "../fhir_test.h"

#include <core/fhir/convert/convert.h>

static struct hs_defs *r4, *r5;
static struct hs_convert *convert;

static inline int open_convert(void **state)
{
	(void)state;
	r4 = open_defs(HS_FHIR_R4);
	r5 = open_defs(HS_FHIR_R5);
	if (r4 && r5)
		convert = hs_convert_new(r4, r5);
	return 0;
}

static inline int close_convert(void **state)
{
	(void)state;
	hs_convert_free(convert);
	hs_defs_unref(r4);
	hs_defs_unref(r5);
	return 0;
}
