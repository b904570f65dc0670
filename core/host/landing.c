/* SPDX-License-Identifier: Apache-2.0 */
/* The page at /: what runs here and where, for a person with a browser. It loads nothing from elsewhere. */
#include <core/host/endpoints.h>

static const char page_head[] =
	"<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
	"<meta name=\"viewport\" content=\"width=device-width\">\n<title>Handslag</title>\n<style>\n"
	"body{font:16px/1.5 system-ui,sans-serif;max-width:46rem;margin:3rem auto;padding:0 "
	"1rem;color:#1c2733}\n"
	"h1{margin-bottom:0}h1+p{margin-top:0;color:#4a5a6a}\n"
	"code,pre{font:14px/1.5 ui-monospace,monospace;background:#f2f5f8;border-radius:4px}\n"
	"code{padding:.1em .3em}pre{padding:.8rem 1rem;overflow-x:auto}\n"
	"table{border-collapse:collapse;width:100%}td,th{text-align:left;padding:.3rem .6rem;"
	"border-bottom:1px solid #dde4ea;vertical-align:top}\n"
	"th{white-space:nowrap}a{color:#0b5cad}\n"
	"@media(prefers-color-scheme:dark){body{background:#12181f;color:#dbe4ec}h1+p{color:#9fb0c0}"
	"code,pre{background:#1d2732}td,th{border-color:#2b3947}a{color:#7db8f0}}\n"
	"</style>\n</head>\n<body>\n<h1>Handslag</h1>\n"
	"<p>Shared services between health systems, for interoperability testing. Version " HS_VERSION
	".</p>\n";

static const char page_tail[] =
	"<h2>Test your system against it</h2>\n"
	"<p>Point your client at a base above. To judge a server, ours or your own, run the suites:</p>\n";

static void text(struct hs_buf *out, struct hs_slice s)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		if (c == '<')
			hs_buf_cstr(out, "&lt;");
		else if (c == '&')
			hs_buf_cstr(out, "&amp;");
		else if (c == '"')
			hs_buf_cstr(out, "&quot;");
		else
			hs_buf_byte(out, c);
	}
}

static void bases(const struct hs_host *host, struct hs_buf *out, struct hs_slice origin)
{
	hs_buf_cstr(out, "<h2>Bases</h2>\n<table>\n<tr><th>FHIR</th><th>Base URL</th><th></th></tr>\n");
	for (unsigned i = 0; i < HS__EDITIONS; i++) {
		const struct hs__edition *edition = &host->editions[i];
		hs_buf_printf(out, "<tr><td>%s</td><td><code>", edition->number);
		text(out, origin);
		hs_buf_printf(out, "/fhir/%s</code></td><td>", edition->name);
		if (edition->rest)
			hs_buf_printf(out,
				"<a href=\"/fhir/%s/metadata?_pretty=true\">capability statement</a>",
				edition->name);
		else
			text(out, hs_slice_cstr(edition->missing.text));
		hs_buf_cstr(out, "</td></tr>\n");
	}
	hs_buf_cstr(out,
		"</table>\n<p>A sandbox of your own has its bases below <code>/sandbox/NAME</code>: "
		"<code>handslag sandbox create NAME</code>.</p>\n");
}

static void services(const struct hs_host *host, struct hs_buf *out)
{
	hs_buf_cstr(out, "<h2>Services</h2>\n<table>\n");
	for (unsigned i = 0; i < host->service_count; i++) {
		const struct hs_service *plug = host->services[i]->plug;
		hs_buf_printf(out, "<tr><th>%s</th><td>", plug->name);
		text(out, hs_slice_cstr(plug->summary));
		hs_buf_cstr(out, "</td></tr>\n");
	}
	hs_buf_cstr(out,
		host->service_count ? "</table>\n" : "<tr><td>None is built in.</td></tr></table>\n");
}

enum hs_verdict hs__landing_page(struct hs_request *req)
{
	struct hs_buf out;

	hs_buf_init(&out, req->arena, (size_t)1 << 20);
	hs_buf_cstr(&out, page_head);
	struct hs_slice origin = hs_request_base(req);
	bases(req->host, &out, origin);
	services(req->host, &out);
	hs_buf_cstr(&out, page_tail);
	hs_buf_cstr(&out, "<pre>handslag test --target ");
	text(&out, origin);
	hs_buf_cstr(&out,
		"/fhir/r4</pre>\n<h2>Running it</h2>\n<p><a href=\"/health/ready\">health</a> &middot; "
		"<a href=\"/metrics\">metrics</a></p>\n</body>\n</html>\n");
	hs__reply_static_header(req, HS_S("Content-Security-Policy"),
		HS_S("default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
		     "frame-ancestors 'none'"));
	hs__reply_static_header(req, HS_S("X-Content-Type-Options"), HS_S("nosniff"));
	return hs_reply_bytes(req, 200, HS_S("text/html; charset=utf-8"), hs_buf_slice(&out));
}
