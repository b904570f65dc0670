/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a check: the path of the element, its place in the source, and the nearest right name. */
#include <core/fhir/check/check_private.h>

#include <core/base/nearest.h>

#include <stdarg.h>
#include <stdio.h>

#define PATH_MAX_BYTES 4000
#define NAME_MAX_BYTES HS_NEAR_MAX

static void add_step(struct hs_buf *buf, const struct hs__at *at)
{
	if (!at)
		return;
	add_step(buf, at->up); /* as deep as the walk, which has a limit */
	if (buf->len)
		hs_buf_byte(buf, '.');
	hs_buf_add(buf, at->name);
	if (at->index >= 0)
		hs_buf_printf(buf, "[%lld]", (long long)at->index);
}

static struct hs_slice check_path(struct hs__check *check, const struct hs__at *at, struct hs_slice name)
{
	struct hs_buf buf;
	hs_buf_init(&buf, check->issues->arena, PATH_MAX_BYTES);
	add_step(&buf, at);
	if (name.len) {
		hs_buf_byte(&buf, '.');
		hs_buf_add(&buf, hs_slice_first(name, NAME_MAX_BYTES));
	}
	return hs_buf_slice(&buf);
}

void hs__check_fail(struct hs__check *check, const struct hs__at *at, struct hs_slice name,
	const struct hs_json *value, const char *code, const char *format, ...)
{
	char text[1000];
	va_list args;
	va_start(args, format);
	/* The analyser loses track of va_start when the last named parameter is on the stack. */
	vsnprintf(text, sizeof(text), format, args); /* NOLINT(clang-analyzer-valist.Uninitialized) */
	va_end(args);
	struct hs_issue *issue = hs_issue_add(check->issues, HS_SEVERITY_ERROR, code,
		check_path(check, at, name), "%s", text);
	size_t offset = issue && check->source.len ? hs_json_offset(check->source, value) : SIZE_MAX;
	if (offset == SIZE_MAX)
		return;
	hs_place_go(check->source, offset, &check->place);
	issue->line = check->place.line;
	issue->column = check->place.column;
}

struct nearest {
	struct hs_slice wanted;
	char name[2 * NAME_MAX_BYTES];
	size_t distance;
};

static void offer(struct nearest *nearest, struct hs_slice stem, struct hs_slice type)
{
	char name[2 * NAME_MAX_BYTES];
	int len = snprintf(name, sizeof(name), "%.*s%.*s", HS_S_ARG(stem), HS_S_ARG(type));
	if (len <= 0 || (size_t)len >= sizeof(name))
		return;
	if (type.len && name[stem.len] >= 'a' && name[stem.len] <= 'z')
		name[stem.len] = (char)(name[stem.len] - ('a' - 'A'));
	size_t far = hs_name_distance(nearest->wanted, hs_slice(name, (size_t)len));
	if (far < nearest->distance) {
		nearest->distance = far;
		memcpy(nearest->name, name, (size_t)len + 1);
	}
}

static void find_nearest(const struct hs__check *check, const struct hs_def_element *children, uint32_t count,
	struct nearest *nearest)
{
	for (uint32_t i = 0; i < count; i++) {
		struct hs_slice name = hs_defs_text(check->defs, children[i].name);
		if (!children[i].choice) {
			offer(nearest, name, HS_S_NONE);
			continue;
		}
		const struct hs_def_use *uses = hs_defs_uses(check->defs, &children[i]);
		for (uint32_t k = 0; k < children[i].type_count; k++) {
			const struct hs_def_type *type = hs_defs_type_at(check->defs, uses[k].type);
			if (type)
				offer(nearest, name, hs_defs_text(check->defs, type->name));
		}
	}
}

