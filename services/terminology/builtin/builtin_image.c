/* SPDX-License-Identifier: Apache-2.0 */
/* The image of the built-in layer: made once into the cache directory, mapped ever after. */
#include "grammar.h"
#include "../state.h"

#include <stdio.h>

enum hs_status hs_tx_builtin_open(struct tx_service *service, struct hs_host *host, struct hs_error *err)
{
	const char *lists = service->lists ? service->lists : "";
	uint64_t key = hs_tx_builtin_key(lists);
	struct hs_image *image = NULL;
	char path[4096];
	int length = snprintf(path, sizeof(path), "%s/terminology-builtin-%016llx.image",
		hs_host_cache_dir(host), (unsigned long long)key);

	if (length < 0 || (size_t)length >= sizeof(path))
		return hs_fail(err, HS_E_LIMIT, "the path of the cache directory is too long");
	enum hs_status status = hs_image_open(path, TX_IMAGE_KIND, TX_IMAGE_FORMAT, key, &image, err);
	if (status) {
		struct tx_compile *compile = hs_tx_compile_new(key);
		status = hs_tx_builtin_compile(compile, lists, "/usr/share/locale", err);
		if (status == HS_OK)
			status = hs_tx_compile_write(compile, path, err);
		hs_tx_compile_free(compile);
		if (status == HS_OK)
			status = hs_image_open(path, TX_IMAGE_KIND, TX_IMAGE_FORMAT, key, &image, err);
	}
	if (status == HS_OK)
		hs_tx_layer_init(&service->builtin, image);
	return status;
}
