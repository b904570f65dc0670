/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of imports that are cut short: whatever ends one, the next goes on from the stages that are there,
 * and makes the same image and the same report as one that nobody disturbs. */
#include "import_test.h"

#include <sched.h>
#include <stdatomic.h>

#define RELEASE "tests/unit/services/terminology/rf2"
#define IMAGE_MAX ((size_t)8 << 20)

struct bench {
	struct place p;
	struct hs_arena *arena;
	char whole[90], cut[90], told[600];
	const char *source;
	struct hs_pair options[2];
	import_fn *fn;
	struct hs_slice image; /* of an import that was not disturbed */
	char report[4096];
	unsigned stages;
};

static void fill_csv(const struct place *p)
{
	put(p, "t.csv",
		"code,display,parent,display:sv\n"
		"A,Alpha,,Alfa\n"
		"B,\"Be\"\"ta\",A,\n"
		",None,,\n"
		"B,Again,A,\n"
		"C,Circle,C,\n");
}

static void fill_icd10se(const struct place *p)
{
	put(p, "chapter.txt", "kod\ttitel\nI\tInfektioner (A00-B99)\n");
	put(p, "codes.txt", "kod\ttitel\nA00\tKolera\nA000\tKlassisk\n\tutan\n");
}

static void fill_atc(const struct place *p)
{
	put(p, "atc.csv",
		"ATC code;ATC level name;DDD;U;Adm.R\n"
		"A;Alimentary;;;\n"
		"A01;Stomatological;10;mg;O\n"
		"A01;Stomatological;20;mg;P\n"
		"A01;Other;;;\n");
}

static void fill_loinc(const struct place *p)
{
	put(p, "Loinc.csv",
		"LOINC_NUM,LONG_COMMON_NAME,COMPONENT,STATUS,VersionLastChanged\n"
		"1-8,\"One \"\"x\"\"\",LP1,ACTIVE,2.80\n"
		"2-6,Two,LP2,DEPRECATED,2.81\n"
		"2-6,Two,,,\n");
	put(p, "Part.csv", "PartNumber,PartTypeName,PartName,Status\nLP1,COMPONENT,Part one,ACTIVE\n,X,,\n");
	put(p, "LoincPartLink_Primary.csv",
		"LoincNumber,PartNumber,PartName,Property\n"
		"1-8,LP1,Part one,http://loinc.org/property/COMPONENT\n"
		"9-9,LP1,,x\n");
	put(p, "AnswerList.csv",
		"AnswerListId,AnswerListName,AnswerStringId,SequenceNumber,DisplayText,Score\n"
		"LL1,List,LA2,1,Yes,1\n"
		"LL1,List,LA1,2,No,0\n");
	put(p, "LoincAnswerListLink.csv",
		"LoincNumber,AnswerListId,AnswerListName\n1-8,LL1,List\n7-7,LL1,List\n");
	put(p, "ComponentHierarchyBySystem.csv",
		"IMMEDIATE_PARENT,CODE,CODE_TEXT\n,LP1,Part one\nLP1,1-8,One\nLP8,2-6,Two\n");
	put(p, "ConsumerName.csv", "LoincNumber,ConsumerName\n1-8,Uno\n5-5,Cinque\n");
	put(p, "svSE24LinguisticVariant.csv", "LOINC_NUM,LONG_COMMON_NAME\n1-8,Ett\n4-4,Fyra\n");
}

static void fill_claml(const struct place *p)
{
	put(p, "icd.xml",
		"<ClaML version='2.0.0'><Title name='ICD' version='1'/>"
		"<Class code='A' kind='chapter'><SubClass code='B'/>"
		"<Rubric kind='preferred'><Label>Ett &amp; annat</Label></Rubric></Class>"
		"<Class code='B' kind='category'>"
		"<SuperClass code='A'/><Rubric kind='preferred'><Label>Tv\xc3\xa5</Label></Rubric></Class>"
		"<Class code='C' kind='category'><SuperClass code='Q'/></Class></ClaML>");
}

