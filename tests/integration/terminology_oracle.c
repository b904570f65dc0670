/* SPDX-License-Identifier: Apache-2.0 */
/* The terminology held against itself: what it says of a value set or code system in one way must follow from
 * what it says in another. Value sets and code systems of the FHIR packages, a part of them each time; with
 * HS_ORACLE=all in the environment all of them. */
#include "oracle_test.h"

#define PART 12u /* one of so many is looked at */

static bool is_chosen(void)
{
	const char *wish = getenv("HS_ORACLE");
	bool by_chance = oracle_random(&o, PART) == 0;

	return by_chance || (wish && strcmp(wish, "all") == 0);
}

/* ---- value sets ---- */

static void check_by_name(const struct hs_json *set)
{
	struct hs_slice url = hs_json_get_text(set, HS_S("url")),
			version = hs_json_get_text(set, HS_S("version"));
	struct hs_json *q = hs_parameters(o.arena), *answer;
	struct oracle_list inline_codes, named;
	struct hs_error err;

	oracle_add(&o, q, "url", "valueUri", url);
	oracle_add(&o, q, "valueSetVersion", "valueString", version);
	hs_parameters_add(o.arena, q, HS_S("excludeNested"), HS_S("valueBoolean"),
		hs_json_bool(o.arena, true));
	answer = oracle_ask(&o, "ValueSet/$expand", q, &err);
	bool expands = oracle_expand(&o, set, &inline_codes);
	if (!answer && !expands)
		return;
	if (answer)
		oracle_codes(&o, answer, &named);
	if (!answer || !expands || !oracle_same_codes(&inline_codes, &named, true))
		oracle_differs(&o, "%.*s|%.*s: by name %s, sent along %s", HS_S_ARG(url), HS_S_ARG(version),
			answer ? "it expands" : err.text, expands ? "it expands" : "it does not");
}

struct walk {
	struct hs_package *const *packages;
	const struct hs_package *package;
	void (*check)(const struct hs_json *resource);
};

static enum hs_status visit(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	const struct walk *w = arg;
	struct hs_json *tree = NULL;

	(void)file;
	(void)type;
	if (!is_chosen())
		return HS_OK;
	enum hs_status status = hs_json_parse(arena, text, NULL, &tree, err);
	if (status == HS_OK &&
		!hs_package_gives_way(w->packages, w->package, hs_json_get_text(tree, HS_S("url"))))
		w->check(tree);
	hs_arena_reset(o.arena);
	return status;
}

/* Each package as its own version of FHIR sees it; HL7's terminology as both do. */
static void walk_packages(const char *type, void (*check)(const struct hs_json *resource))
{
	const char *types[] = { type, NULL };
	struct walk w = { hs_host_packages(fixture_host(o.f)), NULL, check };
	struct hs_error err = { .status = HS_OK };

	for (size_t i = 0; w.packages[i]; i++) {
		w.package = w.packages[i];
		bool r5 = hs_package_fhir_version(w.package) == HS_FHIR_R5;
		for (int face = 0; face < 2; face++) {
			if (hs_package_is_core(w.package) && face != r5)
				continue;
			o.view = o.views[face];
			if (hs_package_each(w.package, types, visit, &w, &err))
				fail_msg("%s", err.text);
		}
	}
}

static void check_published_set(const struct hs_json *set)
{
	oracle_check_set(&o, set);
	check_by_name(set);
}

static void value_sets_of_packages(void **state)
{
	(void)state;
	need_packages();
	walk_packages("ValueSet", check_published_set);
	print_message("%zu value sets, %zu of them not expanded\n", o.sets, o.refused);
	none_differs();
}

/* ---- code systems ---- */

static struct hs_json *lookup(const struct oracle_item *item)
{
	static const char *const pairs[] = { "code:property", "parent", "code:property", "child", NULL };
	struct hs_json *q = oracle_parameters(&o, pairs);
	struct hs_error err;

	oracle_add(&o, q, "system", "valueUri", item->system);
	if (item->version.len)
		oracle_add(&o, q, "version", "valueString", item->version);
	oracle_add(&o, q, "code", "valueCode", item->code);
	return oracle_ask(&o, "CodeSystem/$lookup", q, &err);
}

