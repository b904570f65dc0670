/* SPDX-License-Identifier: Apache-2.0 */
/* ValueSet (R4 section 4.9): the code systems, codes and value sets that its rules name. */
#include <core/fhir/validate/rules/rules_private.h>

#define IMPORTS_MAX 64u /* value sets within value sets that a circle is looked for in */

/* ---- what a wrong code is ---- */

/* A value set with a code that is none cannot be used as it stands, and that is an error, as to HL7's own
 * validator. A word is enough of one that is withdrawn, that HL7 itself has published, or that is contained:
 * the data around it should not be refused for the list that somebody copied into it. */
static enum hs_severity severity_of(const struct hs__validation *run, const struct hs__node *rule)
{
	const struct hs__node *set = rule->resource;
	bool contained = set->up && hs_slice_eq(set->name, HS_S("contained"));
	bool retired = hs_slice_eq(hs_json_get_text(set->value, HS_S("status")), HS_S("retired"));
	return contained || retired || hs__published_by_hl7(run, rule) ? HS_SEVERITY_WARNING :
									 HS_SEVERITY_ERROR;
}

/* ---- rules that list codes ---- */

/* A code that is listed again is a slip, often of the one that was meant in its place. */
static void check_twice(struct hs__validation *run, const struct hs__node *concept, struct hs_map *seen)
{
	bool fresh = true;
	struct hs_slice code = hs_json_get_text(concept->value, HS_S("code"));
	struct hs_map_slot *slot = code.len ? hs_map_put(seen, code, &fresh) : NULL;
	uint64_t place = (uint64_t)concept->index;
	if (!slot)
		return;
	if (!fresh)
		HS__WARN(run, concept, "", "duplicate", "value-set-code-twice",
			HS__IN_WORDS(run, "the code '%.*s' is listed already, as concept[%u]",
				"koden '%.*s' är redan uppräknad, som concept[%u]"),
			HS__SHOW(code), (unsigned)slot->value.number);
	else
		slot->value.number = place;
}

static void check_listed(struct hs__validation *run, const struct hs__node *rule, struct hs_slice system)
{
	struct hs__listed of = { .system = system,
		.version = hs_json_get_text(rule->value, HS_S("version")),
		.code_at = "",
		.display_at = "",
		.unknown = severity_of(run, rule),
		.display = HS_SEVERITY_INFORMATION, /* a value set may call a code by another name */
		.id = "value-set-code" };
	bool all_told = true, some_told = false;
	struct hs_map seen;
	hs_map_init(&seen, run->arena);
	seen.seed = hs_hash_secret();
	hs__rules_listed_version(run, rule, system, of.version);
	HS__EACH_BELOW(concept, rule, "concept") {
		check_twice(run, &concept, &seen);
		enum hs_validate_answer answer = hs__rules_listed(run, &concept, &of);
		all_told = all_told && answer != HS_VALIDATE_NO_SYSTEM;
		some_told = some_told || answer == HS_VALIDATE_YES || answer == HS_VALIDATE_NO;
	}
	if (!all_told)
		hs__rules_listed_system(run, rule, system, some_told);
}

/* ---- rules that do not: the terminology is asked whether it can follow them ---- */

static void ask_in(struct hs__validation *run, struct hs_json *question)
{
	hs_parameters_add(run->arena, question, HS_S("count"), HS_S("valueInteger"),
		hs_json_int(run->arena, 0));
	if (run->options->swedish)
		hs_parameters_add(run->arena, question, HS_S("displayLanguage"), HS_S("valueCode"),
			hs_json_string(run->arena, HS_S("sv")));
}

/* Can it be expanded? A set without an end of codes is none the worse for that. */
static enum hs_status expand(struct hs__validation *run, struct hs_json *question, struct hs_error *err)
{
	struct hs_json *answer = NULL;
	ask_in(run, question);
	enum hs_status status = run->terms->ask(run->terms->arg, run->arena, "ValueSet/$expand", question,
		&answer, err);
	return status == HS_E_TOO_COSTLY ? HS_OK : status;
}

