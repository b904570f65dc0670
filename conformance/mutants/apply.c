/* SPDX-License-Identifier: Apache-2.0 */
/* Actions on a message: headers, query, path, status and the bytes of the body. */
#include <conformance/mutants/fault.h>

#include <fnmatch.h>

#define TEXT_MAX ((size_t)64 << 20)

struct hs_json *hs__fault_tree(struct fault_message *message)
{
	struct hs_error ignored;

	if (!message->parsed) {
		message->parsed = true;
		if (hs_json_parse(message->arena, message->body, NULL, &message->tree, &ignored) != HS_OK)
			message->tree = NULL;
	}
	return message->tree;
}

void hs__fault_settle(struct fault_message *message)
{
	struct hs_buf out;

	if (!message->changed || !message->tree)
		return;
	hs_buf_init(&out, message->arena, TEXT_MAX);
	hs_json_write(&out, message->tree, 0);
	message->body = hs_buf_slice(&out);
	message->changed = false;
}

static void set_body(struct fault_message *message, struct hs_slice body)
{
	message->differs = message->differs || !hs_slice_eq(message->body, body);
	message->body = body;
	message->tree = NULL;
	message->parsed = message->changed = false;
}

struct hs_slice hs__fault_header(const struct fault_message *message, struct hs_slice name)
{
	for (size_t i = 0; i < message->header_count; i++)
		if (hs_slice_ieq(message->headers[i].name, name))
			return message->headers[i].value;
	return HS_S_NONE;
}

void hs__fault_set_header(struct fault_message *message, struct hs_slice name, struct hs_slice value)
{
	struct hs_slice before = hs__fault_header(message, name);
	size_t kept = 0;

	if (before.ptr && value.ptr ? !hs_slice_eq(before, value) : before.ptr != value.ptr)
		message->differs = true;
	for (size_t i = 0; i < message->header_count; i++)
		if (!hs_slice_ieq(message->headers[i].name, name))
			message->headers[kept++] = message->headers[i];
	message->header_count = kept;
	if (value.ptr && kept < message->header_room)
		message->headers[message->header_count++] = (struct hs_http_header) { name, value };
}

struct hs_slice hs__fault_substitute(struct hs_arena *arena, struct hs_slice text, struct hs_slice from,
	struct hs_slice to)
{
	size_t at = from.len ? hs_slice_search(text, from) : SIZE_MAX;
	struct hs_buf out;

	if (at == SIZE_MAX)
		return text;
	hs_buf_init(&out, arena, TEXT_MAX);
	for (; at != SIZE_MAX; at = hs_slice_search(text, from)) {
		hs_buf_add(&out, hs_slice_first(text, at));
		hs_buf_add(&out, to);
		text = hs_slice_from(text, at + from.len);
	}
	hs_buf_add(&out, text);
	return hs_buf_slice(&out);
}

/* ---- parameters ---- */

static struct hs_pair change_pair(const struct fault_action *action, struct hs_arena *arena,
	struct hs_pair pair)
{
	if (action->rename.len)
		pair.name = action->rename;
	if (action->value.ptr)
		pair.value = action->value;
	pair.value = hs__fault_substitute(arena, pair.value, action->text, action->to);
	return pair;
}

static void change_params(const struct fault_action *action, struct fault_message *message,
	struct fault_params *params)
{
	char *glob = hs_arena_cstr(message->arena, action->name);
	size_t kept = 0;

	for (size_t i = 0; glob && i < params->count; i++) {
		struct hs_pair before = params->pairs[i], after = before;
		const char *name = hs_arena_cstr(message->arena, before.name);
		bool drops = name && fnmatch(glob, name, 0) == 0 && action->drop;
		if (name && fnmatch(glob, name, 0) == 0)
			after = change_pair(action, message->arena, before);
		if (drops || !hs_slice_eq(before.name, after.name) || !hs_slice_eq(before.value, after.value))
			params->changed = message->differs = true;
		if (!drops)
			params->pairs[kept++] = after;
	}
	params->count = glob ? kept : params->count;
}

/* To the form when there is one. */
static void add_param(const struct fault_action *action, struct fault_message *message)
{
	struct fault_params *params = &message->params[message->params[1].count ? 1 : 0];
	struct hs_pair *grown = hs_arena_array(message->arena, params->count + 1, sizeof(*grown));
	struct hs_slice rest = action->text;

	if (!grown)
		return;
	if (params->count)
		memcpy(grown, params->pairs, params->count * sizeof(*grown));
	grown[params->count].name = hs_slice_cut(&rest, '=');
	grown[params->count++].value = rest;
	params->pairs = grown;
	params->changed = message->differs = true;
}

/* ---- the body ---- */

static void replace_body(const struct fault_action *action, struct fault_message *message)
{
	struct hs_buf out;

	if (hs_json_is(action->json, HS_JSON_NULL)) {
		set_body(message, HS_S_NONE);
		hs__fault_set_header(message, HS_S("Content-Type"), HS_S_NONE);
		return;
	}
	if (hs_json_is(action->json, HS_JSON_STRING)) {
		set_body(message, hs_json_text(action->json));
		return;
	}
	hs_buf_init(&out, message->arena, TEXT_MAX);
	hs_json_write(&out, action->json, 0);
	set_body(message, hs_buf_slice(&out));
	hs__fault_set_header(message, HS_S("Content-Type"), HS_S("application/fhir+json"));
}

void hs__fault_apply(const struct fault_action *action, struct fault_message *message)
{
	struct hs_slice value;

	switch (action->verb) {
	case FAULT_DELETE:
	case FAULT_REPLACE:
	case FAULT_SET:
	case FAULT_REPEAT:
	case FAULT_REVERSE:
		hs__fault_apply_tree(action, message);
		break;
	case FAULT_BODY:
		replace_body(action, message);
		break;
	case FAULT_TEXT:
		hs__fault_settle(message);
		set_body(message,
			hs__fault_substitute(message->arena, message->body, action->text, action->to));
		break;
	case FAULT_CUT:
		hs__fault_settle(message);
		set_body(message, hs_slice_first(message->body, (size_t)action->number));
		break;
	case FAULT_HEADER:
		value = action->text.len ?
			hs__fault_substitute(message->arena, hs__fault_header(message, action->name),
				action->text, action->to) :
			action->value;
		hs__fault_set_header(message, action->name, value);
		break;
	case FAULT_METHOD:
		message->method = action->value;
		message->differs = true;
		break;
	case FAULT_PATH:
		value = hs__fault_substitute(message->arena, message->path, action->text, action->to);
		message->differs = message->differs || !hs_slice_eq(value, message->path);
		message->path = value;
		break;
	case FAULT_QUERY:
		change_params(action, message, &message->params[0]);
		change_params(action, message, &message->params[1]);
		break;
	case FAULT_ADD_QUERY:
		add_param(action, message);
		break;
	case FAULT_STATUS:
		message->differs = message->differs || message->status != (int)action->number;
		message->status = (int)action->number;
		break;
	default: /* twice, answer, stale, close, delay: the proxy's */
		break;
	}
}
