/* SPDX-License-Identifier: Apache-2.0 */
/* Conditions made ready to be judged along the columns: what shapes tell is found out once a shape, what a
 * chain or a reference leads to is looked up once, and what takes more waits until some pointer needs it. */
#include "sift.h"

#include <handslag/follow.h>

static enum hs_ledger_class class_of(const struct hs_ledger_making *making, const struct hs_find *find)
{
	return hs_ledger_class(making->sift->ledger, find->param);
}

static bool is_party(enum hs_ledger_class of)
{
	return of == HS_LEDGER_OF_SUBJECT || of == HS_LEDGER_OF_CUSTODIAN;
}

/* Is it looked up, rather than judged? */
static bool is_looked_up(const struct hs_ledger_making *making, const struct hs_find *find)
{
	return find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS ||
		((find->op == HS_FIND_REFERENCE || find->op == HS_FIND_TOKEN) &&
			hs_ledger_rank(making->sift->ledger, find) != HS_LEDGER_RANK_NONE);
}

/* Is it a text that values tell of? */
static bool is_of_values(const struct hs_ledger_making *making, const struct hs_find *find)
{
	bool whole = find->op == HS_FIND_URI || (find->op == HS_FIND_TOKEN && !find->any_code);

	return whole && find->match == HS_MATCH_EXACT && !is_looked_up(making, find) &&
		hs_ledger_column_tells(making->sift->columns, find->param);
}

/* Is it a part of an address, of which its beginning may tell? */
static bool is_of_beginnings(const struct hs_ledger_making *making, const struct hs_find *find)
{
	return find->op == HS_FIND_URI && find->match != HS_MATCH_EXACT &&
		hs_ledger_column_begins(making->sift->columns, find->param);
}

/* Do the shapes tell all that is told of it before a pointer is looked at? As deep as the tree, which the
 * parser limits. */
static bool is_of_shapes(const struct hs_ledger_making *making, const struct hs_find *find)
{
	enum hs_ledger_class of = class_of(making, find);
	bool is = !is_looked_up(making, find) && !is_party(of) && of != HS_LEDGER_OF_DATE &&
		!is_of_values(making, find) && !is_of_beginnings(making, find) &&
		find->op != HS_FIND_UPDATED && find->op != HS_FIND_ID;

	/* That kids hold together for one group is not told by them one by one. */
	for (size_t i = 0; i < find->kid_count && is && find->op != HS_FIND_SAME_GROUP; i++)
		is = is_of_shapes(making, find->kids[i]);
	return is;
}

bool hs_ledger_sift_is_ready(const struct hs_ledger_making *making, const struct hs_find *find)
{
	return find->op == HS_FIND_UPDATED || find->op == HS_FIND_DATE || is_of_shapes(making, find);
}

/* ---- each kind ---- */

void hs_ledger_test_constant(struct hs_ledger_test *test, enum hs_ledger_verdict verdict)
{
	test->kind = HS_LEDGER_TEST_CONST;
	test->inside = (unsigned char)verdict;
}

/* `apart`: shapes of parties, too, and params of parties are like any other. */
static enum hs_status judge_shapes(const struct hs_ledger_making *making, bool apart, uint32_t but,
	const struct hs_find *find, unsigned char **out)
{
	const struct hs_ledger_columns *columns = making->sift->columns;
	const struct hs_ledger plain = { .txn = making->sift->ledger->txn };
	const struct hs_ledger *ledger = apart ? &plain : making->sift->ledger;
	unsigned char *verdicts = hs_ledger_sift_take(making, columns->shape_count, 1);

	if (!verdicts)
		return making->err->status;
	for (size_t i = 1; i < columns->shape_count; i++) {
		if (apart || !columns->shape[i].party)
			verdicts[i] = (unsigned char)hs_ledger_judge_told(ledger, &columns->shape[i].told,
				but, find);
	}
	*out = verdicts;
	return HS_OK;
}

