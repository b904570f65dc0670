/* SPDX-License-Identifier: Apache-2.0 */
/* What each mapping makes, in both directions, and what is told. */
#include "convert_test.h"

#include "../../../arena_test.h"

static int start(void **state)
{
	return open_convert(state) || begin_arena(state);
}

static int stop(void **state)
{
	return close_convert(state) || end_arena(state);
}

/* JSON with single quotes. */
static struct hs_json *tree(const char *text)
{
	char *copy = hs_arena_cstr(arena, hs_slice_cstr(text));

	for (char *c = copy; *c; c++)
		*c = *c == '\'' ? '"' : *c;
	return parse_json(arena, hs_slice_cstr(copy));
}

static struct hs_json *made(const struct hs_json *src, enum hs_fhir_version from, struct hs_issues *issues)
{
	struct hs_error err = { .status = HS_OK };
	struct hs_json *out = NULL;

	*issues = (struct hs_issues) { .arena = arena };
	if (hs_convert(convert, arena, src, from, &out, issues, &err))
		fail_msg("%s", err.text);
	return out;
}

static void expect_same(const char *what, const struct hs_json *have, const struct hs_json *want)
{
	struct hs_buf a, b;

	if (hs_json_equal(have, want))
		return;
	hs_buf_init(&a, arena, 1 << 20);
	hs_buf_init(&b, arena, 1 << 20);
	hs_json_write(&a, have, 0);
	hs_json_write(&b, want, 0);
	fail_msg("%s:\n  is     %.*s\n  not as %.*s", what, HS_S_ARG(hs_buf_slice(&a)),
		HS_S_ARG(hs_buf_slice(&b)));
}

#define E4 "http://hl7.org/fhir/4.0/StructureDefinition/extension-"
#define E5 "http://hl7.org/fhir/5.0/StructureDefinition/extension-"

