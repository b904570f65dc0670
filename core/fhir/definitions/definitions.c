/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the definitions image and asking it: all answers are pointers into the image. */
#include <core/fhir/definitions/layout.h>

#include <core/base/heap.h>
#include <core/base/map.h>
#include <core/base/world.h>

#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>

/* ---- opening ---- */

static uint64_t source_key(const struct hs_defs_source *source)
{
	uint64_t key = (uint64_t)source->fhir;
	for (struct hs_package *const *package = source->packages; *package; package++) {
		uint64_t parts[2] = { key, hs_package_key(*package) };
		key = hs_hash(hs_slice((const char *)parts, sizeof(parts)));
	}
	for (struct hs_package *const *package = source->params; package && *package; package++) {
		uint64_t parts[2] = { ~key, hs_package_key(*package) };
		if (hs__defs_adds_params(source, *package))
			key = hs_hash(hs_slice((const char *)parts, sizeof(parts)));
	}
	return key;
}

/* A folder that cannot be written costs a build at each start, not the start itself. */
static enum hs_status build_image(const struct hs_defs_source *source, uint64_t key, const char *path,
	struct hs_image **out, struct hs_error *err)
{
	struct hs_image_builder *builder;
	struct hs_error ignored;
	enum hs_status status = hs__defs_build(source, key, &builder, err);
	if (status)
		return status;
	if (!path || hs_image_builder_write(builder, source->world, path, &ignored) ||
		hs_image_open(path, HS__DEFS_KIND, HS__DEFS_FORMAT, key, out, &ignored))
		status = hs_image_builder_finish(builder, out, err);
	hs_image_builder_free(builder);
	return status;
}

static const void *section(const struct hs_defs *defs, uint32_t id, size_t item_size, size_t *count)
{
	return hs_image_section(defs->image, id, item_size, count);
}

static void find_sections(struct hs_defs *defs)
{
	size_t count;
	size_t pointer_count;
	defs->texts.ptr = section(defs, 0, 1, &defs->texts.len);
	defs->types = section(defs, HS__DEFS_TYPES, sizeof(*defs->types), &defs->type_count);
	defs->elements = section(defs, HS__DEFS_ELEMENTS, sizeof(*defs->elements), &defs->element_count);
	defs->uses = section(defs, HS__DEFS_USES, sizeof(*defs->uses), &defs->use_count);
	defs->targets = section(defs, HS__DEFS_TARGETS, sizeof(*defs->targets), &defs->target_count);
	defs->params = section(defs, HS__DEFS_PARAMS, sizeof(*defs->params), &defs->param_count);
	defs->components = section(defs, HS__DEFS_COMPONENTS, sizeof(*defs->components),
		&defs->component_count);
	defs->ranges = section(defs, HS__DEFS_RANGES, sizeof(*defs->ranges), &count);
	defs->param_urls = section(defs, HS__DEFS_PARAM_URLS, sizeof(*defs->param_urls), &count);
	defs->lists = section(defs, HS__DEFS_LISTS, sizeof(*defs->lists), &defs->list_count);
	defs->codes = section(defs, HS__DEFS_CODES, sizeof(*defs->codes), &defs->code_count);
	defs->compartments = section(defs, HS__DEFS_COMPARTMENTS, sizeof(*defs->compartments),
		&defs->compartment_count);
	defs->members = section(defs, HS__DEFS_MEMBERS, sizeof(*defs->members), &defs->member_count);
	defs->member_codes = section(defs, HS__DEFS_MEMBER_CODES, sizeof(*defs->member_codes),
		&defs->member_code_count);
	const uint32_t *indices = section(defs, HS__DEFS_TYPE_PARAMS, sizeof(*indices), &pointer_count);
	defs->pointers = hs_heap_alloc((pointer_count + 1) * sizeof(*defs->pointers));
	for (size_t i = 0; i < pointer_count; i++)
		defs->pointers[i] = &defs->params[indices[i]];
}

