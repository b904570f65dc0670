/* SPDX-License-Identifier: Apache-2.0 */
/* Gathering appends to the log.
 *
 * SQLite writes each page of a commit as a head of 24 bytes and a body of 4,096, one after another, then
 * syncs, and only then tells other connections (through the shared index) that they are there. So nobody
 * reads the file's end between the first write and the sync, but the writer itself: its reads, like
 * everything other than an append, put what was gathered into the file first. A write that fails is told by
 * the call that found out, which belongs to the same commit.
 *
 * On a disk that may spoil the neighbours of what is written (no SQLITE_IOCAP_POWERSAFE_OVERWRITE) SQLite
 * pads the log and goes on writing after the sync: there nothing is gathered. */
#include <core/store/sqlite/wal_file.h>

#include <core/base/heap.h>
#include <handslag/error.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#define GATHER_MAX ((size_t)65536) /* SQLite's file layer takes less than 128 KiB at once */
#define LAYERS 4

struct log_file {
	sqlite3_file base; /* first */
	char *bytes;
	size_t len;
	sqlite3_int64 start; /* where in the file they belong */
	bool gathers;
	/* the real file follows */
};

static sqlite3_file *under(sqlite3_file *file)
{
	return (sqlite3_file *)(void *)((char *)file + sizeof(struct log_file));
}

static int put_out(struct log_file *log)
{
	sqlite3_file *real = under(&log->base);
	size_t len = log->len;

	log->len = 0;
	return len ? real->pMethods->xWrite(real, log->bytes, (int)len, log->start) : SQLITE_OK;
}

static int log_write(sqlite3_file *file, const void *data, int size, sqlite3_int64 offset)
{
	struct log_file *log = (struct log_file *)file;
	size_t count = (size_t)size;
	int code = SQLITE_OK;

	if (!log->gathers)
		return under(file)->pMethods->xWrite(under(file), data, size, offset);
	if (log->len && (offset != log->start + (sqlite3_int64)log->len || log->len + count > GATHER_MAX))
		code = put_out(log);
	if (code != SQLITE_OK)
		return code;
	HS_ASSERT(count <= GATHER_MAX); /* a page is the largest */
	if (!log->bytes)
		log->bytes = hs_heap_raw(GATHER_MAX);
	if (!log->len)
		log->start = offset;
	memcpy(log->bytes + log->len, data, count);
	log->len += count;
	return SQLITE_OK;
}

static int log_close(sqlite3_file *file)
{
	struct log_file *log = (struct log_file *)file;

	/* What is left belongs to no commit. */
	hs_heap_free(log->bytes);
	return under(file)->pMethods->xClose(under(file));
}

static int log_read(sqlite3_file *file, void *out, int size, sqlite3_int64 offset)
{
	int code = put_out((struct log_file *)file);

	return code != SQLITE_OK ? code : under(file)->pMethods->xRead(under(file), out, size, offset);
}

static int log_truncate(sqlite3_file *file, sqlite3_int64 size)
{
	int code = put_out((struct log_file *)file);

	return code != SQLITE_OK ? code : under(file)->pMethods->xTruncate(under(file), size);
}

static int log_sync(sqlite3_file *file, int flags)
{
	int code = put_out((struct log_file *)file);

	return code != SQLITE_OK ? code : under(file)->pMethods->xSync(under(file), flags);
}

static int log_size(sqlite3_file *file, sqlite3_int64 *size)
{
	int code = put_out((struct log_file *)file);

	return code != SQLITE_OK ? code : under(file)->pMethods->xFileSize(under(file), size);
}

static int log_lock(sqlite3_file *file, int level)
{
	return under(file)->pMethods->xLock(under(file), level);
}

static int log_unlock(sqlite3_file *file, int level)
{
	return under(file)->pMethods->xUnlock(under(file), level);
}

static int log_reserved(sqlite3_file *file, int *out)
{
	return under(file)->pMethods->xCheckReservedLock(under(file), out);
}

static int log_control(sqlite3_file *file, int op, void *arg)
{
	return under(file)->pMethods->xFileControl(under(file), op, arg);
}

static int log_sector(sqlite3_file *file)
{
	return under(file)->pMethods->xSectorSize(under(file));
}

static int log_traits(sqlite3_file *file)
{
	return under(file)->pMethods->xDeviceCharacteristics(under(file));
}

/* The shared index belongs to the main file, so version 1 is enough. */
static const sqlite3_io_methods methods = {
	.iVersion = 1,
	.xClose = log_close,
	.xRead = log_read,
	.xWrite = log_write,
	.xTruncate = log_truncate,
	.xSync = log_sync,
	.xFileSize = log_size,
	.xLock = log_lock,
	.xUnlock = log_unlock,
	.xCheckReservedLock = log_reserved,
	.xFileControl = log_control,
	.xSectorSize = log_sector,
	.xDeviceCharacteristics = log_traits,
};

/* ---- the layer ---- */

static int open_file(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *out_flags)
{
	sqlite3_vfs *base = vfs->pAppData;

	/* All other files are the base's own. */
	if (!(flags & SQLITE_OPEN_WAL))
		return base->xOpen(base, name, file, flags, out_flags);
	struct log_file *log = (struct log_file *)file;
	memset(log, 0, sizeof(*log));
	memset(under(file), 0, sizeof(sqlite3_file));
	int code = base->xOpen(base, name, under(file), flags, out_flags);
	if (code == SQLITE_OK) {
		log->base.pMethods = &methods;
		log->gathers = log_traits(file) & SQLITE_IOCAP_POWERSAFE_OVERWRITE;
	} else if (under(file)->pMethods)
		under(file)->pMethods->xClose(under(file));
	return code;
}

static struct layer {
	sqlite3_vfs vfs;
	char name[64];
} layers[LAYERS];
static unsigned layer_count;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

const char *hs__wal_file_layer(const char *base_name)
{
	sqlite3_vfs *base = sqlite3_vfs_find(base_name);
	const char *name = NULL;

	if (!base)
		return NULL;
	pthread_mutex_lock(&lock);
	for (unsigned i = 0; i < layer_count && !name; i++) {
		if (layers[i].vfs.pAppData == base)
			name = layers[i].name;
	}
	if (!name && layer_count < LAYERS) {
		struct layer *layer = &layers[layer_count];
		layer->vfs = *base;
		snprintf(layer->name, sizeof(layer->name), "hs-log-%s", base->zName);
		layer->vfs.zName = layer->name;
		layer->vfs.szOsFile = base->szOsFile + (int)sizeof(struct log_file);
		layer->vfs.pAppData = base;
		layer->vfs.pNext = NULL;
		layer->vfs.xOpen = open_file;
		if (sqlite3_vfs_register(&layer->vfs, 0) == SQLITE_OK) {
			layer_count++;
			name = layer->name;
		}
	}
	pthread_mutex_unlock(&lock);
	return name;
}
