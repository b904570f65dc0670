/* SPDX-License-Identifier: Apache-2.0 */
/* What a mutation run has to do: the checks of its suites, and the trials: each suite behind each fault that
 * is for it, on the bases that can show it. */
#include <conformance/mutants/lab_private.h>

#include <fnmatch.h>

static size_t list_checks(struct hs_lab *lab, bool write)
{
	size_t at = 0;

	for (size_t i = 0; i < lab->options.script_count; i++) {
		const struct hs_script *script = lab->options.scripts[i];
		struct hs_script_cursor check = { NULL, NULL };
		while (hs_script_next_assert(script, &check)) {
			if (!check.action->u.assertion.requirement_count)
				continue;
			if (write)
				lab->checks[at] = (struct hs_lab_check) { .script = check.action,
					.of = script,
					.suite = script->suite,
					.description = check.action->description,
					.id = hs_arena_printf(lab->arena, "%.*s/%.*s/%.*s",
						HS_S_ARG(script->id), HS_S_ARG(check.test->id),
						HS_S_ARG(check.action->id)) };
			at++;
		}
	}
	return at;
}

static bool is_wanted(const struct hs_lab *lab, const struct hs_fault *fault)
{
	const char *id = hs_arena_cstr(lab->arena, fault->id);

	for (size_t i = 0; i < lab->options.only_count; i++)
		if (id && fnmatch(lab->options.only[i], id, 0) == 0)
			return true;
	return lab->options.only_count == 0;
}

/* Is this the first script of its suite? */
static bool begins_suite(const struct hs_lab *lab, size_t index)
{
	for (size_t i = 0; i < index; i++)
		if (hs_slice_eq(lab->options.scripts[i]->suite, lab->options.scripts[index]->suite))
			return false;
	return true;
}

static void add_trial(struct hs_lab *lab, struct hs_slice suite, const struct hs_fault *fault,
	enum hs_fhir_version fhir)
{
	lab->trials[lab->trial_count++] = (struct hs_lab_trial) { .fault = fault,
		.suite = suite,
		.fhir = fhir,
		.failed = hs_arena_array(lab->arena, lab->check_count + 1, 1) };
}

/* Is there a base of R5 beside the target, and a fault of the suite that wants it? */
static bool has_second(const struct hs_lab *lab, struct hs_slice suite)
{
	size_t count = 0;
	const struct hs_fault *const *faults = hs_mutants_faults(lab->options.mutants, &count);

	for (size_t i = 0; i < count && lab->options.r5.len; i++)
		if ((faults[i]->r5 || faults[i]->both) && hs_fault_is_for(faults[i], suite))
			return true;
	return false;
}

/* One suite behind one fault: on the target, on the base of R5 beside it, or on both. Clean, and with a
 * liberty, on all there are. */
static void add_trials(struct hs_lab *lab, struct hs_slice suite, const struct hs_fault *fault)
{
	enum hs_fhir_version own = lab->options.test.fhir;
	bool second = has_second(lab, suite);

	if (!fault || !fault->r5 || own == HS_FHIR_R5)
		add_trial(lab, suite, fault, own);
	if (second && (!fault || fault->r5 || fault->both || fault->allowed))
		add_trial(lab, suite, fault, HS_FHIR_R5);
}

/* The clean trials first, then each fault with each suite that it is for. */
static void list_trials(struct hs_lab *lab)
{
	size_t fault_count = 0;
	const struct hs_fault *const *faults = hs_mutants_faults(lab->options.mutants, &fault_count);

	lab->trials = hs_arena_array(lab->arena, (fault_count + 1) * lab->options.script_count * 2 + 1,
		sizeof(*lab->trials));
	for (size_t f = 0; f <= fault_count; f++) {
		const struct hs_fault *fault = f ? faults[f - 1] : NULL;
		for (size_t i = 0; i < lab->options.script_count; i++) {
			struct hs_slice suite = lab->options.scripts[i]->suite;
			if (!begins_suite(lab, i) || (fault && !hs_fault_is_for(fault, suite)))
				continue;
			if (!fault || is_wanted(lab, fault))
				add_trials(lab, suite, fault);
			else
				lab->narrowed = true;
		}
		if (!fault)
			lab->clean_count = lab->trial_count;
	}
}

void hs__lab_plan(struct hs_lab *lab)
{
	lab->checks = hs_arena_array(lab->arena, list_checks(lab, false) + 1, sizeof(*lab->checks));
	lab->check_count = list_checks(lab, true);
	list_trials(lab);
}
