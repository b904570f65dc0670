/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of values, limits and errors of an evaluation. */
#include <core/fhir/path/run.h>

#include <stdarg.h>
#include <stdio.h>

enum hs_status hs__path_full(struct path_run *run)
{
	return hs_fail(run->err, HS_E_LIMIT, "the evaluation needs more memory than it may take");
}

enum hs_status hs__path_fault(struct path_run *run, const struct path_node *node, const char *format, ...)
{
	char text[240];
	va_list args;
	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	hs_fail(run->err, HS_E_PROCESSING, "%s", text);
	if (node) {
		hs__path_place(run->text, node->at, run->err);
	}
	return HS_E_PROCESSING;
}

enum hs_status hs__path_tick(struct path_run *run)
{
	if (run->steps == 0) {
		return hs_fail(run->err, HS_E_TOO_COSTLY, "the expression takes too many steps");
	}
	run->steps--;
	return HS_OK;
}

struct path_mark hs__path_mark(const struct path_run *run)
{
	return (struct path_mark) { hs_arena_mark(run->arena), run->lasting };
}

void hs__path_rollback(const struct path_run *run, struct path_mark mark)
{
	if (run->lasting == mark.lasting) {
		hs_arena_rollback(run->arena, mark.arena);
	}
}

static enum hs_status grow(struct path_run *run, struct path_list *list)
{
	size_t room = list->room ? (size_t)list->room * 2 : 4;
	size_t old = list->count * sizeof(*list->items);
	size_t size = room * sizeof(*list->items);
	if (room > UINT32_MAX) {
		return hs__path_full(run);
	}
	struct hs_path_value *items = list->moved ? hs_arena_grow(run->arena, list->items, old, size) :
						    hs_arena_raw(run->arena, size);
	if (!items) {
		return hs__path_full(run);
	}
	if (!list->moved && old) {
		memcpy(items, list->items, old);
	}
	list->items = items;
	list->room = (uint32_t)room;
	list->moved = true;
	return HS_OK;
}

enum hs_status hs__path_push(struct path_run *run, struct path_list *list, const struct hs_path_value *value)
{
	if (list->tally) {
		list->count++;
		return HS_OK;
	}
	if (list->count == list->room) {
		struct hs_path_value copy = *value; /* it may be an item of this very list */
		enum hs_status status = grow(run, list);
		if (status) {
			return status;
		}
		list->items[list->count++] = copy;
		return HS_OK;
	}
	list->items[list->count++] = *value;
	return HS_OK;
}

enum hs_status hs__path_push_all(struct path_run *run, struct path_list *list, const struct path_list *more)
{
	for (uint32_t i = 0; i < more->count; i++) {
		enum hs_status status = hs__path_push(run, list, &more->items[i]);
		if (status) {
			return status;
		}
	}
	return HS_OK;
}

enum hs_status hs__path_push_boolean(struct path_run *run, struct path_list *list, bool value)
{
	return hs__path_push(run, list,
		&(struct hs_path_value) { .kind = HS_PATH_BOOLEAN, .boolean = value });
}

enum hs_status hs__path_push_integer(struct path_run *run, struct path_list *list, int64_t value)
{
	return hs__path_push(run, list,
		&(struct hs_path_value) { .kind = HS_PATH_INTEGER, .integer = value });
}

enum hs_status hs__path_push_whole(struct path_run *run, struct path_list *list, struct path_decimal value,
	bool wide)
{
	struct hs_path_value whole = { .kind = wide ? HS_PATH_LONG : HS_PATH_INTEGER };
	bool fits = hs__path_decimal_i64(value, &whole.integer) && (wide || hs__path_decimal_is_short(value));
	return fits ? hs__path_push(run, list, &whole) : HS_OK;
}

enum hs_status hs__path_push_decimal(struct path_run *run, struct path_list *list, struct path_decimal value)
{
	return hs__path_push_text(run, list, HS_PATH_DECIMAL, hs__path_decimal_print(run->arena, value));
}

enum hs_status hs__path_push_text(struct path_run *run, struct path_list *list, enum hs_path_kind kind,
	struct hs_slice text)
{
	if (!text.ptr) {
		return hs__path_full(run);
	}
	return hs__path_push(run, list, &(struct hs_path_value) { .kind = (uint8_t)kind, .text = text });
}

enum hs_status hs__path_boolean(struct path_run *run, const struct path_node *node,
	const struct path_list *list, int *out)
{
	if (list->count > 1) {
		return hs__path_fault(run, node, "one boolean is expected here, found %u items", list->count);
	}
	*out = list->count == 0 ? -1 : list->items[0].kind == HS_PATH_BOOLEAN ? list->items[0].boolean : 1;
	return HS_OK;
}