static enum hs_status make_shape(const struct hs_ledger_making *making, const struct hs_find *find,
	uint32_t but, struct hs_ledger_test *test)
{
	test->kind = HS_LEDGER_TEST_SHAPE;
	return judge_shapes(making, false, but, find, &test->by_shape);
}

static void make_updated(const struct hs_find *find, struct hs_ledger_test *test)
{
	bool other = find->cmp == HS_CMP_NE;
	struct hs_find same = *find;

	if (other)
		same.cmp = HS_CMP_EQ;
	struct hs_ledger_moments moments = hs_ledger_moments_of(&same);
	*test = (struct hs_ledger_test) { .kind = HS_LEDGER_TEST_UPDATED,
		.first = moments.from,
		.last = moments.until,
		.inside = other ? HS_LEDGER_NO : HS_LEDGER_YES,
		.outside = other ? HS_LEDGER_YES : HS_LEDGER_NO };
}

/* What lies between both spans is looked at. */
static enum hs_status make_date(const struct hs_ledger_making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	bool other = find->cmp == HS_CMP_NE;
	struct hs_ledger_date_span span = hs_ledger_span_of(find, making->wide);
	struct hs_ledger_test may = { .kind = HS_LEDGER_TEST_DATE,
		.first = span.first,
		.last = span.last,
		.inside = other ? HS_LEDGER_NO : HS_LEDGER_YES,
		.outside = other ? HS_LEDGER_YES : HS_LEDGER_NO,
		.none = HS_LEDGER_NO };
	struct hs_ledger_test sure = may;

	*test = may;
	if (span.exact)
		return HS_OK;
	enum hs_status status = hs_ledger_sift_room(making, 2, test);
	if (status != HS_OK)
		return status;
	sure.first = span.sure_first;
	sure.last = span.sure_last;
	sure.outside = HS_LEDGER_MAYBE;
	test->kind = other ? HS_LEDGER_TEST_OR : HS_LEDGER_TEST_AND;
	test->kids[0] = may;
	test->kids[1] = sure;
	test->kid_count = 2;
	return HS_OK;
}

static void make_dateless(struct hs_ledger_test *test)
{
	*test = (struct hs_ledger_test) {
		.kind = HS_LEDGER_TEST_DATE, .first = INT64_MIN, .last = INT64_MAX, .none = HS_LEDGER_YES
	};
}

/* What is told of pointers without such a party: a verdict, or HS_LEDGER_MAYBE when shapes differ. */
static unsigned char verdict_without(const struct hs_ledger_making *making, const struct hs_ledger_test *test,
	unsigned is)
{
	const struct hs_ledger_columns *columns = making->sift->columns;
	bool seen[HS_LEDGER_YES + 1] = { false };

	if (!(columns->lacking & is))
		return HS_LEDGER_NO;
	for (size_t i = 1; i < columns->shape_count; i++)
		seen[test->by_shape[i]] |= !columns->shape[i].party;
	return seen[HS_LEDGER_MAYBE] || (seen[HS_LEDGER_YES] && seen[HS_LEDGER_NO]) ? HS_LEDGER_MAYBE :
		seen[HS_LEDGER_YES]                                                 ? HS_LEDGER_YES :
										      HS_LEDGER_NO;
}

/* Do their shapes tell it of all parties? Then none need be asked. */
static bool settle(const struct hs_ledger_making *making, struct hs_ledger_test *test)
{
	const struct hs_ledger_columns *columns = making->sift->columns;
	unsigned is = test->of == HS_LEDGER_OF_SUBJECT ? HS_LEDGER_IS_SUBJECT : HS_LEDGER_IS_CUSTODIAN;
	unsigned char *known = test->known;

	known[0] = verdict_without(making, test, is);
	bool settled = known[0] != HS_LEDGER_MAYBE && columns->party_count <= test->known_room;
	for (size_t i = 1; i < columns->party_count && settled; i++) {
		unsigned char verdict = columns->parties[i] ? test->by_shape[columns->parties[i]] :
							      HS_LEDGER_MAYBE;
		known[i] = columns->party_of[i] & is ? verdict : HS_LEDGER_NO;
		settled = known[i] != HS_LEDGER_MAYBE;
	}
	return settled;
}

