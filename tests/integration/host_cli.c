/* SPDX-License-Identifier: Apache-2.0 */
/* The command line as a user meets it: help, mistakes, loading, packages, sandboxes, backups, exit codes. */
#include "workbench.h"
#include "../unit/core/fhir/package/make_package.h"
#include "fixture_private.h"

#include <stdio.h>
#include <sys/stat.h>

#define RUN WORKBENCH_RUN

/* Calls `check` for each command that `handslag --help` lists: the indented lines below its headings. */
static void for_each_command(void (*check)(const char *name))
{
	struct process_result r = RUN("--help");
	size_t begin = hs_slice_search(r.out, HS_S("\nA server and its sandboxes:\n")), count = 0;
	size_t end = hs_slice_search(r.out, HS_S("\nExit codes:\n"));

	assert_int_equal(r.exit, 0);
	assert_true(begin < end && end != SIZE_MAX);
	struct hs_slice rest = hs_slice_from(hs_slice_first(r.out, end), begin);
	while (rest.len) {
		struct hs_slice line = hs_slice_cut(&rest, '\n');
		if (!hs_slice_starts(line, HS_S("  ")))
			continue;
		line = hs_slice_trim(line);
		check(hs_arena_cstr(workbench_arena(), hs_slice_cut(&line, ' ')));
		count++;
	}
	assert_true(count > 10);
}

static void has_help(const char *name)
{
	struct process_result r = RUN(name, "--help");
	struct hs_slice rest = r.out, first = hs_slice_cut(&rest, '\n');
	char usage[64], example[64];

	snprintf(usage, sizeof(usage), "Usage:\n  handslag %s", name);
	snprintf(example, sizeof(example), "\nExample:\n  handslag %s", name);
	assert_int_equal(r.exit, 0);
	assert_int_equal(r.err.len, 0);
	assert_has(r.out, usage);
	assert_has(r.out, example);
	if (!hs_slice_ends(first, HS_S(".")))
		fail_msg("%s: help begins with a sentence, not with \"%.*s\"", name, HS_S_ARG(first));
	/* Those with verbs have their options there. */
	if (!has_text(r.out, "--json") && !has_text(r.out, " VERB --help") &&
		!has_text(r.out, " NAME --help"))
		fail_msg("%s: there is no --json", name);
	for (struct hs_slice line; rest.ptr;) {
		line = hs_slice_cut(&rest, '\n');
		if (line.len > 120)
			fail_msg("%s: %zu columns: %.*s", name, line.len, HS_S_ARG(line));
	}
}

/* Exit code 2, and a line that names the command, what is wrong, and where to look. */
static void refuses_strangers(const char *name)
{
	struct process_result r = RUN(name, "--no-such-option");

	assert_int_equal(r.exit, 2);
	assert_int_equal(r.out.len, 0);
	assert_has(r.err, name);
	if (!has_text(r.err, "--no-such-option") && !has_text(r.err, "comes before its options"))
		fail_msg("%s does not say what it does not know: %.*s", name, HS_S_ARG(r.err));
	assert_has(r.err, "--help");
}

static void each_command_has_help_with_an_example(void **state)
{
	(void)state;
	for_each_command(has_help);
}

static void each_command_refuses_strangers(void **state)
{
	(void)state;
	for_each_command(refuses_strangers);
}

