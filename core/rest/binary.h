/* SPDX-License-Identifier: Apache-2.0 */
/* Binary: sent and fetched as the bytes themselves when the media type is not one of FHIR (R4
 * section 2.42.2). */
#pragma once

#include <core/rest/rest_private.h>

/* Is the body of a create or update of Binary the content itself? */
bool hs__rest_is_raw_binary(const struct hs__rest_type *type, struct hs_slice content_type);
/* Makes *body, the content, the text of a Binary resource. */
enum hs_status hs__rest_wrap_binary(struct hs_arena *arena, struct hs_slice content_type,
	struct hs_slice *body, struct hs_error *err);
/* Does the reader of a Binary ask for another type than that of FHIR? */
bool hs__rest_wants_raw(const struct hs_request *req, const struct hs__rest_type *type);
enum hs_verdict hs__rest_serve_raw(const struct hs__rest_env *env, struct hs_request *req,
	const struct hs__rest_type *type, struct hs_slice id);
