/* SPDX-License-Identifier: Apache-2.0 */
/* Tells how fast the machine is at this moment: the same work each time, of the three kinds that a server's
 * time goes to, as one line of JSON.
 *
 * Why: a virtual machine shares caches, memory and cores with neighbours, and the kernel is told nothing of
 * it. The same program then takes up to twice the CPU time; figures of two runs can be compared when this is
 * known of both. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define ROUNDS 20
#define MULTIPLICATIONS 100000
#define CELLS (1u << 21) /* 8 MiB: more than a core has to itself */
#define READS 5000
#define MESSAGES 200
#define MESSAGE 400 /* bytes, about a request's */

static double cpu_ns(void)
{
	struct timespec time;

	clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
	return (double)time.tv_sec * 1e9 + (double)time.tv_nsec;
}

static uint64_t next_number(uint64_t number)
{
	number ^= number << 13;
	number ^= number >> 7;
	return number ^ number << 17;
}

/* One circle through all cells, so that each read has to wait for the one before it. */
static uint32_t *make_circle(void)
{
	uint32_t *cells = malloc(CELLS * sizeof(*cells));
	uint64_t number = UINT64_C(0x9e3779b97f4a7c15);

	for (uint32_t i = 0; cells && i < CELLS; i++)
		cells[i] = i;
	for (uint32_t i = CELLS - 1; cells && i > 0; i--) {
		number = next_number(number);
		uint32_t other = (uint32_t)(number % i), cell = cells[i];
		cells[i] = cells[other];
		cells[other] = cell;
	}
	return cells;
}

static double multiply(void)
{
	volatile uint64_t product = 1;
	double began = cpu_ns();

	for (int i = 0; i < MULTIPLICATIONS; i++)
		product = product * UINT64_C(6364136223846793005) + 1;
	return (cpu_ns() - began) / MULTIPLICATIONS;
}

static double read_memory(const uint32_t *cells, volatile uint32_t *at)
{
	uint32_t cell = *at;
	double began = cpu_ns();

	for (int i = 0; i < READS; i++)
		cell = cells[cell];
	*at = cell;
	return (cpu_ns() - began) / READS;
}

/* What a message through a socket takes; negative when there is none. */
static double pass_messages(const int *ends)
{
	char message[MESSAGE] = { 0 };
	double began = cpu_ns();

	for (int i = 0; i < MESSAGES; i++)
		if (write(ends[0], message, sizeof(message)) != MESSAGE ||
			read(ends[1], message, sizeof(message)) != MESSAGE)
			return -1;
	return (cpu_ns() - began) / MESSAGES;
}

static int compare(const void *a, const void *b)
{
	double left = *(const double *)a, right = *(const double *)b;

	return (left > right) - (left < right);
}

static double median(double *values)
{
	qsort(values, ROUNDS, sizeof(*values), compare);
	return values[ROUNDS / 2];
}

int main(void)
{
	double product[ROUNDS], memory[ROUNDS], socket[ROUNDS];
	volatile uint32_t at = 0;
	uint32_t *cells = make_circle();
	int ends[2];

	if (!cells || socketpair(AF_UNIX, SOCK_STREAM, 0, ends)) {
		perror("yardstick");
		free(cells);
		return 1;
	}
	for (int i = 0; i < ROUNDS; i++) {
		product[i] = multiply();
		memory[i] = read_memory(cells, &at);
		socket[i] = pass_messages(ends);
	}
	printf("{\"product_ns\": %.2f, \"read_ns\": %.1f, \"message_ns\": %.0f}\n", median(product),
		median(memory), median(socket));
	free(cells);
	return 0;
}
