/* SPDX-License-Identifier: Apache-2.0 */
/* The operator API, as subcommands call it. */
#pragma once

#include <core/cli/cli.h>

struct hs_cli_operator {
	const char *target; /* NULL: that of the server which uses `data`, or "http://127.0.0.1:8080" */
	const char *token;  /* NULL: HANDSLAG_TOKEN, or operator.token in `data` */
	const char *data;   /* "handslag-data" when NULL */
};
/* `path` is below /operator/. *out is NULL for an answer without a body. */
enum hs_status hs_cli_operate(struct hs_arena *arena, const struct hs_cli_operator *at, const char *method,
	struct hs_slice path, struct hs_slice body, struct hs_json **out, struct hs_error *err);
