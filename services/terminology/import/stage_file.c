/* SPDX-License-Identifier: Apache-2.0 */
/* One stage of an import as a file: rows of the parts that it changed, in which a text is a place in one of
 * the sources, or in the stage's own texts.
 *
 * Layout: 64 bytes of head, then parts, each with 32 bytes of head and its rows, filled up to a multiple of
 * 32 bytes; the last is the texts. Numbers are as the machine has them: a stage is for the same program on
 * the same machine. */
#include "stages.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#define MAGIC 0x3147545348534851ull
#define BLOCK 32u
#define CHUNK ((size_t)1 << 20)
#define ROW_MAX 512u
#define TEXTS UINT32_MAX /* the part that holds the stage's own texts */
#define OWN 0xffffull    /* the file number of a place in them; 0 is no text, others are sources from 1 */
#define PLACE(file, offset) ((uint64_t)(file) << 48 | (uint64_t)(offset))

struct head {
	uint64_t magic, key, bytes, digest;
	uint64_t follows; /* the number of the stage that this one goes on from; 0: it is the first */
	uint64_t reserved[3];
};

struct part_head {
	uint32_t part, row;
	uint64_t from, count, bytes;
};

/* ---- digests ---- */

struct digest {
	uint64_t lanes[4], len;
};

static const struct digest digest_of_nothing = { .lanes = { 0x243f6a8885a308d3ull, 0x13198a2e03707344ull,
							 0xa4093822299f31d0ull, 0x082efa98ec4e6c89ull } };

/* Whole blocks; what is left over is filled with zeros, so only the last call may have some. */
static void digest_add(struct digest *d, const char *bytes, size_t len)
{
	char last[BLOCK] = { 0 };
	uint64_t words[4];

	d->len += len;
	for (; len; bytes += BLOCK, len = len > BLOCK ? len - BLOCK : 0) {
		if (len < BLOCK)
			memcpy(last, bytes, len);
		memcpy(words, len < BLOCK ? last : bytes, BLOCK);
		for (unsigned i = 0; i < 4; i++) {
			d->lanes[i] = (d->lanes[i] ^ words[i]) * 0x9e3779b97f4a7c15ull;
			d->lanes[i] ^= d->lanes[i] >> 29;
		}
	}
}

static uint64_t digest_end(const struct digest *d)
{
	uint64_t all = d->len;

	for (unsigned i = 0; i < 4; i++) {
		all = (all ^ d->lanes[i]) * 0xff51afd7ed558ccdull;
		all ^= all >> 32;
	}
	return all;
}

uint64_t hs_tx_digest(struct hs_slice bytes)
{
	struct digest d = digest_of_nothing;

	digest_add(&d, bytes.ptr, bytes.len);
	return digest_end(&d);
}

/* ---- what a part has ---- */

static const char *rows_of(const struct tx_part *part)
{
	return part->kind == TX_PART_LIST     ? ((const struct hs_buf *)part->at)->ptr :
		part->kind == TX_PART_NUMBERS ? (const char *)*(uint32_t *const *)part->at :
						part->at;
}

static size_t count_of(const struct tx_part *part)
{
	if (part->kind == TX_PART_LIST)
		return ((const struct hs_buf *)part->at)->len / part->row;
	return part->kind == TX_PART_RECORD ? 1 : *part->count ? *part->count + part->more : 0;
}

static uint64_t digest_rows(const struct tx_part *part, size_t count)
{
	return count ? hs_tx_digest(hs_slice(rows_of(part), count * part->row)) : 0;
}

static void note_kept(struct tx_part *part)
{
	part->kept = count_of(part);
	part->digest = digest_rows(part, part->kept);
}

/* The first row that the stages before do not have. */
static size_t first_new(const struct tx_part *part, size_t count)
{
	bool same = part->kept <= count && digest_rows(part, part->kept) == part->digest;

	return same ? part->kept : 0;
}

/* ---- writing ---- */

#define NEAR 256u

