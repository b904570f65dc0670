/* SPDX-License-Identifier: Apache-2.0 */
/* Other attributes of a mapping: those that it depends on, those that come out of it, and its properties. */
#pragma once

#include "translate.h"

/* `extras` is the JSON of a target's dependsOn or product, in the shape of R4 or R5; empty: there are none.
 */

/* Whether what the question says of other attributes (`dependency`) fits. Of what it does not speak, it may.
 */
bool hs_tx_extras_fit(struct tx_translate *t, struct hs_slice extras);
/* Each as a part `name`: attribute and value, in R4 element and concept. */
void hs_tx_extras_add(struct tx_context *ctx, struct hs_json *parts, const char *name,
	struct hs_slice extras);
/* Each as a part `property`: uri and value (R5). */
void hs_tx_extras_add_properties(struct tx_context *ctx, struct hs_json *parts, struct hs_slice properties);