static void mistakes_are_named(void **state)
{
	(void)state;
	assert_has(RUN("serve", "surplus").err, "there is no place for \"surplus\"; usage: handslag serve");
	assert_has(RUN("test", "--target").err, "--target needs URL; see handslag test --help");
	struct process_result r = RUN("serv");
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "did you mean \"serve\"");
	r = RUN("serve", "--lisen", "x");
	assert_int_equal(r.exit, 2);
	assert_has(r.err,
		"there is no option \"--lisen\"; did you mean \"--listen\"? See handslag serve --help");
	assert_has(RUN("-x").err, "there is no option \"-x\"; see handslag --help");
	assert_has(RUN("package", "lisst").err, "there is no verb \"lisst\"; did you mean \"list\"?");
	assert_has(RUN("package", "add").err, "add takes at least one PACKAGE");
	assert_has(RUN("sandbox", "list", "x").err, "list takes no NAME");
	assert_has(RUN("import", "loinx").err, "there is no importer \"loinx\"; did you mean \"loinc\"?");
	assert_has(RUN("tx", "look").err, "there is no verb \"look\"");
	r = RUN("serve", "--set", "limits.bodykib=3", "--data", workbench_path("none"));
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "did you mean \"limits.bodyKib\"");
	r = RUN("serve", "--set", "services.directory.nothing=1", "--data", workbench_path("none"));
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "services.directory has no setting \"nothing\"");
	r = RUN("serve", "--config", workbench_file("bad.json", "{\"loops\": \"two\"}"), "--data",
		workbench_path("none"));
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "loops must be a whole number");
	r = RUN("serve", "--config", workbench_file("torn.json", "{\n \"loops\": two}"), "--data",
		workbench_path("none"));
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "torn.json is not valid JSON at line 2, column 11");
	r = RUN("serve", "--listen", "nowhere", "--data", workbench_path("none"));
	assert_int_equal(r.exit, 2);
	r = RUN("serve", "--listen", "192.0.2.1:80", "--data", workbench_path("none"));
	assert_int_equal(r.exit, 2);
	r = RUN("load", "--target", "http://127.0.0.1:1/fhir/r4",
		workbench_file("p.json", "{\"resourceType\":\"Patient\"}"));
	assert_int_equal(r.exit, 3);
}

/* Names of files and folders that are none, or not of the kind that is needed. */
static void what_is_no_such_file_is_named(void **state)
{
	const char *file = workbench_file("some.txt", "no database"), *folder = workbench_path("nothing");
	struct process_result r = RUN("load", "hl7.terminology.r4", "--data", workbench_path("named"));

	(void)state;
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "a package is named with its version, as in hl7.terminology.r4#7.0.1");
	r = RUN("load", "no/such.json", "--data", workbench_path("named"));
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "there is no file no/such.json\n");
	assert_int_equal(mkdir(folder, 0700), 0);
	r = RUN("load", folder, "--data", workbench_path("named"));
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "has no .json, .xml or .ndjson file");
	r = RUN("serve", "--data", file);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "is a file, but a directory is needed");
	r = RUN("restore", file, "--data", workbench_path("named"));
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "some.txt is no sound backup");
	r = RUN("sandbox", "list", "--token", "t", "--data", folder);
	assert_int_not_equal(r.exit, 0);
	assert_has(r.err, "say by --target URL where it is");
}

static void help_is_had_in_two_ways(void **state)
{
	(void)state;
	assert_true(hs_slice_eq(RUN("help", "load").out, RUN("load", "--help").out));
	assert_true(hs_slice_eq(RUN("help").out, RUN("--help").out));
	assert_true(hs_slice_eq(RUN("-V").out, RUN("version").out));
	assert_int_equal(RUN("help", "lod").exit, 2);
}

static void help_names_the_exit_codes(void **state)
{
	(void)state;
	assert_has(RUN("load", "--help").out, "\n  1    a resource was refused\n");
	assert_has(RUN("backup", "--help").out,
		"\n  3    the target does not answer\n  4    a fault of ours\n");
	assert_has(RUN("test", "--help").out, "\n  5    nothing could be judged\n  130  interrupted\n");
	/* Its target is a code system. */
	assert_has(RUN("tx", "translate", "--help").out,
		"2    usage or configuration\n  4    a fault of ours\n");
}

