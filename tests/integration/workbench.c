/* SPDX-License-Identifier: Apache-2.0 */
/* The directory and the arena of tests of the program. */
#include "workbench.h"
#include "fixture_private.h"

#include <fcntl.h>
#include <unistd.h>

#define MEMORY_MAX ((size_t)256 << 20)
#define SHOWN 2000u /* bytes of a text that lacks something */

static char dir[64];
static struct hs_arena *arena;

int workbench_start(void **state)
{
	(void)state;
	process_make_dir(dir);
	arena = hs_arena_new(MEMORY_MAX);
	return 0;
}

int workbench_stop(void **state)
{
	(void)state;
	process_remove_dir(dir);
	hs_arena_free(arena);
	arena = NULL;
	return 0;
}

struct hs_arena *workbench_arena(void)
{
	assert_non_null(arena);
	return arena;
}

const char *workbench_path(const char *name)
{
	return hs_arena_cstr(workbench_arena(),
		hs_arena_printf(arena, "%s%s%s", dir, name[0] ? "/" : "", name));
}

const char *workbench_file(const char *name, const char *text)
{
	const char *path = workbench_path(name);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
	return path;
}

bool has_text(struct hs_slice text, const char *part)
{
	return hs_slice_search(text, hs_slice_cstr(part)) != SIZE_MAX;
}

void assert_has(struct hs_slice text, const char *part)
{
	if (!has_text(text, part))
		fail_msg("no \"%s\" in: %.*s", part, HS_S_ARG(hs_slice_first(text, SHOWN)));
}
