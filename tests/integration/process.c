/* SPDX-License-Identifier: Apache-2.0 */
/* Runs the built program as a child. HANDSLAG_BINARY comes from CMake. */
#include "process.h"
#include "fixture_private.h"

#include <fcntl.h>
#include <ftw.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#define ARGS_MAX 40

/* The child's standard output and error go into pipes. */
static int start(const char *const *args, int *out, int *err)
{
	int out_pipe[2], err_pipe[2];
	char *argv[ARGS_MAX + 2] = { (char *)(uintptr_t) "handslag" };

	for (size_t i = 0; args[i]; i++) {
		assert_true(i < ARGS_MAX);
		argv[i + 1] = (char *)(uintptr_t)args[i];
	}
	assert_int_equal(pipe2(out_pipe, O_CLOEXEC), 0);
	assert_int_equal(pipe2(err_pipe, O_CLOEXEC), 0);
	int pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		dup2(out_pipe[1], STDOUT_FILENO);
		dup2(err ? err_pipe[1] : open("/dev/null", O_WRONLY), STDERR_FILENO);
		execv(HANDSLAG_BINARY, argv);
		_exit(127);
	}
	close(out_pipe[1]);
	close(err_pipe[1]);
	*out = out_pipe[0];
	if (err)
		*err = err_pipe[0];
	else
		close(err_pipe[0]);
	return pid;
}

static struct hs_slice read_to_end(struct hs_arena *arena, int fd)
{
	struct hs_buf in;
	ssize_t n = 1;

	hs_buf_init(&in, arena, (size_t)16 << 20);
	while (n > 0) {
		char *room = hs_buf_reserve(&in, 4096);
		assert_non_null(room);
		n = read(fd, room, 4096);
		hs_buf_commit(&in, n > 0 ? (size_t)n : 0);
	}
	close(fd);
	return hs_buf_slice(&in);
}

static int wait_for(int pid)
{
	int status = 0;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

struct process_result process_run(struct hs_arena *arena, const char *const *args)
{
	struct process_result result;
	int out = -1, err = -1, pid = start(args, &out, &err);

	result.out = read_to_end(arena, out); /* errors are few: they fit into their pipe meanwhile */
	result.err = read_to_end(arena, err);
	result.exit = wait_for(pid);
	return result;
}

struct fixture *process_serve(const char *data_dir, const char *const *more)
{
	const char *args[ARGS_MAX + 1] = { "serve", "--listen", "127.0.0.1:0", "--json", "--data", data_dir,
		"--set", "accessLog=off" };
	struct fixture *f = calloc(1, sizeof(*f));
	struct hs_json *ready = NULL;
	struct hs_error err;
	size_t n = 8;
	char line[512], c = 0;
	int out = -1;

	assert_non_null(f);
	for (; more && *more; more++)
		args[n++] = *more;
	f->arena = hs_arena_new((size_t)1 << 30);
	snprintf(f->data_dir, sizeof(f->data_dir), "%s", data_dir);
	f->pid = start(args, &out, NULL);
	n = 0;
	while (n + 1 < sizeof(line) && read(out, &c, 1) == 1 && c != '\n')
		line[n++] = c;
	line[n] = '\0';
	close(out);
	if (hs_json_parse(f->arena, hs_slice_cstr(line), NULL, &ready, &err))
		fail_msg("handslag serve did not get ready: \"%s\"", line);
	snprintf(f->url, sizeof(f->url), "%.*s", HS_S_ARG(hs_json_get_text(ready, HS_S("url"))));
	assert_int_equal(sscanf(f->url, "http://127.0.0.1:%hu", &f->port), 1);
	return f;
}

int process_stop(struct fixture *f)
{
	kill(f->pid, SIGTERM);
	int code = wait_for(f->pid);
	hs_arena_free(f->arena);
	free(f);
	return code;
}

void process_make_dir(char out[64])
{
	snprintf(out, 64, "/tmp/handslag-test-XXXXXX");
	assert_non_null(mkdtemp(out));
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	(void)where;
	return remove(path);
}

void process_remove_dir(const char *dir)
{
	nftw(dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
}
