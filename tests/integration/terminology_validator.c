/* SPDX-License-Identifier: Apache-2.0 */
/* A national value set with wrong codes: the upload, `handslag tx check` and a server that is asked as HL7's
 * validator asks its terminology server (-tx) name the same codes for the same reasons. */
#include "workbench.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>

#include <cmocka.h>

#define SYSTEM "https://example.se/cs/vard"
#define SET "https://example.se/vs/vard"

static const char *const system_text =
	"{'resourceType':'CodeSystem','id':'vard','url':'" SYSTEM
	"','version':'1','name':'Vard','status':'active',"
	"'content':'complete','caseSensitive':true,'language':'sv','property':[{'code':'status','uri':"
	"'http://hl7.org/fhir/"
	"concept-properties#status','type':'code'}],'concept':[{'code':'akut','display':'Akut'},"
	"{'code':'plan','display':'Planerad'},{'code':'gammal','display':'Gammal','property':[{'code':'"
	"status',"
	"'valueCode':'retired'}]}]}";

enum reason { RIGHT, UNKNOWN, INACTIVE, DISPLAY };
static const char *const reasons[] = { "right", "unknown", "inactive", "display" };

/* What the value set lists, and what is wrong with it. */
static const struct listed {
	const char *system, *code, *display, *path;
	enum reason reason;
} listed[] = {
	{ SYSTEM, "akut", "Akut", "ValueSet.compose.include[0].concept[0]", RIGHT },
	{ SYSTEM, "akutt", NULL, "ValueSet.compose.include[0].concept[1]", UNKNOWN },
	{ SYSTEM, "AKUT", "Akut", "ValueSet.compose.include[0].concept[2]", UNKNOWN },
	{ SYSTEM, "gammal", "Gammal", "ValueSet.compose.include[0].concept[3]", INACTIVE },
	{ SYSTEM, "plan", "Elektiv", "ValueSet.compose.include[0].concept[4]", DISPLAY },
	{ "http://unitsofmeasure.org", "mg/dL", NULL, "ValueSet.compose.include[1].concept[0]", RIGHT },
	{ "http://unitsofmeasure.org", "mg//dl", NULL, "ValueSet.compose.include[1].concept[1]", UNKNOWN },
	{ "urn:ietf:bcp:47", "sv-SE", NULL, "ValueSet.compose.include[2].concept[0]", RIGHT },
	{ "urn:ietf:bcp:47", "sv-SEX", NULL, "ValueSet.compose.include[2].concept[1]", UNKNOWN },
};
#define LISTED (sizeof(listed) / sizeof(listed[0]))

static struct fixture *f;

#define TEXT(...) hs_arena_cstr(workbench_arena(), hs_arena_printf(workbench_arena(), __VA_ARGS__))

static const char *quoted(const char *text)
{
	char *copy = hs_arena_cstr(workbench_arena(), hs_slice_cstr(text));

	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	return copy;
}

static const char *set_text(void)
{
	struct hs_buf out;

	hs_buf_init(&out, workbench_arena(), 1 << 16);
	hs_buf_cstr(&out,
		"{'resourceType':'ValueSet','id':'vard','url':'" SET "','version':'1','name':'Vard','status':"
		"'active','compose':{'include':[");
	for (size_t i = 0; i < LISTED; i++) {
		bool first = i == 0 || strcmp(listed[i].system, listed[i - 1].system) != 0;
		bool last = i + 1 == LISTED || strcmp(listed[i].system, listed[i + 1].system) != 0;
		if (first)
			hs_buf_printf(&out, "%s{'system':'%s','concept':[", i ? "," : "", listed[i].system);
		hs_buf_printf(&out, "%s\n{'code':'%s'", first ? "" : ",", listed[i].code);
		if (listed[i].display)
			hs_buf_printf(&out, ",'display':'%s'", listed[i].display);
		hs_buf_cstr(&out, last ? "}]}" : "}");
	}
	hs_buf_cstr(&out, "]}}");
	return quoted(hs_arena_cstr(workbench_arena(), hs_buf_slice(&out)));
}

