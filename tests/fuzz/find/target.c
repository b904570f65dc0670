/* SPDX-License-Identifier: Apache-2.0 */
/* Any bytes as a query string, carried out by a store of some hundred things and, as plainly as can be, by
 * looking at each of them. Both find the same, and so do pages of a few in a row, and the total.
 *
 * The things are made from a fixed seed: few values that many share, several transactions with one or many
 * things each, versions that replace others, and deletions. */
#include "../things.h"

#include <core/base/map.h>
#include <core/store/store.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#define THINGS 400u
#define NOW INT64_C(1700000000000)

struct thing {
	char id[8];
	bool live;
	int64_t updated_ms;
	struct hs_index_row *rows;
	size_t count;
};

static struct thing things[THINGS];
static struct hs_search_rules *rules;
static struct hs_store *store;
static struct hs_arena *kept;
static struct hs_map numbers;
static bool closed; /* names that come now stay unknown */
static uint32_t type;
static int64_t now_ms = NOW;
static uint64_t seed = 88172645463325252u;

static uint32_t pick(uint32_t below)
{
	seed ^= seed << 13;
	seed ^= seed >> 7;
	seed ^= seed << 17;
	return (uint32_t)((seed >> 16) % below);
}

static int64_t now(void *arg)
{
	return *(int64_t *)arg;
}

static uint32_t number_of(void *arg, unsigned space, struct hs_slice text)
{
	char key[256];
	bool fresh;
	struct hs_error err;
	uint32_t number = 0;
	(void)arg;
	int len = snprintf(key, sizeof(key), "%u %.*s", space, HS_S_ARG(hs_slice_first(text, 200)));
	struct hs_map_slot *slot = hs_map_get(&numbers, hs_slice(key, (size_t)len));
	if (slot || closed)
		return slot ? (uint32_t)slot->value.number : 0;
	must(!hs_store_number(store, space, text, &number, &err));
	hs_map_put(&numbers, hs_arena_copy(kept, hs_slice(key, (size_t)len)), &fresh)->value.number = number;
	return number;
}

static const struct hs_numbering numbering = { number_of, NULL };

/* ---- things ---- */

static const char *one_of(const char *const *texts, uint32_t count)
{
	return texts[pick(count)];
}
#define ONE_OF(...) \
	one_of((const char *const[]) { __VA_ARGS__ }, \
		sizeof((const char *const[]) { __VA_ARGS__ }) / sizeof(const char *))

static struct hs_slice thing_text(unsigned at)
{
	struct hs_buf buf;
	hs_buf_init(&buf, kept, 4096);
	hs_buf_printf(&buf, "{\"resourceType\":\"Thing\",\"id\":\"%s\"", things[at].id);
	if (pick(4))
		hs_buf_printf(&buf, ",\"name\":[\"%s\",\"%s %u\"]",
			ONE_OF("Åsa", "asa", "ANNA", "Anna-Lena", "Örjan", "x"), ONE_OF("b", "Bo", "a, b"),
			pick(40));
	if (pick(5))
		hs_buf_printf(&buf, ",\"kind\":[{\"system\":\"%s\",\"code\":\"%s\",\"display\":\"%s\"}%s]",
			ONE_OF("s", "t", "http://u"), ONE_OF("c", "C", "d", "e"), ONE_OF("D", "Dis play"),
			pick(3) ? "" : ",{\"code\":\"c\"}");
	if (pick(3))
		hs_buf_printf(&buf, ",\"at\":\"http://a/%s\"", ONE_OF("b", "b/c", "b/c/d", "bb", "z"));
	if (pick(4))
		hs_buf_printf(&buf, ",\"born\":\"%u%s\"", 1998 + pick(5),
			ONE_OF("", "-02", "-02-03", "-12-31", "-02-03T10:11:12Z", "-02-03T10:11:12.5+01:00"));
	if (pick(3))
		hs_buf_printf(&buf, ",\"size\":%s", ONE_OF("5.4", "5.40", "5", "0.01", "-3", "1e3", "100"));
	if (pick(3))
		hs_buf_printf(&buf, ",\"weight\":{\"value\":%u%s,\"code\":\"%s\"}", pick(6), ONE_OF("", ".5"),
			ONE_OF("g", "kg", "mg"));
	if (pick(3))
		hs_buf_printf(&buf, ",\"owner\":{\"reference\":\"%s%u\"}",
			ONE_OF("Thing/t", "Thing/t", "http://else/Thing/t"), pick(pick(2) ? 8 : THINGS));
	if (pick(6) == 0)
		hs_buf_printf(&buf, ",\"position\":{\"latitude\":%u.3,\"longitude\":%u.1}", 55 + pick(6),
			12 + pick(8));
	hs_buf_cstr(&buf, "}");
	must(!buf.overflow);
	return hs_buf_slice(&buf);
}

