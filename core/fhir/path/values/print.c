/* SPDX-License-Identifier: Apache-2.0 */
/* Values as text. */
#include <core/fhir/path/run.h>

#include <core/fhir/path/values/quantity.h>

struct hs_slice hs_path_print(struct hs_arena *arena, const struct hs_path_value *value)
{
	struct hs_buf buf;
	switch (value->kind) {
	case HS_PATH_BOOLEAN:
		return value->boolean ? HS_S("true") : HS_S("false");
	case HS_PATH_INTEGER:
	case HS_PATH_LONG:
		return hs_arena_printf(arena, "%lld", (long long)value->integer);
	case HS_PATH_QUANTITY:
		if (hs__path_calendar(value->unit) != PATH_CALENDAR_NONE) {
			return hs_arena_printf(arena, "%.*s %.*s", HS_S_ARG(value->text),
				HS_S_ARG(value->unit));
		}
		return hs_arena_printf(arena, "%.*s '%.*s'", HS_S_ARG(value->text), HS_S_ARG(value->unit));
	case HS_PATH_TYPE:
		return hs_arena_printf(arena, "%.*s.%.*s", HS_S_ARG(value->unit), HS_S_ARG(value->text));
	case HS_PATH_NODE:
		hs_buf_init(&buf, arena, SIZE_MAX / 2);
		hs_json_write(&buf, value->node ? value->node : value->shadow, 0);
		return buf.overflow ? HS_S_NONE : hs_slice(buf.ptr, buf.len);
	default:
		return value->text;
	}
}
