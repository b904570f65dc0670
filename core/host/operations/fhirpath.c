/* SPDX-License-Identifier: Apache-2.0 */
/* POST $fhirpath in the form of the fhirpath-lab engine API: an expression, a resource and variables in
 * Parameters; the results typed, each with its place, and with what trace() said. */
#include <core/fhir/path/path.h>
#include <core/fhir/xml/xml.h>
#include <core/host/request/request_private.h>
#include <core/host/operations/validator.h>

#define LAB "http://fhir.forms-lab.com/StructureDefinition/"
#define TREE_MAX ((size_t)4 << 20) /* bytes of the tree of an expression */
#define CONTEXTS_MAX 1000u         /* items of the context expression */
#define RESULTS_MAX 10000u         /* values in all */
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
	struct hs_json *parts;          /* of the result that is made, for trace() */
	size_t told;
};

/* ---- answers ---- */

static struct hs_json *add_named(struct hs_arena *arena, struct hs_json *list, const char *name)
{
	struct hs_json *item = hs_json_push(list, hs_json_object(arena));
	hs_json_add_text(arena, item, HS_S("name"), hs_slice_cstr(name));
	return item;
}

static void add_text(struct hs_arena *arena, struct hs_json *list, const char *name, struct hs_slice text)
{
	hs_json_add_text(arena, add_named(arena, list, name), HS_S("valueString"), text);
}

static void add_extension(struct hs_arena *arena, struct hs_json *item, const char *url, struct hs_slice text)
{
	struct hs_json *list = hs_json_get(item, HS_S("extension"));
	struct hs_json *extension = hs_json_object(arena);
	if (!list)
		list = hs_json_add_array(arena, item, HS_S("extension"));
	hs_json_add_text(arena, extension, HS_S("url"), hs_slice_cstr(url));
	hs_json_add_text(arena, extension, HS_S("valueString"), text);
	hs_json_push(list, extension);
}

/* "valueHumanName", when Parameters can carry the type; empty otherwise. */
static struct hs_slice value_key(const struct job *job, struct hs_slice type)
{
	const struct hs_def_type *parameters = hs_defs_type(job->defs, HS_S("Parameters"));
	const struct hs_def_element *list = hs_defs_child(job->defs, hs_defs_root(job->defs, parameters),
		parameters, HS_S("parameter"), NULL);
	struct hs_slice key = hs_arena_printf(job->arena, "value%.*s", HS_S_ARG(type));
	if (key.len > 5 && key.ptr[5] >= 'a' && key.ptr[5] <= 'z')
		((char *)(uintptr_t)key.ptr)[5] = (char)(key.ptr[5] - ('a' - 'A'));
	return list && hs_defs_child(job->defs, list, NULL, key, NULL) ? key : HS_S_NONE;
}

static struct hs_json *quantity_json(struct hs_arena *arena, const struct hs_path_value *value)
{
	struct hs_json *out = hs_json_object(arena);
	static const char *const calendar =
		" year years month months week weeks day days hour hours minute minutes "
		"second seconds millisecond milliseconds ";
	struct hs_slice word = hs_arena_printf(arena, " %.*s ", HS_S_ARG(value->unit));
	hs_json_add(out, HS_S("value"), hs_json_number(arena, value->text));
	hs_json_add_text(arena, out, HS_S("unit"), value->unit);
	if (value->unit.len && hs_slice_search(hs_slice_cstr(calendar), word) == SIZE_MAX) {
		hs_json_add_text(arena, out, HS_S("system"), HS_S("http://unitsofmeasure.org"));
		hs_json_add_text(arena, out, HS_S("code"), value->unit);
	}
	return out;
}

static void add_json_value(const struct job *job, struct hs_json *item, const struct hs_json *value)
{
	struct hs_buf text;
	hs_buf_init(&text, job->arena, (size_t)64 << 20);
	hs_json_write(&text, value, 0);
	add_extension(job->arena, item, LAB "json-value", hs_buf_slice(&text));
}

/* "HumanName", and for a backbone, which has no name of its own, "Patient#Contact". */
static struct hs_slice part_name(const struct job *job, const struct hs_path_value *value,
	struct hs_slice type)
{
	struct hs_slice path = value->element ? hs_defs_text(job->defs, value->element->path) : HS_S_NONE;
	size_t first = hs_slice_find(path, '.', 0), last = first;

	if (first == SIZE_MAX ||
		(!hs_slice_eq(type, HS_S("BackboneElement")) && !hs_slice_eq(type, HS_S("Element"))))
		return type;
	for (size_t at = first; at != SIZE_MAX; at = hs_slice_find(path, '.', at + 1))
		last = at;
	struct hs_slice name = hs_arena_printf(job->arena, "%.*s#%.*s", HS_S_ARG(hs_slice_first(path, first)),
		HS_S_ARG(hs_slice_from(path, last + 1)));
	if (name.len > first + 1 && name.ptr[first + 1] >= 'a' && name.ptr[first + 1] <= 'z')
		((char *)(uintptr_t)name.ptr)[first + 1] = (char)(name.ptr[first + 1] - ('a' - 'A'));
	return name;
}

