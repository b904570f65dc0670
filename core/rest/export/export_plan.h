/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of an export's plan, shared by the file that makes it and the one that carries it out. */
#pragma once

#include <core/rest/export/export.h>
#include <core/rest/rest_private.h>
#include <core/rest/subset.h>

struct hs__export_type {
	const struct hs__rest_type *type;
	const struct hs_find **filters; /* one of them holds; none: all */
	size_t filter_count;
	const uint32_t *links; /* params that tie it to the patient's compartment */
	size_t link_count;
	bool is_patient;
};

struct hs_rest_export {
	struct hs_arena *arena;
	struct hs__rest_env env;
	uint64_t seq;
	int64_t time_ms, since_ms, until_ms;
	struct hs__export_type *types;
	size_t type_count;
	struct hs__rest_subset subset;
	bool by_patient, some_patients; /* some: those in `patients` only */
	struct hs_map patients;         /* ids */
	uint32_t patient_number;
	struct hs_slice *ignored;
	size_t ignored_count;
};
