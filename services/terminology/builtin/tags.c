/* SPDX-License-Identifier: Apache-2.0 */
/* Language tags as a code system (urn:ietf:bcp:47; RFC 5646):
 * language[-extlang][-Script][-REGION][-variant]...[-u-extension]...[-x-own]. Subtags must be registered, an
 * extended language behind its own; extensions need only be well formed and stand once. Tags from before that
 * grammar are a list. Filters ask whether a kind of subtag is there, or which it is. */
#include "../sets/filter.h"
#include "grammar.h"

#define SUBTAGS_MAX 20u

enum part { LANGUAGE, EXTLANG, SCRIPT, REGION, VARIANT, EXTENSION, PRIVATE, PARTS };

static const char *const part_names[PARTS] = { "language", "ext-lang", "script", "region", "variant",
	"extension", "private-use" };

struct tag {
	struct hs_slice parts[PARTS]; /* as they should be written; several of a kind are joined by "-" */
	struct tx_system system[PARTS];
	uint32_t row[PARTS]; /* of language, script and region; TX_NONE: not in a list */
	struct hs_slice subtags[SUBTAGS_MAX];
	size_t count;
	struct hs_slice variants; /* their names */
	const char *name;         /* of a tag that is older than the grammar, or NULL */
};

/* ---- shapes ---- */

static bool all_of(struct hs_slice s, bool letters, bool digits)
{
	for (size_t i = 0; i < s.len; i++) {
		char c = s.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'), digit = c >= '0' && c <= '9';
		if (!(letter && letters) && !(digit && digits))
			return false;
	}
	return s.len > 0;
}

static bool is_variant(struct hs_slice s)
{
	bool digit_first = s.len && s.ptr[0] >= '0' && s.ptr[0] <= '9';

	return all_of(s, true, true) && ((s.len >= 5 && s.len <= 8) || (s.len == 4 && digit_first));
}

static char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
}

static char upper(char c)
{
	return c >= 'a' && c <= 'z' ? (char)(c - 32) : c;
}

/* How a subtag is written (RFC 5646 section 2.1.1): regions in capitals, scripts with one, all else small. */
static struct hs_slice write_as(struct hs_arena *arena, struct hs_slice s, enum part part)
{
	struct hs_slice copy = hs_arena_copy(arena, s);
	char *p = copy.len ? hs_arena_array(arena, copy.len, 1) : NULL;

	for (size_t i = 0; p && i < copy.len; i++)
		p[i] = part == REGION || (part == SCRIPT && i == 0) ? upper(s.ptr[i]) : lower(s.ptr[i]);
	return hs_slice(p, p ? copy.len : 0);
}

/* ---- reading ---- */

struct reader {
	struct hs_arena *arena;
	const struct tx_layer *layer;
	struct tag *tag;
	size_t at;
};

static struct hs_slice peek(const struct reader *r)
{
	return r->at < r->tag->count ? r->tag->subtags[r->at] : HS_S_NONE;
}

static void take(struct reader *r, enum part part)
{
	struct tag *tag = r->tag;
	struct hs_slice text = write_as(r->arena, tag->subtags[r->at], part), *to = &tag->parts[part];

	tag->subtags[r->at++] = text;
	*to = to->len ? hs_arena_printf(r->arena, "%.*s-%.*s", HS_S_ARG(*to), HS_S_ARG(text)) : text;
}

/* Takes the subtag when one of the two built-in lists has it (or there is no list at all). */
static bool take_listed(struct reader *r, enum part part, enum tx_builtin list, enum tx_builtin other)
{
	struct hs_slice text = write_as(r->arena, peek(r), part);
	enum tx_builtin lists[2] = { list, other };

	for (size_t i = 0; i < 2; i++) {
		struct tx_system s = hs_tx_builtin(r->layer, lists[i]);
		uint32_t concept = hs_tx_find_code(r->arena, s, text, NULL);
		if (concept == TX_NONE)
			continue;
		r->tag->system[part] = s;
		r->tag->row[part] = concept;
		take(r, part);
		return true;
	}
	bool unlisted = !hs_tx_builtin(r->layer, list).row->concept_count;
	if (unlisted)
		take(r, part);
	return unlisted;
}

/* qaa to qtz, Qaaa to Qabx, AA, QM to QZ, XA to XZ and ZZ are for private use (RFC 5646 section 2.2). */
static bool is_private(struct hs_slice s, enum part part)
{
	char a = lower(s.ptr[0]), b = lower(s.ptr[1]);

	switch (part) {
	case LANGUAGE:
		return s.len == 3 && a == 'q' && b >= 'a' && b <= 't';
	case SCRIPT:
		return a == 'q' && b == 'a' && (lower(s.ptr[2]) == 'a' || lower(s.ptr[2]) == 'b');
	default:
		return s.len == 2 &&
			((a == 'a' && b == 'a') || (a == 'z' && b == 'z') || a == 'x' ||
				(a == 'q' && b >= 'm'));
	}
}

