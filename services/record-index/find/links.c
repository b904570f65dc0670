/* SPDX-License-Identifier: Apache-2.0 */
/* Where pointers point: the subjects, custodians, authors ... of those that fulfil a condition. A patient has
 * many pointers and is told once; so the pointers of a subject or custodian need no look after the first that
 * fulfils the condition. */
#include "columns.h"

#include <handslag/follow.h>

#define SCRATCH ((size_t)192 << 20)
#define ONE ((size_t)64 << 20)
#define PIECES_MAX ((size_t)32 << 20)
#define FEW_TOLD ((size_t)4096)
#define FEW_COUNTED 256u /* are sooner gone through than counted along the columns */
#define SCAN_SHARE 16u   /* of one row in so many it is sooner to go along the table */

struct links {
	struct hs_ledger ledger;
	struct hs_ledger_drive drive;
	struct hs_ledger_judged judged; /* of drive.others */
	const struct hs_links *ask;
	enum hs_ledger_class of;
	struct hs_arena *scratch, *pieces, *one; /* as of a search (find.h) */
	unsigned char *told; /* by number of the piece: those of pointers that fulfil it */
	uint64_t *few;       /* the same, listed, when they are at most FEW_TOLD */
	size_t told_count;
	uint64_t room, live, looks_max;
	const struct hs_ledger_columns *columns; /* that tell to whom parties refer; or NULL */
};

static uint64_t piece_of(const struct links *links, uint64_t subject, uint64_t custodian)
{
	return links->of == HS_LEDGER_OF_SUBJECT    ? subject :
		links->of == HS_LEDGER_OF_CUSTODIAN ? custodian :
						      0;
}

static void tell(struct links *links, uint64_t piece)
{
	if (piece >= links->room || links->told[piece])
		return;
	links->told[piece] = 1;
	if (links->told_count < FEW_TOLD)
		links->few[links->told_count] = piece;
	links->told_count++;
}

static bool is_told(const struct links *links, uint64_t piece)
{
	return piece && piece < links->room && links->told[piece];
}

static enum hs_status give(struct links *links, const struct hs_ledger_rows *rows, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < rows->count && status == HS_OK; i++) {
		const struct hs_index_row *row = &rows->items[i];
		if (row->kind == HS_INDEX_REFERENCE && row->param == links->ask->has->param &&
			row->target_type == links->ask->type)
			status = links->ask->each(links->ask->arg, row->text, err);
	}
	return status;
}

static enum hs_status too_much(struct hs_error *err)
{
	return hs_fail(err, HS_E_TOO_COSTLY, "the search finds too much; narrow it");
}

static void forget(struct links *links)
{
	hs_arena_reset(links->one);
	if (hs_arena_used(links->pieces) < PIECES_MAX)
		return;
	hs_arena_reset(links->pieces);
	hs_ledger_forget(&links->ledger);
}

/* ---- pointers one after another ---- */

static enum hs_status look(struct links *links, uint64_t candidate, bool sure, struct hs_error *err)
{
	struct hs_ledger_pointer pointer = { .seq = 0 };
	struct hs_ledger_rows rows = { .count = 0 };
	struct hs_ledger_subject subject = { links->drive.type, &pointer, &rows };
	int holds = hs_ledger_at(&links->ledger, links->one, candidate, &pointer, err);

	if (holds <= 0)
		return (enum hs_status)holds;
	uint64_t piece = piece_of(links, pointer.subject, pointer.custodian);
	if (is_told(links, piece))
		return HS_OK;
	enum hs_ledger_verdict verdict = HS_LEDGER_YES;
	enum hs_status status = sure ?
		HS_OK :
		hs_ledger_judge(&links->ledger, &links->judged, &pointer, links->drive.others, &verdict, err);
	if (status != HS_OK || verdict == HS_LEDGER_NO)
		return status;
	if (verdict == HS_LEDGER_MAYBE || !piece)
		status = hs_ledger_rows(&links->ledger, links->one, &pointer, &rows, err);
	if (status == HS_OK && verdict == HS_LEDGER_MAYBE)
		holds = hs_ledger_match(&links->ledger, links->one, &subject, links->drive.others, err);
	if (status != HS_OK || holds <= 0)
		return status == HS_OK ? (enum hs_status)holds : status;
	tell(links, piece);
	return piece ? HS_OK : give(links, &rows, err);
}

