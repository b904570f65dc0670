/* SPDX-License-Identifier: Apache-2.0 */
/* Placeholders: ${name} in a text becomes the value of a variable, at the time of use.
 *
 * A name is looked for among the parameters of the common block, the values that the user gave, the variables
 * of the script, and last what the engine itself offers:
 *   ${UUID}                a new UUID; the same whenever the same place of the script is used in one run
 *   ${CURRENTDATE}         today, 2026-11-21
 *   ${CURRENTDATETIME}     this moment, as instant; ${NOW} too
 *   ${DATE, T, D, -30}     today plus so many days (D), months (M) or years (Y)
 *   ${BASE}                base URL of the target
 *   ${RUN}                 eight hexadecimal digits, the same in the whole run
 *   ${NUMBER}              ten digits, as ${UUID} is */
#include <conformance/engine/stage.h>

#include <core/base/map.h>
#include <core/base/world.h>

#include <inttypes.h>
#include <stdio.h>

#define TEXT_MAX ((size_t)16 << 20)
#define DEPTH_MAX 16u
#define DAY_MS INT64_C(86400000)

static uint64_t place_hash(struct test_stage *stage, struct test_scope *scope, uint64_t salt)
{
	char key[512];
	int len = snprintf(key, sizeof(key), "%.*s|%s|%zu|%u|%" PRIu64, HS_S_ARG(stage->script->id),
		scope->kind, scope->index, scope->count, salt);
	return hs_hash_seeded(hs_slice(key, (size_t)len < sizeof(key) ? (size_t)len : sizeof(key) - 1),
		stage->run->nonce);
}

static struct hs_slice make_uuid(struct test_stage *stage, struct test_scope *scope)
{
	uint64_t a = place_hash(stage, scope, 1), b = place_hash(stage, scope, 2);

	scope->count++;
	return hs_arena_printf(stage->arena, "%08x-%04x-4%03x-%04x-%04x%08x", (unsigned)(a >> 32),
		(unsigned)(a >> 16 & 0xffff), (unsigned)(a & 0xfff), (unsigned)(b >> 48 & 0x3fff) | 0x8000u,
		(unsigned)(b >> 32 & 0xffff), (unsigned)(b & 0xffffffff));
}

/* "DATE, T, D, +3": only today (T) is a start; days, months or years. */
static bool shifted_date(int64_t now_ms, struct hs_slice name, int *year, int *month, int *day)
{
	struct hs_slice rest = name, part[4] = { 0 };
	uint64_t amount = 0;

	for (size_t i = 0; i < 4; i++)
		part[i] = rest.ptr ? hs_slice_trim(hs_slice_cut(&rest, ',')) : HS_S_NONE;
	bool negative = hs_slice_starts(part[3], HS_S("-"));
	if (negative || hs_slice_starts(part[3], HS_S("+")))
		part[3] = hs_slice_from(part[3], 1);
	if (rest.ptr || !hs_slice_eq(part[1], HS_S("T")) || part[2].len != 1 ||
		!hs_slice_u64(part[3], &amount) || amount > 100000)
		return false;
	int64_t shift = negative ? -(int64_t)amount : (int64_t)amount, today = now_ms / DAY_MS;
	if (part[2].ptr[0] == 'D') {
		hs_time_civil(today + shift, year, month, day);
		return *year >= 1 && *year <= 9999;
	}
	if (part[2].ptr[0] != 'M' && part[2].ptr[0] != 'Y')
		return false;
	hs_time_civil(today, year, month, day);
	int64_t months = (int64_t)*year * 12 + *month - 1 + (part[2].ptr[0] == 'Y' ? shift * 12 : shift);
	if (months < 12 || months >= 120000)
		return false;
	*year = (int)(months / 12);
	*month = (int)(months % 12) + 1;
	while (*day > 28) { /* the last day of a shorter month */
		int y, m, d;
		hs_time_civil(hs_time_days(*year, *month, *day), &y, &m, &d);
		if (m == *month)
			break;
		(*day)--;
	}
	return true;
}

static struct hs_slice engine_value(struct test_stage *stage, struct hs_slice name, struct test_scope *scope)
{
	int64_t now = stage->run->world->wall_ms(stage->run->world->ctx);
	char instant[HS_INSTANT_LEN + 1];
	int year, month, day;

