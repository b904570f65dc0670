/* SPDX-License-Identifier: Apache-2.0 */
/* Steps from one format of the file to the next that SQL alone cannot do. For schema.c. */
#pragma once

#include <core/store/sqlite/db.h>

/* To format 3: the entries of dates, numbers and quantities stand in classes by width (index/key.h). They are
 * made anew from the facts, some microseconds each. Inside a transaction. */
enum hs_status hs__upgrade_spans(struct hs__db *db, struct hs_error *err);
/* To format 5: each resource has a key of its outline (index/outline.h). */
enum hs_status hs__upgrade_outlines(struct hs__db *db, struct hs_error *err);
/* To format 6: the keys of strings end with their spelling (index/key.h). */
enum hs_status hs__upgrade_strings(struct hs__db *db, struct hs_error *err);
