/* SPDX-License-Identifier: Apache-2.0 */
/* The terminology registry: code systems, value sets, concept maps and names of identifier systems, from
 * packages and from uploads, and the operations that ask them. README.md tells how a question travels. */
#include "operations/batch.h"
#include "operations/check.h"
#include "import/importers.h"
#include "inside.h"

static const struct hs_setting settings[] = {
	{ "expansion-limit", HS_SETTING_INT, offsetof(struct tx_service, expansion_limit), "100000",
		"most codes of an expansion without paging; beyond it the answer is too-costly" },
	{ "code-lists", HS_SETTING_TEXT, offsetof(struct tx_service, lists), "/usr/share/iso-codes/json",
		"folder with the lists of languages, scripts, countries and currencies (Debian's "
		"iso-codes)" },
	{ .name = NULL },
};

static const struct hs_metric metrics[] = {
	{ "handslag_terminology_questions_total", HS_METRIC_COUNTER,
		"Terminology operations that were asked for.", offsetof(struct tx_service, questions) },
	{ "handslag_terminology_imports_refused_total", HS_METRIC_COUNTER,
		"Images in the folder of imports that could not be used, each time the folder was read.",
		offsetof(struct tx_service, imports_refused) },
	{ .name = NULL },
};

static const struct hs_feature features[] = {
	{ HS_PROVIDES, HS_TERMINOLOGY_FEATURE, &hs_tx_terminology },
	{ .name = NULL },
};

/* ---- answers ---- */

static enum hs_status lookup(struct tx_ask *ask, struct hs_json **out, struct hs_error *err)
{
	return hs_tx_lookup(&ask->ctx, out, err);
}

static enum hs_status subsumes(struct tx_ask *ask, struct hs_json **out, struct hs_error *err)
{
	return hs_tx_subsumes(&ask->ctx, out, err);
}

static enum hs_status validate_in_system(struct tx_ask *ask, struct hs_json **out, struct hs_error *err)
{
	return hs_tx_validate_in_system(&ask->ctx, out, err);
}

/* A value set sent with the question stands in the layer that was compiled from it. */
static void use_sent_set(struct tx_ask *ask)
{
	uint32_t sent = ask->sent_set;

	if (ask->sent.image && sent != TX_NONE && !ask->type)
		ask->ctx.set = (struct tx_set) { &ask->sent, &ask->sent.sets[sent] };
}

static enum hs_status validate_in_set(struct tx_ask *ask, struct hs_json **out, struct hs_error *err)
{
	use_sent_set(ask);
	return hs_tx_validate_in_set(&ask->ctx, out, err);
}

/* Pieces of a stream are JSON. */
static bool wants_xml(struct hs_request *req)
{
	struct hs_slice accept = hs_request_header(req, HS_S("Accept")),
			format = hs_request_query_value(req, HS_S("_format"));

	return hs_slice_search(accept, HS_S("xml")) != SIZE_MAX ||
		hs_slice_search(format, HS_S("xml")) != SIZE_MAX;
}

static enum hs_status expand(struct tx_ask *ask, struct hs_json **out, struct hs_error *err)
{
	use_sent_set(ask);
	if (wants_xml(ask->req))
		return hs_tx_expand(&ask->ctx, out, err);
	return hs_tx_expand_large(&ask->ctx, out, &ask->stream, err);
}

static enum hs_status compare(struct tx_ask *ask, struct hs_json **out, struct hs_error *err)
{
	struct tx_set self = ask->type ? ask->ctx.set : (struct tx_set) { NULL, NULL };
	struct tx_set other = { NULL, NULL };

	if (ask->sent.image && ask->sent_set != TX_NONE)
		self = (struct tx_set) { &ask->sent, &ask->sent.sets[ask->sent_set] };
	if (ask->sent.image && ask->sent_other != TX_NONE)
		other = (struct tx_set) { &ask->sent, &ask->sent.sets[ask->sent_other] };
	return hs_tx_compare(&ask->ctx, self, other, out, err);
}

static enum hs_status closure(struct tx_ask *ask, struct hs_json **out, struct hs_error *err)
{
	return hs_tx_closure(&ask->ctx, ask->sandbox, out, err);
}

static enum hs_status translate(struct tx_ask *ask, struct hs_json **out, struct hs_error *err)
{
	return hs_tx_translate(&ask->ctx, NULL, out, err);
}

