/* SPDX-License-Identifier: Apache-2.0 */
/* History of an instance, a type or everything (R4 section 3.1.0.9): newest first, by commit sequence.
 *
 * The cursor of a page is the commit sequence of its last entry. What is written later has a greater one, so
 * pages neither repeat nor miss anything while others write. */
#include <core/rest/search/page.h>
#include <core/rest/shelf/shelf.h>
#include <core/rest/subset.h>

#include <handslag/time.h>
#include <stdio.h>

struct asked {
	struct hs_history_query query;
	bool at; /* _at: versions that were current from at_lo on and before query.until_ms */
	int64_t at_lo;
	struct hs_slice self; /* parameters for the links, without the cursor */
	struct hs__rest_trail trail;
};

static enum hs_status read_time(struct hs_slice name, struct hs_slice value, struct hs_time *out,
	struct hs_error *err)
{
	if (hs_time_parse(value, 0, out))
		return HS_OK;
	return hs_fail(err, HS_E_VALUE, "%.*s=%.*s: it is a date or time such as 2026-11-21T08:00:00Z",
		HS_S_ARG(name), HS_S_ARG(hs_slice_first(value, 60)));
}

/* What shapes the answer and not what is asked for. */
static bool is_of_answer(struct hs_slice name)
{
	return hs_slice_eq(name, HS_S("_format")) || hs_slice_eq(name, HS_S("_pretty")) ||
		hs_slice_eq(name, HS_S("_summary")) || hs_slice_eq(name, HS_S("_elements"));
}

static enum hs_status read_pair(const struct hs__rest_env *env, const struct hs_pair *pair, bool strict,
	struct asked *asked, struct hs_error *err)
{
	struct hs_time time;
	uint64_t number = 0;
	enum hs_status status = HS_OK;
	if (hs_slice_eq(pair->name, HS_S("_since"))) {
		status = read_time(pair->name, pair->value, &time, err);
		if (status == HS_OK)
			asked->query.since_ms = time.lo;
	} else if (hs_slice_eq(pair->name, HS_S("_at"))) {
		status = read_time(pair->name, pair->value, &time, err);
		if (status == HS_OK) {
			asked->at = true;
			asked->at_lo = time.lo;
			asked->query.until_ms = time.hi;
		}
	} else if (hs_slice_eq(pair->name, HS_S("_count"))) {
		if (!hs_slice_u64(pair->value, &number))
			return hs_fail(err, HS_E_VALUE, "_count=%.*s: it is a whole number",
				HS_S_ARG(hs_slice_first(pair->value, 40)));
		asked->query.count =
			(uint32_t)(number < env->rest->config.page_max ? number : env->rest->config.page_max);
	} else if (hs_slice_eq(pair->name, HS_S("_cursor"))) {
		asked->trail = hs__rest_trail_read(pair->value);
		if (!hs_slice_u64(asked->trail.here, &asked->query.before_seq))
			return hs_fail(err, HS_E_VALUE,
				"_cursor is not one that a next link of a history carried");
	} else if (strict && !is_of_answer(pair->name)) {
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"parameter '%.*s' is not known for a history; known are _since, "
			"_at, _count, _summary and _elements",
			HS_S_ARG(hs_slice_first(pair->name, 60)));
	}
	return status;
}

static enum hs_status read_query(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs__rest_call *call, struct asked *out, struct hs_error *err)
{
	struct hs_buf self;
	enum hs_status status = HS_OK;
	hs_buf_init(&self, arena, 1024);
	for (size_t i = 0; status == HS_OK && i < call->query_count; i++) {
		const struct hs_pair *pair = &call->query[i];
		status = read_pair(env, pair, call->strict, out, err);
		if (!hs_slice_eq(pair->name, HS_S("_since")) && !hs_slice_eq(pair->name, HS_S("_at")) &&
			!hs_slice_eq(pair->name, HS_S("_count")) &&
			!hs_slice_eq(pair->name, HS_S("_summary")) &&
			!hs_slice_eq(pair->name, HS_S("_elements")))
			continue;
		if (self.len > 0)
			hs_buf_byte(&self, '&');
		hs_buf_add(&self, pair->name);
		hs_buf_byte(&self, '=');
		hs__rest_percent(&self, pair->value);
	}
	out->self = hs_buf_slice(&self);
	return status;
}

/* Was the version current at some moment of the span? It was until the next one came. */
static enum hs_status was_current(struct hs_txn *txn, struct hs_arena *arena, const struct asked *asked,
	const struct hs_resource *version, bool *out, struct hs_error *err)
{
	struct hs_resource next = { 0 };
	*out = true;
	if (!asked->at || version->updated_ms >= asked->at_lo)
		return HS_OK;
	if (version->change == HS_CHANGE_DELETE) {
		*out = false; /* a deletion before the span: there was nothing in it */
		return HS_OK;
	}
	enum hs_status status = hs_txn_get_version(txn, arena, version->type, version->id,
		version->version + 1, &next, err);
	*out = status == HS_E_NOT_FOUND || next.updated_ms > asked->at_lo;
	return status == HS_E_NOT_FOUND || status == HS_E_DELETED ? HS_OK : status;
}

