/* SPDX-License-Identifier: Apache-2.0 */
/* Looks for equal items: by turns in short lists, by hash in long ones, so that distinct() of ten thousand
 * items does not take fifty million comparisons. */
#include <core/fhir/path/run.h>

#include <core/base/map.h>

#define SHORT 16u     /* items that are looked through one by one */
#define TREE_LEVELS 8 /* of a tree that count for its hash */

/* Only items of one class can be equal to each other in every case; a list of several is searched by turns.
 */
enum class { CLASS_NONE, CLASS_TEXT, CLASS_NUMBER, CLASS_TREE };

struct path_index {
	uint32_t *slots; /* 1 + position in the list; 0: free */
	uint32_t room;   /* a power of two */
	uint32_t indexed;
	enum class class; /* CLASS_NONE: of no use */
};

static enum class class_of(const struct hs_path_value *value) {
	switch (value->kind) {
		case HS_PATH_STRING : return CLASS_TEXT;
		case HS_PATH_INTEGER : case HS_PATH_LONG : case HS_PATH_DECIMAL : return CLASS_NUMBER;
		case HS_PATH_NODE : return CLASS_TREE;
		default : return CLASS_NONE;
	}
}

static uint64_t mix(uint64_t hash, uint64_t more)
{
	return (hash ^ more) * 0x9E3779B97F4A7C15u;
}

/* Equal trees have equal hashes: members in any order, numbers by value (so not at all). */
static uint64_t hash_tree(const struct hs_json *node, unsigned level)
{
	uint64_t hash = node->type;
	if (node->type == HS_JSON_STRING) {
		return hs_hash(hs_json_text(node));
	}
	if (node->type < HS_JSON_ARRAY || level == TREE_LEVELS) {
		return hash;
	}
	HS_JSON_EACH(item, node) {
		uint64_t one = hash_tree(item, level + 1);
		hash = node->type == HS_JSON_ARRAY ? mix(hash, one) :
						     hash + mix(hs_hash(hs_json_key(item)), one);
	}
	return hash;
}

static uint64_t hash_number(const struct hs_path_value *value)
{
	struct path_decimal number;
	if (!hs__path_number(value, &number)) {
		return hs_hash(value->text);
	}
	number = hs__path_decimal_trim(number);
	return mix(mix((uint64_t)number.coefficient, (uint64_t)(number.coefficient >> 64)),
		(uint64_t)number.scale);
}

static uint64_t hash_of(const struct hs_path_value *value)
{
	switch (class_of(value)) {
	case CLASS_TEXT:
		return hs_hash(value->text);
	case CLASS_NUMBER:
		return hash_number(value);
	default: {
		const struct hs_json *node = value->node ? value->node : value->shadow;
		return node ? hash_tree(node, 0) : 0;
	}
	}
}

static void insert(struct path_index *index, uint64_t hash, uint32_t position)
{
	uint32_t at = (uint32_t)(hash >> 32) & (index->room - 1);
	while (index->slots[at]) {
		at = (at + 1) & (index->room - 1);
	}
	index->slots[at] = position + 1;
}

/* Makes or extends the index; without memory for it the list is searched by turns. */
static void update(struct path_run *run, struct path_list *list)
{
	struct path_index *index = list->index;
	if (!index) {
		index = list->index = hs_arena_alloc(run->arena, sizeof(*index));
		if (!index) {
			return;
		}
		index->class = class_of(&list->items[0]);
	}
	if (index->class != CLASS_NONE && list->count * 2 > index->room) {
		uint32_t room = 64;
		while (room < list->count * 4) {
			room *= 2;
		}
		index->slots = hs_arena_array(run->arena, room, sizeof(*index->slots));
		index->room = room;
		index->indexed = 0;
	}
	index->class = index->slots ? index->class : CLASS_NONE;
	for (; index->class != CLASS_NONE && index->indexed < list->count; index->indexed++) {
		const struct hs_path_value *item = &list->items[index->indexed];
		if (class_of(item) != index->class) {
			index->class = CLASS_NONE;
		} else {
			insert(index, hash_of(item), index->indexed);
		}
	}
}

static enum hs_status probe(struct path_run *run, const struct path_list *list,
	const struct hs_path_value *value, bool *out)
{
	const struct path_index *index = list->index;
	uint32_t at = (uint32_t)(hash_of(value) >> 32) & (index->room - 1);
	for (; index->slots[at] && !*out; at = (at + 1) & (index->room - 1)) {
		int same = 0;
		enum hs_status status = hs__path_equal(run, &list->items[index->slots[at] - 1], value, &same);
		if (status) {
			return status;
		}
		*out = same == 1;
	}
	return HS_OK;
}

enum hs_status hs__path_found(struct path_run *run, struct path_list *list, const struct hs_path_value *value,
	bool *out)
{
	*out = false;
	if (list->count >= SHORT && ++list->searches > SHORT) {
		update(run, list);
		if (list->index && list->index->class != CLASS_NONE &&
			list->index->class == class_of(value)) {
			return probe(run, list, value, out);
		}
	}
	for (uint32_t i = 0; i < list->count && !*out; i++) {
		int same = 0;
		const struct hs_path_value *item = &list->items[i];
		/* Most lists are of strings, which need no more than this. */
		if (item->kind == HS_PATH_STRING && value->kind == HS_PATH_STRING &&
			item->text.len != value->text.len) {
			continue;
		}
		enum hs_status status = hs__path_equal(run, item, value, &same);
		if (status) {
			return status;
		}
		*out = same == 1;
	}
	return HS_OK;
}

enum hs_status hs__path_push_new(struct path_run *run, struct path_list *list,
	const struct hs_path_value *value)
{
	bool found;
	enum hs_status status = hs__path_found(run, list, value, &found);
	return status || found ? status : hs__path_push(run, list, value);
}
