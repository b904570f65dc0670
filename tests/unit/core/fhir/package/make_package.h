/* SPDX-License-Identifier: Apache-2.0 */
/* Makes small packages for tests: as a folder, as tar text, and as .tgz. */
#pragma once

#include "../fhir_test.h"

#include <fcntl.h>
#include <ftw.h>
#include <sys/stat.h>
#include <unistd.h>
#include <zlib.h>

struct made_file {
	const char *name; /* "package/x.json" */
	const char *text;
};

static inline void make_folder(char path[64])
{
	snprintf(path, 64, "/tmp/handslag-test-XXXXXX");
	assert_non_null(mkdtemp(path));
}

static inline void write_bytes(const char *path, const void *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, data, len), (ssize_t)len);
	close(fd);
}

/* ROOT/FOLDER/package/... */
static inline void make_package_folder(const char *root, const char *folder, const struct made_file *files,
	size_t count)
{
	char path[512];
	snprintf(path, sizeof(path), "%s/%s", root, folder);
	assert_int_equal(mkdir(path, 0700), 0);
	snprintf(path, sizeof(path), "%s/%s/package", root, folder);
	assert_int_equal(mkdir(path, 0700), 0);
	for (size_t i = 0; i < count; i++) {
		snprintf(path, sizeof(path), "%s/%s/%s", root, folder, files[i].name);
		write_bytes(path, files[i].text, strlen(files[i].text));
	}
}

static inline int remove_one(const char *path, const struct stat *st, int type, struct FTW *at)
{
	(void)st;
	(void)type;
	(void)at;
	return remove(path);
}

/* A folder of make_folder and all in it. */
static inline void remove_folder(const char *path)
{
	assert_int_equal(strncmp(path, "/tmp/handslag-test-", 19), 0);
	nftw(path, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

/* ---- tar and gzip ---- */

#define TAR_MAX 65536

struct tar {
	char bytes[TAR_MAX];
	size_t len;
};

/* An entry of type `kind` ('0' is a file); the name goes in as it is. */
static inline void tar_add(struct tar *tar, char kind, const char *name, const void *content, size_t size)
{
	char *head = tar->bytes + tar->len;
	unsigned sum = 0;
	memset(head, 0, 512);
	memcpy(head, name, strlen(name) < 100 ? strlen(name) : 100);
	snprintf(head + 100, 8, "%07o", 0644u);
	snprintf(head + 124, 12, "%011llo", (unsigned long long)size);
	memcpy(head + 148, "        ", 8);
	head[156] = kind;
	memcpy(head + 257, "ustar\00000", 8);
	for (size_t i = 0; i < 512; i++)
		sum += (unsigned char)head[i];
	snprintf(head + 148, 7, "%06o", sum);
	tar->len += 512;
	memset(tar->bytes + tar->len, 0, (size + 511) / 512 * 512);
	memcpy(tar->bytes + tar->len, content, size);
	tar->len += (size + 511) / 512 * 512;
}

static inline void tar_file(struct tar *tar, const char *name, const char *text)
{
	tar_add(tar, '0', name, text, strlen(text));
}

/* Ends the tar and writes it to `path` compressed; `keep` cuts the file short (SIZE_MAX: not). */
static inline void write_tgz(struct tar *tar, const char *path, size_t keep)
{
	static unsigned char out[TAR_MAX + 4096];
	z_stream stream = { 0 };
	memset(tar->bytes + tar->len, 0, 1024);
	tar->len += 1024;
	assert_int_equal(deflateInit2(&stream, 6, Z_DEFLATED, 16 + MAX_WBITS, 8, Z_DEFAULT_STRATEGY), Z_OK);
	stream.next_in = (unsigned char *)tar->bytes;
	stream.avail_in = (unsigned)tar->len;
	stream.next_out = out;
	stream.avail_out = sizeof(out);
	assert_int_equal(deflate(&stream, Z_FINISH), Z_STREAM_END);
	size_t len = sizeof(out) - stream.avail_out;
	deflateEnd(&stream);
	write_bytes(path, out, len < keep ? len : keep);
}
