/* SPDX-License-Identifier: Apache-2.0 */
/* Resources that clients have sent once: caches of a sandbox, each a row of compiled parts. */
#include "kept.h"

#include "../catalogue.h"
#include "../state.h"
#include "memory.h"

#define CACHES_MAX 32u               /* of a sandbox */
#define TEXTS_MAX ((size_t)64 << 20) /* bytes of a cache */
#define ITEMS_MAX ((size_t)20000)    /* resources of a cache */
#define ARENA ((size_t)1 << 30)

struct tx_cache {
	char id[65];
	bool sealed;
	int64_t used_ms;
	struct tx_kept *kept; /* never NULL */
	struct tx_cache *next;
};

/* Two hashes tell whether a resource is here already: of its type, URL and version, and of its text. */
struct item {
	uint64_t name, text;
};

/* ---- references ---- */

static void unref_part(struct tx_kept_part *part)
{
	if (!part || atomic_fetch_sub(&part->refs, 1) != 1)
		return;
	hs_tx_layer_fini(&part->layer);
	hs_buf_free(&part->texts);
	hs_buf_free(&part->items);
	hs_tx_memory_free(part);
}

void hs_tx_kept_unref(void *arg)
{
	struct tx_kept *kept = arg;

	if (!kept || atomic_fetch_sub(&kept->refs, 1) != 1)
		return;
	for (size_t i = 0; i < kept->count; i++)
		unref_part(kept->parts[i]);
	hs_tx_memory_free(kept);
}

static struct tx_kept_part *new_part(void)
{
	struct tx_kept_part *part = hs_tx_memory(sizeof(*part));

	atomic_init(&part->refs, 1);
	hs_buf_init(&part->texts, NULL, TEXTS_MAX);
	hs_buf_init(&part->items, NULL, ITEMS_MAX * sizeof(struct item));
	return part;
}

/* The first `count` parts of `of` (NULL: none). */
static struct tx_kept *new_kept(const struct tx_kept *of, size_t count)
{
	struct tx_kept *kept = hs_tx_memory(sizeof(*kept));

	atomic_init(&kept->refs, 1);
	for (size_t i = 0; i < count; i++) {
		kept->parts[i] = of->parts[i];
		atomic_fetch_add(&kept->parts[i]->refs, 1);
	}
	kept->count = count;
	return kept;
}

static size_t count_of(const struct tx_kept_part *part)
{
	return part->items.len / sizeof(struct item);
}

/* ---- the caches of a sandbox, under its lock ---- */

static struct tx_cache **place_of(struct tx_sandbox *sandbox, struct hs_slice id)
{
	struct tx_cache **at = &sandbox->caches;

	while (*at && !hs_slice_eq(hs_slice_cstr((*at)->id), id))
		at = &(*at)->next;
	return at;
}

static void forget(struct tx_cache **at)
{
	struct tx_cache *cache = *at;

	*at = cache->next;
	hs_tx_kept_unref(cache->kept);
	hs_tx_memory_free(cache);
}

/* The clock of a sandbox may be set back; what was used later than now was not idle. */
static int64_t idle_ms(const struct tx_cache *cache, int64_t now_ms)
{
	return now_ms > cache->used_ms ? now_ms - cache->used_ms : 0;
}

static void sweep(struct tx_sandbox *sandbox, int64_t now_ms)
{
	for (struct tx_cache **at = &sandbox->caches; *at;) {
		if (idle_ms(*at, now_ms) > TX_KEPT_IDLE_SECONDS * INT64_C(1000))
			forget(at);
		else
			at = &(*at)->next;
	}
}

static void make_room(struct tx_sandbox *sandbox)
{
	struct tx_cache **oldest = &sandbox->caches;
	size_t count = 0;

	for (struct tx_cache **at = &sandbox->caches; *at; at = &(*at)->next) {
		count++;
		if ((*at)->used_ms < (*oldest)->used_ms)
			oldest = at;
	}
	if (count >= CACHES_MAX)
		forget(oldest);
}

