/* SPDX-License-Identifier: Apache-2.0 */
/* The lists of Debian's iso-codes: entries as JSON, names in other languages as gettext catalogues. */
#pragma once

#include <handslag/error.h>
#include <handslag/json.h>

/* Entries of FOLDER/iso_NAME.json, or NULL (and HS_OK) when there is no such file. */
enum hs_status hs_tx_list_read(struct hs_arena *arena, const char *folder, const char *name,
	const struct hs_json **out, struct hs_error *err);

/* A gettext catalogue (GNU gettext manual, "The Format of GNU MO Files"), little-endian as Debian installs
 * it. */
struct tx_names {
	struct hs_slice file; /* empty: there is none, nothing has another name */
	uint32_t count, originals, translations;
};
void hs_tx_names_read(struct hs_arena *arena, const char *locales, const char *language, const char *list,
	struct tx_names *out);
/* The text in the language of the catalogue, or empty. */
struct hs_slice hs_tx_name(const struct tx_names *names, struct hs_slice text);
