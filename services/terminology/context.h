/* SPDX-License-Identifier: Apache-2.0 */
/* One question while it is answered: what was asked, what can be seen, and what there is to say about it. */
#pragma once

#include "catalogue.h"
#include "compile/concept.h"
#include "image/patience.h"

#define TX_RULES_MAX 64u
#define TX_NAMES_MAX 64u
#define TX_SETS_DEEP 40u /* value sets in one another */

/* ---- the parameters ---- */

/* Rules about versions, in one table: who may say what a canonical without (or with another) version means.
 */
enum tx_version_kind { TX_VERSION_DEFAULT, TX_VERSION_CHECK, TX_VERSION_FORCE, TX_VERSION_SET };
struct tx_version_rule {
	enum tx_version_kind kind;
	struct hs_slice url, version;
	bool used; /* it decided something */
};

enum tx_flag { TX_UNSET, TX_NO, TX_YES };

/* What came with a question: Parameters, or the query of a request without a body, of which Parameters are
 * made only where an answer has a use for them. */
struct tx_input {
	struct hs_arena *arena; /* of the question */
	const struct hs_pair *pairs;
	size_t count;
	const struct hs_json *tree; /* Parameters; NULL: not made of the pairs yet */
};
/* NULL when the arena is full. */
const struct hs_json *hs_tx_input_tree(struct tx_input *input);
/* Text of the first parameter of that name; empty: there is none, or it has none. */
struct hs_slice hs_tx_input_text(const struct tx_input *input, struct hs_slice name);

struct tx_params {
	struct tx_input input;
	struct hs_json *brought; /* those of the value set itself that shape the answer; NULL: none */
	struct hs_slice url, set_version, code, system, version, display, filter, display_language, date;
	const struct hs_json *value_set, *coding, *codeable;
	struct tx_asked_code {
		struct hs_slice code;
		const struct hs_json *coding;
	} a, b; /* codeA or codingA, codeB or codingB */
	uint8_t infer_system, abstract, active_only, lenient_display, membership_only; /* enum tx_flag */
	uint8_t exclude_nested, designations, definition;
	uint8_t for_choice;     /* no abstract codes */
	uint8_t versions_match; /* codes of two versions are the same (apart.h) */
	uint8_t limited;        /* too many codes: the first of them will do */
	uint8_t reverse;        /* translate from the target to the source */
	int64_t offset, count;  /* -1: not given */
	size_t rule_count, property_count, designation_filter_count, supplement_count, left_out_count;
	bool languages_asked; /* by parameter, header or value set */

	/* Lists, of which only the first so many entries have been written. */
	struct hs_languages languages;
	struct tx_version_rule rules[TX_RULES_MAX];
	struct hs_slice properties[TX_NAMES_MAX], designation_filters[TX_NAMES_MAX];
	struct hs_slice supplements[TX_NAMES_MAX];
	struct hs_slice
		left_out[TX_NAMES_MAX]; /* code systems that an expansion leaves out: url or url|version */
};

/* Who names designations wants them, unless it says otherwise. */
static inline bool tx_tells_designations(const struct tx_params *params)
{
	return params->designations == TX_YES ||
		(params->designations == TX_UNSET && params->designation_filter_count);
}

/* ---- messages ---- */

struct tx_issue {
	enum tx_message id;
	enum hs_severity severity;
	struct hs_slice text, path;
	bool spoken;
	const char *type; /* tx-issue-type, when it is not the catalogue's */
	struct tx_issue *next;
};
struct tx_issues {
	struct tx_issue *first, *last;
	size_t count, errors;
};

/* ---- code systems that are grammars (grammar.c) ---- */

struct tx_made;
/* Codes of grammars that this question has asked about, and the layer that stands for them. */
struct tx_grammars {
	struct tx_context *ctx;
	struct tx_layer layer; /* the built-in one; image NULL: there is none */
	struct tx_made *made;
	uint32_t count;
	uint32_t *table; /* open addressing over `made`, 1-based; 0 is free */
	size_t table_room;
};

/* ---- the question ---- */

/* A code system that a reference means. */
struct tx_resolved {
	struct tx_system system;             /* row NULL: not found */
	struct hs_slice asked;               /* the version looked for; empty: none */
	bool changed;                        /* a rule put it in the place of the one in the value set */
	const struct tx_version_rule *check; /* the rule that the version found breaks */
};

struct tx_context {
	struct hs_arena *arena;
	int64_t now_ms;
	enum hs_fhir_version fhir;
	bool swedish; /* the language of sentences: that of Accept-Language, else of displayLanguage */
	size_t supplement_count;
	struct tx_set set;        /* sent with the request or named by it */
	bool chosen;              /* hs_tx_choose_set has nothing more to do */
	struct hs_slice set_name; /* "url|version" for messages */
	struct tx_issues issues;
	struct tx_issue
		*failure; /* why there is no answer at all: an OperationOutcome with `failure_status` */
	int failure_status;
	bool as_text;            /* the answer may be JSON text: `written` has it then (operations/tell.h) */
	struct hs_slice written; /* empty: the answer is a tree */
	uint32_t limit;          /* most codes of an expansion */
	struct tx_patience patience;
	/* What was resolved last: a question comes to the same code system several times. */
	struct {
		struct hs_slice url, version; /* no URL: nothing yet */
		struct tx_resolved found;
	} last;

	/* What stands from here on is written when it is begun, read or counted. */
	struct tx_grammars grammars;
	struct tx_scope scope;
	struct tx_params params;
	struct tx_system supplements[TX_NAMES_MAX];
};

