/* SPDX-License-Identifier: Apache-2.0 */
/* Views: what a service keeps in memory of its tables in a store, for all who read it.
 *
 * A view is right for one moment of the store. It is read when a transaction first wants it, and brought to
 * the moment of each later one that does. It shares its bound of memory with the columns of the store's own
 * search (256 MB for all stores of the process, one view at most half of it); those unused for longest go
 * first. So a view only makes faster what works without it.
 *
 * Thread: functions are called on that of a transaction; a view that is held is never changed. */
#pragma once

#include <handslag/store.h>

#define HS_VIEW_FAR UINT64_MAX

/* `txn` reads. The address of the struct is the key, so it is static; with `of`, when it makes several. */
struct hs_view {
	size_t size; /* of the view, zeroed when it is made */
	/* Reads all of that which is called `of`. HS_E_LIMIT: it would need more than `most` bytes; then none
	 * is made. */
	enum hs_status (*read)(struct hs_txn *txn, void *view, uint64_t of, size_t most,
		struct hs_error *err);
	/* How much has changed since the commit sequence `seq`, in whatever unit; 0: nothing; HS_VIEW_FAR: it
	 * is sooner read anew. */
	enum hs_status (*behind)(struct hs_txn *txn, const void *view, uint64_t seq, uint64_t *out,
		struct hs_error *err);
	/* Takes what has changed since `seq`, when that is not far. HS_E_LIMIT: it cannot; the view is then
	 * read anew for the next transaction that wants it, and this one has none. */
	enum hs_status (*follow)(struct hs_txn *txn, void *view, uint64_t seq, struct hs_error *err);
	/* Makes of `to`, which is zeroed, a view of its own that says the same. When it fails `to` is
	 * dropped; HS_E_LIMIT is as of `follow`. */
	enum hs_status (*copy)(void *to, const void *from, struct hs_error *err);
	size_t (*memory)(const void *view); /* bytes beside `size` */
	void (*drop)(void *view);           /* frees them, also of what is made in part; any thread */
};

/* A view in use. */
struct hs_view_hold {
	const void *view; /* NULL: there is none for this transaction */
	void *column;     /* the store's own */
};
/* `of`: a number of the service's own, 0 when there is but one. `want`: it is made when there is none yet.
 * None is given to a transaction that writes, when there is no room, and on an event loop while another
 * thread works at it. What is held is given back with hs_txn_view_end before the work function returns. */
enum hs_status hs_txn_view(struct hs_txn *txn, const struct hs_view *what, uint64_t of, bool want,
	struct hs_view_hold *out, struct hs_error *err);
void hs_txn_view_end(struct hs_txn *txn, struct hs_view_hold *hold);
