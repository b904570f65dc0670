/* SPDX-License-Identifier: Apache-2.0 */
/* A service's settings: from the configuration (or the default) into its state, by offset. */
#include <cjson/cJSON.h>
#include <core/host/host_private.h>
#include <core/host/request/value.h>

/* "enabled" and "file" are the host's. */
static enum hs_status refuse_unknown(const struct hs_service *plug, const cJSON *values,
	struct hs_arena *arena, struct hs_error *err)
{
	size_t most = 2, count = 0;
	const cJSON *member = NULL;

	for (const struct hs_setting *s = plug->settings; s && s->name; s++)
		most++;
	const char **names = hs_arena_alloc(arena, (most + 1) * sizeof(*names)); /* ends with NULL */
	if (!names)
		return hs_fail(err, HS_E_LIMIT, "services.%s has too many settings", plug->name);
	names[count++] = "enabled";
	names[count++] = "file";
	for (const struct hs_setting *s = plug->settings; s && s->name; s++)
		names[count++] = s->name;
	cJSON_ArrayForEach(member, values)
	{
		size_t i = 0;
		while (names[i] && strcmp(names[i], member->string) != 0)
			i++;
		if (names[i])
			continue;
		char what[80];
		snprintf(what, sizeof(what), "services.%.60s", plug->name);
		return hs__value_unknown(what, "setting", member->string, names, err);
	}
	return HS_OK;
}

enum hs_status hs__settings_fill(const struct hs_service *plug, void *state, const void *values,
	struct hs_arena *arena, struct hs_error *err)
{
	enum hs_status status = refuse_unknown(plug, values, arena, err);

	for (const struct hs_setting *s = plug->settings; s && s->name && status == HS_OK; s++) {
		const cJSON *value = cJSON_GetObjectItemCaseSensitive(values, s->name);
		const struct hs__value setting = { s->name, s->type, INT64_MIN, INT64_MAX,
			(char *)state + s->offset };
		status = value ? hs__value_read(&setting, value, arena, err) :
				 hs__value_set(&setting, s->initial ? s->initial : "", arena, err);
		if (status) {
			char text[sizeof(err->text)];
			memcpy(text, err->text, sizeof(text));
			hs_fail(err, status, "services.%s: %s", plug->name, text);
		}
	}
	return status;
}
