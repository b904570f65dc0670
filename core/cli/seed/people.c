/* SPDX-License-Identifier: Apache-2.0 */
/* People who do not exist: names from short lists, personnummer from the test series. */
#include <core/cli/seed/seed.h>

#include <handslag/identifier.h>
#include <handslag/time.h>

#include <stdio.h>

static const char *const women[] = { "Anna", "Eva", "Maria", "Karin", "Sara", "Kristina", "Lena", "Emma",
	"Kerstin", "Ingrid", "Malin", "Elin", "Åsa", "Ulla", "Birgitta", "Hanna", "Astrid", "Maja", "Alice",
	"Vera", "Fatima", "Amina", "Elif", "Olena", "Saga", "Ebba", "Signe", "Märta", "Gunilla", "Johanna",
	"Linnéa", "Sofia" };
static const char *const men[] = { "Lars", "Anders", "Mikael", "Johan", "Erik", "Per", "Karl", "Peter", "Jan",
	"Thomas", "Daniel", "Fredrik", "Hans", "Bengt", "Mats", "Andreas", "Oskar", "Elias", "Hugo", "Noah",
	"Ali", "Ahmed", "Mehmet", "Pavlo", "Åke", "Göran", "Björn", "Sven", "Nils", "Gustav", "Rasmus",
	"Love" };
static const char *const families[] = { "Andersson", "Johansson", "Karlsson", "Nilsson", "Eriksson",
	"Larsson", "Olsson", "Persson", "Svensson", "Gustafsson", "Pettersson", "Jonsson", "Jansson",
	"Hansson", "Bengtsson", "Jönsson", "Lindberg", "Jakobsson", "Magnusson", "Lindström", "Olofsson",
	"Lindqvist", "Lindgren", "Berg", "Axelsson", "Bergström", "Lundberg", "Lind", "Lundgren", "Lundqvist",
	"Mattsson", "Berglund", "Fredriksson", "Sandberg", "Henriksson", "Ali", "Mohamed", "Forsberg",
	"Sjöberg", "Wallin", "Engström", "Eklund", "Danielsson", "Lundin", "Håkansson", "Björk", "Bergman",
	"Gunnarsson", "Wikström", "Holm", "Åkesson", "Öberg", "Ek", "Dahl", "Nyström", "Hedlund", "Åberg",
	"Söderberg", "Norberg", "Ström", "Falk", "Kovalenko", "Yılmaz", "Nguyen" };

#define LENGTH(list) (sizeof(list) / sizeof((list)[0]))
#define FIRST_YEAR 1905
#define LAST_YEAR 2025
#define NUMBERS 20u /* birth numbers 980 to 999 */

uint64_t hs_seed_mix(uint64_t seed, unsigned kind, uint64_t number)
{
	uint64_t x = seed * UINT64_C(0x9e3779b97f4a7c15) + ((uint64_t)kind << 56) + number;
	for (int round = 0; round < 2; round++) {
		x ^= x >> 30;
		x *= UINT64_C(0xbf58476d1ce4e5b9);
		x ^= x >> 27;
		x *= UINT64_C(0x94d049bb133111eb);
		x ^= x >> 31;
	}
	return x;
}

static uint64_t days_in_all(void)
{
	return (uint64_t)(hs_time_days(LAST_YEAR + 1, 1, 1) - hs_time_days(FIRST_YEAR, 1, 1));
}

uint64_t hs_seed_person_max(void)
{
	return days_in_all() * NUMBERS;
}

void hs_seed_person(uint64_t seed, uint64_t number, struct hs_seed_person *out)
{
	/* A step that has no factor in common with the count visits each (day, birth number) once. */
	uint64_t place = (number * UINT64_C(1000003) + seed % 1000) % hs_seed_person_max();
	int year, month, day;
	hs_time_civil(hs_time_days(FIRST_YEAR, 1, 1) + (int64_t)(place / NUMBERS), &year, &month, &day);
	unsigned birth_number = 980 + (unsigned)(place % NUMBERS);
	out->woman = birth_number % 2 == 0;
	snprintf(out->personnummer, sizeof out->personnummer, "%04u%02u%02u%03u", (unsigned)year % 10000u,
		(unsigned)month % 100u, (unsigned)day % 100u, birth_number % 1000u);
	out->personnummer[11] = hs_identifier_luhn(hs_slice(out->personnummer + 2, 9));
	out->personnummer[12] = 0;
	snprintf(out->birth_date, sizeof out->birth_date, "%04u-%02u-%02u", (unsigned)year % 10000u,
		(unsigned)month % 100u, (unsigned)day % 100u);
	uint64_t r = hs_seed_mix(seed, 'n', number);
	out->given = out->woman ? women[r % LENGTH(women)] : men[r % LENGTH(men)];
	out->family = families[(r >> 16) % LENGTH(families)];
}
