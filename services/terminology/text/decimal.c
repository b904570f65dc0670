/* SPDX-License-Identifier: Apache-2.0 */
/* Decimals as they are written, compared digit by digit. */
#include "decimal.h"

static size_t cut_digits(struct hs_slice *s)
{
	size_t n = 0;

	while (n < s->len && s->ptr[n] >= '0' && s->ptr[n] <= '9')
		n++;
	*s = hs_slice_from(*s, n);
	return n;
}

static bool is_negative(struct hs_slice *s)
{
	bool negative = s->len && s->ptr[0] == '-';

	if (s->len && (s->ptr[0] == '-' || s->ptr[0] == '+'))
		*s = hs_slice_from(*s, 1);
	return negative;
}

bool hs_tx_is_decimal(struct hs_slice text)
{
	is_negative(&text);
	if (!cut_digits(&text))
		return false;
	if (!text.len)
		return true;
	if (text.ptr[0] != '.')
		return false;
	text = hs_slice_from(text, 1);
	return cut_digits(&text) && !text.len;
}

static int compare_magnitudes(struct hs_slice a, struct hs_slice b)
{
	struct hs_slice whole_a = hs_slice_cut(&a, '.'), whole_b = hs_slice_cut(&b, '.');

	while (whole_a.len && whole_a.ptr[0] == '0')
		whole_a = hs_slice_from(whole_a, 1);
	while (whole_b.len && whole_b.ptr[0] == '0')
		whole_b = hs_slice_from(whole_b, 1);
	while (a.len && a.ptr[a.len - 1] == '0')
		a.len--;
	while (b.len && b.ptr[b.len - 1] == '0')
		b.len--;
	if (whole_a.len != whole_b.len)
		return whole_a.len < whole_b.len ? -1 : 1;
	int order = hs_slice_cmp(whole_a, whole_b);
	return order ? order : hs_slice_cmp(a, b);
}

int hs_tx_decimal_cmp(struct hs_slice a, struct hs_slice b)
{
	bool minus_a = is_negative(&a), minus_b = is_negative(&b);
	int order = compare_magnitudes(a, b);

	if (minus_a == minus_b)
		return minus_a ? -order : order;
	if (compare_magnitudes(a, HS_S("0")) == 0 && compare_magnitudes(b, HS_S("0")) == 0)
		return 0;
	return minus_a ? -1 : 1;
}
