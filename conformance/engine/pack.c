/* SPDX-License-Identifier: Apache-2.0 */
/* Build tool: packs files into one, for the binary to carry. pack OUT ROOT FILE... ; see library_disk.c. */
#include <stdint.h>
#include <stdio.h>
#include <string.h>

static void put_u32(FILE *out, uint32_t value)
{
	for (int i = 0; i < 4; i++)
		fputc((int)(value >> (8 * i) & 0xff), out);
}

static int pack(FILE *out, const char *root, const char *name)
{
	char path[4096], block[65536];
	long size;
	size_t got;
	FILE *in;

	snprintf(path, sizeof(path), "%s/%s", root, name);
	in = fopen(path, "rb");
	if (!in || fseek(in, 0, SEEK_END) != 0 || (size = ftell(in)) < 0 || fseek(in, 0, SEEK_SET) != 0) {
		fprintf(stderr, "pack: cannot read %s\n", path);
		if (in)
			fclose(in);
		return 1;
	}
	put_u32(out, (uint32_t)strlen(name));
	put_u32(out, (uint32_t)size);
	fputs(name, out);
	while ((got = fread(block, 1, sizeof(block), in)) > 0)
		fwrite(block, 1, got, out);
	fclose(in);
	return 0;
}

int main(int argc, char **argv)
{
	FILE *out = argc > 2 ? fopen(argv[1], "wb") : NULL;
	int failed = 0;

	if (!out) {
		fprintf(stderr, "usage: pack OUT ROOT FILE...\n");
		return 2;
	}
	for (int i = 3; i < argc && !failed; i++)
		failed = pack(out, argv[2], argv[i]);
	return fclose(out) != 0 || failed;
}
