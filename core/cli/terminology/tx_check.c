/* SPDX-License-Identifier: Apache-2.0 */
/* handslag tx check: what ValueSet/$validate says of the value sets in a file, line by line. The judgment is
 * that of the server (core/fhir/validate/rules), so an upload is told the same. */
#include <core/cli/terminology/tx.h>

#include <stdio.h>

#define BODY_MAX ((size_t)512 << 20)
/* Before the text of the file in the body, so that its columns stay what they are, and its lines but one
 * more.
 */
#define BEFORE "{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"resource\",\"resource\":\n"

struct check {
	struct hs_cli_tx *tx;
	const char *file;
	struct hs_slice last_code, last_rule; /* paths that were counted last */
	enum hs_severity last_severity;
	size_t codes, wrong, doubtful, rules, others;
	bool cut;       /* there is more than the answer tells */
	bool placeless; /* the file is XML: the lines of the question are not its own */
};

static const char *in_words(const struct check *c, const char *english, const char *swedish)
{
	return c->tx->swedish ? swedish : english;
}

static bool is_type(const struct hs_json *resource, const char *type)
{
	return hs_slice_eq(hs_json_get_text(resource, HS_S("resourceType")), hs_slice_cstr(type));
}

/* ---- the question ---- */

static void add_beside(struct hs_buf *body, const struct hs_json *resource)
{
	hs_buf_cstr(body, ",{\"name\":\"tx-resource\",\"resource\":");
	hs_json_write(body, resource, 0);
	hs_buf_byte(body, '}');
}

/* Beside what was brought along, what the same file holds: a code system stands often beside its value set.
 */
static struct hs_slice make_body(const struct hs_cli_tx *tx, struct hs_slice text, const struct hs_json *tree)
{
	struct hs_buf body;

	hs_buf_init(&body, tx->arena, BODY_MAX);
	hs_buf_cstr(&body, BEFORE);
	if (text.len)
		hs_buf_add(&body, text);
	else
		hs_json_write(&body, tree, 0);
	hs_buf_byte(&body, '}');
	HS_JSON_EACH(resource, tx->beside)
		add_beside(&body, resource);
	HS_JSON_EACH(entry, hs_json_get(tree, HS_S("entry"))) {
		const struct hs_json *resource = hs_json_get(entry, HS_S("resource"));
		if (is_type(resource, "CodeSystem") || is_type(resource, "ValueSet"))
			add_beside(&body, resource);
	}
	if (tx->swedish)
		hs_buf_cstr(&body, ",{\"name\":\"displayLanguage\",\"valueCode\":\"sv\"}");
	hs_buf_cstr(&body, "]}");
	return hs_buf_slice(&body);
}

static enum hs_status ask(struct check *c, struct hs_slice text, const struct hs_json *tree,
	struct hs_json **outcome, struct hs_error *err)
{
	struct hs_cli_tx *tx = c->tx;
	struct hs_slice type = hs_json_get_text(tree, HS_S("resourceType"));
	struct hs_slice url = hs_arena_printf(tx->arena, "%s/%.*s/$validate", tx->base, HS_S_ARG(type));
	struct hs_cli_answer answer = { 0, HS_S_NONE };

	if (hs_slice_starts(text, HS_S("\xEF\xBB\xBF")))
		text = hs_slice_from(text, 3);
	enum hs_status status = hs_cli_call(tx->arena, "POST", hs_arena_cstr(tx->arena, url), NULL,
		make_body(tx, text, tree), &answer, err);
	if (status == HS_OK)
		status = hs_json_parse(tx->arena, answer.body, NULL, outcome, err);
	if (status == HS_OK && answer.status / 100 != 2)
		return hs_fail(err, HS_E_PROCESSING, "%s: %.*s", c->file,
			HS_S_ARG(hs_cli_tx_reason(*outcome)));
	return status;
}

/* ---- the answer ---- */

static enum hs_severity severity_of(const struct hs_json *issue)
{
	struct hs_slice severity = hs_json_get_text(issue, HS_S("severity"));

	if (hs_slice_eq(severity, HS_S("warning")))
		return HS_SEVERITY_WARNING;
	return hs_slice_eq(severity, HS_S("information")) ? HS_SEVERITY_INFORMATION : HS_SEVERITY_ERROR;
}

/* "Line[7] Col[4]" as it stands in the file; 0 when the issue has no place. */
static void place_of(const struct check *c, const struct hs_json *issue, unsigned *line, unsigned *column)
{
	struct hs_slice place = hs_json_text(hs_json_pointer(issue, HS_S("/location/0")));
	uint64_t numbers[2] = { 0, 0 };

	for (size_t i = 0; i < 2 && !c->placeless; i++) {
		(void)hs_slice_cut(&place, '[');
		(void)hs_slice_u64(hs_slice_cut(&place, ']'), &numbers[i]);
	}
	*line = numbers[0] > 1 ? (unsigned)numbers[0] - 1 : 0;
	*column = (unsigned)numbers[1];
}

/* "ValueSet.compose.include[0].concept[2]" of a path at or below it; empty when it is not below one. */
static struct hs_slice path_to(struct hs_slice path, const char *step)
{
	size_t at = hs_slice_search(path, hs_slice_cstr(step));
	size_t end = at == SIZE_MAX ? SIZE_MAX : hs_slice_find(path, ']', at);

	return end == SIZE_MAX ? HS_S_NONE : hs_slice_first(path, end + 1);
}

static struct hs_slice path_to_rule(struct hs_slice path)
{
	struct hs_slice include = path_to(path, ".compose.include[");

	return include.len ? include : path_to(path, ".compose.exclude[");
}

