/* SPDX-License-Identifier: Apache-2.0 */
/* Invariants that R5 has and R4 has not, or words otherwise: each by an instance that breaks it. */
#include "../profile/profile_test.h"

#include <core/fhir/validate/validate.h>

struct row {
	const char *key, *resource;
};

static const struct row rows[] = {
	{ "act-1",
		"{'resourceType':'Account','status':'active','diagnosis':[{'condition':{'reference':{'refer"
		"ence':'Condition/1'}},'dateOfDiagnosis':'2020'}]}" },
	{ "act-2",
		"{'resourceType':'Account','status':'active','procedure':[{'code':{'reference':{'reference'"
		":'Procedure/1'}},'dateOfService':'2020'}]}" },
	{ "apd-1",
		"{'resourceType':'AdministrableProductDefinition','status':'active','contained':[{'resource"
		"Type':'MedicinalProductDefinition','id':'m','name':[{'productName':'x'}],'route':[{'text':"
		"'x'}]}],'formOf':[{'reference':'#m'}],'routeOfAdministration':[{'code':{'text':'x'}}]}" },
	{ "app-4",
		"{'resourceType':'Appointment','status':'booked','participant':[{'status':'accepted','actor"
		"':{'reference':'Patient/1'}}],'cancellationReason':{'text':'x'}}" },
	{ "app-5",
		"{'resourceType':'Appointment','status':'booked','participant':[{'status':'accepted','actor"
		"':{'reference':'Patient/"
		"1'}}],'start':'2020-01-02T00:00:00Z','end':'2020-01-01T00:00:00Z'}" },
	{ "app-7",
		"{'resourceType':'Appointment','status':'booked','participant':[{'status':'accepted','actor"
		"':{'reference':'Patient/1'}}],'cancellationDate':'2020'}" },
	{ "av-1",
		"{'resourceType':'HealthcareService','availability':[{'availableTime':[{'allDay':true,'avai"
		"lableStartTime':'10:00:00'}]}]}" },
	{ "bdl-13",
		"{'resourceType':'Bundle','type':'subscription-notification','entry':[{'fullUrl':'http://x."
		"org/Patient/1','resource':{'resourceType':'Patient','id':'1'},'request':{'method':'GET','u"
		"rl':'x'},'response':{'status':'200'}}]}" },
	{ "bdl-14",
		"{'resourceType':'Bundle','type':'history','entry':[{'fullUrl':'http://x.org/Patient/1','re"
		"source':{'resourceType':'Patient','id':'1'},'request':{'method':'PATCH','url':'Patient/1'}"
		",'response':{'status':'200'}}]}" },
	{ "bdl-15",
		"{'resourceType':'Bundle','type':'collection','entry':[{'resource':{'resourceType':'Patient"
		"','active':true}}]}" },
	{ "bdl-16",
		"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'http://x.org/Patient/1',"
		"'resource':{'resourceType':'Patient','id':'1'}}],'issues':{'resourceType':'OperationOutcom"
		"e','issue':[{'severity':'error','code':'invalid'}]}}" },
	{ "bdl-17",
		"{'resourceType':'Bundle','type':'document','entry':[{'fullUrl':'http://x.org/Patient/1','r"
		"esource':{'resourceType':'Patient','id':'1'}}],'issues':{'resourceType':'OperationOutcome'"
		",'issue':[{'severity':'warning','code':'invalid'}]}}" },
	{ "bdl-18",
		"{'resourceType':'Bundle','type':'searchset','entry':[{'fullUrl':'http://x.org/Patient/1','"
		"resource':{'resourceType':'Patient','id':'1'},'search':{'mode':'match'}}]}" },
	{ "bdl-2",
		"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'http://x.org/Patient/1',"
		"'resource':{'resourceType':'Patient','id':'1'},'search':{'mode':'match'}}]}" },
	{ "bdl-3a",
		"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'http://x.org/Patient/1',"
		"'resource':{'resourceType':'Patient','id':'1'},'request':{'method':'PUT','url':'Patient/1'"
		"}}]}" },
	{ "bdl-3b",
		"{'resourceType':'Bundle','type':'history','entry':[{'fullUrl':'http://x.org/Patient/1','re"
		"source':{'resourceType':'Patient','id':'1'},'request':{'method':'PUT','url':'Patient/1'}}]"
		"}" },
	{ "bdl-3c",
		"{'resourceType':'Bundle','type':'transaction','entry':[{'fullUrl':'http://x.org/Patient/1'"
		",'resource':{'resourceType':'Patient','id':'1'}}]}" },
	{ "bdl-3d",
		"{'resourceType':'Bundle','type':'transaction-response','entry':[{'fullUrl':'http://x.org/P"
		"atient/1','resource':{'resourceType':'Patient','id':'1'}}]}" },
	{ "bdl-7",
		"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'http://x.org/Patient/1',"
		"'resource':{'resourceType':'Patient','id':'1'}},{'fullUrl':'http://x.org/Patient/1','resou"
		"rce':{'resourceType':'Patient','id':'1'}}]}" },
	{ "bdl-8",
		"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'http://x.org/Patient/1/_"
		"history/1','resource':{'resourceType':'Patient','id':'1'}}]}" },
	{ "bdystr-1",
		"{'resourceType':'ServiceRequest','status':'active','intent':'order','subject':{'reference'"
		":'Patient/1'},'bodySite':[{'text':'x'}],'bodyStructure':{'reference':'BodyStructure/1'}}" },
	{ "cmd-1",
		"{'resourceType':'ConceptMap','status':'active','group':[{'source':'http://x.org/a','target"
		"':'http://x.org/b','element':[{'code':'a','target':[{'code':'b','relationship':'not-relate"
		"d-to'}]}]}]}" },
	{ "cmd-10",
		"{'resourceType':'ConceptMap','status':'active','group':[{'source':'http://x.org/a','target"
		"':'http://x.org/b','element':[{'code':'a','target':[{'code':'b','relationship':'equivalent"
		"'}]}],'unmapped':{'mode':'use-source-code','relationship':'equivalent','otherMap':'http://"
		"x.org/m'}}]}" },
	{ "cmd-11",
		"{'resourceType':'ConceptMap','status':'active','group':[{'source':'http://x.org/a','target"
		"':'http://x.org/b','element':[{'code':'a','target':[{'code':'b','relationship':'equivalent"
		"'}]}]}],'property':[{'code':'x','type':'code'}]}" },
	{ "cmd-2",
		"{'resourceType':'ConceptMap','status':'active','group':[{'source':'http://x.org/a','target"
		"':'http://x.org/b','element':[{'code':'a','target':[{'code':'b','relationship':'equivalent"
		"'}]}],'unmapped':{'mode':'fixed','relationship':'equivalent'}}]}" },
	{ "cmd-3",
		"{'resourceType':'ConceptMap','status':'active','group':[{'source':'http://x.org/a','target"
		"':'http://x.org/b','element':[{'code':'a','target':[{'code':'b','relationship':'equivalent"
		"'}]}],'unmapped':{'mode':'other-map'}}]}" },
	{ "cmd-4",
		"{'resourceType':'ConceptMap','status':'active','group':[{'source':'http://x.org/a','target"
		"':'http://x.org/b','element':[{'code':'a','noMap':true,'target':[{'code':'b','relationship"
		"':'equivalent'}]}]}]}" },
	{ "cmd-5",
		"{'resourceType':'ConceptMap','status':'active','group':[{'source':'http://x.org/a','target"
		"':'http://x.org/b','element':[{'display':'x'}]}]}" },
	{ "cmd-6",
		"{'resourceType':'ConceptMap','status':'active','group':[{'source':'http://x.org/a','target"
		"':'http://x.org/b','element':[{'code':'a','target':[{'code':'b','relationship':'equivalent"
		"','dependsOn':[{'attribute':'x'}]}]}]}]}" },
	{ "cmd-7",
		"{'resourceType':'ConceptMap','status':'active','group':[{'source':'http://x.org/a','target"
		"':'http://x.org/b','element':[{'code':'a','target':[{'relationship':'equivalent'}]}]}]}" },
	{ "cmd-8",
		"{'resourceType':'ConceptMap','status':'active','group':[{'source':'http://x.org/a','target"
		"':'http://x.org/b','element':[{'code':'a','target':[{'code':'b','relationship':'equivalent"
		"'}]}],'unmapped':{'mode':'use-source-code','relationship':'equivalent','code':'x'}}]}" },
	{ "cmd-9",
		"{'resourceType':'ConceptMap','status':'active','group':[{'source':'http://x.org/a','target"
		"':'http://x.org/b','element':[{'code':'a','target':[{'code':'b','relationship':'equivalent"
		"'}]}],'unmapped':{'mode':'use-source-code'}}]}" },
	{ "con-2",
		"{'resourceType':'Condition','subject':{'reference':'Patient/1'},'clinicalStatus':{'coding'"
		":[{'system':'http://terminology.hl7.org/CodeSystem/condition-clinical','code':'unknown'}]}"
		",'category':[{'coding':[{'system':'http://terminology.hl7.org/CodeSystem/condition-categor"
		"y','code':'problem-list-item'}]}]}" },
	{ "con-3",
		"{'resourceType':'Condition','subject':{'reference':'Patient/1'},'clinicalStatus':{'coding'"
		":[{'system':'http://terminology.hl7.org/CodeSystem/condition-clinical','code':'active'}]},"
		"'abatementDateTime':'2020'}" },
	{ "cnl-0",
		"{'resourceType':'ValueSet','status':'draft','name':'a b','compose':{'include':[{'system':'"
		"http://x.org'}]}}" },
	{ "cnl-1",
		"{'resourceType':'ValueSet','status':'draft','name':'Ab','url':'http://x.org/a#b','compose'"
		":{'include':[{'system':'http://x.org'}]}}" },
	{ "cod-1", "{'resourceType':'Patient','meta':{'tag':[{'display':'x'}]}}" },
	{ "cpb-4",
		"{'resourceType':'CapabilityStatement','status':'draft','date':'2020','kind':'requirements'"
		",'fhirVersion':'5.0.0','format':['json'],'description':'x','rest':[{'mode':'server'},{'mod"
		"e':'server'}]}" },
	{ "csd-2",
		"{'resourceType':'CodeSystem','status':'draft','content':'complete','url':'http://x.org/c',"
		"'concept':[{'code':'b','concept':[{'code':'a'}]}]}" },
	{ "csd-3",
		"{'resourceType':'CodeSystem','status':'draft','content':'complete','url':'http://x.org/c',"
		"'concept':[{'code':'a'},{'code':'b','property':[{'code':'parent','valueCode':'a'}]}],'prop"
		"erty':[{'code':'parent','type':'code'}]}" },
	{ "csd-4",
		"{'resourceType':'CodeSystem','status':'draft','content':'supplement','url':'http://x.org/c"
		"'}" },
	{ "csd-5",
		"{'resourceType':'CodeSystem','status':'draft','content':'complete','url':'http://x.org/c',"
		"'concept':[{'code':'a','designation':[{'value':'x','additionalUse':[{'code':'y'}]}]}]}" },
	{ "ctm-1",
		"{'resourceType':'CareTeam','contained':[{'resourceType':'Patient','id':'p'}],'participant'"
		":[{'member':{'reference':'#p'},'onBehalfOf':{'reference':'Organization/1'}}]}" },
	{ "ctm-2",
		"{'resourceType':'CareTeam','participant':[{'onBehalfOf':{'reference':'Organization/1'}}]}" },
	{ "cud-1",
		"{'resourceType':'ClinicalUseDefinition','type':'indication','indication':{'comorbidity':[{"
		"'concept':{'text':'x'}}]},'warning':{'description':'x'}}" },
	{ "dev-1",
		"{'resourceType':'Device','name':[{'value':'a','type':'user-friendly-name','display':true},"
		"{'value':'b','type':'user-friendly-name','display':true}]}" },
	{ "dgr-1",
		"{'resourceType':'DiagnosticReport','status':'final','code':{'text':'x'},'contained':[{'res"
		"ourceType':'Observation','id':'o','status':'final','code':{'text':'x'}},{'resourceType':'C"
		"omposition','id':'c','status':'final','type':{'text':'x'},'date':'2020','author':[{'refere"
		"nce':'Patient/1'}],'title':'x','section':[{'entry':[{'reference':'#o'}]}]}],'composition':"
		"{'reference':'#c'}}" },
	{ "dom-3",
		"{'resourceType':'Patient','contained':[{'resourceType':'Organization','id':'o','name':'x'}"
		"]}" },
	{ "dos-1",
		"{'resourceType':'MedicationRequest','status':'active','intent':'order','medication':{'conc"
		"ept':{'text':'x'}},'subject':{'reference':'Patient/1'},'dosageInstruction':[{'asNeeded':fa"
		"lse,'asNeededFor':[{'text':'x'}]}]}" },
	{ "eld-12",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'},{'id':'Patient.maritalStatus','path':'Patien"
		"t.maritalStatus','binding':{'strength':'required','valueSet':'abc'}}]}}" },
	{ "eld-17",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'},{'id':'Patient.name','path':'Patient.name','"
		"type':[{'code':'HumanName','targetProfile':['http://x.org']}]}]}}" },
	{ "eld-19",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'},{'id':'Patient.na me','path':'Patient.na me'"
		"}]}}" },
	{ "eld-20",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'},{'id':'Patient.Name_x','path':'Patient.Name_"
		"x'}]}}" },
	{ "eld-23",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'},{'id':'Patient.maritalStatus','path':'Patien"
		"t.maritalStatus','binding':{'strength':'required'}}]}}" },
	{ "eld-25",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'},{'id':'Patient.identifier','path':'Patient.i"
		"dentifier','slicing':{'discriminator':[{'type':'value','path':'system'}],'rules':'openAtEn"
		"d'}}]}}" },
	{ "eld-26",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'},{'id':'Patient.name','path':'Patient.name','"
		"constraint':[{'key':'a-1','severity':'error','human':'x','expression':'true','suppress':tr"
		"ue}]}]}}" },
	{ "eld-27",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'},{'id':'Patient.name','path':'Patient.name','"
		"mapping':[{'identity':'a','map':'x'},{'identity':'a','map':'y'}]}]}}" },
	{ "eld-28",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'},{'id':'Patient.gender','path':'Patient.gende"
		"r','mustHaveValue':true,'valueAlternatives':['http://x.org/a']}]}}" },
	{ "eld-4",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'},{'id':'Patient.name','path':'Patient.name','"
		"type':[{'code':'HumanName','aggregation':['contained']}]}]}}" },
	{ "enc-1",
		"{'resourceType':'Encounter','status':'planned','participant':[{'period':{'start':'2020'}}]"
		"}" },
	{ "evv-1",
		"{'resourceType':'EvidenceVariable','status':'draft','characteristic':[{'definitionId':'x',"
		"'definitionCodeableConcept':{'text':'x'}}]}" },
	{ "exs-1",
		"{'resourceType':'ExampleScenario','status':'draft','instance':[{'key':'a','structureType':"
		"{'code':'zz','system':'http://x.org'},'title':'T'}]}" },
	{ "exs-2",
		"{'resourceType':'ExampleScenario','status':'draft','instance':[{'key':'a','structureType':"
		"{'code':'Patient','system':'http://hl7.org/fhir/fhir-types'},'title':'T','content':{'refer"
		"ence':'Patient/1'},'version':[{'key':'v','title':'x'}]}]}" },
	{ "exs-3", "{'resourceType':'ExampleScenario','status':'active'}" },
	{ "exs-4", "{'resourceType':'ExampleScenario','status':'active'}" },
	{ "exs-5", "{'resourceType':'ExampleScenario','status':'active','process':[{'title':'x'}]}" },
	{ "exs-6",
		"{'resourceType':'ExampleScenario','status':'draft','actor':[{'key':'a','type':'person','ti"
		"tle':'A'},{'key':'a','type':'person','title':'B'}]}" },
	{ "exs-7",
		"{'resourceType':'ExampleScenario','status':'draft','actor':[{'key':'a','type':'person','ti"
		"tle':'A'},{'key':'b','type':'person','title':'A'}]}" },
	{ "exs-8",
		"{'resourceType':'ExampleScenario','status':'draft','instance':[{'key':'a','structureType':"
		"{'code':'Patient','system':'http://hl7.org/fhir/fhir-types'},'title':'T'},{'key':'a','stru"
		"ctureType':{'code':'Patient','system':'http://hl7.org/fhir/fhir-types'},'title':'U'}]}" },
	{ "exs-9",
		"{'resourceType':'ExampleScenario','status':'draft','instance':[{'key':'a','structureType':"
		"{'code':'Patient','system':'http://hl7.org/fhir/fhir-types'},'title':'T'},{'key':'b','stru"
		"ctureType':{'code':'Patient','system':'http://hl7.org/fhir/fhir-types'},'title':'T'}]}" },
	{ "exs-10",
		"{'resourceType':'ExampleScenario','status':'draft','instance':[{'key':'a','structureType':"
		"{'code':'Patient','system':'http://hl7.org/fhir/fhir-types'},'title':'T','version':[{'key'"
		":'v','title':'x'},{'key':'v','title':'y'}]}]}" },
	{ "exs-11",
		"{'resourceType':'ExampleScenario','status':'draft','instance':[{'key':'a','structureType':"
		"{'code':'Patient','system':'http://hl7.org/fhir/fhir-types'},'title':'T','version':[{'key'"
		":'v','title':'x'},{'key':'w','title':'x'}]}]}" },
	{ "exs-12",
		"{'resourceType':'ExampleScenario','status':'draft','process':[{'title':'x','step':[{'opera"
		"tion':{'title':'x'}}]},{'title':'x','step':[{'operation':{'title':'x'}}]}]}" },
	{ "exs-13",
		"{'resourceType':'ExampleScenario','status':'draft','process':[{'title':'x','step':[{'alter"
		"native':[{'title':'a'},{'title':'a'}]}]}]}" },
	{ "exs-14",
		"{'resourceType':'ExampleScenario','status':'draft','instance':[{'key':'a','structureType':"
		"{'code':'Patient','system':'http://hl7.org/fhir/fhir-types'},'title':'T','containedInstanc"
		"e':[{'instanceReference':'zz'}]}]}" },
	{ "exs-15",
		"{'resourceType':'ExampleScenario','status':'draft','instance':[{'key':'b','structureType':"
		"{'code':'Patient','system':'http://hl7.org/fhir/fhir-types'},'title':'B','version':[{'key'"
		":'v','title':'x'}]},{'key':'a','structureType':{'code':'Patient','system':'http://hl7.org/"
		"fhir/fhir-types'},'title':'T','containedInstance':[{'instanceReference':'b'}]}]}" },
	{ "exs-16",
		"{'resourceType':'ExampleScenario','status':'draft','instance':[{'key':'b','structureType':"
		"{'code':'Patient','system':'http://hl7.org/fhir/fhir-types'},'title':'B','version':[{'key'"
		":'v','title':'x'}]},{'key':'a','structureType':{'code':'Patient','system':'http://hl7.org/"
		"fhir/fhir-types'},'title':'T','containedInstance':[{'instanceReference':'b','versionRefere"
		"nce':'w'}]}]}" },
	{ "exs-17",
		"{'resourceType':'ExampleScenario','status':'draft','process':[{'title':'x','step':[{'opera"
		"tion':{'title':'x','initiator':'zz'}}]}]}" },
	{ "exs-18",
		"{'resourceType':'ExampleScenario','status':'draft','process':[{'title':'x','step':[{'opera"
		"tion':{'title':'x','receiver':'zz'}}]}]}" },
	{ "exs-19",
		"{'resourceType':'ExampleScenario','status':'draft','actor':[{'key':'a','type':'person','ti"
		"tle':'A'}]}" },
	{ "exs-20",
		"{'resourceType':'ExampleScenario','status':'draft','instance':[{'key':'a','structureType':"
		"{'code':'Patient','system':'http://hl7.org/fhir/fhir-types'},'title':'T'}]}" },
	{ "exs-21",
		"{'resourceType':'ExampleScenario','status':'draft','instance':[{'key':'a','structureType':"
		"{'code':'Patient','system':'http://hl7.org/fhir/fhir-types'},'title':'T','version':[{'key'"
		":'v','title':'x'}]}]}" },
	{ "exs-22",
		"{'resourceType':'ExampleScenario','status':'draft','process':[{'title':'x','step':[{'workf"
		"low':'http://x.org/w','operation':{'title':'x'}}]}]}" },
	{ "exs-23",
		"{'resourceType':'ExampleScenario','status':'draft','actor':[{'key':'OTHER','type':'person'"
		",'title':'A'}]}" },
	{ "fhs-3",
		"{'resourceType':'FamilyMemberHistory','status':'completed','patient':{'reference':'Patient"
		"/1'},'relationship':{'text':'x'},'ageString':'5','deceasedBoolean':true}" },
	{ "ident-1", "{'resourceType':'Patient','identifier':[{'system':'http://x.org'}]}" },
	{ "ig-3",
		"{'resourceType':'ImplementationGuide','status':'draft','url':'http://x.org/i','name':'Ab',"
		"'packageId':'a.b','fhirVersion':['5.0.0'],'definition':{'resource':[],'page':{'sourceUrl':"
		"'http://x.org','name':'x','title':'x','generation':'generated'}}}" },
	{ "ing-1",
		"{'resourceType':'Ingredient','status':'active','role':{'text':'x'},'allergenicIndicator':t"
		"rue,'substance':{'code':{'reference':{'reference':'SubstanceDefinition/1'}}}}" },
	{ "mad-1",
		"{'resourceType':'MedicationAdministration','status':'completed','medication':{'concept':{'"
		"text':'x'}},'subject':{'reference':'Patient/1'},'occurenceDateTime':'2020','dosage':{'rout"
		"e':{'text':'x'}}}" },
	{ "mea-2",
		"{'resourceType':'Measure','status':'draft','group':[{'linkId':'xxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'}]}" },
	{ "mea-3",
		"{'resourceType':'Measure','status':'draft','group':[{'population':[{'linkId':'xxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'}]}]}" },
	{ "mea-4",
		"{'resourceType':'Measure','status':'draft','group':[{'stratifier':[{'linkId':'xxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'}]}]}" },
	{ "mea-5",
		"{'resourceType':'Measure','status':'draft','group':[{'stratifier':[{'component':[{'linkId'"
		":'xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx'}]}]}]}" },
	{ "mea-6",
		"{'resourceType':'Measure','status':'draft','supplementalData':[{'linkId':'xxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx"
		"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx','criteria':{'language':'text"
		"/fhirpath','expression':'true'}}]}" },
	{ "mrp-1",
		"{'resourceType':'MeasureReport','status':'complete','type':'data-exchange','period':{'star"
		"t':'2020'},'group':[{'linkId':'x'}]}" },
	{ "msq-5",
		"{'resourceType':'MolecularSequence','relative':[{'coordinateSystem':{'text':'x'},'starting"
		"Sequence':{'chromosome':{'text':'x'},'sequenceString':'x'}}]}" },
	{ "msq-6",
		"{'resourceType':'MolecularSequence','relative':[{'coordinateSystem':{'text':'x'},'starting"
		"Sequence':{'orientation':'sense'}}]}" },
	{ "obd-0",
		"{'resourceType':'ObservationDefinition','status':'draft','code':{'text':'x'},'permittedUni"
		"t':[{'code':'kg','system':'http://unitsofmeasure.org'}]}" },
	{ "obs-8",
		"{'resourceType':'Observation','status':'final','code':{'text':'x'},'bodySite':{'text':'x'}"
		",'bodyStructure':{'reference':'BodyStructure/1'}}" },
	{ "obs-9",
		"{'resourceType':'Observation','status':'final','code':{'text':'x'},'contained':[{'resource"
		"Type':'Group','id':'g','type':'person','membership':'enumerated','member':[{'entity':{'ref"
		"erence':'#p'}}]},{'resourceType':'Patient','id':'p'}],'specimen':{'reference':'#g'}}" },
	{ "opd-3",
		"{'resourceType':'OperationDefinition','status':'draft','name':'Ab','kind':'operation','cod"
		"e':'x','system':true,'type':false,'instance':false,'parameter':[{'name':'a','use':'in','mi"
		"n':0,'max':'1','type':'string','targetProfile':['http://x.org']}]}" },
	{ "opd-4",
		"{'resourceType':'OperationDefinition','status':'draft','name':'Ab','kind':'operation','cod"
		"e':'x','system':true,'type':false,'instance':false,'parameter':[{'name':'a','use':'out','m"
		"in':0,'max':'1','type':'string','searchType':'string'}]}" },
	{ "opd-5",
		"{'resourceType':'OperationDefinition','status':'draft','name':'Ab','kind':'query','code':'"
		"x','system':true,'type':false,'instance':true,'parameter':[{'name':'a','use':'in','min':0,"
		"'max':'1','type':'string','searchType':'string'}]}" },
	{ "opd-6",
		"{'resourceType':'OperationDefinition','status':'draft','name':'Ab','kind':'query','code':'"
		"x','system':true,'type':false,'instance':false,'parameter':[{'name':'a','use':'in','min':0"
		",'max':'1','type':'string'}]}" },
	{ "opd-7",
		"{'resourceType':'OperationDefinition','status':'draft','name':'Ab','kind':'query','code':'"
		"x','system':true,'type':false,'instance':false,'parameter':[{'name':'a','use':'in','min':0"
		",'max':'1','type':'string','searchType':'string'}]}" },
	{ "org-3",
		"{'resourceType':'Organization','name':'x','contact':[{'telecom':[{'system':'phone','value'"
		":'1','use':'home'}]}]}" },
	{ "org-4",
		"{'resourceType':'Organization','name':'x','contact':[{'address':{'text':'x','use':'home'}}"
		"]}" },
	{ "per-1",
		"{'resourceType':'Patient','name':[{'text':'x','period':{'start':'2022','end':'2020'}}]}" },
	{ "pld-0",
		"{'resourceType':'PlanDefinition','status':'draft','action':[{'input':[{'title':'x'}]}]}" },
	{ "pld-1",
		"{'resourceType':'PlanDefinition','status':'draft','action':[{'output':[{'title':'x'}]}]}" },
	{ "pld-3", "{'resourceType':'PlanDefinition','status':'draft','action':[{'goalId':['zz']}]}" },
	{ "pld-4",
		"{'resourceType':'PlanDefinition','status':'draft','action':[{'relatedAction':[{'targetId':"
		"'zz','relationship':'before'}]}]}" },
	{ "prc-1",
		"{'resourceType':'Procedure','status':'completed','subject':{'reference':'Patient/1'},'cont"
		"ained':[{'resourceType':'Practitioner','id':'d'}],'performer':[{'actor':{'reference':'#d'}"
		",'onBehalfOf':{'reference':'Organization/1'}}]}" },
	{ "prov-1",
		"{'resourceType':'Provenance','target':[{'reference':'Patient/1'}],'recorded':'2020-01-01T0"
		"0:00:00Z','contained':[{'resourceType':'Practitioner','id':'d'}],'agent':[{'who':{'referen"
		"ce':'#d'},'onBehalfOf':{'reference':'#d'}}]}" },
	{ "prov-2",
		"{'resourceType':'Provenance','target':[{'reference':'Patient/1'}],'recorded':'2020-01-01T0"
		"0:00:00Z','contained':[{'resourceType':'Practitioner','id':'d'},{'resourceType':'Practitio"
		"nerRole','id':'r','practitioner':{'reference':'#d'}}],'agent':[{'who':{'reference':'#r'},'"
		"onBehalfOf':{'reference':'#d'}}]}" },
	{ "prov-3",
		"{'resourceType':'Provenance','target':[{'reference':'Patient/1'}],'recorded':'2020-01-01T0"
		"0:00:00Z','contained':[{'resourceType':'Organization','id':'o','name':'x'},{'resourceType'"
		":'PractitionerRole','id':'r','organization':{'reference':'#o'}}],'agent':[{'who':{'referen"
		"ce':'#o'},'onBehalfOf':{'reference':'#r'}}]}" },
	{ "que-10",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'a','type':'date','maxL"
		"ength':3}]}" },
	{ "que-12",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'a','type':'string','en"
		"ableWhen':[{'question':'b','operator':'exists','answerBoolean':true},{'question':'b','oper"
		"ator':'exists','answerBoolean':true}]}]}" },
	{ "que-14",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'a','type':'string','an"
		"swerConstraint':'optionsOnly'}]}" },
	{ "que-15",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'aaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
		"aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa','type':'string'}]}" },
	{ "que-1b",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'a','type':'group'}]}" },
	{ "que-1c",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'a','type':'display','t"
		"ext':'x','item':[{'linkId':'b','type':'display','text':'y'}]}]}" },
	{ "que-5",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'a','type':'boolean','a"
		"nswerValueSet':'http://x.org'}]}" },
	{ "que-7",
		"{'resourceType':'Questionnaire','status':'draft','item':[{'linkId':'a','type':'string','en"
		"ableWhen':[{'question':'b','operator':'exists','answerInteger':1}]}]}" },
	{ "qrs-2",
		"{'resourceType':'QuestionnaireResponse','questionnaire':'http://x.org/q','status':'complet"
		"ed','item':[{'linkId':'f','item':[{'linkId':'g','item':[{'linkId':'a','answer':[{'valueStr"
		"ing':'x'}]},{'linkId':'a','answer':[{'valueString':'y'}]}]}]}]}" },
	{ "ras-2",
		"{'resourceType':'RiskAssessment','status':'final','subject':{'reference':'Patient/1'},'pre"
		"diction':[{'probabilityDecimal':101}]}" },
	{ "rat-1",
		"{'resourceType':'Observation','status':'final','code':{'text':'x'},'valueRatio':{'numerato"
		"r':{'value':1}}}" },
	{ "rng-2",
		"{'resourceType':'Observation','status':'final','code':{'text':'x'},'valueRange':{'low':{'v"
		"alue':5,'unit':'kg','system':'http://unitsofmeasure.org','code':'kg'},'high':{'value':3,'u"
		"nit':'kg','system':'http://unitsofmeasure.org','code':'kg'}}}" },
	{ "ref-1",
		"{'resourceType':'Observation','status':'final','code':{'text':'x'},'subject':{'reference':"
		"'#zz'}}" },
	{ "ref-2",
		"{'resourceType':'Observation','status':'final','code':{'text':'x'},'subject':{'type':'Pati"
		"ent'}}" },
	{ "sdd-1",
		"{'resourceType':'Observation','status':'final','code':{'text':'x'},'valueSampledData':{'or"
		"igin':{'value':0},'dimensions':1,'intervalUnit':'s','data':'1'}}" },
	{ "tim-9",
		"{'resourceType':'Observation','status':'final','code':{'text':'x'},'effectiveTiming':{'rep"
		"eat':{'offset':3,'when':['C']}}}" },
	{ "ratrng-1",
		"{'resourceType':'Ingredient','status':'active','role':{'text':'x'},'substance':{'code':{'c"
		"oncept':{'text':'x'}},'strength':[{'concentrationRatioRange':{'lowNumerator':{'value':1}}}"
		"]}}" },
	{ "scr-1",
		"{'resourceType':'Subscription','status':'active','topic':'http://x.org/t','channelType':{'"
		"code':'rest-hook'},'filterBy':[{'filterParameter':'x','value':'y','comparator':'eq','modif"
		"ier':'exact'}]}" },
	{ "sdf-15",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'}]},'snapshot':{'element':[{'id':'Patient','pa"
		"th':'Patient','definition':'x','min':0,'max':'*','type':[{'code':'Patient'}]}]}}" },
	{ "sdf-19",
		"{'resourceType':'StructureDefinition','url':'http://hl7.org/fhir/StructureDefinition/zz','"
		"name':'Ab','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefin"
		"ition':'http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differ"
		"ential':{'element':[{'id':'Patient','path':'Patient'},{'id':'Patient.name','path':'Patient"
		".name','type':[{'code':'Human-Name'}]}]}}" },
	{ "sdf-27",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','differential':{'element':[{'id':'Patient"
		"','path':'Patient'}]}}" },
	{ "sdf-28",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'}]},'snapshot':{'element':[{'id':'Patient','pa"
		"th':'Patient','definition':'x','min':0,'max':'*'},{'id':'Patient.identifier','path':'Patie"
		"nt.identifier','definition':'x','min':0,'max':'*','slicing':{'rules':'open'}}]}}" },
	{ "sdf-29",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/Patientz','n"
		"ame':'Ab','status':'draft','kind':'resource','abstract':false,'type':'Patientz','baseDefin"
		"ition':'http://hl7.org/fhir/StructureDefinition/Patient','derivation':'specialization','di"
		"fferential':{'element':[{'id':'Patient','path':'Patient'},{'id':'Patient.zz','path':'Patie"
		"nt.zz','min':2,'max':'*','definition':'x','short':'x','type':[{'code':'string'}]}]}}" },
	{ "sdf-3",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'}]},'snapshot':{'element':[{'id':'Patient','pa"
		"th':'Patient'}]}}" },
	{ "sdf-8a",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'},{'id':'Observation.code','path':'Observation"
		".code'}]}}" },
	{ "sdf-24",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'}]},'snapshot':{'element':[{'id':'Patient','pa"
		"th':'Patient','definition':'x','min':0,'max':'*'},{'id':'Patient.a','path':'Patient.a','de"
		"finition':'x','min':0,'max':'*','type':[{'code':'CodeableReference'}]},{'id':'Patient.a.re"
		"ference','path':'Patient.a.reference','definition':'x','min':0,'max':'*','type':[{'code':'"
		"Reference','targetProfile':['http://x.org']}]}]}}" },
	{ "sdf-25",
		"{'resourceType':'StructureDefinition','url':'http://x.org/StructureDefinition/a','name':'A"
		"b','status':'draft','kind':'resource','abstract':false,'type':'Patient','baseDefinition':'"
		"http://hl7.org/fhir/StructureDefinition/Patient','derivation':'constraint','differential':"
		"{'element':[{'id':'Patient','path':'Patient'}]},'snapshot':{'element':[{'id':'Patient','pa"
		"th':'Patient','definition':'x','min':0,'max':'*'},{'id':'Patient.a','path':'Patient.a','de"
		"finition':'x','min':0,'max':'*','type':[{'code':'CodeableReference'}]},{'id':'Patient.a.co"
		"ncept','path':'Patient.a.concept','definition':'x','min':0,'max':'*','type':[{'code':'Code"
		"ableConcept'}],'binding':{'strength':'example','valueSet':'http://x.org'}}]}}" },
	{ "spd-1",
		"{'resourceType':'SearchParameter','status':'draft','url':'http://x.org/s','name':'Ab','des"
		"cription':'x','code':'x','base':['Patient'],'type':'string','expression':'Patient.name'}" },
	{ "spd-3",
		"{'resourceType':'SearchParameter','status':'draft','url':'http://x.org/s','name':'Ab','des"
		"cription':'x','code':'x','base':['Patient'],'type':'string','comparator':['eq']}" },
	{ "sst-1",
		"{'resourceType':'SubscriptionStatus','type':'event-notification','subscription':{'referenc"
		"e':'Subscription/1'}}" },
	{ "sst-2",
		"{'resourceType':'SubscriptionStatus','type':'query-status','subscription':{'reference':'Su"
		"bscription/1'}}" },
	{ "tcp-6",
		"{'resourceType':'TerminologyCapabilities','status':'draft','date':'2020','kind':'requireme"
		"nts','codeSystem':[{'uri':'http://x.org','content':'complete'},{'uri':'http://x.org','cont"
		"ent':'complete'}]}" },
	{ "tcp-7",
		"{'resourceType':'TerminologyCapabilities','status':'draft','date':'2020','kind':'requireme"
		"nts','codeSystem':[{'uri':'http://x.org','content':'complete','version':[{'code':'1'},{'co"
		"de':'1'}]}]}" },
	{ "tcp-8",
		"{'resourceType':'TerminologyCapabilities','status':'draft','date':'2020','kind':'requireme"
		"nts','codeSystem':[{'uri':'http://x.org','content':'complete','version':[{'code':'1','isDe"
		"fault':true},{'code':'2','isDefault':true}]}]}" },
	{ "tsk-1",
		"{'resourceType':'Task','status':'requested','intent':'order','restriction':{'repetitions':"
		"1}}" },
	{ "tst-5",
		"{'resourceType':'TestScript','status':'draft','name':'Ab','setup':{'action':[{'assert':{'e"
		"xpression':'true','path':'x','stopTestOnFail':false,'warningOnly':false}}]}}" },
	{ "tst-6",
		"{'resourceType':'TestScript','status':'draft','name':'Ab','test':[{'name':'x','action':[{'"
		"assert':{'expression':'true','path':'x','stopTestOnFail':false,'warningOnly':false}}]}]}" },
	{ "vsd-11",
		"{'resourceType':'ValueSet','status':'draft','compose':{'include':[{'system':'http://x.org'"
		",'concept':[{'code':'a','designation':[{'value':'x','additionalUse':[{'code':'y'}]}]}]}]}"
		"}" },
};