static enum hs_status look_at_each(struct links *links, const struct hs_ledger_numbers *rows, bool sure,
	struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < rows->count && status == HS_OK; i++) {
		uint64_t candidate = rows->items[i];
		/* Where a pointer lies tells its subject; it need not be read. */
		if (sure && links->of == HS_LEDGER_OF_SUBJECT)
			status = hs_ledger_find_spot(&links->ledger, &candidate, err);
		if (status != HS_OK)
			break;
		bool by_spot = candidate & HS_LEDGER_AT_SPOT && links->of == HS_LEDGER_OF_SUBJECT;
		uint64_t subject = by_spot ? hs_ledger_spot_subject(candidate & ~HS_LEDGER_AT_SPOT) : 0;
		forget(links);
		if (is_told(links, subject))
			continue;
		if (sure && subject)
			tell(links, subject);
		else
			status = look(links, candidate, sure, err);
	}
	return status;
}

/* Does every pointer fulfil the condition? Then none is listed. */
static bool finds_all(const struct links *links)
{
	return links->drive.found == HS_LEDGER_SHAPES && links->drive.shapes.all;
}

/* Of many that are sure to fulfil the condition: along the table of rows, which tells the place of each. */
static enum hs_status go_along(struct links *links, const struct hs_ledger_numbers *rows,
	struct hs_error *err)
{
	bool all = finds_all(links);
	struct hs_stmt *stmt = hs_sql(links->ledger.txn,
		"SELECT row, place, custodian FROM record_index_row ORDER BY row", err);
	enum hs_status status = HS_OK;
	size_t at = 0;
	int step = 0;

	if (!stmt)
		return err->status;
	while (status == HS_OK && (all || at < rows->count) && (step = hs_sql_step(stmt, err)) > 0) {
		uint64_t row = (uint64_t)hs_sql_get_int(stmt, 0);
		uint64_t spot = (uint64_t)hs_sql_get_int(stmt, 1) << HS_LEDGER_ROW_BITS;
		while (at < rows->count && hs_ledger_row_of(rows->items[at]) < row)
			at++;
		if (!all && (at == rows->count || hs_ledger_row_of(rows->items[at]) != row))
			continue;
		uint64_t piece = piece_of(links, hs_ledger_spot_subject(spot),
			(uint64_t)hs_sql_get_int(stmt, 2));
		forget(links);
		if (piece)
			tell(links, piece);
		else
			status = look(links, row, true, err);
	}
	hs_sql_end(stmt);
	return step < 0 ? (enum hs_status)step : status;
}

/* ---- along the columns ---- */

static enum hs_status look_at_zone(struct links *links, const struct hs_ledger_columns *columns, size_t first,
	const struct hs_ledger_found_in *found, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < found->count && status == HS_OK; i++) {
		size_t at = first + found->at[i];
		uint64_t piece = piece_of(links, columns->subjects[at], columns->custodians[at]);
		bool sure = found->verdicts[found->at[i]] == HS_LEDGER_YES;
		if (is_told(links, piece))
			continue;
		forget(links);
		if (sure && piece)
			tell(links, piece);
		else
			status = look(links, hs_ledger_columns_spot(columns, at) | HS_LEDGER_AT_SPOT, sure,
				err);
	}
	return status;
}

/* Only the pointers of those are looked at of whom the store asks, and of parties of whom nobody knows
 * whether they are among them. */
static enum hs_status take_members(const struct links *links, struct hs_ledger_sift *sift,
	struct hs_error *err)
{
	const struct hs_links *ask = links->ask;
	const struct hs_ledger_columns *columns = sift->columns;
	bool party = links->of == HS_LEDGER_OF_SUBJECT || links->of == HS_LEDGER_OF_CUSTODIAN;
	unsigned char *among;