static enum hs_status capabilities(struct tx_ask *ask, struct hs_json **out, struct hs_error *err)
{
	(void)err;
	*out = hs_tx_capabilities(ask->ctx.arena, &ask->ctx.scope, ask->ctx.fhir);
	return HS_OK;
}

/* ---- handlers ---- */

#define HANDLER(name, type, answer, pace) \
	static enum hs_verdict name(struct hs_request *req, void *state) \
	{ \
		return hs_tx_ask(req, state, (type), (answer), (pace)); \
	}
HANDLER(serve_lookup, NULL, lookup, TX_AT_ONCE)
HANDLER(serve_lookup_instance, "CodeSystem", lookup, TX_AT_ONCE)
HANDLER(serve_subsumes, NULL, subsumes, TX_AT_ONCE)
HANDLER(serve_subsumes_instance, "CodeSystem", subsumes, TX_AT_ONCE)
HANDLER(serve_validate_system, NULL, validate_in_system, TX_AT_ONCE)
HANDLER(serve_validate_system_instance, "CodeSystem", validate_in_system, TX_AT_ONCE)
HANDLER(serve_validate_set, NULL, validate_in_set, TX_AT_ONCE)
HANDLER(serve_validate_set_instance, "ValueSet", validate_in_set, TX_AT_ONCE)
HANDLER(serve_batch_system, NULL, hs_tx_batch_in_system, TX_ON_WORKER)
HANDLER(serve_batch_set, NULL, hs_tx_batch_in_set, TX_ON_WORKER)
HANDLER(serve_expand, NULL, expand, TX_BY_SIZE)
HANDLER(serve_expand_instance, "ValueSet", expand, TX_BY_SIZE)
HANDLER(serve_compare, NULL, compare, TX_ON_WORKER)
HANDLER(serve_compare_instance, "ValueSet", compare, TX_ON_WORKER)
HANDLER(serve_closure, NULL, closure, TX_ON_WORKER)
HANDLER(serve_translate, NULL, translate, TX_AT_ONCE)
HANDLER(serve_translate_instance, "ConceptMap", translate, TX_AT_ONCE)
HANDLER(serve_capabilities, NULL, capabilities, TX_ON_WORKER)

/* ---- tables ---- */

/* Of HL7's tools, which have taken it over from the terminology ecosystem. */
#define COMPARE_DEFINITION "http://hl7.org/fhir/tools/OperationDefinition/ValueSet-compare"

#define TYPE(type, text) \
	{ \
		.name = (type), .versions = HS_ON_R4 | HS_ON_R5, .interactions = HS_CAN_ALL, \
		.check = hs_tx_check, .written = hs_tx_written, .documentation = (text), \
		.packaged = HS_PACKAGED_ANY \
	}
static const struct hs_type_row types[] = {
	TYPE("CodeSystem", "Usable in operations as soon as it is stored."),
	TYPE("ValueSet", "Usable in operations as soon as it is stored."),
	TYPE("ConceptMap", "Usable in $translate as soon as it is stored."),
	TYPE("NamingSystem", "Its other names for a code system are understood by $lookup and $subsumes."),
	{ .name = NULL },
};

#define BOTH (HS_ON_R4 | HS_ON_R5)
#define DEFINITION "http://hl7.org/fhir/OperationDefinition/"
#define OPERATION(where, handler_fn, name, page) \
	{ \
		.method = "GET POST", .path = (where), .versions = BOTH, .handler = (handler_fn), \
		.operation = (name), .definition = DEFINITION page \
	}
