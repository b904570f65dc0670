/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of core/fhir/search share: compiled rules, the work of extraction, the work of parsing. */
#pragma once

#include <core/fhir/path/path.h>
#include <core/fhir/search/search.h>
#include <handslag/ucum.h>

/* ---- rules ---- */

/* One component of a composite parameter. */
struct hs__search_component {
	uint8_t type;                   /* enum hs_param_type */
	struct hs_slice name;           /* "Observation.code-value-quantity$1" */
	struct hs_slice canonical_name; /* quantity: "...:canonical" */
	struct hs_path *path;           /* from the composite's focus */
};

/* A search parameter of one resource type. */
struct hs__search_rule {
	const struct hs_def_param *def;  /* of a service's parameter: an empty one */
	uint8_t type;                    /* enum hs_param_type */
	struct hs_slice code;            /* "name" */
	struct hs_slice url, text;       /* of its definition: canonical and description */
	struct hs_slice name;            /* "Patient.name", the name of its index entries */
	struct hs_slice text_name;       /* token: "...:text", displays and texts as strings */
	struct hs_slice identifier_name; /* reference: "...:identifier", identifiers of logical references */
	struct hs_slice of_type_name;    /* token of identifiers: "...:of-type", value with its type */
	struct hs_slice canonical_name;  /* quantity: "...:canonical", amounts in UCUM's base units */
	const struct hs_def_type
		*only;        /* reference: the one type it can point to ("where(resolve() is Patient)") */
	struct hs_path *path; /* NULL: no entries (specials of the store, or a faulty expression) */
	struct hs__search_component *components;
	uint32_t component_count;
	const struct hs_slice
		*starts; /* a resource with no member that begins so has no values; NULL: may always have */
	uint32_t start_count;
};

struct hs__search_type {
	const struct hs_def_type *def;
	struct hs_arena *arena;
	struct hs__search_rule *rules; /* by code */
	uint32_t count;
	uint32_t faulty;            /* expressions that did not compile */
	struct hs_slice there_name; /* search_there (rules.c) */
};

/* Data types that extraction knows, by pointer. */
struct hs__search_types {
	const struct hs_def_type *coding, *codeable, *identifier, *contact, *reference, *quantity, *money,
		*range, *period, *timing, *name, *address, *extension, *codeable_reference, *resource;
};

struct hs_search_rules {
	struct hs_defs *defs;
	struct hs__search_types types;
	struct hs_search_extra *extras; /* parameters of services */
	uint32_t extra_count;
	_Atomic(struct hs__search_type *) *by_type; /* by type index; compiled when first asked for */
};

/* NULL for a type that is no resource type. Any thread. */
const struct hs__search_type *hs__search_type(const struct hs_search_rules *rules, struct hs_slice name);
const struct hs__search_rule *hs__search_rule(const struct hs__search_type *type, struct hs_slice code);
/* Is `code` a parameter that the store itself answers (_id, _lastUpdated)? */
bool hs__search_is_store_param(struct hs_slice code);
/* _text or _content. */
bool hs__search_is_words(struct hs_slice code);
/* Known parameters that have no index entries: refused ones as _query, and those with a way of their own. */
bool hs__search_is_refused(struct hs_slice code);
/* The alternatives of a union that can apply to a type, in `arena`; empty when none does. */
struct hs_slice hs__search_split(const struct hs_defs *defs, struct hs_arena *arena,
	const struct hs_def_type *type, struct hs_slice expression);

/* The end of the alternative that begins at `at`: a '|' outside of brackets and quotes, or the end. */
size_t hs__search_alternative(struct hs_slice text, size_t at);
/* The first name of an alternative: "Observation" of "(Observation.value as Quantity)". */
struct hs_slice hs__search_first_name(struct hs_slice part);
/* What a member of the resource must begin with, one for each alternative ("name" of "Patient.name.given",
 * "valueQuantity" of "(Observation.value as Quantity)"); NULL when one cannot be told. */
