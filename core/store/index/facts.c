/* SPDX-License-Identifier: Apache-2.0 */
/* Writing and reading the bytes of facts. */
#include <core/store/index/facts.h>

/* Flags above the kind's four bits. */
#define HAS_GROUP 0x10u
#define HAS_EXACT 0x20u /* differs from the text */
#define HAS_SYSTEM 0x40u
#define SAME_EXACT 0x80u /* equal to the text */

static void put_number(struct hs_buf *buf, uint64_t value)
{
	char bytes[10];
	size_t count = 0;

	do {
		bytes[count++] = (char)((value & 0x7f) | (value > 0x7f ? 0x80 : 0));
		value >>= 7;
	} while (value);
	hs_buf_add(buf, hs_slice(bytes, count));
}

static void put_signed(struct hs_buf *buf, int64_t value)
{
	put_number(buf, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

static void put_text(struct hs_buf *buf, struct hs_slice text)
{
	put_number(buf, text.len);
	hs_buf_add(buf, text);
}

static void put_real(struct hs_buf *buf, double value)
{
	char bytes[8];

	memcpy(bytes, &value, sizeof(bytes));
	hs_buf_add(buf, hs_slice(bytes, sizeof(bytes)));
}

void hs__facts_begin(struct hs_buf *buf, const struct hs_resource *version)
{
	put_number(buf, version->version);
	put_number(buf, version->seq);
	put_signed(buf, version->updated_ms);
	put_text(buf, version->id);
}

static unsigned flags_of(const struct hs__fact *fact)
{
	unsigned flags = fact->group ? HAS_GROUP : 0;

	if (fact->system)
		flags |= HAS_SYSTEM;
	if (fact->exact.len)
		flags |= hs_slice_eq(fact->exact, fact->text) ? SAME_EXACT : HAS_EXACT;
	return flags;
}

void hs__facts_add(struct hs_buf *buf, const struct hs__fact *fact)
{
	unsigned flags = flags_of(fact);

	hs_buf_byte(buf, (char)(fact->kind | flags));
	put_number(buf, fact->param);
	if (flags & HAS_GROUP)
		put_number(buf, fact->group);
	if (flags & HAS_SYSTEM)
		put_number(buf, fact->system);
	if (flags & HAS_EXACT)
		put_text(buf, fact->exact);
	switch ((enum hs_index_kind)fact->kind) {
	case HS_INDEX_DATE:
		put_signed(buf, fact->lo);
		put_signed(buf, (int64_t)((uint64_t)fact->hi - (uint64_t)fact->lo));
		break;
	case HS_INDEX_NUMBER:
	case HS_INDEX_POINT:
		put_real(buf, fact->low);
		put_real(buf, fact->high);
		break;
	case HS_INDEX_QUANTITY:
		put_real(buf, fact->low);
		put_real(buf, fact->high);
		put_text(buf, fact->text);
		break;
	case HS_INDEX_REFERENCE:
		put_number(buf, fact->target_type);
		put_text(buf, fact->text);
		break;
	case HS_INDEX_TOKEN:
	case HS_INDEX_STRING:
	case HS_INDEX_URI:
		put_text(buf, fact->text);
		break;
	}
}

/* ---- reading ---- */

static uint64_t take_number(struct hs__facts *facts)
{
	uint64_t value = 0;

	for (unsigned shift = 0; shift < 64 && facts->rest.len; shift += 7) {
		unsigned char byte = (unsigned char)*facts->rest.ptr;
		facts->rest = (struct hs_slice) { facts->rest.ptr + 1, facts->rest.len - 1 };
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (!(byte & 0x80))
			return value;
	}
	facts->damaged = true;
	return 0;
}

static int64_t take_signed(struct hs__facts *facts)
{
	uint64_t value = take_number(facts);

	return (int64_t)((value >> 1) ^ (value & 1 ? UINT64_MAX : 0));
}

static struct hs_slice take_bytes(struct hs__facts *facts, uint64_t count)
{
	if (facts->damaged || count > facts->rest.len) {
		facts->damaged = true;
		return HS_S_NONE;
	}
	struct hs_slice bytes = hs_slice(facts->rest.ptr, (size_t)count);
	facts->rest = hs_slice(facts->rest.ptr + count, facts->rest.len - (size_t)count);
	return bytes;
}

static struct hs_slice take_text(struct hs__facts *facts)
{
	return take_bytes(facts, take_number(facts));
}

static double take_real(struct hs__facts *facts)
{
	struct hs_slice bytes = take_bytes(facts, sizeof(double));
	double value = 0;

	if (bytes.len)
		memcpy(&value, bytes.ptr, sizeof(value));
	return value;
}

bool hs__facts_open(struct hs_slice bytes, struct hs__facts *out)
{
	*out = (struct hs__facts) { .rest = bytes };
	out->version = take_number(out);
	out->seq = take_number(out);
	out->updated_ms = take_signed(out);
	out->id = take_text(out);
	return !out->damaged;
}

bool hs__facts_next(struct hs__facts *facts, struct hs__fact *out)
{
	if (!facts->rest.len || facts->damaged)
		return false;
	unsigned head = (unsigned char)*facts->rest.ptr;
	facts->rest = hs_slice(facts->rest.ptr + 1, facts->rest.len - 1);
	*out = (struct hs__fact) { .kind = head & 0xf };
	out->param = (uint32_t)take_number(facts);
	if (head & HAS_GROUP)
		out->group = (uint16_t)take_number(facts);
	if (head & HAS_SYSTEM)
		out->system = (uint32_t)take_number(facts);
	if (head & HAS_EXACT)
		out->exact = take_text(facts);
	switch (out->kind) {
	case HS_INDEX_DATE:
		out->lo = take_signed(facts);
		out->hi = (int64_t)((uint64_t)out->lo + (uint64_t)take_signed(facts));
		break;
	case HS_INDEX_NUMBER:
	case HS_INDEX_POINT:
	case HS_INDEX_QUANTITY:
		out->low = take_real(facts);
		out->high = take_real(facts);
		if (out->kind == HS_INDEX_QUANTITY)
			out->text = take_text(facts);
		break;
	case HS_INDEX_REFERENCE:
		out->target_type = (uint32_t)take_number(facts);
		out->text = take_text(facts);
		break;
	default:
		out->text = take_text(facts);
	}
	if (head & SAME_EXACT)
		out->exact = out->text;
	return !facts->damaged;
}
