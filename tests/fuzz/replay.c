/* SPDX-License-Identifier: Apache-2.0 */
/* Runs a fuzz target over the files it is given, and over those of directories: for builds without libFuzzer.
 */
#include <core/base/world.h>
#include <handslag/arena.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static unsigned replay_file(const char *path)
{
	struct hs_arena *arena = hs_arena_new(FILE_MAX * 4);
	struct hs_error err;
	struct hs_slice text;
	if (hs_world_read_file(hs_world_real(), arena, path, FILE_MAX, &text, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(2);
	}
	/* A block of exactly its size, so that AddressSanitizer sees a read beyond it. */
	uint8_t *exact = malloc(text.len ? text.len : 1);
	if (!exact)
		abort();
	memcpy(exact, text.ptr, text.len);
	LLVMFuzzerTestOneInput(exact, text.len);
	free(exact);
	hs_arena_free(arena);
	return 1;
}

static unsigned replay(const char *path)
{
	struct dirent **entries;
	unsigned files = 0;
	int count = scandir(path, &entries, NULL, alphasort);
	if (count < 0)
		return replay_file(path);
	for (int i = 0; i < count; i++) {
		char full[4096 + 256];
		snprintf(full, sizeof(full), "%s/%s", path, entries[i]->d_name);
		if (entries[i]->d_name[0] != '.')
			files += replay(full);
		free(entries[i]);
	}
	free(entries);
	return files;
}

/* A corpus that has gone missing is an error: the test would otherwise pass without having run. */
int main(int argc, char **argv)
{
	unsigned files = 0;
	for (int i = 1; i < argc; i++)
		files += replay(argv[i]);
	printf("%u inputs\n", files);
	return files ? 0 : 1;
}
