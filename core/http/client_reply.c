/* SPDX-License-Identifier: Apache-2.0 */
/* What curl tells of an exchange while it works, and the answer that is made of it. */
#include <core/http/client_private.h>

#include <openssl/ssl.h>
#include <openssl/x509.h>

/* ---- listening ---- */

static void add_name(struct hs_buf *out, const X509_NAME *name)
{
	unsigned long flags = XN_FLAG_RFC2253 & ~(unsigned long)ASN1_STRFLGS_ESC_MSB;
	BIO *memory = BIO_new(BIO_s_mem());
	char *text = NULL;
	long len;

	if (!memory)
		return;
	if (X509_NAME_print_ex(memory, name, 0, flags) >= 0) {
		len = BIO_get_mem_data(memory, &text);
		hs_buf_add(out, hs_slice(text, (size_t)len));
	}
	BIO_free(memory);
}

/* The chain is read from the live session: a reused connection has made no handshake of its own. */
static void note_chain(struct hs__exchange *exchange)
{
	struct curl_tlssessioninfo *session = NULL;
	STACK_OF(X509) * chain;

	if (exchange->chain.len > 0 ||
		curl_easy_getinfo(exchange->easy, CURLINFO_TLS_SSL_PTR, &session) != CURLE_OK || !session ||
		session->backend != CURLSSLBACKEND_OPENSSL || !session->internals)
		return;
	chain = SSL_get_peer_cert_chain(session->internals);
	for (int i = 0; chain && i < sk_X509_num(chain); i++) {
		add_name(&exchange->chain, X509_get_subject_name(sk_X509_value(chain, i)));
		hs_buf_cstr(&exchange->chain, " <- ");
		add_name(&exchange->chain, X509_get_issuer_name(sk_X509_value(chain, i)));
		hs_buf_byte(&exchange->chain, '\n');
	}
}

static size_t on_header(char *bytes, size_t size, size_t count, void *arg)
{
	struct hs__exchange *exchange = arg;
	struct hs_slice line = { bytes, size * count };

	/* An interim or proxy reply came before this one. */
	if (hs_slice_starts(line, HS_S("HTTP/")))
		hs_buf_clear(&exchange->head);
	note_chain(exchange);
	hs_buf_add(&exchange->head, line);
	exchange->too_large |= exchange->head.overflow;
	return exchange->head.overflow ? 0 : line.len;
}

static size_t on_body(char *bytes, size_t size, size_t count, void *arg)
{
	struct hs__exchange *exchange = arg;

	hs_buf_add(&exchange->body, hs_slice(bytes, size * count));
	exchange->too_large |= exchange->body.overflow;
	return exchange->body.overflow ? 0 : size * count;
}

static int on_debug(CURL *easy, curl_infotype type, char *bytes, size_t len, void *arg)
{
	struct hs__exchange *exchange = arg;

	(void)easy;
	if (type != CURLINFO_HEADER_OUT)
		return 0;
	/* A CONNECT to a proxy, or a first try on a dead connection, came before this one. */
	if (hs_slice_ends(hs_buf_slice(&exchange->sent), HS_S("\r\n\r\n")))
		hs_buf_clear(&exchange->sent);
	hs_buf_add(&exchange->sent, hs_slice(bytes, len));
	return 0;
}

void hs__exchange_listen(struct hs__exchange *exchange)
{
	CURL *easy = exchange->easy;

	curl_easy_setopt(easy, CURLOPT_HEADERFUNCTION, on_header);
	curl_easy_setopt(easy, CURLOPT_HEADERDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_WRITEFUNCTION, on_body);
	curl_easy_setopt(easy, CURLOPT_WRITEDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_DEBUGFUNCTION, on_debug);
	curl_easy_setopt(easy, CURLOPT_DEBUGDATA, exchange);
	curl_easy_setopt(easy, CURLOPT_VERBOSE, 1L);
}

/* ---- the answer ---- */

static size_t count_lines(struct hs_slice text)
{
	size_t count = 0;

	for (size_t at = hs_slice_find(text, '\n', 0); at != SIZE_MAX; at = hs_slice_find(text, '\n', at + 1))
		count++;
	return count;
}

static bool split_head(struct hs_http_call *call, struct hs_slice head)
{
	struct hs_slice first = hs_slice_trim(hs_slice_cut(&head, '\n'));
	struct hs_http_header *headers = hs_arena_array(call->arena, count_lines(head) + 1, sizeof(*headers));
	size_t count = 0;

	if (!headers)
		return false;
	hs_slice_cut(&first, ' '); /* version */
	hs_slice_cut(&first, ' '); /* status: curl has read it */
	call->reason = first;
	while (head.ptr) {
		struct hs_slice line = hs_slice_trim(hs_slice_cut(&head, '\n'));
		struct hs_slice name = hs_slice_cut(&line, ':');

		if (name.len > 0)
			headers[count++] = (struct hs_http_header) { name, hs_slice_trim(line) };
	}
	call->reply_headers = headers;
	call->reply_header_count = count;
	return true;
}

enum hs_status hs__exchange_answer(struct hs__exchange *exchange)
{
	struct hs_http_call *call = exchange->call;
	struct hs_slice head = hs_arena_copy(call->arena, hs_buf_slice(&exchange->head));
	long status = 0;

	call->sent_head = hs_arena_copy(call->arena, hs_buf_slice(&exchange->sent));
	call->tls_chain = hs_arena_copy(call->arena, hs_buf_slice(&exchange->chain));
	call->reply_body = hs_arena_copy(call->arena, hs_buf_slice(&exchange->body));
	curl_easy_getinfo(exchange->easy, CURLINFO_RESPONSE_CODE, &status);
	call->status = (int)status;
	if (!head.ptr || !call->sent_head.ptr || !call->tls_chain.ptr || !call->reply_body.ptr ||
		!split_head(call, head))
		return HS_E_LIMIT;
	return HS_OK;
}
