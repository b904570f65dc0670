/* SPDX-License-Identifier: Apache-2.0 */
/* Validators: what packages define, compiled once for all; what a sandbox stores on top, taken anew when it
 * changed. */
#include <core/host/operations/validator.h>

#include <core/base/heap.h>
#include <core/host/operations/terminology.h>

#define PACKAGES_MAX 500
#define STORED_ARENA ((size_t)512 << 20)
#define STORED_PAGE 200u
#define STORED_MAX 5000u /* definitions of one type in a sandbox that are used */

const char *const hs_host_validation_packages[] = { "hl7.terminology.r4", "hl7.fhir.uv.extensions.r4", NULL };

/* What a validator looks up by its canonical. */
static const char *const stored_types[] = { "StructureDefinition", "ValueSet", "CodeSystem", "Questionnaire",
	"Measure", "OperationDefinition", "SearchParameter", "Library" };
#define STORED_TYPES (sizeof(stored_types) / sizeof(stored_types[0]))

struct hs__validators {
	struct hs_host *host;
	struct hs__edition *edition;
	const char *const *cores;
	pthread_mutex_t lock; /* of the making */
	struct hs_package *packages[PACKAGES_MAX + 1];
	struct hs_package *own[8]; /* opened here */
	size_t count, own_count;
	struct hs_library *library;
	struct hs_profiles *profiles;
	struct hs_validator *validator; /* NULL until asked for */
};

struct hs__upper {
	pthread_mutex_t lock;
	uint64_t stamp; /* newest commit of a definition that is in it */
	uint64_t seen;  /* the store's commit when that was last looked up; 0: nobody can tell */
	struct hs_validator *validator;
};

/* What a sandbox has stored, while it is read. */
struct stored {
	struct hs_sandbox *sandbox;
	struct hs__edition *edition;
	struct hs_txn *txn;
	struct hs_arena *arena;
	const struct hs__beside *beside; /* NULL: nothing is laid over it */
};

struct hs__validators *hs__validators_new(struct hs_host *host, struct hs__edition *edition,
	const char *const *cores)
{
	struct hs__validators *made = hs_heap_alloc(sizeof(*made));

	made->host = host;
	made->edition = edition;
	made->cores = cores;
	pthread_mutex_init(&made->lock, NULL);
	return made;
}

static void close_all(struct hs__validators *validators)
{
	hs_validator_unref(validators->validator);
	hs_profiles_unref(validators->profiles);
	hs_library_unref(validators->library);
	while (validators->own_count)
		hs_package_close(validators->own[--validators->own_count]);
	validators->validator = NULL;
	validators->profiles = NULL;
	validators->library = NULL;
	validators->count = 0;
}

void hs__validators_free(struct hs__validators *validators)
{
	if (!validators)
		return;
	close_all(validators);
	pthread_mutex_destroy(&validators->lock);
	hs_heap_free(validators);
}

struct hs__upper *hs__upper_new(void)
{
	struct hs__upper *upper = hs_heap_alloc(sizeof(*upper));

	pthread_mutex_init(&upper->lock, NULL);
	return upper;
}

void hs__upper_free(struct hs__upper *upper)
{
	if (!upper)
		return;
	hs_validator_unref(upper->validator);
	pthread_mutex_destroy(&upper->lock);
	hs_heap_free(upper);
}

/* ---- the base ---- */

static bool has(const struct hs__validators *validators, const char *name)
{
	for (size_t i = 0; i < validators->count; i++)
		if (hs_slice_eq(hs_package_name(validators->packages[i]), hs_slice_cstr(name)))
			return true;
	return false;
}

static void add_from_cache(struct hs__validators *validators, const char *name)
{
	struct hs_package *package = NULL;
	struct hs_error ignored;

	if (has(validators, name) ||
		validators->own_count == sizeof(validators->own) / sizeof(validators->own[0]) ||
		validators->count == PACKAGES_MAX ||
		hs_packages_open(validators->host->config, name, &package, &ignored))
		return;
	validators->own[validators->own_count++] = package;
	validators->packages[validators->count++] = package;
}

static const struct hs_defs *defs_of(void *edition)
{
	return ((const struct hs__edition *)edition)->defs;
}

