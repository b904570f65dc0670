/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of finding by URL: what slots find is what halving finds. */
#include "../ask_test.h"

#include <services/terminology/compile/slots.h>

#include <stdio.h>
#include <stdlib.h>

#define MANY 300u

/* Every third URL is there in two versions, and lengths differ. */
static const char *url_of(char room[80], size_t i)
{
	snprintf(room, 80, "http://example.org/%.*s/%zu", (int)(i % 20), "abcdefghijklmnopqrst", i);
	return room;
}

static void begin(struct ask *a, size_t count)
{
	char *texts = malloc(count * 2 * 200), url[80];
	const char **list = calloc(count * 2 + 1, sizeof(*list));
	size_t n = 0;

	for (size_t i = 0; i < count; i++)
		for (size_t v = 1; v <= (i % 3 ? 1u : 2u); v++) {
			list[n] = texts + n * 200;
			snprintf(texts + n++ * 200, 200,
				"{'resourceType':'ValueSet','url':'%s','version':'%zu','status':'active'}",
				url_of(url, i), v);
		}
	ask_begin(a, list);
	free(list);
	free(texts);
}

/* The version found, or empty. */
static struct hs_slice find(const struct tx_layer *layer, const char *url)
{
	struct tx_scope scope = { { layer }, 1, 0, TEST_FACES };
	struct tx_set set;

	if (!hs_tx_find_set(&scope, hs_slice_cstr(url), HS_S_NONE, &set))
		return HS_S_NONE;
	assert_true(hs_slice_eq(TX_SET_URL(set), hs_slice_cstr(url)));
	return TX_SET_VERSION(set);
}

static void both_ways_find_the_same(void **state)
{
	char url[80];
	struct ask a;

	(void)state;
	begin(&a, MANY);
	struct tx_layer plain = a.layer;
	plain.set_slots_count = 0;
	assert_true(a.layer.set_slots_count >= MANY);
	for (size_t i = 0; i < (size_t)MANY * 2; i++) { /* the second half is not there */
		struct hs_slice found = find(&a.layer, url_of(url, i));
		struct hs_slice there = i >= MANY ? HS_S_NONE : i % 3 ? HS_S("1") : HS_S("2");
		assert_true(hs_slice_eq(found, there));
		assert_true(hs_slice_eq(found, find(&plain, url)));
	}
	ask_end(&a);
}

/* Slots that lead nowhere, or all to one place, do not lead out of the rows. */
static void damaged_slots_find_nothing_wrong(void **state)
{
	struct tx_url_slot slots[16];
	char url[80];
	struct ask a;

	(void)state;
	begin(&a, 20);
	for (size_t i = 0; i < 16; i++)
		slots[i] = (struct tx_url_slot) { hs_tx_url_hash(hs_slice_cstr(url_of(url, 7))),
			i % 2 ? 1 : UINT32_MAX };
	a.layer.set_slots = slots;
	a.layer.set_slots_count = 16;
	for (size_t i = 0; i < 20; i++)
		assert_int_equal(find(&a.layer, url_of(url, i)).len, 0);
	ask_end(&a);
}

static void few_have_no_slots(void **state)
{
	char url[80];
	struct ask a;

	(void)state;
	begin(&a, 2);
	assert_int_equal(a.layer.set_slots_count, 0);
	assert_true(hs_slice_eq(find(&a.layer, url_of(url, 1)), HS_S("1")));
	ask_end(&a);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(both_ways_find_the_same),
		cmocka_unit_test(damaged_slots_find_nothing_wrong), cmocka_unit_test(few_have_no_slots) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
