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
#include <core/host/operator/operator.h>

static enum hs_verdict list(struct hs_request *req)
{
	struct hs_json *out = hs_json_object(req->arena);
	struct hs_json *items = hs_json_add_array(req->arena, out, HS_S("sandboxes"));

	pthread_rwlock_rdlock(&req->host->sandboxes_lock);
	for (struct hs_sandbox *s = req->host->sandboxes; s; s = s->next)
		hs_json_push(items, hs__operator_show(req, s));
	pthread_rwlock_unlock(&req->host->sandboxes_lock);
	return hs__operator_reply(req, 200, out);
}

static enum hs_verdict put_faults(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec)
{
	struct hs_error err = { .status = HS_OK };

	if (hs__faults_set(&sandbox->faults, spec, &err))
		return hs_fail_request(req, &err);
	return hs__operator_reply(req, 200, hs__faults_show(&sandbox->faults, req->arena));
}

static enum hs_verdict get_clock(struct hs_request *req, struct hs_sandbox *sandbox)
{
	return hs__operator_reply(req, 200, hs__operator_show_clock(req->arena, sandbox));
}

static enum hs_verdict get_limits(struct hs_request *req, struct hs_sandbox *sandbox)
{
	return hs__operator_reply(req, 200, hs__operator_show_limits(req->arena, sandbox));
}

static enum hs_verdict get_faults(struct hs_request *req, struct hs_sandbox *sandbox)
{
	return hs__operator_reply(req, 200, hs__faults_show(&sandbox->faults, req->arena));
}

static enum hs_verdict get_one(struct hs_request *req, struct hs_sandbox *sandbox)
{
	return hs__operator_reply(req, 200, hs__operator_show(req, sandbox));
}

static const struct part {
	struct hs_slice name; /* after /operator/sandboxes/NAME/ */
	enum hs_verdict (*get)(struct hs_request *req, struct hs_sandbox *sandbox);
	enum hs_http_method method; /* of change */
	hs__operator_fn *change;
	bool needs_body;
} parts[] = {
	{ HS_S_INIT(""), get_one, HS_HTTP_DELETE, hs__operator_delete, false },
	{ HS_S_INIT("reset"), NULL, HS_HTTP_POST, hs__operator_reset, false },
	{ HS_S_INIT("backup"), NULL, HS_HTTP_POST, hs__operator_backup, false },
	{ HS_S_INIT("explain"), NULL, HS_HTTP_POST, hs__operator_explain, true },
	{ HS_S_INIT("clock"), get_clock, HS_HTTP_PUT, hs__operator_put_clock, true },
	{ HS_S_INIT("limits"), get_limits, HS_HTTP_PUT, hs__operator_put_limits, true },
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
	return hs_request_json(req, &spec, &err) ? hs_fail_request(req, &err) :
						   hs__operator_create(req, spec);
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
	return hs__operator_reply(req, 200, out);
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
	req->kept = hs__sandbox_find_kept(req->host, name);
	if (!req->kept)
		return refuse(req, HS_E_NOT_FOUND, "there is no sandbox of that name");
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		if (hs_slice_eq(parts[i].name, rest))
			return serve_part(req, &parts[i], req->kept);
	return refuse(req, HS_E_NOT_FOUND, "a sandbox has reset, backup, explain, clock, limits and faults");
}
