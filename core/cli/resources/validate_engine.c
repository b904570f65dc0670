/* SPDX-License-Identifier: Apache-2.0 */
/* handslag validate: the packages that it knows, and what was handed over on top. */
#include <core/cli/resources/validate_private.h>

#include <core/base/world.h>

#include <pthread.h>
#include <stdio.h>

#define SUPPORT_CAP ((size_t)2 << 30)

/* ---- packages ---- */

static bool has_package(const struct validate_engine *engine, struct hs_slice name_version)
{
	for (size_t i = 0; i < engine->package_count; i++)
		if (hs_package_is(engine->packages[i], name_version))
			return true;
	return false;
}

/* As the cache has it, or a file by its path. */
static enum hs_status open_package(const char *root, struct hs_slice name, struct hs_package **out,
	struct hs_error *err)
{
	char path[4096];

	if (!hs_slice_ends(name, HS_S(".tgz")) && hs_slice_find(name, '/', 0) == SIZE_MAX)
		return hs_package_find(root, name, out, err);
	snprintf(path, sizeof(path), "%.*s", HS_S_ARG(name));
	return hs_package_open(path, out, err);
}

static bool package_is_file(struct hs_slice name)
{
	return hs_slice_ends(name, HS_S(".tgz")) || hs_slice_find(name, '/', 0) != SIZE_MAX;
}

static enum hs_status add_package(struct validate_engine *engine, const char *root, struct hs_slice name,
	struct hs_error *err)
{
	struct hs_package *package = NULL;

	if (has_package(engine, name))
		return HS_OK;
	if (engine->package_count == HS_CLI_PACKAGES_MAX)
		return hs_fail(err, HS_E_LIMIT, "more than %d packages", HS_CLI_PACKAGES_MAX);
	enum hs_status status = open_package(root, name, &package, err);
	if (status)
		return status;
	if (package_is_file(name))
		engine->terms_packages[engine->package_count] = hs_arena_cstr(engine->arena, name);
	engine->packages[engine->package_count++] = package;
	return HS_OK;
}

static void tell_missing(void *arg, const struct hs_package *of, struct hs_slice name_version,
	const struct hs_error *why)
{
	(void)arg;
	fprintf(stderr, "handslag validate: %.*s wants %.*s: %s\n", HS_S_ARG(hs_package_name(of)),
		HS_S_ARG(name_version), why->text);
}

/* ---- FHIR itself: of the release that the packages are for ---- */

/* R4B is R4 with some types more; its definitions stand in for R4's when a package is for it. */
static void choose_core(struct validate_engine *engine, const struct validate_setup *setup, const char *root)
{
	struct hs_error err;

	for (size_t i = 0; setup->packages && i < setup->packages->count; i++) {
		struct hs_package *package = NULL;
		if (open_package(root, hs_slice_cstr(setup->packages->items[i]), &package, &err))
			continue; /* told when it is opened to stay */
		struct hs_slice release = hs_package_release(package);
		bool r4b = setup->fhir == HS_FHIR_R4 && hs_slice_starts(release, HS_S("4.3"));
		struct hs_slice core = hs_package_is_core(package) ?
			hs_slice_cstr(setup->packages->items[i]) :
			hs_package_core_of(release);
		if (hs_package_fhir_version(package) != setup->fhir)
			fprintf(stderr, "handslag validate: %s is for FHIR %.*s, but R%d is asked for; %s\n",
				setup->packages->items[i], HS_S_ARG(release), (int)setup->fhir,
				setup->fhir == HS_FHIR_R4 ? "add --r5" : "leave --r5 out");
		else if (r4b && add_package(engine, root, core, &err))
			fprintf(stderr,
				"handslag validate: %s is for FHIR %.*s, but %s; R4's definitions are used, "
				"so what is new in R4B is not known\n",
				setup->packages->items[i], HS_S_ARG(release), err.text);
		hs_package_close(package);
		if (engine->package_count)
			return;
	}
}