	hs_time_instant(now, instant);
	if (hs_slice_eq(name, HS_S("UUID")))
		return make_uuid(stage, scope);
	if (hs_slice_eq(name, HS_S("NUMBER"))) {
		uint64_t number = place_hash(stage, scope, 3) % UINT64_C(10000000000);
		scope->count++;
		return hs_arena_printf(stage->arena, "%010" PRIu64, number);
	}
	if (hs_slice_eq(name, HS_S("CURRENTDATE")))
		return hs_arena_copy(stage->arena, hs_slice(instant, 10));
	if (hs_slice_eq(name, HS_S("CURRENTDATETIME")) || hs_slice_eq(name, HS_S("NOW")))
		return hs_arena_copy(stage->arena, hs_slice(instant, HS_INSTANT_LEN));
	if (hs_slice_eq(name, HS_S("BASE")))
		return stage->run->options.target;
	if (hs_slice_eq(name, HS_S("RUN")))
		return hs_arena_printf(stage->arena, "%08x", (unsigned)(stage->run->nonce >> 32));
	if (hs_slice_starts(name, HS_S("DATE,")) && shifted_date(now, name, &year, &month, &day))
		return hs_arena_printf(stage->arena, "%04d-%02d-%02d", year, month, day);
	return HS_S_NONE;
}

static const struct hs_pair *find_pair(const struct hs_pair *pairs, size_t count, struct hs_slice name)
{
	for (size_t i = 0; i < count; i++)
		if (hs_slice_eq(pairs[i].name, name))
			return &pairs[i];
	return NULL;
}

/* The value of an expression or path over the variable's source. */
static enum hs_status value_of_path(struct test_stage *stage, const struct hs_script_variable *variable,
	const struct test_source *source, struct hs_slice *out, struct hs_error *err)
{
	struct test_scope scope = { "expression", (size_t)(variable - stage->script->variables), 0, NULL };
	struct hs_path_list list = { 0 };
	struct hs_slice expression = HS_S_NONE;
	enum hs_status status;

	status = hs_test_source_json(stage, source, err);
	if (status)
		return status;
	if (variable->path.len)
		status = hs_test_translate_path(stage->arena, variable->path, &expression, err);
	else
		status = hs_test_render(stage, variable->expression, &scope, &expression, err);
	if (!status)
		status = hs_test_evaluate(stage, expression, source->json, &list, err);
	if (status)
		return status;
	if (list.count == 0)
		return HS_OK; /* no value: *out stays empty */
	if ((list.count > 1 && !variable->path.len) || list.items[0].kind == HS_PATH_NODE)
		return hs_fail(err, HS_E_INVALID,
			"the variable ${%.*s} needs one simple value, and %.*s gives %zu; it could end in "
			".first()",
			HS_S_ARG(variable->name), HS_S_ARG(expression), list.count);
	*out = hs_path_print(stage->arena, &list.items[0]);
	return HS_OK;
}

static enum hs_status value_of_source(struct test_stage *stage, const struct hs_script_variable *variable,
	struct hs_slice *out, struct hs_error *err)
{
	struct test_source source;
	struct hs_slice found = HS_S_NONE;

	enum hs_status status = hs_test_source(stage, variable->source_id, false, &source, err);
	if (status)
		return status;
	if (!variable->header.len) {
		status = value_of_path(stage, variable, &source, &found, err);
		if (status)
			return status;
	} else if (source.exchange) {
		const struct hs_test_exchange *e = source.exchange;
		found = source.request ?
			hs_test_header(e->request_headers, e->request_header_count, variable->header) :
			hs_test_header(e->headers, e->header_count, variable->header);
	}
	if (!found.len) {
		struct hs_slice what = variable->header.len ? variable->header :
			variable->path.len                  ? variable->path :
							      variable->expression;
		return hs_fail(err, source.exchange ? HS_E_VALUE : HS_E_INVALID,
			"the variable ${%.*s} has no value: %.*s has no %.*s", HS_S_ARG(variable->name),
			HS_S_ARG(source.name), HS_S_ARG(what));
	}
	*out = found;
	return HS_OK;
}

/* A value that a published script has for a user who knows none better: the data of that name may not be on
 * the target, which is then nobody's fault. */
