/* SPDX-License-Identifier: Apache-2.0 */
/* $lookup and $subsumes of CodeSystem (R4 sections 4.8.16 and 4.8.18). */
#include "operations.h"

#include "again.h"
#include "../compile/source.h"
#include "../compile/tree.h"
#include "../compile/version.h"

struct asked {
	struct hs_slice system, version, code;
};

static enum hs_status read_asked(struct tx_context *ctx, struct asked *out, struct hs_error *err)
{
	const struct tx_params *params = &ctx->params;
	const struct hs_json *coding = params->coding;

	*out = (struct asked) { params->system.len ? params->system : params->url, params->version,
		params->code };
	if (coding)
		*out = (struct asked) { hs_json_get_text(coding, HS_S("system")),
			hs_json_get_text(coding, HS_S("version")), hs_json_get_text(coding, HS_S("code")) };
	enum hs_status status = hs_tx_refuse_two_codes(ctx, err);
	if (status)
		return status;
	if (!out->system.len)
		return hs_tx_refuse(ctx, TX_MSG_NO_SYSTEM, 400, HS_S_NONE, (struct tx_args) { { HS_S_NONE } },
			err);
	if (!out->code.len && !params->a.code.len && !params->a.coding)
		return hs_tx_fault(ctx, HS_E_REQUIRED, TX_MSG_OWN_NO_CODE, HS_S("code"),
			(struct tx_args) { { HS_S_NONE } }, err);
	return HS_OK;
}

static enum hs_status find_system(struct tx_context *ctx, const struct asked *asked, struct tx_system *out,
	struct hs_error *err)
{
	struct hs_slice url, version;

	hs_tx_canonical(asked->system, &url, &version);
	if (asked->version.len)
		version = asked->version;
	struct tx_resolved resolved = hs_tx_resolve(ctx, url, version);
	struct hs_slice other = resolved.system.row ? HS_S_NONE : hs_tx_system_of_name(&ctx->scope, url);
	if (other.len)
		resolved = hs_tx_resolve(ctx, other, version);
	if (!resolved.system.row) {
		struct hs_slice known = hs_tx_known_versions(ctx, url);
		enum tx_message id = !resolved.asked.len ? TX_MSG_UNKNOWN_CODESYSTEM :
			known.len                        ? TX_MSG_UNKNOWN_CODESYSTEM_VERSION :
							   TX_MSG_UNKNOWN_CODESYSTEM_VERSION_NONE;
		return hs_tx_refuse(ctx, id, 404, HS_S_NONE,
			(struct tx_args) { { url, resolved.asked, known } }, err);
	}
	*out = resolved.system;
	return HS_OK;
}

/* `path` is the parameter that named the code. */
static enum hs_status find_concept(struct tx_context *ctx, struct tx_system s, struct hs_slice code,
	struct hs_slice path, uint32_t *out, struct hs_error *err)
{
	*out = hs_tx_find_code(ctx->arena, s, code, NULL);
	if (*out != TX_NONE)
		return HS_OK;
	struct hs_slice url = TX_SYSTEM_URL(s), version = TX_SYSTEM_VERSION(s);
	hs_tx_refuse(ctx, version.len ? TX_MSG_Unknown_Code_in_Version : TX_MSG_Unknown_Code_in, 404, path,
		(struct tx_args) { { code, url, version } }, err);
	hs_tx_add_reasons(ctx, hs_tx_remarks(ctx, s, code, TX_NONE), err);
	return err->status;
}

/* ---- properties ---- */

struct lookup {
	struct tx_context *ctx;
	struct tx_system system;
	uint32_t concept;
	struct tx_told told;
	struct tx_system *supplements;
	size_t supplement_count;
};

/* Without a list of properties the standard ones are told, as the specification allows the server to choose.
 */
static bool wants(const struct lookup *l, struct hs_slice code)
{
	const struct tx_params *params = &l->ctx->params;

	for (size_t i = 0; i < params->property_count; i++)
		if (hs_slice_eq(params->properties[i], HS_S("*")) || hs_slice_eq(params->properties[i], code))
			return true;
	return false;
}

