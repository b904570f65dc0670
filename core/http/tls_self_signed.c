/* SPDX-License-Identifier: Apache-2.0 */
/* A certificate for this machine, made on the spot. */
#include <core/http/tls_config.h>

#include <core/base/world.h>

#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

enum { VALID_DAYS = 90 };

static bool add_extension(X509 *certificate, int nid, const char *value)
{
	X509V3_CTX ctx;
	X509_EXTENSION *extension;
	bool added;

	X509V3_set_ctx_nodb(&ctx);
	X509V3_set_ctx(&ctx, certificate, certificate, NULL, NULL, 0);
	extension = X509V3_EXT_conf_nid(NULL, &ctx, nid, value);
	added = extension && X509_add_ext(certificate, extension, -1) == 1;
	X509_EXTENSION_free(extension);
	return added;
}

static bool fill(X509 *certificate, EVP_PKEY *key)
{
	const struct hs_world *world = hs_world_real();
	X509_NAME *name = X509_get_subject_name(certificate);
	uint64_t serial;

	world->random(world->ctx, &serial, sizeof(serial));
	return X509_set_version(certificate, X509_VERSION_3) == 1 &&
		ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) == 1 &&
		X509_gmtime_adj(X509_getm_notBefore(certificate), -60) &&
		X509_time_adj_ex(X509_getm_notAfter(certificate), VALID_DAYS, 0, NULL) &&
		X509_NAME_add_entry_by_txt(name, "CN", MBSTRING_UTF8, (const unsigned char *)"localhost", -1,
			-1, 0) == 1 &&
		X509_set_issuer_name(certificate, name) == 1 && X509_set_pubkey(certificate, key) == 1 &&
		add_extension(certificate, NID_basic_constraints, "critical,CA:TRUE") &&
		add_extension(certificate, NID_subject_alt_name, "DNS:localhost,IP:127.0.0.1,IP:::1") &&
		add_extension(certificate, NID_ext_key_usage, "serverAuth,clientAuth") &&
		X509_sign(certificate, key, EVP_sha256()) > 0;
}

static enum hs_status write_pem(BIO *pem, const char *file, mode_t mode, struct hs_error *err)
{
	char *text = NULL;
	long len = BIO_get_mem_data(pem, &text);

	return hs_world_write_file(hs_world_real(), file, hs_slice(text, (size_t)len), mode, err);
}

enum hs_status hs_tls_make_self_signed(const char *certificate_file, const char *key_file,
	struct hs_error *err)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	BIO *key_pem = BIO_new(BIO_s_secmem());
	BIO *certificate_pem = BIO_new(BIO_s_mem());
	enum hs_status status;

	if (!key || !certificate || !key_pem || !certificate_pem || !fill(certificate, key) ||
		PEM_write_bio_PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL) != 1 ||
		PEM_write_bio_X509(certificate_pem, certificate) != 1) {
		status = hs__tls_fail(err, HS_E_INTERNAL, "cannot make a certificate", NULL);
		goto out;
	}
	status = write_pem(key_pem, key_file, 0600, err);
	if (status == HS_OK)
		status = write_pem(certificate_pem, certificate_file, 0644, err);
out:
	BIO_free(certificate_pem);
	BIO_free(key_pem);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return status;
}
