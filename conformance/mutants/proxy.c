/* SPDX-License-Identifier: Apache-2.0 */
/* The mutating proxy: an HTTP server and client on one loop, with the rules of a fault between them. */
#include <conformance/mutants/proxy.h>
#include <conformance/mutants/fault.h>
#include <core/base/heap.h>
#include <core/base/map.h>

#define HEADERS_MORE 32u /* room for what actions add */
#define MEMORY_MAX ((size_t)256 << 20)
#define DRAIN_MS 1000u

/* An answer that is kept, to be given again. */
struct memory {
	int status;
	struct hs_http_header *headers;
	size_t header_count;
	struct hs_slice body;
};

struct hs_proxy {
	struct hs_loop *loop;
	struct hs_http_server *server;
	struct hs_http_client *client;
	struct hs_arena *arena;                  /* texts of the proxy itself */
	struct hs_slice target, path;            /* base URL, and its path: "/fhir/r4" */
	struct hs_slice there, here;             /* origins: of the target and of the proxy */
	struct hs_slice there_coded, here_coded; /* the same, as they stand in a query */
	struct hs_slice url;
	const struct hs_fault *fault;
	int64_t seen[HS_FAULT_RULES];
	uint64_t touched;
	struct hs_arena *memory; /* of one fault */
	struct hs_map kept;      /* "GET URL" to struct memory */
	void (*done)(void *arg);
	void *arg;
};

struct exchange {
	struct hs_proxy *proxy;
	struct hs_http_request *req;
	struct fault_message request, answer;
	struct hs_http_call call;
	struct hs_slice key;
	uint32_t rules; /* bits of those whose request side is met */
	bool twice;
	const struct fault_action *answered; /* not sent on */
	bool counted;
};

/* ---- what comes in ---- */

static bool is_hop(struct hs_slice name)
{
	static const struct hs_slice names[] = { HS_S_INIT("Connection"), HS_S_INIT("Keep-Alive"),
		HS_S_INIT("Transfer-Encoding"), HS_S_INIT("Content-Length"), HS_S_INIT("Host"),
		HS_S_INIT("Accept-Encoding"), HS_S_INIT("Content-Encoding"), HS_S_INIT("Date"),
		HS_S_INIT("Expect") };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (hs_slice_ieq(names[i], name))
			return true;
	return false;
}

static void take_headers(struct fault_message *message, const struct hs_http_header *headers, size_t count,
	struct hs_slice from, struct hs_slice to)
{
	message->header_room = count + HEADERS_MORE;
	message->headers = hs_arena_array(message->arena, message->header_room, sizeof(*headers));
	if (!message->headers)
		message->header_room = 0;
	for (size_t i = 0; i < count && message->header_count < message->header_room; i++)
		if (!is_hop(headers[i].name))
			message->headers[message->header_count++] = (struct hs_http_header) { headers[i].name,
				hs__fault_substitute(message->arena, headers[i].value, from, to) };
}

/* The path below the base; with an empty base or another path, all of it. */
static struct hs_slice below_base(const struct hs_proxy *proxy, struct hs_slice path)
{
	if (hs_slice_starts(path, proxy->path))
		path = hs_slice_from(path, proxy->path.len);
	while (hs_slice_starts(path, HS_S("/")))
		path = hs_slice_from(path, 1);
	return path;
}

/* ---- what goes out ---- */

static void touch(struct exchange *exchange, bool differs)
{
	exchange->proxy->touched += differs && !exchange->counted;
	exchange->counted = exchange->counted || differs;
}

static void reply(struct exchange *exchange)
{
	struct fault_message *answer = &exchange->answer;
	struct hs_http_reply out = { .status = answer->status };

	hs__fault_settle(answer);
	out.content_type = hs__fault_header(answer, HS_S("Content-Type"));
	hs__fault_set_header(answer, HS_S("Content-Type"), HS_S_NONE);
	out.headers = answer->headers;
	out.header_count = answer->header_count;
	out.body.bytes = answer->status == 204 || answer->status == 304 ? HS_S_NONE : answer->body;
	hs_http_reply(exchange->req, &out);
}

static void reply_late(void *arg)
{
	reply(arg);
}

static void stop_timer(void *arg)
{
	hs_timer_stop(arg);
}

