/* SPDX-License-Identifier: Apache-2.0 */
/* Log lines of requests, gathered in memory and written a few times in a hundredth of a second at most. */
#include <core/base/heap.h>
#include <core/base/put.h>
#include <core/host/request/access_log.h>
#include <core/host/request/request_private.h>
#include <core/host/sandbox/sandbox.h>

#include <errno.h>
#include <handslag/time.h>
#include <unistd.h>

#define BUFFER ((size_t)64 << 10)
#define LINE_MAX_BYTES ((size_t)1024)
#define GATHER_MS 5u

struct hs__access_log {
	struct hs__loop *loop;
	int fd;
	size_t used;
	uint64_t written_ms; /* when it was written last, of the loop's clock */
	uint64_t lost;       /* lines that the reader of a pipe did not take */
	int64_t stamp_ms;
	char stamp[HS_INSTANT_LEN + 1];
	char bytes[BUFFER];
};

static void flush(struct hs__access_log *log)
{
	size_t done = 0;

	while (done < log->used) {
		ssize_t n = write(log->fd, log->bytes + done, log->used - done);
		if (n < 0 && errno == EINTR)
			continue;
		if (n <= 0) {
			log->lost++;
			break;
		}
		done += (size_t)n;
	}
	log->used = 0;
}

/* A busy loop has many turns in a millisecond, and each write costs as much as an answer. What is left when
 * it falls silent is written by the sweep. */
static void before_wait(void *arg)
{
	struct hs__access_log *log = arg;
	uint64_t now = hs_loop_mono_ms(log->loop->loop);

	if (!log->used || (now - log->written_ms < GATHER_MS && log->used < BUFFER / 2))
		return;
	log->written_ms = now;
	flush(log);
}

void hs__access_log_flush(struct hs__access_log *log)
{
	if (log && log->used)
		flush(log);
}

struct hs__access_log *hs__access_log_new(struct hs__loop *loop, int fd)
{
	struct hs__access_log *log = hs_heap_raw(sizeof(*log));

	log->loop = loop;
	log->fd = fd;
	log->used = 0;
	log->written_ms = 0;
	log->lost = 0;
	log->stamp_ms = INT64_MIN;
	hs_loop_before_wait(loop->loop, before_wait, log);
	return log;
}

void hs__access_log_free(struct hs__access_log *log)
{
	if (!log)
		return;
	flush(log);
	hs_heap_free(log);
}

/* All texts here are ours or of checked characters, so none needs escaping; lengths are bounded. */
void hs__access_log_line(struct hs__access_log *log, const struct hs_request *req, int status, uint64_t bytes,
	uint64_t us)
{
	const struct hs__action *action = hs__metrics_name(req->host->metrics, req->action);
	int64_t now = hs_loop_now_ms(req->loop->loop);

	if (BUFFER - log->used < LINE_MAX_BYTES)
		flush(log);
	if (now != log->stamp_ms) {
		log->stamp_ms = now;
		hs_time_instant(now, log->stamp);
	}
	char *at = log->bytes + log->used;
	at = hs__put(at, HS_S("{\"time\":\""));
	at = hs__put(at, hs_slice(log->stamp, HS_INSTANT_LEN));
	at = hs__put(at, HS_S("\",\"event\":\"request\",\"id\":\""));
	at = hs__put(at, req->id);
	at = hs__put(at, HS_S("\",\"sandbox\":\""));
	at = hs__put(at, hs_slice_cstr(hs_request_sandbox(req)));
	at = hs__put(at, HS_S("\","));
	at = hs__put(at, action->logged);
	if (req->edition) {
		at = hs__put(at, HS_S(",\"fhir\":\""));
		at = hs__put(at, hs_slice_cstr(req->edition->name));
		at = hs__put(at, HS_S("\""));
	}
	if (req->type.len) {
		at = hs__put(at, HS_S(",\"type\":\""));
		at = hs__put(at, hs_slice_first(req->type, 64));
		at = hs__put(at, HS_S("\""));
	}
	at = hs__put(at, HS_S(",\"status\":"));
	at = hs__put_u64(at, (uint64_t)status);
	at = hs__put(at, HS_S(",\"bytes\":"));
	at = hs__put_u64(at, bytes);
	at = hs__put(at, HS_S(",\"us\":"));
	at = hs__put_u64(at, us);
	at = hs__put(at, HS_S("}\n"));
	log->used = (size_t)(at - log->bytes);
}
