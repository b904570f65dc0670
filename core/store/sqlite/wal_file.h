/* SPDX-License-Identifier: Apache-2.0 */
/* A file layer for the writer's connection that gathers what SQLite appends to its log, so that a commit is
 * one write and one sync rather than two writes for each page. */
#pragma once

/* The name of the layer over the one called `base` (NULL: the usual one), for sqlite3_open_v2; NULL when
 * there is no such base. Only for connections with synchronous=FULL: what was gathered is written by the sync
 * that comes before a commit becomes visible to anybody. Any thread. */
const char *hs__wal_file_layer(const char *base);
