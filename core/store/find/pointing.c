/* SPDX-License-Identifier: Apache-2.0 */
/* Links of a column followed, either way: what points to a set, and what a set points to. */
#include <core/store/find/set.h>

static bool leads_into(const struct hs__column *column, const struct hs__link *link, uint64_t row,
	const struct hs__set *targets)
{
	struct hs__further further;
	uint32_t number = hs__column_first(column, row, &further);

	while (number && !(link->rows[number] && hs__set_has(targets, link->rows[number])))
		number = hs__column_next(column, &further);
	return number != 0;
}

/* Those of `asked` that lead into the targets, and are in `also` (NULL: any). */
static void ask_links(struct hs__finds *finds, const struct hs__column *column, const struct hs__link *link,
	const struct hs__set *targets, const struct hs__set *asked, const struct hs__set *also)
{
	for (uint64_t row = hs__set_next(asked, 0); row != HS__NO_ROW; row = hs__set_next(asked, row + 1)) {
		if ((!also || hs__set_has(also, row)) && leads_into(column, link, row, targets))
			hs__set_put(finds->sure, row);
	}
}

static struct hs__set altered_rows(const struct hs__column *column)
{
	return (struct hs__set) { column->altered, column->altered ? column->row_count / 64 : 0, NULL };
}

/* Of few targets each gives what leads there. */
static void give_links(struct hs__finds *finds, const struct hs__column *column, const struct hs__link *link,
	const struct hs__set *targets, const struct hs__set *within)
{
	struct hs__set altered = altered_rows(column);

	for (uint64_t row = hs__set_next(targets, 0); row < link->row_count;
		row = hs__set_next(targets, row + 1)) {
		uint32_t number = link->keys[row];
		if (number && number <= column->keys_read)
			hs__column_give(column, number, number + 1, within, finds->sure);
	}
	ask_links(finds, column, link, targets, &altered, within);
}

enum hs_status hs__finds_pointing(struct hs__finds *finds, const struct hs__column *column,
	const struct hs__link *link, const struct hs__set *targets, const struct hs__set *within,
	struct hs_error *err)
{
	uint64_t few = column->key_count / 8, members = within ? hs__set_size(within) : HS__ALL,
		 aims = hs__set_size(targets);
	unsigned char *verdicts;

	if (members < aims || (aims > few && members < few)) {
		ask_links(finds, column, link, targets, within, NULL);
		return HS_OK;
	}
	if (aims <= few) {
		give_links(finds, column, link, targets, within);
		return HS_OK;
	}
	verdicts = hs__column_verdicts(finds->maker, column);
	if (!verdicts)
		return hs_fail(err, HS_E_TOO_COSTLY, "the search has too many conditions; narrow it");
	for (size_t i = 1; i <= column->key_count; i++)
		verdicts[i] = link->rows[i] && hs__set_has(targets, link->rows[i]);
	return hs__finds_judged(finds, column, verdicts, within, err);
}

/* Is one of `sources` among the rows that the key had and still has? */
static bool is_pointed(const struct hs__column *column, uint32_t number, const struct hs__set *sources)
{
	struct hs__run_of_rows run = hs__inverse_run(column->inverse, number, number + 1);

	for (size_t i = 0; i < run.count; i++) {
		if (hs__set_has(sources, run.rows[i]) && !hs__column_altered(column, run.rows[i]))
			return true;
	}
	for (size_t i = run.bin ? hs__set_next_word(sources, 0) : sources->count;
		i < column->inverse->words && i < sources->count; i = hs__set_next_word(sources, i + 1)) {
		if (run.bin[i] & hs__set_word(sources, i) & hs__column_unaltered(column, i))
			return true;
	}
	return false;
}

static void put_pointed(const struct hs__column *column, const struct hs__link *link, uint64_t row,
	struct hs__set *into)
{
	struct hs__further further;
	uint32_t number = hs__column_first(column, row, &further);

	for (; number; number = hs__column_next(column, &further)) {
		if (link->rows[number])
			hs__set_put(into, link->rows[number]);
	}
}

static void put_all_pointed(const struct hs__column *column, const struct hs__link *link,
	const struct hs__set *sources, const struct hs__set *also, struct hs__set *into)
{
	for (uint64_t row = hs__set_next(sources, 0); row != HS__NO_ROW;
		row = hs__set_next(sources, row + 1)) {
		if (!also || hs__set_has(also, row))
			put_pointed(column, link, row, into);
	}
}

void hs__set_add_pointed(const struct hs__column *column, const struct hs__link *link,
	const struct hs__set *sources, const struct hs__set *within, struct hs__set *into)
{
	uint64_t size = hs__set_size(sources), members = within ? hs__set_size(within) : link->row_count;
	struct hs__set altered = altered_rows(column);

	/* Each says where it points, or each that is wanted looks who points there. */
	if (size < members) {
		put_all_pointed(column, link, sources, NULL, into);
		return;
	}
	for (uint64_t row = 0; row < link->row_count; row++) {
		row = within ? hs__set_next(within, row) : row;
		if (row >= link->row_count)
			break;
		uint32_t number = link->keys[row];
		if (number && number <= column->keys_read && is_pointed(column, number, sources))
			hs__set_put(into, row);
	}
	put_all_pointed(column, link, &altered, sources, into);
}
