/* SPDX-License-Identifier: Apache-2.0 */
/* The way of a question through the service:
 *
 *   read the input -> uploads new enough? --no--> read them in a transaction (worker) --+
 *                          | yes                                                        |
 *                          v                                                            v
 *                    resources sent with it, or much to look at? --yes--> compile and answer (worker) --+
 *                          | no                                                         ^             |
 *                          v                                                            | patience    |
 *                    answer on the loop from the mapped image --------------------------+ is over     v
 *                          +-------------------------------------------------------------------> reply
 *
 * Resources sent with a question whose client has a cache (kept.h) are kept there for the next. */
#include "ask.h"

#include "image/big.h"
#include "sets/expansion.h"
#include "inside.h"
#include "compile/tree.h"

#define NEAR_AFTER 1000u /* questions, after which it is looked whether imports have near tables */
#define BATCH_MAX 999u

/* The language of what is said before there is a context, which is seldom. */
static bool speaks_swedish(const struct tx_ask *ask)
{
	return hs_tx_speaks_swedish(ask->accept_language,
		hs_tx_input_text(&ask->input, HS_S("displayLanguage")));
}

static enum hs_verdict fail(struct tx_ask *ask, const struct hs_error *err)
{
	if (ask->ctx.failure)
		return hs_reply_json(ask->req, ask->ctx.failure_status, hs_tx_failure_outcome(&ask->ctx));
	return hs_fail_request(ask->req, err);
}

/* ---- what was sent ---- */

static void release_sent(void *arg)
{
	hs_tx_layer_fini(arg);
}

static bool is_named(const struct hs_json *parameter, struct hs_slice name)
{
	return hs_slice_eq(hs_json_get_text(parameter, HS_S("name")), name);
}

static const struct hs_json *resource_of(const struct hs_json *parameter)
{
	const struct hs_json *resource = hs_json_get(parameter, HS_S("resource"));

	return hs_json_is(resource, HS_JSON_OBJECT) ? resource : NULL;
}

/* What a parameter with a resource is for. A value set that is the whole body of the request comes as
 * parameter "resource". */
enum role { NONE, OWN, OTHER, BESIDE, ITEM };

static enum role role_of(const struct hs_json *parameter)
{
	static const struct {
		struct hs_slice name;
		enum role role;
	} roles[] = { { HS_S_INIT("tx-resource"), BESIDE }, { HS_S_INIT("valueSet"), OWN },
		{ HS_S_INIT("codeSystem"), BESIDE }, { HS_S_INIT("conceptMap"), BESIDE },
		{ HS_S_INIT("validation"), ITEM }, { HS_S_INIT("thisValueSet"), OWN },
		{ HS_S_INIT("otherValueSet"), OTHER }, { HS_S_INIT("resource"), OWN } };

	if (!resource_of(parameter)) /* an item counts, whatever it holds */
		return is_named(parameter, HS_S("validation")) ? ITEM : NONE;
	for (size_t i = 0; i < sizeof(roles) / sizeof(roles[0]); i++)
		if (is_named(parameter, roles[i].name))
			return roles[i].role;
	return NONE;
}

static bool has_resources(const struct tx_input *input)
{
	HS_JSON_EACH(p, hs_json_get(input->tree, HS_S("parameter")))
		if (role_of(p) != NONE)
			return true;
	for (size_t i = 0; i < input->count; i++)
		if (hs_slice_eq(input->pairs[i].name, HS_S("validation")))
			return true;
	return false;
}

/* What stands where a value set belongs must be one: its row is that of a value set. The body of a request
 * ("resource") that is something else stands beside the question. */
