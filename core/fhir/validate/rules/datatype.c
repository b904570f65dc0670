/* SPDX-License-Identifier: Apache-2.0 */
/* Rules of data types: Attachment, Coding, Identifier, Quantity, Meta, SampledData, canonical (R4 datatypes,
 * section 2.24). */
#include <core/fhir/validate/rules/rules_private.h>

#include <handslag/ucum.h>

/* ---- Attachment: size is that of the data (section 2.24.0.5) ---- */

/* SHA-1 has 20 bytes, of whatever data (section 2.24.0.5). */
#define HASH_BYTES 20

void hs__rule_attachment(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice data = hs_json_get_text(node->value, HS_S("data"));
	int64_t said;
	int64_t have = hs__base64_size(data);
	if (data.len && have >= 0 && hs_json_i64(hs_json_get(node->value, HS_S("size")), &said) &&
		said != have)
		HS__FAIL(run, node, "", "invalid", "attachment-size",
			"size says %lld bytes, but the data has %lld", (long long)said, (long long)have);
	struct hs_slice hash = hs_json_get_text(node->value, HS_S("hash"));
	if (hash.len && hs__base64_size(hash) != HASH_BYTES)
		HS__WARN(run, node, "hash", "invalid", "attachment-hash",
			"the hash is SHA-1 in base64, which stands for %d bytes", HASH_BYTES);
	if (!data.len && !hs_json_get(node->value, HS_S("url")) &&
		!hs_json_get(node->value, HS_S("contentType")) &&
		!hs_json_get(node->value, HS_S("language")) && !hs_json_get(node->value, HS_S("extension")))
		HS__WARN(run, node, "", "business-rule", "attachment-empty",
			"an attachment has data or a url, or says at least what it would be (contentType, "
			"language)");
}

/* ---- Coding: its system (section 2.24.0.7) and the code in it ---- */

/* Terminologies that FHIR knows by these addresses (R4 section 4.3.1). Below them are editions, value sets
 * and pages, none of which is a code system. */
static const char *const listed_systems[] = { "http://snomed.info/sct", "http://loinc.org",
	"http://unitsofmeasure.org", "http://www.nlm.nih.gov/research/umls/rxnorm" };

/* The listed system that `address` begins with; empty when there is none. */
static struct hs_slice listed_system(struct hs_slice address)
{
	for (size_t i = 0; i < sizeof(listed_systems) / sizeof(listed_systems[0]); i++) {
		struct hs_slice listed = hs_slice_cstr(listed_systems[i]);
		char next = address.len > listed.len ? address.ptr[listed.len] : '/';
		if (hs_slice_starts(address, listed) &&
			(next == '/' || next == '|' || next == '?' || next == '#'))
			return listed;
	}
	return HS_S_NONE;
}

/* The system that is meant by one that is not known, when that is certain: a listed one, or an https that is
 * known as http (addresses of systems are names, and are compared letter by letter). */
static struct hs_slice meant_system(const struct hs__validation *run, struct hs_slice system)
{
	if (!hs_slice_starts(system, HS_S("https://")))
		return listed_system(system);
	struct hs_slice plain = hs_arena_printf(run->arena, "http%.*s", HS_S_ARG(hs_slice_from(system, 5)));
	struct hs_slice listed = listed_system(plain);
	return listed.len || !hs_library_has(run->library, HS_S("CodeSystem"), plain) ? listed : plain;
}

/* Pages about FHIR tell of code systems and are none. */
static bool is_page(struct hs_slice system)
{
	static const char *const sites[] = { "hl7.org/fhir/", "www.hl7.org/fhir/", "build.fhir.org/" };
	struct hs_slice host = hs_slice_from(system, hs_slice_starts(system, HS_S("https://")) ? 8 : 7);
	for (size_t i = 0; i < sizeof(sites) / sizeof(sites[0]); i++)
		if (hs_slice_starts(system, HS_S("http")) && hs_slice_starts(host, hs_slice_cstr(sites[i])))
			return hs_slice_ends(system, HS_S(".html"));
	return false;
}