static const struct pair {
	const char *name, *r4, *r5;
} pairs[] = {
	{ "ways to answer a question",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'1','type':'choice'},{'"
		"linkId':'2',"
		"'type':'open-choice'},{'linkId':'3','type':'group','item':[{'linkId':'4','type':'string'}]}]"
		"}",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'1','type':'coding'},{'"
		"linkId':'2',"
		"'type':'coding','answerConstraint':'optionsOrString'},{'linkId':'3','type':'group','item':[{"
		"'linkId':"
		"'4','type':'string'}]}]}" },
	{ "why something was done",
		"{'resourceType':'Provenance','reason':[{'text':'r'}],'entity':[{'role':'removal','what':{'"
		"display':"
		"'w'}},{'role':'derivation','what':{'display':'w'}}]}",
		"{'resourceType':'Provenance','authorization':[{'concept':{'text':'r'}}],'entity':[{'role':'"
		"removal',"
		"'what':{'display':'w'}},{'extension':[{'url':'" E4
		"Provenance.entity.role','valueCode':'derivation'}],'role':'source','what':{'display':'w'}}]"
		"}" },
	{ "a measured curve",
		"{'resourceType':'Observation','status':'final','code':{'text':'c'},'valueSampledData':{'"
		"origin':{"
		"'value':0},'period':2.50,'dimensions':1,'data':'1 2'}}",
		"{'resourceType':'Observation','status':'final','code':{'text':'c'},'valueSampledData':{'"
		"origin':{"
		"'value':0},'interval':2.50,'intervalUnit':'ms','dimensions':1,'data':'1 2'}}" },
	{ "how a search parameter is used",
		"{'resourceType':'SearchParameter','url':'http://e/"
		"s','xpathUsage':'phonetic','modifier':['exact',"
		"'ofType']}",
		"{'resourceType':'SearchParameter','url':'http://e/"
		"s','processingMode':'phonetic','modifier':['exact',"
		"'of-type']}" },
	{ "a choice that R4 does not have",
		"{'resourceType':'StructureDefinition','name':'x','differential':{'element':[{'extension':[{'"
		"url':'" E5 "ElementDefinition.minValue','extension':[{'url':'_datatype','valueString':'"
		"integer64'},{'url':'value',"
		"'valueString':'-5'}]}],'path':'x.value'}]}}",
		"{'resourceType':'StructureDefinition','name':'x','differential':{'element':[{'path':'x."
		"value',"
		"'minValueInteger64':'-5'}]}}" },
	{ "a subscription to a topic",
		"{'resourceType':'Subscription','status':'active','reason':'r','criteria':'http://e/topic',"
		"'channel':{'type':'rest-hook','endpoint':'http://e/hook','payload':'application/fhir+json',"
		"'header':['Authorization: Bearer x','X-A: b: c']}}",
		"{'resourceType':'Subscription','status':'active','reason':'r','topic':'http://e/topic',"
		"'channelType':{'system':'http://terminology.hl7.org/CodeSystem/"
		"subscription-channel-type','code':"
		"'rest-hook'},'endpoint':'http://e/hook','contentType':'application/fhir+json',"
		"'parameter':[{'name':'Authorization','value':'Bearer x'},{'name':'X-A','value':'b: c'}]}" },
	{ "a subscription to a search",
		"{'resourceType':'Subscription','status':'error','criteria':'Observation?code=x','error':'no "
		"answer',"
		"'channel':{'type':'email'}}",
		"{'resourceType':'Subscription','status':'error','channelType':{'system':'http://"
		"terminology.hl7.org/"
		"CodeSystem/subscription-channel-type','code':'email'},'extension':[{'url':'" E4
		"Subscription.criteria','valueString':'Observation?code=x'},{'url':'" E4
		"Subscription.error','valueString':'no answer'}]}" },
	{ "what R5 alone says of a subscription",
		"{'resourceType':'Subscription','status':'off','criteria':'http://e/"
		"topic','channel':{'type':'websocket'},"
		"'extension':[{'url':'" E5 "Subscription.status','valueCode':'entered-in-error'},{'url':'" E5
		"Subscription.timeout','valueUnsignedInt':5}]}",
		"{'resourceType':'Subscription','status':'entered-in-error','topic':'http://e/"
		"topic','channelType':{"
		"'system':'http://terminology.hl7.org/CodeSystem/"
		"subscription-channel-type','code':'websocket'},"
		"'timeout':5}" },
	{ "contacts of an organization",
		"{'resourceType':'Organization','name':'A','telecom':[{'value':'1'},{'value':'2'}],"
		"'address':[{'city':'X'},{'city':'Y'}],'contact':[{'name':{'family':'F'},'purpose':{'text':'"
		"p'}},"
		"{'telecom':[{'value':'3'}]}]}",
		"{'resourceType':'Organization','name':'A','contact':["
		"{'telecom':[{'value':'1'},{'value':'2'}],'address':{'city':'X'}},{'address':{'city':'Y'}},"
		"{'name':[{'family':'F'}],'purpose':{'text':'p'}},"
		"{'telecom':[{'value':'3'}],'extension':[{'url':'" E4
		"Organization.contact','valueBoolean':true}]}]}" },
	{ "an element that R5 alone has",
		"{'resourceType':'Organization','name':'A','extension':[{'url':'" E5
		"Organization.description','valueMarkdown':'d'}]}",
		"{'resourceType':'Organization','name':'A','description':'d'}" },
	{ "a backbone element that R5 alone has",
		"{'resourceType':'Organization','name':'A','extension':[{'url':'" E5
		"Organization.qualification','extension':[{'url':'identifier','valueIdentifier':{'value':'i'}"
		"},"
		"{'url':'code','valueCodeableConcept':{'text':'c'}}]}]}",
		"{'resourceType':'Organization','name':'A','qualification':[{'identifier':[{'value':'i'}],'"
		"code':"
		"{'text':'c'}}]}" },
	{ "hours of a location",
		"{'resourceType':'Location','hoursOfOperation':[{'daysOfWeek':['mon'],'openingTime':'08:00:"
		"00',"
		"'closingTime':'17:00:00'},{'daysOfWeek':['sat'],'allDay':true}],'physicalType':{'text':'"
		"room'},"
		"'telecom':[{'value':'1'}]}",
		"{'resourceType':'Location','hoursOfOperation':[{'availableTime':[{'daysOfWeek':['mon'],"
		"'availableStartTime':'08:00:00','availableEndTime':'17:00:00'},{'daysOfWeek':['sat'],'"
		"allDay':true}]}],"
		"'form':{'text':'room'},'contact':[{'telecom':[{'value':'1'}]}]}" },
	{ "an element that R4 alone has", "{'resourceType':'Location','availabilityExceptions':'Yule'}",
		"{'resourceType':'Location','extension':[{'url':'" E4
		"Location.availabilityExceptions','valueString':'Yule'}]}" },
	{ "hours of a role",
		"{'resourceType':'PractitionerRole','availableTime':[{'allDay':true}],'notAvailable':[{'"
		"description':"
		"'Yule'}]}",
		"{'resourceType':'PractitionerRole','availability':[{'availableTime':[{'allDay':true}],"
		"'notAvailableTime':[{'description':'Yule'}]}]}" },
	{ "languages", "{'resourceType':'Practitioner','communication':[{'text':'sv'}]}",
		"{'resourceType':'Practitioner','communication':[{'language':{'text':'sv'}}]}" },
	{ "a preferred language",
		"{'resourceType':'Practitioner','communication':[{'text':'sv'}],'extension':[{'url':'" E5
		"Practitioner.communication','extension':[{'url':'language','valueCodeableConcept':{'text':'"
		"sv'}},"
		"{'url':'preferred','valueBoolean':true}]}]}",
		"{'resourceType':'Practitioner','communication':[{'language':{'text':'sv'},'preferred':true}]"
		"}" },
	{ "an endpoint",
		"{'resourceType':'Endpoint','status':'test','connectionType':{'code':'hl7-fhir-rest'},'"
		"payloadType':"
		"[{'text':'any'}],'payloadMimeType':['application/fhir+json'],'address':'http://x'}",
		"{'resourceType':'Endpoint','status':'active','environmentType':[{'coding':[{'system':"
		"'http://hl7.org/fhir/"
		"endpoint-environment','code':'test'}]}],'connectionType':[{'coding':[{'code':"
		"'hl7-fhir-rest'}]}],'payload':[{'type':[{'text':'any'}],'mimeType':['application/"
		"fhir+json']}],"
		"'address':'http://x'}" },
	{ "a document",
		"{'resourceType':'DocumentReference','status':'current','masterIdentifier':{'value':'m'},'"
		"identifier':"
		"[{'value':'i'}],'authenticator':{'reference':'Practitioner/"
		"1'},'relatesTo':[{'code':'replaces',"
		"'target':{'reference':'DocumentReference/"
		"2'}}],'content':[{'attachment':{'size':12},'format':{'code':"
		"'f'}}],'context':{'encounter':[{'reference':'Encounter/"
		"1'}],'event':[{'text':'e'}],'period':{'start':"
		"'2020'},'facilityType':{'text':'h'}}}",
		"{'resourceType':'DocumentReference','status':'current','identifier':[{'value':'m','"
		"extension':[{'url':"
		"'" E4 "DocumentReference.masterIdentifier','valueBoolean':true}]},{'value':'i'}],'attester':"
		"[{'mode':"
		"{'coding':[{'system':'http://hl7.org/fhir/"
		"composition-attestation-mode','code':'official'}]},'party':"
		"{'reference':'Practitioner/1'}}],'relatesTo':[{'code':{'coding':[{'system':"
		"'http://hl7.org/fhir/document-relationship-type','code':'replaces'}]},'target':{'reference':"
		"'DocumentReference/"
		"2'}}],'content':[{'attachment':{'size':'12'},'profile':[{'valueCoding':{'code':"
		"'f'}}]}],'context':[{'reference':'Encounter/"
		"1'}],'event':[{'concept':{'text':'e'}}],'period':{'start':"
		"'2020'},'facilityType':{'text':'h'}}" },
	{ "a concept map",
		"{'resourceType':'ConceptMap','status':'draft','sourceUri':'http://"
		"s','targetCanonical':'http://t',"
		"'identifier':{'value':'1'},'group':[{'source':'http://"
		"a','sourceVersion':'1','target':'http://b',"
		"'element':[{'code':'x','target':[{'code':'y','equivalence':'wider','dependsOn':[{'property':"
		"'p',"
		"'system':'http://"
		"c','value':'v'}]}]},{'code':'z','target':[{'equivalence':'unmatched'}]}],'unmapped':"
		"{'mode':'provided'}}]}",
		"{'resourceType':'ConceptMap','status':'draft','sourceScopeUri':'http://"
		"s','targetScopeCanonical':"
		"'http://t','identifier':[{'value':'1'}],'group':[{'source':'http://a|1','target':'http://"
		"b','element':"
		"[{'code':'x','target':[{'code':'y','relationship':'source-is-narrower-than-target','"
		"dependsOn':"
		"[{'attribute':'p','valueCoding':{'system':'http://"
		"c','code':'v'}}]}]},{'code':'z','noMap':true}],"
		"'unmapped':{'mode':'use-source-code'}}]}" },
	{ "an equivalence that R5 does not tell apart",
		"{'resourceType':'ConceptMap','status':'draft','group':[{'element':[{'target':[{'code':'y','"
		"equivalence':"
		"'equal'}]}]}]}",
		"{'resourceType':'ConceptMap','status':'draft','group':[{'element':[{'target':[{'code':'y','"
		"relationship':"
		"'equivalent','extension':[{'url':'" E4
		"ConceptMap.group.element.target.equivalence','valueCode':'equal'}]}]}]}]}" },
	{ "several subjects",
		"{'resourceType':'List','status':'current','mode':'working','subject':{'reference':'Patient/"
		"1'},"
		"'extension':[{'url':'" E5
		"List.subject','valueReference':{'reference':'Patient/1'}},{'url':'" E5
		"List.subject','valueReference':{'reference':'Patient/2'}}]}",
		"{'resourceType':'List','status':'current','mode':'working','subject':[{'reference':'Patient/"
		"1'},"
		"{'reference':'Patient/2'}]}" },
	{ "a bundle and what is contained",
		"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'urn:x','resource':{'"
		"resourceType':"
		"'List','status':'current','mode':'working','contained':[{'resourceType':'Location','id':'l',"
		"'physicalType':{'text':'r'}}]}}]}",
		"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'urn:x','resource':{'"
		"resourceType':"
		"'List','status':'current','mode':'working','contained':[{'resourceType':'Location','id':'l',"
		"'form':"
		"{'text':'r'}}]}}]}" },
	{ "what is said of a status",
		"{'resourceType':'Endpoint','status':'active','_status':{'id':'s'},"
		"'connectionType':{'code':'x'},'payloadType':[{'text':'any'}],'address':'http://x'}",
		"{'resourceType':'Endpoint','status':'active','_status':{'id':'s'},"
		"'connectionType':[{'coding':[{'code':'x'}]}],'payload':[{'type':[{'text':'any'}]}],"
		"'address':'http://x'}" },
	{ "primitives that are nothing but extensions",
		"{'resourceType':'Subscription','status':'active','reason':'r','criteria':'http://e/topic',"
		"'channel':{'type':'websocket'},'extension':[{'url':'" E5
		"Subscription.timeout','_valueUnsignedInt':{'extension':[{'url':'http://x',"
		"'valueCode':'masked'}]}}]}",
		"{'resourceType':'Subscription','status':'active','reason':'r','topic':'http://e/topic',"
		"'channelType':{'system':'http://terminology.hl7.org/CodeSystem/"
		"subscription-channel-type','code':"
		"'websocket'},'_timeout':{'extension':[{'url':'http://x','valueCode':'masked'}]}}" },
	{ "codes of a list, one of which is nothing but an extension",
		"{'resourceType':'CapabilityStatement','extension':[{'url':'" E5
		"CapabilityStatement.acceptLanguage','valueCode':'sv'},{'url':'" E5
		"CapabilityStatement.acceptLanguage','_valueCode':{'id':'m'}},{'url':'" E5
		"CapabilityStatement.acceptLanguage','valueCode':'en','_valueCode':{'id':'n'}},{'url':'" E5
		"CapabilityStatement.acceptLanguage','_valueCode':{'id':'o'}}]}",
		"{'resourceType':'CapabilityStatement','acceptLanguage':['sv',null,'en',null],"
		"'_acceptLanguage':[null,{'id':'m'},{'id':'n'},{'id':'o'}]}" },
	{ "a list that begins with extensions of what has no value",
		"{'resourceType':'CapabilityStatement','extension':[{'url':'" E5
		"CapabilityStatement.acceptLanguage','_valueCode':{'id':'m'}},{'url':'" E5
		"CapabilityStatement.acceptLanguage','_valueCode':{'id':'n'}},{'url':'" E5
		"CapabilityStatement.acceptLanguage','valueCode':'sv'}]}",
		"{'resourceType':'CapabilityStatement','acceptLanguage':[null,null,'sv'],'_acceptLanguage':["
		"{'id':'m'},{'id':'n'}]}" },
	{ "a choice that R4 does not have, with an id and without a value",
		"{'resourceType':'StructureDefinition','name':'x','differential':{'element':[{'extension':[{'"
		"url':'" E5 "ElementDefinition.minValue','extension':[{'url':'_datatype','valueString':'"
		"integer64'},{'url':'value','_valueString':{'id':'m'}}]}],'path':'x.value'}]}}",
		"{'resourceType':'StructureDefinition','name':'x','differential':{'element':[{'path':'x."
		"value','_minValueInteger64':{'id':'m'}}]}}" },
	{ "a child of a backbone element that is nothing but an id",
		"{'resourceType':'Practitioner','communication':[{'text':'sv'}],'extension':[{'url':'" E5
		"Practitioner.communication','extension':[{'url':'language','valueCodeableConcept':{'text':'"
		"sv'}},{'url':'preferred','_valueBoolean':{'id':'x'}}]}]}",
		"{'resourceType':'Practitioner','communication':[{'language':{'text':'sv'},'_preferred':"
		"{'id':'x'}}]}" },
	{ "a size that is no number",
		"{'resourceType':'DocumentReference','content':[{'attachment':{'size':'12 kB'}}]}",
		"{'resourceType':'DocumentReference','content':[{'attachment':{'size':'12 kB'}}]}" },
	{ "who looked at what",
		"{'resourceType':'AuditEvent','type':{'code':'rest'},'subtype':[{'code':'read'},{'code':"
		"'vread'}],'period':{'start':'2026'},'recorded':'2026-01-01T00:00:00Z','outcome':'8',"
		"'outcomeDesc':'no disk','purposeOfEvent':[{'text':'p'}],'agent':[{'who':{'display':'w'},"
		"'requestor':true,'network':{'address':'http://a','type':'5'},'purposeOfUse':[{'text':'u'}"
		"]}],'source':{'site':'Cloud','observer':{'display':'o'},'type':[{'code':'4'},{'code':'3'}]},"
		"'entity':[{'role':{'code':'1'},'securityLabel':[{'code':'N'}],'detail':[{'type':'t',"
		"'valueString':'v'}]}]}",
		"{'resourceType':'AuditEvent','category':[{'coding':[{'code':'rest'}]}],'code':{'coding':[{"
		"'code':'read'},{'code':'vread'}]},'occurredPeriod':{'start':'2026'},'recorded':"
		"'2026-01-01T00:00:00Z','outcome':{'code':{'system':'http://hl7.org/fhir/issue-severity',"
		"'code':'error'},'detail':[{'text':'no disk'}]},'authorization':[{'text':'p'}],'agent':[{"
		"'who':{'display':'w'},'requestor':true,'networkUri':'http://a','authorization':[{'text':"
		"'u'}]}],'source':{'site':{'display':'Cloud'},'observer':{'display':'o'},'type':[{'coding':"
		"[{'code':'4'}]},{'coding':[{'code':'3'}]}]},'entity':[{'role':{'coding':[{'code':'1'}]},"
		"'securityLabel':[{'coding':[{'code':'N'}]}],'detail':[{'type':{'text':'t'},'valueString':"
		"'v'}]}]}" },
	{ "an event without subtypes", "{'resourceType':'AuditEvent','type':{'code':'110114'}}",
		"{'resourceType':'AuditEvent','category':[{'coding':[{'code':'110114'}]}],'code':{'coding':[{"
		"'code':'110114'}]}}" },
	{ "an event without a category",
		"{'resourceType':'AuditEvent','type':{'code':'read'},'subtype':[{'code':'read'}]}",
		"{'resourceType':'AuditEvent','code':{'coding':[{'code':'read'}]}}" },
	{ "what kind of address it is, and what else R5 has no place for",
		"{'resourceType':'AuditEvent','outcomeDesc':'d','agent':[{'altId':'a','network':{'address':"
		"'127.0.0.1','type':'2'}}]}",
		"{'resourceType':'AuditEvent','extension':[{'url':'" E4
		"AuditEvent.outcomeDesc','valueString':'d'}],'agent':[{'extension':[{'url':'" E4
		"AuditEvent.agent.altId','valueString':'a'},{'url':'" E4
		"AuditEvent.agent.network','extension':[{'url':'address','valueString':'127.0.0.1'},{'url':"
		"'type','valueCode':'2'}]}],'networkString':'127.0.0.1'}]}" },
	{ "a consent",
		"{'resourceType':'Consent','status':'active','patient':{'reference':'Patient/1'},'dateTime':"
		"'2026-01-02','organization':[{'display':'o'}],'sourceReference':{'display':'s'},'policy':[{"
		"'uri':'http://p'}],'policyRule':{'text':'OPTIN'},'provision':{'class':[{'system':'urn:x',"
		"'code':'doc'},{'system':'http://hl7.org/fhir/resource-types','code':'Patient'}],'provision':"
		"[{'class':[{'system':'http://hl7.org/fhir/resource-types','code':'Flag'}]}]}}",
		"{'resourceType':'Consent','status':'active','subject':{'reference':'Patient/1'},'date':"
		"'2026-01-02','manager':[{'display':'o'}],'sourceReference':[{'display':'s'}],'policyBasis':{"
		"'url':'http://p'},'regulatoryBasis':[{'text':'OPTIN'}],'provision':[{'documentType':[{"
		"'system':'urn:x','code':'doc'}],'resourceType':[{'system':'http://hl7.org/fhir/fhir-types',"
		"'code':'Patient'}],'provision':[{'resourceType':[{'system':'http://hl7.org/fhir/fhir-types',"
		"'code':'Flag'}]}]}]}" },
	{ "a consent that is not agreed to yet, and to the second",
		"{'resourceType':'Consent','status':'proposed','dateTime':'2026-01-02T10:00:00Z'}",
		"{'resourceType':'Consent','status':'draft','date':'2026-01-02','extension':[{'url':'" E4
		"Consent.status','valueCode':'proposed'},{'url':'" E4
		"Consent.dateTime','valueDateTime':'2026-01-02T10:00:00Z'}]}" },
	{ "what a provision does", "{'resourceType':'Consent','provision':{'type':'deny'}}",
		"{'resourceType':'Consent','provision':[{'extension':[{'url':'" E4
		"Consent.provision.type','valueCode':'deny'}]}]}" },
	{ "extensions of primitives",
		"{'resourceType':'Organization','_name':{'extension':[{'url':'http://"
		"x','valueCode':'masked'}]},'alias':"
		"['a','b'],'_alias':[null,{'id':'2'}]}",
		"{'resourceType':'Organization','_name':{'extension':[{'url':'http://"
		"x','valueCode':'masked'}]},'alias':"
		"['a','b'],'_alias':[null,{'id':'2'}]}" },
};

