/* SPDX-License-Identifier: Apache-2.0 */
/* The form in which the fhirpath-lab engine API (server-api.md of that project) has values and steps of
 * FHIRPath: parts of Parameters. */
#pragma once

#include <core/fhir/path/path.h>

#define HS__LAB "http://fhir.forms-lab.com/StructureDefinition/"
#define HS__LAB_VALUES 10000u      /* results in all; what comes after is left out */
#define HS__LAB_STEPS 5000u        /* steps in all, */
#define HS__LAB_STEP_VALUES 20000u /* and values that they show */

struct hs__lab {
	struct hs_arena *arena; /* of the answer */
	const struct hs_defs *defs;
	struct hs_path_places places; /* of the resource that was asked about */
	uint32_t told, steps, shown;  /* values, steps, values of steps so far */
};

/* {"name": ...} at the end of the list. */
struct hs_json *hs__lab_add(struct hs_arena *arena, struct hs_json *list, const char *name);
void hs__lab_text(struct hs_arena *arena, struct hs_json *list, const char *name, struct hs_slice text);
/* A part a value: named by its type, with the value and its place in the resource. */
void hs__lab_values(struct hs__lab *lab, struct hs_json *list, const struct hs_path_list *values);
/* What trace() was given under that name, as a part; copied, for it does not last. */
void hs__lab_trace(struct hs__lab *lab, struct hs_json *list, struct hs_slice name,
	const struct hs_path_list *values);
/* A step of the evaluation as a part ("13,5,given"); copied. */
void hs__lab_step(struct hs__lab *lab, struct hs_json *list, const struct hs_path_told *told);
