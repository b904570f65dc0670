/* SPDX-License-Identifier: Apache-2.0 */
/* $batch-validate-code of CodeSystem and of ValueSet. */
#pragma once

#include "../ask.h"

enum hs_status hs_tx_batch_in_system(struct tx_ask *ask, struct hs_json **out, struct hs_error *err);
enum hs_status hs_tx_batch_in_set(struct tx_ask *ask, struct hs_json **out, struct hs_error *err);
