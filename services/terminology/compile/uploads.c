/* SPDX-License-Identifier: Apache-2.0 */
/* Uploads of a sandbox: what was stored by REST, compiled in memory and swapped. A few writes are compiled
 * beside what is there (uploads_fresh.c); after many all is compiled anew. */
#include "../state.h"
#include "memory.h"

#define PAGE 200u
#define READ_ARENA ((size_t)1 << 30)

const char *const hs_tx_upload_types[4] = { "CodeSystem", "ValueSet", "ConceptMap", "NamingSystem" };

/* The host gives the state zeroed; after a reset it is opened again. */
enum hs_status hs_tx_sandbox_open(void *state, void *sandbox_state, struct hs_store *store,
	struct hs_error *err)
{
	struct tx_service *service = state;
	struct tx_sandbox *sandbox = sandbox_state;

	(void)err;
	pthread_mutex_init(&sandbox->lock, NULL);
	pthread_mutex_init(&sandbox->closures_lock, NULL);
	sandbox->store = store;
	pthread_mutex_lock(&service->lock);
	sandbox->next = service->sandboxes;
	service->sandboxes = sandbox;
	pthread_mutex_unlock(&service->lock);
	return HS_OK;
}

void hs_tx_sandbox_close(void *state, void *sandbox_state)
{
	struct tx_service *service = state;
	struct tx_sandbox *sandbox = sandbox_state;

	pthread_mutex_lock(&service->lock);
	for (struct tx_sandbox **at = &service->sandboxes; *at; at = &(*at)->next)
		if (*at == sandbox) {
			*at = sandbox->next;
			break;
		}
	pthread_mutex_unlock(&service->lock);
	hs_tx_uploads_unref(sandbox->uploads);
	hs_tx_kept_end_all(sandbox);
	hs_tx_closures_end(sandbox);
	pthread_mutex_destroy(&sandbox->closures_lock);
	pthread_mutex_destroy(&sandbox->lock);
}

/* Runs in the writing transaction. Should that be rolled back, the sequence noted lies ahead for a while, and
 * questions look into the store more often than they need; none is answered from old uploads. */
enum hs_status hs_tx_written(const struct hs_write_event *event, void *state, struct hs_error *err)
{
	struct tx_service *service = state;
	struct hs_store *store = hs_txn_store(event->txn);
	uint64_t seq = hs_txn_seq(event->txn);

	(void)err;
	pthread_mutex_lock(&service->lock);
	for (struct tx_sandbox *s = service->sandboxes; s; s = s->next)
		if (s->store == store) {
			hs_tx_uploads_note(s, event, seq);
			if (atomic_load(&s->wanted) < seq)
				atomic_store(&s->wanted, seq);
		}
	pthread_mutex_unlock(&service->lock);
	return HS_OK;
}

/* ---- references ---- */

void hs_tx_uploads_unref(void *arg)
{
	struct tx_uploads *uploads = arg;

	if (!uploads || atomic_fetch_sub(&uploads->refs, 1) != 1)
		return;
	for (size_t i = 0; i < 2; i++) {
		hs_tx_layer_fini(&uploads->layers[i]);
		hs_tx_layer_fini(&uploads->fresh[i]);
		hs_buf_free(&uploads->hidden[i]);
	}
	hs_tx_memory_free(uploads);
}

struct tx_uploads *hs_tx_uploads_get(struct tx_sandbox *sandbox)
{
	struct tx_uploads *found = NULL;

	pthread_mutex_lock(&sandbox->lock);
	if (sandbox->uploads && sandbox->uploads->seq >= atomic_load(&sandbox->wanted)) {
		found = sandbox->uploads;
		atomic_fetch_add(&found->refs, 1);
	}
	pthread_mutex_unlock(&sandbox->lock);
	return found;
}

/* ---- reading ---- */

static enum hs_status take_page(struct tx_compile *compile, uint32_t faces, const struct hs_find_page *page,
	struct hs_arena *arena, struct hs_error *err)
{
	for (size_t i = 0; i < page->count; i++) {
		struct hs_json *tree = NULL;
		enum hs_status status = hs_json_parse(arena, page->items[i].body, NULL, &tree, err);
		if (status == HS_OK)
			status = hs_tx_compile_add(compile, tree, faces, NULL, err);
		if (status)
			return status;
	}
	return HS_OK;
}

