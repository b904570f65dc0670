/* SPDX-License-Identifier: Apache-2.0 */
/* Narratives (R4 section 2.4.1): in the language that the resource says, with links that lead somewhere. That
 * they are sound XHTML is checked with the structure and by txt-1, that they say something by txt-2. */
#include <core/fhir/validate/rules/narrative_tags.h>

#include <core/fhir/basics/narrative.h>
#include <core/fhir/check.h>

#define ANCHORS_MAX 1000000u

/* ---- what a link within may mean: ids of elements and resources, and anchors of narratives ---- */

static void add_anchor(struct hs_map *anchors, struct hs_slice id)
{
	if (id.len && anchors->count < ANCHORS_MAX)
		hs_map_put(anchors, id, NULL);
}

static void gather_narrative(struct hs_map *anchors, struct hs_slice text)
{
	struct hs__tags tags = { .rest = text };
	struct hs__tag tag;
	while (hs__next_tag(&tags, &tag)) {
		if (!tag.attributes.len)
			continue;
		add_anchor(anchors, hs__tag_attribute(&tag, HS_S("id")));
		add_anchor(anchors, hs__tag_attribute(&tag, HS_S("name")));
	}
}

static void gather_anchors(struct hs_map *anchors, const struct hs_json *value, uint32_t depth)
{
	if (depth > 2 * HS__VALIDATE_DEPTH)
		return;
	HS_JSON_EACH(member, value) {
		if (hs_json_type(member) >= HS_JSON_ARRAY)
			gather_anchors(anchors, member, depth + 1);
		else if (!hs_json_is(value, HS_JSON_OBJECT) || !hs_json_is(member, HS_JSON_STRING))
			continue;
		else if (hs_slice_eq(hs_json_key(member), HS_S("id")))
			add_anchor(anchors, hs_json_text(member));
		else if (hs_slice_eq(hs_json_key(member), HS_S("div")))
			gather_narrative(anchors, hs_json_text(member));
	}
}

static bool has_anchor(struct hs__validation *run, struct hs_slice id)
{
	if (!run->anchors) {
		struct hs_map *anchors = hs_arena_alloc(run->arena, sizeof(*anchors));
		if (!anchors)
			return true;
		hs_map_init(anchors, run->arena);
		anchors->seed = hs_hash_secret();
		gather_anchors(anchors, run->root->value, 0);
		run->anchors = anchors;
	}
	return hs_map_get(run->anchors, id) != NULL;
}

/* ---- links ---- */

/* What stands before the first colon of the address, when that is a scheme. */
static struct hs_slice scheme_of(struct hs_slice url)
{
	return hs__rules_is_absolute(url) ? hs_slice_first(url, hs_slice_find(url, ':', 0)) : HS_S_NONE;
}

/* A character that no URL has (RFC 3986, section 2; letters of other scripts pass, as IRIs have them). */
static char stray_character(struct hs_slice url)
{
	static const char others[] = ";?:@&=+$.,/%-_~#[]!'()*|";
	for (size_t i = 0; i < url.len; i++) {
		char c = url.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
		if (!letter && (unsigned char)c < 0x80 && !memchr(others, c, sizeof(others) - 1))
			return c;
	}
	return '\0';
}

/* data:[TYPE][;base64],DATA (RFC 2397) */
static void check_data(struct hs__validation *run, const struct hs__node *node, struct hs_slice url)
{
	struct hs_slice data = hs_slice_from(url, sizeof("data:") - 1);
	struct hs_slice head = hs_slice_cut(&data, ',');
	struct hs_json json = { .type = HS_JSON_STRING, .u.text = data.ptr, .len = (uint32_t)data.len };
	if (!data.ptr)
		HS__FAIL(run, node, "div", "invalid", "narrative-link-data",
			"the address '%.*s' of the narrative has no data: write data:TYPE;base64,DATA",
			HS__SHOW(url));
	else if (hs_slice_ends(head, HS_S(";base64")) && hs_slice_find(data, '%', 0) == SIZE_MAX &&
		!hs_check_primitive(HS_PRIM_BASE64, &json))
		HS__FAIL(run, node, "div", "invalid", "narrative-link-data",
			"the data of the address '%.*s' of the narrative is no base64", HS__SHOW(url));
}

