/* SPDX-License-Identifier: Apache-2.0 */
/* Orders of the operator API that run on the control thread, and their answers. */
#include <core/host/operator/operator.h>

#include <handslag/time.h>

struct order;
typedef enum hs_status carry_out_fn(struct order *order, struct hs_arena *arena, struct hs_error *err);

struct order {
	struct hs_host *host;
	struct hs_sandbox *sandbox; /* kept by the request; one that is made: for it */
	carry_out_fn *carry_out;
	int status; /* of the answer when it went well */
	/* to make one */
	struct hs_slice name;
	struct hs_sandbox_limits limits;
	bool made;
	struct hs_slice file; /* of a backup */
	/* to explain a search */
	enum hs_fhir_version fhir;
	struct hs_slice search, plan;
};

/* On the control thread. What was deleted after the request had found it is not there, and another of its
 * name is not meant. */
static enum hs_status carry_out(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct order *order = arg;

	(void)txn;
	if (order->sandbox && atomic_load(&order->sandbox->phase) == HS__SANDBOX_GONE)
		return hs_fail(err, HS_E_NOT_FOUND, "sandbox %s was deleted", order->sandbox->name);
	return order->carry_out(order, arena, err);
}

static enum hs_verdict ordered(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	const struct order *order = arg;

	if (order->made)
		req->kept = order->sandbox;
	if (status)
		return hs_fail_request(req, err);
	if (order->status == 204)
		return hs_reply_empty(req, 204);
	if (order->made)
		hs_reply_header(req, HS_S("Location"),
			hs_arena_printf(req->arena, "/operator/sandboxes/%.*s", HS_S_ARG(order->name)));
	return hs__operator_reply(req, order->status, hs__operator_show(req, order->sandbox));
}

static enum hs_verdict refuse_size(struct hs_request *req)
{
	struct hs_error err = { .status = HS_OK };

	hs_fail(&err, HS_E_LIMIT, "the request is too large");
	return hs_fail_request(req, &err);
}

/* NULL: the request's arena is full. */
static struct order *new_order(struct hs_request *req, struct hs_sandbox *sandbox, int status,
	carry_out_fn *fn)
{
	struct order *order = hs_arena_alloc(req->arena, sizeof(*order));

	if (order)
		*order = (struct order) {
			.host = req->host, .sandbox = sandbox, .carry_out = fn, .status = status
		};
	return order;
}

/* `out`, where it is not NULL, is the order, to be completed before the handler returns. */
static enum hs_verdict give_order(struct hs_request *req, struct hs_sandbox *sandbox, int status,
	carry_out_fn *fn, struct order **out)
{
	struct order *order = new_order(req, sandbox, status, fn);

	if (!order)
		return refuse_size(req);
	if (out)
		*out = order;
	return hs__control(req, carry_out, order, ordered);
}

static enum hs_status do_reset(struct order *order, struct hs_arena *arena, struct hs_error *err)
{
	(void)arena;
	return hs__sandbox_reset(order->sandbox, err);
}

static enum hs_status do_delete(struct order *order, struct hs_arena *arena, struct hs_error *err)
{
	(void)arena;
	return hs__sandbox_delete(order->sandbox, err);
}

static enum hs_status do_save(struct order *order, struct hs_arena *arena, struct hs_error *err)
{
	(void)arena;
	return hs__sandbox_meta_write(order->sandbox, err);
}

static enum hs_status do_create(struct order *order, struct hs_arena *arena, struct hs_error *err)
{
	(void)arena;
	enum hs_status status = hs__sandbox_create(order->host, order->name, &order->limits, &order->sandbox,
		err);
	if (status)
		return status;
	order->made = true;
	hs__sandbox_keep(order->sandbox);
	return hs__sandbox_open(order->sandbox, err);
}

enum hs_verdict hs__operator_save(struct hs_request *req, struct hs_sandbox *sandbox)
{
	return give_order(req, sandbox, 200, do_save, NULL);
}

enum hs_verdict hs__operator_create(struct hs_request *req, const struct hs_json *spec)
{
	struct hs_slice name = hs_json_get_text(spec, HS_S("name"));
	struct hs_sandbox_limits limits = req->host->config->sandbox;
	struct hs_error err = { .status = HS_OK };
	struct order *order = NULL;

