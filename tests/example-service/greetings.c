/* SPDX-License-Identifier: Apache-2.0 */
/* An example service: greets by $hello, keeps who was greeted in a table of its own, minds a rule about
 * Basic resources, and forgets old greetings in the background.
 *
 * Loaded with {"services": {"greetings": {"file": "/path/greetings.so", "greeting": "Hej"}}}. */
#include <handslag/service.h>

/* ---- settings and state ---- */

struct state {
	const char *greeting;
	int64_t keep_seconds;
	uint64_t greeted; /* atomic: loops count, the metrics page reads */
};

static const struct hs_setting settings[] = {
	{ "greeting", HS_SETTING_TEXT, offsetof(struct state, greeting), "Hello",
		"what is said before the name" },
	{ "keepSeconds", HS_SETTING_INT, offsetof(struct state, keep_seconds), "3600",
		"seconds that a greeting is remembered" },
	{ .name = NULL },
};

/* ---- tables ---- */

static const struct hs_migration migrations[] = {
	{ 1, "greeted", "CREATE TABLE greetings_greeted (at INTEGER NOT NULL, name TEXT NOT NULL)" },
	{ .sql = NULL },
};

/* ---- $hello: remembers the name, answers with how often it was greeted ---- */

struct hello {
	struct hs_slice name;
	int64_t count;
};

static enum hs_status remember(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct hello *hello = arg;
	struct hs_stmt *insert, *select;
	enum hs_status status;
	int row;

	(void)arena;
	insert = hs_sql(txn, "INSERT INTO greetings_greeted (at, name) VALUES (?1, ?2)", err);
	if (!insert)
		return err->status;
	hs_sql_int(insert, 1, hs_txn_now(txn));
	hs_sql_text(insert, 2, hello->name);
	status = hs_sql_run(insert, err);
	if (status)
		return status;
	select = hs_sql(txn, "SELECT count(*) FROM greetings_greeted WHERE name = ?1", err);
	if (!select)
		return err->status;
	hs_sql_text(select, 1, hello->name);
	row = hs_sql_step(select, err);
	if (row == 1)
		hello->count = hs_sql_get_int(select, 0);
	hs_sql_end(select);
	return row < 0 ? (enum hs_status)row : HS_OK;
}

static enum hs_verdict remembered(struct hs_request *req, void *arg, enum hs_status status,
	const struct hs_error *err)
{
	const struct hello *hello = arg;
	struct hs_arena *arena = hs_request_arena(req);
	struct hs_json *out = hs_parameters(arena);

	if (status)
		return hs_fail_request(req, err);
	hs_parameters_add(arena, out, HS_S("name"), HS_S("valueString"), hs_json_string(arena, hello->name));
	hs_parameters_add(arena, out, HS_S("count"), HS_S("valueInteger"), hs_json_int(arena, hello->count));
	return hs_reply_json(req, 200, out);
}

static enum hs_verdict serve_hello(struct hs_request *req, void *arg)
{
	struct state *state = arg;
	struct hs_json *in = NULL;
	struct hs_error err = { .status = HS_OK };
	struct hello *hello = hs_arena_alloc(hs_request_arena(req), sizeof(*hello));

	if (!hello || hs_request_parameters(req, &in, &err))
		return hs_fail_request(req, &err);
	hello->name = hs_parameter_text(in, HS_S("name"));
	if (!hello->name.len) {
		hs_fail(&err, HS_E_REQUIRED, "parameter name is missing: who is to be greeted?");
		return hs_fail_request(req, &err);
	}
	__atomic_fetch_add(&state->greeted, 1, __ATOMIC_RELAXED);
	hs_reply_header(req, HS_S("X-Greeting"), hs_slice_cstr(state->greeting));
	return hs_write(req, remember, hello, remembered);
}

/* How often it greeted, as plain text: an answer without a transaction. */
static enum hs_verdict serve_count(struct hs_request *req, void *arg)
{
	const struct state *state = arg;
	uint64_t greeted = __atomic_load_n(&state->greeted, __ATOMIC_RELAXED);

	return hs_reply_bytes(req, 200, HS_S("text/plain"),
		hs_arena_printf(hs_request_arena(req), "%llu", (unsigned long long)greeted));
}

static const struct hs_route routes[] = {
	{ .method = "GET POST",
		.path = "$hello",
		.versions = HS_ON_R4 | HS_ON_R5,
		.handler = serve_hello,
		.operation = "hello",
		.definition = "http://handslag.example/OperationDefinition/hello",
		.body_kib = 16 },
	{ .method = "GET", .path = "$greeted", .versions = HS_ON_R4, .handler = serve_count },
	{ .method = NULL },
};

/* ---- a rule about a resource type: Basic must say what it is about ---- */

static void check_basic(const struct hs_write_event *event, void *state, struct hs_issues *issues)
{
	(void)state;
	if (!hs_json_get(event->resource, HS_S("subject")))
		hs_issue_add(issues, HS_SEVERITY_ERROR, "business-rule", HS_S("Basic.subject"),
			"a Basic resource here must have a subject");
}

static const struct hs_type_row types[] = {
	{ .name = "Basic",
		.versions = HS_ON_R4,
		.interactions = HS_CAN_ALL,
		.check = check_basic,
		.documentation = "Needs a subject." },
	{ .name = NULL },
};

/* ---- in the background ---- */

static enum hs_status forget(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct state *state = arg;
	struct hs_stmt *stmt = hs_sql(txn, "DELETE FROM greetings_greeted WHERE at < ?1", err);

	(void)arena;
	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, hs_txn_now(txn) - state->keep_seconds * 1000);
	return hs_sql_run(stmt, err);
}

static const struct hs_job jobs[] = {
	{ "forget", 50, forget },
	{ .name = NULL },
};

static const struct hs_metric metrics[] = {
	{ "handslag_greetings_greeted_total", HS_METRIC_COUNTER, "Greetings said.",
		offsetof(struct state, greeted) },
	{ .name = NULL },
};

static const struct hs_feature features[] = {
	{ HS_PREFERS, "terminology.validate-code", NULL },
	{ .name = NULL },
};

/* ---- the descriptor ---- */

extern const struct hs_service hs_service;
const struct hs_service hs_service = {
	.abi = HS_SERVICE_ABI,
	.name = "greetings",
	.summary = "Greets, to show how a service is written.",
	.state_size = sizeof(struct state),
	.features = features,
	.settings = settings,
	.types = types,
	.routes = routes,
	.migrations = migrations,
	.jobs = jobs,
	.metrics = metrics,
};