	if (!ask->members || !party || !columns->sided || !columns->referred)
		return HS_OK;
	among = hs_arena_array(links->scratch, (size_t)links->room, 1);
	if (!among)
		return too_much(err);
	for (size_t i = 0; i < ask->member_count; i++) {
		size_t cursor = 0;
		uint32_t piece;
		while ((piece = hs_ledger_column_ref_to(columns, ask->members[i], &cursor)) != 0)
			among[piece] = HS_LEDGER_YES;
	}
	for (size_t i = 1; i < columns->party_count && columns->rowless; i++) {
		if (columns->refs[i].len && !columns->ref_rows[i])
			among[i] = HS_LEDGER_YES;
	}
	sift->among = among;
	sift->among_of = links->of;
	return HS_OK;
}

/* How many can be told: of few custodians the first thousand pointers tell all. */
static size_t most_told(const struct links *links, const struct hs_ledger_sift *sift)
{
	const struct hs_ledger_columns *columns = sift->columns;
	unsigned is = links->of == HS_LEDGER_OF_SUBJECT ? HS_LEDGER_IS_SUBJECT :
		links->of == HS_LEDGER_OF_CUSTODIAN     ? HS_LEDGER_IS_CUSTODIAN :
							  0;
	size_t most = 0;

	if (!is || columns->lacking & is)
		return SIZE_MAX; /* some pointers are told by themselves */
	for (size_t i = 1; i < columns->party_count; i++)
		most += columns->party_of[i] & is && (!sift->among || sift->among[i]);
	return most;
}

static enum hs_status look_along(struct links *links, const struct hs_ledger_columns *columns,
	struct hs_error *err)
{
	struct hs_ledger_sift sift = { .ledger = &links->ledger, .columns = columns, .one = links->one };
	struct hs_ledger_sifted sifted = { 0 };
	struct hs_ledger_found_in found;
	enum hs_status status = take_members(links, &sift, err);

	if (status == HS_OK)
		status = hs_ledger_sift_make(&sift, links->drive.type, links->drive.where, err);
	links->ledger.arena = links->pieces; /* what was looked up stays in `scratch` */
	if (status != HS_OK || hs_ledger_sift_is_vain(&sift))
		return status;
	if (links->live > links->looks_max && hs_ledger_sift_has_doubts(&sift))
		status = hs_ledger_sift_count(&sift, &sifted, err);
	if (status == HS_OK && sifted.maybe > links->looks_max)
		return hs_fail(err, HS_E_NOT_SUPPORTED, "too many pointers would have to be looked at");
	links->drive.others = links->drive.where;
	size_t most = most_told(links, &sift);
	for (size_t first = 0; first < columns->count && links->told_count < most && status == HS_OK;
		first += HS_LEDGER_ZONE) {
		status = hs_ledger_sift_zone(&sift, first, &found, err);
		if (status == HS_OK)
			status = look_at_zone(links, columns, first, &found, err);
	}
	return status;
}

/* ---- all of it ---- */

static enum hs_status give_piece(struct links *links, uint64_t piece, struct hs_error *err)
{
	const struct hs_ledger_columns *columns = links->columns;
	const struct hs_links *ask = links->ask;
	struct hs_ledger_rows rows = { .count = 0 };

	if (columns && !hs_ledger_column_refers(columns, (uint32_t)piece, ask->has->param, ask->type))
		return HS_OK;
	if (columns && columns->ref_rows[piece])
		return ask->each_row(ask->arg, columns->ref_rows[piece], err);
	if (columns)
		return ask->each(ask->arg, columns->refs[piece], err);
	forget(links);
	enum hs_status status = hs_ledger_piece_rows(&links->ledger, links->one, piece,
		links->of == HS_LEDGER_OF_CUSTODIAN, &rows, err);
	return status == HS_OK ? give(links, &rows, err) : status;
}

/* Many in the order of places, in which the subjects lie. */
static enum hs_status give_told(struct links *links, struct hs_error *err)
{
	enum hs_status status = HS_OK;

	if (links->told_count <= FEW_TOLD) {
		for (size_t i = 0; i < links->told_count && status == HS_OK; i++)
			status = give_piece(links, links->few[i], err);
		return status;
	}
	for (uint64_t bucket = 0; bucket < HS_LEDGER_BUCKETS; bucket++) {
		for (uint64_t piece = bucket; piece < links->room && status == HS_OK;
			piece += HS_LEDGER_BUCKETS) {
			if (links->told[piece])
				status = give_piece(links, piece, err);
		}
	}
	return status;
}

