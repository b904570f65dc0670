/* SPDX-License-Identifier: Apache-2.0 */
/* Fault rules: reading them, and the dice. */
#include <core/host/fault.h>

#define DELAY_MAX 60000

void hs__faults_init(struct hs__faults *faults)
{
	memset(faults, 0, sizeof(*faults));
	pthread_rwlock_init(&faults->lock, NULL);
}

void hs__faults_fini(struct hs__faults *faults)
{
	pthread_rwlock_destroy(&faults->lock);
}

/* splitmix64: the n-th number of a seed, whichever loop draws it. */
static uint64_t draw(uint64_t seed, uint64_t n)
{
	uint64_t z = seed + n * 0x9e3779b97f4a7c15u;
	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

static bool matches(const struct hs__fault_rule *rule, struct hs_slice method, struct hs_slice path)
{
	return (!rule->method[0] || hs_slice_eq(hs_slice_cstr(rule->method), method)) &&
		hs_slice_starts(path, hs_slice_cstr(rule->path));
}

struct hs__fault_rule hs_fault(struct hs__faults *faults, struct hs_slice method, struct hs_slice path)
{
	struct hs__fault_rule found = { .action = HS__FAULT_NONE };

	pthread_rwlock_rdlock(&faults->lock);
	uint32_t count = atomic_load_explicit(&faults->count, memory_order_relaxed);
	for (uint32_t i = 0; i < count && !found.action; i++) {
		if (!matches(&faults->rules[i], method, path))
			continue;
		uint64_t n = atomic_fetch_add_explicit(&faults->drawn, 1, memory_order_relaxed);
		if (draw(faults->seed, n) % 1000 < faults->rules[i].per_mille)
			found = faults->rules[i];
	}
	pthread_rwlock_unlock(&faults->lock);
	if (found.action)
		atomic_fetch_add_explicit(&faults->hits, 1, memory_order_relaxed);
	return found;
}

static bool take_text(char *out, size_t size, struct hs_slice text)
{
	if (text.len >= size)
		return false;
	if (text.len)
		memcpy(out, text.ptr, text.len);
	out[text.len] = '\0';
	return true;
}

/* 0, 0.25, 1: a share with up to three decimals, as thousandths. */
static bool take_rate(const struct hs_json *value, uint32_t *out)
{
	struct hs_slice text = hs_json_text(value), fraction = text;
	struct hs_slice whole = hs_slice_cut(&fraction, '.');
	uint32_t n = 0, unit = 100;

	if (!hs_json_is(value, HS_JSON_NUMBER) || whole.len != 1 || whole.ptr[0] < '0' || whole.ptr[0] > '1')
		return false;
	for (size_t i = 0; i < fraction.len; i++, unit /= 10) {
		if (fraction.ptr[i] < '0' || fraction.ptr[i] > '9')
			return false;
		n += (uint32_t)(fraction.ptr[i] - '0') * unit;
	}
	n += whole.ptr[0] == '1' ? 1000 : 0;
	if (n == 0 || n > 1000)
		return false;
	*out = n;
	return true;
}

static enum hs_status take_action(const struct hs_json *spec, struct hs__fault_rule *rule,
	struct hs_error *err)
{
	struct hs_slice action = hs_json_get_text(spec, HS_S("action"));
	int64_t value = 0;

	if (hs_slice_eq(action, HS_S("close"))) {
		rule->action = HS__FAULT_CLOSE;
		return HS_OK;
	}
	if (hs_slice_eq(action, HS_S("status"))) {
		if (!hs_json_i64(hs_json_get(spec, HS_S("status")), &value) || value < 400 || value > 599)
			return hs_fail(err, HS_E_VALUE, "action \"status\" needs \"status\" from 400 to 599");
		rule->action = HS__FAULT_STATUS;
		rule->status = (int)value;
		return HS_OK;
	}
	if (hs_slice_eq(action, HS_S("delay"))) {
		if (!hs_json_i64(hs_json_get(spec, HS_S("delayMs")), &value) || value < 1 ||
			value > DELAY_MAX)
			return hs_fail(err, HS_E_VALUE, "action \"delay\" needs \"delayMs\" from 1 to %d",
				DELAY_MAX);
		rule->action = HS__FAULT_DELAY;
		rule->delay_ms = (uint32_t)value;
		return HS_OK;
	}
	return hs_fail(err, HS_E_VALUE, "\"%.*s\" is no action; there are status, delay and close",
		HS_S_ARG(action));
}

static enum hs_status take_rule(const struct hs_json *spec, struct hs__fault_rule *rule, struct hs_error *err)
{
	const struct hs_json *rate = hs_json_get(spec, HS_S("rate"));

	memset(rule, 0, sizeof(*rule));
	rule->per_mille = 1000;
	if (rate && !take_rate(rate, &rule->per_mille))
		return hs_fail(err, HS_E_VALUE, "rate must be a number above 0 and at most 1, like 0.05");
	if (!take_text(rule->method, sizeof(rule->method), hs_json_get_text(spec, HS_S("method"))))
		return hs_fail(err, HS_E_VALUE, "method must be a method, like GET");
	if (!take_text(rule->path, sizeof(rule->path), hs_json_get_text(spec, HS_S("path"))))
		return hs_fail(err, HS_E_VALUE, "path is longer than %zu bytes", sizeof(rule->path) - 1);
	return take_action(spec, rule, err);
}

enum hs_status hs__faults_set(struct hs__faults *faults, const struct hs_json *spec, struct hs_error *err)
{
	const struct hs_json *list = hs_json_get(spec, HS_S("rules"));
	struct hs__fault_rule rules[HS__FAULT_RULES];
	int64_t seed = 1;
	uint32_t count = 0;

	if (!hs_json_is(list, HS_JSON_ARRAY))
		return hs_fail(err, HS_E_REQUIRED,
			"the body must be {\"rules\": [...]}; an empty list takes all away");
	if (hs_json_get(spec, HS_S("seed")) && !hs_json_i64(hs_json_get(spec, HS_S("seed")), &seed))
		return hs_fail(err, HS_E_VALUE, "seed must be a whole number");
	HS_JSON_EACH(item, list) {
		if (count == HS__FAULT_RULES)
			return hs_fail(err, HS_E_LIMIT, "there may be %d rules", HS__FAULT_RULES);
		enum hs_status status = take_rule(item, &rules[count], err);
		if (status)
			return status;
		count++;
	}
	pthread_rwlock_wrlock(&faults->lock);
	memcpy(faults->rules, rules, count * sizeof(rules[0]));
	faults->seed = (uint64_t)seed;
	atomic_store(&faults->drawn, 0);
	atomic_store(&faults->hits, 0);
	atomic_store(&faults->count, count);
	pthread_rwlock_unlock(&faults->lock);
	return HS_OK;
}

static void show_rule(const struct hs__fault_rule *rule, struct hs_arena *arena, struct hs_json *list)
{
	static const char *const names[] = { "none", "status", "delay", "close" };
	struct hs_json *item = hs_json_push(list, hs_json_object(arena));

	hs_json_add_text(arena, item, HS_S("action"), hs_slice_cstr(names[rule->action]));
	if (rule->action == HS__FAULT_STATUS)
		hs_json_add(item, HS_S("status"), hs_json_int(arena, rule->status));
	if (rule->action == HS__FAULT_DELAY)
		hs_json_add(item, HS_S("delayMs"), hs_json_int(arena, rule->delay_ms));
	hs_json_add(item, HS_S("rate"),
		hs_json_number(arena,
			hs_arena_printf(arena, "%u.%03u", rule->per_mille / 1000, rule->per_mille % 1000)));
	if (rule->method[0])
		hs_json_add_text(arena, item, HS_S("method"),
			hs_arena_copy(arena, hs_slice_cstr(rule->method)));
	if (rule->path[0])
		hs_json_add_text(arena, item, HS_S("path"), hs_arena_copy(arena, hs_slice_cstr(rule->path)));
}

struct hs_json *hs__faults_show(struct hs__faults *faults, struct hs_arena *arena)
{
	struct hs_json *out = hs_json_object(arena), *list = NULL;

	pthread_rwlock_rdlock(&faults->lock);
	if (out) {
		hs_json_add(out, HS_S("seed"), hs_json_int(arena, (int64_t)faults->seed));
		hs_json_add(out, HS_S("hits"), hs_json_int(arena, (int64_t)atomic_load(&faults->hits)));
		list = hs_json_add_array(arena, out, HS_S("rules"));
	}
	for (uint32_t i = 0; list && i < atomic_load(&faults->count); i++)
		show_rule(&faults->rules[i], arena, list);
	pthread_rwlock_unlock(&faults->lock);
	return out;
}
