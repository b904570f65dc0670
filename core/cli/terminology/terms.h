/* SPDX-License-Identifier: Apache-2.0 */
/* The terminology for commands that validate without a server: the service itself, in process, over the
 * packages of the command and the imports of a data directory. Opened when somebody first asks what the
 * packages' own definitions cannot tell. */
#pragma once

#include <core/cli/cli.h>
#include <core/fhir/profile/library.h>
#include <core/fhir/validate/validate.h>

struct hs_cli_terms;

struct hs_cli_terms_source {
	enum hs_fhir_version fhir;
	const char *const *packages; /* as the configuration names them; NULL ends; must outlive */
	const char *data;            /* directory whose imports are asked, or NULL */
};
struct hs_cli_terms *hs_cli_terms_new(const struct hs_cli_terms_source *source);
/* After all validators that have it. NULL is allowed. */
void hs_cli_terms_free(struct hs_cli_terms *terms);
/* For a validator: it also sees the CodeSystem and ValueSet resources that were put into `library`
 * (referenced; may be NULL), as they are at the first question. */
struct hs_validate_terminology hs_cli_terms_for(struct hs_cli_terms *terms, struct hs_library *library);
