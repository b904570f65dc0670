/* SPDX-License-Identifier: Apache-2.0 */
/* One TLS session over a transport: bytes that arrived are lent to it, bytes that leave go straight to the
 * transport, and to a buffer only when that takes no more. */
#pragma once

#include <core/http/tls.h>
#include <core/http/transport.h>
#include <handslag/buf.h>

struct hs__tls;

struct hs__tls *hs__tls_open(const struct hs_tls_config *config, const struct hs__transport *io, void *io_ctx,
	char *stage, size_t stage_size);
void hs__tls_close(struct hs__tls *tls);

/* Lends bytes that arrived. hs__tls_read must then be called until it says -EAGAIN, before they go away. */
void hs__tls_lend(struct hs__tls *tls, struct hs_slice bytes);
/* Decrypted bytes; 0: the peer has closed; -EAGAIN: needs more; other negative: broken, close. */
ssize_t hs__tls_read(struct hs__tls *tls, char *out, size_t size);
bool hs__tls_established(const struct hs__tls *tls);

/* Encrypts and sends. Bytes of the parts that were taken, or -EAGAIN while earlier ones wait. */
ssize_t hs__tls_write(struct hs__tls *tls, const struct iovec *parts, int count);
/* Sends what waits: true when nothing waits any more. *failed when the transport is broken. */
bool hs__tls_flush(struct hs__tls *tls, bool *failed);
/* Tells the peer that no more will come. */
void hs__tls_finish(struct hs__tls *tls);
/* Subject of the verified client certificate (RFC 2253) on the heap, or NULL. */
char *hs__tls_client_name(const struct hs__tls *tls);
