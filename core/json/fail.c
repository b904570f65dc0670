/* SPDX-License-Identifier: Apache-2.0 */
/* What the parser says: where it stopped, what is there, and what would be right. */
#include <core/json/parser.h>

#include <stdarg.h>
#include <stdio.h>

const char *hs__json_fail_at(struct hs__json_parser *parser, enum hs_status status, const char *at,
	const char *format, ...)
{
	char text[sizeof(parser->err->text)];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	hs_fail(parser->err, status, "%s", text);
	parser->err->where = "json";
	parser->fault = at;
	if (at)
		hs__json_line(parser->text, at, &parser->err->line, &parser->err->column);
	return NULL;
}

const char *hs__json_fail_memory(struct hs__json_parser *parser)
{
	return hs__json_fail_at(parser, HS_E_LIMIT, NULL,
		"the JSON text needs more memory than is allowed here");
}

struct found {
	char text[32];
};

static struct found describe(const struct hs__json_parser *parser, const char *at)
{
	struct found found;
	if (at >= parser->end)
		snprintf(found.text, sizeof(found.text), "the text ends");
	else if ((unsigned char)*at > 0x20 && (unsigned char)*at < 0x7F)
		snprintf(found.text, sizeof(found.text), "'%c' is", *at);
	else
		snprintf(found.text, sizeof(found.text), "byte 0x%02x is", (unsigned char)*at);
	return found;
}

/* What somebody who wrote `c` probably meant; NULL when nothing is known. */
static const char *hint_for(char c)
{
	switch (c) {
	case '\'':
		return "strings stand in double quotes";
	case '/':
	case '#':
		return "JSON has no comments";
	case ',':
		return "a value is missing before the comma";
	case ']':
	case '}':
		return "a comma may not be the last thing before it";
	case '+':
		return "a number has no plus sign";
	case '.':
		return "a number needs a digit before its point";
	case 'N':
	case 'I':
		return "JSON has no NaN and no Infinity";
	case 'T':
	case 'F':
	case 't':
	case 'f':
	case 'n':
		return "the words are true, false and null";
	case '\xEF':
	case '\xFE':
	case '\xFF':
		return "the text must be UTF-8 without a byte-order mark";
	default:
		return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ? "a text stands in double quotes" :
									  NULL;
	}
}

const char *hs__json_fail_value(struct hs__json_parser *parser, const char *at)
{
	struct found found = describe(parser, at);
	const char *hint = at < parser->end ? hint_for(*at) : NULL;
	parser->wanted = HS__JSON_VALUE;
	return hs__json_fail_at(parser, HS_E_STRUCTURE, at, "%s where a value must start%s%s", found.text,
		hint ? ": " : "", hint ? hint : "");
}

const char *hs__json_fail_number(struct hs__json_parser *parser, const char *at)
{
	const char *end = at;
	while (end < parser->end && end - at < 40 && (unsigned char)*end > 0x20 &&
		(unsigned char)*end < 0x7F && !strchr(",]}\"", *end))
		end++;
	const char *digits = at + (*at == '-');
	bool zero = end - digits >= 2 && digits[0] == '0' && digits[1] >= '0' && digits[1] <= '9';
	parser->wanted = HS__JSON_NUMBER;
	return hs__json_fail_at(parser, HS_E_STRUCTURE, at, "%.*s is not a number: %s", (int)(end - at), at,
		zero ? "it may not start with 0" :
		       "digits must follow the sign, the point and the exponent, as in -1.5e3");
}

const char *hs__json_fail_next(struct hs__json_parser *parser, const char *at, bool in_object)
{
	struct found found = describe(parser, at);
	parser->wanted = HS__JSON_NEXT;
	return hs__json_fail_at(parser, HS_E_STRUCTURE, at, "%s where ',' or '%c' must follow a %s",
		found.text, in_object ? '}' : ']', in_object ? "member" : "value");
}

const char *hs__json_fail_name(struct hs__json_parser *parser, const char *at)
{
	struct found found = describe(parser, at);
	const char *hint = "a name stands in double quotes";
	parser->wanted = HS__JSON_NAME;
	if (at < parser->end && *at == '}')
		hint = hint_for('}');
	else if (at < parser->end && (*at == ',' || *at == '/' || *at == '#'))
		hint = *at == ',' ? "two commas follow one another" : hint_for(*at);
	return hs__json_fail_at(parser, HS_E_STRUCTURE, at, "%s where the name of a member must start: %s",
		found.text, hint);
}

const char *hs__json_fail_colon(struct hs__json_parser *parser, const char *at)
{
	parser->wanted = HS__JSON_COLON;
	return hs__json_fail_at(parser, HS_E_STRUCTURE, at, "a ':' must follow the name of a member");
}

const char *hs__json_fail_end(struct hs__json_parser *parser, const char *at)
{
	parser->wanted = HS__JSON_END;
	return hs__json_fail_at(parser, HS_E_STRUCTURE, at,
		"something follows the value: a JSON text is one value");
}

const char *hs__json_fail_twice(struct hs__json_parser *parser, const struct hs_json *member)
{
	return hs__json_fail_at(parser, HS_E_STRUCTURE, hs__json_place(member),
		"the member \"%.*s\" is there twice: each name may be used once",
		member->key_len < 100 ? (int)member->key_len : 100, member->key);
}
