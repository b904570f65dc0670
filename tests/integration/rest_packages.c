/* SPDX-License-Identifier: Apache-2.0 */
/* Resources of packages beside stored ones: read, found, counted and paged as one, hidden by what is stored
 * under the same id, and never changed. */
#include "rest_test.h"

#include <core/base/map.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>

static char root[64];

/* The time is made of the content, so that the compiled image of these packages is made once. */
static void write_file(const char *path, const char *text)
{
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	struct timespec at = { .tv_sec = (time_t)(hs_hash(hs_slice_cstr(text)) & 0x3fffffff) };
	struct timespec times[2] = { at, at };
	assert_int_equal(fflush(file), 0);
	assert_int_equal(futimens(fileno(file), times), 0);
	fclose(file);
}

static void make_folder(const char *name)
{
	char path[256];
	snprintf(path, sizeof(path), "%s/%s", root, name);
	assert_int_equal(mkdir(path, 0700), 0);
}

/* A folder of that name; the manifest is for `fhir` and says what the package depends on. */
static void make_package(const char *folder, const char *fhir, const char *dependencies)
{
	char path[256], text[512], name[128];
	const char *base = strrchr(folder, '/'), *version = strchr(folder, '#');
	make_folder(folder);
	snprintf(path, sizeof(path), "%s/package", folder);
	make_folder(path);
	snprintf(path, sizeof(path), "%s/%s/package/package.json", root, folder);
	base = base ? base + 1 : folder;
	snprintf(name, sizeof(name), "%.*s", (int)strcspn(base, "#"), base);
	snprintf(text, sizeof(text),
		"{\"name\":\"%s\",\"version\":\"%s\",\"fhirVersions\":[\"%s\"],\"dependencies\":{%s}}", name,
		version ? version + 1 : "1.0.0", fhir, dependencies);
	write_file(path, text);
}

