/* SPDX-License-Identifier: Apache-2.0 */
/* Learns how the pointers of one shape are stored, from the ordinary way: the pointer itself tells what its
 * holes are, and two copies with made-up values, all different, tell where each value ends up. */
#include "load.h"

#include <handslag/time.h>

#define PATH_MAX 96
#define SHAPE_MAX ((size_t)32 << 10)

static const struct {
	const char *path; /* of the element, without indexes */
	enum hs_ledger_rule rule;
} rules[] = {
	{ ".id", HS_LEDGER_RULE_ID },
	{ ".masterIdentifier.value", HS_LEDGER_RULE_TEXT },
	{ ".identifier.value", HS_LEDGER_RULE_TEXT },
	{ ".content.attachment.url", HS_LEDGER_RULE_URL },
	{ ".content.attachment.title", HS_LEDGER_RULE_TEXT },
	{ ".content.attachment.hash", HS_LEDGER_RULE_BASE64 },
	{ ".content.attachment.size", HS_LEDGER_RULE_SIZE },
};

/* Elements whose meaning depends on others, or that do more than being stored. */
static const struct hs_slice unusual[] = { HS_S_INIT("contained"), HS_S_INIT("relatesTo"),
	HS_S_INIT("implicitRules") };

/* ---- what a hole may hold ---- */

static bool is_plain(struct hs_slice raw, char least)
{
	for (size_t i = 0; i < raw.len; i++) {
		if (raw.ptr[i] < least || raw.ptr[i] > '~' || raw.ptr[i] == '\\' || raw.ptr[i] == '"')
			return false;
	}
	return raw.len > 0 && raw.len <= 1024 && raw.ptr[0] != ' ' && raw.ptr[raw.len - 1] != ' ';
}

static bool is_base64(struct hs_slice raw)
{
	size_t pads = hs_slice_ends(raw, HS_S("==")) ? 2 : hs_slice_ends(raw, HS_S("=")) ? 1 : 0;

	for (size_t i = 0; i + pads < raw.len; i++) {
		char c = raw.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			    c == '+' || c == '/'))
			return false;
	}
	return raw.len > pads && raw.len % 4 == 0;
}

static bool is_size(struct hs_slice raw)
{
	for (size_t i = 0; i < raw.len; i++) {
		if (raw.ptr[i] < '0' || raw.ptr[i] > '9')
			return false;
	}
	return raw.len > 0 && raw.len <= 9 && (raw.ptr[0] != '0' || raw.len == 1);
}

bool hs_ledger_rule_holds(enum hs_ledger_rule rule, struct hs_slice raw)
{
	switch (rule) {
	case HS_LEDGER_RULE_ID:
		return hs_id_valid(raw);
	case HS_LEDGER_RULE_TEXT:
		return is_plain(raw, ' ');
	case HS_LEDGER_RULE_URL:
		return is_plain(raw, '!');
	case HS_LEDGER_RULE_BASE64:
		return is_base64(raw);
	case HS_LEDGER_RULE_SIZE:
		return is_size(raw);
	case HS_LEDGER_RULE_AGAIN: /* compared instead */
	case HS_LEDGER_RULE_NONE:
		break;
	}
	return false;
}

/* ---- where a hole is ---- */

/* The path of the value that begins at `at` in `text`. */
static bool find_path(struct hs_slice text, const struct hs_json *tree, const char *at, struct hs_buf *path)
{
	HS_JSON_EACH(item, tree) {
		struct hs_slice source = hs_json_source(text, item), key = hs_json_key(item);
		if (!source.len || at < source.ptr || at >= source.ptr + source.len)
			continue;
		if (key.len) {
			hs_buf_byte(path, '.');
			hs_buf_add(path, key);
		}
		return at == source.ptr || find_path(text, item, at, path);
	}
	return false;
}

static enum hs_ledger_rule rule_of(struct hs_slice text, const struct hs_json *tree,
	const struct hs_ledger_hole *hole, struct hs_arena *arena)
{
	bool quoted = hole->raw.ptr > text.ptr && hole->raw.ptr[-1] == '"';
	struct hs_buf path;

	if (hole->whole)
		return HS_LEDGER_RULE_AGAIN;
	hs_buf_init(&path, arena, PATH_MAX);
	if (!find_path(text, tree, hole->raw.ptr - quoted, &path) || path.overflow)
		return HS_LEDGER_RULE_NONE;
	for (size_t i = 0; i < sizeof rules / sizeof rules[0]; i++) {
		if (hs_slice_eq(hs_buf_slice(&path), hs_slice_cstr(rules[i].path)))
			return quoted == (rules[i].rule != HS_LEDGER_RULE_SIZE) ? rules[i].rule :
										  HS_LEDGER_RULE_NONE;
	}
	return HS_LEDGER_RULE_NONE;
}

