/* SPDX-License-Identifier: Apache-2.0 */
/* What IHE MHD 4.2 demands beyond the core definitions: of the metadata at each level (Minimal, UnContained
 * Comprehensive, Comprehensive), and of a Provide Document Bundle [ITI-65] as a whole
 * (IHE ITI MHD, volume 3, content modules; volume 2, section 3.65). */
#include "digest.h"
#include "../record_index.h"

#include <handslag/coding.h>

#define LIST_TYPES "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes"
#define SOURCE_ID "https://profiles.ihe.net/ITI/MHD/StructureDefinition/ihe-sourceId"

enum level { LEVEL_NONE, LEVEL_MINIMAL, LEVEL_COMPREHENSIVE };

/* An element that a level makes mandatory; in content it is one of every content. */
struct demand {
	enum level level;
	const char *path; /* below the resource; names joined with dots */
};

static const struct demand pointer_demands[] = {
	{ LEVEL_MINIMAL, "masterIdentifier" },
	{ LEVEL_MINIMAL, "content.attachment.contentType" },
	{ LEVEL_MINIMAL, "content.attachment.url" },
	{ LEVEL_COMPREHENSIVE, "subject" },
	{ LEVEL_COMPREHENSIVE, "type" },
	{ LEVEL_COMPREHENSIVE, "category" },
	{ LEVEL_COMPREHENSIVE, "securityLabel" },
	{ LEVEL_COMPREHENSIVE, "content.attachment.language" },
	{ LEVEL_COMPREHENSIVE, "content.attachment.creation" },
	{ LEVEL_COMPREHENSIVE, "content.attachment.size" },
	{ LEVEL_COMPREHENSIVE, "content.attachment.hash" },
	{ LEVEL_COMPREHENSIVE, "content.format" },
	{ LEVEL_COMPREHENSIVE, "context.facilityType" },
	{ LEVEL_COMPREHENSIVE, "context.practiceSetting" },
	{ LEVEL_COMPREHENSIVE, "context.sourcePatientInfo" },
};
static const struct demand set_demands[] = {
	{ LEVEL_MINIMAL, "identifier" },
	{ LEVEL_MINIMAL, "date" },
	{ LEVEL_COMPREHENSIVE, "subject" },
	{ LEVEL_COMPREHENSIVE, "source" },
};

struct hs_slice hs_record_index_mhd(struct hs_slice url)
{
	struct hs_slice rest = url, home = HS_S("profiles.ihe.net/ITI/MHD/");

	if (hs_slice_starts(url, HS_S("https://")))
		rest = hs_slice_from(url, strlen("https://"));
	else if (hs_slice_starts(url, HS_S("http://")))
		rest = hs_slice_from(url, strlen("http://"));
	return hs_slice_starts(rest, home) ? hs_slice_from(rest, home.len) : HS_S_NONE;
}

static enum level level_of_url(struct hs_slice url, struct hs_slice last)
{
	struct hs_slice profile = hs_record_index_mhd(hs_slice_cut(&url, '|'));

	/* Simplified Publish has neither url nor masterIdentifier yet (publish.c). */
	if (!hs_slice_starts(profile, HS_S("StructureDefinition/IHE.MHD.")) ||
		!hs_slice_ends(profile, last) ||
		hs_slice_search(profile, HS_S("SimplifiedPublish")) != SIZE_MAX)
		return LEVEL_NONE;
	return hs_slice_search(profile, HS_S("Comprehensive")) == SIZE_MAX ? LEVEL_MINIMAL :
									     LEVEL_COMPREHENSIVE;
}

/* The level that meta.profile claims with a profile whose name ends so. */
static enum level level_of(const struct hs_json *resource, struct hs_slice last)
{
	enum level level = LEVEL_NONE;

	HS_JSON_EACH(profile, hs_json_get(hs_json_get(resource, HS_S("meta")), HS_S("profile"))) {
		enum level claimed = level_of_url(hs_json_text(profile), last);
		level = claimed > level ? claimed : level;
	}
	return level;
}

static void miss(struct hs_issues *issues, struct hs_slice at, const char *path, enum level level)
{
	hs_issue_add(issues, HS_SEVERITY_ERROR, "required",
		hs_arena_printf(issues->arena, "%.*s.%s", HS_S_ARG(at), path),
		"MHD demands this element at the %s level.",
		level == LEVEL_MINIMAL ? "Minimal" : "Comprehensive");
}

