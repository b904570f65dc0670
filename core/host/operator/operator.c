/* SPDX-License-Identifier: Apache-2.0 */
/* The operator API, JSON under /operator/: sandboxes, their resets, clocks, limits and faults.
 *
 *   GET, POST    /operator/sandboxes                 list, {"name": "a", "limits": {...}}
 *   GET, DELETE  /operator/sandboxes/NAME
 *   POST         /operator/sandboxes/NAME/reset
 *   POST         /operator/sandboxes/NAME/backup     into DATA/backups
 *   POST         /operator/sandboxes/NAME/explain    {"search": "Patient?name=x", "fhir": "r4"}
 *   GET, PUT     /operator/sandboxes/NAME/clock      {"offsetMs": n} {"frozen": instant} {"advanceMs": n}
 *   GET, PUT     /operator/sandboxes/NAME/limits     {"requestsPerSecond": n, "burst": n, ...}
 *   GET, PUT     /operator/sandboxes/NAME/faults     see fault.h
 *   GET          /operator/faults                    the actions there are, and all rules that are set
 *
 * What waits for requests to end runs on the control thread. */
#include <core/host/endpoints.h>
#include <core/host/sandbox/sandbox.h>

#include <handslag/time.h>

struct order {
	struct hs_host *host;
	struct hs_sandbox *sandbox;
	struct hs_slice name;
	struct hs_sandbox_limits limits;
	int status; /* of the answer when it went well */
};

static enum hs_verdict reply(struct hs_request *req, int status, const struct hs_json *body)
{
	req->reply.content_type = HS_S("application/json");
	return hs_reply_json(req, status, body);
}

/* ---- showing ---- */

static struct hs_json *show_clock(struct hs_arena *arena, const struct hs_sandbox *sandbox)
{
	struct hs_json *out = hs_json_object(arena);
	int64_t frozen = atomic_load(&sandbox->clock.frozen_ms);
	char text[HS_INSTANT_LEN + 1];

	hs_time_instant(hs__sandbox_now((void *)(uintptr_t)sandbox), text);
	hs_json_add_text(arena, out, HS_S("now"), hs_arena_copy(arena, hs_slice_cstr(text)));
	hs_json_add(out, HS_S("offsetMs"), hs_json_int(arena, atomic_load(&sandbox->clock.offset_ms)));
	if (frozen != INT64_MIN) {
		hs_time_instant(frozen, text);
		hs_json_add_text(arena, out, HS_S("frozen"), hs_arena_copy(arena, hs_slice_cstr(text)));
	}
	return out;
}

static struct hs_json *show_limits(struct hs_arena *arena, const struct hs_sandbox *sandbox)
{
	struct hs_json *out = hs_json_object(arena);
	struct hs_sandbox_limits limits;

	hs__limits_get(sandbox, &limits);
	hs_json_add(out, HS_S("requestsPerSecond"), hs_json_int(arena, limits.requests_per_second));
	hs_json_add(out, HS_S("burst"), hs_json_int(arena, limits.burst));
	hs_json_add(out, HS_S("versions"), hs_json_int(arena, limits.versions));
	hs_json_add(out, HS_S("bodyKib"), hs_json_int(arena, limits.body_kib));
	hs_json_add_text(arena, out, HS_S("validation"),
		hs_slice_cstr(hs_host_validations[limits.validation]));
	return out;
}

static struct hs_json *show(struct hs_request *req, struct hs_sandbox *sandbox)
{
	static const char *const phases[] = { "closed", "opening", "renewing", "open", "draining", "gone" };
	struct hs_arena *arena = req->arena;
	struct hs_json *out = hs_json_object(arena);
	char text[HS_INSTANT_LEN + 1];

