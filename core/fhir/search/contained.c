/* SPDX-License-Identifier: Apache-2.0 */
/* Contained resources as resources of their own (R4 section 3.1.1.5.5): their entries have the numbers of
 * their type's parameters with a mark, so that no search finds them that does not mean them. */
#include <core/fhir/search/search_private.h>

#define CONTAINED_MAX 1000u /* of one resource */

static uint32_t number_inside(void *arg, unsigned space, struct hs_slice text)
{
	const struct hs_numbering *plain = arg;
	uint32_t number = plain->number(plain->arg, space, text);
	return space == HS_SPACE_PARAM && number ? number | HS_PARAM_CONTAINED : number;
}

struct hs_numbering hs_search_inside(const struct hs_numbering *plain)
{
	return (struct hs_numbering) { number_inside, (void *)(uintptr_t)plain };
}

const struct hs_numbering *hs__search_plain(const struct hs_numbering *numbers)
{
	return numbers->number == number_inside ? numbers->arg : numbers;
}

uint32_t hs__search_contained_type(const struct hs_numbering *numbers, const struct hs_json *container,
	struct hs_slice id)
{
	HS_JSON_EACH(item, hs_json_get(container, HS_S("contained"))) {
		struct hs_slice type = hs_json_get_text(item, HS_S("resourceType"));
		if (hs_slice_eq(hs_json_get_text(item, HS_S("id")), id) && type.len)
			return numbers->number(numbers->arg, HS_SPACE_TYPE, type);
	}
	return 0;
}

enum hs_status hs_search_contained(const struct hs_search_work *work, const struct hs_json *container,
	struct hs_slice base, struct hs_contained **out, size_t *count, struct hs_error *err)
{
	const struct hs_json *list = hs_json_get(container, HS_S("contained"));
	struct hs_numbering inside = hs_search_inside(work->numbers);
	struct hs_search_work inner = { work->rules, &inside, work->arena };
	size_t room = hs_json_count(list), made = 0;
	struct hs_contained *items;
	*out = NULL;
	*count = 0;
	if (!list || !hs_json_is(list, HS_JSON_ARRAY) || room == 0)
		return HS_OK;
	if (room > CONTAINED_MAX)
		return hs_fail(err, HS_E_LIMIT, "a resource may contain %u others at most", CONTAINED_MAX);
	items = hs_arena_array(work->arena, room, sizeof(*items));
	if (!items)
		return hs_fail(err, HS_E_LIMIT, "the resource has more to index than is allowed here");
	HS_JSON_EACH(item, list) {
		struct hs_contained *contained = &items[made];
		struct hs_index_row *rows = NULL;
		contained->id = hs_json_get_text(item, HS_S("id"));
		contained->type = work->numbers->number(work->numbers->arg, HS_SPACE_TYPE,
			hs_json_get_text(item, HS_S("resourceType")));
		bool again = hs__search_contained_type(work->numbers, container, contained->id) == 0;
		for (size_t i = 0; i < made; i++)
			again = again || hs_slice_eq(items[i].id, contained->id);
		/* What has no id cannot be told from others, and is told to whoever stores it. */
		if (again || !contained->id.len || !contained->type || contained->type >= HS_TYPE_CONTAINED)
			continue;
		enum hs_status status = hs_search_extract(&inner, item, base, &rows, &contained->index_count,
			err);
		if (status)
			return status;
		contained->index = rows;
		made++;
	}
	*out = items;
	*count = made;
	return HS_OK;
}
