/* SPDX-License-Identifier: Apache-2.0 */
/* Loading in bulk against storing one at a time: two servers get the same lines, and must refuse the same,
 * keep the same texts, and find the same; also after failures and a restart in the middle. */
#include "fixture.h"

#include <core/cli/seed/seed.h>
#include <core/rest/rest.h>

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#define LINES 6000u /* that are stored both ways; one at a time is slow */
#define MORE 21000u /* that are only loaded: enough for entries to be put off (load/defer.c) */
#define PATIENTS 200u
#define BATCH 1500u

struct place {
	struct fixture *f;
	struct hs_store *store;
	const struct hs_rest_sandbox *rest;
	struct hs_rest_loader *loader;
};
static struct place one_by_one, bulk;
static struct hs_slice lines[MORE];
static char refused_one[LINES], refused_bulk[MORE];
static struct hs_arena *memory;

static void find_place(struct place *place)
{
	struct hs_sandbox *sandbox = NULL;
	struct hs_error err;

	assert_int_equal(hs_host_sandbox(fixture_host(place->f), "default", &sandbox, &err), HS_OK);
	hs_sandbox_rest(sandbox, HS_FHIR_R4, &place->rest);
	place->store = hs_sandbox_store(sandbox);
}

static int start(void **state)
{
	(void)state;
	one_by_one.f = fixture_start(NULL);
	bulk.f = fixture_start(NULL);
	memory = hs_arena_new((size_t)1 << 30);
	return 0;
}

static int stop(void **state)
{
	(void)state;
	fixture_stop(one_by_one.f);
	fixture_stop(bulk.f);
	hs_arena_free(memory);
	return 0;
}

#define NEED_FHIR() \
	do { \
		(void)state; \
		if (!fixture_has_fhir(bulk.f, HS_FHIR_R4)) \
			skip(); \
	} while (0)

/* ---- the lines ---- */

/* With an own masterIdentifier, two contents, authors, size and hash. */
static struct hs_slice rich(unsigned id, unsigned master, const char *extra)
{
	return hs_arena_printf(memory,
		"{\"resourceType\":\"DocumentReference\",\"id\":\"rich-%u\",\"masterIdentifier\":{\"system\":"
		"\"urn:ietf:rfc:3986\",\"value\":\"urn:oid:1.2.3.%u\"}%s,\"status\":\"current\",\"subject\":"
		"{\"reference\":\"Patient/patient-0000002\"},\"date\":\"2021-02-03T04:05:06Z\",\"custodian\":"
		"{\"reference\":\"Organization/o\"},\"content\":[{\"attachment\":{\"url\":"
		"\"http://a.example/%u\",\"size\":17,\"hash\":\"AAAA\",\"title\":\"One\"}},"
		"{\"attachment\":{\"url\":\"urn:x:two\"}}]}",
		id, master, extra, id);
}

static const char *const extras[] = {
	"",
	",\"author\":[{\"reference\":\"Practitioner/d1\",\"display\":\"Dr\"}]",
	",\"author\":[{\"reference\":\"Practitioner/d2\"},{\"reference\":\"Organization/o\"}]",
	",\"description\":\"Lik eller olik\"",
	",\"description\":\"caf\\u00e9\"",
	",\"description\":\"Åderbråck\"",
	",\"relatesTo\":[{\"code\":\"appends\",\"target\":{\"reference\":\"DocumentReference/rich-401\"}}]",
	",\"contained\":[{\"resourceType\":\"Device\",\"id\":\"me\"}],\"author\":[{\"reference\":\"#me\"}]",
	",\"meta\":{\"lastUpdated\":\"2020-01-01T00:00:00Z\",\"tag\":[{\"code\":\"x\"}]}",
	",\"context\":{\"period\":{\"start\":\"2020-05\"}}",
	",\"identifier\":[{\"system\":\"urn:x\",\"value\":\"shared\"}]",
	",\"identifier\":[{\"value\":\"Patient/tail\"}]",
	",\"contained\":[{\"resourceType\":\"Practitioner\",\"id\":\"me\"}]",
	",\"category\":[{\"coding\":[{\"system\":\"urn:c\",\"code\":\"A\"}]}]",
	",\"context\":{\"related\":[{\"reference\":\"Patient/p9\"}]}",
	",\"docStatus\":\"wrong\"",
	",\"unknown\":1",
	",\"type\":{\"text\":\"  \"}",
	",\"identifier\":[{\"value\":\"\"}]",
	",\"identifier\":[{\"value\":\" padded\"}]",
	",\"identifier\":[{\"value\":\"\xc3\xa5\"}]",
	",\"language\":\"sv\",\"meta\":{\"profile\":[\"urn:p\"],\"versionId\":\"7\"}",
	",\"extension\":[{\"url\":\"urn:e\",\"valueString\":\"x\"}]",
	",\"context\":{\"sourcePatientInfo\":{\"reference\":\"Patient/patient-0000002\"}}",
};
#define EXTRAS (sizeof extras / sizeof extras[0])

