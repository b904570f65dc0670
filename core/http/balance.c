/* SPDX-License-Identifier: Apache-2.0 */
/* Spreads the connections of one port evenly over the loops that listen on it.
 *
 * Each loop has a socket of its own, and the kernel chooses one by a hash of the addresses: of sixteen
 * connections one loop may get twelve. So the loop that accepts gives the connection to the one that has the
 * fewest, itself when that is one of them.
 *
 * Threads: what is shared stands under one lock, taken when a connection begins and when it ends. A server
 * that leaves is given nothing more; it ends when all that was on its way has arrived. */
#include <core/http/conn.h>

#include <core/base/heap.h>
#include <pthread.h>
#include <stdio.h>

#define SERVERS_MAX 64u

struct hs_http_balance {
	pthread_mutex_t lock;
	struct hs_http_server *servers[SERVERS_MAX];
	unsigned count;
};

struct hs_http_balance *hs_http_balance_new(void)
{
	struct hs_http_balance *balance = hs_heap_alloc(sizeof(*balance));

	pthread_mutex_init(&balance->lock, NULL);
	return balance;
}

void hs_http_balance_free(struct hs_http_balance *balance)
{
	if (!balance)
		return;
	HS_ASSERT(balance->count == 0);
	pthread_mutex_destroy(&balance->lock);
	hs_heap_free(balance);
}

void hs__balance_join(struct hs_http_server *server)
{
	struct hs_http_balance *balance = server->config.balance;

	if (!balance)
		return;
	pthread_mutex_lock(&balance->lock);
	if (balance->count < SERVERS_MAX) {
		balance->servers[balance->count++] = server;
		server->shares = true;
	}
	pthread_mutex_unlock(&balance->lock);
}

void hs__balance_leave(struct hs_http_server *server)
{
	struct hs_http_balance *balance = server->config.balance;
	unsigned kept = 0;

	if (!server->shares)
		return;
	pthread_mutex_lock(&balance->lock);
	for (unsigned i = 0; i < balance->count; i++) {
		if (balance->servers[i] != server)
			balance->servers[kept++] = balance->servers[i];
	}
	balance->count = kept;
	pthread_mutex_unlock(&balance->lock);
	server->shares = false;
}

bool hs__balance_settled(struct hs_http_server *server)
{
	struct hs_http_balance *balance = server->config.balance;

	if (!balance)
		return true;
	pthread_mutex_lock(&balance->lock);
	bool settled = server->coming == 0;
	pthread_mutex_unlock(&balance->lock);
	return settled;
}

/* ---- one connection ---- */

struct passed {
	struct hs_task task;
	struct hs_http_server *to;
	int fd;
	char peer[HS__PEER_TEXT];
};

static void count(struct hs_http_server *server, int connections, int coming)
{
	struct hs_http_balance *balance = server->config.balance;

	if (!balance)
		return;
	pthread_mutex_lock(&balance->lock);
	server->share += (uint32_t)connections;
	server->coming += (uint32_t)coming;
	pthread_mutex_unlock(&balance->lock);
}

void hs__balance_ended(struct hs_http_server *server)
{
	count(server, -1, 0);
}

static void arrive(struct hs_task *task)
{
	struct passed *passed = (struct passed *)(void *)task;
	struct hs_http_server *server = passed->to;

	count(server, 0, -1);
	hs__listen_take(server, passed->fd, passed->peer);
	hs_heap_free(passed);
	hs__server_conn_ended(server); /* it may have waited for this one */
}

/* The server that is to have the connection; counted, and as coming when it is another. */
static struct hs_http_server *place(struct hs_http_server *server)
{
	struct hs_http_balance *balance = server->config.balance;
	struct hs_http_server *least = server;

	pthread_mutex_lock(&balance->lock);
	for (unsigned i = 0; i < balance->count; i++) {
		if (balance->servers[i]->share < least->share)
			least = balance->servers[i];
	}
	least->share++;
	least->coming += least != server;
	pthread_mutex_unlock(&balance->lock);
	return least;
}

void hs__balance_accept(struct hs_http_server *server, int fd, const char *peer)
{
	struct hs_http_server *to = server;

	if (server->shares)
		to = place(server);
	else
		count(server, 1, 0);
	if (to != server) {
		struct hs_mailbox *mailbox = hs_loop_mailbox(to->loop);
		struct passed *passed = hs_heap_alloc(sizeof(*passed));
		*passed = (struct passed) { .task.run = arrive, .to = to, .fd = fd };
		snprintf(passed->peer, sizeof(passed->peer), "%s", peer);
		/* A loop runs until its server has ended, and that waits for what is coming. */
		bool taken = mailbox->post(mailbox, &passed->task);
		HS_ASSERT(taken);
		return;
	}
	hs__listen_take(server, fd, peer);
}