static bool check_unknown(struct hs__validation *run, const struct hs__node *node, struct hs_slice system)
{
	struct hs_slice meant = meant_system(run, system);
	if (meant.len && !hs_slice_eq(meant, system))
		HS__FAIL_OTHERS(run, node, "system", "code-invalid", "coding-system-wrong",
			"'%.*s' is no code system; the system is %.*s, and an edition of it is a version",
			HS__SHOW(system), HS__SHOW(meant));
	else if (is_page(system))
		HS__FAIL_OTHERS(run, node, "system", "code-invalid", "coding-system-page",
			"'%.*s' is a page about a code system; the system is the url that the CodeSystem has",
			HS__SHOW(system));
	else
		return true;
	return false;
}

/* Systems are addresses; what is written as one and is something else misleads every reader. */
static bool check_system(struct hs__validation *run, const struct hs__node *node, struct hs_slice system)
{
	if (!hs__rules_is_absolute(system)) {
		HS__FAIL(run, node, "system", "code-invalid", "coding-system-absolute",
			"the system of a code must be an absolute URI, not '%.*s'", HS__SHOW(system));
		return false;
	}
	const struct hs_json *known = hs_library_find(run->library, HS_S("CodeSystem"), system, NULL);
	if (known &&
		(hs_json_get(known, HS_S("supplements")) ||
			hs_slice_eq(hs_json_get_text(known, HS_S("content")), HS_S("supplement")))) {
		HS__FAIL(run, node, "system", "invalid", "coding-system-supplement",
			"'%.*s' is a supplement; the system is what it supplements, %.*s", HS__SHOW(system),
			HS__SHOW(hs_json_get_text(known, HS_S("supplements"))));
		return false;
	}
	if (!known && hs_library_has(run->library, HS_S("ValueSet"), system)) {
		HS__FAIL(run, node, "system", "invalid", "coding-system-value-set",
			"'%.*s' is a value set; the system must be the code system that the code comes from",
			HS__SHOW(system));
		return false;
	}
	return known || check_unknown(run, node, system);
}

/* All codes of the system are here, but not those of the version. */
static bool is_of_other_version(const struct hs__validation *run, const struct hs_validate_code *code)
{
	const struct hs_json *known = code->version.len ?
		hs_library_find(run->library, HS_S("CodeSystem"), code->system, NULL) :
		NULL;
	return hs_slice_eq(hs_json_get_text(known, HS_S("content")), HS_S("complete"));
}

static void say_coding(struct hs__validation *run, const struct hs__node *node,
	const struct hs_validate_code *code, enum hs_validate_answer answer,
	const struct hs_validate_finding *finding)
{
	if (finding->right_display.len)
		hs__validate_add(run, node, HS_S("display"), NULL,
			finding->loose_display || run->options->any_display ? HS_SEVERITY_WARNING :
									      HS_SEVERITY_ERROR,
			"invalid", "coding-display", "'%.*s' is not the display of '%.*s'; write '%.*s'",
			HS__SHOW(code->display), HS__SHOW(code->code), HS__SHOW(finding->right_display));
	else if (answer == HS_VALIDATE_NO)
		HS__FAIL(run, node, "code", "code-invalid", "coding-unknown-code",
			"the code system '%.*s' has no code '%.*s'", HS__SHOW(code->system),
			HS__SHOW(code->code));
	else if (answer == HS_VALIDATE_YES && finding->inactive)
		HS__WARN(run, node, "code", "business-rule", "coding-inactive",
			"the code '%.*s' is not in use any more", HS__SHOW(code->code));
	else if (answer == HS_VALIDATE_NO_SYSTEM && is_of_other_version(run, code))
		HS__WARN(run, node, "version", "not-found", "coding-version",
			"version '%.*s' of the code system '%.*s' is not known here, so the code '%.*s' is "
			"not checked",
			HS__SHOW(code->version), HS__SHOW(code->system), HS__SHOW(code->code));
}

