/* SPDX-License-Identifier: Apache-2.0 */
/* FHIR packages (https://hl7.org/fhir/packages): what is in a cache folder or a .tgz, resource by resource.
 *
 * Owner: who opened it. What it gives lives as long as it does. Threads: any number may ask one package at
 * once; it is opened and closed by one. Limits: 256 MiB a resource, 2 GiB an archive when it is unpacked,
 * 1 MiB a manifest; HS_E_LIMIT beyond. */
#pragma once

#include <handslag/error.h>
#include <handslag/fhir.h>

struct hs_package;

/* From the cache folder (usual layout ROOT/NAME#VERSION/package/FILE.json) or a .tgz file. */
enum hs_status hs_package_open(const char *path, struct hs_package **out, struct hs_error *err);
/* NAME or NAME#VERSION in the cache at `root`; without a version, or with "latest", the highest one there.
 * Parts of a version may be left open ("1.2.x", "4.*"), or more be welcome, as npm writes it ("^1.2.0",
 * "~1.2.0"): then the highest that fits. A pre-release is "latest" only where there is no release. "current"
 * and "dev" are folders of that name, else the highest (https://hl7.org/fhir/packages, version references).
 */
enum hs_status hs_package_find(const char *root, struct hs_slice name_version, struct hs_package **out,
	struct hs_error *err);
void hs_package_close(struct hs_package *package);
struct hs_slice hs_package_name(const struct hs_package *package);
struct hs_slice hs_package_version(const struct hs_package *package);
/* NAME#VERSION, in the arena. */
struct hs_slice hs_package_id(const struct hs_package *package, struct hs_arena *arena);
enum hs_fhir_version hs_package_fhir_version(const struct hs_package *package);
/* The release it is for as its manifest says, "4.0.1", "4.3.0", "5.0.0"; the first of those supported. */
struct hs_slice hs_package_release(const struct hs_package *package);
/* The package that holds FHIR of a release: "hl7.fhir.r4b.core#4.3.0". Static. */
struct hs_slice hs_package_core_of(struct hs_slice release);
/* Is it what NAME or NAME#VERSION asks for, versions as in hs_package_find? */
bool hs_package_is(const struct hs_package *package, struct hs_slice name_version);
/* A number that changes when the content does: from names, sizes and times of the files, not their bytes. */
uint64_t hs_package_key(const struct hs_package *package);
/* Opens behind the first *count what those depend on, and what these do, out of the cache at `root`. Each
 * version that is asked for is there once, several of one package side by side. FHIR itself is left out: the
 * caller has chosen it. What the cache lacks is told to `missing` (may be NULL) and done without. HS_E_LIMIT
 * when there are more than `room`. */
typedef void hs_package_missing_fn(void *arg, const struct hs_package *of, struct hs_slice name_version,
	const struct hs_error *why);
enum hs_status hs_package_add_dependencies(const char *root, struct hs_package **packages, size_t *count,
	size_t room, hs_package_missing_fn *missing, void *arg, struct hs_error *err);

/* Every resource of the types named (NULL: all) in file-name order; with an empty list every file, `type`
 * empty for what is no resource. `text` and `arena` are good inside fn only; fn parses when it wants to. A
 * failing fn stops the walk and its status is returned. */
typedef enum hs_status hs_package_fn(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err);
enum hs_status hs_package_each(const struct hs_package *package, const char *const *types, hs_package_fn *fn,
	void *arg, struct hs_error *err);
/* The text of one file by its name, as hs_package_fn is given it, copied into the arena. Thread-safe. */
enum hs_status hs_package_read(const struct hs_package *package, struct hs_slice file, struct hs_arena *arena,
	struct hs_slice *out, struct hs_error *err);

/* Does it hold FHIR itself ("hl7.fhir.r4.core", "hl7.fhir.r4.examples")? */
bool hs_package_is_core(const struct hs_package *package);
/* Core packages carry old copies of HL7's terminology: is the resource with this canonical URL in `package`
 * one that gives way, because HL7's own terminology package is among `packages` (ends with NULL)? */
bool hs_package_gives_way(struct hs_package *const *packages, const struct hs_package *package,
	struct hs_slice url);
