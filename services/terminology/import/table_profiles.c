/* SPDX-License-Identifier: Apache-2.0 */
/* The tables that are known: any, ICD-10-SE, ATC. The last two have their hierarchy in the codes. */
#include "importers.h"
#include "table.h"

static const struct tx_table_profile plain = { .name = "Imported",
	.title = "Imported code system",
	.code = { "code", "kod" },
	.display = { "display", "name", "term", "text", "title", "namn", "ben\xc3\xa4mning", "titel",
		"klartext" },
	.parent = { "parent", "parentCode", "\xc3\xb6verordnad kod", "\xc3\xb6verordnad",
		"f\xc3\xb6r\xc3\xa4lder" },
	.definition = { "definition", "description", "beskrivning" },
	.hierarchy = BY_COLUMN };

static enum hs_status fill_plain(void *arg, struct hs_error *err)
{
	return hs_tx_table_fill(arg, &plain, err);
}

enum hs_status hs_tx_import_csv(struct hs_import *import, struct hs_error *err)
{
	static const struct tx_stage steps[] = { { "table", fill_plain }, TX_TABLE_STEPS };
	const struct tx_table_importer importer = { .name = "csv", .steps = steps };

	return hs_tx_table_import(import, &importer, err);
}

/* The URL is the identifier that Socialstyrelsen gave it. Its text files are a folder: chapter.txt, and one
 * for the codes of each length. */
static const struct tx_table_profile icd10se = { .url = "urn:oid:1.2.752.116.1.1.1",
	.name = "ICD10SE",
	.title = "ICD-10-SE",
	.language = "sv",
	.code = { "kod", "icd kod", "icd10", "icd10se", "diagnoskod", "icd10 kod", "icd10se kod", "code" },
	.display = { "titel", "ben\xc3\xa4mning", "klartext", "rubrik", "svensk titel", "kodtext",
		"diagnostext", "text", "display", "title", "name" },
	.parent = { "\xc3\xb6verordnad kod", "\xc3\xb6verordnad", "overordnad", "parent", "parent code" },
	.definition = { "beskrivning", "definition", "description" },
	.levels = true,
	.hierarchy = BY_RANGE };

static enum hs_status fill_icd10se(void *arg, struct hs_error *err)
{
	((struct tx_table_run *)arg)->build->head.ignores_case = true;
	return hs_tx_table_fill(arg, &icd10se, err);
}

enum hs_status hs_tx_import_icd10se(struct hs_import *import, struct hs_error *err)
{
	static const struct tx_stage steps[] = { { "table", fill_icd10se }, TX_TABLE_STEPS };
	const struct tx_table_importer importer = { .name = "icd10-se", .steps = steps };

	return hs_tx_table_import(import, &importer, err);
}

static const struct tx_table_profile atc = { .url = "http://www.whocc.no/atc",
	.name = "ATC",
	.title = "Anatomical Therapeutic Chemical classification",
	.language = "en",
	.code = { "atc code", "atc kod", "atc", "kod", "code" },
	.display = { "atc level name", "atc name", "atc kod text", "atc text", "name", "namn",
		"ben\xc3\xa4mning", "klartext", "substans", "text", "display" },
	.parent = { "parent", "\xc3\xb6verordnad kod", "\xc3\xb6verordnad" },
	.definition = { "note", "comment", "definition" },
	.dose = { "ddd", "ddd v\xc3\xa4rde", "ddd value", "dddamt" },
	.unit = { "u", "uom", "unit", "unittype", "ddd enhet", "enhet", "ddd unit" },
	.way = { "adm r", "adm route", "adm code", "administreringsv\xc3\xa4g", "adm v\xc3\xa4g", "route" },
	.hierarchy = BY_PREFIX };

static enum hs_status fill_atc(void *arg, struct hs_error *err)
{
	return hs_tx_table_fill(arg, &atc, err);
}

enum hs_status hs_tx_import_atc(struct hs_import *import, struct hs_error *err)
{
	static const struct tx_stage steps[] = { { "table", fill_atc }, TX_TABLE_STEPS };
	const struct tx_table_importer importer = { .name = "atc", .steps = steps };

	return hs_tx_table_import(import, &importer, err);
}
