/* SPDX-License-Identifier: Apache-2.0 */
/* A resource on its way in: media type, type and id against the URL, the definitions, then id, text and
 * index. */
#include <core/base/flag.h>
#include <core/base/world.h>
#include <core/rest/rest_private.h>

bool hs__rest_media_is_json(struct hs_slice content_type)
{
	struct hs_slice media = hs_slice_trim(hs_slice_cut(&content_type, ';'));
	return media.len == 0 || hs_slice_ieq(media, HS_S("application/fhir+json")) ||
		hs_slice_ieq(media, HS_S("application/json")) || hs_slice_ieq(media, HS_S("text/json")) ||
		hs_slice_ieq(media, HS_S("application/json+fhir"));
}

#define ID_LEN 36
#define ID_SIGNED 32 /* the rest is a sum of what stands before */

static unsigned sum_of(const char *id)
{
	return (unsigned)hs_hash_seeded(hs_slice(id, ID_SIGNED), 0x6964) & 0xffffu;
}

/* The lowest `count` hexadecimal digits of value; returns what comes after them. */
static char *put_hex(char *at, uint64_t value, unsigned count)
{
	for (unsigned i = count; i-- > 0; value >>= 4)
		at[i] = "0123456789abcdef"[value & 15];
	return at + count;
}

struct hs_slice hs__rest_new_id(struct hs_arena *arena)
{
	/* UUID version 7 (RFC 9562 section 5.7): 48 bits of milliseconds, then randomness. */
	const struct hs_world *world = hs_world_real();
	uint64_t ms = (uint64_t)world->wall_ms(world->ctx), random = 0;
	char text[ID_LEN];
	world->random(world->ctx, &random, sizeof random);
	char *at = put_hex(text, ms >> 16, 8);
	*at++ = '-';
	at = put_hex(at, ms, 4);
	*at++ = '-';
	at = put_hex(at, 0x7000 | (random & 0xfff), 4);
	*at++ = '-';
	at = put_hex(at, 0x8000 | (random >> 12 & 0x3fff), 4);
	*at++ = '-';
	at = put_hex(at, random >> 26, 8);
	put_hex(at, sum_of(text), ID_LEN - ID_SIGNED);
	return hs_arena_copy(arena, hs_slice(text, ID_LEN));
}

bool hs__rest_is_new_id(struct hs_slice id)
{
	char sum[ID_LEN - ID_SIGNED];
	if (id.len != ID_LEN || id.ptr[14] != '7')
		return false;
	put_hex(sum, sum_of(id.ptr), sizeof sum);
	return memcmp(id.ptr + ID_SIGNED, sum, sizeof sum) == 0;
}

static enum hs_status check_identity(const struct hs__rest_call *call, struct hs_error *err)
{
	const struct hs_json *tree = call->in->tree;
	struct hs_slice type = hs_json_get_text(tree, HS_S("resourceType"));
	const struct hs_json *id = hs_json_get(tree, HS_S("id"));
	if (!hs_json_is(tree, HS_JSON_OBJECT))
		return hs_fail(err, HS_E_STRUCTURE,
			"the body is not a JSON object; a resource begins with "
			"{\"resourceType\":\"%.*s\"",
			HS_S_ARG(call->type->name));
	if (type.len == 0)
		return hs_fail_at(err, HS_E_REQUIRED, HS_S("resourceType"),
			"the resource has no resourceType; it should be \"%.*s\"",
			HS_S_ARG(call->type->name));
	if (!hs_slice_eq(type, call->type->name))
		return hs_fail_at(err, HS_E_INVALID, HS_S("resourceType"),
			"the URL says %.*s, the resource says \"%.*s\"; they must be the same",
			HS_S_ARG(call->type->name), HS_S_ARG(hs_slice_first(type, 64)));
	if (call->interaction != HS_DO_UPDATE)
		return HS_OK;
	if (!id)
		return hs_fail_at(err, HS_E_REQUIRED, HS_S("id"),
			"an update carries the id of the URL: \"id\": \"%.*s\"", HS_S_ARG(call->id));
	if (!hs_slice_eq(hs_json_text(id), call->id))
		return hs_fail_at(err, HS_E_INVALID, HS_S("id"),
			"the URL says id \"%.*s\", the resource says \"%.*s\"; they must be the same",
			HS_S_ARG(call->id), HS_S_ARG(hs_slice_first(hs_json_text(id), 64)));
	return HS_OK;
}

enum hs_status hs__rest_check(const struct hs__rest_env *env, const struct hs__rest_call *call,
	struct hs_slice at, struct hs_issues *issues, struct hs_error *err)
{
	enum hs_status status = check_identity(call, err);
	if (status != HS_OK)
		return status;
	struct hs_issue *last = issues->last;
	const struct hs_rest_policy *policy = &env->sandbox->policy;
	if (policy->check)
		policy->check(policy->arg, env->reading, call->in->tree, call->in->text, call->hints,
			env->language, issues);
	else
		hs_check_resource(env->rest->config.defs, call->in->tree, call->in->text, issues);
	if (env->reading && hs_flag_is_set(hs_txn_cancelled(env->reading)))
		return hs_fail(err, HS_E_CANCELLED, "the request was over before the resource was judged");
	for (struct hs_issue *issue = last ? last->next : issues->first; at.len > 0 && issue;
		issue = issue->next) {
		/* Its own path begins with the type: Patient.name[0] becomes
		 * Bundle.entry[2].resource.name[0]. */
		size_t dot = hs_slice_find(issue->path, '.', 0);
		struct hs_slice rest = dot == SIZE_MAX ? HS_S_NONE : hs_slice_from(issue->path, dot);
		issue->path = hs_arena_printf(issues->arena, "%.*s%.*s", HS_S_ARG(at), HS_S_ARG(rest));
	}
	if (issues->errors > 0)
		return hs_fail(err, HS_E_INVARIANT, "the resource does not follow the definition of %.*s",
			HS_S_ARG(call->type->name));
	return HS_OK;
}

bool hs__rest_check_is_slow(const struct hs__rest_env *env, bool hints)
{
	const struct hs_rest_policy *policy = &env->sandbox->policy;
	return policy->check && policy->is_slow(policy->arg, hints);
}

enum hs_status hs__rest_ready(const struct hs__rest_env *env, struct hs_arena *arena,
	struct hs__rest_incoming *in, struct hs_error *err)
{
	hs__rest_compose_init(&in->compose, in->tree, in->text);
	enum hs_status status = hs_search_extract(&(struct hs_search_work) { env->rest->config.rules,
							  &env->sandbox->numbering, arena },
		in->tree, env->base, &in->index, &in->index_count, err);
	if (status == HS_OK)
		status = hs_search_contained(&(struct hs_search_work) { env->rest->config.rules,
						     &env->sandbox->numbering, arena },
			in->tree, env->base, &in->contained, &in->contained_count, err);
	in->ready = status == HS_OK;
	return status;
}

enum hs_status hs__rest_give_id(struct hs_arena *arena, struct hs_slice id, struct hs_json *tree,
	struct hs_error *err)
{
	struct hs_json *node = hs_json_string(arena, id);
	if (!node)
		return hs_fail(err, HS_E_LIMIT, "the resource is too large");
	hs_json_set(tree, HS_S("id"), node);
	return HS_OK;
}
