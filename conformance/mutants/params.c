/* SPDX-License-Identifier: Apache-2.0 */
/* Parameters of a URL or a form (application/x-www-form-urlencoded), decoded and coded again. */
#include <conformance/mutants/fault.h>

#include <handslag/coding.h>

#define TEXT_MAX ((size_t)1 << 20)
#define KEPT ":/,$*@" /* as search values have them */

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
			params->pairs[params->count++] = (struct hs_pair) {
				hs_percent_decode(arena, name, true), hs_percent_decode(arena, value, true)
			};
	}
}

struct hs_slice hs__fault_write_params(struct hs_arena *arena, const struct fault_params *params)
{
	struct hs_buf out;

	hs_buf_init(&out, arena, TEXT_MAX);
	for (size_t i = 0; i < params->count; i++) {
		hs_buf_cstr(&out, i ? "&" : "");
		hs_percent_encode(&out, params->pairs[i].name, KEPT);
		hs_buf_byte(&out, '=');
		hs_percent_encode(&out, params->pairs[i].value, KEPT);
	}
	return out.len ? hs_buf_slice(&out) : HS_S("");
}