/* The store also has types of the other FHIR version: the system's history is that of ours. */
static enum hs_status mean_own_types(const struct hs__rest_env *env, struct hs_arena *arena,
	struct hs_history_query *query, struct hs_error *err)
{
	uint32_t count = env->sandbox->number_count;
	bool *types = hs_arena_array(arena, count + 1, sizeof *types);
	if (!types)
		return hs_fail(err, HS_E_LIMIT, "the request does not fit in its memory");
	for (uint32_t i = 0; i < count; i++)
		types[i] = env->sandbox->by_number[i] != NULL;
	query->types = types;
	query->type_count = count;
	return HS_OK;
}

/* One page: reads on until `count` versions fit, for some were not current at the time that is asked for. */
static enum hs_status read_page(struct hs_txn *txn, struct hs_arena *arena, const struct asked *asked,
	struct hs_resource_list *out, struct hs_error *err)
{
	struct hs_history_query query = asked->query;
	uint32_t wanted = asked->query.count;
	struct hs_resource *items = hs_arena_array(arena, wanted + 1, sizeof *items);
	size_t count = 0;
	bool more = wanted > 0;
	if (!items)
		return hs_fail(err, HS_E_LIMIT, "the page is too large; ask for less with _count");
	/* One more than wanted tells whether there is a next page. */
	while (more && count <= wanted) {
		struct hs_arena_mark mark = hs_arena_mark(arena);
		struct hs_resource_list part = { 0 };
		size_t had = count;
		query.count = wanted + 1 - (uint32_t)count;
		enum hs_status status = hs_txn_history(txn, arena, &query, &part, err);
		if (status == HS_E_NOT_FOUND)
			status = HS_OK; /* an id that only a package knows; check_known has seen to others */
		for (size_t i = 0; status == HS_OK && i < part.count; i++) {
			bool fits = true;
			status = was_current(txn, arena, asked, &part.items[i], &fits, err);
			if (fits)
				items[count++] = part.items[i];
			query.before_seq = part.items[i].seq;
		}
		if (status != HS_OK)
			return status;
		more = part.more && part.count > 0;
		if (count == had)
			hs_arena_rollback(arena, mark);
	}
	out->items = items;
	out->more = count > wanted;
	out->count = count > wanted ? wanted : count;
	return HS_OK;
}

/* All versions that the parameters mean, on whatever page. */
static enum hs_status count_all(struct hs_txn *txn, struct hs_arena *arena, const struct asked *asked,
	uint64_t *total, struct hs_error *err)
{
	struct hs_resource_list list = { 0 };
	struct hs_history_query query = asked->query;
	query.count = 0;
	query.before_seq = 0;
	query.want_total = true;
	enum hs_status status = hs_txn_history(txn, arena, &query, &list, err);
	*total = list.total;
	return status == HS_E_NOT_FOUND ? HS_OK : status;
}

static void write_entry(const struct hs__rest_env *env, struct hs__rest_page *page,
	const struct hs_resource *version)
{
	static const struct row {
		const char *method, *status;
	} rows[] = { [HS_CHANGE_CREATE] = { "PUT", "201" },
		[HS_CHANGE_UPDATE] = { "PUT", "200" },
		[HS_CHANGE_DELETE] = { "DELETE", "204" } };
	bool posted = version->change == HS_CHANGE_CREATE && hs__rest_is_new_id(version->id);
	struct hs_buf *buf = &page->buf;
	struct hs_slice type = env->sandbox->by_number[version->type]->name;
	char instant[HS_INSTANT_LEN + 1];
	hs_time_instant(version->updated_ms, instant);
	hs__rest_page_entry(page, type, version->id);
	if (version->change != HS_CHANGE_DELETE) {
		hs_buf_cstr(buf, ",\"resource\":");
		hs_buf_add(buf, version->body);
	}
	hs_buf_cstr(buf, ",\"request\":{\"method\":\"");
	hs_buf_cstr(buf, posted ? "POST" : rows[version->change].method);
	hs_buf_cstr(buf, "\",\"url\":\"");
	hs_buf_add(buf, type);
	if (!posted) {
		hs_buf_byte(buf, '/');
		hs_buf_add(buf, version->id);
	}
	hs_buf_cstr(buf, "\"},\"response\":{\"status\":\"");
	hs_buf_cstr(buf, rows[version->change].status);
	hs_buf_cstr(buf, "\",\"etag\":\"W/\\\"");
	hs_buf_u64(buf, version->version);
	hs_buf_cstr(buf, "\\\"\",\"lastModified\":\"");
	hs_buf_add(buf, hs_slice(instant, HS_INSTANT_LEN));
	hs_buf_cstr(buf, "\"}");
	hs__rest_page_entry_end(page);
}

