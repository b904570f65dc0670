/* SPDX-License-Identifier: Apache-2.0 */
/* Languages that somebody wants, in their order of preference: Accept-Language (RFC 9110 section 12.5.4) and
 * FHIR's displayLanguage. Tags are compared as RFC 4647 filters them. Any thread; nothing is allocated, and
 * the tags are parts of the text that was read. */
#pragma once

#include <handslag/slice.h>

/* Tags that are heeded; those behind them in the text are not. */
#define HS_LANGUAGES_MAX 32u

struct hs_languages {
	struct hs_slice text;                   /* as given; empty when nobody asked */
	struct hs_slice tags[HS_LANGUAGES_MAX]; /* by falling weight; without "*" and those of weight 0 */
	size_t count;
	bool no_other; /* "*; q=0": a text in another language is no answer */
	bool any;      /* "*" is there with a weight */
};

/* False for a text that is no list of languages with weights from 0 to 1; *out is untouched then. */
bool hs_languages_parse(struct hs_slice text, struct hs_languages *out);
/* How well `tag` fits `wanted`: 3 equal, 2 the tag is a kind of it (de-CH for de), 1 the other way, 0 not. */
int hs_language_fit(struct hs_slice wanted, struct hs_slice tag);
/* Whether what is wanted most in the list `text` is `language` or a kind of it; false when it is no list. */
bool hs_language_leads(struct hs_slice text, struct hs_slice language);
