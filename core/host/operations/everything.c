/* SPDX-License-Identifier: Apache-2.0 */
/* The routes of $everything; core/rest carries it out. */
#include <core/host/request/request_private.h>
#include <core/host/operations/validator.h>

static enum hs_verdict serve(struct hs_request *req, struct hs_slice owner)
{
	const struct hs__edition *edition = req->edition;
	struct hs_error err = { .status = HS_OK };
	struct hs_rest_target target = { .interaction = HS_DO_SEARCH_SYSTEM,
		.compartment = { owner, hs_request_part(req, "id") },
		.everything = true };

	if (!edition->rest)
		return hs_fail_request(req, &edition->missing);
	if (!hs_id_valid(target.compartment.id)) {
		hs_fail(&err, HS_E_NOT_FOUND, "'%.*s' cannot be an id",
			HS_S_ARG(hs_slice_first(target.compartment.id, 80)));
		return hs_fail_request(req, &err);
	}
	return hs_rest_serve(edition->rest, req->sandbox->rest[edition->fhir == HS_FHIR_R5], req, &target);
}

static enum hs_verdict of_patient(struct hs_request *req, void *state)
{
	(void)state;
	return serve(req, HS_S("Patient"));
}

static enum hs_verdict of_encounter(struct hs_request *req, void *state)
{
	(void)state;
	return serve(req, HS_S("Encounter"));
}

#define EVERYTHING(type, serve) \
	{ \
		.method = "GET POST", .path = type "/{id}/$everything", .versions = HS_ON_R4 | HS_ON_R5, \
		.handler = (serve), .operation = "everything", \
		.definition = "http://hl7.org/fhir/OperationDefinition/" type "-everything" \
	}
const struct hs_route hs__everything_routes[] = {
	EVERYTHING("Patient", of_patient),
	EVERYTHING("Encounter", of_encounter),
	{ .method = NULL },
};
