/* SPDX-License-Identifier: Apache-2.0 */
/* htmlChecks(): is a narrative within FHIR's XHTML subset, and says it something (R4 section 2.4.1;
 * invariants txt-1 and txt-2)? */
#include <core/fhir/path/functions/functions.h>

#include <core/fhir/basics/narrative.h>

enum hs_status hs__path_fn_html_checks(struct path_call *call)
{
	for (uint32_t i = 0; i < call->focus->count; i++) {
		const struct hs_path_value *value = &call->focus->items[i];
		bool content = false;
		bool sound = value->kind == HS_PATH_STRING &&
			!hs__narrative_fault(value->text, true, &content) && content;
		enum hs_status status = hs__path_push_boolean(call->run, call->out, sound);
		if (status) {
			return status;
		}
	}
	return HS_OK;
}
