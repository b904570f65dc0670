/* SPDX-License-Identifier: Apache-2.0 */
/* handslag suites --coverage: which requirements are tested, by which share of the suites, waived and open.
 */
#include <core/cli/judge/suites_private.h>

#include <stdio.h>

enum state { TESTED, ELSEWHERE, WAIVED, OPEN, STATES };
static const char *const state_names[STATES] = { "tested", "elsewhere", "waived", "open" };

/* Checks of each requirement: those of the selected scripts, and of all suites. */
struct marks {
	const struct hs_requirements *set;
	uint32_t *own, *all;
	size_t count, unknown;
	bool part;
};

struct row {
	struct hs_slice name;
	size_t total, of[STATES];
};

/* ---- marks ---- */

/* Counts the check with each requirement that it names; how many of these there are not is the result. */
static size_t mark_named(const struct hs_requirements *requirements, const struct hs_script *script,
	const struct hs_script_cursor *check, uint32_t *checks)
{
	const struct hs_script_assert *a = &check->action->u.assertion;
	size_t unknown = 0;

	for (size_t i = 0; i < a->requirement_count; i++) {
		struct hs_slice reference = a->requirements[i].reference, key = a->requirements[i].key;
		const struct hs_requirement *r = hs_requirements_find(requirements, reference, key);
		if (r) {
			checks[r->index]++;
			continue;
		}
		unknown++;
		fprintf(stderr, "%.*s/%.*s/%.*s: there is no requirement %.*s %.*s\n", HS_S_ARG(script->id),
			HS_S_ARG(check->test->id), HS_S_ARG(check->action->id), HS_S_ARG(reference),
			HS_S_ARG(key));
	}
	return unknown;
}

/* Counts the checks of each requirement in what a library has selected; the result is how many are named that
 * there are not. */
static size_t mark_selected(const struct hs_library *library, uint32_t *checks)
{
	size_t count = 0, unknown = 0;
	const struct hs_script *const *scripts = hs_library_selected(library, &count);

	for (size_t i = 0; i < count; i++) {
		struct hs_script_cursor check = { NULL, NULL };
		while (hs_script_next_assert(scripts[i], &check))
			unknown += mark_named(hs_library_requirements(library), scripts[i], &check, checks);
	}
	return unknown;
}

/* What all suites of the same folder test; nothing is added when they cannot be read, which was told before.
 */
static void mark_all(const struct suites_settings *settings, uint32_t *checks)
{
	struct hs_library *library = NULL;
	struct hs_error err;

	if (!hs_library_open(settings->suites, &library, &err) && !hs_library_select(library, NULL, &err))
		mark_selected(library, checks);
	hs_library_close(library);
}

static struct marks make_marks(const struct suites_settings *settings, bool part)
{
	const struct hs_requirements *set = hs_library_requirements(settings->library);
	size_t count = hs_requirements_count(set);
	struct marks marks = { .set = set, .count = count, .part = part };

	marks.own = hs_arena_array(settings->arena, count + 1, sizeof(*marks.own));
	marks.all = hs_arena_array(settings->arena, count + 1, sizeof(*marks.all));
	marks.unknown = mark_selected(settings->library, marks.own);
	if (part)
		mark_all(settings, marks.all);
	return marks;
}

static enum state state_of(const struct marks *marks, const struct hs_requirement *r)
{
	if (marks->own[r->index])
		return TESTED;
	if (marks->all[r->index])
		return ELSEWHERE;
	return hs_slice_eq(r->status, HS_S("waived")) ? WAIVED : OPEN;
}

/* ---- rows: one a specification, one of what SHALL be, one of all ---- */

static void count_one(struct row *row, const struct marks *marks, const struct hs_requirement *r)
{
	row->total++;
	row->of[state_of(marks, r)]++;
}

/* The requirements of a specification lie together: from `at` to before the result. */
static size_t end_of_set(const struct marks *marks, size_t at)
{
	struct hs_slice set = hs_requirements_at(marks->set, at)->set;

	while (at < marks->count && hs_slice_eq(hs_requirements_at(marks->set, at)->set, set))
		at++;
	return at;
}

/* With named scripts: whether one of them tests something of it. */
static bool is_told(const struct marks *marks, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++)
		if (marks->own[i])
			return true;
	return !marks->part;
}

