/* SPDX-License-Identifier: Apache-2.0 */
/* POST $fhirpath in the form of the fhirpath-lab engine API: an expression, a resource and variables in
 * Parameters; the results typed, each with its place, what trace() said, and every step. */
#include <core/fhir/xml/xml.h>
#include <core/host/operations/lab.h>
#include <core/host/operations/validator.h>
#include <core/host/request/request_private.h>

#define TREE_MAX ((size_t)4 << 20) /* bytes of the tree of an expression */
#define CONTEXTS_MAX 1000u         /* items of the context expression */
#define WATCHED_MAX 100000u        /* operations of an evaluation whose steps are told */
#define SCRATCH_MAX ((size_t)64 << 20)

struct job {
	struct hs_request *req;
	const struct hs_json *parameters;
	struct hs_slice expression, context;
	const struct hs_json *resource;
	struct hs_slice type; /* of what the expression is evaluated on; empty: not known */
	struct hs_json *reply;
	/* while it runs */
	struct hs_arena *arena;   /* of the answer */
	struct hs_arena *scratch; /* of evaluation, which takes back what a criterion used */
	struct hs_txn *txn;
	const struct hs_defs *defs;
	struct hs_validator *validator; /* NULL until somebody asks */
	struct hs_json *parts, *steps;  /* of the result that is made: what trace() and each step say */
	struct hs_path *watched;        /* tells its steps; or NULL */
	struct hs__lab lab;
};

/* ---- what an expression may ask ---- */

static void on_trace(void *arg, struct hs_slice name, const struct hs_path_list *values)
{
	struct job *job = arg;
	hs__lab_trace(&job->lab, job->parts, name, values);
}

static void on_step(void *arg, const struct hs_path_told *told)
{
	struct job *job = arg;
	hs__lab_step(&job->lab, job->steps, told);
}

/* A value that was sent, typed by its name ("valueCoding"); false when the part has none. */
static bool read_variable(const struct job *job, const struct hs_json *part, struct hs_path_value *out)
{
	const struct hs_json *json = hs_json_get(part, HS_S("resource"));
	if (!json)
		json = hs_parameter_value(part);
	if (!json)
		return false;
	struct hs_slice key = hs_json_key(json);
	struct hs_slice type = hs_slice_starts(key, HS_S("value")) ?
		hs_slice_from(key, 5) :
		hs_json_get_text(json, HS_S("resourceType"));
	*out = (struct hs_path_value) { .type = hs_defs_type(job->defs, type) };
	if (!out->type && type.len) { /* "String" of valueString */
		char *lower = hs_arena_cstr(job->scratch, type);
		if (lower)
			lower[0] = (char)(lower[0] | 0x20);
		out->type = hs_defs_type(job->defs, hs_slice_cstr(lower));
	}
	hs_path_value_read(out, json);
	return true;
}

static bool is_variables(const struct hs_json *parameter)
{
	return hs_slice_eq(hs_json_get_text(parameter, HS_S("name")), HS_S("variables"));
}

/* All parts of that name are its values; one without a value is an empty collection. */
static bool on_variable(void *arg, struct hs_slice name, struct hs_path_list *out)
{
	const struct job *job = arg;
	const struct hs_json *parameters = hs_json_get(job->parameters, HS_S("parameter"));
	size_t count = 0;
	bool named = false;

	HS_JSON_EACH(parameter, parameters)
		count += is_variables(parameter) ? hs_json_count(hs_json_get(parameter, HS_S("part"))) : 0;
	*out = (struct hs_path_list) { .items = hs_arena_array(job->scratch, count, sizeof(*out->items)) };
	HS_JSON_EACH(parameter, out->items ? parameters : NULL) {
		HS_JSON_EACH(part, is_variables(parameter) ? hs_json_get(parameter, HS_S("part")) : NULL) {
			if (!hs_slice_eq(hs_json_get_text(part, HS_S("name")), name))
				continue;
			named = true;
			out->count += read_variable(job, part, &out->items[out->count]);
		}
	}
	return named;
}

