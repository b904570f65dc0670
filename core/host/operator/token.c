/* SPDX-License-Identifier: Apache-2.0 */
/* The operator's token: made at first start, kept in the data directory with mode 0600, asked for as bearer.
 */
#include <core/host/endpoints.h>

#include <errno.h>
#include <stdio.h>
#include <sys/stat.h>

#define TOKEN_BYTES 32

static enum hs_status make(struct hs_host *host, const char *path, struct hs_error *err)
{
	unsigned char bytes[TOKEN_BYTES];

	host->world->random(host->world->ctx, bytes, sizeof(bytes));
	for (size_t i = 0; i < sizeof(bytes); i++)
		snprintf(host->token + 2 * i, 3, "%02x", bytes[i]);
	char line[2 * TOKEN_BYTES + 2];
	int n = snprintf(line, sizeof(line), "%s\n", host->token);
	return hs_world_write_file(host->world, path, hs_slice(line, (size_t)n), 0600, err);
}

enum hs_status hs__operator_token(struct hs_host *host, struct hs_error *err)
{
	char path[4096];
	struct hs_slice text = HS_S_NONE;
	struct stat info;

	snprintf(path, sizeof(path), "%s/operator.token", host->data_dir);
	if (stat(path, &info) != 0)
		return errno == ENOENT ?
			make(host, path, err) :
			hs_fail(err, HS_E_IO, "%s cannot be read: %s", path, strerrordesc_np(errno));
	if (info.st_mode & 077)
		return hs_fail(err, HS_E_FORBIDDEN, "%s may be read by others; do: chmod 600 %s", path, path);
	enum hs_status status = hs_world_read_file(host->world, host->arena, path, 1024, &text, err);
	if (status)
		return status;
	text = hs_slice_trim(text);
	if (text.len < 32 || text.len >= sizeof(host->token))
		return hs_fail(err, HS_E_INVALID,
			"%s must hold a token of 32 to 64 characters; remove it for a new one", path);
	memcpy(host->token, text.ptr, text.len);
	return HS_OK;
}

/* In constant time for tokens of the right length. */
bool hs__operator_allowed(const struct hs_request *req)
{
	struct hs_slice header = hs_http_get_header(req->http, HS_S("Authorization"));
	struct hs_slice token = hs_slice_trim(hs_slice_from(header, 7));
	size_t len = strlen(req->host->token);
	unsigned char differs = 0;

	if (!hs_slice_ieq(hs_slice_first(header, 7), HS_S("Bearer ")) || token.len != len)
		return false;
	for (size_t i = 0; i < len; i++)
		differs |= (unsigned char)(token.ptr[i] ^ req->host->token[i]);
	return differs == 0;
}
