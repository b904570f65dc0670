/* SPDX-License-Identifier: Apache-2.0 */
/* Instances of logical models (R4 StructureDefinition.kind): which model an instance is of, and a validator
 * whose definitions have it as a type, so that everything else goes its way as for a resource. */
#include <core/fhir/validate/walk.h>

#include <core/base/heap.h>

#define MODELS 200u /* that name one another */
#define BASES 50u   /* of a profile */
#define KEPT 32u    /* models that a validator keeps ready */
#define BASE_TYPES "http://hl7.org/fhir/StructureDefinition/"

struct kept {
	const struct hs_json *structure;
	struct hs_validator *validator; /* NULL: it cannot be made */
	struct hs_error error;
};

struct hs__model_set {
	pthread_mutex_t lock;
	struct kept kept[KEPT];
	size_t count;
};

struct hs__model_set *hs__models_new(void)
{
	struct hs__model_set *set = hs_heap_alloc(sizeof(*set));
	set->count = 0;
	pthread_mutex_init(&set->lock, NULL);
	return set;
}

void hs__models_free(struct hs__model_set *set)
{
	if (!set)
		return;
	for (size_t i = 0; i < set->count; i++)
		hs_validator_unref(set->kept[i].validator);
	pthread_mutex_destroy(&set->lock);
	hs_heap_free(set);
}

/* ---- which model ---- */

static bool is_model(const struct hs_json *structure)
{
	return hs_slice_eq(hs_json_get_text(structure, HS_S("kind")), HS_S("logical")) &&
		!hs_slice_eq(hs_json_get_text(structure, HS_S("derivation")), HS_S("constraint"));
}

static struct hs_slice last_part(struct hs_slice address)
{
	struct hs_slice part = HS_S_NONE;
	while (address.ptr)
		part = hs_slice_cut(&address, '/');
	return part;
}

/* Is the model's type meant: by its address, or by the name that this ends with? */
static bool is_called(const struct hs_json *structure, struct hs_slice said)
{
	struct hs_slice type = hs_json_get_text(structure, HS_S("type"));
	return hs_slice_eq(hs_json_get_text(structure, HS_S("url")), said) || hs_slice_eq(type, said) ||
		hs_slice_eq(last_part(type), said);
}

struct search {
	struct hs_slice said;
	const struct hs_json *found;
};

static bool look(void *arg, const struct hs_json *resource)
{
	struct search *search = arg;
	if (is_model(resource) && is_called(resource, search->said))
		search->found = resource;
	return search->found == NULL;
}

static const struct hs_json *find_structure(struct hs_library *library, struct hs_slice canonical)
{
	return canonical.len ? hs_library_find(library, HS_S("StructureDefinition"), canonical, NULL) : NULL;
}

/* The model, or the one that a profile constrains; NULL: it is of none. */
static const struct hs_json *model_below(struct hs_library *library, struct hs_slice canonical)
{
	const struct hs_json *found = find_structure(library, canonical);
	for (unsigned i = 0; found && !is_model(found) && i < BASES; i++)
		found = find_structure(library, hs_json_get_text(found, HS_S("baseDefinition")));
	return is_model(found) ? found : NULL;
}

/* By its address it is found wherever it is; by its name among what was handed over and what the caller wants
 * the instance to conform to. An instance that does not say what it is, is of the caller's model. */
static const struct hs_json *find_model(struct hs_library *library, struct hs_slice said,
	const struct hs_validate_options *options)
{
	const struct hs_json *found = find_structure(library, said);
	struct search search = { said, is_model(found) ? found : NULL };
	for (size_t i = 0; !search.found && i < options->profile_count; i++) {
		found = model_below(library, options->profiles[i]);
		if (found && (!said.len || is_called(found, said)))
			search.found = found;
	}
	if (!search.found && said.len)
		hs_library_each_added(library, look, &search);
	return search.found;
}

/* ---- a validator for it ---- */

struct gather {
	const struct hs_validator *validator;
	struct hs_def_model models[MODELS];
	size_t count;
};

static void add_model(struct gather *all, const struct hs_json *structure)
{
	for (size_t i = 0; i < all->count; i++)
		if (all->models[i].structure == structure)
			return;
	const struct hs_json *snapshot = hs_profiles_snapshot(all->validator->profiles,
		hs_json_get_text(structure, HS_S("url")));
	if (snapshot && all->count < MODELS)
		all->models[all->count++] = (struct hs_def_model) { structure, snapshot };
}

