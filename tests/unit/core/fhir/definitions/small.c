/* SPDX-License-Identifier: Apache-2.0 */
/* The builder over small packages of our own: layout, code lists, search parameters, and the kept image. */
#include "../package/make_package.h"

#include <dirent.h>

#define SD(name, kind, base, derivation, elements) \
	"{\"resourceType\":\"StructureDefinition\",\"url\":\"http://t/" name "\",\"type\":\"" name \
	"\",\"kind\":\"" kind "\",\"abstract\":false,\"baseDefinition\":\"http://t/" base \
	"\",\"derivation\":\"" derivation "\",\"snapshot\":{\"element\":[" elements "]}}"
#define EL(path, min, max, type) \
	"{\"path\":\"" path "\",\"min\":" min ",\"max\":\"" max "\",\"type\":[{\"code\":\"" type "\"}]}"
#define BOUND(path, vs) \
	"{\"path\":\"" path \
	"\",\"min\":0,\"max\":\"1\",\"type\":[{\"code\":\"code\"}],\"binding\":{\"strength\":" \
	"\"required\",\"valueSet\":\"http://t/" vs "|1\"}}"
#define VS(name, compose) \
	"{\"resourceType\":\"ValueSet\",\"url\":\"http://t/" name "\",\"compose\":{" compose "}}"

