/* SPDX-License-Identifier: Apache-2.0 */
/* Binary: sent and fetched as the bytes themselves when the media type is not one of FHIR (R4
 * section 2.42.2). */
#pragma once

#include <core/rest/rest_private.h>

/* Is the body of a create or update of Binary the content itself? */
bool hs__rest_is_raw_binary(const struct hs__rest_type *type, struct hs_slice content_type);
/* Content, and what its sender said of it. */
struct hs__rest_content {
	struct hs_slice id; /* of an update; empty: none */
	struct hs_slice media, bytes;
	struct hs_slice security_context; /* X-Security-Context: a reference; may be empty */
};
/* The text of the Binary resource that holds the content. */
enum hs_status hs__rest_wrap_binary(struct hs_arena *arena, const struct hs__rest_content *content,
	struct hs_slice *out, struct hs_error *err);
/* Does the reader of a Binary ask for another type than that of FHIR? */
bool hs__rest_wants_raw(const struct hs_request *req, const struct hs__rest_type *type);
enum hs_verdict hs__rest_serve_raw(const struct hs__rest_env *env, struct hs_request *req,
	const struct hs__rest_type *type, struct hs_slice id);
