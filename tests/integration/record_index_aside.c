/* SPDX-License-Identifier: Apache-2.0 */
/* Searches of the record index while pointers and patients change, and while columns and ranks for them are
 * made, followed, copied and dropped: each answer is of one moment. */
#include "rest_test.h"

#include <core/store/find/column.h>
#include <pthread.h>
#include <stdatomic.h>
#include <unistd.h>

enum {
	POINTERS = 300, /* so many that they are searched along columns */
	PATIENTS = 10,
	READERS = 3,
	PASSES = 40,
	ANSWER = 1 << 19,
};

/* Two neighbours have the same patient, and one of them is current. */
static void say_pointer(struct hs_buf *out, int id, int at, bool current, int place)
{
	hs_buf_printf(out,
		"{'request':{'method':'PUT','url':'DocumentReference/h%05d'},'resource':{'resourceType':"
		"'DocumentReference','id':'h%05d','masterIdentifier':{'system':'urn:ietf:rfc:3986','value':"
		"'urn:oid:1.2.%d'},'status':'%s','subject':{'reference':'Patient/p%d'},'custodian':"
		"{'reference':'Organization/o%d'},'date':'2024-01-%02dT00:00:00Z','content':[{'attachment':"
		"{'url':'urn:x:%05d'}}]}}",
		id, id, 10000 + id, current ? "current" : "superseded", at / 2 % PATIENTS, at % 3,
		1 + at % 28, place);
}

static void say_patient(struct hs_buf *out, int at, bool active)
{
	hs_buf_printf(out,
		"{'request':{'method':'PUT','url':'Patient/p%d'},'resource':{'resourceType':'Patient','id':"
		"'p%d','active':%s}}",
		at, at, active ? "true" : "false");
}

static void begin(struct hs_buf *out)
{
	hs_buf_init(out, fixture_arena(fx), (size_t)1 << 18);
	hs_buf_printf(out, "{'resourceType':'Bundle','type':'transaction','entry':[");
}

static void send_bundle(struct hs_buf *out)
{
	hs_buf_printf(out, "]}");
	send_ok("POST", "/fhir/r4", hs_arena_cstr(fixture_arena(fx), hs_buf_slice(out)), 200);
}

static int start_filled(void **state)
{
	struct fixture_options options = {
		.config = "{\"services\":{\"record-index\":{\"check-identifiers\":false,\"immutable\":\"\"}}}"
	};
	struct hs_buf out;
	(void)state;
	fx = fixture_start(&options);
	if (!fixture_has_fhir(fx, HS_FHIR_R4))
		return 0;
	begin(&out);
	for (int i = 0; i < PATIENTS; i++, hs_buf_printf(&out, ","))
		say_patient(&out, i, i % 2);
	for (int i = 0; i < POINTERS; i++) {
		hs_buf_printf(&out, i ? "," : "");
		say_pointer(&out, i, i, i % 2, i);
	}
	send_bundle(&out);
	return 0;
}

/* ---- searches that find as many, whatever the writer has done ---- */

static const struct question {
	const char *path, *part; /* of which each begins a value of the order, five figures */
	bool falling;
	unsigned total;
} questions[] = {
	{ "DocumentReference?status=current&_sort=location&_count=25", "\"url\":\"urn:x:", false,
		POINTERS / 2 },
	{ "DocumentReference?status=current&_sort=-_id&_count=25", "\"id\":\"h", true, POINTERS / 2 },
	{ "DocumentReference?_sort=-identifier&_count=25", "\"value\":\"urn:oid:1.2.", true, POINTERS },
	{ "DocumentReference?patient.active=true&status=current&_sort=-location&_count=25",
		"\"url\":\"urn:x:", true, POINTERS / 4 },
	{ "DocumentReference?patient.active=true&status=superseded&custodian:missing=false&_summary=count",
		NULL, false, POINTERS / 4 },
	{ "Patient?active=true&_has:DocumentReference:patient:status=current&_summary=count", NULL, false,
		PATIENTS / 2 },
};
#define QUESTIONS (sizeof questions / sizeof *questions)

struct reader {
	atomic_uint *reading; /* how many readers there still are */
	char *answer, wrong[600];
};

