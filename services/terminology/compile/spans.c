/* SPDX-License-Identifier: Apache-2.0 */
/* Joining the spans of children to those of their parent. */
#include "spans.h"

#include <stdlib.h>

static int compare_spans(const void *a, const void *b)
{
	const struct tx_span *x = a, *y = b;

	return x->from < y->from ? -1 : x->from > y->from;
}

static void put_span(struct hs_buf *to, struct tx_span span)
{
	hs_buf_add(to, hs_slice((const char *)&span, sizeof(span)));
}

void hs_tx_spans_begin(struct tx_spans *s, struct tx_span own)
{
	s->own = own;
	hs_buf_clear(&s->found);
	put_span(&s->found, own);
}

/* Only those that lie outside the parent's own: they stand before it or after it, so that nobody looks at the
 * others. */
void hs_tx_spans_add(struct tx_spans *s, uint32_t child)
{
	const struct tx_span *row = (const struct tx_span *)(const void *)s->rows->ptr + s->first[child];
	uint32_t count = s->count[child], before = 0, after = count;

	while (before < count && row[before].from < s->own.from)
		put_span(&s->found, row[before++]);
	while (after > before && row[after - 1].to > s->own.to)
		put_span(&s->found, row[--after]);
	s->seen += 1 + before + (count - after);
}

void hs_tx_spans_end(struct tx_spans *s, uint32_t concept)
{
	size_t count = s->found.len / sizeof(struct tx_span);
	struct tx_span *list = (void *)s->found.ptr, last = list[0];

	s->first[concept] = (uint32_t)(s->rows->len / sizeof(struct tx_span));
	if (count > 1) {
		qsort(list, count, sizeof(*list), compare_spans);
		last = list[0];
	}
	for (size_t i = 1; i < count; i++) {
		if (list[i].from > last.to) {
			put_span(s->rows, last);
			last = list[i];
		} else if (list[i].to > last.to)
			last.to = list[i].to;
	}
	put_span(s->rows, last);
	s->count[concept] = (uint32_t)(s->rows->len / sizeof(struct tx_span)) - s->first[concept];
}
