/* SPDX-License-Identifier: Apache-2.0 */
/* The mutation run: trials one after another in a few lanes, each lane with a proxy of its own. */
#include <conformance/mutants/lab_private.h>

#define MEMORY_MAX ((size_t)1 << 30)
#define LANES_DEFAULT 2u
#define SEED 1u

/* ---- one trial ---- */

static void work(struct lane *lane);

static struct hs_lab_check *check_of(struct hs_lab *lab, const struct hs_script_action *script)
{
	for (size_t i = 0; i < lab->check_count; i++)
		if (lab->checks[i].script == script)
			return &lab->checks[i];
	return NULL;
}

static void judge_action(struct lane *lane, const struct hs_test_action *action)
{
	struct hs_lab_check *check = action->script ? check_of(lane->lab, action->script) : NULL;
	bool fails = action->verdict == HS_TEST_FAIL || action->verdict == HS_TEST_WARNING;
	uint8_t *failed = (uint8_t *)(uintptr_t)lane->trial->failed;
	uint32_t base = UINT32_C(1) << lane->trial->fhir;

	if (!check)
		return;
	if (!lane->trial->fault) {
		check->held |= action->verdict == HS_TEST_PASS ? base : 0;
		failed[check - lane->lab->checks] = fails;
		lane->trial->caught += fails;
	} else if (lane->trial->fault->allowed) {
		return; /* see judge_liberty */
	} else if (fails && check->held & base && hs_proxy_touched(lane->proxy)) {
		failed[check - lane->lab->checks] = 1;
		check->caught++;
		lane->trial->caught++;
	}
}

static void judge_liberty(struct lane *lane, const struct hs_test_result *test)
{
	struct hs_lab *lab = lane->lab;

	for (size_t i = 0; i < test->count; i++) {
		const struct hs_test_action *action = &test->actions[i];
		struct hs_slice reason = action->reason.len ? action->reason : action->description;
		struct hs_lab_unfair *unfair;
		if (action->verdict != HS_TEST_FAIL && action->verdict != HS_TEST_ERROR)
			continue;
		unfair = hs_arena_alloc(lab->arena, sizeof(*unfair));
		if (!unfair)
			return;
		*unfair = (struct hs_lab_unfair) { hs_arena_copy(lab->arena, action->id),
			hs_arena_copy(lab->arena, reason), lane->trial->unfair };
		lane->trial->unfair = unfair;
	}
}

static void judge_script(struct lane *lane, const struct hs_test_script_result *script)
{
	bool liberty = lane->trial->fault && lane->trial->fault->allowed;

	if (liberty)
		judge_liberty(lane, &script->setup);
	for (size_t i = 0; i < script->count; i++) {
		for (size_t k = 0; k < script->tests[i].count; k++)
			judge_action(lane, &script->tests[i].actions[k]);
		if (liberty)
			judge_liberty(lane, &script->tests[i]);
	}
}

/* What fails behind a fault that has changed nothing does so for another reason: nothing is caught then. */
static void judge(struct lane *lane)
{
	size_t count = 0;
	const struct hs_test_script_result *scripts = hs_test_run_results(lane->run, &count);

	for (size_t i = 0; i < count; i++)
		judge_script(lane, &scripts[i]);
	hs_test_run_summary(lane->run, &lane->trial->summary);
	lane->trial->touched = hs_proxy_touched(lane->proxy);
	lane->trial->micros = hs_test_run_micros(lane->run);
	lane->trial->done = true;
}

static void after_run(void *arg)
{
	struct lane *lane = arg;
	struct hs_lab *lab = lane->lab;
	struct hs_error err = { .status = HS_OK };

	hs_timer_stop(lane->timer);
	lane->timer = NULL;
	judge(lane);
	if (!lane->trial->fault) {
		lab->clean_done++;
		if (hs_test_run_failed(lane->run, &err) && !lab->error.status)
			lab->error = err;
	}
	hs_test_run_free(lane->run);
	lane->run = NULL;
	lab->working--;
	if (lab->options.events.trial_done)
		lab->options.events.trial_done(lab, lane->trial, lab->options.events.arg);
	for (uint32_t i = 0; i < lab->lane_count; i++)
		work(&lab->lanes[i]);
}

