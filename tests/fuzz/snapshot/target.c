/* SPDX-License-Identifier: Apache-2.0 */
/* Any JSON object as a StructureDefinition: its own snapshot is the base and what every type unfolds to.
 * Refused, or a list of elements with paths and ids, each below one before it. */
#include "../must.h"

#include <core/fhir/profile/snapshot.h>

#define CAP ((size_t)32 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static const struct hs_json *find(void *arg, struct hs_slice canonical)
{
	(void)canonical;
	return hs_json_get(hs_json_get(arg, HS_S("snapshot")), HS_S("element"));
}

static void check(const struct hs_json *elements)
{
	struct hs_slice root = hs_json_get_text(hs_json_first(elements), HS_S("path"));
	must(hs_json_count(elements) <= 100000);
	HS_JSON_EACH(element, elements) {
		must(hs_json_is(element, HS_JSON_OBJECT));
		must(hs_json_get(element, HS_S("id")) && hs_json_get(element, HS_S("path")));
		must(hs_slice_starts(hs_json_get_text(element, HS_S("path")), root));
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hs_json *structure = NULL;
	struct hs_json *elements = NULL;
	struct hs_error err = { .status = HS_OK };
	struct hs_arena *arena = hs_arena_new(CAP);
	struct hs_issues issues = { .arena = arena };
	if (size <= 16384 &&
		!hs_json_parse(arena, hs_slice((const char *)data, size), NULL, &structure, &err)) {
		struct hs_snapshot_source source = { find, structure };
		if (hs_snapshot_make(arena, structure, &source, &issues, &elements, &err))
			must(!elements && err.text[0]);
		else
			check(elements);
	}
	hs_arena_free(arena);
	return 0;
}
