/* SPDX-License-Identifier: Apache-2.0 */
/* What must not change the verdict does not, and what must does: the published examples as XML, as an entry
 * of a bundle, in another order, and with one thing spoiled. A sample of them, or with HS_EVERY=1 all. */
#include "validate_test.h"

#include <core/fhir/xml/xml.h>

#include <stdlib.h>

#define SAMPLE 40u             /* every so manieth */
#define TEXT_MAX_BYTES 200000u /* longer ones say nothing new */

struct trial {
	struct hs_validator *validator;
	size_t every, seen, tried, failed;
	struct hs_slice file;
	struct hs_arena *arena;
};

/* ---- findings, to be compared ---- */

static struct hs_issues *validate(const struct trial *trial, const struct hs_json *resource)
{
	static const struct hs_validate_options options;
	struct hs_issues *issues = hs_arena_alloc(trial->arena, sizeof(*issues));
	*issues = (struct hs_issues) { .arena = trial->arena, .max = 100000 };
	hs_validate(trial->validator, resource, &options, issues);
	return issues;
}

/* "severity path text", with what stands before the resource cut from the path, and beside it left out. */
static struct hs_slice line_of(const struct trial *trial, const struct hs_issue *issue,
	struct hs_slice before)
{
	struct hs_slice path = issue->path;
	if (before.len && !hs_slice_starts(path, before))
		return HS_S_NONE;
	if (before.len) {
		path = hs_slice_from(path, before.len);
	} else {
		size_t dot = hs_slice_find(path, '.', 0);
		path = dot == SIZE_MAX ? HS_S_NONE : hs_slice_from(path, dot);
	}
	return hs_arena_printf(trial->arena, "%d %.*s: %.*s", (int)issue->severity, HS_S_ARG(path),
		HS_S_ARG(issue->text));
}

static int compare_lines(const void *a, const void *b)
{
	return hs_slice_cmp(*(const struct hs_slice *)a, *(const struct hs_slice *)b);
}

struct lines {
	struct hs_slice *items;
	size_t count;
};

static struct lines lines_of(const struct trial *trial, const struct hs_issues *issues,
	struct hs_slice before)
{
	struct lines lines = { hs_arena_array(trial->arena, issues->count + 1, sizeof(struct hs_slice)), 0 };
	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next) {
		struct hs_slice line = line_of(trial, issue, before);
		if (line.len)
			lines.items[lines.count++] = line;
	}
	qsort(lines.items, lines.count, sizeof(*lines.items), compare_lines);
	return lines;
}

static void expect_same(struct trial *trial, const char *how, const struct lines *want,
	const struct lines *have)
{
	size_t i = 0;
	size_t j = 0;
	trial->tried++;
	while (i < want->count || j < have->count) {
		int order = i == want->count ? 1 :
			j == have->count     ? -1 :
					       hs_slice_cmp(want->items[i], have->items[j]);
		if (order) {
			struct hs_slice line = order < 0 ? want->items[i] : have->items[j];
			print_message("%.*s %s: %s %.*s\n", HS_S_ARG(trial->file), how,
				order < 0 ? "lost" : "new", HS_S_ARG(hs_slice_first(line, 300)));
			trial->failed++;
			return;
		}
		i++;
		j++;
	}
}

/* ---- the same in another form ---- */

static void try_xml(struct trial *trial, const struct hs_json *resource, const struct lines *want)
{
	struct hs_error err;
	struct hs_buf text;
	struct hs_json *back = NULL;
	hs_buf_init(&text, trial->arena, (size_t)64 << 20);
	if (hs_xml_write(validate_bench.defs, resource, 0, &text, &err))
		return; /* what XML cannot say: wrong shapes, which JSON tells */
	struct hs_issues found = { .arena = trial->arena };
	if (hs_xml_read(trial->arena, validate_bench.defs, hs_buf_slice(&text), NULL, &found, &back, &err))
		fail_msg("%.*s: %s", HS_S_ARG(trial->file), err.text);
	struct lines have = lines_of(trial, validate(trial, back), HS_S_NONE);
	expect_same(trial, "as XML", want, &have);
}

