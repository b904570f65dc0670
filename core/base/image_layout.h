/* SPDX-License-Identifier: Apache-2.0 */
/* The bytes of an image, shared by its reader and its writer. */
#pragma once

#include <core/base/image.h>

#define HS__IMAGE_MAGIC "HSIMAGE1"
#define HS__IMAGE_ALIGN 64u
#define HS__IMAGE_MAX_SECTIONS 256u

struct hs__image_head {
	char magic[8];
	uint32_t kind;
	uint32_t format;
	uint64_t source_key;
	uint32_t sections;
	uint32_t reserved;
	uint64_t size;       /* of the whole image */
	uint64_t table_hash; /* xxHash3 of the section table */
	char unused[16];
};
_Static_assert(sizeof(struct hs__image_head) == 64, "the head is 64 bytes");
_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "images are little-endian and used as they are");

struct hs__image_section {
	uint32_t id;
	uint32_t item_size;
	uint64_t offset;
	uint64_t bytes;
};

/* Takes over `data` from the heap as an image of one reference after checking its structure; on failure it
 * stays the caller's. */
enum hs_status hs__image_adopt(char *data, size_t size, struct hs_image **out, struct hs_error *err);
