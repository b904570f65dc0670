/* SPDX-License-Identifier: Apache-2.0 */
/* Makes a synthetic release in SNOMED International's release format 2 (RF2): the shape and the proportions
 * of the international release, no licensed content, the same bytes for the same seed and size.
 *
 * Usage: rf2_gen DIRECTORY [--concepts N] [--seed N] [--date YYYYMMDD]. N concepts (350,000) give about 3.4 N
 * relationships and 4.6 N descriptions. Identifiers have valid check digits and stand in a namespace that is
 * not allocated; only what the format itself needs (the root, modules, types of description, language and
 * association reference sets) has the identifier that the format gives it. */
#include "rf2_gen.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define NAMESPACE "9999999"
#define CORE "900000000000207008"
#define MODEL "900000000000012004"
#define IS_A "116680003"
#define ROOT "138875005"

/* ---- chance ---- */

static uint64_t next(struct gen *g)
{
	uint64_t z = (g->state += 0x9e3779b97f4a7c15ull);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9ull;
	z = (z ^ (z >> 27)) * 0x94d049bb133111ebull;
	return z ^ (z >> 31);
}

uint32_t gen_below(struct gen *g, uint32_t limit)
{
	return limit ? (uint32_t)(((next(g) >> 32) * limit) >> 32) : 0;
}

/* ---- identifiers ---- */

static const unsigned char times[10][10] = { { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 },
	{ 1, 2, 3, 4, 0, 6, 7, 8, 9, 5 }, { 2, 3, 4, 0, 1, 7, 8, 9, 5, 6 }, { 3, 4, 0, 1, 2, 8, 9, 5, 6, 7 },
	{ 4, 0, 1, 2, 3, 9, 5, 6, 7, 8 }, { 5, 9, 8, 7, 6, 0, 4, 3, 2, 1 }, { 6, 5, 9, 8, 7, 1, 0, 4, 3, 2 },
	{ 7, 6, 5, 9, 8, 2, 1, 0, 4, 3 }, { 8, 7, 6, 5, 9, 3, 2, 1, 0, 4 },
	{ 9, 8, 7, 6, 5, 4, 3, 2, 1, 0 } };
static const unsigned char permute[8][10] = { { 0, 1, 2, 3, 4, 5, 6, 7, 8, 9 },
	{ 1, 5, 7, 6, 2, 8, 3, 0, 9, 4 }, { 5, 8, 0, 3, 7, 9, 6, 1, 4, 2 }, { 8, 9, 1, 6, 0, 4, 3, 5, 2, 7 },
	{ 9, 4, 5, 3, 1, 2, 6, 8, 7, 0 }, { 4, 2, 8, 6, 5, 7, 3, 9, 0, 1 }, { 2, 7, 9, 3, 8, 0, 6, 4, 1, 5 },
	{ 7, 0, 4, 6, 9, 1, 3, 2, 5, 8 } };
static const char inverse[] = "0432156789";

const char *gen_id(struct gen *g, uint64_t item, const char *partition)
{
	char *out = g->ids[g->id_next++ % GEN_IDS];
	size_t len = (size_t)snprintf(out, GEN_ID_ROOM, "%llu%s%s", (unsigned long long)item, NAMESPACE,
		partition);
	unsigned check = 0;

	for (size_t i = 0; i < len; i++)
		check = times[check][permute[(i + 1) % 8][out[len - 1 - i] - '0']];
	out[len] = inverse[check];
	out[len + 1] = '\0';
	return out;
}

static const char *uuid(struct gen *g)
{
	char *out = g->ids[g->id_next++ % GEN_IDS];
	uint64_t a = next(g), b = next(g);

	snprintf(out, GEN_ID_ROOM, "%08x-%04x-4%03x-8%03x-%012llx", (unsigned)(a >> 32),
		(unsigned)(a >> 16) & 0xffffu, (unsigned)a & 0xfffu, (unsigned)(b >> 52) & 0xfffu,
		(unsigned long long)(b & 0xffffffffffffull));
	return out;
}

/* ---- files ---- */

