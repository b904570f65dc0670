/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the script reader: what its files share. */
#pragma once

#include <conformance/engine/script.h>

#define SCRIPT_EXTENSION "https://handslag.example/fhir/StructureDefinition/"

struct script_binding {
	const struct hs_pair *pairs;
	size_t count;
};

struct script_reader {
	struct hs_arena *arena;
	struct hs_slice text; /* for line numbers */
	const struct hs_json *script;
	struct hs_script_action *actions; /* of the phase that is being read */
	size_t count, room;
};

/* The operation or the assertion of an action; `item` has it. */
enum hs_status hs_script_read_action(struct script_reader *reader, const struct hs_json *item, bool assertion,
	struct hs_script_action *out, struct hs_error *err);
/* Sets hs_script_test.needs: which test makes the ids that another one uses. */
void hs_script_find_needs(struct hs_script *script);
/* Calls fn for each variable name in a text ("${name}"); placeholders of the engine too. */
void hs_script_each_variable(struct hs_slice text, void (*fn)(void *arg, struct hs_slice name), void *arg);
