/* SPDX-License-Identifier: Apache-2.0 */
/* What a profile may not do to an element of its base: let something through that the base does not (R4
 * Profiling, section 5.1.0.5; ElementDefinition, section 2.28). */
#include <core/fhir/profile/snapshot_private.h>

static struct hs_slice path_of(const struct hs_json *change)
{
	return hs_slice_first(hs_json_get_text(change, HS_S("path")), 200);
}

static struct hs_slice shown(const struct hs_json *value)
{
	return hs_slice_first(hs_json_text(value), 100);
}

/* ---- how many ---- */

static uint64_t upper_bound(struct hs_slice max)
{
	uint64_t value = 0;
	return hs_slice_eq(max, HS_S("*")) || !hs_slice_u64(max, &value) ? UINT64_MAX : value;
}

/* One side stays as the base has it; two of one element are an invariant's matter (eld-2). */
static void check_span(struct hs__snapshot *snapshot, const struct hs_json *change, int64_t min,
	struct hs_slice max)
{
	bool both = hs_json_get(change, HS_S("min")) && hs_json_get(change, HS_S("max"));
	if (!both && min > 0 && max.len && (uint64_t)min > upper_bound(max))
		hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
			"%.*s: at least %lld are asked for and at most %.*s allowed, together with the base",
			HS_S_ARG(path_of(change)), (long long)min, HS_S_ARG(hs_slice_first(max, 20)));
}

static void check_bounds(struct hs__snapshot *snapshot, const struct hs__shot *shot,
	const struct hs_json *change)
{
	int64_t base_min = 0;
	int64_t min = 0;
	struct hs_slice base_max = hs_json_get_text(shot->element, HS_S("max"));
	struct hs_slice max = hs_json_get_text(change, HS_S("max"));
	bool based = hs_json_i64(hs_json_get(shot->element, HS_S("min")), &base_min);
	bool said = hs_json_i64(hs_json_get(change, HS_S("min")), &min);
	bool higher = max.len && base_max.len && upper_bound(max) > upper_bound(base_max);
	if (based && said && min < base_min)
		hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
			"%.*s: min %lld is lower than the base's %lld; a profile can only narrow",
			HS_S_ARG(path_of(change)), (long long)min, (long long)base_min);
	if (higher) /* of a new slice the base says nothing: its bound is that of all slices together */
		hs__shot_fail(snapshot, shot->fresh ? HS_SEVERITY_WARNING : HS_SEVERITY_ERROR,
			"%.*s: max %.*s is higher than the base's %.*s; a profile can only narrow",
			HS_S_ARG(path_of(change)), HS_S_ARG(hs_slice_first(max, 20)),
			HS_S_ARG(hs_slice_first(base_max, 20)));
	else if (based || said)
		check_span(snapshot, change, said ? min : base_min, max.len ? max : base_max);
}

/* What all slices ask for together must have room: the whole is counted, too. A warning, for nothing is taken
 * back: nobody can conform, and some of FHIR's own extensions are of that kind. */
static void check_sum(struct hs__snapshot *snapshot, const struct hs__shot *shot,
	const struct hs_json *change)
{
	struct hs__shot *head = shot->head;
	int64_t had = 0;
	int64_t min = 0;
	if (!head || !hs_json_i64(hs_json_get(change, HS_S("min")), &min) || min < 1 || min > UINT32_MAX)
		return;
	hs_json_i64(hs_json_get(shot->element, HS_S("min")), &had);
	int64_t others = head->asked - had;
	head->asked = others + min;
	struct hs_slice max = hs_json_get_text(head->element, HS_S("max"));
	if (others > 0 && max.len && (uint64_t)head->asked > upper_bound(max))
		hs__shot_fail(snapshot, HS_SEVERITY_WARNING,
			"%.*s: the slices ask for %lld at least, and at most %.*s are allowed",
			HS_S_ARG(path_of(change)), (long long)head->asked, HS_S_ARG(hs_slice_first(max, 20)));
}

/* ---- values ---- */