/* Asked for by name, it must be there: R4 does not stand in for R4B. */
static enum hs_status add_core(struct validate_engine *engine, const struct validate_setup *setup,
	const char *root, struct hs_error *err)
{
	bool r4b = hs_slice_starts(setup->release, HS_S("4.3"));
	struct hs_slice core = r4b ? hs_package_core_of(setup->release) :
				     hs_slice_cstr(hs_cli_core_package(setup->fhir));
	struct hs_slice version = core;
	struct hs_slice name = hs_slice_cut(&version, '#');

	if (engine->package_count)
		return HS_OK;
	enum hs_status status = add_package(engine, root, core, err);
	if (status == HS_E_NOT_FOUND && r4b)
		return hs_fail(err, status,
			"FHIR %.*s is not in the package cache: fetch it with `npm pack %.*s@%.*s`, and "
			"unpack the file into %s/%.*s, or name it with --package",
			HS_S_ARG(setup->release), HS_S_ARG(name), HS_S_ARG(version), root, HS_S_ARG(core));
	return status;
}

static enum hs_status open_packages(struct validate_engine *engine, const struct validate_setup *setup,
	struct hs_error *err)
{
	char root[2048];
	struct hs_error ignored;

	hs_packages_root(NULL, root, sizeof(root));
	choose_core(engine, setup, root);
	enum hs_status status = add_core(engine, setup, root, err);
	for (size_t i = 0; !status && setup->packages && i < setup->packages->count; i++)
		status = add_package(engine, root, hs_slice_cstr(setup->packages->items[i]), err);
	if (!status)
		status = hs_package_add_dependencies(root, engine->packages, &engine->package_count,
			HS_CLI_PACKAGES_MAX, tell_missing, NULL, err);
	if (status)
		return status;
	for (const char *const *name = hs_host_validation_packages;
		*name && !setup->bare && setup->fhir == HS_FHIR_R4; name++)
		(void)add_package(engine, root, hs_slice_cstr(*name), &ignored);
	return HS_OK;
}

/* ---- the other release, for extensions that stand for its elements ---- */

struct validate_other {
	pthread_mutex_t lock;
	enum hs_fhir_version fhir;
	bool asked;
	struct hs_defs *defs; /* NULL: not in the cache */
};

static const struct hs_defs *open_other(void *arg)
{
	struct validate_other *other = arg;
	struct hs_error ignored;

	pthread_mutex_lock(&other->lock);
	if (!other->asked)
		(void)hs_cli_definitions(other->fhir, &other->defs, &ignored);
	other->asked = true;
	pthread_mutex_unlock(&other->lock);
	return other->defs;
}

static void make_other(struct validate_engine *engine)
{
	engine->other = hs_arena_alloc(engine->arena, sizeof(*engine->other));
	engine->other->fhir = engine->fhir == HS_FHIR_R5 ? HS_FHIR_R4 : HS_FHIR_R5;
	pthread_mutex_init(&engine->other->lock, NULL);
}

static void free_other(struct validate_other *other)
{
	if (!other)
		return;
	hs_defs_unref(other->defs);
	pthread_mutex_destroy(&other->lock);
}

/* The same packages, as names that a host opens; files by their path. */
static void make_terms(struct validate_engine *engine, const struct validate_setup *setup)
{
	const char **names = engine->terms_packages;

	for (size_t i = 0; i < engine->package_count; i++)
		if (!names[i])
			names[i] = hs_arena_cstr(engine->arena,
				hs_arena_printf(engine->arena, "%.*s#%.*s",
					HS_S_ARG(hs_package_name(engine->packages[i])),
					HS_S_ARG(hs_package_version(engine->packages[i]))));
	struct hs_cli_terms_source source = { .fhir = setup->fhir, .packages = names, .data = setup->data };
	engine->terms = hs_cli_terms_new(&source);
}

static struct hs_validator *make_validator(const struct validate_engine *engine, struct hs_profiles *profiles,
	struct hs_library *added)
{
	struct hs_validator_source source = {
		.profiles = profiles, .other_release = open_other, .other_arg = engine->other
	};
	struct hs_validate_terminology terminology;

	if (engine->terms) {
		terminology = hs_cli_terms_for(engine->terms, added);
		source.terminology = &terminology;
	}
	return hs_validator_new(&source);
}

enum hs_status hs_cli_validate_open(struct validate_engine *engine, const struct validate_setup *setup,
	struct hs_error *err)
{
	char cache[2100];
	struct hs_package *core[2] = { NULL, NULL };

