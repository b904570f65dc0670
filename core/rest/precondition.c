/* SPDX-License-Identifier: Apache-2.0 */
/* Conditional requests: entity tags and dates of RFC 9110 section 13 as R4 section 3.1.0.5 uses them. */
#include <core/rest/rest_private.h>

#include <handslag/time.h>
#include <stdio.h>

struct hs_slice hs__rest_etag(uint64_t version, char out[32])
{
	int len = snprintf(out, 32, "W/\"%llu\"", (unsigned long long)version);
	return hs_slice(out, (size_t)len);
}

/* One tag: W/"12", "12", and 12 as some clients send it. */
static bool tag_is(struct hs_slice tag, uint64_t version)
{
	uint64_t number = 0;
	if (hs_slice_starts(tag, HS_S("W/")))
		tag = hs_slice_from(tag, 2);
	if (tag.len >= 2 && tag.ptr[0] == '"' && tag.ptr[tag.len - 1] == '"')
		tag = hs_slice(tag.ptr + 1, tag.len - 2);
	return hs_slice_u64(tag, &number) && number == version;
}

bool hs__rest_etag_holds(struct hs_slice list, uint64_t version)
{
	while (list.ptr) {
		struct hs_slice tag = hs_slice_trim(hs_slice_cut(&list, ','));
		if (version > 0 && (hs_slice_eq(tag, HS_S("*")) || tag_is(tag, version)))
			return true;
	}
	return false;
}

/* An HTTP date, or an instant as the entries of a bundle have it. */
static bool read_date(struct hs_slice text, int64_t *ms)
{
	struct hs_time time;
	if (hs_time_parse_http(text, ms))
		return true;
	if (!hs_time_is_instant(text) || !hs_time_parse(text, 0, &time))
		return false;
	*ms = time.lo;
	return true;
}

static int64_t whole_seconds(int64_t ms)
{
	return ms / 1000;
}

enum hs_status hs__rest_may_write(const struct hs__rest_call *call, const struct hs_resource *current,
	struct hs_error *err)
{
	uint64_t version = current ? current->version : 0;
	int64_t ms = 0;
	if (call->if_match.len > 0 && !hs__rest_etag_holds(call->if_match, version)) {
		if (!current)
			return hs_fail(err, HS_E_PRECONDITION,
				"If-Match: %.*s, but there is no such resource",
				HS_S_ARG(hs_slice_first(call->if_match, 64)));
		return hs_fail(err, HS_E_PRECONDITION,
			"If-Match: %.*s, but the current version is W/\"%llu\"; read it again and repeat the "
			"change",
			HS_S_ARG(hs_slice_first(call->if_match, 64)), (unsigned long long)version);
	}
	if (call->if_none_match.len > 0 && hs__rest_etag_holds(call->if_none_match, version))
		return hs_fail(err, HS_E_PRECONDITION, "If-None-Match: %.*s, but version W/\"%llu\" is there",
			HS_S_ARG(hs_slice_first(call->if_none_match, 64)), (unsigned long long)version);
	if (call->if_match.len == 0 && current && read_date(call->if_unmodified_since, &ms) &&
		whole_seconds(current->updated_ms) > whole_seconds(ms))
		return hs_fail(err, HS_E_PRECONDITION,
			"If-Unmodified-Since: the resource was changed after %.*s",
			HS_S_ARG(hs_slice_first(call->if_unmodified_since, 64)));
	return HS_OK;
}

bool hs__rest_not_modified(struct hs_slice if_none_match, struct hs_slice if_modified_since, uint64_t version,
	int64_t updated_ms)
{
	int64_t ms = 0;
	if (if_none_match.len > 0)
		return hs__rest_etag_holds(if_none_match, version);
	return read_date(if_modified_since, &ms) && whole_seconds(updated_ms) <= whole_seconds(ms);
}
