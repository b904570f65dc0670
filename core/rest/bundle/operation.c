/* SPDX-License-Identifier: Apache-2.0 */
/* Operations as entries of a batch ("GET ValueSet/$expand?url=...", "POST CodeSystem/$lookup" with
 * Parameters).
 *
 * A service carries them out, not this API: once the other entries are done and on disk, each is asked as a
 * request of its own, one after the other. So they see what the batch has written. A transaction could not
 * take back what they did, and is refused with one. */
#include <core/rest/binary.h>
#include <core/rest/bundle/bundle.h>

/* "$op", "Type/$op", "Type/id/$op", and what is asked like one. */
static bool is_operation(struct hs_slice path)
{
	struct hs_slice last = HS_S_NONE;
	if (path.len > 0 && path.ptr[0] == '/')
		path = hs_slice_from(path, 1);
	if (hs_slice_eq(path, HS_S("metadata")))
		return true;
	while (path.ptr)
		last = hs_slice_cut(&path, '/');
	return last.len > 1 && last.ptr[0] == '$';
}

static enum hs_status write_body(struct hs_arena *arena, const struct hs_json *resource, struct hs_slice *out,
	struct hs_error *err)
{
	struct hs_buf buf;
	hs_buf_init(&buf, arena, (size_t)32 << 20);
	hs_json_write(&buf, resource, 0);
	if (buf.overflow)
		return hs_fail(err, HS_E_LIMIT, "the batch is too large");
	*out = hs_buf_slice(&buf);
	return HS_OK;
}

enum hs_status hs__rest_bundle_operation(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	struct hs__rest_entry *entry, struct hs_slice url, const struct hs_json *resource, bool *is,
	struct hs_error *err)
{
	struct hs_slice query = url, path = hs_slice_cut(&query, '?');
	*is = is_operation(path);
	if (!*is)
		return HS_OK;
	if (bundle->transaction)
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"an operation cannot be part of a transaction, which could not take it back; send it "
			"in a batch");
	if (!hs_slice_eq(entry->method, HS_S("GET")) && !hs_slice_eq(entry->method, HS_S("POST")))
		return hs_fail(err, HS_E_METHOD, "an operation is asked with GET or POST");
	entry->operation = hs_arena_alloc(arena, sizeof *entry->operation);
	if (!entry->operation)
		return hs_fail(err, HS_E_LIMIT, "the batch is too large");
	if (path.len > 0 && path.ptr[0] == '/')
		path = hs_slice_from(path, 1);
	entry->operation->method = entry->method;
	entry->operation->path = path;
	entry->operation->query = query;
	bundle->operations++;
	return resource ? write_body(arena, resource, &entry->operation->body, err) : HS_OK;
}

enum hs_verdict hs__rest_bundle_send(struct hs_request *req, const struct hs__rest_bundle *bundle)
{
	hs__rest_tell_sequence(req, bundle->seq);
	return hs_reply_text(req, 200, bundle->reply, NULL, NULL);
}

static enum hs_status make_reply(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)txn;
	return hs__rest_bundle_reply(arg, arena, err);
}

static enum hs_verdict after_reply(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	return status == HS_OK ? hs__rest_bundle_send(req, arg) : hs__rest_refuse(req, status, NULL, err);
}

static struct hs__rest_entry *next_of(const struct hs__rest_bundle *bundle)
{
	for (size_t i = 0; i < bundle->count; i++) {
		struct hs__rest_entry *entry = &bundle->entries[i];
		if (entry->operation && !entry->asked && entry->refused == HS_OK)
			return entry;
	}
	return NULL;
}

/* What is no resource becomes a Binary: an entry cannot hold anything else. */
static enum hs_status take_answer(struct hs_arena *arena, struct hs__rest_entry *entry, struct hs_error *err)
{
	const struct hs_inner *inner = entry->operation;
	struct hs__rest_content content = { .media = inner->media, .bytes = inner->answer };
	entry->asked = true;
	entry->result = (struct hs__rest_result) { .status = inner->status, .text = inner->answer };
	if (inner->answer.len == 0 || hs__rest_media_is_json(inner->media))
		return HS_OK;
	return hs__rest_wrap_binary(arena, &content, &entry->result.text, err);
}

static enum hs_verdict after_operation(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct hs__rest_bundle *bundle = arg;
	struct hs__rest_entry *entry = next_of(bundle);
	struct hs_error made = { 0 };
	if (status != HS_OK)
		return hs__rest_refuse(req, status, NULL, err);
	status = take_answer(hs_request_arena(req), entry, &made);
	return status == HS_OK ? hs__rest_bundle_ask(req, bundle) : hs__rest_refuse(req, status, NULL, &made);
}

enum hs_verdict hs__rest_bundle_ask(struct hs_request *req, struct hs__rest_bundle *bundle)
{
	struct hs__rest_entry *entry = next_of(bundle);
	return entry ? hs_request_inner(req, entry->operation, bundle, after_operation) :
		       hs_compute(req, make_reply, bundle, after_reply);
}
