/* SPDX-License-Identifier: Apache-2.0 */
/* Reading what was asked: one table says which parameter goes where. Unknown ones are passed over, as the
 * terminology ecosystem wants. */
#include "../context.h"

#include "../compile/tree.h"

enum kind { TEXT, FLAG, NUMBER, LIST, RULE, TREE, MODE };

#define AT(member) offsetof(struct tx_params, member)

static const struct row {
	struct hs_slice name;
	enum kind kind;
	size_t at;
	size_t count_at;           /* LIST */
	enum tx_version_kind rule; /* RULE */
} table[] = {
	{ HS_S_INIT("url"), TEXT, AT(url), 0, 0 },
	{ HS_S_INIT("valueSetVersion"), TEXT, AT(set_version), 0, 0 },
	{ HS_S_INIT("code"), TEXT, AT(code), 0, 0 },
	{ HS_S_INIT("system"), TEXT, AT(system), 0, 0 },
	{ HS_S_INIT("codeA"), TEXT, AT(a.code), 0, 0 },
	{ HS_S_INIT("codeB"), TEXT, AT(b.code), 0, 0 },
	{ HS_S_INIT("systemVersion"), TEXT, AT(version), 0, 0 },
	{ HS_S_INIT("version"), TEXT, AT(version), 0, 0 },
	{ HS_S_INIT("display"), TEXT, AT(display), 0, 0 },
	{ HS_S_INIT("filter"), TEXT, AT(filter), 0, 0 },
	{ HS_S_INIT("date"), TEXT, AT(date), 0, 0 },
	{ HS_S_INIT("displayLanguage"), TEXT, AT(display_language), 0, 0 },
	{ HS_S_INIT("inferSystem"), FLAG, AT(infer_system), 0, 0 },
	{ HS_S_INIT("implySystem"), FLAG, AT(infer_system), 0, 0 },
	{ HS_S_INIT("abstract"), FLAG, AT(abstract), 0, 0 },
	{ HS_S_INIT("activeOnly"), FLAG, AT(active_only), 0, 0 },
	{ HS_S_INIT("lenient-display-validation"), FLAG, AT(lenient_display), 0, 0 },
	{ HS_S_INIT("excludeNotForUI"), FLAG, AT(for_choice), 0, 0 },
	{ HS_S_INIT("versionsMatch"), FLAG, AT(versions_match), 0, 0 },
	{ HS_S_INIT("limitedExpansion"), FLAG, AT(limited), 0, 0 },
	{ HS_S_INIT("incomplete-ok"), FLAG, AT(limited), 0, 0 },
	{ HS_S_INIT("_incomplete"), FLAG, AT(limited), 0, 0 },
	{ HS_S_INIT("reverse"), FLAG, AT(reverse), 0, 0 },
	{ HS_S_INIT("valueset-membership-only"), FLAG, AT(membership_only), 0, 0 },
	{ HS_S_INIT("excludeNested"), FLAG, AT(exclude_nested), 0, 0 },
	{ HS_S_INIT("includeDesignations"), FLAG, AT(designations), 0, 0 },
	{ HS_S_INIT("includeDefinition"), FLAG, AT(definition), 0, 0 },
	{ HS_S_INIT("offset"), NUMBER, AT(offset), 0, 0 },
	{ HS_S_INIT("count"), NUMBER, AT(count), 0, 0 },
	{ HS_S_INIT("property"), LIST, AT(properties), AT(property_count), 0 },
	{ HS_S_INIT("designation"), LIST, AT(designation_filters), AT(designation_filter_count), 0 },
	{ HS_S_INIT("exclude-system"), LIST, AT(left_out), AT(left_out_count), 0 },
	{ HS_S_INIT("useSupplement"), LIST, AT(supplements), AT(supplement_count), 0 },
	{ HS_S_INIT("system-version"), RULE, 0, 0, TX_VERSION_DEFAULT },
	{ HS_S_INIT("check-system-version"), RULE, 0, 0, TX_VERSION_CHECK },
	{ HS_S_INIT("force-system-version"), RULE, 0, 0, TX_VERSION_FORCE },
	{ HS_S_INIT("default-valueset-version"), RULE, 0, 0, TX_VERSION_SET },
	{ HS_S_INIT("valueSet"), TREE, AT(value_set), 0, 0 },
	{ HS_S_INIT("coding"), TREE, AT(coding), 0, 0 },
	{ HS_S_INIT("codingA"), TREE, AT(a.coding), 0, 0 },
	{ HS_S_INIT("codingB"), TREE, AT(b.coding), 0, 0 },
	{ HS_S_INIT("codeableConcept"), TREE, AT(codeable), 0, 0 },
	{ HS_S_INIT("mode"), MODE, 0, 0, 0 },
};

