/* SPDX-License-Identifier: Apache-2.0 */
/* The built-in layer: code systems that no FHIR package holds. Grammars come from their tables, lists of
 * languages, scripts, countries, their parts and currencies from Debian's iso-codes when it is installed. */
#include "../compile/compile.h"
#include "grammar.h"
#include "lists.h"

#include <handslag/service.h>

#include <stdio.h>
#include <stdlib.h>
#include <sys/stat.h>

#define ARENA ((size_t)512 << 20)
#define CODES_MAX 3

/* A code system made of lists: each entry is a code under each of the members, with a name. */
struct system_row {
	const char *url, *name, *title;
	struct {
		const char *list;             /* iso_LIST.json; NULL: no more */
		const char *codes[CODES_MAX]; /* members that are codes */
		bool first_only;              /* the first of them that is there is the only one */
	} lists[4];
	bool hidden; /* for the grammars only */
};

static const struct system_row systems[] = {
	{ .url = "urn:ietf:bcp:47:language",
		.name = "LanguageSubtags",
		.title = "Subtags of languages",
		.lists = { { "639-3", { "alpha_2", "alpha_3" }, true }, { "639-5", { "alpha_3" }, true },
			{ "639-2", { "alpha_2", "alpha_3" }, true } },
		.hidden = true },
	{ .url = "urn:ietf:bcp:47:script",
		.name = "ScriptSubtags",
		.title = "Subtags of scripts",
		.lists = { { "15924", { "alpha_4" }, true } },
		.hidden = true },
	{ .url = "urn:ietf:bcp:47:area",
		.name = "AreaSubtags",
		.title = "Subtags of regions that are no country",
		.hidden = true },
	{ .url = "urn:iso:std:iso:3166",
		.name = "Countries",
		.title = "Countries (ISO 3166-1)",
		.lists = { { "3166-1", { "alpha_2", "alpha_3", "numeric" }, false } } },
	{ .url = "urn:iso:std:iso:3166:-2",
		.name = "CountrySubdivisions",
		.title = "Parts of countries (ISO 3166-2)",
		.lists = { { "3166-2", { "code" }, true } } },
	{ .url = "urn:iso:std:iso:4217",
		.name = "Currencies",
		.title = "Currencies (ISO 4217)",
		.lists = { { "4217", { "alpha_3" }, true } } },
};
#define SYSTEMS (sizeof(systems) / sizeof(systems[0]))

/* Subtags that no list has, or that have none. */
static const struct {
	enum tx_builtin system;
	struct hs_slice code, name;
} subtags[] = {
#define LANGUAGE(c, n) { TX_BUILTIN_LANGUAGE, HS_S_INIT(c), HS_S_INIT(n) },
#define SCRIPT(c, n) { TX_BUILTIN_SCRIPT, HS_S_INIT(c), HS_S_INIT(n) },
#define REGION(c, n) { TX_BUILTIN_AREA, HS_S_INIT(c), HS_S_INIT(n) },
#define VARIANT(c, n)
#define EXTLANGS(language, list)
#include "subtags.def"
#undef LANGUAGE
#undef SCRIPT
#undef REGION
#undef VARIANT
#undef EXTLANGS
};

/* Languages that the registry of subtags names otherwise than ISO 639 does. (Of ia it folds the line, and
 * what its readers know is the first part.) */
static const struct {
	const char *code, *name;
} registered[] = { { "cpe", "English-based creoles and pidgins" },
	{ "cpf", "French-based creoles and pidgins" }, { "cpp", "Portuguese-based creoles and pidgins" },
	{ "dgr", "Tlicho" }, { "him", "Himachali languages" },
	{ "ia", "Interlingua (International Auxiliary Language" }, { "new", "Nepal Bhasa" },
	{ "sgn", "Sign languages" } };

static const char *const languages[] = { "sv", NULL };

struct maker {
	struct hs_arena *arena;
	const char *lists, *locales;
	struct tx_compile *compile;
	struct entry {
		struct hs_slice code;
		const struct hs_json *source; /* of the list, or NULL */
		const char *list;
		struct hs_slice name;
		size_t place;
	} * entries;
	size_t count, room;
};

/* ---- entries of a system ---- */

static void add_entry(struct maker *m, struct entry entry)
{
	if (m->count == m->room) {
		size_t room = m->room ? m->room * 2 : 1024;
		m->entries = hs_arena_grow(m->arena, m->entries, m->room * sizeof(entry),
			room * sizeof(entry));
		HS_ASSERT(m->entries);
		m->room = room;
	}
	entry.place = m->count;
	m->entries[m->count++] = entry;
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *x = a, *y = b;
	int order = hs_slice_cmp(x->code, y->code);

	return order ? order : x->place < y->place ? -1 : 1;
}

