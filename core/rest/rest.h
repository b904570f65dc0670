/* SPDX-License-Identifier: Apache-2.0 */
/* The FHIR RESTful API (R4 section 3.1.0) over the store, for every type that a service declares.
 *
 * It is written against include/handslag/request.h like a service, and core/host calls it for each request
 * under a FHIR base that no service route takes. One object a FHIR version, immutable while serving. */
#pragma once

#include <core/fhir/search/search.h>
#include <core/http/method.h>
#include <core/store/codes.h>
#include <core/store/store.h>
#include <handslag/service.h>

struct hs_rest;
struct hs__rest_type;

enum hs_interaction {
	HS_DO_READ,
	HS_DO_VREAD,
	HS_DO_CREATE,
	HS_DO_UPDATE,
	HS_DO_PATCH,
	HS_DO_DELETE,
	HS_DO_UPDATE_CONDITIONAL,
	HS_DO_PATCH_CONDITIONAL,
	HS_DO_DELETE_CONDITIONAL,
	HS_DO_HISTORY_INSTANCE,
	HS_DO_HISTORY_TYPE,
	HS_DO_HISTORY_SYSTEM,
	HS_DO_SEARCH_TYPE,
	HS_DO_SEARCH_SYSTEM,
	HS_DO_BUNDLE, /* batch or transaction: POST to the base */
};

struct hs_rest_config {
	struct hs_defs *defs;
	struct hs_search_rules *rules;
	uint32_t page_default; /* 20 */
	uint32_t page_max;     /* 1,000 */
	uint32_t bundle_max;   /* entries of a batch or transaction: 10,000 */
	uint32_t include_max;  /* included resources of a page: 1,000 */
	uint64_t cache_bytes;  /* current versions kept by each loop: 32 MiB */
};
enum hs_status hs_rest_new(const struct hs_rest_config *config, struct hs_rest **out, struct hs_error *err);
void hs_rest_free(struct hs_rest *rest);
/* Before serving. The type "*" takes every resource type that is not added otherwise. `state` is the
 * service's; `service` names it for errors and metrics. */
enum hs_status hs_rest_add_type(struct hs_rest *rest, const struct hs_type_row *row, void *state,
	const char *service, struct hs_error *err);
/* Has one of the types that were added taken this one? */
bool hs_rest_serves(const struct hs_rest *rest, struct hs_slice type);

/* After all types were added: resources of packages for the types whose rows want them (struct hs_type_row).
 * The first time this makes an image in `cache_dir`, later it maps that. The packages outlive the object. */
struct hs_rest_packages {
	struct hs_package *const *list; /* ends with NULL */
	const char *cache_dir;
	const struct hs_world *world;
};
enum hs_status hs_rest_add_packages(struct hs_rest *rest, const struct hs_rest_packages *packages,
	struct hs_error *err);

/* What the API keeps for one sandbox: the numbers of types and parameters in its store. */
struct hs_rest_sandbox;
enum hs_status hs_rest_sandbox_open(struct hs_rest *rest, struct hs_store *store,
	struct hs_rest_sandbox **out, struct hs_error *err);
void hs_rest_sandbox_free(struct hs_rest_sandbox *sandbox);
/* At the end of a load, and when a sandbox is opened: what keepers have put off is put in order, in as many
 * transactions as that takes (hs_keeper.mend). Waits for the store, so not on an event loop. `progress`
 * (NULL: nobody asks) hears after each part how many rows of about how many are done. */
typedef void hs_rest_mended_fn(void *arg, uint64_t done, uint64_t total);
enum hs_status hs_rest_sandbox_mend(const struct hs_rest_sandbox *sandbox, hs_rest_mended_fn *progress,
	void *arg, struct hs_error *err);
/* What is asked of resources before they are stored, beside the rules of services. Without a policy it is
 * hs_check_resource. Set before the sandbox is used; copied. */
struct hs_rest_policy {
	/* Adds issues; those that issues->errors counts refuse. `hints`: the writer asks for an
	 * OperationOutcome, so what would not refuse is told, too, and not counted there; `language` is what
	 * it reads (Accept-Language). Any thread. `txn` reads, or is NULL; when it is cancelled meanwhile,
	 * what was found is not asked for. */
	void (*check)(void *arg, struct hs_txn *txn, const struct hs_json *resource, struct hs_slice source,
		bool hints, struct hs_slice language, struct hs_issues *issues);
	/* Then bodies are prepared on a worker, with a transaction that reads. */
	bool (*is_slow)(void *arg, bool hints);
	void *arg;
};
void hs_rest_sandbox_policy(struct hs_rest_sandbox *sandbox, const struct hs_rest_policy *policy);
/* Who tells which codes are in a value set or hierarchy that is too large to be listed for a search. Without
 * one such searches are refused. Set before the sandbox is used; copied. */
struct hs_rest_terms {
	/* yes[i]: codes[i] is in the set; a value set is named by its canonical. HS_E_NOT_FOUND: there is no
	 * such set. `txn` reads. A thread that may wait. */
	enum hs_status (*judge)(void *arg, struct hs_txn *txn, const struct hs_search_set *set,
		const struct hs_stored_code *codes, size_t count, bool *yes, struct hs_error *err);
	/* Was it asked lately? Any thread. */
	bool (*knows)(void *arg, const struct hs_search_set *set);
	void *arg;
};
void hs_rest_sandbox_terms(struct hs_rest_sandbox *sandbox, const struct hs_rest_terms *terms);
uint32_t hs_rest_type_number(const struct hs_rest_sandbox *sandbox, struct hs_slice type);
uint32_t hs_rest_param_number(const struct hs_rest_sandbox *sandbox, struct hs_slice type,
	struct hs_slice code);

