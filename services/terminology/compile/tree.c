/* SPDX-License-Identifier: Apache-2.0 */
/* Short ways to read FHIR trees. */
#include "tree.h"

static bool has_url(const struct hs_json *extension, struct hs_slice url)
{
	return hs_slice_eq(hs_json_get_text(extension, HS_S("url")), url);
}

struct hs_json *hs_tx_extension(const struct hs_json *element, struct hs_slice url)
{
	HS_JSON_EACH(item, hs_json_get(element, HS_S("extension")))
		if (has_url(item, url))
			return item;
	return NULL;
}

struct hs_json *hs_tx_extension_next(const struct hs_json *extension, struct hs_slice url)
{
	for (struct hs_json *item = hs_json_next(extension); item; item = hs_json_next(item))
		if (has_url(item, url))
			return item;
	return NULL;
}

struct hs_json *hs_tx_value(const struct hs_json *element)
{
	HS_JSON_EACH(item, element)
		if (hs_slice_starts(hs_json_key(item), HS_S("value")))
			return item;
	return NULL;
}

struct hs_slice hs_tx_extension_text(const struct hs_json *element, struct hs_slice url)
{
	return hs_json_text(hs_tx_value(hs_tx_extension(element, url)));
}

struct hs_slice hs_tx_scalar(const struct hs_json *value)
{
	if (hs_json_is(value, HS_JSON_TRUE))
		return HS_S("true");
	if (hs_json_is(value, HS_JSON_FALSE))
		return HS_S("false");
	return hs_json_text(value);
}

void hs_tx_canonical(struct hs_slice canonical, struct hs_slice *url, struct hs_slice *version)
{
	size_t bar = hs_slice_find(canonical, '|', 0);

	if (bar != SIZE_MAX &&
		hs_slice_search(hs_slice_first(canonical, bar), HS_S("?fhir_vs=ecl/")) != SIZE_MAX)
		bar = SIZE_MAX;
	*url = bar == SIZE_MAX ? canonical : hs_slice_first(canonical, bar);
	*version = bar == SIZE_MAX ? HS_S_NONE : hs_slice_from(canonical, bar + 1);
}