/* The rows that fulfil the condition, or can. */
static enum hs_status find_rows(struct links *links, struct hs_error *err)
{
	struct hs_ledger_drive *drive = &links->drive;
	enum hs_status status = hs_ledger_drive(&links->ledger, drive, err);

	if (status == HS_OK && drive->found == HS_LEDGER_PARTY)
		status = hs_ledger_party_list(&links->ledger, &drive->party, &drive->rows, err);
	if (status == HS_OK && drive->found == HS_LEDGER_SHAPES && !finds_all(links))
		status = hs_ledger_shapes_list(&links->ledger, &drive->shapes, 0, UINT64_MAX, &drive->rows,
			err);
	if (status != HS_OK || drive->found != HS_LEDGER_ALL)
		return status;
	if (links->live > links->looks_max)
		return hs_fail(err, HS_E_NOT_SUPPORTED, "every pointer would have to be looked at");
	struct hs_stmt *stmt = hs_sql(links->ledger.txn, "SELECT row FROM record_index_row ORDER BY row",
		err);
	drive->found = HS_LEDGER_CANDIDATES;
	return stmt ? hs_ledger_list(&links->ledger, stmt, 0, &drive->rows, err) : err->status;
}

static enum hs_status make_room(struct links *links, struct hs_error *err)
{
	uint64_t last = 0;
	enum hs_status status = hs_ledger_last_piece(&links->ledger, &last, err);

	if (status != HS_OK)
		return status;
	links->room = last + 1;
	links->told = hs_arena_array(links->scratch, (size_t)links->room, 1);
	links->few = hs_arena_array(links->scratch, FEW_TOLD, sizeof *links->few);
	return links->told && links->few ? HS_OK : too_much(err);
}

static enum hs_status look_at_rows(struct links *links, struct hs_error *err)
{
	const struct hs_ledger_numbers *rows = &links->drive.rows;
	enum hs_status status = find_rows(links, err);

	links->ledger.arena = links->pieces; /* the rows stay in `scratch` */
	if (status != HS_OK)
		return status;
	bool sure = links->drive.found != HS_LEDGER_CANDIDATES;
	bool many = finds_all(links) || rows->count > links->live / SCAN_SHARE;
	return sure && many ? go_along(links, rows, err) : look_at_each(links, rows, sure, err);
}

static enum hs_status run(struct links *links, struct hs_error *err)
{
	struct hs_view_hold hold = { NULL, NULL };
	enum hs_status status = hs_ledger_live(&links->ledger, &links->live, err);

	if (status == HS_OK)
		status = make_room(links, err);
	if (status == HS_OK)
		status = hs_ledger_columns_get(&links->ledger, links->drive.type, links->drive.where, &hold,
			err);
	if (status == HS_OK)
		status = hold.view ? look_along(links, hold.view, err) : look_at_rows(links, err);
	const struct hs_ledger_columns *columns = hold.view;
	links->columns = columns && columns->sided && columns->referred ? columns : NULL;
	if (status == HS_OK)
		status = give_told(links, err);
	hs_txn_view_end(links->ledger.txn, &hold);
	return status;
}

enum hs_status hs_ledger_links(struct hs_txn *txn, void *state, const struct hs_links *ask,
	struct hs_error *err)
{
	struct links links = { .ask = ask,
		.drive = { .where = ask->has->kids[0],
			.type = ask->has->target_type,
			.whole = true,
			.looks_max = UINT64_MAX,
			.along_shapes = true },
		.scratch = hs_arena_new(SCRATCH),
		.pieces = hs_arena_new(2 * PIECES_MAX + ONE),
		.one = hs_arena_new(ONE),
		.looks_max = (uint64_t)((const struct hs_ledger_settings *)state)->looks_max };

	hs_ledger_begin(&links.ledger, txn, links.scratch);
	links.ledger.lasting = links.scratch;
	links.of = hs_ledger_class(&links.ledger, ask->has->param);
	enum hs_status status = run(&links, err);
	hs_arena_free(links.one);
	hs_arena_free(links.pieces);
	hs_arena_free(links.scratch);
	return status;
}

