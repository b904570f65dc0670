/* SPDX-License-Identifier: Apache-2.0 */
/* What the report formats share: escaping, times, and the words for a failure. */
#include <conformance/evidence/report_private.h>

#include <handslag/coding.h>
#include <inttypes.h>

/* Length of the UTF-8 sequence at `at` that XML 1.0 may have, or 0. */
static size_t good_sequence(struct hs_slice text, size_t at)
{
	size_t size = hs_utf8_size(text.ptr + at, text.len - at);
	uint32_t code = size ? hs_utf8_point(text.ptr + at, size) : 0;
	bool control = code < 0x20 && code != '\t' && code != '\n' && code != '\r';

	return control || code == 0xfffe || code == 0xffff ? 0 : size;
}

void hs_report_escape(struct hs_buf *out, struct hs_slice text)
{
	for (size_t i = 0; i < text.len;) {
		size_t len = good_sequence(text, i);
		char c = text.ptr[i];
		if (!len)
			hs_buf_cstr(out, "\xef\xbf\xbd");
		else if (c == '<')
			hs_buf_cstr(out, "&lt;");
		else if (c == '>')
			hs_buf_cstr(out, "&gt;");
		else if (c == '&')
			hs_buf_cstr(out, "&amp;");
		else if (c == '"')
			hs_buf_cstr(out, "&quot;");
		else if (c == '\'')
			hs_buf_cstr(out, "&#39;");
		else
			hs_buf_add(out, hs_slice(text.ptr + i, len));
		i += len ? len : 1;
	}
}

void hs_report_utf8(struct hs_buf *out, struct hs_slice text)
{
	for (size_t i = 0; i < text.len;) {
		size_t len = good_sequence(text, i);
		hs_buf_add(out, len ? hs_slice(text.ptr + i, len) : HS_S("\xef\xbf\xbd"));
		i += len ? len : 1;
	}
}

void hs_report_escape_cut(struct hs_buf *out, struct hs_slice text, size_t max)
{
	size_t end = text.len;

	if (end > max) {
		end = max;
		while (end > 0 && ((unsigned char)text.ptr[end] & 0xc0) == 0x80)
			end--;
	}
	hs_report_escape(out, hs_slice_first(text, end));
	if (end < text.len)
		hs_buf_printf(out, "\n... %zu bytes more", text.len - end);
}

void hs_report_seconds(struct hs_buf *out, uint64_t micros)
{
	hs_buf_printf(out, "%" PRIu64 ".%03" PRIu64, micros / 1000000, micros / 1000 % 1000);
}

void hs_report_instant(struct hs_buf *out, int64_t ms)
{
	char text[HS_INSTANT_LEN + 1];

	hs_time_instant(ms, text);
	hs_buf_cstr(out, text);
}

bool hs_report_is_failure(enum hs_test_verdict verdict)
{
	return verdict == HS_TEST_FAIL || verdict == HS_TEST_ERROR;
}

static void add_line(struct hs_buf *out, const char *label, struct hs_slice text)
{
	if (text.len)
		hs_buf_printf(out, "%s%s%.*s", out->len ? "\n" : "", label,
			HS_S_ARG(hs_slice_first(text, 2000)));
}

void hs_report_explain(struct hs_buf *out, const struct hs_test_action *action)
{
	add_line(out, "", action->description);
	for (size_t i = 0; i < action->requirement_count; i++) {
		add_line(out, hs_requirement_level_name(action->requirements[i]->level), HS_S(": "));
		hs_buf_add(out, action->requirements[i]->text);
		add_line(out, "hint: ", action->requirements[i]->hint);
	}
	add_line(out, "at: ", action->path);
	add_line(out, "expected: ", action->wanted);
	add_line(out, "found: ", action->found);
	add_line(out, "reason: ", action->reason);
	if (action->exchange)
		hs_buf_printf(out, "%s%.*s %.*s -> %d", out->len ? "\n" : "",
			HS_S_ARG(action->exchange->method), HS_S_ARG(action->exchange->url),
			action->exchange->status);
}

bool hs_report_has_script(const struct hs_test_script_result *script)
{
	bool any = script->reason.len > 0;

	for (size_t i = 0; i < script->count; i++)
		any = any || script->tests[i].selected;
	return any;
}

void hs_report_each_test(const struct hs_test_run *run, hs_report_test_fn *fn, void *arg)
{
	size_t count = 0;
	const struct hs_test_script_result *scripts = hs_test_run_results(run, &count);

	for (size_t i = 0; i < count; i++) {
		if (!hs_report_has_script(&scripts[i]))
			continue;
		if (hs_report_is_failure(scripts[i].setup.verdict))
			fn(arg, &scripts[i], &scripts[i].setup);
		for (size_t k = 0; k < scripts[i].count; k++)
			if (scripts[i].tests[k].selected)
				fn(arg, &scripts[i], &scripts[i].tests[k]);
	}
}