static struct hs_slice special(unsigned n)
{
	unsigned kind = n / 10 % (EXTRAS + 9);

	if (kind < EXTRAS)
		return rich(n, n, extras[kind]);
	switch (kind - EXTRAS) {
	case 0: /* again: an update */
		return hs_arena_copy(memory, lines[n - 30]);
	case 1: /* the same masterIdentifier under another id */
		return rich(n, n - (unsigned)EXTRAS * 10, "");
	case 2:
		return hs_arena_copy(memory, HS_S("{\"resourceType\":\"DocumentReference\",\"id\":\"cut"));
	case 3: /* a bad check digit */
		return hs_arena_printf(memory,
			"{\"resourceType\":\"DocumentReference\",\"id\":\"bad-%u\",\"status\":\"current\","
			"\"subject\":"
			"{\"identifier\":{\"system\":\"http://electronichealth.se/identifier/personnummer\","
			"\"value\":\"191212121213\"}},\"content\":[{\"attachment\":{\"url\":\"urn:x\"}}]}",
			n);
	case 4: /* in place of one that was loaded in bulk */
		return rich(n, n,
			",\"relatesTo\":[{\"code\":\"replaces\",\"target\":{\"reference\":"
			"\"DocumentReference/rich-401\"}}]");
	case 5:
		return hs_arena_printf(memory,
			"{\"resourceType\":\"Patient\",\"id\":\"p%u\",\"active\":true}", n);
	case 6: /* white space is kept */
		return hs_arena_printf(memory,
			" { \"resourceType\" : \"DocumentReference\", \"id\":\"wide-%u\" "
			",\"status\":\"current\" ,"
			"\"content\":[ {\"attachment\":{\"url\":\"urn:x\"} } ]}\t",
			n);
	case 7: /* a patient within the pointer, a date without a time, a creation */
		return hs_arena_printf(memory,
			"{\"resourceType\":\"DocumentReference\",\"id\":\"within-%u\",\"contained\":[{"
			"\"resourceType\":\"Patient\",\"id\":\"p\",\"gender\":\"female\"}],\"status\":"
			"\"current\",\"subject\":{\"reference\":\"#p\"},\"date\":\"2021-02-03T04:05:06.5+01:"
			"00\","
			"\"content\":[{\"attachment\":{\"url\":\"urn:x\",\"creation\":\"2019-0%u\"}}]}",
			n, 1 + n / 10 % 9);
	default: /* names another pointer as its masterIdentifier */
		return hs_arena_printf(memory,
			"{\"resourceType\":\"DocumentReference\",\"id\":\"uuid-%u\",\"masterIdentifier\":{"
			"\"system\":"
			"\"urn:ietf:rfc:3986\",\"value\":\"urn:uuid:0000%04x-0000-4000-8000-000000000000\"},"
			"\"status\":\"current\",\"content\":[{\"attachment\":{\"url\":\"urn:x\"}}]}",
			n, n & 0xffff);
	}
}

