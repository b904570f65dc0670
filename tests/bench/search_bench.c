/* SPDX-License-Identifier: Apache-2.0 */
/* Measures searches that match few among many: each type of parameter, chains and _has three deep, and
 * sorted pages. Usage: search_bench [RESOURCES [ROUNDS]], a million if nothing is said. Prints CPU time of
 * the thread in microseconds and what was found; files are made under $TMPDIR and removed.
 *
 *   Obs ── subject ──► Pat (1 in 10) ── org ──► Org (1 in 1,000) ── part ──► Org        Rep ── result ──► Obs
 */
#include <core/base/world.h>
#include <core/store/store.h>
#include <inttypes.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

enum type { OBS, PAT, ORG, REP, TYPES };
enum param {
	CODE, /* every value of OBS is held by `SHARE` of them */
	STATUS,
	SIDE,
	NOTE,
	PLACE,
	DATE,
	NUMBER,
	QUANTITY,
	SUBJECT,
	POINT,
	PART_CODE,
	PART_NUMBER,
	PAT_ORG,
	ORG_PART,
	ORG_NAME,
	REP_RESULT,
	REP_CODE,
	PARAMS
};
#define SHARE 5u
#define BATCH 2000u
#define MINUTE INT64_C(60000)

static struct hs_store *store;
static uint32_t types[TYPES], params[PARAMS];
static uint64_t many, rounds;

static void check(enum hs_status status, const struct hs_error *err)
{
	if (status == HS_OK)
		return;
	fprintf(stderr, "search_bench: %s\n", err->text);
	exit(1);
}

static struct hs_slice text_of(struct hs_arena *arena, const char *before, uint64_t n)
{
	return hs_arena_printf(arena, "%s%" PRIu64, before, n);
}

static double value_of(uint64_t n)
{
	uint64_t value = n / SHARE;
	return (double)value;
}

/* ---- content ---- */

static uint64_t count_of(enum type type)
{
	return type == OBS ? many : type == ORG ? many / 1000 + 2 : many / 10 + 2;
}

static size_t rows_of_obs(struct hs_arena *arena, uint64_t n, struct hs_index_row *rows)
{
	uint64_t value = n / SHARE;
	int64_t at = (int64_t)n * MINUTE;
	struct hs_slice code = text_of(arena, "c", value), note = text_of(arena, "anteckning ", value);
	double number = (double)value;
	const struct hs_index_row all[] = {
		{ .kind = HS_INDEX_TOKEN, .param = params[CODE], .system = HS_S("urn:code"), .text = code },
		{ .kind = HS_INDEX_TOKEN, .param = params[STATUS], .text = HS_S("final") },
		{ .kind = HS_INDEX_TOKEN,
			.param = params[SIDE],
			.text = n * 7 % 11 < 5 ? HS_S("left") : HS_S("right") },
		{ .kind = HS_INDEX_STRING, .param = params[NOTE], .text = note, .exact = note },
		{ .kind = HS_INDEX_URI, .param = params[PLACE], .text = text_of(arena, "urn:x:", value) },
		{ .kind = HS_INDEX_DATE, .param = params[DATE], .lo = at, .hi = at + MINUTE },
		{ .kind = HS_INDEX_NUMBER, .param = params[NUMBER], .low = number, .high = number },
		{ .kind = HS_INDEX_QUANTITY,
			.param = params[QUANTITY],
			.system = HS_S("urn:unit"),
			.text = HS_S("mg"),
			.low = number - 0.5,
			.high = number + 0.5 },
		{ .kind = HS_INDEX_REFERENCE,
			.param = params[SUBJECT],
			.target_type = types[PAT],
			.text = text_of(arena, "p", n % count_of(PAT)) },
		{ .kind = HS_INDEX_POINT,
			.param = params[POINT],
			.low = fmod((double)n * 0.0011, 170) - 85,
			.high = fmod((double)n * 0.0037, 360) - 180 },
		{ .kind = HS_INDEX_TOKEN, .group = 1, .param = params[PART_CODE], .text = HS_S("part") },
		{ .kind = HS_INDEX_NUMBER,
			.group = 1,
			.param = params[PART_NUMBER],
			.low = number,
			.high = number },
	};
	memcpy(rows, all, sizeof(all));
	return sizeof(all) / sizeof(all[0]);
}

