/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings of the directory's types: contacts, hours, and what an Endpoint carries. */
#include <core/fhir/convert/convert_private.h>

/* ---- contacts: R4 telecom and address beside contact, R5 all of them in contact ----
 *
 *   telecom [t, u]    address [a, b]    contact [c]    <->    contact [{telecom [t, u], address a}, {address
 * b}, c]
 *
 * In R5 an entry without purpose, name and organization is the thing's own; an R4 contact that is such a one
 * is marked to be told from these. A type whose R4 form has no address (or contact) leaves what has one
 * alone. */

#define MARK "http://hl7.org/fhir/4.0/StructureDefinition/extension-Organization.contact"

static bool takes(const struct hs__convert_rule *rule, const char *name)
{
	return hs__convert_is_named(rule->r4, hs_slice_cstr(name));
}

static bool is_own(const struct hs_json *contact)
{
	HS_JSON_EACH(member, contact)
		if (!hs_slice_eq(hs_json_key(member), HS_S("telecom")) &&
			!hs_slice_eq(hs_json_key(member), HS_S("address")))
			return false;
	return true;
}

static void mark_contact(struct hs__convert_run *run, struct hs_json *contact)
{
	struct hs_json *mark = hs_json_object(run->arena);

	hs__tree_text(run->arena, mark, HS_S("url"), HS_S(MARK));
	hs__tree_add(mark, HS_S("valueBoolean"), hs_json_bool(run->arena, true));
	hs__tree_push(hs__map_list(run, contact, "extension"), mark);
}

static void unmark_contact(struct hs_json *contact)
{
	struct hs_json *list = hs__map_get(contact, "extension");

	for (struct hs_json *item = hs_json_first(list), *next; item; item = next) {
		next = hs_json_next(item);
		if (hs_slice_eq(hs_json_get_text(item, HS_S("url")), HS_S(MARK)))
			hs_json_remove(list, item);
	}
	if (list && !hs_json_count(list))
		hs_json_take(contact, HS_S("extension"));
}

/* The name of a contact is one in R4 and several in R5. A data type, as R5 has it, has no modifiers. NULL
 * when there is nothing else. */
static struct hs_json *contact_up(struct hs__convert_run *run, const struct hs_json *contact)
{
	struct hs_json *out = hs_json_clone(run->arena, contact), *name = hs_json_take(out, HS_S("name"));

	hs_json_take(out, HS_S("modifierExtension"));
	if (name)
		hs__tree_push(hs__map_list(run, out, "name"), name);
	if (!hs_json_count(out))
		return NULL;
	if (is_own(out))
		mark_contact(run, out);
	return out;
}

static struct hs_json *contact_down(struct hs__convert_run *run, const struct hs_json *contact)
{
	static const char *const kept[] = { "id", "extension", "purpose", "telecom", "address", NULL };
	struct hs_json *out = hs_json_object(run->arena);

	for (const char *const *name = kept; *name; name++)
		hs__map_put(run, out, *name, hs__map_get(contact, *name));
	hs__map_put(run, out, "name", hs_json_first(hs__map_get(contact, "name")));
	unmark_contact(out);
	return out;
}

void hs__map_contact_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *telecom = hs__map_get(src, "telecom"),
			     *addresses = takes(rule, "address") ? hs__map_get(src, "address") : NULL;
	const struct hs_json *address = hs_json_first(addresses);

	if (telecom || address) {
		struct hs_json *first = hs_json_object(run->arena);
		hs__map_put(run, first, "telecom", telecom);
		hs__map_put(run, first, "address", address);
		hs__tree_push(hs__map_list(run, dst, "contact"), first);
	}
	for (size_t i = 1; i < hs_json_count(addresses); i++) {
		struct hs_json *more = hs_json_object(run->arena);
		hs__map_put(run, more, "address", hs_json_at(addresses, i));
		hs__tree_push(hs__map_list(run, dst, "contact"), more);
	}
	HS_JSON_EACH(contact, takes(rule, "contact") ? hs__map_get(src, "contact") : NULL) {
		struct hs_json *up = contact_up(run, contact);
		if (up)
			hs__tree_push(hs__map_list(run, dst, "contact"), up);
	}
}

void hs__map_contact_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	HS_JSON_EACH(contact, hs__map_get(src, "contact")) {
		const struct hs_json *address = hs__map_get(contact, "address");
		bool own = is_own(contact);
		if (own && (takes(rule, "address") || !address))
			hs__map_push_all(run, dst, "telecom", hs__map_get(contact, "telecom"));
		if (own && takes(rule, "address") && address)
			hs__tree_push(hs__map_list(run, dst, "address"), hs_json_clone(run->arena, address));
		struct hs_json *down = own || !takes(rule, "contact") ? NULL : contact_down(run, contact);
		if (hs_json_count(down))
			hs__tree_push(hs__map_list(run, dst, "contact"), down);
	}
}

/* ---- hours: R4 times beside one another, R5 one Availability around them, which has no modifiers ----
 *
 * words: the names of beginning and end of a time in R4 (in R5 availableStartTime, availableEndTime). r4[1],
 * where there is one, is the list of times that it is not available. */

