/* SPDX-License-Identifier: Apache-2.0 */
/* $validate (R4 section 3.1.0, Resource-validate) on types and instances, and what is asked of resources
 * before they are stored. Both use the definitions of the packages and those that the sandbox has stored;
 * $validate also those that come along as `tx-resource`, as the operations of the terminology do. */
#include <core/base/flag.h>
#include <core/fhir/check.h>
#include <core/host/request/request_private.h>
#include <core/host/operations/validator.h>

#include <handslag/language.h>

#define PROFILES_MAX 16
#define ISSUES_MAX 1000
#define BESIDE_MAX 500

enum mode { MODE_NONE, MODE_CREATE, MODE_UPDATE, MODE_DELETE, MODE_PROFILE };

struct job {
	struct hs_request *req;
	struct hs_slice type, id;
	enum mode mode;
	struct hs_slice profiles[PROFILES_MAX];
	size_t profile_count;
	struct hs__beside beside;
	struct hs_slice language;       /* Accept-Language, else displayLanguage, as in the terminology */
	const struct hs_json *resource; /* as sent; NULL: the stored one */
	struct hs_issues issues;
};

/* ---- what is asked ---- */

static enum hs_status read_mode(struct job *job, struct hs_slice text, struct hs_error *err)
{
	static const char *const words[] = { "", "create", "update", "delete", "profile" };

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++)
		if (hs_slice_eq(text, hs_slice_cstr(words[i]))) {
			job->mode = (enum mode)i;
			return HS_OK;
		}
	return hs_fail(err, HS_E_VALUE, "mode is create, update, delete or profile, not \"%.*s\"",
		HS_S_ARG(hs_slice_first(text, 40)));
}

static void add_profile(struct job *job, struct hs_slice url)
{
	if (url.len && job->profile_count < PROFILES_MAX)
		job->profiles[job->profile_count++] = url;
}

static const struct hs_json *resource_of(const struct hs_json *parameters)
{
	return hs_json_get(hs_parameter(parameters, HS_S("resource")), HS_S("resource"));
}

/* Definitions that are not stored here, before those that are. */
static enum hs_status read_beside(struct job *job, const struct hs_json *parameters, struct hs_error *err)
{
	size_t room = hs_json_count(hs_json_get(parameters, HS_S("parameter")));
	const struct hs_json **items = hs_arena_array(hs_request_arena(job->req), room + 1, sizeof(*items));

	job->beside.items = items;
	HS_JSON_EACH(parameter, hs_json_get(parameters, HS_S("parameter"))) {
		const struct hs_json *resource = hs_json_get(parameter, HS_S("resource"));
		if (!resource || !hs_slice_eq(hs_json_get_text(parameter, HS_S("name")), HS_S("tx-resource")))
			continue;
		if (!items || job->beside.count == BESIDE_MAX)
			return hs_fail(err, HS_E_LIMIT, "more than %d tx-resource parameters", BESIDE_MAX);
		items[job->beside.count++] = resource;
	}
	return HS_OK;
}

static enum hs_status read_parameters(struct job *job, const struct hs_json *parameters, struct hs_error *err)
{
	struct hs_slice mode = hs_parameter_text(parameters, HS_S("mode"));

	job->resource = resource_of(parameters);
	if (!job->language.len)
		job->language = hs_parameter_text(parameters, HS_S("displayLanguage"));
	/* Places in XML are found from the resource on. */
	if (job->req->xml_tree)
		job->req->xml_tree = (struct hs_json *)(uintptr_t)resource_of(job->req->xml_tree);
	HS_JSON_EACH(parameter, hs_json_get(parameters, HS_S("parameter")))
		if (hs_slice_eq(hs_json_get_text(parameter, HS_S("name")), HS_S("profile")))
			add_profile(job, hs_json_text(hs_parameter_value(parameter)));
	enum hs_status status = read_beside(job, parameters, err);
	return !status && mode.len ? read_mode(job, mode, err) : status;
}

static enum hs_status read_request(struct job *job, struct hs_error *err)
{
	struct hs_request *req = job->req;
	struct hs_json *body = NULL;
	size_t count;
	const struct hs_pair *query = hs_request_query(req, &count);
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < count && !status; i++) {
		if (hs_slice_eq(query[i].name, HS_S("profile")))
			add_profile(job, query[i].value);
		if (hs_slice_eq(query[i].name, HS_S("mode")))
			status = read_mode(job, query[i].value, err);
	}
	if (status || !hs_slice_trim(hs_request_body(req)).len)
		return status;
	status = hs_request_json(req, &body, err);
	if (status)
		return status;
	bool parameters = hs_slice_eq(hs_json_get_text(body, HS_S("resourceType")), HS_S("Parameters")) &&
		!hs_slice_eq(job->type, HS_S("Parameters"));
	if (parameters)
		return read_parameters(job, body, err);
	job->resource = body;
	return HS_OK;
}

