/* SPDX-License-Identifier: Apache-2.0 */
/* Evaluates every search expression and every invariant of FHIR R4 on examples of the types that it is for,
 * in processor time, and tells what came out, for ci/peers/fhirpath_corpus.mjs to do the same and compare.
 *
 *     fhirpath_corpus [STEP [MICROSECONDS]]
 *
 * Prints a JSON object a line: kind, name, expression, ns (an evaluation, the best of three rounds of so many
 * microseconds), inputs (file, place in it, base: its type or path) and answers (an array or null for an
 * error, one an input). STEP takes every so-manieth expression. */
#include <core/base/heap.h>
#include <core/base/map.h>
#include <core/base/world.h>
#include <core/fhir/path/path.h>
#include <handslag/buf.h>

#include <stdio.h>
#include <stdlib.h>
#include <time.h>

#define PACKAGE "hl7.fhir.r4.examples#4.0.1"
#define ARENA_CAP ((size_t)2 << 30)
#define SAMPLES 4u       /* examples of a resource type */
#define NODES 2u         /* values of one type out of one example */
#define INPUTS 12u       /* of an expression */
#define LARGEST 400000u  /* bytes of an example */
#define BASES 200u       /* types of an expression */
#define ANSWER_MAX 2000u /* bytes of a value that are told */

struct sample {
	struct hs_slice file, type;
	uint64_t order;
	struct hs_slice text;
	struct hs_json *tree;
};

struct input {
	const struct sample *sample;
	struct hs_path_value value;
	struct hs_slice base;
	const struct hs_path *path;
};

struct corpus {
	struct hs_arena *arena;   /* all of it */
	struct hs_arena *scratch; /* of one evaluation */
	struct hs_defs *defs;
	struct hs_package *package;
	struct sample *samples;
	size_t sample_count, sample_room;
	struct input *nodes; /* values inside of the samples, by type in `base` */
	size_t node_count, node_room;
	struct hs_map done; /* expressions that were taken, with their place */
	uint64_t step, seen, round_ns;
};

static uint64_t cpu_ns(void)
{
	struct timespec now;
	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
	return (uint64_t)now.tv_sec * 1000000000u + (uint64_t)now.tv_nsec;
}

static void die(const struct hs_error *err)
{
	fprintf(stderr, "fhirpath_corpus: %s\n", err->text);
	exit(77);
}

/* ---- the examples: of each type those whose file names hash lowest ---- */

static void keep_sample(struct corpus *corpus, struct sample *place, struct hs_slice file,
	struct hs_slice type, struct hs_slice text)
{
	*place = (struct sample) { .file = hs_arena_copy(corpus->arena, file),
		.type = hs_arena_copy(corpus->arena, type),
		.order = hs_hash(file),
		.text = hs_arena_copy(corpus->arena, text) };
}

static enum hs_status take_sample(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct corpus *corpus = arg;
	struct sample *last = NULL;
	size_t count = 0;
	(void)arena;
	(void)err;
	if (text.len > LARGEST || !hs_defs_type(corpus->defs, type))
		return HS_OK;
	for (size_t i = 0; i < corpus->sample_count; i++) {
		struct sample *sample = &corpus->samples[i];
		if (hs_slice_eq(sample->type, type)) {
			count++;
			last = !last || sample->order > last->order ? sample : last;
		}
	}
	if (count == SAMPLES) {
		if (hs_hash(file) < last->order)
			keep_sample(corpus, last, file, type, text);
		return HS_OK;
	}
	if (corpus->sample_count == corpus->sample_room) {
		corpus->sample_room = corpus->sample_room ? 2 * corpus->sample_room : 256;
		corpus->samples = hs_heap_grow(corpus->samples,
			corpus->sample_room * sizeof(*corpus->samples));
	}
	keep_sample(corpus, &corpus->samples[corpus->sample_count++], file, type, text);
	return HS_OK;
}

static struct hs_path *compile(const struct corpus *corpus, struct hs_slice expression, struct hs_slice type)
{
	struct hs_error ignored;
	struct hs_path *path = NULL;
	if (hs_path_compile(corpus->defs, expression, type, &path, NULL, &ignored) &&
		hs_path_compile(corpus->defs, expression, HS_S_NONE, &path, NULL, &ignored))
		return NULL;
	return path;
}

static struct hs_path_context context_of(const struct corpus *corpus, struct hs_arena *arena,
	const struct sample *sample)
{
	return (struct hs_path_context) {
		.arena = arena, .defs = corpus->defs, .resource = sample->tree, .now_ms = 1767225600000
	};
}