static void make_dir(const char *path)
{
	if (mkdir(path, 0777) != 0 && errno != EEXIST) {
		fprintf(stderr, "rf2_gen: cannot make %s\n", path);
		exit(1);
	}
}

static FILE *create(struct gen *g, const char *folder, const char *name, const char *columns)
{
	char path[4096];

	snprintf(path, sizeof(path), "%s/Snapshot/%s/%s_INT_%s.txt", g->dir, folder, name, g->date);
	FILE *file = fopen(path, "wb");
	if (!file) {
		fprintf(stderr, "rf2_gen: cannot write %s\n", path);
		exit(1);
	}
	setvbuf(file, NULL, _IOFBF, 1 << 20);
	fputs(columns, file);
	fputs("\r\n", file);
	return file;
}

static void close_file(FILE *file)
{
	if (fclose(file) != 0) {
		fprintf(stderr, "rf2_gen: the disk is full\n");
		exit(1);
	}
}

static void open_files(struct gen *g)
{
	static const char *const folders[] = { "", "/Snapshot", "/Snapshot/Terminology", "/Snapshot/Refset",
		"/Snapshot/Refset/Language", "/Snapshot/Refset/Content", "/Snapshot/Refset/Metadata", NULL };
	char path[4096];

	for (size_t i = 0; folders[i]; i++) {
		snprintf(path, sizeof(path), "%s%s", g->dir, folders[i]);
		make_dir(path);
	}
#define HEAD "id\teffectiveTime\tactive\tmoduleId\t"
#define MEMBER HEAD "refsetId\treferencedComponentId"
#define RELATION "relationshipGroup\ttypeId\tcharacteristicTypeId\tmodifierId"
	g->concepts = create(g, "Terminology", "sct2_Concept_Snapshot", HEAD "definitionStatusId");
	g->texts = create(g, "Terminology", "sct2_Description_Snapshot-en",
		HEAD "conceptId\tlanguageCode\ttypeId\tterm\tcaseSignificanceId");
	g->relations = create(g, "Terminology", "sct2_Relationship_Snapshot",
		HEAD "sourceId\tdestinationId\t" RELATION);
	g->values = create(g, "Terminology", "sct2_RelationshipConcreteValues_Snapshot",
		HEAD "sourceId\tvalue\t" RELATION);
	g->language = create(g, "Refset/Language", "der2_cRefset_LanguageSnapshot-en",
		MEMBER "\tacceptabilityId");
	g->simple = create(g, "Refset/Content", "der2_Refset_SimpleSnapshot", MEMBER);
	g->association = create(g, "Refset/Content", "der2_cRefset_AssociationSnapshot",
		MEMBER "\ttargetComponentId");
	g->map = create(g, "Refset/Content", "der2_sRefset_SimpleMapSnapshot", MEMBER "\tmapTarget");
	g->modules = create(g, "Refset/Metadata", "der2_ssRefset_ModuleDependencySnapshot",
		MEMBER "\tsourceEffectiveTime\ttargetEffectiveTime");
	g->domains = create(g, "Refset/Metadata", "der2_cissccRefset_MRCMAttributeDomainSnapshot",
		MEMBER
		"\tdomainId\tgrouped\tattributeCardinality\tattributeInGroupCardinality\truleStrengthId"
		"\tcontentTypeId");
	g->ranges = create(g, "Refset/Metadata", "der2_ssccRefset_MRCMAttributeRangeSnapshot",
		MEMBER "\trangeConstraint\tattributeRule\truleStrengthId\tcontentTypeId");
}

static void close_files(struct gen *g)
{
	FILE *const all[] = { g->concepts, g->texts, g->relations, g->values, g->language, g->simple,
		g->association, g->map, g->modules, g->domains, g->ranges };

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++)
		close_file(all[i]);
}

/* ---- rows ---- */

__attribute__((format(printf, 5, 6))) static void member(struct gen *g, FILE *file, const char *refset,
	const char *component, const char *format, ...)
{
	va_list args;

	fprintf(file, "%s\t%s\t1\t%s\t%s\t%s", uuid(g), g->date, CORE, refset, component);
	va_start(args, format);
	vfprintf(file, format, args);
	va_end(args);
	fputs("\r\n", file);
}

