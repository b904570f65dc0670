/* SPDX-License-Identifier: Apache-2.0 */
/* The tags of a narrative whose XHTML is known to be sound (hs__narrative_fault), one after another. */
#pragma once

#include <core/fhir/validate/rules/rules_private.h>

struct hs__tags {
	struct hs_slice rest; /* set it to the narrative */
};

/* Slices of the narrative. */
struct hs__tag {
	struct hs_slice name, attributes;
	bool end;         /* </name> */
	bool alone;       /* <name/> */
	bool after_words; /* text that is not blank stands between the tag before and this one */
};

/* The next tag; false at the end. Comments are passed over. */
bool hs__next_tag(struct hs__tags *tags, struct hs__tag *out);
/* The value of an attribute; .ptr is NULL when the tag does not have it. */
struct hs_slice hs__tag_attribute(const struct hs__tag *tag, struct hs_slice name);

/* narrative_nesting.c: each tag within those that may hold it (HTML 4.01, chapters 7 to 11). */
void hs__check_nesting(struct hs__validation *run, const struct hs__node *node, struct hs_slice text);
