/* SPDX-License-Identifier: Apache-2.0 */
/* Resources of FHIR R4 made ones of R5, and back.
 *
 * What both versions have is copied; what one of them names or shapes otherwise is mapped by a table
 * (rules.c); what the other version has no place for travels in extensions
 * (http://hl7.org/fhir/5.0/StructureDefinition/extension-TYPE.PATH, "Extensions for converting between
 * versions" of both specifications) and is put back in place on the way back, where it stands before what the
 * mapping gives. A type can be converted when every difference of its elements stands in the table.
 *
 * Owner: the caller, who keeps both definitions alive. Thread: immutable, any thread; results are in the
 * caller's arena and may point into the source tree. */
#pragma once

#include <core/fhir/definitions/definitions.h>

struct hs_convert;
/* Never NULL. The definitions must live as long. */
struct hs_convert *hs_convert_new(const struct hs_defs *r4, const struct hs_defs *r5);
void hs_convert_free(struct hs_convert *convert); /* NULL is allowed */

/* *out is `resource` in the other version than `from`. Tells in `issues`, with the element's path: as
 * information what travels in extensions, as warnings what the other version asks for and does not get, or
 * gets as a code that it does not know. A Bundle has its entries converted. HS_E_NOT_SUPPORTED for a type
 * that cannot be converted; within a Bundle or another resource such a one is left out, with an error issue.
 */
enum hs_status hs_convert(const struct hs_convert *convert, struct hs_arena *arena,
	const struct hs_json *resource, enum hs_fhir_version from, struct hs_json **out,
	struct hs_issues *issues, struct hs_error *err);

/* The first element of a type that is neither the same in both versions nor in the table, in the arena; empty
 * when the type can be converted. */
struct hs_slice hs_convert_gap(const struct hs_convert *convert, struct hs_arena *arena,
	struct hs_slice type);
