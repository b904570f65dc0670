/* SPDX-License-Identifier: Apache-2.0 */
/* Compiled images, as core knows them: the contract is public, for services compile what they hold too. */
#pragma once

#include <handslag/image.h>

/* Removes images of the kind in `folder` whose names begin with `prefix` and end in ".image": those of older
 * formats, and all but the `most` newest of this one. Those of newer formats stay, for they are another
 * program's. Who has one mapped keeps it. What cannot be removed stays for the next time. Any thread. */
void hs__image_sweep(const char *folder, struct hs_slice prefix, uint32_t kind, uint32_t format, size_t most);
