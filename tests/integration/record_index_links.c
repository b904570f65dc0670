/* SPDX-License-Identifier: Apache-2.0 */
/* Chains and _has between pointers and the patients they are about, who come and go while the ledger's
 * columns remember where they are. Each answer is held against a plain count. */
#include "rest_test.h"

#define POINTERS 400 /* so many that they are searched along columns */
#define PATIENTS 240 /* so many that chains to half of them are asked of all at once */
#define CUSTODIANS 8 /* so that what one has is listed */

static bool there[PATIENTS]; /* not deleted */

static int patient_of(int i)
{
	return i * 7 % PATIENTS;
}

static int custodian_of(int i)
{
	return i / 16 % CUSTODIANS;
}

static bool is_male(int patient)
{
	return patient % 2;
}

static bool is_old(int i)
{
	return i % 3 == 0;
}

static void put_pointer(int i)
{
	send_ok("PUT", TEXT("DocumentReference/l%d", i),
		TEXT("{'resourceType':'DocumentReference','id':'l%d','status':'%s','subject':{'reference':"
		     "'Patient/p%d'%s},'custodian':{'reference':'Organization/o%d'},'content':[{'attachment':"
		     "{'url':'urn:x:%d'}}]}",
			i, is_old(i) ? "superseded" : "current", patient_of(i),
			i % 2 ? ",'display':'Somebody'" : "", custodian_of(i), i),
		201);
}

static void put_patient(int patient, int answer)
{
	send_ok("PUT", TEXT("Patient/p%d", patient),
		TEXT("{'resourceType':'Patient','id':'p%d','gender':'%s','name':[{'family':'Berg%d'}]}",
			patient, is_male(patient) ? "male" : "female", patient % 4),
		answer);
	there[patient] = true;
}

static int start_filled(void **state)
{
	struct fixture_options options = {
		.config = "{\"services\":{\"record-index\":{\"check-identifiers\":false}}}"
	};
	(void)state;
	fx = fixture_start(&options);
	for (int i = 0; i < PATIENTS - 10 && fixture_has_fhir(fx, HS_FHIR_R4); i++)
		put_patient(i, 201);
	for (int i = 0; i < POINTERS && fixture_has_fhir(fx, HS_FHIR_R4); i++)
		put_pointer(i);
	return 0;
}

static void counts(const char *query, int64_t total)
{
	struct fixture_answer a = send_ok("GET", TEXT("%s&_summary=count", query), NULL, 200);
	if (number(&a, "/total") != total)
		fail_msg("%s: %lld instead of %lld", query, (long long)number(&a, "/total"),
			(long long)total);
}

/* Has the patient a pointer that is old or not (-1: either), and of that custodian (-1: any)? */
static bool has_one(int patient, int old, int custodian)
{
	bool found = false;
	for (int i = 0; i < POINTERS && !found; i++)
		found = patient_of(i) == patient && (old < 0 || is_old(i) == old) &&
			(custodian < 0 || custodian_of(i) == custodian);
	return found;
}

static int64_t patients(int male, int old, int first_custodian, int second_custodian)
{
	int64_t count = 0;
	for (int i = 0; i < PATIENTS; i++)
		count += there[i] && (male < 0 || is_male(i) == male) && has_one(i, old, -1) &&
			has_one(i, -1, first_custodian) && has_one(i, -1, second_custodian);
	return count;
}

static int64_t pointers(int male, int name, int custodian)
{
	int64_t count = 0;
	for (int i = 0; i < POINTERS; i++)
		count += there[patient_of(i)] && (male < 0 || is_male(patient_of(i)) == male) &&
			(name < 0 || patient_of(i) % 4 == name) &&
			(custodian < 0 || custodian_of(i) == custodian);
	return count;
}

/* Of men who have an old pointer. */
static int64_t pointers_beside_old(void)
{
	int64_t count = 0;
	for (int i = 0; i < POINTERS; i++)
		count += there[patient_of(i)] && is_male(patient_of(i)) && has_one(patient_of(i), 1, -1);
	return count;
}

static int64_t few(int old, int custodian, const int *of, size_t count)
{
	int64_t found = 0;
	for (size_t i = 0; i < count; i++)
		found += there[of[i]] && has_one(of[i], old, -1) && has_one(of[i], -1, custodian);
	return found;
}

