/* SPDX-License-Identifier: Apache-2.0 */
/* Measures the ledger of pointers: for 10^4, 10^5 ... up to --max pointers of the synthetic Sweden, how fast
 * they are loaded from NDJSON (parsing, checks and indexes included), what one takes on disk, and how long a
 * lookup by patient with twelve hits takes in this process, texts included. They come as care gives them:
 * those of a patient are spread over the whole load. Each size is a store of its own, made under $TMPDIR and
 * removed. One line a size, smallest first; of a large one the rate is told as it goes.
 *
 * Usage: pointer_bench [--max N] [--min N] [--keep FOLDER] [--cpu] [--by-patient]. With --keep the stores
 * stay in FOLDER, and one that is there already is not loaded anew. With --cpu a lookup is timed by the CPU
 * that its thread took rather than by the clock, for a machine that has other work. With --by-patient the
 * pointers of a patient come one after another, as `handslag seed` writes them. */
#include <core/base/log.h>
#include <core/base/memory.h>
#include <core/base/world.h>
#include <core/cli/data/load.h>
#include <core/cli/seed/seed.h>
#include <core/host/host.h>
#include <core/rest/rest.h>

#include <ftw.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#define CHUNK 200000 /* pointers of text made at a time */
#define LOOKUPS 20000
#define SEED 1
#define HITS 12

struct bench {
	struct hs_store *store;
	struct hs_cli_sink *sink;
	const struct hs_rest_sandbox *numbers;
	struct hs_arena *arena;
	uint64_t count, patients, next; /* next: number of the first pointer of the batch */
	struct hs_buf text;             /* NDJSON of a batch */
	const char *keep;               /* where stores stay; NULL: nowhere */
	bool by_patient;
	clockid_t clock; /* what a lookup is timed by */
	uint64_t each[LOOKUPS];
	double load_cpu, lookup_cpu; /* microseconds each */
};

static uint64_t now_ns(void)
{
	const struct hs_world *world = hs_world_real();
	return world->mono_ns(world->ctx);
}

