/* SPDX-License-Identifier: Apache-2.0 */
/* Writing and reading the keys of outlines. */
#include <core/store/index/outline.h>

#define TYPE_MARK 0x40000000u /* no type is as great, so these keys are none of hs__key_updated */
#define VARINT_MAX 5u
#define CUT_MARK 0 /* no distance is zero */

void hs__outline_add(struct hs__outline *outline, uint32_t param)
{
	unsigned at = outline->count;

	/* They come in groups by param, so the place is mostly the end. */
	while (at && outline->params[at - 1] >> 1 >= param)
		at--;
	if (at < outline->count && outline->params[at] >> 1 == param) {
		outline->params[at] |= 1;
		return;
	}
	if (outline->count == HS__OUTLINE_PARAMS) {
		outline->cut = true;
		/* The lowest are kept, whatever the order they come in. */
		if (at == outline->count)
			return;
		outline->count--;
	}
	memmove(outline->params + at + 1, outline->params + at,
		(outline->count - at) * sizeof(outline->params[0]));
	outline->params[at] = param << 1;
	outline->count++;
}

void hs__outline_begin(uint32_t type, struct hs__key *out)
{
	hs__key_begin(out, 0);
	hs__key_number(out, type | TYPE_MARK);
}

void hs__outline_key(const struct hs__outline *outline, uint32_t type, struct hs__key *out)
{
	uint32_t before = 0;
	bool cut = outline->cut;

	hs__outline_begin(type, out);
	for (unsigned i = 0; i < outline->count; i++) {
		uint32_t distance = outline->params[i] - before;
		if (out->len + VARINT_MAX + 2 > HS__KEY_MAX) { /* the mark, and a byte for ends of ranges */
			cut = true;
			break;
		}
		for (; distance > 0x7f; distance >>= 7)
			hs__key_byte(out, (unsigned char)(0x80 | (distance & 0x7f)));
		hs__key_byte(out, (unsigned char)distance);
		before = outline->params[i] & ~1u;
	}
	if (cut)
		hs__key_byte(out, CUT_MARK);
}

int hs__outline_has(struct hs_slice rest, uint32_t param)
{
	uint32_t at = 0;

	for (size_t i = 0; i < rest.len;) {
		uint32_t distance = 0;
		unsigned shift = 0;
		unsigned char byte;
		do {
			byte = (unsigned char)rest.ptr[i++];
			distance |= (uint32_t)(byte & 0x7f) << shift;
			shift += 7;
		} while ((byte & 0x80) && i < rest.len && shift < 32);
		if (distance == CUT_MARK)
			return -1;
		at += distance >> 1;
		if (at >= param)
			return at == param ? 1 + (int)(distance & 1) : 0;
	}
	return 0;
}
