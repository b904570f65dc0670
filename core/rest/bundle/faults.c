/* SPDX-License-Identifier: Apache-2.0 */
/* What a transaction is refused for: the faults of all its entries, each at its place. */
#include <core/rest/bundle/bundle.h>

#include <stdio.h>

void hs__rest_entry_blame(const struct hs__rest_entry *entry, struct hs_error *err)
{
	char inner[sizeof err->path];
	if (strncmp(err->path, "Bundle.", 7) == 0)
		return;
	memcpy(inner, err->path, sizeof inner);
	const char *dot = strchr(inner, '.');
	/* An element path begins with its type, except those of the URL check: "id", "resourceType". */
	const char *rest = dot ? dot + 1 : inner;
	snprintf(err->path, sizeof err->path, "Bundle.entry[%zu]%s%.100s", entry->index,
		*rest ? ".resource." : "", rest);
}

void hs__rest_entry_place(struct hs_arena *arena, const struct hs__rest_entry *entry,
	struct hs_issues *issues)
{
	for (struct hs_issue *issue = issues->first; issue; issue = issue->next) {
		size_t dot = hs_slice_find(issue->path, '.', 0);
		if (hs_slice_starts(issue->path, HS_S("Bundle.")))
			continue;
		struct hs_slice rest = dot == SIZE_MAX ? HS_S_NONE : hs_slice_from(issue->path, dot);
		issue->path = hs_arena_printf(arena, "Bundle.entry[%zu].resource%.*s", entry->index,
			HS_S_ARG(rest));
	}
}

/* FHIRPath of an expression has names and indexes only, so the name that the sender gave the entry stands
 * beside it. */
static struct hs_slice name_entry(struct hs_arena *arena, const struct hs__rest_entry *entry,
	struct hs_slice diagnostics)
{
	if (entry->full_url.len == 0)
		return hs_arena_copy(arena, diagnostics);
	return hs_arena_printf(arena, "fullUrl %.*s%s%.*s", HS_S_ARG(hs_slice_first(entry->full_url, 300)),
		diagnostics.len ? "; " : "", HS_S_ARG(diagnostics));
}

/* The entry's issues may lie in memory that is taken back. */
static void keep(struct hs__rest_bundle *bundle, struct hs_arena *arena, const struct hs__rest_entry *entry,
	const struct hs_issue *issue)
{
	struct hs_issue *kept = hs_issue_add(&bundle->issues, issue->severity, issue->code, issue->path,
		"%.*s", HS_S_ARG(issue->text));
	if (!kept)
		return;
	kept->path = hs_arena_copy(arena, kept->path);
	kept->line = issue->line;
	kept->column = issue->column;
	kept->detail_system = hs_arena_copy(arena, issue->detail_system);
	kept->detail_code = hs_arena_copy(arena, issue->detail_code);
	kept->diagnostics = name_entry(arena, entry, issue->diagnostics);
}

/* Anything else ends the request: memory is used up, the store failed, nobody waits any more. */
static bool is_of_entry(enum hs_status status)
{
	return hs_status_http(status) < 500 && status != HS_E_LIMIT;
}

void hs__rest_bundle_clean(struct hs__rest_bundle *bundle, struct hs_arena *arena)
{
	bundle->issues = (struct hs_issues) { .arena = arena };
	bundle->fault = (struct hs_error) { .status = HS_OK };
}

enum hs_status hs__rest_bundle_fault(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	struct hs__rest_entry *entry, struct hs_error *err)
{
	struct hs_issues *issues = &entry->result.issues;
	hs__rest_entry_blame(entry, err);
	if (!is_of_entry(err->status)) {
		hs__rest_bundle_clean(bundle, arena);
		return err->status;
	}
	if (err->status == HS_E_METHOD) /* 405 would speak of the POST */
		err->status = HS_E_INVALID;
	if (bundle->fault.status == HS_OK)
		bundle->fault = *err;
	if (issues->errors == 0) {
		struct hs_issue own = { .severity = HS_SEVERITY_ERROR,
			.code = hs_status_issue(err->status),
			.text = hs_slice_cstr(err->text[0] ? err->text : hs_status_text(err->status)),
			.path = hs_slice_cstr(err->path) };
		keep(bundle, arena, entry, &own);
	}
	hs__rest_entry_place(arena, entry, issues);
	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next)
		keep(bundle, arena, entry, issue);
	return bundle->issues.cut ? hs__rest_bundle_verdict(bundle, err) : HS_OK;
}

enum hs_status hs__rest_bundle_verdict(const struct hs__rest_bundle *bundle, struct hs_error *err)
{
	if (bundle->fault.status != HS_OK)
		*err = bundle->fault;
	return bundle->fault.status;
}
