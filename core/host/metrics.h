/* SPDX-License-Identifier: Apache-2.0 */
/* What requests did, counted per loop and action, and the text that Prometheus reads (format 0.0.4).
 *
 * Owner: the host. Threads: each loop writes its own table; any loop reads all of them. */
#pragma once

#include <core/host/host_private.h>

/* Actions that are the host's own; those of routes and REST interactions follow. */
enum hs__own_action {
	HS__ACT_UNKNOWN, /* no such path, or refused before it was known what it is */
	HS__ACT_HEALTH,
	HS__ACT_METRICS,
	HS__ACT_LANDING,
	HS__ACT_OPERATOR,
	HS__ACT_METADATA,
	HS__ACT_OPTIONS,
	HS__ACT_OWN_COUNT,
};

struct hs__action {
	const char *service;    /* "host", "rest" or the service's name */
	const char *name;       /* "read", "$lookup" */
	struct hs_slice logged; /* both as members of a line of the log: "service":"...","do":"..." */
};

/* Before serving: the same pair gives the same number. */
unsigned hs__metrics_action(struct hs__metrics *metrics, const char *service, const char *name);
const struct hs__action *hs__metrics_name(const struct hs__metrics *metrics, unsigned action);
/* The action of a REST interaction on a type of this service (UINT_MAX: of nobody). */
unsigned hs__metrics_rest(const struct hs__metrics *metrics, unsigned service,
	enum hs_interaction interaction);

struct hs__metrics *hs__metrics_new(void);
/* After services are known and before serving. */
void hs__metrics_prepare(struct hs_host *host);
void hs__metrics_free(struct hs__metrics *metrics);
/* One finished request, on its loop. */
void hs__metrics_count(struct hs__metrics *metrics, unsigned loop, unsigned action, int status, uint64_t us);

/* Upper bounds of the histogram, microseconds: two a power of two from 16 us to 16 s. */
#define HS__BUCKETS 41
unsigned hs__bucket_of(uint64_t us);
uint64_t hs__bucket_bound(unsigned bucket); /* UINT64_MAX for the last */

/* For metrics_text.c: sums over the loops. */
struct hs__action_sum {
	uint64_t by_class[6]; /* [2] is 2xx; [0] unused */
	uint64_t buckets[HS__BUCKETS];
	uint64_t sum_us, count;
};
unsigned hs__metrics_actions(const struct hs__metrics *metrics);
void hs__metrics_sum(const struct hs__metrics *metrics, unsigned loops, unsigned action,
	struct hs__action_sum *out);
