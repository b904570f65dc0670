/* SPDX-License-Identifier: Apache-2.0 */
/* Resources from files, directories, NDJSON and packages, one after another. */
#include <core/cli/definitions.h>
#include <core/cli/files.h>
#include <core/cli/data/load.h>

#include <core/base/world.h>
#include <core/fhir/xml/xml.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define FILE_MAX ((size_t)2 << 30)
#define LINE_MAX_BYTES ((size_t)64 << 20)
#define READ_SIZE ((size_t)1 << 20)
#define REFUSED_SHOWN 20

void hs_cli_load_refused(struct hs_cli_sink *sink, const char *file, uint64_t line, struct hs_slice why)
{
	if (++sink->failed <= REFUSED_SHOWN)
		fprintf(stderr, "%s%s:%llu: %.*s\n", hs_cli_is_terminal() ? "\r\033[K" : "", file,
			(unsigned long long)line, HS_S_ARG(why));
	else if (sink->failed == REFUSED_SHOWN + 1)
		fprintf(stderr, "(more are refused; only their number is told from here on)\n");
}

/* ---- .json: a resource, or a Bundle of them ---- */

static enum hs_status take_bundle(struct hs_cli_sink *sink, struct hs_slice text,
	const struct hs_json *bundle, const char *file, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	HS_JSON_EACH(entry, hs_json_get(bundle, HS_S("entry"))) {
		const struct hs_json *resource = hs_json_get(entry, HS_S("resource"));
		uint32_t line = 0, column = 0;
		if (!resource || status)
			continue;
		hs_json_position(text, resource, &line, &column);
		status = sink->take(sink, hs_json_source(text, resource), file, line, err);
	}
	return status;
}

static bool is_bundle(const struct hs_json *tree)
{
	return hs_slice_eq(hs_json_get_text(tree, HS_S("resourceType")), HS_S("Bundle"));
}

/* A batch or transaction is carried out as a whole: its entries refer to each other. */
static bool is_posted(const struct hs_json *bundle)
{
	struct hs_slice type = hs_json_get_text(bundle, HS_S("type"));
	return hs_slice_eq(type, HS_S("transaction")) || hs_slice_eq(type, HS_S("batch"));
}

static enum hs_status take_json(struct hs_cli_sink *sink, const char *path, bool whole_bundles,
	struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new(FILE_MAX * 4);
	struct hs_json *tree = NULL;
	struct hs_slice text;
	struct hs_error bad = { .status = HS_OK };
	enum hs_status status = hs_world_read_file(hs_world_real(), arena, path, FILE_MAX, &text, err);

	if (status == HS_OK && hs_xml_is(text))
		hs_cli_json_of_xml(arena, HS_FHIR_R4, &text, &bad);
	if (status == HS_OK && !bad.status)
		hs_json_parse(arena, text, NULL, &tree, &bad);
	if (status == HS_OK && bad.status) {
		hs_cli_load_refused(sink, path, bad.line, hs_slice_cstr(bad.text));
	} else if (status == HS_OK) {
		bool parts = is_bundle(tree) && !whole_bundles && !is_posted(tree);
		status = parts ? take_bundle(sink, text, tree, path, err) :
				 sink->take(sink, text, path, 1, err);
	}
	hs_arena_free(arena);
	return status;
}

/* ---- .ndjson: a line a resource, in pieces, so that a file of any size is read ---- */

struct lines {
	struct hs_cli_sink *sink;
	const char *file;
	uint64_t line;
};

/* Gives all whole lines of `in`; returns how many bytes they were. */
static enum hs_status give_lines(struct lines *lines, struct hs_slice in, bool last, size_t *used,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	*used = 0;
	while (status == HS_OK && *used < in.len) {
		size_t end = hs_slice_find(in, '\n', *used);
		if (end == SIZE_MAX && !last)
			break;
		end = end == SIZE_MAX ? in.len : end;
		struct hs_slice text = hs_slice_trim(hs_slice(in.ptr + *used, end - *used));
		lines->line++;
		*used = end < in.len ? end + 1 : end;
		if (text.len)
			status = lines->sink->take(lines->sink, text, lines->file, lines->line, err);
	}
	return status;
}

static enum hs_status take_lines(struct hs_cli_sink *sink, int fd, const char *file, struct hs_error *err)
{
	struct lines lines = { sink, file, 0 };
	struct hs_buf in;
	enum hs_status status = HS_OK;
	ssize_t n = 1;

	hs_buf_init(&in, NULL, LINE_MAX_BYTES);
	while (status == HS_OK && n > 0) {
		char *room = hs_buf_reserve(&in, READ_SIZE);
		size_t used = 0;
		if (!room) {
			status = hs_fail(err, HS_E_LIMIT, "%s: line %llu is longer than %zu MiB", file,
				(unsigned long long)lines.line + 1, LINE_MAX_BYTES >> 20);
			break;
		}
		n = read(fd, room, READ_SIZE);
		if (n < 0)
			status = hs_fail(err, HS_E_IO, "%s cannot be read: %s", file, strerrordesc_np(errno));
		else
			hs_buf_commit(&in, (size_t)n);
		if (status == HS_OK)
			status = give_lines(&lines, hs_buf_slice(&in), n == 0, &used, err);
		hs_buf_consume(&in, used);
	}
	hs_buf_free(&in);
	return status;
}

static enum hs_status take_ndjson(struct hs_cli_sink *sink, const char *path, struct hs_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return hs_fail(err, HS_E_NOT_FOUND, "%s cannot be opened: %s", path, strerrordesc_np(errno));
	enum hs_status status = take_lines(sink, fd, path, err);
	close(fd);
	return status;
}

/* ---- what the command line names ---- */

struct taking {
	struct hs_cli_sink *sink;
	bool whole_bundles;
};

static enum hs_status take_file(const char *path, bool found, void *arg, struct hs_error *err)
{
	const struct taking *taking = arg;

	(void)found;
	return hs_slice_ends(hs_slice_cstr(path), HS_S(".ndjson")) ?
		take_ndjson(taking->sink, path, err) :
		take_json(taking->sink, path, taking->whole_bundles, err);
}

enum hs_status hs_cli_load_path(struct hs_cli_sink *sink, const char *path, bool whole_bundles,
	struct hs_error *err)
{
	struct taking taking = { sink, whole_bundles };

	return strcmp(path, "-") == 0 ? take_lines(sink, STDIN_FILENO, "standard input", err) :
					hs_cli_files(path, take_file, &taking, err);
}

/* ---- packages, for a server that keeps them as resources ---- */

static enum hs_status take_resource(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hs_cli_sink *sink = arg;
	const char *name = hs_arena_cstr(arena, file);

	(void)type;
	return sink->take(sink, text, name ? name : "package", 1, err);
}

enum hs_status hs_cli_load_package(struct hs_cli_sink *sink, const struct hs_package *package,
	struct hs_error *err)
{
	static const char *const types[] = { "CodeSystem", "ValueSet", "ConceptMap", "NamingSystem",
		"StructureDefinition", "SearchParameter", "OperationDefinition", "CapabilityStatement",
		NULL };
	return hs_package_each(package, types, take_resource, sink, err);
}