/* Is it a chain that the columns follow: they tell to whom each party refers, and nothing else decides it? */
static bool is_direct(const struct hs_ledger_making *making, const struct hs_find *find)
{
	const struct hs_ledger_columns *columns = making->sift->columns;

	return find->op == HS_FIND_CHAIN && is_party(class_of(making, find)) && columns->sided &&
		columns->referred && !hs_ledger_may_be_logical(making->sift->ledger, find->kids[0]);
}

/* Of a subject or custodian something that its shape tells, or that is found out for each when it is needed.
 */
static enum hs_status make_asked(const struct hs_ledger_making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	test->direct = is_direct(making, find);
	test->kind = HS_LEDGER_TEST_ASKED;
	test->of = class_of(making, find);
	test->known_room = making->pieces;
	test->known = hs_ledger_sift_take(making, making->pieces, 1);
	if (!test->known)
		return making->err->status;
	enum hs_status status = judge_shapes(making, true, 0, find, &test->by_shape);
	if (status != HS_OK)
		return status;
	if (settle(making, test)) {
		test->kind = HS_LEDGER_TEST_PARTY;
		test->by_shape = NULL;
	} else {
		memset(test->known, 0, (size_t)test->known_room);
	}
	return HS_OK;
}

int hs_ledger_sift_ask(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test, uint32_t piece,
	struct hs_error *err)
{
	const struct hs_ledger_columns *columns = sift->columns;
	const struct hs_find *find = test->find;
	int holds = test->direct ? hs_ledger_end_says(sift->ledger, find, piece) : -1;

	hs_arena_reset(sift->one);
	if (!test->direct)
		return hs_ledger_end_holds(sift->ledger, sift->one, find, piece, err);
	if (holds >= 0)
		return holds;
	holds = hs_ledger_column_refers(columns, piece, find->param, find->target_type) ?
		hs_txn_follow(sift->ledger->txn, find, columns->refs[piece], err) :
		0;
	enum hs_status status = holds >= 0 ? hs_ledger_end_note(sift->ledger, find, piece, holds, err) :
					     HS_OK;
	return status == HS_OK ? holds : (int)status;
}

/* Parties whose rows are known, to be asked at once. */
struct together {
	uint32_t *parties;
	uint64_t *rows;
	unsigned char *holds;
	size_t count;
};

static enum hs_status ask_together(const struct hs_ledger_making *making, const struct together *together,
	struct hs_ledger_test *test)
{
	struct hs_ledger *ledger = making->sift->ledger;
	enum hs_status status = together->count ? hs_txn_follow_rows(ledger->txn, test->find, together->rows,
							  together->count, together->holds, making->err) :
						  HS_OK;

	for (size_t i = 0; i < together->count && status == HS_OK; i++) {
		uint32_t piece = together->parties[i];
		test->known[piece] = together->holds[i] ? HS_LEDGER_YES : HS_LEDGER_NO;
		status = hs_ledger_end_note(ledger, test->find, piece, together->holds[i], making->err);
	}
	return status;
}

