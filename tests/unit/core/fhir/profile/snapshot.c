/* SPDX-License-Identifier: Apache-2.0 */
/* Snapshots from differentials, on a base of a few elements: merging, slices, re-slices, choices, unfolding,
 * and what is said of a differential that cannot be laid over. */
#include "../fhir_test.h"

#include <core/fhir/profile/snapshot.h>

static const char PERSON[] =
	"[{'id':'Person','path':'Person','min':0,'max':'*'},"
	"{'id':'Person.extension','path':'Person.extension','min':0,'max':'*','type':[{'code':'Extension'}]},"
	"{'id':'Person.name','path':'Person.name','min':0,'max':'*','type':[{'code':'Name'}],"
	"'definition':'A name.','constraint':[{'key':'n-1','severity':'error','human':'h'}],"
	"'mapping':[{'identity':'a','map':'x'},{'identity':'a','map':'w'}],'alias':['a'],'condition':['n-1']}"
	","
	"{'id':'Person.age[x]','path':'Person.age[x]','min':0,'max':'1','type':[{'code':'Quantity'},{'code':'"
	"string'}]},"
	"{'id':'Person.part','path':'Person.part','min':0,'max':'*','type':[{'code':'BackboneElement'}]},"
	"{'id':'Person.part.code','path':'Person.part.code','min':1,'max':'1','type':[{'code':'code'}],"
	"'binding':{'strength':'preferred','valueSet':'http://x/vs'}},"
	"{'id':'Person.part.part','path':'Person.part.part','min':0,'max':'*','contentReference':'#Person."
	"part'}]";
static const char NAME[] =
	"[{'id':'Name','path':'Name','min':0,'max':'*'},"
	"{'id':'Name.family','path':'Name.family','min':0,'max':'1','type':[{'code':'string'}]},"
	"{'id':'Name.given','path':'Name.given','min':0,'max':'*','type':[{'code':'string'}]}]";

static const char CODED[] =
	"[{'id':'Person','path':'Person','min':0,'max':'*'},"
	"{'id':'Person.part','path':'Person.part','min':0,'max':'*','type':[{'code':'BackboneElement'}]},"
	"{'id':'Person.part.code','path':'Person.part.code','min':2,'max':'2','type':[{'code':'code'}]},"
	"{'id':'Person.part.part','path':'Person.part.part','min':0,'max':'*','contentReference':"
	"'#Person.part'}]";

/* A profile that leaves little room. */
static const char NARROW[] =
	"[{'id':'Person','path':'Person','min':0,'max':'*'},"
	"{'id':'Person.name','path':'Person.name','min':0,'max':'*','type':[{'code':'Name'}],'mustSupport':"
	"true,'slicing':{'discriminator':[{'type':'value','path':'family'}],'ordered':true,'rules':'closed'}"
	"},{'id':'Person.name:a','path':'Person.name','sliceName':'a','min':1,'max':'2',"
	"'type':[{'code':'Name'}]},"
	"{'id':'Person.code','path':'Person.code','min':1,'max':'1','type':[{'code':'code'}],"
	"'fixedCode':'x','maxLength':5,'binding':{'strength':'required','valueSet':'http://x/vs'}}]";

struct made {
	struct hs_arena *arena;
	struct hs_issues issues;
	struct hs_json *elements;
	struct hs_error err;
	enum hs_status status;
};

/* Texts are written with ' for ". */
static struct hs_json *read(struct hs_arena *arena, const char *text)
{
	char *copy = hs_arena_cstr(arena, hs_slice_cstr(text));
	for (char *c = copy; *c; c++)
		if (*c == '\'')
			*c = '"';
	return parse_json(arena, hs_slice_cstr(copy));
}

/* An extension that is there once, and must be. */
static const char ONCE[] = "[{'id':'Extension','path':'Extension','min':1,'max':'1'}]";

static const struct hs_json *find(void *arg, struct hs_slice canonical)
{
	if (hs_slice_ends(canonical, HS_S("/Person")))
		return read(arg, PERSON);
	if (hs_slice_ends(canonical, HS_S("/coded"))) /* a profile, where each part has two codes */
		return read(arg, CODED);
	if (hs_slice_ends(canonical, HS_S("/once")))
		return read(arg, ONCE);
	if (hs_slice_ends(canonical, HS_S("/narrow")))
		return read(arg, NARROW);
	return hs_slice_ends(canonical, HS_S("/Name")) ? read(arg, NAME) : NULL;
}