/* ---- copies with made-up values ---- */

static struct hs_slice made_up(struct hs_arena *arena, enum hs_ledger_rule rule, struct hs_slice raw,
	unsigned number)
{
	switch (rule) {
	case HS_LEDGER_RULE_ID:
		return hs_arena_printf(arena, "made-up-%u", number);
	case HS_LEDGER_RULE_TEXT:
		return hs_arena_printf(arena, "urn:x-made-up:%u", number);
	case HS_LEDGER_RULE_URL:
		return hs_arena_printf(arena, "https://made-up-%u.example/%u", number, number);
	case HS_LEDGER_RULE_BASE64:
		return hs_arena_printf(arena, "made%08u", number);
	case HS_LEDGER_RULE_SIZE:
		return hs_arena_printf(arena, "%u", number);
	case HS_LEDGER_RULE_AGAIN:
	case HS_LEDGER_RULE_NONE:
		break;
	}
	return raw;
}

/* One copy, and what the ordinary way made of it. */
struct copy {
	struct hs_slice *values; /* of the holes as sent */
	struct hs_bulk_examined examined;
	struct hs_ledger_split split; /* as stored */
	struct hs_buf steady, own;    /* search entries */
	const struct hs_index_row **rows;
	size_t row_count; /* those that belong to neither subject nor custodian */
};

struct lesson {
	struct hs_ledger_loader *loader;
	struct hs_arena *arena;
	const struct hs_ledger_split *split; /* as sent */
	struct hs_ledger_recipe *recipe;
	struct copy copies[2];
};

static struct hs_slice fill(const struct lesson *lesson, const struct copy *copy)
{
	const struct hs_ledger_split *split = lesson->split;
	size_t from = 0;
	struct hs_buf text;

	hs_buf_init(&text, lesson->arena, SHAPE_MAX * 4);
	for (size_t i = 0; i < split->hole_count; i++) {
		size_t begin = (size_t)(split->holes[i].raw.ptr - split->text.ptr);
		hs_buf_add(&text, hs_slice(split->text.ptr + from, begin - from));
		hs_buf_add(&text, copy->values[i]);
		from = begin + split->holes[i].raw.len;
	}
	hs_buf_add(&text, hs_slice_from(split->text, from));
	return text.overflow ? HS_S_NONE : hs_buf_slice(&text);
}

/* Index rows of the pointer itself, in `copy->rows`, and packed. */
static bool take_rows(struct lesson *lesson, struct copy *copy)
{
	const struct hs_ledger *names = &lesson->loader->names;
	struct hs_index_row *rows = hs_arena_array(lesson->arena, copy->examined.count + 1, sizeof *rows);

	copy->rows = hs_arena_array(lesson->arena, copy->examined.count + 1, sizeof *copy->rows);
	if (!rows || !copy->rows)
		return false;
	for (size_t i = 0; i < copy->examined.count; i++) {
		enum hs_ledger_class of = hs_ledger_class(names, copy->examined.rows[i].param);
		if ((of == HS_LEDGER_OF_SUBJECT && copy->split.subject.len) ||
			(of == HS_LEDGER_OF_CUSTODIAN && copy->split.custodian.len))
			continue;
		if (of == HS_LEDGER_OF_DATE && !copy->split.has_date)
			return false; /* a date in another form has a column, too */
		rows[copy->row_count] = copy->examined.rows[i];
		copy->rows[copy->row_count] = &rows[copy->row_count];
		copy->row_count++;
	}
	hs_buf_init(&copy->steady, lesson->arena, SHAPE_MAX);
	hs_buf_init(&copy->own, lesson->arena, SHAPE_MAX);
	hs_ledger_facts_write(names, &copy->split, rows, copy->row_count, &copy->steady, &copy->own);
	return !copy->steady.overflow && !copy->own.overflow;
}

/* Are the holes of the stored text those of the sent one, but for the id? */
static bool same_holes(const struct lesson *lesson, const struct copy *copy)
{
	const struct hs_ledger_recipe *recipe = lesson->recipe;
	size_t at = 0;

	for (size_t i = 0; i < recipe->hole_count; i++) {
		if (i == recipe->id)
			continue;
		if (at == copy->split.hole_count || !hs_slice_eq(copy->split.holes[at].raw, copy->values[i]))
			return false;
		at++;
	}
	return at == copy->split.hole_count;
}

