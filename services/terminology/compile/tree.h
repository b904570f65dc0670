/* SPDX-License-Identifier: Apache-2.0 */
/* Short ways to read FHIR trees: extensions, and texts of members. */
#pragma once

#include <handslag/json.h>

#define TX_EXT "http://hl7.org/fhir/StructureDefinition/"
#define TX_EXT5 "http://hl7.org/fhir/5.0/StructureDefinition/extension-"
#define TX_PROP "http://hl7.org/fhir/concept-properties#"

/* The first extension with that URL, or NULL; and the next one after `after`. */
struct hs_json *hs_tx_extension(const struct hs_json *element, struct hs_slice url);
struct hs_json *hs_tx_extension_next(const struct hs_json *extension, struct hs_slice url);
/* The value[x] of an extension or parameter: the member whose name begins with "value". */
struct hs_json *hs_tx_value(const struct hs_json *element);
/* Text of the value of the first such extension. */
struct hs_slice hs_tx_extension_text(const struct hs_json *element, struct hs_slice url);
/* "true" and "false" for booleans, else as hs_json_text. */
struct hs_slice hs_tx_scalar(const struct hs_json *value);
/* URL and version of a canonical; a fragment stays with the URL. That of an implicit value set of ECL is
 * never parted, since terms stand in pipes there. */
void hs_tx_canonical(struct hs_slice canonical, struct hs_slice *url, struct hs_slice *version);
