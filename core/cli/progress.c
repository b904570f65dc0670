/* SPDX-License-Identifier: Apache-2.0 */
/* How far a long command has come, on standard error. */
#include <core/base/world.h>
#include <core/cli/cli.h>

#include <stdio.h>

#define FIRST_NS 1000000000ull /* nothing is said about what takes less than a second */
#define TERMINAL_NS 200000000ull
#define PLAIN_NS 5000000000ull

uint64_t hs_cli_now_ns(void)
{
	const struct hs_world *world = hs_world_real();
	return world->mono_ns(world->ctx);
}

double hs_cli_seconds_since(uint64_t began_ns)
{
	return (double)(hs_cli_now_ns() - began_ns) / 1e9;
}

void hs_cli_progress_begin(struct hs_cli_progress *progress, const char *what)
{
	progress->what = what;
	progress->begun_ns = progress->started_ns = hs_cli_now_ns();
	progress->shown_ns = 0;
}

void hs_cli_progress_next(struct hs_cli_progress *progress, const char *what)
{
	progress->what = what;
	progress->started_ns = hs_cli_now_ns();
}

static void show_count(double seconds, uint64_t done, uint64_t total, bool last)
{
	fprintf(stderr, ": %llu", (unsigned long long)done);
	if (total)
		fprintf(stderr, " of %llu", (unsigned long long)total);
	if (seconds > 0)
		fprintf(stderr, ", %.0f a second", (double)done / seconds);
	if (total > done && !last)
		fprintf(stderr, ", %.0f s left", seconds / (double)done * (double)(total - done));
}

void hs_cli_progress_show(struct hs_cli_progress *progress, uint64_t done, uint64_t total, bool last)
{
	uint64_t now = hs_cli_now_ns();
	bool terminal = hs_cli_is_terminal();
	uint64_t since = now - (progress->shown_ns ? progress->shown_ns : progress->begun_ns);

	if (last && !progress->shown_ns)
		return;
	if (!last && (now - progress->begun_ns < FIRST_NS || since < (terminal ? TERMINAL_NS : PLAIN_NS)))
		return;
	progress->shown_ns = now;
	fprintf(stderr, "%s%s", terminal ? "\r\033[K" : "", progress->what);
	if (done)
		show_count((double)(now - progress->started_ns) / 1e9, done, total, last);
	fputs(!terminal || last ? "\n" : "", stderr);
	fflush(stderr);
}

void hs_cli_progress_end(const struct hs_cli_progress *progress)
{
	if (progress->shown_ns && hs_cli_is_terminal())
		fputs("\r\033[K", stderr);
}