/* A resource of the sandbox. */
static const struct hs_json *on_resolve(void *arg, struct hs_slice text)
{
	const struct job *job = arg;
	struct hs_reference reference;
	struct hs_resource found;
	struct hs_json *tree = NULL;
	struct hs_error ignored;
	if (!hs_reference_parse(text, &reference) || !reference.type.len)
		return NULL;
	uint32_t type = hs_request_type_number(job->req, reference.type);
	if (!type || hs_txn_get(job->txn, job->scratch, type, reference.id, &found, &ignored) ||
		hs_json_parse(job->scratch, found.body, NULL, &tree, &ignored))
		return NULL;
	return tree;
}

static void free_validator(void *validator)
{
	hs_validator_unref(validator);
}

/* The validator of the sandbox, once a question needs it; results may be of its profiles. NULL without
 * definitions. */
static const struct hs_validator *validator_of(void *arg)
{
	struct job *job = arg;
	struct hs_error ignored = { .status = HS_OK };
	if (job->validator)
		return job->validator;
	struct hs_validator *made = hs__validator_get(job->req->sandbox, job->req->edition, job->txn,
		&ignored);
	if (made && hs_arena_defer(job->arena, free_validator, made))
		job->validator = made;
	else
		hs_validator_unref(made);
	return job->validator;
}

/* ---- evaluation ---- */

static void free_path(void *path)
{
	hs_path_free(path);
}

static enum hs_status compile(const struct job *job, struct hs_slice expression, struct hs_slice type,
	struct hs_path **out, struct hs_error *err)
{
	static const char *const phases[] = { "syntax", "semantic", "execution" };
	enum hs_path_phase phase = HS_PATH_EXECUTION;
	struct hs_error own = { .status = HS_OK };
	enum hs_status status = hs_path_compile(job->defs, expression, type, out, &phase, &own);

	if (status) {
		hs_fail(err, status, "%s error: %s", phases[phase], own.text);
		err->line = own.line;
		err->column = own.column;
		return status;
	}
	/* Literals of the expression are part of its results. */
	return hs_arena_defer(job->arena, free_path, *out) ? HS_OK :
							     hs_fail(err, HS_E_LIMIT, "out of memory");
}

/* "result" or "debug-trace", for the item of the context when there is one. */
static void add_parts(struct job *job, const char *name, const struct hs_path_value *item,
	struct hs_json *parts)
{
	struct hs_json *out = hs__lab_add(job->arena, hs_json_get(job->reply, HS_S("parameter")), name);

	if (item)
		hs_json_add_text(job->arena, out, HS_S("valueString"), hs_path_place(&job->lab.places, item));
	if (hs_json_count(parts))
		hs_json_add(out, HS_S("part"), parts);
}

static enum hs_status run(const struct job *job, const struct hs_path *path,
	const struct hs_path_context *context, const struct hs_path_value *item, struct hs_path_list *out,
	struct hs_error *err)
{
	return item ? hs_path_eval_value(path, context, item, out, err) :
		      hs_path_eval(path, context, job->resource, out, err);
}

/* The same once more, step by step. What it takes is its own, so that no answer is lost to the watching. */
static void add_steps(struct job *job, const struct hs_path_context *context,
	const struct hs_path_value *item)
{
	struct hs_path_context watching = *context;
	struct hs_path_list ignored;
	struct hs_error err = { .status = HS_OK };

	if (!job->watched || job->lab.steps >= HS__LAB_STEPS)
		return;
	job->steps = hs_json_array(job->arena);
	watching.arena = hs_arena_new(SCRATCH_MAX);
	watching.steps = WATCHED_MAX;
	watching.trace = NULL;
	watching.step = on_step;
	(void)run(job, job->watched, &watching, item, &ignored, &err);
	hs_arena_free(watching.arena);
	add_parts(job, "debug-trace", item, job->steps);
}

static enum hs_status add_result(struct job *job, const struct hs_path *path,
	const struct hs_path_context *context, const struct hs_path_value *item, struct hs_error *err)
{
	struct hs_path_list values = { .count = 0 };

	job->parts = hs_json_array(job->arena);
	enum hs_status status = run(job, path, context, item, &values, err);
	if (status)
		return status;
	hs__lab_values(&job->lab, job->parts, &values);
	add_parts(job, "result", item, job->parts);
	add_steps(job, context, item);
	return HS_OK;
}

