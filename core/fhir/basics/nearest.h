/* SPDX-License-Identifier: Apache-2.0 */
/* How far one name is from another, for "did you mean". */
#pragma once

#include <handslag/slice.h>

#define HS__NEAR_MAX 64 /* longer names are near to nothing */

/* Bytes to insert, delete or replace, letters' case apart; SIZE_MAX when a name is too long. */
size_t hs__name_distance(struct hs_slice a, struct hs_slice b);
