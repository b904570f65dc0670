/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of packages that are remembered, so that a start need not look at the time of each file.
 *
 * A key is remembered with the identity and the time of change of the folder, and with its package.json.
 * Whoever adds, removes, renames or replaces a file changes that time, and the key is made anew. A file that
 * is written over in place changes only its own: hs__package_check finds that out afterwards. */
#pragma once

#include <handslag/package.h>

struct hs_world;

/* Gives the package the key that is remembered in the folder `cache_dir`. Where none is that fits, the key is
 * made of the files and remembered (what fails then costs the next start some time, and nothing else).
 * Archives have theirs already. Before other threads have the package. */
void hs__package_recall(struct hs_package *package, const struct hs_world *world, const char *cache_dir);
/* Looks at every file: is the remembered key still that of the package? When it is not, the memory is wiped,
 * so that the next start sees the package as it is. True also when the key was not out of the memory. Any
 * thread. */
bool hs__package_check(const struct hs_package *package, const struct hs_world *world, const char *cache_dir);
