/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of $translate: both directions, both shapes of maps and of answers, codes that are not mapped. */
#include "../ask_test.h"

static const char *const resources[] = {
	"{'resourceType':'ConceptMap','url':'urn:r5','version':'1','status':'active','group':[{'source':'urn:"
	"a',"
	"'target':'urn:b','element':[{'code':'1','target':[{'code':'x','relationship':'equivalent'},"
	"{'code':'y','relationship':'source-is-broader-than-target','comment':'c'}]},{'code':'2','noMap':"
	"true}],"
	"'unmapped':{'mode':'fixed','code':'other','relationship':'related-to'}}]}",
	"{'resourceType':'ConceptMap','url':'urn:r4','version':'1','status':'active','group':[{'source':'urn:"
	"a',"
	"'target':'urn:c','element':[{'code':'1','target':[{'code':'z','equivalence':'wider'}]},"
	"{'code':'3','target':[{'code':'q','equivalence':'disjoint'}]}]}]}",
	"{'resourceType':'ConceptMap','url':'urn:r4','version':'0','status':'active','group':[{'source':'urn:"
	"a',"
	"'target':'urn:c','element':[{'code':'1','target':[{'code':'old','equivalence':'equal'}]}]}]}",
	/* how a code is mapped may depend on others, and bring others along */
	"{'resourceType':'ConceptMap','url':'urn:deep','version':'1','status':'active','group':[{'source':'"
	"urn:d',"
	"'target':'urn:e','element':[{'code':'1','target':["
	"{'code':'left','relationship':'equivalent','dependsOn':[{'attribute':'urn:side','valueCoding':"
	"{'system':'urn:s','code':'l'}}]},"
	"{'code':'right','relationship':'equivalent','dependsOn':[{'attribute':'urn:side','valueCoding':"
	"{'system':'urn:s','code':'r'}}],'product':[{'attribute':'urn:many','valueCode':'two'}]}]}],"
	"'unmapped':{'mode':'other-map','otherMap':'urn:old|1'}}]}",
	"{'resourceType':'ConceptMap','url':'urn:old','version':'1','status':'active','group':[{'source':'"
	"urn:d',"
	"'target':'urn:e','element':[{'code':'2','target':[{'code':'both','equivalence':'equal','product':"
	"[{'property':'urn:many','system':'urn:s','value':'2','display':'Two'}]}]}],"
	"'unmapped':{'mode':'other-map','url':'urn:deep'}}]}",
	/* codes of attributes and properties, with what they mean at the map's head */
	"{'resourceType':'ConceptMap','url':'urn:meant','status':'active','additionalAttribute':[{'code':'"
	"age',"
	"'uri':'urn:age','type':'string'}],'property':[{'code':'rank','uri':'urn:rank','type':'integer'}],"
	"'group':[{'source':'urn:m','target':'urn:e','element':[{'code':'1','target':["
	"{'code':'pup','relationship':'equivalent','property':[{'code':'rank','valueInteger':1}],"
	"'dependsOn':[{'attribute':'age','valueString':'young'}]},"
	"{'code':'old','relationship':'equivalent','dependsOn':[{'attribute':'age','valueString':'old'}]}]}]}"
	"]}",
	"{'resourceType':'ConceptMap','url':'urn:torn','status':'active','group':[{'source':'urn:t','target':"
	"'urn:e',"
	"'element':[],'unmapped':{'mode':'other-map','otherMap':'urn:nowhere'}}]}",
	/* any code of a value set */
	"{'resourceType':'ConceptMap','url':'urn:any','status':'active','group':[{'source':'urn:n','target':'"
	"urn:e',"
	"'element':[{'code':'1','target':["
	"{'code':'in','relationship':'equivalent','dependsOn':[{'attribute':'urn:side','valueSet':'urn:pq|1'"
	"}]},"
	"{'code':'lost','relationship':'equivalent','dependsOn':[{'attribute':'urn:side','valueSet':"
	"'urn:nowhere'}]}]}]}]}",
	/* a value set in the place of a code, versions, and scopes */
	"{'resourceType':'CodeSystem','url':'urn:v','version':'2','status':'active','content':'complete',"
	"'concept':[{'code':'p'},{'code':'q'},{'code':'r'}]}",
	"{'resourceType':'ValueSet','url':'urn:pq','id':'pq','version':'1','status':'active','compose':{'"
	"include':"
	"[{'system':'urn:v','concept':[{'code':'p'},{'code':'q','display':'Queue'}]}]}}",
	"{'resourceType':'ValueSet','url':'urn:q','status':'active','compose':{'include':[{'system':'urn:v',"
	"'concept':[{'code':'q'}]}]}}",
	"{'resourceType':'ValueSet','url':'urn:onlyW','status':'active','compose':{'include':[{'system':'urn:"
	"w',"
	"'concept':[{'code':'W'}]}]}}",
	"{'resourceType':'ConceptMap','url':'urn:sets','version':'1','status':'active','sourceScopeUri':'urn:"
	"pq|1',"
	"'targetScopeCanonical':'urn:all','group':[{'source':'urn:v|2','target':'urn:w','element':[{'"
	"valueSet':"
	"'urn:pq','target':[{'code':'W','relationship':'source-is-narrower-than-target'}]},{'code':'q','"
	"target':"
	"[{'code':'Q','relationship':'equivalent'}]}],'unmapped':{'mode':'fixed','code':'other','"
	"relationship':"
	"'related-to'}},{'source':'urn:w','target':'urn:v|2','element':[{'code':'W','target':[{'valueSet':'"
	"urn:pq',"
	"'relationship':'source-is-broader-than-target'}]}],'unmapped':{'mode':'fixed','valueSet':'urn:pq',"
	"'relationship':'related-to'}},{'source':'urn:x','target':'urn:y','element':[{'valueSet':'urn:"
	"nowhere',"
	"'target':[{'code':'Y','relationship':'equivalent'}]}]}]}",
	NULL,
};

