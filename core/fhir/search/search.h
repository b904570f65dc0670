/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR search (R4 section 3.1.1): the query grammar, the index entries of a resource, and the translation
 * of one into conditions over the other. The store carries them out; an in-memory match serves the rest. */
#pragma once

#include <core/fhir/definitions/definitions.h>
#include <handslag/store.h>

/* Gives the number of a type, param or system in a store; 0: not known there. */
struct hs_numbering {
	uint32_t (*number)(void *arg, unsigned space, struct hs_slice text);
	void *arg;
};

/* The search rules of one set of definitions: expressions compiled once. Immutable, shared by threads. */
struct hs_search_rules;
enum hs_status hs_search_rules_new(struct hs_defs *defs, struct hs_search_rules **out, struct hs_error *err);
void hs_search_rules_free(struct hs_search_rules *rules);
/* One more parameter for a type, before the first use of the rules. The texts must outlive them. HS_E_INVALID
 * for an unknown type or kind, or an expression that does not compile. */
struct hs_search_extra {
	struct hs_slice type, code, kind, expression, url;
};
enum hs_status hs_search_rules_add(struct hs_search_rules *rules, const struct hs_search_extra *extra,
	struct hs_error *err);

/* The names of all index entries that resources of a type may have, so that a store can number them ahead:
 * "Patient.name", and of one parameter also "Patient.gender:text" (displays and texts of tokens, as strings),
 * "Observation.subject:identifier" (identifiers of logical references, as tokens) and
 * "Observation.code-value-quantity$1" (components of a composite, tied by group). In `arena`; nothing is
 * compiled for it. */
const struct hs_slice *hs_search_names(const struct hs_search_rules *rules, struct hs_slice type,
	struct hs_arena *arena, size_t *count);
/* A number for the search parameters of a type that packages have added to those of FHIR itself (struct
 * hs_defs_source, params): another set has another; 0 when there is none. Nothing is compiled for it. */
uint64_t hs_search_additions(const struct hs_search_rules *rules, struct hs_slice type);
/* Those of them, by number from 0, that cannot be used, since their expression does not compile; false: no
 * more.
 */
bool hs_search_addition_faulty(const struct hs_search_rules *rules, struct hs_slice type, uint32_t number,
	struct hs_slice *url);
/* Search parameters of the type whose expressions do not compile, for tests. */
uint32_t hs_search_faulty(const struct hs_search_rules *rules, struct hs_slice type);

/* What extraction and parsing work with: the rules, the numbers of one store, and where results are made. */
struct hs_search_work {
	const struct hs_search_rules *rules;
	const struct hs_numbering *numbers;
	struct hs_arena *arena;
};

/* All index entries of a resource, for every search parameter of its type. `base`: our own base URL, so
 * that absolute references to ourselves are local ones. A value that cannot be indexed is left out. */
enum hs_status hs_search_extract(const struct hs_search_work *work, const struct hs_json *resource,
	struct hs_slice base, struct hs_index_row **out, size_t *count, struct hs_error *err);

/* Numbers by which searches are parsed that look into contained resources: `plain` outlives them. */
struct hs_numbering hs_search_inside(const struct hs_numbering *plain);
/* What a resource contains, with its entries, for struct hs_put. */
enum hs_status hs_search_contained(const struct hs_search_work *work, const struct hs_json *container,
	struct hs_slice base, struct hs_contained **out, size_t *count, struct hs_error *err);

enum hs_search_summary {
	HS_SUMMARY_NONE,
	HS_SUMMARY_TRUE,
	HS_SUMMARY_TEXT,
	HS_SUMMARY_DATA,
	HS_SUMMARY_COUNT
};
enum hs_search_where { HS_SEARCH_OUTSIDE, HS_SEARCH_INSIDE, HS_SEARCH_BOTH }; /* _contained */
enum hs_search_total { HS_TOTAL_DEFAULT, HS_TOTAL_NONE, HS_TOTAL_ESTIMATE, HS_TOTAL_ACCURATE };

struct hs_search_include {
	struct hs_slice source; /* resource type, "*" */
	struct hs_slice param;  /* search parameter code, "*" */
	struct hs_slice target; /* resource type or empty */
	bool iterate;
};

struct hs_search {
	struct hs_slice type;
	const struct hs_find *where; /* all conditions; NULL: none */
	const struct hs_find_sort *sort;
	size_t sort_count;
	uint32_t count; /* _count, or the default given */
	bool count_given;
	enum hs_search_total total;
	enum hs_search_summary summary;
	enum hs_search_where contained;
	bool contained_alone; /* _containedType=contained */
	const struct hs_slice *elements;
	size_t element_count;
	const struct hs_search_include *includes, *revincludes;
	size_t include_count, revinclude_count;
	struct hs_slice cursor; /* our own paging parameter, _cursor */
	/* The parameters that were used, for the self link, in order and encoded: "name=value&..." */
	struct hs_slice self;
	/* Parameters that were not understood and left out (lenient handling): the name of each and why, and
	 * its place among the pairs. */
	const struct hs_slice *ignored;
	const size_t *ignored_at;
	size_t ignored_count;
};

