/* SPDX-License-Identifier: Apache-2.0 */
/* handslag tx check: holds every code that a value set lists against its code system, and every other rule
 * against the terminology, and says where in the file what is wrong. */
#include <core/base/nearest.h>
#include <core/cli/tx.h>

#include <stdio.h>

#include <stdlib.h>

#define BATCH 500u
#define ISSUES_MAX 100000u
#define NEAR_MAX 50u /* wrong codes for which another way of writing is looked for */

struct check {
	struct hs_cli_tx *tx;
	const char *file;
	struct hs_slice text; /* of the file */
	const struct hs_json *set;
	struct hs_slice rule_path; /* "ValueSet.compose.include[0]" */
	const struct hs_json *rule;
	struct hs_issues issues;
	size_t codes, wrong, warned, rules_wrong, near;
};

static const char *in_words(const struct check *c, const char *english, const char *swedish)
{
	return c->tx->swedish ? swedish : english;
}

static void say(struct check *c, const struct hs_json *at, enum hs_severity severity, struct hs_slice path,
	struct hs_slice text)
{
	struct hs_slice what = hs_json_get_text(at, HS_S("code"));
	uint32_t line = 0, column = 0;

	hs_json_position(c->text, at, &line, &column);
	struct hs_issue *issue = hs_issue_add(&c->issues, severity, "code-invalid", path, "%.*s",
		HS_S_ARG(text));
	if (issue) {
		issue->line = line;
		issue->column = column;
	}
	if (!c->tx->json)
		printf("%s:%u:%u: %s: %.*s%s%.*s\n", c->file, line, column,
			severity == HS_SEVERITY_ERROR ? "error" : "warning", HS_S_ARG(what),
			what.len ? ": " : "", HS_S_ARG(text));
}

/* ---- one code ---- */

/* Whether the code system of the rule has the code. HS_OK whatever it has. */
static enum hs_status ask_code(struct check *c, struct hs_slice code, bool *has, struct hs_error *err)
{
	struct hs_arena *arena = c->tx->arena;
	struct hs_json *question = hs_parameters(arena), *answer = NULL;
	struct hs_slice version = hs_json_get_text(c->rule, HS_S("version"));
	int http = 0;

	hs_parameters_add(arena, question, HS_S("url"), HS_S("valueUri"),
		hs_json_string(arena, hs_json_get_text(c->rule, HS_S("system"))));
	hs_parameters_add(arena, question, HS_S("code"), HS_S("valueCode"), hs_json_string(arena, code));
	if (version.len)
		hs_parameters_add(arena, question, HS_S("version"), HS_S("valueString"),
			hs_json_string(arena, version));
	enum hs_status status = hs_cli_tx_ask(c->tx, "CodeSystem/$validate-code", question, &http, &answer,
		err);
	*has = status == HS_OK &&
		hs_json_type(hs_parameter_value(hs_parameter(answer, HS_S("result")))) == HS_JSON_TRUE;
	return status;
}

/* " (the code system has 'SB1')" in words when the code is only written in another way, else nothing. */
static struct hs_slice near_code(struct check *c, struct hs_slice code)
{
	struct hs_slice forms[3] = { hs_slice_trim(code) };
	struct hs_error ignored;
	struct hs_buf upper, lower;

	if (!code.len || c->near++ >= NEAR_MAX)
		return HS_S_NONE;
	hs_buf_init(&upper, c->tx->arena, 4096);
	hs_buf_init(&lower, c->tx->arena, 4096);
	for (size_t i = 0; i < forms[0].len; i++) {
		char byte = forms[0].ptr[i];
		hs_buf_byte(&upper, byte >= 'a' && byte <= 'z' ? (char)(byte - 'a' + 'A') : byte);
		hs_buf_byte(&lower, byte >= 'A' && byte <= 'Z' ? (char)(byte - 'A' + 'a') : byte);
	}
	forms[1] = hs_buf_slice(&upper);
	forms[2] = hs_buf_slice(&lower);
	for (size_t i = 0; i < 3; i++) {
		bool has = false;
		if (!hs_slice_eq(forms[i], code) && ask_code(c, forms[i], &has, &ignored) == HS_OK && has)
			return hs_arena_printf(c->tx->arena, " (%s '%.*s')",
				in_words(c, "the code system has", "kodverket har"), HS_S_ARG(forms[i]));
	}
	return HS_S_NONE;
}

