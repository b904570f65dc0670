/* SPDX-License-Identifier: Apache-2.0 */
/* Reading and writing JSON, ours beside cJSON, in turns over one corpus that is in memory.
 *
 *     json_bench [DIRECTORY] [ROUNDS]
 *
 * Prints the median rate of each and the ratio of the two. The default corpus is the examples package of
 * FHIR R4 in the package cache. */
#include <core/base/world.h>
#include <handslag/json.h>

#include <cjson/cJSON.h>
#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define CORPUS_MAX ((size_t)2 << 30)
#define TREE_MAX ((size_t)1 << 30)
#define MOST_ROUNDS 101u
#define PACKAGE "hl7.fhir.r4.examples#4.0.1/package"

struct corpus {
	struct hs_arena *arena;
	struct hs_slice *texts;
	size_t count;
	size_t bytes;
};

static void load(struct corpus *corpus, const char *directory)
{
	struct dirent **entries;
	struct hs_error err;
	int count = scandir(directory, &entries, NULL, alphasort);
	if (count < 0) {
		fprintf(stderr, "json_bench: no corpus in %s\n", directory);
		exit(77);
	}
	corpus->arena = hs_arena_new(CORPUS_MAX);
	corpus->texts = hs_arena_array(corpus->arena, (size_t)count, sizeof(*corpus->texts));
	for (int i = 0; i < count; i++) {
		char path[4096 + 256];
		struct hs_slice text;
		bool json = hs_slice_ends(hs_slice_cstr(entries[i]->d_name), HS_S(".json"));
		snprintf(path, sizeof(path), "%s/%s", directory, entries[i]->d_name);
		free(entries[i]);
		if (json &&
			!hs_world_read_file(hs_world_real(), corpus->arena, path, CORPUS_MAX, &text, &err)) {
			corpus->texts[corpus->count++] = text;
			corpus->bytes += text.len;
		}
	}
	free(entries);
}

/* ---- the four things that are measured; each returns bytes written, so that nothing is optimised away ----
 */

static size_t ours_parse(const struct corpus *corpus)
{
	size_t sum = 0;
	struct hs_arena *arena = hs_arena_new(TREE_MAX);
	for (size_t i = 0; i < corpus->count; i++) {
		struct hs_json *root;
		struct hs_error err;
		if (hs_json_parse(arena, corpus->texts[i], NULL, &root, &err)) {
			fprintf(stderr, "json_bench: line %u: %s\n", err.line, err.text);
			exit(1);
		}
		sum += hs_json_count(root);
		hs_arena_reset(arena);
	}
	hs_arena_free(arena);
	return sum;
}

static size_t theirs_parse(const struct corpus *corpus)
{
	size_t sum = 0;
	for (size_t i = 0; i < corpus->count; i++) {
		cJSON *root = cJSON_ParseWithLength(corpus->texts[i].ptr, corpus->texts[i].len);
		sum += root ? (size_t)cJSON_GetArraySize(root) : 0;
		cJSON_Delete(root);
	}
	return sum;
}

static size_t ours_both(const struct corpus *corpus)
{
	size_t sum = 0;
	struct hs_arena *arena = hs_arena_new(TREE_MAX);
	for (size_t i = 0; i < corpus->count; i++) {
		struct hs_json *root;
		struct hs_error err;
		struct hs_buf buf;
		if (!hs_json_parse(arena, corpus->texts[i], NULL, &root, &err)) {
			hs_buf_init(&buf, arena, TREE_MAX);
			hs_json_write(&buf, root, 0);
			sum += buf.len;
		}
		hs_arena_reset(arena);
	}
	hs_arena_free(arena);
	return sum;
}

static size_t theirs_both(const struct corpus *corpus)
{
	size_t sum = 0;
	for (size_t i = 0; i < corpus->count; i++) {
		cJSON *root = cJSON_ParseWithLength(corpus->texts[i].ptr, corpus->texts[i].len);
		char *text = cJSON_PrintUnformatted(root);
		sum += text ? strlen(text) : 0;
		cJSON_free(text);
		cJSON_Delete(root);
	}
	return sum;
}

static const struct measured {
	const char *name;
	size_t (*run)(const struct corpus *corpus);
} measured[] = {
	{ "parse        handslag", ours_parse },
	{ "parse        cJSON   ", theirs_parse },
	{ "parse+write  handslag", ours_both },
	{ "parse+write  cJSON   ", theirs_both },
};
#define MEASURED (sizeof(measured) / sizeof(measured[0]))

static int by_value(const void *a, const void *b)
{
	const double *x = a;
	const double *y = b;
	return (*x > *y) - (*x < *y);
}

int main(int argc, char **argv)
{
	static double rates[MEASURED][MOST_ROUNDS];
	double median[MEASURED];
	char directory[4096];
	struct corpus corpus = { .count = 0 };
	const struct hs_world *world = hs_world_real();
	const char *cache = getenv("HS_PACKAGES");
	unsigned rounds = argc > 2 ? (unsigned)strtoul(argv[2], NULL, 10) : 7;
	if (argc > 1)
		snprintf(directory, sizeof(directory), "%s", argv[1]);
	else
		snprintf(directory, sizeof(directory), "%s%s/%s", cache ? cache : getenv("HOME"),
			cache ? "" : "/.fhir/packages", PACKAGE);
	if (rounds < 1 || rounds > MOST_ROUNDS)
		rounds = 7;
	load(&corpus, directory);
	for (unsigned round = 0; round < rounds; round++) {
		for (size_t i = 0; i < MEASURED; i++) {
			uint64_t start = world->mono_ns(world->ctx);
			if (measured[i].run(&corpus) == 0)
				return 1;
			uint64_t spent = world->mono_ns(world->ctx) - start;
			rates[i][round] = (double)corpus.bytes * 1000.0 / (double)spent;
		}
	}
	printf("%zu files, %.1f MB, %u rounds, median MB/s\n", corpus.count, (double)corpus.bytes / 1e6,
		rounds);
	for (size_t i = 0; i < MEASURED; i++) {
		qsort(rates[i], rounds, sizeof(double), by_value);
		median[i] = rates[i][rounds / 2];
		printf("%s %8.0f\n", measured[i].name, median[i]);
	}
	printf("ratio parse %.2f, parse+write %.2f\n", median[0] / median[1], median[2] / median[3]);
	hs_arena_free(corpus.arena);
	return 0;
}
