/* SPDX-License-Identifier: Apache-2.0 */
/* FHIRPath Patch: each row is a resource, a patch, and the resource after it or the error. Skipped without
 * the R4 package. */
#include "../defs_test.h"

#include <core/fhir/patch/patch.h>

/* Rows are written with ' for ". */
static const struct {
	const char *name, *before, *patch, *after; /* after: a resource, or part of the error */
} rows[] = {
	{ "add a member", "{'resourceType':'Patient','id':'1'}",
		"[{'name':'type','valueCode':'add'},{'name':'path','valueString':'Patient'},"
		"{'name':'name','valueString':'birthDate'},{'name':'value','valueDate':'1930-01-01'}]",
		"{'resourceType':'Patient','id':'1','birthDate':'1930-01-01'}" },
	{ "add to a list", "{'resourceType':'Patient','name':[{'family':'A'}]}",
		"[{'name':'type','valueCode':'add'},{'name':'path','valueString':'Patient'},"
		"{'name':'name','valueString':'name'},{'name':'value','valueHumanName':{'family':'B'}}]",
		"{'resourceType':'Patient','name':[{'family':'A'},{'family':'B'}]}" },
	{ "add a choice", "{'resourceType':'Patient'}",
		"[{'name':'type','valueCode':'add'},{'name':'path','valueString':'Patient'},"
		"{'name':'name','valueString':'deceased'},{'name':'value','valueBoolean':true}]",
		"{'resourceType':'Patient','deceasedBoolean':true}" },
	{ "add a choice of another type", "{'resourceType':'Patient'}",
		"[{'name':'type','valueCode':'add'},{'name':'path','valueString':'Patient'},"
		"{'name':'name','valueString':'deceased'},{'name':'value','valueString':'x'}]",
		"operation 0 of the patch (from 0), add: 'Patient.deceased[x]' takes no value of type "
		"String" },
	{ "add a backbone element by parts", "{'resourceType':'Patient'}",
		"[{'name':'type','valueCode':'add'},{'name':'path','valueString':'Patient'},"
		"{'name':'name','valueString':'contact'},{'name':'value','part':["
		"{'name':'name','valueHumanName':{'text':'a'}},{'name':'telecom',"
		"'valueContactPoint':{'value'"
		":'1'}},"
		"{'name':'telecom','valueContactPoint':{'value':'2'}}]}]",
		"{'resourceType':'Patient','contact':[{'name':{'text':'a'},"
		"'telecom':[{'value':'1'},{'value':"
		"'2'}]}]}" },
	{ "add what is there", "{'resourceType':'Patient','birthDate':'1930-01-01'}",
		"[{'name':'type','valueCode':'add'},{'name':'path','valueString':'Patient'},"
		"{'name':'name','valueString':'birthDate'},{'name':'value','valueDate':'1931-01-01'}]",
		"'birthDate' has a value already and does not repeat; use replace" },
	{ "add what is no element", "{'resourceType':'Patient'}",
		"[{'name':'type','valueCode':'add'},{'name':'path','valueString':'Patient'},"
		"{'name':'name','valueString':'born'},{'name':'value','valueDate':'1931-01-01'}]",
		"'Patient' has no element 'born'" },
	{ "insert",
		"{'resourceType':'Patient','name':[{'family':'A','given':['a','c'],"
		"'_given':[{'id':'x'},null]"
		"}]}",
		"[{'name':'type','valueCode':'insert'},{'name':'path',"
		"'valueString':'Patient.name[0].given'},"
		"{'name':'index','valueInteger':1},{'name':'value','valueString':'b'}]",
		"{'resourceType':'Patient','name':[{'family':'A','given':['a','b','c'],"
		"'_given':[{'id':'x'},null,null]}]}" },
	{ "insert past the end", "{'resourceType':'Patient','name':[{'family':'A'}]}",
		"[{'name':'type','valueCode':'insert'},{'name':'path','valueString':'Patient.name'},"
		"{'name':'index','valueInteger':2},{'name':'value','valueHumanName':{'family':'B'}}]",
		"index 2 is past the end: 'name' has 1 items" },
	{ "insert into a list that is not there", "{'resourceType':'Patient'}",
		"[{'name':'type','valueCode':'insert'},{'name':'path','valueString':'Patient.identifier'},"
		"{'name':'index','valueInteger':0},{'name':'value','valueIdentifier':{'value':'1'}}]",
		"{'resourceType':'Patient','identifier':[{'value':'1'}]}" },
	{ "add an extension to a primitive", "{'resourceType':'Patient','birthDate':'1930'}",
		"[{'name':'type','valueCode':'add'},{'name':'path','valueString':'Patient.birthDate'},"
		"{'name':'name','valueString':'extension'},{'name':'value',"
		"'valueExtension':{'url':'u','valueCode':'c'}}]",
		"{'resourceType':'Patient','birthDate':'1930',"
		"'_birthDate':{'extension':[{'url':'u','valueCode':'c'}]}}" },
	{ "add an extension to a primitive in a list",
		"{'resourceType':'Patient','name':[{'given':['a','b','c']}]}",
		"[{'name':'type','valueCode':'add'},{'name':'path','valueString':'Patient.name.given[1]'},"
		"{'name':'name','valueString':'extension'},{'name':'value',"
		"'valueExtension':{'url':'u','valueCode':'c'}}]",
		"{'resourceType':'Patient','name':[{'given':['a','b','c'],"
		"'_given':[null,{'extension':[{'url':'u','valueCode':'c'}]}]}]}" },
	{ "add an extension to a primitive that has an id",
		"{'resourceType':'Patient','birthDate':'1930','_birthDate':{'id':'x'}}",
		"[{'name':'type','valueCode':'add'},{'name':'path','valueString':'Patient.birthDate'},"
		"{'name':'name','valueString':'extension'},{'name':'value',"
		"'valueExtension':{'url':'u','valueCode':'c'}}]",
		"{'resourceType':'Patient','birthDate':'1930',"
		"'_birthDate':{'id':'x','extension':[{'url':'u','valueCode':'c'}]}}" },
	{ "add another member to a primitive", "{'resourceType':'Patient','birthDate':'1930'}",
		"[{'name':'type','valueCode':'add'},{'name':'path','valueString':'Patient.birthDate'},"
		"{'name':'name','valueString':'value'},{'name':'value','valueDate':'1931'}]",
		"'Patient.birthDate' points at a primitive, which has id and extension only" },
	{ "delete the last extension of a primitive",
		"{'resourceType':'Patient','birthDate':'1930',"
		"'_birthDate':{'extension':[{'url':'u','valueCode':'c'}]}}",
		"[{'name':'type','valueCode':'delete'},{'name':'path',"
		"'valueString':'Patient.birthDate.extension'}]",
		"{'resourceType':'Patient','birthDate':'1930'}" },
	{ "delete the extension of a primitive in a list",
		"{'resourceType':'Patient','name':[{'given':['a','b'],'_given':[null,{'id':'x'}]}]}",
		"[{'name':'type','valueCode':'delete'},{'name':'path',"
		"'valueString':'Patient.name.given.id'}]",
		"{'resourceType':'Patient','name':[{'given':['a','b']}]}" },
	{ "delete all that an item of a list of primitives had",
		"{'resourceType':'Patient','name':[{'given':['a',null],'_given':[{'id':'y'},{'id':'x'}]}]}",
		"[{'name':'type','valueCode':'delete'},{'name':'path',"
		"'valueString':'Patient.name.given[1].id'}]",
		"{'resourceType':'Patient','name':[{'given':['a'],'_given':[{'id':'y'}]}]}" },
	{ "delete the one item of a list that has an id",
		"{'resourceType':'Patient','name':[{'given':['a','b'],'_given':[null,{'id':'x'}]}]}",
		"[{'name':'type','valueCode':'delete'},{'name':'path',"
		"'valueString':'Patient.name.given[1]'}]",
		"{'resourceType':'Patient','name':[{'given':['a']}]}" },
	{ "delete the last member of an element",
		"{'resourceType':'Patient','contact':[{'name':{'family':'A'}},{'gender':'male'}]}",
		"[{'name':'type','valueCode':'delete'},{'name':'path',"
		"'valueString':'Patient.contact.name.family'}]",
		"{'resourceType':'Patient','contact':[{'gender':'male'}]}" },
	{ "delete a member", "{'resourceType':'Patient','birthDate':'1930','_birthDate':{'id':'x'}}",
		"[{'name':'type','valueCode':'delete'},{'name':'path','valueString':'Patient.birthDate'}]",
		"{'resourceType':'Patient'}" },
	{ "delete an item", "{'resourceType':'Patient','identifier':[{'value':'1'},{'value':'2'}]}",
		"[{'name':'type','valueCode':'delete'},"
		"{'name':'path','valueString':'Patient.identifier.where(value = \\'1\\')'}]",
		"{'resourceType':'Patient','identifier':[{'value':'2'}]}" },
	{ "delete the last item", "{'resourceType':'Patient','identifier':[{'value':'1'}]}",
		"[{'name':'type','valueCode':'delete'},{'name':'path',"
		"'valueString':'Patient.identifier[0]'}"
		"]",
		"{'resourceType':'Patient'}" },
	{ "delete nothing", "{'resourceType':'Patient'}",
		"[{'name':'type','valueCode':'delete'},{'name':'path','valueString':'Patient.birthDate'}]",
		"{'resourceType':'Patient'}" },
	{ "delete several", "{'resourceType':'Patient','identifier':[{'value':'1'},{'value':'2'}]}",
		"[{'name':'type','valueCode':'delete'},{'name':'path','valueString':'Patient.identifier'}]",
		"points at 2 elements; delete one by one" },
	{ "delete the resource", "{'resourceType':'Patient'}",
		"[{'name':'type','valueCode':'delete'},{'name':'path','valueString':'Patient'}]",
		"points at no element inside the resource" },
	{ "replace", "{'resourceType':'Patient','gender':'male'}",
		"[{'name':'type','valueCode':'replace'},{'name':'path','valueString':'Patient.gender'},"
		"{'name':'value','valueCode':'female'}]",
		"{'resourceType':'Patient','gender':'female'}" },
	{ "replace an item", "{'resourceType':'Patient','name':[{'given':['a','b']}]}",
		"[{'name':'type','valueCode':'replace'},{'name':'path',"
		"'valueString':'Patient.name.given[1]'}"
		","
		"{'name':'value','valueString':'c'}]",
		"{'resourceType':'Patient','name':[{'given':['a','c']}]}" },
	{ "replace a choice", "{'resourceType':'Patient','deceasedBoolean':true}",
		"[{'name':'type','valueCode':'replace'},{'name':'path','valueString':'Patient.deceased'},"
		"{'name':'value','valueDateTime':'2020'}]",
		"{'resourceType':'Patient','deceasedDateTime':'2020'}" },
	{ "replace a backbone element", "{'resourceType':'Patient','contact':[{'gender':'male'}]}",
		"[{'name':'type','valueCode':'replace'},{'name':'path','valueString':'Patient.contact[0]'},"
		"{'name':'value','part':[{'name':'gender','valueCode':'female'}]}]",
		"{'resourceType':'Patient','contact':[{'gender':'female'}]}" },
	{ "replace nothing", "{'resourceType':'Patient'}",
		"[{'name':'type','valueCode':'replace'},{'name':'path','valueString':'Patient.gender'},"
		"{'name':'value','valueCode':'female'}]",
		"points at 0 elements, not at one" },
	{ "move", "{'resourceType':'Patient','identifier':[{'value':'1'},{'value':'2'},{'value':'3'}]}",
		"[{'name':'type','valueCode':'move'},{'name':'path','valueString':'Patient.identifier'},"
		"{'name':'source','valueInteger':0},{'name':'destination','valueInteger':2}]",
		"{'resourceType':'Patient','identifier':[{'value':'2'},{'value':'3'},{'value':'1'}]}" },
	{ "move past the end", "{'resourceType':'Patient','identifier':[{'value':'1'},{'value':'2'}]}",
		"[{'name':'type','valueCode':'move'},{'name':'path','valueString':'Patient.identifier'},"
		"{'name':'source','valueInteger':2},{'name':'destination','valueInteger':0}]",
		"is past the end: 2 items" },
	{ "a type that there is not", "{'resourceType':'Patient'}", "[{'name':'type','valueCode':'copy'}]",
		"must be add, insert, delete, replace or move" },
	{ "no path", "{'resourceType':'Patient'}", "[{'name':'type','valueCode':'delete'}]",
		"operation 0 of the patch (from 0), delete: the part 'path' is missing" },
	{ "a path that is none", "{'resourceType':'Patient'}",
		"[{'name':'type','valueCode':'delete'},{'name':'path','valueString':'Patient.nam('}]",
		"path 'Patient.nam('" },
	{ "no value", "{'resourceType':'Patient'}",
		"[{'name':'type','valueCode':'add'},{'name':'path','valueString':'Patient'},"
		"{'name':'name','valueString':'birthDate'}]",
		"the part 'value' is missing" },
};

