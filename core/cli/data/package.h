/* SPDX-License-Identifier: Apache-2.0 */
/* handslag package: looking into packages. */
#pragma once

#include <core/cli/cli.h>

struct package_look {
	const struct hs_host_config *config;
	struct hs_arena *arena; /* of what is told */
	struct hs_json *out;    /* NULL: text on standard output; else an array that grows */
	bool check;             /* read every resource, and mind what is missing */
	bool bad;               /* something is wrong or missing */
};
/* Tells what the package NAME[#VERSION] or file holds and depends on. */
enum hs_status hs_cli_package_look(struct package_look *look, const char *what, struct hs_error *err);
