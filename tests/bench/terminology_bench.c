/* SPDX-License-Identifier: Apache-2.0 */
/* Measures the image of a large code system in this process: importing a release in RF2 (tests/bench/rf2
 * makes one), opening the image, finding codes, subsumption, what is below a concept, constraints, and
 * searches by the beginnings of words. One JSON object on standard output; times are CPU. Usage:
 * terminology_bench RELEASE DIRECTORY (where the image is left; exists). */
#include <core/base/log.h>
#include <core/base/memory.h>
#include <core/base/world.h>
#include <services/terminology/sets/filter.h>
#include <services/terminology/image/big.h>
#include <services/terminology/import/importers.h>
#include <services/terminology/snomed/ecl.h>
#include <services/terminology/compile/source.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>

#define ROUNDS 100000u
#define SETS 1000u

static double cpu_us(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static double wall_s(void)
{
	const struct hs_world *world = hs_world_real();
	return (double)world->mono_ns(world->ctx) / 1e9;
}

static void check(enum hs_status status, const struct hs_error *err)
{
	if (status == HS_OK)
		return;
	fprintf(stderr, "terminology_bench: %s\n", err->text);
	exit(1);
}

static uint64_t state = 1;
static uint32_t draw(uint32_t limit)
{
	state = state * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((state >> 33) % limit);
}

static void find_image(const char *directory, char *out, size_t room)
{
	DIR *dir = opendir(directory);
	const struct dirent *entry;

	out[0] = '\0';
	while (dir && (entry = readdir(dir)))
		if (strstr(entry->d_name, ".image"))
			snprintf(out, room, "%s/%s", directory, entry->d_name);
	if (dir)
		closedir(dir);
}

static void skipped(void *arg, const char *file, uint64_t line, const char *why)
{
	(void)arg;
	fprintf(stderr, "%s:%llu: %s\n", file, (unsigned long long)line, why);
}

static void import(const char *release, const char *directory)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_import run = {
		.paths = &release, .path_count = 1, .directory = directory, .skipped = skipped
	};
	double began = wall_s();

	check(hs_tx_import_snomed(&run, &err), &err);
	printf("{\"import-s\": %.2f, \"import-peak-mib\": %llu, \"rows\": %llu, \"left-out\": %llu",
		wall_s() - began, (unsigned long long)hs_memory_peak() >> 20, (unsigned long long)run.rows,
		(unsigned long long)run.skips);
}

static void measure_codes(struct tx_system s)
{
	uint32_t count = (uint32_t)TX_BIG(s.layer)->concept_count, found = 0;
	double began = cpu_us();

	for (uint32_t i = 0; i < ROUNDS; i++)
		found += hs_tx_big_code(s.layer, hs_tx_code(s, draw(count))) != UINT32_MAX;
	printf(", \"code-us\": %.3f", (cpu_us() - began) / ROUNDS);
	if (found != ROUNDS)
		exit(1);
	began = cpu_us();
	for (uint32_t i = 0; i < ROUNDS; i++)
		found += hs_tx_is_below(s, draw(count), draw(count));
	printf(", \"subsumes-us\": %.3f", (cpu_us() - began) / ROUNDS);
}

static void measure_sets(struct hs_arena *arena, struct tx_system s)
{
	uint32_t count = (uint32_t)TX_BIG(s.layer)->concept_count;
	uint64_t members = 0;
	double began = cpu_us();

	for (uint32_t i = 0; i < SETS; i++) {
		struct tx_bits bits = hs_tx_bits_new(arena, count);
		hs_tx_bits_add_below(s.layer, bits, draw(count), true);
		members += hs_tx_bits_total(bits);
		hs_arena_reset(arena);
	}
	printf(", \"below-us\": %.2f", (cpu_us() - began) / SETS);
	if (!members)
		exit(1);
}

/* Prefixes of 5 to 12 letters of words that stand in terms. */
static void measure_search(struct hs_arena *arena, struct tx_system s)
{
	const struct tx_big *big = TX_BIG(s.layer);
	uint64_t found = 0;
	double worst = 0, began = cpu_us();

	for (uint32_t i = 0; i < SETS; i++) {
		struct hs_slice word;
		do
			word = tx_text(s.layer, big->words[draw((uint32_t)big->word_count - 1)].text);
		while (word.len < 5 || (word.ptr[0] >= '0' && word.ptr[0] <= '9'));
		struct tx_bits bits = { NULL, 0 };
		double one = cpu_us();
		hs_tx_big_search(s.layer, arena, hs_slice_first(word, 5 + draw(8)), bits, NULL, &bits);
		found += hs_tx_bits_total(bits);
		one = cpu_us() - one;
		worst = one > worst ? one : worst;
		hs_arena_reset(arena);
	}
	printf(", \"search-us\": %.2f, \"search-worst-us\": %.0f, \"search-found\": %.0f",
		(cpu_us() - began) / SETS, worst, (double)found / SETS);
}

static void measure_constraints(struct hs_arena *arena, struct tx_system s)
{
	uint32_t count = (uint32_t)TX_BIG(s.layer)->concept_count;
	uint64_t members = 0;
	double began = cpu_us();

	for (uint32_t i = 0; i < SETS; i++) {
		struct hs_error err = { .status = HS_OK };
		size_t n = 0;
		uint32_t concept = draw(count);
		const struct tx_sct_attribute *list = hs_tx_sct_attributes(s.layer, concept, &n);
		if (!n || list[0].kind != TX_SCT_CONCEPT)
			continue;
		struct hs_slice value = hs_tx_code(s, list[0].value), type = hs_tx_code(s, list[0].type);
		struct tx_bits bits;
		struct hs_slice text = hs_arena_printf(arena, "<< 138875005 : %.*s = << %.*s", HS_S_ARG(type),
			HS_S_ARG(value));
		check(hs_tx_ecl(arena, s, text, &bits, &err), &err);
		members += hs_tx_bits_total(bits);
		hs_arena_reset(arena);
	}
	printf(", \"constraint-us\": %.2f, \"constraint-found\": %.0f", (cpu_us() - began) / SETS,
		(double)members / SETS);
}

int main(int argc, char **argv)
{
	char path[4096];
	struct tx_layer layer;
	struct hs_error err = { .status = HS_OK };
	struct stat st;
	struct hs_arena *arena = hs_arena_new((size_t)1 << 30);

	if (argc != 3) {
		fprintf(stderr, "usage: terminology_bench RELEASE DIRECTORY\n");
		return 2;
	}
	import(argv[1], argv[2]);
	find_image(argv[2], path, sizeof(path));
	double began = cpu_us();
	check(hs_tx_big_open(path, &layer, &err), &err);
	double opened = cpu_us() - began;
	stat(path, &st);
	struct tx_system s = { &layer, &layer.systems[0] };
	printf(", \"open-us\": %.0f, \"image-mib\": %.1f, \"concepts\": %zu, \"spans\": %zu, \"words\": %zu",
		opened, (double)st.st_size / 1048576, TX_BIG(&layer)->concept_count,
		TX_BIG(&layer)->span_count, TX_BIG(&layer)->word_count);
	measure_codes(s);
	measure_sets(arena, s);
	measure_search(arena, s);
	measure_constraints(arena, s);
	printf("}\n");
	hs_tx_big_close(&layer);
	hs_arena_free(arena);
	return 0;
}
