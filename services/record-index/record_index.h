/* SPDX-License-Identifier: Apache-2.0 */
/* What the files with the business rules of the record index share. */
#pragma once

#include "ledger/ledger.h"

#include <handslag/service.h>

struct hs_record_index {
	struct hs_ledger_settings ledger; /* first: the keeper gets this state as its own */
	bool check_identifiers;           /* setting "check-identifiers" */
	bool check_profiles;              /* setting "check-profiles" */
	bool unique_master;               /* setting "unique-master-identifier" */
	bool require_producer;            /* setting "require-producer" */
	const char *producers;            /* setting "producers" */
	const char *immutable;            /* setting "immutable" */
	const char *supersede;            /* setting "supersede" */
};

/* ---- service.c ---- */
/* The rules that look at nothing but the pointer itself. */
void hs_record_index_check(const struct hs_record_index *index, const struct hs_write_event *event,
	struct hs_issues *issues);

/* ---- rules.c: each adds an issue for what it finds ---- */
void hs_record_index_check_patient(const struct hs_write_event *event, struct hs_issues *issues);
void hs_record_index_check_immutable(const struct hs_write_event *event, const char *elements,
	struct hs_issues *issues);

/* ---- mhd.c ---- */
/* "CodeSystem/MHDlistTypes" of a canonical URL of IHE MHD, which begins with http in version 4.0 and https
 * since 4.1; nothing of another. */
struct hs_slice hs_record_index_mhd(struct hs_slice url);
/* What the MHD profiles in meta.profile demand of a DocumentReference or List. */
void hs_record_index_check_mhd(const struct hs_write_event *event, struct hs_issues *issues);
/* A transaction that claims to be a Provide Document Bundle [ITI-65]. */
void hs_record_index_check_bundle(const struct hs_json *bundle, void *state, struct hs_issues *issues);

/* ---- producer.c ---- */
/* HS_E_FORBIDDEN when event->producer may not write for the custodian. */
enum hs_status hs_record_index_may_produce(const struct hs_write_event *event,
	const struct hs_record_index *index, struct hs_error *err);
/* Do two references (Reference elements) name the same thing: by reference, or by identifier? */
bool hs_record_index_same(const struct hs_json *a, const struct hs_json *b);

/* ---- supersede.c ---- */
/* HS_E_DUPLICATE when another pointer of the custodian has the same masterIdentifier. */
enum hs_status hs_record_index_unique(const struct hs_write_event *event, struct hs_error *err);
/* Carries out relatesTo "replaces" of a pointer that was just written. */
enum hs_status hs_record_index_supersede(const struct hs_write_event *event, const char *how,
	struct hs_error *err);

/* ---- publish.c: Simplified Publish [ITI-105] ---- */
bool hs_record_index_claims_publish(const struct hs_json *pointer);
void hs_record_index_publish(const struct hs_write_event *event, struct hs_issues *issues);