/* Of the parties that are left all at once, those that the store has never had one by one. */
static enum hs_status ask_left(const struct hs_ledger_making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	const struct hs_ledger_columns *columns = making->sift->columns;
	size_t room = making->left_count;
	struct together together = { hs_ledger_sift_take(making, room, sizeof(uint32_t)),
		hs_ledger_sift_take(making, room, sizeof(uint64_t)), hs_ledger_sift_take(making, room, 1),
		0 };
	unsigned char *known = hs_ledger_sift_take(making, (size_t)making->pieces, 1);

	if (!together.parties || !together.rows || !together.holds || !known)
		return making->err->status;
	test->kind = HS_LEDGER_TEST_PARTY;
	test->of = class_of(making, find);
	test->known = known;
	test->known_room = making->pieces;
	test->direct = true;
	for (size_t i = 0; i < making->left_count; i++) {
		uint32_t piece = making->left[i];
		if (!hs_ledger_column_refers(columns, piece, find->param, find->target_type))
			continue;
		if (columns->ref_rows[piece]) {
			together.rows[together.count] = columns->ref_rows[piece];
			together.parties[together.count++] = piece;
			continue;
		}
		int holds = hs_ledger_sift_ask(making->sift, test, piece, making->err);
		if (holds < 0)
			return (enum hs_status)holds;
		known[piece] = holds ? HS_LEDGER_YES : HS_LEDGER_NO;
	}
	return ask_together(making, &together, test);
}

/* Looked up, as drive.c does it, with the parties by themselves. */
static enum hs_status look_up(const struct hs_ledger_making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	if (making->left && is_direct(making, find))
		return ask_left(making, find, test);
	struct hs_ledger_drive of = { .where = find, .type = making->type, .ends_most = making->ends_most };
	struct hs_ledger_driving drive = { .of = &of,
		.ledger = making->sift->ledger,
		.out = &of.rows,
		.known = hs_ledger_sift_take(making, making->pieces, 1),
		.known_room = making->pieces,
		.columns = making->sift->columns,
		.err = making->err };
	bool party = is_party(class_of(making, find)) && find->op != HS_FIND_HAS;
	bool link = find->op == HS_FIND_CHAIN || find->op == HS_FIND_HAS, many = link && !making->ends_most;
	enum hs_status status = drive.known ? HS_OK : making->err->status;

	if (status == HS_OK && !many)
		status = find->op == HS_FIND_CHAIN ? hs_ledger_drive_chain(&drive, find, &many) :
			find->op == HS_FIND_HAS    ? hs_ledger_drive_has(&drive, find, &many) :
			find->op == HS_FIND_TOKEN  ? hs_ledger_drive_token(&drive, find) :
						     hs_ledger_drive_mark(&drive, find, find->text);
	*making->many |= many;
	if (status == HS_OK && many && party)
		return make_asked(making, find, test);
	if (status == HS_OK && many)
		hs_ledger_test_constant(test, HS_LEDGER_MAYBE);
	if (status != HS_OK || many)
		return status;
	test->kind = party ? HS_LEDGER_TEST_PARTY : HS_LEDGER_TEST_LISTED;
	test->of = class_of(making, find);
	test->known = drive.known;
	test->known_room = making->pieces;
	return hs_ledger_sift_list(making, &of.rows, test);
}

static enum hs_status make_id(const struct hs_ledger_making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	struct hs_ledger_numbers rows = { 0 };
	struct hs_ledger_driving drive = { .ledger = making->sift->ledger, .out = &rows, .err = making->err };
	enum hs_status status = hs_ledger_drive_id(&drive, find->text);

	test->kind = HS_LEDGER_TEST_LISTED;
	if (status == HS_OK)
		status = hs_ledger_sift_list(making, &rows, test);
	test->inside = HS_LEDGER_YES;
	return status;
}

/* By values, and by the shapes that tell of the param otherwise. */
static enum hs_status make_values(const struct hs_ledger_making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	enum hs_status status = hs_ledger_sift_room(making, 2, test);

	if (status == HS_OK)
		status = make_shape(making, find, find->param, &test->kids[0]);
	if (status == HS_OK)
		status = hs_ledger_sift_list_values(making, find, &test->kids[1]);
	test->kind = HS_LEDGER_TEST_OR;
	test->kid_count = 2;
	return status;
}

