/* SPDX-License-Identifier: Apache-2.0 */
/* The sections of a definitions image, shared by its builder and its reader. */
#pragma once

#include <core/fhir/definitions/definitions.h>

#define HS__DEFS_KIND 0x53464544u /* "DEFS" */
/* Changed with every change of the structs here or of what the builder puts into them. */
#define HS__DEFS_FORMAT 4u

enum hs__defs_section {
	HS__DEFS_TYPES = 1,    /* struct hs_def_type, by name */
	HS__DEFS_ELEMENTS,     /* struct hs_def_element; those of a type are together, siblings too */
	HS__DEFS_USES,         /* struct hs_def_use */
	HS__DEFS_TARGETS,      /* uint32_t: indices of types */
	HS__DEFS_PARAMS,       /* struct hs_def_param */
	HS__DEFS_COMPONENTS,   /* struct hs_def_component */
	HS__DEFS_RANGES,       /* struct hs__defs_range, one a type: its part of the next section */
	HS__DEFS_TYPE_PARAMS,  /* uint32_t: indices of params, by code within a type */
	HS__DEFS_PARAM_URLS,   /* uint32_t: indices of params, by URL */
	HS__DEFS_LISTS,        /* struct hs__defs_range: a list of codes each */
	HS__DEFS_CODES,        /* struct hs__defs_code, by code within a list */
	HS__DEFS_COMPARTMENTS, /* struct hs_def_compartment */
	HS__DEFS_MEMBERS,      /* struct hs__defs_member, those of an owner together */
	HS__DEFS_MEMBER_CODES, /* struct hs_image_text */
};

struct hs__defs_range {
	uint32_t first, count;
};

struct hs__defs_code {
	struct hs_image_text code, system;
};

/* Resources of `type` are in the compartment of an `owner` by these search parameters. */
struct hs__defs_member {
	uint32_t owner, type;  /* indices of types */
	uint32_t first, count; /* in HS__DEFS_MEMBER_CODES */
};

/* What a value may call the type of a logical model: its name, its type or its address. */
struct hs__defs_alias {
	struct hs_slice said;
	uint32_t type;
};

struct hs_defs {
	_Atomic uint32_t refs;
	enum hs_fhir_version fhir;
	struct hs_image *image;
	struct hs_slice texts; /* the string section */
	const struct hs_def_type *types;
	const struct hs_def_element *elements;
	const struct hs_def_use *uses;
	const uint32_t *targets;
	const struct hs_def_param *params;
	const struct hs_def_component *components;
	const struct hs__defs_range *ranges;
	const uint32_t *param_urls;
	const struct hs__defs_range *lists;
	const struct hs__defs_code *codes;
	const struct hs_def_compartment *compartments;
	const struct hs__defs_member *members;
	const struct hs_image_text *member_codes;
	/* Types that rules ask for at every step; NULL when the packages lack them. */
	const struct hs_def_type *reference, *extension, *codeable, *coding;
	const struct hs_def_type *codeable_reference; /* NULL before R5 */
	const struct hs_def_param **pointers;         /* HS__DEFS_TYPE_PARAMS as pointers */
	size_t type_count, element_count, use_count, target_count, param_count, component_count, list_count,
		code_count, compartment_count, member_count, member_code_count;
	/* Of definitions that logical models were added to (extend.c): those below, and what is new. The
	 * types of the models follow on those of the image, which alone are in order of their names. */
	struct hs_defs *below;
	struct hs_arena *arena;
	size_t image_type_count;
	const struct hs__defs_alias *aliases;
	size_t alias_count;
};

/* hs_defs_text for the inner loops of this folder's neighbours. */
static inline struct hs_slice hs__defs_text(const struct hs_defs *defs, struct hs_image_text text)
{
	if (text.offset > defs->texts.len || text.len > defs->texts.len - text.offset)
		return HS_S_NONE;
	return hs_slice(defs->texts.ptr + text.offset, text.len);
}

/* Is the package one of source->params that has a say? */
bool hs__defs_adds_params(const struct hs_defs_source *source, const struct hs_package *package);
/* Builds the image of the packages; the caller owns the builder. */
enum hs_status hs__defs_build(const struct hs_defs_source *source, uint64_t key,
	struct hs_image_builder **out, struct hs_error *err);
/* The number of a primitive type's name, or HS_PRIM_NONE. */
enum hs_def_code hs__defs_primitive(struct hs_slice name);
