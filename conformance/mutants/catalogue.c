/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the catalogue: files of faults, all of them checked before the first is used. */
#include <conformance/mutants/fault.h>

#define MEMORY_MAX ((size_t)64 << 20)

struct hs_mutants {
	struct hs_arena *arena;
	const struct hs_fault **faults;
	size_t count, room;
};

/* What is read from: for messages. */
struct reader {
	struct hs_mutants *mutants;
	struct hs_slice file, text;
	struct hs_slice fault;
	struct hs_error *err;
};

static enum hs_status refuse(const struct reader *r, const struct hs_json *at, const char *why,
	struct hs_slice what)
{
	uint32_t line = 0, column = 0;

	hs_json_position(r->text, at, &line, &column);
	return hs_fail(r->err, HS_E_INVALID, "%.*s:%u: fault %.*s: %s%s%.*s", HS_S_ARG(r->file), line,
		HS_S_ARG(r->fault), why, what.len ? " " : "", HS_S_ARG(what));
}

static void free_path(void *arg)
{
	hs_path_free(arg);
}

static enum hs_status compile(const struct reader *r, const struct hs_json *value, struct hs_path **out)
{
	struct hs_error err = { .status = HS_OK };

	if (!hs_json_is(value, HS_JSON_STRING))
		return refuse(r, value, "this should be a FHIRPath text", HS_S_NONE);
	if (hs_path_compile(NULL, hs_json_text(value), HS_S_NONE, out, NULL, &err))
		return refuse(r, value, "the FHIRPath is wrong:", hs_slice_cstr(err.text));
	hs_arena_defer(r->mutants->arena, free_path, *out);
	return HS_OK;
}

/* ---- actions ---- */

enum member {
	M_PATH,
	M_BY,
	M_NAME,
	M_TEXT,
	M_TO,
	M_VALUE,
	M_RENAME,
	M_JSON,
	M_NUMBER,
	M_DROP,
	M_ECHO,
	M_SKIP
};

static const struct verb {
	struct hs_slice word;
	enum fault_verb verb;
	enum member takes; /* what the value of the word itself is */
	bool on[2];        /* request, answer */
} verbs[] = {
	{ HS_S_INIT("delete"), FAULT_DELETE, M_PATH, { true, true } },
	{ HS_S_INIT("replace"), FAULT_REPLACE, M_PATH, { true, true } },
	{ HS_S_INIT("set"), FAULT_SET, M_PATH, { true, true } },
	{ HS_S_INIT("repeat"), FAULT_REPEAT, M_PATH, { true, true } },
	{ HS_S_INIT("reverse"), FAULT_REVERSE, M_PATH, { true, true } },
	{ HS_S_INIT("body"), FAULT_BODY, M_JSON, { true, true } },
	{ HS_S_INIT("text"), FAULT_TEXT, M_TEXT, { true, true } },
	{ HS_S_INIT("header"), FAULT_HEADER, M_NAME, { true, true } },
	{ HS_S_INIT("method"), FAULT_METHOD, M_VALUE, { true, false } },
	{ HS_S_INIT("path"), FAULT_PATH, M_TEXT, { true, false } },
	{ HS_S_INIT("query"), FAULT_QUERY, M_NAME, { true, false } },
	{ HS_S_INIT("addQuery"), FAULT_ADD_QUERY, M_TEXT, { true, false } },
	{ HS_S_INIT("twice"), FAULT_TWICE, M_SKIP, { true, false } },
	{ HS_S_INIT("answer"), FAULT_ANSWER, M_NUMBER, { true, false } },
	{ HS_S_INIT("status"), FAULT_STATUS, M_NUMBER, { false, true } },
	{ HS_S_INIT("stale"), FAULT_STALE, M_SKIP, { false, true } },
	{ HS_S_INIT("cut"), FAULT_CUT, M_NUMBER, { false, true } },
	{ HS_S_INIT("close"), FAULT_CLOSE, M_SKIP, { false, true } },
	{ HS_S_INIT("delay"), FAULT_DELAY, M_NUMBER, { false, true } },
};

