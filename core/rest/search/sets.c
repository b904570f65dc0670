/* SPDX-License-Identifier: Apache-2.0 */
/* Value sets and hierarchies that a search names (code:in=URL, code:below=SYSTEM|CODE): each is asked of this
 * server as ValueSet/$expand, a request of its own, before the search is parsed. So any terminology that
 * serves here answers, and with what clients have uploaded. A value set that cannot be expanded, as its code
 * systems are not here, still says what is in it when it only lists codes: then it is read itself. Of what is
 * too large to be listed only the codes that resources here have are taken, when these are searched
 * (stored_codes.h). */
#include <core/rest/search/stored_codes.h>

struct fetch {
	const struct hs__rest_env *env;
	struct hs__rest_call *call;
	struct hs_inner inner;
	size_t next;
	bool by_address;         /* the value set was asked for by its address here, not by its canonical */
	struct hs_error refused; /* why it was not expanded, while the value set itself is read */
	void *arg;
	hs_after_fn *after;
};

static enum hs_verdict fetch_set(struct hs_request *req, struct fetch *fetch, bool by_address);

/* ---- the question ---- */

/* {system, filter: concept is-a CODE} as an inline value set; "generalizes" is the way up. */
static enum hs_status write_hierarchy(struct hs_arena *arena, const struct hs_search_set *set,
	struct hs_slice *out, struct hs_error *err)
{
	struct hs_slice code = set->name, system = hs_slice_cut(&code, '|');
	struct hs_buf buf;
	if (!system.len || !code.len)
		return hs_fail(err, HS_E_VALUE,
			"'%.*s' is not valid for :above and :below of a code; write SYSTEM|CODE",
			HS_S_ARG(hs_slice_first(set->name, 64)));
	hs_buf_init(&buf, arena, 1 << 16);
	hs_buf_printf(&buf,
		"{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"count\",\"valueInteger\":%u},"
		"{\"name\":\"valueSet\",\"resource\":{\"resourceType\":\"ValueSet\",\"status\":\"active\","
		"\"compose\":{\"include\":[{\"system\":",
		HS_SEARCH_SET_CODES_MAX + 1);
	hs_json_write_text(&buf, system);
	hs_buf_printf(&buf, ",\"filter\":[{\"property\":\"concept\",\"op\":\"%s\",\"value\":",
		set->kind == HS_SEARCH_BELOW ? "is-a" : "generalizes");
	hs_json_write_text(&buf, code);
	hs_buf_cstr(&buf, "}]}]}}}]}");
	if (buf.overflow)
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	*out = hs_buf_slice(&buf);
	return HS_OK;
}

/* The id of a value set that is named by its address here, relative or in full. That goes before a canonical
 * that reads the same (R4 search.html 3.1.1.5.4, :in). */
static struct hs_slice id_of(struct hs_slice base, struct hs_slice name)
{
	struct hs_slice rest = name;
	if (base.len && hs_slice_starts(rest, base) && rest.len > base.len && rest.ptr[base.len] == '/')
		rest = hs_slice_from(rest, base.len + 1);
	if (!hs_slice_starts(rest, HS_S("ValueSet/")))
		return HS_S_NONE;
	rest = hs_slice_from(rest, sizeof("ValueSet/") - 1);
	return hs_id_valid(rest) ? rest : HS_S_NONE;
}

/* By its id, or without one by its canonical. */
static enum hs_status ask(struct hs_request *req, const struct hs_search_set *set, struct hs_slice id,
	struct hs_inner *out, struct hs_error *err)
{
	struct hs_arena *arena = hs_request_arena(req);
	struct hs_buf query;
	*out = (struct hs_inner) { .method = HS_S("POST"), .path = HS_S("ValueSet/$expand") };
	if (set->kind != HS_SEARCH_IN)
		return write_hierarchy(arena, set, &out->body, err);
	hs_buf_init(&query, arena, 3 * set->name.len + 64);
	hs_buf_printf(&query, "count=%u", HS_SEARCH_SET_CODES_MAX + 1);
	if (id.len)
		out->path = hs_arena_printf(arena, "ValueSet/%.*s/$expand", HS_S_ARG(id));
	else {
		hs_buf_cstr(&query, "&url=");
		hs__rest_percent(&query, set->name);
	}
	out->method = HS_S("GET");
	out->query = hs_buf_slice(&query);
	return HS_OK;
}