static struct hs_json *value_of(struct hs_arena *arena, const struct tx_property *p)
{
	struct hs_json *tree = NULL;
	struct hs_error ignored;

	if (hs_slice_eq(p->key, HS_S("valueBoolean")))
		return hs_json_bool(arena, hs_slice_eq(p->value, HS_S("true")));
	if (hs_slice_eq(p->key, HS_S("valueInteger")) || hs_slice_eq(p->key, HS_S("valueDecimal")))
		return hs_json_number(arena, p->value);
	if (hs_slice_eq(p->key, HS_S("valueCoding")) &&
		hs_json_parse(arena, p->value, NULL, &tree, &ignored) == HS_OK)
		return tree;
	return hs_json_string(arena, p->value);
}

static void add_kin(struct lookup *l, const char *name, const uint32_t *list, size_t count)
{
	if (!wants(l, hs_slice_cstr(name)))
		return;
	for (size_t i = 0; i < count; i++) {
		TX_TELL_OPEN(&l->told, "property");
		TX_TELL(&l->told, "code", "valueCode", hs_slice_cstr(name));
		TX_TELL(&l->told, "value", "valueCode", hs_tx_code(l->system, list[i]));
		TX_TELL(&l->told, "description", "valueString", hs_tx_display(l->ctx, l->system, list[i]));
		hs_tx_tell_close(&l->told);
	}
}

static void add_property(struct lookup *l, const struct tx_property *p)
{
	struct hs_arena *arena = l->ctx->arena;

	TX_TELL_OPEN(&l->told, "property");
	TX_TELL(&l->told, "code", "valueCode", p->code);
	hs_tx_tell_value(&l->told, "value", hs_arena_cstr(arena, p->key), value_of(arena, p));
	hs_tx_tell_close(&l->told);
}

static void add_state(struct lookup *l)
{
	if (hs_tx_is_inactive(l->system, l->concept))
		TX_TELL_FIXED(&l->told, "property", "part",
			"[{\"name\":\"code\",\"valueCode\":\"inactive\"},"
			"{\"name\":\"value\",\"valueBoolean\":true}]");
	else
		TX_TELL_FIXED(&l->told, "property", "part",
			"[{\"name\":\"code\",\"valueCode\":\"inactive\"},"
			"{\"name\":\"value\",\"valueBoolean\":false}]");
}

static void add_properties(struct lookup *l)
{
	struct tx_properties all = { NULL, 0, 0 };
	size_t count = 0;

	if (l->ctx->params.property_count)
		hs_tx_properties(l->ctx->arena, l->system, l->concept, l->supplements, l->supplement_count,
			&all);
	for (size_t i = 0; i < all.count; i++) {
		const struct tx_property *p = &all.items[i];
		bool kin = hs_slice_eq(p->code, HS_S("parent")) || hs_slice_eq(p->code, HS_S("child"));
		bool told = hs_slice_eq(p->code, HS_S("inactive"));
		if (!kin && !told && wants(l, p->code))
			add_property(l, p);
	}
	const uint32_t *parents = hs_tx_parents(l->system, l->concept, &count);
	add_kin(l, "parent", parents, count);
	const uint32_t *children = hs_tx_children(l->system, l->concept, &count);
	add_kin(l, "child", children, count);
	if (!l->ctx->params.property_count || wants(l, HS_S("inactive")))
		add_state(l);
}

/* ---- designations ---- */

