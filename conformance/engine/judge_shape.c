/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions on the shape of a resource: minimumId, navigationLinks, validateProfileId, and rules by
 * extension. */
#include <conformance/engine/stage.h>

#define DIFFERENCES_MAX 50u

enum hs_status hs_test_judge_minimum(struct test_judgement *j)
{
	struct hs_arena *arena = j->stage->arena;
	struct test_source least, source;
	struct hs_buf buf;
	enum hs_status status = hs_test_source(j->stage, j->field, false, &least, j->err);

	if (!status)
		status = hs_test_source_json(j->stage, &least, j->err);
	if (!status)
		status = hs_test_judge_find(j, &source);
	if (status)
		return status;
	const struct test_difference *first = hs_test_minimum(arena, least.json, source.json,
		DIFFERENCES_MAX);
	j->out->wanted = hs_arena_printf(arena, "everything that %.*s has", HS_S_ARG(j->field));
	j->out->verdict = first ? HS_TEST_FAIL : HS_TEST_PASS;
	if (!first) {
		j->out->found = HS_S("all of it");
		return HS_OK;
	}
	j->out->path = first->path;
	hs_buf_init(&buf, arena, 1 << 20);
	for (const struct test_difference *d = first; d; d = d->next)
		hs_buf_printf(&buf, "%s%.*s: %.*s", d == first ? "" : "\n", HS_S_ARG(d->path),
			HS_S_ARG(d->text));
	j->out->found = hs_buf_slice(&buf);
	return HS_OK;
}

/* http://hl7.org/fhir/R4/http.html#paging: a link has a relation, once each, and a URL; a search set says
 * itself; when there are more matches than entries there is a next page. */
static struct hs_slice link_fault(struct hs_arena *arena, const struct hs_json *bundle)
{
	struct hs_slice type = hs_json_get_text(bundle, HS_S("type"));
	bool self = false, next = false, previous = false;
	size_t matches = 0;
	int64_t total = -1;

	HS_JSON_EACH(link, hs_json_get(bundle, HS_S("link"))) {
		struct hs_slice relation = hs_json_get_text(link, HS_S("relation"));
		struct hs_slice url = hs_json_get_text(link, HS_S("url"));
		if (!relation.len || !url.len)
			return HS_S("a link needs relation and url");
		HS_JSON_EACH(other, hs_json_get(bundle, HS_S("link")))
			if (other != link && hs_slice_eq(hs_json_get_text(other, HS_S("relation")), relation))
				return hs_arena_printf(arena, "the link %.*s is there more than once",
					HS_S_ARG(relation));
		self = self || hs_slice_eq(relation, HS_S("self"));
		next = next || hs_slice_eq(relation, HS_S("next"));
		previous = previous || hs_slice_eq(relation, HS_S("previous")) ||
			hs_slice_eq(relation, HS_S("prev"));
	}
	if (!self)
		return HS_S("there is no link self");
	if (!hs_slice_eq(type, HS_S("searchset")) || !hs_json_i64(hs_json_get(bundle, HS_S("total")), &total))
		return HS_S_NONE;
	HS_JSON_EACH(entry, hs_json_get(bundle, HS_S("entry"))) {
		struct hs_slice mode = hs_json_get_text(hs_json_get(entry, HS_S("search")), HS_S("mode"));
		matches += !mode.len || hs_slice_eq(mode, HS_S("match"));
	}
	if (total > (int64_t)matches && !next && !previous)
		return hs_arena_printf(arena, "%lld match and %zu are here, but there is no link next",
			(long long)total, matches);
	return HS_S_NONE;
}

enum hs_status hs_test_judge_navigation(struct test_judgement *j)
{
	struct test_source source;
	enum hs_status status = hs_test_judge_find(j, &source);

	if (status)
		return status;
	j->out->path = HS_S("Bundle.link");
	struct hs_slice fault = HS_S("it is no Bundle");
	if (hs_slice_eq(hs_json_get_text(source.json, HS_S("resourceType")), HS_S("Bundle")))
		fault = link_fault(j->stage->arena, source.json);
	if (j->assertion->wants_links) {
		j->out->wanted = HS_S("navigation links that lead through the whole result");
		j->out->verdict = fault.len ? HS_TEST_FAIL : HS_TEST_PASS;
	} else {
		size_t count = hs_json_count(hs_json_get(source.json, HS_S("link")));
		fault = count ? hs_arena_printf(j->stage->arena, "%zu links", count) : HS_S_NONE;
		j->out->wanted = HS_S("no navigation links");
		j->out->verdict = count ? HS_TEST_FAIL : HS_TEST_PASS;
	}
	j->out->found = fault.len ? fault : HS_S("just that");
	return HS_OK;
}

static struct hs_slice profile_url(const struct hs_script *script, struct hs_slice id)
{
	for (size_t i = 0; i < script->profile_count; i++)
		if (hs_slice_eq(script->profiles[i].id, id))
			return script->profiles[i].url;
	return HS_S_NONE;
}

static void list_issues(struct test_judgement *j, const struct hs_issues *issues)
{
	struct hs_buf buf;

	hs_buf_init(&buf, j->stage->arena, 1 << 20);
	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next) {
		if (issue->severity > HS_SEVERITY_ERROR)
			continue;
		if (!buf.len)
			j->out->path = issue->path;
		hs_buf_printf(&buf, "%s%.*s: %.*s", buf.len ? "\n" : "", HS_S_ARG(issue->path),
			HS_S_ARG(issue->text));
	}
	j->out->found = hs_buf_slice(&buf);
}

enum hs_status hs_test_judge_profile(struct test_judgement *j)
{
	struct hs_test_conformance asked = { .fhir = j->stage->run->fhir,
		.profile = profile_url(j->stage->script, j->field) };
	struct hs_issues issues = { .arena = j->stage->arena };
	struct test_source source;
	enum hs_status status = hs_test_judge_find(j, &source);

	if (status)
		return status;
	if (!asked.profile.len)
		return hs_fail(j->err, HS_E_INVALID, "the script has no profile with the id %.*s",
			HS_S_ARG(j->field));
	asked.resource = source.json;
	asked.source = source.exchange && !source.request ? source.exchange->body : HS_S_NONE;
	status = hs_test_conform(j->stage->run, &asked, &issues, j->err);
	if (status)
		return status;
	j->out->wanted = hs_arena_printf(j->stage->arena, "what conforms to %.*s", HS_S_ARG(asked.profile));
	j->out->verdict = issues.errors ? HS_TEST_FAIL : HS_TEST_PASS;
	j->out->found = HS_S("just that");
	if (issues.errors)
		list_issues(j, &issues);
	return HS_OK;
}