/* What is tried backwards, to see what must be carried, is nobody's concern. */
static void expect_told_of(const struct pair *pair, const char *to, const struct hs_issues *issues)
{
	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next)
		if (hs_slice_search(issue->text, hs_slice_cstr(to)) == SIZE_MAX)
			fail_msg("%s: %.*s: '%.*s' is not of %s", pair->name, HS_S_ARG(issue->path),
				HS_S_ARG(issue->text), to);
}

static void maps_both_ways(void **state)
{
	struct hs_issues issues;

	(void)state;
	if (!convert)
		skip();
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		expect_same(pairs[i].name, made(tree(pairs[i].r4), HS_FHIR_R4, &issues), tree(pairs[i].r5));
		expect_told_of(&pairs[i], "FHIR R5", &issues);
		expect_same(pairs[i].name, made(tree(pairs[i].r5), HS_FHIR_R5, &issues), tree(pairs[i].r4));
		expect_told_of(&pairs[i], "FHIR R4", &issues);
	}
}

/* A text may carry a number or a boolean; what is neither stays the text that it is. */
static void reads_texts(void **state)
{
	static const char form[] = "{'resourceType':'%s','extension':[{'url':'" E5
				   "%s','valueString':'%s'}]}";
	static const struct {
		const char *type, *path, *text, *want;
	} rows[] = {
		{ "Subscription", "timeout", "5", "{'resourceType':'Subscription','timeout':5}" },
		{ "Subscription", "timeout", "5s", "{'resourceType':'Subscription','timeout':'5s'}" },
		{ "Subscription", "timeout", "", "{'resourceType':'Subscription','timeout':''}" },
		{ "Subscription", "timeout", "07", "{'resourceType':'Subscription','timeout':'07'}" },
		{ "SearchParameter", "versionAlgorithm", "a",
			"{'resourceType':'SearchParameter','versionAlgorithmString':'a'}" },
		{ "ValueSet", "approvalDate", "2020", "{'resourceType':'ValueSet','approvalDate':'2020'}" },
		{ "NamingSystem", "experimental", "true",
			"{'resourceType':'NamingSystem','experimental':true}" },
		{ "NamingSystem", "experimental", "false",
			"{'resourceType':'NamingSystem','experimental':false}" },
		{ "NamingSystem", "experimental", "yes",
			"{'resourceType':'NamingSystem','experimental':'yes'}" },
	};
	struct hs_issues issues;
	char text[400], path[100];

	(void)state;
	if (!convert)
		skip();
	for (size_t i = 0; i < COUNT_OF(rows); i++) {
		snprintf(path, sizeof(path), "%s.%s", rows[i].type, rows[i].path);
		snprintf(text, sizeof(text), form, rows[i].type, path, rows[i].text);
		expect_same(text, made(tree(text), HS_FHIR_R4, &issues), tree(rows[i].want));
	}
}

