/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a set of scripts: asks the target for its CapabilityStatement, then runs scripts side by side in
 * random order, and counts. */
#include <conformance/engine/stage.h>

#include <core/base/world.h>

#include <fnmatch.h>
#include <stdio.h>

#define RUN_MEMORY ((size_t)256 << 20)
#define SCRIPT_MEMORY ((size_t)256 << 20)
#define PARALLEL 8u

const char *hs_test_verdict_name(enum hs_test_verdict verdict)
{
	static const char *const names[HS_TEST_VERDICTS] = { "pending", "pass", "warning", "skip",
		"not evaluated", "fail", "error" };
	return names[verdict];
}

/* SplitMix64: small, and the same everywhere. */
uint64_t hs_test_random(struct hs_test_run *run)
{
	uint64_t z = run->random += UINT64_C(0x9e3779b97f4a7c15);
	z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
	return z ^ z >> 31;
}

bool hs_test_run_expects(struct hs_test_run *run, struct hs_slice id, enum hs_test_verdict verdict)
{
	const struct hs_test_options *options = &run->options;
	char name[1024], glob[1024];
	bool expected = false;

	for (size_t i = 0; i < options->expected_count; i++) {
		const struct hs_pair *entry = &options->expected[i];
		if (entry->value.len &&
			!hs_slice_eq(entry->value, hs_slice_cstr(hs_test_verdict_name(verdict))))
			continue;
		snprintf(name, sizeof(name), "%.*s", HS_S_ARG(id));
		snprintf(glob, sizeof(glob), "%.*s", HS_S_ARG(entry->name));
		if (fnmatch(glob, name, 0) == 0)
			expected = run->expected_used[i] = true;
	}
	return expected;
}

/* ---- the end ---- */

static void finish(void *arg)
{
	struct hs_test_run *run = arg;

	if (run->finished || run->active)
		return;
	run->finished = true;
	hs_timer_stop(run->turn);
	run->turn = NULL;
	run->micros = (run->world->mono_ns(run->world->ctx) - run->began_ns) / 1000;
	hs_http_client_free(run->client);
	run->client = NULL;
	if (run->options.events.finished)
		run->options.events.finished(run, run->options.events.arg);
}

static void turn_later(struct hs_test_run *run, void (*fn)(void *arg))
{
	hs_timer_stop(run->turn);
	run->turn = hs_timer_start(run->loop, 0, 0, fn, run);
}

/* ---- scripts ---- */

static void start_some(void *arg)
{
	struct hs_test_run *run = arg;
	uint32_t parallel = run->careful ? 1 : run->options.parallel ? run->options.parallel : PARALLEL;

	while (!run->stopped && run->active < parallel && run->next < run->count) {
		struct test_stage *stage = &run->stages[run->order[run->next++]];
		if (!hs_test_choose(stage) && !stage->script->refused.len)
			continue; /* nothing of it is selected */
		run->active++;
		hs_test_stage_begin(stage);
	}
	if (!run->active && (run->stopped || run->next == run->count))
		finish(run);
}

void hs_test_stage_done(struct test_stage *stage)
{
	struct hs_test_run *run = stage->run;

	run->active--;
	if (run->options.fail_fast && stage->result->verdict == HS_TEST_FAIL)
		run->stopped = true;
	turn_later(run, start_some);
}

static bool init_result(struct test_stage *stage, struct hs_test_result *result,
	const struct hs_script_test *script, size_t extra)
{
	result->script = script;
	result->id = hs_arena_printf(stage->arena, "%.*s/%.*s", HS_S_ARG(stage->script->id),
		HS_S_ARG(script->id));
	result->name = script->name;
	result->description = script->description;
	result->actions = hs_arena_array(stage->arena, 2 * script->count + extra + 1,
		sizeof(*result->actions)); /* each operation may have to be followed by a read */
	return result->actions != NULL && result->id.ptr;
}

bool hs_test_stage_init(struct test_stage *stage, struct hs_test_run *run, const struct hs_script *script,
	struct hs_test_script_result *result, struct hs_arena *arena)
{
	size_t fixtures = script->fixture_count;

	*stage = (struct test_stage) { .run = run, .script = script, .result = result, .arena = arena };
	stage->exchange_end = &result->exchanges;
	stage->fixtures = hs_arena_array(stage->arena, fixtures + 1, sizeof(*stage->fixtures));
	result->script = script;
	result->count = script->test_count;
	result->tests = hs_arena_array(stage->arena, script->test_count + 1, sizeof(*result->tests));
	if (!stage->fixtures || !result->tests ||
		!init_result(stage, &result->setup, &script->setup, fixtures) ||
		!init_result(stage, &result->teardown, &script->teardown, fixtures))
		return false;
	for (size_t i = 0; i < script->test_count; i++)
		if (!init_result(stage, &result->tests[i], &script->tests[i], 0))
			return false;
	return true;
}

