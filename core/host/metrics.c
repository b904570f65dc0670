/* SPDX-License-Identifier: Apache-2.0 */
/* Counting what requests did: a table of actions, and for each loop a row of numbers an action. */
#include <core/base/heap.h>
#include <core/base/put.h>
#include <core/host/metrics.h>

#define ACTIONS_MAX 2048
#define INTERACTIONS (HS_DO_BUNDLE + 1)

struct cell {
	_Atomic uint64_t by_class[6];
	_Atomic uint64_t buckets[HS__BUCKETS];
	_Atomic uint64_t sum_us;
};

struct hs__metrics {
	struct hs__action actions[ACTIONS_MAX];
	unsigned count;
	unsigned rest[HS__SERVICES_MAX + 1]; /* first of a service's interactions; the last is nobody's */
	unsigned services;
	/* Made when a loop first counts the action, so that idle ones cost a pointer. */
	struct cell *_Atomic cells[HS__LOOPS_MAX][ACTIONS_MAX];
};

static const char *const interaction_names[INTERACTIONS] = {
	[HS_DO_READ] = "read",
	[HS_DO_VREAD] = "vread",
	[HS_DO_CREATE] = "create",
	[HS_DO_UPDATE] = "update",
	[HS_DO_PATCH] = "patch",
	[HS_DO_DELETE] = "delete",
	[HS_DO_UPDATE_CONDITIONAL] = "update-conditional",
	[HS_DO_PATCH_CONDITIONAL] = "patch-conditional",
	[HS_DO_DELETE_CONDITIONAL] = "delete-conditional",
	[HS_DO_HISTORY_INSTANCE] = "history-instance",
	[HS_DO_HISTORY_TYPE] = "history-type",
	[HS_DO_HISTORY_SYSTEM] = "history-system",
	[HS_DO_SEARCH_TYPE] = "search-type",
	[HS_DO_SEARCH_SYSTEM] = "search-system",
	[HS_DO_BUNDLE] = "bundle",
};

/* On the heap. */
static struct hs_slice logged_as(const char *service, const char *name)
{
	enum { SERVICE_MAX = 64, NAME_MAX_BYTES = 128 };
	char *text = hs_heap_raw(SERVICE_MAX + NAME_MAX_BYTES + 32), *at = text;

	at = hs__put(at, HS_S("\"service\":\""));
	at = hs__put(at, hs_slice_first(hs_slice_cstr(service), SERVICE_MAX));
	at = hs__put(at, HS_S("\",\"do\":\""));
	at = hs__put(at, hs_slice_first(hs_slice_cstr(name), NAME_MAX_BYTES));
	at = hs__put(at, HS_S("\""));
	return hs_slice(text, (size_t)(at - text));
}

static unsigned add(struct hs__metrics *metrics, const char *service, const char *name)
{
	if (metrics->count == ACTIONS_MAX)
		return HS__ACT_UNKNOWN;
	metrics->actions[metrics->count] = (struct hs__action) { service, name, logged_as(service, name) };
	return metrics->count++;
}

unsigned hs__metrics_action(struct hs__metrics *metrics, const char *service, const char *name)
{
	for (unsigned i = 0; i < metrics->count; i++)
		if (strcmp(metrics->actions[i].service, service) == 0 &&
			strcmp(metrics->actions[i].name, name) == 0)
			return i;
	return add(metrics, service, name);
}

struct hs__metrics *hs__metrics_new(void)
{
	static const char *const own[HS__ACT_OWN_COUNT] = { "unknown", "health", "metrics", "landing",
		"operator", "metadata", "options" };
	struct hs__metrics *metrics = hs_heap_alloc(sizeof(*metrics));

	for (unsigned i = 0; i < HS__ACT_OWN_COUNT; i++)
		add(metrics, "host", own[i]);
	return metrics;
}

void hs__metrics_prepare(struct hs_host *host)
{
	struct hs__metrics *metrics = host->metrics;

	metrics->services = host->service_count;
	for (unsigned i = 0; i <= host->service_count; i++) {
		const char *name = i < host->service_count ? host->services[i]->plug->name : "rest";
		metrics->rest[i] = metrics->count;
		for (unsigned k = 0; k < INTERACTIONS; k++)
			add(metrics, name, interaction_names[k]);
	}
}