static const struct hs_issue *find_issue(const struct hs_issues *issues, const char *path)
{
	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next)
		if (hs_slice_eq(issue->path, hs_slice_cstr(path)))
			return issue;
	return NULL;
}

static void tells_what_it_does(void **state)
{
	struct hs_issues issues;

	(void)state;
	if (!convert)
		skip();
	made(tree("{'resourceType':'Location','availabilityExceptions':'Yule'}"), HS_FHIR_R4, &issues);
	const struct hs_issue *issue = find_issue(&issues, "Location.availabilityExceptions");
	assert_true(issue && issue->severity == HS_SEVERITY_INFORMATION);
	made(tree("{'resourceType':'Endpoint','status':'limited','connectionType':[{'text':'x'}]}"),
		HS_FHIR_R5, &issues);
	issue = find_issue(&issues, "Endpoint.payloadType");
	assert_true(issue && issue->severity == HS_SEVERITY_WARNING);
	assert_non_null(find_issue(&issues, "Endpoint.connectionType"));
	assert_non_null(find_issue(&issues, "Endpoint.status"));
	made(tree("{'resourceType':'DocumentReference','status':'current','docStatus':'corrected','content':"
		  "[{'attachment':{}}]}"),
		HS_FHIR_R5, &issues);
	issue = find_issue(&issues, "DocumentReference.docStatus");
	assert_true(issue && issue->severity == HS_SEVERITY_WARNING);
	made(tree("{'resourceType':'List','status':'current','mode':'working'}"), HS_FHIR_R4, &issues);
	assert_int_equal(issues.count, 0);
	made(tree("{'resourceType':'List','note':[{'texd':'x'}]}"), HS_FHIR_R4, &issues);
	issue = find_issue(&issues, "Annotation.texd");
	assert_non_null(issue);
	assert_null(find_issue(&issues, "List.resourceType"));
	/* What permits and what denies is not lost in silence. */
	made(tree("{'resourceType':'Consent','provision':{'type':'deny'}}"), HS_FHIR_R4, &issues);
	issue = find_issue(&issues, "Consent.provision");
	assert_true(issue && issue->severity == HS_SEVERITY_WARNING);
	made(tree("{'resourceType':'Consent','decision':'deny'}"), HS_FHIR_R5, &issues);
	issue = find_issue(&issues, "Consent");
	assert_true(issue && issue->severity == HS_SEVERITY_WARNING);
}

