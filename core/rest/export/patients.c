/* SPDX-License-Identifier: Apache-2.0 */
/* Whose resources an export takes: patients by name, the members of a group, or some of these. */
#include <core/rest/export/plan.h>

#define MEMBERS_MAX 1000000u
#define BODY_MAX ((size_t)256 << 20)

static enum hs_status add_patient(struct hs__export_making *m, struct hs_slice reference,
	struct hs_error *err)
{
	struct hs_reference parsed;

	if (!hs_reference_parse(reference, &parsed) || !hs_slice_eq(parsed.type, HS_S("Patient")) ||
		!hs_id_valid(parsed.id))
		return hs_fail(err, HS_E_VALUE, "patient=%.*s: it is a reference such as Patient/123",
			HS_S_ARG(hs_slice_first(reference, 100)));
	struct hs_slice id = hs_arena_copy(m->plan->arena, parsed.id);
	if (m->plan->patients.count == MEMBERS_MAX || !id.len || !hs_map_put(&m->plan->patients, id, NULL))
		return hs_fail(err, HS_E_TOO_COSTLY, "an export takes at most %u patients by name",
			MEMBERS_MAX);
	m->plan->some_patients = true;
	return HS_OK;
}

/* Somebody who is asked for by name must be here when the export is asked for (Bulk Data Access 2.0,
 * parameter `patient`); a job that begins anew takes who was. */
static enum hs_status find_patient(const struct hs__export_making *m, struct hs_slice reference,
	struct hs_error *err)
{
	uint32_t number = hs_rest_type_number(m->plan->env.sandbox, HS_S("Patient"));
	struct hs_reference parsed = { .base = HS_S_NONE };
	struct hs_resource patient;

	if (m->ask->seq || !hs_reference_parse(reference, &parsed))
		return HS_OK;
	struct hs_arena *arena = hs_arena_new(BODY_MAX);
	enum hs_status status = hs_txn_get(m->txn, arena, number, parsed.id, &patient, err);
	hs_arena_free(arena);
	return status == HS_E_NOT_FOUND || status == HS_E_DELETED ?
		hs_fail(err, HS_E_NOT_FOUND, "patient=%.*s: there is no such patient here",
			HS_S_ARG(hs_slice_first(reference, 100))) :
		status;
}

/* The members that are patients and take part now. */
enum hs_status hs__export_read_group(struct hs__export_making *m, struct hs_error *err)
{
	struct hs_rest_export *plan = m->plan;
	const struct hs__rest_type *type = hs__rest_type(plan->env.rest, HS_S("Group"));
	struct hs_arena *arena = hs_arena_new(BODY_MAX);
	struct hs_resource group;
	struct hs_json *tree = NULL;
	enum hs_status status = type ?
		hs_txn_get(m->txn, arena, hs__rest_type_number(plan->env.sandbox, type), m->ask->group,
			&group, err) :
		HS_E_NOT_FOUND;

	if (status == HS_OK)
		status = hs_json_parse(arena, group.body, NULL, &tree, err);
	else if (status == HS_E_NOT_FOUND)
		hs_fail(err, status, "there is no Group with id %.*s",
			HS_S_ARG(hs_slice_first(m->ask->group, 64)));
	HS_JSON_EACH(member, hs_json_get(tree, HS_S("member"))) {
		struct hs_slice text = hs_json_get_text(hs_json_get(member, HS_S("entity")),
			HS_S("reference"));
		struct hs_reference parsed;
		if (status == HS_OK && !hs_json_get_bool(member, HS_S("inactive"), false) &&
			hs_reference_parse(text, &parsed) && hs_slice_eq(parsed.type, HS_S("Patient")))
			status = add_patient(m, text, err);
	}
	plan->some_patients = true; /* nobody, when it has none */
	hs_arena_free(arena);
	return status;
}

enum hs_status hs__export_name_patient(struct hs__export_making *m, struct hs_slice reference,
	struct hs_error *err)
{
	enum hs_status status = add_patient(m, reference, err);
	return status == HS_OK ? find_patient(m, reference, err) : status;
}

/* Of a group, `patient` takes only members. */
enum hs_status hs__export_narrow_group(struct hs__export_making *m, struct hs_error *err)
{
	struct hs_map members = m->plan->patients;
	bool named = false;

	if (m->ask->level != HS_EXPORT_GROUP)
		return HS_OK;
	for (size_t i = 0; i < m->param_count && !named; i++)
		named = hs_slice_eq(m->params[i].name, HS_S("patient"));
	if (!named)
		return HS_OK;
	hs_map_init(&m->plan->patients, m->plan->arena);
	for (size_t i = 0; i < m->param_count; i++) {
		const struct hs_pair *pair = &m->params[i];
		struct hs_reference parsed;
		if (!hs_slice_eq(pair->name, HS_S("patient")))
			continue;
		if (!hs_reference_parse(pair->value, &parsed) || !hs_map_get(&members, parsed.id))
			return hs_fail(err, HS_E_VALUE, "patient=%.*s is no member of the group",
				HS_S_ARG(hs_slice_first(pair->value, 100)));
		enum hs_status status = add_patient(m, pair->value, err);
		if (status != HS_OK)
			return status;
	}
	return HS_OK;
}
