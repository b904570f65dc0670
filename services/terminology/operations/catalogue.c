/* SPDX-License-Identifier: Apache-2.0 */
/* Sentences of the catalogue with their places filled. */
#include "../catalogue.h"

#include <handslag/buf.h>
#include <handslag/coding.h>

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define SENTENCE_MAX ((size_t)256 * 1024)
#define PIECES_MAX 32u /* of a sentence; none has half as many */

static const char *const sentences[TX_MSG_COUNT][2] = {
#define X(id, severity, code, type, spoken, english, swedish) { english, swedish },
#include "messages.def"
#undef X
};

const char *hs_tx_words(enum tx_message id, bool swedish)
{
	return sentences[id][swedish];
}

/* The next piece of the sentence: what stands before a place, or what fills it. False at the end. */
static bool next_piece(const char **text, const struct tx_args *args, struct hs_slice *out)
{
	const char *p = *text;

	if (!*p)
		return false;
	size_t plain = (size_t)(strchrnul(p, '{') - p);
	bool place = !plain && p[1] >= '0' && p[1] <= '5' && p[2] == '}';
	size_t len = place ? 3 : plain ? plain : 1;
	*out = place ? args->a[p[1] - '0'] : hs_slice(p, len);
	*text = p + len;
	return true;
}

/* As many whole pieces as SENTENCE_MAX takes, or nothing where the arena is full. */
struct hs_slice hs_tx_sentence(struct hs_arena *arena, enum tx_message id, bool swedish, struct tx_args args)
{
	const char *text = hs_tx_words(id, swedish);
	struct hs_slice pieces[PIECES_MAX];
	size_t count = 0, size = 0;

	while (count < PIECES_MAX && next_piece(&text, &args, &pieces[count]) &&
		pieces[count].len <= SENTENCE_MAX - size)
		size += pieces[count++].len;
	char *out = hs_arena_raw(arena, size), *to = out;
	for (size_t i = 0; i < count && out; to += pieces[i++].len)
		if (pieces[i].len)
			memcpy(to, pieces[i].ptr, pieces[i].len);
	return out ? hs_slice(out, size) : HS_S_NONE;
}

/* As many whole characters as fit; a byte that is no part of one is '?'. */
static size_t add(char *line, size_t n, size_t room, struct hs_slice piece)
{
	for (size_t i = 0; i < piece.len;) {
		size_t size = hs_utf8_size(piece.ptr + i, piece.len - i), taken = size ? size : 1;
		if (n + taken > room)
			break;
		memcpy(line + n, size ? piece.ptr + i : "?", taken);
		n += taken;
		i += taken;
	}
	return n;
}

enum hs_status hs_tx_say(struct hs_error *err, enum hs_status status, bool swedish, enum tx_message id,
	struct hs_slice path, struct tx_args args)
{
	const char *text = hs_tx_words(id, swedish);
	char line[sizeof(err->text)], parts[sizeof(args.a) / sizeof(args.a[0])][TX_PART_MAX];
	struct hs_slice piece;
	size_t n = 0;

	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]); i++)
		args.a[i] = hs_slice(parts[i], add(parts[i], 0, TX_PART_MAX, args.a[i]));
	while (next_piece(&text, &args, &piece))
		n = add(line, n, sizeof(line) - 1, piece);
	return hs_fail_at(err, status, path, "%.*s", (int)n, line);
}

enum hs_status hs_tx_no_room(bool swedish, struct hs_error *err)
{
	return hs_tx_say(err, HS_E_LIMIT, swedish, TX_MSG_OWN_NO_ROOM, HS_S_NONE, TX_ARGS(HS_S_NONE));
}

struct hs_slice hs_tx_digits(uint64_t n, char room[24])
{
	return hs_slice(room, (size_t)snprintf(room, 24, "%" PRIu64, n));
}