static void versions_of_fhir_have_one_form(void **state)
{
	static const char *const right[] = { "r4", "R4", "4.0", "4.0.1" };
	const char *file = workbench_file("x.json", "{}");

	(void)state;
	for (size_t i = 0; i < sizeof(right) / sizeof(right[0]); i++)
		assert_null(strstr(hs_arena_cstr(workbench_arena(),
					   RUN("convert", "--to", right[i], file).err),
			"must be"));
	assert_has(RUN("convert", "--to", "r6", file).err, "--to must be r4 or r5, not \"r6\"");
	assert_has(RUN("load", "--fhir", "r4b", file).err, "--fhir must be r4 or r5");
	assert_has(RUN("export", "--fhir", "x", "--out", "y").err, "--fhir must be r4 or r5");
	assert_has(RUN("tx", "lookup", "ucum", "m", "--fhir", "x").err, "--fhir must be r4 or r5");
	assert_has(RUN("test", "--target", "http://x", "--fhir", "3").err, "--fhir must be r4 or r5");
	assert_has(RUN("validate", "--fhir", "3", file).err, "--fhir must be r4, r4b or r5");
	assert_has(RUN("fhirpath", "--fhir", "3", "1").err, "--fhir must be r4, r4b or r5");
}

/* Nothing was proved by a run without a fault or without a server. */
static void mutate_does_not_prove_nothing(void **state)
{
	(void)state;
	struct process_result r = RUN("mutate", "rest", "--target", "http://127.0.0.1:1/fhir/r4");
	assert_int_equal(r.exit, 3);
	r = RUN("mutate", "rest", "--target", "nowhere");
	assert_int_not_equal(r.exit, 0);
	r = RUN("mutate", "rest", "--fault", "no-such-*");
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "there is no fault called no-such-*");
}

/* A copy of nothing that is called a backup, or nothing exported, is worse than a refusal. */
static void what_reads_makes_no_data_directory(void **state)
{
	const char *none = workbench_path("mistyped");
	const struct process_result all[] = {
		RUN("backup", "--to", workbench_path("copy"), "--data", none),
		RUN("export", "--out", workbench_path("out"), "--data", none),
		RUN("explain", "Patient?name=x", "--data", none),
		RUN("reindex", "--data", none),
		RUN("tx", "lookup", "ucum", "mg", "--data", none),
	};
	struct stat about;

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_int_equal(all[i].exit, 2);
		assert_has(all[i].err, "is no data directory; say which with --data DIR");
	}
	assert_int_not_equal(stat(none, &about), 0);
	assert_int_not_equal(stat(workbench_path("copy"), &about), 0);
	/* What makes it says why it cannot. */
	const char *file = workbench_file("a-file", "");
	assert_has(RUN("serve", "--data", file).err, "is a file, but a directory is needed");
}

/* Each is a mistake of the command line (2), told before anything is done. */
static void mistakes_are_told(void **state)
{
	const char *none = workbench_path("not-there"), *file = workbench_file("some-file", "x\n");
	const char *folder = workbench_path("no-folder/x");
	const struct {
		struct process_result r;
		const char *says;
	} all[] = {
		{ RUN("load", "--target", "nope", file), "--target must be a URL such as http://" },
		{ RUN("seed", "--target", "nope"), "--target must be a URL such as http://" },
		{ RUN("test", "--target", "nope"), "--target must be a URL such as http://" },
		{ RUN("mutate", "--target", "ftp://a"), "--target must be a URL such as http://" },
		{ RUN("seed", "--out", folder), "cannot be written: the folder" },
		{ RUN("backup", "--to", folder, "--data", none), "the copy" },
		{ RUN("seed", "--out", "a", "--data", "b"), "say where it goes, once" },
		{ RUN("validate", "--data", none, file), "is no data directory" },
		{ RUN("package", "list", "--data", none), "is no data directory" },
		{ RUN("package", "check", "--data", none), "is no data directory" },
		{ RUN("fhirpath", "1", none), "not-there" },
		{ RUN("package", "add", file, "--data", workbench_path("fresh")), "is no package" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (all[i].r.exit != 2)
			fail_msg("row %zu: %d, %.*s", i, all[i].r.exit, HS_S_ARG(all[i].r.err));
		assert_has(all[i].r.err, all[i].says);
	}
}

/* What names the data directory for the server names it for whoever works on it meanwhile. */
static void a_configuration_says_where_the_data_are(void **state)
{
	const char *none = workbench_path("elsewhere");
	const char *config = workbench_file("where.json",
		hs_arena_cstr(workbench_arena(),
			hs_arena_printf(workbench_arena(), "{\"data\":\"%s\"}", none)));
	const struct process_result all[] = {
		RUN("export", "--out", workbench_path("out"), "--config", config),
		RUN("explain", "Patient?name=x", "--config", config),
		RUN("reindex", "--config", config),
		RUN("package", "list", "--config", config),
	};

	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_int_equal(all[i].exit, 2);
		assert_has(all[i].err,
			hs_arena_cstr(workbench_arena(),
				hs_arena_printf(workbench_arena(), "%s is no data directory", none)));
	}
}

