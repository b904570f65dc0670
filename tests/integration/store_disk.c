/* SPDX-License-Identifier: Apache-2.0 */
/* The failing disk as an SQLite file layer. */
#include "store_disk.h"

#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define FILES 8
#define SECTOR 512

struct pending {
	int64_t offset;
	size_t size; /* of a truncation: SIZE_MAX */
	unsigned char *data;
};

/* What a file is on the platter, and what was written since it was last synced. */
struct image {
	char path[512];
	unsigned char *bytes;
	size_t len, room;
	struct pending *pending;
	size_t count, pending_room;
};

struct file {
	sqlite3_file base;   /* first */
	struct image *image; /* NULL: not watched; the real file follows */
};

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static sqlite3_vfs vfs;
static sqlite3_vfs *real;
static struct image images[FILES];
static uint64_t rng, operations, cut_at, fail_left;
static unsigned fail_kinds;
static bool fail_lasting, fail_full, failed, dark, spoils;

static sqlite3_file *under(sqlite3_file *file)
{
	return (sqlite3_file *)(void *)((char *)file + sizeof(struct file));
}

static uint64_t random_number(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng >> 11;
}

/* ---- faults ---- */

/* With the lock held: the error that this operation meets, or SQLITE_OK. */
static int meet(enum disk_op op, int error)
{
	operations++;
	if (cut_at && operations >= cut_at)
		dark = true;
	if (dark)
		return error;
	if (!(fail_kinds & op) || !fail_left)
		return SQLITE_OK;
	if (fail_left > 1) {
		fail_left--;
		return SQLITE_OK;
	}
	failed = true;
	if (!fail_lasting)
		fail_left = 0;
	return fail_full && op == DISK_WRITE ? SQLITE_FULL : error;
}

/* ---- images ---- */

static struct image *image_of(const char *path)
{
	struct image *free_one = NULL;

	for (int i = 0; i < FILES; i++) {
		if (strcmp(images[i].path, path) == 0)
			return &images[i];
		if (!images[i].path[0] && !free_one)
			free_one = &images[i];
	}
	if (!free_one)
		abort();
	snprintf(free_one->path, sizeof(free_one->path), "%s", path);
	return free_one;
}

static void image_write(struct image *image, int64_t offset, const unsigned char *data, size_t size)
{
	size_t end = (size_t)offset + size;

	if (end > image->room) {
		image->room = end * 2;
		image->bytes = realloc(image->bytes, image->room);
	}
	if ((size_t)offset > image->len)
		memset(image->bytes + image->len, 0, (size_t)offset - image->len);
	memcpy(image->bytes + offset, data, size);
	if (end > image->len)
		image->len = end;
}

static void image_apply(struct image *image, const struct pending *p)
{
	if (p->size != SIZE_MAX)
		image_write(image, p->offset, p->data, p->size);
	else if ((size_t)p->offset < image->len)
		image->len = (size_t)p->offset;
}

static void image_forget(struct image *image)
{
	for (size_t i = 0; i < image->count; i++)
		free(image->pending[i].data);
	image->count = 0;
}

static void image_sync(struct image *image)
{
	for (size_t i = 0; i < image->count; i++)
		image_apply(image, &image->pending[i]);
	image_forget(image);
}

static void image_add(struct image *image, int64_t offset, const void *data, size_t size)
{
	if (image->count == image->pending_room) {
		image->pending_room = image->pending_room ? image->pending_room * 2 : 64;
		image->pending = realloc(image->pending, image->pending_room * sizeof(image->pending[0]));
	}
	struct pending *p = &image->pending[image->count++];
	*p = (struct pending) { .offset = offset, .size = size };
	if (size != SIZE_MAX) {
		p->data = malloc(size ? size : 1);
		memcpy(p->data, data, size);
	}
}