static enum hs_status compile_own(struct tx_ask *ask, struct tx_compile *compile,
	const struct hs_json *parameter, uint32_t *set, struct hs_error *err)
{
	const struct hs_json *resource = resource_of(parameter);
	struct hs_slice name = hs_json_get_text(parameter, HS_S("name")),
			type = hs_json_get_text(resource, HS_S("resourceType"));

	if (!hs_slice_eq(type, HS_S("ValueSet"))) {
		if (!hs_slice_eq(name, HS_S("resource")))
			return hs_tx_say(err, HS_E_VALUE, speaks_swedish(ask), TX_MSG_OWN_NOT_A_SET, name,
				TX_ARGS(name, type.len ? type : HS_S("(resourceType?)")));
		set = NULL;
	}
	return hs_tx_compile_add(compile, resource, HS_ON_R4 | HS_ON_R5, set, err);
}

/* Resources beside the question, and its own value set. */
static enum hs_status compile_input(struct tx_ask *ask, struct tx_compile *compile,
	const struct hs_json *input, uint32_t *set, uint32_t *other, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	*set = *other = TX_NONE;
	HS_JSON_EACH(p, hs_json_get(input, HS_S("parameter"))) {
		enum role role = role_of(p);
		if (role == BESIDE)
			status = hs_tx_compile_add(compile, resource_of(p), HS_ON_R4 | HS_ON_R5, NULL, err);
		else if (role == OWN || role == OTHER)
			status = compile_own(ask, compile, p, role == OWN ? set : other, err);
		if (status)
			break;
	}
	return status;
}

static enum hs_status compile_all(struct tx_ask *ask, struct tx_compile *compile, struct hs_error *err)
{
	const struct hs_json *input = hs_tx_input_tree(&ask->input);
	uint32_t unused;
	size_t n = 0;
	char digits[24];
	enum hs_status status = compile_input(ask, compile, input, &ask->sent_set, &ask->sent_other, err);

	HS_JSON_EACH(p, hs_json_get(input, HS_S("parameter"))) {
		if (status || !is_named(p, HS_S("validation")))
			continue;
		if (n == BATCH_MAX)
			return hs_tx_say(err, HS_E_LIMIT, speaks_swedish(ask), TX_MSG_OWN_BATCH_MAX,
				HS_S("validation"), TX_ARGS(hs_tx_digits(BATCH_MAX, digits)));
		if (!n)
			ask->sent_items = hs_arena_array(hs_request_arena(ask->req), BATCH_MAX,
				sizeof(uint32_t));
		if (!ask->sent_items)
			return hs_tx_no_room(speaks_swedish(ask), err);
		status = compile_input(ask, compile, resource_of(p), &ask->sent_items[n++], &unused, err);
	}
	return status;
}

/* A code system that comes as the one that is meant need have no URL. For the length of the question it has.
 */
static void give_url(struct tx_ask *ask)
{
	struct hs_json *system = hs_json_get(hs_parameter(hs_tx_input_tree(&ask->input), HS_S("codeSystem")),
		HS_S("resource"));

	if (hs_json_is(system, HS_JSON_OBJECT) && !hs_json_get_text(system, HS_S("url")).len)
		hs_json_add_text(hs_request_arena(ask->req), system, HS_S("url"),
			HS_S("urn:uuid:00000000-0000-4000-8000-000000000001"));
}

static enum hs_status compile_sent(struct tx_ask *ask, struct hs_error *err)
{
	struct hs_image *image = NULL;

	if (!ask->brings)
		return HS_OK;
	give_url(ask);
	struct tx_compile *compile = hs_tx_compile_new(0);
	hs_tx_compile_speak(compile, speaks_swedish(ask));
	enum hs_status status = compile_all(ask, compile, err);
	if (status == HS_OK)
		status = hs_tx_compile_finish(compile, &image, err);
	hs_tx_compile_free(compile);
	if (status)
		return status;
	hs_tx_layer_init(&ask->sent, image);
	if (!hs_arena_defer(hs_request_arena(ask->req), release_sent, &ask->sent))
		return hs_tx_no_room(speaks_swedish(ask), err);
	return HS_OK;
}

/* ---- the question itself ---- */

