/* SPDX-License-Identifier: Apache-2.0 */
/* An exchange as a curl command that anyone can repeat, without the secrets that it was sent with. */
#include <conformance/evidence/report.h>

static const struct hs_slice secret_headers[] = {
	HS_S_INIT("Authorization"),
	HS_S_INIT("Proxy-Authorization"),
	HS_S_INIT("Cookie"),
	HS_S_INIT("Set-Cookie"),
	HS_S_INIT("X-API-Key"),
	HS_S_INIT("Api-Key"),
	HS_S_INIT("Ocp-Apim-Subscription-Key"),
};

static bool is_secret(struct hs_slice name)
{
	for (size_t i = 0; i < sizeof(secret_headers) / sizeof(secret_headers[0]); i++)
		if (hs_slice_ieq(secret_headers[i], name))
			return true;
	return false;
}

struct hs_slice hs_report_redact(const struct hs_http_header *header)
{
	return is_secret(header->name) && header->value.len ? HS_S("[redacted]") : header->value;
}

/* In single quotes, which end for a quote of the text. */
static void add_quoted(struct hs_buf *out, struct hs_slice text)
{
	hs_buf_byte(out, '\'');
	for (size_t i = 0; i < text.len; i++) {
		if (text.ptr[i] == '\'')
			hs_buf_cstr(out, "'\\''");
		else
			hs_buf_byte(out, text.ptr[i]);
	}
	hs_buf_byte(out, '\'');
}

static void add_header(struct hs_buf *out, const struct hs_http_header *header)
{
	if (is_secret(header->name)) {
		/* Double quotes, so that the shell fills in what the user has. */
		hs_buf_printf(out, " -H \"%.*s: $", HS_S_ARG(header->name));
		for (size_t i = 0; i < header->name.len; i++) {
			char c = header->name.ptr[i];
			hs_buf_byte(out, c == '-' ? '_' : (char)(c >= 'a' && c <= 'z' ? c - 32 : c));
		}
		hs_buf_byte(out, '"');
		return;
	}
	hs_buf_cstr(out, " -H '");
	hs_buf_printf(out, "%.*s:%s", HS_S_ARG(header->name), header->value.len ? " " : "");
	for (size_t i = 0; i < header->value.len; i++) {
		if (header->value.ptr[i] == '\'')
			hs_buf_cstr(out, "'\\''");
		else
			hs_buf_byte(out, header->value.ptr[i]);
	}
	hs_buf_byte(out, '\'');
}

void hs_report_curl(struct hs_buf *out, const struct hs_test_run *run,
	const struct hs_test_exchange *exchange)
{
	const struct hs_http_client_options *client = &hs_test_run_options(run)->client;
	bool authorized = false;

	hs_buf_cstr(out, "curl -i");
	if (!hs_slice_eq(exchange->method, HS_S("GET")))
		hs_buf_printf(out, " -X %.*s", HS_S_ARG(exchange->method));
	if (client->insecure)
		hs_buf_cstr(out, " --insecure");
	if (client->ca_file)
		hs_buf_printf(out, " --cacert %s", client->ca_file);
	if (client->certificate_file)
		hs_buf_printf(out, " --cert %s", client->certificate_file);
	if (client->key_file)
		hs_buf_printf(out, " --key %s", client->key_file);
	for (size_t i = 0; i < exchange->request_header_count; i++) {
		add_header(out, &exchange->request_headers[i]);
		authorized = authorized ||
			hs_slice_ieq(exchange->request_headers[i].name, HS_S("Authorization"));
	}
	if (client->bearer && !authorized)
		hs_buf_cstr(out, " -H \"Authorization: Bearer $TOKEN\"");
	if (exchange->request_body.len) {
		hs_buf_cstr(out, " --data-binary ");
		add_quoted(out, exchange->request_body);
	}
	hs_buf_byte(out, ' ');
	add_quoted(out, exchange->url);
}
