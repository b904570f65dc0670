/* SPDX-License-Identifier: Apache-2.0 */
/* `handslag validate --fhir 4.3`: the definitions of R4B, here a core of a few types of our own in a package
 * cache of our own, chosen by name or by a package that is for that release. */
#include "fixture_private.h"
#include "workbench.h"

#include <stdlib.h>
#include <sys/stat.h>

#define RUN(...) WORKBENCH_RUN("validate", "--core-only", __VA_ARGS__)
#define CORE "cache/hl7.fhir.r4b.core#4.3.0"
#define GUIDE "cache/se.example.guide#1.0.0"

static void make_folder(const char *name)
{
	assert_int_equal(mkdir(workbench_path(name), 0700), 0);
}

/* A type with the elements "name min types" of `rows`, of which the first is the type itself. */
struct element {
	const char *path;
	int min;
	const char *type; /* NULL: none */
};

static void add_elements(struct hs_buf *out, const struct element *rows)
{
	for (const struct element *row = rows; row->path; row++) {
		hs_buf_printf(out, "%s{\"id\":\"%s\",\"path\":\"%s\",\"min\":%d,\"max\":\"%s\"",
			row == rows ? "" : ",", row->path, row->path, row->min, row == rows ? "*" : "1");
		if (row->type)
			hs_buf_printf(out, ",\"type\":[{\"code\":\"%s\"}]", row->type);
		hs_buf_cstr(out, "}");
	}
}

static void make_type(const char *name, const char *kind, const char *base, const struct element *rows)
{
	struct hs_buf out;
	char file[200];
	hs_buf_init(&out, workbench_arena(), 10000);
	hs_buf_printf(&out,
		"{\"resourceType\":\"StructureDefinition\",\"id\":\"%s\",\"name\":\"%s\",\"type\":\"%s\","
		"\"kind\":"
		"\"%s\",\"status\":\"active\",\"abstract\":%s,\"url\":\"http://hl7.org/fhir/"
		"StructureDefinition/%s\"",
		name, name, name, kind, base ? "false" : "true", name);
	if (base)
		hs_buf_printf(&out,
			",\"derivation\":\"specialization\",\"baseDefinition\":\"http://hl7.org/fhir/"
			"StructureDefinition/%s\"",
			base);
	hs_buf_cstr(&out, ",\"snapshot\":{\"element\":[");
	add_elements(&out, rows);
	hs_buf_cstr(&out, "]}}");
	snprintf(file, sizeof(file), CORE "/package/StructureDefinition-%s.json", name);
	workbench_file(file, hs_arena_cstr(workbench_arena(), hs_buf_slice(&out)));
}

#define TEXT "http://hl7.org/fhirpath/System.String"

static void make_core(void)
{
	static const struct element element[] = { { "Element", 0, NULL }, { "Element.id", 0, TEXT },
		{ NULL, 0, NULL } };
	static const struct element code[] = { { "code", 0, NULL }, { "code.id", 0, TEXT },
		{ "code.value", 0, TEXT }, { NULL, 0, NULL } };
	static const struct element resource[] = { { "Resource", 0, NULL }, { "Resource.id", 0, TEXT },
		{ NULL, 0, NULL } };
	static const struct element status[] = { { "SubscriptionStatus", 0, NULL },
		{ "SubscriptionStatus.id", 0, TEXT }, { "SubscriptionStatus.type", 1, "code" },
		{ NULL, 0, NULL } };
	make_folder(CORE);
	make_folder(CORE "/package");
	workbench_file(CORE "/package/package.json",
		"{\"name\":\"hl7.fhir.r4b.core\",\"version\":\"4.3.0\",\"fhirVersions\":[\"4.3.0\"]}");
	make_type("Element", "complex-type", NULL, element);
	make_type("code", "primitive-type", "Element", code);
	make_type("Resource", "resource", NULL, resource);
	make_type("SubscriptionStatus", "resource", "Resource", status);
}

static int start(void **state)
{
	workbench_start(state);
	make_folder("cache");
	make_folder(GUIDE);
	make_folder(GUIDE "/package");
	workbench_file(GUIDE "/package/package.json",
		"{\"name\":\"se.example.guide\",\"version\":\"1.0.0\",\"fhirVersions\":[\"4.3.0\"]}");
	return setenv("HS_PACKAGES", workbench_path("cache"), 1);
}

/* A resource that R4 does not have. */
#define GOOD "{\"resourceType\":\"SubscriptionStatus\",\"type\":\"heartbeat\"}"

static void says_how_to_get_it(void **state)
{
	(void)state;
	struct process_result r = RUN("--fhir", "4.3", workbench_file("good.json", GOOD));
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "npm pack hl7.fhir.r4b.core@4.3.0");
}

static void validates_by_it(void **state)
{
	(void)state;
	make_core();
	const char *good = workbench_file("good.json", GOOD);
	assert_int_equal(RUN("--fhir", "4.3", good).exit, 0);
	assert_int_equal(RUN("--fhir", "R4B", good).exit, 0);
	struct process_result r = RUN("--fhir", "4.3",
		workbench_file("bad.json", "{\"resourceType\":\"SubscriptionStatus\",\"tpye\":\"x\"}"));
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "did you mean 'type'?");
	assert_has(r.out, "'type' is missing");
}

static void a_package_chooses_it(void **state)
{
	(void)state;
	assert_int_equal(RUN("--package", "se.example.guide#1.0.0", workbench_file("good.json", GOOD)).exit,
		0);
}

/* On one line, without quotes about a name, and with characters of two and of four bytes before the mistake:
 * the column is that of the file, in characters. */
static void tells_places_as_an_editor_does(void **state)
{
	(void)state;
	struct process_result r = RUN("--fhir", "4.3",
		workbench_file("line.json",
			"{resourceType:\"SubscriptionStatus\",\"id\":"
			"\"\xC3\xB6\xF0\x9F\x98\x80\",\"tpye\":\"x\"}"));
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "line.json:1:2: error: SubscriptionStatus: 'r' is where");
	assert_has(r.out, "line.json:1:54: error: SubscriptionStatus");
	assert_has(r.out, "\"tpye\":\"x\"}\n");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_how_to_get_it),
		cmocka_unit_test(validates_by_it),
		cmocka_unit_test(a_package_chooses_it),
		cmocka_unit_test(tells_places_as_an_editor_does),
	};
	return cmocka_run_group_tests(tests, start, workbench_stop);
}
