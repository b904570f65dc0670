/* SPDX-License-Identifier: Apache-2.0 */
/* /metrics in Prometheus' text format 0.0.4. */
#include <core/base/memory.h>
#include <core/host/endpoints.h>
#include <core/host/sandbox/sandbox.h>

#define PAGE_MAX ((size_t)16 << 20)
#define STORES_SHOWN 100 /* sandboxes with rows of their own: labels must stay few */

static void head(struct hs_buf *out, const char *name, const char *type, const char *help)
{
	hs_buf_printf(out, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void value(struct hs_buf *out, const char *name, uint64_t number)
{
	hs_buf_printf(out, "%s %llu\n", name, (unsigned long long)number);
}

static void requests(struct hs_host *host, struct hs_buf *out)
{
	struct hs__action_sum sum;

	head(out, "handslag_requests_total", "counter", "Requests by service, interaction and status class.");
	for (unsigned i = 0; i < hs__metrics_actions(host->metrics); i++) {
		const struct hs__action *action = hs__metrics_name(host->metrics, i);
		hs__metrics_sum(host->metrics, host->loop_count, i, &sum);
		for (unsigned k = 1; k < 6; k++)
			if (sum.by_class[k])
				hs_buf_printf(out,
					"handslag_requests_total{service=\"%s\",interaction=\"%s\",class=\"%"
					"uxx\"} %llu\n",
					action->service, action->name, k,
					(unsigned long long)sum.by_class[k]);
	}
}

static void one_duration(struct hs_buf *out, const struct hs__action *action,
	const struct hs__action_sum *sum)
{
	static const char name[] = "handslag_request_duration_seconds";
	uint64_t below = 0;

	for (unsigned k = 0; k + 1 < HS__BUCKETS; k++) {
		below += sum->buckets[k];
		hs_buf_printf(out, "%s_bucket{service=\"%s\",interaction=\"%s\",le=\"%.6f\"} %llu\n", name,
			action->service, action->name, (double)hs__bucket_bound(k) / 1e6,
			(unsigned long long)below);
	}
	hs_buf_printf(out, "%s_bucket{service=\"%s\",interaction=\"%s\",le=\"+Inf\"} %llu\n", name,
		action->service, action->name, (unsigned long long)sum->count);
	hs_buf_printf(out, "%s_sum{service=\"%s\",interaction=\"%s\"} %.6f\n", name, action->service,
		action->name, (double)sum->sum_us / 1e6);
	hs_buf_printf(out, "%s_count{service=\"%s\",interaction=\"%s\"} %llu\n", name, action->service,
		action->name, (unsigned long long)sum->count);
}

static void durations(struct hs_host *host, struct hs_buf *out)
{
	struct hs__action_sum sum;

	head(out, "handslag_request_duration_seconds", "histogram",
		"From the first byte of a request to its answer.");
	for (unsigned i = 0; i < hs__metrics_actions(host->metrics); i++) {
		hs__metrics_sum(host->metrics, host->loop_count, i, &sum);
		if (sum.count)
			one_duration(out, hs__metrics_name(host->metrics, i), &sum);
	}
}

/* A counter or gauge that several things have: one line of each. */
struct counter_row {
	const char *name, *type, *help;
	size_t offset; /* of a uint64_t in what the thing counts */
	bool in_us;    /* and told in seconds */
};

static void counter(struct hs_buf *out, const struct counter_row *row, const char *label, const char *thing,
	const void *counts)
{
	uint64_t number = 0;

	memcpy(&number, (const char *)counts + row->offset, sizeof(number));
	hs_buf_printf(out, "%s{%s=\"%s\"} ", row->name, label, thing);
	if (row->in_us)
		hs_buf_printf(out, "%.6f\n", (double)number / 1e6);
	else
		hs_buf_printf(out, "%llu\n", (unsigned long long)number);
}

#define COUNTER(member) offsetof(struct hs_http_counters, member), false

static const struct counter_row connection_rows[] = {
	{ "handslag_connections_accepted_total", "counter", "Connections accepted.", COUNTER(accepted) },
	{ "handslag_http_refused_total", "counter", "Requests refused before they were one.",
		COUNTER(refused) },
	{ "handslag_http_timeouts_total", "counter", "Connections closed because of time.",
		COUNTER(timeouts) },
	{ "handslag_tls_failed_total", "counter", "Handshakes that failed.", COUNTER(tls_failed) },
	{ "handslag_http_received_bytes_total", "counter", "Bytes received.", COUNTER(bytes_in) },
	{ "handslag_http_sent_bytes_total", "counter", "Bytes sent.", COUNTER(bytes_out) },
};
#undef COUNTER

/* As each loop's sweep last saw them, at most a quarter of a second ago. */
static void connections(struct hs_host *host, struct hs_buf *out)
{
	struct hs_http_counters counters[HS__LOOPS_MAX];

	for (unsigned i = 0; i < host->loop_count; i++) {
		pthread_mutex_lock(&host->loops[i].counters_lock);
		counters[i] = host->loops[i].counters;
		pthread_mutex_unlock(&host->loops[i].counters_lock);
	}
	head(out, "handslag_connections", "gauge", "Open connections.");
	for (unsigned i = 0; i < host->loop_count; i++)
		hs_buf_printf(out, "handslag_connections{loop=\"%u\"} %u\n", i, counters[i].connections);
	for (size_t r = 0; r < sizeof(connection_rows) / sizeof(connection_rows[0]); r++) {
		const struct counter_row *row = &connection_rows[r];
		head(out, row->name, row->type, row->help);
		for (unsigned i = 0; i < host->loop_count; i++) {
			char loop[12];
			snprintf(loop, sizeof(loop), "%u", i);
			counter(out, row, "loop", loop, &counters[i]);
		}
	}
}

static void loops(struct hs_host *host, struct hs_buf *out)
{
	head(out, "handslag_loop_lag_seconds", "gauge",
		"Largest delay of a loop's timer since the last reading.");
	for (unsigned i = 0; i < host->loop_count; i++) {
		uint64_t us = atomic_exchange_explicit(&host->loops[i].lag_us, 0, memory_order_relaxed);
		hs_buf_printf(out, "handslag_loop_lag_seconds{loop=\"%u\"} %.3f\n", i, (double)us / 1e6);
	}
	head(out, "handslag_workers_waiting", "gauge", "Pieces of slow work that wait for a worker.");
	value(out, "handslag_workers_waiting", hs_pool_waiting(host->workers));
}

#define COUNTER(member) offsetof(struct hs_store_counters, member), false

static const struct counter_row store_rows[] = {
	{ "handslag_store_reads_total", "counter", "Reading transactions.", COUNTER(reads) },
	{ "handslag_store_budget_exceeded_total", "counter", "Reads that went from a loop to a worker.",
		COUNTER(budget_exceeded) },
	{ "handslag_store_writes_total", "counter", "Writing transactions.", COUNTER(writes) },
	{ "handslag_store_commits_total", "counter", "Commits; each holds a group of writes.",
		COUNTER(groups) },
	{ "handslag_store_failed_total", "counter", "Transactions that the storage failed.",
		COUNTER(failed) },
	{ "handslag_store_columns_cpu_seconds_total", "counter",
		"CPU time of columns for searches that no search waited for.",
		offsetof(struct hs_store_counters, later_cpu_us), true },
	{ "handslag_store_writes_waiting", "gauge", "Writes that wait for the writer.", COUNTER(waiting) },
	{ "handslag_store_file_bytes", "gauge", "Size of the store's file.", COUNTER(file_bytes) },
	{ "handslag_store_wal_bytes", "gauge", "Size of its write-ahead log.", COUNTER(wal_bytes) },
};
#undef COUNTER

static void stores(struct hs_host *host, struct hs_buf *out)
{
	struct hs_store_counters counters[STORES_SHOWN];
	const char *names[STORES_SHOWN];
	size_t count = 0;

	pthread_rwlock_rdlock(&host->sandboxes_lock);
	for (struct hs_sandbox *s = host->sandboxes; s && count < STORES_SHOWN; s = s->next) {
		if (!hs__sandbox_use(s))
			continue;
		hs_store_counters(s->store, &counters[count]);
		counters[count].reads += counters[count].reads_now;
		names[count++] = s->name;
		hs__sandbox_end_use(s);
	}
	for (size_t r = 0; r < sizeof(store_rows) / sizeof(store_rows[0]); r++) {
		head(out, store_rows[r].name, store_rows[r].type, store_rows[r].help);
		for (size_t i = 0; i < count; i++)
			counter(out, &store_rows[r], "sandbox", names[i], &counters[i]);
	}
	pthread_rwlock_unlock(&host->sandboxes_lock); /* whose names they are */
	head(out, "handslag_sandboxes", "gauge", "Sandboxes, and deleted ones that requests still look at.");
	value(out, "handslag_sandboxes", atomic_load(&host->sandboxes_kept));
}

static void services(struct hs_host *host, struct hs_buf *out)
{
	for (unsigned i = 0; i < host->service_count; i++) {
		const struct hs__service *service = host->services[i];
		for (const struct hs_metric *m = service->plug->metrics; m && m->name; m++) {
			const uint64_t *number =
				(const uint64_t *)(const void *)((const char *)service->state + m->offset);
			head(out, m->name, m->type == HS_METRIC_COUNTER ? "counter" : "gauge", m->help);
			value(out, m->name, __atomic_load_n(number, __ATOMIC_RELAXED));
		}
	}
}

static void metrics_text(struct hs_host *host, struct hs_buf *out)
{
	head(out, "handslag_info", "gauge", "Version of the program.");
	hs_buf_cstr(out, "handslag_info{version=\"" HS_VERSION "\"} 1\n");
	head(out, "process_resident_memory_bytes", "gauge", "Resident memory.");
	value(out, "process_resident_memory_bytes", hs_memory_resident());
	head(out, "process_start_time_seconds", "gauge", "Start of the process since 1970.");
	hs_buf_printf(out, "process_start_time_seconds %.3f\n", (double)host->started_ms / 1e3);
	requests(host, out);
	durations(host, out);
	connections(host, out);
	loops(host, out);
	stores(host, out);
	services(host, out);
}

enum hs_verdict hs__metrics_page(struct hs_request *req)
{
	struct hs_buf out;
	struct hs_error err = { .status = HS_OK };

	hs_buf_init(&out, req->arena, PAGE_MAX);
	metrics_text(req->host, &out);
	if (!out.overflow)
		return hs_reply_bytes(req, 200, HS_S("text/plain; version=0.0.4; charset=utf-8"),
			hs_buf_slice(&out));
	hs_fail(&err, HS_E_LIMIT, "the metrics do not fit into the memory of a request");
	return hs_fail_request(req, &err);
}
