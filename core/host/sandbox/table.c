/* SPDX-License-Identifier: Apache-2.0 */
/* The sandboxes of a host: read from the data directory, found by name, added. */
#include <core/base/heap.h>
#include <core/host/sandbox/sandbox.h>

#include <dirent.h>
#include <errno.h>
#include <stdio.h>

#define SANDBOXES_MAX 1000

bool hs__sandbox_name_valid(struct hs_slice name)
{
	if (name.len == 0 || name.len > HS__SANDBOX_NAME || name.ptr[0] == '-' ||
		name.ptr[name.len - 1] == '-')
		return false;
	for (size_t i = 0; i < name.len; i++) {
		char c = name.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-'))
			return false;
	}
	return true;
}

static struct hs_sandbox *make(struct hs_host *host, struct hs_slice name)
{
	struct hs_sandbox *sandbox = hs_heap_alloc(sizeof(*sandbox));
	char path[4096];

	sandbox->host = host;
	atomic_store(&sandbox->keepers, 1); /* the table's */
	atomic_fetch_add(&host->sandboxes_kept, 1);
	memcpy(sandbox->name, name.ptr, name.len);
	snprintf(path, sizeof(path), "%s/sandboxes/%s", host->data_dir, sandbox->name);
	sandbox->dir = hs_heap_cstr(path, strlen(path));
	sandbox->created_ms = host->world->wall_ms(host->world->ctx);
	sandbox->limits = host->config->sandbox;
	atomic_store(&sandbox->phase, HS__SANDBOX_CLOSED);
	atomic_store(&sandbox->clock.frozen_ms, INT64_MIN);
	pthread_mutex_init(&sandbox->lock, NULL);
	pthread_cond_init(&sandbox->left, NULL);
	hs__faults_init(&sandbox->faults);
	return sandbox;
}

void hs__sandbox_keep(struct hs_sandbox *sandbox)
{
	atomic_fetch_add_explicit(&sandbox->keepers, 1, memory_order_relaxed);
}

void hs__sandbox_release(struct hs_sandbox *sandbox)
{
	if (atomic_fetch_sub(&sandbox->keepers, 1) != 1)
		return;
	atomic_fetch_sub(&sandbox->host->sandboxes_kept, 1);
	hs__faults_fini(&sandbox->faults);
	pthread_cond_destroy(&sandbox->left);
	pthread_mutex_destroy(&sandbox->lock);
	hs_heap_free(sandbox->dir);
	hs_heap_free(sandbox);
}

static void link_in(struct hs_host *host, struct hs_sandbox *sandbox)
{
	pthread_rwlock_wrlock(&host->sandboxes_lock);
	struct hs_sandbox **at = &host->sandboxes;
	while (*at && strcmp((*at)->name, sandbox->name) < 0)
		at = &(*at)->next;
	sandbox->next = *at;
	*at = sandbox;
	pthread_rwlock_unlock(&host->sandboxes_lock);
}

/* With the lock held, or on the thread that changes the list. */
struct hs_sandbox *hs__sandbox_find(struct hs_host *host, struct hs_slice name)
{
	struct hs_sandbox *sandbox = host->sandboxes;

	while (sandbox && !hs_slice_eq(hs_slice_cstr(sandbox->name), name))
		sandbox = sandbox->next;
	return sandbox;
}

struct hs_sandbox *hs__sandbox_find_kept(struct hs_host *host, struct hs_slice name)
{
	pthread_rwlock_rdlock(&host->sandboxes_lock);
	struct hs_sandbox *sandbox = hs__sandbox_find(host, name);
	if (sandbox)
		hs__sandbox_keep(sandbox);
	pthread_rwlock_unlock(&host->sandboxes_lock);
	return sandbox;
}

struct hs_sandbox *hs__sandbox_use_next(struct hs_host *host, const char *name)
{
	pthread_rwlock_rdlock(&host->sandboxes_lock);
	struct hs_sandbox *sandbox = host->sandboxes;
	while (sandbox && ((name && strcmp(sandbox->name, name) <= 0) || !hs__sandbox_use(sandbox)))
		sandbox = sandbox->next;
	pthread_rwlock_unlock(&host->sandboxes_lock);
	return sandbox;
}

