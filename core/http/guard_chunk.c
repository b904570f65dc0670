/* SPDX-License-Identifier: Apache-2.0 */
/* The guard's rules for chunked bodies (RFC 9112 section 7.1).
 *
 *   SIZE -> (EXT ->) SIZE_LF -> DATA -> DATA_CR -> DATA_LF -> SIZE ...
 *                       \ size 0
 *                        -> LINE -> NAME -> VALUE -> VALUE_LF -> LINE ...
 *                             \ CR
 *                              -> END_LF -> END
 */
#include <core/http/guard.h>

#include <handslag/coding.h>

enum chunk_state {
	SIZE, /* hexadecimal digits */
	EXT,  /* ";name=value" up to the line end */
	SIZE_LF,
	DATA,
	DATA_CR,
	DATA_LF,
	LINE, /* the beginning of a trailer line */
	NAME,
	VALUE,
	VALUE_LF,
	END_LF,
	END,
};

/* Trailer names that would change framing, routing, authorisation or the meaning of the body, were somebody
 * to merge trailers into the headers (RFC 9110 section 6.5.1). */
static const struct hs_slice forbidden_trailers[] = {
	HS_S_INIT("authorization"),
	HS_S_INIT("cache-control"),
	HS_S_INIT("connection"),
	HS_S_INIT("content-encoding"),
	HS_S_INIT("content-length"),
	HS_S_INIT("content-range"),
	HS_S_INIT("content-type"),
	HS_S_INIT("cookie"),
	HS_S_INIT("expect"),
	HS_S_INIT("forwarded"),
	HS_S_INIT("host"),
	HS_S_INIT("if-match"),
	HS_S_INIT("if-modified-since"),
	HS_S_INIT("if-none-exist"),
	HS_S_INIT("if-none-match"),
	HS_S_INIT("if-range"),
	HS_S_INIT("if-unmodified-since"),
	HS_S_INIT("keep-alive"),
	HS_S_INIT("max-forwards"),
	HS_S_INIT("pragma"),
	HS_S_INIT("prefer"),
	HS_S_INIT("proxy-authorization"),
	HS_S_INIT("proxy-connection"),
	HS_S_INIT("range"),
	HS_S_INIT("te"),
	HS_S_INIT("trailer"),
	HS_S_INIT("transfer-encoding"),
	HS_S_INIT("upgrade"),
	HS_S_INIT("via"),
	HS_S_INIT("x-forwarded-for"),
	HS_S_INIT("x-forwarded-host"),
	HS_S_INIT("x-forwarded-proto"),
};

static enum hs__guard_step in_size(struct hs__guard *guard, char c)
{
	int digit = hs_hex_digit(c);

	if (digit >= 0) {
		if (++guard->digits > 16 || guard->chunk_left > UINT64_MAX >> 5)
			return hs__guard_refuse(guard, 400, "the size of a chunk is out of range");
		guard->chunk_left = guard->chunk_left * 16 + (uint64_t)digit;
		return HS__GUARD_MORE;
	}
	if (guard->digits == 0 || (c != '\r' && c != ';'))
		return hs__guard_refuse(guard, 400,
			"the size of a chunk must be hexadecimal digits and CR LF");
	guard->chunk_state = c == '\r' ? SIZE_LF : EXT;
	guard->extension = 1;
	return HS__GUARD_MORE;
}

static enum hs__guard_step in_extension(struct hs__guard *guard, char c)
{
	if (c == '\r') {
		guard->chunk_state = SIZE_LF;
		return HS__GUARD_MORE;
	}
	if (++guard->extension > HS__GUARD_EXTENSION_MAX)
		return hs__guard_refuse(guard, 400, "the extensions of a chunk are too long");
	if (!(hs__byte_class[(uint8_t)c] & HS__BYTE_VALUE))
		return hs__guard_refuse(guard, 400, "a chunk extension must not have control characters");
	return HS__GUARD_MORE;
}