	hs_time_instant(sandbox->created_ms, text);
	hs_json_add_text(arena, out, HS_S("name"), hs_slice_cstr(sandbox->name));
	hs_json_add_text(arena, out, HS_S("phase"), hs_slice_cstr(phases[atomic_load(&sandbox->phase)]));
	hs_json_add_text(arena, out, HS_S("created"), hs_arena_copy(arena, hs_slice_cstr(text)));
	bool standard = sandbox == req->host->standard;
	struct hs_json *bases = hs_json_add_object(arena, out, HS_S("base"));
	for (unsigned i = 0; i < HS__EDITIONS; i++)
		hs_json_add_text(arena, bases, hs_slice_cstr(req->host->editions[i].name),
			hs_arena_printf(arena, "%.*s%s%s/fhir/%s", HS_S_ARG(hs_request_base(req)),
				standard ? "" : "/sandbox/", standard ? "" : sandbox->name,
				req->host->editions[i].name));
	hs_json_add(out, HS_S("clock"), show_clock(arena, sandbox));
	hs_json_add(out, HS_S("limits"), show_limits(arena, sandbox));
	if (hs__sandbox_use(sandbox)) {
		struct hs_store_counters counters;
		hs_store_counters(sandbox->store, &counters);
		hs_json_add(out, HS_S("sequence"), hs_json_int(arena, (int64_t)hs_store_seq(sandbox->store)));
		hs_json_add(out, HS_S("bytes"),
			hs_json_int(arena, (int64_t)(counters.file_bytes + counters.wal_bytes)));
		hs__sandbox_leave(sandbox, HS__LOOPS_MAX);
	}
	return out;
}

static enum hs_verdict list(struct hs_request *req)
{
	struct hs_json *out = hs_json_object(req->arena);
	struct hs_json *items = hs_json_add_array(req->arena, out, HS_S("sandboxes"));

	pthread_rwlock_rdlock(&req->host->sandboxes_lock);
	for (struct hs_sandbox *s = req->host->sandboxes; s; s = s->next)
		hs_json_push(items, show(req, s));
	pthread_rwlock_unlock(&req->host->sandboxes_lock);
	return reply(req, 200, out);
}

/* ---- orders for the control thread ---- */

static enum hs_verdict ordered(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	const struct order *order = arg;

	if (status)
		return hs_fail_request(req, err);
	if (order->status == 204)
		return hs_reply_empty(req, 204);
	return reply(req, order->status, show(req, order->sandbox));
}

static enum hs_verdict give_order(struct hs_request *req, struct hs_sandbox *sandbox, int status,
	hs_work_fn *work, struct order **out)
{
	struct order *order = hs_arena_alloc(req->arena, sizeof(*order));
	struct hs_error err = { .status = HS_OK };

	if (!order) {
		hs_fail(&err, HS_E_LIMIT, "the request is too large");
		return hs_fail_request(req, &err);
	}
	order->host = req->host;
	order->sandbox = sandbox;
	order->status = status;
	if (out)
		*out = order;
	return hs__control(req, work, order, ordered);
}

static enum hs_status do_reset(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)txn;
	(void)arena;
	return hs__sandbox_reset(((struct order *)arg)->sandbox, err);
}

static enum hs_status do_delete(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)txn;
	(void)arena;
	return hs__sandbox_delete(((struct order *)arg)->sandbox, err);
}

static enum hs_status do_save(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)txn;
	(void)arena;
	return hs__sandbox_meta_write(((struct order *)arg)->sandbox, err);
}

static enum hs_status do_create(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct order *order = arg;

	(void)txn;
	(void)arena;
	enum hs_status status = hs__sandbox_create(order->host, order->name, &order->limits, &order->sandbox,
		err);
	return status ? status : hs__sandbox_open(order->sandbox, err);
}

/* ---- changing ---- */

static enum hs_verdict backed_up(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	const struct order *order = arg;
	struct hs_json *out = hs_json_object(req->arena);

	if (status)
		return hs_fail_request(req, err);
	hs_json_add_text(req->arena, out, HS_S("sandbox"), hs_slice_cstr(order->sandbox->name));
	hs_json_add_text(req->arena, out, HS_S("file"), order->name);
	return reply(req, 201, out);
}

static enum hs_status do_backup(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct order *order = arg;
	struct hs_host *host = order->host;
	char stamp[HS_INSTANT_LEN + 1], path[4096];

	(void)txn;
	hs_time_instant(host->world->wall_ms(host->world->ctx), stamp);
	snprintf(path, sizeof(path), "%s/backups", host->data_dir);
	enum hs_status status = hs__make_dirs(path, err);
	if (status)
		return status;
	order->name = hs_arena_printf(arena, "%s/%s-%s.db", path, order->sandbox->name, stamp);
	const char *file = hs_arena_cstr(arena, order->name);
	return file ? hs_host_backup(host, order->sandbox->name, file, err) :
		      hs_fail(err, HS_E_LIMIT, "the request is too large");
}

