/* SPDX-License-Identifier: Apache-2.0 */
/* Writing and reading the bytes of facts. */
#include <core/store/index/facts.h>

/* Flags above the kind's four bits. */
#define HAS_GROUP 0x10u
#define HAS_EXACT 0x20u /* differs from the text */
#define HAS_SYSTEM 0x40u
#define SAME_EXACT 0x80u /* equal to the text */

/* Written where room was made beforehand; each returns what comes after. */

#define NUMBER_MAX ((size_t)10)

static char *put_number(char *at, uint64_t value)
{
	for (; value > 0x7f; value >>= 7)
		*at++ = (char)(0x80 | (value & 0x7f));
	*at++ = (char)value;
	return at;
}

static char *put_signed(char *at, int64_t value)
{
	return put_number(at, ((uint64_t)value << 1) ^ (value < 0 ? UINT64_MAX : 0));
}

static char *put_text(char *at, struct hs_slice text)
{
	at = put_number(at, text.len);
	if (text.len)
		memcpy(at, text.ptr, text.len);
	return at + text.len;
}

static char *put_real(char *at, double value)
{
	memcpy(at, &value, sizeof(value));
	return at + sizeof(value);
}

void hs__facts_begin(struct hs_buf *buf, const struct hs_resource *version)
{
	char *start = hs_buf_reserve(buf, 4 * NUMBER_MAX + version->id.len), *at = start;

	if (!start)
		return;
	at = put_number(at, version->version);
	at = put_number(at, version->seq);
	at = put_signed(at, version->updated_ms);
	at = put_text(at, version->id);
	hs_buf_commit(buf, (size_t)(at - start));
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

static char *put_value(char *at, const struct hs__fact *fact)
{
	switch ((enum hs_index_kind)fact->kind) {
	case HS_INDEX_DATE:
		at = put_signed(at, fact->lo);
		return put_signed(at, (int64_t)((uint64_t)fact->hi - (uint64_t)fact->lo));
	case HS_INDEX_NUMBER:
	case HS_INDEX_POINT:
		at = put_real(at, fact->low);
		return put_real(at, fact->high);
	case HS_INDEX_QUANTITY:
		at = put_real(at, fact->low);
		at = put_real(at, fact->high);
		return put_text(at, fact->text);
	case HS_INDEX_REFERENCE:
		at = put_number(at, fact->target_type);
		return put_text(at, fact->text);
	case HS_INDEX_TOKEN:
	case HS_INDEX_STRING:
	case HS_INDEX_URI:
		return put_text(at, fact->text);
	}
	return at;
}

void hs__facts_add(struct hs_buf *buf, const struct hs__fact *fact)
{
	unsigned flags = flags_of(fact);
	size_t most = 1 + 7 * NUMBER_MAX + 2 * sizeof(double);
	char *start = hs_buf_reserve(buf, most + fact->text.len + fact->exact.len), *at = start;

	if (!start)
		return;
	*at++ = (char)(fact->kind | flags);
	at = put_number(at, fact->param);
	if (flags & HAS_GROUP)
		at = put_number(at, fact->group);
	if (flags & HAS_SYSTEM)
		at = put_number(at, fact->system);
	if (flags & HAS_EXACT)
		at = put_text(at, fact->exact);
	at = put_value(at, fact);
	hs_buf_commit(buf, (size_t)(at - start));
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