static size_t rows_of(struct hs_arena *arena, enum type type, uint64_t n, struct hs_index_row *rows)
{
	struct hs_slice name = text_of(arena, "enhet ", n);
	switch (type) {
	case PAT:
		rows[0] = (struct hs_index_row) { .kind = HS_INDEX_REFERENCE,
			.param = params[PAT_ORG],
			.target_type = types[ORG],
			.text = text_of(arena, "o", n % count_of(ORG)) };
		return 1;
	case ORG:
		rows[0] = (struct hs_index_row) {
			.kind = HS_INDEX_STRING, .param = params[ORG_NAME], .text = name, .exact = name
		};
		rows[1] = (struct hs_index_row) { .kind = HS_INDEX_REFERENCE,
			.param = params[ORG_PART],
			.target_type = types[ORG],
			.text = text_of(arena, "o", n / 2) };
		return 2;
	case REP:
		rows[0] = (struct hs_index_row) { .kind = HS_INDEX_REFERENCE,
			.param = params[REP_RESULT],
			.target_type = types[OBS],
			.text = text_of(arena, "b", n * 7 % many) };
		rows[1] = (struct hs_index_row) {
			.kind = HS_INDEX_TOKEN, .param = params[REP_CODE], .text = text_of(arena, "r", n)
		};
		return 2;
	default:
		return rows_of_obs(arena, n, rows);
	}
}

static enum hs_status compose(const struct hs_resource *version, void *arg, struct hs_buf *out,
	struct hs_error *err)
{
	(void)arg;
	(void)err;
	hs_buf_printf(out, "{\"id\":\"%.*s\",\"text\":\"%0100d\"}", HS_S_ARG(version->id), 7);
	return HS_OK;
}

struct batch {
	enum type type;
	uint64_t from;
};

static enum hs_status put_batch(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	static const char *const ids[] = { "b", "p", "o", "r" };
	const struct batch *batch = arg;
	enum hs_status status = HS_OK;

	for (uint64_t n = batch->from;
		n < batch->from + BATCH && n < count_of(batch->type) && status == HS_OK; n++) {
		struct hs_index_row rows[16] = { { 0 } };
		struct hs_resource out;
		struct hs_put put = { .type = types[batch->type],
			.id = text_of(arena, ids[batch->type], n),
			.index = rows,
			.index_count = rows_of(arena, batch->type, n, rows),
			.compose = compose };
		status = hs_txn_put(txn, arena, &put, &out, err);
	}
	return status;
}

static void fill(void)
{
	struct hs_arena *arena = hs_arena_new((size_t)256 << 20);
	struct hs_error err;

	for (enum type type = OBS; type < TYPES; type++) {
		for (uint64_t from = 0; from < count_of(type); from += BATCH) {
			struct batch batch = { type, from };
			check(hs_store_write_wait(store, arena, put_batch, &batch, &err), &err);
			hs_arena_reset(arena);
		}
	}
	hs_arena_free(arena);
}

/* ---- questions ---- */

static struct hs_find *leaf(struct hs_arena *arena, enum hs_find_op op, enum param param)
{
	struct hs_find *find = hs_arena_alloc(arena, sizeof(*find));
	find->op = (uint8_t)op;
	find->param = params[param];
	return find;
}

static struct hs_find *around(struct hs_arena *arena, struct hs_find *find, enum type target,
	const struct hs_find *kid, const struct hs_find *other)
{
	const struct hs_find **kids = hs_arena_array(arena, 2, sizeof(*kids));
	kids[0] = kid;
	kids[1] = other;
	find->target_type = types[target];
	find->kids = kids;
	find->kid_count = other ? 2 : 1;
	return find;
}

static const struct hs_find *by_code(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_TOKEN, CODE);
	find->system = HS_S("urn:code");
	find->fold_case = true;
	find->text = text_of(arena, "c", n / SHARE);
	return find;
}

static const struct hs_find *by_bare_code(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_TOKEN, CODE);
	find->any_system = find->fold_case = true;
	find->text = text_of(arena, "C", n / SHARE);
	return find;
}

static const struct hs_find *by_status_and_code(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *status = leaf(arena, HS_FIND_TOKEN, STATUS);
	status->any_system = status->fold_case = true;
	status->text = HS_S("final");
	return around(arena, leaf(arena, HS_FIND_AND, CODE), OBS, status, by_code(arena, n));
}

