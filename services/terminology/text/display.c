/* SPDX-License-Identifier: Apache-2.0 */
/* Whether a display is one of those that are right for a concept, in the languages that were asked for. */
#include "fold.h"
#include "../sets/member.h"
#include "../compile/tree.h"

struct check {
	struct tx_context *ctx;
	const struct tx_coding *coding;
	struct tx_designations texts;
	struct hs_slice name; /* system#code */
};

/* How near the texts come to a language: 2 or more that language, 1 a wider one (sv for sv-SE), 0 neither. */
static int best_fit(const struct check *c, struct hs_slice tag)
{
	int best = 0;

	for (size_t i = 0; i < c->texts.count; i++) {
		int fit = hs_tx_designation_fit(&c->texts.items[i], tag);
		best = c->texts.items[i].is_display && fit > best ? fit : best;
	}
	return best;
}

/* Whether it is in one of the languages that were asked for; in a wider one where no text is in that. */
static bool fits_languages(const struct check *c, const struct tx_designation *d)
{
	const struct hs_languages *languages = &c->ctx->params.languages;

	if (!languages->count || !d->language.len)
		return true;
	for (size_t i = 0; i < languages->count; i++) {
		int fit = hs_tx_designation_fit(d, languages->tags[i]);
		if (fit >= 2 || (fit == 1 && best_fit(c, languages->tags[i]) == 1))
			return true;
	}
	return false;
}

/* Whether it is in the language of the code system's own displays. */
static bool is_of_default(const struct check *c, const struct tx_designation *d)
{
	const struct tx_designation *base = NULL;

	for (size_t i = 0; i < c->texts.count && !base; i++)
		base = c->texts.items[i].base ? &c->texts.items[i] : NULL;
	return !base || !d->language.len || !base->language.len ||
		hs_language_fit(base->language, d->language) >= 2;
}

static bool same(struct check *c, struct hs_slice a, struct hs_slice b, bool squeeze)
{
	struct hs_arena *arena = c->ctx->arena;
	struct hs_arena_mark mark = hs_arena_mark(arena);

	if (squeeze) {
		a = hs_tx_squeeze(arena, a);
		b = hs_tx_squeeze(arena, b);
	}
	bool equal = hs_slice_eq(hs_tx_fold_case(arena, a), hs_tx_fold_case(arena, b));
	hs_arena_rollback(arena, mark);
	return equal;
}

/* A designation marked as no longer right. */
static struct hs_slice status_of(struct check *c, const struct tx_designation *d)
{
	struct hs_json *list = NULL;
	struct hs_error ignored;

	if (!d->extension.len || hs_json_parse(c->ctx->arena, d->extension, NULL, &list, &ignored))
		return HS_S_NONE;
	HS_JSON_EACH(extension, list)
		if (hs_slice_eq(hs_json_get_text(extension, HS_S("url")),
			    HS_S(TX_EXT "structuredefinition-standards-status")))
			return hs_json_text(hs_tx_value(extension));
	return HS_S_NONE;
}

static bool is_retired_status(struct hs_slice status)
{
	return hs_slice_eq(status, HS_S("deprecated")) || hs_slice_eq(status, HS_S("withdrawn"));
}

static bool is_retired(struct check *c, const struct tx_designation *d)
{
	return is_retired_status(status_of(c, d));
}

/* The designation that equals the display, in one of the languages or in the code system's own. */
static const struct tx_designation *find_same(struct check *c, bool own_language, bool squeeze)
{
	for (size_t i = 0; i < c->texts.count; i++) {
		const struct tx_designation *d = &c->texts.items[i];
		if ((own_language ? is_of_default(c, d) : fits_languages(c, d)) &&
			same(c, d->value, c->coding->display, squeeze))
			return d;
	}
	return NULL;
}

static bool listed_before(const struct check *c, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (hs_slice_eq(c->texts.items[i].value, c->texts.items[index].value) &&
			hs_slice_eq(c->texts.items[i].language, c->texts.items[index].language))
			return true;
	return false;
}

/* "'a' (en)" or "one of 2 choices: 'a' (en) or 'b' (de)"; the number of them in *count. */
static struct hs_slice list_right_ones(struct check *c, const char *quote, size_t *count)
{
	size_t right[256], n = 0;
	struct hs_buf out;
	char digits[24];

