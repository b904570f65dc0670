/* SPDX-License-Identifier: Apache-2.0 */
/* The library: files by path from the binary or the disk, scripts read from them, requirements, and the
 * selection.
 *
 * Files keep their path below the library's root; those added by path keep it as given. */
#include <conformance/engine/library_private.h>

#include <core/base/heap.h>
#include <core/base/nearest.h>

#include <stdio.h>

#define MEMORY_MAX ((size_t)1 << 30)

static int by_path(const void *a, const void *b)
{
	const struct library_file *x = *(const struct library_file *const *)a;
	const struct library_file *y = *(const struct library_file *const *)b;
	return hs_slice_cmp(x->path, y->path);
}

enum hs_status hs_library_add_file(struct hs_library *library, struct hs_slice path, struct hs_slice text,
	struct hs_error *err)
{
	struct library_file *file = hs_arena_alloc(library->arena, sizeof(*file));
	bool fresh = false;

	if (library->file_count == library->file_room) {
		size_t room = library->file_room ? library->file_room * 2 : 256,
		       size = sizeof(*library->files);
		void *grown = hs_arena_grow(library->arena, library->files, library->file_room * size,
			room * size);
		if (!grown)
			return hs_fail(err, HS_E_LIMIT, "there are too many files");
		library->files = grown;
		library->file_room = room;
	}
	struct hs_map_slot *slot = hs_map_put(&library->by_path, path, &fresh);
	if (!slot || !file)
		return hs_fail(err, HS_E_LIMIT, "there are too many files");
	*file = (struct library_file) { path, text };
	slot->value.ptr = file;
	library->files[library->file_count++] = file;
	return HS_OK;
}

const struct library_file *hs_library_file(const struct hs_library *library, struct hs_slice path)
{
	struct hs_map_slot *slot = hs_map_get(&library->by_path, path);
	return slot ? slot->value.ptr : NULL;
}

static struct hs_slice first_part(struct hs_slice path)
{
	return hs_slice_first(path, hs_slice_find(path, '/', 0));
}

/* suites/SUITE/FILE.json, and nothing deeper: fixtures lie in folders below. */
static bool is_suite_script(struct hs_slice path, struct hs_slice *suite, struct hs_slice *name)
{
	struct hs_slice rest = path;

	if (!hs_slice_eq(hs_slice_cut(&rest, '/'), HS_S("suites")) || !rest.ptr)
		return false;
	*suite = hs_slice_cut(&rest, '/');
	*name = rest;
	if (!suite->len || !name->len || hs_slice_find(*name, '/', 0) != SIZE_MAX ||
		!hs_slice_ends(*name, HS_S(".json")))
		return false;
	name->len -= 5;
	return true;
}

static size_t count_values(const struct hs_json *tree)
{
	size_t count = 1;

	for (const struct hs_json *child = hs_json_first(tree); child; child = hs_json_next(child))
		count += count_values(child);
	return count;
}

/* Reads a script; one that cannot be read is a script that says why. */
static struct hs_script *read_script(struct hs_library *library, const struct library_file *file,
	struct hs_slice id)
{
	const struct hs_defs *defs = library->r4 ? library->r4 : library->r5;
	struct hs_error err = { 0 };
	struct hs_script *script = NULL, *other = NULL;
	struct hs_slice why;

	enum hs_status status = hs_script_read(library->arena, file->text, id, file->path, defs, &script,
		&err);
	/* XML is read by definitions, and "R4" scripts are often of R5's shape: what keeps more of it is
	 * right. */
	if (status == HS_OK && script->doubtful.errors && library->r5 && defs != library->r5 &&
		hs_script_read(library->arena, file->text, id, file->path, library->r5, &other, &err) ==
			HS_OK &&
		count_values(other->tree) > count_values(script->tree))
		return other;
	if (status == HS_OK)
		return script;
	why = hs_arena_printf(library->arena, "%s%s%s", err.path, err.path[0] ? ": " : "", err.text);
	if (err.line)
		why = hs_arena_printf(library->arena, "%.*s (line %u)", HS_S_ARG(why), err.line);
	script = hs_arena_alloc(library->arena, sizeof(*script));
	if (script) {
		script->id = id;
		script->file = file->path;
		script->refused = why;
	}
	return script;
}

static enum hs_status add_script(struct hs_library *library, const struct library_file *file,
	struct hs_slice suite, struct hs_slice id, struct hs_script **out, struct hs_error *err)
{
	struct hs_script *script = read_script(library, file, id);

	if (library->script_count == library->script_room) {
		size_t room = library->script_room ? library->script_room * 2 : 64,
		       size = sizeof(*library->scripts);
		void *grown = hs_arena_grow(library->arena, library->scripts, library->script_room * size,
			room * size);
		if (!grown)
			return hs_fail(err, HS_E_LIMIT, "there are too many scripts");
		library->scripts = grown;
		library->script_room = room;
	}
	if (!script)
		return hs_fail(err, HS_E_LIMIT, "the scripts need too much memory");
	script->suite = suite;
	script->shuffled = suite.len > 0;
	library->scripts[library->script_count++] = script;
	*out = script;
	return HS_OK;
}

