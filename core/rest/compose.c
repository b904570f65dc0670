/* SPDX-License-Identifier: Apache-2.0 */
/* Puts id, versionId and lastUpdated into the sender's text, or writes a changed tree with them. */
#include <core/rest/compose.h>

#include <handslag/time.h>

static void add_edit(struct hs__rest_compose *compose, const struct hs__rest_edit *edit)
{
	size_t at = compose->edit_count++;
	/* In the order of the text; what is put at one place stays in the order in which it was asked for. */
	for (; at > 0 && compose->edits[at - 1].at > edit->at; at--)
		compose->edits[at] = compose->edits[at - 1];
	compose->edits[at] = *edit;
}

/* Where the bytes of `value` begin in the text of the object. */
static size_t offset_of(const struct hs__rest_compose *compose, struct hs_slice part)
{
	return (size_t)(part.ptr - compose->text.ptr);
}

static void edit_member(struct hs__rest_compose *compose, struct hs_slice text, const struct hs_json *value,
	int what)
{
	struct hs_slice old = hs_json_source(text, value);
	struct hs__rest_edit edit = { .at = offset_of(compose, old), .skip = old.len };
	edit.before = edit.after = "\"";
	edit.value = (unsigned)what;
	add_edit(compose, &edit);
}

static void edit_meta(struct hs__rest_compose *compose, struct hs_slice text, const struct hs_json *meta)
{
	const struct hs_json *version = hs_json_get(meta, HS_S("versionId"));
	const struct hs_json *updated = hs_json_get(meta, HS_S("lastUpdated"));
	size_t inside = offset_of(compose, hs_json_source(text, meta)) + 1;
	bool others = hs_json_count(meta) > 0;
	if (version)
		edit_member(compose, text, version, HS_PUT_VERSION);
	else
		add_edit(compose,
			&(struct hs__rest_edit) { .at = inside,
				.before = "\"versionId\":\"",
				.after = others || !updated ? "\"," : "\"",
				.value = HS_PUT_VERSION });
	if (updated)
		edit_member(compose, text, updated, HS_PUT_UPDATED);
	else
		add_edit(compose,
			&(struct hs__rest_edit) { .at = inside,
				.before = "\"lastUpdated\":\"",
				.after = others ? "\"," : "\"",
				.value = HS_PUT_UPDATED });
}

void hs__rest_compose_init(struct hs__rest_compose *compose, const struct hs_json *tree, struct hs_slice text)
{
	memset(compose, 0, sizeof *compose);
	compose->tree = tree;
	compose->text = hs_json_source(text, tree);
	struct hs_slice type = hs_json_source(text, hs_json_get(tree, HS_S("resourceType")));
	if (compose->text.len == 0 || type.len == 0) {
		compose->text = HS_S_NONE;
		return;
	}
	const struct hs_json *id = hs_json_get(tree, HS_S("id"));
	const struct hs_json *meta = hs_json_get(tree, HS_S("meta"));
	size_t after_type = offset_of(compose, type) + type.len;
	if (id)
		edit_member(compose, text, id, HS_PUT_ID);
	else
		add_edit(compose,
			&(struct hs__rest_edit) { .at = after_type,
				.before = ",\"id\":\"",
				.after = "\"",
				.value = HS_PUT_ID });
	if (hs_json_is(meta, HS_JSON_OBJECT)) {
		edit_meta(compose, text, meta);
		return;
	}
	struct hs__rest_edit edit = {
		.at = after_type, .before = ",\"meta\":", .after = "", .value = HS_PUT_META
	};
	struct hs_slice id_text = hs_json_source(text, id);
	if (id_text.len > 0)
		edit.at = offset_of(compose, id_text) + id_text.len;
	add_edit(compose, &edit);
}

static void put_value(const struct hs_resource *version, int what, struct hs_buf *out)
{
	char instant[HS_INSTANT_LEN + 1];
	switch (what) {
	case HS_PUT_ID:
		hs_buf_add(out, version->id);
		break;
	case HS_PUT_VERSION:
		hs_buf_u64(out, version->version);
		break;
	case HS_PUT_UPDATED:
		hs_time_instant(version->updated_ms, instant);
		hs_buf_add(out, hs_slice(instant, HS_INSTANT_LEN));
		break;
	default:
		hs_buf_cstr(out, "{\"versionId\":\"");
		put_value(version, HS_PUT_VERSION, out);
		hs_buf_cstr(out, "\",\"lastUpdated\":\"");
		put_value(version, HS_PUT_UPDATED, out);
		hs_buf_cstr(out, "\"}");
	}
}

static void write_member(struct hs_buf *out, const struct hs_json *member)
{
	hs_buf_byte(out, ',');
	hs_json_write_text(out, hs_json_key(member));
	hs_buf_byte(out, ':');
	hs_json_write(out, member, 0);
}

static void write_meta(const struct hs_resource *version, const struct hs_json *meta, struct hs_buf *out)
{
	hs_buf_cstr(out, "{\"versionId\":\"");
	put_value(version, HS_PUT_VERSION, out);
	hs_buf_cstr(out, "\",\"lastUpdated\":\"");
	put_value(version, HS_PUT_UPDATED, out);
	hs_buf_byte(out, '"');
	HS_JSON_EACH(member, meta) {
		struct hs_slice key = hs_json_key(member);
		if (!hs_slice_eq(key, HS_S("versionId")) && !hs_slice_eq(key, HS_S("lastUpdated")))
			write_member(out, member);
	}
	hs_buf_byte(out, '}');
}

static void compose_tree(const struct hs_resource *version, const struct hs_json *tree, struct hs_buf *out)
{
	hs_buf_cstr(out, "{\"resourceType\":");
	hs_json_write_text(out, hs_json_get_text(tree, HS_S("resourceType")));
	hs_buf_cstr(out, ",\"id\":\"");
	put_value(version, HS_PUT_ID, out);
	hs_buf_cstr(out, "\",\"meta\":");
	write_meta(version, hs_json_get(tree, HS_S("meta")), out);
	HS_JSON_EACH(member, tree) {
		struct hs_slice key = hs_json_key(member);
		if (!hs_slice_eq(key, HS_S("resourceType")) && !hs_slice_eq(key, HS_S("id")) &&
			!hs_slice_eq(key, HS_S("meta")))
			write_member(out, member);
	}
	hs_buf_byte(out, '}');
}

enum hs_status hs__rest_compose(const struct hs_resource *version, void *arg, struct hs_buf *out,
	struct hs_error *err)
{
	const struct hs__rest_compose *compose = arg;
	size_t at = 0;
	if (compose->text.len == 0)
		compose_tree(version, compose->tree, out);
	for (size_t i = 0; compose->text.len > 0 && i < compose->edit_count; i++) {
		const struct hs__rest_edit *edit = &compose->edits[i];
		hs_buf_add(out, hs_slice(compose->text.ptr + at, edit->at - at));
		hs_buf_cstr(out, edit->before);
		put_value(version, (int)edit->value, out);
		hs_buf_cstr(out, edit->after);
		at = edit->at + edit->skip;
	}
	hs_buf_add(out, hs_slice_from(compose->text, at));
	if (out->overflow)
		return hs_fail(err, HS_E_LIMIT,
			"the resource is too large to be stored; the limit is %zu bytes", out->max);
	return HS_OK;
}
