/* SPDX-License-Identifier: Apache-2.0 */
/* %terminologies: the operations of a terminology as functions (FHIR R5, "Terminology Service API" of
 * http://hl7.org/fhir/R5/fhirpath.html section 2.1.9.1.5, which R4 expressions use too). */
#include <core/fhir/path/functions/functions.h>

#include <handslag/coding.h>

struct question {
	struct path_call *call;
	struct hs_json *parameters;
};

/* Are these functions called on %terminologies? Nothing else has them. */
static bool is_asked(const struct path_call *call)
{
	const struct path_node *left = call->node->left;
	return left && left->op == OP_VARIABLE && hs_slice_eq(left->u.name, HS_S("terminologies"));
}

static void add(const struct question *question, const char *name, const char *key, struct hs_json *value)
{
	hs_parameters_add(question->call->run->arena, question->parameters, hs_slice_cstr(name),
		hs_slice_cstr(key), value);
}

static void add_text(const struct question *question, const char *name, const char *key, struct hs_slice text)
{
	add(question, name, key, hs_json_string(question->call->run->arena, text));
}

/* A canonical, or the resource itself: both have a parameter. */
static enum hs_status add_source(const struct question *question, unsigned index, const char *url,
	const char *resource)
{
	struct path_call *call = question->call;
	struct hs_path_value value = { .node = NULL };
	bool there = false;
	enum hs_status status = hs__path_arg_one(call, index, &value, &there);
	if (status || !there) {
		return status;
	}
	if (hs_json_is(value.node, HS_JSON_OBJECT)) {
		add(question, resource, "resource", hs_json_clone(call->run->arena, value.node));
		return HS_OK;
	}
	if (!hs__path_is_text(&value)) {
		return hs__path_fault(call->run, call->node, "%.*s() takes a canonical or a resource",
			HS_S_ARG(hs__path_functions[call->node->function].name));
	}
	add_text(question, url, "valueUri", value.text);
	return HS_OK;
}

/* The names of the parameters that carry what is asked about. */
struct coded_names {
	const char *code, *coding, *concept;
};

static enum hs_status add_coded(const struct question *question, unsigned index,
	const struct coded_names *names, bool *only_code)
{
	struct path_call *call = question->call;
	struct hs_path_value value = { .node = NULL };
	bool there = false;
	enum hs_status status = hs__path_arg_one(call, index, &value, &there);
	*only_code = false;
	if (status || !there) {
		return status;
	}
	if (hs__path_is_text(&value)) {
		*only_code = true;
		add_text(question, names->code, "valueCode", value.text);
	} else if (names->concept && hs_json_get(value.node, HS_S("coding"))) {
		add(question, names->concept, "valueCodeableConcept",
			hs_json_clone(call->run->arena, value.node));
	} else if (hs_json_get(value.node, HS_S("code"))) {
		add(question, names->coding, "valueCoding", hs_json_clone(call->run->arena, value.node));
	} else {
		return hs__path_fault(call->run, call->node, "%.*s() takes a code, Coding or CodeableConcept",
			HS_S_ARG(hs__path_functions[call->node->function].name));
	}
	return HS_OK;
}

/* "displayLanguage=sv&activeOnly=true". */
static enum hs_status add_options(const struct question *question, unsigned index)
{
	struct hs_arena *arena = question->call->run->arena;
	struct hs_slice rest;
	bool there = false;
	enum hs_status status = hs__path_arg_text(question->call, index, &rest, &there);
	while (!status && there && rest.len) {
		struct hs_slice pair = hs_slice_cut(&rest, '&');
		struct hs_slice name = hs_percent_decode(arena, hs_slice_cut(&pair, '='), true);
		struct hs_slice value = hs_percent_decode(arena, pair, true);
		uint64_t number;
		bool yes = hs_slice_eq(value, HS_S("true")), no = hs_slice_eq(value, HS_S("false"));
		if (!name.len) {
			continue;
		}
		bool whole = hs_slice_u64(value, &number) && number <= INT32_MAX;
		struct hs_slice key = yes || no ? HS_S("valueBoolean") :
			whole                   ? HS_S("valueInteger") :
						  HS_S("valueString");
		hs_parameters_add(arena, question->parameters, name, key,
			yes || no     ? hs_json_bool(arena, yes) :
				whole ? hs_json_int(arena, (int64_t)number) :
					hs_json_string(arena, value));
	}
	return status;
}

static enum hs_status begin(struct path_call *call, struct question *out)
{
	if (!is_asked(call)) {
		return hs__path_fault(call->run, call->node, "%.*s() is a function of %%terminologies",
			HS_S_ARG(hs__path_functions[call->node->function].name));
	}
	*out = (struct question) { .call = call, .parameters = hs_parameters(call->run->arena) };
	return out->parameters ? HS_OK : hs__path_full(call->run);
}