/* The value set itself: by its id, or by its canonical, then the latest version when that names none. */
static void ask_itself(struct hs_arena *arena, struct hs_slice name, struct hs_slice id, struct hs_inner *out)
{
	struct hs_slice version = name, url = hs_slice_cut(&version, '|');
	struct hs_buf query;
	hs_buf_init(&query, arena, 3 * name.len + 64);
	hs_buf_cstr(&query, id.len ? "_id=" : "_sort=-version&_count=1&url=");
	hs__rest_percent(&query, id.len ? id : url);
	if (!id.len && version.len) {
		hs_buf_cstr(&query, "&version=");
		hs__rest_percent(&query, version);
	}
	*out = (struct hs_inner) {
		.method = HS_S("GET"), .path = HS_S("ValueSet"), .query = hs_buf_slice(&query)
	};
}

/* ---- the answer ---- */

static size_t count_codes(const struct hs_json *contains)
{
	size_t count = 0;
	HS_JSON_EACH(item, contains)
		count += 1 + count_codes(hs_json_get(item, HS_S("contains")));
	return count;
}

static void take_codes(const struct hs_json *contains, struct hs_search_code *codes, size_t *count)
{
	HS_JSON_EACH(item, contains) {
		struct hs_slice code = hs_json_get_text(item, HS_S("code"));
		if (code.len)
			codes[(*count)++] = (struct hs_search_code) { hs_json_get_text(item, HS_S("system")),
				code };
		take_codes(hs_json_get(item, HS_S("contains")), codes, count);
	}
}

static struct hs_slice canonical_of(struct hs_arena *arena, const struct hs_json *value_set)
{
	struct hs_slice url = hs_json_get_text(value_set, HS_S("url")),
			version = hs_json_get_text(value_set, HS_S("version"));
	return !url.len || !version.len ?
		url :
		hs_arena_printf(arena, "%.*s|%.*s", HS_S_ARG(url), HS_S_ARG(version));
}

/* HS_E_TOO_COSTLY: there are more codes than may be listed; then *url is the value set's canonical, if it has
 * one.
 */
static enum hs_status take_answer(struct hs_arena *arena, const struct hs_inner *inner,
	struct hs_search_set *set, struct hs_slice *url, struct hs_error *err)
{
	struct hs_json *tree = NULL;
	const struct hs_json *contains;
	if (inner->answer.len && hs_json_parse(arena, inner->answer, NULL, &tree, err))
		return err->status;
	if (inner->status != 200) {
		const struct hs_json *issue = hs_json_first(hs_json_get(tree, HS_S("issue")));
		struct hs_slice why = hs_json_get_text(hs_json_get(issue, HS_S("details")), HS_S("text"));
		if (!why.len)
			why = hs_json_get_text(issue, HS_S("diagnostics"));
		return hs_fail(err, HS_E_VALUE, "'%.*s' cannot be searched by: %.*s",
			HS_S_ARG(hs_slice_first(set->name, 120)),
			HS_S_ARG(why.len ? hs_slice_first(why, 200) : HS_S("no terminology is served here")));
	}
	contains = hs_json_get(hs_json_get(tree, HS_S("expansion")), HS_S("contains"));
	size_t count = count_codes(contains);
	if (count > HS_SEARCH_SET_CODES_MAX) {
		*url = canonical_of(arena, tree);
		return hs_fail(err, HS_E_TOO_COSTLY, "'%.*s' has more than %u codes, too many to search by",
			HS_S_ARG(hs_slice_first(set->name, 120)), HS_SEARCH_SET_CODES_MAX);
	}
	struct hs_search_code *codes = hs_arena_array(arena, count + 1, sizeof(*codes));
	if (!codes)
		return hs_fail(err, HS_E_LIMIT, "the search is too large");
	take_codes(contains, codes, &set->count);
	set->codes = codes;
	return HS_OK;
}

/* How many codes a value set lists; 0 when it says what is in it in another way, too. */
static size_t count_listed(const struct hs_json *compose)
{
	size_t count = 0;
	if (hs_json_get(compose, HS_S("exclude")))
		return 0;
	HS_JSON_EACH(include, hs_json_get(compose, HS_S("include"))) {
		const struct hs_json *concepts = hs_json_get(include, HS_S("concept"));
		if (!concepts || hs_json_get(include, HS_S("filter")) ||
			hs_json_get(include, HS_S("valueSet")))
			return 0;
		HS_JSON_EACH(concept, concepts)
			count += hs_json_get_text(concept, HS_S("code")).len > 0;
	}
	return count;
}

static void take_listed(const struct hs_json *compose, struct hs_search_code *codes, size_t *count)
{
	HS_JSON_EACH(include, hs_json_get(compose, HS_S("include")))
		HS_JSON_EACH(concept, hs_json_get(include, HS_S("concept"))) {
			struct hs_slice code = hs_json_get_text(concept, HS_S("code"));
			if (code.len)
				codes[(*count)++] = (struct hs_search_code) {
					hs_json_get_text(include, HS_S("system")), code
				};
		}
}

