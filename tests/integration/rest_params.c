/* SPDX-License-Identifier: Apache-2.0 */
/* Search parameters that packages bring: indexed, offered and searched like those of FHIR itself, also in
 * what was stored before they came. */
#include "rest_test.h"

#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

#define COLOUR "http://example.org/StructureDefinition/colour"

static char root[64], config[256];

/* With ' for a double quote, and ^ for a single one. */
static void write_text(const char *name, const char *text)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", root, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	for (const char *c = text; *c; c++)
		fputc(*c == '\'' ? '"' : *c == '^' ? '\'' : *c, file);
	fclose(file);
}

static void make_folder(const char *name)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", root, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

static int make_package(void **state)
{
	(void)state;
	snprintf(root, sizeof(root), "%s/hs-params-XXXXXX", getenv("TMPDIR") ? getenv("TMPDIR") : "/tmp");
	if (!mkdtemp(root))
		return -1;
	make_folder("data");
	make_folder("guide");
	make_folder("guide/package");
	write_text("guide/package/package.json",
		"{'name':'example.guide','version':'1.0.0','fhirVersions':['4.0.1']}");
	write_text("guide/package/colour.json",
		"{'resourceType':'SearchParameter','id':'colour','url':'urn:param:colour','name':'colour',"
		"'status':'active','code':'colour','base':['Patient'],'type':'token','description':'A "
		"colour',"
		"'expression':'Patient.extension.where(url=^" COLOUR "^).value'}");
	write_text("guide/package/doctor.json",
		"{'resourceType':'SearchParameter','id':'doctor','url':'urn:param:doctor','name':'doctor',"
		"'status':'active','code':'doctor','base':['Patient','Person'],'type':'reference',"
		"'expression':'Patient.generalPractitioner.where(resolve() is Practitioner)',"
		"'target':['Practitioner']}");
	write_text("guide/package/pair.json",
		"{'resourceType':'SearchParameter','id':'pair','url':'urn:param:pair','name':'pair',"
		"'status':'draft','code':'gender-colour','base':['Patient'],'type':'composite',"
		"'expression':'Patient','component':[{'definition':"
		"'http://hl7.org/fhir/SearchParameter/individual-gender','expression':'gender'},"
		"{'definition':'urn:param:colour','expression':'extension.where(url=^" COLOUR "^).value'}]}");
	write_text("guide/package/shade.json",
		"{'resourceType':'SearchParameter','id':'shade','url':'urn:param:shade','name':'shade',"
		"'status':'active','code':'shade','base':['DocumentReference'],'type':'token',"
		"'expression':'DocumentReference.extension.where(url=^" COLOUR "^).value'}");
	write_text("guide/package/scribe.json",
		"{'resourceType':'SearchParameter','id':'scribe','url':'urn:param:scribe','name':'scribe',"
		"'status':'active','code':'scribe','base':['DocumentReference'],'type':'reference',"
		"'expression':'DocumentReference.authenticator','target':['Practitioner']}");
	write_text("guide/package/retired.json",
		"{'resourceType':'SearchParameter','id':'old','url':'urn:param:old','name':'old',"
		"'status':'retired','code':'old','base':['Patient'],'type':'token','expression':'Patient."
		"gender'}");
	write_text("guide/package/wrong.json",
		"{'resourceType':'SearchParameter','id':'wrong','url':'urn:param:wrong','name':'wrong',"
		"'status':'active','code':'wrong','base':['Patient'],'type':'token','expression':'Patient.('"
		"}");
	snprintf(config, sizeof(config), "{\"packages\":[\"%s/guide\"]}", root);
	return 0;
}

static int remove_one(const char *path, const struct stat *info, int type, struct FTW *at)
{
	(void)info;
	(void)type;
	(void)at;
	return remove(path);
}

