/* SPDX-License-Identifier: Apache-2.0 */
/* Faults in front of a sandbox, so that the maker of a client can see how it bears them.
 *
 * A rule is asked before a request reaches its handler: does it match (method, beginning of the path), and
 * does the dice say so? Dice are seeded, so that a run can be repeated. Threads: rules are replaced whole
 * under a lock by the operator API and read by all loops. */
#pragma once

#include <handslag/fhir.h>

#include <pthread.h>
#include <stdatomic.h>

enum hs__fault_action { HS__FAULT_NONE, HS__FAULT_STATUS, HS__FAULT_DELAY, HS__FAULT_CLOSE };

struct hs__fault_rule {
	enum hs__fault_action action;
	char method[8];     /* empty: all */
	char path[64];      /* beginning of the path below the base; empty: all */
	uint32_t per_mille; /* of the requests that match: 1 to 1000 */
	int status;         /* STATUS: 400 to 599 */
	uint32_t delay_ms;  /* DELAY: at most 60,000 */
};

#define HS__FAULT_RULES 32

struct hs__faults {
	_Atomic uint32_t count; /* 0: the lock is not taken */
	pthread_rwlock_t lock;
	uint64_t seed;
	_Atomic uint64_t drawn; /* numbers drawn since the rules were set */
	_Atomic uint64_t hits;
	struct hs__fault_rule rules[HS__FAULT_RULES];
};

void hs__faults_init(struct hs__faults *faults);
void hs__faults_fini(struct hs__faults *faults);
/* The first rule that strikes this request; action NONE when none does. */
struct hs__fault_rule hs_fault(struct hs__faults *faults, struct hs_slice method, struct hs_slice path);
/* {"seed": 1, "rules": [{"action": "status", "status": 503, "rate": 0.1, "method": "GET", "path":
 * "Patient"}]} */
enum hs_status hs__faults_set(struct hs__faults *faults, const struct hs_json *spec, struct hs_error *err);
struct hs_json *hs__faults_show(struct hs__faults *faults, struct hs_arena *arena);
