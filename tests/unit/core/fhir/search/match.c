/* SPDX-License-Identifier: Apache-2.0 */
/* Which resources a search finds: a handful of resources in memory, searches, and the ids that must come out.
 * The in-memory match stands in for the store and has the same meaning. Skipped without the R4 package. */
#include "search_test.h"

static const char *const resources[] = {
	"{\"resourceType\":\"Organization\",\"id\":\"o1\",\"name\":\"Region Väst\"}",
	"{\"resourceType\":\"Organization\",\"id\":\"o2\",\"name\":\"Kliniken\",\"partOf\":{\"reference\":"
	"\"Organization/o1\"}}",
	"{\"resourceType\":\"Practitioner\",\"id\":\"h1\",\"name\":[{\"given\":[\"Hanna\"]}]}",
	"{\"resourceType\":\"DocumentReference\",\"id\":\"d1\",\"status\":\"current\",\"contained\":["
	"{\"resourceType\":\"Practitioner\",\"id\":\"a\",\"name\":[{\"given\":[\"Hanna\"]}]}],"
	"\"author\":[{\"reference\":\"#a\"}],"
	"\"content\":[{\"attachment\":{\"creation\":\"2020-05-01T00:00:00Z\"}}]}",
	"{\"resourceType\":\"DocumentReference\",\"id\":\"d2\",\"status\":\"current\","
	"\"author\":[{\"reference\":\"Practitioner/h1\"}],\"content\":[{\"attachment\":{}}]}",
	"{\"resourceType\":\"Organization\",\"id\":\"o3\",\"identifier\":["
	"{\"system\":\"urn:oid:1.2.752.129.2.1.4.1\",\"value\":\"SE2999000009-e001\"},"
	"{\"system\":\"urn:oid:1.2.752.29.4.3\",\"value\":\"299900-0009\"}]}",
	"{\"resourceType\":\"Patient\",\"id\":\"p1\",\"active\":true,\"gender\":\"male\",\"birthDate\":"
	"\"1974-12-25\",\"name\":[{\"family\":"
	"\"Öberg\",\"given\":[\"Åke\"]}],\"managingOrganization\":{\"reference\":\"Organization/"
	"o2\"},\"identifier\":[{\"system\":\"urn:a\","
	"\"value\":\"X1\"}]}",
	"{\"resourceType\":\"Patient\",\"id\":\"p2\",\"gender\":\"female\",\"birthDate\":\"1974\",\"name\":[{"
	"\"family\":\"Oberg\"}],"
	"\"identifier\":[{\"value\":\"x1\"}]}",
	"{\"resourceType\":\"Patient\",\"id\":\"p3\",\"name\":[{\"text\":\"Anna van der Berg\"}]}",
	"{\"resourceType\":\"Observation\",\"id\":\"b1\",\"status\":\"final\",\"code\":{\"coding\":[{"
	"\"system\":\"http://l\",\"code\":\"1\","
	"\"display\":\"Blood "
	"pressure\"}]},\"subject\":{\"reference\":\"Patient/"
	"p1\"},\"effectiveDateTime\":\"2013-01-14T10:00:00Z\","
	"\"valueQuantity\":{\"value\":5.4,\"system\":\"http://u\",\"code\":\"mg\",\"unit\":\"milligram\"}}",
	"{\"resourceType\":\"Observation\",\"id\":\"b2\",\"status\":\"final\",\"code\":{\"coding\":[{"
	"\"system\":\"http://l\",\"code\":\"2\"}]},"
	"\"subject\":{\"reference\":\"Patient/"
	"p2\"},\"effectivePeriod\":{\"start\":\"2013-01-14\"},\"component\":[{\"code\":{\"coding\":[{"
	"\"code\":\"sys\"}]},\"valueQuantity\":{\"value\":120}},{\"code\":{\"coding\":[{\"code\":\"dia\"}]},"
	"\"valueQuantity\":{\"value\":80}}]}",
	"{\"resourceType\":\"Observation\",\"id\":\"b3\",\"status\":\"amended\",\"code\":{\"text\":"
	"\"Weight\"},\"subject\":{\"type\":\"Patient\",\"identifier\":{"
	"\"system\":\"urn:a\",\"value\":\"X1\"}},\"effectiveDateTime\":\"2013-01\",\"valueQuantity\":{"
	"\"value\":5,\"comparator\":\">\","
	"\"code\":\"mg\"}}",
	"{\"resourceType\":\"Location\",\"id\":\"l1\",\"position\":{\"latitude\":59.3293,\"longitude\":18."
	"0686}}",
	"{\"resourceType\":\"Location\",\"id\":\"l2\",\"position\":{\"latitude\":59.8586,\"longitude\":17."
	"6389}}",
	"{\"resourceType\":\"ValueSet\",\"id\":\"v1\",\"status\":\"active\",\"url\":\"http://acme.org/fhir/"
	"vs/1\"}",
};