static bool make_copy(struct lesson *lesson, unsigned which)
{
	const struct hs_ledger_recipe *recipe = lesson->recipe;
	const struct hs_ledger_split *split = lesson->split;
	struct copy *copy = &lesson->copies[which];
	char *instant = hs_arena_raw(lesson->arena, HS_INSTANT_LEN + 1);
	struct hs_resource version = { .version = 1, .change = HS_CHANGE_CREATE };

	copy->values = hs_arena_array(lesson->arena, split->hole_count + 1, sizeof *copy->values);
	if (!copy->values || !instant)
		return false;
	for (size_t i = 0; i < split->hole_count; i++)
		copy->values[i] = made_up(lesson->arena, recipe->rules[i], split->holes[i].raw,
			770001 + 2 * (unsigned)i + which);
	version.id = copy->values[recipe->id];
	if (!hs_ledger_examine(lesson->loader, lesson->arena, fill(lesson, copy), &version, &copy->examined))
		return false;
	hs_time_instant(version.updated_ms, instant);
	copy->split = (struct hs_ledger_split) { .arena = lesson->arena,
		.text = copy->examined.stored,
		.is_pointer = true,
		.id = version.id,
		.version = HS_S("1"),
		.updated = hs_slice(instant, HS_INSTANT_LEN) };
	struct hs_error ignored;
	return hs_ledger_split(&copy->split, &ignored) == HS_OK && same_holes(lesson, copy) &&
		hs_slice_eq(copy->split.subject, split->subject) &&
		hs_slice_eq(copy->split.custodian, split->custodian) &&
		copy->split.has_date == split->has_date && take_rows(lesson, copy);
}

/* ---- marks ---- */

/* Which hole gave the text of a row in both copies? */
static bool trace(const struct lesson *lesson, size_t row, struct hs_ledger_found_by *out)
{
	const struct copy *a = &lesson->copies[0], *b = &lesson->copies[1];
	struct hs_slice text_a = a->rows[row]->text, text_b = b->rows[row]->text;

	out->hole = SIZE_MAX;
	out->text = hs_arena_copy(lesson->loader->memory, text_a);
	if (hs_slice_eq(text_a, text_b))
		return true;
	for (size_t i = 0; i < lesson->recipe->hole_count; i++) {
		out->hole = i;
		out->tail = false;
		if (hs_slice_eq(text_a, a->values[i]) && hs_slice_eq(text_b, b->values[i]))
			return true;
		out->tail = true;
		if (hs_slice_eq(text_a, hs_ledger_tail(a->values[i])) &&
			hs_slice_eq(text_b, hs_ledger_tail(b->values[i])))
			return true;
	}
	return false;
}

static bool learn_marks(struct lesson *lesson)
{
	const struct hs_ledger *names = &lesson->loader->names;
	struct hs_ledger_recipe *recipe = lesson->recipe;
	const struct copy *a = &lesson->copies[0], *b = &lesson->copies[1];

	recipe->found_by = hs_arena_array(lesson->loader->memory, a->row_count + 1, sizeof *recipe->found_by);
	if (!recipe->found_by || a->row_count != b->row_count)
		return false;
	for (size_t i = 0; i < a->row_count; i++) {
		const struct hs_index_row *row = a->rows[i];
		struct hs_ledger_found_by *found = &recipe->found_by[recipe->found_by_count];
		/* No made-up id is a UUID, so that the exception for those does not come in here. */
		if (!hs_ledger_has_mark(names, HS_S("-"), row))
			continue;
		found->of = hs_ledger_class(names, row->param);
		found->param = row->param;
		found->token = found->of == HS_LEDGER_OF_IDENTIFIER;
		if (!trace(lesson, i, found))
			return false;
		recipe->found_by_count++;
	}
	return true;
}

/* ---- the recipe ---- */

static bool is_unusual(const struct hs_json *tree)
{
	for (size_t i = 0; i < sizeof unusual / sizeof unusual[0]; i++) {
		if (hs_json_get(tree, unusual[i]))
			return true;
	}
	return hs_record_index_claims_publish(tree);
}

static bool learn_holes(struct lesson *lesson, const struct hs_json *tree)
{
	const struct hs_ledger_split *split = lesson->split;
	struct hs_ledger_recipe *recipe = lesson->recipe;

	recipe->id = recipe->master = SIZE_MAX;
	for (size_t i = 0; i < split->hole_count; i++) {
		enum hs_ledger_rule rule = rule_of(split->text, tree, &split->holes[i], lesson->arena);
		if (rule == HS_LEDGER_RULE_NONE)
			return false;
		recipe->rules[i] = rule;
		if (rule == HS_LEDGER_RULE_ID)
			recipe->id = i;
	}
	const struct hs_json *value = hs_json_get(hs_json_get(tree, HS_S("masterIdentifier")), HS_S("value"));
	struct hs_slice source = hs_json_source(split->text, value);
	for (size_t i = 0; source.len && i < split->hole_count; i++) {
		if (split->holes[i].raw.ptr == source.ptr + 1)
			recipe->master = i;
	}
	return recipe->id != SIZE_MAX && (!value || recipe->master != SIZE_MAX);
}

