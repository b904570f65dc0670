/* SPDX-License-Identifier: Apache-2.0 */
/* The text of a reference (R4 references, section 2.3.0.1) taken apart, and the rule of ids. */
#include <handslag/fhir.h>

bool hs_id_valid(struct hs_slice id)
{
	if (id.len == 0 || id.len > 64)
		return false;
	for (size_t i = 0; i < id.len; i++) {
		char c = id.ptr[i];
		bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
		if (!letter && !(c >= '0' && c <= '9') && c != '-' && c != '.')
			return false;
	}
	return true;
}

/* Resource types begin with a capital and hold letters only. */
static bool is_type(struct hs_slice text)
{
	if (text.len == 0 || text.len > 64 || text.ptr[0] < 'A' || text.ptr[0] > 'Z')
		return false;
	for (size_t i = 0; i < text.len; i++) {
		char c = text.ptr[i];
		if (!((c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z')))
			return false;
	}
	return true;
}

/* Takes what is after the last slash off *text. */
static struct hs_slice cut_last(struct hs_slice *text)
{
	size_t at = text->len;
	while (at > 0 && text->ptr[at - 1] != '/')
		at--;
	struct hs_slice last = hs_slice_from(*text, at);
	*text = hs_slice_first(*text, at > 0 ? at - 1 : 0);
	return last;
}

/* A base is a URL with a scheme; "urn:uuid:..." is none. */
static bool is_base(struct hs_slice text)
{
	return hs_slice_starts(text, HS_S("http://")) || hs_slice_starts(text, HS_S("https://"));
}

static bool parse_rest(struct hs_slice text, struct hs_reference *out)
{
	struct hs_slice rest = text;
	struct hs_slice last = cut_last(&rest);
	struct hs_slice before = cut_last(&rest);
	if (hs_slice_eq(before, HS_S("_history"))) {
		out->version = last;
		last = cut_last(&rest);
		before = cut_last(&rest);
		if (!hs_id_valid(out->version))
			return false;
	}
	if (!hs_id_valid(last) || !is_type(before) || (rest.len && !is_base(rest)))
		return false;
	out->id = last;
	out->type = before;
	out->base = rest;
	return true;
}

static bool parse_conditional(struct hs_slice text, size_t mark, struct hs_reference *out)
{
	struct hs_slice type = hs_slice_first(text, mark);
	out->query = hs_slice_from(text, mark + 1);
	if (hs_slice_find(type, '/', 0) != SIZE_MAX) {
		out->type = cut_last(&type);
		out->base = type;
	} else {
		out->type = type;
	}
	return is_type(out->type) && out->query.len > 0 && (!out->base.len || is_base(out->base));
}

bool hs_reference_parse(struct hs_slice text, struct hs_reference *out)
{
	struct hs_reference found = { 0 };
	bool good;
	size_t mark = hs_slice_find(text, '?', 0);
	if (text.len == 0)
		return false;
	if (text.ptr[0] == '#') {
		found.is_fragment = true;
		found.id = hs_slice_from(text, 1);
		good = true; /* "#" alone means the container */
	} else if (hs_slice_starts(text, HS_S("urn:"))) {
		found.is_urn = true;
		good = text.len > 4;
	} else if (mark != SIZE_MAX) {
		good = parse_conditional(text, mark, &found);
	} else {
		/* A fragment after the resource (a contained one in it) is not part of its address. */
		good = parse_rest(hs_slice_first(text, hs_slice_find(text, '#', 0)), &found);
	}
	if (good)
		*out = found;
	return good;
}