/* A choice element under a name of none of its types: the types it may have. */
static bool fail_choice(struct hs__check *check, const struct hs__at *at, const struct hs_json *member,
	const struct hs_def_element *children, uint32_t count)
{
	struct hs_slice key = hs_json_key(member);
	for (uint32_t i = 0; i < count; i++) {
		struct hs_slice name = hs_defs_text(check->defs, children[i].name);
		struct hs_slice rest = hs_slice_from(key, name.len);
		if (!children[i].choice || !hs_slice_starts(key, name) ||
			(rest.len && !(rest.ptr[0] >= 'A' && rest.ptr[0] <= 'Z')))
			continue;
		char types[200] = "";
		size_t used = 0;
		const struct hs_def_use *uses = hs_defs_uses(check->defs, &children[i]);
		for (uint32_t k = 0; k < children[i].type_count && used < sizeof(types) - 40; k++) {
			const struct hs_def_type *type = hs_defs_type_at(check->defs, uses[k].type);
			struct hs_slice text = type ? hs_defs_text(check->defs, type->name) : HS_S_NONE;
			int len = snprintf(types + used, sizeof(types) - used, "%s%.*s", k ? ", " : "",
				HS_S_ARG(hs_slice_first(text, 36)));
			used += len > 0 ? (size_t)len : 0;
		}
		hs__check_fail(check, at, key, member, "structure",
			"'%.*s' is not possible: %.*s[x] carries its type in its name, one of: %s",
			HS_S_ARG(hs_slice_first(key, NAME_MAX_BYTES)), HS_S_ARG(name), types);
		return true;
	}
	return false;
}

/* What has the children, by definition: "HumanName", "Patient.contact". */
static struct hs_slice owner_path(const struct hs__check *check, const struct hs__at *at,
	const struct hs_def_element *children, uint32_t count)
{
	if (count == 0)
		return at->name;
	struct hs_slice path = hs_defs_text(check->defs, children[0].path);
	size_t end = path.len;
	while (end > 0 && path.ptr[end - 1] != '.')
		end--;
	return hs_slice_first(path, end ? end - 1 : 0);
}

void hs__check_unknown(struct hs__check *check, const struct hs__at *at, const struct hs_json *member,
	const struct hs_def_element *children, uint32_t count)
{
	struct hs_slice key = hs_json_key(member);
	struct nearest nearest = { .wanted = key, .distance = SIZE_MAX };
	if (check->issues->count > 1000) /* what is not listed anyway need not be made helpful */
		nearest.wanted = HS_S_NONE;
	else
		find_nearest(check, children, count, &nearest);
	struct hs_slice where = owner_path(check, at, children, count);
	if (nearest.distance <= 2 && nearest.distance < key.len)
		hs__check_fail(check, at, key, member, "structure",
			"%.*s has no element '%.*s'; did you mean '%s'?", HS_S_ARG(where),
			HS_S_ARG(hs_slice_first(key, NAME_MAX_BYTES)), nearest.name);
	else if (!fail_choice(check, at, member, children, count))
		hs__check_fail(check, at, key, member, "structure", "%.*s has no element '%.*s'; remove it",
			HS_S_ARG(where), HS_S_ARG(hs_slice_first(key, NAME_MAX_BYTES)));
}

void hs__check_code(struct hs__check *check, const struct hs__at *at, const struct hs_json *value,
	const struct hs_def_element *element)
{
	struct hs_slice codes[12];
	char list[300] = "";
	size_t used = 0;
	uint32_t count = hs_defs_codes(check->defs, element, codes, 12);
	for (uint32_t i = 0; i < count && i < 12 && used < sizeof(list) - 40; i++) {
		int len = snprintf(list + used, sizeof(list) - used, "%s%.*s", i ? ", " : "",
			HS_S_ARG(hs_slice_first(codes[i], 36)));
		used += len > 0 ? (size_t)len : 0;
	}
	hs__check_fail(check, at, HS_S_NONE, value, "code-invalid",
		"the code '%.*s' is not allowed here; use one of: %s%s",
		HS_S_ARG(hs_slice_first(hs_json_text(value), NAME_MAX_BYTES)), list,
		count > 12 ? ", ..." : "");
}