/* By what each address begins with, and by the shapes that tell of the param otherwise. */
static enum hs_status make_begun(const struct hs_ledger_making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	const struct hs_ledger_columns *columns = making->sift->columns;
	enum hs_status status = hs_ledger_sift_room(making, (size_t)columns->value_count + 1, test);

	if (status == HS_OK)
		status = make_shape(making, find, find->param, &test->kids[0]);
	test->kind = HS_LEDGER_TEST_OR;
	test->kid_count = 1;
	for (unsigned i = 0; i < columns->value_count && status == HS_OK; i++) {
		struct hs_ledger_test *kid = &test->kids[test->kid_count];
		if (columns->values[i].param != find->param)
			continue;
		*kid = (struct hs_ledger_test) { .kind = HS_LEDGER_TEST_BEGUN,
			.find = find,
			.values = &columns->values[i],
			.known_room = making->pieces,
			.known = hs_ledger_sift_take(making, (size_t)making->pieces, 1) };
		status = kid->known ? hs_ledger_sift_list_begun(making, kid) : making->err->status;
		test->kid_count++;
	}
	return status;
}

static enum hs_ledger_verdict judge_beginning(const struct hs_find *find, struct hs_slice begins)
{
	switch ((enum hs_find_match)find->match) {
	case HS_MATCH_STARTS:
		return hs_slice_starts(begins, find->text)  ? HS_LEDGER_YES :
			hs_slice_starts(find->text, begins) ? HS_LEDGER_MAYBE :
							      HS_LEDGER_NO;
	case HS_MATCH_ABOVE:
		return hs_slice_starts(find->text, begins) ? HS_LEDGER_MAYBE : HS_LEDGER_NO;
	default:
		return HS_LEDGER_MAYBE;
	}
}

enum hs_status hs_ledger_sift_begun(const struct hs_ledger_sift *sift, const struct hs_ledger_test *test,
	uint32_t prefix, unsigned char *out, struct hs_error *err)
{
	struct hs_slice begins = HS_S_NONE;
	enum hs_status status = HS_OK;

	*out = HS_LEDGER_MAYBE;
	if (!prefix || prefix >= test->known_room)
		return HS_OK;
	if (!test->known[prefix]) {
		status = hs_ledger_plain_text(sift->ledger, prefix, &begins, err);
		if (status != HS_OK)
			return status;
		test->known[prefix] = (unsigned char)(judge_beginning(test->find, begins) + 1);
	}
	*out = (unsigned char)(test->known[prefix] - 1);
	return HS_OK;
}

enum hs_status hs_ledger_sift_make_test(const struct hs_ledger_making *making, const struct hs_find *find,
	struct hs_ledger_test *test)
{
	enum hs_ledger_class of = class_of(making, find);

	*test = (struct hs_ledger_test) { .find = find };
	if (is_of_shapes(making, find))
		return make_shape(making, find, 0, test);
	if (is_looked_up(making, find))
		return look_up(making, find, test);
	if (is_of_values(making, find) || is_of_beginnings(making, find)) {
		enum hs_status status = is_of_values(making, find) ? make_values(making, find, test) :
								     make_begun(making, find, test);
		return status == HS_OK ? hs_ledger_sift_simplify(making, test) : status;
	}
	switch ((enum hs_find_op)find->op) {
	case HS_FIND_AND:
	case HS_FIND_OR:
	case HS_FIND_NOT:
		return hs_ledger_sift_several(making, find, test);
	case HS_FIND_UPDATED:
		make_updated(find, test);
		return HS_OK;
	case HS_FIND_ID:
		return make_id(making, find, test);
	case HS_FIND_DATE:
		if (of == HS_LEDGER_OF_DATE)
			return make_date(making, find, test);
		hs_ledger_test_constant(test, HS_LEDGER_MAYBE);
		return HS_OK;
	case HS_FIND_MISSING:
		if (of == HS_LEDGER_OF_DATE) {
			make_dateless(test);
			return HS_OK;
		}
		return is_party(of) ? make_asked(making, find, test) : make_shape(making, find, 0, test);
	default:
		if (is_party(of))
			return make_asked(making, find, test);
		hs_ledger_test_constant(test, HS_LEDGER_MAYBE);
		return HS_OK;
	}
}
