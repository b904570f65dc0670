/* SPDX-License-Identifier: Apache-2.0 */
/* The definitions of one FHIR version, compiled from packages into an image: types, elements, search
 * parameters, and the codes of required bindings. Immutable, shared by all threads, mapped from disk.
 *
 * Terms: a *type* is a StructureDefinition of kind primitive-type, complex-type, resource or, where such were
 * added, logical; an *element*
 * is one row of its snapshot; elements of backbone type carry their children themselves, others continue
 * in the element list of their type. Everything is addressed by pointer into the image. */
#pragma once

#include <core/base/image.h>
#include <handslag/fhir.h>
#include <handslag/json.h>
#include <handslag/package.h>

struct hs_defs;

#define HS_DEF_NONE UINT32_MAX
#define HS_DEF_MANY UINT32_MAX /* max = "*" */

enum hs_def_kind {
	HS_DEF_PRIMITIVE,
	HS_DEF_COMPLEX,
	HS_DEF_RESOURCE,
	HS_DEF_LOGICAL, /* added by hs_defs_extend */
};

struct hs_def_type {
	struct hs_image_text name; /* "Patient" */
	struct hs_image_text url;
	uint32_t base; /* index of the base type, HS_DEF_NONE for the root ones */
	uint32_t root; /* index of its root element */
	uint8_t kind;  /* enum hs_def_kind */
	uint8_t abstract;
	uint16_t code; /* enum hs_def_code for primitives, else 0 */
};

/* Primitive types by number, for switches. */
enum hs_def_code {
	HS_PRIM_NONE,
	HS_PRIM_BOOLEAN,
	HS_PRIM_INTEGER,
	HS_PRIM_INTEGER64,
	HS_PRIM_POSITIVE_INT,
	HS_PRIM_UNSIGNED_INT,
	HS_PRIM_DECIMAL,
	HS_PRIM_STRING,
	HS_PRIM_MARKDOWN,
	HS_PRIM_CODE,
	HS_PRIM_ID,
	HS_PRIM_URI,
	HS_PRIM_URL,
	HS_PRIM_CANONICAL,
	HS_PRIM_OID,
	HS_PRIM_UUID,
	HS_PRIM_BASE64,
	HS_PRIM_DATE,
	HS_PRIM_DATETIME,
	HS_PRIM_INSTANT,
	HS_PRIM_TIME,
	HS_PRIM_XHTML,
};

enum hs_binding_strength {
	HS_BINDING_NONE,
	HS_BINDING_EXAMPLE,
	HS_BINDING_PREFERRED,
	HS_BINDING_EXTENSIBLE,
	HS_BINDING_REQUIRED
};

struct hs_def_element {
	struct hs_image_text name;         /* last part of the path; "value" for value[x] */
	struct hs_image_text path;         /* "Patient.contact.name" */
	uint32_t min, max;                 /* HS_DEF_MANY for "*" */
	uint32_t first_child, child_count; /* own children (backbone, or the root of a type); contiguous */
	uint32_t first_type, type_count;   /* in the table of type uses */
	uint32_t same_as; /* element whose children these are (contentReference), or HS_DEF_NONE */
	struct hs_image_text binding; /* value set canonical without version, or empty */
	uint32_t codes;   /* index of the compiled code list of a required binding, or HS_DEF_NONE */
	uint8_t strength; /* enum hs_binding_strength */
	uint8_t choice;   /* value[x] */
	uint8_t summary, modifier;
	uint32_t owner; /* index of the type whose snapshot this is */
};

/* One allowed type of an element; target profiles of references as resource type names where possible. */
struct hs_def_use {
	uint32_t type; /* index of the type, HS_DEF_NONE for an unknown one */
	uint32_t first_target,
		target_count; /* type indices in the table of targets; for Reference, canonical */
};

enum hs_param_type {
	HS_PARAM_NUMBER,
	HS_PARAM_DATE,
	HS_PARAM_STRING,
	HS_PARAM_TOKEN,
	HS_PARAM_REFERENCE,
	HS_PARAM_COMPOSITE,
	HS_PARAM_QUANTITY,
	HS_PARAM_URI,
	HS_PARAM_SPECIAL
};

struct hs_def_param {
	struct hs_image_text code, url, expression, description;
	uint8_t type;                              /* enum hs_param_type */
	uint8_t added;                             /* by one of hs_defs_source.params */
	uint32_t first_target, target_count;       /* allowed types of a reference */
	uint32_t first_component, component_count; /* composite: url and expression of each */
};
struct hs_def_component {
	struct hs_image_text url, expression;
};

struct hs_defs_source {
	enum hs_fhir_version fhir;
	struct hs_package *const *packages; /* core first; NULL ends */
	/* Of these the SearchParameters only, but those of another release and retired ones; the first
	 * counts, those of `packages` before all. May be NULL; NULL ends. */
	struct hs_package *const *params;
	const char *cache_dir; /* the image is kept here */
	const struct hs_world *world;
};

/* Maps the image of these packages, building it first when there is none (about a second). */
enum hs_status hs_defs_open(const struct hs_defs_source *source, struct hs_defs **out, struct hs_error *err);
/* A logical model (StructureDefinition.kind). */
struct hs_def_model {
	const struct hs_json *structure; /* the StructureDefinition */
	const struct hs_json *snapshot;  /* its elements, given or generated */
};
/* The definitions with types for the models behind theirs; those that name one another may come in any order,
 * and of two with one name the first counts, as do types that are there. A model's type is found by its name,
 * which is the first part of its paths, by StructureDefinition.type and by its address. Texts are copied;
 * `defs` is referenced. HS_E_LIMIT: too large; HS_E_INVALID: no model has an element. */
