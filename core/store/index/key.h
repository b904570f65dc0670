/* SPDX-License-Identifier: Apache-2.0 */
/* Keys of index entries: bytes whose order (memcmp) is the order of what they stand for, so that each search
 * condition is one or a few ranges of keys.
 *
 *   every key   param: 2 bytes, or 4 with the highest bit set; big-endian
 *   token       system (as param), code in lower case, and, when that differs, NUL and the code as it is
 *   string      folded text, and behind a NUL its spelling where that differs (hs__key_string)
 *   uri         text
 *   reference   text, NUL, target type (as param)
 *   date        class, lo (7 bytes), hi (7)
 *   number      class, low (8), high (8)
 *   quantity    as number, then system (as param) and unit
 *   point       latitude (4), longitude (4)
 *   updated     param 0, type (as param), time (7): of every resource
 *   outline       param 0, type, and which params it has (outline.h): of every resource
 *
 * Texts longer than HS__KEY_TEXT are cut and end with a hash; texts with bytes below 2 have them changed.
 * Such keys are not `exact`: what they find must be checked against the facts. */
#pragma once

#include <core/store/index/facts.h>

#define HS__KEY_TEXT 96u
#define HS__KEY_CUT 80u /* what is kept of a longer text */
#define HS__KEY_MAX 232u
#define HS__KEY_SORT HS__KEY_TEXT

struct hs__key {
	uint16_t len;
	bool exact;
	unsigned char bytes[HS__KEY_MAX];
};

static inline struct hs_slice hs__key_slice(const struct hs__key *key)
{
	return (struct hs_slice) { (const char *)key->bytes, key->len };
}

/* Spans stand in classes by their width, one for each power of two: what ends beyond a point begins at most
 * that width before it, so that within a class one range finds those that reach into a searched span, and
 * about half of what it takes does. Few widths occur: a parameter's dates are days, or instants. */
#define HS__SPAN_ODD 0xfcu        /* ends before it begins */
#define HS__SPAN_OPEN_START 0xfdu /* their order is that of their ends */
#define HS__SPAN_OPEN_END 0xfeu
unsigned char hs__date_class(int64_t lo, int64_t hi);
unsigned char hs__real_class(double low, double high);
/* Spans of a class that end beyond `end` do not begin before this. */
int64_t hs__date_before(unsigned char span_class, int64_t end);
double hs__real_before(unsigned char span_class, double end);

void hs__key_of(const struct hs__fact *fact, struct hs__key *out);
void hs__key_updated(struct hs__key *key, uint32_t type, int64_t updated_ms);

/* ---- pieces, for ranges; each call appends, begin starts anew ---- */
void hs__key_begin(struct hs__key *key, uint32_t param);
void hs__key_number(struct hs__key *key, uint32_t number);
void hs__key_byte(struct hs__key *key, unsigned char byte);
void hs__key_text(struct hs__key *key, struct hs_slice text);
/* Lower case in ASCII. */
void hs__key_folded(struct hs__key *key, struct hs_slice text);
/* What every longer text that begins so begins with; and the same in lower case. */
void hs__key_prefix(struct hs__key *key, struct hs_slice text);
void hs__key_folded_prefix(struct hs__key *key, struct hs_slice text);
void hs__key_code(struct hs__key *key, struct hs_slice code);
/* A folded text, then: nothing when it is spelled so; NUL when each word only begins with a capital letter
 * of ASCII, as most names do; else NUL and the text as it is spelled. What begins with `folded` and ends
 * before a byte 1 is spelled in any way. */
void hs__key_string(struct hs__key *key, struct hs_slice folded, struct hs_slice spelled);
void hs__key_time(struct hs__key *key, int64_t ms);
void hs__key_real(struct hs__key *key, double value);
void hs__key_degrees(struct hs__key *key, double degrees);
/* Makes it the first key that does not begin so. */
void hs__key_after_prefix(struct hs__key *key);

/* ---- reading spans back ---- */
/* A number that hs__key_number wrote; 0 when the bytes do not say. */
uint32_t hs__key_read_number(struct hs_slice rest);
/* From the bytes after param: lo and hi of a date entry. False when the key is none. */
bool hs__key_read_dates(struct hs_slice rest, int64_t *lo, int64_t *hi);
/* Low and high of a number or quantity entry. */
bool hs__key_read_reals(struct hs_slice rest, double *low, double *high);
void hs__key_read_degrees(struct hs_slice rest, double *latitude, double *longitude);
/* From a whole key made by hs__key_updated. */
int64_t hs__key_read_updated(struct hs_slice key);
/* How many bytes the param takes. */
size_t hs__key_param_len(uint32_t param);

/* What a resource is sorted by for an entry of this kind: at most HS__KEY_SORT bytes. The keys of a param
 * (of dates and numbers those of one class) sort by it, but for tokens. Returns the length. */
size_t hs__key_sort(const struct hs__fact *fact, unsigned char out[HS__KEY_SORT]);
