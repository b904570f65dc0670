/* SPDX-License-Identifier: Apache-2.0 */
/* Between the files of the operator API, whose paths are listed in operator.c. All run on the request's loop;
 * what waits for requests to end is handed to the control thread. Each gives the one answer of its request.
 */
#pragma once

#include <core/host/endpoints.h>
#include <core/host/sandbox/sandbox.h>

/* Answers one change; `spec` is the body, NULL where the path takes none. */
typedef enum hs_verdict hs__operator_fn(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec);

/* ---- show.c ---- */
enum hs_verdict hs__operator_reply(struct hs_request *req, int status, const struct hs_json *body);
/* Trees in the request's arena; NULL members when it is full. */
struct hs_json *hs__operator_show(struct hs_request *req, struct hs_sandbox *sandbox);
struct hs_json *hs__operator_show_clock(struct hs_arena *arena, const struct hs_sandbox *sandbox);
struct hs_json *hs__operator_show_limits(struct hs_arena *arena, const struct hs_sandbox *sandbox);

/* ---- settings.c ---- */
/* Takes the limits that `spec` names, leaves the others. HS_E_VALUE: one is none; some may be taken then. */
enum hs_status hs__operator_take_limits(const struct hs_json *spec, struct hs_sandbox_limits *limits,
	struct hs_error *err);
enum hs_verdict hs__operator_put_clock(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec);
enum hs_verdict hs__operator_put_limits(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec);

/* ---- orders.c: carried out on the control thread ---- */
enum hs_verdict hs__operator_create(struct hs_request *req, const struct hs_json *spec);
/* Writes the sandbox's settings to disk, then shows it. */
enum hs_verdict hs__operator_save(struct hs_request *req, struct hs_sandbox *sandbox);
enum hs_verdict hs__operator_reset(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec);
enum hs_verdict hs__operator_delete(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec);
enum hs_verdict hs__operator_backup(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec);
enum hs_verdict hs__operator_explain(struct hs_request *req, struct hs_sandbox *sandbox,
	const struct hs_json *spec);