static enum hs_verdict post_backup(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	struct order *order = hs_arena_alloc(req->arena, sizeof(*order));
	struct hs_error err = { .status = HS_OK };

	(void)spec;
	if (!order) {
		hs_fail(&err, HS_E_LIMIT, "the request is too large");
		return hs_fail_request(req, &err);
	}
	order->host = req->host;
	order->sandbox = sandbox;
	return hs__control(req, do_backup, order, backed_up);
}

struct question {
	const struct hs_sandbox *sandbox;
	enum hs_fhir_version fhir;
	struct hs_slice search, plan;
};

static enum hs_status do_explain(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct question *question = arg;

	(void)txn;
	return hs_sandbox_explain(question->sandbox, question->fhir, arena, question->search, &question->plan,
		err);
}

static enum hs_verdict explained(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	const struct question *question = arg;
	struct hs_json *out = hs_json_object(req->arena);

	if (status)
		return hs_fail_request(req, err);
	hs_json_add_text(req->arena, out, HS_S("search"), question->search);
	hs_json_add_text(req->arena, out, HS_S("plan"), question->plan);
	return reply(req, 200, out);
}

static enum hs_verdict post_explain(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	struct question *question = hs_arena_alloc(req->arena, sizeof(*question));
	struct hs_slice fhir = hs_json_get_text(spec, HS_S("fhir"));
	struct hs_error err = { .status = HS_OK };

	if (!question) {
		hs_fail(&err, HS_E_LIMIT, "the request is too large");
		return hs_fail_request(req, &err);
	}
	question->sandbox = sandbox;
	question->fhir = hs_slice_eq(fhir, HS_S("r5")) ? HS_FHIR_R5 : HS_FHIR_R4;
	question->search = hs_json_get_text(spec, HS_S("search"));
	if (!question->search.len ||
		(fhir.len && !hs_slice_eq(fhir, HS_S("r4")) && !hs_slice_eq(fhir, HS_S("r5")))) {
		hs_fail(&err, HS_E_REQUIRED,
			"send {\"search\": \"Patient?name=x\"}, and \"fhir\": \"r5\" where it is not R4");
		return hs_fail_request(req, &err);
	}
	return hs__control(req, do_explain, question, explained);
}

static enum hs_status take_member(const struct hs_json *spec, struct hs_slice name, int64_t *out,
	struct hs_error *err)
{
	const struct hs_json *value = hs_json_get(spec, name);

	if (!value)
		return HS_OK;
	int64_t number = 0;
	if (!hs_json_i64(value, &number) || number < 0)
		return hs_fail(err, HS_E_VALUE, "%.*s must be a whole number, 0 for no limit",
			HS_S_ARG(name));
	*out = number;
	return HS_OK;
}

static enum hs_status take_validation(const struct hs_json *spec, int64_t *out, struct hs_error *err)
{
	const struct hs_json *value = hs_json_get(spec, HS_S("validation"));

	for (int64_t i = 0; value && hs_host_validations[i]; i++)
		if (hs_slice_eq(hs_json_text(value), hs_slice_cstr(hs_host_validations[i]))) {
			*out = i;
			return HS_OK;
		}
	return value ? hs_fail(err, HS_E_VALUE, "validation is structure, off or profiles") : HS_OK;
}

static enum hs_status take_limits(const struct hs_json *spec, struct hs_sandbox_limits *limits,
	struct hs_error *err)
{
	enum hs_status status = take_member(spec, HS_S("requestsPerSecond"), &limits->requests_per_second,
		err);

	if (status == HS_OK && limits->requests_per_second > 1000000)
		status = hs_fail(err, HS_E_VALUE, "requestsPerSecond is at most 1000000");
	if (status == HS_OK)
		status = take_member(spec, HS_S("burst"), &limits->burst, err);
	if (status == HS_OK)
		status = take_member(spec, HS_S("versions"), &limits->versions, err);
	if (status == HS_OK)
		status = take_validation(spec, &limits->validation, err);
	return status ? status : take_member(spec, HS_S("bodyKib"), &limits->body_kib, err);
}

static enum hs_status set_clock(struct hs_sandbox *sandbox, const struct hs_json *spec, struct hs_error *err)
{
	const struct hs_json *offset = hs_json_get(spec, HS_S("offsetMs"));
	const struct hs_json *advance = hs_json_get(spec, HS_S("advanceMs"));
	struct hs_slice frozen = hs_json_get_text(spec, HS_S("frozen"));
	struct hs_time at;
	int64_t number = 0;