/* With single quotes for double ones. */
static void add_file(const char *package, const char *file, const char *text)
{
	char path[256], body[2048];
	snprintf(path, sizeof(path), "%s/%s/package/%s.json", root, package, file);
	snprintf(body, sizeof(body), "%s", text);
	for (char *c = body; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	write_file(path, body);
}

static void add_set(const char *package, const char *id, const char *name, const char *more)
{
	char text[1024];
	snprintf(text, sizeof(text),
		"{'resourceType':'ValueSet','id':'%s','url':'urn:set:%s','version':'1','name':'%s',"
		"'status':'active'%s}",
		id, id, name, more);
	add_file(package, id, text);
}

/* A cache with FHIR itself and what "first" and "second" depend on: a chain that comes back to its start, two
 * versions of one package, and one that is missing. */
static void make_cache(void)
{
	static const char *const fhir[] = { "hl7.fhir.r4.examples#4.0.1", "hl7.fhir.r5.core#5.0.0" };
	const char *set = getenv("HS_PACKAGES"), *home = getenv("HOME");
	char from[512], to[256];
	make_folder("cache");
	for (size_t i = 0; i < 2; i++) {
		snprintf(from, sizeof(from), "%s%s/%s",
			set          ? set :
				home ? home :
				       "",
			set ? "" : "/.fhir/packages", fhir[i]);
		snprintf(to, sizeof(to), "%s/cache/%s", root, fhir[i]);
		assert_int_equal(symlink(from, to), 0);
	}
	make_package("cache/t.mid#1.0.2", "4.0.1", "");
	make_package("cache/t.mid#1.0.3", "4.0.1", "\"t.leaf\":\"2.0.0\",\"first\":\"1.0.0\"");
	make_package("cache/t.leaf#1.0.0", "4.0.1", "");
	make_package("cache/t.leaf#2.0.0", "4.0.1", "");
	add_file("cache/t.mid#1.0.2", "mid",
		"{'resourceType':'CodeSystem','id':'mid','url':'urn:code:mid','version':'old','status':'"
		"draft',"
		"'content':'complete'}");
	add_file("cache/t.mid#1.0.3", "mid",
		"{'resourceType':'CodeSystem','id':'mid','url':'urn:code:mid','version':'new','status':'"
		"draft',"
		"'content':'complete'}");
	add_file("cache/t.leaf#1.0.0", "leaf",
		"{'resourceType':'CodeSystem','id':'leaf','url':'urn:code:leaf','version':'1','status':'"
		"draft',"
		"'content':'complete'}");
	add_file("cache/t.leaf#2.0.0", "leaf",
		"{'resourceType':'CodeSystem','id':'leaf','url':'urn:code:leaf','version':'2','status':'"
		"draft',"
		"'content':'complete'}");
}

static void make_packages(void)
{
	char id[24], name[16];
	make_cache();
	make_package("first", "4.0.1", "\"t.mid\":\"1.0.x\",\"t.none\":\"9.9.9\"");
	make_package("second", "4.0.1", "\"t.leaf\":\"1.0.0\"");
	make_package("other", "5.0.0", "");
	/* Every second letter, so that stored ones fall between. */
	for (int i = 0; i < 10; i++) {
		snprintf(id, sizeof(id), "pack-%d", i);
		snprintf(name, sizeof(name), "N%c", 'a' + 2 * i);
		add_set("first", id, name, i < 3 ? ",'date':'2020-01-01','publisher':'One'" : "");
	}
	add_file("first", "twice",
		"{'resourceType':'ValueSet','id':'twice','url':'urn:set:twice','version':'1',"
		"'status':'active','title':'Old'}");
	add_file("second", "twice2",
		"{'resourceType':'ValueSet','id':'twice','url':'urn:set:twice','version':'1',"
		"'status':'active','title':'New'}");
	add_file("first", "same",
		"{'resourceType':'ValueSet','id':'same','url':'urn:set:one','status':'active'}");
	add_file("second", "same2",
		"{'resourceType':'ValueSet','id':'same','url':'urn:set:two','status':'active'}");
	add_file("first", "patient", "{'resourceType':'Patient','id':'packed'}");
	add_file("first", "sd",
		"{ 'resourceType' : 'StructureDefinition','id':'sd4','url':'urn:sd:4',"
		"'name':'Four','status':'draft','kind':'resource','abstract':false,"
		"'type':'Patient','meta':{'lastUpdated':'2019-05-05T10:00:00Z'}}");
	add_file("first", "bound",
		"{'resourceType':'StructureDefinition','id':'bound','url':'urn:sd:bound',"
		"'name':'Bound','status':'draft','kind':'resource','abstract':false,'type':'Patient',"
		"'baseDefinition':'urn:sd:4','snapshot':{'element':[{'id':'Patient','path':'Patient',"
		"'binding':{'strength':'required','valueSet':'urn:set:pack-3'}},{'id':'Patient.x','path':"
		"'Patient.x','binding':{'strength':'required','valueSet':'urn:mine:set|1'}}]}}");
	add_file("other", "sd",
		"{'resourceType':'StructureDefinition','id':'sd5','url':'urn:sd:5',"
		"'name':'Five','status':'draft','kind':'resource','abstract':false,"
		"'type':'Patient'}");
	add_set("other", "from-r5", "FromR5", "");
}

/* R4 and R4B, each with its CodeSystem of one id and URL. */
static void make_cores(void)
{
	make_package("cache/hl7.fhir.r4b.core#4.3.0", "4.3.0", "");
	make_package("cache/hl7.fhir.r4.expansions#4.0.1", "4.0.1", "");
	add_file("cache/hl7.fhir.r4b.core#4.3.0", "state",
		"{'resourceType':'CodeSystem','id':'state','url':'urn:code:state','version':'4.3.0','status':"
		"'"
		"active','content':'complete'}");
	add_file("cache/hl7.fhir.r4.expansions#4.0.1", "state",
		"{'resourceType':'CodeSystem','id':'state','url':'urn:code:state','version':'4.0.1','status':"
		"'"
		"active','content':'complete'}");
}

static const struct hs_type_row types[] = {
	{ .name = "ValueSet", .versions = HS_ON_R4, .interactions = HS_CAN_ALL, .packaged = HS_PACKAGED_ANY },
	{ .name = "StructureDefinition",
		.versions = HS_ON_R4,
		.interactions = HS_CAN_ALL,
		.packaged = HS_PACKAGED_SAME },
	{ .name = "CodeSystem",
		.versions = HS_ON_R4,
		.interactions = HS_CAN_ALL,
		.packaged = HS_PACKAGED_SAME },
	{ .name = "*", .versions = HS_ON_R4, .interactions = HS_CAN_ALL },
	{ .name = NULL },
};
static const struct hs_service service = {
	.abi = HS_SERVICE_ABI, .name = "shelf", .summary = "Types with resources of packages.", .types = types
};

static int set_up(void **state)
{
	static const struct hs_service *const services[] = { &service, NULL };
	static char config[512];
	struct fixture_options options = { .services = services, .config = config };
	(void)state;
	snprintf(root, sizeof(root), "/tmp/handslag-test-XXXXXX");
	assert_non_null(mkdtemp(root));
	make_packages();
	make_cores();
	snprintf(config, sizeof(config),
		"{\"packageCache\":\"%s/"
		"cache\",\"packages\":[\"hl7.fhir.r4b.core\",\"hl7.fhir.r4.expansions\","
		"\"%s/first\",\"%s/second\",\"%s/other\"]}",
		root, root, root, root);
	fx = fixture_start(&options);
	return 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	(void)where;
	return remove(path);
}

static int tear_down(void **state)
{
	fixture_stop(fx);
	nftw(root, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	(void)state;
	return 0;
}

/* 10 of "first", the later "twice", two "same" and the one for R5. */
#define SETS 14

/* The ids (of `separator` each) of all pages of a search. */
static const char *ids_of(const char *path, size_t *pages)
{
	struct hs_buf out;
	hs_buf_init(&out, fixture_arena(fx), 65536);
	for (*pages = 0; path; (*pages)++) {
		struct fixture_answer a = send_ok("GET", path, NULL, 200);
		HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, &a), HS_S("entry"))) {
			hs_buf_add(&out, hs_json_get_text(hs_json_get(entry, HS_S("resource")), HS_S("id")));
			hs_buf_byte(&out, ' ');
		}
		path = link_of(&a, "next");
	}
	return hs_arena_cstr(fixture_arena(fx), hs_buf_slice(&out));
}

