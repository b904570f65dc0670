/* SPDX-License-Identifier: Apache-2.0 */
/* Making and reading keys of index entries. */
#include <core/store/index/key.h>

#include <core/base/map.h>
#include <math.h>

#define CUT_MARK 1u /* after a text that was cut; no text has it */
/* Classes of widths: 2 to the power of (class - 2) milliseconds, and of (class - 102) for numbers. */
#define DATE_CLASSES 2
#define REAL_CLASSES 102
#define REAL_LEAST (-100)
#define REAL_MOST 120

#define TIME_MOST ((INT64_C(1) << 55) - 1) /* about a million years; later is open */

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

static void put_prefix(struct hs__key *key, struct hs_slice text, bool fold)
{
	if (text.len > HS__KEY_CUT)
		key->exact = false;
	put_text(key, text, HS__KEY_CUT, fold);
}

void hs__key_prefix(struct hs__key *key, struct hs_slice text)
{
	put_prefix(key, text, false);
}

void hs__key_folded_prefix(struct hs__key *key, struct hs_slice text)
{
	put_prefix(key, text, true);
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

static bool is_capitalised(struct hs_slice folded, struct hs_slice spelled)
{
	if (folded.len != spelled.len)
		return false;
	for (size_t i = 0; i < folded.len; i++) {
		char c = folded.ptr[i];
		if ((i == 0 || folded.ptr[i - 1] == ' ') && c >= 'a' && c <= 'z')
			c = (char)(c - 32);
		if (c != spelled.ptr[i])
			return false;
	}
	return true;
}

void hs__key_string(struct hs__key *key, struct hs_slice folded, struct hs_slice spelled)
{
	put_whole_text(key, folded, false);
	/* Of a cut text the hash tells. */
	if (folded.len > HS__KEY_TEXT || hs_slice_eq(folded, spelled))
		return;
	hs__key_byte(key, 0);
	if (is_capitalised(folded, spelled))
		return;
	put_whole_text(key, spelled, false);
	if (!spelled.len) /* of which nothing is known: no text has this */
		hs__key_byte(key, 0);
}

void hs__key_time(struct hs__key *key, int64_t ms)
{
	int64_t kept = ms > TIME_MOST ? TIME_MOST : ms < -TIME_MOST ? -TIME_MOST : ms;

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

unsigned char hs__date_class(int64_t lo, int64_t hi)
{
	uint64_t width = (uint64_t)hi - (uint64_t)lo;
	unsigned bits = 0;

	if (hi == INT64_MAX)
		return HS__SPAN_OPEN_END;
	if (lo == INT64_MIN)
		return HS__SPAN_OPEN_START;
	if (hi < lo)
		return HS__SPAN_ODD;
	while (bits < 64 && width >> bits)
		bits++;
	return (unsigned char)(DATE_CLASSES + bits);
}

int64_t hs__date_before(unsigned char span_class, int64_t end)
{
	unsigned bits = span_class - DATE_CLASSES;

	if (span_class >= HS__SPAN_ODD || bits > 62 || end < INT64_MIN + (INT64_C(1) << bits))
		return INT64_MIN;
	return end - (INT64_C(1) << bits);
}

unsigned char hs__real_class(double low, double high)
{
	double width = high - low;
	int exponent = REAL_LEAST;

	if (high >= HUGE_VAL)
		return HS__SPAN_OPEN_END;
	if (low <= -HUGE_VAL)
		return HS__SPAN_OPEN_START;
	if (!(width >= 0))
		return HS__SPAN_ODD;
	if (width > 0)
		frexp(width, &exponent);
	if (exponent > REAL_MOST)
		return HS__SPAN_OPEN_END;
	return (unsigned char)(REAL_CLASSES + (exponent < REAL_LEAST ? REAL_LEAST : exponent));
}

double hs__real_before(unsigned char span_class, double end)
{
	if (span_class >= HS__SPAN_ODD)
		return -HUGE_VAL;
	/* A step further, since the difference may have been rounded up. */
	return nextafter(end - ldexp(1, span_class - REAL_CLASSES), -HUGE_VAL);
}

static void put_dates(struct hs__key *key, const struct hs__fact *fact)
{
	hs__key_byte(key, hs__date_class(fact->lo, fact->hi));
	hs__key_time(key, fact->lo);
	hs__key_time(key, fact->hi);
}

static void put_reals(struct hs__key *key, const struct hs__fact *fact)
{
	hs__key_byte(key, hs__real_class(fact->low, fact->high));
	hs__key_real(key, fact->low);
	hs__key_real(key, fact->high);
	if (fact->kind == HS_INDEX_QUANTITY) {
		hs__key_number(key, fact->system);
		hs__key_text(key, fact->text);
	}
}

void hs__key_of(const struct hs__fact *fact, struct hs__key *out)
{
	hs__key_begin(out, fact->param);
	switch ((enum hs_index_kind)fact->kind) {
	case HS_INDEX_TOKEN:
		hs__key_number(out, fact->system);
		hs__key_code(out, fact->text);
		return;
	case HS_INDEX_STRING:
		hs__key_string(out, fact->text, fact->exact);
		return;
	case HS_INDEX_URI:
		hs__key_text(out, fact->text);
		return;
	case HS_INDEX_REFERENCE:
		hs__key_text(out, fact->text);
		hs__key_byte(out, 0);
		hs__key_number(out, fact->target_type);
		return;
	case HS_INDEX_POINT:
		hs__key_degrees(out, fact->low);
		hs__key_degrees(out, fact->high);
		return;
	case HS_INDEX_DATE:
		put_dates(out, fact);
		return;
	case HS_INDEX_NUMBER:
	case HS_INDEX_QUANTITY:
		put_reals(out, fact);
		return;
	}
	HS_ASSERT(fact->kind <= HS_INDEX_POINT);
}

void hs__key_updated(struct hs__key *key, uint32_t type, int64_t updated_ms)
{
	hs__key_begin(key, 0);
	hs__key_number(key, type);
	hs__key_time(key, updated_ms);
}

/* ---- reading ---- */

static int64_t read_time(struct hs_slice rest, size_t at)
{
	int64_t kept = (int64_t)get_big_endian(rest, at, 7) - (INT64_C(1) << 55);

	return kept >= TIME_MOST ? INT64_MAX : kept <= -TIME_MOST ? INT64_MIN : kept;
}

bool hs__key_read_dates(struct hs_slice rest, int64_t *lo, int64_t *hi)
{
	if (rest.len != 15)
		return false;
	*lo = read_time(rest, 1);
	*hi = read_time(rest, 8);
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
	*low = read_real(rest, 1);
	*high = read_real(rest, 9);
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
