/* SPDX-License-Identifier: Apache-2.0 */
/* The record source: every R4 resource type that no other service owns, stored and served as it was sent.
 *
 * It stands in for a record system of a care provider, so that a pointer of the record index leads somewhere.
 * All that it does is said by rows; the REST API of the host does the rest. */
#include <handslag/service.h>

/* What FHIR itself is defined by: packages hold them, and they can be read here without being stored. */
#define DEFINITION(type) \
	{ \
		.name = (type), .versions = HS_ON_R4, .interactions = HS_CAN_ALL, \
		.packaged = HS_PACKAGED_SAME, \
		.documentation = \
			"Those of the loaded packages are there too, unless one with the same id is stored." \
	}

static const struct hs_type_row types[] = {
	DEFINITION("StructureDefinition"),
	DEFINITION("SearchParameter"),
	DEFINITION("OperationDefinition"),
	DEFINITION("CapabilityStatement"),
	DEFINITION("CompartmentDefinition"),
	DEFINITION("ImplementationGuide"),
	DEFINITION("StructureMap"),
	DEFINITION("GraphDefinition"),
	DEFINITION("MessageDefinition"),
	DEFINITION("TerminologyCapabilities"),
	{ .name = "*",
		.versions = HS_ON_R4,
		.interactions = HS_CAN_ALL,
		.documentation = "Kept as it was sent: number texts, order and white space survive." },
	{ .name = NULL },
};

extern const struct hs_service hs_service_record_source;
const struct hs_service hs_service_record_source = {
	.abi = HS_SERVICE_ABI,
	.name = "record-source",
	.summary = "A care provider's record system: every resource type that no other service owns.",
	.types = types,
};
