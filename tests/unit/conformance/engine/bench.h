/* SPDX-License-Identifier: Apache-2.0 */
/* A script on a bench: assertions are judged against exchanges that the test writes, without any network. */
#pragma once

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>

#include <cmocka.h>

#include <conformance/engine/stage.h>
#include <core/base/world.h>

struct bench {
	struct hs_arena *arena;
	struct hs_test_run run;
	struct hs_test_script_result result;
	struct test_stage stage;
	struct hs_script *script;
	struct hs_test_action action; /* of the last bench_judge */
};

/* Texts are JSON with ' for ". `members` are more members of the script: "'fixture': [...]"; may be "". */
void bench_open(struct bench *bench, const char *members);
void bench_close(struct bench *bench);
/* The exchange that assertions look at; headers are "Name: value" lines, body as it is after ' became ". */
struct hs_test_exchange *bench_exchange(struct bench *bench, int status, const char *headers,
	const char *body);
/* Judges {'assert': ...}, given as its members. */
enum hs_test_verdict bench_judge(struct bench *bench, const char *members);
/* Reads an operation, given as its members, into the request that would be sent. */
enum hs_status bench_request(struct bench *bench, const char *members, struct test_request *out,
	struct hs_error *err);
struct hs_json *bench_json(struct bench *bench, const char *text);
struct hs_slice bench_quotes(struct bench *bench, const char *text);
void assert_slice(struct hs_slice found, const char *wanted);
