/* SPDX-License-Identifier: Apache-2.0 */
/* Kills a process that writes to a store, again and again, and looks whether all that it had acknowledged is
 * there, whole, after each. Usage: store_kill [--rounds N] [--seed N]; the environment's
 * HS_CRASH_ROUNDS is the number of rounds too. Exit code 0 when nothing was lost. */
#include <core/base/world.h>
#include <core/store/store.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

#define CLIENTS 16
#define PARTS 3u /* resources of one write: 1 to this */

static uint64_t rng;

static uint64_t random_number(void)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return rng >> 8;
}

static void die(const char *what, const struct hs_error *err)
{
	fprintf(stderr, "store_kill: %s: %s\n", what, err ? err->text : "");
	exit(1);
}

static struct hs_store *open_store(const char *path, struct hs_pool *pool, uint32_t *type, uint32_t *param)
{
	struct hs_store_config config = {
		.path = path, .world = hs_world_real(), .readers = pool, .test_upkeep = true
	};
	struct hs_store *store = NULL;
	struct hs_error err;

	if (hs_store_open(&config, &store, &err) != HS_OK)
		die("open", &err);
	if (hs_store_number(store, HS_SPACE_TYPE, HS_S("Patient"), type, &err) != HS_OK ||
		hs_store_number(store, HS_SPACE_PARAM, HS_S("Patient.code"), param, &err) != HS_OK)
		die("names", &err);
	return store;
}

/* ---- the child ---- */

struct client {
	struct hs_store_op op; /* first */
	uint64_t n;
};
static struct mailbox {
	struct hs_mailbox mailbox; /* first */
	pthread_mutex_t lock;
	pthread_cond_t arrived;
	struct hs_task *head;
} box = { .lock = PTHREAD_MUTEX_INITIALIZER, .arrived = PTHREAD_COND_INITIALIZER };
static struct hs_store *child_store;
static uint32_t child_type, child_param;
static uint64_t next_n;

static bool post(struct hs_mailbox *mailbox, struct hs_task *task)
{
	struct mailbox *to = (struct mailbox *)mailbox;
	pthread_mutex_lock(&to->lock);
	task->next = to->head;
	to->head = task;
	pthread_cond_signal(&to->arrived);
	pthread_mutex_unlock(&to->lock);
	return true;
}

static enum hs_status compose(const struct hs_resource *version, void *arg, struct hs_buf *out,
	struct hs_error *err)
{
	const uint64_t *n = arg;
	(void)err;
	hs_buf_printf(out, "{\"id\":\"%.*s\",\"n\":%" PRIu64 ",\"pad\":\"", HS_S_ARG(version->id), *n);
	for (uint64_t i = 0; i < *n % 1500; i++)
		hs_buf_byte(out, 'x');
	hs_buf_cstr(out, "\"}");
	return HS_OK;
}

/* Several resources that belong together, and a new version of one that all writes share. */
static enum hs_status write_parts(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	uint64_t n = *(const uint64_t *)arg;
	enum hs_status status = HS_OK;
	struct hs_resource out;
	char id[40], code[40];

	for (unsigned part = 0; part <= PARTS && status == HS_OK; part++) {
		if (part > n % PARTS && part < PARTS)
			continue;
		int len = part < PARTS ? snprintf(id, sizeof(id), "%" PRIu64 "-%u", n, part) :
					 snprintf(id, sizeof(id), "shared-%" PRIu64, n % 7);
		int code_len = snprintf(code, sizeof(code), "c%" PRIu64, n % 100);
		struct hs_index_row row = {
			.param = child_param, .kind = HS_INDEX_TOKEN, .text = hs_slice(code, (size_t)code_len)
		};
		struct hs_put put = { .type = child_type,
			.id = hs_slice(id, (size_t)len),
			.index = &row,
			.index_count = 1,
			.compose = compose,
			.arg = arg };
		status = hs_txn_put(txn, arena, &put, &out, err);
	}
	/* Some fail after having written: the group is run again without them. */
	return status == HS_OK && n % 50 == 49 ? hs_fail(err, HS_E_CONFLICT, "on purpose") : status;
}

