/* SPDX-License-Identifier: Apache-2.0 */
/* What an upload must keep to so that it can be used. */
#pragma once

#include "../catalogue.h"

#include <handslag/service.h>

void hs_tx_check(const struct hs_write_event *event, void *state, struct hs_issues *issues);

/* What is checked, and whom it is told. */
struct tx_checking {
	const struct hs_write_event *event;
	struct hs_issues *issues;
	bool swedish;
};
/* An error that refuses the upload. `rule` is what the validator calls it, where it knows it: who is told by
 * both is told once. */
void hs_tx_check_say(const struct tx_checking *c, enum tx_message id, const char *code, struct hs_slice path,
	const char *rule, struct tx_args args);
/* Invariants of ConceptMap in the shape of its FHIR version (check_map.c). */
void hs_tx_check_map(const struct tx_checking *c);