static bool is_id(struct hs_slice id)
{
	for (size_t i = 0; i < id.len; i++) {
		char c = id.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.' && c != '_' && c != ':')
			return false;
	}
	return id.len > 0 && id.len < sizeof((struct tx_cache *)0)->id;
}

bool hs_tx_kept_make(struct tx_sandbox *sandbox, struct hs_slice id, bool sealed, int64_t now_ms)
{
	if (!is_id(id))
		return false;
	struct tx_cache *cache = hs_tx_memory(sizeof(*cache));
	memcpy(cache->id, id.ptr, id.len);
	cache->sealed = sealed;
	cache->used_ms = now_ms;
	cache->kept = new_kept(NULL, 0);
	pthread_mutex_lock(&sandbox->lock);
	sweep(sandbox, now_ms);
	if (*place_of(sandbox, id)) { /* somebody else was first */
		forget(&cache);
	} else {
		make_room(sandbox);
		cache->next = sandbox->caches;
		sandbox->caches = cache;
	}
	pthread_mutex_unlock(&sandbox->lock);
	return true;
}

/* The cache, used now; NULL when there is none. */
static struct tx_cache *use(struct tx_sandbox *sandbox, struct hs_slice id, int64_t now_ms)
{
	sweep(sandbox, now_ms);
	struct tx_cache *cache = *place_of(sandbox, id);
	if (cache)
		cache->used_ms = now_ms;
	return cache;
}

struct tx_kept *hs_tx_kept_get(struct tx_sandbox *sandbox, struct hs_slice id, int64_t now_ms)
{
	pthread_mutex_lock(&sandbox->lock);
	struct tx_cache *cache = use(sandbox, id, now_ms);
	struct tx_kept *kept = cache ? cache->kept : NULL;
	if (kept)
		atomic_fetch_add(&kept->refs, 1);
	pthread_mutex_unlock(&sandbox->lock);
	return kept;
}

bool hs_tx_kept_tell(struct tx_sandbox *sandbox, struct hs_slice id, int64_t now_ms,
	struct tx_kept_state *out)
{
	pthread_mutex_lock(&sandbox->lock);
	sweep(sandbox, now_ms);
	const struct tx_cache *there = *place_of(sandbox, id);
	if (there) {
		*out = (struct tx_kept_state) { there->sealed, 0, idle_ms(there, now_ms) };
		for (size_t i = 0; i < there->kept->count; i++)
			out->resources += count_of(there->kept->parts[i]);
		use(sandbox, id, now_ms);
	}
	pthread_mutex_unlock(&sandbox->lock);
	return there != NULL;
}

void hs_tx_kept_end(struct tx_sandbox *sandbox, struct hs_slice id)
{
	pthread_mutex_lock(&sandbox->lock);
	struct tx_cache **at = place_of(sandbox, id);
	if (*at)
		forget(at);
	pthread_mutex_unlock(&sandbox->lock);
}

void hs_tx_kept_end_all(struct tx_sandbox *sandbox)
{
	while (sandbox->caches)
		forget(&sandbox->caches);
}

/* ---- what is new ---- */

static uint64_t hash(uint64_t h, struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		h = (h ^ (unsigned char)text.ptr[i]) * UINT64_C(1099511628211);
	return h;
}

static struct item describe(const struct hs_json *resource, struct hs_slice text)
{
	uint64_t name = hash(UINT64_C(14695981039346656037),
		hs_json_get_text(resource, HS_S("resourceType")));

	name = hash(hash(name, HS_S("\n")), hs_json_get_text(resource, HS_S("url")));
	name = hash(hash(name, HS_S("\n")), hs_json_get_text(resource, HS_S("version")));
	return (struct item) { name, hash(UINT64_C(14695981039346656037), text) };
}

/* Whether the part has the resource: 1 in the same words, -1 in others, 0 not at all. */
static int has_item(const struct tx_kept_part *part, struct item wanted)
{
	const struct item *items = (const void *)part->items.ptr;

	for (size_t i = count_of(part); i-- > 0;)
		if (items[i].name == wanted.name)
			return items[i].text == wanted.text ? 1 : -1;
	return 0;
}