static void *member(struct tx_params *params, size_t at)
{
	return (char *)params + at;
}

static enum hs_status read_number(struct tx_context *ctx, struct hs_slice name, struct hs_slice text,
	int64_t *out, struct hs_error *err)
{
	uint64_t number = 0;

	if (!hs_slice_u64(text, &number) || number > INT32_MAX)
		return hs_tx_fault(ctx, HS_E_VALUE, TX_MSG_OWN_NUMBER, name,
			(struct tx_args) { { name, text } }, err);
	*out = (int64_t)number;
	return HS_OK;
}

static enum hs_status read_flag(struct tx_context *ctx, struct hs_slice name, struct hs_slice text,
	uint8_t *out, struct hs_error *err)
{
	if (hs_slice_eq(text, HS_S("true")))
		*out = TX_YES;
	else if (hs_slice_eq(text, HS_S("false")))
		*out = TX_NO;
	else
		return hs_tx_fault(ctx, HS_E_VALUE, TX_MSG_OWN_FLAG, name,
			(struct tx_args) { { name, text } }, err);
	return HS_OK;
}

static enum hs_status refuse_more(struct tx_context *ctx, struct hs_slice name, unsigned most,
	struct hs_error *err)
{
	return hs_tx_fault(ctx, HS_E_LIMIT, TX_MSG_OWN_TOO_MANY, name,
		(struct tx_args) { { hs_arena_printf(ctx->arena, "%u", most), name } }, err);
}

static enum hs_status add_rule(struct tx_context *ctx, const struct row *row, struct hs_slice canonical,
	struct hs_error *err)
{
	struct tx_params *params = &ctx->params;
	struct tx_version_rule rule = { .kind = row->rule };

	hs_tx_canonical(canonical, &rule.url, &rule.version);
	if (params->rule_count == TX_RULES_MAX)
		return refuse_more(ctx, row->name, TX_RULES_MAX, err);
	if (rule.version.len)
		params->rules[params->rule_count++] = rule;
	return HS_OK;
}

static enum hs_status add_to_list(struct tx_context *ctx, const struct row *row, struct hs_slice text,
	struct hs_error *err)
{
	size_t *count = member(&ctx->params, row->count_at);
	struct hs_slice *list = member(&ctx->params, row->at);

	if (*count == TX_NAMES_MAX)
		return refuse_more(ctx, row->name, TX_NAMES_MAX, err);
	list[(*count)++] = text;
	return HS_OK;
}

static enum hs_status refuse_text(struct tx_context *ctx, const struct row *row, struct hs_error *err)
{
	return hs_tx_fault(ctx, HS_E_VALUE, TX_MSG_OWN_OBJECT, row->name, (struct tx_args) { { row->name } },
		err);
}

static enum hs_status read_text(struct tx_context *ctx, const struct row *row, struct hs_slice text,
	struct hs_error *err)
{
	struct hs_slice name = row->name;
	void *to = member(&ctx->params, row->at);

	switch (row->kind) {
	case TEXT:
		if (!((struct hs_slice *)to)->len)
			*(struct hs_slice *)to = text;
		return HS_OK;
	case FLAG:
		return read_flag(ctx, name, text, to, err);
	case NUMBER:
		return read_number(ctx, name, text, to, err);
	case LIST:
		return add_to_list(ctx, row, text, err);
	case RULE:
		return add_rule(ctx, row, text, err);
	case MODE: /* as clients said it before it was a parameter, which goes before it */
		if (ctx->params.lenient_display == TX_UNSET &&
			hs_slice_eq(text, HS_S("lenient-display-validation")))
			ctx->params.lenient_display = TX_YES;
		return HS_OK;
	case TREE:
		break;
	}
	return refuse_text(ctx, row, err);
}