static void concept_row(struct gen *g, const char *id, bool active, const char *module, bool defined)
{
	fprintf(g->concepts, "%s\t%s\t%d\t%s\t%s\r\n", id, g->date, active, module,
		defined ? "900000000000073002" : "900000000000074008");
}

/* A preferred or acceptable term, or an inactive one. */
static void term_row(struct gen *g, const char *concept, const char *language, char kind, const char *term)
{
	const char *id = gen_id(g, ++g->text_count, "11");
	const char *type = kind == 'F' ? "900000000000003001" : "900000000000013009";
	bool active = kind != 'x', swedish = language[0] == 's';

	fprintf(g->texts, "%s\t%s\t%d\t%s\t%s\t%s\t%s\t%s\t900000000000448009\r\n", id, g->date, active, CORE,
		concept, language, type, term);
	if (!active)
		return;
	const char *how = kind == 's' ? "900000000000549004" : "900000000000548007";
	if (swedish) {
		member(g, g->language, "46011000052107", id, "\t%s", how);
		return;
	}
	member(g, g->language, "900000000000509007", id, "\t%s", how);
	if (kind != 's' || gen_below(g, 2))
		member(g, g->language, "900000000000508004", id, "\t%s", how);
}

static void relation(struct gen *g, const char *source, const char *target, unsigned group, const char *type)
{
	fprintf(g->relations, "%s\t%s\t1\t%s\t%s\t%s\t%u\t%s\t900000000000011006\t900000000000451002\r\n",
		gen_id(g, ++g->relation_count, "12"), g->date, CORE, source, target, group, type);
}

/* ---- what the format needs ---- */

static const struct {
	const char *id, *parent, *term;
} metadata[] = {
	{ ROOT, NULL, "Synthetic terminology root" },
	{ "900000000000441003", ROOT, "Model component" },
	{ "900000000000443000", "900000000000441003", "Module" },
	{ CORE, "900000000000443000", "Core module" },
	{ MODEL, "900000000000443000", "Model component module" },
	{ "900000000000446008", "900000000000441003", "Description type" },
	{ "900000000000003001", "900000000000446008", "Fully specified name" },
	{ "900000000000013009", "900000000000446008", "Synonym" },
	{ "900000000000455006", "900000000000441003", "Reference set" },
	{ "900000000000506000", "900000000000455006", "Language type reference set" },
	{ "900000000000509007", "900000000000506000", "US English" },
	{ "900000000000508004", "900000000000506000", "GB English" },
	{ "46011000052107", "900000000000506000", "Swedish" },
	{ "900000000000522004", "900000000000455006", "Historical association" },
	{ "900000000000527005", "900000000000522004", "Same as association" },
	{ "900000000000526001", "900000000000522004", "Replaced by association" },
	{ "900000000000523009", "900000000000522004", "Possibly equivalent to association" },
	{ "900000000000534007", "900000000000455006", "Module dependency" },
	{ "723561005", "900000000000455006", "MRCM attribute domain" },
	{ "723562003", "900000000000455006", "MRCM attribute range" },
	{ "106237007", ROOT, "Linkage concept" },
	{ "410662002", "106237007", "Concept model attribute" },
	{ IS_A, "106237007", "Is a" },
};
#define METADATA (sizeof(metadata) / sizeof(metadata[0]))

static void write_metadata(struct gen *g)
{
	for (size_t i = 0; i < METADATA; i++) {
		char full[128];
		concept_row(g, metadata[i].id, true, i ? MODEL : CORE, false);
		snprintf(full, sizeof(full), "%s (metadata)", metadata[i].term);
		term_row(g, metadata[i].id, "en", 'F', full);
		term_row(g, metadata[i].id, "en", 'p', metadata[i].term);
		if (metadata[i].parent)
			relation(g, metadata[i].id, metadata[i].parent, 0, IS_A);
	}
	member(g, g->modules, "900000000000534007", CORE, "\t%s\t%s", g->date, g->date);
}

