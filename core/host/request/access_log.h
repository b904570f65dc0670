/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON line a request, without anything that could name a patient: no query, no ids, no bodies.
 *
 * Each loop has a buffer. A line that comes alone is written with its turn, others within milliseconds while
 * the loop is busy, and at the latest by the loop's sweep. Thread: the loop's. */
#pragma once

#include <core/host/host_private.h>

struct hs__access_log *hs__access_log_new(struct hs__loop *loop, int fd);
void hs__access_log_free(struct hs__access_log *log); /* flushes */
/* Writes what is gathered; `log` may be NULL. */
void hs__access_log_flush(struct hs__access_log *log);
void hs__access_log_line(struct hs__access_log *log, const struct hs_request *req, int status, uint64_t bytes,
	uint64_t us);
