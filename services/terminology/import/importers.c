/* SPDX-License-Identifier: Apache-2.0 */
/* The importers of the terminology registry. */
#include "importers.h"

static const struct hs_import_option snomed_options[] = {
	{ "release", "full|snapshot", "which files to read (snapshot, when there is one)" },
	{ "version", "YYYYMMDD", "of a full release: the state of that date (the latest)" },
	{ "edition", "SCTID", "module of the edition (found by the module dependencies)" },
	{ "dialect", "SCTID", "language reference set whose preferred terms are displays (US English)" },
	{ "language", "TAG", "language of the displays (en)" },
	{ "url", "URI", "of the code system (http://snomed.info/sct)" },
	{ .name = NULL },
};

#define COMMON \
	{ "url", "URI", "of the code system" }, { "version", "VERSION", "of the code system" }, \
		{ "name", "NAME", "of the code system" }, \
	{ \
		"language", "TAG", "language of the displays" \
	}

static const struct hs_import_option release_options[] = { COMMON, { .name = NULL } };

static const struct hs_import_option table_options[] = {
	COMMON,
	{ "code", "COLUMN", "column of the code" },
	{ "display", "COLUMN", "column of the display" },
	{ "parent", "COLUMN", "column of the code above" },
	{ "definition", "COLUMN", "column of the definition" },
	{ .name = NULL },
};

const struct hs_importer hs_tx_importers[] = {
	{ "snomed", "DIRECTORY|FILE...", "SNOMED CT, a release in RF2: snapshot or full, any edition.",
		snomed_options, hs_tx_import_snomed },
	{ "loinc", "DIRECTORY|FILE...",
		"LOINC: Loinc.csv, and parts, answer lists, hierarchy and variants where they are.",
		release_options, hs_tx_import_loinc },
	{ "icd10", "FILE", "ICD-10 and other classifications in ClaML.", release_options,
		hs_tx_import_icd10 },
	{ "icd10-se", "FILE",
		"ICD-10-SE, a table of separated values; codes stand below what they begin with.",
		table_options, hs_tx_import_icd10se },
	{ "atc", "FILE", "ATC, a table of separated values; codes stand below what they begin with.",
		table_options, hs_tx_import_atc },
	{ "csv", "FILE", "Any code system as a table of separated values.", table_options, hs_tx_import_csv },
	{ "fhir", "FILE", "A CodeSystem resource that is too large to be uploaded.", release_options,
		hs_tx_import_fhir },
	{ .name = NULL },
};
