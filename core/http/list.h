/* SPDX-License-Identifier: Apache-2.0 */
/* Doubly linked rings whose links live inside the things that are listed: no allocation, O(1) removal. */
#pragma once

#include <stdbool.h>
#include <stddef.h>

struct hs__link {
	struct hs__link *prev; /* NULL: in no list */
	struct hs__link *next;
};

/* The thing that holds the link `member` at `ptr`. */
#define HS__HOLDER(ptr, type, member) ((type *)(void *)((char *)(ptr)-offsetof(type, member)))

static inline void hs__list_init(struct hs__link *list)
{
	list->prev = list;
	list->next = list;
}

static inline bool hs__list_empty(const struct hs__link *list)
{
	return list->next == list;
}

static inline bool hs__link_used(const struct hs__link *link)
{
	return link->prev != NULL;
}

static inline void hs__list_append(struct hs__link *list, struct hs__link *link)
{
	link->prev = list->prev;
	link->next = list;
	list->prev->next = link;
	list->prev = link;
}

/* Does nothing for a link that is in no list. */
static inline void hs__link_remove(struct hs__link *link)
{
	if (!link->prev)
		return;
	link->prev->next = link->next;
	link->next->prev = link->prev;
	link->prev = NULL;
	link->next = NULL;
}

/* Moves all of `from` to the empty list `to`. */
static inline void hs__list_take(struct hs__link *to, struct hs__link *from)
{
	hs__list_init(to);
	if (hs__list_empty(from))
		return;
	to->next = from->next;
	to->prev = from->prev;
	to->next->prev = to;
	to->prev->next = to;
	hs__list_init(from);
}
