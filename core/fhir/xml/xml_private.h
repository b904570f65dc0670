/* SPDX-License-Identifier: Apache-2.0 */
/* What the files of the XML reader and writer share. */
#pragma once

#include <core/fhir/xml/xml.h>

#include <handslag/place.h>

#define HS__XML_FHIR "http://hl7.org/fhir"
#define HS__XML_XHTML "http://www.w3.org/1999/xhtml"

enum hs__xml_kind {
	HS__XML_RESOURCE,
	HS__XML_COMPLEX,
	HS__XML_PRIMITIVE,
	HS__XML_WRAPPER,   /* holds one resource: contained, Bundle.entry.resource */
	HS__XML_NARRATIVE, /* the div of a Narrative */
	HS__XML_SKIPPED,
};

/* An open element. */
struct hs__xml_frame {
	enum hs__xml_kind kind;
	bool many;                            /* it is an item of an array */
	bool filled;                          /* an element was in it, be it a wrong one */
	bool said;                            /* stray text in it was reported */
	bool has_value;                       /* primitive: there was a value attribute */
	const char *place;                    /* of its '<' in the source */
	struct hs_slice name;                 /* as in the source, without prefix */
	const struct hs_def_element *element; /* NULL for a resource */
	const struct hs_def_type *type;       /* NULL where the element has children of its own only */
	struct hs_json *object; /* takes the children; of a primitive: id and extensions, or NULL */
	struct hs_json *value;  /* of a primitive, or NULL */
	uint32_t index;         /* among the items of the array */
	/* the children that came last */
	const struct hs_def_element *child; /* NULL before the first */
	struct hs_slice run;                /* their name */
	struct hs_json *array, *shadows;    /* their arrays, NULL when not needed (yet) */
};

struct hs__xml_reader {
	struct hs_arena *arena;
	const struct hs_defs *defs;
	struct hs_slice text;
	struct hs_place place;    /* in it, of the latest fault */
	struct hs_issues *issues; /* NULL: the first fault ends the reading */
	struct hs_error *err;
	enum hs_status status;        /* set when the reading must end */
	struct hs__xml_frame *frames; /* `depth` of them are open */
	uint32_t depth, room;
	uint32_t inner; /* elements within the narrative or the skipped element */
	const struct hs_def_type *extension;
	const struct hs_xml_limits *limits; /* may be NULL */
	struct hs_slice space;              /* that elements may be in beside FHIR's; of a logical model */
	struct hs_json *root;
};

/* An attribute as the parser gives it. */
struct hs__xml_attribute {
	struct hs_slice name, space, value;
};

/* An element begins; `place` is its '<' in the source, where `name` is too. False when the reading must end.
 */
bool hs__xml_open(struct hs__xml_reader *reader, struct hs_slice name, struct hs_slice space,
	const char *place, const struct hs__xml_attribute *attributes, size_t count);
/* The innermost element ends; `end` is the byte after it. */
bool hs__xml_close(struct hs__xml_reader *reader, const char *end);
bool hs__xml_text(struct hs__xml_reader *reader, struct hs_slice text, const char *place);

/* Reports a fault in the content at `place`; `below` is a name to add to the path, or empty. False when the
 * reading must end. */
bool hs__xml_fault(struct hs__xml_reader *reader, const char *place, struct hs_slice below, const char *code,
	const char *format, ...) __attribute__((format(printf, 5, 6)));
/* Ends the reading: what is wrong is not in the content. Always false. */
bool hs__xml_stop(struct hs__xml_reader *reader, enum hs_status status, const char *place, const char *format,
	...) __attribute__((format(printf, 4, 5)));

/* The text of a div that may be of JSON as well: the source from '<' to the end, with the namespace said in
 * it and without a prefix. Empty slice with NULL when the arena is full. */
struct hs_slice hs__xml_narrative(struct hs_arena *arena, struct hs_slice source);
/* Is it one well-formed element `div` (white space around it is allowed)? *bound: in the namespace of XHTML.
 */
bool hs__xml_is_div(struct hs_slice text, bool *bound);
/* Starts the library, once. */
void hs__xml_start(void);
