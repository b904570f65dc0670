/* SPDX-License-Identifier: Apache-2.0 */
/* The ledger against the store's own way of keeping resources: two servers get the same writes, and every
 * read, search and history must give the same. */
#include "fixture.h"

#include <core/base/world.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

extern const struct hs_service hs_service_record_source;
extern const struct hs_service hs_service_record_index;

static struct fixture *ledger, *plain;

static int start(void **state)
{
	static const struct hs_service *const with[] = { &hs_service_record_index, &hs_service_record_source,
		NULL };
	static const struct hs_service *const without[] = { &hs_service_record_source, NULL };
	/* The same rules of storing: what the index refuses is tested elsewhere. */
	static const char lenient[] =
		"{\"services\":{\"record-index\":{\"check-identifiers\":false,\"immutable\":\"\","
		"\"unique-master-identifier\":false,\"supersede\":\"client-patch\"}}}";
	/* Dates that R4 does not take here are stored, too. */
	static const char *const settings[] = { "sandbox.validation=off", NULL };
	struct fixture_options a = { .services = with, .config = lenient, .settings = settings };
	struct fixture_options b = { .services = without, .settings = settings };
	(void)state;
	ledger = fixture_start(&a);
	plain = fixture_start(&b);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fixture_stop(ledger);
	fixture_stop(plain);
	return 0;
}

#define NEED_FHIR() \
	do { \
		(void)state; \
		if (!fixture_has_fhir(ledger, HS_FHIR_R4)) \
			skip(); \
	} while (0)

#define TEXT(...) hs_arena_cstr(fixture_arena(ledger), hs_arena_printf(fixture_arena(ledger), __VA_ARGS__))

static void send_both(const char *method, const char *path, const char *body)
{
	const char *headers = strcmp(method, "PATCH") == 0 ? "Content-Type: application/json-patch+json\r\n" :
							     NULL;
	struct fixture_answer a = fixture_call(ledger, method, path, headers, body);
	struct fixture_answer b = fixture_call(plain, method, path, headers, body);
	if (a.status != b.status || a.status >= 400)
		fail_msg("%s %s: %d and %d: %.*s", method, path, a.status, b.status, HS_S_ARG(a.body));
}

/* Takes away what may differ between two servers. */
static struct hs_json *tree_of(struct fixture *f, const char *path)
{
	struct fixture_answer answer = fixture_get(f, path);
	if (answer.status != 200)
		fail_msg("GET %s: %d: %.*s", path, answer.status, HS_S_ARG(answer.body));
	return fixture_json(f, &answer);
}

static void expect_same_resource(const char *path)
{
	struct hs_json *a = tree_of(ledger, path), *b = tree_of(plain, path);
	hs_json_take(hs_json_get(a, HS_S("meta")), HS_S("lastUpdated"));
	hs_json_take(hs_json_get(b, HS_S("meta")), HS_S("lastUpdated"));
	if (!hs_json_equal(a, b))
		fail_msg("GET %s differs", path);
}

/* "total: Type/id/version ..." of a Bundle, and where its next page is. */
static const char *gist(struct fixture *f, const char *path, const char **next)
{
	struct hs_json *bundle = tree_of(f, path);
	struct hs_buf out;
	hs_buf_init(&out, fixture_arena(f), 1 << 20);
	hs_buf_add(&out, hs_json_text(hs_json_get(bundle, HS_S("total"))));
	HS_JSON_EACH(entry, hs_json_get(bundle, HS_S("entry"))) {
		const struct hs_json *resource = hs_json_get(entry, HS_S("resource"));
		const struct hs_json *request = hs_json_get(entry, HS_S("request"));
		hs_buf_printf(&out, " %.*s/%.*s/%.*s%.*s",
			HS_S_ARG(hs_json_get_text(resource, HS_S("resourceType"))),
			HS_S_ARG(hs_json_get_text(resource, HS_S("id"))),
			HS_S_ARG(hs_json_get_text(hs_json_get(resource, HS_S("meta")), HS_S("versionId"))),
			HS_S_ARG(hs_json_get_text(request, HS_S("method"))));
	}
	*next = NULL;
	HS_JSON_EACH(link, hs_json_get(bundle, HS_S("link"))) {
		struct hs_slice url = hs_json_get_text(link, HS_S("url"));
		if (hs_slice_eq(hs_json_get_text(link, HS_S("relation")), HS_S("next")))
			*next = hs_arena_cstr(fixture_arena(f),
				hs_slice_from(url, hs_slice_cstr(fixture_url(f)).len));
	}
	return hs_arena_cstr(fixture_arena(f), hs_buf_slice(&out));
}

