/* SPDX-License-Identifier: Apache-2.0 */
/* Properties of a code system that mean something to every operation
 * (http://hl7.org/fhir/concept-properties): what it calls them, and what they say of a concept. Thread: any.
 */
#pragma once

#include "tree.h"

/* Codes of the properties; slices into the CodeSystem. */
struct tx_roles {
	struct hs_slice inactive, abstract, status, deprecated, parent, child;
};
/* By the URI that the CodeSystem gives a property, else the property of that very name. */
struct tx_roles hs_tx_roles(const struct hs_json *system);
/* TX_INACTIVE, TX_ABSTRACT and TX_DEPRECATED, as the property with that code and value says of its concept.
 */
uint32_t hs_tx_role_flags(const struct tx_roles *roles, struct hs_slice code, struct hs_slice value);
/* TX_DEPRECATED when the concept's extension of that name says so. */
uint32_t hs_tx_standards_flags(const struct hs_json *concept);

/* TX_CASE_SENSITIVE, TX_VERSION_NEEDED and TX_COMPOSITIONAL. */
uint32_t hs_tx_system_flags(const struct hs_json *system);
/* enum tx_content of CodeSystem.content. */
uint32_t hs_tx_content(const struct hs_json *system);
