/* SPDX-License-Identifier: Apache-2.0 */
/* The walk over the resources of a package. Threads: any number at once, each with memory of its own. */
#include <core/fhir/package/package_private.h>

#include <core/base/heap.h>
#include <core/fhir/package/peek.h>

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <sys/stat.h>
#include <unistd.h>

#define HEAD ((size_t)4096) /* read first: resourceType is nearly always there */
#define ARENA_MAX ((size_t)4 << 30)

/* The text of the file at hand; grows to the largest file of the walk. */
struct text {
	char *data;
	size_t room;
	size_t len;
};

static enum hs_status read_up_to(int fd, struct text *text, size_t want, struct hs_slice name,
	struct hs_error *err)
{
	if (want > text->room) {
		text->data = hs_heap_grow(text->data, want);
		text->room = want;
	}
	while (text->len < want) {
		ssize_t got = pread(fd, text->data + text->len, want - text->len, (off_t)text->len);
		if (got < 0)
			return hs_fail(err, HS_E_IO, "cannot read %.*s of the package: %s",
				HS_S_ARG(hs_slice_first(name, 200)), strerrordesc_np(errno));
		if (got == 0)
			break;
		text->len += (size_t)got;
	}
	return HS_OK;
}

static bool is_wanted(struct hs_slice type, const char *const *types)
{
	if (!types)
		return true;
	for (; *types; types++)
		if (hs_slice_eq(type, hs_slice_cstr(*types)))
			return true;
	return false;
}

/* Reads the head, and the rest only when the head does not show a type that is not wanted. */
static enum hs_status read_wanted(int fd, const struct hs__package_file *file, const char *const *types,
	struct text *text, struct hs_slice *type, struct hs_error *err)
{
	struct hs_slice found;
	size_t size = (size_t)file->size;
	enum hs_status status = read_up_to(fd, text, size < HEAD ? size : HEAD, file->name, err);
	if (status)
		return status;
	if (hs__json_peek(hs_slice(text->data, text->len), HS_S("resourceType"), &found) &&
		!is_wanted(found, types))
		return HS_OK;
	status = read_up_to(fd, text, size, file->name, err);
	if (!status && hs__json_peek(hs_slice(text->data, text->len), HS_S("resourceType"), &found) &&
		is_wanted(found, types))
		*type = found;
	return status;
}

/* Reads one file of a folder; *type stays empty when it is no resource or of a type not wanted. */
static enum hs_status read_file(const struct hs_package *package, const struct hs__package_file *file,
	const char *const *types, struct text *text, struct hs_slice *type, struct hs_error *err)
{
	int fd = openat(package->dir, file->name.ptr, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return hs_fail(err, HS_E_IO, "cannot open %.*s of the package: %s",
			HS_S_ARG(hs_slice_first(file->name, 200)), strerrordesc_np(errno));
	text->len = 0;
	enum hs_status status = read_wanted(fd, file, types, text, type, err);
	close(fd);
	return status;
}

static enum hs_status visit(const struct hs_package *package, const struct hs__package_file *file,
	const char *const *types, struct text *text, struct hs_slice *content, struct hs_slice *type,
	struct hs_error *err)
{
	*type = HS_S_NONE;
	if (!package->unpacked) {
		enum hs_status status = read_file(package, file, types, text, type, err);
		*content = hs_slice(text->data, text->len);
		return status;
	}
	*content = hs_slice(package->unpacked + file->offset, (size_t)file->size);
	if (hs__json_peek(*content, HS_S("resourceType"), type) && !is_wanted(*type, types))
		*type = HS_S_NONE;
	return HS_OK;
}

enum hs_status hs_package_each(const struct hs_package *package, const char *const *types, hs_package_fn *fn,
	void *arg, struct hs_error *err)
{
	const struct hs__package_files *files;
	struct text text = { 0 };
	bool everything = types && !types[0];
	enum hs_status status = hs__package_list(package, &files, err);
	if (status)
		return status;
	struct hs_arena *arena = hs_arena_new(ARENA_MAX);
	for (size_t i = 0; !status && i < files->count; i++) {
		struct hs_slice content = HS_S_NONE;
		struct hs_slice type = HS_S_NONE;
		status = visit(package, &files->items[i], everything ? NULL : types, &text, &content, &type,
			err);
		if (status || (type.len == 0 && !everything))
			continue;
		status = fn(files->items[i].name, type, content, arena, arg, err);
		hs_arena_reset(arena);
	}
	hs_arena_free(arena);
	hs_heap_free(text.data);
	return status;
}

/* Of a folder without its list: a text is read again and again, and the others do not matter to it. */
static bool find_in_folder(const struct hs_package *package, const char *name, struct hs__package_file *out)
{
	struct stat st;
	if (strchr(name, '/') || !hs__package_is_resource(hs_slice_cstr(name)) ||
		fstatat(package->dir, name, &st, 0) != 0 || !S_ISREG(st.st_mode) ||
		(uint64_t)st.st_size > HS__PACKAGE_FILE_MAX)
		return false;
	*out = (struct hs__package_file) { .name = hs_slice_cstr(name), .size = (uint64_t)st.st_size };
	return true;
}

static bool find_in_archive(const struct hs_package *package, struct hs_slice name,
	struct hs__package_file *out)
{
	const struct hs__package_files *files = &package->listing->files;
	size_t low = 0;
	size_t high = files->count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = hs_slice_cmp(name, files->items[middle].name);
		if (order == 0) {
			*out = files->items[middle];
			return true;
		}
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return false;
}

enum hs_status hs_package_read(const struct hs_package *package, struct hs_slice file, struct hs_arena *arena,
	struct hs_slice *out, struct hs_error *err)
{
	struct text text = { 0 };
	struct hs_slice content = HS_S_NONE;
	struct hs_slice type = HS_S_NONE;
	struct hs__package_file found;
	char name[NAME_MAX + 1];
	snprintf(name, sizeof(name), "%.*s", HS_S_ARG(hs_slice_first(file, NAME_MAX)));
	if (package->unpacked ? !find_in_archive(package, file, &found) :
				!find_in_folder(package, name, &found))
		return hs_fail(err, HS_E_NOT_FOUND, "there is no %.*s in the package",
			HS_S_ARG(hs_slice_first(file, 200)));
	enum hs_status status = visit(package, &found, NULL, &text, &content, &type, err);
	if (!status) {
		content = hs_arena_copy(arena, content);
		if (content.ptr)
			*out = content;
		else
			status = hs_fail(err, HS_E_LIMIT, "%.*s of the package is too large",
				HS_S_ARG(hs_slice_first(file, 200)));
	}
	hs_heap_free(text.data);
	return status;
}