static void version_is_json_when_asked(void **state)
{
	struct hs_json *tree = NULL;
	struct hs_error err;

	(void)state;
	struct process_result r = RUN("version", "--json");
	assert_int_equal(r.exit, 0);
	assert_int_equal(hs_json_parse(workbench_arena(), r.out, NULL, &tree, &err), HS_OK);
	assert_true(hs_json_get_text(tree, HS_S("sqlite")).len > 0);
}

static bool has_fhir(void)
{
	struct process_result r = RUN("load", "--data", workbench_path("probe"),
		workbench_file("probe.ndjson", "\n"));
	return r.exit == 0;
}

static void loading_stores_and_tells_what_it_refused(void **state)
{
	(void)state;
	if (!has_fhir())
		skip();
	const char *good = workbench_file("good.ndjson",
		"{\"resourceType\":\"Patient\",\"id\":\"a\",\"active\":true}\n\n{\"resourceType\":"
		"\"Patient\",\"id\":\"b\"}\n");
	const char *bundle = workbench_file("bundle.json",
		"{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[{\"resource\":"
		"{\"resourceType\":\"Organization\",\"id\":\"o\",\"name\":\"X\"}}]}");
	struct process_result r = RUN("load", "--data", workbench_path("d"), "--json", good, bundle);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "\"stored\": 3, \"refused\": 0");
	const char *bad = workbench_file("bad.ndjson",
		"{\"resourceType\":\"Patient\",\"id\":\"c\"}\n{\"resourceType\":\"Patient\",\"id\":\"d\","
		"\"colour\":1}\n{oops\n");
	r = RUN("load", "--data", workbench_path("d"), "--json", bad);
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "\"stored\": 1, \"refused\": 2");
	assert_has(r.err, "bad.ndjson:2: ");
	assert_has(r.err, "colour");
	r = RUN("load", "--data", workbench_path("d"), workbench_file("other.json", "{\"a\":1}"));
	assert_int_equal(r.exit, 1);
	assert_has(r.err, "the resource does not say what it is");
	r = RUN("export", "--data", workbench_path("d"), "--out", good);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "is a file; name a folder");
	r = RUN("load", "--data", workbench_path("d"), workbench_path("missing.json"));
	assert_int_equal(r.exit, 2);
}

static void serving_loading_over_http_and_ending(void **state)
{
	(void)state;
	if (!has_fhir())
		skip();
	struct fixture *f = process_serve(workbench_path("s"), NULL);
	const char *target = hs_arena_cstr(workbench_arena(),
		hs_arena_printf(workbench_arena(), "%s/fhir/r4", fixture_url(f)));
	struct process_result r = RUN("load", "--target", target, "--json",
		workbench_file("over.ndjson",
			"{\"resourceType\":\"Patient\",\"id\":\"a\"}\n{\"resourceType\":\"Patient\",\"id\":"
			"\"!\"}\n"));
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "\"stored\": 1, \"refused\": 1");
	struct fixture_answer a = fixture_get(f, "Patient/a");
	assert_int_equal(a.status, 200);
	const char *same = hs_arena_cstr(workbench_arena(),
		hs_arena_printf(workbench_arena(), "127.0.0.1:%u", (unsigned)fixture_port(f)));
	r = RUN("serve", "--listen", same, "--data", workbench_path("s2"));
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "is in use by another program");
	r = RUN("serve", "--listen", "127.0.0.1:0", "--data", workbench_path("s"));
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "in use");
	assert_false(has_text(r.err, "--target")); /* it has no such option; the next has */
	r = RUN("explain", "Patient?name=x", "--data", workbench_path("s"));
	assert_has(r.err, "or ask the server: --target URL");
	assert_int_equal(process_stop(f), 0);
}