static const struct hs_find *by_note(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_STRING, NOTE);
	find->match = HS_MATCH_STARTS;
	find->text = text_of(arena, "anteckning ", n / SHARE);
	return find;
}

static const struct hs_find *by_exact_note(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_STRING, NOTE);
	find->match = HS_MATCH_EXACT;
	find->text = find->folded = text_of(arena, "anteckning ", n / SHARE);
	return find;
}

static const struct hs_find *by_uri(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_URI, PLACE);
	find->text = text_of(arena, "urn:x:", n / SHARE);
	return find;
}

static const struct hs_find *by_date(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_DATE, DATE);
	find->lo = (int64_t)n * MINUTE;
	find->hi = find->lo + 10 * MINUTE;
	return find;
}

static const struct hs_find *by_late_date(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_DATE, DATE);
	find->cmp = HS_CMP_GE;
	find->lo = (int64_t)(many - 10 - n % 10) * MINUTE;
	find->hi = find->lo + MINUTE;
	return find;
}

static const struct hs_find *by_number(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_NUMBER, NUMBER);
	find->low = value_of(n) - 0.5;
	find->high = value_of(n) + 0.5;
	return find;
}

static const struct hs_find *by_high_number(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_NUMBER, NUMBER);
	find->cmp = HS_CMP_GT;
	find->low = find->high = value_of(many - 1) - 1 - (double)(n % 3);
	return find;
}

static const struct hs_find *by_quantity(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_QUANTITY, QUANTITY);
	find->system = HS_S("urn:unit");
	find->text = HS_S("mg");
	find->low = value_of(n) - 0.5;
	find->high = value_of(n) + 0.5;
	return find;
}

static const struct hs_find *by_high_quantity(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_QUANTITY, QUANTITY);
	find->any_system = true;
	find->cmp = HS_CMP_GE;
	find->low = find->high = value_of(many - 1) - 1 - (double)(n % 3);
	return find;
}

static const struct hs_find *by_low_quantity(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_QUANTITY, QUANTITY);
	find->any_system = true;
	find->cmp = HS_CMP_LT;
	find->low = find->high = 1 + (double)(n % 3);
	return find;
}

static const struct hs_find *by_subject(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_REFERENCE, SUBJECT);
	find->target_type = types[PAT];
	find->text = text_of(arena, "p", n % count_of(PAT));
	return find;
}

static const struct hs_find *by_place(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_NEAR, POINT);
	(void)arena;
	find->low = fmod((double)n * 0.0011, 170) - 85;
	find->high = fmod((double)n * 0.0037, 360) - 180;
	find->radius = 50;
	return find;
}

static const struct hs_find *by_composite(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *code = leaf(arena, HS_FIND_TOKEN, PART_CODE);
	struct hs_find *number = leaf(arena, HS_FIND_NUMBER, PART_NUMBER);
	code->any_system = true;
	code->text = HS_S("part");
	number->low = value_of(n) - 0.5;
	number->high = value_of(n) + 0.5;
	return around(arena, leaf(arena, HS_FIND_SAME_GROUP, PART_CODE), OBS, code, number);
}

static const struct hs_find *by_id(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *find = leaf(arena, HS_FIND_ID, CODE);
	find->text = text_of(arena, "b", n);
	return find;
}

/* Obs?subject.org.part.name=enhet N&code=...: three steps, and a condition that is as narrow. */
static const struct hs_find *by_chain(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *name = leaf(arena, HS_FIND_STRING, ORG_NAME);
	uint64_t org = n % count_of(PAT) % count_of(ORG) / 2;
	name->match = HS_MATCH_FOLDED;
	name->text = text_of(arena, "enhet ", org);
	const struct hs_find *part = around(arena, leaf(arena, HS_FIND_CHAIN, ORG_PART), ORG, name, NULL);
	const struct hs_find *at = around(arena, leaf(arena, HS_FIND_CHAIN, PAT_ORG), ORG, part, NULL);
	const struct hs_find *of = around(arena, leaf(arena, HS_FIND_CHAIN, SUBJECT), PAT, at, NULL);
	return around(arena, leaf(arena, HS_FIND_AND, CODE), OBS, of, by_code(arena, n));
}

