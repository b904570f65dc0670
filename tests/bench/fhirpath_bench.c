/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluations of compiled FHIRPath expressions a second of processor time, on one resource that is in memory.
 *
 *     fhirpath_bench [FILE [EXPRESSION...]]
 *
 * Prints nanoseconds an evaluation and evaluations a second for each; the best of five rounds. */
#include <core/base/world.h>
#include <core/fhir/path/path.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PACKAGE "hl7.fhir.r4.examples#4.0.1"
#define ROUNDS 5
#define ROUND_NS 100000000u
#define ARENA_CAP ((size_t)64 << 20)

static const char *const EXPRESSIONS[] = {
	"Patient.name.given",
	"Patient.name.where(use = 'official').given.first()",
	"Patient.telecom.all(value.exists() implies system.exists())",
	"Patient.deceased.exists() and Patient.deceased is boolean",
	"(Patient.name.count() + Patient.telecom.count()) * 2 > 3.5",
	"Patient.name.given.select($this.substring(0, 1)).aggregate($total & $this, '')",
	"Patient.contact.name.family",
	"Patient.descendants().count()",
};

static char *default_file(const char *root)
{
	static char file[4096];
	snprintf(file, sizeof(file), "%s/%s/package/Patient-example.json", root, PACKAGE);
	return file;
}

static uint64_t cpu_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static struct hs_defs *open_definitions(const char *root)
{
	struct hs_error err;
	struct hs_defs *defs = NULL;
	struct hs_package *packages[2] = { NULL, NULL };
	if (hs_package_find(root, HS_S(PACKAGE), &packages[0], &err)) {
		fprintf(stderr, "fhirpath_bench: %s\n", err.text);
		exit(77);
	}
	struct hs_defs_source source = { .fhir = HS_FHIR_R4, .packages = packages, .world = hs_world_real() };
	if (hs_defs_open(&source, &defs, &err)) {
		fprintf(stderr, "fhirpath_bench: %s\n", err.text);
		exit(77);
	}
	hs_package_close(packages[0]);
	return defs;
}

/* Nanoseconds an evaluation in one round. */
static double measure(const struct hs_path *path, struct hs_path_context *context, const struct hs_json *tree)
{
	uint64_t start = cpu_ns(), spent = 0, count = 0;
	struct hs_error err;
	struct hs_path_list list;
	while (spent < ROUND_NS) {
		for (int i = 0; i < 500; i++) {
			if (hs_path_eval(path, context, tree, &list, &err)) {
				fprintf(stderr, "fhirpath_bench: %s\n", err.text);
				exit(1);
			}
			hs_arena_reset(context->arena);
		}
		count += 500;
		spent = cpu_ns() - start;
	}
	return (double)spent / (double)count;
}

static void run(const struct hs_defs *defs, const struct hs_json *tree, const char *expression)
{
	struct hs_error err;
	struct hs_path *path;
	struct hs_path_context context = { .arena = hs_arena_new(ARENA_CAP), .defs = defs };
	if (hs_path_compile(defs, hs_slice_cstr(expression), hs_json_get_text(tree, HS_S("resourceType")),
		    &path, NULL, &err)) {
		fprintf(stderr, "fhirpath_bench: %s: %s\n", expression, err.text);
		exit(1);
	}
	double best = 0;
	for (int i = 0; i < ROUNDS; i++) {
		double found = measure(path, &context, tree);
		best = i == 0 || found < best ? found : best;
	}
	printf("%8.0f ns  %10.0f/s  %s\n", best, 1e9 / best, expression);
	hs_path_free(path);
	hs_arena_free(context.arena);
}

int main(int argc, char **argv)
{
	char root[2048];
	const char *set = getenv("HS_PACKAGES"), *home = getenv("HOME");
	snprintf(root, sizeof(root), "%s%s", set ? set : home ? home : "", set ? "" : "/.fhir/packages");
	struct hs_defs *defs = open_definitions(root);
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct hs_error err;
	struct hs_slice text;
	struct hs_json *tree;
	const char *file = argc > 1 ? argv[1] : default_file(root);
	if (hs_world_read_file(hs_world_real(), arena, file, ARENA_CAP / 2, &text, &err) ||
		hs_json_parse(arena, text, NULL, &tree, &err)) {
		fprintf(stderr, "fhirpath_bench: %s\n", err.text);
		return 77;
	}
	size_t count = argc > 2 ? (size_t)argc - 2 : sizeof(EXPRESSIONS) / sizeof(EXPRESSIONS[0]);
	for (size_t i = 0; i < count; i++)
		run(defs, tree, argc > 2 ? argv[i + 2] : EXPRESSIONS[i]);
	hs_arena_free(arena);
	hs_defs_unref(defs);
	return 0;
}
