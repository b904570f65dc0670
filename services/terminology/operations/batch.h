/* SPDX-License-Identifier: Apache-2.0 */
/* $batch-validate-code of ValueSet. */
#pragma once

#include "../ask.h"

enum hs_status hs_tx_batch(struct tx_ask *ask, struct hs_json **out, struct hs_error *err);
