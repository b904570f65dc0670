/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing a stored value with one that is searched for, by the prefixes and modifiers of FHIR R4 (Search,
 * 3.1.1.4): the one meaning that the store, services with tables of their own, and conditions judged without
 * a store all share.
 *
 * Spans are half-open; one whose ends are equal is a point. With v the stored and q the searched span:
 *   eq  q contains v          ne  not eq
 *   gt  v reaches beyond q    ge  gt or eq         sa  v lies wholly after q
 *   lt  v begins before q     le  lt or eq         eb  v lies wholly before q
 *   ap  they overlap (the caller has widened q) */
#pragma once

#include <handslag/slice.h>
#include <stdint.h>

enum hs_find_cmp {
	HS_CMP_EQ,
	HS_CMP_NE,
	HS_CMP_GT,
	HS_CMP_LT,
	HS_CMP_GE,
	HS_CMP_LE,
	HS_CMP_SA,
	HS_CMP_EB,
	HS_CMP_AP
};
bool hs_span_dates(enum hs_find_cmp cmp, int64_t v_lo, int64_t v_hi, int64_t q_lo, int64_t q_hi);
bool hs_span_reals(enum hs_find_cmp cmp, double v_lo, double v_hi, double q_lo, double q_hi);
/* Metres between two points on the WGS 84 mean sphere (haversine); degrees. */
double hs_span_metres(double latitude_a, double longitude_a, double latitude_b, double longitude_b);

/* For strings EXACT compares with the text as written, the others with the folded one; the caller gives the
 * one that is meant. */
enum hs_find_match {
	HS_MATCH_EXACT,
	HS_MATCH_STARTS,
	HS_MATCH_CONTAINS,
	HS_MATCH_ABOVE,  /* the stored URL is the one searched for without its last segments */
	HS_MATCH_FOLDED, /* the whole folded text */
	HS_MATCH_ENDS,
};
bool hs_text_matches(enum hs_find_match match, struct hs_slice stored, struct hs_slice searched);