static struct bench bench;
static bool ready;

static int open_release(void **state)
{
	(void)state;
	ready = open_bench(&bench, HS_S("hl7.fhir.r5.core"), HS_FHIR_R5);
	return 0;
}

static int close_release(void **state)
{
	(void)state;
	if (ready)
		close_bench(&bench);
	return 0;
}

static bool has(const struct hs_issues *issues, const char *key)
{
	for (const struct hs_issue *issue = issues->first; issue; issue = issue->next)
		if (hs_slice_eq(issue->detail_code, hs_slice_cstr(key)) && issue->diagnostics.len)
			return true;
	return false;
}

static void are_all_found(void **state)
{
	struct hs_validator_source source = { .profiles = bench.profiles };
	(void)state;
	if (!ready)
		skip();
	struct hs_validator *validator = hs_validator_new(&source);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
		struct hs_issues issues = { .arena = arena };
		char *text = hs_arena_cstr(arena, hs_slice_cstr(rows[i].resource));
		for (char *c = text; *c; c++)
			*c = *c == '\'' ? '"' : *c;
		struct hs_validate_options options = { .source = hs_slice_cstr(text) };
		hs_validate(validator, parse_json(arena, options.source), &options, &issues);
		if (!has(&issues, rows[i].key))
			fail_msg("%s is not found in %s", rows[i].key, rows[i].resource);
		hs_arena_free(arena);
	}
	hs_validator_unref(validator);
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(are_all_found) };
	return cmocka_run_group_tests(tests, open_release, close_release);
}