static void keep_node(struct corpus *corpus, const struct sample *sample, const struct hs_path_value *value)
{
	struct hs_slice type = hs_path_type_name(corpus->defs, value);
	size_t same = 0;
	if (!value->node || value->shadow || !value->type)
		return;
	for (size_t i = corpus->node_count; i && corpus->nodes[i - 1].sample == sample; i--)
		same += hs_slice_eq(corpus->nodes[i - 1].base, type);
	if (same >= NODES)
		return;
	if (corpus->node_count == corpus->node_room) {
		corpus->node_room = corpus->node_room ? 2 * corpus->node_room : 4096;
		corpus->nodes = hs_heap_grow(corpus->nodes, corpus->node_room * sizeof(*corpus->nodes));
	}
	corpus->nodes[corpus->node_count++] =
		(struct input) { .sample = sample, .value = *value, .base = type };
}

/* Parses the examples and finds values of every type in them. */
static void open_samples(struct corpus *corpus)
{
	struct hs_path *all = compile(corpus, HS_S("$this | descendants()"), HS_S_NONE);
	for (size_t i = 0; i < corpus->sample_count; i++) {
		struct sample *sample = &corpus->samples[i];
		struct hs_error err;
		struct hs_path_list list;
		if (hs_json_parse(corpus->arena, sample->text, NULL, &sample->tree, &err))
			die(&err);
		struct hs_path_context context = context_of(corpus, corpus->scratch, sample);
		if (hs_path_eval(all, &context, sample->tree, &list, &err))
			die(&err);
		for (size_t k = 0; k < list.count; k++)
			keep_node(corpus, sample, &list.items[k]);
		hs_arena_reset(corpus->scratch);
	}
	hs_path_free(all);
}

/* ---- the inputs of an expression ---- */

struct task {
	const char *kind;
	struct hs_slice name, expression;
	struct input inputs[BASES * SAMPLES * NODES];
	size_t count;
	struct hs_slice types[BASES]; /* that it is compiled for */
	struct hs_path *paths[BASES];
	size_t type_count;
};

static const struct hs_path *path_for(const struct corpus *corpus, struct task *task, struct hs_slice type)
{
	for (size_t i = 0; i < task->type_count; i++)
		if (hs_slice_eq(task->types[i], type))
			return task->paths[i];
	if (task->type_count == BASES)
		return NULL;
	task->types[task->type_count] = type;
	return task->paths[task->type_count++] = compile(corpus, task->expression, type);
}

static void add_input(struct task *task, const struct sample *sample, const struct hs_path_value *value,
	struct hs_slice base)
{
	if (task->count < sizeof(task->inputs) / sizeof(task->inputs[0]) && value->node && !value->shadow)
		task->inputs[task->count++] =
			(struct input) { .sample = sample, .value = *value, .base = base };
}

/* Values at the path of an element of a type: "Patient", "Patient.contact", "Timing.repeat". */
static void add_elements(struct corpus *corpus, struct task *task, struct hs_slice element)
{
	size_t dot = hs_slice_find(element, '.', 0);
	struct hs_slice name = hs_slice_first(element, dot);
	const struct hs_def_type *type = hs_defs_type(corpus->defs, name);
	struct hs_path *rest = dot == SIZE_MAX ? NULL :
						 compile(corpus, hs_slice_from(element, dot + 1), HS_S_NONE);
	for (size_t i = 0; type && i < corpus->node_count; i++) {
		const struct input *node = &corpus->nodes[i];
		struct hs_path_context context = context_of(corpus, corpus->arena, node->sample);
		struct hs_path_list list;
		struct hs_error ignored;
		bool backbone = node->value.element && hs_slice_eq(node->base, HS_S("BackboneElement"));
		if (!hs_defs_is_a(corpus->defs, node->value.type, type))
			continue;
		if (!rest)
			add_input(task, node->sample, &node->value,
				backbone ? hs_defs_text(corpus->defs, node->value.element->path) :
					   node->base);
		else if (!hs_path_eval_value(rest, &context, &node->value, &list, &ignored))
			for (size_t k = 0; k < list.count && k < NODES; k++)
				add_input(task, node->sample, &list.items[k], element);
	}
	hs_path_free(rest);
}

/* Leaves INPUTS of them, spread over all, and compiles the expression for each. */
static void choose(const struct corpus *corpus, struct task *task)
{
	size_t kept = task->count < INPUTS ? task->count : INPUTS;
	for (size_t i = 0; i < kept; i++) {
		struct input *input = &task->inputs[i];
		*input = task->inputs[i * task->count / kept];
		input->path = path_for(corpus, task, input->base);
	}
	task->count = kept;
}

/* ---- evaluation ---- */

