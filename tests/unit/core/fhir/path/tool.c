/* SPDX-License-Identifier: Apache-2.0 */
/* The subcommand on its own, for the acceptance runner and for trying things out. */
#include <core/cli/fhirpath.h>

int main(int argc, char **argv)
{
	return hs_cli_fhirpath(argc, argv);
}