static void add_value(const struct job *job, struct hs_json *list, const struct hs_path_value *value)
{
	struct hs_arena *arena = job->arena;
	struct hs_slice type = hs_path_type_name(job->defs, value), name = part_name(job, value, type);
	struct hs_json *item = hs_json_push(list, hs_json_object(arena));
	bool empty = value->kind == HS_PATH_STRING && !value->text.len && (!value->node || !value->shadow);
	struct hs_slice key = value_key(job, type), place = hs_path_place(arena, job->resource, value);

	hs_json_add_text(arena, item, HS_S("name"), empty ? HS_S("empty-string") : name);
	if (place.len)
		add_extension(arena, item, LAB "resource-path", place);
	if (empty)
		return;
	bool computed = value->kind == HS_PATH_QUANTITY && !value->node;
	struct hs_json *json = computed ? quantity_json(arena, value) : hs_path_json(arena, value);
	/* A quantity of the resource goes out as it is there. */
	if (value->kind == HS_PATH_QUANTITY && value->node)
		json = hs_json_clone(arena, value->node);
	if (value->kind == HS_PATH_LONG) /* a string in FHIR's JSON */
		json = hs_json_string(arena, hs_path_print(arena, value));
	if (hs_json_get_text(json, HS_S("resourceType")).len)
		hs_json_add(item, HS_S("resource"), json);
	else if (key.len)
		hs_json_add(item, key, json);
	else
		add_json_value(job, item, json);
}

static void add_values(struct job *job, struct hs_json *list, const struct hs_path_list *values)
{
	for (size_t i = 0; i < values->count && job->told < RESULTS_MAX; i++, job->told++)
		add_value(job, list, &values->items[i]);
}

/* ---- what an expression may ask ---- */

/* A copy that shares no text with `json`; NULL when there is no room. */
static struct hs_json *copy_with_texts(struct hs_arena *arena, const struct hs_json *json)
{
	struct hs_error ignored = { .status = HS_OK };
	struct hs_json *copy = NULL;
	struct hs_buf text;

	hs_buf_init(&text, arena, SCRATCH_MAX);
	hs_json_write(&text, json, 0);
	return hs_json_parse(arena, hs_buf_slice(&text), NULL, &copy, &ignored) ? NULL : copy;
}

/* The values are those of this moment: their texts go with what a criterion used. */
static void on_trace(void *arg, struct hs_slice name, const struct hs_path_list *values)
{
	struct job *job = arg;
	struct hs_json *item = hs_json_object(job->arena);

	hs_json_add_text(job->arena, item, HS_S("name"), HS_S("trace"));
	hs_json_add_text(job->arena, item, HS_S("valueString"), name);
	if (values->count)
		add_values(job, hs_json_add_array(job->arena, item, HS_S("part")), values);
	hs_json_push(job->parts, copy_with_texts(job->arena, item));
}

