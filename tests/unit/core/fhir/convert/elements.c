/* SPDX-License-Identifier: Apache-2.0 */
/* Every element that the definitions give the services' types, with every type and code that it may have, one
 * at a time: in the other version it is the same, or mapped, or carried and told; and it comes back. */
#include "convert_test.h"

#include <core/fhir/check.h>

#define ARENA ((size_t)16 << 20)
#define LEVELS 4u /* of elements below the resource that are made one by one */
#define FAULTS_SHOWN 40u
#define CODES_MOST 400u
#define TEXT_MAX 4000u

/* A resource with one leaf, as JSON text; those around it are open. */
struct maker {
	const struct hs_defs *defs;
	enum hs_fhir_version from;
	const char *type;
	char before[TEXT_MAX];
	char open[80]; /* the brackets that are, as they must be closed, the innermost last */
	size_t open_count;
	unsigned made, carried, faults;
};

/* ---- one resource: there and back ---- */

static void fault(struct maker *maker, const char *text, const char *why, struct hs_arena *arena,
	const struct hs_json *there)
{
	struct hs_buf out;
	if (maker->faults++ >= FAULTS_SHOWN)
		return;
	hs_buf_init(&out, arena, ARENA);
	if (there)
		hs_json_write(&out, there, 0);
	print_error("%s\n  %s: %.*s\n", text, why, HS_S_ARG(hs_buf_slice(&out)));
}

/* Is something there that is not of that version? What is missing is no fault: the resource has one element.
 */
static bool is_strange(const struct hs_issues *issues)
{
	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next)
		if (issue->severity == HS_SEVERITY_ERROR &&
			hs_slice_eq(hs_slice_cstr(issue->code), HS_S("structure")))
			return true;
	return false;
}

static void try_text(struct maker *maker, const char *text)
{
	bool up = maker->from == HS_FHIR_R4;
	struct hs_arena *arena = hs_arena_new(ARENA);
	struct hs_error err = { .status = HS_OK };
	struct hs_issues issues = { .arena = arena }, more = { .arena = arena }, shape = { .arena = arena };
	struct hs_json *tree = parse_json(arena, hs_slice_cstr(text)), *there = NULL, *back = NULL;
	struct hs_buf out;
	hs_buf_init(&out, arena, ARENA);
	maker->made++;
	if (hs_convert(convert, arena, tree, maker->from, &there, &issues, &err) ||
		hs_convert(convert, arena, there, up ? HS_FHIR_R5 : HS_FHIR_R4, &back, &more, &err)) {
		fault(maker, text, err.text, arena, there);
	} else {
		hs_json_write(&out, there, 0);
		/* Not the mark of contacts (map_directory.c), beside which nothing is missing. */
		bool carried = hs_slice_search(hs_buf_slice(&out), HS_S("/StructureDefinition/extension-")) !=
				SIZE_MAX &&
			hs_slice_search(hs_buf_slice(&out),
				HS_S("extension-Organization.contact\",\"valueBoolean\"")) == SIZE_MAX;
		maker->carried += carried;
		hs_check_resource(up ? r5 : r4, there, HS_S_NONE, &shape);
		if (!hs_json_equal(tree, back))
			fault(maker, text, "does not come back; there it was", arena, there);
		else if (carried && !issues.first)
			fault(maker, text, "is carried without a word", arena, there);
		else if (is_strange(&shape))
			fault(maker, text, "has an element there that is not of that version", arena, there);
	}
	hs_arena_free(arena);
}

static void try_value(struct maker *maker, const char *value)
{
	char text[TEXT_MAX + 1000];
	size_t len = (size_t)snprintf(text, sizeof(text), "%s%s", maker->before, value);
	for (size_t i = maker->open_count; i > 0; i--)
		text[len++] = maker->open[i - 1];
	text[len] = '\0';
	try_text(maker, text);
}

/* ---- values ---- */

static const char *primitive_of(uint16_t code)
{
	switch (code) {
	case HS_PRIM_BOOLEAN:
		return "true";
	case HS_PRIM_INTEGER:
	case HS_PRIM_POSITIVE_INT:
	case HS_PRIM_UNSIGNED_INT:
		return "7";
	case HS_PRIM_INTEGER64:
		return "\"7\"";
	case HS_PRIM_DECIMAL:
		return "1.50";
	case HS_PRIM_URI:
	case HS_PRIM_URL:
	case HS_PRIM_CANONICAL:
		return "\"http://e/mark\"";
	case HS_PRIM_OID:
		return "\"urn:oid:1.2.3\"";
	case HS_PRIM_UUID:
		return "\"urn:uuid:c757873d-ec9a-4326-a141-556f43239520\"";
	case HS_PRIM_BASE64:
		return "\"bWFyaw==\"";
	case HS_PRIM_DATE:
		return "\"2020-02-03\"";
	case HS_PRIM_DATETIME:
	case HS_PRIM_INSTANT:
		return "\"2020-02-03T04:05:06Z\"";
	case HS_PRIM_TIME:
		return "\"04:05:06\"";
	case HS_PRIM_XHTML:
		return "\"<div xmlns=\\\"http://www.w3.org/1999/xhtml\\\">mark</div>\"";
	default:
		return "\"mark\"";
	}
}

