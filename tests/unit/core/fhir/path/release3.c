/* SPDX-License-Identifier: Apache-2.0 */
/* What FHIRPath 3.0.0 adds to the normative release: time spans, formats of dates, paths of items, rounding
 * of quantities. */
#include "path_test.h"

#include "../defs_test.h"

static void run(const struct path_case *cases, size_t count)
{
	run_cases(NULL, NULL, NULL, cases, count);
}

static void durations(void **state)
{
	static const struct path_case CASES[] = {
		{ "@2025-01-02.duration(@2025-01-07, 'week')", "0" },
		{ "@2025-01-01.duration(@2025-09-01, 'year')", "0" },
		{ "@2024-12-01.duration(@2025-09-01, 'year')", "0" },
		{ "@2012-03-10.duration(@2013-03-10, 'year')", "1" },
		{ "@2012-03-10T10:20:00.duration(@2013-03-10T09:20:00, 'year')", "0" },
		{ "@2012-01-31.duration(@2012-02-29, 'month')", "0" },
		{ "@2012-01-31.duration(@2012-03-01, 'months')", "1" },
		{ "@2013-03-10.duration(@2012-03-11, 'day')", "-364" },
		{ "@2013-03-10.duration(@2012-03-10, 'year')", "-1" },
		{ "@2013-03-10.duration(@2012-03-11, 'year')", "0" },
		{ "@2012-01-01.duration(@2012-01-15, 'week')", "2" },
		{ "@2012-01-15.duration(@2012-01-02, 'week')", "-1" },
		{ "@2012-01-01T10:00.duration(@2012-01-02T09:59, 'day')", "0" },
		{ "@2012-01-01T10:00+02:00.duration(@2012-01-01T10:00Z, 'hour')", "2" },
		{ "@2012-01-01T10:00+02:00.duration(@2012-01-01T10:00, 'hour')", "" },
		{ "@2012-01-01T10:00+02:00.duration(@2012-01-03T10:00, 'day')", "2" },
		{ "@2012-01-01T10:00:00.duration(@2012-01-01T10:00:01.5, 'second')", "1" },
		{ "@2012-01-01T10:00:00.0.duration(@2012-01-01T10:00:01.5, 'millisecond')", "1500" },
		{ "@2012-01-01T10:00:00.duration(@2012-01-01T10:00:01.5, 'millisecond')", "" },
		{ "@2012-01-01T10:00:00.000.duration(@2013-01-01T10:00:00.000, 'millisecond')",
			"31622400000" },
		{ "@T10:00.duration(@T12:30, 'hour')", "2" },
		{ "@T10:00.duration(@T12:30, 'minute')", "150" },
		{ "@T10:00.duration(@T12:30, 'second')", "" },
		{ "@T10:00.duration(@T12:30, 'day')", "!execution" },
		{ "@2012.duration(@2014, 'year')", "2" },
		{ "@2012.duration(@2014, 'month')", "" },
		{ "@2012-01-01.duration(@2014-01-01, 'hour')", "!execution" },
		{ "@2012-01-01.duration(@2014-01-01T10:00, 'hour')", "" },
		{ "@2012-01-01.duration(@T10:00, 'hour')", "!execution" },
		{ "@2012-01-01.duration(@2014, 'fortnight')", "!execution" },
		{ "1.duration(@2014, 'year')", "!execution" },
		{ "@2014.duration(1, 'year')", "!execution" },
		{ "{}.duration(@2014, 'year')", "" },
		{ "@2014.duration({}, 'year')", "" },
		{ "@2014.duration(@2015, {})", "" },
		{ "(@2014|@2015).duration(@2015, 'year')", "!execution" },
	};
	(void)state;
	run(CASES, COUNT_OF(CASES));
}

static void differences(void **state)
{
	static const struct path_case CASES[] = {
		{ "@2025-01-02.difference(@2025-01-07, 'week')", "1" },
		{ "@2025-01-01.difference(@2025-09-01, 'year')", "0" },
		{ "@2024-12-01.difference(@2025-09-01, 'year')", "1" },
		{ "@2025-01-04.difference(@2025-01-05, 'week')", "1" },
		{ "@2025-01-05.difference(@2025-01-11, 'week')", "0" },
		{ "@1969-12-27.difference(@1969-12-28, 'week')", "1" },
		{ "@2025-01-31.difference(@2025-02-01, 'month')", "1" },
		{ "@2025-02-01.difference(@2025-01-31, 'month')", "-1" },
		{ "@2025-01-31T23:59.difference(@2025-02-01T00:00, 'day')", "1" },
		{ "@2025-01-31T23:59.difference(@2025-02-01T00:00, 'hour')", "1" },
		{ "@2025-01-31T23:59+05:30.difference(@2025-02-01T00:00+05:30, 'hour')", "1" },
		{ "@2025-01-31T23:59:59.difference(@2025-02-01T00:00, 'second')", "" },
		{ "@2025-01-31T12:00Z.difference(@2025-01-31T14:00+02:00, 'hour')", "0" },
		{ "@T10:59.difference(@T11:00, 'hour')", "1" },
		{ "@T10:59:59.9.difference(@T11:00:00.0, 'second')", "1" },
		{ "@T10:59:59.9.difference(@T11:00:00.0, 'millisecond')", "100" },
	};
	(void)state;
	run(CASES, COUNT_OF(CASES));
}