static enum hs_status check_request(const struct job *job, struct hs_error *err)
{
	if (!hs_defs_type(job->req->edition->defs, job->type))
		return hs_fail(err, HS_E_NOT_FOUND, "there is no resource type %.*s",
			HS_S_ARG(hs_slice_first(job->type, 64)));
	if (job->mode == MODE_PROFILE && !job->profile_count)
		return hs_fail(err, HS_E_REQUIRED, "mode profile needs the parameter profile");
	if (job->mode == MODE_DELETE && !job->id.len)
		return hs_fail(err, HS_E_INVALID, "mode delete is for an instance: %.*s/ID/$validate",
			HS_S_ARG(job->type));
	if (!job->resource && !job->id.len)
		return hs_fail(err, HS_E_REQUIRED,
			"there is nothing to validate: send a resource, or Parameters with one");
	return HS_OK;
}

/* ---- the work ---- */

static void check_identity(struct job *job, const struct hs_json *resource)
{
	struct hs_slice type = hs_json_get_text(resource, HS_S("resourceType"));
	const struct hs_json *id = hs_json_get(resource, HS_S("id"));

	if (type.len && !hs_slice_eq(type, job->type))
		hs_issue_add(&job->issues, HS_SEVERITY_ERROR, "invalid", HS_S("resourceType"),
			"the URL says %.*s, the resource says \"%.*s\"; they must be the same",
			HS_S_ARG(job->type), HS_S_ARG(hs_slice_first(type, 64)));
	if (job->mode == MODE_UPDATE && !id)
		hs_issue_add(&job->issues, HS_SEVERITY_ERROR, "required", HS_S("id"),
			"an update carries the id of the resource");
	if (job->mode == MODE_UPDATE && id && job->id.len && !hs_slice_eq(hs_json_text(id), job->id))
		hs_issue_add(&job->issues, HS_SEVERITY_ERROR, "invalid", HS_S("id"),
			"the URL says id \"%.*s\", the resource says \"%.*s\"; they must be the same",
			HS_S_ARG(job->id), HS_S_ARG(hs_slice_first(hs_json_text(id), 64)));
}

static enum hs_status stored(const struct job *job, struct hs_txn *txn, struct hs_arena *arena,
	struct hs_json **out, struct hs_error *err)
{
	struct hs_resource found;
	uint32_t number = hs_request_type_number(job->req, job->type);

	if (!number)
		return hs_fail(err, HS_E_NOT_FOUND, "%.*s is not served here", HS_S_ARG(job->type));
	enum hs_status status = hs_txn_get(txn, arena, number, job->id, &found, err);
	return status ? status : hs_json_parse(arena, found.body, NULL, out, err);
}

static enum hs_status work(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct job *job = arg;
	struct hs_json *kept = NULL;
	struct hs_validate_options options = { .profiles = job->profiles,
		.profile_count = job->profile_count,
		.source = job->resource ? hs_request_body(job->req) : HS_S_NONE,
		.now_ms = hs_txn_now(txn),
		.swedish = hs_language_leads(job->language, HS_S("sv")),
		.cancelled = hs_txn_cancelled(txn) };

	job->issues = (struct hs_issues) { .arena = arena, .max = ISSUES_MAX };
	enum hs_status status = job->resource ? HS_OK : stored(job, txn, arena, &kept, err);
	if (status)
		return status;
	if (job->mode == MODE_DELETE) {
		hs_issue_add(&job->issues, HS_SEVERITY_INFORMATION, "informational", HS_S_NONE,
			"%.*s/%.*s may be deleted", HS_S_ARG(job->type), HS_S_ARG(job->id));
		return HS_OK;
	}
	struct hs_validator *validator = hs__validator_beside(job->req->sandbox, job->req->edition, txn,
		&job->beside, err);
	if (!validator)
		return err->status ? err->status : HS_E_INTERNAL;
	const struct hs_json *resource = job->resource ? job->resource : kept;
	check_identity(job, resource);
	if (hs_json_is(resource, HS_JSON_OBJECT))
		hs_validate(validator, resource, &options, &job->issues);
	else
		hs_issue_add(&job->issues, HS_SEVERITY_ERROR, "structure", HS_S_NONE,
			"a resource is a JSON object");
	hs_validator_unref(validator);
	return hs_flag_is_set(options.cancelled) ? hs_fail(err, HS_E_CANCELLED, "the client has gone") :
						   HS_OK;
}

/* Faults of the XML itself know their places, and come first. A resource among Parameters is spoken of by its
 * own path, as in all other issues. */
static void add_xml_faults(struct job *job, struct hs_request *req)
{
	struct hs_issues *found = req->xml_found;

	for (struct hs_issue *issue = job->issues.first; issue; issue = issue->next)
		hs__xml_place(req, issue->path, &issue->line, &issue->column);
	req->xml_tree = NULL;
	for (struct hs_issue *issue = found->first; issue; issue = issue->next) {
		struct hs_slice wrapped = HS_S(".resource");
		size_t at = hs_slice_starts(issue->path, HS_S("Parameters.")) ?
			hs_slice_search(issue->path, wrapped) :
			SIZE_MAX;
		if (at != SIZE_MAX && !hs_slice_eq(job->type, HS_S("Parameters")))
			issue->path = hs_arena_printf(hs_request_arena(req), "%.*s%.*s", HS_S_ARG(job->type),
				HS_S_ARG(hs_slice_from(issue->path, at + wrapped.len)));
	}
	if (!found->last)
		return;
	found->last->next = job->issues.first;
	job->issues.first = found->first;
	job->issues.last = job->issues.last ? job->issues.last : found->last;
	job->issues.count += found->count;
	job->issues.errors += found->errors;
	job->issues.warnings += found->warnings;
	job->issues.cut = job->issues.cut || found->cut;
}

