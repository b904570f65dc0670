/* SPDX-License-Identifier: Apache-2.0 */
/* The rules of each Swedish number series: one form, check digit, date. */
#include <handslag/identifier.h>
#include <handslag/time.h>

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool all_digits(const char *text, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (!is_digit(text[i])) {
			return false;
		}
	}
	return true;
}

static int two(const char *text)
{
	return (text[0] - '0') * 10 + (text[1] - '0');
}

/* Sum of the digits of n, for the products of the modulus-10 rule. */
static int digit_sum(int n)
{
	int sum = 0;
	for (; n > 0; n /= 10) {
		sum += n % 10;
	}
	return sum;
}

/* Modulus 10 from the left with weights 2, 1, 2 ...; a letter counts as value(letter). */
static char check_digit(const char *text, size_t len, int (*value)(char letter))
{
	int sum = 0;
	int weight = len % 2 == 0 ? 1 : 2; /* the last one before the check digit has weight 2 */
	for (size_t i = 0; i < len; i++, weight = 3 - weight) {
		int v = is_digit(text[i]) ? text[i] - '0' : value(text[i]);
		sum += digit_sum(v * weight);
	}
	return (char)('0' + (10 - sum % 10) % 10);
}

static int no_letter(char letter)
{
	(void)letter;
	return 0;
}

/* The national reserve number counts a letter as its ASCII number. */
static int letter_ascii(char letter)
{
	return (unsigned char)letter;
}

/* Västra Götaland: K (woman) is 5, M (man) 7, X (unknown) 8. */
static int letter_vgr(char letter)
{
	return letter == 'K' ? 5 : letter == 'M' ? 7 : 8;
}

char hs_identifier_luhn(struct hs_slice digits)
{
	return check_digit(digits.ptr, digits.len, no_letter);
}

static bool date_exists(int year, int month, int day)
{
	if (month < 1 || month > 12 || day < 1 || day > 31 || year < 1) {
		return false;
	}
	int y, m, d;
	hs_time_civil(hs_time_days(year, month, day), &y, &m, &d);
	return m == month && d == day;
}

struct hs_slice hs_identifier_normal(enum hs_identifier_kind kind, struct hs_slice value, char out[64])
{
	if (kind == HS_ID_OTHER || value.len > 63) {
		return value;
	}
	size_t n = 0;
	for (size_t i = 0; i < value.len; i++) {
		char c = value.ptr[i];
		/* A personal number has its hyphen after the eighth, an organisation number after the sixth.
		 */
		if (c == '-' && kind != HS_ID_HSA && (i == 8 || (i == 6 && kind == HS_ID_ORGANISATION))) {
			continue;
		}
		out[n++] = c >= 'a' && c <= 'z' ? (char)(c - 'a' + 'A') : c;
	}
	if (kind == HS_ID_ORGANISATION && n == 12 && out[0] == '1' && out[1] == '6') {
		memmove(out, out + 2, 10); /* "16" is the century that the tax agency puts before it */
		n = 10;
	}
	return hs_slice(out, n);
}

static enum hs_status check_personal(const char *text, size_t len, bool coordination, struct hs_error *err)
{
	const char *name = coordination ? "samordningsnummer" : "personnummer";
	if (len != 12 || !all_digits(text, 12)) {
		return hs_fail(err, HS_E_VALUE, "A %s has twelve digits, YYYYMMDDNNNC", name);
	}
	int century = two(text);
	if (century < 18 || century > 20) {
		return hs_fail(err, HS_E_VALUE, "The first two digits of a %s are 18, 19 or 20", name);
	}
	int year = century * 100 + two(text + 2), month = two(text + 4), day = two(text + 6);
	if (coordination) {
		/* Month 00 and day 60 stand for parts of the date that are not known. */
		bool known = month != 0 && day != 60;
		if (day < 60 || day > 91 || month > 12 || (known && !date_exists(year, month, day - 60))) {
			return hs_fail(err, HS_E_VALUE,
				"A samordningsnummer has the day of birth plus 60 in digits seven and eight "
				"(61 to 91)");
		}
	} else if (!date_exists(year, month, day)) {
		return hs_fail(err, HS_E_VALUE,
			"The first eight digits of a personnummer are a date of the calendar%s",
			day > 60 ? "; with 60 added to the day it is a samordningsnummer" : "");
	}
	if (check_digit(text + 2, 9, no_letter) != text[11]) {
		return hs_fail(err, HS_E_VALUE, "The check digit of the %s does not fit its other digits",
			name);
	}
	return HS_OK;
}

