/* SPDX-License-Identifier: Apache-2.0 */
/* Tests of the import of LOINC: its table of terms, what stands beside it, and the filters that ask it. */
#include "import_test.h"

static void reads_loinc(void **state)
{
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "Loinc.csv",
		"\"LOINC_NUM\",\"COMPONENT\",\"PROPERTY\",\"CLASS\",\"STATUS\",\"SHORTNAME\",\"LONG_COMMON_"
		"NAME\",\"NEW_THING\"\n"
		"\"1-8\",\"Sugar\",\"MCnc\",\"CHEM\",\"ACTIVE\",\"Sugar Bld\",\"Sugar in Blood\",\"\"\n"
		"\"2-6\",\"Salt\",\"MCnc\",\"CHEM\",\"DEPRECATED\",\"Salt Bld\",\"Salt in Blood\",\"x\"\n"
		"\"3-4\",\"Pulse\",\"NRat\",\"VITALS\",\"ACTIVE\",\"Pulse\",\"Pulse rate\",\"\"\n");
	put(&p, "Part.csv",
		"PartNumber,PartTypeName,PartName,PartDisplayName,Status\nLP1-1,COMPONENT,Sugar,Sugar,"
		"ACTIVE\n");
	put(&p, "AnswerList.csv",
		"AnswerListId,AnswerListName,AnswerStringId,DisplayText\nLL1-9,Yes or "
		"no,LA1-8,Yes\nLL1-9,Yes or no,LA2-6,No\n");
	put(&p, "ComponentHierarchyBySystem.csv",
		"PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT\n,1,,LP7-8,Laboratory\nLP7-8,1,LP7-8,"
		"LP1-1,Sugar\n"
		"LP7-8.LP1-1,1,LP1-1,1-8,Sugar in Blood\nX,1,X,3-4,Pulse\n");
	put(&p, "svSE24LinguisticVariant.csv", "LOINC_NUM,LONG_COMMON_NAME\n1-8,Socker i blod\n9-9,Nej\n");
	assert_int_equal(run(&p, hs_tx_import_loinc, NULL, 0), HS_OK);
	assert_string_equal(p.skipped,
		"5 the parent X comes after 3-4 or is missing\n3 9-9 is no term of the table\n");
	assert_true(hs_slice_ends(hs_slice_cstr(p.import.made),
		HS_S("; columns that are not known: NEW_THING")));
	open_image(&p, &a);
	ask(&a, hs_tx_lookup,
		CODE("http://loinc.org", "1-8") ",{'name':'displayLanguage','valueCode':'sv-SE'}");
	assert_string_equal(ask_text(&a, "display"), "Socker i blod");
	assert_string_equal(parent_of(&a, "1-8"), "LP1-1");
	assert_string_equal(parent_of(&a, "LA2-6"), "LL1-9");
	ask(&a, hs_tx_validate_in_system,
		"{'name':'url','valueUri':'http://loinc.org'},{'name':'code','valueCode':'2-6'}");
	assert_string_equal(ask_text(&a, "inactive"), "true");
	/* the set of all codes, and a filter of words */
	ask_prepare(&a,
		"{'name':'url','valueUri':'http://loinc.org/vs'},{'name':'filter','valueString':'blood su'}");
	assert_int_equal(hs_tx_expand(&a.ctx, &a.out, &a.err), HS_OK);
	assert_string_equal(ask_codes(&a), "1-8");
	close_image(&a);
	end(&p);
}

static const char *expansion_of(struct ask *a, const char *url)
{
	struct hs_slice question = hs_arena_printf(a->arena, "{'name':'url','valueUri':'%s'}", url);

	ask_prepare(a, hs_arena_cstr(a->arena, question));
	if (hs_tx_expand(&a->ctx, &a->out, &a->err))
		fail_msg("%s: %s", url, a->err.text);
	return ask_codes(a);
}

