/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of a URL or a form (application/x-www-form-urlencoded), decoded and coded again. */
#include <conformance/mutants/fault.h>

#define TEXT_MAX ((size_t)1 << 20)

static int hex(char c)
{
	return c >= '0' && c <= '9'  ? c - '0' :
		c >= 'a' && c <= 'f' ? c - 'a' + 10 :
		c >= 'A' && c <= 'F' ? c - 'A' + 10 :
				       -1;
}

static struct hs_slice decode(struct hs_arena *arena, struct hs_slice text)
{
	char *out = hs_arena_raw(arena, text.len + 1);
	size_t len = 0;

	for (size_t i = 0; out && i < text.len; i++) {
		bool coded = text.ptr[i] == '%' && i + 2 < text.len && hex(text.ptr[i + 1]) >= 0 &&
			hex(text.ptr[i + 2]) >= 0;
		out[len++] = coded         ? (char)(hex(text.ptr[i + 1]) * 16 + hex(text.ptr[i + 2])) :
			text.ptr[i] == '+' ? ' ' :
					     text.ptr[i];
		i += coded ? 2 : 0;
	}
	return hs_slice(out, out ? len : 0);
}

static void encode(struct hs_buf *out, struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		bool plain = (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
			(c && strchr("-._~:/,$*@", c));
		if (plain)
			hs_buf_byte(out, (char)c);
		else
			hs_buf_printf(out, "%%%02X", c);
	}
}

void hs__fault_read_params(struct hs_arena *arena, struct fault_params *params, struct hs_slice text)
{
	size_t room = 1;
	struct hs_slice rest = text;

	for (size_t i = 0; i < text.len; i++)
		room += text.ptr[i] == '&';
	params->pairs = hs_arena_array(arena, room, sizeof(*params->pairs));
	while (params->pairs && text.len && rest.ptr) {
		struct hs_slice value = hs_slice_cut(&rest, '&'), name = hs_slice_cut(&value, '=');
		if (name.len)
			params->pairs[params->count++] = (struct hs_pair) { decode(arena, name),
				decode(arena, value) };
	}
}

struct hs_slice hs__fault_write_params(struct hs_arena *arena, const struct fault_params *params)
{
	struct hs_buf out;

	hs_buf_init(&out, arena, TEXT_MAX);
	for (size_t i = 0; i < params->count; i++) {
		hs_buf_cstr(&out, i ? "&" : "");
		encode(&out, params->pairs[i].name);
		hs_buf_byte(&out, '=');
		encode(&out, params->pairs[i].value);
	}
	return out.len ? hs_buf_slice(&out) : HS_S("");
}
