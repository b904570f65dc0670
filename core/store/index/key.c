/* SPDX-License-Identifier: Apache-2.0 */
/* Making and reading keys of index entries. */
#include <core/store/index/key.h>

#include <core/base/map.h>
#include <math.h>

#define CUT_MARK 1u /* after a text that was cut; no text has it */
#define OPEN_END 0xffu

static void put(struct hs__key *key, const void *bytes, size_t count)
{
	HS_ASSERT(key->len + count <= HS__KEY_MAX);
	memcpy(key->bytes + key->len, bytes, count);
	key->len = (uint16_t)(key->len + count);
}

static void put_big_endian(struct hs__key *key, uint64_t value, unsigned count)
{
	unsigned char bytes[8];

	for (unsigned i = 0; i < count; i++)
		bytes[i] = (unsigned char)(value >> (8 * (count - 1 - i)));
	put(key, bytes, count);
}

static uint64_t get_big_endian(struct hs_slice s, size_t at, unsigned count)
{
	uint64_t value = 0;

	for (unsigned i = 0; i < count; i++)
		value = value << 8 | (unsigned char)s.ptr[at + i];
	return value;
}

size_t hs__key_param_len(uint32_t param)
{
	return param < 0x8000 ? 2 : 4;
}

void hs__key_number(struct hs__key *key, uint32_t number)
{
	if (number < 0x8000)
		put_big_endian(key, number, 2);
	else
		put_big_endian(key, number | 0x80000000u, 4);
}

void hs__key_begin(struct hs__key *key, uint32_t param)
{
	key->len = 0;
	key->exact = true;
	hs__key_number(key, param);
}

void hs__key_byte(struct hs__key *key, unsigned char byte)
{
	put(key, &byte, 1);
}

static void put_text(struct hs__key *key, struct hs_slice text, size_t max, bool fold)
{
	size_t count = text.len < max ? text.len : max;

	HS_ASSERT(key->len + count <= HS__KEY_MAX);
	for (size_t i = 0; i < count; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if (c < 2) {
			c = 2;
			key->exact = false;
		} else if (fold && c >= 'A' && c <= 'Z') {
			c = (unsigned char)(c + 32);
		}
		key->bytes[key->len++] = c;
	}
}

/* The hash is of the folded text, so that texts which differ in case only stay together. */
static uint64_t folded_hash(struct hs_slice text)
{
	char piece[256];
	uint64_t hash = text.len;

	while (text.len) {
		size_t count = text.len < sizeof(piece) ? text.len : sizeof(piece);
		for (size_t i = 0; i < count; i++) {
			char c = text.ptr[i];
			piece[i] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
		}
		hash = hs_hash_seeded(hs_slice(piece, count), hash);
		text = hs_slice_from(text, count);
	}
	return hash;
}

static void put_whole_text(struct hs__key *key, struct hs_slice text, bool fold)
{
	if (text.len <= HS__KEY_TEXT) {
		put_text(key, text, HS__KEY_TEXT, fold);
		return;
	}
	put_text(key, text, HS__KEY_CUT, fold);
	key->exact = false;
	hs__key_byte(key, CUT_MARK);
	put_big_endian(key, fold ? folded_hash(text) : hs_hash(text), 8);
}

void hs__key_text(struct hs__key *key, struct hs_slice text)
{
	put_whole_text(key, text, false);
}

void hs__key_folded(struct hs__key *key, struct hs_slice text)
{
	put_whole_text(key, text, true);
}

void hs__key_prefix(struct hs__key *key, struct hs_slice text)
{
	if (text.len > HS__KEY_CUT)
		key->exact = false;
	put_text(key, text, HS__KEY_CUT, false);
}

static bool has_upper_case(struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] >= 'A' && text.ptr[i] <= 'Z')
			return true;
	}
	return false;
}

