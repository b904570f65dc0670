/* SPDX-License-Identifier: Apache-2.0 */
/* Searches over what packages hold find what they find once the same resources are stored: the shelf's values
 * and words beside the store's indexes, with values and words of the resources in all forms of a search. */
#include "rest_test.h"

#include <core/fhir/search/search.h>

#define WORDS 200u
#define SETS 400u /* of ValueSet, the first by id */
#define SEARCHES 250u
#define PAGE 16u
#define LIST ((size_t)64 << 20)

static const struct hs_type_row types[] = {
	{ .name = "ValueSet", .versions = HS_ON_R4, .interactions = HS_CAN_ALL, .packaged = HS_PACKAGED_ANY },
	{ .name = NULL },
};
static const struct hs_service service = { .abi = HS_SERVICE_ABI,
	.name = "shelf",
	.summary = "A type with resources of packages.",
	.types = types };

/* What a search asks for, and what the shelf gave. */
struct asked {
	const char *path;
	const char *found;
};

struct work {
	struct hs_arena *arena;
	struct hs_slice bodies[SETS], ids[SETS];
	size_t count;
	struct hs_slice words; /* of all of them, in a row */
	struct asked asked[2 * WORDS + SEARCHES];
	size_t asked_count;
};

static void read_sets(struct work *work)
{
	struct hs_buf words;
	hs_buf_init(&words, work->arena, LIST);
	struct fixture_answer a = send_ok("GET", TEXT("ValueSet?_sort=_id&_count=%u", SETS), NULL, 200);
	HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, &a), HS_S("entry"))) {
		const struct hs_json *set = hs_json_get(entry, HS_S("resource"));
		struct hs_slice narrative, content;
		struct hs_error err = { 0 };
		work->ids[work->count] = hs_json_get_text(set, HS_S("id"));
		work->bodies[work->count++] = hs_json_source(a.body, set);
		assert_int_equal(hs_search_words(work->arena, set, &narrative, &content, &err), HS_OK);
		hs_buf_add(&words, narrative);
		hs_buf_byte(&words, ' ');
		hs_buf_add(&words, content);
		hs_buf_byte(&words, ' ');
	}
	work->words = hs_buf_slice(&words);
}

/* Letters alone: what is stored gets a version and a time of its own. */
static bool is_word(struct hs_slice word)
{
	for (size_t i = 0; i < word.len; i++) {
		if (word.ptr[i] < 'a' || word.ptr[i] > 'z')
			return false;
	}
	return word.len > 0;
}

/* Three words in a row, from `at` on. */
static bool take_three(struct hs_slice all, size_t at, struct hs_slice out[3])
{
	struct hs_slice rest = hs_slice_from(all, at);
	hs_slice_cut(&rest, ' ');
	for (size_t i = 0; i < 3; i++) {
		out[i] = hs_slice_cut(&rest, ' ');
		if (!is_word(out[i]))
			return false;
	}
	return true;
}

#define W(i) HS_S_ARG(w[i])

static const char *form(unsigned number, const struct hs_slice w[3])
{
	switch (number % 10) {
	case 0:
		return TEXT("%.*s*", HS_S_ARG(hs_slice_first(w[0], w[0].len / 2 + 1)));
	case 1:
		return TEXT("%%22%.*s%%20%.*s%%22", W(0), W(1));
	case 2:
		return TEXT("%%22%.*s%%20%.*s%%20%.*s%%22", W(0), W(1), W(2));
	case 3:
		return TEXT("%%22%.*s%%20%.*s%%22*", W(0), HS_S_ARG(hs_slice_first(w[1], 1)));
	case 4:
		return TEXT("%.*s%%20OR%%20%.*s", W(0), W(2));
	case 5:
		return TEXT("%.*s%%20NOT%%20%.*s", W(0), W(1));
	case 6:
		return TEXT("-%.*s", W(0));
	case 7:
		return TEXT("%.*s%%20AND%%20(%.*s%%20OR%%20NOT%%20%.*s)", W(0), W(1), W(2));
	case 8:
		return TEXT("%.*s-%.*s", W(1), W(2));
	default:
		return TEXT("NOT%%20%%22%.*s%%20%.*s%%22*", W(0), W(1));
	}
}

