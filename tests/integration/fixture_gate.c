/* SPDX-License-Identifier: Apache-2.0 */
/* A gate is a task of the control thread that waits until the test lets it go on. */
#include "fixture_gate.h"
#include "fixture_private.h"

#include <core/host/host_private.h>
#include <sched.h>
#include <semaphore.h>

struct gate {
	struct hs_task task;
	sem_t reached, open;
};

static struct gate gates[GATES_MAX]; /* none is used twice: the control thread may still be in it */
static unsigned gate_count;

static void pass(struct hs_task *task)
{
	struct gate *gate = HS__OWNER(task, struct gate, task);

	sem_post(&gate->reached);
	while (sem_wait(&gate->open) != 0)
		;
}

struct gate *gate_put(struct fixture *f)
{
	struct hs_mailbox *control = hs_pool_mailbox(fixture_host(f)->control);

	assert_true(gate_count < GATES_MAX);
	struct gate *gate = &gates[gate_count];
	sem_init(&gate->reached, 0, 0);
	sem_init(&gate->open, 0, 0);
	gate->task.run = pass;
	assert_true(control->post(control, &gate->task));
	gate_count++;
	return gate;
}

void gate_reach(struct gate *gate)
{
	while (sem_wait(&gate->reached) != 0)
		;
}

void gate_open(struct gate *gate)
{
	sem_post(&gate->open);
}

void gate_open_all(void)
{
	for (unsigned i = 0; i < gate_count; i++)
		gate_open(&gates[i]);
}

void gate_gather(struct fixture *f, unsigned count)
{
	while (hs_pool_waiting(fixture_host(f)->control) < count)
		sched_yield();
}