static const struct made_file core[] = {
	{ "package/package.json", "{\"name\":\"t.core\",\"version\":\"1\",\"fhirVersions\":[\"4.0.1\"]}" },
	{ "package/sd-code.json",
		SD("code", "primitive-type", "none", "specialization",
			EL("code", "0", "*", "x") "," EL("code.value", "0", "1", "x")) },
	{ "package/sd-string.json",
		SD("string", "primitive-type", "none", "specialization", EL("string", "0", "*", "x")) },
	{ "package/sd-thing.json",
		SD("Thing", "resource", "Base", "specialization",
			EL("Thing", "0", "*", "x") "," EL("Thing.id", "0", "1",
				"http://hl7.org/fhirpath/System.String") "," EL("Thing.part", "1", "*",
				"BackboneElement") "," EL("Thing.part.id", "0", "1",
				"http://hl7.org/fhirpath/System.String") "," EL("Thing.part.name", "0", "3",
				"string") "," EL("Thing.partner", "0", "1",
				"string") ","
					  "{\"path\":\"Thing.value[x]\",\"min\":0,\"max\":\"1\",\"type\":[{"
					  "\"code\":\"string\"},{\"code\":\"code\"}]},"
					  "{\"path\":\"Thing.again\",\"min\":0,\"max\":\"*\","
					  "\"contentReference\":\"#Thing.part\"},"
					  "{\"path\":\"Thing.ref\",\"min\":0,\"max\":\"1\",\"type\":[{"
					  "\"code\":\"Reference\",\"targetProfile\":"
					  "[\"http://t/Thing\",\"http://t/Profile\",\"http://t/"
					  "Other\"]}]}," BOUND("Thing.whole", "whole") "," BOUND("Thing.some",
						  "some") "," BOUND("Thing.without",
						  "without") "," BOUND("Thing.both",
						  "both") "," BOUND("Thing.filtered",
						  "filtered") "," BOUND("Thing.loop",
						  "loop") "," BOUND("Thing.absent",
						  "absent") "," BOUND("Thing.expanded",
						  "expanded") "," BOUND("Thing.partly",
						  "partly") "," BOUND("Thing.foreign", "foreign")) },
	{ "package/sd-base.json",
		SD("Base", "resource", "none", "specialization", EL("Base", "0", "*", "x")) },
	{ "package/sd-id.json",
		SD("id", "primitive-type", "string", "specialization", EL("id", "0", "*", "x")) },
	{ "package/sd-profile.json",
		"{\"resourceType\":\"StructureDefinition\",\"url\":\"http://t/"
		"Profile\",\"type\":\"Base\",\"kind\":\"resource\","
		"\"derivation\":\"constraint\",\"snapshot\":{\"element\":[{\"path\":\"Base\"}]}}" },
	{ "package/cs.json",
		"{\"resourceType\":\"CodeSystem\",\"url\":\"http://t/"
		"cs\",\"content\":\"complete\",\"concept\":[{\"code\":\"a\","
		"\"concept\":[{\"code\":\"a1\"}]},{\"code\":\"b\"}]}" },
	{ "package/vs1.json", VS("whole", "\"include\":[{\"system\":\"http://t/cs\"}]") },
	{ "package/vs2.json",
		VS("some",
			"\"include\":[{\"system\":\"http://t/"
			"cs\",\"concept\":[{\"code\":\"b\"}]},{\"system\":\"http://t/x\","
			"\"concept\":[{\"code\":\"b\"},{\"code\":\"c\"}]}]") },
	{ "package/vs3.json",
		VS("without",
			"\"include\":[{\"valueSet\":[\"http://t/whole\"]}],\"exclude\":[{\"system\":\"http://"
			"t/cs\",\"concept\":"
			"[{\"code\":\"a1\"}]}]") },
	{ "package/vs4.json",
		VS("both",
			"\"include\":[{\"system\":\"http://t/cs\",\"valueSet\":[\"http://t/some\",\"http://t/"
			"whole\"]}]") },
	{ "package/vs5.json",
		VS("filtered",
			"\"include\":[{\"system\":\"http://t/"
			"cs\",\"filter\":[{\"property\":\"concept\",\"op\":\"is-a\","
			"\"value\":\"a\"}]}]") },
	{ "package/vs6.json", VS("loop", "\"include\":[{\"valueSet\":[\"http://t/loop\"]}]") },
	{ "package/vs7.json",
		"{\"resourceType\":\"ValueSet\",\"url\":\"http://t/"
		"expanded\",\"expansion\":{\"contains\":[{\"system\":\"http://t/cs\","
		"\"code\":\"g\",\"abstract\":true,\"contains\":[{\"system\":\"http://t/"
		"cs\",\"code\":\"h\"}]}]}}" },
	{ "package/cs2.json",
		"{\"resourceType\":\"CodeSystem\",\"url\":\"http://t/"
		"piece\",\"content\":\"fragment\",\"concept\":[{\"code\":\"a\"}]}" },
	{ "package/vs8.json",
		VS("partly", "\"include\":[{\"system\":\"http://t/cs\"},{\"system\":\"http://t/piece\"}]") },
	{ "package/vs9.json",
		VS("foreign",
			"\"include\":[{\"system\":\"http://t/cs\"},{\"system\":\"http://elsewhere\"}]") },
	{ "package/sp1.json",
		"{\"resourceType\":\"SearchParameter\",\"id\":\"s1\",\"url\":\"http://t/"
		"sp1\",\"code\":\"name\",\"type\":\"string\","
		"\"base\":[\"Base\"],\"expression\":\"Base.name\"}" },
	{ "package/sp2.json",
		"{\"resourceType\":\"SearchParameter\",\"id\":\"s2\",\"url\":\"http://t/"
		"sp2\",\"code\":\"name\",\"type\":\"token\","
		"\"base\":[\"Thing\"],\"expression\":\"Thing.name\"}" },
	{ "package/sp3.json",
		"{\"resourceType\":\"SearchParameter\",\"id\":\"s3\",\"url\":\"http://t/"
		"sp3\",\"code\":\"ref\",\"type\":\"reference\","
		"\"base\":[\"Thing\"],\"expression\":\"Thing.ref\",\"target\":[\"Thing\",\"Nothing\"]}" },
	{ "package/sp4.json",
		"{\"resourceType\":\"SearchParameter\",\"id\":\"s4\",\"url\":\"http://t/"
		"sp4\",\"code\":\"pair\",\"type\":"
		"\"composite\",\"base\":[\"Thing\"],\"expression\":\"Thing\",\"component\":[{\"definition\":"
		"\"http://t/sp2|2\","
		"\"expression\":\"name\"},{\"definition\":\"http://t/sp3\",\"expression\":\"ref\"}]}" },
	{ "package/sp5.json",
		"{\"resourceType\":\"SearchParameter\",\"id\":\"s5\",\"url\":\"http://t/"
		"sp5\",\"code\":\"empty\",\"type\":\"string\","
		"\"base\":[\"Thing\"]}" },
	{ "package/sp6.json",
		"{\"resourceType\":\"SearchParameter\",\"id\":\"example-x\",\"url\":\"http://t/"
		"sp6\",\"code\":\"sample\",\"type\":"
		"\"string\",\"base\":[\"Thing\"],\"expression\":\"Thing.name\"}" },
};