static void try_codes(struct maker *maker, const struct hs_def_element *element)
{
	struct hs_slice codes[CODES_MOST];
	char value[300];
	uint32_t count = hs_defs_codes(maker->defs, element, codes, CODES_MOST);
	for (uint32_t i = 0; i < count && i < CODES_MOST; i++) {
		snprintf(value, sizeof(value), "\"%.*s\"", HS_S_ARG(codes[i]));
		try_value(maker, value);
	}
	if (count == 0)
		try_value(maker, "\"mark\"");
}

static void try_children(struct maker *maker, const struct hs_def_element *element,
	const struct hs_def_type *type, unsigned level);

/* The member with a value of that type. */
static void try_use(struct maker *maker, const struct hs_def_element *element, const struct hs_def_type *type,
	unsigned level)
{
	struct hs_slice name = hs_defs_text(maker->defs, element->name);
	struct hs_slice kind = hs_defs_text(maker->defs, type->name);
	size_t before = strlen(maker->before), open = maker->open_count;
	bool many = element->max > 1;
	char suffix[60] = "";
	if (element->choice)
		snprintf(suffix, sizeof(suffix), "%c%.*s", kind.ptr[0] & ~0x20,
			HS_S_ARG(hs_slice_from(kind, 1)));
	snprintf(maker->before + before, sizeof(maker->before) - before, "%s\"%.*s%s\":%s",
		maker->before[before - 1] == '{' ? "" : ",", HS_S_ARG(name), suffix, many ? "[" : "");
	if (many)
		maker->open[maker->open_count++] = ']';
	if (hs_slice_eq(kind, HS_S("Extension")))
		try_value(maker, "{\"url\":\"http://e/x\",\"valueString\":\"mark\"}");
	else if (type->kind == HS_DEF_RESOURCE)
		try_value(maker, "{\"resourceType\":\"Patient\",\"active\":true}");
	else if (type->kind != HS_DEF_PRIMITIVE)
		try_children(maker, element, type, level + 1);
	else if (type->code == HS_PRIM_CODE)
		try_codes(maker, element);
	else
		try_value(maker, primitive_of(type->code));
	maker->before[before] = '\0';
	maker->open_count = open;
}

static void try_element(struct maker *maker, const struct hs_def_element *element, unsigned level)
{
	const struct hs_def_element *typed = element->type_count || element->same_as == HS_DEF_NONE ?
		element :
		hs_defs_element_at(maker->defs, element->same_as);
	const struct hs_def_use *uses = hs_defs_uses(maker->defs, typed);
	for (uint32_t i = 0; i < typed->type_count; i++)
		if (uses[i].type != HS_DEF_NONE)
			try_use(maker, element, hs_defs_type_at(maker->defs, uses[i].type), level);
}

static void try_children(struct maker *maker, const struct hs_def_element *element,
	const struct hs_def_type *type, unsigned level)
{
	uint32_t count = 0;
	size_t before = strlen(maker->before);
	const struct hs_def_element *children = hs_defs_children(maker->defs, element, type, &count);
	snprintf(maker->before + before, sizeof(maker->before) - before, "{");
	maker->open[maker->open_count++] = '}';
	for (uint32_t i = 0; i < count && level <= LEVELS; i++)
		try_element(maker, &children[i], level);
	maker->before[before] = '\0';
	maker->open_count--;
}

/* ---- all types ---- */

static void walk(enum hs_fhir_version from, unsigned least)
{
	static const char *const types[] = { "Organization", "OrganizationAffiliation", "Location",
		"HealthcareService", "Practitioner", "PractitionerRole", "Endpoint", "DocumentReference",
		"List", "CodeSystem", "ValueSet", "ConceptMap", "NamingSystem", "Patient", "RelatedPerson",
		"Subscription", "OperationOutcome", "Flag", "Binary", "CapabilityStatement",
		"StructureDefinition", "OperationDefinition", "SearchParameter", "Questionnaire",
		"QuestionnaireResponse", "Observation", "Provenance", "Person" };
	unsigned made = 0, carried = 0, faults = 0;
	if (!convert)
		skip();
	for (size_t i = 0; i < COUNT_OF(types); i++) {
		struct maker maker = { .defs = from == HS_FHIR_R4 ? r4 : r5, .from = from, .type = types[i] };
		const struct hs_def_type *type = hs_defs_type(maker.defs, hs_slice_cstr(types[i]));
		uint32_t count = 0;
		assert_non_null(type);
		const struct hs_def_element *children = hs_defs_children(maker.defs,
			hs_defs_root(maker.defs, type), type, &count);
		snprintf(maker.before, sizeof(maker.before), "{\"resourceType\":\"%s\"", types[i]);
		maker.open[maker.open_count++] = '}';
		for (uint32_t k = 0; k < count; k++)
			try_element(&maker, &children[k], 1);
		made += maker.made;
		carried += maker.carried;
		faults += maker.faults;
		if (maker.faults)
			print_error("%s: %u of %u\n", types[i], maker.faults, maker.made);
	}
	print_message("%u elements, %u of them carried in extensions\n", made, carried);
	assert_int_equal(faults, 0);
	assert_true(made >= least);
}

static void brings_each_element_of_r4_back(void **state)
{
	(void)state;
	walk(HS_FHIR_R4, 4000);
}

static void brings_each_element_of_r5_back(void **state)
{
	(void)state;
	walk(HS_FHIR_R5, 5000);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(brings_each_element_of_r4_back),
		cmocka_unit_test(brings_each_element_of_r5_back),
	};
	return cmocka_run_group_tests(tests, open_convert, close_convert);
}