const struct hs_slice *hs__search_starts(const struct hs_defs *defs, struct hs_arena *arena,
	const struct hs_def_type *type, const struct hs_def_param *param, struct hs_slice expression,
	uint32_t *count);
/* The type that every alternative narrows its references to, or NULL. */
const struct hs_def_type *hs__search_only(const struct hs_defs *defs, struct hs_slice expression);

/* ---- numbers ---- */

/* A decimal text as a point, and as the span that its precision implies (R4 section 3.1.1.4.3). */
struct hs__search_number {
	double value, low, high;
};
bool hs__search_number(struct hs_slice text, struct hs__search_number *out);

/* A UCUM unit and what amounts in it are in base units. Index and query go through the same rounding, so that
 * 1 g and 1000 mg are one number. */
struct hs__search_unit {
	struct hs_ucum unit, base;
	struct hs_slice text; /* the base units: "g.m-3" */
};
/* False when `code` is no unit of UCUM, or one without amounts in base units. */
bool hs__search_unit(struct hs_arena *arena, struct hs_slice code, struct hs__search_unit *out);
bool hs__search_in_base(const struct hs__search_unit *unit, double value, double *out);

/* Brings a token of a Swedish number series to its preferred system and form; leaves others as they are. */
void hs__search_one_form(struct hs_arena *arena, struct hs_slice *system, struct hs_slice *code);

/* ---- extraction ---- */

#define HS__EXTRACT_ASK UINT32_MAX

/* An amount brought to base units. One resource has the same amount for several parameters, one after
 * another, and bringing it there costs more than all the rest of its entry. */
struct hs__extract_base {
	struct hs_slice code;
	double from_low, from_high;
	bool good; /* it could be brought there */
	double low, high;
	struct hs_slice text;
};

struct hs__extract {
	const struct hs_search_rules *rules;
	const struct hs_numbering *numbers;
	struct hs_arena *arena;
	const struct hs_json *resource;
	struct hs_slice base;
	struct hs_index_row *rows;
	size_t count, room;
	/* the parameter at hand */
	const struct hs__search_rule *rule;
	uint32_t param;
	uint32_t text_param, identifier_param,
		of_type_param; /* 0: none; HS__EXTRACT_ASK: not asked for yet */
	uint32_t canonical_param;
	struct hs_slice canonical_name;
	struct hs__extract_base base_amount; /* the last one */
	uint16_t group;
	bool full; /* the arena had no room */
};

/* Adds a row of the parameter at hand; NULL when there is no room. */
struct hs_index_row *hs__extract_row(struct hs__extract *x, enum hs_index_kind kind);
void hs__extract_token(struct hs__extract *x, const struct hs_path_value *value);
void hs__extract_string(struct hs__extract *x, const struct hs_path_value *value);
void hs__extract_uri(struct hs__extract *x, const struct hs_path_value *value);
void hs__extract_date(struct hs__extract *x, const struct hs_path_value *value);
void hs__extract_number(struct hs__extract *x, const struct hs_path_value *value);
void hs__extract_quantity(struct hs__extract *x, const struct hs_path_value *value);
void hs__extract_reference(struct hs__extract *x, const struct hs_path_value *value);
void hs__extract_point(struct hs__extract *x, const struct hs_path_value *value);
/* The text of a primitive value; empty for others. */
struct hs_slice hs__extract_text(const struct hs_path_value *value);
/* The type of what a resource contains under this id; 0: nothing. */
uint32_t hs__search_contained_type(const struct hs_numbering *numbers, const struct hs_json *container,
	struct hs_slice id);
/* The numbers that hs_search_inside was given, or `numbers` itself. */
const struct hs_numbering *hs__search_plain(const struct hs_numbering *numbers);
/* Fills target of a reference row or condition: type number and id when it is ours, else the URL. */
struct hs__search_target {
	uint32_t type;
	struct hs_slice text;
};
struct hs__search_target hs__search_target(const struct hs_numbering *numbers, struct hs_arena *arena,
	const struct hs_reference *reference, struct hs_slice text, struct hs_slice base);

