/* SPDX-License-Identifier: Apache-2.0 */
/* A service's settings: from the configuration (or the default) into its state, by offset. */
#include <cjson/cJSON.h>
#include <core/host/host_private.h>

#include <errno.h>
#include <stdlib.h>

static enum hs_status set_from_text(const struct hs_setting *setting, void *state, const char *text,
	struct hs_arena *arena, struct hs_error *err)
{
	char *member = (char *)state + setting->offset;
	char *end = NULL;
	long long value = 0;

	switch (setting->type) {
	case HS_SETTING_BOOL:
		if (strcmp(text, "true") != 0 && strcmp(text, "false") != 0)
			return hs_fail(err, HS_E_VALUE, "%s must be true or false", setting->name);
		*(bool *)(void *)member = text[0] == 't';
		return HS_OK;
	case HS_SETTING_INT:
		errno = 0;
		value = strtoll(text, &end, 10);
		if (errno || end == text || *end)
			return hs_fail(err, HS_E_VALUE, "%s must be a whole number, not \"%s\"",
				setting->name, text);
		*(int64_t *)(void *)member = value;
		return HS_OK;
	case HS_SETTING_TEXT:
		*(const char **)(void *)member = hs_arena_cstr(arena, hs_slice_cstr(text));
		return HS_OK;
	}
	return HS_OK;
}

static enum hs_status set_from_json(const struct hs_setting *setting, void *state, const cJSON *value,
	struct hs_arena *arena, struct hs_error *err)
{
	char number[32];

	if (setting->type == HS_SETTING_TEXT && cJSON_IsString(value))
		return set_from_text(setting, state, value->valuestring, arena, err);
	if (setting->type == HS_SETTING_BOOL && cJSON_IsBool(value))
		return set_from_text(setting, state, cJSON_IsTrue(value) ? "true" : "false", arena, err);
	if (setting->type == HS_SETTING_INT && cJSON_IsNumber(value)) {
		snprintf(number, sizeof(number), "%.17g", value->valuedouble);
		return set_from_text(setting, state, number, arena, err);
	}
	return hs_fail(err, HS_E_VALUE, "%s must be %s", setting->name,
		setting->type == HS_SETTING_TEXT         ? "a text" :
			setting->type == HS_SETTING_BOOL ? "true or false" :
							   "a whole number");
}

/* "enabled" and "file" are the host's. */
static enum hs_status refuse_unknown(const struct hs_service *plug, const cJSON *values, struct hs_error *err)
{
	const char *names[64] = { "enabled", "file" };
	size_t count = 2;
	const cJSON *member = NULL;

	for (const struct hs_setting *s = plug->settings; s && s->name && count < 63; s++)
		names[count++] = s->name;
	names[count] = NULL;
	cJSON_ArrayForEach(member, values)
	{
		size_t i = 0;
		while (names[i] && strcmp(names[i], member->string) != 0)
			i++;
		if (names[i])
			continue;
		const char *near = hs_suggest(member->string, names);
		return hs_fail(err, HS_E_NOT_SUPPORTED, "services.%s has no setting \"%s\"%s%s%s", plug->name,
			member->string, near ? "; did you mean \"" : "", near ? near : "", near ? "\"?" : "");
	}
	return HS_OK;
}

enum hs_status hs__settings_fill(const struct hs_service *plug, void *state, const void *values,
	struct hs_arena *arena, struct hs_error *err)
{
	enum hs_status status = refuse_unknown(plug, values, err);

	for (const struct hs_setting *s = plug->settings; s && s->name && status == HS_OK; s++) {
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(values, s->name);
		status = value ? set_from_json(s, state, value, arena, err) :
				 set_from_text(s, state, s->initial ? s->initial : "", arena, err);
		if (status) {
			char text[sizeof(err->text)];
			memcpy(text, err->text, sizeof(text));
			hs_fail(err, status, "services.%s: %s", plug->name, text);
		}
	}
	return status;
}
