/* SPDX-License-Identifier: Apache-2.0 */
/* The directory part of the synthetic Sweden as FHIR resources. */
#include <core/cli/seed/seed.h>

#define HSA_SYSTEM "urn:oid:1.2.752.29.4.19"
#define NUMBER_SYSTEM "urn:oid:2.5.4.97"
#define TYPE_SYSTEM "http://terminology.hl7.org/CodeSystem/organization-type"

static const char *const type_codes[] = { "govt", "govt", "prov" };

void hs_seed_write_owner(unsigned owner, struct hs_buf *out)
{
	struct hs_seed_owner o;
	hs_seed_owner(owner, &o);
	hs_buf_printf(out,
		"{\"resourceType\":\"Organization\",\"id\":\"%s\",\"identifier\":["
		"{\"system\":\"" NUMBER_SYSTEM "\",\"value\":\"%s\"},"
		"{\"system\":\"" HSA_SYSTEM "\",\"value\":\"SE%s-A001\"}],\"active\":true,"
		"\"type\":[{\"coding\":[{\"system\":\"" TYPE_SYSTEM "\",\"code\":\"%s\"}]}],"
		"\"name\":\"%s\",\"endpoint\":[{\"reference\":\"Endpoint/%s-ehr\"}]}",
		o.id, o.number, o.number, type_codes[o.kind], o.name, o.id);
}

void hs_seed_write_endpoint(unsigned owner, struct hs_buf *out)
{
	struct hs_seed_owner o;
	hs_seed_owner(owner, &o);
	/* Without managingOrganization: the organisation comes after it and points to it. */
	hs_buf_printf(out,
		"{\"resourceType\":\"Endpoint\",\"id\":\"%s-ehr\",\"identifier\":[{\"system\":\"" HSA_SYSTEM
		"\",\"value\":\"SE%s-S001\"}],\"status\":\"active\","
		"\"connectionType\":{\"system\":\"http://terminology.hl7.org/CodeSystem/"
		"endpoint-connection-type\","
		"\"code\":\"hl7-fhir-rest\"},\"name\":\"Record system of "
		"%s\",\"period\":{\"start\":\"2024-01-01\"},"
		"\"payloadType\":[{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
		"endpoint-payload-type\","
		"\"code\":\"any\"}]}],\"payloadMimeType\":[\"application/fhir+json\"],"
		"\"address\":\"https://ehr.%s.example/fhir\"}",
		o.id, o.number, o.name, o.id);
}

void hs_seed_write_affiliation(unsigned owner, struct hs_buf *out)
{
	struct hs_seed_owner o;
	hs_seed_owner(owner, &o);
	hs_buf_printf(out,
		"{\"resourceType\":\"OrganizationAffiliation\",\"id\":\"%s-avtal\",\"active\":true,"
		"\"period\":{\"start\":\"2024-01-01\",\"end\":\"2028-12-31\"},"
		"\"organization\":{\"reference\":\"Organization/region-%s\"},"
		"\"participatingOrganization\":{\"reference\":\"Organization/%s\"},"
		"\"code\":[{\"coding\":[{\"system\":\"http://hl7.org/fhir/"
		"organization-role\",\"code\":\"provider\"}],"
		"\"text\":\"Care on behalf of the region\"}]}",
		o.id, hs_seed_regions[o.region].code, o.id);
}

void hs_seed_write_unit(unsigned unit, struct hs_buf *out)
{
	struct hs_seed_unit u;
	hs_seed_unit(unit, &u);
	hs_buf_printf(out,
		"{\"resourceType\":\"Organization\",\"id\":\"%s\",\"identifier\":[{\"system\":\"" HSA_SYSTEM
		"\",\"value\":\"%s\"}],\"active\":true,\"type\":[{\"coding\":[{\"system\":\"" TYPE_SYSTEM
		"\",\"code\":\"dept\"}]}],\"name\":\"%s\",\"partOf\":{\"reference\":\"Organization/%s\"}}",
		u.id, u.hsa, u.name, u.owner.id);
}

