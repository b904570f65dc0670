/* SPDX-License-Identifier: Apache-2.0 */
/* Names that are kept as numbers, in memory: filled when the store is opened, and added to after commits.
 * Any thread; texts live until the table is freed; a number never changes its text. */
#pragma once

#include <core/base/map.h>

#define HS__SPACES 64u
#define HS__NAMES_MAX 1000000u /* of one space */
#define HS__NAME_BYTES 4096u   /* longest name */

struct hs__names;

struct hs__names *hs__names_new(void);
void hs__names_free(struct hs__names *names);
/* 0 when there is none. */
uint32_t hs__names_find(struct hs__names *names, unsigned space, struct hs_slice text);
struct hs_slice hs__names_text(struct hs__names *names, unsigned space, uint32_t number);
/* Copies the text. Adding what is there already changes nothing. */
void hs__names_add(struct hs__names *names, unsigned space, uint32_t number, struct hs_slice text);
