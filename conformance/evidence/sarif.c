/* SPDX-License-Identifier: Apache-2.0 */
/* SARIF 2.1.0 (https://docs.oasis-open.org/sarif/sarif/v2.1.0/sarif-v2.1.0.html): a result for each assertion
 * that does not hold, a rule for each requirement. The place is the line of the script that asks for it. */
#include <conformance/evidence/report_private.h>

struct sarif {
	struct hs_buf *out;
	const struct hs_test_run *run;
	bool comma;
};

static void add_member(struct hs_buf *out, const char *key, struct hs_slice text)
{
	struct hs_buf clean;

	hs_buf_init(&clean, NULL, text.len * 3 + 1);
	hs_report_utf8(&clean, text);
	hs_buf_printf(out, "\"%s\":", key);
	hs_json_write_text(out, hs_buf_slice(&clean));
	hs_buf_free(&clean);
}

static void add_rules(struct sarif *s)
{
	const struct hs_requirements *set = hs_test_run_options(s->run)->requirements;
	size_t count = hs_requirements_count(set);

	hs_buf_cstr(s->out, "\"rules\":[");
	for (size_t i = 0; i < count; i++) {
		const struct hs_requirement *r = hs_requirements_at(set, i);
		hs_buf_cstr(s->out, i ? ",{" : "{");
		add_member(s->out, "id", r->id);
		if (r->label.len) {
			hs_buf_cstr(s->out, ",\"shortDescription\":{");
			add_member(s->out, "text", r->label);
			hs_buf_byte(s->out, '}');
		}
		hs_buf_cstr(s->out, ",\"fullDescription\":{");
		add_member(s->out, "text", r->text);
		hs_buf_byte(s->out, '}');
		if (r->source.len) {
			hs_buf_byte(s->out, ',');
			add_member(s->out, "helpUri", r->source);
		}
		if (r->hint.len) {
			hs_buf_cstr(s->out, ",\"help\":{");
			add_member(s->out, "text", r->hint);
			hs_buf_byte(s->out, '}');
		}
		hs_buf_byte(s->out, '}');
	}
	hs_buf_byte(s->out, ']');
}

/* Files in a URI: blanks and what is no URI byte as %XX. */
static void add_uri(struct hs_buf *out, struct hs_slice path)
{
	hs_buf_cstr(out, "\"uri\":\"");
	for (size_t i = 0; i < path.len; i++) {
		unsigned char c = (unsigned char)path.ptr[i];
		bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
			(c && strchr("-._~/", c));
		if (plain)
			hs_buf_byte(out, (char)c);
		else
			hs_buf_printf(out, "%%%02X", c);
	}
	hs_buf_byte(out, '"');
}

static void add_result(struct sarif *s, const struct hs_test_script_result *script,
	const struct hs_test_action *action)
{
	struct hs_buf text;

	hs_buf_cstr(s->out, s->comma ? ",{" : "{");
	s->comma = true;
	add_member(s->out, "ruleId",
		action->requirement_count ? action->requirements[0]->id : HS_S("assertion"));
	hs_buf_printf(s->out, ",\"level\":\"%s\",\"message\":{",
		action->verdict == HS_TEST_WARNING ? "warning" : "error");
	hs_buf_init(&text, NULL, 1 << 20);
	hs_report_explain(&text, action);
	add_member(s->out, "text", hs_buf_slice(&text));
	hs_buf_free(&text);
	hs_buf_cstr(s->out, "},\"locations\":[{\"physicalLocation\":{\"artifactLocation\":{");
	add_uri(s->out, script->script->file.len ? script->script->file : script->script->id);
	hs_buf_printf(s->out, "},\"region\":{\"startLine\":%u}},\"logicalLocations\":[{",
		action->script && action->script->line ? action->script->line : 1);
	add_member(s->out, "fullyQualifiedName", action->id);
	hs_buf_cstr(s->out, "}]}]}");
}

static void add_test(void *arg, const struct hs_test_script_result *script, const struct hs_test_result *test)
{
	struct sarif *s = arg;

	for (size_t i = 0; i < test->count; i++) {
		enum hs_test_verdict verdict = test->actions[i].verdict;
		if (verdict == HS_TEST_FAIL || verdict == HS_TEST_WARNING)
			add_result(s, script, &test->actions[i]);
	}
}

void hs_report_sarif(const struct hs_test_run *run, const struct hs_report_info *info, struct hs_buf *out)
{
	struct sarif s = { .out = out, .run = run };

	hs_buf_cstr(out,
		"{\"version\":\"2.1.0\",\"$schema\":\"https://json.schemastore.org/sarif-2.1.0.json\","
		"\"runs\":[{\"tool\":{\"driver\":{\"name\":\"handslag\",");
	add_member(out, "version", hs_slice_cstr(info->version));
	hs_buf_byte(out, ',');
	add_rules(&s);
	hs_buf_cstr(out, "}},\"results\":[");
	hs_report_each_test(run, add_test, &s);
	hs_buf_cstr(out, "]}]}\n");
}