/* How many are found, and the first of them. */
static const char *found_by(const char *path)
{
	struct hs_buf out;
	struct fixture_answer a = send_ok("GET", path, NULL, 200);
	hs_buf_init(&out, fixture_arena(fx), 65536);
	hs_buf_printf(&out, "%lld: ", (long long)number(&a, "/total"));
	HS_JSON_EACH(entry, hs_json_get(fixture_json(fx, &a), HS_S("entry"))) {
		hs_buf_add(&out, hs_json_get_text(hs_json_get(entry, HS_S("resource")), HS_S("id")));
		hs_buf_byte(&out, ' ');
	}
	return hs_arena_cstr(fixture_arena(fx), hs_buf_slice(&out));
}

static void ask(struct work *work, const char *sort, const char *query)
{
	struct asked *asked = &work->asked[work->asked_count++];
	asked->path = TEXT("ValueSet?%s&_sort=%s&_elements=id&_count=%u&_total=accurate", query, sort, PAGE);
	asked->found = found_by(asked->path);
}

static void ask_words(struct work *work)
{
	for (unsigned i = 0; i < WORDS; i++) {
		struct hs_slice w[3];
		size_t at = work->words.len / WORDS * i;
		while (!take_three(work->words, at, w))
			at++;
		ask(work, "_id", TEXT("%s=%.*s", i % 3 ? "_content" : "_text", W(0)));
		ask(work, "_id", TEXT("%s=%s", i % 7 ? "_content" : "_text", form(i, w)));
	}
}

/* ---- other parameters ---- */

static uint64_t seed = 20240117;

static uint32_t below(uint32_t most)
{
	seed = seed * 6364136223846793005u + 1442695040888963407u;
	return (uint32_t)(seed >> 33) % most;
}

/* As it stands in a query: all but letters and digits escaped, and what has a meaning in a value (, $ | and
 * the backslash) left out. */
