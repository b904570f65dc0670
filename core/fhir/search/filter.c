/* SPDX-License-Identifier: Apache-2.0 */
/* _filter: comparisons joined by and, or, not and brackets (R4 search_filter.html), as conditions.
 *
 *   filter     = term *( ( "and" / "or" ) term )        from left to right, neither goes before the other
 *   term       = "not" "(" filter ")" / "(" filter ")" / path op value
 *   path       = parameter / chain / reference "[" filter "]." path, where both hold for one target
 *   value      = a JSON string in quotes, or text up to a blank or bracket
 *
 * Each comparison goes the way of an ordinary parameter: the operator is its modifier or its prefix. */
#include <core/fhir/search/search_private.h>

#define NESTING_MAX 20u

struct filter {
	struct hs__parse *parse;
	struct hs_slice type; /* resource type */
	struct hs_slice all;
	size_t at;
	size_t end; /* of a comparison that was read for some type */
	unsigned depth, chained;
};

static enum hs_status bad(const struct filter *f, const char *expected)
{
	return hs_fail(f->parse->err, HS_E_VALUE,
		"_filter: expected %s at character %zu, before '%.*s'; for example: name co \"berg\" and "
		"birthdate ge 1950-01-01",
		expected, f->at + 1, HS_S_ARG(hs_slice_first(hs_slice_from(f->all, f->at), 32)));
}

static void skip_blanks(struct filter *f)
{
	while (f->at < f->all.len && (f->all.ptr[f->at] == ' ' || f->all.ptr[f->at] == '\t'))
		f->at++;
}

static bool take_bracket(struct filter *f, char bracket)
{
	skip_blanks(f);
	if (f->at >= f->all.len || f->all.ptr[f->at] != bracket)
		return false;
	f->at++;
	return true;
}

/* Up to a blank or bracket; empty at the end. */
static struct hs_slice take_word(struct filter *f)
{
	skip_blanks(f);
	size_t start = f->at;
	while (f->at < f->all.len && !memchr(" \t()[]\"", f->all.ptr[f->at], 7))
		f->at++;
	return hs_slice(f->all.ptr + start, f->at - start);
}

/* The next word, if it is this one. */
static bool take_keyword(struct filter *f, struct hs_slice keyword)
{
	size_t start = f->at;
	if (hs_slice_eq(take_word(f), keyword))
		return true;
	f->at = start;
	return false;
}

/* A value without quotes: up to a blank, ")" or "]". */
static struct hs_slice take_token(struct filter *f)
{
	size_t start = f->at;
	while (f->at < f->all.len && !memchr(" \t)]", f->all.ptr[f->at], 4))
		f->at++;
	return hs_slice(f->all.ptr + start, f->at - start);
}

/* What the ordinary way of a parameter would take apart is marked as plain text. */
static void add_escaped(struct hs_buf *buf, char c, bool quoted)
{
	if (c == ',' || c == '\\' || (quoted && (c == '|' || c == '$')))
		hs_buf_byte(buf, '\\');
	hs_buf_byte(buf, c);
}

/* A value, as a parameter would have it. In quotes a bar still parts system and code, unless it is escaped.
 */
static enum hs_status take_value(struct filter *f, struct hs_slice *out)
{
	struct hs_buf buf;
	skip_blanks(f);
	hs_buf_init(&buf, f->parse->arena, 2 * f->all.len + 1);
	if (f->at < f->all.len && f->all.ptr[f->at] == '"') {
		for (f->at++; f->at < f->all.len && f->all.ptr[f->at] != '"'; f->at++) {
			bool escaped = f->all.ptr[f->at] == '\\' && f->at + 1 < f->all.len;
			f->at += escaped;
			add_escaped(&buf, f->all.ptr[f->at], escaped);
		}
		if (f->at >= f->all.len)
			return bad(f, "a closing quote");
		f->at++;
	} else {
		struct hs_slice word = take_token(f);
		for (size_t i = 0; i < word.len; i++)
			add_escaped(&buf, word.ptr[i], false);
	}
	*out = hs_buf_slice(&buf);
	if (!out->len)
		return bad(f, "a value");
	return HS_OK;
}

/* ---- one comparison ---- */

enum way { AS_MODIFIER, AS_PREFIX, DIFFERS, IS_PRESENT, OVERLAPS };