/* Codes that stand for a range ("qaa-qtz") are none. */
static bool is_range(struct hs_slice code)
{
	return code.len == 7 && code.ptr[3] == '-' && code.ptr[0] == 'q';
}

static void add_subtags(struct maker *m, enum tx_builtin system)
{
	for (size_t i = 0; i < sizeof(subtags) / sizeof(subtags[0]); i++)
		if (subtags[i].system == system)
			add_entry(m, (struct entry) { subtags[i].code, NULL, NULL, subtags[i].name, 0 });
}

static enum hs_status gather(struct maker *m, const struct system_row *system, struct hs_error *err)
{
	m->count = 0;
	for (size_t l = 0; l < 4 && system->lists[l].list; l++) {
		const struct hs_json *list = NULL;
		enum hs_status status = hs_tx_list_read(m->arena, m->lists, system->lists[l].list, &list,
			err);
		if (status)
			return status;
		HS_JSON_EACH(item, list)
			for (size_t i = 0; i < CODES_MAX && system->lists[l].codes[i]; i++) {
				struct hs_slice code = hs_json_get_text(item,
					hs_slice_cstr(system->lists[l].codes[i]));
				if (!code.len || is_range(code))
					continue;
				add_entry(m,
					(struct entry) { code, item, system->lists[l].list,
						hs_json_get_text(item, HS_S("name")), 0 });
				if (system->lists[l].first_only)
					break;
			}
	}
	if (m->count || !system->lists[0].list) /* without the lists any code will do (tags.c) */
		add_subtags(m, TX_BUILTIN_GRAMMARS + (enum tx_builtin)(system - systems));
	if (m->count)
		qsort(m->entries, m->count, sizeof(*m->entries), compare_entries);
	return HS_OK;
}

/* ---- as a CodeSystem ---- */

struct names {
	const char *list;
	struct tx_names by_language[sizeof(languages) / sizeof(languages[0])];
};

static void add_designation(struct maker *m, struct hs_json *concept, const char *language,
	struct hs_slice value)
{
	struct hs_json *list = hs_json_get(concept, HS_S("designation"));

	HS_JSON_EACH(there, list)
		if (hs_slice_eq(hs_json_get_text(there, HS_S("value")), value))
			return;
	if (!value.len || hs_slice_eq(hs_json_get_text(concept, HS_S("display")), value))
		return;
	if (!list)
		list = hs_json_add_array(m->arena, concept, HS_S("designation"));
	struct hs_json *item = hs_json_push(list, hs_json_object(m->arena));
	hs_json_add_text(m->arena, item, HS_S("language"), hs_slice_cstr(language));
	hs_json_add_text(m->arena, item, HS_S("value"), value);
}

/* Names of one entry: its own, each alternative in it ("Spanish; Castilian"), and those in other languages.
 */
static void add_names(struct maker *m, struct hs_json *concept, const struct entry *entry,
	struct names *names)
{
	static const char *const members[] = { "name", "common_name", "official_name", NULL };

	if (!entry->source)
		return;
	if (!names->list || strcmp(names->list, entry->list) != 0) {
		names->list = entry->list;
		for (size_t i = 0; languages[i]; i++)
			hs_tx_names_read(m->arena, m->locales, languages[i], entry->list,
				&names->by_language[i]);
	}
	for (size_t i = 0; members[i]; i++) {
		struct hs_slice text = hs_json_get_text(entry->source, hs_slice_cstr(members[i])),
				rest = text;
		while (rest.ptr)
			add_designation(m, concept, "en", hs_slice_trim(hs_slice_cut(&rest, ';')));
		for (size_t k = 0; languages[k]; k++) {
			rest = hs_tx_name(&names->by_language[k], text);
			while (rest.ptr)
				add_designation(m, concept, languages[k],
					hs_slice_trim(hs_slice_cut(&rest, ';')));
		}
	}
}

