/* SPDX-License-Identifier: Apache-2.0 */
/* The terminology service of this program, without a server around it, for validation on the command line. */
#include <core/cli/terminology/terms.h>

#include <core/base/heap.h>
#include <core/cli/reference.h>
#include <core/host/operations/terminology.h>

#include <pthread.h>
#include <stdio.h>

#define ARENA ((size_t)64 << 20)
#define RESOURCES_MAX 2000u

struct hs_cli_terms {
	struct hs_cli_terms_source source;
	pthread_mutex_t lock; /* of opening, here and in the sights */
	struct hs_arena *arena;
	struct hs_cli_reference *reference;
	bool tried;
};

/* What one validator sees. */
struct sight {
	struct hs_cli_terms *terms;
	struct hs_library *library;
	struct hs_validate_terminology view; /* its functions NULL: there is none */
	bool tried;
};

struct hs_cli_terms *hs_cli_terms_new(const struct hs_cli_terms_source *source)
{
	struct hs_cli_terms *terms = hs_heap_alloc(sizeof(*terms));

	terms->source = *source;
	terms->arena = hs_arena_new(ARENA);
	pthread_mutex_init(&terms->lock, NULL);
	return terms;
}

void hs_cli_terms_free(struct hs_cli_terms *terms)
{
	if (!terms)
		return;
	hs_cli_reference_stop(terms->reference);
	hs_arena_free(terms->arena);
	pthread_mutex_destroy(&terms->lock);
	hs_heap_free(terms);
}

/* ---- opening ---- */

static void open_service(struct hs_cli_terms *terms)
{
	struct hs_cli_reference_options options = {
		.data = terms->source.data, .packages = terms->source.packages, .terminology_only = true
	};
	struct hs_error err = { .status = HS_OK };

	terms->tried = true;
	if (hs_cli_reference_open(terms->arena, &options, &terms->reference, &err))
		fprintf(stderr, "handslag: codes are judged without the terminology service: %s\n", err.text);
}

struct gathered {
	const struct hs_json **items;
	size_t count;
};

static bool gather(void *arg, const struct hs_json *resource)
{
	struct gathered *all = arg;
	struct hs_slice type = hs_json_get_text(resource, HS_S("resourceType"));

	if (hs_slice_eq(type, HS_S("ValueSet")) || hs_slice_eq(type, HS_S("CodeSystem")))
		all->items[all->count++] = resource;
	return all->count < RESOURCES_MAX;
}

static void open_view(struct sight *sight)
{
	struct gathered added = { .items = hs_heap_alloc(RESOURCES_MAX * sizeof(*added.items)) };
	struct hs_error err = { .status = HS_OK };

	sight->tried = true;
	if (!sight->terms->tried)
		open_service(sight->terms);
	if (sight->library)
		hs_library_each_added(sight->library, gather, &added);
	struct hs_host_sight seen = {
		.fhir = sight->terms->source.fhir, .resources = added.items, .resource_count = added.count
	};
	if (sight->terms->reference &&
		hs_host_terminology(hs_cli_reference_host(sight->terms->reference), &seen, &sight->view,
			&err))
		fprintf(stderr, "handslag: codes are judged without the terminology service: %s\n", err.text);
	hs_heap_free(added.items);
}

static const struct hs_validate_terminology *view_of(struct sight *sight)
{
	pthread_mutex_lock(&sight->terms->lock);
	if (!sight->tried)
		open_view(sight);
	pthread_mutex_unlock(&sight->terms->lock);
	return &sight->view;
}

/* ---- questions ---- */

static enum hs_validate_answer in_value_set(void *arg, struct hs_arena *arena,
	const struct hs_validate_code *code, struct hs_slice value_set, struct hs_validate_finding *finding)
{
	const struct hs_validate_terminology *view = view_of(arg);

	return view->in_value_set ? view->in_value_set(view->arg, arena, code, value_set, finding) :
				    HS_VALIDATE_NO_VALUE_SET;
}

static enum hs_validate_answer in_rule(void *arg, struct hs_arena *arena, const struct hs_validate_code *code,
	const struct hs_json *include)
{
	const struct hs_validate_terminology *view = view_of(arg);

	return view->in_rule ? view->in_rule(view->arg, arena, code, include) : HS_VALIDATE_NO_SYSTEM;
}

static enum hs_validate_answer in_system(void *arg, struct hs_arena *arena,
	const struct hs_validate_code *code, struct hs_validate_finding *finding)
{
	const struct hs_validate_terminology *view = view_of(arg);

	return view->in_system ? view->in_system(view->arg, arena, code, finding) : HS_VALIDATE_NO_SYSTEM;
}

static enum hs_validate_answer subsumes(void *arg, struct hs_slice system, struct hs_slice above,
	struct hs_slice below)
{
	const struct hs_validate_terminology *view = view_of(arg);

	return view->subsumes ? view->subsumes(view->arg, system, above, below) : HS_VALIDATE_NO_SYSTEM;
}

static enum hs_status ask(void *arg, struct hs_arena *arena, const char *operation,
	const struct hs_json *parameters, struct hs_json **out, struct hs_error *err)
{
	const struct hs_validate_terminology *view = view_of(arg);

	return view->ask ? view->ask(view->arg, arena, operation, parameters, out, err) :
			   hs_fail(err, HS_E_NOT_SUPPORTED, "there is no terminology to ask");
}

static void close_sight(void *arg)
{
	struct sight *sight = arg;

	if (sight->view.close)
		sight->view.close(sight->view.arg);
	hs_library_unref(sight->library);
	hs_heap_free(sight);
}

struct hs_validate_terminology hs_cli_terms_for(struct hs_cli_terms *terms, struct hs_library *library)
{
	struct sight *sight = hs_heap_alloc(sizeof(*sight));

	*sight = (struct sight) { .terms = terms, .library = library ? hs_library_ref(library) : NULL };
	return (struct hs_validate_terminology) { .in_value_set = in_value_set,
		.in_rule = in_rule,
		.in_system = in_system,
		.subsumes = subsumes,
		.ask = ask,
		.close = close_sight,
		.arg = sight };
}