/* "subsumes" and so on; "" when it is refused. */
static struct hs_slice subsumes(const struct oracle_item *a, const struct oracle_item *b)
{
	struct hs_json *q = hs_parameters(o.arena);
	struct hs_error err;

	oracle_add(&o, q, "system", "valueUri", a->system);
	if (a->version.len)
		oracle_add(&o, q, "version", "valueString", a->version);
	oracle_add(&o, q, "codeA", "valueCode", a->code);
	oracle_add(&o, q, "codeB", "valueCode", b->code);
	return hs_parameter_text(oracle_ask(&o, "CodeSystem/$subsumes", q, &err), HS_S("outcome"));
}

/* The codes of a property in the answer of $lookup. */
static struct hs_slice related(const struct hs_json *parameter, const char *name)
{
	const struct hs_json *code = NULL, *value = NULL;

	if (!hs_slice_eq(hs_json_get_text(parameter, HS_S("name")), HS_S("property")))
		return HS_S_NONE;
	HS_JSON_EACH(part, hs_json_get(parameter, HS_S("part"))) {
		if (hs_slice_eq(hs_json_get_text(part, HS_S("name")), HS_S("code")))
			code = hs_parameter_value(part);
		if (hs_slice_eq(hs_json_get_text(part, HS_S("name")), HS_S("value")))
			value = hs_parameter_value(part);
	}
	return hs_slice_eq(hs_json_text(code), hs_slice_cstr(name)) ? hs_json_text(value) : HS_S_NONE;
}

static void expect_relation(const struct oracle_item *a, const struct oracle_item *b, bool above,
	const char *why)
{
	struct hs_slice said = subsumes(a, b);
	bool is_above = hs_slice_eq(said, HS_S("subsumes")) || hs_slice_eq(said, HS_S("equivalent"));

	if (is_above != above)
		oracle_differs(&o, "%.*s: %s, but $subsumes says of %.*s and %.*s: %.*s", HS_S_ARG(a->system),
			why, HS_S_ARG(a->code), HS_S_ARG(b->code), HS_S_ARG(said));
}

static bool has_children(const struct oracle_item *item)
{
	HS_JSON_EACH(p, hs_json_get(lookup(item), HS_S("parameter")))
		if (related(p, "child").len)
			return true;
	return false;
}

/* What $lookup says of the places of a concept, $subsumes and the filter child-of say too. */
static void check_place(const struct oracle_list *all, const struct oracle_item *item)
{
	const struct hs_json *answer = lookup(item);
	struct oracle_list children;
	size_t count = 0;

	if (!answer) {
		oracle_differs(&o, "%.*s: no $lookup of %.*s", HS_S_ARG(item->system), HS_S_ARG(item->code));
		return;
	}
	if (!oracle_expand(&o, oracle_filter_set(&o, item->system, item->version, "child-of", item->code),
		    &children))
		oracle_differs(&o, "%.*s: no children of %.*s", HS_S_ARG(item->system), HS_S_ARG(item->code));
	HS_JSON_EACH(p, hs_json_get(answer, HS_S("parameter"))) {
		struct hs_slice child = related(p, "child"), parent = related(p, "parent");
		const struct oracle_item *other = oracle_find(all, item->system, child.len ? child : parent);
		if ((!child.len && !parent.len) || !other)
			continue;
		if (child.len)
			expect_relation(item, other, true, "$lookup says child");
		else
			expect_relation(other, item, true, "$lookup says parent");
		count += child.len > 0;
		if (child.len && !oracle_find(&children, item->system, child))
			oracle_differs(&o, "%.*s: %.*s is a child of %.*s by $lookup, not by child-of",
				HS_S_ARG(item->system), HS_S_ARG(child), HS_S_ARG(item->code));
	}
	if (count != children.count)
		oracle_differs(&o, "%.*s: %.*s has %zu children by $lookup, %zu by child-of",
			HS_S_ARG(item->system), HS_S_ARG(item->code), count, children.count);
}

static const struct {
	const char *op;
	bool below, above,
		itself; /* what it lets through: is the code below the named one, above it, it itself */
} hierarchical[] = {
	{ "is-a", true, false, true },
	{ "descendent-of", true, false, false },
	{ "generalizes", false, true, true },
	{ "is-not-a", false, false, false },
	{ "descendent-leaf", true, false, false },
};