static bool is_there(const struct hs_json *value, struct hs_slice path)
{
	if (hs_json_is(value, HS_JSON_ARRAY)) {
		HS_JSON_EACH(item, value) {
			if (!is_there(item, path))
				return false;
		}
		return hs_json_count(value) > 0;
	}
	if (path.len == 0)
		return value != NULL;
	struct hs_slice name = hs_slice_cut(&path, '.');
	return is_there(hs_json_get(value, name), path);
}

static void check_demands(const struct hs_json *resource, struct hs_slice at, const struct demand *demands,
	size_t count, enum level level, struct hs_issues *issues)
{
	for (size_t i = 0; i < count; i++) {
		if (demands[i].level <= level && !is_there(resource, hs_slice_cstr(demands[i].path)))
			miss(issues, at, demands[i].path, demands[i].level);
	}
}

static void check_pointer(const struct hs_json *pointer, struct hs_slice at, enum level level,
	struct hs_issues *issues)
{
	check_demands(pointer, at, pointer_demands, sizeof pointer_demands / sizeof pointer_demands[0], level,
		issues);
}

static bool is_submission_set(const struct hs_json *list)
{
	HS_JSON_EACH(coding, hs_json_get(hs_json_get(list, HS_S("code")), HS_S("coding"))) {
		struct hs_slice system = hs_record_index_mhd(hs_json_get_text(coding, HS_S("system")));
		if (hs_slice_eq(system, HS_S("CodeSystem/MHDlistTypes")) &&
			hs_slice_eq(hs_json_get_text(coding, HS_S("code")), HS_S("submissionset")))
			return true;
	}
	return false;
}

static void check_set(const struct hs_json *list, struct hs_slice at, enum level level,
	struct hs_issues *issues)
{
	bool source = false;

	check_demands(list, at, set_demands, sizeof set_demands / sizeof set_demands[0], level, issues);
	HS_JSON_EACH(extension, hs_json_get(list, HS_S("extension"))) {
		struct hs_slice url = hs_record_index_mhd(hs_json_get_text(extension, HS_S("url")));
		source = source || hs_slice_eq(url, HS_S("StructureDefinition/ihe-sourceId"));
	}
	if (!source)
		miss(issues, at, "extension('" SOURCE_ID "')", LEVEL_MINIMAL);
	if (!is_submission_set(list))
		hs_issue_add(issues, HS_SEVERITY_ERROR, "code-invalid",
			hs_arena_printf(issues->arena, "%.*s.code", HS_S_ARG(at)),
			"a SubmissionSet has the code 'submissionset' of %s", LIST_TYPES);
}

void hs_record_index_check_mhd(const struct hs_write_event *event, struct hs_issues *issues)
{
	enum level pointer = level_of(event->resource, HS_S(".DocumentReference"));
	enum level set = level_of(event->resource, HS_S(".SubmissionSet"));

	if (pointer)
		check_pointer(event->resource, event->type, pointer, issues);
	if (set)
		check_set(event->resource, event->type, set, issues);
}

/* ---- the whole bundle ---- */

struct look {
	const struct hs_json *bundle;
	enum level level;
	struct hs_issues *issues;
};

/* The entry with that fullUrl, or NULL. */
static const struct hs_json *entry_named(const struct look *look, struct hs_slice url)
{
	HS_JSON_EACH(entry, hs_json_get(look->bundle, HS_S("entry"))) {
		if (url.len && hs_slice_eq(hs_json_get_text(entry, HS_S("fullUrl")), url))
			return hs_json_get(entry, HS_S("resource"));
	}
	return NULL;
}

/* size and hash of an attachment against the Binary of the same bundle. */
static void check_content(const struct look *look, const struct hs_json *attachment, struct hs_slice at)
{
	const struct hs_json *binary = entry_named(look, hs_json_get_text(attachment, HS_S("url")));
	struct hs_slice data = hs_json_get_text(binary, HS_S("data")), bytes;
	struct hs_slice hash = hs_json_get_text(attachment, HS_S("hash"));
	int64_t size = 0;
	char digest[HS_DIGEST_TEXT];

	if (!binary || !hs_base64_decode(look->issues->arena, data, HS_BASE64, &bytes))
		return;
	if (hs_json_i64(hs_json_get(attachment, HS_S("size")), &size) && (uint64_t)size != bytes.len)
		hs_issue_add(look->issues, HS_SEVERITY_ERROR, "value",
			hs_arena_printf(look->issues->arena, "%.*s.size", HS_S_ARG(at)),
			"the document has %zu bytes, the metadata say %lld", bytes.len, (long long)size);
	hs_digest_sha1(bytes, digest);
	if (hash.len && !hs_slice_eq(hash, hs_slice_cstr(digest)))
		hs_issue_add(look->issues, HS_SEVERITY_ERROR, "value",
			hs_arena_printf(look->issues->arena, "%.*s.hash", HS_S_ARG(at)),
			"the document's SHA-1 in base64 is %s, the metadata say %.*s", digest,
			HS_S_ARG(hs_slice_first(hash, 60)));
}

