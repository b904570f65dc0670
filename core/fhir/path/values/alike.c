/* SPDX-License-Identifier: Apache-2.0 */
/* Texts and whole trees that are the same, or as good as the same. */
#include <core/fhir/path/values/alike.h>
#include <core/fhir/path/values/decimal.h>
#include <core/fhir/path/values/regex.h>

#define COMPARE_DEPTH 500 /* levels of a tree that are compared */

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

static char fold(char c)
{
	return is_blank(c) ? ' ' : c >= 'A' && c <= 'Z' ? (char)(c | 0x20) : c;
}

/* Letters beyond ASCII made small. */
static struct hs_slice soften(struct path_run *run, struct hs_slice text)
{
	struct hs_slice small = text;
	for (size_t i = 0; i < text.len; i++) {
		if ((unsigned char)text.ptr[i] >= 0x80) {
			(void)hs__path_recase(run->arena, text, false, &small);
			break;
		}
	}
	return small;
}

bool hs__path_texts_alike(struct path_run *run, struct hs_slice a, struct hs_slice b)
{
	a = soften(run, hs_slice_trim(a));
	b = soften(run, hs_slice_trim(b));
	size_t i = 0, j = 0;
	while (i < a.len && j < b.len) {
		if (fold(a.ptr[i]) != fold(b.ptr[j])) {
			return false;
		}
		bool blank = is_blank(a.ptr[i]);
		i++;
		j++;
		while (blank && i < a.len && is_blank(a.ptr[i])) {
			i++;
		}
		while (blank && j < b.len && is_blank(b.ptr[j])) {
			j++;
		}
	}
	return i == a.len && j == b.len;
}

/* ---- trees ---- */

static enum hs_status equal_trees(struct path_run *run, const struct hs_json *a, const struct hs_json *b,
	unsigned depth, bool loose, int *out);

/* Arrays of one length, in any order. */
static enum hs_status equal_bags(struct path_run *run, const struct hs_json *a, const struct hs_json *b,
	unsigned depth, int *out)
{
	bool *taken = hs_arena_alloc(run->arena, hs_json_count(b) + 1);
	if (!taken) {
		return hs__path_full(run);
	}
	HS_JSON_EACH(item, a) {
		size_t at = 0;
		*out = 0;
		HS_JSON_EACH(other, b) {
			enum hs_status status = taken[at] ?
				HS_OK :
				equal_trees(run, item, other, depth + 1, true, out);
			if (status) {
				return status;
			}
			if (*out) {
				taken[at] = true;
				break;
			}
			at++;
		}
		if (!*out) {
			break;
		}
	}
	return HS_OK;
}

static enum hs_status equal_members(struct path_run *run, const struct hs_json *a, const struct hs_json *b,
	unsigned depth, bool loose, int *out)
{
	*out = hs_json_count(a) == hs_json_count(b);
	if (loose && a->type == HS_JSON_ARRAY) {
		return *out ? equal_bags(run, a, b, depth, out) : HS_OK;
	}
	const struct hs_json *beside = hs_json_first(b);
	HS_JSON_EACH(item, a) {
		if (!*out) {
			break;
		}
		const struct hs_json *other = a->type == HS_JSON_OBJECT ? hs_json_get(b, hs_json_key(item)) :
									  beside;
		enum hs_status status = other ? equal_trees(run, item, other, depth + 1, loose, out) : HS_OK;
		if (status) {
			return status;
		}
		*out = *out && other;
		beside = beside ? hs_json_next(beside) : NULL;
	}
	return HS_OK;
}

static enum hs_status equal_trees(struct path_run *run, const struct hs_json *a, const struct hs_json *b,
	unsigned depth, bool loose, int *out)
{
	enum hs_status status = hs__path_tick(run);
	if (status || depth > COMPARE_DEPTH) {
		return status ? status : hs__path_fault(run, NULL, "the tree is nested too deeply");
	}
	struct path_decimal x, y;
	*out = 1;
	if (a == b) {
		return HS_OK;
	}
	if (a->type != b->type) {
		*out = 0;
		return HS_OK;
	}
	switch (a->type) {
	case HS_JSON_NUMBER:
		*out = hs__path_decimal_parse(hs_json_text(a), &x) &&
			hs__path_decimal_parse(hs_json_text(b), &y) &&
			(loose ? hs__path_decimal_alike(x, y) : hs__path_decimal_compare(x, y) == 0);
		return HS_OK;
	case HS_JSON_STRING:
		*out = loose ? hs__path_texts_alike(run, hs_json_text(a), hs_json_text(b)) :
			       hs_slice_eq(hs_json_text(a), hs_json_text(b));
		return HS_OK;
	case HS_JSON_ARRAY:
	case HS_JSON_OBJECT:
		return equal_members(run, a, b, depth, loose, out);
	default:
		return HS_OK;
	}
}

enum hs_status hs__path_trees_alike(struct path_run *run, const struct hs_json *a, const struct hs_json *b,
	bool loose, int *out)
{
	return equal_trees(run, a, b, 0, loose, out);
}