/* ---- what is found ---- */

static bool says(struct hs_slice text, const char *part)
{
	return hs_slice_search(text, hs_slice_cstr(part)) != SIZE_MAX;
}

static enum reason reason_of(struct hs_slice text)
{
	if (says(text, "Unknown code") || says(text, "has no code"))
		return UNKNOWN;
	if (says(text, "has a status of") || says(text, "not in use any more"))
		return INACTIVE;
	return says(text, "Wrong Display Name") || says(text, "is not the display of") ? DISPLAY : RIGHT;
}

/* Of the issues of an outcome, those whose path is that of the code or below it. */
static enum reason reason_in(const struct hs_json *outcome, const struct listed *code)
{
	HS_JSON_EACH(issue, hs_json_get(outcome, HS_S("issue"))) {
		struct hs_slice path = hs_json_text(hs_json_pointer(issue, HS_S("/expression/0")));
		enum reason reason = reason_of(hs_json_text(hs_json_pointer(issue, HS_S("/details/text"))));
		if (hs_slice_starts(path, hs_slice_cstr(code->path)) && reason != RIGHT)
			return reason;
	}
	return RIGHT;
}

/* Of an answer to $validate-code. A display that is wrong makes the answer false in a code system. */
static enum reason reason_told(const struct hs_json *answer)
{
	const struct hs_json *issues = hs_json_get(hs_parameter(answer, HS_S("issues")), HS_S("resource"));

	assert_true(hs_json_get_text(answer, HS_S("resourceType")).len > 0);
	HS_JSON_EACH(issue, hs_json_get(issues, HS_S("issue"))) {
		enum reason reason = reason_of(hs_json_text(hs_json_pointer(issue, HS_S("/details/text"))));
		if (reason != RIGHT)
			return reason;
	}
	return RIGHT;
}

static void expect(const char *way, const struct listed *code, enum reason found)
{
	if (found != code->reason)
		fail_msg("%s: %s is %s, not %s", way, code->code, reasons[found], reasons[code->reason]);
}

/* ---- how it is asked ---- */

static const char *coding_of(const struct listed *code)
{
	return code->display ?
		TEXT("{'name':'coding','valueCoding':{'system':'%s','code':'%s','display':'%s'}}",
			code->system, code->code, code->display) :
		TEXT("{'name':'coding','valueCoding':{'system':'%s','code':'%s'}}", code->system, code->code);
}

/* What the validator adds to each of its questions. */
#define SETTINGS \
	"{'name':'displayLanguage','valueString':'en, " \
	"en-US'},{'name':'default-to-latest-version','valueBoolean':" \
	"true}," \
	"{'name':'cache-id','valueId':'5b6e1f0c-63a6-4a5e-9d5f-6f5c1c1d0a11'},{'name':'includeDefinition'," \
	"'valueBoolean':false},{'name':'x-unknown-to-all','valueString':'ignored'}"

static const char *parameters(const char *list)
{
	return quoted(TEXT("{'resourceType':'Parameters','parameter':[%s," SETTINGS "]}", list));
}

static const struct hs_json *post(const char *path, const char *body)
{
	static const char headers[] = "Accept: application/fhir+json; fhirVersion=4.0\r\n"
				      "Content-Type: application/fhir+json; fhirVersion=4.0;charset=UTF-8\r\n"
				      "User-Agent: fhir-validator/6.5\r\n";
	struct fixture_answer a = fixture_call(f, "POST", path, headers, body);

	assert_int_equal(a.status, 200);
	return fixture_json(f, &a);
}

static int start(void **state)
{
	workbench_start(state);
	f = fixture_start(NULL);
	if (fixture_has_fhir(f, HS_FHIR_R4))
		assert_int_equal(fixture_send(f, "PUT", "CodeSystem/vard", quoted(system_text)).status, 201);
	return 0;
}

static int stop(void **state)
{
	fixture_stop(f);
	return workbench_stop(state);
}