static void leaves_out_what_it_cannot(void **state)
{
	struct hs_issues issues = { .arena = arena };
	struct hs_error err = { .status = HS_OK };
	struct hs_json *out = NULL;

	(void)state;
	if (!convert)
		skip();
	assert_int_equal(hs_convert(convert, arena, tree("{'resourceType':'MedicationRequest'}"), HS_FHIR_R4,
				 &out, &issues, &err),
		HS_E_NOT_SUPPORTED);
	assert_non_null(strstr(err.text, "MedicationRequest."));
	assert_null(out);
	assert_int_equal(hs_convert(convert, arena, tree("{}"), HS_FHIR_R4, &out, &issues, &err),
		HS_E_STRUCTURE);
	out = made(tree("{'resourceType':'Bundle','type':'collection','entry':[{'resource':{'resourceType':"
			"'MedicationRequest'}}]}"),
		HS_FHIR_R4, &issues);
	assert_int_equal(issues.errors, 1);
	expect_same("bundle", out, tree("{'resourceType':'Bundle','type':'collection','entry':[{}]}"));
}

/* ---- whatever is sent ---- */

static const char *const shapes[] = { "'x'", "1", "true", "null", "{}", "[]", "['x']", "[{}]", "[[]]",
	"[null,1]", "{'coding':'x','extension':'x'}",
	"[{'extension':{},'name':1,'telecom':'x','address':[1]}]",
	"[{'availableTime':'x','type':1,'mimeType':{},'concept':[],'mode':1}]",
	"[{'element':[{'target':'x'},{'target':[1,{'dependsOn':'x'}],'noMap':1}],'unmapped':[1]}]" };