static const struct made_file more[] = {
	{ "package/package.json", "{\"name\":\"t.more\",\"version\":\"1\",\"fhirVersions\":[\"4.0.1\"]}" },
	{ "package/sd.json", SD("Thing", "resource", "Base", "specialization", EL("Thing", "0", "*", "x")) },
	/* An address that is taken is no other's: the first package has the word. */
	{ "package/sd3.json",
		"{\"resourceType\":\"StructureDefinition\",\"url\":\"http://t/"
		"Profile\",\"type\":\"Added\",\"kind\":\"resource\",\"derivation\":\"constraint\"}" },
	{ "package/sd2.json", SD("Added", "resource", "Base", "specialization", EL("Added", "0", "*", "x")) },
};

static char root[64];
static struct hs_package *packages[3];
static struct hs_defs *defs;

static int set_up(void **state)
{
	struct hs_error err;
	(void)state;
	make_folder(root);
	make_package_folder(root, "t.core#1", core, COUNT_OF(core));
	make_package_folder(root, "t.more#1", more, COUNT_OF(more));
	assert_int_equal(hs_package_find(root, HS_S("t.core"), &packages[0], &err), HS_OK);
	assert_int_equal(hs_package_find(root, HS_S("t.more"), &packages[1], &err), HS_OK);
	struct hs_defs_source source = {
		.fhir = HS_FHIR_R4, .packages = packages, .cache_dir = root, .world = hs_world_real()
	};
	if (hs_defs_open(&source, &defs, &err))
		fail_msg("%s", err.text);
	return 0;
}

static int tear_down(void **state)
{
	(void)state;
	hs_defs_unref(defs);
	hs_package_close(packages[0]);
	hs_package_close(packages[1]);
	remove_folder(root);
	return 0;
}

static const struct hs_def_element *child(const char *name, const struct hs_def_use **use)
{
	const struct hs_def_type *thing = hs_defs_type(defs, HS_S("Thing"));
	return hs_defs_child(defs, hs_defs_root(defs, thing), thing, hs_slice_cstr(name), use);
}

static struct hs_slice use_name(const struct hs_def_use *use)
{
	return use ? hs_defs_text(defs, hs_defs_type_at(defs, use->type)->name) : HS_S("none");
}

static void knows_types(void **state)
{
	(void)state;
	const struct hs_def_type *thing = hs_defs_type(defs, HS_S("Thing"));
	const struct hs_def_type *base = hs_defs_type(defs, HS_S("Base"));
	assert_int_equal(hs_defs_type_count(defs), 6); /* the profile gives none, the first Thing counts */
	assert_non_null(hs_defs_type(defs, HS_S("Added")));
	assert_true(hs_defs_root(defs, thing)->child_count > 5);
	assert_null(hs_defs_type(defs, HS_S("Profile")));
	assert_null(hs_defs_type(defs, HS_S("thing")));
	assert_true(hs_defs_is_a(defs, thing, base));
	assert_true(hs_defs_is_a(defs, thing, thing));
	assert_false(hs_defs_is_a(defs, base, thing));
	assert_int_equal(thing->kind, HS_DEF_RESOURCE);
	assert_int_equal(hs_defs_type(defs, HS_S("code"))->code, HS_PRIM_CODE);
	assert_ptr_equal(hs_defs_type_at(defs, hs_defs_type_index(defs, thing)), thing);
	assert_null(hs_defs_type_at(defs, 6));
	assert_int_equal(hs_defs_fhir(defs), HS_FHIR_R4);
}

