/* SPDX-License-Identifier: Apache-2.0 */
/* The store on a failing disk: each read, write, sync and truncation fails once in turn; the disk is full and
 * is not any more; the power goes at any moment. No acknowledged write may be lost, nothing may be damaged,
 * and (the control) a store that does not sync must be caught losing. */
#include "../unit/core/store/support.h"
#include "store_disk.h"

#define WRITES 14

struct scene {
	struct fixture f;
	uint32_t type, param;
	bool acknowledged[WRITES + 1];
	unsigned full, io, other;
};

static void remove_files(const struct fixture *f)
{
	static const char *const ends[] = { "", "-wal", "-shm" };
	char path[128];
	for (size_t i = 0; i < 3; i++) {
		snprintf(path, sizeof(path), "%s%s", f->path, ends[i]);
		unlink(path);
	}
}

static void scene_setup(struct scene *s)
{
	memset(s, 0, sizeof(*s));
	snprintf(s->f.folder, sizeof(s->f.folder), "/tmp/hs-faults-XXXXXX");
	assert_non_null(mkdtemp(s->f.folder));
	snprintf(s->f.path, sizeof(s->f.path), "%s/store.db", s->f.folder);
	s->f.pool = hs_pool_new("read", 1, 16);
	s->f.arena = hs_arena_new((size_t)16 << 20);
	s->f.now_ms = 1000;
}

static void scene_teardown(struct scene *s)
{
	remove_files(&s->f);
	rmdir(s->f.folder);
	hs_pool_free(s->f.pool);
	hs_arena_free(s->f.arena);
}

static enum hs_status scene_open(struct scene *s, bool sync_normal)
{
	struct hs_store_config config = { .path = s->f.path,
		.world = hs_world_real(),
		.now_ms = fixture_now,
		.now_arg = &s->f.now_ms,
		.readers = s->f.pool,
		.test_vfs = DISK_VFS,
		.test_sync_normal = sync_normal };
	enum hs_status status = hs_store_open(&config, &s->f.store, &s->f.err);
	if (status != HS_OK) {
		s->f.store = NULL;
		return status;
	}
	status = hs_store_number(s->f.store, HS_SPACE_TYPE, HS_S("Patient"), &s->type, &s->f.err);
	if (status == HS_OK)
		status = hs_store_number(s->f.store, HS_SPACE_PARAM, HS_S("Patient.code"), &s->param,
			&s->f.err);
	return status;
}

static void scene_close(struct scene *s)
{
	hs_store_close(s->f.store);
	s->f.store = NULL;
	hs_arena_reset(s->f.arena);
}

static void note(struct scene *s, enum hs_status status)
{
	s->full += status == HS_E_FULL;
	s->io += status == HS_E_IO;
	s->other += status != HS_OK && status != HS_E_FULL && status != HS_E_IO;
}

/* One write: a new resource whose text is so long that pages split, with index entries. */
static void write_one(struct scene *s, unsigned n)
{
	static char text[3000];
	char id[16], code[16];
	memset(text, 'x', sizeof(text) - 1);
	snprintf(id, sizeof(id), "r%u", n);
	snprintf(code, sizeof(code), "code-%u", n % 3);
	struct hs_index_row row = { .param = s->param,
		.kind = HS_INDEX_TOKEN,
		.text = hs_slice_cstr(code),
		.system = hs_slice_cstr(id) };
	struct put_work work = { .type = s->type, .id = id, .text = text, .index = &row, .index_count = 1 };
	enum hs_status status = hs_store_write_wait(s->f.store, s->f.arena, put_one, &work, &s->f.err);
	s->acknowledged[n] |= status == HS_OK;
	note(s, status);
	if (n % 4 == 3 && s->acknowledged[n]) /* a second version */
		note(s, hs_store_write_wait(s->f.store, s->f.arena, put_one, &work, &s->f.err));
	hs_arena_reset(s->f.arena);
}

static void play(struct scene *s, bool sync_normal)
{
	struct hs_resource got;
	enum hs_status status = scene_open(s, sync_normal);

	note(s, status);
	for (unsigned n = 0; n < WRITES && status == HS_OK; n++) {
		write_one(s, n);
		enum hs_status read = get_it(&s->f, s->type, "r0", &got);
		note(s, read == HS_E_NOT_FOUND ? HS_OK : read);
	}
	scene_close(s);
}

/* The number of acknowledged writes that are gone. The file must be whole. */
static unsigned judge(struct scene *s, const char *what, uint64_t at)
{
	unsigned lost = 0;
	struct hs_resource got;

	disk_reset(1); /* no faults; and no real syncs, which would only take time */
	if (scene_open(s, false) != HS_OK)
		fail_msg("%s at %llu: does not open: %s", what, (unsigned long long)at, s->f.err.text);
	if (hs_store_check(s->f.store, &s->f.err) != HS_OK)
		fail_msg("%s at %llu: %s", what, (unsigned long long)at, s->f.err.text);
	for (unsigned n = 0; n < WRITES; n++) {
		char id[16];
		snprintf(id, sizeof(id), "r%u", n);
		lost += s->acknowledged[n] && get_it(&s->f, s->type, id, &got) != HS_OK;
	}
	write_one(s, WRITES);
	assert_true(s->acknowledged[WRITES]);
	scene_close(s);
	return lost;
}

