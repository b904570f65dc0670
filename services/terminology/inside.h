/* SPDX-License-Identifier: Apache-2.0 */
/* What a question can see, for requests and for questions in process. */
#pragma once

#include "context.h"
#include "state.h"

#include <handslag/terminology.h>

/* Fills scope, limit and grammars of a context whose arena and FHIR version are set. `imports`, `uploads`
 * and `kept` may be NULL; a `sent` without image is passed over. All must outlive the question. */
void hs_tx_see(struct tx_context *ctx, const struct tx_service *service, const struct tx_imports *imports,
	const struct tx_uploads *uploads, const struct tx_kept *kept, const struct tx_layer *sent);

/* Feature HS_TERMINOLOGY_FEATURE. */
extern const struct hs_terminology hs_tx_terminology;
