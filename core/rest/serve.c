/* SPDX-License-Identifier: Apache-2.0 */
/* A request of its own: makes the call, prepares what needs no transaction, hands it over, answers.
 *
 *   GET            headers -> call -> [cache] -> hs_read -> reply
 *   POST PUT PATCH headers -> call -> prepare (parse, check, index; a large body on a worker) -> hs_write ->
 * reply
 */
#include <core/rest/binary.h>
#include <core/rest/everything.h>
#include <core/rest/shelf/links.h>

/* Bodies up to this size are prepared on the loop: well under a millisecond. */
#define PREPARE_HERE ((size_t)64 << 10)

struct job {
	struct hs__rest_env env;
	struct hs__rest_call call;
	struct hs__rest_result result;
	struct hs__rest_incoming in;
	struct hs_search search;
	struct hs_issues noted; /* of the body, before the write */
	struct hs_slice body, media, security_context;
};

void hs__rest_env_of(struct hs_request *req, const struct hs_rest *rest,
	const struct hs_rest_sandbox *sandbox, struct hs__rest_env *out)
{
	struct hs_slice method = hs_request_method(req);
	bool reads = hs_slice_eq(method, HS_S("GET")) || hs_slice_eq(method, HS_S("HEAD"));

	*out = (struct hs__rest_env) { .rest = rest,
		.sandbox = sandbox,
		.base = hs_request_base(req),
		.now_ms = hs_request_now(req),
		.producer = hs_request_header(req, HS_S("X-Handslag-Producer")),
		/* Of writers: an answer that may be kept does not depend on it, and its Vary tells. */
		.language = reads ? HS_S_NONE : hs_request_header(req, HS_S("Accept-Language")) };
}

/* Further ahead than that no commit comes while a reader waits: the number is of another server, or of a time
 * before a reset. */
#define AHEAD_MAX 100000

/* X-Handslag-Read-Sequence: the reader wants to see at least that commit. *wanted is 0 when it does already.
 */
static enum hs_status read_sequence(struct hs_request *req, const struct hs_rest_sandbox *sandbox,
	uint64_t *wanted, struct hs_error *err)
{
	struct hs_slice text = hs_request_header(req, HS_S("X-Handslag-Read-Sequence"));
	*wanted = 0;
	if (text.len == 0)
		return HS_OK;
	if (!hs_slice_u64(text, wanted))
		return hs_fail(err, HS_E_VALUE,
			"X-Handslag-Read-Sequence is the number that X-Handslag-Sequence said");
	uint64_t have = hs_store_seq(sandbox->store);
	if (*wanted > have + AHEAD_MAX)
		return hs_fail(err, HS_E_BUSY, "commit %llu is not visible here; the last is %llu",
			(unsigned long long)*wanted, (unsigned long long)have);
	if (*wanted <= have)
		*wanted = 0;
	return HS_OK;
}

static void read_headers(struct hs_request *req, struct hs__rest_call *call)
{
	call->query = hs_request_query(req, &call->query_count);
	call->if_match = hs_request_header(req, HS_S("If-Match"));
	call->if_none_match = hs_request_header(req, HS_S("If-None-Match"));
	call->if_modified_since = hs_request_header(req, HS_S("If-Modified-Since"));
	call->if_unmodified_since = hs_request_header(req, HS_S("If-Unmodified-Since"));
	if (call->interaction == HS_DO_CREATE)
		call->if_none_exist = hs_request_header(req, HS_S("If-None-Exist"));
	call->hints = hs_slice_eq(hs_request_prefer(req, HS_S("return")), HS_S("OperationOutcome"));
	call->strict = hs_slice_eq(hs_request_prefer(req, HS_S("handling")), HS_S("strict"));
}

static enum hs_status work(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct job *job = arg;
	return hs__rest_run(&job->env, txn, arena, &job->call, &job->result, err);
}

/* Does one of the issues tell the same fault: the same rule at the same place? */
static bool is_noted(const struct hs_issues *noted, const struct hs_issue *issue)
{
	if (!issue->detail_code.len)
		return false;
	for (const struct hs_issue *other = noted->first; other; other = other->next)
		if (hs_slice_eq(other->detail_code, issue->detail_code) &&
			hs_slice_eq(other->path, issue->path))
			return true;
	return false;
}

