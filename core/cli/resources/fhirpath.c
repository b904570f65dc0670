/* SPDX-License-Identifier: Apache-2.0 */
/* `handslag fhirpath`: evaluates an expression on resources in files, or requests from a pipe. */
#include <core/base/heap.h>
#include <core/base/world.h>
#include <core/cli/resources/validate_private.h>
#include <core/fhir/path/path.h>
#include <core/fhir/xml/xml.h>

#include <stdio.h>

#define FILE_LIMIT (256u << 20)   /* bytes of a file */
#define ARENA_CAP (2048ull << 20) /* bytes of one evaluation, its input included */
#define TRACE_CAP (64u << 20)     /* bytes of the values of one trace() */
#define TRACE_MAX 100u            /* values of one trace() that are shown */

struct options {
	bool json, pipe, names_only, lenient;
	const char *type; /* NULL: that of the resource */
	const char *fhir; /* as it was said; NULL: R4 */
	const char *expression;
	struct hs_cli_list packages, definitions;
};

struct session {
	const struct options *options;
	const struct hs_cli_command *command;
	const struct hs_world *world;
	struct hs_slice release; /* "4.0.1" */
	struct hs_defs *defs;
	/* For profiles and codes: opened when an expression first asks; `layer` when definitions were handed
	 * over. */
	struct validate_engine *engine;
	struct validate_layer layer;
	bool engine_tried;
};

/* ---- results ---- */

static struct hs_json *list_json(struct hs_arena *arena, const struct hs_defs *defs,
	const struct hs_path_list *list)
{
	struct hs_json *array = hs_json_array(arena);
	for (size_t i = 0; i < list->count; i++) {
		struct hs_json *item = hs_json_object(arena);
		hs_json_add_text(arena, item, HS_S("type"), hs_path_type_name(defs, &list->items[i]));
		hs_json_add(item, HS_S("value"), hs_path_json(arena, &list->items[i]));
		hs_json_push(array, item);
	}
	return array;
}

static const char *phase_name(enum hs_path_phase phase)
{
	return phase == HS_PATH_SYNTAX ? "syntax" : phase == HS_PATH_SEMANTIC ? "semantic" : "execution";
}

/* ---- evaluation ---- */

/* The values are those of this moment; their texts are made apart from the evaluation. */
static void print_trace(void *arg, struct hs_slice name, const struct hs_path_list *values)
{
	struct hs_arena *arena = hs_arena_new(TRACE_CAP);
	(void)arg;
	fprintf(stderr, "trace %.*s: %zu item%s\n", HS_S_ARG(name), values->count,
		values->count == 1 ? "" : "s");
	for (size_t i = 0; i < values->count && i < TRACE_MAX; i++) {
		fprintf(stderr, "  %.*s\n", HS_S_ARG(hs_path_print(arena, &values->items[i])));
	}
	if (values->count > TRACE_MAX) {
		fprintf(stderr, "  ... and %zu more\n", values->count - TRACE_MAX);
	}
	hs_arena_free(arena);
}

static const struct hs_json *resolve_nothing(void *arg, struct hs_slice reference)
{
	(void)arg;
	(void)reference;
	return NULL;
}

static void close_engine(struct session *session)
{
	if (!session->engine)
		return;
	if (session->layer.library)
		hs_cli_validate_layer_end(&session->layer);
	hs_cli_validate_close(session->engine);
	hs_heap_free(session->engine);
	session->engine = NULL;
}

static enum hs_status open_engine(struct session *session, struct hs_error *err)
{
	const struct options *options = session->options;
	struct validate_setup setup = { .fhir = hs_slice_starts(session->release, HS_S("5")) ? HS_FHIR_R5 :
											       HS_FHIR_R4,
		.release = session->release,
		.packages = &options->packages,
		.defs = session->defs };
	session->engine_tried = true;
	session->engine = hs_heap_alloc(sizeof(*session->engine));
	enum hs_status status = hs_cli_validate_open(session->engine, &setup, err);
	if (!status && options->definitions.count)
		status = hs_cli_validate_layer_files(session->engine, &session->layer, &options->definitions,
			err);
	if (status)
		close_engine(session);
	return status;
}