/* Pointers at the end of a zone, and about so many zones, stand for all. Fewer zones are gone along, and
 * fewer pointers found there do not tell enough. */
#define SAMPLE 64u
#define SAMPLED_LEAST ((size_t)16)

/* How many fulfil it, by a share of all; *known: so many of these do that they tell. */
static enum hs_status sample(struct hs_ledger_sift *sift, uint64_t *out, bool *known, struct hs_error *err)
{
	size_t count = sift->columns->count, zones = (count + HS_LEDGER_ZONE - 1) / HS_LEDGER_ZONE;
	uint64_t seen = 0, found = 0;
	struct hs_ledger_found_in in;
	enum hs_status status = HS_OK;

	for (size_t zone = 0; zone < zones && status == HS_OK; zone += zones / SAMPLE + 1) {
		size_t begin = zone * HS_LEDGER_ZONE, left = count - begin;
		size_t end = begin + (left < HS_LEDGER_ZONE ? left : HS_LEDGER_ZONE);
		size_t first = end - begin > SAMPLE ? end - SAMPLE : begin;
		status = hs_ledger_sift_zone(sift, first, &in, err);
		seen += end - first;
		found += status == HS_OK ? in.count : 0;
	}
	*known = status == HS_OK && found >= SAMPLED_LEAST;
	*out = seen ? found * count / seen : 0;
	return status;
}

static enum hs_status count_sifted(struct hs_ledger_sift *sift, uint64_t *out, bool *known,
	struct hs_error *err)
{
	struct hs_ledger_sifted sifted = { 0 };
	bool few = hs_ledger_sift_is_vain(sift) || sift->listed;

	if (!few && hs_ledger_sift_has_doubts(sift))
		return HS_OK;
	if (!few && sift->columns->count > SAMPLED_LEAST * HS_LEDGER_ZONE)
		return sample(sift, out, known, err);
	enum hs_status status = hs_ledger_sift_count(sift, &sifted, err);
	*out = sifted.yes + sifted.maybe;
	*known = status == HS_OK;
	return status;
}

/* What the columns tell of a condition of which a lookup would have to count entries, or tells nothing, when
 * there are any: *known. */
static enum hs_status estimate_along(struct hs_ledger *ledger, const struct hs_find *where,
	struct hs_arena *one, uint64_t *out, bool *known, struct hs_error *err)
{
	uint32_t type = hs_txn_number(ledger->txn, HS_SPACE_TYPE, HS_S("DocumentReference"), false);
	struct hs_view_hold hold = { NULL, NULL };
	enum hs_status status = hs_txn_view(ledger->txn, &hs_ledger_columns_view, 0, false, &hold, err);
	struct hs_ledger_sift sift = { .ledger = ledger, .columns = hold.view, .one = one };

	*known = false;
	if (status == HS_OK && hold.view && !hs_ledger_has_link(where)) {
		status = hs_ledger_sift_make(&sift, type, where, err);
		if (status == HS_OK)
			status = count_sifted(&sift, out, known, err);
	}
	hs_txn_view_end(ledger->txn, &hold);
	return status;
}

enum hs_status hs_ledger_estimate(struct hs_txn *txn, void *state, const struct hs_find *where,
	uint64_t limit, uint64_t *out, struct hs_error *err)
{
	struct hs_arena *scratch = hs_arena_new(SCRATCH), *one = hs_arena_new(ONE);
	struct hs_ledger ledger;
	uint64_t found = limit;
	bool known = false;

	(void)state;
	hs_ledger_begin(&ledger, txn, scratch);
	ledger.lasting = scratch;
	enum hs_status status = HS_OK;
	if (hs_ledger_rank(&ledger, where) >= HS_LEDGER_RANK_CUSTODIAN && limit > FEW_COUNTED)
		status = estimate_along(&ledger, where, one, &found, &known, err);
	if (status == HS_OK && !known)
		status = hs_ledger_amount(&ledger, 0, where, limit, &found, err);
	*out = found < limit ? found : limit;
	hs_arena_free(one);
	hs_arena_free(scratch);
	return status;
}
