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

#define VERSIONS_MAX 100u

/* One code system with all of its versions; the one that is meant without a version is marked among several.
 */
static void add_system(struct hs_arena *arena, struct hs_json *list, const struct tx_scope *scope,
	struct tx_system meant)
{
	struct hs_slice versions[VERSIONS_MAX];
	size_t count = hs_tx_system_versions(scope, TX_SYSTEM_URL(meant), versions, VERSIONS_MAX);
	struct hs_json *entry = hs_json_push(list, hs_json_object(arena)), *told = NULL;

	hs_json_add_text(arena, entry, HS_S("uri"), TX_SYSTEM_URL(meant));
	if (scope->face == HS_ON_R5) /* R4 has no element for it */
		add(arena, entry, "content",
			meant.row->content == TX_CONTENT_FRAGMENT ? "fragment" : "complete");
	for (size_t i = 0; i < count; i++) {
		if (!versions[i].len)
			continue;
		if (!told)
			told = hs_json_add_array(arena, entry, HS_S("version"));
		struct hs_json *item = hs_json_push(told, hs_json_object(arena));
		hs_json_add_text(arena, item, HS_S("code"), versions[i]);
		if (count > 1)
			hs_json_add(item, HS_S("isDefault"),
				hs_json_bool(arena, hs_slice_eq(versions[i], TX_SYSTEM_VERSION(meant))));
	}
}

/* Those of layer `at` that no nearer layer has. */
static void add_systems(struct hs_arena *arena, struct hs_json *list, const struct tx_scope *scope, size_t at)
{
	const struct tx_layer *layer = scope->layers[at];
	struct tx_scope nearer = *scope;
	struct hs_slice last = HS_S_NONE;
	struct tx_system s;

	nearer.count = at;
	for (size_t i = 0; i < layer->systems_by_url_count; i++) {
		const struct tx_head *head = &layer->systems[layer->systems_by_url[i]].head;
		struct hs_slice url = tx_text(layer, head->url);
		if (!url.len || hs_slice_eq(url, last))
			continue;
		last = url;
		if (!hs_tx_find_system(&nearer, url, HS_S_NONE, &s) &&
			hs_tx_find_system(scope, url, HS_S_NONE, &s))
			add_system(arena, list, scope, s);
	}
}

static const char *const expansion_parameters[] = { "activeOnly", "cache-id", "check-system-version", "count",
	"default-valueset-version", "designation", "displayLanguage", "exclude-system", "excludeNested",
	"excludeNotForUI", "filter", "force-system-version", "includeDefinition", "includeDesignations",
	"incomplete-ok", "limitedExpansion", "offset", "property", "system-version", "tx-resource", "url",
	"useSupplement", "valueSet", "valueSetVersion", "versionsMatch", NULL };

struct hs_json *hs_tx_capabilities(struct hs_arena *arena, const struct tx_scope *scope,
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
	add(arena, out, "kind", "instance");
	struct hs_json *software = hs_json_add_object(arena, out, HS_S("software"));
	add(arena, software, "name", "Handslag");
	add(arena, software, "version", "0.1.0");
	add(arena, hs_json_add_object(arena, out, HS_S("implementation")), "description",
		"What this server knows and answers now, with what was uploaded and imported.");
	struct hs_json *systems = hs_json_add_array(arena, out, HS_S("codeSystem"));
	for (size_t i = 0; i < scope->count; i++)
		add_systems(arena, systems, scope, i);
	if (!hs_json_count(systems))
		hs_json_take(out, HS_S("codeSystem"));
	struct hs_json *expansion = hs_json_add_object(arena, out, HS_S("expansion"));
	hs_json_add(expansion, HS_S("hierarchical"), hs_json_bool(arena, true));
	hs_json_add(expansion, HS_S("paging"), hs_json_bool(arena, true));
	hs_json_add(expansion, HS_S("incomplete"), hs_json_bool(arena, true)); /* limitedExpansion */
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
	hs_json_add(hs_json_add_object(arena, out, HS_S("closure")), HS_S("translation"),
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