	*engine = (struct validate_engine) { .fhir = setup->fhir, .arena = hs_arena_new((size_t)1 << 20) };
	hs_cli_cache_dir(cache, sizeof(cache));
	enum hs_status status = open_packages(engine, setup, err);
	if (status)
		return status;
	core[0] = engine->packages[0];
	struct hs_defs_source defs = {
		.fhir = setup->fhir, .packages = core, .cache_dir = cache, .world = hs_world_real()
	};
	struct hs_library_source library = {
		.packages = engine->packages, .cache_dir = cache, .world = hs_world_real()
	};
	if (setup->defs)
		engine->defs = hs_defs_ref(setup->defs);
	else
		status = hs_defs_open(&defs, &engine->defs, err);
	if (!status)
		status = hs_library_of_packages(&library, &engine->library, err);
	if (status)
		return status;
	engine->profiles = hs_profiles_new(engine->defs, engine->library, NULL);
	if (!setup->no_terminology)
		make_terms(engine, setup);
	make_other(engine);
	engine->validator = make_validator(engine, engine->profiles, NULL);
	return HS_OK;
}

void hs_cli_validate_close(struct validate_engine *engine)
{
	hs_validator_unref(engine->validator);
	free_other(engine->other);
	hs_cli_terms_free(engine->terms);
	hs_arena_free(engine->arena);
	hs_profiles_unref(engine->profiles);
	hs_library_unref(engine->library);
	hs_defs_unref(engine->defs);
	for (size_t i = 0; i < engine->package_count; i++)
		hs_package_close(engine->packages[i]);
}

/* ---- definitions on top ---- */

void hs_cli_validate_layer_begin(const struct validate_engine *engine, struct validate_layer *layer)
{
	*layer = (struct validate_layer) { .library = hs_library_over(engine->library) };
}

enum hs_status hs_cli_validate_layer_add(const struct validate_engine *engine, struct validate_layer *layer,
	struct hs_slice text, struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new(SUPPORT_CAP);
	struct hs_issues ignored = { .arena = arena };
	struct hs_json *tree = NULL;
	enum hs_status status = hs_cli_validate_read(engine, arena, text, &ignored, &tree, err);
	bool bundle = !status && hs_slice_eq(hs_json_get_text(tree, HS_S("resourceType")), HS_S("Bundle"));

	if (!status && !bundle)
		status = hs_library_add_resource(layer->library, tree, err);
	HS_JSON_EACH(entry, bundle ? hs_json_get(tree, HS_S("entry")) : NULL) {
		const struct hs_json *resource = hs_json_get(entry, HS_S("resource"));
		if (!status && resource)
			status = hs_library_add_resource(layer->library, resource, err);
	}
	hs_arena_free(arena);
	return status;
}

void hs_cli_validate_layer_ready(const struct validate_engine *engine, struct validate_layer *layer)
{
	layer->profiles = hs_profiles_new(engine->defs, layer->library, engine->profiles);
	layer->validator = make_validator(engine, layer->profiles, layer->library);
}

struct layer_of {
	const struct validate_engine *engine;
	struct validate_layer *layer;
};

/* What is there may be more than definitions; only what cannot be read is wrong. */
static enum hs_status add_definitions(const struct hs_cli_document *document, void *arg, struct hs_error *err)
{
	const struct layer_of *of = arg;
	struct hs_error bad;
	enum hs_status status = hs_cli_validate_layer_add(of->engine, of->layer, document->text, &bad);

	return status ? hs_fail(err, HS_E_INVALID, "%s: %s", document->file, bad.text) : HS_OK;
}

enum hs_status hs_cli_validate_layer_files(const struct validate_engine *engine, struct validate_layer *layer,
	const struct hs_cli_list *files, struct hs_error *err)
{
	struct layer_of of = { engine, layer };
	enum hs_status status = HS_OK;

	hs_cli_validate_layer_begin(engine, layer);
	for (size_t i = 0; i < files->count && !status; i++)
		status = hs_cli_documents(files->items[i], add_definitions, &of, err);
	hs_cli_validate_layer_ready(engine, layer);
	return status;
}

void hs_cli_validate_layer_end(struct validate_layer *layer)
{
	hs_validator_unref(layer->validator);
	hs_profiles_unref(layer->profiles);
	hs_library_unref(layer->library);
}