/* What reached the platter without a sync: all, nothing, or any pieces, in any order of luck. */
static void image_lose(struct image *image)
{
	uint64_t luck = random_number() % 4;

	for (size_t i = 0; i < image->count; i++) {
		const struct pending *p = &image->pending[i];
		if (luck == 0 || (luck == 1 && random_number() % 2))
			continue;
		if (luck < 3 || p->size == SIZE_MAX) {
			image_apply(image, p);
			continue;
		}
		for (size_t at = 0; at < p->size; at += SECTOR) {
			size_t size = p->size - at < SECTOR ? p->size - at : SECTOR;
			if (random_number() % 2)
				image_write(image, p->offset + (int64_t)at, p->data + at, size);
		}
	}
	image_forget(image);
}

/* ---- file methods ---- */

static int disk_close(sqlite3_file *file)
{
	sqlite3_file *f = under(file);
	return f->pMethods ? f->pMethods->xClose(f) : SQLITE_OK;
}

static int disk_read(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
	sqlite3_file *f = under(file);
	pthread_mutex_lock(&lock);
	int code = meet(DISK_READ, SQLITE_IOERR_READ);
	pthread_mutex_unlock(&lock);
	return code != SQLITE_OK ? code : f->pMethods->xRead(f, out, size, offset);
}

static int disk_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
	sqlite3_file *f = under(file);
	struct image *image = ((struct file *)file)->image;
	pthread_mutex_lock(&lock);
	int code = meet(DISK_WRITE, SQLITE_IOERR_WRITE);
	if (code == SQLITE_OK && image)
		image_add(image, offset, data, (size_t)size);
	pthread_mutex_unlock(&lock);
	return code != SQLITE_OK ? code : f->pMethods->xWrite(f, data, size, offset);
}

static int disk_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	sqlite3_file *f = under(file);
	struct image *image = ((struct file *)file)->image;
	pthread_mutex_lock(&lock);
	int code = meet(DISK_TRUNCATE, SQLITE_IOERR_TRUNCATE);
	if (code == SQLITE_OK && image)
		image_add(image, size, NULL, SIZE_MAX);
	pthread_mutex_unlock(&lock);
	return code != SQLITE_OK ? code : f->pMethods->xTruncate(f, size);
}

/* The real sync is left out: the image knows what would survive. */
static int disk_sync(sqlite3_file *file, int flags)
{
	struct image *image = ((struct file *)file)->image;
	(void)flags;
	pthread_mutex_lock(&lock);
	int code = meet(DISK_SYNC, SQLITE_IOERR_FSYNC);
	if (code == SQLITE_OK && image)
		image_sync(image);
	pthread_mutex_unlock(&lock);
	return code;
}

static int disk_size(sqlite3_file *file, sqlite3_int64 *size)
{
	return under(file)->pMethods->xFileSize(under(file), size);
}
static int disk_lock(sqlite3_file *file, int level)
{
	return under(file)->pMethods->xLock(under(file), level);
}
static int disk_unlock(sqlite3_file *file, int level)
{
	return under(file)->pMethods->xUnlock(under(file), level);
}
static int disk_reserved(sqlite3_file *file, int *out)
{
	return under(file)->pMethods->xCheckReservedLock(under(file), out);
}
static int disk_control(sqlite3_file *file, int op, void *arg)
{
	return under(file)->pMethods->xFileControl(under(file), op, arg);
}
static int disk_sector(sqlite3_file *file)
{
	(void)file;
	return SECTOR;
}
static int disk_traits(sqlite3_file *file)
{
	(void)file;
	return spoils ? 0 : SQLITE_IOCAP_POWERSAFE_OVERWRITE;
}
static int disk_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **out)
{
	return under(file)->pMethods->xShmMap(under(file), page, size, extend, out);
}
static int disk_shm_lock(sqlite3_file *file, int offset, int n, int flags)
{
	return under(file)->pMethods->xShmLock(under(file), offset, n, flags);
}
static void disk_shm_barrier(sqlite3_file *file)
{
	under(file)->pMethods->xShmBarrier(under(file));
}
static int disk_shm_unmap(sqlite3_file *file, int delete)
{
	return under(file)->pMethods->xShmUnmap(under(file), delete);
}

