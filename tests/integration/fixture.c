/* SPDX-License-Identifier: Apache-2.0 */
/* The server of a test: a host on a thread of its own. */
#include "fixture_private.h"

#include <core/base/log.h>

#include <fcntl.h>
#include <ftw.h>
#include <unistd.h>

extern const struct hs_service *const hs_services_builtin[];

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *where)
{
	(void)info;
	(void)kind;
	(void)where;
	return remove(path);
}

static void *run(void *arg)
{
	struct fixture *f = arg;

	hs_host_run(f->host);
	return NULL;
}

static void must(enum hs_status status, const struct hs_error *err, const char *what)
{
	if (status)
		fail_msg("%s: %s", what, err->text);
}

static void write_config(struct fixture *f, const char *text, char *path, size_t size)
{
	snprintf(path, size, "%s/fixture-config.json", f->data_dir);
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
	assert_true(fd >= 0);
	assert_int_equal(write(fd, text, strlen(text)), (ssize_t)strlen(text));
	close(fd);
}

static void configure(struct fixture *f)
{
	struct hs_error err = { .status = HS_OK };
	char path[600];

	must(hs_host_config_init(&f->config, f->arena, &err), &err, "configuration");
	f->config.access_log = "off";
	f->config.no_usual_packages = !f->options.usual_packages;
	f->config.loops = 2;
	f->config.drain_seconds = 5;
	if (f->options.config) {
		write_config(f, f->options.config, path, sizeof(path));
		must(hs_host_config_read(&f->config, path, &err), &err, "configuration");
	}
	for (const char *const *s = f->options.settings; s && *s; s++) {
		struct hs_slice value = hs_slice_cstr(*s), name = hs_slice_cut(&value, '=');
		must(hs_host_config_set(&f->config, hs_arena_cstr(f->arena, name), value.ptr, &err), &err,
			*s);
	}
	f->config.listen = "127.0.0.1:0";
	f->config.data_dir = f->data_dir;
	if (f->options.no_fhir)
		f->config.package_cache = "/nonexistent";
}

static void begin(struct fixture *f)
{
	const struct hs_service *const *services = f->options.services ? f->options.services :
									 hs_services_builtin;
	struct hs_error err = { .status = HS_OK };

	must(hs_host_open(&f->config, services, &f->host, &err), &err, "hs_host_open");
	must(hs_host_listen(f->host, &err), &err, "hs_host_listen");
	f->port = hs_host_port(f->host);
	snprintf(f->url, sizeof(f->url), "%s", hs_host_url(f->host));
	assert_int_equal(pthread_create(&f->thread, NULL, run, f), 0);
}

static void end(struct fixture *f)
{
	hs_host_stop(f->host);
	pthread_join(f->thread, NULL);
	hs_host_close(f->host);
	f->host = NULL;
}

static void choose_data_dir(struct fixture *f)
{
	bool in_memory = f->options.in_memory && access("/dev/shm", W_OK | X_OK) == 0;
	const char *fresh = in_memory ? "/dev/shm/handslag-test-XXXXXX" : "/tmp/handslag-test-XXXXXX";

	snprintf(f->data_dir, sizeof(f->data_dir), "%s", f->options.data_dir ? f->options.data_dir : fresh);
	if (!f->options.data_dir)
		assert_non_null(mkdtemp(f->data_dir));
}

struct fixture *fixture_start(const struct fixture_options *options)
{
	struct fixture *f = calloc(1, sizeof(*f));

	assert_non_null(f);
	hs_log_configure(HS_LOG_ERROR, true, STDERR_FILENO);
	if (options)
		f->options = *options;
	f->arena = hs_arena_new((size_t)1 << 30);
	choose_data_dir(f);
	configure(f);
	begin(f);
	return f;
}

void fixture_restart(struct fixture *f)
{
	end(f);
	begin(f);
}

void fixture_stop(struct fixture *f)
{
	if (!f)
		return;
	end(f);
	if (!f->options.data_dir)
		nftw(f->data_dir, remove_one, 16, FTW_DEPTH | FTW_PHYS);
	hs_arena_free(f->arena);
	free(f);
}

bool fixture_has_fhir(const struct fixture *f, enum hs_fhir_version fhir)
{
	struct hs_error err;
	return hs_host_edition(f->host, fhir, &err) == HS_OK;
}

struct hs_host *fixture_host(struct fixture *f)
{
	return f->host;
}

uint16_t fixture_port(const struct fixture *f)
{
	return f->port;
}

const char *fixture_url(const struct fixture *f)
{
	return f->url;
}

const char *fixture_data_dir(const struct fixture *f)
{
	return f->data_dir;
}

struct hs_arena *fixture_arena(struct fixture *f)
{
	return f->arena;
}

const char *fixture_token(struct fixture *f)
{
	char path[600];
	struct hs_slice text;
	struct hs_error err = { .status = HS_OK };

	snprintf(path, sizeof(path), "%s/operator.token", f->data_dir);
	must(hs_world_read_file(hs_world_real(), f->arena, path, 1024, &text, &err), &err, "operator.token");
	return hs_arena_cstr(f->arena, hs_slice_trim(text));
}
