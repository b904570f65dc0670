/* SPDX-License-Identifier: Apache-2.0 */
/* Random constraints of ECL on the small release and on a synthetic one of 5,000 concepts: the sets must be
 * those that a slow evaluator finds in the rows of the files. With HS_ORACLE=all in the environment many more
 * of the larger. */
#include "snomed_naive.h"
#include "snomed_test.h"

#include <services/terminology/snomed/expression.h>

#include <fcntl.h>
#include <spawn.h>
#include <sys/wait.h>

#define DEPTH 3

static struct sct_test t;
static struct naive n;
static uint64_t chance = 2026;

static uint32_t draw(uint32_t limit)
{
	chance = chance * 6364136223846793005ull + 1442695040888963407ull;
	return (uint32_t)((chance >> 33) % limit);
}

/* ---- random constraints ---- */

static struct naive_tree *tree_of(int depth);

static struct naive_tree *new_tree(enum naive_kind kind)
{
	struct naive_tree *out = hs_arena_alloc(t.arena, sizeof(*out));

	assert_non_null(out);
	out->kind = kind;
	return out;
}

static struct naive_tree *concept_tree(uint32_t concept)
{
	struct naive_tree *out = new_tree(NAIVE_CONCEPT);

	out->concept = concept;
	return out;
}

/* Something that a relationship has: a type, a source or a value, so that not every answer is empty. */
static uint32_t related(void)
{
	const struct naive_row *row = &n.rows[draw((uint32_t)n.row_count)];

	return draw(2) || row->target == UINT32_MAX ? row->source : row->target;
}

static struct naive_tree *leaf(void)
{
	uint32_t what = draw(12);

	if (what == 0)
		return new_tree(NAIVE_ANY);
	if (what == 1 && n.member_count) {
		struct naive_tree *out = new_tree(NAIVE_MEMBERS);
		out->concept = n.members[draw((uint32_t)n.member_count)].refset;
		return out;
	}
	return concept_tree(what < 4 ? draw(n.count) : related());
}

static struct naive_tree *with_operator(struct naive_tree *focus)
{
	struct naive_tree *out = new_tree(NAIVE_OPERATOR);

	out->what = draw(4) ? draw(NAIVE_OPERATORS) : NAIVE_BELOW_SELF;
	out->left = focus;
	return out;
}

static struct naive_tree *name_tree(const struct naive_row *row)
{
	struct naive_tree *out = concept_tree(row->type), *both;

	if (draw(6) == 0)
		return new_tree(NAIVE_ANY);
	if (draw(6))
		return out;
	both = new_tree(NAIVE_OR);
	both->left = out;
	both->right = concept_tree(n.rows[draw((uint32_t)n.row_count)].type);
	return both;
}

static void draw_cardinality(struct naive_condition *c)
{
	static const struct {
		unsigned least, most;
	} all[] = { { 0, 0 }, { 0, 1 }, { 1, 1 }, { 2, UINT32_MAX }, { 1, 2 }, { 0, UINT32_MAX } };
	uint32_t which = draw(14);

	c->least = which < 6 ? all[which].least : 1;
	c->most = which < 6 ? all[which].most : UINT32_MAX;
}

static bool is_is_a(const struct naive_row *row)
{
	return n.concepts[row->type].id == 116680003;
}

static struct naive_condition *attribute(int depth, bool grouped)
{
	struct naive_condition *out = hs_arena_alloc(t.arena, sizeof(*out));
	const struct naive_row *row;

	assert_non_null(out);
	do
		row = &n.rows[draw((uint32_t)n.row_count)];
	while (is_is_a(row));
	draw_cardinality(out);
	out->name = name_tree(row);
	if (row->target == UINT32_MAX) {
		out->comparison = draw(6);
		out->number = row->number;
		return out;
	}
	out->unequal = draw(4) == 0;
	out->reverse = !grouped && draw(5) == 0;
	out->value = draw(3) ? concept_tree(out->reverse ? row->source : row->target) : tree_of(depth - 1);
	if (draw(2))
		out->value = with_operator(out->value);
	return out;
}

static struct naive_condition *condition(int depth, bool grouped)
{
	struct naive_condition *out;
	uint32_t what = depth > 0 ? draw(8) : 7;

	if (what > 4 || (what == 4 && grouped))
		return attribute(depth, grouped);
	out = hs_arena_alloc(t.arena, sizeof(*out));
	assert_non_null(out);
	if (what == 4) {
		out->kind = NAIVE_GROUP;
		draw_cardinality(out);
		out->left = condition(depth - 1, true);
		return out;
	}
	out->kind = what < 2 ? NAIVE_ALL_OF : NAIVE_ONE_OF;
	out->left = condition(depth - 1, grouped);
	out->right = condition(depth - 1, grouped);
	return out;
}

static struct naive_tree *tree_of(int depth)
{
	uint32_t what = depth > 0 ? draw(16) : 15;
	struct naive_tree *out;

