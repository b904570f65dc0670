/* SPDX-License-Identifier: Apache-2.0 */
/* Narratives: sound tags, something to read, links that lead somewhere, paragraphs that hold text, and the
 * language. */
#include "rules_test.h"

#define TOLD(div) \
	"{'resourceType':'Patient','text':{'status':'generated','div':'<div " \
	"xmlns=\\'http://www.w3.org/1999/" \
	"xhtml\\'>" div "</div>'}}"

static void content(void **state)
{
	static const struct rules_case rows[] = {
		{ TOLD("a"), { NULL }, "" },
		{ TOLD("<img src=\\'#x\\' alt=\\'a\\'/>"), { NULL }, "" },
		{ TOLD(" <p> </p>"), { NULL }, "txt-2? Patient.text.div" },
		{ TOLD("<video>x</video>"), { NULL }, "txt-1 Patient.text.div" },
		{ TOLD("<address>a <kbd>b</kbd> <bdo dir=\\'rtl\\'>c</bdo></address>"), { NULL }, "" },
		{ TOLD("x<map name=\\'m\\'><area href=\\'x\\' shape=\\'rect\\' coords=\\'1,2\\' "
		       "alt=\\'x\\'/></map>"),
			{ NULL }, "" },
		{ TOLD("a&nbsp;b"), { NULL }, "txt-1 Patient.text.div" },
		{ TOLD("a&#160;b &amp; c"), { NULL }, "" },
		/* Said once, with the structure. */
		{ TOLD("<script>x</script>"), { NULL }, "" },
	};
	(void)state;
	RUN_ROWS("txt-", rows);
}

static void links(void **state)
{
#define LINK(href) TOLD("<a href=\\'" href "\\'>x</a>")
	static const struct rules_case rows[] = {
		{ LINK("http://a.se/x?y=1#z"), { NULL }, "" },
		{ LINK("https://a.se/ö"), { NULL }, "" },
		{ LINK("patient.html"), { NULL }, "" },
		{ LINK("mailto:a@a.se"), { NULL }, "" },
		{ LINK("tel:+4611"), { NULL }, "" },
		{ LINK("#"), { NULL }, "" },
		{ LINK(""), { NULL }, "narrative-link-empty? Patient.text.div" },
		{ LINK("urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a1"), { NULL },
			"narrative-link-scheme Patient.text.div" },
		{ LINK("file:///etc"), { NULL }, "narrative-link-scheme Patient.text.div" },
		{ LINK("http://a.se/a b"), { NULL }, "narrative-link-form Patient.text.div" },
		{ LINK("http://a.se/{id}"), { NULL }, "narrative-link-form Patient.text.div" },
#define PICTURE(source) TOLD("<img alt=\\'x\\' src=\\'" source "\\'/>")
		{ PICTURE("http://a.se/x.png"), { NULL }, "" },
		{ PICTURE("x.png"), { NULL }, "" },
		{ PICTURE("data:image/png;base64,YWJj"), { NULL }, "" },
		{ PICTURE("data:image/svg+xml,%3Csvg/%3E"), { NULL }, "" },
		{ PICTURE("data:image/png;base64"), { NULL }, "narrative-link-data Patient.text.div" },
		{ PICTURE("data:image/png;base64,YWJ"), { NULL }, "narrative-link-data Patient.text.div" },
		{ PICTURE("file:///x.png"), { NULL }, "narrative-link-scheme Patient.text.div" },
		/* Quotes and comments hold no tags. */
		{ TOLD("<p title=\\'a > b &lt;a href=x>\\'>x</p><!-- <a href=\\'#no\\'> -->"), { NULL }, "" },
	};
	(void)state;
	RUN_ROWS("narrative-link", rows);
}

