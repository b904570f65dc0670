/* SPDX-License-Identifier: Apache-2.0 */
/* Who may write for whom: a producer writes for itself, for the units below it in the directory, and for the
 * custodians that the setting "producers" gives it. */
#include "../record_index.h"

#include <handslag/identifier.h>

#define LEVELS 16

/* HSA-ids and organisation numbers, however they are written. */
static bool same_number(struct hs_slice a, struct hs_slice b)
{
	char room_a[64], room_b[64];

	if (a.len == 0 || b.len == 0)
		return false;
	return hs_slice_ieq(a, b) ||
		hs_slice_eq(hs_identifier_normal(HS_ID_ORGANISATION, a, room_a),
			hs_identifier_normal(HS_ID_ORGANISATION, b, room_b));
}

bool hs_record_index_same(const struct hs_json *a, const struct hs_json *b)
{
	struct hs_slice ref_a = hs_json_get_text(a, HS_S("reference"));
	struct hs_slice ref_b = hs_json_get_text(b, HS_S("reference"));
	const struct hs_json *id_a = hs_json_get(a, HS_S("identifier"));
	const struct hs_json *id_b = hs_json_get(b, HS_S("identifier"));

	if (!a || !b)
		return !a && !b;
	if (ref_a.len && ref_b.len)
		return hs_slice_eq(ref_a, ref_b);
	return same_number(hs_json_get_text(id_a, HS_S("value")), hs_json_get_text(id_b, HS_S("value")));
}

/* The setting: "CUSTODIAN>PRODUCER CUSTODIAN>PRODUCER ...". */
static bool is_registered(const char *producers, struct hs_slice custodian, struct hs_slice producer)
{
	struct hs_slice list = hs_slice_cstr(producers);

	while (list.ptr) {
		struct hs_slice second = hs_slice_cut(&list, ' ');
		struct hs_slice first = hs_slice_cut(&second, '>');
		if (same_number(first, custodian) && same_number(second, producer))
			return true;
	}
	return false;
}

struct asking {
	const struct hs_write_event *event;
	const struct hs_record_index *index;
};

static bool allows(const struct asking *ask, struct hs_slice custodian)
{
	return same_number(custodian, ask->event->producer) ||
		is_registered(ask->index->producers, custodian, ask->event->producer);
}

static bool allows_resource(const struct asking *ask, const struct hs_json *organization)
{
	HS_JSON_EACH(identifier, hs_json_get(organization, HS_S("identifier"))) {
		if (allows(ask, hs_json_get_text(identifier, HS_S("value"))))
			return true;
	}
	return false;
}

/* The organisation that a reference means, from the store. */
static struct hs_json *organization_of(const struct asking *ask, const struct hs_json *reference)
{
	const struct hs_write_event *event = ask->event;
	uint32_t type = hs_txn_number(event->txn, HS_SPACE_TYPE, HS_S("Organization"), false);
	struct hs_slice text = hs_json_get_text(reference, HS_S("reference"));
	struct hs_json *tree = NULL;
	struct hs_resource found;
	struct hs_reference ref;
	struct hs_error ignored;

	if (!type || !text.len || !hs_reference_parse(text, &ref) || ref.base.len ||
		!hs_slice_eq(ref.type, HS_S("Organization")) ||
		hs_txn_get(event->txn, event->arena, type, ref.id, &found, &ignored) != HS_OK ||
		hs_json_parse(event->arena, found.body, NULL, &tree, &ignored) != HS_OK)
		return NULL;
	return tree;
}

static bool allows_custodian(const struct asking *ask, const struct hs_json *custodian)
{
	const struct hs_json *identifier = hs_json_get(custodian, HS_S("identifier"));

	if (allows(ask, hs_json_get_text(identifier, HS_S("value"))))
		return true;
	for (int level = 0; level < LEVELS && custodian; level++) {
		const struct hs_json *organization = organization_of(ask, custodian);
		if (!organization)
			return false;
		if (allows_resource(ask, organization))
			return true;
		custodian = hs_json_get(organization, HS_S("partOf"));
	}
	return false;
}

static enum hs_status refuse(struct hs_error *err)
{
	return hs_fail_at(err, HS_E_FORBIDDEN, HS_S("DocumentReference.custodian"),
		"the producer may not write for this custodian; it is neither the custodian, nor above it in "
		"the directory, nor registered for it (setting services.record-index.producers)");
}

enum hs_status hs_record_index_may_produce(const struct hs_write_event *event,
	const struct hs_record_index *index, struct hs_error *err)
{
	struct asking ask = { event, index };
	struct hs_json *old = NULL;
	struct hs_error ignored;

	if (event->producer.len == 0 && !index->require_producer)
		return HS_OK;
	if (event->producer.len == 0)
		return hs_fail(err, HS_E_FORBIDDEN,
			"who writes a pointer must say so: header X-Handslag-Producer with an HSA-id or "
			"organisation number");
	if (event->before &&
		(hs_json_parse(event->arena, event->before->body, NULL, &old, &ignored) != HS_OK ||
			!allows_custodian(&ask, hs_json_get(old, HS_S("custodian")))))
		return refuse(err);
	if (event->resource && !allows_custodian(&ask, hs_json_get(event->resource, HS_S("custodian"))))
		return refuse(err);
	return HS_OK;
}
