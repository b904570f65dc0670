/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR definitions for commands that work without a server: packages from the user's cache, compiled images
 * in
 * ~/.cache/handslag. */
#pragma once

#include <core/fhir/definitions/definitions.h>

#define HS_CLI_PACKAGES_MAX 64

/* hs_host_usual_cache, made when it is missing. */
void hs_cli_cache_dir(char *out, size_t size);
/* The package that holds the definitions of a FHIR version. */
const char *hs_cli_core_package(enum hs_fhir_version fhir);
/* Those definitions, compiled. Without the package HS_E_NOT_FOUND, and *err says what to do. */
enum hs_status hs_cli_definitions(enum hs_fhir_version fhir, struct hs_defs **out, struct hs_error *err);
/* "4.3.0" for "4.3", "4.3.0" and "R4B" (4.0 R4, 5.0 R5); empty when it is none that is supported. */
struct hs_slice hs_cli_release(const char *said);
/* The definitions of such a release; R4B's are read as R4's are. */
enum hs_status hs_cli_definitions_of(struct hs_slice release, struct hs_defs **out, struct hs_error *err);
/* Makes *text, a resource in XML, the same in JSON, in the arena. Main thread. */
enum hs_status hs_cli_json_of_xml(struct hs_arena *arena, enum hs_fhir_version fhir, struct hs_slice *text,
	struct hs_error *err);
