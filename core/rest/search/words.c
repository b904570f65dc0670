/* SPDX-License-Identifier: Apache-2.0 */
/* _text and _content: the index of words (core/store/words.h) takes up what was written since, some versions
 * a transaction, so that other writers wait a moment at most: while nobody writes, and before such a search.
 */
#include <core/rest/rest_private.h>

#include <core/base/world.h>
#include <core/store/words.h>

#define TYPES_MAX 8u
#define VERSIONS 1024u /* of one transaction: some 15 ms; fewer cost FTS5 more merging than reading */
#define PATIENCE_NS UINT64_C(1500000000) /* of one request; then the client is asked to come again */
#define IDLE_VERSIONS 256u

struct follow {
	uint32_t types[TYPES_MAX];
	size_t count, at;
	uint64_t begun_ns;
	bool behind;
	struct hs_words_follow index;
	void *arg;
	hs_after_fn *after;
};

/* Each type is brought up to date once: when others write on and on, what is there by then will do. */
static enum hs_status look(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct follow *follow = arg;
	enum hs_status status = HS_OK;
	(void)arena;
	follow->behind = false;
	while (follow->at < follow->count) {
		status = hs_txn_words_behind(txn, follow->types[follow->at], &follow->behind, err);
		if (status != HS_OK || follow->behind)
			break;
		follow->at++;
	}
	return status;
}

static enum hs_status words_of(struct hs_arena *arena, struct hs_slice body, struct hs_words *out,
	struct hs_error *err)
{
	struct hs_json *tree = NULL;
	enum hs_status status = hs_json_parse(arena, body, NULL, &tree, err);
	return status == HS_OK ? hs_search_words(arena, tree, &out->narrative, &out->content, err) : status;
}

/* hs_idle_fn: what was asked for once is kept up to date, and what a request has begun goes on. */
enum hs_status hs__rest_words_when_idle(struct hs_txn *txn, struct hs_arena *arena, bool *more,
	struct hs_error *err)
{
	struct hs_words_follow follow = { .fn = words_of, .most = IDLE_VERSIONS };
	enum hs_status status = hs_txn_words_keep_up(txn, arena, &follow, err);

	*more = status == HS_OK && follow.type != 0;
	return status;
}

static enum hs_status take_up(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct follow *follow = arg;
	follow->index = (struct hs_words_follow) {
		.type = follow->types[follow->at], .fn = words_of, .most = VERSIONS
	};
	return hs_txn_words_follow(txn, arena, &follow->index, err);
}

static uint64_t now_ns(void)
{
	const struct hs_world *world = hs_world_real();
	return world->mono_ns(world->ctx);
}

static bool is_late(const struct follow *follow)
{
	return now_ns() - follow->begun_ns > PATIENCE_NS;
}

static enum hs_verdict after_look(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err);

static enum hs_verdict after_take_up(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct follow *follow = arg;
	struct hs_error busy = { 0 };
	if (status != HS_OK)
		return follow->after(req, follow->arg, status, err);
	if (follow->index.done >= follow->index.of) {
		follow->at++;
		return hs_read(req, look, follow, after_look);
	}
	if (!is_late(follow))
		return hs_write(req, take_up, follow, after_take_up);
	status = hs_fail(&busy, HS_E_BUSY,
		"the index of words is being made: %llu of %llu commits are in it; ask again",
		(unsigned long long)follow->index.done, (unsigned long long)follow->index.of);
	return follow->after(req, follow->arg, status, &busy);
}

static enum hs_verdict after_look(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct follow *follow = arg;
	if (status != HS_OK || !follow->behind)
		return follow->after(req, follow->arg, status, err);
	return hs_write(req, take_up, follow, after_take_up);
}

enum hs_verdict hs__rest_follow_words(struct hs_request *req, const struct hs_find *const *wheres,
	size_t count, void *arg, hs_after_fn *after)
{
	struct follow *follow = hs_arena_alloc(hs_request_arena(req), sizeof(*follow));
	if (!follow)
		return hs__rest_refuse(req, HS_E_LIMIT, NULL, NULL);
	follow->arg = arg;
	follow->after = after;
	follow->begun_ns = now_ns();
	for (size_t i = 0; i < count; i++)
		follow->count = hs_search_words_types(wheres[i], follow->types, follow->count, TYPES_MAX);
	return follow->count ? hs_read(req, look, follow, after_look) : after(req, arg, HS_OK, NULL);
}

/* ---- several types ---- */

static bool names_words(struct hs_slice text)
{
	return hs_slice_search(text, HS_S("_text")) != SIZE_MAX ||
		hs_slice_search(text, HS_S("_content")) != SIZE_MAX;
}

/* What is asked of one type, so that its words are known; what is wrong with it the search will tell. */
static const struct hs_find *where_of(struct hs_request *req, const struct hs__rest_env *env,
	const struct hs__rest_call *call, struct hs_slice name)
{
	struct hs_arena *arena = hs_request_arena(req);
	struct hs__rest_call asked = *call;
	struct hs_search search = { 0 };
	struct hs_error ignored = { 0 };
	struct hs_pair *pairs = hs_arena_array(arena, call->query_count + 1, sizeof(*pairs));
	asked.type = hs__rest_type(env->rest, name);
	asked.query = pairs;
	asked.query_count = 0;
	if (!pairs || !asked.type)
		return NULL;
	for (size_t i = 0; i < call->query_count; i++) {
		if (!hs_slice_eq(call->query[i].name, HS_S("_type")))
			pairs[asked.query_count++] = call->query[i];
	}
	return hs__rest_search_parse(env, arena, &asked, &search, &ignored) == HS_OK ? search.where : NULL;
}

enum hs_verdict hs__rest_system_words(struct hs_request *req, const struct hs__rest_env *env,
	struct hs__rest_call *call, void *arg, hs_after_fn *after)
{
	const struct hs_find *wheres[TYPES_MAX];
	struct hs_slice list = hs__rest_query_get(call->query, call->query_count, HS_S("_type"));
	size_t count = 0;
	bool asked = false;
	for (size_t i = 0; i < call->query_count; i++)
		asked |= names_words(call->query[i].name) || names_words(call->query[i].value);
	call->words = list.len > 0; /* without it they are refused by name */
	while (asked && list.len > 0 && count < TYPES_MAX)
		wheres[count++] = where_of(req, env, call, hs_slice_cut(&list, ','));
	if (asked && list.len > 0) {
		struct hs_error err = { 0 };
		hs_fail(&err, HS_E_TOO_COSTLY, "_text and _content search at most %u types at once",
			TYPES_MAX);
		return hs__rest_refuse(req, HS_E_TOO_COSTLY, NULL, &err);
	}
	return count ? hs__rest_follow_words(req, wheres, count, arg, after) : after(req, arg, HS_OK, NULL);
}
