/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR definitions for commands that work without a server. */
#include <core/cli/definitions.h>

#include <core/base/world.h>
#include <core/fhir/xml/xml.h>
#include <core/host/host.h>

#include <stdio.h>
#include <sys/stat.h>

void hs_cli_cache_dir(char *out, size_t size)
{
	hs_host_usual_cache(out, size);
	char *last = strrchr(out, '/');
	*last = '\0';
	mkdir(out, 0700);
	*last = '/';
	mkdir(out, 0700);
}

const char *hs_cli_core_package(enum hs_fhir_version fhir)
{
	return fhir == HS_FHIR_R5 ? "hl7.fhir.r5.core#5.0.0" : "hl7.fhir.r4.examples#4.0.1";
}

struct hs_slice hs_cli_release(const char *said)
{
	static const struct {
		const char *said;
		struct hs_slice release;
	} names[] = { { "R4", HS_S_INIT("4.0.1") }, { "R4B", HS_S_INIT("4.3.0") },
		{ "R5", HS_S_INIT("5.0.0") }, { "4.0", HS_S_INIT("4.0.1") }, { "4.3", HS_S_INIT("4.3.0") },
		{ "5.0", HS_S_INIT("5.0.0") } };
	struct hs_slice text = hs_slice_cstr(said);

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (hs_slice_ieq(text, hs_slice_cstr(names[i].said)) || hs_slice_eq(text, names[i].release))
			return names[i].release;
	return HS_S_NONE;
}

enum hs_status hs_cli_definitions(enum hs_fhir_version fhir, struct hs_defs **out, struct hs_error *err)
{
	return hs_cli_definitions_of(fhir == HS_FHIR_R5 ? HS_S("5.0.0") : HS_S("4.0.1"), out, err);
}

enum hs_status hs_cli_definitions_of(struct hs_slice release, struct hs_defs **out, struct hs_error *err)
{
	enum hs_fhir_version fhir = hs_slice_starts(release, HS_S("5")) ? HS_FHIR_R5 : HS_FHIR_R4;
	struct hs_slice core = hs_slice_starts(release, HS_S("4.3")) ?
		hs_package_core_of(release) :
		hs_slice_cstr(hs_cli_core_package(fhir));
	char root[2048], cache[2100];
	struct hs_package *package = NULL;

	hs_packages_root(NULL, root, sizeof(root));
	hs_cli_cache_dir(cache, sizeof(cache));
	enum hs_status status = hs_package_find(root, core, &package, err);
	if (status)
		return status;
	struct hs_package *const list[] = { package, NULL };
	struct hs_defs_source source = {
		.fhir = fhir, .packages = list, .cache_dir = cache, .world = hs_world_real()
	};
	status = hs_defs_open(&source, out, err);
	hs_package_close(package);
	return status;
}

enum hs_status hs_cli_json_of_xml(struct hs_arena *arena, enum hs_fhir_version fhir, struct hs_slice *text,
	struct hs_error *err)
{
	static struct hs_defs *kept[2]; /* until the program ends */
	struct hs_defs **defs = &kept[fhir == HS_FHIR_R5];
	struct hs_json *tree = NULL;
	struct hs_buf out;
	enum hs_status status = *defs ? HS_OK : hs_cli_definitions(fhir, defs, err);

	if (!status)
		status = hs_xml_read(arena, *defs, *text, NULL, NULL, &tree, err);
	if (status)
		return status;
	hs_buf_init(&out, arena, (size_t)4 << 30);
	hs_json_write(&out, tree, 0);
	if (out.overflow)
		return hs_fail(err, HS_E_LIMIT, "the resource is too large");
	*text = hs_buf_slice(&out);
	return HS_OK;
}