static void check_link(struct hs__validation *run, const struct hs__node *node, struct hs_slice url)
{
	struct hs_slice scheme = scheme_of(url);
	if (!url.len) {
		HS__WARN(run, node, "div", "invalid", "narrative-link-empty",
			"a link of the narrative has an empty address");
	} else if (url.ptr[0] == '#') {
		struct hs_slice id = hs_slice_from(url, 1);
		if (id.len && !hs_slice_eq(id, HS_S("top")) && !has_anchor(run, id))
			HS__FAIL_OTHERS(run, node, "div", "not-found", "narrative-link-target",
				"the link '%.*s' of the narrative leads nowhere: nothing has that id",
				HS__SHOW(url));
	} else if (scheme.len && !hs__rules_in(scheme, "http https mailto tel ftp sftp sms data")) {
		HS__FAIL(run, node, "div", "invalid", "narrative-link-scheme",
			"the link '%.*s' of the narrative cannot be followed; write an address with http, "
			"https, mailto or tel",
			HS__SHOW(url));
	}
	bool data = hs_slice_eq(scheme, HS_S("data"));
	char stray = data ? '\0' : stray_character(url);
	if (data)
		check_data(run, node, url);
	if (stray)
		HS__FAIL(run, node, "div", "invalid", "narrative-link-form",
			"the link '%.*s' of the narrative has the character '%c', which no address has; "
			"write %%%02X",
			HS__SHOW(url), stray, (unsigned)stray);
}

/* ---- data that tells of its words, and words of their data (extensions narrativeLink and textLink) ---- */

#define NARRATIVE_LINK "http://hl7.org/fhir/StructureDefinition/narrativeLink"
#define TEXT_LINK "http://hl7.org/fhir/StructureDefinition/textLink"
#define LINKS_MAX 1000u /* of a validation, for each goes through a resource */

/* How many tags of the narratives in `value` have the id? */
static uint32_t count_id(const struct hs_json *value, struct hs_slice id, uint32_t depth)
{
	uint32_t count = 0;
	HS_JSON_EACH(member, depth > 2 * HS__VALIDATE_DEPTH ? NULL : value) {
		struct hs__tags tags = { .rest = hs_json_text(member) };
		struct hs__tag tag;
		if (hs_json_type(member) >= HS_JSON_ARRAY)
			count += count_id(member, id, depth + 1);
		else if (!hs_json_is(value, HS_JSON_OBJECT) || !hs_slice_eq(hs_json_key(member), HS_S("div")))
			continue;
		while (hs__next_tag(&tags, &tag))
			count += tag.attributes.len && hs_slice_eq(hs__tag_attribute(&tag, HS_S("id")), id);
	}
	return count;
}

static void check_words(struct hs__validation *run, const struct hs__node *node, struct hs_slice id,
	const struct hs_json *of)
{
	uint32_t count = run->links++ < LINKS_MAX ? count_id(of, id, 0) : 1;
	if (!count)
		HS__FAIL(run, node, "", "not-found", "narrative-link-id",
			"no element of the narrative has the id '%.*s', to which this leads", HS__SHOW(id));
	else if (count > 1)
		HS__FAIL(run, node, "", "invalid", "narrative-link-id",
			"%u elements of the narrative have the id '%.*s', to which this leads; ids are "
			"unique",
			count, HS__SHOW(id));
}

/* The address of the words: "#id" in the same resource, or "address#id" in another entry of the bundle. */
static void check_narrative_link(struct hs__validation *run, const struct hs__node *node)
{
	const struct hs__bundle *bundle;
	const struct hs__entry *from;
	uint32_t count = 0;
	struct hs_slice id = hs_json_text(hs__rules_choice(node->value, HS_S("value"), NULL));
	struct hs_slice address = hs_slice_cut(&id, '#');
	if (id.len && !address.len && node->resource)
		check_words(run, node, id, hs__rules_container(node)->value);
	if (!address.len || !hs__bundle_around(run, node, &bundle, &from))
		return;
	const struct hs__entry *found = hs__bundle_find(run, bundle, from, address, &count, NULL);
	if (found && id.len)
		check_words(run, node, id, found->resource);
	else if (!found && hs_slice_starts(address, HS_S("urn:")))
		HS__FAIL(run, node, "", "not-found", "narrative-link-entry",
			"'%.*s' is the address of no entry of the bundle", HS__SHOW(address));
}

void hs__rule_extension(struct hs__validation *run, const struct hs__node *node)
{
	if (hs_slice_eq(hs_json_get_text(node->value, HS_S("url")), HS_S(NARRATIVE_LINK)))
		check_narrative_link(run, node);
}