/* Codes that only a terminology can tell: of :in and :not-in those of the value set; of a token's :below and
 * :above the code and its relatives. They are fetched between hs_search_sets and hs_search_parse. */
enum hs_search_set_kind { HS_SEARCH_IN, HS_SEARCH_BELOW, HS_SEARCH_ABOVE };
struct hs_search_code {
	struct hs_slice system, code;
};
#define HS_SEARCH_SET_PARAMS 8u
struct hs_search_set {
	enum hs_search_set_kind kind;
	struct hs_slice name; /* as the parameter's value says: a canonical, or SYSTEM|CODE */
	uint32_t params[HS_SEARCH_SET_PARAMS]; /* numbers of those that it is asked of, of contained
						  resources, too */
	unsigned param_count;
	const struct hs_search_code *codes;
	size_t count;
};
struct hs_search_sets {
	struct hs_search_set *items;
	size_t count;
};
#define HS_SEARCH_SETS_MAX 8u         /* of one search */
#define HS_SEARCH_SET_CODES_MAX 2000u /* of one set */
/* Of what a search is limited to: "Patient/1/Condition" has owner "Patient" and id "1". */
struct hs_search_compartment {
	struct hs_slice owner, id;
};

struct hs_search_options {
	uint32_t default_count; /* 20 */
	uint32_t max_count;     /* 1,000; larger is cut */
	bool strict;            /* Prefer: handling=strict: an unknown parameter is an error */
	struct hs_slice base;
	int64_t now_ms;                   /* for ap */
	uint32_t max_params;              /* 100 */
	uint32_t max_values;              /* 500 values of one parameter */
	uint8_t max_chain;                /* 3 */
	const struct hs_search_set *sets; /* filled in */
	size_t set_count;
	const struct hs_search_compartment *compartment; /* NULL: none */
	bool chains_inside;                              /* chains look into contained resources too */
	bool words; /* _text and _content may be asked: the index of words (core/store/words.h) is up to date
		     */
};

/* The sets that these parameters of a type need, in chains and _filter too, codes not filled in; `options` as
 * for hs_search_parse. HS_E_TOO_COSTLY past the limit. */
enum hs_status hs_search_sets(const struct hs_search_work *work, struct hs_slice type,
	const struct hs_pair *pairs, size_t pair_count, const struct hs_search_options *options,
	struct hs_search_sets *out, struct hs_error *err);

/* Parses and translates. Errors name the parameter and what would be right. */
enum hs_status hs_search_parse(const struct hs_search_work *work, struct hs_slice type,
	const struct hs_pair *pairs, size_t pair_count, const struct hs_search_options *options,
	struct hs_search *out, struct hs_error *err);

/* Does a resource with these entries fulfil the condition? CHAIN asks `related` (may be NULL: false) for each
 * reference to the type that is meant or by URL, HAS and WORDS without one. */
bool hs_search_match(const struct hs_find *where, struct hs_slice id, int64_t updated_ms,
	const struct hs_index_row *rows, size_t count,
	bool (*related)(void *arg, const struct hs_find *condition, const struct hs_index_row *via),
	void *arg);

/* Does one entry fulfil a condition on entries, such as TOKEN or DATE, whatever its parameter? */
bool hs_search_match_entry(const struct hs_find *where, const struct hs_index_row *row);

/* Text folded for the default string match: lower case, accents removed by decomposition, white space and
 * punctuation runs made one blank (R4 section 3.1.1.4.8). Swedish å ä ö fold like any other letter here;
 * :exact does not fold. */
struct hs_slice hs_search_fold(struct hs_arena *arena, struct hs_slice text);

/* What _text (narrative) and _content (both) look into: the words of a resource, folded. */
enum hs_status hs_search_words(struct hs_arena *arena, const struct hs_json *resource,
	struct hs_slice *narrative, struct hs_slice *content, struct hs_error *err);
/* The types whose words a condition asks for, added to `types`, each once; the new count, at most `room`. */
size_t hs_search_words_types(const struct hs_find *where, uint32_t *types, size_t count, size_t room);

/* The search parameters of a type, for the CapabilityStatement; `words`: with _text and _content. */
void hs_search_describe(const struct hs_search_rules *rules, struct hs_slice type, bool words,
	struct hs_arena *arena, struct hs_json *entry);
