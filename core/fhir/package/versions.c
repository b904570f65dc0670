/* SPDX-License-Identifier: Apache-2.0 */
/* Versions of packages: their order, and what a reference such as "1.2.x" or "latest" asks for. */
#include <core/fhir/package/package_private.h>

/* "4.0.1" against "4.0.10", part by part, numbers as numbers; a release comes after its pre-releases. */
int hs__package_compare(struct hs_slice a, struct hs_slice b)
{
	while (a.ptr || b.ptr) {
		struct hs_slice left = hs_slice_cut(&a, '.');
		struct hs_slice right = hs_slice_cut(&b, '.');
		uint64_t x = 0;
		uint64_t y = 0;
		bool numbers = hs_slice_u64(left, &x) && hs_slice_u64(right, &y);
		if (numbers && x != y)
			return x < y ? -1 : 1;
		if (!numbers && hs_slice_starts(left, right) && left.ptr && left.ptr[right.len] == '-')
			return -1;
		if (!numbers && hs_slice_starts(right, left) && right.ptr && right.ptr[left.len] == '-')
			return 1;
		int order = numbers ? 0 : hs_slice_cmp(left, right);
		if (order)
			return order;
	}
	return 0;
}

/* A part that is left open: "x", "X", "*". */
static bool is_any(struct hs_slice part)
{
	return part.len == 1 && (part.ptr[0] == 'x' || part.ptr[0] == 'X' || part.ptr[0] == '*');
}

static bool is_label(struct hs_slice wanted)
{
	return !wanted.len || hs_slice_eq(wanted, HS_S("latest")) || hs_slice_eq(wanted, HS_S("current")) ||
		hs_slice_eq(wanted, HS_S("dev"));
}

static bool is_range(struct hs_slice wanted)
{
	return wanted.len > 1 && (wanted.ptr[0] == '^' || wanted.ptr[0] == '~');
}

bool hs__package_is_release(struct hs_slice version)
{
	return hs_slice_find(version, '-', 0) == SIZE_MAX;
}

/* "~1.2.0": the same first two parts; "^1.2.0": the same up to the first that is not zero. A pre-release fits
 * only where it is named. */
static bool is_in_range(struct hs_slice version, struct hs_slice wanted)
{
	struct hs_slice base = hs_slice_from(wanted, 1), rest = base, own = version;
	if (hs__package_compare(version, base) < 0 ||
		(!hs__package_is_release(version) && !hs_slice_eq(version, base)))
		return false;
	for (size_t part = 0; part < 2; part++) {
		struct hs_slice same = hs_slice_cut(&rest, '.');
		if (!hs_slice_eq(hs_slice_cut(&own, '.'), same))
			return false;
		if (wanted.ptr[0] == '^' && !hs_slice_eq(same, HS_S("0")))
			break;
	}
	return true;
}

bool hs__package_is_open(struct hs_slice wanted)
{
	struct hs_slice rest = wanted;
	if (is_label(wanted) || is_range(wanted))
		return true;
	while (rest.ptr)
		if (is_any(hs_slice_cut(&rest, '.')))
			return true;
	return false;
}

/* What is behind an open part is open too; a pre-release fits only where its whole version is named. */
bool hs__package_fits(struct hs_slice version, struct hs_slice wanted)
{
	struct hs_slice parts = wanted;
	struct hs_slice rest = version;
	if (is_label(wanted))
		return true;
	if (is_range(wanted))
		return is_in_range(version, wanted);
	while (parts.ptr) {
		struct hs_slice part = hs_slice_cut(&parts, '.');
		if (is_any(part))
			return rest.ptr && hs__package_is_release(rest);
		if (!rest.ptr || !hs_slice_eq(hs_slice_cut(&rest, '.'), part))
			return false;
	}
	return !rest.ptr;
}