static void fill_fhir(const struct place *p)
{
	put(p, "cs.json",
		"{\"resourceType\":\"CodeSystem\","
		"\"url\":\"urn:f\","
		"\"version\":\"1\","
		"\"name\":\"F\","
		"\"concept\":[{\"code\":\"a\","
		"\"display\":"
		"\"\\u00c5\","
		"\"designation\":[{\"language\":\"sv\","
		"\"use\":{\"system\":\"urn:u\","
		"\"code\":\"c\"},"
		"\"value\":\"Aa\"}],"
		"\"property\":[{\"code\":\"status\","
		"\"valueCode\":\"retired\"}],"
		"\"concept\":[{\"code\":\"b\"},"
		"{\"code\":\"b\"}]},"
		"{\"display\":\"x\"}]}");
}

static const struct kind {
	const char *name;
	import_fn *fn;
	void (*fill)(const struct place *p);
} kinds[] = { { "csv", hs_tx_import_csv, fill_csv }, { "icd10-se", hs_tx_import_icd10se, fill_icd10se },
	{ "atc", hs_tx_import_atc, fill_atc }, { "loinc", hs_tx_import_loinc, fill_loinc },
	{ "icd10", hs_tx_import_icd10, fill_claml }, { "fhir", hs_tx_import_fhir, fill_fhir },
	{ "snomed", hs_tx_import_snomed, NULL } };

/* ---- runs ---- */

static void note_told(void *arg, const char *sentence)
{
	struct bench *b = arg;

	snprintf(b->told, sizeof(b->told), "%s", sentence);
}

static void note_skipped(void *arg, const char *file, uint64_t line, const char *why)
{
	skipped(&((struct bench *)arg)->p, file, line, why);
}

static enum hs_status import_into(struct bench *b, const char *folder)
{
	b->told[0] = b->p.skipped[0] = '\0';
	b->p.import = (struct hs_import) { .paths = &b->source,
		.path_count = 1,
		.directory = folder,
		.options = b->options,
		.option_count = 2,
		.skipped = note_skipped,
		.told = note_told,
		.arg = b,
		.restart = b->p.import.restart };
	return b->fn(&b->p.import, &b->p.err);
}

static atomic_long left; /* reports of progress until the process dies, or the import is stopped */

static void die_later(void *arg, const char *what, uint64_t done, uint64_t total)
{
	(void)arg;
	(void)what;
	(void)done;
	(void)total;
	if (left-- == 0)
		raise(SIGKILL);
}

/* Imports in a process of its own, which dies at that report. True: it did. `bytes` (0: any): how much may be
 * written into a file. */
static bool is_cut(struct bench *b, long reports, size_t bytes)
{
	pid_t child = fork();
	int how = 0;

	assert_true(child >= 0);
	if (child == 0) {
		const struct rlimit limit = { bytes, bytes };
		struct hs_import import = { .paths = &b->source,
			.path_count = 1,
			.directory = b->cut,
			.options = b->options,
			.option_count = 2,
			.progress = die_later };
		left = reports;
		signal(SIGXFSZ, SIG_IGN);
		if (bytes)
			setrlimit(RLIMIT_FSIZE, &limit);
		_exit(b->fn(&import, &b->p.err) ? 1 : 0);
	}
	assert_int_equal(waitpid(child, &how, 0), child);
	return WIFSIGNALED(how) || WEXITSTATUS(how);
}

/* The only image of a folder, where there is nothing else but the report of what it left out. */
static struct hs_slice only_image(struct bench *b, const char *folder)
{
	char path[400] = "", *bytes = hs_arena_raw(b->arena, IMAGE_MAX);
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	size_t files = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir))) {
		struct hs_slice name = hs_slice_cstr(entry->d_name);
		if (entry->d_name[0] == '.')
			continue;
		if (!hs_slice_ends(name, HS_S(".left-out")))
			snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		files++;
	}
	closedir(dir);
	assert_int_equal(files, 2);
	FILE *file = fopen(path, "rb");
	assert_non_null(file);
	size_t len = fread(bytes, 1, IMAGE_MAX, file);
	fclose(file);
	return hs_slice(bytes, len);
}

static void empty_cut(const struct bench *b)
{
	nftw(b->cut, remove_one, 8, FTW_DEPTH | FTW_PHYS);
	assert_int_equal(mkdir(b->cut, 0777), 0);
}

