/* SPDX-License-Identifier: Apache-2.0 */
/* handslag suites: what its files share. */
#pragma once

#include <conformance/engine/library.h>
#include <core/cli/cli.h>

struct suites_settings {
	const char *suites;
	bool tests, coverage, lint, json;
	struct hs_arena *arena;
	struct hs_library *library;
};

/* Prints which requirements the selected scripts test. With `part`, scripts were named: then it is told of
 * the specifications that these name, and what only other suites test is apart from what nobody does. The
 * exit code: failed when a check names a requirement that there is not. */
int hs_cli_suites_coverage(const struct suites_settings *settings, bool part);
