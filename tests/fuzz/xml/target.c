/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as FHIR XML over small definitions of our own: refused with a place, or read; what was read
 * without a fault is written, read again and then the same. Any JSON is written or refused, and what is
 * written can be read. */
#include "../definitions.h"

#include <core/fhir/xml/xml.h>

#define CAP ((size_t)64 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* ---- definitions ---- */

#define SD(name, kind, elements) \
	"{\"resourceType\":\"StructureDefinition\",\"url\":\"http://t/" name "\",\"type\":\"" name \
	"\",\"kind\":\"" kind \
	"\",\"derivation\":\"specialization\",\"snapshot\":{\"element\":[{\"path\":\"" name \
	"\",\"min\":0,\"max\":\"*\"}" elements "]}}"
#define EL(path, max, type) \
	",{\"path\":\"" path "\",\"min\":0,\"max\":\"" max "\",\"type\":[{\"code\":\"" type "\"}]}"
#define ELEMENT(name) EL(name ".id", "1", "string") EL(name ".extension", "*", "Extension")

static const char *const files[] = {
	"{\"name\":\"t\",\"version\":\"1\",\"fhirVersions\":[\"4.0.1\"]}",
	SD("string", "primitive-type", ELEMENT("string")),
	SD("boolean", "primitive-type", ELEMENT("boolean")),
	SD("decimal", "primitive-type", ELEMENT("decimal")),
	SD("xhtml", "primitive-type", ""),
	SD("Narrative", "complex-type", ELEMENT("Narrative") EL("Narrative.div", "1", "xhtml")),
	SD("Extension", "complex-type",
		ELEMENT("Extension") EL("Extension.url", "1", "string") EL("Extension.value", "1", "string")),
	SD("Resource", "resource", EL("Resource.id", "1", "string")),
	SD("Thing", "resource",
		EL("Thing.id", "1", "string") EL("Thing.text", "1", "Narrative")
			EL("Thing.contained", "*", "Resource") EL("Thing.name", "*", "string")
				EL("Thing.size", "1", "decimal") EL("Thing.on", "1", "boolean")),
};

static struct hs_defs *defs;

/* ---- what must hold ---- */

/* Narrative that had a prefix may come out as text. */
static bool has_narrative(struct hs_slice text)
{
	return hs_slice_search(text, HS_S("xhtml")) != SIZE_MAX;
}

static void check_written(struct hs_arena *arena, const struct hs_json *tree, bool same)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_buf buf;
	struct hs_json *again = NULL;
	struct hs_issues issues = { .arena = arena };
	hs_buf_init(&buf, arena, CAP);
	enum hs_status status = hs_xml_write(defs, tree, HS_XML_PRETTY, &buf, &err);
	must(status == HS_OK || err.text[0]);
	must(status == HS_OK || !same);
	if (status)
		return;
	must(hs_xml_read(arena, defs, hs_buf_slice(&buf), NULL, &issues, &again, &err) == HS_OK);
	must(!same || hs_json_equal(tree, again));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hs_slice text = hs_slice((const char *)data, size);
	struct hs_error err = { .status = HS_OK };
	struct hs_json *tree = NULL;
	if (size > 1 << 16)
		return 0;
	if (!defs)
		defs = definitions_of(files, sizeof(files) / sizeof(files[0]));
	struct hs_arena *arena = hs_arena_new(CAP);
	struct hs_issues issues = { .arena = arena };
	if (hs_xml_read(arena, defs, text, NULL, &issues, &tree, &err) == HS_OK)
		check_written(arena, tree, !issues.errors && !has_narrative(text));
	else
		must(!tree && err.status && err.text[0] && err.column <= size + 1);
	tree = NULL;
	if (hs_json_parse(arena, text, NULL, &tree, &err) == HS_OK)
		check_written(arena, tree, false);
	hs_arena_free(arena);
	return 0;
}
