/* SPDX-License-Identifier: Apache-2.0 */
/* Prefixes of search on dates and numbers, distance, and ways to match a text. */
#include <handslag/span.h>

#include <math.h>

/* The same text for whole and real numbers. */
#define DEFINE_SPAN(name, type) \
	bool name(enum hs_find_cmp cmp, type v_lo, type v_hi, type q_lo, type q_hi) \
	{ \
		bool v_point = !(v_lo < v_hi); \
		bool q_point = !(q_lo < q_hi); \
		bool within = q_lo <= v_lo && v_hi <= q_hi && (q_point || !v_point || v_lo < q_hi); \
		switch (cmp) { \
		case HS_CMP_EQ: \
			return within; \
		case HS_CMP_NE: \
			return !within; \
		case HS_CMP_GT: \
			return v_hi > q_hi; \
		case HS_CMP_LT: \
			return v_lo < q_lo; \
		case HS_CMP_GE: \
			return v_hi > q_hi || within; \
		case HS_CMP_LE: \
			return v_lo < q_lo || within; \
		case HS_CMP_SA: \
			return q_point ? v_lo > q_hi : v_lo >= q_hi; \
		case HS_CMP_EB: \
			return v_point ? v_hi < q_lo : v_hi <= q_lo; \
		case HS_CMP_AP: \
			return within || (v_lo < q_hi && v_hi > q_lo); \
		} \
		return false; \
	}

DEFINE_SPAN(hs_span_dates, int64_t)
DEFINE_SPAN(hs_span_reals, double)

#define EARTH_RADIUS 6371008.8       /* metres, the mean (IUGG) */
#define RADIANS 0.017453292519943295 /* of a degree */

double hs_span_metres(double latitude_a, double longitude_a, double latitude_b, double longitude_b)
{
	double up = sin((latitude_b - latitude_a) * RADIANS / 2);
	double along = sin((longitude_b - longitude_a) * RADIANS / 2);
	double h = up * up + cos(latitude_a * RADIANS) * cos(latitude_b * RADIANS) * along * along;

	return 2 * EARTH_RADIUS * asin(sqrt(h > 1 ? 1 : h));
}

/* A URL is above another when the other goes on where a segment of it ends: .../Set/12 is not above
 * .../Set/123 (R4 section 3.1.1.4.9). */
static bool is_above(struct hs_slice stored, struct hs_slice searched)
{
	if (!hs_slice_starts(searched, stored))
		return false;
	if (stored.len == searched.len)
		return true;
	char next = searched.ptr[stored.len];
	return stored.len && (next == '/' || next == '?' || next == '#' || stored.ptr[stored.len - 1] == '/');
}

bool hs_text_matches(enum hs_find_match match, struct hs_slice stored, struct hs_slice searched)
{
	switch (match) {
	case HS_MATCH_EXACT:
	case HS_MATCH_FOLDED:
		return hs_slice_eq(stored, searched);
	case HS_MATCH_STARTS:
		return hs_slice_starts(stored, searched);
	case HS_MATCH_CONTAINS:
		return hs_slice_search(stored, searched) != SIZE_MAX;
	case HS_MATCH_ABOVE:
		return is_above(stored, searched);
	case HS_MATCH_ENDS:
		return hs_slice_ends(stored, searched);
	}
	return false;
}
