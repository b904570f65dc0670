/* SPDX-License-Identifier: Apache-2.0 */
/* What a cache holds: parts of compiled resources; the new ones are found, and joined with those there. */
#include "kept.h"

#include "../catalogue.h"
#include "compile.h"
#include "memory.h"

#include <handslag/service.h>

#define TEXTS_MAX ((size_t)64 << 20) /* bytes of a cache */
#define ITEMS_MAX ((size_t)20000)    /* resources of a cache */
#define ARENA ((size_t)1 << 30)

/* Two hashes tell whether a resource is here already: of its type, URL and version, and of its text. */
struct item {
	uint64_t name, text;
};

/* ---- references ---- */

void hs_tx_kept_part_unref(struct tx_kept_part *part)
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
		hs_tx_kept_part_unref(kept->parts[i]);
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

struct tx_kept *hs_tx_kept_new(const struct tx_kept *of, size_t count)
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

size_t hs_tx_kept_count(const struct tx_kept_part *part)
{
	return part->items.len / sizeof(struct item);
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

	for (size_t i = hs_tx_kept_count(part); i-- > 0;)
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

struct tx_kept_part *hs_tx_kept_part_collect(const struct tx_kept *kept, const struct hs_json *input)
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
	hs_tx_kept_part_unref(part);
	return NULL;
}

/* ---- compiling ---- */

enum hs_status hs_tx_kept_part_compile(struct tx_kept_part *part, bool swedish, struct hs_error *err)
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
		status = hs_tx_kept_part_compile(part, swedish, err);
	if (status)
		hs_tx_kept_part_unref(part);
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

enum hs_status hs_tx_kept_grow(const struct tx_kept *kept, struct tx_kept_part *part, struct tx_kept **out,
	bool swedish, struct hs_error *err)
{
	size_t left = kept->count;
	enum hs_status status = fits(kept, part) ? HS_OK : too_much(swedish, err);

	while (status == HS_OK && left &&
		(left == TX_KEPT_PARTS ||
			hs_tx_kept_count(kept->parts[left - 1]) < 2 * hs_tx_kept_count(part))) {
		struct tx_kept_part *joined = NULL;
		status = join(kept->parts[--left], part, &joined, swedish, err);
		if (status)
			break;
		hs_tx_kept_part_unref(part);
		part = joined;
	}
	if (status) {
		hs_tx_kept_part_unref(part);
		return status;
	}
	*out = hs_tx_kept_new(kept, left);
	(*out)->parts[(*out)->count++] = part;
	return HS_OK;
}
