/* SPDX-License-Identifier: Apache-2.0 */
/* Puts slips of JSON texts right, one after the other, and parses again after each.
 *
 * What must go becomes blank, so that all that follows stays in its place. What must be added moves what
 * follows, and where it was added is kept, so that places are told as the source has them. */
#include <core/json/mend.h>

#include <core/json/parser.h>
#include <core/json/scan.h>

#define WORK_MAX ((size_t)1 << 28) /* bytes that are parsed again and again */
#define ADDED_MAX (2 * (size_t)HS_JSON_SLIPS_MAX)

struct mending {
	struct hs_arena *arena;
	char *text; /* a copy to be changed, with room for what is added; NULL before the first slip */
	size_t len;
	size_t *added;
	struct hs_json_mended *out;
};

/* ---- bytes around a place ---- */

static char byte_at(const struct mending *m, size_t at)
{
	return at < m->len ? m->text[at] : '\0';
}

static bool is_number_start(char c)
{
	return c == '-' || (c >= '0' && c <= '9');
}

static bool is_word(char c)
{
	return (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' ||
		c == '-' || c == '.' || c == '$';
}

/* The byte before `at` that is no white space, or SIZE_MAX. */
static size_t before(const struct mending *m, size_t at)
{
	while (at && hs__json_is_blank(m->text[at - 1]))
		at--;
	return at ? at - 1 : SIZE_MAX;
}

/* Makes blanks of [at, end), but keeps lines. */
static bool blank(struct mending *m, size_t at, size_t end)
{
	for (; at < end; at++)
		if (m->text[at] != '\n' && m->text[at] != '\r')
			m->text[at] = ' ';
	return true;
}

static bool put(struct mending *m, size_t at, char c)
{
	m->text[at] = c;
	return true;
}

/* ---- the mends; each says whether it could ---- */

static bool mend_comment(struct mending *m, size_t at)
{
	bool block = byte_at(m, at) == '/' && byte_at(m, at + 1) == '*';
	bool line = byte_at(m, at) == '#' || (byte_at(m, at) == '/' && byte_at(m, at + 1) == '/');
	size_t end = at + 2;
	if (!block && !line)
		return false;
	while (end < m->len && (line ? m->text[end] != '\n' : m->text[end - 1] != '*' || m->text[end] != '/'))
		end++;
	return blank(m, at, line || end >= m->len ? (end < m->len ? end : m->len) : end + 1);
}

/* Slips come in the order of the text, so what is added comes behind all that was added before. */
static bool insert(struct mending *m, size_t at, char c)
{
	memmove(m->text + at + 1, m->text + at, m->len - at);
	m->added[m->out->added_count++] = at;
	m->len++;
	return put(m, at, c);
}

static bool mend_quotes(struct mending *m, size_t at, size_t end)
{
	return insert(m, at, '"') && insert(m, end + 1, '"');
}

static size_t word_end(const struct mending *m, size_t at)
{
	while (at < m->len && is_word(m->text[at]))
		at++;
	return at;
}

static bool mend_name(struct mending *m, size_t at)
{
	size_t end = word_end(m, at);
	return end > at && mend_quotes(m, at, end);
}

static bool mend_word(struct mending *m, size_t at)
{
	static const struct {
		const char *written, *meant;
	} words[] = { { "true", "true" }, { "false", "false" }, { "null", "null" }, { "none", "null" } };
	size_t end = word_end(m, at);
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (hs_slice_ieq(hs_slice(m->text + at, end - at), hs_slice_cstr(words[i].written))) {
			memcpy(m->text + at, words[i].meant, end - at);
			return true;
		}
	return end > at && mend_quotes(m, at, end);
}

/* Strings of JavaScript and Python; one with a quote of either kind within is left alone. */
static bool mend_single_quotes(struct mending *m, size_t at)
{
	size_t end = at + 1;
	while (end < m->len && !strchr("'\"\\\n", m->text[end]))
		end++;
	if (byte_at(m, end) != '\'')
		return false;
	return put(m, at, '"') && put(m, end, '"');
}

/* A comma too many: the one at `at`, or the one that stands before the end of the container at `at`. */
static bool mend_comma(struct mending *m, size_t at)
{
	size_t last = before(m, at);
	char c = byte_at(m, at);
	if (last == SIZE_MAX)
		return false;
	if (c == ',' && (m->text[last] == ',' || m->text[last] == '[' || m->text[last] == '{'))
		return put(m, at, ' ');
	return (c == ']' || c == '}') && m->text[last] == ',' && put(m, last, ' ');
}

static bool mend_number(struct mending *m, size_t at)
{
	size_t sign = byte_at(m, at) == '-';
	size_t end = at + sign;
	while (byte_at(m, end) == '0' && byte_at(m, end + 1) >= '0' && byte_at(m, end + 1) <= '9')
		end++;
	if (end == at + sign)
		return false;
	blank(m, at, end);
	return !sign || put(m, end - 1, '-');
}

static bool mend_value(struct mending *m, size_t at)
{
	char c = byte_at(m, at);
	if (c == '\'')
		return mend_single_quotes(m, at);
	if (c == '+' && is_number_start(byte_at(m, at + 1)))
		return put(m, at, ' ');
	if (c == '.')
		return insert(m, at, '0');
	return mend_comma(m, at) || mend_word(m, at);
}

/* Where a comma must be: a wrong sign in its place, or what follows. */
static bool mend_next(struct mending *m, size_t at)
{
	char c = byte_at(m, at);
	if (c == ';')
		return put(m, at, ',');
	bool value = c == '"' || c == '\'' || c == '{' || c == '[' || is_word(c);
	return value && insert(m, at, ',');
}

static bool mend_colon(struct mending *m, size_t at)
{
	char c = byte_at(m, at);
	if (c == ';')
		return put(m, at, ':');
	if (c == '=')
		return put(m, at, ':') && (byte_at(m, at + 1) != '>' || put(m, at + 1, ' '));
	bool value = c == '"' || c == '\'' || c == '{' || c == '[' || is_word(c);
	return value && insert(m, at, ':');
}

static bool mend(struct mending *m, const struct hs__json_parser *parser)
{
	size_t at = parser->fault ? (size_t)(parser->fault - parser->text.ptr) : SIZE_MAX;
	if (at >= m->len)
		return false;
	if (parser->wanted == HS__JSON_CONTROL)
		return m->text[at] == '\t' && put(m, at, ' ');
	if (parser->wanted == HS__JSON_ESCAPE)
		return insert(m, at, '\\');
	if (parser->wanted != HS__JSON_OTHER && mend_comment(m, at))
		return true;
	switch (parser->wanted) {
	case HS__JSON_VALUE:
		return mend_value(m, at);
	case HS__JSON_NUMBER:
		return mend_number(m, at);
	case HS__JSON_NAME:
		return m->text[at] == '\'' ? mend_single_quotes(m, at) :
					     mend_comma(m, at) || mend_name(m, at);
	case HS__JSON_COLON:
		return mend_colon(m, at);
	case HS__JSON_NEXT:
		return mend_next(m, at);
	case HS__JSON_END:
		return blank(m, at, m->len);
	default:
		return false;
	}
}

/* ---- the whole ---- */

static bool add_slip(struct mending *m, const struct hs_error *error, size_t offset)
{
	struct hs_json_mended *out = m->out;
	struct hs_json_slip *slip = out->slip_count < HS_JSON_SLIPS_MAX ?
		hs_arena_alloc(m->arena, sizeof(*slip)) :
		NULL;
	if (!slip)
		return false;
	*slip = (struct hs_json_slip) { .error = *error, .offset = offset };
	*(out->last ? &out->last->next : &out->first) = slip;
	out->last = slip;
	out->slip_count++;
	return true;
}

/* Of members with one name the first is kept: it is what a lookup finds. */
static enum hs_status drop_twice(struct mending *m, struct hs_json *value, struct hs__json_parser *parser)
{
	enum hs_status status = HS_OK;
	struct hs_json *member;
	while (value->type == HS_JSON_OBJECT && (member = hs__json_twice(value))) {
		hs__json_fail_twice(parser, member);
		if (!add_slip(m, parser->err, (size_t)(parser->fault - parser->text.ptr)))
			return parser->err->status;
		hs_json_remove(value, member);
	}
	HS_JSON_EACH(child, value)
		if (child->type >= HS_JSON_ARRAY && status == HS_OK)
			status = drop_twice(m, child, parser);
	return status;
}

static bool begin_mending(struct mending *m, struct hs__json_parser *parser)
{
	if (m->text)
		return true;
	m->text = hs_arena_raw(m->arena, m->len + ADDED_MAX);
	m->added = hs_arena_raw(m->arena, ADDED_MAX * sizeof(*m->added));
	if (!m->text || !m->added)
		return false;
	m->out->added = m->added;
	memcpy(m->text, parser->text.ptr, m->len);
	parser->fault = parser->fault ? m->text + (parser->fault - parser->text.ptr) : NULL;
	parser->text.ptr = m->text;
	return true;
}

enum hs_status hs_json_mend(struct hs_arena *arena, struct hs_slice text, struct hs_json_mended *out,
	struct hs_error *err)
{
	static const struct hs_json_limits any_names = { .flags = HS_JSON_ALLOW_DUPLICATES };
	struct mending m = { .arena = arena, .len = text.len, .out = out };
	struct hs_json *tree = NULL;
	enum hs_status status;
	*out = (struct hs_json_mended) { .text = text };
	for (size_t work = text.len;; work += text.len) {
		struct hs__json_parser parser = { .arena = arena, .text = out->text, .err = err };
		status = hs__json_run(&parser, &any_names, &tree);
		if (!status) {
			parser.text = out->text;
			status = drop_twice(&m, tree, &parser);
			break;
		}
		struct hs_error slip = *err;
		if (work > WORK_MAX || out->slip_count == HS_JSON_SLIPS_MAX || !begin_mending(&m, &parser) ||
			!mend(&m, &parser) || !add_slip(&m, &slip, (size_t)(parser.fault - m.text)))
			return status;
		out->text = hs_slice(m.text, m.len);
	}
	out->tree = status ? NULL : tree;
	return status;
}
