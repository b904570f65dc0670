/* SPDX-License-Identifier: Apache-2.0 */
/* Where a fixture lies that a script names by a reference. */
#include <conformance/engine/library_private.h>

#include <stdio.h>

#define FOLDERS_UP 4u /* how far above the script is looked */

static struct hs_slice folder_of(struct hs_slice path, bool *more)
{
	for (size_t i = path.len; i > 0; i--)
		if (path.ptr[i - 1] == '/') {
			*more = i > 1;
			return hs_slice_first(path, i - 1);
		}
	*more = false;
	return HS_S("");
}

/* In one folder: as it is written, with ".json", in "fixtures/" and out of it, and "Patient/example" as
 * "Patient-example.json", which is how packages have it. */
static struct hs_slice find_in(struct hs_library *library, const struct hs_script *script,
	struct hs_slice folder, struct hs_slice reference)
{
	struct hs_slice id = reference, type = hs_slice_cut(&id, '/'), bare = HS_S_NONE;
	char flat[256] = "";

	if (hs_slice_starts(reference, HS_S("fixtures/")))
		bare = hs_slice_from(reference, 9);
	if (id.ptr && hs_slice_find(id, '/', 0) == SIZE_MAX)
		snprintf(flat, sizeof(flat), "%.*s-%.*s", HS_S_ARG(type), HS_S_ARG(id));
	const struct {
		const char *place, *end;
		struct hs_slice name;
	} tries[] = { { "", "", reference }, { "", ".json", reference }, { "fixtures/", "", reference },
		{ "fixtures/", ".json", reference }, { "", "", bare }, { "", ".json", bare },
		{ "", ".json", hs_slice_cstr(flat) }, { "fixtures/", ".json", hs_slice_cstr(flat) } };
	for (size_t i = 0; i < sizeof(tries) / sizeof(tries[0]); i++) {
		if (!tries[i].name.len)
			continue;
		struct hs_slice path = hs_arena_printf(library->arena, "%.*s%s%s%.*s%s", HS_S_ARG(folder),
			folder.len ? "/" : "", tries[i].place, HS_S_ARG(tries[i].name), tries[i].end);
		const struct library_file *file = hs_library_file(library, path);
		struct hs_slice text = file ? file->text : hs_library_read_beside(library, script, path);
		if (text.ptr)
			return text;
	}
	return HS_S_NONE;
}

/* The one file among those given whose path ends so: collections keep scripts and fixtures apart. */
static struct hs_slice find_anywhere(const struct hs_library *library, struct hs_slice reference)
{
	struct hs_slice found = HS_S_NONE;

	for (size_t i = 0; i < library->file_count; i++) {
		struct hs_slice path = library->files[i]->path;
		if (path.len <= reference.len || path.ptr[path.len - reference.len - 1] != '/' ||
			!hs_slice_ends(path, reference))
			continue;
		if (found.ptr)
			return HS_S_NONE;
		found = library->files[i]->text;
	}
	return found;
}

struct hs_slice hs_library_fixture(struct hs_library *library, const struct hs_script *script,
	struct hs_slice reference)
{
	struct hs_slice folder = script->file, found = HS_S_NONE;
	unsigned most = script->suite.len ? 2 : FOLDERS_UP;
	bool more = true;

	for (unsigned up = 0; up < most && more && !found.ptr; up++) {
		folder = folder_of(folder, &more);
		found = find_in(library, script, folder, reference);
	}
	return found.ptr || script->suite.len ? found : find_anywhere(library, reference);
}
