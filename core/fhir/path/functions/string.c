/* SPDX-License-Identifier: Apache-2.0 */
/* String functions (FHIRPath section 5.6). Positions and lengths count Unicode characters, not bytes. */
#include <core/fhir/path/functions/functions.h>
#include <core/fhir/path/values/regex.h>

#include <handslag/buf.h>

#define TEXT_LIMIT (1u << 20) /* bytes that one function may make */

static bool is_head(char c)
{
	return ((unsigned char)c & 0xC0) != 0x80;
}

static int64_t count_runes(struct hs_slice text)
{
	int64_t count = 0;
	for (size_t i = 0; i < text.len; i++) {
		count += is_head(text.ptr[i]);
	}
	return count;
}

/* The byte where character `index` starts; the length when there are not so many. */
static size_t rune_offset(struct hs_slice text, int64_t index)
{
	size_t at = 0;
	for (; at < text.len; at++) {
		if (is_head(text.ptr[at]) && index-- == 0) {
			break;
		}
	}
	return at;
}

static enum hs_status push_string(struct path_call *call, struct hs_slice text)
{
	return hs__path_push_text(call->run, call->out, HS_PATH_STRING, text.len ? text : HS_S(""));
}

static enum hs_status push_buf(struct path_call *call, const struct hs_buf *buf)
{
	return buf->overflow ? hs__path_full(call->run) : push_string(call, hs_slice(buf->ptr, buf->len));
}

/* The focus and the first argument, both strings; *there only when both are. */
static enum hs_status two_texts(struct path_call *call, struct hs_slice *focus, struct hs_slice *argument,
	bool *there)
{
	bool given;
	enum hs_status status = hs__path_focus_text(call, focus, there);
	if (!status) {
		status = hs__path_arg_text(call, 0, argument, &given);
	}
	if (!status) {
		*there = *there && given;
	}
	return status;
}

enum hs_status hs__path_fn_index_of(struct path_call *call)
{
	struct hs_slice text, part;
	bool there;
	enum hs_status status = two_texts(call, &text, &part, &there);
	if (status || !there) {
		return status;
	}
	size_t at = hs_slice_search(text, part);
	return hs__path_push_integer(call->run, call->out,
		at == SIZE_MAX ? -1 : count_runes(hs_slice_first(text, at)));
}

enum hs_status hs__path_fn_last_index_of(struct path_call *call)
{
	struct hs_slice text, part;
	bool there;
	enum hs_status status = two_texts(call, &text, &part, &there);
	if (status || !there) {
		return status;
	}
	int64_t found = -1;
	for (size_t at = text.len + 1; at > 0 && found < 0; at--) {
		if (hs_slice_starts(hs_slice(text.ptr + at - 1, text.len - (at - 1)), part)) {
			found = count_runes(hs_slice_first(text, at - 1));
		}
	}
	return hs__path_push_integer(call->run, call->out, found);
}

enum hs_status hs__path_fn_substring(struct path_call *call)
{
	struct hs_slice text;
	int64_t start, length = INT64_MAX;
	bool there, given, limited = true;
	enum hs_status status = hs__path_focus_text(call, &text, &there);
	if (!status) {
		status = hs__path_arg_integer(call, 0, &start, &given);
	}
	if (!status && call->node->count == 2) {
		status = hs__path_arg_integer(call, 1, &length, &limited);
	}
	if (status || !there || !given || start < 0 || start >= count_runes(text)) {
		return status;
	}
	length = limited ? length : INT64_MAX;
	struct hs_slice rest = hs_slice_from(text, rune_offset(text, start));
	size_t end = length <= 0 ? 0 : length > (int64_t)rest.len ? rest.len : rune_offset(rest, length);
	return push_string(call, hs_slice_first(rest, end));
}

/* The answer of a function that asks something of a text, when the text or what is looked for is not there.
 */
static enum hs_status push_unasked(struct path_call *call, enum hs_status status)
{
	return status || !call->run->context->nothing_is_no ?
		status :
		hs__path_push_boolean(call->run, call->out, false);
}

