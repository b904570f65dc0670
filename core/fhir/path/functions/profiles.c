/* SPDX-License-Identifier: Apache-2.0 */
/* Functions that ask profiles and definitions: conformsTo, checkModifiers, elementDefinition, slice (R4,
 * http://hl7.org/fhir/R4/fhirpath.html section 2.9.1.3). */
#include <core/fhir/path/functions/functions.h>

/* Without a validator: whether the type is the one that the address of FHIR itself names. */
static int conforms_to_type(const struct path_run *run, const struct hs_path_value *value,
	struct hs_slice profile)
{
	struct hs_slice base = HS_S("http://hl7.org/fhir/StructureDefinition/");
	if (!hs_slice_starts(profile, base)) {
		return -1;
	}
	struct path_type_name type = { .name = hs_slice_from(profile, base.len), .fhir = true };
	return hs__path_type_known(run, &type) ? hs__path_is(run, value, &type, true) : -1;
}

enum hs_status hs__path_fn_conforms_to(struct path_call *call)
{
	struct hs_slice profile;
	bool there;
	const struct hs_path_value *value = NULL;
	enum hs_status status = hs__path_focus(call, &value);
	if (!status) {
		status = hs__path_arg_text(call, 0, &profile, &there);
	}
	if (status || !value || !there) {
		return status;
	}
	const struct hs_path_context *context = call->run->context;
	bool asked = context->oracle && context->oracle->conforms_to;
	int conforms = asked ? context->oracle->conforms_to(context->oracle_arg, value, profile) :
			       conforms_to_type(call->run, value, profile);
	if (conforms < 0) {
		return hs__path_fault(call->run, call->node, "there is no profile %.*s here",
			profile.len > 150 ? 150 : (int)profile.len, profile.ptr);
	}
	return hs__path_push_boolean(call->run, call->out, conforms);
}

static enum hs_status check_item(struct path_call *call, const struct hs_path_value *item)
{
	HS_JSON_EACH(extension, hs_json_get(item->node, HS_S("modifierExtension"))) {
		struct hs_slice url = hs_json_get_text(extension, HS_S("url"));
		bool named = false;
		for (unsigned i = 0; !named && i < call->node->count; i++) {
			struct hs_slice name;
			bool there;
			enum hs_status status = hs__path_arg_text(call, i, &name, &there);
			if (status) {
				return status;
			}
			named = there && hs_slice_eq(name, url);
		}
		if (!named) {
			return hs__path_fault(call->run, call->node, "there is a modifier extension %.*s",
				url.len > 150 ? 150 : (int)url.len, url.ptr);
		}
	}
	return HS_OK;
}

/* The focus, when it has no other modifier extensions than those named. */
enum hs_status hs__path_fn_check_modifiers(struct path_call *call)
{
	enum hs_status status = HS_OK;
	for (uint32_t i = 0; !status && i < call->focus->count; i++) {
		status = check_item(call, &call->focus->items[i]);
	}
	return status ? status : hs__path_push_all(call->run, call->out, call->focus);
}

/* Of each item that has a definition; a computed value has none. */
enum hs_status hs__path_fn_element_definition(struct path_call *call)
{
	struct path_run *run = call->run;
	const struct hs_path_oracle *oracle = run->context->oracle;
	const struct hs_def_type *type = run->defs ? hs_defs_type(run->defs, HS_S("ElementDefinition")) :
						     NULL;
	enum hs_status status = HS_OK;
	if (call->focus->count && (!oracle || !oracle->definition)) {
		return hs__path_fault(run, call->node,
			"elementDefinition() needs FHIR's packages, and there "
			"are none here");
	}
	for (uint32_t i = 0; !status && i < call->focus->count; i++) {
		struct hs_path_value value = { .kind = HS_PATH_NODE, .type = type };
		value.node = oracle->definition(run->context->oracle_arg, &call->focus->items[i]);
		value.element = type ? hs_defs_root(run->defs, type) : NULL;
		if (value.node) {
			status = hs__path_push(run, call->out, &value);
		}
	}
	return status;
}

/* The items that are in the slice, and what is in it below those that are not of its element. */
static enum hs_status slice_item(struct path_call *call, const struct hs_path_value *item,
	struct hs_slice structure, struct hs_slice name)
{
	const struct hs_path_context *context = call->run->context;
	struct hs_path_list found = { .count = 0 };
	struct hs_error why = { .status = HS_OK };
	enum hs_status status = context->oracle->slice(context->oracle_arg, call->run->arena, item, structure,
		name, &found, &why);
	if (status) {
		return hs__path_fault(call->run, call->node, "slice(): %.220s", why.text);
	}
	for (size_t i = 0; !status && i < found.count; i++) {
		status = hs__path_push(call->run, call->out, &found.items[i]);
	}
	return status;
}

enum hs_status hs__path_fn_slice(struct path_call *call)
{
	const struct hs_path_oracle *oracle = call->run->context->oracle;
	struct hs_slice structure, name;
	bool known, named = false;
	enum hs_status status = hs__path_arg_text(call, 0, &structure, &known);
	if (!status) {
		status = hs__path_arg_text(call, 1, &name, &named);
	}
	if (status || !call->focus->count) {
		return status;
	}
	if (!known || !named) {
		return hs__path_fault(call->run, call->node,
			"slice() takes a profile and the name of a slice");
	}
	if (!oracle || !oracle->slice) {
		return hs__path_fault(call->run, call->node,
			"slice() needs profiles, and there are none here");
	}
	for (uint32_t i = 0; !status && i < call->focus->count; i++) {
		status = slice_item(call, &call->focus->items[i], structure, name);
	}
	return status;
}