static bool is_known(const struct tx_kept *kept, const struct tx_kept_part *own, struct item wanted)
{
	int has = has_item(own, wanted);

	for (size_t i = kept->count; i-- > 0 && !has;)
		has = has_item(kept->parts[i], wanted);
	return has > 0;
}

static bool is_in(const char *const *names, struct hs_slice name)
{
	for (; *names; names++)
		if (hs_slice_eq(hs_slice_cstr(*names), name))
			return true;
	return false;
}

static bool is_of_use(const struct hs_json *parameter, const struct hs_json *resource)
{
	static const char *const names[] = { "tx-resource", "valueSet", "codeSystem", "conceptMap", NULL };
	static const char *const types[] = { "CodeSystem", "ValueSet", "ConceptMap", "NamingSystem", NULL };

	return is_in(names, hs_json_get_text(parameter, HS_S("name"))) &&
		is_in(types, hs_json_get_text(resource, HS_S("resourceType")));
}

/* A part with the texts of what is new; without any it is given up: NULL. */
static struct tx_kept_part *collect(const struct tx_kept *kept, const struct hs_json *input)
{
	struct tx_kept_part *part = new_part();
	struct hs_buf text;

	hs_buf_init(&text, NULL, TEXTS_MAX);
	HS_JSON_EACH(parameter, hs_json_get(input, HS_S("parameter"))) {
		const struct hs_json *resource = hs_json_get(parameter, HS_S("resource"));
		if (!is_of_use(parameter, resource))
			continue;
		hs_buf_clear(&text);
		hs_json_write(&text, resource, 0);
		struct item item = describe(resource, hs_buf_slice(&text));
		if (is_known(kept, part, item))
			continue;
		hs_buf_add(&part->texts, hs_buf_slice(&text));
		hs_buf_byte(&part->texts, '\n');
		hs_buf_add(&part->items, hs_slice((const char *)&item, sizeof(item)));
	}
	hs_buf_free(&text);
	if (part->items.len)
		return part;
	unref_part(part);
	return NULL;
}

/* ---- compiling ---- */

static enum hs_status compile_texts(struct tx_kept_part *part, bool swedish, struct hs_error *err)
{
	struct tx_compile *compile = hs_tx_compile_new(0);
	struct hs_arena *arena = hs_arena_new(ARENA);
	struct hs_slice rest = hs_buf_slice(&part->texts);
	struct hs_image *image = NULL;
	enum hs_status status = HS_OK;

	hs_tx_compile_speak(compile, swedish);
	while (rest.len && status == HS_OK) {
		struct hs_json *tree = NULL;
		status = hs_json_parse(arena, hs_slice_cut(&rest, '\n'), NULL, &tree, err);
		if (status == HS_OK)
			status = hs_tx_compile_add(compile, tree, HS_ON_R4 | HS_ON_R5, NULL, err);
		hs_arena_reset(arena);
	}
	if (status == HS_OK)
		status = hs_tx_compile_finish(compile, &image, err);
	if (status == HS_OK)
		hs_tx_layer_init(&part->layer, image);
	hs_arena_free(arena);
	hs_tx_compile_free(compile);
	return status;
}

static enum hs_status too_much(bool swedish, struct hs_error *err)
{
	char mebibytes[24], items[24];

	return hs_tx_say(err, HS_E_LIMIT, swedish, TX_MSG_OWN_CACHE_FULL, HS_S("tx-resource"),
		TX_ARGS(hs_tx_digits(TEXTS_MAX >> 20, mebibytes), hs_tx_digits(ITEMS_MAX, items)));
}

/* `older` and `newer` as one; the later of two with the same name is found. */
static enum hs_status join(const struct tx_kept_part *older, const struct tx_kept_part *newer,
	struct tx_kept_part **out, bool swedish, struct hs_error *err)
{
	struct tx_kept_part *part = new_part();
	enum hs_status status = HS_OK;

