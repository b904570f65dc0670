/* SPDX-License-Identifier: Apache-2.0 */
/* What a bulk export (HL7 Bulk Data Access 2.0 and 3.0, Export) contains, read slice by slice.
 *
 * A *plan* is made once from the parameters; each *slice* is a reading transaction of its own that goes on
 * where the one before ended, so that nobody waits for an export and its memory does not grow with it. All
 * slices together tell of one moment, the commit sequence of the plan: a version counts when it was current
 * then, whatever was written since. Only what is stored is exported; resources of packages are not.
 *
 * Owner: the caller. Threads: a plan is immutable; it must not outlive its sandbox being open. */
#pragma once

#include <core/rest/rest.h>

enum hs_rest_export_level { HS_EXPORT_SYSTEM, HS_EXPORT_TYPE, HS_EXPORT_PATIENT, HS_EXPORT_GROUP };

struct hs_rest_export_ask {
	enum hs_rest_export_level level;
	struct hs_slice type;  /* HS_EXPORT_TYPE */
	struct hs_slice group; /* HS_EXPORT_GROUP: its id */
	struct hs_slice query; /* parameters as in a URL: _since, _until, _type, _typeFilter, _elements,
				  _outputFormat, patient; may be empty */
	bool lenient;          /* Prefer: handling=lenient: what is not supported is left out and told */
	struct hs_slice base;  /* of the FHIR server, for references to ourselves; may be empty */
	uint64_t seq;          /* as of this commit; 0: as of now */
};

struct hs_rest_export;
/* Within a transaction, which tells the moment and the members of the group. Nothing of *ask is kept. Errors
 * name the parameter and what would be right. */
enum hs_status hs_rest_export_open(const struct hs_rest_sandbox *sandbox,
	const struct hs_rest_export_ask *ask, struct hs_txn *txn, struct hs_rest_export **out,
	struct hs_error *err);
void hs_rest_export_free(struct hs_rest_export *plan); /* NULL is allowed */
uint64_t hs_rest_export_seq(const struct hs_rest_export *plan);
/* Of the sandbox's clock when the plan was made. */
int64_t hs_rest_export_time(const struct hs_rest_export *plan);
/* Are deletions told (they are when _since was given)? */
bool hs_rest_export_tells_deleted(const struct hs_rest_export *plan);
/* What lenient handling left out, as sentences; lives as long as the plan. */
const struct hs_slice *hs_rest_export_ignored(const struct hs_rest_export *plan, size_t *count);

/* Where the next slice begins; all zero at the start. */
struct hs_rest_export_place {
	uint32_t type;
	uint64_t before; /* commit sequence; 0: from the newest */
	bool found;      /* of a few patients: what is theirs is looked up from here on, */
	char after[64];  /* page after page: the end of the last one, as text */
	bool done;
};
/* Takes what is found; a failing function ends the slice. */
struct hs_rest_export_sink {
	/* A resource as one line of JSON, without a line end. */
	enum hs_status (*resource)(void *arg, struct hs_slice type, struct hs_slice line,
		struct hs_error *err);
	enum hs_status (*deleted)(void *arg, struct hs_slice type, struct hs_slice id, struct hs_error *err);
	void *arg;
};
/* Looks at some hundred versions at most and moves *place on (untouched on failure). Reader thread; may be
 * run again from the same place. */
enum hs_status hs_rest_export_slice(const struct hs_rest_export *plan, struct hs_txn *txn,
	struct hs_arena *arena, struct hs_rest_export_place *place, const struct hs_rest_export_sink *sink,
	struct hs_error *err);