/* A value that is fixed stays; so does the pattern of a primitive. */
static void check_values(struct hs__snapshot *snapshot, const struct hs__shot *shot,
	const struct hs_json *change)
{
	HS_JSON_EACH(member, change) {
		struct hs_slice key = hs_json_key(member);
		const struct hs_json *had = hs_json_get(shot->element, key);
		bool fixed = hs_slice_starts(key, HS_S("fixed"));
		bool pattern = hs_slice_starts(key, HS_S("pattern")) && hs_json_type(member) < HS_JSON_ARRAY;
		if (had && (fixed || pattern) && !hs_json_equal(had, member))
			hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
				"%.*s: the base fixes the value%s%.*s; a profile cannot make it another "
				"(%.*s)",
				HS_S_ARG(path_of(change)), hs_json_text(had).len ? " to " : "",
				HS_S_ARG(shown(had)), HS_S_ARG(hs_slice_first(key, 50)));
	}
}

static void check_length(struct hs__snapshot *snapshot, const struct hs__shot *shot,
	const struct hs_json *change)
{
	int64_t had;
	int64_t has;
	if (hs_json_i64(hs_json_get(shot->element, HS_S("maxLength")), &had) &&
		hs_json_i64(hs_json_get(change, HS_S("maxLength")), &has) && has > had)
		hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
			"%.*s: maxLength %lld is more than the base's %lld; a profile can only narrow",
			HS_S_ARG(path_of(change)), (long long)has, (long long)had);
}

/* A required binding is a promise to readers of the base: nobody may take it back (section 5.1.0.6). */
static void check_strength(struct hs__snapshot *snapshot, const struct hs__shot *shot,
	const struct hs_json *change)
{
	const struct hs_json *before = hs_json_get(shot->element, HS_S("binding"));
	struct hs_slice had = hs_json_get_text(before, HS_S("strength"));
	struct hs_slice has = hs_json_get_text(hs_json_get(change, HS_S("binding")), HS_S("strength"));
	if (has.len && hs_slice_eq(had, HS_S("required")) && !hs_slice_eq(has, had))
		hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
			"the base binds to %.*s with strength required; a profile cannot make that '%.*s'",
			HS_S_ARG(hs_slice_first(hs_json_get_text(before, HS_S("valueSet")), 200)),
			HS_S_ARG(hs_slice_first(has, 20)));
}

/* ---- what an element is ---- */

/* Types of which there are others that are made of them. */
static bool is_general(struct hs_slice code)
{
	static const char *const general[] = { "Resource", "DomainResource", "Element", "BackboneElement",
		"Quantity", "uri", "string", "integer" };
	for (size_t i = 0; i < sizeof(general) / sizeof(general[0]); i++)
		if (hs_slice_eq(code, hs_slice_cstr(general[i])))
			return true;
	return false;
}

/* The types that a profile has left out stay out; what a type itself has is known to those who know the
 * types. */
static void check_types(struct hs__snapshot *snapshot, const struct hs__shot *shot,
	const struct hs_json *change)
{
	const struct hs_json *had = hs_json_get(shot->element, HS_S("type"));
	HS_JSON_EACH(use, had && snapshot->of_profile ? hs_json_get(change, HS_S("type")) : NULL) {
		bool found = false;
		struct hs_slice code = hs_json_get_text(use, HS_S("code"));
		HS_JSON_EACH(other, had) {
			struct hs_slice own = hs_json_get_text(other, HS_S("code"));
			found |= hs_slice_eq(own, code) || is_general(own) ||
				hs_slice_find(own, ':', 0) != SIZE_MAX;
		}
		if (!found && code.len)
			hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
				"%.*s: the base leaves no type %.*s here; a profile can only narrow",
				HS_S_ARG(path_of(change)), HS_S_ARG(hs_slice_first(code, 100)));
	}
}

/* Only where an element is first defined can it be said to change the meaning of others (R4
 * ElementDefinition.isModifier); the root of an extension is such a place. */
