/* SPDX-License-Identifier: Apache-2.0 */
/* What an upload must keep to so that it can be used. */
#pragma once

#include <handslag/service.h>

void hs_tx_check(const struct hs_write_event *event, void *state, struct hs_issues *issues);