static void make_lines(void)
{
	struct hs_buf buf;

	hs_buf_init(&buf, NULL, 1 << 16);
	for (unsigned n = 0; n < LINES; n++) {
		/* Many different ones at the beginning, where an empty index has put its entries off, and at
		 * the end; between them only such as go the bulk way. */
		if ((n < 1000 || n > LINES - 500) && n % 10 == 1 && n > 400) {
			lines[n] = special(n);
			continue;
		}
		hs_buf_clear(&buf);
		hs_seed_write_pointer(1, n, PATIENTS, &buf);
		lines[n] = hs_arena_copy(memory, hs_buf_slice(&buf));
	}
	hs_buf_free(&buf);
}

/* ---- storing ---- */

struct part {
	struct place *place;
	unsigned first, end;
	bool last, fail;
	struct hs_rest_item *items;
};

static enum hs_status store_singly(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	const struct part *part = arg;
	enum hs_status status = HS_OK;

	for (unsigned n = part->first; n < part->end && status == HS_OK; n++) {
		struct hs_arena_mark mark = hs_arena_mark(arena);
		struct hs_issues issues = { .arena = arena };
		struct hs_json *tree = NULL;
		struct hs_error bad;
		status = hs_txn_savepoint(txn, err);
		enum hs_status refused = hs_json_parse(arena, lines[n], NULL, &tree, &bad);
		if (status == HS_OK && refused == HS_OK)
			refused = hs_rest_load(part->place->rest, txn, arena, tree, lines[n], &issues, &bad);
		if (status == HS_OK)
			status = hs_txn_savepoint_end(txn, refused == HS_OK, err);
		refused_one[n] = refused != HS_OK;
		hs_arena_rollback(arena, mark);
	}
	return status;
}

static enum hs_status store_together(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	const struct part *part = arg;
	struct hs_rest_loader *loader = part->place->loader;
	enum hs_status status = HS_OK;

	for (unsigned n = part->first; n < part->end && status == HS_OK; n++) {
		struct hs_arena_mark mark = hs_arena_mark(arena);
		struct hs_rest_refusal refusal;
		status = hs_rest_loader_store(loader, txn, arena, &part->items[n - part->first], &refusal,
			err);
		refused_bulk[n] = refusal.error.status != HS_OK;
		hs_arena_rollback(arena, mark);
	}
	if (status == HS_OK)
		status = hs_rest_loader_settle(loader, txn, arena, part->last, err);
	return status == HS_OK && part->fail ? hs_fail(err, HS_E_CONFLICT, "as asked") : status;
}

static enum hs_status run(struct place *place, unsigned first, unsigned end, bool last, bool fail)
{
	struct hs_arena *arena = hs_arena_new((size_t)1 << 30), *texts = hs_arena_new((size_t)1 << 30);
	struct part part = { place, first, end, last, fail, NULL };
	struct hs_error err;

	if (place->loader) {
		part.items = hs_arena_array(texts, end - first + 1, sizeof *part.items);
		for (unsigned n = first; n < end; n++)
			hs_rest_loader_read(place->loader, texts, lines[n], &part.items[n - first]);
	}
	enum hs_status status = hs_store_write_wait(place->store, arena,
		place->loader ? store_together : store_singly, &part, &err);
	if (status != HS_OK && !fail)
		fail_msg("%s", err.text);
	hs_arena_free(arena);
	hs_arena_free(texts);
	return status;
}

static enum hs_status look_at_entries(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"SELECT (waiting & 12) = 0 AND (SELECT count(*) FROM record_index_entry) ="
		" (SELECT 2 * count(*) + count(custodian) + count(date) FROM record_index_row)"
		" AND NOT EXISTS (SELECT 1 FROM record_index_row r WHERE r.place > 0 AND NOT EXISTS"
		" (SELECT 1 FROM record_index_pointer p WHERE p.spot = r.place << 36))"
		" FROM record_index_tally",
		err);

	(void)arena;
	if (!stmt)
		return err->status;
	if (hs_sql_step(stmt, err) > 0)
		*(int64_t *)arg = hs_sql_get_int(stmt, 0);
	hs_sql_end(stmt);
	return HS_OK;
}