static struct hs_json *new_system(struct hs_arena *arena, const char *url, const char *name,
	const char *title)
{
	struct hs_json *out = hs_json_object(arena);

	hs_json_add_text(arena, out, HS_S("resourceType"), HS_S("CodeSystem"));
	hs_json_add_text(arena, out, HS_S("language"), HS_S("en"));
	hs_json_add_text(arena, out, HS_S("url"), hs_slice_cstr(url));
	hs_json_add_text(arena, out, HS_S("name"), hs_slice_cstr(name));
	hs_json_add_text(arena, out, HS_S("title"), hs_slice_cstr(title));
	hs_json_add_text(arena, out, HS_S("status"), HS_S("active"));
	hs_json_add_text(arena, out, HS_S("content"), HS_S("complete"));
	hs_json_add(out, HS_S("caseSensitive"), hs_json_bool(arena, true));
	return out;
}

static struct hs_slice display_of(const struct system_row *system, const struct entry *entry)
{
	struct hs_slice name = entry->name;

	if (system == &systems[TX_BUILTIN_LANGUAGE - TX_BUILTIN_GRAMMARS])
		for (size_t i = 0; i < sizeof(registered) / sizeof(registered[0]); i++)
			if (hs_slice_eq(entry->code, hs_slice_cstr(registered[i].code)))
				return hs_slice_cstr(registered[i].name);
	return hs_slice_cut(&name, ';');
}

static enum hs_status add_list(struct maker *m, const struct system_row *system, struct hs_error *err)
{
	struct hs_json *tree = new_system(m->arena, system->url, system->name, system->title),
		       *concept = NULL;
	struct hs_json *concepts = hs_json_array(m->arena);
	struct names names = { .list = NULL };
	enum hs_status status = gather(m, system, err);

	for (size_t i = 0; i < m->count && status == HS_OK; i++) {
		const struct entry *entry = &m->entries[i];
		if (!i || !hs_slice_eq(entry->code, m->entries[i - 1].code)) {
			concept = hs_json_push(concepts, hs_json_object(m->arena));
			hs_json_add_text(m->arena, concept, HS_S("code"), entry->code);
			hs_json_add_text(m->arena, concept, HS_S("display"), display_of(system, entry));
		}
		add_names(m, concept, entry, &names);
	}
	if (status)
		return status;
	hs_json_add(tree, HS_S("concept"), concepts);
	return hs_tx_compile_add(m->compile, tree, system->hidden ? 0 : HS_ON_R4 | HS_ON_R5, NULL, err);
}

static enum hs_status add_grammar(struct maker *m, const struct tx_grammar *grammar, struct hs_error *err)
{
	struct hs_json *tree = new_system(m->arena, grammar->url, grammar->name, grammar->title);
	uint32_t row = TX_NONE;

	if (grammar->version)
		hs_json_add_text(m->arena, tree, HS_S("version"), hs_slice_cstr(grammar->version));
	hs_json_add(tree, HS_S("compositional"), hs_json_bool(m->arena, true));
	enum hs_status status = hs_tx_compile_add(m->compile, tree, HS_ON_R4 | HS_ON_R5, &row, err);
	if (status == HS_OK)
		TX_ROW(m->compile, TX_SYSTEMS, struct tx_system_row, row)->head.flags |= TX_ELSEWHERE;
	return status;
}

enum hs_status hs_tx_builtin_compile(struct tx_compile *compile, const char *lists, const char *locales,
	struct hs_error *err)
{
	struct maker m = {
		.arena = hs_arena_new(ARENA), .lists = lists, .locales = locales, .compile = compile
	};
	enum hs_status status = HS_OK;

	_Static_assert(SYSTEMS >= TX_BUILTIN_ROWS - TX_BUILTIN_GRAMMARS,
		"each row of the enumeration is made");
	for (size_t i = 0; i < TX_BUILTIN_GRAMMARS && status == HS_OK; i++)
		status = add_grammar(&m, hs_tx_grammar(i), err);
	for (size_t i = 0; i < SYSTEMS && status == HS_OK; i++)
		status = add_list(&m, &systems[i], err);
	hs_arena_free(m.arena);
	return status;
}

uint64_t hs_tx_builtin_key(const char *lists)
{
	uint64_t key = TX_IMAGE_FORMAT * 31u + 6; /* and the making of this file */
	char path[4096];

	for (size_t i = 0; i < SYSTEMS; i++)
		for (size_t l = 0; l < 4 && systems[i].lists[l].list; l++) {
			struct stat info = { .st_size = 0 };
			int len = snprintf(path, sizeof(path), "%s/iso_%s.json", lists,
				systems[i].lists[l].list);
			if (len > 0 && (size_t)len < sizeof(path) && stat(path, &info) == 0)
				key ^= (uint64_t)info.st_mtime * 31 + (uint64_t)info.st_size;
			key = key * 0x9e3779b97f4a7c15ull + 1;
		}
	return key;
}
