/* SPDX-License-Identifier: Apache-2.0 */
/* A batch or transaction on its way (R4 section 3.1.0.11): its entries as calls, and where their links lead.
 */
#pragma once

#include <core/rest/rest_private.h>

/* The order in which a transaction is carried out. Entries with conditional references come after what they
 * may refer to. */
enum hs__rest_phase {
	HS_PHASE_DELETE,
	HS_PHASE_POST,
	HS_PHASE_PUT,
	HS_PHASE_POST_LATE,
	HS_PHASE_PUT_LATE,
	HS_PHASE_GET,
	HS_PHASE_COUNT
};

struct hs__rest_entry {
	size_t index;
	struct hs_slice full_url, method;
	struct hs__rest_call call;
	struct hs__rest_incoming in;
	struct hs__rest_incoming given; /* `in` as it was prepared: a run may change `in` */
	struct hs_slice given_id;       /* the same of call.id */
	struct hs_inner *operation;     /* batch: not carried out here, but asked of its service */
	bool asked;                     /* the same: it has answered */
	uint8_t phase;
	bool matched;           /* a conditional create of what is there already: changes nothing */
	bool conditional;       /* its target is known in the transaction only */
	bool late;              /* it has a conditional reference */
	bool deferred;          /* its links can be resolved in the transaction only */
	enum hs_status refused; /* why it is not carried out, found before the transaction */
	enum hs_status status;
	struct hs_error err;
	struct hs__rest_result result;
};

/* What a fullUrl stands for. */
struct hs__rest_target {
	const struct hs__rest_entry *entry;
	struct hs_slice text; /* "Patient/1"; empty while it is not known */
};

struct hs__rest_bundle {
	struct hs__rest_env env;
	struct hs_slice body, media, prefer; /* Prefer: return= */
	bool strict;
	bool transaction;
	bool writes;
	bool large; /* texts and entries are made one by one in the transaction, and not kept */
	struct hs__rest_entry *entries;
	size_t count;
	struct hs_map targets;   /* fullUrl -> struct hs__rest_target */
	struct hs_issues issues; /* transaction: what is wrong with its entries */
	struct hs_error fault;   /* the same: the first of it; HS_OK: nothing */
	size_t operations;       /* how many entries are one */
	struct hs_slice reply;
	uint64_t seq;
};

/* prepare.c: everything that needs no transaction (hs_work_fn; arg is the bundle). */
enum hs_status hs__rest_bundle_prepare(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err);
/* run.c: carries the entries out and makes the reply (hs_work_fn). */
enum hs_status hs__rest_bundle_run(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err);
/* operation.c: operations of a batch. *is: the entry was one. */
enum hs_status hs__rest_bundle_operation(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	struct hs__rest_entry *entry, struct hs_slice url, const struct hs_json *resource, bool *is,
	struct hs_error *err);
/* Asks them one after the other, then makes the reply and sends it. */
enum hs_verdict hs__rest_bundle_ask(struct hs_request *req, struct hs__rest_bundle *bundle);
enum hs_verdict hs__rest_bundle_send(struct hs_request *req, const struct hs__rest_bundle *bundle);
/* reply.c */
enum hs_status hs__rest_bundle_reply(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	struct hs_error *err);

/* links.c: the fullUrls of a transaction, and the links that are replaced by what they stand for. */
enum hs_status hs__rest_bundle_collect(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	struct hs_error *err);
/* Notes in the table what a fullUrl stands for, once the entry's id is known. */
enum hs_status hs__rest_bundle_settle(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	const struct hs__rest_entry *entry, struct hs_error *err);
/* Replaces the links in entry->in.tree. With txn NULL those that can be replaced already (the others set
 * entry->deferred and ->late), else all. *changed: something was. */
enum hs_status hs__rest_bundle_relink(struct hs__rest_bundle *bundle, struct hs_txn *txn,
	struct hs_arena *arena, struct hs__rest_entry *entry, bool *changed, struct hs_error *err);

/* faults.c: an error or issues of an entry placed there. */
void hs__rest_entry_blame(const struct hs__rest_entry *entry, struct hs_error *err);
void hs__rest_entry_place(struct hs_arena *arena, const struct hs__rest_entry *entry,
	struct hs_issues *issues);
/* No faults so far. */
void hs__rest_bundle_clean(struct hs__rest_bundle *bundle, struct hs_arena *arena);
/* Keeps what is wrong with an entry of a transaction: its issues or, when it has none, *err. HS_OK: the other
 * entries are still to be looked at. Else there is nothing more to do: 100 faults are known already (then
 * *err is the first of them), or *err is not of this entry alone (then it is all that is told). */
enum hs_status hs__rest_bundle_fault(struct hs__rest_bundle *bundle, struct hs_arena *arena,
	struct hs__rest_entry *entry, struct hs_error *err);
/* The first fault kept, with *err; HS_OK when there was none. */
enum hs_status hs__rest_bundle_verdict(const struct hs__rest_bundle *bundle, struct hs_error *err);