static enum hs_verdict after(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	struct job *job = arg;

	if (status)
		return hs_fail_request(req, err);
	if (req->xml_found)
		add_xml_faults(job, req);
	if (!job->issues.count)
		hs_issue_add(&job->issues, HS_SEVERITY_INFORMATION, "informational", HS_S_NONE,
			"no problems were found");
	return hs_reply_issues(req, 200, &job->issues);
}

static enum hs_verdict serve(struct hs_request *req, void *state)
{
	struct job *job = hs_arena_alloc(hs_request_arena(req), sizeof(*job));
	struct hs_error err = { .status = HS_OK };

	(void)state;
	if (!req->edition->defs)
		return hs_fail_request(req, &req->edition->missing);
	if (!job) {
		hs_fail(&err, HS_E_LIMIT, "the request is too large");
		return hs_fail_request(req, &err);
	}
	job->req = req;
	job->language = hs_request_header(req, HS_S("Accept-Language"));
	job->type = hs_request_part(req, "type");
	job->id = hs_request_part(req, "id");
	enum hs_status status = read_request(job, &err);
	if (!status)
		status = check_request(job, &err);
	return status ? hs_fail_request(req, &err) : hs_read_slow(req, work, job, after);
}

#define VALIDATE(where, methods) \
	{ \
		.method = (methods), .path = (where), .versions = HS_ON_R4 | HS_ON_R5, .handler = serve, \
		.operation = "validate", \
		.definition = "http://hl7.org/fhir/OperationDefinition/Resource-validate" \
	}
const struct hs_route hs__validate_routes[] = {
	VALIDATE("{type}/$validate", "POST"),
	VALIDATE("{type}/{id}/$validate", "GET POST"),
	{ .method = NULL },
};

/* ---- before storing ---- */

static int64_t policy_of(const struct hs__policy *policy)
{
	return __atomic_load_n(&policy->sandbox->limits.validation, __ATOMIC_RELAXED);
}

/* Where only the structure decides, a writer who asks for an OperationOutcome hears the rest as well. */
static bool only_hints(const struct hs__policy *policy, bool hints)
{
	return hints && policy_of(policy) == HS_HOST_VALIDATE_STRUCTURE;
}

bool hs__validation_is_slow(void *arg, bool hints)
{
	return policy_of(arg) == HS_HOST_VALIDATE_PROFILES || only_hints(arg, hints);
}

static void validate_wholly(const struct hs__policy *policy, struct hs_txn *txn,
	const struct hs_json *resource, struct hs_slice source, struct hs_slice language,
	struct hs_issues *issues)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_validate_options options = { .source = source,
		.now_ms = hs__sandbox_now(policy->sandbox),
		.swedish = hs_language_leads(language, HS_S("sv")),
		.cancelled = txn ? hs_txn_cancelled(txn) : NULL };
	struct hs_validator *validator = hs__validator_get(policy->sandbox, policy->edition, txn, &err);

	if (!validator) {
		hs_issue_add(issues, HS_SEVERITY_ERROR, "exception", HS_S_NONE, "it cannot be validated: %s",
			err.text);
		return;
	}
	hs_validate(validator, resource, &options, issues);
	hs_validator_unref(validator);
}

/* All that $validate says, as severe as $validate calls it, so that nobody is told two things of one
 * resource. It takes the place of what the structure alone had to say since `before`, which alone refuses. */
static void tell_hints(const struct hs__policy *policy, struct hs_txn *txn, const struct hs_json *resource,
	struct hs_slice source, struct hs_slice language, const struct hs_issues *before,
	struct hs_issues *issues)
{
	uint32_t refusing = issues->errors;

	*issues = *before;
	if (before->last)
		before->last->next = NULL;
	validate_wholly(policy, txn, resource, source, language, issues);
	issues->errors = refusing;
}

void hs__validation_policy(void *arg, struct hs_txn *txn, const struct hs_json *resource,
	struct hs_slice source, bool hints, struct hs_slice language, struct hs_issues *issues)
{
	const struct hs__policy *policy = arg;
	struct hs_issues before = *issues;

	switch (policy_of(policy)) {
	case HS_HOST_VALIDATE_OFF:
		return;
	case HS_HOST_VALIDATE_PROFILES:
		validate_wholly(policy, txn, resource, source, language, issues);
		return;
	default:
		hs_check_resource(policy->edition->defs, resource, source, issues);
		if (only_hints(policy, hints))
			tell_hints(policy, txn, resource, source, language, &before, issues);
	}
}
