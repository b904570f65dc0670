/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of SHA-1 against the vectors of FIPS 180-4. */
#include <services/record-index/rules/digest.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_known_digests),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
