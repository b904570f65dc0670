/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a unit of UCUM: refused with a reason, or a unit that is itself, that reads in words, and
 * whose base units measure the same. */
#include "../must.h"

#include <handslag/ucum.h>

#include <math.h>
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Powers beyond what an expression may have are no fault. */
static void look_at_base(struct hs_arena *arena, const struct hs_ucum *unit)
{
	struct hs_slice text = hs_ucum_canonical(arena, unit);
	struct hs_ucum base;
	struct hs_error err;

	must(text.len > 0);
	if (hs_ucum_parse(text, &base, &err) == HS_OK)
		must(hs_ucum_comparable(unit, &base));
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct hs_slice text = hs_slice((const char *)data, size);
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_ucum unit;
	struct hs_error err = { .status = HS_OK };
	double same = 0;

	if (hs_ucum_parse(text, &unit, &err)) {
		must(err.text[0] && !hs_ucum_is_valid(text));
		must(hs_ucum_describe(arena, text).len == 0);
	} else {
		must(isfinite(unit.approximate) && unit.approximate > 0);
		must(hs_ucum_comparable(&unit, &unit));
		if (hs_ucum_convert(&unit, 1, &unit, &same))
			must(fabs(same - 1) < 1e-6);
		must(hs_ucum_describe(arena, text).len > 0);
		look_at_base(arena, &unit);
	}
	hs_arena_free(arena);
	return 0;
}
