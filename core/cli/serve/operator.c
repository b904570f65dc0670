/* SPDX-License-Identifier: Apache-2.0 */
/* Calls of the operator API for subcommands: where the server is, and its token. */
#include <core/base/world.h>
#include <core/cli/serve/operator.h>

#include <stdio.h>
#include <stdlib.h>

static enum hs_status operator_token(struct hs_arena *arena, const struct hs_cli_operator *at,
	const char **out, struct hs_error *err)
{
	const char *set = at->token ? at->token : getenv("HANDSLAG_TOKEN");
	struct hs_slice text;
	char path[4096];

	if (set && set[0]) {
		*out = set;
		return HS_OK;
	}
	snprintf(path, sizeof(path), "%s/operator.token", at->data ? at->data : "handslag-data");
	if (hs_world_read_file(hs_world_real(), arena, path, 4096, &text, err))
		return hs_fail(err, HS_E_NOT_FOUND,
			"the operator's token is in the server's data directory: give --data DIR, --token or "
			"HANDSLAG_TOKEN (%s is not there)",
			path);
	*out = hs_arena_cstr(arena, hs_slice_trim(text));
	return HS_OK;
}

/* The operator's API stands at the root; who gives a FHIR base of the server means the same server. */
static struct hs_slice root_of(struct hs_slice url)
{
	static const char *const below[] = { "/fhir/r4", "/fhir/r5", "/fhir", NULL };

	while (hs_slice_ends(url, HS_S("/")))
		url.len--;
	for (size_t i = 0; below[i]; i++)
		if (hs_slice_ends(url, hs_slice_cstr(below[i])))
			url.len -= strlen(below[i]);
	size_t name = url.len; /* where the last part of the path begins */
	while (name && url.ptr[name - 1] != '/')
		name--;
	bool below_sandbox = hs_slice_ends(hs_slice_first(url, name), HS_S("/sandbox/"));
	return below_sandbox ? hs_slice_first(url, name - strlen("/sandbox/")) : url;
}

/* Where the server is: as was said, or as the lock of its data directory tells. */
static struct hs_slice address(struct hs_arena *arena, const struct hs_cli_operator *at)
{
	struct hs_slice text = HS_S_NONE;
	struct hs_error ignored;
	char path[4096];

	snprintf(path, sizeof(path), "%s/lock", at->data ? at->data : "handslag-data");
	if (at->target)
		return root_of(hs_slice_cstr(at->target));
	if (hs_world_read_file(hs_world_real(), arena, path, 4096, &text, &ignored) != HS_OK)
		text = HS_S_NONE;
	text = hs_slice_trim(text);
	return text.len ? text : HS_S("http://127.0.0.1:8080");
}

enum hs_status hs_cli_operate(struct hs_arena *arena, const struct hs_cli_operator *at, const char *method,
	struct hs_slice path, struct hs_slice body, struct hs_json **out, struct hs_error *err)
{
	const char *token = NULL;
	struct hs_cli_answer answer;
	struct hs_slice base = address(arena, at);
	enum hs_status status = operator_token(arena, at, &token, err);

	if (status)
		return status;
	const char *url = hs_arena_cstr(arena,
		hs_arena_printf(arena, "%.*s/operator/%.*s", HS_S_ARG(base), HS_S_ARG(path)));
	status = hs_cli_call(arena, method, url, token, body, &answer, err);
	if (status == HS_E_NETWORK && !at->target)
		return hs_fail(err, status, "%s; start handslag serve, or say by --target URL where it is",
			hs_arena_cstr(arena, hs_slice_cstr(err->text)));
	if (status)
		return status;
	*out = NULL;
	if (answer.status >= 200 && answer.status < 300)
		return answer.body.len ? hs_json_parse(arena, answer.body, NULL, out, err) : HS_OK;
	struct hs_slice reason = hs_cli_reason(arena, &answer);
	return hs_fail(err, answer.status == 404 ? HS_E_NOT_FOUND : HS_E_PROCESSING, "%.*s",
		HS_S_ARG(reason));
}
