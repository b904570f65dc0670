/* SPDX-License-Identifier: Apache-2.0 */
/* Carries an export out: walks the log of each type backwards from the plan's commit and gives out the
 * versions that were current then. */
#include <core/rest/export/plan.h>

#define PAGE 256u

/* It was current unless a later version had come by then. */
static enum hs_status was_current(const struct hs__export_slice *s, const struct hs_resource *version,
	bool *out, struct hs_error *err)
{
	struct hs_resource next = { .seq = 0 };
	enum hs_status status = hs_txn_get_version(s->txn, s->arena, version->type, version->id,
		version->version + 1, &next, err);

	if (status == HS_E_NOT_FOUND)
		*out = true;
	else if (status == HS_OK || status == HS_E_DELETED)
		*out = next.seq > s->plan->seq;
	else
		return status;
	return HS_OK;
}

static bool is_asked_patient(const struct hs_rest_export *plan, struct hs_slice id)
{
	return !plan->some_patients || hs_map_get(&plan->patients, id);
}

static bool is_of_patient(const struct hs_rest_export *plan, const struct hs__export_type *type,
	const struct hs_index_row *row)
{
	if (row->kind != HS_INDEX_REFERENCE || row->target_type != plan->patient_number)
		return false;
	for (size_t i = 0; i < type->link_count; i++)
		if (type->links[i] == row->param)
			return is_asked_patient(plan, row->text);
	return false;
}

static bool in_compartment(const struct hs_rest_export *plan, const struct hs__export_type *type,
	struct hs_slice id, const struct hs_index_row *rows, size_t count)
{
	if (!plan->by_patient || (type->is_patient && is_asked_patient(plan, id)))
		return true;
	if (type->is_patient)
		return false;
	for (size_t i = 0; i < count; i++)
		if (is_of_patient(plan, type, &rows[i]))
			return true;
	return false;
}

static bool passes_filters(const struct hs__export_type *type, const struct hs_resource *version,
	const struct hs_index_row *rows, size_t count)
{
	bool passes = type->filter_count == 0;

	for (size_t i = 0; i < type->filter_count && !passes; i++)
		passes = hs_search_match(type->filters[i], version->id, version->updated_ms, rows, count,
			NULL, NULL);
	return passes;
}

static enum hs_status is_wanted(const struct hs__export_slice *s, const struct hs__export_type *type,
	const struct hs_resource *version, bool *out, struct hs_error *err)
{
	const struct hs_rest_export *plan = s->plan;
	struct hs_index_row *rows = NULL;
	struct hs_json *tree = NULL;
	size_t count = 0;
	bool needs_rows = type->filter_count > 0 || (plan->by_patient && !type->is_patient);
	enum hs_status status = HS_OK;

	if (needs_rows)
		status = hs_json_parse(s->arena, version->body, NULL, &tree, err);
	if (status == HS_OK && needs_rows)
		status = hs_search_extract(&(struct hs_search_work) { plan->env.rest->config.rules,
						   &plan->env.sandbox->numbering, s->arena },
			tree, plan->env.base, &rows, &count, err);
	*out = status == HS_OK && in_compartment(plan, type, version->id, rows, count) &&
		passes_filters(type, version, rows, count);
	return status;
}

/* A stored text may be in several lines; line ends are never within its strings. */
static struct hs_slice one_line(struct hs_arena *arena, struct hs_slice text)
{
	struct hs_buf out;

	if (hs_slice_find(text, '\n', 0) == SIZE_MAX && hs_slice_find(text, '\r', 0) == SIZE_MAX)
		return text;
	hs_buf_init(&out, arena, text.len);
	while (text.len) {
		size_t end = 0;
		while (end < text.len && text.ptr[end] != '\n' && text.ptr[end] != '\r')
			end++;
		hs_buf_add(&out, hs_slice_first(text, end));
		text = hs_slice_from(text, end < text.len ? end + 1 : end);
	}
	return out.overflow ? HS_S_NONE : hs_buf_slice(&out);
}

