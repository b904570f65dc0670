/* SPDX-License-Identifier: Apache-2.0 */
/* The state of a code system or value set: its standards status goes before its status (HL7's terminology
 * ecosystem, "Reference to deprecated ..." and its kin). */
#include "status.h"

static bool is_draft(struct tx_named one)
{
	return hs_slice_eq(tx_text(one.layer, one.head->status), HS_S("draft")) ||
		hs_slice_eq(tx_text(one.layer, one.head->standards), HS_S("draft"));
}

enum tx_state hs_tx_state_of(struct tx_named what, struct tx_named from)
{
	struct hs_slice standards = tx_text(what.layer, what.head->standards);

	if (hs_slice_eq(standards, HS_S("deprecated")))
		return TX_STATE_DEPRECATED;
	if (hs_slice_eq(standards, HS_S("withdrawn")))
		return TX_STATE_WITHDRAWN;
	if (what.head->flags & TX_EXPERIMENTAL)
		return from.layer && from.head->flags & TX_EXPERIMENTAL ? TX_STATE_FINE :
									  TX_STATE_EXPERIMENTAL;
	return is_draft(what) && !(from.layer && is_draft(from)) ? TX_STATE_DRAFT : TX_STATE_FINE;
}
