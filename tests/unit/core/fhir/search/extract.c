/* SPDX-License-Identifier: Apache-2.0 */
/* Index entries of resources: each row is one resource, one parameter, and the entries it must have, in
 * order. Skipped without the R4 package. */
#include "search_test.h"

#include <core/base/fault.h>

static void print_row(struct hs_buf *out, const struct hs_index_row *row)
{
	if (row->group)
		hs_buf_printf(out, "%u:", row->group);
	switch (row->kind) {
	case HS_INDEX_TOKEN:
		hs_buf_printf(out, "%.*s|%.*s", HS_S_ARG(row->system), HS_S_ARG(row->text));
		break;
	case HS_INDEX_STRING:
		hs_buf_printf(out, "%.*s=%.*s", HS_S_ARG(row->text), HS_S_ARG(row->exact));
		break;
	case HS_INDEX_DATE:
		if (row->lo == INT64_MIN)
			hs_buf_cstr(out, "..");
		else
			hs_buf_printf(out, "%lld", (long long)row->lo / 1000);
		if (row->hi == INT64_MAX)
			hs_buf_cstr(out, "..");
		else
			hs_buf_printf(out, "-%lld", (long long)row->hi / 1000);
		break;
	case HS_INDEX_NUMBER:
	case HS_INDEX_POINT:
		hs_buf_printf(out, "%g %g", row->low, row->high);
		break;
	case HS_INDEX_QUANTITY:
		hs_buf_printf(out, "%.4g %.4g %.*s|%.*s", row->low, row->high, HS_S_ARG(row->system),
			HS_S_ARG(row->text));
		break;
	case HS_INDEX_REFERENCE:
		hs_buf_printf(out, "%.*s/%.*s",
			HS_S_ARG(row->target_type ? name_of(row->target_type & ~HS_TYPE_CONTAINED) :
						    HS_S("any")),
			HS_S_ARG(row->text));
		break;
	default:
		hs_buf_add(out, row->text);
	}
}

#define PATIENT(rest) "{\"resourceType\":\"Patient\"," rest "}"
#define OBS(rest) "{\"resourceType\":\"Observation\",\"status\":\"final\",\"code\":{\"text\":\"x\"}," rest "}"
#define ONSET(low, high) \
	"{\"resourceType\":\"Condition\",\"onsetRange\":{\"low\":{" low "},\"high\":{" high "}}}"

