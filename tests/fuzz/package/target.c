/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a package. The first byte says as what: tar text whose checksums are put right first (so that
 * what is behind them is reached), a manifest, a resource to peek into, or a .tgz file. Nothing may crash;
 * what is taken has names that stay inside package/ and contents inside the archive. */
#include "../must.h"

#include <core/base/heap.h>
#include <core/fhir/package/package_private.h>
#include <core/fhir/package/peek.h>

#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mend_checksums(char *tar, size_t len)
{
	for (size_t at = 0; at + 512 <= len;) {
		unsigned sum = 0;
		unsigned long long size = 0;
		char *head = tar + at;
		memcpy(head + 148, "        ", 8);
		for (size_t i = 0; i < 512; i++)
			sum += (unsigned char)head[i];
		snprintf(head + 148, 8, "%06o", sum);
		for (size_t i = 124; i < 136 && head[i] >= '0' && head[i] <= '7'; i++)
			size = size * 8 + (unsigned long long)(head[i] - '0');
		if (size > len)
			break;
		at += 512 + (size_t)((size + 511) / 512 * 512);
	}
}

static void try_tar(const char *data, size_t len)
{
	struct hs_error err = { 0 };
	struct hs_slice manifest = HS_S_NONE;
	char *tar = hs_heap_raw(len + 1);
	struct hs__package_listing listing;
	struct hs_package package = { .arena = hs_arena_new(4 << 20), .listing = &listing, .dir = -1 };
	hs__package_files_init(&listing.files);
	memcpy(tar, data, len);
	mend_checksums(tar, len);
	enum hs_status status = hs__package_untar(&package, hs_slice(tar, len), &manifest, &err);
	must(!status || err.text[0]);
	for (size_t i = 0; !status && i < listing.files.count; i++) {
		const struct hs__package_file *file = &listing.files.items[i];
		must(file->name.len > 5 && !memchr(file->name.ptr, '/', file->name.len));
		must(file->offset <= len && file->size <= len - file->offset);
	}
	must(manifest.len == 0 || (manifest.ptr >= tar && manifest.ptr + manifest.len <= tar + len));
	hs__package_files_fini(&listing.files);
	hs_arena_free(package.arena);
	hs_heap_free(tar);
}

static void try_manifest(struct hs_slice text)
{
	struct hs_error err = { 0 };
	struct hs_package package = { .arena = hs_arena_new(1 << 20), .dir = -1 };
	if (!hs__package_manifest(&package, text, &err))
		must(package.name.len && package.version.len &&
			(package.fhir == HS_FHIR_R4 || package.fhir == HS_FHIR_R5));
	hs_arena_free(package.arena);
}

static void try_peek(struct hs_slice text)
{
	struct hs_slice out = HS_S_NONE;
	if (!hs__json_peek(text, HS_S("resourceType"), &out))
		return;
	must(out.ptr >= text.ptr && out.ptr + out.len <= text.ptr + text.len);
	must(out.len == 0 || !memchr(out.ptr, '"', out.len));
}

static enum hs_status look(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	(void)arena;
	(void)arg;
	(void)err;
	must(file.len && type.len && text.len);
	return HS_OK;
}

static void try_file(const uint8_t *data, size_t size)
{
	char path[] = "/tmp/handslag-fuzz-XXXXXX.tgz";
	struct hs_error err = { 0 };
	struct hs_package *package = NULL;
	int fd = mkstemps(path, 4);
	must(fd >= 0 && write(fd, data, size) == (ssize_t)size);
	close(fd);
	if (!hs_package_open(path, &package, &err))
		hs_package_each(package, NULL, look, NULL, &err);
	else
		must(err.text[0] != '\0');
	hs_package_close(package);
	unlink(path);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size < 2 || size > 1 << 18)
		return 0;
	struct hs_slice rest = hs_slice((const char *)data + 1, size - 1);
	if (data[0] == 't')
		try_tar(rest.ptr, rest.len);
	else if (data[0] == 'm')
		try_manifest(rest);
	else if (data[0] == 'p')
		try_peek(rest);
	else
		try_file(data, size);
	return 0;
}
