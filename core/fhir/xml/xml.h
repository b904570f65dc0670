/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR XML (R4 section 2.6.1) to and from the JSON tree, driven by the definitions: they say what repeats,
 * what is a number, what is an attribute, and in which order elements stand.
 *
 * Nothing is lost either way: decimals keep their text, narrative its bytes. A document type, and with it
 * every entity beyond the five of XML, is refused; size and depth have limits. Thread: that of the arena. */
#pragma once

#include <core/fhir/definitions/definitions.h>

/* What the root element is when the definitions have no resource of its name: an instance of a logical model.
 */
struct hs_xml_model {
	const struct hs_defs *defs; /* that know it; to outlive the reading */
	const struct hs_def_type *type;
	struct hs_slice space; /* namespace of its elements, beside FHIR's; may be empty */
};

/* 0 anywhere means the default. */
struct hs_xml_limits {
	size_t bytes;   /* of the document; default 256 MiB, at most INT_MAX */
	uint32_t depth; /* FHIR elements in one another, and as many of narrative; default 100, at most 1,000
			 */
	/* Fills in *out for a root element of that name; false: there is no such model. May be NULL. */
	bool (*model)(void *arg, struct hs_slice name, struct hs_xml_model *out);
	void *arg;
};

/* Does the text begin as XML does (after white space and a byte-order mark), so that it can be no JSON? */
bool hs_xml_is(struct hs_slice text);

/* Reads one resource, or an instance of a model that `limits` tells. `text` must outlive the tree: its
 * nodes know their places in it (hs_json_position).
 *
 * What is not well formed, is no FHIR resource, or passes a limit fails with line and column. What is wrong
 * in the content (an unknown element or attribute, a wrong order, another namespace, stray text, an element
 * with neither value nor content) is added to `issues` as an error with its FHIRPath, line and column, and
 * left out of the tree where the tree has no place for it; `issues` NULL: the first of these fails too.
 * What stays in the tree and is wrong there, such as an empty object, is not told twice: its check says so.
 * `limits` may be NULL. */
enum hs_status hs_xml_read(struct hs_arena *arena, const struct hs_defs *defs, struct hs_slice text,
	const struct hs_xml_limits *limits, struct hs_issues *issues, struct hs_json **out,
	struct hs_error *err);

#define HS_XML_PRETTY 1u /* two blanks a level */

/* Writes a resource as a document in UTF-8, elements in the order of the definitions. HS_E_INVALID names an
 * element that the definitions do not have or whose form is another; then the content of `buf` is of no use.
 * Characters that XML 1.0 cannot carry become U+FFFD; narrative that is not well-formed XHTML is kept as
 * text. */
enum hs_status hs_xml_write(const struct hs_defs *defs, const struct hs_json *resource, unsigned flags,
	struct hs_buf *buf, struct hs_error *err);