enum hs_status hs_defs_open(const struct hs_defs_source *source, struct hs_defs **out, struct hs_error *err)
{
	char path[PATH_MAX];
	struct hs_image *image = NULL;
	uint64_t key = source_key(source);
	int len = source->cache_dir ? snprintf(path, sizeof(path), "%s/definitions-r%d-%016llx.image",
					      source->cache_dir, (int)source->fhir, (unsigned long long)key) :
				      0;
	if (len < 0 || (size_t)len >= sizeof(path))
		return hs_fail(err, HS_E_LIMIT, "the path of the folder for compiled images is too long");
	if (len == 0 || hs_image_open(path, HS__DEFS_KIND, HS__DEFS_FORMAT, key, &image, err)) {
		enum hs_status status = build_image(source, key, len ? path : NULL, &image, err);
		if (status)
			return status;
	}
	struct hs_defs *defs = hs_heap_alloc(sizeof(*defs));
	atomic_init(&defs->refs, 1);
	defs->fhir = source->fhir;
	defs->image = image;
	find_sections(defs);
	defs->image_type_count = defs->type_count;
	defs->reference = hs_defs_type(defs, HS_S("Reference"));
	defs->extension = hs_defs_type(defs, HS_S("Extension"));
	defs->codeable = hs_defs_type(defs, HS_S("CodeableConcept"));
	defs->codeable_reference = hs_defs_type(defs, HS_S("CodeableReference"));
	defs->coding = hs_defs_type(defs, HS_S("Coding"));
	*out = defs;
	return HS_OK;
}

struct hs_defs *hs_defs_ref(struct hs_defs *defs)
{
	atomic_fetch_add_explicit(&defs->refs, 1, memory_order_relaxed);
	return defs;
}

void hs_defs_unref(struct hs_defs *defs)
{
	if (!defs || atomic_fetch_sub_explicit(&defs->refs, 1, memory_order_acq_rel) != 1)
		return;
	hs_image_unref(defs->image);
	if (defs->below)
		hs_defs_unref(defs->below); /* its pointers are ours */
	else
		hs_heap_free(defs->pointers);
	hs_arena_free(defs->arena);
	hs_heap_free(defs);
}

enum hs_fhir_version hs_defs_fhir(const struct hs_defs *defs)
{
	return defs->fhir;
}

struct hs_slice hs_defs_text(const struct hs_defs *defs, struct hs_image_text text)
{
	return hs__defs_text(defs, text);
}

/* ---- types ---- */