static bool is_reserve_letter(char c)
{
	return c >= 'A' && c <= 'Z' && !strchr("IOQVW", c);
}

static enum hs_status check_national_reserve(const char *text, size_t len, struct hs_error *err)
{
	bool shape = len == 12 && all_digits(text, 8) && is_reserve_letter(text[8]) &&
		is_reserve_letter(text[9]) && (is_digit(text[10]) || is_reserve_letter(text[10])) &&
		is_digit(text[11]);
	if (!shape) {
		return hs_fail(err, HS_E_VALUE,
			"A national reserve number is XXYYMMDDNNGC: eight digits, two capitals other than I "
			"O Q V W, a digit or capital for the sex, and a check digit");
	}
	int series = two(text), month = two(text + 4), day = two(text + 6);
	if (series == 0) {
		if (month < 20 || day < 40 || day > 59) {
			return hs_fail(err, HS_E_VALUE,
				"A national reserve number without date of birth begins with 00 and has 20 "
				"to 99 and 40 to 59 in the places of month and day");
		}
	} else if (series < 21 || series > 98) {
		return hs_fail(err, HS_E_VALUE,
			"A national reserve number begins with 00, or with the century of birth plus 3, 6 "
			"... 78");
	} else if (!date_exists(1800 + (series - 21) % 3 * 100 + two(text + 2), month, day)) {
		return hs_fail(err, HS_E_VALUE,
			"Digits three to eight of the reserve number are no date of birth");
	}
	if (check_digit(text, 11, letter_ascii) != text[11]) {
		return hs_fail(err, HS_E_VALUE,
			"The check digit of the national reserve number does not fit the rest");
	}
	return HS_OK;
}

static enum hs_status check_stockholm(const char *text, size_t len, struct hs_error *err)
{
	if (len != 12 || !all_digits(text, 12) || two(text) != 99) {
		return hs_fail(err, HS_E_VALUE,
			"A reserve number of Region Stockholm is 99YYYYNNNNNC, twelve digits");
	}
	if (check_digit(text + 4, 7, no_letter) != text[11]) {
		return hs_fail(err, HS_E_VALUE,
			"The check digit of the reserve number does not fit its other digits");
	}
	return HS_OK;
}

static enum hs_status check_vgr(const char *text, size_t len, struct hs_error *err)
{
	if (len != 12 || !all_digits(text, 8) || !(text[8] && strchr("KMX", text[8])) ||
		!all_digits(text + 9, 3) ||
		!date_exists(two(text) * 100 + two(text + 2), two(text + 4), two(text + 6))) {
		return hs_fail(err, HS_E_VALUE,
			"A reserve number of Västra Götalandsregionen is YYYYMMDDGNNC with K, M or X for the "
			"sex");
	}
	if (check_digit(text + 2, 9, letter_vgr) != text[11]) {
		return hs_fail(err, HS_E_VALUE,
			"The check digit of the reserve number does not fit the rest");
	}
	return HS_OK;
}

static enum hs_status check_organisation(const char *text, size_t len, struct hs_error *err)
{
	if (len != 10 || !all_digits(text, 10)) {
		return hs_fail(err, HS_E_VALUE,
			"An organisation number has ten digits, with or without a hyphen after six");
	}
	if (text[2] < '2') {
		return hs_fail(err, HS_E_VALUE, "The third digit of an organisation number is at least 2");
	}
	if (check_digit(text, 9, no_letter) != text[9]) {
		return hs_fail(err, HS_E_VALUE,
			"The check digit of the organisation number does not fit its other digits");
	}
	return HS_OK;
}