static const struct {
	const char *type, *query, *found; /* ids in order, with blanks between */
} searches[] = {
	{ "Patient", "name=ob", "p1 p2" },
	{ "Patient", "name=Ö", "p1 p2" },
	{ "Patient", "family:exact=Öberg", "p1" },
	{ "Patient", "name:contains=berg", "p1 p2 p3" },
	{ "Patient", "name=berg", "" }, /* starts-with is of the whole text, not of its words */
	{ "Patient", "name=ob&gender=female", "p2" },
	{ "Patient", "gender=female,male", "p1 p2" },
	{ "Patient", "gender:not=male", "p2 p3" },
	{ "Patient", "gender=MALE", "p1" },
	{ "Patient", "gender=http://hl7.org/fhir/administrative-gender|male", "p1" },
	{ "Patient", "gender:missing=true", "p3" },
	{ "Patient", "gender:missing=false", "p1 p2" },
	{ "Patient", "identifier=x1", "p1 p2" },
	{ "Patient", "identifier=urn:a|X1", "p1" },
	/* one number series under any of its systems and ways of writing */
	{ "Organization", "identifier=urn:oid:1.2.752.29.4.19|SE2999000009-E001", "o3" },
	/* parameters that a service adds; one named as a chain adds to what the chain finds */
	{ "DocumentReference", "creation=2020-05", "d1" },
	{ "DocumentReference", "creation=gt2021", "" },
	{ "DocumentReference", "author.given=hanna", "d1 d2" },
	{ "DocumentReference", "author.given:exact=Hanna", "d1 d2" },
	{ "DocumentReference", "author:Practitioner.given=hanna", "d2" },
	{ "Organization", "identifier=urn:oid:1.2.752.129.2.1.4.1|SE2999000009-E001", "o3" },
	{ "Organization", "identifier=urn:oid:2.5.4.97|2999000009", "o3" },
	{ "Organization", "identifier=urn:oid:1.2.752.29.4.13|299900-0009", "o3" },
	{ "Organization", "identifier=urn:oid:2.5.4.97|", "o3" },
	{ "Organization", "identifier=299900-0009", "o3" },
	{ "Organization", "identifier=2999000009", "o3" },
	{ "Organization", "identifier=urn:oid:2.5.4.97|2999000017", "" },
	{ "Patient", "identifier=|x1", "p2" },
	{ "Patient", "identifier=urn:a|", "p1" },
	{ "Patient", "_id=p1,p3", "p1 p3" },
	{ "Patient", "_id:not=p1", "p2 p3" },
	{ "Patient", "birthdate=1974", "p1 p2" },
	{ "Patient", "birthdate=1974-12-25", "p1" },
	{ "Patient", "birthdate=ne1974-12-25", "p2" },
	{ "Patient", "birthdate=ge1974-12-25", "p1 p2" }, /* 1974 reaches beyond that day */
	{ "Patient", "birthdate=gt1974-12-25", "p2" },
	{ "Patient", "birthdate=sa1974-01-01", "p1" },
	{ "Patient", "birthdate=eb1975", "p1 p2" },
	{ "Patient", "birthdate=ge1970&birthdate=le1980", "p1 p2" },
	{ "Patient", "organization=o2", "p1" },
	{ "Patient", "organization.name=klin", "p1" },
	{ "Patient", "organization.partof.name=region", "p1" },
	{ "Patient", "organization.partof.name=klin", "" },
	{ "Patient", "_has:Observation:patient:code=1", "p1" },
	{ "Patient", "_has:Observation:patient:status=final", "p1 p2" },
	{ "Organization", "_has:Patient:organization:_has:Observation:patient:code=1", "o2" },
	{ "Observation", "patient.name=åke", "b1" },
	{ "Observation", "subject:Patient.gender=female", "b2" },
	{ "Observation", "subject.name=oberg", "b1 b2" },
	{ "Observation", "subject=Patient/p1", "b1" },
	{ "Observation", "subject=Group/p1", "" },
	{ "Observation", "subject=http://us/fhir/Patient/p1", "b1" },
	{ "Observation", "subject:identifier=urn:a|X1", "b3" },
	{ "Observation", "patient:identifier=urn:a|X1", "b3" }, /* its type says that it is a patient */
	{ "Observation", "subject:missing=true", "" },
	{ "Observation", "date=2013-01-14", "b1" },
	{ "Observation", "date=2013-01", "b1 b3" },
	{ "Observation", "date=ge2013-01-15", "b2 b3" },
	{ "Observation", "date=lt2013-01-14", "b3" },
	{ "Observation", "date=le2013-01-14T10:00:00Z", "b1 b2 b3" },
	{ "Observation", "value-quantity=5.4|http://u|mg", "b1" },
	{ "Observation", "value-quantity=5.40||mg", "b1" },
	{ "Observation", "value-quantity=5||mg", "b1" }, /* 4.5 to 5.5 */
	{ "Observation", "value-quantity=5.4||milligram", "b1" },
	{ "Observation", "value-quantity=gt5.4||mg", "b3" },
	{ "Observation", "value-quantity=ge5.4||mg", "b1 b3" },
	{ "Observation", "value-quantity=lt5.4", "b3" }, /* more than 5 may be less than 5.4 */
	{ "Observation", "value-quantity=ap5", "b1 b3" },
	{ "Observation", "code:text=blood", "b1" },
	{ "Observation", "code:text=weight", "b3" },
	{ "Observation", "code:missing=true", "" },
	{ "Observation", "component-code-value-quantity=sys$gt100", "b2" },
	{ "Observation", "component-code-value-quantity=dia$gt100", "" }, /* 120 is of the other component */
	{ "Observation", "component-code-value-quantity=dia$gt100,sys$120", "b2" },
	{ "Observation", "component-code-value-quantity:missing=false", "b2" },
	{ "Location", "near=59.33|18.06|5|km", "l1" },
	{ "Location", "near=59.33|18.06|100|km", "l1 l2" },
	{ "Location", "near=59.33|18.06|5|km,59.86|17.64|1", "l1 l2" },
	{ "ValueSet", "url=http://acme.org/fhir/vs/1", "v1" },
	{ "ValueSet", "url=http://acme.org/fhir", "" },
	{ "ValueSet", "url:below=http://acme.org/fhir", "v1" },
	{ "ValueSet", "url:above=http://acme.org/fhir/vs/1/x", "v1" },
	{ "Patient", "_lastUpdated=ge2000", "p1 p2 p3" },
	{ "Patient", "_lastUpdated=lt2000", "" },
};

