/* SPDX-License-Identifier: Apache-2.0 */
/* SHA-1, for Attachment.hash (FHIR R4 2.24.0.9). Not for security: that FHIR chose SHA-1 only
 * serves to notice damage. */
#pragma once

#include <handslag/slice.h>

#define HS_DIGEST_TEXT 29 /* 20 bytes in base64, and NUL */

/* In base64. */
void hs_digest_sha1(struct hs_slice bytes, char out[HS_DIGEST_TEXT]);
