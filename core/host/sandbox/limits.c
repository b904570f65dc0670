/* SPDX-License-Identifier: Apache-2.0 */
/* Limits of a sandbox: a token bucket for requests, a number of stored versions, a size of bodies.
 *
 * The bucket is one number, the virtual moment at which it would be full again (the generic cell rate
 * algorithm): each request moves it by 1/rate, and one that would come more than `burst` too early waits. */
#include <core/host/sandbox/sandbox.h>

static int64_t get(const int64_t *member)
{
	return __atomic_load_n(member, __ATOMIC_RELAXED);
}

static enum hs_status take_token(struct hs_sandbox *sandbox, int64_t rate, uint64_t mono_ns,
	unsigned *retry_s, struct hs_error *err)
{
	int64_t burst = get(&sandbox->limits.burst), now = (int64_t)(mono_ns / 1000), step = 1000000 / rate;
	int64_t room = (burst > 0 ? burst : rate) * step;
	int64_t full = atomic_load_explicit(&sandbox->bucket_us, memory_order_relaxed);

	for (;;) {
		int64_t base = full > now ? full : now;
		if (base + step - now > room) {
			*retry_s = (unsigned)((base + step - room - now) / 1000000 + 1);
			return hs_fail(err, HS_E_THROTTLED,
				"this sandbox takes %lld requests a second; try again in %u s",
				(long long)rate, *retry_s);
		}
		if (atomic_compare_exchange_weak_explicit(&sandbox->bucket_us, &full, base + step,
			    memory_order_relaxed, memory_order_relaxed))
			return HS_OK;
	}
}

/* Only now and then: all loops read what stands beside it at each request. */
static void note_use(struct hs_sandbox *sandbox, int64_t now_ms)
{
	if (now_ms - atomic_load_explicit(&sandbox->used_ms, memory_order_relaxed) > 100)
		atomic_store_explicit(&sandbox->used_ms, now_ms, memory_order_relaxed);
}

enum hs_status hs__limits_check(struct hs_sandbox *sandbox, uint64_t mono_ns, uint64_t body_bytes,
	bool writes, unsigned *retry_s, struct hs_error *err)
{
	const struct hs_sandbox_limits *limits = &sandbox->limits;
	int64_t rate = get(&limits->requests_per_second), body = get(&limits->body_kib);
	int64_t versions = writes ? get(&limits->versions) : 0;

	note_use(sandbox, (int64_t)(mono_ns / 1000000));
	if (body > 0 && body_bytes > (uint64_t)body * 1024)
		return hs_fail(err, HS_E_LIMIT,
			"the body has %llu bytes; this sandbox takes at most %lld KiB",
			(unsigned long long)body_bytes, (long long)body);
	if (versions > 0 && hs_store_seq(sandbox->store) >= (uint64_t)versions)
		return hs_fail(err, HS_E_FULL,
			"this sandbox has stored %lld versions, which is its limit; reset it to begin anew",
			(long long)versions);
	return rate > 0 ? take_token(sandbox, rate, mono_ns, retry_s, err) : HS_OK;
}

void hs__limits_set(struct hs_sandbox *sandbox, const struct hs_sandbox_limits *limits)
{
	__atomic_store_n(&sandbox->limits.requests_per_second, limits->requests_per_second, __ATOMIC_RELAXED);
	__atomic_store_n(&sandbox->limits.burst, limits->burst, __ATOMIC_RELAXED);
	__atomic_store_n(&sandbox->limits.versions, limits->versions, __ATOMIC_RELAXED);
	__atomic_store_n(&sandbox->limits.body_kib, limits->body_kib, __ATOMIC_RELAXED);
	__atomic_store_n(&sandbox->limits.validation, limits->validation, __ATOMIC_RELAXED);
}

void hs__limits_get(const struct hs_sandbox *sandbox, struct hs_sandbox_limits *out)
{
	out->requests_per_second = get(&sandbox->limits.requests_per_second);
	out->burst = get(&sandbox->limits.burst);
	out->versions = get(&sandbox->limits.versions);
	out->body_kib = get(&sandbox->limits.body_kib);
	out->validation = get(&sandbox->limits.validation);
}
