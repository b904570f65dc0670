/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a fixture, for its two files. */
#pragma once

#include "fixture.h"

#include <pthread.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

struct fixture {
	struct fixture_options options;
	struct hs_host_config config;
	struct hs_host *host;
	struct hs_arena *arena;
	pthread_t thread;
	char data_dir[512];
	uint16_t port;
	char url[64];
	int pid; /* of a program of its own (process.c); 0: inside the test */
};
