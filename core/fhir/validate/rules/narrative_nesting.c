/* SPDX-License-Identifier: Apache-2.0 */
/* Which tags of a narrative may stand in which: rows in tables, items in lists, no block in a paragraph (HTML
 * 4.01, chapters 7 to 11, to which R4 section 2.4.1 refers). Where HTML is looser than it is mostly used (a
 * list in a <dd>), so is this. */
#include <core/fhir/validate/rules/narrative_tags.h>

enum ability {
	LINE = 1,  /* holds text and what belongs in a line of it */
	BLOCK = 2, /* stands in no line */
	WIDE = 4,  /* stands in no paragraph */
	PARAGRAPH = 8,
	LINK = 16
};

struct hs__tag_kind {
	struct hs_slice name;
	unsigned abilities;
	const char *parents;  /* it stands directly in one of these; NULL: anywhere */
	const char *children; /* it holds these and no words; NULL: anything */
};

/* Every tag is looked for here, so the usual ones come first. */
static const struct hs__tag_kind kinds[] = {
	{ HS_S_INIT("td"), 0, "tr", NULL },
	{ HS_S_INIT("tr"), 0, "table thead tbody tfoot", "td th" },
	{ HS_S_INIT("a"), LINE | LINK, NULL, NULL },
	{ HS_S_INIT("b"), LINE, NULL, NULL },
	{ HS_S_INIT("p"), LINE | WIDE | PARAGRAPH, NULL, NULL },
	{ HS_S_INIT("br"), 0, NULL, "" },
	{ HS_S_INIT("code"), LINE, NULL, NULL },
	{ HS_S_INIT("span"), LINE, NULL, NULL },
	{ HS_S_INIT("li"), 0, "ul ol", NULL },
	{ HS_S_INIT("div"), BLOCK, NULL, NULL },
	{ HS_S_INIT("i"), LINE, NULL, NULL },
	{ HS_S_INIT("img"), 0, NULL, "" },
	{ HS_S_INIT("th"), 0, "tr", NULL },
	{ HS_S_INIT("ul"), BLOCK, NULL, "li" },
	{ HS_S_INIT("table"), BLOCK, NULL, "caption col colgroup thead tbody tfoot tr" },
	{ HS_S_INIT("tbody"), 0, "table", "tr" },
	{ HS_S_INIT("thead"), 0, "table", "tr" },
	{ HS_S_INIT("tfoot"), 0, "table", "tr" },
	{ HS_S_INIT("caption"), LINE, "table", NULL },
	{ HS_S_INIT("colgroup"), 0, "table", NULL },
	{ HS_S_INIT("col"), 0, "table colgroup", NULL },
	{ HS_S_INIT("ol"), BLOCK, NULL, "li" },
	{ HS_S_INIT("dl"), 0, NULL, "dt dd" },
	{ HS_S_INIT("dt"), 0, "dl", NULL },
	{ HS_S_INIT("dd"), 0, "dl", NULL },
	{ HS_S_INIT("hr"), 0, NULL, "" },
	{ HS_S_INIT("area"), 0, "map", "" },
	{ HS_S_INIT("pre"), LINE | BLOCK, NULL, NULL },
	{ HS_S_INIT("blockquote"), WIDE, NULL, NULL },
	{ HS_S_INIT("em"), LINE, NULL, NULL },
	{ HS_S_INIT("strong"), LINE, NULL, NULL },
	{ HS_S_INIT("h1"), LINE, NULL, NULL },
	{ HS_S_INIT("h2"), LINE, NULL, NULL },
	{ HS_S_INIT("h3"), LINE, NULL, NULL },
	{ HS_S_INIT("h4"), LINE, NULL, NULL },
	{ HS_S_INIT("h5"), LINE, NULL, NULL },
	{ HS_S_INIT("h6"), LINE, NULL, NULL },
	{ HS_S_INIT("address"), LINE, NULL, NULL },
	{ HS_S_INIT("small"), LINE, NULL, NULL },
	{ HS_S_INIT("big"), LINE, NULL, NULL },
	{ HS_S_INIT("sub"), LINE, NULL, NULL },
	{ HS_S_INIT("sup"), LINE, NULL, NULL },
	{ HS_S_INIT("tt"), LINE, NULL, NULL },
	{ HS_S_INIT("dfn"), LINE, NULL, NULL },
	{ HS_S_INIT("q"), LINE, NULL, NULL },
	{ HS_S_INIT("var"), LINE, NULL, NULL },
	{ HS_S_INIT("abbr"), LINE, NULL, NULL },
	{ HS_S_INIT("acronym"), LINE, NULL, NULL },
	{ HS_S_INIT("cite"), LINE, NULL, NULL },
	{ HS_S_INIT("bdo"), LINE, NULL, NULL },
	{ HS_S_INIT("kbd"), LINE, NULL, NULL },
	{ HS_S_INIT("samp"), LINE, NULL, NULL },
};

