/* SPDX-License-Identifier: Apache-2.0 */
/* Looks at one top-level member of a JSON object without parsing the rest of it. */
#pragma once

#include <handslag/slice.h>

/* The text between the quotes of the string member `name` (no escapes: a value with a backslash counts as
 * absent). `text` may be cut short: what stands before the cut is looked at. False when there is none. */
bool hs__json_peek(struct hs_slice text, struct hs_slice name, struct hs_slice *out);
