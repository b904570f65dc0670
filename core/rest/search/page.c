/* SPDX-License-Identifier: Apache-2.0 */
/* Writes the text of a Bundle: head, links, then entries around stored bodies. */
#include <core/rest/search/page.h>

#define PAGE_MAX ((size_t)48 << 20) /* of what a request may use (limits.arenaMib) */

static struct hs_slice escaped(struct hs_arena *arena, struct hs_slice text)
{
	struct hs_buf buf;
	size_t plain = 0;
	while (plain < text.len && (unsigned char)text.ptr[plain] >= 0x20 && text.ptr[plain] != '"' &&
		text.ptr[plain] != '\\')
		plain++;
	if (plain == text.len)
		return text;
	hs_buf_init(&buf, arena, text.len * 6 + 2);
	hs_json_write_text(&buf, text);
	return buf.len >= 2 ? hs_slice(buf.ptr + 1, buf.len - 2) : HS_S_NONE;
}

void hs__rest_page_open(struct hs__rest_page *page, struct hs_arena *arena, const char *type,
	struct hs_slice base, size_t hint)
{
	*page = (struct hs__rest_page) { .arena = arena };
	page->base = escaped(arena, base);
	hs_buf_init(&page->buf, arena, PAGE_MAX);
	hs_buf_reserve(&page->buf, hint < PAGE_MAX / 2 ? hint + 1024 : PAGE_MAX / 2);
	hs_buf_add(&page->buf, HS_S("{\"resourceType\":\"Bundle\",\"type\":\""));
	hs_buf_cstr(&page->buf, type);
	hs_buf_byte(&page->buf, '"');
}

void hs__rest_page_total(struct hs__rest_page *page, uint64_t total)
{
	hs_buf_add(&page->buf, HS_S(",\"total\":"));
	hs_buf_u64(&page->buf, total);
}

void hs__rest_page_link(struct hs__rest_page *page, const char *relation, struct hs_slice path,
	struct hs_slice query, struct hs_slice cursor)
{
	struct hs_buf *buf = &page->buf;
	hs_buf_cstr(buf, page->has_link ? ",{\"relation\":\"" : ",\"link\":[{\"relation\":\"");
	page->has_link = true;
	hs_buf_cstr(buf, relation);
	hs_buf_add(buf, HS_S("\",\"url\":\""));
	hs_buf_add(buf, page->base);
	if (path.len > 0)
		hs_buf_byte(buf, '/');
	hs_buf_add(buf, path);
	if (query.len > 0 || cursor.len > 0)
		hs_buf_byte(buf, '?');
	hs_buf_add(buf, escaped(page->arena, query));
	if (cursor.len > 0) {
		hs_buf_cstr(buf, query.len > 0 ? "&_cursor=" : "_cursor=");
		hs__rest_percent(buf, cursor);
	}
	hs_buf_add(buf, HS_S("\"}"));
}

void hs__rest_page_entry(struct hs__rest_page *page, struct hs_slice type, struct hs_slice id)
{
	struct hs_buf *buf = &page->buf;
	if (!page->has_entry)
		hs_buf_cstr(buf, page->has_link ? "],\"entry\":[" : ",\"entry\":[");
	else
		hs_buf_byte(buf, ',');
	page->has_entry = true;
	hs_buf_byte(buf, '{');
	if (type.len == 0)
		return;
	hs_buf_add(buf, HS_S("\"fullUrl\":\""));
	hs_buf_add(buf, page->base);
	hs_buf_byte(buf, '/');
	hs_buf_add(buf, type);
	hs_buf_byte(buf, '/');
	hs_buf_add(buf, id);
	hs_buf_byte(buf, '"');
}

void hs__rest_page_entry_end(struct hs__rest_page *page)
{
	hs_buf_byte(&page->buf, '}');
}

void hs__rest_page_found(struct hs__rest_page *page, struct hs_slice type, struct hs_slice id,
	struct hs_slice body, const char *mode)
{
	struct hs_buf *buf = &page->buf;
	hs__rest_page_entry(page, type, id);
	hs_buf_cstr(buf, type.len > 0 ? ",\"resource\":" : "\"resource\":");
	hs_buf_add(buf, body);
	hs_buf_add(buf, HS_S(",\"search\":{\"mode\":\""));
	hs_buf_cstr(buf, mode);
	hs_buf_add(buf, HS_S("\"}"));
	hs__rest_page_entry_end(page);
}

enum hs_status hs__rest_page_close(struct hs__rest_page *page, struct hs_slice *out, struct hs_error *err)
{
	if (page->has_entry || page->has_link)
		hs_buf_byte(&page->buf, ']');
	hs_buf_byte(&page->buf, '}');
	if (page->buf.overflow)
		return hs_fail(err, HS_E_TOO_COSTLY,
			"the page would be larger than %zu bytes; ask for less with _count", PAGE_MAX);
	*out = hs_buf_slice(&page->buf);
	return HS_OK;
}

struct hs__rest_trail hs__rest_trail_read(struct hs_slice cursor)
{
	struct hs__rest_trail trail = { .whole = cursor, .before = cursor };
	trail.here = hs_slice_cut(&trail.before, '.');
	return trail;
}

/* The cursor of the next page, which begins at `next`. */
static struct hs_slice trail_next(struct hs_arena *arena, const struct hs__rest_trail *trail,
	struct hs_slice next)
{
	struct hs_slice rest = trail->before;
	size_t kept = 0;
	for (unsigned i = 1; i < HS__TRAIL_MAX && rest.ptr; i++) {
		hs_slice_cut(&rest, '.');
		kept = rest.ptr ? (size_t)(rest.ptr - 1 - trail->before.ptr) : trail->before.len;
	}
	bool dot = trail->before.ptr != NULL;
	return hs_arena_printf(arena, "%.*s.%.*s%s%.*s", HS_S_ARG(next), HS_S_ARG(trail->here),
		dot ? "." : "", HS_S_ARG(hs_slice_first(trail->before, kept)));
}

void hs__rest_page_links(struct hs__rest_page *page, struct hs_slice path, struct hs_slice query,
	const struct hs__rest_trail *trail, struct hs_slice next)
{
	bool inside = trail->here.len > 0;
	hs__rest_page_link(page, "self", path, query, trail->whole);
	if (inside || next.len > 0)
		hs__rest_page_link(page, "first", path, query, HS_S_NONE);
	if (inside && trail->before.ptr)
		hs__rest_page_link(page, "previous", path, query, trail->before);
	if (next.len > 0)
		hs__rest_page_link(page, "next", path, query, trail_next(page->arena, trail, next));
}

struct hs_slice hs__rest_without_cursor(struct hs_arena *arena, struct hs_slice query)
{
	struct hs_buf buf;
	if (hs_slice_search(query, HS_S("_cursor=")) == SIZE_MAX)
		return query;
	hs_buf_init(&buf, arena, query.len + 1);
	while (query.ptr) {
		struct hs_slice part = hs_slice_cut(&query, '&');
		if (hs_slice_starts(part, HS_S("_cursor=")))
			continue;
		if (buf.len > 0)
			hs_buf_byte(&buf, '&');
		hs_buf_add(&buf, part);
	}
	return hs_buf_slice(&buf);
}