/* A resource of that type, which can be written and read again. */
static void assert_sound(struct hs_arena *own, const struct hs_json *made, const char *type, const char *of)
{
	struct hs_json *again = NULL;
	struct hs_error err;
	struct hs_buf out;

	hs_buf_init(&out, own, 1 << 16);
	hs_json_write(&out, made, 0);
	if (hs_json_parse(own, hs_buf_slice(&out), NULL, &again, &err) ||
		!hs_slice_eq(hs_json_get_text(again, HS_S("resourceType")), hs_slice_cstr(type)))
		fail_msg("%s becomes %.*s", of, HS_S_ARG(hs_buf_slice(&out)));
}

static void try_shape(const char *type, const struct hs_def_element *element, const struct hs_defs *defs,
	enum hs_fhir_version from, const char *shape)
{
	struct hs_arena *own = hs_arena_new((size_t)1 << 20);
	struct hs_issues issues = { .arena = own }, more = { .arena = own };
	struct hs_error err;
	struct hs_json *there = NULL, *back = NULL;
	struct hs_slice name = hs_defs_text(defs, element->name);
	char text[600];

	snprintf(text, sizeof(text),
		"{'resourceType':'%s','%.*s%s':%s,'_%.*s':%s,'extension':[{'url':'" E4 "%s.%.*s','x':%s}]}",
		type, HS_S_ARG(name), element->choice ? "String" : "", shape, HS_S_ARG(name), shape, type,
		HS_S_ARG(name), shape);
	if (!hs_slice_eq(name, HS_S("extension")) &&
		hs_convert(convert, own, tree(text), from, &there, &issues, &err) == HS_OK) {
		assert_sound(own, there, type, text);
		if (hs_convert(convert, own, there, from == HS_FHIR_R4 ? HS_FHIR_R5 : HS_FHIR_R4, &back,
			    &more, &err) == HS_OK)
			assert_sound(own, back, type, text);
	}
	hs_arena_free(own);
}