/* What static analysis says of the expression; one that cannot be parsed is refused by who compiles it. */
static void add_explanation(const struct job *job, struct hs_json *parts)
{
	struct hs_path_explanation told;
	struct hs_error ignored = { .status = HS_OK };
	struct hs_buf text;

	if (hs_path_explain(job->defs, job->expression, job->type, job->arena, &told, &ignored))
		return;
	if (told.type.len)
		hs__lab_text(job->arena, parts, "expectedReturnType", told.type);
	hs_buf_init(&text, job->arena, TREE_MAX);
	hs_json_write(&text, told.tree, HS_JSON_PRETTY);
	if (told.tree && !text.overflow)
		hs__lab_text(job->arena, parts, "parseDebugTree", hs_buf_slice(&text));
	if (told.outline.len)
		hs__lab_text(job->arena, parts, "parseDebug", told.outline);
}

static void add_echo(struct job *job)
{
	struct hs_arena *arena = job->arena;
	struct hs_json *item = hs__lab_add(arena, hs_json_add_array(arena, job->reply, HS_S("parameter")),
		"parameters");
	struct hs_json *parts = hs_json_add_array(arena, item, HS_S("part"));
	struct hs_slice server = hs_parameter_text(job->parameters, HS_S("terminologyserver"));

	hs__lab_text(arena, parts, "evaluator",
		hs_arena_printf(arena, "Handslag %s (%s)", HS_VERSION, job->req->edition->name));
	add_explanation(job, parts);
	hs__lab_text(arena, parts, "expression", job->expression);
	if (job->context.len)
		hs__lab_text(arena, parts, "context", job->context);
	if (job->resource)
		hs_json_add(hs__lab_add(arena, parts, "resource"), HS_S("resource"),
			hs_json_clone(arena, job->resource));
	/* Codes are asked of the terminology here, whatever the caller names. */
	if (server.len)
		hs__lab_text(arena, parts, "terminologyServerUrl", server);
	HS_JSON_EACH(parameter, hs_json_get(job->parameters, HS_S("parameter")))
		if (is_variables(parameter))
			hs_json_push(parts, hs_json_clone(arena, parameter));
}

/* The type that the expression is evaluated on: that of the items of the context when they have one. */
static struct hs_slice focus_type(const struct job *job)
{
	struct hs_slice type = hs_json_get_text(job->resource, HS_S("resourceType"));
	struct hs_path_explanation told = { .tree = NULL };
	struct hs_error ignored = { .status = HS_OK };

	if (job->context.len)
		(void)hs_path_explain(job->defs, job->context, type, job->arena, &told, &ignored);
	return job->context.len ? told.focus : type;
}

static enum hs_status evaluate(struct job *job, struct hs_error *err)
{
	struct hs_slice type = hs_json_get_text(job->resource, HS_S("resourceType"));
	struct hs_path *path = NULL, *context_path = NULL;
	struct hs_path_list items = { .count = 0 };
	struct hs_validate_asker asker = {
		.validator = validator_of, .arg = job, .resource = job->resource, .arena = job->scratch
	};
	struct hs_path_context context = { .arena = job->scratch,
		.defs = job->defs,
		.now_ms = hs_txn_now(job->txn),
		.single_as = true,
		.resource = job->resource,
		.variable = on_variable,
		.resolve = on_resolve,
		.oracle = &hs_validate_oracle,
		.oracle_arg = &asker,
		.trace = on_trace,
		.arg = job };
	enum hs_status status = compile(job, job->expression, job->type, &path, err);

	if (!status)
		(void)hs_path_compile_watched(job->defs, job->expression, job->type, &job->watched, NULL,
			err);
	if (status || !job->context.len)
		return status ? status : add_result(job, path, &context, NULL, err);
	job->parts = hs_json_array(job->arena);
	status = compile(job, job->context, type, &context_path, err);
	if (!status)
		status = hs_path_eval(context_path, &context, job->resource, &items, err);
	if (!status && items.count > CONTEXTS_MAX)
		return hs_fail(err, HS_E_TOO_COSTLY, "the context has %zu items; at most %u are evaluated",
			items.count, CONTEXTS_MAX);
	for (size_t i = 0; i < items.count && !status; i++)
		status = add_result(job, path, &context, &items.items[i], err);
	return status;
}

/* ---- the request ---- */