static void need(void)
{
	if (!fixture_has_fhir(f, HS_FHIR_R4))
		skip();
}

static const struct hs_json *read_page(const char *path)
{
	struct fixture_answer a = fixture_call(f, "GET", path, "Accept: application/fhir+json\r\n", NULL);

	assert_int_equal(a.status, 200);
	return fixture_json(f, &a);
}

/* The value of an extension "feature" of a CapabilityStatement, which has a definition and a value. */
static struct hs_slice feature(const struct hs_json *statement, const char *definition)
{
	HS_JSON_EACH(extension, hs_json_get(statement, HS_S("extension"))) {
		struct hs_slice named = HS_S_NONE, value = HS_S_NONE;
		HS_JSON_EACH(part, hs_json_get(extension, HS_S("extension"))) {
			struct hs_slice url = hs_json_get_text(part, HS_S("url"));
			if (hs_slice_eq(url, HS_S("definition")))
				named = hs_json_text(hs_parameter_value(part));
			if (hs_slice_eq(url, HS_S("value")))
				value = hs_json_is(hs_parameter_value(part), HS_JSON_TRUE) ?
					HS_S("true") :
					hs_json_text(hs_parameter_value(part));
		}
		if (hs_slice_eq(named, hs_slice_cstr(definition)))
			return value;
	}
	return HS_S_NONE;
}

static bool offers(const struct hs_json *operations, const char *name)
{
	HS_JSON_EACH(operation, operations)
		if (hs_slice_eq(hs_json_get_text(operation, HS_S("name")), hs_slice_cstr(name)))
			return true;
	return false;
}

/* Does the TerminologyCapabilities list that version of the code system? */
static bool lists(const struct hs_json *capabilities, const char *url, const char *version)
{
	HS_JSON_EACH(system, hs_json_get(capabilities, HS_S("codeSystem")))
		HS_JSON_EACH(one, hs_json_get(system, HS_S("version")))
			if (hs_slice_eq(hs_json_get_text(system, HS_S("uri")), hs_slice_cstr(url)) &&
				hs_slice_eq(hs_json_get_text(one, HS_S("code")), hs_slice_cstr(version)))
				return true;
	return false;
}

/* First of all the validator asks what it speaks to: it takes a server that says by which version of HL7's
 * tests it was tested (1.6 at least, and 1.7.8 for batches), and that code systems may be sent along; it
 * keeps what it was told as long as the software is the same, and asks for a cache where one is offered. */
static void introduces_itself(void **state)
{
	(void)state;
	need();
	read_page("$versions?_format=json");
	const struct hs_json *statement = read_page("metadata");
	const struct hs_json *capabilities = read_page("metadata?mode=terminology");
	struct hs_slice tested = feature(statement,
		"http://hl7.org/fhir/uv/tx-tests/FeatureDefinition/test-version");
	struct hs_slice with = feature(statement,
		"http://hl7.org/fhir/uv/tx-ecosystem/FeatureDefinition/CodeSystemAsParameter");
	uint64_t part[3] = { 0, 0, 0 };

	for (size_t i = 0; i < 3; i++)
		(void)hs_slice_u64(hs_slice_cut(&tested, '.'), &part[i]);
	assert_true(part[0] > 1 || (part[0] == 1 && (part[1] > 7 || (part[1] == 7 && part[2] >= 8))));
	assert_true(hs_slice_eq(with, HS_S("true")));
	assert_true(hs_slice_eq(hs_json_text(hs_json_pointer(statement, HS_S("/software/version"))),
		hs_json_text(hs_json_pointer(capabilities, HS_S("/software/version")))));
	assert_true(offers(hs_json_pointer(statement, HS_S("/rest/0/operation")), "cache-control"));
	assert_true(lists(capabilities, SYSTEM, "1"));
}

