/* SPDX-License-Identifier: Apache-2.0 */
/* Codes that a ValueSet lists or a ConceptMap maps: each is held against its code system, and what is odd
 * about it is said at its line: unknown, not in use any more, called otherwise, of a version nobody has. */
#include <core/fhir/validate/rules/rules_private.h>

#include <core/base/nearest.h>

#define NEAR_MAX 50u    /* wrong codes of a rule for which another way of writing is looked for */
#define SYSTEMS_MAX 500 /* code systems that are compared with one that is not known */

bool hs__rules_has_terms(const struct hs__validation *run)
{
	return run->terms && run->terms->in_system && run->options->terms != HS_VALIDATE_TERMS_NONE;
}

enum hs_validate_answer hs__rules_in_system(struct hs__validation *run, struct hs_slice system,
	struct hs_slice version, struct hs_slice code)
{
	struct hs_validate_finding finding = { 0 };
	struct hs_validate_code asked = { system, version, code, HS_S_NONE, true, false };
	if (!hs__rules_has_terms(run) || !system.len)
		return HS_VALIDATE_UNSUPPORTED;
	return run->terms->in_system(run->terms->arg, run->arena, &asked, &finding);
}

/* ---- hints ---- */

static struct hs_slice in_case(struct hs_arena *arena, struct hs_slice text, char first, char last)
{
	char *copy = hs_arena_cstr(arena, text);
	for (size_t i = 0; copy && i < text.len; i++)
		if (copy[i] >= first && copy[i] <= last)
			copy[i] = (char)(copy[i] ^ 0x20);
	return copy ? hs_slice(copy, text.len) : HS_S_NONE;
}

struct hs_slice hs__rules_near_code(struct hs__validation *run, struct hs_slice system,
	struct hs_slice version, struct hs_slice code)
{
	struct hs_slice trimmed = hs_slice_trim(code);
	const struct hs_slice forms[] = { trimmed, in_case(run->arena, trimmed, 'a', 'z'),
		in_case(run->arena, trimmed, 'A', 'Z') };
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
		if (forms[i].len && !hs_slice_eq(forms[i], code) &&
			hs__rules_in_system(run, system, version, forms[i]) == HS_VALIDATE_YES)
			return hs_arena_printf(run->arena,
				HS__IN_WORDS(run, " (it has '%.*s')", " (det har '%.*s')"),
				HS_S_ARG(forms[i]));
	return HS_S_NONE;
}

struct systems {
	struct hs_arena *arena;
	const char *names[SYSTEMS_MAX + 1];
	size_t count;
};

static bool gather_system(void *arg, const struct hs_json *resource)
{
	struct systems *all = arg;
	struct hs_slice url = hs_json_get_text(resource, HS_S("url"));
	if (url.len && url.len <= HS_NEAR_MAX && hs_slice_eq(hs__rules_type(resource), HS_S("CodeSystem")))
		all->names[all->count++] = hs_arena_cstr(all->arena, url);
	return all->count < SYSTEMS_MAX;
}

/* Of those that were handed over: nobody misspells one of his own for one of a package. */
static struct hs_slice near_system(struct hs__validation *run, struct hs_slice system)
{
	struct systems all = { .arena = run->arena };
	hs_library_each_added(run->library, gather_system, &all);
	const char *near = hs_suggest(hs_arena_cstr(run->arena, system), all.names);
	if (!near || hs_slice_eq(hs_slice_cstr(near), system))
		return HS_S_NONE;
	return hs_arena_printf(run->arena, HS__IN_WORDS(run, "; did you mean %s?", "; menade du %s?"), near);
}

/* ---- a code ---- */

/* Of a code system of the library it is just not there; the terminology may say why. */
static struct hs_slice sentence(struct hs__validation *run, const struct hs_validate_code *code,
	const struct hs_validate_finding *finding)
{
	if (finding->message.len)
		return finding->message;
	return hs_arena_printf(run->arena,
		HS__IN_WORDS(run, "the code system '%.*s' has no code '%.*s'",
			"kodverket '%.*s' har ingen kod '%.*s'"),
		HS__SHOW(code->system), HS__SHOW(code->code));
}

static void say(struct hs__validation *run, const struct hs__node *concept, const char *below,
	const struct hs__fault *fault, struct hs_slice text)
{
	struct hs_slice name = hs_slice_cstr(below);
	struct hs__spot spot = { concept, name, hs_json_get(concept->value, name) };
	hs__validate_say(run, &spot, fault, "%.*s", HS_S_ARG(text));
}

static void say_unknown(struct hs__validation *run, const struct hs__node *concept,
	const struct hs_validate_code *code, const struct hs_validate_finding *finding, struct hs__listed *of)
{
	struct hs_slice near = of->wrong++ < NEAR_MAX ?
		hs__rules_near_code(run, code->system, code->version, code->code) :
		HS_S_NONE;
	say(run, concept, of->code_at, &(struct hs__fault) { of->unknown, "code-invalid", of->id },
		HS_ARENA_JOIN(run->arena, sentence(run, code, finding), near));
}