static void reads_what_stands_beside_loinc(void **state)
{
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "Loinc.csv",
		"\xef\xbb\xbf\"LOINC_NUM\",\"COMPONENT\",\"CLASS\",\"VersionLastChanged\",\"STATUS\",\"LONG_"
		"COMMON_NAME\","
		"\"EXTERNAL_COPYRIGHT_NOTICE\"\r\n"
		"\"1-8\",\"Sugar\",\"CHEM\",\"2.9\",\"ACTIVE\",\"Sugar in Blood\",\"\"\r\n"
		"\"2-6\",\"Salt\",\"CHEM\",\"2.78\",\"DEPRECATED\",\"Salt in Blood\",\"ours\"\r\n"
		"\"3-4\",\"Panel\",\"PANEL\",\"2.70\",\"TRIAL\",\"Blood panel\",\"\"\r\n");
	put(&p, "Part.csv",
		"PartNumber,PartTypeName,PartName,PartDisplayName,Status\nLP1-1,COMPONENT,Sugar,Sugar,"
		"ACTIVE\n");
	put(&p, "LoincPartLink_Primary.csv",
		"LoincNumber,LongCommonName,PartNumber,PartName,PartCodeSystem,PartTypeName,LinkTypeName,"
		"Property\n"
		"1-8,Sugar in "
		"Blood,LP1-1,Sugar,http://loinc.org,COMPONENT,Primary,http://loinc.org/property/COMPONENT\n"
		"9-9,None,LP1-1,Sugar,http://loinc.org,COMPONENT,Primary,http://loinc.org/property/"
		"COMPONENT\n"
		"2-6,Salt in Blood,LP2-9,Salt,http://loinc.org,COMPONENT,Primary,\n");
	put(&p, "AnswerList.csv",
		"AnswerListId,AnswerListName,AnswerStringId,SequenceNumber,DisplayText,Score\n"
		"LL1-9,Yes or no,LA1-8,1,Yes,1\nLL1-9,Yes or no,LA2-6,2,No,0\nLL2-7,No only,LA2-6,1,No,0\n");
	put(&p, "LoincAnswerListLink.csv",
		"LoincNumber,LongCommonName,AnswerListId,AnswerListName,AnswerListLinkType,"
		"ApplicableContext\n"
		"1-8,Sugar in Blood,LL1-9,Yes or no,EXAMPLE,\n");
	put(&p, "PanelsAndForms.csv",
		"ParentId,ParentLoinc,ParentName,ID,SEQUENCE,Loinc,LoincName\n1,3-4,Blood "
		"panel,1,1,3-4,Blood panel\n"
		"1,3-4,Blood panel,2,2,1-8,Sugar in Blood\n");
	put(&p, "MapTo.csv", "LOINC,MAP_TO,COMMENT\n2-6,1-8,\n");
	put(&p, "Group.csv", "ParentGroupId,GroupId,Group,Archetype,Status\n,LG1-4,Blood sugars,,Active\n");
	put(&p, "GroupLoincTerms.csv",
		"Category,GroupId,Archetype,LoincNumber,LongCommonName\nFlow,LG1-4,,1-8,x\n");
	put(&p, "ConsumerName.csv", "LoincNumber,ConsumerName\n1-8,Blood sugar\n");
	assert_int_equal(run(&p, hs_tx_import_loinc, NULL, 0), HS_OK);
	assert_string_equal(p.skipped,
		"3 9-9 is no term of the table\n4 names no property that LP2-9 is of\n");
	open_image(&p, &a);
	ask(&a, hs_tx_lookup, CODE("http://loinc.org", "1-8") ",{'name':'property','valueCode':'*'}");
	assert_string_equal(ask_text(&a, "version"), "2.78");
	struct hs_buf out;
	hs_buf_init(&out, a.arena, 1 << 20);
	hs_json_write(&out, a.out, 0);
	static const char *const told[] = { "\"code\":\"LP1-1\",\"display\":\"Sugar\"",
		"\"code\":\"LL1-9\",\"display\":\"Yes or no\"", "\"Blood sugar\"",
		"{\"name\":\"code\",\"valueCode\":\"copyright\"},{\"name\":\"value\",\"valueString\":"
		"\"LOINC\"}" };
	for (size_t i = 0; i < sizeof(told) / sizeof(told[0]); i++)
		if (hs_slice_search(hs_buf_slice(&out), hs_slice_cstr(told[i])) == SIZE_MAX)
			fail_msg("%s is not told in %.*s", told[i], HS_S_ARG(hs_buf_slice(&out)));
	assert_true(hs_slice_search(hs_buf_slice(&out), HS_S("\"valueString\":\"Sugar\"")) == SIZE_MAX);
	assert_string_equal(expansion_of(&a, "http://loinc.org/vs/LL1-9"), "LA1-8 LA2-6");
	assert_string_equal(expansion_of(&a, "http://loinc.org/vs/LL2-7"), "LA2-6");
	assert_string_equal(expansion_of(&a, "http://loinc.org/vs/LG1-4"), "1-8");
	ask_prepare(&a, "{'name':'url','valueUri':'http://loinc.org/vs/LL9-9'}");
	assert_int_not_equal(hs_tx_expand(&a.ctx, &a.out, &a.err), HS_OK);
	close_image(&a);
	end(&p);
}

