/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR's two formats as one tree. XML is read and written by the definitions of a FHIR version. */
#pragma once

#include <core/fhir/definitions/definitions.h>
#include <handslag/json.h>

struct hs_slice hs_test_media_type(struct hs_slice content_type); /* without parameters */
bool hs_test_is_xml_type(struct hs_slice content_type);
/* A resource as JSON or XML. HS_E_NOT_SUPPORTED: it is XML, and `defs` is NULL. `issues` as in hs_xml_read.
 */
enum hs_status hs_test_read_text(const struct hs_defs *defs, struct hs_arena *arena, struct hs_slice text,
	struct hs_issues *issues, struct hs_json **out, struct hs_error *err);
/* At most `max` bytes. */
enum hs_status hs_test_write_xml(const struct hs_defs *defs, struct hs_arena *arena,
	const struct hs_json *tree, size_t max, struct hs_slice *out, struct hs_error *err);