static struct made make_of(const char *base, const char *differential)
{
	struct made made = { .arena = hs_arena_new(64 << 20) };
	struct hs_snapshot_source source = { find, made.arena };
	made.issues.arena = made.arena;
	struct hs_json *structure = read(made.arena,
		"{'resourceType':'StructureDefinition','url':'http://x/p','derivation':'constraint',"
		"'type':'Person'}");
	hs_json_add_text(made.arena, structure, HS_S("baseDefinition"), hs_slice_cstr(base));
	struct hs_json *part = hs_json_add_object(made.arena, structure, HS_S("differential"));
	hs_json_add(part, HS_S("element"), read(made.arena, differential));
	made.status = hs_snapshot_make(made.arena, structure, &source, &made.issues, &made.elements,
		&made.err);
	return made;
}

static struct made make(const char *differential)
{
	return make_of("http://hl7.org/fhir/StructureDefinition/Person", differential);
}

static const struct hs_json *element(const struct made *made, const char *id)
{
	HS_JSON_EACH(item, made->elements)
		if (hs_slice_eq(hs_json_get_text(item, HS_S("id")), hs_slice_cstr(id)))
			return item;
	fail_msg("there is no element %s", id);
	return NULL;
}

static int64_t min_of(const struct made *made, const char *id)
{
	int64_t min = -1;
	hs_json_i64(hs_json_get(element(made, id), HS_S("min")), &min);
	return min;
}

static void lays_a_change_over_its_element(void **state)
{
	(void)state;
	struct made made = make(
		"[{'path':'Person'},{'id':'Person.name','path':'Person.name','min':1,'max':'2',"
		"'definition':'...And more.','constraint':[{'key':'p-1','severity':'error','human':'h'}]}]");
	assert_int_equal(made.status, HS_OK);
	assert_int_equal(hs_json_count(made.elements), 7);
	assert_int_equal(min_of(&made, "Person.name"), 1);
	assert_slice(hs_json_get_text(element(&made, "Person.name"), HS_S("max")), "2");
	assert_in(hs_json_get_text(element(&made, "Person.name"), HS_S("definition")), "A name.");
	assert_in(hs_json_get_text(element(&made, "Person.name"), HS_S("definition")), "And more.");
	const struct hs_json *constraints = hs_json_get(element(&made, "Person.name"), HS_S("constraint"));
	assert_int_equal(hs_json_count(constraints), 2);
	assert_slice(hs_json_get_text(hs_json_at(constraints, 1), HS_S("source")), "http://x/p");
	assert_int_equal(made.issues.count, 0);
	hs_arena_free(made.arena);
}

static void unfolds_a_type(void **state)
{
	(void)state;
	struct made made = make("[{'path':'Person.name.family','min':1}]");
	assert_int_equal(made.status, HS_OK);
	assert_int_equal(min_of(&made, "Person.name.family"), 1);
	assert_int_equal(min_of(&made, "Person.name.given"), 0);
	assert_int_equal(min_of(&made, "Person.name"), 0);
	hs_arena_free(made.arena);
}

static void unfolds_a_reference_to_an_element(void **state)
{
	(void)state;
	struct made made = make("[{'path':'Person.part.part.part.code','max':'0'},"
				"{'path':'Person.part.part','type':[{'code':'BackboneElement'}]}]");
	assert_int_equal(made.status, HS_OK);
	assert_slice(hs_json_get_text(element(&made, "Person.part.part.part.code"), HS_S("max")), "0");
	assert_slice(hs_json_get_text(element(&made, "Person.part.part.code"), HS_S("max")), "1");
	assert_null(hs_json_get(element(&made, "Person.part.part"), HS_S("contentReference")));
	hs_arena_free(made.arena);
}

static void unfolds_what_nobody_has_constrained(void **state)
{
	(void)state;
	struct made made = make_of("http://x/coded", "[{'path':'Person.part.part.code','short':'s'}]");
	assert_int_equal(made.status, HS_OK);
	assert_int_equal(min_of(&made, "Person.part.code"), 2);
	assert_int_equal(min_of(&made, "Person.part.part.code"), 1);
	hs_arena_free(made.arena);
}