/* Each operator on the hierarchy lets through what $subsumes says it should. */
static void check_operators(const struct oracle_list *all, const struct oracle_item *named)
{
	for (size_t i = 0; i < sizeof(hierarchical) / sizeof(hierarchical[0]); i++) {
		struct hs_json *set = oracle_filter_set(&o, named->system, named->version, hierarchical[i].op,
			named->code);
		struct oracle_list inside;
		if (!oracle_expand(&o, set, &inside)) {
			oracle_differs(&o, "%.*s: %s %.*s is refused", HS_S_ARG(named->system),
				hierarchical[i].op, HS_S_ARG(named->code));
			continue;
		}
		for (size_t n = 0; n < 6; n++) {
			const struct oracle_item *other = &all->items[oracle_random(&o, all->count)];
			struct hs_slice said = subsumes(named, other);
			bool below = hs_slice_eq(said, HS_S("subsumes")),
			     above = hs_slice_eq(said, HS_S("subsumed-by")),
			     itself = hs_slice_eq(said, HS_S("equivalent"));
			bool wanted = (below && hierarchical[i].below) || (above && hierarchical[i].above) ||
				(itself && hierarchical[i].itself);
			if (strcmp(hierarchical[i].op, "is-not-a") == 0)
				wanted = !below && !itself;
			if (strcmp(hierarchical[i].op, "descendent-leaf") == 0)
				wanted &= !has_children(other);
			if (wanted != (oracle_find(&inside, other->system, other->code) != NULL))
				oracle_differs(&o, "%.*s: %s %.*s and $subsumes (%.*s) differ on %.*s",
					HS_S_ARG(named->system), hierarchical[i].op, HS_S_ARG(named->code),
					HS_S_ARG(said), HS_S_ARG(other->code));
		}
	}
}

/* A code is in its code system exactly when it is in the set of all its codes. */
static void check_both_validations(const struct oracle_item *item)
{
	struct hs_json *q = hs_parameters(o.arena), *answer;
	struct hs_error err;

	oracle_add(&o, q, "url", "valueUri", item->system);
	if (item->version.len)
		oracle_add(&o, q, "version", "valueString", item->version);
	oracle_add(&o, q, "code", "valueCode", item->code);
	if (item->display.len)
		oracle_add(&o, q, "display", "valueString", item->display);
	answer = oracle_ask(&o, "CodeSystem/$validate-code", q, &err);
	if (hs_json_type(hs_parameter_value(hs_parameter(answer, HS_S("result")))) != HS_JSON_TRUE)
		oracle_differs(&o, "%.*s: %.*s is in the set of all codes, but: %.*s", HS_S_ARG(item->system),
			HS_S_ARG(item->code), HS_S_ARG(hs_parameter_text(answer, HS_S("message"))));
}

static void check_system(const struct hs_json *system)
{
	struct hs_slice content = hs_json_get_text(system, HS_S("content"));
	struct hs_json *set = oracle_filter_set(&o, hs_json_get_text(system, HS_S("url")),
		hs_json_get_text(system, HS_S("version")), NULL, HS_S_NONE);
	struct oracle_list all;

	if (!hs_slice_eq(content, HS_S("complete")) || !hs_json_get(system, HS_S("concept")))
		return;
	oracle_check_set(&o, set);
	if (!oracle_expand(&o, set, &all) || !all.count) {
		oracle_differs(&o, "%.*s: cannot be listed", HS_S_ARG(hs_json_get_text(system, HS_S("url"))));
		return;
	}
	for (size_t n = 0; n < 3; n++) {
		struct oracle_item item = all.items[oracle_random(&o, all.count)];
		item.version = hs_json_get_text(system, HS_S("version"));
		check_place(&all, &item);
		check_operators(&all, &item);
		check_both_validations(&item);
	}
}

static void code_systems_of_packages(void **state)
{
	(void)state;
	need_packages();
	o.sets = o.refused = 0;
	walk_packages("CodeSystem", check_system);
	print_message("%zu code systems\n", o.sets);
	none_differs();
}

/* ---- families of our own ---- */

#define CS(url, more) \
	"{'resourceType':'CodeSystem','url':'" url \
	"','status':'active','content':'complete','caseSensitive':true," more "}"
