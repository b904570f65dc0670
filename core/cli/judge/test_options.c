/* SPDX-License-Identifier: Apache-2.0 */
/* handslag test: its command line as options of the engine. */
#include <core/base/world.h>
#include <core/cli/definitions.h>
#include <core/cli/files.h>
#include <core/cli/judge/test_private.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX ((size_t)64 << 20)

static struct hs_slice read_text(struct hs_arena *arena, const char *path, enum hs_status *status,
	struct hs_error *err)
{
	struct hs_slice text = HS_S_NONE;

	*status = hs_world_read_file(hs_world_real(), arena, path, FILE_MAX, &text, err);
	return text;
}

/* Lists of what is written as `form` says, such as NAME=VALUE or "NAME: VALUE". */
static enum hs_status read_pairs(struct hs_arena *arena, const struct hs_cli_list *list, const char *form,
	struct hs_pair **out, struct hs_error *err)
{
	char separator = strchr(form, ':') ? ':' : '=';

	*out = hs_arena_array(arena, list->count + 1, sizeof(**out));
	for (size_t i = 0; i < list->count; i++) {
		struct hs_slice rest = hs_slice_cstr(list->items[i]), name = hs_slice_cut(&rest, separator);
		if (!rest.ptr || !name.len)
			return hs_fail(err, HS_E_NOT_SUPPORTED, "\"%s\" should be %s", list->items[i], form);
		(*out)[i] = (struct hs_pair) { name, separator == ':' ? hs_slice_trim(rest) : rest };
	}
	return HS_OK;
}

static enum hs_status read_headers(struct test_settings *settings, struct hs_arena *arena,
	struct hs_test_options *options, struct hs_error *err)
{
	struct hs_pair *pairs = NULL;
	enum hs_status status = read_pairs(arena, &settings->headers, "NAME: VALUE", &pairs, err);
	struct hs_http_header *headers;

	if (status)
		return status;
	headers = hs_arena_array(arena, settings->headers.count + 1, sizeof(*headers));
	for (size_t i = 0; i < settings->headers.count; i++)
		headers[i] = (struct hs_http_header) { pairs[i].name, pairs[i].value };
	options->headers = headers;
	options->header_count = settings->headers.count;
	return HS_OK;
}

/* ID [VERDICT] # why, a line each. */
static enum hs_status read_expected(struct test_settings *settings, struct hs_arena *arena,
	struct hs_test_options *options, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	struct hs_slice text = read_text(arena, settings->expect, &status, err);
	size_t room = 1;

	if (status)
		return status;
	for (size_t i = 0; i < text.len; i++)
		room += text.ptr[i] == '\n';
	struct hs_pair *list = hs_arena_array(arena, room, sizeof(*list));
	for (uint32_t line = 1; text.ptr; line++) {
		struct hs_slice row = hs_slice_cut(&text, '\n'), id;
		/* An id may have a # of its own, a comment has a blank before it. */
		size_t comment = hs_slice_search(row, HS_S(" #"));
		row = hs_slice_trim(hs_slice_first(row, comment));
		if (!row.len || row.ptr[0] == '#')
			continue;
		size_t blank = SIZE_MAX; /* the last word, when it is a verdict */
		for (size_t i = row.len; i > 0 && blank == SIZE_MAX; i--)
			if (row.ptr[i - 1] == ' ' || row.ptr[i - 1] == '\t')
				blank = i - 1;
		struct hs_slice last = blank == SIZE_MAX ? HS_S_NONE : hs_slice_from(row, blank + 1);
		bool verdict = hs_slice_eq(last, HS_S("fail")) || hs_slice_eq(last, HS_S("warning")) ||
			hs_slice_eq(last, HS_S("error"));
		id = verdict ? hs_slice_trim(hs_slice_first(row, blank)) : row;
		list[options->expected_count++] = (struct hs_pair) { id, verdict ? last : HS_S_NONE };
	}
	options->expected = list;
	return HS_OK;
}