static const struct {
	const char *json, *param, *want; /* entries with "; " between */
} cases[] = {
	/* tokens */
	{ PATIENT("\"active\":false"), "Patient.active", "|false" },
	{ PATIENT("\"gender\":\"male\""), "Patient.gender",
		"http://hl7.org/fhir/administrative-gender|male" },
	{ PATIENT("\"identifier\":[{\"system\":\"s\",\"value\":\"v\"},{\"value\":\"w\"},{\"system\":\"t\"}]"),
		"Patient.identifier", "s|v; |w; t|" },
	{ PATIENT("\"identifier\":[{\"type\":{\"text\":\"Pass\"},\"value\":\"w\"}]"),
		"Patient.identifier:text", "pass=Pass" },
	{ PATIENT("\"telecom\":[{\"system\":\"phone\",\"value\":\"1\"},{\"system\":\"email\",\"value\":\"a@"
		  "b\"}]"),
		"Patient.email", "email|a@b; |a@b" },
	{ OBS("\"category\":[{\"coding\":[{\"system\":\"s\",\"code\":\"a\",\"display\":\"A "
	      "b\"},{\"code\":\"c\"}],\"text\":\"T\"}]"),
		"Observation.category", "s|a; |c" },
	{ OBS("\"category\":[{\"coding\":[{\"system\":\"s\",\"code\":\"a\",\"display\":\"A "
	      "b\"}],\"text\":\"T\"}]"),
		"Observation.category:text", "a b=A b; t=T" },
	{ OBS("\"issued\":\"2000-01-01T00:00:00Z\""), "Observation.code", "|" }, /* text only */
	{ PATIENT("\"deceasedBoolean\":true"), "Patient.deceased", "|true" },
	{ PATIENT("\"deceasedDateTime\":\"2000\""), "Patient.deceased", "|true" },
	{ PATIENT("\"deceasedBoolean\":false"), "Patient.deceased", "|false" },
	{ PATIENT("\"meta\":{\"tag\":[{\"system\":\"s\",\"code\":\"t\"}],\"profile\":[\"http://p\"]}"),
		"Patient._tag", "s|t" },
	{ PATIENT("\"id\":\"a\""), "Patient._id", "" }, /* the store's own */

	/* strings and URIs */
	{ PATIENT("\"name\":[{\"text\":\"Åsa "
		  "Ek\",\"family\":\"Ek\",\"given\":[\"Åsa\",\"B\"],\"prefix\":[\"Dr\"]}]"),
		"Patient.name", "asa ek=Åsa Ek; ek=Ek; asa=Åsa; b=B; dr=Dr" },
	{ PATIENT("\"address\":[{\"line\":[\"Gatan 1\"],\"city\":\"Umeå\",\"postalCode\":\"903 26\"}]"),
		"Patient.address", "gatan 1=Gatan 1; umea=Umeå; 903 26=903 26" },
	{ PATIENT("\"name\":[{\"_given\":[{\"extension\":[{\"url\":\"x\",\"valueCode\":\"y\"}]}],\"given\":["
		  "null]}]"),
		"Patient.given", "" },
	{ "{\"resourceType\":\"ValueSet\",\"url\":\"http://v\",\"status\":\"active\"}", "ValueSet.url",
		"http://v" },
	{ PATIENT("\"meta\":{\"profile\":[\"http://p\"]}"), "Patient._profile", "http://p" },

	/* dates */
	{ PATIENT("\"birthDate\":\"1970-01-02\""), "Patient.birthdate", "86400-172800" },
	{ OBS("\"effectivePeriod\":{\"start\":\"1970-01-02\",\"end\":\"1970-01-03\"}"), "Observation.date",
		"86400-259200" },
	{ OBS("\"effectivePeriod\":{\"start\":\"1970-01-02\"}"), "Observation.date", "86400.." },
	{ OBS("\"effectivePeriod\":{\"end\":\"1970-01-02\"}"), "Observation.date", "..-172800" },
	{ OBS("\"effectiveInstant\":\"1970-01-02T00:00:00+01:00\""), "Observation.date", "82800-82801" },
	{ OBS("\"effectiveTiming\":{\"event\":[\"1970-01-03\",\"1970-01-02\"],\"repeat\":{\"boundsPeriod\":{"
	      "\"start\":\"1971\"}}}"),
		"Observation.date", "86400-259200; 31536000.." },

	/* numbers, quantities, positions */
	{ "{\"resourceType\":\"RiskAssessment\",\"prediction\":[{\"probabilityDecimal\":0.20},{"
	  "\"probabilityRange\":{\"low\":{"
	  "\"value\":1},\"high\":{\"value\":2}}}]}",
		"RiskAssessment.probability", "0.2 0.2; 1 2" },
	/* ends that are turned about, or of two units, span nothing; one that is missing is open */
	{ "{\"resourceType\":\"RiskAssessment\",\"prediction\":[{\"probabilityRange\":{\"low\":{"
	  "\"value\":2},\"high\":{\"value\":1}}},{\"probabilityRange\":{\"high\":{\"value\":1}}}]}",
		"RiskAssessment.probability", "-1.79769e+308 1" },
	{ ONSET("\"value\":2,\"code\":\"a\"", "\"value\":3,\"code\":\"a\""), "Condition.onset-age",
		"2 3 |a" },
	{ ONSET("\"value\":2,\"code\":\"a\"", "\"value\":3"), "Condition.onset-age", "2 3 |a" },
	{ ONSET("\"value\":2,\"code\":\"a\"", "\"value\":30,\"code\":\"mo\""), "Condition.onset-age", "" },
	{ ONSET("\"value\":2,\"code\":\"a\",\"system\":\"http://s\"", "\"value\":3,\"code\":\"a\""),
		"Condition.onset-age", "" },
	{ ONSET("\"value\":3,\"code\":\"a\"", "\"value\":2,\"code\":\"a\""), "Condition.onset-age", "" },
	{ OBS("\"valueQuantity\":{\"value\":5.40,\"unit\":\"milli\",\"system\":\"http://u\",\"code\":\"m\"}"),
		"Observation.value-quantity", "5.4 5.4 http://u|m; 5.4 5.4 |milli" },
	{ OBS("\"valueQuantity\":{\"value\":5,\"comparator\":\"<\",\"unit\":\"m\"}"),
		"Observation.value-quantity", "-1.798e+308 5 |m" },
	{ OBS("\"valueQuantity\":{\"value\":5,\"comparator\":\">=\"}"), "Observation.value-quantity",
		"5 1.798e+308 |" },
	{ "{\"resourceType\":\"Invoice\",\"status\":\"draft\",\"totalGross\":{\"value\":5,\"currency\":"
	  "\"SEK\"}}",
		"Invoice.totalgross", "5 5 urn:iso:std:iso:4217|SEK" },
	{ "{\"resourceType\":\"Location\",\"position\":{\"longitude\":18.07,\"latitude\":59.33}}",
		"Location.near", "59.33 18.07" },
	{ "{\"resourceType\":\"Location\",\"position\":{\"longitude\":181,\"latitude\":59.33}}",
		"Location.near", "" },

	/* references */
	{ OBS("\"subject\":{\"reference\":\"Patient/1\"}"), "Observation.subject", "Patient/1" },
	{ OBS("\"subject\":{\"reference\":\"Patient/1\"}"), "Observation.patient", "Patient/1" },
	{ OBS("\"subject\":{\"reference\":\"Group/1\"}"), "Observation.patient", "" },
	{ OBS("\"subject\":{\"reference\":\"http://us/fhir/Patient/1/_history/2\"}"), "Observation.subject",
		"Patient/1" },
	{ OBS("\"subject\":{\"reference\":\"http://them/fhir/Patient/1/_history/2\"}"), "Observation.subject",
		"any/http://them/fhir/Patient/1" },
	{ OBS("\"subject\":{\"reference\":\"http://them/fhir/Patient/1\"}"), "Observation.patient",
		"any/http://them/fhir/Patient/1" },
	{ OBS("\"contained\":[{\"resourceType\":\"Patient\",\"id\":\"p\"}],\"subject\":{\"reference\":\"#"
	      "p\"}"),
		"Observation.subject", "Patient/#p" },
	{ OBS("\"subject\":{\"reference\":\"urn:uuid:187e0c12-8dd2-67e2-99b2-bf273c878281\"}"),
		"Observation.subject", "any/urn:uuid:187e0c12-8dd2-67e2-99b2-bf273c878281" },
	{ OBS("\"subject\":{\"identifier\":{\"system\":\"s\",\"value\":\"v\"}}"),
		"Observation.subject:identifier", "s|v" },
	{ "{\"resourceType\":\"PlanDefinition\",\"status\":\"draft\",\"library\":[\"http://"
	  "l|1\"],\"action\":[{\"definitionCanonical\":"
	  "\"http://a|2\"}]}",
		"PlanDefinition.definition", "any/http://a|2; any/http://a" },

	/* composites: one group an occurrence; a half one gives nothing */
	{ OBS("\"component\":[{\"code\":{\"coding\":[{\"code\":\"a\"}]},\"valueQuantity\":{\"value\":1}},{"
	      "\"code\":{\"coding\":[{\"code\":"
	      "\"b\"}]}},{\"code\":{\"coding\":[{\"code\":\"c\"}]},\"valueQuantity\":{\"value\":3}}]"),
		"Observation.component-code-value-quantity$0", "1:|a; 2:|c" },
	{ OBS("\"component\":[{\"code\":{\"coding\":[{\"code\":\"a\"}]},\"valueQuantity\":{\"value\":1}},{"
	      "\"code\":{\"coding\":[{\"code\":"
	      "\"b\"}]}},{\"code\":{\"coding\":[{\"code\":\"c\"}]},\"valueQuantity\":{\"value\":3}}]"),
		"Observation.component-code-value-quantity$1", "1:1 1 |; 2:3 3 |" },
	{ OBS("\"valueDateTime\":\"1970\""), "Observation.code-value-date$1", "1:0-31536000" },
	{ "{\"resourceType\":\"MolecularSequence\",\"coordinateSystem\":0,\"referenceSeq\":{\"chromosome\":{"
	  "\"coding\":[{\"code\":\"7\"}]}},"
	  "\"variant\":[{\"start\":3,\"end\":4}]}",
		"MolecularSequence.chromosome-variant-coordinate$0", "1:|7" },
};

