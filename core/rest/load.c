/* SPDX-License-Identifier: Apache-2.0 */
/* Loading in bulk: stores resources as PUT or POST would, in the transaction of the caller. */
#include <core/base/heap.h>
#include <core/rest/bundle/bundle.h>
#include <handslag/bulk.h>

enum hs_status hs_rest_load(const struct hs_rest_sandbox *sandbox, struct hs_txn *txn, struct hs_arena *arena,
	struct hs_json *resource, struct hs_slice source, struct hs_issues *issues, struct hs_error *err)
{
	struct hs__rest_env env = { .rest = sandbox->rest, .sandbox = sandbox, .now_ms = hs_txn_now(txn) };
	struct hs_slice name = hs_json_get_text(resource, HS_S("resourceType"));
	struct hs_slice id = hs_json_get_text(resource, HS_S("id"));
	struct hs__rest_incoming in = { .tree = resource, .text = source };
	struct hs__rest_result result = { 0 };
	struct hs__rest_call call = { .interaction = id.len > 0 ? HS_DO_UPDATE : HS_DO_CREATE,
		.type = hs__rest_type(sandbox->rest, name),
		.id = id,
		.in = &in };
	if (!name.len)
		return hs_fail_at(err, HS_E_REQUIRED, HS_S("resourceType"),
			"the resource does not say what it is; it begins with {\"resourceType\":");
	if (!call.type)
		return hs_fail_at(err, HS_E_NOT_FOUND, HS_S("resourceType"),
			"resource type '%.*s' is not served here", HS_S_ARG(hs_slice_first(name, 64)));
	enum hs_status status = hs__rest_check(&env, &call, HS_S_NONE, issues, err);
	if (status == HS_OK)
		status = hs__rest_ready(&env, arena, &in, err);
	if (status == HS_OK)
		status = hs__rest_run(&env, txn, arena, &call, &result, err);
	for (const struct hs_issue *issue = status == HS_OK ? NULL : result.issues.first; issue;
		issue = issue->next)
		hs_issue_add(issues, issue->severity, issue->code, issue->path, "%.*s",
			HS_S_ARG(issue->text));
	return status;
}

/* ---- many, through the bulk way of a keeper where there is one ---- */

struct hs_rest_loader {
	const struct hs_rest_sandbox *sandbox;
	void **bulks; /* by type: what the keeper's open gave, NULL when there is none */
};

static const struct hs_bulk *bulk_of(const struct hs__rest_type *type)
{
	const struct hs_keeper *keeper = type && type->row ? type->row->keeper : NULL;
	return keeper ? keeper->bulk : NULL;
}

static uint32_t number_of(void *arg, unsigned space, struct hs_slice name)
{
	const struct hs_rest_sandbox *sandbox = arg;
	return sandbox->numbering.number(sandbox->numbering.arg, space, name);
}

static bool examine(void *arg, struct hs_arena *arena, struct hs_slice text,
	const struct hs_resource *version, struct hs_bulk_examined *out)
{
	const struct hs_rest_sandbox *sandbox = arg;
	struct hs__rest_env env = { .rest = sandbox->rest, .sandbox = sandbox };
	struct hs__rest_incoming in = { .text = text };
	struct hs__rest_call call = { .interaction = HS_DO_UPDATE, .in = &in };
	struct hs_issues issues = { .arena = arena };
	struct hs_error ignored;
	struct hs_buf stored;
	if (hs_json_parse(arena, text, NULL, &in.tree, &ignored) != HS_OK)
		return false;
	call.type = hs__rest_type(sandbox->rest, hs_json_get_text(in.tree, HS_S("resourceType")));
	call.id = hs_json_get_text(in.tree, HS_S("id"));
	hs_buf_init(&stored, arena, text.len * 2 + 4096);
	if (!call.type || hs__rest_check(&env, &call, HS_S_NONE, &issues, &ignored) != HS_OK ||
		hs__rest_ready(&env, arena, &in, &ignored) != HS_OK ||
		hs__rest_compose(version, &in.compose, &stored, &ignored) != HS_OK)
		return false;
	*out = (struct hs_bulk_examined) {
		.tree = in.tree, .rows = in.index, .count = in.index_count, .stored = hs_buf_slice(&stored)
	};
	return true;
}

