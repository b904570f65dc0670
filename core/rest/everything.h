/* SPDX-License-Identifier: Apache-2.0 */
/* $everything of a patient or an encounter (R4 operations Patient-everything, Encounter-everything): what is
 * in its compartment, itself first, with what that refers to; as a search over several types, in pages. */
#pragma once

#include <core/rest/rest_private.h>

/* Makes the call's parameters those of the search: from the operation's own (start, end, _since, _type,
 * _count) in its query or in `body`, a Parameters resource. What the operation does not know is refused. */
enum hs_status hs__rest_everything(struct hs_arena *arena, struct hs_slice body, struct hs__rest_call *call,
	struct hs_error *err);
/* The parameters for one type: those of the call, and the days of care where its resources have a date. */
enum hs_status hs__rest_everything_of(const struct hs__rest_env *env, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs_error *err);