/* Language and use, which few are of. */
static void tell_kind(struct lookup *l, const struct tx_designation *d)
{
	struct tx_again again = { .key = { TX_AGAIN_BASE, { d->language } } };
	struct tx_told *t = &l->told;

	if (!d->base)
		again.key = (struct tx_again_key) { TX_AGAIN_DESIGNATION,
			{ d->language, d->use_system, d->use_code, d->use_display } };
	if (hs_tx_again_told(&again, t, l->system.layer))
		return;
	TX_TELL_OPEN(t, "designation");
	TX_TELL(t, "language", "valueCode", d->language);
	if (d->base)
		TX_TELL_FIXED(t, "use", "valueCoding",
			"{\"system\":\"http://terminology.hl7.org/CodeSystem/hl7TermMaintInfra\","
			"\"code\":\"preferredForLanguage\"}");
	else if (d->use_code.len)
		TX_TELL_CODING(t, "use", d->use_system, d->use_code, d->use_display);
	hs_tx_again_learn(&again);
}

static void add_designation(struct lookup *l, const struct tx_designation *d)
{
	struct tx_told *t = &l->told;

	tell_kind(l, d);
	TX_TELL(t, "source", "valueCanonical", d->source);
	TX_TELL(t, "value", "valueString", d->value);
	hs_tx_tell_close(t);
}

/* The property lang.X stands for the designations in language X (R4 section 4.8.16.1, property). */
static bool wants_language(const struct lookup *l, struct hs_slice language)
{
	const struct tx_params *params = &l->ctx->params;

	for (size_t i = 0; i < params->property_count; i++)
		if (hs_slice_starts(params->properties[i], HS_S("lang.")) &&
			hs_language_fit(hs_slice_from(params->properties[i], 5), language) >= 2)
			return true;
	return false;
}

static void add_designations(struct lookup *l)
{
	bool all = !l->ctx->params.property_count || wants(l, HS_S("designation"));
	struct tx_designations texts = { NULL, 0, 0 };

	hs_tx_texts(l->ctx, l->system, l->concept, &texts);
	for (size_t i = 0; i < texts.count; i++)
		if (texts.items[i].value.len && (all || wants_language(l, texts.items[i].language)))
			add_designation(l, &texts.items[i]);
}

/* "A display name for the code system", which an answer must have. */
static struct hs_slice name_of(struct tx_system system)
{
	struct hs_slice name = tx_system_text(system, system.row->head.name);

	if (!name.len)
		name = tx_system_text(system, system.row->head.title);
	return name.len ? name : TX_SYSTEM_URL(system);
}

static void tell_system(struct lookup *l)
{
	const struct hs_slice name = name_of(l->system), url = TX_SYSTEM_URL(l->system),
			      version = TX_SYSTEM_VERSION(l->system);
	struct tx_again again = { .key = { TX_AGAIN_SYSTEM, { name, url, version } } };

	if (hs_tx_again_told(&again, &l->told, l->system.layer))
		return;
	TX_TELL(&l->told, "name", "valueString", name);
	TX_TELL(&l->told, "system", "valueUri", url);
	TX_TELL(&l->told, "version", "valueString", version);
	hs_tx_again_learn(&again);
}

enum hs_status hs_tx_lookup(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	struct tx_system supplements[TX_NAMES_MAX];
	struct lookup l = { .ctx = ctx, .supplements = supplements };
	struct asked asked;
	enum hs_status status = hs_tx_refuse_past(ctx, err);

	if (status == HS_OK)
		status = read_asked(ctx, &asked, err);
	if (status == HS_OK)
		status = hs_tx_find_supplements(ctx, (struct tx_set) { NULL, NULL }, err);
	if (status == HS_OK)
		status = find_system(ctx, &asked, &l.system, err);
	if (status == HS_OK && l.system.row)
		status = find_concept(ctx, l.system, asked.code, HS_S("code"), &l.concept, err);
	if (status || !l.system.row)
		return status;
	hs_tx_expect_texts(l.system, l.concept);
	struct tx_concept concept = hs_tx_concept(l.system, l.concept);
	l.supplement_count = hs_tx_supplements_of(ctx, l.system, l.supplements);
	hs_tx_tell_begin(&l.told, ctx);
	tell_system(&l);
	TX_TELL(&l.told, "code", "valueCode", concept.code);
	TX_TELL(&l.told, "display", "valueString", hs_tx_display(ctx, l.system, l.concept));
	TX_TELL(&l.told, "definition", "valueString", concept.definition);
	TX_TELL_BOOL(&l.told, "abstract", concept.flags & TX_ABSTRACT);
	for (size_t i = 0; i < l.supplement_count; i++)
		TX_TELL(&l.told, "used-supplement", "valueCanonical",
			hs_tx_vurl(ctx->arena, TX_SYSTEM_URL(l.supplements[i]),
				TX_SYSTEM_VERSION(l.supplements[i])));
	add_designations(&l);
	add_properties(&l);
	return hs_tx_tell_end(&l.told, out, err);
}

