/* SPDX-License-Identifier: Apache-2.0 */
/* Links within a transaction: a fullUrl becomes the place where its entry is stored, a conditional reference
 * the one resource that it means (R4 section 3.1.0.11.2). */
#include <core/rest/bundle/bundle.h>
#include <core/rest/bundle/link.h>

/* "http://example.org/fhir/Patient/1" -> "Patient/1"; empty for a URL of another form. */
static struct hs_slice tail_of(struct hs_slice url)
{
	struct hs_reference reference;
	if (!hs_reference_parse(url, &reference) || reference.base.len == 0 || reference.id.len == 0)
		return HS_S_NONE;
	return hs_slice_from(url, reference.base.len + 1);
}

/* "Bundle.entry[3]". */
static struct hs_slice entry_path(struct hs_arena *arena, const struct hs__rest_entry *entry)
{
	return hs_arena_printf(arena, "Bundle.entry[%zu]", entry->index);
}

static enum hs_status note(struct hs__rest_bundle *bundle, struct hs_arena *arena, struct hs_slice key,
	const struct hs__rest_entry *entry, struct hs_error *err)
{
	bool fresh = false;
	struct hs_map_slot *slot = hs_map_put(&bundle->targets, key, &fresh);
	struct hs__rest_target *target = fresh ? hs_arena_alloc(arena, sizeof *target) : NULL;
	if (!slot || (fresh && !target))
		return hs_fail(err, HS_E_LIMIT, "the transaction is too large");
	if (!fresh)
		return hs_fail_at(err, HS_E_INVALID, entry_path(arena, entry),
			"fullUrl '%.*s' is that of another entry too; each entry has its own",
			HS_S_ARG(hs_slice_first(key, 100)));
	target->entry = entry;
	slot->value.ptr = target;
	return HS_OK;
}

enum hs_status hs__rest_bundle_collect(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	struct hs_error *err)
{
	hs_map_init(&bundle->targets, arena);
	bundle->targets.seed = 0x9e3779b97f4a7c15u;
	for (size_t i = 0; i < bundle->count; i++) {
		struct hs__rest_entry *entry = &bundle->entries[i];
		struct hs_slice tail = tail_of(entry->full_url);
		enum hs_status status = HS_OK;
		if (entry->full_url.len == 0 || !entry->call.in)
			continue;
		status = note(bundle, arena, entry->full_url, entry, err);
		/* A create gives a new id, so relative references to the old one are links into the bundle
		 * too; when entries of two servers have the same one, the first is meant. */
		if (status == HS_OK && tail.len > 0 && entry->call.interaction == HS_DO_CREATE &&
			!hs_map_get(&bundle->targets, tail))
			status = note(bundle, arena, tail, entry, err);
		if (status == HS_OK && !entry->conditional)
			status = hs__rest_bundle_settle(bundle, arena, entry, err);
		if (status != HS_OK)
			status = hs__rest_bundle_fault(bundle, arena, entry, err);
		if (status != HS_OK)
			return status;
	}
	return HS_OK;
}

static void settle(struct hs__rest_bundle *bundle, const struct hs__rest_entry *entry, struct hs_slice key,
	struct hs_slice text)
{
	struct hs_map_slot *slot = hs_map_get(&bundle->targets, key);
	struct hs__rest_target *target = slot ? slot->value.ptr : NULL;
	if (target && target->entry == entry)
		target->text = text;
}

enum hs_status hs__rest_bundle_settle(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	const struct hs__rest_entry *entry, struct hs_error *err)
{
	if (entry->full_url.len == 0 || !entry->call.in)
		return HS_OK;
	struct hs_slice text = hs_arena_printf(arena, "%.*s/%.*s", HS_S_ARG(entry->call.type->name),
		HS_S_ARG(entry->call.id));
	if (text.len == 0)
		return hs_fail(err, HS_E_LIMIT, "the transaction is too large");
	settle(bundle, entry, entry->full_url, text);
	if (entry->call.interaction == HS_DO_CREATE)
		settle(bundle, entry, tail_of(entry->full_url), text);
	return HS_OK;
}

struct relink {
	struct hs__rest_bundle *bundle;
	struct hs_txn *txn;
	struct hs_arena *arena;
	struct hs__rest_entry *entry;
	bool changed;
};

static enum hs_status replace(struct relink *relink, struct hs_json *parent, struct hs_json *node,
	struct hs_slice text, struct hs_error *err)
{
	struct hs_json *made = hs_json_string(relink->arena, text);
	if (!made || text.len == 0)
		return hs_fail(err, HS_E_LIMIT, "the transaction is too large");
	hs_json_replace(parent, node, made);
	relink->changed = true;
	return HS_OK;
}

/* "Patient?identifier=..." means the one patient that fulfils it, now that what comes before is done. */
static enum hs_status resolve(struct relink *relink, const struct hs_reference *reference,
	struct hs_slice text, struct hs_slice *out, struct hs_error *err)
{
	struct hs__rest_call call = { .interaction = HS_DO_SEARCH_TYPE,
		.type = hs__rest_type(relink->bundle->env.rest, reference->type) };
	struct hs_resource match = { 0 };
	if (!call.type)
		return hs_fail(err, HS_E_INVALID,
			"conditional reference '%.*s': resource type %.*s is not served here",
			HS_S_ARG(hs_slice_first(text, 120)), HS_S_ARG(reference->type));
	enum hs_status status = hs__rest_match(&relink->bundle->env, relink->txn, relink->arena, &call, text,
		&match, err);
	if (status == HS_OK && match.id.len == 0)
		status = hs_fail(err, HS_E_PRECONDITION, "conditional reference '%.*s': no %.*s fulfils it",
			HS_S_ARG(hs_slice_first(text, 160)), HS_S_ARG(reference->type));
	if (status == HS_OK)
		*out = hs_arena_printf(relink->arena, "%.*s/%.*s", HS_S_ARG(reference->type),
			HS_S_ARG(match.id));
	return status;
}

static enum hs_status relink_one(struct hs_json *parent, struct hs_json *node, bool is_reference, void *arg,
	struct hs_error *err)
{
	struct relink *relink = arg;
	struct hs_slice text = hs_json_text(node), to = HS_S_NONE;
	struct hs_map_slot *slot = hs_map_get(&relink->bundle->targets, text);
	struct hs_reference reference;
	if (slot) {
		const struct hs__rest_target *target = slot->value.ptr;
		relink->entry->deferred = relink->entry->deferred || target->text.len == 0;
		if (target->text.len == 0 || hs_slice_eq(target->text, text))
			return HS_OK;
		return replace(relink, parent, node, target->text, err);
	}
	if (!is_reference || hs_slice_find(text, '?', 0) == SIZE_MAX ||
		!hs_reference_parse(text, &reference) || reference.query.len == 0 || reference.base.len > 0)
		return HS_OK;
	if (!relink->txn) {
		relink->entry->deferred = relink->entry->late = true;
		return HS_OK;
	}
	enum hs_status status = resolve(relink, &reference, text, &to, err);
	return status == HS_OK ? replace(relink, parent, node, to, err) : status;
}

enum hs_status hs__rest_bundle_relink(struct hs__rest_bundle *bundle, struct hs_txn *txn,
	struct hs_arena *arena, struct hs__rest_entry *entry, bool *changed, struct hs_error *err)
{
	struct relink relink = { bundle, txn, arena, entry, false };
	enum hs_status status = hs__rest_each_link(bundle->env.rest->config.defs, entry->in.tree, relink_one,
		&relink, err);
	*changed = relink.changed;
	return status;
}