	if (what > 10)
		return draw(2) ? leaf() : with_operator(leaf());
	if (what > 8)
		return with_operator(tree_of(depth - 1));
	out = new_tree(what < 2  ? NAIVE_AND :
			what < 4 ? NAIVE_OR :
			what < 5 ? NAIVE_MINUS :
			what < 6 ? NAIVE_DOT :
			what < 7 ? (draw(2) ? NAIVE_HISTORY : NAIVE_DEFINED) :
				   NAIVE_REFINED);
	out->left = tree_of(depth - 1);
	out->what = draw(out->kind == NAIVE_HISTORY ? 3 : 2);
	if (out->kind <= NAIVE_MINUS)
		out->right = tree_of(depth - 1);
	if (out->kind == NAIVE_DOT)
		out->right = name_tree(&n.rows[draw((uint32_t)n.row_count)]);
	if (out->kind == NAIVE_REFINED)
		out->condition = condition(depth, false);
	return out;
}

/* ---- as text ---- */

static void write_tree(struct hs_buf *out, const struct naive_tree *tree);

static void write_bracket(struct hs_buf *out, const struct naive_tree *tree)
{
	bool simple = tree->kind <= NAIVE_MEMBERS;

	hs_buf_cstr(out, simple ? "" : "(");
	write_tree(out, tree);
	hs_buf_cstr(out, simple ? "" : ")");
}

static void write_cardinality(struct hs_buf *out, const struct naive_condition *c)
{
	if (c->least == 1 && c->most == UINT32_MAX)
		return;
	if (c->most == UINT32_MAX)
		hs_buf_printf(out, "[%u..*] ", c->least);
	else
		hs_buf_printf(out, "[%u..%u] ", c->least, c->most);
}

static void write_condition(struct hs_buf *out, const struct naive_condition *c)
{
	static const char *const comparisons[] = { "=", "!=", "<", "<=", ">", ">=" };

	switch (c->kind) {
	case NAIVE_ALL_OF:
	case NAIVE_ONE_OF:
		hs_buf_byte(out, '(');
		write_condition(out, c->left);
		hs_buf_cstr(out, c->kind == NAIVE_ALL_OF ? " AND " : " OR ");
		write_condition(out, c->right);
		hs_buf_byte(out, ')');
		return;
	case NAIVE_GROUP:
		write_cardinality(out, c);
		hs_buf_cstr(out, "{ ");
		write_condition(out, c->left);
		hs_buf_cstr(out, " }");
		return;
	default:
		write_cardinality(out, c);
		hs_buf_cstr(out, c->reverse ? "R " : "");
		write_bracket(out, c->name);
		if (!c->value) {
			hs_buf_printf(out, " %s #%lld.%02lld", comparisons[c->comparison], c->number / 100,
				c->number % 100);
			return;
		}
		hs_buf_cstr(out, c->unequal ? " != " : " = ");
		write_bracket(out, c->value);
	}
}

static void write_tree(struct hs_buf *out, const struct naive_tree *tree)
{
	static const char *const operators[] = { "<", "<<", "<!", "<<!", ">", ">>", ">!", ">>!", "!!>",
		"!!<" };
	static const char *const histories[] = { "MIN", "MOD", "MAX" };

	if (tree->kind == NAIVE_CONCEPT || tree->kind == NAIVE_MEMBERS)
		hs_buf_printf(out, "%s%llu", tree->kind == NAIVE_MEMBERS ? "^" : "",
			(unsigned long long)n.concepts[tree->concept].id);
	if (tree->kind == NAIVE_ANY)
		hs_buf_byte(out, '*');
	if (tree->kind == NAIVE_OPERATOR)
		hs_buf_printf(out, "%s ", operators[tree->what]);
	if (tree->left)
		write_bracket(out, tree->left);
	if (tree->kind == NAIVE_DOT)
		hs_buf_cstr(out, " . ");
	else if (tree->right)
		hs_buf_cstr(out,
			tree->kind == NAIVE_AND        ? " AND " :
				tree->kind == NAIVE_OR ? " OR " :
							 " MINUS ");
	if (tree->right)
		write_bracket(out, tree->right);
	if (tree->kind == NAIVE_HISTORY)
		hs_buf_printf(out, " {{ + HISTORY-%s }}", histories[tree->what]);
	if (tree->kind == NAIVE_DEFINED)
		hs_buf_printf(out, " {{ C definitionStatus = %s }}", tree->what ? "defined" : "primitive");
	if (tree->condition) {
		hs_buf_cstr(out, " : ");
		write_condition(out, tree->condition);
	}
}

/* ---- the comparison ---- */

static uint32_t *numbers; /* of the image, by those of the files */

static void number_concepts(void)
{
	numbers = calloc(n.count, sizeof(*numbers));
	assert_non_null(numbers);
	for (uint32_t i = 0; i < n.count; i++) {
		struct hs_slice code = hs_arena_printf(t.arena, "%llu", (unsigned long long)n.concepts[i].id);
		numbers[i] = hs_tx_big_code(&t.layer, code);
		assert_int_not_equal(numbers[i], UINT32_MAX);
	}
}

