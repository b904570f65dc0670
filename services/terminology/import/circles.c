/* SPDX-License-Identifier: Apache-2.0 */
/* Telling which links lead round in a circle, and where. */
#include "circles.h"

#include <handslag/place.h>

#include <stdio.h>
#include <stdlib.h>

struct circle {
	struct hs_slice child, parent;
	size_t file, at; /* of the child: which of the files, and the byte in it */
	size_t number;
};

static void note(void *arg, struct hs_slice child, struct hs_slice parent)
{
	struct tx_circles *circles = arg;
	struct circle circle = {
		.child = child, .parent = parent, .number = TX_BUILD_COUNT(circles->pairs, struct circle)
	};

	hs_buf_add(&circles->pairs, hs_slice((const char *)&circle, sizeof(circle)));
}

void hs_tx_circles_note(struct tx_circles *circles, struct tx_build *build)
{
	hs_buf_init(&circles->pairs, NULL, TX_BUILD_MAX);
	build->cycle = note;
	build->cycle_arg = circles;
}

/* A code is a slice of the file that it was read from. */
static void find_place(const struct tx_files *files, struct circle *circle)
{
	uintptr_t at = (uintptr_t)circle->child.ptr;

	for (circle->file = 0; circle->file < files->count; circle->file++) {
		struct hs_slice text = files->items[circle->file].text;
		circle->at = at - (uintptr_t)text.ptr;
		if (circle->at < text.len)
			return;
	}
	circle->at = 0;
}

static int by_place(const void *a, const void *b)
{
	const struct circle *x = a, *y = b;

	if (x->file != y->file)
		return x->file < y->file ? -1 : 1;
	if (x->at != y->at)
		return x->at < y->at ? -1 : 1;
	return x->number < y->number ? -1 : 1;
}

static void tell(const struct circle *circle, const char *file, uint64_t line, struct hs_import *import)
{
	char why[200];

	snprintf(why, sizeof(why), "%.*s below %.*s leads round in a circle: the link is left out",
		HS_S_ARG(hs_slice_first(circle->child, 40)), HS_S_ARG(hs_slice_first(circle->parent, 40)));
	import->skips++;
	if (import->skipped)
		import->skipped(import->arg, file, line, why);
}

void hs_tx_circles_tell(struct tx_circles *circles, const struct tx_files *files, struct hs_import *import)
{
	size_t count = TX_BUILD_COUNT(circles->pairs, struct circle), in = files->count;
	struct circle *list = count ? TX_BUILD_AT(circles->pairs, struct circle, 0) : NULL;
	struct hs_place place = { .line = 0 };

	for (size_t i = 0; i < count; i++)
		find_place(files, &list[i]);
	if (count)
		qsort(list, count, sizeof(*list), by_place);
	for (size_t i = 0; i < count; i++) {
		bool known = list[i].file < files->count;
		if (list[i].file != in)
			place = (struct hs_place) { .line = 0 };
		in = list[i].file;
		if (known)
			hs_place_go(files->items[in].text, list[i].at, &place);
		tell(&list[i], known ? files->items[in].path : "hierarchy", place.line, import);
	}
	hs_buf_free(&circles->pairs);
}
