/* SPDX-License-Identifier: Apache-2.0 */
/* What a value tells beyond FHIR: the day of birth within a Swedish personal identity number, and the country
 * within an object identifier. Both are warnings: numbers were given to people whose day of birth was not
 * known, and new countries come. */
#include <core/fhir/validate/walk.h>

#include <handslag/identifier.h>
#include <handslag/time.h>

#include <stdio.h>

/* ISO 3166-1 numeric codes; an object identifier 1.2.N belongs to the standards body of country N (X.660). */
static const uint16_t countries[] = {
	4,
	8,
	10,
	12,
	16,
	20,
	24,
	28,
	31,
	32,
	36,
	40,
	44,
	48,
	50,
	51,
	52,
	56,
	60,
	64,
	68,
	70,
	72,
	74,
	76,
	84,
	86,
	90,
	92,
	96,
	100,
	104,
	108,
	112,
	116,
	120,
	124,
	132,
	136,
	140,
	144,
	148,
	152,
	156,
	158,
	162,
	166,
	170,
	174,
	175,
	178,
	180,
	184,
	188,
	191,
	192,
	196,
	203,
	204,
	208,
	212,
	214,
	218,
	222,
	226,
	231,
	232,
	233,
	234,
	238,
	239,
	242,
	246,
	248,
	250,
	254,
	258,
	260,
	262,
	266,
	268,
	270,
	275,
	276,
	288,
	292,
	296,
	300,
	304,
	308,
	312,
	316,
	320,
	324,
	328,
	332,
	334,
	336,
	340,
	344,
	348,
	352,
	356,
	360,
	364,
	368,
	372,
	376,
	380,
	384,
	388,
	392,
	398,
	400,
	404,
	408,
	410,
	414,
	417,
	418,
	422,
	426,
	428,
	430,
	434,
	438,
	440,
	442,
	446,
	450,
	454,
	458,
	462,
	466,
	470,
	474,
	478,
	480,
	484,
	492,
	496,
	498,
	499,
	500,
	504,
	508,
	512,
	516,
	520,
	524,
	528,
	531,
	533,
	534,
	535,
	540,
	548,
	554,
	558,
	562,
	566,
	570,
	574,
	578,
	580,
	581,
	583,
	584,
	585,
	586,
	591,
	598,
	600,
	604,
	608,
	612,
	616,
	620,
	624,
	626,
	630,
	634,
	638,
	642,
	643,
	646,
	652,
	654,
	659,
	660,
	662,
	663,
	666,
	670,
	674,
	678,
	682,
	686,
	688,
	690,
	694,
	702,
	703,
	704,
	705,
	706,
	710,
	716,
	724,
	728,
	729,
	732,
	740,
	744,
	748,
	752,
	756,
	760,
	762,
	764,
	768,
	772,
	776,
	780,
	784,
	788,
	792,
	795,
	796,
	798,
	800,
	804,
	807,
	818,
	826,
	831,
	832,
	833,
	834,
	840,
	850,
	854,
	858,
	860,
	862,
	876,
	882,
	887,
	894,
};

static bool is_country(uint64_t number)
{
	for (size_t i = 0; i < sizeof(countries) / sizeof(countries[0]); i++)
		if (countries[i] == number)
			return true;
	return false;
}

static void check_oid(struct hs__validation *run, const struct hs__node *node, struct hs_slice arcs)
{
	uint64_t number;
	struct hs_slice rest = arcs;
	if (hs_slice_u64(hs_slice_cut(&rest, '.'), &number) && rest.ptr && !is_country(number))
		hs__validate_add(run, node, HS_S_NONE, NULL, HS_SEVERITY_WARNING, "value", "oid-country",
			"%.*s: 1.2.%llu belongs to no country (Sweden is 1.2.752); is the number mistyped?",
			HS_S_ARG(hs_slice_first(hs_json_text(node->value), 100)), (unsigned long long)number);
}

/* "YYYY-MM-DD" */
static void print_day(int64_t days, char out[16])
{
	int year;
	int month;
	int day;
	hs_time_civil(days, &year, &month, &day);
	snprintf(out, 16, "%04u-%02u-%02u", (unsigned)year % 10000, (unsigned)month % 100,
		(unsigned)day % 100);
}

/* Numbers are not put into the text: they are personal. */
static void check_birth(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice birth = hs_json_get_text(node->value, HS_S("birthDate"));
	HS_JSON_EACH(identifier, hs_json_get(node->value, HS_S("identifier"))) {
		int64_t days;
		char sex;
		char told[16];
		const struct hs_identifier_system *system = hs_identifier_system(hs_json_get_text(identifier,
			HS_S("system")));
		if (!system || birth.len != 10 ||
			!hs_identifier_birth(system->kind, hs_json_get_text(identifier, HS_S("value")), &days,
				&sex))
			continue;
		print_day(days, told);
		if (!hs_slice_eq(birth, hs_slice(told, 10)))
			hs__validate_add(run, node, HS_S("birthDate"),
				hs_json_get(node->value, HS_S("birthDate")), HS_SEVERITY_WARNING,
				"business-rule", "birth-date-identifier",
				"the day of birth is not the one that the %s tells; one of them is wrong",
				system->name);
	}
}

void hs__check_national(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice text = hs_json_text(node->value);
	if (hs_slice_starts(text, HS_S("urn:oid:1.2.")))
		check_oid(run, node, hs_slice_from(text, sizeof("urn:oid:1.2.") - 1));
	else if (node->resource == node && hs_slice_eq(hs__node_type(run, node), HS_S("Patient")))
		check_birth(run, node);
}