static void check_modifier(struct hs__snapshot *snapshot, const struct hs__shot *shot,
	const struct hs_json *change)
{
	if (shot->parent && hs_json_is(hs_json_get(shot->element, HS_S("isModifier")), HS_JSON_FALSE) &&
		hs_json_is(hs_json_get(change, HS_S("isModifier")), HS_JSON_TRUE))
		hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
			"%.*s: the base says that this changes no meaning; a profile cannot make it a "
			"modifier",
			HS_S_ARG(path_of(change)));
}

/* Who supports the profile supports its base (ElementDefinition.mustSupport); a new slice is not the whole.
 */
static void check_support(struct hs__snapshot *snapshot, const struct hs__shot *shot,
	const struct hs_json *change)
{
	if (!shot->fresh && hs_json_is(hs_json_get(shot->element, HS_S("mustSupport")), HS_JSON_TRUE) &&
		hs_json_is(hs_json_get(change, HS_S("mustSupport")), HS_JSON_FALSE))
		hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
			"%.*s: the base must be supported here (mustSupport); a profile cannot take that "
			"back",
			HS_S_ARG(path_of(change)));
}

/* ---- slicing ---- */

static int openness(struct hs_slice rules)
{
	return hs_slice_eq(rules, HS_S("closed")) ? 0 : hs_slice_eq(rules, HS_S("openAtEnd")) ? 1 : 2;
}

static bool has_item(const struct hs_json *list, const struct hs_json *item)
{
	HS_JSON_EACH(other, list)
		if (hs_slice_eq(hs_json_get_text(other, HS_S("type")),
			    hs_json_get_text(item, HS_S("type"))) &&
			hs_slice_eq(hs_json_get_text(other, HS_S("path")),
				hs_json_get_text(item, HS_S("path"))))
			return true;
	return false;
}

/* The slices of the base stay what they are: by what they are told apart, and whether there may be others. */
static void check_slicing(struct hs__snapshot *snapshot, const struct hs__shot *shot,
	const struct hs_json *change)
{
	const struct hs_json *had = hs_json_get(shot->element, HS_S("slicing"));
	const struct hs_json *has = hs_json_get(change, HS_S("slicing"));
	struct hs_slice rules = hs_json_get_text(has, HS_S("rules"));
	const struct hs_json *by = hs_json_get(has, HS_S("discriminator"));
	if (!had || !has)
		return;
	if (rules.len && openness(rules) > openness(hs_json_get_text(had, HS_S("rules"))))
		hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
			"%.*s: the slicing of the base is %.*s; a profile cannot make it %.*s",
			HS_S_ARG(path_of(change)), HS_S_ARG(shown(hs_json_get(had, HS_S("rules")))),
			HS_S_ARG(hs_slice_first(rules, 20)));
	if (hs_json_is(hs_json_get(had, HS_S("ordered")), HS_JSON_TRUE) &&
		hs_json_is(hs_json_get(has, HS_S("ordered")), HS_JSON_FALSE))
		hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
			"%.*s: the slices of the base are ordered; a profile cannot take that back",
			HS_S_ARG(path_of(change)));
	HS_JSON_EACH(item, by ? hs_json_get(had, HS_S("discriminator")) : NULL)
		if (!has_item(by, item))
			hs__shot_fail(snapshot, HS_SEVERITY_ERROR,
				"%.*s: the base tells its slices apart by the %.*s of '%.*s', so this "
				"must, too",
				HS_S_ARG(path_of(change)), HS_S_ARG(shown(hs_json_get(item, HS_S("type")))),
				HS_S_ARG(shown(hs_json_get(item, HS_S("path")))));
}

void hs__shot_check_narrow(struct hs__snapshot *snapshot, const struct hs__shot *shot,
	const struct hs_json *change)
{
	if (snapshot->specializes)
		return; /* what it inherits it may not touch, and the rest is its own */
	check_bounds(snapshot, shot, change);
	check_sum(snapshot, shot, change);
	check_types(snapshot, shot, change);
	check_values(snapshot, shot, change);
	check_length(snapshot, shot, change);
	check_strength(snapshot, shot, change);
	check_modifier(snapshot, shot, change);
	check_support(snapshot, shot, change);
	check_slicing(snapshot, shot, change);
}
