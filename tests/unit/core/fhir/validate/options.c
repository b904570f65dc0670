/* SPDX-License-Identifier: Apache-2.0 */
/* What a caller may ask: contained resources left out, one entry of a bundle by a profile, how references
 * are judged. */
#include "validate_test.h"

#define NAMED \
	"{'resourceType':'StructureDefinition','url':'http://x/p','name':'P','status':'draft'," \
	"'kind':'resource','abstract':false,'type':'Patient','baseDefinition':" \
	"'http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint'," \
	"'differential':{'element':[{'path':'Patient.name','min':1}]}}"
#define PATIENT(id, name) \
	"{'fullUrl':'http://a.se/Patient/" id "','resource':{'resourceType':'Patient','id':'" id "'" name "}}"
#define BUNDLE \
	"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'http://a.se/Group/" \
	"g','resource':{" \
	"'resourceType':'Group','id':'g','type':'person','actual':true}}," PATIENT("1", \
		",'name':[{'text':'x'}]") "," PATIENT("2", "") "]}"

static void leaves_contained_out(void **state)
{
	static const char resource[] =
		"{'resourceType':'Patient','contained':[{'resourceType':'Organization','id':'no id'}]}";
	struct hs_validate_options options = { .ignore_contained = true };
	(void)state;
	struct found found = validate_with(NULL, NULL, resource, options);
	assert_int_equal(found.issues.errors, 0);
	hs_arena_free(found.arena);
	options.ignore_contained = false;
	found = validate_with(NULL, NULL, resource, options);
	assert_int_equal(found.issues.errors, 3); /* the id, and dom-3 and nothing said in it (org-1) */
	hs_arena_free(found.arena);
}

/* Invariants of a profile may be made to take long; nothing is evaluated for somebody who has gone. */
static void ends_when_nobody_waits(void **state)
{
	static const char resource[] = "{'resourceType':'Patient','contact':[{'gender':'male'}]}";
	bool gone = true;
	struct hs_validate_options options = { .cancelled = &gone };
	(void)state;
	struct found found = validate_with(NULL, NULL, resource, options);
	assert_null(find_issue(&found, "pat-1"));
	hs_arena_free(found.arena);
	gone = false;
	found = validate_with(NULL, NULL, resource, options);
	assert_non_null(find_issue(&found, "pat-1"));
	hs_arena_free(found.arena);
}

static struct found validate_entry(uint32_t index, const char *profile)
{
	static const char *const definitions[] = { NAMED, NULL };
	struct hs_validate_options options = { .bundle_type = HS_S("Patient"),
		.bundle_index = index,
		.bundle_profile = hs_slice_cstr(profile) };
	return validate_with(definitions, NULL, BUNDLE, options);
}

static void judges_one_entry(void **state)
{
	(void)state;
	struct found found = validate_entry(0, "http://x/p");
	assert_int_equal(found.issues.errors, 0);
	hs_arena_free(found.arena);
	found = validate_entry(1, "http://x/p");
	const struct hs_issue *issue = find_issue(&found, "profile-min");
	assert_true(issue && hs_slice_eq(issue->path, HS_S("Bundle.entry[2].resource")));
	hs_arena_free(found.arena);
	found = validate_entry(2, "http://x/p");
	assert_non_null(find_issue(&found, "bundle-rule"));
	hs_arena_free(found.arena);
	found = validate_entry(0, "http://x/unknown");
	assert_non_null(find_issue(&found, "profile-unknown"));
	hs_arena_free(found.arena);
}

/* A store refuses a reference that it cannot follow; for a validation any relative address is a legal URL. */
static void warns_of_strange_references(void **state)
{
	static const char resource[] =
		"{'resourceType':'Patient','managingOrganization':{'reference':'somewhere'}}";
	struct hs_validate_options options = { .level = HS_VALIDATE_PROFILES };
	(void)state;
	struct found found = validate_with(NULL, NULL, resource, options);
	const struct hs_issue *issue = find_issue(&found, "reference-form");
	assert_int_equal(found.issues.errors, 0);
	assert_true(issue && issue->severity == HS_SEVERITY_WARNING);
	hs_arena_free(found.arena);
	options.level = HS_VALIDATE_STRUCTURE;
	found = validate_with(NULL, NULL, resource, options);
	assert_int_equal(found.issues.errors, 1);
	hs_arena_free(found.arena);
	assert_found(NULL, NULL,
		"{'resourceType':'Patient','managingOrganization':{'reference':'ht tp://a.se/x'}}",
		"reference-blank", "Patient.managingOrganization.reference");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(leaves_contained_out),
		cmocka_unit_test(ends_when_nobody_waits),
		cmocka_unit_test(judges_one_entry),
		cmocka_unit_test(warns_of_strange_references),
	};
	return cmocka_run_group_tests(tests, open_packages, close_packages);
}