void hs__key_code(struct hs__key *key, struct hs_slice code)
{
	hs__key_folded(key, code);
	if (has_upper_case(code)) {
		hs__key_byte(key, 0);
		hs__key_text(key, code);
	}
}

void hs__key_time(struct hs__key *key, int64_t ms)
{
	const int64_t most = (INT64_C(1) << 55) - 1;
	int64_t kept = ms > most ? most : ms < -most ? -most : ms;

	put_big_endian(key, (uint64_t)(kept + (INT64_C(1) << 55)), 7);
}

void hs__key_real(struct hs__key *key, double value)
{
	uint64_t bits;

	value = value + 0.0; /* no negative zero */
	memcpy(&bits, &value, sizeof(bits));
	put_big_endian(key, bits >> 63 ? ~bits : bits | UINT64_C(1) << 63, 8);
}

void hs__key_degrees(struct hs__key *key, double degrees)
{
	double kept = degrees >= 360 ? 360 : degrees > -360 ? degrees : -360;

	put_big_endian(key, (uint32_t)((int64_t)floor(kept * 1e6) + 500000000), 4);
}

void hs__key_after_prefix(struct hs__key *key)
{
	while (key->len && key->bytes[key->len - 1] == 0xff)
		key->len--;
	HS_ASSERT(key->len);
	key->bytes[key->len - 1]++;
}

/* ---- entries ---- */

static void put_length(struct hs__key *key, int64_t lo, int64_t hi)
{
	if (lo == INT64_MIN || hi == INT64_MAX) {
		hs__key_byte(key, OPEN_END);
		return;
	}
	uint64_t length = (uint64_t)hi - (uint64_t)lo;
	unsigned count = 0;
	while (count < 8 && length >> (8 * count))
		count++;
	hs__key_byte(key, (unsigned char)count);
	put_big_endian(key, length, count);
}

static unsigned date_keys(const struct hs__fact *fact, struct hs__key out[2])
{
	hs__key_byte(&out[0], 0);
	hs__key_time(&out[0], fact->lo);
	put_length(&out[0], fact->lo, fact->hi);
	if (hs__date_is_short(fact->lo, fact->hi))
		return 1;
	hs__key_begin(&out[1], fact->param);
	hs__key_byte(&out[1], 1);
	hs__key_time(&out[1], fact->hi);
	put_length(&out[1], fact->lo, fact->hi);
	return 2;
}

static void put_reals(struct hs__key *key, const struct hs__fact *fact, bool by_high)
{
	hs__key_byte(key, by_high);
	hs__key_real(key, by_high ? fact->high : fact->low);
	hs__key_real(key, by_high ? fact->low : fact->high);
	if (fact->kind == HS_INDEX_QUANTITY) {
		hs__key_number(key, fact->system);
		hs__key_text(key, fact->text);
	}
}

static unsigned real_keys(const struct hs__fact *fact, struct hs__key out[2])
{
	put_reals(&out[0], fact, false);
	if (hs__real_is_short(fact->low, fact->high))
		return 1;
	hs__key_begin(&out[1], fact->param);
	put_reals(&out[1], fact, true);
	return 2;
}

unsigned hs__keys_of(const struct hs__fact *fact, struct hs__key out[2])
{
	hs__key_begin(&out[0], fact->param);
	switch ((enum hs_index_kind)fact->kind) {
	case HS_INDEX_TOKEN:
		hs__key_number(&out[0], fact->system);
		hs__key_code(&out[0], fact->text);
		return 1;
	case HS_INDEX_STRING:
	case HS_INDEX_URI:
		hs__key_text(&out[0], fact->text);
		return 1;
	case HS_INDEX_REFERENCE:
		hs__key_text(&out[0], fact->text);
		hs__key_byte(&out[0], 0);
		hs__key_number(&out[0], fact->target_type);
		return 1;
	case HS_INDEX_POINT:
		hs__key_degrees(&out[0], fact->low);
		hs__key_degrees(&out[0], fact->high);
		return 1;
	case HS_INDEX_DATE:
		return date_keys(fact, out);
	case HS_INDEX_NUMBER:
	case HS_INDEX_QUANTITY:
		return real_keys(fact, out);
	}
	HS_ASSERT(fact->kind <= HS_INDEX_POINT);
	return 0;
}

