/* SPDX-License-Identifier: Apache-2.0 */
/* handslag validate: SARIF 2.1.0, as code review tools take it; results are written as they come. */
#include <core/cli/resources/validate_private.h>
#include <handslag/coding.h>
#include <core/host/host.h>

#include <stdio.h>

#define RULES_CAP ((size_t)64 << 20)

void hs_cli_validate_sarif_begin(struct validate_sarif *sarif)
{
	sarif->arena = hs_arena_new(RULES_CAP);
	sarif->list = hs_json_array(sarif->arena);
	hs_map_init(&sarif->rules, sarif->arena);
	fputs("{\"$schema\":\"https://json.schemastore.org/"
	      "sarif-2.1.0.json\",\"version\":\"2.1.0\",\"runs\":[{"
	      "\"columnKind\":\"utf16CodeUnits\",\"results\":[",
		stdout);
}

/* The rule's number in the list of them, which it joins when it is met first; -1 when there is no room. */
static int64_t number_of(struct validate_sarif *sarif, struct hs_slice id)
{
	bool fresh = false;
	struct hs_map_slot *slot = hs_map_get(&sarif->rules, id);

	if (!slot)
		slot = hs_map_put(&sarif->rules, hs_arena_copy(sarif->arena, id), &fresh);
	if (slot && fresh) {
		struct hs_json *rule = hs_json_push(sarif->list, hs_json_object(sarif->arena));
		hs_json_add_text(sarif->arena, rule, HS_S("id"), slot->key); /* the id is of a document */
		slot->value.number = hs_json_count(sarif->list) - 1;
	}
	return slot ? (int64_t)slot->value.number : -1;
}

/* The file's name as the reference to a URI that SARIF wants (section 3.4.3): relative to where we are. */
static struct hs_slice uri_of(struct hs_arena *arena, const char *file)
{
	struct hs_buf out;
	struct hs_slice name = hs_slice_cstr(file);

	hs_buf_init(&out, arena, (size_t)1 << 20);
	while (hs_slice_starts(name, HS_S("./")))
		name = hs_slice_from(name, 2);
	if (hs_slice_starts(name, HS_S("/")))
		hs_buf_cstr(&out, "file://");
	hs_percent_encode(&out, name, "/");
	return hs_buf_slice(&out);
}

static void add_place(struct hs_arena *arena, struct hs_json *place, const struct hs_cli_document *document,
	const struct hs_issue *issue)
{
	uint32_t line = document->line ? (uint32_t)document->line : issue->line;
	struct hs_json *physical = hs_json_add_object(arena, place, HS_S("physicalLocation"));
	struct hs_json *artifact = hs_json_add_object(arena, physical, HS_S("artifactLocation"));

	hs_json_add_text(arena, artifact, HS_S("uri"), uri_of(arena, document->file));
	if (line) {
		struct hs_json *region = hs_json_add_object(arena, physical, HS_S("region"));
		hs_json_add(region, HS_S("startLine"), hs_json_int(arena, line));
		if (issue->column && !(document->line && issue->line > 1))
			hs_json_add(region, HS_S("startColumn"), hs_json_int(arena, issue->column));
	}
	if (issue->path.len) {
		struct hs_json *logical = hs_json_object(arena);
		hs_json_add_text(arena, logical, HS_S("fullyQualifiedName"), issue->path);
		hs_json_add_text(arena, logical, HS_S("kind"), HS_S("member"));
		hs_json_push(hs_json_add_array(arena, place, HS_S("logicalLocations")), logical);
	}
}

static struct hs_json *result_of(struct validate_sarif *sarif, struct hs_arena *arena,
	const struct hs_cli_document *document, const struct hs_issue *issue)
{
	static const char *const levels[] = { "error", "error", "warning", "note" };
	struct hs_json *result = hs_json_object(arena);
	struct hs_slice rule = issue->detail_code.len ? issue->detail_code : hs_slice_cstr(issue->code);

	int64_t number = number_of(sarif, rule);
	hs_json_add_text(arena, result, HS_S("ruleId"), rule);
	if (number >= 0)
		hs_json_add(result, HS_S("ruleIndex"), hs_json_int(arena, number));
	hs_json_add_text(arena, result, HS_S("level"), hs_slice_cstr(levels[issue->severity]));
	hs_json_add_text(arena, hs_json_add_object(arena, result, HS_S("message")), HS_S("text"),
		issue->text);
	struct hs_json *place = hs_json_object(arena);
	add_place(arena, place, document, issue);
	hs_json_push(hs_json_add_array(arena, result, HS_S("locations")), place);
	return result;
}

static void write_tree(struct hs_arena *arena, const struct hs_json *tree)
{
	struct hs_buf out;

	hs_buf_init(&out, arena, (size_t)1 << 30);
	hs_json_write(&out, tree, 0);
	fwrite(out.ptr, 1, out.len, stdout);
}

static void write_result(struct validate_sarif *sarif, const struct hs_cli_document *document,
	const struct hs_issue *issue)
{
	fputs(sarif->count++ ? ",\n" : "\n", stdout);
	write_tree(document->arena, result_of(sarif, document->arena, document, issue));
}

void hs_cli_validate_sarif(struct validate_sarif *sarif, const struct hs_cli_document *document,
	const struct hs_issues *issues)
{
	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next)
		write_result(sarif, document, issue);
	if (issues->cut) {
		struct hs_issue note = hs_issues_note(document->arena, issues);
		write_result(sarif, document, &note);
	}
}

/* The tool comes last, for which rules there were is known only now; members have no order. */
void hs_cli_validate_sarif_end(struct validate_sarif *sarif)
{
	fputs("\n],\"tool\":{\"driver\":{\"name\":\"handslag validate\",\"semanticVersion\":\"" HS_VERSION
	      "\",\"rules\":",
		stdout);
	write_tree(sarif->arena, sarif->list);
	fputs("}}}]}\n", stdout);
	hs_arena_free(sarif->arena);
}
