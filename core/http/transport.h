/* SPDX-License-Identifier: Apache-2.0 */
/* The seam between a connection and the network: three calls that a socket answers in production and a
 * piece of memory in tests (loopback.c). Returns are those of the system calls, with -errno for failure. */
#pragma once

#include <stddef.h>
#include <sys/types.h>
#include <sys/uio.h>

struct hs__transport {
	ssize_t (*read)(void *ctx, void *out, size_t size); /* 0: the peer sends no more; -EAGAIN: not now */
	ssize_t (*write)(void *ctx, const struct iovec *parts, int count);
	void (*finish)(void *ctx); /* we send no more (shutdown of one direction) */
	void (*close)(void *ctx);
};

/* `ctx` is a pointer to the descriptor (int). */
extern const struct hs__transport hs__transport_socket;