/* Bytes of the answer, whose last one is 0; 0: there was none. */
static size_t ask(const char *path, char *answer)
{
	char text[300];
	size_t len = 0;
	ssize_t got = 0;
	int fd = fixture_connect(fx);
	int size = snprintf(text, sizeof text,
		"GET /fhir/r4/%s HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", path);
	if (write(fd, text, (size_t)size) == size) {
		while (len < ANSWER - 1 && (got = read(fd, answer + len, ANSWER - 1 - len)) > 0)
			len += (size_t)got;
	}
	close(fd);
	answer[len] = 0;
	return len;
}

static bool is_in_order(const struct question *question, const char *answer)
{
	const char *at = answer;
	long before = -1;
	unsigned count = 0;
	while (question->part && (at = strstr(at, question->part)) != NULL) {
		at += strlen(question->part);
		long value = strtol(at, NULL, 10);
		if (before >= 0 && (question->falling ? value >= before : value <= before))
			return false;
		before = value;
		count++;
	}
	return count == (question->part ? 25 : 0);
}

static void check(struct reader *reader, const struct question *question)
{
	size_t len = ask(question->path, reader->answer);
	const char *total = len ? strstr(reader->answer, "\"total\":") : NULL;
	bool right = total && strtoul(total + strlen("\"total\":"), NULL, 10) == question->total;
	if ((!right || !is_in_order(question, reader->answer)) && !reader->wrong[0])
		snprintf(reader->wrong, sizeof reader->wrong, "%s: %.400s", question->path, reader->answer);
}

static void *read_on(void *arg)
{
	struct reader *reader = arg;
	for (unsigned i = 0; i < PASSES * QUESTIONS; i++)
		check(reader, &questions[i % QUESTIONS]);
	atomic_fetch_sub(reader->reading, 1);
	return NULL;
}

/* ---- the writer ---- */

/* Two neighbours change places, names and states; two patients, too. Each third time one of them is
 * a pointer that was not there before. */
static void swap(int round, int ids[])
{
	int first = round % (POINTERS / 2) * 2, patient = round % (PATIENTS / 2) * 2;
	bool back = round / (POINTERS / 2) % 2, turned = round / (PATIENTS / 2) % 2;
	struct hs_buf out;
	begin(&out);
	if (round % 3 == 0) {
		hs_buf_printf(&out, "{'request':{'method':'DELETE','url':'DocumentReference/h%05d'}},",
			ids[first]);
		ids[first] = POINTERS + round;
	}
	say_pointer(&out, ids[first], first, !back, POINTERS + 2 * round);
	hs_buf_printf(&out, ",");
	say_pointer(&out, ids[first + 1], first + 1, back, POINTERS + 2 * round + 1);
	hs_buf_printf(&out, ",");
	say_patient(&out, patient, !turned);
	hs_buf_printf(&out, ",");
	say_patient(&out, patient + 1, turned);
	send_bundle(&out);
}

static void write_on(atomic_uint *reading)
{
	int ids[POINTERS];
	for (int i = 0; i < POINTERS; i++)
		ids[i] = i;
	for (int round = 0; atomic_load(reading); round++) {
		swap(round, ids);
		/* Room for all, for some and for none of what searches keep. */
		hs__columns_bound(round % 7 ? 0 : round % 2 ? 1 : 60000);
	}
	hs__columns_bound(0);
}

static void answers_are_of_one_moment(void **state)
{
	struct reader readers[READERS];
	pthread_t threads[READERS];
	atomic_uint reading = READERS;
	NEED_FHIR();
	for (unsigned i = 0; i < READERS; i++) {
		readers[i] = (struct reader) { .reading = &reading, .answer = malloc(ANSWER) };
		assert_non_null(readers[i].answer);
		assert_int_equal(pthread_create(&threads[i], NULL, read_on, &readers[i]), 0);
	}
	write_on(&reading);
	for (unsigned i = 0; i < READERS; i++) {
		pthread_join(threads[i], NULL);
		free(readers[i].answer);
	}
	for (unsigned i = 0; i < READERS; i++) {
		if (readers[i].wrong[0])
			fail_msg("%s", readers[i].wrong);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = { cmocka_unit_test(answers_are_of_one_moment) };
	return cmocka_run_group_tests(tests, start_filled, stop_server);
}