/* ---- terms: syllables made into words, words drawn with a few of them far more often than the rest ---- */

static void make_words(struct gen *g)
{
	static const char *const begin[] = { "car", "neur", "hep", "gastr", "ost", "derm", "pulm", "ren",
		"oft", "cyt", "fibr", "lym", "trom", "bronk", "art", "my", "end", "per", "hyp", "sub" };
	static const char *const middle[] = { "o", "i", "a", "ost", "ol", "er", "in", "al", "ic", "ul", "em",
		"os" };
	static const char *const end[] = { "itis", "osis", "oma", "ia", "us", "um", "ic", "al", "ary", "tion",
		"gram", "pathy", "ectomy", "scopy", "ase", "ide" };
	static const char *const swedish[] = { "sjuka", "värk", "fråga", "böld", "ärr", "åder" };

	for (uint32_t i = 0; i < GEN_WORDS; i++) {
		int n = snprintf(g->words[i], sizeof(g->words[i]), "%s", begin[gen_below(g, 20)]);
		for (uint32_t k = gen_below(g, 3) + 1; k > 0; k--)
			n += snprintf(g->words[i] + n, sizeof(g->words[i]) - (size_t)n, "%s",
				middle[gen_below(g, 12)]);
		bool native = i % 16 == 0;
		snprintf(g->words[i] + n, sizeof(g->words[i]) - (size_t)n, "%s",
			native ? swedish[gen_below(g, 6)] : end[gen_below(g, 16)]);
	}
}

static const char *word(struct gen *g)
{
	uint32_t limit = GEN_WORDS;

	for (uint32_t i = gen_below(g, 4); i > 0; i--)
		limit = gen_below(g, limit) + 1;
	return g->words[gen_below(g, limit)];
}

static void make_term(struct gen *g, char *out, size_t room)
{
	int n = 0;

	out[0] = '\0';
	for (uint32_t left = 2 + gen_below(g, 4); left > 0; left--)
		n += snprintf(out + n, room - (size_t)n, "%s%s", n ? " " : "", word(g));
	if (out[0] >= 'a' && out[0] <= 'z')
		out[0] = (char)(out[0] - 32);
}

/* ---- concepts ---- */

static const char *const tops[GEN_TOPS] = { "finding", "procedure", "event", "product", "body structure",
	"substance", "organism", "qualifier value", "observable entity", "physical object" };
/* Hundredths of all concepts, summed. The first four have attributes, whose values are among the next three.
 */
static const uint32_t shares[GEN_TOPS + 1] = { 0, 34, 50, 51, 60, 72, 80, 92, 95, 98, 100 };
#define LAST_DEFINED 3u

static uint32_t top_first(const struct gen *g, uint32_t top)
{
	return (uint32_t)((uint64_t)g->count * shares[top] / 100);
}

static const char *concept_id(struct gen *g, uint32_t n)
{
	return gen_id(g, n + 1, "10");
}

/* One concept in sixteen is out of use, and no other refers to it. */
static bool is_retired(uint32_t n, uint32_t first)
{
	return n > first && n % 16 == 15;
}

/* Earlier concepts of the same branch are parents, the earliest more often: a broad tree some ten deep. */
static uint32_t choose_parent(struct gen *g, uint32_t n, uint32_t first)
{
	uint32_t back = gen_below(g, n - first);

	if (gen_below(g, 3) == 0)
		back = gen_below(g, back + 1);
	return is_retired(first + back, first) ? first + back - 1 : first + back;
}

static void write_parents(struct gen *g, const char *id, uint32_t n, uint32_t first)
{
	if (n == first) {
		relation(g, id, ROOT, 0, IS_A);
		return;
	}
	uint32_t parent = choose_parent(g, n, first);
	relation(g, id, concept_id(g, parent), 0, IS_A);
	if (gen_below(g, 100) < 39) {
		uint32_t other = choose_parent(g, n, first);
		if (other != parent)
			relation(g, id, concept_id(g, other), 0, IS_A);
	}
}

