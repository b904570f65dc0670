/* SPDX-License-Identifier: Apache-2.0 */
/* StructureMap: variables, groups that rules call, transforms. */
#include "rules_test.h"

#define MAP(more, group) \
	"{'resourceType':'StructureMap','url':'http://a.se/map','name':'M','status':'draft'" more \
	",'group':[{'name':'g','typeMode':'none','input':[{'name':'s','mode':'source'},{'name':'t','mode':'" \
	"target'}]" group "}]}"
#define RULE(source, target, more) \
	",'rule':[{'name':'r','source':[{'context':'" source \
	"','element':'name','variable':'v'}],'target':[" target "]" more "}]"
#define PUT(context, transform, parameters) \
	"{'context':'" context "','contextType':'variable','element':'name','transform':'" transform \
	"','parameter':[" parameters "]}"
#define ID(name) "{'valueId':'" name "'}"
#define FIRST "StructureMap.group[0].rule[0]"
#define CALL(name, variables) ",'dependent':[{'name':'" name "','variable':[" variables "]}]"

static void variables(void **state)
{
	static const struct rules_case rows[] = {
		{ MAP("", RULE("s", PUT("t", "copy", ID("v")), "")), { NULL }, "" },
		{ MAP("", RULE("x", PUT("t", "copy", ID("v")), "")), { NULL },
			"map-variable " FIRST ".source[0]" },
		{ MAP("", RULE("s", PUT("x", "copy", ID("v")), "")), { NULL },
			"map-variable " FIRST ".target[0]" },
		{ MAP("", RULE("s", PUT("t", "copy", ID("x")), "")), { NULL },
			"map-variable " FIRST ".target[0].parameter[0]" },
		/* A rule within sees those of the one around. */
		{ MAP("", RULE("s", PUT("t", "copy", ID("v")), RULE("v", PUT("t", "copy", ID("v")), ""))),
			{ NULL }, "" },
		{ MAP("", RULE("s", PUT("t", "copy", ID("v")), RULE("w", PUT("t", "copy", ID("v")), ""))),
			{ NULL }, "map-variable " FIRST ".rule[0].source[0]" },
	};
	(void)state;
	RUN_ROWS("map-", rows);
}

static void calls(void **state)
{
	static const struct rules_case rows[] = {
		{ MAP("", RULE("s", PUT("t", "copy", ID("v")), CALL("g", "'v','t'"))), { NULL }, "" },
		{ MAP("", RULE("s", PUT("t", "copy", ID("v")), CALL("g", "'v'"))), { NULL },
			"map-arguments " FIRST ".dependent[0]" },
		{ MAP("", RULE("s", PUT("t", "copy", ID("v")), CALL("g", "'v','x'"))), { NULL },
			"map-variable " FIRST ".dependent[0].variable[1]" },
		{ MAP("", RULE("s", PUT("t", "copy", ID("v")), CALL("h", "'v'"))), { NULL },
			"map-group " FIRST ".dependent[0].name" },
		{ MAP(",'import':['http://a.se/*']", RULE("s", PUT("t", "copy", ID("v")), CALL("h", "'v'"))),
			{ NULL }, "" },
		{ MAP("", ",'extends':'h'" RULE("s", PUT("t", "copy", ID("v")), "")), { NULL },
			"map-group StructureMap.group[0].extends" },
	};
	(void)state;
	RUN_ROWS("map-", rows);
}

static void transforms(void **state)
{
	static const struct rules_case rows[] = {
		{ MAP("", RULE("s", PUT("t", "truncate", ID("v") ",{'valueInteger':5}"), "")), { NULL }, "" },
		{ MAP("", RULE("s", PUT("t", "truncate", ID("v")), "")), { NULL },
			"map-parameters " FIRST ".target[0]" },
		{ MAP("", RULE("s", PUT("t", "uuid", ID("v")), "")), { NULL },
			"map-parameters " FIRST ".target[0]" },
		{ MAP("",
			  ",'rule':[{'name':'r','source':[{'context':'s','condition':'name.(','max':'many'}]}"
			  "]"),
			{ NULL },
			"map-expression " FIRST ".source[0].condition; map-max " FIRST ".source[0].max" },
	};
	(void)state;
	RUN_ROWS("map-", rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(variables),
		cmocka_unit_test(calls),
		cmocka_unit_test(transforms),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
