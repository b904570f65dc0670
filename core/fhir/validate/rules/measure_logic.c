/* SPDX-License-Identifier: Apache-2.0 */
/* The logic of a Measure (R4 section 14.9): criteria in CQL name definitions of the measure's libraries. CQL
 * itself is not evaluated: only what a library defines is read off its text. */
#include <core/fhir/validate/rules/rules_private.h>

#include <core/fhir/path/path.h>
#include <handslag/coding.h>

#define LIBRARIES_MAX 32u
#define CQL_MAX ((size_t)4 << 20) /* of one library, in base64 */

struct logic {
	struct hs__validation *run;
	const struct hs_json *libraries[LIBRARIES_MAX];
	uint32_t count;
	bool unknown; /* there are more, which are not known here, */
	bool lost;    /* or which nobody can find, for they are named by a relative address */
};

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

/* An identifier at the front of *text, plain or between quotes (CQL 1.5, appendix G); empty when there is
 * none. */
static struct hs_slice take_identifier(struct hs_slice *text)
{
	size_t end = 0;
	if (!text->len)
		return HS_S_NONE;
	char quote = text->ptr[0] == '"' || text->ptr[0] == '`' ? text->ptr[0] : '\0';
	if (quote) {
		end = hs_slice_find(*text, quote, 1);
		if (end == SIZE_MAX)
			return HS_S_NONE;
		struct hs_slice name = hs_slice(text->ptr + 1, end - 1);
		*text = hs_slice_from(*text, end + 1);
		return name;
	}
	while (end < text->len &&
		(is_letter(text->ptr[end]) || (end && text->ptr[end] >= '0' && text->ptr[end] <= '9')))
		end++;
	struct hs_slice name = hs_slice_first(*text, end);
	*text = hs_slice_from(*text, end);
	return name;
}

/* "Name" or "Library.Name"; false for any other expression, which is not looked into. */
static bool split_name(struct hs_slice text, struct hs_slice *library, struct hs_slice *name)
{
	text = hs_slice_trim(text);
	*library = HS_S_NONE;
	*name = take_identifier(&text);
	if (name->len && text.len && text.ptr[0] == '.') {
		text = hs_slice_from(text, 1);
		*library = *name;
		*name = take_identifier(&text);
	}
	return name->len && !text.len;
}

/* ---- what a library defines ---- */

static void skip_blanks(struct hs_slice *text)
{
	while (text->len && (unsigned char)text->ptr[0] <= ' ')
		*text = hs_slice_from(*text, 1);
}

static bool take_word(struct hs_slice *text, struct hs_slice word)
{
	if (!hs_slice_starts(*text, word) || (text->len > word.len && is_letter(text->ptr[word.len])))
		return false;
	*text = hs_slice_from(*text, word.len);
	skip_blanks(text);
	return true;
}

/* define [public | private] [function] NAME, and parameter NAME. */
static bool defines(struct hs_slice cql, struct hs_slice name)
{
	while (cql.len) {
		struct hs_slice line = hs_slice_cut(&cql, '\n');
		skip_blanks(&line);
		if (take_word(&line, HS_S("define"))) {
			if (!take_word(&line, HS_S("public")))
				take_word(&line, HS_S("private"));
			take_word(&line, HS_S("function"));
			take_word(&line, HS_S("fluent"));
		} else if (!take_word(&line, HS_S("parameter"))) {
			continue;
		}
		if (hs_slice_eq(take_identifier(&line), name))
			return true;
	}
	return false;
}

/* 1, 0, or -1 when the library carries no CQL to tell by. */
static int has_definition(struct hs__validation *run, const struct hs_json *library, struct hs_slice name)
{
	int result = -1;
	HS_JSON_EACH(content, hs__rules_array(library, "content")) {
		struct hs_slice cql;
		struct hs_slice data = hs_json_get_text(content, HS_S("data"));
		if (!hs_slice_eq(hs_json_get_text(content, HS_S("contentType")), HS_S("text/cql")) ||
			!data.len || data.len > CQL_MAX || !hs_base64_decode(run->arena, data, 0, &cql))
			continue;
		result = defines(cql, name);
		if (result)
			break;
	}
	return result;
}

