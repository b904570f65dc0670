/* SPDX-License-Identifier: Apache-2.0 */
/* A mutation run as its parts see it: what there is to do (lab_plan.c), and who does it (lab.c). Thread: that
 * of the loop; all memory is the lab's arena. */
#pragma once

#include <conformance/mutants/lab.h>
#include <conformance/mutants/proxy.h>

#define LANES_MAX 16u

struct lane {
	struct hs_lab *lab;
	struct hs_proxy *first, *second; /* before the target, and before the base of R5 (or NULL) */
	struct hs_proxy *proxy;          /* of the trial */
	struct hs_test_run *run;
	struct hs_lab_trial *trial;
	const struct hs_script *const *scripts;
	struct hs_timer *timer;
};

struct hs_lab {
	struct hs_lab_options options;
	struct hs_loop *loop;
	struct hs_arena *arena;
	struct hs_lab_trial *trials;
	size_t trial_count, next, clean_count, clean_done;
	struct hs_lab_check *checks;
	size_t check_count;
	struct lane lanes[LANES_MAX];
	uint32_t lane_count, working, open;
	bool narrowed, stopped, ended;
	struct hs_error error;
};

/* Fills checks and trials from the options: the clean trials first. Sets `narrowed` when some faults are left
 * out. */
void hs__lab_plan(struct hs_lab *lab);
