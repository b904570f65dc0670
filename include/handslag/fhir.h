/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR pieces that services share: versions, OperationOutcome, Parameters, references and identifiers. */
#pragma once

#include <handslag/json.h>

enum hs_fhir_version {
	HS_FHIR_R4 = 4, /* 4.0.1 */
	HS_FHIR_R5 = 5, /* 5.0.0 */
};

/* ---- OperationOutcome (R4 section 2.38) ---- */

enum hs_severity { HS_SEVERITY_FATAL, HS_SEVERITY_ERROR, HS_SEVERITY_WARNING, HS_SEVERITY_INFORMATION };

struct hs_issue {
	enum hs_severity severity;
	const char *code;                           /* issue-type, static */
	struct hs_slice text;                       /* details.text */
	struct hs_slice path;                       /* expression; may be empty */
	uint32_t line, column;                      /* location; 0: unknown */
	struct hs_slice detail_system, detail_code; /* details.coding; may be empty */
	struct hs_slice diagnostics;                /* may be empty */
	struct hs_issue *next;
};

/* Issues in the order they were found; everything in the arena. At most `max` errors are kept and as many
 * others, so that no warning hides an error; all are counted. */
struct hs_issues {
	struct hs_arena *arena;
	struct hs_issue *first, *last;
	uint32_t count, errors, warnings, max; /* max 0: 100 */
	bool cut;                              /* not all were kept */
};
/* Copies path and text (at most 999 bytes); `code` is static. Gives the issue, for more to be told in it;
 * NULL when it is counted but not kept: there are enough, or the arena is full. */
struct hs_issue *hs_issue_add(struct hs_issues *issues, enum hs_severity severity, const char *code,
	struct hs_slice path, const char *format, ...) __attribute__((format(printf, 5, 6)));
/* What a reader is told when issues->cut. */
struct hs_issue hs_issues_note(struct hs_arena *arena, const struct hs_issues *issues);
/* Says at its end when not all were kept. */
struct hs_json *hs_outcome(struct hs_arena *arena, const struct hs_issues *issues);
struct hs_json *hs_outcome_of(struct hs_arena *arena, const struct hs_error *err);

/* ---- Parameters ---- */

/* The first parameter of that name, or NULL; and its value[x], resource or parts. */
struct hs_json *hs_parameter(const struct hs_json *parameters, struct hs_slice name);
struct hs_json *hs_parameter_value(const struct hs_json *parameter); /* value[x], whatever its type */
struct hs_slice hs_parameter_text(const struct hs_json *parameters, struct hs_slice name);
struct hs_json *hs_parameters(struct hs_arena *arena); /* empty, with resourceType */
/* Adds {name, KEY: value}; KEY is "valueString", "valueCode" and so on, "resource" or "part". */
struct hs_json *hs_parameters_add(struct hs_arena *arena, struct hs_json *parameters, struct hs_slice name,
	struct hs_slice key, struct hs_json *value);

/* ---- references and identifiers ---- */

/* "Patient/1/_history/2", "http://host/fhir/Patient/1", "#a", "urn:uuid:...", "Patient?identifier=...". */
struct hs_reference {
	struct hs_slice base; /* "http://host/fhir" or empty */
	struct hs_slice type; /* empty when it is no RESTful reference */
	struct hs_slice id;
	struct hs_slice version;
	struct hs_slice query; /* of a conditional reference */
	bool is_fragment, is_urn;
};
/* Slices of `text`. False, with *out untouched, for what is none of these. */
bool hs_reference_parse(struct hs_slice text, struct hs_reference *out);
/* [A-Za-z0-9\-\.]{1,64} */
bool hs_id_valid(struct hs_slice id);
