/* SPDX-License-Identifier: Apache-2.0 */
/* The table: every difference between R4 (4.0.1) and R5 (5.0.0) in the elements of the types that can be
 * converted, by their StructureDefinitions. A test holds it against both.
 *
 * A row without functions only names members that one version has: they are carried. */
#include <core/fhir/convert/convert_private.h>

#define MAP(name) .to_r5 = hs__map_##name##_up, .to_r4 = hs__map_##name##_down
#define ONLY_R5(where, ...) \
	{ \
		.path = (where), .r5 = { __VA_ARGS__ } \
	}
#define ONLY_R4(where, ...) \
	{ \
		.path = (where), .r4 = { __VA_ARGS__ } \
	}

/* Resources that R5 made metadata resources. */
#define METADATA(where) \
	ONLY_R5(where, "versionAlgorithm", "copyrightLabel", "approvalDate", "lastReviewDate", \
		"effectivePeriod", "topic"), \
		ONLY_R5(where, "author", "editor", "reviewer", "endorser", "relatedArtifact")

static const char *const language[] = { "language" };
static const char *const hours[] = { "openingTime", "closingTime" };
static const char *const available[] = { "availableStartTime", "availableEndTime" };
static const char *const relations[] = { "http://hl7.org/fhir/document-relationship-type" };
/* R4 concept-map-equivalence says how the target is to the source, R5 concept-map-relationship how the source
 * is to the target. */
static const char *const equivalences[] = { "relatedto", "related-to", "equivalent", "equivalent", "wider",
	"source-is-narrower-than-target", "narrower", "source-is-broader-than-target", "disjoint",
	"not-related-to", "equal", "equivalent", "subsumes", "source-is-narrower-than-target", "specializes",
	"source-is-broader-than-target", "inexact", "related-to", "unmatched", "not-related-to", NULL };
/* R4 has no word for what was entered in error: it is off. */
static const char *const states[] = { "requested", "requested", "active", "active", "error", "error", "off",
	"off", "off", "entered-in-error", NULL };
/* What one version has no word for is told by the nearest of the other, and carried. */
static const char *const usages[] = { "normal", "normal", "phonetic", "phonetic", "other", "other", "nearby",
	"other", "distance", "other", NULL };
static const char *const modifiers[] = { "ofType", "of-type", NULL };
static const char *const roles[] = { "revision", "revision", "quotation", "quotation", "source", "source",
	"removal", "removal", "derivation", "source", "source", "instantiates", NULL };
static const char *const concept[] = { "concept" };
static const char *const modes[] = { "provided", "use-source-code", "fixed", "fixed", "other-map",
	"other-map", NULL };

/* What R5 cannot tell of R4's or R4 of R5's is something not to be acted upon yet. */
static const char *const consents[] = { "draft", "draft", "proposed", "draft", "active", "active", "rejected",
	"not-done", "inactive", "inactive", "entered-in-error", "entered-in-error", "draft", "unknown",
	NULL };
static const char *const display[] = { "display" };
static const char *const text[] = { "text" };
static const char *const occurred[] = { "occurredPeriod" };