static enum hs_status read_one(struct tx_context *ctx, const struct row *row, const struct hs_json *item,
	struct hs_error *err)
{
	const struct hs_json *value = hs_tx_value(item);

	if (row->kind != TREE)
		return read_text(ctx, row, hs_tx_scalar(value), err);
	if (!value)
		value = hs_json_get(item, HS_S("resource"));
	if (!hs_json_is(value, HS_JSON_OBJECT))
		return refuse_text(ctx, row, err);
	*(const struct hs_json **)member(&ctx->params, row->at) = value;
	return HS_OK;
}

static const struct row *row_of(struct hs_slice name)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++)
		if (hs_slice_eq(table[i].name, name))
			return &table[i];
	return NULL;
}

static enum hs_status set_languages(struct tx_context *ctx, struct hs_slice text, struct hs_error *err)
{
	if (!hs_languages_parse(text, &ctx->params.languages))
		return hs_tx_refuse(ctx, TX_MSG_INVALID_DISPLAY_NAME, 400, HS_S_NONE,
			(struct tx_args) { { text } }, err);
	ctx->params.languages_asked = true;
	return HS_OK;
}

bool hs_tx_speaks_swedish(struct hs_slice accept_language, struct hs_slice display_language)
{
	struct hs_slice wish = accept_language.len ? accept_language : display_language;

	return wish.len && hs_language_leads(wish, HS_S("sv"));
}

static enum hs_status read_tree(struct tx_context *ctx, const struct hs_json *tree, struct hs_error *err)
{
	HS_JSON_EACH(item, hs_json_get(tree, HS_S("parameter"))) {
		const struct row *row = row_of(hs_json_get_text(item, HS_S("name")));
		enum hs_status status = row ? read_one(ctx, row, item, err) : HS_OK;
		if (status)
			return status;
	}
	return HS_OK;
}

static enum hs_status read_pairs(struct tx_context *ctx, const struct tx_input *input, struct hs_error *err)
{
	for (size_t i = 0; i < input->count; i++) {
		const struct row *row = row_of(input->pairs[i].name);
		enum hs_status status = row ? read_text(ctx, row, input->pairs[i].value, err) : HS_OK;
		if (status)
			return status;
	}
	return HS_OK;
}

enum hs_status hs_tx_params_read(struct tx_context *ctx, const struct tx_input *input,
	struct hs_slice accept_language, struct hs_error *err)
{
	struct tx_params *params = &ctx->params;
	const struct tx_input own = *input; /* may be the one that is cleared here */

	memset(params, 0, offsetof(struct tx_params, languages));
	params->languages.text = HS_S_NONE;
	params->languages.count = 0;
	params->languages.no_other = params->languages.any = false;
	params->input = own;
	params->offset = params->count = -1;
	ctx->swedish = hs_tx_speaks_swedish(accept_language, hs_tx_input_text(&own, HS_S("displayLanguage")));
	enum hs_status status = own.tree ? read_tree(ctx, own.tree, err) : read_pairs(ctx, &own, err);
	if (status)
		return status;
	if (params->display_language.len)
		return set_languages(ctx, params->display_language, err);
	/* a header that cannot be read is nobody's wish; browsers and proxies write what they like */
	if (accept_language.len && !hs_slice_eq(accept_language, HS_S("*")) &&
		hs_languages_parse(accept_language, &params->languages))
		params->languages_asked = params->languages.count > 0;
	return HS_OK;
}

/* ---- what has no row in the table ---- */

static const struct hs_pair *find_pair(const struct tx_input *input, struct hs_slice name)
{
	for (size_t i = 0; i < input->count; i++)
		if (hs_slice_eq(input->pairs[i].name, name))
			return &input->pairs[i];
	return NULL;
}

