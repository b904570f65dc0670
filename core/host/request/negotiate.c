/* SPDX-License-Identifier: Apache-2.0 */
/* Formats: which one the client takes (_format, Accept) and whether its body is of one we read.
 *
 * One table says what there is. A format without a writer is known, so that its refusal can be clear. */
#include <core/host/request/request_private.h>

enum kind { JSON_FHIR, JSON_PLAIN, XML_FHIR, XML_PLAIN, XML_TEXT, TURTLE };

static const struct format {
	struct hs_slice name; /* media type or short form */
	enum kind kind;
} formats[] = {
	{ HS_S_INIT("application/fhir+json"), JSON_FHIR },
	{ HS_S_INIT("json"), JSON_FHIR },
	{ HS_S_INIT("application/json"), JSON_PLAIN },
	{ HS_S_INIT("text/json"), JSON_PLAIN },
	{ HS_S_INIT("application/json+fhir"), JSON_FHIR },
	{ HS_S_INIT("*/*"), JSON_FHIR },
	{ HS_S_INIT("application/*"), JSON_FHIR },
	{ HS_S_INIT("application/fhir+xml"), XML_FHIR },
	{ HS_S_INIT("application/xml"), XML_PLAIN },
	{ HS_S_INIT("text/xml"), XML_TEXT },
	{ HS_S_INIT("xml"), XML_FHIR },
	{ HS_S_INIT("application/xml+fhir"), XML_FHIR },
	{ HS_S_INIT("text/turtle"), TURTLE },
	{ HS_S_INIT("ttl"), TURTLE },
};

static const struct format *find_format(struct hs_slice name)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (hs_slice_ieq(formats[i].name, name))
			return &formats[i];
	return NULL;
}

/* XML is written by the definitions. */
static bool can_write(const struct hs_request *req, const struct format *format)
{
	bool xml = format->kind == XML_FHIR || format->kind == XML_PLAIN || format->kind == XML_TEXT;
	return format->kind == JSON_FHIR || format->kind == JSON_PLAIN ||
		(xml && req->edition && req->edition->defs);
}

/* "4.0", "4.0.1" for R4; "5.0", "5.0.0" for R5; quotes are allowed. */
static bool version_fits(const struct hs_request *req, struct hs_slice version)
{
	if (version.len >= 2 && version.ptr[0] == '"')
		version = hs_slice(version.ptr + 1, version.len - 2);
	struct hs_slice number = hs_slice_cstr(req->edition ? req->edition->number : "4.0.1");
	return hs_slice_eq(version, number) || hs_slice_eq(version, hs_slice_first(number, 3));
}

/* Weight of an item's parameters in thousandths; *version is the fhirVersion, or empty. */
static unsigned weight(struct hs_slice params, struct hs_slice *version)
{
	unsigned q = 1000;

	while (params.ptr) {
		struct hs_slice value = hs_slice_cut(&params, ';');
		struct hs_slice name = hs_slice_trim(hs_slice_cut(&value, '='));
		value = hs_slice_trim(value);
		if (hs_slice_ieq(name, HS_S("fhirVersion")))
			*version = value;
		if (!hs_slice_ieq(name, HS_S("q")) || !value.len)
			continue;
		q = value.ptr[0] == '1' ? 1000 : 0;
		for (size_t i = 2, unit = 100; i < value.len && q < 1000; i++, unit /= 10)
			if (value.ptr[i] >= '0' && value.ptr[i] <= '9')
				q += (unsigned)((size_t)(value.ptr[i] - '0') * unit);
	}
	return q;
}

static void answer_as(struct hs_request *req, const struct format *format)
{
	static const struct hs_slice types[] = {
		[JSON_FHIR] = HS_S_INIT("application/fhir+json; charset=utf-8"),
		[JSON_PLAIN] = HS_S_INIT("application/json; charset=utf-8"),
		[XML_FHIR] = HS_S_INIT("application/fhir+xml; charset=utf-8"),
		[XML_PLAIN] = HS_S_INIT("application/xml; charset=utf-8"),
		[XML_TEXT] = HS_S_INIT("text/xml; charset=utf-8"),
	};
	req->reply.content_type = types[format->kind];
	req->xml = format->kind >= XML_FHIR;
}

static enum hs_status by_format(struct hs_request *req, struct hs_slice wanted, struct hs_error *err)
{
	struct hs_slice rest = wanted, name = hs_slice_trim(hs_slice_cut(&rest, ';')), version = HS_S_NONE;
	size_t blank = hs_slice_find(name, ' ', 0);
	if (blank != SIZE_MAX) /* "application/fhir+xml" with its plus not encoded */
		name = hs_arena_printf(req->arena, "%.*s+%.*s", (int)blank, name.ptr,
			(int)(name.len - blank - 1), name.ptr + blank + 1);
	const struct format *format = find_format(name);
	if (!format || !can_write(req, format))
		return hs_fail(err, HS_E_NOT_ACCEPTABLE, "_format \"%.*s\" is not served; use json or xml",
			HS_S_ARG(wanted));
	weight(rest, &version);
	if (version.len && !version_fits(req, version))
		return hs_fail(err, HS_E_NOT_ACCEPTABLE, "this base serves FHIR %s; _format asks for %.*s",
			req->edition ? req->edition->number : "4.0.1", HS_S_ARG(hs_slice_first(version, 20)));
	answer_as(req, format);
	return HS_OK;
}

