/* SPDX-License-Identifier: Apache-2.0 */
/* The methods, and sets of them: what a path takes as bits, as an Allow header and as a refusal (RFC 9110
 * sections 9 and 10.2.1).
 *
 * A set has a bit HS_HTTP_BIT(method) for each; GET brings HEAD, and OPTIONS is in every set, so neither
 * needs to be given. Thread-safe. */
#pragma once

#include <handslag/error.h>
#include <stdint.h>

enum hs_http_method {
	HS_HTTP_GET,
	HS_HTTP_HEAD,
	HS_HTTP_POST,
	HS_HTTP_PUT,
	HS_HTTP_PATCH,
	HS_HTTP_DELETE,
	HS_HTTP_OPTIONS,
	HS_HTTP_OTHER, /* known to the protocol, refused by us with 405 */
};

#define HS_HTTP_BIT(method) (1u << (method))
#define HS_HTTP_METHODS_TEXT 48 /* bytes that the text of every set fits into, with NUL */

/* HS_HTTP_OTHER for a name that is none of ours; case matters. */
enum hs_http_method hs_http_method_of(struct hs_slice name);
/* "GET, HEAD, PUT, OPTIONS" into `out`; the slice points there. */
struct hs_slice hs_http_methods_text(uint32_t methods, char out[HS_HTTP_METHODS_TEXT]);
/* HS_E_METHOD: the method of this name is not possible here, and which are. */
enum hs_status hs_http_fail_method(struct hs_error *err, struct hs_slice name, uint32_t methods);
