/* SPDX-License-Identifier: Apache-2.0 */
/* An export of few patients: what is theirs is looked up, so that it does not cost a walk through
 * everybody's.
 *
 * The index tells what is theirs now. What was current at the plan's commit is among it, but for what changed
 * since: that the log tells, read back to the plan's commit. */
#include <core/rest/export/plan.h>

#define KEYS_MAX 512u /* conditions of one type; with more of them the walk is cheaper */
#define PAGE 256u

/* One condition a patient and link of theirs, of which one must hold. */
static enum hs_status look_up(struct hs_rest_export *plan, struct hs__export_type *type, struct hs_error *err)
{
	size_t most = plan->patients.count * (type->link_count + 1), count = 0;

	if (most > KEYS_MAX)
		return HS_OK;
	struct hs_find *keys = hs_arena_array(plan->arena, most + 1, sizeof(*keys));
	const struct hs_find **kids = hs_arena_array(plan->arena, most + 1, sizeof(*kids));
	if (!keys || !kids)
		return hs_fail(err, HS_E_LIMIT, "the export has too many types");
	HS_MAP_EACH(patient, &plan->patients) {
		if (type->is_patient)
			keys[count++] = (struct hs_find) { .op = HS_FIND_ID, .text = patient->key };
		for (size_t i = 0; i < type->link_count; i++)
			keys[count++] = (struct hs_find) { .op = HS_FIND_REFERENCE,
				.param = type->links[i],
				.target_type = plan->patient_number,
				.text = patient->key };
	}
	for (size_t i = 0; i < count; i++)
		kids[i] = &keys[i];
	keys[most] = (struct hs_find) { .op = HS_FIND_OR, .kids = kids, .kid_count = count };
	type->theirs = &keys[most];
	return HS_OK;
}

enum hs_status hs__export_few(struct hs_rest_export *plan, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; plan->some_patients && i < plan->type_count && status == HS_OK; i++)
		status = look_up(plan, &plan->types[i], err);
	return status;
}

/* ---- slices ---- */

static enum hs_status give(const struct hs__export_slice *s, const struct hs__export_type *type,
	const struct hs_resource *version, struct hs_error *err)
{
	const struct hs_rest_export *plan = s->plan;

	if (version->updated_ms < plan->since_ms || version->updated_ms >= plan->until_ms)
		return HS_OK;
	return hs__export_give(s, type, version, err);
}

/* What a version of a later commit took the place of. */
static enum hs_status give_older(const struct hs__export_slice *s, const struct hs__export_type *type,
	const struct hs_resource *later, struct hs_error *err)
{
	struct hs_resource version = { .seq = 0 };

	if (later->version == 1)
		return HS_OK;
	enum hs_status status = hs_txn_get_version(s->txn, s->arena, later->type, later->id,
		later->version - 1, &version, err);
	if (status == HS_E_DELETED || status == HS_E_NOT_FOUND)
		return HS_OK;
	return status == HS_OK && version.seq <= s->plan->seq ? give(s, type, &version, err) : status;
}

static enum hs_status look_back(const struct hs__export_slice *s, const struct hs__export_type *type,
	struct hs_rest_export_place *at, size_t *looked, struct hs_error *err)
{
	struct hs_resource_list list = { .count = 0 };
	enum hs_status status = hs__export_log(s, type, s->plan->seq, at->before, &list, err);

	for (size_t i = 0; i < list.count && status == HS_OK; i++) {
		struct hs_arena_mark mark = hs_arena_mark(s->arena);
		status = give_older(s, type, &list.items[i], err);
		hs_arena_rollback(s->arena, mark);
	}
	if (status != HS_OK)
		return status;
	*looked += list.count;
	at->found = !list.more;
	at->before = list.more ? list.items[list.count - 1].seq : 0;
	return HS_OK;
}

static enum hs_status read_index(const struct hs__export_slice *s, const void *query, void *out,
	struct hs_error *err)
{
	return hs_txn_find(s->txn, s->arena, query, out, err);
}

static enum hs_status read_found(const struct hs__export_slice *s, const struct hs__export_type *type,
	const struct hs_rest_export_place *at, struct hs_find_page *out, struct hs_error *err)
{
	struct hs_find_query query = { .type = hs__rest_type_number(s->plan->env.sandbox, type->type),
		.where = type->theirs,
		.count = PAGE,
		.after = hs_slice_cstr(at->after) };

	return hs__export_page(s, read_index, &query, &query.count, out, err);
}

static enum hs_status look_now(const struct hs__export_slice *s, const struct hs__export_type *type,
	struct hs_rest_export_place *at, size_t *looked, struct hs_error *err)
{
	struct hs_find_page page = { .count = 0 };
	enum hs_status status = read_found(s, type, at, &page, err);

	for (size_t i = 0; i < page.count && status == HS_OK; i++) {
		struct hs_arena_mark mark = hs_arena_mark(s->arena);
		if (page.items[i].seq <= s->plan->seq)
			status = give(s, type, &page.items[i], err);
		hs_arena_rollback(s->arena, mark);
	}
	if (status == HS_OK && page.next.len >= sizeof at->after)
		status = hs_fail(err, HS_E_INTERNAL, "the mark of a page is too long");
	if (status != HS_OK)
		return status;
	*looked += page.count;
	if (!page.next.len) {
		*at = (struct hs_rest_export_place) { .type = at->type + 1 };
		return HS_OK;
	}
	memcpy(at->after, page.next.ptr, page.next.len);
	at->after[page.next.len] = 0;
	return HS_OK;
}

enum hs_status hs__export_few_slice(const struct hs__export_slice *s, const struct hs__export_type *type,
	struct hs_rest_export_place *at, size_t *looked, struct hs_error *err)
{
	return at->found ? look_now(s, type, at, looked, err) : look_back(s, type, at, looked, err);
}
