/* SPDX-License-Identifier: Apache-2.0 */
/* The small release of rf2/ imported and opened, with names for its concepts: a test writes "<< HEART" and
 * gets the constraint with the identifier in its place, and answers are names in order of snomed_names.def.
 */
#pragma once

#include <services/terminology/image/big.h>
#include <services/terminology/import/importers.h>
#include <services/terminology/snomed/ecl_tree.h>

#include <ftw.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define SMALL_RELEASE "tests/unit/services/terminology/rf2"

static const struct sct_name {
	const char *name, *code;
} sct_names[] = {
#define X(name, code) { #name, code },
#include "snomed_names.def"
#undef X
};
#define SCT_NAMES (sizeof(sct_names) / sizeof(sct_names[0]))

struct sct_test {
	struct hs_arena *arena;
	char folder[64];
	struct tx_layer layer;
	struct tx_system s;
	struct hs_import import;
	struct hs_error err;
	char skipped[4096]; /* what was left out, a line each */
};

static inline const char *sct_code(const char *name)
{
	for (size_t i = 0; i < SCT_NAMES; i++)
		if (strcmp(sct_names[i].name, name) == 0)
			return sct_names[i].code;
	fail_msg("no concept is called %s", name);
	return "";
}

/* Words in capitals that are names become identifiers. */
static inline struct hs_slice sct_text(struct hs_arena *arena, const char *text)
{
	struct hs_buf out;

	hs_buf_init(&out, arena, 1 << 20);
	while (*text) {
		size_t len = 0;
		const char *code = NULL;
		while ((text[len] >= 'A' && text[len] <= 'Z') ||
			(len && text[len] >= '0' && text[len] <= '9'))
			len++;
		for (size_t i = 0; i < SCT_NAMES && len; i++)
			if (strlen(sct_names[i].name) == len && strncmp(sct_names[i].name, text, len) == 0)
				code = sct_names[i].code;
		if (code)
			hs_buf_cstr(&out, code);
		else
			hs_buf_add(&out, hs_slice(text, len ? len : 1));
		text += len ? len : 1;
	}
	return hs_buf_slice(&out);
}

static inline void sct_skipped(void *arg, const char *file, uint64_t line, const char *why)
{
	struct sct_test *t = arg;
	size_t used = strlen(t->skipped);

	(void)file;
	snprintf(t->skipped + used, sizeof(t->skipped) - used, "%llu %s\n", (unsigned long long)line, why);
}

static inline int sct_remove(const char *path, const struct stat *st, int flag, struct FTW *ftw)
{
	(void)st;
	(void)flag;
	(void)ftw;
	return remove(path);
}

/* Imports what `path` has, with options; the status is the import's. */
static inline enum hs_status sct_import(struct sct_test *t, const char *path, const struct hs_pair *options,
	size_t option_count)
{
	t->skipped[0] = '\0';
	t->import = (struct hs_import) { .paths = &path,
		.path_count = 1,
		.directory = t->folder,
		.options = options,
		.option_count = option_count,
		.skipped = sct_skipped,
		.arg = t };
	return hs_tx_import_snomed(&t->import, &t->err);
}

static inline void sct_open(struct sct_test *t, const char *image)
{
	char path[300];

	snprintf(path, sizeof(path), "%s/%s", t->folder, image);
	if (hs_tx_big_open(path, &t->layer, &t->err))
		fail_msg("%s", t->err.text);
	t->s = (struct tx_system) { &t->layer, &t->layer.systems[0] };
}

static inline void sct_begin_empty(struct sct_test *t)
{
	memset(t, 0, sizeof(*t));
	t->arena = hs_arena_new((size_t)64 << 20);
	snprintf(t->folder, sizeof(t->folder), "/tmp/handslag-sct-XXXXXX");
	assert_non_null(mkdtemp(t->folder));
}

static inline void sct_begin(struct sct_test *t)
{
	sct_begin_empty(t);
	if (sct_import(t, SMALL_RELEASE, NULL, 0))
		fail_msg("%s", t->err.text);
	sct_open(t, "sct-900000000000207008-20250601.image");
}

static inline void sct_end(struct sct_test *t)
{
	if (t->layer.image)
		hs_tx_big_close(&t->layer);
	hs_arena_free(t->arena);
	nftw(t->folder, sct_remove, 8, FTW_DEPTH | FTW_PHYS);
}

static inline const char *sct_list(struct sct_test *t, struct tx_bits bits)
{
	struct hs_buf out;

	hs_buf_init(&out, t->arena, 1 << 16);
	for (size_t i = 0; i < SCT_NAMES; i++)
		if (hs_tx_bits_has(bits, hs_tx_big_code(&t->layer, hs_slice_cstr(sct_names[i].code))))
			hs_buf_printf(&out, "%s%s", out.len ? " " : "", sct_names[i].name);
	return hs_arena_cstr(t->arena, hs_buf_slice(&out));
}

static inline const char *sct_answer(struct sct_test *t, struct ecl_eval e, const char *text)
{
	struct tx_bits bits;
	struct hs_error err = { .status = HS_OK };

	e.err = &err;
	if (hs_ecl_answer(&e, sct_text(t->arena, text), &bits))
		return hs_arena_cstr(t->arena, hs_arena_printf(t->arena, "error: %s", err.text));
	return sct_list(t, bits);
}

/* The names of what a constraint selects, or "error: ...". Whether concepts are asked one by one or looked
 * for makes no difference. */
static inline const char *sct_ecl(struct sct_test *t, const char *text)
{
	struct ecl_eval e = ECL_EVAL(t->arena, t->s, NULL);
	const char *asked, *found;

	e.few = UINT32_MAX;
	asked = sct_answer(t, e, text);
	e.few = 0;
	found = sct_answer(t, e, text);
	if (strcmp(asked, found) != 0)
		fail_msg("%s gives \"%s\" when asked one by one, else \"%s\"", text, asked, found);
	return found;
}
