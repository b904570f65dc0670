/* SPDX-License-Identifier: Apache-2.0 */
/* Why a condition is false: which of the parts joined by `and` does not hold, and what its left side is.
 * "false" alone tells a person nothing.
 *
 * Works on the text of the expression: it only chooses what else to evaluate and show, never the verdict. */
#include <conformance/engine/stage.h>

#define STEPS_MAX 12u

struct explainer {
	struct test_stage *stage;
	const struct hs_json *input;
	struct hs_buf *out;
};

/* The end of a quoted part that begins at `at`, or `at` when none does. */
static size_t skip_quoted(struct hs_slice text, size_t at)
{
	char quote = text.ptr[at];

	if (quote != '\'' && quote != '`')
		return at;
	for (size_t i = at + 1; i < text.len; i++) {
		if (text.ptr[i] == '\\')
			i++;
		else if (text.ptr[i] == quote)
			return i;
	}
	return text.len - 1;
}

/* The first `word` outside of brackets and quotes, or SIZE_MAX. */
static size_t find_outside(struct hs_slice text, struct hs_slice word)
{
	int depth = 0;

	for (size_t i = 0; i < text.len; i++) {
		i = skip_quoted(text, i);
		char c = text.ptr[i];
		depth += c == '(' || c == '[' || c == '{';
		depth -= c == ')' || c == ']' || c == '}';
		if (depth == 0 && i + word.len <= text.len &&
			hs_slice_eq(hs_slice(text.ptr + i, word.len), word))
			return i;
	}
	return SIZE_MAX;
}

static bool evaluate(struct explainer *e, struct hs_slice expression, struct hs_path_list *out)
{
	struct hs_error err = { 0 };

	*out = (struct hs_path_list) { 0 };
	return hs_test_evaluate(e->stage, expression, e->input, out, &err) == HS_OK;
}

/* Without the outermost pair of parentheses. */
static struct hs_slice unwrap(struct hs_slice text)
{
	text = hs_slice_trim(text);
	while (text.len > 2 && text.ptr[0] == '(') {
		size_t i = 0;
		int depth = 0;
		for (; i < text.len; i++) {
			i = skip_quoted(text, i);
			depth += text.ptr[i] == '(';
			depth -= text.ptr[i] == ')';
			if (depth == 0)
				break;
		}
		if (i != text.len - 1)
			return text;
		text = hs_slice_trim(hs_slice(text.ptr + 1, text.len - 2));
	}
	return text;
}

/* The first of `a and b and c` that does not hold. */
static struct hs_slice false_part(struct explainer *e, struct hs_slice text)
{
	text = unwrap(text);
	for (size_t at; (at = find_outside(text, HS_S(" and "))) != SIZE_MAX;) {
		struct hs_slice part = unwrap(hs_slice_first(text, at));
		struct hs_path_list list;
		if (evaluate(e, part, &list) && hs_path_truth(&list) != 1)
			return false_part(e, part);
		text = unwrap(hs_slice_from(text, at + 5));
	}
	return text;
}

/* What stands before the last step: "a.b(c).d" gives "a.b(c)". Empty when there is one step only. */
static struct hs_slice without_last_step(struct hs_slice text)
{
	size_t last = SIZE_MAX, from = 0;

	for (size_t at; (at = find_outside(hs_slice_from(text, from), HS_S("."))) != SIZE_MAX;) {
		last = from + at;
		from = last + 1;
	}
	return last == SIZE_MAX ? HS_S_NONE : hs_slice_trim(hs_slice_first(text, last));
}

static void add_values(struct explainer *e, struct hs_slice expression, const struct hs_path_list *list)
{
	hs_buf_printf(e->out, "\n%.*s: ", HS_S_ARG(expression));
	if (list->count > 1)
		hs_buf_printf(e->out, "%zu values, ", list->count);
	hs_buf_add(e->out, hs_test_print_list(e->stage->arena, list));
}

/* Steps from the end until something is there: where the trail is lost. */
static void add_trail(struct explainer *e, struct hs_slice text)
{
	struct hs_slice empty = HS_S_NONE;

	for (unsigned i = 0; i < STEPS_MAX && text.len; i++, text = without_last_step(text)) {
		struct hs_path_list list;
		if (!evaluate(e, text, &list))
			break;
		if (list.count) {
			if (empty.len)
				add_values(e, empty, &(struct hs_path_list) { 0 });
			add_values(e, text, &list);
			return;
		}
		empty = text;
	}
	if (empty.len)
		add_values(e, empty, &(struct hs_path_list) { 0 });
}

void hs_test_explain(struct test_stage *stage, struct hs_slice expression, const struct hs_json *input,
	struct hs_buf *out)
{
	static const struct hs_slice operators[] = { HS_S_INIT(" != "), HS_S_INIT(" >= "), HS_S_INIT(" <= "),
		HS_S_INIT(" = "), HS_S_INIT(" > "), HS_S_INIT(" < "), HS_S_INIT(" ~ "), HS_S_INIT(" in "),
		HS_S_INIT(" contains ") };
	struct explainer e = { stage, input, out };
	struct hs_slice part = false_part(&e, expression);
	size_t at = SIZE_MAX, which = 0;

	if (find_outside(part, HS_S(" or ")) != SIZE_MAX || find_outside(part, HS_S(" implies ")) != SIZE_MAX)
		return;
	if (part.len < hs_slice_trim(expression).len)
		hs_buf_printf(out, "\n%.*s: false", HS_S_ARG(part));
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]) && at == SIZE_MAX; i++) {
		at = find_outside(part, operators[i]);
		which = i;
	}
	if (at == SIZE_MAX) {
		add_trail(&e, without_last_step(part));
		return;
	}
	struct hs_slice right = hs_slice_trim(hs_slice_from(part, at + operators[which].len));
	struct hs_path_list list;
	add_trail(&e, hs_slice_trim(hs_slice_first(part, at)));
	bool literal = right.len &&
		(strchr("'0123456789@-", right.ptr[0]) || hs_slice_eq(right, HS_S("true")) ||
			hs_slice_eq(right, HS_S("false")));
	if (!literal && evaluate(&e, right, &list))
		add_values(&e, right, &list);
}