static void set_up(struct bench *b, const struct kind *kind)
{
	memset(b, 0, sizeof(*b));
	begin(&b->p);
	b->arena = hs_arena_new((size_t)2 << 30);
	b->fn = kind->fn;
	b->source = kind->fill ? b->p.source : RELEASE;
	b->options[0] = (struct hs_pair) { HS_S("url"), HS_S("urn:x") };
	b->options[1] = (struct hs_pair) { HS_S("language"), HS_S("sv") };
	if (kind->fill)
		kind->fill(&b->p);
	snprintf(b->whole, sizeof(b->whole), "%s/whole", b->p.folder);
	snprintf(b->cut, sizeof(b->cut), "%s/cut", b->p.folder);
	assert_int_equal(mkdir(b->whole, 0777), 0);
	empty_cut(b);
	if (import_into(b, b->whole))
		fail_msg("%s: %s", kind->name, b->p.err.text);
	assert_string_equal(b->told, "");
	b->image = only_image(b, b->whole);
	b->stages = b->p.import.stage_count;
	memcpy(b->report, b->p.skipped, sizeof(b->report));
	empty_cut(b);
}

static void take_down(struct bench *b)
{
	hs_arena_free(b->arena);
	end(&b->p);
}

/* Goes on in the folder that was cut short: all is as if nothing had been. */
static void goes_on(struct bench *b)
{
	struct hs_arena_mark mark = hs_arena_mark(b->arena);

	if (import_into(b, b->cut))
		fail_msg("%s", b->p.err.text);
	assert_false(b->p.import.unchanged);
	assert_string_equal(b->p.skipped, b->report);
	assert_true(hs_slice_eq(only_image(b, b->cut), b->image));
	hs_arena_rollback(b->arena, mark);
}

/* ---- tests ---- */

static void go_on_after_every_kill(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		unsigned resumed = 0, seen = 0;
		struct bench b;
		set_up(&b, &kinds[k]);
		assert_in_range(b.stages, 3, 10);
		for (long at = 0; is_cut(&b, at, 0); at++) {
			assert_in_range(at, 0, 200);
			goes_on(&b);
			assert_in_range(b.p.import.resumed, resumed, resumed + 1); /* none is passed over */
			resumed = b.p.import.resumed;
			seen |= 1u << resumed;
			assert_true(resumed ? strncmp(b.told, "resuming: ", 10) == 0 :
					      strstr(b.told, "resuming") == NULL);
			empty_cut(&b);
		}
		assert_int_equal(resumed, b.stages - 1);
		assert_int_equal(seen, (1u << b.stages) - 1);
		take_down(&b);
	}
}

/* On one core nothing runs beside: images, and what was left out, are the same. */
static void cores_make_no_difference(void **state)
{
	cpu_set_t all, one;
	size_t core = 0;

	(void)state;
	assert_int_equal(sched_getaffinity(0, sizeof(all), &all), 0);
	while (!CPU_ISSET(core, &all))
		core++;
	CPU_ZERO(&one);
	CPU_SET(core, &one);
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct bench b;
		set_up(&b, &kinds[k]);
		assert_int_equal(sched_setaffinity(0, sizeof(one), &one), 0);
		goes_on(&b);
		assert_int_equal(sched_setaffinity(0, sizeof(all), &all), 0);
		take_down(&b);
	}
}

/* Each goes on from where the one before was, which died a few reports on, until there is nothing left. */
static void go_on_again_and_again(void **state)
{
	(void)state;
	for (size_t k = 0; k < sizeof(kinds) / sizeof(kinds[0]); k++) {
		struct bench b;
		long deaths = 0;
		set_up(&b, &kinds[k]);
		while (is_cut(&b, deaths / 2 + 1, 0))
			assert_in_range(++deaths, 1, 100);
		assert_in_range(deaths, 2, 100);
		assert_true(hs_slice_eq(only_image(&b, b.cut), b.image));
		take_down(&b);
	}
}

