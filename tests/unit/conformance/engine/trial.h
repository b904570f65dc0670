/* SPDX-License-Identifier: Apache-2.0 */
/* A whole run of scripts against a small server in the same loop. */
#pragma once

#include "bench.h"

/* A server with a memory of what it was asked. Paths: /metadata, /Patient (POST: 201), /Patient/ID
 * (404 when it begins with "absent"), /Observation (a search finds nothing, POST: 422), /status/NNN, /later
 * (202 the first two times) and /slower (429 the first time), /lines (NDJSON). */
struct trial_server {
	struct hs_loop *loop;
	struct hs_http_server *server;
	char log[8192];
	const char *capability;          /* as for trial_quotes; NULL: 404 */
	unsigned created, later, slower; /* how often */
	bool remembers;                  /* what was made has its id when it is read */
	bool silent;                     /* never answers anything but /metadata */
	struct hs_http_request *held;
	struct hs_test_run *stop_at_hold;
};

struct trial {
	struct trial_server server;
	struct hs_arena *arena;
	struct hs_test_options options;
	struct hs_test_run *run;
	const struct hs_script *scripts[8];
	size_t count;
	bool finished;
	unsigned tests_done;
};

void trial_open(struct trial *trial);
void trial_close(struct trial *trial);
/* A script by its members: as for trial_quotes; <GET /path> stands for that operation, <PUT /path f> for one
 * that sends the fixture f, <200> for the assertion that this is the status. It belongs to a suite and may be
 * shuffled. */
struct hs_script *trial_script(struct trial *trial, const char *id, const char *members);
void trial_begin(struct trial *trial);
void trial_wait(struct trial *trial); /* until it has finished */
void trial_run(struct trial *trial);  /* both */
void trial_end(struct trial *trial);  /* frees the run, so that there may be another */
const struct hs_test_script_result *trial_result(struct trial *trial, size_t index);
/* The verdict of a test of the first script. */
void assert_trial(struct trial *trial, size_t test, enum hs_test_verdict verdict);
/* A " for each ', a ' for each `. */
struct hs_slice trial_quotes(struct hs_arena *arena, const char *text);
