/* SPDX-License-Identifier: Apache-2.0 */
/* handslag validate: what its files share. */
#pragma once

#include <core/base/map.h>
#include <core/cli/definitions.h>
#include <core/cli/files.h>
#include <core/cli/terminology/terms.h>
#include <core/fhir/validate/validate.h>

/* ---- validate_engine.c: packages and supplied files ---- */

struct validate_other; /* the definitions of the other release, once they were asked for */

struct validate_engine {
	enum hs_fhir_version fhir;
	struct hs_package *packages[HS_CLI_PACKAGES_MAX + 1];
	size_t package_count;
	struct hs_defs *defs;
	struct hs_library *library;
	struct hs_profiles *profiles;
	struct hs_validator *validator;
	struct validate_other *other;
	/* NULL: codes are judged by the packages' definitions alone */
	struct hs_cli_terms *terms;
	const char *terms_packages[HS_CLI_PACKAGES_MAX + 1]; /* their names, in `arena` */
	struct hs_arena *arena;
};

struct validate_setup {
	enum hs_fhir_version fhir;
	struct hs_slice release;            /* "4.0.1", "4.3.0", "5.0.0"; empty: of `fhir` */
	const struct hs_cli_list *packages; /* beside the core; dependencies are found */
	const char *data;                   /* directory with imported code systems, or NULL */
	struct hs_defs *defs; /* those of the release, when they are open already; referenced; or NULL */
	bool no_terminology;
	bool bare; /* without the terminology and extension packages of the cache */
};
enum hs_status hs_cli_validate_open(struct validate_engine *engine, const struct validate_setup *setup,
	struct hs_error *err);
void hs_cli_validate_close(struct validate_engine *engine);

/* More definitions on top, for one document or for all; `text` is JSON or XML, a Bundle gives its entries. */
struct validate_layer {
	struct hs_library *library;
	struct hs_profiles *profiles;
	struct hs_validator *validator;
};
void hs_cli_validate_layer_begin(const struct validate_engine *engine, struct validate_layer *layer);
enum hs_status hs_cli_validate_layer_add(const struct validate_engine *engine, struct validate_layer *layer,
	struct hs_slice text, struct hs_error *err);
/* A whole layer of what files and folders hold. */
enum hs_status hs_cli_validate_layer_files(const struct validate_engine *engine, struct validate_layer *layer,
	const struct hs_cli_list *files, struct hs_error *err);
void hs_cli_validate_layer_ready(const struct validate_engine *engine, struct validate_layer *layer);
void hs_cli_validate_layer_end(struct validate_layer *layer);

/* ---- validate_read.c: texts of resources, JSON or XML ---- */

/* Strictly: of JSON a single slip is a failure. */
enum hs_status hs_cli_validate_read(const struct validate_engine *engine, struct hs_arena *arena,
	struct hs_slice text, struct hs_issues *issues, struct hs_json **out, struct hs_error *err);
/* Reads the text and validates it. What is wrong with its form is an issue like others; where its meaning is
 * plain, the rest is validated, too. */
void hs_cli_validate_text(const struct validate_engine *engine, const struct hs_validator *validator,
	struct hs_slice text, const struct hs_validate_options *options, struct hs_issues *issues);

/* ---- validate_pipe.c ---- */

/* Answers JSON lines {"id", "file", "support": [...], "profile", "options"} from standard input. */
void hs_cli_validate_pipe(const struct validate_engine *engine, const struct hs_validate_options *options);

/* ---- validate_report.c, validate_sarif.c: to standard output, document by document ---- */

enum validate_form { VALIDATE_TEXT, VALIDATE_JSON, VALIDATE_SARIF };

/* The rules that results name, in the order in which they were met first. */
struct validate_sarif {
	struct hs_arena *arena;
	struct hs_map rules;  /* id -> number */
	struct hs_json *list; /* of {id} */
	uint64_t count;       /* results */
};

struct validate_report {
	enum validate_form form;
	struct validate_sarif sarif;
	bool colour, quiet; /* quiet: text of errors only */
	bool many;          /* JSON: a Bundle of outcomes */
	uint64_t documents, faulty, errors, warnings;
};
void hs_cli_validate_begin(struct validate_report *report);
void hs_cli_validate_tell(struct validate_report *report, const struct hs_cli_document *document,
	const struct hs_issues *issues);
void hs_cli_validate_end(struct validate_report *report, uint64_t ns);
void hs_cli_validate_sarif_begin(struct validate_sarif *sarif);
void hs_cli_validate_sarif(struct validate_sarif *sarif, const struct hs_cli_document *document,
	const struct hs_issues *issues);
void hs_cli_validate_sarif_end(struct validate_sarif *sarif);