#define VS(url, compose) \
	"{'resourceType':'ValueSet','url':'" url "','status':'active','compose':{" compose "}}"
#define COLOUR ",'property':[{'code':'colour','type':'code'}]"
#define PARENT(code) "'property':[{'code':'parent','valueCode':'" code "'}]"

/* Every kind of concept, in two versions; a graph; codes in any case; a part of a whole; sets that others
 * take. */
static const char *const own[] = {
	CS("urn:o:tree",
		"'version':'1.0.0'" COLOUR ",'concept':[{'code':'a','display':'Alpha one','concept':["
		"{'code':'b','display':'Beta one'},{'code':'gone','display':'Gone "
		"since'}]},{'code':'old','display':'Only old'}]"),
	CS("urn:o:tree",
		"'version':'2.0.0'" COLOUR
		",'concept':[{'code':'a','display':'Alpha two','property':[{'code':"
		"'notSelectable','valueBoolean':true}],'concept':[{'code':'b','display':'Beta "
		"two','designation':[{"
		"'language':'sv','value':'Beta två'}]},{'code':'gone','display':'Gone "
		"since','property':[{'code':'status',"
		"'valueCode':'retired'}],'concept':[{'code':'deep','display':'Deep "
		"below'}]}]},{'code':'new','display':"
		"'Only "
		"new','property':[{'code':'inactive','valueBoolean':true},{'code':'colour','valueCode':'red'}"
		"]}]"),
	CS("urn:o:graph",
		"'concept':[{'code':'r'},{'code':'s','display':'Side path'},{'code':'x','display':'Cross',"
		"'property':[{'code':'parent','valueCode':'r'},{'code':'parent','valueCode':'s'}]},{'code':'"
		"y'," PARENT("x") "}]"),
	"{'resourceType':'CodeSystem','url':'urn:o:fold','version':'1','status':'active','content':'complete'"
	","
	"'caseSensitive':false,'concept':[{'code':'Mixed','display':'Mixed "
	"case'},{'code':'a','display':'Another'}]}",
	"{'resourceType':'CodeSystem','url':'urn:o:part','version':'1','status':'active','content':'fragment'"
	","
	"'caseSensitive':true,'concept':[{'code':'p','display':'Part of it'}]}",
	VS("urn:o:active", "'inactive':false,'include':[{'system':'urn:o:tree'}]"),
	VS("urn:o:first", "'include':[{'system':'urn:o:tree','version':'1.0.0'}]"),
	VS("urn:o:list",
		"'include':[{'system':'urn:o:tree','concept':[{'code':'b'},{'code':'gone'},{'code':'none'}]},"
		"{'system':'urn:o:graph'}]"),
	VS("urn:o:less", "'include':[{'system':'urn:o:tree'}],'exclude':[{'valueSet':['urn:o:list']}]"),
	NULL,
};

#define FILTER(system, property, op, value) \
	"{'system':'" system "','filter':[{'property':'" property "','op':'" op "','value':'" value "'}]}"