/* A value set of what the rule takes of its code system, and of nothing else. */
static struct hs_json *alone(struct hs_arena *arena, const struct hs_json *rule)
{
	struct hs_json *set = hs_json_object(arena), *copy = hs_json_clone(arena, rule);
	(void)hs_json_take(copy, HS_S("valueSet"));
	hs_json_add_text(arena, set, HS_S("resourceType"), HS_S("ValueSet"));
	hs_json_add_text(arena, set, HS_S("status"), HS_S("active"));
	hs_json_push(hs_json_add_array(arena, hs_json_add_object(arena, set, HS_S("compose")),
			     HS_S("include")),
		copy);
	return set;
}

static void check_rule(struct hs__validation *run, const struct hs__node *rule, struct hs_slice url,
	const struct hs_json *system)
{
	struct hs_error why = { .status = HS_OK };
	struct hs_json *question = hs_parameters(run->arena);
	if (!hs__rules_has_terms(run) ||
		hs_slice_eq(hs_json_get_text(system, HS_S("content")), HS_S("complete")))
		return;
	hs_parameters_add(run->arena, question, HS_S("valueSet"), HS_S("resource"),
		alone(run->arena, rule->value));
	enum hs_status status = expand(run, question, &why);
	if (status == HS_E_NOT_FOUND || status == HS_E_NOT_SUPPORTED)
		hs__rules_listed_system(run, rule, url, false);
	else if (status)
		HS__SAY(severity_of(run, rule), run, rule, "", "processing", "value-set-rule",
			HS__IN_WORDS(run, "the rule cannot be followed: %s", "regeln kan inte följas: %s"),
			why.text);
}

/* ---- imports: a value set that includes itself has no codes (R4 section 4.9.5) ---- */

/* Does a value set that `set` includes, or one within it, have the url? `budget` bounds the look. */
static bool includes_url(struct hs__validation *run, const struct hs_json *set, struct hs_slice url,
	uint32_t *budget)
{
	HS_JSON_EACH(include, hs__rules_array(hs_json_get(set, HS_S("compose")), "include"))
		HS_JSON_EACH(import, hs__rules_array(include, "valueSet")) {
			struct hs_slice canonical = hs_json_text(import);
			if (hs_slice_eq(hs__rules_canonical(canonical, NULL), url))
				return true;
			const struct hs_json *next = *budget ?
				hs_library_find(run->library, HS_S("ValueSet"), canonical, NULL) :
				NULL;
			*budget -= *budget > 0;
			if (next && next != set && includes_url(run, next, url, budget))
				return true;
		}
	return false;
}

/* One that is not at hand may be one that the terminology makes up from its address. */
static void check_known(struct hs__validation *run, const struct hs__node *import, struct hs_slice canonical,
	const struct hs_json *set)
{
	struct hs_error why = { .status = HS_OK };
	struct hs_json *question = hs_parameters(run->arena);
	struct hs_slice version = HS_S_NONE;
	bool exact = true;
	if (!canonical.len || !hs__rules_has_terms(run) || hs_slice_starts(canonical, HS_S("#")))
		return;
	hs__rules_canonical(canonical, &version);
	if (set && version.len)
		hs_library_find(run->library, HS_S("ValueSet"), canonical, &exact);
	if (set && exact)
		return;
	hs_parameters_add(run->arena, question, HS_S("url"), HS_S("valueUri"),
		hs_json_string(run->arena, canonical));
	enum hs_status status = expand(run, question, &why);
	if (status == HS_E_NOT_FOUND || status == HS_E_NOT_SUPPORTED)
		HS__WARN(run, import, "", "not-found", "value-set-import",
			HS__IN_WORDS(run,
				"the value set '%.*s' is not known here, so what it adds is not either",
				"värdemängden '%.*s' är inte känd här, alltså inte heller vad den tillför"),
			HS__SHOW(canonical));
	else if (status)
		HS__WARN(run, import, "", "processing", "value-set-import",
			HS__IN_WORDS(run, "the value set '%.*s' cannot be used: %s",
				"värdemängden '%.*s' kan inte användas: %s"),
			HS__SHOW(canonical), why.text);
}