const struct hs_def_type *hs_defs_type(const struct hs_defs *defs, struct hs_slice name)
{
	size_t low = 0;
	size_t high = defs->image_type_count;
	while (low < high) {
		size_t middle = (low + high) / 2;
		int order = hs_slice_cmp(name, hs__defs_text(defs, defs->types[middle].name));
		if (order == 0)
			return &defs->types[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	for (size_t i = 0; i < defs->alias_count; i++)
		if (hs_slice_eq(name, defs->aliases[i].said))
			return &defs->types[defs->aliases[i].type];
	return NULL;
}

const struct hs_def_type *hs_defs_type_at(const struct hs_defs *defs, uint32_t index)
{
	return index < defs->type_count ? &defs->types[index] : NULL;
}

uint32_t hs_defs_type_index(const struct hs_defs *defs, const struct hs_def_type *type)
{
	return type ? (uint32_t)(type - defs->types) : HS_DEF_NONE;
}

uint32_t hs_defs_type_count(const struct hs_defs *defs)
{
	return (uint32_t)defs->type_count;
}

bool hs_defs_is_a(const struct hs_defs *defs, const struct hs_def_type *type, const struct hs_def_type *base)
{
	if (!base)
		return false;
	for (int steps = 0; type && steps < 16; steps++) {
		if (type == base)
			return true;
		type = hs_defs_type_at(defs, type->base);
	}
	return false;
}

/* ---- elements ---- */

const struct hs_def_element *hs_defs_element_at(const struct hs_defs *defs, uint32_t index)
{
	return index < defs->element_count ? &defs->elements[index] : NULL;
}

const struct hs_def_element *hs_defs_root(const struct hs_defs *defs, const struct hs_def_type *type)
{
	return type ? &defs->elements[type->root] : NULL;
}

const struct hs_def_use *hs_defs_uses(const struct hs_defs *defs, const struct hs_def_element *element)
{
	return &defs->uses[element->first_type];
}

uint32_t hs_defs_target_at(const struct hs_defs *defs, uint32_t index)
{
	return index < defs->target_count ? defs->targets[index] : HS_DEF_NONE;
}

bool hs_defs_use_allows(const struct hs_defs *defs, const struct hs_def_use *use,
	const struct hs_def_type *type)
{
	if (!use || use->target_count == 0)
		return true;
	for (uint32_t i = 0; i < use->target_count; i++) {
		const struct hs_def_type *target = hs_defs_type_at(defs,
			hs_defs_target_at(defs, use->first_target + i));
		if (!target || hs_defs_is_a(defs, type, target))
			return true; /* a target that is not known here forbids nothing */
	}
	return false;
}

const struct hs_def_use *hs_defs_use_of(const struct hs_defs *defs, const struct hs_def_element *element,
	const struct hs_def_type *type)
{
	const struct hs_def_use *uses = element && type ? hs_defs_uses(defs, element) : NULL;
	for (uint32_t i = 0; uses && i < element->type_count; i++)
		if (uses[i].type == hs_defs_type_index(defs, type))
			return &uses[i];
	return NULL;
}

void hs_defs_show_targets(struct hs_buf *out, const struct hs_defs *defs, const struct hs_def_use *use)
{
	for (uint32_t i = 0; i < use->target_count; i++) {
		const struct hs_def_type *target = hs_defs_type_at(defs,
			hs_defs_target_at(defs, use->first_target + i));
		hs_buf_cstr(out, i ? ", " : "");
		hs_buf_add(out, target ? hs_defs_text(defs, target->name) : HS_S("?"));
	}
}

const struct hs_def_element *hs_defs_children(const struct hs_defs *defs,
	const struct hs_def_element *element, const struct hs_def_type *type, uint32_t *count)
{
	if (element && element->same_as != HS_DEF_NONE)
		element = &defs->elements[element->same_as];
	if ((!element || element->child_count == 0) && type)
		element = &defs->elements[type->root];
	*count = element ? element->child_count : 0;
	return *count ? &defs->elements[element->first_child] : NULL;
}

/* Is `rest` the type's name with its first letter in upper case ("Quantity", "DateTime")? */
static bool is_choice_suffix(struct hs_slice type, struct hs_slice rest)
{
	if (type.len != rest.len || type.len == 0)
		return false;
	char first = type.ptr[0];
	if (first >= 'a' && first <= 'z')
		first = (char)(first - ('a' - 'A'));
	return rest.ptr[0] == first && memcmp(type.ptr + 1, rest.ptr + 1, rest.len - 1) == 0;
}

const struct hs_def_use *hs_defs_choice(const struct hs_defs *defs, const struct hs_def_element *element,
	struct hs_slice suffix)
{
	const struct hs_def_use *uses = &defs->uses[element->first_type];
	for (uint32_t i = 0; i < element->type_count; i++) {
		const struct hs_def_type *type = hs_defs_type_at(defs, uses[i].type);
		if (type && is_choice_suffix(hs__defs_text(defs, type->name), suffix))
			return &uses[i];
	}
	return NULL;
}

const struct hs_def_element *hs_defs_child(const struct hs_defs *defs, const struct hs_def_element *element,
	const struct hs_def_type *type, struct hs_slice name, const struct hs_def_use **use)
{
	uint32_t count;
	const struct hs_def_element *children = hs_defs_children(defs, element, type, &count);
	for (uint32_t i = 0; i < count; i++) {
		struct hs_slice own = hs__defs_text(defs, children[i].name);
		if (!own.len || !name.len || own.ptr[0] != name.ptr[0] || !hs_slice_starts(name, own))
			continue;
		const struct hs_def_use *found = NULL;
		if (!children[i].choice) {
			if (own.len != name.len)
				continue;
			found = children[i].type_count ? &defs->uses[children[i].first_type] : NULL;
		} else {
			found = hs_defs_choice(defs, &children[i], hs_slice_from(name, own.len));
			if (!found)
				continue;
		}
		if (use)
			*use = found;
		return &children[i];
	}
	return NULL;
}

/* ---- search parameters ---- */

const struct hs_def_param *const *hs_defs_params(const struct hs_defs *defs, struct hs_slice type,
	uint32_t *count)
{
	const struct hs_def_type *row = hs_defs_type(defs, type);
	*count = 0;
	if (!row || !defs->ranges || row >= defs->types + defs->image_type_count)
		return NULL;
	const struct hs__defs_range *range = &defs->ranges[row - defs->types];
	*count = range->count;
	return &defs->pointers[range->first];
}

const struct hs_def_param *hs_defs_param(const struct hs_defs *defs, struct hs_slice type,
	struct hs_slice code)
{
	uint32_t high;
	uint32_t low = 0;
	const struct hs_def_param *const *params = hs_defs_params(defs, type, &high);
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		int order = hs_slice_cmp(code, hs__defs_text(defs, params[middle]->code));
		if (order == 0)
			return params[middle];
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct hs_def_param *hs_defs_param_by_url(const struct hs_defs *defs, struct hs_slice url)
{
	size_t low = 0;
	size_t high = defs->param_urls ? defs->param_count : 0;
	while (low < high) {
		size_t middle = (low + high) / 2;
		const struct hs_def_param *param = &defs->params[defs->param_urls[middle]];
		int order = hs_slice_cmp(url, hs__defs_text(defs, param->url));
		if (order == 0)
			return param;
		if (order < 0)
			high = middle;
		else
			low = middle + 1;
	}
	return NULL;
}

const struct hs_def_component *hs_defs_components(const struct hs_defs *defs,
	const struct hs_def_param *param)
{
	return param->component_count ? &defs->components[param->first_component] : NULL;
}

/* ---- codes ---- */

/* The first entry of the list with that code, or NULL. */
static const struct hs__defs_code *find_code(const struct hs_defs *defs, const struct hs__defs_range *list,
	struct hs_slice code)
{
	const struct hs__defs_code *codes = &defs->codes[list->first];
	uint32_t low = 0;
	uint32_t high = list->count;
	while (low < high) {
		uint32_t middle = (low + high) / 2;
		if (hs_slice_cmp(hs__defs_text(defs, codes[middle].code), code) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low < list->count && hs_slice_eq(hs__defs_text(defs, codes[low].code), code) ? &codes[low] :
											      NULL;
}

int hs_defs_code_allowed(const struct hs_defs *defs, const struct hs_def_element *element,
	struct hs_slice code)
{
	if (element->codes >= defs->list_count)
		return -1;
	return find_code(defs, &defs->lists[element->codes], code) ? 1 : 0;
}

int hs_defs_coding_allowed(const struct hs_defs *defs, const struct hs_def_element *element,
	struct hs_slice system, struct hs_slice code)
{
	if (element->codes >= defs->list_count)
		return -1;
	const struct hs__defs_range *list = &defs->lists[element->codes];
	const struct hs__defs_code *end = &defs->codes[list->first + list->count];
	const struct hs__defs_code *at = find_code(defs, list, code);
	for (; at && at < end && hs_slice_eq(hs__defs_text(defs, at->code), code); at++)
		if (hs_slice_eq(hs__defs_text(defs, at->system), system))
			return 1;
	return 0;
}

struct hs_slice hs_defs_code_system(const struct hs_defs *defs, const struct hs_def_element *element,
	struct hs_slice code)
{
	const struct hs__defs_code *found = element->codes < defs->list_count ?
		find_code(defs, &defs->lists[element->codes], code) :
		NULL;
	return found ? hs__defs_text(defs, found->system) : HS_S_NONE;
}

uint32_t hs_defs_codes(const struct hs_defs *defs, const struct hs_def_element *element, struct hs_slice *out,
	uint32_t room)
{
	if (element->codes >= defs->list_count)
		return 0;
	const struct hs__defs_range *list = &defs->lists[element->codes];
	for (uint32_t i = 0; i < list->count && i < room; i++)
		out[i] = hs__defs_text(defs, defs->codes[list->first + i].code);
	return list->count;
}

enum hs_def_code hs__defs_primitive(struct hs_slice name)
{
	static const struct {
		struct hs_slice name;
		enum hs_def_code code;
	} table[] = {
		{ HS_S_INIT("boolean"), HS_PRIM_BOOLEAN },
		{ HS_S_INIT("integer"), HS_PRIM_INTEGER },
		{ HS_S_INIT("integer64"), HS_PRIM_INTEGER64 },
		{ HS_S_INIT("positiveInt"), HS_PRIM_POSITIVE_INT },
		{ HS_S_INIT("unsignedInt"), HS_PRIM_UNSIGNED_INT },
		{ HS_S_INIT("decimal"), HS_PRIM_DECIMAL },
		{ HS_S_INIT("string"), HS_PRIM_STRING },
		{ HS_S_INIT("markdown"), HS_PRIM_MARKDOWN },
		{ HS_S_INIT("code"), HS_PRIM_CODE },
		{ HS_S_INIT("id"), HS_PRIM_ID },
		{ HS_S_INIT("uri"), HS_PRIM_URI },
		{ HS_S_INIT("url"), HS_PRIM_URL },
		{ HS_S_INIT("canonical"), HS_PRIM_CANONICAL },
		{ HS_S_INIT("oid"), HS_PRIM_OID },
		{ HS_S_INIT("uuid"), HS_PRIM_UUID },
		{ HS_S_INIT("base64Binary"), HS_PRIM_BASE64 },
		{ HS_S_INIT("date"), HS_PRIM_DATE },
		{ HS_S_INIT("dateTime"), HS_PRIM_DATETIME },
		{ HS_S_INIT("instant"), HS_PRIM_INSTANT },
		{ HS_S_INIT("time"), HS_PRIM_TIME },
		{ HS_S_INIT("xhtml"), HS_PRIM_XHTML },
	};
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (hs_slice_eq(name, table[i].name))
			return table[i].code;
	return HS_PRIM_NONE;
}

/* ---- compartments ---- */

bool hs_defs_has_compartment(const struct hs_defs *defs, struct hs_slice owner)
{
	uint32_t index = hs_defs_type_index(defs, hs_defs_type(defs, owner));
	for (size_t i = 0; i < defs->compartment_count; i++)
		if (defs->compartments[i].owner == index)
			return true;
	return false;
}

const struct hs_def_compartment *hs_defs_compartments(const struct hs_defs *defs, size_t *count)
{
	*count = defs->compartment_count;
	return defs->compartments;
}

const struct hs_image_text *hs_defs_compartment(const struct hs_defs *defs, struct hs_slice owner,
	struct hs_slice type, uint32_t *count)
{
	uint32_t owner_index = hs_defs_type_index(defs, hs_defs_type(defs, owner));
	uint32_t type_index = hs_defs_type_index(defs, hs_defs_type(defs, type));
	*count = 0;
	for (size_t i = 0; i < defs->member_count; i++) {
		const struct hs__defs_member *member = &defs->members[i];
		if (member->owner != owner_index || member->type != type_index ||
			member->first + (size_t)member->count > defs->member_code_count)
			continue;
		*count = member->count;
		return &defs->member_codes[member->first];
	}
	return NULL;
}
