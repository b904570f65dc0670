/* SPDX-License-Identifier: Apache-2.0 */
/* handslag validate --pipe: a request a line, an answer a line, for programs that validate many resources. */
#include <core/cli/resources/validate_private.h>

#include <core/base/heap.h>
#include <core/base/world.h>

#include <stdio.h>

#define FILE_MAX ((size_t)1 << 30)
#define ARENA_CAP ((size_t)4 << 30)

static enum hs_status read_file(struct hs_arena *arena, struct hs_slice name, struct hs_slice *out,
	struct hs_error *err)
{
	const char *path = hs_arena_cstr(arena, name);

	if (!name.len || !path)
		return hs_fail(err, HS_E_REQUIRED, "the request names no file");
	return hs_world_read_file(hs_world_real(), arena, path, FILE_MAX, out, err);
}

/* A supplied file that is no definition at all must not stop the validation; it is told on standard error. */
static void add_support(const struct validate_engine *engine, struct validate_layer *layer,
	struct hs_arena *arena, const struct hs_json *files)
{
	struct hs_slice text = HS_S_NONE;
	struct hs_error err = { .status = HS_OK };

	HS_JSON_EACH(file, files)
		if (read_file(arena, hs_json_text(file), &text, &err) ||
			hs_cli_validate_layer_add(engine, layer, text, &err))
			fprintf(stderr, "handslag validate: %.*s: %s\n", HS_S_ARG(hs_json_text(file)),
				err.text);
}

static void add_domains(struct hs_slice *domains, size_t *count, size_t room, const struct hs_json *value)
{
	if (hs_json_is(value, HS_JSON_STRING) && *count < room)
		domains[(*count)++] = hs_json_text(value);
	HS_JSON_EACH(item, value)
		add_domains(domains, count, room, item);
}

/* Options by the names that the manifest of HL7's validator cases has: {"bundle-param": {"rule": "Patient:0",
 * "profile": URL}}, {"validateContains": "IGNORE"}, {"wrong-displays": "warning"}. References are followed
 * within the resource only, so "assumeValidRestReferences" and "validateReference" change nothing. */
static void read_options(struct hs_validate_options *options, const struct hs_json *given)
{
	const struct hs_json *bundle = hs_json_get(given, HS_S("bundle-param"));
	struct hs_slice number = hs_json_get_text(bundle, HS_S("rule"));
	uint64_t index = 0;

	options->ignore_contained = hs_slice_eq(hs_json_get_text(given, HS_S("validateContains")),
		HS_S("IGNORE"));
	options->any_display = hs_slice_eq(hs_json_get_text(given, HS_S("wrong-displays")), HS_S("warning"));
	options->bundle_type = hs_slice_cut(&number, ':');
	options->bundle_profile = hs_json_get_text(bundle, HS_S("profile"));
	if (number.len && hs_slice_u64(number, &index) && index < UINT32_MAX)
		options->bundle_index = (uint32_t)index;
}

static enum hs_status validate(const struct validate_engine *engine, struct hs_arena *arena,
	const struct hs_json *request, const struct hs_validate_options *usual, struct hs_json **outcome,
	struct hs_error *err)
{
	struct hs_validate_options options = *usual;
	struct hs_slice domains[16], text = HS_S_NONE, profile = hs_json_get_text(request, HS_S("profile"));
	size_t domain_count = 0;
	struct validate_layer layer = { .library = NULL };
	const struct hs_json *support = hs_json_get(request, HS_S("support"));
	const struct hs_json *given = hs_json_get(request, HS_S("options"));
	enum hs_status status = read_file(arena, hs_json_get_text(request, HS_S("file")), &text, err);

	if (status)
		return status;
	if (profile.len) {
		options.profiles = &profile;
		options.profile_count = 1;
	}
	read_options(&options, given);
	add_domains(domains, &domain_count, 16, hs_json_get(given, HS_S("allowed-extension-domain")));
	add_domains(domains, &domain_count, 16, hs_json_get(given, HS_S("allowed-extension-domains")));
	if (domain_count) {
		options.extension_domains = domains;
		options.extension_domain_count = domain_count;
	}
	struct hs_issues issues = { .arena = arena, .max = 1000 };
	if (hs_json_count(support)) {
		hs_cli_validate_layer_begin(engine, &layer);
		add_support(engine, &layer, arena, support);
		hs_cli_validate_layer_ready(engine, &layer);
	}
	hs_cli_validate_text(engine, layer.validator ? layer.validator : engine->validator, text, &options,
		&issues);
	*outcome = hs_outcome(arena, &issues);
	if (layer.library)
		hs_cli_validate_layer_end(&layer);
	return *outcome ? HS_OK : hs_fail(err, HS_E_LIMIT, "the resource is too large");
}

static void answer(const struct validate_engine *engine, struct hs_slice line,
	const struct hs_validate_options *options)
{
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct hs_json *request = NULL, *outcome = NULL, *reply = hs_json_object(arena);
	struct hs_error err;
	struct hs_buf out;
	enum hs_status status = hs_json_parse(arena, line, NULL, &request, &err);

	if (!status) {
		struct hs_json *id = hs_json_get(request, HS_S("id"));
		hs_json_add(reply, HS_S("id"), id ? hs_json_clone(arena, id) : hs_json_null(arena));
		status = validate(engine, arena, request, options, &outcome, &err);
	}
	if (status)
		hs_json_add_text(arena, reply, HS_S("error"), hs_slice_cstr(err.text));
	else
		hs_json_add(reply, HS_S("outcome"), outcome);
	hs_buf_init(&out, arena, (size_t)1 << 30);
	hs_json_write(&out, reply, 0);
	hs_buf_byte(&out, '\n');
	fwrite(out.ptr, 1, out.len, stdout);
	fflush(stdout);
	hs_arena_free(arena);
}

void hs_cli_validate_pipe(const struct validate_engine *engine, const struct hs_validate_options *options)
{
	char *line = NULL;
	size_t room = 0;

	for (ssize_t len = getline(&line, &room, stdin); len >= 0; len = getline(&line, &room, stdin)) {
		struct hs_slice text = hs_slice_trim(hs_slice(line, (size_t)len));
		if (text.len)
			answer(engine, text, options);
	}
	hs_heap_free(line);
}