/* The same pages to the end. */
static void expect_same_bundle(const char *path)
{
	const char *a = path, *b = path;
	for (int page = 0; a || b; page++) {
		const char *next_a = NULL, *next_b = NULL;
		if (!a || !b)
			fail_msg("%s: one has more than %d pages", path, page);
		const char *gist_a = gist(ledger, a, &next_a), *gist_b = gist(plain, b, &next_b);
		if (strcmp(gist_a, gist_b) != 0)
			fail_msg("%s, page %d:\n  ledger %s\n  plain  %s", path, page, gist_a, gist_b);
		a = next_a;
		b = next_b;
	}
}

static void put_people(void)
{
	for (int i = 0; i < 6; i++) {
		send_both("PUT", TEXT("Patient/p%d", i),
			TEXT("{\"resourceType\":\"Patient\",\"id\":\"p%d\",\"identifier\":[{\"system\":"
			     "\"urn:p\","
			     "\"value\":\"N%d\"}],\"name\":[{\"family\":\"%s\"}]}",
				i, i, i % 2 ? "Ek" : "Alm"));
		send_both("PUT", TEXT("Organization/o%d", i),
			TEXT("{\"resourceType\":\"Organization\",\"id\":\"o%d\",\"name\":\"Enhet %d\"}", i,
				i));
		send_both("PUT", TEXT("Practitioner/d%d", i),
			TEXT("{\"resourceType\":\"Practitioner\",\"id\":\"d%d\",\"name\":[{\"family\":\"Lind"
			     "%d\"}]}",
				i, i));
	}
}

/* Pointers of several shapes, some of them awkward. */
static const char *pointer(int i, int version)
{
	static const char *const extras[] = {
		"",
		",\"description\":\"Caf\\u00e9 \\\"x\\\" \\ud83d\\ude00\"",
		",\"category\":[{\"coding\":[{\"system\":\"urn:c\",\"code\":\"A\"},{\"code\":\"b\"}],"
		"\"text\":"
		"\"Kategori\"}]",
		",\"context\":{\"period\":{\"start\":\"2020-01\",\"end\":\"2020-03-05\"},\"event\":[{"
		"\"coding\":"
		"[{\"system\":\"urn:e\",\"code\":\"E1\"}]}],\"facilityType\":{\"coding\":[{\"code\":\"F\"}]},"
		"\"practiceSetting\":{\"coding\":[{\"code\":\"S\",\"display\":\"Medicin\"}]},\"related\":[{"
		"\"reference\":\"Patient/p1\"}]}",
		",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"X-7\"},{\"value\":\"alone\"}]",
		",\"extension\":[{\"url\":\"urn:ext\",\"valueDecimal\":1.10}],\"securityLabel\":[{\"coding\":"
		"[{"
		"\"code\":\"R\"}]}]",
		",\"contained\":[{\"resourceType\":\"Practitioner\",\"id\":\"me\",\"name\":[{\"family\":"
		"\"Inne\"}]}]",
	};
	const char *extra = extras[i % 7];
	const char *author = i % 7 == 6 ? ",\"author\":[{\"reference\":\"#me\"}]" :
		i % 3 == 0              ? TEXT(",\"author\":[{\"reference\":\"Practitioner/d%d\","
							    "\"display\":\"Dr %d\"}]",
						  i % 6, i) :
					  "";
	const char *subject = i % 5 == 4 ?
		TEXT("{\"identifier\":{\"system\":\"urn:p\",\"value\":\"N%d\"}}", i % 6) :
		TEXT("{ \"reference\" : \"Patient/p%d\",\"display\":\"P %d\"}", i % 6, i % 6);
	const char *date = i % 4 == 3 ? TEXT("2021-0%d-11T10:00:00.5+01:00", 1 + i % 9) :
					TEXT("202%d-02-03T04:05:0%dZ", i % 6, i % 10);
	return TEXT("{\"resourceType\":\"DocumentReference\",\n \"id\":\"ref-%d\",\"status\":\"%s\","
		    "\"masterIdentifier\":{\"system\":\"urn:ietf:rfc:3986\",\"value\":\"urn:oid:1.2.%d\"},"
		    "\"type\":{\"coding\":[{\"system\":\"http://loinc.org\",\"code\":\"%d-%d\",\"display\":"
		    "\"Typ %d\"}]},"
		    "\"subject\":%s,\"date\":\"%s\",\"custodian\":{\"reference\":\"Organization/o%d\"}%s%s,"
		    "\"content\":[{\"attachment\":{\"contentType\":\"%s\",\"url\":"
		    "\"https://ehr.example/%d/Bundle/%08x-0000-4000-8000-00000000000%d\",\"size\":%d,"
		    "\"creation\":\"2020\"},"
		    "\"format\":{\"system\":\"urn:f\",\"code\":\"F%d\"}}%s]%s}",
		i, i % 4 == 1 ? "superseded" : "current", i, i % 3, version, i % 3, subject, date, i % 4,
		extra, author, i % 2 ? "text/plain" : "application/pdf", i % 3, i * 77, i % 10,
		i * 100 + version, i % 2,
		i % 11 == 5 ? TEXT(",{\"attachment\":{\"url\":\"https://ehr.example/shared/%d\"}}", i % 4) :
			      "",
		i % 9 == 8 ? TEXT(",\"relatesTo\":[{\"code\":\"appends\",\"target\":{\"reference\":"
				  "\"DocumentReference/ref-%d\"}}]",
				     i - 1) :
			     "");
}