static enum hs_status ask(const struct question *question, const char *operation, struct hs_json **out)
{
	struct path_call *call = question->call;
	const struct hs_path_context *context = call->run->context;
	struct hs_error err = { .status = HS_OK };
	if (!context->oracle || !context->oracle->terminology) {
		return hs__path_fault(call->run, call->node, "there is no terminology to ask here");
	}
	if (context->oracle->terminology(context->oracle_arg, call->run->arena, operation,
		    question->parameters, out, &err)) {
		return hs__path_fault(call->run, call->node, "%s: %s", operation, err.text);
	}
	return HS_OK;
}

static enum hs_status answer(const struct question *question, const char *operation)
{
	struct path_call *call = question->call;
	struct hs_json *found = NULL;
	struct hs_path_value value;
	enum hs_status status = ask(question, operation, &found);
	if (status || !found) {
		return status;
	}
	hs__path_resource(call->run->defs, found, &value);
	return hs__path_push(call->run, call->out, &value);
}

enum hs_status hs__path_fn_expand(struct path_call *call)
{
	struct question question = { .call = call };
	enum hs_status status = begin(call, &question);
	status = status ? status : add_source(&question, 0, "url", "valueSet");
	status = status ? status : add_options(&question, 1);
	return status ? status : answer(&question, "ValueSet/$expand");
}

enum hs_status hs__path_fn_lookup(struct path_call *call)
{
	static const struct coded_names NAMES = { "code", "coding", NULL };
	struct question question = { .call = call };
	bool only_code;
	enum hs_status status = begin(call, &question);
	status = status ? status : add_coded(&question, 0, &NAMES, &only_code);
	status = status ? status : add_options(&question, 1);
	return status ? status : answer(&question, "CodeSystem/$lookup");
}

enum hs_status hs__path_fn_validate_vs(struct path_call *call)
{
	static const struct coded_names NAMES = { "code", "coding", "codeableConcept" };
	struct question question = { .call = call };
	bool only_code = false;
	enum hs_status status = begin(call, &question);
	status = status ? status : add_source(&question, 0, "url", "valueSet");
	status = status ? status : add_coded(&question, 1, &NAMES, &only_code);
	if (!status && only_code) {
		add(&question, "inferSystem", "valueBoolean", hs_json_bool(call->run->arena, true));
	}
	status = status ? status : add_options(&question, 2);
	return status ? status : answer(&question, "ValueSet/$validate-code");
}

enum hs_status hs__path_fn_validate_cs(struct path_call *call)
{
	static const struct coded_names NAMES = { "code", "coding", "codeableConcept" };
	struct question question = { .call = call };
	bool only_code;
	enum hs_status status = begin(call, &question);
	status = status ? status : add_source(&question, 0, "url", "codeSystem");
	status = status ? status : add_coded(&question, 1, &NAMES, &only_code);
	status = status ? status : add_options(&question, 2);
	return status ? status : answer(&question, "CodeSystem/$validate-code");
}

enum hs_status hs__path_fn_translate(struct path_call *call)
{
	static const struct coded_names R4 = { "code", "coding", "codeableConcept" };
	static const struct coded_names R5 = { "sourceCode", "sourceCoding", "sourceCodeableConcept" };
	const struct hs_defs *defs = call->run->defs;
	struct question question = { .call = call };
	bool only_code;
	enum hs_status status = begin(call, &question);
	status = status ? status : add_source(&question, 0, "url", "conceptMap");
	status = status ?
		status :
		add_coded(&question, 1, defs && hs_defs_fhir(defs) == HS_FHIR_R5 ? &R5 : &R4, &only_code);
	status = status ? status : add_options(&question, 2);
	return status ? status : answer(&question, "ConceptMap/$translate");
}

enum hs_status hs__path_terminologies_subsumes(struct path_call *call)
{
	static const struct coded_names A = { "codeA", "codingA", NULL }, B = { "codeB", "codingB", NULL };
	struct question question = { .call = call };
	struct hs_json *found = NULL;
	bool only_code;
	enum hs_status status = begin(call, &question);
	status = status ? status : add_source(&question, 0, "system", "codeSystem");
	status = status ? status : add_coded(&question, 1, &A, &only_code);
	status = status ? status : add_coded(&question, 2, &B, &only_code);
	status = status ? status : add_options(&question, 3);
	status = status ? status : ask(&question, "CodeSystem/$subsumes", &found);
	struct hs_slice outcome = hs_parameter_text(found, HS_S("outcome"));
	return status || !outcome.len ? status :
					hs__path_push_text(call->run, call->out, HS_PATH_STRING, outcome);
}
