/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions over PCRE2. */
#define PCRE2_CODE_UNIT_WIDTH 8
#include <core/fhir/path/values/regex.h>

#include <handslag/buf.h>
#include <handslag/coding.h>
#include <pcre2.h>

#define MATCH_LIMIT 1000000u /* PCRE2's internal steps of one match */
#define DEPTH_LIMIT 1000u
#define HEAP_LIMIT 16384u     /* kibibytes */
#define TEXT_LIMIT (1u << 20) /* bytes that a replacement may make */

/* A pattern with the limits of its matches; never changed, so that threads share it. */
struct regex {
	pcre2_code *code;
	pcre2_match_context *limits;
};

static void free_regex(void *arg)
{
	struct regex *regex = arg;
	pcre2_match_context_free(regex->limits);
	pcre2_code_free(regex->code);
}

/* \uXXXX, as Java and JavaScript write a character, in the words of PCRE2. False: the arena is full. */
static bool read_unicode(struct hs_arena *arena, struct hs_slice *pattern)
{
	struct hs_buf out;
	if (hs_slice_search(*pattern, HS_S("\\u")) == SIZE_MAX) {
		return true;
	}
	hs_buf_init(&out, arena, TEXT_LIMIT);
	for (size_t i = 0; i < pattern->len; i++) {
		struct hs_slice rest = hs_slice_from(*pattern, i);
		size_t digits = 0;
		while (hs_slice_starts(rest, HS_S("\\u")) && digits < 4 && digits + 2 < rest.len &&
			hs_hex_digit(rest.ptr[digits + 2]) >= 0) {
			digits++;
		}
		bool escaped = rest.ptr[0] == '\\' && rest.len > 1;
		if (digits == 4) {
			hs_buf_printf(&out, "\\x{%.4s}", rest.ptr + 2);
		} else {
			hs_buf_add(&out, hs_slice_first(rest, 1 + escaped));
		}
		i += digits == 4 ? 5 : escaped;
	}
	*pattern = hs_buf_slice(&out);
	return !out.overflow;
}

void *hs__path_regex(struct hs_arena *arena, struct hs_slice pattern, struct hs_slice flags, bool full)
{
	/* Text was checked as UTF-8 by the JSON reader; an expression is checked here. */
	uint32_t options = PCRE2_UTF | PCRE2_DOTALL | PCRE2_NEVER_BACKSLASH_C;
	int code;
	PCRE2_SIZE offset;
	if (hs_slice_find(flags, 'i', 0) != SIZE_MAX) {
		options |= PCRE2_CASELESS;
	}
	if (hs_slice_find(flags, 'm', 0) != SIZE_MAX) {
		options |= PCRE2_MULTILINE;
	}
	if (full) {
		options |= PCRE2_ANCHORED | PCRE2_ENDANCHORED;
	}
	struct regex *regex = hs_arena_alloc(arena, sizeof(*regex));
	if (!regex || !read_unicode(arena, &pattern) || !hs_arena_defer(arena, free_regex, regex)) {
		return NULL;
	}
	regex->limits = pcre2_match_context_create(NULL);
	regex->code = pcre2_compile((PCRE2_SPTR)(pattern.len ? pattern.ptr : ""), pattern.len, options, &code,
		&offset, NULL);
	if (!regex->limits || !regex->code) {
		return NULL;
	}
	pcre2_set_match_limit(regex->limits, MATCH_LIMIT);
	pcre2_set_depth_limit(regex->limits, DEPTH_LIMIT);
	pcre2_set_heap_limit(regex->limits, HEAP_LIMIT);
	return regex;
}

void hs__path_regex_hasten(void *regex)
{
	const struct regex *slow = regex;
	/* Where memory may not be made executable it stays as it is. */
	(void)pcre2_jit_compile(slow->code, PCRE2_JIT_COMPLETE);
}

static enum hs_status complain(int code, struct hs_error *err)
{
	if (code == PCRE2_ERROR_MATCHLIMIT || code == PCRE2_ERROR_DEPTHLIMIT ||
		code == PCRE2_ERROR_HEAPLIMIT) {
		return hs_fail(err, HS_E_TOO_COSTLY,
			"the regular expression takes too many steps on this text");
	}
	return hs_fail(err, HS_E_PROCESSING, "the regular expression cannot be applied to this text");
}

static int match(const struct regex *regex, struct hs_slice text, size_t at, pcre2_match_data *data)
{
	PCRE2_SPTR start = (PCRE2_SPTR)(text.len ? text.ptr : "");
	if (!data) {
		return PCRE2_ERROR_NOMEMORY;
	}
	int count = pcre2_match(regex->code, start, text.len, at, 0, data, regex->limits);
	/* Machine code has little stack; the interpreter has its own limits. */
	return count == PCRE2_ERROR_JIT_STACKLIMIT ?
		pcre2_match(regex->code, start, text.len, at, PCRE2_NO_JIT, data, regex->limits) :
		count;
}

