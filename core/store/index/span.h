/* SPDX-License-Identifier: Apache-2.0 */
/* Comparing a stored span with the span of a search value, by the prefixes of FHIR R4 (Search, 3.1.1.4.4).
 *
 * Spans are half-open; one whose ends are equal is a point. With v the stored and q the searched span:
 *   eq  q contains v          ne  not eq
 *   gt  v reaches beyond q    ge  gt or eq         sa  v lies wholly after q
 *   lt  v begins before q     le  lt or eq         eb  v lies wholly before q
 *   ap  they overlap (the caller has widened q) */
#pragma once

#include <handslag/store.h>

bool hs__span_dates(enum hs_find_cmp cmp, int64_t v_lo, int64_t v_hi, int64_t q_lo, int64_t q_hi);
bool hs__span_reals(enum hs_find_cmp cmp, double v_lo, double v_hi, double q_lo, double q_hi);
/* Metres between two points on the WGS 84 mean sphere (haversine). */
double hs__span_metres(double latitude_a, double longitude_a, double latitude_b, double longitude_b);