static void sandboxes_are_made_and_reset(void **state)
{
	(void)state;
	struct fixture *f = process_serve(workbench_path("b"), NULL);
	struct process_result r = RUN("sandbox", "create", "acme", "--target", fixture_url(f), "--data",
		workbench_path("b"));
	assert_int_equal(r.exit, 0);
	r = RUN("sandbox", "create", "loose", "--validation", "off", "--target", fixture_url(f), "--data",
		workbench_path("b"), "--json");
	assert_has(r.out, "\"validation\":");
	assert_has(r.out, "\"off\"");
	r = RUN("sandbox", "create", "odd", "--validation", "of", "--target", fixture_url(f), "--data",
		workbench_path("b"));
	assert_has(r.err, "structure, off or profiles");
	r = RUN("sandbox", "delete", "loose", "--target", fixture_url(f), "--data", workbench_path("b"));
	assert_int_equal(r.exit, 0);
	r = RUN("sandbox", "list", "--json", "--target", fixture_url(f), "--data", workbench_path("b"));
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "\"acme\"");
	/* The directory knows where its server is. */
	r = RUN("sandbox", "list", "--data", workbench_path("b"));
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "acme");
	/* A FHIR base of the server means the server. */
	static const char *const bases[] = { "/", "/fhir/r5", "/sandbox/acme/fhir/r4/" };
	for (size_t i = 0; i < sizeof(bases) / sizeof(bases[0]); i++) {
		struct hs_slice base = hs_arena_printf(workbench_arena(), "%s%s", fixture_url(f), bases[i]);
		r = RUN("sandbox", "list", "--target", hs_arena_cstr(workbench_arena(), base), "--data",
			workbench_path("b"));
		assert_int_equal(r.exit, 0);
		assert_has(r.out, "acme");
	}
	r = RUN("load", "hl7.fhir.r4.examples#4.0.1", "--data", workbench_path("b"));
	assert_int_equal(r.exit, 2);
	assert_has(r.err, fixture_url(f));
	r = RUN("sandbox", "reset", "acme", "--target", fixture_url(f), "--data", workbench_path("b"));
	assert_int_equal(r.exit, 0);
	r = RUN("sandbox", "freeze", "acme", "--at", "2030-01-01T00:00:00Z", "--target", fixture_url(f),
		"--data", workbench_path("b"));
	assert_int_equal(r.exit, 0);
	r = RUN("sandbox", "delete", "acme", "nobody", "--target", fixture_url(f), "--data",
		workbench_path("b"));
	assert_int_equal(r.exit, 2);
	r = RUN("sandbox", "list", "--target", fixture_url(f), "--token", "wrong");
	assert_int_equal(r.exit, 1);
	r = RUN("sandbox", "list", "--target", "http://127.0.0.1:1", "--token", "x");
	assert_int_equal(r.exit, 3);
	assert_int_equal(process_stop(f), 0);
}

/* What is asked of a new sandbox is asked of the one that is always there, too. */
static void the_default_sandbox_follows_the_configuration(void **state)
{
	(void)state;
	static const char *const more[] = { "--set", "sandbox.validation=profiles", NULL };
	struct fixture *f = process_serve(workbench_path("v"), more);
	struct process_result r = RUN("sandbox", "list", "--json", "--target", fixture_url(f), "--data",
		workbench_path("v"));
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "\"default\"");
	assert_has(r.out, "\"profiles\"");
	assert_int_equal(process_stop(f), 0);
}