static void acknowledged(struct hs_store_op *op)
{
	struct client *client = (struct client *)op;
	if (op->status == HS_OK && write(STDOUT_FILENO, &client->n, sizeof(client->n)) != sizeof(client->n))
		_exit(2);
	if (op->status != HS_OK && op->status != HS_E_CONFLICT)
		die("write", &op->error);
	hs_arena_reset(op->arena);
	client->n = next_n++;
	hs_store_write(child_store, op);
}

__attribute__((noreturn)) static void run_child(const char *path, uint64_t first)
{
	static struct client clients[CLIENTS];
	struct hs_pool *pool = hs_pool_new("read", 1, 16);

	next_n = first;
	box.mailbox.post = post;
	child_store = open_store(path, pool, &child_type, &child_param);
	for (int i = 0; i < CLIENTS; i++) {
		clients[i].n = next_n++;
		clients[i].op = (struct hs_store_op) { .work = write_parts,
			.arg = &clients[i].n,
			.arena = hs_arena_new(1 << 22),
			.reply_to = &box.mailbox,
			.done = acknowledged };
		hs_store_write(child_store, &clients[i].op);
	}
	for (;;) {
		pthread_mutex_lock(&box.lock);
		while (!box.head)
			pthread_cond_wait(&box.arrived, &box.lock);
		struct hs_task *task = box.head;
		box.head = NULL;
		pthread_mutex_unlock(&box.lock);
		while (task) {
			struct hs_task *next = task->next;
			task->run(task);
			task = next;
		}
	}
}

/* ---- the parent ---- */

struct judge {
	uint32_t type;
	uint64_t first, last; /* writes of this round */
	const bool *acknowledged;
	uint64_t lost, halves;
};

static enum hs_status look(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct judge *judge = arg;

	for (uint64_t n = judge->first; n < judge->last; n++) {
		unsigned present = 0, whole = (unsigned)(n % PARTS) + 1;
		for (unsigned part = 0; part < whole; part++) {
			struct hs_arena_mark mark = hs_arena_mark(arena);
			struct hs_resource got;
			char id[40];
			int len = snprintf(id, sizeof(id), "%" PRIu64 "-%u", n, part);
			present += hs_txn_get(txn, arena, judge->type, hs_slice(id, (size_t)len), &got,
					   err) == HS_OK;
			hs_arena_rollback(arena, mark);
		}
		judge->halves += present != 0 && present != whole;
		judge->lost += judge->acknowledged[n - judge->first] && present != whole;
	}
	return HS_OK;
}

static pid_t start_child(const char *path, uint64_t first, int *out)
{
	int ends[2];
	char number[32];

	snprintf(number, sizeof(number), "%" PRIu64, first);
	if (pipe(ends) != 0)
		die("pipe", NULL);
	pid_t pid = fork();
	if (pid == 0) {
		dup2(ends[1], STDOUT_FILENO);
		close(ends[0]);
		close(ends[1]);
		execl("/proc/self/exe", "store_kill", "--child", path, number, (char *)NULL);
		_exit(127);
	}
	close(ends[1]);
	*out = ends[0];
	return pid;
}

#define ROUND_MAX ((uint64_t)1 << 20) /* writes of one round */

static uint64_t now_ms(void)
{
	const struct hs_world *world = hs_world_real();
	return world->mono_ns(world->ctx) / 1000000;
}

