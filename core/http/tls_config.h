/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a TLS configuration, for the sessions that are made from it. */
#pragma once

#include <core/http/tls.h>
#include <openssl/ssl.h>

struct hs_tls_config {
	SSL_CTX *ctx;
	BIO_METHOD *bio;
};

BIO_METHOD *hs__tls_bio_new(void);
/* Takes the first OpenSSL error into the text and empties the queue. */
enum hs_status hs__tls_fail(struct hs_error *err, enum hs_status status, const char *what, const char *file);
