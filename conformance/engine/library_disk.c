/* SPDX-License-Identifier: Apache-2.0 */
/* Where the library's files come from: a folder on the disk, or the pack that the build put into the binary.
 */
#include <conformance/engine/library_private.h>

#include <core/base/world.h>
#include <core/fhir/xml/xml.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define FILE_MAX ((size_t)64 << 20)
#define DEPTH_MAX 12u
#define PATH_ROOM 4096

/* Made by embed.cmake: files one after another, each a head of two little-endian 32-bit lengths (of path and
 * text), the path, the text. */
extern const char hs_conformance_pack[], hs_conformance_pack_end[];

static uint32_t read_u32(const char *at)
{
	const unsigned char *b = (const unsigned char *)at;
	return (uint32_t)b[0] | (uint32_t)b[1] << 8 | (uint32_t)b[2] << 16 | (uint32_t)b[3] << 24;
}

enum hs_status hs_library_add_embedded(struct hs_library *library, struct hs_error *err)
{
	const char *at = hs_conformance_pack, *end = hs_conformance_pack_end;
	enum hs_status status = HS_OK;

	while (!status && end - at >= 8) {
		uint32_t path = read_u32(at), text = read_u32(at + 4);
		at += 8;
		if ((size_t)(end - at) < (size_t)path + text)
			return hs_fail(err, HS_E_CORRUPT, "the suites in the binary are damaged");
		status = hs_library_add_file(library, hs_slice(at, path), hs_slice(at + path, text), err);
		at += (size_t)path + text;
	}
	return status;
}

static enum hs_status add_one(struct hs_library *library, const char *file, struct hs_slice name,
	struct hs_error *err)
{
	struct hs_slice text = HS_S_NONE, kept = hs_arena_copy(library->arena, name);
	enum hs_status status = hs_world_read_file(hs_world_real(), library->arena, file, FILE_MAX, &text,
		err);

	if (!status && hs_library_file(library, kept))
		return HS_OK; /* selected twice */
	return status ? status : hs_library_add_file(library, kept, text.ptr ? text : HS_S(""), err);
}

static bool is_wanted(struct hs_slice name)
{
	return hs_slice_ends(name, HS_S(".json")) || hs_slice_ends(name, HS_S(".xml"));
}

static enum hs_status add_folder(struct hs_library *library, const char *folder, struct hs_slice name,
	unsigned depth, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	struct dirent *entry;
	DIR *dir = opendir(folder);

	if (!dir)
		return hs_fail(err, errno == ENOENT ? HS_E_NOT_FOUND : HS_E_IO, "cannot list %s: %s", folder,
			strerrordesc_np(errno));
	while (!status && (entry = readdir(dir))) {
		char path[PATH_ROOM], below[PATH_ROOM];
		struct stat st;
		if (entry->d_name[0] == '.')
			continue;
		int a = snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		int b = snprintf(below, sizeof(below), "%.*s%s%s", HS_S_ARG(name), name.len ? "/" : "",
			entry->d_name);
		if (a >= PATH_ROOM || b >= PATH_ROOM || stat(path, &st) != 0)
			continue;
		if (S_ISDIR(st.st_mode) && depth < DEPTH_MAX)
			status = add_folder(library, path, hs_slice_cstr(below), depth + 1, err);
		else if (S_ISREG(st.st_mode) && is_wanted(hs_slice_cstr(entry->d_name)))
			status = add_one(library, path, hs_slice_cstr(below), err);
	}
	closedir(dir);
	return status;
}

enum hs_status hs_library_add_tree(struct hs_library *library, const char *folder, struct hs_slice name,
	unsigned flags, struct hs_error *err)
{
	struct stat st;

	if (stat(folder, &st) != 0)
		return hs_fail(err, HS_E_NOT_FOUND, "there is no suite, script, file or folder called %s",
			folder);
	if (S_ISREG(st.st_mode) && flags & LIBRARY_ANY)
		return add_one(library, folder, name, err);
	return add_folder(library, folder, name, 0, err);
}

struct hs_slice hs_library_read_beside(struct hs_library *library, const struct hs_script *script,
	struct hs_slice path)
{
	struct hs_slice text = HS_S_NONE;
	struct hs_error err;
	struct stat st;
	char *file = script->suite.len ? NULL : hs_arena_cstr(library->arena, path);

	if (!file || stat(file, &st) != 0 || !S_ISREG(st.st_mode) ||
		hs_world_read_file(hs_world_real(), library->arena, file, FILE_MAX, &text, &err) != HS_OK)
		return HS_S_NONE;
	return text;
}

/* Does it say of anything in it that this is a TestScript? The member may come last, too. */
bool hs_library_looks_like_script(const struct library_file *file)
{
	struct hs_slice rest = file->text, member = HS_S("\"resourceType\"");
	bool found = false;

	if (hs_xml_is(rest))
		return hs_slice_search(hs_slice_first(rest, 65536), HS_S("<TestScript")) != SIZE_MAX;
	for (size_t at; !found && (at = hs_slice_search(rest, member)) != SIZE_MAX;) {
		rest = hs_slice_trim(hs_slice_from(rest, at + member.len));
		if (hs_slice_starts(rest, HS_S(":")))
			found = hs_slice_starts(hs_slice_trim(hs_slice_from(rest, 1)),
				HS_S("\"TestScript\""));
	}
	return found;
}