/* Has every pointer all its entries, every subject its piece beside them, and every date a second? */
static bool entered(void)
{
	struct hs_arena *arena = hs_arena_new(1 << 16);
	struct hs_error err;
	int64_t yes = -1;

	assert_int_equal(hs_store_read_wait(bulk.store, arena, look_at_entries, &yes, &err), HS_OK);
	hs_arena_free(arena);
	return yes == 1;
}

static void load(void)
{
	static bool loaded;

	if (loaded)
		return;
	loaded = true;
	make_lines();
	find_place(&one_by_one);
	find_place(&bulk);
	bulk.loader = hs_rest_loader_new(bulk.rest);
	for (unsigned n = 0; n < LINES; n += BATCH) {
		unsigned end = n + BATCH < LINES ? n + BATCH : LINES;
		run(&one_by_one, n, end, false, false);
		/* A transaction that fails at its end leaves nothing behind, in the loader either. */
		if (n % (2 * BATCH) == 0)
			assert_int_equal(run(&bulk, n, end, false, true), HS_E_CONFLICT);
		run(&bulk, n, end, false, false);
	}
}

/* ---- what is the same ---- */

static const char *const searches[] = {
	"patient=Patient/patient-0000002",
	"patient=patient-0000004&_sort=date",
	"patient:identifier=nobody",
	"identifier=shared",
	"identifier=urn:x|shared",
	"identifier=Patient/tail",
	"identifier=tail",
	"identifier=urn:oid:1.2.3.401",
	"author=Practitioner/d1",
	"author=Practitioner/d2&_count=3",
	"custodian=Organization/o",
	"related=Patient/p9",
	"category=A",
	"description=lik",
	"description=cafe",
	"description=aderbrack",
	"relatesto=DocumentReference/rich-401",
	"author.family=ek",
	"creation=2019-03",
	"creation=2019",
	"patient=p",
	"_tag=x",
	"period=2020-05",
	"date=2021-02-03T03:05:06.5Z",
	"date=2021-02-03",
	"date=ge2025-12-30",
	"date=ge2001&status=current&_summary=count",
	"date=ge2001&_sort=-date,_id&_count=9",
	"date=ge2001&status=current&_count=9",
	"location=http://a.example/401",
	"location:below=http://a.example",
	"status=superseded",
	"status:not=current",
	"_id=rich-401,wide-681,nothing",
	"language=sv",
	"_summary=count",
	"_sort=-_lastUpdated,_id&_count=5",
	"_sort=_id&_count=40",
};

/* Ids and versions of the entries, and the total. */
static const char *gist(struct fixture *f, const char *path)
{
	struct fixture_answer answer = fixture_get(f, path);
	struct hs_buf out;

	if (answer.status != 200)
		fail_msg("GET %s: %d: %.*s", path, answer.status, HS_S_ARG(answer.body));
	struct hs_json *bundle = fixture_json(f, &answer);
	hs_buf_init(&out, memory, 1 << 20);
	hs_buf_add(&out, hs_json_text(hs_json_get(bundle, HS_S("total"))));
	HS_JSON_EACH(entry, hs_json_get(bundle, HS_S("entry"))) {
		const struct hs_json *resource = hs_json_get(entry, HS_S("resource"));
		hs_buf_printf(&out, " %.*s/%.*s", HS_S_ARG(hs_json_get_text(resource, HS_S("id"))),
			HS_S_ARG(hs_json_get_text(hs_json_get(resource, HS_S("meta")), HS_S("versionId"))));
	}
	return hs_arena_cstr(memory, hs_buf_slice(&out));
}

static void expect_same_searches(void)
{
	for (size_t i = 0; i < sizeof searches / sizeof searches[0]; i++) {
		const char *path = hs_arena_cstr(memory,
			hs_arena_printf(memory, "DocumentReference?%s", searches[i]));
		assert_string_equal(gist(one_by_one.f, path), gist(bulk.f, path));
	}
	assert_string_equal(gist(one_by_one.f, "DocumentReference/_history?_count=500"),
		gist(bulk.f, "DocumentReference/_history?_count=500"));
}

