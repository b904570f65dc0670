/* SPDX-License-Identifier: Apache-2.0 */
/* The guard's rules for the request line (RFC 9112 section 3) and the authority (RFC 3986 section 3.2). */
#include <core/http/guard.h>

#include <handslag/coding.h>

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

static bool is_port(struct hs_slice text)
{
	uint64_t port;

	return hs_slice_u64(text, &port) && port <= 65535;
}

static bool is_ipv6(struct hs_slice text)
{
	for (size_t i = 0; i < text.len; i++)
		if (hs_hex_digit(text.ptr[i]) < 0 && text.ptr[i] != ':' && text.ptr[i] != '.')
			return false;
	return text.len >= 2;
}

bool hs__guard_is_authority(struct hs_slice text)
{
	size_t end;

	if (text.len == 0)
		return false;
	if (text.ptr[0] == '[') {
		end = hs_slice_find(text, ']', 0);
		if (end == SIZE_MAX || !is_ipv6(hs_slice(text.ptr + 1, end - 1)))
			return false;
		end++;
	} else {
		end = hs_slice_find(text, ':', 0);
		if (end == SIZE_MAX)
			end = text.len;
		if (end == 0 || !hs__bytes_are(hs_slice_first(text, end), HS__BYTE_HOST))
			return false;
	}
	return end == text.len || (text.ptr[end] == ':' && is_port(hs_slice_from(text, end + 1)));
}

/* "." and "..", also when their dots are percent-encoded. */
static bool is_dot_segment(struct hs_slice segment)
{
	size_t dots = 0;

	for (size_t i = 0; i < segment.len; dots++) {
		if (segment.ptr[i] == '.')
			i++;
		else if (i + 2 < segment.len && segment.ptr[i] == '%' && segment.ptr[i + 1] == '2' &&
			(segment.ptr[i + 2] == 'e' || segment.ptr[i + 2] == 'E'))
			i += 3;
		else
			return false;
	}
	return dots == 1 || dots == 2;
}

static enum hs__guard_step check_escapes(struct hs__guard *guard, struct hs_slice path)
{
	for (size_t i = hs_slice_find(path, '%', 0); i != SIZE_MAX; i = hs_slice_find(path, '%', i + 1)) {
		int high = i + 2 < path.len ? hs_hex_digit(path.ptr[i + 1]) : -1;
		int low = high >= 0 ? hs_hex_digit(path.ptr[i + 2]) : -1;
		int value = high * 16 + low;

		if (high < 0 || low < 0)
			return hs__guard_refuse(guard, 400,
				"'%' in a path must be followed by two hexadecimal digits");
		if (value == '/' || value == '\\')
			return hs__guard_refuse(guard, 400, "a path must not have an encoded slash");
		if (value < 0x20 || value == 0x7f)
			return hs__guard_refuse(guard, 400,
				"a path must not have encoded control characters");
	}
	return HS__GUARD_MORE;
}

static bool is_simple_byte(char c)
{
	return c != '%' && c != '.' && c != '\\';
}