	hs_buf_add(&part->texts, hs_buf_slice(&older->texts));
	hs_buf_add(&part->texts, hs_buf_slice(&newer->texts));
	hs_buf_add(&part->items, hs_buf_slice(&older->items));
	hs_buf_add(&part->items, hs_buf_slice(&newer->items));
	if (part->texts.overflow || part->items.overflow)
		status = too_much(swedish, err);
	if (status == HS_OK)
		status = compile_texts(part, swedish, err);
	if (status)
		unref_part(part);
	else
		*out = part;
	return status;
}

static bool fits(const struct tx_kept *kept, const struct tx_kept_part *part)
{
	size_t bytes = part->texts.len, items = part->items.len;

	for (size_t i = 0; i < kept->count; i++) {
		bytes += kept->parts[i]->texts.len;
		items += kept->parts[i]->items.len;
	}
	return !part->texts.overflow && !part->items.overflow && bytes <= TEXTS_MAX &&
		items <= ITEMS_MAX * sizeof(struct item);
}

/* `kept` with `part`, which is taken over, as its newest; small parts are joined on the way. */
static enum hs_status grow(const struct tx_kept *kept, struct tx_kept_part *part, struct tx_kept **out,
	bool swedish, struct hs_error *err)
{
	size_t left = kept->count;
	enum hs_status status = fits(kept, part) ? HS_OK : too_much(swedish, err);

	while (status == HS_OK && left &&
		(left == TX_KEPT_PARTS || count_of(kept->parts[left - 1]) < 2 * count_of(part))) {
		struct tx_kept_part *joined = NULL;
		status = join(kept->parts[--left], part, &joined, swedish, err);
		if (status)
			break;
		unref_part(part);
		part = joined;
	}
	if (status) {
		unref_part(part);
		return status;
	}
	*out = new_kept(kept, left);
	(*out)->parts[(*out)->count++] = part;
	return HS_OK;
}

/* ---- adding ---- */

/* What a cache that may grow holds now; NULL: there is none, or it is sealed. */
static struct tx_kept *take(struct tx_sandbox *sandbox, struct hs_slice id, bool first)
{
	struct tx_kept *kept = NULL;

	pthread_mutex_lock(&sandbox->lock);
	const struct tx_cache *cache = *place_of(sandbox, id);
	if (cache && (first || !cache->sealed)) {
		kept = cache->kept;
		atomic_fetch_add(&kept->refs, 1);
	}
	pthread_mutex_unlock(&sandbox->lock);
	return kept;
}

/* Puts `after` in the place of `before`; false when something else stands there by now. */
static bool put(struct tx_sandbox *sandbox, struct hs_slice id, struct tx_kept *before, struct tx_kept *after)
{
	pthread_mutex_lock(&sandbox->lock);
	struct tx_cache *cache = *place_of(sandbox, id);
	bool same = cache && cache->kept == before;
	if (same)
		cache->kept = after;
	pthread_mutex_unlock(&sandbox->lock);
	hs_tx_kept_unref(same ? before : after); /* the cache's reference changes hands */
	return same || !cache;
}

enum hs_status hs_tx_kept_add(struct tx_sandbox *sandbox, struct hs_slice id, const struct hs_json *input,
	const struct tx_layer *layer, struct tx_kept_way way, struct hs_error *err)
{
	enum hs_status status = HS_OK;
	bool done = false;

	/* Compiled without the lock; whoever comes second begins again from what the first has left. */
	while (!done && status == HS_OK) {
		struct tx_kept *before = take(sandbox, id, way.first), *after = NULL;
		struct tx_kept_part *part = before ? collect(before, input) : NULL;
		if (part && layer)
			hs_tx_layer_share(&part->layer, layer);
		else if (part)
			status = compile_texts(part, way.swedish, err);
		if (part && status == HS_OK)
			status = grow(before, part, &after, way.swedish, err);
		else
			unref_part(part);
		done = !after || put(sandbox, id, before, after);
		hs_tx_kept_unref(before);
	}
	return status;
}