static struct ask a;

static enum hs_status translate(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	return hs_tx_translate(ctx, NULL, out, err);
}

/* "code/relation ..." of the matches. */
static const char *matches(void)
{
	struct hs_buf out;

	hs_buf_init(&out, a.arena, 10000);
	HS_JSON_EACH(p, hs_json_get(a.out, HS_S("parameter"))) {
		struct hs_slice code = HS_S_NONE, relation = HS_S_NONE;
		if (!hs_slice_eq(hs_json_get_text(p, HS_S("name")), HS_S("match")))
			continue;
		HS_JSON_EACH(part, hs_json_get(p, HS_S("part"))) {
			struct hs_slice name = hs_json_get_text(part, HS_S("name"));
			if (hs_slice_eq(name, HS_S("concept")))
				code = hs_json_get_text(hs_json_get(part, HS_S("valueCoding")), HS_S("code"));
			if (hs_slice_eq(name, HS_S("relationship")) || hs_slice_eq(name, HS_S("equivalence")))
				relation = hs_json_get_text(part, HS_S("valueCode"));
		}
		hs_buf_printf(&out, "%s%.*s/%.*s", out.len ? " " : "", HS_S_ARG(code), HS_S_ARG(relation));
	}
	return hs_arena_cstr(a.arena, hs_buf_slice(&out));
}

static void check(const char *parameters, const char *result, const char *want)
{
	ask(&a, translate, parameters);
	if (a.status)
		fail_msg("%s: %s", parameters, a.err.text);
	if (strcmp(matches(), want) != 0)
		fail_msg("%s: \"%s\", not \"%s\" (%s)", parameters, matches(), want, ask_text(&a, "message"));
	assert_string_equal(ask_text(&a, "result"), result);
}

#define FROM(code) "{'name':'system','valueUri':'urn:a'},{'name':'sourceCode','valueCode':'" code "'}"
#define MAP(url) ",{'name':'url','valueUri':'" url "'}"

static void forward(void **state)
{
	(void)state;
	check(FROM("1") MAP("urn:r5"), "true", "x/equivalent y/source-is-broader-than-target");
	check(FROM("1") MAP("urn:r4"), "true", "z/source-is-narrower-than-target");
	check(FROM("1"), "true",
		"z/source-is-narrower-than-target x/equivalent y/source-is-broader-than-target");
	check(FROM("1") ",{'name':'targetSystem','valueUri':'urn:c'}", "true",
		"z/source-is-narrower-than-target");
	check("{'name':'sourceCoding','valueCoding':{'system':'urn:a','code':'3'}}" MAP("urn:r4"), "false",
		"q/not-related-to");
}

