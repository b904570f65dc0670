/* SPDX-License-Identifier: Apache-2.0 */
/* Which texts of a resource are links, and which only look like one. */
#include <core/rest/bundle/link.h>

#include "../rest_defs.h"

static const char source[] =
	"{\"resourceType\":\"DocumentReference\",\"status\":\"current\","
	"\"masterIdentifier\":{\"system\":\"urn:ietf:rfc:3986\",\"value\":\"urn:uuid:X\"},"
	"\"text\":{\"status\":\"generated\",\"div\":\"<div "
	"xmlns='http://www.w3.org/1999/xhtml'>urn:uuid:X</div>\"},"
	"\"contained\":[{\"resourceType\":\"PractitionerRole\",\"practitioner\":{\"reference\":\"urn:uuid:"
	"X\"}}],"
	"\"subject\":{\"reference\":\"urn:uuid:X\",\"display\":\"urn:uuid:X\"},"
	"\"relatesTo\":[{\"code\":\"replaces\",\"target\":{\"reference\":\"urn:uuid:X\"}}],"
	"\"extension\":[{\"url\":\"http://e\",\"valueReference\":{\"reference\":\"urn:uuid:X\"}},"
	"{\"url\":\"http://e\",\"valueUri\":\"urn:uuid:X\"},{\"url\":\"http://"
	"e\",\"valueString\":\"urn:uuid:X\"}],"
	"\"content\":[{\"attachment\":{\"url\":\"urn:uuid:X\",\"title\":\"urn:uuid:X\"}}]}";

struct seen {
	struct hs_arena *arena;
	int references, uris;
};

static enum hs_status look(struct hs_json *parent, struct hs_json *node, bool reference, void *arg,
	struct hs_error *err)
{
	struct seen *seen = arg;
	(void)err;
	if (!hs_slice_eq(hs_json_text(node), HS_S("urn:uuid:X")))
		return HS_OK;
	seen->references += reference;
	seen->uris += !reference;
	hs_json_replace(parent, node, hs_json_string(seen->arena, HS_S("Patient/1")));
	return HS_OK;
}

static void shows_references_and_uris_only(void **state)
{
	NEED_DEFS(defs)
	struct seen seen = { .arena = hs_arena_new(1 << 20) };
	struct hs_json *tree = NULL;
	struct hs_error err = { 0 };
	struct hs_buf out;
	(void)state;
	assert_int_equal(hs_json_parse(seen.arena, hs_slice_cstr(source), NULL, &tree, &err), HS_OK);
	assert_int_equal(hs__rest_each_link(defs, tree, look, &seen, &err), HS_OK);
	assert_int_equal(seen.references, 4);
	assert_int_equal(seen.uris, 2);
	hs_buf_init(&out, seen.arena, 65536);
	hs_json_write(&out, tree, 0);
	/* Left alone: identifier value, narrative, display, valueString, title. */
	int left = 0;
	for (struct hs_slice rest = hs_buf_slice(&out); rest.len > 0; left++) {
		size_t at = hs_slice_search(rest, HS_S("urn:uuid:X"));
		if (at == SIZE_MAX)
			break;
		rest = hs_slice_from(rest, at + 1);
	}
	assert_int_equal(left, 5);
	hs_arena_free(seen.arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(shows_references_and_uris_only) };
	return cmocka_run_group_tests(tests, NULL, NULL);
}
