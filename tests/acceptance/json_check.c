/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the files of a JSON parsing test suite and says how many were judged rightly: names that start with
 * y_ must be accepted, with n_ refused, with i_ are free. With -v the i_ verdicts are printed.
 *
 *     json_check [-v] DIRECTORY-OR-FILE...      exit code 0 when all are right, 1 when not, 77 without input
 */
#include <core/base/world.h>
#include <handslag/json.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#define FILE_MAX ((size_t)64 << 20)
#define ARENA_MAX ((size_t)512 << 20)

struct tally {
	unsigned accepted, to_accept;
	unsigned refused, to_refuse;
	unsigned free, free_accepted;
	bool verbose;
};

static void check_file(struct tally *tally, const char *path)
{
	/* The suite is about RFC 8259 itself, which leaves duplicate names to the reader. */
	static const struct hs_json_limits plain = { .flags = HS_JSON_ALLOW_DUPLICATES };
	struct hs_arena *arena = hs_arena_new(ARENA_MAX);
	struct hs_error err;
	struct hs_slice text;
	struct hs_json *root;
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	if (hs_world_read_file(hs_world_real(), arena, path, FILE_MAX, &text, &err)) {
		fprintf(stderr, "%s\n", err.text);
		exit(2);
	}
	bool ok = hs_json_parse(arena, text, &plain, &root, &err) == HS_OK;
	char kind = name[0] && name[1] == '_' ? name[0] : 'i';
	tally->to_accept += kind == 'y';
	tally->accepted += kind == 'y' && ok;
	tally->to_refuse += kind == 'n';
	tally->refused += kind == 'n' && !ok;
	tally->free += kind == 'i';
	tally->free_accepted += kind == 'i' && ok;
	if (kind == 'i' ? tally->verbose : ok != (kind == 'y'))
		printf("%s: %s%s\n", name, ok ? "accepted" : "refused: ", ok ? "" : err.text);
	hs_arena_free(arena);
}

static void check(struct tally *tally, const char *path)
{
	struct dirent **entries;
	int count = scandir(path, &entries, NULL, alphasort);
	if (count < 0) {
		check_file(tally, path);
		return;
	}
	for (int i = 0; i < count; i++) {
		char full[4096 + 256];
		size_t len = strlen(entries[i]->d_name);
		if (len > 5 && strcmp(entries[i]->d_name + len - 5, ".json") == 0) {
			snprintf(full, sizeof(full), "%s/%s", path, entries[i]->d_name);
			check_file(tally, full);
		}
		free(entries[i]);
	}
	free(entries);
}

int main(int argc, char **argv)
{
	struct tally tally = { .verbose = false };
	int first = 1;
	if (argc > 1 && strcmp(argv[1], "-v") == 0) {
		tally.verbose = true;
		first = 2;
	}
	char suite[4096];
	const char *root = getenv("HS_ACCEPTANCE");
	if (first == argc && root) {
		snprintf(suite, sizeof(suite), "%s/json/test_parsing", root);
		check(&tally, suite);
	} else if (first == argc) {
		fprintf(stderr, "json_check: name a directory, or set HS_ACCEPTANCE\n");
		return 77;
	}
	for (int i = first; i < argc; i++)
		check(&tally, argv[i]);
	printf("accepted %u of %u, refused %u of %u, free to choose %u of which accepted %u\n",
		tally.accepted, tally.to_accept, tally.refused, tally.to_refuse, tally.free,
		tally.free_accepted);
	return tally.accepted == tally.to_accept && tally.refused == tally.to_refuse ? 0 : 1;
}