/* Has it none of the bytes that the rules below are about? Most have not. */
static bool is_simple(struct hs_slice path)
{
	size_t at = 0;

#if defined(__SSE2__)
	while (path.len >= 16 && at < path.len) {
		size_t here = path.len - at < 16 ? path.len - 16 : at; /* the last ones, some of them again */
		const __m128i bytes = _mm_loadu_si128((const __m128i *)(const void *)(path.ptr + here));
		const __m128i dots = _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('.')),
			_mm_cmpeq_epi8(bytes, _mm_set1_epi8('%')));
		if (_mm_movemask_epi8(_mm_or_si128(dots, _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\')))))
			return false;
		at += 16;
	}
#endif
	while (at < path.len && is_simple_byte(path.ptr[at]))
		at++;
	return at >= path.len;
}

static enum hs__guard_step check_path(struct hs__guard *guard, struct hs_slice path)
{
	if (is_simple(path))
		return HS__GUARD_MORE;
	enum hs__guard_step step = check_escapes(guard, path);
	if (step != HS__GUARD_MORE)
		return step;
	if (hs_slice_find(path, '\\', 0) != SIZE_MAX)
		return hs__guard_refuse(guard, 400, "a path must not have a backslash");
	for (struct hs_slice rest = path; rest.ptr;)
		if (is_dot_segment(hs_slice_cut(&rest, '/')))
			return hs__guard_refuse(guard, 400, "a path must not have dot segments");
	return HS__GUARD_MORE;
}

/* "http://host/path?query": the authority is kept to be compared with Host, the rest is the path. */
static enum hs__guard_step absolute_form(struct hs__guard *guard, struct hs_slice head,
	struct hs_slice target)
{
	struct hs_slice scheme = hs_slice_first(target, 8);
	size_t skip = hs_slice_ieq(scheme, HS_S("https://")) ? 8 : 7;
	struct hs_slice rest, authority;
	size_t end = 0;

	if (skip == 7 && !hs_slice_ieq(hs_slice_first(target, 7), HS_S("http://")))
		return hs__guard_refuse(guard, 400, "the request target must be a path or an http(s) URL");
	rest = hs_slice_from(target, skip);
	while (end < rest.len && rest.ptr[end] != '/' && rest.ptr[end] != '?')
		end++;
	authority = hs_slice_first(rest, end);
	if (!hs__guard_is_authority(authority))
		return hs__guard_refuse(guard, 400,
			"the authority of the target must be a name or address with an optional port");
	guard->authority.at = (uint32_t)(authority.ptr - head.ptr);
	guard->authority.len = (uint32_t)authority.len;
	guard->path.at = guard->authority.at + guard->authority.len;
	guard->path.len = (uint32_t)(rest.len - end);
	return check_path(guard,
		hs_slice_first(hs_slice_from(rest, end), hs_slice_find(rest, '?', end) - end));
}

static enum hs__guard_step check_target(struct hs__guard *guard, struct hs_slice head, struct hs_slice target)
{
	struct hs_slice method = { head.ptr + guard->method.at, guard->method.len };
	size_t query = hs_slice_find(target, '?', 0);

	if (!hs__bytes_are(target, HS__BYTE_TARGET))
		return hs__guard_refuse(guard, 400,
			"the request target has a character that must be percent-encoded");
	if (hs_slice_eq(method, HS_S("CONNECT")))
		return hs__guard_refuse(guard, 501, "CONNECT is not implemented");
	guard->path = guard->target;
	if (target.ptr[0] == '/')
		return check_path(guard, hs_slice_first(target, query));
	if (hs_slice_eq(target, HS_S("*")) && hs_slice_eq(method, HS_S("OPTIONS")))
		return HS__GUARD_MORE;
	return absolute_form(guard, head, target);
}

enum hs__guard_step hs__guard_request_line(struct hs__guard *guard, struct hs_slice head,
	struct hs_slice line)
{
	struct hs_slice rest = line;
	struct hs_slice method = hs_slice_cut(&rest, ' ');
	struct hs_slice target = rest.ptr ? hs_slice_cut(&rest, ' ') : HS_S_NONE;

	if (method.len == 0 || !hs__bytes_are(method, HS__BYTE_TOKEN))
		return hs__guard_refuse(guard, 400, "the request line must begin with a method");
	if (target.len == 0 || !rest.ptr)
		return hs__guard_refuse(guard, 400,
			"the request line must be method, target and version with one blank between them");
	guard->method = (struct hs__guard_range) { (uint32_t)(method.ptr - head.ptr), (uint32_t)method.len };
	guard->target = (struct hs__guard_range) { (uint32_t)(target.ptr - head.ptr), (uint32_t)target.len };
	if (hs_slice_eq(rest, HS_S("HTTP/1.1")))
		guard->minor = 1;
	else if (!hs_slice_eq(rest, HS_S("HTTP/1.0")))
		return hs__guard_refuse(guard, 400, "the version must be HTTP/1.1 or HTTP/1.0");
	return check_target(guard, head, target);
}