static const struct hs_json *lab_value(const struct hs_json *parameter, struct hs_slice name)
{
	HS_JSON_EACH(extension, hs_json_get(parameter, HS_S("extension"))) {
		struct hs_slice url = hs_json_get_text(extension, HS_S("url"));
		if (hs_slice_starts(url, HS_S(HS__LAB)) &&
			hs_slice_eq(hs_slice_from(url, sizeof(HS__LAB) - 1), name))
			return hs_json_get(extension, HS_S("valueString"));
	}
	return NULL;
}

/* As it is, or as JSON or XML text in an extension; NULL: evaluated on nothing. */
static enum hs_status take_resource(struct job *job, struct hs_error *err)
{
	const struct hs_json *parameter = hs_parameter(job->parameters, HS_S("resource"));
	const struct hs_json *json = lab_value(parameter, HS_S("json-value"));
	const struct hs_json *xml = lab_value(parameter, HS_S("xml-value"));
	struct hs_json *tree = hs_json_get(parameter, HS_S("resource"));
	struct hs_slice text = json || xml ? hs_json_text(json ? json : xml) :
					     hs_json_text(hs_parameter_value(parameter));
	enum hs_status status = HS_OK;

	if (!tree && text.len)
		status = hs_xml_is(text) ? hs_xml_read(job->arena, job->defs, text, NULL, NULL, &tree, err) :
					   hs_json_parse(job->arena, text, NULL, &tree, err);
	job->resource = tree;
	return status;
}

static void free_arena(void *arena)
{
	hs_arena_free(arena);
}

static enum hs_status work(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct job *job = arg;

	job->txn = txn;
	job->arena = arena;
	job->scratch = hs_arena_new(SCRATCH_MAX);
	if (!job->scratch || !hs_arena_defer(arena, free_arena, job->scratch)) /* results refer to it */
		return hs_fail(err, HS_E_LIMIT, "out of memory");
	job->reply = hs_json_object(arena);
	hs_json_add_text(arena, job->reply, HS_S("resourceType"), HS_S("Parameters"));
	hs_json_add_text(arena, job->reply, HS_S("id"), HS_S("fhirpath"));
	enum hs_status status = take_resource(job, err);
	if (status)
		return status;
	job->type = focus_type(job);
	job->validator = NULL;
	job->watched = NULL;
	job->lab = (struct hs__lab) { .arena = arena,
		.defs = job->defs,
		.places = { .resource = job->resource, .defs = job->defs, .arena = arena } };
	add_echo(job);
	status = evaluate(job, err);
	hs_path_free(job->watched);
	return !status && (hs_arena_full(arena) || hs_arena_full(job->scratch)) ?
		hs_fail(err, HS_E_TOO_COSTLY, "the results are too large") :
		status;
}

static enum hs_verdict after(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	const struct job *job = arg;
	return status ? hs_fail_request(req, err) : hs_reply_json(req, 200, job->reply);
}

static enum hs_verdict serve(struct hs_request *req, void *state)
{
	struct job *job = hs_arena_alloc(req->arena, sizeof(*job));
	struct hs_json *parameters = NULL;
	struct hs_error err = { .status = HS_OK };

	(void)state;
	if (!job) {
		hs_fail(&err, HS_E_LIMIT, "the request is too large");
		return hs_fail_request(req, &err);
	}
	if (hs_request_parameters(req, &parameters, &err))
		return hs_fail_request(req, &err);
	job->req = req;
	job->parameters = parameters;
	job->defs = req->edition->defs;
	job->expression = hs_parameter_text(parameters, HS_S("expression"));
	job->context = hs_parameter_text(parameters, HS_S("context"));
	if (!job->expression.len) {
		hs_fail(&err, HS_E_REQUIRED,
			"the parameter expression is missing; send Parameters with expression and resource");
		return hs_fail_request(req, &err);
	}
	return hs_read_slow(req, work, job, after);
}

#define FHIRPATH(name, on) \
	{ \
		.method = "GET POST", .path = "$" name, .versions = (on), .handler = serve, \
		.operation = name, .definition = "http://fhirpath-lab.com/OperationDefinition/fhirpath" \
	}
const struct hs_route hs__fhirpath_routes[] = {
	FHIRPATH("fhirpath", HS_ON_R4 | HS_ON_R5),
	FHIRPATH("fhirpath-r4", HS_ON_R4),
	FHIRPATH("fhirpath-r5", HS_ON_R5),
	{ .method = NULL },
};
