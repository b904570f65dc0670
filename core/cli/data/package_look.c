/* SPDX-License-Identifier: Apache-2.0 */
/* handslag package show and check: what a package holds, what it depends on, and what is wrong with it. */
#include <core/base/map.h>
#include <core/cli/data/package.h>

#include <stdio.h>
#include <stdlib.h>

#define PACKAGES_MAX 500
#define FAULTS_MAX 100 /* of a package that are told */
#define FAULT_MAX 600  /* bytes of one */

struct content {
	struct package_look *look;
	struct hs_map types;      /* type -> how many */
	struct hs_map canonicals; /* "Type url|version" -> the file, NUL-terminated */
	struct hs_json *faults;
	uint64_t resources, fault_count;
};

static void tell_fault(struct content *content, struct hs_slice file, struct hs_slice text)
{
	struct hs_arena *arena = content->look->arena;

	content->look->bad = true;
	if (content->fault_count++ < FAULTS_MAX)
		hs_json_push(content->faults,
			hs_json_string(arena,
				hs_arena_printf(arena, "%.*s: %.*s", HS_S_ARG(file),
					HS_S_ARG(hs_slice_first(text, FAULT_MAX)))));
}

/* Two files with one canonical: which one counts would be chance. */
static void check_canonical(struct content *content, struct hs_slice file, struct hs_slice type,
	const struct hs_json *tree)
{
	struct hs_slice url = hs_json_get_text(tree, HS_S("url"));
	struct hs_arena *arena = content->look->arena;
	bool fresh = true;

	if (!url.len)
		return;
	struct hs_map_slot *slot = hs_map_put(&content->canonicals,
		hs_arena_printf(arena, "%.*s %.*s|%.*s", HS_S_ARG(type), HS_S_ARG(url),
			HS_S_ARG(hs_json_get_text(tree, HS_S("version")))),
		&fresh);
	if (slot && !fresh)
		tell_fault(content, file,
			hs_arena_printf(arena, "%.*s is in %s too", HS_S_ARG(slot->key),
				(const char *)slot->value.ptr));
	else if (slot)
		slot->value.ptr = hs_arena_cstr(arena, file);
}

static void tell_unreadable(struct content *content, struct hs_slice file, const struct hs_error *why)
{
	tell_fault(content, file,
		hs_arena_printf(content->look->arena, "line %u, column %u: %s", why->line, why->column,
			why->text));
}

static enum hs_status on_file(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct content *content = arg;
	struct hs_error why = { .status = HS_OK };
	struct hs_json *tree = NULL;
	struct hs_map_slot *slot = hs_map_get(&content->types, type);

	(void)err;
	if (!type.len) { /* of an IG's tools, unless it is nothing at all */
		if (content->look->check && hs_json_parse(arena, text, NULL, &tree, &why))
			tell_unreadable(content, file, &why);
		return HS_OK;
	}
	if (!slot)
		slot = hs_map_put(&content->types, hs_arena_copy(content->look->arena, type), NULL);
	if (slot)
		slot->value.number++;
	content->resources++;
	if (!content->look->check)
		return HS_OK;
	if (hs_json_parse(arena, text, NULL, &tree, &why))
		tell_unreadable(content, file, &why);
	else if (!hs_id_valid(hs_json_get_text(tree, HS_S("id"))))
		tell_fault(content, file,
			HS_S("the id must have 1 to 64 letters, digits, '-' or '.'; the resource is not "
			     "served"));
	else
		check_canonical(content, file, type, tree);
	return HS_OK;
}

/* ---- what it depends on ---- */

struct missing {
	struct package_look *look;
	struct hs_json *list;
};

static void on_missing(void *arg, const struct hs_package *of, struct hs_slice name_version,
	const struct hs_error *why)
{
	struct missing *missing = arg;
	struct hs_arena *arena = missing->look->arena;
	struct hs_json *item = hs_json_push(missing->list, hs_json_object(arena));

	missing->look->bad |= missing->look->check;
	hs_json_add_text(arena, item, HS_S("package"), hs_arena_copy(arena, name_version));
	hs_json_add_text(arena, item, HS_S("of"), hs_package_id(of, arena));
	hs_json_add_text(arena, item, HS_S("why"), hs_arena_copy(arena, hs_slice_cstr(why->text)));
}

/* Those that it needs, and these need, out of the cache; what is not there is listed apart. */
static enum hs_status add_dependencies(struct package_look *look, struct hs_package *package,
	struct hs_json *out, struct hs_error *err)
{
	struct hs_package *packages[PACKAGES_MAX] = { package };
	struct missing missing = { look, hs_json_array(look->arena) };
	struct hs_json *found = hs_json_add_array(look->arena, out, HS_S("dependencies"));
	size_t count = 1;
	char root[4096];