static void makes_slices_with_children(void **state)
{
	(void)state;
	struct made made = make("[{'id':'Person.name','path':'Person.name','slicing':{'discriminator':[{'"
				"type':'value','path':'family'}],"
				"'rules':'open'},'min':1},"
				"{'id':'Person.name:a','path':'Person.name','sliceName':'a','max':'1'},"
				"{'id':'Person.name:a.family','path':'Person.name.family','min':1},"
				"{'path':'Person.name','sliceName':'b'},{'path':'Person.name.given','min':2},"
				"{'id':'Person.name:a/x','path':'Person.name','sliceName':'a/x','min':1}]");
	assert_int_equal(made.status, HS_OK);
	assert_int_equal(made.issues.count, 0);
	assert_int_equal(min_of(&made, "Person.name"), 1);
	assert_int_equal(min_of(&made, "Person.name:a"), 0); /* of all names one, of this slice none */
	assert_int_equal(min_of(&made, "Person.name:a.family"), 1);
	assert_int_equal(min_of(&made, "Person.name:b.given"), 2);
	assert_slice(hs_json_get_text(element(&made, "Person.name:a/x"), HS_S("max")), "1");
	assert_int_equal(min_of(&made, "Person.name:a/x.family"), 1);
	hs_arena_free(made.arena);
}

static void takes_the_name_of_a_choice_as_a_slice(void **state)
{
	(void)state;
	struct made made = make("[{'path':'Person.ageQuantity','min':1}]");
	assert_int_equal(made.status, HS_OK);
	const struct hs_json *slice = element(&made, "Person.age[x]:ageQuantity");
	assert_slice(hs_json_get_text(slice, HS_S("path")), "Person.age[x]");
	assert_int_equal(hs_json_count(hs_json_get(slice, HS_S("type"))), 1);
	const struct hs_json *slicing = hs_json_get(element(&made, "Person.age[x]"), HS_S("slicing"));
	assert_slice(hs_json_get_text(hs_json_at(hs_json_get(slicing, HS_S("discriminator")), 0),
			     HS_S("type")),
		"type");
	hs_arena_free(made.arena);
}

/* Older definitions name the slice as the path has it. */
static void takes_the_name_of_a_choice_with_its_slice(void **state)
{
	(void)state;
	struct made made = make("[{'id':'Person.ageQuantity:ageQuantity','path':'Person.ageQuantity',"
				"'sliceName':'ageQuantity','min':1}]");
	assert_int_equal(made.status, HS_OK);
	assert_int_equal(made.issues.count, 0);
	assert_int_equal(min_of(&made, "Person.age[x]:ageQuantity"), 1);
	hs_arena_free(made.arena);
}

static void gives_a_choice_the_type_that_must_be_there(void **state)
{
	(void)state;
	struct made made = make("[{'path':'Person.ageQuantity','min':1}]");
	const struct hs_json *types = hs_json_get(element(&made, "Person.age[x]"), HS_S("type"));
	assert_int_equal(hs_json_count(types), 1);
	assert_slice(hs_json_get_text(hs_json_first(types), HS_S("code")), "Quantity");
	hs_arena_free(made.arena);
}

static void slices_extensions_by_url(void **state)
{
	(void)state;
	struct made made = make("[{'path':'Person.extension','sliceName':'e','min':1,"
				"'type':[{'code':'Extension','profile':['http://x/e']}]}]");
	assert_int_equal(made.status, HS_OK);
	assert_int_equal(made.issues.count, 0);
	assert_non_null(hs_json_get(element(&made, "Person.extension"), HS_S("slicing")));
	assert_int_equal(min_of(&made, "Person.extension:e"), 1);
	hs_arena_free(made.arena);
}

#define SLICE(name, more) \
	"{'path':'Person.extension','sliceName':'" name "'" more \
	",'type':[{'code':'Extension','profile':['http://x/once']}]}"