struct hs_rest_loader *hs_rest_loader_new(const struct hs_rest_sandbox *sandbox)
{
	struct hs_rest_loader *loader = hs_heap_alloc(sizeof *loader);
	const struct hs_rest *rest = sandbox->rest;
	struct hs__rest_env env = { .rest = rest, .sandbox = sandbox };
	/* Profiles may have rules over several values, which what one text taught does not tell of another.
	 */
	bool whole = hs__rest_check_is_slow(&env, false);
	loader->sandbox = sandbox;
	loader->bulks = hs_heap_alloc((rest->type_count + 1) * sizeof *loader->bulks);
	for (size_t i = 0; i < rest->type_count; i++) {
		const struct hs__rest_type *type = &rest->types[i];
		struct hs_bulk_tools tools = { .arg = (void *)(uintptr_t)sandbox,
			.fhir = rest->fhir,
			.type = hs__rest_type_number(sandbox, type),
			.number = number_of,
			.examine = examine };
		if (bulk_of(type) && !whole)
			loader->bulks[i] = bulk_of(type)->open(type->state, &tools);
	}
	return loader;
}

void hs_rest_loader_free(struct hs_rest_loader *loader)
{
	if (!loader)
		return;
	for (size_t i = 0; i < loader->sandbox->rest->type_count; i++) {
		if (loader->bulks[i])
			bulk_of(&loader->sandbox->rest->types[i])->close(loader->bulks[i]);
	}
	hs_heap_free(loader->bulks);
	hs_heap_free(loader);
}

/* The type when the text begins with it, as nearly all do. */
static struct hs_slice first_type(struct hs_slice text)
{
	struct hs_slice rest = hs_slice_trim(text);
	static const struct hs_slice steps[] = { HS_S_INIT("{"), HS_S_INIT("\"resourceType\""),
		HS_S_INIT(":"), HS_S_INIT("\"") };
	for (size_t i = 0; i < sizeof steps / sizeof steps[0]; i++) {
		if (!hs_slice_starts(rest, steps[i]))
			return HS_S_NONE;
		rest = hs_slice_from(rest, steps[i].len);
		rest = i + 1 < sizeof steps / sizeof steps[0] ? hs_slice_trim(rest) : rest;
	}
	return hs_slice_cut(&rest, '"');
}

void hs_rest_loader_read(struct hs_rest_loader *loader, struct hs_arena *arena, struct hs_slice text,
	struct hs_rest_item *out)
{
	const struct hs__rest_type *type = hs__rest_type(loader->sandbox->rest, first_type(text));
	void *bulk = type ? loader->bulks[type->index] : NULL;
	*out = (struct hs_rest_item) { .text = text, .type = type };
	if (bulk)
		out->read = bulk_of(type)->read(bulk, arena, text);
}

static bool is_fatal(enum hs_status status)
{
	return status == HS_E_IO || status == HS_E_FULL || status == HS_E_CORRUPT || status == HS_E_CANCELLED;
}

/* `type`: that which is written next, NULL when any may be. */
static enum hs_status settle(struct hs_rest_loader *loader, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_type *type, bool all, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	for (size_t i = 0; i < loader->sandbox->rest->type_count && status == HS_OK; i++) {
		const struct hs__rest_type *other = &loader->sandbox->rest->types[i];
		if (loader->bulks[i])
			status = bulk_of(other)->settle(loader->bulks[i], txn, arena, all || other == type,
				err);
	}
	return status;
}

/* A Bundle that is posted to the base is carried out, not stored. */
static bool is_posted(const struct hs_json *tree)
{
	struct hs_slice type = hs_json_get_text(tree, HS_S("type"));
	return hs_slice_eq(hs_json_get_text(tree, HS_S("resourceType")), HS_S("Bundle")) &&
		(hs_slice_eq(type, HS_S("transaction")) || hs_slice_eq(type, HS_S("batch")));
}