typedef bool two_operands(struct hs_slice text, struct hs_slice part);

static enum hs_status ask(struct path_call *call, two_operands *holds)
{
	struct hs_slice text, part;
	bool there;
	enum hs_status status = two_texts(call, &text, &part, &there);
	return status || !there ? push_unasked(call, status) :
				  hs__path_push_boolean(call->run, call->out, holds(text, part));
}

static bool starts(struct hs_slice text, struct hs_slice part)
{
	return hs_slice_starts(text, part);
}

static bool ends(struct hs_slice text, struct hs_slice part)
{
	return hs_slice_ends(text, part);
}

static bool has(struct hs_slice text, struct hs_slice part)
{
	return part.len == 0 || hs_slice_search(text, part) != SIZE_MAX;
}

enum hs_status hs__path_fn_starts_with(struct path_call *call)
{
	return ask(call, starts);
}

enum hs_status hs__path_fn_ends_with(struct path_call *call)
{
	return ask(call, ends);
}

enum hs_status hs__path_fn_contains(struct path_call *call)
{
	return ask(call, has);
}

static enum hs_status change_case(struct path_call *call, bool upper)
{
	struct hs_slice text;
	bool there;
	enum hs_status status = hs__path_focus_text(call, &text, &there);
	if (status || !there) {
		return status;
	}
	return hs__path_recase(call->run->arena, text, upper, &text) ? push_string(call, text) :
								       hs__path_full(call->run);
}

enum hs_status hs__path_fn_upper(struct path_call *call)
{
	return change_case(call, true);
}

enum hs_status hs__path_fn_lower(struct path_call *call)
{
	return change_case(call, false);
}

static void replace_text(struct hs_buf *buf, struct hs_slice text, struct hs_slice pattern,
	struct hs_slice by)
{
	while (pattern.len) {
		size_t at = hs_slice_search(text, pattern);
		if (at == SIZE_MAX || buf->overflow) {
			hs_buf_add(buf, text);
			return;
		}
		hs_buf_add(buf, hs_slice_first(text, at));
		hs_buf_add(buf, by);
		text = hs_slice_from(text, at + pattern.len);
	}
	/* The empty pattern is found before, between and behind all characters. */
	for (size_t i = 0; i < text.len; i++) {
		if (is_head(text.ptr[i])) {
			hs_buf_add(buf, by);
		}
		hs_buf_byte(buf, text.ptr[i]);
	}
	hs_buf_add(buf, by);
}

enum hs_status hs__path_fn_replace(struct path_call *call)
{
	struct hs_slice text, pattern, by;
	bool there, given;
	enum hs_status status = two_texts(call, &text, &pattern, &there);
	if (!status) {
		status = hs__path_arg_text(call, 1, &by, &given);
	}
	if (status || !there || !given) {
		return status;
	}
	struct hs_buf buf;
	hs_buf_init(&buf, call->run->arena, TEXT_LIMIT);
	replace_text(&buf, text, pattern, by);
	return push_buf(call, &buf);
}

/* The pattern of the call, compiled; *there false when it is empty. `flags` is the argument of that index. */
static enum hs_status regex_of(struct path_call *call, unsigned flags_index, const void **out, bool *there)
{
	struct hs_slice pattern, flags = HS_S_NONE;
	bool flagged;
	*there = true;
	if (call->node->u.regex) {
		*out = call->node->u.regex;
		return HS_OK;
	}
	enum hs_status status = hs__path_arg_text(call, 0, &pattern, there);
	if (!status && flags_index < call->node->count) {
		status = hs__path_arg_text(call, flags_index, &flags, &flagged);
	}
	if (status || !*there) {
		return status;
	}
	for (size_t i = 0; i < flags.len; i++) {
		if (flags.ptr[i] != 'i' && flags.ptr[i] != 'm') {
			return hs__path_fault(call->run, call->node,
				"the flags of a regular expression are i and m, not \"%c\"", flags.ptr[i]);
		}
	}
	*out = hs__path_regex(call->run->arena, pattern, flags, call->node->function == PATH_FN_matches_full);
	if (!*out && hs_arena_full(call->run->arena)) {
		return hs__path_full(call->run);
	}
	if (!*out) {
		return hs__path_fault(call->run, call->node, "this is not a regular expression: %.*s",
			pattern.len > 100 ? 100 : (int)pattern.len, pattern.ptr);
	}
	return HS_OK;
}

