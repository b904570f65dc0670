/* SPDX-License-Identifier: Apache-2.0 */
/* What an import is of: its importer, options and sources, by which the next one knows whether it may go on.
 */
#include "stages.h"

/* Goes up when a row or a step of an importer means something else than before. */
#define TX_STAGE_FORMAT 2u

static struct hs_slice shape_of(const struct tx_stages *s)
{
	uint64_t shape = 0;

	for (size_t i = 0; i < s->part_count; i++) {
		uint64_t part[] = { shape, s->parts[i].kind, s->parts[i].row, s->parts[i].slices,
			s->parts[i].cstrs };
		shape = hs_tx_digest(hs_slice((const char *)part, sizeof(part)));
	}
	return hs_arena_printf(s->arena, "%u.%u.%u.%u %016llx", TX_STAGE_FORMAT, TX_IMAGE_FORMAT,
		TX_BIG_FORMAT, TX_IMPORT_RULES, (unsigned long long)shape);
}

struct hs_slice hs_tx_describe(const struct tx_stages *s)
{
	struct hs_arena *arena = s->arena;
	struct hs_json *all = hs_json_object(arena), *options, *sources;
	struct hs_buf out;

	hs_json_add_text(arena, all, HS_S("importer"), hs_slice_cstr(s->importer));
	hs_json_add_text(arena, all, HS_S("format"), shape_of(s));
	options = hs_json_add_object(arena, all, HS_S("options"));
	for (size_t i = 0; i < s->outer->option_count; i++)
		hs_json_add_text(arena, options, s->outer->options[i].name, s->outer->options[i].value);
	sources = hs_json_add_array(arena, all, HS_S("sources"));
	for (size_t i = 0; i < s->files->count; i++) {
		const struct tx_file *file = &s->files->items[i];
		struct hs_json *source = hs_json_push(sources, hs_json_object(arena));
		hs_json_add_text(arena, source, HS_S("name"), hs_slice_cstr(file->name));
		hs_json_add(source, HS_S("size"), hs_json_int(arena, (int64_t)file->size));
		hs_json_add_text(arena, source, HS_S("digest"),
			hs_arena_printf(arena, "%016llx", (unsigned long long)hs_tx_digest(file->text)));
		hs_tx_file_rest(file);
	}
	hs_buf_init(&out, arena, TX_DESCRIPTION_MAX);
	hs_json_write(&out, all, HS_JSON_PRETTY);
	return hs_buf_slice(&out);
}

static const struct hs_json *source_called(const struct hs_json *sources, struct hs_slice name)
{
	HS_JSON_EACH(source, sources)
		if (hs_slice_eq(hs_json_get_text(source, HS_S("name")), name))
			return source;
	return NULL;
}

/* The first source of `sources` that the others do not have. */
static struct hs_slice one_more(const struct hs_json *sources, const struct hs_json *others)
{
	HS_JSON_EACH(source, sources)
		if (!source_called(others, hs_json_get_text(source, HS_S("name"))))
			return hs_json_get_text(source, HS_S("name"));
	return HS_S_NONE;
}

static const char *sources_differ(struct hs_arena *arena, const struct hs_json *then,
	const struct hs_json *now)
{
	struct hs_slice name = one_more(now, then);

	if (name.len)
		return hs_arena_cstr(arena, hs_arena_printf(arena, "%.*s was not there", HS_S_ARG(name)));
	name = one_more(then, now);
	if (name.len)
		return hs_arena_cstr(arena,
			hs_arena_printf(arena, "%.*s is not there any more", HS_S_ARG(name)));
	HS_JSON_EACH(source, now)
		if (!hs_json_equal(source, source_called(then, hs_json_get_text(source, HS_S("name")))))
			return hs_arena_cstr(arena,
				hs_arena_printf(arena, "%.*s has changed since",
					HS_S_ARG(hs_json_get_text(source, HS_S("name")))));
	return "the files lie elsewhere";
}

const char *hs_tx_differs(struct hs_arena *arena, struct hs_slice then, struct hs_slice now)
{
	struct hs_json *old = NULL, *new = NULL;
	struct hs_error ignored;

	if (hs_slice_eq(then, now))
		return NULL;
	if (hs_json_parse(arena, then, NULL, &old, &ignored) ||
		hs_json_parse(arena, now, NULL, &new, &ignored))
		return "its description is damaged";
	if (!hs_json_equal(hs_json_get(old, HS_S("format")), hs_json_get(new, HS_S("format"))))
		return "another version of this program made it";
	if (!hs_json_equal(hs_json_get(old, HS_S("options")), hs_json_get(new, HS_S("options"))))
		return "the options differ";
	return sources_differ(arena, hs_json_get(old, HS_S("sources")), hs_json_get(new, HS_S("sources")));
}
