/* SPDX-License-Identifier: Apache-2.0 */
/* Reads a date or dateTime that is written in a form of its own ("15/1/2024"), by the format codes of
 * FHIRPath 3.0.0, section 5.5.4. */
#include <core/fhir/path/values/moment.h>

#include <string.h>

#define PIVOT_YEAR 50 /* a year of two digits below it is of this century */

struct reader {
	struct hs_slice text;
	struct path_moment m;
	unsigned seen; /* a bit for each precision that was read */
	int half;      /* of the day: 0 not said, 1 a.m., 2 p.m. */
};

/* Digits, at least `least` and at most `most` of them; -1 when there are fewer. */
static int take_digits(struct reader *reader, size_t least, size_t most)
{
	int value = 0;
	size_t count = 0;
	for (; count < most && count < reader->text.len; count++) {
		char c = reader->text.ptr[count];
		if (c < '0' || c > '9') {
			break;
		}
		value = value * 10 + (c - '0');
	}
	reader->text = hs_slice_from(reader->text, count);
	return count < least ? -1 : value;
}

static bool take_part(struct reader *reader, enum path_precision part, size_t run, int low, int high,
	int8_t *out)
{
	int value = take_digits(reader, run, 2);
	*out = (int8_t)value;
	reader->seen |= 1u << part;
	return value >= low && value <= high;
}

static bool take_year(struct reader *reader, size_t run)
{
	int year = take_digits(reader, run, run);
	if (run == 2 && year >= 0) {
		year += year < PIVOT_YEAR ? 2000 : 1900;
	}
	reader->m.year = (int16_t)year;
	reader->seen |= 1u << PATH_YEAR;
	return year >= 1;
}

static bool take_fraction(struct reader *reader, size_t run)
{
	int32_t scale = 1000000000;
	for (size_t i = 0; i < run; i++) {
		int digit = take_digits(reader, 1, 1);
		if (digit < 0) {
			return false;
		}
		scale /= 10;
		reader->m.nanos += digit * scale;
	}
	reader->m.digits = (uint8_t)(run > 9 ? 9 : run);
	return true;
}

/* a, p, am or PM. */
static bool take_half(struct reader *reader)
{
	char c = reader->text.len ? (char)(reader->text.ptr[0] | 0x20) : '\0';
	reader->half = c == 'a' ? 1 : c == 'p' ? 2 : 0;
	reader->text = hs_slice_from(reader->text, 1);
	if (reader->text.len && (reader->text.ptr[0] | 0x20) == 'm') {
		reader->text = hs_slice_from(reader->text, 1);
	}
	return reader->half != 0;
}

/* Z, +0200 or +02:00. */
static bool take_zone(struct reader *reader)
{
	char sign = reader->text.len ? reader->text.ptr[0] : '\0';
	reader->m.has_zone = true;
	reader->text = hs_slice_from(reader->text, 1);
	if (sign == 'Z') {
		return true;
	}
	int hours = sign == '+' || sign == '-' ? take_digits(reader, 2, 2) : -1;
	if (reader->text.len && reader->text.ptr[0] == ':') {
		reader->text = hs_slice_from(reader->text, 1);
	}
	int minutes = take_digits(reader, 2, 2);
	reader->m.zone_min = (int16_t)((sign == '-' ? -1 : 1) * (hours * 60 + minutes));
	return hours >= 0 && hours <= 14 && minutes >= 0 && minutes < 60;
}

static bool take_code(struct reader *reader, char code, size_t run)
{
	struct path_moment *m = &reader->m;
	switch (code) {
	case 'y':
		return take_year(reader, run);
	case 'M':
		return take_part(reader, PATH_MONTH, run, 1, 12, &m->month);
	case 'd':
		return take_part(reader, PATH_DAY, run, 1, 31, &m->day);
	case 'H':
		return take_part(reader, PATH_HOUR, run, 0, 23, &m->hour);
	case 'h':
		return take_part(reader, PATH_HOUR, run, 1, 12, &m->hour);
	case 'm':
		return take_part(reader, PATH_MINUTE, run, 0, 59, &m->minute);
	case 's':
		return take_part(reader, PATH_SECOND, run, 0, 59, &m->second);
	case 'S':
		return take_fraction(reader, run);
	case 'a':
		return take_half(reader);
	default:
		return take_zone(reader);
	}
}

/* The letters of a code are told by how often they stand side by side. */
static bool is_supported(char code, size_t run)
{
	switch (code) {
	case 'y':
		return run == 2 || run == 4;
	case 'a':
	case 'Z':
		return run == 1;
	case 'S':
		return true;
	default:
		return code != 'z' && run <= 2;
	}
}

/* What was read as a moment: the parts are those of one precision and all coarser ones. */
static bool finish(struct reader *reader, struct path_moment *out)
{
	struct path_moment *m = &reader->m;
	unsigned parts = reader->seen;
	if (!(parts & 1u) || (parts & (parts + 1u)) || (m->digits && !(parts >> PATH_SECOND)) ||
		((m->has_zone || reader->half) && !(parts >> PATH_HOUR))) {
		return false;
	}
	while (parts >> (m->precision + 1u)) {
		m->precision++;
	}
	if (reader->half) {
		m->hour = (int8_t)(m->hour % 12 + (reader->half == 2 ? 12 : 0));
	}
	m->kind = m->precision > PATH_DAY ? HS_PATH_DATETIME : HS_PATH_DATE;
	if (m->day > hs__path_days_of_month(m->year, m->month)) {
		return false;
	}
	*out = *m;
	return true;
}

enum path_format hs__path_moment_format(struct hs_slice text, struct hs_slice format,
	struct hs_slice *refused, struct path_moment *out)
{
	struct reader reader = { .text = text, .m = { .month = 1, .day = 1 } };
	bool fits = true;
	for (size_t at = 0, run; at < format.len; at += run) {
		char code = format.ptr[at];
		for (run = 1; at + run < format.len && format.ptr[at + run] == code; run++) {
		}
		if (!code || !strchr("yMdHhmsSazZ", code)) {
			run = 1;
			fits = fits && reader.text.len && reader.text.ptr[0] == code;
			reader.text = hs_slice_from(reader.text, 1);
		} else if (!is_supported(code, run)) {
			*refused = hs_slice(format.ptr + at, run);
			return PATH_FORMAT_REFUSED;
		} else {
			fits = fits && take_code(&reader, code, run);
		}
	}
	return fits && !reader.text.len && finish(&reader, out) ? PATH_FORMAT_FITS : PATH_FORMAT_DIFFERS;
}
