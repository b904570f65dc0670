/* SPDX-License-Identifier: Apache-2.0 */
/* How a sandbox's store would carry out a search: for the operator, on a thread that may wait. */
#include <core/host/host.h>
#include <core/rest/rest.h>

struct question {
	const struct hs_rest_sandbox *numbers;
	struct hs_slice search, plan;
};

static enum hs_status work(struct hs_txn *txn, struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct question *question = arg;
	return hs_rest_explain(question->numbers, txn, arena, question->search, &question->plan, err);
}

enum hs_status hs_sandbox_explain(const struct hs_sandbox *sandbox, enum hs_fhir_version fhir,
	struct hs_arena *arena, struct hs_slice search, struct hs_slice *out, struct hs_error *err)
{
	struct question question = { .search = search };

	hs_sandbox_rest(sandbox, fhir, &question.numbers);
	if (!question.numbers)
		return hs_fail(err, HS_E_NOT_SUPPORTED, "there are no definitions of that FHIR version here");
	enum hs_status status = hs_store_read_wait(hs_sandbox_store(sandbox), arena, work, &question, err);
	if (status == HS_OK)
		*out = question.plan;
	return status;
}