enum hs_status hs_tx_ask_begin(struct tx_ask *ask, const struct tx_input *input, uint32_t sent_set,
	struct hs_error *err)
{
	struct tx_context *ctx = &ask->ctx;
	const struct tx_patience left = ctx->patience; /* a batch begins anew with each question */

	memset(ctx, 0, offsetof(struct tx_context, grammars));
	ctx->patience = left;
	ctx->arena = hs_request_arena(ask->req);
	ctx->fhir = hs_request_fhir(ask->req);
	ctx->now_ms = ask->now_ms;
	hs_tx_see(ctx, ask->service, ask->imports, ask->uploads, ask->kept, &ask->sent);
	if (ask->most_codes && ask->most_codes < ctx->limit)
		ctx->limit = (uint32_t)ask->most_codes;
	if (sent_set != TX_NONE)
		ctx->set = (struct tx_set) { &ask->sent, &ask->sent.sets[sent_set] };
	enum hs_status status = hs_tx_params_read(ctx, input, ask->accept_language, err);
	hs_tx_big_expect(&ctx->scope, ctx->params.code);
	hs_tx_big_expect(&ctx->scope, ctx->params.a.code);
	hs_tx_big_expect(&ctx->scope, ctx->params.b.code);
	return status;
}

static enum hs_status missing_instance(struct tx_ask *ask, struct hs_error *err)
{
	return hs_tx_fault(&ask->ctx, HS_E_NOT_FOUND, TX_MSG_OWN_NO_INSTANCE, HS_S_NONE,
		(struct tx_args) { { hs_slice_cstr(ask->type), ask->id } }, err);
}