static const sqlite3_io_methods methods = {
	.iVersion = 2,
	.xClose = disk_close,
	.xRead = disk_read,
	.xWrite = disk_write,
	.xTruncate = disk_truncate,
	.xSync = disk_sync,
	.xFileSize = disk_size,
	.xLock = disk_lock,
	.xUnlock = disk_unlock,
	.xCheckReservedLock = disk_reserved,
	.xFileControl = disk_control,
	.xSectorSize = disk_sector,
	.xDeviceCharacteristics = disk_traits,
	.xShmMap = disk_shm_map,
	.xShmLock = disk_shm_lock,
	.xShmBarrier = disk_shm_barrier,
	.xShmUnmap = disk_shm_unmap,
};

static int disk_open(sqlite3_vfs *v, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	struct file *own = (struct file *)file;
	(void)v;
	memset(own, 0, sizeof(*own));
	memset(under(file), 0, sizeof(sqlite3_file));
	int code = real->xOpen(real, name, under(file), flags, out_flags);
	if (code != SQLITE_OK)
		return code;
	own->base.pMethods = &methods;
	if (name && (flags & (SQLITE_OPEN_MAIN_DB | SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL))) {
		pthread_mutex_lock(&lock);
		own->image = image_of(name);
		pthread_mutex_unlock(&lock);
	}
	return SQLITE_OK;
}

static int disk_delete(sqlite3_vfs *v, const char *name, int sync)
{
	(void)v;
	pthread_mutex_lock(&lock);
	int code = dark ? SQLITE_IOERR_DELETE : SQLITE_OK;
	for (int i = 0; i < FILES && code == SQLITE_OK; i++) {
		if (strcmp(images[i].path, name) == 0) {
			image_forget(&images[i]);
			images[i].len = 0;
		}
	}
	pthread_mutex_unlock(&lock);
	return code != SQLITE_OK ? code : real->xDelete(real, name, sync);
}

/* ---- control ---- */

void disk_install(void)
{
	if (real)
		return;
	sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
	sqlite3_initialize();
	real = sqlite3_vfs_find(NULL);
	vfs = *real;
	vfs.szOsFile = (int)sizeof(struct file) + real->szOsFile;
	vfs.zName = DISK_VFS;
	vfs.pNext = NULL;
	vfs.xOpen = disk_open;
	vfs.xDelete = disk_delete;
	sqlite3_vfs_register(&vfs, 0);
}

void disk_reset(uint64_t seed)
{
	pthread_mutex_lock(&lock);
	for (int i = 0; i < FILES; i++) {
		image_forget(&images[i]);
		free(images[i].pending);
		free(images[i].bytes);
		memset(&images[i], 0, sizeof(images[i]));
	}
	rng = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	operations = cut_at = fail_left = 0;
	fail_kinds = 0;
	failed = dark = false;
	pthread_mutex_unlock(&lock);
}

void disk_set_spoils(bool on)
{
	spoils = on;
}

void disk_fail_at(unsigned kinds, uint64_t nth, bool lasting, bool full)
{
	pthread_mutex_lock(&lock);
	fail_kinds = nth ? kinds : 0;
	fail_left = nth;
	fail_lasting = lasting;
	fail_full = full;
	pthread_mutex_unlock(&lock);
}

bool disk_failed(void)
{
	pthread_mutex_lock(&lock);
	bool was = failed;
	pthread_mutex_unlock(&lock);
	return was;
}

void disk_cut_at(uint64_t nth)
{
	pthread_mutex_lock(&lock);
	cut_at = operations + nth;
	pthread_mutex_unlock(&lock);
}

uint64_t disk_count(void)
{
	pthread_mutex_lock(&lock);
	uint64_t count = operations;
	pthread_mutex_unlock(&lock);
	return count;
}

void disk_restore(void)
{
	for (int i = 0; i < FILES; i++) {
		struct image *image = &images[i];
		if (!image->path[0])
			continue;
		image_lose(image);
		FILE *file = fopen(image->path, "wb");
		if (!file || (image->len && fwrite(image->bytes, 1, image->len, file) != image->len) ||
			fclose(file) != 0)
			abort();
	}
	dark = false;
	cut_at = 0;
}
