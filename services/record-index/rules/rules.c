/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that hold for every pointer: the patient's identifier is one, and what a pointer is about stays. */
#include "../record_index.h"

#include <handslag/identifier.h>

static void check_identifier(const struct hs_json *identifier, struct hs_slice path, struct hs_issues *issues)
{
	const struct hs_identifier_system *system = hs_identifier_system(hs_json_get_text(identifier,
		HS_S("system")));
	struct hs_slice value = hs_json_get_text(identifier, HS_S("value"));
	struct hs_error err;

	if (system && value.len && hs_identifier_check(system->kind, value, &err) != HS_OK)
		hs_issue_add(issues, HS_SEVERITY_ERROR, "value", path, "%s.", err.text);
}

void hs_record_index_check_patient(const struct hs_write_event *event, struct hs_issues *issues)
{
	const struct hs_json *context = hs_json_get(event->resource, HS_S("context"));
	const struct hs_json *source = hs_json_get(context, HS_S("sourcePatientInfo"));
	const struct hs_json *subject = hs_json_get(event->resource, HS_S("subject"));
	const struct hs_json *custodian = hs_json_get(event->resource, HS_S("custodian"));
	size_t index = 0;

	check_identifier(hs_json_get(subject, HS_S("identifier")),
		HS_S("DocumentReference.subject.identifier.value"), issues);
	check_identifier(hs_json_get(custodian, HS_S("identifier")),
		HS_S("DocumentReference.custodian.identifier.value"), issues);
	check_identifier(hs_json_get(source, HS_S("identifier")),
		HS_S("DocumentReference.context.sourcePatientInfo.identifier.value"), issues);
	HS_JSON_EACH(contained, hs_json_get(event->resource, HS_S("contained"))) {
		struct hs_slice path = hs_arena_printf(event->arena,
			"DocumentReference.contained[%zu].identifier.value", index++);
		HS_JSON_EACH(identifier, hs_json_get(contained, HS_S("identifier"))) {
			check_identifier(identifier, path, issues);
		}
	}
}

void hs_record_index_check_immutable(const struct hs_write_event *event, const char *elements,
	struct hs_issues *issues)
{
	struct hs_slice list = hs_slice_cstr(elements);
	struct hs_json *old = NULL;
	struct hs_error ignored;

	if (!event->before || list.len == 0 ||
		hs_json_parse(event->arena, event->before->body, NULL, &old, &ignored) != HS_OK)
		return;
	while (list.ptr) {
		struct hs_slice name = hs_slice_cut(&list, ' ');
		const struct hs_json *was = hs_json_get(old, name), *is = hs_json_get(event->resource, name);
		if (name.len == 0 || !was || (is && hs_json_equal(was, is)))
			continue;
		hs_issue_add(issues, HS_SEVERITY_ERROR, "business-rule",
			hs_arena_printf(event->arena, "DocumentReference.%.*s", HS_S_ARG(name)),
			"'%.*s' of a pointer does not change; register a new pointer that replaces this one "
			"(relatesTo.code 'replaces').",
			HS_S_ARG(name));
	}
}
