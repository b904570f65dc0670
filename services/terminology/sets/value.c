/* SPDX-License-Identifier: Apache-2.0 */
/* When the value of a property is the one that a filter names. */
#include "value.h"

#include "../text/decimal.h"

#include <handslag/json.h>

enum tx_value_kind hs_tx_value_kind(struct hs_slice key)
{
	if (hs_slice_eq(key, HS_S("valueCoding")))
		return TX_VALUE_CODING;
	if (hs_slice_eq(key, HS_S("valueDecimal")) || hs_slice_eq(key, HS_S("valueInteger")))
		return TX_VALUE_NUMBER;
	return TX_VALUE_TEXT;
}

static bool same(struct hs_slice a, struct hs_slice b, bool ignores_case)
{
	return ignores_case ? hs_slice_ieq(a, b) : hs_slice_eq(a, b);
}

static bool contains(struct hs_slice text, struct hs_slice value)
{
	for (size_t i = 0; i + value.len <= text.len; i++)
		if ((text.ptr[i] | 0x20) == (value.ptr[0] | 0x20) &&
			hs_slice_ieq(hs_slice(text.ptr + i, value.len), value))
			return true;
	return false;
}

/* Few are: what stands nowhere in the text need not be looked for in its parts. */
static bool may_hold(struct hs_slice json, struct hs_slice wanted)
{
	size_t bar = hs_slice_find(wanted, '|', 0);
	struct hs_slice code = bar == SIZE_MAX ? wanted : hs_slice_from(wanted, bar + 1);

	if (!code.len)
		return false;
	if (hs_slice_find(code, '"', 0) != SIZE_MAX || hs_slice_find(code, '\\', 0) != SIZE_MAX)
		return true; /* JSON writes it otherwise */
	return contains(json, code);
}

static bool is_coding(const struct hs_json *coding, struct hs_slice wanted, bool ignores_case)
{
	struct hs_slice system = hs_json_get_text(coding, HS_S("system")),
			code = hs_json_get_text(coding, HS_S("code"));
	bool in_system = system.len && hs_slice_starts(wanted, system) && wanted.len > system.len &&
		wanted.ptr[system.len] == '|';

	return same(code, wanted, ignores_case) ||
		hs_slice_ieq(hs_json_get_text(coding, HS_S("display")), wanted) ||
		(in_system && same(code, hs_slice_from(wanted, system.len + 1), ignores_case));
}

static bool holds_coding(struct hs_arena *arena, struct hs_slice json, struct hs_slice wanted,
	bool ignores_case)
{
	struct hs_arena_mark mark = hs_arena_mark(arena);
	struct hs_json *coding = NULL;
	struct hs_error ignored;
	bool found = may_hold(json, wanted) && hs_json_parse(arena, json, NULL, &coding, &ignored) == HS_OK &&
		is_coding(coding, wanted, ignores_case);

	hs_arena_rollback(arena, mark);
	return found;
}

bool hs_tx_value_is(struct hs_arena *arena, enum tx_value_kind kind, struct hs_slice value,
	struct hs_slice wanted, bool ignores_case)
{
	switch (kind) {
	case TX_VALUE_CODING:
		return holds_coding(arena, value, wanted, ignores_case);
	case TX_VALUE_NUMBER:
		if (hs_tx_is_decimal(value) && hs_tx_is_decimal(wanted))
			return hs_tx_decimal_cmp(value, wanted) == 0;
		return same(value, wanted, ignores_case);
	default:
		return same(value, wanted, ignores_case);
	}
}