/* Answers come in the order of their list, also those that stand in several lists in other orders. */
static void keeps_the_order_of_answers(void **state)
{
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put(&p, "Loinc.csv", "LOINC_NUM,LONG_COMMON_NAME,STATUS\n1-8,Mood,ACTIVE\n");
	put(&p, "AnswerList.csv",
		"AnswerListId,AnswerListName,AnswerStringId,SequenceNumber,DisplayText\n"
		"LL1-9,Up,LA3-4,3,Often\nLL1-9,Up,LA1-8,1,Never\nLL1-9,Up,LA2-6,2,Seldom\n"
		"LL2-7,Down,LA1-8,10,Never\nLL2-7,Down,LA3-4,8,Often\nLL2-7,Down,LA2-6,9,Seldom\n"
		"LL2-7,Down,LA4-2,,Other\n");
	assert_int_equal(run(&p, hs_tx_import_loinc, NULL, 0), HS_OK);
	open_image(&p, &a);
	assert_string_equal(expansion_of(&a, "http://loinc.org/vs/LL1-9"), "LA1-8 LA2-6 LA3-4");
	assert_string_equal(expansion_of(&a, "http://loinc.org/vs/LL2-7"), "LA3-4 LA2-6 LA1-8 LA4-2");
	ask_prepare(&a,
		"{'name':'url','valueUri':'http://loinc.org/vs/LL2-7'},{'name':'offset','valueInteger':1},"
		"{'name':'count','valueInteger':2}");
	assert_int_equal(hs_tx_expand(&a.ctx, &a.out, &a.err), HS_OK);
	assert_string_equal(ask_codes(&a), "LA2-6 LA1-8");
	close_image(&a);
	end(&p);
}

/* Filters on properties of an image, by a value set that was compiled beside it. */
static void filters_by_property(void **state)
{
	static const char *const sets[] = {
		"{'resourceType':'ValueSet','url':'urn:x:set','status':'active','compose':{'include':[{'"
		"system':"
		"'http://loinc.org','filter':[{'property':'CLASS','op':'in','value':'CHEM, OTHER'},"
		"{'property':'STATUS','op':'=','value':'ACTIVE'}]}]}}",
		NULL
	};
	struct place p;
	struct ask a, b;

	(void)state;
	begin(&p);
	put(&p, "Loinc.csv",
		"LOINC_NUM,CLASS,STATUS,LONG_COMMON_NAME\n1-8,CHEM,ACTIVE,One\n2-6,CHEM,DEPRECATED,Two\n3-4,"
		"VITALS,ACTIVE,Three\n"
		"4-2,OTHER,ACTIVE,Four\n");
	assert_int_equal(run(&p, hs_tx_import_loinc, NULL, 0), HS_OK);
	open_image(&p, &a);
	ask_begin(&b, sets);
	ask_prepare(&b, "{'name':'url','valueUri':'urn:x:set'}");
	b.ctx.scope.layers[1] = &a.layer;
	b.ctx.scope.count = 2;
	assert_int_equal(hs_tx_expand(&b.ctx, &b.out, &b.err), HS_OK);
	assert_string_equal(ask_codes(&b), "1-8 4-2");
	ask_prepare(&b,
		"{'name':'url','valueUri':'urn:x:set'},{'name':'count','valueInteger':1},"
		"{'name':'offset','valueInteger':1}");
	b.ctx.scope.layers[1] = &a.layer;
	b.ctx.scope.count = 2;
	assert_int_equal(hs_tx_expand(&b.ctx, &b.out, &b.err), HS_OK);
	assert_string_equal(ask_codes(&b), "4-2");
	ask_end(&b);
	close_image(&a);
	end(&p);
}

