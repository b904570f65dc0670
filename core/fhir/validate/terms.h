/* SPDX-License-Identifier: Apache-2.0 */
/* Code systems of a library, indexed by code; the inside of the terminology in terms.c. */
#pragma once

#include <core/fhir/validate/walk.h>

#include <pthread.h>

struct hs__concept {
	const struct hs_json *source;     /* CodeSystem.concept */
	const struct hs__concept *parent; /* NULL at the top */
};

struct hs__system {
	const struct hs_json *source; /* the CodeSystem */
	struct hs_map by_code;        /* code -> struct hs__concept; folded when case does not matter */
	struct hs__elder *elder;      /* of the same url in a package behind; NULL: none */
	bool complete;                /* a code that is in none of them does not exist */
	bool folded;                  /* codes are compared without case */
};

/* Read when a code is missed in the newer one, which is seldom. */
struct hs__elder {
	struct hs__terms *terms;
	struct hs_slice url;
	bool looked;
	struct hs__system *system; /* NULL: there is none */
};

struct hs__terms {
	struct hs_library *library;
	pthread_mutex_t lock; /* for what follows; held while a question is answered */
	struct hs_arena *arena;
	struct hs_map systems; /* url -> struct hs__system, NULL when there is none */
};

/* NULL when the library has no such system. */
const struct hs__system *hs__terms_system(struct hs__terms *terms, struct hs_slice url);
/* Also one that only an older package has: what was a code once may stand in old data. */
const struct hs__concept *hs__terms_concept(const struct hs__system *system, struct hs_slice code);
/* Does the concept pass a filter of ValueSet.compose (R4 ValueSet, section 4.9.7)? */
enum hs_validate_answer hs__terms_filter(const struct hs__system *system, const struct hs__concept *concept,
	const struct hs_json *filter);
bool hs__terms_inactive(const struct hs__concept *concept);
/* By the property that means notSelectable (concept-properties), whatever the code system calls it. */
bool hs__terms_abstract(const struct hs__system *system, const struct hs__concept *concept);