static void check_imports(struct hs__validation *run, const struct hs__node *include)
{
	uint32_t budget = IMPORTS_MAX;
	struct hs_slice own = hs_json_get_text(include->resource->value, HS_S("url"));
	HS__EACH_BELOW(import, include, "valueSet") {
		struct hs_slice canonical = hs_json_text(import.value);
		const struct hs_json *set = hs__rules_resource_of(run, include, "ValueSet", canonical);
		bool circular = own.len && hs_slice_eq(hs__rules_canonical(canonical, NULL), own);
		if (circular || (own.len && set && includes_url(run, set, own, &budget)))
			HS__FAIL(run, &import, "", "invalid", "value-set-circular",
				HS__IN_WORDS(run, "the value set includes itself%s%.*s",
					"värdemängden innefattar sig själv%s%.*s"),
				circular                      ? "" :
					run->options->swedish ? " genom " :
								" through ",
				HS__SHOW(circular ? HS_S_NONE : canonical));
		else
			check_known(run, &import, canonical, set);
	}
}

/* False: what is named as the system is none: a value set, this one among them, or a supplement. */
static bool check_system(struct hs__validation *run, const struct hs__node *include, struct hs_slice url,
	const struct hs_json *system)
{
	struct hs_slice own = hs_json_get_text(include->resource->value, HS_S("url"));
	bool set = !system && (hs_slice_eq(url, own) || hs_library_has(run->library, HS_S("ValueSet"), url));
	bool supplement = hs_slice_eq(hs_json_get_text(system, HS_S("content")), HS_S("supplement"));
	if (set)
		HS__FAIL(run, include, "system", "invalid", "value-set-system",
			HS__IN_WORDS(run,
				"'%.*s' is a value set; name it in valueSet, or give the code system",
				"'%.*s' är en värdemängd; ange den i valueSet, eller ange kodverket"),
			HS__SHOW(url));
	if (supplement)
		HS__FAIL(run, include, "system", "invalid", "value-set-system",
			HS__IN_WORDS(run, "'%.*s' is a supplement; the system is what it supplements",
				"'%.*s' är ett tillägg (supplement); ange kodverket som det kompletterar"),
			HS__SHOW(url));
	return !set && !supplement;
}

static void check_include(struct hs__validation *run, const struct hs__node *include)
{
	check_imports(run, include);
	uint32_t before = run->issues->count;
	struct hs_slice url = hs_json_get_text(include->value, HS_S("system")), version = HS_S_NONE;
	struct hs_slice plain = hs__rules_canonical(url, &version);
	if (!url.len)
		return;
	if (!hs__rules_is_absolute(plain)) {
		HS__FAIL_OTHERS(run, include, "", "invalid", "value-set-system-absolute",
			"the system must be an absolute URI, not '%.*s'; name even a contained code system "
			"by its url",
			HS__SHOW(url));
		return;
	}
	const struct hs_json *system = hs_library_find(run->library, HS_S("CodeSystem"), url, NULL);
	if (!check_system(run, include, url, system))
		return;
	if (version.len) /* a '|' is in no URI; found here all the same, but not by every server */
		HS__FAIL_OTHERS(run, include, "system", "invalid", "value-set-system-version",
			HS__IN_WORDS(run,
				"the system '%.*s' has a version in it: the system is '%.*s', and its "
				"version is said in version",
				"i systemet '%.*s' står en version: systemet är '%.*s', och dess "
				"version anges i version"),
			HS__SHOW(url), HS__SHOW(plain));
	HS__EACH_BELOW(filter, include, "filter")
		hs__value_set_filter(run, &filter, url, system);
	if (hs_json_get(include->value, HS_S("concept")))
		check_listed(run, include, url);
	else if (run->issues->count == before)
		check_rule(run, include, url, system);
}

void hs__rule_value_set(struct hs__validation *run, const struct hs__node *node)
{
	struct hs__node compose = hs__below(node, "compose", -1, hs_json_get(node->value, HS_S("compose")));
	HS__EACH_BELOW(include, &compose, "include")
		check_include(run, &include);
	HS__EACH_BELOW(exclude, &compose, "exclude")
		check_include(run, &exclude);
}
