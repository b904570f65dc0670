/* SPDX-License-Identifier: Apache-2.0 */
/* Lists of languages with weights. */
#include <handslag/language.h>

struct item {
	struct hs_slice tag;
	unsigned weight;
};

/* 1 to 8 letters or digits between dashes, the first part letters only; or "*". */
static bool is_tag(struct hs_slice tag)
{
	bool first = true;

	if (tag.len == 1 && tag.ptr[0] == '*')
		return true;
	while (tag.ptr) {
		struct hs_slice part = hs_slice_cut(&tag, '-');
		if (part.len < 1 || part.len > 8 || (first && part.len < 2))
			return false;
		for (size_t i = 0; i < part.len; i++) {
			char c = part.ptr[i];
			bool letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
			bool digit = c >= '0' && c <= '9' && !first;
			if (!letter && !digit)
				return false;
		}
		first = false;
	}
	return true;
}

/* "q=0.7" in thousandths, 1000 when there is none: 0 to 1, of which three digits count. */
static bool read_weight(struct hs_slice params, unsigned *out)
{
	unsigned weight = 0, unit = 100;

	*out = 1000;
	params = hs_slice_trim(params);
	if (!params.len)
		return true;
	if (params.len < 3 || (params.ptr[0] | 0x20) != 'q' || params.ptr[1] != '=')
		return false;
	struct hs_slice number = hs_slice_from(params, 2);
	if ((number.ptr[0] != '0' && number.ptr[0] != '1') || (number.len > 1 && number.ptr[1] != '.'))
		return false;
	for (size_t i = 2; i < number.len; i++, unit /= 10) {
		if (number.ptr[i] < '0' || number.ptr[i] > '9' ||
			(number.ptr[0] == '1' && number.ptr[i] != '0'))
			return false;
		weight += (unsigned)(number.ptr[i] - '0') * unit;
	}
	if (number.ptr[0] == '0')
		*out = weight;
	return true;
}

static bool split(struct hs_slice text, struct item *items, size_t *count)
{
	size_t n = 0;

	while (text.ptr && n < HS_LANGUAGES_MAX) {
		struct hs_slice params = hs_slice_cut(&text, ',');
		struct hs_slice tag = hs_slice_trim(hs_slice_cut(&params, ';'));
		if (!tag.len)
			continue;
		items[n].tag = tag;
		if (!is_tag(tag) || !read_weight(params, &items[n++].weight))
			return false;
	}
	*count = n;
	return true;
}

bool hs_languages_parse(struct hs_slice text, struct hs_languages *out)
{
	struct item items[HS_LANGUAGES_MAX];
	size_t n = 0;

	if (!split(text, items, &n) || (text.len && !n))
		return false;
	*out = (struct hs_languages) { .text = text };
	for (unsigned weight = 1000; n;) { /* the heaviest first, those of one weight in their order */
		unsigned next = 0;
		for (size_t i = 0; i < n; i++) {
			bool star = items[i].tag.ptr[0] == '*';
			if (items[i].weight < weight && items[i].weight > next)
				next = items[i].weight;
			if (star && items[i].weight == 0)
				out->no_other = true;
			else if (star)
				out->any = true;
			else if (items[i].weight == weight)
				out->tags[out->count++] = items[i].tag;
		}
		if (!next)
			break;
		weight = next;
	}
	return true;
}

static bool is_kind_of(struct hs_slice tag, struct hs_slice wider)
{
	return tag.len > wider.len && tag.ptr[wider.len] == '-' &&
		hs_slice_ieq(hs_slice_first(tag, wider.len), wider);
}

int hs_language_fit(struct hs_slice wanted, struct hs_slice tag)
{
	if (hs_slice_ieq(wanted, tag))
		return 3;
	if (!wanted.len || !tag.len)
		return 0;
	if (is_kind_of(tag, wanted))
		return 2;
	return is_kind_of(wanted, tag) ? 1 : 0;
}

bool hs_language_leads(struct hs_slice text, struct hs_slice language)
{
	struct hs_languages list;

	return text.len && hs_languages_parse(text, &list) && list.count &&
		hs_language_fit(language, list.tags[0]) >= 2;
}
