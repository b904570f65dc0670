/* SPDX-License-Identifier: Apache-2.0 */
/* The handlers of all functions, one prototype a row of functions.def, and what operators share with them. */
#pragma once

#include <core/fhir/path/run.h>

#define X(id, name, min, max, kinds, focus, result) enum hs_status hs__path_fn_##id(struct path_call *call);
#include <core/fhir/path/functions/functions.def>
#undef X

/* subsumes() of %terminologies, which has three arguments or four. */
enum hs_status hs__path_terminologies_subsumes(struct path_call *call);
enum hs_status hs__path_operator_is(struct path_run *run, const struct path_node *node,
	const struct path_type_name *type, const struct path_list *from, struct path_list *out);
enum hs_status hs__path_operator_as(struct path_run *run, const struct path_node *node,
	const struct path_type_name *type, const struct path_list *from, struct path_list *out);
