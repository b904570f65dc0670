/* SPDX-License-Identifier: Apache-2.0 */
/* No object has two members of one name: a filter of 64 bits for small objects, a hash table for large ones.
 */
#include <core/json/parser.h>

#include <core/base/heap.h>
#include <core/base/map.h>

/* From here on comparing each with each would cost more than a table. */
#define MANY 32u

static bool same_name(const struct hs_json *a, const struct hs_json *b)
{
	return a->key_len == b->key_len && memcmp(a->key, b->key, a->key_len) == 0;
}

/* One bit of 64 for a name, from its length and three of its bytes. */
static inline uint64_t bit_of(const struct hs_json *member)
{
	const unsigned char *name = (const unsigned char *)member->key;
	unsigned len = member->key_len;
	if (len == 0)
		return 1;
	unsigned mix = name[0] + name[len - 1] * 7u + name[len / 2] * 31u + len * 3u;
	return UINT64_C(1) << (mix & 63);
}

static struct hs_json *twice_of_few(const struct hs_json *object)
{
	uint64_t seen = 0;
	struct hs_json *first = hs_json_first(object);
	for (struct hs_json *member = first; member; member = hs_json_next(member)) {
		uint64_t bit = bit_of(member);
		if (seen & bit) {
			for (const struct hs_json *other = first; other != member; other = other->next)
				if (same_name(other, member))
					return member;
		}
		seen |= bit;
	}
	return NULL;
}

/* The table is seeded, so that nobody can prepare names that fall into one place. */
static struct hs_json *twice_of_many(const struct hs_json *object)
{
	struct hs_map names;
	struct hs_json *found = NULL;
	hs_map_init(&names, NULL);
	names.seed = hs_hash_secret();
	for (struct hs_json *member = hs_json_first(object); member && !found;
		member = hs_json_next(member)) {
		bool fresh;
		hs_map_put(&names, hs_json_key(member), &fresh);
		found = fresh ? NULL : member;
	}
	hs_map_free(&names);
	return found;
}

struct hs_json *hs__json_twice(const struct hs_json *object)
{
	return object->len < MANY ? twice_of_few(object) : twice_of_many(object);
}

bool hs__json_check_names(struct hs__json_parser *parser, const struct hs_json *object)
{
	const struct hs_json *member = hs__json_twice(object);
	return !member || hs__json_fail_twice(parser, member);
}
