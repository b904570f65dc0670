/* SPDX-License-Identifier: Apache-2.0 */
/* What every test that holds the terminology against itself begins and ends with. One binary a group. */
#pragma once

#include "oracle.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

static struct oracle o;

/* Skips the test where the packages are missing. */
static inline void need_packages(void)
{
	if (!o.f)
		skip();
}

/* Tells what was asked since the last call; fails the test when answers differed. */
static inline void none_differs(void)
{
	size_t differences = o.differences;

	print_message("%zu questions\n", o.asked);
	o.asked = o.differences = 0;
	if (differences)
		fail_msg("%zu differences", differences);
}

static inline int open_bench(void **state)
{
	(void)state;
	oracle_open(&o);
	return 0;
}

static inline int close_bench(void **state)
{
	(void)state;
	oracle_close(&o);
	return 0;
}