static enum hs_status compose(const struct hs_resource *version, void *arg, struct hs_buf *out,
	struct hs_error *err)
{
	(void)version;
	(void)arg;
	(void)err;
	hs_buf_cstr(out, "{}");
	return HS_OK;
}

struct range {
	unsigned first, count;
};

static enum hs_status put_some(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct range *range = arg;
	enum hs_status status = HS_OK;
	for (unsigned i = range->first; i < range->first + range->count && i < THINGS && status == HS_OK;
		i++) {
		struct hs_resource out;
		struct hs_put put = { .type = type,
			.id = hs_slice_cstr(things[i].id),
			.index = things[i].rows,
			.index_count = things[i].count,
			.compose = compose };
		status = hs_txn_put(txn, arena, &put, &out, err);
		things[i].updated_ms = out.updated_ms;
		things[i].live = true;
	}
	return status;
}

static void put_range(struct range range)
{
	struct hs_error err;
	struct hs_arena *arena = hs_arena_new(16 << 20);
	for (unsigned i = range.first; i < range.first + range.count && i < THINGS; i++) {
		struct hs_json *tree = NULL;
		snprintf(things[i].id, sizeof(things[i].id), "t%u", i);
		must(!hs_json_parse(kept, thing_text(i), NULL, &tree, &err));
		must(!hs_search_extract(&(struct hs_search_work) { rules, &numbering, kept }, tree, HS_S_NONE,
			&things[i].rows, &things[i].count, &err));
	}
	now_ms += 1000;
	must(!hs_store_write_wait(store, arena, put_some, &range, &err));
	hs_arena_free(arena);
}

static enum hs_status remove_one(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct thing *thing = arg;
	struct hs_resource out;
	thing->live = false;
	return hs_txn_delete(txn, arena, type, hs_slice_cstr(thing->id), &out, err);
}

static void put_things(void)
{
	struct hs_error err;
	struct hs_arena *arena = hs_arena_new(16 << 20);
	for (unsigned i = 0, many = 0; i < THINGS; i += many) {
		many = pick(3) ? 1 + pick(3) : 60;
		put_range((struct range) { i, many });
	}
	for (unsigned i = 0; i < THINGS / 10; i++)
		put_range((struct range) { pick(THINGS), 1 });
	for (unsigned i = 0; i < THINGS / 20; i++) {
		struct thing *thing = &things[pick(THINGS)];
		if (thing->live)
			must(!hs_store_write_wait(store, arena, remove_one, thing, &err));
	}
	hs_arena_free(arena);
}

static char folder[] = "/tmp/handslag-fuzz-XXXXXX", path[64];

static void remove_store(void)
{
	char beside[80];
	hs_store_close(store);
	for (unsigned i = 0; i < 3; i++) {
		snprintf(beside, sizeof(beside), "%s%s", path,
			(const char *const[]) { "", "-wal", "-shm" }[i]);
		unlink(beside);
	}
	rmdir(folder);
}

static void open_store(void)
{
	struct hs_error err;
	must(mkdtemp(folder) != NULL);
	snprintf(path, sizeof(path), "%s/store.db", folder);
	struct hs_store_config config = { .path = path,
		.world = hs_world_real(),
		.now_ms = now,
		.now_arg = &now_ms,
		.test_sync_normal = true };
	must(!hs_store_open(&config, &store, &err));
	kept = hs_arena_new(64 << 20);
	hs_map_init(&numbers, kept);
	must(!hs_search_rules_new(definitions_of(thing_files, sizeof(thing_files) / sizeof(thing_files[0])),
		&rules, &err));
	type = number_of(NULL, HS_SPACE_TYPE, HS_S("Thing"));
	put_things();
	closed = true;
	must(!atexit(remove_store));
}

/* ---- plainly ---- */

static bool holds(const struct hs_find *where, const struct thing *thing);

