/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines, made in a fixed buffer and written with one write(2), so that lines of threads never mix. */
#include <core/base/log.h>

#include <core/base/world.h>
#include <handslag/time.h>

#include <errno.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stdio.h>
#include <unistd.h>

/* A pipe takes up to this in one piece (PIPE_BUF). */
#define LINE_MAX_BYTES 4096
#define TAIL 8 /* kept free for what ends a line */

static atomic_int least_level = HS_LOG_INFO;
static atomic_bool as_json = true;
static atomic_int to_fd = STDERR_FILENO;

static const char *const level_names[] = { "debug", "info", "warn", "error" };

void hs_log_configure(enum hs_log_level least, bool json, int fd)
{
	atomic_store(&least_level, (int)least);
	atomic_store(&as_json, json);
	atomic_store(&to_fd, fd);
}

bool hs_log_enabled(enum hs_log_level level)
{
	return (int)level >= atomic_load_explicit(&least_level, memory_order_relaxed);
}

struct line {
	char text[LINE_MAX_BYTES];
	size_t len;
};

static size_t room_of(const struct line *line)
{
	size_t most = sizeof(line->text) - TAIL;
	return line->len < most ? most - line->len : 0;
}

static void put(struct line *line, const char *text, size_t len)
{
	size_t room = room_of(line);
	if (len > room)
		len = room;
	memcpy(line->text + line->len, text, len);
	line->len += len;
}

static void put_cstr(struct line *line, const char *text)
{
	put(line, text, strlen(text));
}

/* Bytes of the UTF-8 sequence at `at`; 0 when it is none or was cut. Texts may come from a request line. */
static size_t sequence(struct hs_slice text, size_t at)
{
	unsigned char c = (unsigned char)text.ptr[at];
	size_t size = c < 0x80 ? 1 : c < 0xC2 ? 0 : c < 0xE0 ? 2 : c < 0xF0 ? 3 : c < 0xF5 ? 4 : 0;
	if (size > text.len - at)
		return 0;
	for (size_t i = 1; i < size; i++)
		if (((unsigned char)text.ptr[at + i] & 0xC0) != 0x80)
			return 0;
	return size;
}

/* Whole escapes and whole characters only: a text that is too long ends between two. */
static void put_escaped(struct line *line, struct hs_slice text, bool json)
{
	char escape[7];
	for (size_t i = 0; i < text.len;) {
		unsigned char c = (unsigned char)text.ptr[i];
		size_t size = sequence(text, i);
		bool special = c < 0x20 || c == 0x7F || (json && (c == '"' || c == '\\'));
		if (room_of(line) < (special ? 6 : size ? size : 1))
			return;
		if (special) {
			snprintf(escape, sizeof(escape), "\\u%04x", c);
			put(line, escape, 6);
		} else {
			put(line, size ? text.ptr + i : "?", size ? size : 1);
		}
		i += size ? size : 1;
	}
}

static void put_field(struct line *line, const struct hs_log_field *field, bool json)
{
	char number[24];
	/* A field that would be cut to nothing is left out, so that the line stays JSON. */
	if (room_of(line) < strlen(field->name) + 32)
		return;
	put_cstr(line, json ? ",\"" : " ");
	if (json || strcmp(field->name, "text") != 0) {
		put_cstr(line, field->name);
		put_cstr(line, json ? "\":" : "=");
	}
	if (field->is_number) {
		snprintf(number, sizeof(number), "%lld", (long long)field->number);
		put_cstr(line, number);
		return;
	}
	if (json)
		put_cstr(line, "\"");
	put_escaped(line, field->text, json);
	/* This quote has its place in TAIL: the text before it may have filled the line. */
	if (json)
		line->text[line->len++] = '"';
}

static void put_head(struct line *line, enum hs_log_level level, const char *event, bool json)
{
	char now[HS_INSTANT_LEN + 1];
	const struct hs_world *world = hs_world_real();
	hs_time_instant(world->wall_ms(world->ctx), now);
	if (json) {
		put_cstr(line, "{\"time\":\"");
		put_cstr(line, now);
		put_cstr(line, "\",\"level\":\"");
		put_cstr(line, level_names[level]);
		put_cstr(line, "\",\"event\":\"");
		put_escaped(line, hs_slice_cstr(event), true);
		put_cstr(line, "\"");
	} else {
		put(line, now + 11, 12); /* the time of day */
		put_cstr(line, level >= HS_LOG_WARN ? (level == HS_LOG_WARN ? " warning " : " error ") : " ");
		put_cstr(line, event);
	}
}

static void write_line(const struct line *line)
{
	int fd = atomic_load(&to_fd);
	size_t done = 0;
	while (done < line->len) {
		ssize_t count = write(fd, line->text + done, line->len - done);
		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			return; /* nowhere to say it */
		done += (size_t)count;
	}
}

void hs_log(enum hs_log_level level, const char *event, const struct hs_log_field *fields)
{
	struct line line;
	if (!hs_log_enabled(level))
		return;
	bool json = atomic_load_explicit(&as_json, memory_order_relaxed);
	line.len = 0;
	put_head(&line, level, event, json);
	for (; fields && fields->name; fields++)
		put_field(&line, fields, json);
	/* What ends the line has its place in TAIL. */
	memcpy(line.text + line.len, json ? "}\n" : "\n", json ? 2 : 1);
	line.len += json ? 2 : 1;
	write_line(&line);
}

void hs_log_text(enum hs_log_level level, const char *event, const char *format, ...)
{
	char text[1024];
	va_list args;
	if (!hs_log_enabled(level))
		return;
	va_start(args, format);
	int len = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	size_t kept = len < 0 ? 0 : (size_t)len < sizeof(text) ? (size_t)len : sizeof(text) - 1;
	const struct hs_log_field fields[] = { HS_LOG_TEXT("text", hs_slice(text, kept)), HS_LOG_END };
	hs_log(level, event, fields);
}