void hs__key_updated(struct hs__key *key, uint32_t type, int64_t updated_ms)
{
	hs__key_begin(key, 0);
	hs__key_number(key, type);
	hs__key_time(key, updated_ms);
}

/* ---- reading ---- */

bool hs__key_read_dates(struct hs_slice rest, int64_t *lo, int64_t *hi)
{
	if (rest.len < 9 || (unsigned char)rest.ptr[8] > 8 || rest.len != 9u + (unsigned char)rest.ptr[8])
		return false;
	int64_t end = (int64_t)get_big_endian(rest, 1, 7) - (INT64_C(1) << 55);
	uint64_t length = get_big_endian(rest, 9, (unsigned char)rest.ptr[8]);
	bool by_hi = rest.ptr[0] == 1;
	*lo = by_hi ? (int64_t)((uint64_t)end - length) : end;
	*hi = by_hi ? end : (int64_t)((uint64_t)end + length);
	return true;
}

static double read_real(struct hs_slice rest, size_t at)
{
	uint64_t bits = get_big_endian(rest, at, 8);
	double value;

	bits = bits >> 63 ? bits & ~(UINT64_C(1) << 63) : ~bits;
	memcpy(&value, &bits, sizeof(value));
	return value;
}

bool hs__key_read_reals(struct hs_slice rest, double *low, double *high)
{
	if (rest.len < 17)
		return false;
	bool by_high = rest.ptr[0] == 1;
	*low = read_real(rest, by_high ? 9 : 1);
	*high = read_real(rest, by_high ? 1 : 9);
	return true;
}

void hs__key_read_degrees(struct hs_slice rest, double *latitude, double *longitude)
{
	bool whole = rest.len >= 8;

	*latitude = whole ? ((double)get_big_endian(rest, 0, 4) - 500000000) / 1e6 : 0;
	*longitude = whole ? ((double)get_big_endian(rest, 4, 4) - 500000000) / 1e6 : 0;
}

int64_t hs__key_read_updated(struct hs_slice key)
{
	return key.len < 7 ? 0 : (int64_t)get_big_endian(key, key.len - 7, 7) - (INT64_C(1) << 55);
}

uint32_t hs__key_read_number(struct hs_slice rest)
{
	const unsigned char *b = (const unsigned char *)rest.ptr;

	if (rest.len < 2)
		return 0;
	if (!(b[0] & 0x80))
		return (uint32_t)b[0] << 8 | b[1];
	return rest.len < 4 ?
		0 :
		(uint32_t)(b[0] & 0x7f) << 24 | (uint32_t)b[1] << 16 | (uint32_t)b[2] << 8 | b[3];
}

size_t hs__key_sort(const struct hs__fact *fact, unsigned char out[HS__KEY_SORT])
{
	struct hs__key key = { .exact = true };

	switch ((enum hs_index_kind)fact->kind) {
	case HS_INDEX_TOKEN:
		hs__key_folded(&key, fact->text);
		break;
	case HS_INDEX_STRING:
	case HS_INDEX_URI:
	case HS_INDEX_REFERENCE:
		hs__key_text(&key, fact->text);
		break;
	case HS_INDEX_DATE:
		hs__key_time(&key, fact->lo);
		break;
	case HS_INDEX_NUMBER:
	case HS_INDEX_QUANTITY:
		hs__key_real(&key, fact->low);
		break;
	case HS_INDEX_POINT:
		hs__key_degrees(&key, fact->low);
		hs__key_degrees(&key, fact->high);
		break;
	}
	memcpy(out, key.bytes, key.len);
	return key.len;
}