enum hs_status hs__path_fn_matches(struct path_call *call)
{
	struct hs_slice text;
	const void *regex = NULL;
	bool there, given, result;
	enum hs_status status = hs__path_focus_text(call, &text, &there);
	if (!status) {
		status = regex_of(call, 1, &regex, &given);
	}
	if (status || !there || !given) {
		return push_unasked(call, status);
	}
	status = hs__path_regex_match(regex, text, &result, call->run->err);
	return status ? status : hs__path_push_boolean(call->run, call->out, result);
}

enum hs_status hs__path_fn_matches_full(struct path_call *call)
{
	return hs__path_fn_matches(call);
}

enum hs_status hs__path_fn_replace_matches(struct path_call *call)
{
	struct hs_slice text, by, result, pattern;
	const void *regex = NULL;
	bool there, given, some;
	enum hs_status status = two_texts(call, &text, &pattern, &there);
	if (!status) {
		status = hs__path_arg_text(call, 1, &by, &given);
	}
	if (status || !there || !given) {
		return status;
	}
	if (pattern.len == 0) {
		return push_string(call, text);
	}
	status = regex_of(call, 2, &regex, &some);
	if (!status) {
		status = hs__path_regex_replace(call->run->arena, regex, text, by, &result, call->run->err);
	}
	return status ? status : push_string(call, result);
}

enum hs_status hs__path_fn_length(struct path_call *call)
{
	struct hs_slice text;
	bool there;
	enum hs_status status = hs__path_focus_text(call, &text, &there);
	return status || !there ? status : hs__path_push_integer(call->run, call->out, count_runes(text));
}

enum hs_status hs__path_fn_to_chars(struct path_call *call)
{
	struct hs_slice text;
	bool there;
	enum hs_status status = hs__path_focus_text(call, &text, &there);
	for (size_t at = 0; !status && there && at < text.len;) {
		size_t end = at + 1;
		while (end < text.len && !is_head(text.ptr[end])) {
			end++;
		}
		status = push_string(call, hs_slice(text.ptr + at, end - at));
		at = end;
	}
	return status;
}

enum hs_status hs__path_fn_trim(struct path_call *call)
{
	struct hs_slice text;
	bool there;
	enum hs_status status = hs__path_focus_text(call, &text, &there);
	return status || !there ? status : push_string(call, hs_slice_trim(text));
}

enum hs_status hs__path_fn_split(struct path_call *call)
{
	struct hs_slice text, separator;
	bool there;
	enum hs_status status = two_texts(call, &text, &separator, &there);
	if (status || !there) {
		return status;
	}
	if (separator.len == 0) {
		return hs__path_fn_to_chars(call);
	}
	for (;;) {
		size_t at = hs_slice_search(text, separator);
		status = push_string(call, hs_slice_first(text, at));
		if (status || at == SIZE_MAX) {
			return status;
		}
		text = hs_slice_from(text, at + separator.len);
	}
}

enum hs_status hs__path_fn_join(struct path_call *call)
{
	struct hs_slice separator = HS_S_NONE;
	bool given;
	enum hs_status status = hs__path_arg_text(call, 0, &separator, &given);
	if (status || call->focus->count == 0) {
		return status;
	}
	struct hs_buf buf;
	hs_buf_init(&buf, call->run->arena, TEXT_LIMIT);
	for (uint32_t i = 0; i < call->focus->count; i++) {
		if (!hs__path_is_text(&call->focus->items[i])) {
			return hs__path_fault(call->run, call->node, "join() takes strings");
		}
		hs_buf_add(&buf, i ? separator : HS_S_NONE);
		hs_buf_add(&buf, call->focus->items[i].text);
	}
	return push_buf(call, &buf);
}
