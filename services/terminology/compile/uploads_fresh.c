/* SPDX-License-Identifier: Apache-2.0 */
/* A few writes since the uploads were compiled: only what was written is compiled, as a layer before the
 * others, and the rows that it takes the place of are hidden. So a write costs what is written, not what is
 * there. */
#include "../state.h"

#define ARENA ((size_t)1 << 30)

/* Other names of code systems have no row of their own that could be hidden. */
static bool stands_alone(const struct hs_write_event *event)
{
	return !hs_slice_eq(event->type, HS_S("NamingSystem"));
}

static uint8_t type_index(struct hs_slice type)
{
	uint8_t i = 0;

	while (i < 3 && !hs_slice_eq(type, hs_slice_cstr(hs_tx_upload_types[i])))
		i++;
	return i;
}

void hs_tx_uploads_note(struct tx_sandbox *sandbox, const struct hs_write_event *event, uint64_t seq)
{
	struct tx_change change = {
		.seq = seq, .type = type_index(event->type), .r5 = event->fhir == HS_FHIR_R5
	};
	size_t at = 0;

	if (event->id.len < sizeof(change.id) && event->id.len)
		memcpy(change.id, event->id.ptr, event->id.len);
	pthread_mutex_lock(&sandbox->lock);
	while (at < sandbox->change_count &&
		!(sandbox->changes[at].type == change.type && sandbox->changes[at].r5 == change.r5 &&
			strcmp(sandbox->changes[at].id, change.id) == 0))
		at++;
	if (at == TX_CHANGES_MAX || !stands_alone(event) || event->id.len >= sizeof(change.id)) {
		sandbox->change_count = 0; /* too much to name: older uploads are read as a whole */
		sandbox->changes_after = seq;
	} else {
		sandbox->changes[at] = change;
		sandbox->change_count += at == sandbox->change_count;
	}
	pthread_mutex_unlock(&sandbox->lock);
}

/* Those after `seq`, or SIZE_MAX when not all of them are known by name. */
static size_t take_changes(struct tx_sandbox *sandbox, uint64_t seq, struct tx_change *out)
{
	size_t n = 0;

	pthread_mutex_lock(&sandbox->lock);
	for (size_t i = 0; i < sandbox->change_count; i++)
		if (sandbox->changes[i].seq > seq)
			out[n++] = sandbox->changes[i];
	if (sandbox->changes_after > seq)
		n = SIZE_MAX;
	pthread_mutex_unlock(&sandbox->lock);
	return n;
}

/* ---- hiding ---- */

#define HIDE(rows) \
	for (size_t i = 0; i < layer->rows##_count; i++) \
		if (hs_slice_eq(tx_text(layer, layer->rows[i].head.id), id)) { \
			const struct tx_head *head = &layer->rows[i].head; \
			hs_buf_add(out, hs_slice((const char *)&head, sizeof(head))); \
		}

static void hide(const struct tx_layer *layer, const struct tx_change *change, struct hs_buf *out)
{
	struct hs_slice id = hs_slice_cstr(change->id);

	if (change->type == 0) {
		HIDE(systems)
	} else if (change->type == 1) {
		HIDE(sets)
	} else {
		HIDE(maps)
	}
}

/* ---- compiling ---- */

static enum hs_status compile_one(struct hs_txn *txn, struct tx_compile *compile,
	const struct tx_change *change, size_t *count, struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new(ARENA);
	struct hs_slice name = hs_arena_printf(arena, "%s%s", change->r5 ? "r5/" : "",
		hs_tx_upload_types[change->type]);
	uint32_t number = hs_txn_number(txn, HS_SPACE_TYPE, name, false);
	struct hs_resource resource;
	struct hs_json *tree = NULL;
	enum hs_status status = number ?
		hs_txn_get(txn, arena, number, hs_slice_cstr(change->id), &resource, err) :
		HS_E_NOT_FOUND;

	if (status == HS_OK)
		status = hs_json_parse(arena, resource.body, NULL, &tree, err);
	if (status == HS_OK)
		status = hs_tx_compile_add(compile, tree, HS_ON_R4 | HS_ON_R5, NULL, err);
	*count += status == HS_OK;
	hs_arena_free(arena);
	return status == HS_E_NOT_FOUND || status == HS_E_DELETED ? HS_OK : status;
}

static enum hs_status freshen_face(struct hs_txn *txn, const struct tx_change *changes, size_t change_count,
	bool r5, struct tx_uploads *made, struct hs_error *err)
{
	struct tx_compile *compile = hs_tx_compile_new(0);
	struct hs_image *image = NULL;
	enum hs_status status = HS_OK;
	size_t count = 0;

	for (size_t i = 0; i < change_count && status == HS_OK; i++) {
		if (changes[i].r5 != r5)
			continue;
		if (made->layers[r5].image)
			hide(&made->layers[r5], &changes[i], &made->hidden[r5]);
		status = compile_one(txn, compile, &changes[i], &count, err);
	}
	if (status == HS_OK && count)
		status = hs_tx_compile_finish(compile, &image, err);
	if (status == HS_OK && image)
		hs_tx_layer_init(&made->fresh[r5], image);
	made->fresh[r5].rest = &made->layers[r5];
	hs_tx_compile_free(compile);
	made->layers[r5].hidden = (const void *)made->hidden[r5].ptr;
	made->layers[r5].hidden_count = made->hidden[r5].len / sizeof(struct tx_head *);
	return status;
}

static void drop(struct tx_uploads *made)
{
	for (size_t i = 0; i < 2; i++) {
		hs_tx_layer_fini(&made->layers[i]);
		hs_tx_layer_fini(&made->fresh[i]);
		memset(&made->layers[i], 0, sizeof(made->layers[i]));
		memset(&made->fresh[i], 0, sizeof(made->fresh[i]));
		hs_buf_clear(&made->hidden[i]);
	}
}

bool hs_tx_uploads_freshen(struct tx_sandbox *sandbox, struct hs_txn *txn, const struct tx_uploads *old,
	struct tx_uploads *made)
{
	struct tx_change changes[TX_CHANGES_MAX];
	struct hs_error err = { .status = HS_OK };
	size_t count = take_changes(sandbox, old->whole_seq, changes);
	enum hs_status status = HS_OK;

	if (count == SIZE_MAX)
		return false;
	for (size_t i = 0; i < 2 && status == HS_OK; i++) {
		hs_tx_layer_share(&made->layers[i], &old->layers[i]);
		status = freshen_face(txn, changes, count, i == 1, made, &err);
	}
	if (status)
		drop(made);
	else
		made->whole_seq = old->whole_seq;
	return status == HS_OK;
}