/* As when a client sends along what is stored, too. */
static void of_two_layers(void **state)
{
	struct tx_layer stored;

	(void)state;
	ask_prepare(&a, FROM("1"));
	stored = *a.ctx.scope.layers[0];
	a.ctx.scope.layers[a.ctx.scope.count++] = &stored;
	assert_int_equal(translate(&a.ctx, &a.out, &a.err), HS_OK);
	assert_string_equal(matches(),
		"z/source-is-narrower-than-target x/equivalent y/source-is-broader-than-target");
}

static void not_mapped(void **state)
{
	(void)state;
	check(FROM("2") MAP("urn:r5"), "false", "");
	check(FROM("9") MAP("urn:r5"), "true", "other/related-to");
	check(FROM("9") MAP("urn:r4"), "false", "");
	assert_string_equal(ask_text(&a, "message"), "No translations found");
}

static void backward(void **state)
{
	(void)state;
	check("{'name':'targetCode','valueCode':'y'},{'name':'targetSystem','valueUri':'urn:b'}", "true",
		"y/source-is-broader-than-target");
	check("{'name':'system','valueUri':'urn:b'},{'name':'code','valueCode':'y'},{'name':'reverse','"
	      "valueBoolean':true}",
		"true", "1/source-is-broader-than-target");
}

static void in_r4(void **state)
{
	(void)state;
	ask_prepare(&a, FROM("1"));
	a.ctx.fhir = HS_FHIR_R4;
	assert_int_equal(translate(&a.ctx, &a.out, &a.err), HS_OK);
	assert_string_equal(matches(), "z/wider x/equivalent y/narrower");
}

/* The part `name` of the last match, as JSON. */
static const char *last_part(const char *name)
{
	const struct hs_json *found = NULL;
	struct hs_buf out;

	HS_JSON_EACH(p, hs_json_get(a.out, HS_S("parameter")))
		HS_JSON_EACH(part, hs_json_get(p, HS_S("part")))
			if (hs_slice_eq(hs_json_get_text(part, HS_S("name")), hs_slice_cstr(name)))
				found = hs_json_get(part, HS_S("part"));
	hs_buf_init(&out, a.arena, 10000);
	hs_json_write(&out, found, 0);
	for (size_t i = 0; i < out.len; i++)
		if (out.ptr[i] == '"')
			out.ptr[i] = '\'';
	return hs_arena_cstr(a.arena, hs_buf_slice(&out));
}

#define SIDE(type, value) \
	",{'name':'dependency','part':[{'name':'attribute','valueUri':'urn:side'},{'name':'value','" type \
	"':" value "}]}"
#define OF_D(code) \
	"{'name':'system','valueUri':'urn:d'},{'name':'sourceCode','valueCode':'" code "'}" MAP("urn:deep")

static void by_other_attributes(void **state)
{
	(void)state;
	check(OF_D("1"), "true", "left/equivalent right/equivalent");
	check(OF_D("1") SIDE("valueCoding", "{'system':'urn:s','code':'r'}"), "true", "right/equivalent");
	check(OF_D("1") SIDE("valueCode", "'l'"), "true", "left/equivalent");
	check(OF_D("1") SIDE("valueCoding", "{'system':'urn:other','code':'r'}"), "false", "");
	check(OF_D("1") ",{'name':'dependency','part':[{'name':'element','valueUri':'urn:side'},{'name':'"
			"concept',"
			"'valueCodeableConcept':{'coding':[{'system':'urn:s','code':'l'}]}}]}",
		"true", "left/equivalent");
	check(OF_D("1") ",{'name':'dependency','part':[{'name':'attribute','valueUri':'urn:age'},{'name':'"
			"value',"
			"'valueInteger':7}]}",
		"true", "left/equivalent right/equivalent");
}

#define OF_N "{'name':'system','valueUri':'urn:n'},{'name':'sourceCode','valueCode':'1'}" MAP("urn:any")