static void reads_what_a_package_holds(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("GET", "ValueSet/pack-3", NULL, 200);
	expect_text(&a, "/url", "urn:set:pack-3");
	struct hs_slice etag = hs_arena_copy(fixture_arena(fx), fixture_header(&a, "ETag"));
	struct hs_slice version = hs_slice(etag.ptr + 3, etag.len - 4);
	assert_true(hs_slice_eq(fixture_text(fx, &a, "/meta/versionId"), version));
	assert_true(fixture_header(&a, "Last-Modified").len > 0);
	send_with("GET", "ValueSet/pack-3", TEXT("If-None-Match: %.*s\r\n", HS_S_ARG(etag)), NULL, 304);
	a = send_ok("GET", TEXT("ValueSet/pack-3/_history/%.*s", HS_S_ARG(version)), NULL, 200);
	expect_text(&a, "/url", "urn:set:pack-3");
	send_ok("GET", "ValueSet/pack-3/_history/1", NULL, 404);
	a = send_ok("GET", "ValueSet/pack-3/_history", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	expect_text(&a, "/entry/0/request/method", "PUT");
	/* The package's own text, with id and meta in their places. */
	a = send_ok("GET", "StructureDefinition/sd4", NULL, 200);
	expect_part(a.body, "{ 'resourceType' : 'StructureDefinition'");
	expect_text(&a, "/meta/lastUpdated", "2019-05-05T10:00:00.000Z");
	a = send_ok("GET", "ValueSet/pack-0?_elements=url", NULL, 200);
	assert_null(hs_json_get(fixture_json(fx, &a), HS_S("publisher")));
	send_ok("GET", "ValueSet/pack-77", NULL, 404);
}

static void takes_what_belongs_here(void **state)
{
	NEED_FHIR();
	send_ok("GET", "Patient/packed", NULL, 404);
	send_ok("GET", "StructureDefinition/sd5", NULL, 404);
	struct fixture_answer a = send_ok("GET", "StructureDefinition", NULL, 200);
	assert_int_equal(number(&a, "/total"), 2);
	send_ok("GET", "ValueSet/from-r5", NULL, 200);
	a = send_ok("GET", "ValueSet/twice", NULL, 200);
	expect_text(&a, "/title", "New");
	a = send_ok("GET", "ValueSet?url=urn:set:twice", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	/* One id, two URLs: the later package has the id, both are found. */
	a = send_ok("GET", "ValueSet/same", NULL, 200);
	expect_text(&a, "/url", "urn:set:two");
	a = send_ok("GET", "ValueSet?url=urn:set:one", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	const char *id = hs_arena_cstr(fixture_arena(fx), fixture_text(fx, &a, "/entry/0/resource/id"));
	assert_true(strncmp(id, "same-", 5) == 0);
	a = send_ok("GET", TEXT("ValueSet/%s", id), NULL, 200);
	expect_text(&a, "/url", "urn:set:one");
}

/* What the packages depend on is served too: the highest that fits, each version that is asked for, without
 * end. */
static void serves_what_they_depend_on(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("GET", "CodeSystem?url=urn:code:mid", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	expect_text(&a, "/entry/0/resource/version", "new");
	a = send_ok("GET", "CodeSystem?url=urn:code:leaf&_sort=version", NULL, 200);
	assert_int_equal(number(&a, "/total"), 2);
	expect_text(&a, "/entry/0/resource/version", "1");
	expect_text(&a, "/entry/1/resource/version", "2");
	a = send_ok("GET", "CodeSystem?url=urn:code:leaf%7C1", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	/* R4B beside R4: the later one has the id. */
	a = send_ok("GET", "CodeSystem/state", NULL, 200);
	expect_text(&a, "/version", "4.0.1");
	a = send_ok("GET", "CodeSystem?url=urn:code:state%7C4.3.0", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	expect_text(&a, "/entry/0/resource/version", "4.3.0");
	a = send_ok("GET", "CodeSystem", NULL, 200);
	assert_int_equal(number(&a, "/total"), 5);
}

static void finds_by_all_kinds(void **state)
{
	static const struct {
		const char *query;
		int total;
	} rows[] = {
		{ "", SETS },
		{ "url=urn:set:pack-3", 1 },
		{ "url=urn:set:pack-3,urn:set:pack-4,urn:none", 2 },
		{ "url:below=urn:set:pack-", 10 },
		{ "url=urn:set:pack-3&version=1", 1 },
		{ "url=urn:set:pack-3&version=2", 0 },
		{ "url:not=urn:set:pack-3", -1 },
		{ "_id=pack-3,pack-5", 2 },
		{ "name=n", 10 },
		{ "name=Nc", 1 },
		{ "name:exact=Nc", 1 },
		{ "name:exact=nc", 0 },
		{ "name:contains=R5", 1 },
		{ "publisher=one", 3 },
		{ "publisher:missing=true", SETS - 3 },
		{ "status=active", SETS },
		{ "status=draft", 0 },
		{ "date=2020", 3 },
		{ "date=gt2020-06", 0 },
		{ "date=gt2020-06&status=active", 0 },
		{ "_lastUpdated=2020-01-01", 3 },
	};
	NEED_FHIR();
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *path = TEXT("ValueSet?%s", rows[i].query);
		struct fixture_answer a = fixture_get(fx, path);
		if (rows[i].total < 0) {
			assert_int_equal(a.status, 400);
			continue;
		}
		if (a.status != 200 || number(&a, "/total") != rows[i].total ||
			(int)entries(&a) != rows[i].total)
			fail_msg("%s: %.*s", rows[i].query, HS_S_ARG(a.body));
		a = send_ok("GET", TEXT("ValueSet?%s&_summary=count", rows[i].query), NULL, 200);
		assert_int_equal(number(&a, "/total"), rows[i].total);
	}
	struct fixture_answer a = send_ok("GET", "ValueSet?url=urn:set:pack-0&_summary=true", NULL, 200);
	expect_text(&a, "/entry/0/resource/meta/tag/0/code", "SUBSETTED");
	expect_text(&a, "/entry/0/search/mode", "match");
	a = send_ok("GET", "?_type=ValueSet,StructureDefinition&_count=5", NULL, 200);
	assert_int_equal(number(&a, "/total"), SETS + 2);
}

static void store(const char *id, const char *name)
{
	fixture_send(fx, "PUT", TEXT("ValueSet/%s", id),
		quoted(TEXT("{'resourceType':'ValueSet','id':'%s','url':'urn:set:%s','version':'1','name':'%"
			    "s',"
			    "'status':'active'}",
			id, id, name)));
}

static void drop(const char *id)
{
	fixture_send(fx, "DELETE", TEXT("ValueSet/%s", id), NULL);
}

static void pages_and_sorts_as_one(void **state)
{
	static const struct {
		const char *query, *ids;
	} rows[] = {
		{ "url:below=urn:none", "" },
		{ "name=n&_sort=name",
			"pack-0 mine-b pack-1 pack-2 mine-f pack-3 pack-4 pack-5 pack-6 pack-7 pack-8 "
			"pack-9 mine-z " },
		{ "name=n&_sort=-name",
			"mine-z pack-9 pack-8 pack-7 pack-6 pack-5 pack-4 pack-3 mine-f pack-2 "
			"pack-1 mine-b pack-0 " },
		{ "name=n",
			"mine-z mine-b mine-f pack-0 pack-1 pack-2 pack-3 pack-4 pack-5 pack-6 pack-7 pack-8 "
			"pack-9 " },
		{ "name=n&_sort=_id",
			"mine-b mine-f mine-z pack-0 pack-1 pack-2 pack-3 pack-4 pack-5 pack-6 pack-7 "
			"pack-8 pack-9 " },
		/* Without a publisher: last, in either direction. */
		{ "name=n&_sort=publisher,-name",
			"pack-2 pack-1 pack-0 mine-z pack-9 pack-8 pack-7 pack-6 pack-5 "
			"pack-4 pack-3 mine-f mine-b " },
	};
	NEED_FHIR();
	store("mine-z", "Nz");
	store("mine-b", "Nb");
	store("mine-f", "Nf");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		for (int count = 1; count < 16; count++) {
			size_t pages = 0;
			const char *ids = ids_of(TEXT("ValueSet?%s&_count=%d", rows[i].query, count), &pages);
			if (strcmp(ids, rows[i].ids) != 0)
				fail_msg("%s by %d: %s", rows[i].query, count, ids);
			if (*ids)
				assert_int_equal(pages, (13 + count - 1) / count);
		}
	}
	for (int count = 1; count < 7; count++) {
		const char *several = "?_type=ValueSet,StructureDefinition,CodeSystem&url=urn:set:pack-3,"
				      "urn:set:mine-b,urn:sd:4,urn:sd:bound,urn:code:mid";
		size_t pages = 0;
		assert_string_equal(ids_of(TEXT("%s&_sort=-url&_count=%d", several, count), &pages),
			"pack-3 mine-b bound sd4 mid ");
		assert_int_equal(pages, (5 + count - 1) / count);
		assert_string_equal(ids_of(TEXT("%s&_sort=name&_count=%d", several, count), &pages),
			"bound sd4 mine-b pack-3 mid ");
	}
	struct fixture_answer a = send_ok("GET", "ValueSet?name=n&_sort=name&_count=2", NULL, 200);
	assert_int_equal(number(&a, "/total"), 13);
	send_ok("GET", "ValueSet?_cursor=nonsense", NULL, 400);
	drop("mine-z");
	drop("mine-b");
	drop("mine-f");
}

static void stays_stable_while_others_write(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("GET", "ValueSet?name=n&_sort=name&_count=4", NULL, 200);
	const char *next = link_of(&a, "next");
	size_t pages = 0;
	store("pack-1", "Nc"); /* hides one that was given already */
	store("mine-a", "Na"); /* and one that would have stood there */
	const char *ids = ids_of(next, &pages);
	assert_string_equal(ids, "pack-4 pack-5 pack-6 pack-7 pack-8 pack-9 ");
	drop("pack-1");
	drop("mine-a");
}

static void gives_way_to_what_is_stored(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("GET", "ValueSet/pack-5", NULL, 200);
	const char *etag = hs_arena_cstr(fixture_arena(fx), fixture_header(&a, "ETag"));
	const char *body = "{'resourceType':'ValueSet','id':'pack-5','url':'urn:set:pack-5','version':'1',"
			   "'name':'Mine','status':'active'}";
	send_with("PUT", "ValueSet/pack-5", "If-None-Match: *\r\n", body, 412);
	send_with("PUT", "ValueSet/pack-5", "If-Match: W/\"1\"\r\n", body, 412);
	a = send_with("PUT", "ValueSet/pack-5", TEXT("If-Match: %s\r\n", etag), body, 201);
	expect_header(&a, "ETag", "W/\"1\"");
	a = send_ok("GET", "ValueSet/pack-5", NULL, 200);
	expect_text(&a, "/name", "Mine");
	a = send_ok("GET", "ValueSet", NULL, 200);
	assert_int_equal(number(&a, "/total"), SETS);
	a = send_ok("GET", "ValueSet?url=urn:set:pack-5", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	expect_text(&a, "/entry/0/resource/name", "Mine");
	a = send_ok("GET", "ValueSet/pack-5/_history", NULL, 200);
	assert_int_equal(number(&a, "/total"), 2);
	a = send_ok("GET", "ValueSet/pack-5/_history?_count=1", NULL, 200);
	a = send_ok("GET", link_of(&a, "next"), NULL, 200);
	assert_int_equal(entries(&a), 1);
	assert_null(link_of(&a, "next"));
	fixture_restart(fx); /* what is stored is known again from the store */
	a = send_ok("GET", "ValueSet", NULL, 200);
	assert_int_equal(number(&a, "/total"), SETS);
	/* Deleted, the package's is there again; and that one cannot be deleted. */
	send_ok("DELETE", "ValueSet/pack-5", NULL, 204);
	a = send_ok("GET", "ValueSet/pack-5", NULL, 200);
	expect_text(&a, "/name", "Nk");
	a = send_ok("DELETE", "ValueSet/pack-5", NULL, 409);
	expect_part(a.body, "part of a package");
	a = send_ok("GET", "ValueSet", NULL, 200);
	assert_int_equal(number(&a, "/total"), SETS);
}

static void is_patched_into_an_own_copy(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_with("PATCH", "ValueSet/pack-7",
		"Content-Type: application/json-patch+json\r\n",
		"[{'op':'replace','path':'/name','value':'Patched'}]", 201);
	expect_header(&a, "ETag", "W/\"1\"");
	a = send_ok("GET", "ValueSet?name=patched", NULL, 200);
	assert_int_equal(number(&a, "/total"), 1);
	expect_text(&a, "/entry/0/resource/url", "urn:set:pack-7");
	send_ok("DELETE", "ValueSet/pack-7", NULL, 204);
}

static void counts_as_there_for_conditions(void **state)
{
	NEED_FHIR();
	const char *body =
		"{'resourceType':'ValueSet','url':'urn:set:pack-8','name':'New','status':'active'}";
	struct fixture_answer a = send_with("POST", "ValueSet", "If-None-Exist: url=urn:set:pack-8\r\n", body,
		200);
	assert_true(hs_slice_search(fixture_header(&a, "Location"), HS_S("/ValueSet/pack-8")) != SIZE_MAX);
	a = send_ok("PUT", "ValueSet?url=urn:set:pack-8", body, 201);
	a = send_ok("GET", "ValueSet/pack-8", NULL, 200);
	expect_text(&a, "/name", "New");
	send_ok("DELETE", "ValueSet/pack-8", NULL, 204);
	send_ok("DELETE", "ValueSet?url=urn:set:pack-8", NULL, 409);
}

static void is_included(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Basic/points",
		"{'resourceType':'Basic','id':'points','code':{'text':'x'},"
		"'subject':{'reference':'ValueSet/pack-2'}}",
		201);
	struct fixture_answer a = send_ok("GET", "Basic?_id=points&_include=Basic:subject", NULL, 200);
	assert_int_equal(entries(&a), 2);
	expect_text(&a, "/entry/1/search/mode", "include");
	expect_text(&a, "/entry/1/resource/url", "urn:set:pack-2");
}

static const char *bundle_ids(const char *path)
{
	size_t pages = 0;
	return ids_of(path, &pages);
}

/* By canonical URLs and out of packages, in either direction and mixed. */
static void is_included_by_url(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "ConceptMap/cm",
		"{'resourceType':'ConceptMap','id':'cm','status':'active','sourceUri':'urn:set:pack-3',"
		"'targetUri':'urn:mine:set|1'}",
		201);
	send_ok("PUT", "ValueSet/mine-one",
		"{'resourceType':'ValueSet','id':'mine-one','url':'urn:mine:set','version':'1','status':'"
		"active'}",
		201);
	send_ok("PUT", "ValueSet/mine-two",
		"{'resourceType':'ValueSet','id':'mine-two','url':'urn:mine:set','version':'2','status':'"
		"active'}",
		201);
	assert_string_equal(bundle_ids("ConceptMap?_id=cm&_include=ConceptMap:source-uri"), "cm pack-3 ");
	/* The version that is named, not the other. */
	assert_string_equal(bundle_ids("ConceptMap?_id=cm&_include=ConceptMap:target-uri:ValueSet"),
		"cm mine-one ");
	assert_string_equal(bundle_ids("ConceptMap?_id=cm&_include=ConceptMap:target-uri:CodeSystem"), "cm ");
	assert_string_equal(bundle_ids("StructureDefinition?_id=bound&_include=StructureDefinition:base"),
		"bound sd4 ");
	assert_string_equal(bundle_ids("ValueSet?_id=pack-3&_revinclude=ConceptMap:source-uri"),
		"pack-3 cm ");
	assert_string_equal(bundle_ids("ValueSet?_id=pack-3&_revinclude=StructureDefinition:valueset"),
		"pack-3 bound ");
	assert_string_equal(bundle_ids("ValueSet?_id=mine-one&_revinclude=StructureDefinition:valueset"),
		"mine-one bound ");
	assert_string_equal(bundle_ids("ValueSet?_id=pack-4&_revinclude=StructureDefinition:valueset"),
		"pack-4 ");
	/* Hidden by a stored one of the same id, which refers to nothing. */
	send_ok("PUT", "StructureDefinition/bound",
		"{'resourceType':'StructureDefinition','id':'bound','url':'urn:sd:bound','name':'Bound',"
		"'status':'draft','kind':'resource','abstract':false,'type':'Patient'}",
		201);
	assert_string_equal(bundle_ids("ValueSet?_id=pack-3&_revinclude=StructureDefinition:valueset"),
		"pack-3 ");
	send_ok("DELETE", "StructureDefinition/bound", NULL, 204);
	send_ok("DELETE", "ConceptMap/cm", NULL, 204);
	drop("mine-one");
	drop("mine-two");
}

static void expect_found(const char *path, const char *ids)
{
	const char *found = bundle_ids(path);
	if (strcmp(found, ids) != 0)
		fail_msg("%s: %s", path, found);
	struct fixture_answer a = send_ok("GET", TEXT("%s&_summary=count", path), NULL, 200);
	size_t wanted = 0;
	for (const char *c = ids; *c; c++)
		wanted += *c == ' ';
	assert_int_equal(number(&a, "/total"), wanted);
}

/* From what is stored to packages, the other way, within either, and by URL with or without a version. */
static void chains_across(void **state)
{
	static const char *const rows[][2] = {
		{ "Basic?subject:ValueSet.name=ng", "points-3 " },
		{ "Basic?subject:ValueSet.name=nothing", "" },
		{ "Basic?subject:ValueSet.publisher=one", "points " },
		{ "Basic?subject:ValueSet.status=active", "points points-3 points-mine " },
		{ "Basic?_filter=subject.name%20eq%20ng", "points-3 " },
		{ "ValueSet?_has:Basic:subject:code:missing=true", "" },
		{ "ValueSet?_has:Basic:subject:_id=points-3,points", "pack-2 pack-3 " },
		{ "ValueSet?_has:Basic:subject:_lastUpdated=gt2020&name=Ng", "pack-3 " },
		{ "ConceptMap?source-uri:ValueSet.name=ng", "cm " },
		{ "ConceptMap?target-uri:ValueSet.title=first", "cm " },
		{ "ConceptMap?target-uri:ValueSet.title=second", "" }, /* another version is named */
		{ "ConceptMap?target-uri:ValueSet.name=ng", "" },
		{ "ValueSet?_has:ConceptMap:source-uri:status=active", "pack-3 " },
		{ "ValueSet?_has:ConceptMap:target-uri:status=active", "mine-one " },
		{ "ValueSet?_has:ConceptMap:target-uri:status=draft", "" },
		{ "StructureDefinition?valueset:ValueSet.name=ng", "bound " },
		{ "StructureDefinition?valueset:ValueSet.title=first", "bound " },
		{ "StructureDefinition?valueset:ValueSet.title=second", "" },
		{ "StructureDefinition?base:StructureDefinition.name=four", "bound " },
		{ "StructureDefinition?_has:StructureDefinition:base:name=bound", "sd4 " },
		{ "StructureDefinition?_has:StructureDefinition:base:name=four", "" },
		{ "ValueSet?_has:StructureDefinition:valueset:name=bound", "mine-one pack-3 " },
		{ "ValueSet?_has:StructureDefinition:valueset:base.name=four", "mine-one pack-3 " },
		{ "ValueSet?_has:StructureDefinition:valueset:name=bound&name:missing=true", "mine-one " },
		{ "Basic?subject:ValueSet._has:StructureDefinition:valueset:name=bound",
			"points-3 points-mine " },
		{ "Basic?subject:Patient.name=n", "" },
	};
	NEED_FHIR();
	send_ok("PUT", "Basic/points-3",
		"{'resourceType':'Basic','id':'points-3','code':{'text':'x'},"
		"'subject':{'reference':'ValueSet/pack-3'}}",
		201);
	send_ok("PUT", "Basic/points-mine",
		"{'resourceType':'Basic','id':'points-mine','code':{'text':'x'},"
		"'subject':{'reference':'ValueSet/mine-one'}}",
		201);
	send_ok("PUT", "ConceptMap/cm",
		"{'resourceType':'ConceptMap','id':'cm','status':'active','sourceUri':'urn:set:pack-3',"
		"'targetUri':'urn:mine:set|1'}",
		201);
	send_ok("PUT", "ValueSet/mine-one",
		"{'resourceType':'ValueSet','id':'mine-one','url':'urn:mine:set','version':'1','status':'"
		"active','title':'First'}",
		201);
	send_ok("PUT", "ValueSet/mine-two",
		"{'resourceType':'ValueSet','id':'mine-two','url':'urn:mine:set','version':'2','status':'"
		"active','title':'Second'}",
		201);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		expect_found(rows[i][0], rows[i][1]);
	/* Conditions mean the same. */
	struct fixture_answer a = send_with("POST", "ConceptMap",
		"If-None-Exist: source-uri:ValueSet.name=ng\r\n",
		"{'resourceType':'ConceptMap','status':'draft'}", 200);
	expect_part(fixture_header(&a, "Location"), "/ConceptMap/cm");
	/* Hidden by a stored one of the same id, which says otherwise. */
	send_ok("PUT", "ValueSet/pack-3",
		"{'resourceType':'ValueSet','id':'pack-3','url':'urn:other','name':'Other','status':'draft'}",
		201);
	expect_found("Basic?subject:ValueSet.name=ng", "");
	expect_found("Basic?subject:ValueSet.name=other", "points-3 ");
	expect_found("ConceptMap?source-uri:ValueSet.name=ng", "");
	expect_found("ValueSet?_has:ConceptMap:source-uri:status=active", "");
	drop("pack-3");
	drop("mine-one");
	drop("mine-two");
	send_ok("DELETE", "ConceptMap/cm", NULL, 204);
	send_ok("DELETE", "Basic/points-3", NULL, 204);
	send_ok("DELETE", "Basic/points-mine", NULL, 204);
}

static void finds_words(void **state)
{
	static const char *const rows[][2] = {
		{ "ValueSet?_content=nc", "pack-1 " },
		{ "ValueSet?_content=n*&name=nc", "pack-1 " },
		{ "ValueSet?_text=nc", "" },
		{ "ValueSet?_content=one", "word-mine pack-0 pack-1 pack-2 same-" },
		{ "ValueSet?_content=one%20NOT%20set", "word-mine " },
		{ "ValueSet?_content=%22urn%20set%20pack%203%22", "pack-3 " },
		{ "StructureDefinition?_content=four%20OR%20bound", "bound sd4 " },
		{ "StructureDefinition?base:StructureDefinition._content=four", "bound " },
	};
	NEED_FHIR();
	send_ok("PUT", "ValueSet/word-mine",
		"{'resourceType':'ValueSet','id':'word-mine','status':'draft','title':'Only one'}", 201);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const char *found = bundle_ids(rows[i][0]);
		if (strncmp(found, rows[i][1], strlen(rows[i][1])) != 0 || (!*rows[i][1] && *found))
			fail_msg("%s: %s", rows[i][0], found);
	}
	drop("word-mine");
}

/* Ids that were made for those that stand side by side are words too. */
static void finds_new_ids_as_words(void **state)
{
	NEED_FHIR();
	struct fixture_answer a = send_ok("GET", "CodeSystem?url=urn:code:state", NULL, 200);
	assert_int_equal(entries(&a), 2);
	for (size_t i = 0; i < 2; i++) {
		const char *id = TEXT("%.*s",
			HS_S_ARG(fixture_text(fx, &a, TEXT("/entry/%zu/resource/id", i))));
		const char *found = bundle_ids(TEXT("CodeSystem?_content=%%22CodeSystem%%20%s%%22&_sort=-_id",
			id));
		if (strncmp(found, id, strlen(id)) != 0)
			fail_msg("%s: %s", id, found);
	}
}

static void notices_a_package_that_changed(void **state)
{
	NEED_FHIR();
	add_set("first", "pack-9", "Nx", "");
	struct fixture_answer a = send_ok("GET", "ValueSet/pack-9", NULL, 503);
	expect_part(a.body, "was changed on disk");
	send_ok("GET", "ValueSet/pack-8", NULL, 200);
	fixture_restart(fx); /* its new state is another set of packages */
	a = send_ok("GET", "ValueSet/pack-9", NULL, 200);
	expect_text(&a, "/name", "Nx");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_a_package_holds),
		cmocka_unit_test(takes_what_belongs_here),
		cmocka_unit_test(serves_what_they_depend_on),
		cmocka_unit_test(finds_by_all_kinds),
		cmocka_unit_test(pages_and_sorts_as_one),
		cmocka_unit_test(stays_stable_while_others_write),
		cmocka_unit_test(gives_way_to_what_is_stored),
		cmocka_unit_test(is_patched_into_an_own_copy),
		cmocka_unit_test(counts_as_there_for_conditions),
		cmocka_unit_test(is_included),
		cmocka_unit_test(is_included_by_url),
		cmocka_unit_test(chains_across),
		cmocka_unit_test(finds_words),
		cmocka_unit_test(finds_new_ids_as_words),
		cmocka_unit_test(notices_a_package_that_changed),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