/* ---- $subsumes ---- */

/* How a code is asked for: by itself or as a coding. */
struct names {
	struct hs_slice code, coding, code_of_coding;
};
#define NAMES(letter) \
	{ \
		HS_S_INIT("code" letter), HS_S_INIT("coding" letter), HS_S_INIT("coding" letter ".code") \
	}

static enum hs_status find_one(struct tx_context *ctx, struct tx_system s, const struct tx_asked_code *asked,
	const struct names *names, uint32_t *out, struct hs_error *err)
{
	struct hs_slice code = asked->code;

	if (asked->coding) {
		code = hs_json_get_text(asked->coding, HS_S("code"));
		if (!hs_slice_eq(hs_json_get_text(asked->coding, HS_S("system")), TX_SYSTEM_URL(s)))
			return hs_tx_fault(ctx, HS_E_VALUE, TX_MSG_OWN_TWO_SYSTEMS, names->coding,
				(struct tx_args) { { names->coding, TX_SYSTEM_URL(s) } }, err);
		struct hs_slice version = hs_json_get_text(asked->coding, HS_S("version"));
		if (!hs_tx_version_meets(version, TX_SYSTEM_VERSION(s)))
			return hs_tx_fault(ctx, HS_E_VALUE, TX_MSG_OWN_TWO_VERSIONS, names->coding,
				(struct tx_args) { { names->coding, version, TX_SYSTEM_VERSION(s) } }, err);
	}
	if (!code.len)
		return hs_tx_fault(ctx, HS_E_REQUIRED, TX_MSG_OWN_EITHER, names->code,
			(struct tx_args) { { names->code, names->coding } }, err);
	return find_concept(ctx, s, code, asked->coding ? names->code_of_coding : names->code, out, err);
}

enum hs_status hs_tx_subsumes(struct tx_context *ctx, struct hs_json **out, struct hs_error *err)
{
	static const struct names first_names = NAMES("A"), second_names = NAMES("B");
	const struct hs_json *first = ctx->params.a.coding;
	struct asked asked;
	struct tx_system s = { NULL, NULL };
	uint32_t a = TX_NONE, b = TX_NONE;

	if (first && !ctx->params.system.len)
		ctx->params.system = hs_json_get_text(first, HS_S("system"));
	if (first && !ctx->params.version.len)
		ctx->params.version = hs_json_get_text(first, HS_S("version"));
	enum hs_status status = read_asked(ctx, &asked, err);
	if (status == HS_OK)
		status = find_system(ctx, &asked, &s, err);
	if (status || !s.row)
		return status;
	status = find_one(ctx, s, &ctx->params.a, &first_names, &a, err);
	if (status == HS_OK)
		status = find_one(ctx, s, &ctx->params.b, &second_names, &b, err);
	if (status)
		return status;
	const struct tx_source *source = hs_tx_source(s);
	bool same = a == b || (source && source->same && source->same(s, a, b));
	const char *outcome = same      ? "equivalent" :
		hs_tx_is_below(s, b, a) ? "subsumes" :
		hs_tx_is_below(s, a, b) ? "subsumed-by" :
					  "not-subsumed";
	struct tx_told told;
	hs_tx_tell_begin(&told, ctx);
	TX_TELL(&told, "outcome", "valueCode", hs_slice_cstr(outcome));
	return hs_tx_tell_end(&told, out, err);
}
