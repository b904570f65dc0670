/* SPDX-License-Identifier: Apache-2.0 */
/* Finds the sections of an image once, so that readers follow plain pointers. */
#include "../text/texts.h"

void hs_tx_layer_init(struct tx_layer *layer, struct hs_image *image)
{
	memset(layer, 0, sizeof(*layer));
	layer->image = image;
	layer->strings = hs_image_texts(image);
#define GET(name, id) layer->name = hs_image_section(image, (id), sizeof(*layer->name), &layer->name##_count)
	GET(systems, TX_SYSTEMS);
	GET(concepts, TX_CONCEPTS);
	GET(by_code, TX_BY_CODE);
	GET(by_fold, TX_BY_FOLD);
	GET(parents, TX_PARENTS);
	GET(children, TX_CHILDREN);
	GET(spans, TX_SPANS);
	GET(designations, TX_DESIGNATIONS);
	GET(pick_designations, TX_PICK_DESIGNATIONS);
	GET(properties, TX_PROPERTIES);
	GET(property_defs, TX_PROPERTY_DEFS);
	GET(sets, TX_SETS);
	GET(rules, TX_RULES);
	GET(picks, TX_PICKS);
	GET(picks_by_code, TX_PICKS_BY_CODE);
	GET(filters, TX_FILTERS);
	GET(imports, TX_IMPORTS);
	GET(maps, TX_MAPS);
	GET(map_groups, TX_MAP_GROUPS);
	GET(map_rows, TX_MAP_ROWS);
	GET(map_by_source, TX_MAP_BY_SOURCE);
	GET(map_by_target, TX_MAP_BY_TARGET);
	GET(names, TX_NAMES);
	GET(systems_by_url, TX_SYSTEMS_BY_URL);
	GET(sets_by_url, TX_SETS_BY_URL);
	GET(maps_by_url, TX_MAPS_BY_URL);
	GET(system_slots, TX_SYSTEM_SLOTS);
	GET(set_slots, TX_SET_SLOTS);
	GET(map_slots, TX_MAP_SLOTS);
#undef GET
	if (layer->concepts_count)
		layer->texts = hs_tx_texts_new();
}

void hs_tx_layer_share(struct tx_layer *layer, const struct tx_layer *of)
{
	*layer = *of;
	if (layer->image)
		hs_image_ref(layer->image);
	hs_tx_texts_ref(layer->texts);
}

void hs_tx_layer_fini(struct tx_layer *layer)
{
	hs_image_unref(layer->image);
	hs_tx_texts_unref(layer->texts);
	memset(layer, 0, sizeof(*layer));
}
