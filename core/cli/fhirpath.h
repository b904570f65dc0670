/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommand `handslag fhirpath`. */
#pragma once

/* argv[0] is the name of the subcommand. Returns the exit code. */
int hs_cli_fhirpath(int argc, char **argv);
