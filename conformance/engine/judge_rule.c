/* SPDX-License-Identifier: Apache-2.0 */
/* Rules that published scripts call by an extension (ruleId and parameters) and that other engines keep as
 * programs. The few that are used a lot are judged here by what their names and descriptions say; the rest is
 * not evaluated. */
#include <conformance/engine/stage.h>

/* Letters and digits of `text` in lower case, so that AssertSelfLink and assert-self-link are one name. */
static struct hs_slice plain_name(struct hs_arena *arena, struct hs_slice text)
{
	struct hs_buf buf;

	hs_buf_init(&buf, arena, text.len + 1);
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (c >= 'A' && c <= 'Z')
			c = (char)(c + 32);
		if ((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9'))
			hs_buf_byte(&buf, c);
	}
	return hs_buf_slice(&buf);
}

/* The value of a member extension, or of a parameter's. */
static struct hs_slice value_of(const struct hs_json *extension)
{
	HS_JSON_EACH(member, extension)
		if (hs_slice_starts(hs_json_key(member), HS_S("value")))
			return hs_json_text(member);
	return HS_S_NONE;
}

static const struct hs_json *part(const struct hs_json *extension, const char *url)
{
	HS_JSON_EACH(item, hs_json_get(extension, HS_S("extension")))
		if (hs_slice_eq(hs_json_get_text(item, HS_S("url")), hs_slice_cstr(url)))
			return item;
	return NULL;
}

static bool has(struct hs_slice text, const char *word)
{
	return hs_slice_search(text, hs_slice_cstr(word)) != SIZE_MAX;
}

static enum hs_status judge_body(struct test_judgement *j, const struct hs_test_exchange *exchange)
{
	size_t size = j->assertion->request ? exchange->request_body.len : exchange->body.len;

	j->out->wanted = HS_S("a body");
	j->out->found = size ? hs_arena_printf(j->stage->arena, "%zu bytes", size) : HS_S("nothing");
	j->out->verdict = size ? HS_TEST_PASS : HS_TEST_FAIL;
	return HS_OK;
}

/* Each parameter of the request stands in the link self of the Bundle, so the server has heeded it. */
static enum hs_status judge_self_link(struct test_judgement *j, const struct hs_test_exchange *exchange)
{
	struct hs_slice query = exchange->url, self = HS_S_NONE;

	hs_slice_cut(&query, '?');
	HS_JSON_EACH(link, hs_json_get(exchange->json, HS_S("link")))
		if (hs_slice_eq(hs_json_get_text(link, HS_S("relation")), HS_S("self")))
			self = hs_json_get_text(link, HS_S("url"));
	hs_slice_cut(&self, '?');
	j->out->path = HS_S("Bundle.link.where(relation = 'self').url");
	j->out->wanted = hs_arena_printf(j->stage->arena, "all of %.*s", HS_S_ARG(query));
	j->out->found = self.len ? self : HS_S("nothing");
	j->out->verdict = HS_TEST_PASS;
	while (query.ptr) {
		struct hs_slice name = hs_slice_cut(&query, '&'), rest = self;
		bool found = false;
		name = hs_slice_first(name, hs_slice_find(name, '=', 0));
		while (rest.ptr && !found) {
			struct hs_slice other = hs_slice_cut(&rest, '&');
			found = hs_slice_eq(hs_slice_first(other, hs_slice_find(other, '=', 0)), name);
		}
		if (!found && name.len && !hs_slice_eq(name, HS_S("_format"))) {
			j->out->verdict = HS_TEST_FAIL;
			j->out->reason = hs_arena_printf(j->stage->arena, "%.*s is not in it",
				HS_S_ARG(name));
		}
	}
	return HS_OK;
}

static enum hs_status judge_url(struct test_judgement *j, const struct hs_test_exchange *exchange)
{
	struct hs_slice text = value_of(part(part(j->assertion->extension, "param"), "value"));

	if (!text.len)
		return hs_fail(j->err, HS_E_NOT_SUPPORTED,
			"the rule does not say what the URL should contain");
	j->out->path = HS_S("request URL");
	j->out->wanted = hs_test_wanted(j->stage->arena, HS_OP_CONTAINS, text);
	j->out->found = exchange->url;
	j->out->verdict = hs_slice_search(exchange->url, text) != SIZE_MAX ? HS_TEST_PASS : HS_TEST_FAIL;
	return HS_OK;
}

enum hs_status hs_test_judge_rule(struct test_judgement *j)
{
	struct hs_slice id = value_of(part(j->assertion->extension, "ruleId"));
	struct hs_slice name = plain_name(j->stage->arena, id);
	const struct hs_test_exchange *exchange = j->stage->last;
	struct test_source source;

	if (j->assertion->source_id.len) {
		enum hs_status status = hs_test_source(j->stage, j->assertion->source_id, false, &source,
			j->err);
		if (status)
			return status;
		exchange = source.exchange;
	}
	if (!exchange)
		return hs_fail(j->err, HS_E_INVALID, "nothing was sent that the rule could judge");
	j->out->exchange = exchange;
	if (has(name, "bodyexists"))
		return judge_body(j, exchange);
	if (has(name, "selflink"))
		return judge_self_link(j, exchange);
	if (has(name, "url") && has(name, "contains"))
		return judge_url(j, exchange);
	return hs_fail(j->err, HS_E_NOT_SUPPORTED, "it calls the rule %.*s of another engine", HS_S_ARG(id));
}