/* `few` says whether concepts are asked one by one (ecl_tree.h). */
static size_t differences(struct hs_slice text, const bool *expected, uint32_t few)
{
	struct hs_error err = { .status = HS_OK };
	struct ecl_eval e = ECL_EVAL(t.arena, t.s, &err);
	struct tx_bits bits = { NULL, 0 };
	size_t wrong = 0;

	e.few = few;
	if (hs_ecl_answer(&e, text, &bits)) {
		print_error("%.*s: %s\n", HS_S_ARG(text), err.text);
		return 1;
	}
	for (uint32_t i = 0; i < n.count; i++)
		if (hs_tx_bits_has(bits, numbers[i]) != expected[i] && wrong++ == 0)
			print_error("%.*s: %llu is %s\n", HS_S_ARG(text),
				(unsigned long long)n.concepts[i].id, expected[i] ? "missing" : "too much");
	return wrong;
}

static void compare(int rounds)
{
	bool *expected = calloc(n.count + 1, sizeof(bool));
	int wrong = 0, filled = 0;

	assert_non_null(expected);
	number_concepts();
	for (int round = 0; round < rounds && wrong < 10; round++) {
		struct hs_arena_mark mark = hs_arena_mark(t.arena);
		struct naive_tree *tree = tree_of(DEPTH);
		struct hs_buf text;
		hs_buf_init(&text, t.arena, 1 << 16);
		write_tree(&text, tree);
		naive_answer(&n, tree, expected);
		for (uint32_t i = 0; i < n.count; i++)
			if (expected[i]) {
				filled++;
				break;
			}
		wrong += differences(hs_buf_slice(&text), expected, 64) != 0;
		wrong += differences(hs_buf_slice(&text), expected, 0) != 0;
		hs_arena_rollback(t.arena, mark);
	}
	free(expected);
	free(numbers);
	assert_int_equal(wrong, 0);
	assert_true(filled > rounds / 3); /* else little is compared */
}

static void agrees_on_the_small_release(void **state)
{
	(void)state;
	sct_begin(&t);
	naive_read(&n, SMALL_RELEASE);
	compare(10000);
	naive_free(&n);
	sct_end(&t);
}

static void make_release(const char *folder)
{
	char *arguments[] = { (char *)(uintptr_t)RF2_GEN, (char *)(uintptr_t)folder,
		(char *)(uintptr_t) "--concepts", (char *)(uintptr_t) "5000", NULL };
	posix_spawn_file_actions_t quiet;
	pid_t pid;
	int how = 0;

	assert_int_equal(posix_spawn_file_actions_init(&quiet), 0);
	posix_spawn_file_actions_addopen(&quiet, STDERR_FILENO, "/dev/null", O_WRONLY, 0);
	assert_int_equal(posix_spawn(&pid, RF2_GEN, &quiet, NULL, arguments, environ), 0);
	posix_spawn_file_actions_destroy(&quiet);
	assert_int_equal(waitpid(pid, &how, 0), pid);
	assert_int_equal(how, 0);
}

/* ---- the synthetic release and its own concept model ---- */

static bool is_allowed(const struct naive_row *row, uint32_t value)
{
	struct tx_expression out;
	struct hs_slice text = hs_arena_printf(t.arena,
		"%llu : %llu = ", (unsigned long long)n.concepts[row->source].id,
		(unsigned long long)n.concepts[row->type].id);

	if (value == UINT32_MAX)
		text = hs_arena_printf(t.arena, "%.*s#%lld.%02lld", HS_S_ARG(text), row->number / 100,
			row->number % 100);
	else
		text = hs_arena_printf(t.arena, "%.*s%llu", HS_S_ARG(text),
			(unsigned long long)n.concepts[value].id);
	return hs_tx_expression(t.arena, t.s, text, false, &out);
}

/* What it says of its concepts is what its rules allow, and the rules refuse something. */
static void check_model(void)
{
	size_t asked = 0;

	for (size_t i = 0; i < n.row_count && asked < 300; i += 1 + draw(60)) {
		const struct naive_row *row = &n.rows[i];
		if (is_is_a(row))
			continue;
		struct hs_arena_mark mark = hs_arena_mark(t.arena);
		assert_true(is_allowed(row, row->target));
		assert_false(is_allowed(row, row->source));
		hs_arena_rollback(t.arena, mark);
		asked++;
	}
	assert_int_equal(asked, 300);
}

static void agrees_on_a_synthetic_release(void **state)
{
	const char *wish = getenv("HS_ORACLE");
	char folder[128], image[512];

	(void)state;
	sct_begin_empty(&t);
	snprintf(folder, sizeof(folder), "%s/release", t.folder);
	make_release(folder);
	if (sct_import(&t, folder, NULL, 0))
		fail_msg("%s", t.err.text);
	snprintf(image, sizeof(image), "%.*s", (int)strcspn(t.import.made, ";"), t.import.made);
	sct_open(&t, strrchr(image, '/') + 1);
	naive_read(&n, folder);
	check_model();
	compare(wish && strcmp(wish, "all") == 0 ? 10000 : 500);
	naive_free(&n);
	sct_end(&t);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(agrees_on_the_small_release),
		cmocka_unit_test(agrees_on_a_synthetic_release),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