static const char *escaped(struct hs_slice text)
{
	struct hs_buf out;
	hs_buf_init(&out, fixture_arena(fx), 65536);
	for (size_t i = 0; i < text.len; i++) {
		unsigned char c = (unsigned char)text.ptr[i];
		if ((c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'))
			hs_buf_byte(&out, (char)c);
		else if (c != ',' && c != '$' && c != '|' && c != '\\')
			hs_buf_printf(&out, "%%%02X", c);
	}
	return hs_arena_cstr(fixture_arena(fx), hs_buf_slice(&out));
}

/* A text of one of the resources; "zz" where it has none. */
static struct hs_slice value_of(const struct work *work, const char *element)
{
	struct hs_json *set = NULL;
	struct hs_error err = { 0 };
	struct hs_slice body = work->bodies[below((uint32_t)work->count)];
	assert_int_equal(hs_json_parse(fixture_arena(fx), body, NULL, &set, &err), HS_OK);
	struct hs_slice text = hs_json_get_text(set, hs_slice_cstr(element));
	return text.len > 0 ? hs_slice_first(text, 80) : HS_S("zz");
}

/* A part of it: its start, or one from within. Bytes of ASCII alone, so that no letter is cut. */
static struct hs_slice part_of(struct hs_slice text, bool start)
{
	size_t from = start ? 0 : below((uint32_t)text.len), len = 1 + below(8);
	struct hs_slice part = hs_slice_first(hs_slice_from(text, from), len);
	for (size_t i = 0; i < part.len; i++) {
		if ((unsigned char)part.ptr[i] >= 0x80)
			return HS_S("set");
	}
	return part;
}

static const char *string_form(const struct work *work)
{
	static const char *const names[] = { "name", "title", "description", "publisher" };
	const char *name = names[below(4)];
	struct hs_slice value = value_of(work, name);
	switch (below(4)) {
	case 0:
		return TEXT("%s=%s", name, escaped(part_of(value, true)));
	case 1:
		return TEXT("%s:contains=%s", name, escaped(part_of(value, false)));
	case 2:
		return TEXT("%s:exact=%s", name, escaped(value));
	default:
		return TEXT("%s:exact=%s", name, escaped(part_of(value, true)));
	}
}

static const char *uri_form(const struct work *work)
{
	struct hs_slice url = value_of(work, "url");
	size_t slash = hs_slice_find(url, '/', 8);
	switch (below(5)) {
	case 0:
		return TEXT("url=%s", escaped(url));
	case 1:
		return TEXT("url:below=%s",
			escaped(hs_slice_first(url, slash == SIZE_MAX ? url.len : slash)));
	case 2:
		return TEXT("url:above=%s%%2Fmore%%2Fstill", escaped(url));
	case 3:
		return TEXT("reference=%s", escaped(url));
	default:
		return "url:missing=false";
	}
}

static const char *token_form(const struct work *work)
{
	static const char *const missing[] = { "title", "date", "publisher", "description", "expansion" };
	struct hs_slice version = value_of(work, "version");
	switch (below(8)) {
	case 0:
		return TEXT("version=%s", escaped(version));
	case 1:
		return TEXT("version:not=%s", escaped(version));
	case 2:
		return TEXT("status=%s,unknown", escaped(value_of(work, "status")));
	case 3:
		return TEXT("status:not=%s", escaped(value_of(work, "status")));
	case 4:
		return TEXT("identifier=urn:ietf:rfc:3986|");
	case 5:
		return TEXT("jurisdiction=|001,urn:iso:std:iso:3166|US");
	case 6:
		return TEXT("context-type-value=focus$%s", escaped(version));
	default:
		return TEXT("%s:missing=%s", missing[below(5)], below(2) ? "true" : "false");
	}
}

static const char *date_form(const struct work *work)
{
	static const char *const prefixes[] = { "", "ne", "gt", "lt", "ge", "le", "sa", "eb", "ap" };
	static const size_t lengths[] = { 4, 7, 10 };
	struct hs_slice date = value_of(work, "date");
	if (date.len < 4)
		return "date=ge2018";
	size_t len = lengths[below(3)];
	return TEXT("date=%s%.*s", prefixes[below(9)],
		HS_S_ARG(hs_slice_first(date, date.len < len ? 4 : len)));
}

static const char *one_form(const struct work *work)
{
	switch (below(4)) {
	case 0:
		return uri_form(work);
	case 1:
		return token_form(work);
	case 2:
		return date_form(work);
	default:
		return string_form(work);
	}
}

static void ask_values(struct work *work)
{
	static const char *const sorts[] = { "_id", "-_id", "name,_id", "-date,_id", "status,-name,_id" };
	for (unsigned i = 0; i < SEARCHES; i++) {
		const char *query = one_form(work);
		for (unsigned more = below(3); more > 0; more--)
			query = TEXT("%s&%s", query, one_form(work));
		ask(work, sorts[below(5)], query);
	}
}

static void finds_what_the_store_finds(void **state)
{
	NEED_FHIR();
	struct work *work = test_calloc(1, sizeof *work);
	size_t hits = 0;
	work->arena = hs_arena_new(LIST * 4);
	read_sets(work);
	assert_true(work->words.len > 100000);
	ask_words(work);
	ask_values(work);
	for (size_t i = 0; i < work->count; i++) {
		struct fixture_answer a = fixture_send(fx, "PUT",
			TEXT("ValueSet/%.*s", HS_S_ARG(work->ids[i])),
			hs_arena_cstr(fixture_arena(fx), work->bodies[i]));
		assert_int_equal(a.status, 201);
	}
	for (size_t i = 0; i < work->asked_count; i++) {
		const char *stored = found_by(work->asked[i].path);
		if (strcmp(stored, work->asked[i].found) != 0)
			fail_msg("%s: packages '%s', stored '%s'", work->asked[i].path, work->asked[i].found,
				stored);
		hits += *stored != '0';
	}
	assert_true(hits > WORDS + SEARCHES / 4);
	hs_arena_free(work->arena);
	test_free(work);
}

static int start(void **state)
{
	static const struct hs_service *const services[] = { &service, NULL };
	struct fixture_options options = { .services = services, .usual_packages = true };
	(void)state;
	fx = fixture_start(&options);
	return 0;
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_what_the_store_finds),
	};
	return cmocka_run_group_tests(tests, start, stop_server);
}