/* What the interaction of a request is: by method and path below the base, by the table of R4 section
 * 3.1.0.14. HS_E_NOT_FOUND for an unknown type or path; HS_E_METHOD when the method does not fit, then
 * *methods has those that do (method.h), and the caller words the error: it may know of more. */
struct hs_rest_target {
	enum hs_interaction interaction;
	struct hs_slice type, id, version;
	struct hs_search_compartment compartment; /* of a search; owner empty: none */
	bool everything;                          /* $everything of that compartment */
	const struct hs__rest_type *served;       /* the API's own */
};
enum hs_status hs_rest_route(const struct hs_rest *rest, enum hs_http_method method, struct hs_slice path,
	struct hs_rest_target *out, uint32_t *methods, struct hs_error *err);
enum hs_verdict hs_rest_serve(const struct hs_rest *rest, const struct hs_rest_sandbox *sandbox,
	struct hs_request *req, const struct hs_rest_target *target);

/* Is a GET of `path` with this Accept header one for the content of a Binary itself, in whatever format? Then
 * no format of ours needs to be acceptable. */
bool hs_rest_wants_content(struct hs_slice path, struct hs_slice accept);

/* How the store would carry out a search on a type ("Patient?name=x"), in words for the operator; the text
 * may change. Resources of packages are searched beside it. */
enum hs_status hs_rest_explain(const struct hs_rest_sandbox *sandbox, struct hs_txn *txn,
	struct hs_arena *arena, struct hs_slice text, struct hs_slice *out, struct hs_error *err);

/* Making the search index anew, some resources a call; each in a transaction of its own, which may run again:
 * the caller puts `to` in the place of `from` when it was kept, until `ended`. Types with a keeper are passed
 * by. */
struct hs_rest_place {
	size_t type;   /* among those of the edition */
	char mark[64]; /* of the page before */
	size_t mark_len;
};
struct hs_rest_reindexing {
	struct hs_slice
		base; /* what clients call the server; empty: references written in full are others' */
	/* Only of types whose search parameters of packages are not those that the index was made with. */
	bool changed_only;
	struct hs_rest_place from, to;
	uint64_t done; /* resources of this call */
	bool ended;
};
/* Tables that remember what the index was made with; applied to a store before its sandbox is opened, under
 * the name "search". */
extern const struct hs_migration hs_rest_migrations[];
extern const size_t hs_rest_migration_count;
/* What there is to do with changed_only: types that are behind, or were left when only a part was made. */
struct hs_rest_behind {
	bool any;
	uint64_t resources; /* of these types */
};
enum hs_status hs_rest_index_behind(const struct hs_rest_sandbox *sandbox, struct hs_txn *txn,
	struct hs_arena *arena, struct hs_rest_behind *out, struct hs_error *err);
enum hs_status hs_rest_reindex(const struct hs_rest_sandbox *sandbox, struct hs_txn *txn,
	struct hs_arena *arena, struct hs_rest_reindexing *work, struct hs_error *err);

/* rest[0].resource of the CapabilityStatement, from the type rows and search parameters. */
void hs_rest_capability(const struct hs_rest *rest, struct hs_arena *arena, struct hs_json *rest_entry);

/* ---- loading in bulk (command line) ---- */

/* Resources are read ahead of the transaction, on a thread of the caller's, and stored many in one. */
struct hs_rest_loader;
struct hs_rest_loader *hs_rest_loader_new(const struct hs_rest_sandbox *sandbox);
void hs_rest_loader_free(struct hs_rest_loader *loader);
struct hs_rest_item {
	struct hs_slice text; /* must live as long as the item */
	const struct hs__rest_type *type;
	void *read; /* of the type's keeper (handslag/bulk.h); NULL: the ordinary way */
};
/* What can be done before the transaction; one thread at a time. */
void hs_rest_loader_read(struct hs_rest_loader *loader, struct hs_arena *arena, struct hs_slice text,
	struct hs_rest_item *out);
/* What was not stored, and why: error.status is HS_OK when all was. */
struct hs_rest_refusal {
	struct hs_issues issues;
	struct hs_error error;
	uint64_t stored; /* resources: 1, or those of a batch or transaction */
};
/* As hs_rest_load, and a batch or transaction as when it is posted to the base; what is refused leaves no
 * trace. A status other than HS_OK: the store failed. */
enum hs_status hs_rest_loader_store(struct hs_rest_loader *loader, struct hs_txn *txn, struct hs_arena *arena,
	const struct hs_rest_item *item, struct hs_rest_refusal *refusal, struct hs_error *err);
/* At the end of each transaction; `last`: of the last one, which leaves everything in order. After a large
 * load hs_rest_sandbox_mend does so in smaller parts. */
enum hs_status hs_rest_loader_settle(struct hs_rest_loader *loader, struct hs_txn *txn,
	struct hs_arena *arena, bool last, struct hs_error *err);

/* For loading in bulk (command line): stores a resource as PUT (with id) or POST would, in the transaction
 * of the caller. `source` is the text that `resource` was parsed from. */
enum hs_status hs_rest_load(const struct hs_rest_sandbox *sandbox, struct hs_txn *txn, struct hs_arena *arena,
	struct hs_json *resource, struct hs_slice source, struct hs_issues *issues, struct hs_error *err);
