/* SPDX-License-Identifier: Apache-2.0 */
/* Swedish identifiers: which identifier systems name the same number series, how a value is written in
 * one form, and whether its check digit and date hold.
 *
 * Sources: personnummer (personal identity number) and samordningsnummer (coordination number): law
 * 1991:481 section 18 and Skatteverket's guidance; national reserve number: Inera, "Nationellt
 * Reservidformat" 1.0; regional reserve numbers: the regions' rules as the person service lists them;
 * HSA-id: the HSA schema; organisationsnummer (organisation number): law 1974:174. A number that passes
 * every check need not be issued. No identifier of a person is ever put into an error text. */
#pragma once

#include <handslag/arena.h>
#include <handslag/error.h>

enum hs_identifier_kind {
	HS_ID_OTHER, /* a system that is not in the table: the value is taken as it is */
	HS_ID_PERSONNUMMER,
	HS_ID_SAMORDNINGSNUMMER,
	HS_ID_RESERVE_NATIONAL,
	HS_ID_RESERVE_STOCKHOLM,
	HS_ID_RESERVE_VGR,      /* Västra Götaland */
	HS_ID_RESERVE_REGIONAL, /* other regions: length and characters only */
	HS_ID_LMA,              /* card of asylum seekers */
	HS_ID_HSA,              /* units and persons of the national care directory */
	HS_ID_ORGANISATION,
};

struct hs_identifier_system {
	enum hs_identifier_kind kind;
	struct hs_slice uri;       /* as written in Identifier.system */
	struct hs_slice canonical; /* the one of the series that is preferred: HL7 Sweden's base profiles */
	const char *name;          /* "personnummer" */
};

/* The row of a system URI, static, or NULL for one that is not in the table. */
const struct hs_identifier_system *hs_identifier_system(struct hs_slice uri);

/* The value in its one form: twelve or ten characters without hyphen, letters in upper case. Text that
 * does not look like the kind is returned unchanged. At most 64 bytes; `out` has room for that. */
struct hs_slice hs_identifier_normal(enum hs_identifier_kind kind, struct hs_slice value, char out[64]);

/* HS_OK, or HS_E_VALUE with a text that says what is wrong and what would be right. */
enum hs_status hs_identifier_check(enum hs_identifier_kind kind, struct hs_slice value, struct hs_error *err);

/* The day of birth in days since 1970 and the sex ('M', 'F', 0 unknown) that a checked number tells; false
 * when it tells no date. Reserve numbers of the national form and of VGR tell it too. */
bool hs_identifier_birth(enum hs_identifier_kind kind, struct hs_slice value, int64_t *days, char *sex);

/* The check digit of a row of digits by the modulus-10 rule (Luhn), '0'..'9'. */
char hs_identifier_luhn(struct hs_slice digits);