static void lays_elements_out(void **state)
{
	(void)state;
	const struct hs_def_use *use = NULL;
	const struct hs_def_element *part = child("part", &use);
	assert_non_null(part);
	assert_int_equal(part->min, 1);
	assert_true(part->max == HS_DEF_MANY);
	assert_int_equal(part->child_count, 2);
	const struct hs_def_element *name = hs_defs_child(defs, part, NULL, HS_S("name"), &use);
	assert_slice(hs_defs_text(defs, name->path), "Thing.part.name");
	assert_int_equal(name->max, 3);
	assert_slice(use_name(use), "string");
	const struct hs_def_element *again = child("again", NULL);
	assert_ptr_equal(hs_defs_child(defs, again, NULL, HS_S("name"), NULL), name);
	assert_slice(hs_defs_text(defs, child("partner", NULL)->path), "Thing.partner");
	assert_null(child("par", NULL));
	/* The id of a resource is an id, that of any other element a string. */
	child("id", &use);
	assert_slice(use_name(use), "id");
	hs_defs_child(defs, part, NULL, HS_S("id"), &use);
	assert_slice(use_name(use), "string");
	/* A primitive's value is the primitive itself. */
	assert_int_equal(hs_defs_root(defs, hs_defs_type(defs, HS_S("code")))->child_count, 0);
}

static void resolves_choices_and_targets(void **state)
{
	(void)state;
	const struct hs_def_use *use = NULL;
	const struct hs_def_element *value = child("valueString", &use);
	assert_non_null(value);
	assert_true(value->choice);
	assert_slice(hs_defs_text(defs, value->name), "value");
	assert_slice(use_name(use), "string");
	assert_ptr_equal(child("valueCode", &use), value);
	assert_slice(use_name(use), "code");
	assert_null(child("value", NULL));
	assert_null(child("valueInteger", NULL));
	assert_null(child("valuestring", NULL));
	child("ref", &use);
	assert_int_equal(use->type, HS_DEF_NONE); /* Reference is not in this package */
	assert_int_equal(use->target_count, 3);
	assert_ptr_equal(hs_defs_type_at(defs, hs_defs_target_at(defs, use->first_target)),
		hs_defs_type(defs, HS_S("Thing")));
	/* A profile stands for its type. */
	assert_ptr_equal(hs_defs_type_at(defs, hs_defs_target_at(defs, use->first_target + 1)),
		hs_defs_type(defs, HS_S("Base")));
	assert_int_equal(hs_defs_target_at(defs, use->first_target + 2), HS_DEF_NONE);
}

static void expands_value_sets(void **state)
{
	(void)state;
	static const struct {
		const char *element, *code;
		int want;
	} rows[] = {
		{ "whole", "a", 1 },
		{ "whole", "a1", 1 },
		{ "whole", "c", 0 },
		{ "whole", "A", 0 },
		{ "some", "b", 1 },
		{ "some", "c", 1 },
		{ "some", "a", 0 },
		{ "without", "a", 1 },
		{ "without", "a1", 0 },
		{ "without", "b", 1 },
		{ "both", "b", 1 },
		{ "both", "a", 0 },
		{ "both", "c", 0 },
		{ "expanded", "h", 1 },
		{ "expanded", "g", 0 },
		/* Where not all codes of a system are here, nobody can say. */
		{ "partly", "z", -1 },
		{ "foreign", "z", -1 },
		{ "filtered", "a", -1 },
		{ "loop", "a", -1 },
		{ "absent", "a", -1 },
		{ "partner", "a", -1 },
	};
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		int have = hs_defs_code_allowed(defs, child(rows[i].element, NULL),
			hs_slice_cstr(rows[i].code));
		if (have != rows[i].want)
			fail_msg("%s %s: %d", rows[i].element, rows[i].code, have);
	}
	const struct hs_def_element *some = child("some", NULL);
	assert_int_equal(hs_defs_coding_allowed(defs, some, HS_S("http://t/x"), HS_S("b")), 1);
	assert_int_equal(hs_defs_coding_allowed(defs, some, HS_S("http://t/y"), HS_S("b")), 0);
	assert_slice(hs_defs_code_system(defs, some, HS_S("c")), "http://t/x");
	struct hs_slice codes[2];
	assert_int_equal(hs_defs_codes(defs, some, codes, 2), 3);
	assert_slice(codes[0], "b");
}