static void uploaded(void **state)
{
	(void)state;
	need();
	struct fixture_answer a = fixture_call(f, "PUT", "ValueSet/vard",
		"Prefer: return=OperationOutcome\r\n", set_text());
	assert_int_equal(a.status, 201);
	const struct hs_json *outcome = fixture_json(f, &a);
	for (size_t i = 0; i < LISTED; i++)
		expect("upload", &listed[i], reason_in(outcome, &listed[i]));
}

/* What the registry refuses and validation finds too is told once, with its line. */
static void refused_once(void **state)
{
	static const char *const rules[] = { "vsd-1", "vsd-2", "vsd-3" };

	(void)state;
	need();
	struct fixture_answer a = fixture_call(f, "PUT", "ValueSet/torn",
		"Prefer: return=OperationOutcome\r\n",
		quoted("{'resourceType':'ValueSet','id':'torn','status':'active','compose':{'include':["
		       "{'concept':[{'code':'a'}]},{'system':'urn:x','concept':[{'code':'a'}],'filter':["
		       "{'property':'a','op':'=','value':'b'}]}]}}"));
	assert_int_equal(a.status, 422);
	size_t found[3] = { 0, 0, 0 };
	HS_JSON_EACH(issue, hs_json_get(fixture_json(f, &a), HS_S("issue")))
		for (size_t i = 0; i < 3; i++)
			found[i] +=
				hs_slice_search(hs_json_text(hs_json_pointer(issue, HS_S("/details/text"))),
					hs_slice_cstr(rules[i])) != SIZE_MAX;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(found[i], 1);
}

static void checked(void **state)
{
	struct hs_json *outcome = NULL;
	struct hs_error err;

	(void)state;
	need();
	struct process_result r = WORKBENCH_RUN("tx", "check", workbench_file("vs.json", set_text()),
		"--with", workbench_file("cs.json", quoted(system_text)), "--json");
	assert_int_equal(r.exit, 1);
	assert_int_equal(hs_json_parse(workbench_arena(), r.out, NULL, &outcome, &err), HS_OK);
	for (size_t i = 0; i < LISTED; i++)
		expect("tx check", &listed[i], reason_in(outcome, &listed[i]));
}

/* The codes that a value set lists, one by one and in a Bundle, against their code systems. */
static void asked_of_the_code_system(void **state)
{
	struct hs_buf bundle;

	(void)state;
	need();
	hs_buf_init(&bundle, workbench_arena(), 1 << 18);
	hs_buf_cstr(&bundle, "{'resourceType':'Bundle','type':'batch','entry':[");
	for (size_t i = 0; i < LISTED; i++) {
		const char *question = parameters(coding_of(&listed[i]));
		expect("CodeSystem/$validate-code", &listed[i],
			reason_told(post("CodeSystem/$validate-code", question)));
		hs_buf_printf(&bundle,
			"%s{'resource':%s,'request':{'method':'POST','url':'CodeSystem/$validate-code'}}",
			i ? "," : "", question);
	}
	hs_buf_cstr(&bundle, "]}");
	const struct hs_json *answer = post("/fhir/r4",
		quoted(hs_arena_cstr(workbench_arena(), hs_buf_slice(&bundle))));
	const struct hs_json *entry = hs_json_get(answer, HS_S("entry"));
	for (size_t i = 0; i < LISTED; i++)
		expect("batch", &listed[i], reason_told(hs_json_get(hs_json_at(entry, i), HS_S("resource"))));
}

/* Data with these codes, against the value set: by its URL, or sent along as the validator does with one that
 * it has from a package; also all at once. */