/* The tests of an earlier JSON report that did not pass. */
static enum hs_status read_failed(struct test_settings *settings, struct hs_arena *arena,
	struct hs_test_options *options, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	struct hs_slice text = read_text(arena, settings->rerun, &status, err);
	struct hs_json *report = NULL;

	if (!status)
		status = hs_json_parse(arena, text, NULL, &report, err);
	if (status)
		return status;
	size_t room = settings->tests.count + 1;
	HS_JSON_EACH(script, hs_json_get(report, HS_S("scripts")))
		room += hs_json_count(hs_json_get(script, HS_S("tests")));
	const char **only = hs_arena_array(arena, room, sizeof(*only));
	size_t count = 0;
	HS_JSON_EACH(script, hs_json_get(report, HS_S("scripts"))) {
		HS_JSON_EACH(test, hs_json_get(script, HS_S("tests"))) {
			struct hs_slice verdict = hs_json_get_text(test, HS_S("verdict"));
			if (!hs_slice_eq(verdict, HS_S("pass")) && !hs_slice_eq(verdict, HS_S("warning")))
				only[count++] = hs_arena_cstr(arena, hs_json_get_text(test, HS_S("id")));
		}
	}
	if (!count)
		return hs_fail(err, HS_E_NOT_FOUND, "nothing failed in %s", settings->rerun);
	options->only = only;
	options->only_count = count;
	return HS_OK;
}

static enum hs_status read_reports(struct test_settings *settings, struct hs_arena *arena,
	struct hs_error *err)
{
	struct hs_pair *pairs = NULL;
	enum hs_status status = read_pairs(arena, &settings->report_list, "FORMAT=FILE", &pairs, err);

	for (size_t i = 0; i < settings->report_list.count && !status; i++) {
		struct test_report *report = &settings->reports[settings->report_count];
		if (settings->report_count + 4 > TEST_REPORTS_MAX)
			return hs_fail(err, HS_E_NOT_SUPPORTED, "too many reports");
		if (!hs_report_format(pairs[i].name, &report->format))
			return hs_fail(err, HS_E_NOT_SUPPORTED,
				"there is no report format %.*s; there are html, junit, testreport, json, "
				"tap, sarif and github",
				HS_S_ARG(pairs[i].name));
		report->path = hs_arena_cstr(arena, pairs[i].value);
		settings->report_count++;
	}
	if (status)
		return status;
	if (settings->html)
		settings->reports[settings->report_count++] = (struct test_report) { HS_REPORT_HTML,
			settings->html };
	if (settings->junit)
		settings->reports[settings->report_count++] = (struct test_report) { HS_REPORT_JUNIT,
			settings->junit };
	if (settings->json)
		settings->reports[settings->report_count++] = (struct test_report) { HS_REPORT_JSON, "-" };
	for (size_t i = 0; i < settings->report_count && !status; i++) {
		bool to_stdout = strcmp(settings->reports[i].path, "-") == 0;
		settings->quiet_stdout = settings->quiet_stdout || to_stdout;
		status = to_stdout || settings->dry_run ?
			HS_OK :
			hs_cli_check_output("the report", settings->reports[i].path, err);
	}
	return status;
}

static enum hs_status read_bearer(struct test_settings *settings, struct hs_arena *arena,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	if (settings->bearer && settings->bearer[0] == '@')
		settings->bearer = hs_arena_cstr(arena,
			hs_slice_trim(read_text(arena, settings->bearer + 1, &status, err)));
	return status;
}

static enum hs_status read_seed(struct test_settings *settings, struct hs_test_options *options,
	struct hs_error *err)
{
	const struct hs_world *world = hs_world_real();
	uint32_t seed = 0;

	world->random(world->ctx, &seed, sizeof(seed));
	options->seed = seed;
	if (settings->seed && !hs_slice_u64(hs_slice_cstr(settings->seed), &options->seed))
		return hs_fail(err, HS_E_NOT_SUPPORTED, "--seed needs a whole number, not \"%s\"",
			settings->seed);
	return HS_OK;
}