struct dump {
	const struct hs_rest_sandbox *rest;
	struct hs_slice *texts;
	size_t count;
	struct hs_slice after;
	bool more;
};

static enum hs_status dump_page(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct dump *dump = arg;
	struct hs_find_query query = { .type = hs_rest_type_number(dump->rest, HS_S("DocumentReference")),
		.count = 1000,
		.after = dump->after };
	struct hs_find_page page;
	enum hs_status status = hs_txn_find(txn, arena, &query, &page, err);

	for (size_t i = 0; status == HS_OK && i < page.count; i++) {
		struct hs_slice text = page.items[i].body;
		size_t at = hs_slice_search(text, HS_S("\"lastUpdated\":\""));
		if (at != SIZE_MAX) /* the only thing that differs */
			memset((char *)(uintptr_t)text.ptr + at + 15, '-', 24);
		dump->texts[dump->count++] = hs_arena_copy(memory, text);
	}
	dump->more = status == HS_OK && page.next.len > 0;
	if (dump->more)
		dump->after = hs_arena_copy(memory, page.next);
	return status;
}

static struct dump dump_all(const struct place *place)
{
	struct dump dump = { .rest = place->rest, .more = true };
	struct hs_arena *arena = hs_arena_new((size_t)256 << 20);
	struct hs_error err;

	dump.texts = hs_arena_array(memory, (size_t)LINES + MORE, sizeof *dump.texts);
	while (dump.more) {
		assert_int_equal(hs_store_read_wait(place->store, arena, dump_page, &dump, &err), HS_OK);
		hs_arena_reset(arena);
	}
	hs_arena_free(arena);
	return dump;
}

static void refuses_and_keeps_the_same(void **state)
{
	NEED_FHIR();
	load();
	unsigned refused = 0;
	for (unsigned n = 0; n < LINES; n++) {
		if (refused_one[n] != refused_bulk[n])
			fail_msg("line %u is refused by %s only: %.*s", n,
				refused_one[n] ? "one" : "the other", HS_S_ARG(lines[n]));
		refused += refused_one[n] != 0;
	}
	assert_in_range(refused, 10, 100);
	struct dump a = dump_all(&one_by_one), b = dump_all(&bulk);
	assert_int_equal(a.count, b.count);
	for (size_t i = 0; i < a.count; i++) {
		if (!hs_slice_eq(a.texts[i], b.texts[i]))
			fail_msg("%.*s\n%.*s", HS_S_ARG(a.texts[i]), HS_S_ARG(b.texts[i]));
	}
}

static void finds_the_same(void **state)
{
	NEED_FHIR();
	load();
	expect_same_searches();
}

/* ---- a store of an older program ---- */

static uint64_t take_number(struct hs_slice *in)
{
	uint64_t value = 0;

	for (int shift = 0; in->len; shift += 7) {
		unsigned char byte = (unsigned char)in->ptr[0];
		*in = hs_slice_from(*in, 1);
		value |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80)
			break;
	}
	return value;
}

static int64_t take_signed(struct hs_slice *in)
{
	uint64_t bits = take_number(in);

	return (int64_t)(bits & 1 ? ~(bits >> 1) : bits >> 1);
}

static void put_number(struct hs_buf *out, uint64_t value)
{
	for (; value >= 0x80; value >>= 7)
		hs_buf_byte(out, (char)(value | 0x80));
	hs_buf_byte(out, (char)value);
}

/* The columns that the pointer had before most were packed. */
static void bind_apart(struct hs_stmt *stmt, struct hs_slice packed)
{
	hs_sql_int(stmt, 6, (int64_t)take_number(&packed));
	hs_sql_int(stmt, 7, take_signed(&packed));
	take_number(&packed); /* custodian has a column */
	uint64_t shape = take_number(&packed);
	hs_sql_int(stmt, 8, (int64_t)(shape >> 1));
	if (shape & 1)
		take_signed(&packed); /* the date has, too */
	hs_sql_blob(stmt, 9, packed);
}

