/* SPDX-License-Identifier: Apache-2.0 */
/* handslag validate: reads the text of a resource, as far as it can be read, and validates it. */
#include <core/cli/resources/validate_private.h>

#include <core/fhir/xml/xml.h>
#include <core/json/mend.h>
#include <handslag/place.h>

/* A byte-order mark says nothing that UTF-8 does not say already. */
static struct hs_slice without_mark(struct hs_slice text)
{
	return hs_slice_starts(text, HS_S("\xEF\xBB\xBF")) ? hs_slice_from(text, 3) : text;
}

enum hs_status hs_cli_validate_read(const struct validate_engine *engine, struct hs_arena *arena,
	struct hs_slice text, struct hs_issues *issues, struct hs_json **out, struct hs_error *err)
{
	text = without_mark(text);
	if (hs_xml_is(text))
		return hs_xml_read(arena, engine->defs, text, NULL, issues, out, err);
	return hs_json_parse(arena, text, NULL, out, err);
}

/* ---- slips of JSON ---- */

/* The last child of `of` that begins before the offset, when the offset is within it. */
static const struct hs_json *child_at(const struct hs_json_mended *mended, const struct hs_json *of,
	size_t offset, long long *index)
{
	const struct hs_json *last = NULL;
	long long count = 0;

	HS_JSON_EACH(child, of) {
		size_t start = hs_json_offset(mended->text, child);
		if (start == SIZE_MAX || start >= offset)
			break;
		last = child;
		*index = count++;
	}
	if (!last || last->type < HS_JSON_ARRAY)
		return NULL;
	struct hs_slice source = hs_json_source(mended->text, last);
	return offset < hs_json_offset(mended->text, last) + source.len ? last : NULL;
}

/* The path to the innermost object or array that is open at the offset: "Patient.name[0]". */
static struct hs_slice path_at(struct hs_arena *arena, const struct hs_json_mended *mended, size_t offset)
{
	struct hs_buf path;
	long long index = 0;
	const struct hs_json *at = mended->tree;

	hs_buf_init(&path, arena, 4096);
	hs_buf_add(&path, hs_json_get_text(at, HS_S("resourceType")));
	while ((at = child_at(mended, at, offset, &index))) {
		if (hs_json_key(at).ptr)
			hs_buf_printf(&path, "%s%.*s", path.len ? "." : "", HS_S_ARG(hs_json_key(at)));
		else
			hs_buf_printf(&path, "[%lld]", index);
	}
	return hs_buf_slice(&path);
}

static void tell(struct hs_issues *issues, struct hs_slice path, const struct hs_error *err)
{
	struct hs_issue *issue = hs_issue_add(issues, HS_SEVERITY_ERROR, "structure", path, "%s", err->text);

	if (issue) {
		issue->detail_system = HS_S(HS_VALIDATE_MESSAGES);
		issue->detail_code = HS_S("not-well-formed");
		issue->line = err->line;
		issue->column = err->column;
	}
}

static void tell_slips(struct hs_issues *issues, const struct hs_json_mended *mended)
{
	for (const struct hs_json_slip *slip = mended->first; slip; slip = slip->next)
		tell(issues, path_at(issues->arena, mended, slip->offset), &slip->error);
}

/* What was added when the text was mended is not there for who reads the source: it takes no column. */
static void leave_out_added(struct hs_issues *issues, const struct hs_json_mended *mended)
{
	struct hs_place place = { .line = 0 };

	for (size_t i = mended->added_count; i--;) {
		hs_place_go(mended->text, mended->added[i], &place);
		for (struct hs_issue *issue = issues->first; issue; issue = issue->next)
			issue->column -= issue->line == place.line && issue->column > place.column;
	}
}

/* ---- one validation ---- */

struct asked {
	const struct hs_validator *validator;
	const struct hs_validate_options *options;
};

static bool find_model(void *arg, struct hs_slice name, struct hs_xml_model *out)
{
	const struct asked *asked = arg;
	struct hs_validate_model model;
	if (!hs_validator_model(asked->validator, name, asked->options, &model))
		return false;
	*out = (struct hs_xml_model) { model.defs, model.type, model.space };
	return true;
}

void hs_cli_validate_text(const struct validate_engine *engine, const struct hs_validator *validator,
	struct hs_slice text, const struct hs_validate_options *options, struct hs_issues *issues)
{
	struct hs_validate_options own = *options;
	struct hs_json_mended mended = { .tree = NULL };
	struct hs_error err = { .status = HS_OK };
	enum hs_status status;

	own.source = without_mark(text);
	if (hs_xml_is(own.source)) {
		struct asked asked = { validator, options };
		struct hs_xml_limits limits = { .model = find_model, .arg = &asked };
		status = hs_xml_read(issues->arena, engine->defs, own.source, &limits, issues, &mended.tree,
			&err);
	} else {
		status = hs_json_mend(issues->arena, own.source, &mended, &err);
		own.source = mended.text;
		tell_slips(issues, &mended);
	}
	if (status == HS_OK && !hs_json_is(mended.tree, HS_JSON_OBJECT))
		status = hs_fail(&err, HS_E_STRUCTURE,
			"a resource is an object; it begins with {\"resourceType\":");
	if (status == HS_OK)
		hs_validate(validator, mended.tree, &own, issues);
	else
		tell(issues, hs_slice_cstr(err.path), &err);
	leave_out_added(issues, &mended);
}