static bool learn(struct lesson *lesson, const struct hs_json *tree)
{
	struct hs_arena *memory = lesson->loader->memory;
	struct hs_ledger_recipe *recipe = lesson->recipe;
	const struct copy *a = &lesson->copies[0], *b = &lesson->copies[1];

	if (is_unusual(tree) || !learn_holes(lesson, tree) || !make_copy(lesson, 0) || !make_copy(lesson, 1))
		return false;
	if (!hs_slice_eq(hs_buf_slice(&a->split.shape), hs_buf_slice(&b->split.shape)) ||
		!hs_slice_eq(hs_buf_slice(&a->steady), hs_buf_slice(&b->steady)) ||
		!hs_slice_eq(hs_buf_slice(&a->own), hs_buf_slice(&b->own)) || !learn_marks(lesson))
		return false;
	recipe->packed = hs_ledger_shape_bytes(memory, a->split.hole_count, hs_buf_slice(&a->steady),
		hs_buf_slice(&a->split.shape));
	recipe->own = hs_arena_copy(memory, hs_buf_slice(&a->own));
	return recipe->packed.ptr && recipe->own.ptr && !hs_arena_full(memory);
}

/* The marks in a shape say what the text has, so that only what is kept whole is left to compare. */
static bool is_for(const struct hs_ledger_recipe *recipe, const struct hs_ledger_split *split)
{
	if (!hs_slice_eq(recipe->shape, hs_buf_slice(&split->shape)))
		return false;
	for (size_t i = 0; i < split->hole_count; i++) {
		if (split->holes[i].whole != (recipe->again[i].len > 0) ||
			(split->holes[i].whole && !hs_slice_eq(recipe->again[i], split->holes[i].raw)))
			return false;
	}
	return true;
}

/* A recipe without content for what was split. */
static struct hs_ledger_recipe *begin_recipe(struct hs_ledger_loader *loader,
	const struct hs_ledger_split *split)
{
	struct hs_ledger_recipe *recipe = hs_arena_alloc(loader->memory, sizeof *recipe);

	if (!recipe)
		return NULL;
	recipe->shape = hs_arena_copy(loader->memory, hs_buf_slice(&split->shape));
	recipe->has_date = split->has_date;
	recipe->hole_count = split->hole_count;
	recipe->rules = hs_arena_array(loader->memory, split->hole_count + 1, sizeof *recipe->rules);
	recipe->again = hs_arena_array(loader->memory, split->hole_count + 1, sizeof *recipe->again);
	for (size_t i = 0; recipe->again && i < split->hole_count; i++) {
		if (split->holes[i].whole)
			recipe->again[i] = hs_arena_copy(loader->memory, split->holes[i].raw);
	}
	return hs_ledger_fit_prepare(loader->memory, recipe) && !hs_arena_full(loader->memory) ? recipe :
												 NULL;
}

struct hs_ledger_recipe *hs_ledger_recipe(struct hs_ledger_loader *loader,
	const struct hs_ledger_split *split)
{
	struct hs_slice shape = hs_buf_slice(&split->shape);
	uint64_t hash = (uint64_t)hs_ledger_hash(split->hole_count, shape);
	struct hs_ledger_recipe **list, *recipe;

	for (size_t i = 0; i < split->hole_count; i++) {
		if (split->holes[i].whole)
			hash += (uint64_t)hs_ledger_hash(i, split->holes[i].raw);
	}
	list = &loader->recipes[hash % HS_LEDGER_RECIPES];
	for (recipe = *list; recipe && !is_for(recipe, split); recipe = recipe->next)
		;
	if (recipe || shape.len > SHAPE_MAX || loader->recipe_count == 4 * HS_LEDGER_RECIPES)
		return recipe;
	struct hs_bulk_examined examined;
	struct hs_resource version = { .version = 1, .id = HS_S("a") };
	if (!hs_ledger_examine(loader, loader->scratch, split->text, &version, &examined))
		return NULL; /* its values may be to blame, not its shape */
	recipe = begin_recipe(loader, split);
	if (!recipe)
		return NULL;
	struct lesson lesson = {
		.loader = loader, .arena = loader->scratch, .split = split, .recipe = recipe
	};
	recipe->good = learn(&lesson, examined.tree);
	recipe->next = *list;
	*list = recipe;
	loader->recipe_count++;
	return recipe;
}