/* ---- parsing ---- */

#define HS__SEARCH_NODES 5000u  /* conditions of one search */
#define HS__SEARCH_CODES 40000u /* that the sets of one search have, each time one is asked */

struct hs__parse {
	const struct hs_search_rules *rules;
	const struct hs_numbering *numbers;
	struct hs_arena *arena;
	const struct hs_search_options *options;
	struct hs_slice whole; /* name of the parameter at hand as it was sent, for messages */
	uint32_t nodes;
	size_t codes;             /* of sets */
	bool unknown;             /* the failure is an unknown parameter, which lenient handling leaves out */
	bool misfit;              /* the failure is a chain over what is no reference in this type */
	bool filtering, overlaps; /* inside _filter; there the comparison stands apart from the value */
	struct hs_slice op_name;  /* inside _filter: the one that went as a modifier, for messages */
	uint8_t cmp;              /* enum hs_find_cmp */
	struct hs_search_sets *asking; /* not NULL: sets of codes are noted, nothing is found */
	struct hs_error *err;
};

/* A new condition; NULL with *parse->err filled at a limit. */
struct hs_find *hs__parse_node(struct hs__parse *parse, enum hs_find_op op);
/* The condition with these kids; the kid itself when there is one and op is AND or OR. NULL as above. */
const struct hs_find *hs__parse_join(struct hs__parse *parse, enum hs_find_op op, const struct hs_find **kids,
	size_t count);
/* One parameter (name with modifiers and chains, value with alternatives) as a condition on `type`. */
enum hs_status hs__parse_condition(struct hs__parse *parse, struct hs_slice type, struct hs_slice name,
	struct hs_slice value, unsigned depth, const struct hs_find **out);
/* _text and _content. */
enum hs_status hs__parse_words(struct hs__parse *parse, struct hs_slice type, bool narrative,
	struct hs_slice value, const struct hs_find **out);
/* HS_E_NOT_FOUND when resources of the type are in no such compartment. */
enum hs_status hs__parse_compartment(struct hs__parse *parse, struct hs_slice type,
	const struct hs_search_compartment *compartment, const struct hs_find **out);
/* One value of a parameter without modifier or with one that its type knows; `modifier` may be empty. */
enum hs_status hs__parse_value(struct hs__parse *parse, enum hs_param_type type, uint32_t param,
	struct hs_slice modifier, struct hs_slice value, const struct hs_find **out);
/* NUMBER, NUMBER|SYSTEM|CODE, NUMBER||CODE; `canonical` numbers the amounts in base units. */
enum hs_status hs__parse_quantity(struct hs__parse *parse, uint32_t param, uint32_t canonical,
	struct hs_slice value, const struct hs_find **out);
/* A number with a prefix, as cmp, low and high. */
bool hs__search_amount(const struct hs__parse *parse, struct hs_slice text, struct hs_find *find);
/* The system before a bar. Inside _filter some have short names (R4 search_filter.html, note on tokens). */
struct hs_slice hs__parse_system(const struct hs__parse *parse, struct hs_slice text);
/* Takes eq, ne, gt, lt, ge, le, sa, eb or ap off the front. Inside _filter nothing is taken off. */
uint8_t hs__parse_prefix(const struct hs__parse *parse, struct hs_slice *value);
enum hs_status hs__parse_bad_modifier(struct hs__parse *parse, struct hs_slice modifier, const char *allowed);
/* :above and :below of a reference: along what the target type says it is part of. */
enum hs_status hs__parse_hierarchy(struct hs__parse *parse, const struct hs__search_rule *rule,
	uint32_t param, bool below, struct hs_slice value, const struct hs_find **out);
/* A chain over `reference` ("subject", "subject:Patient"): `fn` makes the condition on each type that it may
 * point to; a type for which it fails with parse->unknown is left out. */
typedef enum hs_status hs__parse_target_fn(struct hs__parse *parse, struct hs_slice type, void *arg,
	const struct hs_find **out);