/* A value that was sent, typed by its name ("valueCoding"). */
static bool on_variable(void *arg, struct hs_slice name, struct hs_path_list *out)
{
	const struct job *job = arg;
	const struct hs_json *found = NULL;
	HS_JSON_EACH(parameter, hs_json_get(job->parameters, HS_S("parameter"))) {
		if (!hs_slice_eq(hs_json_get_text(parameter, HS_S("name")), HS_S("variables")))
			continue;
		HS_JSON_EACH(part, hs_json_get(parameter, HS_S("part")))
			if (hs_slice_eq(hs_json_get_text(part, HS_S("name")), name))
				found = part;
	}
	if (!found)
		return false;
	struct hs_path_value *value = hs_arena_alloc(job->scratch, sizeof(*value));
	const struct hs_json *json = hs_json_get(found, HS_S("resource"));
	*out = (struct hs_path_list) { .count = 0 };
	if (!json)
		json = hs_parameter_value(found);
	if (!value || !json)
		return true;
	struct hs_slice key = hs_json_key(json);
	struct hs_slice type = hs_slice_starts(key, HS_S("value")) ?
		hs_slice_from(key, 5) :
		hs_json_get_text(json, HS_S("resourceType"));
	value->type = hs_defs_type(job->defs, type);
	if (!value->type && type.len) { /* "String" of valueString */
		char *lower = hs_arena_cstr(job->scratch, type);
		if (lower)
			lower[0] = (char)(lower[0] | 0x20);
		value->type = hs_defs_type(job->defs, hs_slice_cstr(lower));
	}
	hs_path_value_read(value, json);
	*out = (struct hs_path_list) { value, 1 };
	return true;
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

/* The validator of the sandbox, once a question needs it. NULL without definitions. */
static struct hs_validator *validator_of(struct job *job)
{
	struct hs_error ignored = { .status = HS_OK };
	if (!job->validator)
		job->validator = hs__validator_get(job->req->sandbox, job->req->edition, job->txn, &ignored);
	return job->validator;
}

static int on_conforms(void *arg, const struct hs_json *resource, struct hs_slice profile)
{
	struct job *job = arg;
	const struct hs_validator *validator = validator_of(job);
	return validator ? hs_validate_conforms(validator, resource, profile, job->scratch) : -1;
}

static int on_member(void *arg, const struct hs_path_value *value, struct hs_slice value_set)
{
	struct job *job = arg;
	const struct hs_validator *validator = validator_of(job);
	return validator ? hs_validate_member_of(validator, value, value_set, job->scratch) : -1;
}

static int on_subsumes(void *arg, struct hs_slice system, struct hs_slice above, struct hs_slice below)
{
	const struct hs_validator *validator = validator_of(arg);
	return validator ? hs_validate_subsumes(validator, system, above, below) : -1;
}

static enum hs_status on_terminology(void *arg, struct hs_arena *arena, const char *operation,
	const struct hs_json *parameters, struct hs_json **out, struct hs_error *err)
{
	const struct hs_validator *validator = validator_of(arg);
	return validator ? hs_validate_ask(validator, arena, operation, parameters, out, err) :
			   hs_fail(err, HS_E_NOT_SUPPORTED, "there is no terminology to ask here");
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

static enum hs_status add_result(struct job *job, const struct hs_path *path,
	const struct hs_path_context *context, const struct hs_path_value *item, struct hs_error *err)
{
	struct hs_json *result = hs_json_object(job->arena);
	struct hs_path_list values = { .count = 0 };
	enum hs_status status;

	hs_json_add_text(job->arena, result, HS_S("name"), HS_S("result"));
	if (item)
		hs_json_add_text(job->arena, result, HS_S("valueString"),
			hs_path_place(job->arena, job->resource, item));
	job->parts = hs_json_array(job->arena);
	status = item ? hs_path_eval_value(path, context, item, &values, err) :
			hs_path_eval(path, context, job->resource, &values, err);
	if (status)
		return status;
	add_values(job, job->parts, &values);
	if (hs_json_count(job->parts))
		hs_json_add(result, HS_S("part"), job->parts);
	hs_json_push(hs_json_get(job->reply, HS_S("parameter")), result);
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
		add_text(job->arena, parts, "expectedReturnType", told.type);
	hs_buf_init(&text, job->arena, TREE_MAX);
	hs_json_write(&text, told.tree, HS_JSON_PRETTY);
	if (told.tree && !text.overflow)
		add_text(job->arena, parts, "parseDebugTree", hs_buf_slice(&text));
}

static void add_echo(struct job *job)
{
	struct hs_arena *arena = job->arena;
	struct hs_json *item = add_named(arena, hs_json_add_array(arena, job->reply, HS_S("parameter")),
		"parameters");
	struct hs_json *parts = hs_json_add_array(arena, item, HS_S("part"));
	struct hs_slice server = hs_parameter_text(job->parameters, HS_S("terminologyserver"));

	add_text(arena, parts, "evaluator",
		hs_arena_printf(arena, "Handslag %s (%s)", HS_VERSION, job->req->edition->name));
	add_explanation(job, parts);
	add_text(arena, parts, "expression", job->expression);
	if (job->context.len)
		add_text(arena, parts, "context", job->context);
	if (job->resource)
		hs_json_add(add_named(arena, parts, "resource"), HS_S("resource"),
			hs_json_clone(arena, job->resource));
	/* Codes are asked of the terminology here, whatever the caller names. */
	if (server.len)
		add_text(arena, parts, "terminologyServerUrl", server);
	HS_JSON_EACH(parameter, hs_json_get(job->parameters, HS_S("parameter")))
		if (hs_slice_eq(hs_json_get_text(parameter, HS_S("name")), HS_S("variables")))
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
	struct hs_path_context context = { .arena = job->scratch,
		.defs = job->defs,
		.now_ms = hs_txn_now(job->txn),
		.single_as = true,
		.resource = job->resource,
		.variable = on_variable,
		.resolve = on_resolve,
		.conforms_to = on_conforms,
		.member_of = on_member,
		.subsumes = on_subsumes,
		.terminology = on_terminology,
		.trace = on_trace,
		.arg = job };
	enum hs_status status = compile(job, job->expression, job->type, &path, err);

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
		if (hs_slice_starts(url, HS_S(LAB)) && hs_slice_eq(hs_slice_from(url, sizeof(LAB) - 1), name))
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
	job->told = 0;
	job->reply = hs_json_object(arena);
	hs_json_add_text(arena, job->reply, HS_S("resourceType"), HS_S("Parameters"));
	hs_json_add_text(arena, job->reply, HS_S("id"), HS_S("fhirpath"));
	enum hs_status status = take_resource(job, err);
	if (status)
		return status;
	job->type = focus_type(job);
	add_echo(job);
	status = evaluate(job, err);
	hs_validator_unref(job->validator);
	job->validator = NULL;
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