static void shuffle(struct hs_test_run *run)
{
	for (size_t i = 0; i < run->count; i++)
		run->order[i] = (uint32_t)i;
	for (size_t i = run->count; i > 1 && !run->options.in_order && !run->careful; i--) {
		size_t k = (size_t)(hs_test_random(run) % i);
		uint32_t other = run->order[k];
		run->order[k] = run->order[i - 1];
		run->order[i - 1] = other;
	}
}

/* ---- the target ---- */

static void read_capability(struct hs_test_run *run)
{
	const struct hs_json *json = run->probe->json;
	struct hs_slice version;

	if (run->probe->status != 200 ||
		!hs_slice_eq(hs_json_get_text(json, HS_S("resourceType")), HS_S("CapabilityStatement")))
		return;
	run->capability = json;
	version = hs_json_get_text(json, HS_S("fhirVersion"));
	if (!run->options.fhir)
		run->fhir = hs_slice_starts(version, HS_S("5.")) || hs_slice_starts(version, HS_S("6.")) ?
			HS_FHIR_R5 :
			HS_FHIR_R4;
}

static void probed(struct hs_http_call *call)
{
	struct hs_test_run *run = call->user;

	run->probe_call = NULL;
	run->active--;
	hs_test_exchange_take(run, run->probe, call);
	if (call->failed) {
		run->failed = call->failed;
		run->error = call->error;
		run->stopped = true;
	} else {
		read_capability(run);
	}
	turn_later(run, start_some);
}

static enum hs_status probe(struct hs_test_run *run, struct hs_error *err)
{
	struct test_request request = { .method = HS_S("GET") };
	bool good = hs_test_header_add(run->arena, &request, HS_S("Accept"), HS_S("application/fhir+json"));

	request.url = hs_arena_printf(run->arena, "%.*s/metadata", HS_S_ARG(run->options.target));
	for (size_t i = 0; i < run->options.header_count; i++)
		good = good &&
			hs_test_header_add(run->arena, &request, run->options.headers[i].name,
				run->options.headers[i].value);
	run->probe = good ? hs_test_exchange_new(run, run->arena, &request, &run->probe_call) : NULL;
	if (!run->probe)
		return hs_fail(err, HS_E_LIMIT, "the run needs too much memory");
	run->probe_call->done = probed;
	run->probe_call->user = run;
	run->active++;
	hs_http_client_send(run->client, run->probe_call);
	return HS_OK;
}

/* ---- the interface ---- */

static enum hs_status check_options(const struct hs_test_options *options, struct hs_error *err)
{
	struct hs_slice target = options->target;

	if (!hs_slice_starts(target, HS_S("http://")) && !hs_slice_starts(target, HS_S("https://")))
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"the target must be a base URL such as http://127.0.0.1:8080/fhir/r4, not \"%.*s\"",
			HS_S_ARG(target));
	return HS_OK;
}

static void free_memory(struct hs_test_run *run)
{
	for (size_t i = 0; run->stages && i < run->count; i++)
		hs_arena_free(run->stages[i].arena);
	hs_arena_free(run->arena);
}