static enum hs_status read_type(struct hs_txn *txn, struct tx_compile *compile, struct hs_slice name,
	uint32_t faces, size_t *count, struct hs_error *err)
{
	uint32_t number = hs_txn_number(txn, HS_SPACE_TYPE, name, false);
	struct hs_find_query query = { .type = number, .count = PAGE };
	char next[512];
	enum hs_status status = HS_OK;

	while (number && status == HS_OK) {
		struct hs_arena *arena = hs_arena_new(READ_ARENA);
		struct hs_find_page page = { NULL, 0, HS_S_NONE, 0 };
		status = hs_txn_find(txn, arena, &query, &page, err);
		if (status == HS_OK)
			status = take_page(compile, faces, &page, arena, err);
		*count += page.count;
		size_t len = page.next.len < sizeof(next) ? page.next.len : 0;
		if (len)
			memcpy(next, page.next.ptr, len);
		hs_arena_free(arena);
		query.after = hs_slice(next, len);
		if (!len)
			break;
	}
	return status;
}

static enum hs_status read_face(struct hs_txn *txn, bool r5, struct tx_layer *layer, struct hs_error *err)
{
	struct tx_compile *compile = hs_tx_compile_new(0);
	struct hs_arena *names = hs_arena_new(4096);
	struct hs_image *image = NULL;
	enum hs_status status = HS_OK;
	size_t count = 0;

	for (size_t i = 0; i < 4 && status == HS_OK; i++) {
		struct hs_slice name = hs_arena_printf(names, "%s%s", r5 ? "r5/" : "", hs_tx_upload_types[i]);
		status = read_type(txn, compile, name, HS_ON_R4 | HS_ON_R5, &count, err);
	}
	if (status == HS_OK && count)
		status = hs_tx_compile_finish(compile, &image, err);
	if (status == HS_OK && image)
		hs_tx_layer_init(layer, image);
	hs_arena_free(names);
	hs_tx_compile_free(compile);
	return status;
}

static struct tx_uploads *new_uploads(uint64_t seq)
{
	struct tx_uploads *made = hs_tx_memory(sizeof(*made));

	atomic_init(&made->refs, 1);
	made->seq = made->whole_seq = seq;
	for (size_t i = 0; i < 2; i++)
		hs_buf_init(&made->hidden[i], NULL, 1 << 20);
	return made;
}

static struct tx_uploads *keep(struct tx_sandbox *sandbox, struct tx_uploads *made)
{
	pthread_mutex_lock(&sandbox->lock);
	struct tx_uploads *old = sandbox->uploads;
	if (!old || old->seq <= made->seq) {
		sandbox->uploads = made;
		atomic_fetch_add(&made->refs, 1);
	} else {
		old = NULL; /* somebody read later ones meanwhile */
	}
	pthread_mutex_unlock(&sandbox->lock);
	hs_tx_uploads_unref(old);
	return made;
}

/* What is there already serves when nothing at all was stored since it was read. */
static struct tx_uploads *same_as_before(struct tx_sandbox *sandbox, uint64_t seq)
{
	struct tx_uploads *found = NULL;

	pthread_mutex_lock(&sandbox->lock);
	if (sandbox->uploads && sandbox->uploads->seq == seq) {
		found = sandbox->uploads;
		atomic_fetch_add(&found->refs, 1);
	}
	pthread_mutex_unlock(&sandbox->lock);
	return found;
}

static struct tx_uploads *take_reference(struct tx_sandbox *sandbox)
{
	pthread_mutex_lock(&sandbox->lock);
	struct tx_uploads *found = sandbox->uploads;
	if (found)
		atomic_fetch_add(&found->refs, 1);
	pthread_mutex_unlock(&sandbox->lock);
	return found;
}

enum hs_status hs_tx_uploads_read(struct tx_sandbox *sandbox, struct hs_txn *txn, struct tx_uploads **out,
	struct hs_error *err)
{
	uint64_t seq = hs_txn_seq(txn);
	struct tx_uploads *made = same_as_before(sandbox, seq);

	if (made) {
		*out = made;
		return HS_OK;
	}
	made = new_uploads(seq);
	struct tx_uploads *old = take_reference(sandbox);
	bool done = old && hs_tx_uploads_freshen(sandbox, txn, old, made);
	hs_tx_uploads_unref(old);
	enum hs_status status = done ? HS_OK : read_face(txn, false, &made->layers[0], err);
	if (status == HS_OK && !done)
		status = read_face(txn, true, &made->layers[1], err);
	if (status) {
		hs_tx_uploads_unref(made);
		return status;
	}
	*out = keep(sandbox, made);
	return HS_OK;
}