/* A library goes by its name, or by the end of its address. */
static bool is_called(const struct hs_json *library, struct hs_slice name)
{
	struct hs_slice url = hs_json_get_text(library, HS_S("url"));
	return hs_slice_eq(hs_json_get_text(library, HS_S("name")), name) ||
		(hs_slice_ends(url, name) && url.len > name.len && url.ptr[url.len - name.len - 1] == '/');
}

/* ---- criteria ---- */

static void check_name(const struct logic *logic, const struct hs__node *criteria, struct hs_slice library,
	struct hs_slice name)
{
	const struct hs_json *missing = NULL;
	for (uint32_t i = 0; i < logic->count; i++) {
		const struct hs_json *known = logic->libraries[i];
		if (library.len && !is_called(known, library))
			continue;
		if (has_definition(logic->run, known, name) != 0)
			return;
		missing = known;
	}
	if (missing && (library.len || !logic->unknown))
		HS__FAIL(logic->run, criteria, "", "not-found", "measure-definition",
			"the library '%.*s' defines no '%.*s'",
			HS__SHOW(hs_json_get_text(missing, HS_S("url"))), HS__SHOW(name));
}

static void check_fhirpath(struct hs__validation *run, const struct hs__node *criteria)
{
	struct hs_path *path = NULL;
	struct hs_error err;
	struct hs_slice text = hs_json_get_text(criteria->value, HS_S("expression"));
	if (text.len && hs_path_compile(run->defs, text, HS_S_NONE, &path, NULL, &err))
		HS__FAIL(run, criteria, "expression", "invalid", "measure-expression",
			"the expression '%.*s' is not right: %s", HS__SHOW(text), err.text);
	hs_path_free(path);
}

/* The published examples name libraries by addresses on the server that the measure happens to be on. What
 * has an address of its own is for others, who have no such server. */
static void fail_library(const struct logic *logic, const struct hs__node *criteria)
{
	bool shared = hs_json_get(criteria->resource->value, HS_S("url")) &&
		!hs__published_by_hl7(logic->run, criteria);
	HS__SAY(shared ? HS_SEVERITY_ERROR : HS_SEVERITY_WARNING, logic->run, criteria, "", "invalid",
		"measure-no-library", "criteria in CQL need a library, and the measure names %s",
		logic->lost ? "none that can be found: write its canonical, an absolute URL" : "none");
}

static void check_criteria(const struct logic *logic, const struct hs__node *of, const char *name)
{
	HS__EACH_BELOW(row, of, name) {
		struct hs_slice library;
		struct hs_slice definition;
		struct hs__node criteria = hs__below(&row, "criteria", -1,
			hs_json_get(row.value, HS_S("criteria")));
		if (hs_slice_eq(hs_json_get_text(criteria.value, HS_S("language")), HS_S("text/fhirpath")))
			check_fhirpath(logic->run, &criteria);
		if (!hs__rules_in(hs_json_get_text(criteria.value, HS_S("language")),
			    "text/cql text/cql.identifier text/cql-identifier"))
			continue;
		if (!logic->count && !logic->unknown)
			fail_library(logic, &criteria);
		else if (split_name(hs_json_get_text(criteria.value, HS_S("expression")), &library,
				 &definition))
			check_name(logic, &criteria, library, definition);
	}
}

void hs__rule_measure(struct hs__validation *run, const struct hs__node *node)
{
	struct logic logic = { .run = run };
	HS__EACH_BELOW(library, node, "library") {
		struct hs_slice canonical = hs_json_text(library.value);
		const struct hs_json *found = hs__rules_resource_of(run, node, "Library", canonical);
		if (found && logic.count < LIBRARIES_MAX)
			logic.libraries[logic.count++] = found;
		else if (found || hs__rules_is_absolute(canonical))
			logic.unknown = true;
		else
			logic.lost = true;
	}
	check_criteria(&logic, node, "supplementalData");
	HS__EACH_BELOW(group, node, "group") {
		check_criteria(&logic, &group, "population");
		check_criteria(&logic, &group, "stratifier");
	}
}