/* ---- a list of codes ---- */

static bool is_of_type(const struct hs_json *issue, const char *type)
{
	const struct hs_json *coding = hs_json_pointer(issue, HS_S("/details/coding/0"));

	return hs_slice_eq(hs_json_get_text(coding, HS_S("code")), hs_slice_cstr(type));
}

static bool has_id(const struct hs_json *issue, const char *id)
{
	return hs_slice_eq(hs_json_text(hs_json_pointer(issue, HS_S("/extension/0/valueString"))),
		hs_slice_cstr(id));
}

/* The sentence; that nobody asked for a language is not worth telling here. */
static struct hs_slice text_of(const struct hs_json *issue)
{
	struct hs_slice text = hs_json_text(hs_json_pointer(issue, HS_S("/details/text"))),
			tail = HS_S(" (for the language(s) '--')");

	return hs_slice_ends(text, tail) ? hs_slice_first(text, text.len - tail.len) : text;
}

/* "; did you mean URL?" when a code system that was brought along has nearly this URL. */
static struct hs_slice near_system(const struct check *c)
{
	struct hs_arena *arena = c->tx->arena;
	const char **names = hs_arena_array(arena, hs_json_count(c->tx->beside) + 1, sizeof(*names));
	struct hs_slice wrong = hs_json_get_text(c->rule, HS_S("system"));
	size_t n = 0;

	if (!names)
		return HS_S_NONE;
	HS_JSON_EACH(resource, c->tx->beside)
		if (hs_json_get_text(resource, HS_S("url")).len)
			names[n++] = hs_arena_cstr(arena, hs_json_get_text(resource, HS_S("url")));
	const char *near = hs_suggest(hs_arena_cstr(arena, wrong), names);
	if (!near || hs_slice_eq(hs_slice_cstr(near), wrong))
		return HS_S_NONE;
	return hs_arena_printf(arena, "; %s %s?", in_words(c, "did you mean", "menade du"), near);
}

/* The sentences on one code. That it is not in the set follows from the others and is left out; that its
 * whole code system is unknown is said of the rule. False then. */
static bool tell(struct check *c, const struct hs_json *concept, size_t index, const struct hs_json *answer)
{
	bool outcome = hs_slice_eq(hs_json_get_text(answer, HS_S("resourceType")), HS_S("OperationOutcome"));
	const struct hs_json *issues = outcome ?
		answer :
		hs_json_get(hs_parameter(answer, HS_S("issues")), HS_S("resource"));
	struct hs_slice path = hs_arena_printf(c->tx->arena, "%.*s.concept[%zu]", HS_S_ARG(c->rule_path),
		index);
	bool bad = false, odd = false;

	HS_JSON_EACH(issue, hs_json_get(issues, HS_S("issue"))) {
		struct hs_slice severity = hs_json_get_text(issue, HS_S("severity"));
		bool error = hs_slice_eq(severity, HS_S("error"));
		if (is_of_type(issue, "not-found")) {
			say(c, c->rule, HS_SEVERITY_ERROR, c->rule_path,
				HS_ARENA_JOIN(c->tx->arena, text_of(issue), near_system(c)));
			return false;
		}
		if (is_of_type(issue, "not-in-vs") || is_of_type(issue, "status-check"))
			continue;
		if (has_id(issue, "ABSTRACT_CODE_NOT_ALLOWED")) {
			say(c, concept, HS_SEVERITY_WARNING, path,
				hs_slice_cstr(in_words(c,
					"the code only groups others and is not meant to be chosen",
					"koden grupperar bara andra och är inte till för att väljas")));
			odd = true;
			continue;
		}
		bool why = is_of_type(issue, "invalid-code"); /* also what a grammar could not read */
		struct hs_slice text = text_of(issue);
		if (why && error)
			text = hs_arena_printf(c->tx->arena, "%.*s%.*s", HS_S_ARG(text),
				HS_S_ARG(near_code(c, hs_json_get_text(concept, HS_S("code")))));
		if (error || why || hs_slice_eq(severity, HS_S("warning")))
			say(c, concept, error ? HS_SEVERITY_ERROR : HS_SEVERITY_WARNING, path, text);
		bad |= error;
		odd |= hs_slice_eq(severity, HS_S("warning"));
	}
	c->wrong += bad;
	c->warned += odd && !bad;
	return true;
}