static void load(void)
{
	static bool loaded;
	if (loaded)
		return;
	loaded = true;
	put_people();
	for (int i = 0; i < 60; i++)
		send_both("PUT", TEXT("DocumentReference/ref-%d", i), pointer(i, 1));
	for (int i = 0; i < 60; i += 7)
		send_both("PUT", TEXT("DocumentReference/ref-%d", i), pointer(i, 2));
	for (int i = 3; i < 60; i += 13)
		send_both("DELETE", TEXT("DocumentReference/ref-%d", i), NULL);
	send_both("PUT", "List/l1",
		"{\"resourceType\":\"List\",\"id\":\"l1\",\"status\":\"current\",\"mode\":\"working\","
		"\"entry\":[{\"item\":{\"reference\":\"DocumentReference/ref-5\"}},"
		"{\"item\":{\"reference\":\"DocumentReference/ref-8\"}}]}");
	send_both("PATCH", "DocumentReference/ref-1",
		"[{\"op\":\"replace\",\"path\":\"/status\",\"value\":\"entered-in-error\"}]");
}

static void reads_what_was_sent(void **state)
{
	NEED_FHIR();
	load();
	for (int i = 0; i < 60; i++) {
		if ((i - 3) % 13 != 0)
			expect_same_resource(TEXT("DocumentReference/ref-%d", i));
		else
			assert_int_equal(fixture_get(ledger, TEXT("DocumentReference/ref-%d", i)).status,
				410);
	}
	expect_same_resource("DocumentReference/ref-7/_history/1");
	expect_same_resource("DocumentReference/ref-7/_history/2");
	/* Byte for byte but for id and meta: white space, escapes and decimals as they were. */
	struct fixture_answer a = fixture_get(ledger, "DocumentReference/ref-5");
	assert_true(hs_slice_search(a.body, HS_S("\"valueDecimal\":1.10}")) != SIZE_MAX);
	assert_true(hs_slice_search(a.body, HS_S("\"subject\":{ \"reference\" : \"Patient/p5\"")) !=
		SIZE_MAX);
	a = fixture_get(ledger, "DocumentReference/ref-8");
	assert_true(hs_slice_search(a.body, HS_S("Caf\\u00e9 \\\"x\\\" \\ud83d\\ude00")) != SIZE_MAX);
}

