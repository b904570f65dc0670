/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of core/rest share: the objects, a call (what is asked) and a result (what came of it).
 *
 * Every interaction is a *call* that is carried out in one transaction and fills a *result*. A request of its
 * own and an entry of a batch or transaction differ only in who makes the call and who reads the result. */
#pragma once

#include <core/base/map.h>
#include <core/fhir/check.h>
#include <core/rest/compose.h>
#include <core/rest/rest.h>

struct hs__rest_type {
	struct hs_slice name;
	const struct hs_type_row *row; /* NULL: nobody serves it */
	void *state;                   /* of the service */
	const char *service;
	uint32_t index; /* place in hs_rest.types */
	bool by_star;   /* the row is that of "*" */
};

struct hs__shelf;
struct hs__rest_shade;

struct hs_rest {
	struct hs_rest_config config;
	enum hs_fhir_version fhir;
	struct hs_arena *arena;      /* names */
	struct hs__rest_type *types; /* all concrete resource types that may be stored */
	size_t type_count;
	struct hs_map by_name;   /* name -> struct hs__rest_type */
	struct hs_slice *params; /* names of index parameters, "Patient.name" */
	size_t param_count, param_room;
	struct hs_map param_index; /* name -> place in params, from 1 */
	/* The numbers of the API's own, for what is in no store: a place in `types` or `params`, from 1. */
	struct hs_numbering numbering;
	struct hs__shelf *shelf; /* resources of packages; NULL: none */
};

struct hs_rest_sandbox {
	const struct hs_rest *rest;
	struct hs_store *store;
	uint64_t serial;                        /* never the same in one process: caches are keyed by it */
	uint32_t *type_numbers;                 /* by hs__rest_type.index */
	uint32_t *param_numbers;                /* by place in hs_rest.params */
	const struct hs__rest_type **by_number; /* the type of a number; NULL: not of this FHIR version */
	uint32_t number_count;
	struct hs__rest_shade *shade; /* NULL without a shelf */
	struct hs_numbering numbering;
	struct hs_rest_policy policy; /* check NULL: hs_check_resource */
	struct hs_rest_terms terms;   /* judge NULL: nobody */
};

/* Where calls are carried out. */
struct hs__rest_env {
	const struct hs_rest *rest;
	const struct hs_rest_sandbox *sandbox;
	struct hs_slice base; /* "http://host/fhir/r4" */
	int64_t now_ms;
	struct hs_slice producer; /* who writes, for services; empty: not said */
	struct hs_slice language; /* Accept-Language, for services; empty: not said */
	struct hs_txn *reading;   /* while a body is prepared within a transaction, else NULL */
};

/* A resource on its way in. */
struct hs__rest_incoming {
	struct hs_json *tree;
	struct hs_slice text; /* what the tree was parsed from; empty when the tree is made or changed */
	struct hs__rest_compose compose;
	struct hs_index_row *index;
	size_t index_count;
	struct hs_contained *contained;
	size_t contained_count;
	bool ready; /* compose and index are made */
};

struct hs__rest_call {
	enum hs_interaction interaction;
	const struct hs__rest_type *type; /* NULL on system level */
	struct hs_slice id, version;
	struct hs_search_compartment compartment; /* of a search; owner empty: none */
	bool everything;                          /* $everything of that compartment */
	struct hs__rest_care {
		struct hs_slice start, end; /* the days of care asked for, "2020-01-01"; empty: open */
	} care;
	struct hs_slice self;        /* of $everything: its parameters, for links */
	const struct hs_pair *query; /* of a search or history; the condition of a conditional one */
	size_t query_count;
	struct hs_slice if_match, if_none_match, if_modified_since, if_unmodified_since, if_none_exist;
	struct hs__rest_incoming *in; /* create, update */
	struct hs_json *patch;        /* an array: JSON Patch; a Parameters resource: FHIRPath Patch */
	struct hs_search *search;     /* parsed before the transaction when it could be */
	struct hs_search_set *sets;   /* codes that the search needs from the terminology */
	size_t set_count;
	struct hs_slice *judged; /* by set: what those codes are judged by that resources have, when it is
				  * searched (stored_codes.h); or no bytes. NULL: none is */
	bool strict;             /* Prefer: handling=strict */
	bool hints;              /* Prefer: return=OperationOutcome, of a create or update by itself */
	bool words; /* _text and _content may be asked: hs__rest_follow_words comes before the search */
};