/* Once remembered, an answer does not change any more. */
static void make_stale(struct exchange *exchange)
{
	struct hs_proxy *proxy = exchange->proxy;
	struct fault_message *answer = &exchange->answer;
	struct hs_map_slot *slot = hs_map_put(&proxy->kept, hs_arena_copy(proxy->memory, exchange->key),
		NULL);
	struct memory *memory = slot ? slot->value.ptr : NULL;

	if (!slot)
		return;
	if (memory) {
		answer->status = memory->status;
		answer->headers = hs_arena_array(answer->arena, memory->header_count + HEADERS_MORE,
			sizeof(*answer->headers));
		answer->header_count = answer->headers ? memory->header_count : 0;
		answer->header_room = answer->headers ? memory->header_count + HEADERS_MORE : 0;
		if (answer->headers && memory->header_count)
			memcpy(answer->headers, memory->headers,
				memory->header_count * sizeof(*answer->headers));
		answer->body = memory->body;
		answer->differs = true;
		answer->parsed = answer->changed = false;
		return;
	}
	hs__fault_settle(answer);
	memory = hs_arena_alloc(proxy->memory, sizeof(*memory));
	if (!memory)
		return;
	memory->status = answer->status;
	memory->body = hs_arena_copy(proxy->memory, answer->body);
	memory->headers = hs_arena_array(proxy->memory, answer->header_count + 1, sizeof(*memory->headers));
	for (size_t i = 0; memory->headers && i < answer->header_count; i++)
		memory->headers[memory->header_count++] =
			(struct hs_http_header) { hs_arena_copy(proxy->memory, answer->headers[i].name),
				hs_arena_copy(proxy->memory, answer->headers[i].value) };
	slot->value.ptr = memory;
}

/* The answer as the fault wants it. A delay or the end of the connection takes the place of the reply. */
static void answer(struct exchange *exchange)
{
	const struct hs_fault *fault = exchange->proxy->fault;
	uint64_t delay = 0;
	bool closes = false;

	for (size_t i = 0; fault && i < fault->rule_count; i++) {
		const struct hs_fault_rule *rule = &fault->rules[i];
		if (!(exchange->rules & 1u << i) || !rule->counts[FAULT_RESPONSE] ||
			!hs__fault_meets_answer(rule, &exchange->answer))
			continue;
		for (size_t k = 0; k < rule->counts[FAULT_RESPONSE]; k++) {
			const struct fault_action *action = &rule->actions[FAULT_RESPONSE][k];
			closes = closes || action->verb == FAULT_CLOSE;
			delay += action->verb == FAULT_DELAY ? (uint64_t)action->number : 0;
			if (action->verb == FAULT_STALE)
				make_stale(exchange);
			else
				hs__fault_apply(action, &exchange->answer);
		}
	}
	touch(exchange, closes || delay || exchange->answer.differs);
	if (closes)
		hs_http_abort(exchange->req);
	else if (delay) {
		struct hs_timer *timer = hs_timer_start(exchange->proxy->loop, delay, 0, reply_late,
			exchange);
		hs_arena_defer(exchange->req->arena, stop_timer, timer);
	} else
		reply(exchange);
}

static void send_on(struct exchange *exchange);

static void answered(struct hs_http_call *call)
{
	struct exchange *exchange = call->user;
	struct hs_proxy *proxy = exchange->proxy;
	struct fault_message *message = &exchange->answer;

	if (exchange->twice && !call->failed) {
		exchange->twice = false;
		send_on(exchange);
		return;
	}
	*message = (struct fault_message) { .arena = exchange->req->arena, .status = call->status };
	if (call->failed) {
		message->status = 502;
		message->body = hs_arena_copy(message->arena, hs_slice_cstr(call->error.text));
	} else {
		take_headers(message, call->reply_headers, call->reply_header_count, proxy->there,
			proxy->here);
		message->body = hs__fault_substitute(message->arena, call->reply_body, proxy->there,
			proxy->here);
		message->body = hs__fault_substitute(message->arena, message->body, proxy->there_coded,
			proxy->here_coded);
	}
	answer(exchange);
}

static struct hs_slice full_url(struct exchange *exchange)
{
	const struct fault_message *request = &exchange->request;
	struct hs_slice query = exchange->req->query;