static enum hs__guard_step end_of_size(struct hs__guard *guard, char c)
{
	if (c != '\n')
		return hs__guard_refuse(guard, 400, "CR must be followed by LF");
	guard->digits = 0;
	if (guard->chunk_left > guard->limits.body_bytes - guard->body_total)
		return hs__guard_refuse(guard, 413, "the body is too large");
	guard->body_total += guard->chunk_left;
	guard->chunk_state = guard->chunk_left > 0 ? DATA : LINE;
	return HS__GUARD_MORE;
}

/* A byte at the beginning of a trailer line or within a name. */
static enum hs__guard_step in_name(struct hs__guard *guard, char c)
{
	struct hs_slice name = { guard->name, guard->name_len };

	if (hs__byte_class[(uint8_t)c] & HS__BYTE_TOKEN) {
		guard->chunk_state = NAME;
		if (guard->name_len < HS__GUARD_NAME_MAX)
			guard->name[guard->name_len++] = c;
		return HS__GUARD_MORE;
	}
	if (c != ':' || guard->name_len == 0)
		return hs__guard_refuse(guard, 400, "a trailer name must be a token followed by a colon");
	for (size_t i = 0; i < sizeof(forbidden_trailers) / sizeof(forbidden_trailers[0]); i++)
		if (hs_slice_ieq(name, forbidden_trailers[i]))
			return hs__guard_refuse(guard, 400, "this field is not allowed in a trailer");
	if (++guard->trailer_count > 32)
		return hs__guard_refuse(guard, 431, "there are too many trailer fields");
	guard->name_len = 0;
	guard->chunk_state = VALUE;
	return HS__GUARD_MORE;
}

static enum hs__guard_step in_trailer(struct hs__guard *guard, char c)
{
	if (++guard->trailer > HS__GUARD_TRAILER_MAX)
		return hs__guard_refuse(guard, 431, "the trailer is too large");
	switch (guard->chunk_state) {
	case LINE:
		if (c == '\r') {
			guard->chunk_state = END_LF;
			return HS__GUARD_MORE;
		}
		return in_name(guard, c);
	case NAME:
		return in_name(guard, c);
	case VALUE:
		if (c == '\r')
			guard->chunk_state = VALUE_LF;
		else if (!(hs__byte_class[(uint8_t)c] & HS__BYTE_VALUE))
			return hs__guard_refuse(guard, 400,
				"a trailer value must not have control characters");
		return HS__GUARD_MORE;
	default: /* VALUE_LF, END_LF */
		if (c != '\n')
			return hs__guard_refuse(guard, 400, "CR must be followed by LF");
		guard->chunk_state = guard->chunk_state == END_LF ? END : LINE;
		return guard->chunk_state == END ? HS__GUARD_DONE : HS__GUARD_MORE;
	}
}

static enum hs__guard_step take_byte(struct hs__guard *guard, char c)
{
	switch (guard->chunk_state) {
	case SIZE:
		return in_size(guard, c);
	case EXT:
		return in_extension(guard, c);
	case SIZE_LF:
		return end_of_size(guard, c);
	case DATA_CR:
	case DATA_LF:
		if (c != (guard->chunk_state == DATA_CR ? '\r' : '\n'))
			return hs__guard_refuse(guard, 400, "the data of a chunk must be followed by CR LF");
		guard->chunk_state = guard->chunk_state == DATA_CR ? DATA_LF : SIZE;
		return HS__GUARD_MORE;
	default:
		return in_trailer(guard, c);
	}
}

enum hs__guard_step hs__guard_chunked(struct hs__guard *guard, struct hs_slice bytes, size_t *used)
{
	enum hs__guard_step step = HS__GUARD_MORE;
	size_t at = 0;

	while (step == HS__GUARD_MORE && at < bytes.len) {
		if (guard->chunk_state == DATA) {
			size_t take = bytes.len - at;

			if (take > guard->chunk_left)
				take = (size_t)guard->chunk_left;
			at += take;
			guard->chunk_left -= take;
			if (guard->chunk_left == 0)
				guard->chunk_state = DATA_CR;
			continue;
		}
		step = take_byte(guard, bytes.ptr[at]);
		if (step != HS__GUARD_REFUSED)
			at++;
	}
	*used = at;
	return step;
}
