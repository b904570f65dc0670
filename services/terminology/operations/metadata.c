/* SPDX-License-Identifier: Apache-2.0 */
/* What the service says of itself: CapabilityStatement, TerminologyCapabilities, $versions. */
#include "../compile/scope.h"
#include "../state.h"

#define FEATURE "http://hl7.org/fhir/uv/application-feature/StructureDefinition/feature"

static struct hs_json *add(struct hs_arena *arena, struct hs_json *object, const char *key, const char *text)
{
	return hs_json_add_text(arena, object, hs_slice_cstr(key), hs_slice_cstr(text));
}

/* ---- in the CapabilityStatement ---- */

static void add_feature(struct hs_arena *arena, struct hs_json *list, const char *definition,
	struct hs_slice key, struct hs_json *value)
{
	struct hs_json *feature = hs_json_push(list, hs_json_object(arena));
	struct hs_json *parts = hs_json_add_array(arena, feature, HS_S("extension"));
	struct hs_json *name = hs_json_push(parts, hs_json_object(arena));
	struct hs_json *what = hs_json_push(parts, hs_json_object(arena));

	add(arena, feature, "url", FEATURE);
	add(arena, name, "url", "definition");
	add(arena, name, "valueCanonical", definition);
	add(arena, what, "url", "value");
	hs_json_add(what, key, value);
}

static void describe_statement(struct hs_arena *arena, struct hs_json *statement)
{
	struct hs_json *extensions = hs_json_get(statement, HS_S("extension"));
	struct hs_json *instantiates = hs_json_get(statement, HS_S("instantiates"));

	if (!extensions)
		extensions = hs_json_add_array(arena, statement, HS_S("extension"));
	if (!instantiates)
		instantiates = hs_json_add_array(arena, statement, HS_S("instantiates"));
	add_feature(arena, extensions, "http://hl7.org/fhir/uv/tx-tests/FeatureDefinition/test-version",
		HS_S("valueCode"), hs_json_string(arena, HS_S("1.9.0")));
	add_feature(arena, extensions,
		"http://hl7.org/fhir/uv/tx-ecosystem/FeatureDefinition/CodeSystemAsParameter",
		HS_S("valueBoolean"), hs_json_bool(arena, true));
	hs_json_push(instantiates,
		hs_json_string(arena, HS_S("http://hl7.org/fhir/CapabilityStatement/terminology-server")));
}

void hs_tx_capability(const void *state, enum hs_fhir_version fhir, const char *type, struct hs_arena *arena,
	struct hs_json *entry)
{
	(void)state;
	(void)fhir;
	if (type && !type[0])
		describe_statement(arena, entry);
}

/* ---- TerminologyCapabilities ---- */

static void add_systems(struct hs_arena *arena, struct hs_json *list, const struct tx_layer *layer,
	uint32_t face)
{
	struct hs_json *open = NULL, *versions = NULL;
	struct hs_slice last = HS_S_NONE;

	for (size_t i = 0; i < layer->systems_by_url_count; i++) {
		const struct tx_system_row *row = &layer->systems[layer->systems_by_url[i]];
		struct hs_slice url = tx_text(layer, row->head.url),
				version = tx_text(layer, row->head.version);
		if (!hs_tx_is_seen(layer, &row->head, face) || !url.len ||
			row->content == TX_CONTENT_NOT_PRESENT || row->content == TX_CONTENT_EXAMPLE ||
			row->content == TX_CONTENT_SUPPLEMENT)
			continue;
		if (!open || !hs_slice_eq(url, last)) {
			open = hs_json_push(list, hs_json_object(arena));
			hs_json_add_text(arena, open, HS_S("uri"), url);
			versions = NULL;
			last = url;
			if (face == HS_ON_R5) /* R4 has no element for it */
				add(arena, open, "content",
					row->content == TX_CONTENT_FRAGMENT ? "fragment" : "complete");
		}
		if (!version.len)
			continue;
		if (!versions)
			versions = hs_json_add_array(arena, open, HS_S("version"));
		struct hs_json *item = hs_json_push(versions, hs_json_object(arena));
		hs_json_add_text(arena, item, HS_S("code"), version);
	}
}

static const char *const expansion_parameters[] = { "activeOnly", "cache-id", "check-system-version", "count",
	"default-valueset-version", "designation", "displayLanguage", "exclude-system", "excludeNested",
	"excludeNotForUI", "filter", "force-system-version", "includeDefinition", "includeDesignations",
	"limitedExpansion", "offset", "property", "system-version", "tx-resource", "url", "useSupplement",
	"valueSet", "valueSetVersion", NULL };

struct hs_json *hs_tx_capabilities(struct hs_arena *arena, const struct tx_layer *const *layers, size_t count,
	enum hs_fhir_version fhir)
{
	struct hs_json *out = hs_json_object(arena);

	add(arena, out, "resourceType", "TerminologyCapabilities");
	add(arena, out, "url", "https://handslag.example/TerminologyCapabilities/handslag");
	add(arena, out, "version", "0.1.0");
	add(arena, out, "name", "HandslagTerminology");
	add(arena, out, "title", "Handslag: terminology registry");
	add(arena, out, "status", "active");
	add(arena, out, "date", "2026-11-21");
	add(arena, out, "kind", "capability");
	struct hs_json *software = hs_json_add_object(arena, out, HS_S("software"));
	add(arena, software, "name", "Handslag");
	add(arena, software, "version", "0.1.0");
	struct hs_json *systems = hs_json_add_array(arena, out, HS_S("codeSystem"));
	for (size_t i = 0; i < count; i++)
		add_systems(arena, systems, layers[i], fhir == HS_FHIR_R5 ? HS_ON_R5 : HS_ON_R4);
	if (!hs_json_count(systems))
		hs_json_take(out, HS_S("codeSystem"));
	struct hs_json *expansion = hs_json_add_object(arena, out, HS_S("expansion"));
	hs_json_add(expansion, HS_S("hierarchical"), hs_json_bool(arena, true));
	hs_json_add(expansion, HS_S("paging"), hs_json_bool(arena, true));
	struct hs_json *parameters = hs_json_add_array(arena, expansion, HS_S("parameter"));
	for (size_t i = 0; expansion_parameters[i]; i++)
		add(arena, hs_json_push(parameters, hs_json_object(arena)), "name", expansion_parameters[i]);
	add(arena, expansion, "textFilter",
		"Each word of the filter must begin a word of the code, the display or a designation; case "
		"and accents do not count.");
	add(arena, out, "codeSearch", fhir == HS_FHIR_R5 ? "in-compose-or-expansion" : "all");
	hs_json_add(hs_json_add_object(arena, out, HS_S("validateCode")), HS_S("translations"),
		hs_json_bool(arena, true));
	hs_json_add(hs_json_add_object(arena, out, HS_S("translation")), HS_S("needsMap"),
		hs_json_bool(arena, false));
	return out;
}

enum hs_verdict hs_tx_serve_versions(struct hs_request *req, void *state)
{
	struct hs_arena *arena = hs_request_arena(req);
	struct hs_slice version = hs_request_fhir(req) == HS_FHIR_R5 ? HS_S("5.0") : HS_S("4.0");
	struct hs_json *out = hs_parameters(arena);

	(void)state;
	hs_parameters_add(arena, out, HS_S("version"), HS_S("valueString"), hs_json_string(arena, version));
	hs_parameters_add(arena, out, HS_S("default"), HS_S("valueString"), hs_json_string(arena, version));
	return hs_reply_json(req, 200, out);
}