static const char *const rules[] = {
	"{'system':'urn:o:tree'}",
	"{'system':'urn:o:tree','version':'1.0.0'}",
	"{'system':'urn:o:tree','version':'2.x'}",
	"{'system':'urn:o:tree','concept':[{'code':'gone'},{'code':'b','display':'Own name'},{'code':'a'}]}",
	"{'system':'urn:o:graph'}",
	"{'system':'urn:o:fold'}",
	"{'system':'urn:o:part'}",
	"{'valueSet':['urn:o:active']}",
	"{'valueSet':['urn:o:less']}",
	"{'valueSet':['urn:o:list','urn:o:active']}",
	"{'valueSet':['urn:o:first']}",
	"{'system':'urn:o:tree','valueSet':['urn:o:list']}",
	"{'system':'urn:o:tree','concept':[{'code':'b'},{'code':'gone'}],'valueSet':['urn:o:active']}",
	FILTER("urn:o:tree", "concept", "is-a", "gone"),
	FILTER("urn:o:tree", "concept", "descendent-of", "a"),
	FILTER("urn:o:tree", "concept", "is-not-a", "gone"),
	FILTER("urn:o:tree", "concept", "child-of", "a"),
	FILTER("urn:o:tree", "concept", "descendent-leaf", "a"),
	FILTER("urn:o:tree", "concept", "generalizes", "deep"),
	FILTER("urn:o:tree", "concept", "in", "a,b,none"),
	FILTER("urn:o:tree", "concept", "not-in", "a,b,none"),
	FILTER("urn:o:tree", "code", "regex", "[a-g].*"),
	FILTER("urn:o:tree", "display", "regex", ".*two"),
	FILTER("urn:o:tree", "colour", "=", "red"),
	FILTER("urn:o:tree", "colour", "exists", "false"),
	FILTER("urn:o:tree", "inactive", "=", "false"),
	FILTER("urn:o:tree", "status", "=", "retired"),
	FILTER("urn:o:tree", "notSelectable", "=", "true"),
	FILTER("urn:o:tree", "parent", "=", "a"),
	FILTER("urn:o:tree", "child", "exists", "true"),
	FILTER("urn:o:graph", "concept", "is-a", "s"),
	FILTER("urn:o:graph", "concept", "descendent-leaf", "r"),
	FILTER("urn:o:fold", "concept", "is-a", "MIXED"),
};
#define RULES (sizeof(rules) / sizeof(rules[0]))

static void check_composed(const char *kind, const char *first, const char *second, const char *more)
{
	struct hs_slice text = hs_arena_printf(o.arena,
		"{'resourceType':'ValueSet','url':'urn:o:%s','status':'active','compose':{%s'include':[%s%s%"
		"s]%s%s%s}}",
		kind, more, first, strcmp(kind, "two") == 0 ? "," : "",
		strcmp(kind, "two") == 0 ? second : "", strcmp(kind, "less") == 0 ? ",'exclude':[" : "",
		strcmp(kind, "less") == 0 ? second : "", strcmp(kind, "less") == 0 ? "]" : "");
	size_t before = o.differences;

	oracle_check_set(&o, oracle_json(&o, hs_arena_cstr(o.arena, text)));
	if (o.differences > before)
		oracle_differs(&o, "  in %.*s", HS_S_ARG(text));
	hs_arena_reset(o.arena);
}

/* Each rule alone, with each other, and without each other. */
static void rules_together(void **state)
{
	(void)state;
	need_packages();
	oracle_bring(&o, own);
	o.sets = o.refused = 0;
	for (size_t i = 0; i < RULES; i++)
		for (size_t k = 0; k < RULES; k++) {
			if (is_chosen())
				check_composed("two", rules[i], rules[k], "");
			if (is_chosen())
				check_composed("less", rules[i], rules[k], "");
			if (i == k)
				check_composed("one", rules[i], "", "'inactive':false,");
		}
	print_message("%zu value sets, %zu of them not expanded\n", o.sets, o.refused);
	none_differs();
}

/* ---- two sets ---- */

#define FAMILY 60u

struct member {
	const char *text, *url;
	struct oracle_list codes;
	bool expands;
};

/* One or two rules of those above, sometimes without another. */
static const char *make_set(struct hs_arena *arena, size_t number)
{
	bool two = oracle_random(&o, 2), less = oracle_random(&o, 3) == 0;
	const char *first = rules[oracle_random(&o, RULES)], *second = rules[oracle_random(&o, RULES)],
		   *third = rules[oracle_random(&o, RULES)];

	return hs_arena_cstr(arena,
		hs_arena_printf(arena,
			"{'resourceType':'ValueSet','url':'urn:o:member%zu','status':'active','compose':{'"
			"include':[%s%s%s]%s%s%s}}",
			number, first, two ? "," : "", two ? second : "", less ? ",'exclude':[" : "",
			less ? third : "", less ? "]" : ""));
}

/* What the codes of both tell. */
static const char *relation(const struct oracle_list *a, const struct oracle_list *b, size_t *common)
{
	size_t only_a = 0, only_b = 0;

	*common = 0;
	for (size_t i = 0; i < a->count; i++)
		*(oracle_find(b, a->items[i].system, a->items[i].code) ? common : &only_a) += 1;
	for (size_t i = 0; i < b->count; i++)
		only_b += !oracle_find(a, b->items[i].system, b->items[i].code);
	if (!*common)
		return only_a || only_b ? "disjoint" : "empty";
	return only_a && only_b ? "overlapping" : only_a ? "superset" : only_b ? "subset" : "same";
}