static int remove_all(void **state)
{
	(void)state;
	return nftw(root, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}

static bool begin(bool with)
{
	static char data[128];
	snprintf(data, sizeof(data), "%s/data", root);
	struct fixture_options options = { .config = with ? config : "{\"packages\":[]}", .data_dir = data };
	fx = fixture_start(&options);
	return fixture_has_fhir(fx, HS_FHIR_R4);
}

static void put_patient(const char *id, const char *colour)
{
	send_ok("PUT", TEXT("Patient/%s", id),
		TEXT("{'resourceType':'Patient','id':'%s','gender':'female','extension':[{'url':'" COLOUR
		     "','valueCode':'%s'}],'generalPractitioner':[{'reference':'Practitioner/%s'}]}",
			id, colour, id),
		201);
}

static void finds(const char *search, int total)
{
	struct fixture_answer a = fixture_call(fx, "GET", search, "Prefer: handling=strict\r\n", NULL);
	if (a.status != 200)
		fail_msg("%s: %d %.*s", search, a.status, HS_S_ARG(a.body));
	int64_t found = -1;
	hs_json_i64(hs_json_get(fixture_json(fx, &a), HS_S("total")), &found);
	if (found != total)
		fail_msg("%s: %lld, not %d", search, (long long)found, total);
}

static int status_of(const char *search)
{
	return fixture_call(fx, "GET", search, "Prefer: handling=strict\r\n", NULL).status;
}

static void are_served_like_others(void **state)
{
	(void)state;
	if (!begin(false)) {
		fixture_stop(fx);
		skip();
	}
	put_patient("before", "blue");
	assert_int_equal(status_of("Patient?colour=blue"), 400);
	fixture_stop(fx);

	begin(true);
	finds("Patient?colour=blue", 1);
	put_patient("after", "blue");
	put_patient("other", "red");
	finds("Patient?colour=blue", 2);
	finds("Patient?colour:missing=true", 0);
	finds("Patient?doctor=Practitioner/after", 1);
	finds("Patient?doctor:Practitioner._id=after", 0);
	send_ok("PUT", "Practitioner/after", "{'resourceType':'Practitioner','id':'after'}", 201);
	finds("Patient?doctor._id=after", 1);
	finds("Patient?gender-colour=female$red", 1);
	assert_int_equal(status_of("Patient?old=female"), 400);
	assert_int_equal(status_of("Patient?wrong=x"), 400);
	struct fixture_answer a = send_ok("GET", "metadata", NULL, 200);
	expect_part(a.body, "urn:param:colour");
	expect_part(a.body, "urn:param:pair");
	assert_true(hs_slice_search(a.body, HS_S("urn:param:wrong")) == SIZE_MAX);
	fixture_restart(fx);
	finds("Patient?colour=blue,red", 3);
	fixture_stop(fx);

	/* Without the package what is stored meanwhile is not indexed by it; then it comes back. */
	begin(false);
	assert_int_equal(status_of("Patient?colour=blue"), 400);
	put_patient("meanwhile", "red");
	fixture_stop(fx);
	begin(true);
	finds("Patient?colour=red", 2);
	fixture_stop(fx);
}

static void put_pointer(int i, int status)
{
	const char *colour = i % 3 ? "light" : "dark";
	send_ok("PUT", TEXT("DocumentReference/d%d", i),
		TEXT("{'resourceType':'DocumentReference','id':'d%d','status':'%s',"
		     "'extension':[{'url':'" COLOUR "','valueCode':'%s'}],"
		     "'subject':{'reference':'Patient/p%d'},"
		     "'authenticator':{'reference':'Practitioner/s%d'},"
		     "'date':'2024-01-01T00:00:%02dZ','content':[{'attachment':{'url':'urn:x%d'}}]}",
			i, i % 2 ? "superseded" : "current", colour, i % 4, i % 5, i % 60, i),
		status);
}

/* What a keeper keeps, too: those that were there before the package came. */
static void are_served_of_pointers(void **state)
{
	(void)state;
	if (!begin(false)) {
		fixture_stop(fx);
		skip();
	}
	for (int i = 0; i < 60; i++)
		put_pointer(i, 201);
	put_pointer(7, 200);
	assert_int_equal(status_of("DocumentReference?shade=dark"), 400);
	fixture_stop(fx);

	begin(true);
	finds("DocumentReference?shade=dark", 20);
	finds("DocumentReference?shade=dark&status=current&_sort=-date", 10);
	finds("DocumentReference?shade:missing=true", 0);
	finds("DocumentReference?scribe=Practitioner/s3", 12);
	finds("DocumentReference?patient=p1&shade=light&scribe=Practitioner/s1", 2);
	finds("Practitioner?_has:DocumentReference:scribe:shade=dark", 0);
	struct fixture_answer a = send_ok("GET", "DocumentReference/d7/_history", NULL, 200);
	assert_int_equal(number(&a, "/total"), 2);
	finds("DocumentReference?_sort=-shade,-date&_count=1", 60);
	put_pointer(60, 201);
	finds("DocumentReference?shade=dark", 21);
	finds("DocumentReference?status=current", 31);
	finds("DocumentReference?patient=p1", 15);
	fixture_stop(fx);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(are_served_like_others, make_package, remove_all),
		cmocka_unit_test_setup_teardown(are_served_of_pointers, make_package, remove_all),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
