/* SPDX-License-Identifier: Apache-2.0 */
/* The steps of a JSON Pointer (RFC 6901), for the patch. */
#pragma once

#include <handslag/json.h>

/* Empty, or tokens that each start with a slash; a tilde only as ~0 or ~1. */
bool hs__json_pointer_is_valid(struct hs_slice pointer);
/* Takes the first token off a pointer that is valid and not empty. */
struct hs_slice hs__json_pointer_token(struct hs_slice *pointer);
/* The child that a token names; of an array by number ("-" names none). NULL when there is none. */
struct hs_json *hs__json_pointer_child(const struct hs_json *parent, struct hs_slice token);
/* A number without sign or leading zero. */
bool hs__json_pointer_index(struct hs_slice token, size_t *out);
/* The token as a member name, in the arena; NULL pointer at the cap. */
struct hs_slice hs__json_pointer_name(struct hs_arena *arena, struct hs_slice token);