static void filters_by_part_and_ancestor(void **state)
{
#define ASK(url, property, op, value) \
	"{'resourceType':'ValueSet','url':'" url "','status':'active','compose':{'include':[{'system':" \
	"'http://loinc.org','filter':[{'property':'" property "','op':'" op "','value':'" value "'}]}]}}"
#define FILTER(url, property, value) ASK(url, property, "=", value)
	static const char *const sets[] = { FILTER("urn:code", "COMPONENT", "LP1-1"),
		FILTER("urn:name", "COMPONENT", "sugar"), FILTER("urn:class", "CLASS", "CHEM"),
		FILTER("urn:ancestor", "ancestor", "LP7-8"), FILTER("urn:none", "COMPONENT", "LP1"),
		ASK("urn:pattern", "COMPONENT", "regex", "(S|s)ug.*"),
		ASK("urn:out", "COMPONENT", "not-in", "Sugar,x"),
		ASK("urn:some", "COMPONENT", "in", "x,LP1-1"), NULL };
	static const struct {
		const char *url, *codes;
	} rows[] = { { "urn:code", "1-8" }, { "urn:name", "1-8" }, { "urn:class", "1-8 2-6" },
		{ "urn:ancestor", "LP1-1(1-8)" }, { "urn:none", "" }, { "urn:pattern", "1-8" },
		{ "urn:out", "LP7-8(LP1-1) 2-6" }, { "urn:some", "1-8" } };
	struct place p;
	struct ask a, b;

	(void)state;
	begin(&p);
	put(&p, "Loinc.csv",
		"LOINC_NUM,COMPONENT,CLASS,LONG_COMMON_NAME\n1-8,Sugar,CHEM,One\n2-6,Salt,CHEM,Two\n");
	put(&p, "LoincPartLink_Primary.csv",
		"LoincNumber,PartNumber,PartName,Property\n1-8,LP1-1,Sugar,http://loinc.org/property/"
		"COMPONENT\n");
	put(&p, "ComponentHierarchyBySystem.csv",
		"PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT\n,1,,LP7-8,Laboratory\nLP7-8,1,LP7-8,"
		"LP1-1,Sugar\n"
		"LP7-8.LP1-1,1,LP1-1,1-8,One\n");
	assert_int_equal(run(&p, hs_tx_import_loinc, NULL, 0), HS_OK);
	open_image(&p, &a);
	ask_begin(&b, sets);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_slice question = hs_arena_printf(b.arena, "{'name':'url','valueUri':'%s'}",
			rows[i].url);
		ask_prepare(&b, hs_arena_cstr(b.arena, question));
		b.ctx.scope.layers[b.ctx.scope.count++] = &a.layer;
		assert_int_equal(hs_tx_expand(&b.ctx, &b.out, &b.err), HS_OK);
		assert_string_equal(ask_codes(&b), rows[i].codes);
	}
	ask_end(&b);
	close_image(&a);
	end(&p);
}

