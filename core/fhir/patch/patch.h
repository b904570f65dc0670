/* SPDX-License-Identifier: Apache-2.0 */
/* FHIRPath Patch (R4 fhirpatch.html): a Parameters resource whose operations add, insert, delete, replace and
 * move what FHIRPath expressions point at. */
#pragma once

#include <core/fhir/definitions/definitions.h>

/* At most this many operations in one patch. */
#define HS_FHIR_PATCH_MAX 1000u

/* Applies the operations in order to `resource` in place; new nodes and texts are of `arena`, texts of the
 * patch are not copied. On failure the resource may be half changed, so patch a clone. HS_E_INVALID for a
 * malformed patch, HS_E_PROCESSING for one that does not fit the resource; *err names the operation by its
 * number. */
enum hs_status hs_fhir_patch(const struct hs_defs *defs, struct hs_arena *arena, struct hs_json *resource,
	const struct hs_json *patch, struct hs_error *err);