const struct hs_json *hs_tx_input_tree(struct tx_input *input)
{
	struct hs_json *made = input->tree || !input->count ? NULL : hs_parameters(input->arena);

	for (size_t i = 0; i < input->count && made; i++)
		hs_parameters_add(input->arena, made, input->pairs[i].name, HS_S("valueString"),
			hs_json_string(input->arena, input->pairs[i].value));
	if (made)
		input->tree = made;
	return input->tree;
}

struct hs_slice hs_tx_input_text(const struct tx_input *input, struct hs_slice name)
{
	if (input->tree)
		return hs_parameter_text(input->tree, name);
	const struct hs_pair *pair = find_pair(input, name);
	return pair ? pair->value : HS_S_NONE;
}

const struct hs_json *hs_tx_parameter(struct tx_context *ctx, struct hs_slice name)
{
	struct tx_input *input = &ctx->params.input;

	return input->tree || find_pair(input, name) ? hs_parameter(hs_tx_input_tree(input), name) : NULL;
}

struct hs_slice hs_tx_parameter_text(const struct tx_context *ctx, struct hs_slice name)
{
	return hs_tx_input_text(&ctx->params.input, name);
}

const struct hs_json *hs_tx_parameters(struct tx_context *ctx)
{
	return hs_json_get(hs_tx_input_tree(&ctx->params.input), HS_S("parameter"));
}

/* ---- what a value set brings ---- */

/* What shapes an expansion, whoever asks; not what somebody asks for. */
static bool may_be_brought(struct hs_slice name)
{
	static const char *const names[] = { "activeOnly", "check-system-version", "default-valueset-version",
		"designation", "exclude-system", "excludeNested", "excludeNotForUI", "force-system-version",
		"includeDefinition", "includeDesignations", "property", "system-version", "useSupplement",
		"versionsMatch" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (hs_slice_eq(name, hs_slice_cstr(names[i])))
			return true;
	return false;
}

static enum hs_status bring(struct tx_context *ctx, struct hs_slice name, const struct hs_json *value,
	struct hs_error *err)
{
	struct tx_params *params = &ctx->params;
	const struct row *row = may_be_brought(name) ? row_of(name) : NULL;
	bool flag = row && row->kind == FLAG;

	if (!row || !value)
		return HS_OK;
	if (flag && *(uint8_t *)member(params, row->at) != TX_UNSET)
		return HS_OK; /* the client's own goes first */
	struct hs_json *item = hs_json_object(ctx->arena);
	hs_json_add_text(ctx->arena, item, HS_S("name"), name);
	hs_json_add(item, hs_json_key(value), hs_json_clone(ctx->arena, value));
	enum hs_status status = read_one(ctx, row, item, err);
	if (status || (flag && *(uint8_t *)member(params, row->at) == TX_NO))
		return status; /* a flag that is not up shapes nothing */
	if (!params->brought)
		params->brought = hs_json_array(ctx->arena);
	hs_json_push(params->brought, item);
	return HS_OK;
}

/* Priority of languages: the request's parameter, the value set's extension, the header, the value set's
 * language. */
enum hs_status hs_tx_params_of_set(struct tx_context *ctx, struct tx_set set, struct hs_error *err)
{
	struct hs_slice text = tx_text(set.layer, set.row->params), language = HS_S_NONE;
	struct hs_json *list = NULL;
	enum hs_status status = HS_OK;

	if (text.len)
		status = hs_json_parse(ctx->arena, text, NULL, &list, err);
	HS_JSON_EACH(extension, list) {
		struct hs_slice name = hs_tx_extension_text(extension, HS_S("name"));
		const struct hs_json *value = hs_tx_value(hs_tx_extension(extension, HS_S("value")));
		if (hs_slice_eq(name, HS_S("displayLanguage")))
			language = hs_tx_scalar(value);
		else if (status == HS_OK)
			status = bring(ctx, name, value, err);
	}
	if (status || ctx->params.display_language.len)
		return status;
	if (language.len)
		return set_languages(ctx, language, err);
	struct hs_slice own = tx_text(set.layer, set.row->head.language);
	if (!ctx->params.languages_asked && own.len)
		return set_languages(ctx, own, err);
	return HS_OK;
}
