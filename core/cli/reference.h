/* SPDX-License-Identifier: Apache-2.0 */
/* A server of our own for a while: on a free port of 127.0.0.1, over a new directory that is removed at its
 * end (or one that is given and stays), on a thread of its own. */
#pragma once

#include <core/cli/cli.h>

struct hs_cli_reference;

enum hs_status hs_cli_reference_start(struct hs_arena *arena, struct hs_cli_reference **out,
	struct hs_error *err);
/* The same with packages, and over a data directory of the user's (`data` NULL: a new one). `packages` ends
 * with NULL and lives as long as the arena. */
struct hs_cli_reference_options {
	const char *data;
	const char *const *packages;
	bool terminology_only; /* no server, no service but the terminology: to be asked in process */
};
enum hs_status hs_cli_reference_open(struct hs_arena *arena, const struct hs_cli_reference_options *options,
	struct hs_cli_reference **out, struct hs_error *err);
/* The base URL of a FHIR version, in the arena. */
const char *hs_cli_reference_base(const struct hs_cli_reference *reference, struct hs_arena *arena,
	enum hs_fhir_version fhir);
/* Its R4 base URL. Lives as long as the arena. */
const char *hs_cli_reference_url(const struct hs_cli_reference *reference);
/* Drains it and removes the directory. NULL is allowed. */
void hs_cli_reference_stop(struct hs_cli_reference *reference);
struct hs_host *hs_cli_reference_host(const struct hs_cli_reference *reference);