static void inherits_search_parameters(void **state)
{
	(void)state;
	uint32_t count;
	const struct hs_def_param *const *all = hs_defs_params(defs, HS_S("Thing"), &count);
	assert_int_equal(count, 3); /* name, pair, ref; none without expression, no sample */
	assert_slice(hs_defs_text(defs, all[0]->code), "name");
	assert_int_equal(hs_defs_param(defs, HS_S("Thing"), HS_S("name"))->type,
		HS_PARAM_TOKEN); /* the nearer base */
	assert_int_equal(hs_defs_param(defs, HS_S("Added"), HS_S("name"))->type, HS_PARAM_STRING);
	assert_null(hs_defs_param(defs, HS_S("Thing"), HS_S("empty")));
	assert_null(hs_defs_param(defs, HS_S("Nothing"), HS_S("name")));
	const struct hs_def_param *ref = hs_defs_param(defs, HS_S("Thing"), HS_S("ref"));
	assert_int_equal(ref->target_count, 1);
	const struct hs_def_param *pair = hs_defs_param(defs, HS_S("Thing"), HS_S("pair"));
	assert_int_equal(pair->component_count, 2);
	assert_ptr_equal(hs_defs_param_by_url(defs,
				 hs_defs_text(defs, hs_defs_components(defs, pair)[1].url)),
		ref);
	assert_slice(hs_defs_text(defs, hs_defs_components(defs, pair)[0].url), "http://t/sp2");
	assert_null(hs_defs_param_by_url(defs, HS_S("http://t/none")));
}

static size_t count_images(void)
{
	size_t count = 0;
	DIR *dir = opendir(root);
	struct dirent *entry;
	while ((entry = readdir(dir)))
		count += hs_slice_ends(hs_slice_cstr(entry->d_name), HS_S(".image"));
	closedir(dir);
	return count;
}

static void keeps_the_image(void **state)
{
	(void)state;
	struct hs_error err;
	struct hs_defs *again;
	struct hs_defs_source source = {
		.fhir = HS_FHIR_R4, .packages = packages, .cache_dir = root, .world = hs_world_real()
	};
	assert_int_equal(count_images(), 1);
	assert_int_equal(hs_defs_open(&source, &again, &err), HS_OK);
	assert_int_equal(count_images(), 1);
	assert_int_equal(hs_defs_type_count(again), hs_defs_type_count(defs));
	hs_defs_unref(hs_defs_ref(again));
	hs_defs_unref(again);
	/* Another set of packages has an image of its own. */
	struct hs_package *one[] = { packages[0], NULL };
	source.packages = one;
	assert_int_equal(hs_defs_open(&source, &again, &err), HS_OK);
	assert_int_equal(hs_defs_type_count(again), 5);
	hs_defs_unref(again);
	assert_int_equal(count_images(), 2);
	/* A folder that is not there costs the image, not the definitions. */
	source.cache_dir = "/nonexistent/handslag";
	assert_int_equal(hs_defs_open(&source, &again, &err), HS_OK);
	hs_defs_unref(again);
}

static void refuses_packages_without_types(void **state)
{
	(void)state;
	struct hs_error err;
	struct hs_defs *none;
	struct hs_package *package;
	make_package_folder(root, "t.none#1", more, 1);
	assert_int_equal(hs_package_find(root, HS_S("t.none"), &package, &err), HS_OK);
	struct hs_package *list[] = { package, NULL };
	struct hs_defs_source source = { .fhir = HS_FHIR_R4, .packages = list, .world = hs_world_real() };
	assert_int_equal(hs_defs_open(&source, &none, &err), HS_E_REQUIRED);
	hs_package_close(package);
}

#define MODEL(url, name, type, elements) \
	"{\"resourceType\":\"StructureDefinition\",\"url\":\"" url "\",\"type\":\"" type "\"," \
	"\"kind\":\"logical\",\"baseDefinition\":\"http://t/Base\",\"snapshot\":{\"element\":[" \
	"{\"path\":\"" name "\",\"min\":0,\"max\":\"*\"}" elements "]}}"

