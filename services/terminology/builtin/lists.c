/* SPDX-License-Identifier: Apache-2.0 */
/* Reading lists of codes and the names of what they hold. A catalogue that is damaged names nothing. */
#include "lists.h"

#include <stdio.h>

#define FILE_MAX ((size_t)16 << 20)
#define MO_MAGIC 0x950412deu

/* False when there is no such file, or it is larger than it may be. */
static bool read_file(struct hs_arena *arena, const char *path, struct hs_slice *out)
{
	FILE *file = fopen(path, "rbe");
	long size = -1;
	char *text = NULL;

	if (!file)
		return false;
	if (fseek(file, 0, SEEK_END) == 0)
		size = ftell(file);
	if (size > 0 && (size_t)size <= FILE_MAX && fseek(file, 0, SEEK_SET) == 0)
		text = hs_arena_raw(arena, (size_t)size);
	bool whole = text && fread(text, 1, (size_t)size, file) == (size_t)size;
	fclose(file);
	if (whole)
		*out = hs_slice(text, (size_t)size);
	return whole;
}

enum hs_status hs_tx_list_read(struct hs_arena *arena, const char *folder, const char *name,
	const struct hs_json **out, struct hs_error *err)
{
	struct hs_slice path = hs_arena_printf(arena, "%s/iso_%s.json", folder, name), text;
	struct hs_json *tree = NULL;
	struct hs_error why = { .status = HS_OK };

	*out = NULL;
	if (!read_file(arena, hs_arena_cstr(arena, path), &text))
		return HS_OK;
	if (hs_json_parse(arena, text, NULL, &tree, &why))
		return hs_fail(err, why.status, "%.*s: %s", HS_S_ARG(path), why.text);
	*out = hs_json_get(tree, hs_slice_cstr(name));
	return HS_OK;
}

/* ---- names ---- */

static bool word_at(struct hs_slice file, uint64_t at, uint32_t *out)
{
	if (at + 4 > file.len)
		return false;
	memcpy(out, file.ptr + at, 4);
	return true;
}

void hs_tx_names_read(struct hs_arena *arena, const char *locales, const char *language, const char *list,
	struct tx_names *out)
{
	struct hs_slice path = hs_arena_printf(arena, "%s/%s/LC_MESSAGES/iso_%s.mo", locales, language, list);
	struct tx_names names = { .file = HS_S_NONE };
	uint32_t magic = 0;

	*out = names;
	if (read_file(arena, hs_arena_cstr(arena, path), &names.file) && word_at(names.file, 0, &magic) &&
		magic == MO_MAGIC && word_at(names.file, 8, &names.count) &&
		word_at(names.file, 12, &names.originals) && word_at(names.file, 16, &names.translations))
		*out = names;
}

/* The text of row `index` of the table at `table`. */
static struct hs_slice text_at(const struct tx_names *names, uint32_t table, uint32_t index)
{
	uint32_t len = 0, offset = 0;
	uint64_t at = (uint64_t)table + (uint64_t)index * 8;

	if (!word_at(names->file, at, &len) || !word_at(names->file, at + 4, &offset) ||
		(uint64_t)offset + len > names->file.len)
		return HS_S_NONE;
	return hs_slice(names->file.ptr + offset, len);
}

struct hs_slice hs_tx_name(const struct tx_names *names, struct hs_slice text)
{
	uint32_t lo = 0, hi = names->count;

	while (lo < hi) {
		uint32_t mid = lo + (hi - lo) / 2;
		if (hs_slice_cmp(text_at(names, names->originals, mid), text) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	if (!text.len || lo == names->count || !hs_slice_eq(text_at(names, names->originals, lo), text))
		return HS_S_NONE;
	return text_at(names, names->translations, lo);
}