/* What is said of one code or rule comes together, so each is counted once. */
static void count(struct check *c, struct hs_slice path, enum hs_severity severity)
{
	struct hs_slice rule = path_to_rule(path);
	struct hs_slice code = rule.len ? path_to(path, ".concept[") : HS_S_NONE;

	if (severity == HS_SEVERITY_INFORMATION)
		return;
	if (code.len) {
		bool again = hs_slice_eq(code, c->last_code);
		if (again && c->last_severity <= severity)
			return;
		c->doubtful -= again;
		c->wrong += severity == HS_SEVERITY_ERROR;
		c->doubtful += severity == HS_SEVERITY_WARNING;
		c->last_code = code;
		c->last_severity = severity;
	} else if (rule.len) {
		c->rules += !hs_slice_eq(rule, c->last_rule);
		c->last_rule = rule;
	} else {
		c->others++;
	}
}

static void print_issue(const struct check *c, const struct hs_json *issue, unsigned line, unsigned column)
{
	static const char *const words[] = { "error", "error", "warning", "note" };
	struct hs_slice path = hs_json_text(hs_json_pointer(issue, HS_S("/expression/0")));

	printf("%s:", c->file);
	if (line)
		printf("%u:%u:", line, column);
	printf(" %s: %.*s%s%.*s\n", words[severity_of(issue)], HS_S_ARG(path), path.len ? ": " : "",
		HS_S_ARG(hs_json_text(hs_json_pointer(issue, HS_S("/details/text")))));
}

/* The places of the answer become those of the file. */
static void tell(struct check *c, struct hs_json *outcome)
{
	HS_JSON_EACH(issue, hs_json_get(outcome, HS_S("issue"))) {
		struct hs_json *at = hs_json_pointer(issue, HS_S("/location"));
		struct hs_slice code = hs_json_get_text(issue, HS_S("code"));
		unsigned line = 0, column = 0;
		place_of(c, issue, &line, &column);
		count(c, hs_json_text(hs_json_pointer(issue, HS_S("/expression/0"))), severity_of(issue));
		c->cut |= hs_slice_eq(code, HS_S("too-long"));
		if (c->placeless)
			(void)hs_json_take(issue, HS_S("location"));
		if (line && at) {
			struct hs_json *list = hs_json_array(c->tx->arena);
			hs_json_push(list,
				hs_json_string(c->tx->arena,
					hs_arena_printf(c->tx->arena, "Line[%u] Col[%u]", line, column)));
			hs_json_set(issue, HS_S("location"), list);
		}
		if (!c->tx->json && !hs_slice_eq(code, HS_S("informational")))
			print_issue(c, issue, line, column);
	}
	if (c->tx->json)
		hs_cli_print(outcome);
}

static void print_summary(const struct check *c)
{
	fprintf(stderr, "%s: %zu %s %zu %s", c->file, c->wrong, in_words(c, "of", "av"), c->codes,
		in_words(c, "listed codes are wrong", "uppräknade koder är fel"));
	if (c->doubtful)
		fprintf(stderr, ", %zu %s", c->doubtful, in_words(c, "to be reviewed", "bör ses över"));
	if (c->rules)
		fprintf(stderr, ", %zu %s", c->rules,
			c->rules == 1 ? in_words(c, "rule to be looked at", "regel att se på") :
					in_words(c, "rules to be looked at", "regler att se på"));
	if (c->others)
		fprintf(stderr, ", %zu %s", c->others, in_words(c, "other findings", "andra anmärkningar"));
	if (c->cut)
		fprintf(stderr, "; %s", in_words(c, "there is more", "det finns mer"));
	fputc('\n', stderr);
}

/* ---- a file ---- */

/* The codes that a value set lists, with those that it leaves out; 0 of anything else. */
static size_t count_codes(const struct hs_json *set, size_t *sets)
{
	const struct hs_json *compose = hs_json_get(set, HS_S("compose"));
	size_t codes = 0;

	if (!is_type(set, "ValueSet"))
		return 0;
	++*sets;
	HS_JSON_EACH(rule, hs_json_get(compose, HS_S("include")))
		codes += hs_json_count(hs_json_get(rule, HS_S("concept")));
	HS_JSON_EACH(rule, hs_json_get(compose, HS_S("exclude")))
		codes += hs_json_count(hs_json_get(rule, HS_S("concept")));
	return codes;
}

enum hs_status hs_cli_tx_check(struct hs_cli_tx *tx, const char *file, size_t *wrong, size_t *warned,
	struct hs_error *err)
{
	struct check c = { .tx = tx, .file = file };
	struct hs_json *tree = NULL, *outcome = NULL;
	struct hs_slice text = HS_S_NONE;
	size_t sets = 0;
	enum hs_status status = hs_cli_tx_read(tx, file, &tree, &text, err);

	if (status)
		return status;
	c.placeless = !text.len;
	c.codes = count_codes(tree, &sets);
	HS_JSON_EACH(entry, hs_json_get(tree, HS_S("entry")))
		c.codes += count_codes(hs_json_get(entry, HS_S("resource")), &sets);
	if (!sets)
		return hs_fail(err, HS_E_VALUE,
			"%s holds no ValueSet (nor a Bundle of them): handslag validate checks others", file);
	status = ask(&c, text, tree, &outcome, err);
	if (status)
		return status;
	tell(&c, outcome);
	if (!tx->json)
		print_summary(&c);
	HS_JSON_EACH(issue, hs_json_get(outcome, HS_S("issue"))) {
		*wrong += severity_of(issue) == HS_SEVERITY_ERROR;
		*warned += severity_of(issue) == HS_SEVERITY_WARNING;
	}
	return HS_OK;
}