/* To the last stage. */
static void cut_late(struct bench *b)
{
	long reports = 0;

	empty_cut(b);
	while (is_cut(b, reports, 0)) {
		reports++;
		empty_cut(b);
	}
	empty_cut(b);
	assert_true(is_cut(b, reports - 1, 0));
}

static void begins_anew_and_says_why(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, &kinds[3]);
	cut_late(&b);
	put(&b.p, "ConsumerName.csv", "LoincNumber,ConsumerName\n1-8,Due\n");
	assert_int_equal(import_into(&b, b.cut), HS_OK);
	assert_non_null(strstr(b.told, "beginning anew"));
	assert_non_null(strstr(b.told, "ConsumerName.csv has changed since"));
	assert_int_equal(b.p.import.resumed, 0);
	cut_late(&b);
	put(&b.p, "Group.csv", "ParentGroupId,GroupId,Group\n,LG1,Group\n");
	assert_int_equal(import_into(&b, b.cut), HS_OK);
	assert_non_null(strstr(b.told, "Group.csv was not there"));
	cut_late(&b);
	b.options[1].value = HS_S("en");
	assert_int_equal(import_into(&b, b.cut), HS_OK);
	assert_non_null(strstr(b.told, "the options differ"));
	cut_late(&b);
	b.p.import.restart = true;
	assert_int_equal(import_into(&b, b.cut), HS_OK);
	assert_non_null(strstr(b.told, "as asked"));
	assert_int_equal(b.p.import.resumed, 0);
	take_down(&b);
}

static void spoil(const struct bench *b, const char *name, long at, bool cut)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/loinc.work/%s", b->cut, name);
	if (cut) {
		assert_int_equal(truncate(path, at), 0);
		return;
	}
	FILE *file = fopen(path, "r+b");
	assert_non_null(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	int byte = fgetc(file);
	assert_int_equal(fseek(file, at, SEEK_SET), 0);
	fputc(byte ^ 1, file);
	assert_int_equal(fclose(file), 0);
}

/* As after a loss of power: what is not whole, and what comes after it, is made again. */
static void makes_damaged_stages_again(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, &kinds[3]);
	cut_late(&b);
	spoil(&b, "03.stage", 100, false);
	goes_on(&b);
	assert_int_equal(b.p.import.resumed, 2);
	cut_late(&b);
	spoil(&b, "05.stage", 0, true);
	goes_on(&b);
	assert_int_equal(b.p.import.resumed, 4);
	cut_late(&b);
	spoil(&b, "01.stage", 70, true);
	goes_on(&b);
	assert_int_equal(b.p.import.resumed, 0);
	cut_late(&b);
	spoil(&b, "description.json", 10, true);
	goes_on(&b);
	assert_non_null(strstr(b.told, "description is damaged"));
	take_down(&b);
}

static void goes_on_when_there_is_room_again(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, &kinds[6]);
	unsigned most = 0;
	for (size_t bytes = 1000; is_cut(&b, -1, bytes); bytes += 3000) {
		assert_in_range(bytes, 1000, IMAGE_MAX);
		goes_on(&b);
		most = b.p.import.resumed > most ? b.p.import.resumed : most;
		empty_cut(&b);
	}
	assert_in_range(most, 2, b.stages);
	take_down(&b);
}

static bool stop_later(void *arg)
{
	(void)arg;
	return left-- <= 0;
}

static void goes_on_after_an_interruption(void **state)
{
	struct bench b;
	enum hs_status status = HS_E_CANCELLED;

	(void)state;
	set_up(&b, &kinds[6]);
	for (long at = 0; status == HS_E_CANCELLED; at++) {
		struct hs_import import = { .paths = &b.source,
			.path_count = 1,
			.directory = b.cut,
			.options = b.options,
			.option_count = 2,
			.stopped = stop_later };
		assert_in_range(at, 0, 200);
		empty_cut(&b);
		left = at;
		status = b.fn(&import, &b.p.err);
		if (status == HS_OK)
			break;
		assert_int_equal(status, HS_E_CANCELLED);
		goes_on(&b);
		assert_int_equal(b.p.import.resumed, import.kept);
	}
	assert_int_equal(status, HS_OK);
	take_down(&b);
}

/* ---- stages that are worth keeping ---- */