static const char *inverse(const char *relation)
{
	return strcmp(relation, "superset") == 0 ? "subset" :
		strcmp(relation, "subset") == 0  ? "superset" :
						   relation;
}

/* How many codes stand in a list of the answer. */
static size_t listed(const struct hs_json *answer, const char *name)
{
	struct hs_slice text = hs_parameter_text(answer, hs_slice_cstr(name));
	size_t n = text.len > 0;

	for (size_t i = 0; i < text.len; i++)
		n += text.ptr[i] == ',';
	return n;
}

/* "same" and so on, as the service says; by their definitions alone it need not look at versions. */
static const char *compared(const struct member *a, const struct member *b, bool *expanded, size_t *common)
{
	const char *pairs[] = { "uri:thisUrl", a->url, "uri:otherUrl", b->url, NULL };
	struct hs_error err = { .status = HS_OK };
	struct hs_json *answer = oracle_ask(&o, "ValueSet/$compare", oracle_parameters(&o, pairs), &err);

	if (!answer)
		return "refused";
	*expanded = hs_json_type(hs_parameter_value(hs_parameter(answer, HS_S("performed-expansion")))) ==
		HS_JSON_TRUE;
	*common = listed(answer, "common-codes");
	return hs_arena_cstr(o.arena, hs_parameter_text(answer, HS_S("result")));
}

/* Different versions may mean different codes where definitions say the same. */
static bool names_versions(const struct member *m)
{
	return strstr(m->text, "version") || strstr(m->text, "urn:o:first");
}

static void check_pair(const struct member *a, const struct member *b)
{
	bool expanded = false, back_expanded = false;
	size_t told = 0, back_told = 0, common = 0;
	const char *here = compared(a, b, &expanded, &told),
		   *back = compared(b, a, &back_expanded, &back_told);
	const char *wanted = a->expands && b->expands ? relation(&a->codes, &b->codes, &common) :
							"indeterminate";
	bool judged = expanded || (!names_versions(a) && !names_versions(b) && a->expands && b->expands);

	if (strcmp(inverse(here), back) != 0 || expanded != back_expanded)
		oracle_differs(&o, "%s %s, but the other way round %s, of\n%s\n%s", a->url, here, back,
			a->text, b->text);
	if (judged && strcmp(here, wanted) != 0)
		oracle_differs(&o, "%s instead of %s, of\n%s\n%s", here, wanted, a->text, b->text);
	if (expanded && told && told != common)
		oracle_differs(&o, "%zu common codes instead of %zu, of\n%s\n%s", told, common, a->text,
			b->text);
}

/* $compare says of two sets what their expansions say, and of them the other way round the inverse. */
static void sets_compared(void **state)
{
	struct hs_arena *arena = hs_arena_new((size_t)64 << 20);
	struct member members[FAMILY];
	const char *texts[FAMILY + 20] = { NULL };
	size_t n = 0;

	(void)state;
	need_packages();
	for (; own[n]; n++)
		texts[n] = own[n];
	for (size_t i = 0; i < FAMILY; i++) {
		members[i].text = texts[n++] = make_set(arena, i);
		members[i].url = hs_arena_cstr(arena, hs_arena_printf(arena, "urn:o:member%zu", i));
	}
	oracle_bring(&o, texts);
	for (size_t i = 0; i < FAMILY; i++) {
		struct oracle keep = o;
		o.arena = arena; /* the codes are needed to the end */
		members[i].expands = oracle_expand(&o, oracle_json(&o, members[i].text), &members[i].codes);
		o.arena = keep.arena;
	}
	for (size_t i = 0; i < FAMILY; i++)
		for (size_t k = 0; k < FAMILY; k++) {
			if (!is_chosen())
				continue;
			check_pair(&members[i], &members[k]);
			hs_arena_reset(o.arena);
		}
	hs_arena_free(arena);
	none_differs();
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(value_sets_of_packages),
		cmocka_unit_test(code_systems_of_packages),
		cmocka_unit_test(rules_together),
		cmocka_unit_test(sets_compared),
	};

	return cmocka_run_group_tests(tests, open_bench, close_bench);
}