struct hs__rest_result {
	int status;
	bool versioned;           /* version, updated_ms are known */
	struct hs_slice type, id; /* versioned: whose version it is */
	uint64_t version;
	int64_t updated_ms;
	uint64_t seq;         /* what a reader must have seen to see this */
	struct hs_slice text; /* resource or Bundle, complete; may be empty */
	bool located;         /* Location is to be told */
	bool wrote;
	struct hs_issues issues; /* of checks; errors among them refuse */
};

/* ---- rest.c, sandbox.c, route.c ---- */

const struct hs__rest_type *hs__rest_type(const struct hs_rest *rest, struct hs_slice name);
uint32_t hs__rest_type_number(const struct hs_rest_sandbox *sandbox, const struct hs__rest_type *type);

/* ---- query.c ---- */

/* "a=b&c=d", percent-decoded. */
enum hs_status hs__rest_query(struct hs_arena *arena, struct hs_slice text, const struct hs_pair **out,
	size_t *count, struct hs_error *err);
/* First value of a parameter, or empty. */
struct hs_slice hs__rest_query_get(const struct hs_pair *pairs, size_t count, struct hs_slice name);
void hs__rest_percent(struct hs_buf *buf, struct hs_slice text);

/* ---- precondition.c (RFC 9110 section 13, R4 section 3.1.0.5) ---- */

/* Does the list of entity tags hold version n? "*" holds for every version (n > 0). */
bool hs__rest_etag_holds(struct hs_slice list, uint64_t version);
/* If-Match, If-None-Match and If-Unmodified-Since of a write; `current` NULL: nothing is there. */
enum hs_status hs__rest_may_write(const struct hs__rest_call *call, const struct hs_resource *current,
	struct hs_error *err);
/* Does the reader have it already (304)? */
bool hs__rest_not_modified(struct hs_slice if_none_match, struct hs_slice if_modified_since, uint64_t version,
	int64_t updated_ms);

/* ---- incoming.c ---- */

/* A media type without its parameters, and whether it is one of FHIR JSON. */
bool hs__rest_media_is_json(struct hs_slice content_type);
/* Checks the resource of a create or update against URL and definitions; what is wrong goes to `issues` (then
 * HS_E_INVARIANT) or *err. `at`: path of the resource within what was sent, empty for all of it. */
enum hs_status hs__rest_check(const struct hs__rest_env *env, const struct hs__rest_call *call,
	struct hs_slice at, struct hs_issues *issues, struct hs_error *err);
/* Is that check slow? Then bodies are prepared by hs_read_slow. */
bool hs__rest_check_is_slow(const struct hs__rest_env *env, bool hints);
/* A server-made id: a UUID that begins with the time, so that new ones lie together in an index. */
struct hs_slice hs__rest_new_id(struct hs_arena *arena);
/* Was it made by the function above? An id carries a sum of itself, so that a history can tell what was
 * created by POST from what a client named; another 36 characters pass for one in 65,536 cases. */
bool hs__rest_is_new_id(struct hs_slice id);
/* Makes text template and index entries; neither depends on the id. */
enum hs_status hs__rest_ready(const struct hs__rest_env *env, struct hs_arena *arena,
	struct hs__rest_incoming *in, struct hs_error *err);
/* Sets the id in the tree (after hs__rest_ready, which looks at the tree as it was sent). */
enum hs_status hs__rest_give_id(struct hs_arena *arena, struct hs_slice id, struct hs_json *tree,
	struct hs_error *err);

/* ---- in a transaction ---- */

/* Carries a call out; may be run again from the start. On failure *err or result->issues say why. */
enum hs_status hs__rest_run(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err);
bool hs__rest_writes(enum hs_interaction interaction);