	if (request->params[0].changed)
		query = hs__fault_write_params(request->arena, &request->params[0]);
	query = hs__fault_substitute(request->arena, query, exchange->proxy->here, exchange->proxy->there);
	query = hs__fault_substitute(request->arena, query, exchange->proxy->here_coded,
		exchange->proxy->there_coded);
	return hs_arena_printf(request->arena, "%.*s%s%.*s%s%.*s", HS_S_ARG(exchange->proxy->target),
		request->path.len ? "/" : "", HS_S_ARG(request->path), query.len ? "?" : "", HS_S_ARG(query));
}

static void send_on(struct exchange *exchange)
{
	struct fault_message *request = &exchange->request;

	hs__fault_settle(request);
	if (request->params[1].changed)
		request->body = hs__fault_substitute(request->arena,
			hs__fault_write_params(request->arena, &request->params[1]), exchange->proxy->here,
			exchange->proxy->there);
	exchange->call = (struct hs_http_call) { .arena = request->arena,
		.method = request->method,
		.url = full_url(exchange),
		.headers = request->headers,
		.header_count = request->header_count,
		.body = request->body,
		.done = answered,
		.user = exchange };
	hs_http_client_send(exchange->proxy->client, &exchange->call);
}

/* What was sent, as a server gives it back: what it claims to have created has an id and a Location. */
static void echo(struct exchange *exchange, struct fault_message *message)
{
	struct hs_arena *arena = message->arena;
	struct hs_slice type = exchange->request.path, id = HS_S("forgotten");
	struct hs_json *body = NULL;
	struct hs_error torn = { .status = HS_OK }; /* a body may be broken on purpose */
	struct hs_buf text;

	message->body = exchange->request.body;
	hs__fault_set_header(message, HS_S("Content-Type"), HS_S("application/fhir+json"));
	if (message->status != 201 || hs_json_parse(arena, message->body, NULL, &body, &torn) ||
		!hs_json_is(body, HS_JSON_OBJECT))
		return;
	hs_json_set(body, HS_S("id"), hs_json_string(arena, id));
	hs_buf_init(&text, arena, message->body.len + 64);
	hs_json_write(&text, body, 0);
	message->body = hs_buf_slice(&text);
	hs__fault_set_header(message, HS_S("Location"),
		hs_arena_printf(arena, "%.*s/%.*s/%.*s/_history/1", HS_S_ARG(exchange->proxy->here),
			HS_S_ARG(type), HS_S_ARG(id)));
}

/* In place of the server: says that all is well, with a body of the fault's or with what was sent. */
static void answer_alone(struct exchange *exchange)
{
	struct fault_message *message = &exchange->answer;
	struct fault_action body = { .verb = FAULT_BODY, .json = exchange->answered->json };

	*message = (struct fault_message) { .arena = exchange->req->arena,
		.status = (int)exchange->answered->number };
	take_headers(message, NULL, 0, HS_S_NONE, HS_S_NONE);
	if (exchange->answered->echo)
		echo(exchange, message);
	else if (body.json)
		hs__fault_apply(&body, message);
	answer(exchange);
}

static void apply_request(struct exchange *exchange, const struct hs_fault_rule *rule)
{
	for (size_t i = 0; i < rule->counts[FAULT_REQUEST]; i++) {
		const struct fault_action *action = &rule->actions[FAULT_REQUEST][i];
		if (action->verb == FAULT_TWICE)
			exchange->twice = true;
		else if (action->verb == FAULT_ANSWER)
			exchange->answered = action;
		else
			hs__fault_apply(action, &exchange->request);
	}
	touch(exchange, exchange->twice || exchange->answered || exchange->request.differs);
}

static void handle(struct hs_http_request *req, void *arg)
{
	struct hs_proxy *proxy = arg;
	const struct hs_fault *fault = proxy->fault;
	struct exchange *exchange = hs_arena_alloc(req->arena, sizeof(*exchange));
	struct fault_message *request;

	if (!exchange) {
		hs_http_reply(req, &(struct hs_http_reply) { .status = 500 });
		return;
	}
	request = &exchange->request;
	exchange->proxy = proxy;
	exchange->req = req;
	*request = (struct fault_message) { .arena = req->arena,
		.method = req->method_name,
		.path = below_base(proxy, req->path),
		.body = hs__fault_substitute(req->arena, req->body, proxy->here, proxy->there) };
	request->body = hs__fault_substitute(req->arena, request->body, proxy->here_coded,
		proxy->there_coded);
	take_headers(request, req->headers, req->header_count, proxy->here, proxy->there);
	hs__fault_read_params(req->arena, &request->params[0], req->query);
	if (hs_slice_starts(hs__fault_header(request, HS_S("Content-Type")),
		    HS_S("application/x-www-form-urlencoded")))
		hs__fault_read_params(req->arena, &request->params[1], req->body);
	exchange->key = hs_arena_printf(req->arena, "%.*s %.*s", HS_S_ARG(req->method_name),
		HS_S_ARG(req->target));
	/* All conditions are judged on what came, before the first action. */
	for (size_t i = 0; fault && i < fault->rule_count; i++)
		if (hs__fault_meets_request(&fault->rules[i], request) &&
			++proxy->seen[i] >= fault->rules[i].from)
			exchange->rules |= 1u << i;
	for (size_t i = 0; fault && i < fault->rule_count; i++)
		if (exchange->rules & 1u << i)
			apply_request(exchange, &fault->rules[i]);
	if (exchange->answered)
		answer_alone(exchange);
	else
		send_on(exchange);
}