static enum hs_status check_known(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs_error *err)
{
	struct hs_resource found = { 0 };
	if (call->interaction != HS_DO_HISTORY_INSTANCE || !call->type)
		return HS_OK;
	enum hs_status status = hs__rest_current(env, txn, arena, call->type, call->id, &found, err);
	if (status == HS_E_NOT_FOUND)
		return hs_fail(err, HS_E_NOT_FOUND, "there never was a %.*s with id %.*s",
			HS_S_ARG(call->type->name), HS_S_ARG(call->id));
	return status == HS_E_DELETED ? HS_OK : status;
}

/* What a package has under the id comes before all that was stored under it: at the end of the last page. */
static enum hs_status add_packaged(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs__rest_call *call, const struct asked *asked, struct hs_resource_list *list,
	uint64_t *total, struct hs_error *err)
{
	const struct hs__shelf_type *shelved = hs__shelf_type(env->rest, call->type);
	struct hs_resource found;
	uint32_t at = 0;
	if (call->interaction != HS_DO_HISTORY_INSTANCE || asked->at || !shelved ||
		!hs__shelf_find_id(env->rest->shelf, shelved, call->id, &at))
		return HS_OK;
	hs__shelf_describe(env, call->type, at, &found);
	if (found.updated_ms < asked->query.since_ms)
		return HS_OK;
	++*total;
	if (list->more || list->count == asked->query.count) {
		list->more = list->count > 0;
		return HS_OK;
	}
	enum hs_status status = hs__shelf_body(env, arena, &found, &found.body, err);
	if (status != HS_OK)
		return status;
	HS_ASSERT(list->items); /* with room for one more than the page has */
	list->items[list->count++] = found;
	return HS_OK;
}

static void write_page(const struct hs__rest_env *env, struct hs__rest_page *page, struct hs_slice path,
	const struct asked *asked, const struct hs_resource_list *list)
{
	char next[24] = "";
	if (list->more)
		snprintf(next, sizeof next, "%llu", (unsigned long long)list->items[list->count - 1].seq);
	hs__rest_page_links(page, path, asked->self, &asked->trail, hs_slice_cstr(next));
	for (size_t i = 0; i < list->count; i++)
		write_entry(env, page, &list->items[i]);
}

/* _summary and _elements, of each version. */
static enum hs_status show_parts(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs_resource_list *list, struct hs_error *err)
{
	struct hs__rest_subset subset = { 0 };
	enum hs_status status = hs__rest_subset_of(arena, call->query, call->query_count, &subset, err);
	if (status == HS_OK && subset.summary == HS_SUMMARY_COUNT) {
		list->count = 0;
		list->more = false;
	}
	for (size_t i = 0; status == HS_OK && !hs__rest_subset_all(&subset) && i < list->count; i++)
		if (list->items[i].body.len > 0)
			status = hs__rest_subset_text(env, arena, &subset, list->items[i].body,
				&list->items[i].body, err);
	return status;
}

enum hs_status hs__rest_history(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err)
{
	struct asked asked = { .query = { .since_ms = INT64_MIN, .until_ms = INT64_MAX } };
	struct hs_resource_list list = { 0 };
	struct hs__rest_page page;
	uint64_t total = 0;
	asked.query.count = env->rest->config.page_default;
	asked.query.type = call->type ? hs__rest_type_number(env->sandbox, call->type) : 0;
	asked.query.id = call->interaction == HS_DO_HISTORY_INSTANCE ? call->id : HS_S_NONE;
	enum hs_status status = read_query(env, arena, call, &asked, err);
	if (status == HS_OK)
		status = check_known(env, txn, arena, call, err);
	if (status == HS_OK && !call->type)
		status = mean_own_types(env, arena, &asked.query, err);
	if (status == HS_OK)
		status = read_page(txn, arena, &asked, &list, err);
	if (status == HS_OK && !asked.at)
		status = count_all(txn, arena, &asked, &total, err);
	if (status == HS_OK)
		status = add_packaged(env, arena, call, &asked, &list, &total, err);
	if (status == HS_OK)
		status = show_parts(env, arena, call, &list, err);
	if (status != HS_OK)
		return status;
	size_t bytes = 512;
	for (size_t i = 0; i < list.count; i++)
		bytes += list.items[i].body.len + 384;
	struct hs_slice path = HS_S("_history");
	if (call->type)
		path = hs_arena_printf(arena, asked.query.id.len ? "%.*s/%.*s/_history" : "%.*s%.*s/_history",
			HS_S_ARG(call->type->name), HS_S_ARG(asked.query.id));
	hs__rest_page_open(&page, arena, "history", env->base, bytes);
	if (!asked.at)
		hs__rest_page_total(&page, total);
	write_page(env, &page, path, &asked, &list);
	result->status = 200;
	result->seq = hs_txn_seq(txn);
	return hs__rest_page_close(&page, &result->text, err);
}
