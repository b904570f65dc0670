/* SPDX-License-Identifier: Apache-2.0 */
/* Assertions on content: the type of resource, FHIRPath and path, with or without another source to compare
 * with. */
#include <conformance/engine/stage.h>

enum hs_status hs_test_judge_resource(struct test_judgement *j)
{
	struct test_source source;
	enum hs_status status = hs_test_judge_find(j, &source);
	struct hs_slice wanted = j->field, prefix = HS_S("http://hl7.org/fhir/StructureDefinition/");

	if (status)
		return status;
	if (hs_slice_starts(wanted, prefix)) /* R5 allows a uri */
		wanted = hs_slice_from(wanted, prefix.len);
	j->out->path = HS_S("resourceType");
	return hs_test_judge_text(j, hs_json_get_text(source.json, HS_S("resourceType")), wanted);
}

/* Same values in the same order, as FHIRPath's = has it, texts of numbers included. */
static bool same_lists(struct hs_arena *arena, const struct hs_path_list *a, const struct hs_path_list *b)
{
	if (a->count != b->count)
		return false;
	for (size_t i = 0; i < a->count; i++) {
		const struct hs_path_value *x = &a->items[i], *y = &b->items[i];
		if ((x->kind == HS_PATH_NODE) != (y->kind == HS_PATH_NODE))
			return false;
		if (x->kind == HS_PATH_NODE ? !hs_json_equal(x->node, y->node) :
					      !hs_slice_eq(hs_path_print(arena, x), hs_path_print(arena, y)))
			return false;
	}
	return true;
}

/* compareToSourceId: what the other source has at its expression or path. */
static enum hs_status compared_with(struct test_judgement *j, struct hs_path_list *out)
{
	const struct hs_script_assert *assertion = j->assertion;
	struct test_source other;
	struct hs_slice expression = HS_S_NONE;
	enum hs_status status = hs_test_source(j->stage, assertion->compare_id, false, &other, j->err);

	if (!status)
		status = hs_test_source_json(j->stage, &other, j->err);
	if (!status && assertion->compare_path.len)
		status = hs_test_translate_path(j->stage->arena, assertion->compare_path, &expression,
			j->err);
	else if (!status)
		status = hs_test_render(j->stage,
			assertion->compare_expression.len ? assertion->compare_expression : assertion->field,
			&j->scope, &expression, j->err);
	if (!status)
		status = hs_test_evaluate(j->stage, expression, other.json, out, j->err);
	if (!status && !j->out->exchange)
		j->out->exchange = other.exchange;
	return status;
}

static enum hs_status judge_comparison(struct test_judgement *j, const struct hs_path_list *found)
{
	struct hs_arena *arena = j->stage->arena;
	enum hs_script_operator op = j->assertion->op;
	struct hs_path_list other = { 0 };
	enum hs_status status = compared_with(j, &other);

	if (status)
		return status;
	if (op == HS_OP_ABSENT || op == HS_OP_EQUALS || op == HS_OP_NOT_EQUALS) {
		bool same = same_lists(arena, found, &other);
		if (!found->count && !other.count)
			return hs_fail(j->err, HS_E_INVALID,
				"both sides of the comparison are empty, so it says nothing");
		j->out->found = hs_test_print_list(arena, found);
		j->out->wanted = hs_test_wanted(arena, op, hs_test_print_list(arena, &other));
		j->out->verdict = same == (op != HS_OP_NOT_EQUALS) ? HS_TEST_PASS : HS_TEST_FAIL;
		return HS_OK;
	}
	if (other.count != 1)
		return hs_fail(j->err, HS_E_INVALID, "%s needs one value to compare with, not %zu",
			hs_script_operator_name(op), other.count);
	return hs_test_judge_text(j, found->count == 1 ? hs_path_print(arena, found->items) : HS_S_NONE,
		hs_path_print(arena, other.items));
}

/* Several values and one wanted text: an expression must name one; a path holds for any, as in XPath. */
static enum hs_status judge_values(struct test_judgement *j, const struct hs_path_list *found)
{
	struct hs_arena *arena = j->stage->arena;
	enum hs_script_operator op = j->assertion->op;
	bool path = j->assertion->check == HS_CHECK_PATH;
	bool negative = op == HS_OP_NOT_EQUALS || op == HS_OP_NOT_IN || op == HS_OP_NOT_CONTAINS;
	bool substring = op == HS_OP_CONTAINS || op == HS_OP_NOT_CONTAINS;
	bool holds = negative;