static enum hs_status check_hsa(const char *text, size_t len, struct hs_error *err)
{
	bool shape = len >= 14 && len <= 31 && text[0] == 'S' && text[1] == 'E' && all_digits(text + 2, 10) &&
		text[12] == '-';
	for (size_t i = 13; shape && i < len; i++) {
		shape = is_digit(text[i]) || (text[i] >= 'A' && text[i] <= 'Z');
	}
	if (!shape) {
		return hs_fail(err, HS_E_VALUE,
			"An HSA-id is SE, ten digits, a hyphen and at least one of A-Z 0-9, at most 31 "
			"characters in all");
	}
	struct hs_error inner;
	if (check_organisation(text + 2, 10, &inner) != HS_OK) {
		return hs_fail(err, HS_E_VALUE, "The ten digits of an HSA-id are an organisation number: %s",
			inner.text);
	}
	return HS_OK;
}

enum hs_status hs_identifier_check(enum hs_identifier_kind kind, struct hs_slice value, struct hs_error *err)
{
	char room[64] = { 0 };
	if (value.len == 0 || value.len > 63) {
		return hs_fail(err, HS_E_VALUE, "An identifier value has between 1 and 63 characters");
	}
	struct hs_slice n = hs_identifier_normal(kind, value, room);
	switch (kind) {
	case HS_ID_PERSONNUMMER:
		return check_personal(n.ptr, n.len, false, err);
	case HS_ID_SAMORDNINGSNUMMER:
		return check_personal(n.ptr, n.len, true, err);
	case HS_ID_RESERVE_NATIONAL:
		return check_national_reserve(n.ptr, n.len, err);
	case HS_ID_RESERVE_STOCKHOLM:
		return check_stockholm(n.ptr, n.len, err);
	case HS_ID_RESERVE_VGR:
		return check_vgr(n.ptr, n.len, err);
	case HS_ID_HSA:
		return check_hsa(n.ptr, n.len, err);
	case HS_ID_ORGANISATION:
		return check_organisation(n.ptr, n.len, err);
	case HS_ID_RESERVE_REGIONAL:
	case HS_ID_LMA:
	case HS_ID_OTHER:
		break;
	}
	return HS_OK;
}

bool hs_identifier_birth(enum hs_identifier_kind kind, struct hs_slice value, int64_t *days, char *sex)
{
	char room[64] = { 0 };
	struct hs_error ignored;
	if (hs_identifier_check(kind, value, &ignored) != HS_OK) {
		return false;
	}
	struct hs_slice n = hs_identifier_normal(kind, value, room);
	int century, day_offset = 0;
	switch (kind) {
	case HS_ID_SAMORDNINGSNUMMER:
		day_offset = 60;
		century = two(n.ptr);
		break;
	case HS_ID_PERSONNUMMER:
	case HS_ID_RESERVE_VGR:
		century = two(n.ptr);
		break;
	case HS_ID_RESERVE_NATIONAL:
		century = 18 + (two(n.ptr) - 21) % 3;
		if (two(n.ptr) == 0) {
			return false;
		}
		break;
	default:
		return false;
	}
	int month = two(n.ptr + 4), day = two(n.ptr + 6) - day_offset;
	if (month == 0 || day == 0) {
		return false;
	}
	*days = hs_time_days(century * 100 + two(n.ptr + 2), month, day);
	char s = kind == HS_ID_RESERVE_VGR ? n.ptr[8] : n.ptr[10];
	if (is_digit(s)) {
		*sex = (s - '0') % 2 == 1 ? 'M' : 'F';
	} else {
		*sex = s == 'M' && kind == HS_ID_RESERVE_VGR  ? 'M' :
			s == 'K' && kind == HS_ID_RESERVE_VGR ? 'F' :
								0;
	}
	return true;
}
