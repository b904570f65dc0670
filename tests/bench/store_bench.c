/* SPDX-License-Identifier: Apache-2.0 */
/* Measures the store: durable creates by many clients beside SQLite's own single-row durable commits in the
 * same run, reads by id, and searches. Prints one JSON object. Usage: store_bench [RESOURCES [SECONDS]]; the
 * files are made under $TMPDIR and removed. */
#include <core/base/world.h>
#include <core/store/store.h>
#include <inttypes.h>
#include <pthread.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#define CLIENTS 64
#define BODY 1600

static char folder[256];
static char body[BODY];
static struct hs_store *store;
static uint32_t patient, p_identifier, p_family, p_gender, p_birth, p_general;

static uint64_t now_ns(void)
{
	const struct hs_world *world = hs_world_real();
	return world->mono_ns(world->ctx);
}

static void check(enum hs_status status, const struct hs_error *err)
{
	if (status == HS_OK)
		return;
	fprintf(stderr, "store_bench: %s\n", err->text);
	exit(1);
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

/* ---- SQLite's own rate ---- */

static double sqlite_rate(double seconds)
{
	char path[300];
	sqlite3 *db = NULL;
	sqlite3_stmt *stmt = NULL;
	uint64_t start, done = 0;

	snprintf(path, sizeof(path), "%s/plain.db", folder);
	sqlite3_open(path, &db);
	sqlite3_exec(db,
		"PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;"
		"CREATE TABLE t (id TEXT PRIMARY KEY, body BLOB) WITHOUT ROWID",
		NULL, NULL, NULL);
	sqlite3_prepare_v2(db, "INSERT INTO t VALUES (?1, ?2)", -1, &stmt, NULL);
	for (start = now_ns(); now_ns() - start < (uint64_t)(seconds * 1e9); done++) {
		char id[40];
		int len = snprintf(id, sizeof(id), "%016" PRIx64, done * UINT64_C(0x9e3779b97f4a7c15));
		sqlite3_bind_text(stmt, 1, id, len, SQLITE_STATIC);
		sqlite3_bind_blob(stmt, 2, body, BODY, SQLITE_STATIC);
		if (sqlite3_step(stmt) != SQLITE_DONE)
			exit(1);
		sqlite3_reset(stmt);
	}
	double rate = (double)done * 1e9 / (double)(now_ns() - start);
	sqlite3_finalize(stmt);
	sqlite3_close(db);
	for (int i = 0; i < 3; i++) {
		static const char *const ends[] = { "", "-wal", "-shm" };
		char file[320];
		snprintf(file, sizeof(file), "%s%s", path, ends[i]);
		unlink(file);
	}
	return rate;
}

/* ---- creates ---- */

static enum hs_status compose(const struct hs_resource *version, void *arg, struct hs_buf *out,
	struct hs_error *err)
{
	(void)version;
	(void)arg;
	(void)err;
	hs_buf_add(out, hs_slice(body, BODY));
	return HS_OK;
}

/* About what a Patient has. */
static size_t make_index(uint64_t n, char texts[4][40], struct hs_index_row rows[8])
{
	uint64_t mixed = n * UINT64_C(0x9e3779b97f4a7c15);
	int len0 = snprintf(texts[0], 40, "%012" PRIu64, n);
	int len1 = snprintf(texts[1], 40, "name%" PRIu64, mixed % 20000);
	int len2 = snprintf(texts[2], 40, "org%" PRIu64, mixed % 500);
	int64_t birth = (int64_t)(mixed % 30000) * 86400000 - INT64_C(1200000000000);

	rows[0] = (struct hs_index_row) { .param = p_identifier,
		.kind = HS_INDEX_TOKEN,
		.system = HS_S("urn:oid:1.2.752.129.2.1.3.1"),
		.text = hs_slice(texts[0], (size_t)len0) };
	rows[1] = (struct hs_index_row) { .param = p_family,
		.kind = HS_INDEX_STRING,
		.text = hs_slice(texts[1], (size_t)len1),
		.exact = hs_slice(texts[1], (size_t)len1) };
	rows[2] = (struct hs_index_row) { .param = p_gender,
		.kind = HS_INDEX_TOKEN,
		.system = HS_S("http://hl7.org/fhir/administrative-gender"),
		.text = n % 2 ? HS_S("male") : HS_S("female") };
	rows[3] = (struct hs_index_row) {
		.param = p_birth, .kind = HS_INDEX_DATE, .lo = birth, .hi = birth + 86400000
	};
	rows[4] = (struct hs_index_row) { .param = p_general,
		.kind = HS_INDEX_REFERENCE,
		.target_type = patient,
		.text = hs_slice(texts[2], (size_t)len2) };
	return 5;
}

static enum hs_status create(struct hs_txn *txn, struct hs_arena *arena, uint64_t n, struct hs_error *err)
{
	char id[40], texts[4][40];
	struct hs_index_row rows[8];
	struct hs_resource out;
	int len = snprintf(id, sizeof(id), "%016" PRIx64, n * UINT64_C(0x9e3779b97f4a7c15));
	struct hs_put put = {
		.type = patient, .id = hs_slice(id, (size_t)len), .index = rows, .compose = compose
	};

	put.index_count = make_index(n, texts, rows);
	return hs_txn_put(txn, arena, &put, &out, err);
}

static uint64_t made;

static enum hs_status create_one(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	return create(txn, arena, *(uint64_t *)arg, err);
}

static enum hs_status create_many(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	for (uint64_t n = made, end = made + *(uint64_t *)arg; n < end && status == HS_OK; n++) {
		struct hs_arena_mark mark = hs_arena_mark(arena);
		status = create(txn, arena, n, err);
		hs_arena_rollback(arena, mark);
	}
	return status;
}

static void fill(uint64_t count)
{
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	struct hs_error err;
	uint64_t start = now_ns();

	for (uint64_t left = count; left;) {
		uint64_t batch = left < 2000 ? left : 2000;
		check(hs_store_write_wait(store, arena, create_many, &batch, &err), &err);
		hs_arena_reset(arena);
		made += batch;
		left -= batch;
	}
	printf("  \"load_per_second\": %.0f,\n", (double)count * 1e9 / (double)(now_ns() - start));
	hs_arena_free(arena);
}

/* A client sends its next create when the one before is acknowledged. One loop plays all of them. */
struct client {
	struct hs_store_op op; /* first */
	uint64_t n, sent;
};
static struct mailbox {
	struct hs_mailbox mailbox;
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	struct hs_task *head;
} box = { .lock = PTHREAD_MUTEX_INITIALIZER, .arrived = PTHREAD_COND_INITIALIZER };
static uint64_t *took, took_count;
static bool ending;

static bool post(struct hs_mailbox *mailbox, struct hs_task *task)
{
	struct mailbox *to = (struct mailbox *)mailbox;
	pthread_mutex_lock(&to->lock);
	task->next = to->head;
	bool wake = !to->head;
	to->head = task;
	if (wake)
		pthread_cond_signal(&to->arrived);
	pthread_mutex_unlock(&to->lock);
	return true;
}

static void send_next(struct client *client)
{
	hs_arena_reset(client->op.arena);
	client->n = made++;
	client->sent = now_ns();
	hs_store_write(store, &client->op);
}

static unsigned active;

static void acknowledged(struct hs_store_op *op)
{
	struct client *client = (struct client *)op;
	check(op->status, &op->error);
	took[took_count++] = now_ns() - client->sent;
	if (ending)
		active--;
	else
		send_next(client);
}

static uint64_t cpu_ns(void)
{
	struct timespec t;
	clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

static double durable_creates(double seconds, double *p99_ms, double *cpu_us)
{
	static struct client clients[CLIENTS];
	uint64_t first = made;

	took = malloc(sizeof(*took) * 10000000);
	took_count = 0;
	ending = false;
	active = CLIENTS;
	box.mailbox.post = post;
	uint64_t start = now_ns(), cpu = cpu_ns();
	for (int i = 0; i < CLIENTS; i++) {
		clients[i].op = (struct hs_store_op) { .work = create_one,
			.arg = &clients[i].n,
			.arena = hs_arena_new(1 << 20),
			.reply_to = &box.mailbox,
			.done = acknowledged };
		send_next(&clients[i]);
	}
	while (active) {
		pthread_mutex_lock(&box.lock);
		while (!box.head)
			pthread_cond_wait(&box.arrived, &box.lock);
		struct hs_task *task = box.head;
		box.head = NULL;
		pthread_mutex_unlock(&box.lock);
		ending = now_ns() - start > (uint64_t)(seconds * 1e9);
		while (task) {
			struct hs_task *next = task->next;
			task->run(task);
			task = next;
		}
	}
	double rate = (double)(made - first) * 1e9 / (double)(now_ns() - start);
	*cpu_us = (double)(cpu_ns() - cpu) / 1e3 / (double)(made - first);
	qsort(took, took_count, sizeof(took[0]), by_value);
	size_t last = took_count * 99 / 100;
	*p99_ms = (double)took[last] / 1e6;
	free(took);
	for (int i = 0; i < CLIENTS; i++)
		hs_arena_free(clients[i].op.arena);
	return rate;
}

/* ---- reads ---- */

struct lookup {
	uint64_t n;
	struct hs_find_query query;
	uint64_t total;
	size_t count;
};

static enum hs_status get(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct lookup *lookup = arg;
	char id[40];
	struct hs_resource out;
	int len = snprintf(id, sizeof(id), "%016" PRIx64, lookup->n * UINT64_C(0x9e3779b97f4a7c15));
	return hs_txn_get(txn, arena, patient, hs_slice(id, (size_t)len), &out, err);
}

static enum hs_status find(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct lookup *lookup = arg;
	struct hs_find_page page;
	enum hs_status status = hs_txn_find(txn, arena, &lookup->query, &page, err);
	lookup->count = status == HS_OK ? page.count : 0;
	lookup->total = status == HS_OK ? page.total : 0;
	return status;
}

static enum hs_status find_identifier(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct lookup *lookup = arg;
	char code[40];
	int len = snprintf(code, sizeof(code), "%012" PRIu64, lookup->n);
	struct hs_find where = { .op = HS_FIND_TOKEN,
		.param = p_identifier,
		.fold_case = true,
		.system = HS_S("urn:oid:1.2.752.129.2.1.3.1"),
		.text = hs_slice(code, (size_t)len) };
	lookup->query = (struct hs_find_query) { .type = patient, .where = &where, .count = 20 };
	return find(txn, arena, lookup, err);
}

static void time_reads(const char *name, hs_work_fn *work, struct lookup *lookup, unsigned rounds, bool last)
{
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	struct hs_store_op op = { .work = work, .arg = lookup, .arena = arena };
	uint64_t *each = malloc(sizeof(*each) * rounds), seed = 1;

	for (unsigned i = 0; i < rounds; i++) {
		seed = seed * UINT64_C(6364136223846793005) + 1442695040888963407u;
		lookup->n = (seed >> 33) % made;
		uint64_t start = now_ns();
		enum hs_status status = hs_store_read_now(store, &op);
		if (status == HS_E_BUDGET)
			status = hs_store_read_wait(store, arena, work, lookup, &op.error);
		check(status, &op.error);
		each[i] = now_ns() - start;
		hs_arena_reset(arena);
	}
	qsort(each, rounds, sizeof(each[0]), by_value);
	size_t at99 = rounds * 99 / 100, half = rounds / 2;
	printf("  \"%s\": {\"median_us\": %.1f, \"p99_us\": %.1f, \"hits\": %zu, \"total\": %" PRIu64 "}%s\n",
		name, (double)each[half] / 1e3, (double)each[at99] / 1e3, lookup->count, lookup->total,
		last ? "" : ",");
	fflush(stdout);
	free(each);
	hs_arena_free(arena);
}

static void reads(void)
{
	struct lookup lookup = { .n = 0 };
	struct hs_find gender = { .op = HS_FIND_TOKEN,
		.param = p_gender,
		.any_system = true,
		.fold_case = true,
		.text = HS_S("female") };
	struct hs_find family = {
		.op = HS_FIND_STRING, .param = p_family, .match = HS_MATCH_STARTS, .text = HS_S("name77")
	};
	struct hs_find birth = {
		.op = HS_FIND_DATE, .param = p_birth, .cmp = HS_CMP_GE, .lo = 0, .hi = 86400000
	};
	struct hs_find org = {
		.op = HS_FIND_REFERENCE, .param = p_general, .target_type = patient, .text = HS_S("org7")
	};
	const struct hs_find *three[] = { &gender, &family, &birth };
	struct hs_find narrow = { .op = HS_FIND_AND, .kids = three, .kid_count = 3 };
	const struct hs_find *two[] = { &gender, &birth };
	struct hs_find wide = { .op = HS_FIND_AND, .kids = two, .kid_count = 2 };
	struct hs_find_sort by_birth = { .param = p_birth, .kind = HS_INDEX_DATE, .falling = true };
	struct hs_find_sort by_update = { .special = HS_SORT_UPDATED, .falling = true };

	time_reads("get", get, &lookup, 200000, false);
	time_reads("find_identifier", find_identifier, &lookup, 100000, false);
#define QUERY(...) lookup.query = (struct hs_find_query) { .type = patient, .count = 20, __VA_ARGS__ }
	QUERY(.where = &narrow);
	time_reads("and_three_narrow", find, &lookup, 500, false);
	QUERY(.where = &narrow, .want_total = true);
	time_reads("and_three_narrow_total", find, &lookup, 500, false);
	QUERY(.where = &wide);
	time_reads("and_two_wide_page", find, &lookup, 300, false);
	QUERY(.where = &wide, .sort = &by_birth, .sort_count = 1);
	time_reads("and_two_wide_sorted", find, &lookup, 300, false);
	QUERY(.where = &gender);
	time_reads("one_wide_page", find, &lookup, 1000, false);
	QUERY(.where = &gender, .want_total = true);
	time_reads("one_wide_total", find, &lookup, 20, false);
	QUERY(.where = &org);
	time_reads("reference_page", find, &lookup, 1000, false);
	QUERY(.where = &org, .sort = &by_birth, .sort_count = 1);
	time_reads("reference_sorted", find, &lookup, 300, false);
	QUERY(.sort = &by_update, .sort_count = 1);
	time_reads("newest_page", find, &lookup, 1000, false);
	QUERY(.want_total = true);
	time_reads("all_page_total", find, &lookup, 1000, true);
}

int main(int argc, char **argv)
{
	uint64_t resources = argc > 1 ? strtoull(argv[1], NULL, 10) : 100000;
	double seconds = argc > 2 ? strtod(argv[2], NULL) : 2;
	char path[300];
	struct hs_error err;
	double p99 = 0, cpu = 0;

	const char *parent = getenv("TMPDIR");
	snprintf(folder, sizeof(folder), "%s/hs-store-bench-XXXXXX", parent ? parent : "/tmp");
	if (!mkdtemp(folder))
		return 1;
	for (int i = 0; i < BODY; i++)
		body[i] = (char)(' ' + i * 31 % 90);
	snprintf(path, sizeof(path), "%s/store.db", folder);
	struct hs_pool *pool = hs_pool_new("read", 1, 64);
	struct hs_store_config config = { .path = path, .world = hs_world_real(), .readers = pool };
	check(hs_store_open(&config, &store, &err), &err);
	check(hs_store_number(store, HS_SPACE_TYPE, HS_S("Patient"), &patient, &err), &err);
	struct hs_slice names[] = { HS_S_INIT("Patient.identifier"), HS_S_INIT("Patient.family"),
		HS_S_INIT("Patient.gender"), HS_S_INIT("Patient.birthdate"), HS_S_INIT("Patient.general") };
	uint32_t numbers[5];
	check(hs_store_numbers(store, HS_SPACE_PARAM, names, 5, numbers, &err), &err);
	p_identifier = numbers[0];
	p_family = numbers[1];
	p_gender = numbers[2];
	p_birth = numbers[3];
	p_general = numbers[4];
	printf("{\n  \"resources\": %" PRIu64 ",\n", resources);
	double plain = sqlite_rate(seconds), ours = durable_creates(seconds, &p99, &cpu);
	double again = sqlite_rate(seconds), ours_again = durable_creates(seconds, &p99, &cpu);
	printf("  \"sqlite_commits_per_second\": [%.0f, %.0f],\n  \"durable_creates_per_second\": [%.0f, "
	       "%.0f],\n"
	       "  \"ratio\": %.2f,\n  \"create_p99_ms\": %.2f,\n  \"create_cpu_us\": %.1f,\n",
		plain, again, ours, ours_again, (ours + ours_again) / (plain + again), p99, cpu);
	fill(resources);
	struct hs_store_counters counters;
	hs_store_counters(store, &counters);
	printf("  \"bytes_per_resource\": %.0f,\n  \"groups\": %" PRIu64 ", \"writes\": %" PRIu64 ",\n",
		(double)(counters.file_bytes) / (double)made, counters.groups, counters.writes);
	reads();
	printf("}\n");
	hs_store_close(store);
	hs_pool_free(pool);
	unlink(path);
	rmdir(folder);
	return 0;
}
