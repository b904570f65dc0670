/* SPDX-License-Identifier: Apache-2.0 */
/* The words of a resource, and what _text and _content ask for (R4 section 3.1.1.4.1).
 *
 *   search   = all { "OR" all }
 *   all      = term { [ "AND" ] term }
 *   term     = [ "NOT" | "-" ] ( "(" search ")" | '"' words '"' | word [ "*" ] )
 *
 * Words are folded as strings are (fold.c); one that folds to several, as "covid-19", is a phrase. */
#include <core/fhir/search/search_private.h>

#include <handslag/coding.h>

/* ---- the words of a resource ---- */

#define TEXT_MAX ((size_t)1 << 20) /* of a resource that is indexed; the rest is not found */
#define BLOCK_MAX 256u             /* longer without a blank: encoded bytes, not words */
#define ENTITY_MAX 10u             /* "&thetasym;" */

/* The character that a reference such as "&aring;" or "&#229;" stands for; a blank for those not known here,
 * which are signs and not letters of words. */
static size_t put_entity(struct hs_slice name, char out[4])
{
	static const struct {
		const char *name;
		uint32_t point;
	} letters[] = { { "aring", 0xE5 }, { "auml", 0xE4 }, { "ouml", 0xF6 }, { "Aring", 0xC5 },
		{ "Auml", 0xC4 }, { "Ouml", 0xD6 }, { "eacute", 0xE9 }, { "Eacute", 0xC9 }, { "uuml", 0xFC },
		{ "oslash", 0xF8 }, { "aelig", 0xE6 } };
	uint64_t point = ' ';
	if (hs_slice_starts(name, HS_S("#x")) || hs_slice_starts(name, HS_S("#X"))) {
		point = 0;
		for (size_t i = 2; i < name.len && point < 0x110000; i++) {
			int digit = hs_hex_digit(name.ptr[i]);
			point = digit < 0 ? UINT32_MAX : point * 16 + (unsigned)digit;
		}
	} else if (hs_slice_starts(name, HS_S("#"))) {
		if (!hs_slice_u64(hs_slice_from(name, 1), &point))
			point = ' ';
	} else {
		for (size_t i = 0; i < sizeof(letters) / sizeof(letters[0]); i++)
			if (hs_slice_eq(name, hs_slice_cstr(letters[i].name)))
				point = letters[i].point;
	}
	bool fit = point > 0 && point < 0x110000 && (point < 0xD800 || point > 0xDFFF);
	return hs_utf8_put(out, fit ? (uint32_t)point : ' ');
}

static void add_text(struct hs_buf *buf, struct hs_slice text)
{
	if (buf->len + text.len >= TEXT_MAX)
		return;
	hs_buf_byte(buf, ' ');
	hs_buf_add(buf, text);
}

/* Tags become blanks, and references to characters those characters. */
static void add_xhtml(struct hs_buf *buf, struct hs_slice text)
{
	bool tag = false;
	for (size_t at = 0; at < text.len && buf->len < TEXT_MAX; at++) {
		char c = text.ptr[at], letter[4];
		size_t end = c == '&' && !tag ? hs_slice_find(text, ';', at) : SIZE_MAX;
		if (c == '<' || c == '>') {
			tag = c == '<';
			hs_buf_byte(buf, ' ');
		} else if (end != SIZE_MAX && end - at <= ENTITY_MAX) {
			struct hs_slice name = hs_slice(text.ptr + at + 1, end - at - 1);
			hs_buf_add(buf, hs_slice(letter, put_entity(name, letter)));
			at = end;
		} else if (!tag) {
			hs_buf_byte(buf, c);
		}
	}
}

static bool is_block(struct hs_slice text)
{
	return text.len > BLOCK_MAX && hs_slice_find(hs_slice_first(text, BLOCK_MAX), ' ', 0) == SIZE_MAX;
}

struct gathered {
	struct hs_buf narrative, content;
};

