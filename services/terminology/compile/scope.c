/* SPDX-License-Identifier: Apache-2.0 */
/* Finding resources by canonical in the layers of a request. */
#include "scope.h"

#include "slots.h"
#include "version.h"

/* One kind of row as the search sees it. */
struct index {
	const uint32_t *order;
	size_t count;
	const char *rows;
	size_t row_size; /* each row begins with struct tx_head */
	const struct tx_url_slot *slots;
	size_t slot_count;
};

static struct index index_of(const struct tx_layer *layer, enum tx_section kind)
{
	switch (kind) {
	case TX_SYSTEMS:
		return (struct index) { layer->systems_by_url, layer->systems_by_url_count,
			(const char *)layer->systems, sizeof(*layer->systems), layer->system_slots,
			layer->system_slots_count };
	case TX_SETS:
		return (struct index) { layer->sets_by_url, layer->sets_by_url_count,
			(const char *)layer->sets, sizeof(*layer->sets), layer->set_slots,
			layer->set_slots_count };
	default:
		return (struct index) { layer->maps_by_url, layer->maps_by_url_count,
			(const char *)layer->maps, sizeof(*layer->maps), layer->map_slots,
			layer->map_slots_count };
	}
}

static const struct tx_head *head_at(const struct index *index, size_t at)
{
	return (const void *)(index->rows + index->order[at] * index->row_size);
}