/* NULL when the packages for it are missing. */
static const struct hs_validator *validator_of(void *arg)
{
	struct session *session = arg;
	struct hs_error err;
	if (!session->engine_tried && open_engine(session, &err)) {
		fprintf(stderr, "handslag fhirpath: profiles and codes cannot be judged: %s\n", err.text);
	}
	return !session->engine          ? NULL :
		session->layer.validator ? session->layer.validator :
					   session->engine->validator;
}

/* The resource of a file, or NULL for none. */
static enum hs_status read_resource(const struct session *session, struct hs_arena *arena, const char *file,
	struct hs_json **out, struct hs_error *err)
{
	struct hs_slice text;
	*out = NULL;
	if (!file) {
		return HS_OK;
	}
	enum hs_status status = hs_world_read_file(session->world, arena, file, FILE_LIMIT, &text, err);
	if (status || !hs_xml_is(text)) {
		return status ? status : hs_json_parse(arena, text, NULL, out, err);
	}
	return session->defs ? hs_xml_read(arena, session->defs, text, NULL, NULL, out, err) :
			       hs_fail(err, HS_E_NOT_SUPPORTED, "XML is read with FHIR's definitions only");
}

static enum hs_status evaluate(struct session *session, struct hs_arena *arena, struct hs_slice expression,
	const struct hs_json *resource, struct hs_path_list *out, enum hs_path_phase *phase,
	struct hs_error *err)
{
	struct hs_path *path = NULL;
	struct hs_slice type = hs_json_get_text(resource, HS_S("resourceType"));
	if (session->options->type || session->options->lenient) {
		type = hs_slice_cstr(session->options->type);
	}
	enum hs_status status = hs_path_compile(session->defs, expression, type, &path, phase, err);
	if (status) {
		return status;
	}
	*phase = HS_PATH_EXECUTION;
	struct hs_validate_asker asker = {
		.validator = validator_of, .arg = session, .resource = resource, .arena = arena
	};
	struct hs_path_context context = { .arena = arena,
		.defs = session->defs,
		.oracle = &hs_validate_oracle,
		.oracle_arg = &asker,
		.single_as = !session->options->lenient,
		.trace = print_trace,
		.resolve = session->options->lenient ? NULL : resolve_nothing };
	context.now_ms = session->world->wall_ms(session->world->ctx);
	status = hs_path_eval(path, &context, resource, out, err);
	/* Literals of the expression are part of its results. */
	if (!hs_arena_defer(arena, (void (*)(void *))hs_path_free, path)) {
		status = hs_fail(err, HS_E_LIMIT, "out of memory");
	}
	return status;
}

static void print_lines(struct hs_arena *arena, const struct hs_path_list *list)
{
	for (size_t i = 0; i < list->count; i++) {
		printf("%.*s\n", HS_S_ARG(hs_path_print(arena, &list->items[i])));
	}
}

/* On one line, as JSON lines have it. */
static void print_json(struct hs_arena *arena, const struct hs_json *value)
{
	struct hs_buf buf;
	hs_buf_init(&buf, arena, SIZE_MAX / 2);
	hs_json_write(&buf, value, 0);
	hs_buf_byte(&buf, '\n');
	fwrite(buf.ptr, 1, buf.len, stdout);
	fflush(stdout);
}