/* What was noted of the body, then what was noted of the write, but for faults that the body's rules have
 * told with line and column. */
static void join(const struct hs_issues *noted, struct hs_issues *issues)
{
	struct hs_issues all = *noted;
	struct hs_issue *next;
	if (!noted->count)
		return;
	all.count += issues->count;
	all.errors += issues->errors;
	all.warnings += issues->warnings;
	all.cut |= issues->cut;
	for (struct hs_issue *issue = issues->first; issue; issue = next) {
		next = issue->next;
		issue->next = NULL;
		if (is_noted(noted, issue)) {
			all.count--;
			continue;
		}
		all.last->next = issue;
		all.last = issue;
	}
	*issues = all;
}

static enum hs_verdict after_work(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct job *job = arg;
	if (status == HS_OK ||
		job->result.issues.errors > 0) /* else it is not the resource that is at fault */
		join(&job->noted, &job->result.issues);
	if (status != HS_OK)
		return hs__rest_refuse(req, status, &job->result.issues, err);
	return hs__rest_reply(req, &job->result);
}

/* Is the body content of a Binary? JSON that is no Binary is content too: a media type of its own does not
 * tell it from a resource. */
static bool is_raw(const struct job *job, struct hs_arena *arena)
{
	struct hs_slice rest = job->media, media = hs_slice_trim(hs_slice_cut(&rest, ';'));
	struct hs_error ignored;
	struct hs_json *tree = NULL;
	if (hs__rest_is_raw_binary(job->call.type, job->media))
		return true;
	if (!hs_slice_eq(job->call.type->name, HS_S("Binary")) ||
		!hs_slice_ieq(media, HS_S("application/json")) || job->body.len == 0)
		return false;
	return hs_json_parse(arena, job->body, NULL, &tree, &ignored) != HS_OK ||
		!hs_slice_eq(hs_json_get_text(tree, HS_S("resourceType")), HS_S("Binary"));
}

static enum hs_status wrap(struct job *job, struct hs_arena *arena, struct hs_error *err)
{
	struct hs__rest_content content = {
		.media = job->media, .bytes = job->body, .security_context = job->security_context
	};
	if (job->call.interaction == HS_DO_UPDATE)
		content.id = job->call.id;
	return hs__rest_wrap_binary(arena, &content, &job->body, err);
}

/* Everything about the body that needs no transaction. */
static enum hs_status prepare(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct job *job = arg;
	struct hs__rest_call *call = &job->call;
	bool patch = call->interaction == HS_DO_PATCH || call->interaction == HS_DO_PATCH_CONDITIONAL;
	struct hs_json *tree = NULL;
	enum hs_status status = HS_OK;
	job->env.reading = txn;
	job->result.issues = (struct hs_issues) { .arena = arena };
	if (!patch && is_raw(job, arena))
		status = wrap(job, arena, err);
	if (status == HS_OK && job->body.len == 0)
		status = hs_fail(err, HS_E_REQUIRED, "the request has no body; send %s",
			patch ? "a JSON Patch or a Parameters resource" : "the resource");
	if (status == HS_OK)
		status = hs_json_parse(arena, job->body, NULL, &tree, err);
	if (status != HS_OK)
		return status;
	if (patch) {
		call->patch = tree;
		return hs__rest_is_patch(tree, err);
	}
	job->in = (struct hs__rest_incoming) { .tree = tree, .text = job->body };
	call->in = &job->in;
	status = hs__rest_check(&job->env, call, HS_S_NONE, &job->result.issues, err);
	job->env.reading = NULL;
	if (status == HS_OK)
		status = hs__rest_ready(&job->env, arena, &job->in, err);
	if (status != HS_OK || call->interaction != HS_DO_CREATE)
		return status;
	call->id = hs__rest_new_id(arena);
	return hs__rest_give_id(arena, call->id, tree, err);
}

static enum hs_verdict after_prepare(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct job *job = arg;
	if (status != HS_OK)
		return hs__rest_refuse(req, status, &job->result.issues, err);
	job->noted = job->result.issues; /* no errors, but maybe warnings */
	return hs_write(req, work, job, after_work);
}