static void asked_of_the_value_set(void **state)
{
	struct hs_buf batch;

	(void)state;
	need();
	fixture_send(f, "PUT", "ValueSet/vard", set_text());
	hs_buf_init(&batch, workbench_arena(), 1 << 18);
	hs_buf_printf(&batch, "{'name':'valueSet','resource':%s}", set_text());
	for (size_t i = 0; i < LISTED; i++) {
		/* A set that gives a code a display of its own makes that one right. */
		struct listed code = listed[i];
		code.reason = code.reason == DISPLAY ? RIGHT : code.reason;
		const char *coding = coding_of(&listed[i]);
		expect("by url", &code,
			reason_told(post("ValueSet/$validate-code",
				parameters(TEXT("{'name':'url','valueUri':'" SET "'},%s", coding)))));
		expect("sent along", &code,
			reason_told(post("ValueSet/$validate-code",
				parameters(TEXT("{'name':'valueSet','resource':%s},%s", set_text(),
					coding)))));
		hs_buf_printf(&batch,
			",{'name':'validation','resource':{'resourceType':'Parameters','parameter':[%s]}}",
			coding);
	}
	const struct hs_json *answer = post("ValueSet/$batch-validate-code",
		parameters(hs_arena_cstr(workbench_arena(), hs_buf_slice(&batch))));
	size_t i = 0;
	HS_JSON_EACH(item, hs_json_get(answer, HS_S("parameter"))) {
		struct listed code = listed[i++];
		code.reason = code.reason == DISPLAY ? RIGHT : code.reason;
		expect("batch-validate-code", &code, reason_told(hs_json_get(item, HS_S("resource"))));
	}
	assert_int_equal(i, LISTED);
}

/* The codes that a value set lists, as the validator asks about them: the first by itself, to see whether the
 * code system is known, the others at once; with a code system that was sent into a cache before. */
static void asked_in_a_batch_of_the_code_system(void **state)
{
	static const char setup[] = "Accept: application/fhir+json; fhirVersion=4.0\r\n"
				    "Content-Type: application/fhir+json; fhirVersion=4.0;charset=UTF-8\r\n";
	struct hs_buf batch;

	(void)state;
	need();
	struct fixture_answer a = fixture_call(f, "POST", "$cache-control?mode=start", setup,
		quoted("{'resourceType':'Parameters'}"));
	assert_int_equal(a.status, 200);
	const char *headers = TEXT("%sX-Cache-Id: %.*s\r\n", setup,
		HS_S_ARG(hs_parameter_text(fixture_json(f, &a), HS_S("cache-id"))));
	const char *other = "{'resourceType':'CodeSystem','url':'urn:other','version':'1','status':'active',"
			    "'content':'complete','concept':[{'code':'x','display':'X'}]}";
	a = fixture_call(f, "POST", "CodeSystem/$validate-code", headers,
		parameters(TEXT("{'name':'coding','valueCoding':{'system':'urn:other','code':'x'}},"
				"{'name':'tx-resource','resource':%s}",
			other)));
	assert_int_equal(a.status, 200);
	assert_int_equal(reason_told(fixture_json(f, &a)), RIGHT);
	hs_buf_init(&batch, workbench_arena(), 1 << 18);
	hs_buf_cstr(&batch, "{'name':'lenient-display-validation','valueBoolean':true}");
	for (size_t i = 0; i <= LISTED; i++)
		hs_buf_printf(&batch,
			",{'name':'validation','resource':{'resourceType':'Parameters','parameter':[%s]}}",
			i < LISTED ? coding_of(&listed[i]) :
				     "{'name':'coding','valueCoding':{'system':'urn:other','code':'y'}}");
	a = fixture_call(f, "POST", "CodeSystem/$batch-validate-code", headers,
		parameters(hs_arena_cstr(workbench_arena(), hs_buf_slice(&batch))));
	assert_int_equal(a.status, 200);
	size_t i = 0;
	HS_JSON_EACH(item, hs_json_get(fixture_json(f, &a), HS_S("parameter"))) {
		const struct hs_json *answer = hs_json_get(item, HS_S("resource"));
		bool right = hs_json_is(hs_parameter_value(hs_parameter(answer, HS_S("result"))),
			HS_JSON_TRUE);
		enum reason reason = i < LISTED ? listed[i].reason : UNKNOWN;
		assert_true(hs_slice_eq(hs_json_get_text(item, HS_S("name")), HS_S("validation")));
		if (i < LISTED)
			expect("CodeSystem/$batch-validate-code", &listed[i], reason_told(answer));
		assert_int_equal(right, reason != UNKNOWN); /* another display is to be reviewed */
		i++;
	}
	assert_int_equal(i, LISTED + 1);
	a = fixture_call(f, "POST", "CodeSystem/$batch-validate-code", setup,
		parameters("{'name':'x','valueCode':'y'}"));
	assert_int_equal(a.status / 100, 4);
}

