/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of `handslag tx` share: a question to the terminology of this program, and how answers read.
 */
#pragma once

#include <core/cli/cli.h>

struct hs_cli_tx {
	const struct hs_cli_command *command;
	struct hs_arena *arena;
	const char *base; /* URL of the FHIR version */
	enum hs_fhir_version fhir;
	const char *language;
	const struct hs_json *beside; /* array of resources sent with each question */
	bool json;
	bool swedish; /* sentences in Swedish */
};

/* Sends Parameters to `operation` ("CodeSystem/$lookup"), with the resources beside it. HS_OK whatever the
 * status of the answer is; *tree is its body. */
enum hs_status hs_cli_tx_ask(struct hs_cli_tx *tx, const char *operation, struct hs_json *parameters,
	int *http, struct hs_json **tree, struct hs_error *err);
void hs_cli_tx_add(struct hs_cli_tx *tx, struct hs_json *parameters, const char *name, const char *key,
	const char *text); /* text NULL: nothing is added */
/* details.text of the first issue, or diagnostics. */
struct hs_slice hs_cli_tx_reason(const struct hs_json *outcome);

/* The URI of a code system that a short name or a URI names; NULL, after a word on it, when it does neither.
 */
const char *hs_cli_tx_system(const struct hs_cli_command *command, const char *word);

/* Answers for people (tx_text.c). */
void hs_cli_tx_print_lookup(struct hs_cli_tx *tx, const struct hs_json *answer);
void hs_cli_tx_print_validation(struct hs_cli_tx *tx, const struct hs_json *answer);
void hs_cli_tx_print_expansion(struct hs_cli_tx *tx, const struct hs_json *answer);
void hs_cli_tx_print_translation(struct hs_cli_tx *tx, const struct hs_json *answer);
/* How to bring what the answer misses, to standard error; nothing when it misses nothing. */
void hs_cli_tx_hint(const struct hs_json *answer);

/* A FHIR resource in a file, JSON or XML; `text` (may be NULL) gets its bytes, for places: empty of XML. */
enum hs_status hs_cli_tx_read(struct hs_cli_tx *tx, const char *file, struct hs_json **out,
	struct hs_slice *text, struct hs_error *err);
/* Prints what ValueSet/$validate says of the value sets in a file; *wrong and *warned grow by its errors and
 * warnings. */
enum hs_status hs_cli_tx_check(struct hs_cli_tx *tx, const char *file, size_t *wrong, size_t *warned,
	struct hs_error *err);
