/* SPDX-License-Identifier: Apache-2.0 */
/* How the HTML report looks: system fonts, light and dark, and on paper; nothing is loaded from elsewhere. */
#include <conformance/evidence/report_private.h>

const char *const hs_report_html_style[] = {
	":root{color-scheme:light "
	"dark;--bg:#fcfcfa;--fg:#1d2127;--soft:#5b6470;--line:#dfe2e6;--card:#fff;--code:#f3f4f1;"
	"--pass:#1a7040;--fail:#b3261e;--warn:#855a00;--skip:#5b6470;--accent:#1f5fa8;"
	"--passbg:#e5f4ea;--failbg:#fcebe9;--warnbg:#fdf3dc;--skipbg:#eceef0}\n",
	"@media(prefers-color-scheme:dark){:root{--bg:#14171a;--fg:#e6e8ea;--soft:#a2abb5;--line:#333a41;--"
	"card:#1b1f23;"
	"--code:#22272c;--pass:#6fd08f;--fail:#ff9b92;--warn:#f0c35e;--skip:#a2abb5;--accent:#8bbcf5;"
	"--passbg:#17301f;--failbg:#3b1d1b;--warnbg:#362b12;--skipbg:#2a3036}}\n",
	"*{box-sizing:border-box}"
	"body{margin:0;background:var(--bg);color:var(--fg);font:16px/1.55 system-ui,-apple-system,'Segoe "
	"UI',Roboto,"
	"'Noto Sans',sans-serif;-webkit-text-size-adjust:100%}\n",
	"main,header,footer{max-width:66rem;margin:0 auto;padding:0 1.25rem}\n",
	"header{padding-top:2.5rem}h1{font-size:1.75rem;line-height:1.2;margin:0 0 "
	".25rem;letter-spacing:-.01em}\n",
	"h2{font-size:1.2rem;margin:2.5rem 0 .75rem}h3{font-size:1rem;margin:0}\n",
	"p{margin:.4rem 0}.soft{color:var(--soft)}a{color:var(--accent)}\n",
	".banner{margin:1.25rem 0;padding:.9rem 1.1rem;border-radius:.5rem;border:1px solid var(--line);"
	"border-left:.4rem solid var(--skip);background:var(--card);font-size:1.1rem;font-weight:600}\n",
	".banner.pass{border-left-color:var(--pass)}.banner.fail,.banner.error{border-left-color:var(--fail)}"
	"\n",
	"dl.facts{display:grid;grid-template-columns:max-content 1fr;gap:.2rem 1.25rem;margin:1rem 0}"
	"dl.facts dt{color:var(--soft)}dl.facts dd{margin:0;overflow-wrap:anywhere}\n",
	"table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}"
	"th,td{text-align:right;padding:.4rem .6rem;border-bottom:1px solid var(--line)}"
	"td{white-space:nowrap}th:first-child,td:first-child{text-align:left;overflow-wrap:anywhere;"
	"white-space:normal}th{color:var(--soft);font-"
	"weight:500;"
	"font-size:.85rem}tfoot td{font-weight:600}.level{font-weight:700;font-size:.8rem;letter-spacing:"
	".03em}.zero{color:var(--soft);opacity:.55}\n",
	".tag{display:inline-block;min-width:4.2rem;text-align:center;padding:.05rem "
	".5rem;border-radius:1rem;"
	"font-size:.8rem;font-weight:600;white-space:nowrap}\n",
	".tag.pass{color:var(--pass);background:var(--passbg)}.tag.fail,.tag.error{color:var(--fail);"
	"background:var(--failbg)}"
	".tag.warning{color:var(--warn);background:var(--warnbg)}"
	".tag.skip,.tag.not-evaluated,.tag.pending{color:var(--skip);background:var(--skipbg)}\n",
	"details{border:1px solid var(--line);border-radius:.5rem;background:var(--card);margin:.5rem 0}"
	"details>*:not(summary){margin-left:1.1rem;margin-right:1.1rem}details>table{width:calc(100% - "
	"2.2rem)}"
	"details>*:last-child{margin-bottom:"
	"1rem}\n",
	"summary{cursor:pointer;padding:.55rem 1.1rem;display:flex;gap:.75rem;align-items:baseline}"
	"summary::-webkit-details-marker{display:none}summary::before{content:'\\25B8';color:var(--soft);"
	"flex:none}"
	"details[open]>summary::before{content:'\\25BE'}summary .name{flex:1;overflow-wrap:anywhere}"
	"summary "
	".time{color:var(--soft);font-size:.85rem;white-space:nowrap;font-variant-numeric:tabular-nums}"
	"summary:focus-visible{outline:2px solid var(--accent);outline-offset:2px;border-radius:.5rem}\n",
	"details.plain{border:0;background:none;margin:.4rem 0}details.plain>summary{padding:.15rem "
	"0;color:var(--accent)}"
	"details.plain>*:not(summary){margin-left:0;margin-right:0}\n",
	".action{border-top:1px solid var(--line);padding:.75rem 0}.action:first-of-type{border-top:0}"
	".action .head{display:flex;gap:.75rem;align-items:baseline}.action .head "
	".name{flex:1;overflow-wrap:anywhere}"
	".action.fail,.action.error{border-left:.25rem solid var(--fail);padding-left:.9rem}"
	".action.warning{border-left:.25rem solid var(--warn);padding-left:.9rem}\n",
	"blockquote{margin:.6rem 0;padding:.1rem 0 .1rem .9rem;border-left:.2rem solid var(--line)}\n",
	"dl.diff{display:grid;grid-template-columns:max-content 1fr;gap:.25rem 1rem;margin:.6rem 0}"
	"dl.diff dt{color:var(--soft)}dl.diff dd{margin:0;font-family:ui-monospace,'SF Mono',Menlo,Consolas,"
	"'DejaVu Sans Mono',monospace;font-size:.875rem;white-space:pre-wrap;overflow-wrap:anywhere}"
	"dl.diff "
	"dd.words{font-family:inherit;font-size:inherit}dd.bad{color:var(--fail)}dd.good{color:var(--pass)}"
	"\n",
	"pre{background:var(--code);border-radius:.4rem;padding:.7rem .9rem;margin:.4rem "
	"0;overflow:auto;max-height:28rem;"
	"font:.8125rem/1.5 ui-monospace,'SF Mono',Menlo,Consolas,'DejaVu Sans "
	"Mono',monospace;white-space:pre-wrap;"
	"overflow-wrap:anywhere}code{font:.875em ui-monospace,Menlo,Consolas,'DejaVu Sans Mono',monospace}\n",
	".hint{background:var(--warnbg);border-radius:.4rem;padding:.5rem .9rem;margin:.6rem 0}"
	"footer{color:var(--soft);font-size:.85rem;padding-top:2rem;padding-bottom:3rem}\n",
	"@media(max-width:40rem){dl.facts,dl.diff{grid-template-columns:1fr;gap:0}dl "
	"dd{margin-bottom:.4rem!important}}\n",
	"@media print{details{break-inside:avoid}pre{max-height:none}summary::before{content:''}}\n",
	NULL,
};