static void makes_entries(void **state)
{
	(void)state;
	if (!defs)
		skip();
	for (size_t i = 0; i < COUNT_OF(cases); i++) {
		struct hs_arena *arena = hs_arena_new(4 << 20);
		struct hs_index_row *rows = NULL;
		struct hs_error err;
		struct hs_buf out;
		size_t count = 0;
		uint32_t param = number_of(&names, HS_SPACE_PARAM, hs_slice_cstr(cases[i].param));
		hs_buf_init(&out, arena, 100000);
		if (hs_search_extract(&(struct hs_search_work) { rules, &numbering, arena },
			    parse_json(arena, hs_slice_cstr(cases[i].json)), HS_S("http://us/fhir"), &rows,
			    &count, &err))
			fail_msg("%s: %s", cases[i].json, err.text);
		for (size_t k = 0; k < count; k++) {
			if (rows[k].param != param)
				continue;
			hs_buf_cstr(&out, out.len ? "; " : "");
			print_row(&out, &rows[k]);
		}
		if (!hs_slice_eq(hs_buf_slice(&out), hs_slice_cstr(cases[i].want)))
			fail_msg("%s\n%s\n  is  %.*s\n  not %s", cases[i].json, cases[i].param,
				HS_S_ARG(hs_buf_slice(&out)), cases[i].want);
		hs_arena_free(arena);
	}
}