static void a_backup_comes_back(void **state)
{
	(void)state;
	if (!has_fhir())
		skip();
	const char *one = workbench_file("one.json", "{\"resourceType\":\"Patient\",\"id\":\"one\"}");
	const char *two = workbench_file("two.json", "{\"resourceType\":\"Patient\",\"id\":\"two\"}");
	const char *data = workbench_path("a \"quoted\" place"), *copy = workbench_path("a \"copy\".db");
	struct hs_json *told = NULL;
	struct hs_error err;
	assert_int_equal(RUN("load", "--data", data, one).exit, 0);
	struct process_result r = RUN("backup", "--data", data, "--to", copy, "--json");
	assert_int_equal(r.exit, 0);
	assert_int_equal(hs_json_parse(workbench_arena(), r.out, NULL, &told, &err), HS_OK);
	assert_true(hs_slice_eq(hs_json_get_text(told, HS_S("file")), hs_slice_cstr(copy)));
	assert_int_equal(RUN("backup", "--data", data, "--to", copy).exit, 1);
	assert_int_equal(RUN("load", "--data", data, two).exit, 0);
	assert_int_equal(RUN("restore", "--data", data, copy).exit, 0);
	r = RUN("restore", "--data", data, one);
	assert_true(r.exit != 0); /* not a store: refused, nothing changed */
	struct fixture *f = process_serve(data, NULL);
	assert_int_equal(fixture_get(f, "Patient/one").status, 200);
	assert_int_equal(fixture_get(f, "Patient/two").status, 404);
	assert_int_equal(process_stop(f), 0);
}

static void packages_are_recorded(void **state)
{
	(void)state;
	const char *root = workbench_path("cache/made.up#1.0.0/package");
	mkdir(workbench_path("cache"), 0700);
	mkdir(workbench_path("cache/made.up#1.0.0"), 0700);
	mkdir(root, 0700);
	workbench_file("cache/made.up#1.0.0/package/package.json",
		"{\"name\":\"made.up\",\"version\":\"1.0.0\",\"fhirVersions\":[\"4.0.1\"]}");
	const char *set = hs_arena_cstr(workbench_arena(),
		hs_arena_printf(workbench_arena(), "packageCache=%s", workbench_path("cache")));
	struct process_result r = RUN("package", "add", "made.up#1.0.0", "--data", workbench_path("p"),
		"--set", set);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "made.up#1.0.0 added");
	r = RUN("package", "add", "made.up", "--data", workbench_path("p"), "--set", set);
	assert_has(r.out, "was there already");
	r = RUN("package", "list", "--data", workbench_path("p"), "--json");
	assert_has(r.out, "\"made.up#1.0.0\"");
	/* A .tgz is copied into the data directory and served from there. */
	struct tar tar = { .len = 0 };
	tar_file(&tar, "package/package.json",
		"{\"name\":\"packed.up\",\"version\":\"2.0.0\",\"fhirVersions\":[\"4.0.1\"]}");
	write_tgz(&tar, workbench_path("packed.tgz"), SIZE_MAX);
	r = RUN("package", "add", workbench_path("packed.tgz"), "--data", workbench_path("p"), "--set", set);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "packed.up#2.0.0 added");
	assert_int_equal(unlink(workbench_path("packed.tgz")), 0);
	r = RUN("package", "check", "--data", workbench_path("p"), "--set", set);
	assert_has(r.out, "packed.up#2.0.0");
	r = RUN("package", "add", "not.there#1.0.0", "--data", workbench_path("p"), "--set", set);
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "ci/setup");
}

