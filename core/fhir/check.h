/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a resource against the core definitions before it is stored: known elements, cardinality, types,
 * formats of primitives, codes of required bindings, ids and references. Not profiles, not invariants. */
#pragma once

#include <core/fhir/definitions/definitions.h>

/* Adds an issue for each fault, with its FHIRPath and, when `source` is the text that `resource` was parsed
 * from, line and column. Each text names what would be right. */
void hs_check_resource(const struct hs_defs *defs, const struct hs_json *resource, struct hs_slice source,
	struct hs_issues *issues);
/* The same with some of it left to the caller; all zero is hs_check_resource. */
struct hs_check_options {
	bool any_reference;  /* references of any form pass: any relative address is a legal URL */
	bool skip_contained; /* what is in `contained` is not looked at */
	const struct hs_def_type *model; /* the logical model that it is of, whatever it says; or NULL */
};
void hs_check_with(const struct hs_defs *defs, const struct hs_json *resource, struct hs_slice source,
	const struct hs_check_options *options, struct hs_issues *issues);
/* The format of a primitive (R4 datatypes, section 2.24.0.1), for strings; numbers and booleans by lexeme. */
bool hs_check_primitive(enum hs_def_code code, const struct hs_json *value);
