/* SPDX-License-Identifier: Apache-2.0 */
/* The links of a resource: Reference.reference and every element of a URI type, found by the definitions, so
 * that texts which only look like links (identifier values, narrative) stay as they are. */
#pragma once

#include <core/rest/rest_private.h>

/* Called for each link; `node` is a string child of `parent` and may be replaced there. `reference`: it is a
 * Reference.reference. A failing fn stops the walk. */
typedef enum hs_status hs__rest_link_fn(struct hs_json *parent, struct hs_json *node, bool reference,
	void *arg, struct hs_error *err);
enum hs_status hs__rest_each_link(const struct hs_defs *defs, struct hs_json *resource, hs__rest_link_fn *fn,
	void *arg, struct hs_error *err);
