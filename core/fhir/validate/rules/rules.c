/* SPDX-License-Identifier: Apache-2.0 */
/* The table of special rules: which data type or resource has one. */
#include <core/fhir/validate/validate_private.h>

hs__rule *hs__rules_find(struct hs_slice type)
{
	(void)type;
	return NULL;
}

void hs__rules_resource(struct hs__validation *run, const struct hs__node *node)
{
	(void)run;
	(void)node;
}

void hs__rules_end(struct hs__validation *run, const struct hs__node *node)
{
	(void)run;
	(void)node;
}
