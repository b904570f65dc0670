/* SPDX-License-Identifier: Apache-2.0 */
/* A TLS session between a transport and a connection, with a BIO of our own: what OpenSSL writes goes to the
 * socket without another copy. */
#include <core/http/tls_config.h>
#include <core/http/tls_private.h>

#include <core/base/heap.h>

#include <errno.h>
#include <openssl/err.h>
#include <openssl/x509.h>

/* A record that the socket did not take, and what the library sends beside it. */
enum { WAITING_MAX = 256 * 1024 };

struct hs__tls {
	SSL *ssl;
	const struct hs__transport *io;
	void *io_ctx;
	char *stage; /* of the loop: where small parts become one record */
	size_t stage_size;
	struct hs_slice lent;
	struct hs_buf waiting; /* encrypted bytes that the transport did not take */
	size_t waiting_at;
	bool broken;
};

/* ---- the BIO ---- */

static int bio_write(BIO *bio, const char *data, int len)
{
	struct hs__tls *tls = BIO_get_data(bio);
	struct iovec part = { .iov_len = (size_t)len };
	ssize_t n = 0;

	memcpy(&part.iov_base, &data, sizeof(data));
	if (tls->waiting.len == 0)
		n = tls->io->write(tls->io_ctx, &part, 1);
	if (n < 0 && n != -EAGAIN)
		tls->broken = true;
	if (n < 0)
		n = 0;
	if (!tls->broken)
		hs_buf_add(&tls->waiting, hs_slice(data + n, (size_t)(len - n)));
	tls->broken |= tls->waiting.overflow;
	return len;
}

static int bio_read(BIO *bio, char *out, int len)
{
	struct hs__tls *tls = BIO_get_data(bio);
	size_t take = tls->lent.len < (size_t)len ? tls->lent.len : (size_t)len;

	BIO_clear_retry_flags(bio);
	if (take == 0) {
		BIO_set_retry_read(bio);
		return -1;
	}
	memcpy(out, tls->lent.ptr, take);
	tls->lent = hs_slice_from(tls->lent, take);
	return (int)take;
}

static long bio_ctrl(BIO *bio, int command, long number, void *ptr)
{
	(void)bio;
	(void)number;
	(void)ptr;
	return command == BIO_CTRL_FLUSH ? 1 : 0;
}

BIO_METHOD *hs__tls_bio_new(void)
{
	BIO_METHOD *method = BIO_meth_new(BIO_TYPE_SOURCE_SINK, "handslag");

	if (!method)
		return NULL;
	BIO_meth_set_write(method, bio_write);
	BIO_meth_set_read(method, bio_read);
	BIO_meth_set_ctrl(method, bio_ctrl);
	return method;
}

/* ---- life ---- */

struct hs__tls *hs__tls_open(const struct hs_tls_config *config, const struct hs__transport *io, void *io_ctx,
	char *stage, size_t stage_size)
{
	struct hs__tls *tls = hs_heap_alloc(sizeof(*tls));
	BIO *bio = BIO_new(config->bio);

	tls->ssl = SSL_new(config->ctx);
	HS_ASSERT(bio && tls->ssl); /* out of memory only */
	tls->io = io;
	tls->io_ctx = io_ctx;
	tls->stage = stage;
	tls->stage_size = stage_size;
	hs_buf_init(&tls->waiting, NULL, WAITING_MAX);
	BIO_set_data(bio, tls);
	BIO_set_init(bio, 1);
	SSL_set_bio(tls->ssl, bio, bio);
	SSL_set_accept_state(tls->ssl);
	return tls;
}

void hs__tls_close(struct hs__tls *tls)
{
	if (!tls)
		return;
	SSL_free(tls->ssl);
	hs_buf_free(&tls->waiting);
	hs_heap_free(tls);
}

/* ---- reading ---- */

void hs__tls_lend(struct hs__tls *tls, struct hs_slice bytes)
{
	tls->lent = bytes;
}

ssize_t hs__tls_read(struct hs__tls *tls, char *out, size_t size)
{
	size_t got = 0;
	int rc;

	ERR_clear_error();
	rc = SSL_read_ex(tls->ssl, out, size, &got);
	if (tls->broken)
		return -EPIPE;
	if (rc == 1)
		return (ssize_t)got;
	switch (SSL_get_error(tls->ssl, rc)) {
	case SSL_ERROR_WANT_READ:
	case SSL_ERROR_WANT_WRITE:
		return -EAGAIN;
	case SSL_ERROR_ZERO_RETURN:
		return 0;
	default:
		return -EPROTO;
	}
}

bool hs__tls_established(const struct hs__tls *tls)
{
	return SSL_is_init_finished(tls->ssl) == 1;
}

/* ---- writing ---- */

bool hs__tls_flush(struct hs__tls *tls, bool *failed)
{
	struct hs_slice rest = hs_slice_from(hs_buf_slice(&tls->waiting), tls->waiting_at);
	struct iovec part = { .iov_len = rest.len };
	ssize_t n;

	*failed = tls->broken;
	if (rest.len == 0)
		return true;
	memcpy(&part.iov_base, &rest.ptr, sizeof(rest.ptr));
	n = tls->io->write(tls->io_ctx, &part, 1);
	if (n < 0) {
		*failed |= n != -EAGAIN;
		return false;
	}
	tls->waiting_at += (size_t)n;
	if (tls->waiting_at < tls->waiting.len)
		return false;
	hs_buf_free(&tls->waiting);
	tls->waiting_at = 0;
	return true;
}

ssize_t hs__tls_write(struct hs__tls *tls, const struct iovec *parts, int count)
{
	const char *bytes = parts[0].iov_base;
	size_t len = parts[0].iov_len < tls->stage_size ? parts[0].iov_len : tls->stage_size;
	size_t done = 0;
	int rc;

	if (tls->waiting.len > 0)
		return -EAGAIN;
	/* Head and body, and whole replies, share a record; a long body is not copied. */
	if (count > 1 && len < tls->stage_size) {
		bytes = tls->stage;
		len = 0;
		for (int i = 0; i < count && len < tls->stage_size; i++) {
			size_t room = tls->stage_size - len;
			size_t take = parts[i].iov_len < room ? parts[i].iov_len : room;

			memcpy(tls->stage + len, parts[i].iov_base, take);
			len += take;
		}
	}
	ERR_clear_error();
	rc = SSL_write_ex(tls->ssl, bytes, len, &done);
	if (tls->broken || rc != 1)
		return -EPIPE;
	return (ssize_t)done;
}

void hs__tls_finish(struct hs__tls *tls)
{
	ERR_clear_error();
	SSL_shutdown(tls->ssl);
}

/* ---- who it is ---- */

char *hs__tls_client_name(const struct hs__tls *tls)
{
	X509 *certificate = SSL_get0_peer_certificate(tls->ssl);
	unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB; /* letters stay UTF-8 */
	BIO *memory;
	char *text = NULL;
	char *name = NULL;
	long len;

	if (!certificate || SSL_get_verify_result(tls->ssl) != X509_V_OK)
		return NULL;
	memory = BIO_new(BIO_s_mem());
	if (!memory)
		return NULL;
	if (X509_NAME_print_ex(memory, X509_get_subject_name(certificate), 0, flags) >= 0) {
		len = BIO_get_mem_data(memory, &text);
		name = hs_heap_cstr(text, (size_t)len);
	}
	BIO_free(memory);
	return name;
}
