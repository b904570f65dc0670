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

struct hs_image {
	atomic_uint refs;
	bool mapped;
	char *data;
	size_t size;
	const struct hs__image_section *sections;
	uint32_t count;
	struct hs_slice texts; /* section 0 */
};

static bool section_fits(const struct hs__image_section *section, size_t size)
{
	return section->item_size > 0 && section->offset % HS__IMAGE_ALIGN == 0 && section->offset <= size &&
		section->bytes <= size - section->offset && section->bytes % section->item_size == 0;
}

/* Only the structure is checked: hashing the content would touch every page of a large image at start. */
static bool is_sound(const char *data, size_t size)
{
	const struct hs__image_head *head = (const struct hs__image_head *)(const void *)data;
	if (size < sizeof(*head) || memcmp(head->magic, HS__IMAGE_MAGIC, 8) != 0 || head->size != size ||
		head->sections > HS__IMAGE_MAX_SECTIONS)
		return false;
	size_t table = head->sections * sizeof(struct hs__image_section);
	if (table > size - sizeof(*head) ||
		hs_hash(hs_slice(data + sizeof(*head), table)) != head->table_hash)
		return false;
	const struct hs__image_section *sections = (const void *)(data + sizeof(*head));
	for (uint32_t i = 0; i < head->sections; i++)
		if (!section_fits(&sections[i], size))
			return false;
	return true;
}

enum hs_status hs__image_adopt(char *data, size_t size, bool mapped, struct hs_image **out,
	struct hs_error *err)
{
	if (!is_sound(data, size))
		return hs_fail(err, HS_E_CORRUPT, "the image is damaged: its head and its size do not agree");
	struct hs_image *image = hs_heap_alloc(sizeof(*image));
	atomic_init(&image->refs, 1);
	image->mapped = mapped;
	image->data = data;
	image->size = size;
	image->count = ((const struct hs__image_head *)(const void *)data)->sections;
	image->sections = (const void *)(data + sizeof(struct hs__image_head));
	for (uint32_t i = 0; i < image->count; i++)
		if (image->sections[i].id == 0)
			image->texts = hs_slice(data + image->sections[i].offset, image->sections[i].bytes);
	*out = image;
	return HS_OK;
}

/* The mapped bytes, or NULL with the error filled. */
static char *map_file(const char *path, size_t *size, struct hs_error *err)
{
	struct stat st;
	void *mapping = MAP_FAILED;
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0) {
		hs_fail(err, errno == ENOENT ? HS_E_NOT_FOUND : HS_E_IO, "cannot open the image %s: %s", path,
			strerrordesc_np(errno));
		return NULL;
	}
	if (fstat(fd, &st) < 0) {
		hs_fail(err, HS_E_IO, "cannot read the image %s: %s", path, strerrordesc_np(errno));
		goto out;
	}
	if ((size_t)st.st_size < sizeof(struct hs__image_head)) {
		hs_fail(err, HS_E_CORRUPT, "the image %s is damaged: it is too short", path);
		goto out;
	}
	mapping = mmap(NULL, (size_t)st.st_size, PROT_READ, MAP_SHARED, fd, 0);
	if (mapping == MAP_FAILED)
		hs_fail(err, HS_E_IO, "cannot map the image %s: %s", path, strerrordesc_np(errno));
	else
		*size = (size_t)st.st_size;
out:
	close(fd);
	return mapping == MAP_FAILED ? NULL : mapping;
}

enum hs_status hs_image_open(const char *path, uint32_t kind, uint32_t format, uint64_t source_key,
	struct hs_image **out, struct hs_error *err)
{
	enum hs_status status;
	size_t size = 0;
	char *data = map_file(path, &size, err);
	if (!data)
		return err->status;
	const struct hs__image_head *head = (const struct hs__image_head *)(const void *)data;
	if (memcmp(head->magic, HS__IMAGE_MAGIC, 8) != 0)
		status = hs_fail(err, HS_E_CORRUPT, "%s is not an image", path);
	else if (head->kind != kind || head->format != format || head->source_key != source_key)
		status = hs_fail(err, HS_E_NOT_FOUND, "the image %s was made from other sources", path);
	else
		status = hs__image_adopt(data, size, true, out, err);
	if (status)
		munmap(data, size);
	return status;
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
	if (text.offset > image->texts.len || text.len > image->texts.len - text.offset)
		return HS_S_NONE;
	return hs_slice(image->texts.ptr + text.offset, text.len);
}

size_t hs_image_size(const struct hs_image *image)
{
	return image->size;
}