struct out {
	const char *path;
	int fd, error;
	char *chunk;
	size_t used;
	uint64_t bytes;
	struct digest digest;
	const struct tx_file **files; /* in order of where they are mapped */
	const struct tx_files *sources;
	const struct tx_file *last;
	struct hs_buf texts;
	struct {
		struct hs_slice text;
		uint64_t place;
	} near[NEAR]; /* texts that are given again and again are kept once */
};

static void write_at(struct out *out, const char *bytes, size_t len, uint64_t at)
{
	while (len && !out->error) {
		ssize_t put = pwrite(out->fd, bytes, len, (off_t)at);
		if (put < 0 && errno != EINTR)
			out->error = errno;
		size_t written = put > 0 ? (size_t)put : 0;
		bytes += written;
		len -= written;
		at += written;
	}
}

static void flush(struct out *out)
{
	digest_add(&out->digest, out->chunk, out->used);
	write_at(out, out->chunk, out->used, sizeof(struct head) + out->bytes);
	out->bytes += out->used;
	out->used = 0;
}

static void put(struct out *out, const void *bytes, size_t len)
{
	const char *from = bytes;

	while (len) {
		size_t part = len < CHUNK - out->used ? len : CHUNK - out->used;
		memcpy(out->chunk + out->used, from, part);
		out->used += part;
		from += part;
		len -= part;
		if (out->used == CHUNK)
			flush(out);
	}
}

static void fill_block(struct out *out, size_t len)
{
	static const char zeros[BLOCK];

	put(out, zeros, -len % BLOCK);
}

static bool is_within(const struct tx_file *file, const char *at)
{
	return file && file->text.len && at >= file->text.ptr && at < file->text.ptr + file->text.len;
}

static const struct tx_file *source_of(struct out *out, const char *at)
{
	size_t low = 0, high = out->sources->count;

	if (is_within(out->last, at))
		return out->last;
	while (low < high) { /* the first one that begins behind it */
		size_t mid = low + (high - low) / 2;
		if (out->files[mid]->text.ptr <= at)
			low = mid + 1;
		else
			high = mid;
	}
	if (!low || !is_within(out->files[low - 1], at))
		return NULL;
	return out->last = out->files[low - 1];
}

static uint64_t own_place(struct out *out, struct hs_slice text)
{
	size_t at = ((uintptr_t)text.ptr >> 3 ^ text.len) % NEAR;

	if (out->near[at].text.ptr != text.ptr || out->near[at].text.len != text.len) {
		out->near[at].text = text;
		out->near[at].place = PLACE(OWN, out->texts.len);
		hs_buf_add(&out->texts, text);
	}
	return out->near[at].place;
}

static uint64_t place_of(struct out *out, struct hs_slice text)
{
	if (!text.ptr)
		return 0;
	const struct tx_file *file = source_of(out, text.ptr);
	return file ? PLACE(file - out->sources->items + 1, text.ptr - file->text.ptr) : own_place(out, text);
}

static void put_row(struct out *out, const struct tx_part *part, const char *row)
{
	uint64_t words[ROW_MAX / sizeof(uint64_t)];

	memcpy(words, row, part->row);
	for (uint64_t left = part->slices; left; left &= left - 1) {
		unsigned at = (unsigned)__builtin_ctzll(left);
		struct hs_slice text;
		memcpy(&text, &words[at], sizeof(text));
		words[at] = place_of(out, text);
	}
	for (uint64_t left = part->cstrs; left; left &= left - 1) {
		unsigned at = (unsigned)__builtin_ctzll(left);
		const char *text;
		memcpy(&text, &words[at], sizeof(text));
		words[at] = text ? own_place(out, hs_slice(text, strlen(text) + 1)) : 0;
	}
	put(out, words, part->row);
}

static void put_part(struct out *out, uint32_t number, struct tx_part *part)
{
	size_t count = count_of(part), from = first_new(part, count);
	const char *rows = rows_of(part);
	struct part_head head = { number, (uint32_t)part->row, from, count - from, 0 };

	if (from == count && count == part->kept)
		return;
	head.bytes = head.count * part->row;
	put(out, &head, sizeof(head));
	if (part->slices || part->cstrs)
		for (size_t i = from; i < count; i++)
			put_row(out, part, rows + i * part->row);
	else if (head.bytes)
		put(out, rows + from * part->row, head.bytes);
	fill_block(out, head.bytes);
}