/* Reads acknowledgements for `ms` from the first one on, kills the child, and reads the rest. */
static uint64_t kill_after(pid_t pid, int in, uint64_t ms, uint64_t first, bool *seen, uint64_t *last)
{
	uint64_t count = 0, end = now_ms() + 10000, n;
	bool killed = false;

	for (;;) {
		struct pollfd wait = { .fd = in, .events = POLLIN };
		uint64_t now = now_ms();
		if (!killed && now >= end) {
			kill(pid, SIGKILL);
			killed = true;
		}
		if (!killed && poll(&wait, 1, (int)(end - now)) == 0)
			continue;
		if (read(in, &n, sizeof(n)) != sizeof(n))
			break;
		if (count++ == 0)
			end = now_ms() + ms;
		if (n < first || n - first >= ROUND_MAX)
			die("an acknowledgement of something else", NULL);
		seen[n - first] = true;
		if (n >= *last)
			*last = n + 1;
	}
	waitpid(pid, NULL, 0);
	close(in);
	return count;
}

static uint64_t run_round(const char *path, unsigned round, bool full, uint64_t *first, uint64_t *slowest)
{
	static bool seen[ROUND_MAX];
	struct hs_error err;
	uint64_t last = *first;
	int in;

	memset(seen, 0, sizeof(seen));
	pid_t pid = start_child(path, *first, &in);
	uint64_t count = kill_after(pid, in, 5 + random_number() % 56, *first, seen, &last);
	last += CLIENTS; /* sent and not acknowledged */
	struct hs_pool *pool = hs_pool_new("read", 1, 16);
	struct hs_arena *arena = hs_arena_new((size_t)16 << 20);
	struct judge judge = { .first = *first, .last = last, .acknowledged = seen };
	uint64_t before = now_ms();
	uint32_t param;
	struct hs_store *store = open_store(path, pool, &judge.type, &param);
	if (now_ms() - before > *slowest)
		*slowest = now_ms() - before;
	hs_store_read_wait(store, arena, look, &judge, &err);
	if (full && hs_store_check(store, &err) != HS_OK)
		die("check", &err);
	hs_store_close(store);
	hs_arena_free(arena);
	hs_pool_free(pool);
	if (judge.lost || judge.halves) {
		fprintf(stderr, "store_kill: round %u: %" PRIu64 " lost, %" PRIu64 " half applied\n", round,
			judge.lost, judge.halves);
		exit(1);
	}
	*first = last;
	return count;
}

int main(int argc, char **argv)
{
	char folder[] = "/tmp/hs-kill-XXXXXX", path[64], file[80];
	uint64_t seed = 1, rounds = 40, first = 0, total = 0, slowest = 0;

	if (argc == 4 && strcmp(argv[1], "--child") == 0)
		run_child(argv[2], strtoull(argv[3], NULL, 10));
	const char *wanted = getenv("HS_CRASH_ROUNDS");
	if (wanted)
		rounds = strtoull(wanted, NULL, 10);
	for (int i = 1; i + 1 < argc; i += 2) {
		if (strcmp(argv[i], "--rounds") == 0)
			rounds = strtoull(argv[i + 1], NULL, 10);
		else if (strcmp(argv[i], "--seed") == 0)
			seed = strtoull(argv[i + 1], NULL, 10);
	}
	rng = seed * UINT64_C(0x9e3779b97f4a7c15) + 1;
	if (!mkdtemp(folder))
		die("no folder", NULL);
	snprintf(path, sizeof(path), "%s/store.db", folder);
	for (unsigned round = 0; round < rounds; round++)
		total += run_round(path, round, round % 20 == 19 || round + 1 == rounds, &first, &slowest);
	printf("%" PRIu64 " kills, %" PRIu64
	       " acknowledged writes, 0 lost, 0 half applied, slowest restart %" PRIu64 " ms\n",
		rounds, total, slowest);
	for (int i = 0; i < 3; i++) {
		static const char *const ends[] = { "", "-wal", "-shm" };
		snprintf(file, sizeof(file), "%s%s", path, ends[i]);
		unlink(file);
	}
	rmdir(folder);
	return total > 0 ? 0 : 1;
}