/* ' becomes ", but \' stays '. */
static struct hs_slice quoted(struct hs_arena *arena, const char *text)
{
	struct hs_buf out;
	hs_buf_init(&out, arena, 1 << 16);
	for (; *text; text++) {
		bool escaped = text[0] == '\\' && text[1] == '\'';
		text += escaped;
		hs_buf_byte(&out, *text == '\'' && !escaped ? '"' : *text);
	}
	return hs_buf_slice(&out);
}

static struct hs_json *tree_of(struct hs_arena *arena, struct hs_slice text)
{
	struct hs_json *tree = NULL;
	struct hs_error err;
	if (hs_json_parse(arena, text, NULL, &tree, &err))
		fail_msg("%s in %.*s", err.text, HS_S_ARG(text));
	return tree;
}

static void each_row(void **state)
{
	(void)state;
	need_defs();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		struct hs_arena *arena = hs_arena_new(1 << 20);
		struct hs_error err = { 0 };
		struct hs_json *resource = tree_of(arena, quoted(arena, rows[i].before));
		struct hs_slice text = quoted(arena, rows[i].patch);
		struct hs_json *patch = tree_of(arena,
			hs_arena_printf(arena,
				"{\"resourceType\":\"Parameters\",\"parameter\":[{\"name\":\"operation\","
				"\"part\":%.*s}]}",
				HS_S_ARG(text)));
		enum hs_status status = hs_fhir_patch(defs, arena, resource, patch, &err);
		if (rows[i].after[0] != '{') {
			if (!status || !strstr(err.text, rows[i].after))
				fail_msg("%s: %s", rows[i].name, status ? err.text : "no error");
		} else {
			struct hs_buf out;
			hs_buf_init(&out, arena, 1 << 16);
			hs_json_write(&out, resource, 0);
			if (status)
				fail_msg("%s: %s", rows[i].name, err.text);
			if (!hs_json_equal(resource, tree_of(arena, quoted(arena, rows[i].after))))
				fail_msg("%s: %.*s", rows[i].name, HS_S_ARG(hs_buf_slice(&out)));
		}
		hs_arena_free(arena);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(each_row) };
	return cmocka_run_group_tests(tests, open_r4, close_r4);
}
