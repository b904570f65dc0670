/* SPDX-License-Identifier: Apache-2.0 */
/* One pointer in place of another, in the transaction that brings the new one; and no two pointers for one
 * document. */
#include "../record_index.h"
#include "../ledger/table.h"

#include <handslag/time.h>

static uint32_t type_of(const struct hs_write_event *event)
{
	return hs_txn_number(event->txn, HS_SPACE_TYPE, HS_S("DocumentReference"), false);
}

/* ---- one masterIdentifier, one pointer of a custodian ---- */

static enum hs_status compare_with(const struct hs_write_event *event, struct hs_slice id,
	struct hs_error *err)
{
	const struct hs_json *master = hs_json_get(event->resource, HS_S("masterIdentifier"));
	struct hs_json *tree = NULL;
	struct hs_resource other;

	if (hs_slice_eq(id, event->id))
		return HS_OK;
	enum hs_status status = hs_txn_get(event->txn, event->arena, type_of(event), id, &other, err);
	if (status == HS_OK)
		status = hs_json_parse(event->arena, other.body, NULL, &tree, err);
	if (status != HS_OK)
		return status;
	const struct hs_json *theirs = hs_json_get(tree, HS_S("masterIdentifier"));
	if (!hs_slice_eq(hs_json_get_text(master, HS_S("value")), hs_json_get_text(theirs, HS_S("value"))) ||
		!hs_slice_eq(hs_json_get_text(master, HS_S("system")),
			hs_json_get_text(theirs, HS_S("system"))) ||
		!hs_record_index_same(hs_json_get(event->resource, HS_S("custodian")),
			hs_json_get(tree, HS_S("custodian"))))
		return HS_OK;
	return hs_fail_at(err, HS_E_DUPLICATE, HS_S("DocumentReference.masterIdentifier"),
		"this custodian has a pointer with the same masterIdentifier already: DocumentReference/%.*s",
		HS_S_ARG(id));
}

/* Pointers that have an identifier. */
static enum hs_status find_identified(const struct hs_write_event *event, const struct hs_json *identifier,
	struct hs_find_page *out, struct hs_error *err)
{
	struct hs_find find = { .op = HS_FIND_TOKEN,
		.param = hs_txn_number(event->txn, HS_SPACE_PARAM, HS_S("DocumentReference.identifier"),
			false),
		.system = hs_json_get_text(identifier, HS_S("system")),
		.text = hs_json_get_text(identifier, HS_S("value")) };
	struct hs_find_query query = {
		.type = type_of(event), .where = &find, .count = 100, .keys_only = true
	};

	return hs_txn_find(event->txn, event->arena, &query, out, err);
}

enum hs_status hs_record_index_unique(const struct hs_write_event *event, struct hs_error *err)
{
	const struct hs_json *master = hs_json_get(event->resource, HS_S("masterIdentifier"));
	struct hs_find_page page = { .count = 0 };
	enum hs_status status = HS_OK;

	if (hs_json_get_text(master, HS_S("value")).len == 0)
		return HS_OK;
	status = find_identified(event, master, &page, err);
	for (size_t i = 0; i < page.count && status == HS_OK; i++)
		status = compare_with(event, page.items[i].id, err);
	return status;
}

/* ---- the version that says superseded ---- */

static enum hs_status compose(const struct hs_resource *version, void *arg, struct hs_buf *out,
	struct hs_error *err)
{
	struct hs_json *tree = arg, *meta = hs_json_get(tree, HS_S("meta"));
	struct hs_arena *arena = out->arena;
	struct hs_slice number = hs_arena_printf(arena, "%llu", (unsigned long long)version->version);
	char *instant = hs_arena_raw(arena, HS_INSTANT_LEN + 1);

	if (!meta || !number.ptr || !instant)
		return hs_fail(err, HS_E_LIMIT, "the pointer to supersede is too large");
	hs_time_instant(version->updated_ms, instant);
	hs_json_set(meta, HS_S("versionId"), hs_json_string(arena, number));
	hs_json_set(meta, HS_S("lastUpdated"), hs_json_string(arena, hs_slice(instant, HS_INSTANT_LEN)));
	hs_json_write(out, tree, 0);
	return HS_OK;
}

/* The index rows of a stored pointer with its new status. */
static enum hs_status changed_rows(const struct hs_write_event *event, struct hs_slice id,
	struct hs_ledger_rows *out, struct hs_error *err)
{
	uint32_t param = hs_txn_number(event->txn, HS_SPACE_PARAM, HS_S("DocumentReference.status"), false);
	struct hs_ledger_pointer pointer;
	struct hs_ledger ledger;

	hs_ledger_begin(&ledger, event->txn, event->arena);
	int found = hs_ledger_by_id(&ledger, event->arena, id, &pointer, err);
	if (found <= 0)
		return found < 0 ? (enum hs_status)found : hs_fail(err, HS_E_CORRUPT, "a pointer went away");
	enum hs_status status = hs_ledger_rows(&ledger, event->arena, &pointer, out, err);
	for (size_t i = 0; status == HS_OK && i < out->count; i++) {
		if (out->items[i].param == param)
			out->items[i].text = HS_S("superseded");
	}
	return status;
}

static enum hs_status mark_superseded(const struct hs_write_event *event, const struct hs_resource *old,
	struct hs_json *tree, struct hs_error *err)
{
	struct hs_ledger_rows rows = { .count = 0 };
	struct hs_resource stored;
	struct hs_json *word = hs_json_string(event->arena, HS_S("superseded"));
	enum hs_status status = changed_rows(event, old->id, &rows, err);