/* Packed columns had the subject among them, after version and time. */
static struct hs_slice with_subject(struct hs_slice packed, uint64_t subject)
{
	struct hs_slice rest = packed;
	struct hs_buf out;

	take_number(&rest);
	take_number(&rest);
	hs_buf_init(&out, memory, 1 << 20);
	hs_buf_add(&out, hs_slice_first(packed, packed.len - rest.len));
	put_number(&out, subject);
	hs_buf_add(&out, rest);
	return hs_buf_slice(&out);
}

/* The row of `from` in the older table; every second one as it was before there were packed columns. */
static enum hs_status put_older(struct hs_txn *txn, struct hs_stmt *from, struct hs_error *err)
{
	struct hs_stmt *stmt = hs_sql(txn,
		"INSERT INTO record_index_older (row, seq, id, subject, custodian, version, updated, shape, "
		"rest,"
		" packed, date) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
		err);
	int64_t row = hs_sql_get_int(from, 0), place = hs_sql_get_int(from, 1);
	int64_t subject = place % (1 << 21) * 64 + place / (1 << 21);

	if (!stmt)
		return err->status;
	hs_sql_int(stmt, 1, row);
	if (!hs_sql_is_null(from, 4))
		hs_sql_int(stmt, 2, hs_sql_get_int(from, 4));
	hs_sql_blob(stmt, 3, hs_sql_get_blob(from, 5));
	if (subject)
		hs_sql_int(stmt, 4, subject);
	if (!hs_sql_is_null(from, 2))
		hs_sql_int(stmt, 5, hs_sql_get_int(from, 2));
	if (!hs_sql_is_null(from, 3))
		hs_sql_int(stmt, 11, hs_sql_get_int(from, 3));
	if (row % 2) {
		bind_apart(stmt, hs_sql_get_blob(from, 6));
	} else {
		for (int i = 6; i < 9; i++)
			hs_sql_int(stmt, i, 0);
		hs_sql_blob(stmt, 9, HS_S(""));
		hs_sql_blob(stmt, 10, with_subject(hs_sql_get_blob(from, 6), (uint64_t)subject));
	}
	return hs_sql_run(stmt, err);
}

static enum hs_status put_all_older(struct hs_txn *txn, struct hs_error *err)
{
	struct hs_stmt *from = hs_sql(txn,
		"SELECT r.row, r.place, r.custodian, r.date, p.seq, p.id, p.packed FROM record_index_row r"
		" JOIN record_index_pointer p ON p.spot = (r.place << 36 | r.row)",
		err);
	enum hs_status status = from ? HS_OK : err->status;
	int step = 0;

	while (status == HS_OK && (step = hs_sql_step(from, err)) > 0)
		status = put_older(txn, from, err);
	hs_sql_end(from);
	return step < 0 ? (enum hs_status)step : status;
}

#define OLDER_TABLE \
	"CREATE TABLE record_index_older (row INTEGER PRIMARY KEY, seq INTEGER," \
	" version INTEGER NOT NULL, updated INTEGER NOT NULL, id BLOB NOT NULL, subject INTEGER," \
	" custodian INTEGER, date INTEGER, shape INTEGER NOT NULL, rest BLOB NOT NULL, packed BLOB)"

/* The tables as they were before pointers lay by patient; NULL: where the rows are copied. */
static enum hs_status make_older(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	static const char *const steps[] = {
		(OLDER_TABLE), /* one text in several lines */
		NULL,
		"DROP TABLE record_index_pointer",
		"DROP TABLE record_index_row",
		"DROP TABLE record_index_block",
		"DROP TABLE record_index_entry",
		"DROP TABLE record_index_entered",
		"ALTER TABLE record_index_older RENAME TO record_index_pointer",
		"CREATE INDEX record_index_pointer_seq ON record_index_pointer (seq) WHERE seq IS NOT NULL",
		"CREATE INDEX record_index_pointer_id ON record_index_pointer (substr(id, -6))",
		"CREATE INDEX record_index_pointer_subject ON record_index_pointer (subject)",
		"CREATE INDEX record_index_pointer_custodian ON record_index_pointer (custodian)",
		"CREATE INDEX record_index_pointer_date ON record_index_pointer (date)",
		"DELETE FROM migration WHERE service = 'record-index' AND number > 3",
	};
	enum hs_status status = HS_OK;

	(void)arena;
	(void)arg;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == HS_OK; i++) {
		struct hs_stmt *stmt = steps[i] ? hs_sql(txn, steps[i], err) : NULL;
		if (!steps[i])
			status = put_all_older(txn, err);
		else
			status = stmt ? hs_sql_run(stmt, err) : err->status;
	}
	return status;
}