enum hs_status hs_test_start(struct hs_loop *loop, const struct hs_test_options *options,
	const struct hs_script *const *scripts, size_t count, struct hs_test_run **out, struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new(RUN_MEMORY);
	struct hs_test_run *run = hs_arena_alloc(arena, sizeof(*run));
	enum hs_status status = check_options(options, err);
	bool good = true;

	run->arena = arena;
	run->loop = loop;
	run->options = *options;
	run->world = options->world ? options->world : hs_world_real();
	run->scripts = scripts;
	run->count = count;
	run->fhir = options->fhir ? options->fhir : HS_FHIR_R4;
	run->random = options->seed;
	run->world->random(run->world->ctx, &run->nonce, sizeof(run->nonce));
	run->began_ns = run->world->mono_ns(run->world->ctx);
	run->began_ms = run->world->wall_ms(run->world->ctx);
	while (run->options.target.len && run->options.target.ptr[run->options.target.len - 1] == '/')
		run->options.target.len--;
	run->results = hs_arena_array(arena, count + 1, sizeof(*run->results));
	run->stages = hs_arena_array(arena, count + 1, sizeof(*run->stages));
	run->order = hs_arena_array(arena, count + 1, sizeof(*run->order));
	run->expected_used = hs_arena_array(arena, options->expected_count + 1, sizeof(*run->expected_used));
	good = run->results && run->stages && run->order && run->expected_used;
	for (size_t i = 0; good && i < count; i++) {
		good = hs_test_stage_init(&run->stages[i], run, scripts[i], &run->results[i],
			hs_arena_new(options->memory ? options->memory : SCRIPT_MEMORY));
		run->careful = run->careful || !scripts[i]->suite.len;
	}
	if (!status && !good)
		status = hs_fail(err, HS_E_LIMIT, "the scripts need too much memory");
	if (!status)
		status = hs_http_client_new(loop, &run->options.client, &run->client, err);
	if (!status)
		shuffle(run);
	if (!status)
		status = probe(run, err);
	if (status) {
		hs_http_client_free(run->client);
		free_memory(run);
		return status;
	}
	*out = run;
	return HS_OK;
}

void hs_test_stop(struct hs_test_run *run)
{
	if (run->finished)
		return;
	run->stopped = true;
	if (run->probe_call)
		hs_http_client_cancel(run->probe_call);
	for (size_t i = 0; i < run->count; i++)
		hs_test_stage_cancel(&run->stages[i]);
}

void hs_test_run_free(struct hs_test_run *run)
{
	if (!run)
		return;
	HS_ASSERT(run->finished);
	free_memory(run);
}

const struct hs_test_options *hs_test_run_options(const struct hs_test_run *run)
{
	return &run->options;
}

const struct hs_test_script_result *hs_test_run_results(const struct hs_test_run *run, size_t *count)
{
	*count = run->count;
	return run->results;
}

enum hs_status hs_test_run_failed(const struct hs_test_run *run, struct hs_error *err)
{
	if (run->failed)
		*err = run->error;
	return run->failed;
}

bool hs_test_run_stopped(const struct hs_test_run *run)
{
	return run->stopped;
}

bool hs_test_run_expected_used(const struct hs_test_run *run, size_t index)
{
	return run->expected_used[index];
}

const struct hs_test_exchange *hs_test_run_capability(const struct hs_test_run *run)
{
	return run->probe;
}

struct hs_slice hs_test_run_software(const struct hs_test_run *run)
{
	const struct hs_json *software = hs_json_get(run->capability, HS_S("software"));
	struct hs_slice name = hs_json_get_text(software, HS_S("name"));
	struct hs_slice version = hs_json_get_text(software, HS_S("version"));

	if (!name.len)
		return HS_S_NONE;
	return hs_arena_printf(run->arena, "%.*s%s%.*s", HS_S_ARG(name), version.len ? " " : "",
		HS_S_ARG(version));
}

enum hs_fhir_version hs_test_run_fhir(const struct hs_test_run *run)
{
	return run->fhir;
}

uint64_t hs_test_run_micros(const struct hs_test_run *run)
{
	return run->micros;
}

int64_t hs_test_run_began(const struct hs_test_run *run)
{
	return run->began_ms;
}

/* ---- counting ---- */

static void count_test(const struct hs_test_result *test, struct hs_test_summary *out)
{
	for (size_t i = 0; i < test->count; i++) {
		const struct hs_test_action *action = &test->actions[i];
		if (action->expected)
			out->expected++;
		if (action->script && action->script->is_assert)
			out->asserts[action->verdict]++;
	}
}

void hs_test_run_summary(const struct hs_test_run *run, struct hs_test_summary *out)
{
	*out = (struct hs_test_summary) { 0 };
	for (size_t i = 0; i < run->count; i++) {
		const struct hs_test_script_result *script = &run->results[i];
		bool any = script->reason.len > 0;
		for (size_t k = 0; k < script->count; k++) {
			const struct hs_test_result *test = &script->tests[k];
			if (!test->selected)
				continue;
			any = true;
			out->tests[test->verdict]++;
			count_test(test, out);
		}
		if (any)
			out->scripts[script->verdict]++;
		out->setups_failed += any && script->setup.verdict == HS_TEST_FAIL;
		out->exchanges += script->exchange_count;
		for (const struct hs_test_exchange *e = script->exchanges; e; e = e->next)
			out->emulated += e->emulated.len > 0;
	}
	for (size_t i = 0; i < run->options.expected_count; i++)
		out->expected_unused += !run->expected_used[i];
}
