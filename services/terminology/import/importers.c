/* SPDX-License-Identifier: Apache-2.0 */
/* The importers of the terminology registry. */
#include "importers.h"

static const struct hs_import_option snomed_options[] = {
	{ "release", "full|snapshot", "which files to read (default: snapshot, when there is one)" },
	{ "version", "YYYYMMDD", "of a full release: the state of that date (default: the latest)" },
	{ "edition", "SCTID", "module of the edition (default: found by the module dependencies)" },
	{ "dialect", "SCTID",
		"language reference set whose preferred terms are displays (default: US English)" },
	{ "language", "TAG", "language of the displays (default: en)" },
	{ "url", "URI", "of the code system (default: http://snomed.info/sct)" },
	{ .name = NULL },
};

#define URL_OF(text) \
	{ \
		"url", "URI", text \
	}
#define REST \
	{ "version", "VERSION", "of the code system" }, { "name", "NAME", "of the code system" }, \
	{ \
		"language", "TAG", "language of the displays" \
	}
#define COLUMNS \
	{ "code", "COLUMN", "column of the code" }, { "display", "COLUMN", "column of the display" }, \
		{ "parent", "COLUMN", "column of the code above" }, \
	{ \
		"definition", "COLUMN", "column of the definition" \
	}

static const struct hs_import_option loinc_options[] = {
	URL_OF("of the code system (default: http://loinc.org)"), REST, { .name = NULL }
};
static const struct hs_import_option claml_options[] = {
	URL_OF("of the code system, where its title does not tell it"), REST, { .name = NULL }
};
static const struct hs_import_option se_options[] = {
	URL_OF("of the code system (default: urn:oid:1.2.752.116.1.1.1)"), REST, COLUMNS, { .name = NULL }
};
static const struct hs_import_option atc_options[] = {
	URL_OF("of the code system (default: http://www.whocc.no/atc)"), REST, COLUMNS, { .name = NULL }
};
static const struct hs_import_option csv_options[] = { URL_OF("of the code system; needed"), REST, COLUMNS,
	{ .name = NULL } };
static const struct hs_import_option fhir_options[] = {
	URL_OF("of the code system (default: the resource's)"), REST, { .name = NULL }
};

const struct hs_importer hs_tx_importers[] = {
	{ "snomed", "DIRECTORY|FILE...", "SNOMED CT, a release in RF2: snapshot or full, any edition.",
		"SnomedCT_InternationalRF2 --data handslag-data", snomed_options, hs_tx_import_snomed },
	{ "loinc", "DIRECTORY|FILE...",
		"LOINC: Loinc.csv, and parts, answer lists, hierarchy and variants where they are.",
		"Loinc_2.82 --data handslag-data", loinc_options, hs_tx_import_loinc },
	{ "icd10", "FILE", "ICD-10 and other classifications in ClaML.",
		"icd102019en.xml --version 2019 --data handslag-data", claml_options, hs_tx_import_icd10 },
	{ "icd10-se", "FILE",
		"ICD-10-SE, a table of separated values; codes stand below what they begin with.",
		"icd-10-se.tsv --version 2026 --data handslag-data", se_options, hs_tx_import_icd10se },
	{ "atc", "FILE", "ATC, a table of separated values; codes stand below what they begin with.",
		"atc.csv --version 2026 --language sv --data handslag-data", atc_options, hs_tx_import_atc },
	{ "csv", "FILE", "Any code system as a table of separated values.",
		"vardform.csv --url https://example.se/vardform --code Kod", csv_options, hs_tx_import_csv },
	{ "fhir", "FILE", "A CodeSystem resource that is too large to be uploaded.",
		"CodeSystem-large.json --data handslag-data", fhir_options, hs_tx_import_fhir },
	{ .name = NULL },
};