static bool evaluate(const struct corpus *corpus, const struct input *input, struct hs_path_list *list)
{
	struct hs_error ignored;
	struct hs_path_context context = context_of(corpus, corpus->scratch, input->sample);
	return input->path && !hs_path_eval_value(input->path, &context, &input->value, list, &ignored);
}

static double round_of(const struct corpus *corpus, const struct task *task, size_t passes)
{
	struct hs_path_list list;
	uint64_t start = cpu_ns();
	for (size_t pass = 0; pass < passes; pass++)
		for (size_t i = 0; i < task->count; i++) {
			evaluate(corpus, &task->inputs[i], &list);
			hs_arena_reset(corpus->scratch);
		}
	return (double)(cpu_ns() - start) / (double)(passes * task->count);
}

static double measure(const struct corpus *corpus, const struct task *task)
{
	double best = round_of(corpus, task, 2);
	double passes = (double)corpus->round_ns / (best * (double)task->count);
	for (int i = 0; i < 3; i++) {
		double found = round_of(corpus, task, passes < 1 ? 1 : (size_t)passes);
		best = found < best || i == 0 ? found : best;
	}
	return best;
}

/* ---- telling ---- */

static void write_input(struct hs_buf *out, const struct corpus *corpus, const struct input *input)
{
	struct hs_path_places places = { .resource = input->sample->tree, .arena = corpus->scratch };
	struct hs_slice place = hs_path_place(&places, &input->value);
	hs_buf_cstr(out, "{\"file\":");
	hs_json_write_text(out, input->sample->file);
	hs_buf_cstr(out, ",\"place\":");
	hs_json_write_text(out, place);
	hs_buf_cstr(out, ",\"base\":");
	hs_json_write_text(out, input->base);
	hs_buf_byte(out, '}');
}

static void write_value(struct hs_buf *out, const struct corpus *corpus, const struct hs_path_value *value)
{
	const struct hs_json *node = value->node ? value->node : value->shadow;
	size_t before = out->len;
	hs_json_write(out, node ? node : hs_path_json(corpus->scratch, value), 0);
	if (out->len - before > ANSWER_MAX) {
		out->len = before;
		hs_buf_cstr(out, "{\"large\":true}");
	}
}

static void write_answer(struct hs_buf *out, const struct corpus *corpus, const struct input *input)
{
	struct hs_path_list list;
	if (!evaluate(corpus, input, &list)) {
		hs_buf_cstr(out, "null");
		return;
	}
	hs_buf_byte(out, '[');
	for (size_t i = 0; i < list.count; i++) {
		hs_buf_cstr(out, i ? "," : "");
		write_value(out, corpus, &list.items[i]);
	}
	hs_buf_byte(out, ']');
}

static void tell(const struct corpus *corpus, const struct task *task)
{
	struct hs_arena *arena = hs_arena_new(ARENA_CAP);
	struct hs_buf out;
	hs_buf_init(&out, arena, (size_t)256 << 20);
	hs_buf_printf(&out, "{\"kind\":\"%s\",\"name\":", task->kind);
	hs_json_write_text(&out, task->name);
	hs_buf_cstr(&out, ",\"expression\":");
	hs_json_write_text(&out, task->expression);
	hs_buf_printf(&out, ",\"ns\":%.1f,\"inputs\":[", measure(corpus, task));
	for (size_t i = 0; i < task->count; i++) {
		hs_buf_cstr(&out, i ? "," : "");
		write_input(&out, corpus, &task->inputs[i]);
		hs_arena_reset(corpus->scratch);
	}
	hs_buf_cstr(&out, "],\"answers\":[");
	for (size_t i = 0; i < task->count; i++) {
		hs_buf_cstr(&out, i ? "," : "");
		write_answer(&out, corpus, &task->inputs[i]);
		hs_arena_reset(corpus->scratch);
	}
	hs_buf_cstr(&out, "]}\n");
	fwrite(out.ptr, 1, out.len, stdout);
	hs_arena_free(arena);
}

/* Is it the turn of this expression? Each counts once a place. */
static bool is_turn(struct corpus *corpus, struct hs_slice name, struct hs_slice expression)
{
	bool fresh = false;
	hs_map_put(&corpus->done,
		hs_arena_printf(corpus->arena, "%.*s\n%.*s", HS_S_ARG(name), HS_S_ARG(expression)), &fresh);
	return fresh && corpus->seen++ % corpus->step == 0;
}

static void finish(struct corpus *corpus, struct task *task)
{
	choose(corpus, task);
	if (task->count)
		tell(corpus, task);
	for (size_t i = 0; i < task->type_count; i++)
		hs_path_free(task->paths[i]);
	hs_heap_free(task);
}