static enum hs_status count_suite(struct hs_library *library, const struct hs_script *script,
	struct hs_error *err)
{
	struct hs_library_suite *last = library->suite_count ? &library->suites[library->suite_count - 1] :
							       NULL;

	if (!last || !hs_slice_eq(last->name, script->suite)) {
		if (library->suite_count == LIBRARY_SUITES_MAX)
			return hs_fail(err, HS_E_LIMIT, "there are more than %d suites", LIBRARY_SUITES_MAX);
		last = &library->suites[library->suite_count++];
		*last = (struct hs_library_suite) { .name = script->suite };
	}
	last->scripts++;
	last->tests += script->test_count;
	last->asserts += script->assert_count;
	return HS_OK;
}

/* Files in order of path, so that suites and scripts have a stable order. */
static enum hs_status read_all(struct hs_library *library, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	qsort(library->files, library->file_count, sizeof(struct library_file *), by_path);
	for (size_t i = 0; i < library->file_count && !status; i++) {
		const struct library_file *file = library->files[i];
		struct hs_slice suite, name;
		struct hs_script *script = NULL;
		if (hs_slice_eq(first_part(file->path), HS_S("requirements"))) {
			struct hs_error cause = { 0 };
			if (hs_requirements_add(library->requirements, file->text, &cause))
				status = hs_fail(err, cause.status, "%.*s: %.200s (line %u)",
					HS_S_ARG(file->path), cause.text, cause.line);
			continue;
		}
		if (!is_suite_script(file->path, &suite, &name))
			continue;
		struct hs_slice id = hs_arena_printf(library->arena, "%.*s/%.*s", HS_S_ARG(suite),
			HS_S_ARG(name));
		status = add_script(library, file, suite, id, &script, err);
		if (!status && script->refused.len)
			status = hs_fail(err, HS_E_INVALID, "%.*s: %.*s", HS_S_ARG(file->path),
				HS_S_ARG(script->refused));
		if (!status)
			status = count_suite(library, script, err);
	}
	return status;
}

enum hs_status hs_library_open(const char *folder, struct hs_library **out, struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new(MEMORY_MAX);
	struct hs_library *library = hs_arena_alloc(arena, sizeof(*library));
	enum hs_status status;

	library->arena = arena;
	library->requirements = hs_requirements_new();
	hs_map_init(&library->by_path, arena);
	hs_map_init(&library->searched, arena);
	status = folder ? hs_library_add_tree(library, folder, HS_S(""), 0, err) :
			  hs_library_add_embedded(library, err);
	if (!status)
		status = read_all(library, err);
	if (status) {
		hs_library_close(library);
		return status;
	}
	*out = library;
	return HS_OK;
}

void hs_library_definitions(struct hs_library *library, const struct hs_defs *r4, const struct hs_defs *r5)
{
	library->r4 = r4;
	library->r5 = r5;
}

void hs_library_close(struct hs_library *library)
{
	if (!library)
		return;
	hs_requirements_free(library->requirements);
	hs_arena_free(library->arena);
}

const struct hs_library_suite *hs_library_suites(const struct hs_library *library, size_t *count)
{
	*count = library->suite_count;
	return library->suites;
}

const struct hs_requirements *hs_library_requirements(const struct hs_library *library)
{
	return library->requirements;
}

struct hs_slice hs_library_text(const struct hs_library *library, const struct hs_script *script)
{
	const struct library_file *file = hs_library_file(library, script->file);
	return file ? file->text : HS_S_NONE;
}

bool hs_library_next(const struct hs_library *library, struct hs_slice prefix, size_t *at,
	struct hs_slice *path, struct hs_slice *text)
{
	while (*at < library->file_count) {
		const struct library_file *file = library->files[(*at)++];
		if (!hs_slice_starts(file->path, prefix))
			continue;
		*path = file->path;
		*text = file->text;
		return true;
	}
	return false;
}

/* ---- selection ---- */

static enum hs_status select_script(struct hs_library *library, const struct hs_script *script,
	struct hs_error *err)
{
	for (size_t i = 0; i < library->selected_count; i++)
		if (library->selected[i] == script)
			return HS_OK;
	if (library->selected_count == library->selected_room) {
		size_t room = library->selected_room ? library->selected_room * 2 : 64,
		       size = sizeof(*library->selected);
		void *grown = hs_arena_grow(library->arena, library->selected, library->selected_room * size,
			room * size);
		if (!grown)
			return hs_fail(err, HS_E_LIMIT, "there are too many scripts");
		library->selected = grown;
		library->selected_room = room;
	}
	library->selected[library->selected_count++] = script;
	return HS_OK;
}