	for (size_t i = 0; i < c->texts.count && n < 256; i++) {
		const struct tx_designation *d = &c->texts.items[i];
		if (d->is_display && fits_languages(c, d) && !is_retired(c, d) && !listed_before(c, i))
			right[n++] = i;
	}
	hs_buf_init(&out, c->ctx->arena, 65536);
	if (n > 1 && quote[0] == '\'')
		hs_buf_add(&out,
			hs_tx_sentence(c->ctx->arena, TX_MSG_WORD_CHOICES, c->ctx->swedish,
				TX_ARGS(hs_tx_digits(n, digits))));
	for (size_t i = 0; i < n; i++) {
		const struct tx_designation *d = &c->texts.items[right[i]];
		if (i)
			hs_buf_cstr(&out, i + 1 == n ? tx_word(c->ctx, TX_MSG_WORD_OR) : ", ");
		hs_buf_printf(&out, "%s%.*s%s", quote, HS_S_ARG(d->value), quote);
		if (d->language.len && quote[0] == '\'')
			hs_buf_printf(&out, " (%.*s)", HS_S_ARG(d->language));
	}
	*count = n;
	return hs_buf_slice(&out);
}

static struct hs_slice language_names(const struct check *c)
{
	return c->ctx->params.languages.count ? c->ctx->params.languages.text :
						hs_slice_cstr(tx_word(c->ctx, TX_MSG_WORD_ANY_LANGUAGE));
}

static void soften(struct check *c, struct tx_issue *issue, struct tx_issues *issues)
{
	if (!issue || c->ctx->params.lenient_display != TX_YES || issue->severity != HS_SEVERITY_ERROR)
		return;
	issue->severity = HS_SEVERITY_WARNING;
	issues->errors--;
}

static void say_wrong(struct check *c, struct tx_issues *issues, struct hs_slice base)
{
	size_t count = 0;
	struct hs_slice right = list_right_ones(c, "'", &count), display = c->coding->display;
	struct tx_issue *issue;

	if (count) {
		enum tx_message id = find_same(c, false, true) ?
			TX_MSG_Display_Name_WS_for__should_be_one_of__instead_of :
			TX_MSG_Display_Name_for__should_be_one_of__instead_of;
		issue = hs_tx_issue(c->ctx, issues, id, c->coding->at_display,
			(struct tx_args) { { display, c->name, right, language_names(c) } });
	} else if (find_same(c, true, false)) {
		issue = hs_tx_issue(c->ctx, issues, TX_MSG_NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_OK,
			c->coding->at_display, (struct tx_args) { { display, c->name, language_names(c) } });
	} else {
		issue = hs_tx_issue(c->ctx, issues, TX_MSG_NO_VALID_DISPLAY_FOUND_NONE_FOR_LANG_ERR,
			c->coding->at_display,
			(struct tx_args) { { display, c->name, language_names(c), base } });
	}
	soften(c, issue, issues);
}

/* Texts that the value set gives the code itself. */
static void add_pick_texts(struct check *c, const struct tx_hit *hit)
{
	const struct tx_layer *layer = hit->pick_layer;

	if (!hit->pick)
		return;
	if (hit->pick->display.len)
		hs_tx_add_designation(c->ctx->arena,
			(struct tx_designation) { .value = tx_text(layer, hit->pick->display),
				.language = tx_text(layer, hit->set.row->head.language) },
			&c->texts);
	for (uint32_t i = 0; i < hit->pick->designation_count; i++)
		hs_tx_add_designation_row(c->ctx->arena, layer,
			&layer->pick_designations[hit->pick->designation_first + i], HS_S_NONE, &c->texts);
}

bool hs_tx_display_is_right(struct tx_context *ctx, const struct tx_coding *coding, const struct tx_hit *hit)
{
	struct check c = { .ctx = ctx, .coding = coding };

	if (hs_tx_flags(hit->system, hit->concept) & TX_GENERATED)
		return true;
	if (!hs_tx_texts(ctx, hit->system, hit->concept, &c.texts))
		return false;
	add_pick_texts(&c, hit);
	return !c.texts.count || find_same(&c, false, false);
}

void hs_tx_check_display(struct tx_context *ctx, struct tx_issues *issues, const struct tx_coding *coding,
	struct tx_system s, uint32_t concept, const struct tx_hit *hit)
{
	struct check c = { .ctx = ctx, .coding = coding };
	size_t count = 0;

	if (hs_tx_flags(s, concept) & TX_GENERATED)
		return;
	if (!hs_tx_texts(ctx, s, concept, &c.texts))
		return;
	add_pick_texts(&c, hit);
	if (!c.texts.count)
		return; /* nothing is known to be right, so nothing is wrong */
	c.name = hs_arena_printf(ctx->arena, "%.*s#%.*s", HS_S_ARG(TX_SYSTEM_URL(s)), HS_S_ARG(coding->code));
	const struct tx_designation *found = find_same(&c, false, false);
	if (!found) {
		say_wrong(&c, issues, hs_tx_own_display(s, concept));
		return;
	}
	struct hs_slice status = status_of(&c, found);
	if (!is_retired_status(status))
		return;
	struct hs_slice right = list_right_ones(&c, "\"", &count);
	hs_tx_issue(ctx, issues, TX_MSG_INACTIVE_DISPLAY_FOUND, coding->at_display,
		(struct tx_args) { { coding->display, coding->code, status, right } });
}
