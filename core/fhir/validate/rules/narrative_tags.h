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
	struct hs_slice
		before; /* text since the tag before; of several parts between comments, one with words */
	bool end;       /* </name> */
	bool alone;     /* <name/> */
};

/* The next tag; false at the end. Comments are passed over. */
bool hs__next_tag(struct hs__tags *tags, struct hs__tag *out);
/* The value of an attribute; .ptr is NULL when the tag does not have it. */
struct hs_slice hs__tag_attribute(const struct hs__tag *tag, struct hs_slice name);

/* narrative_nesting.c: each tag within those that may hold it (HTML 4.01, chapters 7 to 11). */

#define HS__NESTING_MAX 200u /* hs__narrative_fault refuses more */

/* The tags that are open. */
struct hs__nesting {
	struct hs__open {
		const struct hs__tag_kind *kind; /* NULL: nothing is asked of it */
		struct hs_slice name;
		bool in_line, in_paragraph, in_link;
	} open[HS__NESTING_MAX];
	uint32_t depth; /* 0 at first */
};

/* The next tag of the narrative: told of when it stands where it may not. */
void hs__nest(struct hs__validation *run, const struct hs__node *node, struct hs__nesting *nesting,
	const struct hs__tag *tag);