static enum hs_exit run_file(struct session *session, const char *file)
{
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct hs_json *resource;
	struct hs_path_list list;
	struct hs_error err;
	enum hs_path_phase phase = HS_PATH_EXECUTION;
	enum hs_status status = read_resource(session, arena, file, &resource, &err);
	bool read = status == HS_OK;
	if (!status) {
		status = evaluate(session, arena, hs_slice_cstr(session->options->expression), resource,
			&list, &phase, &err);
	}
	if (status) {
		/* What cannot be opened is named by the error itself. */
		bool told = file && strstr(err.text, file);
		fprintf(stderr, "handslag fhirpath: %s%s", file && !told ? file : "",
			file && !told ? ": " : "");
		if (read) {
			fprintf(stderr, "%s error", phase_name(phase));
		}
		if (err.column) {
			fprintf(stderr, "%sline %u, column %u", read ? " at " : "", err.line, err.column);
		}
		fprintf(stderr, "%s%s\n", read || err.column ? ": " : "", err.text);
		if (session->options->json) {
			printf("{\"error\":\"%s\"}\n", phase_name(phase));
		}
	} else if (session->options->json) {
		print_json(arena, list_json(arena, session->defs, &list));
	} else {
		print_lines(arena, &list);
	}
	hs_arena_free(arena);
	return !status ? HS_EXIT_OK : !read && err.status == HS_E_NOT_FOUND ? HS_EXIT_USAGE : HS_EXIT_FAILED;
}

/* ---- requests ---- */

static void answer(struct session *session, struct hs_slice line)
{
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct hs_json *request = NULL, *resource = NULL, *reply = hs_json_object(arena);
	struct hs_path_list list = { .items = NULL };
	struct hs_error err;
	enum hs_path_phase phase = HS_PATH_EXECUTION;
	enum hs_status status = hs_json_parse(arena, line, NULL, &request, &err);
	if (!status) {
		struct hs_json *id = hs_json_get(request, HS_S("id"));
		hs_json_add(reply, HS_S("id"), id ? hs_json_clone(arena, id) : hs_json_null(arena));
		char *file = hs_arena_cstr(arena, hs_json_get_text(request, HS_S("file")));
		status = read_resource(session, arena, file && file[0] ? file : NULL, &resource, &err);
	}
	if (!status) {
		struct hs_slice expression = hs_json_get_text(request, HS_S("expression"));
		status = evaluate(session, arena, expression, resource, &list, &phase, &err);
	}
	if (status) {
		hs_json_add_text(arena, reply, HS_S("error"), hs_slice_cstr(phase_name(phase)));
		hs_json_add_text(arena, reply, HS_S("message"), hs_slice_cstr(err.text));
	} else {
		hs_json_add(reply, HS_S("result"), list_json(arena, session->defs, &list));
	}
	print_json(arena, reply);
	hs_arena_free(arena);
}

static void serve_pipe(struct session *session)
{
	char *line = NULL;
	size_t room = 0;
	for (ssize_t len = getline(&line, &room, stdin); len >= 0; len = getline(&line, &room, stdin)) {
		struct hs_slice text = hs_slice_trim(hs_slice(line, (size_t)len));
		if (text.len) {
			answer(session, text);
		}
	}
	hs_heap_free(line);
}

/* ---- start ---- */

/* Packages say themselves for what release they are, so those that are named are opened first. */
static enum hs_status open_definitions(struct session *session, struct hs_error *err)
{
	const struct options *options = session->options;
	if (options->packages.count || options->definitions.count) {
		enum hs_status status = open_engine(session, err);
		session->defs = status ? NULL : hs_defs_ref(session->engine->defs);
		return status;
	}
	if (!options->names_only && hs_cli_definitions_of(session->release, &session->defs, err)) {
		fprintf(stderr, "handslag fhirpath: no FHIR definitions (%s); elements are taken by name\n",
			err->text);
	}
	return HS_OK;
}

/* Without the check that it asks for, an expression would pass that is wrong. */
static bool knows_type(const struct session *session)
{
	struct hs_slice rest = hs_slice_cstr(session->options->type);
	return !rest.len || !session->defs || hs_defs_type(session->defs, hs_slice_cut(&rest, '.'));
}

