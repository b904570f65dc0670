/* SPDX-License-Identifier: Apache-2.0 */
/* The index of a library's packages: which file holds which canonical. */
#pragma once

#include <core/base/image.h>
#include <core/fhir/profile/library.h>

struct hs__library_row { /* by url, then as hs_library_source says */
	struct hs_image_text url, version, type, file;
	uint32_t package;
	uint32_t unused;
};

struct hs__library_index {
	struct hs_image *image; /* NULL: no packages */
	const struct hs__library_row *rows;
	size_t count;
};

/* Maps the index of the packages, or builds it (about a second for the R4 packages). */
enum hs_status hs__library_index_open(const struct hs_library_source *source, struct hs__library_index *out,
	struct hs_error *err);
/* The first row of the url; count when there is none. */
size_t hs__library_index_find(const struct hs__library_index *index, struct hs_slice url);