/* As deep as the parser of JSON allows. */
static void gather(struct gathered *out, const struct hs_json *value, bool narrative)
{
	switch (hs_json_type(value)) {
	case HS_JSON_STRING:
		if (narrative)
			add_xhtml(&out->narrative, hs_json_text(value));
		else if (!is_block(hs_json_text(value)))
			add_text(&out->content, hs_json_text(value));
		return;
	case HS_JSON_NUMBER:
		add_text(&out->content, hs_json_text(value));
		return;
	case HS_JSON_ARRAY:
	case HS_JSON_OBJECT:
		HS_JSON_EACH(kid, value)
			gather(out, kid, hs_slice_eq(hs_json_key(kid), HS_S("div")));
		return;
	default:
		return;
	}
}

enum hs_status hs_search_words(struct hs_arena *arena, const struct hs_json *resource,
	struct hs_slice *narrative, struct hs_slice *content, struct hs_error *err)
{
	struct gathered gathered;
	hs_buf_init(&gathered.narrative, arena, TEXT_MAX + 64);
	hs_buf_init(&gathered.content, arena, TEXT_MAX + 64);
	gather(&gathered, resource, false);
	*narrative = hs_search_fold(arena, hs_buf_slice(&gathered.narrative));
	*content = hs_search_fold(arena, hs_buf_slice(&gathered.content));
	if (gathered.narrative.overflow || gathered.content.overflow || !narrative->ptr || !content->ptr)
		return hs_fail(err, HS_E_LIMIT, "the words of the resource do not fit in memory");
	return HS_OK;
}

/* ---- the question ---- */

#define DEPTH_MAX 10u
#define TERMS_MAX 50u

struct words {
	struct hs__parse *parse;
	uint32_t type; /* number of the type that is searched */
	bool narrative;
	struct hs_slice whole, rest;
	unsigned depth, terms;
};

static enum hs_status bad(const struct words *w)
{
	return hs__parse_bad(w->parse, w->whole,
		"words, \"phrases\" and beginnings* with AND, OR, NOT and parentheses");
}

static void skip_blanks(struct words *w)
{
	while (w->rest.len && (unsigned char)w->rest.ptr[0] <= ' ')
		w->rest = hs_slice_from(w->rest, 1);
}

static bool take_sign(struct words *w, char sign)
{
	skip_blanks(w);
	if (!w->rest.len || w->rest.ptr[0] != sign)
		return false;
	w->rest = hs_slice_from(w->rest, 1);
	return true;
}

static struct hs_slice peek_word(struct words *w)
{
	size_t len = 0;
	skip_blanks(w);
	while (len < w->rest.len && !memchr(" \t\r\n()\"", w->rest.ptr[len], 7))
		len++;
	return hs_slice_first(w->rest, len);
}

static bool take_keyword(struct words *w, struct hs_slice keyword)
{
	if (!hs_slice_eq(peek_word(w), keyword))
		return false;
	w->rest = hs_slice_from(w->rest, keyword.len);
	return true;
}

static enum hs_status make(struct words *w, struct hs_slice text, bool starts, const struct hs_find **out)
{
	struct hs_find *find;
	text = hs_search_fold(w->parse->arena, text);
	if (!text.len)
		return bad(w);
	if (++w->terms > TERMS_MAX)
		return hs_fail(w->parse->err, HS_E_TOO_COSTLY, "'%.*s' asks for more than %u words",
			HS_S_ARG(hs_slice_first(w->parse->whole, 64)), TERMS_MAX);
	find = hs__parse_node(w->parse, HS_FIND_WORDS);
	if (!find)
		return w->parse->err->status;
	find->target_type = w->type;
	find->narrative = w->narrative;
	find->match = starts ? HS_MATCH_STARTS : HS_MATCH_FOLDED;
	find->text = text;
	*out = find;
	return HS_OK;
}