static void put_texts(struct out *out)
{
	struct part_head head = { TEXTS, 1, 0, out->texts.len, out->texts.len };

	put(out, &head, sizeof(head));
	put(out, out->texts.ptr, out->texts.len);
	fill_block(out, out->texts.len);
}

static int compare_places(const void *a, const void *b)
{
	const struct tx_file *const *x = a, *const *y = b;

	return (*x)->text.ptr < (*y)->text.ptr ? -1 : (*x)->text.ptr > (*y)->text.ptr;
}

static void put_all(struct out *out, struct tx_stages *s)
{
	struct head head = { .magic = MAGIC, .key = s->key, .follows = s->done };

	for (size_t i = 0; i < s->files->count; i++)
		out->files[i] = &s->files->items[i];
	if (s->files->count > 1)
		qsort(out->files, s->files->count, sizeof(*out->files), compare_places);
	for (uint32_t i = 0; i < s->part_count; i++)
		put_part(out, i, &s->parts[i]);
	put_texts(out);
	flush(out);
	head.bytes = out->bytes;
	head.digest = digest_end(&out->digest);
	write_at(out, (const char *)&head, sizeof(head), 0);
}

/* Nobody waits for the disk, or makes it busy: mostly the stage is gone before it is written, and the image
 * that comes would have to wait for it. A stage is the same rows again as its sources give, so that losing
 * one costs time and nothing else, and one that a loss of power has torn is not taken for whole: its head has
 * the length and the digest of all that follows, and was written when that was known (is_whole). The stages
 * that follow a torn one are not taken. The image, which is kept, is on disk before it has its name
 * (hs_image_builder_write). */
enum hs_status hs_tx_stage_write(struct tx_stages *s, const char *path, struct hs_error *err)
{
	struct hs_arena *scratch = hs_arena_new((size_t)4 << 20);
	struct out *out = hs_arena_alloc(scratch, sizeof(*out));

	out->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	out->error = out->fd < 0 ? errno : 0;
	out->chunk = hs_arena_raw(scratch, CHUNK);
	out->files = hs_arena_array(scratch, s->files->count + 1, sizeof(struct tx_file *));
	out->digest = digest_of_nothing;
	out->sources = s->files;
	hs_buf_init(&out->texts, NULL, TX_BUILD_MAX);
	put_all(out, s);
	if (out->texts.overflow)
		out->error = EFBIG;
	int error = out->error;
	if (out->fd >= 0)
		close(out->fd);
	hs_buf_free(&out->texts);
	hs_arena_free(scratch);
	if (error) {
		unlink(path);
		return hs_fail(err, error == ENOSPC || error == EDQUOT ? HS_E_FULL : HS_E_IO,
			"cannot write %s: %s; the stages before it stay", path, strerrordesc_np(error));
	}
	for (size_t i = 0; i < s->part_count; i++)
		note_kept(&s->parts[i]);
	return HS_OK;
}

/* ---- reading ---- */

struct in {
	const struct tx_stages *s;
	struct hs_slice texts;
};

static bool read_place(const struct in *in, uint64_t place, size_t len, const char **out)
{
	uint64_t number = place >> 48, offset = place & 0xffffffffffffull;
	struct hs_slice all = in->texts;

	*out = NULL;
	if (!number)
		return true;
	if (number != OWN && number > in->s->files->count)
		return false;
	if (number != OWN)
		all = in->s->files->items[number - 1].text;
	if (offset > all.len || len > all.len - offset)
		return false;
	*out = all.ptr + offset;
	return true;
}

/* Places in rows become pointers again. */
static bool mend_row(const struct in *in, const struct tx_part *part, char *row)
{
	uint64_t words[ROW_MAX / sizeof(uint64_t) + 1];
	const char *text;
	bool right = true;

	memcpy(words, row, part->row);
	for (uint64_t left = part->slices; left && right; left &= left - 1) {
		unsigned at = (unsigned)__builtin_ctzll(left);
		right = read_place(in, words[at], words[at + 1], &text);
		memcpy(&words[at], &text, sizeof(text));
	}
	for (uint64_t left = part->cstrs; left && right; left &= left - 1) {
		unsigned at = (unsigned)__builtin_ctzll(left);
		right = read_place(in, words[at], 1, &text);
		memcpy(&words[at], &text, sizeof(text));
	}
	memcpy(row, words, part->row);
	return right;
}

