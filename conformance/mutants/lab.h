/* SPDX-License-Identifier: Apache-2.0 */
/* The mutation run: suites against a good server, once as it is and once behind each fault.
 *
 * Terms: a *check* is an assertion of a test that names a requirement; a fault is *caught* when a check that
 * holds on the clean server does not hold behind it; a check *survives* when no fault makes it fail. A
 * *trial* is one suite behind one fault (or behind none: the clean one). Behind a liberty a suite is *unfair*
 * when any of its actions fails. A server has a *base* for each FHIR version; faults that only one version
 * can show are put before that base, and the suites that have such faults run clean on both. Owner: the
 * caller owns a lab until hs_lab_free; library, catalogue and options must outlive it. Thread: that of the
 * loop. */
#pragma once

#include <conformance/engine/engine.h>
#include <conformance/mutants/mutants.h>

struct hs_lab;

/* An action that failed behind a liberty. */
struct hs_lab_unfair {
	struct hs_slice id, reason;
	struct hs_lab_unfair *next;
};

struct hs_lab_trial {
	const struct hs_fault *fault; /* NULL: clean */
	struct hs_slice suite;
	enum hs_fhir_version fhir; /* of the base */
	bool done;
	struct hs_test_summary summary;
	uint64_t touched; /* exchanges that the fault changed */
	uint64_t micros;
	const uint8_t *failed;        /* by index of check: 1 when it did not hold */
	size_t caught;                /* their count */
	struct hs_lab_unfair *unfair; /* of a liberty; newest first */
};

struct hs_lab_check {
	struct hs_slice id, suite, description;
	uint32_t held;   /* in the clean trial: a bit, 1 << version, for each base; 0: nowhere */
	uint32_t caught; /* faults that made it fail */
	const struct hs_script *of;
	const struct hs_script_action *script;
};

struct hs_lab_events {
	void (*trial_done)(struct hs_lab *lab, const struct hs_lab_trial *trial, void *arg);
	void (*finished)(struct hs_lab *lab, void *arg); /* last; free it from the loop's next turn on */
	void *arg;
};

struct hs_lab_options {
	struct hs_test_options test; /* target and its version, definitions, requirements, fixtures, client */
	struct hs_slice r5;          /* base of R5 beside a target of R4; empty: there is none */
	const struct hs_script *const *scripts;
	size_t script_count;
	const struct hs_mutants *mutants;
	const char *const *only; /* globs on fault ids; none: all that are for the suites */
	size_t only_count;
	uint32_t lanes; /* trials at once; default 2 */
	struct hs_lab_events events;
};

/* *options is copied, what it points to must outlive the lab. */
enum hs_status hs_lab_start(struct hs_loop *loop, const struct hs_lab_options *options, struct hs_lab **out,
	struct hs_error *err);
void hs_lab_stop(struct hs_lab *lab); /* starts nothing more; finished is called still */
void hs_lab_free(struct hs_lab *lab); /* NULL is allowed */

const struct hs_lab_trial *hs_lab_trials(const struct hs_lab *lab, size_t *count);
const struct hs_lab_check *hs_lab_checks(const struct hs_lab *lab, size_t *count);

struct hs_lab_score {
	size_t checks, proven;    /* proven: held, and made to fail by some fault */
	size_t faults, caught;    /* a fault for two suites counts once for each */
	size_t broken;            /* checks that do not hold on the clean server */
	size_t liberties, unfair; /* like faults and caught: behind those something failed */
	bool narrowed;            /* not all faults ran: surviving checks mean nothing */
	bool stopped;
};
void hs_lab_score(const struct hs_lab *lab, struct hs_lab_score *out);
/* All checks hold on the clean server, every fault is caught, no check survives, and no liberty is punished.
 */
bool hs_lab_is_good(const struct hs_lab *lab);
/* Why nothing could be judged; HS_OK when it could. */
enum hs_status hs_lab_failed(const struct hs_lab *lab, struct hs_error *err);

/* ---- reports ---- */

void hs_lab_report_text(const struct hs_lab *lab, struct hs_buf *out, bool all);
void hs_lab_report_json(const struct hs_lab *lab, struct hs_buf *out);
void hs_lab_report_html(const struct hs_lab *lab, struct hs_buf *out);