/* ---- one judgment ---- */

#define RULES(rules) \
	"{'resourceType':'ValueSet','id':'one','url':'https://example.se/vs/one','name':'One'," \
	"'status':'active',\n'compose':{'include':[\n" rules "]}}"
#define HERE "'system':'" SYSTEM "'"

/* One fault each, of those that a value set may have. */
static const char *const faulty[] = {
	RULES("{" HERE ",'concept':[{'code':'akut'},\n  {'code':'Plan','display':'Planerad'}]}"),
	RULES("{" HERE ",'concept':[{'code':'akut'},\n  {'code':'akut'}]}"),
	RULES("{" HERE ",'version':'2','concept':[{'code':'akut','display':'Brådskande'}]}"),
	RULES("{" HERE ",'filter':[{'property':'concept','op':'is-a','value':'akutt'}]}"),
	RULES("{" HERE ",'filter':[{'property':'färg','op':'=','value':'röd'}]}"),
	RULES("{'system':'https://example.se/cs/vrad','concept':[{'code':'akut'}]}"),
	RULES("{'system':'https://example.se/cs/none'}"),
	RULES("{'system':'https://example.se/cs/none','filter':[{'property':'a','op':'=','value':'b'}]}"),
	RULES("{'valueSet':['https://example.se/novs']},\n{'valueSet':['https://example.se/novs|3']}"),
	RULES("{'valueSet':['https://example.se/vs/one']}"),
	RULES("{'system':'http://unitsofmeasure.org','concept':[{'code':'mg//dl'}]}"),
	RULES("{'system':'urn:ietf:bcp:47','filter':[{'property':'nope','op':'=','value':'x'}]}"),
	/* from here on uploads are refused: for a rule that the registry cannot carry out, and for their
	   structure */
	RULES("{" HERE ",'filter':[{'property':'code','op':'regex','value':'(a'}],\n'version':'2'}"),
	RULES("{'concept':[{'code':'akut'}],'valueSet':['http://hl7.org/fhir/ValueSet/item-type']}"),
	RULES("{" HERE
	      ",'kod':'akut','concept':[{'code':'akutt'}],\n'filter':[{'property':'a','op':'isa'}]}"),
};

/* Severity, code, place, expression and sentence of each issue that says something about the value set. */
static const char *findings_of(const struct hs_json *outcome)
{
	struct hs_buf out;

	hs_buf_init(&out, workbench_arena(), 1 << 16);
	HS_JSON_EACH(issue, hs_json_get(outcome, HS_S("issue")))
		if (hs_json_get(issue, HS_S("expression")))
			hs_buf_printf(&out, "%.*s %.*s %.*s %.*s: %.*s\n",
				HS_S_ARG(hs_json_get_text(issue, HS_S("severity"))),
				HS_S_ARG(hs_json_get_text(issue, HS_S("code"))),
				HS_S_ARG(hs_json_text(hs_json_pointer(issue, HS_S("/location/0")))),
				HS_S_ARG(hs_json_text(hs_json_pointer(issue, HS_S("/expression/0")))),
				HS_S_ARG(hs_json_text(hs_json_pointer(issue, HS_S("/details/text")))));
	return hs_arena_cstr(workbench_arena(), hs_buf_slice(&out));
}

#define FAULTY (sizeof(faulty) / sizeof(faulty[0]))
#define REFUSED (FAULTY - 3)
#define SAME_MAX 40

static const char *files[FAULTY];

static struct hs_json *read_json(struct hs_slice text)
{
	struct hs_json *tree = NULL;
	struct hs_error err;

