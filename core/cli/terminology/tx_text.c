/* SPDX-License-Identifier: Apache-2.0 */
/* Terminology answers for people. */
#include <core/cli/terminology/tx.h>

#include <stdio.h>

static struct hs_slice part_text(const struct hs_json *parameter, const char *name)
{
	HS_JSON_EACH(part, hs_json_get(parameter, HS_S("part")))
		if (hs_slice_eq(hs_json_get_text(part, HS_S("name")), hs_slice_cstr(name))) {
			const struct hs_json *value = hs_parameter_value(part);
			if (hs_json_is(value, HS_JSON_OBJECT)) /* a Coding */
				return hs_json_get_text(value, HS_S("code"));
			if (hs_json_type(value) == HS_JSON_TRUE || hs_json_type(value) == HS_JSON_FALSE)
				return hs_json_type(value) == HS_JSON_TRUE ? HS_S("true") : HS_S("false");
			return hs_json_text(value);
		}
	return HS_S_NONE;
}

static bool is_named(const struct hs_json *parameter, const char *name)
{
	return hs_slice_eq(hs_json_get_text(parameter, HS_S("name")), hs_slice_cstr(name));
}

static void print_row(const char *label, struct hs_slice text)
{
	if (text.len)
		printf("  %-12s %.*s\n", label, HS_S_ARG(text));
}

void hs_cli_tx_print_lookup(struct hs_cli_tx *tx, const struct hs_json *answer)
{
	struct hs_slice display = hs_parameter_text(answer, HS_S("display"));

	(void)tx;
	printf("%.*s%s%.*s\n", HS_S_ARG(hs_parameter_text(answer, HS_S("code"))), display.len ? "  " : "",
		HS_S_ARG(display));
	print_row("system", hs_parameter_text(answer, HS_S("system")));
	print_row("version", hs_parameter_text(answer, HS_S("version")));
	print_row("definition", hs_parameter_text(answer, HS_S("definition")));
	HS_JSON_EACH(p, hs_json_get(answer, HS_S("parameter"))) {
		if (is_named(p, "designation") && !hs_slice_eq(part_text(p, "value"), display))
			printf("  %-12s %.*s%s%.*s\n", "also", HS_S_ARG(part_text(p, "value")),
				part_text(p, "language").len ? "  @" : "",
				HS_S_ARG(part_text(p, "language")));
		if (is_named(p, "property")) {
			struct hs_slice code = part_text(p, "code"), said = part_text(p, "description");
			printf("  %-12.*s %.*s%s%.*s\n", HS_S_ARG(code), HS_S_ARG(part_text(p, "value")),
				said.len ? "  " : "", HS_S_ARG(said));
		}
	}
}

void hs_cli_tx_print_validation(struct hs_cli_tx *tx, const struct hs_json *answer)
{
	const struct hs_json *result = hs_parameter_value(hs_parameter(answer, HS_S("result")));
	const struct hs_json *issues = hs_json_get(hs_parameter(answer, HS_S("issues")), HS_S("resource"));
	struct hs_slice display = hs_parameter_text(answer, HS_S("display"));
	bool right = hs_json_type(result) == HS_JSON_TRUE;

	(void)tx;
	printf("%s: %.*s#%.*s%s%.*s\n", right ? "right" : "wrong",
		HS_S_ARG(hs_parameter_text(answer, HS_S("system"))),
		HS_S_ARG(hs_parameter_text(answer, HS_S("code"))), display.len ? "  " : "",
		HS_S_ARG(display));
	HS_JSON_EACH(issue, hs_json_get(issues, HS_S("issue")))
		printf("  %-12.*s %.*s\n", HS_S_ARG(hs_json_get_text(issue, HS_S("severity"))),
			HS_S_ARG(hs_json_get_text(hs_json_get(issue, HS_S("details")), HS_S("text"))));
}

static void print_codes(const struct hs_json *contains, int depth)
{
	HS_JSON_EACH(item, contains) {
		struct hs_slice code = hs_json_get_text(item, HS_S("code"));
		const char *mark = hs_json_get_bool(item, HS_S("inactive"), false) ? "  (inactive)" :
			hs_json_get_bool(item, HS_S("abstract"), false)            ? "  (abstract)" :
										     "";
		printf("%*s%-*.*s  %.*s%s\n", depth * 2, "", depth < 10 ? 20 - depth * 2 : 0, HS_S_ARG(code),
			HS_S_ARG(hs_json_get_text(item, HS_S("display"))), mark);
		HS_JSON_EACH(name, hs_json_get(item, HS_S("designation")))
			printf("%*s%.*s  @%.*s\n", 22, "", HS_S_ARG(hs_json_get_text(name, HS_S("value"))),
				HS_S_ARG(hs_json_get_text(name, HS_S("language"))));
		if (depth < 40)
			print_codes(hs_json_get(item, HS_S("contains")), depth + 1);
	}
}

void hs_cli_tx_print_expansion(struct hs_cli_tx *tx, const struct hs_json *answer)
{
	const struct hs_json *expansion = hs_json_get(answer, HS_S("expansion"));
	struct hs_slice total = hs_json_text(hs_json_get(expansion, HS_S("total")));

	(void)tx;
	print_codes(hs_json_get(expansion, HS_S("contains")), 0);
	if (total.len)
		fprintf(stderr, "%.*s codes in all\n", HS_S_ARG(total));
	else
		fputs("there are more codes than can be told\n", stderr);
}

void hs_cli_tx_print_translation(struct hs_cli_tx *tx, const struct hs_json *answer)
{
	size_t found = 0;

	(void)tx;
	HS_JSON_EACH(p, hs_json_get(answer, HS_S("parameter"))) {
		const struct hs_json *concept = NULL;
		if (!is_named(p, "match"))
			continue;
		HS_JSON_EACH(part, hs_json_get(p, HS_S("part")))
			if (is_named(part, "concept"))
				concept = hs_parameter_value(part);
		struct hs_slice how = part_text(p, "relationship");
		how = how.len ? how : part_text(p, "equivalence");
		printf("%-24.*s %.*s#%.*s  %.*s\n", HS_S_ARG(how),
			HS_S_ARG(hs_json_get_text(concept, HS_S("system"))),
			HS_S_ARG(hs_json_get_text(concept, HS_S("code"))),
			HS_S_ARG(hs_json_get_text(concept, HS_S("display"))));
		found++;
	}
	if (!found)
		printf("nothing: %.*s\n", HS_S_ARG(hs_parameter_text(answer, HS_S("message"))));
}

static bool is_missing(const struct hs_json *issue)
{
	const struct hs_json *coding = hs_json_pointer(issue, HS_S("/details/coding/0"));

	return hs_slice_eq(hs_json_get_text(coding, HS_S("code")), HS_S("not-found"));
}

void hs_cli_tx_hint(const struct hs_json *answer)
{
	const struct hs_json *issues = hs_json_get(hs_parameter(answer, HS_S("issues")), HS_S("resource"));
	bool missing = false;

	HS_JSON_EACH(issue, hs_json_get(issues ? issues : answer, HS_S("issue")))
		missing |= is_missing(issue);
	if (missing)
		fputs("bring what is missing with --with FILE, --package NAME or --data DIR\n", stderr);
}