/* As it was before there were entries. */
static enum hs_status make_indexed(struct hs_txn *txn, struct hs_arena *arena, void *arg,
	struct hs_error *err)
{
	static const char *const steps[] = {
		"DROP TABLE record_index_entry",
		"DROP TABLE record_index_entered",
		"CREATE INDEX record_index_pointer_id ON record_index_pointer (substr(id, -6))",
		"CREATE INDEX record_index_row_custodian ON record_index_row (custodian)",
		"CREATE INDEX record_index_row_date ON record_index_row (date)",
		"DELETE FROM migration WHERE service = 'record-index' AND number > 4",
	};
	enum hs_status status = HS_OK;

	(void)arena;
	(void)arg;
	for (size_t i = 0; i < sizeof steps / sizeof steps[0] && status == HS_OK; i++) {
		struct hs_stmt *stmt = hs_sql(txn, steps[i], err);
		status = stmt ? hs_sql_run(stmt, err) : err->status;
	}
	return status;
}

static void restart(void)
{
	hs_rest_loader_free(bulk.loader);
	fixture_restart(bulk.f);
	find_place(&bulk);
	bulk.loader = hs_rest_loader_new(bulk.rest);
}

static void moves_the_rows_of_an_older_program(void **state)
{
	struct hs_arena *arena = hs_arena_new((size_t)256 << 20);
	struct hs_error err;

	NEED_FHIR();
	load();
	restart(); /* which puts in order what waits */
	assert_true(entered());
	assert_int_equal(hs_store_write_wait(bulk.store, arena, make_older, NULL, &err), HS_OK);
	restart();
	assert_true(entered());
	refuses_and_keeps_the_same(state);
	expect_same_searches();
	assert_int_equal(hs_store_write_wait(bulk.store, arena, make_indexed, NULL, &err), HS_OK);
	restart();
	assert_true(entered());
	expect_same_searches();
	hs_arena_free(arena);
}

/* What is asked while pointers wait for their spot. */
static const char *const waiting[] = {
	"DocumentReference?patient=patient-0000002&_count=100",
	"DocumentReference?patient=patient-0000004&_count=3",
	"DocumentReference?patient=patient-0000004,patient-0000006&_sort=-date",
	"DocumentReference?patient=patient-0000004&status=current&_sort=_id",
	"DocumentReference?custodian=Organization/region-01-1&_count=7",
	"DocumentReference?date=ge2025-12-30&_count=30",
	"DocumentReference?_sort=-_lastUpdated&_count=10&_total=none",
	"DocumentReference?_count=5",
	"DocumentReference/_history?_count=20",
};
#define WAITING (sizeof waiting / sizeof waiting[0])

static struct hs_slice id_of(struct hs_slice line)
{
	size_t at = hs_slice_search(line, HS_S("\"id\":\""));
	struct hs_slice rest = hs_slice_from(line, at + 6);

	return hs_slice_cut(&rest, '"');
}