static const char *const searches[] = {
	"patient=Patient/p1",
	"patient=p1",
	"subject=Patient/p2,Patient/p3",
	"patient=Patient/none",
	"patient.identifier=urn:p|N1&patient=p1",
	"patient.family=Ek",
	"patient:Patient.family=alm",
	"patient.family=Nobody",
	"patient:identifier=urn:p|N4",
	"patient:identifier=n4",
	"patient:missing=true",
	"subject:missing=false",
	"identifier=urn:oid:1.2.5",
	"identifier=urn:ietf:rfc:3986|urn:oid:1.2.5",
	"identifier=URN:OID:1.2.5",
	"identifier=X-7",
	"identifier=urn:x|X-7",
	"identifier=|alone",
	"identifier=urn:x|",
	"identifier:missing=true",
	"custodian=Organization/o1",
	"custodian=Organization/o1,Organization/o2",
	"custodian.name=Enhet",
	"custodian:missing=true",
	"status=current",
	"status=superseded",
	"status:not=current",
	"status=entered-in-error",
	"type=http://loinc.org|1-1",
	"type=2-1",
	"type:text=Typ",
	"type=nope",
	"category=A",
	"category=urn:c|A",
	"category:missing=true",
	"category:text=kateg",
	"date=2020",
	"date=ge2021",
	"date=lt2021-06",
	"date=ne2020-02-03",
	"date=sa2022",
	"date=eb2021-02",
	"date=ap2021",
	"date=2021-01-11T09:00:00.5Z",
	"date=gt2020-01-01&date=lt2022-01-01",
	"date=ge2021-03-11&date=le2021-03-11",
	"date=ge2021-03-11T09:00:00Z",
	"date=gt2021-03-11T09:00:00Z",
	"date=sa2021-03-11T09:00:00Z",
	"date=lt2021-03-11T09:00:00Z",
	"date=eb2021-03-11T09:00:01Z",
	"date=le2021-03-11T09:00:00Z",
	"date=ge2021-03-11T09:00:00.5Z",
	"date=lt2021-03-11T09:00:00.5Z",
	"date=ge2020&date=ne2021-03-11&date=lt2023",
	"date=ge2020&status=current&date=lt2021-03",
	"date=ge2022&date=lt2021",
	"date=ge2021&_sort=-date",
	"date=lt2021-06&_sort=date,-_id",
	"date=ge2020&_sort=type,date",
	"period=2020-02",
	"period=ge2020-03-05",
	"event=E1",
	"facility=F",
	"setting=S",
	"setting:text=medi",
	"format=F1",
	"security-label=R",
	"related=Patient/p1",
	"related:Patient=p1",
	"relatesto=DocumentReference/ref-7",
	"relation=appends",
	"relationship=DocumentReference/ref-7$appends",
	"author=Practitioner/d3",
	"author.family=lind0",
	"author:missing=false",
	"description=caf",
	"description:exact=nope",
	"description:contains=x",
	"contenttype=text/plain",
	"location:below=https://ehr.example/1",
	"location=https://ehr.example/1/Bundle/00000a99-0000-4000-8000-000000000005",
	"location=https://ehr.example/shared/1,https://ehr.example/nowhere",
	"location:missing=false",
	"identifier=urn:ietf:rfc:3986|",
	"location:above=https://ehr.example/1/x",
	"_id=ref-5",
	"_id=ref-5,ref-6,nope",
	"_lastUpdated=gt2000",
	"_lastUpdated=lt2000",
	"patient=p1&status=current&date=ge2020&type=http://loinc.org|1-1",
	"patient=p1&_sort=-date",
	"_sort=date,-_id",
	"_sort=-status,type",
	"_sort=type,-date",
	"_sort=category",
	"_sort=-category",
	"_sort=description",
	"_sort=_id",
	"_sort=-_id",
	"_sort=-patient",
	"date=ge2020-06&_count=3&_sort=-date",
	"date=lt2021-08&_count=4&_sort=date",
	"date=ge2020-06&_count=4",
	"_sort=-date&_count=5",
	"_sort=date&_count=3&_total=none",
	"status=current&_sort=date&_count=2&_total=none",
	"status=current&_sort=-date&_count=7",
	"_count=7",
	"_count=100",
	"patient=p1&_count=2",
	"patient=p1&_count=1&_sort=date",
	"_summary=count",
	"patient=p1&_summary=count",
	"status=current&_count=0",
	"_total=none&_count=5",
	"patient=p1&_include=DocumentReference:patient",
	"custodian=o1&_include=DocumentReference:custodian&_include=DocumentReference:author",
	"_id=ref-7&_revinclude=DocumentReference:relatesto",
	"_has:DocumentReference:relatesto:status=current",
	"_has:List:item:status=current",
	"_has:List:item:status=retired",
	"patient.family=Ek&status=current",
	"patient.family=Ek&date=ge2021&_sort=-date",
	"patient.family=Ek,Alm",
	"patient.family=Ek,Alm&_count=2",
	"patient.family:missing=false&custodian.name=Enhet",
	"patient.gender:not=male&_sort=_id",
	"custodian.name=Enhet&type=2-1",
	"custodian.name=Enhet&_count=3&_total=none",
	"custodian=o1&patient.family=Ek",
	"patient.family=Ek&date=2021-03-11",
	"custodian.name=Enhet&date=2021-03",
	"custodian.name=Nobody&date=2021-03",
	"date=ge2021-03&patient.family=Ek&date=lt2021-04&custodian.name=Enhet",
	"date=ge2021-03&date=lt2021-05&patient.family=Ek&status=current&_sort=-date",
	"patient.family:missing=true&date=2021-03-11",
	"author.family=lind0&status=current",
	"subject:Patient.family=Ek&patient=p1",
	"status=current&type=2-1",
	"status=current&type=2-1&_count=3",
	"status=current&type:not=2-1&_sort=_lastUpdated",
	"status=current,superseded",
	"status:not=current&date=ge2020",
	"status=current&description=caf",
	"status=superseded&patient=p1",
	"patient=p1&status=current&_count=2",
	"patient=p1&status=current&_count=2&_total=none",
	"patient=p1&status=current&_summary=count",
	"patient=p1&status:not=current&type=2-1",
	"patient=p1&status=current&_sort=-date&_count=2",
	"patient=p1&status=current&_sort=_lastUpdated&_count=2",
	"patient=p1&status=current&_lastUpdated=gt2000&_count=2",
	"patient=p1&date=ge2021&_count=2",
	"patient=p1&date=ge2021&date=lt2022&status=current",
	"patient=p1&description=caf&_count=1",
	"patient=p1&custodian.name=Enhet&_count=2",
	"patient=p1&_id=ref-1,ref-5,ref-7,ref-9",
	"patient=p1,p2&status=current&_count=3",
	"patient.identifier=urn:p|N1&patient=p1&status=current&_count=2",
	"patient=none&status=current",
	"patient=p1&_sort=date&_count=1",
	"patient=p1&_sort=-date&_count=1",
	"patient=p1&status=current&_sort=date,-_id&_count=2",
	"patient=p1&_sort=-_id&_count=2",
	"patient=p1,p2,p4&_sort=-date&_count=2",
	"patient:missing=true&_sort=date&_count=1",
	"custodian.name=Enhet&status=current&_count=1",
	"custodian.name=Enhet&status=current&_sort=-date&_count=2",
	"patient.family=Ek&type=2-1&_count=1",
	"patient.family=Ek&date=ge2021&_count=2",
	"description:missing=true&_count=2",
	"description:missing=true&_sort=-date&_count=3",
	"author.family=lind0&_sort=-type,date&_count=2",
	"type=2-1&_sort=-date&_count=3",
	"type=2-1&_sort=_id&_count=4",
	"type=2-1&_summary=count",
	"category:missing=false&status=current",
	"relationship=DocumentReference/ref-7$appends&status=current",
	"_filter=status%20eq%20current%20and%20not%20(type%20eq%202-1)",
	"_filter=patient.family%20eq%20Ek%20or%20status%20eq%20superseded",
};