	if ((offset != NULL) + (advance != NULL) + (frozen.len > 0) != 1)
		return hs_fail(err, HS_E_VALUE,
			"give one of \"offsetMs\", \"advanceMs\" (milliseconds), \"frozen\" (instant)");
	if (frozen.len) {
		if (!hs_time_is_instant(frozen) || !hs_time_parse(frozen, 0, &at))
			return hs_fail(err, HS_E_VALUE,
				"frozen must be an instant like 2026-11-21T08:00:00Z");
		hs__clock_freeze(&sandbox->clock, at.lo);
		return HS_OK;
	}
	/* A thousand years either way stays inside what dates can say. */
	if (!hs_json_i64(offset ? offset : advance, &number) || number > 31556952000000 ||
		number < -31556952000000)
		return hs_fail(err, HS_E_VALUE,
			"%s must be a whole number of milliseconds, within a thousand years",
			offset ? "offsetMs" : "advanceMs");
	if (offset)
		hs__clock_set_offset(&sandbox->clock, number);
	else
		hs__clock_advance(&sandbox->clock, number);
	return HS_OK;
}

static enum hs_verdict put_clock(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	struct hs_error err = { .status = HS_OK };

	if (set_clock(sandbox, spec, &err))
		return hs_fail_request(req, &err);
	return give_order(req, sandbox, 200, do_save, NULL);
}

static enum hs_verdict put_limits(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_sandbox_limits limits;

	hs__limits_get(sandbox, &limits);
	if (take_limits(spec, &limits, &err))
		return hs_fail_request(req, &err);
	hs__limits_set(sandbox, &limits);
	return give_order(req, sandbox, 200, do_save, NULL);
}

static enum hs_verdict put_faults(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	struct hs_error err = { .status = HS_OK };

	if (hs__faults_set(&sandbox->faults, spec, &err))
		return hs_fail_request(req, &err);
	return reply(req, 200, hs__faults_show(&sandbox->faults, req->arena));
}

static enum hs_verdict create(struct hs_request *req, const struct hs_json *spec)
{
	struct hs_slice name = hs_json_get_text(spec, HS_S("name"));
	struct hs_sandbox_limits limits = req->host->config->sandbox;
	struct hs_error err = { .status = HS_OK };
	struct order *order = NULL;

	if (!name.len)
		hs_fail(&err, HS_E_REQUIRED, "the body must be {\"name\": \"...\"}");
	else
		take_limits(hs_json_get(spec, HS_S("limits")), &limits, &err);
	if (err.status)
		return hs_fail_request(req, &err);
	enum hs_verdict verdict = give_order(req, NULL, 201, do_create, &order);
	if (order) {
		order->name = name;
		order->limits = limits;
		hs_reply_header(req, HS_S("Location"),
			hs_arena_printf(req->arena, "/operator/sandboxes/%.*s", HS_S_ARG(name)));
	}
	return verdict;
}

/* ---- paths ---- */

static enum hs_verdict get_clock(struct hs_request *req, struct hs_sandbox *sandbox)
{
	return reply(req, 200, show_clock(req->arena, sandbox));
}

static enum hs_verdict get_limits(struct hs_request *req, struct hs_sandbox *sandbox)
{
	return reply(req, 200, show_limits(req->arena, sandbox));
}

static enum hs_verdict get_faults(struct hs_request *req, struct hs_sandbox *sandbox)
{
	return reply(req, 200, hs__faults_show(&sandbox->faults, req->arena));
}

static enum hs_verdict get_one(struct hs_request *req, struct hs_sandbox *sandbox)
{
	return reply(req, 200, show(req, sandbox));
}

static enum hs_verdict post_reset(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	(void)spec;
	return give_order(req, sandbox, 200, do_reset, NULL);
}

static enum hs_verdict delete_one(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	(void)spec;
	return give_order(req, sandbox, 204, do_delete, NULL);
}

typedef enum hs_verdict change_fn(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec);