static const char EXAMPLE[] = "  handslag fhirpath \"name.where(use = 'official').given\" patient.json\n"
			      "  handslag fhirpath '1 + 1'";

static const char MORE[] =
	"The results are printed one a line. Without a FILE the expression is evaluated on nothing.";

/* The worst of what came of the files: that one is not there weighs more than that an expression failed. */
static enum hs_exit run_inputs(struct session *session, int count, char **arguments)
{
	enum hs_exit worst = HS_EXIT_OK;
	if (session->options->pipe) {
		serve_pipe(session);
	} else if (count == 1) {
		worst = run_file(session, NULL);
	}
	for (int i = 1; i < count; i++) {
		enum hs_exit code = run_file(session, arguments[i]);
		worst = code > worst ? code : worst;
	}
	return worst;
}

static enum hs_exit run(struct session *session, int count, char **arguments)
{
	struct hs_error err = { .status = HS_OK };
	enum hs_exit code;
	if (open_definitions(session, &err)) {
		return hs_cli_fail(session->command, HS_EXIT_USAGE, "%s", err.text);
	}
	if (knows_type(session)) {
		code = run_inputs(session, count, arguments);
	} else {
		code = (enum hs_exit)hs_cli_fail(session->command, HS_EXIT_USAGE,
			"--type: there is no type \"%s\" in FHIR %.*s", session->options->type,
			HS_S_ARG(session->release));
	}
	close_engine(session);
	if (session->defs) {
		hs_defs_unref(session->defs);
	}
	return code;
}

int hs_cli_fhirpath(int argc, char **argv)
{
	struct options options = { .json = false };
	const struct hs_cli_option table[] = {
		{ "--json", NULL, "one JSON array a file: [{\"type\": \"string\", \"value\": \"x\"}, ...]",
			HS_CLI_FLAG, &options.json },
		HS_CLI_RELEASE(&options.fhir),
		{ "--package", "NAME[#VERSION]|FILE.tgz", "profiles and codes of this package too",
			HS_CLI_LIST, &options.packages },
		{ "--def", "FILE|DIR", "profiles, value sets and code systems of your own", HS_CLI_LIST,
			&options.definitions },
		{ "--type", "TYPE", "check the expression against this type (default: that of the resource)",
			HS_CLI_TEXT, &options.type },
		{ "--lenient", NULL,
			"no check; `as` filters several items; resolve() goes by the type in the reference",
			HS_CLI_FLAG, &options.lenient },
		{ "--names-only", NULL, "without the FHIR definitions: elements are taken by name",
			HS_CLI_FLAG, &options.names_only },
		{ "--pipe", NULL, "answer JSON lines {\"id\", \"expression\", \"file\"} from standard input",
			HS_CLI_FLAG, &options.pipe },
		HS_CLI_END,
	};
	const struct hs_cli_command command = { .name = "fhirpath",
		.arguments = "EXPRESSION [FILE...] | --pipe",
		.summary = "Evaluates a FHIRPath expression on FHIR resources in files, JSON or XML.",
		.example = EXAMPLE,
		.options = table,
		.more = MORE,
		.failed = "the expression failed",
		.least = 0,
		.most = -1 };
	int count;
	int code = hs_cli_parse(&command, argc, argv, &count);
	if (code >= 0) {
		return code;
	}
	if (options.pipe == (count > 0)) {
		return hs_cli_fail(&command, HS_EXIT_USAGE,
			options.pipe ? "--pipe takes no expression" :
				       "an expression is missing; see handslag fhirpath --help");
	}
	options.expression = count ? argv[0] : NULL;
	struct session session = { .options = &options,
		.command = &command,
		.release = hs_cli_release(options.fhir ? options.fhir : "4.0"),
		.world = hs_world_real() };
	if (!session.release.len) {
		return hs_cli_fail(&command, HS_EXIT_USAGE, "--fhir must be r4, r4b or r5, not \"%s\"",
			options.fhir);
	}
	return (int)run(&session, count, argv);
}
