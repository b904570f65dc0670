/* SPDX-License-Identifier: Apache-2.0 */
/* Shapes: what the definitions say about members and types. */
#include <core/fhir/path/parse/shape.h>

#include <core/base/nearest.h>

#include <handslag/buf.h>

#define NAME_MAX 1000u /* bytes of the types of a shape */

struct path_shape hs__shape_any(void)
{
	return (struct path_shape) { .known = false };
}

struct path_shape hs__shape_none(void)
{
	return (struct path_shape) { .known = true };
}

struct path_shape hs__shape_system(enum hs_path_kind kind)
{
	return (struct path_shape) { .known = true, .count = 1, .kinds = { { .system = (uint8_t)kind } } };
}

struct path_shape hs__shape_type(const struct hs_defs *defs, const struct hs_def_type *type)
{
	if (!defs || !type) {
		return hs__shape_any();
	}
	return (struct path_shape) {
		.known = true, .count = 1, .kinds = { { .type = type, .element = hs_defs_root(defs, type) } }
	};
}

static bool same_kind(const struct path_kind *a, const struct path_kind *b)
{
	return a->system == b->system && a->type == b->type && a->element == b->element;
}

void hs__shape_add(struct path_shape *shape, const struct path_shape *more)
{
	shape->unordered = shape->unordered || more->unordered;
	shape->many = shape->many || more->many;
	shape->known = shape->known && more->known;
	for (uint8_t i = 0; shape->known && i < more->count; i++) {
		uint8_t at = 0;
		while (at < shape->count && !same_kind(&shape->kinds[at], &more->kinds[i])) {
			at++;
		}
		if (at == SHAPE_KINDS) {
			shape->known = false;
		} else if (at == shape->count) {
			shape->kinds[shape->count++] = more->kinds[i];
		}
	}
}

static void add_kind(struct path_shape *shape, const struct hs_def_type *type,
	const struct hs_def_element *element)
{
	struct path_shape one = {
		.known = true, .count = 1, .kinds = { { .type = type, .element = element } }
	};
	hs__shape_add(shape, &one);
}

/* The types that a child element may have. A resource of any type and a broken definition are not known. */
static void add_uses(const struct hs_defs *defs, const struct hs_def_element *element, struct path_shape *out)
{
	const struct hs_def_element *typed = element;
	if (element->type_count == 0 && element->same_as != HS_DEF_NONE) {
		typed = hs_defs_element_at(defs, element->same_as);
	}
	const struct hs_def_use *uses = hs_defs_uses(defs, typed);
	if (typed->type_count == 0) {
		out->known = false;
	}
	for (uint32_t i = 0; i < typed->type_count && out->known; i++) {
		const struct hs_def_type *type = uses[i].type == HS_DEF_NONE ?
			NULL :
			hs_defs_type_at(defs, uses[i].type);
		if (!type || (type->abstract && type->kind == HS_DEF_RESOURCE)) {
			out->known = false;
		} else {
			add_kind(out, type, element);
		}
	}
}

static const struct hs_def_element *find_child(const struct hs_defs *defs, const struct path_kind *kind,
	struct hs_slice name)
{
	uint32_t count;
	const struct hs_def_element *children = hs_defs_children(defs, kind->element, kind->type, &count);
	for (uint32_t i = 0; i < count; i++) {
		if (hs_slice_eq(hs_defs_text(defs, children[i].name), name)) {
			return &children[i];
		}
	}
	return NULL;
}

struct path_shape hs__shape_path(const struct hs_defs *defs, struct hs_slice path)
{
	if (!defs || path.len == 0) {
		return hs__shape_any();
	}
	struct hs_slice rest = path;
	struct path_shape shape = hs__shape_type(defs, hs_defs_type(defs, hs_slice_cut(&rest, '.')));
	while (rest.ptr && shape.known) {
		struct path_step step = { .name = hs_slice_cut(&rest, '.') };
		bool exists;
		shape = hs__shape_member(defs, &shape, &step, &exists);
		shape.known = shape.known && exists;
	}
	shape.many = false;
	return shape;
}

/* The kind of system value that the items are, or have as FHIR primitives. */
static uint8_t system_kind(const struct path_kind *kind)
{
	if (!kind->type) {
		return kind->system;
	}
	return hs__path_primitive_kind(kind->type);
}