static void put_time(struct hs__convert_run *run, struct hs_json *dst, const struct hs_json *time,
	const char *const *from, const char *const *to)
{
	struct hs_json *out = hs_json_object(run->arena);

	HS_JSON_EACH(member, time) {
		struct hs_slice key = hs_json_key(member), name = key;
		for (unsigned i = 0; i < 2; i++)
			if (hs_slice_eq(key, hs_slice_cstr(from[i])))
				name = hs_slice_cstr(to[i]);
		if (!hs_slice_eq(key, HS_S("modifierExtension")))
			hs__tree_add(out, name, hs_json_clone(run->arena, member));
	}
	if (hs_json_count(out))
		hs__tree_push(dst, out);
}

/* Lists of which nothing could be said. */
static void drop_empty(struct hs_json *hours)
{
	static const char *const names[] = { "availableTime", "notAvailableTime" };

	for (unsigned i = 0; i < 2; i++)
		if (!hs_json_count(hs_json_get(hours, hs_slice_cstr(names[i]))))
			hs_json_take(hours, hs_slice_cstr(names[i]));
}

static const char *const r5_times[] = { "availableStartTime", "availableEndTime" };

void hs__map_hours_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *open = hs__map_get(src, rule->r4[0]),
			     *closed = rule->r4[1] ? hs__map_get(src, rule->r4[1]) : NULL;
	struct hs_json *hours = hs_json_object(run->arena);

	HS_JSON_EACH(time, open)
		put_time(run, hs__map_list(run, hours, "availableTime"), time, rule->words, r5_times);
	HS_JSON_EACH(time, closed)
		put_time(run, hs__map_list(run, hours, "notAvailableTime"), time, rule->words, r5_times);
	drop_empty(hours);
	if (hs_json_count(hours))
		hs__tree_push(hs__map_list(run, dst, rule->r5[0]), hours);
}

void hs__map_hours_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	HS_JSON_EACH(hours, hs__map_get(src, rule->r5[0])) {
		HS_JSON_EACH(time, hs__map_get(hours, "availableTime"))
			put_time(run, hs__map_list(run, dst, rule->r4[0]), time, r5_times, rule->words);
		if (rule->r4[1])
			hs__map_push_all(run, dst, rule->r4[1], hs__map_get(hours, "notAvailableTime"));
	}
}

/* ---- Endpoint ---- */

void hs__map_payload_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_json *payload = hs_json_object(run->arena);

	hs__map_put(run, payload, "type", hs__map_get(src, rule->r4[0]));
	hs__map_put(run, payload, "mimeType", hs__map_get(src, rule->r4[1]));
	if (hs_json_count(payload))
		hs__tree_push(hs__map_list(run, dst, rule->r5[0]), payload);
}

void hs__map_payload_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	HS_JSON_EACH(payload, hs__map_get(src, rule->r5[0])) {
		hs__map_push_all(run, dst, rule->r4[0], hs__map_get(payload, "type"));
		hs__map_push_all(run, dst, rule->r4[1], hs__map_get(payload, "mimeType"));
	}
}

/* R4 status "test" is R5 status "active" in the environment "test"; R5 "limited" is R4 "active", carried. */
#define ENVIRONMENTS "http://hl7.org/fhir/endpoint-environment"

static bool is_test(const struct hs_json *environments)
{
	const struct hs_json *concept = hs_json_first(environments),
			     *coding = hs_json_first(hs__map_get(concept, "coding"));

	return hs_json_count(environments) == 1 && hs_json_count(concept) == 1 &&
		hs_json_count(hs__map_get(concept, "coding")) == 1 && hs_json_count(coding) == 2 &&
		hs_slice_eq(hs_json_get_text(coding, HS_S("system")), HS_S(ENVIRONMENTS)) &&
		hs_slice_eq(hs_json_get_text(coding, HS_S("code")), HS_S("test"));
}

void hs__map_test_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_json *concept = hs_json_object(run->arena), *coding = hs_json_object(run->arena);

	(void)rule;
	hs__map_put(run, dst, "_status", hs__map_get(src, "_status"));
	if (!hs_slice_eq(hs_json_get_text(src, HS_S("status")), HS_S("test"))) {
		hs__map_put(run, dst, "status", hs__map_get(src, "status"));
		return;
	}
	hs__tree_text(run->arena, dst, HS_S("status"), HS_S("active"));
	hs__tree_text(run->arena, coding, HS_S("system"), HS_S(ENVIRONMENTS));
	hs__tree_text(run->arena, coding, HS_S("code"), HS_S("test"));
	hs__tree_push(hs__map_list(run, concept, "coding"), coding);
	hs__tree_push(hs__map_list(run, dst, "environmentType"), concept);
}

void hs__map_test_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_slice status = hs_json_get_text(src, HS_S("status"));
	bool active = hs_slice_eq(status, HS_S("active"));

	(void)rule;
	hs__map_put(run, dst, "_status", hs__map_get(src, "_status"));
	if (active && is_test(hs__map_get(src, "environmentType")))
		hs__tree_text(run->arena, dst, HS_S("status"), HS_S("test"));
	else if (hs_slice_eq(status, HS_S("limited")))
		hs__tree_text(run->arena, dst, HS_S("status"), HS_S("active"));
	else
		hs__map_put(run, dst, "status", hs__map_get(src, "status"));
}