/* Org?_has:Pat:org:_has:Obs:subject:_has:Rep:result:code=rN */
static const struct hs_find *by_has(struct hs_arena *arena, uint64_t n)
{
	struct hs_find *code = leaf(arena, HS_FIND_TOKEN, REP_CODE);
	code->any_system = true;
	code->text = text_of(arena, "r", n % count_of(REP));
	const struct hs_find *rep = around(arena, leaf(arena, HS_FIND_HAS, REP_RESULT), REP, code, NULL);
	const struct hs_find *obs = around(arena, leaf(arena, HS_FIND_HAS, SUBJECT), OBS, rep, NULL);
	return around(arena, leaf(arena, HS_FIND_HAS, PAT_ORG), PAT, obs, NULL);
}

struct question {
	const char *name;
	enum type type;
	const struct hs_find *(*where)(struct hs_arena *arena, uint64_t n);
};
static const struct question questions[] = {
	{ "_id", OBS, by_id },
	{ "token, system and code", OBS, by_code },
	{ "token, code alone", OBS, by_bare_code },
	{ "token, with a broad one beside it", OBS, by_status_and_code },
	{ "string", OBS, by_note },
	{ "string :exact", OBS, by_exact_note },
	{ "uri", OBS, by_uri },
	{ "date", OBS, by_date },
	{ "date, ge", OBS, by_late_date },
	{ "number", OBS, by_number },
	{ "number, gt", OBS, by_high_number },
	{ "quantity", OBS, by_quantity },
	{ "quantity, ge", OBS, by_high_quantity },
	{ "quantity, lt", OBS, by_low_quantity },
	{ "reference", OBS, by_subject },
	{ "near", OBS, by_place },
	{ "composite", OBS, by_composite },
	{ "chain, three deep", OBS, by_chain },
	{ "_has, three deep", ORG, by_has },
};

/* ---- measuring ---- */

struct ask {
	struct hs_find_query query;
	struct hs_slice next; /* in memory of the caller's */
	char mark[512];
	size_t count;
};

static enum hs_status find(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct ask *ask = arg;
	struct hs_find_page page;
	enum hs_status status = hs_txn_find(txn, arena, &ask->query, &page, err);
	if (status != HS_OK)
		return status;
	ask->count = page.count;
	ask->next = hs_slice(ask->mark, page.next.len < sizeof(ask->mark) ? page.next.len : 0);
	memcpy(ask->mark, page.next.ptr ? page.next.ptr : "", ask->next.len);
	return HS_OK;
}

/* Of this thread, on which hs_store_read_now works. */
static double cpu_us(void)
{
	struct timespec at;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &at);
	return (double)at.tv_sec * 1e6 + (double)at.tv_nsec / 1e3;
}

static double run(struct hs_arena *arena, struct ask *ask)
{
	struct hs_store_op op = { .work = find, .arg = ask, .arena = arena };
	double start = cpu_us();
	check(hs_store_read_now(store, &op), &op.error);
	return cpu_us() - start;
}

static int by_value(const void *a, const void *b)
{
	double x = *(const double *)a, y = *(const double *)b;
	return (x > y) - (x < y);
}

static void tell(const char *name, double *each, size_t count, double found)
{
	qsort(each, count, sizeof(each[0]), by_value);
	printf("  %-36s %8.1f %8.1f %8.1f us  %6.1f found\n", name, each[count / 2], each[count * 99 / 100],
		each[count - 1], found / (double)count);
	fflush(stdout);
}

static void ask_questions(double *each)
{
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	for (size_t q = 0; q < sizeof(questions) / sizeof(questions[0]); q++) {
		uint64_t seed = 1;
		double found = 0;
		for (uint64_t i = 0; i < rounds; i++) {
			seed = seed * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
			struct ask ask = { .query = { .type = types[questions[q].type],
						   .where = questions[q].where(arena, (seed >> 20) % many),
						   .count = 20 } };
			each[i] = run(arena, &ask);
			found += (double)ask.count;
			hs_arena_reset(arena);
		}
		tell(questions[q].name, each, rounds, found);
	}
	hs_arena_free(arena);
}