/* Its fullUrl is on a server, where the resource has its id; relative references mean others there. */
static void try_bundle(struct trial *trial, const struct hs_json *resource, const struct lines *want)
{
	struct hs_arena *arena = trial->arena;
	struct hs_slice type = hs_json_get_text(resource, HS_S("resourceType"));
	struct hs_slice id = hs_json_get_text(resource, HS_S("id"));
	struct hs_json *bundle = hs_json_object(arena);
	if (hs_slice_eq(type, HS_S("Bundle")) || !hs_id_valid(id))
		return;
	hs_json_add_text(arena, bundle, HS_S("resourceType"), HS_S("Bundle"));
	hs_json_add_text(arena, bundle, HS_S("type"), HS_S("collection"));
	struct hs_json *entry = hs_json_push(hs_json_add_array(arena, bundle, HS_S("entry")),
		hs_json_object(arena));
	hs_json_add_text(arena, entry, HS_S("fullUrl"),
		hs_arena_printf(arena, "http://nowhere.se/fhir/%.*s/%.*s", HS_S_ARG(type), HS_S_ARG(id)));
	hs_json_add(entry, HS_S("resource"), hs_json_clone(arena, resource));
	struct lines have = lines_of(trial, validate(trial, bundle), HS_S("Bundle.entry[0].resource"));
	expect_same(trial, "in a bundle", want, &have);
}

/* Members have no order in JSON (RFC 8259, section 4). */
static struct hs_json *turned(struct hs_arena *arena, const struct hs_json *value)
{
	const struct hs_json *members[1000];
	size_t count = 0;
	if (hs_json_is(value, HS_JSON_ARRAY)) {
		struct hs_json *array = hs_json_array(arena);
		HS_JSON_EACH(item, value)
			hs_json_push(array, turned(arena, item));
		return array;
	}
	if (!hs_json_is(value, HS_JSON_OBJECT))
		return hs_json_clone(arena, value);
	HS_JSON_EACH(member, value)
		if (count < COUNT_OF(members))
			members[count++] = member;
	struct hs_json *object = hs_json_object(arena);
	while (count--)
		hs_json_add(object, hs_json_key(members[count]), turned(arena, members[count]));
	return object;
}

/* ---- one thing spoiled ---- */

/* Exactly one error more, at the path that ends so. */
static void expect_one(struct trial *trial, const char *how, const struct hs_json *spoiled, uint32_t before)
{
	const struct hs_issues *issues = validate(trial, spoiled);
	trial->tried++;
	if (issues->errors == before + 1)
		return;
	print_message("%.*s with %s: %u errors, not %u\n", HS_S_ARG(trial->file), how, issues->errors,
		before + 1);
	trial->failed++;
}

static void try_unknown(struct trial *trial, const struct hs_json *resource, uint32_t before)
{
	struct hs_json *copy = hs_json_clone(trial->arena, resource);
	hs_json_add_text(trial->arena, copy, HS_S("zzUnknown"), HS_S("x"));
	expect_one(trial, "an unknown element", copy, before);
	copy = hs_json_clone(trial->arena, resource);
	HS_JSON_EACH(member, copy)
		if (hs_json_is(member, HS_JSON_OBJECT)) {
			hs_json_add_text(trial->arena, member, HS_S("zzUnknown"), HS_S("x"));
			expect_one(trial, "an unknown element within another", copy, before);
			return;
		}
}

/* Is there an error that speaks of the element? */
static bool is_told(const struct hs_issues *issues, struct hs_slice name)
{
	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next)
		if (issue->severity == HS_SEVERITY_ERROR &&
			(hs_slice_search(issue->path, name) != SIZE_MAX ||
				hs_slice_search(issue->text, name) != SIZE_MAX))
			return true;
	return false;
}

static void expect_told(struct trial *trial, const char *how, const struct hs_json *spoiled,
	struct hs_slice name)
{
	trial->tried++;
	if (is_told(validate(trial, spoiled), name))
		return;
	print_message("%.*s, %s %.*s: nobody minds\n", HS_S_ARG(trial->file), how, HS_S_ARG(name));
	trial->failed++;
}

/* Takes each element away that must be there, and spoils each code of a required binding. */
static void try_members(struct trial *trial, const struct hs_json *resource)
{
	const struct hs_defs *defs = validate_bench.defs;
	const struct hs_def_type *type = hs_defs_type(defs, hs_json_get_text(resource, HS_S("resourceType")));
	uint32_t count = 0;
	const struct hs_def_element *children = hs_defs_children(defs, hs_defs_root(defs, type), type,
		&count);
	for (uint32_t i = 0; i < count; i++) {
		struct hs_slice name = hs_defs_text(defs, children[i].name);
		const struct hs_json *member = hs_json_get(resource, name);
		struct hs_json *copy = hs_json_clone(trial->arena, resource);
		if (!member || children[i].choice)
			continue;
		if (children[i].codes != HS_DEF_NONE && hs_json_is(member, HS_JSON_STRING)) {
			hs_json_set(copy, name, hs_json_string(trial->arena, HS_S("zz-nonsense")));
			expect_told(trial, "nonsense for", copy, name);
		}
		if (children[i].min) {
			hs_json_take(copy, name);
			expect_told(trial, "without", copy, name);
		}
	}
}