enum hs_status hs__parse_targets(struct hs__parse *parse, struct hs_slice type, struct hs_slice reference,
	unsigned depth, hs__parse_target_fn *fn, void *arg, const struct hs_find **out);
/* CHAIN or HAS over `kid`; a condition that nothing fulfils when the type has no number. NULL as above. */
const struct hs_find *hs__parse_link(struct hs__parse *parse, enum hs_find_op op, uint32_t param,
	uint32_t type, const struct hs_find *kid);
/* "subject:Patient.name" with the place of its first dot. */
enum hs_status hs__parse_chain(struct hs__parse *parse, struct hs_slice type, struct hs_slice name,
	size_t dot, struct hs_slice value, unsigned depth, const struct hs_find **out);
/* What stands behind "_has:", TYPE:REFERENCE:PARAMETER, where PARAMETER may be another _has. */
enum hs_status hs__parse_has(struct hs__parse *parse, struct hs_slice rest, struct hs_slice value,
	unsigned depth, const struct hs_find **out);
/* `find` as the answer; NULL is the failure in *parse->err. */
enum hs_status hs__parse_give(struct hs__parse *parse, const struct hs_find *find,
	const struct hs_find **out);
/* NOT of one condition; NULL with *parse->err filled at a limit. */
const struct hs_find *hs__parse_negate(struct hs__parse *parse, const struct hs_find *find);
/* :in, :below or :above of a token: any of the codes that were fetched for it. */
bool hs__search_set_kind(struct hs_slice modifier, enum hs_search_set_kind *out);
enum hs_status hs__parse_set(struct hs__parse *parse, uint32_t param, enum hs_search_set_kind kind,
	struct hs_slice value, const struct hs_find **out);
/* _list=ID: what the entries of that List refer to. */
enum hs_status hs__parse_list(struct hs__parse *parse, struct hs_slice value, const struct hs_find **out);
/* _filter: an expression of conditions (R4 section 3.1.1.4.20, search_filter.html). */
enum hs_status hs__parse_filter(struct hs__parse *parse, struct hs_slice type, struct hs_slice text,
	const struct hs_find **out);
enum hs_status hs__parse_reference(struct hs__parse *parse, const struct hs__search_rule *rule,
	uint32_t param, struct hs_slice modifier, struct hs_slice value, const struct hs_find **out);
enum hs_status hs__parse_composite(struct hs__parse *parse, const struct hs__search_rule *rule,
	struct hs_slice value, const struct hs_find **out);
enum hs_status hs__parse_near(struct hs__parse *parse, uint32_t param, struct hs_slice value,
	const struct hs_find **out);
/* An instant or date of any precision as cmp and span, for _lastUpdated too. */
enum hs_status hs__parse_date(struct hs__parse *parse, struct hs_slice value, struct hs_find *find);
/* HS_E_VALUE that names parameter, value and the right form. */
enum hs_status hs__parse_bad(struct hs__parse *parse, struct hs_slice value, const char *form);
/* The number of an index name; 0: not known. */
uint32_t hs__search_param_number(const struct hs_numbering *numbers, struct hs_slice name);

/* Cuts at the first `mark` that no backslash escapes; as hs_slice_cut. */
struct hs_slice hs__search_cut(struct hs_slice *text, char mark);
/* Without the backslashes of \, \$ \| and \\. */
struct hs_slice hs__search_unescape(struct hs_arena *arena, struct hs_slice text);

/* ---- result parameters (_sort, _count, _include ...) ---- */

/* Is `name` (with modifier) one, and is it understood? *taken says so. */
enum hs_status hs__parse_result(struct hs__parse *parse, struct hs_slice name, struct hs_slice value,
	struct hs_search *search, bool *taken);
/* HS_E_NOT_SUPPORTED "there is no search parameter ...; did you mean ...". */
enum hs_status hs__parse_unknown(struct hs__parse *parse, struct hs_slice type, struct hs_slice code);