static struct hs_json *coding_of(struct check *c, const struct hs_json *concept)
{
	struct hs_arena *arena = c->tx->arena;
	struct hs_json *coding = hs_json_object(arena);
	struct hs_slice version = hs_json_get_text(c->rule, HS_S("version")),
			display = hs_json_get_text(concept, HS_S("display"));

	hs_json_add_text(arena, coding, HS_S("system"), hs_json_get_text(c->rule, HS_S("system")));
	if (version.len)
		hs_json_add_text(arena, coding, HS_S("version"), version);
	hs_json_add_text(arena, coding, HS_S("code"), hs_json_get_text(concept, HS_S("code")));
	if (display.len)
		hs_json_add_text(arena, coding, HS_S("display"), display);
	return coding;
}

/* A value set of the rule's whole code system: being in it is being a code. */
static struct hs_json *whole_system(struct check *c)
{
	struct hs_arena *arena = c->tx->arena;
	struct hs_json *set = hs_json_object(arena);
	struct hs_slice version = hs_json_get_text(c->rule, HS_S("version"));

	hs_json_add_text(arena, set, HS_S("resourceType"), HS_S("ValueSet"));
	hs_json_add_text(arena, set, HS_S("status"), HS_S("active"));
	struct hs_json *include = hs_json_push(hs_json_add_array(arena,
						       hs_json_add_object(arena, set, HS_S("compose")),
						       HS_S("include")),
		hs_json_object(arena));
	hs_json_add_text(arena, include, HS_S("system"), hs_json_get_text(c->rule, HS_S("system")));
	if (version.len)
		hs_json_add_text(arena, include, HS_S("version"), version);
	return set;
}

/* Asks about `count` codes from `concept` on; *known false when the code system is not known. */
static enum hs_status ask_batch(struct check *c, const struct hs_json *concept, size_t index, size_t count,
	bool *known, struct hs_error *err)
{
	struct hs_arena *arena = c->tx->arena;
	struct hs_json *question = hs_parameters(arena), *answer = NULL;
	const struct hs_json *at = concept;
	int http = 0;

	hs_parameters_add(arena, question, HS_S("valueSet"), HS_S("resource"), whole_system(c));
	hs_parameters_add(arena, question, HS_S("lenient-display-validation"), HS_S("valueBoolean"),
		hs_json_bool(arena, true));
	hs_parameters_add(arena, question, HS_S("abstract"), HS_S("valueBoolean"),
		hs_json_bool(arena, false));
	for (size_t i = 0; i < count; i++, at = hs_json_next(at)) {
		struct hs_json *one = hs_parameters(arena);
		hs_parameters_add(arena, one, HS_S("coding"), HS_S("valueCoding"), coding_of(c, at));
		hs_parameters_add(arena, question, HS_S("validation"), HS_S("resource"), one);
	}
	enum hs_status status = hs_cli_tx_ask(c->tx, "ValueSet/$batch-validate-code", question, &http,
		&answer, err);
	if (status)
		return status;
	if (http / 100 != 2)
		return hs_fail(err, HS_E_PROCESSING, "%.*s", HS_S_ARG(hs_cli_tx_reason(answer)));
	HS_JSON_EACH(p, hs_json_get(answer, HS_S("parameter"))) {
		if (!hs_slice_eq(hs_json_get_text(p, HS_S("name")), HS_S("validation")))
			continue;
		*known = *known && tell(c, concept, index++, hs_json_get(p, HS_S("resource")));
		concept = hs_json_next(concept);
	}
	return HS_OK;
}

struct listed {
	const struct hs_json *concept;
	struct hs_slice code;
	size_t index;
};

static int compare_listed(const void *a, const void *b)
{
	const struct listed *x = a, *y = b;
	int order = hs_slice_cmp(x->code, y->code);

	return order ? order : x->index < y->index ? -1 : 1;
}

