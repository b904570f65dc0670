/* SPDX-License-Identifier: Apache-2.0 */
/* Simplified Publish [ITI-105]: a DocumentReference that carries its document becomes a pointer to a Binary
 * here, with the SubmissionSet that a Provide Document Bundle would have had (IHE ITI MHD, 3.105.4.1.3). */
#include "digest.h"
#include "../record_index.h"

#include <handslag/coding.h>
#include <handslag/time.h>

#define PROFILE "StructureDefinition/IHE.MHD.SimplifiedPublish.DocumentReference"
#define LIST_TYPES "https://profiles.ihe.net/ITI/MHD/CodeSystem/MHDlistTypes"

bool hs_record_index_claims_publish(const struct hs_json *pointer)
{
	HS_JSON_EACH(profile, hs_json_get(hs_json_get(pointer, HS_S("meta")), HS_S("profile"))) {
		if (hs_slice_eq(hs_record_index_mhd(hs_json_text(profile)), HS_S(PROFILE)))
			return true;
	}
	return false;
}

static enum hs_status compose(const struct hs_resource *version, void *arg, struct hs_buf *out,
	struct hs_error *err)
{
	struct hs_json *tree = arg;
	struct hs_json *meta = hs_json_object(out->arena);
	char *instant = hs_arena_raw(out->arena, HS_INSTANT_LEN + 1);

	if (!meta || !instant)
		return hs_fail(err, HS_E_LIMIT, "the document is too large");
	hs_time_instant(version->updated_ms, instant);
	hs_json_add_text(out->arena, meta, HS_S("versionId"), HS_S("1"));
	hs_json_add_text(out->arena, meta, HS_S("lastUpdated"), hs_slice(instant, HS_INSTANT_LEN));
	hs_json_set(tree, HS_S("meta"), meta);
	hs_json_write(out, tree, 0);
	return HS_OK;
}

/* What is made beside the pointer. */
struct extra {
	const struct hs_write_event *event;
	struct hs_json *tree;
	struct hs_slice type, id;
	struct hs_index_row rows[8];
	size_t count;
};

static struct hs_index_row *add_row(struct extra *extra, const char *code, enum hs_index_kind kind)
{
	struct hs_arena *arena = extra->event->arena;
	struct hs_slice name = hs_arena_printf(arena, "%.*s.%s", HS_S_ARG(extra->type), code);
	uint32_t param = hs_txn_number(extra->event->txn, HS_SPACE_PARAM, name, false);

	if (!param)
		return NULL;
	extra->rows[extra->count] = (struct hs_index_row) { .param = param, .kind = (uint8_t)kind };
	return &extra->rows[extra->count++];
}

static void add_token(struct extra *extra, const char *code, struct hs_slice system, struct hs_slice text)
{
	struct hs_index_row *row = add_row(extra, code, HS_INDEX_TOKEN);
	if (row) {
		row->system = system;
		row->text = text;
	}
}

static void add_reference(struct extra *extra, const char *code, struct hs_slice text)
{
	struct hs_reference ref;
	if (!hs_reference_parse(text, &ref) || ref.base.len || !ref.type.len)
		return;
	struct hs_index_row *row = add_row(extra, code, HS_INDEX_REFERENCE);
	if (row) {
		row->target_type = hs_txn_number(extra->event->txn, HS_SPACE_TYPE, ref.type, false);
		row->text = ref.id;
	}
}

static enum hs_status store(struct extra *extra, struct hs_error *err)
{
	struct hs_resource stored;
	struct hs_put put = { .type = hs_txn_number(extra->event->txn, HS_SPACE_TYPE, extra->type, true),
		.id = extra->id,
		.index = extra->rows,
		.index_count = extra->count,
		.compose = compose,
		.arg = extra->tree,
		.tree = extra->tree };

	return hs_txn_put(extra->event->txn, extra->event->arena, &put, &stored, err);
}

static struct hs_json *start(struct extra *extra)
{
	struct hs_json *tree = hs_json_object(extra->event->arena);

	hs_json_add_text(extra->event->arena, tree, HS_S("resourceType"), extra->type);
	hs_json_add_text(extra->event->arena, tree, HS_S("id"), extra->id);
	return extra->tree = tree;
}

/* Takes the data out of an attachment and puts a url, size and hash in. */
static enum hs_status move_data(const struct hs_write_event *event, struct hs_json *attachment, size_t index,
	struct hs_issues *issues, struct hs_error *err)
{
	struct hs_arena *arena = event->arena;
	struct hs_json *data = hs_json_take(attachment, HS_S("data"));
	struct extra extra = { .event = event, .type = HS_S("Binary") };
	struct hs_slice bytes;
	char *hash = hs_arena_raw(arena, HS_DIGEST_TEXT);

