/* SPDX-License-Identifier: Apache-2.0 */
/* Definitions of a resource "Thing" with a search parameter of each type, for targets that search. */
#pragma once

#include "definitions.h"

#include <core/fhir/search/search.h>
#include <handslag/coding.h>
#include <handslag/json.h>

#define SD(name, kind, base, elements) \
	"{\"resourceType\":\"StructureDefinition\",\"url\":\"http://t/" name "\",\"type\":\"" name \
	"\",\"kind\":\"" kind "\",\"baseDefinition\":\"http://t/" base \
	"\",\"derivation\":\"specialization\",\"snapshot\":{\"element\":[{\"path\":\"" name \
	"\",\"min\":0,\"max\":\"*\"}" elements "]}}"
#define EL(path, max, type) \
	",{\"path\":\"" path "\",\"min\":0,\"max\":\"" max "\",\"type\":[{\"code\":\"" type "\"}]}"
#define SP(code, type, base, expression, more) \
	"{\"resourceType\":\"SearchParameter\",\"id\":\"" base "-" code "\",\"url\":\"http://t/" base \
	"-" code "\",\"code\":\"" code "\",\"type\":\"" type "\",\"base\":[\"" base \
	"\"],\"expression\":\"" expression "\"" more "}"

static const char *const thing_files[] = {
	"{\"name\":\"t\",\"version\":\"1\",\"fhirVersions\":[\"4.0.1\"]}",
	SD("string", "primitive-type", "Element", ""),
	SD("code", "primitive-type", "string", ""),
	SD("uri", "primitive-type", "Element", ""),
	SD("date", "primitive-type", "Element", ""),
	SD("decimal", "primitive-type", "Element", ""),
	SD("Reference", "complex-type", "Element", EL("Reference.reference", "1", "string")),
	SD("Coding", "complex-type", "Element",
		EL("Coding.system", "1", "uri") EL("Coding.code", "1", "code")
			EL("Coding.display", "1", "string")),
	SD("Quantity", "complex-type", "Element",
		EL("Quantity.value", "1", "decimal") EL("Quantity.code", "1", "code")),
	SD("CodeableConcept", "complex-type", "Element",
		EL("CodeableConcept.coding", "*", "Coding") EL("CodeableConcept.text", "1", "string")),
	SD("Identifier", "complex-type", "Element",
		EL("Identifier.system", "1", "uri") EL("Identifier.value", "1", "string")),
	SD("Period", "complex-type", "Element",
		EL("Period.start", "1", "date") EL("Period.end", "1", "date")),
	SD("Range", "complex-type", "Element",
		EL("Range.low", "1", "Quantity") EL("Range.high", "1", "Quantity")),
	SD("Resource", "resource", "none", EL("Resource.id", "1", "string")),
	SD("Thing", "resource", "Resource",
		EL("Thing.name", "*", "string") EL("Thing.kind", "*", "Coding") EL("Thing.at", "1", "uri")
			EL("Thing.born", "1", "date") EL("Thing.size", "1", "decimal") EL("Thing.weight", "1",
				"Quantity") EL("Thing.owner", "1", "Reference") EL("Thing.position", "1",
				"Quantity") EL("Thing.class", "*", "CodeableConcept")
				EL("Thing.mark", "*", "Identifier") EL("Thing.during", "1", "Period")
					EL("Thing.extent", "1", "Range")),
	SP("_id", "token", "Resource", "Resource.id", ""),
	SP("_lastUpdated", "date", "Resource", "Resource.meta.lastUpdated", ""),
	SP("_text", "special", "Resource", "", ""),
	SP("name", "string", "Thing", "Thing.name", ""),
	SP("kind", "token", "Thing", "Thing.kind", ""),
	SP("at", "uri", "Thing", "Thing.at", ""),
	SP("born", "date", "Thing", "Thing.born", ""),
	SP("size", "number", "Thing", "Thing.size", ""),
	SP("weight", "quantity", "Thing", "Thing.weight", ""),
	SP("owner", "reference", "Thing", "Thing.owner", ",\"target\":[\"Thing\"]"),
	SP("class", "token", "Thing", "Thing.class", ""),
	SP("mark", "token", "Thing", "Thing.mark", ""),
	SP("during", "date", "Thing", "Thing.during", ""),
	SP("extent", "number", "Thing", "Thing.extent | Thing.name.count()", ""),
	SP("near", "special", "Thing", "Thing.position", ""),
	SP("kind-weight", "composite", "Thing", "Thing",
		",\"component\":[{\"definition\":\"http://t/"
		"Thing-kind\",\"expression\":\"kind\"},{\"definition\":"
		"\"http://t/Thing-weight\",\"expression\":\"weight\"}]"),
};

static inline size_t split_query(struct hs_arena *arena, struct hs_slice query, struct hs_pair *pairs,
	size_t room)
{
	size_t count = 0;
	while (query.ptr && count < room) {
		struct hs_slice pair = hs_slice_cut(&query, '&');
		pairs[count].name = hs_percent_decode(arena, hs_slice_cut(&pair, '='), false);
		pairs[count++].value = hs_percent_decode(arena, pair, false);
	}
	return count;
}