static void by_attributes_of_a_value_set(void **state)
{
	(void)state;
	check(OF_N, "true", "in/equivalent lost/equivalent");
	check(OF_N SIDE("valueCoding", "{'system':'urn:v','code':'p'}"), "true", "in/equivalent");
	check(OF_N SIDE("valueCode", "'q'"), "true", "in/equivalent");
	check(OF_N SIDE("valueCodeableConcept",
		      "{'coding':[{'system':'urn:v','code':'r'},{'system':'urn:v','code':'q'}]}"),
		"true", "in/equivalent");
	assert_string_equal(last_part("dependsOn"),
		"[{'name':'attribute','valueUri':'urn:side'},{'name':'value','valueUri':'urn:pq|1'}]");
	check(OF_N SIDE("valueCoding", "{'system':'urn:v','code':'r'}"), "false", "");
	check(OF_N SIDE("valueCoding", "{'system':'urn:w','code':'p'}"), "false", "");
	check(OF_N SIDE("valueString", "'urn:pq|1'"), "false", "");
}

static void by_another_map(void **state)
{
	(void)state;
	check(OF_D("2"), "true", "both/equivalent");
	check(OF_D("3"), "false", ""); /* the two send one another for it, and that ends */
	check("{'name':'system','valueUri':'urn:t'},{'name':'sourceCode','valueCode':'1'}" MAP("urn:torn"),
		"false", "");
	assert_string_equal(ask_text(&a, "message"),
		"A definition for the concept map 'urn:nowhere' could not be found");
}

static void what_comes_along(void **state)
{
	(void)state;
	check(OF_D("1"), "true", "left/equivalent right/equivalent");
	assert_string_equal(last_part("product"),
		"[{'name':'attribute','valueUri':'urn:many'},{'name':'value','valueCode':'two'}]");
	assert_string_equal(last_part("dependsOn"),
		"[{'name':'attribute','valueUri':'urn:side'},{'name':'value','valueCoding':{'system':'urn:s',"
		"'code':'r'}}]");
	check(OF_D("2"), "true", "both/equivalent");
	assert_string_equal(last_part("product"),
		"[{'name':'attribute','valueUri':'urn:many'},{'name':'value','valueCoding':{'system':'urn:s',"
		"'code':'2',"
		"'display':'Two'}}]");
	ask_prepare(&a, OF_D("2"));
	a.ctx.fhir = HS_FHIR_R4;
	assert_int_equal(translate(&a.ctx, &a.out, &a.err), HS_OK);
	assert_string_equal(last_part("product"),
		"[{'name':'element','valueUri':'urn:many'},{'name':'concept','valueCoding':{'system':'urn:s',"
		"'code':'2',"
		"'display':'Two'}}]");
}

#define OF_M(attribute) \
	"{'name':'system','valueUri':'urn:m'},{'name':'sourceCode','valueCode':'1'},{'name':'dependency','" \
	"part':[{'name':'attribute','valueUri':'" attribute \
	"'},{'name':'value','valueString':'young'}]}" MAP("urn:meant")

/* R5 writes a code in the map, and a URI in question and answer. */
static void what_codes_mean(void **state)
{
	(void)state;
	check(OF_M("urn:age"), "true", "pup/equivalent");
	assert_string_equal(last_part("dependsOn"),
		"[{'name':'attribute','valueUri':'urn:age'},{'name':'value','valueString':'young'}]");
	assert_string_equal(last_part("property"),
		"[{'name':'uri','valueUri':'urn:rank'},{'name':'value','valueInteger':1}]");
	check(OF_M("age"), "true", "pup/equivalent");
	check(OF_M("urn:other"), "true", "pup/equivalent old/equivalent");
}

#define OF(system, code) \
	"{'name':'system','valueUri':'" system "'},{'name':'sourceCode','valueCode':'" code \
	"'}" MAP("urn:sets")

static void by_value_sets(void **state)
{
	(void)state;
	check(OF("urn:v", "p"), "true", "W/source-is-narrower-than-target");
	check(OF("urn:v", "q"), "true", "W/source-is-narrower-than-target Q/equivalent");
	check(OF("urn:v", "r"), "true", "other/related-to");
	check(OF("urn:w", "W"), "true", "p/source-is-broader-than-target q/source-is-broader-than-target");
	check(OF("urn:w", "V"), "true", "p/related-to q/related-to");
	/* the other way, each code of the set is a source */
	check("{'name':'targetCode','valueCode':'W'},{'name':'system','valueUri':'urn:w'}" MAP("urn:sets"),
		"true", "W/source-is-narrower-than-target W/source-is-narrower-than-target");
	check("{'name':'targetCode','valueCode':'p'},{'name':'targetSystem','valueUri':'urn:v'}" MAP("urn:"
												     "sets"),
		"true", "p/source-is-broader-than-target");
	check(OF("urn:x", "1"), "false", "");
	assert_string_equal(ask_text(&a, "message"),
		"A definition for the value Set 'urn:nowhere' could not be found");
}

