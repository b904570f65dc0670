/* SPDX-License-Identifier: Apache-2.0 */
/* The service's answers in process (include/handslag/terminology.h): the same operations over the same layers
 * as a request's, without the request. */
#include "inside.h"

#include "builtin/grammar.h"
#include "compile/memory.h"
#include "image/big.h"
#include "operations/operations.h"

#include <handslag/terminology.h>

struct hs_terminology_view {
	struct tx_service *service;
	struct tx_imports *imports;
	struct tx_uploads *uploads; /* NULL: of no sandbox */
	struct tx_layer sent;
	enum hs_fhir_version fhir;
};

void hs_tx_see(struct tx_context *ctx, const struct tx_service *service, const struct tx_imports *imports,
	const struct tx_uploads *uploads, const struct tx_kept *kept, const struct tx_layer *sent)
{
	bool r5 = ctx->fhir == HS_FHIR_R5;

	ctx->limit = (uint32_t)service->expansion_limit;
	ctx->scope.count = 0;
	ctx->scope.face = r5 ? HS_ON_R5 : HS_ON_R4;
	if (sent->image)
		ctx->scope.layers[ctx->scope.count++] = sent;
	for (size_t i = kept ? kept->count : 0; i-- > 0;)
		ctx->scope.layers[ctx->scope.count++] = &kept->parts[i]->layer;
	ctx->scope.brought = ctx->scope.count;
	if (uploads && uploads->fresh[r5].image)
		ctx->scope.layers[ctx->scope.count++] = &uploads->fresh[r5];
	if (uploads && uploads->layers[r5].image)
		ctx->scope.layers[ctx->scope.count++] = &uploads->layers[r5];
	for (size_t i = 0; imports && i < imports->count; i++)
		ctx->scope.layers[ctx->scope.count++] = hs_tx_big_question(hs_tx_import(imports, i),
			ctx->arena);
	if (service->base.image)
		ctx->scope.layers[ctx->scope.count++] = &service->base;
	hs_tx_grammars_begin(ctx, &service->builtin);
}

/* ---- views ---- */

static void close_view(struct hs_terminology_view *view)
{
	if (!view)
		return;
	hs_tx_imports_unref(view->imports);
	hs_tx_uploads_unref(view->uploads);
	hs_tx_layer_fini(&view->sent);
	hs_tx_memory_free(view);
}

static enum hs_status compile_resources(const struct hs_terminology_sight *sight, struct tx_layer *out,
	struct hs_error *err)
{
	struct tx_compile *compile = hs_tx_compile_new(0);
	struct hs_image *image = NULL;
	struct hs_error ignored;

	/* One that cannot be used does not keep others from being used. */
	for (size_t i = 0; i < sight->resource_count; i++)
		(void)hs_tx_compile_add(compile, sight->resources[i], HS_ON_R4 | HS_ON_R5, NULL, &ignored);
	enum hs_status status = hs_tx_compile_finish(compile, &image, err);
	if (status == HS_OK)
		hs_tx_layer_init(out, image);
	hs_tx_compile_free(compile);
	return status;
}

static enum hs_status open_view(void *state, const struct hs_terminology_sight *sight,
	struct hs_terminology_view **out, struct hs_error *err)
{
	struct hs_terminology_view *view = hs_tx_memory(sizeof(*view));
	enum hs_status status = HS_OK;

	view->service = state;
	view->fhir = sight->fhir;
	view->imports = hs_tx_imports_get(state, -1);
	if (sight->sandbox_state && sight->txn)
		status = hs_tx_uploads_read(sight->sandbox_state, sight->txn, &view->uploads, err);
	if (status == HS_OK && sight->resource_count)
		status = compile_resources(sight, &view->sent, err);
	if (status)
		close_view(view);
	else
		*out = view;
	return status;
}

/* The images are shared between readings of the folder, so the same ones are the same pointers. */
static bool is_stale(const struct hs_terminology_view *view, int64_t now_ms)
{
	struct tx_imports *now = hs_tx_imports_get(view->service, now_ms);
	const struct tx_imports *then = view->imports;
	bool same = now == then || (now && then && now->count == then->count);

	for (size_t i = 0; same && now != then && i < now->count; i++)
		same = now->items[i] == then->items[i];
	hs_tx_imports_unref(now);
	return !same;
}