static void sort_pages(double *each)
{
	static const struct {
		const char *name;
		struct hs_find_sort sorts[2];
		enum param params[2];
	} sorts[] = {
		{ "_sort=date", { { .kind = HS_INDEX_DATE } }, { DATE } },
		{ "_sort=-date", { { .kind = HS_INDEX_DATE, .falling = true } }, { DATE } },
		{ "_sort=status", { { .kind = HS_INDEX_TOKEN } }, { STATUS } },
		{ "_sort=-code", { { .kind = HS_INDEX_TOKEN, .falling = true } }, { CODE } },
		{ "_sort=note", { { .kind = HS_INDEX_STRING } }, { NOTE } },
		{ "_sort=-quantity", { { .kind = HS_INDEX_QUANTITY, .falling = true } }, { QUANTITY } },
		{ "_sort=-_lastUpdated", { { .special = HS_SORT_UPDATED, .falling = true } }, { CODE } },
		{ "_sort=_id", { { .special = HS_SORT_ID } }, { CODE } },
		{ "_sort=side,-date",
			{ { .kind = HS_INDEX_TOKEN }, { .kind = HS_INDEX_DATE, .falling = true } },
			{ SIDE, DATE } },
		{ "_sort=-side,_id",
			{ { .kind = HS_INDEX_TOKEN, .falling = true }, { .special = HS_SORT_ID } },
			{ SIDE, CODE } },
		{ "_sort=side,code", { { .kind = HS_INDEX_TOKEN }, { .kind = HS_INDEX_TOKEN } },
			{ SIDE, CODE } },
	};
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	for (size_t s = 0; s < sizeof(sorts) / sizeof(sorts[0]); s++) {
		struct hs_find_sort sort[2] = { sorts[s].sorts[0], sorts[s].sorts[1] };
		bool two = strchr(sorts[s].name, ',') != NULL;
		struct ask ask = {
			.query = { .type = types[OBS], .sort = sort, .sort_count = 1 + two, .count = 20 }
		};
		double first = 0, last = 0;
		sort[0].param = sort[0].special ? 0 : params[sorts[s].params[0]];
		sort[1].param = sort[1].special ? 0 : params[sorts[s].params[1]];
		for (unsigned page = 1; page <= 100; page++) {
			char mark[sizeof(ask.mark)];
			memcpy(mark, ask.mark, sizeof(mark));
			ask.query.after = hs_slice(mark, ask.next.len);
			last = run(arena, &ask);
			first = page == 1 ? last : first;
			each[page - 1] = last;
			hs_arena_reset(arena);
		}
		printf("  %-36s %8.1f us page 1, %8.1f us page 100\n", sorts[s].name, first, last);
		fflush(stdout);
	}
	hs_arena_free(arena);
}

static void open_store(const char *path, struct hs_pool *pool)
{
	static const char *const names[] = { "Obs", "Pat", "Org", "Rep" };
	struct hs_store_config config = {
		.path = path, .world = hs_world_real(), .readers = pool, .read_budget = 100000000
	};
	struct hs_error err;
	char name[16];
	check(hs_store_open(&config, &store, &err), &err);
	for (int i = 0; i < TYPES; i++)
		check(hs_store_number(store, HS_SPACE_TYPE, hs_slice_cstr(names[i]), &types[i], &err), &err);
	for (int i = 0; i < PARAMS; i++) {
		snprintf(name, sizeof(name), "p%d", i);
		check(hs_store_number(store, HS_SPACE_PARAM, hs_slice_cstr(name), &params[i], &err), &err);
	}
}

int main(int argc, char **argv)
{
	const char *parent = getenv("TMPDIR");
	char folder[256], path[300];

	many = argc > 1 ? strtoull(argv[1], NULL, 10) : 1000000;
	rounds = argc > 2 ? strtoull(argv[2], NULL, 10) : 500;
	if (many < 1000 || rounds < 100)
		return 2;
	snprintf(folder, sizeof(folder), "%s/hs-search-bench-XXXXXX", parent ? parent : "/tmp");
	if (!mkdtemp(folder))
		return 1;
	snprintf(path, sizeof(path), "%s/store.db", folder);
	struct hs_pool *pool = hs_pool_new("read", 1, 64);
	double *each = malloc(sizeof(*each) * rounds);
	open_store(path, pool);
	fill();
	printf("%" PRIu64 " resources; median, p99, most\n", many);
	ask_questions(each);
	sort_pages(each);
	hs_store_close(store);
	hs_pool_free(pool);
	free(each);
	unlink(path);
	rmdir(folder);
	return 0;
}
