/* SPDX-License-Identifier: Apache-2.0 */
/* The data directory: made with mode 0700, locked against a second server, and the cache folder beside it.
 *
 * The lock says where the server is that holds it, so that commands find it by the directory. */
#include <core/base/heap.h>
#include <core/base/log.h>
#include <core/host/host_private.h>

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

enum hs_status hs__make_dirs(const char *path, struct hs_error *err)
{
	char buf[4096];
	size_t len = strlen(path);

	if (len == 0 || len >= sizeof(buf))
		return hs_fail(err, HS_E_VALUE, "\"%.60s\" is not a usable path", path);
	memcpy(buf, path, len + 1);
	for (size_t i = 1; i <= len; i++) {
		if (buf[i] != '/' && buf[i] != '\0')
			continue;
		char kept = buf[i];
		buf[i] = '\0';
		if (mkdir(buf, 0700) != 0 && errno != EEXIST && errno != EISDIR) {
			err->cause = errno;
			return hs_fail(err, HS_E_IO, "the directory %s cannot be made: %s", buf,
				strerrordesc_np(errno));
		}
		buf[i] = kept;
	}
	struct stat info;
	if (stat(path, &info) == 0 && !S_ISDIR(info.st_mode))
		return hs_fail(err, HS_E_VALUE, "%s is a file, but a directory is needed", path);
	return HS_OK;
}

/* Where the holder of the lock serves; empty when it does not. */
static void read_holder(int fd, char url[128])
{
	ssize_t len = pread(fd, url, 127, 0);

	url[len > 0 ? len : 0] = '\0';
	url[strcspn(url, "\r\n")] = '\0';
}

void hs__datadir_tell(const struct hs_host *host)
{
	struct hs_slice url = hs_slice_cstr(host->url);

	if (ftruncate(host->lock_fd, 0) != 0 || pwrite(host->lock_fd, url.ptr, url.len, 0) < 0)
		hs_log_text(HS_LOG_WARN, "data", "%s/lock cannot be written; commands need --target %s",
			host->data_dir, host->url);
}

/* The lock is held by the open file: the kernel takes it back however the process ends. */
static enum hs_status take_lock(struct hs_host *host, struct hs_error *err)
{
	char path[4096], url[128];

	snprintf(path, sizeof(path), "%s/lock", host->data_dir);
	host->lock_fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
	if (host->lock_fd < 0) {
		err->cause = errno;
		return hs_fail(err, HS_E_IO, "%s cannot be opened: %s", path, strerrordesc_np(errno));
	}
	if (flock(host->lock_fd, LOCK_EX | LOCK_NB) != 0) {
		read_holder(host->lock_fd, url);
		return hs_fail(err, HS_E_BUSY,
			"%s is in use by another handslag%s%s; stop it or choose another --data",
			host->data_dir, url[0] ? ", which serves " : "", url);
	}
	if (ftruncate(host->lock_fd, 0) != 0) { /* what a server left there */
		err->cause = errno;
		return hs_fail(err, HS_E_IO, "%s cannot be written: %s", path, strerrordesc_np(errno));
	}
	return HS_OK;
}

bool hs_host_usual_cache(char *out, size_t size)
{
	const char *xdg = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");

	if (xdg && xdg[0] == '/')
		snprintf(out, size, "%s/handslag", xdg);
	else
		snprintf(out, size, "%s/.cache/handslag", home ? home : "");
	return (xdg && xdg[0] == '/') || (home && home[0] == '/');
}

static enum hs_status choose_cache(struct hs_host *host, struct hs_error *err)
{
	const char *set = host->config->cache_dir;
	char path[4096];

	if (set[0])
		snprintf(path, sizeof(path), "%s", set);
	else if (!hs_host_usual_cache(path, sizeof(path)))
		snprintf(path, sizeof(path), "%s/cache", host->data_dir);
	enum hs_status status = hs__make_dirs(path, err);
	if (status && !set[0]) {
		snprintf(path, sizeof(path), "%s/cache", host->data_dir);
		status = hs__make_dirs(path, err);
	}
	if (status == HS_OK)
		host->cache_dir = hs_heap_cstr(path, strlen(path));
	return status;
}

/* A folder with none of these is something else, or a name mistyped. */
enum hs_status hs_host_data_check(const char *dir, struct hs_error *err)
{
	static const char *const inside[] = { "sandboxes", "packages.json", "imports" };
	char path[4096];

	for (size_t i = 0; i < sizeof(inside) / sizeof(inside[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", dir, inside[i]);
		if (access(path, F_OK) == 0)
			return HS_OK;
	}
	return hs_fail(err, HS_E_NOT_FOUND, "%s is no data directory; say which with --data DIR", dir);
}

enum hs_status hs__datadir_open(struct hs_host *host, struct hs_error *err)
{
	const char *dir = host->config->data_dir;
	char path[4096];
	enum hs_status status = host->config->data_exists ? hs_host_data_check(dir, err) :
							    hs__make_dirs(dir, err);

	if (status)
		return status;
	host->data_dir = hs_heap_cstr(dir, strlen(dir));
	status = take_lock(host, err);
	if (status)
		return status;
	snprintf(path, sizeof(path), "%s/sandboxes", dir);
	status = hs__make_dirs(path, err);
	return status ? status : choose_cache(host, err);
}

void hs__datadir_close(struct hs_host *host)
{
	if (host->lock_fd >= 0)
		close(host->lock_fd);
	host->lock_fd = -1;
	hs_heap_free(host->data_dir);
	hs_heap_free(host->cache_dir);
	host->data_dir = host->cache_dir = NULL;
}

bool hs_sandbox_store_path(const char *data_dir, const char *name, char *out, size_t size)
{
	int n = snprintf(out, size, "%s/sandboxes/%s/store.db", data_dir, name);
	return n > 0 && (size_t)n < size;
}
