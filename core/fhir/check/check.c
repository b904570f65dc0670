/* SPDX-License-Identifier: Apache-2.0 */
/* stub while bootstrapping */
#include <core/fhir/check.h>
void hs_check_resource(const struct hs_defs *defs, const struct hs_json *resource, struct hs_slice source,
	struct hs_issues *issues) { (void)defs; (void)resource; (void)source; (void)issues; }