/* ---- questions ---- */

static enum hs_status translate(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	return hs_tx_translate(ctx, NULL, out, err);
}

static enum hs_status compare(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	return hs_tx_compare(ctx, (struct tx_set) { NULL, NULL }, (struct tx_set) { NULL, NULL }, out, err);
}

static const struct {
	const char *name;
	enum hs_status (*answer)(struct tx_context *ctx, struct hs_json **out, struct hs_error *err);
} operations[] = {
	{ "ValueSet/$validate-code", hs_tx_validate_in_set },
	{ "CodeSystem/$validate-code", hs_tx_validate_in_system },
	{ "CodeSystem/$subsumes", hs_tx_subsumes },
	{ "CodeSystem/$lookup", hs_tx_lookup },
	{ "ValueSet/$expand", hs_tx_expand },
	{ "ValueSet/$compare", compare },
	{ "ConceptMap/$translate", translate },
};
#define OPERATIONS (sizeof(operations) / sizeof(operations[0]))

static void release_layer(void *arg)
{
	hs_tx_layer_fini(arg);
}

/* A value set sent with the question is the nearest layer. It lives in the arena. */
static enum hs_status use_value_set(struct tx_context *ctx, const struct hs_json *set, struct hs_error *err)
{
	struct tx_layer *layer = hs_arena_alloc(ctx->arena, sizeof(*layer));
	struct tx_compile *compile = hs_tx_compile_new(0);
	struct hs_image *image = NULL;
	uint32_t row = TX_NONE;
	enum hs_status status = hs_tx_compile_add(compile, set, HS_ON_R4 | HS_ON_R5, &row, err);

	if (status == HS_OK)
		status = hs_tx_compile_finish(compile, &image, err);
	hs_tx_compile_free(compile);
	if (status)
		return status;
	struct tx_layer made;
	hs_tx_layer_init(&made, image);
	if (!layer || row == TX_NONE || !hs_arena_defer(ctx->arena, release_layer, layer)) {
		hs_tx_layer_fini(&made);
		return hs_tx_no_room(ctx->swedish, err);
	}
	*layer = made;
	memmove(&ctx->scope.layers[1], &ctx->scope.layers[0],
		ctx->scope.count * sizeof(ctx->scope.layers[0]));
	ctx->scope.layers[0] = layer;
	ctx->scope.count++;
	ctx->set = (struct tx_set) { layer, &layer->sets[row] };
	return HS_OK;
}

static enum hs_status ask(struct hs_terminology_view *view, struct hs_arena *arena, const char *operation,
	const struct hs_json *parameters, struct hs_json **out, struct hs_error *err)
{
	struct tx_context *ctx = hs_arena_alloc(arena, sizeof(*ctx));
	const struct hs_json *set = hs_json_get(hs_parameter(parameters, HS_S("valueSet")), HS_S("resource"));
	const struct tx_input input = { .tree = parameters };
	size_t i = 0;

	if (!ctx)
		return hs_tx_no_room(false, err);
	while (i < OPERATIONS && strcmp(operations[i].name, operation) != 0)
		i++;
	if (i == OPERATIONS)
		return hs_tx_say(err, HS_E_NOT_SUPPORTED, false, TX_MSG_OWN_NO_OPERATION, HS_S_NONE,
			TX_ARGS(hs_slice_cstr(operation)));
	__atomic_fetch_add(&view->service->questions, 1, __ATOMIC_RELAXED);
	ctx->arena = arena;
	ctx->fhir = view->fhir;
	hs_tx_see(ctx, view->service, view->imports, view->uploads, NULL, &view->sent);
	enum hs_status status = set ? use_value_set(ctx, set, err) : HS_OK;
	if (status == HS_OK)
		status = hs_tx_params_read(ctx, &input, HS_S_NONE, err);
	return status ? status : operations[i].answer(ctx, out, err);
}

const struct hs_terminology hs_tx_terminology = {
	.open = open_view, .close = close_view, .ask = ask, .is_stale = is_stale
};
