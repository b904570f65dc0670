/* SPDX-License-Identifier: Apache-2.0 */
/* Opening the images that imports made. */
#include "image/big.h"
#include "state.h"
#include "version.h"

#include <handslag/import.h>

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

static struct hs_slice version_of(const struct tx_layer *layer)
{
	return tx_text(layer, layer->systems[0].head.version);
}

/* Of one code system the latest version comes first, so that a question without one finds it. */
static int compare(const void *a, const void *b)
{
	const struct tx_layer *x = a, *y = b;
	int order = hs_slice_cmp(tx_text(x, x->systems[0].head.url), tx_text(y, y->systems[0].head.url));

	return order ? order : hs_tx_version_cmp(version_of(y), version_of(x));
}

enum hs_status hs_tx_imports_open(struct tx_service *service, struct hs_host *host, struct hs_error *err)
{
	const char *folder = hs_host_import_dir(host);
	DIR *dir = folder ? opendir(folder) : NULL;
	const struct dirent *entry;
	enum hs_status status = HS_OK;
	char path[4096];

	while (dir && status == HS_OK && (entry = readdir(dir))) {
		if (!hs_slice_ends(hs_slice_cstr(entry->d_name), HS_S(".image")))
			continue;
		if (service->import_count == TX_IMPORTS_MAX) {
			status = hs_fail(err, HS_E_LIMIT,
				"there are more than %u imported code systems in %s", TX_IMPORTS_MAX, folder);
			break;
		}
		snprintf(path, sizeof(path), "%s/%s", folder, entry->d_name);
		status = hs_tx_big_open(path, &service->imports[service->import_count], err);
		if (status == HS_OK)
			service->import_count++;
		else if (status == HS_E_NOT_FOUND)
			status = hs_fail(err, HS_E_CORRUPT,
				"%s was imported by another version of the program; import it again", path);
	}
	if (dir)
		closedir(dir);
	if (service->import_count > 1)
		qsort(service->imports, service->import_count, sizeof(service->imports[0]), compare);
	return status;
}

void hs_tx_imports_close(struct tx_service *service)
{
	for (size_t i = 0; i < service->import_count; i++)
		hs_tx_big_close(&service->imports[i]);
	service->import_count = 0;
}