static uint64_t lookup_ns(const struct bench *bench)
{
	struct timespec now;
	clock_gettime(bench->clock, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* CPU of the process in microseconds: on a busy machine it says more than the clock. */
static double cpu_us(void)
{
	struct rusage usage;
	getrusage(RUSAGE_SELF, &usage);
	return (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1e6 +
		(double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
}

static void check(enum hs_status status, const struct hs_error *err)
{
	if (status == HS_OK)
		return;
	fprintf(stderr, "pointer_bench: %s\n", err->text);
	exit(1);
}

/* ---- loading ---- */

/* Which pointer comes next: all of them, in steps of about 0.618 of the count, which has no other factors
 * than 2 and 5. */
static uint64_t pointer_at(const struct bench *bench, uint64_t turn)
{
	uint64_t step = bench->count / 1000 * 618 + 1;

	return bench->by_patient || step % 2 == 0 || step % 5 == 0 ? turn : turn * step % bench->count;
}

/* Seconds that loading took, without making the text: as `handslag load` does it from NDJSON, with a pause
 * whenever there is no more text. */
static double load(struct bench *bench)
{
	struct hs_error err;
	uint64_t spent = 0;

	hs_buf_init(&bench->text, NULL, (size_t)512 << 20);
	for (bench->next = 0; bench->next < bench->count;) {
		uint64_t end = bench->next + CHUNK < bench->count ? bench->next + CHUNK : bench->count;
		uint64_t line = bench->next;
		hs_buf_clear(&bench->text);
		for (; bench->next < end; bench->next++) {
			hs_seed_write_pointer(SEED, pointer_at(bench, bench->next), bench->patients,
				&bench->text);
			hs_buf_byte(&bench->text, '\n');
		}
		double cpu = cpu_us();
		uint64_t start = now_ns();
		struct hs_slice text = hs_buf_slice(&bench->text);
		while (text.len)
			check(bench->sink->take(bench->sink, hs_slice_cut(&text, '\n'), "pointers", ++line,
				      &err),
				&err);
		check(end < bench->count ? bench->sink->pause(bench->sink, &err) :
					   bench->sink->end(bench->sink, &err),
			&err);
		spent += now_ns() - start;
		if (bench->next % 1000000 == 0)
			fprintf(stderr, "%" PRIu64 " loaded, the last %d at %.0f a second\n", bench->next,
				CHUNK, CHUNK / ((double)(now_ns() - start) / 1e9));
		bench->load_cpu += (cpu_us() - cpu) / (double)bench->count;
	}
	hs_buf_free(&bench->text);
	if (bench->sink->stored != bench->count) {
		fprintf(stderr, "pointer_bench: %" PRIu64 " of %" PRIu64 " stored\n", bench->sink->stored,
			bench->count);
		exit(1);
	}
	return (double)spent / 1e9;
}

/* ---- looking up ---- */

struct lookup {
	struct hs_find_query query;
	struct hs_find find;
	size_t hits;
};

static enum hs_status look(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct lookup *lookup = arg;
	struct hs_find_page page = { .count = 0 };
	enum hs_status status = hs_txn_find(txn, arena, &lookup->query, &page, err);

	lookup->hits = page.count;
	return status;
}

static int by_value(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
	return x < y ? -1 : x > y;
}

static void look_up(struct bench *bench)
{
	struct lookup lookup = { .find = { .op = HS_FIND_REFERENCE } };
	struct hs_store_op op = { .work = look, .arg = &lookup, .arena = bench->arena };
	uint64_t random = 1, twelves = bench->count / 24 ? bench->count / 24 : 1;
	double cpu = cpu_us();
	char id[32];

	lookup.find.param = hs_rest_param_number(bench->numbers, HS_S("DocumentReference"), HS_S("patient"));
	lookup.find.target_type = hs_rest_type_number(bench->numbers, HS_S("Patient"));
	lookup.query = (struct hs_find_query) {
		.type = hs_rest_type_number(bench->numbers, HS_S("DocumentReference")),
		.where = &lookup.find,
		.count = 20,
	};
	for (size_t i = 0; i < LOOKUPS; i++) {
		random = random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
		/* Patients with even numbers have exactly twelve pointers. */
		uint64_t block = (random >> 33) % twelves;
		if (2 * block >= bench->patients)
			block = 0;
		lookup.find.text = hs_slice(id,
			(size_t)snprintf(id, sizeof id, "patient-%07" PRIu64, 2 * block));
		uint64_t start = lookup_ns(bench);
		enum hs_status status = hs_store_read_now(bench->store, &op);
		bench->each[i] = lookup_ns(bench) - start;
		check(status, &op.error);
		if (lookup.hits != HITS) {
			fprintf(stderr, "pointer_bench: %s has %zu pointers, not %d\n", id, lookup.hits,
				HITS);
			exit(1);
		}
		hs_arena_reset(bench->arena);
	}
	bench->lookup_cpu = (cpu_us() - cpu) / LOOKUPS;
	qsort(bench->each, LOOKUPS, sizeof bench->each[0], by_value);
}

/* ---- one size ---- */

static uint64_t bytes_of(const char *path)
{
	struct stat info;
	return stat(path, &info) == 0 ? (uint64_t)info.st_size : 0;
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	(void)where;
	return remove(path);
}

static struct hs_host *open_host(struct bench *bench, const struct hs_host_config *config)
{
	struct hs_sandbox *sandbox = NULL;
	struct hs_host *host = NULL;
	struct hs_error err;

	check(hs_host_open(config, hs_services_builtin, &host, &err), &err);
	check(hs_host_edition(host, HS_FHIR_R4, &err), &err);
	check(hs_host_sandbox(host, "default", &sandbox, &err), &err);
	hs_sandbox_rest(sandbox, HS_FHIR_R4, &bench->numbers);
	bench->store = hs_sandbox_store(sandbox);
	return host;
}

/* The folder of the store; true when one of this size is there. */
static bool find_folder(const struct bench *bench, uint64_t count, char *folder, size_t room)
{
	const char *parent = getenv("TMPDIR");
	struct stat info;

	if (bench->keep) {
		snprintf(folder, room, "%s/%" PRIu64, bench->keep, count);
		if (stat(folder, &info) == 0)
			return true;
		mkdir(bench->keep, 0755);
		if (mkdir(folder, 0755) == 0)
			return false;
	} else {
		snprintf(folder, room, "%s/hs-pointer-bench-XXXXXX", parent ? parent : "/tmp");
		if (mkdtemp(folder))
			return false;
	}
	perror(folder);
	exit(1);
}

/* Loads all pointers; how many a second. */
static double fill(struct bench *bench, const struct hs_host_config *config)
{
	struct hs_error err;
	struct hs_host *host = open_host(bench, config);

	check(hs_cli_load_local(host, "default", HS_FHIR_R4, &bench->sink, &err), &err);
	HS_ASSERT(bench->sink != NULL);
	double seconds = load(bench);
	bench->sink->finish(bench->sink);
	bench->sink->free(bench->sink);
	hs_host_close(host);
	return (double)bench->count / seconds;
}

static void measure(struct bench *bench, uint64_t count)
{
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	struct hs_host_config config;
	struct hs_error err;
	char folder[256], path[400];
	double load_per_s = 0;

	bool there = find_folder(bench, count, folder, sizeof folder);
	check(hs_host_config_init(&config, arena, &err), &err);
	config.data_dir = folder;
	config.listen = "127.0.0.1:0";
	bench->count = count;
	bench->load_cpu = 0;
	bench->patients = count / HITS;
	if (!there)
		load_per_s = fill(bench, &config);
	/* As a server that is started over it: the load's last pages are written, nothing is in a cache. */
	struct hs_host *host = open_host(bench, &config);
	look_up(bench);
	hs_sandbox_store_path(folder, "default", path, sizeof path);
	hs_host_close(host); /* which checkpoints, so that the file is all there is */
	const size_t half = LOOKUPS / 2, at99 = (size_t)LOOKUPS * 99 / 100;
	printf("pointers=%" PRIu64 " bytes_each=%.1f load_per_s=%.0f lookup_p50_us=%.1f lookup_p99_us=%.1f "
	       "load_cpu_us=%.1f lookup_cpu_us=%.1f rss_mib=%" PRIu64 "\n",
		count, (double)bytes_of(path) / (double)count, load_per_s, (double)bench->each[half] / 1e3,
		(double)bench->each[at99] / 1e3, bench->load_cpu, bench->lookup_cpu, hs_memory_peak() >> 20);
	fflush(stdout);
	if (!bench->keep)
		nftw(folder, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	hs_arena_free(arena);
}

static int explain(void)
{
	fprintf(stderr, "usage: pointer_bench [--max N] [--min N] [--keep FOLDER] [--cpu] [--by-patient]\n");
	return 2;
}

int main(int argc, char **argv)
{
	uint64_t min = 10000, max = 100000;
	static struct bench bench = { .clock = CLOCK_MONOTONIC };

	for (int i = 1; i < argc; i++) {
		const char *value = i + 1 < argc ? argv[i + 1] : NULL;
		if (strcmp(argv[i], "--cpu") == 0) {
			bench.clock = CLOCK_THREAD_CPUTIME_ID;
			continue;
		}
		if (strcmp(argv[i], "--by-patient") == 0) {
			bench.by_patient = true;
			continue;
		}
		if (value && strcmp(argv[i], "--max") == 0)
			max = strtoull(value, NULL, 10);
		else if (value && strcmp(argv[i], "--min") == 0)
			min = strtoull(value, NULL, 10);
		else if (value && strcmp(argv[i], "--keep") == 0)
			bench.keep = value;
		else
			return explain();
		i++;
	}
	hs_log_configure(HS_LOG_ERROR, true, STDERR_FILENO);
	bench.arena = hs_arena_new((size_t)1 << 30);
	for (uint64_t count = min; count && count <= max; count *= 10)
		measure(&bench, count);
	hs_arena_free(bench.arena);
	return 0;
}
