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

/* A code with its system: system#code or system|version#code, and system|code as in a search. */
struct named {
	struct hs_slice system, version, code; /* no system: it is a code or a display alone */
};

static size_t last_of(struct hs_slice text, char c)
{
	for (size_t i = text.len; i-- > 0;)
		if (text.ptr[i] == c)
			return i;
	return SIZE_MAX;
}

static struct named name_of(struct hs_slice wanted)
{
	size_t mark = last_of(wanted, '#');
	bool hash = mark != SIZE_MAX;

	if (!hash)
		mark = last_of(wanted, '|');
	if (mark == SIZE_MAX)
		return (struct named) { .code = wanted };
	struct hs_slice version = hs_slice_first(wanted, mark), system = version;
	if (hash)
		system = hs_slice_cut(&version, '|');
	return (struct named) { .system = system,
		.version = hash ? version : HS_S_NONE,
		.code = hs_slice_from(wanted, mark + 1) };
}

/* Few are: what stands nowhere in the text need not be looked for in its parts. */
static bool may_hold(struct hs_slice json, struct hs_slice code)
{
	if (!code.len)
		return false;
	if (hs_slice_find(code, '"', 0) != SIZE_MAX || hs_slice_find(code, '\\', 0) != SIZE_MAX)
		return true; /* JSON writes it otherwise */
	return contains(json, code);
}

static bool is_coding(const struct hs_json *coding, struct hs_slice wanted, bool ignores_case)
{
	struct hs_slice code = hs_json_get_text(coding, HS_S("code"));
	struct named name = name_of(wanted);

	if (same(code, wanted, ignores_case) ||
		hs_slice_ieq(hs_json_get_text(coding, HS_S("display")), wanted))
		return true;
	return name.system.len && hs_slice_eq(hs_json_get_text(coding, HS_S("system")), name.system) &&
		(!name.version.len || hs_slice_eq(hs_json_get_text(coding, HS_S("version")), name.version)) &&
		same(code, name.code, ignores_case);
}

static bool holds_coding(struct hs_arena *arena, struct hs_slice json, struct hs_slice wanted,
	bool ignores_case)
{
	struct hs_arena_mark mark = hs_arena_mark(arena);
	struct hs_json *coding = NULL;
	struct hs_error ignored;
	bool found = may_hold(json, name_of(wanted).code) &&
		hs_json_parse(arena, json, NULL, &coding, &ignored) == HS_OK &&
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
