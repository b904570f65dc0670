/* SPDX-License-Identifier: Apache-2.0 */
/* Header lines that a connection sends with one request after another: they are read once. */
#include <core/http/conn.h>

#include <core/base/heap.h>

/* Of a connection that has one request nothing is kept. What was sent once is kept as long as the connection
 * is there, or until it sends other lines. */
void hs__fields_learn(struct hs__conn *conn, struct hs_slice head)
{
	const struct hs__request *request = conn->building;
	struct hs__guard_lines lines;
	bool again = conn->again;

	conn->again = true;
	if (!again || conn->guard.knew || !hs__guard_learn(&conn->guard, head, &lines) ||
		lines.bytes.len > HS__FIELDS_BYTES || lines.header_count > HS__FIELDS_KEPT)
		return;
	if (!conn->fields)
		conn->fields = hs_heap_raw(sizeof(*conn->fields));
	struct hs__fields *fields = conn->fields;
	for (uint32_t i = 0; i < lines.header_count; i++) {
		struct hs_slice name = request->headers[i].name, value = request->headers[i].value;
		fields->places[i].name_at = (uint16_t)(name.ptr - lines.bytes.ptr);
		fields->places[i].name_len = (uint16_t)name.len;
		fields->places[i].value_at = value.ptr ? (uint16_t)(value.ptr - lines.bytes.ptr) : 0;
		fields->places[i].value_len = (uint16_t)value.len;
	}
	struct hs_slice method = request->pub.method_name;
	fields->method = request->pub.method;
	fields->method_len = method.len <= HS__FIELDS_METHOD ? (uint8_t)method.len : 0;
	memcpy(fields->method_name, method.ptr, fields->method_len);
	memcpy(fields->text, lines.bytes.ptr, lines.bytes.len);
	fields->lines = lines;
	fields->lines.bytes.ptr = fields->text;
}

void hs__fields_take(struct hs__conn *conn, struct hs_slice head)
{
	const struct hs__fields *fields = conn->fields;
	struct hs__request *request = conn->building;
	const char *text = head.ptr + conn->guard.lines;

	for (uint32_t i = 0; i < fields->lines.header_count; i++)
		request->headers[i] = (struct hs_http_header) { .name = { text + fields->places[i].name_at,
									fields->places[i].name_len },
			.value = fields->places[i].value_at ?
				hs_slice(text + fields->places[i].value_at, fields->places[i].value_len) :
				HS_S_NONE };
	request->pub.header_count = fields->lines.header_count;
}

bool hs__fields_have_method(const struct hs__conn *conn)
{
	const struct hs__fields *fields = conn->fields;

	return hs_slice_eq(conn->building->pub.method_name,
		hs_slice(fields->method_name, fields->method_len));
}