void hs_seed_write_location(unsigned unit, struct hs_buf *out)
{
	struct hs_seed_unit u;
	hs_seed_unit(unit, &u);
	hs_buf_printf(out,
		"{\"resourceType\":\"Location\",\"id\":\"%s\",\"identifier\":[{\"system\":\"" HSA_SYSTEM
		"\",\"value\":\"%s\"}],\"status\":\"active\",\"name\":\"%s\",\"mode\":\"instance\","
		"\"type\":[{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
		"v3-RoleCode\",\"code\":\"%s\"}]}],"
		"\"position\":{\"longitude\":%.4f,\"latitude\":%.4f},"
		"\"managingOrganization\":{\"reference\":\"Organization/%s\"}}",
		u.id, u.hsa, u.name, u.number == 0 && u.owner.kind == HS_SEED_REGION ? "HOSP" : "OF",
		u.longitude, u.latitude, u.id);
}

void hs_seed_write_service(unsigned unit, struct hs_buf *out)
{
	struct hs_seed_unit u;
	hs_seed_unit(unit, &u);
	hs_buf_printf(out,
		"{\"resourceType\":\"HealthcareService\",\"id\":\"%s\",\"identifier\":[{\"system\":"
		"\"" HSA_SYSTEM
		"\",\"value\":\"%s\"}],\"active\":true,\"providedBy\":{\"reference\":\"Organization/%s\"},"
		"\"type\":[{\"text\":\"%s\"}],\"location\":[{\"reference\":\"Location/"
		"%s\"}],\"name\":\"%s\"}",
		u.id, u.hsa, u.id, u.service, u.id, u.name);
}

void hs_seed_write_practitioner(uint64_t seed, uint64_t number, struct hs_buf *out)
{
	struct hs_seed_person person;
	struct hs_seed_unit u;
	hs_seed_person(seed, hs_seed_person_max() - 1 - number, &person);
	hs_seed_unit((unsigned)(hs_seed_mix(seed, 'w', number) % hs_seed_unit_count()), &u);
	hs_buf_printf(out,
		"{\"resourceType\":\"Practitioner\",\"id\":\"person-%06llu\",\"identifier\":[{\"system\":"
		"\"" HSA_SYSTEM "\",\"value\":\"SE%s-P%06llu\"}],\"active\":true,\"name\":[{\"use\":"
		"\"official\",\"family\":\"%s\","
		"\"given\":[\"%s\"]}],\"gender\":\"%s\"}",
		(unsigned long long)number, u.owner.number, (unsigned long long)number, person.family,
		person.given, person.woman ? "female" : "male");
}

void hs_seed_write_role(uint64_t seed, uint64_t number, struct hs_buf *out)
{
	static const char *const roles[] = { "doctor", "nurse", "nurse", "pharmacist", "researcher", "ict" };
	uint64_t r = hs_seed_mix(seed, 'w', number);
	struct hs_seed_unit u;
	hs_seed_unit((unsigned)(r % hs_seed_unit_count()), &u);
	hs_buf_printf(out,
		"{\"resourceType\":\"PractitionerRole\",\"id\":\"uppdrag-%06llu\",\"active\":true,"
		"\"period\":{\"start\":\"20%02u-01-01\"},\"practitioner\":{\"reference\":\"Practitioner/"
		"person-%06llu\"},"
		"\"organization\":{\"reference\":\"Organization/%s\"},"
		"\"code\":[{\"coding\":[{\"system\":\"http://terminology.hl7.org/CodeSystem/"
		"practitioner-role\","
		"\"code\":\"%s\"}]}],\"location\":[{\"reference\":\"Location/%s\"}],"
		"\"healthcareService\":[{\"reference\":\"HealthcareService/%s\"}]}",
		(unsigned long long)number, (unsigned)(r >> 32) % 15u + 10u, (unsigned long long)number, u.id,
		roles[(r >> 40) % 6u], u.id, u.id);
}
