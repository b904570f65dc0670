/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of SHA-1 against the vectors of FIPS 180-4, and of base64. */
#include <services/record-index/digest.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

static void makes_known_digests(void **state)
{
	static const struct {
		const char *text, *digest;
	} rows[] = {
		{ "", "2jmj7l5rSw0yVb/vlWAYkK/YBwk=" },
		{ "abc", "qZk+NkcGgWq6PiVxeFDCbJzQ2J0=" },
		{ "abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq",
			"hJg+RBw70m66rkqh+VEp5eVGcPE=" },
		{ "hej", "xBKzf4wEhObbi84XeuiMVEOybpI=" },
	};
	char out[HS_DIGEST_TEXT];
	(void)state;
	for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
		hs_digest_sha1(hs_slice_cstr(rows[i].text), out);
		assert_string_equal(out, rows[i].digest);
	}
}

static void reads_base64(void **state)
{
	static const char *const bad[] = { "a", "ab", "abc", "ab=c", "a===", "ab==c", "a*cd", "abcd=" };
	struct hs_arena *arena = hs_arena_new(1 << 16);
	struct hs_slice out;
	(void)state;
	assert_true(hs_digest_base64(arena, HS_S(""), &out) && out.len == 0);
	assert_true(hs_digest_base64(arena, HS_S("aGVq"), &out) && hs_slice_eq(out, HS_S("hej")));
	assert_true(hs_digest_base64(arena, HS_S("aGVqIQ=="), &out) && hs_slice_eq(out, HS_S("hej!")));
	assert_true(hs_digest_base64(arena, HS_S("aGV\nq ISE="), &out) && hs_slice_eq(out, HS_S("hej!!")));
	for (size_t i = 0; i < sizeof bad / sizeof bad[0]; i++)
		assert_false(hs_digest_base64(arena, hs_slice_cstr(bad[i]), &out));
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_known_digests),
		cmocka_unit_test(reads_base64),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