static const struct {
	struct hs_slice word;
	enum member member;
} members[] = {
	{ HS_S_INIT("by"), M_BY },
	{ HS_S_INIT("name"), M_NAME },
	{ HS_S_INIT("from"), M_TEXT },
	{ HS_S_INIT("to"), M_TO },
	{ HS_S_INIT("value"), M_VALUE },
	{ HS_S_INIT("rename"), M_RENAME },
	{ HS_S_INIT("with"), M_JSON },
	{ HS_S_INIT("drop"), M_DROP },
	{ HS_S_INIT("echo"), M_ECHO },
};

static enum hs_status fill(const struct reader *r, struct fault_action *action, enum member member,
	const struct hs_json *value)
{
	struct hs_slice text = hs_json_text(value);

	switch (member) {
	case M_PATH:
		return compile(r, value, &action->path);
	case M_BY:
		return compile(r, value, &action->by);
	case M_NUMBER:
		if (!hs_json_i64(value, &action->number) || action->number < 0)
			return refuse(r, value, "this should be a whole number", HS_S_NONE);
		return HS_OK;
	case M_JSON:
		action->json = value;
		return HS_OK;
	case M_DROP:
		action->drop = true;
		return HS_OK;
	case M_ECHO:
		action->echo = true;
		return HS_OK;
	case M_SKIP:
		return HS_OK;
	default:
		break;
	}
	if (!hs_json_is(value, HS_JSON_STRING))
		return refuse(r, value, "this should be a text", HS_S_NONE);
	*(member == M_NAME                ? &action->name :
			member == M_TEXT  ? &action->text :
			member == M_TO    ? &action->to :
			member == M_VALUE ? &action->value :
					    &action->rename) = text;
	return HS_OK;
}

static enum hs_status read_member(const struct reader *r, struct fault_action *action, enum fault_side side,
	const struct hs_json *member)
{
	struct hs_slice key = hs_json_key(member);

	for (size_t i = 0; i < sizeof(verbs) / sizeof(verbs[0]); i++) {
		if (!hs_slice_eq(verbs[i].word, key))
			continue;
		if (action->verb != FAULT_VERBS || !verbs[i].on[side])
			return refuse(r, member, "an action cannot have this here:", key);
		action->verb = verbs[i].verb;
		return fill(r, action, verbs[i].takes, member);
	}
	for (size_t i = 0; i < sizeof(members) / sizeof(members[0]); i++)
		if (hs_slice_eq(members[i].word, key))
			return fill(r, action, members[i].member, member);
	return refuse(r, member, "an action knows nothing called", key);
}

static enum hs_status read_action(const struct reader *r, struct fault_action *action, enum fault_side side,
	const struct hs_json *value)
{
	enum hs_status status = HS_OK;
	bool needs_value;

	action->verb = FAULT_VERBS;
	if (!hs_json_is(value, HS_JSON_OBJECT))
		return refuse(r, value, "an action should be an object", HS_S_NONE);
	/* The verb first: a body that is to be answered is not the verb "body". */
	if (side == FAULT_REQUEST && hs_json_get(value, HS_S("answer"))) {
		action->verb = FAULT_ANSWER;
		action->json = hs_json_get(value, HS_S("body"));
		action->echo = hs_json_get_bool(value, HS_S("echo"), false);
		return fill(r, action, M_NUMBER, hs_json_get(value, HS_S("answer")));
	}
	HS_JSON_EACH(member, value) {
		status = read_member(r, action, side, member);
		if (status)
			return status;
	}
	if (action->verb == FAULT_VERBS)
		return refuse(r, value, "an action needs a verb", HS_S_NONE);
	needs_value = action->verb == FAULT_REPLACE || action->verb == FAULT_SET;
	if (needs_value && !action->by && !action->json)
		return refuse(r, value, "replace and set need \"with\" or \"by\"", HS_S_NONE);
	return HS_OK;
}

static enum hs_status read_actions(const struct reader *r, const struct hs_json *list, enum fault_side side,
	struct hs_fault_rule *rule)
{
	size_t count = hs_json_count(list), at = 0;
	struct fault_action *actions = hs_arena_array(r->mutants->arena, count + 1, sizeof(*actions));
	enum hs_status status = HS_OK;