void hs__rule_coding(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_validate_finding finding = { 0 };
	struct hs_validate_code code = { .system = hs_json_get_text(node->value, HS_S("system")),
		.version = hs_json_get_text(node->value, HS_S("version")),
		.code = hs_json_get_text(node->value, HS_S("code")),
		.display = hs_json_get_text(node->value, HS_S("display")),
		.has_system = true };
	if (!code.system.len) {
		if (code.code.len)
			HS__WARN(run, node, "", "business-rule", "coding-no-system",
				"a code without a system means nothing to others; add the system");
		return;
	}
	if (!check_system(run, node, code.system) || !code.code.len || !run->terms ||
		!run->terms->in_system || run->options->terms == HS_VALIDATE_TERMS_NONE)
		return;
	enum hs_validate_answer answer = run->terms->in_system(run->terms->arg, run->arena, &code, &finding);
	say_coding(run, node, &code, answer, &finding);
}

/* ---- Identifier (section 2.24.0.6) ---- */

void hs__rule_identifier(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice system = hs_json_get_text(node->value, HS_S("system"));
	struct hs_slice value = hs_json_get_text(node->value, HS_S("value"));
	if (system.len && !hs__rules_is_absolute(system))
		HS__FAIL(run, node, "system", "code-invalid", "identifier-system-absolute",
			"the system of an Identifier must be an absolute URI, not '%.*s'", HS__SHOW(system));
	else if (hs_slice_eq(system, HS_S("urn:ietf:rfc:3986")) && value.len && !hs__rules_is_absolute(value))
		/* A definition is for everybody, so its name must be right; of other things it may still do.
		 */
		HS__SAY(hs_json_get(node->resource->value, HS_S("url")) && !hs__published_by_hl7(run, node) ?
				HS_SEVERITY_ERROR :
				HS_SEVERITY_WARNING,
			run, node, "value", "code-invalid", "identifier-uri",
			"with the system urn:ietf:rfc:3986 the value must be a whole URI, such as "
			"urn:oid:... or urn:uuid:..., not '%.*s'",
			HS__SHOW(value));
}

/* ---- Quantity (section 2.24.0.9): a unit's code has a system, and UCUM's is an expression of UCUM ---- */

void hs__rule_quantity(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_ucum unit;
	struct hs_error err;
	struct hs_slice code = hs_json_get_text(node->value, HS_S("code"));
	struct hs_slice system = hs_json_get_text(node->value, HS_S("system"));
	if (!code.len || !system.len || !check_system(run, node, system))
		return;
	if (hs_slice_eq(system, HS_S(HS_UCUM_URL)) && hs_ucum_parse(code, &unit, &err))
		HS__WARN(run, node, "code", "code-invalid", "quantity-ucum",
			"%s; with this system the code must be a unit of UCUM, such as mg or mm[Hg]",
			err.text);
}

/* ---- Meta (R4 section 2.1.4): labels are said once ---- */

#define LABELS_MAX 1000u

void hs__rule_meta(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_map labels;
	hs_map_init(&labels, run->arena);
	labels.seed = hs_hash_secret();
	HS__EACH_BELOW(label, node, "security") {
		bool fresh = true;
		struct hs_slice code = hs_json_get_text(label.value, HS_S("code"));
		if (code.len && labels.count < LABELS_MAX)
			hs_map_put(&labels,
				hs_arena_printf(run->arena, "%.*s|%.*s",
					HS_S_ARG(hs_json_get_text(label.value, HS_S("system"))),
					HS_S_ARG(code)),
				&fresh);
		if (!fresh)
			HS__FAIL(run, &label, "", "duplicate", "meta-security-twice",
				"the security label '%.*s' is there already", HS__SHOW(code));
	}
}

/* ---- SampledData (section 2.24.0.10): decimals, E, L and U between blanks ---- */

static bool is_sample(struct hs_slice text)
{
	size_t i = text.len && text.ptr[0] == '-';
	size_t digits = 0;
	bool point = false;
	if (text.len == 1 && (text.ptr[0] == 'E' || text.ptr[0] == 'L' || text.ptr[0] == 'U'))
		return true;
	for (; i < text.len; i++) {
		if (text.ptr[i] == '.' && !point && digits)
			point = true;
		else if (text.ptr[i] >= '0' && text.ptr[i] <= '9')
			digits++;
		else
			break;
	}
	if (!digits || i == text.len)
		return digits > 0;
	return (text.ptr[i] == 'e' || text.ptr[i] == 'E') && i + 1 < text.len; /* an exponent */
}

