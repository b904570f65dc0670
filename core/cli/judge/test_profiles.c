/* SPDX-License-Identifier: Apache-2.0 */
/* handslag test: profiles that scripts ask their answers to conform to, from packages and files. */
#include <core/cli/judge/test_private.h>
#include <core/cli/resources/validate_private.h>

#include <core/base/world.h>

/* What is known of one FHIR version; opened when a script first asks. */
struct of_version {
	bool tried;
	struct hs_error failure;
	struct validate_engine engine;
	struct validate_layer layer;
	struct hs_validator *validator; /* NULL: it could not be opened */
};

struct test_profiles {
	const struct hs_cli_list *packages, *definitions;
	struct of_version r4, r5;
};

struct test_profiles *hs_cli_test_profiles_new(struct hs_arena *arena, const struct hs_cli_list *packages,
	const struct hs_cli_list *definitions)
{
	struct test_profiles *profiles = hs_arena_alloc(arena, sizeof(*profiles));

	if (profiles)
		*profiles = (struct test_profiles) { .packages = packages, .definitions = definitions };
	return profiles;
}

static void close_version(struct of_version *of)
{
	if (of->layer.library)
		hs_cli_validate_layer_end(&of->layer);
	if (of->tried)
		hs_cli_validate_close(&of->engine);
}

void hs_cli_test_profiles_close(struct test_profiles *profiles)
{
	if (!profiles)
		return;
	close_version(&profiles->r4);
	close_version(&profiles->r5);
}

static struct of_version *version(struct test_profiles *profiles, enum hs_fhir_version fhir)
{
	struct of_version *of = fhir == HS_FHIR_R5 ? &profiles->r5 : &profiles->r4;
	struct validate_setup setup = { .fhir = fhir, .packages = profiles->packages };

	if (of->tried)
		return of;
	of->tried = true;
	enum hs_status status = hs_cli_validate_open(&of->engine, &setup, &of->failure);
	if (status)
		return of;
	of->validator = of->engine.validator;
	if (!profiles->definitions->count)
		return of;
	status = hs_cli_validate_layer_files(&of->engine, &of->layer, profiles->definitions, &of->failure);
	of->validator = status ? NULL : of->layer.validator;
	return of;
}

enum hs_status hs_cli_test_conform(void *arg, const struct hs_test_conformance *asked,
	struct hs_issues *issues, struct hs_error *err)
{
	struct of_version *of = version(arg, asked->fhir);
	const struct hs_world *world = hs_world_real();
	struct hs_validate_options options = { .profiles = &asked->profile,
		.profile_count = 1,
		.source = asked->source,
		.now_ms = world->wall_ms(world->ctx) };

	if (!of->validator)
		return hs_fail(err, HS_E_NOT_SUPPORTED, "the definitions cannot be read: %.200s",
			of->failure.text);
	struct hs_profiles *known = of->layer.profiles ? of->layer.profiles : of->engine.profiles;
	struct hs_error why = { .status = HS_OK };
	if (!hs_profiles_find(known, asked->profile, &why))
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"the profile %.*s is not known here; give its package with --package or its file "
			"with --def",
			HS_S_ARG(asked->profile));
	hs_validate(of->validator, asked->resource, &options, issues);
	return HS_OK;
}