struct stored {
	struct hs_slice type, id;
	struct hs_index_row *rows;
	size_t count;
};
static struct stored store[COUNT_OF(resources)];

#define UPDATED INT64_C(1700000000000)

static bool matches(const struct hs_find *where, const struct stored *item);

struct me {
	const struct stored *item;
};

/* A chain goes to the resource that the entry names; _has looks at all that point here. */
static bool related(void *arg, const struct hs_find *condition, const struct hs_index_row *via)
{
	const struct stored *self = ((struct me *)arg)->item;
	uint32_t self_type = number_of(&names, HS_SPACE_TYPE, self->type);
	for (size_t i = 0; i < COUNT_OF(store); i++) {
		if (number_of(&names, HS_SPACE_TYPE, store[i].type) != condition->target_type)
			continue;
		if (via) {
			if (hs_slice_eq(store[i].id, via->text) && matches(condition->kids[0], &store[i]))
				return true;
			continue;
		}
		for (size_t k = 0; k < store[i].count; k++) {
			const struct hs_index_row *row = &store[i].rows[k];
			if (row->param == condition->param && row->target_type == self_type &&
				hs_slice_eq(row->text, self->id) && matches(condition->kids[0], &store[i]))
				return true;
		}
	}
	return false;
}

static bool matches(const struct hs_find *where, const struct stored *item)
{
	struct me me = { item };
	return hs_search_match(where, item->id, UPDATED, item->rows, item->count, related, &me);
}

