/* SPDX-License-Identifier: Apache-2.0 */
/* Issues of a validation: where they are, what they are called, and that each is said once. */
#include <core/fhir/validate/walk.h>

#include <stdarg.h>
#include <stdio.h>

#define PATH_MAX_BYTES 4000

static void add_step(struct hs_buf *buf, const struct hs__node *node)
{
	if (!node)
		return;
	add_step(buf, node->up); /* as deep as the walk, which has a limit */
	if (buf->len)
		hs_buf_byte(buf, '.');
	hs_buf_add(buf, node->name);
	if (node->index >= 0)
		hs_buf_printf(buf, "[%lld]", (long long)node->index);
}

static struct hs_slice path_of(struct hs_arena *arena, const struct hs__node *node, struct hs_slice below)
{
	struct hs_buf buf;
	hs_buf_init(&buf, arena, PATH_MAX_BYTES);
	add_step(&buf, node);
	if (below.len) {
		hs_buf_byte(&buf, '.');
		hs_buf_add(&buf, hs_slice_first(below, 100));
	}
	return hs_buf_slice(&buf);
}

/* Several profiles may ask for the same; the latest issues are looked through, for walks of one resource
 * follow one another. */
static bool is_said(const struct hs_issues *issues, struct hs_slice path, struct hs_slice text)
{
	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next)
		if (hs_slice_eq(issue->path, path) && hs_slice_eq(issue->text, text))
			return true;
	return false;
}

/* The byte that the spot begins at: of its value, or of the nearest above that has a place. */
static size_t offset_of(const struct hs__validation *run, const struct hs__spot *spot)
{
	const struct hs__node *node = spot->node;
	const struct hs_json *value = spot->value ? spot->value : node->value ? node->value : node->shadow;
	size_t offset = hs_json_offset(run->options->source, value);
	for (; offset == SIZE_MAX && node; node = node->up)
		offset = node->value ? hs_json_offset(run->options->source, node->value) : SIZE_MAX;
	return offset;
}

static void place_issue(struct hs__validation *run, struct hs_issue *issue, size_t offset)
{
	if (offset == SIZE_MAX)
		return;
	hs_place_go(run->options->source, offset, &run->place);
	issue->line = run->place.line;
	issue->column = run->place.column;
}

void hs__validate_say(struct hs__validation *run, const struct hs__spot *spot, const struct hs__fault *fault,
	const char *format, ...)
{
	char text[1200];
	va_list args;
	run->faults += fault->severity <= HS_SEVERITY_ERROR;
	if (run->quiet)
		return;
	va_start(args, format);
	/* The analyser loses track of va_start when the last named parameter is on the stack. */
	vsnprintf(text, sizeof(text), format, args); /* NOLINT(clang-analyzer-valist.Uninitialized) */
	va_end(args);
	struct hs_slice path = path_of(run->arena, spot->node, spot->below);
	if (is_said(run->issues, path, hs_slice_cstr(text)))
		return;
	struct hs_issue *issue = hs_issue_add(run->issues, fault->severity, fault->code, path, "%s", text);
	if (!issue)
		return;
	issue->detail_system = HS_S(HS_VALIDATE_MESSAGES);
	issue->detail_code = hs_arena_copy(run->arena, hs_slice_cstr(fault->id));
	if (run->options->source.len)
		place_issue(run, issue, offset_of(run, spot));
}