/* Through other types: chains and _has that end in the ledger. */
static const char *const through[] = {
	"Patient?_has:DocumentReference:patient:status=superseded",
	"Patient?_has:DocumentReference:patient:location=https://ehr.example/shared/1",
	"Patient?_has:DocumentReference:patient:location=https://ehr.example/shared/1&family=Ek",
	("Patient?_has:DocumentReference:subject:custodian=o2&family=Ek&"
	 "_has:DocumentReference:patient:type=2-1"),
	"Patient?_has:DocumentReference:patient:status=current",
	"Patient?_has:DocumentReference:patient:status=current&_total=none&_count=2",
	"Patient?_has:DocumentReference:patient:status=entered-in-error",
	"Patient?_has:DocumentReference:subject:status:not=current",
	"Patient?_has:DocumentReference:patient:type=2-1&_sort=_id",
	"Patient?_has:DocumentReference:patient:date=ge2021&_has:DocumentReference:patient:date=lt2021",
	"Patient?_has:DocumentReference:patient:date=2021-01-11T09:00:00.5Z",
	"Patient?_has:DocumentReference:patient:custodian=o1",
	"Patient?_has:DocumentReference:patient:date=2021-03-11&family=Ek",
	"Patient?_has:DocumentReference:patient:date=2021-03-11&_has:DocumentReference:patient:type=2-1",
	"Patient?_has:DocumentReference:patient:patient=p1",
	"Patient?_has:DocumentReference:patient:custodian.name=Enhet&family=Ek",
	"Patient?_has:DocumentReference:patient:description=caf",
	"Patient?_has:DocumentReference:patient:identifier=urn:oid:1.2.5",
	"Patient?_has:DocumentReference:related:status=current",
	"Patient?_has:DocumentReference:patient:_id=ref-5",
	"Patient?_has:DocumentReference:patient:_has:List:item:status=current",
	"Patient?_id=p1&_revinclude=DocumentReference:patient",
	"Practitioner?_has:DocumentReference:author:status=current",
	"Practitioner?_has:DocumentReference:author:patient.family=Ek",
	"Organization?_has:DocumentReference:custodian:date=ge2025",
	"Organization?_has:DocumentReference:custodian:status=current",
	"Organization?_has:DocumentReference:custodian:type=2-1&name=Enhet",
	"List?item:DocumentReference.status=current",
	"List?item:DocumentReference.patient.family=Ek",
};