	if (list && !hs_json_is(list, HS_JSON_ARRAY))
		return refuse(r, list, "actions should be a list", HS_S_NONE);
	HS_JSON_EACH(item, list) {
		status = read_action(r, &actions[at++], side, item);
		if (status)
			return status;
	}
	rule->actions[side] = actions;
	rule->counts[side] = count;
	return HS_OK;
}

/* ---- rules and faults ---- */

static enum hs_status read_condition(const struct reader *r, const struct hs_json *member,
	struct hs_fault_rule *rule)
{
	struct hs_slice key = hs_json_key(member), text = hs_json_text(member);
	const char **globs[] = { &rule->method, &rule->target, &rule->query, &rule->header };
	const struct hs_slice words[] = { HS_S("method"), HS_S("path"), HS_S("query"), HS_S("header") };

	if (hs_slice_eq(key, HS_S("from")))
		return hs_json_i64(member, &rule->from) ?
			HS_OK :
			refuse(r, member, "this should be a whole number", HS_S_NONE);
	if (!text.len || !hs_json_is(member, HS_JSON_STRING))
		return refuse(r, member, "this should be a text", HS_S_NONE);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (hs_slice_eq(key, words[i])) {
			*globs[i] = hs_arena_cstr(r->mutants->arena, text);
			return HS_OK;
		}
	}
	if (hs_slice_eq(key, HS_S("interaction")))
		rule->interactions = text;
	else if (hs_slice_eq(key, HS_S("status")))
		rule->statuses = text;
	else if (hs_slice_eq(key, HS_S("sent")))
		return compile(r, member, &rule->sent);
	else if (hs_slice_eq(key, HS_S("body")))
		return compile(r, member, &rule->body);
	else
		return refuse(r, member, "\"when\" knows nothing called", key);
	return HS_OK;
}

static enum hs_status read_rule(const struct reader *r, const struct hs_json *value,
	struct hs_fault_rule *rule)
{
	enum hs_status status = HS_OK;

	HS_JSON_EACH(member, hs_json_get(value, HS_S("when"))) {
		status = read_condition(r, member, rule);
		if (status)
			return status;
	}
	status = read_actions(r, hs_json_get(value, HS_S("request")), FAULT_REQUEST, rule);
	if (!status)
		status = read_actions(r, hs_json_get(value, HS_S("response")), FAULT_RESPONSE, rule);
	if (!status && !rule->counts[FAULT_REQUEST] && !rule->counts[FAULT_RESPONSE])
		return refuse(r, value, "a rule needs a request or a response action", HS_S_NONE);
	return status;
}

static enum hs_status read_rules(const struct reader *r, const struct hs_json *value, struct hs_fault *fault)
{
	const struct hs_json *list = hs_json_get(value, HS_S("rules"));
	size_t count = list ? hs_json_count(list) : 1, at = 0;
	struct hs_fault_rule *rules = hs_arena_array(r->mutants->arena, count + 1, sizeof(*rules));
	enum hs_status status = HS_OK;

	if (!count || count > HS_FAULT_RULES)
		return refuse(r, value, "a fault has 1 to 16 rules", HS_S_NONE);
	if (!list)
		status = read_rule(r, value, &rules[0]);
	HS_JSON_EACH(item, list)
		if (!status)
			status = read_rule(r, item, &rules[at++]);
	fault->rules = rules;
	fault->rule_count = count;
	return status;
}

static enum hs_status read_fault(struct reader *r, const struct hs_json *value, struct hs_fault *fault)
{
	const struct hs_json *suites = hs_json_get(value, HS_S("suites"));
	struct hs_slice *names = hs_arena_array(r->mutants->arena, hs_json_count(suites) + 1, sizeof(*names));