static size_t make_rows(const struct marks *marks, struct row *rows)
{
	struct row shall = { .name = HS_S("SHALL and SHALL NOT") }, all = { .name = HS_S("all") };
	size_t count = 0;

	for (size_t i = 0, end; i < marks->count; i = end) {
		struct hs_slice id = hs_requirements_at(marks->set, i)->id;
		struct row own = { .name = hs_slice_first(id, hs_slice_find(id, '#', 0)) };
		end = end_of_set(marks, i);
		if (!is_told(marks, i, end))
			continue;
		for (size_t k = i; k < end; k++) {
			const struct hs_requirement *r = hs_requirements_at(marks->set, k);
			count_one(&own, marks, r);
			count_one(&all, marks, r);
			if (r->level == HS_LEVEL_SHALL)
				count_one(&shall, marks, r);
		}
		rows[count++] = own;
	}
	rows[count++] = shall;
	rows[count++] = all;
	return count;
}

/* ---- telling ---- */

static void print_rows(const struct marks *marks, const struct row *rows, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		const struct row *row = &rows[i];
		printf("%-28.*s %4zu in all: %4zu tested, ", HS_S_ARG(row->name), row->total,
			row->of[TESTED]);
		if (marks->part)
			printf("%4zu by other suites, ", row->of[ELSEWHERE]);
		printf("%3zu waived, %3zu open\n", row->of[WAIVED], row->of[OPEN]);
	}
}

static void print_untested(const struct marks *marks, const struct hs_requirement *r)
{
	enum state state = state_of(marks, r);

	if (state == WAIVED || state == OPEN)
		printf("  %-6s %.*s: %.*s%s%.*s\n", state_names[state], HS_S_ARG(r->id),
			HS_S_ARG(r->label.len ? r->label : r->text), r->reason.len ? ": " : "",
			HS_S_ARG(r->reason));
}

static void add_requirement(struct hs_arena *arena, struct hs_json *list, const struct marks *marks,
	const struct hs_requirement *r)
{
	struct hs_json *item = hs_json_push(list, hs_json_object(arena));

	hs_json_add_text(arena, item, HS_S("id"), r->id);
	hs_json_add_text(arena, item, HS_S("level"), hs_slice_cstr(hs_requirement_level_name(r->level)));
	hs_json_add_text(arena, item, HS_S("status"), hs_slice_cstr(state_names[state_of(marks, r)]));
	hs_json_add(item, HS_S("checks"), hs_json_int(arena, marks->own[r->index]));
	hs_json_add_text(arena, item, HS_S("text"), r->label.len ? r->label : r->text);
	if (r->reason.len)
		hs_json_add_text(arena, item, HS_S("reason"), r->reason);
}

static void add_row(struct hs_arena *arena, struct hs_json *list, const struct row *row)
{
	struct hs_json *item = hs_json_push(list, hs_json_object(arena));

	hs_json_add_text(arena, item, HS_S("name"), row->name);
	hs_json_add(item, HS_S("requirements"), hs_json_int(arena, (int64_t)row->total));
	for (int state = 0; state < STATES; state++)
		hs_json_add(item, hs_slice_cstr(state_names[state]),
			hs_json_int(arena, (int64_t)row->of[state]));
}

int hs_cli_suites_coverage(const struct suites_settings *settings, bool part)
{
	struct hs_arena *arena = settings->arena;
	struct marks marks = make_marks(settings, part);
	struct row *rows = hs_arena_array(arena, marks.count + 2, sizeof(*rows));
	size_t count = make_rows(&marks, rows);
	struct hs_json *root = hs_json_object(arena);
	struct hs_json *summary = hs_json_add_array(arena, root, HS_S("summary"));
	struct hs_json *list = hs_json_add_array(arena, root, HS_S("requirements"));

	if (!settings->json)
		print_rows(&marks, rows, count);
	for (size_t i = 0; i < count; i++)
		add_row(arena, summary, &rows[i]);
	for (size_t i = 0, end; i < marks.count; i = end) {
		end = end_of_set(&marks, i);
		for (size_t k = i; k < end && is_told(&marks, i, end); k++) {
			const struct hs_requirement *r = hs_requirements_at(marks.set, k);
			if (settings->json)
				add_requirement(arena, list, &marks, r);
			else
				print_untested(&marks, r);
		}
	}
	if (settings->json)
		hs_cli_print(root);
	return marks.unknown ? HS_EXIT_FAILED : HS_EXIT_OK;
}
