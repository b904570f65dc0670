/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of index keys and facts. */
#include "support.h"

#include <core/store/index/outline.h>

#include <math.h>

static uint64_t rng = 88172645463325252u;
static uint32_t pick(uint32_t below)
{
	rng ^= rng << 13;
	rng ^= rng >> 7;
	rng ^= rng << 17;
	return (uint32_t)((rng >> 16) % below);
}

static struct hs_slice key_of_real(double value, struct hs__key *key)
{
	hs__key_begin(key, 3);
	hs__key_real(key, value);
	return hs__key_slice(key);
}

static void numbers_sort_as_bytes(void **state)
{
	static const double values[] = { -1e300, -5, -1.5, -1e-300, 0, 1e-300, 0.5, 1, 1.5, 1e9, 1e300 };
	struct hs__key a, b;
	(void)state;
	for (size_t i = 1; i < sizeof(values) / sizeof(values[0]); i++)
		assert_int_equal(hs_slice_cmp(key_of_real(values[i - 1], &a), key_of_real(values[i], &b)),
			-1);
	assert_int_equal(hs_slice_cmp(key_of_real(0.0, &a), key_of_real(-0.0, &b)), 0);
}

static void times_sort_as_bytes(void **state)
{
	static const int64_t values[] = { INT64_MIN, -62135596800000, -1, 0, 1, 1700000000000,
		253402300800000, INT64_MAX };
	struct hs__key a, b;
	(void)state;
	for (size_t i = 1; i < sizeof(values) / sizeof(values[0]); i++) {
		hs__key_updated(&a, 4, values[i - 1]);
		hs__key_updated(&b, 4, values[i]);
		assert_int_equal(hs_slice_cmp(hs__key_slice(&a), hs__key_slice(&b)), -1);
	}
	hs__key_updated(&a, 40000, 1700000000123);
	assert_int_equal(hs__key_read_updated(hs__key_slice(&a)), 1700000000123);
}

static void spans_are_read_back(void **state)
{
	struct hs__key key;
	(void)state;
	for (int i = 0; i < 1000; i++) {
		struct hs__fact fact = { .param = 1 + pick(60000), .kind = HS_INDEX_DATE };
		fact.lo = (int64_t)pick(1u << 31) * 1000 - INT64_C(500000000000);
		fact.hi = fact.lo + 1 + (int64_t)pick(1u << 31) * (pick(2) ? 1 : 200);
		int64_t lo = 0, hi = 0;
		hs__key_of(&fact, &key);
		assert_true(hs__key_read_dates(hs_slice_from(hs__key_slice(&key),
						       hs__key_param_len(fact.param)),
			&lo, &hi));
		assert_int_equal(lo, fact.lo);
		assert_int_equal(hi, fact.hi);
	}
	struct hs__fact open = { .param = 1, .kind = HS_INDEX_DATE, .lo = INT64_MIN, .hi = INT64_MAX };
	int64_t lo, hi;
	hs__key_of(&open, &key);
	assert_true(hs__key_read_dates(hs_slice_from(hs__key_slice(&key), 2), &lo, &hi));
	assert_true(lo == INT64_MIN && hi == INT64_MAX);
	assert_false(hs__key_read_dates(HS_S("short"), &lo, &hi));
}

/* What ends beyond a point begins no earlier than its class says, and not much earlier than it has to. */
static void classes_bound_where_spans_begin(void **state)
{
	static const double widths[] = { 0, 1e-40, 1e-9, 0.001, 0.01, 1, 1.5, 2, 1e9, 1e30, 1e37 };
	(void)state;
	for (int i = 0; i < 2000; i++) {
		int64_t lo = (int64_t)pick(1u << 31) * 1000 - INT64_C(500000000000);
		int64_t width = (int64_t)1 << pick(40), hi = lo + width + pick(3) - 1;
		unsigned char class = hs__date_class(lo, hi);
		assert_true(hs__date_before(class, hi - 1) < lo);
		assert_true(hi - hs__date_before(class, hi) <= 2 * width + 4);
		double low = pick(1u << 30) * 0.37 - 1e8;
		double high = low + widths[pick(sizeof(widths) / sizeof(widths[0]))];
		assert_true(hs__real_before(hs__real_class(low, high), high) <= low);
	}
	assert_int_equal(hs__date_class(5, 4), HS__SPAN_ODD);
	assert_int_equal(hs__date_class(INT64_MIN, 4), HS__SPAN_OPEN_START);
	assert_int_equal(hs__date_class(4, INT64_MAX), HS__SPAN_OPEN_END);
	assert_true(hs__date_before(HS__SPAN_OPEN_END, 4) == INT64_MIN);
	assert_int_equal(hs__real_class(2, 1), HS__SPAN_ODD);
	assert_int_equal(hs__real_class(-HUGE_VAL, 1), HS__SPAN_OPEN_START);
	assert_int_equal(hs__real_class(1, HUGE_VAL), HS__SPAN_OPEN_END);
	assert_true(hs__real_before(HS__SPAN_OPEN_END, 1) <= -HUGE_VAL);
}