enum hs_status hs__export_give(const struct hs__export_slice *s, const struct hs__export_type *type,
	const struct hs_resource *version, struct hs_error *err)
{
	const struct hs_rest_export *plan = s->plan;
	struct hs_slice text = version->body;
	bool wanted = false;

	if (version->change == HS_CHANGE_DELETE)
		return hs_rest_export_tells_deleted(plan) && !plan->by_patient ?
			s->sink->deleted(s->sink->arg, type->type->name, version->id, err) :
			HS_OK;
	enum hs_status status = is_wanted(s, type, version, &wanted, err);
	if (status != HS_OK || !wanted)
		return status;
	if (!hs__rest_subset_all(&plan->subset))
		status = hs__rest_subset_text(&plan->env, s->arena, &plan->subset, text, &text, err);
	if (status != HS_OK)
		return status;
	text = one_line(s->arena, text);
	if (!text.len)
		return hs_fail(err, HS_E_LIMIT, "%.*s/%.*s is too large for an export",
			HS_S_ARG(type->type->name), HS_S_ARG(version->id));
	return s->sink->resource(s->sink->arg, type->type->name, text, err);
}

enum hs_status hs__export_page(const struct hs__export_slice *s, hs__export_read *read, const void *query,
	uint32_t *count, void *out, struct hs_error *err)
{
	struct hs_arena_mark mark = hs_arena_mark(s->arena);
	enum hs_status status = read(s, query, out, err);

	while (status == HS_E_LIMIT && *count > 1) {
		hs_arena_rollback(s->arena, mark);
		*count /= 4;
		status = read(s, query, out, err);
	}
	return status;
}

static enum hs_status read_history(const struct hs__export_slice *s, const void *query, void *out,
	struct hs_error *err)
{
	return hs_txn_history(s->txn, s->arena, query, out, err);
}

enum hs_status hs__export_log(const struct hs__export_slice *s, const struct hs__export_type *type,
	uint64_t after_seq, uint64_t before, struct hs_resource_list *out, struct hs_error *err)
{
	struct hs_history_query query = { .type = hs__rest_type_number(s->plan->env.sandbox, type->type),
		.before_seq = before,
		.after_seq = after_seq,
		.since_ms = after_seq ? INT64_MIN : s->plan->since_ms, /* of what was before, then */
		.until_ms = INT64_MAX,
		.count = PAGE };

	return hs__export_page(s, read_history, &query, &query.count, out, err);
}

static enum hs_status give_page(const struct hs__export_slice *s, const struct hs__export_type *type,
	const struct hs_resource_list *list, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < list->count && status == HS_OK; i++) {
		const struct hs_resource *version = &list->items[i];
		struct hs_arena_mark mark = hs_arena_mark(s->arena);
		bool current = version->updated_ms < s->plan->until_ms;
		if (current)
			status = was_current(s, version, &current, err);
		if (status == HS_OK && current)
			status = hs__export_give(s, type, version, err);
		hs_arena_rollback(s->arena, mark);
	}
	return status;
}

static void next_type(struct hs_rest_export_place *at)
{
	*at = (struct hs_rest_export_place) { .type = at->type + 1 };
}

static enum hs_status walk(const struct hs__export_slice *s, const struct hs__export_type *type,
	struct hs_rest_export_place *at, size_t *looked, struct hs_error *err)
{
	struct hs_resource_list list = { .count = 0 };
	enum hs_status status = hs__export_log(s, type, 0, at->before ? at->before : s->plan->seq + 1, &list,
		err);

	if (status == HS_OK)
		status = give_page(s, type, &list, err);
	if (status != HS_OK)
		return status;
	*looked += list.count;
	if (list.more)
		at->before = list.items[list.count - 1].seq;
	else
		next_type(at);
	return HS_OK;
}

enum hs_status hs_rest_export_slice(const struct hs_rest_export *plan, struct hs_txn *txn,
	struct hs_arena *arena, struct hs_rest_export_place *place, const struct hs_rest_export_sink *sink,
	struct hs_error *err)
{
	const struct hs__export_slice s = { plan, sink, txn, arena };
	struct hs_rest_export_place at = *place;
	size_t looked = 0;

	while (looked == 0 && at.type < plan->type_count) {
		const struct hs__export_type *type = &plan->types[at.type];
		enum hs_status status = type->theirs ? hs__export_few_slice(&s, type, &at, &looked, err) :
						       walk(&s, type, &at, &looked, err);
		if (status != HS_OK)
			return status;
	}
	at.done = at.type >= plan->type_count;
	*place = at;
	return HS_OK;
}