/* The last row with the id: among a package's resources ids need not be unique. */
#define FIND_BY_ID(rows) \
	for (size_t i = layer->rows##_count; i-- > 0;) \
		if (hs_tx_is_seen(layer, &layer->rows[i].head, scope->face) && \
			hs_slice_eq(tx_text(layer, layer->rows[i].head.id), ask->id)) { \
			found = i; \
			break; \
		}

static enum hs_status ask_instance(struct tx_ask *ask, struct hs_error *err)
{
	const struct tx_scope *scope = &ask->ctx.scope;
	struct tx_params *params = &ask->ctx.params;

	for (size_t l = scope->brought; ask->type && l < scope->count; l++) {
		const struct tx_layer *layer = scope->layers[l];
		size_t found = SIZE_MAX;
		if (strcmp(ask->type, "ValueSet") == 0) {
			FIND_BY_ID(sets)
			if (found == SIZE_MAX)
				continue;
			ask->ctx.set = (struct tx_set) { layer, &layer->sets[found] };
		} else if (strcmp(ask->type, "CodeSystem") == 0) {
			FIND_BY_ID(systems)
			if (found == SIZE_MAX)
				continue;
			params->url = params->system = tx_text(layer, layer->systems[found].head.url);
			params->version = tx_text(layer, layer->systems[found].head.version);
		} else {
			FIND_BY_ID(maps)
			if (found == SIZE_MAX)
				continue;
			params->url = tx_text(layer, layer->maps[found].head.url);
		}
		return HS_OK;
	}
	return ask->type ? missing_instance(ask, err) : HS_OK;
}

static enum hs_status begin(struct tx_ask *ask, struct hs_error *err)
{
	enum hs_status status = hs_tx_ask_begin(ask, &ask->input, TX_NONE, err);

	ask->ctx.as_text = true;
	return status ? status : ask_instance(ask, err);
}

static enum hs_verdict reply(struct tx_ask *ask, enum hs_status status, const struct hs_error *err)
{
	if (status)
		return fail(ask, err);
	if (ask->ctx.written.len)
		return hs_reply_text(ask->req, 200, ask->ctx.written, NULL, NULL);
	return ask->stream.more ? hs_stream_reply(ask->req, 200, &ask->stream) :
				  hs_reply_json(ask->req, 200, ask->out);
}

/* HS_E_BUDGET when it took more patience than there was, whatever the answer: what was cut short says no. */
static enum hs_status answer_within(struct tx_ask *ask, size_t most, struct hs_error *err)
{
	ask->ctx.patience = (struct tx_patience) { .most = most };
	enum hs_status status = ask->answer(ask, &ask->out, err);
	return tx_is_spent(&ask->ctx.patience) ? tx_say_spent(err) : status;
}

static enum hs_status on_worker(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct tx_ask *ask = arg;
	enum hs_status status = HS_OK;

	(void)txn;
	(void)arena;
	if (ask->brings)
		status = compile_sent(ask, err);
	if (status == HS_OK && ask->brings && ask->cache.len)
		status = hs_tx_kept_add(ask->sandbox, ask->cache, hs_tx_input_tree(&ask->input), &ask->sent,
			(struct tx_kept_way) { .swedish = speaks_swedish(ask) }, err);
	if (status == HS_OK && (ask->brings || ask->again))
		status = begin(ask, err);
	if (status == HS_OK)
		status = answer_within(ask, TX_PATIENCE_WORKER, err);
	return status == HS_E_BUDGET ? hs_tx_fault(&ask->ctx, HS_E_TOO_COSTLY, TX_MSG_OWN_TOO_LONG, HS_S_NONE,
					       (struct tx_args) { { HS_S_NONE } }, err) :
				       status;
}

static enum hs_verdict after_worker(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	(void)req;
	return reply(arg, status, err);
}

/* Whether the answer takes less time than waking a worker; a refusal does. */
static bool is_quick(struct tx_ask *ask, enum hs_status *status, struct hs_error *err)
{
	if (ask->pace != TX_BY_SIZE)
		return ask->pace == TX_AT_ONCE;
	*status = hs_tx_choose_set(&ask->ctx, err);
	return *status || hs_tx_expansion_is_quick(&ask->ctx);
}

/* The cache that the client names: in the header one that it was given, which must be there; as parameter one
 * of its own choice, which comes to be with the first question. */
static enum hs_status find_cache(struct tx_ask *ask, struct hs_error *err)
{
	struct hs_slice given = hs_request_header(ask->req, HS_S("X-Cache-Id"));
	char digits[24];

	ask->cache = given.len ? given : hs_tx_input_text(&ask->input, HS_S("cache-id"));
	if (!ask->cache.len)
		return HS_OK;
	if (!given.len && !hs_tx_kept_make(ask->sandbox, ask->cache, false, ask->now_ms))
		return hs_tx_say(err, HS_E_VALUE, speaks_swedish(ask), TX_MSG_OWN_CACHE_NAME,
			HS_S("cache-id"), TX_ARGS(ask->cache));
	ask->kept = hs_tx_kept_get(ask->sandbox, ask->cache, ask->now_ms);
	if (!ask->kept)
		return hs_tx_say(err, HS_E_NOT_FOUND, speaks_swedish(ask), TX_MSG_OWN_CACHE_GONE,
			given.len ? HS_S("X-Cache-Id") : HS_S("cache-id"),
			TX_ARGS(ask->cache, hs_tx_digits(TX_KEPT_IDLE_SECONDS / 60, digits)));
	if (!hs_arena_defer(hs_request_arena(ask->req), hs_tx_kept_unref, ask->kept))
		return hs_tx_no_room(speaks_swedish(ask), err);
	return HS_OK;
}

static enum hs_verdict carry_on(struct tx_ask *ask)
{
	struct hs_error err = { .status = HS_OK };

	ask->now_ms = hs_request_now(ask->req);
	ask->imports = hs_tx_imports_get(ask->service, ask->now_ms);
	if (!hs_arena_defer(hs_request_arena(ask->req), hs_tx_uploads_unref, ask->uploads) ||
		!hs_arena_defer(hs_request_arena(ask->req), hs_tx_imports_unref, ask->imports)) {
		hs_tx_no_room(speaks_swedish(ask), &err);
		return hs_fail_request(ask->req, &err);
	}
	if (find_cache(ask, &err))
		return hs_fail_request(ask->req, &err);
	if (ask->brings)
		return hs_compute(ask->req, on_worker, ask, after_worker);
	enum hs_status status = begin(ask, &err);
	if (status == HS_OK && !is_quick(ask, &status, &err))
		return hs_compute(ask->req, on_worker, ask, after_worker);
	if (status == HS_OK)
		status = answer_within(ask, TX_PATIENCE, &err);
	ask->again = status == HS_E_BUDGET;
	if (ask->again)
		return hs_compute(ask->req, on_worker, ask, after_worker);
	return reply(ask, status, &err);
}

static enum hs_status read_uploads(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct tx_ask *ask = arg;

	(void)arena;
	hs_tx_uploads_unref(ask->uploads); /* of a run before this one */
	ask->uploads = NULL;
	return hs_tx_uploads_read(ask->sandbox, txn, &ask->uploads, err);
}

static enum hs_verdict after_uploads(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct tx_ask *ask = arg;

	return status ? hs_fail_request(req, err) : carry_on(ask);
}

static enum hs_status read_input(struct hs_request *req, struct tx_input *input, struct hs_error *err)
{
	struct hs_json *tree = NULL;
	enum hs_status status = HS_OK;

	if (hs_request_body(req).len) {
		status = hs_request_parameters(req, &tree, err);
		input->tree = tree;
	} else {
		input->arena = hs_request_arena(req);
		input->pairs = hs_request_query(req, &input->count);
	}
	return status;
}

static enum hs_verdict see_uploads(struct tx_ask *ask)
{
	ask->uploads = hs_tx_uploads_get(ask->sandbox);
	return ask->uploads ? carry_on(ask) : hs_read_slow(ask->req, read_uploads, ask, after_uploads);
}

static enum hs_status bring_near(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct tx_ask *ask = arg;

	(void)txn;
	(void)arena;
	(void)err;
	hs_tx_imports_bring_near(ask->service);
	return HS_OK;
}

/* Where no worker was free for it, the question is answered all the same. */
static enum hs_verdict after_near(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	(void)req;
	(void)status;
	(void)err;
	return see_uploads(arg);
}

enum hs_verdict hs_tx_ask(struct hs_request *req, void *state, const char *type, tx_answer_fn *answer_fn,
	enum tx_pace pace)
{
	struct tx_ask *ask = hs_arena_raw(hs_request_arena(req), sizeof(*ask));
	struct hs_error err;

	if (!ask) {
		hs_tx_no_room(false, &err);
		return hs_fail_request(req, &err);
	}
	memset(ask, 0, offsetof(struct tx_ask, sent));
	ask->sent_set = TX_NONE;
	ask->sent.image = NULL;
	ask->ctx.failure = NULL;
	ask->ctx.patience = (struct tx_patience) { 0 };
	ask->req = req;
	ask->service = state;
	ask->sandbox = hs_request_sandbox_state(req);
	ask->answer = answer_fn;
	ask->pace = pace;
	ask->type = type;
	ask->id = hs_request_part(req, "id");
	ask->accept_language = hs_request_header(req, HS_S("Accept-Language"));
	if (pace == TX_BY_SIZE) /* what is no number is as if it was not said */
		(void)hs_slice_u64(hs_request_header(req, HS_S("X-Too-Costly-Threshold")), &ask->most_codes);
	uint64_t before = __atomic_fetch_add(&ask->service->questions, 1, __ATOMIC_RELAXED);
	if (read_input(req, &ask->input, &err))
		return hs_fail_request(req, &err);
	ask->brings = has_resources(&ask->input);
	/* Who asks a few questions is not to wait for what only many of them make good. */
	if ((before + 1) % NEAR_AFTER == 0 && !hs_tx_imports_are_near(ask->service))
		return hs_compute(req, bring_near, ask, after_near);
	return see_uploads(ask);
}
