/* SPDX-License-Identifier: Apache-2.0 */
/* Reading compiled images: mapped from a file or built in memory, shared by reference count. */
#include <core/base/image.h>

#include <core/base/heap.h>
#include <core/base/image_layout.h>
#include <core/base/map.h>

#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

/* The table of sections is a copy: an image that nobody asks yet has no page of its mapping in memory. */
struct hs_image {
	atomic_uint refs;
	bool mapped;
	char *data;
	size_t size;
	struct hs_slice texts; /* section 0 */
	uint32_t count;
	struct hs__image_section sections[];
};

static bool section_fits(const struct hs__image_section *section, size_t size)
{
	return section->item_size > 0 && section->offset % HS__IMAGE_ALIGN == 0 && section->offset <= size &&
		section->bytes <= size - section->offset && section->bytes % section->item_size == 0;
}

static size_t table_bytes(const struct hs__image_head *head)
{
	return head->sections * sizeof(struct hs__image_section);
}

static bool is_sound_head(const struct hs__image_head *head, size_t size)
{
	return size >= sizeof(*head) && memcmp(head->magic, HS__IMAGE_MAGIC, 8) == 0 && head->size == size &&
		head->sections <= HS__IMAGE_MAX_SECTIONS && table_bytes(head) <= size - sizeof(*head);
}

/* Only the structure is checked: hashing the content would touch every page of a large image at start. */
static bool is_sound_table(const struct hs__image_head *head, const struct hs__image_section *sections)
{
	if (hs_hash(hs_slice((const char *)sections, table_bytes(head))) != head->table_hash)
		return false;
	for (uint32_t i = 0; i < head->sections; i++)
		if (!section_fits(&sections[i], head->size))
			return false;
	return true;
}

static enum hs_status fail_damaged(struct hs_error *err)
{
	return hs_fail(err, HS_E_CORRUPT, "the image is damaged: its head and its size do not agree");
}

/* With room for its table, which is to be filled in. */
static struct hs_image *new_image(const struct hs__image_head *head)
{
	struct hs_image *image = hs_heap_alloc(sizeof(*image) + table_bytes(head));

	atomic_init(&image->refs, 1);
	image->size = head->size;
	image->count = head->sections;
	return image;
}

static void take_data(struct hs_image *image, char *data, bool mapped)
{
	image->data = data;
	image->mapped = mapped;
	for (uint32_t i = 0; i < image->count; i++)
		if (image->sections[i].id == 0)
			image->texts = hs_slice(data + image->sections[i].offset, image->sections[i].bytes);
}

enum hs_status hs__image_adopt(char *data, size_t size, struct hs_image **out, struct hs_error *err)
{
	const struct hs__image_head *head = (const void *)data;
	const struct hs__image_section *sections = (const void *)(data + sizeof(*head));

	if (!is_sound_head(head, size) || !is_sound_table(head, sections))
		return fail_damaged(err);
	struct hs_image *image = new_image(head);
	memcpy(image->sections, sections, table_bytes(head));
	take_data(image, data, false);
	*out = image;
	return HS_OK;
}

static enum hs_status read_at(int fd, void *out, size_t len, size_t offset, struct hs_error *err)
{
	ssize_t got = pread(fd, out, len, (off_t)offset);

	if (got < 0)
		return hs_fail(err, HS_E_IO, "cannot read the image: %s", strerrordesc_np(errno));
	return (size_t)got == len ? HS_OK :
				    hs_fail(err, HS_E_CORRUPT, "the image is damaged: it is too short");
}

static enum hs_status map(int fd, struct hs_image *image, struct hs_error *err)
{
	void *data = mmap(NULL, image->size, PROT_READ, MAP_SHARED, fd, 0);

	if (data == MAP_FAILED)
		return hs_fail(err, HS_E_IO, "cannot map the image: %s", strerrordesc_np(errno));
	take_data(image, data, true);
	return HS_OK;
}

static enum hs_status open_file(int fd, const struct hs__image_head *wanted, struct hs_image **out,
	struct hs_error *err)
{
	struct hs__image_head head;
	struct stat st;

	if (fstat(fd, &st) < 0)
		return hs_fail(err, HS_E_IO, "cannot read the image: %s", strerrordesc_np(errno));
	enum hs_status status = read_at(fd, &head, sizeof(head), 0, err);
	if (status)
		return status;
	if (memcmp(head.magic, HS__IMAGE_MAGIC, 8) != 0)
		return hs_fail(err, HS_E_CORRUPT, "the file is not an image");
	if (head.kind != wanted->kind || head.format != wanted->format ||
		head.source_key != wanted->source_key)
		return hs_fail(err, HS_E_NOT_FOUND, "the image was made from other sources");
	if (!is_sound_head(&head, (size_t)st.st_size))
		return fail_damaged(err);
	struct hs_image *image = new_image(&head);
	status = read_at(fd, image->sections, table_bytes(&head), sizeof(head), err);
	if (status == HS_OK && !is_sound_table(&head, image->sections))
		status = fail_damaged(err);
	if (status == HS_OK)
		status = map(fd, image, err);
	if (status == HS_OK)
		*out = image;
	else
		hs_heap_free(image);
	return status;
}

enum hs_status hs_image_open(const char *path, uint32_t kind, uint32_t format, uint64_t source_key,
	struct hs_image **out, struct hs_error *err)
{
	const struct hs__image_head wanted = { .kind = kind, .format = format, .source_key = source_key };
	struct hs_error why = { .status = HS_OK };
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	if (fd < 0)
		return hs_fail(err, errno == ENOENT ? HS_E_NOT_FOUND : HS_E_IO,
			"cannot open the image %s: %s", path, strerrordesc_np(errno));
	enum hs_status status = open_file(fd, &wanted, out, &why);
	close(fd);
	return status == HS_OK ? HS_OK : hs_fail(err, status, "%s: %s", path, why.text);
}

struct hs_image *hs_image_ref(struct hs_image *image)
{
	atomic_fetch_add_explicit(&image->refs, 1, memory_order_relaxed);
	return image;
}

void hs_image_unref(struct hs_image *image)
{
	if (!image || atomic_fetch_sub_explicit(&image->refs, 1, memory_order_acq_rel) != 1)
		return;
	if (image->mapped)
		munmap(image->data, image->size);
	else
		hs_heap_free(image->data);
	hs_heap_free(image);
}

const void *hs_image_section(const struct hs_image *image, uint32_t id, size_t item_size, size_t *count)
{
	for (uint32_t i = 0; i < image->count; i++) {
		const struct hs__image_section *section = &image->sections[i];
		if (section->id != id)
			continue;
		HS_ASSERT(section->item_size == item_size);
		*count = section->bytes / item_size;
		return image->data + section->offset;
	}
	*count = 0;
	return NULL;
}

/* A text outside the section (a damaged file) reads as empty. */
struct hs_slice hs_image_text(const struct hs_image *image, struct hs_image_text text)
{
	return hs_image_text_of(image->texts, text);
}

struct hs_slice hs_image_texts(const struct hs_image *image)
{
	return image->texts;
}

struct hs_image *hs_image_of_texts(struct hs_arena *arena, struct hs_slice texts)
{
	struct hs_image *image = hs_arena_alloc(arena, sizeof(*image));

	if (image) {
		atomic_init(&image->refs, 1);
		image->texts = texts;
	}
	return image;
}