static struct task *begin(const char *kind, struct hs_slice name, struct hs_slice expression)
{
	struct task *task = hs_heap_alloc(sizeof(*task));
	*task = (struct task) { .kind = kind, .name = name, .expression = expression };
	return task;
}

/* ---- what there is to evaluate ---- */

static enum hs_status take_parameter(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct corpus *corpus = arg;
	struct hs_json *tree;
	enum hs_status status = hs_json_parse(arena, text, NULL, &tree, err);
	struct hs_slice expression = status ? HS_S_NONE : hs_json_get_text(tree, HS_S("expression"));
	struct hs_slice name = hs_json_get_text(status ? NULL : tree, HS_S("id"));
	(void)file;
	(void)type;
	if (!expression.len || !is_turn(corpus, name, expression))
		return status;
	struct task *task = begin("search", name, expression);
	HS_JSON_EACH(base, hs_json_get(tree, HS_S("base")))
		add_elements(corpus, task, hs_json_text(base));
	finish(corpus, task);
	return HS_OK;
}

/* The path of an element as an expression: without the "[x]" of choices. */
static struct hs_slice plain_path(struct hs_arena *arena, struct hs_slice path)
{
	struct hs_buf out;
	hs_buf_init(&out, arena, 4096);
	for (size_t i = 0; i < path.len; i++) {
		bool choice = hs_slice_starts(hs_slice_from(path, i), HS_S("[x]"));
		i += choice ? 2 : 0;
		if (!choice)
			hs_buf_byte(&out, path.ptr[i]);
	}
	return hs_buf_slice(&out);
}

static enum hs_status take_definition(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct corpus *corpus = arg;
	struct hs_json *tree;
	enum hs_status status = hs_json_parse(arena, text, NULL, &tree, err);
	(void)file;
	(void)type;
	if (status)
		return status;
	HS_JSON_EACH(element, hs_json_get(hs_json_get(tree, HS_S("differential")), HS_S("element"))) {
		struct hs_slice path = plain_path(arena, hs_json_get_text(element, HS_S("path")));
		HS_JSON_EACH(constraint, hs_json_get(element, HS_S("constraint"))) {
			struct hs_slice expression = hs_json_get_text(constraint, HS_S("expression"));
			struct hs_slice name = hs_arena_printf(arena, "%.*s@%.*s",
				HS_S_ARG(hs_json_get_text(constraint, HS_S("key"))), HS_S_ARG(path));
			if (!expression.len || !is_turn(corpus, name, expression))
				continue;
			struct task *task = begin("invariant", name, expression);
			add_elements(corpus, task, path);
			finish(corpus, task);
		}
	}
	return HS_OK;
}

int main(int argc, char **argv)
{
	static const char *const parameters[] = { "SearchParameter", NULL };
	static const char *const definitions[] = { "StructureDefinition", NULL };
	char root[2048];
	const char *set = getenv("HS_PACKAGES"), *home = getenv("HOME");
	uint64_t micros = 5000;
	struct hs_error err;
	struct corpus corpus = {
		.arena = hs_arena_new(ARENA_CAP), .scratch = hs_arena_new(ARENA_CAP), .step = 1
	};
	if ((argc > 1 && (!hs_slice_u64(hs_slice_cstr(argv[1]), &corpus.step) || !corpus.step)) ||
		(argc > 2 && !hs_slice_u64(hs_slice_cstr(argv[2]), &micros))) {
		fprintf(stderr, "usage: fhirpath_corpus [STEP [MICROSECONDS]]\n");
		return 2;
	}
	corpus.round_ns = micros * 1000;
	hs_map_init(&corpus.done, NULL);
	snprintf(root, sizeof(root), "%s%s", set ? set : home ? home : "", set ? "" : "/.fhir/packages");
	if (hs_package_find(root, HS_S(PACKAGE), &corpus.package, &err))
		die(&err);
	struct hs_package *packages[2] = { corpus.package, NULL };
	struct hs_defs_source source = { .fhir = HS_FHIR_R4, .packages = packages, .world = hs_world_real() };
	if (hs_defs_open(&source, &corpus.defs, &err) ||
		hs_package_each(corpus.package, NULL, take_sample, &corpus, &err))
		die(&err);
	open_samples(&corpus);
	if (hs_package_each(corpus.package, parameters, take_parameter, &corpus, &err) ||
		hs_package_each(corpus.package, definitions, take_definition, &corpus, &err))
		die(&err);
	hs_map_free(&corpus.done);
	hs_heap_free(corpus.nodes);
	hs_heap_free(corpus.samples);
	hs_package_close(corpus.package);
	hs_defs_unref(corpus.defs);
	hs_arena_free(corpus.scratch);
	hs_arena_free(corpus.arena);
	return 0;
}
