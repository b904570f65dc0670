/* SPDX-License-Identifier: Apache-2.0 */
/* Bundles written straight into a buffer from stored texts, without a tree. */
#pragma once

#include <core/rest/rest_private.h>

struct hs__rest_page {
	struct hs_arena *arena;
	struct hs_buf buf;
	struct hs_slice base; /* escaped for JSON */
	bool has_link, has_entry, has_total;
};

/* `type`: "searchset", "history"...; `hint`: bytes that the entries will take. */
void hs__rest_page_open(struct hs__rest_page *page, struct hs_arena *arena, const char *type,
	struct hs_slice base, size_t hint);
void hs__rest_page_total(struct hs__rest_page *page, uint64_t total);
/* base/path?query&_cursor=cursor; empty parts are left out. After the total. */
void hs__rest_page_link(struct hs__rest_page *page, const char *relation, struct hs_slice path,
	struct hs_slice query, struct hs_slice cursor);
/* After the links: opens an entry with its fullUrl (type empty: without), which the caller fills with members
 * that begin with a comma (without fullUrl: not the first), and hs__rest_page_entry_end closes. */
void hs__rest_page_entry(struct hs__rest_page *page, struct hs_slice type, struct hs_slice id);
void hs__rest_page_entry_end(struct hs__rest_page *page);
/* A whole entry of a search: mode is "match", "include" or "outcome". */
void hs__rest_page_found(struct hs__rest_page *page, struct hs_slice type, struct hs_slice id,
	struct hs_slice body, const char *mode);
/* The Bundle's text; HS_E_TOO_COSTLY when it is larger than a reply may be. */
enum hs_status hs__rest_page_close(struct hs__rest_page *page, struct hs_slice *out, struct hs_error *err);

/* A cursor as links carry it, "here.before.beforethat": where its page begins, and where those before it
 * began, the nearest first, so that a page can link back without looking. At most HS__TRAIL_MAX of them; the
 * page that has lost the trail has no "previous", but always a "first". An empty one is the first page. */
#define HS__TRAIL_MAX 8
struct hs__rest_trail {
	struct hs_slice whole, here;
	struct hs_slice before; /* NULL pointer: unknown, or this is the first page */
};
struct hs__rest_trail hs__rest_trail_read(struct hs_slice cursor);
/* "self", and "first", "previous" and "next" where there is one (next empty: no). After the total. */
void hs__rest_page_links(struct hs__rest_page *page, struct hs_slice path, struct hs_slice query,
	const struct hs__rest_trail *trail, struct hs_slice next);

/* "a=1&_cursor=x&b=2" without the cursor. */
struct hs_slice hs__rest_without_cursor(struct hs_arena *arena, struct hs_slice query);
