/* SPDX-License-Identifier: Apache-2.0 */
/* Gates hold the control thread of a server inside a test, wherever the test wants to look or to come first.
 *
 *   struct gate *gate = gate_put(f);   behind what the control thread has to do already
 *   gate_reach(gate);                  it has done that, and goes no further
 *   ...                                what is ordered now waits
 *   gate_open(gate);
 *
 * At most GATES_MAX in a process. Thread: the test's. */
#pragma once

#include "fixture.h"

#define GATES_MAX 64

struct gate;
struct gate *gate_put(struct fixture *f);
void gate_reach(struct gate *gate);
void gate_open(struct gate *gate);
/* Whatever a failed assertion left behind: those that are open already do not mind. */
void gate_open_all(void);
/* Returns when so many pieces of work wait for the control thread. */
void gate_gather(struct fixture *f, unsigned count);
