/* SPDX-License-Identifier: Apache-2.0 */
/* Questions to the terminology in process: the feature that a terminology service provides, so that bindings,
 * memberOf() and the like are answered as a client of the service would be.
 *
 * A *view* is what can be seen at one moment: what a sandbox has stored, imports, packages, what is built in.
 * It never changes, so what it answered once it answers always. Threads: a view may be asked by several. */
#pragma once

#include <handslag/fhir.h>
#include <handslag/json.h>
#include <handslag/store.h>

#define HS_TERMINOLOGY_FEATURE "terminology.ask"

struct hs_terminology_view;

struct hs_terminology_sight {
	enum hs_fhir_version fhir;
	/* The sandbox as it is at the moment of the reading transaction; NULL: none, only what all share. */
	void *sandbox_state;
	struct hs_txn *txn;
	/* CodeSystem, ValueSet and ConceptMap resources that are seen before all others; may be NULL. Need
	 * not outlive the call. */
	const struct hs_json *const *resources;
	size_t resource_count;
};

struct hs_terminology {
	enum hs_status (*open)(void *state, const struct hs_terminology_sight *sight,
		struct hs_terminology_view **out, struct hs_error *err);
	void (*close)(struct hs_terminology_view *view); /* NULL is allowed */
	/* `operation` is "ValueSet/$validate-code", "CodeSystem/$validate-code", "CodeSystem/$subsumes",
	 * "CodeSystem/$lookup", "ValueSet/$expand" or "ConceptMap/$translate"; `parameters` is a Parameters
	 * resource, whose only resource may be valueSet; *out the answer, in `arena`. A question that has no
	 * answer fails: HS_E_NOT_FOUND when a value set or code system is not known, HS_E_NOT_SUPPORTED for
	 * another operation. */
	enum hs_status (*ask)(struct hs_terminology_view *view, struct hs_arena *arena, const char *operation,
		const struct hs_json *parameters, struct hs_json **out, struct hs_error *err);
	/* Has what all share changed since the view was opened, so that another would see more? Imports may
	 * be made beside the program at any time. `now_ms` is the time of day; may be NULL: it never does. */
	bool (*is_stale)(const struct hs_terminology_view *view, int64_t now_ms);
};
