/* SPDX-License-Identifier: Apache-2.0 */
/* The catalogue of faults: what servers get wrong, each as a rewriting rule on the wire.
 *
 * Terms: a *fault* belongs to one or more suites and has *rules*; a rule says which exchanges it touches and
 * what it does to the request before it is sent on, and to the answer before it is given back. README.md of
 * this folder has the format. A *liberty* is written the same way but is no fault: what a server may do as
 * well; no suite may fail a server for it. Owner: the caller owns a catalogue; the library it was read from
 * must outlive it. Thread: any, once read. */
#pragma once

#include <conformance/engine/library.h>

struct hs_fault_rule;

struct hs_fault {
	struct hs_slice id;     /* "search-total-of-page": unique in the catalogue */
	struct hs_slice title;  /* what such a server does, in one sentence */
	struct hs_slice source; /* where such a fault was seen, or the sentence it breaks */
	struct hs_slice file;   /* of the catalogue, for messages */
	const struct hs_slice *suites;
	size_t suite_count; /* 0: every suite */
	const struct hs_fault_rule *rules;
	size_t rule_count; /* at most HS_FAULT_RULES */
	bool allowed;      /* a liberty */
	/* Shown only by R5; shown by R4 and R5 apart. Neither: by whichever there is. */
	bool r5, both;
};
#define HS_FAULT_RULES 16

struct hs_mutants;

/* Reads mutants/FILE.json of the library. HS_E_INVALID, HS_E_DUPLICATE and so on name file, fault and line.
 */
enum hs_status hs_mutants_open(const struct hs_library *library, struct hs_mutants **out,
	struct hs_error *err);
void hs_mutants_close(struct hs_mutants *mutants); /* NULL is allowed */
const struct hs_fault *const *hs_mutants_faults(const struct hs_mutants *mutants, size_t *count);
bool hs_fault_is_for(const struct hs_fault *fault, struct hs_slice suite);