static const char *value_id(struct gen *g)
{
	uint32_t first = top_first(g, 4), n = first + gen_below(g, top_first(g, 7) - first);

	return concept_id(g, n % 16 == 15 ? n - 1 : n);
}

static void write_attributes(struct gen *g, const char *id, uint32_t top)
{
	unsigned groups = 1 + gen_below(g, 3);

	if (top > LAST_DEFINED)
		return;
	for (unsigned group = 1; group <= groups; group++)
		for (uint32_t k = 1 + gen_below(g, 3); k > 0; k--)
			relation(g, id, value_id(g), group,
				gen_id(g, GEN_ATTRIBUTE + gen_below(g, GEN_ATTRIBUTES), "10"));
	if (gen_below(g, 10) == 0)
		relation(g, id, value_id(g), 0,
			gen_id(g, GEN_ATTRIBUTE + gen_below(g, GEN_ATTRIBUTES), "10"));
	if (top == LAST_DEFINED)
		fprintf(g->values,
			"%s\t%s\t1\t%s\t%s\t#%u.5\t1\t%s\t900000000000011006\t900000000000451002\r\n",
			gen_id(g, ++g->relation_count, "12"), g->date, CORE, id, gen_below(g, 1000),
			gen_id(g, GEN_STRENGTH, "10"));
}

static void write_terms(struct gen *g, const char *id, const char *top, uint32_t n)
{
	char term[256], full[300];

	make_term(g, term, sizeof(term));
	snprintf(full, sizeof(full), "%s (%s)", term, top);
	term_row(g, id, "en", 'F', full);
	term_row(g, id, "en", 'p', term);
	for (uint32_t k = gen_below(g, 3); k > 0; k--) {
		make_term(g, term, sizeof(term));
		term_row(g, id, "en", 's', term);
	}
	for (uint32_t k = 1 + gen_below(g, 3); k > 0; k--) {
		make_term(g, term, sizeof(term));
		term_row(g, id, "en", 'x', term);
	}
	if (n % 20 == 0) {
		make_term(g, term, sizeof(term));
		term_row(g, id, "sv", 'p', term);
	}
}

/* Most concepts that are out of use say what took their place. */
static void write_retired(struct gen *g, const char *id, uint32_t n)
{
	static const char *const ways[] = { "900000000000527005", "900000000000526001",
		"900000000000523009" };

	concept_row(g, id, false, CORE, false);
	if (gen_below(g, 8))
		member(g, g->association, ways[gen_below(g, 3)], id, "\t%s", concept_id(g, n - 1));
}

static void write_concept(struct gen *g, uint32_t n, uint32_t top)
{
	uint32_t first = top_first(g, top);
	char id[GEN_ID_ROOM];

	snprintf(id, sizeof(id), "%s", concept_id(g, n));
	if (is_retired(n, first))
		write_retired(g, id, n);
	else {
		/* Without attributes a definition would say that the concept is all of its parents. */
		bool defined = gen_below(g, 5) < 2;
		concept_row(g, id, true, CORE, defined && top <= LAST_DEFINED && n > first);
		write_parents(g, id, n, first);
		write_attributes(g, id, top);
		for (uint32_t k = 0; k < GEN_REFSETS; k++)
			if (n % 97 == k * 7)
				member(g, g->simple, gen_id(g, GEN_REFSET + k, "10"), id, "%s", "");
		if (n % 11 == 0)
			member(g, g->map, gen_id(g, GEN_MAP, "10"), id, "\tX%02u.%u", n % 100, n % 10);
	}
	write_terms(g, id, tops[top], n);
}

/* ---- attributes, reference sets, concept model ---- */

static void write_one(struct gen *g, uint64_t item, const char *parent, const char *format, unsigned number)
{
	char id[GEN_ID_ROOM], term[64], full[96];

	snprintf(id, sizeof(id), "%s", gen_id(g, item, "10"));
	snprintf(term, sizeof(term), "%s %u", format, number);
	snprintf(full, sizeof(full), "%s (%s)", term, "attribute");
	concept_row(g, id, true, MODEL, false);
	term_row(g, id, "en", 'F', full);
	term_row(g, id, "en", 'p', term);
	relation(g, id, parent, 0, IS_A);
}

