/* SPDX-License-Identifier: Apache-2.0 */
/* Reads JSON that people have written by hand, and tells all that is wrong with it.
 *
 * For those who judge a text, never for those who store it: what two readers may take for two different
 * things is refused everywhere else (json.h). Here a slip that has one plain meaning is told and put right:
 * comments, commas too many or missing, names and words without quotes or in single ones, True and None,
 * leading zeros and plus signs, tabs and stray backslashes in strings, a name that is there twice, something
 * after the end.
 * Thread: that of the arena. */
#pragma once

#include <handslag/json.h>

#define HS_JSON_SLIPS_MAX 100u

struct hs_json_slip {
	struct hs_error error; /* as hs_json_parse would have given it */
	size_t offset;         /* in the mended text, as line and column of the error are */
	struct hs_json_slip *next;
};

struct hs_json_mended {
	struct hs_json *tree;
	struct hs_slice text; /* that the tree's places are in: the source, with bytes changed and added */
	const size_t *added;  /* where in it the added ones are, in order; lines are those of the source */
	size_t added_count;
	struct hs_json_slip *first, *last; /* as they were found, in the arena */
	uint32_t slip_count;
};

/* Parses `text` with the default limits. HS_OK: there is a tree, and the slips that were put right, if any.
 * On failure *err is what could not be put right; of *out only the slips before it are set. */
enum hs_status hs_json_mend(struct hs_arena *arena, struct hs_slice text, struct hs_json_mended *out,
	struct hs_error *err);