	if (!name.len)
		hs_fail(&err, HS_E_REQUIRED, "the body must be {\"name\": \"...\"}");
	else
		hs__operator_take_limits(hs_json_get(spec, HS_S("limits")), &limits, &err);
	if (err.status)
		return hs_fail_request(req, &err);
	enum hs_verdict verdict = give_order(req, NULL, 201, do_create, &order);
	if (order) {
		order->name = name;
		order->limits = limits;
	}
	return verdict;
}

enum hs_verdict hs__operator_reset(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	(void)spec;
	return give_order(req, sandbox, 200, do_reset, NULL);
}

enum hs_verdict hs__operator_delete(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	(void)spec;
	return give_order(req, sandbox, 204, do_delete, NULL);
}

/* ---- backup ---- */

static enum hs_verdict backed_up(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	const struct order *order = arg;
	struct hs_json *out = hs_json_object(req->arena);

	if (status)
		return hs_fail_request(req, err);
	hs_json_add_text(req->arena, out, HS_S("sandbox"), hs_slice_cstr(order->sandbox->name));
	hs_json_add_text(req->arena, out, HS_S("file"), order->file);
	return hs__operator_reply(req, order->status, out);
}

static enum hs_status do_backup(struct order *order, struct hs_arena *arena, struct hs_error *err)
{
	const struct hs_host *host = order->host;
	char stamp[HS_INSTANT_LEN + 1], path[4096];

	hs_time_instant(host->world->wall_ms(host->world->ctx), stamp);
	snprintf(path, sizeof(path), "%s/backups", host->data_dir);
	enum hs_status status = hs__make_dirs(path, err);
	if (status)
		return status;
	order->file = hs_arena_printf(arena, "%s/%s-%s.db", path, order->sandbox->name, stamp);
	const char *file = hs_arena_cstr(arena, order->file);
	if (!file)
		return hs_fail(err, HS_E_LIMIT, "the request is too large");
	status = hs__sandbox_need(order->sandbox, err);
	return status ? status : hs__sandbox_backup(order->sandbox, file, err);
}

enum hs_verdict hs__operator_backup(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	struct order *order = new_order(req, sandbox, 201, do_backup);

	(void)spec;
	return order ? hs__control(req, carry_out, order, backed_up) : refuse_size(req);
}

/* ---- explain ---- */

static enum hs_status do_explain(struct order *order, struct hs_arena *arena, struct hs_error *err)
{
	enum hs_status status = hs__sandbox_need(order->sandbox, err);

	return status ?
		status :
		hs_sandbox_explain(order->sandbox, order->fhir, arena, order->search, &order->plan, err);
}

static enum hs_verdict explained(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	const struct order *order = arg;
	struct hs_json *out = hs_json_object(req->arena);

	if (status)
		return hs_fail_request(req, err);
	hs_json_add_text(req->arena, out, HS_S("search"), order->search);
	hs_json_add_text(req->arena, out, HS_S("plan"), order->plan);
	return hs__operator_reply(req, order->status, out);
}

enum hs_verdict hs__operator_explain(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	struct order *order = new_order(req, sandbox, 200, do_explain);
	struct hs_slice fhir = hs_json_get_text(spec, HS_S("fhir"));
	struct hs_error err = { .status = HS_OK };

	if (!order)
		return refuse_size(req);
	order->fhir = hs_slice_eq(fhir, HS_S("r5")) ? HS_FHIR_R5 : HS_FHIR_R4;
	order->search = hs_json_get_text(spec, HS_S("search"));
	if (!order->search.len ||
		(fhir.len && !hs_slice_eq(fhir, HS_S("r4")) && !hs_slice_eq(fhir, HS_S("r5")))) {
		hs_fail(&err, HS_E_REQUIRED,
			"send {\"search\": \"Patient?name=x\"}, and \"fhir\": \"r5\" where it is not R4");
		return hs_fail_request(req, &err);
	}
	return hs__control(req, carry_out, order, explained);
}
