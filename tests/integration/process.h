/* SPDX-License-Identifier: Apache-2.0 */
/* The program itself in a test: run to its end, or serving in the background. */
#pragma once

#include "fixture.h"

/* `handslag ARGS...` to its end; args end with NULL. */
struct process_result {
	int exit;            /* -1: killed by a signal */
	struct hs_slice out; /* standard output, in the arena */
	struct hs_slice err;
};
struct process_result process_run(struct hs_arena *arena, const char *const *args);

/* `handslag serve` on a free port over `data_dir`, with more arguments; ready when it returns. The calls of
 * fixture.h then work (those about the host inside do not). */
struct fixture *process_serve(const char *data_dir, const char *const *more);
/* SIGTERM; returns the exit code after it has ended. */
int process_stop(struct fixture *f);

/* A new directory, and its removal with all that is in it. */
void process_make_dir(char out[64]);
void process_remove_dir(const char *dir);
