/* SPDX-License-Identifier: Apache-2.0 */
/* What the XML reader says of faults: where, in which element, and what would be right. */
#include <core/fhir/xml/xml_private.h>

#include <stdarg.h>
#include <stdio.h>

static void position(struct hs__xml_reader *reader, const char *at, uint32_t *line, uint32_t *column)
{
	hs_place_go(reader->text, (size_t)(at - reader->text.ptr), &reader->place);
	*line = reader->place.line;
	*column = reader->place.column;
}

/* "Bundle.entry[0].resource.name[1].given[0]" */
static struct hs_slice path_of(const struct hs__xml_reader *reader, struct hs_slice below)
{
	struct hs_buf out;
	hs_buf_init(&out, reader->arena, 4096);
	for (uint32_t i = 0; i < reader->depth; i++) {
		const struct hs__xml_frame *frame = &reader->frames[i];
		if (i && frame->kind == HS__XML_RESOURCE)
			continue;
		if (i)
			hs_buf_byte(&out, '.');
		hs_buf_add(&out, frame->name);
		if (frame->many)
			hs_buf_printf(&out, "[%u]", frame->index);
	}
	if (below.len && out.len)
		hs_buf_byte(&out, '.');
	hs_buf_add(&out, below);
	return hs_buf_slice(&out);
}

bool hs__xml_fault(struct hs__xml_reader *reader, const char *place, struct hs_slice below, const char *code,
	const char *format, ...)
{
	char text[300];
	va_list args;
	struct hs_slice path = path_of(reader, below);
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (!reader->issues) {
		reader->status = hs_fail_at(reader->err, HS_E_INVALID, path, "%s", text);
		position(reader, place, &reader->err->line, &reader->err->column);
		return false;
	}
	struct hs_issue *issue = hs_issue_add(reader->issues, HS_SEVERITY_ERROR, code, path, "%s", text);
	if (issue)
		position(reader, place, &issue->line, &issue->column);
	return true;
}

bool hs__xml_stop(struct hs__xml_reader *reader, enum hs_status status, const char *place, const char *format,
	...)
{
	char text[300];
	va_list args;
	va_start(args, format);
	(void)vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	reader->status = hs_fail_at(reader->err, status, path_of(reader, HS_S_NONE), "%s", text);
	position(reader, place, &reader->err->line, &reader->err->column);
	return false;
}
