/* SPDX-License-Identifier: Apache-2.0 */
/* Writes what a search found as a Bundle: matches, included resources, and what was left out. */
#include <core/rest/search/found.h>
#include <core/rest/search/page.h>
#include <core/rest/shelf/shelf.h>
#include <core/rest/subset.h>

#define BODY_MAX ((size_t)64 << 20)

/* The OperationOutcome entry of a page: parameters that were left out, includes that were too many. */
static struct hs_slice outcome_of(struct hs_arena *arena, const struct hs_search *search,
	const struct hs__rest_found *found)
{
	struct hs_issues issues = { .arena = arena };
	struct hs_buf buf;
	for (size_t i = 0; i < search->ignored_count; i++)
		hs_issue_add(&issues, HS_SEVERITY_WARNING, "not-supported", HS_S_NONE,
			"search parameter %.*s", HS_S_ARG(search->ignored[i]));
	if (found->included.truncated)
		hs_issue_add(&issues, HS_SEVERITY_WARNING, "too-costly", HS_S_NONE,
			"there are more included resources than one page may have; ask for less with _count");
	if (issues.count == 0)
		return HS_S_NONE;
	hs_buf_init(&buf, arena, 65536);
	hs_json_write(&buf, hs_outcome(arena, &issues), 0);
	return hs_buf_slice(&buf);
}

static enum hs_status write_entry(const struct hs__rest_env *env, struct hs__rest_page *page,
	const struct hs__rest_subset *subset, const struct hs_resource *resource, const char *mode,
	struct hs_error *err)
{
	/* Bodies of packages are large: they do not stay in the request's memory. */
	struct hs_arena *scratch = hs__shelf_owns(resource) ? hs_arena_new(BODY_MAX) : page->arena;
	struct hs_slice body = HS_S_NONE;
	enum hs_status status = hs__shelf_body(env, scratch, resource, &body, err);
	if (status == HS_OK && !hs__rest_subset_all(subset))
		status = hs__rest_subset_text(env, scratch, subset, body, &body, err);
	if (status == HS_OK)
		hs__rest_page_found(page, env->sandbox->by_number[resource->type]->name, resource->id, body,
			mode);
	if (scratch != page->arena)
		hs_arena_free(scratch);
	return status;
}

/* _elements says nothing of what is included (R4 section 3.1.1.5.9), unless it names the type. */
static struct hs__rest_subset subset_of_included(struct hs_arena *arena, const struct hs_search *search)
{
	struct hs__rest_subset subset = { search->summary, NULL, 0 };
	struct hs_slice *elements = hs_arena_array(arena, search->element_count + 1, sizeof *elements);
	for (size_t i = 0; elements && i < search->element_count; i++) {
		if (hs_slice_find(search->elements[i], '.', 0) != SIZE_MAX)
			elements[subset.element_count++] = search->elements[i];
	}
	subset.elements = elements;
	return subset;
}

/* Does _elements name this type, so that the others stay whole? */
static bool names_type(const struct hs__rest_subset *subset, struct hs_slice type)
{
	for (size_t i = 0; i < subset->element_count; i++) {
		struct hs_slice rest = subset->elements[i];
		if (hs_slice_eq(hs_slice_cut(&rest, '.'), type))
			return true;
	}
	return subset->element_count == 0;
}

static enum hs_status write_included(const struct hs__rest_env *env, struct hs__rest_page *page,
	const struct hs__rest_subset *subset, const struct hs_resource *resource, struct hs_error *err)
{
	struct hs__rest_subset whole = { subset->summary, NULL, 0 };
	bool named = names_type(subset, env->sandbox->by_number[resource->type]->name);
	return write_entry(env, page, named ? subset : &whole, resource, "include", err);
}

static enum hs_status write_entries(const struct hs__rest_env *env, struct hs__rest_page *page,
	const struct hs_search *search, const struct hs__rest_found *found, struct hs_error *err)
{
	struct hs__rest_subset subset = { search->summary, search->elements, search->element_count };
	struct hs__rest_subset included = subset_of_included(page->arena, search);
	struct hs_slice outcome = outcome_of(page->arena, search, found);
	enum hs_status status = HS_OK;
	for (size_t i = 0; status == HS_OK && i < found->page.count; i++)
		status = write_entry(env, page, &subset, &found->page.items[i], "match", err);
	for (size_t i = 0; status == HS_OK && i < found->included.count; i++)
		status = write_included(env, page, &included, &found->included.items[i], err);
	if (outcome.len > 0)
		hs__rest_page_found(page, HS_S_NONE, HS_S_NONE, outcome, "outcome");
	return status;
}

static size_t bytes_of(const struct hs__rest_found *found)
{
	size_t bytes = 512;
	for (size_t i = 0; i < found->page.count; i++)
		bytes += found->page.items[i].body.len + 256;
	for (size_t i = 0; i < found->included.count; i++)
		bytes += found->included.items[i].body.len + 256;
	return bytes;
}

enum hs_status hs__rest_found_write(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs_search *search, const struct hs__rest_found *found, struct hs_slice *out,
	struct hs_error *err)
{
	struct hs__rest_page page;
	hs__rest_page_open(&page, arena, "searchset", env->base, bytes_of(found));
	if (found->has_total)
		hs__rest_page_total(&page, found->total);
	hs__rest_page_links(&page, found->path, found->self, &found->trail, found->page.next);
	enum hs_status status = write_entries(env, &page, search, found, err);
	return status == HS_OK ? hs__rest_page_close(&page, out, err) : status;
}