	hs_packages_root(look->config, root, sizeof(root));
	enum hs_status status = hs_package_add_dependencies(root, packages, &count, PACKAGES_MAX, on_missing,
		&missing, err);
	while (count > 1) {
		struct hs_package *one = packages[--count];
		hs_json_push(found, hs_json_string(look->arena, hs_package_id(one, look->arena)));
		hs_package_close(one);
	}
	if (hs_json_count(missing.list))
		hs_json_add(out, HS_S("missing"), missing.list);
	return status;
}

/* ---- one package ---- */

static int by_count(const void *a, const void *b)
{
	const struct hs_map_slot *x = *(struct hs_map_slot *const *)a, *y = *(struct hs_map_slot *const *)b;

	if (x->value.number != y->value.number)
		return x->value.number > y->value.number ? -1 : 1;
	return hs_slice_cmp(x->key, y->key);
}

/* How many of each type, the most frequent first. */
static void add_types(struct content *content, struct hs_json *out)
{
	struct hs_arena *arena = content->look->arena;
	struct hs_json *types = hs_json_object(arena);
	struct hs_map_slot **slots = hs_arena_array(arena, content->types.count + 1, sizeof(*slots));
	size_t count = 0;

	hs_json_add(out, HS_S("types"), types);
	if (!slots)
		return;
	HS_MAP_EACH(slot, &content->types)
		slots[count++] = slot;
	qsort(slots, count, sizeof(*slots), by_count);
	for (size_t i = 0; i < count; i++)
		hs_json_add(types, slots[i]->key, hs_json_int(arena, (int64_t)slots[i]->value.number));
}

static enum hs_status read_content(struct content *content, const struct hs_package *package,
	struct hs_json *out, struct hs_error *err)
{
	struct hs_arena *arena = content->look->arena;

	hs_map_init(&content->types, arena);
	hs_map_init(&content->canonicals, arena);
	content->faults = hs_json_array(arena);
	static const char *const every_file[] = { NULL };
	enum hs_status status = hs_package_each(package, every_file, on_file, content, err);
	hs_json_add(out, HS_S("resources"), hs_json_int(arena, (int64_t)content->resources));
	add_types(content, out);
	if (content->fault_count)
		hs_json_add(out, HS_S("faults"), content->faults);
	return status;
}

static void print(const struct content *content, const struct hs_json *out)
{
	printf("%.*s\n  FHIR %.*s, %llu resources", HS_S_ARG(hs_json_get_text(out, HS_S("package"))),
		HS_S_ARG(hs_json_get_text(out, HS_S("fhir"))), (unsigned long long)content->resources);
	const char *before = ": ";
	HS_JSON_EACH(type, hs_json_get(out, HS_S("types"))) {
		printf("%s%.*s %.*s", before, HS_S_ARG(hs_json_text(type)), HS_S_ARG(hs_json_key(type)));
		before = ", ";
	}
	printf("\n");
	HS_JSON_EACH(name, hs_json_get(out, HS_S("dependencies")))
		printf("  needs %.*s\n", HS_S_ARG(hs_json_text(name)));
	HS_JSON_EACH(item, hs_json_get(out, HS_S("missing")))
		printf("  needs %.*s, which is not in the package cache (for %.*s)\n",
			HS_S_ARG(hs_json_get_text(item, HS_S("package"))),
			HS_S_ARG(hs_json_get_text(item, HS_S("of"))));
	HS_JSON_EACH(fault, hs_json_get(out, HS_S("faults")))
		printf("  %.*s\n", HS_S_ARG(hs_json_text(fault)));
	if (content->fault_count > FAULTS_MAX)
		printf("  ... and %llu more\n", (unsigned long long)content->fault_count - FAULTS_MAX);
}

enum hs_status hs_cli_package_look(struct package_look *look, const char *what, struct hs_error *err)
{
	struct content content = { .look = look };
	struct hs_package *package = NULL;
	struct hs_json *out = hs_json_object(look->arena);
	enum hs_status status = hs_packages_open(look->config, what, &package, err);

	if (status)
		return status;
	hs_json_add_text(look->arena, out, HS_S("package"), hs_package_id(package, look->arena));
	hs_json_add_text(look->arena, out, HS_S("fhir"),
		hs_arena_copy(look->arena, hs_package_release(package)));
	status = read_content(&content, package, out, err);
	if (!status)
		status = add_dependencies(look, package, out, err);
	hs_package_close(package);
	if (!status && look->out)
		hs_json_push(look->out, out);
	else if (!status)
		print(&content, out);
	return status;
}