/* What an element or a base names, when the definitions lack it. */
static void add_named(struct gather *all, struct hs_slice address)
{
	struct hs_slice name = hs_slice_starts(address, HS_S(BASE_TYPES)) ?
		hs_slice_from(address, sizeof(BASE_TYPES) - 1) :
		address;
	if (hs_defs_type(all->validator->defs, name))
		return;
	const struct hs_json *found = find_structure(hs_profiles_library(all->validator->profiles), address);
	if (is_model(found))
		add_model(all, found);
}

static void add_all(struct gather *all, const struct hs_json *structure)
{
	add_model(all, structure);
	for (size_t i = 0; i < all->count; i++) {
		add_named(all, hs_json_get_text(all->models[i].structure, HS_S("baseDefinition")));
		HS_JSON_EACH(element, all->models[i].snapshot)
			HS_JSON_EACH(type, hs_json_get(element, HS_S("type")))
				add_named(all, hs_json_get_text(type, HS_S("code")));
	}
}

static struct hs_validator *make(const struct hs_validator *validator, const struct hs_json *structure,
	struct hs_error *err)
{
	struct hs_library *library = hs_profiles_library(validator->profiles);
	struct gather *all = hs_heap_alloc(sizeof(*all));
	struct hs_defs *defs = NULL;
	struct hs_validator *made = NULL;
	*all = (struct gather) { .validator = validator };
	add_all(all, structure);
	if (!all->count)
		(void)hs_profiles_find(validator->profiles, hs_json_get_text(structure, HS_S("url")), err);
	else if (!hs_defs_extend(hs_profiles_defs(validator->profiles), all->models, all->count, &defs,
			 err)) {
		struct hs_profiles *profiles = hs_profiles_new(defs, library, NULL);
		made = hs__validator_over(validator, profiles);
		hs_profiles_unref(profiles);
		hs_defs_unref(defs);
	}
	hs_heap_free(all);
	return made;
}

static const struct kept *keep(const struct hs_validator *validator, const struct hs_json *structure)
{
	struct hs__model_set *set = validator->models;
	for (size_t i = 0; i < set->count; i++)
		if (set->kept[i].structure == structure)
			return &set->kept[i];
	if (set->count == KEPT)
		return NULL;
	struct kept *kept = &set->kept[set->count++];
	*kept = (struct kept) { .structure = structure };
	kept->validator = make(validator, structure, &kept->error);
	return kept;
}

bool hs__model_of(const struct hs_validator *validator, struct hs_slice said,
	const struct hs_validate_options *options, struct hs__model *out, struct hs_error *err)
{
	*out = (struct hs__model) { validator, hs_defs_type(validator->defs, said) };
	if (out->type || !validator->models)
		return true;
	const struct hs_json *structure = find_model(hs_profiles_library(validator->profiles), said, options);
	if (!structure)
		return true;
	pthread_mutex_lock(&validator->models->lock);
	const struct kept *kept = keep(validator, structure);
	pthread_mutex_unlock(&validator->models->lock);
	if (!kept || !kept->validator) {
		hs_fail(err, HS_E_INVALID, "the logical model '%.*s' cannot be used: %s",
			HS_S_ARG(hs_slice_first(hs_json_get_text(structure, HS_S("url")), 200)),
			kept ? kept->error.text : "too many others are in use");
		return false;
	}
	out->validator = kept->validator;
	out->type = hs_defs_type(kept->validator->defs, hs_json_get_text(structure, HS_S("url")));
	return true;
}

/* ---- for readers of XML ---- */

#define NAMESPACE "http://hl7.org/fhir/StructureDefinition/elementdefinition-namespace"
#define NAMESPACE_R5 "http://hl7.org/fhir/tools/StructureDefinition/xml-namespace"

static struct hs_slice namespace_of(const struct hs_json *structure)
{
	HS_JSON_EACH(extension, hs_json_get(structure, HS_S("extension"))) {
		struct hs_slice url = hs_json_get_text(extension, HS_S("url"));
		if (hs_slice_eq(url, HS_S(NAMESPACE)) || hs_slice_eq(url, HS_S(NAMESPACE_R5)))
			return hs_json_get_text(extension, HS_S("valueUri"));
	}
	return HS_S_NONE;
}

bool hs_validator_model(const struct hs_validator *validator, struct hs_slice name,
	const struct hs_validate_options *options, struct hs_validate_model *out)
{
	struct hs__model model;
	struct hs_error err;
	if (!hs__model_of(validator, name, options, &model, &err) || !model.type ||
		model.type->kind != HS_DEF_LOGICAL)
		return false;
	struct hs_slice url = hs_defs_text(model.validator->defs, model.type->url);
	*out = (struct hs_validate_model) { model.validator->defs, model.type,
		namespace_of(find_structure(hs_profiles_library(validator->profiles), url)) };
	return true;
}
