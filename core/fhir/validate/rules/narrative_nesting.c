/* SPDX-License-Identifier: Apache-2.0 */
/* Which tags of a narrative may stand in which: rows in tables, items in lists, no block in a paragraph (HTML
 * 4.01, chapters 7 to 11, to which R4 section 2.4.1 refers). Where HTML is looser than it is mostly used (a
 * list in a <dd>), so is this. */
#include <core/fhir/validate/rules/narrative_tags.h>

#define OPEN_MAX 200u /* hs__narrative_fault refuses more */

#define INLINE_ONLY \
	"p h1 h2 h3 h4 h5 h6 pre address a b em i strong small big sub sup code tt dfn q var abbr acronym " \
	"cite bdo kbd samp span caption"

/* What stands nowhere but directly in one of these. */
static const struct {
	const char *names, *parents;
} places[] = {
	{ "td th", "tr" },
	{ "tr", "table thead tbody tfoot" },
	{ "thead tbody tfoot caption colgroup", "table" },
	{ "col", "table colgroup" },
	{ "li", "ul ol" },
	{ "dt dd", "dl" },
	{ "area", "map" },
};

/* What holds nothing else, no words either. */
static const struct {
	const char *names, *children;
} holders[] = {
	{ "table", "caption col colgroup thead tbody tfoot tr" },
	{ "thead tbody tfoot", "tr" },
	{ "tr", "td th" },
	{ "ul ol", "li" },
	{ "dl", "dt dd" },
	{ "br img hr area", "" },
};

/* A tag that is open, with what matters of it and of those around it. */
struct open {
	struct hs_slice name;
	const char *children; /* NULL: anything */
	bool in_line, in_paragraph, in_link;
};

static const char *parents_of(struct hs_slice name)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (hs__rules_in(name, places[i].names))
			return places[i].parents;
	return NULL;
}

static const char *children_of(struct hs_slice name)
{
	for (size_t i = 0; i < sizeof(holders) / sizeof(holders[0]); i++)
		if (hs__rules_in(name, holders[i].names))
			return holders[i].children;
	return NULL;
}

static struct open make_open(const struct open *around, struct hs_slice name)
{
	return (struct open) { .name = name,
		.children = children_of(name),
		.in_line = (around && around->in_line) || hs__rules_in(name, INLINE_ONLY),
		.in_paragraph = (around && around->in_paragraph) || hs_slice_eq(name, HS_S("p")),
		.in_link = (around && around->in_link) || hs_slice_eq(name, HS_S("a")) };
}

/* A block in a line of text, a link in a link. */
static bool is_refused(const struct open *around, struct hs_slice name)
{
	return (around->in_line && hs__rules_in(name, "div pre table ul ol")) ||
		(around->in_paragraph && hs__rules_in(name, "p blockquote")) ||
		(around->in_link && hs_slice_eq(name, HS_S("a")));
}

static void check_place(struct hs__validation *run, const struct hs__node *node, const struct open *around,
	struct hs_slice name)
{
	const char *parents = parents_of(name);
	if (is_refused(around, name))
		HS__FAIL(run, node, "div", "invalid", "narrative-block",
			"a <%.*s> of the narrative stands in a %s; XHTML lets that hold text and what "
			"belongs in a line of it",
			HS__SHOW(name),
			around->in_paragraph    ? "paragraph <p>" :
				around->in_link ? "link <a>" :
						  "line of text");
	else if (parents && !hs__rules_in(around->name, parents))
		HS__FAIL(run, node, "div", "invalid", "narrative-place",
			"a <%.*s> of the narrative stands in a <%.*s>; its place is directly in one of: %s",
			HS__SHOW(name), HS__SHOW(around->name), parents);
	else if (around->children && !hs__rules_in(name, around->children))
		HS__FAIL(run, node, "div", "invalid", "narrative-place",
			"a <%.*s> of the narrative holds a <%.*s>; it can hold: %s", HS__SHOW(around->name),
			HS__SHOW(name), *around->children ? around->children : "nothing");
}

void hs__check_nesting(struct hs__validation *run, const struct hs__node *node, struct hs_slice text)
{
	struct hs__tags tags = { .rest = text };
	struct hs__tag tag;
	struct open open[OPEN_MAX];
	uint32_t depth = 0;
	while (hs__next_tag(&tags, &tag)) {
		const struct open *around = depth ? &open[depth - 1] : NULL;
		if (tag.after_words && around && around->children)
			HS__FAIL(run, node, "div", "invalid", "narrative-place",
				"a <%.*s> of the narrative holds words; it can hold: %s",
				HS__SHOW(around->name), *around->children ? around->children : "nothing");
		if (tag.end) {
			depth -= depth > 0;
			continue;
		}
		if (around)
			check_place(run, node, around, tag.name);
		if (!tag.alone && depth < OPEN_MAX)
			open[depth++] = make_open(around, tag.name);
	}
}