static void say_known(struct hs__validation *run, const struct hs__node *concept,
	const struct hs_validate_code *code, const struct hs_validate_finding *finding,
	const struct hs__listed *of)
{
	if (finding->right_display.len && !finding->loose_display)
		say(run, concept, of->display_at,
			&(struct hs__fault) { of->display, "invalid", "listed-display" },
			hs_arena_printf(run->arena,
				HS__IN_WORDS(run,
					"'%.*s' is not the display of '%.*s'; its code system says '%.*s'",
					"'%.*s' är inte benämningen på '%.*s'; kodverket säger '%.*s'"),
				HS__SHOW(code->display), HS__SHOW(code->code),
				HS__SHOW(finding->right_display)));
	if (finding->inactive)
		say(run, concept, of->code_at,
			&(struct hs__fault) { HS_SEVERITY_WARNING, "business-rule", "listed-inactive" },
			hs_arena_printf(run->arena,
				HS__IN_WORDS(run, "the code '%.*s' is not in use any more",
					"koden '%.*s' används inte längre"),
				HS__SHOW(code->code)));
	if (finding->abstract)
		say(run, concept, of->code_at,
			&(struct hs__fault) { HS_SEVERITY_INFORMATION, "business-rule", "listed-abstract" },
			hs_arena_printf(run->arena,
				HS__IN_WORDS(run,
					"the code '%.*s' only groups others and is not meant to be chosen",
					"koden '%.*s' grupperar bara andra och är inte till för att väljas"),
				HS__SHOW(code->code)));
}

enum hs_validate_answer hs__rules_listed(struct hs__validation *run, const struct hs__node *concept,
	struct hs__listed *of)
{
	struct hs_validate_finding finding = { 0 };
	struct hs_validate_code code = { .system = of->system,
		.version = of->version,
		.code = hs_json_get_text(concept->value, HS_S("code")),
		.display = hs_json_get_text(concept->value, HS_S("display")),
		.has_system = true,
		.swedish = run->options->swedish };
	if (!hs__rules_has_terms(run) || !of->system.len || !code.code.len)
		return HS_VALIDATE_UNSUPPORTED;
	enum hs_validate_answer answer = run->terms->in_system(run->terms->arg, run->arena, &code, &finding);
	if (answer == HS_VALIDATE_NO)
		say_unknown(run, concept, &code, &finding, of);
	else if (answer == HS_VALIDATE_YES)
		say_known(run, concept, &code, &finding, of);
	return answer;
}

/* ---- a code system ---- */

void hs__rules_listed_version(struct hs__validation *run, const struct hs__node *include,
	struct hs_slice system, struct hs_slice version)
{
	bool exact = true;
	if (!hs__rules_has_terms(run) || !version.len)
		return;
	struct hs_slice canonical = hs_arena_printf(run->arena, "%.*s|%.*s", HS_S_ARG(system),
		HS_S_ARG(version));
	const struct hs_json *known = hs_library_find(run->library, HS_S("CodeSystem"), canonical, &exact);
	/* One of which nothing is here has no version to check by; that is told by a note of its own. */
	if (known && !exact && !hs_slice_eq(hs_json_get_text(known, HS_S("content")), HS_S("not-present")))
		HS__WARN(run, include, "version", "not-found", "listed-version",
			HS__IN_WORDS(run,
				"version '%.*s' of the code system '%.*s' is not known; its codes are "
				"checked by version '%.*s'",
				"version '%.*s' av kodverket '%.*s' är inte känd; koderna prövas mot "
				"version '%.*s'"),
			HS__SHOW(version), HS__SHOW(system),
			HS__SHOW(hs_json_get_text(known, HS_S("version"))));
}

void hs__rules_listed_system(struct hs__validation *run, const struct hs__node *include,
	struct hs_slice system, bool in_part)
{
	if (in_part || hs_library_has(run->library, HS_S("CodeSystem"), system))
		HS__HINT(run, include, "", "not-found", "listed-system",
			HS__IN_WORDS(run,
				"of the code system '%.*s' only a part is known here, so not all of its "
				"codes are checked",
				"av kodverket '%.*s' är bara en del känd här, så inte alla koder prövas"),
			HS__SHOW(system));
	else
		HS__WARN(run, include, "", "not-found", "listed-system",
			HS__IN_WORDS(run,
				"the code system '%.*s' is not known here, so its codes are not checked%.*s",
				"kodverket '%.*s' är inte känt här, så dess koder prövas inte%.*s"),
			HS__SHOW(system), HS_S_ARG(near_system(run, system)));
}
