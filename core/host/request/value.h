/* SPDX-License-Identifier: Apache-2.0 */
/* One named value of the configuration, the host's or a service's: from a text or a member of the file. */
#pragma once

#include <handslag/service.h>

struct hs__value {
	const char *name;
	enum hs_setting_type type;
	int64_t least, most; /* of a number */
	void *member;        /* bool, int64_t or const char *; texts are copied into the arena */
};

enum hs_status hs__value_set(const struct hs__value *value, const char *text, struct hs_arena *arena,
	struct hs_error *err);
/* `json`, a cJSON, must be of the value's type. */
enum hs_status hs__value_read(const struct hs__value *value, const void *json, struct hs_arena *arena,
	struct hs_error *err);
/* "WHAT has no KIND "NAME"", with the nearest of `names` (ends with NULL). */
enum hs_status hs__value_unknown(const char *what, const char *kind, const char *name,
	const char *const *names, struct hs_error *err);
