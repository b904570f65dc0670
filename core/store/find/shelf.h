/* SPDX-License-Identifier: Apache-2.0 */
/* The shelf of columns, of all stores of the process: with its lock held, but where that is said. */
#pragma once

#include <core/store/find/column.h>

#include <pthread.h>

/* The lock; leaving frees what nobody has any more. */
void hs__shelf_enter(void);
void hs__shelf_leave(void);
/* A column is not busy any more: calls those who wait, until that or until a time of the monotonic clock. */
void hs__shelf_call(void);
void hs__shelf_wait(const struct timespec *until);
/* Bytes that all may have. */
size_t hs__shelf_most(void);

/* Puts what the column takes now into the account. */
void hs__shelf_count(struct hs__column *column);
/* Frees one that is on no shelf, when nobody has it. */
void hs__shelf_let_go(struct hs__column *column);
/* A new one: what it is counted for is in the account from now on. */
void hs__shelf_put(struct hs__columns *columns, struct hs__column *column);
/* Then it is gone when nobody has it. */
void hs__shelf_take_off(struct hs__column *column);
/* Is there room for so much more? Those unused for longest make it. */
bool hs__shelf_make_room(size_t bytes);
/* Without that. */
bool hs__shelf_has_room(size_t bytes);
struct hs__column *hs__shelf_look_for(const struct hs__columns *columns, uint32_t type,
	const struct hs__key *prefix);
/* The search has it until it ends. */
void hs__shelf_hold(struct hs__finder *finder, struct hs__column *column);