static void bounds_extensions_as_their_definition_does(void **state)
{
	(void)state;
	struct made made = make("[" SLICE("a", "") "," SLICE("b", ",'min':0,'max':'2'") "]");
	assert_int_equal(made.status, HS_OK);
	assert_int_equal(min_of(&made, "Person.extension:a"), 1);
	assert_slice(hs_json_get_text(element(&made, "Person.extension:a"), HS_S("max")), "1");
	assert_int_equal(min_of(&made, "Person.extension:b"), 0);
	assert_slice(hs_json_get_text(element(&made, "Person.extension:b"), HS_S("max")), "2");
	hs_arena_free(made.arena);
}

static void keeps_what_a_binding_leaves_out(void **state)
{
	(void)state;
	struct made made = make("[{'path':'Person.part.code','binding':{'strength':'required'}}]");
	const struct hs_json *binding = hs_json_get(element(&made, "Person.part.code"), HS_S("binding"));
	assert_slice(hs_json_get_text(binding, HS_S("strength")), "required");
	assert_slice(hs_json_get_text(binding, HS_S("valueSet")), "http://x/vs");
	hs_arena_free(made.arena);
}

/* Names in other models, examples and the like add to those of the base; what is there already is not
 * repeated. */
static void adds_to_lists(void **state)
{
	static const char *const lists[] = { "mapping", "alias", "condition" };
	(void)state;
	struct made made =
		make("[{'path':'Person.name','mapping':[{'identity':'a','map':'x'},{'identity':'b',"
		     "'map':'y'}],'alias':['a','b'],'condition':['n-1','n-2']}]");
	assert_int_equal(made.status, HS_OK);
	for (size_t i = 0; i < COUNT_OF(lists); i++)
		assert_int_equal(hs_json_count(hs_json_get(element(&made, "Person.name"),
					 hs_slice_cstr(lists[i]))),
			i == 0 ? 3 : 2);
	hs_arena_free(made.arena);
}

static void assert_issue_on(const char *base, const char *differential, const char *text)
{
	struct made made = make_of(base, differential);
	assert_int_equal(made.status, HS_OK);
	assert_non_null(made.issues.first);
	assert_in(made.issues.first->text, text);
	assert_in(made.issues.first->path, "differential.element[0]");
	hs_arena_free(made.arena);
}

static void assert_issue(const char *differential, const char *text)
{
	assert_issue_on("http://hl7.org/fhir/StructureDefinition/Person", differential, text);
}

static void says_what_a_profile_takes_back(void **state)
{
#define SLICED(slicing) "[{'path':'Person.name','slicing':" slicing "}]"
#define BY_FAMILY "'discriminator':[{'type':'value','path':'family'}]"
	static const struct {
		const char *differential, *text; /* NULL: nothing is wrong */
	} rows[] = {
		{ "[{'path':'Person.name','sliceName':'a','min':0}]", "min 0 is lower than" },
		{ "[{'path':'Person.name','sliceName':'a','max':'3'}]", "max 3 is higher than" },
		{ "[{'path':'Person.name','sliceName':'a','min':2}]", NULL },
		{ "[{'path':'Person.name','mustSupport':false}]", "mustSupport" },
		{ "[{'path':'Person.name','sliceName':'b'}]", "no other slices" },
		{ SLICED("{" BY_FAMILY ",'rules':'open'}"), "a profile cannot make it open" },
		{ SLICED("{'ordered':false}"), "are ordered" },
		{ SLICED("{'discriminator':[{'type':'value','path':'given'}],'rules':'closed'}"),
			"by the value of 'family'" },
		{ SLICED("{" BY_FAMILY ",'rules':'closed'}"), NULL },
		{ "[{'path':'Person.code','fixedCode':'y'}]", "the base fixes the value to x" },
		{ "[{'path':'Person.code','fixedCode':'x'}]", NULL },
		{ "[{'path':'Person.code','maxLength':6}]", "maxLength 6" },
		{ "[{'path':'Person.code','type':[{'code':'boolean'}]}]", "no type boolean" },
		{ "[{'path':'Person.code','type':[{'code':'code'}]}]", NULL },
		{ "[{'path':'Person.code','max':'0'}]", "at least 1 are asked for and at most 0" },
		{ "[{'path':'Person.code','binding':{'strength':'preferred'}}]", "strength required" },
	};
	(void)state;
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		if (rows[i].text) {
			assert_issue_on("http://x/narrow", rows[i].differential, rows[i].text);
			continue;
		}
		struct made made = make_of("http://x/narrow", rows[i].differential);
		assert_int_equal(made.status, HS_OK);
		assert_int_equal(made.issues.count, 0);
		hs_arena_free(made.arena);
	}
}

