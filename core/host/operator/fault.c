/* SPDX-License-Identifier: Apache-2.0 */
/* Fault rules: reading them, and the dice. */
#include <core/host/operator/fault.h>

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
		uint64_t dice = draw(faults->seed, n);
		if (dice % 1000 < faults->rules[i].per_mille) {
			found = faults->rules[i];
			found.dice = dice / 1000;
		}
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

/* What an action needs beside its name. */
enum need {
	NEEDS_STATUS = 1,
	NEEDS_DELAY = 2,
	NEEDS_BYTES = 4,
	MAY_HAVE_BYTES = 8,
	NEEDS_HEADER = 16,
	NEEDS_TYPE = 32
};

static const struct kind {
	const char *name;
	enum hs__fault_action action;
	unsigned needs;
	int64_t delay_most;
	const char *help;
} kinds[] = {
	{ "status", HS__FAULT_STATUS, NEEDS_STATUS, 0,
		"answers \"status\" (400 to 599) with an OperationOutcome" },
	{ "delay", HS__FAULT_DELAY, NEEDS_DELAY, 60000,
		"waits \"delayMs\" before the request is carried out" },
	{ "close", HS__FAULT_CLOSE, 0, 0, "closes the connection without an answer" },
	{ "truncate", HS__FAULT_TRUNCATE, MAY_HAVE_BYTES, 0,
		"sends the first \"bytes\" of the body (else half of it) and closes the connection" },
	{ "corrupt", HS__FAULT_CORRUPT, 0, 0, "puts another byte in one place of the body" },
	{ "drop-header", HS__FAULT_DROP_HEADER, NEEDS_HEADER, 0, "leaves \"header\" out of the answer" },
	{ "content-type", HS__FAULT_CONTENT_TYPE, NEEDS_TYPE, 0,
		"says \"contentType\" of the body, whatever it is" },
	{ "drip", HS__FAULT_DRIP, NEEDS_DELAY | NEEDS_BYTES, 5000,
		"sends the body in pieces of \"bytes\" with \"delayMs\" before each" },
};
#define KIND_COUNT (sizeof(kinds) / sizeof(kinds[0]))

static enum hs_status take_number(const struct hs_json *spec, const char *action, struct hs_slice name,
	const int64_t range[2], int64_t *out, struct hs_error *err)
{
	if (hs_json_i64(hs_json_get(spec, name), out) && *out >= range[0] && *out <= range[1])
		return HS_OK;
	return hs_fail(err, HS_E_VALUE, "action \"%s\" needs \"%.*s\" from %lld to %lld", action,
		HS_S_ARG(name), (long long)range[0], (long long)range[1]);
}

/* A header's name or value: it goes into a head as it is. */
static enum hs_status take_field(const struct hs_json *spec, const char *action, struct hs_slice name,
	struct hs__fault_rule *rule, struct hs_error *err)
{
	struct hs_slice text = hs_json_get_text(spec, name);
	bool good = text.len > 0 && take_text(rule->text, sizeof(rule->text), text);

	for (size_t i = 0; good && i < text.len; i++)
		good = (unsigned char)text.ptr[i] >= ' ' && (unsigned char)text.ptr[i] < 127;
	return good ? HS_OK :
		      hs_fail(err, HS_E_VALUE, "action \"%s\" needs \"%.*s\", up to %zu characters", action,
			      HS_S_ARG(name), sizeof(rule->text) - 1);
}

static enum hs_status take_needs(const struct hs_json *spec, const struct kind *kind,
	struct hs__fault_rule *rule, struct hs_error *err)
{
	bool bytes = (kind->needs & NEEDS_BYTES) ||
		((kind->needs & MAY_HAVE_BYTES) && hs_json_get(spec, HS_S("bytes")));
	int64_t status = 0, delay = 0, count = 0;
	enum hs_status result = HS_OK;

	if (kind->needs & NEEDS_STATUS)
		result = take_number(spec, kind->name, HS_S("status"), (const int64_t[]) { 400, 599 },
			&status, err);
	if (result == HS_OK && (kind->needs & NEEDS_DELAY))
		result = take_number(spec, kind->name, HS_S("delayMs"),
			(const int64_t[]) { 1, kind->delay_most }, &delay, err);
	if (result == HS_OK && bytes)
		result = take_number(spec, kind->name, HS_S("bytes"), (const int64_t[]) { 1, 1 << 30 },
			&count, err);
	if (result == HS_OK && (kind->needs & NEEDS_HEADER))
		result = take_field(spec, kind->name, HS_S("header"), rule, err);
	if (result == HS_OK && (kind->needs & NEEDS_TYPE))
		result = take_field(spec, kind->name, HS_S("contentType"), rule, err);
	rule->status = (int)status;
	rule->delay_ms = (uint32_t)delay;
	rule->bytes = (uint32_t)count;
	return result;
}

static enum hs_status take_action(const struct hs_json *spec, struct hs__fault_rule *rule,
	struct hs_error *err)
{
	struct hs_slice action = hs_json_get_text(spec, HS_S("action"));

	for (size_t i = 0; i < KIND_COUNT; i++) {
		if (!hs_slice_eq(action, hs_slice_cstr(kinds[i].name)))
			continue;
		rule->action = kinds[i].action;
		return take_needs(spec, &kinds[i], rule, err);
	}
	return hs_fail(err, HS_E_VALUE, "\"%.*s\" is no action; GET /operator/faults lists them",
		HS_S_ARG(hs_slice_first(action, 40)));
}

struct hs_json *hs__faults_known(struct hs_arena *arena)
{
	struct hs_json *out = hs_json_object(arena);

	for (size_t i = 0; out && i < KIND_COUNT; i++)
		hs_json_add_text(arena, out, hs_slice_cstr(kinds[i].name), hs_slice_cstr(kinds[i].help));
	return out;
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
	struct hs_json *item = hs_json_push(list, hs_json_object(arena));
	struct hs_slice text = hs_arena_copy(arena, hs_slice_cstr(rule->text));

	for (size_t i = 0; i < KIND_COUNT; i++)
		if (kinds[i].action == rule->action)
			hs_json_add_text(arena, item, HS_S("action"), hs_slice_cstr(kinds[i].name));
	if (rule->status)
		hs_json_add(item, HS_S("status"), hs_json_int(arena, rule->status));
	if (rule->delay_ms)
		hs_json_add(item, HS_S("delayMs"), hs_json_int(arena, rule->delay_ms));
	if (rule->bytes)
		hs_json_add(item, HS_S("bytes"), hs_json_int(arena, rule->bytes));
	if (rule->action == HS__FAULT_DROP_HEADER)
		hs_json_add_text(arena, item, HS_S("header"), text);
	if (rule->action == HS__FAULT_CONTENT_TYPE)
		hs_json_add_text(arena, item, HS_S("contentType"), text);
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
