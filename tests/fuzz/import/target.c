/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as the files of a code system, for each importer: refused with a reason and nothing left behind,
 * or an image that opens, in which each concept is found by its code, stands below its parents, and by its
 * words.
 *
 * The first byte chooses the importer: 0 to 6, in the order of their list. What follows are
 * files with the byte 0x1e between them, each a line with its name and then its content. */
#include "../must.h"

#include <services/terminology/compile/concept.h>
#include <services/terminology/import/importers.h>
#include <services/terminology/text/fold.h>

#include <services/terminology/image/big.h>

#include <dirent.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define CAP ((size_t)64 << 20)
#define FILES_MAX 12u
#define NAME_MAX_LEN 90u
#define BETWEEN 0x1e

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static char from[64], to[64];

static void make_folders(void)
{
	const char *base = access("/dev/shm", W_OK) == 0 ? "/dev/shm" : "/tmp";

	snprintf(from, sizeof(from), "%s/handslag-fuzz-XXXXXX", base);
	snprintf(to, sizeof(to), "%s/handslag-made-XXXXXX", base);
	must(mkdtemp(from) && mkdtemp(to));
}

static void leave(void)
{
	rmdir(from);
	rmdir(to);
}

/* ---- files ---- */

static void put(struct hs_slice file)
{
	char path[256];
	struct hs_slice line = hs_slice_cut(&file, '\n');
	size_t n = (size_t)snprintf(path, sizeof(path), "%s/", from);

	for (size_t i = 0; i < line.len && i < NAME_MAX_LEN; i++) {
		char c = line.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			c == '_' || c == '-' || (c == '.' && i);
		path[n++] = plain ? c : '_';
	}
	path[n] = '\0';
	FILE *out = line.len ? fopen(path, "w") : NULL;
	if (!out)
		return;
	if (file.len)
		fwrite(file.ptr, 1, file.len, out);
	must(fclose(out) == 0);
}

/* Removes what is in the folder; the number of images among it, and the path of one. */
static unsigned sweep(const char *folder, char *image, bool remove)
{
	DIR *dir = opendir(folder);
	const struct dirent *entry;
	unsigned images = 0;
	char path[400];

	must(dir != NULL);
	while ((entry = readdir(dir))) {
		if (entry->d_name[0] == '.' && (!entry->d_name[1] || entry->d_name[1] == '.'))
			continue;
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		if (hs_slice_ends(hs_slice_cstr(entry->d_name), HS_S(".image"))) {
			images++;
			if (image)
				memcpy(image, path, sizeof(path));
		}
		if (remove)
			unlink(path);
	}
	closedir(dir);
	return images;
}

/* ---- what was made ---- */

static void check_concept(struct hs_arena *arena, struct tx_system s, uint32_t concept)
{
	struct tx_concept c = hs_tx_concept(s, concept);
	size_t count;
	const uint32_t *parents = hs_tx_parents(s, concept, &count);
	struct tx_properties properties = { NULL, 0, 0 };
	struct tx_bits found = { NULL, 0 };

	must(c.code.len && hs_tx_big_code(s.layer, c.code) == concept);
	for (size_t i = 0; i < count; i++)
		must(hs_tx_is_below(s, concept, parents[i]) && !hs_tx_is_below(s, parents[i], concept));
	hs_tx_properties(arena, s, concept, NULL, 0, &properties);
	if (hs_tx_big_search(s.layer, arena, hs_tx_fold(arena, c.display), (struct tx_bits) { NULL, 0 }, NULL,
		    &found))
		must(hs_tx_bits_has(found, concept));
}

static void check_image(const char *path)
{
	struct hs_error err = { .status = HS_OK };
	struct tx_layer layer;

	must(hs_tx_big_open(path, &layer, &err) == HS_OK);
	struct tx_system s = { &layer, &layer.systems[0] };
	struct hs_arena *arena = hs_arena_new(CAP);
	for (uint32_t i = 0; i < TX_BIG(&layer)->concept_count; i++) {
		struct hs_arena_mark mark = hs_arena_mark(arena);
		check_concept(arena, s, i);
		hs_arena_rollback(arena, mark);
	}
	hs_arena_free(arena);
	hs_tx_big_close(&layer);
}

static void count_skip(void *arg, const char *file, uint64_t line, const char *why)
{
	(void)line;
	must(file && why && why[0]);
	++*(uint64_t *)arg;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hs_slice rest = hs_slice((const char *)data, size);
	struct hs_error err = { .status = HS_OK };
	const char *path = from;
	uint64_t skips = 0;
	char image[400];

	if (!size || size > 65536)
		return 0;
	if (!from[0]) {
		make_folders();
		atexit(leave);
	}
	rest = hs_slice_from(rest, 1);
	for (unsigned i = 0; i < FILES_MAX && rest.len; i++)
		put(hs_slice_cut(&rest, BETWEEN));
	struct hs_import import = {
		.paths = &path, .path_count = 1, .directory = to, .skipped = count_skip, .arg = &skips
	};
	enum hs_status status = hs_tx_importers[(uint8_t)(data[0] - '0') % 7].run(&import, &err);
	must(skips == import.skips);
	if (status) {
		must(err.text[0] && sweep(to, NULL, false) == 0);
	} else {
		must(import.made[0] && sweep(to, image, false) == 1);
		check_image(image);
	}
	sweep(from, NULL, true);
	sweep(to, NULL, true);
	return 0;
}
