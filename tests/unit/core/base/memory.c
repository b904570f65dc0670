/* SPDX-License-Identifier: Apache-2.0 */
/* The memory of a process: its own, not its parent's. */
#include <core/base/memory.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <spawn.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define MIB ((uint64_t)1 << 20)

static char *program;

static void *touch(size_t bytes)
{
	void *room = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	assert_true(room != MAP_FAILED);
	memset(room, 1, bytes);
	return room;
}

static void the_peak_stays_when_memory_goes(void **state)
{
	uint64_t before = hs_memory_resident();

	(void)state;
	assert_true(before > 0);
	munmap(touch(64 * MIB), 64 * MIB);
	assert_true(hs_memory_peak() >= before + 60 * MIB);
	assert_true(hs_memory_resident() < before + 32 * MIB);
}

/* What ru_maxrss gets wrong: the program below is small, but its parent is not. */
static void a_parent_does_not_count(void **state)
{
	char peak_word[] = "peak", *words[] = { program, peak_word, NULL };
	int ends[2];
	pid_t child;
	uint64_t peak = 0;
	posix_spawn_file_actions_t actions;
	void *room = touch(512 * MIB);

	(void)state;
	assert_int_equal(pipe(ends), 0);
	posix_spawn_file_actions_init(&actions);
	posix_spawn_file_actions_adddup2(&actions, ends[1], 1);
	assert_int_equal(posix_spawn(&child, program, &actions, NULL, words, environ), 0);
	posix_spawn_file_actions_destroy(&actions);
	close(ends[1]);
	assert_int_equal(read(ends[0], &peak, sizeof(peak)), sizeof(peak));
	close(ends[0]);
	waitpid(child, NULL, 0);
	munmap(room, 512 * MIB);
	assert_true(peak > 0 && peak < 256 * MIB);
}

int main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_peak_stays_when_memory_goes),
		cmocka_unit_test(a_parent_does_not_count),
	};

	if (argc > 1) {
		uint64_t peak = hs_memory_peak();
		return write(1, &peak, sizeof(peak)) != sizeof(peak);
	}
	program = argv[0];
	return cmocka_run_group_tests(tests, NULL, NULL);
}