static void domain_row(struct gen *g, uint64_t attribute, uint32_t top)
{
	member(g, g->domains, "723561005", gen_id(g, attribute, "10"),
		"\t%s\t1\t0..*\t0..*\t723597001\t723596005", concept_id(g, top_first(g, top)));
}

static void range_row(struct gen *g, uint64_t attribute, const char *range)
{
	member(g, g->ranges, "723562003", gen_id(g, attribute, "10"), "\t%s\t\t723597001\t723596005", range);
}

/* Attributes of the first four branches, whose values are in the next three. */
static void write_model(struct gen *g)
{
	char range[3 * GEN_ID_ROOM + 32];

	/* Text of its own: an identifier is good for a few calls only. */
	snprintf(range, sizeof(range), "<< %s OR << %s OR << %s", concept_id(g, top_first(g, 4)),
		concept_id(g, top_first(g, 5)), concept_id(g, top_first(g, 6)));
	for (unsigned k = 0; k < GEN_ATTRIBUTES; k++) {
		write_one(g, GEN_ATTRIBUTE + k, "410662002", "Synthetic attribute", k);
		for (uint32_t top = 0; top <= LAST_DEFINED; top++)
			domain_row(g, GEN_ATTRIBUTE + k, top);
		range_row(g, GEN_ATTRIBUTE + k, range);
	}
	write_one(g, GEN_STRENGTH, "410662002", "Synthetic strength", 0);
	for (uint32_t top = 0; top <= LAST_DEFINED; top++)
		domain_row(g, GEN_STRENGTH, top);
	range_row(g, GEN_STRENGTH, "dec(>#0..)");
	for (unsigned k = 0; k < GEN_REFSETS; k++)
		write_one(g, GEN_REFSET + k, "900000000000455006", "Synthetic reference set", k);
	write_one(g, GEN_MAP, "900000000000455006", "Synthetic map", 0);
}

/* ---- the command ---- */

static bool read_number(const char *text, uint64_t least, uint64_t most, uint64_t *out)
{
	char *end = NULL;
	unsigned long long value = strtoull(text, &end, 10);

	if (!end || *end || end == text || value < least || value > most)
		return false;
	*out = value;
	return true;
}

static bool read_arguments(struct gen *g, int argc, char **argv)
{
	uint64_t count = 350000, date = 20260101;

	for (int i = 1; i < argc; i++) {
		bool more = i + 1 < argc, ok = true;
		if (strcmp(argv[i], "--concepts") == 0 && more)
			ok = read_number(argv[++i], 1000, 5000000, &count);
		else if (strcmp(argv[i], "--seed") == 0 && more)
			ok = read_number(argv[++i], 0, UINT64_MAX, &g->state);
		else if (strcmp(argv[i], "--date") == 0 && more)
			ok = read_number(argv[++i], 19000101, 21001231, &date);
		else if (!g->dir && argv[i][0] != '-')
			g->dir = argv[i];
		else
			ok = false;
		if (!ok)
			return false;
	}
	g->count = (uint32_t)count;
	snprintf(g->date, sizeof(g->date), "%08u", (unsigned)date);
	return g->dir != NULL;
}

int main(int argc, char **argv)
{
	struct gen *g = calloc(1, sizeof(*g));

	if (!g || !read_arguments(g, argc, argv)) {
		fprintf(stderr,
			"usage: rf2_gen DIRECTORY [--concepts 1000..5000000] [--seed N] [--date YYYYMMDD]\n");
		free(g);
		return 2;
	}
	make_words(g);
	open_files(g);
	write_metadata(g);
	write_model(g);
	for (uint32_t top = 0; top < GEN_TOPS; top++)
		for (uint32_t n = top_first(g, top); n < top_first(g, top + 1); n++)
			write_concept(g, n, top);
	close_files(g);
	fprintf(stderr, "%u concepts, %llu descriptions, %llu relationships\n", g->count + (unsigned)METADATA,
		(unsigned long long)g->text_count, (unsigned long long)g->relation_count);
	free(g);
	return 0;
}