enum hs_status hs__path_regex_match(const void *regex, struct hs_slice text, bool *out, struct hs_error *err)
{
	pcre2_match_data *data = pcre2_match_data_create(1, NULL);
	int count = match(regex, text, 0, data);
	pcre2_match_data_free(data);
	if (count < 0 && count != PCRE2_ERROR_NOMATCH) {
		return complain(count, err);
	}
	*out = count >= 0;
	return HS_OK;
}

/* ---- replacement ---- */

struct replacement {
	const struct regex *regex;
	pcre2_match_data *data;
	struct hs_slice text;
	struct hs_slice substitution;
	int count;
	struct hs_buf out;
};

static void add_group(struct replacement *r, int group)
{
	const PCRE2_SIZE *place = pcre2_get_ovector_pointer(r->data);
	if (group >= 0 && group < r->count && place[(size_t)group * 2] != PCRE2_UNSET) {
		hs_buf_add(&r->out,
			hs_slice(r->text.ptr + place[(size_t)group * 2],
				place[(size_t)group * 2 + 1] - place[(size_t)group * 2]));
	}
}

/* ${name} or ${number} at `at`; returns the bytes taken, 0 when it is not one. */
static size_t add_named(struct replacement *r, size_t at)
{
	size_t end = hs_slice_find(r->substitution, '}', at);
	char name[33];
	if (end == SIZE_MAX || end - at < 3 || end - at - 2 >= sizeof(name)) {
		return 0;
	}
	struct hs_slice text = hs_slice(r->substitution.ptr + at + 2, end - at - 2);
	uint64_t number;
	memcpy(name, text.ptr, text.len);
	name[text.len] = '\0';
	int group = hs_slice_u64(text, &number) && number < 1000 ?
		(int)number :
		pcre2_substring_number_from_name(r->regex->code, (PCRE2_SPTR)name);
	add_group(r, group);
	return end + 1 - at;
}

static void add_substitution(struct replacement *r)
{
	struct hs_slice s = r->substitution;
	for (size_t i = 0; i < s.len; i++) {
		char next = i + 1 < s.len ? s.ptr[i + 1] : '\0';
		bool sign = s.ptr[i] == '$' || s.ptr[i] == '\\';
		size_t named = s.ptr[i] == '$' && next == '{' ? add_named(r, i) : 0;
		if (named) {
			i += named - 1;
		} else if (sign && next >= '0' && next <= '9') {
			add_group(r, next - '0');
			i++;
		} else if (sign && (next == '$' || next == '\\')) {
			hs_buf_byte(&r->out, next);
			i++;
		} else {
			hs_buf_byte(&r->out, s.ptr[i]);
		}
	}
}

/* The bytes of the character at `at`. */
static size_t rune_length(struct hs_slice text, size_t at)
{
	size_t end = at + 1;
	while (end < text.len && ((unsigned char)text.ptr[end] & 0xC0) == 0x80) {
		end++;
	}
	return end - at;
}

static enum hs_status replace_all(struct replacement *r, struct hs_error *err)
{
	size_t at = 0;
	while (at <= r->text.len) {
		r->count = match(r->regex, r->text, at, r->data);
		if (r->count == PCRE2_ERROR_NOMATCH) {
			break;
		}
		if (r->count < 0) {
			return complain(r->count, err);
		}
		const PCRE2_SIZE *place = pcre2_get_ovector_pointer(r->data);
		size_t start = place[0], end = place[1];
		if (start < at || end < start) {
			break; /* \K can put the start behind the end */
		}
		hs_buf_add(&r->out, hs_slice(r->text.ptr + at, start - at));
		add_substitution(r);
		at = end;
		if (end == start) {
			size_t step = at < r->text.len ? rune_length(r->text, at) : 1;
			if (at < r->text.len) {
				hs_buf_add(&r->out, hs_slice(r->text.ptr + at, step));
			}
			at += step;
		}
		if (r->out.overflow) {
			return hs_fail(err, HS_E_LIMIT, "the replaced text is too large");
		}
	}
	hs_buf_add(&r->out, hs_slice_from(r->text, at));
	return r->out.overflow ? hs_fail(err, HS_E_LIMIT, "the replaced text is too large") : HS_OK;
}

enum hs_status hs__path_regex_replace(struct hs_arena *arena, const void *regex, struct hs_slice text,
	struct hs_slice substitution, struct hs_slice *out, struct hs_error *err)
{
	struct replacement r = { .regex = regex, .text = text, .substitution = substitution };
	r.data = pcre2_match_data_create_from_pattern(r.regex->code, NULL);
	hs_buf_init(&r.out, arena, TEXT_LIMIT);
	enum hs_status status = r.data ? replace_all(&r, err) : complain(PCRE2_ERROR_NOMEMORY, err);
	pcre2_match_data_free(r.data);
	if (!status) {
		*out = r.out.len ? hs_slice(r.out.ptr, r.out.len) : HS_S("");
	}
	return status;
}