static void formats_of_dates(void **state)
{
	static const struct path_case CASES[] = {
		{ "'150124'.toDate('ddMMyy')", "2024-01-15" },
		{ "'15-01-2024'.toDate('dd-MM-yyyy')", "2024-01-15" },
		{ "'12-27'.toDate('MM-yy')", "2027-12" },
		{ "'1/5/2024'.toDate('d/M/yyyy')", "2024-05-01" },
		{ "'31/2/2024'.toDate('d/M/yyyy')", "" },
		{ "'2024'.toDate('yyyy')", "2024" },
		{ "'15'.toDate('dd')", "" },
		{ "'2024-15'.toDate('yyyy-dd')", "" },
		{ "'Jan 2024'.toDate('MMM yyyy')", "!execution" },
		{ "'2024-01-15 10:30'.toDate('yyyy-MM-dd HH:mm')", "2024-01-15" },
		{ "'2024-01-15 10:30'.toDateTime('yyyy-MM-dd HH:mm')", "2024-01-15T10:30" },
		{ "'2024-01-15 10:30 PM'.toDateTime('yyyy-MM-dd hh:mm a')", "2024-01-15T22:30" },
		{ "'2024-01-15 12:30 am'.toDateTime('yyyy-MM-dd hh:mm a')", "2024-01-15T00:30" },
		{ "'20240115103059123+0200'.toDateTime('yyyyMMddHHmmssSSSZ')",
			"2024-01-15T10:30:59.123+02:00" },
		{ "'20240115103059Z'.toDateTime('yyyyMMddHHmmssZ')", "2024-01-15T10:30:59Z" },
		{ "'20240115Z'.toDateTime('yyyyMMddZ')", "" },
		{ "'x'.convertsToDate('yyyy')", "false" },
		{ "'2024'.convertsToDate('yyyy')", "true" },
		{ "'2024x'.convertsToDate('yyyy')", "false" },
		{ "@2024.toDate('dd')", "2024" },
		{ "'2024'.toDate({})", "2024" },
		{ "('a'|'b').toDate('yyyy')", "!execution" },
		{ "{}.toDate('yyyy')", "" },
		{ "''.toDate('')", "" },
		{ "'85'.toDate('yy')", "1985" },
	};
	(void)state;
	run(CASES, COUNT_OF(CASES));
}

static void other_additions(void **state)
{
	static const struct path_case CASES[] = {
		{ "1.combine(2, true)", "1; 2" },
		{ "1.combine(2, 'x')", "!execution" },
		{ "1.combine(2|3, false).count()", "3" },
		{ "Coding { system: 'a' }", "!syntax" },
		{ "5L.toQuantity()", "5 '1'" },
		{ "'abc'.upper(1)", "!syntax" },
		{ "1 + true", "!execution" },
		{ "true + 1", "!execution" },
		{ "'a' - 'b'", "!execution" },
		{ "@2012 + 'a'", "!execution" },
		{ "1 'mg' mod 2 'mg'", "!execution" },
		{ "1 < 'a'", "!execution" },
		{ "'a' > true", "!execution" },
		{ "'abc'.length() + 'x'", "!execution" },
		{ "@T10:00 + 1 day", "!execution" },
		{ "'a'.substring('b')", "!execution" },
		{ "1.substring(1)", "!execution" },
		{ "true.abs()", "!execution" },
		{ "1.power('a')", "!execution" },
		{ "45.toQuantity('m')", "45 'm'" },
		{ "45.toQuantity('zork')", "" },
		{ "45.toQuantity('days')", "45 days" },
		{ "0.5.toQuantity('%')", "0.5 '%'" },
		{ "52 'cm'.toQuantity('m')", "0.52 'm'" },
		{ "24 'm'.toQuantity('kg')", "" },
		{ "1 'a'.toQuantity('d')", "365.25 'd'" },
		{ "1 'wk'.toQuantity('d')", "7 'd'" },
		{ "7 days.toQuantity('wk')", "1 'wk'" },
		{ "182.5 days.toQuantity('a')", "0.5 'a'" },
		{ "365.25 'd'.toQuantity('year')", "1 year" },
		{ "1 year.toQuantity('a') = 1 'a'", "true" },
		{ "2 years.toQuantity('a') > 1 'a'", "true" },
		{ "5 'm'.toQuantity('1')", "" },
		{ "1.5 'mg'.ceiling()", "2 'mg'" },
		{ "(-1.5 'mg').floor()", "-2 'mg'" },
		{ "1.5 'mg'.truncate()", "1 'mg'" },
		{ "1.55 'mg'.round(1)", "1.6 'mg'" },
		{ "1.5 'mg'.round()", "2 'mg'" },
		{ "(1.5 days).floor()", "1 days" },
		{ "(1.2.ceiling()) is Integer", "true" },
		{ "(1.2 'mg'.ceiling()) is Quantity", "true" },
		{ "1 year.comparable(1 'a')", "false" },
		{ "1 year.comparable(12 months)", "true" },
		{ "1.comparable(2)", "true" },
		{ "'a'.comparable(1)", "" },
		{ "(1 'm' | 2 'm').comparable(1 'm')", "" },
		{ "1 'm'.comparable(1 'm' | 2 'm')", "" },
		{ "'0123'.lastIndexOf('')", "4" },
		{ "''.lastIndexOf('')", "0" },
		{ "'a\\uD83D\\uDD25b'.lastIndexOf('b')", "2" },
		{ "'h\\u00e9\\ud83d\\udd25a'.encode('ascii')", "h??a" },
		{ "'a'.decode('ascii')", "" },
		{ "'a'.matches('a', 'q')", "!execution" },
		{ "'a\\nb'.matches('^b', 'm')", "true" },
		{ "'a\\nb'.matches('^B', 'im')", "true" },
		{ "'a\\nb'.matches('^b', '')", "false" },
		{ "'aB'.replaceMatches('b', 'x', 'i')", "ax" },
		{ "16.log(0)", "!execution" },
		{ "0.log(2)", "!execution" },
		{ "1.yearOf()", "" },
		{ "@T10:00.dayOf()", "" },
		{ "@2012.timeOf()", "" },
	};
	(void)state;
	run(CASES, COUNT_OF(CASES));
}

