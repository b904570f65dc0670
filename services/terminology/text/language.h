/* SPDX-License-Identifier: Apache-2.0 */
/* Languages that somebody wants, in their order of preference (RFC 9110 section 12.5.4, RFC 4647). */
#pragma once

#include <handslag/arena.h>
#include <handslag/error.h>

#define TX_LANGUAGES_MAX 32u

struct tx_languages {
	struct hs_slice text;                   /* as given; empty when nobody asked */
	struct hs_slice tags[TX_LANGUAGES_MAX]; /* by falling weight; without "*" and those of weight 0 */
	size_t count;
	bool no_other; /* "*; q=0": a text in another language is no answer */
	bool any;      /* "*" is there with a weight */
};

/* HS_E_PROCESSING for a text that is no list of languages. */
enum hs_status hs_tx_languages_parse(struct hs_slice text, struct tx_languages *out, struct hs_error *err);
/* How well `tag` fits `wanted`: 3 equal, 2 the tag is a kind of it (de-CH for de), 1 the other way, 0 not. */
int hs_tx_language_fit(struct hs_slice wanted, struct hs_slice tag);