static bool points_to(const struct hs_index_row *row, uint32_t param, const struct thing *thing)
{
	return row->kind == HS_INDEX_REFERENCE && row->param == param && row->target_type == type &&
		hs_slice_eq(row->text, hs_slice_cstr(thing->id));
}

static bool related(void *arg, const struct hs_find *find, const struct hs_index_row *via)
{
	const struct thing *thing = arg;
	for (unsigned i = 0; i < THINGS; i++) {
		const struct thing *other = &things[i];
		if (!other->live || (find->op != HS_FIND_CHAIN && find->op != HS_FIND_HAS))
			continue;
		if (find->op == HS_FIND_CHAIN && points_to(via, find->param, other) &&
			find->target_type == type && holds(find->kids[0], other))
			return true;
		for (size_t k = 0; find->op == HS_FIND_HAS && find->target_type == type && k < other->count;
			k++) {
			if (points_to(&other->rows[k], find->param, thing) && holds(find->kids[0], other))
				return true;
		}
	}
	return false;
}

static bool holds(const struct hs_find *where, const struct thing *thing)
{
	return !where ||
		hs_search_match(where, hs_slice_cstr(thing->id), thing->updated_ms, thing->rows, thing->count,
			related, (void *)(uintptr_t)thing);
}

/* ---- by the store ---- */

struct asked {
	struct hs_find_query query;
	struct hs_find_page page;
};

static enum hs_status find(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct asked *asked = arg;
	return hs_txn_find(txn, arena, &asked->query, &asked->page, err);
}

static void mark(const struct hs_find_page *page, bool seen[THINGS])
{
	for (size_t i = 0; i < page->count; i++) {
		uint64_t at = 0;
		must(hs_slice_u64(hs_slice_from(page->items[i].id, 1), &at) && at < THINGS && !seen[at]);
		seen[at] = true;
	}
}

/* From page to page; what comes twice stops it. HS_E_TOO_COSTLY is an answer too. */
static bool find_all(struct hs_arena *arena, const struct hs_search *search, uint32_t count, bool with_total,
	bool seen[THINGS], uint64_t *total)
{
	struct asked asked = { .query = { .type = type,
				       .where = search->where,
				       .sort = search->sort,
				       .sort_count = search->sort_count,
				       .count = count,
				       .want_total = with_total,
				       .keys_only = true } };
	struct hs_error err;
	do {
		enum hs_status status = hs_store_read_wait(store, arena, find, &asked, &err);
		must(status == HS_OK || (status == HS_E_TOO_COSTLY && err.text[0]));
		if (status != HS_OK)
			return false;
		mark(&asked.page, seen);
		*total = asked.page.total;
		asked.query.after = asked.page.next;
	} while (asked.page.next.len);
	return true;
}

static void compare(struct hs_arena *arena, const struct hs_search *search)
{
	bool expected[THINGS], seen[THINGS] = { false }, paged[THINGS] = { false };
	uint64_t count = 0, total = 0, other = 0;
	for (unsigned i = 0; i < THINGS; i++) {
		expected[i] = things[i].live && holds(search->where, &things[i]);
		count += expected[i];
	}
	if (!find_all(arena, search, THINGS, true, seen, &total) ||
		!find_all(arena, search, 30 + search->count % 60, false, paged, &other))
		return;
	must(total == count);
	must(memcmp(seen, expected, sizeof(seen)) == 0);
	must(memcmp(paged, expected, sizeof(paged)) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct hs_search_options options = { .default_count = 20,
		.max_count = 100,
		.base = HS_S_INIT("http://us/fhir"),
		.now_ms = NOW,
		.max_params = 12,
		.max_values = 12,
		.max_chain = 3 };
	struct hs_pair pairs[16];
	struct hs_search search;
	struct hs_error err = { 0 };
	if (!store)
		open_store();
	if (size == 0 || size > 512 || memchr(data, 0, size))
		return 0;
	struct hs_arena *arena = hs_arena_new(64 << 20);
	size_t count = split_query(arena, hs_slice((const char *)data, size), pairs, 16);
	if (!hs_search_parse(&(struct hs_search_work) { rules, &numbering, arena }, HS_S("Thing"), pairs,
		    count, &options, &search, &err))
		compare(arena, &search);
	hs_arena_free(arena);
	return 0;
}