	if (!data || !hash || !hs_base64_decode(arena, hs_json_text(data), HS_BASE64, &bytes)) {
		hs_issue_add(issues, HS_SEVERITY_ERROR, "required",
			hs_arena_printf(arena, "DocumentReference.content[%zu].attachment.data", index),
			"Simplified Publish carries the document here, in base64");
		return HS_OK;
	}
	extra.id = hs_arena_printf(arena, "%.*s-%zu", HS_S_ARG(hs_slice_first(event->id, 60)), index + 1);
	struct hs_json *tree = start(&extra);
	hs_json_add_text(arena, tree, HS_S("contentType"), hs_json_get_text(attachment, HS_S("contentType")));
	hs_json_add(tree, HS_S("data"), data);
	hs_digest_sha1(bytes, hash);
	hs_json_set(attachment, HS_S("url"),
		hs_json_string(arena, hs_arena_printf(arena, "Binary/%.*s", HS_S_ARG(extra.id))));
	hs_json_set(attachment, HS_S("size"), hs_json_int(arena, (int64_t)bytes.len));
	hs_json_set(attachment, HS_S("hash"), hs_json_string(arena, hs_slice_cstr(hash)));
	return store(&extra, err);
}

static enum hs_status make_set(const struct hs_write_event *event, struct hs_error *err)
{
	struct hs_arena *arena = event->arena;
	struct extra extra = { .event = event, .type = HS_S("List") };
	const struct hs_json *subject = hs_json_get(event->resource, HS_S("subject"));
	struct hs_slice item = hs_arena_printf(arena, "DocumentReference/%.*s", HS_S_ARG(event->id));
	struct hs_slice uuid = hs_arena_printf(arena, "urn:uuid:%.*s", HS_S_ARG(event->id));
	char *now = hs_arena_raw(arena, HS_INSTANT_LEN + 1);

	extra.id = hs_arena_printf(arena, "%.*s-set", HS_S_ARG(hs_slice_first(event->id, 60)));
	struct hs_json *tree = start(&extra);
	if (!tree || !now)
		return hs_fail(err, HS_E_LIMIT, "the document is too large");
	hs_time_instant(hs_txn_now(event->txn), now);
	struct hs_json *identifier = hs_json_object(arena);
	hs_json_add_text(arena, identifier, HS_S("use"), HS_S("usual"));
	hs_json_add_text(arena, identifier, HS_S("system"), HS_S("urn:ietf:rfc:3986"));
	hs_json_add_text(arena, identifier, HS_S("value"), uuid);
	hs_json_push(hs_json_add_array(arena, tree, HS_S("identifier")), identifier);
	hs_json_add_text(arena, tree, HS_S("status"), HS_S("current"));
	hs_json_add_text(arena, tree, HS_S("mode"), HS_S("working"));
	struct hs_json *coding = hs_json_object(arena);
	hs_json_add_text(arena, coding, HS_S("system"), HS_S(LIST_TYPES));
	hs_json_add_text(arena, coding, HS_S("code"), HS_S("submissionset"));
	struct hs_json *code = hs_json_add_object(arena, tree, HS_S("code"));
	hs_json_push(hs_json_add_array(arena, code, HS_S("coding")), coding);
	if (subject)
		hs_json_add(tree, HS_S("subject"), hs_json_clone(arena, subject));
	hs_json_add_text(arena, tree, HS_S("date"), hs_slice(now, HS_INSTANT_LEN));
	struct hs_json *entry = hs_json_object(arena);
	hs_json_add_text(arena, hs_json_add_object(arena, entry, HS_S("item")), HS_S("reference"), item);
	hs_json_push(hs_json_add_array(arena, tree, HS_S("entry")), entry);

	add_token(&extra, "identifier", HS_S("urn:ietf:rfc:3986"), uuid);
	add_token(&extra, "status", HS_S("http://hl7.org/fhir/list-status"), HS_S("current"));
	add_token(&extra, "code", HS_S(LIST_TYPES), HS_S("submissionset"));
	add_reference(&extra, "item", item);
	add_reference(&extra, "subject", hs_json_get_text(subject, HS_S("reference")));
	add_reference(&extra, "patient", hs_json_get_text(subject, HS_S("reference")));
	struct hs_index_row *date = add_row(&extra, "date", HS_INDEX_DATE);
	if (date) {
		date->lo = hs_txn_now(event->txn);
		date->hi = date->lo + 1;
	}
	return store(&extra, err);
}

void hs_record_index_publish(const struct hs_write_event *event, struct hs_issues *issues)
{
	struct hs_error err;
	enum hs_status status = HS_OK;
	size_t index = 0;

	if (event->change != HS_CHANGE_CREATE || !hs_record_index_claims_publish(event->resource))
		return;
	HS_JSON_EACH(content, hs_json_get(event->resource, HS_S("content"))) {
		struct hs_json *attachment = hs_json_get(content, HS_S("attachment"));
		if (status == HS_OK)
			status = move_data(event, attachment, index++, issues, &err);
	}
	if (status == HS_OK && issues->errors == 0)
		status = make_set(event, &err);
	if (status != HS_OK)
		hs_issue_add(issues, HS_SEVERITY_ERROR, "exception", HS_S("DocumentReference"),
			"the document could not be stored: %s", err.text);
}
