/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of canonical resources. Source: canonical matching of the FHIR core specification (R5, section
 * 2.1.30.0.6.1) and the wildcard rules of HL7's terminology ecosystem. */
#include "version.h"

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

/* The run of digits, or of anything else, that the part begins with; the part goes on behind it. */
static struct hs_slice cut_run(struct hs_slice *part)
{
	size_t n = 0;

	while (n < part->len && is_digit(part->ptr[n]) == is_digit(part->ptr[0]))
		n++;
	struct hs_slice run = hs_slice_first(*part, n);
	*part = hs_slice_from(*part, n);
	return run;
}

static int compare_numbers(struct hs_slice a, struct hs_slice b)
{
	while (a.len > 1 && a.ptr[0] == '0')
		a = hs_slice_from(a, 1);
	while (b.len > 1 && b.ptr[0] == '0')
		b = hs_slice_from(b, 1);
	return a.len != b.len ? (a.len < b.len ? -1 : 1) : hs_slice_cmp(a, b);
}

static int compare_part(struct hs_slice a, struct hs_slice b)
{
	while (a.len && b.len) {
		struct hs_slice x = cut_run(&a), y = cut_run(&b);
		int order = is_digit(x.ptr[0]) && is_digit(y.ptr[0]) ? compare_numbers(x, y) :
								       hs_slice_cmp(x, y);
		if (order)
			return order;
	}
	return a.len ? 1 : b.len ? -1 : 0;
}

static int compare_parts(struct hs_slice a, struct hs_slice b, char separator)
{
	while (a.ptr && b.ptr) {
		int order = compare_part(hs_slice_cut(&a, separator), hs_slice_cut(&b, separator));
		if (order)
			return order;
	}
	return a.ptr ? 1 : b.ptr ? -1 : 0;
}

/* Cuts "-label" off a version whose first part is no date. */
static struct hs_slice cut_label(struct hs_slice *version)
{
	size_t dot = hs_slice_find(*version, '.', 0), dash = hs_slice_find(*version, '-', 0);

	if (dot == SIZE_MAX || dash == SIZE_MAX || dash < dot)
		return HS_S_NONE;
	struct hs_slice label = hs_slice_from(*version, dash + 1);
	*version = hs_slice_first(*version, dash);
	return label;
}

int hs_tx_version_cmp(struct hs_slice a, struct hs_slice b)
{
	if (!a.len || !b.len)
		return a.len ? 1 : b.len ? -1 : 0;
	struct hs_slice build_a = a, build_b = b;
	a = hs_slice_cut(&build_a, '+');
	b = hs_slice_cut(&build_b, '+');
	struct hs_slice label_a = cut_label(&a), label_b = cut_label(&b);
	int order = compare_parts(a, b, hs_slice_find(a, '.', 0) == SIZE_MAX ? '-' : '.');
	if (order)
		return order;
	if (!label_a.len || !label_b.len)
		return label_a.len ? -1 : label_b.len ? 1 : 0;
	return compare_parts(label_a, label_b, '.');
}

int hs_tx_version_cmp_text(struct hs_slice a, struct hs_slice b)
{
	return hs_slice_cmp(a, b);
}

static bool is_wild(struct hs_slice part)
{
	return part.len == 1 && (part.ptr[0] == 'x' || part.ptr[0] == 'X' || part.ptr[0] == '*');
}

static bool is_pattern(struct hs_slice version)
{
	while (version.ptr)
		if (is_wild(hs_slice_cut(&version, '.')))
			return true;
	return false;
}

bool hs_tx_version_meets(struct hs_slice pattern, struct hs_slice version)
{
	if (!pattern.len || hs_slice_eq(pattern, version))
		return true;
	if (hs_slice_starts(version, pattern) && /* an edition of SNOMED CT means each of its versions */
		hs_slice_starts(hs_slice_from(version, pattern.len), HS_S("/version/")))
		return true;
	if (!is_pattern(pattern))
		return false;
	while (pattern.ptr) {
		struct hs_slice want = hs_slice_cut(&pattern, '.');
		if (is_wild(want) && !pattern.ptr)
			return version.ptr != NULL; /* the last wildcard takes all that is left */
		if (!version.ptr)
			return false;
		struct hs_slice have = hs_slice_cut(&version, '.');
		if (!is_wild(want) && !hs_slice_eq(want, have))
			return false;
	}
	return !version.ptr;
}
