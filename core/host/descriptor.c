/* SPDX-License-Identifier: Apache-2.0 */
/* Checks a service descriptor before anything of it runs, and says which row is wrong. */
#include <core/host/request/router.h>

#define STATE_MAX ((size_t)1 << 30)

static bool name_valid(const char *name)
{
	if (!name || name[0] < 'a' || name[0] > 'z' || strlen(name) > 40)
		return false;
	for (; *name; name++)
		if (!((*name >= 'a' && *name <= 'z') || (*name >= '0' && *name <= '9') || *name == '-'))
			return false;
	return true;
}

static enum hs_status check_routes(const struct hs_service *plug, struct hs_error *err)
{
	for (const struct hs_route *r = plug->routes; r && r->method; r++) {
		if (!r->path || r->path[0] == '/' || !r->handler)
			return hs_fail(err, HS_E_INVALID,
				"service %s: route %s %s needs a handler and a path without a slash before "
				"it",
				plug->name, r->method, r->path ? r->path : "");
		if (!hs__method_bits(r->method))
			return hs_fail(err, HS_E_INVALID, "service %s: \"%s\" of route %s names no method",
				plug->name, r->method, r->path);
		if (!(r->versions & (HS_ON_R4 | HS_ON_R5)))
			return hs_fail(err, HS_E_INVALID, "service %s: route %s serves no FHIR version",
				plug->name, r->path);
	}
	return HS_OK;
}

/* Does a value of `size` bytes, which is its alignment too, lie in the state of the service? */
static bool is_inside(const struct hs_service *plug, size_t offset, size_t size)
{
	return offset % size == 0 && plug->state_size >= size && offset <= plug->state_size - size;
}

static size_t size_of(enum hs_setting_type type)
{
	switch (type) {
	case HS_SETTING_BOOL:
		return sizeof(bool);
	case HS_SETTING_INT:
		return sizeof(int64_t);
	case HS_SETTING_TEXT:
		return sizeof(const char *);
	}
	return SIZE_MAX;
}

static enum hs_status check_rows(const struct hs_service *plug, struct hs_error *err)
{
	for (const struct hs_type_row *t = plug->types; t && t->name; t++)
		if (!(t->versions & (HS_ON_R4 | HS_ON_R5)) || !(t->interactions & HS_CAN_ALL))
			return hs_fail(err, HS_E_INVALID,
				"service %s: type %s has no version or no interaction", plug->name, t->name);
	for (const struct hs_setting *s = plug->settings; s && s->name; s++)
		if (!is_inside(plug, s->offset, size_of(s->type)))
			return hs_fail(err, HS_E_INVALID,
				"service %s: setting %s needs a place of its type in the state", plug->name,
				s->name);
	for (const struct hs_metric *m = plug->metrics; m && m->name; m++)
		if (!is_inside(plug, m->offset, sizeof(uint64_t)) || strncmp(m->name, "handslag_", 9) != 0)
			return hs_fail(err, HS_E_INVALID,
				"service %s: metric %s must be named handslag_... and lie in its state",
				plug->name, m->name);
	for (const struct hs_job *j = plug->jobs; j && j->name; j++)
		if (!j->work || j->period_ms < 10)
			return hs_fail(err, HS_E_INVALID,
				"service %s: job %s needs work and a period of 10 ms or more", plug->name,
				j->name);
	uint32_t number = 0;
	for (const struct hs_migration *m = plug->migrations; m && m->sql; m++)
		if (m->number != ++number)
			return hs_fail(err, HS_E_INVALID,
				"service %s: migrations are numbered 1, 2, 3 ...; %s has %u", plug->name,
				m->name ? m->name : "one", m->number);
	return HS_OK;
}

enum hs_status hs__descriptor_check(const struct hs_service *plug, struct hs_error *err)
{
	if (plug->abi != HS_SERVICE_ABI)
		return hs_fail(err, HS_E_NOT_SUPPORTED,
			"a service was built for ABI %u and this program has %u; build it anew with these "
			"headers",
			plug->abi, HS_SERVICE_ABI);
	if (!name_valid(plug->name))
		return hs_fail(err, HS_E_INVALID,
			"a service needs a name of a-z, 0-9 and dashes, at most 40 long");
	if (plug->state_size > STATE_MAX || plug->sandbox_size > STATE_MAX)
		return hs_fail(err, HS_E_INVALID, "service %s: its state is too large", plug->name);
	for (const struct hs_feature *f = plug->features; f && f->name; f++)
		if (f->kind == HS_PROVIDES && !f->functions)
			return hs_fail(err, HS_E_INVALID, "service %s: feature %s has no functions",
				plug->name, f->name);
	enum hs_status status = check_routes(plug, err);
	return status ? status : check_rows(plug, err);
}