static enum hs_status take_phrase(struct words *w, const struct hs_find **out)
{
	size_t end = hs_slice_find(w->rest, '"', 0);
	if (end == SIZE_MAX)
		return bad(w);
	struct hs_slice text = hs_slice_first(w->rest, end);
	w->rest = hs_slice_from(w->rest, end + 1);
	return make(w, text, take_sign(w, '*'), out);
}

static enum hs_status take_search(struct words *w, const struct hs_find **out);

static enum hs_status take_term(struct words *w, const struct hs_find **out)
{
	bool no = take_keyword(w, HS_S("NOT")) || take_sign(w, '-');
	enum hs_status status;
	if (take_sign(w, '(')) {
		if (++w->depth > DEPTH_MAX)
			return bad(w);
		status = take_search(w, out);
		w->depth--;
		if (!status && !take_sign(w, ')'))
			status = bad(w);
	} else if (take_sign(w, '"')) {
		status = take_phrase(w, out);
	} else {
		struct hs_slice word = peek_word(w);
		if (hs_slice_eq(word, HS_S("AND")) || hs_slice_eq(word, HS_S("OR")))
			return bad(w); /* in quotes they are words */
		bool starts = hs_slice_ends(word, HS_S("*"));
		w->rest = hs_slice_from(w->rest, word.len);
		status = make(w, hs_slice_first(word, word.len - starts), starts, out);
	}
	if (!status && no)
		*out = hs__parse_negate(w->parse, *out);
	return status || *out ? status : w->parse->err->status;
}

static bool is_over(struct words *w)
{
	skip_blanks(w);
	return !w->rest.len || w->rest.ptr[0] == ')' || hs_slice_eq(peek_word(w), HS_S("OR"));
}

static enum hs_status take_list(struct words *w, enum hs_find_op op, const struct hs_find **out)
{
	const struct hs_find **kids = hs_arena_array(w->parse->arena, TERMS_MAX + 1, sizeof(*kids));
	size_t count = 0;
	if (!kids)
		return hs_fail(w->parse->err, HS_E_LIMIT, "the search is too large");
	do {
		enum hs_status status = op == HS_FIND_OR ? take_list(w, HS_FIND_AND, &kids[count]) :
							   take_term(w, &kids[count]);
		if (status)
			return status;
		count++;
		if (op == HS_FIND_AND && take_keyword(w, HS_S("AND")) && is_over(w))
			return bad(w);
	} while (op == HS_FIND_OR ? take_keyword(w, HS_S("OR")) : !is_over(w));
	*out = hs__parse_join(w->parse, op, kids, count);
	return *out ? HS_OK : w->parse->err->status;
}

static enum hs_status take_search(struct words *w, const struct hs_find **out)
{
	return take_list(w, HS_FIND_OR, out);
}

enum hs_status hs__parse_words(struct hs__parse *parse, struct hs_slice type, bool narrative,
	struct hs_slice value, const struct hs_find **out)
{
	struct words w = { .parse = parse,
		.type = parse->numbers->number(parse->numbers->arg, HS_SPACE_TYPE, type),
		.narrative = narrative,
		.whole = value,
		.rest = hs__search_unescape(parse->arena, value) };
	if (!parse->options->words)
		return hs_fail(parse->err, HS_E_NOT_SUPPORTED,
			"'%.*s' can be asked in a search of its own only, not in a condition or a Bundle",
			HS_S_ARG(hs_slice_first(parse->whole, 64)));
	enum hs_status status = take_search(&w, out);
	skip_blanks(&w);
	return !status && w.rest.len ? bad(&w) : status;
}

size_t hs_search_words_types(const struct hs_find *where, uint32_t *types, size_t count, size_t room)
{
	size_t at = 0;
	if (!where)
		return count;
	for (size_t i = 0; i < where->kid_count; i++)
		count = hs_search_words_types(where->kids[i], types, count, room);
	if (where->op != HS_FIND_WORDS || !where->target_type || count == room)
		return count;
	while (at < count && types[at] != where->target_type)
		at++;
	types[at] = where->target_type;
	return at == count ? count + 1 : count;
}