enum hs_status hs__sandbox_create(struct hs_host *host, struct hs_slice name,
	const struct hs_sandbox_limits *limits, struct hs_sandbox **out, struct hs_error *err)
{
	size_t count = 0;

	if (!hs__sandbox_name_valid(name))
		return hs_fail(err, HS_E_VALUE,
			"a sandbox is named with a-z, 0-9 and dashes inside, at most %d of them",
			HS__SANDBOX_NAME);
	if (hs__sandbox_find(host, name))
		return hs_fail(err, HS_E_DUPLICATE, "there is a sandbox %.*s already", HS_S_ARG(name));
	for (struct hs_sandbox *s = host->sandboxes; s; s = s->next)
		count++;
	if (count >= SANDBOXES_MAX)
		return hs_fail(err, HS_E_LIMIT, "there are %d sandboxes, which is the most", SANDBOXES_MAX);
	struct hs_sandbox *sandbox = make(host, name);
	if (limits)
		sandbox->limits = *limits;
	enum hs_status status = hs__make_dirs(sandbox->dir, err);
	if (status == HS_OK)
		status = hs__sandbox_meta_write(sandbox, err);
	if (status) {
		hs__sandbox_release(sandbox);
		return status;
	}
	link_in(host, sandbox);
	*out = sandbox;
	return HS_OK;
}

static enum hs_status read_all(struct hs_host *host, struct hs_error *err)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/sandboxes", host->data_dir);
	DIR *list = opendir(path);
	enum hs_status status = HS_OK;
	if (!list)
		return hs_fail(err, HS_E_IO, "%s cannot be read: %s", path, strerrordesc_np(errno));
	for (const struct dirent *entry = readdir(list); entry && status == HS_OK; entry = readdir(list)) {
		struct hs_slice name = hs_slice_cstr(entry->d_name);
		if (hs__sandbox_is_leaving(name)) { /* an earlier process was ended, or could not */
			snprintf(path, sizeof(path), "%s/sandboxes/%s", host->data_dir, entry->d_name);
			hs__sandbox_erase_leaving(path);
		}
		if (!hs__sandbox_name_valid(name))
			continue;
		struct hs_sandbox *sandbox = make(host, name);
		status = hs__sandbox_meta_read(sandbox, err);
		if (status)
			hs__sandbox_release(sandbox);
		else
			link_in(host, sandbox);
	}
	closedir(list);
	return status;
}

enum hs_status hs__sandboxes_open(struct hs_host *host, struct hs_error *err)
{
	enum hs_status status = read_all(host, err);

	if (status == HS_OK)
		host->standard = hs__sandbox_find(host, HS_S("default"));
	/* It belongs to whoever runs the host, so nothing limits it; what it stores is checked as elsewhere.
	 */
	const struct hs_sandbox_limits free_hand = { .validation = host->config->sandbox.validation };
	if (status == HS_OK && !host->standard)
		status = hs__sandbox_create(host, HS_S("default"), &free_hand, &host->standard, err);
	return status ? status : hs__sandbox_open(host->standard, err);
}

void hs__sandboxes_unload(struct hs_host *host)
{
	for (struct hs_sandbox *sandbox = host->sandboxes; sandbox; sandbox = sandbox->next) {
		if (sandbox->store)
			hs__sandbox_unload(sandbox);
		atomic_store(&sandbox->phase, HS__SANDBOX_CLOSED);
	}
}

void hs__sandboxes_close(struct hs_host *host)
{
	while (host->sandboxes) {
		struct hs_sandbox *sandbox = host->sandboxes;
		host->sandboxes = sandbox->next;
		hs__sandbox_release(sandbox);
	}
	host->standard = NULL;
}

/* ---- offline (core/host/host.h) ---- */

enum hs_status hs_host_sandbox(struct hs_host *host, const char *name, struct hs_sandbox **out,
	struct hs_error *err)
{
	struct hs_sandbox *sandbox = hs__sandbox_find(host, hs_slice_cstr(name));

	if (!sandbox)
		return hs_fail(err, HS_E_NOT_FOUND, "there is no sandbox %s in %s", name, host->data_dir);
	enum hs_status status = hs__sandbox_open(sandbox, err);
	if (status == HS_OK)
		status = hs__renewal_wait(sandbox, err);
	if (status == HS_OK)
		*out = sandbox;
	return status;
}

struct hs_store *hs_sandbox_store(const struct hs_sandbox *sandbox)
{
	return sandbox->store;
}

const struct hs_rest *hs_sandbox_rest(const struct hs_sandbox *sandbox, enum hs_fhir_version fhir,
	const struct hs_rest_sandbox **out)
{
	unsigned i = fhir == HS_FHIR_R5;
	*out = sandbox->rest[i];
	return sandbox->host->editions[i].rest;
}