/* "#x" may be an anchor of the narrative, an element, or a contained resource; and an entry's next door. */
static void links_within(void **state)
{
	static const struct rules_case rows[] = {
		{ TOLD("<a href=\\'#x\\'>x</a>"), { NULL }, "narrative-link-target Patient.text.div" },
		{ TOLD("<p id=\\'x\\'>x</p><a href=\\'#x\\'>x</a>"), { NULL }, "" },
		{ TOLD("<a name=\\'x\\'>x</a><a href=\\'#x\\'>x</a>"), { NULL }, "" },
		{ "{'resourceType':'Patient','text':{'status':'generated','div':'<div><a href=\\'#o\\'>x</a>"
		  "<a "
		  "href=\\'#n\\'>x</a></div>'},'contained':[{'resourceType':'Organization','id':'o','name':"
		  "'x'}],'name':[{'id':'n','text':'x'}],'managingOrganization':{'reference':'#o'}}",
			{ NULL }, "" },
		{ "{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'http://a.se/Patient/1',"
		  "'resource':{'resourceType':'Patient','id':'1','text':{'status':'generated','div':'<div>"
		  "<a href=\\'#2\\'>x</a><a href=\\'#3\\'>x</a></div>'}}},{'fullUrl':'http://a.se/Patient/2',"
		  "'resource':{'resourceType':'Patient','id':'2'}}]}",
			{ NULL }, "narrative-link-target Bundle.entry[0].resource.text.div" },
		/* HL7's own definitions are pieces of its pages. */
		{ "{'resourceType':'ValueSet','url':'http://hl7.org/fhir/ValueSet/"
		  "x','status':'draft','text':{"
		  "'status':'generated','div':'<div><a href=\\'#x\\'>x</a></div>'}}",
			{ NULL }, "narrative-link-target? ValueSet.text.div" },
		/* A guide is judged as everybody's. */
		{ "{'resourceType':'ValueSet','url':'http://hl7.org/fhir/us/x/ValueSet/"
		  "x','status':'draft','text':{"
		  "'status':'generated','div':'<div><a href=\\'#x\\'>x</a></div>'}}",
			{ NULL }, "narrative-link-target ValueSet.text.div" },
	};
	(void)state;
	RUN_ROWS("narrative-link", rows);
}

static void namespaces(void **state)
{
	static const struct rules_case rows[] = {
		{ TOLD("x"), { NULL }, "" },
		{ "{'resourceType':'Patient','text':{'status':'generated','div':'<div>x</div>'}}", { NULL },
			"narrative-namespace Patient.text.div" },
		{ "{'resourceType':'Patient','text':{'status':'generated','div':'<div "
		  "xmlns=\\'http://a.se\\'>x"
		  "</div>'}}",
			{ NULL }, "narrative-namespace Patient.text.div" },
	};
	(void)state;
	RUN_ROWS("narrative-namespace", rows);
}

static void paragraphs(void **state)
{
	static const struct rules_case rows[] = {
		{ TOLD("<p>a <b>b</b></p><table><tr><td><p>c</p></td></tr></table>"), { NULL }, "" },
		{ TOLD("<p/><ul><li>a</li></ul>"), { NULL }, "" },
		{ TOLD("<p>a<ul><li>b</li></ul></p>"), { NULL }, "narrative-block Patient.text.div" },
		{ TOLD("<p>a<b><p>b</p></b></p>"), { NULL }, "narrative-block Patient.text.div" },
		{ TOLD("<h1>a<span><ul><li>b</li></ul></span></h1>"), { NULL },
			"narrative-block Patient.text.div" },
		{ TOLD("<a href=\\'x\\'>a<b><a href=\\'y\\'>b</a></b></a>"), { NULL },
			"narrative-block Patient.text.div" },
		{ TOLD("<b>a</b><div>b</div><b>a<b>b</b></b>"), { NULL }, "" },
	};
	(void)state;
	RUN_ROWS("narrative-block", rows);
}

/* Rows in tables, items in lists. What is between tags of a table may be blank, or a comment. */
static void places(void **state)
{
	static const struct rules_case rows[] = {
		{ TOLD("<table> <caption>a</caption><!-- b --><tr> <td><ul> <li>c<ol><li>d</li>"
		       "</ol></li></ul></td></tr></table>"),
			{ NULL }, "" },
		{ TOLD("<table><colgroup><col/></colgroup><thead><tr><th>a</th></tr></thead><tbody><tr>"
		       "<td/></tr></tbody></table>"),
			{ NULL }, "" },
		{ TOLD("<dl><dt>a</dt><dd>b<ul><li>c</li></ul></dd></dl><br/><br></br>x"), { NULL }, "" },
		{ TOLD("<li>a</li>"), { NULL }, "narrative-place Patient.text.div" },
		{ TOLD("<tr><td>a</td></tr>"), { NULL }, "narrative-place Patient.text.div" },
		{ TOLD("<table><td>a</td></table>"), { NULL }, "narrative-place Patient.text.div" },
		{ TOLD("<table><tr><p>a</p></tr></table>"), { NULL }, "narrative-place Patient.text.div" },
		{ TOLD("<table><tr>a<td>b</td></tr></table>"), { NULL }, "narrative-place Patient.text.div" },
		{ TOLD("<ul><li>a</li>b</ul>"), { NULL }, "narrative-place Patient.text.div" },
		{ TOLD("<ul><ul><li>a</li></ul></ul>"), { NULL }, "narrative-place Patient.text.div" },
		{ TOLD("<br>a</br>"), { NULL }, "narrative-place Patient.text.div" },
	};
	(void)state;
	RUN_ROWS("narrative-place", rows);
}