/* The members of types (specification, section 10) and of system quantities. */
static bool system_member(const struct path_kind *kind, struct hs_slice name, struct path_shape *out)
{
	bool quantity = kind->system == HS_PATH_QUANTITY;
	bool number = quantity && hs_slice_eq(name, HS_S("value"));
	*out = hs__shape_system(number ? HS_PATH_DECIMAL : HS_PATH_STRING);
	return number || (quantity && hs_slice_eq(name, HS_S("unit"))) ||
		(kind->system == HS_PATH_TYPE &&
			(hs_slice_eq(name, HS_S("name")) || hs_slice_eq(name, HS_S("namespace")) ||
				hs_slice_eq(name, HS_S("baseType"))));
}

/* Keeps the definition in the step when there is just one parent that it is taken from. */
static void keep(const struct path_kind *from, const struct hs_def_element *child,
	const struct path_shape *to, struct path_step *step)
{
	bool one = to->known && to->count == 1 && to->kinds[0].type;
	if (child->choice || one) {
		step->from = from->element;
		step->from_type = from->type;
		step->element = child;
		step->type = child->choice ? NULL : to->kinds[0].type;
	}
}

struct path_shape hs__shape_member(const struct hs_defs *defs, const struct path_shape *from,
	struct path_step *step, bool *exists)
{
	struct path_shape to = { .known = true, .unordered = from->unordered, .many = from->many };
	*exists = !from->known || from->count == 0;
	if (!from->known || !defs) {
		*exists = true;
		return hs__shape_any();
	}
	for (uint8_t i = 0; i < from->count; i++) {
		const struct path_kind *kind = &from->kinds[i];
		if (!kind->type) {
			struct path_shape member;
			bool has = system_member(kind, step->name, &member);
			if (has) {
				hs__shape_add(&to, &member);
			}
			*exists = *exists || has;
			continue;
		}
		if (kind->type->kind == HS_DEF_PRIMITIVE && hs_slice_eq(step->name, HS_S("value"))) {
			struct path_shape value = hs__shape_system((enum hs_path_kind)system_kind(kind));
			hs__shape_add(&to, &value);
			*exists = true;
			continue;
		}
		const struct hs_def_element *child = find_child(defs, kind, step->name);
		if (child) {
			*exists = true;
			to.many = to.many || child->max > 1;
			add_uses(defs, child, &to);
			if (from->count == 1) {
				keep(kind, child, &to, step);
			}
		} else if (kind->type->abstract && kind->element == hs_defs_root(defs, kind->type)) {
			*exists = true; /* what is derived from it may have the member */
			to.known = false;
		}
	}
	return to;
}

struct hs_slice hs__shape_nearest(const struct hs_defs *defs, const struct path_shape *from,
	struct hs_slice wanted, const struct hs_def_type **type)
{
	struct hs_slice best = HS_S_NONE;
	size_t least = wanted.len < 3 ? wanted.len : 3; /* letters that differ */
	for (uint8_t i = 0; i < from->count; i++) {
		const struct path_kind *kind = &from->kinds[i];
		uint32_t count = 0;
		const struct hs_def_element *children = kind->type || kind->element ?
			hs_defs_children(defs, kind->element, kind->type, &count) :
			NULL;
		for (uint32_t k = 0; k < count; k++) {
			struct hs_slice name = hs_defs_text(defs, children[k].name);
			struct hs_slice rest = hs_slice_from(wanted, name.len);
			size_t distance = hs_name_distance(wanted, name);
			const struct hs_def_use *use = children[k].choice && hs_slice_starts(wanted, name) ?
				hs_defs_choice(defs, &children[k], rest) :
				NULL;
			if (use) {
				*type = hs_defs_type_at(defs, use->type);
				return name;
			}
			if (distance < least) {
				best = name;
				least = distance;
			}
		}
	}
	return best;
}

static bool is_system_kind(struct hs_slice name, uint8_t *kind)
{
	static const struct {
		struct hs_slice name;
		uint8_t kind;
	} KINDS[] = { { HS_S_INIT("Boolean"), HS_PATH_BOOLEAN }, { HS_S_INIT("Integer"), HS_PATH_INTEGER },
		{ HS_S_INIT("Long"), HS_PATH_LONG }, { HS_S_INIT("Decimal"), HS_PATH_DECIMAL },
		{ HS_S_INIT("String"), HS_PATH_STRING }, { HS_S_INIT("Date"), HS_PATH_DATE },
		{ HS_S_INIT("DateTime"), HS_PATH_DATETIME }, { HS_S_INIT("Time"), HS_PATH_TIME },
		{ HS_S_INIT("Quantity"), HS_PATH_QUANTITY } };
	for (size_t i = 0; i < sizeof(KINDS) / sizeof(KINDS[0]); i++) {
		if (hs_slice_eq(KINDS[i].name, name)) {
			*kind = KINDS[i].kind;
			return true;
		}
	}
	return false;
}

