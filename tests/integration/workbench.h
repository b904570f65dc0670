/* SPDX-License-Identifier: Apache-2.0 */
/* A workbench for tests of the program: a directory and an arena that last a test or a group of tests. One at
 * a time; cmocka's set-up and tear-down are workbench_start and workbench_stop. */
#pragma once

#include "process.h"

int workbench_start(void **state);
int workbench_stop(void **state);

struct hs_arena *workbench_arena(void);
/* DIR/NAME; the directory itself for "". */
const char *workbench_path(const char *name);
/* A file of that name with this text; its path. */
const char *workbench_file(const char *name, const char *text);

/* `handslag` with these arguments, to its end. */
#define WORKBENCH_RUN(...) process_run(workbench_arena(), (const char *const[]) { __VA_ARGS__, NULL })

bool has_text(struct hs_slice text, const char *part);
void assert_has(struct hs_slice text, const char *part);
