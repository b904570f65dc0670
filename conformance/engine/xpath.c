/* SPDX-License-Identifier: Apache-2.0 */
/* Paths of published scripts as FHIRPath: XPath child steps over the XML form (fhir:Patient/fhir:name/@value)
 * and JSONPath ($.name[0].family). Both are used for plain child steps only. */
#include <conformance/engine/stage.h>

#define PATH_MAX_TEXT 65536u

/* "fhir:name" and "f:name" are "name"; the attribute that holds a primitive's value is the element itself. */
static struct hs_slice local_name(struct hs_slice step)
{
	size_t colon = hs_slice_find(step, ':', 0);

	if (colon != SIZE_MAX)
		step = hs_slice_from(step, colon + 1);
	if (hs_slice_starts(step, HS_S("@")))
		step = hs_slice_from(step, 1);
	return step;
}

static bool is_name(struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
		if (!letter && !(i && c >= '0' && c <= '9'))
			return false;
	}
	return text.len > 0;
}

/* [3] counts from 1; [fhir:system/@value='x'] keeps what matches. */
static bool add_predicate(struct hs_buf *out, struct hs_slice inside, bool from_one)
{
	uint64_t number = 0;
	struct hs_slice right = inside, left = hs_slice_cut(&right, '=');
	bool first = true;

	inside = hs_slice_trim(inside);
	if (hs_slice_u64(inside, &number) && number >= (from_one ? 1 : 0)) {
		hs_buf_printf(out, "[%zu]", (size_t)number - (from_one ? 1 : 0));
		return true;
	}
	if (!from_one && hs_slice_eq(inside, HS_S("*")))
		return true;
	right = hs_slice_trim(right);
	if (!right.ptr || right.len < 2 || (right.ptr[0] != '\'' && right.ptr[0] != '"') ||
		right.ptr[right.len - 1] != right.ptr[0])
		return false;
	right = hs_slice(right.ptr + 1, right.len - 2);
	if (hs_slice_find(right, '\'', 0) != SIZE_MAX || hs_slice_find(right, '\\', 0) != SIZE_MAX)
		return false;
	hs_buf_cstr(out, ".where(");
	left = hs_slice_trim(left);
	while (left.ptr) {
		struct hs_slice step = local_name(hs_slice_cut(&left, '/'));
		if (hs_slice_eq(step, HS_S("value")) && !left.ptr)
			continue; /* @value */
		if (!is_name(step))
			return false;
		hs_buf_printf(out, "%s%.*s", first ? "" : ".", HS_S_ARG(step));
		first = false;
	}
	hs_buf_printf(out, " = '%.*s')", HS_S_ARG(right));
	return !first;
}

static bool add_step(struct hs_buf *out, struct hs_slice step, bool from_one)
{
	size_t bracket = hs_slice_find(step, '[', 0);
	struct hs_slice name = local_name(hs_slice_first(step, bracket));

	if (!is_name(name))
		return false;
	/* In XML the type is an element around a resource: entry/resource/Patient. */
	if (out->len && name.ptr && name.ptr[0] >= 'A' && name.ptr[0] <= 'Z')
		hs_buf_printf(out, ".ofType(%.*s)", HS_S_ARG(name));
	else
		hs_buf_printf(out, "%s%.*s", out->len ? "." : "", HS_S_ARG(name));
	while (bracket != SIZE_MAX) {
		size_t end = hs_slice_find(step, ']', bracket);
		if (end == SIZE_MAX ||
			!add_predicate(out, hs_slice(step.ptr + bracket + 1, end - bracket - 1), from_one))
			return false;
		bracket = hs_slice_find(step, '[', end);
	}
	return true;
}

/* Cuts the next step at a separator that is not inside brackets. */
static struct hs_slice cut_step(struct hs_slice *rest, char separator)
{
	size_t depth = 0, i = 0;

	while (i < rest->len && (depth || rest->ptr[i] != separator)) {
		depth += rest->ptr[i] == '[';
		depth -= rest->ptr[i] == ']' && depth;
		i++;
	}
	struct hs_slice step = hs_slice_first(*rest, i);
	*rest = i < rest->len ? hs_slice_from(*rest, i + 1) : HS_S_NONE;
	return step;
}

enum hs_status hs_test_translate_path(struct hs_arena *arena, struct hs_slice path, struct hs_slice *out,
	struct hs_error *err)
{
	bool json = hs_slice_starts(path, HS_S("$")) || hs_slice_find(path, '/', 0) == SIZE_MAX;
	struct hs_slice rest = hs_slice_trim(path);
	struct hs_buf buf;
	bool good = true;

	hs_buf_init(&buf, arena, PATH_MAX_TEXT);
	if (hs_slice_starts(rest, HS_S("$.")) || hs_slice_starts(rest, HS_S("./")))
		rest = hs_slice_from(rest, 2);
	else if (!json && hs_slice_starts(rest, HS_S("/")))
		rest = hs_slice_from(rest, 1);
	good = rest.len > 0;
	while (rest.len && good) {
		struct hs_slice step = cut_step(&rest, json ? '.' : '/');
		bool last = !rest.len;
		if (last && !json && hs_slice_eq(step, HS_S("@value")) && buf.len)
			break;
		good = add_step(&buf, step, !json);
	}
	if (!good || buf.overflow)
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"the path %.*s is more than child steps, which is all of XPath and JSONPath that is "
			"read",
			HS_S_ARG(path));
	*out = hs_buf_slice(&buf);
	return HS_OK;
}