static void finds_the_same(void **state)
{
	NEED_FHIR();
	load();
	for (size_t i = 0; i < sizeof searches / sizeof searches[0]; i++)
		expect_same_bundle(TEXT("DocumentReference?%s", searches[i]));
	for (size_t i = 0; i < sizeof through / sizeof through[0]; i++)
		expect_same_bundle(through[i]);
}

/* ---- any combination of conditions, on so many pointers that they are sifted along the columns ---- */

#define SOME_MORE 240
#define COMBINATIONS 400

static uint32_t dice = 20210311;

static unsigned roll(unsigned sides)
{
	dice = dice * 1664525u + 1013904223u;
	return (dice >> 12) % sides;
}

static const char *a_condition(void)
{
	static const char *const conditions[] = {
		"status=current",
		"status=superseded",
		"status:not=current",
		"status=current,entered-in-error",
		"type=2-1",
		"type:not=1-1",
		"type=nope",
		"category=A",
		"category:missing=true",
		"date=ge2021",
		"date=lt2022-06",
		"date=ne2021-03-11",
		"date=2020,2023",
		"date=gt2020-02&date=le2024",
		"date=sa2021-05-11T09:00:00Z",
		"date=ap2021",
		"date=ap2022-02-03",
		"date=gt2021-04-11T09:00:00.5Z",
		"date=ge2021-04-11T09:00:00.3Z",
		"date=lt2021-08-11T09:00:00.7Z",
		"date=le2021-08-11T09:00:00.2Z",
		"date=eb2023-02-03T04:05",
		"date=ne2021-04-11T09:00:00.5Z",
		"date=2021-04-11T09:00:00.5Z,2022-02-03T04:05:02Z",
		"date:missing=true",
		"custodian=Organization/o1",
		"custodian=o1,o2",
		"_filter=not%20(custodian%20eq%20Organization/o1)",
		"custodian.name=Enhet",
		"custodian.name=Enhet%202",
		"custodian:missing=true",
		"patient.family=Ek",
		"patient.family:missing=true",
		"patient:identifier=urn:p|N4",
		"patient:missing=true",
		"subject:missing=false",
		"patient=p1,p2,p4",
		"patient=Patient/p1",
		"patient=p0,p1,p2,p3,p5",
		"_filter=not%20(patient%20eq%20Patient/p1)",
		"author.family=lind0",
		"author:missing=false",
		"identifier:not=X-7",
		"_filter=not%20(status%20eq%20current%20and%20date%20lt%202023)",
		"description=caf",
		"format=F1",
		"contenttype=text/plain",
		"location=https://ehr.example/shared/1",
		("location=https://ehr.example/shared/2,https://ehr.example/1/Bundle/00001259-0000-4000-8000-"
		 "000000000001"),
		"location=HTTPS://ehr.example/shared/1",
		"location:below=https://ehr.example/shared",
		"location:below=https://ehr.example/1/",
		"location:below=https://ehr.example/2/Bundle/0000",
		"location:below=https://ehr.example",
		"location:above=https://ehr.example/shared/1/further",
		"location:missing=true",
		"_filter=not%20(location%20eq%20https://ehr.example/shared/1)",
		"subject:missing=true",
		"identifier=urn:ietf:rfc:3986|",
		"identifier=urn:x|",
		"description:missing=true",
		"description:exact=Caf%C3%A9%20%22x%22%20%F0%9F%98%80",
		"period=ge2020-03",
		"event=E1",
		"patient.family=Ek&patient.identifier=urn:p|N1",
		"patient._has:DocumentReference:patient:location=https://ehr.example/shared/1",
		"_lastUpdated=gt2000",
		"_lastUpdated=lt2000",
		"_lastUpdated=ne2000",
		"relatesto:missing=false",
		"_has:List:item:status=current",
		"_filter=status%20eq%20superseded%20or%20date%20ge%202023",
		"_filter=not%20(custodian%20eq%20Organization/o1)%20or%20type%20eq%202-1",
	};
	return conditions[roll(sizeof conditions / sizeof conditions[0])];
}

