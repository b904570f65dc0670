/* SPDX-License-Identifier: Apache-2.0 */
/* The inside of a set of profiles, shared by finding and compiling. */
#pragma once

#include <core/base/map.h>
#include <core/fhir/profile/profile.h>
#include <core/fhir/profile/snapshot.h>

#include <pthread.h>

#define HS__PROFILE_CHAIN 60u /* bases of bases, and profiles unfolded in profiles */

/* What is known of one StructureDefinition. */
struct hs__profile_entry {
	const struct hs_json *source;
	const struct hs_json *snapshot;
	bool generated, busy, broken;
	struct hs_profile *profile;
	struct hs_error error; /* why it is broken */
};

struct hs_profiles {
	_Atomic uint32_t refs;
	struct hs_defs *defs;
	struct hs_library *library;
	struct hs_profiles *below;
	pthread_mutex_t lock;   /* for all that follows; finding one may need others, so it is recursive */
	struct hs_arena *arena; /* profiles, generated snapshots, entries */
	struct hs_map by_canonical; /* as asked for -> struct hs__profile_entry; NULL: there is none */
	struct hs_map by_source;    /* the tree's address -> the same, for other spellings */
	struct hs_map paths;        /* type, line end, expression -> struct hs_path or NULL */
	unsigned chain;
};

/* A compilation at hand. */
struct hs__compile {
	struct hs_profiles *set;
	struct hs_profile *profile;
	struct hs_error *err;
};

/* Builds profile->root and what hangs on it from profile->snapshot. */
enum hs_status hs__profile_compile(struct hs__compile *compile);
/* Reads one ElementDefinition; the tree's links are set already, the parent's element is complete. */
enum hs_status hs__profile_element(struct hs__compile *compile, struct hs_profile_element *element);
/* Has the element fewer types, or types with profiles or other targets, than the base type's? */
bool hs__profile_narrows(const struct hs__compile *compile, const struct hs_profile_element *element);
/* Lays what is asked of divided elements over their slices, at `element` and below; false: no memory. All
 * says_more are set already. */
bool hs__profile_slices(struct hs__compile *compile, const struct hs_profile_element *element);