/* ---- what is registered beside the lists (subtags.def) ---- */

#define LANGUAGE(c, n)
#define SCRIPT(c, n)
#define REGION(c, n)
static const struct {
	struct hs_slice code, name;
} variants[] = {
#define VARIANT(c, n) { HS_S_INIT(c), HS_S_INIT(n) },
#define EXTLANGS(language, list)
#include "subtags.def"
#undef VARIANT
#undef EXTLANGS
};
static const struct {
	struct hs_slice language, list;
} extlangs[] = {
#define VARIANT(c, n)
#define EXTLANGS(language, list) { HS_S_INIT(language), HS_S_INIT(list) },
#include "subtags.def"
#undef VARIANT
#undef EXTLANGS
};
#undef LANGUAGE
#undef SCRIPT
#undef REGION

/* Empty: it is not registered. */
static struct hs_slice variant_name(struct hs_slice s)
{
	for (size_t i = 0; i < sizeof(variants) / sizeof(variants[0]); i++)
		if (hs_slice_ieq(variants[i].code, s))
			return variants[i].name;
	return HS_S_NONE;
}

/* An extended language stands behind the language that it is registered with (RFC 5646 section 2.2.2). */
static bool is_extlang(struct hs_slice language, struct hs_slice s)
{
	for (size_t i = 0; i < sizeof(extlangs) / sizeof(extlangs[0]); i++)
		for (struct hs_slice rest = extlangs[i].list;
			rest.ptr && hs_slice_eq(extlangs[i].language, language);)
			if (hs_slice_ieq(hs_slice_cut(&rest, ' '), s))
				return true;
	return false;
}

/* ---- the parts in their order ---- */

static bool take_language(struct reader *r)
{
	struct hs_slice s = peek(r);

	if (!all_of(s, true, false) || s.len < 2 || s.len > 3)
		return false;
	if (is_private(s, LANGUAGE)) {
		take(r, LANGUAGE);
		return true;
	}
	if (!take_listed(r, LANGUAGE, TX_BUILTIN_LANGUAGE, TX_BUILTIN_LANGUAGE))
		return false;
	if (!all_of(peek(r), true, false) || peek(r).len != 3)
		return true;
	return is_extlang(r->tag->parts[LANGUAGE], peek(r)) &&
		take_listed(r, EXTLANG, TX_BUILTIN_LANGUAGE, TX_BUILTIN_LANGUAGE);
}

static bool take_place(struct reader *r)
{
	struct hs_slice s = peek(r);

	if (all_of(s, true, false) && s.len == 4) {
		if (is_private(s, SCRIPT))
			take(r, SCRIPT);
		else if (!take_listed(r, SCRIPT, TX_BUILTIN_SCRIPT, TX_BUILTIN_SCRIPT))
			return false;
		s = peek(r);
	}
	bool country = all_of(s, true, false) && s.len == 2, area = all_of(s, false, true) && s.len == 3;
	if (!country && !area)
		return true;
	if (country && is_private(s, REGION)) {
		take(r, REGION);
		return true;
	}
	/* the list of countries has their codes of three letters and digits too, which are no subtags */
	return take_listed(r, REGION, country ? TX_BUILTIN_COUNTRY : TX_BUILTIN_AREA, TX_BUILTIN_AREA);
}

/* Whether the next subtag is among those from `first` on; of extensions only the single letters count. */
static bool is_repeated(const struct reader *r, size_t first)
{
	for (size_t i = first; i < r->at; i++)
		if (hs_slice_ieq(r->tag->subtags[i], peek(r)))
			return true;
	return false;
}

static bool take_rest(struct reader *r)
{
	for (size_t first = r->at; is_variant(peek(r)); take(r, VARIANT)) {
		struct hs_slice name = variant_name(peek(r)), *names = &r->tag->variants;
		if (!name.len || is_repeated(r, first))
			return false; /* RFC 5646 section 2.2.5 */
		*names = names->len ? HS_ARENA_JOIN(r->arena, *names, HS_S(", "), name) : name;
	}
	size_t extensions = r->at;
	while (peek(r).len == 1) {
		if (is_repeated(r, extensions))
			return false; /* section 2.2.6 */
		bool own = lower(peek(r).ptr[0]) == 'x';
		enum part part = own ? PRIVATE : EXTENSION;
		size_t least = own ? 1 : 2, taken = 0;
		take(r, part);
		for (; all_of(peek(r), true, true) && peek(r).len >= least && peek(r).len <= 8; taken++)
			take(r, part);
		if (!taken)
			return false;
	}
	return r->at == r->tag->count;
}

