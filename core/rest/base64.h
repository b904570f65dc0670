/* SPDX-License-Identifier: Apache-2.0 */
/* Base64 (RFC 4648 section 4). */
#pragma once

#include <handslag/buf.h>

void hs__rest_base64_encode(struct hs_buf *buf, struct hs_slice bytes);
/* Blanks and line ends are passed over. False when the text is something else or the arena is full. */
bool hs__rest_base64_decode(struct hs_arena *arena, struct hs_slice text, struct hs_slice *out);
