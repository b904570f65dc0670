/* SPDX-License-Identifier: Apache-2.0 */
/* Structured log lines: one JSON object a line on standard error, or short text for a terminal. Lines are
 * made in a fixed buffer and written with one write; library code returns errors and does not log. */
#pragma once

#include <handslag/slice.h>

enum hs_log_level { HS_LOG_DEBUG, HS_LOG_INFO, HS_LOG_WARN, HS_LOG_ERROR };

struct hs_log_field {
	const char *name;     /* NULL ends the list */
	struct hs_slice text; /* used when `number` is not */
	int64_t number;
	bool is_number;
};
#define HS_LOG_TEXT(name, slice) \
	{ \
		(name), (slice), 0, false \
	}
#define HS_LOG_NUM(name, value) \
	{ \
		(name), { NULL, 0 }, (int64_t)(value), true \
	}
#define HS_LOG_END \
	{ \
		NULL, { NULL, 0 }, 0, false \
	}

/* Thread-safe. `event` is a stable short name such as "request" or "store.open". */
void hs_log(enum hs_log_level level, const char *event, const struct hs_log_field *fields);
/* printf form for start-up and shut-down messages. */
void hs_log_text(enum hs_log_level level, const char *event, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
void hs_log_configure(enum hs_log_level least, bool json, int fd);
bool hs_log_enabled(enum hs_log_level level);