static const char *a_combination(void)
{
	static const char *const ends[] = { "&_count=100", "&_count=7", "&_count=3&_total=none",
		"&_summary=count", "&_count=9&_sort=date,_id", "&_count=9&_sort=-date,_id",
		"&_count=20&_sort=-_id", "&_count=50&_sort=type,-date", "&_count=5&_sort=subject,-status",
		"&_count=9&_sort=-custodian,type,_id", "&_count=6&_sort=-category,patient&_total=none",
		"&_count=8&_sort=status,-date,_id", "&_count=7&_sort=-subject", "&_count=4&_sort=-format",
		"&_count=30&_sort=event,-custodian,date,type" };
	const char *path = TEXT("DocumentReference?%s", a_condition());
	for (unsigned more = roll(4); more; more--)
		path = TEXT("%s&%s", path, a_condition());
	return TEXT("%s%s", path, ends[roll(sizeof ends / sizeof ends[0])]);
}

/* All there is, or much of it, in orders that columns tell, in part or not at all. */
static const char *an_order(void)
{
	static const char *const sorts[] = { "status", "type", "category", "subject", "custodian", "patient",
		"date", "format", "event", "_lastUpdated", "location", "author", "security-label", "_id",
		"identifier", "description", "period" };
	const char *path = TEXT("DocumentReference?%s_count=%u&_sort=",
		roll(2) ? TEXT("%s&", a_condition()) : "", 3 + roll(40));

	for (unsigned left = 1 + roll(3); left; left--)
		path = TEXT("%s%s%s%s", path, roll(2) ? "-" : "", sorts[roll(sizeof sorts / sizeof *sorts)],
			left > 1 ? "," : "");
	return path;
}

/* What the columns must follow. What is made again after a deletion is a new pointer to the ledger, and comes
 * last; so it is not. */
static void change_one(void)
{
	int i = 60 + (int)roll(SOME_MORE);
	bool lives = fixture_get(ledger, TEXT("DocumentReference/ref-%d", i)).status == 200;
	unsigned how = roll(4);

	if (how == 1)
		send_both("PUT", TEXT("DocumentReference/ref-%d", 300 + i), pointer(300 + i, 1));
	else if (lives && how == 0)
		send_both("DELETE", TEXT("DocumentReference/ref-%d", i), NULL);
	else if (lives)
		send_both("PUT", TEXT("DocumentReference/ref-%d", i), pointer(i, 3 + (int)roll(3)));
}

static void finds_any_combination(void **state)
{
	NEED_FHIR();
	load();
	for (int i = 60; i < 60 + SOME_MORE; i++)
		send_both("PUT", TEXT("DocumentReference/ref-%d", i), pointer(i, 1));
	for (int i = 0; i < COMBINATIONS; i++) {
		if (i % 3 == 2)
			change_one();
		expect_same_bundle(a_combination());
		if (i % 2 == 0)
			expect_same_bundle(an_order());
	}
	for (int i = 60; i < 60 + SOME_MORE; i++) {
		if (fixture_get(ledger, TEXT("DocumentReference/ref-%d", i)).status == 200)
			send_both("DELETE", TEXT("DocumentReference/ref-%d", i), NULL);
		if (i % 40 == 0)
			expect_same_bundle("DocumentReference?status=current&date=ge2021&_count=200");
	}
	for (size_t i = 0; i < sizeof through / sizeof through[0]; i++)
		expect_same_bundle(through[i]);
}

/* Chains lead to nobody who was deleted. */
static void forgets_the_same(void **state)
{
	NEED_FHIR();
	load();
	send_both("PUT", "Patient/gone",
		"{\"resourceType\":\"Patient\",\"id\":\"gone\",\"name\":[{\"family\":\"Borta\"}]}");
	send_both("PUT", "DocumentReference/of-gone",
		"{\"resourceType\":\"DocumentReference\",\"id\":\"of-gone\",\"status\":\"current\","
		"\"subject\":{\"reference\":\"Patient/gone\"},\"date\":\"2031-01-01T00:00:00Z\","
		"\"content\":[{\"attachment\":{\"title\":\"x\"}}]}");
	for (int i = 0; i < 2; i++) {
		expect_same_bundle("DocumentReference?patient.family=Borta&date=ge2020");
		expect_same_bundle("DocumentReference?patient.family:contains=o&date=2031-01-01");
		expect_same_bundle("DocumentReference?patient.family:missing=false&date=2031");
		if (i == 0)
			send_both("DELETE", "Patient/gone", NULL);
	}
	send_both("DELETE", "DocumentReference/of-gone", NULL);
}