/* The first that is not of these kinds, or NULL. */
static const struct format *other_than(const struct hs_request *req, unsigned kinds)
{
	for (size_t i = 0; i < sizeof(formats) / sizeof(formats[0]); i++)
		if (!(kinds & 1u << formats[i].kind) && can_write(req, &formats[i]))
			return &formats[i];
	return NULL;
}

static enum hs_status by_accept(struct hs_request *req, struct hs_slice accept, struct hs_error *err)
{
	struct hs_slice rest = accept;
	const struct format *best = NULL;
	unsigned best_weight = 0, refused = 0; /* kinds with q=0, a bit each */
	bool other_version = false;
	/* A browser names XML before it knows what there is; it shows JSON better. */
	bool browser = hs_slice_search(accept, HS_S("text/html")) != SIZE_MAX;

	while (rest.ptr) {
		struct hs_slice item = hs_slice_cut(&rest, ','), version = HS_S_NONE;
		struct hs_slice name = hs_slice_trim(hs_slice_cut(&item, ';'));
		const struct format *format = find_format(name);
		if (!format || !can_write(req, format) || (browser && format->kind >= XML_PLAIN))
			continue;
		unsigned q = weight(item, &version);
		if (version.len && !version_fits(req, version)) {
			other_version = true;
			continue;
		}
		if (q == 0)
			refused |= 1u << format->kind;
		if (q > best_weight) {
			best = format;
			best_weight = q;
		}
	}
	/* "application/fhir+json;q=0, all the rest" */
	if (best && refused & 1u << best->kind)
		best = other_than(req, refused);
	if (!best && other_version)
		return hs_fail(err, HS_E_NOT_ACCEPTABLE,
			"this base serves FHIR %s; Accept asks for another version",
			req->edition ? req->edition->number : "4.0.1");
	if (!best)
		return hs_fail(err, HS_E_NOT_ACCEPTABLE,
			"none of \"%.*s\" is served; accept application/fhir+json or application/fhir+xml",
			HS_S_ARG(hs_slice_first(accept, 120)));
	answer_as(req, best);
	return HS_OK;
}

enum hs_status hs__negotiate(struct hs_request *req, struct hs_error *err)
{
	if (req->http->query.len) {
		struct hs_slice pretty = hs_request_query_value(req, HS_S("_pretty"));
		struct hs_slice format = hs_request_query_value(req, HS_S("_format"));
		req->pretty = hs_slice_eq(pretty, HS_S("true"));
		if (format.len)
			return by_format(req, format, err);
	}
	struct hs_slice accept = hs_request_header(req, HS_S("Accept"));
	if (!accept.len || hs_slice_eq(accept, HS_S("*/*")) ||
		hs_slice_eq(accept, HS_S("application/fhir+json")))
		return HS_OK;
	return by_accept(req, accept, err);
}

/* Of a body that is FHIR: its version, and the only charset that FHIR has (R4 section 3.1.0.1.9). */
enum hs_status hs__negotiate_params(const struct hs_request *req, struct hs_error *err)
{
	struct hs_slice params = hs_http_get_header(req->http, HS_S("Content-Type"));
	struct hs_slice name = hs_slice_trim(hs_slice_cut(&params, ';'));
	const struct format *format = params.ptr ? find_format(name) : NULL;

	while (format && params.ptr) {
		struct hs_slice value = hs_slice_cut(&params, ';'), what = hs_slice_cut(&value, '=');
		what = hs_slice_trim(what);
		value = hs_slice_trim(value);
		if (value.len >= 2 && value.ptr[0] == '"')
			value = hs_slice(value.ptr + 1, value.len - 2);
		if (hs_slice_ieq(what, HS_S("fhirVersion")) && !version_fits(req, value))
			return hs_fail(err, HS_E_MEDIA_TYPE, "this base reads FHIR %s, not fhirVersion=%.*s",
				req->edition ? req->edition->number : "4.0.1",
				HS_S_ARG(hs_slice_first(value, 20)));
		if (hs_slice_ieq(what, HS_S("charset")) && !hs_slice_ieq(value, HS_S("utf-8")) &&
			!hs_slice_ieq(value, HS_S("us-ascii")))
			return hs_fail(err, HS_E_MEDIA_TYPE,
				"FHIR is always UTF-8; the body says charset=%.*s",
				HS_S_ARG(hs_slice_first(value, 40)));
	}
	return HS_OK;
}

/* A type of JSON that has a name here, or one that says itself that its syntax is JSON's (RFC 6839 section
 * 3.1). Names of types have no case; wildcards are no types. */
static bool is_json(struct hs_slice media)
{
	const struct format *format = find_format(media);

	if (media.len > 5 && hs_slice_ieq(hs_slice_from(media, media.len - 5), HS_S("+json")))
		return true;
	return format && format->kind <= JSON_PLAIN && !hs_slice_ends(media, HS_S("*"));
}

enum hs_status hs__negotiate_body(const struct hs_request *req, struct hs_error *err)
{
	struct hs_slice rest = hs_http_get_header(req->http, HS_S("Content-Type"));
	struct hs_slice name = hs_slice_trim(hs_slice_cut(&rest, ';'));

	bool generic, xml = hs__xml_is_media(name, &generic) && req->edition && req->edition->defs;

	if (name.len && !xml && !is_json(name))
		return hs_fail(err, HS_E_MEDIA_TYPE,
			"a body of type \"%.*s\" is not read; send application/fhir+json or "
			"application/fhir+xml",
			HS_S_ARG(hs_slice_first(name, 100)));
	return hs__negotiate_params(req, err);
}