/* The grandfathered tags of RFC 5646 section 2.1, with their descriptions in the registry. */
static const struct {
	const char *tag, *name;
} older[] = {
	{ "art-lojban", "Lojban" },
	{ "cel-gaulish", "Gaulish" },
	{ "en-GB-oed", "English, Oxford English Dictionary spelling" },
	{ "i-ami", "Amis" },
	{ "i-bnn", "Bunun" },
	{ "i-default", "Default Language" },
	{ "i-enochian", "Enochian" },
	{ "i-hak", "Hakka" },
	{ "i-klingon", "Klingon" },
	{ "i-lux", "Luxembourgish" },
	{ "i-mingo", "Mingo" },
	{ "i-navajo", "Navajo" },
	{ "i-pwn", "Paiwan" },
	{ "i-tao", "Tao" },
	{ "i-tay", "Tayal" },
	{ "i-tsu", "Tsou" },
	{ "no-bok", "Norwegian Bokmal" },
	{ "no-nyn", "Norwegian Nynorsk" },
	{ "sgn-BE-FR", "Belgian-French Sign Language" },
	{ "sgn-BE-NL", "Belgian-Flemish Sign Language" },
	{ "sgn-CH-DE", "Swiss German Sign Language" },
	{ "zh-guoyu", "Mandarin or Standard Chinese" },
	{ "zh-hakka", "Hakka" },
	{ "zh-min", "Min, Fuzhou, Hokkien, Amoy, or Taiwanese" },
	{ "zh-min-nan",
		"Minnan, Hokkien, Amoy, Taiwanese, Southern Min, Southern Fujian, Hoklo, Southern Fukien, "
		"Ho-lo" },
	{ "zh-xiang", "Xiang or Hunanese" },
};

/* Such a tag is one language as a whole. */
static bool is_older(struct tag *tag, struct hs_slice *code)
{
	for (size_t i = 0; i < sizeof(older) / sizeof(older[0]); i++) {
		if (!hs_slice_ieq(*code, hs_slice_cstr(older[i].tag)))
			continue;
		*code = tag->parts[LANGUAGE] = hs_slice_cstr(older[i].tag);
		tag->name = older[i].name;
		tag->count = 0;
		for (struct hs_slice rest = *code; rest.ptr;)
			tag->subtags[tag->count++] = hs_slice_cut(&rest, '-');
		return true;
	}
	return false;
}

static const void *parse(struct hs_arena *arena, const struct tx_layer *layer, struct hs_slice *code)
{
	struct tag *tag = hs_arena_alloc(arena, sizeof(*tag));
	struct reader r = { arena, layer, tag, 0 };
	struct hs_slice rest = *code;
	struct hs_buf out;

	if (!tag)
		return NULL;
	for (size_t i = 0; i < PARTS; i++)
		tag->row[i] = TX_NONE;
	if (is_older(tag, code))
		return tag;
	while (rest.ptr) {
		if (tag->count == SUBTAGS_MAX)
			return NULL;
		tag->subtags[tag->count++] = hs_slice_cut(&rest, '-');
	}
	bool own = tag->count && hs_slice_ieq(tag->subtags[0], HS_S("x"));
	if (!own && (!take_language(&r) || !take_place(&r)))
		return NULL;
	if (!take_rest(&r))
		return NULL;
	hs_buf_init(&out, arena, 1024);
	for (size_t i = 0; i < tag->count; i++)
		hs_buf_printf(&out, "%s%.*s", i ? "-" : "", HS_S_ARG(tag->subtags[i]));
	*code = hs_buf_slice(&out);
	return tag;
}

/* ---- names ---- */

static struct hs_slice name_of(const struct tag *tag, enum part part)
{
	struct hs_slice name = part == LANGUAGE && tag->name ? hs_slice_cstr(tag->name) : HS_S_NONE;

	if (part == VARIANT)
		name = tag->variants;
	if (tag->row[part] != TX_NONE)
		name = hs_tx_own_display(tag->system[part], tag->row[part]);
	return name.len ? name : tag->parts[part];
}

/* "English (Region=Australia)"; `short_form`: "English (Australia)". */
static struct hs_slice name_tag(struct hs_arena *arena, const struct tag *tag, bool short_form)
{
	static const char *const labels[PARTS] = { "", "Ext-Lang", "Script", "Region", "Variant", "Extension",
		"Private-use" };
	struct hs_buf out;
	bool open = false;

