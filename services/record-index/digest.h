/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-1 and base64, for Attachment.hash (FHIR R4 2.24.0.9). Not for security: that FHIR chose SHA-1 only
 * serves to notice damage. */
#pragma once

#include <handslag/arena.h>

#define HS_DIGEST_TEXT 29 /* 20 bytes in base64, and NUL */

void hs_digest_sha1(struct hs_slice bytes, char out[HS_DIGEST_TEXT]);
/* False when it is no base64 or the arena is full. White space is passed over. */
bool hs_digest_base64(struct hs_arena *arena, struct hs_slice text, struct hs_slice *out);
