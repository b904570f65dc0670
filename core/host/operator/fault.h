/* SPDX-License-Identifier: Apache-2.0 */
/* Faults in front of a sandbox, so that the maker of a client can see how it bears them.
 *
 * A rule is asked before a request reaches its handler: does it match (method, beginning of the path), and
 * does the dice say so? Some faults come in place of the answer, others spoil it on its way out
 * (fault_answer.c); those of a body leave streamed answers alone. Dice are seeded, so that a run can be
 * repeated. Threads: rules are replaced whole under a lock by the operator API and read by all loops. */
#pragma once

#include <handslag/fhir.h>

#include <pthread.h>
#include <stdatomic.h>

enum hs__fault_action {
	HS__FAULT_NONE,
	HS__FAULT_STATUS,       /* instead of an answer */
	HS__FAULT_DELAY,        /* before the request is carried out */
	HS__FAULT_CLOSE,        /* no answer */
	HS__FAULT_TRUNCATE,     /* the body ends too early, and the connection with it */
	HS__FAULT_CORRUPT,      /* one byte of the body is another */
	HS__FAULT_DROP_HEADER,  /* a header is missing */
	HS__FAULT_CONTENT_TYPE, /* Content-Type is another */
	HS__FAULT_DRIP,         /* the body comes in small pieces, slowly */
};

struct hs__fault_rule {
	enum hs__fault_action action;
	char method[8];     /* empty: all */
	char path[64];      /* beginning of the path below the base; empty: all */
	uint32_t per_mille; /* of the requests that match: 1 to 1000 */
	int status;         /* STATUS: 400 to 599 */
	uint32_t delay_ms;  /* DELAY: at most 60,000; DRIP: before each piece, at most 5,000 */
	uint32_t bytes;     /* TRUNCATE: that come, 0: half; DRIP: of a piece */
	char text[64];      /* DROP_HEADER: its name; CONTENT_TYPE: the type */
	uint64_t dice;      /* what was drawn when it struck */
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
static inline bool hs__fault_spoils(const struct hs__fault_rule *rule)
{
	return rule->action >= HS__FAULT_TRUNCATE;
}
/* The actions with what they need, for the operator. */
struct hs_json *hs__faults_known(struct hs_arena *arena);
/* {"seed": 1, "rules": [{"action": "status", "status": 503, "rate": 0.1, "method": "GET", "path":
 * "Patient"}]} */
enum hs_status hs__faults_set(struct hs__faults *faults, const struct hs_json *spec, struct hs_error *err);
struct hs_json *hs__faults_show(struct hs__faults *faults, struct hs_arena *arena);
