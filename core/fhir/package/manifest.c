/* SPDX-License-Identifier: Apache-2.0 */
/* The manifest of a package (package.json): name, version, FHIR version and dependencies. */
#include <core/fhir/package/package_private.h>

#include <cjson/cJSON.h>

static struct hs_slice text_of(const cJSON *object, const char *name)
{
	return hs_slice_cstr(cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, name)));
}

/* "4.0.1", "4.3.0", "5.0.0"; 0 for what is not supported. */
static enum hs_fhir_version version_of(struct hs_slice text)
{
	if (hs_slice_starts(text, HS_S("4.0")) || hs_slice_starts(text, HS_S("4.3")))
		return HS_FHIR_R4;
	return hs_slice_starts(text, HS_S("5.0")) ? HS_FHIR_R5 : 0;
}

/* "fhirVersions", in old packages "fhir-version-list"; without either, the core package depended upon. */
static enum hs_status read_fhir(struct hs_package *package, const cJSON *root, struct hs_error *err)
{
	const cJSON *list = cJSON_GetObjectItemCaseSensitive(root, "fhirVersions");
	if (!cJSON_IsArray(list))
		list = cJSON_GetObjectItemCaseSensitive(root, "fhir-version-list");
	const cJSON *item;
	struct hs_slice seen = HS_S_NONE;
	package->fhir = 0;
	cJSON_ArrayForEach(item, list)
	{
		seen = hs_slice_cstr(cJSON_GetStringValue(item));
		if (package->fhir)
			continue;
		package->fhir = version_of(seen);
		package->release = hs_arena_copy(package->arena, seen);
	}
	if (package->fhir)
		return HS_OK;
	if (seen.len)
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"package %.*s is for FHIR %.*s; 4.0, 4.3 and 5.0 are supported",
			HS_S_ARG(hs_slice_first(package->name, 100)), HS_S_ARG(hs_slice_first(seen, 20)));
	package->fhir = HS_FHIR_R4;
	package->release = HS_S("4.0.1");
	for (size_t i = 0; i < package->dependency_count; i++) {
		struct hs_slice version = package->dependencies[i];
		struct hs_slice name = hs_slice_cut(&version, '#');
		if (!hs_slice_starts(name, HS_S("hl7.fhir.r")) || !hs_slice_ends(name, HS_S(".core")) ||
			!version_of(version))
			continue;
		package->fhir = version_of(version);
		package->release = version;
	}
	return HS_OK;
}

static enum hs_status read_dependencies(struct hs_package *package, const cJSON *root, struct hs_error *err)
{
	const cJSON *object = cJSON_GetObjectItemCaseSensitive(root, "dependencies");
	const cJSON *item;
	int count = cJSON_IsObject(object) ? cJSON_GetArraySize(object) : 0;
	if ((unsigned)count > HS__PACKAGE_DEPENDENCIES)
		return hs_fail(err, HS_E_LIMIT, "the package names more than %u dependencies",
			HS__PACKAGE_DEPENDENCIES);
	package->dependencies = hs_arena_array(package->arena, (size_t)count, sizeof(struct hs_slice));
	if (count && !package->dependencies)
		return hs_fail(err, HS_E_LIMIT, "the package's list of dependencies is too long");
	if (count == 0)
		return HS_OK;
	cJSON_ArrayForEach(item, object)
	{
		const char *version = cJSON_GetStringValue(item);
		if (item->string && version)
			package->dependencies[package->dependency_count++] = hs_arena_printf(package->arena,
				"%s#%s", item->string, version);
	}
	return HS_OK;
}

/* A name or a version becomes the name of a folder and of a file. */
static bool is_plain(struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter && (i == 0 || !strchr("._-+", c)))
			return false;
	}
	return text.len > 0 && text.len <= HS__PACKAGE_NAME_MAX;
}

static enum hs_status read_root(struct hs_package *package, const cJSON *root, struct hs_error *err)
{
	struct hs_slice name = text_of(root, "name");
	struct hs_slice version = text_of(root, "version");
	if (!cJSON_IsObject(root))
		return hs_fail(err, HS_E_STRUCTURE, "the manifest package/package.json is not a JSON object");
	if (!name.len || !version.len)
		return hs_fail(err, HS_E_REQUIRED,
			"the manifest package/package.json must have name and version");
	if (!is_plain(name) || !is_plain(version))
		return hs_fail(err, HS_E_VALUE,
			"the manifest package/package.json has a name or a version that is none ('%.*s', "
			"'%.*s'): letters, digits and . - _ +, at most %d",
			HS_S_ARG(hs_slice_first(name, 60)), HS_S_ARG(hs_slice_first(version, 40)),
			HS__PACKAGE_NAME_MAX);
	package->name = hs_arena_copy(package->arena, name);
	package->version = hs_arena_copy(package->arena, version);
	enum hs_status status = read_dependencies(package, root, err);
	return status ? status : read_fhir(package, root, err);
}

enum hs_status hs__package_manifest(struct hs_package *package, struct hs_slice text, struct hs_error *err)
{
	cJSON *root = cJSON_ParseWithLength(text.ptr, text.len);
	enum hs_status status = read_root(package, root, err);
	cJSON_Delete(root);
	return status;
}