	if (found->count > 1 && !path && !negative && !substring) {
		j->out->verdict = HS_TEST_FAIL;
		j->out->found = hs_test_print_list(arena, found);
		j->out->wanted = hs_test_wanted(arena, op, j->value);
		j->out->reason = hs_arena_printf(arena, "there are %zu values where one is expected",
			found->count);
		return HS_OK;
	}
	if (!found->count)
		return hs_test_judge_text(j, HS_S_NONE, j->value);
	for (size_t i = 0; i < found->count; i++) {
		enum hs_status status = hs_test_judge_text(j, hs_path_print(arena, &found->items[i]),
			j->value);
		if (status)
			return status;
		bool good = j->out->verdict == HS_TEST_PASS;
		holds = negative ? holds && good : holds || good;
	}
	j->out->verdict = holds ? HS_TEST_PASS : HS_TEST_FAIL;
	j->out->found = hs_test_print_list(arena, found);
	return HS_OK;
}

/* Adds to what was found how it came about. */
static void explain(struct test_judgement *j, struct hs_slice expression, const struct hs_json *input)
{
	struct hs_buf buf;

	hs_buf_init(&buf, j->stage->arena, 1 << 20);
	hs_buf_add(&buf, j->out->found);
	hs_test_explain(j->stage, expression, input, &buf);
	j->out->found = hs_buf_slice(&buf);
}

static enum hs_status judge_truth(struct test_judgement *j, struct hs_slice expression,
	const struct hs_json *input, const struct hs_path_list *found)
{
	int truth = hs_path_truth(found);

	j->out->wanted = HS_S("true");
	j->out->found = hs_test_print_list(j->stage->arena, found);
	if (truth == -2)
		return hs_fail(j->err, HS_E_INVALID,
			"the expression gives %zu values; a condition gives true or false", found->count);
	j->out->verdict = truth == 1 ? HS_TEST_PASS : HS_TEST_FAIL;
	if (truth == 1)
		return HS_OK;
	explain(j, expression, input);
	return HS_OK;
}

enum hs_status hs_test_judge_expression(struct test_judgement *j)
{
	struct test_source source;
	struct hs_path_list found = { 0 };
	struct hs_slice expression = j->field;
	enum hs_script_operator op = j->assertion->op;
	enum hs_status status = hs_test_judge_find(j, &source);

	j->out->path = expression;
	if (!status && j->assertion->check == HS_CHECK_PATH)
		status = hs_test_translate_path(j->stage->arena, j->field, &expression, j->err);
	if (!status)
		status = hs_test_evaluate(j->stage, expression, source.json, &found, j->err);
	if (status)
		return status;
	if (j->assertion->compare_id.len)
		return judge_comparison(j, &found);
	if (op == HS_OP_EMPTY || op == HS_OP_NOT_EMPTY) {
		j->out->wanted = hs_test_wanted(j->stage->arena, op, HS_S_NONE);
		j->out->found = hs_test_print_list(j->stage->arena, &found);
		j->out->verdict = (found.count == 0) == (op == HS_OP_EMPTY) ? HS_TEST_PASS : HS_TEST_FAIL;
		return HS_OK;
	}
	if (op == HS_OP_EVAL || !j->assertion->value.ptr) {
		if (op != HS_OP_EVAL && op != HS_OP_ABSENT && op != HS_OP_EQUALS)
			return hs_fail(j->err, HS_E_INVALID, "%s needs a value", hs_script_operator_name(op));
		if (j->assertion->check == HS_CHECK_PATH) /* a path that names something which is there */
			return hs_fail(j->err, HS_E_INVALID,
				"a path needs a value, or the operator notEmpty");
		return judge_truth(j, expression, source.json, &found);
	}
	status = judge_values(j, &found);
	if (!status && j->out->verdict == HS_TEST_FAIL &&
		(!found.count || hs_slice_ends(expression, HS_S("()"))))
		explain(j, expression, source.json);
	return status;
}