struct path_shape hs__shape_as(const struct hs_defs *defs, const struct path_shape *from,
	const struct path_type_name *type)
{
	struct path_shape to = { .known = true, .unordered = from->unordered, .many = from->many };
	uint8_t system;
	for (uint8_t i = 0; from->known && i < from->count; i++) {
		const struct path_kind *kind = &from->kinds[i];
		if (kind->type && type->type && hs_defs_is_a(defs, kind->type, type->type)) {
			add_kind(&to, kind->type, kind->element);
		}
	}
	if (to.count) {
		return to;
	}
	to = type->type && !type->type->abstract ? hs__shape_type(defs, type->type) :
		type->system && is_system_kind(type->name, &system) ?
						   hs__shape_system((enum hs_path_kind)system) :
						   hs__shape_any();
	to.many = from->many;
	return to;
}

bool hs__shape_within(const struct path_shape *shape, enum hs_path_kind low, enum hs_path_kind high)
{
	uint8_t system = shape->known && shape->count == 1 ? system_kind(&shape->kinds[0]) : HS_PATH_NODE;
	return system != HS_PATH_NODE && system >= low && system <= high;
}

struct path_shape hs__shape_of_amount(const struct path_shape *focus, enum hs_path_kind kind)
{
	return hs__shape_within(focus, HS_PATH_INTEGER, HS_PATH_DECIMAL) ?
		hs__shape_system(kind) :
		hs__shape_within(focus, HS_PATH_QUANTITY, HS_PATH_QUANTITY) ?
		hs__shape_system(HS_PATH_QUANTITY) :
		hs__shape_any();
}

static bool kind_fits(const struct path_kind *kind, char letter)
{
	uint8_t system = system_kind(kind);
	bool number = (system >= HS_PATH_INTEGER && system <= HS_PATH_DECIMAL) || system == HS_PATH_QUANTITY;
	bool moment = system >= HS_PATH_DATE && system <= HS_PATH_TIME;
	/* A FHIR type that is not primitive may be a Quantity, or stand for any type. */
	bool complex = kind->type && system == HS_PATH_NODE && kind->type->kind == HS_DEF_COMPLEX;
	switch (letter) {
	case 's': /* a date of FHIR can be taken for its text */
		return system == HS_PATH_STRING || (kind->type && moment);
	case 'n':
		return number || complex;
	case 'c':
		return number || moment || system == HS_PATH_STRING || complex;
	case 'p':
		return system != HS_PATH_NODE && system != HS_PATH_TYPE;
	default:
		return true;
	}
}

bool hs__shape_fits(const struct path_shape *shape, char letter)
{
	bool fits = !shape->known || shape->count == 0;
	for (uint8_t i = 0; i < shape->count && !fits; i++) {
		fits = kind_fits(&shape->kinds[i], letter);
	}
	return fits;
}

bool hs__shape_boolean(const struct path_shape *shape)
{
	bool fits = !shape->known || shape->count == 0;
	for (uint8_t i = 0; i < shape->count && !fits; i++) {
		fits = system_kind(&shape->kinds[i]) == HS_PATH_BOOLEAN;
	}
	return fits;
}

/* ---- names ---- */

static struct hs_slice kind_name(const struct hs_defs *defs, const struct path_kind *kind)
{
	struct hs_path_value value = { .kind = kind->system };
	if (!kind->type) {
		return hs_path_type_name(defs, &value);
	}
	/* A backbone is told by its path. */
	bool own = kind->element && kind->element->child_count &&
		kind->element != hs_defs_root(defs, kind->type);
	return hs_defs_text(defs, own ? kind->element->path : kind->type->name);
}

struct hs_slice hs__shape_name(const struct hs_defs *defs, struct hs_arena *arena,
	const struct path_shape *shape)
{
	struct hs_buf out;
	hs_buf_init(&out, arena, NAME_MAX);
	if (!shape || !shape->known) {
		return HS_S_NONE;
	}
	for (uint8_t i = 0; i < shape->count; i++) {
		struct hs_slice name = kind_name(defs, &shape->kinds[i]);
		bool told = false; /* a type that stands for several elements */
		for (uint8_t k = 0; k < i && !told; k++) {
			told = hs_slice_eq(kind_name(defs, &shape->kinds[k]), name);
		}
		if (!told) {
			hs_buf_printf(&out, "%s%.*s%s", i ? "|" : "", HS_S_ARG(name),
				shape->many ? "[]" : "");
		}
	}
	return hs_buf_slice(&out);
}
