/* SPDX-License-Identifier: Apache-2.0 */
/* A table with a row for each POST of $add, for services under test that need work in their sandbox's store.
 *
 * Both answer the number of rows as text. Thread: handlers, on a loop. */
#pragma once

#include <handslag/service.h>

#define FIXTURE_TALLY_MIGRATION(number) \
	{ \
		(number), "tally", "CREATE TABLE tally_row (at INTEGER NOT NULL)" \
	}

/* Writes a row, then counts in the continuation of the write, on a worker. */
enum hs_verdict fixture_tally_add(struct hs_request *req, void *state);
/* Counts, on the loop when it can. */
enum hs_verdict fixture_tally_count(struct hs_request *req, void *state);
/* What comes after work that filled an int64_t: the number, or why there is none. */
enum hs_verdict fixture_tally_answer(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err);