/* Whoever asks in Swedish is answered in Swedish: by Accept-Language, else by the parameter displayLanguage.
 */
bool hs_tx_speaks_swedish(struct hs_slice accept_language, struct hs_slice display_language);
enum hs_status hs_tx_params_read(struct tx_context *ctx, const struct tx_input *input,
	struct hs_slice accept_language, struct hs_error *err);
/* A parameter that has no place in struct tx_params, as it stands in Parameters; NULL: there is none. */
const struct hs_json *hs_tx_parameter(struct tx_context *ctx, struct hs_slice name);
struct hs_slice hs_tx_parameter_text(const struct tx_context *ctx, struct hs_slice name);
/* All of them, for HS_JSON_EACH. */
const struct hs_json *hs_tx_parameters(struct tx_context *ctx);
/* What the value set says itself (extension valueset-expansion-parameter): a flag or language where the
 * request says nothing, lists and rules about versions behind those of the request. */
enum hs_status hs_tx_params_of_set(struct tx_context *ctx, struct tx_set set, struct hs_error *err);

/* A sentence that has no language yet and no path: what a code system's source says about a code. */
struct tx_remark {
	enum tx_message id;
	struct tx_args args;
	enum tx_message detail; /* when `detailed`: the sentence that {0} stands for */
	struct tx_args detail_args;
	bool detailed;
	bool wrong; /* the code is none because of it */
	const struct tx_remark *next;
};
struct tx_issue *hs_tx_issue(struct tx_context *ctx, struct tx_issues *issues, enum tx_message id,
	struct hs_slice path, struct tx_args args);
/* Remarks in the order in which they are made. */
struct tx_remarks {
	struct hs_arena *arena;
	struct tx_remark *first, *last;
	bool wrong; /* one of them is */
};
/* What does not fit into the arena is not said; `wrong` is kept. False when it is. */
bool hs_tx_remark(struct tx_remarks *remarks, struct tx_remark remark);
struct hs_slice hs_tx_remark_text(struct tx_context *ctx, const struct tx_remark *remark);
/* Says each of a list, once. */
void hs_tx_say_remarks(struct tx_context *ctx, const struct tx_remark *list, struct hs_slice path);
/* Adds those of a list that are errors to the reason why there is no answer. */
void hs_tx_add_reasons(struct tx_context *ctx, const struct tx_remark *list, struct hs_error *err);
/* A word inside a sentence, in the language of the question. */
static inline const char *tx_word(const struct tx_context *ctx, enum tx_message word)
{
	return hs_tx_words(word, ctx->swedish);
}
/* The same as the reason why there is no answer; gives the status to return. */
enum hs_status hs_tx_refuse(struct tx_context *ctx, enum tx_message id, int http, struct hs_slice path,
	struct tx_args args, struct hs_error *err);
/* The same of a fault in the question, as one that no other server need know: HTTP has what `status` stands
 * for, and `path` names the parameter. */
enum hs_status hs_tx_fault(struct tx_context *ctx, enum hs_status status, enum tx_message id,
	struct hs_slice path, struct tx_args args, struct hs_error *err);
/* Value sets include one another more than TX_SETS_DEEP deep. */
enum hs_status hs_tx_too_deep(struct tx_context *ctx, struct hs_error *err);
bool hs_tx_has_issue(const struct tx_issues *issues, enum tx_message id, struct hs_slice path);
/* An OperationOutcome of all of them as JSON text; the second is empty when the arena is full. */
void hs_tx_write_outcome(struct hs_buf *out, const struct tx_issues *issues);
struct hs_slice hs_tx_outcome_text(struct hs_arena *arena, const struct tx_issues *issues);
struct hs_json *hs_tx_failure_outcome(struct tx_context *ctx);
/* Spoken sentences of errors (of all when there is none), joined by "; ", in order of the text. */
struct hs_slice hs_tx_message(struct hs_arena *arena, const struct tx_issues *issues);

/* ---- versions: one resolver (resolve.c) ---- */

/* What a reference to `url` with `version` (empty: none) means under the rules of the request. */
struct tx_resolved hs_tx_resolve(struct tx_context *ctx, struct hs_slice url, struct hs_slice version);
/* What a value set's rule refers to: a guest's set without a version means the code system of its own
 * release. */
struct tx_resolved hs_tx_resolve_rule(struct tx_context *ctx, struct tx_set set,
	const struct tx_rule_row *rule);
/* "1.0.0 or 1.2.0", empty when there is none. */
struct hs_slice hs_tx_known_versions(const struct tx_context *ctx, struct hs_slice url);
/* A value set by canonical, under default-valueset-version; *asked (may be NULL) is the version looked for.
 */
bool hs_tx_resolve_set(struct tx_context *ctx, struct hs_slice canonical, struct hs_slice version,
	struct tx_set *out, struct hs_slice *asked);
/* Fills ctx->supplements from the request and the value set; refuses when one is missing. */
enum hs_status hs_tx_find_supplements(struct tx_context *ctx, struct tx_set set, struct hs_error *err);
/* Those that belong to `s`. */
size_t hs_tx_supplements_of(const struct tx_context *ctx, struct tx_system s, struct tx_system *out);

/* Designations of a concept with the request's supplements. */
bool hs_tx_texts(struct tx_context *ctx, struct tx_system s, uint32_t concept, struct tx_designations *out);
struct hs_slice hs_tx_display(struct tx_context *ctx, struct tx_system s, uint32_t concept);