void hs__rule_sampled(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice rest = hs_json_get_text(node->value, HS_S("data"));
	while (rest.len) {
		size_t start = 0;
		size_t end;
		while (start < rest.len && (unsigned char)rest.ptr[start] <= ' ')
			start++;
		for (end = start; end < rest.len && (unsigned char)rest.ptr[end] > ' ';)
			end++;
		struct hs_slice sample = hs_slice(rest.ptr + start, end - start);
		rest = hs_slice_from(rest, end);
		if (!sample.len || is_sample(sample))
			continue;
		HS__FAIL(run, node, "data", "invalid", "sampled-data",
			"'%.*s' is no sample: a number, or E (error), L (below) or U (above the limits)",
			HS__SHOW(sample));
		return;
	}
}

/* ---- canonical (R4 references, section 2.3.0.6) ---- */

static bool is_contained(const struct hs__node *node, struct hs_slice id)
{
	const struct hs__node *container = hs__rules_container(node);
	HS_JSON_EACH(item, hs__rules_array(container ? container->value : NULL, "contained"))
		if (hs_slice_eq(hs_json_get_text(item, HS_S("id")), id))
			return true;
	return !container || !id.len;
}

/* What the element takes by that address; false when it takes anything, or has it. */
static bool is_missing(struct hs__validation *run, const struct hs_def_use *use, struct hs_slice url)
{
	for (uint32_t i = 0; i < use->target_count; i++) {
		const struct hs_def_type *type = hs_defs_type_at(run->defs,
			hs_defs_target_at(run->defs, use->first_target + i));
		if (!type || type->abstract ||
			hs_library_has(run->library, hs_defs_text(run->defs, type->name), url))
			return false;
	}
	return use->target_count > 0;
}

/* An address that is known, as that of something else than the element takes: a code system for a value set.
 */
static void check_kind(struct hs__validation *run, const struct hs__node *node, struct hs_slice text)
{
	static const char *const kinds[] = { "CodeSystem", "ValueSet", "StructureDefinition", "ConceptMap",
		"Questionnaire", "Library", "Measure", "PlanDefinition", "ActivityDefinition",
		"SearchParameter", "OperationDefinition", "CapabilityStatement", "StructureMap" };
	struct hs_buf list;
	struct hs_slice url = hs__rules_canonical(text, NULL);
	const struct hs_def_use *use = hs_defs_use_of(run->defs, node->def, node->type);
	if (!use || !is_missing(run, use, url))
		return;
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (!hs_library_has(run->library, hs_slice_cstr(kinds[i]), url))
			continue;
		hs_buf_init(&list, run->arena, 600);
		hs_defs_show_targets(&list, run->defs, use);
		HS__FAIL_OTHERS(run, node, "", "invalid", "canonical-kind",
			"'%.*s' is a %s, but what is named here is a %.*s", HS__SHOW(text), kinds[i],
			HS_S_ARG(hs_buf_slice(&list)));
		return;
	}
}

/* FHIR's own examples write "Library/x", for the server that the resource is on; but a profile that a
 * resource claims to follow must be found by everybody. */
void hs__rule_canonical(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice text = hs_json_text(node->value);
	bool claim = hs_slice_eq(node->name, HS_S("profile")) && node->up &&
		hs_slice_eq(node->up->name, HS_S("meta"));
	hs__rule_uri(run, node);
	if (!text.len)
		return;
	/* One of the published examples has lost what it contained, so this refuses nobody. */
	if (text.ptr[0] == '#' && !is_contained(node, hs_slice_from(text, 1)))
		HS__WARN(run, node, "", "not-found", "canonical-contained",
			"there is no contained resource with the id '%.*s'",
			HS__SHOW(hs_slice_from(text, 1)));
	else if (text.ptr[0] != '#' && !hs__rules_is_absolute(text))
		HS__SAY(claim ? HS_SEVERITY_ERROR : HS_SEVERITY_WARNING, run, node, "", "invalid",
			"canonical-absolute",
			"a canonical should be an absolute URL, or '#' with the id of a contained resource, "
			"not '%.*s'",
			HS__SHOW(text));
	else if (!claim)
		check_kind(run, node, text);
}