/* As hs_txn_get; where nothing is stored, the resource that a package has under that id. */
enum hs_status hs__rest_current(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_type *type, struct hs_slice id, struct hs_resource *out, struct hs_error *err);
enum hs_status hs__rest_get(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err);
enum hs_status hs__rest_create(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err);
enum hs_status hs__rest_update(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err);
/* HS_E_INVALID when the tree is neither kind of patch. */
enum hs_status hs__rest_is_patch(const struct hs_json *tree, struct hs_error *err);
enum hs_status hs__rest_patch(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err);
enum hs_status hs__rest_delete(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err);
enum hs_status hs__rest_history(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err);
enum hs_status hs__rest_search(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs__rest_result *result, struct hs_error *err);

/* The id that a conditional update means: that of the match, the sender's, or a new one. */
enum hs_status hs__rest_resolve_update(const struct hs__rest_env *env, struct hs_txn *txn,
	struct hs_arena *arena, const struct hs__rest_call *call, struct hs_slice *id, struct hs_error *err);

/* The part of a search that needs no transaction; `_by`: with other numbers than the store's. */
/* Asks the terminology of this server for the codes of call->sets, at least one, then `after`. */
enum hs_verdict hs__rest_fetch_sets(struct hs_request *req, const struct hs__rest_env *env,
	struct hs__rest_call *call, void *arg, hs_after_fn *after);
/* hs_idle_fn: the index of words follows what is written. */
enum hs_status hs__rest_words_when_idle(struct hs_txn *txn, struct hs_arena *arena, bool *more,
	struct hs_error *err);
/* What these conditions ask the index of words is there from now on; then `after`. HS_E_BUSY while a large
 * one is being made. */
enum hs_verdict hs__rest_follow_words(struct hs_request *req, const struct hs_find *const *wheres,
	size_t count, void *arg, hs_after_fn *after);
/* The same for a search over the types of _type; sets call->words. */
enum hs_verdict hs__rest_system_words(struct hs_request *req, const struct hs__rest_env *env,
	struct hs__rest_call *call, void *arg, hs_after_fn *after);
/* Where a search is sent, below the base: "Patient", "Patient/1/Condition", "Patient/1/" and a star. */
struct hs_slice hs__rest_search_path(struct hs_arena *arena, const struct hs__rest_call *call);
/* Sets call->sets, without their codes. */
enum hs_status hs__rest_search_sets(const struct hs__rest_env *env, struct hs_arena *arena,
	struct hs__rest_call *call, struct hs_error *err);
enum hs_status hs__rest_search_parse(const struct hs__rest_env *env, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs_search *out, struct hs_error *err);
enum hs_status hs__rest_search_parse_by(const struct hs__rest_env *env, const struct hs_numbering *numbers,
	struct hs_arena *arena, const struct hs__rest_call *call, struct hs_search *out,
	struct hs_error *err);
/* The one resource that fulfils `condition` (empty: the query of the call), with an empty id when there is
 * none; HS_E_MULTIPLE when there are more. */
enum hs_status hs__rest_match(const struct hs__rest_env *env, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs__rest_call *call, struct hs_slice condition, struct hs_resource *out,
	struct hs_error *err);

/* ---- bundle/run.c: batch and transaction ---- */

enum hs_verdict hs__rest_serve_bundle(const struct hs__rest_env *env, struct hs_request *req);

/* ---- serve.c, reply.c ---- */

void hs__rest_env_of(struct hs_request *req, const struct hs_rest *rest,
	const struct hs_rest_sandbox *sandbox, struct hs__rest_env *out);
/* ETag and Last-Modified. */
void hs__rest_tell_version(struct hs_request *req, const struct hs__rest_result *result);
void hs__rest_tell_sequence(struct hs_request *req, uint64_t seq);
enum hs_verdict hs__rest_reply(struct hs_request *req, const struct hs__rest_result *result);
enum hs_verdict hs__rest_refuse(struct hs_request *req, enum hs_status status, const struct hs_issues *issues,
	const struct hs_error *err);
/* "W/\"12\"" */
struct hs_slice hs__rest_etag(uint64_t version, char out[32]);

/* ---- read.c: point reads, through the cache of the loop ---- */

enum hs_verdict hs__rest_serve_read(const struct hs_rest *rest, const struct hs_rest_sandbox *sandbox,
	struct hs_request *req, const struct hs_rest_target *target);