/* With the terminology of this host as it is for `stored` (NULL: for all), when it has any. */
static struct hs_validator *make_validator(const struct hs__validators *validators,
	struct hs_profiles *profiles, const struct stored *stored)
{
	struct hs_host_sight sight = { .fhir = validators->edition->fhir,
		.sandbox = stored ? stored->sandbox : NULL,
		.txn = stored ? stored->txn : NULL,
		.resources = stored && stored->beside ? stored->beside->items : NULL,
		.resource_count = stored && stored->beside ? stored->beside->count : 0 };
	struct hs_validate_terminology terminology;
	struct hs_error ignored;
	bool has = hs_host_terminology(validators->host, &sight, &terminology, &ignored) == HS_OK;

	return hs_validator_new(&(struct hs_validator_source) { .profiles = profiles,
		.terminology = has ? &terminology : NULL,
		.other_release = defs_of,
		.other_arg = hs__edition(validators->host,
			validators->edition->fhir == HS_FHIR_R5 ? HS_FHIR_R4 : HS_FHIR_R5) });
}

/* FHIR itself, but of another release than the edition: R4B beside R4. */
static bool is_foreign_core(const struct hs__validators *validators, const struct hs_package *package)
{
	return hs_package_is_core(package) &&
		!hs_slice_eq(hs_package_release(package), hs_slice_cstr(validators->edition->number));
}

static void add_served(struct hs__validators *validators, bool foreign)
{
	struct hs_package *const *list = validators->host->packages;

	for (size_t i = 0; list[i] && validators->count < PACKAGES_MAX; i++)
		if (hs_package_fhir_version(list[i]) == validators->edition->fhir &&
			is_foreign_core(validators, list[i]) == foreign)
			validators->packages[validators->count++] = list[i];
}

/* A canonical without a version means that of the edition's own release, so others come last. */
static enum hs_status make_base(struct hs__validators *validators, struct hs_error *err)
{
	const struct hs_host *host = validators->host;
	struct hs_library_source source = {
		.packages = validators->packages, .cache_dir = host->cache_dir, .world = host->world
	};
	bool core = false;

	add_served(validators, false);
	for (const char *const *name = validators->cores; *name && !core; name++) {
		add_from_cache(validators, *name);
		core = has(validators, *name);
	}
	for (size_t i = 0; validators->edition->fhir == HS_FHIR_R4 && hs_host_validation_packages[i]; i++)
		add_from_cache(validators, hs_host_validation_packages[i]);
	add_served(validators, true);
	validators->packages[validators->count] = NULL;
	enum hs_status status = hs_library_of_packages(&source, &validators->library, err);
	if (status) {
		close_all(validators);
		return status;
	}
	validators->profiles = hs_profiles_new(validators->edition->defs, validators->library, NULL);
	validators->validator = make_validator(validators, validators->profiles, NULL);
	return HS_OK;
}

static struct hs_validator *base_of(struct hs__validators *validators, struct hs_error *err)
{
	struct hs_validator *out = NULL;

	pthread_mutex_lock(&validators->lock);
	if (validators->validator && hs_validator_is_stale(validators->validator)) {
		hs_validator_unref(validators->validator);
		validators->validator = make_validator(validators, validators->profiles, NULL);
	}
	if (validators->validator || make_base(validators, err) == HS_OK)
		out = hs_validator_ref(validators->validator);
	pthread_mutex_unlock(&validators->lock);
	return out;
}

/* ---- what a sandbox has stored ---- */

static uint32_t number_of(const struct stored *stored, size_t type)
{
	return hs_rest_type_number(stored->sandbox->rest[stored->edition->fhir == HS_FHIR_R5],
		hs_slice_cstr(stored_types[type]));
}

/* The newest commit that touched a definition; 0: there never was one. */
static enum hs_status newest(const struct stored *stored, uint64_t *out, struct hs_error *err)
{
	uint64_t stamp = 0;

	for (size_t i = 0; i < STORED_TYPES; i++) {
		struct hs_resource_list list = { .count = 0 };
		const struct hs_history_query query = {
			.type = number_of(stored, i), .since_ms = INT64_MIN, .until_ms = INT64_MAX, .count = 1
		};
		if (!query.type)
			continue;
		enum hs_status status = hs_txn_history(stored->txn, stored->arena, &query, &list, err);
		if (status)
			return status;
		if (list.count && list.items[0].seq > stamp)
			stamp = list.items[0].seq;
	}
	*out = stamp;
	return HS_OK;
}