static void check_text_links(struct hs__validation *run, const struct hs__node *node)
{
	HS__EACH_BELOW(link, node, "extension") {
		if (!hs_slice_eq(hs_json_get_text(link.value, HS_S("url")), HS_S(TEXT_LINK)))
			continue;
		struct hs_slice id = hs_json_text(hs__rules_extension(link.value, HS_S("htmlid"), NULL));
		struct hs_slice data = hs_json_text(hs__rules_extension(link.value, HS_S("data"), NULL));
		if (id.len)
			check_words(run, &link, id, node->value);
		if (hs_slice_starts(data, HS_S("#")) && !has_anchor(run, hs_slice_from(data, 1)))
			HS__FAIL(run, &link, "", "not-found", "narrative-link-data-id",
				"nothing has the id '%.*s', from which the text is said to come",
				HS__SHOW(hs_slice_from(data, 1)));
	}
}

/* ---- the whole ---- */

/* A picture "#id" is in what the resource contains, which the published examples leave out. */
static void check_links(struct hs__validation *run, const struct hs__node *node, const struct hs__tag *tag)
{
	bool picture = hs_slice_eq(tag->name, HS_S("img"));
	struct hs_slice url = hs_slice_eq(tag->name, HS_S("a")) ? hs__tag_attribute(tag, HS_S("href")) :
		picture                                         ? hs__tag_attribute(tag, HS_S("src")) :
								  HS_S_NONE;
	if (url.ptr && !(picture && hs_slice_starts(url, HS_S("#"))))
		check_link(run, node, url);
}

static void check_tags(struct hs__validation *run, const struct hs__node *node, struct hs_slice text)
{
	struct hs__tags tags = { .rest = text };
	struct hs__tag tag;
	struct hs__nesting nesting;
	nesting.depth = 0; /* the rest is filled as it goes */
	while (hs__next_tag(&tags, &tag)) {
		hs__nest(run, node, &nesting, &tag);
		if (tag.attributes.len && !tag.end)
			check_links(run, node, &tag);
	}
}

#define XHTML "http://www.w3.org/1999/xhtml"

/* Readers of XML know the tags by their namespace; the XML reader has seen to its own already. */
static void check_namespace(struct hs__validation *run, const struct hs__node *node, struct hs_slice text)
{
	struct hs__tags tags = { .rest = text };
	struct hs__tag div;
	if (!hs__next_tag(&tags, &div))
		return;
	struct hs_slice space = hs__tag_attribute(&div, HS_S("xmlns"));
	if (!space.ptr || !hs_slice_eq(space, HS_S(XHTML)))
		HS__FAIL_OTHERS(run, node, "div", "invalid", "narrative-namespace",
			"the <div> must say xmlns=\"" XHTML "\"%s%.*s", space.ptr ? ", not " : "",
			HS__SHOW(space));
}

/* The language stands on the <div> too, once for HTML and once for XML (R4 section 2.4.1.1). */
static void check_language(struct hs__validation *run, const struct hs__node *node, struct hs_slice text)
{
	struct hs__tags tags = { .rest = text };
	struct hs__tag div;
	struct hs_slice said = hs_json_get_text(node->resource ? node->resource->value : NULL,
		HS_S("language"));
	if (!said.len || !hs__next_tag(&tags, &div))
		return;
	struct hs_slice plain = hs__tag_attribute(&div, HS_S("lang"));
	struct hs_slice xml = hs__tag_attribute(&div, HS_S("xml:lang"));
	if (!plain.ptr || !xml.ptr)
		HS__WARN(run, node, "div", "business-rule", "narrative-language",
			"the resource has the language '%.*s'; say so on the <div>, as lang and as xml:lang",
			HS__SHOW(said));
	if ((plain.ptr && !hs_slice_eq(plain, said)) || (xml.ptr && !hs_slice_eq(xml, said)))
		HS__WARN(run, node, "div", "business-rule", "narrative-language",
			"the resource has the language '%.*s', but the <div> says '%.*s'", HS__SHOW(said),
			HS__SHOW(plain.ptr && !hs_slice_eq(plain, said) ? plain : xml));
}

void hs__rule_narrative(struct hs__validation *run, const struct hs__node *node)
{
	struct hs_slice text = hs_slice_trim(hs_json_get_text(node->value, HS_S("div")));
	if (!text.len || hs__narrative_fault(text, false, NULL))
		return; /* told with the structure */
	check_namespace(run, node, text);
	check_tags(run, node, text);
	check_language(run, node, text);
	check_text_links(run, node);
}
