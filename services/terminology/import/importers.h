/* SPDX-License-Identifier: Apache-2.0 */
/* The importers, one function each (include/handslag/import.h). */
#pragma once

#include <handslag/import.h>

/* Images in one folder, which a server maps all at once. */
#define TX_IMPORTS_MAX 24u

enum hs_status hs_tx_import_snomed(struct hs_import *import, struct hs_error *err);
enum hs_status hs_tx_import_loinc(struct hs_import *import, struct hs_error *err);
enum hs_status hs_tx_import_icd10(struct hs_import *import, struct hs_error *err);
enum hs_status hs_tx_import_icd10se(struct hs_import *import, struct hs_error *err);
enum hs_status hs_tx_import_atc(struct hs_import *import, struct hs_error *err);
enum hs_status hs_tx_import_csv(struct hs_import *import, struct hs_error *err);
enum hs_status hs_tx_import_fhir(struct hs_import *import, struct hs_error *err);

/* For the descriptor. */
extern const struct hs_importer hs_tx_importers[];