/* Are those the codes of the answer, in whatever order? */
static bool same_codes(struct ask *a, const char *codes)
{
	struct hs_slice want = hs_slice_cstr(codes), have = hs_slice_cstr(ask_codes(a));
	size_t wanted = 0, found = 0;

	for (struct hs_slice rest = have; rest.len; wanted++)
		hs_slice_cut(&rest, ' ');
	while (want.len) {
		struct hs_slice code = hs_slice_cut(&want, ' '), rest = have;
		bool there = false;
		while (rest.len && !there)
			there = hs_slice_eq(hs_slice_cut(&rest, ' '), code);
		if (!there)
			return false;
		found++;
	}
	return found == wanted;
}

/* A release of LOINC in small, in the layout of the published files. */
static void put_loinc(struct place *p)
{
	put(p, "Loinc.csv",
		"\"LOINC_NUM\",\"COMPONENT\",\"PROPERTY\",\"TIME_ASPCT\",\"SYSTEM\",\"SCALE_TYP\",\"METHOD_"
		"TYP\","
		"\"CLASS\",\"VersionLastChanged\",\"STATUS\",\"CONSUMER_NAME\",\"CLASSTYPE\",\"ORDER_OBS\","
		"\"SHORTNAME\",\"LONG_COMMON_NAME\",\"EXTERNAL_COPYRIGHT_NOTICE\",\"DOCUMENT_SECTION\"\r\n"
		"\"1-8\",\"Sugar\",\"MCnc\",\"Pt\",\"Bld\",\"Qn\",\"\",\"CHEM\",\"2.70\",\"ACTIVE\",\"Blood "
		"sugar\",\"1\","
		"\"Both\",\"Sugar Bld\",\"Sugar in Blood\",\"\",\"\"\r\n"
		"\"2-6\",\"Salt\",\"MCnc\",\"24H\",\"Urine\",\"Qn\",\"Test "
		"strip\",\"CHEM\",\"2.71\",\"DEPRECATED\",\"\","
		"\"1\",\"Observation\",\"Salt Ur\",\"Salt in Urine\",\"\",\"\"\r\n"
		"\"3-4\",\"Mood\",\"Find\",\"Pt\",\"^Patient\",\"Ord\",\"\",\"SURVEY\",\"2.72\",\"ACTIVE\","
		"\"How you feel\",\"4\","
		"\"Order\",\"Mood\",\"Mood today\",\"(c) others\",\"Document\"\r\n");
	put(p, "Part.csv",
		"PartNumber,PartTypeName,PartName,PartDisplayName,Status\r\n"
		"LP1-1,COMPONENT,Sugar,Sugar,ACTIVE\r\nLP7-8,COMPONENT,Laboratory,Laboratory,ACTIVE\r\n"
		"LP8-6,SYSTEM,Bld,Blood,ACTIVE\r\n");
	put(p, "LoincPartLink_Primary.csv",
		"LoincNumber,LongCommonName,PartNumber,PartName,PartCodeSystem,PartTypeName,LinkTypeName,"
		"Property\r\n"
		"1-8,Sugar in "
		"Blood,LP1-1,Sugar,http://loinc.org,COMPONENT,Primary,http://loinc.org/property/COMPONENT\r\n"
		"1-8,Sugar in "
		"Blood,LP8-6,Bld,http://loinc.org,SYSTEM,Primary,http://loinc.org/property/SYSTEM\r\n");
	put(p, "LoincPartLink_Supplementary.csv",
		"LoincNumber,LongCommonName,PartNumber,PartName,PartCodeSystem,PartTypeName,LinkTypeName,"
		"Property\r\n"
		"1-8,Sugar in "
		"Blood,LP1-1,Sugar,http://loinc.org,COMPONENT,DetailedModel,http://loinc.org/property/"
		"analyte\r\n");
	put(p, "AnswerList.csv",
		"AnswerListId,AnswerListName,AnswerListOID,ExtDefinedYN,ExtDefinedAnswerListCodeSystem,"
		"ExtDefinedAnswerListLink,AnswerStringId,LocalAnswerCode,LocalAnswerCodeSystem,"
		"SequenceNumber,DisplayText,"
		"ExtCodeId,ExtCodeDisplayName,ExtCodeSystem,ExtCodeSystemVersion,"
		"ExtCodeSystemCopyrightNotice,"
		"SubsequentTextPrompt,Description,Score\r\n"
		"LL1-9,Moods,,N,,,LA1-8,,,1,Good,,,,,,,,1\r\nLL1-9,Moods,,N,,,LA2-6,,,2,Bad,,,,,,,,0\r\n"
		"LL2-7,Bad only,,N,,,LA2-6,,,1,Bad,,,,,,,,\r\n");
	put(p, "LoincAnswerListLink.csv",
		"LoincNumber,LongCommonName,AnswerListId,AnswerListName,AnswerListLinkType,"
		"ApplicableContext\r\n"
		"3-4,Mood today,LL1-9,Moods,NORMATIVE,\r\n");
	put(p, "MultiAxialHierarchy.csv",
		"PATH_TO_ROOT,SEQUENCE,IMMEDIATE_PARENT,CODE,CODE_TEXT\r\n,1,,LP7-8,Laboratory\r\n"
		"LP7-8,1,LP7-8,LP1-1,Sugar\r\nLP7-8.LP1-1,1,LP1-1,1-8,Sugar in "
		"Blood\r\nLP7-8,2,LP7-8,2-6,Salt in Urine\r\n");
	put(p, "ParentGroup.csv", "ParentGroupId,ParentGroup,Status\r\nLG9-9,Chemistry,Active\r\n");
	put(p, "Group.csv",
		"ParentGroupId,GroupId,Group,Archetype,Status,VersionFirstReleased\r\nLG9-9,LG1-4,Sugars,,"
		"Active,2.60\r\n");
	put(p, "GroupLoincTerms.csv",
		"Category,GroupId,Archetype,LoincNumber,LongCommonName\r\nMass,LG1-4,,1-8,x\r\n");
	put(p, "ConsumerName.csv", "LoincNumber,ConsumerName\r\n2-6,Urine salt\r\n");
	put(p, "PanelsAndForms.csv",
		"ParentId,ParentLoinc,ParentName,ID,SEQUENCE,Loinc,LoincName\r\n1,3-4,Mood "
		"today,1,1,3-4,Mood today\r\n"
		"1,3-4,Mood today,2,2,1-8,Sugar in Blood\r\n");
}

