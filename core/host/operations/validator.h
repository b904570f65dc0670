/* SPDX-License-Identifier: Apache-2.0 */
/* Validators of the host: one an edition over the packages, made when first asked for, and one a sandbox on
 * top with the definitions that are stored there. */
#pragma once

#include <core/fhir/validate/validate.h>
#include <core/host/sandbox/sandbox.h>

struct hs__validators; /* of an edition */
struct hs__upper;      /* of a sandbox and edition */

struct hs__validators *hs__validators_new(struct hs_host *host, struct hs__edition *edition,
	const char *const *cores);
void hs__validators_free(struct hs__validators *validators);
struct hs__upper *hs__upper_new(void);
void hs__upper_free(struct hs__upper *upper);

/* The validator for the sandbox, with what it has stored at the moment of `txn`; without one, with what it
 * had when somebody last looked. The caller unrefs it. Any thread that may wait. NULL with *err filled when
 * the packages cannot be read. */
struct hs_validator *hs__validator_get(struct hs_sandbox *sandbox, struct hs__edition *edition,
	struct hs_txn *txn, struct hs_error *err);
/* The same with definitions on top that are not stored. Their trees outlive the validator. */
struct hs__beside {
	const struct hs_json *const *items;
	size_t count;
};
struct hs_validator *hs__validator_beside(struct hs_sandbox *sandbox, struct hs__edition *edition,
	struct hs_txn *txn, const struct hs__beside *beside, struct hs_error *err);
/* What REST asks of a resource before it is stored, by the policy of the sandbox (struct hs_rest_policy). */
void hs__validation_policy(void *arg, struct hs_txn *txn, const struct hs_json *resource,
	struct hs_slice source, bool hints, struct hs_slice language, struct hs_issues *issues);
bool hs__validation_is_slow(void *arg, bool hints);
/* validate.c, fhirpath.c: handlers of the host's own operations. */
extern const struct hs_route hs__validate_routes[], hs__fhirpath_routes[], hs__everything_routes[];
