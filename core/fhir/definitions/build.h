/* SPDX-License-Identifier: Apache-2.0 */
/* What the builder of definitions gathers from the packages before it lays the image out. */
#pragma once

#include <core/base/map.h>
#include <core/fhir/definitions/layout.h>
#include <handslag/json.h>

/* A list that grows in the build's arena. */
struct hs__vec {
	void *items;
	size_t count, room;
};

struct hs__raw_use {
	struct hs_slice code;
	const struct hs_slice *targets; /* canonicals */
	uint32_t target_count;
};

struct hs__raw_element {
	struct hs_slice path, refers; /* refers: contentReference */
	uint32_t min, max;
	struct hs__raw_use *uses;
	uint32_t use_count;
	struct hs_slice value_set;
	uint8_t strength, summary, modifier;
	/* set while it is laid out */
	uint32_t index, first_child, child_count;
};

struct hs__raw_type {
	struct hs_slice name, url, base_url;
	uint8_t kind, abstract;
	struct hs__raw_element *elements; /* in order of the snapshot */
	uint32_t count;
	uint32_t root; /* index of its first element in the image */
};

struct hs__raw_param {
	struct hs_slice code, url, expression, description;
	uint8_t type;
	struct hs_slice *bases, *targets;
	uint32_t base_count, target_count;
	struct hs_slice *components; /* url and expression in turn */
	uint32_t component_count;
	bool added;
};

/* A required binding's codes; known only when every part of the value set could be read. */
struct hs__code {
	struct hs_slice code, system;
};
struct hs__codes {
	struct hs__code *items;
	size_t count, room;
};

struct hs__build {
	bool adding; /* what is read now is only asked for SearchParameters */
	struct hs_arena *arena;
	struct hs_image_builder *image;
	struct hs_map
		type_of_url;      /* StructureDefinition URL -> type name, constraints too (slice pointers) */
	struct hs_map type_index; /* name -> index */
	struct hs_map sources;    /* URL of a ValueSet or CodeSystem -> struct hs_slice *, its text */
	struct hs_map lists;      /* value set -> index of its code list, or HS_DEF_NONE */
	uint32_t first_type;      /* the number of the first of `types`; those before are known already */
	struct hs__vec types;     /* struct hs__raw_type */
	struct hs__vec raw_params;       /* struct hs__raw_param */
	struct hs__vec raw_compartments; /* build_compartments.c */
	struct hs__vec elements, uses, targets, params, components, ranges, type_params, code_lists, codes,
		compartments, members, member_codes;
};

/* Room for one more item, zeroed; NULL at the arena's cap. */
void *hs__vec_push(struct hs__build *build, struct hs__vec *vec, size_t item_size);
struct hs_slice hs__build_keep(struct hs__build *build, struct hs_slice text);
uint32_t hs__build_type_index(const struct hs__build *build, struct hs_slice name);
/* The type that a canonical of a StructureDefinition stands for, profiles included; HS_DEF_NONE: unknown. */
uint32_t hs__build_type_of_url(const struct hs__build *build, struct hs_slice url);
/* A canonical without its version. */
struct hs_slice hs__build_plain(struct hs_slice canonical);

/* Gathering, one resource at a time. */
enum hs_status hs__build_take_structure(struct hs__build *build, const struct hs_json *resource,
	struct hs_error *err);
/* A logical model by the elements of its snapshot; its name is the first part of their paths. One whose name
 * is taken is passed over. */
enum hs_status hs__build_take_model(struct hs__build *build, const struct hs_json *resource,
	const struct hs_json *elements, struct hs_error *err);
enum hs_status hs__build_take_param(struct hs__build *build, const struct hs_json *resource,
	struct hs_error *err);
enum hs_status hs__build_take_compartment(struct hs__build *build, const struct hs_json *resource,
	struct hs_error *err);

/* Laying out, in this order. */
enum hs_status hs__build_lay_types(struct hs__build *build, struct hs_error *err);
enum hs_status hs__build_lay_params(struct hs__build *build, struct hs_error *err);
enum hs_status hs__build_lay_compartments(struct hs__build *build, struct hs_error *err);
/* Index of the code list of a value set, HS_DEF_NONE when it is not known here. */
uint32_t hs__build_codes(struct hs__build *build, struct hs_slice value_set);