/* Reads the scripts of a file or folder. */
static enum hs_status add_path(struct hs_library *library, const char *path, bool selecting, size_t *count,
	struct hs_error *err)
{
	size_t before = library->file_count;
	enum hs_status status = hs_library_add_tree(library, path, hs_slice_cstr(path), LIBRARY_ANY, err);

	qsort(library->files + before, library->file_count - before, sizeof(struct library_file *), by_path);
	for (size_t i = before; i < library->file_count && !status; i++) {
		const struct library_file *file = library->files[i];
		struct hs_script *script = NULL;
		bool single = hs_slice_eq(file->path, hs_slice_cstr(path));
		if (!single && !hs_library_looks_like_script(file))
			continue;
		struct hs_slice id = file->path;
		if (hs_slice_ends(id, HS_S(".json")))
			id.len -= 5;
		struct hs_slice below = hs_slice_from(id, single ? 0 : strlen(path));
		while (hs_slice_starts(below, HS_S("/")))
			below = hs_slice_from(below, 1);
		for (size_t at; single && (at = hs_slice_find(below, '/', 0)) != SIZE_MAX;)
			below = hs_slice_from(below, at + 1);
		status = add_script(library, file, HS_S_NONE, below, &script, err);
		if (!status && selecting)
			status = select_script(library, script, err);
		++*count;
	}
	return status;
}

static enum hs_status select_path(struct hs_library *library, const char *path, struct hs_error *err)
{
	size_t count = 0;
	enum hs_status status = add_path(library, path, true, &count, err);

	if (!status && !count)
		status = hs_fail(err, HS_E_NOT_FOUND, "there is no TestScript in %s", path);
	return status;
}

/* The suite or script whose name is nearest, or NULL. */
static const char *nearest(struct hs_library *library, const char *name)
{
	size_t count = 0, room = library->suite_count + library->script_count + 1;
	const char **names = hs_arena_array(library->arena, room, sizeof(*names));

	if (!names)
		return NULL;
	for (size_t i = 0; i < library->suite_count; i++)
		names[count++] = hs_arena_cstr(library->arena, library->suites[i].name);
	for (size_t i = 0; i < library->script_count; i++)
		if (library->scripts[i]->suite.len)
			names[count++] = hs_arena_cstr(library->arena, library->scripts[i]->id);
	names[count] = NULL;
	return hs_suggest(name, names);
}

enum hs_status hs_library_select(struct hs_library *library, const char *name, struct hs_error *err)
{
	struct hs_slice wanted = hs_slice_cstr(name);
	enum hs_status status = HS_OK;
	bool found = false;

	for (size_t i = 0; i < library->script_count && !status; i++) {
		const struct hs_script *script = library->scripts[i];
		if (!script->suite.len ||
			(name && !hs_slice_eq(script->suite, wanted) && !hs_slice_eq(script->id, wanted)))
			continue;
		found = true;
		status = select_script(library, script, err);
	}
	if (status || found || !name)
		return status;
	status = select_path(library, name, err);
	const char *near = status == HS_E_NOT_FOUND ? nearest(library, name) : NULL;
	struct hs_error why = *err;
	return near ? hs_fail(err, status, "%s; did you mean %s?", why.text, near) : status;
}

enum hs_status hs_library_select_all(struct hs_library *library, char *const *names, size_t count,
	struct hs_error *err)
{
	enum hs_status status = count ? HS_OK : hs_library_select(library, NULL, err);

	for (size_t i = 0; i < count && !status; i++)
		status = hs_library_select(library, names[i], err);
	return status;
}

const struct hs_script *const *hs_library_selected(const struct hs_library *library, size_t *count)
{
	*count = library->selected_count;
	return library->selected;
}

/* ---- scripts that others run ---- */

static const struct hs_script *find_script(const struct hs_library *library, const struct hs_script *from,
	struct hs_slice name)
{
	for (size_t i = 0; i < library->script_count; i++) {
		const struct hs_script *script = library->scripts[i];
		struct hs_slice id = hs_json_get_text(script->tree, HS_S("id"));
		if (hs_slice_eq(script->suite, from->suite) &&
			(hs_slice_eq(script->name, name) || hs_slice_eq(id, name) ||
				hs_slice_eq(script->url, name)))
			return script;
	}
	return NULL;
}

const struct hs_script *hs_library_script(struct hs_library *library, const struct hs_script *from,
	struct hs_slice name)
{
	const struct hs_script *found = name.len ? find_script(library, from, name) : NULL;
	struct hs_slice folder = from->file;
	struct hs_error err = { 0 };
	size_t count = 0;
	bool fresh = false;

	if (found || !name.len || from->suite.len)
		return found;
	while (folder.len && folder.ptr[folder.len - 1] != '/')
		folder.len--;
	const char *path = folder.len ? hs_arena_cstr(library->arena, folder) : ".";
	if (!hs_map_put(&library->searched, hs_slice_cstr(path), &fresh) || !fresh ||
		add_path(library, path, false, &count, &err))
		return NULL;
	return find_script(library, from, name);
}
