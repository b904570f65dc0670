/* SPDX-License-Identifier: Apache-2.0 */
/* When a code is the same in two versions of its code system.
 *
 * A value set that takes a code system in one version speaks of its codes: what is excluded, or intersected,
 * in another version is the same code. One that takes it in two versions tells their codes apart. The
 * parameter versionsMatch, of the request or of the set, says otherwise: true, they are always the same;
 * false, never. An exclude without a version means whatever version the codes are of. Source: HL7's
 * terminology ecosystem, test suites overload and exclude. */
#pragma once

#include "../context.h"

/* Whether codes that are written the same are one, of systems with the same URL, where the set excludes. */
bool hs_tx_is_same_code(struct tx_context *ctx, struct tx_set set, struct tx_system a, struct tx_system b);
