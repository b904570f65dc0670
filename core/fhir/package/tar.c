/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the table of a tar file (ustar, POSIX.1-2017 pax, and GNU long names): which file lies where.
 * Only regular files directly in package/ count; a path that leaves its folder refuses the whole archive. */
#include <core/fhir/package/package_private.h>

#define BLOCK 512u

struct walk {
	struct hs_slice tar;
	size_t at;
	struct hs_slice long_name; /* from a pax or GNU entry, for the next file; empty: none */
};

/* A field that ends at its first NUL. */
static struct hs_slice field(const char *head, size_t from, size_t size)
{
	const char *start = head + from;
	const char *end = memchr(start, '\0', size);
	return hs_slice(start, end ? (size_t)(end - start) : size);
}

/* Octal digits between blanks; the base-256 form of very large files is refused. */
static bool octal(struct hs_slice text, uint64_t *out)
{
	uint64_t value = 0;
	text = hs_slice_trim(text);
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] < '0' || text.ptr[i] > '7' || value >> 60)
			return false;
		value = value * 8 + (uint64_t)(text.ptr[i] - '0');
	}
	*out = value;
	return text.len > 0;
}

static bool checksum_holds(const char *head)
{
	uint64_t want;
	uint64_t sum = 0;
	for (size_t i = 0; i < BLOCK; i++)
		sum += i >= 148 && i < 156 ? (uint64_t)' ' : (unsigned char)head[i];
	return octal(field(head, 148, 8), &want) && want == sum;
}

/* "path" of the records "LEN KEY=VALUE\n" of a pax header. */
static struct hs_slice pax_path(struct hs_slice records)
{
	struct hs_slice found = HS_S_NONE;
	while (records.len > 0) {
		uint64_t len;
		size_t blank = hs_slice_find(records, ' ', 0);
		if (blank == SIZE_MAX || !hs_slice_u64(hs_slice_first(records, blank), &len) ||
			len <= blank + 1 || len > records.len)
			break;
		struct hs_slice pair = hs_slice(records.ptr + blank + 1, (size_t)len - blank - 2);
		if (hs_slice_starts(pair, HS_S("path=")))
			found = hs_slice_from(pair, 5);
		records = hs_slice_from(records, (size_t)len);
	}
	return found;
}

static bool leaves_its_folder(struct hs_slice path)
{
	if (path.len == 0 || path.ptr[0] == '/')
		return true;
	while (path.ptr)
		if (hs_slice_eq(hs_slice_cut(&path, '/'), HS_S("..")))
			return true;
	return false;
}

static enum hs_status take_file(struct hs_package *package, struct hs_slice path, struct hs_slice content,
	size_t offset, struct hs_slice *manifest, struct hs_error *err)
{
	if (hs_slice_starts(path, HS_S("./")))
		path = hs_slice_from(path, 2);
	if (leaves_its_folder(path))
		return hs_fail(err, HS_E_INVALID,
			"the package holds the path '%.*s', which leaves its folder",
			HS_S_ARG(hs_slice_first(path, 100)));
	if (!hs_slice_starts(path, HS_S("package/")))
		return HS_OK;
	struct hs_slice name = hs_slice_from(path, sizeof("package/") - 1);
	if (hs_slice_eq(name, HS_S("package.json"))) {
		if (content.len > HS__PACKAGE_MANIFEST_MAX)
			return hs_fail(err, HS_E_LIMIT, "the package's manifest is longer than 1 MiB");
		*manifest = content;
		return HS_OK;
	}
	if (name.len == 0 || hs_slice_find(name, '/', 0) != SIZE_MAX || !hs__package_is_resource(name))
		return HS_OK;
	return hs__package_add(&package->listing->files,
		(struct hs__package_file) { name, content.len, offset, 0 }, err);
}

/* The name of an entry: a long one that came before, or prefix and name of the ustar head. */
static struct hs_slice entry_path(struct hs_package *package, struct walk *walk, const char *head)
{
	struct hs_slice path = walk->long_name;
	walk->long_name = HS_S_NONE;
	if (path.len)
		return path;
	struct hs_slice name = field(head, 0, 100);
	struct hs_slice prefix = memcmp(head + 257, "ustar", 5) == 0 ? field(head, 345, 155) : HS_S_NONE;
	if (!prefix.len)
		return name;
	return hs_arena_printf(package->arena, "%.*s/%.*s", HS_S_ARG(prefix), HS_S_ARG(name));
}

static enum hs_status take_entry(struct hs_package *package, struct walk *walk, const char *head,
	struct hs_slice content, struct hs_slice *manifest, struct hs_error *err)
{
	switch (head[156]) {
	case 'x':
		walk->long_name = pax_path(content);
		return HS_OK;
	case 'L':
		walk->long_name = field(content.ptr, 0, content.len);
		return HS_OK;
	case '0':
	case '\0':
	case '7':
		return take_file(package, entry_path(package, walk, head), content, walk->at + BLOCK,
			manifest, err);
	default: /* folders, links, devices, global headers: not resources */
		walk->long_name = HS_S_NONE;
		return HS_OK;
	}
}

enum hs_status hs__package_untar(struct hs_package *package, struct hs_slice tar, struct hs_slice *manifest,
	struct hs_error *err)
{
	struct walk walk = { .tar = tar };
	while (walk.at + BLOCK <= tar.len && tar.ptr[walk.at] != '\0') {
		uint64_t size;
		const char *head = tar.ptr + walk.at;
		if (!checksum_holds(head) || !octal(field(head, 124, 12), &size) ||
			size > tar.len - walk.at - BLOCK)
			return hs_fail(err, HS_E_STRUCTURE, "the package's tar table is damaged at byte %zu",
				walk.at);
		struct hs_slice content = hs_slice(head + BLOCK, (size_t)size);
		enum hs_status status = take_entry(package, &walk, head, content, manifest, err);
		if (status)
			return status;
		walk.at += BLOCK + (size_t)((size + BLOCK - 1) / BLOCK * BLOCK);
	}
	return HS_OK;
}
