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
	const struct hs_find *theirs; /* holds for all that may be of the few patients; NULL: they are many */
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

/* One slice: what it is of and where it goes. */
struct hs__export_slice {
	const struct hs_rest_export *plan;
	const struct hs_rest_export_sink *sink;
	struct hs_txn *txn;
	struct hs_arena *arena;
};
/* Gives out a version that was current at the plan's commit, if it is wanted. */
enum hs_status hs__export_give(const struct hs__export_slice *s, const struct hs__export_type *type,
	const struct hs_resource *version, struct hs_error *err);
/* Reads by a query of which *count says how many at a time, fewer of them when they are too large for the
 * memory. */
typedef enum hs_status hs__export_read(const struct hs__export_slice *s, const void *query, void *out,
	struct hs_error *err);
enum hs_status hs__export_page(const struct hs__export_slice *s, hs__export_read *read, const void *query,
	uint32_t *count, void *out, struct hs_error *err);
/* Some versions of one type, newest first, of commits after `after_seq` and (0: to the plan's) before
 * `before`. */
enum hs_status hs__export_log(const struct hs__export_slice *s, const struct hs__export_type *type,
	uint64_t after_seq, uint64_t before, struct hs_resource_list *out, struct hs_error *err);

/* ---- patients.c ---- */

/* A plan while it is made. */
struct hs__export_making {
	struct hs_rest_export *plan;
	const struct hs_rest_export_ask *ask;
	struct hs_txn *txn;
	const struct hs_pair *params;
	size_t param_count;
	bool typed; /* _type was given */
};

/* The members of the asked group that are patients and take part now; HS_E_NOT_FOUND without it.
 */
enum hs_status hs__export_read_group(struct hs__export_making *m, struct hs_error *err);
/* One by a reference; HS_E_NOT_FOUND when there is none. */
enum hs_status hs__export_name_patient(struct hs__export_making *m, struct hs_slice reference,
	struct hs_error *err);
/* Of a group, `patient` takes only members. */
enum hs_status hs__export_narrow_group(struct hs__export_making *m, struct hs_error *err);

/* ---- few.c ---- */

/* Sets `theirs` of each type when the plan is of patients few enough to be looked up. */
enum hs_status hs__export_few(struct hs_rest_export *plan, struct hs_error *err);
/* As hs_rest_export_slice for a type with `theirs`; *looked: versions that were looked at. */
enum hs_status hs__export_few_slice(const struct hs__export_slice *s, const struct hs__export_type *type,
	struct hs_rest_export_place *at, size_t *looked, struct hs_error *err);