/* ---- its life ---- */

/* "http://host:port/fhir/r4" into origin and path. */
static void split_target(struct hs_proxy *proxy)
{
	size_t scheme = hs_slice_search(proxy->target, HS_S("://"));
	size_t slash = hs_slice_find(proxy->target, '/', scheme == SIZE_MAX ? 0 : scheme + 3);

	proxy->there = hs_slice_first(proxy->target, slash);
	proxy->path = slash == SIZE_MAX ? HS_S("") : hs_slice_from(proxy->target, slash);
}

static struct hs_slice coded(struct hs_arena *arena, struct hs_slice origin)
{
	return hs__fault_substitute(arena, hs__fault_substitute(arena, origin, HS_S(":"), HS_S("%3A")),
		HS_S("/"), HS_S("%2F"));
}

enum hs_status hs_proxy_open(struct hs_loop *loop, struct hs_slice target,
	const struct hs_http_client_options *client, struct hs_proxy **out, struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_proxy *proxy = hs_arena_alloc(arena, sizeof(*proxy));
	struct hs_http_server_config config = { .address = "127.0.0.1", .request = handle, .arg = proxy };
	enum hs_status status;

	config.limits.arena_bytes = MEMORY_MAX;
	proxy->loop = loop;
	proxy->arena = arena;
	proxy->memory = hs_arena_new(MEMORY_MAX);
	proxy->target = hs_arena_copy(arena, target);
	while (hs_slice_ends(proxy->target, HS_S("/")))
		proxy->target.len--;
	split_target(proxy);
	hs_map_init(&proxy->kept, proxy->memory);
	status = hs_http_client_new(loop, client, &proxy->client, err);
	if (!status)
		status = hs_http_server_open(loop, &config, &proxy->server, err);
	if (status) {
		hs_http_client_free(proxy->client);
		hs_arena_free(proxy->memory);
		hs_arena_free(arena);
		return status;
	}
	proxy->here = hs_arena_printf(arena, "http://127.0.0.1:%u", hs_http_server_port(proxy->server));
	proxy->url = hs_arena_printf(arena, "%.*s%.*s", HS_S_ARG(proxy->here), HS_S_ARG(proxy->path));
	proxy->here_coded = coded(arena, proxy->here);
	proxy->there_coded = coded(arena, proxy->there);
	*out = proxy;
	return HS_OK;
}

struct hs_slice hs_proxy_url(const struct hs_proxy *proxy)
{
	return proxy->url;
}

void hs_proxy_break(struct hs_proxy *proxy, const struct hs_fault *fault)
{
	proxy->fault = fault;
	proxy->touched = 0;
	memset(proxy->seen, 0, sizeof(proxy->seen));
	hs_arena_reset(proxy->memory);
	hs_map_init(&proxy->kept, proxy->memory);
}

uint64_t hs_proxy_touched(const struct hs_proxy *proxy)
{
	return proxy->touched;
}

static void drained(void *arg)
{
	struct hs_proxy *proxy = arg;
	void (*done)(void *) = proxy->done;
	void *done_arg = proxy->arg;

	hs_http_server_free(proxy->server);
	hs_arena_free(proxy->memory);
	hs_arena_free(proxy->arena);
	done(done_arg);
}

void hs_proxy_close(struct hs_proxy *proxy, void (*done)(void *arg), void *arg)
{
	proxy->done = done;
	proxy->arg = arg;
	hs_http_client_free(proxy->client);
	hs_http_server_drain(proxy->server, DRAIN_MS, drained, proxy);
}
