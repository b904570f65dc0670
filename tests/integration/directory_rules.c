/* SPDX-License-Identifier: Apache-2.0 */
/* What the provider directory refuses to store, element by element, and what it lets through beside it. */
#include "rest_test.h"

extern const struct hs_service hs_service_directory;

#define MCSD "https://profiles.ihe.net/ITI/mCSD/StructureDefinition/IHE.mCSD."
#define HSA "urn:oid:1.2.752.29.4.19"
#define ORGNR "urn:oid:2.5.4.97"

static int start_directory(void **state)
{
	static const struct hs_service *const services[] = { &hs_service_directory, &hs_service_record_source,
		NULL };
	struct fixture_options options = { .services = services };
	(void)state;
	fx = fixture_start(&options);
	return 0;
}

struct row {
	const char *type, *members; /* beside resourceType and id */
	const char *at;             /* the element that is refused; NULL: stored */
};

static void try_rows(const struct row *rows, size_t count)
{
	static size_t last; /* each row has an id of its own */

	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		last++;
		struct fixture_answer a = send_ok("PUT", TEXT("%s/x%zu", row->type, last),
			TEXT("{'resourceType':'%s','id':'x%zu',%s}", row->type, last, row->members),
			row->at ? 422 : 201);
		if (row->at)
			expect_text(&a, "/issue/0/expression/0", row->at);
	}
}
#define TRY(rows) try_rows(rows, sizeof(rows) / sizeof((rows)[0]))

#define IDENTIFIER(system, value) "'identifier':[{'system':'" system "','value':'" value "'}]"

static void identifiers_follow_their_rules(void **state)
{
	static const struct row rows[] = {
		{ "Organization", "'name':'a'," IDENTIFIER(HSA, "SE2321000016-A1B2"), NULL },
		{ "Organization", "'name':'a'," IDENTIFIER(HSA, "SE232100001X-A1B2"),
			"Organization.identifier[0].value" },
		{ "Organization", "'name':'a'," IDENTIFIER(ORGNR, "232100-0016"), NULL },
		{ "Organization", "'name':'a'," IDENTIFIER(ORGNR, "232100-0017"),
			"Organization.identifier[0].value" },
		{ "Organization", "'name':'a'," IDENTIFIER("urn:other", "232100-0017"), NULL },
	};
	NEED_FHIR();
	TRY(rows);
}

static void periods_run_forwards(void **state)
{
#define ROLE(start, end) "'period':{'start':'" start "','end':'" end "'}"
	static const struct row rows[] = {
		{ "PractitionerRole", ROLE("2026-01-01", "2026-12-31"), NULL },
		{ "PractitionerRole", ROLE("2026-01-01", "2026-01-01"), NULL },
		{ "PractitionerRole", ROLE("2026-06", "2026"), NULL }, /* the year may end behind */
		{ "PractitionerRole", ROLE("2026-12-31", "2026-01-01"), "PractitionerRole.period" },
		{ "PractitionerRole", "'period':{'start':'2026-12-31'}", NULL },
	};
	NEED_FHIR();
	TRY(rows);
}

static void positions_lie_on_the_globe(void **state)
{
#define AT(latitude, longitude) "'name':'a','position':{'latitude':" latitude ",'longitude':" longitude "}"
	static const struct row rows[] = {
		{ "Location", AT("59.33", "18.07"), NULL },
		{ "Location", AT("90", "-180"), NULL },
		{ "Location", AT("90.0001", "0"), "Location.position.latitude" },
		{ "Location", AT("-91", "0"), "Location.position.latitude" },
		{ "Location", AT("0", "180.5"), "Location.position.longitude" },
		{ "Location", AT("0", "-1.805e2"), "Location.position.longitude" },
		{ "Location", AT("90.00000000000000000000000000000000000000000000000000", "0"), NULL },
		{ "Location", AT("91.00000000000000000000000000000000000000000000000000", "0"),
			"Location.position.latitude" },
	};
	NEED_FHIR();
	TRY(rows);
}

