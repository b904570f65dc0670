/* SPDX-License-Identifier: Apache-2.0 */
/* The record index: which record systems hold what about a patient.
 *
 * The REST API of the host carries out IHE MHD: Provide Document Bundle [ITI-65] is a transaction, Find
 * Document Lists [ITI-66] and Find Document References [ITI-67] are searches, Retrieve Document [ITI-68] a
 * read. The other files say how pointers are kept and what may be registered. */
#include "record_index.h"

static const struct hs_setting settings[] = {
	{ "check-identifiers", HS_SETTING_BOOL, offsetof(struct hs_record_index, check_identifiers), "true",
		"refuse patient identifiers that break the rules of their series" },
	{ "check-profiles", HS_SETTING_BOOL, offsetof(struct hs_record_index, check_profiles), "true",
		"check what the MHD profiles in meta.profile demand" },
	{ "unique-master-identifier", HS_SETTING_BOOL, offsetof(struct hs_record_index, unique_master),
		"true", "refuse a second pointer of a custodian with the same masterIdentifier" },
	{ "require-producer", HS_SETTING_BOOL, offsetof(struct hs_record_index, require_producer), "false",
		"refuse writes that do not say who writes (X-Handslag-Producer)" },
	{ "producers", HS_SETTING_TEXT, offsetof(struct hs_record_index, producers), "",
		"who may write for whom beyond itself: CUSTODIAN>PRODUCER, several with blanks between" },
	{ "immutable", HS_SETTING_TEXT, offsetof(struct hs_record_index, immutable),
		"masterIdentifier subject custodian type",
		"elements of a pointer that an update may not change" },
	{ "search-looks", HS_SETTING_INT, offsetof(struct hs_record_index, ledger.looks_max), "250000",
		"pointers that a search without a selective condition may look at, one after another" },
	{ "supersede", HS_SETTING_TEXT, offsetof(struct hs_record_index, supersede), "keep-superseded",
		"what becomes of a pointer that another one replaces: keep-superseded, hard-delete, "
		"client-patch" },
	{ .name = NULL },
};

void hs_record_index_check(const struct hs_record_index *index, const struct hs_write_event *event,
	struct hs_issues *issues)
{
	if (index->check_identifiers)
		hs_record_index_check_patient(event, issues);
	if (index->check_profiles)
		hs_record_index_check_mhd(event, issues);
}

static void check_pointer(const struct hs_write_event *event, void *state, struct hs_issues *issues)
{
	const struct hs_record_index *index = state;

	if (!event->resource)
		return;
	hs_record_index_check(index, event, issues);
	hs_record_index_check_immutable(event, index->immutable, issues);
	if (issues->errors == 0)
		hs_record_index_publish(event, issues);
}

static enum hs_status pointer_written(const struct hs_write_event *event, void *state, struct hs_error *err)
{
	const struct hs_record_index *index = state;
	enum hs_status status = hs_record_index_may_produce(event, index, err);

	if (status != HS_OK || !event->resource)
		return status;
	if (index->unique_master)
		status = hs_record_index_unique(event, err);
	return status == HS_OK ? hs_record_index_supersede(event, index->supersede, err) : status;
}

static void check_list(const struct hs_write_event *event, void *state, struct hs_issues *issues)
{
	const struct hs_record_index *index = state;

	if (event->resource && index->check_profiles)
		hs_record_index_check_mhd(event, issues);
}

static enum hs_status open_service(void *state, struct hs_host *host, struct hs_error *err)
{
	static const char *const ways[] = { "keep-superseded", "hard-delete", "client-patch" };
	struct hs_record_index *index = state;

	(void)host;
	for (size_t i = 0; i < sizeof ways / sizeof ways[0]; i++) {
		if (strcmp(index->supersede, ways[i]) == 0)
			return HS_OK;
	}
	return hs_fail(err, HS_E_VALUE,
		"services.record-index.supersede is '%s'; it is keep-superseded, hard-delete or client-patch",
		index->supersede);
}

#define MHD "https://profiles.ihe.net/ITI/MHD/StructureDefinition/IHE.MHD."

static const char *const pointer_profiles[] = { MHD "Minimal.DocumentReference",
	MHD "UnContained.Comprehensive.DocumentReference", MHD "Comprehensive.DocumentReference",
	MHD "SimplifiedPublish.DocumentReference", NULL };
static const char *const list_profiles[] = { MHD "Minimal.SubmissionSet",
	MHD "UnContained.Comprehensive.SubmissionSet", MHD "Comprehensive.SubmissionSet", NULL };

static const struct hs_type_row types[] = {
	{ .name = "DocumentReference",
		.versions = HS_ON_R4,
		.interactions = HS_CAN_ALL,
		.check = check_pointer,
		.written = pointer_written,
		.keeper = &hs_ledger_keeper,
		.profiles = pointer_profiles,
		.check_bundle = hs_record_index_check_bundle,
		.documentation =
			"Pointers to documents. relatesTo 'replaces' supersedes the old pointer in the same "
			"transaction; patient.identifier matches the identifier in the pointer too." },
	{ .name = "List",
		.versions = HS_ON_R4,
		.interactions = HS_CAN_ALL,
		.check = check_list,
		.profiles = list_profiles,
		.documentation = "Submission sets and folders." },
	{ .name = NULL },
};

/* Search parameters that ITI-66 and ITI-67 add to the core ones. An author is often contained in the pointer,
 * where no chain reaches; patients are often named by identifier alone, in lists too. */
#define CONTAINED_AUTHOR "DocumentReference.author.where(reference.startsWith('#')).resolve()"
#define LIST_EXTENSION(name) \
	"List.extension.where(url.endsWith('/ITI/MHD/StructureDefinition/" name "')).value"
#define MHD_PARAMETER "https://profiles.ihe.net/ITI/MHD/SearchParameter/"

static const struct hs_param_row params[] = {
	{ "DocumentReference", "creation", "date", "DocumentReference.content.attachment.creation",
		MHD_PARAMETER "DocumentReference-Creation" },
	{ "DocumentReference", "author.given", "string", CONTAINED_AUTHOR ".name.given", NULL },
	{ "DocumentReference", "author.family", "string", CONTAINED_AUTHOR ".name.family", NULL },
	{ "List", "patient.identifier", "token", "List.subject.identifier", NULL },
	{ "List", "designationType", "token", LIST_EXTENSION("ihe-designationType"),
		MHD_PARAMETER "List-DesignationType" },
	{ "List", "sourceId", "token", LIST_EXTENSION("ihe-sourceId"), MHD_PARAMETER "List-SourceId" },
	{ .type = NULL },
};

extern const struct hs_service hs_service_record_index;
const struct hs_service hs_service_record_index = {
	.abi = HS_SERVICE_ABI,
	.name = "record-index",
	.summary = "A record index (IHE MHD): which record systems hold what about a patient.",
	.state_size = sizeof(struct hs_record_index),
	.settings = settings,
	.types = types,
	.params = params,
	.migrations = hs_ledger_migrations,
	.open = open_service,
};