static const struct hs__tag_kind *find_kind(struct hs_slice name)
{
	for (size_t i = 0; name.len && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kinds[i].name.len == name.len && *kinds[i].name.ptr == *name.ptr &&
			hs_slice_eq(kinds[i].name, name))
			return &kinds[i];
	return NULL;
}

/* A block in a line of text, a link in a link. */
static bool is_refused(const struct hs__open *around, unsigned abilities)
{
	return (around->in_line && (abilities & BLOCK)) ||
		(around->in_paragraph && (abilities & (BLOCK | WIDE))) ||
		(around->in_link && (abilities & LINK));
}

static void check_place(struct hs__validation *run, const struct hs__node *node,
	const struct hs__open *around, const struct hs__tag *tag, const struct hs__tag_kind *kind)
{
	const char *children = around->kind ? around->kind->children : NULL;
	if (kind && is_refused(around, kind->abilities))
		HS__FAIL(run, node, "div", "invalid", "narrative-block",
			"a <%.*s> of the narrative stands in a %s; XHTML lets that hold text and what "
			"belongs in a line of it",
			HS__SHOW(tag->name),
			around->in_paragraph    ? "paragraph <p>" :
				around->in_link ? "link <a>" :
						  "line of text");
	else if (kind && kind->parents && !hs__rules_in(around->name, kind->parents))
		HS__FAIL(run, node, "div", "invalid", "narrative-place",
			"a <%.*s> of the narrative stands in a <%.*s>; its place is directly in one of: %s",
			HS__SHOW(tag->name), HS__SHOW(around->name), kind->parents);
	else if (children && !hs__rules_in(tag->name, children))
		HS__FAIL(run, node, "div", "invalid", "narrative-place",
			"a <%.*s> of the narrative holds a <%.*s>; it can hold: %s", HS__SHOW(around->name),
			HS__SHOW(tag->name), *children ? children : "nothing");
}

void hs__nest(struct hs__validation *run, const struct hs__node *node, struct hs__nesting *nesting,
	const struct hs__tag *tag)
{
	struct hs__open *around = nesting->depth ? &nesting->open[nesting->depth - 1] : NULL;
	const char *children = around && around->kind ? around->kind->children : NULL;
	if (children && hs_slice_trim(tag->before).len)
		HS__FAIL(run, node, "div", "invalid", "narrative-place",
			"a <%.*s> of the narrative holds words; it can hold: %s", HS__SHOW(around->name),
			*children ? children : "nothing");
	if (tag->end) {
		nesting->depth -= around != NULL;
		return;
	}
	const struct hs__tag_kind *kind = find_kind(tag->name);
	unsigned abilities = kind ? kind->abilities : 0;
	if (around)
		check_place(run, node, around, tag, kind);
	if (tag->alone || nesting->depth == HS__NESTING_MAX)
		return;
	nesting->open[nesting->depth++] = (struct hs__open) { .kind = kind,
		.name = tag->name,
		.in_line = (around && around->in_line) || (abilities & LINE),
		.in_paragraph = (around && around->in_paragraph) || (abilities & PARAGRAPH),
		.in_link = (around && around->in_link) || (abilities & LINK) };
}
