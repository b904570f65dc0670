/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a constraint of ECL on a release of four concepts: refused with a reason, or answered, the
 * same both times, with concepts that exist. */
#include "../must.h"

#include <services/terminology/image/big.h>
#include <services/terminology/import/importers.h>
#include <services/terminology/snomed/ecl.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define CAP ((size_t)64 << 20)
#define CORE "900000000000207008"
#define IMAGE "sct-900000000000207008-20250101.image"
#define ROW "\t20250101\t1\t" CORE "\t"
#define END "\t900000000000011006\t900000000000451002\n"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static struct tx_layer layer;

static void put(const char *folder, const char *name, const char *text)
{
	char path[256];

	snprintf(path, sizeof(path), "%s/%s", folder, name);
	FILE *file = fopen(path, "w");
	must(file && fputs(text, file) >= 0);
	must(fclose(file) == 0);
}

/* The files go as soon as the image is mapped. */
static void open_release(void)
{
	static const char *const names[] = { "sct2_Concept_Snapshot_X.txt", "sct2_Description_Snapshot_X.txt",
		"sct2_Relationship_Snapshot_X.txt", "der2_cRefset_AssociationSnapshot_X.txt", IMAGE };
	char folder[] = "/tmp/handslag-fuzz-XXXXXX", path[256];
	const char *from = mkdtemp(folder);
	struct hs_error err = { .status = HS_OK };

	must(from != NULL);
	put(from, names[0],
		"id\n138875005" ROW "900000000000074008\n116680003" ROW "900000000000074008\n404684003" ROW
		"900000000000073002\n900000000000527005" ROW "900000000000074008\n");
	put(from, names[1],
		"id\n1" ROW "404684003\ten\t900000000000013009\tA term of it\t900000000000448009\n");
	put(from, names[2],
		"id\n1" ROW "404684003\t138875005\t0\t116680003" END "2" ROW
		"404684003\t116680003\t1\t138875005" END);
	put(from, names[3],
		"id\teffectiveTime\tactive\tmoduleId\trefsetId\treferencedComponentId\ttargetComponentId\n"
		"00000000-0000-4000-8000-000000000001" ROW "900000000000527005\t404684003\t138875005\n");
	struct hs_import import = { .paths = &from, .path_count = 1, .directory = from };
	must(hs_tx_import_snomed(&import, &err) == HS_OK);
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(path, sizeof(path), "%s/%s", from, names[i]);
		must(i + 1 < sizeof(names) / sizeof(names[0]) || hs_tx_big_open(path, &layer, &err) == HS_OK);
		unlink(path);
	}
	rmdir(from);
}

static uint32_t answer(struct hs_slice text, enum hs_status *status)
{
	struct hs_arena *arena = hs_arena_new(CAP);
	struct tx_system s = { &layer, &layer.systems[0] };
	struct hs_error err = { .status = HS_OK };
	struct tx_bits bits = { NULL, 0 };
	uint32_t mask = 0;

	*status = hs_tx_ecl(arena, s, text, &bits, &err);
	if (*status)
		must(err.text[0] && (*status == HS_E_VALUE || *status == HS_E_LIMIT));
	else
		for (uint32_t at = hs_tx_bits_next(bits, 0); at != UINT32_MAX;
			at = hs_tx_bits_next(bits, at + 1)) {
			must(at < 4);
			mask |= 1u << at;
		}
	hs_arena_free(arena);
	return mask;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hs_slice text = hs_slice((const char *)data, size);
	enum hs_status first, second;

	if (size > 4096)
		return 0;
	if (!layer.image)
		open_release();
	must(answer(text, &first) == answer(text, &second) && first == second);
	return 0;
}