static struct hs_def_model model_of(struct hs_arena *arena, const char *text)
{
	const struct hs_json *structure = parse_json(arena, hs_slice_cstr(text));
	return (struct hs_def_model) { structure,
		hs_json_get(hs_json_get(structure, HS_S("snapshot")), HS_S("element")) };
}

/* What was known keeps its number; the models are found by each of their names, and one names the other. */
static void adds_logical_models(void **state)
{
	(void)state;
	struct hs_error err;
	struct hs_defs *more_types = NULL;
	const struct hs_def_use *use = NULL;
	struct hs_arena *arena = hs_arena_new((size_t)1 << 20);
	const struct hs_def_model models[] = {
		model_of(arena,
			MODEL("http://m/sd/Visit", "Visit", "http://m/Visit",
				",{\"path\":\"Visit.place\",\"min\":1,\"max\":\"*\",\"type\":[{\"code\":"
				"\"http://m/sd/Place\"}]}")),
		model_of(arena,
			MODEL("http://m/sd/Place", "Place", "http://m/Place",
				",{\"path\":\"Place.name\",\"min\":0,\"max\":\"1\",\"type\":[{\"code\":"
				"\"string\"}]}")),
		model_of(arena, MODEL("http://m/sd/Thing", "Thing", "http://m/Thing", "")),
	};
	assert_int_equal(hs_defs_extend(defs, models, COUNT_OF(models), &more_types, &err), HS_OK);
	assert_int_equal(hs_defs_type_count(more_types), hs_defs_type_count(defs) + 2);
	for (uint32_t i = 0; i < hs_defs_type_count(defs); i++) {
		struct hs_slice name = hs_defs_text(defs, hs_defs_type_at(defs, i)->name);
		assert_int_equal(hs_defs_type_index(more_types, hs_defs_type(more_types, name)), i);
	}
	const struct hs_def_type *visit = hs_defs_type(more_types, HS_S("Visit"));
	assert_non_null(visit);
	assert_int_equal(visit->kind, HS_DEF_LOGICAL);
	assert_ptr_equal(hs_defs_type(more_types, HS_S("http://m/Visit")), visit);
	assert_ptr_equal(hs_defs_type(more_types, HS_S("http://m/sd/Visit")), visit);
	assert_null(hs_defs_type(defs, HS_S("Visit")));
	const struct hs_def_element *place = hs_defs_child(more_types, hs_defs_root(more_types, visit), visit,
		HS_S("place"), &use);
	assert_non_null(place);
	assert_int_equal(place->min, 1);
	const struct hs_def_type *of_place = hs_defs_type_at(more_types, use->type);
	assert_ptr_equal(of_place, hs_defs_type(more_types, HS_S("Place")));
	assert_non_null(hs_defs_child(more_types, hs_defs_root(more_types, of_place), of_place, HS_S("name"),
		&use));
	assert_ptr_equal(hs_defs_type_at(more_types, use->type), hs_defs_type(more_types, HS_S("string")));
	uint32_t count = 1;
	assert_null(hs_defs_params(more_types, HS_S("Visit"), &count));
	assert_int_equal(count, 0);
	/* A name that a type has stays with the type. */
	assert_int_equal(hs_defs_type(more_types, HS_S("Thing"))->kind, HS_DEF_RESOURCE);
	hs_defs_unref(more_types);
	assert_int_equal(hs_defs_extend(defs, &models[2], 1, &more_types, &err), HS_E_INVALID);
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(knows_types),
		cmocka_unit_test(lays_elements_out),
		cmocka_unit_test(resolves_choices_and_targets),
		cmocka_unit_test(expands_value_sets),
		cmocka_unit_test(inherits_search_parameters),
		cmocka_unit_test(adds_logical_models),
		cmocka_unit_test(keeps_the_image),
		cmocka_unit_test(refuses_packages_without_types),
	};
	return cmocka_run_group_tests(tests, set_up, tear_down);
}