static size_t lower_bound(const struct tx_layer *layer, const struct index *index, struct hs_slice url)
{
	size_t lo = 0, hi = index->count;

	while (lo < hi) {
		size_t mid = (lo + hi) / 2;
		if (hs_slice_cmp(tx_text(layer, head_at(index, mid)->url), url) < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

struct sought {
	struct hs_slice url, version;
	uint32_t hash; /* of the URL, made when it is needed first */
	bool hashed;
};

static uint32_t hash_of(struct sought *sought)
{
	if (!sought->hashed)
		sought->hash = hs_tx_url_hash(sought->url);
	sought->hashed = true;
	return sought->hash;
}

/* Where the rows of the URL begin, in an order that has them; somewhere or at the end, when there are none.
 */
static size_t first_of(const struct tx_layer *layer, const struct index *index, struct sought *sought)
{
	const struct tx_url_slot *slot;

	if (!index->slot_count)
		return lower_bound(layer, index, sought->url);
	uint32_t hash = hash_of(sought);
	size_t tries = 0;
	while ((slot = hs_tx_url_next(index->slots, index->slot_count, hash, &tries)) != NULL)
		if (slot->first <= index->count &&
			hs_slice_eq(tx_text(layer, head_at(index, slot->first - 1)->url), sought->url))
			return slot->first - 1;
	return index->count;
}

enum want { WANT_CONTENT, WANT_ANY, WANT_SUPPLEMENT };

static bool fits(enum tx_section kind, const struct tx_head *head, enum want want)
{
	if (kind != TX_SYSTEMS)
		return true;
	uint32_t content = ((const struct tx_system_row *)(const void *)head)->content;
	if (want == WANT_SUPPLEMENT)
		return content == TX_CONTENT_SUPPLEMENT;
	if (want == WANT_CONTENT && (content == TX_CONTENT_NOT_PRESENT || content == TX_CONTENT_EXAMPLE))
		return false;
	return content != TX_CONTENT_SUPPLEMENT;
}

/* The latest of a layer's rows that fit; versions rise within one URL. A guest is taken when its version is
 * asked for, or when there is nobody else. */
static const struct tx_head *find_in(const struct tx_scope *scope, const struct tx_layer *layer,
	enum tx_section kind, struct sought *sought, enum want want)
{
	struct index index = index_of(layer, kind);
	const struct tx_head *best = NULL;
	struct hs_slice url = sought->url, version = sought->version;

	for (size_t i = first_of(layer, &index, sought); i < index.count; i++) {
		const struct tx_head *head = head_at(&index, i);
		if (!hs_slice_eq(tx_text(layer, head->url), url))
			break;
		bool guest = !version.len && best && !(best->faces & TX_GUEST) && (head->faces & TX_GUEST);
		if (!guest && hs_tx_is_seen(layer, head, scope->face) && fits(kind, head, want) &&
			hs_tx_version_meets(version, tx_text(layer, head->version)))
			best = head;
	}
	return best;
}

static bool is_later(const struct tx_layer *a_layer, const struct tx_head *a, const struct tx_layer *b_layer,
	const struct tx_head *b)
{
	struct hs_slice x = tx_text(a_layer, a->version), y = tx_text(b_layer, b->version);

	return (a->flags & b->flags & TX_VERSIONS_ARE_TEXT ? hs_tx_version_cmp_text(x, y) :
							     hs_tx_version_cmp(x, y)) > 0;
}

/* Layers of imports have one code system, and nothing else. */
static bool has_any(const struct tx_layer *layer, enum tx_section kind)
{
	return kind == TX_SYSTEMS ? layer->systems_by_url_count :
		kind == TX_SETS   ? layer->sets_by_url_count :
				    layer->maps_by_url_count;
}

static const struct tx_head *find(const struct tx_scope *scope, enum tx_section kind,
	struct hs_slice canonical, struct hs_slice version, enum want want, const struct tx_layer **layer)
{
	struct hs_slice url = canonical;
	size_t bar = hs_slice_find(canonical, '|', 0);

	if (bar != SIZE_MAX) {
		url = hs_slice_first(canonical, bar);
		version = version.len ? version : hs_slice_from(canonical, bar + 1);
	}
	if (!url.len)
		return NULL;
	struct sought sought = { .url = url, .version = version };
	for (size_t i = 0; i < scope->count; i++) {
		const struct tx_layer *near = scope->layers[i];
		const struct tx_layer *rest = i + 1 < scope->count ? scope->layers[i + 1] : NULL;
		const struct tx_head *head = has_any(near, kind) ? find_in(scope, near, kind, &sought, want) :
								   NULL;
		if (!head)
			continue;
		const struct tx_head *other = rest && near->rest == rest ?
			find_in(scope, rest, kind, &sought, want) :
			NULL;
		bool later = other && is_later(rest, other, near, head);
		*layer = later ? rest : near;
		return later ? other : head;
	}
	return NULL;
}

static bool find_system(const struct tx_scope *scope, struct hs_slice url, struct hs_slice version,
	enum want want, struct tx_system *out)
{
	const struct tx_layer *layer = NULL;
	const struct tx_head *head = find(scope, TX_SYSTEMS, url, version, want, &layer);

	if (head)
		*out = (struct tx_system) { layer, (const void *)head };
	return head != NULL;
}

bool hs_tx_find_system(const struct tx_scope *scope, struct hs_slice url, struct hs_slice version,
	struct tx_system *out)
{
	return find_system(scope, url, version, WANT_CONTENT, out);
}

bool hs_tx_find_supplement(const struct tx_scope *scope, struct hs_slice url, struct hs_slice version,
	struct tx_system *out)
{
	return find_system(scope, url, version, WANT_SUPPLEMENT, out);
}

bool hs_tx_find_set(const struct tx_scope *scope, struct hs_slice url, struct hs_slice version,
	struct tx_set *out)
{
	const struct tx_layer *layer = NULL;
	const struct tx_head *head = find(scope, TX_SETS, url, version, WANT_ANY, &layer);

	if (head)
		*out = (struct tx_set) { layer, (const void *)head };
	return head != NULL;
}

bool hs_tx_find_map(const struct tx_scope *scope, struct hs_slice url, struct hs_slice version,
	struct tx_map *out)
{
	const struct tx_layer *layer = NULL;
	const struct tx_head *head = find(scope, TX_MAPS, url, version, WANT_ANY, &layer);

	if (head)
		*out = (struct tx_map) { layer, (const void *)head };
	return head != NULL;
}

static bool is_among(const struct hs_slice *list, size_t count, struct hs_slice text)
{
	for (size_t i = 0; i < count; i++)
		if (hs_slice_eq(list[i], text))
			return true;
	return false;
}

size_t hs_tx_system_versions(const struct tx_scope *scope, struct hs_slice url, struct hs_slice *out,
	size_t room)
{
	struct sought sought = { .url = url };
	size_t n = 0;

	for (size_t l = 0; l < scope->count; l++) {
		const struct tx_layer *layer = scope->layers[l];
		struct index index = index_of(layer, TX_SYSTEMS);
		for (size_t i = first_of(layer, &index, &sought); i < index.count && n < room; i++) {
			const struct tx_head *head = head_at(&index, i);
			struct hs_slice version = tx_text(layer, head->version);
			if (!hs_slice_eq(tx_text(layer, head->url), url))
				break;
			if (hs_tx_is_seen(layer, head, scope->face) && fits(TX_SYSTEMS, head, WANT_CONTENT) &&
				!is_among(out, n, version))
				out[n++] = version;
		}
	}
	for (size_t i = 1; i < n; i++) /* few: by insertion */
		for (size_t j = i; j && hs_tx_version_cmp(out[j - 1], out[j]) > 0; j--) {
			struct hs_slice swap = out[j];
			out[j] = out[j - 1];
			out[j - 1] = swap;
		}
	return n;
}

struct hs_slice hs_tx_system_of_name(const struct tx_scope *scope, struct hs_slice name)
{
	for (size_t l = 0; l < scope->count; l++) {
		const struct tx_layer *layer = scope->layers[l];
		size_t lo = 0, hi = layer->names_count;
		while (lo < hi) {
			size_t mid = (lo + hi) / 2;
			if (hs_slice_cmp(tx_text(layer, layer->names[mid].name), name) < 0)
				lo = mid + 1;
			else
				hi = mid;
		}
		if (lo < layer->names_count && hs_slice_eq(tx_text(layer, layer->names[lo].name), name))
			return tx_text(layer, layer->names[lo].url);
	}
	return HS_S_NONE;
}

struct hs_slice hs_tx_vurl(struct hs_arena *arena, struct hs_slice url, struct hs_slice version)
{
	if (!version.len)
		return url;
	return HS_ARENA_JOIN(arena, url, HS_S("|"), version);
}
