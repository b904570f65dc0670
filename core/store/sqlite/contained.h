/* SPDX-License-Identifier: Apache-2.0 */
/* The contained resources of a current version, kept in step with it. For resource.c. */
#pragma once

#include <core/store/sqlite/state.h>

/* After the entries of the container, whose row is known: those of a version before go, put->contained come.
 */
enum hs_status hs__contained_put(struct hs_txn *txn, struct hs_arena *arena, const struct hs_put *put,
	const struct hs_resource *container, struct hs_error *err);
/* `container`: its full row. */
enum hs_status hs__contained_remove(struct hs_txn *txn, int64_t container, struct hs_error *err);
