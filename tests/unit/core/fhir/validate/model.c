/* SPDX-License-Identifier: Apache-2.0 */
/* Instances of logical models: how they say what they are of, and that they are judged like resources. */
#include "validate_test.h"

#include <core/fhir/xml/xml.h>

#define LOGICAL(name, type, base, derivation, elements) \
	"{'resourceType':'StructureDefinition','url':'http://m/sd/" name "','name':'" name \
	"','status':'draft'," \
	"'kind':'logical','abstract':false,'type':'" type "','baseDefinition':'" base "'," \
	"'derivation':'" derivation "','differential':{'element':[" elements "]}}"
#define TYPES "http://hl7.org/fhir/StructureDefinition/"
#define VISIT(base) \
	LOGICAL("Visit", "http://m/Visit", base, "specialization", \
		"{'path':'Visit','min':0,'max':'*','constraint':[{'key':'v-1','severity':'error'," \
		"'human':'h','expression':'Visit.when < @2030'}]}," \
		"{'path':'Visit.when','min':1,'max':'1','type':[{'code':'date'}]}," \
		"{'path':'Visit.sex','min':0,'max':'1','type':[{'code':'code'}]," \
		"'binding':{'strength':'required'," \
		"'valueSet':'http://hl7.org/fhir/ValueSet/administrative-gender'}}," \
		"{'path':'Visit.value[x]','min':0,'max':'1'," \
		"'type':[{'code':'string'},{'code':'Quantity'}]}," \
		"{'path':'Visit.step','min':0,'max':'*','type':[{'code':'BackboneElement'}]}," \
		"{'path':'Visit.step.name','min':1,'max':'1','type':[{'code':'string'}]}," \
		"{'path':'Visit.step.step','min':0,'max':'*','contentReference':'#Visit.step'}," \
		"{'path':'Visit.place','min':0,'max':'1','type':[{'code':'http://m/sd/Place'}]}")

static const char place[] = LOGICAL("Place", "http://m/Place", TYPES "Base", "specialization",
	"{'path':'Place','min':0,'max':'*'},"
	"{'path':'Place.city','min':1,'max':'1','type':[{'code':'string'}]}");
static const char profile[] = LOGICAL("KnownSex", "http://m/Visit", "http://m/sd/Visit", "constraint",
	"{'path':'Visit.sex','min':1}");
static const char *const of_element[] = { VISIT(TYPES "Element"), place, profile, NULL };
static const char *const of_base[] = { VISIT(TYPES "Base"), place, profile, NULL };
static const char *const of_nothing[] = { VISIT("http://m/sd/None"), place, NULL };

/* Issues of structure and formats have no id. By name, type or address; without any, of the model that the
 * caller names or constrains. */
static void says_what_it_is(void **state)
{
	static const char *const names[] = { "Visit", "http://m/Visit", "http://m/sd/Visit" };
	char text[200];
	(void)state;
	for (size_t i = 0; i < COUNT_OF(names); i++) {
		snprintf(text, sizeof(text), "{'resourceType':'%s','when':'2020-01-02'}", names[i]);
		assert_valid(of_element, NULL, text);
		snprintf(text, sizeof(text), "{'resourceType':'%s','when':'2020-01-02','whn':1}", names[i]);
		assert_found(of_element, NULL, text, "", "Visit.whn");
	}
	assert_valid(of_element, "http://m/sd/Visit", "{'when':'2020-01-02'}");
	assert_found(of_element, "http://m/sd/Visit", "{'sex':'male'}", "", "Visit");
	assert_found(of_element, "http://m/sd/KnownSex", "{'when':'2020-01-02'}", "profile-min", "Visit");
	assert_valid(of_element, "http://m/sd/KnownSex", "{'when':'2020-01-02','sex':'male'}");
}

static void is_judged_like_a_resource(void **state)
{
	static const struct {
		const char *members, *id, *path;
	} cases[] = {
		{ "'when':'2020-02-30'", "", "Visit.when" },
		{ "'when':['2020-01-02']", "", "Visit.when" },
		{ "'when':'2031-01-01'", "v-1", "Visit" },
		{ "'when':'2020-01-02','sex':'x'", "binding-required", "Visit.sex" },
		{ "'when':'2020-01-02','valueInteger':1", "", "Visit.valueInteger" },
		{ "'when':'2020-01-02','step':[{'name':'a','step':[{'nme':'b'}]}]", "",
			"Visit.step[0].step[0].nme" },
		{ "'when':'2020-01-02','place':{'citi':'x'}", "", "Visit.place.citi" },
		{ "'when':'2020-01-02','place':{'resourceType':'Place','city':'x'}", "",
			"Visit.place.resourceType" },
	};
	char text[300];
	(void)state;
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		snprintf(text, sizeof(text), "{'resourceType':'Visit',%s}", cases[i].members);
		assert_found(of_base, NULL, text, cases[i].id, cases[i].path);
	}
	assert_valid(of_base, NULL,
		"{'resourceType':'Visit','when':'2020-01-02','valueQuantity':{'value':1},"
		"'place':{'city':'x'},'step':[{'name':'a','step':[{'name':'b'}]}]}");
}

/* Element gives an id and extensions, Base nothing. */
static void has_what_its_base_has(void **state)
{
	static const char with_id[] = "{'resourceType':'Visit','id':'a','when':'2020-01-02'}";
	(void)state;
	assert_valid(of_element, NULL, with_id);
	assert_found(of_base, NULL, with_id, "", "Visit.id");
}

