/* SPDX-License-Identifier: Apache-2.0 */
/* Validation a second of processor time: every STEP-th resource of the R4 examples package, parsed and
 * validated with everything on; bundles of 1,000 and 10,000 entries; memory before and after.
 *
 *     validate_bench [STEP]
 *
 * Prints "name value" lines. The files are read before the clock starts, and one pass goes before what is
 * counted. */
#include <core/base/heap.h>
#include <core/base/memory.h>
#include <core/base/world.h>
#include <core/fhir/validate/validate.h>

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PACKAGE "hl7.fhir.r4.examples#4.0.1"
#define ARENA_CAP ((size_t)2 << 30)

/* Used when they are in the cache, as the command line does. */
static const struct hs_slice more[] = { HS_S_INIT("hl7.terminology.r4"),
	HS_S_INIT("hl7.fhir.uv.extensions.r4") };

struct corpus {
	struct hs_arena *arena;
	struct hs_slice *texts;
	size_t count, room, seen, step, bytes;
};

static double cpu_seconds(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static enum hs_status take(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct corpus *corpus = arg;
	(void)type;
	(void)arena;
	(void)err;
	/* ImplementationGuide-fhir is there twice, as every package has its guide under this name too. */
	if (hs_slice_ends(file, HS_S("ig-r4.json")) || corpus->seen++ % corpus->step)
		return HS_OK;
	if (corpus->count == corpus->room) {
		corpus->room = corpus->room ? 2 * corpus->room : 1024;
		corpus->texts = hs_heap_grow(corpus->texts, corpus->room * sizeof(*corpus->texts));
	}
	corpus->texts[corpus->count++] = hs_arena_copy(corpus->arena, text);
	corpus->bytes += text.len;
	return HS_OK;
}

/* Errors found; the arena is reset. */
static uint32_t validate(const struct hs_validator *validator, struct hs_arena *arena, struct hs_slice text)
{
	struct hs_json *tree = NULL;
	struct hs_error err;
	struct hs_issues issues = { .arena = arena };
	struct hs_validate_options options = { .source = text };
	if (hs_json_parse(arena, text, NULL, &tree, &err) == HS_OK)
		hs_validate(validator, tree, &options, &issues);
	else
		issues.errors++;
	uint32_t errors = issues.errors;
	hs_arena_reset(arena);
	return errors;
}

static size_t pass(const struct hs_validator *validator, struct hs_arena *arena, const struct corpus *corpus)
{
	size_t flagged = 0;
	for (size_t i = 0; i < corpus->count; i++)
		flagged += validate(validator, arena, corpus->texts[i]) > 0;
	return flagged;
}

/* A collection of observations that each refer to a patient of the bundle. */
static struct hs_slice bundle_of(struct hs_arena *arena, size_t entries)
{
	struct hs_buf out;
	hs_buf_init(&out, arena, (size_t)256 << 20);
	hs_buf_cstr(&out, "{\"resourceType\":\"Bundle\",\"type\":\"collection\",\"entry\":[");
	for (size_t i = 0; i < entries; i++) {
		hs_buf_printf(&out,
			"%s{\"fullUrl\":\"http://example.org/fhir/%s/%zu\",\"resource\":", i ? "," : "",
			i % 2 ? "Observation" : "Patient", i);
		if (i % 2)
			hs_buf_printf(&out,
				"{\"resourceType\":\"Observation\",\"id\":\"%zu\",\"status\":\"final\","
				"\"code\":{\"text\":\"x\"},"
				"\"subject\":{\"reference\":\"Patient/"
				"%zu\"},\"valueQuantity\":{\"value\":1.5,\"unit\":\"kg\","
				"\"system\":\"http://unitsofmeasure.org\",\"code\":\"kg\"}}}",
				i, i - 1);
		else
			hs_buf_printf(&out,
				"{\"resourceType\":\"Patient\",\"id\":\"%zu\",\"name\":[{\"family\":\"A\"}],"
				"\"gender\":\"female\"}}",
				i);
	}
	hs_buf_cstr(&out, "]}");
	return hs_buf_slice(&out);
}

static double time_bundle(const struct hs_validator *validator, struct hs_arena *arena, size_t entries)
{
	struct hs_arena *kept = hs_arena_new(ARENA_CAP);
	struct hs_slice text = bundle_of(kept, entries);
	double best = 0;
	for (int i = 0; i < 3; i++) {
		double start = cpu_seconds();
		uint32_t errors = validate(validator, arena, text);
		double spent = cpu_seconds() - start;
		best = i == 0 || spent < best ? spent : best;
		if (errors)
			fprintf(stderr, "validate_bench: the bundle of %zu has %u errors\n", entries, errors);
	}
	hs_arena_free(kept);
	return best;
}

static int fail(const struct hs_error *err)
{
	fprintf(stderr, "validate_bench: %s\n", err->text);
	return 77;
}

static void measure(const struct hs_validator *validator, const struct corpus *corpus)
{
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	size_t flagged = pass(validator, arena, corpus);
	uint64_t before = hs_memory_peak() >> 20;
	double start = cpu_seconds();
	pass(validator, arena, corpus);
	double spent = cpu_seconds() - start;
	printf("resources %zu\nflagged %zu\n", corpus->count, flagged);
	printf("resources_per_cpu_s %.0f\nmb_per_cpu_s %.1f\n", (double)corpus->count / spent,
		(double)corpus->bytes / 1e6 / spent);
	printf("peak_mb_first %" PRIu64 "\npeak_mb %" PRIu64 "\n", before, hs_memory_peak() >> 20);
	double small = time_bundle(validator, arena, 1000), large = time_bundle(validator, arena, 10000);
	printf("bundle_1000_ms %.2f\nbundle_10000_ms %.2f\nbundle_ratio %.2f\n", small * 1e3, large * 1e3,
		large / small);
	hs_arena_free(arena);
}

int main(int argc, char **argv)
{
	char root[2048];
	const char *set = getenv("HS_PACKAGES"), *home = getenv("HOME");
	struct hs_error err;
	struct hs_defs *defs = NULL;
	struct hs_library *library = NULL;
	struct hs_package *core[2] = { NULL, NULL }, *packages[4] = { NULL };
	size_t count = 0;
	uint64_t step = 1;
	snprintf(root, sizeof(root), "%s%s", set ? set : home ? home : "", set ? "" : "/.fhir/packages");
	if (argc > 1 && (!hs_slice_u64(hs_slice_cstr(argv[1]), &step) || !step)) {
		fprintf(stderr, "usage: validate_bench [STEP]\n");
		return 2;
	}
	struct corpus corpus = { .arena = hs_arena_new(ARENA_CAP), .step = step };
	if (hs_package_find(root, HS_S(PACKAGE), &core[0], &err))
		return fail(&err);
	packages[count++] = core[0];
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++)
		count += hs_package_find(root, more[i], &packages[count], &err) == HS_OK;
	struct hs_defs_source defs_source = {
		.fhir = HS_FHIR_R4, .packages = core, .world = hs_world_real()
	};
	struct hs_library_source library_source = { .packages = packages, .world = hs_world_real() };
	if (hs_defs_open(&defs_source, &defs, &err) ||
		hs_library_of_packages(&library_source, &library, &err) ||
		hs_package_each(core[0], NULL, take, &corpus, &err))
		return fail(&err);
	struct hs_profiles *profiles = hs_profiles_new(defs, library, NULL);
	struct hs_validator *validator = hs_validator_new(&(struct hs_validator_source) {
		.profiles = profiles });
	measure(validator, &corpus);
	hs_validator_unref(validator);
	hs_profiles_unref(profiles);
	hs_library_unref(library);
	hs_defs_unref(defs);
	while (count)
		hs_package_close(packages[--count]);
	hs_arena_free(corpus.arena);
	hs_heap_free(corpus.texts);
	return 0;
}
