/* SPDX-License-Identifier: Apache-2.0 */
/* Regular expressions of FHIRPath (section 5.6.9: PCRE, single line mode) over PCRE2, with limits. */
#pragma once

#include <handslag/arena.h>
#include <handslag/error.h>

/* Compiles, or NULL when the pattern is wrong or memory ends. `flags` are the letters i and m. Lives as long
 * as the arena; shared by threads. `full`: must match the whole of a text. */
void *hs__path_regex(struct hs_arena *arena, struct hs_slice pattern, struct hs_slice flags, bool full);
/* Compiles on to machine code, for a pattern that is used again and again; before it is shared. */
void hs__path_regex_hasten(void *regex);
/* 1 or 0; HS_E_TOO_COSTLY when it takes too long. */
enum hs_status hs__path_regex_match(const void *regex, struct hs_slice text, bool *out, struct hs_error *err);
/* All matches replaced; $1, ${name} and \1 mean groups. */
enum hs_status hs__path_regex_replace(struct hs_arena *arena, const void *regex, struct hs_slice text,
	struct hs_slice substitution, struct hs_slice *out, struct hs_error *err);
/* With all letters as capitals (or small), whatever their script; `text` is valid UTF-8. False, *out
 * untouched, when the arena is full. */
bool hs__path_recase(struct hs_arena *arena, struct hs_slice text, bool upper, struct hs_slice *out);
