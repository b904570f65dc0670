/* SPDX-License-Identifier: Apache-2.0 */
/* A question of handslag tx to the terminology of this very program, and the resources it is asked with. */
#include <core/base/nearest.h>
#include <core/cli/definitions.h>
#include <core/cli/terminology/tx.h>

#include <core/base/world.h>
#include <core/fhir/xml/xml.h>

#include <stdio.h>

#define FILE_MAX ((size_t)256 << 20)

/* ---- code systems ---- */

#define SYSTEMS 11u

static const struct {
	const char *name, *uri;
} systems[SYSTEMS] = { { "ucum", "http://unitsofmeasure.org" }, { "language", "urn:ietf:bcp:47" },
	{ "mime", "urn:ietf:bcp:13" }, { "country", "urn:iso:std:iso:3166" },
	{ "subdivision", "urn:iso:std:iso:3166:-2" }, { "currency", "urn:iso:std:iso:4217" },
	{ "snomed", "http://snomed.info/sct" }, { "loinc", "http://loinc.org" },
	{ "icd10", "http://hl7.org/fhir/sid/icd-10" }, { "icd10-se", "urn:oid:1.2.752.116.1.1.1" },
	{ "atc", "http://www.whocc.no/atc" } };

const char *hs_cli_tx_system(const struct hs_cli_command *command, const char *word)
{
	const char *names[SYSTEMS + 1] = { NULL };

	for (size_t i = 0; i < SYSTEMS; i++) {
		names[i] = systems[i].name;
		if (strcmp(systems[i].name, word) == 0)
			return systems[i].uri;
	}
	if (strchr(word, ':'))
		return word;
	const char *near = hs_suggest(word, names);
	hs_cli_fail(command, HS_EXIT_USAGE, "\"%s\" is no URI, nor a short name of a code system%s%s%s", word,
		near ? "; did you mean \"" : "; see handslag tx --help", near ? near : "", near ? "\"?" : "");
	return NULL;
}

/* ---- questions ---- */

void hs_cli_tx_add(struct hs_cli_tx *tx, struct hs_json *parameters, const char *name, const char *key,
	const char *text)
{
	if (text)
		hs_parameters_add(tx->arena, parameters, hs_slice_cstr(name), hs_slice_cstr(key),
			hs_json_string(tx->arena, hs_slice_cstr(text)));
}

enum hs_status hs_cli_tx_ask(struct hs_cli_tx *tx, const char *operation, struct hs_json *parameters,
	int *http, struct hs_json **tree, struct hs_error *err)
{
	struct hs_slice url = hs_arena_printf(tx->arena, "%s/%s", tx->base, operation);
	struct hs_cli_answer answer = { 0, HS_S_NONE };
	struct hs_buf body;

	hs_cli_tx_add(tx, parameters, "displayLanguage", "valueString", tx->language);
	HS_JSON_EACH(resource, tx->beside)
		hs_parameters_add(tx->arena, parameters, HS_S("tx-resource"), HS_S("resource"),
			hs_json_clone(tx->arena, resource));
	hs_buf_init(&body, tx->arena, FILE_MAX);
	hs_json_write(&body, parameters, 0);
	enum hs_status status = hs_cli_call(tx->arena, "POST", hs_arena_cstr(tx->arena, url), NULL,
		hs_buf_slice(&body), &answer, err);
	if (status == HS_OK)
		status = hs_json_parse(tx->arena, answer.body, NULL, tree, err);
	if (status == HS_OK)
		*http = answer.status;
	return status;
}

struct hs_slice hs_cli_tx_reason(const struct hs_json *outcome)
{
	struct hs_slice text = hs_json_text(hs_json_pointer(outcome, HS_S("/issue/0/details/text")));

	return text.len ? text : hs_json_text(hs_json_pointer(outcome, HS_S("/issue/0/diagnostics")));
}

enum hs_status hs_cli_tx_read(struct hs_cli_tx *tx, const char *file, struct hs_json **out,
	struct hs_slice *text, struct hs_error *err)
{
	struct hs_error why = { .status = HS_OK };
	struct hs_slice bytes;
	enum hs_status status = hs_world_read_file(hs_world_real(), tx->arena, file, FILE_MAX, &bytes, err);

	if (status)
		return status;
	bool xml = hs_xml_is(bytes);
	if (xml && hs_cli_json_of_xml(tx->arena, tx->fhir, &bytes, &why))
		return hs_fail(err, why.status, "%s: %s", file, why.text);
	if (hs_json_parse(tx->arena, bytes, NULL, out, &why))
		return hs_fail(err, why.status, "%s:%u:%u: %s", file, why.line, why.column, why.text);
	if (text)
		*text = xml ? HS_S_NONE : bytes;
	return HS_OK;
}