static void long_texts_are_cut_and_told_apart(void **state)
{
	static char a[5000], b[5000];
	struct hs__key x, y;
	(void)state;
	memset(a, 'T', sizeof(a));
	memset(b, 't', sizeof(b));
	hs__key_begin(&x, 1);
	hs__key_text(&x, hs_slice(a, sizeof(a)));
	assert_false(x.exact);
	assert_true(x.len <= 2 + HS__KEY_TEXT);
	a[4999] = 'U';
	hs__key_begin(&y, 1);
	hs__key_text(&y, hs_slice(a, sizeof(a)));
	assert_int_not_equal(hs_slice_cmp(hs__key_slice(&x), hs__key_slice(&y)), 0);
	a[4999] = 'T';
	hs__key_begin(&x, 1);
	hs__key_folded(&x, hs_slice(a, sizeof(a)));
	hs__key_begin(&y, 1);
	hs__key_folded(&y, hs_slice(b, sizeof(b)));
	assert_int_equal(hs_slice_cmp(hs__key_slice(&x), hs__key_slice(&y)), 0);
	hs__key_begin(&x, 1);
	hs__key_text(&x, hs_slice("a\0b", 3));
	assert_false(x.exact);
}

static struct hs_slice string_key(const char *folded, const char *spelled, struct hs__key *key)
{
	hs__key_begin(key, 1);
	hs__key_string(key, hs_slice_cstr(folded), hs_slice_cstr(spelled));
	return hs_slice_from(hs__key_slice(key), 2);
}

static void strings_end_with_their_spelling(void **state)
{
	const struct {
		const char *folded, *spelled;
		struct hs_slice key;
	} all[] = {
		{ "berg", "berg", HS_S("berg") },
		{ "berg", "Berg", HS_S("berg\0") },
		{ "berg", "BERG", HS_S("berg\0BERG") },
		{ "anna karin", "Anna Karin", HS_S("anna karin\0") },
		{ "anna karin", "Anna karin", HS_S("anna karin\0Anna karin") },
		{ "anna karin", "Anna-Karin", HS_S("anna karin\0Anna-Karin") },
		{ "akesson", "\xc3\x85kesson", HS_S("akesson\0\xc3\x85kesson") },
		{ "5", "5", HS_S("5") },
		{ "berg", "", HS_S("berg\0\0") },
		{ "", "-", HS_S("\0-") },
	};
	struct hs__key key;
	(void)state;
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		assert_true(hs_slice_eq(string_key(all[i].folded, all[i].spelled, &key), all[i].key));
		assert_true(key.exact);
	}
	string_key("berg", "Be\001rg", &key);
	assert_false(key.exact);
	/* The greatest key there is: two letters of one byte for each of two. */
	static char folded[HS__KEY_TEXT + 1], spelled[5000];
	memset(folded, 'b', HS__KEY_TEXT);
	memset(spelled, 'B', sizeof(spelled) - 1);
	string_key(folded, spelled, &key);
	assert_false(key.exact);
	assert_true(key.len < HS__KEY_MAX - 1);
}

static void random_fact(struct hs__fact *fact, char text[40])
{
	*fact = (struct hs__fact) {
		.kind = (uint8_t)pick(8), .param = 1 + pick(100000), .group = (uint16_t)pick(3)
	};
	size_t len = pick(40);
	for (size_t i = 0; i < len; i++)
		text[i] = (char)pick(256);
	switch (fact->kind) {
	case HS_INDEX_DATE:
		fact->lo = pick(10) ? (int64_t)pick(1u << 31) * 977 : INT64_MIN;
		fact->hi = pick(10) ? (int64_t)pick(1u << 31) * 977 : INT64_MAX;
		return;
	case HS_INDEX_NUMBER:
	case HS_INDEX_POINT:
	case HS_INDEX_QUANTITY:
		fact->low = pick(1000) / 8.0 - 60;
		fact->high = pick(1000) / 8.0 - 60;
		if (fact->kind != HS_INDEX_QUANTITY)
			return;
		break;
	default:
		break;
	}
	fact->text = hs_slice(text, len);
	if (fact->kind == HS_INDEX_TOKEN || fact->kind == HS_INDEX_QUANTITY)
		fact->system = pick(70000);
	if (fact->kind == HS_INDEX_REFERENCE)
		fact->target_type = pick(300);
	if (fact->kind == HS_INDEX_STRING && len)
		fact->exact = hs_slice(text, pick(2) ? len : len - 1);
}

