/* SPDX-License-Identifier: Apache-2.0 */
/* handslag validate: SARIF 2.1.0, as code review tools take it; results are written as they come. */
#include <core/cli/validate_private.h>

#include <stdio.h>

void hs_cli_validate_sarif_begin(void)
{
	fputs("{\"$schema\":\"https://json.schemastore.org/"
	      "sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{"
	      "\"columnKind\":\"utf16CodeUnits\",\"tool\":{\"driver\":{\"name\":\"handslag "
	      "validate\"}},\"results\":[",
		stdout);
}

/* SARIF counts columns in characters, we in bytes. */
static uint32_t column_in_units(struct hs_slice text, uint32_t line, uint32_t column)
{
	uint32_t units = 1;
	struct hs_slice row = HS_S_NONE;

	for (uint32_t i = 0; i < line && text.ptr; i++)
		row = hs_slice_cut(&text, '\n');
	for (size_t i = 0; i + 1 < column && i < row.len; i++) {
		unsigned char c = (unsigned char)row.ptr[i];
		units += (c & 0xC0) != 0x80;
		units += c >= 0xF0;
	}
	return units;
}

static void add_place(struct hs_arena *arena, struct hs_json *place, const struct hs_cli_document *document,
	const struct hs_issue *issue)
{
	uint32_t line = document->line ? (uint32_t)document->line : issue->line;
	struct hs_json *physical = hs_json_add_object(arena, place, HS_S("physicalLocation"));
	struct hs_json *artifact = hs_json_add_object(arena, physical, HS_S("artifactLocation"));

	hs_json_add_text(arena, artifact, HS_S("uri"), hs_slice_cstr(document->file));
	if (line) {
		struct hs_json *region = hs_json_add_object(arena, physical, HS_S("region"));
		hs_json_add(region, HS_S("startLine"), hs_json_int(arena, line));
		if (issue->column && !(document->line && issue->line > 1))
			hs_json_add(region, HS_S("startColumn"),
				hs_json_int(arena,
					column_in_units(document->text, issue->line, issue->column)));
	}
	if (issue->path.len) {
		struct hs_json *logical = hs_json_object(arena);
		hs_json_add_text(arena, logical, HS_S("fullyQualifiedName"), issue->path);
		hs_json_add_text(arena, logical, HS_S("kind"), HS_S("member"));
		hs_json_push(hs_json_add_array(arena, place, HS_S("logicalLocations")), logical);
	}
}

static struct hs_json *result_of(struct hs_arena *arena, const struct hs_cli_document *document,
	const struct hs_issue *issue)
{
	static const char *const levels[] = { "error", "error", "warning", "note" };
	struct hs_json *result = hs_json_object(arena);
	struct hs_slice rule = issue->detail_code.len ? issue->detail_code : hs_slice_cstr(issue->code);

	hs_json_add_text(arena, result, HS_S("ruleId"), rule);
	hs_json_add_text(arena, result, HS_S("level"), hs_slice_cstr(levels[issue->severity]));
	hs_json_add_text(arena, hs_json_add_object(arena, result, HS_S("message")), HS_S("text"),
		issue->text);
	struct hs_json *place = hs_json_object(arena);
	add_place(arena, place, document, issue);
	hs_json_push(hs_json_add_array(arena, result, HS_S("locations")), place);
	return result;
}

void hs_cli_validate_sarif(const struct hs_cli_document *document, const struct hs_issues *issues, bool first)
{
	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next) {
		struct hs_buf out;
		hs_buf_init(&out, document->arena, (size_t)1 << 30);
		hs_json_write(&out, result_of(document->arena, document, issue), 0);
		fputs(first ? "\n" : ",\n", stdout);
		fwrite(out.ptr, 1, out.len, stdout);
		first = false;
	}
}

void hs_cli_validate_sarif_end(void)
{
	fputs("\n]}]}\n", stdout);
}