static void of_another_version(void **state)
{
	(void)state;
	check(OF("urn:v", "q") ",{'name':'version','valueString':'2'}", "true",
		"W/source-is-narrower-than-target Q/equivalent");
	check(OF("urn:v", "q") ",{'name':'version','valueString':'1'}", "false", "");
	assert_string_equal(ask_text(&a, "message"),
		"the concept map urn:sets is about version 2 of urn:v, not about version 1");
	check("{'name':'sourceCoding','valueCoding':{'system':'urn:v','version':'3','code':'q'}}" MAP("urn:"
												      "sets"),
		"false", "");
	check("{'name':'targetCoding','valueCoding':{'system':'urn:v','version':'3','code':'q'}}" MAP("urn:"
												      "sets"),
		"false", "");
}

#define SCOPES(source, target) \
	",{'name':'sourceScope','valueUri':'" source "'},{'name':'targetScope','valueUri':'" target "'}"

static void of_another_scope(void **state)
{
	static const char *const right[] = { OF("urn:v", "q") SCOPES("urn:pq", "urn:all|3"),
		OF("urn:v", "q") SCOPES("ValueSet/pq", "urn:all"), OF("urn:v", "q") SCOPES("pq", "urn:all") };

	(void)state;
	for (size_t i = 0; i < 3; i++)
		check(right[i], "true", "W/source-is-narrower-than-target Q/equivalent");
	check(OF("urn:v", "q") SCOPES("urn:pq|2", "urn:all"), "false", "");
	/* of another scope, but codes of the value set (R5) */
	check(OF("urn:v", "q") SCOPES("urn:q", "urn:all"), "true",
		"W/source-is-narrower-than-target Q/equivalent");
	check(OF("urn:v", "p") SCOPES("urn:q", "urn:all"), "false", "");
	check(OF("urn:v", "q") SCOPES("urn:pq", "urn:onlyW"), "true", "W/source-is-narrower-than-target");
	check("{'name':'targetCode','valueCode':'W'},{'name':'system','valueUri':'urn:w'}" MAP("urn:sets")
			SCOPES("urn:q", "urn:all"),
		"true", "W/source-is-narrower-than-target");
	check(OF("urn:v", "q") SCOPES("urn:pq", "urn:some"), "false", "");
	assert_string_equal(ask_text(&a, "message"),
		"the concept map urn:sets is from the value set 'urn:pq|1' to the value set 'urn:all'");
	check(FROM("1") MAP("urn:r4") SCOPES("urn:a", "urn:b"), "true", "z/source-is-narrower-than-target");
}

static void codes_alone(void **state)
{
	(void)state;
	ask(&a, translate, "{'name':'sourceCode','valueCode':'q'}" MAP("urn:sets"));
	assert_int_equal(a.status, HS_E_REQUIRED);
	assert_int_equal(a.ctx.failure->id, TX_MSG_OWN_CODE_ALONE);
}

static void refused(void **state)
{
	(void)state;
	ask(&a, translate, FROM("1") MAP("urn:none"));
	assert_int_equal(a.ctx.failure->id, TX_MSG_UNKNOWN_CONCEPT_MAP);
	ask(&a, translate, "{'name':'system','valueUri':'urn:a'}");
	assert_int_equal(a.status, HS_E_REQUIRED);
	ask(&a, translate, FROM("1") ",{'name':'reverse','valueString':'ja'}");
	assert_int_equal(a.status, HS_E_VALUE);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(forward),
		cmocka_unit_test(of_two_layers),
		cmocka_unit_test(not_mapped),
		cmocka_unit_test(backward),
		cmocka_unit_test(in_r4),
		cmocka_unit_test(by_other_attributes),
		cmocka_unit_test(by_attributes_of_a_value_set),
		cmocka_unit_test(by_another_map),
		cmocka_unit_test(what_comes_along),
		cmocka_unit_test(what_codes_mean),
		cmocka_unit_test(by_value_sets),
		cmocka_unit_test(of_another_version),
		cmocka_unit_test(of_another_scope),
		cmocka_unit_test(codes_alone),
		cmocka_unit_test(refused),
	};

	return ASK_RUN(&a, resources, tests);
}