static void says_why_a_model_is_of_no_use(void **state)
{
	(void)state;
	assert_found(of_nothing, NULL, "{'resourceType':'Visit','when':'2020-01-02'}", "model-unusable",
		"Visit");
}

/* Only the outermost thing may be an instance of a model: what a Bundle holds is a resource. */
static void is_no_resource(void **state)
{
	(void)state;
	assert_found(of_element, NULL,
		"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'http://x/Visit/1',"
		"'resource':{'resourceType':'Visit','when':'2020-01-02'}}]}",
		"", "Bundle.entry[0].resource.resourceType");
}

struct reading {
	struct hs_validator *validator;
	struct hs_validate_options options;
};

static bool find_model(void *arg, struct hs_slice name, struct hs_xml_model *out)
{
	struct reading *reading = arg;
	struct hs_validate_model model;
	if (!hs_validator_model(reading->validator, name, &reading->options, &model))
		return false;
	*out = (struct hs_xml_model) { model.defs, model.type, model.space };
	return true;
}

#define IN_SPACE(base) \
	"{'resourceType':'StructureDefinition','url':'http://m/sd/Note','name':'Note','status':'draft'," \
	"'kind':'logical','abstract':false,'type':'http://m/Note','baseDefinition':'" TYPES base "'," \
	"'extension':[{'url':'http://hl7.org/fhir/StructureDefinition/elementdefinition-namespace'," \
	"'valueUri':'urn:m'}],'derivation':'specialization','differential':{'element':[" \
	"{'path':'Note','min':0,'max':'*'}," \
	"{'path':'Note.text','min':1,'max':'*','type':[{'code':'string'}]}]}}"

/* In XML, too: what repeats, what is a number and what comes first is said by the model. */
static void is_read_of_xml(void **state)
{
	static const struct {
		const char *xml, *path; /* of the first fault; NULL: there is none, "": it cannot be read */
	} rows[] = {
		{ "<Visit xmlns='http://hl7.org/fhir' id='v'><when value='2020-01-02'/><valueQuantity>"
		  "<value value='1.50'/></valueQuantity><step><name value='a'/></step></Visit>",
			NULL },
		{ "<Visit xmlns='http://hl7.org/fhir'><sex value='male'/></Visit>", "Visit" },
		{ "<Visit xmlns='http://hl7.org/fhir'><when value='2020-01-02'/><sex value='x'/></Visit>",
			"Visit.sex" },
		{ "<Visit xmlns='http://hl7.org/fhir'><sex value='male'/><when value='2020-01-02'/></Visit>",
			"Visit.when" },
		{ "<Visit xmlns='http://hl7.org/fhir'><when value='2020-01-02'/><pet value='x'/></Visit>",
			"Visit.pet" },
		{ "<Visit xmlns='urn:m'><when value='2020-01-02'/></Visit>", "" },
		{ "<Note xmlns='urn:m'><text value='a'/><text value='b'/></Note>", NULL },
		{ "<Note xmlns='http://hl7.org/fhir'><text value='a'/></Note>", NULL },
		{ "<Note xmlns='urn:m' id='n'><text value='a'/></Note>", "Note" },
		{ "<Letter xmlns='urn:m'/>", "" },
	};
	static const char *const models[] = { VISIT(TYPES "Element"), place, IN_SPACE("Base") };
	struct hs_error err;
	(void)state;
	if (!validate_bench.packages[0])
		skip();
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	struct hs_library *library = hs_library_over(validate_bench.library);
	for (size_t i = 0; i < COUNT_OF(models); i++)
		assert_int_equal(hs_library_add(library, quoted(arena, models[i]), &err), HS_OK);
	struct hs_profiles *profiles = hs_profiles_new(validate_bench.defs, library, validate_bench.profiles);
	struct hs_validator_source source = { .profiles = profiles };
	struct reading reading = { .validator = hs_validator_new(&source) };
	struct hs_xml_limits limits = { .model = find_model, .arg = &reading };
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct hs_issues issues = { .arena = arena };
		struct hs_json *tree = NULL;
		struct hs_slice text = hs_slice_cstr(rows[i].xml);
		enum hs_status status = hs_xml_read(arena, validate_bench.defs, text, &limits, &issues, &tree,
			&err);
		bool readable = !rows[i].path || *rows[i].path;
		assert_int_equal(status, readable ? HS_OK : HS_E_STRUCTURE);
		reading.options.source = text;
		if (readable)
			hs_validate(reading.validator, tree, &reading.options, &issues);
		if ((issues.errors > 0) != (readable && rows[i].path) ||
			(issues.errors && !hs_slice_eq(issues.first->path, hs_slice_cstr(rows[i].path)))) {
			print_issues(&(struct found) { .issues = issues });
			fail_msg("%s", rows[i].xml);
		}
	}
	hs_validator_unref(reading.validator);
	hs_profiles_unref(profiles);
	hs_library_unref(library);
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(says_what_it_is),
		cmocka_unit_test(is_judged_like_a_resource),
		cmocka_unit_test(has_what_its_base_has),
		cmocka_unit_test(says_why_a_model_is_of_no_use),
		cmocka_unit_test(is_no_resource),
		cmocka_unit_test(is_read_of_xml),
	};
	return cmocka_run_group_tests(tests, open_packages, close_packages);
}