/* A form that no element of that kind has: null, an object in place of a text and the other way round, one
 * where many are and many where one is, a reference to nothing. */
static struct hs_json *deformed(struct hs_arena *arena, const struct hs_json *member, int how)
{
	bool array = hs_json_is(member, HS_JSON_ARRAY);
	const struct hs_json *one = array ? hs_json_first(member) : member;
	struct hs_json *object = hs_json_object(arena);
	struct hs_json *many = hs_json_array(arena);
	switch (how) {
	case 0:
		return hs_json_null(arena);
	case 1:
		if (array)
			return hs_json_clone(arena, one);
		hs_json_push(many, hs_json_clone(arena, one));
		return many;
	case 2:
		if (!hs_json_is(one, HS_JSON_OBJECT)) {
			hs_json_add_text(arena, object, HS_S("value"), HS_S("x"));
			return object;
		}
		return hs_json_string(arena, HS_S("x"));
	default:
		if (array || !hs_json_get(one, HS_S("reference")))
			return NULL;
		hs_json_add_text(arena, object, HS_S("reference"), HS_S("#nothing-has-this-id"));
		return object;
	}
}

static void try_forms(struct trial *trial, const struct hs_json *resource)
{
	static const char *const names[] = { "null for", "the other number of", "another kind of",
		"a reference to nothing in" };
	HS_JSON_EACH(member, resource) {
		struct hs_slice name = hs_json_key(member);
		if (hs_slice_eq(name, HS_S("resourceType")) || hs_slice_starts(name, HS_S("_")))
			continue;
		for (int how = 0; how < (int)COUNT_OF(names); how++) {
			struct hs_json *value = deformed(trial->arena, member, how);
			struct hs_json *copy = hs_json_clone(trial->arena, resource);
			if (!value)
				continue;
			hs_json_set(copy, name, value);
			expect_told(trial, names[how], copy, name);
		}
	}
}

/* ---- all of them ---- */

static enum hs_status try_one(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct trial *trial = arg;
	struct hs_json *resource = NULL;
	(void)type;
	(void)arena;
	if (text.len > TEXT_MAX_BYTES || trial->seen++ % trial->every)
		return HS_OK;
	trial->file = file;
	trial->arena = hs_arena_new((size_t)1 << 30);
	enum hs_status status = hs_json_parse(trial->arena, text, NULL, &resource, err);
	if (!status) {
		const struct hs_issues *issues = validate(trial, resource);
		struct lines lines = lines_of(trial, issues, HS_S_NONE);
		try_xml(trial, resource, &lines);
		try_bundle(trial, resource, &lines);
		struct lines have = lines_of(trial, validate(trial, turned(trial->arena, resource)),
			HS_S_NONE);
		expect_same(trial, "turned around", &lines, &have);
		try_unknown(trial, resource, issues->errors);
		try_members(trial, resource);
		try_forms(trial, resource);
	}
	hs_arena_free(trial->arena);
	return status;
}

static void verdicts_follow_the_content(void **state)
{
	(void)state;
	struct hs_error err;
	const char *every = getenv("HS_EVERY");
	uint64_t step = SAMPLE;
	if (!validate_bench.packages[0])
		skip();
	if (every && (!hs_slice_u64(hs_slice_cstr(every), &step) || !step))
		fail_msg("HS_EVERY is a number from 1");
	struct hs_validator_source source = { .profiles = validate_bench.profiles };
	struct trial trial = { .validator = hs_validator_new(&source), .every = (size_t)step };
	if (hs_package_each(validate_bench.packages[0], NULL, try_one, &trial, &err))
		fail_msg("%s", err.text);
	print_message("%zu trials, %zu failed\n", trial.tried, trial.failed);
	hs_validator_unref(trial.validator);
	assert_true(trial.tried > 300);
	assert_int_equal(trial.failed, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(verdicts_follow_the_content),
	};
	return cmocka_run_group_tests(tests, open_packages, close_packages);
}
