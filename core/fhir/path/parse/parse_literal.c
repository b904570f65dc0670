/* SPDX-License-Identifier: Apache-2.0 */
/* Parses literals and the names of types. */
#include <core/fhir/path/values/moment.h>
#include <core/fhir/path/parse/parser.h>
#include <core/fhir/path/values/quantity.h>

static bool is_system_type(struct hs_slice name)
{
	static const char *const NAMES[] = { "Boolean", "Integer", "Long", "Decimal", "String", "Date",
		"DateTime", "Time", "Quantity", "Any" };
	for (size_t i = 0; i < sizeof(NAMES) / sizeof(NAMES[0]); i++) {
		if (hs_slice_eq(name, hs_slice_cstr(NAMES[i]))) {
			return true;
		}
	}
	return false;
}

static bool is_space(struct hs_slice name)
{
	return hs_slice_eq(name, HS_S("FHIR")) || hs_slice_eq(name, HS_S("System"));
}

bool hs__parse_type(struct path_parser *parser, struct path_type_name *out)
{
	if (!hs__parse_is_name(&parser->lexer)) {
		hs__parse_refuse(parser, parser->lexer.start, "the name of a type is expected",
			parser->lexer.text);
		return false;
	}
	struct path_type_name type = { .name = parser->lexer.text };
	size_t start = parser->lexer.start, parts = 1;
	if (!hs__parse_advance(parser)) {
		return false;
	}
	for (; hs__path_sign(&parser->lexer, "."); parts++) {
		if (!hs__parse_advance(parser)) {
			return false;
		}
		if (!hs__parse_is_name(&parser->lexer)) {
			hs__parse_refuse(parser, parser->lexer.start, "the name of a type is expected",
				parser->lexer.text);
			return false;
		}
		type.space = type.name;
		type.name = parser->lexer.text;
		if (parts > 1 || !is_space(type.space)) {
			/* A name that no type has, as it was written. */
			type.space = HS_S_NONE;
			type.name = hs_slice(parser->lexer.source.ptr + start, parser->lexer.at - start);
		}
		if (!hs__parse_advance(parser)) {
			return false;
		}
	}
	type.system = !hs_slice_eq(type.space, HS_S("FHIR")) && is_system_type(type.name);
	type.fhir = !hs_slice_eq(type.space, HS_S("System"));
	if (type.fhir && parser->path->defs) {
		type.type = hs_defs_type(parser->path->defs, type.name);
	}
	*out = type;
	return true;
}

/* ---- literals ---- */

struct path_node *hs__parse_literal(struct path_parser *parser, const struct hs_path_value *value)
{
	struct path_node *node = hs__path_parse_node(parser, OP_LITERAL, NULL);
	struct hs_path_value *copy = hs__parse_memory(parser, sizeof(*copy));
	if (!node || !copy) {
		return NULL;
	}
	*copy = *value;
	node->u.literal = copy;
	return hs__parse_advance(parser) ? node : NULL;
}

/* A whole number that is too large for an Integer is a Long, and beyond that a Decimal. */
struct path_node *hs__parse_number(struct path_parser *parser)
{
	struct hs_path_value value = { .kind = HS_PATH_DECIMAL,
		.text = hs__path_decimal_plain(parser->lexer.text) };
	struct path_lexer number = parser->lexer;
	uint64_t whole;
	bool wide = hs_slice_ends(value.text, HS_S("L"));
	struct hs_slice digits = hs_slice_first(value.text, value.text.len - wide);
	if (hs_slice_u64(digits, &whole) && whole <= INT64_MAX) {
		value.kind = wide || whole > INT32_MAX ? HS_PATH_LONG : HS_PATH_INTEGER;
		value.integer = (int64_t)whole;
	}
	if (wide && value.kind != HS_PATH_LONG) {
		return hs__parse_refuse(parser, number.start, "a Long is a whole number of 64 bits",
			number.text);
	}
	if (!hs__parse_advance(parser)) {
		return NULL;
	}
	if (wide) {
		value.text = HS_S_NONE;
		parser->lexer = number;
		return hs__parse_literal(parser, &value);
	}
	bool calendar = parser->lexer.token == TOKEN_WORD &&
		hs__path_calendar(parser->lexer.text) != PATH_CALENDAR_NONE;
	if (parser->lexer.token == TOKEN_STRING || calendar) {
		value.kind = HS_PATH_QUANTITY;
		value.unit = calendar ? hs__path_calendar_name(parser->lexer.text) : parser->lexer.text;
		return hs__parse_literal(parser, &value);
	}
	parser->lexer = number;
	return hs__parse_literal(parser, &value);
}

struct path_node *hs__parse_moment(struct path_parser *parser)
{
	struct path_moment moment;
	struct hs_slice text = parser->lexer.text;
	if (!hs__path_moment_parse(text, &moment)) {
		return hs__parse_refuse(parser, parser->lexer.start, "there is no such date or time", text);
	}
	if (moment.kind == HS_PATH_TIME && moment.has_zone) {
		struct path_node *node = hs__path_parse_node(parser, OP_FAULT, NULL);
		if (!node) {
			return NULL;
		}
		node->u.name = HS_S("a time has no time zone");
		return hs__parse_advance(parser) ? node : NULL;
	}
	/* Values print without the T of a time and of a dateTime that ends there. */
	text = moment.kind == HS_PATH_TIME ? hs_slice_from(text, 1) : text;
	text = hs_slice_ends(text, HS_S("T")) ? hs_slice_first(text, text.len - 1) : text;
	struct hs_path_value value = { .kind = moment.kind, .text = text };
	return hs__parse_literal(parser, &value);
}
