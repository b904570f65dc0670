/* SPDX-License-Identifier: Apache-2.0 */
/* Mappings of Subscription: R4 says by criteria and a channel what R5 says by a topic and its own members (as
 * the Subscriptions R5 Backport guide ties them). */
#include <core/fhir/convert/convert_private.h>

#define CHANNELS "http://terminology.hl7.org/CodeSystem/subscription-channel-type"

/* ---- channel ---- */

/* "Authorization: Bearer x" as name and value. */
static void header_up(struct hs__convert_run *run, const struct hs_json *header, struct hs_json *dst)
{
	struct hs_slice value = hs_json_text(header);
	size_t colon = hs_slice_search(value, HS_S(": "));
	struct hs_json *parameter = hs_json_object(run->arena);

	if (colon == SIZE_MAX)
		return;
	hs__tree_text(run->arena, parameter, HS_S("name"), hs_slice_first(value, colon));
	hs__tree_text(run->arena, parameter, HS_S("value"), hs_slice_from(value, colon + 2));
	hs__tree_push(hs__map_list(run, dst, "parameter"), parameter);
}

void hs__map_channel_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	const struct hs_json *channel = hs__map_get(src, rule->r4[0]);
	struct hs_json *type = hs_json_object(run->arena);

	if (hs__map_get(channel, "type")) {
		hs__tree_text(run->arena, type, HS_S("system"), HS_S(CHANNELS));
		hs__map_put(run, type, "code", hs__map_get(channel, "type"));
		hs__tree_set(dst, HS_S("channelType"), type);
	}
	hs__map_put(run, dst, "endpoint", hs__map_get(channel, "endpoint"));
	hs__map_put(run, dst, "contentType", hs__map_get(channel, "payload"));
	HS_JSON_EACH(header, hs__map_get(channel, "header"))
		header_up(run, header, dst);
}

void hs__map_channel_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_json *channel = hs_json_object(run->arena);
	const struct hs_json *type = hs__map_get(src, "channelType");

	if (hs_slice_eq(hs_json_get_text(type, HS_S("system")), HS_S(CHANNELS)))
		hs__map_put(run, channel, "type", hs__map_get(type, "code"));
	hs__map_put(run, channel, "endpoint", hs__map_get(src, "endpoint"));
	hs__map_put(run, channel, "payload", hs__map_get(src, "contentType"));
	HS_JSON_EACH(parameter, hs__map_get(src, "parameter")) {
		struct hs_slice text = hs_arena_printf(run->arena, "%.*s: %.*s",
			HS_S_ARG(hs_json_get_text(parameter, HS_S("name"))),
			HS_S_ARG(hs_json_get_text(parameter, HS_S("value"))));
		hs__tree_push(hs__map_list(run, channel, "header"), hs_json_string(run->arena, text));
	}
	if (hs_json_count(channel))
		hs__tree_set(dst, hs_slice_cstr(rule->r4[0]), channel);
}

/* ---- criteria: a topic when it is an address, else a search, which R5 has no place for ---- */

void hs__map_topic_up(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	struct hs_slice criteria = hs_json_get_text(src, hs_slice_cstr(rule->r4[0]));

	if (hs_slice_starts(criteria, HS_S("http://")) || hs_slice_starts(criteria, HS_S("https://")) ||
		hs_slice_starts(criteria, HS_S("urn:")))
		hs__map_put(run, dst, rule->r5[0], hs__map_get(src, rule->r4[0]));
}

void hs__map_topic_down(struct hs__convert_run *run, const struct hs__convert_rule *rule,
	const struct hs_json *src, struct hs_json *dst)
{
	hs__map_put(run, dst, rule->r4[0], hs__map_get(src, rule->r5[0]));
}
