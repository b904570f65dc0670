/* SPDX-License-Identifier: Apache-2.0 */
/* Codes judged one by one by the terminology in process, and the answers kept. They hold for one view of the
 * terminology, which is opened anew when a code system or value set was stored, or when it is stale itself.
 */
#include <core/host/operations/members.h>

#include <core/base/heap.h>
#include <core/base/map.h>
#include <core/host/operations/terminology.h>

#define SETS_MAX 16u
#define CODES_MAX 40000u /* of one set, that are remembered: codes come and go */
#define SCRATCH ((size_t)16 << 20)

/* What is known of one set. */
struct known {
	enum hs_search_set_kind kind;
	char *name; /* NULL: nothing */
	size_t name_len;
	struct hs_arena *arena; /* keys */
	struct hs_map codes;    /* system, blank and code: 1 when it is in the set, else 0 */
	uint64_t used;
};

struct hs__members {
	struct hs_sandbox *sandbox;
	struct hs__edition *edition;
	pthread_mutex_t lock; /* all below */
	struct known sets[SETS_MAX];
	uint64_t clock;
	bool open;
	struct hs_validate_terminology view;
	uint64_t stamp; /* newest commit of what the view may see of the sandbox */
	uint64_t seen;  /* the store's commit when that was last looked up; 0: never */
};

struct hs__members *hs__members_new(struct hs_sandbox *sandbox, struct hs__edition *edition)
{
	struct hs__members *members = hs_heap_alloc(sizeof(*members));

	members->sandbox = sandbox;
	members->edition = edition;
	pthread_mutex_init(&members->lock, NULL);
	return members;
}

/* ---- what is known ---- */

static void forget(struct known *known)
{
	if (!known->name)
		return;
	hs_map_free(&known->codes);
	hs_arena_free(known->arena);
	hs_heap_free(known->name);
	*known = (struct known) { .name = NULL };
}

static void learn(struct known *known, const struct hs_search_set *set)
{
	*known = (struct known) { .kind = set->kind,
		.name = hs_heap_cstr(set->name.ptr, set->name.len),
		.name_len = set->name.len,
		.arena = hs_arena_new(SCRATCH) };
	hs_map_init(&known->codes, NULL);
	known->codes.seed = hs_hash_secret();
}

static struct known *look_for(struct hs__members *members, const struct hs_search_set *set)
{
	for (unsigned i = 0; i < SETS_MAX; i++) {
		struct known *known = &members->sets[i];
		if (known->name && known->kind == set->kind &&
			hs_slice_eq(hs_slice(known->name, known->name_len), set->name))
			return known;
	}
	return NULL;
}

/* The one unused for longest makes room. */
static struct known *known_of(struct hs__members *members, const struct hs_search_set *set)
{
	struct known *known = look_for(members, set), *oldest = members->sets;

	for (unsigned i = 0; !known && i < SETS_MAX; i++) {
		if (members->sets[i].used < oldest->used)
			oldest = &members->sets[i];
	}
	if (!known) {
		known = oldest;
		forget(known);
		learn(known, set);
	}
	known->used = ++members->clock;
	return known;
}

/* ---- the view ---- */

static void close_view(struct hs__members *members)
{
	for (unsigned i = 0; i < SETS_MAX; i++)
		forget(&members->sets[i]);
	if (members->open && members->view.close)
		members->view.close(members->view.arg);
	members->open = false;
}

void hs__members_free(struct hs__members *members)
{
	if (!members)
		return;
	close_view(members);
	pthread_mutex_destroy(&members->lock);
	hs_heap_free(members);
}

/* The newest commit that touched a code system or value set; 0: there never was one. */
static enum hs_status newest(const struct hs__members *members, struct hs_txn *txn, uint64_t *out,
	struct hs_error *err)
{
	static const struct hs_slice types[] = { HS_S_INIT("CodeSystem"), HS_S_INIT("ValueSet") };
	const struct hs_rest_sandbox *rest = members->sandbox->rest[members->edition->fhir == HS_FHIR_R5];
	struct hs_arena *arena = hs_arena_new(SCRATCH);
	enum hs_status status = HS_OK;

	*out = 0;
	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]) && status == HS_OK; i++) {
		struct hs_resource_list list = { .count = 0 };
		const struct hs_history_query query = { .type = hs_rest_type_number(rest, types[i]),
			.since_ms = INT64_MIN,
			.until_ms = INT64_MAX,
			.count = 1 };
		if (query.type)
			status = hs_txn_history(txn, arena, &query, &list, err);
		if (status == HS_OK && list.count && list.items[0].seq > *out)
			*out = list.items[0].seq;
	}
	hs_arena_free(arena);
	return status;
}