static void run_finished(struct hs_test_run *run, void *arg)
{
	struct lane *lane = arg;

	(void)run;
	lane->timer = hs_timer_start(lane->lab->loop, 0, 0, after_run, lane);
}

/* Behind a fault: did a check of the script hold on this base as it is? What is skipped there says nothing.
 */
static bool is_for_base(const struct hs_lab *lab, const struct hs_script *script,
	const struct hs_lab_trial *trial)
{
	bool checks = false;

	for (size_t i = 0; trial->fault && i < lab->check_count; i++) {
		const struct hs_lab_check *check = &lab->checks[i];
		if (check->of != script)
			continue;
		checks = true;
		if (check->held & (UINT32_C(1) << trial->fhir))
			return true;
	}
	return !checks;
}

static size_t scripts_of(struct lane *lane, const struct hs_lab_trial *trial)
{
	const struct hs_lab_options *options = &lane->lab->options;
	const struct hs_script **list = (const struct hs_script **)(uintptr_t)lane->scripts;
	size_t count = 0;

	for (size_t i = 0; i < options->script_count; i++)
		if (hs_slice_eq(options->scripts[i]->suite, trial->suite) &&
			is_for_base(lane->lab, options->scripts[i], trial))
			list[count++] = options->scripts[i];
	return count;
}

static void start_trial(struct lane *lane, struct hs_lab_trial *trial)
{
	struct hs_lab *lab = lane->lab;
	struct hs_test_options options = lab->options.test;
	size_t count = scripts_of(lane, trial);
	struct hs_error err = { .status = HS_OK };

	lane->proxy = trial->fhir == lab->options.test.fhir ? lane->first : lane->second;
	hs_proxy_break(lane->proxy, trial->fault);
	options.fhir = trial->fhir;
	options.target = hs_proxy_url(lane->proxy);
	options.seed = SEED;
	/* A fault of the CapabilityStatement must not excuse the server from being tested. */
	options.no_precheck = trial->fault != NULL;
	options.events = (struct hs_test_events) { .finished = run_finished, .arg = lane };
	lane->trial = trial;
	lab->working++;
	if (hs_test_start(lab->loop, &options, lane->scripts, count, &lane->run, &err)) {
		lab->working--;
		lab->stopped = true;
		lab->error = err;
	}
}

/* ---- the end ---- */

static void proxy_gone(void *arg)
{
	struct hs_lab *lab = arg;

	if (--lab->open == 0)
		lab->options.events.finished(lab, lab->options.events.arg);
}

static void end(struct hs_lab *lab)
{
	if (lab->ended)
		return;
	lab->ended = true;
	for (uint32_t i = 0; i < lab->lane_count; i++) {
		hs_proxy_close(lab->lanes[i].first, proxy_gone, lab);
		if (lab->lanes[i].second)
			hs_proxy_close(lab->lanes[i].second, proxy_gone, lab);
	}
}

static void work(struct lane *lane)
{
	struct hs_lab *lab = lane->lab;
	bool clean = lab->next < lab->clean_count;

	if (lane->run || lab->ended)
		return;
	/* What holds on the clean server must be known before the first fault. */
	bool waits = !clean && lab->clean_done < lab->clean_count;
	bool over = lab->stopped || lab->error.status || lab->next == lab->trial_count;
	if (!over && !waits)
		start_trial(lane, &lab->trials[lab->next++]);
	if (!lab->working)
		end(lab);
}

static void begin(void *arg)
{
	struct lane *lane = arg;

	hs_timer_stop(lane->timer);
	lane->timer = NULL;
	work(lane);
}