static const struct hs_route routes[] = {
	OPERATION("CodeSystem/$lookup", serve_lookup, "lookup", "CodeSystem-lookup"),
	OPERATION("CodeSystem/{id}/$lookup", serve_lookup_instance, "lookup", "CodeSystem-lookup"),
	OPERATION("CodeSystem/$subsumes", serve_subsumes, "subsumes", "CodeSystem-subsumes"),
	OPERATION("CodeSystem/{id}/$subsumes", serve_subsumes_instance, "subsumes", "CodeSystem-subsumes"),
	OPERATION("CodeSystem/$validate-code", serve_validate_system, "validate-code",
		"CodeSystem-validate-code"),
	OPERATION("CodeSystem/{id}/$validate-code", serve_validate_system_instance, "validate-code",
		"CodeSystem-validate-code"),
	OPERATION("ValueSet/$validate-code", serve_validate_set, "validate-code", "ValueSet-validate-code"),
	OPERATION("ValueSet/{id}/$validate-code", serve_validate_set_instance, "validate-code",
		"ValueSet-validate-code"),
	OPERATION("CodeSystem/$batch-validate-code", serve_batch_system, "batch-validate-code",
		"CodeSystem-batch-validate-code"),
	OPERATION("ValueSet/$batch-validate-code", serve_batch_set, "batch-validate-code",
		"ValueSet-batch-validate-code"),
	OPERATION("ValueSet/$expand", serve_expand, "expand", "ValueSet-expand"),
	OPERATION("ValueSet/{id}/$expand", serve_expand_instance, "expand", "ValueSet-expand"),
	{ .method = "GET POST",
		.path = "ValueSet/$compare",
		.versions = BOTH,
		.handler = serve_compare,
		.operation = "compare",
		.definition = COMPARE_DEFINITION },
	{ .method = "GET POST",
		.path = "ValueSet/{id}/$compare",
		.versions = BOTH,
		.handler = serve_compare_instance,
		.operation = "compare",
		.definition = COMPARE_DEFINITION },
	{ .method = "GET POST", /* as it was called before */
		.path = "ValueSet/$related",
		.versions = BOTH,
		.handler = serve_compare,
		.operation = "related",
		.definition = "http://hl7.org/fhir/uv/tx-ecosystem/OperationDefinition/ValueSet-related" },
	OPERATION("ConceptMap/$translate", serve_translate, "translate", "ConceptMap-translate"),
	OPERATION("ConceptMap/{id}/$translate", serve_translate_instance, "translate",
		"ConceptMap-translate"),
	{ .method = "GET",
		.path = "metadata?mode=terminology",
		.versions = BOTH,
		.handler = serve_capabilities },
	{ .method = "POST",
		.path = "$closure",
		.versions = BOTH,
		.handler = serve_closure,
		.operation = "closure",
		.definition = DEFINITION "ConceptMap-closure" },
	{ .method = "GET POST",
		.path = "$cache-control",
		.versions = BOTH,
		.handler = hs_tx_serve_cache_control,
		.operation = "cache-control",
		.definition = "http://hl7.org/fhir/tools/OperationDefinition/cache-control" },
	{ .method = "GET",
		.path = "$versions",
		.versions = BOTH,
		.handler = hs_tx_serve_versions,
		.operation = "versions",
		.definition = DEFINITION "CapabilityStatement-versions" },
	{ .method = NULL },
};

/* ---- life ---- */

static enum hs_status open_service(void *state, struct hs_host *host, struct hs_error *err)
{
	struct tx_service *service = state;

	pthread_mutex_init(&service->lock, NULL);
	if (hs_tx_builtin_open(service, host, err))
		return err->status;
	if (service->expansion_limit < 1 || service->expansion_limit > 10000000)
		return hs_fail(err, HS_E_VALUE,
			"services.terminology.expansion-limit must be between 1 and 10000000");
	enum hs_status status = hs_tx_packages_open(service, host, err);
	return status ? status : hs_tx_imports_open(service, host, err);
}

static void close_service(void *state)
{
	struct tx_service *service = state;

	hs_tx_layer_fini(&service->builtin);
	hs_tx_layer_fini(&service->base);
	hs_tx_imports_close(service);
	pthread_mutex_destroy(&service->lock);
}

extern const struct hs_service hs_service_terminology;
const struct hs_service hs_service_terminology = {
	.abi = HS_SERVICE_ABI,
	.name = "terminology",
	.summary = "Terminology registry: code systems, value sets, concept maps and the operations that ask "
		   "them.",
	.state_size = sizeof(struct tx_service),
	.sandbox_size = sizeof(struct tx_sandbox),
	.features = features,
	.settings = settings,
	.types = types,
	.routes = routes,
	.metrics = metrics,
	.open = open_service,
	.sandbox_open = hs_tx_sandbox_open,
	.sandbox_close = hs_tx_sandbox_close,
	.close = close_service,
	.capability = hs_tx_capability,
	.importers = hs_tx_importers,
};