static void says_when_slices_have_no_room(void **state)
{
#define TWO_OF(max) \
	"[{'path':'Person.name','max':'" max "','slicing':{" BY_FAMILY ",'rules':'open'}}," \
	"{'path':'Person.name','sliceName':'a','min':1},{'path':'Person.name','sliceName':'b','min':1}]"
	(void)state;
	struct made made = make(TWO_OF("2"));
	assert_int_equal(made.issues.count, 0);
	hs_arena_free(made.arena);
	made = make(TWO_OF("1"));
	assert_int_equal(made.issues.count, 1);
	assert_in(made.issues.first->text, "the slices ask for 2 at least");
	assert_in(made.issues.first->path, "differential.element[2]");
	hs_arena_free(made.arena);
}

/* "rules" alone does not take away by what the slices are told apart. */
static void keeps_what_a_slicing_leaves_out(void **state)
{
	(void)state;
	struct made made = make_of("http://x/narrow", SLICED("{'rules':'closed'}"));
	const struct hs_json *slicing = hs_json_get(element(&made, "Person.name"), HS_S("slicing"));
	assert_int_equal(hs_json_count(hs_json_get(slicing, HS_S("discriminator"))), 1);
	assert_true(hs_json_get_bool(slicing, HS_S("ordered"), false));
	hs_arena_free(made.arena);
}

static void says_what_cannot_be_laid_over(void **state)
{
	(void)state;
	assert_issue("[{'path':'Person.shoe','min':1}]", "no 'shoe'");
	assert_issue("[{'path':'Person.age[x]','max':'2'}]", "higher than");
	assert_issue("[{'path':'Person.part.code','min':0}]", "lower than");
	assert_issue("[{'path':'Person.name','sliceName':'a'}]", "no slicing");
}

static void refuses_what_is_no_element(void **state)
{
	static const char *const differentials[] = { "['x']", "[{'path':'Person','constraint':['x']}]",
		"[{'path':'Person','constraint':{}}]", "[{'path':'Person','type':[null]}]",
		"[{'path':'Person','alias':'x'}]", "[{'path':'Person','mapping':{}}]",
		"[{'path':'Person','binding':'x'}]", "{'path':'Person'}" };
	(void)state;
	for (size_t i = 0; i < COUNT_OF(differentials); i++) {
		struct made made = make(differentials[i]);
		assert_int_equal(made.status, HS_E_INVALID);
		hs_arena_free(made.arena);
	}
}

static void refuses_what_has_no_base(void **state)
{
	(void)state;
	struct hs_arena *arena = hs_arena_new(1 << 20);
	struct hs_snapshot_source source = { find, arena };
	struct hs_json *out = NULL;
	struct hs_error err;
	struct hs_json *structure = read(arena, "{'baseDefinition':'http://x/none'}");
	assert_int_equal(hs_snapshot_make(arena, structure, &source, NULL, &out, &err), HS_E_NOT_FOUND);
	assert_null(out);
	hs_arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lays_a_change_over_its_element),
		cmocka_unit_test(unfolds_a_type),
		cmocka_unit_test(unfolds_a_reference_to_an_element),
		cmocka_unit_test(unfolds_what_nobody_has_constrained),
		cmocka_unit_test(makes_slices_with_children),
		cmocka_unit_test(takes_the_name_of_a_choice_as_a_slice),
		cmocka_unit_test(takes_the_name_of_a_choice_with_its_slice),
		cmocka_unit_test(gives_a_choice_the_type_that_must_be_there),
		cmocka_unit_test(slices_extensions_by_url),
		cmocka_unit_test(bounds_extensions_as_their_definition_does),
		cmocka_unit_test(keeps_what_a_binding_leaves_out),
		cmocka_unit_test(adds_to_lists),
		cmocka_unit_test(says_what_a_profile_takes_back),
		cmocka_unit_test(says_when_slices_have_no_room),
		cmocka_unit_test(keeps_what_a_slicing_leaves_out),
		cmocka_unit_test(says_what_cannot_be_laid_over),
		cmocka_unit_test(refuses_what_is_no_element),
		cmocka_unit_test(refuses_what_has_no_base),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
