/* SPDX-License-Identifier: Apache-2.0 */
/* TLS 1.2 and 1.3 for the server, with OpenSSL over memory buffers, so that libuv keeps the sockets. */
#pragma once

#include <handslag/error.h>

struct hs_tls_config;

struct hs_tls_options {
	const char *certificate_file; /* PEM chain, server's own first */
	const char *key_file;         /* PEM */
	const char *client_ca_file;   /* NULL: no client certificates are asked for */
	bool client_required;         /* refuse the handshake without one */
};

/* Reads the files; ECDHE with AEAD only, server order, no compression, no renegotiation, ALPN http/1.1. */
enum hs_status hs_tls_config_new(const struct hs_tls_options *options, struct hs_tls_config **out,
	struct hs_error *err);
void hs_tls_config_free(struct hs_tls_config *config);

/* Writes a self-signed P-256 certificate for localhost, 127.0.0.1 and ::1 with its key (mode 0600), valid
 * for 90 days: for trying things out and for tests. */
enum hs_status hs_tls_make_self_signed(const char *certificate_file, const char *key_file,
	struct hs_error *err);