static enum hs_status check_media(const struct job *job, struct hs_error *err)
{
	enum hs_interaction what = job->call.interaction;
	struct hs_slice rest = job->media, media = hs_slice_trim(hs_slice_cut(&rest, ';'));
	if (what == HS_DO_PATCH || what == HS_DO_PATCH_CONDITIONAL) {
		if (hs_slice_ieq(media, HS_S("application/json-patch+json")) || hs__rest_media_is_json(media))
			return HS_OK;
		return hs_fail(err, HS_E_MEDIA_TYPE,
			"Content-Type is '%.*s'; PATCH takes application/json-patch+json, or a FHIRPath "
			"Patch as application/fhir+json or application/fhir+xml",
			HS_S_ARG(hs_slice_first(media, 80)));
	}
	if (hs__rest_media_is_json(media) || hs__rest_is_raw_binary(job->call.type, job->media))
		return HS_OK;
	return hs_fail(err, HS_E_MEDIA_TYPE,
		"Content-Type is '%.*s'; resources are sent as application/fhir+json or application/fhir+xml",
		HS_S_ARG(hs_slice_first(media, 80)));
}

static enum hs_verdict serve_write(struct hs_request *req, struct job *job)
{
	struct hs_error err = { 0 };
	job->body = hs_request_body(req);
	job->media = hs_request_header(req, HS_S("Content-Type"));
	job->security_context = hs_request_header(req, HS_S("X-Security-Context"));
	if (job->call.interaction == HS_DO_DELETE || job->call.interaction == HS_DO_DELETE_CONDITIONAL)
		return hs_write(req, work, job, after_work);
	enum hs_status status = check_media(job, &err);
	if (status != HS_OK)
		return hs__rest_refuse(req, status, NULL, &err);
	if (hs__rest_check_is_slow(&job->env, job->call.hints))
		return hs_read_slow(req, prepare, job, after_prepare);
	if (job->body.len > PREPARE_HERE)
		return hs_compute(req, prepare, job, after_prepare);
	status = prepare(NULL, hs_request_arena(req), job, &err);
	return after_prepare(req, job, status, &err);
}

static bool wants_part(const struct hs__rest_call *call)
{
	return hs__rest_query_get(call->query, call->query_count, HS_S("_summary")).len > 0 ||
		hs__rest_query_get(call->query, call->query_count, HS_S("_elements")).len > 0;
}

static enum hs_verdict read_type(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct job *job = arg;
	if (status != HS_OK)
		return hs__rest_refuse(req, status, NULL, err);
	/* Going through all that packages hold of a type, or what links lead to, takes longer than a loop can
	 * wait, and so does to judge codes. */
	const struct hs__shelf_type *shelved = hs__shelf_type(job->env.rest, job->call.type);
	if (job->call.judged || (shelved && !hs__shelf_is_quick(shelved, &job->search)) ||
		hs__links_matter(&job->env, job->call.type, job->search.where))
		return hs_read_slow(req, work, job, after_work);
	return hs_read(req, work, job, after_work);
}

/* The codes that the search needs are here: now it can be parsed. */
static enum hs_verdict after_sets(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct job *job = arg;
	struct hs_error made = { 0 };
	if (status == HS_OK) {
		err = &made;
		status = hs__rest_search_parse(&job->env, hs_request_arena(req), &job->call, &job->search,
			&made);
	}
	if (status != HS_OK)
		return hs__rest_refuse(req, status, NULL, err);
	job->call.search = &job->search;
	return hs__rest_follow_words(req, &job->search.where, 1, job, read_type);
}

static enum hs_verdict read_types(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct job *job = arg;
	if (status != HS_OK)
		return hs__rest_refuse(req, status, NULL, err);
	/* All types, or those of a compartment, are many searches; so are those of packages. */
	struct hs_slice types = hs__rest_query_get(job->call.query, job->call.query_count, HS_S("_type"));
	return types.len == 0 || job->call.compartment.owner.len > 0 || job->env.rest->shelf ?
		hs_read_slow(req, work, job, after_work) :
		hs_read(req, work, job, after_work);
}

/* The parameters of a search by POST are a form; of another body nothing would be read. */
static enum hs_status check_form(struct hs_request *req, struct hs_error *err)
{
	struct hs_slice rest = hs_request_header(req, HS_S("Content-Type"));
	struct hs_slice media = hs_slice_trim(hs_slice_cut(&rest, ';'));
	if (hs_request_body(req).len == 0 || hs_slice_ieq(media, HS_S("application/x-www-form-urlencoded")))
		return HS_OK;
	return hs_fail(err, HS_E_MEDIA_TYPE,
		"Content-Type is '%.*s'; the parameters of a search are sent as "
		"application/x-www-form-urlencoded, "
		"or in the URL",
		HS_S_ARG(hs_slice_first(media, 80)));
}

