/* SPDX-License-Identifier: Apache-2.0 */
/* A server of our own for a while: on a free port of 127.0.0.1, over a new directory that is removed at its
 * end, on a thread of its own. */
#pragma once

#include <core/cli/cli.h>

struct hs_cli_reference;

enum hs_status hs_cli_reference_start(struct hs_arena *arena, struct hs_cli_reference **out,
	struct hs_error *err);
/* Its R4 base URL. Lives as long as the arena. */
const char *hs_cli_reference_url(const struct hs_cli_reference *reference);
/* Drains it and removes the directory. NULL is allowed. */
void hs_cli_reference_stop(struct hs_cli_reference *reference);
