/* SPDX-License-Identifier: Apache-2.0 */
/* /health/live: this loop turns. /health/ready: the store can be read and the services are open; it warns
 * when nothing can be written. */
#include <core/host/endpoints.h>
#include <core/host/sandbox/sandbox.h>

enum hs_verdict hs__health_live(struct hs_request *req)
{
	return hs_reply_bytes(req, 200, HS_S("application/json"), HS_S("{\"status\":\"pass\"}\n"));
}

static enum hs_status look(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)arena;
	(void)err;
	*(uint64_t *)arg = hs_txn_seq(txn);
	return HS_OK;
}

static void add_edition(struct hs_request *req, struct hs_json *list, const struct hs__edition *edition)
{
	struct hs_json *item = hs_json_push(list, hs_json_object(req->arena));

	hs_json_add_text(req->arena, item, HS_S("fhir"), hs_slice_cstr(edition->number));
	hs_json_add(item, HS_S("served"), hs_json_bool(req->arena, edition->rest != NULL));
	if (!edition->rest)
		hs_json_add_text(req->arena, item, HS_S("reason"), hs_slice_cstr(edition->missing.text));
}

/* Sandboxes whose search index is being made anew, with how far it is. */
static void add_renewals(struct hs_request *req, struct hs_json *out)
{
	struct hs_host *host = req->host;
	struct hs_json *list = NULL;

	pthread_rwlock_rdlock(&host->sandboxes_lock);
	for (struct hs_sandbox *s = host->sandboxes; s; s = s->next) {
		if (atomic_load(&s->phase) != HS__SANDBOX_RENEWING)
			continue;
		list = list ? list : hs_json_add_array(req->arena, out, HS_S("renewing"));
		struct hs_json *item = hs_json_push(list, hs_json_object(req->arena));
		hs_json_add_text(req->arena, item, HS_S("sandbox"), hs_slice_cstr(s->name));
		hs_json_add(item, HS_S("done"),
			hs_json_int(req->arena, (int64_t)atomic_load(&s->renewal.done)));
		hs_json_add(item, HS_S("total"),
			hs_json_int(req->arena, (int64_t)atomic_load(&s->renewal.total)));
	}
	pthread_rwlock_unlock(&host->sandboxes_lock);
}

static enum hs_verdict looked(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	static const char *const phases[HS__SERVICE_PHASES] = { "found", "checked", "open", "serving",
		"draining", "closed", "failed" };
	struct hs_host *host = req->host;
	struct hs_json *out = hs_json_object(req->arena);
	bool pass = status == HS_OK && !atomic_load(&host->stopping);
	enum hs_status fault = status ? HS_OK : hs_store_write_fault(host->standard->store);
	struct hs_slice well = fault ? HS_S("warn") : HS_S("pass");

	hs_json_add_text(req->arena, out, HS_S("status"), pass ? well : HS_S("fail"));
	struct hs_json *store = hs_json_add_object(req->arena, out, HS_S("store"));
	hs_json_add_text(req->arena, store, HS_S("status"), status ? HS_S("fail") : well);
	if (status)
		hs_json_add_text(req->arena, store, HS_S("reason"), hs_slice_cstr(err->text));
	else
		hs_json_add(store, HS_S("sequence"), hs_json_int(req->arena, (int64_t) * (uint64_t *)arg));
	if (fault)
		hs_json_add_text(req->arena, store, HS_S("reason"),
			fault == HS_E_FULL ? HS_S("the disk is full: writes are refused, reading goes on") :
					     HS_S("the last write failed, reading goes on"));
	struct hs_json *list = hs_json_add_array(req->arena, out, HS_S("services"));
	for (unsigned i = 0; i < host->service_count; i++) {
		struct hs_json *item = hs_json_push(list, hs_json_object(req->arena));
		hs_json_add_text(req->arena, item, HS_S("name"),
			hs_slice_cstr(host->services[i]->plug->name));
		hs_json_add_text(req->arena, item, HS_S("phase"),
			hs_slice_cstr(phases[host->services[i]->phase]));
	}
	list = hs_json_add_array(req->arena, out, HS_S("versions"));
	for (unsigned i = 0; i < HS__EDITIONS; i++)
		add_edition(req, list, &host->editions[i]);
	add_renewals(req, out);
	req->reply.content_type = HS_S("application/json");
	return hs_reply_json(req, pass ? 200 : 503, out);
}

/* Asks the default sandbox; while that is being reset the answer waits like any other. */
enum hs_verdict hs__health_ready(struct hs_request *req)
{
	uint64_t *seq = hs_arena_alloc(req->arena, sizeof(*seq));
	struct hs_error err = { .status = HS_OK };

	if (!hs__sandbox_use(req->host->standard)) {
		unsigned retry_s = 0;
		if (atomic_load(&req->host->standard->phase) == HS__SANDBOX_RENEWING)
			hs__renewal_tell(req->host->standard, &retry_s, &err);
		else
			hs_fail(&err, HS_E_BUSY, "the default sandbox is not open at the moment");
		return looked(req, seq, err.status, &err);
	}
	atomic_fetch_add(&req->host->standard->users[req->loop->index].count, 1);
	hs__sandbox_end_use(req->host->standard);
	req->sandbox = req->host->standard;
	req->entered = true;
	return hs_read(req, look, seq, looked);
}