static const struct part {
	struct hs_slice name; /* after /operator/sandboxes/NAME/ */
	enum hs_verdict (*get)(struct hs_request *req, struct hs_sandbox *sandbox);
	enum hs_http_method method; /* of change */
	change_fn *change;
	bool needs_body;
} parts[] = {
	{ HS_S_INIT(""), get_one, HS_HTTP_DELETE, delete_one, false },
	{ HS_S_INIT("reset"), NULL, HS_HTTP_POST, post_reset, false },
	{ HS_S_INIT("backup"), NULL, HS_HTTP_POST, post_backup, false },
	{ HS_S_INIT("explain"), NULL, HS_HTTP_POST, post_explain, true },
	{ HS_S_INIT("clock"), get_clock, HS_HTTP_PUT, put_clock, true },
	{ HS_S_INIT("limits"), get_limits, HS_HTTP_PUT, put_limits, true },
	{ HS_S_INIT("faults"), get_faults, HS_HTTP_PUT, put_faults, true },
};

static bool reads(const struct hs_request *req)
{
	return req->http->method == HS_HTTP_GET || req->http->method == HS_HTTP_HEAD;
}

static enum hs_verdict refuse(struct hs_request *req, enum hs_status status, const char *text)
{
	struct hs_error err = { .status = HS_OK };

	hs_fail(&err, status, "%s", text);
	return hs_fail_request(req, &err);
}

static enum hs_verdict serve_part(struct hs_request *req, const struct part *part, struct hs_sandbox *sandbox)
{
	struct hs_json *spec = NULL;
	struct hs_error err = { .status = HS_OK };

	if (reads(req) && part->get)
		return part->get(req, sandbox);
	if (req->http->method != part->method)
		return hs__refuse_method(req,
			HS_HTTP_BIT(part->method) | (part->get ? HS_HTTP_BIT(HS_HTTP_GET) : 0), NULL);
	if (part->needs_body && hs_request_json(req, &spec, &err))
		return hs_fail_request(req, &err);
	return part->change(req, sandbox, spec);
}

static enum hs_verdict serve_all(struct hs_request *req)
{
	struct hs_json *spec = NULL;
	struct hs_error err = { .status = HS_OK };

	if (reads(req))
		return list(req);
	if (req->http->method != HS_HTTP_POST)
		return hs__refuse_method(req, HS_HTTP_BIT(HS_HTTP_GET) | HS_HTTP_BIT(HS_HTTP_POST), NULL);
	return hs_request_json(req, &spec, &err) ? hs_fail_request(req, &err) : create(req, spec);
}

/* The actions there are, and the rules of every sandbox that has some. */
static enum hs_verdict serve_faults(struct hs_request *req)
{
	struct hs_json *out = hs_json_object(req->arena);

	if (!reads(req))
		return hs__refuse_method(req, HS_HTTP_BIT(HS_HTTP_GET),
			"rules are set for each sandbox: PUT /operator/sandboxes/NAME/faults");
	hs_json_add(out, HS_S("actions"), hs__faults_known(req->arena));
	struct hs_json *list = hs_json_add_object(req->arena, out, HS_S("sandboxes"));
	pthread_rwlock_rdlock(&req->host->sandboxes_lock);
	for (struct hs_sandbox *s = req->host->sandboxes; list && s; s = s->next)
		if (atomic_load(&s->faults.count))
			hs_json_add(list, hs_slice_cstr(s->name), hs__faults_show(&s->faults, req->arena));
	pthread_rwlock_unlock(&req->host->sandboxes_lock);
	return reply(req, 200, out);
}

enum hs_verdict hs__operator_serve(struct hs_request *req)
{
	struct hs_slice rest = req->path, first = hs_slice_cut(&rest, '/');

	if (!hs__operator_allowed(req))
		return refuse(req, HS_E_LOGIN,
			"the operator's token is needed: Authorization: Bearer, from operator.token in the "
			"data directory");
	if (hs_slice_eq(first, HS_S("faults")) && !rest.len)
		return serve_faults(req);
	if (!hs_slice_eq(first, HS_S("sandboxes")))
		return refuse(req, HS_E_NOT_FOUND,
			"the operator API has /operator/sandboxes and /operator/faults");
	if (!rest.len)
		return serve_all(req);
	struct hs_slice name = hs_slice_cut(&rest, '/');
	struct hs_sandbox *sandbox = hs__sandbox_find(req->host, name);
	if (!sandbox)
		return refuse(req, HS_E_NOT_FOUND, "there is no sandbox of that name");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (hs_slice_eq(parts[i].name, rest))
			return serve_part(req, &parts[i], sandbox);
	return refuse(req, HS_E_NOT_FOUND, "a sandbox has reset, backup, explain, clock, limits and faults");
}