static bool take_part(const struct in *in, struct tx_part *part, const struct part_head *head,
	const char *rows)
{
	size_t have = count_of(part);
	char *to;

	if (part->kind == TX_PART_NUMBERS) { /* used where they are mapped: nobody changes them */
		memcpy(part->at, &rows, sizeof(rows));
		return head->from == 0;
	}
	if (part->kind == TX_PART_LIST) {
		struct hs_buf *list = part->at;
		if (head->from > have)
			return false;
		list->len = head->from * part->row;
		hs_buf_add(list, hs_slice(rows, head->bytes));
		if (list->overflow)
			return false;
		to = list->ptr + head->from * part->row;
	} else {
		to = part->at;
		memcpy(to, rows, part->row);
	}
	for (size_t i = 0; i < head->count && (part->slices || part->cstrs); i++)
		if (!mend_row(in, part, to + i * part->row))
			return false;
	return true;
}

/* The part at *at, which moves on; false: it is not whole. */
static bool next_part(struct hs_slice payload, size_t *at, struct part_head *head, const char **rows)
{
	if (*at + sizeof(*head) > payload.len)
		return false;
	memcpy(head, payload.ptr + *at, sizeof(*head));
	*rows = payload.ptr + *at + sizeof(*head);
	size_t room = payload.len - *at - sizeof(*head);
	if (head->bytes > room || head->bytes != head->count * head->row)
		return false;
	*at += sizeof(*head) + head->bytes + -head->bytes % BLOCK;
	return true;
}

static bool take_all(struct tx_stages *s, struct hs_slice payload)
{
	struct in in = { .s = s };
	struct part_head head = { 0 };
	const char *rows;
	bool right = true;

	for (size_t at = 0; at < payload.len && right && head.part != TEXTS;)
		right = next_part(payload, &at, &head, &rows);
	if (!right || head.part != TEXTS)
		return false;
	in.texts = hs_slice(rows, head.bytes);
	for (size_t at = 0; right;) {
		right = next_part(payload, &at, &head, &rows);
		if (!right || head.part == TEXTS)
			break;
		right = head.part < s->part_count && head.row == s->parts[head.part].row &&
			take_part(&in, &s->parts[head.part], &head, rows);
	}
	for (size_t i = 0; i < s->part_count && right; i++)
		note_kept(&s->parts[i]);
	return right;
}

static bool is_whole(const struct tx_stages *s, struct hs_slice file)
{
	struct head head;

	if (file.len < sizeof(head))
		return false;
	memcpy(&head, file.ptr, sizeof(head));
	return head.magic == MAGIC && head.key == s->key && head.follows == s->done &&
		head.bytes == file.len - sizeof(head) &&
		head.digest == hs_tx_digest(hs_slice_from(file, sizeof(head)));
}

enum hs_status hs_tx_stage_read(struct tx_stages *s, const char *path, struct hs_error *err)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	struct stat st = { .st_size = 0 };
	void *mapping = MAP_FAILED;

	if (fd >= 0 && fstat(fd, &st) == 0 && st.st_size)
		mapping = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
	if (fd >= 0)
		close(fd);
	if (mapping == MAP_FAILED)
		return hs_fail(err, HS_E_NOT_FOUND, "there is no %s", path);
	struct hs_slice file = hs_slice(mapping, (size_t)st.st_size);
	if (!is_whole(s, file)) {
		munmap(mapping, file.len);
		return hs_fail(err, HS_E_NOT_FOUND, "%s is not whole", path);
	}
	s->maps[s->map_count++] = file;
	return take_all(s, hs_slice_from(file, sizeof(struct head))) ?
		HS_OK :
		hs_fail(err, HS_E_CORRUPT, "%s does not fit the stages before it: import with --restart",
			path);
}
