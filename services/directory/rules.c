/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that hold for every entry of the directory, whatever profile it claims. */
#include "directory.h"

#include <handslag/identifier.h>
#include <handslag/time.h>

#include <stdlib.h>

static struct hs_slice path_of(const struct hs_write_event *event, struct hs_slice element)
{
	return hs_arena_printf(event->arena, "%.*s.%.*s", HS_S_ARG(event->type), HS_S_ARG(element));
}

static void check_identifier(const struct hs_write_event *event, const struct hs_json *identifier,
	size_t index, struct hs_issues *issues)
{
	const struct hs_identifier_system *system = hs_identifier_system(hs_json_get_text(identifier,
		HS_S("system")));
	struct hs_slice value = hs_json_get_text(identifier, HS_S("value"));
	struct hs_error err;
	if (system && value.len && hs_identifier_check(system->kind, value, &err) != HS_OK) {
		hs_issue_add(issues, HS_SEVERITY_ERROR, "value",
			path_of(event, hs_arena_printf(event->arena, "identifier[%zu].value", index)), "%s.",
			err.text);
	}
}

void hs_directory_check_identifiers(const struct hs_write_event *event, struct hs_issues *issues)
{
	size_t index = 0;
	HS_JSON_EACH(identifier, hs_json_get(event->resource, HS_S("identifier"))) {
		check_identifier(event, identifier, index++, issues);
	}
}

void hs_directory_check_periods(const struct hs_write_event *event, struct hs_issues *issues)
{
	const struct hs_json *period = hs_json_get(event->resource, HS_S("period"));
	struct hs_time start, end;
	if (hs_time_parse(hs_json_get_text(period, HS_S("start")), 0, &start) &&
		hs_time_parse(hs_json_get_text(period, HS_S("end")), 0, &end) && end.hi <= start.lo) {
		hs_issue_add(issues, HS_SEVERITY_ERROR, "invariant", path_of(event, HS_S("period")),
			"The period ends before it starts; end must not be earlier than start.");
	}
}

static void check_degrees(const struct hs_write_event *event, const struct hs_json *position,
	struct hs_slice name, double limit, struct hs_issues *issues)
{
	struct hs_slice number = hs_json_text(hs_json_get(position, name));
	const char *text = hs_arena_cstr(event->arena, number);
	if (number.len == 0 || !text) {
		return;
	}
	double degrees = strtod(text, NULL);
	if (degrees < -limit || degrees > limit) {
		hs_issue_add(issues, HS_SEVERITY_ERROR, "value",
			hs_arena_printf(event->arena, "Location.position.%.*s", HS_S_ARG(name)),
			"A %.*s lies between -%.0f and %.0f degrees (WGS 84).", HS_S_ARG(name), limit, limit);
	}
}

void hs_directory_check_position(const struct hs_write_event *event, struct hs_issues *issues)
{
	const struct hs_json *position = hs_json_get(event->resource, HS_S("position"));
	check_degrees(event, position, HS_S("latitude"), 90, issues);
	check_degrees(event, position, HS_S("longitude"), 180, issues);
}

/* The id of a reference to a resource of the same type in this store, or empty. */
static struct hs_slice parent_of(const struct hs_json *resource, struct hs_slice type)
{
	struct hs_reference ref;
	struct hs_slice text = hs_json_get_text(hs_json_get(resource, HS_S("partOf")), HS_S("reference"));
	if (text.len == 0 || !hs_reference_parse(text, &ref) || ref.base.len ||
		!hs_slice_eq(ref.type, type)) {
		return HS_S_NONE;
	}
	return ref.id;
}

#define HIERARCHY_DEPTH 64

void hs_directory_check_hierarchy(const struct hs_write_event *event, struct hs_issues *issues)
{
	struct hs_slice parent = parent_of(event->resource, event->type);
	uint32_t number = hs_txn_number(event->txn, HS_SPACE_TYPE, event->type, false);
	for (int depth = 0; parent.len; depth++) {
		if (hs_slice_eq(parent, event->id) || depth == HIERARCHY_DEPTH) {
			hs_issue_add(issues, HS_SEVERITY_ERROR, "business-rule",
				path_of(event, HS_S("partOf")),
				"This %.*s would be part of itself; a hierarchy has no loops and at most %d "
				"levels.",
				HS_S_ARG(event->type), HIERARCHY_DEPTH);
			return;
		}
		struct hs_resource above;
		struct hs_json *tree;
		struct hs_error ignored;
		if (number == 0 ||
			hs_txn_get(event->txn, event->arena, number, parent, &above, &ignored) != HS_OK ||
			hs_json_parse(event->arena, above.body, NULL, &tree, &ignored) != HS_OK) {
			return; /* a parent that is not here yet can make no loop */
		}
		parent = parent_of(tree, event->type);
	}
}
