/* SPDX-License-Identifier: Apache-2.0 */
/* The terminology of the packages: compiled once into an image beside the other images, mapped ever after. */
#include "../state.h"

#include <stdio.h>

/* What names the set of packages: each one's key and the format of the image. */
static uint64_t key_of(struct hs_package *const *packages)
{
	uint64_t key = TX_IMAGE_FORMAT * 31u + 4; /* and what of a resource is compiled */

	for (size_t i = 0; packages[i]; i++)
		key = (key ^ hs_package_key(packages[i])) * 0x9e3779b97f4a7c15ull + i;
	return key;
}

struct walk {
	struct tx_compile *compile;
	struct hs_package *const *packages;
	const struct hs_package *package; /* at hand */
	uint32_t faces;
};

static enum hs_status take(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct walk *walk = arg;
	struct hs_json *tree = NULL;
	struct hs_error why = { .status = HS_OK };

	(void)type;
	if (hs_json_parse(arena, text, NULL, &tree, &why))
		return hs_fail(err, why.status, "%.*s: %s", HS_S_ARG(file), why.text);
	if (hs_package_gives_way(walk->packages, walk->package, hs_json_get_text(tree, HS_S("url"))))
		return HS_OK;
	return hs_tx_compile_add(walk->compile, tree, walk->faces, NULL, err);
}

/* Core packages are seen on their own face only, R4B as a guest on that of R4; others on both: HL7's
 * terminology is published once for R4 and means the same in R5. */
static uint32_t faces_of(const struct hs_package *package)
{
	bool r5 = hs_package_fhir_version(package) == HS_FHIR_R5;
	bool own = hs_slice_starts(hs_package_release(package), r5 ? HS_S("5.") : HS_S("4.0"));

	if (!hs_package_is_core(package))
		return HS_ON_R4 | HS_ON_R5;
	return (r5 ? HS_ON_R5 : HS_ON_R4) | (own ? 0 : TX_GUEST);
}

/* Core packages carry old copies of HL7's terminology, which give way when the package itself is there. */
static enum hs_status build(struct hs_package *const *packages, uint64_t key, const char *path,
	struct hs_error *err)
{
	static const char *const types[] = { "CodeSystem", "ValueSet", "ConceptMap", "NamingSystem", NULL };
	struct walk walk = { .compile = hs_tx_compile_new(key), .packages = packages };
	enum hs_status status = HS_OK;

	for (size_t i = 0; packages[i] && status == HS_OK; i++) {
		walk.package = packages[i];
		walk.faces = faces_of(packages[i]);
		status = hs_package_each(packages[i], types, take, &walk, err);
	}
	if (status == HS_OK)
		status = hs_tx_compile_write(walk.compile, path, err);
	hs_tx_compile_free(walk.compile);
	return status;
}

enum hs_status hs_tx_packages_open(struct tx_service *service, struct hs_host *host, struct hs_error *err)
{
	struct hs_package *const *packages = hs_host_packages(host);
	struct hs_image *image = NULL;
	char path[4096];

	if (!packages || !packages[0])
		return HS_OK;
	uint64_t key = key_of(packages);
	int length = snprintf(path, sizeof(path), "%s/terminology-%016llx.image", hs_host_cache_dir(host),
		(unsigned long long)key);
	if (length < 0 || (size_t)length >= sizeof(path))
		return hs_fail(err, HS_E_LIMIT, "the path of the cache directory is too long");
	enum hs_status status = hs_image_open(path, TX_IMAGE_KIND, TX_IMAGE_FORMAT, key, &image, err);
	if (status) {
		status = build(packages, key, path, err);
		if (status == HS_OK)
			status = hs_image_open(path, TX_IMAGE_KIND, TX_IMAGE_FORMAT, key, &image, err);
	}
	if (status == HS_OK)
		hs_tx_layer_init(&service->base, image);
	return status;
}
