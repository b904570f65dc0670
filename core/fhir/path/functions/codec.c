/* SPDX-License-Identifier: Apache-2.0 */
/* encode, decode, escape and unescape (FHIRPath continuous build, section 5.6). */
#include <core/fhir/path/functions/functions.h>

#include <handslag/coding.h>

#define TEXT_LIMIT (1u << 20)

struct entity {
	char c;
	struct hs_slice text;
};

static const struct entity ENTITIES[] = { { '&', HS_S_INIT("&amp;") }, { '<', HS_S_INIT("&lt;") },
	{ '>', HS_S_INIT("&gt;") }, { '"', HS_S_INIT("&quot;") }, { '\'', HS_S_INIT("&#39;") },
	{ '\'', HS_S_INIT("&apos;") } };
#define ENTITY_COUNT (sizeof(ENTITIES) / sizeof(ENTITIES[0]))

static bool decode_base64(struct path_call *call, struct hs_buf *buf, struct hs_slice text, unsigned alphabet)
{
	struct hs_slice bytes;
	if (!hs_base64_decode(call->run->arena, text, alphabet | HS_BASE64_LOOSE, &bytes)) {
		return false;
	}
	hs_buf_add(buf, bytes);
	return true;
}

static void escape_html(struct hs_buf *buf, struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		size_t e = 0;
		while (e < ENTITY_COUNT && ENTITIES[e].c != text.ptr[i]) {
			e++;
		}
		hs_buf_add(buf, e < ENTITY_COUNT ? ENTITIES[e].text : hs_slice(text.ptr + i, 1));
	}
}

/* &#65; and &#x41; at the start of the text; returns the bytes taken, 0 when it is no such reference. */
static size_t unescape_number(struct hs_buf *buf, struct hs_slice text)
{
	bool hex = hs_slice_starts(text, HS_S("&#x")) || hs_slice_starts(text, HS_S("&#X"));
	size_t start = hex ? 3 : 2, at = start;
	uint32_t point = 0;
	char out[4];
	if (!hs_slice_starts(text, HS_S("&#"))) {
		return 0;
	}
	for (; at < text.len && point <= 0x10FFFF; at++) {
		int digit = hs_hex_digit(text.ptr[at]);
		if (digit < 0 || (!hex && digit > 9)) {
			break;
		}
		point = point * (hex ? 16 : 10) + (uint32_t)digit;
	}
	bool surrogate = point >= 0xD800 && point <= 0xDFFF;
	if (at == start || at >= text.len || text.ptr[at] != ';' || !point || point > 0x10FFFF || surrogate) {
		return 0;
	}
	hs_buf_add(buf, hs_slice(out, hs_utf8_put(out, point)));
	return at + 1;
}

static void unescape_html(struct hs_buf *buf, struct hs_slice text)
{
	for (size_t i = 0; i < text.len;) {
		struct hs_slice rest = hs_slice_from(text, i);
		size_t e = 0, taken = unescape_number(buf, rest);
		while (!taken && e < ENTITY_COUNT && !hs_slice_starts(rest, ENTITIES[e].text)) {
			e++;
		}
		if (!taken) {
			hs_buf_byte(buf, e < ENTITY_COUNT ? ENTITIES[e].c : text.ptr[i]);
			taken = e < ENTITY_COUNT ? ENTITIES[e].text.len : 1;
		}
		i += taken;
	}
}

/* As between the quotes of a JSON string. */
static void escape_json(struct hs_buf *buf, struct hs_slice text)
{
	size_t start = buf->len;
	hs_json_write_text(buf, text);
	if (!buf->overflow && buf->len >= start + 2) {
		memmove(buf->ptr + start, buf->ptr + start + 1, buf->len - start - 2);
		buf->len -= 2;
	}
}

/* Text that is no well-formed content of a JSON string but for bare quotes and control characters gives
 * nothing. */
static bool unescape_json(struct path_call *call, struct hs_buf *buf, struct hs_slice text)
{
	struct hs_buf quoted;
	struct hs_json *json;
	struct hs_error err;
	hs_buf_init(&quoted, call->run->arena, TEXT_LIMIT);
	hs_buf_byte(&quoted, '"');
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c == '\\' && i + 1 < text.len) {
			hs_buf_add(&quoted, hs_slice(text.ptr + i++, 2));
		} else if (c == '"' || c < 0x20) {
			hs_buf_printf(&quoted, "\\u%04x", c);
		} else {
			hs_buf_byte(&quoted, (char)c);
		}
	}
	hs_buf_byte(&quoted, '"');
	if (quoted.overflow ||
		hs_json_parse(call->run->arena, hs_slice(quoted.ptr, quoted.len), NULL, &json, &err)) {
		return false;
	}
	hs_buf_add(buf, hs_json_text(json));
	return true;
}

/* A question mark for each character that ASCII does not have. */
static void encode_ascii(struct hs_buf *buf, struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c < 0x80 || c >= 0xC0) {
			hs_buf_byte(buf, c < 0x80 ? (char)c : '?');
		}
	}
}

/* Does the named format; false when the format is not known or the text is not of it. */
static bool transform(struct path_call *call, struct hs_slice format, struct hs_slice text,
	struct hs_buf *buf)
{
	bool hex = hs_slice_eq(format, HS_S("hex")), html = hs_slice_eq(format, HS_S("html"));
	bool base64 = hs_slice_eq(format, HS_S("base64")), url = hs_slice_eq(format, HS_S("urlbase64"));
	bool json = hs_slice_eq(format, HS_S("json")), ascii = hs_slice_eq(format, HS_S("ascii"));
	unsigned alphabet = url ? HS_BASE64_URL : HS_BASE64;
	switch (call->node->function) {
	case PATH_FN_encode:
		if (hex) {
			hs_hex_encode(buf, text);
		} else if (ascii) {
			encode_ascii(buf, text);
		} else {
			hs_base64_encode(buf, text, alphabet);
		}
		return hex || base64 || url || ascii;
	case PATH_FN_decode:
		return hex ? hs_hex_decode(buf, text) :
			     (base64 || url) && decode_base64(call, buf, text, alphabet);
	case PATH_FN_escape:
		if (html) {
			escape_html(buf, text);
		} else {
			escape_json(buf, text);
		}
		return html || json;
	default:
		if (html) {
			unescape_html(buf, text);
		}
		return html || (json && unescape_json(call, buf, text));
	}
}

static enum hs_status recode(struct path_call *call)
{
	struct hs_slice text, format;
	bool there, given;
	struct hs_buf buf;
	enum hs_status status = hs__path_focus_text(call, &text, &there);
	if (!status) {
		status = hs__path_arg_text(call, 0, &format, &given);
	}
	if (status || !there || !given) {
		return status;
	}
	hs_buf_init(&buf, call->run->arena, TEXT_LIMIT);
	bool done = transform(call, format, text, &buf);
	if (buf.overflow) {
		return hs__path_full(call->run);
	}
	struct hs_slice result = buf.len ? hs_slice(buf.ptr, buf.len) : HS_S("");
	return done && hs_utf8_valid(result) ?
		hs__path_push_text(call->run, call->out, HS_PATH_STRING, result) :
		HS_OK;
}

enum hs_status hs__path_fn_encode(struct path_call *call)
{
	return recode(call);
}

enum hs_status hs__path_fn_decode(struct path_call *call)
{
	return recode(call);
}

enum hs_status hs__path_fn_escape(struct path_call *call)
{
	return recode(call);
}

enum hs_status hs__path_fn_unescape(struct path_call *call)
{
	return recode(call);
}