static void fail_each(unsigned kinds, bool full, const char *what)
{
	uint64_t nth = 1, met = 0;

	for (bool more = true; more; nth++) {
		struct scene s;
		scene_setup(&s);
		disk_reset(nth);
		disk_fail_at(kinds, nth, false, full);
		play(&s, false);
		more = disk_failed();
		met += more;
		disk_fail_at(0, 0, false, false);
		if (judge(&s, what, nth))
			fail_msg("%s at %llu: an acknowledged write was lost", what, (unsigned long long)nth);
		if (s.other)
			fail_msg("%s at %llu: %u answers were neither IO nor FULL", what,
				(unsigned long long)nth, s.other);
		scene_teardown(&s);
	}
	printf("%s: %llu operations failed in turn\n", what, (unsigned long long)met);
	assert_true(met > 5);
}

static void each_read_fails(void **state)
{
	(void)state;
	fail_each(DISK_READ, false, "read");
}

static void each_write_fails(void **state)
{
	(void)state;
	fail_each(DISK_WRITE, false, "write");
}

static void each_write_finds_no_room(void **state)
{
	(void)state;
	fail_each(DISK_WRITE, true, "full");
}

static void each_sync_fails(void **state)
{
	(void)state;
	fail_each(DISK_SYNC, false, "sync");
}

static void each_truncation_fails(void **state)
{
	uint64_t nth = 1;
	(void)state;
	for (bool more = true; more; nth++) {
		struct scene s;
		scene_setup(&s);
		disk_reset(nth);
		disk_fail_at(DISK_TRUNCATE, nth, false, false);
		play(&s, false);
		more = disk_failed();
		disk_fail_at(0, 0, false, false);
		assert_int_equal(judge(&s, "truncate", nth), 0);
		scene_teardown(&s);
	}
	assert_true(nth > 2);
}

static void a_full_disk_recovers_without_restart(void **state)
{
	struct scene s;
	struct hs_resource got;

	(void)state;
	scene_setup(&s);
	disk_reset(1);
	assert_int_equal(scene_open(&s, false), HS_OK);
	write_one(&s, 0);
	assert_true(s.acknowledged[0]);
	disk_fail_at(DISK_WRITE, 1, true, true);
	for (unsigned n = 1; n < 5; n++) {
		write_one(&s, n);
		assert_false(s.acknowledged[n]);
		assert_int_equal(get_it(&s.f, s.type, "r0", &got), HS_OK);
	}
	assert_int_equal(s.full, 4);
	assert_int_equal(hs_store_write_fault(s.f.store), HS_E_FULL);
	assert_int_equal(hs_status_http(HS_E_FULL), 507);
	disk_fail_at(0, 0, false, false);
	for (unsigned n = 1; n < 5; n++) {
		write_one(&s, n);
		assert_true(s.acknowledged[n]);
	}
	assert_int_equal(hs_store_write_fault(s.f.store), HS_OK);
	scene_close(&s);
	assert_int_equal(judge(&s, "full", 0), 0);
	scene_teardown(&s);
}

static unsigned cut_power(unsigned cuts, bool sync_normal, unsigned *acknowledged)
{
	unsigned lost = 0;
	uint64_t length;
	struct scene s;

	/* How long the play is without a cut. */
	scene_setup(&s);
	disk_reset(1);
	play(&s, sync_normal);
	length = disk_count();
	scene_teardown(&s);
	*acknowledged = 0;
	for (unsigned i = 1; i <= cuts; i++) {
		scene_setup(&s);
		disk_reset((uint64_t)i * 7919);
		disk_cut_at(1 + (i * length) / cuts);
		play(&s, sync_normal);
		disk_restore();
		char shm[128];
		snprintf(shm, sizeof(shm), "%s-shm", s.f.path);
		unlink(shm); /* memory, gone with the power */
		for (unsigned n = 0; n < WRITES; n++)
			*acknowledged += s.acknowledged[n];
		lost += judge(&s, "power cut", i);
		scene_teardown(&s);
	}
	return lost;
}

static void a_power_cut_loses_nothing_acknowledged(void **state)
{
	const char *text = getenv("HS_CUTS");
	unsigned acknowledged, cuts = text ? (unsigned)strtoul(text, NULL, 10) : 150;

	(void)state;
	assert_int_equal(cut_power(cuts, false, &acknowledged), 0);
	printf("%u cuts, %u acknowledged writes\n", cuts, acknowledged);
	assert_true(acknowledged > cuts);
}

static void a_power_cut_on_a_simple_disk(void **state)
{
	unsigned acknowledged;

	(void)state;
	disk_set_spoils(true);
	assert_int_equal(cut_power(60, false, &acknowledged), 0);
	disk_set_spoils(false);
	assert_true(acknowledged > 60);
}

static void a_store_that_does_not_sync_is_caught(void **state)
{
	unsigned acknowledged, lost = cut_power(60, true, &acknowledged);

	(void)state;
	printf("control: %u of %u acknowledged writes lost\n", lost, acknowledged);
	assert_true(lost > 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_read_fails),
		cmocka_unit_test(each_write_fails),
		cmocka_unit_test(each_write_finds_no_room),
		cmocka_unit_test(each_sync_fails),
		cmocka_unit_test(each_truncation_fails),
		cmocka_unit_test(a_full_disk_recovers_without_restart),
		cmocka_unit_test(a_power_cut_loses_nothing_acknowledged),
		cmocka_unit_test(a_power_cut_on_a_simple_disk),
		cmocka_unit_test(a_store_that_does_not_sync_is_caught),
	};
	disk_install();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