const struct hs__convert_rule hs__convert_rules[] = {
	/* data types */
	ONLY_R5("Attachment", "height", "width", "frames", "duration", "pages"),
	ONLY_R5("DataRequirement", "valueFilter"),
	ONLY_R4("ElementDefinition.constraint", "xpath"),
	ONLY_R5("ElementDefinition.constraint", "suppress"),
	ONLY_R5("ElementDefinition.binding", "additional"),
	ONLY_R5("ElementDefinition", "mustHaveValue", "valueAlternatives"),
	{ "SampledData", { "period" }, { "interval", "intervalUnit" }, MAP(samples) },
	ONLY_R5("SampledData", "codeMap", "offsets"),
	ONLY_R4("RelatedArtifact", "url"),
	ONLY_R5("RelatedArtifact", "classifier", "resourceReference", "publicationStatus", "publicationDate"),

	/* directory */
	{ "Organization", { "telecom", "address", "contact" }, { "contact" }, MAP(contact) },
	ONLY_R5("Organization", "description", "qualification"),
	{ "OrganizationAffiliation", { "telecom" }, { "contact" }, MAP(contact) },
	{ "Location", { "telecom" }, { "contact" }, MAP(contact) },
	{ "Location", { "physicalType" }, { "form" }, MAP(rename) },
	{ "Location", { "hoursOfOperation" }, { "hoursOfOperation" }, MAP(hours), .words = hours },
	ONLY_R4("Location", "availabilityExceptions"),
	ONLY_R5("Location", "characteristic", "virtualService"),
	{ "HealthcareService", { "telecom" }, { "contact" }, MAP(contact) },
	{ "HealthcareService", { "availableTime", "notAvailable" }, { "availability" }, MAP(hours),
		.words = available },
	ONLY_R4("HealthcareService", "availabilityExceptions"),
	ONLY_R5("HealthcareService", "offeredIn"),
	ONLY_R5("Practitioner", "deceased"),
	{ "Practitioner", { "communication" }, { "communication" }, MAP(wrap), .words = language },
	{ "PractitionerRole", { "telecom" }, { "contact" }, MAP(contact) },
	{ "PractitionerRole", { "availableTime", "notAvailable" }, { "availability" }, MAP(hours),
		.words = available },
	ONLY_R4("PractitionerRole", "availabilityExceptions"),
	ONLY_R5("PractitionerRole", "characteristic", "communication"),
	{ "Endpoint", { "connectionType" }, { "connectionType" }, MAP(coding) },
	{ "Endpoint", { "payloadType", "payloadMimeType" }, { "payload" }, MAP(payload) },
	{ "Endpoint", { "status" }, { "status", "environmentType" }, MAP(test) },
	ONLY_R5("Endpoint", "description"),

	/* documents */
	{ "DocumentReference", { "masterIdentifier", "identifier" }, { "identifier" }, MAP(master) },
	{ "DocumentReference", { "authenticator" }, { "attester" }, MAP(attester) },
	{ "DocumentReference", { "context" },
		{ "context", "event", "period", "facilityType", "practiceSetting" }, MAP(context) },
	{ "DocumentReference.relatesTo", { "code" }, { "code" }, MAP(concept), .words = relations },
	{ "DocumentReference.content", { "format" }, { "profile" }, MAP(format) },
	ONLY_R5("DocumentReference", "version", "basedOn", "modality", "bodySite"),

	/* terminology */
	METADATA("CodeSystem"),
	ONLY_R5("CodeSystem.concept.designation", "additionalUse"),
	METADATA("ValueSet"),
	ONLY_R5("ValueSet", "scope"),
	ONLY_R5("ValueSet.compose", "property"),
	ONLY_R5("ValueSet.compose.include", "copyright"),
	ONLY_R5("ValueSet.compose.include.concept.designation", "additionalUse"),
	ONLY_R5("ValueSet.expansion", "next", "property"),
	ONLY_R5("ValueSet.expansion.contains", "property"),
	METADATA("NamingSystem"),
	ONLY_R5("NamingSystem", "url", "identifier", "version", "title", "experimental", "purpose",
		"copyright"),
	ONLY_R5("NamingSystem.uniqueId", "authoritative"),
	METADATA("ConceptMap"),
	ONLY_R5("ConceptMap", "property", "additionalAttribute"),
	{ "ConceptMap", { "source" }, { "sourceScope" }, MAP(rename) },
	{ "ConceptMap", { "target" }, { "targetScope" }, MAP(rename) },
	{ "ConceptMap.group", { "source", "sourceVersion" }, { "source" }, MAP(version) },
	{ "ConceptMap.group", { "target", "targetVersion" }, { "target" }, MAP(version) },
	{ "ConceptMap.group.element", { "target" }, { "target", "noMap" }, MAP(targets) },
	ONLY_R5("ConceptMap.group.element", "valueSet"),
	{ "ConceptMap.group.element.target", { "equivalence" }, { "relationship" }, MAP(words),
		.words = equivalences },
	ONLY_R5("ConceptMap.group.element.target", "valueSet", "property"),
	{ "ConceptMap.group.element.target.dependsOn", { "property", "system", "value", "display" },
		{ "attribute", "value" }, MAP(depends) },
	ONLY_R5("ConceptMap.group.element.target.dependsOn", "valueSet"),
	{ "ConceptMap.group.unmapped", { "mode" }, { "mode" }, MAP(words), .words = modes },
	{ "ConceptMap.group.unmapped", { "url" }, { "otherMap" }, MAP(rename) },
	ONLY_R5("ConceptMap.group.unmapped", "valueSet", "relationship"),

	/* subscriptions */
	{ "Subscription", { "channel" }, { "channelType", "endpoint", "parameter", "contentType" },
		MAP(channel) },
	{ "Subscription", { "criteria" }, { "topic" }, MAP(topic) },
	{ "Subscription", { "status" }, { "status" }, MAP(words), .words = states },
	ONLY_R4("Subscription", "error"),
	ONLY_R5("Subscription", "identifier", "name", "managingEntity", "filterBy"),
	ONLY_R5("Subscription", "heartbeatPeriod", "timeout", "content", "maxCount"),

	/* definitions */
	ONLY_R5("CapabilityStatement", "identifier", "versionAlgorithm", "copyrightLabel", "acceptLanguage"),
	ONLY_R5("CapabilityStatement.rest.resource", "conditionalPatch"),
	ONLY_R5("StructureDefinition", "versionAlgorithm", "copyrightLabel"),
	ONLY_R5("OperationDefinition", "identifier", "versionAlgorithm", "copyright", "copyrightLabel"),
	ONLY_R5("OperationDefinition.parameter", "scope", "allowedType"),
	{ "SearchParameter", { "xpathUsage" }, { "processingMode" }, MAP(words), .words = usages },
	{ "SearchParameter", { "modifier" }, { "modifier" }, MAP(words), .words = modifiers },
	ONLY_R4("SearchParameter", "xpath"),
	ONLY_R5("SearchParameter", "identifier", "versionAlgorithm", "title", "copyright", "copyrightLabel",
		"constraint"),
	{ "Questionnaire.item", { "type" }, { "type", "answerConstraint" }, MAP(item_type) },
	ONLY_R5("Questionnaire.item", "disabledDisplay"),
	ONLY_R5("Questionnaire", "versionAlgorithm", "copyrightLabel"),

	/* records */
	ONLY_R5("Observation", "instantiates", "triggeredBy", "bodyStructure"),
	ONLY_R5("Observation.referenceRange", "normalValue"),
	{ "Provenance", { "reason" }, { "authorization" }, MAP(wrap), .words = concept },
	{ "Provenance.entity", { "role" }, { "role" }, MAP(words), .words = roles },
	ONLY_R5("Provenance", "basedOn", "patient", "encounter"),
	ONLY_R5("Person", "deceased", "maritalStatus", "communication"),

	/* who looked at what */
	{ "AuditEvent", { "type", "subtype" }, { "category", "code" }, MAP(event) },
	{ "AuditEvent", { "period" }, { "occurred" }, MAP(typed), .words = occurred },
	{ "AuditEvent", { "outcome", "outcomeDesc" }, { "outcome" }, MAP(outcome) },
	{ "AuditEvent", { "purposeOfEvent" }, { "authorization" }, MAP(rename) },
	ONLY_R5("AuditEvent", "severity", "basedOn", "patient", "encounter"),
	ONLY_R4("AuditEvent.agent", "altId", "name", "media"),
	{ "AuditEvent.agent", { "network" }, { "network" }, MAP(network) },
	{ "AuditEvent.agent", { "purposeOfUse" }, { "authorization" }, MAP(rename) },
	{ "AuditEvent.source", { "site" }, { "site" }, MAP(inside), .words = display },
	{ "AuditEvent.source", { "type" }, { "type" }, MAP(classify) },
	ONLY_R4("AuditEvent.entity", "type", "lifecycle", "name", "description"),
	{ "AuditEvent.entity", { "role" }, { "role" }, MAP(classify) },
	{ "AuditEvent.entity", { "securityLabel" }, { "securityLabel" }, MAP(classify) },
	ONLY_R5("AuditEvent.entity", "agent"),
	{ "AuditEvent.entity.detail", { "type" }, { "type" }, MAP(inside), .words = text },

	/* who may look at what; a performer of R4 is the grantor or the grantee, which nothing tells */
	{ "Consent", { "status" }, { "status" }, MAP(words), .words = consents },
	ONLY_R4("Consent", "scope", "performer"),
	{ "Consent", { "patient" }, { "subject" }, MAP(rename) },
	{ "Consent", { "dateTime" }, { "date" }, MAP(day) },
	{ "Consent", { "organization" }, { "manager" }, MAP(rename) },
	{ "Consent", { "source" }, { "sourceAttachment", "sourceReference" }, MAP(source) },
	{ "Consent", { "policy" }, { "policyBasis" }, MAP(policy) },
	{ "Consent", { "policyRule" }, { "regulatoryBasis" }, MAP(single) },
	ONLY_R5("Consent", "period", "grantor", "grantee", "controller", "policyText"),
	ONLY_R5("Consent.verification", "verificationType", "verifiedBy"),
	{ "Consent", .r5 = { "decision" }, .to_r4 = hs__map_decision_down },
	{ "Consent.provision", { "type" }, .to_r5 = hs__map_decision_up },
	{ "Consent.provision", { "class" }, { "documentType", "resourceType" }, MAP(class) },
	ONLY_R5("Consent.provision", "expression"),

	/* the rest */
	ONLY_R5("Bundle", "issues"),
};
const size_t hs__convert_rule_count = sizeof(hs__convert_rules) / sizeof(hs__convert_rules[0]);
