/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the keys by which codes of large code systems are found: numbers and texts. */
#include <services/terminology/image/big.h>

#include <stdarg.h>
#include <setjmp.h>
#include <stdlib.h>

#include <cmocka.h>

/* Codes lie at the end of memory of their own, so that what is read beyond them is seen. */
static uint64_t key_of(const char *text, size_t len)
{
	char *own = malloc(len ? len : 1);
	memcpy(own, text, len);
	uint64_t key = hs_tx_big_key(hs_slice(own, len));
	free(own);
	return key;
}

static void numbers_are_their_own_keys(void **state)
{
	static const char *const rows[] = { "987654321098765432", "123456789012345678", "999999999999999999",
		"100000000000000000" };

	(void)state;
	for (size_t r = 0; r < sizeof(rows) / sizeof(rows[0]); r++)
		for (size_t len = 1; len <= strlen(rows[r]); len++) {
			char text[24] = { 0 };
			memcpy(text, rows[r], len);
			assert_int_equal(key_of(text, len), strtoull(text, NULL, 10));
		}
}

/* A byte that is no figure at any place of any length, and what is no number as it would be written. */
static void others_are_hashed(void **state)
{
	static const char odd[] = { '/', ':', ' ', 'a', '-', 0x1F, (char)0xB5, (char)0xFF, '\0', '@', 'p' };

	(void)state;
	for (size_t len = 1; len <= 18; len++)
		for (size_t at = 0; at < len; at++)
			for (size_t i = 0; i < sizeof(odd); i++) {
				char text[24];
				memset(text, '9', sizeof(text));
				text[at] = odd[i];
				assert_true(key_of(text, len) & TX_KEY_HASHED);
			}
	assert_true(key_of("", 0) & TX_KEY_HASHED);
	assert_true(key_of("0", 1) & TX_KEY_HASHED);
	assert_true(key_of("01", 2) & TX_KEY_HASHED);
	assert_true(key_of("1234567890123456789", 19) & TX_KEY_HASHED);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(numbers_are_their_own_keys),
		cmocka_unit_test(others_are_hashed) };

	return cmocka_run_group_tests(tests, NULL, NULL);
}
