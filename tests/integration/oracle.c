/* SPDX-License-Identifier: Apache-2.0 */
/* The bench of the terminology's oracle: packages, views, questions. */
#include "oracle.h"

#include <services/terminology/inside.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define SHOWN 40u /* differences; more are only counted */

static struct tx_service service;

static const char *const packages[] = { "hl7.fhir.r4.examples", "hl7.terminology.r4", "hl7.fhir.r5.core" };

static bool has_packages(void)
{
	const char *set = getenv("HS_PACKAGES"), *home = getenv("HOME");
	char root[1024];
	bool all = true;

	snprintf(root, sizeof(root), "%s%s", set ? set : home ? home : "", set ? "" : "/.fhir/packages");
	for (size_t i = 0; i < 3 && all; i++) {
		struct hs_package *package = NULL;
		struct hs_error ignored;
		all = hs_package_find(root, hs_slice_cstr(packages[i]), &package, &ignored) == HS_OK;
		hs_package_close(package);
	}
	return all;
}

static void open_service(struct oracle *o)
{
	struct hs_host *host = fixture_host(o->f);
	struct hs_error err = { .status = HS_OK };

	memset(&service, 0, sizeof(service));
	service.lists = "/usr/share/iso-codes/json";
	service.expansion_limit = 100000;
	if (hs_tx_packages_open(&service, host, &err) || hs_tx_builtin_open(&service, host, &err) ||
		hs_tx_imports_open(&service, host, &err))
		fail_msg("%s", err.text);
}

bool oracle_open(struct oracle *o)
{
	static const struct fixture_options options = {
		.config = "{\"packages\":[\"hl7.fhir.r4.examples\",\"hl7.terminology.r4\",\"hl7.fhir.r5."
			  "core\"]}"
	};

	memset(o, 0, sizeof(*o));
	if (!has_packages())
		return false;
	o->f = fixture_start(&options);
	o->arena = hs_arena_new((size_t)1 << 30);
	o->random = 4;
	open_service(o);
	for (size_t i = 0; i < 2; i++) {
		struct hs_terminology_sight sight = { .fhir = i ? HS_FHIR_R5 : HS_FHIR_R4 };
		struct hs_error err = { .status = HS_OK };
		if (hs_tx_terminology.open(&service, &sight, &o->views[i], &err))
			fail_msg("%s", err.text);
	}
	o->view = o->views[0];
	return true;
}

struct hs_json *oracle_json(struct oracle *o, const char *text)
{
	char *copy = hs_arena_cstr(o->arena, hs_slice_cstr(text));
	struct hs_json *tree = NULL;
	struct hs_error err = { .status = HS_OK };

	for (char *p = copy; *p; p++)
		if (*p == '\'')
			*p = '"';
	if (hs_json_parse(o->arena, hs_slice_cstr(copy), NULL, &tree, &err))
		fail_msg("%s in %s", err.text, copy);
	return tree;
}

static void close_own(struct oracle *o)
{
	hs_tx_terminology.close(o->own);
	hs_tx_terminology.close(o->own_r4);
	o->own = o->own_r4 = NULL;
}

void oracle_bring(struct oracle *o, const char *const *texts)
{
	const struct hs_json *resources[100];
	struct hs_terminology_sight sight = { .fhir = HS_FHIR_R5, .resources = resources };
	struct hs_error err = { .status = HS_OK };

	close_own(o); /* of a test before */
	for (; sight.resource_count < 100 && texts[sight.resource_count]; sight.resource_count++)
		resources[sight.resource_count] = oracle_json(o, texts[sight.resource_count]);
	if (hs_tx_terminology.open(&service, &sight, &o->own, &err))
		fail_msg("%s", err.text);
	sight.fhir = HS_FHIR_R4;
	if (hs_tx_terminology.open(&service, &sight, &o->own_r4, &err))
		fail_msg("%s", err.text);
	o->view = o->own;
}

void oracle_close(struct oracle *o)
{
	if (!o->f)
		return;
	close_own(o);
	for (size_t i = 0; i < 2; i++)
		hs_tx_terminology.close(o->views[i]);
	hs_tx_layer_fini(&service.builtin);
	hs_tx_layer_fini(&service.base);
	hs_tx_imports_close(&service);
	hs_arena_free(o->arena);
	fixture_stop(o->f);
}

size_t oracle_random(struct oracle *o, size_t below)
{
	o->random = o->random * UINT64_C(6364136223846793005) + UINT64_C(1442695040888963407);
	return below ? (size_t)(o->random >> 33) % below : 0;
}

void oracle_differs(struct oracle *o, const char *format, ...)
{
	va_list list;

	if (o->differences++ >= SHOWN)
		return;
	va_start(list, format);
	/* The analyser loses track of va_start here. */
	vfprintf(stderr, format, list); // NOLINT(clang-analyzer-valist.Uninitialized)
	va_end(list);
	fputc('\n', stderr);
}

/* ---- questions ---- */

void oracle_add(struct oracle *o, struct hs_json *parameters, const char *name, const char *key,
	struct hs_slice text)
{
	hs_parameters_add(o->arena, parameters, hs_slice_cstr(name), hs_slice_cstr(key),
		hs_json_string(o->arena, text));
}

struct hs_json *oracle_parameters(struct oracle *o, const char *const *pairs)
{
	struct hs_json *out = hs_parameters(o->arena);

	for (; *pairs; pairs += 2) {
		struct hs_slice name = hs_slice_cstr(pairs[0]), type = hs_slice_cut(&name, ':');
		struct hs_slice value = hs_slice_cstr(pairs[1]);
		struct hs_slice key = hs_arena_printf(o->arena, "value%c%.*s", type.ptr[0] - 'a' + 'A',
			(int)type.len - 1, type.ptr + 1);
		struct hs_json *tree = hs_slice_eq(type, HS_S("boolean")) ?
			hs_json_bool(o->arena, hs_slice_eq(value, HS_S("true"))) :
			hs_slice_eq(type, HS_S("integer")) ? hs_json_number(o->arena, value) :
							     hs_json_string(o->arena, value);
		hs_parameters_add(o->arena, out, name, key, tree);
	}
	return out;
}

struct hs_json *oracle_ask(struct oracle *o, const char *operation, const struct hs_json *parameters,
	struct hs_error *err)
{
	struct hs_json *out = NULL;

	o->asked++;
	*err = (struct hs_error) { .status = HS_OK };
	return hs_tx_terminology.ask(o->view, o->arena, operation, parameters, &out, err) ? NULL : out;
}