	if (hs_json_parse(workbench_arena(), text, NULL, &tree, &err))
		fail_msg("%s: %.*s", err.text, HS_S_ARG(hs_slice_first(text, 300)));
	return tree;
}

/* `handslag` with the words (NULL ends) and all the files behind them. */
static struct process_result run_with_files(const char *const *words)
{
	const char *all[SAME_MAX] = { NULL };
	size_t n = 0;

	for (; words[n]; n++)
		all[n] = words[n];
	for (size_t i = 0; i < FAULTY; i++)
		all[n++] = files[i];
	struct process_result r = process_run(workbench_arena(), all);
	assert_int_equal(r.exit, 1);
	return r;
}

/* One outcome after the other. */
static void said_by_check(const char *codes, const char *language, const char **out)
{
	struct process_result r = run_with_files((const char *const[]) {
		"tx", "check", "--json", "--language", language, "--with", codes, NULL });
	struct hs_slice rest = r.out;

	for (size_t i = 0; i < FAULTY; i++) {
		size_t end = hs_slice_search(rest, HS_S("\n}\n"));
		assert_true(end != SIZE_MAX);
		out[i] = findings_of(read_json(hs_slice_first(rest, end + 3)));
		rest = hs_slice_from(rest, end + 3);
	}
}

/* In a Bundle. */
static void said_by_validate(const char *codes, const char **out)
{
	struct process_result r = run_with_files((const char *const[]) {
		"validate", "--json", "--def", codes, NULL });
	const struct hs_json *entry = hs_json_get(read_json(r.out), HS_S("entry"));

	for (size_t i = 0; i < FAULTY; i++)
		out[i] = findings_of(hs_json_get(hs_json_at(entry, i), HS_S("resource")));
}

static const char *answered(const char *method, const char *path, const char *language, const char *set,
	int *status)
{
	const char *headers = TEXT("Accept-Language: %s\r\nPrefer: return=OperationOutcome\r\n", language);
	struct fixture_answer a = fixture_call(f, method, path, headers, set);

	*status = a.status;
	return findings_of(fixture_json(f, &a));
}

/* Whom one asks makes no difference: the same findings, as severe, at the same places, in either language. */
static void all_say_the_same(void **state)
{
	static const char *const languages[] = { "en", "sv" };
	const char *checked_so[FAULTY], *validated_so[FAULTY];

	(void)state;
	need();
	const char *codes = workbench_file("cs.json", quoted(system_text));
	for (size_t i = 0; i < FAULTY; i++)
		files[i] = workbench_file(TEXT("one%zu.json", i), quoted(faulty[i]));
	said_by_validate(codes, validated_so);
	for (size_t l = 0; l < 2; l++) {
		said_by_check(codes, languages[l], checked_so);
		for (size_t i = 0; i < FAULTY; i++) {
			int status = 0;
			const char *set = quoted(faulty[i]);
			const char *told = answered("POST", "ValueSet/$validate", languages[l], set, &status);
			assert_int_equal(status, 200);
			if (!told[0])
				fail_msg("nothing is said of %s", set);
			assert_string_equal(checked_so[i], told);
			if (l == 0)
				assert_string_equal(validated_so[i], told);
			const char *uploaded_so = answered("PUT", "ValueSet/one", languages[l], set, &status);
			assert_int_equal(status == 422, i >= REFUSED);
			if (i >= REFUSED && i + 1 < FAULTY) /* by the registry, which says why */
				assert_ptr_equal(strstr(uploaded_so, told), uploaded_so);
			else
				assert_string_equal(uploaded_so, told);
		}
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(introduces_itself), cmocka_unit_test(uploaded),
		cmocka_unit_test(refused_once), cmocka_unit_test(checked), cmocka_unit_test(all_say_the_same),
		cmocka_unit_test(asked_of_the_code_system), cmocka_unit_test(asked_of_the_value_set),
		cmocka_unit_test(asked_in_a_batch_of_the_code_system) };

	return cmocka_run_group_tests(tests, start, stop);
}
