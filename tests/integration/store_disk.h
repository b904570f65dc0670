/* SPDX-License-Identifier: Apache-2.0 */
/* A disk that fails on request, beneath SQLite: the n-th operation gives an error, the disk is full, or the
 * power goes. It wraps the usual file layer; what was written but not synced is kept apart, so that a power
 * cut can lose any part of it. Process-wide; one scenario at a time. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#define DISK_VFS "hs-test-disk"

enum disk_op { DISK_READ = 1, DISK_WRITE = 2, DISK_SYNC = 4, DISK_TRUNCATE = 8, DISK_ANY = 15 };

/* Registers the layer; once. */
void disk_install(void);
/* Forgets all files and faults. `seed` drives what a power cut keeps. */
void disk_reset(uint64_t seed);
/* Whether the disk says that a cut while it writes may spoil what lies beside: SQLite then pads its log. Not
 * while files are open. */
void disk_set_spoils(bool on);
/* The `nth` operation of these kinds from now (from 1) fails once, or from then on when `lasting`; writes
 * fail as on a full disk when `full`. 0 switches it off. */
void disk_fail_at(unsigned kinds, uint64_t nth, bool lasting, bool full);
/* Whether the fault has been met. */
bool disk_failed(void);
/* At the `nth` operation from now the power goes: all operations fail until disk_restore. */
void disk_cut_at(uint64_t nth);
/* Operations since the reset. */
uint64_t disk_count(void);
/* After a cut, with all files closed: puts on the real files what the disk had: all that was synced, and of
 * the rest any 512-byte pieces. */
void disk_restore(void);
