/* SPDX-License-Identifier: Apache-2.0 */
/* The record index: which record systems hold what about a patient. */
#include "ledger.h"

#include <handslag/service.h>

static const struct hs_type_row types[] = {
	{ .name = "DocumentReference",
		.versions = HS_ON_R4,
		.interactions = HS_CAN_ALL,
		.keeper = &hs_ledger_keeper },
	{ .name = "List", .versions = HS_ON_R4, .interactions = HS_CAN_ALL },
	{ .name = NULL },
};

extern const struct hs_service hs_service_record_index;
const struct hs_service hs_service_record_index = {
	.abi = HS_SERVICE_ABI,
	.name = "record-index",
	.summary = "A record index (IHE MHD): which record systems hold what about a patient.",
	.types = types,
	.migrations = hs_ledger_migrations,
};