static enum hs_status refresh(struct hs__members *members, struct hs_txn *txn, struct hs_error *err)
{
	uint64_t seq = hs_txn_seq(txn), stamp = 0;
	bool stale = !members->open || (members->view.is_stale && members->view.is_stale(members->view.arg));
	struct hs_host_sight sight = {
		.sandbox = members->sandbox, .txn = txn, .fhir = members->edition->fhir
	};

	if (!stale && members->seen == seq)
		return HS_OK;
	enum hs_status status = newest(members, txn, &stamp, err);
	if (status == HS_OK && (stale || stamp != members->stamp)) {
		close_view(members);
		status = hs_host_terminology(members->sandbox->host, &sight, &members->view, err);
		members->open = status == HS_OK;
		members->stamp = stamp;
	}
	members->seen = status == HS_OK ? seq : 0;
	return status;
}

/* ---- judging ---- */

static enum hs_status ask_value_set(const struct hs__members *members, const struct hs_search_set *set,
	const struct hs_stored_code *code, bool *yes, struct hs_error *err)
{
	struct hs_arena *arena = hs_arena_new(SCRATCH);
	const struct hs_validate_code asked = {
		.system = code->system, .code = code->code, .has_system = true
	};
	struct hs_validate_finding finding = { .inactive = false };
	enum hs_validate_answer answer = members->view.in_value_set(members->view.arg, arena, &asked,
		set->name, &finding);

	hs_arena_free(arena);
	*yes = answer == HS_VALIDATE_YES;
	return answer != HS_VALIDATE_NO_VALUE_SET ?
		HS_OK :
		hs_fail(err, HS_E_NOT_FOUND, "the value set '%.*s' is not known",
			HS_S_ARG(hs_slice_first(set->name, 120)));
}

/* `set` is SYSTEM|CODE: is the code the same, or below it; or above. */
static bool ask_hierarchy(const struct hs__members *members, const struct hs_search_set *set,
	const struct hs_stored_code *code)
{
	struct hs_slice named = set->name, system = hs_slice_cut(&named, '|');
	bool below = set->kind == HS_SEARCH_BELOW;

	return hs_slice_eq(code->system, system) && members->view.subsumes &&
		members->view.subsumes(members->view.arg, system, below ? named : code->code,
			below ? code->code : named) == HS_VALIDATE_YES;
}

static enum hs_status judge_one(const struct hs__members *members, struct known *known,
	const struct hs_search_set *set, const struct hs_stored_code *code, bool *yes, struct hs_error *err)
{
	struct hs_arena_mark mark = hs_arena_mark(known->arena);
	struct hs_slice key = hs_arena_printf(known->arena, "%.*s %.*s", HS_S_ARG(code->system),
		HS_S_ARG(code->code));
	const struct hs_map_slot *slot = key.ptr ? hs_map_get(&known->codes, key) : NULL;
	enum hs_status status = HS_OK;

	if (slot) {
		*yes = slot->value.number;
		hs_arena_rollback(known->arena, mark);
		return HS_OK;
	}
	if (!key.ptr)
		return hs_fail(err, HS_E_LIMIT, "the codes of a set do not fit in memory");
	if (set->kind == HS_SEARCH_IN)
		status = ask_value_set(members, set, code, yes, err);
	else
		*yes = ask_hierarchy(members, set, code);
	if (status == HS_OK)
		hs_map_put(&known->codes, key, NULL)->value.number = *yes;
	return status;
}

static enum hs_status judge(void *arg, struct hs_txn *txn, const struct hs_search_set *set,
	const struct hs_stored_code *codes, size_t count, bool *yes, struct hs_error *err)
{
	struct hs__members *members = arg;

	pthread_mutex_lock(&members->lock);
	enum hs_status status = refresh(members, txn, err);
	struct known *known = status == HS_OK ? known_of(members, set) : NULL;
	if (known && known->codes.count + count > CODES_MAX) {
		forget(known);
		learn(known, set);
		known->used = members->clock;
	}
	for (size_t i = 0; known && i < count && status == HS_OK; i++)
		status = judge_one(members, known, set, &codes[i], &yes[i], err);
	if (status != HS_OK && known)
		forget(known);
	pthread_mutex_unlock(&members->lock);
	return status;
}

static bool knows(void *arg, const struct hs_search_set *set)
{
	struct hs__members *members = arg;

	/* A loop does not wait for somebody who judges. */
	if (pthread_mutex_trylock(&members->lock))
		return false;
	bool known = look_for(members, set) != NULL;
	pthread_mutex_unlock(&members->lock);
	return known;
}

struct hs_rest_terms hs__members_terms(struct hs__members *members)
{
	return (struct hs_rest_terms) { judge, knows, members };
}
