/* SPDX-License-Identifier: Apache-2.0 */
/* The query grammar: each row is one search and the conditions it becomes, or the error it gives. Skipped
 * without the R4 package. */
#include "search_test.h"

#include <core/base/fault.h>

#define MS(days) ((int64_t)(days)*86400000)

/* ---- conditions as text ---- */

static void print_span(struct hs_buf *out, const struct hs_find *find)
{
	static const char *const cmps[] = { "eq", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap" };
	hs_buf_printf(out, " %s", cmps[find->cmp]);
	if (find->op == HS_FIND_DATE || find->op == HS_FIND_UPDATED)
		hs_buf_printf(out, " %lld+%lld", (long long)find->lo / 1000,
			(long long)(find->hi - find->lo) / 1000);
	else
		hs_buf_printf(out, " %g..%g", find->low, find->high);
}

static void print_leaf(struct hs_buf *out, const struct hs_find *find)
{
	static const char *const matches[] = { "exact", "starts", "contains", "above", "folded", "ends" };
	bool span = find->op == HS_FIND_DATE || find->op == HS_FIND_NUMBER || find->op == HS_FIND_QUANTITY ||
		find->op == HS_FIND_UPDATED;
	if (find->op != HS_FIND_ID && find->op != HS_FIND_UPDATED)
		hs_buf_add(out, name_of(find->param));
	if (find->op == HS_FIND_STRING || find->op == HS_FIND_URI)
		hs_buf_printf(out, " %s", matches[find->match]);
	if (find->op == HS_FIND_REFERENCE || find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS)
		hs_buf_printf(out, " ->%.*s",
			HS_S_ARG(find->target_type ? name_of(find->target_type) : HS_S("any")));
	if (span)
		print_span(out, find);
	if (find->op == HS_FIND_NEAR)
		hs_buf_printf(out, " %g,%g %gm", find->low, find->high, find->radius);
	if (find->op == HS_FIND_TOKEN || find->op == HS_FIND_QUANTITY)
		hs_buf_printf(out, " %.*s|%.*s", HS_S_ARG(find->any_system ? HS_S("*") : find->system),
			HS_S_ARG(find->any_code ? HS_S("*") : find->text));
	else if (find->text.len)
		hs_buf_printf(out, " '%.*s'", HS_S_ARG(find->text));
}

static void print_find(struct hs_buf *out, const struct hs_find *find)
{
	static const char *const ops[] = { "and", "or", "not", "id", "updated", "token", "string", "uri",
		"date", "number", "quantity", "reference", "near", "missing", "group", "chain", "has" };
	if (!find) {
		hs_buf_cstr(out, "all");
		return;
	}
	hs_buf_printf(out, "%s(", ops[find->op]);
	if (find->op > HS_FIND_NOT && find->op != HS_FIND_SAME_GROUP)
		print_leaf(out, find);
	for (size_t i = 0; i < find->kid_count; i++) {
		if (i > 0 || find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS)
			hs_buf_byte(out, ' ');
		print_find(out, find->kids[i]);
	}
	hs_buf_byte(out, ')');
}

/* "a=b&c=d", nothing encoded. */
static size_t split_pairs(struct hs_slice query, struct hs_pair *pairs, size_t room)
{
	size_t count = 0;
	while (query.ptr) {
		struct hs_slice pair = hs_slice_cut(&query, '&');
		assert_true(count < room);
		pairs[count].name = hs_slice_cut(&pair, '=');
		pairs[count++].value = pair;
	}
	return count;
}

static const struct hs_search_options lenient = { .default_count = 20,
	.max_count = 1000,
	.base = HS_S_INIT("http://us/fhir"),
	.now_ms = 1000 * MS(1),
	.max_params = 100,
	.max_values = 50,
	.max_chain = 3 };

static enum hs_status parse(struct hs_arena *arena, const char *type, const char *query, bool strict,
	struct hs_search *out, struct hs_error *err)
{
	struct hs_pair pairs[128];
	struct hs_search_options options = lenient;
	options.strict = strict;
	size_t count = query[0] ? split_pairs(hs_slice_cstr(query), pairs, COUNT_OF(pairs)) : 0;
	return hs_search_parse(&(struct hs_search_work) { rules, &numbering, arena }, hs_slice_cstr(type),
		pairs, count, &options, out, err);
}

/* ---- what is understood ---- */

static const struct {
	const char *type, *query, *want;
} good[] = {
	{ "Patient", "", "all" },
	{ "Patient", "name=Åsa", "string(Patient.name starts 'asa')" },
	{ "Patient", "name:exact=Åsa", "string(Patient.name exact 'Åsa')" },
	{ "Patient", "name:contains=sa", "string(Patient.name contains 'sa')" },
	{ "Patient", "name=a,b", "or(string(Patient.name starts 'a') string(Patient.name starts 'b'))" },
	{ "Patient", "name=a&name=b",
		"and(string(Patient.name starts 'a') string(Patient.name starts 'b'))" },
	{ "Patient", "name=a\\,b", "string(Patient.name starts 'a b')" },
	{ "Patient", "name:exact=a\\,b", "string(Patient.name exact 'a,b')" },
	{ "Patient", "name:missing=true", "and(missing(Patient.name) not(token(Patient.:there |name)))" },
	{ "Patient", "name:missing=false", "or(not(missing(Patient.name)) token(Patient.:there |name))" },
	{ "Patient", "gender:missing=true",
		"and(missing(Patient.gender) missing(Patient.gender:text) not(token(Patient.:there "
		"|gender)))" },

	{ "Patient", "_id=a,b", "or(id( 'a') id( 'b'))" },
	{ "Patient", "_id:not=a", "not(id( 'a'))" },
	{ "Patient", "_lastUpdated=gt1970-01-02", "updated( gt 86400+86400)" },

	{ "Patient", "gender=male", "token(Patient.gender *|male)" },
	{ "Patient", "gender:not=male,female",
		"not(or(token(Patient.gender *|male) token(Patient.gender *|female)))" },
	{ "Patient", "identifier=http://x|1", "token(Patient.identifier http://x|1)" },
	{ "Patient", "identifier=|1", "token(Patient.identifier |1)" },
	{ "Patient", "identifier=http://x|", "token(Patient.identifier http://x|*)" },
	{ "Patient", "identifier=a\\|b", "token(Patient.identifier *|a|b)" },
	{ "Observation", "code:text=Blood Press", "string(Observation.code:text starts 'blood press')" },
	{ "Patient", "_tag=a", "token(Patient._tag *|a)" },
	{ "Patient", "_profile=http://p", "uri(Patient._profile exact 'http://p')" },

	{ "Patient", "birthdate=1970-01-02", "date(Patient.birthdate eq 86400+86400)" },
	{ "Patient", "birthdate=1970", "date(Patient.birthdate eq 0+31536000)" },
	{ "Patient", "birthdate=ge1970-01-02T00:00:00+01:00", "date(Patient.birthdate ge 82800+1)" },
	{ "Patient", "birthdate=ge1970-01-02T00:00:00 01:00", "date(Patient.birthdate ge 82800+1)" },
	{ "Patient", "birthdate=lt1970-01-02T00:00Z", "date(Patient.birthdate lt 86400+60)" },
	/* a tenth of the 99 days until now */
	{ "Patient", "birthdate=ap1972-06-19", "date(Patient.birthdate ap 76904640+1797120)" },

	{ "RiskAssessment", "probability=0.8", "number(RiskAssessment.probability eq 0.75..0.85)" },
	{ "RiskAssessment", "probability=gt0.8", "number(RiskAssessment.probability gt 0.8..0.8)" },
	{ "RiskAssessment", "probability=ap10", "number(RiskAssessment.probability ap 9..11)" },
	{ "Observation", "value-quantity=5.4|http://u|mg",
		"quantity(Observation.value-quantity eq 5.35..5.45 http://u|mg)" },
	{ "Observation", "value-quantity=le5.4||mg",
		"quantity(Observation.value-quantity le 5.4..5.4 *|mg)" },
	{ "Observation", "value-quantity=ne5", "quantity(Observation.value-quantity ne 4.5..5.5 *|)" },

	{ "ValueSet", "url=http://a", "uri(ValueSet.url exact 'http://a')" },
	{ "ValueSet", "url:below=http://a", "uri(ValueSet.url starts 'http://a')" },
	{ "ValueSet", "url:above=http://a/b", "uri(ValueSet.url above 'http://a/b')" },

	{ "Observation", "patient=1", "reference(Observation.patient ->Patient '1')" },
	{ "Observation", "subject=1", "reference(Observation.subject ->any '1')" },
	{ "Observation", "subject=Patient/1", "reference(Observation.subject ->Patient '1')" },
	{ "Observation", "subject=Patient/1/_history/3", "reference(Observation.subject ->Patient '1')" },
	{ "Observation", "subject=http://us/fhir/Patient/1", "reference(Observation.subject ->Patient '1')" },
	{ "Observation", "subject=http://them/fhir/Patient/1",
		"reference(Observation.subject ->any 'http://them/fhir/Patient/1')" },
	{ "Observation", "subject:Patient=1", "reference(Observation.subject ->Patient '1')" },
	{ "Observation", "subject:identifier=http://x|1",
		"token(Observation.subject:identifier http://x|1)" },
	{ "Observation", "subject:missing=true",
		"and(missing(Observation.subject) missing(Observation.subject:identifier) "
		"not(token(Observation.:there |subject)))" },
	{ "Patient", "organization=1", "reference(Patient.organization ->Organization '1')" },
	{ "PlanDefinition", "definition=http://x|1",
		"reference(PlanDefinition.definition ->any 'http://x|1')" },

	{ "Observation", "subject:Patient.name=a",
		"chain(Observation.subject ->Patient string(Patient.name starts 'a'))" },
	{ "Observation", "patient.name:exact=A",
		"chain(Observation.patient ->Patient string(Patient.name exact 'A'))" },
	{ "Observation", "subject.birthdate=1970",
		"chain(Observation.subject ->Patient date(Patient.birthdate eq 0+31536000))" },
	{ "Observation", "subject._id=a,b",
		"or(chain(Observation.subject ->Group or(id( 'a') id( 'b'))) chain(Observation.subject "
		"->Device or(id( 'a') id( 'b'))) "
		"chain(Observation.subject ->Patient or(id( 'a') id( 'b'))) chain(Observation.subject "
		"->Location or(id( 'a') id( 'b'))))" },
	{ "Observation", "patient.organization.partof.name=x",
		"chain(Observation.patient ->Patient chain(Patient.organization ->Organization "
		"chain(Organization.partof "
		"->Organization string(Organization.name starts 'x'))))" },
	{ "Patient", "_has:Observation:patient:code=1",
		"has(Observation.patient ->Observation token(Observation.code *|1))" },
	{ "Encounter", "patient._has:Group:member:_id=9",
		"chain(Encounter.patient ->Patient has(Group.member ->Group id( '9')))" },

	{ "Observation", "code-value-quantity=http://l|8480-6$gt100",
		"group(token(Observation.code-value-quantity$0 http://l|8480-6) "
		"quantity(Observation.code-value-quantity$1 gt 100..100 "
		"*|))" },
	/* any unit of the same kind, in base units */
	{ "Observation", "value-quantity=gt5.4|http://unitsofmeasure.org|mg",
		"quantity(Observation.value-quantity:canonical gt 0.0054..0.0054 "
		"http://unitsofmeasure.org|g)" },
	{ "Observation", "value-quantity=37|http://unitsofmeasure.org|Cel",
		"quantity(Observation.value-quantity:canonical eq 309.65..310.65 "
		"http://unitsofmeasure.org|K)" },
	{ "Observation", "value-quantity=5|http://unitsofmeasure.org|nounit",
		"quantity(Observation.value-quantity eq 4.5..5.5 http://unitsofmeasure.org|nounit)" },
	{ "Observation", "code-value-quantity=http://l|1$gt1|http://unitsofmeasure.org|kg",
		"group(token(Observation.code-value-quantity$0 http://l|1) "
		"quantity(Observation.code-value-quantity$1:canonical gt 1000..1000 "
		"http://unitsofmeasure.org|g))" },
	{ "Patient", "identifier:of-type=http://t|MR|446",
		"token(Patient.identifier:of-type http://t|MR|446)" },
	{ "Patient", "_contained=false", "all" },
	{ "Patient", "_list=42", "has(List.item ->List id( '42'))" },

	{ "Patient", "_filter=name eq \"Åsa Berg\"", "string(Patient.name folded 'asa berg')" },
	{ "Patient", "_filter=name co asa and birthdate ge 1970-01-02",
		"and(string(Patient.name contains 'asa') date(Patient.birthdate ge 86400+86400))" },
	{ "Patient", "_filter=name sw a or name ew b and active eq true",
		"and(or(string(Patient.name starts 'a') string(Patient.name ends 'b')) "
		"token(Patient.active *|true))" },
	{ "Patient", "_filter=active eq true and name sw a and name ew b or gender eq male",
		"or(and(token(Patient.active *|true) string(Patient.name starts 'a') "
		"string(Patient.name ends 'b')) token(Patient.gender *|male))" },
	{ "Patient", "_filter=_has:Observation:patient:code eq 1-2 and _tag eq a",
		"and(has(Observation.patient ->Observation token(Observation.code *|1-2)) "
		"token(Patient._tag *|a))" },
	{ "Observation",
		"_filter=patient[name co a and gender eq male].birthdate lt 1970-01-02 or status eq x",
		"or(chain(Observation.patient ->Patient and(and(string(Patient.name contains 'a') "
		"token(Patient.gender *|male)) date(Patient.birthdate lt 86400+86400))) "
		"token(Observation.status *|x))" },
	{ "Observation", "_filter=subject[identifier eq 1].birthdate eq 1970-01-02",
		"chain(Observation.subject ->Patient and(token(Patient.identifier *|1) "
		"date(Patient.birthdate eq 86400+86400)))" },
	{ "Observation", "_filter=code eq loinc|1-2", "token(Observation.code http://loinc.org|1-2)" },
	{ "Observation", "_filter=patient.id eq 3", "chain(Observation.patient ->Patient id( '3'))" },
	{ "ValueSet", "url=http://a|1.0",
		"and(uri(ValueSet.url exact 'http://a') token(ValueSet.version *|1.0))" },
	{ "DocumentReference", "contenttype:below=text/xml",
		"or(token(DocumentReference.contenttype *|text/xml) "
		"token(DocumentReference.contenttype *|text/xml;))" },
	{ "PlanDefinition", "definition:below=http://x|1",
		"or(reference(PlanDefinition.definition ->any 'http://x|1') "
		"reference(PlanDefinition.definition ->any 'http://x|1.'))" },
	{ "Patient", "_filter=not (name sw a) and (gender eq male or gender eq female)",
		"and(not(string(Patient.name starts 'a')) or(token(Patient.gender *|male) "
		"token(Patient.gender *|female)))" },
	{ "Patient", "_filter=birthdate po 1970", "date(Patient.birthdate ap 0+31536000)" },
	{ "Patient", "_filter=birthdate ap 1972-06-19", "date(Patient.birthdate ap 76904640+1797120)" },
	{ "Patient", "_filter=birthdate pr false",
		"and(missing(Patient.birthdate) not(token(Patient.:there |birthdate)))" },
	{ "Patient", "_filter=birthdate ne 1970-01-02",
		"and(not(date(Patient.birthdate eq 86400+86400)) or(not(missing(Patient.birthdate)) "
		"token(Patient.:there |birthdate)))" },
	{ "Patient", "_filter=identifier eq http://x|1,2", "token(Patient.identifier http://x|1,2)" },
	{ "Patient", "_filter=name eq \"a\\\"b\"", "string(Patient.name folded 'a b')" },
	{ "Observation", "_filter=subject:Patient.name co x",
		"chain(Observation.subject ->Patient string(Patient.name contains 'x'))" },
	{ "Observation", "_filter=subject re Patient/1", "reference(Observation.subject ->Patient '1')" },
	{ "Observation", "_filter=value-quantity gt 5.4||mg",
		"quantity(Observation.value-quantity gt 5.4..5.4 *|mg)" },
	{ "ValueSet", "_filter=url ss http://a", "uri(ValueSet.url starts 'http://a')" },

	{ "Location", "near=59.3|18.1|10|km", "near(Location.near 59.3,18.1 10000m)" },
	{ "Location", "near=59.3|18.1", "near(Location.near 59.3,18.1 50000m)" },
	{ "Location", "near=-33.9|18.4|11|[mi_us]", "near(Location.near -33.9,18.4 17702.8m)" },
	{ "Location", "near=59.3|18.1|500|m", "near(Location.near 59.3,18.1 500m)" },
};

static void understands(void **state)
{
	(void)state;
	if (!defs)
		skip();
	for (size_t i = 0; i < COUNT_OF(good); i++) {
		struct hs_arena *arena = hs_arena_new(4 << 20);
		struct hs_search search;
		struct hs_error err;
		struct hs_buf out;
		hs_buf_init(&out, arena, 100000);
		enum hs_status status = parse(arena, good[i].type, good[i].query, true, &search, &err);
		if (!good[i].want) {
			assert_int_equal(status, HS_E_VALUE);
		} else if (status) {
			fail_msg("%s?%s: %s", good[i].type, good[i].query, err.text);
		} else {
			print_find(&out, search.where);
			if (!hs_slice_eq(hs_buf_slice(&out), hs_slice_cstr(good[i].want)))
				fail_msg("%s?%s\n  is  %.*s\n  not %s", good[i].type, good[i].query,
					HS_S_ARG(hs_buf_slice(&out)), good[i].want);
		}
		hs_arena_free(arena);
	}
}

/* ---- what is refused ---- */

static const struct {
	const char *type, *query;
	enum hs_status status;
	const char *text;
} bad[] = {
	{ "Patient", "nam=x", HS_E_NOT_SUPPORTED, "did you mean 'name'?" },
	{ "Patient", "quux=x", HS_E_NOT_SUPPORTED, "Patient has no search parameter 'quux'" },
	{ "Patient", "name=", HS_E_VALUE, "'name' has no value" },
	{ "Patient", "name=a,,b", HS_E_VALUE, "before and after each comma" },
	{ "Patient", "name=--", HS_E_VALUE, "a text with a letter or digit" },
	{ "Patient", "name:fuzzy=a", HS_E_NOT_SUPPORTED, "':fuzzy' is not supported; possible here: :exact" },
	{ "Patient", "gender:fuzzy=a", HS_E_NOT_SUPPORTED, "possible here: :missing :not :text" },
	{ "Patient", "gender:in=http://vs", HS_E_NOT_SUPPORTED,
		"can only be asked for in a search of one type" },
	{ "Patient", "gender:missing=maybe", HS_E_VALUE, "write true or false" },
	{ "Patient", "gender=|", HS_E_VALUE, "SYSTEM|CODE" },
	{ "Patient", "birthdate=yesterday", HS_E_VALUE, "'yesterday' is not a valid value; write YYYY" },
	{ "Patient", "birthdate=xx2000", HS_E_VALUE, "write YYYY" },
	{ "Patient", "birthdate:exact=2000", HS_E_NOT_SUPPORTED, ":missing" },
	{ "RiskAssessment", "probability=many", HS_E_VALUE, "a number" },
	{ "Observation", "value-quantity=5.4|mg", HS_E_VALUE, "NUMBER|SYSTEM|CODE" },
	{ "Observation", "subject=Patienten/1", HS_E_VALUE, "a resource type of FHIR" },
	{ "Observation", "subject:Pat=1", HS_E_NOT_SUPPORTED, "a resource type" },
	{ "Observation", "subject:Patient=Group/1", HS_E_VALUE, "the id of a resource of that type" },
	{ "Observation", "subject:Patienten.name=x", HS_E_VALUE, "'Patienten' is not a resource type" },
	{ "Observation", "code.name=x", HS_E_VALUE, "is no reference" },
	{ "Observation", "subject.quux=x", HS_E_NOT_SUPPORTED, "'subject' may refer to" },
	{ "Patient", "general-practitioner.foo.name=x", HS_E_NOT_SUPPORTED, "has no search parameter 'foo'" },
	{ "Observation", "patient.organization.partof.partof.name=x", HS_E_TOO_COSTLY, "more than 3 deep" },
	{ "Patient", "_has:Observation:code:status=x", HS_E_VALUE, "is no reference" },
	{ "Patient", "_has:Observation:patient=x", HS_E_VALUE, "_has:TYPE:REFERENCE:PARAMETER" },
	{ "Patient", "_has:Observasion:patient:code=x", HS_E_VALUE, "_has:TYPE" },
	{ "Observation", "code-value-quantity=a", HS_E_VALUE, "with $ between" },
	{ "Observation", "code-value-quantity=a$1$2", HS_E_VALUE, "with $ between" },
	{ "Observation", "code-value-quantity=a$b", HS_E_VALUE, "NUMBER" },
	{ "Location", "near=59", HS_E_VALUE, "LATITUDE|LONGITUDE" },
	{ "Location", "near=95|18|1|km", HS_E_VALUE, "latitude of -90..90" },
	{ "Location", "near=59|18|1|parsec", HS_E_VALUE, "km" },
	{ "Patient", "_text=x", HS_E_NOT_SUPPORTED, "'_text' can be asked in a search of its own only" },
	{ "Patient", "_count=1&_count=2", HS_E_VALUE, "'_count' is given twice" },
	{ "Patient", "_sort=name&_sort=_id", HS_E_VALUE, "give it once, with commas" },
	{ "Patient", "_query=x", HS_E_NOT_SUPPORTED, "'_query' is not supported by this server" },
	{ "Patient", "_filter=nam eq x", HS_E_NOT_SUPPORTED, "did you mean 'name'?" },
	{ "Patient", "_filter=name is x", HS_E_VALUE, "expected an operator (eq" },
	{ "Patient", "_filter=name eq", HS_E_VALUE, "expected a value at character 8" },
	{ "Patient", "_filter=name eq \"x", HS_E_VALUE, "a closing quote" },
	{ "Patient", "_filter=(name eq x", HS_E_VALUE, "a closing bracket" },
	{ "Patient", "_filter=name eq x gender eq male", HS_E_VALUE, "expected and, or, or the end" },
	{ "Patient", "_filter=name gt x", HS_E_VALUE, "neither date, number nor quantity" },
	{ "Patient", "_filter=birthdate co 1970", HS_E_NOT_SUPPORTED,
		"the operator 'co' is not possible for 'birthdate'" },
	{ "Patient", "_filter=organization ew 1", HS_E_NOT_SUPPORTED, "the operator 'ew' is not possible" },
	{ "Observation", "_filter=code-value-quantity ss 1", HS_E_NOT_SUPPORTED,
		"the operator 'ss' is not possible" },
	{ "Patient", "_filter=name co x and gender:of-type eq 1", HS_E_NOT_SUPPORTED,
		"':of-type' is not supported" },
	{ "Patient", "_filter=birthdate pr x", HS_E_VALUE, "true or false" },
	{ "Patient", "_filter=_filter eq x", HS_E_VALUE, "cannot stand inside" },
	{ "Patient", "_filter=gender[name eq x].birthdate eq 1970", HS_E_VALUE, "is no reference" },
	{ "Observation", "_filter=patient[gender eq male birthdate eq 1970", HS_E_VALUE, "a closing ]" },
	{ "Observation", "_filter=patient[gender eq male]birthdate eq 1970", HS_E_VALUE, "a dot and" },
	{ "Observation",
		"_filter=focus[focus[focus[focus[code eq 1].code eq 1].code eq 1].code eq 1].code eq 1",
		HS_E_TOO_COSTLY, "more than 3 deep" },
	{ "Patient", "_filter=((((((((((((((((((((((name eq x", HS_E_TOO_COSTLY, "more than 20 deep" },
	{ "Patient", "_list=$current-problems", HS_E_NOT_SUPPORTED, "functional lists" },
	{ "Patient", "_list=a b", HS_E_VALUE, "the id of a List" },
	{ "Patient", "identifier:of-type=http://t|MR", HS_E_VALUE, "SYSTEM|CODE|VALUE" },
	{ "Patient", "gender:of-type=http://t|MR|1", HS_E_NOT_SUPPORTED, "':of-type' is not supported" },
	{ "Observation", "subject:below=Patient/1", HS_E_NOT_SUPPORTED, "part of one another" },
	{ "Patient", "_count=-1", HS_E_VALUE, "a whole number" },
	{ "Patient", "_summary=text&_include=*", HS_E_VALUE, "cannot be mixed" },
	{ "Patient", "_total=perhaps", HS_E_VALUE, "none, estimate or accurate" },
	{ "Patient", "_summary=x", HS_E_VALUE, "text, data" },
	{ "Patient", "_sort=nam", HS_E_NOT_SUPPORTED, "did you mean 'name'?" },
	{ "Patient", "_sort=_id,name,gender,birthdate,family", HS_E_TOO_COSTLY, "4 parameters" },
	{ "Location", "_sort=near", HS_E_NOT_SUPPORTED, "cannot be sorted" },
	{ "Observation", "_include=Observation", HS_E_VALUE, "TYPE:PARAMETER" },
	{ "Observation", "_include=Observation:code", HS_E_VALUE, "a reference" },
	{ "Observation", "_include=Observation:pasient", HS_E_NOT_SUPPORTED, "did you mean 'patient'?" },
	{ "Observation", "_include=Observation:patient:Patienten", HS_E_VALUE, "TYPE:PARAMETER" },
	{ "Observation", "_contained=some", HS_E_VALUE, "true, both or false" },
	{ "Observation", "_containedType=x", HS_E_VALUE, "container or contained" },
	{ "Nothing", "", HS_E_NOT_FOUND, "'Nothing' is not a resource type" },
};

static void refuses(void **state)
{
	(void)state;
	if (!defs)
		skip();
	for (size_t i = 0; i < COUNT_OF(bad); i++) {
		struct hs_arena *arena = hs_arena_new(4 << 20);
		struct hs_search search;
		struct hs_error err = { 0 };
		enum hs_status status = parse(arena, bad[i].type, bad[i].query, true, &search, &err);
		if (status != bad[i].status || !strstr(err.text, bad[i].text))
			fail_msg("%s?%s: %s %s", bad[i].type, bad[i].query, hs_status_text(status), err.text);
		hs_arena_free(arena);
	}
}

static void leaves_out_what_it_does_not_know(void **state)
{
	(void)state;
	if (!defs)
		skip();
	struct hs_arena *arena = hs_arena_new(4 << 20);
	struct hs_search search;
	struct hs_error err;
	assert_int_equal(parse(arena, "Patient",
				 "quux=1&name=a&gender=&_sort=quux&_format=json&_pretty=true&subject.name=x",
				 false, &search, &err),
		HS_OK);
	assert_int_equal(search.ignored_count, 4);
	assert_true(hs_slice_starts(search.ignored[0], HS_S("quux was left out: ")));
	assert_true(hs_slice_starts(search.ignored[1], HS_S("gender was left out: ")));
	assert_true(hs_slice_starts(search.ignored[3], HS_S("subject.name was left out: ")));
	assert_slice(search.self, "name=a");
	assert_int_equal(search.where->op, HS_FIND_STRING);
	/* A chain that no type goes on, or whose next link is no reference. */
	assert_int_equal(parse(arena, "Patient",
				 "general-practitioner.foo.name=x&general-practitioner.name.name=x", false,
				 &search, &err),
		HS_OK);
	assert_int_equal(search.ignored_count, 2);
	/* What is known but wrong is an error all the same: leaving it out would widen the search. */
	assert_int_equal(parse(arena, "Patient", "birthdate=x", false, &search, &err), HS_E_VALUE);
	assert_int_equal(parse(arena, "Observation", "subject.birthdate=x", false, &search, &err),
		HS_E_VALUE);
	assert_int_equal(parse(arena, "Patient", "name:fuzzy=x", false, &search, &err), HS_E_NOT_SUPPORTED);
	hs_arena_free(arena);
}

static void reads_result_parameters(void **state)
{
	(void)state;
	if (!defs)
		skip();
	struct hs_arena *arena = hs_arena_new(4 << 20);
	struct hs_search search;
	struct hs_error err;
	assert_int_equal(parse(arena, "Observation",
				 "_sort=-date,_id,-_lastUpdated&_count=50&_total=accurate&_summary=data&_"
				 "elements=id,Observation.status&"
				 "_include=Observation:patient&_include:iterate=Patient:organization:"
				 "Organization&"
				 "_revinclude=Provenance:target&_include=*&_cursor=abc&status=a|b,c d",
				 true, &search, &err),
		HS_OK);
	assert_int_equal(search.sort_count, 3);
	assert_true(search.sort[0].falling);
	assert_slice(name_of(search.sort[0].param), "Observation.date");
	assert_int_equal(search.sort[0].kind, HS_INDEX_DATE);
	assert_int_equal(search.sort[1].special, HS_SORT_ID);
	assert_int_equal(search.sort[2].special, HS_SORT_UPDATED);
	assert_true(search.sort[2].falling);
	assert_int_equal(search.count, 50);
	assert_true(search.count_given);
	assert_int_equal(search.total, HS_TOTAL_ACCURATE);
	assert_int_equal(search.summary, HS_SUMMARY_DATA);
	assert_int_equal(search.element_count, 2);
	assert_slice(search.elements[1], "status");
	assert_int_equal(search.include_count, 3);
	assert_slice(search.includes[0].param, "patient");
	assert_true(search.includes[1].iterate);
	assert_slice(search.includes[1].target, "Organization");
	assert_slice(search.includes[2].source, "*");
	assert_int_equal(search.revinclude_count, 1);
	assert_slice(search.revincludes[0].source, "Provenance");
	assert_slice(search.cursor, "abc");
	assert_in(search.self, "status=a%7Cb,c%20d");
	assert_int_equal(parse(arena, "Observation", "_count=99999", true, &search, &err), HS_OK);
	assert_int_equal(search.count, 1000);
	assert_int_equal(parse(arena, "Observation", "_count=0", true, &search, &err), HS_OK);
	assert_int_equal(search.summary, HS_SUMMARY_COUNT);
	assert_int_equal(parse(arena, "Observation", "", true, &search, &err), HS_OK);
	assert_int_equal(search.count, 20);
	assert_false(search.count_given);
	hs_arena_free(arena);
}

static void limits_hold(void **state)
{
	(void)state;
	if (!defs)
		skip();
	struct hs_arena *arena = hs_arena_new(16 << 20);
	struct hs_search search;
	struct hs_error err;
	char query[4000] = "gender=a";
	for (int i = 0; i < 50; i++)
		memcpy(query + strlen(query), ",a", 3);
	assert_int_equal(parse(arena, "Patient", query, true, &search, &err), HS_E_TOO_COSTLY);
	snprintf(query, sizeof(query), "name=a");
	for (int i = 0; i < 100; i++)
		memcpy(query + strlen(query), "&name=a", 8);
	assert_int_equal(parse(arena, "Patient", query, true, &search, &err), HS_E_TOO_COSTLY);
	/* A chain through references that may point to anything. */
	assert_int_equal(parse(arena, "AuditEvent", "entity.subject.subject._id=x", true, &search, &err),
		HS_E_TOO_COSTLY);
	assert_non_null(strstr(err.text, "too many conditions"));
	hs_arena_free(arena);
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	if (!defs)
		skip();
	for (size_t nth = 1;; nth++) {
		struct hs_arena *arena = hs_arena_new(4 << 20);
		struct hs_search search;
		struct hs_error err;
		hs_arena_fail_at(nth, 1);
		enum hs_status status = parse(arena, "Observation",
			"subject:Patient.name=a,b&code:not=x\\|y&_sort=date&_include=Observation:patient&"
			"code-value-quantity=a$1&quux=1&subject:missing=true&_elements=id",
			false, &search, &err);
		bool done = hs_arena_fail_count() < nth;
		hs_arena_fail_at(0, 0);
		hs_arena_free(arena);
		if (done) {
			assert_int_equal(status, HS_OK);
			break;
		}
		assert_int_not_equal(status, HS_OK);
	}
}

static void asks_for_sets_of_codes(void **state)
{
	static const struct hs_search_code codes[] = { { HS_S_INIT("http://s"), HS_S_INIT("a") },
		{ HS_S_INIT("http://s"), HS_S_INIT("b") } };
	struct hs_pair pairs[16];
	struct hs_search_options options = lenient;
	struct hs_search_sets asked = { NULL, 0 };
	struct hs_search search;
	struct hs_error err;
	struct hs_buf out;
	(void)state;
	if (!defs)
		skip();
	struct hs_arena *arena = hs_arena_new(4 << 20);
	size_t count =
		split_pairs(hs_slice_cstr("category:not-in=http://vs&subject:below=Location/1&name=a&"
					  "code:below=http://s|a,http://s|b&_filter=code ss http://s|a "
					  "and patient.gender in http://g"),
			pairs, COUNT_OF(pairs));
	assert_int_equal(hs_search_sets(&(struct hs_search_work) { rules, &numbering, arena },
				 HS_S("Observation"), pairs, count, &options, &asked, &err),
		HS_OK);
	struct hs_search_set *sets = asked.items;
	assert_int_equal(asked.count, 4);
	assert_slice(sets[3].name, "http://g");
	assert_slice(sets[0].name, "http://vs");
	assert_int_equal(sets[1].kind, HS_SEARCH_BELOW);
	assert_slice(sets[2].name, "http://s|b");
	for (size_t i = 0; i < asked.count; i++) {
		sets[i].codes = codes;
		sets[i].count = i == 0 ? 2 : 1;
	}
	options.sets = sets;
	options.set_count = asked.count;
	count = split_pairs(hs_slice_cstr("code:not-in=http://vs&code:below=http://s|a"), pairs,
		COUNT_OF(pairs));
	assert_int_equal(hs_search_parse(&(struct hs_search_work) { rules, &numbering, arena },
				 HS_S("Observation"), pairs, count, &options, &search, &err),
		HS_OK);
	hs_buf_init(&out, arena, 10000);
	print_find(&out, search.where);
	assert_slice(hs_buf_slice(&out),
		"and(not(or(token(Observation.code http://s|a) "
		"token(Observation.code http://s|b))) token(Observation.code http://s|a))");
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(understands),
		cmocka_unit_test(refuses),
		cmocka_unit_test(asks_for_sets_of_codes),
		cmocka_unit_test(leaves_out_what_it_does_not_know),
		cmocka_unit_test(reads_result_parameters),
		cmocka_unit_test(limits_hold),
		cmocka_unit_test(every_allocation_may_fail),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