	if (status != HS_OK)
		return status;
	if (!word)
		return hs_fail(err, HS_E_LIMIT, "the pointer to supersede is too large");
	hs_json_set(tree, HS_S("status"), word);
	struct hs_put put = { .type = type_of(event),
		.id = old->id,
		.index = rows.items,
		.index_count = rows.count,
		.compose = compose,
		.arg = tree,
		.tree = tree };
	return hs_txn_put(event->txn, event->arena, &put, &stored, err);
}

/* ---- what a relatesTo means ---- */

/* The pointer to replace: by reference, or by an identifier of it. */
static enum hs_status find_target(const struct hs_write_event *event, const struct hs_json *target,
	struct hs_slice path, struct hs_resource *out, struct hs_error *err)
{
	struct hs_slice text = hs_json_get_text(target, HS_S("reference"));
	struct hs_find_page page = { .count = 0 };
	struct hs_reference ref;
	enum hs_status status = HS_E_NOT_FOUND;

	if (text.len) {
		if (hs_reference_parse(text, &ref) && !ref.base.len &&
			hs_slice_eq(ref.type, HS_S("DocumentReference")))
			status = hs_txn_get(event->txn, event->arena, type_of(event), ref.id, out, err);
	} else {
		status = find_identified(event, hs_json_get(target, HS_S("identifier")), &page, err);
		if (status == HS_OK && page.count == 1)
			status = hs_txn_get(event->txn, event->arena, type_of(event), page.items[0].id, out,
				err);
		else if (status == HS_OK)
			status = page.count ? HS_E_MULTIPLE : HS_E_NOT_FOUND;
	}
	if (status == HS_E_NOT_FOUND || status == HS_E_DELETED)
		return hs_fail_at(err, HS_E_BUSINESS_RULE, path,
			"there is no such pointer here; what is replaced must be a pointer of this index, "
			"named by DocumentReference/ID or by its identifier");
	if (status == HS_E_MULTIPLE)
		return hs_fail_at(err, HS_E_BUSINESS_RULE, path,
			"more than one pointer has this identifier; name the one by DocumentReference/ID");
	return status;
}

static enum hs_status replace(const struct hs_write_event *event, const struct hs_json *target,
	struct hs_slice path, const char *how, struct hs_error *err)
{
	struct hs_resource old = { 0 }, deleted = { 0 };
	struct hs_json *tree = NULL;
	enum hs_status status = find_target(event, target, path, &old, err);

	if (status == HS_OK)
		status = hs_json_parse(event->arena, old.body, NULL, &tree, err);
	if (status != HS_OK)
		return status;
	if (hs_slice_eq(old.id, event->id))
		return hs_fail_at(err, HS_E_BUSINESS_RULE, path, "a pointer cannot replace itself");
	if (!hs_slice_eq(hs_json_get_text(tree, HS_S("status")), HS_S("current")))
		return hs_fail_at(err, HS_E_BUSINESS_RULE, path,
			"DocumentReference/%.*s has status '%.*s'; only a current pointer can be replaced",
			HS_S_ARG(old.id), HS_S_ARG(hs_json_get_text(tree, HS_S("status"))));
	if (!hs_record_index_same(hs_json_get(tree, HS_S("subject")),
		    hs_json_get(event->resource, HS_S("subject"))))
		return hs_fail_at(err, HS_E_BUSINESS_RULE, path,
			"the pointer to replace is about another patient; subject must be the same");
	if (!hs_record_index_same(hs_json_get(tree, HS_S("custodian")),
		    hs_json_get(event->resource, HS_S("custodian"))))
		return hs_fail_at(err, HS_E_BUSINESS_RULE, path,
			"the pointer to replace has another custodian; custodian must be the same");
	if (strcmp(how, "client-patch") == 0)
		return HS_OK;
	if (strcmp(how, "hard-delete") == 0)
		return hs_txn_delete(event->txn, event->arena, type_of(event), old.id, &deleted, err);
	return mark_superseded(event, &old, tree, err);
}

/* Did the version before replace it already? */
static bool replaced_before(const struct hs_json *before, const struct hs_json *target)
{
	HS_JSON_EACH(relation, hs_json_get(before, HS_S("relatesTo"))) {
		if (hs_slice_eq(hs_json_get_text(relation, HS_S("code")), HS_S("replaces")) &&
			hs_json_equal(hs_json_get(relation, HS_S("target")), target))
			return true;
	}
	return false;
}

enum hs_status hs_record_index_supersede(const struct hs_write_event *event, const char *how,
	struct hs_error *err)
{
	struct hs_json *before = NULL;
	enum hs_status status = HS_OK;
	size_t index = 0;

	HS_JSON_EACH(relation, hs_json_get(event->resource, HS_S("relatesTo"))) {
		const struct hs_json *target = hs_json_get(relation, HS_S("target"));
		struct hs_slice path = hs_arena_printf(event->arena,
			"DocumentReference.relatesTo[%zu].target", index++);
		if (!hs_slice_eq(hs_json_get_text(relation, HS_S("code")), HS_S("replaces")))
			continue;
		if (event->before && !before)
			status = hs_json_parse(event->arena, event->before->body, NULL, &before, err);
		if (status == HS_OK && !replaced_before(before, target))
			status = replace(event, target, path, how, err);
		if (status != HS_OK)
			return status;
	}
	return status;
}