static const struct hs_search_extra added[] = {
	{ HS_S_INIT("DocumentReference"), HS_S_INIT("creation"), HS_S_INIT("date"),
		HS_S_INIT("DocumentReference.content.attachment.creation"), HS_S_INIT("") },
	{ HS_S_INIT("DocumentReference"), HS_S_INIT("author.given"), HS_S_INIT("string"),
		HS_S_INIT("DocumentReference.author.where(reference.startsWith('#')).resolve().name.given"),
		HS_S_INIT("") },
};
static const struct hs_search_extra refused[] = {
	{ HS_S_INIT("Nothing"), HS_S_INIT("a"), HS_S_INIT("date"), HS_S_INIT("id"), HS_S_INIT("") },
	{ HS_S_INIT("Patient"), HS_S_INIT("a"), HS_S_INIT("colour"), HS_S_INIT("id"), HS_S_INIT("") },
	{ HS_S_INIT("Patient"), HS_S_INIT("a"), HS_S_INIT("reference"), HS_S_INIT("id"), HS_S_INIT("") },
	{ HS_S_INIT("Patient"), HS_S_INIT("a"), HS_S_INIT("date"), HS_S_INIT("id("), HS_S_INIT("") },
};

static void finds_what_it_should(void **state)
{
	(void)state;
	if (!defs)
		skip();
	struct hs_error err;
	struct hs_arena *arena = hs_arena_new(16 << 20);
	static const struct hs_search_options options = { .default_count = 20,
		.max_count = 100,
		.strict = true,
		.base = HS_S_INIT("http://us/fhir"),
		.now_ms = UPDATED,
		.max_params = 100,
		.max_values = 100,
		.max_chain = 3 };
	for (size_t i = 0; i < COUNT_OF(added); i++)
		if (hs_search_rules_add(rules, &added[i], &err))
			fail_msg("%s", err.text);
	for (size_t i = 0; i < COUNT_OF(refused); i++)
		assert_int_equal(hs_search_rules_add(rules, &refused[i], &err), HS_E_INVALID);
	for (size_t i = 0; i < COUNT_OF(resources); i++) {
		struct hs_json *tree = parse_json(arena, hs_slice_cstr(resources[i]));
		store[i].type = hs_json_get_text(tree, HS_S("resourceType"));
		store[i].id = hs_json_get_text(tree, HS_S("id"));
		if (hs_search_extract(&(struct hs_search_work) { rules, &numbering, arena }, tree,
			    options.base, &store[i].rows, &store[i].count, &err))
			fail_msg("%s", err.text);
	}
	for (size_t i = 0; i < COUNT_OF(searches); i++) {
		struct hs_pair pairs[8];
		size_t count = 0;
		struct hs_slice query = hs_slice_cstr(searches[i].query);
		while (query.ptr) {
			struct hs_slice pair = hs_slice_cut(&query, '&');
			pairs[count].name = hs_slice_cut(&pair, '=');
			pairs[count++].value = pair;
		}
		struct hs_search search;
		struct hs_slice type = hs_slice_cstr(searches[i].type);
		if (hs_search_parse(&(struct hs_search_work) { rules, &numbering, arena }, type, pairs, count,
			    &options, &search, &err))
			fail_msg("%s: %s", searches[i].query, err.text);
		char found[200] = "";
		size_t used = 0;
		for (size_t k = 0; k < COUNT_OF(store); k++)
			if (hs_slice_eq(store[k].type, type) && matches(search.where, &store[k]))
				used += (size_t)snprintf(found + used, sizeof(found) - used, "%s%.*s",
					used ? " " : "", HS_S_ARG(store[k].id));
		if (strcmp(found, searches[i].found) != 0)
			fail_msg("%s?%s found '%s', not '%s'", searches[i].type, searches[i].query, found,
				searches[i].found);
	}
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_it_should),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
