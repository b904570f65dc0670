/* SPDX-License-Identifier: Apache-2.0 */
/* The terminology service of a host as validation asks it: "is the code in the value set", "in its system".
 */
#pragma once

#include <core/fhir/validate/validate.h>
#include <core/host/host.h>

#include <handslag/store.h>

/* What is to be seen: of a sandbox at the moment of a reading transaction (both NULL: packages and imports
 * alone), and before all that the resources (ValueSet and so on; not kept). */
struct hs_host_sight {
	struct hs_sandbox *sandbox;
	struct hs_txn *txn;
	enum hs_fhir_version fhir;
	const struct hs_json *const *resources;
	size_t resource_count;
};
/* HS_E_NOT_FOUND when the host has no terminology. The caller, or the validator that is given it, calls
 * out->close; the host must outlive that. Thread: one that may wait. */
enum hs_status hs_host_terminology(struct hs_host *host, const struct hs_host_sight *sight,
	struct hs_validate_terminology *out, struct hs_error *err);
