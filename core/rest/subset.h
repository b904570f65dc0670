/* SPDX-License-Identifier: Apache-2.0 */
/* Parts of a resource: _summary and _elements (R4 sections 3.1.1.5.8 and 3.1.1.5.9). */
#pragma once

#include <core/fhir/search/search.h>

struct hs__rest_env;

struct hs__rest_subset {
	enum hs_search_summary summary;
	const struct hs_slice *elements; /* top-level names, or Type.name */
	size_t element_count;
};

/* From the parameters of a read. */
enum hs_status hs__rest_subset_of(struct hs_arena *arena, const struct hs_pair *query, size_t count,
	struct hs__rest_subset *out, struct hs_error *err);
/* Is nothing left out? */
static inline bool hs__rest_subset_all(const struct hs__rest_subset *subset)
{
	return subset->element_count == 0 &&
		(subset->summary == HS_SUMMARY_NONE || subset->summary == HS_SUMMARY_COUNT);
}
/* The resource `body` reduced and marked with the tag SUBSETTED. */
enum hs_status hs__rest_subset_text(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs__rest_subset *subset, struct hs_slice body, struct hs_slice *out,
	struct hs_error *err);