static void languages(void **state)
{
#define SAID(attributes) \
	"{'resourceType':'Patient','language':'sv','text':{'status':'generated','div':'<div " attributes \
	">x</div>'}}"
	static const struct rules_case rows[] = {
		{ SAID("lang=\\'sv\\' xml:lang=\\'sv\\'"), { NULL }, "" },
		{ SAID("lang=\\'sv\\'"), { NULL }, "narrative-language? Patient.text.div" },
		{ SAID("class=\\'x\\'"), { NULL }, "narrative-language? Patient.text.div" },
		{ SAID("lang=\\'sv\\' xml:lang=\\'en\\'"), { NULL }, "narrative-language? Patient.text.div" },
		{ TOLD("x"), { NULL }, "" },
	};
	(void)state;
	RUN_ROWS("narrative-language", rows);
}

/* Data that says where its words are, and words that say what they come from. */
static void links_to_and_from_data(void **state)
{
#define URN "urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a1"
#define SPOKEN(link, extension) \
	"{'resourceType':'Patient','id':'p','extension':[" link \
	"],'text':{'status':'generated','extension':[" extension "],'div':'<div " \
	"xmlns=\\'http://www.w3.org/1999/xhtml\\'><p id=\\'a\\'>x</p><p id=\\'b\\'>y</p><p " \
	"id=\\'b\\'>z</p></div>'}}"
#define FROM(url) "{'url':'http://hl7.org/fhir/StructureDefinition/narrativeLink','valueUrl':'" url "'}"
#define TO(id, data) \
	"{'url':'http://hl7.org/fhir/StructureDefinition/textLink','extension':[{'url':'htmlid'," \
	"'valueString':'" id "'},{'url':'data','valueUri':'" data "'}]}"
#define IN_BUNDLE(link) \
	"{'resourceType':'Bundle','type':'collection','entry':[{'fullUrl':'" URN \
	"','resource':" SPOKEN(link, ) "}]}"
#define PLACE "Bundle.entry[0].resource.extension[0]"
	static const struct rules_case rows[] = {
		{ SPOKEN(FROM("#a"), ), { NULL }, "" },
		{ SPOKEN(FROM("#z"), ), { NULL }, "narrative-link-id Patient.extension[0]" },
		{ SPOKEN(FROM("#b"), ), { NULL }, "narrative-link-id Patient.extension[0]" },
		{ SPOKEN(FROM("http://elsewhere.se/x#z"), ), { NULL }, "" },
		{ SPOKEN(, TO("a", "#p")), { NULL }, "" },
		{ SPOKEN(, TO("z", "#p")), { NULL }, "narrative-link-id Patient.text.extension[0]" },
		{ SPOKEN(, TO("a", "#none")), { NULL }, "narrative-link-data-id Patient.text.extension[0]" },
		{ IN_BUNDLE(FROM(URN "#a")), { NULL }, "" },
		{ IN_BUNDLE(FROM(URN "#z")), { NULL }, "narrative-link-id " PLACE },
		{ IN_BUNDLE(FROM("urn:uuid:6a2ee390-978e-42c6-8f88-c17dff3bd8a2#a")), { NULL },
			"narrative-link-entry " PLACE },
	};
	(void)state;
	RUN_ROWS("narrative-link", rows);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(content),
		cmocka_unit_test(links),
		cmocka_unit_test(links_within),
		cmocka_unit_test(namespaces),
		cmocka_unit_test(paragraphs),
		cmocka_unit_test(places),
		cmocka_unit_test(languages),
		cmocka_unit_test(links_to_and_from_data),
	};
	return cmocka_run_group_tests(tests, open_rules, close_rules);
}
