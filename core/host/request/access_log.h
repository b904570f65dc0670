/* SPDX-License-Identifier: Apache-2.0 */
/* One JSON line a request, without anything that could name a patient: no query, no ids, no bodies.
 *
 * Each loop has a buffer that it writes once a turn. Thread: the loop's. */
#pragma once

#include <core/host/host_private.h>

struct hs__access_log *hs__access_log_new(struct hs__loop *loop, int fd);
void hs__access_log_free(struct hs__access_log *log); /* flushes */
void hs__access_log_line(struct hs__access_log *log, const struct hs_request *req, int status, uint64_t bytes,
	uint64_t us);