static void survives_any_shape(void **state)
{
	static const char *const types[] = { "Organization", "Location", "HealthcareService", "Practitioner",
		"PractitionerRole", "Endpoint", "DocumentReference", "ConceptMap", "ValueSet", "Bundle",
		"List" };

	(void)state;
	if (!convert)
		skip();
	for (size_t i = 0; i < COUNT_OF(types); i++)
		for (unsigned side = 0; side < 2; side++) {
			const struct hs_defs *defs = side ? r5 : r4;
			uint32_t count = 0;
			const struct hs_def_element *kids = hs_defs_children(defs, NULL,
				hs_defs_type(defs, hs_slice_cstr(types[i])), &count);
			for (uint32_t k = 0; k < count; k++)
				for (size_t s = 0; s < COUNT_OF(shapes); s++) {
					struct hs_arena_mark mark = hs_arena_mark(arena);
					try_shape(types[i], &kids[k], defs, side ? HS_FHIR_R5 : HS_FHIR_R4,
						shapes[s]);
					hs_arena_rollback(arena, mark);
				}
		}
}

static void survives_little_memory(void **state)
{
	struct hs_error err;

	(void)state;
	if (!convert)
		skip();
	for (size_t i = 0; i < COUNT_OF(pairs); i++) {
		const struct hs_json *src = tree(pairs[i].r5);
		enum hs_status status = HS_E_LIMIT;
		for (size_t cap = 64; status == HS_E_LIMIT; cap += cap / 8) {
			struct hs_arena *own = hs_arena_new(cap);
			struct hs_issues issues = { .arena = own };
			struct hs_json *out = NULL;
			status = hs_convert(convert, own, src, HS_FHIR_R5, &out, &issues, &err);
			if (!status)
				expect_same(pairs[i].name, out, tree(pairs[i].r4));
			hs_arena_free(own);
		}
		assert_int_equal(status, HS_OK);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(maps_both_ways),
		cmocka_unit_test(reads_texts),
		cmocka_unit_test(tells_what_it_does),
		cmocka_unit_test(leaves_out_what_it_cannot),
		cmocka_unit_test(survives_any_shape),
		cmocka_unit_test(survives_little_memory),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
