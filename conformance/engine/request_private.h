/* SPDX-License-Identifier: Apache-2.0 */
/* Inside the making of requests: URL and headers in request.c, bodies and targets in request_body.c. */
#pragma once

#include <conformance/engine/stage.h>

enum shape {            /* what the URL of an operation is made of when neither url nor params say it */
	SHAPE_SYSTEM,   /* base */
	SHAPE_TYPE,     /* base/Type */
	SHAPE_INSTANCE, /* base/Type/id */
	SHAPE_VERSION,  /* base/Type/id/_history/version */
	SHAPE_HISTORY,  /* .../_history at whatever level */
	SHAPE_METADATA,
	SHAPE_OPERATION, /* .../$name at whatever level */
};

struct known_operation {
	struct hs_slice code;
	struct hs_slice method;
	enum shape shape;
};

#define BODY_MAX ((size_t)64 << 20)

struct request_maker {
	struct test_stage *stage;
	const struct hs_script_action *action;
	const struct hs_script_operation *operation;
	struct known_operation known;
	struct test_scope scope;
	struct hs_slice base;       /* of the system it goes to */
	struct hs_reference target; /* of targetId, or of the source of an update */
	bool has_target, typed;     /* the body brought its own type */
	struct test_request *out;
	struct hs_error *err;
};

/* A media type from accept or contentType. Notes in the request when it is XML, which JSON stands in for. */
struct hs_slice hs_test_request_type(struct request_maker *m, struct hs_slice type);
/* The body of sourceId. */
enum hs_status hs_test_request_body(struct request_maker *m);
/* Takes the id of a contained fixture off a create. */
enum hs_status hs_test_request_nameless(struct request_maker *m);
/* The resource that targetId, or an update's body, means; an update of it takes its id. */
enum hs_status hs_test_request_target(struct request_maker *m);
/* For published scripts: gives the body the id that params name. */
enum hs_status hs_test_request_adopt(struct request_maker *m, struct hs_slice params);
