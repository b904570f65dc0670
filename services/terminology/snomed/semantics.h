/* SPDX-License-Identifier: Apache-2.0 */
/* What SNOMED CT means beyond rows: properties, filters, implicit value sets ("Using SNOMED CT with FHIR").
 */
#pragma once

#include "../sets/filter.h"
#include "form.h"

/* moduleId, effectiveTime, sufficientlyDefined, attributes by their concept, normal forms. */
bool hs_tx_sct_properties(struct hs_arena *arena, struct tx_system s, uint32_t concept,
	struct tx_properties *out);

/* Filters that are SNOMED CT's own: concept in REFSET, constraint = ECL, ATTRIBUTE = VALUE. `is` says whether
 * it is one; `filter` fills *out, false with filter->why when it has no meaning (a constraint that does not
 * parse, or names a concept that is not there). */
bool hs_tx_sct_has_filter(struct tx_system s, const struct tx_filter *filter);
bool hs_tx_sct_filter(struct tx_context *ctx, struct tx_system s, struct tx_filter *filter,
	struct tx_bits *out);
/* Adds the concepts that pass a filter on what each concept has: inactive, parent, child, moduleId,
 * effectiveTime, sufficientlyDefined. False: it is another filter. */
bool hs_tx_sct_select(struct tx_system s, const struct tx_filter *filter, struct tx_bits out);
/* Does an expression pass such a filter? */
bool hs_tx_sct_filter_form(struct tx_context *ctx, struct tx_system s, const struct tx_filter *filter,
	const struct tx_form *form);

/* Forms as expressions: identifiers with terms or without. */
enum tx_write { TX_WRITE_TERMS, TX_WRITE_TERSE };
struct hs_slice hs_tx_sct_write(struct hs_arena *arena, struct tx_system s, const struct tx_form *form,
	enum tx_write how);
/* sufficientlyDefined, attributes by their concept, normal forms of an expression. */
bool hs_tx_sct_expression_properties(struct hs_arena *arena, struct tx_system s, const struct tx_form *form,
	struct tx_properties *out);

/* The implicit value set of a canonical, http://snomed.info/sct[/EDITION[/version/DATE]]?fhir_vs... or that
 * of another large code system that can be seen, made for this question. */
bool hs_tx_implicit_set(struct tx_context *ctx, struct hs_slice url, struct tx_set *out);
/* The implicit concept map http://snomed.info/sct[/EDITION[/version/DATE]]?fhir_cm=REFSET|SCHEME, with what
 * it has about the codes (of its target when `reverse`), made for this question. False: there is none. */
bool hs_tx_implicit_map(struct tx_context *ctx, struct hs_slice url, const struct hs_slice *codes,
	size_t count, bool reverse, struct tx_map *out);