/* Compiles all types; returns how many expressions are faulty, and counts the names of entries. */
static uint32_t compile_all(const struct hs_search_rules *of, struct hs_defs *from, size_t *all)
{
	uint32_t faulty = 0;
	struct hs_arena *arena = hs_arena_new(16 << 20);
	for (uint32_t i = 0; i < hs_defs_type_count(from); i++) {
		size_t count;
		struct hs_slice type = hs_defs_text(from, hs_defs_type_at(from, i)->name);
		if (hs_search_faulty(of, type))
			print_message("%.*s has faulty expressions\n", HS_S_ARG(type));
		faulty += hs_search_faulty(of, type);
		hs_search_names(of, type, arena, &count);
		*all += count;
	}
	hs_arena_free(arena);
	return faulty;
}

static void all_expressions_compile(void **state)
{
	(void)state;
	struct hs_error err;
	struct hs_search_rules *r5_rules;
	size_t all = 0;
	if (!defs)
		skip();
	assert_int_equal(compile_all(rules, defs, &all), 0);
	assert_true(all > 3500);
	struct hs_defs *r5 = open_defs(HS_FHIR_R5);
	if (!r5)
		skip();
	assert_int_equal(hs_search_rules_new(r5, &r5_rules, &err), HS_OK);
	all = 0;
	assert_int_equal(compile_all(r5_rules, r5, &all), 0);
	assert_true(all > 4000);
	hs_search_rules_free(r5_rules);
	hs_defs_unref(r5);
}

static void names_cover_the_entries(void **state)
{
	(void)state;
	if (!defs)
		skip();
	size_t count;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	bool found[4] = { false };
	static const char *const want[] = { "Observation.subject", "Observation.subject:identifier",
		"Observation.code:text", "Observation.code-value-quantity$1" };
	const struct hs_slice *list = hs_search_names(rules, HS_S("Observation"), arena, &count);
	for (size_t i = 0; i < count; i++)
		for (size_t k = 0; k < 4; k++)
			found[k] |= hs_slice_eq(list[i], hs_slice_cstr(want[k]));
	for (size_t k = 0; k < 4; k++)
		assert_true(found[k]);
	assert_null(hs_search_names(rules, HS_S("HumanName"), arena, &count));
	assert_int_equal(count, 0);
	hs_arena_free(arena);
}

static void describes_itself(void **state)
{
	(void)state;
	if (!defs)
		skip();
	struct hs_arena *arena = hs_arena_new(4 << 20);
	struct hs_json *entry = hs_json_object(arena);
	hs_search_describe(rules, HS_S("Patient"), true, arena, entry);
	size_t known = 0;
	HS_JSON_EACH(param, hs_json_get(entry, HS_S("searchParam"))) {
		struct hs_slice name = hs_json_get_text(param, HS_S("name"));
		known += hs_slice_eq(name, HS_S("_text")) || hs_slice_eq(name, HS_S("_content"));
		assert_true(hs_json_get_text(param, HS_S("definition")).len > 0);
		known += hs_slice_eq(name, HS_S("birthdate")) || hs_slice_eq(name, HS_S("_id"));
	}
	assert_int_equal(known, 4);
	entry = hs_json_object(arena);
	hs_search_describe(rules, HS_S("Patient"), false, arena, entry);
	HS_JSON_EACH(param, hs_json_get(entry, HS_S("searchParam")))
		assert_false(hs_slice_eq(hs_json_get_text(param, HS_S("name")), HS_S("_text")));
	hs_arena_free(arena);
}

static void every_allocation_may_fail(void **state)
{
	(void)state;
	if (!defs)
		skip();
	struct hs_arena *source = hs_arena_new(1 << 20);
	struct hs_json *tree = parse_json(source, hs_slice_cstr(cases[5].json));
	for (size_t nth = 1;; nth++) {
		struct hs_arena *arena = hs_arena_new(4 << 20);
		struct hs_index_row *rows = NULL;
		struct hs_error err;
		size_t count = 0;
		hs_arena_fail_at(nth, 1);
		enum hs_status status = hs_search_extract(&(struct hs_search_work) { rules, &numbering,
								  arena },
			tree, HS_S_NONE, &rows, &count, &err);
		bool done = hs_arena_fail_count() < nth;
		hs_arena_fail_at(0, 0);
		hs_arena_free(arena);
		assert_int_equal(status, done ? HS_OK : HS_E_LIMIT);
		if (done)
			break;
	}
	hs_arena_free(source);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(makes_entries),
		cmocka_unit_test(all_expressions_compile),
		cmocka_unit_test(names_cover_the_entries),
		cmocka_unit_test(describes_itself),
		cmocka_unit_test(every_allocation_may_fail),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
