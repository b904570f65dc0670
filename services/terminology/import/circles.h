/* SPDX-License-Identifier: Apache-2.0 */
/* Links that lead round in a circle, and so are left out of an image: each is told by the line in which the
 * code below stands. */
#pragma once

#include "read.h"

/* Begins as zeros; one thread. */
struct tx_circles {
	struct hs_buf pairs;
};

/* Notes what `build` leaves out from now on; must outlive it. */
void hs_tx_circles_note(struct tx_circles *circles, struct tx_build *build);
/* Says what was noted as left out, in the order of the files, and forgets it. Of a code that was rewritten
 * when it was read nobody knows the place: it comes last, as of "hierarchy", line 0. */
void hs_tx_circles_tell(struct tx_circles *circles, const struct tx_files *files, struct hs_import *import);
