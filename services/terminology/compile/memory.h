/* SPDX-License-Identifier: Apache-2.0 */
/* Memory for what outlives a question and is counted: a service's only heap is that of bounded buffers. */
#pragma once

#include <handslag/buf.h>

#include <string.h>

/* `size` bytes of zeros; the caller gives them back. */
static inline void *hs_tx_memory(size_t size)
{
	struct hs_buf memory;

	hs_buf_init(&memory, NULL, size);
	void *out = hs_buf_reserve(&memory, size);
	memset(out, 0, size);
	return out;
}

static inline void hs_tx_memory_free(void *memory)
{
	struct hs_buf buf = { .ptr = memory };

	hs_buf_free(&buf);
}