static const struct operator_row {
	struct hs_slice name;
	enum way way;
	uint8_t cmp;
	struct hs_slice modifier;
} operators[] = {
	{ HS_S_INIT("eq"), AS_PREFIX, HS_CMP_EQ, HS_S_INIT("") },
	{ HS_S_INIT("ne"), DIFFERS, HS_CMP_EQ, HS_S_INIT("") },
	{ HS_S_INIT("co"), AS_MODIFIER, HS_CMP_EQ, HS_S_INIT("contains") },
	{ HS_S_INIT("sw"), AS_MODIFIER, HS_CMP_EQ, HS_S_INIT("starts") },
	{ HS_S_INIT("ew"), AS_MODIFIER, HS_CMP_EQ, HS_S_INIT("ends") },
	{ HS_S_INIT("gt"), AS_PREFIX, HS_CMP_GT, HS_S_INIT("") },
	{ HS_S_INIT("lt"), AS_PREFIX, HS_CMP_LT, HS_S_INIT("") },
	{ HS_S_INIT("ge"), AS_PREFIX, HS_CMP_GE, HS_S_INIT("") },
	{ HS_S_INIT("le"), AS_PREFIX, HS_CMP_LE, HS_S_INIT("") },
	{ HS_S_INIT("ap"), AS_PREFIX, HS_CMP_AP, HS_S_INIT("") },
	{ HS_S_INIT("sa"), AS_PREFIX, HS_CMP_SA, HS_S_INIT("") },
	{ HS_S_INIT("eb"), AS_PREFIX, HS_CMP_EB, HS_S_INIT("") },
	{ HS_S_INIT("pr"), IS_PRESENT, HS_CMP_EQ, HS_S_INIT("missing") },
	{ HS_S_INIT("po"), OVERLAPS, HS_CMP_AP, HS_S_INIT("") },
	{ HS_S_INIT("ss"), AS_MODIFIER, HS_CMP_EQ,
		HS_S_INIT("below") }, /* the value subsumes what is there */
	{ HS_S_INIT("sb"), AS_MODIFIER, HS_CMP_EQ, HS_S_INIT("above") },
	{ HS_S_INIT("in"), AS_MODIFIER, HS_CMP_EQ, HS_S_INIT("in") },
	{ HS_S_INIT("ni"), AS_MODIFIER, HS_CMP_EQ, HS_S_INIT("not-in") },
	{ HS_S_INIT("re"), AS_PREFIX, HS_CMP_EQ, HS_S_INIT("") },
};

static enum hs_status ask(struct filter *f, struct hs_slice path, struct hs_slice modifier,
	struct hs_slice value, const struct hs_find **out)
{
	if (modifier.len)
		path = hs_arena_printf(f->parse->arena, "%.*s:%.*s", HS_S_ARG(path), HS_S_ARG(modifier));
	return hs__parse_condition(f->parse, f->type, path, value, f->chained, out);
}

/* There is a value, and it is another. */
static enum hs_status ask_differs(struct filter *f, struct hs_slice path, struct hs_slice value,
	const struct hs_find **out)
{
	const struct hs_find **kids = hs_arena_array(f->parse->arena, 2, sizeof(*kids)), *same;
	enum hs_status status = kids ? ask(f, path, HS_S_NONE, value, &same) : HS_E_LIMIT;
	if (!status)
		status = ask(f, path, HS_S("missing"), HS_S("false"), &kids[1]);
	if (status)
		return status;
	kids[0] = hs__parse_negate(f->parse, same);
	*out = kids[0] ? hs__parse_join(f->parse, HS_FIND_AND, kids, 2) : NULL;
	return *out ? HS_OK : f->parse->err->status;
}

static enum hs_status compare(struct filter *f, struct hs_slice path, const struct operator_row *op,
	const struct hs_find **out)
{
	struct hs_slice value = HS_S_NONE;
	enum hs_status status = take_value(f, &value);
	if (status)
		return status;
	f->parse->cmp = op->cmp;
	f->parse->overlaps = op->way == OVERLAPS;
	f->parse->op_name = op->way == AS_MODIFIER ? op->name : HS_S_NONE;
	f->parse->whole = path;
	switch (op->way) {
	case DIFFERS:
		return ask_differs(f, path, value, out);
	case IS_PRESENT:
		if (!hs_slice_eq(value, HS_S("true")) && !hs_slice_eq(value, HS_S("false")))
			return bad(f, "true or false");
		return ask(f, path, op->modifier,
			hs_slice_eq(value, HS_S("true")) ? HS_S("false") : HS_S("true"), out);
	default:
		return ask(f, path, op->modifier, value, out);
	}
}

static enum hs_status take_filter(struct filter *f, const struct hs_find **out);
static enum hs_status take_comparison(struct filter *f, const struct hs_find **out);

/* After "reference[": filter "]." comparison, both of one resource of `type`. */
static enum hs_status take_narrowed(struct filter *f, struct hs_slice type, const struct hs_find **out)
{
	const struct hs_find **kids = hs_arena_array(f->parse->arena, 2, sizeof(*kids));
	struct hs_slice outer = f->type;
	if (!kids)
		return hs_fail(f->parse->err, HS_E_LIMIT, "the search is too large");
	f->type = type;
	f->chained++;
	enum hs_status status = take_filter(f, &kids[0]);
	if (!status && !take_bracket(f, ']'))
		status = bad(f, "a closing ]");
	if (!status && !take_bracket(f, '.'))
		status = bad(f, "a dot and a search parameter");
	if (!status)
		status = take_comparison(f, &kids[1]);
	f->chained--;
	f->type = outer;
	if (!status)
		*out = hs__parse_join(f->parse, HS_FIND_AND, kids, 2);
	return status ? status : *out ? HS_OK : f->parse->err->status;
}

