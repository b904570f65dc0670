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

const struct hs_importer hs_tx_importers[] = {
	{ "snomed", "DIRECTORY|FILE...", "SNOMED CT, a release in RF2: snapshot or full, any edition.",
		snomed_options, hs_tx_import_snomed },
	{ .name = NULL },
};