/* False: it does not only list codes, or too many. */
static bool take_itself(struct hs_arena *arena, const struct hs_inner *inner, struct hs_search_set *set)
{
	struct hs_json *tree = NULL;
	struct hs_error ignored;
	if (inner->status != 200 || hs_json_parse(arena, inner->answer, NULL, &tree, &ignored))
		return false;
	const struct hs_json *entry = hs_json_first(hs_json_get(tree, HS_S("entry")));
	const struct hs_json *compose = hs_json_get(hs_json_get(entry, HS_S("resource")), HS_S("compose"));
	size_t count = count_listed(compose);
	struct hs_search_code *codes = count && count <= HS_SEARCH_SET_CODES_MAX ?
		hs_arena_array(arena, count, sizeof(*codes)) :
		NULL;
	if (!codes)
		return false;
	take_listed(compose, codes, &set->count);
	set->codes = codes;
	return true;
}

static enum hs_verdict after_one(struct hs_request *req, struct fetch *fetch)
{
	fetch->refused = (struct hs_error) { 0 };
	if (++fetch->next == fetch->call->set_count)
		return fetch->after(req, fetch->arg, HS_OK, NULL);
	return fetch_set(req, fetch, true);
}

static enum hs_verdict after_itself(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct fetch *fetch = arg;
	if (status != HS_OK)
		return hs__rest_refuse(req, status, NULL, err);
	if (take_itself(hs_request_arena(req), &fetch->inner, &fetch->call->sets[fetch->next]))
		return after_one(req, fetch);
	return fetch->by_address ? fetch_set(req, fetch, false) :
				   hs__rest_refuse(req, fetch->refused.status, NULL, &fetch->refused);
}

static enum hs_verdict judge_later(struct hs_request *req, struct fetch *fetch, struct hs_slice url)
{
	if (!hs__stored_codes_note(hs_request_arena(req), fetch->call, fetch->next, url))
		return hs__rest_refuse(req, HS_E_LIMIT, NULL, NULL);
	return after_one(req, fetch);
}

static enum hs_verdict after_answer(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct fetch *fetch = arg;
	struct hs_search_set *set = &fetch->call->sets[fetch->next];
	if (status != HS_OK)
		return hs__rest_refuse(req, status, NULL, err);
	struct hs_slice url = HS_S_NONE;
	if (take_answer(hs_request_arena(req), &fetch->inner, set, &url, &fetch->refused) == HS_OK)
		return after_one(req, fetch);
	if (!fetch->by_address)
		url = set->name;
	if (fetch->refused.status == HS_E_TOO_COSTLY && fetch->inner.status == 200 && url.len &&
		hs__stored_codes_can(fetch->env, set))
		return judge_later(req, fetch, url);
	if (set->kind != HS_SEARCH_IN || fetch->inner.status != 404)
		return hs__rest_refuse(req, fetch->refused.status, NULL, &fetch->refused);
	ask_itself(hs_request_arena(req), set->name,
		fetch->by_address ? id_of(hs_request_base(req), set->name) : HS_S_NONE, &fetch->inner);
	return hs_request_inner(req, &fetch->inner, fetch, after_itself);
}

static enum hs_verdict fetch_set(struct hs_request *req, struct fetch *fetch, bool by_address)
{
	struct hs_search_set *set = &fetch->call->sets[fetch->next];
	if (hs__stored_codes_known(fetch->env, set))
		return judge_later(req, fetch, set->name);
	struct hs_slice id = by_address ? id_of(hs_request_base(req), set->name) : HS_S_NONE;
	struct hs_error err = { 0 };
	enum hs_status status = ask(req, set, id, &fetch->inner, &err);
	fetch->by_address = id.len != 0;
	return status == HS_OK ? hs_request_inner(req, &fetch->inner, fetch, after_answer) :
				 hs__rest_refuse(req, status, NULL, &err);
}

enum hs_verdict hs__rest_fetch_sets(struct hs_request *req, const struct hs__rest_env *env,
	struct hs__rest_call *call, void *arg, hs_after_fn *after)
{
	struct fetch *fetch = hs_arena_alloc(hs_request_arena(req), sizeof(*fetch));
	if (!fetch)
		return hs__rest_refuse(req, HS_E_LIMIT, NULL, NULL);
	*fetch = (struct fetch) { .env = env, .call = call, .arg = arg, .after = after };
	return fetch_set(req, fetch, true);
}