static void facts_come_back(void **state)
{
	struct hs_arena *arena = hs_arena_new(1 << 20);
	(void)state;
	for (int round = 0; round < 500; round++) {
		struct hs__fact facts[20], got;
		static char texts[20][40];
		struct hs_resource version = { .version = pick(1000),
			.seq = (uint64_t)1 << pick(50),
			.updated_ms = (int64_t)pick(100000) - 50000,
			.id = HS_S("the-id") };
		size_t count = pick(20);
		struct hs_buf buf;
		struct hs__facts reader;
		hs_buf_init(&buf, arena, 65536);
		hs__facts_begin(&buf, &version);
		for (size_t i = 0; i < count; i++) {
			random_fact(&facts[i], texts[i]);
			hs__facts_add(&buf, &facts[i]);
		}
		assert_true(hs__facts_open(hs_buf_slice(&buf), &reader));
		assert_int_equal(reader.version, version.version);
		assert_int_equal(reader.seq, version.seq);
		assert_int_equal(reader.updated_ms, version.updated_ms);
		assert_slice(reader.id, "the-id");
		for (size_t i = 0; i < count; i++) {
			assert_true(hs__facts_next(&reader, &got));
			assert_int_equal(got.kind, facts[i].kind);
			assert_int_equal(got.param, facts[i].param);
			assert_int_equal(got.group, facts[i].group);
			assert_int_equal(got.system, facts[i].system);
			assert_int_equal(got.target_type, facts[i].target_type);
			assert_true(hs_slice_eq(got.text, facts[i].text));
			assert_true(hs_slice_eq(got.exact, facts[i].exact));
			assert_int_equal(got.lo, facts[i].lo);
			assert_int_equal(got.hi, facts[i].hi);
			assert_memory_equal(&got.low, &facts[i].low, sizeof(double));
			assert_memory_equal(&got.high, &facts[i].high, sizeof(double));
		}
		assert_false(hs__facts_next(&reader, &got));
		assert_false(reader.damaged);
		hs_arena_reset(arena);
	}
	hs_arena_free(arena);
}

static void damaged_facts_never_overrun(void **state)
{
	(void)state;
	for (int round = 0; round < 20000; round++) {
		size_t len = pick(60);
		char *bytes = malloc(len ? len : 1); /* of exactly this size, so that ASan sees an overrun */
		struct hs__facts reader;
		struct hs__fact fact;
		for (size_t i = 0; i < len; i++)
			bytes[i] = (char)pick(256);
		if (hs__facts_open(hs_slice(bytes, len), &reader)) {
			size_t count = 0;
			while (hs__facts_next(&reader, &fact))
				assert_true(++count <= len);
		}
		free(bytes);
	}
}

static struct hs_slice params_of(const struct hs__outline *outline, struct hs__key *key)
{
	struct hs__key begin;
	hs__outline_key(outline, 7, key);
	hs__outline_begin(7, &begin);
	assert_true(hs_slice_starts(hs__key_slice(key), hs__key_slice(&begin)));
	return hs_slice_from(hs__key_slice(key), begin.len);
}

static void outlines_tell_their_params(void **state)
{
	(void)state;
	for (int i = 0; i < 500; i++) {
		struct hs__outline outline;
		struct hs__key key, again;
		unsigned has[400] = { 0 };
		uint32_t base = pick(3) == 0 ? 0x40000000u : pick(100000);
		unsigned count = pick(40);
		hs__outline_init(&outline);
		for (unsigned k = 0; k < count; k++) {
			uint32_t param = 1 + pick(399);
			has[param]++;
			hs__outline_add(&outline, base + param);
		}
		struct hs_slice params = params_of(&outline, &key);
		for (uint32_t param = 1; param < 400; param++)
			assert_int_equal(hs__outline_has(params, base + param),
				has[param] > 2 ? 2 : has[param]);
		/* The order that they come in does not matter. */
		hs__outline_init(&outline);
		for (uint32_t param = 399; param >= 1; param--) {
			for (unsigned k = 0; k < has[param]; k++)
				hs__outline_add(&outline, base + param);
		}
		params_of(&outline, &again);
		assert_true(hs_slice_eq(hs__key_slice(&key), hs__key_slice(&again)));
	}
}

/* Of very many the first are told, of the others nothing. */
static void large_outlines_are_cut(void **state)
{
	struct hs__outline outline;
	struct hs__key key;
	(void)state;
	hs__outline_init(&outline);
	for (uint32_t param = 4000; param >= 2; param -= 2)
		hs__outline_add(&outline, param);
	struct hs_slice params = params_of(&outline, &key);
	assert_int_equal(hs__outline_has(params, 2), 1);
	assert_int_equal(hs__outline_has(params, 3), 0);
	assert_int_equal(hs__outline_has(params, 3999), -1);
	assert_int_equal(hs__outline_has(params, 4000), -1);
	/* And of such as are far from one another. */
	hs__outline_init(&outline);
	for (uint32_t i = 1; i <= 100; i++)
		hs__outline_add(&outline, i * 20000000u);
	params = params_of(&outline, &key);
	assert_int_equal(hs__outline_has(params, 20000000u), 1);
	assert_int_equal(hs__outline_has(params, 20000001u), 0);
	assert_int_equal(hs__outline_has(params, 2000000000u), -1);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(numbers_sort_as_bytes),
		cmocka_unit_test(times_sort_as_bytes),
		cmocka_unit_test(spans_are_read_back),
		cmocka_unit_test(classes_bound_where_spans_begin),
		cmocka_unit_test(long_texts_are_cut_and_told_apart),
		cmocka_unit_test(strings_end_with_their_spelling),
		cmocka_unit_test(facts_come_back),
		cmocka_unit_test(damaged_facts_never_overrun),
		cmocka_unit_test(outlines_tell_their_params),
		cmocka_unit_test(large_outlines_are_cut),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
