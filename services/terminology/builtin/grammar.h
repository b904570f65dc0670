/* SPDX-License-Identifier: Apache-2.0 */
/* Code systems that are grammars: units of measure, language tags, media types. Their codes are not listed
 * anywhere but read when somebody asks about one; a question remembers those it has read. */
#pragma once

#include "../compile/source.h"

/* Rows of the built-in layer (builtin.c), in this order. */
enum tx_builtin {
	TX_BUILTIN_UCUM,
	TX_BUILTIN_LANGUAGE_TAG,
	TX_BUILTIN_MEDIA_TYPE,
	TX_BUILTIN_GRAMMARS,
	/* subtags of language tags; seen on no face */
	TX_BUILTIN_LANGUAGE = TX_BUILTIN_GRAMMARS,
	TX_BUILTIN_SCRIPT,
	TX_BUILTIN_AREA, /* regions that are no country: UN M.49, and what ISO 3166-1 has no more */
	/* from here on plain code systems */
	TX_BUILTIN_COUNTRY,
	TX_BUILTIN_ROWS
};

/* One code that was read. */
struct tx_made {
	const struct tx_grammar *grammar;
	struct hs_slice code; /* as it should be written */
	const void *parsed;   /* of the grammar */
};

struct tx_grammar {
	const char *url, *version, *name, *title;
	/* Value sets that are told in the place of all codes, by FHIR version, and the one that filters are
	 * asked of; NULL: there is none. */
	const char *common_r4, *common_r5, *widest;

	/* NULL: no such code. `code` becomes as it should be written. Everything in the arena. */
	const void *(*parse)(struct hs_arena *arena, const struct tx_layer *layer, struct hs_slice *code);
	struct hs_slice (*display)(struct hs_arena *arena, const struct tx_layer *layer,
		const struct tx_made *made);
	/* Optional members, as in struct tx_source. */
	bool (*texts)(struct hs_arena *arena, const struct tx_layer *layer, const struct tx_made *made,
		struct tx_designations *out);
	bool (*properties)(struct hs_arena *arena, const struct tx_made *made, struct tx_properties *out);
	bool (*filter_known)(struct hs_arena *arena, struct tx_filter *filter);
	bool (*filter_passes)(const struct tx_filter *filter, const struct tx_made *made);
	bool (*is_below)(const struct tx_made *made, const struct tx_made *ancestor);
	bool (*same)(const struct tx_made *a, const struct tx_made *b);
	/* What is wrong with a code that cannot be read, in the language of the question. */
	struct hs_slice (*why)(struct tx_context *ctx, struct hs_slice code);
};

extern const struct tx_grammar hs_tx_grammar_units;       /* units.c */
extern const struct tx_grammar hs_tx_grammar_tags;        /* tags.c */
extern const struct tx_grammar hs_tx_grammar_media_types; /* media_types.c */

/* The grammar of a row below TX_BUILTIN_GRAMMARS. */
const struct tx_grammar *hs_tx_grammar(size_t row);

static inline struct tx_system hs_tx_builtin(const struct tx_layer *layer, enum tx_builtin row)
{
	return (struct tx_system) { layer, &layer->systems[row] };
}

/* Adds the built-in layer to the scope of a question, as the farthest; image NULL: there is nothing built in.
 */
void hs_tx_grammars_begin(struct tx_context *ctx, const struct tx_layer *builtin);

/* The built-in image: grammars, and what the lists of Debian's iso-codes in the folder `lists` hold ("" or a
 * folder without them: grammars only), with names in the languages whose catalogues stand below `locales`. */
enum hs_status hs_tx_builtin_compile(struct tx_compile *compile, const char *lists, const char *locales,
	struct hs_error *err);
/* Changes when those lists do. */
uint64_t hs_tx_builtin_key(const char *lists);