enum hs_status hs_defs_extend(struct hs_defs *defs, const struct hs_def_model *models, size_t count,
	struct hs_defs **out, struct hs_error *err);
struct hs_defs *hs_defs_ref(struct hs_defs *defs); /* thread-safe */
void hs_defs_unref(struct hs_defs *defs);
enum hs_fhir_version hs_defs_fhir(const struct hs_defs *defs);
struct hs_slice hs_defs_text(const struct hs_defs *defs, struct hs_image_text text);

const struct hs_def_type *hs_defs_type(const struct hs_defs *defs, struct hs_slice name); /* NULL: unknown */
const struct hs_def_type *hs_defs_type_at(const struct hs_defs *defs, uint32_t index);
uint32_t hs_defs_type_index(const struct hs_defs *defs, const struct hs_def_type *type);
uint32_t hs_defs_type_count(const struct hs_defs *defs);
/* Is `type` the same as, or derived from, `base`? */
bool hs_defs_is_a(const struct hs_defs *defs, const struct hs_def_type *type, const struct hs_def_type *base);
const struct hs_def_element *hs_defs_element_at(const struct hs_defs *defs, uint32_t index);
const struct hs_def_element *hs_defs_root(const struct hs_defs *defs, const struct hs_def_type *type);
const struct hs_def_use *hs_defs_uses(const struct hs_defs *defs, const struct hs_def_element *element);
uint32_t hs_defs_target_at(const struct hs_defs *defs, uint32_t index);
/* May a reference of this use (NULL: unknown) go to resources of the type? True when nothing says no. */
bool hs_defs_use_allows(const struct hs_defs *defs, const struct hs_def_use *use,
	const struct hs_def_type *type);
/* The use of an element for values of exactly that type; NULL when there is none. */
const struct hs_def_use *hs_defs_use_of(const struct hs_defs *defs, const struct hs_def_element *element,
	const struct hs_def_type *type);
/* "Patient, Group": the types that a reference of this use may go to. */
void hs_defs_show_targets(struct hs_buf *out, const struct hs_defs *defs, const struct hs_def_use *use);

/* The child `name` of an element whose value has `type` (for a backbone the element's own children). For a
 * choice, name is the JSON name (valueQuantity) and *use tells which type it is. NULL when there is none. */
const struct hs_def_element *hs_defs_child(const struct hs_defs *defs, const struct hs_def_element *element,
	const struct hs_def_type *type, struct hs_slice name, const struct hs_def_use **use);
/* The type of a choice that a JSON name's ending stands for ("Quantity" of valueQuantity), or NULL. */
const struct hs_def_use *hs_defs_choice(const struct hs_defs *defs, const struct hs_def_element *element,
	struct hs_slice suffix);
/* All children in definition order. */
const struct hs_def_element *hs_defs_children(const struct hs_defs *defs,
	const struct hs_def_element *element, const struct hs_def_type *type, uint32_t *count);

/* The search parameter of a type, inherited ones (Resource, DomainResource) too. NULL when there is none. */
const struct hs_def_param *hs_defs_param(const struct hs_defs *defs, struct hs_slice type,
	struct hs_slice code);
/* All of them, as an array of pointers that lives as long as the definitions. */
const struct hs_def_param *const *hs_defs_params(const struct hs_defs *defs, struct hs_slice type,
	uint32_t *count);
const struct hs_def_param *hs_defs_param_by_url(const struct hs_defs *defs, struct hs_slice url);
const struct hs_def_component *hs_defs_components(const struct hs_defs *defs,
	const struct hs_def_param *param);

/* Is the code in the value set of a required binding? 1 yes, 0 no, -1 not known here. */
int hs_defs_code_allowed(const struct hs_defs *defs, const struct hs_def_element *element,
	struct hs_slice code);
/* The same for a code and its system. */
int hs_defs_coding_allowed(const struct hs_defs *defs, const struct hs_def_element *element,
	struct hs_slice system, struct hs_slice code);
/* The system of a code in the element's list (the first one with that code); empty when not known. */
struct hs_slice hs_defs_code_system(const struct hs_defs *defs, const struct hs_def_element *element,
	struct hs_slice code);
/* The first `room` codes of the element's list, in byte order; returns how many there are, 0 when not known.
 */
uint32_t hs_defs_codes(const struct hs_defs *defs, const struct hs_def_element *element, struct hs_slice *out,
	uint32_t room);

/* The types whose resources have compartments (R4, CompartmentDefinition). */
struct hs_def_compartment {
	uint32_t owner; /* index of the type */
	struct hs_image_text url;
};
const struct hs_def_compartment *hs_defs_compartments(const struct hs_defs *defs, size_t *count);
bool hs_defs_has_compartment(const struct hs_defs *defs, struct hs_slice owner);
/* Resources of a type are in the compartment of Patient/1 when one of these search parameters of theirs
 * points to it ("{def}": the owner itself). NULL and 0 when they are never in one. */
const struct hs_image_text *hs_defs_compartment(const struct hs_defs *defs, struct hs_slice owner,
	struct hs_slice type, uint32_t *count);
