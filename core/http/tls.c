/* SPDX-License-Identifier: Apache-2.0 */
/* TLS configurations: what the server offers and accepts. */
#include <core/http/tls_config.h>

#include <core/base/heap.h>

#include <openssl/err.h>

enum hs_status hs__tls_fail(struct hs_error *err, enum hs_status status, const char *what, const char *file)
{
	unsigned long code = ERR_peek_error();
	const char *reason = code ? ERR_reason_error_string(code) : NULL;

	ERR_clear_error();
	hs_fail(err, status, "%s%s%s: %s", what, file ? " " : "", file ? file : "",
		reason ? reason : "unknown cause");
	err->cause = (int)(code & 0x7fffffff);
	err->where = "tls";
	return status;
}

static int select_protocol(SSL *ssl, const unsigned char **out, unsigned char *out_len,
	const unsigned char *in, unsigned int in_len, void *arg)
{
	static const unsigned char http_1_1[] = "http/1.1";

	(void)ssl;
	(void)arg;
	for (unsigned int at = 0; at < in_len && in[at] < in_len - at; at += 1u + in[at]) {
		if (in[at] != sizeof(http_1_1) - 1 || memcmp(in + at + 1, http_1_1, in[at]) != 0)
			continue;
		*out = in + at + 1;
		*out_len = in[at];
		return SSL_TLSEXT_ERR_OK;
	}
	return SSL_TLSEXT_ERR_ALERT_FATAL;
}

static void set_policy(SSL_CTX *ctx)
{
	SSL_CTX_set_min_proto_version(ctx, TLS1_2_VERSION);
	SSL_CTX_set_options(ctx,
		SSL_OP_CIPHER_SERVER_PREFERENCE | SSL_OP_NO_COMPRESSION | SSL_OP_NO_RENEGOTIATION |
			SSL_OP_NO_TICKET | SSL_OP_IGNORE_UNEXPECTED_EOF);
	/* Without tickets and cache there is nothing to rotate, and nothing that outlives a certificate.
	 * Clients that open a connection for each request pay with a full handshake. */
	SSL_CTX_set_session_cache_mode(ctx, SSL_SESS_CACHE_OFF);
	SSL_CTX_set_num_tickets(ctx, 0);
	SSL_CTX_set_mode(ctx,
		SSL_MODE_RELEASE_BUFFERS | SSL_MODE_ENABLE_PARTIAL_WRITE |
			SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER);
	SSL_CTX_set_alpn_select_cb(ctx, select_protocol, NULL);
}

static enum hs_status load_files(SSL_CTX *ctx, const struct hs_tls_options *options, struct hs_error *err)
{
	int mode = SSL_VERIFY_PEER | (options->client_required ? SSL_VERIFY_FAIL_IF_NO_PEER_CERT : 0);

	ERR_clear_error();
	if (SSL_CTX_use_certificate_chain_file(ctx, options->certificate_file) != 1)
		return hs__tls_fail(err, HS_E_VALUE, "cannot use the certificate file",
			options->certificate_file);
	if (SSL_CTX_use_PrivateKey_file(ctx, options->key_file, SSL_FILETYPE_PEM) != 1)
		return hs__tls_fail(err, HS_E_VALUE, "cannot use the key file", options->key_file);
	if (SSL_CTX_check_private_key(ctx) != 1)
		return hs__tls_fail(err, HS_E_VALUE, "the key does not belong to the certificate",
			options->key_file);
	if (!options->client_ca_file)
		return HS_OK;
	if (SSL_CTX_load_verify_locations(ctx, options->client_ca_file, NULL) != 1)
		return hs__tls_fail(err, HS_E_VALUE, "cannot use the client CA file",
			options->client_ca_file);
	SSL_CTX_set_client_CA_list(ctx, SSL_load_client_CA_file(options->client_ca_file));
	SSL_CTX_set_verify(ctx, mode, NULL);
	return HS_OK;
}

enum hs_status hs_tls_config_new(const struct hs_tls_options *options, struct hs_tls_config **out,
	struct hs_error *err)
{
	static char groups[] = "X25519:P-256:P-384"; /* the macro below takes it without const */
	struct hs_tls_config *config = hs_heap_alloc(sizeof(*config));
	enum hs_status status = HS_OK;

	config->ctx = SSL_CTX_new(TLS_server_method());
	config->bio = hs__tls_bio_new();
	if (!config->ctx || !config->bio) {
		status = hs__tls_fail(err, HS_E_INTERNAL, "cannot set up TLS", NULL);
		goto out;
	}
	set_policy(config->ctx);
	/* TLS 1.2 suites: forward secrecy and authenticated encryption only; those of 1.3 are. */
	if (SSL_CTX_set_cipher_list(config->ctx, "ECDHE+AESGCM:ECDHE+CHACHA20") != 1 ||
		SSL_CTX_set1_groups_list(config->ctx, groups) != 1) {
		status = hs__tls_fail(err, HS_E_INTERNAL, "cannot set the cipher suites", NULL);
		goto out;
	}
	status = load_files(config->ctx, options, err);
out:
	if (status != HS_OK)
		hs_tls_config_free(config);
	else
		*out = config;
	return status;
}

void hs_tls_config_free(struct hs_tls_config *config)
{
	if (!config)
		return;
	SSL_CTX_free(config->ctx);
	BIO_meth_free(config->bio);
	hs_heap_free(config);
}
