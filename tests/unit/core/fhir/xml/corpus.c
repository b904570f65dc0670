/* SPDX-License-Identifier: Apache-2.0 */
/* Every resource of the R4 examples package and of R5 core goes to XML and back and is what it was, member by
 * member, numbers and narrative by text. Prints how fast. Skipped when a package is missing. */
#include "../fhir_test.h"

#include <core/fhir/xml/xml.h>

struct corpus {
	struct hs_defs *defs;
	size_t resources, faulty, bytes;
	uint64_t write_ns, read_ns;
};

static enum hs_status round_trip(struct hs_slice file, struct hs_slice type, struct hs_slice text,
	struct hs_arena *arena, void *arg, struct hs_error *err)
{
	struct corpus *corpus = arg;
	struct hs_json *tree, *back = NULL;
	struct hs_buf buf;
	const struct hs_world *world = hs_world_real();
	(void)type;
	enum hs_status status = hs_json_parse(arena, text, NULL, &tree, err);
	if (status)
		return status;
	hs_buf_init(&buf, arena, (size_t)1 << 30);
	uint64_t start = world->mono_ns(world->ctx);
	if (hs_xml_write(corpus->defs, tree, 0, &buf, err)) {
		print_message("%.*s: %s %s\n", HS_S_ARG(file), err->path, err->text);
		corpus->faulty++;
		return HS_OK;
	}
	uint64_t middle = world->mono_ns(world->ctx);
	status = hs_xml_read(arena, corpus->defs, hs_buf_slice(&buf), NULL, NULL, &back, err);
	corpus->read_ns += world->mono_ns(world->ctx) - middle;
	corpus->write_ns += middle - start;
	corpus->resources++;
	corpus->bytes += buf.len;
	if (status || !hs_json_equal(tree, back)) {
		print_message("%.*s: %s %u:%u %s\n", HS_S_ARG(file), status ? err->path : "", err->line,
			err->column, status ? err->text : "is not the same");
		corpus->faulty++;
	}
	return HS_OK;
}

static void run(enum hs_fhir_version fhir, struct hs_slice name, struct corpus *corpus)
{
	struct hs_error err;
	struct hs_package *package = find_package(name);
	corpus->defs = open_defs(fhir);
	if (!package || !corpus->defs)
		skip();
	if (hs_package_each(package, NULL, round_trip, corpus, &err))
		fail_msg("%s", err.text);
	print_message("%zu resources, %zu not the same; written at %.0f MB/s, read at %.0f MB/s of XML\n",
		corpus->resources, corpus->faulty,
		(double)corpus->bytes * 1e3 / (double)(corpus->write_ns + 1),
		(double)corpus->bytes * 1e3 / (double)(corpus->read_ns + 1));
	hs_package_close(package);
	hs_defs_unref(corpus->defs);
}

static void comes_back_r4(void **state)
{
	(void)state;
	struct corpus corpus = { .resources = 0 };
	run(HS_FHIR_R4, HS_S("hl7.fhir.r4.examples"), &corpus);
	assert_true(corpus.resources > 5000);
	assert_int_equal(corpus.faulty, 0);
}

static void comes_back_r5(void **state)
{
	(void)state;
	struct corpus corpus = { .resources = 0 };
	run(HS_FHIR_R5, HS_S("hl7.fhir.r5.core"), &corpus);
	assert_true(corpus.resources > 2500);
	assert_int_equal(corpus.faulty, 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(comes_back_r4),
		cmocka_unit_test(comes_back_r5),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