static enum hs_status open_lane(struct hs_lab *lab, struct lane *lane, struct hs_error *err)
{
	const struct hs_test_options *test = &lab->options.test;
	enum hs_status status = hs_proxy_open(lab->loop, test->target, &test->client, &lane->first, err);

	if (status)
		return status;
	lab->lane_count++;
	lab->open++;
	if (!lab->options.r5.len)
		return HS_OK;
	status = hs_proxy_open(lab->loop, lab->options.r5, &test->client, &lane->second, err);
	lab->open += !status;
	return status;
}

enum hs_status hs_lab_start(struct hs_loop *loop, const struct hs_lab_options *options, struct hs_lab **out,
	struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new(MEMORY_MAX);
	struct hs_lab *lab = hs_arena_alloc(arena, sizeof(*lab));
	uint32_t lanes = options->lanes ? options->lanes : LANES_DEFAULT;
	enum hs_status status = HS_OK;

	lab->arena = arena;
	lab->options = *options;
	lab->loop = loop;
	if (!lab->options.test.fhir)
		lab->options.test.fhir = HS_FHIR_R4;
	hs__lab_plan(lab);
	if (lab->narrowed && lab->trial_count == lab->clean_count)
		status = hs_fail(err, HS_E_NOT_FOUND, "there is no fault called %s for these suites",
			options->only[0]);
	for (uint32_t i = 0; i < lanes && i < LANES_MAX && !status; i++) {
		struct lane *lane = &lab->lanes[i];
		lane->lab = lab;
		lane->scripts = hs_arena_array(arena, options->script_count + 1, sizeof(*lane->scripts));
		status = open_lane(lab, lane, err);
	}
	if (status && !lab->lane_count) {
		hs_arena_free(arena);
		return status;
	}
	for (uint32_t i = 0; i < lab->lane_count; i++)
		lab->lanes[i].timer = hs_timer_start(loop, 0, 0, begin, &lab->lanes[i]);
	*out = lab;
	return HS_OK;
}

void hs_lab_stop(struct hs_lab *lab)
{
	lab->stopped = true;
	for (uint32_t i = 0; i < lab->lane_count; i++)
		if (lab->lanes[i].run)
			hs_test_stop(lab->lanes[i].run);
}

void hs_lab_free(struct hs_lab *lab)
{
	if (lab)
		hs_arena_free(lab->arena);
}

/* ---- what came of it ---- */

const struct hs_lab_trial *hs_lab_trials(const struct hs_lab *lab, size_t *count)
{
	*count = lab->trial_count;
	return lab->trials;
}

const struct hs_lab_check *hs_lab_checks(const struct hs_lab *lab, size_t *count)
{
	*count = lab->check_count;
	return lab->checks;
}

void hs_lab_score(const struct hs_lab *lab, struct hs_lab_score *out)
{
	*out = (struct hs_lab_score) {
		.checks = lab->check_count, .narrowed = lab->narrowed, .stopped = lab->stopped
	};
	for (size_t i = 0; i < lab->check_count; i++)
		out->proven += lab->checks[i].held && lab->checks[i].caught;
	for (size_t i = 0; i < lab->trial_count; i++) {
		const struct hs_lab_trial *trial = &lab->trials[i];
		if (!trial->fault)
			out->broken += trial->caught;
		else if (trial->done && trial->fault->allowed) {
			out->liberties++;
			out->unfair += trial->unfair != NULL;
		} else if (trial->done) {
			out->faults++;
			out->caught += trial->caught > 0;
		}
	}
}

bool hs_lab_is_good(const struct hs_lab *lab)
{
	struct hs_lab_score score;

	hs_lab_score(lab, &score);
	return !lab->error.status && !score.stopped && !score.broken && !score.unfair &&
		score.caught == score.faults && (score.narrowed || score.proven == score.checks);
}

enum hs_status hs_lab_failed(const struct hs_lab *lab, struct hs_error *err)
{
	if (lab->error.status)
		*err = lab->error;
	return lab->error.status;
}
