/* SPDX-License-Identifier: Apache-2.0 */
/* Equivalence of what values are made of (FHIRPath section 6.1.2), and equality of whole trees. */
#pragma once

#include <core/fhir/path/run.h>

/* Without regard to case and with any blanks as good as any other; blanks at the ends do not count. */
bool hs__path_texts_alike(struct path_run *run, struct hs_slice a, struct hs_slice b);
/* *out is 1 or 0: the same members with the same values. `loose`: texts by the above, numbers by
 * hs__path_decimal_alike, and the items of an array in any order. */
enum hs_status hs__path_trees_alike(struct path_run *run, const struct hs_json *a, const struct hs_json *b,
	bool loose, int *out);