static enum hs_verdict serve_read(struct hs_request *req, struct job *job)
{
	struct hs__rest_call *call = &job->call;
	struct hs_error err = { 0 };
	enum hs_status status = HS_OK;
	if (call->everything)
		status = hs__rest_everything(hs_request_arena(req), hs_request_body(req), call, &err);
	if (status == HS_OK && !call->everything)
		status = check_form(req, &err);
	if (status != HS_OK)
		return hs__rest_refuse(req, status, NULL, &err);
	if (call->interaction == HS_DO_SEARCH_SYSTEM)
		return hs__rest_system_words(req, &job->env, call, job, read_types);
	if (call->interaction != HS_DO_SEARCH_TYPE)
		return hs_read(req, work, job, after_work);
	call->words = true;
	status = hs__rest_search_sets(&job->env, hs_request_arena(req), call, &err);
	if (status != HS_OK)
		return hs__rest_refuse(req, status, NULL, &err);
	return call->set_count ? hs__rest_fetch_sets(req, &job->env, call, job, after_sets) :
				 after_sets(req, job, HS_OK, NULL);
}

static enum hs_verdict serve_other(const struct hs__rest_env *env, struct hs_request *req,
	const struct hs_rest_target *target)
{
	struct job *job = hs_arena_alloc(hs_request_arena(req), sizeof *job);
	if (!job)
		return hs__rest_refuse(req, HS_E_LIMIT, NULL, NULL);
	job->env = *env;
	job->call = (struct hs__rest_call) { .interaction = target->interaction,
		.type = target->served,
		.id = target->id,
		.version = target->version,
		.compartment = target->compartment,
		.everything = target->everything };
	read_headers(req, &job->call);
	if (target->interaction == HS_DO_READ && !wants_part(&job->call))
		return hs__rest_serve_read(env->rest, env->sandbox, req, target);
	return hs__rest_writes(target->interaction) ? serve_write(req, job) : serve_read(req, job);
}

static enum hs_verdict serve(const struct hs_rest *rest, const struct hs_rest_sandbox *sandbox,
	struct hs_request *req, const struct hs_rest_target *target)
{
	struct hs__rest_env env;
	size_t query_count = 0;
	hs_request_query(req, &query_count);
	bool raw = target->interaction == HS_DO_READ && hs__rest_wants_raw(req, target->served);
	if (target->interaction == HS_DO_READ && query_count == 0 && !raw)
		return hs__rest_serve_read(rest, sandbox, req, target);
	hs__rest_env_of(req, rest, sandbox, &env);
	if (target->interaction == HS_DO_BUNDLE)
		return hs__rest_serve_bundle(&env, req);
	if (raw)
		return hs__rest_serve_raw(&env, req, target->served, target->id);
	return serve_other(&env, req, target);
}

struct waiting {
	const struct hs_rest *rest;
	const struct hs_rest_sandbox *sandbox;
	struct hs_rest_target target;
};

static enum hs_verdict after_wait(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	const struct waiting *waiting = arg;
	return status == HS_OK ? serve(waiting->rest, waiting->sandbox, req, &waiting->target) :
				 hs__rest_refuse(req, status, NULL, err);
}

enum hs_verdict hs_rest_serve(const struct hs_rest *rest, const struct hs_rest_sandbox *sandbox,
	struct hs_request *req, const struct hs_rest_target *target)
{
	struct hs_error err = { 0 };
	uint64_t wanted = 0;
	if (!hs__rest_writes(target->interaction) && read_sequence(req, sandbox, &wanted, &err) != HS_OK)
		return hs__rest_refuse(req, err.status, NULL, &err);
	if (wanted == 0)
		return serve(rest, sandbox, req, target);
	struct waiting *waiting = hs_arena_alloc(hs_request_arena(req), sizeof *waiting);
	if (!waiting)
		return hs__rest_refuse(req, HS_E_LIMIT, NULL, NULL);
	*waiting = (struct waiting) { rest, sandbox, *target };
	return hs_await_commit(req, wanted, waiting, after_wait);
}
