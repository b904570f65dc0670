/* SPDX-License-Identifier: Apache-2.0 */
/* Language tags and the language reference sets that they name ("Expression Constraint Language", appendix C;
 * "Using SNOMED CT with FHIR": Languages). */
#pragma once

#include <handslag/slice.h>

#include <stdint.h>

/* The identifier of the reference set: an alias of the specification's list (en-gb, sv-se), or the number
 * that a private part spells out (sv-x-46011000052107, sv-x-sctlang-46011000-052107). Any case. 0: the tag
 * names none. */
uint64_t hs_tx_sct_dialect(struct hs_slice tag);