/* Each property and filter that "Using LOINC with FHIR" and LOINC's own CodeSystem name. */
static void filters_loinc_as_its_page_says(void **state)
{
	static const struct {
		const char *property, *op, *value, *codes;
	} rows[] = {
		{ "STATUS", "=", "ACTIVE", "LP1-1 LP7-8 LP8-6 1-8 3-4" },
		{ "STATUS", "=", "deprecated", "2-6" },
		{ "COMPONENT", "=", "LP1-1", "1-8" },
		{ "COMPONENT", "=", "sugar", "1-8" },
		{ "COMPONENT", "regex", "S.*", "1-8 2-6" },
		{ "PROPERTY", "=", "mcnc", "1-8 2-6" },
		{ "TIME_ASPCT", "=", "24H", "2-6" },
		{ "SYSTEM", "=", "lp8-6", "1-8" },
		{ "SYSTEM", "=", "^Patient", "3-4" },
		{ "SCALE_TYP", "in", "Ord,Nom", "3-4" },
		{ "METHOD_TYP", "=", "Test strip", "2-6" },
		{ "CLASS", "=", "chem", "1-8 2-6" },
		{ "CONSUMER_NAME", "=", "blood sugar", "1-8" },
		{ "CONSUMER_NAME", "regex", ".*sa.*", "2-6" },
		{ "CLASSTYPE", "=", "4", "3-4" },
		{ "ORDER_OBS", "=", "both", "1-8" },
		{ "DOCUMENT_SECTION", "=", "Document", "3-4" },
		{ "SHORTNAME", "regex", "Sugar.*", "1-8" },
		{ "LONG_COMMON_NAME", "=", "mood today", "3-4" },
		{ "analyte", "=", "LP1-1", "1-8" },
		{ "copyright", "=", "3rdParty", "3-4" },
		{ "copyright", "=", "LOINC", "1-8 2-6" },
		{ "parent", "=", "LP7-8", "LP1-1 2-6" },
		{ "parent", "in", "LP1-1, lp7-8", "LP1-1 1-8 2-6" },
		{ "child", "=", "1-8", "LP1-1 LG1-4" },
		{ "ancestor", "=", "LP7-8", "LP1-1 1-8 2-6" },
		{ "ancestor", "in", "LP1-1,LG9-9", "1-8 LG1-4" },
		{ "descendant", "=", "1-8", "LP1-1 LP7-8 LG1-4 LG9-9" },
		{ "descendant", "in", "LA1-8,2-6", "LP7-8 LL1-9" },
		{ "LIST", "=", "LL1-9", "LA1-8 LA2-6" },
		{ "LIST", "=", "LL2-7", "LA2-6" },
		{ "answer-list", "=", "LL1-9", "3-4" },
		{ "answers-for", "=", "3-4", "LL1-9" },
		{ "panel-member", "=", "1-8", "3-4" },
		{ "concept", "is-a", "LP1-1", "LP1-1 1-8" },
		{ "concept", "in", "1-8,la1-8", "1-8 LA1-8" },
	};
	struct place p;
	struct ask a;

	(void)state;
	begin(&p);
	put_loinc(&p);
	assert_int_equal(run(&p, hs_tx_import_loinc, NULL, 0), HS_OK);
	assert_string_equal(p.skipped, "");
	open_image(&p, &a);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char set[512];
		snprintf(set, sizeof(set), ASK("urn:x", "%s", "%s", "%s"), rows[i].property, rows[i].op,
			rows[i].value);
		const char *const sets[] = { set, NULL };
		struct ask b;
		ask_begin(&b, sets);
		ask_prepare(&b,
			"{'name':'url','valueUri':'urn:x'},{'name':'excludeNested','valueBoolean':true}");
		b.ctx.scope.layers[b.ctx.scope.count++] = &a.layer;
		if (hs_tx_expand(&b.ctx, &b.out, &b.err))
			fail_msg("%s %s %s: %s", rows[i].property, rows[i].op, rows[i].value, b.err.text);
		if (!same_codes(&b, rows[i].codes))
			fail_msg("%s %s %s: %s", rows[i].property, rows[i].op, rows[i].value, ask_codes(&b));
		ask_end(&b);
	}
	static const char *const implicit[][2] = { { "http://loinc.org/vs/LL1-9", "LA1-8 LA2-6" },
		{ "http://loinc.org/vs/LP7-8", "LP1-1 1-8 2-6" },
		{ "http://loinc.org/vs/LG9-9", "LG1-4 1-8" },
		{ "http://loinc.org/vs",
			"1-8 2-6 3-4 LA1-8 LA2-6 LG1-4 LG9-9 LL1-9 LL2-7 LP1-1 LP7-8 LP8-6" } };
	for (size_t i = 0; i < sizeof(implicit) / sizeof(implicit[0]); i++) {
		struct hs_slice question = hs_arena_printf(a.arena,
			"{'name':'url','valueUri':'%s'},{'name':'excludeNested','valueBoolean':true}",
			implicit[i][0]);
		ask_prepare(&a, hs_arena_cstr(a.arena, question));
		assert_int_equal(hs_tx_expand(&a.ctx, &a.out, &a.err), HS_OK);
		if (!same_codes(&a, implicit[i][1]))
			fail_msg("%s: %s", implicit[i][0], ask_codes(&a));
	}
	close_image(&a);
	end(&p);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(reads_loinc),
		cmocka_unit_test(reads_what_stands_beside_loinc),
		cmocka_unit_test(keeps_the_order_of_answers),
		cmocka_unit_test(filters_by_property),
		cmocka_unit_test(filters_by_part_and_ancestor),
		cmocka_unit_test(filters_loinc_as_its_page_says),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
