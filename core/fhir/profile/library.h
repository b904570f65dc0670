/* SPDX-License-Identifier: Apache-2.0 */
/* Canonical resources by their address: from packages, and on top of them files that were handed over.
 *
 * Of a package only an index is read (kept as an image in the cache and rebuilt when the packages change); a
 * resource is read and parsed when it is first asked for, and stays as long as the library. Libraries lie on
 * one another: what is not in the upper one is looked for below. Several versions of one canonical live side
 * by side. Thread: every function but hs_library_add may be called from any thread at any time. */
#pragma once

#include <handslag/fhir.h>
#include <handslag/package.h>

struct hs_library;
struct hs_world;

struct hs_library_source {
	struct hs_package *const *packages; /* the first that has a canonical wins; for profiles,
					     extensions and what is of terminology.hl7.org any before
					     a core package; NULL ends. Must outlive */
	const char *cache_dir;              /* the index is kept here; NULL: in memory only */
	const struct hs_world *world;
};

enum hs_status hs_library_of_packages(const struct hs_library_source *source, struct hs_library **out,
	struct hs_error *err);
/* An empty one on top of `below` (referenced; may be NULL). Never NULL. */
struct hs_library *hs_library_over(struct hs_library *below);
/* Parses a copy of `text` (JSON) and puts it in by url, version and type. Also by "Type/id" when it has no
 * url. A later one with the same url and version replaces the earlier. Not while others look something up. */
enum hs_status hs_library_add(struct hs_library *library, struct hs_slice text, struct hs_error *err);
/* The same for a tree; it is cloned, texts too. */
enum hs_status hs_library_add_resource(struct hs_library *library, const struct hs_json *resource,
	struct hs_error *err);
struct hs_library *hs_library_ref(struct hs_library *library);
void hs_library_unref(struct hs_library *library);

/* The resource of that type (empty: of any) with the canonical "url" or "url|version", a fragment "#x" cut
 * off. When no such version is there, one that is more exact ("1.0.3" for "1.0"), else and without a version
 * the latest of those that were put in counts, or
 * the first of the packages; *exact (may be NULL) tells whether the version was the one asked for. NULL when
 * there is none. */
const struct hs_json *hs_library_find(struct hs_library *library, struct hs_slice type,
	struct hs_slice canonical, bool *exact);
/* Of several in packages: the one of that type and url that stands behind `found`, which was found before;
 * NULL when it is the last, or was put in by hand and so stands for all. */
const struct hs_json *hs_library_behind(struct hs_library *library, struct hs_slice type,
	struct hs_slice canonical, const struct hs_json *found);
/* Is there one, without reading it? */
bool hs_library_has(struct hs_library *library, struct hs_slice type, struct hs_slice canonical);
/* Resources that were put in by hand, in order, those of the libraries below after them; for a caller that
 * looks by something else than the address. Stops when fn says false. */
void hs_library_each_added(struct hs_library *library, bool (*fn)(void *arg, const struct hs_json *resource),
	void *arg);