static void remembers_the_same(void **state)
{
	NEED_FHIR();
	load();
	/* Again after its deletion. */
	send_both("PUT", "DocumentReference/ref-16", pointer(16, 3));
	expect_same_resource("DocumentReference/ref-16");
	expect_same_bundle("DocumentReference/_history?_count=200");
	expect_same_bundle("DocumentReference/_history?_count=9");
	expect_same_bundle("DocumentReference/ref-7/_history");
	expect_same_bundle("DocumentReference/ref-16/_history");
	expect_same_bundle("_history?_count=17");
	expect_same_bundle("DocumentReference/_history?_since=2001-01-01T00:00:00Z&_count=50");
}

/* Every DocumentReference of the R4 examples. */
static void keeps_the_examples(void **state)
{
	static const char *const names[] = { "example" };
	NEED_FHIR();
	const char *home = getenv("HOME");
	for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
		const char *path =
			TEXT("%s/.fhir/packages/hl7.fhir.r4.examples#4.0.1/package/DocumentReference-%s.json",
				home ? home : "", names[i]);
		struct hs_slice text;
		struct hs_error err;
		if (hs_world_read_file(hs_world_real(), fixture_arena(ledger), path, 1 << 20, &text, &err))
			skip();
		send_both("PUT", TEXT("DocumentReference/%s", names[i]),
			hs_arena_cstr(fixture_arena(ledger), text));
		expect_same_resource(TEXT("DocumentReference/%s", names[i]));
		expect_same_bundle(TEXT("DocumentReference?_id=%s&_count=5", names[i]));
	}
}

/* Last of those that search: from now on the ledger cannot tell by the second. */
static void finds_dates_without_a_second(void **state)
{
	static const char *const dates[] = { "2019", "2019-12", "2020-01-01", "2020-01-01T00:05Z" };
	NEED_FHIR();
	load();
	for (size_t i = 0; i < sizeof(dates) / sizeof(dates[0]); i++)
		send_both("PUT", TEXT("DocumentReference/wide-%zu", i),
			TEXT("{\"resourceType\":\"DocumentReference\",\"id\":\"wide-%zu\",\"status\":"
			     "\"current\","
			     "\"date\":\"%s\",\"content\":[{\"attachment\":{\"title\":\"x\"}}]}",
				i, dates[i]));
	expect_same_bundle("DocumentReference?date=ge2019-12-15&_sort=_id");
	expect_same_bundle("DocumentReference?date=gt2019-12-15T00:00:00Z&_sort=_id");
	expect_same_bundle("DocumentReference?date=sa2019-12-15&_sort=_id");
	expect_same_bundle("DocumentReference?date=2020-01-01&_sort=_id");
	expect_same_bundle("DocumentReference?date=2019&_sort=_id");
	expect_same_bundle("DocumentReference?date=lt2020-01-01T00:00:30Z&_sort=_id");
	expect_same_bundle("DocumentReference?date=ge2019-06&date=le2019-08&_sort=_id");
	for (int i = 0; i < COMBINATIONS / 4; i++)
		expect_same_bundle(TEXT("DocumentReference?%s&%s&_sort=%s_id&_count=25", a_condition(),
			a_condition(), i % 2 ? "date," : ""));
}

static void survives_a_restart(void **state)
{
	NEED_FHIR();
	load();
	fixture_restart(ledger);
	expect_same_bundle("DocumentReference?patient=p1&_sort=-date");
	expect_same_bundle("DocumentReference?_summary=count");
	expect_same_bundle("DocumentReference?date=2019&_sort=_id");
	expect_same_bundle("DocumentReference?date=ge2019-12-15&_sort=_id");
	expect_same_resource("DocumentReference/ref-7");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_what_was_sent),
		cmocka_unit_test(finds_the_same),
		cmocka_unit_test(finds_any_combination),
		cmocka_unit_test(forgets_the_same),
		cmocka_unit_test(remembers_the_same),
		cmocka_unit_test(keeps_the_examples),
		cmocka_unit_test(finds_dates_without_a_second),
		cmocka_unit_test(survives_a_restart),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