static void puts_entries_off_and_mends_them(void **state)
{
	NEED_FHIR();
	load();
	/* Only seeded ones, so that the loader stays in the bulk way; then the program ends in the middle. */
	struct hs_buf buf;
	hs_buf_init(&buf, NULL, 1 << 16);
	for (unsigned n = 0; n < MORE; n++) {
		hs_buf_clear(&buf);
		hs_seed_write_pointer(2, n, PATIENTS, &buf);
		lines[n] = hs_arena_copy(memory, hs_buf_slice(&buf));
	}
	hs_buf_free(&buf);
	for (unsigned n = 0; n < MORE; n += BATCH)
		run(&bulk, n, n + BATCH < MORE ? n + BATCH : MORE, false, false);
	assert_false(entered());
	const char *id = hs_arena_cstr(memory,
		hs_arena_printf(memory, "DocumentReference/%.*s", HS_S_ARG(id_of(lines[MORE - 7]))));
	const char *before[WAITING];
	for (size_t i = 0; i < WAITING; i++)
		before[i] = gist(bulk.f, waiting[i]);
	assert_int_equal(fixture_get(bulk.f, id).status, 200);
	assert_int_equal(fixture_get(bulk.f, "DocumentReference/nobody").status, 404);
	restart();
	assert_true(entered());
	for (size_t i = 0; i < WAITING; i++)
		assert_string_equal(before[i], gist(bulk.f, waiting[i]));
	assert_int_equal(fixture_get(bulk.f, id).status, 200);
	char total[24];
	snprintf(total, sizeof total, "%zu", dump_all(&bulk).count);
	assert_string_equal(gist(bulk.f, "DocumentReference?_summary=count"), total);
}

static void resolves_links_of_a_transaction(void **state)
{
	NEED_FHIR();
	load();
	lines[0] = HS_S(
		"{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
		"{\"fullUrl\":\"urn:uuid:11111111-1111-4111-8111-111111111111\",\"resource\":"
		"{\"resourceType\":\"Patient\",\"active\":true},\"request\":{\"method\":\"POST\",\"url\":"
		"\"Patient\"}},"
		"{\"resource\":{\"resourceType\":\"DocumentReference\",\"id\":\"linked\",\"status\":"
		"\"current\","
		"\"subject\":{\"reference\":\"urn:uuid:11111111-1111-4111-8111-111111111111\"},"
		"\"content\":[{\"attachment\":{\"url\":\"urn:x\"}}]},\"request\":{\"method\":\"PUT\",\"url\":"
		"\"DocumentReference/linked\"}}]}");
	lines[1] =
		HS_S("{\"resourceType\":\"Bundle\",\"type\":\"transaction\",\"entry\":["
		     "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"kept\"},\"request\":{\"method\":"
		     "\"PUT\",\"url\":\"Patient/kept\"}},"
		     "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"bad\",\"nope\":1},\"request\":"
		     "{\"method\":\"PUT\",\"url\":\"Patient/bad\"}}]}");
	lines[2] =
		HS_S("{\"resourceType\":\"Bundle\",\"type\":\"batch\",\"entry\":["
		     "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"half\"},\"request\":{\"method\":"
		     "\"PUT\",\"url\":\"Patient/half\"}},"
		     "{\"resource\":{\"resourceType\":\"Patient\",\"id\":\"bad\",\"nope\":1},\"request\":"
		     "{\"method\":\"PUT\",\"url\":\"Patient/bad\"}}]}");
	run(&bulk, 0, 3, true, false);
	hs_rest_loader_free(bulk.loader);
	bulk.loader = NULL;
	assert_int_equal(refused_bulk[0], 0);
	assert_int_equal(refused_bulk[1], 1);
	assert_int_equal(refused_bulk[2], 1);
	struct fixture_answer answer = fixture_get(bulk.f, "DocumentReference/linked");
	struct hs_slice reference = fixture_text(bulk.f, &answer, "/subject/reference");
	assert_true(hs_slice_starts(reference, HS_S("Patient/")));
	assert_int_equal(fixture_get(bulk.f, hs_arena_cstr(memory, reference)).status, 200);
	assert_int_equal(fixture_get(bulk.f, "Patient/kept").status, 404);
	assert_int_equal(fixture_get(bulk.f, "Patient/half").status, 200);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(refuses_and_keeps_the_same),
		cmocka_unit_test(finds_the_same),
		cmocka_unit_test(moves_the_rows_of_an_older_program),
		cmocka_unit_test(puts_entries_off_and_mends_them),
		cmocka_unit_test(resolves_links_of_a_transaction),
	};
	return cmocka_run_group_tests(tests, start, stop);
}