/* As POST to the base does it: links between entries are resolved. Counts what was written; the first entry
 * of a batch that failed is told. */
static enum hs_status load_bundle(const struct hs_rest_sandbox *sandbox, struct hs_txn *txn,
	struct hs_arena *arena, struct hs_slice text, struct hs_rest_refusal *refusal)
{
	struct hs__rest_bundle bundle = {
		.env = { .rest = sandbox->rest, .sandbox = sandbox, .now_ms = hs_txn_now(txn) }, .body = text
	};
	const struct hs__rest_entry *failed = NULL;
	enum hs_status status = hs__rest_bundle_prepare(NULL, arena, &bundle, &refusal->error);
	if (status == HS_OK)
		status = hs__rest_bundle_run(txn, arena, &bundle, &refusal->error);
	refusal->issues = bundle.issues;
	refusal->stored = 0;
	if (status != HS_OK)
		return status;
	for (size_t i = 0; i < bundle.count; i++) {
		const struct hs__rest_entry *entry = &bundle.entries[i];
		refusal->stored += entry->status == HS_OK && entry->result.wrote;
		failed = !failed && entry->status != HS_OK ? entry : failed;
	}
	refusal->error.status = HS_OK;
	if (failed) {
		refusal->error = failed->err;
		refusal->error.status = failed->status;
		refusal->issues = failed->result.issues;
	}
	return HS_OK;
}

/* One resource. */
static enum hs_status load_one(const struct hs_rest_sandbox *sandbox, struct hs_txn *txn,
	struct hs_arena *arena, const struct hs_rest_item *item, struct hs_json *tree,
	struct hs_rest_refusal *refusal)
{
	enum hs_status status = hs_rest_load(sandbox, txn, arena, tree, item->text, &refusal->issues,
		&refusal->error);
	refusal->stored = status == HS_OK;
	refusal->error.status = status;
	return status;
}

static enum hs_status store_ordinary(struct hs_rest_loader *loader, struct hs_txn *txn,
	struct hs_arena *arena, const struct hs_rest_item *item, struct hs_rest_refusal *refusal,
	struct hs_error *err)
{
	struct hs_json *tree = NULL;
	enum hs_status refused = hs_json_parse(arena, item->text, NULL, &tree, &refusal->error);
	if (refused != HS_OK) {
		refusal->stored = 0;
		return HS_OK;
	}
	const struct hs__rest_type *type = hs__rest_type(loader->sandbox->rest,
		hs_json_get_text(tree, HS_S("resourceType")));
	enum hs_status status = settle(loader, txn, arena, type, is_posted(tree), err);
	if (status == HS_OK)
		status = hs_txn_savepoint(txn, err);
	if (status != HS_OK)
		return status;
	refused = is_posted(tree) ? load_bundle(loader->sandbox, txn, arena, item->text, refusal) :
				    load_one(loader->sandbox, txn, arena, item, tree, refusal);
	if (is_fatal(refused)) {
		*err = refusal->error;
		return refused;
	}
	return hs_txn_savepoint_end(txn, refused == HS_OK, err);
}

enum hs_status hs_rest_loader_store(struct hs_rest_loader *loader, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs_rest_item *item, struct hs_rest_refusal *refusal, struct hs_error *err)
{
	refusal->issues = (struct hs_issues) { .arena = arena };
	refusal->error.status = HS_OK;
	refusal->stored = 1;
	if (item->read) {
		int stored = bulk_of(item->type)
				     ->store(loader->bulks[item->type->index], txn, arena, item->read, err);
		if (stored != 0)
			return stored > 0 ? HS_OK : (enum hs_status)stored;
	}
	return store_ordinary(loader, txn, arena, item, refusal, err);
}

enum hs_status hs_rest_loader_settle(struct hs_rest_loader *loader, struct hs_txn *txn,
	struct hs_arena *arena, bool last, struct hs_error *err)
{
	return settle(loader, txn, arena, NULL, last, err);
}