	hs_buf_init(&out, arena, 4096);
	hs_buf_add(&out, tag->parts[LANGUAGE].len ? name_of(tag, LANGUAGE) : HS_S("Private-use"));
	for (enum part part = EXTLANG; part < PARTS; part++) {
		if (!tag->parts[part].len)
			continue;
		hs_buf_cstr(&out, open ? ", " : " (");
		if (!short_form)
			hs_buf_printf(&out, "%s=", labels[part]);
		hs_buf_add(&out, name_of(tag, part));
		open = true;
	}
	if (open)
		hs_buf_byte(&out, ')');
	return hs_buf_slice(&out);
}

static struct hs_slice display(struct hs_arena *arena, const struct tx_layer *layer,
	const struct tx_made *made)
{
	(void)layer;
	return name_tag(arena, made->parsed, false);
}

static bool texts(struct hs_arena *arena, const struct tx_layer *layer, const struct tx_made *made,
	struct tx_designations *out)
{
	const struct tag *tag = made->parsed;
	bool ok = true;

	(void)layer;
	if (tag->count > 1 && !tag->name)
		ok = hs_tx_add_designation(arena,
			(struct tx_designation) {
				.language = HS_S("en"), .value = name_tag(arena, tag, true) },
			out);
	if (tag->count == 1 && tag->row[LANGUAGE] != TX_NONE) { /* its other names, also in other languages */
		struct tx_designations all = { NULL, 0, 0 };
		ok = ok &&
			hs_tx_designations(arena, tag->system[LANGUAGE], tag->row[LANGUAGE], NULL, 0, &all);
		for (size_t i = 0; i < all.count && ok; i++)
			if (!all.items[i].base)
				ok = hs_tx_add_designation(arena, all.items[i], out);
	}
	return ok;
}

static bool properties(struct hs_arena *arena, const struct tx_made *made, struct tx_properties *out)
{
	const struct tag *tag = made->parsed;
	bool ok = true;

	for (enum part part = LANGUAGE; part < PARTS && ok; part++)
		if (tag->parts[part].len)
			ok = hs_tx_add_property(arena,
				(struct tx_property) { hs_slice_cstr(part_names[part]), HS_S("valueString"),
					tag->parts[part] },
				out);
	return ok;
}

/* ---- filters ---- */

static enum part part_named(struct hs_slice name)
{
	enum part part = LANGUAGE;

	while (part < PARTS && !hs_slice_eq(name, hs_slice_cstr(part_names[part])))
		part++;
	return part;
}

static bool filter_known(struct hs_arena *arena, struct tx_filter *filter)
{
	bool truth = hs_slice_eq(filter->value, HS_S("true")) || hs_slice_eq(filter->value, HS_S("false"));

	(void)arena;
	return part_named(filter->property) < PARTS &&
		(filter->op == TX_OP_EQUAL || (filter->op == TX_OP_EXISTS && truth));
}

static bool filter_passes(const struct tx_filter *filter, const struct tx_made *made)
{
	const struct tag *tag = made->parsed;
	struct hs_slice there = tag->parts[part_named(filter->property)];

	if (filter->op == TX_OP_EQUAL)
		return hs_slice_ieq(there, filter->value);
	return (there.len > 0) == hs_slice_eq(filter->value, HS_S("true"));
}

/* A tag is above all those that begin with its subtags: what it says, they say more closely. */
static bool is_below(const struct tx_made *made, const struct tx_made *ancestor)
{
	const struct tag *tag = made->parsed, *above = ancestor->parsed;

	if (tag->count <= above->count)
		return false;
	for (size_t i = 0; i < above->count; i++)
		if (!hs_slice_eq(tag->subtags[i], above->subtags[i]))
			return false;
	return true;
}

static struct hs_slice why(struct tx_context *ctx, struct hs_slice code)
{
	return hs_tx_sentence(ctx->arena, TX_MSG_OWN_WHY_TAG, ctx->swedish,
		TX_ARGS(hs_slice_first(code, 200)));
}

const struct tx_grammar hs_tx_grammar_tags = {
	.url = "urn:ietf:bcp:47",
	.name = "IETFLanguageTags",
	.title = "Tags for identifying languages (BCP 47)",
	.common_r4 = "http://terminology.hl7.org/ValueSet/Languages",
	.common_r5 = "http://terminology.hl7.org/ValueSet/Languages",
	.widest = "http://terminology.hl7.org/ValueSet/Languages",
	.parse = parse,
	.display = display,
	.texts = texts,
	.properties = properties,
	.filter_known = filter_known,
	.filter_passes = filter_passes,
	.is_below = is_below,
	.why = why,
};