	*fault = (struct hs_fault) { .id = hs_json_get_text(value, HS_S("id")),
		.title = hs_json_get_text(value, HS_S("title")),
		.source = hs_json_get_text(value, HS_S("source")),
		.file = r->file,
		.suites = names };
	r->fault = fault->id;
	if (!fault->id.len || !fault->title.len || !fault->source.len)
		return refuse(r, value, "a fault needs id, title and source", HS_S_NONE);
	for (size_t i = 0; i < r->mutants->count; i++)
		if (hs_slice_eq(r->mutants->faults[i]->id, fault->id))
			return refuse(r, value, "this id is there twice", HS_S_NONE);
	fault->r5 = hs_slice_eq(hs_json_get_text(value, HS_S("fhir")), HS_S("r5"));
	fault->both = hs_slice_eq(hs_json_get_text(value, HS_S("fhir")), HS_S("both"));
	if (hs_json_get(value, HS_S("fhir")) && !fault->r5 && !fault->both)
		return refuse(r, value, "\"fhir\" is r5 or both", HS_S_NONE);
	HS_JSON_EACH(item, suites)
		names[fault->suite_count++] = hs_json_text(item);
	return read_rules(r, value, fault);
}

static bool keep(struct hs_mutants *mutants, const struct hs_fault *fault)
{
	if (mutants->count == mutants->room) {
		size_t room = mutants->room ? mutants->room * 2 : 64, size = sizeof(*mutants->faults);
		void *grown = hs_arena_grow(mutants->arena, mutants->faults, mutants->room * size,
			room * size);
		if (!grown)
			return false;
		mutants->faults = grown;
		mutants->room = room;
	}
	mutants->faults[mutants->count++] = fault;
	return true;
}

static enum hs_status read_list(struct reader *r, const struct hs_json *list, bool allowed)
{
	HS_JSON_EACH(item, list) {
		struct hs_fault *fault = hs_arena_alloc(r->mutants->arena, sizeof(*fault));
		if (!fault)
			return hs_fail(r->err, HS_E_LIMIT, "the catalogue of faults is too large");
		enum hs_status status = read_fault(r, item, fault);
		if (status)
			return status;
		fault->allowed = allowed;
		if (!keep(r->mutants, fault))
			return hs_fail(r->err, HS_E_LIMIT, "the catalogue of faults is too large");
	}
	return HS_OK;
}

static enum hs_status read_file(struct hs_mutants *mutants, struct hs_slice file, struct hs_slice text,
	struct hs_error *err)
{
	struct reader r = { .mutants = mutants, .file = file, .text = text, .err = err };
	struct hs_error cause = { .status = HS_OK };
	struct hs_json *tree = NULL;
	enum hs_status status = hs_json_parse(mutants->arena, text, NULL, &tree, &cause);

	if (status)
		return hs_fail(err, status, "%.*s:%u: %.200s", HS_S_ARG(file), cause.line, cause.text);
	status = read_list(&r, hs_json_get(tree, HS_S("faults")), false);
	return status ? status : read_list(&r, hs_json_get(tree, HS_S("liberties")), true);
}

enum hs_status hs_mutants_open(const struct hs_library *library, struct hs_mutants **out,
	struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new(MEMORY_MAX);
	struct hs_mutants *mutants = hs_arena_alloc(arena, sizeof(*mutants));
	struct hs_slice file, text;
	enum hs_status status = HS_OK;
	size_t at = 0;

	mutants->arena = arena;
	while (!status && hs_library_next(library, HS_S("mutants/"), &at, &file, &text))
		status = read_file(mutants, file, text, err);
	if (status) {
		hs_arena_free(arena);
		return status;
	}
	*out = mutants;
	return HS_OK;
}

void hs_mutants_close(struct hs_mutants *mutants)
{
	if (mutants)
		hs_arena_free(mutants->arena);
}

const struct hs_fault *const *hs_mutants_faults(const struct hs_mutants *mutants, size_t *count)
{
	*count = mutants->count;
	return mutants->faults;
}

bool hs_fault_is_for(const struct hs_fault *fault, struct hs_slice suite)
{
	for (size_t i = 0; i < fault->suite_count; i++)
		if (hs_slice_eq(fault->suites[i], suite))
			return true;
	return fault->suite_count == 0;
}
