/* SPDX-License-Identifier: Apache-2.0 */
/* Patients, and the pointers to where their records are. */
#include <core/cli/seed/seed.h>

#include <handslag/time.h>

#define PERSONNUMMER "http://electronichealth.se/identifier/personnummer"

/* Kinds of documents: LOINC codes of the priority categories of the European Health Data Space. */
static const struct {
	const char *type;
	const char *text;
} documents[] = {
	{ "60591-5", "Patient summary" },
	{ "18842-5", "Discharge report" },
	{ "11502-2", "Laboratory report" },
	{ "11502-2", "Laboratory report" },
	{ "85430-7", "Imaging report" },
	{ "57833-6", "Prescription" },
	{ "34117-2", "History and physical note" },
	{ "11488-4", "Consultation note" },
};

void hs_seed_write_patient(uint64_t seed, uint64_t number, struct hs_buf *out)
{
	struct hs_seed_person person;
	hs_seed_person(seed, number, &person);
	uint64_t r = hs_seed_mix(seed, 'a', number);
	const struct hs_seed_municipality *place = &hs_seed_municipalities[r % HS_SEED_MUNICIPALITIES];
	hs_buf_printf(out,
		"{\"resourceType\":\"Patient\",\"id\":\"patient-%07llu\",\"identifier\":[{\"system\":"
		"\"" PERSONNUMMER "\",\"value\":\"%s\"}],\"active\":true,\"name\":[{\"use\":\"official\","
		"\"family\":\"%s\",\"given\":[\"%s\"]}],"
		"\"gender\":\"%s\",\"birthDate\":\"%s\",\"address\":[{\"use\":\"home\",\"city\":\"%s\","
		"\"country\":\"SE\"}]}",
		(unsigned long long)number, person.personnummer, person.family, person.given,
		person.woman ? "female" : "male", person.birth_date, place->name);
}

/* Which patient a pointer is about. Of each 24 pointers twelve belong to one patient, who has no others, so
 * that half of the patients have exactly twelve; the rest are spread with a long tail over the other half. */
static uint64_t patient_of(uint64_t seed, uint64_t number, uint64_t patients)
{
	uint64_t block = number / 24;
	if (number % 24 < 12 && 2 * block < patients) {
		return 2 * block;
	}
	double u = (double)(hs_seed_mix(seed, 'z', number) >> 11) / 9007199254740992.0;
	uint64_t odd = patients / 2;
	return odd == 0 ? 0 : 2 * (uint64_t)((double)odd * u * u * u) + 1;
}

/* A UUID (version 4 by its marks) made of two numbers. */
static void write_uuid(struct hs_buf *out, uint64_t a, uint64_t b)
{
	static const char hex[] = "0123456789abcdef";
	a = (a & ~UINT64_C(0xf000)) | UINT64_C(0x4000);
	b = (b & ~(UINT64_C(3) << 62)) | UINT64_C(2) << 62;
	char *text = hs_buf_reserve(out, 36);
	if (!text) {
		return;
	}
	for (unsigned i = 0, n = 0; i < 36; i++) {
		if (i == 8 || i == 13 || i == 18 || i == 23) {
			text[i] = '-';
			continue;
		}
		text[i] = hex[(n < 16 ? a >> (60 - 4 * n) : b >> (60 - 4 * (n - 16))) & 15];
		n++;
	}
	hs_buf_commit(out, 36);
}

/* Between 2015 and the end of 2025, to the second. */
static void write_date(struct hs_buf *out, uint64_t r)
{
	char text[HS_INSTANT_LEN + 1];
	int64_t start = hs_time_days(2015, 1, 1) * 86400, end = hs_time_days(2026, 1, 1) * 86400;
	hs_time_instant((start + (int64_t)(r % (uint64_t)(end - start))) * 1000, text);
	hs_buf_add(out, hs_slice(text, 19));
	hs_buf_byte(out, 'Z');
}

void hs_seed_write_pointer(uint64_t seed, uint64_t number, uint64_t patients, struct hs_buf *out)
{
	uint64_t a = hs_seed_mix(seed, 'd', number), b = hs_seed_mix(seed, 'e', number);
	uint64_t patient = patient_of(seed, number, patients);
	unsigned kind = (unsigned)(a % 8u);
	struct hs_seed_person person;
	struct hs_seed_unit unit;
	hs_seed_person(seed, patient, &person);
	hs_seed_unit((unsigned)(b % hs_seed_unit_count()), &unit);

	hs_buf_cstr(out, "{\"resourceType\":\"DocumentReference\",\"id\":\"");
	write_uuid(out, a, b);
	hs_buf_cstr(out, "\",\"masterIdentifier\":{\"system\":\"urn:ietf:rfc:3986\",\"value\":\"urn:uuid:");
	write_uuid(out, a, b);
	hs_buf_cstr(out,
		"\"},\"status\":\"current\",\"type\":{\"coding\":[{\"system\":\"http://"
		"loinc.org\",\"code\":\"");
	hs_buf_cstr(out, documents[kind].type);
	hs_buf_cstr(out, "\"}],\"text\":\"");
	hs_buf_cstr(out, documents[kind].text);
	hs_buf_printf(out,
		"\"},\"subject\":{\"reference\":\"Patient/"
		"patient-%07llu\",\"identifier\":{\"system\":\"" PERSONNUMMER
		"\",\"value\":\"%s\"}},\"date\":\"",
		(unsigned long long)patient, person.personnummer);
	write_date(out, hs_seed_mix(seed, 't', number));
	hs_buf_printf(out,
		"\",\"custodian\":{\"reference\":\"Organization/"
		"%s\",\"identifier\":{\"system\":\"urn:oid:1.2.752.29.4.19\","
		"\"value\":\"%s\"}},\"content\":[{\"attachment\":{\"contentType\":\"application/fhir+json\","
		"\"url\":\"https://ehr.%s.example/fhir/Bundle/",
		unit.id, unit.hsa, unit.owner.id);
	write_uuid(out, a, b);
	hs_buf_cstr(out, "\"}}]}");
}
