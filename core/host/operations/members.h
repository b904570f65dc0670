/* SPDX-License-Identifier: Apache-2.0 */
/* Which codes are in a large value set or hierarchy, as searches ask it of a sandbox: each code once, as long
 * as the terminology stays as it is. */
#pragma once

#include <core/host/sandbox/sandbox.h>

struct hs__members;

struct hs__members *hs__members_new(struct hs_sandbox *sandbox, struct hs__edition *edition);
void hs__members_free(struct hs__members *members);
/* For REST (struct hs_rest_terms). */
struct hs_rest_terms hs__members_terms(struct hs__members *members);
