/* SPDX-License-Identifier: Apache-2.0 */
/* Values of the configuration: reading them, and what is said of those that are none. */
#include <core/base/nearest.h>
#include <core/host/request/value.h>

#include <core/host/host.h>

#include <cjson/cJSON.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

static enum hs_status set_int(const struct hs__value *value, const char *text, struct hs_error *err)
{
	char *end = NULL;
	bool all = value->least == INT64_MIN && value->most == INT64_MAX;

	errno = 0;
	long long number = strtoll(text, &end, 10);
	if (!errno && end != text && !*end && number >= value->least && number <= value->most) {
		*(int64_t *)value->member = number;
		return HS_OK;
	}
	if (all)
		return hs_fail(err, HS_E_VALUE, "%s must be a whole number, not \"%s\"", value->name, text);
	return hs_fail(err, HS_E_VALUE, "%s must be a whole number from %lld to %lld, not \"%s\"",
		value->name, (long long)value->least, (long long)value->most, text);
}

enum hs_status hs__value_set(const struct hs__value *value, const char *text, struct hs_arena *arena,
	struct hs_error *err)
{
	const char *copy = NULL;

	switch (value->type) {
	case HS_SETTING_BOOL:
		if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
			return hs_fail(err, HS_E_VALUE, "%s must be true or false, not \"%s\"", value->name,
				text);
		*(bool *)value->member = text[0] == 't';
		return HS_OK;
	case HS_SETTING_INT:
		return set_int(value, text, err);
	case HS_SETTING_TEXT:
		copy = hs_arena_cstr(arena, hs_slice_cstr(text));
		if (!copy)
			return hs_fail(err, HS_E_LIMIT, "%s is too long", value->name);
		*(const char **)value->member = copy;
		return HS_OK;
	}
	return HS_OK;
}

enum hs_status hs__value_read(const struct hs__value *value, const void *json, struct hs_arena *arena,
	struct hs_error *err)
{
	static const char *const wanted[] = { [HS_SETTING_BOOL] = "true or false",
		[HS_SETTING_INT] = "a whole number",
		[HS_SETTING_TEXT] = "a text" };
	const cJSON *item = json;
	char number[32];

	if (cJSON_IsRaw(item)) /* from the command line, which knows no types */
		return hs__value_set(value, item->valuestring, arena, err);
	if (value->type == HS_SETTING_TEXT && cJSON_IsString(item))
		return hs__value_set(value, item->valuestring, arena, err);
	if (value->type == HS_SETTING_BOOL && cJSON_IsBool(item))
		return hs__value_set(value, cJSON_IsTrue(item) ? "true" : "false", arena, err);
	if (value->type == HS_SETTING_INT && cJSON_IsNumber(item)) {
		snprintf(number, sizeof(number), "%.17g", item->valuedouble);
		return hs__value_set(value, number, arena, err);
	}
	return hs_fail(err, HS_E_VALUE, "%s must be %s", value->name, wanted[value->type]);
}

enum hs_status hs__value_unknown(const char *what, const char *kind, const char *name,
	const char *const *names, struct hs_error *err)
{
	const char *near = hs_suggest(name, names);

	return hs_fail(err, HS_E_NOT_SUPPORTED, "%s has no %s \"%s\"%s%s%s", what, kind, name,
		near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
}
