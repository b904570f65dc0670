/* SPDX-License-Identifier: Apache-2.0 */
/* Reads the memory of this process from /proc/self/status (proc(5): VmRSS, VmHWM, both in KiB). */
#include <core/base/memory.h>

#include <fcntl.h>
#include <handslag/slice.h>
#include <unistd.h>

static uint64_t field(struct hs_slice name)
{
	char text[8192];
	int fd = open("/proc/self/status", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : read(fd, text, sizeof(text));
	uint64_t kib = 0;

	if (fd >= 0)
		close(fd);
	if (n <= 0)
		return 0;
	struct hs_slice rest = hs_slice(text, (size_t)n);
	while (rest.len) {
		struct hs_slice line = hs_slice_cut(&rest, '\n');
		if (!hs_slice_starts(line, name))
			continue;
		line = hs_slice_trim(hs_slice(line.ptr + name.len, line.len - name.len));
		return hs_slice_u64(hs_slice_cut(&line, ' '), &kib) ? kib * 1024 : 0;
	}
	return 0;
}

uint64_t hs_memory_resident(void)
{
	return field(HS_S("VmRSS:"));
}

uint64_t hs_memory_peak(void)
{
	return field(HS_S("VmHWM:"));
}