/* hs__parse_targets: the text is read once for each type that is possible. */
static enum hs_status take_target(struct hs__parse *parse, struct hs_slice type, void *arg,
	const struct hs_find **out)
{
	struct filter *f = arg;
	size_t start = f->at;
	enum hs_status status = take_narrowed(f, type, out);
	(void)parse;
	if (!status)
		f->end = f->at;
	f->at = start;
	return status;
}

static enum hs_status take_bracketed(struct filter *f, struct hs_slice reference, const struct hs_find **out)
{
	f->at++;
	if (++f->depth > NESTING_MAX)
		return hs_fail(f->parse->err, HS_E_TOO_COSTLY, "_filter: brackets more than %u deep",
			NESTING_MAX);
	f->parse->whole = reference;
	enum hs_status status = hs__parse_targets(f->parse, f->type, reference, f->chained, take_target, f,
		out);
	f->depth--;
	if (!status)
		f->at = f->end;
	return status;
}

/* "id" is what the specification's own examples say for _id. */
static struct hs_slice full_name(struct filter *f, struct hs_slice path)
{
	if (!hs_slice_eq(path, HS_S("id")) && !hs_slice_ends(path, HS_S(".id")))
		return path;
	return hs_arena_printf(f->parse->arena, "%.*s_id", HS_S_ARG(hs_slice_first(path, path.len - 2)));
}

static enum hs_status take_comparison(struct filter *f, const struct hs_find **out)
{
	struct hs_slice path = take_word(f), name;
	if (!path.len)
		return bad(f, "a search parameter");
	if (f->at < f->all.len && f->all.ptr[f->at] == '[')
		return take_bracketed(f, path, out);
	name = take_word(f);
	for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++)
		if (hs_slice_eq(name, operators[i].name))
			return compare(f, full_name(f, path), &operators[i], out);
	f->at -= name.len;
	return bad(f, "an operator (eq ne co sw ew gt lt ge le ap sa eb pr po ss sb in ni re)");
}

/* ---- and, or, not, brackets ---- */

static enum hs_status take_term(struct filter *f, const struct hs_find **out)
{
	size_t start = f->at;
	bool no = take_keyword(f, HS_S("not"));
	if (!take_bracket(f, '(')) {
		f->at = start;
		return take_comparison(f, out);
	}
	if (++f->depth > NESTING_MAX)
		return hs_fail(f->parse->err, HS_E_TOO_COSTLY, "_filter: brackets more than %u deep",
			NESTING_MAX);
	enum hs_status status = take_filter(f, out);
	if (!status && !take_bracket(f, ')'))
		status = bad(f, "a closing bracket");
	f->depth--;
	if (!status && no) {
		*out = hs__parse_negate(f->parse, *out);
		status = *out ? HS_OK : f->parse->err->status;
	}
	return status;
}

/* As many of one kind as follow each other stay one list, so that a long filter is not a deep one. */
static enum hs_status take_run(struct filter *f, struct hs_slice keyword, const struct hs_find **left)
{
	enum hs_find_op op = hs_slice_eq(keyword, HS_S("and")) ? HS_FIND_AND : HS_FIND_OR;
	const struct hs_find **kids = NULL;
	size_t count = 1, room = 0;
	do {
		if (count >= room) {
			size_t more = room ? 2 * room : 4;
			kids = hs_arena_grow(f->parse->arena, kids, room * sizeof(*kids),
				more * sizeof(*kids));
			if (!kids)
				return hs_fail(f->parse->err, HS_E_LIMIT, "the search is too large");
			room = more;
		}
		enum hs_status status = take_term(f, &kids[count]);
		if (status)
			return status;
		count++;
	} while (take_keyword(f, keyword));
	kids[0] = *left;
	*left = hs__parse_join(f->parse, op, kids, count);
	return *left ? HS_OK : f->parse->err->status;
}

static enum hs_status take_filter(struct filter *f, const struct hs_find **out)
{
	const struct hs_find *left = NULL;
	enum hs_status status = take_term(f, &left);
	while (!status) {
		if (take_keyword(f, HS_S("and")))
			status = take_run(f, HS_S("and"), &left);
		else if (take_keyword(f, HS_S("or")))
			status = take_run(f, HS_S("or"), &left);
		else
			break;
	}
	*out = left;
	return status;
}

enum hs_status hs__parse_filter(struct hs__parse *parse, struct hs_slice type, struct hs_slice text,
	const struct hs_find **out)
{
	struct filter f = { .parse = parse, .type = type, .all = text };
	if (parse->filtering)
		return hs_fail(parse->err, HS_E_VALUE, "_filter cannot stand inside _filter");
	parse->filtering = true;
	enum hs_status status = take_filter(&f, out);
	skip_blanks(&f);
	if (!status && f.at < text.len)
		status = bad(&f, "and, or, or the end");
	parse->filtering = parse->overlaps = false;
	parse->unknown = false; /* a part of a filter cannot be left out */
	parse->cmp = HS_CMP_EQ;
	parse->op_name = HS_S_NONE;
	return status;
}