static void packages_are_looked_into(void **state)
{
	(void)state;
	const char *folder = workbench_path("guide");
	mkdir(folder, 0700);
	mkdir(workbench_path("guide/package"), 0700);
	workbench_file("guide/package/package.json",
		"{\"name\":\"a.guide\",\"version\":\"1.0.0\",\"fhirVersions\":[\"4.3.0\"],"
		"\"dependencies\":{\"made.up\":\"1.0.x\",\"no.such\":\"2.0.0\"}}");
	workbench_file("guide/package/a.json",
		"{\"resourceType\":\"ValueSet\",\"id\":\"a\",\"url\":\"http://e/v\",\"version\":\"1\"}");
	workbench_file("guide/package/b.json",
		"{\"resourceType\":\"ValueSet\",\"id\":\"b\",\"url\":\"http://e/v\",\"version\":\"1\"}");
	workbench_file("guide/package/c.json", "{\"resourceType\":\"CodeSystem\",\"id\":\"c\",}");
	workbench_file("guide/package/d.json", "{\"resourceType\":\"CodeSystem\"}");
	const char *set = hs_arena_cstr(workbench_arena(),
		hs_arena_printf(workbench_arena(), "packageCache=%s", workbench_path("cache")));
	struct process_result r = RUN("package", "show", folder, "--data", workbench_path("p"), "--set", set);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "a.guide#1.0.0\n  FHIR 4.3.0, 4 resources: 2 CodeSystem, 2 ValueSet\n");
	assert_has(r.out, "needs made.up#1.0.0\n");
	assert_has(r.out, "needs no.such#2.0.0, which is not in the package cache (for a.guide#1.0.0)");
	r = RUN("package", "check", folder, "--data", workbench_path("p"), "--set", set);
	assert_int_equal(r.exit, 1);
	assert_has(r.out, "b.json: ValueSet http://e/v|1 is in a.json too");
	assert_has(r.out, "c.json: line 1, column 39");
	assert_has(r.out, "d.json: the id must have");
	/* What is needed and not there is enough to fail, when it is asked for. */
	const char *needy = workbench_path("needy");
	mkdir(needy, 0700);
	mkdir(workbench_path("needy/package"), 0700);
	workbench_file("needy/package/package.json",
		"{\"name\":\"a.needy\",\"version\":\"1.0.0\",\"dependencies\":{\"no.such\":\"2.0.0\"}}");
	assert_int_equal(RUN("package", "show", needy, "--data", workbench_path("p"), "--set", set).exit, 0);
	assert_int_equal(RUN("package", "check", needy, "--data", workbench_path("p"), "--set", set).exit, 1);
	r = RUN("package", "check", "--json", "--data", workbench_path("p"), "--set", set);
	assert_int_equal(r.exit, 0);
	assert_has(r.out, "\"package\": \"made.up#1.0.0\"");
	assert_has(r.out, "\"resources\": 0");
	r = RUN("package", "remove", "made.up#1.0.0", "--data", workbench_path("p"), "--set", set);
	assert_has(r.out, "made.up#1.0.0 removed");
	r = RUN("package", "list", "--json", "--data", workbench_path("p"));
	assert_has(r.out, "[");
	assert_false(has_text(r.out, "made.up"));
	r = RUN("package", "remove", "made.up#1.0.0", "--data", workbench_path("p"));
	assert_int_equal(r.exit, 2);
	assert_has(r.err, "is not among the packages of");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_command_has_help_with_an_example),
		cmocka_unit_test(each_command_refuses_strangers),
		cmocka_unit_test(mistakes_are_named),
		cmocka_unit_test(what_is_no_such_file_is_named),
		cmocka_unit_test(help_is_had_in_two_ways),
		cmocka_unit_test(help_names_the_exit_codes),
		cmocka_unit_test(versions_of_fhir_have_one_form),
		cmocka_unit_test(mutate_does_not_prove_nothing),
		cmocka_unit_test(what_reads_makes_no_data_directory),
		cmocka_unit_test(mistakes_are_told),
		cmocka_unit_test(a_configuration_says_where_the_data_are),
		cmocka_unit_test(version_is_json_when_asked),
		cmocka_unit_test(loading_stores_and_tells_what_it_refused),
		cmocka_unit_test(serving_loading_over_http_and_ending),
		cmocka_unit_test(sandboxes_are_made_and_reset),
		cmocka_unit_test(the_default_sandbox_follows_the_configuration),
		cmocka_unit_test(a_backup_comes_back),
		cmocka_unit_test(packages_are_recorded),
		cmocka_unit_test(packages_are_looked_into),
	};
	return cmocka_run_group_tests(tests, workbench_start, workbench_stop);
}