static const char INPUT[] =
	"{\"resourceType\":\"Observation\",\"id\":\"o\",\"status\":\"final\",\"_status\":{\"extension\":[{"
	"\"url\":"
	"\"http://e/u\",\"valueString\":\"z\"}]},\"code\":{\"coding\":[{\"code\":\"a\"},{\"code\":\"b\"}]},"
	"\"valueQuantity\":{\"value\":1,\"unit\":\"mg\"},\"subject\":{\"reference\":\"#p\"},\"contained\":[{"
	"\"resourceType\":\"Patient\",\"id\":\"p\",\"name\":[{\"given\":[\"x\"]}],\"deceasedBoolean\":true}],"
	"\"component\":[{\"code\":{\"text\":\"t\"},\"valueString\":\"s\"}]}";

/* Without definitions a choice keeps the name that JSON gives it. */
static void paths_of_items(void **state)
{
	static const struct path_case CASES[] = {
		{ "code.coding.code.pathname()",
			"Observation.code[0].coding[0].code[0]; Observation.code[0].coding[1].code[0]" },
		{ "code.coding.code.pathname(true)",
			"Observation.code.coding[0].code; Observation.code.coding[1].code" },
		{ "code.coding.code.pathname(false).first()", "Observation.code[0].coding[0].code[0]" },
		{ "status.extension.url.pathname(true)", "Observation.status.extension[0].url" },
		{ "subject.resolve().name.given.pathname(true)",
			"Observation.contained[0].name[0].given[0]" },
		{ "value.pathname(true)", "Observation.valueQuantity" },
		{ "('a' | 1 | code.text).pathname()", "" },
		{ "(code.coding.first() | 5).pathname(true)", "Observation.code.coding[0]" },
		{ "code.coding.code.select($this & 'x').pathname()", "" },
		{ "pathname()", "Observation" },
		{ "{}.pathname()", "" },
		{ "pathname('x')", "!execution" },
	};
	(void)state;
	run_cases(NULL, NULL, INPUT, CASES, COUNT_OF(CASES));
}

static void paths_by_definitions(void **state)
{
	static const struct path_case CASES[] = {
		{ "value.pathname()", "Observation.value[0]" },
		{ "value.unit.pathname(true)", "Observation.value.unit" },
		{ "component.value.pathname(true)", "Observation.component[0].value" },
		{ "status.extension.value.pathname(true)", "Observation.status.extension[0].value" },
		{ "contained.deceased.pathname(true)", "Observation.contained[0].deceased" },
		{ "Observation.value.pathname().length()", "20" },
	};
	(void)state;
	need_defs();
	run_cases(defs, "Observation", INPUT, CASES, COUNT_OF(CASES));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(durations),
		cmocka_unit_test(differences),
		cmocka_unit_test(formats_of_dates),
		cmocka_unit_test(other_additions),
		cmocka_unit_test(paths_of_items),
		cmocka_unit_test(paths_by_definitions),
	};
	return cmocka_run_group_tests(tests, open_r4, close_r4);
}