static void note_assumed(struct test_stage *stage, struct hs_slice note)
{
	struct hs_slice before = stage->defaults;

	if (!note.len || stage->script->suite.len || hs_slice_search(before, note) != SIZE_MAX)
		return;
	stage->defaults = hs_arena_printf(stage->arena, "%.*s%s%.*s", HS_S_ARG(before),
		before.len ? ", " : "", HS_S_ARG(note));
}

static enum hs_status script_value(struct test_stage *stage, const struct hs_script_variable *variable,
	struct hs_slice *out, struct hs_error *err)
{
	struct test_scope scope = { "variable", (size_t)(variable - stage->script->variables), 0, NULL };
	enum hs_status status = HS_E_REQUIRED;

	if (variable->expression.len || variable->header.len || variable->path.len)
		status = value_of_source(stage, variable, out, err);
	if (status && variable->has_fallback) {
		status = hs_test_render(stage, variable->fallback, &scope, out, err);
		note_assumed(stage,
			hs_arena_printf(stage->arena, "%.*s=%.*s", HS_S_ARG(variable->name), HS_S_ARG(*out)));
	} else if (status == HS_E_REQUIRED) {
		hs_fail(err, HS_E_REQUIRED, "the variable %.*s needs a value%s%.*s: give --var %.*s=...",
			HS_S_ARG(variable->name), variable->hint.len ? " such as " : "",
			HS_S_ARG(variable->hint), HS_S_ARG(variable->name));
	}
	return status;
}

static enum hs_status value_of(struct test_stage *stage, struct hs_slice name, struct test_scope *scope,
	struct hs_slice *out, struct hs_error *err)
{
	const struct hs_test_options *options = &stage->run->options;
	const struct hs_pair *pair = NULL;

	if (scope->action)
		pair = find_pair(scope->action->bindings, scope->action->binding_count, name);
	if (!pair && (pair = find_pair(stage->bound, stage->bound_count, name)))
		note_assumed(stage, stage->inherited);
	if (!pair)
		pair = find_pair(options->variables, options->variable_count, name);
	if (pair) {
		*out = pair->value;
		return HS_OK;
	}
	for (size_t i = 0; i < stage->script->variable_count; i++)
		if (hs_slice_eq(stage->script->variables[i].name, name))
			return script_value(stage, &stage->script->variables[i], out, err);
	*out = engine_value(stage, name, scope);
	if (!out->ptr)
		return hs_fail(err, HS_E_NOT_FOUND, "the script has no variable ${%.*s}", HS_S_ARG(name));
	return HS_OK;
}

enum hs_status hs_test_render(struct test_stage *stage, struct hs_slice text, struct test_scope *scope,
	struct hs_slice *out, struct hs_error *err)
{
	struct hs_buf buf;
	size_t from = 0, at = 0;
	enum hs_status status = HS_OK;

	if (hs_slice_search(text, HS_S("${")) == SIZE_MAX) {
		*out = text;
		return HS_OK;
	}
	if (++stage->depth > DEPTH_MAX) {
		stage->depth--;
		return hs_fail(err, HS_E_INVALID, "variables refer to one another without end");
	}
	hs_buf_init(&buf, stage->arena, TEXT_MAX);
	while (!status && (at = hs_slice_find(text, '$', at)) != SIZE_MAX) {
		size_t end = at + 1 < text.len && text.ptr[at + 1] == '{' ? hs_slice_find(text, '}', at) :
									    SIZE_MAX;
		if (end == SIZE_MAX) {
			at++;
			continue;
		}
		struct hs_slice value = HS_S_NONE;
		status = value_of(stage, hs_slice(text.ptr + at + 2, end - at - 2), scope, &value, err);
		hs_buf_add(&buf, hs_slice(text.ptr + from, at - from));
		hs_buf_add(&buf, value);
		from = at = end + 1;
	}
	hs_buf_add(&buf, hs_slice_from(text, from));
	stage->depth--;
	if (!status && buf.overflow)
		status = hs_fail(err, HS_E_LIMIT, "a text becomes too long when its variables are filled in");
	if (!status)
		*out = buf.len ? hs_buf_slice(&buf) : HS_S("");
	return status;
}