static bool set_names(const struct hs_json *set, struct hs_slice url)
{
	HS_JSON_EACH(item, hs_json_get(set, HS_S("entry"))) {
		const struct hs_json *reference = hs_json_get(item, HS_S("item"));
		if (hs_slice_eq(hs_json_get_text(reference, HS_S("reference")), url))
			return true;
	}
	return false;
}

static void check_entry(const struct look *look, const struct hs_json *entry, struct hs_slice at,
	const struct hs_json *set)
{
	const struct hs_json *resource = hs_json_get(entry, HS_S("resource"));
	struct hs_slice url = hs_json_get_text(entry, HS_S("fullUrl"));
	size_t index = 0;

	check_pointer(resource, at, look->level, look->issues);
	HS_JSON_EACH(content, hs_json_get(resource, HS_S("content"))) {
		check_content(look, hs_json_get(content, HS_S("attachment")),
			hs_arena_printf(look->issues->arena, "%.*s.content[%zu].attachment", HS_S_ARG(at),
				index++));
	}
	if (set && url.len && !set_names(set, url))
		hs_issue_add(look->issues, HS_SEVERITY_ERROR, "invariant", at,
			"the SubmissionSet does not name this DocumentReference; List.entry.item refers to "
			"every one of the bundle by its fullUrl");
	if (set && hs_json_get(set, HS_S("subject")) && hs_json_get(resource, HS_S("subject")) &&
		!hs_record_index_same(hs_json_get(set, HS_S("subject")),
			hs_json_get(resource, HS_S("subject"))))
		hs_issue_add(look->issues, HS_SEVERITY_ERROR, "invariant", at,
			"subject is another patient than that of the SubmissionSet");
}

void hs_record_index_check_bundle(const struct hs_json *bundle, void *state, struct hs_issues *issues)
{
	const struct hs_record_index *settings = state;
	struct look look = { bundle, level_of(bundle, HS_S(".ProvideBundle")), issues };
	const struct hs_json *set = NULL, *entries = hs_json_get(bundle, HS_S("entry"));
	size_t index = 0, sets = 0;

	if (!settings->check_profiles || look.level == LEVEL_NONE)
		return;
	if (!hs_slice_eq(hs_json_get_text(bundle, HS_S("type")), HS_S("transaction")))
		hs_issue_add(issues, HS_SEVERITY_ERROR, "value", HS_S("Bundle.type"),
			"a Provide Document Bundle is a transaction");
	HS_JSON_EACH(entry, entries) {
		const struct hs_json *resource = hs_json_get(entry, HS_S("resource"));
		struct hs_slice at = hs_arena_printf(issues->arena, "Bundle.entry[%zu].resource", index++);
		if (!hs_slice_eq(hs_json_get_text(resource, HS_S("resourceType")), HS_S("List")) ||
			!is_submission_set(resource))
			continue;
		check_set(resource, at, look.level, issues);
		set = resource;
		sets++;
	}
	if (sets != 1)
		hs_issue_add(issues, HS_SEVERITY_ERROR, "invariant", HS_S("Bundle.entry"),
			"a Provide Document Bundle has exactly one SubmissionSet (List with code "
			"'submissionset'); this one has %zu",
			sets);
	index = 0;
	HS_JSON_EACH(entry, entries) {
		struct hs_slice at = hs_arena_printf(issues->arena, "Bundle.entry[%zu].resource", index++);
		struct hs_slice type = hs_json_get_text(hs_json_get(entry, HS_S("resource")),
			HS_S("resourceType"));
		struct hs_slice method = hs_json_get_text(hs_json_get(entry, HS_S("request")),
			HS_S("method"));
		if (hs_slice_eq(type, HS_S("DocumentReference")) && hs_slice_eq(method, HS_S("POST")))
			check_entry(&look, entry, at, set);
	}
}