static uint64_t pace, ticks; /* of the clock: milliseconds at each look */

static uint64_t read_pace(void *arg)
{
	(void)arg;
	return ticks += pace;
}

static void is_stopped_at(struct bench *b, long at, struct hs_import *import)
{
	*import = (struct hs_import) { .paths = &b->source,
		.path_count = 1,
		.directory = b->cut,
		.options = b->options,
		.option_count = 2,
		.clock_ms = read_pace,
		.stopped = stop_later };
	left = at;
	empty_cut(b);
}

/* What took no time leaves nothing behind. */
static void keeps_no_stage_of_a_moment(void **state)
{
	enum hs_status status = HS_E_CANCELLED;
	struct hs_import import;
	struct bench b;

	(void)state;
	set_up(&b, &kinds[6]);
	pace = 0;
	for (long at = 0; status == HS_E_CANCELLED; at++) {
		is_stopped_at(&b, at, &import);
		status = b.fn(&import, &b.p.err);
		assert_int_equal(import.kept, 0);
		if (status == HS_E_CANCELLED)
			assert_int_equal(rmdir(b.cut), 0);
	}
	assert_int_equal(status, HS_OK);
	assert_true(hs_slice_eq(only_image(&b, b.cut), b.image));
	take_down(&b);
}

/* Between stages that are kept lie some that are not: all their work is in the next. */
static void keeps_a_stage_after_some_seconds(void **state)
{
	enum hs_status status = HS_E_CANCELLED;
	struct hs_import import;
	unsigned seen = 0;
	struct bench b;

	(void)state;
	set_up(&b, &kinds[6]);
	pace = 5200;
	for (long at = 0; status == HS_E_CANCELLED; at++) {
		is_stopped_at(&b, at, &import);
		status = b.fn(&import, &b.p.err);
		if (status == HS_OK)
			break;
		assert_int_equal(status, HS_E_CANCELLED);
		seen |= 1u << import.kept;
		goes_on(&b);
		assert_int_equal(b.p.import.resumed, import.kept);
	}
	assert_int_equal(seen, 1u << 0 | 1u << 2 | 1u << 4);
	take_down(&b);
}

static void import_beside(void *arg, const char *what, uint64_t done, uint64_t total)
{
	struct bench *b = arg;

	(void)what;
	(void)done;
	(void)total;
	assert_int_equal(import_into(b, b->cut), HS_E_CONFLICT);
	assert_non_null(strstr(b->p.err.text, "another import is at work"));
	left++;
}

static void a_second_import_is_refused(void **state)
{
	struct bench b;
	struct hs_error err;

	(void)state;
	set_up(&b, &kinds[0]);
	struct hs_import import = { .paths = &b.source,
		.path_count = 1,
		.directory = b.cut,
		.options = b.options,
		.option_count = 2,
		.progress = import_beside,
		.arg = &b };
	left = 0;
	assert_int_equal(b.fn(&import, &err), HS_OK);
	assert_true(left > 2);
	assert_true(hs_slice_eq(only_image(&b, b.cut), b.image));
	take_down(&b);
}

/* What is refused once would be refused again: nothing is kept of it. */
static void keeps_nothing_of_what_is_refused(void **state)
{
	struct bench b;

	(void)state;
	set_up(&b, &kinds[0]);
	b.options[0].value = HS_S("");
	assert_int_equal(import_into(&b, b.cut), HS_E_VALUE);
	assert_int_equal(rmdir(b.cut), 0);
	take_down(&b);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(go_on_after_every_kill),
		cmocka_unit_test(cores_make_no_difference),
		cmocka_unit_test(go_on_again_and_again),
		cmocka_unit_test(begins_anew_and_says_why),
		cmocka_unit_test(makes_damaged_stages_again),
		cmocka_unit_test(goes_on_when_there_is_room_again),
		cmocka_unit_test(goes_on_after_an_interruption),
		cmocka_unit_test(keeps_no_stage_of_a_moment),
		cmocka_unit_test(keeps_a_stage_after_some_seconds),
		cmocka_unit_test(a_second_import_is_refused),
		cmocka_unit_test(keeps_nothing_of_what_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