/* A code that is listed again is a slip, often of the one that was meant in its place. */
static void check_doubles(struct check *c, const struct hs_json *list)
{
	size_t count = hs_json_count(list), n = 0;
	struct listed *all = hs_arena_array(c->tx->arena, count + 1, sizeof(*all)), *first = all;

	if (!all)
		return;
	HS_JSON_EACH(concept, list) {
		all[n] = (struct listed) { concept, hs_json_get_text(concept, HS_S("code")), n };
		n++;
	}
	qsort(all, n, sizeof(*all), compare_listed);
	for (size_t i = 1; i < n; i++) {
		uint32_t line = 0, column = 0;
		if (!hs_slice_eq(all[i].code, first->code)) {
			first = &all[i];
			continue;
		}
		hs_json_position(c->text, first->concept, &line, &column);
		c->warned++;
		say(c, all[i].concept, HS_SEVERITY_WARNING,
			hs_arena_printf(c->tx->arena, "%.*s.concept[%zu]", HS_S_ARG(c->rule_path),
				all[i].index),
			hs_arena_printf(c->tx->arena, "%s %u",
				in_words(c, "the code is listed already, on line",
					"koden är redan uppräknad, på rad"),
				line));
	}
}

static enum hs_status check_list(struct check *c, struct hs_error *err)
{
	const struct hs_json *list = hs_json_get(c->rule, HS_S("concept")), *at = hs_json_first(list);
	size_t left = hs_json_count(list), index = 0;
	enum hs_status status = HS_OK;
	bool known = true;

	c->codes += left;
	while (left && known && status == HS_OK) {
		size_t count = left < BATCH ? left : BATCH;
		struct hs_arena_mark mark = hs_arena_mark(c->tx->arena);
		bool quiet = c->issues.count;
		status = ask_batch(c, at, index, count, &known, err);
		for (size_t i = 0; i < count; i++)
			at = hs_json_next(at);
		index += count;
		left -= count;
		if (status == HS_OK && !c->issues.count && !quiet) /* nothing was said, so nothing is kept */
			hs_arena_rollback(c->tx->arena, mark);
	}
	c->rules_wrong += !known;
	if (status == HS_OK)
		check_doubles(c, list);
	return status;
}

/* ---- any other rule ---- */

/* Filters on the hierarchy name a code; one that is not there makes the rule empty without a word. */
static enum hs_status check_filters(struct check *c, struct hs_error *err)
{
	static const char *const operators[] = { "is-a", "descendent-of", "is-not-a", "generalizes",
		"child-of", "descendent-leaf" };
	enum hs_status status = HS_OK;
	size_t index = 0;

	HS_JSON_EACH(filter, hs_json_get(c->rule, HS_S("filter"))) {
		struct hs_slice op = hs_json_get_text(filter, HS_S("op")),
				value = hs_json_get_text(filter, HS_S("value")),
				path = hs_arena_printf(c->tx->arena, "%.*s.filter[%zu]",
					HS_S_ARG(c->rule_path), index++);
		struct hs_slice property = hs_json_get_text(filter, HS_S("property"));
		bool names_code = false, has = true;
		bool by_code = hs_slice_eq(property, HS_S("concept")) || hs_slice_eq(property, HS_S("code"));
		for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
			names_code |= by_code && hs_slice_eq(op, hs_slice_cstr(operators[i]));
		if (names_code)
			status = ask_code(c, value, &has, err);
		if (status)
			return status;
		if (has)
			continue;
		say(c, filter, HS_SEVERITY_ERROR, path,
			hs_arena_printf(c->tx->arena, "%s \"%.*s %.*s\" %s %.*s%.*s",
				in_words(c, "the filter", "filtret"), HS_S_ARG(op), HS_S_ARG(value),
				in_words(c, "names a code that is not in", "nämner en kod som inte finns i"),
				HS_S_ARG(hs_json_get_text(c->rule, HS_S("system"))),
				HS_S_ARG(near_code(c, value))));
		c->rules_wrong++;
	}
	return HS_OK;
}

/* Expands the rule alone, and shows nothing: that it can be expanded is the answer. */
static enum hs_status check_rule(struct check *c, struct hs_error *err)
{
	struct hs_arena *arena = c->tx->arena;
	struct hs_json *question = hs_parameters(arena), *answer = NULL, *set = hs_json_object(arena);
	int http = 0;

