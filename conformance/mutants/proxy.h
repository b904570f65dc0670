/* SPDX-License-Identifier: Apache-2.0 */
/* A proxy that stands before a server and makes it faulty.
 *
 * It listens on a free port of 127.0.0.1 and sends on what comes to `target`; addresses of the one are
 * rewritten to those of the other in queries, headers and bodies, so that links lead through it. Without a
 * fault it changes nothing else. Owner: the caller, until hs_proxy_close. Thread: that of the loop. */
#pragma once

#include <conformance/mutants/mutants.h>
#include <core/http/client.h>

struct hs_proxy;

enum hs_status hs_proxy_open(struct hs_loop *loop, struct hs_slice target,
	const struct hs_http_client_options *client, struct hs_proxy **out, struct hs_error *err);
/* Base URL, in place of the target's. Lives as long as the proxy. */
struct hs_slice hs_proxy_url(const struct hs_proxy *proxy);
/* From the next request on; NULL: none. Forgets what it knew for the fault before. */
void hs_proxy_break(struct hs_proxy *proxy, const struct hs_fault *fault);
/* Exchanges since then that the fault has touched. */
uint64_t hs_proxy_touched(const struct hs_proxy *proxy);
/* Stops listening, then calls done(arg) once; the proxy is gone after it. */
void hs_proxy_close(struct hs_proxy *proxy, void (*done)(void *arg), void *arg);
