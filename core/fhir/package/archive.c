/* SPDX-License-Identifier: Apache-2.0 */
/* A package as .tgz: unpacked once into a file without a name, which is mapped, so that it takes no heap. */
#include <core/fhir/package/package_private.h>

#include <core/base/heap.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>
#include <zlib.h>

#define PIECE ((size_t)256 << 10)

/* A file without a name in the folder for temporary files, or -1. */
static int open_nameless(void)
{
	char path[4096];
	const char *folder = getenv("TMPDIR");
	if (!folder || !folder[0])
		folder = "/tmp";
	int fd = open(folder, O_TMPFILE | O_RDWR | O_CLOEXEC, 0600);
	if (fd >= 0)
		return fd;
	int len = snprintf(path, sizeof(path), "%s/handslag-XXXXXX", folder);
	if (len < 0 || (size_t)len >= sizeof(path))
		return -1;
	fd = mkostemp(path, O_CLOEXEC);
	if (fd >= 0)
		unlink(path);
	return fd;
}

static bool write_all(int fd, const unsigned char *data, size_t len)
{
	while (len > 0) {
		ssize_t put = write(fd, data, len);
		if (put <= 0)
			return false;
		data += put;
		len -= (size_t)put;
	}
	return true;
}

static enum hs_status fail_read(struct hs_error *err, const char *path)
{
	return hs_fail(err, HS_E_IO, "cannot read %.200s: %s", path, strerrordesc_np(errno));
}

/* One piece of input through zlib; *ended with the end of the gzip stream. */
static enum hs_status inflate_piece(z_stream *stream, int to, uint64_t *size, bool *ended,
	struct hs_error *err)
{
	unsigned char out[16384];
	while (stream->avail_in > 0 && !*ended) {
		stream->next_out = out;
		stream->avail_out = sizeof(out);
		int rc = inflate(stream, Z_NO_FLUSH);
		if (rc != Z_OK && rc != Z_STREAM_END)
			return hs_fail(err, HS_E_STRUCTURE, "the package is not a sound .tgz file (gzip: %s)",
				stream->msg ? stream->msg : "damaged");
		size_t got = sizeof(out) - stream->avail_out;
		*size += got;
		if (*size > HS__PACKAGE_UNPACKED_MAX)
			return hs_fail(err, HS_E_LIMIT, "the package unpacks to more than %u MiB",
				(unsigned)(HS__PACKAGE_UNPACKED_MAX >> 20));
		if (!write_all(to, out, got))
			return hs_fail(err, errno == ENOSPC ? HS_E_FULL : HS_E_IO,
				"cannot unpack the package into a temporary file: %s",
				strerrordesc_np(errno));
		*ended = rc == Z_STREAM_END;
	}
	return HS_OK;
}

static enum hs_status gunzip(const char *path, int from, int to, uint64_t *size, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	bool ended = false;
	z_stream stream = { 0 };
	unsigned char *in = hs_heap_raw(PIECE);
	if (inflateInit2(&stream, 16 + MAX_WBITS) != Z_OK) {
		hs_heap_free(in);
		return hs_fail(err, HS_E_INTERNAL, "zlib does not start");
	}
	while (!status && !ended) {
		ssize_t got = read(from, in, PIECE);
		if (got < 0) {
			status = fail_read(err, path);
		} else if (got == 0) {
			status = hs_fail(err, HS_E_STRUCTURE, "the package %.200s is cut short", path);
		} else {
			stream.next_in = in;
			stream.avail_in = (unsigned)got;
			status = inflate_piece(&stream, to, size, &ended, err);
		}
	}
	inflateEnd(&stream);
	hs_heap_free(in);
	return status;
}

enum hs_status hs__package_archive(struct hs_package *package, const char *path, struct hs_slice *manifest,
	struct hs_error *err)
{
	enum hs_status status;
	uint64_t size = 0;
	int to = -1;
	void *mapped;
	int from = open(path, O_RDONLY | O_CLOEXEC);
	if (from < 0)
		return hs_fail(err, errno == ENOENT ? HS_E_NOT_FOUND : HS_E_IO,
			"cannot open the package %.200s: %s", path, strerrordesc_np(errno));
	to = open_nameless();
	if (to < 0) {
		status = hs_fail(err, HS_E_IO, "cannot make a temporary file to unpack the package: %s",
			strerrordesc_np(errno));
		goto out;
	}
	status = gunzip(path, from, to, &size, err);
	if (status)
		goto out;
	if (size == 0) {
		status = hs_fail(err, HS_E_STRUCTURE, "the package %.200s is empty", path);
		goto out;
	}
	mapped = mmap(NULL, (size_t)size, PROT_READ, MAP_SHARED, to, 0);
	if (mapped == MAP_FAILED) {
		status = hs_fail(err, HS_E_IO, "cannot map the unpacked package: %s", strerrordesc_np(errno));
		goto out;
	}
	package->unpacked = mapped;
	package->unpacked_size = (size_t)size;
	status = hs__package_untar(package, hs_slice(mapped, (size_t)size), manifest, err);
	if (!status && manifest->len == 0)
		status = hs_fail(err, HS_E_STRUCTURE,
			"%.200s is not a FHIR package: it has no package/package.json", path);
out:
	close(from);
	if (to >= 0)
		close(to);
	return status;
}