	hs_json_add_text(arena, set, HS_S("resourceType"), HS_S("ValueSet"));
	hs_json_add_text(arena, set, HS_S("url"), hs_json_get_text(c->set, HS_S("url")));
	hs_json_add_text(arena, set, HS_S("status"), HS_S("active"));
	hs_json_push(hs_json_add_array(arena, hs_json_add_object(arena, set, HS_S("compose")),
			     HS_S("include")),
		hs_json_clone(arena, c->rule));
	hs_parameters_add(arena, question, HS_S("valueSet"), HS_S("resource"), set);
	hs_parameters_add(arena, question, HS_S("count"), HS_S("valueInteger"), hs_json_int(arena, 0));
	enum hs_status status = hs_cli_tx_ask(c->tx, "ValueSet/$expand", question, &http, &answer, err);
	if (status)
		return status;
	/* a code system without an end of codes is no fault of the value set */
	bool endless = hs_slice_eq(hs_json_text(hs_json_pointer(answer, HS_S("/issue/0/code"))),
		HS_S("too-costly"));
	if (http / 100 == 2 || endless)
		return check_filters(c, err);
	say(c, c->rule, HS_SEVERITY_ERROR, c->rule_path, hs_cli_tx_reason(answer));
	c->rules_wrong++;
	return HS_OK;
}

static enum hs_status check_set(struct check *c, struct hs_error *err)
{
	static const char *const kinds[] = { "include", "exclude" };
	const struct hs_json *compose = hs_json_get(c->set, HS_S("compose"));
	enum hs_status status = HS_OK;

	for (size_t k = 0; k < 2; k++) {
		size_t index = 0;
		HS_JSON_EACH(rule, hs_json_get(compose, hs_slice_cstr(kinds[k]))) {
			c->rule = rule;
			c->rule_path = hs_arena_printf(c->tx->arena, "ValueSet.compose.%s[%zu]", kinds[k],
				index++);
			bool list = hs_json_get(rule, HS_S("concept")) && hs_json_get(rule, HS_S("system"));
			status = list ? check_list(c, err) : check_rule(c, err);
			if (status)
				return status;
		}
	}
	return HS_OK;
}

/* ---- a file ---- */

static bool is_set(const struct hs_json *resource)
{
	return hs_slice_eq(hs_json_get_text(resource, HS_S("resourceType")), HS_S("ValueSet"));
}

static void print_summary(const struct check *c)
{
	bool one = c->rules_wrong == 1;

	fprintf(stderr, "%s: %zu %s %zu %s", c->file, c->wrong, in_words(c, "of", "av"), c->codes,
		in_words(c, "listed codes are wrong", "uppräknade koder är fel"));
	if (c->warned)
		fprintf(stderr, ", %zu %s", c->warned, in_words(c, "to be reviewed", "bör ses över"));
	if (c->rules_wrong)
		fprintf(stderr, ", %s %zu %s", in_words(c, "and", "och"), c->rules_wrong,
			one ? in_words(c, "rule cannot be used", "regel kan inte användas") :
			      in_words(c, "rules cannot be used", "regler kan inte användas"));
	fputc('\n', stderr);
}

enum hs_status hs_cli_tx_check(struct hs_cli_tx *tx, const char *file, size_t *wrong, size_t *warned,
	struct hs_error *err)
{
	struct check c = { .tx = tx, .file = file, .issues = { .arena = tx->arena, .max = ISSUES_MAX } };
	struct hs_json *tree = NULL;
	size_t sets = 0;
	enum hs_status status = hs_cli_tx_read(tx, file, &tree, &c.text, err);

	if (status == HS_OK && is_set(tree)) {
		c.set = tree;
		sets++;
		status = check_set(&c, err);
	}
	HS_JSON_EACH(entry, hs_json_get(tree, HS_S("entry"))) {
		c.set = hs_json_get(entry, HS_S("resource"));
		if (status || !is_set(c.set))
			continue;
		sets++;
		status = check_set(&c, err);
	}
	if (status)
		return status;
	if (!sets)
		return hs_fail(err, HS_E_VALUE, "%s holds no ValueSet (nor a Bundle of them)", file);
	if (tx->json)
		hs_cli_print(hs_outcome(tx->arena, &c.issues));
	else
		print_summary(&c);
	*wrong += c.wrong + c.rules_wrong;
	*warned += c.warned;
	return HS_OK;
}