unsigned hs__metrics_rest(const struct hs__metrics *metrics, unsigned service,
	enum hs_interaction interaction)
{
	unsigned row = service < metrics->services ? service : metrics->services;
	return metrics->rest[row] + (unsigned)interaction;
}

const struct hs__action *hs__metrics_name(const struct hs__metrics *metrics, unsigned action)
{
	return &metrics->actions[action < metrics->count ? action : HS__ACT_UNKNOWN];
}

unsigned hs__metrics_actions(const struct hs__metrics *metrics)
{
	return metrics->count;
}

void hs__metrics_free(struct hs__metrics *metrics)
{
	if (!metrics)
		return;
	for (unsigned i = 0; i < HS__LOOPS_MAX; i++)
		for (unsigned k = 0; k < metrics->count; k++)
			hs_heap_free(atomic_load(&metrics->cells[i][k]));
	for (unsigned k = 0; k < metrics->count; k++)
		hs_heap_free((void *)(uintptr_t)metrics->actions[k].logged.ptr);
	hs_heap_free(metrics);
}

/* Bucket 0 holds up to 16 us; then two a power of two: (16,24], (24,32], (32,48] ... */
unsigned hs__bucket_of(uint64_t us)
{
	if (us <= 16)
		return 0;
	unsigned power = 63u - (unsigned)__builtin_clzll(us - 1); /* 2^power < us <= 2^(power+1) */
	unsigned half = us > (3ull << power) / 2;
	unsigned bucket = 1 + (power - 4) * 2 + half;
	return bucket < HS__BUCKETS ? bucket : HS__BUCKETS - 1;
}

uint64_t hs__bucket_bound(unsigned bucket)
{
	if (bucket == 0)
		return 16;
	if (bucket >= HS__BUCKETS - 1)
		return UINT64_MAX;
	unsigned power = 4 + (bucket - 1) / 2;
	return (bucket - 1) % 2 ? 2ull << power : (3ull << power) / 2;
}

/* Only this thread writes the number: no locked instruction is needed. */
static void bump(_Atomic uint64_t *number, uint64_t by)
{
	atomic_store_explicit(number, atomic_load_explicit(number, memory_order_relaxed) + by,
		memory_order_relaxed);
}

void hs__metrics_count(struct hs__metrics *metrics, unsigned loop, unsigned action, int status, uint64_t us)
{
	if (action >= metrics->count)
		action = HS__ACT_UNKNOWN;
	struct cell *cell = atomic_load_explicit(&metrics->cells[loop][action], memory_order_relaxed);
	if (!cell) {
		cell = hs_heap_alloc(sizeof(*cell));
		atomic_store_explicit(&metrics->cells[loop][action], cell, memory_order_release);
	}
	bump(&cell->by_class[status >= 100 && status < 600 ? status / 100 : 0], 1);
	bump(&cell->buckets[hs__bucket_of(us)], 1);
	bump(&cell->sum_us, us);
}

void hs__metrics_sum(const struct hs__metrics *metrics, unsigned loops, unsigned action,
	struct hs__action_sum *out)
{
	memset(out, 0, sizeof(*out));
	for (unsigned loop = 0; loop < loops; loop++) {
		struct cell *cell = atomic_load_explicit(&metrics->cells[loop][action], memory_order_acquire);
		if (!cell)
			continue;
		for (unsigned i = 0; i < 6; i++)
			out->by_class[i] += atomic_load_explicit(&cell->by_class[i], memory_order_relaxed);
		for (unsigned i = 0; i < HS__BUCKETS; i++)
			out->buckets[i] += atomic_load_explicit(&cell->buckets[i], memory_order_relaxed);
		out->sum_us += atomic_load_explicit(&cell->sum_us, memory_order_relaxed);
	}
	for (unsigned i = 0; i < HS__BUCKETS; i++)
		out->count += out->buckets[i];
}
