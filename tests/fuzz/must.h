/* SPDX-License-Identifier: Apache-2.0 */
/* What a target asserts. */
#pragma once

#include <stdbool.h>
#include <stdlib.h>

static inline void must(bool condition)
{
	if (!condition)
		abort();
}
