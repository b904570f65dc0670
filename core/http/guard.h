/* SPDX-License-Identifier: Apache-2.0 */
/* The guard looks at the bytes of a request before llhttp does and refuses every shape that two parsers
 * might read differently (request smuggling, RFC 9112 section 11.2): llhttp 8.1 accepts several of them.
 *
 * It takes the head line by line as lines become complete, and the framing of a chunked body byte by byte.
 * A verdict depends on the bytes alone, never on how they were cut into reads. It allocates nothing. */
#pragma once

#include <handslag/slice.h>

enum hs__guard_step {
	HS__GUARD_MORE,    /* nothing wrong so far */
	HS__GUARD_DONE,    /* the head, or the body, is complete */
	HS__GUARD_REFUSED, /* status and reason say why; the connection must be closed */
};

enum {
	HS__GUARD_EXTENSION_MAX = 256, /* bytes of extensions of one chunk */
	HS__GUARD_TRAILER_MAX = 4096,  /* bytes of the whole trailer section */
	HS__GUARD_NAME_MAX = 32,       /* longest trailer name that could be a forbidden one */
};

enum hs__guard_body { HS__BODY_NONE, HS__BODY_LENGTH, HS__BODY_CHUNKED };

struct hs__guard_limits {
	uint32_t head_bytes;
	uint32_t header_count;
	uint64_t body_bytes;
};

struct hs__guard_range {
	uint32_t at;
	uint32_t len;
};

/* Header lines that were taken before, and what they said: a client sends with a request what it sent with
 * the one before. Only of a head without a body, and of HTTP/1.1. */
struct hs__guard_lines {
	struct hs_slice bytes; /* from behind the request line to the end of the head */
	uint32_t header_count;
	struct hs__guard_range host; /* from where they begin */
	bool says_close, says_keep_alive;
};

struct hs__guard {
	struct hs__guard_limits limits;
	const struct hs__guard_lines *known; /* set by the caller, NULL: none */

	/* the verdict */
	int status;         /* HTTP status when refused */
	const char *reason; /* static text */

	/* the head: what it says, valid when it is done */
	uint32_t at;           /* bytes of complete lines; when done, the length of the head */
	uint32_t start;        /* where the request line begins: 2 when an empty line came before it */
	uint32_t lines;        /* where the header lines begin; 0 while the request line is not whole */
	uint32_t header_count; /* header lines */
	bool knew;             /* they are those of `known` */
	uint8_t minor;         /* HTTP/1.minor */
	uint8_t body;          /* enum hs__guard_body */
	bool keep_alive;       /* the connection may serve another request */
	bool expect_continue;
	bool safe; /* GET, HEAD or OPTIONS: may be served beside others of its kind */
	uint64_t content_length;
	struct hs__guard_range method;
	struct hs__guard_range target;    /* as sent */
	struct hs__guard_range authority; /* of an absolute target; len 0 without */
	struct hs__guard_range path;      /* of whatever form; len 0 for an absolute target without one */

	/* the head: while it is read */
	bool has_line;
	bool has_host, has_length, has_coding;
	bool says_close, says_keep_alive;
	struct hs__guard_range host;

	/* the chunked body */
	uint8_t chunk_state;
	uint8_t digits;
	uint16_t extension;
	uint16_t trailer;
	uint8_t trailer_count;
	uint8_t name_len;
	char name[HS__GUARD_NAME_MAX];
	uint64_t chunk_left;
	uint64_t body_total;
};

void hs__guard_init(struct hs__guard *guard, const struct hs__guard_limits *limits);
/* `head` is every byte of the message received so far, and may run past the head. */
enum hs__guard_step hs__guard_head(struct hs__guard *guard, struct hs_slice head);
/* What is to be known of a head that is done; false: nothing. */
bool hs__guard_learn(const struct hs__guard *guard, struct hs_slice head, struct hs__guard_lines *out);
/* The next bytes of a chunked body; *used of them are accepted and belong to the message. */
enum hs__guard_step hs__guard_chunked(struct hs__guard *guard, struct hs_slice bytes, size_t *used);

/* For the files of the guard: says no. */
enum hs__guard_step hs__guard_refuse(struct hs__guard *guard, int status, const char *reason);
/* guard_target.c: checks method, target and version; the ranges are set. */
enum hs__guard_step hs__guard_request_line(struct hs__guard *guard, struct hs_slice head,
	struct hs_slice line);
/* "name", "name:80", "[::1]:80": no user info, no other characters. */
bool hs__guard_is_authority(struct hs_slice text);

/* Classes of bytes. */
enum {
	HS__BYTE_TOKEN = 1,  /* RFC 9110 section 5.6.2 */
	HS__BYTE_VALUE = 2,  /* field value: visible, blank, tab, obs-text */
	HS__BYTE_TARGET = 4, /* request target: visible ASCII without '#' */
	HS__BYTE_HOST = 8,   /* registered name or IPv4 address, RFC 3986 section 3.2.2 */
};
extern const uint8_t hs__byte_class[256];
bool hs__bytes_are(struct hs_slice text, uint8_t byte_class);