/* A definition that cannot be used does not keep others from being used. */
static enum hs_status add_type(const struct stored *stored, uint32_t type, struct hs_library *library,
	struct hs_error *err)
{
	struct hs_find_query query = { .type = type, .count = STORED_PAGE };
	struct hs_find_page page = { .count = 0 };
	struct hs_error ignored;
	size_t taken = 0;

	do {
		struct hs_arena_mark mark = hs_arena_mark(stored->arena);
		enum hs_status status = hs_txn_find(stored->txn, stored->arena, &query, &page, err);
		if (status)
			return status;
		for (size_t i = 0; i < page.count; i++)
			(void)hs_library_add(library, page.items[i].body, &ignored);
		taken += page.count;
		query.after = page.next;
		if (!page.next.len)
			hs_arena_rollback(stored->arena, mark);
	} while (query.after.len && taken < STORED_MAX);
	return HS_OK;
}

static enum hs_status make_upper(const struct stored *stored, struct hs__upper *upper, uint64_t stamp,
	struct hs_error *err)
{
	struct hs__validators *base = stored->edition->validators;
	struct hs_library *library = hs_library_over(base->library);
	enum hs_status status = HS_OK;

	for (size_t i = 0; i < STORED_TYPES && !status; i++)
		if (number_of(stored, i))
			status = add_type(stored, number_of(stored, i), library, err);
	if (!status) {
		struct hs_profiles *profiles = hs_profiles_new(stored->edition->defs, library,
			base->profiles);
		hs_validator_unref(upper->validator);
		upper->validator = make_validator(base, profiles, stored);
		upper->stamp = stamp;
		hs_profiles_unref(profiles);
	}
	hs_library_unref(library);
	return status;
}

/* Nothing was stored since anybody looked: then there is no definition that is newer. What a writing
 * transaction sees may be undone, and its number be given again. */
static enum hs_status refresh(const struct stored *stored, struct hs__upper *upper, struct hs_error *err)
{
	uint64_t stamp = 0;
	uint64_t seen = hs_txn_writes(stored->txn) ? 0 : hs_txn_seq(stored->txn);
	bool stale = upper->validator && hs_validator_is_stale(upper->validator);

	if (seen && seen == upper->seen && !stale)
		return HS_OK;
	upper->seen = 0;
	enum hs_status status = newest(stored, &stamp, err);
	if (!status && (stamp != upper->stamp || stale))
		status = make_upper(stored, upper, stamp, err);
	if (!status)
		upper->seen = seen;
	return status;
}

struct hs_validator *hs__validator_get(struct hs_sandbox *sandbox, struct hs__edition *edition,
	struct hs_txn *txn, struct hs_error *err)
{
	struct hs__upper *upper = sandbox->validators[edition->fhir == HS_FHIR_R5];
	struct hs_validator *validator = base_of(edition->validators, err);
	enum hs_status status = HS_OK;

	if (!validator)
		return NULL;
	pthread_mutex_lock(&upper->lock);
	if (txn) {
		struct stored stored = { sandbox, edition, txn, hs_arena_new(STORED_ARENA), NULL };
		status = refresh(&stored, upper, err);
		hs_arena_free(stored.arena);
	}
	if (!status && upper->validator) {
		hs_validator_unref(validator);
		validator = hs_validator_ref(upper->validator);
	}
	pthread_mutex_unlock(&upper->lock);
	if (!status)
		return validator;
	hs_validator_unref(validator);
	return NULL;
}

/* ---- what comes with a question ---- */

struct hs_validator *hs__validator_beside(struct hs_sandbox *sandbox, struct hs__edition *edition,
	struct hs_txn *txn, const struct hs__beside *beside, struct hs_error *err)
{
	struct hs_validator *below = hs__validator_get(sandbox, edition, txn, err);
	struct stored stored = { sandbox, edition, txn, NULL, beside };
	enum hs_status status = HS_OK;

	if (!below || !beside->count)
		return below;
	struct hs_profiles *profiles = hs_validator_profiles(below);
	struct hs_library *library = hs_library_over(hs_profiles_library(profiles));
	for (size_t i = 0; i < beside->count && !status; i++)
		status = hs_library_add_resource(library, beside->items[i], err);
	struct hs_validator *validator = NULL;
	if (!status) {
		struct hs_profiles *over = hs_profiles_new(edition->defs, library, profiles);
		validator = make_validator(edition->validators, over, &stored);
		hs_profiles_unref(over);
	}
	hs_library_unref(library);
	hs_validator_unref(below);
	return validator;
}
