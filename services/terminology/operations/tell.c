/* SPDX-License-Identifier: Apache-2.0 */
/* Telling an answer of Parameters as a tree or as text. */
#include "tell.h"

#include "../compile/tree.h"

#include <handslag/coding.h>

#define TEXT_MAX ((size_t)64 << 20)
#define TEXT_USUAL 2000u /* bytes, most answers are shorter */

/* ---- text ---- */

/* What stands before a value: a comma when one is due, {"name":"NAME","KEY": */
static struct hs_slice head_of(struct tx_told *t, const struct tx_slot *slot)
{
	struct hs_slice head = hs_slice_from(slot->written, !t->more); /* the first has no comma */

	t->more = true;
	return head;
}

/* The same of a key that is known when it is told. */
static void write_head(struct tx_told *t, const char *name, const char *key)
{
	if (t->more)
		hs_buf_byte(&t->text, ',');
	t->more = true;
	hs_buf_add(&t->text, HS_S("{\"name\":\""));
	hs_buf_cstr(&t->text, name);
	hs_buf_add(&t->text, HS_S("\",\""));
	hs_buf_cstr(&t->text, key);
	hs_buf_add(&t->text, HS_S("\":"));
}

/* ---- a tree ---- */

static void push(struct tx_told *t, struct hs_slice name, struct hs_slice key, struct hs_json *value)
{
	struct hs_json *item = t->list && value ? hs_json_push(t->list, hs_json_object(t->ctx->arena)) : NULL;

	if (!item)
		return;
	hs_json_add_text(t->ctx->arena, item, HS_S("name"), name);
	hs_json_add(item, key, value);
}

/* ---- both ---- */

void hs_tx_tell_begin(struct tx_told *t, struct tx_context *ctx)
{
	*t = (struct tx_told) { .ctx = ctx };
	if (ctx->as_text) {
		hs_buf_init(&t->text, ctx->arena, TEXT_MAX);
		hs_buf_reserve(&t->text, TEXT_USUAL);
		hs_buf_add(&t->text, HS_S("{\"resourceType\":\"Parameters\",\"parameter\":["));
		return;
	}
	t->tree = hs_parameters(ctx->arena);
	t->list = t->tree ? hs_json_add_array(ctx->arena, t->tree, HS_S("parameter")) : NULL;
}

void hs_tx_tell_slot(struct tx_told *t, const struct tx_slot *slot, struct hs_slice text)
{
	if (!text.len)
		return;
	if (t->ctx->as_text)
		hs_json_write_between(&t->text, head_of(t, slot), text, HS_S("}"));
	else
		push(t, slot->name, slot->key, hs_json_string(t->ctx->arena, text));
}

void hs_tx_tell_bool(struct tx_told *t, const struct tx_slot *slot, bool value)
{
	if (!t->ctx->as_text) {
		push(t, slot->name, slot->key, hs_json_bool(t->ctx->arena, value));
		return;
	}
	hs_buf_add(&t->text, head_of(t, slot));
	if (value)
		hs_buf_add(&t->text, HS_S("true}"));
	else
		hs_buf_add(&t->text, HS_S("false}"));
}

void hs_tx_tell_value(struct tx_told *t, const char *name, const char *key, struct hs_json *value)
{
	if (!value)
		return;
	if (!t->ctx->as_text) {
		push(t, hs_slice_cstr(name), hs_slice_cstr(key), value);
		return;
	}
	write_head(t, name, key);
	hs_json_write(&t->text, value, 0);
	hs_buf_byte(&t->text, '}');
}

/* Sentences repeat what was asked, which may be no UTF-8 where it was cut. */
struct hs_json *hs_tx_tree_of(struct hs_arena *arena, struct hs_slice json)
{
	struct hs_json *tree = NULL;
	struct hs_error ignored;

	if (json.len && hs_json_parse(arena, json, NULL, &tree, &ignored) &&
		hs_json_parse(arena, hs_utf8_mend(arena, json), NULL, &tree, &ignored))
		return NULL;
	return tree;
}

void hs_tx_tell_fixed(struct tx_told *t, const struct tx_slot *slot, struct hs_slice json)
{
	if (!t->ctx->as_text) {
		push(t, slot->name, slot->key, hs_tx_tree_of(t->ctx->arena, json));
		return;
	}
	hs_buf_add(&t->text, head_of(t, slot));
	hs_buf_add(&t->text, json);
	hs_buf_byte(&t->text, '}');
}

void hs_tx_tell_outcome(struct tx_told *t, const struct tx_slot *slot, const struct tx_issues *issues)
{
	if (!t->ctx->as_text) {
		push(t, slot->name, slot->key,
			hs_tx_tree_of(t->ctx->arena, hs_tx_outcome_text(t->ctx->arena, issues)));
		return;
	}
	hs_buf_add(&t->text, head_of(t, slot));
	hs_tx_write_outcome(&t->text, issues);
	hs_buf_byte(&t->text, '}');
}

static struct hs_json *coding_tree(struct hs_arena *arena, struct hs_slice system, struct hs_slice code,
	struct hs_slice display)
{
	struct hs_json *coding = hs_json_object(arena);

	if (!coding)
		return NULL;
	hs_json_add_text(arena, coding, HS_S("system"), system);
	hs_json_add_text(arena, coding, HS_S("code"), code);
	if (display.len)
		hs_json_add_text(arena, coding, HS_S("display"), display);
	return coding;
}

void hs_tx_tell_coding(struct tx_told *t, const struct tx_slot *slot, struct hs_slice system,
	struct hs_slice code, struct hs_slice display)
{
	if (!t->ctx->as_text) {
		push(t, slot->name, slot->key, coding_tree(t->ctx->arena, system, code, display));
		return;
	}
	hs_buf_add(&t->text, head_of(t, slot));
	hs_json_write_between(&t->text, HS_S("{\"system\":"), system, HS_S(",\"code\":"));
	hs_json_write_between(&t->text, HS_S_NONE, code, display.len ? HS_S(",\"display\":") : HS_S("}}"));
	if (display.len)
		hs_json_write_between(&t->text, HS_S_NONE, display, HS_S("}}"));
}

void hs_tx_tell_open(struct tx_told *t, const struct tx_slot *slot)
{
	if (t->ctx->as_text) {
		hs_buf_add(&t->text, head_of(t, slot));
		hs_buf_byte(&t->text, '[');
		t->more = false;
		return;
	}
	struct hs_json *parts = hs_json_array(t->ctx->arena);

	push(t, slot->name, slot->key, parts);
	t->outer = t->list;
	t->list = parts;
}

void hs_tx_tell_close(struct tx_told *t)
{
	if (t->ctx->as_text) {
		hs_buf_add(&t->text, HS_S("]}"));
		t->more = true;
	} else
		t->list = t->outer;
}

enum hs_status hs_tx_tell_end(struct tx_told *t, struct hs_json **out, struct hs_error *err)
{
	if (t->ctx->as_text)
		hs_buf_add(&t->text, HS_S("]}"));
	if (t->text.overflow || hs_arena_full(t->ctx->arena))
		return hs_tx_no_room(t->ctx->swedish, err);
	*out = t->tree;
	t->ctx->written = hs_buf_slice(&t->text);
	return HS_OK;
}
