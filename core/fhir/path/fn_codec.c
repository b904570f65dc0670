/* SPDX-License-Identifier: Apache-2.0 */
/* encode, decode, escape and unescape (FHIRPath continuous build, section 5.6). */
#include <core/fhir/path/functions.h>

#include <handslag/buf.h>

#define TEXT_LIMIT (1u << 20)

static const char HEX[] = "0123456789abcdef";
static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
static const char URL64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

struct entity {
	char c;
	struct hs_slice text;
};

static const struct entity ENTITIES[] = { { '&', HS_S_INIT("&amp;") }, { '<', HS_S_INIT("&lt;") },
	{ '>', HS_S_INIT("&gt;") }, { '"', HS_S_INIT("&quot;") }, { '\'', HS_S_INIT("&#39;") } };
#define ENTITY_COUNT (sizeof(ENTITIES) / sizeof(ENTITIES[0]))

static void encode_hex(struct hs_buf *buf, struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		hs_buf_byte(buf, HEX[(unsigned char)text.ptr[i] >> 4]);
		hs_buf_byte(buf, HEX[(unsigned char)text.ptr[i] & 15]);
	}
}

static void encode_base64(struct hs_buf *buf, struct hs_slice text, const char *alphabet)
{
	for (size_t i = 0; i < text.len; i += 3) {
		uint32_t bits = 0;
		for (size_t j = 0; j < 3; j++) {
			bits = bits << 8 | (i + j < text.len ? (unsigned char)text.ptr[i + j] : 0);
		}
		for (size_t j = 0; j < 4; j++) {
			bool there = i + j <= text.len;
			hs_buf_byte(buf, there ? alphabet[bits >> (18 - 6 * j) & 63] : '=');
		}
	}
}

static int hex_value(char c)
{
	const char *at = c ? memchr(HEX, c >= 'A' && c <= 'F' ? c | 0x20 : c, 16) : NULL;
	return at ? (int)(at - HEX) : -1;
}

static bool decode_hex(struct hs_buf *buf, struct hs_slice text)
{
	for (size_t i = 0; i + 1 < text.len; i += 2) {
		int high = hex_value(text.ptr[i]), low = hex_value(text.ptr[i + 1]);
		if (high < 0 || low < 0) {
			return false;
		}
		hs_buf_byte(buf, (char)(high << 4 | low));
	}
	return text.len % 2 == 0;
}

static bool decode_base64(struct hs_buf *buf, struct hs_slice text, const char *alphabet)
{
	uint32_t bits = 0;
	unsigned count = 0;
	while (text.len && text.ptr[text.len - 1] == '=') {
		text.len--;
	}
	for (size_t i = 0; i < text.len; i++) {
		const char *at = text.ptr[i] ? memchr(alphabet, text.ptr[i], 64) : NULL;
		if (!at) {
			return false;
		}
		bits = bits << 6 | (uint32_t)(at - alphabet);
		count += 6;
		if (count >= 8) {
			count -= 8;
			hs_buf_byte(buf, (char)(bits >> count & 0xFF));
		}
	}
	return text.len % 4 != 1;
}

/* Is it well-formed UTF-8? What was decoded may be anything. */
static bool is_utf8(struct hs_slice text)
{
	for (size_t i = 0; i < text.len;) {
		unsigned char c = (unsigned char)text.ptr[i];
		size_t more = c < 0x80        ? 0 :
			c >= 0xC2 && c < 0xE0 ? 1 :
			(c & 0xF0) == 0xE0    ? 2 :
			c >= 0xF0 && c < 0xF5 ? 3 :
						9;
		if (more == 9 || i + more >= text.len) {
			return false;
		}
		for (size_t j = 1; j <= more; j++) {
			if (((unsigned char)text.ptr[i + j] & 0xC0) != 0x80) {
				return false;
			}
		}
		unsigned char next = more ? (unsigned char)text.ptr[i + 1] : 0;
		if ((c == 0xE0 && next < 0xA0) || (c == 0xED && next > 0x9F) || (c == 0xF0 && next < 0x90) ||
			(c == 0xF4 && next > 0x8F)) {
			return false;
		}
		i += more + 1;
	}
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

static void unescape_html(struct hs_buf *buf, struct hs_slice text)
{
	for (size_t i = 0; i < text.len;) {
		size_t e = 0;
		while (e < ENTITY_COUNT && !hs_slice_starts(hs_slice_from(text, i), ENTITIES[e].text)) {
			e++;
		}
		hs_buf_byte(buf, e < ENTITY_COUNT ? ENTITIES[e].c : text.ptr[i]);
		i += e < ENTITY_COUNT ? ENTITIES[e].text.len : 1;
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

/* Does the named format; false when the format is not known or the text is not of it. */
static bool transform(struct path_call *call, struct hs_slice format, struct hs_slice text,
	struct hs_buf *buf)
{
	bool hex = hs_slice_eq(format, HS_S("hex")), html = hs_slice_eq(format, HS_S("html"));
	bool base64 = hs_slice_eq(format, HS_S("base64")), url = hs_slice_eq(format, HS_S("urlbase64"));
	bool json = hs_slice_eq(format, HS_S("json"));
	switch (call->node->function) {
	case PATH_FN_encode:
		if (hex) {
			encode_hex(buf, text);
		} else {
			encode_base64(buf, text, url ? URL64 : BASE64);
		}
		return hex || base64 || url;
	case PATH_FN_decode:
		return hex ? decode_hex(buf, text) :
			     (base64 || url) && decode_base64(buf, text, url ? URL64 : BASE64);
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
	return done && is_utf8(result) ? hs__path_push_text(call->run, call->out, HS_PATH_STRING, result) :
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
