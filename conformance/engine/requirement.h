/* SPDX-License-Identifier: Apache-2.0 */
/* The requirements that checks refer to: FHIR Requirements resources (R5), one statement a sentence of a
 * specification.
 *
 * A statement may carry, as extensions, what to do when it is not met (hint), where the sentence stands when
 * `reference` does not say it, and why it is not tested (waived or open). */
#pragma once

#include <handslag/fhir.h>

/* Extensions of a statement, known by the last part of their url, whatever stands before it. */
#define HS_REQUIREMENT_HINT "requirement-hint"     /* valueString or valueMarkdown */
#define HS_REQUIREMENT_STATUS "requirement-status" /* valueCode: waived or open; absent: to be tested */
#define HS_REQUIREMENT_REASON "requirement-reason" /* valueString: why waived or open */

enum hs_requirement_level { HS_LEVEL_SHALL, HS_LEVEL_SHOULD, HS_LEVEL_MAY };
const char *hs_requirement_level_name(enum hs_requirement_level level);

struct hs_requirement {
	struct hs_slice id;  /* "fhir-rest#read-etag": last part of the set's url, and key */
	struct hs_slice set; /* url of the Requirements resource */
	struct hs_slice key, label, text;
	struct hs_slice source; /* URL of the sentence */
	struct hs_slice hint;   /* what would be right */
	struct hs_slice status; /* "waived", "open" or empty: to be tested */
	struct hs_slice reason; /* of that status */
	enum hs_requirement_level level;
	bool forbids; /* SHALL-NOT, SHOULD-NOT */
	uint32_t index;
};

struct hs_requirements;

struct hs_requirements *hs_requirements_new(void);
void hs_requirements_free(struct hs_requirements *set);
/* Adds the statements of one resource; `text` is copied. HS_E_INVALID for one that is none, HS_E_DUPLICATE
 * for a key that is there already. */
enum hs_status hs_requirements_add(struct hs_requirements *set, struct hs_slice text, struct hs_error *err);
/* By canonical (or its last part) and key, or by the canonical with the key as fragment; NULL when unknown.
 */
const struct hs_requirement *hs_requirements_find(const struct hs_requirements *set,
	struct hs_slice reference, struct hs_slice key);
size_t hs_requirements_count(const struct hs_requirements *set);
const struct hs_requirement *hs_requirements_at(const struct hs_requirements *set, size_t index);