#define HAS "_has:DocumentReference:"

static void all_ways(void)
{
	static const int some[] = { 1, 3, 12, 31, 36 };
	counts("DocumentReference?status=current", POINTERS - (POINTERS + 2) / 3);
	counts("Patient?" HAS "patient:status=superseded", patients(-1, 1, -1, -1));
	for (int i = 0; i < CUSTODIANS; i++) {
		counts(TEXT("Patient?" HAS "subject:custodian=Organization/o%d", i), patients(-1, -1, i, -1));
		counts(TEXT("Patient?gender=male&" HAS "patient:custodian=Organization/o%d&" HAS
			    "patient:custodian=Organization/o%d",
			       i, (i + 1) % CUSTODIANS),
			patients(1, -1, i, (i + 1) % CUSTODIANS));
		counts(TEXT("Patient?gender:not=male&" HAS "patient:status=current&" HAS
			    "subject:custodian=Organization/o%d",
			       i),
			patients(0, 0, i, -1));
		counts(TEXT("Patient?_id=p1,p3,p12,p31,p36&" HAS "patient:status=current&" HAS
			    "patient:custodian=Organization/o%d",
			       i),
			few(0, i, some, sizeof some / sizeof *some));
		counts(TEXT("DocumentReference?patient:Patient.gender=male&custodian=Organization/o%d", i),
			pointers(1, -1, i));
		counts(TEXT("DocumentReference?subject:Patient.gender:not=male&custodian=Organization/o%d",
			       i),
			pointers(0, -1, i));
		counts(TEXT("DocumentReference?patient:Patient.name:contains=erg%d&custodian="
			    "Organization/o%d",
			       i % 4, i),
			pointers(-1, i % 4, i));
	}
	counts("Patient?gender=male&" HAS "patient:patient:Patient." HAS "patient:status=current",
		patients(1, 0, -1, -1));
	counts("DocumentReference?patient:Patient." HAS
	       "patient:status=superseded&patient:Patient.gender=male",
		pointers_beside_old());
	counts("DocumentReference?patient:Patient.gender=male", pointers(1, -1, -1));
	counts("DocumentReference?patient:Patient.gender=male&patient:Patient.name:contains=erg3",
		pointers(1, 3, -1));
}

static void answers_while_patients_come_and_go(void **state)
{
	NEED_FHIR();
	all_ways();
	/* Those whom pointers referred to before. */
	put_patient(PATIENTS - 9, 201);
	put_patient(PATIENTS - 4, 201);
	all_ways();
	send_ok("DELETE", "Patient/p3", NULL, 204);
	there[3] = false;
	send_ok("DELETE", "Patient/p12", NULL, 204);
	there[12] = false;
	all_ways();
	put_patient(3, 201);
	all_ways();
}

/* Whom nobody points to need not be looked for, until somebody does. */
static void finds_subjects_of_another_type(void **state)
{
	NEED_FHIR();
	send_ok("PUT", "Practitioner/d0", "{'resourceType':'Practitioner','id':'d0','gender':'other'}", 201);
	for (int i = 0; i < 2; i++) {
		counts("DocumentReference?subject:Practitioner.gender=other", 0);
		counts("DocumentReference?subject.gender=other", 0);
	}
	send_ok("PUT", "DocumentReference/d0",
		"{'resourceType':'DocumentReference','id':'d0','status':'current','subject':{'reference':"
		"'Practitioner/d0'},'custodian':{'reference':'Organization/o0'},'content':[{'attachment':"
		"{'url':'urn:x:d0'}}]}",
		201);
	counts("DocumentReference?subject:Practitioner.gender=other", 1);
	counts("DocumentReference?subject.gender=other", 1);
	counts("DocumentReference?patient.gender=other", 0);
	send_ok("DELETE", "DocumentReference/d0", NULL, 204);
	counts("DocumentReference?subject.gender=other", 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(answers_while_patients_come_and_go),
		cmocka_unit_test(finds_subjects_of_another_type),
	};
	return cmocka_run_group_tests(tests, start_filled, stop_server);
}
