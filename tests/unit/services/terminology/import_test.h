/* SPDX-License-Identifier: Apache-2.0 */
/* A place to import into and from in a test, and the image that comes of it, which questions are put to. */
#pragma once

#include "ask_test.h"

#include <services/terminology/image/big.h>
#include <services/terminology/import/importers.h>
#include <services/terminology/compile/source.h>

#include <dirent.h>
#include <ftw.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

struct place {
	char folder[64], source[80], skipped[4096];
	struct hs_import import;
	struct hs_error err;
};

static inline int remove_one(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

static inline void begin(struct place *p)
{
	memset(p, 0, sizeof(*p));
	snprintf(p->folder, sizeof(p->folder), "/tmp/handslag-import-XXXXXX");
	assert_non_null(mkdtemp(p->folder));
	snprintf(p->source, sizeof(p->source), "%s/source", p->folder);
	assert_int_equal(mkdir(p->source, 0777), 0);
}

static inline void end(struct place *p)
{
	nftw(p->folder, remove_one, 8, FTW_DEPTH | FTW_PHYS);
}

static inline void put(const struct place *p, const char *name, const char *text)
{
	char path[200];

	snprintf(path, sizeof(path), "%s/%s", p->source, name);
	FILE *file = fopen(path, "w");
	assert_non_null(file);
	fputs(text, file);
	assert_int_equal(fclose(file), 0);
}

static inline void skipped(void *arg, const char *file, uint64_t line, const char *why)
{
	struct place *p = arg;
	size_t used = strlen(p->skipped);

	(void)file;
	snprintf(p->skipped + used, sizeof(p->skipped) - used, "%llu %s\n", (unsigned long long)line, why);
}

typedef enum hs_status import_fn(struct hs_import *import, struct hs_error *err);

static inline enum hs_status run(struct place *p, import_fn *fn, const struct hs_pair *options, size_t count)
{
	const char *path = p->source;

	p->skipped[0] = '\0';
	p->import = (struct hs_import) { .paths = &path,
		.path_count = 1,
		.directory = p->folder,
		.options = options,
		.option_count = count,
		.skipped = skipped,
		.arg = p };
	return fn(&p->import, &p->err);
}

/* Questions go to the image that the import left, and to it alone. */
static inline void open_image(struct place *p, struct ask *a)
{
	char path[400] = "";
	DIR *dir = opendir(p->folder);
	const struct dirent *entry;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		if (hs_slice_ends(hs_slice_cstr(entry->d_name), HS_S(".image")))
			snprintf(path, sizeof(path), "%s/%s", p->folder, entry->d_name);
	closedir(dir);
	memset(a, 0, sizeof(*a));
	a->arena = hs_arena_new((size_t)64 << 20);
	if (hs_tx_big_open(path, &a->layer, &p->err))
		fail_msg("%s: %s", path, p->err.text);
}

static inline void close_image(struct ask *a)
{
	hs_tx_big_close(&a->layer);
	hs_arena_free(a->arena);
}

#define CODE(system, code) "{'name':'system','valueUri':'" system "'},{'name':'code','valueCode':'" code "'}"

static inline const char *parent_of(struct ask *a, const char *code)
{
	struct tx_system s = { &a->layer, &a->layer.systems[0] };
	uint32_t found = hs_tx_find_code(a->arena, s, hs_slice_cstr(code), NULL);
	size_t count = 0;

	assert_int_not_equal(found, TX_NONE);
	const uint32_t *list = hs_tx_parents(s, found, &count);
	return count ? hs_arena_cstr(a->arena, hs_tx_code(s, list[0])) : "";
}

static inline size_t count_images(const struct place *p)
{
	DIR *dir = opendir(p->folder);
	const struct dirent *entry;
	size_t count = 0;

	assert_non_null(dir);
	while ((entry = readdir(dir)))
		count += hs_slice_ends(hs_slice_cstr(entry->d_name), HS_S(".image"));
	closedir(dir);
	return count;
}