/* As a shell takes it; most need no quotes. */
static void add_word(struct hs_buf *out, struct hs_slice word)
{
	bool plain = word.len > 0;

	for (size_t i = 0; i < word.len && plain; i++)
		plain = (word.ptr[i] | 32) >= 'a' && (word.ptr[i] | 32) <= 'z' ?
			true :
			strchr("0123456789-._/:=,+@%", word.ptr[i]) != NULL;
	if (!plain)
		hs_buf_byte(out, '\'');
	for (size_t i = 0; i < word.len; i++)
		hs_buf_cstr(out, word.ptr[i] == '\'' ? "'\\''" : (char[]) { word.ptr[i], 0 });
	if (!plain)
		hs_buf_byte(out, '\'');
	hs_buf_byte(out, ' ');
}

/* What to type to run the same again; credentials are left out. */
static const char *repeat_line(const struct test_settings *settings, struct hs_arena *arena, uint64_t seed)
{
	struct hs_buf out;

	hs_buf_init(&out, arena, 1 << 20);
	for (int i = 0; i < settings->argument_count; i++)
		add_word(&out, hs_slice_cstr(settings->arguments[i]));
	hs_buf_cstr(&out, "--target ");
	add_word(&out, hs_slice_cstr(settings->target));
	for (size_t i = 0; i < settings->variables.count; i++) {
		hs_buf_cstr(&out, "--var ");
		add_word(&out, hs_slice_cstr(settings->variables.items[i]));
	}
	for (size_t i = 0; i < settings->destinations.count; i++) {
		hs_buf_cstr(&out, "--destination ");
		add_word(&out, hs_slice_cstr(settings->destinations.items[i]));
	}
	hs_buf_printf(&out, "--seed %" PRIu64, seed);
	return hs_arena_cstr(arena, hs_buf_slice(&out));
}

enum hs_status hs_cli_test_version(struct test_settings *settings, struct hs_error *err)
{
	if (settings->r4 && settings->r5)
		return hs_fail(err, HS_E_VALUE, "--r4 and --r5 exclude each other");
	settings->fhir = settings->r5 ? HS_FHIR_R5 : settings->r4 ? HS_FHIR_R4 : 0;
	return settings->said_fhir ? hs_cli_fhir("--fhir", settings->said_fhir, &settings->fhir, err) : HS_OK;
}

enum hs_status hs_cli_test_options(struct test_settings *settings, struct hs_arena *arena,
	struct hs_test_options *options, struct hs_error *err)
{
	struct hs_pair *variables = NULL, *destinations = NULL;
	enum hs_status status = read_pairs(arena, &settings->variables, "NAME=VALUE", &variables, err);

	if (!status)
		status = read_pairs(arena, &settings->destinations, "N=URL", &destinations, err);
	options->destinations = destinations;
	options->destination_count = destinations ? settings->destinations.count : 0;
	options->target = hs_slice_cstr(settings->target);
	options->fhir = settings->fhir;
	options->variables = variables;
	options->variable_count = settings->variables.count;
	options->only = settings->tests.items;
	options->only_count = settings->tests.count;
	options->in_order = settings->in_order;
	options->strict = settings->strict;
	options->no_precheck = settings->undeclared;
	options->fail_fast = settings->fail_fast;
	options->parallel = (uint32_t)(settings->parallel > 64 ? 64 : settings->parallel);
	if (!status)
		status = read_headers(settings, arena, options, err);
	if (!status)
		status = read_seed(settings, options, err);
	if (!status)
		status = read_reports(settings, arena, err);
	if (!status)
		status = read_bearer(settings, arena, err);
	if (!status && settings->expect)
		status = read_expected(settings, arena, options, err);
	if (!status && settings->rerun)
		status = read_failed(settings, arena, options, err);
	options->client = (struct hs_http_client_options) { .ca_file = settings->ca,
		.certificate_file = settings->cert,
		.key_file = settings->key,
		.proxy = settings->proxy,
		.bearer = settings->bearer,
		.insecure = settings->insecure,
		.total_ms = (uint32_t)(settings->timeout > 3600 ? 3600 : settings->timeout) * 1000 };
	settings->repeat = repeat_line(settings, arena, options->seed);
	return status;
}

struct hs_defs *hs_cli_test_definitions(enum hs_fhir_version fhir)
{
	struct hs_defs *defs = NULL;
	struct hs_error err;

	return hs_cli_definitions(fhir, &defs, &err) ? NULL : defs;
}
