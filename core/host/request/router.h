/* SPDX-License-Identifier: Apache-2.0 */
/* The services' routes of one edition as a trie over path segments.
 *
 * A literal segment wins over {name}. A route may be bound to a query ("metadata?mode=terminology") and then
 * wins over the one without. Immutable while serving; shared by all loops. */
#pragma once

#include <core/host/host_private.h>

struct hs__route {
	const struct hs_route *row;
	struct hs__service *service; /* NULL: the host's own */
	unsigned action;
	uint32_t methods;                        /* bits of enum hs_http_method */
	struct hs_slice query_name, query_value; /* name empty: none */
	struct hs__route *next;                  /* of the same node */
};

#define HS__ROUTE_PARTS 6

struct hs__route_match {
	const struct hs__route *route;         /* NULL: none fits */
	struct hs_pair parts[HS__ROUTE_PARTS]; /* of the template, in order */
	unsigned part_count;
	uint32_t methods; /* that the path has, when there is no route for the one asked */
};

struct hs__router *hs__router_new(struct hs_arena *arena);
/* Refuses a second route for the same method, path and query, and a path that is none. */
enum hs_status hs__router_add(struct hs__router *router, const struct hs_route *row,
	struct hs__service *service, unsigned action, struct hs_error *err);
/* `path` without slashes at its ends, decoded. `query` gives the values for routes bound to one; may be NULL.
 */
void hs__router_match(const struct hs__router *router, enum hs_http_method method, struct hs_slice path,
	const struct hs_pair *query, size_t query_count, struct hs__route_match *out);
/* Calls fn for each route that serves `bit`, in the order they were added. */
void hs__router_each(const struct hs__router *router, void (*fn)(const struct hs__route *route, void *arg),
	void *arg);
/* The bits of "GET POST"; 0 for a word that is no method. */
uint32_t hs__method_bits(const char *text);
