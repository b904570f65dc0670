/* SPDX-License-Identifier: Apache-2.0 */
/* Vary (RFC 9110 section 12.5.5): an answer depends on those headers of its request that were asked for on
 * the way to it, whatever came of it, so that a 304 or a 404 says the same as a 200. */
#include <core/host/request/request_private.h>

/* The headers that choose among answers. Conditions, credentials and those of the connection do not. */
static const struct hs_slice names[] = {
	HS_S_INIT("Accept"),
	HS_S_INIT("Origin"),
	HS_S_INIT("Prefer"),
	HS_S_INIT("Accept-Language"),
	HS_S_INIT("X-Cache-Id"),
	HS_S_INIT("X-Too-Costly-Threshold"),
};
#define LENGTHS (1u << 6 | 1u << 10 | 1u << 15 | 1u << 22)
#define NAMES (sizeof(names) / sizeof(names[0]))

void hs__vary_on(struct hs_request *req, struct hs_slice name)
{
	/* Most are none of them, which their lengths tell. */
	if (name.len > 22 || !(1u << name.len & LENGTHS))
		return;
	for (unsigned i = 0; i < NAMES; i++)
		if (hs_slice_eq(names[i], name))
			req->varies |= (uint8_t)(1u << i);
}

struct hs_slice hs__vary_text(const struct hs_request *req)
{
	static const struct hs_slice usual[4] = { HS_S_INIT(""), HS_S_INIT("Accept"), HS_S_INIT("Origin"),
		HS_S_INIT("Accept, Origin") };
	struct hs_buf out;

	if (req->varies < 4)
		return usual[req->varies];
	hs_buf_init(&out, req->arena, 256);
	for (unsigned i = 0; i < NAMES; i++) {
		if (!(req->varies & 1u << i))
			continue;
		hs_buf_cstr(&out, out.len ? ", " : "");
		hs_buf_add(&out, names[i]);
	}
	return out.overflow ? HS_S("*") : hs_buf_slice(&out);
}