static void profiles_that_are_claimed_are_kept(void **state)
{
#define CLAIMS(profile) "'meta':{'profile':['" MCSD profile "']}"
#define TYPED "'type':[{'text':'t'}]"
	static const struct row rows[] = {
		{ "Organization", CLAIMS("Organization") ",'name':'a'," TYPED, NULL },
		{ "Organization", CLAIMS("Organization") ",'name':'a'", "Organization" },
		{ "Organization", CLAIMS("Organization|4.0.0") ",'name':'a'", "Organization" },
		{ "Organization", CLAIMS("Organization") ",'name':'a','implicitRules':'urn:x'," TYPED,
			"Organization" },
		{ "Organization", "'name':'a','implicitRules':'urn:x'", NULL },
		{ "Endpoint",
			CLAIMS("Endpoint") ",'status':'active','connectionType':{'code':'x'},"
					   "'payloadType':[{'text':'t'}],'address':'http://e/x'",
			"Endpoint" },
		{ "Location", CLAIMS("Location") ",'name':'a'," TYPED, "Location" },
		{ "Location", CLAIMS("Location") ",'name':'a','status':'active'," TYPED, NULL },
	};
	NEED_FHIR();
	TRY(rows);
}

static void place(const char *type, const char *id, const char *parent, int status)
{
	struct fixture_answer a = send_ok("PUT", TEXT("%s/%s", type, id),
		TEXT("{'resourceType':'%s','id':'%s','name':'%s','partOf':{'reference':'%s/%s'}}", type, id,
			id, type, parent),
		status);
	if (status == 422)
		expect_text(&a, "/issue/0/expression/0", TEXT("%s.partOf", type));
}

/* Parents may come after their children; only a loop is refused, however long it is. */
static void nothing_is_part_of_itself(void **state)
{
	static const char *const types[] = { "Organization", "Location" };

	NEED_FHIR();
	for (size_t i = 0; i < 2; i++) {
		place(types[i], "self", "self", 422);
		place(types[i], "a", "b", 201);
		place(types[i], "b", "c", 201);
		place(types[i], "c", "a", 422);
		place(types[i], "c", "d", 201);
		place(types[i], "b", "c", 200);
	}
	for (int depth = 0; depth < 63; depth++)
		place("Organization", TEXT("deep%d", depth), TEXT("deep%d", depth + 1), 201);
	place("Organization", "deep63", "deep64", 201);
	place("Organization", "deep64", "deep65", 201);
	place("Organization", "top", "deep0", 422); /* more than 64 levels above it */
}

static void rules_may_be_switched_off(void **state)
{
	static const char *const settings[] = { "services.directory.check-identifiers=false",
		"services.directory.check-hierarchy=false", NULL };
	static const struct hs_service *const services[] = { &hs_service_directory, NULL };
	static const struct row rows[] = {
		{ "Organization", "'name':'a'," IDENTIFIER(ORGNR, "232100-0017"), NULL },
		{ "PractitionerRole", ROLE("2026-12-31", "2026-01-01"), "PractitionerRole.period" },
	};
	struct fixture_options options = { .services = services, .settings = settings };
	struct fixture *strict = fx;

	NEED_FHIR();
	fx = fixture_start(&options);
	TRY(rows);
	place("Organization", "self", "self", 201);
	send_ok("DELETE", "Organization/self", NULL, 204);
	fixture_stop(fx);
	fx = strict;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(identifiers_follow_their_rules),
		cmocka_unit_test(periods_run_forwards),
		cmocka_unit_test(positions_lie_on_the_globe),
		cmocka_unit_test(profiles_that_are_claimed_are_kept),
		cmocka_unit_test(nothing_is_part_of_itself),
		cmocka_unit_test(rules_may_be_switched_off),
	};
	return cmocka_run_group_tests(tests, start_directory, stop_server);
}
