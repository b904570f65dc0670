/* SPDX-License-Identifier: Apache-2.0 */
/* Methods by name; sets of them, their text and the refusal of what is not in them. */
#include <core/http/method.h>

static const struct hs_slice names[] = {
	[HS_HTTP_GET] = HS_S_INIT("GET"),
	[HS_HTTP_HEAD] = HS_S_INIT("HEAD"),
	[HS_HTTP_POST] = HS_S_INIT("POST"),
	[HS_HTTP_PUT] = HS_S_INIT("PUT"),
	[HS_HTTP_PATCH] = HS_S_INIT("PATCH"),
	[HS_HTTP_DELETE] = HS_S_INIT("DELETE"),
	[HS_HTTP_OPTIONS] = HS_S_INIT("OPTIONS"),
};
#define COUNT (sizeof(names) / sizeof(names[0]))

enum hs_http_method hs_http_method_of(struct hs_slice name)
{
	for (size_t i = 0; i < COUNT; i++)
		if (hs_slice_eq(names[i], name))
			return (enum hs_http_method)i;
	return HS_HTTP_OTHER;
}

struct hs_slice hs_http_methods_text(uint32_t methods, char out[HS_HTTP_METHODS_TEXT])
{
	size_t len = 0;

	methods |= HS_HTTP_BIT(HS_HTTP_OPTIONS);
	if (methods & HS_HTTP_BIT(HS_HTTP_GET))
		methods |= HS_HTTP_BIT(HS_HTTP_HEAD);
	for (size_t i = 0; i < COUNT; i++) {
		if (!(methods & HS_HTTP_BIT(i)))
			continue;
		if (len) {
			out[len++] = ',';
			out[len++] = ' ';
		}
		memcpy(out + len, names[i].ptr, names[i].len);
		len += names[i].len;
	}
	out[len] = '\0';
	return hs_slice(out, len);
}

enum hs_status hs_http_fail_method(struct hs_error *err, struct hs_slice name, uint32_t methods)
{
	char text[HS_HTTP_METHODS_TEXT];

	return hs_fail(err, HS_E_METHOD, "%.*s is not possible here; possible are: %.*s",
		HS_S_ARG(hs_slice_first(name, 20)), HS_S_ARG(hs_http_methods_text(methods, text)));
}
