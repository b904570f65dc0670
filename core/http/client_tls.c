/* SPDX-License-Identifier: Apache-2.0 */
/* Whether the certificates and the key that a client is given can be used, before the first request. */
#include <core/http/client_private.h>

#include <openssl/err.h>
#include <openssl/ssl.h>

/* A key with a password would ask for it on the terminal. */
static int no_password(char *out, int size, int writing, void *arg)
{
	(void)out;
	(void)size;
	(void)writing;
	(void)arg;
	return 0;
}

static enum hs_status load(SSL_CTX *ctx, const struct hs_http_client_options *options, struct hs_error *err)
{
	const char *certificate = options->certificate_file;
	const char *key = options->key_file ? options->key_file : certificate;

	if (options->ca_file && SSL_CTX_load_verify_locations(ctx, options->ca_file, NULL) != 1)
		return hs_fail(err, HS_E_VALUE, "%s holds no certificate of an authority in PEM",
			options->ca_file);
	if (certificate && SSL_CTX_use_certificate_chain_file(ctx, certificate) != 1)
		return hs_fail(err, HS_E_VALUE, "%s holds no client certificate in PEM", certificate);
	if (certificate && SSL_CTX_use_PrivateKey_file(ctx, key, SSL_FILETYPE_PEM) != 1)
		return hs_fail(err, HS_E_VALUE,
			"%s holds no private key in PEM without password that belongs to the certificate in "
			"%s",
			key, certificate);
	return HS_OK;
}

enum hs_status hs__client_tls_check(const struct hs_http_client_options *options, struct hs_error *err)
{
	if (options->key_file && !options->certificate_file)
		return hs_fail(err, HS_E_REQUIRED, "the client key in %s needs its certificate",
			options->key_file);
	if (!options->ca_file && !options->certificate_file)
		return HS_OK;
	SSL_CTX *ctx = SSL_CTX_new(TLS_client_method());
	if (!ctx)
		return hs_fail(err, HS_E_LIMIT, "there is no memory for TLS");
	SSL_CTX_set_default_passwd_cb(ctx, no_password);
	enum hs_status status = load(ctx, options, err);
	ERR_clear_error();
	SSL_CTX_free(ctx);
	return status;
}
